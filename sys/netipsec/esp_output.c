/*
 * ESP, sending (RFC 4303).
 *
 *	before:	| IP | payload                                |
 *	after:	| IP | [UDP] | SPI, seq | IV | payload | pad, | ICV |
 *					      |<-- encrypted -->|
 *					      pad length, next header
 *
 * In tunnel mode the payload is a whole packet, and the IP header has been
 * put in front before (RFC 4303, 3.1).
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/endian.h>
#include <sys/errno.h>
#include <sys/mbuf.h>

#include <netipsec/ipsec_xform.h>

/* UDP in front of ESP (RFC 3948, 2.1); the checksum comes at the end. */
static void
esp_udp_header(const struct tdb *tdb, u_int8_t *p, u_int len)
{
	u_int	 port = tdb->tdb_udpencap_port;

	be16enc(p, udpencap_port);
	be16enc(p + 2, port != 0 ? ntohs(port) : (u_int)udpencap_port);
	be16enc(p + 4, len);
	be16enc(p + 6, 0);
}

/* Pad to the block with 1, 2, 3, ... (RFC 4303, 2.4); p is behind it all. */
static void
esp_trailer(u_int8_t *p, u_int pad, u_int8_t nxt)
{
	u_int	 i;

	for (i = 0; i < pad; i++)
		p[i] = i + 1;
	p[pad] = pad;
	p[pad + 1] = nxt;
}

/* Number, IV: unique under this key for counters, else unpredictable. */
static void
esp_write_iv(struct tdb *tdb, u_int8_t *p)
{
	if (tdb->tdb_ivlen == 0)
		return;
	if (tdb->tdb_ealg->ea_counter)
		be64enc(p, tdb->tdb_ivctr++);
	else
		arc4random_buf(p, tdb->tdb_ivlen);
}

/*
 * The next sequence number, or 0: they are used up (RFC 4303, 3.3.3).
 */
static u_int64_t
esp_next_seq(struct tdb *tdb)
{
	if ((tdb->tdb_flags & TDBF_ESN) == 0 && tdb->tdb_rpl >= UINT32_MAX)
		return (0);
	if (tdb->tdb_rpl == UINT64_MAX)
		return (0);
	return (++tdb->tdb_rpl);
}

/*
 * What the ciphers do to ESP at p, whose text has tlen bytes.  Both
 * directions; high is the upper half of the sequence number.
 */
void
esp_request(struct ipsec_op *op, u_int8_t *p, u_int tlen, u_int32_t high,
    int flags)
{
	const struct tdb	*tdb = op->op_tdb;
	struct cryptop		*crp = &op->op_crp;
	struct cryptodesc	*crd = crp->crp_desc;
	u_int			 hlen = ESP_HLEN + tdb->tdb_ivlen;

	crp->crp_sid = tdb->tdb_cryptoid;
	crp->crp_ilen = crp->crp_olen = hlen + tlen + tdb->tdb_icvlen;
	crp->crp_buf = p;
	crp->crp_ndesc = 2;

	crd[0].crd_alg = tdb->tdb_ealg->ea_crypto;
	crd[0].crd_skip = hlen;
	crd[0].crd_len = tlen;
	crd[0].crd_inject = ESP_HLEN;
	crd[0].crd_flags = flags | CRD_F_IV_PRESENT;
	crd[0].crd_maclen = 0;

	crd[1].crd_skip = 0;
	crd[1].crd_inject = hlen + tlen;
	crd[1].crd_flags = flags;
	crd[1].crd_maclen = tdb->tdb_icvlen;
	if (tdb->tdb_aalg != NULL) {
		crd[1].crd_alg = tdb->tdb_aalg->aa_crypto;
		crd[1].crd_len = hlen + tlen;
	} else {
		crd[1].crd_alg = tdb->tdb_aead_mac;
		crd[1].crd_len = ESP_HLEN;
	}
	if (tdb->tdb_flags & TDBF_ESN) {
		crd[1].crd_flags |= CRD_F_ESN;
		be32enc(crd[1].crd_esn, high);
	}
}

/*
 * Make ESP of what follows the op's headers.
 */
enum ipsec_verdict
esp_output(struct ipsec_op *op)
{
	struct tdb	*tdb = op->op_tdb;
	struct mbuf	*m = op->op_m;
	u_int		 plen = m->m_pkthdr.len - op->op_hlen;
	u_int		 hlen = ESP_HLEN + tdb->tdb_ivlen, pad, tlen, udp = 0;
	u_int8_t	*p, nxt;
	u_int64_t	 seq;

	tlen = roundup(plen + ESP_TRAILER, tdb->tdb_block);
	pad = tlen - plen - ESP_TRAILER;
	if (tdb->tdb_flags & TDBF_UDPENCAP)
		udp = UDP_HLEN;
	if (op->op_hlen + udp + hlen + tlen + tdb->tdb_icvlen >
	    IP_MAXPACKET) {
		espstat.esps_toobig++;
		return (IPV_DROP);
	}
	if ((seq = esp_next_seq(tdb)) == 0) {
		espstat.esps_wrap++;
		return (IPV_DROP);
	}
	op_push(op, udp + hlen);
	m->m_len += tlen - plen + tdb->tdb_icvlen;
	m->m_pkthdr.len = m->m_len;
	p = mtod(m, u_int8_t *);
	nxt = p[op->op_protoff];
	p[op->op_protoff] = udp != 0 ? IPPROTO_UDP : IPPROTO_ESP;
	p += op->op_hlen;
	if (udp != 0) {
		esp_udp_header(tdb, p, m->m_len - op->op_hlen);
		espstat.esps_udpencout++;
		p += udp;
	}
	memcpy(p, &tdb->tdb_spi, sizeof(tdb->tdb_spi));
	be32enc(p + 4, (u_int32_t)seq);
	esp_write_iv(tdb, p + ESP_HLEN);
	esp_trailer(p + hlen + plen, pad, nxt);
	esp_request(op, p, tlen, seq >> 32, CRD_F_ENCRYPT);
	espstat.esps_output++;
	espstat.esps_obytes += plen;
	return (IPV_CRYPTO);
}

/*
 * The ciphers are done with it.
 */
enum ipsec_verdict
esp_output_done(struct ipsec_op *op)
{
	if (op->op_crp.crp_etype == 0)
		return (IPV_DONE);
	espstat.esps_crypto++;
	ipsecstat.ipsec_crypto++;
	return (IPV_DROP);
}
