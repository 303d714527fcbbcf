/*
 * A token bucket for each source of handshakes: 20 a second, 5 at once,
 * IPv4 by address, IPv6 by /64.
 *
 * An entry holds tokens in nanoseconds: each handshake costs 1/20 s, and
 * time fills the bucket up to 5 of them.  After a second a bucket is full
 * whatever it was before, so entries that old are forgotten, from the head of
 * the list; and when the table is full all the same, a new source has to
 * wait, as nothing tells it from a flood.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/malloc.h>
#include <sys/pool.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <netinet/in.h>
#include <netinet6/in6.h>

#include <netwg/wg_cookie.h>
#include <netwg/wg_ratelimit.h>

#define COST_NS		(1000000000ULL / INITIATIONS_PER_SECOND)
#define TOKENS_MAX	(COST_NS * INITIATIONS_BURSTABLE)
#define ENTRY_AGE_NS	1000000000ULL

struct ratelimit_entry {
	LIST_ENTRY(ratelimit_entry)	 re_hash;
	TAILQ_ENTRY(ratelimit_entry)	 re_lru;
	uint64_t			 re_source;	/* address or prefix */
	int				 re_family;
	uint64_t			 re_last;	/* getnsecuptime() */
	uint64_t			 re_tokens;	/* ns */
};

/*
 * Remember nothing.
 */
void
ratelimit_init(struct ratelimit *rl)
{
	memset(rl, 0, sizeof(*rl));
	TAILQ_INIT(&rl->rl_lru);
	arc4random_buf(&rl->rl_secret, sizeof(rl->rl_secret));
}

static void
entry_drop(struct ratelimit *rl, struct ratelimit_entry *re)
{
	LIST_REMOVE(re, re_hash);
	TAILQ_REMOVE(&rl->rl_lru, re, re_lru);
	rl->rl_count--;
	free(re, M_WG, sizeof(*re));
}

/*
 * Free everything.
 */
void
ratelimit_fini(struct ratelimit *rl)
{
	struct ratelimit_entry	*re;

	while ((re = TAILQ_FIRST(&rl->rl_lru)) != NULL)
		entry_drop(rl, re);
	free(rl->rl_table, M_WG, RATELIMIT_SIZE * sizeof(*rl->rl_table));
	rl->rl_table = NULL;
}

static uint64_t
source_of(const struct sockaddr *sa)
{
	uint64_t	 source = 0;

	if (sa->sa_family == AF_INET)
		memcpy(&source, &((const struct sockaddr_in *)sa)->sin_addr,
		    sizeof(struct in_addr));
	else
		memcpy(&source, &((const struct sockaddr_in6 *)sa)->sin6_addr,
		    sizeof(source));
	return (source);
}

static struct ratelimit_bucket *
bucket_of(struct ratelimit *rl, uint64_t source)
{
	uint64_t	 h = (source ^ rl->rl_secret) * 0x9e3779b97f4a7c15ULL;

	h = (h ^ h >> 29) * (rl->rl_secret | 1);
	return (&rl->rl_table[(h >> 32) % RATELIMIT_SIZE]);
}

/* The entry of a source, with its tokens as of now; NULL: no room. */
static struct ratelimit_entry *
entry_get(struct ratelimit *rl, uint64_t source, int family, uint64_t now)
{
	struct ratelimit_bucket	*bucket = bucket_of(rl, source);
	struct ratelimit_entry	*re;

	LIST_FOREACH(re, bucket, re_hash)
		if (re->re_source == source && re->re_family == family)
			break;
	if (re != NULL) {
		re->re_tokens = MIN(TOKENS_MAX,
		    re->re_tokens + (now - re->re_last));
		TAILQ_REMOVE(&rl->rl_lru, re, re_lru);
	} else {
		if (rl->rl_count >= RATELIMIT_SIZE_MAX)
			return (NULL);
		re = malloc(sizeof(*re), M_WG, M_NOWAIT | M_ZERO);
		if (re == NULL)
			return (NULL);
		re->re_source = source;
		re->re_family = family;
		re->re_tokens = TOKENS_MAX;
		LIST_INSERT_HEAD(bucket, re, re_hash);
		rl->rl_count++;
	}
	re->re_last = now;
	TAILQ_INSERT_TAIL(&rl->rl_lru, re, re_lru);
	return (re);
}

/*
 * May another handshake come from this address?  Returns 0 and counts it, or
 * ECONNREFUSED.
 */
int
ratelimit_allow(struct ratelimit *rl, const struct sockaddr *sa)
{
	struct ratelimit_entry	*re;
	uint64_t		 now = getnsecuptime();

	if (rl->rl_table == NULL) {
		rl->rl_table = mallocarray(RATELIMIT_SIZE,
		    sizeof(*rl->rl_table), M_WG, M_NOWAIT | M_ZERO);
		if (rl->rl_table == NULL)
			return (ECONNREFUSED);
	}
	while ((re = TAILQ_FIRST(&rl->rl_lru)) != NULL &&
	    now - re->re_last >= ENTRY_AGE_NS)
		entry_drop(rl, re);
	re = entry_get(rl, source_of(sa), sa->sa_family, now);
	if (re == NULL || re->re_tokens < COST_NS)
		return (ECONNREFUSED);
	re->re_tokens -= COST_NS;
	return (0);
}
