/*
 * Sockets inside the kernel.
 *
 * A socket buffer holds records, each a chain of mbufs; records are linked by
 * m_nextpkt of their first mbuf.  A datagram's record is, in order:
 *
 *	MT_SONAME   the sender's address, BSD layout (PR_ADDR protocols)
 *	MT_CONTROL  any number of control messages, one or more a mbuf, each
 *		    a struct cmsghdr with its data, padded
 *	MT_DATA     the datagram; none when it is empty
 *
 * Locks: kernel threads are not preempted, so members change only between
 * sleeps.  A function that has slept looks at the state again.
 */
#ifndef _SYS_SOCKETVAR_H_
#define _SYS_SOCKETVAR_H_

#ifdef _KERNEL

#include <sys/mbuf.h>
#include <sys/socket.h>
#include <sys/sysctl.h>

struct file;
struct proc;
struct protosw;
struct socket;
struct uio;

struct sockbuf {
	u_long		 sb_cc;		/* bytes, names and control too */
	u_long		 sb_datacc;	/* bytes of data alone */
	u_long		 sb_hiwat;	/* most bytes */
	u_long		 sb_mbcnt;	/* bytes of mbufs and clusters */
	u_long		 sb_mbmax;	/* most of those */
	long		 sb_lowat;	/* fewest bytes worth waking for */
	struct mbuf	*sb_mb;		/* first record */
	struct mbuf	*sb_lastrecord;	/* first mbuf of the last record */
	u_int64_t	 sb_timeo;	/* ns to wait, 0 for ever */
	u_int64_t	 sb_drops;	/* records that found no room */
	short		 sb_flags;	/* SB_* */
	u_short		 sb_waiters;	/* threads asleep on sb_cc */
};

#define SB_LOCK		0x01		/* somebody receives or sends */
#define SB_WANT		0x02		/* and somebody waits for that */

#define SB_MAX		(4UL * 1024 * 1024) /* most that sb_hiwat may be */
#define SB_MIN		2048UL		/* least that a program may set */

/*
 * One socket.  so_file is the open file, for readiness; it is NULL for a
 * socket that the kernel keeps for itself, which sets so_upcall instead: it
 * is called after each change of the buffers and must not sleep.
 */
struct socket {
	const struct protosw *so_proto;
	void		*so_pcb;	/* the protocol's */
	struct file	*so_file;
	short		 so_type;	/* SOCK_* */
	short		 so_state;	/* SS_* */
	u_int64_t	 so_options;	/* so_optbit() of SO_* */
	u_int		 so_linger;	/* seconds, for SO_LINGER */
	u_int		 so_error;	/* pending, for the next call */
	u_int		 so_ifidx;	/* SO_BINDTODEVICE; 0 none */
	uid_t		 so_euid;	/* who opened it */
	uid_t		 so_ruid;
	gid_t		 so_egid;
	gid_t		 so_rgid;
	pid_t		 so_cpid;
	struct sockbuf	 so_rcv;
	struct sockbuf	 so_snd;
	struct mbuf_list so_errq;	/* for MSG_ERRQUEUE; SO_ERRQMAX */
	void		(*so_upcall)(struct socket *, caddr_t);
	caddr_t		 so_upcallarg;
};

/* so_state */
#define SS_NOFDREF	0x0001		/* no descriptor any more */
#define SS_ISCONNECTED	0x0002
#define SS_ISCONNECTING	0x0004
#define SS_CANTSENDMORE	0x0010
#define SS_CANTRCVMORE	0x0020
#define SS_RCVATMARK	0x0040
#define SS_PRIV		0x0080		/* opened by the super-user */
#define SS_ISDISCONNECTED 0x0800

/*
 * Boolean options, kept as bits.  The socket level's numbers are an
 * enumeration, below 64 or with distinct low bits.
 */
#define so_optbit(opt)		(1ULL << ((opt) & 0x3f))
#define so_isset(so, opt)	(((so)->so_options & so_optbit(opt)) != 0)

/* Messages that so_errq holds before new ones are dropped. */
#define SO_ERRQMAX	64

/* One entry for so_errq; soerr_append() copies what it needs. */
struct so_errmsg {
	int			 se_errno;
	int			 se_level;	/* of the control message: */
	int			 se_cmsg;	/* IPPROTO_IP, IP_RECVERR */
	uint8_t			 se_origin;	/* SO_EE_ORIGIN_* */
	uint8_t			 se_type;
	uint8_t			 se_code;
	uint32_t		 se_info;	/* path MTU, or 0 */
	const struct sockaddr	*se_dst;	/* where the datagram went */
	const struct sockaddr	*se_offender;	/* who complained; or NULL */
};

/* kern.sockstat */
extern struct kinfo_sockstat sostat;

/* Sockets whose error queue holds something. */
extern u_int	 soerr_pending;

/*
 * What a receive found beside the data.  The caller frees name and control;
 * sm_flags holds MSG_* of the call on entry and MSG_* of the message on
 * return.
 */
struct somsg {
	struct mbuf	*sm_name;	/* sender, or NULL */
	struct mbuf	*sm_control;	/* control messages, or NULL */
	size_t		 sm_len;	/* of the whole message, bytes */
	int		 sm_flags;
};

/* Bytes that a buffer still takes; may be negative. */
static inline long
sbspace(const struct sockbuf *sb)
{
	long	 bytes, mbufs;

	bytes = (long)sb->sb_hiwat - (long)sb->sb_cc;
	mbufs = (long)sb->sb_mbmax - (long)sb->sb_mbcnt;
	return (bytes < mbufs ? bytes : mbufs);
}

/* The net lock guards protocols and their sockets. */
#define solock(so)	NET_LOCK()
#define sounlock(so)	NET_UNLOCK()

/* uipc_socket2.c */
int	sbappendaddr(struct sockbuf *, const struct sockaddr *, struct mbuf *,
	    struct mbuf *);
void	sbappendrecord(struct sockbuf *, struct mbuf *);
struct mbuf *sbcreatecontrol(const void *, size_t, int, int);
struct mbuf *so_timestamp(const struct socket *, const struct mbuf *);
struct mbuf *sbremoverecord(struct sockbuf *);
void	sbflush(struct sockbuf *);
int	sblock(struct sockbuf *, int);
void	sbunlock(struct sockbuf *);
int	sbreserve(struct sockbuf *, u_long);
int	sbwait(struct sockbuf *);

int	soreserve(struct socket *, u_long, u_long);
int	soreadable(const struct socket *);
int	sowritable(const struct socket *);
int	sopoll(struct socket *, int);
void	sorwakeup(struct socket *);
void	sowwakeup(struct socket *);
void	soseterror(struct socket *, int);
void	socantrcvmore(struct socket *);
void	socantsendmore(struct socket *);
void	soisconnected(struct socket *);
void	soisconnecting(struct socket *);
void	soisdisconnected(struct socket *);
int	soerr_append(struct socket *, const struct so_errmsg *, struct mbuf *);
struct mbuf *soerr_remove(struct socket *);

/* uipc_socket.c */
void	soinit(void);
int	socreate(int, struct socket **, int, int);
int	sobind(struct socket *, struct mbuf *, struct proc *);
int	solisten(struct socket *, int);
int	soconnect(struct socket *, struct mbuf *);
int	sodisconnect(struct socket *);
int	soshutdown(struct socket *, int);
int	soclose(struct socket *);
int	sosend(struct socket *, struct mbuf *, struct uio *, struct mbuf *,
	    struct mbuf *, int);
int	soreceive(struct socket *, struct uio *, struct somsg *);

/* uipc_sockopt.c */
int	sosetopt(struct socket *, int, int, struct mbuf *);
int	sogetopt(struct socket *, int, int, struct mbuf *);
u_int	so_rtableid(struct socket *);

#endif /* _KERNEL */

#endif /* _SYS_SOCKETVAR_H_ */
