/*
 * Allowed IPs that are one address: a hash table with everything in it that a
 * lookup wants, so that this costs one line of memory however many there are.
 *
 *	slots	[ . ][ A ][ B ][ . ][ C ][ . ] ...
 *		       ^----- B belonged here, and took the next
 *
 * A slot is empty when it has no owner.  Between the slot that an address
 * belongs to and the one that it has, none is empty; taking one out moves up
 * those behind it.  No more than three slots in four are used.
 *
 * All of them are in the table, or, when memory was short, there is none until
 * the last address has gone: nothing is found then, and lookups go on as for
 * other prefixes.
 *
 * Protected by the net lock.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/malloc.h>

#include <netwg/wg_aip.h>

#define SLOTS_MIN	64		/* a power of two */

static u_int
slot_of(const struct aip_hosts *h, uint64_t hi, uint64_t lo)
{
	uint64_t	 x;

	x = (hi ^ h->h_secret) * 0x9e3779b97f4a7c15ULL;
	x = (x ^ x >> 32 ^ lo) * (h->h_secret | 1);
	return ((x >> 32) & h->h_mask);
}

/* The address's slot, or the empty one where it would be. */
static struct aip_host *
slot_find(const struct aip_hosts *h, uint64_t hi, uint64_t lo)
{
	struct aip_host	*s;
	u_int		 i;

	for (i = slot_of(h, hi, lo);; i = (i + 1) & h->h_mask) {
		s = &h->h_slots[i];
		if (s->s_owner == NULL || (s->s_hi == hi && s->s_lo == lo))
			return (s);
	}
}

/*
 * No address.
 */
void
aip_hosts_init(struct aip_hosts *h)
{
	memset(h, 0, sizeof(*h));
	arc4random_buf(&h->h_secret, sizeof(h->h_secret));
}

static void
hosts_free(struct aip_hosts *h)
{
	free(h->h_slots, M_WG, (h->h_mask + 1) * sizeof(*h->h_slots));
	h->h_slots = NULL;
	h->h_mask = 0;
}

/* Have n slots; 0, or ENOMEM with the table as it was. */
static int
hosts_resize(struct aip_hosts *h, u_int n)
{
	struct aip_hosts	 old = *h;
	struct aip_host		*s;
	u_int			 i;

	s = mallocarray(n, sizeof(*s), M_WG, M_NOWAIT | M_ZERO);
	if (s == NULL)
		return (ENOMEM);
	h->h_slots = s;
	h->h_mask = n - 1;
	if (old.h_slots == NULL)
		return (0);
	for (i = 0; i <= old.h_mask; i++) {
		s = &old.h_slots[i];
		if (s->s_owner != NULL)
			*slot_find(h, s->s_hi, s->s_lo) = *s;
	}
	hosts_free(&old);
	return (0);
}

/* Room for one more; false, and there is no table, without memory. */
static int
hosts_grow(struct aip_hosts *h)
{
	int	 error = 0;

	if (h->h_count == 0)
		error = hosts_resize(h, SLOTS_MIN);
	else if (h->h_slots == NULL)
		return (0);
	else if (h->h_count >= (h->h_mask + 1) / 4 * 3)
		error = hosts_resize(h, (h->h_mask + 1) * 2);
	if (error != 0 && h->h_slots != NULL)
		hosts_free(h);
	return (error == 0);
}

/*
 * An address, which was not there, gets an owner.
 */
void
aip_hosts_add(struct aip_hosts *h, uint64_t hi, uint64_t lo, void *owner)
{
	struct aip_host	*s;

	if (hosts_grow(h)) {
		s = slot_find(h, hi, lo);
		s->s_hi = hi;
		s->s_lo = lo;
		s->s_owner = owner;
	}
	h->h_count++;
}

/*
 * An address that is there gets another one.
 */
void
aip_hosts_change(struct aip_hosts *h, uint64_t hi, uint64_t lo, void *owner)
{
	if (h->h_slots != NULL)
		slot_find(h, hi, lo)->s_owner = owner;
}

/* Empty a slot: whatever would not be found past it moves into it. */
static void
slot_empty(struct aip_hosts *h, u_int hole)
{
	struct aip_host	*s;
	u_int		 home, i;

	for (i = (hole + 1) & h->h_mask;; i = (i + 1) & h->h_mask) {
		s = &h->h_slots[i];
		if (s->s_owner == NULL)
			break;
		home = slot_of(h, s->s_hi, s->s_lo);
		if (((i - home) & h->h_mask) < ((i - hole) & h->h_mask))
			continue;
		h->h_slots[hole] = *s;
		hole = i;
	}
	h->h_slots[hole].s_owner = NULL;
}

/*
 * An address that is there goes.
 */
void
aip_hosts_del(struct aip_hosts *h, uint64_t hi, uint64_t lo)
{
	h->h_count--;
	if (h->h_slots == NULL)
		return;
	if (h->h_count == 0)
		hosts_free(h);
	else
		slot_empty(h, slot_find(h, hi, lo) - h->h_slots);
}

/*
 * The owner of an address, or NULL.
 */
void *
aip_hosts_lookup(const struct aip_hosts *h, uint64_t hi, uint64_t lo)
{
	return (h->h_slots == NULL ? NULL : slot_find(h, hi, lo)->s_owner);
}
