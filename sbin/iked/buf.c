/*
 * Bytes in network order.  A reader answers -1 and moves nothing when what
 * is asked for is not there; a writer remembers that it failed, and is
 * asked once, at the end.
 */
#include <sys/types.h>

#include <stdlib.h>
#include <string.h>

#include "buf.h"

/*
 * Replace what a blob holds by a copy of len bytes.  -1: no memory, and the
 * blob is empty.
 */
int
blob_set(struct blob *b, const void *data, size_t len)
{
	uint8_t	*p;

	p = malloc(len + 1);
	if (p != NULL && len != 0)
		memcpy(p, data, len);
	blob_free(b);
	if (p == NULL)
		return (-1);
	p[len] = '\0';
	b->b_data = p;
	b->b_len = len;
	return (0);
}

/*
 * Copy a blob; -1: no memory.
 */
int
blob_copy(struct blob *to, const struct blob *from)
{
	return (blob_set(to, from->b_data, from->b_len));
}

/*
 * Move what a blob holds; from is empty afterwards.
 */
void
blob_move(struct blob *to, struct blob *from)
{
	blob_free(to);
	*to = *from;
	memset(from, 0, sizeof(*from));
}

/*
 * Wipe a blob and free its memory.
 */
void
blob_free(struct blob *b)
{
	if (b->b_data != NULL) {
		explicit_bzero(b->b_data, b->b_len);
		free(b->b_data);
	}
	memset(b, 0, sizeof(*b));
}

/*
 * Are these the bytes of the blob?  In constant time for a given length.
 */
int
blob_equal(const struct blob *b, const void *data, size_t len)
{
	const uint8_t	*p = data;
	uint8_t		 diff = 0;
	size_t		 i;

	if (b->b_len != len)
		return (0);
	for (i = 0; i < len; i++)
		diff |= b->b_data[i] ^ p[i];
	return (diff == 0);
}

/*
 * Start to read len bytes; they must stay where they are.
 */
void
rbuf_init(struct rbuf *r, const void *data, size_t len)
{
	r->r_ptr = data;
	r->r_left = len;
}

/*
 * The next n bytes, or NULL when there are fewer.
 */
const uint8_t *
rbuf_bytes(struct rbuf *r, size_t n)
{
	const uint8_t	*p = r->r_ptr;

	if (n > r->r_left)
		return (NULL);
	r->r_ptr += n;
	r->r_left -= n;
	return (p);
}

/*
 * Copy the next n bytes.
 */
int
rbuf_get(struct rbuf *r, void *to, size_t n)
{
	const uint8_t	*p;

	p = rbuf_bytes(r, n);
	if (p == NULL)
		return (-1);
	memcpy(to, p, n);
	return (0);
}

/*
 * The next n bytes as a reader of their own.
 */
int
rbuf_sub(struct rbuf *r, size_t n, struct rbuf *sub)
{
	const uint8_t	*p;

	p = rbuf_bytes(r, n);
	if (p == NULL)
		return (-1);
	rbuf_init(sub, p, n);
	return (0);
}

/* A number of n bytes. */
static int
rbuf_number(struct rbuf *r, size_t n, uint64_t *v)
{
	const uint8_t	*p;

	p = rbuf_bytes(r, n);
	if (p == NULL)
		return (-1);
	*v = 0;
	while (n-- > 0)
		*v = *v << 8 | *p++;
	return (0);
}

/*
 * Numbers of one, two, four and eight bytes.
 */
int
rbuf_u8(struct rbuf *r, uint8_t *v)
{
	uint64_t	 n;

	if (rbuf_number(r, 1, &n) == -1)
		return (-1);
	*v = n;
	return (0);
}

int
rbuf_u16(struct rbuf *r, uint16_t *v)
{
	uint64_t	 n;

	if (rbuf_number(r, 2, &n) == -1)
		return (-1);
	*v = n;
	return (0);
}

int
rbuf_u32(struct rbuf *r, uint32_t *v)
{
	uint64_t	 n;

	if (rbuf_number(r, 4, &n) == -1)
		return (-1);
	*v = n;
	return (0);
}

int
rbuf_u64(struct rbuf *r, uint64_t *v)
{
	return (rbuf_number(r, 8, v));
}

/*
 * What wbuf_blob wrote: a length and that many bytes, copied.
 */
int
rbuf_blob(struct rbuf *r, struct blob *b)
{
	const uint8_t	*p;
	uint32_t	 len;

	if (rbuf_u32(r, &len) == -1 || (p = rbuf_bytes(r, len)) == NULL)
		return (-1);
	return (blob_set(b, p, len));
}

/*
 * What wbuf_str wrote, into size bytes with its NUL; -1 also when it does
 * not fit or holds a NUL.
 */
int
rbuf_str(struct rbuf *r, char *s, size_t size)
{
	const uint8_t	*p;
	uint16_t	 len;

	if (rbuf_u16(r, &len) == -1 || len >= size ||
	    (p = rbuf_bytes(r, len)) == NULL || memchr(p, '\0', len) != NULL)
		return (-1);
	memcpy(s, p, len);
	s[len] = '\0';
	return (0);
}

/*
 * Start to write.
 */
void
wbuf_init(struct wbuf *w)
{
	memset(w, 0, sizeof(*w));
}

/*
 * Wipe what was written and free it.
 */
void
wbuf_free(struct wbuf *w)
{
	if (w->w_buf != NULL)
		explicit_bzero(w->w_buf, w->w_len);
	free(w->w_buf);
	wbuf_init(w);
}

/* Room for n more bytes; moves by copy, so that the old ones are wiped. */
static int
wbuf_grow(struct wbuf *w, size_t n)
{
	uint8_t	*p;
	size_t	 size;

	if (w->w_error)
		return (-1);
	if (n <= w->w_size - w->w_len)
		return (0);
	size = w->w_size * 2;
	if (size < w->w_len + n)
		size = w->w_len + n;
	if (size < 256)
		size = 256;
	p = malloc(size);
	if (p == NULL) {
		w->w_error = 1;
		return (-1);
	}
	if (w->w_buf != NULL) {
		memcpy(p, w->w_buf, w->w_len);
		explicit_bzero(w->w_buf, w->w_len);
		free(w->w_buf);
	}
	w->w_buf = p;
	w->w_size = size;
	return (0);
}

/*
 * Write n bytes; NULL writes zeroes.
 */
void
wbuf_add(struct wbuf *w, const void *data, size_t n)
{
	if (n == 0 || wbuf_grow(w, n) == -1)
		return;
	if (data != NULL)
		memcpy(w->w_buf + w->w_len, data, n);
	else
		memset(w->w_buf + w->w_len, 0, n);
	w->w_len += n;
}

/* A number of n bytes. */
static void
wbuf_number(struct wbuf *w, uint64_t v, size_t n)
{
	uint8_t	 b[8];
	size_t	 i;

	for (i = 0; i < n; i++)
		b[i] = v >> (8 * (n - 1 - i));
	wbuf_add(w, b, n);
}

/*
 * Numbers of one, two, four and eight bytes.
 */
void
wbuf_u8(struct wbuf *w, uint8_t v)
{
	wbuf_number(w, v, 1);
}

void
wbuf_u16(struct wbuf *w, uint16_t v)
{
	wbuf_number(w, v, 2);
}

void
wbuf_u32(struct wbuf *w, uint32_t v)
{
	wbuf_number(w, v, 4);
}

void
wbuf_u64(struct wbuf *w, uint64_t v)
{
	wbuf_number(w, v, 8);
}

/*
 * Change what was written at an offset.
 */
void
wbuf_set8(struct wbuf *w, size_t off, uint8_t v)
{
	if (!w->w_error && off < w->w_len)
		w->w_buf[off] = v;
}

void
wbuf_set16(struct wbuf *w, size_t off, uint16_t v)
{
	wbuf_set8(w, off, v >> 8);
	wbuf_set8(w, off + 1, v);
}

void
wbuf_set32(struct wbuf *w, size_t off, uint32_t v)
{
	wbuf_set16(w, off, v >> 16);
	wbuf_set16(w, off + 2, v);
}

/*
 * A length and the bytes of a blob.
 */
void
wbuf_blob(struct wbuf *w, const struct blob *b)
{
	wbuf_u32(w, b->b_len);
	wbuf_add(w, b->b_data, b->b_len);
}

/*
 * A length and the characters of a string shorter than 64 KB.
 */
void
wbuf_str(struct wbuf *w, const char *s)
{
	size_t	 len = strlen(s);

	wbuf_u16(w, len);
	wbuf_add(w, s, len & 0xffff);
}

/*
 * Hand what was written over to a blob; the writer is empty afterwards.
 */
void
wbuf_take(struct wbuf *w, struct blob *b)
{
	blob_free(b);
	b->b_data = w->w_buf;
	b->b_len = w->w_len;
	wbuf_init(w);
}
