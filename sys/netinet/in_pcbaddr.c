/*
 * Local and foreign addresses of sockets: bind, connect, and the choice of
 * ports and source addresses (RFC 1122 4.1.3.5, RFC 6056).
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
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

#include <netinet/in.h>
#include <netinet/in_pcb.h>
#include <netinet/in_var.h>
#include <netinet/ip_var.h>

struct baddynamicports	baddynamicports, rootonlyports;

/* Ranges of the ports that the system chooses. */
int	ipport_firstauto = IPPORT_RESERVED;
int	ipport_lastauto = IPPORT_USERRESERVED;
int	ipport_hifirstauto = IPPORT_HIFIRSTAUTO;
int	ipport_hilastauto = IPPORT_HILASTAUTO;

/* Is the port (host order) one that is never chosen? */
int
in_baddynamic(u_int16_t port, u_int16_t proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return (DP_ISSET(baddynamicports.tcp, port) != 0);
	case IPPROTO_UDP:
		return (DP_ISSET(baddynamicports.udp, port) != 0);
	default:
		return (0);
	}
}

/* Is the port (host order) one that only root may bind? */
int
in_rootonly(u_int16_t port, u_int16_t proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return (port < IPPORT_RESERVED ||
		    DP_ISSET(rootonlyports.tcp, port) != 0);
	case IPPROTO_UDP:
		return (port < IPPORT_RESERVED ||
		    DP_ISSET(rootonlyports.udp, port) != 0);
	default:
		return (0);
	}
}

/* Is the address one that a socket may have? */
static int
in_pcbaddrisavail(struct inpcb *inp, struct in_addr addr)
{
	struct socket	*so = inp->inp_socket;

	if (addr.s_addr == INADDR_ANY || in_ismulticast(addr.s_addr) ||
	    (inp->inp_flags & INP_BINDANY) || so_isset(so, SO_BINDANY) ||
	    in_ifaddr_lookup(addr, inp->inp_rtableid) != NULL)
		return (0);
	/* A datagram socket may be there to hear broadcasts. */
	if (so->so_type == SOCK_DGRAM &&
	    in_broadcast(addr, inp->inp_rtableid))
		return (0);
	return (EADDRNOTAVAIL);
}

/*
 * May the socket have this local end beside those that others have?  Two may
 * share one when both say SO_REUSEPORT (for a group, SO_REUSEADDR does as
 * well); SO_REUSEADDR lets one have an address of its own beside a wildcard.
 * Another user's socket is never shadowed.
 */
static int
in_pcbportisavail(struct inpcb *inp, struct in_addr laddr, u_int lport)
{
	struct socket	*so = inp->inp_socket;
	struct inpcb	*t;
	int		 share, wild = 0;

	share = so_isset(so, SO_REUSEPORT) ||
	    (in_ismulticast(laddr.s_addr) && so_isset(so, SO_REUSEADDR));
	if (!so_isset(so, SO_REUSEADDR) && !so_isset(so, SO_REUSEPORT))
		wild = INPLOOKUP_WILDCARD;
	if (so->so_euid != 0 && !in_ismulticast(laddr.s_addr)) {
		t = in_pcblookup_local(inp->inp_table, laddr, lport,
		    INPLOOKUP_WILDCARD, inp->inp_rtableid);
		if (t != NULL && t != inp &&
		    t->inp_socket->so_euid != so->so_euid)
			return (EADDRINUSE);
	}
	t = in_pcblookup_local(inp->inp_table, laddr, lport, wild,
	    inp->inp_rtableid);
	if (t == NULL || t == inp)
		return (0);
	if (share && (so_isset(t->inp_socket, SO_REUSEPORT) ||
	    (in_ismulticast(laddr.s_addr) &&
	    so_isset(t->inp_socket, SO_REUSEADDR))))
		return (0);
	return (EADDRINUSE);
}

/* Has another socket a local end that includes this port? */
static int
in_pcbporttaken(struct inpcb *inp, u_int lport)
{
	return (in_pcblookup_local(inp->inp_table, inp->inp_laddr, lport,
	    INPLOOKUP_WILDCARD, inp->inp_rtableid) != NULL);
}

/*
 * Choose a port (network order) that taken(inp, port) says is free: from a
 * random place on (RFC 6056 algorithm 1), each port of the range once.
 * EADDRNOTAVAIL, EACCES.
 */
int
in_pcbpickport(struct inpcb *inp, u_int *lport,
    int (*taken)(struct inpcb *, u_int))
{
	struct proc	*p = curproc;
	u_int		 first, last, count, port;
	u_int16_t	 proto = inp->inp_socket->so_proto->pr_protocol;

	if (inp->inp_flags & INP_HIGHPORT) {
		first = ipport_hifirstauto;
		last = ipport_hilastauto;
	} else if (inp->inp_flags & INP_LOWPORT) {
		if (suser(p) != 0)
			return (EACCES);
		first = IPPORT_RESERVED / 2;
		last = IPPORT_RESERVED - 1;
	} else {
		first = ipport_firstauto;
		last = ipport_lastauto;
	}
	if (first > last) {
		count = first;
		first = last;
		last = count;
	}
	count = last - first + 1;
	port = first + arc4random_uniform(count);
	for (; count > 0; count--, port = port == last ? first : port + 1) {
		if (in_baddynamic(port, proto) || taken(inp, htons(port)))
			continue;
		*lport = htons(port);
		return (0);
	}
	return (EADDRNOTAVAIL);
}

/*
 * Bind to the address in nam, or to any with a port of the system's choice
 * when nam is NULL or its port is 0.  EINVAL when bound already,
 * EADDRNOTAVAIL, EADDRINUSE, EACCES, EAFNOSUPPORT.
 */
int
in_pcbbind(struct inpcb *inp, struct mbuf *nam, struct proc *p)
{
	struct sockaddr_in	*sin;
	struct in_addr		 laddr = inp->inp_laddr, old = laddr;
	u_int			 lport = 0;
	int			 error;

	if (inp->inp_lport != 0)
		return (EINVAL);
	if (nam != NULL) {
		if ((error = in_nam2sin(nam, &sin)) != 0)
			return (error);
		if (inp->inp_laddr.s_addr != INADDR_ANY)
			return (EINVAL);
		laddr = sin->sin_addr;
		lport = sin->sin_port;
		if ((error = in_pcbaddrisavail(inp, laddr)) != 0)
			return (error);
	}
	if (lport != 0) {
		if (in_rootonly(ntohs(lport),
		    inp->inp_socket->so_proto->pr_protocol) &&
		    suser(p) != 0)
			return (EACCES);
		error = in_pcbportisavail(inp, laddr, lport);
	} else {
		inp->inp_laddr = laddr;
		error = in_pcbpickport(inp, &lport, in_pcbporttaken);
		inp->inp_laddr = old;
		if (error == 0)
			inp->inp_flags |= INP_ANONPORT;
	}
	if (error != 0)
		return (error);
	if (laddr.s_addr != INADDR_ANY)
		inp->inp_flags |= INP_LADDRBOUND;
	inp->inp_laddr = laddr;
	inp->inp_lport = lport;
	in_pcbrehash(inp);
	return (0);
}

/* An interface that the socket names for dst, or 0. */
static u_int
in_pcbselif(const struct inpcb *inp, struct in_addr dst)
{
	if (in_ismulticast(dst.s_addr) && inp->inp_moptions != NULL &&
	    inp->inp_moptions->imo_ifidx != 0)
		return (inp->inp_moptions->imo_ifidx);
	return (inp->inp_socket->so_ifidx);
}

/*
 * Choose a source address for sending to dst: what is bound, else that of
 * the interface which the socket or the route to dst names, or the routing
 * table's preferred one.  EADDRNOTAVAIL, EHOSTUNREACH, ENXIO.
 */
int
in_pcbselsrc(struct in_addr *src, const struct sockaddr_in *dst,
    struct inpcb *inp)
{
	struct in_ifaddr	*ia;
	struct ifnet		*ifp;
	struct rtentry		*rt;
	struct sockaddr		*sa;
	u_int			 ifidx;

	if (inp->inp_laddr.s_addr != INADDR_ANY &&
	    !in_ismulticast(inp->inp_laddr.s_addr) &&
	    !in_broadcast(inp->inp_laddr, inp->inp_rtableid)) {
		*src = inp->inp_laddr;
		return (0);
	}
	if ((ifidx = in_pcbselif(inp, dst->sin_addr)) != 0) {
		if ((ifp = if_get(ifidx)) == NULL)
			return (ENXIO);
		if ((ia = in_ia4dst(ifp, dst->sin_addr)) != NULL)
			*src = ia->ia_addr.sin_addr;
		if_put(ifp);
		return (ia == NULL ? EADDRNOTAVAIL : 0);
	}
	rt = route_mpath(&inp->inp_route, &dst->sin_addr, NULL,
	    inp->inp_rtableid);
	if (!rtisvalid(rt))
		return (EHOSTUNREACH);
	/* On the link, or ourselves: that interface's own. */
	if (!ISSET(rt->rt_flags, RTF_LLINFO | RTF_LOCAL) &&
	    !in_ismulticast(dst->sin_addr.s_addr) &&
	    (sa = rtable_getsource(inp->inp_rtableid, AF_INET)) != NULL) {
		*src = satosin(sa)->sin_addr;
		return (0);
	}
	if (rt->rt_ifa->ifa_addr->sa_family != AF_INET)
		return (EADDRNOTAVAIL);
	*src = ifatoia(rt->rt_ifa)->ia_addr.sin_addr;
	return (0);
}

/*
 * Make the address in nam the socket's only peer; a local end is chosen
 * where none is bound.  EADDRNOTAVAIL, EADDRINUSE when another socket has
 * both ends, EHOSTUNREACH, EAFNOSUPPORT, EINVAL.
 */
int
in_pcbconnect(struct inpcb *inp, struct mbuf *nam)
{
	struct sockaddr_in	*nsin, sin;
	struct in_addr		 src;
	int			 error;

	if ((error = in_nam2sin(nam, &nsin)) != 0)
		return (error);
	sin = *nsin;
	if (sin.sin_port == 0)
		return (EADDRNOTAVAIL);
	if (sin.sin_addr.s_addr == INADDR_ANY)	/* this host */
		sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if ((error = in_pcbselsrc(&src, &sin, inp)) != 0)
		return (error);
	if (inp->inp_lport != 0 &&
	    in_pcblookup(inp->inp_table, sin.sin_addr, sin.sin_port, src,
	    inp->inp_lport, inp->inp_rtableid) != NULL)
		return (EADDRINUSE);
	if (inp->inp_lport == 0 &&
	    (error = in_pcbbind(inp, NULL, curproc)) != 0)
		return (error);
	inp->inp_laddr = src;
	inp->inp_faddr = sin.sin_addr;
	inp->inp_fport = sin.sin_port;
	in_pcbrehash(inp);
	return (0);
}

/* Take the peer away; a local address that was chosen goes with it. */
void
in_pcbdisconnect(struct inpcb *inp)
{
	inp->inp_faddr.s_addr = INADDR_ANY;
	inp->inp_fport = 0;
	if (!(inp->inp_flags & INP_LADDRBOUND))
		inp->inp_laddr.s_addr = INADDR_ANY;
	route_flush(&inp->inp_route);
	in_pcbrehash(inp);
}
