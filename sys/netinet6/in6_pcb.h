/*
 * Control blocks of IPv6 sockets: struct inpcb with inp_pcb6 set.
 */
#ifndef _NETINET6_IN6_PCB_H_
#define _NETINET6_IN6_PCB_H_

#ifdef _KERNEL

#include <netinet/in_pcb.h>
#include <netinet6/in6.h>

struct proc;
struct socket;

#define sotoin6pcb(so)	((struct in6pcb *)sotoinpcb(so)->inp_pcb6)
#define inptoin6pcb(inp) ((struct in6pcb *)(inp)->inp_pcb6)

/* What a packet's socket is looked up by; addresses with their scope. */
struct in6_pcbkey {
	struct in6_addr	pk6_faddr, pk6_laddr;
	uint16_t	pk6_fport, pk6_lport;
	u_int		pk6_rtableid;
	u_int		pk6_ifidx;	/* where it came in, 0 any */
};

int		 in6_pcballoc(struct socket *, struct inpcbtable *, int);
void		 in6_pcbdetach(struct inpcb *);
int		 in6_pcbaddrisavail(struct inpcb *, const struct in6_addr *);
int		 in6_pcbbind(struct inpcb *, struct mbuf *, struct proc *);
int		 in6_pcbconnect(struct inpcb *, struct mbuf *);
void		 in6_pcbdisconnect(struct inpcb *);
struct inpcb	*in6_pcblookup_key(struct inpcbtable *,
		    const struct in6_pcbkey *);
struct inpcb	*in6_pcblookup_packet(struct inpcbtable *,
		    const struct in6_pcbkey *);
struct inpcb	*in6_pcblookup_mapped(struct inpcbtable *,
		    const struct in_pcbkey *);
struct inpcb	*in6_pcblookup_local(struct inpcbtable *,
		    const struct in6_addr *, u_int, int, u_int);
void		 in6_pcbnotifyall(struct inpcbtable *,
		    const struct in6_addr *, u_int, int,
		    void (*)(struct inpcb *, int));
struct rtentry	*in6_pcbrtentry(struct inpcb *);
int		 in6_sockaddr(struct socket *, struct mbuf *);
int		 in6_peeraddr(struct socket *, struct mbuf *);
void		 in6_mapped(struct in6_addr *, struct in_addr);

#endif /* _KERNEL */

#endif /* _NETINET6_IN6_PCB_H_ */
