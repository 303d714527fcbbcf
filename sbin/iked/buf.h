/*
 * Bytes: readers that cannot run past their end, writers that grow, and
 * blobs that are wiped when freed.
 */
#ifndef _BUF_H_
#define _BUF_H_

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

struct blob {
	uint8_t		*b_data;
	size_t		 b_len;
};

struct rbuf {
	const uint8_t	*r_ptr;
	size_t		 r_left;
};

struct wbuf {
	uint8_t		*w_buf;
	size_t		 w_len;
	size_t		 w_size;
	int		 w_error;	/* memory ran out; what follows fails */
};

int	 blob_set(struct blob *, const void *, size_t);
int	 blob_copy(struct blob *, const struct blob *);
void	 blob_move(struct blob *, struct blob *);
void	 blob_free(struct blob *);
int	 blob_equal(const struct blob *, const void *, size_t);

void	 rbuf_init(struct rbuf *, const void *, size_t);
int	 rbuf_u8(struct rbuf *, uint8_t *);
int	 rbuf_u16(struct rbuf *, uint16_t *);
int	 rbuf_u32(struct rbuf *, uint32_t *);
int	 rbuf_u64(struct rbuf *, uint64_t *);
const uint8_t *rbuf_bytes(struct rbuf *, size_t);
int	 rbuf_get(struct rbuf *, void *, size_t);
int	 rbuf_sub(struct rbuf *, size_t, struct rbuf *);
int	 rbuf_blob(struct rbuf *, struct blob *);
int	 rbuf_str(struct rbuf *, char *, size_t);

void	 wbuf_init(struct wbuf *);
void	 wbuf_free(struct wbuf *);
void	 wbuf_add(struct wbuf *, const void *, size_t);
void	 wbuf_u8(struct wbuf *, uint8_t);
void	 wbuf_u16(struct wbuf *, uint16_t);
void	 wbuf_u32(struct wbuf *, uint32_t);
void	 wbuf_u64(struct wbuf *, uint64_t);
void	 wbuf_set8(struct wbuf *, size_t, uint8_t);
void	 wbuf_set16(struct wbuf *, size_t, uint16_t);
void	 wbuf_set32(struct wbuf *, size_t, uint32_t);
void	 wbuf_blob(struct wbuf *, const struct blob *);
void	 wbuf_str(struct wbuf *, const char *);
void	 wbuf_take(struct wbuf *, struct blob *);

#endif /* _BUF_H_ */
