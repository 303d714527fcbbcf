/*
 * WireGuard's MACs and cookies (WireGuard paper, sections 5.4.4 and 5.4.7).
 *
 *	mac1	proves that the sender knows whom it talks to; always checked,
 *		first of all, before anything costly
 *	mac2	proves that the sender gets mail at its address; only wanted
 *		under load, when a message without it is answered by a cookie
 *
 * A cookie is a MAC of the sender's address under a secret that changes
 * every two minutes, so nothing is remembered of whom it was given to.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <netinet/in.h>
#include <netinet6/in6.h>

#include <crypto/blake2s.h>
#include <crypto/chachapoly.h>

#include <netwg/wg_cookie.h>
#include <netwg/wg_ratelimit.h>

#define LABEL_MAC1	"mac1----"
#define LABEL_COOKIE	"cookie--"
#define LABEL_SIZE	8

#define SEC_TO_NS(s)	((uint64_t)(s) * 1000000000ULL)

/* HASH(label || public key) */
static void
label_key(uint8_t *key, const char *label, const uint8_t *public)
{
	struct blake2s_state	 b;

	blake2s_init(&b, COOKIE_KEY_SIZE);
	blake2s_update(&b, label, LABEL_SIZE);
	blake2s_update(&b, public, COOKIE_KEY_SIZE);
	blake2s_final(&b, key);
}

/*
 * A checker that knows no key, and so lets nothing pass.
 */
void
cookie_checker_init(struct cookie_checker *cc)
{
	memset(cc, 0, sizeof(*cc));
	ratelimit_init(&cc->cc_ratelimit);
}

/*
 * Wipe a checker and free what it remembers.
 */
void
cookie_checker_fini(struct cookie_checker *cc)
{
	ratelimit_fini(&cc->cc_ratelimit);
	explicit_bzero(cc, sizeof(*cc));
}

/*
 * Our public key has become this, or there is none (NULL).
 */
void
cookie_checker_update(struct cookie_checker *cc, const uint8_t *public)
{
	cc->cc_has_key = public != NULL;
	if (public == NULL) {
		explicit_bzero(cc->cc_mac1_key, COOKIE_KEY_SIZE);
		explicit_bzero(cc->cc_cookie_key, COOKIE_KEY_SIZE);
		return;
	}
	label_key(cc->cc_mac1_key, LABEL_MAC1, public);
	label_key(cc->cc_cookie_key, LABEL_COOKIE, public);
}

/* The cookie of an address; the secret is renewed when it is old. */
static void
cookie_of(struct cookie_checker *cc, uint8_t *cookie,
    const struct sockaddr *sa)
{
	struct blake2s_state	 b;
	uint64_t		 now = getnsecuptime();

	if (cc->cc_secret_born == 0 ||
	    now - cc->cc_secret_born >= SEC_TO_NS(COOKIE_SECRET_MAX_AGE)) {
		arc4random_buf(cc->cc_secret, sizeof(cc->cc_secret));
		cc->cc_secret_born = now;
	}
	blake2s_init_key(&b, COOKIE_COOKIE_SIZE, cc->cc_secret,
	    sizeof(cc->cc_secret));
	if (sa->sa_family == AF_INET) {
		const struct sockaddr_in *sin = (const void *)sa;

		blake2s_update(&b, &sin->sin_addr, sizeof(sin->sin_addr));
		blake2s_update(&b, &sin->sin_port, sizeof(sin->sin_port));
	} else {
		const struct sockaddr_in6 *sin6 = (const void *)sa;

		blake2s_update(&b, &sin6->sin6_addr, sizeof(sin6->sin6_addr));
		blake2s_update(&b, &sin6->sin6_port, sizeof(sin6->sin6_port));
	}
	blake2s_final(&b, cookie);
}

/*
 * Judge a handshake message of len bytes (the MACs not counted) from an
 * address.  load says that we are under load.
 *
 * Returns 0; EINVAL mac1 is wrong, or we have no key; EAGAIN under load and
 * without a cookie: answer with cookie_checker_reply(); ECONNREFUSED too many
 * from there.
 */
int
cookie_checker_validate(struct cookie_checker *cc,
    const struct cookie_macs *macs, const void *msg, size_t len, int load,
    const struct sockaddr *sa)
{
	static const uint8_t	 none[COOKIE_MAC_SIZE];
	struct blake2s_state	 b;
	uint8_t			 cookie[COOKIE_COOKIE_SIZE];
	uint8_t			 mac[COOKIE_MAC_SIZE];

	if (!cc->cc_has_key)
		return (EINVAL);
	blake2s(mac, sizeof(mac), msg, len, cc->cc_mac1_key,
	    COOKIE_KEY_SIZE);
	if (timingsafe_bcmp(mac, macs->mac1, sizeof(mac)) != 0)
		return (EINVAL);
	if (!load)
		return (0);
	/* Who has no cookie yet says so, and in a flood most do. */
	if (memcmp(macs->mac2, none, sizeof(none)) == 0)
		return (EAGAIN);
	cookie_of(cc, cookie, sa);
	blake2s_init_key(&b, COOKIE_MAC_SIZE, cookie, sizeof(cookie));
	blake2s_update(&b, msg, len);
	blake2s_update(&b, macs->mac1, COOKIE_MAC_SIZE);
	blake2s_final(&b, mac);
	explicit_bzero(cookie, sizeof(cookie));
	if (timingsafe_bcmp(mac, macs->mac2, sizeof(mac)) != 0)
		return (EAGAIN);
	return (ratelimit_allow(&cc->cc_ratelimit, sa));
}

/*
 * The nonce (24 bytes) and the sealed cookie (32) that answer a message with
 * these MACs from that address.
 */
void
cookie_checker_reply(struct cookie_checker *cc,
    const struct cookie_macs *macs, uint8_t *nonce, uint8_t *sealed,
    const struct sockaddr *sa)
{
	uint8_t	 cookie[COOKIE_COOKIE_SIZE];

	cookie_of(cc, cookie, sa);
	arc4random_buf(nonce, COOKIE_NONCE_SIZE);
	xchachapoly_seal(sealed, cookie, sizeof(cookie), macs->mac1,
	    COOKIE_MAC_SIZE, nonce, cc->cc_cookie_key);
	explicit_bzero(cookie, sizeof(cookie));
}

/*
 * A maker for messages to the peer with this public key.
 */
void
cookie_maker_init(struct cookie_maker *cm, const uint8_t *public)
{
	memset(cm, 0, sizeof(*cm));
	label_key(cm->cm_mac1_key, LABEL_MAC1, public);
	label_key(cm->cm_cookie_key, LABEL_COOKIE, public);
}

/*
 * Fill in the MACs of a message of len bytes; mac2 is zero unless we hold a
 * cookie that is still good.
 */
void
cookie_maker_mac(struct cookie_maker *cm, struct cookie_macs *macs,
    const void *msg, size_t len)
{
	struct blake2s_state	 b;

	blake2s(macs->mac1, COOKIE_MAC_SIZE, msg, len, cm->cm_mac1_key,
	    COOKIE_KEY_SIZE);
	memcpy(cm->cm_mac1_last, macs->mac1, COOKIE_MAC_SIZE);
	cm->cm_mac1_sent = 1;
	memset(macs->mac2, 0, COOKIE_MAC_SIZE);
	if (cm->cm_born == 0 || getnsecuptime() - cm->cm_born >=
	    SEC_TO_NS(COOKIE_SECRET_MAX_AGE - COOKIE_SECRET_LATENCY))
		return;
	blake2s_init_key(&b, COOKIE_MAC_SIZE, cm->cm_cookie,
	    COOKIE_COOKIE_SIZE);
	blake2s_update(&b, msg, len);
	blake2s_update(&b, macs->mac1, COOKIE_MAC_SIZE);
	blake2s_final(&b, macs->mac2);
}

/*
 * The peer sent a cookie: keep it, if it answers our last message.
 * Returns 0, ETIMEDOUT when we sent none, or EBADMSG.
 */
int
cookie_maker_consume(struct cookie_maker *cm, const uint8_t *nonce,
    const uint8_t *sealed)
{
	uint8_t	 cookie[COOKIE_COOKIE_SIZE];
	int	 error;

	if (!cm->cm_mac1_sent)
		return (ETIMEDOUT);
	error = xchachapoly_open(cookie, sealed,
	    COOKIE_COOKIE_SIZE + COOKIE_TAG_SIZE, cm->cm_mac1_last,
	    COOKIE_MAC_SIZE, nonce, cm->cm_cookie_key);
	if (error == 0) {
		memcpy(cm->cm_cookie, cookie, sizeof(cookie));
		cm->cm_born = getnsecuptime();
		cm->cm_mac1_sent = 0;	/* one answer a message */
	}
	explicit_bzero(cookie, sizeof(cookie));
	return (error);
}
