/*
 * IPv6 output (RFC 8200, RFC 4007).
 *
 *	ip6_output -> extension headers -> route -> scope -> multicast
 *	    -> IPsec -> filter -> size -> interface
 *
 * The header comes with its scope in its addresses, and leaves without it;
 * only what goes round by way of lo keeps it.  Transport checksums may be
 * unfinished until the interface.
 *
 * Everything here runs under the net lock.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/mbuf.h>
#include <sys/protosw.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/socketvar.h>

#include <net/if.h>
#include <net/if_tso.h>
#include <net/if_types.h>
#include <net/if_var.h>
#include <net/route.h>
#include <net/rtable.h>

#include <netinet/in.h>
#include <netinet/in_pcb.h>
#include <netinet/ip6.h>
#include <netinet/ip_var.h>
#include <netinet6/icmp6_var.h>
#include <netinet6/in6.h>
#include <netinet6/in6_var.h>
#include <netinet6/ip6_var.h>
#include <netinet6/nd6.h>

int	ip6_defhlim = IPV6_DEFHLIM;
int	ip6_defmcasthlim = IPV6_DEFAULT_MULTICAST_HOPS;
int	ip6_multipath;
int	ip6_auto_flowlabel = 1;

/* What ip6_output() finds out about a packet on its way. */
struct ip6_outctx {
	struct mbuf		*oc_m;
	int			 oc_flags;	/* IPV6_* */
	struct route		*oc_ro;
	struct ifnet		*oc_ifp;	/* referenced */
	struct rtentry		*oc_rt;		/* NULL: to the link */
	struct sockaddr_in6	 oc_dst;	/* next hop on the link */
	u_int			 oc_mtu;
	u_int			 oc_unfrag;	/* bytes before a fragment
						   header */
	u_int			 oc_nxtoff;	/* of the byte naming what
						   follows them */
	struct ip6_moptions	*oc_imo;
	struct inpcb		*oc_inp;
};

/* Interface of multicasts to dst that nothing names: 0 when there is none. */
u_int
ip6_mcastif(const struct in6_addr *dst, u_int rtableid)
{
	struct in6_ifaddr	*ia;
	struct sockaddr_in6	 sin6;
	struct rtentry		*rt;
	u_int			 rdomain = rtable_l2(rtableid);

	in6_sin6(&sin6, dst);
	rt = rtalloc_noref(sin6tosa(&sin6), NULL, 0, rtableid);
	if (rtisvalid(rt))
		return (rt->rt_ifidx);
	TAILQ_FOREACH(ia, &in6_ifaddrlist, ia_list)
		if (ia->ia_ifp->if_rdomain == rdomain &&
		    (ia->ia_ifp->if_flags & (IFF_MULTICAST | IFF_LOOPBACK |
		    IFF_UP)) == (IFF_MULTICAST | IFF_UP))
			return (ia->ia_ifp->if_index);
	return (0);
}

/*
 * Ask the filter about a packet that leaves; flags are ip6_output()'s.  0, or
 * an errno when *mp has gone (EACCES, counted; EJUSTRETURN when the filter
 * has sent it on itself).
 */
int
ip6_filter_out(struct mbuf **mp, struct ifnet *ifp, int flags)
{
	if (pf_test_hook == NULL)
		return (0);
	if (pf_test_hook(AF_INET6, flags & IPV6_FORWARDING ? PF_FWD : PF_OUT,
	    ifp, mp) != 0) {
		ip6stat_inc(&ip6stat.ip6s_filtered);
		m_freem(*mp);
		*mp = NULL;
		return (EACCES);
	}
	return (*mp == NULL ? EJUSTRETURN : 0);
}

/* Put a copy of an extension header in front of what follows at *offp. */
static int
ip6_out_exthdr(struct ip6_outctx *oc, const struct mbuf *ext, int type,
    u_int *offp, u_int *nxtoffp)
{
	struct ip6_hdr	*ip6;
	uint8_t		*p, *nxtp;
	u_int		 len = ext->m_len;

	if (oc->oc_m->m_pkthdr.len + len > IPV6_MAXPACKET + sizeof(*ip6))
		return (EMSGSIZE);
	if ((oc->oc_m = m_prepend(oc->oc_m, len, M_DONTWAIT)) == NULL ||
	    (oc->oc_m = ip6_own(oc->oc_m, len + *offp)) == NULL)
		return (ENOBUFS);
	p = mtod(oc->oc_m, uint8_t *);
	memmove(p, p + len, *offp);
	memcpy(p + *offp, mtod(ext, caddr_t), len);
	nxtp = p + *nxtoffp;
	p[*offp] = *nxtp;
	*nxtp = type;
	ip6 = (struct ip6_hdr *)p;
	ip6->ip6_plen = htons(ntohs(ip6->ip6_plen) + len);
	*nxtoffp = *offp;
	*offp += len;
	return (0);
}

/* The socket's extension headers, in the order of RFC 8200 4.1. */
static int
ip6_out_exthdrs(struct ip6_outctx *oc, const struct ip6_exthdrs *eh)
{
	u_int	 nxtoff = offsetof(struct ip6_hdr, ip6_nxt);
	u_int	 off = sizeof(struct ip6_hdr);
	int	 error = 0;

	if (eh != NULL && eh->ip6e_hbh != NULL)
		error = ip6_out_exthdr(oc, eh->ip6e_hbh, IPPROTO_HOPOPTS,
		    &off, &nxtoff);
	/* Here the part ends that every fragment has. */
	oc->oc_unfrag = off;
	oc->oc_nxtoff = nxtoff;
	if (error == 0 && eh != NULL && eh->ip6e_dest2 != NULL)
		error = ip6_out_exthdr(oc, eh->ip6e_dest2, IPPROTO_DSTOPTS,
		    &off, &nxtoff);
	return (error);
}

/* A packet whose header somebody made: the part that fragments repeat. */
static void
ip6_out_unfrag(struct ip6_outctx *oc)
{
	struct mbuf	*m = oc->oc_m;
	int		 off = 0, next, nxt = IPPROTO_IPV6, proto;

	oc->oc_unfrag = sizeof(struct ip6_hdr);
	oc->oc_nxtoff = offsetof(struct ip6_hdr, ip6_nxt);
	while ((next = ip6_nexthdr(m, off, nxt, &proto)) != -1) {
		off = next;
		nxt = proto;
		if (nxt != IPPROTO_HOPOPTS && nxt != IPPROTO_ROUTING)
			break;
		next = ip6_nexthdr(m, off, nxt, &proto);
		if (next == -1)
			break;
		oc->oc_nxtoff = off;
		oc->oc_unfrag = next;
	}
}

/* Complete the header of what is not forwarded. */
static int
ip6_out_header(struct ip6_outctx *oc, const struct ip6_exthdrs *eh)
{
	struct ip6_hdr	*ip6;
	int		 error;

	if ((oc->oc_m = ip6_own(oc->oc_m, sizeof(*ip6))) == NULL)
		return (ENOBUFS);
	ip6 = mtod(oc->oc_m, struct ip6_hdr *);
	if (oc->oc_flags & IPV6_FORWARDING) {
		ip6_out_unfrag(oc);
		return (0);
	}
	ip6->ip6_vfc = (ip6->ip6_vfc & ~IPV6_VERSION_MASK) | IPV6_VERSION;
	ip6->ip6_plen = htons(oc->oc_m->m_pkthdr.len - sizeof(*ip6));
	if (IN6_IS_ADDR_UNSPECIFIED(&ip6->ip6_src) &&
	    !(oc->oc_flags & IPV6_UNSPECSRC))
		return (EADDRNOTAVAIL);
	if (IN6_IS_ADDR_MULTICAST(&ip6->ip6_src) ||
	    IN6_IS_ADDR_V4MAPPED(&ip6->ip6_dst)) {
		ip6stat_inc(&ip6stat.ip6s_badaddr);
		return (EADDRNOTAVAIL);
	}
	if ((error = ip6_out_exthdrs(oc, eh)) != 0)
		return (error);
	if (eh == NULL && (ip6->ip6_nxt == IPPROTO_HOPOPTS ||
	    ip6->ip6_nxt == IPPROTO_ROUTING))
		ip6_out_unfrag(oc);
	ip6stat_inc(&ip6stat.ip6s_localout);
	return (0);
}

/* A multicast by the interface that the socket or its scope names. */
static int
ip6_out_chosen(struct ip6_outctx *oc)
{
	const struct in6_addr	*dst = &oc->oc_dst.sin6_addr;
	u_int			 ifidx = in6_scope_get(dst);

	if (ifidx == 0 && oc->oc_imo != NULL)
		ifidx = oc->oc_imo->im6o_ifidx;
	if (ifidx == 0 && oc->oc_inp != NULL)
		ifidx = oc->oc_inp->inp_socket->so_ifidx;
	if (ifidx == 0)
		ifidx = ip6_mcastif(dst, oc->oc_m->m_pkthdr.ph_rtableid);
	if (ifidx == 0 || (oc->oc_ifp = if_get(ifidx)) == NULL) {
		ip6stat_inc(&ip6stat.ip6s_noroute);
		return (ifidx == 0 ? ENETUNREACH : ENXIO);
	}
	in6_scope_set(&oc->oc_dst.sin6_addr, ifidx);
	return (0);
}

/* A link-local destination without a scope: the socket's interface. */
static void
ip6_out_defscope(struct ip6_outctx *oc)
{
	struct in6_addr	*dst = &oc->oc_dst.sin6_addr;
	u_int		 ifidx;

	if (!IN6_IS_ADDR_LINKLOCAL(dst) || in6_scope_get(dst) != 0)
		return;
	ifidx = in6_scope_get(&mtod(oc->oc_m, struct ip6_hdr *)->ip6_src);
	if (ifidx == 0 && oc->oc_inp != NULL)
		ifidx = oc->oc_inp->inp_socket->so_ifidx;
	in6_scope_set(dst, ifidx);
}

static int
ip6_out_routed(struct ip6_outctx *oc)
{
	struct mbuf	*m = oc->oc_m;
	struct ip6_hdr	*ip6 = mtod(m, struct ip6_hdr *);
	struct rtentry	*rt;
	u_int		 rtableid = m->m_pkthdr.ph_rtableid;

	ip6_out_defscope(oc);
	rt = route6_mpath(oc->oc_ro, &oc->oc_dst.sin6_addr,
	    ip6_multipath && !IN6_IS_ADDR_UNSPECIFIED(&ip6->ip6_src) ?
	    &ip6->ip6_src : NULL, rtableid);
	if (!rtisvalid(rt)) {
		ip6stat_inc(&ip6stat.ip6s_noroute);
		return (EHOSTUNREACH);
	}
	if ((oc->oc_flags & IPV6_ROUTETOIF) &&
	    ISSET(rt->rt_flags, RTF_GATEWAY))
		return (ENETUNREACH);
	oc->oc_rt = rt;
	oc->oc_ifp = if_get(ISSET(rt->rt_flags, RTF_LOCAL) ?
	    rtable_loindex(rtableid) : rt->rt_ifidx);
	if (oc->oc_ifp == NULL) {
		ip6stat_inc(&ip6stat.ip6s_noroute);
		return (EHOSTUNREACH);
	}
	if (rt->rt_mtu != 0)
		oc->oc_mtu = rt->rt_mtu;
	if (ISSET(rt->rt_flags, RTF_GATEWAY) &&
	    rt->rt_gateway->sa_family == AF_INET6)
		oc->oc_dst = *satosin6(rt->rt_gateway);
	rt->rt_use++;
	return (0);
}

/* Which interface and which next hop?  The addresses lose their scope. */
static int
ip6_out_route(struct ip6_outctx *oc)
{
	struct ip6_hdr	*ip6 = mtod(oc->oc_m, struct ip6_hdr *);
	u_int		 mtu;
	int		 error;

	in6_sin6(&oc->oc_dst, &ip6->ip6_dst);
	if (IN6_IS_ADDR_MULTICAST(&ip6->ip6_dst))
		error = ip6_out_chosen(oc);
	else
		error = ip6_out_routed(oc);
	if (error != 0)
		return (error);
	if (in6_scope_get(&ip6->ip6_src) != 0 &&
	    in6_scope_get(&ip6->ip6_src) != oc->oc_ifp->if_index &&
	    !(oc->oc_ifp->if_flags & IFF_LOOPBACK)) {
		ip6stat_inc(&ip6stat.ip6s_badscope);
		return (EHOSTUNREACH);
	}
	mtu = nd6_linkmtu(oc->oc_ifp);
	if (oc->oc_mtu == 0 || oc->oc_mtu > mtu ||
	    (oc->oc_flags & IPV6_MTUPROBE))
		oc->oc_mtu = mtu;
	if (oc->oc_flags & IPV6_MINMTU)
		oc->oc_mtu = MIN(oc->oc_mtu, IPV6_MMTU);
	if (!(oc->oc_ifp->if_flags & IFF_LOOPBACK) ||
	    IN6_IS_ADDR_MULTICAST(&ip6->ip6_dst)) {
		in6_scope_clear(&ip6->ip6_src);
		in6_scope_clear(&ip6->ip6_dst);
	} else if (IN6_IS_ADDR_LINKLOCAL(&ip6->ip6_dst))
		ip6->ip6_dst = oc->oc_dst.sin6_addr;
	return (0);
}

/* Copy a multicast of ours back to our own members. */
void
ip6_mloopback(struct ifnet *ifp, struct mbuf *m)
{
	struct mbuf	*n;

	if ((n = m_dup_pkt(m, IP6_LINKHDR, M_DONTWAIT)) == NULL) {
		ip6stat_inc(&ip6stat.ip6s_odropped);
		return;
	}
	(void)if_input_local(ifp, n, AF_INET6);
}

/*
 * A packet to a group: hop limit and loop-back of the socket.  EJUSTRETURN
 * when it stays in this host.
 */
static int
ip6_out_multicast(struct ip6_outctx *oc)
{
	struct mbuf	*m = oc->oc_m;
	struct ip6_hdr	*ip6 = mtod(m, struct ip6_hdr *);
	struct ifnet	*ifp = oc->oc_ifp;

	m->m_flags |= M_MCAST;
	if (!(oc->oc_flags & IPV6_FORWARDING)) {
		if (oc->oc_imo != NULL && oc->oc_imo->im6o_hlim >= 0)
			ip6->ip6_hlim = oc->oc_imo->im6o_hlim;
		else if (oc->oc_imo != NULL || oc->oc_inp != NULL)
			ip6->ip6_hlim = ip6_defmcasthlim;
	}
	if (!(ifp->if_flags & (IFF_MULTICAST | IFF_LOOPBACK))) {
		ip6stat_inc(&ip6stat.ip6s_noroute);
		return (ENETUNREACH);
	}
	if ((oc->oc_imo == NULL || oc->oc_imo->im6o_loop) &&
	    in6_hasmulti(&ip6->ip6_dst, ifp))
		ip6_mloopback(ifp, m);
	if (ip6->ip6_hlim == 0 || (ifp->if_flags & IFF_LOOPBACK) ||
	    IN6_IS_ADDR_MC_INTFACELOCAL(&ip6->ip6_dst))
		return (EJUSTRETURN);
	return (0);
}

/* Loopback addresses stay inside, and IPsec and the filter have their say. */
static int
ip6_out_policy(struct ip6_outctx *oc)
{
	struct ip6_hdr	*ip6 = mtod(oc->oc_m, struct ip6_hdr *);
	int		 error;

	if ((IN6_IS_ADDR_LOOPBACK(&ip6->ip6_src) ||
	    IN6_IS_ADDR_LOOPBACK(&ip6->ip6_dst)) &&
	    !(oc->oc_ifp->if_flags & IFF_LOOPBACK)) {
		ip6stat_inc(&ip6stat.ip6s_badscope);
		return (EADDRNOTAVAIL);
	}
	if (ip_ipsec != NULL && !(oc->oc_flags & IPV6_NOPOLICY)) {
		error = ip_ipsec->ii_output(oc->oc_m, sizeof(*ip6),
		    oc->oc_inp, oc->oc_flags & IPV6_FORWARDING ?
		    IP_FORWARDING : 0);
		if (error == EJUSTRETURN) {
			oc->oc_m = NULL;
			return (error);
		}
		if (error != 0) {
			ip6stat_inc(&ip6stat.ip6s_policy);
			return (error);
		}
	}
	return (ip6_filter_out(&oc->oc_m, oc->oc_ifp, oc->oc_flags));
}

static int
ip6_out(struct ip6_outctx *oc, const struct ip6_exthdrs *eh)
{
	struct ip6_hdr	*ip6;
	int		 error;

	if ((error = ip6_out_header(oc, eh)) != 0)
		return (error);
	if ((error = ip6_out_route(oc)) != 0)
		return (error);
	ip6 = mtod(oc->oc_m, struct ip6_hdr *);
	if (IN6_IS_ADDR_MULTICAST(&ip6->ip6_dst) &&
	    (error = ip6_out_multicast(oc)) != 0)
		return (error);
	return (ip6_out_policy(oc));
}

/* Give the packet to the interface, in fragments if need be. */
static int
ip6_out_send(struct ip6_outctx *oc)
{
	struct mbuf_list	 ml = MBUF_LIST_INITIALIZER();
	struct sockaddr		*dst = sin6tosa(&oc->oc_dst);
	struct ifnet		*ifp = oc->oc_ifp;
	struct mbuf		*m = oc->oc_m;
	int			 e, error;

	if (m->m_pkthdr.len <= oc->oc_mtu || m_wirelen(m, 0) <= oc->oc_mtu)
		return (ifp->if_output(ifp, m, dst, oc->oc_rt));
	if ((oc->oc_flags & (IPV6_NOFRAG | IPV6_FORWARDING))) {
		ip6stat_inc(&ip6stat.ip6s_cantfrag);
		m_freem(m);
		return (EMSGSIZE);
	}
	error = ip6_fragment(m, oc->oc_unfrag, oc->oc_nxtoff, oc->oc_mtu,
	    &ml);
	while ((m = ml_dequeue(&ml)) != NULL) {
		e = ifp->if_output(ifp, m, dst, oc->oc_rt);
		if (error == 0)
			error = e;
	}
	return (error);
}

/*
 * Send an IPv6 packet.  m starts with a header, of which ip6_flow (class and
 * label), ip6_nxt, ip6_hlim, ip6_src and ip6_dst are set, the addresses with
 * their scope; all is set with IPV6_FORWARDING.  ph_rtableid names the
 * routing table.  eh holds extension headers (or NULL, not consumed), ro a
 * route cache (or NULL), imo multicast options (or NULL), inp the socket (or
 * NULL).
 *
 * The packet is consumed.  0, or EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL,
 * EACCES (the filter's), EMSGSIZE, ENOBUFS, ENXIO or the link's errno.
 */
int
ip6_output(struct mbuf *m, struct ip6_exthdrs *eh, struct route *ro,
    int flags, struct ip6_moptions *imo, struct inpcb *inp)
{
	struct ip6_outctx	 oc;
	struct route		 iproute;
	int			 error;

	NET_ASSERT_LOCKED();
	memset(&oc, 0, sizeof(oc));
	if (ro == NULL) {
		memset(&iproute, 0, sizeof(iproute));
		ro = &iproute;
	}
	oc.oc_m = m;
	oc.oc_flags = flags;
	oc.oc_ro = ro;
	oc.oc_imo = imo;
	oc.oc_inp = inp;
	error = ip6_out(&oc, eh);
	if (error == 0)
		error = ip6_out_send(&oc);
	else {
		if (error != EJUSTRETURN)
			ip6stat_inc(&ip6stat.ip6s_odropped);
		else
			error = 0;
		m_freem(oc.oc_m);
	}
	if (ro == &iproute)
		route_flush(ro);
	if_put(oc.oc_ifp);
	return (error);
}
