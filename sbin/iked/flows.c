/*
 * The flows that are in the kernel: children may share one, since a rekeyed
 * child has those of the one before it, and the peers of two children may
 * have agreed to the same.  One that leads elsewhere is led anew.
 *
 * In order, so that another child costs the same however many there are.
 */
#include <sys/types.h>
#include <sys/tree.h>

#include <stdlib.h>

#include "iked.h"
#include "log.h"

/* A flow in the kernel, and how many children it serves. */
struct kflow {
	RB_ENTRY(kflow)	 kf_entry;
	struct flow	 kf_flow;
	struct endpoint	 kf_local;
	struct endpoint	 kf_peer;
	uint8_t		 kf_proto;
	unsigned int	 kf_refs;
};

static int	 kflow_cmp(const struct kflow *, const struct kflow *);

static RB_HEAD(kflows, kflow) flows = RB_INITIALIZER(&flows);
RB_PROTOTYPE(kflows, kflow, kf_entry, kflow_cmp)

static int
number_cmp(unsigned int a, unsigned int b)
{
	return (a < b ? -1 : a > b);
}

/* By what they let in; who sends from elsewhere first comes last. */
static int
inside_cmp(const struct kflow *a, const struct kflow *b)
{
	const struct flow	*fa = &a->kf_flow, *fb = &b->kf_flow;
	int			 d;

	if ((d = prefix_cmp(&fa->f_dst, &fb->f_dst)) != 0 ||
	    (d = prefix_cmp(&fa->f_src, &fb->f_src)) != 0 ||
	    (d = number_cmp(fa->f_sport, fb->f_sport)) != 0 ||
	    (d = number_cmp(fa->f_dport, fb->f_dport)) != 0 ||
	    (d = number_cmp(fa->f_proto, fb->f_proto)) != 0)
		return (d);
	return (number_cmp(a->kf_proto, b->kf_proto));
}

static int
kflow_cmp(const struct kflow *a, const struct kflow *b)
{
	int	 d = inside_cmp(a, b);

	return (d != 0 ? d :
	    prefix_cmp(&a->kf_flow.f_prenat, &b->kf_flow.f_prenat));
}

RB_GENERATE(kflows, kflow, kf_entry, kflow_cmp)

static struct kflow *
find(const struct child *ch, const struct flow *f)
{
	struct kflow	 key;

	key.kf_flow = *f;
	key.kf_proto = ch->ch_proto;
	return (RB_FIND(kflows, &flows, &key));
}

/* Is it the only one for what comes in?  Several sources may become one. */
static int
alone(struct kflow *me)
{
	struct kflow	*prev = RB_PREV(kflows, &flows, me);
	struct kflow	*next = RB_NEXT(kflows, &flows, me);

	return ((prev == NULL || inside_cmp(prev, me) != 0) &&
	    (next == NULL || inside_cmp(next, me) != 0));
}

/*
 * A flow has a child more.
 */
void
flow_use(struct pfkey *pk, const struct child *ch, const struct flow *f)
{
	const struct ike_sa	*sa = ch->ch_sa;
	struct kflow		*k = find(ch, f);

	if (k == NULL) {
		k = calloc(1, sizeof(*k));
		if (k == NULL)
			fatal("flow");
		k->kf_flow = *f;
		k->kf_proto = ch->ch_proto;
		RB_INSERT(kflows, &flows, k);
	} else if (addr_cmp(&k->kf_peer.e_addr, &sa->sa_peer.e_addr) == 0 &&
	    addr_cmp(&k->kf_local.e_addr, &sa->sa_local.e_addr) == 0) {
		k->kf_refs++;
		return;
	}
	k->kf_local = sa->sa_local;
	k->kf_peer = sa->sa_peer;
	k->kf_refs++;
	pfkey_flow(pk, ch, f, 1, alone(k));
}

/*
 * The child's peer has another address: lead its flow there.
 */
void
flow_move(struct pfkey *pk, const struct child *ch, const struct flow *f)
{
	struct kflow	*k = find(ch, f);

	pfkey_flow(pk, ch, f, 1, 1);
	if (k != NULL)
		k->kf_peer = ch->ch_sa->sa_peer;
}

/*
 * A flow has a child less; without any it leaves the kernel.
 */
void
flow_drop(struct pfkey *pk, const struct child *ch, const struct flow *f)
{
	struct kflow	*k = find(ch, f);

	if (k == NULL || --k->kf_refs > 0)
		return;
	pfkey_flow(pk, ch, f, 0, alone(k));
	RB_REMOVE(kflows, &flows, k);
	free(k);
}
