/*
 * Protocol control blocks of IPv6 sockets: their addresses, and finding one
 * for a packet.  The tables are those of netinet (in_pcb.c), which IPv4
 * sockets share.
 *
 * A socket hears IPv6 only, unless the program has turned IPV6_V6ONLY off:
 * then IPv4 peers appear as ::ffff:a.b.c.d.
 *
 * Everything here is protected by the net lock.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>
#include <sys/proc.h>
#include <sys/protosw.h>
#include <sys/socket.h>
#include <sys/socketvar.h>
#include <sys/ucred.h>

#include <net/if.h>
#include <net/if_var.h>
#include <net/route.h>
#include <net/rtable.h>

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/in_pcb.h>
#include <netinet/in_var.h>
#include <netinet/ip6.h>
#include <netinet6/in6.h>
#include <netinet6/in6_pcb.h>
#include <netinet6/in6_var.h>
#include <netinet6/ip6_var.h>

/* Give a socket a control block; see in_pcballoc(). */
int
in6_pcballoc(struct socket *so, struct inpcbtable *table, int wait)
{
	struct in6pcb	*in6p;
	int		 error;

	in6p = malloc(sizeof(*in6p), M_PCB, M_NOWAIT | M_ZERO);
	if (in6p == NULL)
		return (ENOBUFS);
	if ((error = in_pcballoc(so, table, wait)) != 0) {
		free(in6p, M_PCB, sizeof(*in6p));
		return (error);
	}
	in6p->in6p_hops = -1;
	in6p->in6p_cksum = -1;
	if (ip6_auto_flowlabel)
		in6p->in6p_flags |= IN6P_AUTOFLOWLABEL;
	sotoinpcb(so)->inp_pcb6 = in6p;
	sotoinpcb(so)->inp_flags |= INP_IPV6_V6ONLY;
	sotoinpcb(so)->inp_pmtudisc = IPV6_PMTUDISC_WANT;
	return (0);
}

/* The socket closes. */
void
in6_pcbdetach(struct inpcb *inp)
{
	struct in6pcb	*in6p = inptoin6pcb(inp);

	inp->inp_pcb6 = NULL;
	ip6_freemoptions(in6p->in6p_moptions);
	m_freem(in6p->in6p_ext.ip6e_hbh);
	m_freem(in6p->in6p_ext.ip6e_dest2);
	free(in6p->in6p_icmp6filt, M_PCB, sizeof(*in6p->in6p_icmp6filt));
	free(in6p, M_PCB, sizeof(*in6p));
	in_pcbdetach(inp);
}

/* The IPv6 form of an IPv4 address. */
void
in6_mapped(struct in6_addr *in6, struct in_addr in)
{
	memset(in6, 0, sizeof(*in6));
	if (in.s_addr == INADDR_ANY)
		return;
	in6->s6_addr32[2] = htonl(0xffff);
	in6->s6_addr32[3] = in.s_addr;
}

static int
in6_pcbmatch(const struct inpcb *inp, const struct in6_pcbkey *key,
    u_int rdomain)
{
	u_int	 ifidx = inp->inp_socket->so_ifidx;

	return (inp->inp_lport == key->pk6_lport &&
	    inp->inp_fport == key->pk6_fport &&
	    IN6_ARE_ADDR_EQUAL(&inp->inp_faddr6, &key->pk6_faddr) &&
	    IN6_ARE_ADDR_EQUAL(&inp->inp_laddr6, &key->pk6_laddr) &&
	    (inp->inp_flags & INP_IPV6) &&
	    rtable_l2(inp->inp_rtableid) == rdomain &&
	    (ifidx == 0 || key->pk6_ifidx == 0 || ifidx == key->pk6_ifidx));
}

/* The socket with exactly these ends, or NULL. */
struct inpcb *
in6_pcblookup_key(struct inpcbtable *table, const struct in6_pcbkey *key)
{
	union inpaddru	 f, l;
	struct inpcb	*inp;
	u_int		 rdomain = rtable_l2(key->pk6_rtableid);

	f.iau_addr6 = key->pk6_faddr;
	l.iau_addr6 = key->pk6_laddr;
	LIST_FOREACH(inp, in_pcbhash(table, rdomain, &f, key->pk6_fport, &l,
	    key->pk6_lport), inp_hash)
		if (in6_pcbmatch(inp, key, rdomain))
			return (inp);
	return (NULL);
}

/*
 * The socket that a packet is for: one connected to its sender, else one
 * that waits for anybody at its destination, else at its port.
 */
struct inpcb *
in6_pcblookup_packet(struct inpcbtable *table, const struct in6_pcbkey *key)
{
	struct in6_pcbkey	 wild = *key;
	struct inpcb		*inp;

	if ((inp = in6_pcblookup_key(table, key)) != NULL)
		return (inp);
	wild.pk6_faddr = in6addr_any;
	wild.pk6_fport = 0;
	if ((inp = in6_pcblookup_key(table, &wild)) != NULL)
		return (inp);
	wild.pk6_laddr = in6addr_any;
	return (in6_pcblookup_key(table, &wild));
}

/* The IPv6 socket that hears an IPv4 packet, or NULL. */
struct inpcb *
in6_pcblookup_mapped(struct inpcbtable *table, const struct in_pcbkey *key4)
{
	struct in6_pcbkey	 key;
	struct inpcb		*inp;

	in6_mapped(&key.pk6_faddr, key4->pk_faddr);
	in6_mapped(&key.pk6_laddr, key4->pk_laddr);
	key.pk6_fport = key4->pk_fport;
	key.pk6_lport = key4->pk_lport;
	key.pk6_rtableid = key4->pk_rtableid;
	key.pk6_ifidx = key4->pk_ifidx;
	inp = in6_pcblookup_packet(table, &key);
	return (inp == NULL || (inp->inp_flags & INP_IPV6_V6ONLY) ? NULL :
	    inp);
}

/*
 * The socket that comes nearest to having this local end; with
 * INPLOOKUP_WILDCARD, one whose addresses include it or are included.
 */
struct inpcb *
in6_pcblookup_local(struct inpcbtable *table, const struct in6_addr *laddr,
    u_int lport, int flags, u_int rtableid)
{
	struct inpcb	*inp, *match = NULL;
	u_int		 rdomain = rtable_l2(rtableid);
	int		 wild, best = 3;

	LIST_FOREACH(inp, in_pcbporthead(table, lport, rdomain), inp_lhash) {
		if (inp->inp_lport != lport || !(inp->inp_flags & INP_IPV6) ||
		    rtable_l2(inp->inp_rtableid) != rdomain)
			continue;
		wild = !IN6_IS_ADDR_UNSPECIFIED(&inp->inp_faddr6);
		if (!IN6_ARE_ADDR_EQUAL(&inp->inp_laddr6, laddr)) {
			if (!IN6_IS_ADDR_UNSPECIFIED(&inp->inp_laddr6) &&
			    !IN6_IS_ADDR_UNSPECIFIED(laddr))
				continue;
			wild++;
		}
		if ((wild != 0 && !(flags & INPLOOKUP_WILDCARD)) ||
		    wild >= best)
			continue;
		match = inp;
		if ((best = wild) == 0)
			break;
	}
	return (match);
}

/*
 * Tell every socket of a table whose peer is faddr: notify(inp, error).  For
 * what concerns a host and not one conversation.
 */
void
in6_pcbnotifyall(struct inpcbtable *table, const struct in6_addr *faddr,
    u_int rtableid, int error, void (*notify)(struct inpcb *, int))
{
	struct inpcb	*inp, *next;
	u_int		 rdomain = rtable_l2(rtableid);

	if (IN6_IS_ADDR_UNSPECIFIED(faddr))
		return;
	for (inp = TAILQ_FIRST(&table->inpt_queue); inp != NULL; inp = next) {
		next = TAILQ_NEXT(inp, inp_queue);
		if ((inp->inp_flags & INP_IPV6) &&
		    IN6_ARE_ADDR_EQUAL(&inp->inp_faddr6, faddr) &&
		    rtable_l2(inp->inp_rtableid) == rdomain)
			notify(inp, error);
	}
}

/* Is the address (with its scope) one that a socket may have? */
int
in6_pcbaddrisavail(struct inpcb *inp, const struct in6_addr *addr)
{
	struct in6_ifaddr	*ia;
	struct in_addr		 in;

	if (IN6_IS_ADDR_V4MAPPED(addr)) {
		if (inp->inp_flags & INP_IPV6_V6ONLY)
			return (EADDRNOTAVAIL);
		in.s_addr = addr->s6_addr32[3];
		if (in.s_addr == INADDR_ANY || in_ismulticast(in.s_addr) ||
		    in_ifaddr_lookup(in, inp->inp_rtableid) != NULL)
			return (0);
		return (EADDRNOTAVAIL);
	}
	if (IN6_IS_ADDR_UNSPECIFIED(addr) || IN6_IS_ADDR_MULTICAST(addr) ||
	    (inp->inp_flags & INP_BINDANY) ||
	    so_isset(inp->inp_socket, SO_BINDANY))
		return (0);
	ia = in6_ifaddr_lookup(addr, inp->inp_rtableid);
	if (ia == NULL || (ia->ia6_flags & (IN6_IFF_TENTATIVE |
	    IN6_IFF_DUPLICATED)))
		return (EADDRNOTAVAIL);
	return (0);
}

/* May the socket have this local end?  See in_pcbportisavail(). */
static int
in6_pcbportisavail(struct inpcb *inp, const struct in6_addr *laddr,
    u_int lport)
{
	struct in_addr	 any = { INADDR_ANY };
	struct socket	*so = inp->inp_socket;
	struct inpcb	*t;
	int		 mcast = IN6_IS_ADDR_MULTICAST(laddr), wild = 0;
	int		 reuse = so_isset(so, SO_REUSEADDR);
	int		 share = so_isset(so, SO_REUSEPORT) || (mcast && reuse);

	if (!reuse && !so_isset(so, SO_REUSEPORT))
		wild = INPLOOKUP_WILDCARD;
	if (so->so_euid != 0 && !mcast) {
		t = in6_pcblookup_local(inp->inp_table, laddr, lport,
		    INPLOOKUP_WILDCARD, inp->inp_rtableid);
		if (t != NULL && t != inp &&
		    t->inp_socket->so_euid != so->so_euid)
			return (EADDRINUSE);
	}
	if (!(inp->inp_flags & INP_IPV6_V6ONLY) &&
	    IN6_IS_ADDR_UNSPECIFIED(laddr) && !reuse &&
	    in_pcblookup_local(inp->inp_table, any, lport,
	    INPLOOKUP_WILDCARD, inp->inp_rtableid) != NULL)
		return (EADDRINUSE);
	t = in6_pcblookup_local(inp->inp_table, laddr, lport, wild,
	    inp->inp_rtableid);
	if (t == NULL || t == inp)
		return (0);
	if (share && (so_isset(t->inp_socket, SO_REUSEPORT) ||
	    (mcast && so_isset(t->inp_socket, SO_REUSEADDR))))
		return (0);
	return (EADDRINUSE);
}

/* Has another socket a local end that includes this port? */
static int
in6_pcbporttaken(struct inpcb *inp, u_int lport)
{
	struct in_addr	 any = { INADDR_ANY };

	if (!(inp->inp_flags & INP_IPV6_V6ONLY) &&
	    in_pcblookup_local(inp->inp_table, any, lport,
	    INPLOOKUP_WILDCARD, inp->inp_rtableid) != NULL)
		return (1);
	return (in6_pcblookup_local(inp->inp_table, &inp->inp_laddr6, lport,
	    INPLOOKUP_WILDCARD, inp->inp_rtableid) != NULL);
}

/*
 * Bind to the address in nam, or to any with a port of the system's choice
 * when nam is NULL or its port is 0.  EINVAL when bound already,
 * EADDRNOTAVAIL, EADDRINUSE, EACCES, EAFNOSUPPORT, ENXIO.
 */
int
in6_pcbbind(struct inpcb *inp, struct mbuf *nam, struct proc *p)
{
	struct sockaddr_in6	*sin6;
	struct in6_addr		 laddr = inp->inp_laddr6, old = laddr;
	u_int			 lport = 0;
	int			 error;

	if (inp->inp_lport != 0)
		return (EINVAL);
	if (nam != NULL) {
		if ((error = in6_nam2sin6(nam, &sin6)) != 0)
			return (error);
		if (!IN6_IS_ADDR_UNSPECIFIED(&inp->inp_laddr6))
			return (EINVAL);
		if ((error = in6_embedscope(&laddr, sin6,
		    inp->inp_socket->so_ifidx)) != 0 ||
		    (error = in6_pcbaddrisavail(inp, &laddr)) != 0)
			return (error);
		lport = sin6->sin6_port;
	}
	if (lport != 0) {
		if (in_rootonly(ntohs(lport),
		    inp->inp_socket->so_proto->pr_protocol) &&
		    suser(p) != 0)
			return (EACCES);
		error = in6_pcbportisavail(inp, &laddr, lport);
	} else {
		inp->inp_laddr6 = laddr;
		error = in_pcbpickport(inp, &lport, in6_pcbporttaken);
		inp->inp_laddr6 = old;
		if (error == 0)
			inp->inp_flags |= INP_ANONPORT;
	}
	if (error != 0)
		return (error);
	if (!IN6_IS_ADDR_UNSPECIFIED(&laddr))
		inp->inp_flags |= INP_LADDRBOUND;
	inp->inp_laddr6 = laddr;
	inp->inp_lport = lport;
	in_pcbrehash(inp);
	return (0);
}

/* The source for an IPv4 peer, mapped. */
static int
in6_pcbselsrc_mapped(struct inpcb *inp, const struct sockaddr_in6 *dst,
    struct in6_addr *src)
{
	struct sockaddr_in	 sin;
	struct in_addr		 in;
	int			 error;

	if ((inp->inp_flags & INP_IPV6_V6ONLY) ||
	    (!IN6_IS_ADDR_UNSPECIFIED(&inp->inp_laddr6) &&
	    !IN6_IS_ADDR_V4MAPPED(&inp->inp_laddr6)))
		return (ENETUNREACH);
	memset(&sin, 0, sizeof(sin));
	sin.sin_len = sizeof(sin);
	sin.sin_family = AF_INET;
	sin.sin_addr.s_addr = dst->sin6_addr.s6_addr32[3];
	if ((error = in_pcbselsrc(&in, &sin, inp)) == 0)
		in6_mapped(src, in);
	return (error);
}

/*
 * Make the address in nam the socket's only peer; a local end is chosen
 * where none is bound.  EADDRNOTAVAIL, EADDRINUSE when another socket has
 * both ends, EHOSTUNREACH, ENETUNREACH, EAFNOSUPPORT, EINVAL, ENXIO.
 */
int
in6_pcbconnect(struct inpcb *inp, struct mbuf *nam)
{
	struct in6_pcbkey	 key;
	struct sockaddr_in6	*nsin6, sin6;
	struct in6_addr		 src;
	int			 error;

	if ((error = in6_nam2sin6(nam, &nsin6)) != 0)
		return (error);
	sin6 = *nsin6;
	if (sin6.sin6_port == 0)
		return (EADDRNOTAVAIL);
	if ((error = in6_embedscope(&sin6.sin6_addr, nsin6,
	    inp->inp_socket->so_ifidx)) != 0)
		return (error);
	if (IN6_IS_ADDR_LINKLOCAL(&sin6.sin6_addr) &&
	    in6_scope_get(&sin6.sin6_addr) == 0)
		return (EINVAL);
	if (IN6_IS_ADDR_UNSPECIFIED(&sin6.sin6_addr))	/* this host */
		sin6.sin6_addr = in6addr_loopback;
	if (IN6_IS_ADDR_V4MAPPED(&sin6.sin6_addr))
		error = in6_pcbselsrc_mapped(inp, &sin6, &src);
	else if (IN6_IS_ADDR_V4MAPPED(&inp->inp_laddr6))
		error = ENETUNREACH;
	else
		error = in6_pcbselsrc(&src, &sin6, inp);
	if (error != 0)
		return (error);
	key.pk6_faddr = sin6.sin6_addr;
	key.pk6_fport = sin6.sin6_port;
	key.pk6_laddr = src;
	key.pk6_lport = inp->inp_lport;
	key.pk6_rtableid = inp->inp_rtableid;
	key.pk6_ifidx = 0;
	if (inp->inp_lport != 0 &&
	    in6_pcblookup_key(inp->inp_table, &key) != NULL)
		return (EADDRINUSE);
	if (inp->inp_lport == 0 &&
	    (error = in6_pcbbind(inp, NULL, curproc)) != 0)
		return (error);
	inp->inp_laddr6 = src;
	inp->inp_faddr6 = sin6.sin6_addr;
	inp->inp_fport = sin6.sin6_port;
	if (inptoin6pcb(inp)->in6p_flags & IN6P_AUTOFLOWLABEL)
		inptoin6pcb(inp)->in6p_flowlabel = ip6_randomflowlabel();
	in_pcbrehash(inp);
	return (0);
}

/* Take the peer away; a local address that was chosen goes with it. */
void
in6_pcbdisconnect(struct inpcb *inp)
{
	inp->inp_faddr6 = in6addr_any;
	inp->inp_fport = 0;
	if (!(inp->inp_flags & INP_LADDRBOUND))
		inp->inp_laddr6 = in6addr_any;
	inptoin6pcb(inp)->in6p_flowlabel = 0;
	route_flush(&inp->inp_route);
	in_pcbrehash(inp);
}

/* The route to the peer, kept by inp; NULL when there is none. */
struct rtentry *
in6_pcbrtentry(struct inpcb *inp)
{
	struct rtentry	*rt;

	if (IN6_IS_ADDR_UNSPECIFIED(&inp->inp_faddr6))
		return (NULL);
	if (IN6_IS_ADDR_V4MAPPED(&inp->inp_faddr6))
		return (in_pcbrtentry(inp));
	rt = route6_mpath(&inp->inp_route, &inp->inp_faddr6,
	    IN6_IS_ADDR_UNSPECIFIED(&inp->inp_laddr6) ? NULL :
	    &inp->inp_laddr6, inp->inp_rtableid);
	return (rtisvalid(rt) ? rt : NULL);
}

static int
in6_pcbname(struct mbuf *nam, const struct in6_addr *addr, u_int port)
{
	struct sockaddr_in6	*sin6 = mtod(nam, struct sockaddr_in6 *);

	nam->m_len = sizeof(*sin6);
	in6_sin6(sin6, addr);
	in6_recoverscope(sin6, addr);
	sin6->sin6_port = port;
	return (0);
}

/* pru_sockaddr and pru_peeraddr of IPv6 sockets. */
int
in6_sockaddr(struct socket *so, struct mbuf *nam)
{
	return (in6_pcbname(nam, &sotoinpcb(so)->inp_laddr6,
	    sotoinpcb(so)->inp_lport));
}

int
in6_peeraddr(struct socket *so, struct mbuf *nam)
{
	return (in6_pcbname(nam, &sotoinpcb(so)->inp_faddr6,
	    sotoinpcb(so)->inp_fport));
}
