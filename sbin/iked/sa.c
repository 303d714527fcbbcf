/*
 * IKE SAs and their states.
 *
 *	initiator			responder
 *
 *	NEW				NEW
 *	 | IKE_SA_INIT request		 | IKE_SA_INIT response
 *	INIT_SENT  (cookie, group:	INIT_DONE
 *	 |          once more)		 | IKE_AUTH request
 *	AUTH_SIGN			AUTH_VERIFY
 *	 | IKE_AUTH request		 | the peer is who it says
 *	AUTH_SENT			AUTH_SIGN
 *	 | IKE_AUTH response		 | IKE_AUTH response
 *	AUTH_VERIFY			 |
 *	 |				 |
 *	 +------> ESTABLISHED <----------+
 *		   |	  | replaced: the children have moved
 *		   |	 REKEYED
 *		   |	  | DELETE is sent, or comes
 *		   +---> CLOSING ---> CLOSED
 *
 * Any state may end in CLOSED.  sa_set_state alone changes it.
 */
#include <sys/types.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ike.h"
#include "ikev2.h"
#include "log.h"

static const char	*names[] = {
	"NEW", "SA_INIT", "SA_INIT", "AUTH_REQUEST", "AUTH_REQUEST",
	"AUTH_VERIFY", "ESTABLISHED", "REKEYED", "CLOSING", "CLOSED"
};

/* A bit for each state that may follow. */
#define TO(s)	(1U << (s))
static const unsigned int	 follow[] = {
	[SA_NEW] = TO(SA_INIT_SENT) | TO(SA_INIT_DONE) | TO(SA_ESTABLISHED),
	[SA_INIT_SENT] = TO(SA_INIT_SENT) | TO(SA_AUTH_SIGN),
	[SA_INIT_DONE] = TO(SA_AUTH_VERIFY),
	[SA_AUTH_SIGN] = TO(SA_AUTH_SENT) | TO(SA_ESTABLISHED),
	[SA_AUTH_SENT] = TO(SA_AUTH_VERIFY),
	[SA_AUTH_VERIFY] = TO(SA_AUTH_SIGN) | TO(SA_ESTABLISHED),
	[SA_ESTABLISHED] = TO(SA_REKEYED) | TO(SA_CLOSING),
	[SA_REKEYED] = TO(SA_CLOSING),
	[SA_CLOSING] = TO(SA_CLOSING),
	[SA_CLOSED] = 0,
};

static int
half_open(const struct ike_sa *sa)
{
	return (!sa->sa_initiator && (sa->sa_state == SA_NEW ||
	    sa->sa_state == SA_INIT_DONE));
}

/*
 * Log a line about an SA, under the SPI of its initiator.
 */
void
sa_log(const struct ike_sa *sa, const char *fmt, ...)
{
	char	 text[1024];
	va_list	 ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_info("spi=0x%016llx: %s", (unsigned long long)sa->sa_spii, text);
}

/*
 * The name of a state.
 */
const char *
sa_state_name(enum sa_state s)
{
	return (names[s]);
}

/*
 * Our own SPI.
 */
uint64_t
sa_spi(const struct ike_sa *sa)
{
	return (sa->sa_initiator ? sa->sa_spii : sa->sa_spir);
}

/*
 * Change the state, which must be one that may follow, and count.
 */
void
sa_set_state(struct ike_sa *sa, enum sa_state new)
{
	struct engine	*e = sa->sa_eng;
	enum sa_state	 old = sa->sa_state;

	if (new != SA_CLOSED && (follow[old] & TO(new)) == 0)
		fatalx("sa_set_state: %s -> %s", names[old], names[new]);
	e->e_nhalf -= half_open(sa);
	sa->sa_state = new;
	e->e_nhalf += half_open(sa);
	e->e_nclosing += (new == SA_CLOSING) - (old == SA_CLOSING);
	if (new == SA_ESTABLISHED) {
		e->e_stats.st_established++;
		e->e_stats.st_current++;
	}
	if (old == SA_ESTABLISHED)
		e->e_stats.st_current--;
	if (new == SA_CLOSED && old < SA_ESTABLISHED)
		e->e_stats.st_failed++;
	log_debug("spi=0x%016llx: %s -> %s", (unsigned long long)sa->sa_spii,
	    names[old], names[new]);
}

/*
 * A new SA with an SPI of its own; NULL: no memory, or no policy.
 */
struct ike_sa *
sa_new(struct engine *e, struct policy *p, int initiator)
{
	struct blob	 spi = { NULL, 0 };
	struct ike_sa	*sa;
	uint64_t	 n = 0;

	sa = calloc(1, sizeof(*sa));
	if (sa == NULL || rand_blob(&spi, 8) == -1) {
		free(sa);
		return (NULL);
	}
	memcpy(&n, spi.b_data, 8);
	blob_free(&spi);
	n += n == 0;
	sa->sa_eng = e;
	sa->sa_initiator = initiator;
	*(initiator ? &sa->sa_spii : &sa->sa_spir) = n;
	sa->sa_policy = policy_ref(p);
	sa->sa_id = p->p_srcid;
	sa->sa_born = sa->sa_heard = e->e_now;
	TAILQ_INIT(&sa->sa_children);
	TAILQ_INIT(&sa->sa_jobs);
	TAILQ_INIT(&sa->sa_requests);
	TAILQ_INIT(&sa->sa_responses);
	TAILQ_INIT(&sa->sa_frags);
	sa->sa_window = 1;
	LIST_INSERT_HEAD(&e->e_hash[n % SA_HASH], sa, sa_hash);
	TAILQ_INSERT_TAIL(&e->e_sas, sa, sa_entry);
	e->e_nsas++;
	e->e_nhalf += half_open(sa);
	e->e_stats.st_created++;
	return (sa);
}

/*
 * An SA has its keys: tell who wants to know.
 */
void
sa_keyed(struct ike_sa *sa)
{
	struct engine	*e = sa->sa_eng;

	if (e->e_ops->op_keys != NULL)
		e->e_ops->op_keys(e->e_arg, sa);
}

/*
 * Wipe what an exchange under way has.
 */
void
exchange_free(struct exchange *x)
{
	blob_free(&x->x_ni);
	blob_free(&x->x_nr);
	blob_free(&x->x_pub);
	dh_free(x->x_dh);
	if (x->x_child != NULL)
		child_free(x->x_child);
	memset(x, 0, sizeof(*x));
}

static void
timers_del(struct ike_sa *sa)
{
	struct engine	*e = sa->sa_eng;

	timer_del(e, &sa->sa_t_life);
	timer_del(e, &sa->sa_t_dpd);
	timer_del(e, &sa->sa_t_alive);
	timer_del(e, &sa->sa_t_job);
}

/*
 * The end of an SA and of its children, without a word to the peer.  It
 * stays in the engine's list until sa_reap, so that who walks there, or
 * holds it, may go on.
 */
void
sa_close(struct ike_sa *sa, const char *why)
{
	struct engine	*e = sa->sa_eng;
	struct child	*ch;
	struct request	*r;

	if (sa->sa_state == SA_CLOSED)
		return;
	sa_log(sa, "sa_free: %s", why);
	if (sa->sa_state >= SA_ESTABLISHED && sa->sa_state != SA_REKEYED &&
	    (sa->sa_policy->p_flags & POL_ACTIVE))
		engine_again(e);
	sa_set_state(sa, SA_CLOSED);
	timers_del(sa);
	while ((r = TAILQ_FIRST(&sa->sa_requests)) != NULL) {
		request_done(r);
		request_free(r);
	}
	while ((ch = TAILQ_FIRST(&sa->sa_children)) != NULL)
		child_free(ch);
	exchange_free(&sa->sa_x);
	if (sa->sa_maker != NULL)
		sa->sa_maker->x_sa = NULL;
	if (sa->sa_rival != NULL)
		sa->sa_rival->sa_theirs = NULL;
	if (sa->sa_theirs != NULL)
		sa->sa_theirs->sa_rival = NULL;
	LIST_REMOVE(sa, sa_hash);
	if (!sa->sa_initiator && sa->sa_ihash.le_prev != NULL)
		LIST_REMOVE(sa, sa_ihash);
	if (sa->sa_idhash.le_prev != NULL)
		LIST_REMOVE(sa, sa_idhash);
	if (sa->sa_doomed == 1)
		TAILQ_REMOVE(&e->e_doomed, sa, sa_doom);
	TAILQ_INSERT_TAIL(&e->e_dead, sa, sa_dead);
	e->e_nsas--;
	e->e_stats.st_removed++;
}

static void
sa_free(struct ike_sa *sa)
{
	struct job	*j;

	while ((j = TAILQ_FIRST(&sa->sa_jobs)) != NULL) {
		TAILQ_REMOVE(&sa->sa_jobs, j, j_entry);
		free(j);
	}
	free(sa->sa_later);
	keys_free(&sa->sa_keys);
	blob_free(&sa->sa_ni);
	blob_free(&sa->sa_nr);
	blob_free(&sa->sa_init_i);
	blob_free(&sa->sa_init_r);
	blob_free(&sa->sa_cookie);
	blob_free(&sa->sa_certreq);
	blob_free(&sa->sa_auth_msg);
	blob_free(&sa->sa_nonce);
	sents_free(sa);
	frags_free(sa);
	policy_put(sa->sa_policy);
	free(sa);
}

static void	 sweep_due(struct engine *, void *);

/* Delete the next n of the SAs that wait for it. */
static void
sweep(struct engine *e, unsigned int n)
{
	struct ike_sa	*sa;

	for (; n > 0 && (sa = TAILQ_FIRST(&e->e_doomed)) != NULL; n--) {
		TAILQ_REMOVE(&e->e_doomed, sa, sa_doom);
		sa->sa_doomed = 2;
		sa_job_add(sa, JOB_DELETE_IKE, PROTO_IKE, 0);
	}
	if (TAILQ_EMPTY(&e->e_doomed))
		timer_del(e, &e->e_sweep);
	else
		timer_set(e, &e->e_sweep, T_SWEEP, sweep_due, NULL);
}

static void
sweep_due(struct engine *e, void *arg)
{
	sweep(e, SWEEP_MAX);
}

/*
 * Delete an SA that may be one of many: SWEEP_MAX at a time, and more as they
 * are answered, or not for T_SWEEP, so that the answers find room.
 */
void
sa_doom(struct ike_sa *sa)
{
	struct engine	*e = sa->sa_eng;

	if (sa->sa_doomed)
		return;
	sa->sa_doomed = 1;
	TAILQ_INSERT_TAIL(&e->e_doomed, sa, sa_doom);
	if (e->e_nclosing < SWEEP_MAX)
		sweep(e, 1);
	else if (e->e_sweep.t_when == 0)
		timer_set(e, &e->e_sweep, T_SWEEP, sweep_due, NULL);
}

/*
 * Free closed SAs.  Only the engine's entries do so, when no function up
 * the stack holds one.
 */
void
sa_reap(struct engine *e)
{
	struct ike_sa	*sa;

	while ((sa = TAILQ_FIRST(&e->e_dead)) != NULL) {
		TAILQ_REMOVE(&e->e_dead, sa, sa_dead);
		TAILQ_REMOVE(&e->e_sas, sa, sa_entry);
		sa_free(sa);
	}
	if (!TAILQ_EMPTY(&e->e_doomed) && e->e_nclosing < SWEEP_MAX)
		sweep(e, SWEEP_MAX - e->e_nclosing);
}

static void
rekey_due(struct engine *e, void *arg)
{
	struct ike_sa	*sa = arg;

	if (sa->sa_state == SA_ESTABLISHED)
		sa_job_add(sa, JOB_REKEY_IKE, PROTO_IKE, 0);
}

/* Has any child heard from the peer lately? */
static int
children_alive(struct ike_sa *sa, uint64_t ms)
{
	struct engine	*e = sa->sa_eng;
	struct child	*ch;

	TAILQ_FOREACH(ch, &sa->sa_children, ch_entry)
		if ((ch->ch_flags & CH_LOADED) &&
		    e->e_ops->op_child_idle(e->e_arg, ch) < ms)
			return (1);
	return (0);
}

static void
dpd_due(struct engine *e, void *arg)
{
	struct ike_sa	*sa = arg;
	uint64_t	 ms = e->e_conf.c_dpd * 1000ULL;

	if (e->e_now - sa->sa_heard >= ms && !children_alive(sa, ms) &&
	    TAILQ_EMPTY(&sa->sa_requests)) {
		e->e_stats.st_dpd++;
		sa_job_add(sa, JOB_DPD, 0, 0);
	}
	if (sa->sa_state == SA_ESTABLISHED && ms != 0)
		timer_set(e, &sa->sa_t_dpd, ms, dpd_due, sa);
}

static void
keepalive_due(struct engine *e, void *arg)
{
	static const uint8_t	 byte = 0xff;
	struct ike_sa		*sa = arg;

	e->e_ops->op_send(e->e_arg, &sa->sa_local, &sa->sa_peer, &byte, 1);
	e->e_stats.st_keepalives++;
	timer_set(e, &sa->sa_t_alive, T_KEEPALIVE, keepalive_due, sa);
}

/*
 * Both sides know each other: start what an SA does while it lives.  The
 * state is set, and the line of the log written.
 */
void
sa_established(struct ike_sa *sa)
{
	struct engine	*e = sa->sa_eng;
	struct policy	*p = sa->sa_policy;
	uint64_t	 ms;
	uint8_t		 rnd = 0;
	struct blob	 b = { NULL, 0 };

	sa_set_state(sa, SA_ESTABLISHED);
	LIST_INSERT_HEAD(&e->e_idhash[ident_hash(&sa->sa_peerid) % SA_HASH],
	    sa, sa_idhash);
	sa->sa_born = sa->sa_heard = e->e_now;
	timer_del(e, &sa->sa_t_life);
	if (p->p_ikelifetime != 0) {
		if (rand_blob(&b, 1) == 0)
			rnd = b.b_data[0] % 11;
		blob_free(&b);
		ms = p->p_ikelifetime * 10ULL * (85 + rnd);
		timer_set(e, &sa->sa_t_life, ms, rekey_due, sa);
	}
	if (e->e_conf.c_dpd != 0)
		timer_set(e, &sa->sa_t_dpd, e->e_conf.c_dpd * 1000ULL, dpd_due,
		    sa);
	if (sa->sa_nat_here)
		timer_set(e, &sa->sa_t_alive, T_KEEPALIVE, keepalive_due, sa);
	blob_free(&sa->sa_init_i);
	blob_free(&sa->sa_init_r);
	blob_free(&sa->sa_auth_msg);
	sa_jobs_run(sa);
}

/*
 * Ask for a request, which is made as soon as the window and what is under
 * way let it; one that waits already is not doubled.
 */
void
sa_job_add(struct ike_sa *sa, enum job_type type, uint8_t proto, uint32_t spi)
{
	struct job	*j;

	TAILQ_FOREACH(j, &sa->sa_jobs, j_entry)
		if (j->j_type == type && j->j_spi == spi)
			return;
	j = calloc(1, sizeof(*j));
	if (j == NULL)
		return;
	j->j_type = type;
	j->j_proto = proto;
	j->j_spi = spi;
	if (type == JOB_DELETE_IKE)
		TAILQ_INSERT_HEAD(&sa->sa_jobs, j, j_entry);
	else
		TAILQ_INSERT_TAIL(&sa->sa_jobs, j, j_entry);
	sa_jobs_run(sa);
}

static void
later_due(struct engine *e, void *arg)
{
	struct ike_sa	*sa = arg;
	struct job	*j = sa->sa_later;

	sa->sa_later = NULL;
	if (j != NULL)
		sa_job_add(sa, j->j_type, j->j_proto, j->j_spi);
	free(j);
}

/*
 * The same, in ms from now; a later one replaces it.
 */
void
sa_job_later(struct ike_sa *sa, enum job_type type, uint8_t proto,
    uint32_t spi, uint64_t ms)
{
	free(sa->sa_later);
	sa->sa_later = calloc(1, sizeof(*sa->sa_later));
	if (sa->sa_later == NULL)
		return;
	sa->sa_later->j_type = type;
	sa->sa_later->j_proto = proto;
	sa->sa_later->j_spi = spi;
	timer_set(sa->sa_eng, &sa->sa_t_job, ms, later_due, sa);
}

static void
job_run(struct ike_sa *sa, const struct job *j)
{
	struct child	*ch;

	switch (j->j_type) {
	case JOB_CHILD:
		child_start(sa, NULL, DH_NONE);
		break;
	case JOB_REKEY_CHILD:
		ch = child_by_in(sa, j->j_proto, j->j_spi);
		if (ch != NULL && !(ch->ch_flags & CH_DELETED))
			child_start(sa, ch, DH_NONE);
		break;
	case JOB_REKEY_IKE:
		if (!sa->sa_doomed)
			rekey_start(sa);
		break;
	case JOB_DELETE_CHILD:
		info_delete_child(sa, j->j_proto, j->j_spi);
		break;
	case JOB_DELETE_IKE:
		info_delete_ike(sa);
		break;
	case JOB_DPD:
		info_dpd(sa);
		break;
	case JOB_BAD_ID:
		info_bad_id(sa, j->j_spi);
		break;
	default:
		break;
	}
}

/*
 * Is an exchange under way that makes, replaces or deletes a child?
 */
int
sa_children_busy(struct ike_sa *sa)
{
	return (request_find(sa, JOB_CHILD, 0) != NULL ||
	    request_find(sa, JOB_REKEY_CHILD, 0) != NULL ||
	    request_find(sa, JOB_DELETE_CHILD, 0) != NULL);
}

/*
 * May a job be done beside what is under way?  The IKE SA is replaced when
 * nothing happens to its children, and nothing happens to them meanwhile
 * (RFC 7296, 2.25.2).
 */
static int
job_may(struct ike_sa *sa, const struct job *j)
{
	if (!window_out(sa))
		return (0);
	switch (j->j_type) {
	case JOB_REKEY_IKE:
		return (!sa_children_busy(sa) &&
		    request_find(sa, JOB_REKEY_IKE, 0) == NULL);
	case JOB_CHILD:
	case JOB_REKEY_CHILD:
	case JOB_DELETE_CHILD:
	case JOB_DELETE_IKE:
		/* Which of them is to be deleted its answer says. */
		return (request_find(sa, JOB_REKEY_IKE, 0) == NULL);
	default:
		return (1);
	}
}

/*
 * Make the requests that wait, in their order, as far as they may be.
 */
void
sa_jobs_run(struct ike_sa *sa)
{
	struct job	*j;

	while ((sa->sa_state == SA_ESTABLISHED ||
	    sa->sa_state == SA_REKEYED) &&
	    (j = TAILQ_FIRST(&sa->sa_jobs)) != NULL && job_may(sa, j)) {
		TAILQ_REMOVE(&sa->sa_jobs, j, j_entry);
		/* A replaced SA only says goodbye. */
		if (sa->sa_state == SA_ESTABLISHED ||
		    j->j_type == JOB_DELETE_IKE)
			job_run(sa, j);
		free(j);
	}
}
