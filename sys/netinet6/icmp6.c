/*
 * ICMPv6: receiving (RFC 4443).
 *
 * Requests are answered, errors are passed to the protocol whose packet they
 * quote, neighbour discovery and MLD have files of their own; raw sockets see
 * everything that is well-formed.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/mbuf.h>
#include <sys/protosw.h>
#include <sys/socket.h>
#include <sys/sysctl.h>

#include <net/if.h>
#include <net/if_var.h>
#include <net/route.h>

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip6.h>
#include <netinet6/icmp6_var.h>
#include <netinet6/in6.h>
#include <netinet6/in6_var.h>
#include <netinet6/ip6_var.h>
#include <netinet6/mld6_var.h>
#include <netinet6/nd6.h>

int	icmp6_rediraccept = 1;
int	icmp6_redirtimeout = 10 * 60;

const struct icmp6_errctx	*icmp6_errctx;

static const struct sysctl_bounded_args icmpv6ctl_vars[] = {
	{ ICMPV6CTL_REDIRACCEPT, &icmp6_rediraccept, 0, 1 },
	{ ICMPV6CTL_ND6_PRUNE, &nd6_prune, 1, INT_MAX / 1000 },
	{ ICMPV6CTL_ND6_DELAY, &nd6_delay, 0, 3600 },
	{ ICMPV6CTL_ND6_UMAXTRIES, &nd6_umaxtries, 1, 100 },
	{ ICMPV6CTL_ND6_MMAXTRIES, &nd6_mmaxtries, 1, 100 },
	{ ICMPV6CTL_ERRPPSLIMIT, &icmp6errppslim, -1, 1000000 },
	{ ICMPV6CTL_MTUDISC_HIWAT, &icmp6_mtudisc_hiwat, 0, 1000000 },
	{ ICMPV6CTL_MTUDISC_LOWAT, &icmp6_mtudisc_lowat, 0, 1000000 },
	{ ICMPV6CTL_ND6_DEBUG, &nd6_debug, 0, 1 },
	{ ICMPV6CTL_ND6_QUEUED, (int *)&ln_hold_total, SYSCTL_INT_READONLY },
};

void
icmp6_init(void)
{
	icmp6_pmtu_init();
	nd6_redirect_init();
	mld6_init();
}

/* What the error means to protocols: PRC_*, or -1 with the reason counted. */
static int
icmp6_error_prc(const struct icmp6_hdr *icmp6)
{
	static const int8_t	 unreach[] = {
		[ICMP6_DST_UNREACH_NOROUTE] = PRC_UNREACH_NET,
		[ICMP6_DST_UNREACH_ADMIN] = PRC_UNREACH_HOST,
		[ICMP6_DST_UNREACH_BEYONDSCOPE] = PRC_UNREACH_NET,
		[ICMP6_DST_UNREACH_ADDR] = PRC_UNREACH_HOST,
		[ICMP6_DST_UNREACH_NOPORT] = PRC_UNREACH_PORT,
		PRC_UNREACH_HOST,	/* 5, 6: policy, reject route */
		PRC_UNREACH_HOST,
	};

	switch (icmp6->icmp6_type) {
	case ICMP6_DST_UNREACH:
		if (icmp6->icmp6_code < nitems(unreach))
			return (unreach[icmp6->icmp6_code]);
		break;
	case ICMP6_PACKET_TOO_BIG:
		return (PRC_MSGSIZE);	/* RFC 4443 3.2: any code */
	case ICMP6_TIME_EXCEEDED:
		if (icmp6->icmp6_code <= ICMP6_TIME_EXCEED_REASSEMBLY)
			return (PRC_TIMXCEED_INTRANS + icmp6->icmp6_code);
		break;
	case ICMP6_PARAM_PROB:
		if (icmp6->icmp6_code == ICMP6_PARAMPROB_NEXTHEADER)
			return (PRC_UNREACH_PROTOCOL);
		if (icmp6->icmp6_code <= ICMP6_PARAMPROB_FIRSTFRAGMENT)
			return (PRC_PARAMPROB);
		break;
	}
	icmp6stat.icp6s_badcode++;
	return (-1);
}

/*
 * What packet does an error at off quote?  0 when not enough of it is there.
 */
static int
icmp6_quote(struct mbuf *m, u_int off, struct icmp6_errctx *ctx)
{
	struct ip6_hdr	 ip6;
	struct ip6_frag	 fh;
	uint32_t	 words[2] = { 0, 0 };
	int		 here = off, next, nxt, proto = IPPROTO_IPV6;
	u_int		 len = m->m_pkthdr.len;

	if (off + sizeof(ip6) > len)
		return (0);
	m_copydata(m, off, sizeof(ip6), &ip6);
	if ((ip6.ip6_vfc & IPV6_VERSION_MASK) != IPV6_VERSION)
		return (0);
	ctx->ie6_qsrc = ip6.ip6_src;
	ctx->ie6_qdst = ip6.ip6_dst;
	in6_scope_set(&ctx->ie6_qsrc, m->m_pkthdr.ph_ifidx);
	in6_scope_set(&ctx->ie6_qdst, m->m_pkthdr.ph_ifidx);
	while ((next = ip6_nexthdr(m, here, proto, &nxt)) != -1) {
		here = next;
		proto = nxt;
		if (proto != IPPROTO_FRAGMENT ||
		    here + sizeof(fh) > len)
			continue;
		m_copydata(m, here, sizeof(fh), &fh);
		if (fh.ip6f_offlg & IP6F_OFF_MASK) {
			proto = fh.ip6f_nxt;	/* its middle: no ports */
			here = len;
			break;
		}
	}
	ctx->ie6_upper = here;
	ctx->ie6_proto = proto;
	if ((u_int)here < len)
		m_copydata(m, here, MIN(sizeof(words), len - here), words);
	memcpy(ctx->ie6_ports, &words[0], sizeof(ctx->ie6_ports));
	ctx->ie6_word1 = words[1];
	return (1);
}

/*
 * Pass an error at off on to the protocol of the packet that it quotes; what
 * that knows it finds in icmp6_errctx.
 */
static void
icmp6_error_deliver(struct mbuf *m, u_int off, const struct icmp6_hdr *icmp6)
{
	struct icmp6_errctx	 ctx;
	struct sockaddr_in6	 sin6;
	const struct protosw	*pr;
	int			 prc;

	if ((prc = icmp6_error_prc(icmp6)) == -1)
		return;
	memset(&ctx, 0, sizeof(ctx));
	if (!icmp6_quote(m, off + sizeof(*icmp6), &ctx)) {
		icmp6stat.icp6s_badlen++;
		return;
	}
	if (IN6_IS_ADDR_MULTICAST(&ctx.ie6_qdst) && prc != PRC_MSGSIZE &&
	    prc != PRC_PARAMPROB) {
		icmp6stat.icp6s_badcode++;
		return;
	}
	ip6_srcaddr(m, &ctx.ie6_src);
	ctx.ie6_type = icmp6->icmp6_type;
	ctx.ie6_code = icmp6->icmp6_code;
	ctx.ie6_mtu = prc == PRC_MSGSIZE ? ntohl(icmp6->icmp6_mtu) : 0;
	ctx.ie6_m = m;
	ctx.ie6_off = off + sizeof(*icmp6);
	in6_sin6(&sin6, &ctx.ie6_qdst);
	pr = ip6_protox[ctx.ie6_proto];
	if (pr->pr_ctlinput == NULL)
		return;
	icmp6_errctx = &ctx;
	pr->pr_ctlinput(prc, sin6tosa(&sin6), m->m_pkthdr.ph_rtableid, &ctx);
	icmp6_errctx = NULL;
}

/*
 * Answer an echo request: the answer is made of a copy, with a header of its
 * own, as extension headers of the request are not returned.
 */
static void
icmp6_echo(struct mbuf *m, u_int off)
{
	struct icmp6_hdr	*icmp6;
	struct in6_addr		 src, dst;
	struct ip6_hdr		*ip6;
	struct mbuf		*n;
	u_int			 hlen = sizeof(*ip6) + sizeof(*icmp6);

	ip6_srcaddr(m, &src);
	ip6_dstaddr(m, &dst);
	if ((n = m_dup_pkt(m, IP6_LINKHDR, M_DONTWAIT)) == NULL) {
		icmp6stat.icp6s_nomem++;
		return;
	}
	n->m_pkthdr.csum_flags = 0;
	m_adj(n, off - sizeof(*ip6));
	if ((n = ip6_own(n, hlen)) == NULL)
		return;
	ip6 = mtod(n, struct ip6_hdr *);
	ip6->ip6_src = src;
	ip6->ip6_dst = dst;
	icmp6 = (struct icmp6_hdr *)(ip6 + 1);
	icmp6->icmp6_type = ICMP6_ECHO_REPLY;
	icmp6stat.icp6s_reflect++;
	icmp6stat.icp6s_outhist[ICMP6_ECHO_REPLY]++;
	icmp6_reflect(n, sizeof(*ip6));
}

/* Least lengths of the messages that have more than the common header. */
static u_int
icmp6_minlen(int type)
{
	switch (type) {
	case MLD_LISTENER_QUERY:
	case MLD_LISTENER_REPORT:
	case MLD_LISTENER_DONE:
		return (MLD_MINLEN);
	case ND_ROUTER_ADVERT:
		return (sizeof(struct nd_router_advert));
	case ND_NEIGHBOR_SOLICIT:
		return (sizeof(struct nd_neighbor_solicit));
	case ND_NEIGHBOR_ADVERT:
		return (sizeof(struct nd_neighbor_advert));
	case ND_REDIRECT:
		return (sizeof(struct nd_redirect));
	default:
		return (sizeof(struct icmp6_hdr));
	}
}

/* Which counter a bad message of neighbour discovery goes to. */
static uint64_t *
icmp6_badnd(int type)
{
	switch (type) {
	case ND_ROUTER_SOLICIT:
		return (&icmp6stat.icp6s_badrs);
	case ND_ROUTER_ADVERT:
		return (&icmp6stat.icp6s_badra);
	case ND_NEIGHBOR_SOLICIT:
		return (&icmp6stat.icp6s_badns);
	case ND_NEIGHBOR_ADVERT:
		return (&icmp6stat.icp6s_badna);
	default:
		return (&icmp6stat.icp6s_badredirect);
	}
}

/*
 * Neighbour discovery: only from this very link (hop limit 255, RFC 4861 6.1
 * and 7.1), and not in fragments (RFC 6980; a packet that was put together
 * has M_FRAG6).  n is a copy for it, which is consumed.
 */
static void
icmp6_nd(struct mbuf *n, u_int off, u_int len, int type, int code,
    struct ifnet *ifp)
{
	const struct ip6_hdr	*ip6 = mtod(n, const struct ip6_hdr *);

	if (ip6->ip6_hlim != IPV6_MAXHLIM || code != 0 ||
	    (n->m_flags & M_FRAG6)) {
		nd6_bad(n, icmp6_badnd(type), "hop limit, code or fragment");
		m_freem(n);
		return;
	}
	switch (type) {
	case ND_ROUTER_SOLICIT:
		nd6_rs_input(n, off, len, ifp);
		break;
	case ND_ROUTER_ADVERT:
		nd6_ra_input(n, off, len, ifp);
		break;
	case ND_NEIGHBOR_SOLICIT:
		nd6_ns_input(n, off, len, ifp);
		break;
	case ND_NEIGHBOR_ADVERT:
		nd6_na_input(n, off, len, ifp);
		break;
	default:
		nd6_redirect_input(n, off, len, ifp);
		break;
	}
}

/* What the kernel does about a message; m stays the caller's. */
static void
icmp6_work(struct mbuf *m, u_int off, u_int len,
    const struct icmp6_hdr *icmp6)
{
	struct ifnet	*ifp;
	struct mbuf	*n;
	int		 type = icmp6->icmp6_type;

	if (!(type & ICMP6_INFOMSG_MASK)) {
		if (type > ICMP6_PARAM_PROB)
			icmp6stat.icp6s_unknown++;
		else
			icmp6_error_deliver(m, off, icmp6);
		return;
	}
	if (type == ICMP6_ECHO_REQUEST) {
		if (icmp6->icmp6_code != 0)
			icmp6stat.icp6s_badcode++;
		else
			icmp6_echo(m, off);
		return;
	}
	if (type < MLD_LISTENER_QUERY || type > ND_REDIRECT)
		return;
	if ((ifp = if_get(m->m_pkthdr.ph_ifidx)) == NULL)
		return;
	if ((n = m_dup_pkt(m, IP6_LINKHDR, M_DONTWAIT)) == NULL)
		icmp6stat.icp6s_nomem++;
	else if (type <= MLD_LISTENER_DONE)
		mld6_input(n, off, len, ifp);
	else
		icmp6_nd(n, off, len, type, icmp6->icmp6_code, ifp);
	if_put(ifp);
}

/* Is the checksum right?  The card may have said so. */
static int
icmp6_cksum_ok(struct mbuf *m, u_int off, u_int len)
{
	uint32_t	 flags = m->m_pkthdr.csum_flags;

	if (flags & (M_ICMP6_CSUM_IN_OK | M_ICMP6_CSUM_OUT))
		return (1);
	if (flags & M_ICMP6_CSUM_IN_BAD)
		return (0);
	return (in6_cksum(m, IPPROTO_ICMPV6, off, len) == 0);
}

/*
 * A message: the whole datagram *mp, the message at *offp.  Returns
 * IPPROTO_DONE; what raw sockets may see goes on to rip6_input().
 */
int
icmp6_input(struct mbuf **mp, int *offp, int proto, int af)
{
	struct icmp6_hdr	 icmp6;
	struct mbuf		*m = *mp;
	u_int			 off = *offp, len = m->m_pkthdr.len - off;
	uint64_t		*why;

	why = &icmp6stat.icp6s_tooshort;
	if (m->m_pkthdr.len < off || len < sizeof(icmp6))
		goto bad;
	why = &icmp6stat.icp6s_checksum;
	if (!icmp6_cksum_ok(m, off, len))
		goto bad;
	m_copydata(m, off, sizeof(icmp6), &icmp6);
	icmp6stat.icp6s_inhist[icmp6.icmp6_type]++;
	why = &icmp6stat.icp6s_tooshort;
	if (len < icmp6_minlen(icmp6.icmp6_type))
		goto bad;
	icmp6_work(m, off, len, &icmp6);
	return (rip6_input(mp, offp, proto, af));
bad:
	(*why)++;
	m_freem(m);
	*mp = NULL;
	return (IPPROTO_DONE);
}

/* net.inet6.icmp6 */
int
icmp6_sysctl(int *name, u_int namelen, void *oldp, size_t *oldlenp,
    void *newp, size_t newlen)
{
	int	 error;

	if (namelen != 1)
		return (ENOTDIR);
	switch (name[0]) {
	case ICMPV6CTL_REDIRTIMEOUT:
		error = sysctl_int_bounded(oldp, oldlenp, newp, newlen,
		    &icmp6_redirtimeout, 0, INT_MAX);
		nd6_redirect_settimeout(icmp6_redirtimeout);
		return (error);
	case ICMPV6CTL_STATS:
		return (sysctl_rdstruct(oldp, oldlenp, newp, &icmp6stat,
		    sizeof(icmp6stat)));
	case ICMPV6CTL_ND6_STATS:
		return (sysctl_rdstruct(oldp, oldlenp, newp, &nd6stat,
		    sizeof(nd6stat)));
	default:
		return (sysctl_bounded_arr(icmpv6ctl_vars,
		    nitems(icmpv6ctl_vars), name, namelen, oldp, oldlenp,
		    newp, newlen));
	}
}
