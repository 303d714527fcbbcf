/*
 * ESP and AH as a peer would make them, by crypto(9): see ktipsec.h.
 */
#include "ktipsec.h"

#include <sys/endian.h>

static void
sealed(struct cryptop *crp)
{
	(void)crp;
}

static void
run(struct ipsec_op *op)
{
	op->op_crp.crp_callback = sealed;
	op->op_crp.crp_flags = 0;
	op->op_crp.crp_etype = 0;
	crypto_dispatch(&op->op_crp);
	KT_REQUIRE((op->op_crp.crp_flags & CRYPTO_F_DONE) != 0);
}

/*
 * Make ESP at p, which has room for it, under an SA of ours: number seq, a
 * text of len bytes, with padding and next header behind unless that is
 * KK_RAW.  A text that is not of the cipher's block stays as it is, without
 * an ICV.  The length of all.
 */
u_int
kk_esp(struct tdb *tdb, uint64_t seq, uint8_t *p, const void *text, u_int len,
    u_int next)
{
	static struct ipsec_op	 op;
	u_int			 hlen = ESP_HLEN + tdb->tdb_ivlen, i, pad;

	memcpy(p, &tdb->tdb_spi, sizeof(tdb->tdb_spi));
	be32enc(p + 4, (uint32_t)seq);
	memset(p + ESP_HLEN, 0x69, tdb->tdb_ivlen);
	memcpy(p + hlen, text, len);
	if (next != KK_RAW) {
		pad = roundup(len + ESP_TRAILER, tdb->tdb_block) - len -
		    ESP_TRAILER;
		for (i = 0; i < pad; i++)
			p[hlen + len++] = i + 1;
		p[hlen + len++] = pad;
		p[hlen + len++] = next;
	}
	memset(p + hlen + len, 0, tdb->tdb_icvlen);
	op.op_tdb = tdb;
	esp_request(&op, p, len, seq >> 32, CRD_F_ENCRYPT);
	if (len % tdb->tdb_block == 0)
		run(&op);
	return (hlen + len + tdb->tdb_icvlen);
}

/*
 * Store the ICV of a packet of len bytes, whose AH begins at hlen and has all
 * but the ICV, under an SA of ours; seq is the whole number.  Options that
 * make no sense leave it without.
 */
void
kk_ah(struct tdb *tdb, uint64_t seq, uint8_t *p, u_int len, u_int hlen)
{
	static struct ipsec_op	 op;
	struct cryptop		*crp = &op.op_crp;
	struct cryptodesc	*crd = crp->crp_desc;
	struct mbuf		*m;
	uint8_t			*q;

	m = ipsec_contig(kt_mbuf(p, len), 0, AH_ESNLEN);
	KT_REQUIRE(m != NULL);
	q = mtod(m, uint8_t *);
	op.op_m = m;
	op.op_tdb = tdb;
	op.op_hlen = hlen;
	op.op_af = *p >> 4 == 6 ? AF_INET6 : AF_INET;
	if ((*ipsec_family(op.op_af)->ifam_clear)(&op) == 0) {
		crp->crp_sid = tdb->tdb_cryptoid;
		crp->crp_buf = q;
		crp->crp_ndesc = 1;
		memset(crd, 0, sizeof(*crd));
		crd->crd_alg = tdb->tdb_aalg->aa_crypto;
		crd->crd_len = len;
		crd->crd_inject = hlen + AH_HLEN;
		crd->crd_flags = CRD_F_ENCRYPT;
		crd->crd_maclen = tdb->tdb_icvlen;
		if (tdb->tdb_flags & TDBF_ESN) {
			be32enc(q + len, seq >> 32);
			crd->crd_len += AH_ESNLEN;
		}
		crp->crp_ilen = crp->crp_olen = crd->crd_len;
		run(&op);
		memcpy(p + hlen + AH_HLEN, q + hlen + AH_HLEN,
		    tdb->tdb_icvlen);
	}
	m_freem(m);
}
