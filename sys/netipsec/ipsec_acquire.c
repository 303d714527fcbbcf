/*
 * ipsec(4): asking key management for the SAs that flows lack.
 *
 * Each question (RFC 2367, 3.1.6) has a number, under which its flow can be
 * asked for (SADB_X_ASKPOLICY).  The same question is not asked again for
 * net.inet.ip.ipsec-expire-acquire seconds, unless it has been answered; a
 * flow asks at most once a second, whatever its packets; and there are never
 * more than ACQUIRE_MAX questions at a time.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/malloc.h>
#include <sys/time.h>

#include <netipsec/ipsec_var.h>

#define ACQUIRE_MAX	1024

static TAILQ_HEAD(, ipsec_acquire) acquires =
    TAILQ_HEAD_INITIALIZER(acquires);	/* oldest first */
static u_int		 nacquires;
static u_int32_t	 acquire_seq;
static struct timeout	 acquire_to;

static void	 acquire_timer(void *);

/*
 * Set up; once.
 */
void
acquire_init(void)
{
	timeout_set_proc(&acquire_to, acquire_timer, NULL);
}

static void
acquire_free(struct ipsec_acquire *iqa)
{
	TAILQ_REMOVE(&acquires, iqa, iqa_list);
	nacquires--;
	free(iqa, M_IPSEC_POLICY, sizeof(*iqa));
}

static void
acquire_timer(void *arg)
{
	struct ipsec_acquire	*iqa;
	u_int64_t		 now = getnsecuptime();

	(void)arg;
	NET_LOCK();
	while ((iqa = TAILQ_FIRST(&acquires)) != NULL &&
	    iqa->iqa_expire <= now)
		acquire_free(iqa);
	if (iqa != NULL)
		timeout_abs_nsec(&acquire_to, iqa->iqa_expire);
	NET_UNLOCK();
}

/* Has the same been asked? */
static int
acquire_asked(const struct ipsec_acquire *new)
{
	struct ipsec_acquire	*iqa;

	TAILQ_FOREACH(iqa, &acquires, iqa_list)
		if (iqa->iqa_sproto == new->iqa_sproto &&
		    iqa->iqa_rdomain == new->iqa_rdomain &&
		    ipsec_addr_eq(&iqa->iqa_peer, &new->iqa_peer) &&
		    ipsec_sel_covers(&iqa->iqa_sel, &new->iqa_sel) &&
		    ipsec_sel_covers(&new->iqa_sel, &iqa->iqa_sel))
			return (1);
	return (0);
}

/*
 * A packet has come by a flow that has no SA for it: ask for one.
 */
void
ipsec_acquire_sa(struct ipsec_policy *ipo, const struct ipsec_pkt *pk)
{
	struct ipsec_acquire	*iqa, new;
	u_int64_t		 now = getnsecuptime();

	if (ipo->ipo_acquired != 0 &&
	    now < ipo->ipo_acquired + SEC_TO_NSEC(1)) {
		ipsecstat.ipsec_acqlimit++;
		return;
	}
	ipo->ipo_acquired = now;
	memset(&new, 0, sizeof(new));
	new.iqa_pkt = *pk;
	new.iqa_peer = ipsec_addr_any(&ipo->ipo_dst) ? pk->pk_dst :
	    ipo->ipo_dst;
	new.iqa_sproto = ipo->ipo_sproto;
	new.iqa_sel = ipo->ipo_sel;
	new.iqa_rdomain = ipo->ipo_rdomain;
	new.iqa_dir = ipo->ipo_dir;
	if (acquire_asked(&new)) {
		ipsecstat.ipsec_acqlimit++;
		return;
	}
	if (nacquires >= ACQUIRE_MAX || (iqa = malloc(sizeof(*iqa),
	    M_IPSEC_POLICY, M_NOWAIT)) == NULL) {
		ipsecstat.ipsec_acqfull++;
		return;
	}
	*iqa = new;
	iqa->iqa_seq = ++acquire_seq == 0 ? ++acquire_seq : acquire_seq;
	iqa->iqa_expire = now + SEC_TO_NSEC(ipsec_expire_acquire);
	TAILQ_INSERT_TAIL(&acquires, iqa, iqa_list);
	nacquires++;
	if (!timeout_pending(&acquire_to))
		timeout_abs_nsec(&acquire_to, iqa->iqa_expire);
	ipsecstat.ipsec_acquires++;
	pfkey_acquire(iqa, ipo);
}

/* The question of that number, or NULL. */
struct ipsec_acquire *
acquire_find(u_int32_t seq)
{
	struct ipsec_acquire	*iqa;

	TAILQ_FOREACH(iqa, &acquires, iqa_list)
		if (iqa->iqa_seq == seq)
			return (iqa);
	return (NULL);
}

/*
 * The question has been answered, by an SA or by an error: it may be asked
 * again.
 */
void
acquire_answered(u_int32_t seq)
{
	struct ipsec_acquire	*iqa;

	if (seq != 0 && (iqa = acquire_find(seq)) != NULL)
		acquire_free(iqa);
}

/*
 * The flow goes: whoever wants it again asks again.
 */
void
acquire_forget(const struct ipsec_policy *ipo)
{
	struct ipsec_acquire	*iqa, *next;

	TAILQ_FOREACH_SAFE(iqa, &acquires, iqa_list, next)
		if (iqa->iqa_rdomain == ipo->ipo_rdomain &&
		    iqa->iqa_dir == ipo->ipo_dir &&
		    ipsec_sel_covers(&iqa->iqa_sel, &ipo->ipo_sel) &&
		    ipsec_sel_covers(&ipo->ipo_sel, &iqa->iqa_sel))
			acquire_free(iqa);
}

/*
 * All flows of a routing domain go, 0 all of all.
 */
void
acquire_flush(u_int rdomain)
{
	struct ipsec_acquire	*iqa, *next;

	TAILQ_FOREACH_SAFE(iqa, &acquires, iqa_list, next)
		if (rdomain == 0 || iqa->iqa_rdomain == rdomain)
			acquire_free(iqa);
}
