/*
 * crypto(9): drivers, sessions, and the way of a request.
 *
 * A session identifier is an index into a table, with a generation above it,
 * so that a stale one names nothing:
 *
 *	63          32 31          0
 *	| generation  | index + 1  |
 *
 * A request is finished exactly once, by crypto_done().  One whose session is
 * gone ends with ENXIO.  Freeing a session while requests of it are under way
 * is the caller's fault: whoever owns the session counts its requests.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/malloc.h>
#include <sys/pool.h>

#include <crypto/cryptodev.h>

#define SESSIONS_MIN	64
#define BATCH		64	/* requests sorted by driver at a time */

struct crypto_stats	 crypto_stats;
struct crypto_driver	*crypto_drivers;

static struct pool	 cryptop_pool;
static struct pool	 session_pool;
static struct slot {
	struct crypto_session	*sl_session;	/* NULL: unused */
	u_int			 sl_generation;
} *slots;
static u_int		 nslots;
static u_int		*free_slots;	/* stack of unused indices */
static u_int		 nfree;
static struct crypto_driver *forced;

static const struct {
	const char	*a_name;
	u_int		 a_maclen;	/* bytes */
	u_int		 a_saltlen;	/* bytes at the end of the key */
} algs[CRYPTO_ALGORITHM_MAX + 1] = {
	[CRYPTO_3DES_CBC] =		{ "3des-cbc", 0, 0 },
	[CRYPTO_SHA1_HMAC] =		{ "hmac-sha1", 20, 0 },
	[CRYPTO_AES_CBC] =		{ "aes-cbc", 0, 0 },
	[CRYPTO_NULL] =			{ "null", 0, 0 },
	[CRYPTO_SHA2_256_HMAC] =	{ "hmac-sha2-256", 32, 0 },
	[CRYPTO_SHA2_384_HMAC] =	{ "hmac-sha2-384", 48, 0 },
	[CRYPTO_SHA2_512_HMAC] =	{ "hmac-sha2-512", 64, 0 },
	[CRYPTO_AES_CTR] =		{ "aes-ctr", 0, 4 },
	[CRYPTO_AES_GCM_16] =		{ "aes-gcm", 0, 4 },
	[CRYPTO_AES_128_GMAC] =		{ "gmac-aes-128", 16, 4 },
	[CRYPTO_AES_192_GMAC] =		{ "gmac-aes-192", 16, 4 },
	[CRYPTO_AES_256_GMAC] =		{ "gmac-aes-256", 16, 4 },
	[CRYPTO_AES_GMAC] =		{ "aes-gmac", 0, 4 },
	[CRYPTO_CHACHA20_POLY1305] =	{ "chacha20-poly1305", 0, 4 },
	[CRYPTO_CHACHA20_POLY1305_MAC] = { "poly1305", 16, 4 },
	[CRYPTO_ESN] =			{ "esn", 0, 0 },
};

/*
 * Set up; once, before the first driver registers.
 */
void
crypto_init(void)
{
	pool_init(&cryptop_pool, sizeof(struct cryptop), 0, IPL_SOFTNET, 0,
	    "cryptop", NULL);
	pool_init(&session_pool, sizeof(struct crypto_session), 0,
	    IPL_SOFTNET, 0, "cryptoses", NULL);
}

/* The name of an algorithm, or "?". */
const char *
crypto_algname(int alg)
{
	if (alg < 0 || alg > CRYPTO_ALGORITHM_MAX || algs[alg].a_name == NULL)
		return ("?");
	return (algs[alg].a_name);
}

/* Bytes of the whole MAC of an algorithm; 0 for a cipher. */
u_int
crypto_maclen(int alg)
{
	return (alg < 0 || alg > CRYPTO_ALGORITHM_MAX ? 0 :
	    algs[alg].a_maclen);
}

/* Bytes of salt that follow the key of an algorithm. */
u_int
crypto_saltlen(int alg)
{
	return (alg < 0 || alg > CRYPTO_ALGORITHM_MAX ? 0 :
	    algs[alg].a_saltlen);
}

/*
 * Make a driver known.  It stays the caller's memory, and must not be
 * registered twice.  Returns 0, or EEXIST when the name is taken.
 */
int
crypto_register(struct crypto_driver *cd)
{
	struct crypto_driver	**p;

	for (p = &crypto_drivers; *p != NULL; p = &(*p)->cd_next)
		if (strcmp((*p)->cd_name, cd->cd_name) == 0)
			return (EEXIST);
	cd->cd_next = NULL;
	cd->cd_sessions = 0;
	cd->cd_ops = cd->cd_batches = 0;
	*p = cd;
	return (0);
}

/*
 * Forget a driver that has no session left.
 */
void
crypto_unregister(struct crypto_driver *cd)
{
	struct crypto_driver	**p;

	KASSERT(cd->cd_sessions == 0);
	for (p = &crypto_drivers; *p != NULL; p = &(*p)->cd_next) {
		if (*p == cd) {
			*p = cd->cd_next;
			break;
		}
	}
	if (forced == cd)
		forced = NULL;
}

/*
 * New sessions go to the named driver or nowhere; NULL or "" lifts that.
 * Returns 0, or ENOENT when there is no such driver.
 */
int
crypto_force(const char *name)
{
	struct crypto_driver	*cd;

	if (name == NULL || name[0] == '\0') {
		forced = NULL;
		return (0);
	}
	for (cd = crypto_drivers; cd != NULL; cd = cd->cd_next) {
		if (strcmp(cd->cd_name, name) == 0) {
			forced = cd;
			return (0);
		}
	}
	return (ENOENT);
}

/* The forced driver's name, or "". */
const char *
crypto_forced(void)
{
	return (forced == NULL ? "" : forced->cd_name);
}

/* What the driver asks for this list of algorithms; -1: cannot do it. */
static int
driver_cost(const struct crypto_driver *cd, const struct cryptoini *cri)
{
	u_int	 i, sum = 0;

	for (; cri != NULL; cri = cri->cri_next) {
		if (cri->cri_alg == CRYPTO_ESN)
			continue;
		for (i = 0; i < cd->cd_nalgs; i++)
			if (cd->cd_algs[i].ca_alg == cri->cri_alg)
				break;
		if (i == cd->cd_nalgs)
			return (-1);
		sum += cd->cd_algs[i].ca_cost;
	}
	return (sum);
}

/* Double the table of sessions; ENOMEM when it cannot grow. */
static int
sessions_grow(void)
{
	struct slot	*new;
	u_int		*newfree;
	u_int		 i, n;

	n = nslots == 0 ? SESSIONS_MIN : nslots * 2;
	new = mallocarray(n, sizeof(*new), M_CREDENTIALS, M_NOWAIT | M_ZERO);
	newfree = mallocarray(n, sizeof(*newfree), M_CREDENTIALS, M_NOWAIT);
	if (new == NULL || newfree == NULL) {
		free(new, M_CREDENTIALS, n * sizeof(*new));
		free(newfree, M_CREDENTIALS, n * sizeof(*newfree));
		return (ENOMEM);
	}
	if (nslots > 0) {
		memcpy(new, slots, nslots * sizeof(*new));
		memcpy(newfree, free_slots, nfree * sizeof(*newfree));
		free(slots, M_CREDENTIALS, nslots * sizeof(*new));
		free(free_slots, M_CREDENTIALS, nslots * sizeof(*newfree));
	}
	for (i = n; i-- > nslots;)
		newfree[nfree++] = i;
	slots = new;
	free_slots = newfree;
	nslots = n;
	return (0);
}

static struct crypto_session *
session_find(u_int64_t sid)
{
	u_int	 i = (u_int)sid - 1;

	if (i >= nslots || slots[i].sl_generation != (u_int)(sid >> 32))
		return (NULL);
	return (slots[i].sl_session);
}

static void
session_fill(struct crypto_session *cs, struct crypto_driver *cd,
    const struct cryptoini *cri)
{
	cs->cs_driver = cd;
	for (; cri != NULL; cri = cri->cri_next) {
		if (crypto_maclen(cri->cri_alg) > 0)
			cs->cs_mac = cri->cri_alg;
		else if (cri->cri_alg != CRYPTO_ESN) {
			cs->cs_cipher = cri->cri_alg;
			cs->cs_klen = cri->cri_klen;
		}
	}
}

/* A list that no driver should see: unknown names, keys without a size. */
static int
ini_valid(const struct cryptoini *cri)
{
	u_int	 n = 0;

	for (; cri != NULL; cri = cri->cri_next) {
		if (++n > CRYPTO_MAXDESC || cri->cri_alg <= 0 ||
		    cri->cri_alg > CRYPTO_ALGORITHM_MAX ||
		    algs[cri->cri_alg].a_name == NULL)
			return (0);
		if (cri->cri_klen < 0 || cri->cri_klen % 8 != 0 ||
		    cri->cri_klen / 8 > 2 * CRYPTO_MAXKEY)
			return (0);
		if (cri->cri_klen > 0 && cri->cri_key == NULL)
			return (0);
	}
	return (n > 0);
}

/*
 * Open a session for a list of algorithms with their keys, on the cheapest
 * driver that takes it.  hard is ignored: a cost says more.
 *
 * Returns 0 and the identifier; EINVAL for a list that makes no sense,
 * ENOTSUP when no driver takes it, ENOMEM.
 */
int
crypto_newsession(u_int64_t *sid, struct cryptoini *cri, int hard)
{
	struct crypto_driver	*best, *cd, *tried[8];
	struct crypto_session	*cs;
	u_int			 i, ntried = 0;
	int			 cost, error;
	u_int			 bestcost;
	void			*softc;

	if (!ini_valid(cri))
		return (EINVAL);
	if (nfree == 0 && (error = sessions_grow()) != 0)
		return (error);
	while (ntried < nitems(tried)) {
		best = NULL;
		bestcost = UINT_MAX;
		for (cd = crypto_drivers; cd != NULL; cd = cd->cd_next) {
			if (forced != NULL && cd != forced)
				continue;
			for (i = 0; i < ntried; i++)
				if (tried[i] == cd)
					break;
			if (i < ntried || (cost = driver_cost(cd, cri)) < 0 ||
			    (u_int)cost >= bestcost)
				continue;
			best = cd;
			bestcost = cost;
		}
		if (best == NULL)
			return (ENOTSUP);
		error = best->cd_newsession(&softc, cri);
		if (error == 0)
			break;
		if (error != ENOTSUP)
			return (error);
		tried[ntried++] = best;
	}
	if (ntried == nitems(tried))
		return (ENOTSUP);
	cs = pool_get(&session_pool, PR_NOWAIT | PR_ZERO);
	if (cs == NULL) {
		best->cd_freesession(softc);
		return (ENOMEM);
	}
	session_fill(cs, best, cri);
	cs->cs_softc = softc;
	i = free_slots[--nfree];
	slots[i].sl_session = cs;
	slots[i].sl_generation++;
	best->cd_sessions++;
	crypto_stats.cst_sessions++;
	*sid = (u_int64_t)slots[i].sl_generation << 32 | (i + 1);
	return (0);
}

/*
 * Close a session that has no request under way; its keys are wiped.
 * Returns 0, or ENXIO when there is none of that name.
 */
int
crypto_freesession(u_int64_t sid)
{
	struct crypto_session	*cs;

	if ((cs = session_find(sid)) == NULL)
		return (ENXIO);
	cs->cs_driver->cd_freesession(cs->cs_softc);
	cs->cs_driver->cd_sessions--;
	pool_put(&session_pool, cs);
	slots[(u_int)sid - 1].sl_session = NULL;
	free_slots[nfree++] = (u_int)sid - 1;
	crypto_stats.cst_sessions--;
	return (0);
}

/* The name of the driver that a session got, or NULL. */
const char *
crypto_session_driver(u_int64_t sid)
{
	struct crypto_session	*cs = session_find(sid);

	return (cs == NULL ? NULL : cs->cs_driver->cd_name);
}

/*
 * Walk the open sessions: *sid is the one before (0: begin) and becomes the
 * next.  Returns 0, or ENOENT after the last.
 */
int
crypto_session_next(u_int64_t *sid, const struct crypto_session **csp)
{
	u_int	 i;

	for (i = (u_int)*sid; i < nslots; i++) {
		if (slots[i].sl_session == NULL)
			continue;
		*sid = (u_int64_t)slots[i].sl_generation << 32 | (i + 1);
		*csp = slots[i].sl_session;
		return (0);
	}
	return (ENOENT);
}

/*
 * A request with room for n descriptors, cleared; NULL when there is no
 * memory.
 */
struct cryptop *
crypto_getreq(u_int n)
{
	struct cryptop	*crp;

	KASSERT(n <= CRYPTO_MAXDESC);
	crp = pool_get(&cryptop_pool, PR_NOWAIT | PR_ZERO);
	if (crp != NULL)
		crp->crp_ndesc = n;
	return (crp);
}

void
crypto_freereq(struct cryptop *crp)
{
	if (crp != NULL)
		pool_put(&cryptop_pool, crp);
}

/*
 * For drivers: this request is finished, crp_etype is set.
 */
void
crypto_done(struct cryptop *crp)
{
	KASSERT(!(crp->crp_flags & CRYPTO_F_DONE));
	crp->crp_flags |= CRYPTO_F_DONE;
	if (crp->crp_etype != 0) {
		crypto_stats.cst_errs++;
		if (crp->crp_etype == EBADMSG)
			crypto_stats.cst_badmac++;
	}
	if (crp->crp_callback != NULL)
		crp->crp_callback(crp);
}

static void
driver_process(struct crypto_driver *cd, struct cryptop **crps, u_int n)
{
	cd->cd_ops += n;
	cd->cd_batches++;
	cd->cd_process(crps, n);
}

/*
 * Hand n requests to their drivers, in order; neighbours of one driver go in
 * one call.  The callback of each is called exactly once, here or later.
 */
void
crypto_dispatch_batch(struct cryptop **crps, u_int n)
{
	struct crypto_session	*cs;
	struct crypto_driver	*cd = NULL;
	u_int			 i, first = 0;

	crypto_stats.cst_ops += n;
	crypto_stats.cst_batches++;
	for (i = 0; i < n; i++) {
		cs = session_find(crps[i]->crp_sid);
		if (cs != NULL && cs->cs_driver == cd && i - first < BATCH) {
			crps[i]->crp_ses = cs;
			cs->cs_ops++;
			continue;
		}
		if (cd != NULL)
			driver_process(cd, crps + first, i - first);
		first = i;
		cd = NULL;
		/* A callback may have closed it. */
		if ((cs = session_find(crps[i]->crp_sid)) == NULL) {
			crypto_stats.cst_nosession++;
			crps[i]->crp_etype = ENXIO;
			crypto_done(crps[i]);
			first = i + 1;
			continue;
		}
		crps[i]->crp_ses = cs;
		cs->cs_ops++;
		cd = cs->cs_driver;
	}
	if (cd != NULL && first < n)
		driver_process(cd, crps + first, n - first);
}

/* The same for one request. */
void
crypto_dispatch(struct cryptop *crp)
{
	crypto_dispatch_batch(&crp, 1);
}

/* The callback of crypto_invoke(). */
static void
invoke_done(struct cryptop *crp)
{
	wakeup(crp);
}

/*
 * One request, waiting for its end; the callback is not used.  Sleeps if the
 * driver takes its time.  Returns crp_etype.
 */
int
crypto_invoke(struct cryptop *crp)
{
	crp->crp_callback = invoke_done;
	crypto_dispatch_batch(&crp, 1);
	while (!(crp->crp_flags & CRYPTO_F_DONE))
		tsleep_nsec(crp, PWAIT, "crypto", INFSLP);
	return (crp->crp_etype);
}
