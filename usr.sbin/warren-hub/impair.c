/*
 * Loss, duplication, reordering and delay.
 *
 * Each member has a generator of its own, so what happens to its n-th frame
 * depends on the seed, on the order in which members came, and on nothing
 * else.  Every frame draws the same three numbers whatever is asked for, so
 * that one option does not move another's dice.
 *
 * A frame to be reordered is held back until the member's next one has gone,
 * or HOLD has passed.  Delayed frames wait in a heap, by time and then by the
 * order in which they came.
 */
#include <stdlib.h>
#include <string.h>

#include "hub.h"

#define MILLION		1000000
#define HOLD		20000000ULL	/* ns */
#define QUEUEMAX	65536		/* frames that wait */

static struct frame	**heap;
static uint32_t		 nheap, heapsize;
static uint64_t		 nextseq;

/* The next number of a splitmix64 generator. */
static uint64_t
draw(uint64_t *state)
{
	uint64_t	 z;

	z = (*state += 0x9e3779b97f4a7c15ULL);
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return (z ^ (z >> 31));
}

static int
happens(uint64_t *state, uint32_t parts)
{
	return (draw(state) % MILLION < parts);
}

void
impair_init(struct port *p)
{
	p->p_rng = hub_opts.ho_seed * 0x2545f4914f6cdd1dULL + p->p_id;
	draw(&p->p_rng);
}

static int
sooner(const struct frame *a, const struct frame *b)
{
	return (a->f_when != b->f_when ? a->f_when < b->f_when :
	    a->f_seq < b->f_seq);
}

static void
heap_add(struct frame *f)
{
	struct frame	**p;
	uint32_t	 i, up;

	if (nheap == heapsize) {
		heapsize = heapsize == 0 ? 64 : heapsize * 2;
		p = nheap >= QUEUEMAX ? NULL :
		    realloc(heap, heapsize * sizeof(*heap));
		if (p == NULL) {
			heapsize = nheap;
			hub_stats.hs_full++;
			free(f);
			return;
		}
		heap = p;
	}
	for (i = nheap++; i > 0; i = up) {
		up = (i - 1) / 2;
		if (!sooner(f, heap[up]))
			break;
		heap[i] = heap[up];
	}
	heap[i] = f;
}

static struct frame *
heap_take(void)
{
	struct frame	*f = heap[0], *last = heap[--nheap];
	uint32_t	 i = 0, kid;

	while ((kid = 2 * i + 1) < nheap) {
		if (kid + 1 < nheap && sooner(heap[kid + 1], heap[kid]))
			kid++;
		if (!sooner(heap[kid], last))
			break;
		heap[i] = heap[kid];
		i = kid;
	}
	heap[i] = last;
	return (f);
}

static struct frame *
frame_new(struct port *p, const uint8_t *data, uint32_t len, uint64_t when)
{
	struct frame	*f;

	if ((f = malloc(sizeof(*f) + len)) == NULL) {
		hub_stats.hs_full++;
		return (NULL);
	}
	f->f_when = when;
	f->f_seq = nextseq++;
	f->f_from = p;
	f->f_len = len;
	memcpy(f->f_data, data, len);
	return (f);
}

/* Send a frame on now, or after the delay. */
static void
pass(struct port *p, const uint8_t *data, uint32_t len)
{
	struct frame	*f;

	if (hub_opts.ho_delay == 0)
		bridge_forward(p, data, len);
	else if ((f = frame_new(p, data, len, hub_now() +
	    hub_opts.ho_delay)) != NULL)
		heap_add(f);
}

/* The frame that was held back follows the one after it. */
static void
release(struct port *p)
{
	struct frame	*f = p->p_held;

	if (f == NULL)
		return;
	p->p_held = NULL;
	pass(p, f->f_data, f->f_len);
	free(f);
}

/* What becomes of a member's frame. */
void
impair(struct port *p, const uint8_t *data, uint32_t len)
{
	int	 dup, lost, reorder;

	lost = happens(&p->p_rng, hub_opts.ho_loss);
	dup = happens(&p->p_rng, hub_opts.ho_dup);
	reorder = happens(&p->p_rng, hub_opts.ho_reorder);
	if (lost) {
		hub_stats.hs_lost++;
		return;
	}
	if (reorder && p->p_held == NULL) {
		hub_stats.hs_reordered++;
		p->p_held = frame_new(p, data, len, hub_now() + HOLD);
		return;
	}
	pass(p, data, len);
	if (dup) {
		hub_stats.hs_dup++;
		pass(p, data, len);
	}
	release(p);
}

/* When impair_run() has something to do; HUB_NEVER. */
uint64_t
impair_next(void)
{
	struct port	*p;
	uint64_t	 when;

	when = nheap > 0 ? heap[0]->f_when : HUB_NEVER;
	if (hub_opts.ho_reorder != 0)
		TAILQ_FOREACH(p, &ports, p_list)
			if (p->p_held != NULL && p->p_held->f_when < when)
				when = p->p_held->f_when;
	return (when);
}

/* Send what is due. */
void
impair_run(uint64_t now)
{
	struct frame	*f;
	struct port	*p;

	if (hub_opts.ho_reorder != 0)
		TAILQ_FOREACH(p, &ports, p_list)
			if (p->p_held != NULL && p->p_held->f_when <= now)
				release(p);
	while (nheap > 0 && heap[0]->f_when <= now) {
		f = heap_take();
		bridge_forward(f->f_from, f->f_data, f->f_len);
		free(f);
	}
}

/* A member is gone: its frames still arrive, but teach nothing. */
void
impair_forget(struct port *p)
{
	uint32_t	 i;

	free(p->p_held);
	p->p_held = NULL;
	for (i = 0; i < nheap; i++)
		if (heap[i]->f_from == p)
			heap[i]->f_from = NULL;
}
