/*
 * IPv6 input (RFC 8200, RFC 4291, RFC 4007).
 *
 *	ipv6_input -> checks -> filter -> hop-by-hop options -> for us?
 *	                                                  |yes        |no
 *	     destination options, routing, fragments, <---+      ip6_forward
 *	     transport protocols, each telling what follows it
 *
 * Every packet that goes no further is counted by its reason.  Everything
 * here runs under the net lock.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/mbuf.h>
#include <sys/protosw.h>
#include <sys/socket.h>

#include <net/if.h>
#include <net/if_types.h>
#include <net/if_var.h>
#include <net/route.h>

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip6.h>
#include <netinet/ip_var.h>
#include <netinet6/icmp6_var.h>
#include <netinet6/in6.h>
#include <netinet6/in6_var.h>
#include <netinet6/ip6_var.h>

struct ip6stat		 ip6stat;
int			 ip6_forwarding;
int			 ip6_hdrnestlimit = 10;
const struct protosw	*ip6_protox[IPPROTO_MAX];

/*
 * A room above takes the packets of protocol pr_protocol; raw sockets then
 * get them only from its pr_input.
 */
void
ip6_proto_register(const struct protosw *pr)
{
	KASSERT(pr->pr_protocol > 0 && pr->pr_protocol < IPPROTO_MAX);
	ip6_protox[pr->pr_protocol] = pr;
}

/* How the packet lies in memory. */
static void
ip6_count_mbuf(const struct mbuf *m)
{
	u_int	 n = nitems(ip6stat.ip6s_m2m);

	if (m->m_flags & M_EXT)
		ip6stat_inc(m->m_next != NULL ? &ip6stat.ip6s_mext2m :
		    &ip6stat.ip6s_mext1);
	else if (m->m_next == NULL)
		ip6stat_inc(&ip6stat.ip6s_m1);
	else
		ip6stat_inc(&ip6stat.ip6s_m2m[MIN(m->m_pkthdr.ph_ifidx,
		    n - 1)]);
}

/*
 * The address checks of any packet; which counter says no, or NULL.  RFC 4291
 * 2.5.2, 2.5.3, 2.7; no IPv4 address in IPv6's clothes on the wire (RFC 4942
 * 2.2).
 */
static uint64_t *
ip6_addr_bad(const struct mbuf *m, const struct ip6_hdr *ip6,
    const struct ifnet *ifp)
{
	const struct in6_addr	*src = &ip6->ip6_src, *dst = &ip6->ip6_dst;
	int			 loop;

	loop = (ifp->if_flags & IFF_LOOPBACK) || (m->m_flags & M_LOOP);
	if (IN6_IS_ADDR_MULTICAST(src) || IN6_IS_ADDR_UNSPECIFIED(dst) ||
	    IN6_IS_ADDR_V4MAPPED(src) || IN6_IS_ADDR_V4MAPPED(dst))
		return (&ip6stat.ip6s_badaddr);
	if (!loop && (IN6_IS_ADDR_LOOPBACK(src) ||
	    IN6_IS_ADDR_LOOPBACK(dst) || IN6_IS_ADDR_MC_INTFACELOCAL(dst)))
		return (&ip6stat.ip6s_badscope);
	if (IN6_IS_ADDR_MULTICAST(dst) && IPV6_ADDR_MC_SCOPE(dst) == 0)
		return (&ip6stat.ip6s_badscope);
	if (!loop && (!in6_scope_zero(src) || !in6_scope_zero(dst)))
		return (&ip6stat.ip6s_badscope);
	return (NULL);
}

/*
 * The checks of every packet.  Returns the packet with its fixed header in
 * the first mbuf and nothing behind its end, or NULL; the reason is counted.
 */
static struct mbuf *
ipv6_check(struct ifnet *ifp, struct mbuf *m)
{
	struct ip6_hdr	*ip6;
	u_int		 len;
	uint64_t	*why;

	ip6_count_mbuf(m);
	if (m->m_len < sizeof(*ip6) &&
	    (m = m_pullup(m, sizeof(*ip6))) == NULL) {
		ip6stat_inc(&ip6stat.ip6s_toosmall);
		return (NULL);
	}
	ip6 = mtod(m, struct ip6_hdr *);
	why = &ip6stat.ip6s_badvers;
	if ((ip6->ip6_vfc & IPV6_VERSION_MASK) != IPV6_VERSION)
		goto bad;
	ip6stat_inc(&ip6stat.ip6s_nxthist[ip6->ip6_nxt]);
	if ((why = ip6_addr_bad(m, ip6, ifp)) != NULL)
		goto bad;
	len = sizeof(*ip6) + ntohs(ip6->ip6_plen);
	why = &ip6stat.ip6s_jumbo;
	if (ip6->ip6_plen == 0 && ip6->ip6_nxt == IPPROTO_HOPOPTS)
		goto bad;
	why = &ip6stat.ip6s_tooshort;
	if (m->m_pkthdr.len < len)
		goto bad;
	if (m->m_pkthdr.len > len)	/* padding of a short frame */
		m_adj(m, (int)len - (int)m->m_pkthdr.len);
	return (m);
bad:
	ip6stat_inc(why);
	m_freem(m);
	return (NULL);
}

/* Where a packet goes: */
enum ip6_where {
	IP6W_OURS,
	IP6W_FORWARD,
	IP6W_DROP		/* and it has been counted */
};

/*
 * A host that is no router takes packets only from the interface that has
 * the address, or out of a tunnel.
 */
static int
ip6_wrongif(const struct mbuf *m, const struct ifnet *ifp,
    const struct in6_ifaddr *ia)
{
	return (!ip6_forwarding && ia->ia_ifp != ifp &&
	    ((ifp->if_flags | ia->ia_ifp->if_flags) & IFF_LOOPBACK) == 0 &&
	    ifp->if_type != IFT_ENC &&
	    (m->m_flags & (M_TUNNEL | M_LOOP | M_CONF | M_AUTH)) == 0);
}

static enum ip6_where
ip6_where_ours(const struct mbuf *m, const struct ifnet *ifp,
    const struct in6_ifaddr *ia)
{
	uint64_t	*why = NULL;

	if (ia->ia6_flags & (IN6_IFF_TENTATIVE | IN6_IFF_DUPLICATED))
		why = &ip6stat.ip6s_tentative;
	else if (ip6_wrongif(m, ifp, ia))
		why = &ip6stat.ip6s_wrongif;
	else if (m->m_flags & (M_BCAST | M_MCAST))
		why = &ip6stat.ip6s_llmcast;
	if (why == NULL)
		return (IP6W_OURS);
	ip6stat_inc(why);
	return (IP6W_DROP);
}

static enum ip6_where
ip6_where(struct mbuf *m, struct ifnet *ifp)
{
	struct in6_ifaddr	*ia;
	struct in6_addr		 dst;

	ip6_dstaddr(m, &dst);
	ia = in6_ifaddr_lookup(&dst, m->m_pkthdr.ph_rtableid);
	if (ia != NULL)
		return (ip6_where_ours(m, ifp, ia));
	if (IN6_IS_ADDR_MULTICAST(&dst)) {
		if (in6_hasmulti(&dst, ifp))
			return (IP6W_OURS);
		ip6stat_inc(&ip6stat.ip6s_notmember);
		return (IP6W_DROP);
	}
	if (!ip6_forwarding) {
		ip6stat_inc(&ip6stat.ip6s_cantforward);
		return (IP6W_DROP);
	}
	return (IP6W_FORWARD);
}

/* The filter's verdict on the packet; the reason is counted. */
static int
ip6_filter_in(struct mbuf **mp, struct ifnet *ifp)
{
	if (pf_test_hook(AF_INET6, PF_IN, ifp, mp) != 0) {
		ip6stat_inc(&ip6stat.ip6s_filtered);
		m_freem(*mp);
		*mp = NULL;
	}
	return (*mp == NULL);
}

/*
 * Work on an IPv6 packet that came through ifp.  Returns the protocol that
 * *mp is to be delivered to, from offset *offp on; or IPPROTO_DONE when the
 * packet has gone.  (Tunnels call this with what they unwrapped.)
 */
int
ip6_input_if(struct mbuf **mp, int *offp, int nxt, int af, struct ifnet *ifp)
{
	struct mbuf	*m;
	enum ip6_where	 where;

	(void)af;
	ip6stat_inc(&ip6stat.ip6s_total);
	if (!in6_attached(ifp) && ifp->if_type != IFT_ENC) {
		ip6stat_inc(&ip6stat.ip6s_noaddr);
		m_freem(*mp);
		*mp = NULL;
		return (IPPROTO_DONE);
	}
	if ((m = *mp = ipv6_check(ifp, *mp)) == NULL)
		return (IPPROTO_DONE);
	if (pf_test_hook != NULL) {
		if (ip6_filter_in(mp, ifp))
			return (IPPROTO_DONE);
		m = *mp;
	}
	if ((where = ip6_where(m, ifp)) == IP6W_DROP) {
		m_freem(m);
		*mp = NULL;
		return (IPPROTO_DONE);
	}
	*offp = sizeof(struct ip6_hdr);
	nxt = mtod(m, struct ip6_hdr *)->ip6_nxt;
	if (nxt == IPPROTO_HOPOPTS) {
		nxt = ip6_hopopts_input(mp, offp);
		if (nxt == IPPROTO_DONE)
			return (IPPROTO_DONE);
		m = *mp;
	}
	if (where == IP6W_FORWARD) {
		*mp = NULL;
		ip6_forward(m, ifp, 0);
		return (IPPROTO_DONE);
	}
	return (nxt);
}

/* What follows cannot be worked on (RFC 8200 section 4). */
static void
ip6_badnxt(struct mbuf *m, int off, uint64_t *why)
{
	ip6stat_inc(why);
	icmp6_error(m, ICMP6_PARAM_PROB, ICMP6_PARAMPROB_NEXTHEADER,
	    ip6_nxtptr(m, off));
}

static int
ip6_deliver_ipsec(struct mbuf *m, int off, int nxt)
{
	if (ip_ipsec == NULL || ip_ipsec->ii_input(m, off, nxt, NULL, 0) == 0)
		return (0);
	ip6stat_inc(&ip6stat.ip6s_policy);
	m_freem(m);
	return (EACCES);
}

/* Is it a header that more headers follow? */
static int
ip6_isexthdr(int nxt)
{
	return (nxt == IPPROTO_DSTOPTS || nxt == IPPROTO_ROUTING ||
	    nxt == IPPROTO_FRAGMENT || nxt == IPPROTO_HOPOPTS);
}

/*
 * Deliver m, whose header of protocol nxt is at off, and whatever is found
 * inside of it.  The packet is consumed.
 */
void
ip6_deliver(struct mbuf *m, int off, int nxt)
{
	int	 nest = 0, first = 1;

	while (nxt != IPPROTO_DONE) {
		if (nxt == IPPROTO_NONE) {
			if (first)
				ip6stat_inc(&ip6stat.ip6s_delivered);
			m_freem(m);
			return;
		}
		if (nxt == IPPROTO_HOPOPTS) {
			ip6_badnxt(m, off, &ip6stat.ip6s_hbhorder);
			return;
		}
		if (++nest > ip6_hdrnestlimit) {
			ip6stat_inc(&ip6stat.ip6s_toomanyhdr);
			m_freem(m);
			return;
		}
		if (!ip6_isexthdr(nxt)) {
			if (ip6_deliver_ipsec(m, off, nxt) != 0)
				return;
			if (first)
				ip6stat_inc(&ip6stat.ip6s_delivered);
			first = 0;
		}
		nxt = ip6_protox[nxt]->pr_input(&m, &off, nxt, AF_INET6);
		KASSERT(nxt >= 0 && (nxt < IPPROTO_MAX ||
		    nxt == IPPROTO_DONE));
	}
}

/*
 * An IPv6 packet from an interface, without its link header; the way in from
 * the link layers.  The packet is consumed.
 */
void
ipv6_input(struct ifnet *ifp, struct mbuf *m)
{
	int	 nxt, off = 0;

	nxt = ip6_input_if(&m, &off, IPPROTO_IPV6, AF_UNSPEC, ifp);
	if (nxt != IPPROTO_DONE)
		ip6_deliver(m, off, nxt);
}

/*
 * Make the first len bytes of a packet contiguous and writable: they may lie
 * in a cluster that others read, too.  NULL, and the packet is gone, without
 * memory.
 */
struct mbuf *
ip6_own(struct mbuf *m, u_int len)
{
	struct mbuf	*n;

	if (m->m_len >= len && !M_READONLY(m))
		return (m);
	if ((n = m_gethdr(M_DONTWAIT, MT_DATA)) != NULL &&
	    len > MHLEN - IP6_LINKHDR)
		m_clget(n, M_DONTWAIT, len + IP6_LINKHDR);
	if (n == NULL || M_SIZE(n) < len + IP6_LINKHDR ||
	    m->m_pkthdr.len < len) {
		ip6stat_inc(&ip6stat.ip6s_idropped);
		m_freem(n);
		m_freem(m);
		return (NULL);
	}
	m_move_pkthdr(n, m);
	n->m_data += IP6_LINKHDR;
	n->m_len = len;
	n->m_next = m;
	m_copydata(m, 0, len, mtod(n, caddr_t));
	m_adj(m, len);
	return (n);
}
