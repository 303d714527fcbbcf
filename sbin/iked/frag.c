/*
 * Fragments of messages (RFC 7383, 2.6).  Each is authentic before it is
 * kept; as many messages may be in pieces as the window has, and of each no
 * more than FRAGS_BYTES is kept.
 */
#include <sys/types.h>

#include <stdlib.h>
#include <string.h>

#include "ike.h"
#include "ikev2.h"

#define FRAGS_MAX	128		/* pieces of one message */

static void
frags_drop(struct ike_sa *sa, struct frags *f)
{
	unsigned int	 i;

	TAILQ_REMOVE(&sa->sa_frags, f, f_entry);
	for (i = 0; i < f->f_total; i++)
		blob_free(&f->f_list[i]);
	free(f->f_list);
	free(f);
}

/*
 * Forget all fragments of an SA.
 */
void
frags_free(struct ike_sa *sa)
{
	struct frags	*f;

	while ((f = TAILQ_FIRST(&sa->sa_frags)) != NULL)
		frags_drop(sa, f);
}

static struct frags *
frags_find(struct ike_sa *sa, const struct ike_hdr *h)
{
	struct frags	*f;

	TAILQ_FOREACH(f, &sa->sa_frags, f_entry)
		if (f->f_id == h->h_id && f->f_flags == h->h_flags)
			return (f);
	return (NULL);
}

/* A new message in pieces; the oldest goes when there are too many. */
static struct frags *
frags_new(struct ike_sa *sa, const struct ike_hdr *h, uint16_t total)
{
	struct frags	*f;
	unsigned int	 n = 0;

	TAILQ_FOREACH(f, &sa->sa_frags, f_entry)
		n++;
	if (n >= WINDOW)
		frags_drop(sa, TAILQ_FIRST(&sa->sa_frags));
	f = calloc(1, sizeof(*f));
	if (f == NULL)
		return (NULL);
	f->f_list = calloc(total, sizeof(*f->f_list));
	if (f->f_list == NULL) {
		free(f);
		return (NULL);
	}
	f->f_id = h->h_id;
	f->f_flags = h->h_flags;
	f->f_total = total;
	TAILQ_INSERT_TAIL(&sa->sa_frags, f, f_entry);
	return (f);
}

static int
frags_join(struct frags *f, struct blob *out)
{
	struct wbuf	 w;
	unsigned int	 i;

	wbuf_init(&w);
	for (i = 0; i < f->f_total; i++)
		wbuf_add(&w, f->f_list[i].b_data, f->f_list[i].b_len);
	if (w.w_error) {
		wbuf_free(&w);
		return (-1);
	}
	wbuf_take(&w, out);
	return (0);
}

/* Keep a piece; 0: it was there, or others are missing; 1: all are here. */
static int
piece_add(struct ike_sa *sa, struct frags *f, uint16_t number, uint8_t first,
    struct blob *piece)
{
	if (f->f_list[number - 1].b_data != NULL) {
		blob_free(piece);
		return (0);
	}
	f->f_bytes += piece->b_len;
	if (f->f_bytes > FRAGS_BYTES) {
		sa->sa_eng->e_stats.st_frag_failed++;
		blob_free(piece);
		frags_drop(sa, f);
		return (-1);
	}
	blob_move(&f->f_list[number - 1], piece);
	if (number == 1)
		f->f_first = first;
	return (++f->f_have == f->f_total);
}

/*
 * One fragment in a message of len bytes, which is at least as long as the
 * header and that of SKF.  1: the message is complete, out is its chain,
 * whose first payload is of type first; 0: others are missing; -1: it is not
 * authentic, or makes no sense.  A set with a larger total replaces one with
 * a smaller.
 */
int
frag_input(struct ike_sa *sa, const struct ike_hdr *h, const uint8_t *data,
    size_t len, uint8_t *first, struct blob *out)
{
	struct engine_stats	*st = &sa->sa_eng->e_stats;
	struct frags		*f = frags_find(sa, h);
	uint16_t		 number, total;
	struct blob		 piece = { NULL, 0 };
	int			 error;

	number = data[32] << 8 | data[33];
	total = data[34] << 8 | data[35];
	st->st_frag_received++;
	if (!sa->sa_frag || number == 0 || number > total ||
	    total > FRAGS_MAX || (f != NULL && total < f->f_total) ||
	    msg_open(sa, data, len, IKE_HDRLEN + 8, &piece) == -1) {
		st->st_frag_dropped++;
		return (-1);
	}
	if (f != NULL && total != f->f_total) {
		frags_drop(sa, f);
		f = NULL;
	}
	if (f == NULL && (f = frags_new(sa, h, total)) == NULL) {
		blob_free(&piece);
		return (-1);
	}
	error = piece_add(sa, f, number, data[28], &piece);
	if (error != 1)
		return (error);
	*first = f->f_first;
	error = frags_join(f, out);
	frags_drop(sa, f);
	if (error == -1) {
		st->st_frag_failed++;
		return (-1);
	}
	st->st_frag_done++;
	return (1);
}
