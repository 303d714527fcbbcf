/*
 * ipsec(4): what is IPv4's own: headers of tunnels, the fields that AH leaves
 * out, and the ways into and out of the network layer.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/endian.h>
#include <sys/mbuf.h>
#include <sys/socket.h>

#include <net/cksum.h>
#include <net/if.h>
#include <net/if_var.h>
#include <net/route.h>

#include <netinet/in.h>
#include <netinet/in_var.h>
#include <netinet/ip.h>
#include <netinet/ip_var.h>

#include <netipsec/ipsec_xform.h>

#define IP_PROTOFF	offsetof(struct ip, ip_p)
#define IP6_SMALL	1280	/* IPv6 packets of this size always pass */

/* Our end, when the SA does not say: that of the route. */
static struct in_addr
ip4_source(struct tdb *tdb)
{
	struct in_addr	 none = { INADDR_ANY };
	struct rtentry	*rt;

	if (!ipsec_addr_any(&tdb->tdb_src))
		return (tdb->tdb_src.ia_v4);
	rt = ipsec_route(tdb);
	if (!rtisvalid(rt) || rt->rt_ifa->ifa_addr->sa_family != AF_INET)
		return (none);
	return (satosin(rt->rt_ifa->ifa_addr)->sin_addr);
}

/*
 * Type of service, and whether the packet may be cut, from what is inside
 * (RFC 6040, 4.1, normal mode; RFC 4301, 8.1).
 */
static void
ip4_inherit(struct ip *ip, const u_int8_t *p, u_int len)
{
	if (*p >> 4 == 4) {
		ip->ip_tos = p[1];
		ip->ip_off = ((const struct ip *)p)->ip_off & htons(IP_DF);
		ip->ip_p = IPPROTO_IPV4;
		return;
	}
	ip->ip_tos = p[0] << 4 | p[1] >> 4;
	ip->ip_off = len > IP6_SMALL ? htons(IP_DF) : 0;
	ip->ip_p = IPPROTO_IPV6;
}

static int
ip4_encap(struct ipsec_op *op)
{
	struct tdb	*tdb = op->op_tdb;
	struct mbuf	*m = op->op_m;
	const u_int8_t	*p = mtod(m, const u_int8_t *);
	struct ip	 ip;
	u_int		 len = m->m_pkthdr.len;

	memset(&ip, 0, sizeof(ip));
	ip.ip_v = IPVERSION;
	ip.ip_hl = sizeof(ip) >> 2;
	ip4_inherit(&ip, p, len);
	ip.ip_id = ip_randomid();
	ip.ip_ttl = ip_defttl;
	ip.ip_src = ip4_source(tdb);
	ip.ip_dst = tdb->tdb_dst.ia_v4;
	if (ip.ip_src.s_addr == INADDR_ANY)
		return (EADDRNOTAVAIL);
	op->op_hlen = 0;
	op_push(op, sizeof(ip));
	memcpy(mtod(m, caddr_t), &ip, sizeof(ip));
	op->op_hlen = sizeof(ip);
	op->op_protoff = IP_PROTOFF;
	return (0);
}

/* Transport mode is for whole packets (RFC 4303, 3.3.4). */
static int
ip4_outer(struct ipsec_op *op)
{
	const struct ip	*ip = mtod(op->op_m, const struct ip *);

	if (ip->ip_off & htons(IP_MF | IP_OFFMASK))
		return (EINVAL);
	op->op_hlen = ip->ip_hl << 2;
	op->op_protoff = IP_PROTOFF;
	return (0);
}

static int
ip4_protoff(struct ipsec_op *op)
{
	op->op_protoff = IP_PROTOFF;
	return (0);
}

static void
ip4_fixlen(struct mbuf *m)
{
	struct ip	*ip = mtod(m, struct ip *);

	ip->ip_len = htons(m->m_pkthdr.len);
	ip->ip_sum = 0;
	ip->ip_sum = in_cksum_hdr(ip, ip->ip_hl << 2);
}

static int
ip4_send(struct mbuf *m, struct tdb *tdb)
{
	return (ip_output(m, NULL, &tdb->tdb_route, IP_RAWOUTPUT, NULL,
	    NULL));
}

/* A train's checksums are made by whoever cuts it. */
static void
ip4_udpsum(struct mbuf *m, u_int off)
{
	const struct ip	*ip = mtod(m, const struct ip *);
	u_int16_t	 sum;

	sum = in_cksum_phdr(ip->ip_src.s_addr, ip->ip_dst.s_addr,
	    m->m_pkthdr.len - off + IPPROTO_UDP);
	memcpy(mtod(m, u_int8_t *) + off + 6, &sum, sizeof(sum));
	m->m_pkthdr.csum_flags |= M_UDP_CSUM_OUT;
}

static void
ip4_input(struct mbuf *m, struct ifnet *ifp)
{
	ipv4_input(ifp, m);
}

static void
ip4_deliver(struct mbuf *m, u_int off, u_int8_t proto)
{
	ip_deliver(m, off, proto);
}

static struct rtentry *
ip4_route(struct tdb *tdb)
{
	return (route_mpath(&tdb->tdb_route, &tdb->tdb_dst.ia_v4, NULL,
	    tdb->tdb_rdomain_post));
}

/*
 * Options that do not change on the way are authenticated, the others are
 * zeroes (RFC 4302, appendix A1).  A source route changes the destination:
 * such packets are refused.
 */
static int
ip4_clear_options(u_int8_t *p, u_int len)
{
	u_int	 olen;

	for (; len > 0; p += olen, len -= olen) {
		if (*p == IPOPT_EOL)
			return (0);
		if (*p == IPOPT_NOP) {
			olen = 1;
			continue;
		}
		if (len < 2 || (olen = p[1]) < 2 || olen > len)
			return (EINVAL);
		switch (*p) {
		case IPOPT_SECURITY:
		case 133:	/* extended security */
		case 134:	/* commercial security */
		case IPOPT_RA:
		case 149:	/* sender directed delivery */
			break;
		case IPOPT_LSRR:
		case IPOPT_SSRR:
			return (EINVAL);
		default:
			memset(p, 0, olen);
			break;
		}
	}
	return (0);
}

static int
ip4_clear(struct ipsec_op *op)
{
	struct ip	*ip = mtod(op->op_m, struct ip *);

	memcpy(op->op_saved, ip, op->op_hlen);
	ip->ip_tos = 0;
	ip->ip_off = 0;
	ip->ip_ttl = 0;
	ip->ip_sum = 0;
	return (ip4_clear_options((u_int8_t *)(ip + 1),
	    op->op_hlen - sizeof(*ip)));
}

static int
ip4_local(const struct ipsec_addr *a, u_int rtableid)
{
	return (in_ifaddr_lookup(a->ia_v4, rtableid) != NULL);
}

static void
ip4_dst(const struct mbuf *m, struct ipsec_addr *dst)
{
	dst->ia_v4 = mtod(m, const struct ip *)->ip_dst;
}

static void
ip4_src(const struct mbuf *m, struct ipsec_addr *src)
{
	src->ia_v4 = mtod(m, const struct ip *)->ip_src;
}

static const struct ipsec_family ip4_family = {
	.ifam_af	= AF_INET,
	.ifam_hlen	= sizeof(struct ip),
	.ifam_outer	= ip4_outer,
	.ifam_protoff	= ip4_protoff,
	.ifam_encap	= ip4_encap,
	.ifam_fixlen	= ip4_fixlen,
	.ifam_send	= ip4_send,
	.ifam_udpsum	= ip4_udpsum,
	.ifam_input	= ip4_input,
	.ifam_deliver	= ip4_deliver,
	.ifam_route	= ip4_route,
	.ifam_clear	= ip4_clear,
	.ifam_local	= ip4_local,
	.ifam_dst	= ip4_dst,
	.ifam_src	= ip4_src,
	.ifam_raw	= rip_input,
};

/*
 * Make IPv4 known to the transforms.
 */
void
ipsec_ip4_init(void)
{
	ipsec_families[0] = &ip4_family;
}
