/*
 * IPv4 options (RFC 791 section 3.1, RFC 1122 3.2.1.8, RFC 1812 4.2.2.1).
 *
 * Record route and timestamp are filled in on the way; a source route is
 * followed only where net.inet.ip.sourceroute says so, else it is refused
 * (RFC 7126).  Options of any other kind pass.
 *
 *	  0      1       2       3 ...
 *	+------+-------+-------+-----------------+
 *	| kind | bytes | ptr   | room ...        |  ptr: first free byte, from 1
 *	+------+-------+-------+-----------------+
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/mbuf.h>
#include <sys/socket.h>

#include <net/if.h>
#include <net/if_var.h>
#include <net/route.h>

#include <netinet/in.h>
#include <netinet/in_systm.h>
#include <netinet/in_var.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/ip_var.h>

/* What one option's handler found. */
struct ip_optctx {
	struct ip	*oc_ip;
	u_int		 oc_rtableid;	/* routing table of the packet */
	u_int		 oc_ifidx;	/* where it came in */
	int		 oc_changed;	/* the header needs a new checksum */
	int		 oc_forward;	/* a source route goes on */
	int		 oc_type;	/* ICMP error, when refused */
	int		 oc_code;	/* pointer for a parameter problem */
};

/* Milliseconds since midnight UTC, network order. */
n_time
iptime(void)
{
	struct timeval	 tv;

	getmicrotime(&tv);
	return (htonl((tv.tv_sec % (24 * 60 * 60)) * 1000 +
	    tv.tv_usec / 1000));
}

/*
 * Our address on the interface through which dst is reached, or dst itself
 * when it is ours.  ENETUNREACH when there is none.
 */
static int
ip_optaddr(struct ip_optctx *oc, struct in_addr dst, struct in_addr *addr)
{
	struct sockaddr_in	 sin;
	struct rtentry		*rt;

	if (in_ifaddr_lookup(dst, oc->oc_rtableid) != NULL) {
		*addr = dst;
		return (0);
	}
	memset(&sin, 0, sizeof(sin));
	sin.sin_len = sizeof(sin);
	sin.sin_family = AF_INET;
	sin.sin_addr = dst;
	rt = rtalloc(sintosa(&sin), 0, oc->oc_rtableid);
	if (!rtisvalid(rt) || rt->rt_ifa == NULL ||
	    rt->rt_ifa->ifa_addr->sa_family != AF_INET) {
		rtfree(rt);
		return (ENETUNREACH);
	}
	*addr = ifatoia(rt->rt_ifa)->ia_addr.sin_addr;
	rtfree(rt);
	return (0);
}

static int
ip_optbad(struct ip_optctx *oc, int type, int code)
{
	oc->oc_type = type;
	oc->oc_code = code;
	return (EINVAL);
}

static int
ip_optparam(struct ip_optctx *oc, const uint8_t *at)
{
	return (ip_optbad(oc, ICMP_PARAMPROB,
	    at - (const uint8_t *)oc->oc_ip));
}

/* May a strictly routed packet go to dst next: is it on a link of ours? */
static int
ip_opt_strict(struct ip_optctx *oc, struct in_addr dst)
{
	struct sockaddr_in	 sin;
	struct rtentry		*rt;
	int			 onlink;

	memset(&sin, 0, sizeof(sin));
	sin.sin_len = sizeof(sin);
	sin.sin_family = AF_INET;
	sin.sin_addr = dst;
	rt = rtalloc(sintosa(&sin), 0, oc->oc_rtableid);
	onlink = rtisvalid(rt) && !ISSET(rt->rt_flags, RTF_GATEWAY);
	rtfree(rt);
	return (onlink);
}

static int
ip_opt_srcroute(struct ip_optctx *oc, uint8_t *cp, u_int optlen)
{
	struct ip	*ip = oc->oc_ip;
	struct in_addr	 next, ours;
	u_int		 off;

	if (!ip_dosourceroute) {
		ipstat_inc(&ipstat.ips_srcroute);
		return (ip_optbad(oc, ICMP_UNREACH, ICMP_UNREACH_SRCFAIL));
	}
	if (optlen < IPOPT_OFFSET + 1)
		return (ip_optparam(oc, cp + IPOPT_OLEN));
	if ((off = cp[IPOPT_OFFSET]) < IPOPT_MINOFF)
		return (ip_optparam(oc, cp + IPOPT_OFFSET));
	if (in_ifaddr_lookup(ip->ip_dst, oc->oc_rtableid) == NULL) {
		if (cp[IPOPT_OPTVAL] == IPOPT_SSRR)
			return (ip_optbad(oc, ICMP_UNREACH,
			    ICMP_UNREACH_SRCFAIL));
		return (0);		/* loose: on its way to us or past */
	}
	off--;
	if (off + sizeof(next) > optlen)
		return (0);		/* the end: it is for us */
	memcpy(&next, cp + off, sizeof(next));
	if (in_ismulticast(next.s_addr) || !in_canforward(next) ||
	    (cp[IPOPT_OPTVAL] == IPOPT_SSRR && !ip_opt_strict(oc, next)) ||
	    ip_optaddr(oc, next, &ours) != 0)
		return (ip_optbad(oc, ICMP_UNREACH, ICMP_UNREACH_SRCFAIL));
	ip->ip_dst = next;
	memcpy(cp + off, &ours, sizeof(ours));
	cp[IPOPT_OFFSET] += sizeof(next);
	oc->oc_changed = oc->oc_forward = 1;
	return (0);
}

static int
ip_opt_record(struct ip_optctx *oc, uint8_t *cp, u_int optlen)
{
	struct in_addr	 ours;
	u_int		 off;

	if (optlen < IPOPT_OFFSET + 1)
		return (ip_optparam(oc, cp + IPOPT_OLEN));
	if ((off = cp[IPOPT_OFFSET]) < IPOPT_MINOFF)
		return (ip_optparam(oc, cp + IPOPT_OFFSET));
	off--;
	if (off + sizeof(ours) > optlen)
		return (0);		/* full */
	if (ip_optaddr(oc, oc->oc_ip->ip_dst, &ours) != 0)
		return (ip_optbad(oc, ICMP_UNREACH, ICMP_UNREACH_HOST));
	memcpy(cp + off, &ours, sizeof(ours));
	cp[IPOPT_OFFSET] += sizeof(ours);
	oc->oc_changed = 1;
	return (0);
}

/* Our address on the interface that the packet came through. */
static int
ip_opt_inaddr(struct ip_optctx *oc, struct in_addr *addr)
{
	struct in_ifaddr	*ia = NULL;
	struct ifnet		*ifp;

	if ((ifp = if_get(oc->oc_ifidx)) != NULL)
		ia = in_ia4dst(ifp, oc->oc_ip->ip_dst);
	if (ia != NULL)
		*addr = ia->ia_addr.sin_addr;
	if_put(ifp);
	return (ia == NULL ? ENETUNREACH : 0);
}

static int
ip_opt_timestamp(struct ip_optctx *oc, uint8_t *cp, u_int optlen)
{
	struct in_addr	 addr;
	n_time		 now;
	u_int		 off, need;
	uint8_t		 kind;

	if (optlen < 4 || optlen > MAX_IPOPTLEN)
		return (ip_optparam(oc, cp + IPOPT_OLEN));
	if ((off = cp[IPOPT_OFFSET]) < 5)
		return (ip_optparam(oc, cp + IPOPT_OFFSET));
	kind = cp[3] & 0x0f;
	off--;
	need = sizeof(now);
	if (kind == IPOPT_TS_TSANDADDR || kind == IPOPT_TS_PRESPEC)
		need += sizeof(addr);
	else if (kind != IPOPT_TS_TSONLY)
		return (ip_optparam(oc, cp + 3));
	if (off + need > optlen) {
		/* No room: count that we were here, in the high nibble. */
		if ((cp[3] & 0xf0) == 0xf0)
			return (ip_optparam(oc, cp + 3));
		cp[3] += 0x10;
		oc->oc_changed = 1;
		return (0);
	}
	if (kind == IPOPT_TS_TSANDADDR) {
		if (ip_opt_inaddr(oc, &addr) != 0)
			return (0);
		memcpy(cp + off, &addr, sizeof(addr));
		off += sizeof(addr);
	} else if (kind == IPOPT_TS_PRESPEC) {
		memcpy(&addr, cp + off, sizeof(addr));
		if (in_ifaddr_lookup(addr, oc->oc_rtableid) == NULL)
			return (0);
		off += sizeof(addr);
	}
	now = iptime();
	memcpy(cp + off, &now, sizeof(now));
	cp[IPOPT_OFFSET] += need;
	oc->oc_changed = 1;
	return (0);
}

static int
ip_opt_walk(struct ip_optctx *oc)
{
	uint8_t	*cp;
	u_int	 cnt, optlen;
	int	 error = 0;

	cp = (uint8_t *)(oc->oc_ip + 1);
	cnt = (oc->oc_ip->ip_hl << 2) - sizeof(struct ip);
	for (; cnt > 0 && error == 0; cnt -= optlen, cp += optlen) {
		if (cp[IPOPT_OPTVAL] == IPOPT_EOL)
			break;
		if (cp[IPOPT_OPTVAL] == IPOPT_NOP) {
			optlen = 1;
			continue;
		}
		if (cnt < IPOPT_OLEN + 1)
			return (ip_optparam(oc, cp));
		optlen = cp[IPOPT_OLEN];
		if (optlen < IPOPT_OLEN + 1 || optlen > cnt)
			return (ip_optparam(oc, cp + IPOPT_OLEN));

		switch (cp[IPOPT_OPTVAL]) {
		case IPOPT_LSRR:
		case IPOPT_SSRR:
			error = ip_opt_srcroute(oc, cp, optlen);
			break;
		case IPOPT_RR:
			error = ip_opt_record(oc, cp, optlen);
			break;
		case IPOPT_TS:
			error = ip_opt_timestamp(oc, cp, optlen);
			break;
		default:
			break;
		}
	}
	return (error);
}

/*
 * Work through the options of m, whose whole header lies in its first mbuf
 * and may be written.  Returns 0 and stores in *forward whether a source
 * route sends the packet on; or EINVAL when an ICMP error has been sent in
 * place of the packet, which is gone.
 */
int
ip_dooptions(struct mbuf *m, struct ifnet *ifp, int *forward)
{
	struct ip_optctx	 oc;
	struct ip		*ip = mtod(m, struct ip *);
	n_long			 dest = 0;

	memset(&oc, 0, sizeof(oc));
	oc.oc_ip = ip;
	oc.oc_rtableid = m->m_pkthdr.ph_rtableid;
	oc.oc_ifidx = ifp->if_index;
	if (ip_opt_walk(&oc) != 0) {
		ipstat_inc(&ipstat.ips_badoptions);
		if (oc.oc_type == ICMP_PARAMPROB) {
			*(uint8_t *)&dest = oc.oc_code;
			oc.oc_code = ICMP_PARAMPROB_ERRATPTR;
		}
		icmp_error(m, oc.oc_type, oc.oc_code, dest, 0);
		return (EINVAL);
	}
	if (oc.oc_changed) {
		ip->ip_sum = 0;
		ip->ip_sum = in_cksum_hdr(ip, ip->ip_hl << 2);
	}
	*forward = oc.oc_forward;
	return (0);
}

/*
 * Put a socket's options (an mbuf that holds a struct ipoption) into the
 * packet m, whose header has none, and store the new header length.  Returns
 * the packet; unchanged, with *phlen 0, when it would grow too large or there
 * is no memory; NULL when it is lost.
 */
struct mbuf *
ip_insertoptions(struct mbuf *m, struct mbuf *opt, int *phlen)
{
	const struct ipoption	*p = mtod(opt, const struct ipoption *);
	struct ip		*ip = mtod(m, struct ip *);
	u_int			 optlen;

	*phlen = 0;
	optlen = opt->m_len - sizeof(p->ipopt_dst);
	if (optlen + ntohs(ip->ip_len) > IP_MAXPACKET)
		return (m);
	if ((m = m_pullup(m, sizeof(*ip))) == NULL ||
	    (m = m_prepend(m, optlen, M_DONTWAIT)) == NULL ||
	    (m = m_pullup(m, sizeof(*ip) + optlen)) == NULL)
		return (NULL);
	memmove(mtod(m, caddr_t), mtod(m, caddr_t) + optlen, sizeof(*ip));
	ip = mtod(m, struct ip *);
	memcpy(ip + 1, p->ipopt_list, optlen);
	if (p->ipopt_dst.s_addr != INADDR_ANY)
		ip->ip_dst = p->ipopt_dst;
	*phlen = sizeof(*ip) + optlen;
	ip->ip_hl = *phlen >> 2;
	ip->ip_len = htons(ntohs(ip->ip_len) + optlen);
	return (m);
}

/*
 * Copy the options that every fragment must carry from the header ip behind
 * the header jp, padded.  Returns their length in bytes.
 */
int
ip_optcopy(struct ip *ip, struct ip *jp)
{
	const uint8_t	*cp = (const uint8_t *)(ip + 1);
	uint8_t		*dp = (uint8_t *)(jp + 1);
	int		 cnt, optlen, len = 0;

	cnt = (ip->ip_hl << 2) - (int)sizeof(*ip);
	for (; cnt > 0; cnt -= optlen, cp += optlen) {
		if (cp[IPOPT_OPTVAL] == IPOPT_EOL)
			break;
		if (cp[IPOPT_OPTVAL] == IPOPT_NOP) {
			optlen = 1;
			continue;
		}
		if (cnt < IPOPT_OLEN + 1)
			break;
		optlen = cp[IPOPT_OLEN];
		if (optlen < IPOPT_OLEN + 1 || optlen > cnt)
			break;
		if (IPOPT_COPIED(cp[IPOPT_OPTVAL])) {
			memcpy(dp + len, cp, optlen);
			len += optlen;
		}
	}
	while (len & 3)
		dp[len++] = IPOPT_EOL;
	return (len);
}

/* Remove the options of m, whose header is contiguous. */
void
ip_stripoptions(struct mbuf *m)
{
	struct ip	*ip = mtod(m, struct ip *);
	u_int		 optlen;

	optlen = (ip->ip_hl << 2) - sizeof(*ip);
	if (optlen == 0)
		return;
	ip->ip_hl = sizeof(*ip) >> 2;
	ip->ip_len = htons(ntohs(ip->ip_len) - optlen);
	memmove(mtod(m, caddr_t) + optlen, ip, sizeof(*ip));
	m_adj(m, optlen);
}

/*
 * Store at dp the way back of the source route cp, which ends here: the hops
 * in reverse, and last the host that it came from.  The hop to take first
 * goes to *first.  Returns the option's length, or 0 for an empty route.
 */
static int
ip_opt_reverse(const uint8_t *cp, uint8_t *dp, struct in_addr src,
    struct in_addr *first)
{
	int	 n, len, off = IPOPT_MINOFF - 1;

	n = ((int)cp[IPOPT_OFFSET] - IPOPT_MINOFF) / (int)sizeof(*first);
	n = imin(n, ((int)cp[IPOPT_OLEN] - off) / (int)sizeof(*first));
	if (n <= 0)
		return (0);
	len = off + n * (int)sizeof(*first);
	dp[IPOPT_OPTVAL] = cp[IPOPT_OPTVAL];
	dp[IPOPT_OLEN] = len;
	dp[IPOPT_OFFSET] = IPOPT_MINOFF;
	memcpy(first, cp + off + (n - 1) * sizeof(*first), sizeof(*first));
	for (dp += off; --n > 0; dp += sizeof(*first))
		memcpy(dp, cp + off + (n - 1) * sizeof(*first),
		    sizeof(*first));
	memcpy(dp, &src, sizeof(src));
	return (len);
}

/*
 * The options that an answer to the packet with header ip carries: records,
 * timestamps and labels as they came, a source route reversed (RFC 1122
 * 3.2.2.6).  A new mbuf for ip_output(), or NULL when there are none.
 */
struct mbuf *
ip_reflectopts(const struct ip *ip)
{
	const uint8_t	*cp = (const uint8_t *)(ip + 1);
	struct ipoption	*p;
	struct mbuf	*opt;
	uint8_t		*dp;
	int		 cnt, optlen, len = 0;

	cnt = (ip->ip_hl << 2) - (int)sizeof(*ip);
	if (cnt == 0 || (opt = m_get(M_DONTWAIT, MT_SOOPTS)) == NULL)
		return (NULL);
	p = mtod(opt, struct ipoption *);
	memset(p, 0, sizeof(*p));
	dp = (uint8_t *)p->ipopt_list;
	for (; cnt > 0; cnt -= optlen, cp += optlen) {
		if (cp[IPOPT_OPTVAL] == IPOPT_EOL)
			break;
		optlen = cp[IPOPT_OPTVAL] == IPOPT_NOP ? 1 : cp[IPOPT_OLEN];
		if (optlen <= 0 || optlen > cnt)
			break;
		switch (cp[IPOPT_OPTVAL]) {
		case IPOPT_LSRR:
		case IPOPT_SSRR:
			len += ip_opt_reverse(cp, dp + len, ip->ip_src,
			    &p->ipopt_dst);
			break;
		case IPOPT_RR:
		case IPOPT_TS:
		case IPOPT_SECURITY:
			memcpy(dp + len, cp, optlen);
			len += optlen;
			break;
		default:
			break;
		}
	}
	if (len == 0) {
		m_free(opt);
		return (NULL);
	}
	opt->m_len = sizeof(p->ipopt_dst) + roundup(len, 4);
	return (opt);
}

/* A source route that a program gives: take its first hop out. */
static int
ip_pcbopt_route(struct ipoption *p, uint8_t *cp, int *optlen, int *cnt)
{
	u_int	 off = IPOPT_OFFSET + 1;

	if (p->ipopt_dst.s_addr != INADDR_ANY ||
	    *optlen < IPOPT_MINOFF - 1 + (int)sizeof(struct in_addr) ||
	    cp[IPOPT_OFFSET] != IPOPT_MINOFF)
		return (EINVAL);
	memcpy(&p->ipopt_dst, cp + off, sizeof(struct in_addr));
	if (p->ipopt_dst.s_addr == INADDR_ANY)
		return (EINVAL);
	*cnt -= sizeof(struct in_addr);
	*optlen -= sizeof(struct in_addr);
	cp[IPOPT_OLEN] = *optlen;
	memmove(cp + off, cp + off + sizeof(struct in_addr),
	    *cnt - (int)off);
	return (0);
}

/*
 * Set the options that a socket sends, from len bytes at buf; none when len
 * is 0.  0, EINVAL for malformed ones, ENOBUFS.
 */
int
ip_pcbopts(struct mbuf **popt, const void *buf, size_t len)
{
	struct ipoption	*p;
	struct mbuf	*opt;
	uint8_t		*cp;
	int		 cnt, optlen, error;

	if (len > MAX_IPOPTLEN || len % 4 != 0)
		return (EINVAL);
	if (len == 0) {
		m_freem(*popt);
		*popt = NULL;
		return (0);
	}
	if ((opt = m_get(M_DONTWAIT, MT_SOOPTS)) == NULL)
		return (ENOBUFS);
	p = mtod(opt, struct ipoption *);
	memset(p, 0, sizeof(*p));
	memcpy(p->ipopt_list, buf, len);
	cp = (uint8_t *)p->ipopt_list;
	for (cnt = len; cnt > 0; cnt -= optlen, cp += optlen) {
		if (cp[IPOPT_OPTVAL] == IPOPT_EOL)
			break;
		if (cp[IPOPT_OPTVAL] == IPOPT_NOP) {
			optlen = 1;
			continue;
		}
		error = EINVAL;
		if (cnt < IPOPT_OLEN + 1)
			goto bad;
		optlen = cp[IPOPT_OLEN];
		if (optlen < IPOPT_OLEN + 1 || optlen > cnt)
			goto bad;
		if (cp[IPOPT_OPTVAL] != IPOPT_LSRR &&
		    cp[IPOPT_OPTVAL] != IPOPT_SSRR)
			continue;
		len -= sizeof(struct in_addr);
		if ((error = ip_pcbopt_route(p, cp, &optlen, &cnt)) != 0)
			goto bad;
	}
	opt->m_len = sizeof(p->ipopt_dst) + roundup(len, 4);
	m_freem(*popt);
	*popt = opt;
	return (0);
bad:
	m_free(opt);
	return (error);
}
