/*
 * IPcomp (RFC 3173) with deflate (RFC 2394).
 *
 *	before:	| IP | payload |
 *	after:	| IP | next, 0, CPI | compressed payload |
 *
 * What is short, or would not shrink, is sent as it is, without a header.
 * Expanding never makes more than an IP packet.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/endian.h>
#include <sys/errno.h>
#include <sys/mbuf.h>

#include <netinet/ip_var.h>

#include <netipsec/ipsec_xform.h>

#define IPCOMP_MINLEN	90		/* shorter payloads gain nothing */

static u_int8_t	 ipcomp_scratch[IP_MAXPACKET];

/*
 * Compress what follows the op's headers, if it is worth it.
 */
enum ipsec_verdict
ipcomp_output(struct ipsec_op *op)
{
	struct mbuf	*m = op->op_m;
	u_int8_t	*p = mtod(m, u_int8_t *) + op->op_hlen;
	u_int		 clen, len = m->m_pkthdr.len - op->op_hlen;

	ipcompstat.ipcomps_output++;
	ipcompstat.ipcomps_obytes += len;
	if (len < IPCOMP_MINLEN) {
		ipcompstat.ipcomps_minlen++;
		return (IPV_DONE);
	}
	if (deflate_block(p, len, ipcomp_scratch, len - IPCOMP_HLEN - 1,
	    &clen) != 0) {
		ipcompstat.ipcomps_useless++;
		return (IPV_DONE);
	}
	op->op_tdb->tdb_counters.sadb_x_counter_ouncompbytes += len;
	ipsecstat.ipsec_ouncompbytes += len;
	memcpy(p + IPCOMP_HLEN, ipcomp_scratch, clen);
	p[0] = mtod(m, u_int8_t *)[op->op_protoff];
	p[1] = 0;
	be16enc(p + 2, ntohl(op->op_tdb->tdb_spi));
	mtod(m, u_int8_t *)[op->op_protoff] = IPPROTO_IPCOMP;
	m->m_len = op->op_hlen + IPCOMP_HLEN + clen;
	m->m_pkthdr.len = m->m_len;
	return (IPV_DONE);
}

/* The op's headers and the scratch behind them in an mbuf of its own. */
static int
ipcomp_replace(struct ipsec_op *op, u_int len)
{
	struct mbuf	*m = op->op_m, *n;

	n = m_clget(NULL, M_DONTWAIT, IP_LINKHDR + op->op_hlen + len);
	if (n == NULL)
		return (ENOBUFS);
	n->m_data = M_DATABUF(n) + IP_LINKHDR;
	memcpy(mtod(n, caddr_t), mtod(m, caddr_t), op->op_hlen);
	memcpy(mtod(n, caddr_t) + op->op_hlen, ipcomp_scratch, len);
	m_move_pkthdr(n, m);
	n->m_len = n->m_pkthdr.len = op->op_hlen + len;
	m_freem(m);
	op->op_m = n;
	return (0);
}

/*
 * Expand what follows the header at op_hlen.
 */
enum ipsec_verdict
ipcomp_input(struct ipsec_op *op)
{
	const u_int8_t	*p = mtod(op->op_m, const u_int8_t *) + op->op_hlen;
	u_int		 clen = op->op_m->m_pkthdr.len - op->op_hlen, len;

	if (clen <= IPCOMP_HLEN) {
		ipcompstat.ipcomps_hdrops++;
		return (IPV_DROP);
	}
	op->op_proto = p[0];
	switch (inflate_block(p + IPCOMP_HLEN, clen - IPCOMP_HLEN,
	    ipcomp_scratch, IP_MAXPACKET - op->op_hlen, &len)) {
	case 0:
		break;
	case E2BIG:
		ipcompstat.ipcomps_toobig++;
		return (IPV_DROP);
	default:
		ipcompstat.ipcomps_crypto++;
		return (IPV_DROP);
	}
	if (ipcomp_replace(op, len) != 0) {
		ipsecstat.ipsec_nomem++;
		return (IPV_DROP);
	}
	ipcompstat.ipcomps_ibytes += len;
	op->op_tdb->tdb_counters.sadb_x_counter_idecompbytes += len;
	ipsecstat.ipsec_idecompbytes += len;
	op->op_m->m_flags |= M_COMP;
	return (IPV_DONE);
}
