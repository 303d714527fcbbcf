/*
 * ICMP: receiving (RFC 792, 950, RFC 1122 3.2.2, RFC 6633).
 *
 * Requests are answered, errors are passed to the protocol whose packet they
 * quote, redirects may change routes; raw sockets see everything that is
 * well-formed.
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

#include <netinet/icmp_var.h>
#include <netinet/in.h>
#include <netinet/in_systm.h>
#include <netinet/in_var.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/ip_var.h>

int	icmpmaskrepl;
int	icmpbmcastecho;
int	icmptstamprepl = 1;
int	icmp_rediraccept;
int	icmp_redirtimeout = 10 * 60;

const struct icmp_errctx	*icmp_errctx;
static struct rttimer_queue	 icmp_redirect_timeout_q;

static const struct sysctl_bounded_args icmpctl_vars[] = {
	{ ICMPCTL_MASKREPL, &icmpmaskrepl, 0, 1 },
	{ ICMPCTL_BMCASTECHO, &icmpbmcastecho, 0, 1 },
	{ ICMPCTL_ERRPPSLIMIT, &icmperrppslim, -1, INT_MAX },
	{ ICMPCTL_REDIRACCEPT, &icmp_rediraccept, 0, 1 },
	{ ICMPCTL_TSTAMPREPLY, &icmptstamprepl, 0, 1 },
};

/* What the protocols are told for the codes of UNREACH; -1 nothing. */
static const int8_t icmp_unreach_prc[] = {
	[ICMP_UNREACH_NET] = PRC_UNREACH_NET,
	[ICMP_UNREACH_HOST] = PRC_UNREACH_HOST,
	[ICMP_UNREACH_PROTOCOL] = PRC_UNREACH_PROTOCOL,
	[ICMP_UNREACH_PORT] = PRC_UNREACH_PORT,
	[ICMP_UNREACH_NEEDFRAG] = PRC_MSGSIZE,
	[ICMP_UNREACH_SRCFAIL] = PRC_UNREACH_SRCFAIL,
	[ICMP_UNREACH_NET_UNKNOWN] = PRC_UNREACH_NET,
	[ICMP_UNREACH_HOST_UNKNOWN] = PRC_UNREACH_HOST,
	[ICMP_UNREACH_ISOLATED] = PRC_UNREACH_HOST,
	[ICMP_UNREACH_NET_PROHIB] = PRC_UNREACH_NET,
	[ICMP_UNREACH_HOST_PROHIB] = PRC_UNREACH_HOST,
	[ICMP_UNREACH_TOSNET] = PRC_UNREACH_NET,
	[ICMP_UNREACH_TOSHOST] = PRC_UNREACH_HOST,
	[ICMP_UNREACH_FILTER_PROHIB] = PRC_UNREACH_HOST,
	[ICMP_UNREACH_HOST_PRECEDENCE] = PRC_UNREACH_HOST,
	[ICMP_UNREACH_PRECEDENCE_CUTOFF] = PRC_UNREACH_HOST,
};

/* A route that a redirect made has had its time. */
static void
icmp_redirect_timeout(struct rtentry *rt, u_int rtableid)
{
	struct ifnet	*ifp;

	if (!ISSET(rt->rt_flags, RTF_DYNAMIC) ||
	    !ISSET(rt->rt_flags, RTF_HOST))
		return;
	if ((ifp = if_get(rt->rt_ifidx)) != NULL)
		(void)rtdeletemsg(rt, ifp, rtableid);
	if_put(ifp);
}

/* Seconds that routes of redirects to come will live. */
void
icmp_redirect_settimeout(int timeout)
{
	rt_timer_queue_change(&icmp_redirect_timeout_q, timeout);
}

void
icmp_init(void)
{
	rt_timer_queue_init(&icmp_redirect_timeout_q, icmp_redirtimeout,
	    icmp_redirect_timeout);
	icmp_pmtu_init();
}

/* What the error means to protocols: PRC_*, or -1 with the reason counted. */
static int
icmp_error_prc(const struct icmp *icp)
{
	switch (icp->icmp_type) {
	case ICMP_UNREACH:
		if (icp->icmp_code >= nitems(icmp_unreach_prc))
			break;
		if (icp->icmp_code == ICMP_UNREACH_NEEDFRAG && !ip_mtudisc) {
			icmpstat.icps_ignored++;
			return (-1);
		}
		return (icmp_unreach_prc[icp->icmp_code]);
	case ICMP_TIMXCEED:
		if (icp->icmp_code > ICMP_TIMXCEED_REASS)
			break;
		return (PRC_TIMXCEED_INTRANS + icp->icmp_code);
	case ICMP_PARAMPROB:
		if (icp->icmp_code > ICMP_PARAMPROB_LENGTH)
			break;
		return (PRC_PARAMPROB);
	}
	icmpstat.icps_badcode++;
	return (-1);
}

/* Is the packet that an error quotes there, with 8 bytes of its payload? */
static int
icmp_quote_ok(const struct icmp *icp, u_int icmplen)
{
	if (icmplen < ICMP_ADVLENMIN ||
	    icp->icmp_ip.ip_v != IPVERSION ||
	    icp->icmp_ip.ip_hl < sizeof(struct ip) >> 2 ||
	    icmplen < (u_int)ICMP_ADVLEN(icp)) {
		icmpstat.icps_badlen++;
		return (0);
	}
	return (1);
}

/*
 * Pass an error on to the protocol of the packet that it quotes.  It gets
 * the quoted header; contiguous are ICMP_ADVLEN() bytes of the message.
 */
static void
icmp_error_deliver(struct mbuf *m, const struct ip *ip, struct icmp *icp,
    u_int icmplen)
{
	struct icmp_errctx	 ctx;
	struct sockaddr_in	 sin;
	const struct protosw	*pr;
	int			 prc;

	if ((prc = icmp_error_prc(icp)) == -1 || !icmp_quote_ok(icp, icmplen))
		return;
	if (in_ismulticast(icp->icmp_ip.ip_dst.s_addr)) {
		icmpstat.icps_badcode++;
		return;
	}
	memset(&sin, 0, sizeof(sin));
	sin.sin_len = sizeof(sin);
	sin.sin_family = AF_INET;
	sin.sin_addr = icp->icmp_ip.ip_dst;
	ctx.ie_src = ip->ip_src;
	ctx.ie_type = icp->icmp_type;
	ctx.ie_code = icp->icmp_code;
	ctx.ie_mtu = prc == PRC_MSGSIZE ? ntohs(icp->icmp_nextmtu) : 0;
	ctx.ie_icmp = icp;
	ctx.ie_m = m;
	ctx.ie_off = (ip->ip_hl << 2) + ICMP_MINLEN;
	pr = ip_protox[icp->icmp_ip.ip_p];
	if (pr->pr_ctlinput == NULL)
		return;
	icmp_errctx = &ctx;
	pr->pr_ctlinput(prc, sintosa(&sin), m->m_pkthdr.ph_rtableid,
	    &icp->icmp_ip);
	icmp_errctx = NULL;
}

/* RFC 1122 3.2.2.2: a router nearer to the destination. */
static void
icmp_redirect(struct mbuf *m, const struct ip *ip, struct icmp *icp,
    u_int icmplen)
{
	struct sockaddr_in	 dst, gw, src;
	struct rtentry		*newrt = NULL;

	if (icp->icmp_code > ICMP_REDIRECT_TOSHOST) {
		icmpstat.icps_badcode++;
		return;
	}
	/* A router has its own sources of routes (RFC 1812 5.2.7.2). */
	if (!icmp_rediraccept || ipforwarding) {
		icmpstat.icps_ignored++;
		return;
	}
	if (!icmp_quote_ok(icp, icmplen))
		return;
	memset(&dst, 0, sizeof(dst));
	dst.sin_len = sizeof(dst);
	dst.sin_family = AF_INET;
	gw = src = dst;
	dst.sin_addr = icp->icmp_ip.ip_dst;
	gw.sin_addr = icp->icmp_gwaddr;
	src.sin_addr = ip->ip_src;
	if (!in_canforward(gw.sin_addr) || !in_canforward(dst.sin_addr) ||
	    in_ifaddr_lookup(gw.sin_addr, m->m_pkthdr.ph_rtableid) != NULL) {
		icmpstat.icps_badredirect++;
		return;
	}
	rtredirect(sintosa(&dst), sintosa(&gw), sintosa(&src), &newrt,
	    m->m_pkthdr.ph_rtableid);
	if (newrt == NULL) {
		icmpstat.icps_badredirect++;
		return;
	}
	icmpstat.icps_redirects++;
	if (icmp_redirtimeout != 0)
		(void)rt_timer_add(newrt, &icmp_redirect_timeout_q,
		    m->m_pkthdr.ph_rtableid);
	rtfree(newrt);
}

/* May this request be answered?  Those to many hosts only when allowed. */
static int
icmp_request_ok(struct mbuf *m, const struct ip *ip)
{
	if (icmpbmcastecho || ((m->m_flags & (M_BCAST | M_MCAST)) == 0 &&
	    in_ifaddr_lookup(ip->ip_dst, m->m_pkthdr.ph_rtableid) != NULL))
		return (1);
	icmpstat.icps_bmcastecho++;
	return (0);
}

static int
icmp_timestamp(struct icmp *icp, u_int icmplen)
{
	if (!icmptstamprepl) {
		icmpstat.icps_ignored++;
		return (0);
	}
	if (icmplen < ICMP_TSLEN) {
		icmpstat.icps_badlen++;
		return (0);
	}
	icp->icmp_type = ICMP_TSTAMPREPLY;
	icp->icmp_rtime = iptime();
	icp->icmp_ttime = icp->icmp_rtime;
	return (1);
}

/* RFC 950: the mask of the network that the request came through. */
static int
icmp_maskreply(struct mbuf *m, struct ip *ip, struct icmp *icp, u_int icmplen)
{
	struct in_ifaddr	*ia;
	struct ifnet		*ifp;

	if (!icmpmaskrepl) {
		icmpstat.icps_ignored++;
		return (0);
	}
	if (icmplen < ICMP_MASKLEN) {
		icmpstat.icps_badlen++;
		return (0);
	}
	if ((ifp = if_get(m->m_pkthdr.ph_ifidx)) == NULL)
		return (0);
	if ((ia = in_ia4dst(ifp, ip->ip_src)) != NULL) {
		icp->icmp_type = ICMP_MASKREPLY;
		icp->icmp_mask = ia->ia_netmask;
	}
	if_put(ifp);
	return (ia != NULL);
}

/* Answer the request m, which has been turned into the answer. */
static void
icmp_answer(struct mbuf *m, int type)
{
	struct mbuf	*opts;

	icmpstat.icps_reflect++;
	icmpstat.icps_outhist[type]++;
	if (icmp_reflect(m, &opts) == 0)
		(void)icmp_send(m, opts);
}

/* A request: make and send the answer, or leave m to raw sockets. */
static int
icmp_request(struct mbuf **mp, int hlen, u_int icmplen)
{
	struct mbuf	*m;
	struct icmp	*icp;
	struct ip	*ip;
	int		 ok = 1;

	ip = mtod(*mp, struct ip *);
	if (!icmp_request_ok(*mp, ip))
		return (0);
	m = *mp = ip_own(*mp, hlen + MIN(icmplen, ICMP_TSLEN));
	if (m == NULL)
		return (1);
	ip = mtod(m, struct ip *);
	icp = (struct icmp *)(mtod(m, caddr_t) + hlen);
	switch (icp->icmp_type) {
	case ICMP_ECHO:
		icp->icmp_type = ICMP_ECHOREPLY;
		break;
	case ICMP_TSTAMP:
		ok = icmp_timestamp(icp, icmplen);
		break;
	default:	/* ICMP_MASKREQ */
		ok = icmp_maskreply(m, ip, icp, icmplen);
		break;
	}
	if (!ok)
		return (0);
	*mp = NULL;
	icmp_answer(m, icp->icmp_type);
	return (1);
}

/* The checks of every message; pulls up what is looked at, or NULL. */
static struct mbuf *
icmp_check(struct mbuf *m, int hlen, u_int icmplen)
{
	struct icmp	*icp;
	u_int		 len;

	if (icmplen < ICMP_MINLEN) {
		icmpstat.icps_tooshort++;
		m_freem(m);
		return (NULL);
	}
	if (!(m->m_pkthdr.csum_flags & (M_ICMP_CSUM_IN_OK |
	    M_ICMP_CSUM_OUT)) && in_cksum_off(m, hlen, icmplen) != 0) {
		icmpstat.icps_checksum++;
		m_freem(m);
		return (NULL);
	}
	/* A quote's own options count as well. */
	len = hlen + MIN(icmplen, ICMP_ADVLENMIN);
	if (m->m_len < len && (m = m_pullup(m, len)) == NULL) {
		icmpstat.icps_tooshort++;
		return (NULL);
	}
	icp = (struct icmp *)(mtod(m, caddr_t) + hlen);
	if (!ICMP_INFOTYPE(icp->icmp_type) && icmplen >= ICMP_ADVLENMIN) {
		len = hlen + MIN(icmplen, (u_int)ICMP_ADVLEN(icp));
		if (m->m_len < len && (m = m_pullup(m, len)) == NULL) {
			icmpstat.icps_tooshort++;
			return (NULL);
		}
	}
	return (m);
}

/*
 * A message: the whole datagram *mp, the message at *offp.  Returns
 * IPPROTO_DONE; what raw sockets may see goes on to rip_input().
 */
int
icmp_input(struct mbuf **mp, int *offp, int proto, int af)
{
	struct mbuf	*m = *mp;
	struct icmp	*icp;
	struct ip	*ip = mtod(m, struct ip *);
	int		 hlen = *offp;
	u_int		 icmplen = ntohs(ip->ip_len) - hlen;

	if ((*mp = m = icmp_check(m, hlen, icmplen)) == NULL)
		return (IPPROTO_DONE);
	ip = mtod(m, struct ip *);
	icp = (struct icmp *)(mtod(m, caddr_t) + hlen);
	if (icp->icmp_type > ICMP_MAXTYPE)
		return (rip_input(mp, offp, proto, af));
	icmpstat.icps_inhist[icp->icmp_type]++;
	switch (icp->icmp_type) {
	case ICMP_UNREACH:
	case ICMP_TIMXCEED:
	case ICMP_PARAMPROB:
		icmp_error_deliver(m, ip, icp, icmplen);
		break;
	case ICMP_SOURCEQUENCH:
		icmpstat.icps_ignored++;
		break;
	case ICMP_REDIRECT:
		icmp_redirect(m, ip, icp, icmplen);
		break;
	case ICMP_ECHO:
	case ICMP_TSTAMP:
	case ICMP_MASKREQ:
		/* The answer is made of the request: nobody else sees it. */
		if (icmp_request(mp, hlen, icmplen))
			return (IPPROTO_DONE);
		break;
	default:
		break;
	}
	return (rip_input(mp, offp, proto, af));
}

/* net.inet.icmp */
int
icmp_sysctl(int *name, u_int namelen, void *oldp, size_t *oldlenp,
    void *newp, size_t newlen)
{
	int	 error;

	if (namelen != 1)
		return (ENOTDIR);
	switch (name[0]) {
	case ICMPCTL_REDIRTIMEOUT:
		error = sysctl_int_bounded(oldp, oldlenp, newp, newlen,
		    &icmp_redirtimeout, 0, INT_MAX);
		icmp_redirect_settimeout(icmp_redirtimeout);
		return (error);
	case ICMPCTL_STATS:
		return (sysctl_rdstruct(oldp, oldlenp, newp, &icmpstat,
		    sizeof(icmpstat)));
	default:
		return (sysctl_bounded_arr(icmpctl_vars,
		    nitems(icmpctl_vars), name, namelen, oldp, oldlenp, newp,
		    newlen));
	}
}
