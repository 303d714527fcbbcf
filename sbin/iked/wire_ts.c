/*
 * Traffic Selector payloads (RFC 7296, 3.13).
 *
 *	selectors(1) 0(3), each: type(1) protocol(1) length(2) first port(2)
 *	last port(2) first address last address
 */
#include <sys/types.h>

#include <string.h>

#include "ikev2.h"
#include "wire.h"

static int
ts_body(struct rbuf *r, uint8_t type, struct ts *ts)
{
	unsigned int	 n = type == TS_IPV4_RANGE ? 4 : 16;

	ts->ts_addr.ra_lo.a_ver = ts->ts_addr.ra_hi.a_ver =
	    type == TS_IPV4_RANGE ? 4 : 6;
	return (rbuf_u16(r, &ts->ts_port_lo) == -1 ||
	    rbuf_u16(r, &ts->ts_port_hi) == -1 ||
	    rbuf_get(r, ts->ts_addr.ra_lo.a_bytes, n) == -1 ||
	    rbuf_get(r, ts->ts_addr.ra_hi.a_bytes, n) == -1 ||
	    r->r_left != 0 ? -1 : 0);
}

/*
 * Read the body of a TS payload.  Selectors of unknown types are left out,
 * and so are those from high to low, OPAQUE ports among them.  -1:
 * malformed.
 */
int
ts_parse(struct rbuf *r, struct tslist *list)
{
	struct rbuf	 body;
	struct ts	 ts;
	uint8_t		 n, type, zero[3];
	uint16_t	 len;

	list->tl_n = 0;
	if (rbuf_u8(r, &n) == -1 || rbuf_get(r, zero, 3) == -1 || n == 0)
		return (-1);
	for (; n > 0; n--) {
		memset(&ts, 0, sizeof(ts));
		if (rbuf_u8(r, &type) == -1 ||
		    rbuf_u8(r, &ts.ts_proto) == -1 ||
		    rbuf_u16(r, &len) == -1 || len < 4 ||
		    rbuf_sub(r, len - 4, &body) == -1)
			return (-1);
		if (type != TS_IPV4_RANGE && type != TS_IPV6_RANGE)
			continue;
		if (ts_body(&body, type, &ts) == -1)
			return (-1);
		if (ts.ts_port_lo <= ts.ts_port_hi &&
		    addr_cmp(&ts.ts_addr.ra_lo, &ts.ts_addr.ra_hi) <= 0)
			list->tl_ts[list->tl_n++] = ts;
	}
	return (r->r_left == 0 ? 0 : -1);
}

/*
 * Write a TS payload of a type.
 */
void
ts_build(struct chain *c, uint8_t type, const struct tslist *list)
{
	struct wbuf	*w = chain_begin(c, type);
	const struct ts	*ts;
	unsigned int	 i, n;

	wbuf_u8(w, list->tl_n);
	wbuf_add(w, NULL, 3);
	for (i = 0; i < list->tl_n; i++) {
		ts = &list->tl_ts[i];
		n = addr_bytes(&ts->ts_addr.ra_lo);
		wbuf_u8(w, n == 4 ? TS_IPV4_RANGE : TS_IPV6_RANGE);
		wbuf_u8(w, ts->ts_proto);
		wbuf_u16(w, 8 + 2 * n);
		wbuf_u16(w, ts->ts_port_lo);
		wbuf_u16(w, ts->ts_port_hi);
		wbuf_add(w, ts->ts_addr.ra_lo.a_bytes, n);
		wbuf_add(w, ts->ts_addr.ra_hi.a_bytes, n);
	}
	chain_end(c);
}
