/*
 * ipsec(4): what is IPv6's own: headers of tunnels, the fields that AH leaves
 * out, and the ways into and out of the network layer.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/endian.h>
#include <sys/mbuf.h>
#include <sys/protosw.h>
#include <sys/socket.h>

#include <net/if.h>
#include <net/if_var.h>
#include <net/route.h>
#include <net/rtable.h>

#include <netinet/in.h>
#include <netinet/ip6.h>
#include <netinet6/icmp6_var.h>
#include <netinet6/in6.h>
#include <netinet6/in6_var.h>
#include <netinet6/ip6_var.h>
#include <netinet6/nd6.h>

#include <netipsec/ipsec_xform.h>

#define IP6_NXTOFF	offsetof(struct ip6_hdr, ip6_nxt)

static struct protosw	 ip6_protosw[IPSEC_NPROTOSW];

/* Our end, when the SA does not say: that of the route. */
static int
ip6_source(struct tdb *tdb, struct in6_addr *src)
{
	struct rtentry	*rt;

	if (!ipsec_addr_any(&tdb->tdb_src)) {
		*src = tdb->tdb_src.ia_v6;
		return (0);
	}
	rt = ipsec_route(tdb);
	if (!rtisvalid(rt) || rt->rt_ifa->ifa_addr->sa_family != AF_INET6)
		return (EADDRNOTAVAIL);
	*src = satosin6(rt->rt_ifa->ifa_addr)->sin6_addr;
	return (0);
}

/* RFC 6040, 4.1: the traffic class is what it is inside. */
static int
ip6_encap(struct ipsec_op *op)
{
	struct tdb	*tdb = op->op_tdb;
	struct mbuf	*m = op->op_m;
	const u_int8_t	*p = mtod(m, const u_int8_t *);
	struct ip6_hdr	 ip6;
	u_int		 len = m->m_pkthdr.len, tos;
	int		 error;

	memset(&ip6, 0, sizeof(ip6));
	tos = *p >> 4 == 4 ? p[1] : (p[0] << 4 | p[1] >> 4) & 0xff;
	ip6.ip6_flow = htonl(6u << 28 | tos << 20);
	ip6.ip6_plen = htons(len);
	ip6.ip6_nxt = *p >> 4 == 4 ? IPPROTO_IPV4 : IPPROTO_IPV6;
	ip6.ip6_hlim = ip6_defhlim;
	ip6.ip6_dst = tdb->tdb_dst.ia_v6;
	if ((error = ip6_source(tdb, &ip6.ip6_src)) != 0)
		return (error);
	op->op_hlen = 0;
	op_push(op, sizeof(ip6));
	memcpy(mtod(m, caddr_t), &ip6, sizeof(ip6));
	op->op_hlen = sizeof(ip6);
	op->op_protoff = IP6_NXTOFF;
	return (0);
}

/*
 * Headers that are every router's business stay in front of the transform
 * (RFC 4303, 3.1.1); fragments have no transport mode.
 */
static int
ip6_outer(struct ipsec_op *op)
{
	struct mbuf	*m = op->op_m;
	int		 next, nxt, off, proto;

	op->op_protoff = IP6_NXTOFF;
	off = ip6_nexthdr(m, 0, IPPROTO_IPV6, &nxt);
	while (off != -1 && (nxt == IPPROTO_HOPOPTS ||
	    nxt == IPPROTO_ROUTING)) {
		if ((next = ip6_nexthdr(m, off, nxt, &proto)) == -1)
			return (EINVAL);
		op->op_protoff = off;
		off = next;
		nxt = proto;
	}
	if (off == -1 || nxt == IPPROTO_FRAGMENT)
		return (EINVAL);
	op->op_hlen = off;
	return (0);
}

/* What names the header at op_hlen? */
static int
ip6_protoff(struct ipsec_op *op)
{
	struct mbuf	*m = op->op_m;
	int		 next, nxt, off, proto;

	op->op_protoff = IP6_NXTOFF;
	off = ip6_nexthdr(m, 0, IPPROTO_IPV6, &nxt);
	while (off != -1 && off < (int)op->op_hlen) {
		if ((next = ip6_nexthdr(m, off, nxt, &proto)) == -1)
			return (EINVAL);
		op->op_protoff = off;
		off = next;
		nxt = proto;
	}
	return (off == (int)op->op_hlen ? 0 : EINVAL);
}

static void
ip6_fixlen(struct mbuf *m)
{
	mtod(m, struct ip6_hdr *)->ip6_plen =
	    htons(m->m_pkthdr.len - sizeof(struct ip6_hdr));
}

static int
ip6_send(struct mbuf *m, struct tdb *tdb)
{
	return (ip6_output(m, NULL, &tdb->tdb_route, 0, NULL, NULL));
}

/* IPv6 has no datagrams without a checksum (RFC 8200, 8.1). */
static void
ip6_udpsum(struct mbuf *m, u_int off)
{
	const struct ip6_hdr	*ip6 = mtod(m, const struct ip6_hdr *);
	u_int16_t		 sum;

	sum = in6_cksum_phdr(&ip6->ip6_src, &ip6->ip6_dst,
	    m->m_pkthdr.len - off, IPPROTO_UDP);
	memcpy(mtod(m, u_int8_t *) + off + 6, &sum, sizeof(sum));
	m->m_pkthdr.csum_flags |= M_UDP_CSUM_OUT;
}

static void
ip6_in(struct mbuf *m, struct ifnet *ifp)
{
	ipv6_input(ifp, m);
}

static void
ip6_up(struct mbuf *m, u_int off, u_int8_t proto)
{
	ip6_deliver(m, off, proto);
}

static struct rtentry *
ip6_route(struct tdb *tdb)
{
	return (route6_mpath(&tdb->tdb_route, &tdb->tdb_dst.ia_v6, NULL,
	    tdb->tdb_rdomain_post));
}

/* Options that may change on the way are zeroes (RFC 4302, appendix A2). */
static int
ip6_clear_options(u_int8_t *p, u_int len)
{
	u_int	 olen;

	for (; len > 0; p += olen, len -= olen) {
		if (*p == IP6OPT_PAD1) {
			olen = 1;
			continue;
		}
		if (len < 2 || (olen = p[1] + 2u) > len)
			return (EINVAL);
		if (*p & IP6OPT_MUTABLE)
			memset(p + 2, 0, olen - 2);
	}
	return (0);
}

static int
ip6_clear(struct ipsec_op *op)
{
	u_int8_t	*p = mtod(op->op_m, u_int8_t *);
	struct ip6_hdr	*ip6 = (struct ip6_hdr *)p;
	u_int		 len, off = sizeof(*ip6);
	u_int8_t	 nxt = ip6->ip6_nxt;

	memcpy(op->op_saved, p, op->op_hlen);
	ip6->ip6_flow = htonl(6u << 28);
	ip6->ip6_hlim = 0;
	for (; off < op->op_hlen; off += len) {
		len = (p[off + 1] + 1u) << 3;
		if (len > op->op_hlen - off)
			return (EINVAL);
		switch (nxt) {
		case IPPROTO_HOPOPTS:
		case IPPROTO_DSTOPTS:
			if (ip6_clear_options(p + off + 2, len - 2) != 0)
				return (EINVAL);
			break;
		default:
			/* A routing header: who knows what is to come. */
			return (EINVAL);
		}
		nxt = p[off];
	}
	return (0);
}

static int
ip6_local(const struct ipsec_addr *a, u_int rtableid)
{
	return (in6_ifaddr_lookup(&a->ia_v6, rtableid) != NULL);
}

static void
ip6_dst(const struct mbuf *m, struct ipsec_addr *dst)
{
	ip6_dstaddr(m, &dst->ia_v6);
}

static void
ip6_src(const struct mbuf *m, struct ipsec_addr *src)
{
	src->ia_v6 = mtod(m, const struct ip6_hdr *)->ip6_src;
}

/*
 * The way to sa does not carry a packet.  As for IPv4: only when an SA of
 * ours may have sent it.
 */
static void
ip6_ctlinput(int cmd, struct sockaddr *sa, u_int rdomain, void *v)
{
	const struct icmp6_errctx	*ctx = v;
	struct ipsec_addr		 dst;
	u_int32_t			 spi;

	if (cmd != PRC_MSGSIZE || sa->sa_family != AF_INET6 || ctx == NULL)
		return;
	if (ctx->ie6_proto == IPPROTO_AH)
		spi = ctx->ie6_word1;
	else
		memcpy(&spi, ctx->ie6_ports, sizeof(spi));
	memset(&dst, 0, sizeof(dst));
	dst.ia_af = AF_INET6;
	dst.ia_v6 = ctx->ie6_qdst;
	if (tdb_find(rtable_l2(rdomain), spi, &dst, ctx->ie6_proto) ==
	    NULL) {
		ipsecstat.ipsec_badpmtu++;
		return;
	}
	ipsecstat.ipsec_pmtu++;
	icmp6_mtudisc(&ctx->ie6_qdst, ctx->ie6_mtu, rdomain);
}

static const struct ipsec_family ip6_family = {
	.ifam_af	= AF_INET6,
	.ifam_hlen	= sizeof(struct ip6_hdr),
	.ifam_outer	= ip6_outer,
	.ifam_protoff	= ip6_protoff,
	.ifam_encap	= ip6_encap,
	.ifam_fixlen	= ip6_fixlen,
	.ifam_send	= ip6_send,
	.ifam_udpsum	= ip6_udpsum,
	.ifam_input	= ip6_in,
	.ifam_deliver	= ip6_up,
	.ifam_route	= ip6_route,
	.ifam_clear	= ip6_clear,
	.ifam_local	= ip6_local,
	.ifam_dst	= ip6_dst,
	.ifam_src	= ip6_src,
	.ifam_raw	= rip6_input,
};

/*
 * Make IPv6 known to the transforms, and them to IPv6.
 */
void
ipsec_ip6_init(void)
{
	u_int	 i;

	ipsec_families[1] = &ip6_family;
	for (i = 0; i < IPSEC_NPROTOSW; i++) {
		ip6_protosw[i] = ipsec_protosw[i];
		if (ip6_protosw[i].pr_ctlinput != NULL)
			ip6_protosw[i].pr_ctlinput = ip6_ctlinput;
		ip6_proto_register(&ip6_protosw[i]);
	}
}
