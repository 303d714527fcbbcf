/*
 * ESP, receiving (RFC 4303, 3.4).
 *
 *	lengths -> number in the window? -> crypto(9) -> number accepted
 *	    -> padding, next header -> headers closed up
 *
 * Nothing of the packet is believed before the ICV is right, and the window
 * moves only then.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/endian.h>
#include <sys/errno.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>

#include <netipsec/ipsec_xform.h>

/*
 * The whole sequence number whose low half is seq (RFC 4303, appendix A2):
 * the one that lies nearest to the window.  0, or EINVAL when it would be
 * below 0.
 */
int
ipsec_seq_guess(const struct tdb *tdb, u_int32_t seq, u_int64_t *full)
{
	u_int64_t	 top, high;
	u_int32_t	 low;

	if ((tdb->tdb_flags & TDBF_ESN) == 0) {
		*full = seq;
		return (0);
	}
	top = tdb->tdb_replay->r_next == 0 ? 0 : tdb->tdb_replay->r_next - 1;
	high = top >> 32;
	low = (u_int32_t)top;
	if (low >= REPLAY_WINDOW - 1) {
		/* The window lies in one subspace. */
		if (seq < low - (REPLAY_WINDOW - 1))
			high++;
	} else if (seq >= low - (REPLAY_WINDOW - 1)) {
		/* It began in the one before (the difference wraps). */
		if (high == 0)
			return (EINVAL);
		high--;
	}
	*full = high << 32 | seq;
	return (0);
}

/* The window, made when the first packet comes; 0 or ENOMEM. */
int
ipsec_replay_alloc(struct tdb *tdb)
{
	if (tdb->tdb_replay != NULL)
		return (0);
	tdb->tdb_replay = malloc(sizeof(*tdb->tdb_replay), M_TDB, M_NOWAIT);
	if (tdb->tdb_replay == NULL)
		return (ENOMEM);
	replay_init(tdb->tdb_replay);
	return (0);
}

/* Could this number be new?  Says which counter refuses it, or NULL. */
static u_int64_t *
esp_seq_refused(struct ipsec_op *op, u_int32_t seq)
{
	struct tdb	*tdb = op->op_tdb;

	op->op_seq = seq;
	if ((tdb->tdb_flags & TDBF_REPLAY) == 0)
		return (NULL);
	if (ipsec_replay_alloc(tdb) != 0)
		return (&ipsecstat.ipsec_nomem);
	if (ipsec_seq_guess(tdb, seq, &op->op_seq) != 0)
		return (&espstat.esps_old);
	if (op->op_seq == 0)
		return (&espstat.esps_seqzero);
	switch (replay_check(tdb->tdb_replay, op->op_seq)) {
	case 0:
		return (NULL);
	case EEXIST:
		return (&espstat.esps_replay);
	default:
		return (&espstat.esps_old);
	}
}

/*
 * Prepare to open ESP, which begins at op_hlen.
 */
enum ipsec_verdict
esp_input(struct ipsec_op *op)
{
	struct tdb	*tdb = op->op_tdb;
	u_int8_t	*p = mtod(op->op_m, u_int8_t *) + op->op_hlen;
	u_int		 len = op->op_m->m_pkthdr.len - op->op_hlen;
	u_int		 hlen = ESP_HLEN + tdb->tdb_ivlen, tlen;
	u_int64_t	*why;

	if (len < hlen + tdb->tdb_icvlen + ESP_TRAILER) {
		espstat.esps_hdrops++;
		return (IPV_DROP);
	}
	tlen = len - hlen - tdb->tdb_icvlen;
	if (tlen % tdb->tdb_block != 0) {
		espstat.esps_badilen++;
		return (IPV_DROP);
	}
	if ((why = esp_seq_refused(op, be32dec(p + 4))) != NULL) {
		(*why)++;
		return (IPV_DROP);
	}
	op->op_xhlen = hlen;
	esp_request(op, p, tlen, op->op_seq >> 32, 0);
	return (IPV_CRYPTO);
}

/* The padding of the text that ends at p: its length with the trailer. */
static int
esp_padding(const u_int8_t *p, u_int tlen, u_int *lenp)
{
	u_int	 i, pad = p[-2];

	if (pad + ESP_TRAILER > tlen)
		return (EINVAL);
	/* Anything else is from no sender that keeps to 2.4. */
	for (i = 0; i < pad; i++)
		if (p[-2 - (int)pad + (int)i] != i + 1)
			return (EINVAL);
	*lenp = pad + ESP_TRAILER;
	return (0);
}

/*
 * It has been opened: see that it may be believed, and take ESP away.
 */
enum ipsec_verdict
esp_input_done(struct ipsec_op *op)
{
	struct tdb	*tdb = op->op_tdb;
	struct mbuf	*m = op->op_m;
	u_int8_t	*end;
	u_int		 tlen, trailer;

	if (op->op_crp.crp_etype != 0) {
		if (op->op_crp.crp_etype == EBADMSG)
			espstat.esps_badauth++;
		else {
			espstat.esps_crypto++;
			ipsecstat.ipsec_crypto++;
		}
		return (IPV_DROP);
	}
	if ((tdb->tdb_flags & TDBF_REPLAY) &&
	    replay_accept(tdb->tdb_replay, op->op_seq) != 0) {
		espstat.esps_replay++;	/* twice in this batch */
		return (IPV_DROP);
	}
	tlen = m->m_pkthdr.len - op->op_hlen - op->op_xhlen -
	    tdb->tdb_icvlen;
	end = mtod(m, u_int8_t *) + m->m_len - tdb->tdb_icvlen;
	if (esp_padding(end, tlen, &trailer) != 0) {
		espstat.esps_badenc++;
		return (IPV_DROP);
	}
	op->op_proto = end[-1];
	if (op->op_proto == IPPROTO_NONE) {
		espstat.esps_dummy++;
		return (IPV_DROP);
	}
	m->m_len -= trailer + tdb->tdb_icvlen;
	m->m_pkthdr.len = m->m_len;
	op_pull(op, op->op_xhlen);
	espstat.esps_ibytes += m->m_len - op->op_hlen;
	m->m_flags |= M_AUTH;
	if (tdb->tdb_ealg->ea_crypto != CRYPTO_NULL &&
	    tdb->tdb_ealg->ea_crypto != CRYPTO_AES_GMAC)
		m->m_flags |= M_CONF;
	return (IPV_DONE);
}
