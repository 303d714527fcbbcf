/*
 * wg(4): its UDP sockets, one for each family, both on one port.
 *
 * The sockets are there to own the port and to be found by incoming packets,
 * which their upcall takes.  What goes out is given its headers here and
 * passed to IP at once: a train of datagrams is one packet.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/mbuf.h>
#include <sys/proc.h>
#include <sys/socket.h>
#include <sys/socketvar.h>

#include <net/rtable.h>

#include <netinet/in_pcb.h>
#include <netinet/in_var.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/ip_var.h>
#include <netinet/udp.h>
#include <netinet/udp_var.h>

#include <netinet6/in6_var.h>
#include <netinet6/ip6_var.h>

#include <netwg/wg_var.h>

#define BIND_TRIES	100		/* random ports tried for both */

/* Bind a new socket to a port (network order), 0 for any. */
static int
socket_bind(struct socket *so, int family, in_port_t port, u_int rtableid)
{
	struct inpcb	*inp = sotoinpcb(so);
	struct mbuf	*nam;
	int		 error;

	NET_LOCK();
	error = in_pcbset_rtableid(inp, rtableid);
	if (family == AF_INET6)
		inp->inp_flags |= INP_IPV6_V6ONLY;
	NET_UNLOCK();
	if (error != 0)
		return (error);
	if ((nam = m_getclr(M_WAIT, MT_SONAME)) == NULL)
		return (ENOBUFS);
	if (family == AF_INET) {
		struct sockaddr_in *sin = mtod(nam, struct sockaddr_in *);

		nam->m_len = sin->sin_len = sizeof(*sin);
		sin->sin_family = AF_INET;
		sin->sin_port = port;
	} else {
		struct sockaddr_in6 *sin6 = mtod(nam, struct sockaddr_in6 *);

		nam->m_len = sin6->sin6_len = sizeof(*sin6);
		sin6->sin6_family = AF_INET6;
		sin6->sin6_port = port;
	}
	error = sobind(so, nam, curproc);
	m_freem(nam);
	return (error);
}

/* A socket on *port, which becomes the one chosen if it is 0. */
static int
socket_open(struct wg_softc *sc, struct socket **sop, int family,
    in_port_t *port)
{
	struct socket	*so;
	int		 error;

	*sop = NULL;
	if ((error = socreate(family, &so, SOCK_DGRAM, 0)) != 0)
		return (error);
	error = socket_bind(so, family, *port, sc->sc_rtableid);
	if (error != 0) {
		soclose(so);
		return (error);
	}
	*port = sotoinpcb(so)->inp_lport;
	*sop = so;
	return (0);
}

/* Both on one port; a kernel without IPv6 has one only. */
static int
pair_open(struct wg_softc *sc, struct socket **so4, struct socket **so6,
    in_port_t *port)
{
	in_port_t	 chosen;
	int		 error, tries;

	for (tries = 0; tries < BIND_TRIES; tries++) {
		chosen = *port;
		error = socket_open(sc, so4, AF_INET, &chosen);
		if (error != 0)
			return (error);
		error = socket_open(sc, so6, AF_INET6, &chosen);
		if (error == 0 || error == EAFNOSUPPORT) {
			*port = chosen;
			return (0);
		}
		soclose(*so4);
		*so4 = NULL;
		if (*port != 0 || error != EADDRINUSE)
			return (error);
	}
	return (EADDRINUSE);
}

static void
socket_adopt(struct wg_softc *sc, struct socket *so)
{
	if (so == NULL)
		return;
	/* What is not for the upcall (broadcasts) finds no room. */
	so->so_rcv.sb_hiwat = 0;
	sotoinpcb(so)->inp_upcall = wg_udp_input;
	sotoinpcb(so)->inp_upcall_arg = sc;
}

static void
socket_close(struct socket *so)
{
	if (so != NULL)
		soclose(so);
}

/*
 * Open the sockets, on sc_port and in sc_rtableid; those that were open are
 * closed first, as the port may be the same.  Called under the net lock and
 * sc_lock; the net lock is let go of meanwhile.
 *
 * Returns 0, or the errno of bind(2), and then there are none.
 */
int
wg_sockets_open(struct wg_softc *sc)
{
	struct socket	*so4 = NULL, *so6 = NULL;
	in_port_t	 port = htons(sc->sc_port);
	int		 error;

	rw_assert_wrlock(&sc->sc_lock);
	wg_sockets_close(sc);
	NET_UNLOCK();
	error = pair_open(sc, &so4, &so6, &port);
	NET_LOCK();
	if (error != 0)
		return (error);
	socket_adopt(sc, so4);
	socket_adopt(sc, so6);
	sc->sc_so4 = so4;
	sc->sc_so6 = so6;
	sc->sc_bound = ntohs(port);
	return (0);
}

/*
 * Close them.  Locks as above.
 */
void
wg_sockets_close(struct wg_softc *sc)
{
	struct socket	*so4 = sc->sc_so4, *so6 = sc->sc_so6;

	rw_assert_wrlock(&sc->sc_lock);
	sc->sc_so4 = sc->sc_so6 = NULL;
	sc->sc_bound = 0;
	NET_UNLOCK();
	socket_close(so4);
	socket_close(so6);
	NET_LOCK();
}

/* Our address for the way to an endpoint, if it is still ours. */
static struct in_addr
source4(struct wg_softc *sc, const struct wg_endpoint *e)
{
	struct sockaddr_in	 sin;
	struct in_addr		 none = { INADDR_ANY };

	if (e->e_local4.s_addr == INADDR_ANY)
		return (none);
	memset(&sin, 0, sizeof(sin));
	sin.sin_len = sizeof(sin);
	sin.sin_family = AF_INET;
	sin.sin_addr = e->e_local4;
	if (ifa_ifwithaddr(sintosa(&sin), sc->sc_rtableid) == NULL)
		return (none);
	return (e->e_local4);
}

/* The source must be known before IP finds it: it is in the checksum. */
static int
source4_route(struct wg_softc *sc, const struct wg_endpoint *e,
    struct route *ro, struct in_addr *src)
{
	struct sockaddr	*sa;
	struct rtentry	*rt;

	*src = source4(sc, e);
	if (src->s_addr != INADDR_ANY)
		return (0);
	if ((sa = rtable_getsource(sc->sc_rtableid, AF_INET)) != NULL) {
		*src = satosin(sa)->sin_addr;
		return (0);
	}
	rt = route_mpath(ro, &e->e_sin.sin_addr, NULL, sc->sc_rtableid);
	if (!rtisvalid(rt) || rt->rt_ifa->ifa_addr->sa_family != AF_INET)
		return (EHOSTUNREACH);
	*src = ifatoia(rt->rt_ifa)->ia_addr.sin_addr;
	return (0);
}

static int
udp4_send(struct wg_softc *sc, const struct wg_endpoint *e, struct route *ro,
    struct mbuf *m, uint8_t tos)
{
	struct udphdr	*uh;
	struct in_addr	 src;
	struct ip	*ip;
	u_int		 len = m->m_pkthdr.len;
	int		 error;

	if (sc->sc_so4 == NULL ||
	    (error = source4_route(sc, e, ro, &src)) != 0) {
		m_freem(m);
		return (sc->sc_so4 == NULL ? ENETDOWN : error);
	}
	m = m_prepend(m, sizeof(*ip) + sizeof(*uh), M_DONTWAIT);
	if (m == NULL)
		return (ENOBUFS);
	ip = mtod(m, struct ip *);
	memset(ip, 0, sizeof(*ip));
	ip->ip_p = IPPROTO_UDP;
	ip->ip_tos = tos;
	ip->ip_ttl = ip_defttl;
	ip->ip_len = htons(sizeof(*ip) + sizeof(*uh) + len);
	ip->ip_src = src;
	ip->ip_dst = e->e_sin.sin_addr;
	uh = (struct udphdr *)(ip + 1);
	uh->uh_sport = htons(sc->sc_bound);
	uh->uh_dport = e->e_sin.sin_port;
	uh->uh_ulen = htons(sizeof(*uh) + len);
	uh->uh_sum = in_cksum_phdr(ip->ip_src.s_addr, ip->ip_dst.s_addr,
	    IPPROTO_UDP + sizeof(*uh) + len);
	m->m_pkthdr.csum_flags |= M_UDP_CSUM_OUT;
	m->m_pkthdr.ph_rtableid = sc->sc_rtableid;
	udpstat.udps_opackets++;
	return (ip_output(m, NULL, ro, 0, NULL, sotoinpcb(sc->sc_so4)));
}

/* The same in IPv6, where the socket helps to find a source. */
static int
source6(struct wg_softc *sc, const struct wg_endpoint *e,
    struct in6_addr *src)
{
	struct sockaddr_in6	 sin6;

	if (!IN6_IS_ADDR_UNSPECIFIED(&e->e_local6)) {
		in6_sin6(&sin6, &e->e_local6);
		if (ifa_ifwithaddr((struct sockaddr *)&sin6,
		    sc->sc_rtableid) != NULL) {
			*src = e->e_local6;
			return (0);
		}
	}
	return (in6_pcbselsrc(src, &e->e_sin6, sotoinpcb(sc->sc_so6)));
}

static int
udp6_send(struct wg_softc *sc, const struct wg_endpoint *e, struct route *ro,
    struct mbuf *m, uint8_t tos)
{
	struct ip6_hdr	*ip6;
	struct udphdr	*uh;
	struct in6_addr	 src;
	u_int		 len = m->m_pkthdr.len;
	int		 error;

	if (sc->sc_so6 == NULL || (error = source6(sc, e, &src)) != 0) {
		m_freem(m);
		return (sc->sc_so6 == NULL ? ENETDOWN : error);
	}
	m = m_prepend(m, sizeof(*ip6) + sizeof(*uh), M_DONTWAIT);
	if (m == NULL)
		return (ENOBUFS);
	ip6 = mtod(m, struct ip6_hdr *);
	ip6->ip6_flow = htonl((uint32_t)tos << 20);
	ip6->ip6_vfc |= IPV6_VERSION;
	ip6->ip6_plen = htons(sizeof(*uh) + len);
	ip6->ip6_nxt = IPPROTO_UDP;
	ip6->ip6_hlim = ip6_defhlim;
	ip6->ip6_src = src;
	ip6->ip6_dst = e->e_sin6.sin6_addr;
	uh = (struct udphdr *)(ip6 + 1);
	uh->uh_sport = htons(sc->sc_bound);
	uh->uh_dport = e->e_sin6.sin6_port;
	uh->uh_ulen = htons(sizeof(*uh) + len);
	uh->uh_sum = in6_cksum_phdr(&ip6->ip6_src, &ip6->ip6_dst,
	    sizeof(*uh) + len, IPPROTO_UDP);
	m->m_pkthdr.csum_flags |= M_UDP_CSUM_OUT;
	m->m_pkthdr.ph_rtableid = sc->sc_rtableid;
	udpstat.udps_opackets++;
	return (ip6_output(m, NULL, ro, 0, NULL, sotoinpcb(sc->sc_so6)));
}

/*
 * Send a datagram, or a train (M_UDP_SEG), to an endpoint; ro caches the
 * route.  Consumes m.  Returns 0, ENETDOWN without a socket, EAFNOSUPPORT, or
 * what IP says.
 */
int
wg_udp_send(struct wg_softc *sc, const struct wg_endpoint *e,
    struct route *ro, struct mbuf *m, uint8_t tos)
{
	switch (e->e_sa.sa_family) {
	case AF_INET:
		return (udp4_send(sc, e, ro, m, tos));
	case AF_INET6:
		return (udp6_send(sc, e, ro, m, tos));
	default:
		m_freem(m);
		return (EAFNOSUPPORT);
	}
}

/*
 * The route to an endpoint, kept in ro; NULL when there is none.
 */
struct rtentry *
wg_endpoint_route(struct wg_softc *sc, const struct wg_endpoint *e,
    struct route *ro)
{
	switch (e->e_sa.sa_family) {
	case AF_INET:
		return (route_mpath(ro, &e->e_sin.sin_addr, NULL,
		    sc->sc_rtableid));
	case AF_INET6:
		return (route6_mpath(ro, &e->e_sin6.sin6_addr, NULL,
		    sc->sc_rtableid));
	default:
		return (NULL);
	}
}

/*
 * Where a received UDP packet came from and to, and its type of service.  The
 * IP header is in front, the UDP header right before offset off; both
 * contiguous.  IPv6 addresses have their scope inside.
 */
void
wg_packet_endpoint(struct mbuf *m, u_int off, struct wg_endpoint *e,
    uint8_t *tos)
{
	const struct udphdr	*uh;
	const struct ip		*ip = mtod(m, const struct ip *);
	const struct ip6_hdr	*ip6;
	struct in6_addr		 src;

	memset(e, 0, sizeof(*e));
	uh = (const struct udphdr *)(mtod(m, caddr_t) + off - sizeof(*uh));
	if (ip->ip_v == 4) {
		e->e_sin.sin_len = sizeof(e->e_sin);
		e->e_sin.sin_family = AF_INET;
		e->e_sin.sin_addr = ip->ip_src;
		e->e_sin.sin_port = uh->uh_sport;
		e->e_local4 = ip->ip_dst;
		*tos = ip->ip_tos;
		return;
	}
	ip6 = mtod(m, const struct ip6_hdr *);
	ip6_srcaddr(m, &src);
	in6_sin6(&e->e_sin6, &src);
	e->e_sin6.sin6_port = uh->uh_sport;
	ip6_dstaddr(m, &e->e_local6);
	*tos = ntohl(ip6->ip6_flow) >> 20;
}
