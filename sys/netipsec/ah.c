/*
 * AH (RFC 4302), with extended sequence numbers and the HMACs of RFC 2404 and
 * 4868.
 *
 *	before:	| IP | payload |
 *	after:	| IP | next, length, 0, SPI, seq | ICV, 0 | payload |
 *
 * All of the packet is authenticated, with the fields that change on the way,
 * and the ICV itself, cleared; so both ways save the headers, clear them, and
 * put them back.  What comes in has its ICV made anew and compared.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/endian.h>
#include <sys/errno.h>
#include <sys/mbuf.h>

#include <netipsec/ipsec_xform.h>

/*
 * Bytes of the whole header: a multiple of 4, of 8 for IPv6 (RFC 4302, 2.2).
 */
u_int
ah_hdrlen(const struct tdb *tdb, sa_family_t af)
{
	return (roundup(AH_HLEN + tdb->tdb_icvlen, af == AF_INET6 ? 8 : 4));
}

/*
 * Authenticate the whole packet into the ICV, which is 0.  The high half of
 * an extended sequence number counts as if it came last (RFC 4302, 2.5.1):
 * there is room for it behind the packet.
 */
static void
ah_request(struct ipsec_op *op, u_int32_t high)
{
	const struct tdb	*tdb = op->op_tdb;
	struct cryptop		*crp = &op->op_crp;
	struct cryptodesc	*crd = crp->crp_desc;
	struct mbuf		*m = op->op_m;

	crp->crp_sid = tdb->tdb_cryptoid;
	crp->crp_ilen = crp->crp_olen = m->m_pkthdr.len;
	crp->crp_buf = mtod(m, u_int8_t *);
	crp->crp_ndesc = 1;
	crd->crd_alg = tdb->tdb_aalg->aa_crypto;
	crd->crd_skip = 0;
	crd->crd_len = m->m_pkthdr.len;
	crd->crd_inject = op->op_hlen + AH_HLEN;
	crd->crd_flags = CRD_F_ENCRYPT;
	crd->crd_maclen = tdb->tdb_icvlen;
	if (tdb->tdb_flags & TDBF_ESN) {
		be32enc(mtod(m, u_int8_t *) + m->m_pkthdr.len, high);
		crd->crd_len += AH_ESNLEN;
		crp->crp_ilen = crp->crp_olen = crd->crd_len;
	}
}

/* Clear what changes on the way; 0 or EINVAL. */
static int
ah_clear(struct ipsec_op *op)
{
	if (op->op_hlen > sizeof(op->op_saved))
		return (EINVAL);
	return ((*ipsec_family(op->op_af)->ifam_clear)(op));
}

/*
 * Put AH behind the op's headers.
 */
enum ipsec_verdict
ah_output(struct ipsec_op *op)
{
	struct tdb	*tdb = op->op_tdb;
	struct mbuf	*m = op->op_m;
	u_int		 ahlen = ah_hdrlen(tdb, op->op_af);
	u_int8_t	*p, nxt;

	if (m->m_pkthdr.len + ahlen > IP_MAXPACKET) {
		ahstat.ahs_toobig++;
		return (IPV_DROP);
	}
	if (tdb->tdb_rpl == UINT64_MAX || ((tdb->tdb_flags & TDBF_ESN) == 0 &&
	    tdb->tdb_rpl >= UINT32_MAX)) {
		ahstat.ahs_wrap++;
		return (IPV_DROP);
	}
	ahstat.ahs_output++;
	ahstat.ahs_obytes += m->m_pkthdr.len - op->op_hlen;
	tdb->tdb_rpl++;
	op_push(op, ahlen);
	(*ipsec_family(op->op_af)->ifam_fixlen)(m);
	p = mtod(m, u_int8_t *);
	nxt = p[op->op_protoff];
	p[op->op_protoff] = IPPROTO_AH;
	if (ah_clear(op) != 0) {
		ahstat.ahs_badopt++;
		return (IPV_DROP);
	}
	p += op->op_hlen;
	memset(p, 0, ahlen);
	p[0] = nxt;
	p[1] = ahlen / 4 - 2;
	memcpy(p + 4, &tdb->tdb_spi, sizeof(tdb->tdb_spi));
	be32enc(p + 8, (u_int32_t)tdb->tdb_rpl);
	ah_request(op, tdb->tdb_rpl >> 32);
	return (IPV_CRYPTO);
}

/*
 * It has its ICV: put the headers back.
 */
enum ipsec_verdict
ah_output_done(struct ipsec_op *op)
{
	if (op->op_crp.crp_etype != 0) {
		ahstat.ahs_crypto++;
		ipsecstat.ipsec_crypto++;
		return (IPV_DROP);
	}
	memcpy(mtod(op->op_m, caddr_t), op->op_saved, op->op_hlen);
	return (IPV_DONE);
}

/* Could this number be new?  Says which counter refuses it, or NULL. */
static u_int64_t *
ah_seq_refused(struct ipsec_op *op, u_int32_t seq)
{
	struct tdb	*tdb = op->op_tdb;

	op->op_seq = seq;
	if ((tdb->tdb_flags & TDBF_REPLAY) == 0)
		return (NULL);
	if (ipsec_replay_alloc(tdb) != 0)
		return (&ipsecstat.ipsec_nomem);
	if (ipsec_seq_guess(tdb, seq, &op->op_seq) != 0)
		return (&ahstat.ahs_old);
	if (op->op_seq == 0)
		return (&ahstat.ahs_seqzero);
	switch (replay_check(tdb->tdb_replay, op->op_seq)) {
	case 0:
		return (NULL);
	case EEXIST:
		return (&ahstat.ahs_replay);
	default:
		return (&ahstat.ahs_old);
	}
}

/*
 * Prepare to authenticate a packet whose AH begins at op_hlen.
 */
enum ipsec_verdict
ah_input(struct ipsec_op *op)
{
	struct tdb	*tdb = op->op_tdb;
	struct mbuf	*m = op->op_m;
	u_int8_t	*p = mtod(m, u_int8_t *) + op->op_hlen;
	u_int		 ahlen = ah_hdrlen(tdb, op->op_af);
	u_int64_t	*why;

	if (m->m_pkthdr.len < op->op_hlen + ahlen) {
		ahstat.ahs_hdrops++;
		return (IPV_DROP);
	}
	if ((p[1] + 2u) * 4 != ahlen) {
		ahstat.ahs_badauthl++;
		return (IPV_DROP);
	}
	if ((why = ah_seq_refused(op, be32dec(p + 8))) != NULL) {
		(*why)++;
		return (IPV_DROP);
	}
	memcpy(op->op_icv, p + AH_HLEN, tdb->tdb_icvlen);
	memset(p + AH_HLEN, 0, tdb->tdb_icvlen);
	if (ah_clear(op) != 0) {
		ahstat.ahs_badopt++;
		return (IPV_DROP);
	}
	op->op_xhlen = ahlen;
	ah_request(op, op->op_seq >> 32);
	return (IPV_CRYPTO);
}

/*
 * Compare, and take AH away.
 */
enum ipsec_verdict
ah_input_done(struct ipsec_op *op)
{
	struct tdb	*tdb = op->op_tdb;
	struct mbuf	*m = op->op_m;
	u_int8_t	*p = mtod(m, u_int8_t *) + op->op_hlen;

	if (op->op_crp.crp_etype != 0) {
		ahstat.ahs_crypto++;
		ipsecstat.ipsec_crypto++;
		return (IPV_DROP);
	}
	if (timingsafe_bcmp(p + AH_HLEN, op->op_icv, tdb->tdb_icvlen) != 0) {
		ahstat.ahs_badauth++;
		return (IPV_DROP);
	}
	if ((tdb->tdb_flags & TDBF_REPLAY) &&
	    replay_accept(tdb->tdb_replay, op->op_seq) != 0) {
		ahstat.ahs_replay++;
		return (IPV_DROP);
	}
	memcpy(mtod(m, caddr_t), op->op_saved, op->op_hlen);
	op->op_proto = p[0];
	op_pull(op, op->op_xhlen);
	ahstat.ahs_ibytes += m->m_pkthdr.len - op->op_hlen;
	m->m_flags |= M_AUTH;
	return (IPV_DONE);
}
