/*
 * Between the files of bpf(4).
 *
 *	bpf_filter.c	the machine and its check
 *	bpf_tap.c	drivers' side: interfaces, packets to listeners
 *	bpf.c		the device: open, read, write, poll, close
 *	bpf_ioctl.c	its ioctls
 *
 * A listener (struct bpf_d) has two buffers.  Packets are stored in one; when
 * that is full, or a reader need not wait, the two change places, and the
 * other is held for the reader:
 *
 *	          catch                 rotate                 read
 *	packet ----------> bd_sbuf ----------------> bd_hbuf ----------> user
 *	                      ^                                 |
 *	                      +------------ bd_fbuf <-----------+
 *
 * Packets are shown from threads and from interrupts, neither of which can
 * come between here, since nothing sleeps.  What attaches to an interface or
 * leaves it has the net lock.
 */
#ifndef _NET_BPF_VAR_H_
#define _NET_BPF_VAR_H_

#include <sys/queue.h>
#include <sys/timeout.h>
#include <net/bpf.h>

struct bpf_d;
struct file;

/* A link type of an interface. */
struct bpf_if {
	TAILQ_ENTRY(bpf_if)	  bif_next;	/* of all */
	LIST_HEAD(, bpf_d)	  bif_dlist;	/* who listens */
	caddr_t			 *bif_driverp;	/* the driver's pointer here */
	struct ifnet		 *bif_ifp;
	u_int			  bif_dlt;
	u_int			  bif_hdrlen;	/* struct bpf_hdr and padding */
};
TAILQ_HEAD(bpf_iflist, bpf_if);

/* What the first packet stored does to readers. */
enum bpf_wait {
	BPF_W_IDLE,		/* nothing has been stored */
	BPF_W_WAIT,		/* more may come: bd_wait_to runs */
	BPF_W_DONE		/* waited long enough: readable */
};

/* A listener: an open /dev/bpf. */
struct bpf_d {
	LIST_ENTRY(bpf_d)	 bd_next;	/* of bd_bif */
	struct bpf_if		*bd_bif;	/* NULL: not attached */
	struct file		*bd_fp;
	caddr_t			 bd_sbuf;	/* stores packets */
	caddr_t			 bd_hbuf;	/* full, for the reader */
	caddr_t			 bd_fbuf;	/* free */
	u_int			 bd_slen;	/* bytes in each */
	u_int			 bd_hlen;
	u_int			 bd_bufsize;	/* bytes of each */
	struct bpf_insn		*bd_rfilter;	/* NULL: accept all */
	struct bpf_insn		*bd_wfilter;	/* the same for writes */
	u_int			 bd_rfilterlen;
	u_int			 bd_wfilterlen;
	u_int64_t		 bd_rtout;	/* ns; 0 for ever */
	u_int64_t		 bd_wtout;	/* ns; INFSLP until full */
	struct timeout		 bd_wait_to;
	enum bpf_wait		 bd_wait;
	u_int			 bd_rcount;	/* packets seen */
	u_int			 bd_dcount;	/* packets without room */
	u_int			 bd_lost;	/* since the last one stored */
	u_int			 bd_dirfilt;	/* BPF_DIRECTION_* unwanted */
	u_int			 bd_fildrop;	/* BPF_FILDROP_* */
	int			 bd_gone;	/* its interface has gone */
	int			 bd_promisc;
	int			 bd_hdrcmplt;	/* writes name their source */
	int			 bd_locked;
};

/* A transport checksum that is finished when somebody looks, or catches. */
struct bpf_late {
	u_int		 bl_at;		/* where, from the view's start */
	u_int8_t	*bl_th;		/* the transport header */
	u_int		 bl_thlen;
	u_int		 bl_off;	/* the payload, in the mbuf chain */
	u_int		 bl_len;
	int		 bl_udp;	/* 0 is not to be seen */
	int		 bl_due;
};

/*
 * A packet as a listener sees it, without having been put together: bytes
 * that are in no mbuf, then an mbuf chain from an offset on.
 */
struct bpf_view {
	const u_int8_t		*bv_hdr;
	u_int			 bv_hdrlen;
	u_int			 bv_off;	/* into bv_m */
	const struct mbuf	*bv_m;		/* NULL: all is in bv_hdr */
	u_int			 bv_len;	/* in all */
	struct bpf_late		*bv_late;	/* or NULL */
};

extern int bpf_bufsize, bpf_maxbufsize;
extern const struct bpf_ops bpf_view_ops;

/* bpf.c */
void		 bpf_wakeup(struct bpf_d *);
void		 bpf_rotate(struct bpf_d *);
void		 bpf_reset(struct bpf_d *);

/* bpf_tap.c */
void		 bpf_tap_init(void);
struct bpf_if	*bpf_if_find(const char *);
struct bpf_if	*bpf_if_dlt(const struct ifnet *, u_int);
u_int		 bpf_if_dlts(const struct ifnet *, u_int *, u_int);
void		 bpf_attachd(struct bpf_d *, struct bpf_if *);
void		 bpf_detachd(struct bpf_d *);

/* bpf_ioctl.c */
int		 bpf_ioctl(struct file *, u_long, caddr_t, struct proc *);

#endif /* _NET_BPF_VAR_H_ */
