/*
 * The Security Association payload (RFC 7296, 3.3).
 *
 *	proposal:  more(1) 0(1) length(2) number(1) protocol(1) spi size(1)
 *		   transforms(1) spi...
 *	transform: more(1) 0(1) length(2) type(1) 0(1) id(2) attributes...
 */
#include <sys/types.h>

#include <string.h>

#include "ikev2.h"
#include "wire.h"

#define ATTR_TV		0x8000		/* two bytes of value, no length */

/*
 * The attributes of a transform.  1: there is one that we do not know, and
 * the transform is none that can be chosen.
 */
static int
attrs_parse(struct rbuf *r, struct xform *x)
{
	uint16_t	 type, value;
	int		 unknown = 0;

	while (r->r_left != 0) {
		if (rbuf_u16(r, &type) == -1 || rbuf_u16(r, &value) == -1)
			return (-1);
		if (type == (ATTR_TV | XF_ATTR_KEYLEN)) {
			x->x_keylen = value;
			continue;
		}
		unknown = 1;
		if ((type & ATTR_TV) == 0 && rbuf_bytes(r, value) == NULL)
			return (-1);
	}
	return (unknown);
}

static int
xform_parse(struct rbuf *r, struct proposal *pr, uint8_t *more)
{
	struct rbuf	 body;
	struct xform	 x;
	uint8_t		 zero;
	uint16_t	 len;
	int		 unknown;

	memset(&x, 0, sizeof(x));
	if (rbuf_u8(r, more) == -1 || rbuf_u8(r, &zero) == -1 ||
	    rbuf_u16(r, &len) == -1 || len < 8 ||
	    rbuf_sub(r, len - 4, &body) == -1 ||
	    rbuf_u8(&body, &x.x_type) == -1 ||
	    rbuf_u8(&body, &zero) == -1 || rbuf_u16(&body, &x.x_id) == -1)
		return (-1);
	unknown = attrs_parse(&body, &x);
	if (unknown == -1 || (*more != 0 && *more != 3))
		return (-1);
	/* A type that we do not know keeps the proposal from being chosen. */
	if (unknown)
		x.x_id = UINT16_MAX;
	if (pr->pr_n < XFORMS_MAX)
		pr->pr_xf[pr->pr_n++] = x;
	return (0);
}

static int
proposal_parse(struct rbuf *r, struct proposal *pr, uint8_t *more)
{
	struct rbuf	 body;
	uint8_t		 zero, n, last = 3;
	uint16_t	 len;

	memset(pr, 0, sizeof(*pr));
	if (rbuf_u8(r, more) == -1 || rbuf_u8(r, &zero) == -1 ||
	    rbuf_u16(r, &len) == -1 || len < 8 ||
	    rbuf_sub(r, len - 4, &body) == -1 ||
	    rbuf_u8(&body, &pr->pr_num) == -1 ||
	    rbuf_u8(&body, &pr->pr_proto) == -1 ||
	    rbuf_u8(&body, &pr->pr_spilen) == -1 ||
	    rbuf_u8(&body, &n) == -1 ||
	    pr->pr_spilen > sizeof(pr->pr_spi) ||
	    rbuf_get(&body, pr->pr_spi, pr->pr_spilen) == -1 ||
	    (*more != 0 && *more != 2))
		return (-1);
	for (; n > 0; n--)
		if (last != 3 || xform_parse(&body, pr, &last) == -1)
			return (-1);
	return (body.r_left == 0 && last != 3 ? 0 : -1);
}

/*
 * Read the body of an SA payload into PROPS_MAX proposals; those over that
 * are checked and left out.  -1: malformed.
 */
int
sa_parse(struct rbuf *r, struct proposal *list, unsigned int *n)
{
	struct proposal	 pr;
	uint8_t		 more = 2;

	*n = 0;
	while (more == 2) {
		if (proposal_parse(r, &pr, &more) == -1)
			return (-1);
		if (*n < PROPS_MAX)
			list[(*n)++] = pr;
	}
	return (r->r_left == 0 ? 0 : -1);
}

static void
xform_build(struct wbuf *w, const struct xform *x, int more)
{
	wbuf_u8(w, more ? 3 : 0);
	wbuf_u8(w, 0);
	wbuf_u16(w, x->x_keylen != 0 ? 12 : 8);
	wbuf_u8(w, x->x_type);
	wbuf_u8(w, 0);
	wbuf_u16(w, x->x_id);
	if (x->x_keylen != 0) {
		wbuf_u16(w, ATTR_TV | XF_ATTR_KEYLEN);
		wbuf_u16(w, x->x_keylen);
	}
}

/*
 * Write an SA payload.
 */
void
sa_build(struct chain *c, const struct proposal *list, unsigned int n)
{
	const struct proposal	*pr;
	struct wbuf		*w = chain_begin(c, PLD_SA);
	size_t			 start;
	unsigned int		 i;

	for (pr = list; pr < list + n; pr++) {
		start = w->w_len;
		wbuf_u8(w, pr + 1 < list + n ? 2 : 0);
		wbuf_u8(w, 0);
		wbuf_u16(w, 0);
		wbuf_u8(w, pr->pr_num);
		wbuf_u8(w, pr->pr_proto);
		wbuf_u8(w, pr->pr_spilen);
		wbuf_u8(w, pr->pr_n);
		wbuf_add(w, pr->pr_spi, pr->pr_spilen);
		for (i = 0; i < pr->pr_n; i++)
			xform_build(w, &pr->pr_xf[i], i + 1 < pr->pr_n);
		wbuf_set16(w, start + 2, w->w_len - start);
	}
	chain_end(c);
}
