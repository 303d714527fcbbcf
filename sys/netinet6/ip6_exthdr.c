/*
 * Extension headers of received packets (RFC 8200 section 4): hop-by-hop and
 * destination options, routing headers; and finding one's way through them.
 *
 * They are read where they lie, piece by piece: nothing is pulled up, and no
 * length is believed before it has been compared with the packet's.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mbuf.h>
#include <sys/protosw.h>
#include <sys/socket.h>

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip6.h>
#include <netinet6/icmp6_var.h>
#include <netinet6/in6.h>
#include <netinet6/ip6_var.h>

/*
 * Step from the header of protocol proto at off to the next one: its offset,
 * and its protocol in *nxtp.  -1 when proto is none that others follow, or
 * the packet ends before it does.  Behind a later fragment nothing follows.
 */
int
ip6_nexthdr(const struct mbuf *m, int off, int proto, int *nxtp)
{
	struct ip6_hdr	 ip6;
	struct ip6_frag	 fh;
	struct ip6_ext	 ext;
	int		 end = m->m_pkthdr.len, len;

	switch (proto) {
	case IPPROTO_IPV6:
		if (off + (int)sizeof(ip6) > end)
			return (-1);
		m_copydata(m, off, sizeof(ip6), &ip6);
		*nxtp = ip6.ip6_nxt;
		return (off + sizeof(ip6));
	case IPPROTO_FRAGMENT:
		if (off + (int)sizeof(fh) > end)
			return (-1);
		m_copydata(m, off, sizeof(fh), &fh);
		if (fh.ip6f_offlg & IP6F_OFF_MASK)
			return (-1);
		*nxtp = fh.ip6f_nxt;
		return (off + sizeof(fh));
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_DSTOPTS:
	case IPPROTO_AH:
		if (off + (int)sizeof(ext) > end)
			return (-1);
		m_copydata(m, off, sizeof(ext), &ext);
		len = proto == IPPROTO_AH ? (ext.ip6e_len + 2) << 2 :
		    (ext.ip6e_len + 1) << 3;
		if (off + len > end)
			return (-1);
		*nxtp = ext.ip6e_nxt;
		return (off + len);
	default:
		return (-1);
	}
}

/*
 * The last header that can be reached from the one of protocol proto at off:
 * its offset, and its protocol in *nxtp.
 */
int
ip6_lasthdr(const struct mbuf *m, int off, int proto, int *nxtp)
{
	int	 next, nxt;

	*nxtp = proto;
	while ((next = ip6_nexthdr(m, off, *nxtp, &nxt)) != -1 &&
	    next < (int)m->m_pkthdr.len) {
		off = next;
		*nxtp = nxt;
	}
	return (off);
}

/*
 * The offset of the byte that names the header at off: a parameter problem
 * points at it.
 */
u_int
ip6_nxtptr(const struct mbuf *m, int off)
{
	int	 here = 0, next, nxt, proto = IPPROTO_IPV6;

	while ((next = ip6_nexthdr(m, here, proto, &nxt)) != -1 &&
	    next < off) {
		here = next;
		proto = nxt;
	}
	return (proto == IPPROTO_IPV6 ? offsetof(struct ip6_hdr, ip6_nxt) :
	    here);
}

/*
 * An option that nobody knows (RFC 8200 4.2).  Returns 0 to go on, or 1 when
 * the packet has gone.
 */
static int
ip6_unknown_opt(struct mbuf **mp, uint8_t type, u_int off)
{
	struct mbuf	*m = *mp;
	struct ip6_hdr	*ip6 = mtod(m, struct ip6_hdr *);
	int		 answer;

	if (IP6OPT_TYPE(type) == IP6OPT_TYPE_SKIP)
		return (0);
	*mp = NULL;
	ip6stat_inc(&ip6stat.ip6s_unknownopt);
	answer = IP6OPT_TYPE(type) == IP6OPT_TYPE_FORCEICMP ||
	    (IP6OPT_TYPE(type) == IP6OPT_TYPE_ICMP &&
	    !IN6_IS_ADDR_MULTICAST(&ip6->ip6_dst) &&
	    !(m->m_flags & (M_BCAST | M_MCAST)));
	if (answer)
		icmp6_error(m, ICMP6_PARAM_PROB, ICMP6_PARAMPROB_OPTION, off);
	else
		m_freem(m);
	return (1);
}

/* The packet is malformed at off: it has gone, and its sender knows. */
static int
ip6_badopt(struct mbuf **mp, u_int off)
{
	struct mbuf	*m = *mp;

	*mp = NULL;
	ip6stat_inc(&ip6stat.ip6s_badoptions);
	icmp6_error(m, ICMP6_PARAM_PROB, ICMP6_PARAMPROB_HEADER, off);
	return (1);
}

/*
 * One option of type and len at off.  hbh: of the hop-by-hop header, whose
 * router alert must be whole; no protocol here asks for those of others'
 * packets.
 */
static int
ip6_option(struct mbuf **mp, u_int off, uint8_t type, uint8_t len, int hbh)
{
	if (hbh && type == IP6OPT_ROUTER_ALERT)
		return (len != IP6OPT_RTALERT_LEN - sizeof(struct ip6_opt) ?
		    ip6_badopt(mp, off + 1) : 0);
	if (hbh && type == IP6OPT_JUMBO) {
		/* RFC 2675 section 3: only where the length is 0. */
		ip6stat_inc(&ip6stat.ip6s_jumbo);
		return (ip6_badopt(mp, off));
	}
	return (ip6_unknown_opt(mp, type, off));
}

/* All options between off and end; not 0 when the packet has gone. */
static int
ip6_options(struct mbuf **mp, u_int off, u_int end, int hbh)
{
	struct ip6_opt	 opt;
	uint8_t		 type;

	while (off < end) {
		m_copydata(*mp, off, sizeof(type), &type);
		if (type == IP6OPT_PAD1) {
			off++;
			continue;
		}
		if (off + sizeof(opt) > end)
			return (ip6_badopt(mp, off));
		m_copydata(*mp, off, sizeof(opt), &opt);
		if (opt.ip6o_len > end - off - sizeof(opt))
			return (ip6_badopt(mp, off + 1));
		if (opt.ip6o_type != IP6OPT_PADN &&
		    ip6_option(mp, off, opt.ip6o_type, opt.ip6o_len, hbh) !=
		    0)
			return (1);
		off += sizeof(opt) + opt.ip6o_len;
	}
	return (0);
}

/*
 * A header with its length at off: its end, or 0 when the packet, counted,
 * has gone.
 */
static u_int
ip6_ext_end(struct mbuf **mp, u_int off, struct ip6_ext *ext)
{
	u_int	 end;

	if (off + 8 > (*mp)->m_pkthdr.len)
		goto bad;
	m_copydata(*mp, off, sizeof(*ext), ext);
	end = off + ((ext->ip6e_len + 1) << 3);
	if (end <= (*mp)->m_pkthdr.len)
		return (end);
bad:
	ip6stat_inc(&ip6stat.ip6s_exthdrtoolong);
	m_freem(*mp);
	*mp = NULL;
	return (0);
}

/*
 * The hop-by-hop options at *offp, which every node looks at.  Returns the
 * next header and its offset, or IPPROTO_DONE.
 */
int
ip6_hopopts_input(struct mbuf **mp, int *offp)
{
	struct ip6_ext	 ext;
	u_int		 end;

	if ((end = ip6_ext_end(mp, *offp, &ext)) == 0 ||
	    ip6_options(mp, *offp + sizeof(ext), end, 1) != 0)
		return (IPPROTO_DONE);
	*offp = end;
	return (ext.ip6e_nxt);
}

/* pr_input of destination options. */
int
dest6_input(struct mbuf **mp, int *offp, int proto, int af)
{
	struct ip6_ext	 ext;
	u_int		 end;

	(void)proto;
	(void)af;
	if ((end = ip6_ext_end(mp, *offp, &ext)) == 0 ||
	    ip6_options(mp, *offp + sizeof(ext), end, 0) != 0)
		return (IPPROTO_DONE);
	*offp = end;
	return (ext.ip6e_nxt);
}

/*
 * pr_input of routing headers: none is followed.  Type 0 is as unknown as
 * any other (RFC 5095): with segments left the packet is refused.
 */
int
route6_input(struct mbuf **mp, int *offp, int proto, int af)
{
	struct ip6_rthdr	 rh;
	struct ip6_ext		 ext;
	struct mbuf		*m;
	u_int			 end;

	(void)proto;
	(void)af;
	if ((end = ip6_ext_end(mp, *offp, &ext)) == 0)
		return (IPPROTO_DONE);
	m_copydata(*mp, *offp, sizeof(rh), &rh);
	if (rh.ip6r_segleft != 0) {
		m = *mp;
		*mp = NULL;
		ip6stat_inc(&ip6stat.ip6s_badrthdr);
		icmp6_error(m, ICMP6_PARAM_PROB, ICMP6_PARAMPROB_HEADER,
		    *offp + offsetof(struct ip6_rthdr, ip6r_type));
		return (IPPROTO_DONE);
	}
	*offp = end;
	return (rh.ip6r_nxt);
}
