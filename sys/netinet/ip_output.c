/*
 * IPv4 output (RFC 791, RFC 1122 3.3.1 and 3.3.4).
 *
 *	ip_output -> header -> route -> source -> multicast, broadcast
 *	    -> IPsec -> filter -> size -> interface
 *
 * ip_output_if(), which forwarding uses as well, is the last step.  Transport
 * checksums may be unfinished until the interface; the header's is made here.
 *
 * Everything here runs under the net lock.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/mbuf.h>
#include <sys/protosw.h>
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
#include <netinet/in_systm.h>
#include <netinet/in_var.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/ip_var.h>

int	ip_defttl = IPDEFTTL;
int	ip_mtudisc = 1;
int	ipmultipath;

/* What ip_output() finds out about a packet on its way. */
struct ip_outctx {
	struct mbuf		*oc_m;
	int			 oc_flags;	/* IP_* */
	int			 oc_hlen;
	struct route		*oc_ro;
	struct ifnet		*oc_ifp;	/* referenced */
	struct rtentry		*oc_rt;		/* NULL: to the link */
	struct in_ifaddr	*oc_ia;		/* our address there */
	struct sockaddr_in	 oc_dst;	/* next hop on the link */
	u_int			 oc_mtu;
	struct ip_moptions	*oc_imo;
	struct inpcb		*oc_inp;
	int			 oc_broadcast;
};

/*
 * A random number below bound, each equally likely; no more than 16 bits of
 * randomness are used for one.
 */
static u_int
id_random(u_int bound)
{
	static uint32_t	 bits;
	static int	 left;
	uint32_t	 v;

	do {
		if (left == 0)
			bits = arc4random();
		left = !left;
		v = (bits & 0xffff) * bound;
		bits >>= 16;
	} while ((v & 0xffff) < (0x10000 - bound) % bound);
	return (v >> 16);
}

/*
 * An identification that nobody outside can guess: a random walk over all
 * numbers, so that none recurs soon (RFC 6864, RFC 7739).
 */
uint16_t
ip_randomid(void)
{
	static uint16_t	 perm[1024], base;
	static u_int	 i = 1024;
	u_int		 j;
	uint16_t	 t;

	/*
	 * 64 blocks of 1024 successive numbers, each block in an order of
	 * its own: a number recurs after at least 64K - 2K packets.
	 */
	if (i == nitems(perm)) {
		base = perm[0] == perm[1] ? (uint16_t)arc4random() :
		    (uint16_t)(base + 1024);
		for (i = 0; i < nitems(perm); i++)
			perm[i] = i;
		for (i = nitems(perm) - 1; i > 0; i--) {
			j = id_random(i + 1);
			t = perm[i];
			perm[i] = perm[j];
			perm[j] = t;
		}
		i = 0;
	}
	t = base + perm[i++];
	return (htons(t != 0 ? t : 1));
}

/*
 * Ask the filter about a packet that leaves; flags are ip_output()'s.  0, or
 * an errno when *mp has gone (EACCES, counted; EJUSTRETURN when the filter
 * has sent it on itself).
 */
int
ip_filter_out(struct mbuf **mp, struct ifnet *ifp, int flags)
{
	if (pf_test_hook == NULL)
		return (0);
	if (pf_test_hook(AF_INET, flags & IP_FORWARDING ? PF_FWD : PF_OUT,
	    ifp, mp) != 0) {
		ipstat_inc(&ipstat.ips_filtered);
		m_freem(*mp);
		*mp = NULL;
		return (EACCES);
	}
	return (*mp == NULL ? EJUSTRETURN : 0);
}

/* Send each of a list of packets; the first error. */
static int
ip_output_list(struct ifnet *ifp, struct mbuf_list *ml, struct sockaddr *dst,
    struct rtentry *rt)
{
	struct mbuf	*m;
	int		 e, error = 0;

	while ((m = ml_dequeue(ml)) != NULL) {
		e = ifp->if_output(ifp, m, dst, rt);
		if (error == 0)
			error = e;
	}
	return (error);
}

/*
 * Give a packet with a finished header to an interface, for the next hop dst
 * by way of rt (or NULL), cut into fragments when it exceeds mtu.  The
 * caller has looked after IP_DF.  The packet is consumed; 0 or the errno of
 * the link, EMSGSIZE or ENOBUFS.
 */
int
ip_output_if(struct ifnet *ifp, struct mbuf *m, struct sockaddr *dst,
    struct rtentry *rt, u_int mtu)
{
	struct mbuf_list	 ml = MBUF_LIST_INITIALIZER();
	int			 error;

	if (m->m_pkthdr.len <= mtu || m_wirelen(m, 0) <= mtu)
		return (ifp->if_output(ifp, m, dst, rt));
	if ((error = ip_fragment(m, &ml, ifp, mtu)) != 0)
		return (error);
	return (ip_output_list(ifp, &ml, dst, rt));
}

/* The socket's options, then a header for what is not forwarded or raw. */
static int
ip_out_header(struct ip_outctx *oc, struct mbuf *opt)
{
	struct ip	*ip;
	int		 len;

	oc->oc_hlen = sizeof(*ip);
	if (opt != NULL) {
		oc->oc_m = ip_insertoptions(oc->oc_m, opt, &len);
		if (oc->oc_m == NULL)
			return (ENOBUFS);
		if (len != 0)
			oc->oc_hlen = len;
	}
	if ((oc->oc_m = ip_own(oc->oc_m, oc->oc_hlen)) == NULL)
		return (ENOBUFS);
	ip = mtod(oc->oc_m, struct ip *);
	if (oc->oc_flags & (IP_FORWARDING | IP_RAWOUTPUT)) {
		oc->oc_hlen = ip->ip_hl << 2;
		if ((oc->oc_m = ip_own(oc->oc_m, oc->oc_hlen)) == NULL)
			return (ENOBUFS);
		return (0);
	}
	ip->ip_v = IPVERSION;
	ip->ip_hl = oc->oc_hlen >> 2;
	ip->ip_off &= htons(IP_DF);
	ip->ip_id = ip_randomid();
	ipstat_inc(&ipstat.ips_localout);
	return (0);
}

/* No routing: the interface whose network or far end dst is (SO_DONTROUTE). */
static int
ip_out_toif(struct ip_outctx *oc)
{
	u_int		 rtableid = oc->oc_m->m_pkthdr.ph_rtableid;
	struct ifaddr	*ifa;

	ifa = ifa_ifwithdstaddr(sintosa(&oc->oc_dst), rtableid);
	if (ifa == NULL)
		ifa = ifa_ifwithnet(sintosa(&oc->oc_dst), rtableid);
	if (ifa == NULL)
		return (ENETUNREACH);
	oc->oc_ia = ifatoia(ifa);
	oc->oc_ifp = if_ref(ifa->ifa_ifp);
	/* The link address is found through the host's route all the same. */
	oc->oc_rt = route_mpath(oc->oc_ro, &oc->oc_dst.sin_addr, NULL,
	    rtableid);
	if (oc->oc_rt == NULL || oc->oc_rt->rt_ifidx != oc->oc_ifp->if_index ||
	    ISSET(oc->oc_rt->rt_flags, RTF_GATEWAY))
		return (EHOSTUNREACH);
	return (0);
}

/* A multicast, or a broadcast to all networks, by a chosen interface. */
static int
ip_out_chosen(struct ip_outctx *oc, u_int ifidx)
{
	if ((oc->oc_ifp = if_get(ifidx)) == NULL)
		return (ENXIO);
	oc->oc_ia = in_ia4dst(oc->oc_ifp, oc->oc_dst.sin_addr);
	return (0);
}

static int
ip_out_routed(struct ip_outctx *oc)
{
	struct mbuf	*m = oc->oc_m;
	struct ip	*ip = mtod(m, struct ip *);
	struct rtentry	*rt;
	u_int		 rtableid = m->m_pkthdr.ph_rtableid;

	rt = route_mpath(oc->oc_ro, &ip->ip_dst,
	    ipmultipath && ip->ip_src.s_addr != INADDR_ANY ? &ip->ip_src :
	    NULL, rtableid);
	if (!rtisvalid(rt)) {
		ipstat_inc(&ipstat.ips_noroute);
		return (EHOSTUNREACH);
	}
	oc->oc_rt = rt;
	oc->oc_ifp = if_get(ISSET(rt->rt_flags, RTF_LOCAL) ?
	    rtable_loindex(rtableid) : rt->rt_ifidx);
	if (oc->oc_ifp == NULL) {
		ipstat_inc(&ipstat.ips_noroute);
		return (EHOSTUNREACH);
	}
	if (rt->rt_ifa->ifa_addr->sa_family == AF_INET)
		oc->oc_ia = ifatoia(rt->rt_ifa);
	if (rt->rt_mtu != 0)
		oc->oc_mtu = rt->rt_mtu;
	if (ISSET(rt->rt_flags, RTF_GATEWAY) &&
	    rt->rt_gateway->sa_family == AF_INET)
		oc->oc_dst = *satosin(rt->rt_gateway);
	oc->oc_broadcast = ISSET(rt->rt_flags, RTF_BROADCAST) != 0;
	rt->rt_use++;
	return (0);
}

/* Which interface and which next hop? */
static int
ip_out_route(struct ip_outctx *oc)
{
	struct ip	*ip = mtod(oc->oc_m, struct ip *);
	u_int		 ifidx = 0;
	int		 error;

	oc->oc_dst.sin_len = sizeof(oc->oc_dst);
	oc->oc_dst.sin_family = AF_INET;
	oc->oc_dst.sin_addr = ip->ip_dst;
	if (oc->oc_inp != NULL)
		ifidx = oc->oc_inp->inp_socket->so_ifidx;
	if (in_ismulticast(ip->ip_dst.s_addr) && oc->oc_imo != NULL &&
	    oc->oc_imo->imo_ifidx != 0)
		ifidx = oc->oc_imo->imo_ifidx;

	if (ifidx != 0 && (in_ismulticast(ip->ip_dst.s_addr) ||
	    ip->ip_dst.s_addr == INADDR_BROADCAST))
		error = ip_out_chosen(oc, ifidx);
	else if (oc->oc_flags & IP_ROUTETOIF)
		error = ip_out_toif(oc);
	else
		error = ip_out_routed(oc);
	if (error != 0)
		return (error);
	/* SO_BINDTODEVICE: by that interface or not at all. */
	if (ifidx != 0 && oc->oc_ifp->if_index != ifidx &&
	    !(oc->oc_ifp->if_flags & IFF_LOOPBACK)) {
		ipstat_inc(&ipstat.ips_noroute);
		return (ENETUNREACH);
	}
	if (ip->ip_dst.s_addr == INADDR_BROADCAST)
		oc->oc_broadcast = 1;
	if (oc->oc_mtu == 0 || oc->oc_mtu > oc->oc_ifp->if_mtu ||
	    (oc->oc_flags & IP_MTUPROBE))
		oc->oc_mtu = oc->oc_ifp->if_mtu;
	return (0);
}

/* A source address for a packet that has none yet. */
static int
ip_out_source(struct ip_outctx *oc)
{
	struct ip	*ip = mtod(oc->oc_m, struct ip *);
	struct sockaddr	*sa;

	if (ip->ip_src.s_addr != INADDR_ANY ||
	    (oc->oc_flags & (IP_FORWARDING | IP_RAWOUTPUT)))
		return (0);
	if (!in_ismulticast(ip->ip_dst.s_addr) && oc->oc_rt != NULL &&
	    !ISSET(oc->oc_rt->rt_flags, RTF_LLINFO | RTF_HOST)) {
		sa = rtable_getsource(oc->oc_m->m_pkthdr.ph_rtableid,
		    AF_INET);
		if (sa != NULL) {
			ip->ip_src = satosin(sa)->sin_addr;
			return (0);
		}
	}
	/* RFC 2131: whoever asks for its first address has none. */
	if (oc->oc_ia == NULL)
		return (oc->oc_broadcast ? 0 : EADDRNOTAVAIL);
	ip->ip_src = oc->oc_ia->ia_addr.sin_addr;
	return (0);
}

/* Copy a multicast of ours back to our own members (RFC 1112 6.1). */
void
ip_mloopback(struct ifnet *ifp, struct mbuf *m, const struct sockaddr_in *dst)
{
	struct ip	*ip;
	struct mbuf	*n;

	(void)dst;
	if ((n = m_dup_pkt(m, IP_LINKHDR, M_DONTWAIT)) == NULL) {
		ipstat_inc(&ipstat.ips_odropped);
		return;
	}
	if (n->m_len < sizeof(*ip) && (n = m_pullup(n, sizeof(*ip))) == NULL)
		return;
	ip = mtod(n, struct ip *);
	ip->ip_sum = 0;
	ip->ip_sum = in_cksum_hdr(ip, ip->ip_hl << 2);
	if_input_local(ifp, n, AF_INET);
}

/*
 * A packet to a group: TTL and loop-back of the socket.  EJUSTRETURN when it
 * stays in this host.
 */
static int
ip_out_multicast(struct ip_outctx *oc)
{
	struct mbuf	*m = oc->oc_m;
	struct ip	*ip = mtod(m, struct ip *);

	m->m_flags |= M_MCAST;
	oc->oc_dst.sin_addr = ip->ip_dst;
	if (!(oc->oc_flags & (IP_RAWOUTPUT | IP_FORWARDING)))
		ip->ip_ttl = oc->oc_imo != NULL ? oc->oc_imo->imo_ttl :
		    IP_DEFAULT_MULTICAST_TTL;
	if (!(oc->oc_ifp->if_flags & (IFF_MULTICAST | IFF_LOOPBACK))) {
		ipstat_inc(&ipstat.ips_noroute);
		return (ENETUNREACH);
	}
	if ((oc->oc_imo == NULL || oc->oc_imo->imo_loop) &&
	    in_hasmulti(&ip->ip_dst, oc->oc_ifp))
		ip_mloopback(oc->oc_ifp, m, &oc->oc_dst);
	if (ip->ip_ttl == 0 || (oc->oc_ifp->if_flags & IFF_LOOPBACK))
		return (EJUSTRETURN);
	return (0);
}

static int
ip_out_broadcast(struct ip_outctx *oc)
{
	if (!(oc->oc_ifp->if_flags & IFF_BROADCAST))
		return (EADDRNOTAVAIL);
	if (!(oc->oc_flags & IP_ALLOWBROADCAST))
		return (EACCES);
	if (m_wirelen(oc->oc_m, 0) > oc->oc_mtu)
		return (EMSGSIZE);	/* RFC 1122 would not forbid it */
	oc->oc_m->m_flags |= M_BCAST;
	return (0);
}

/* Loopback addresses stay inside, and IPsec and the filter have their say. */
static int
ip_out_policy(struct ip_outctx *oc)
{
	struct ip	*ip = mtod(oc->oc_m, struct ip *);
	int		 error;

	if (((ntohl(ip->ip_dst.s_addr) >> IN_CLASSA_NSHIFT) ==
	    IN_LOOPBACKNET ||
	    (ntohl(ip->ip_src.s_addr) >> IN_CLASSA_NSHIFT) ==
	    IN_LOOPBACKNET) && !(oc->oc_ifp->if_flags & IFF_LOOPBACK)) {
		ipstat_inc(&ipstat.ips_badaddr);
		return (EADDRNOTAVAIL);
	}
	if (ip_ipsec != NULL && !(oc->oc_flags & IP_NOPOLICY)) {
		error = ip_ipsec->ii_output(oc->oc_m, oc->oc_hlen, oc->oc_inp,
		    oc->oc_flags);
		if (error == EJUSTRETURN) {
			oc->oc_m = NULL;
			return (error);
		}
		if (error != 0) {
			ipstat_inc(&ipstat.ips_policy);
			return (error);
		}
	}
	return (ip_filter_out(&oc->oc_m, oc->oc_ifp, oc->oc_flags));
}

/* Size, and the header's checksum. */
static int
ip_out_finish(struct ip_outctx *oc)
{
	struct ip	*ip = mtod(oc->oc_m, struct ip *);
	u_int		 len = oc->oc_m->m_pkthdr.len;
	struct rtentry	*rt = oc->oc_rt;

	if (len > oc->oc_mtu)
		len = m_wirelen(oc->oc_m, 0);
	if ((oc->oc_flags & IP_DONTFRAG) || ((oc->oc_flags & IP_MTUDISC) &&
	    len <= oc->oc_mtu))
		ip->ip_off |= htons(IP_DF);
	if (len > oc->oc_mtu && (ip->ip_off & htons(IP_DF))) {
		/* The interface's MTU may have shrunk since it was learnt. */
		if (rt != NULL && ISSET(rt->rt_flags, RTF_HOST) &&
		    !(rt->rt_locks & RTV_MTU) &&
		    rt->rt_mtu > oc->oc_ifp->if_mtu)
			rt->rt_mtu = oc->oc_ifp->if_mtu;
		ipstat_inc(&ipstat.ips_cantfrag);
		return (EMSGSIZE);
	}
	ip->ip_sum = 0;
	ip->ip_sum = in_cksum_hdr(ip, ip->ip_hl << 2);
	return (0);
}

static int
ip_out(struct ip_outctx *oc, struct mbuf *opt)
{
	struct ip	*ip;
	int		 error;

	if ((error = ip_out_header(oc, opt)) != 0)
		return (error);
	if ((error = ip_out_route(oc)) != 0)
		return (error);
	if ((error = ip_out_source(oc)) != 0)
		return (error);
	ip = mtod(oc->oc_m, struct ip *);
	if (in_ismulticast(ip->ip_dst.s_addr))
		error = ip_out_multicast(oc);
	else if (oc->oc_broadcast)
		error = ip_out_broadcast(oc);
	if (error != 0)
		return (error);
	if ((error = ip_out_policy(oc)) != 0)
		return (error);
	return (ip_out_finish(oc));
}

/*
 * Send an IPv4 packet.  m starts with a header, of which ip_tos, ip_len,
 * ip_ttl, ip_p, ip_src (or 0) and ip_dst are set, all with IP_RAWOUTPUT or
 * IP_FORWARDING; ph_rtableid names the routing table.  opt holds options (or
 * NULL, an mbuf of struct ipoption, not consumed), ro a route cache (or
 * NULL), imo multicast options (or NULL), inp the socket (or NULL).
 *
 * The packet is consumed.  0, or EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL,
 * EACCES (broadcast without leave, or the filter's), EMSGSIZE, ENOBUFS, ENXIO
 * or the link's errno.
 */
int
ip_output(struct mbuf *m, struct mbuf *opt, struct route *ro, int flags,
    struct ip_moptions *imo, struct inpcb *inp)
{
	struct ip_outctx	 oc;
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
	error = ip_out(&oc, opt);
	if (error == 0)
		error = ip_output_if(oc.oc_ifp, oc.oc_m,
		    sintosa(&oc.oc_dst), oc.oc_rt, oc.oc_mtu);
	else {
		if (error != EJUSTRETURN)
			ipstat_inc(&ipstat.ips_odropped);
		else
			error = 0;
		m_freem(oc.oc_m);
	}
	if (ro == &iproute)
		route_flush(ro);
	if_put(oc.oc_ifp);
	return (error);
}
