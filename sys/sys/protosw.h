/*
 * The protocol switch: how the socket layer reaches a protocol, and how
 * protocols reach one another.
 *
 * Whoever is handed an mbuf frees it, but for pru_sockaddr and pru_peeraddr,
 * which fill in the caller's, pr_ctloutput and the address (nam) of the other
 * calls, which only read it.
 */
#ifndef _SYS_PROTOSW_H_
#define _SYS_PROTOSW_H_

#ifdef _KERNEL

#include <sys/types.h>

struct domain;
struct ifnet;
struct mbuf;
struct proc;
struct protosw;
struct sockaddr;
struct socket;

/* pr_flags */
#define PR_ATOMIC	0x0001		/* a send is one message */
#define PR_ADDR		0x0002		/* messages carry an address */
#define PR_CONNREQUIRED	0x0004		/* no data without a connection */
#define PR_WANTRCVD	0x0008		/* pru_rcvd wants to be called */
#define PR_RIGHTS	0x0010		/* passes descriptors */

/*
 * What a socket asks of its protocol.  Errors are errno; a member that is
 * NULL is answered EOPNOTSUPP (attach, detach, bind, send and control are
 * never NULL).
 *
 *	attach	the socket is new: protocol number asked for, wait is M_WAIT;
 *		reserves buffers with soreserve(), keeps so_pcb
 *	detach	the last call: frees so_pcb
 *	bind	nam has been copied in: m_len is its length, sa_len agrees
 *	send	consumes data and control; nam NULL when connected
 *	control	an ioctl on the socket: cmd, its argument in the kernel, and
 *		the interface that it names (NULL when none)
 */
struct pr_usrreqs {
	int	(*pru_attach)(struct socket *, int, int);
	int	(*pru_detach)(struct socket *);
	int	(*pru_bind)(struct socket *, struct mbuf *, struct proc *);
	int	(*pru_listen)(struct socket *);
	int	(*pru_connect)(struct socket *, struct mbuf *);
	int	(*pru_disconnect)(struct socket *);
	int	(*pru_shutdown)(struct socket *);
	void	(*pru_rcvd)(struct socket *);
	int	(*pru_send)(struct socket *, struct mbuf *, struct mbuf *,
		    struct mbuf *);
	int	(*pru_control)(struct socket *, u_long, caddr_t,
		    struct ifnet *);
	int	(*pru_sockaddr)(struct socket *, struct mbuf *);
	int	(*pru_peeraddr)(struct socket *, struct mbuf *);
};

/*
 * One protocol.
 *
 *	pr_input	a packet from below: mbuf, offset of this protocol's
 *			header, protocol, family; returns IPPROTO_DONE or the
 *			next header
 *	pr_ctlinput	PRC_*, address, rdomain, the packet at fault
 *	pr_ctloutput	PRCO_*, socket, level, option, value; for PRCO_GETOPT
 *			the value is an empty mbuf to fill, m_len set
 *	pr_sysctl	mib below the protocol, its length, old, new
 */
struct protosw {
	short			 pr_type;	/* SOCK_*; 0 no sockets */
	const struct domain	*pr_domain;
	short			 pr_protocol;	/* 0 as a wildcard of raw */
	short			 pr_flags;	/* PR_* */

	int		(*pr_input)(struct mbuf **, int *, int, int);
	void		(*pr_ctlinput)(int, struct sockaddr *, u_int, void *);
	int		(*pr_ctloutput)(int, struct socket *, int, int,
			    struct mbuf *);
	const struct pr_usrreqs	*pr_usrreqs;
	void		(*pr_init)(void);
	int		(*pr_sysctl)(int *, u_int, void *, size_t *, void *,
			    size_t);
};

/* pr_ctlinput commands. */
#define PRC_IFDOWN		0
#define PRC_ROUTEDEAD		1
#define PRC_IFUP		2
#define PRC_MTUINC		3
#define PRC_QUENCH		4
#define PRC_MSGSIZE		5
#define PRC_HOSTDEAD		6
#define PRC_UNREACH_NET		8
#define PRC_UNREACH_HOST	9
#define PRC_UNREACH_PROTOCOL	10
#define PRC_UNREACH_PORT	11
#define PRC_UNREACH_SRCFAIL	13
#define PRC_REDIRECT_NET	14
#define PRC_REDIRECT_HOST	15
#define PRC_REDIRECT_TOSNET	16
#define PRC_REDIRECT_TOSHOST	17
#define PRC_TIMXCEED_INTRANS	18
#define PRC_TIMXCEED_REASS	19
#define PRC_PARAMPROB		20
#define PRC_NCMDS		21

#define PRC_IS_REDIRECT(cmd)	\
	((cmd) >= PRC_REDIRECT_NET && (cmd) <= PRC_REDIRECT_TOSHOST)

/* pr_ctloutput commands. */
#define PRCO_GETOPT	0
#define PRCO_SETOPT	1

const struct protosw	*pffindproto(int, int, int);
const struct protosw	*pffindtype(int, int);
void			 pfctlinput(int, struct sockaddr *);

#endif /* _KERNEL */

#endif /* _SYS_PROTOSW_H_ */
