/*
 * wg(4): packets are laid out, large ones in pieces, as the wire will have
 * them: each with headers of its own and a finished checksum.
 *
 *	wg_cut_begin(c, m)
 *	while (c->c_m != NULL) {
 *		find room for wg_cut_len(c) bytes, at dst
 *		wg_cut_next(c, dst)
 *	}
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/mbuf.h>

#include <net/cksum.h>

#include <netinet/in.h>

#include <netwg/wg_var.h>

#define TCP_SUM		16		/* offsets of the checksums */
#define UDP_SUM		6

/*
 * Begin with a packet that starts with its IP header.  Consumes m; returns 0,
 * or EINVAL when its headers do not fit what is asked for (counted).
 */
int
wg_cut_begin(struct wg_cut *c, struct mbuf *m)
{
	memset(c, 0, sizeof(*c));
	if (!ISSET(m->m_pkthdr.csum_flags, MCS_SEG)) {
		m = m_cksum_finish(m, 0, MCS_OUT);
		if (m == NULL) {
			wgc_inc(WGC_OUT_BADHDR);
			return (EINVAL);
		}
		c->c_m = m;
		return (0);
	}
	if (tso_parse_large(m, 0, &c->c_ti) != 0) {
		wg_drop(m, WGC_OUT_BADHDR);
		return (EINVAL);
	}
	wgc_inc(WGC_CUT);
	c->c_m = m;
	c->c_mss = m->m_pkthdr.ph_mss;
	c->c_total = c->c_ti.ti_end - c->c_ti.ti_payload;
	return (0);
}

/*
 * Bytes of the next piece.
 */
u_int
wg_cut_len(const struct wg_cut *c)
{
	if (c->c_mss == 0)
		return (c->c_m->m_pkthdr.len);
	return (c->c_ti.ti_payload + MIN(c->c_mss, c->c_total - c->c_off));
}

/* Finish the checksum of the piece at p, all of whose bytes are there. */
static void
piece_cksum(uint8_t *p, const struct tso_info *ti, u_int len)
{
	u_int		 off;
	uint16_t	 sum;

	off = ti->ti_l4 + (ti->ti_proto == IPPROTO_TCP ? TCP_SUM : UDP_SUM);
	sum = ~cksum_fold(cksum_add(0, p + ti->ti_l4, len - ti->ti_l4));
	if (sum == 0 && ti->ti_proto == IPPROTO_UDP)
		sum = 0xffff;
	memcpy(p + off, &sum, sizeof(sum));
}

/*
 * Write the next piece to p; after the last one, the packet is freed and c_m
 * is NULL.
 */
void
wg_cut_next(struct wg_cut *c, uint8_t *p)
{
	const struct tso_info	*ti = &c->c_ti;
	u_int			 len;
	int			 last;

	if (c->c_mss == 0) {
		m_copydata(c->c_m, 0, c->c_m->m_pkthdr.len, p);
		wg_cut_end(c);
		return;
	}
	len = MIN(c->c_mss, c->c_total - c->c_off);
	last = c->c_off + len == c->c_total;
	m_copydata(c->c_m, 0, ti->ti_payload, p);
	m_copydata(c->c_m, ti->ti_payload + c->c_off, len,
	    p + ti->ti_payload);
	tso_piece_headers(p, ti, c->c_i, c->c_off, len, last);
	piece_cksum(p, ti, ti->ti_payload + len);
	c->c_i++;
	c->c_off += len;
	if (last)
		wg_cut_end(c);
}

/*
 * Free what is left.
 */
void
wg_cut_end(struct wg_cut *c)
{
	m_freem(c->c_m);
	c->c_m = NULL;
}
