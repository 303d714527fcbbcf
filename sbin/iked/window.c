/*
 * Numbers of messages and the window (RFC 7296, 2.3): how many requests may
 * be under way.  Each side has one until the other tells it, by
 * SET_WINDOW_SIZE, that it takes more; a window belongs to one IKE SA, and
 * never shrinks.
 *
 *	 sa_next_in		sa_next_in + WINDOW
 *	     |				 |
 *	.....+-x---x---------------------+.....
 *	had,  sa_ahead: those that came	  not yet
 *	kept  before their turn
 *
 * Answers to the last WINDOW requests are kept (sa_responses): who sends
 * number n has all answers up to n - WINDOW.
 */
#include <sys/types.h>

#include "ike.h"
#include "ikev2.h"

/*
 * May another request go out?
 */
int
window_out(const struct ike_sa *sa)
{
	const struct request	*r = TAILQ_FIRST(&sa->sa_requests);

	return (r == NULL || sa->sa_next_out - r->r_sent.s_id <
	    sa->sa_window);
}

/*
 * May a request with this number come in?
 */
int
window_in(const struct ike_sa *sa, uint32_t id)
{
	uint32_t	 ahead = id - sa->sa_next_in;

	return (id >= sa->sa_next_in &&
	    ahead < (sa->sa_window_told ? WINDOW : 1));
}

/*
 * Has it come already?
 */
int
window_seen(const struct ike_sa *sa, uint32_t id)
{
	return (id < sa->sa_next_in || (id - sa->sa_next_in < WINDOW &&
	    (sa->sa_ahead >> (id - sa->sa_next_in) & 1)));
}

/*
 * It has come.
 */
void
window_take(struct ike_sa *sa, uint32_t id)
{
	sa->sa_ahead |= 1U << (id - sa->sa_next_in);
	for (; sa->sa_ahead & 1; sa->sa_ahead >>= 1)
		sa->sa_next_in++;
}

/*
 * Tell the peer, once, how many requests we take: in IKE_AUTH, and when the
 * IKE SA has been replaced in the first CREATE_CHILD_SA of the new one.
 */
void
window_tell(struct ike_sa *sa, struct chain *c)
{
	static const uint8_t	 size[4] = { 0, 0, 0, WINDOW };

	if (sa->sa_window_told)
		return;
	sa->sa_window_told = 1;
	notify_build(c, PROTO_NONE, 0, N_SET_WINDOW_SIZE, size, sizeof(size));
}

/*
 * The peer tells its window, in an authentic message; what says less than
 * before is of no matter.
 */
void
window_told(struct ike_sa *sa, const struct notify *n)
{
	struct rbuf	 r = n->n_data;
	uint32_t	 size;

	if (rbuf_u32(&r, &size) == -1 || r.r_left != 0 ||
	    size <= sa->sa_window)
		return;
	sa_log(sa, "peer has a window of %u", size);
	sa->sa_window = size < WINDOW ? size : WINDOW;
}
