/*
 * crypto(9): kern.crypto.
 *
 *	drivers		a line each: name, sessions, requests, batches
 *	sessions	a line each: cipher and MAC, driver, requests
 *	force		new sessions go to this driver only; "" for the best
 *	x25519		who computes it
 *	stats		struct crypto_stats
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/malloc.h>
#include <sys/rwlock.h>
#include <sys/sysctl.h>

#include <crypto/cryptodev.h>
#include <crypto/x25519.h>

#define TEXT_MAX	(64 * 1024)	/* of a list; the rest is left out */
#define NAME_MAX_LEN	32

static void
list_drivers(char *buf, size_t size)
{
	const struct crypto_driver	*cd;
	size_t				 len = 0;

	for (cd = crypto_drivers; cd != NULL && len < size;
	    cd = cd->cd_next)
		len += snprintf(buf + len, size - len, "%s%s sessions %u "
		    "requests %llu batches %llu", len == 0 ? "" : "\n",
		    cd->cd_name, cd->cd_sessions,
		    (unsigned long long)cd->cd_ops,
		    (unsigned long long)cd->cd_batches);
}

static void
list_sessions(char *buf, size_t size)
{
	const struct crypto_session	*cs;
	u_int64_t			 sid = 0;
	size_t				 len = 0;

	while (len < size && crypto_session_next(&sid, &cs) == 0)
		len += snprintf(buf + len, size - len, "%s%s %s driver %s "
		    "requests %llu", len == 0 ? "" : "\n",
		    cs->cs_cipher == 0 ? "-" : crypto_algname(cs->cs_cipher),
		    cs->cs_mac == 0 ? "-" : crypto_algname(cs->cs_mac),
		    cs->cs_driver->cd_name, (unsigned long long)cs->cs_ops);
}

static int
sysctl_list(void (*list)(char *, size_t), void *old, size_t *oldlenp,
    void *new)
{
	char	*buf;
	int	 error;

	buf = malloc(TEXT_MAX, M_SYSCTL, M_WAITOK | M_ZERO);
	NET_LOCK();
	list(buf, TEXT_MAX);
	NET_UNLOCK();
	error = sysctl_rdstring(old, oldlenp, new, buf);
	free(buf, M_SYSCTL, TEXT_MAX);
	return (error);
}

static int
sysctl_force(void *old, size_t *oldlenp, void *new, size_t newlen)
{
	char	 name[NAME_MAX_LEN];
	int	 error;

	strlcpy(name, crypto_forced(), sizeof(name));
	error = sysctl_string(old, oldlenp, new, newlen, name, sizeof(name));
	if (error != 0 || new == NULL)
		return (error);
	NET_LOCK();
	error = crypto_force(name);
	NET_UNLOCK();
	return (error);
}

/*
 * kern.crypto: name is what follows it.
 */
int
crypto_sysctl(int *name, u_int namelen, void *old, size_t *oldlenp,
    void *new, size_t newlen)
{
	if (namelen != 1)
		return (ENOTDIR);
	switch (name[0]) {
	case KERN_CRYPTO_DRIVERS:
		return (sysctl_list(list_drivers, old, oldlenp, new));
	case KERN_CRYPTO_SESSIONS:
		return (sysctl_list(list_sessions, old, oldlenp, new));
	case KERN_CRYPTO_FORCE:
		return (sysctl_force(old, oldlenp, new, newlen));
	case KERN_CRYPTO_X25519:
		return (sysctl_rdstring(old, oldlenp, new,
		    x25519_provider_name()));
	case KERN_CRYPTO_STATS:
		return (sysctl_rdstruct(old, oldlenp, new, &crypto_stats,
		    sizeof(crypto_stats)));
	default:
		return (EOPNOTSUPP);
	}
}
