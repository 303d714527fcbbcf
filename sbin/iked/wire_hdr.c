/*
 * The header of messages, and the chain of payloads (RFC 7296, 3.1, 3.2).
 */
#include <sys/types.h>

#include <stdlib.h>
#include <string.h>

#include "ikev2.h"
#include "wire.h"

/*
 * Read a header; -1: too short, or its length is not the message's.
 */
int
hdr_parse(struct rbuf *r, struct ike_hdr *h)
{
	size_t	 total = r->r_left;

	if (rbuf_u64(r, &h->h_spii) == -1 || rbuf_u64(r, &h->h_spir) == -1 ||
	    rbuf_u8(r, &h->h_next) == -1 || rbuf_u8(r, &h->h_version) == -1 ||
	    rbuf_u8(r, &h->h_exch) == -1 || rbuf_u8(r, &h->h_flags) == -1 ||
	    rbuf_u32(r, &h->h_id) == -1 || rbuf_u32(r, &h->h_len) == -1)
		return (-1);
	return (h->h_len == total ? 0 : -1);
}

/*
 * Write a header.
 */
void
hdr_build(struct wbuf *w, const struct ike_hdr *h)
{
	wbuf_u64(w, h->h_spii);
	wbuf_u64(w, h->h_spir);
	wbuf_u8(w, h->h_next);
	wbuf_u8(w, IKE_VERSION);
	wbuf_u8(w, h->h_exch);
	wbuf_u8(w, h->h_flags);
	wbuf_u32(w, h->h_id);
	wbuf_u32(w, h->h_len);
}

/*
 * Take one payload off a chain: its body, the type of the one that follows,
 * and the flags.  -1: its length lies.
 */
int
pld_next(struct rbuf *r, uint8_t *next, uint8_t *flags, struct rbuf *body)
{
	uint16_t	 len;

	if (rbuf_u8(r, next) == -1 || rbuf_u8(r, flags) == -1 ||
	    rbuf_u16(r, &len) == -1 || len < 4)
		return (-1);
	return (rbuf_sub(r, len - 4, body));
}

/*
 * An empty chain.
 */
void
chain_init(struct chain *c)
{
	memset(c, 0, sizeof(*c));
	c->c_first = PLD_NONE;
}

/*
 * Wipe and free a chain.
 */
void
chain_free(struct chain *c)
{
	wbuf_free(&c->c_w);
	chain_init(c);
}

/*
 * Begin a payload; its body goes into the writer that is returned.
 */
struct wbuf *
chain_begin(struct chain *c, uint8_t type)
{
	if (c->c_first == PLD_NONE)
		c->c_first = type;
	else
		wbuf_set8(&c->c_w, c->c_last, type);
	c->c_last = c->c_open = c->c_w.w_len;
	wbuf_u32(&c->c_w, 0);
	return (&c->c_w);
}

/*
 * End it: now its length is known.  A body too long fails the chain.
 */
void
chain_end(struct chain *c)
{
	size_t	 len = c->c_w.w_len - c->c_open;

	if (len > UINT16_MAX)
		c->c_w.w_error = 1;
	wbuf_set16(&c->c_w, c->c_open + 2, len);
}

/*
 * A whole message in the clear: a header, whose length and first payload
 * are filled in, and the chain.  -1: no memory.
 */
int
chain_message(struct chain *c, struct ike_hdr *h, struct blob *out)
{
	struct wbuf	 w;

	wbuf_init(&w);
	h->h_next = c->c_first;
	h->h_len = IKE_HDRLEN + c->c_w.w_len;
	hdr_build(&w, h);
	wbuf_add(&w, c->c_w.w_buf, c->c_w.w_len);
	if (w.w_error || c->c_w.w_error) {
		wbuf_free(&w);
		return (-1);
	}
	wbuf_take(&w, out);
	return (0);
}
