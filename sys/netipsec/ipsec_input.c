/*
 * ipsec(4): packets in.
 *
 *	ESP, AH, IPcomp -> SA -> transform --batch--> crypto(9)
 *	    -> the next transform, or
 *	    -> tunnel: outer header off, ECN -> is it the SA's? -> merge
 *		-> enc(4) -> in
 *	    -> transport: is it the SA's? -> enc(4), filter -> up
 *
 * What comes out is compared with the flows at once, while it is known which
 * SAs it came through (RFC 4301, 5.2): it must belong to a flow that leads to
 * one of them.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/endian.h>
#include <sys/mbuf.h>
#include <sys/protosw.h>
#include <sys/socket.h>
#include <sys/task.h>

#include <net/if.h>
#include <net/if_merge.h>
#include <net/if_var.h>
#include <net/rtable.h>

#include <netinet/icmp_var.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/ip_icmp.h>
#include <netinet/ip_var.h>

#include <netipsec/ipsec_xform.h>

/* A row of packets out of one SA, which may be merged into large ones. */
struct in_row {
	struct if_merge	 ir_merge;
	struct tdb	*ir_tdb;	/* referenced; NULL: no row */
	u_int		 ir_ifidx;	/* where they came in */
	u_int		 ir_flags;	/* M_AUTH, M_CONF, ... */
};
#define IR_FLAGS	(M_AUTH | M_CONF | M_COMP | M_TUNNEL)

static struct ipsec_batch *in_batch;
static void	 in_task(void *);
static struct task	 in_deferred = TASK_INITIALIZER(in_task, NULL);

static void	 in_finish(struct ipsec_batch *);
static void	 in_stage(struct ipsec_op *);

/*
 * Open what has collected.
 */
void
ipsec_input_flush(void)
{
	batch_dispatch(&in_batch);
}

static void
in_task(void *arg)
{
	(void)arg;
	ipsec_input_flush();
}

static void
in_drop(struct ipsec_op *op)
{
	ipsecstat.ipsec_idrops++;
	if (op->op_tdb != NULL)
		op->op_tdb->tdb_counters.sadb_x_counter_idrops++;
	op_drop(op);
}

/* Counters that each protocol has. */
static u_int64_t *
count_notdb(u_int8_t proto)
{
	return (proto == IPPROTO_ESP ? &espstat.esps_notdb :
	    proto == IPPROTO_AH ? &ahstat.ahs_notdb :
	    &ipcompstat.ipcomps_notdb);
}

static u_int64_t *
count_invalid(u_int8_t proto)
{
	return (proto == IPPROTO_ESP ? &espstat.esps_invalid :
	    proto == IPPROTO_AH ? &ahstat.ahs_invalid :
	    &ipcompstat.ipcomps_invalid);
}

static u_int64_t *
count_noxform(u_int8_t proto)
{
	return (proto == IPPROTO_ESP ? &espstat.esps_noxform :
	    proto == IPPROTO_AH ? &ahstat.ahs_noxform :
	    &ipcompstat.ipcomps_noxform);
}

static u_int64_t *
count_hdrops(u_int8_t proto)
{
	return (proto == IPPROTO_ESP ? &espstat.esps_hdrops :
	    proto == IPPROTO_AH ? &ahstat.ahs_hdrops :
	    &ipcompstat.ipcomps_hdrops);
}

static u_int64_t *
count_badnxt(u_int8_t proto)
{
	return (proto == IPPROTO_ESP ? &espstat.esps_badnxt :
	    proto == IPPROTO_AH ? &ahstat.ahs_badnxt :
	    &ipcompstat.ipcomps_badnxt);
}

static int
proto_enabled(u_int8_t proto)
{
	switch (proto) {
	case IPPROTO_ESP:
		if (!esp_enable)
			espstat.esps_pdrops++;
		return (esp_enable);
	case IPPROTO_AH:
		if (!ah_enable)
			ahstat.ahs_pdrops++;
		return (ah_enable);
	default:
		if (!ipcomp_enable)
			ipcompstat.ipcomps_pdrops++;
		return (ipcomp_enable);
	}
}

/* The SPI of the header at off (network order); 0 or EINVAL. */
static int
in_spi(struct mbuf *m, u_int off, u_int8_t proto, u_int32_t *spi)
{
	u_int16_t	 cpi;

	switch (proto) {
	case IPPROTO_ESP:
		if (m->m_pkthdr.len < off + ESP_HLEN)
			return (EINVAL);
		m_copydata(m, off, sizeof(*spi), spi);
		return (0);
	case IPPROTO_AH:
		if (m->m_pkthdr.len < off + AH_HLEN)
			return (EINVAL);
		m_copydata(m, off + 4, sizeof(*spi), spi);
		return (0);
	default:
		if (m->m_pkthdr.len < off + IPCOMP_HLEN)
			return (EINVAL);
		m_copydata(m, off + 2, sizeof(cpi), &cpi);
		*spi = htonl(ntohs(cpi));
		return (0);
	}
}

/* Does the SA take packets that came in this kind of UDP, or in none? */
static int
udp_agrees(const struct tdb *tdb, int udpencap, u_int16_t sport)
{
	if (tdb->tdb_sproto != IPPROTO_ESP)
		return (1);
	if (!udpencap) {
		if (tdb->tdb_flags & TDBF_UDPENCAP)
			espstat.esps_udpneeded++;
		return ((tdb->tdb_flags & TDBF_UDPENCAP) == 0);
	}
	if ((tdb->tdb_flags & TDBF_UDPENCAP) == 0 ||
	    (tdb->tdb_udpencap_port != 0 &&
	    tdb->tdb_udpencap_port != sport)) {
		espstat.esps_udpinval++;
		return (0);
	}
	return (1);
}

/*
 * The SA for the header of proto at off, if the packet may go through it;
 * NULL, and the reason is counted.
 */
static struct tdb *
in_lookup(struct mbuf *m, u_int off, u_int8_t proto, sa_family_t af,
    int udpencap, u_int16_t sport)
{
	const struct ipsec_family	*fam = ipsec_family(af);
	struct ipsec_addr		 dst;
	struct tdb			*tdb;
	u_int32_t			 spi;

	if (!proto_enabled(proto) || fam == NULL)
		return (NULL);
	if (in_spi(m, off, proto, &spi) != 0) {
		(*count_hdrops(proto))++;
		return (NULL);
	}
	if (proto != IPPROTO_IPCOMP && ntohl(spi) <= SPI_RESERVED_MAX) {
		if (proto == IPPROTO_ESP)
			espstat.esps_reserved++;
		else
			ahstat.ahs_reserved++;
		return (NULL);
	}
	memset(&dst, 0, sizeof(dst));
	dst.ia_af = af;
	(*fam->ifam_dst)(m, &dst);
	tdb = tdb_find(rtable_l2(m->m_pkthdr.ph_rtableid), spi, &dst, proto);
	if (tdb == NULL) {
		(*count_notdb(proto))++;
		return (NULL);
	}
	if (tdb->tdb_state == SADB_SASTATE_LARVAL) {
		(*count_invalid(proto))++;
		return (NULL);
	}
	if (tdb->tdb_iface_dir == IPSP_DIRECTION_OUT) {
		(*count_noxform(proto))++;
		return (NULL);
	}
	return (udp_agrees(tdb, udpencap, sport) ? tdb : NULL);
}

static void
in_proto_count(u_int8_t proto)
{
	switch (proto) {
	case IPPROTO_ESP:
		espstat.esps_input++;
		break;
	case IPPROTO_AH:
		ahstat.ahs_input++;
		break;
	default:
		ipcompstat.ipcomps_input++;
		break;
	}
}

/* Where the header at off is named; 0, or EINVAL. */
static int
in_protoff(struct ipsec_op *op, u_int off)
{
	const struct ipsec_family	*fam = ipsec_family(op->op_af);

	if (fam == NULL)
		return (EAFNOSUPPORT);
	op->op_hlen = off;
	return ((*fam->ifam_protoff)(op));
}

/* An operation is in the batch, or none: close a full one. */
static void
in_collected(void)
{
	if (in_batch != NULL && in_batch->ib_n == IPSEC_BATCH)
		ipsec_input_flush();
	else
		if_defer(&in_deferred);
}

/* An operation for the header of proto at off; consumes m. */
static struct ipsec_op *
in_op(struct mbuf *m, u_int off, u_int8_t proto, sa_family_t af,
    struct tdb *tdb)
{
	struct ipsec_op	*op;

	m = ipsec_contig(m, 0, proto == IPPROTO_AH ? AH_ESNLEN : 0);
	if (m == NULL || (op = batch_op(&in_batch, in_finish)) == NULL) {
		ipsecstat.ipsec_nomem++;
		ipsecstat.ipsec_idrops++;
		m_freem(m);
		return (NULL);
	}
	op->op_m = m;
	op->op_af = af;
	op->op_proto = proto;
	op->op_tdb = tdb_ref(tdb);
	if (in_protoff(op, off) != 0) {
		ipsecstat.ipsec_badhdr++;
		in_drop(op);
		return (NULL);
	}
	return (op);
}

/*
 * A packet with a header of proto (ESP, AH, IPcomp) at off, the whole of it
 * from its IP header of family af on.  ESP that came in UDP has lost that
 * header; sport is where it came from (network order).  Consumes the packet.
 */
void
ipsec_input(struct mbuf *m, u_int off, u_int8_t proto, sa_family_t af,
    int udpencap, u_int16_t sport)
{
	struct ipsec_op	*op;
	struct tdb	*tdb;

	in_proto_count(proto);
	ipsecstat.ipsec_ipackets++;
	ipsecstat.ipsec_ibytes += m->m_pkthdr.len - off;
	tdb = in_lookup(m, off, proto, af, udpencap, sport);
	if (tdb == NULL) {
		ipsecstat.ipsec_idrops++;
		m_freem(m);
		return;
	}
	if ((op = in_op(m, off, proto, af, tdb)) != NULL)
		in_stage(op);
	in_collected();
}

/* Prepare the transform. */
static void
in_stage(struct ipsec_op *op)
{
	enum ipsec_verdict	 v;

	op->op_len = op->op_m->m_pkthdr.len - op->op_hlen;
	switch (op->op_tdb->tdb_sproto) {
	case IPPROTO_ESP:
		v = esp_input(op);
		break;
	case IPPROTO_AH:
		v = ah_input(op);
		break;
	default:
		v = ipcomp_input(op);
		break;
	}
	if (v == IPV_DROP)
		in_drop(op);
}

/* What is inside has another header of ours. */
static void
in_again(struct ipsec_op *old)
{
	struct ipsec_op	*op;
	struct tdb	*tdb;
	u_int		 i;

	in_proto_count(old->op_proto);
	/* AH authenticates the length. */
	(*ipsec_family(old->op_af)->ifam_fixlen)(old->op_m);
	tdb = in_lookup(old->op_m, old->op_hlen, old->op_proto, old->op_af, 0,
	    0);
	if (tdb == NULL || old->op_ndone == IPSEC_MAXDONE) {
		if (tdb != NULL)
			ipsecstat.ipsec_loop++;
		in_drop(old);
		return;
	}
	op = in_op(old->op_m, old->op_hlen, old->op_proto, old->op_af, tdb);
	old->op_m = NULL;
	if (op != NULL) {
		for (i = 0; i < old->op_ndone; i++)
			op->op_done[i] = tdb_ref(old->op_done[i]);
		op->op_done[i] = tdb_ref(old->op_tdb);
		op->op_ndone = i + 1;
		in_stage(op);
	}
	op_release(old);
	in_collected();
}

/*
 * Is what is inside a packet of its own?  An SA says so, or one that it is
 * chained to (which left the packet alone, as IPcomp may).
 */
static int
in_is_tunnel(const struct ipsec_op *op)
{
	const struct tdb	*t = op->op_tdb;
	u_int			 i;

	if ((t->tdb_flags & TDBF_TUNNELING) ||
	    (t->tdb_inext != NULL && (t->tdb_inext->tdb_flags &
	    TDBF_TUNNELING)) || (t->tdb_onext != NULL &&
	    (t->tdb_onext->tdb_flags & TDBF_TUNNELING)))
		return (1);
	for (i = 0; i < op->op_ndone; i++)
		if (op->op_done[i]->tdb_flags & TDBF_TUNNELING)
			return (1);
	return (0);
}

/*
 * The congestion field that goes on (RFC 6040, 4.2); -1: drop, as what is
 * inside cannot bear the mark.
 */
static int
ecn_decapsulate(u_int outer, u_int inner)
{
	outer &= IPTOS_ECN_MASK;
	inner &= IPTOS_ECN_MASK;
	if (outer == IPTOS_ECN_CE)
		return (inner == IPTOS_ECN_NOTECT ? -1 : IPTOS_ECN_CE);
	if (outer == IPTOS_ECN_ECT1 && inner == IPTOS_ECN_ECT0)
		return (IPTOS_ECN_ECT1);
	return (inner);
}

static u_int
packet_tos(const u_int8_t *p)
{
	return (*p >> 4 == 4 ? p[1] : (p[0] << 4 | p[1] >> 4) & 0xff);
}

/* Set the congestion field, and IPv4's checksum after it. */
static void
packet_set_ecn(u_int8_t *p, u_int ecn)
{
	u_int16_t	 sum, was, is;

	if (*p >> 4 == 6) {
		p[1] = (p[1] & ~(IPTOS_ECN_MASK << 4)) | ecn << 4;
		return;
	}
	memcpy(&was, p, sizeof(was));
	p[1] = (p[1] & ~IPTOS_ECN_MASK) | ecn;
	memcpy(&is, p, sizeof(is));
	memcpy(&sum, p + offsetof(struct ip, ip_sum), sizeof(sum));
	sum = in_cksum_fixup(sum, was, is);
	memcpy(p + offsetof(struct ip, ip_sum), &sum, sizeof(sum));
}

/* Take the outer header off; the family of what is inside, or 0 (counted). */
static sa_family_t
in_decapsulate(struct ipsec_op *op)
{
	struct mbuf	*m = op->op_m;
	u_int8_t	*p = mtod(m, u_int8_t *);
	u_int		 tos = packet_tos(p), least;
	sa_family_t	 af;
	int		 ecn;

	af = op->op_proto == IPPROTO_IPV4 ? AF_INET : AF_INET6;
	least = af == AF_INET ? sizeof(struct ip) : sizeof(struct ip6_hdr);
	p += op->op_hlen;
	if (m->m_pkthdr.len < op->op_hlen + least ||
	    *p >> 4 != (af == AF_INET ? 4 : 6)) {
		ipsecstat.ipsec_badhdr++;
		return (0);
	}
	if ((ecn = ecn_decapsulate(tos, packet_tos(p))) == -1) {
		ipsecstat.ipsec_ecn++;
		return (0);
	}
	if ((u_int)ecn != (packet_tos(p) & IPTOS_ECN_MASK))
		packet_set_ecn(p, ecn);
	m_adj(m, op->op_hlen);
	m->m_pkthdr.csum_flags = 0;
	m->m_flags |= M_TUNNEL;
	m->m_flags &= ~(M_BCAST | M_MCAST);
	return (af);
}

/* Is this packet one of the SA's?  It is 0, or counted. */
static int
in_selector(struct ipsec_op *op, struct mbuf *m, u_int hlen, u_int8_t proto,
    const struct ipsec_done *dn, int tunnel)
{
	struct ipsec_pkt	 pk;

	if (op->op_tdb->tdb_flags & TDBF_IFACE)
		return (0);
	if (ipsec_pkt_parse(m, hlen, proto, &pk) != 0) {
		ipsecstat.ipsec_badhdr++;
		return (EINVAL);
	}
	pk.pk_dir = IPSP_DIRECTION_IN;
	/* Its flow is where it goes, not where it came from. */
	pk.pk_rdomain = rtable_l2(op->op_tdb->tdb_rdomain_post);
	/* Neighbours and groups are a link's business; enc(4) is none. */
	if (pk.pk_link || !ipsec_input_allowed(&pk, dn, tunnel)) {
		ipsecstat.ipsec_selector++;
		return (EACCES);
	}
	return (0);
}

/* What every packet that came through IPsec carries. */
static void
in_mark(struct mbuf *m, const struct tdb *tdb, struct ifnet *ifp)
{
	memset(&m->m_pkthdr.pf, 0, sizeof(m->m_pkthdr.pf));
	m->m_pkthdr.pf.tag = tdb->tdb_tag;
	m->m_pkthdr.ph_rtableid = tdb->tdb_rdomain_post;
	if (ifp != NULL)
		m->m_pkthdr.ph_ifidx = ifp->if_index;
}

/* A packet of a tunnel of sec(4). */
static void
in_sec(struct tdb *tdb, struct mbuf *m)
{
	struct ifnet	*ifp;

	if ((ifp = sec_getif(tdb->tdb_iface)) == NULL) {
		ipsecstat.ipsec_noif++;
		ipsecstat.ipsec_idrops++;
		m_freem(m);
		return;
	}
	in_mark(m, tdb, ifp);
	m->m_pkthdr.ph_rtableid = ifp->if_rdomain;
	if_vinput(ifp, m);
}

/* A packet of a tunnel, perhaps a large one. */
static void
in_tunnel(void *arg, struct mbuf *m)
{
	struct in_row			*ir = arg;
	const struct ipsec_family	*fam;
	struct tdb			*tdb = ir->ir_tdb;
	struct ifnet			*encif, *ifp;
	sa_family_t			 af;

	af = *mtod(m, u_int8_t *) >> 4 == 4 ? AF_INET : AF_INET6;
	fam = ipsec_family(af);
	m->m_flags |= ir->ir_flags;
	m->m_pkthdr.ph_ifidx = ir->ir_ifidx;
	m->m_pkthdr.ph_family = af;
	if (tdb->tdb_flags & TDBF_IFACE) {
		in_sec(tdb, m);
		return;
	}
	encif = enc_getif(tdb->tdb_rdomain_post, tdb->tdb_tap);
	in_mark(m, tdb, encif);
	if (encif != NULL)
		enc_tap(encif, tdb, m, af, BPF_DIRECTION_IN);
	ifp = encif != NULL ? if_ref(encif) : if_get(m->m_pkthdr.ph_ifidx);
	if (ifp == NULL || fam == NULL) {
		ipsecstat.ipsec_noif++;
		ipsecstat.ipsec_idrops++;
		m_freem(m);
	} else
		(*fam->ifam_input)(m, ifp);
	if_put(ifp);
}

/* The row is complete. */
static void
row_end(struct in_row *ir)
{
	if (ir->ir_tdb == NULL)
		return;
	if_merge_end(&ir->ir_merge);
	tdb_unref(ir->ir_tdb);
	ir->ir_tdb = NULL;
}

/* A packet out of the op's tunnel, whose SA it has been compared with. */
static void
row_add(struct in_row *ir, struct ipsec_op *op)
{
	struct mbuf	*m = op->op_m;
	u_int		 flags = m->m_flags & IR_FLAGS;

	if (ir->ir_tdb != op->op_tdb || ir->ir_flags != flags ||
	    ir->ir_ifidx != m->m_pkthdr.ph_ifidx) {
		row_end(ir);
		ir->ir_tdb = tdb_ref(op->op_tdb);
		ir->ir_flags = flags;
		ir->ir_ifidx = m->m_pkthdr.ph_ifidx;
		if_merge_begin(&ir->ir_merge, in_tunnel, ir,
		    &ipsecstat.ipsec_merged, &ipsecstat.ipsec_nomem);
	}
	op->op_m = NULL;
	if_merge_add(&ir->ir_merge, m, mtod(m, u_int8_t *), m->m_len, 1);
}

/* The packet whole again, with the header that IPsec stood behind. */
static void
in_transport(struct ipsec_op *op, struct mbuf *m)
{
	const struct ipsec_family	*fam = ipsec_family(op->op_af);
	struct tdb			*tdb = op->op_tdb;
	struct ifnet			*encif;

	encif = enc_getif(tdb->tdb_rdomain_post, tdb->tdb_tap);
	in_mark(m, tdb, encif);
	if (encif != NULL) {
		enc_tap(encif, tdb, m, op->op_af, BPF_DIRECTION_IN);
		if (pf_test_hook != NULL) {
			if (pf_test_hook(op->op_af, PF_IN, encif, &m) != 0) {
				ipsecstat.ipsec_idrops++;
				m_freem(m);
				return;
			}
			if (m == NULL)
				return;
		}
	}
	(*fam->ifam_deliver)(m, op->op_hlen, op->op_proto);
}

/* RFC 3948, 3.1.2: the checksum inside speaks of addresses before NAT. */
static void
in_nat_cksum(struct ipsec_op *op)
{
	if ((op->op_tdb->tdb_flags & TDBF_UDPENCAP) == 0)
		return;
	op->op_m->m_pkthdr.csum_flags |= M_TCP_CSUM_IN_OK |
	    M_UDP_CSUM_IN_OK;
}

/* All transforms are done: hand it up. */
static void
in_deliver(struct ipsec_op *op, struct in_row *ir)
{
	const struct ipsec_family	*fam = ipsec_family(op->op_af);
	struct ipsec_done		 dn[IPSEC_MAXDONE + 1];
	struct mbuf			*m = op->op_m;
	int				 tunnel = in_is_tunnel(op);
	u_int				 i;

	dn[0].dn_tdb = op->op_tdb;
	dn[0].dn_next = NULL;
	for (i = 0; i < op->op_ndone; i++) {
		dn[i].dn_next = &dn[i + 1];
		dn[i + 1].dn_tdb = op->op_done[i];
		dn[i + 1].dn_next = NULL;
	}
	if (tunnel) {
		if (op->op_proto != IPPROTO_IPV4 &&
		    op->op_proto != IPPROTO_IPV6) {
			(*count_badnxt(op->op_tdb->tdb_sproto))++;
			in_drop(op);
			return;
		}
		if (in_decapsulate(op) == 0) {
			in_drop(op);
			return;
		}
	} else {
		m->m_pkthdr.csum_flags = 0;
		in_nat_cksum(op);
		(*fam->ifam_fixlen)(m);
	}
	if (in_selector(op, m, tunnel ? 0 : op->op_hlen, op->op_proto, dn,
	    tunnel) != 0) {
		in_drop(op);
		return;
	}
	if (tunnel)
		row_add(ir, op);
	else {
		row_end(ir);
		op->op_m = NULL;
		in_transport(op, m);
	}
	op_release(op);
}

/* The transform has ended: the packet, and an SA's life, may go on. */
static enum ipsec_verdict
in_done(struct ipsec_op *op)
{
	struct tdb		*tdb = op->op_tdb;
	enum ipsec_verdict	 v = IPV_DONE;

	if (tdb->tdb_state == SADB_SASTATE_DEAD) {
		(*count_noxform(tdb->tdb_sproto))++;
		return (IPV_DROP);
	}
	if (tdb->tdb_sproto == IPPROTO_ESP)
		v = esp_input_done(op);
	else if (tdb->tdb_sproto == IPPROTO_AH)
		v = ah_input_done(op);
	/* Nobody else's packets shorten its life. */
	if (v == IPV_DROP || tdb_life_use(tdb, op->op_len) != 0)
		return (IPV_DROP);
	tdb->tdb_counters.sadb_x_counter_ipackets++;
	tdb->tdb_counters.sadb_x_counter_ibytes += op->op_len;
	return (v);
}

/* A batch is open. */
static void
in_finish(struct ipsec_batch *ib)
{
	struct in_row	 ir;
	struct ipsec_op	*op;
	u_int		 i;

	memset(&ir, 0, sizeof(ir));
	for (i = 0; i < ib->ib_n; i++) {
		op = &ib->ib_ops[i];
		if (op->op_m == NULL)
			continue;
		if (in_done(op) == IPV_DROP) {
			in_drop(op);
			continue;
		}
		mtod(op->op_m, u_int8_t *)[op->op_protoff] = op->op_proto;
		if (op->op_proto == IPPROTO_ESP ||
		    op->op_proto == IPPROTO_AH ||
		    op->op_proto == IPPROTO_IPCOMP)
			in_again(op);
		else
			in_deliver(op, &ir);
	}
	row_end(&ir);
}

/* pr_input of the protocols. */
static int
proto_input(struct mbuf **mp, int *offp, u_int8_t proto, int af)
{
	ipsec_input(*mp, *offp, proto, af, 0, 0);
	*mp = NULL;
	return (IPPROTO_DONE);
}

int
esp_proto_input(struct mbuf **mp, int *offp, int proto, int af)
{
	(void)proto;
	return (proto_input(mp, offp, IPPROTO_ESP, af));
}

int
ah_proto_input(struct mbuf **mp, int *offp, int proto, int af)
{
	(void)proto;
	return (proto_input(mp, offp, IPPROTO_AH, af));
}

int
ipcomp_proto_input(struct mbuf **mp, int *offp, int proto, int af)
{
	(void)proto;
	return (proto_input(mp, offp, IPPROTO_IPCOMP, af));
}

/* The tunnel that sent this packet as it is, or NULL. */
static struct tdb *
in_plain(const struct mbuf *m, const struct ipsec_family *fam)
{
	struct ipsec_addr	 src, dst;

	if (!ipcomp_enable || ipsec_in_use == 0)
		return (NULL);
	memset(&src, 0, sizeof(src));
	src.ia_af = fam->ifam_af;
	dst = src;
	(*fam->ifam_src)(m, &src);
	(*fam->ifam_dst)(m, &dst);
	return (tdb_find_ipcomp(rtable_l2(m->m_pkthdr.ph_rtableid), &src,
	    &dst));
}

/*
 * pr_input of IP in IP, and IPv6: a tunnel of IPcomp sends so what would not
 * shrink (RFC 3173, 2.2).  There is no other reason to take one.
 */
int
ipip_proto_input(struct mbuf **mp, int *offp, int proto, int af)
{
	const struct ipsec_family	*fam = ipsec_family(af);
	struct ipsec_op			*op;
	struct tdb			*tdb;

	if ((tdb = in_plain(*mp, fam)) == NULL)
		return ((*fam->ifam_raw)(mp, offp, proto, af));
	in_proto_count(IPPROTO_IPCOMP);
	ipsecstat.ipsec_ipackets++;
	ipsecstat.ipsec_ibytes += (*mp)->m_pkthdr.len - *offp;
	if ((op = in_op(*mp, *offp, proto, af, tdb)) != NULL) {
		op->op_len = op->op_m->m_pkthdr.len - op->op_hlen;
		op->op_m->m_flags |= M_COMP;
	}
	in_collected();
	*mp = NULL;
	return (IPPROTO_DONE);
}

/*
 * Something is wrong with the way to sa.  A path MTU is believed when the
 * packet quoted, whose SPI is there, is one that an SA of ours may have sent
 * (RFC 4301, 8.2).
 */
void
ipsec_ctlinput(int cmd, struct sockaddr *sa, u_int rdomain, void *v)
{
	const struct ip		*ip = v;
	const u_int8_t		*p;
	struct ipsec_addr	 dst;
	u_int32_t		 spi;

	if (cmd != PRC_MSGSIZE || sa->sa_family != AF_INET || ip == NULL ||
	    icmp_errctx == NULL)
		return;
	p = (const u_int8_t *)ip + (ip->ip_hl << 2);
	if (ip->ip_p == IPPROTO_AH)
		p += 4;
	memcpy(&spi, p, sizeof(spi));
	memset(&dst, 0, sizeof(dst));
	dst.ia_af = AF_INET;
	dst.ia_v4 = ip->ip_dst;
	if (tdb_find(rtable_l2(rdomain), spi, &dst, ip->ip_p) == NULL) {
		ipsecstat.ipsec_badpmtu++;
		return;
	}
	ipsecstat.ipsec_pmtu++;
	icmp_mtudisc(icmp_errctx->ie_icmp, rdomain);
}
