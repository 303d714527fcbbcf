/*
 * Allotment routing table: from prefixes of up to 128 bits to whatever the
 * owner hangs on them, by longest match.
 *
 * All functions are called with the owner's lock held (the net lock).
 */
#ifndef _NET_ART_H_
#define _NET_ART_H_

#ifdef _KERNEL

#include <sys/types.h>

#define ART_MAXPLEN	128

/* An address, most significant bit first; short ones are padded with 0. */
struct art_key {
	uint64_t	ak_w[2];
};

/*
 * A prefix: embedded in whatever the owner hangs on it.  It does not change
 * while inside.
 */
struct art_node {
	struct art_key	an_key;		/* bits beyond an_plen are 0 */
	uint16_t	an_plen;	/* bits */
};

struct art;

void		 art_init(void);
struct art	*art_alloc(u_int);
void		 art_free(struct art *);
u_long		 art_count(const struct art *);

void		 art_mask(struct art_key *, u_int);
void		 art_node_set(struct art_node *, const struct art_key *, u_int);
void		 art_key_set(struct art_key *, const void *, u_int);
void		 art_key_get(const struct art_key *, void *, u_int);

struct art_node	*art_match(const struct art *, const struct art_key *);
struct art_node	*art_lookup(const struct art *, const struct art_key *, u_int);
struct art_node	*art_insert(struct art *, struct art_node *);
void		 art_remove(struct art *, struct art_node *);
void		 art_replace(struct art *, struct art_node *,
		    struct art_node *);
struct art_node	*art_first(const struct art *);
struct art_node	*art_next(const struct art *, const struct art_key *, u_int);
struct art_node	*art_next_under(const struct art *, const struct art_key *,
		    u_int, const struct art_key *, u_int);

#endif /* _KERNEL */
#endif /* _NET_ART_H_ */
