/*
 * WireGuard's message authentication codes, cookies, and the limit of
 * handshakes from one source (WireGuard paper, sections 5.3, 5.4.4, 5.4.7).
 */
#ifndef _NETWG_WG_COOKIE_H_
#define _NETWG_WG_COOKIE_H_

#include <sys/param.h>
#include <sys/queue.h>

#define COOKIE_MAC_SIZE		16
#define COOKIE_KEY_SIZE		32
#define COOKIE_NONCE_SIZE	24
#define COOKIE_COOKIE_SIZE	16
#define COOKIE_TAG_SIZE		16
#define COOKIE_INPUT_MAX	32
#define COOKIE_SECRET_MAX_AGE	120	/* seconds */
#define COOKIE_SECRET_LATENCY	5	/* seconds: a cookie ends early */

#define RATELIMIT_SIZE		8192	/* buckets */
#define RATELIMIT_SIZE_MAX	(RATELIMIT_SIZE * 8)	/* sources */
#define INITIATIONS_PER_SECOND	20
#define INITIATIONS_BURSTABLE	5

struct sockaddr;

/* The last 32 bytes of a handshake message. */
struct cookie_macs {
	uint8_t		mac1[COOKIE_MAC_SIZE];
	uint8_t		mac2[COOKIE_MAC_SIZE];
};

struct ratelimit_entry;
LIST_HEAD(ratelimit_bucket, ratelimit_entry);
TAILQ_HEAD(ratelimit_lru, ratelimit_entry);

/* Handshakes of each source, IPv4 by address, IPv6 by /64. */
struct ratelimit {
	struct ratelimit_bucket	*rl_table;	/* NULL until first used */
	struct ratelimit_lru	 rl_lru;	/* oldest first */
	u_int			 rl_count;
	uint64_t		 rl_secret;
};

/* What judges messages to us. */
struct cookie_checker {
	int			 cc_has_key;
	uint8_t			 cc_mac1_key[COOKIE_KEY_SIZE];
	uint8_t			 cc_cookie_key[COOKIE_KEY_SIZE];
	uint64_t		 cc_secret_born;	/* getnsecuptime() */
	uint8_t			 cc_secret[COOKIE_KEY_SIZE];
	struct ratelimit	 cc_ratelimit;
};

/* What signs messages to a peer. */
struct cookie_maker {
	uint8_t			 cm_mac1_key[COOKIE_KEY_SIZE];
	uint8_t			 cm_cookie_key[COOKIE_KEY_SIZE];
	uint8_t			 cm_cookie[COOKIE_COOKIE_SIZE];
	uint64_t		 cm_born;	/* getnsecuptime(); 0: none */
	int			 cm_mac1_sent;
	uint8_t			 cm_mac1_last[COOKIE_MAC_SIZE];
};

void	 cookie_checker_init(struct cookie_checker *);
void	 cookie_checker_fini(struct cookie_checker *);
void	 cookie_checker_update(struct cookie_checker *, const uint8_t *);
int	 cookie_checker_validate(struct cookie_checker *,
	    const struct cookie_macs *, const void *, size_t, int,
	    const struct sockaddr *);
void	 cookie_checker_reply(struct cookie_checker *,
	    const struct cookie_macs *, uint8_t *, uint8_t *,
	    const struct sockaddr *);

void	 cookie_maker_init(struct cookie_maker *, const uint8_t *);
void	 cookie_maker_mac(struct cookie_maker *, struct cookie_macs *,
	    const void *, size_t);
int	 cookie_maker_consume(struct cookie_maker *, const uint8_t *,
	    const uint8_t *);

#endif /* _NETWG_WG_COOKIE_H_ */
