/*
 * crypto(9): symmetric cryptography for the rest of the kernel.
 *
 *	newsession(algorithms, keys) ---> the best driver's session
 *	crypto_dispatch_batch(crp[], n) --> driver ---> crp_callback(crp)
 *
 * A driver registers the algorithms that it can do, each with a cost; a
 * session goes to the driver with the lowest sum.  A request names a session
 * and says where in its buffer which algorithm works.  Requests come in
 * batches, as engines are fastest that way; a driver may finish them before
 * crypto_dispatch_batch() returns or at any time later, in any order.
 *
 * Everything runs under the net lock or before there is one.
 */
#ifndef _CRYPTO_CRYPTODEV_H_
#define _CRYPTO_CRYPTODEV_H_

#include <sys/types.h>

/* Algorithms. */
#define CRYPTO_3DES_CBC			1
#define CRYPTO_SHA1_HMAC		5
#define CRYPTO_AES_CBC			7
#define CRYPTO_NULL			9
#define CRYPTO_SHA2_256_HMAC		10
#define CRYPTO_SHA2_384_HMAC		11
#define CRYPTO_SHA2_512_HMAC		12
#define CRYPTO_AES_CTR			13
#define CRYPTO_AES_GCM_16		15
#define CRYPTO_AES_128_GMAC		16
#define CRYPTO_AES_192_GMAC		17
#define CRYPTO_AES_256_GMAC		18
#define CRYPTO_AES_GMAC			19	/* ENCR_NULL_AUTH_AES_GMAC */
#define CRYPTO_CHACHA20_POLY1305	20
#define CRYPTO_CHACHA20_POLY1305_MAC	21
#define CRYPTO_ESN			22	/* high half of a sequence number */
#define CRYPTO_ALGORITHM_MAX		22

#define CRYPTO_MAXKEY		64	/* bytes of key and salt */
#define CRYPTO_MAXMAC		64
#define CRYPTO_MAXIV		16
#define CRYPTO_MAXAAD		64	/* bytes authenticated, not encrypted */
#define CRYPTO_MAXDESC		3

/*
 * What a session is made of: a cipher, a MAC, or both; AEADs are a pair
 * (CRYPTO_AES_GCM_16 and the GMAC of its key length, CRYPTO_CHACHA20_POLY1305
 * and its MAC), both with the same key.
 */
struct cryptoini {
	int		 cri_alg;
	int		 cri_klen;	/* bits, salt included */
	int		 cri_rnd;	/* unused, as in OpenBSD */
	caddr_t		 cri_key;
	union {
		u_int8_t iv[CRYPTO_MAXIV];
		u_int8_t esn[4];
	} u;
#define cri_iv	u.iv
#define cri_esn	u.esn
	struct cryptoini *cri_next;
};

/* What one algorithm does to a request's buffer. */
struct cryptodesc {
	int		 crd_alg;
	int		 crd_skip;	/* bytes before it begins */
	int		 crd_len;	/* bytes that it works on */
	int		 crd_inject;	/* where the IV or the MAC stands */
	int		 crd_flags;
#define CRD_F_ENCRYPT		0x01
#define CRD_F_IV_PRESENT	0x02	/* the IV is in the buffer already */
#define CRD_F_IV_EXPLICIT	0x04	/* it is in crd_iv */
#define CRD_F_COMP		0x10
#define CRD_F_ESN		0x20	/* crd_esn is authenticated, too */
	u_int8_t	 crd_iv[CRYPTO_MAXIV];
	u_int8_t	 crd_esn[4];
	int		 crd_maclen;	/* bytes of MAC in the packet, 0: all */
};

/*
 * A request.  The buffer is a chain of mbufs (CRYPTO_F_IMBUF) or contiguous.
 *
 * AEAD: the cipher's descriptor covers the text; the MAC's covers what is
 * only authenticated (crd_skip, crd_len bytes; with CRD_F_ESN the high half
 * of the sequence number is slid in after its first four), and its crd_inject
 * is the tag.
 *
 * Encryption stores the MAC at crd_inject; decryption compares it there, in
 * constant time, before anything is deciphered (AEAD) or as well (MAC and
 * cipher), and sets crp_etype to EBADMSG when it differs; the text is then
 * undefined and must not be used.
 */
struct cryptop {
	u_int64_t	 crp_sid;
	int		 crp_ilen;	/* bytes in the buffer */
	int		 crp_olen;
	int		 crp_etype;	/* errno */
	int		 crp_flags;
#define CRYPTO_F_IMBUF	0x0001
#define CRYPTO_F_DONE	0x0020
	void		*crp_buf;
	void		*crp_opaque;	/* the caller's */
	void		(*crp_callback)(struct cryptop *);
	struct crypto_session *crp_ses;	/* the framework's */
	struct cryptop	*crp_next;	/* whoever holds it */
	u_int		 crp_ndesc;
	struct cryptodesc crp_desc[CRYPTO_MAXDESC];
};

/* One registered ability. */
struct crypto_alg {
	int	 ca_alg;
	u_int	 ca_cost;	/* lower is better; 100 is plain software */
};

/*
 * A driver.  cd_newsession returns 0 and its own state, or ENOTSUP when it
 * cannot do this combination after all; keys are the framework's and gone
 * when it returns.  cd_freesession wipes and frees.  cd_process takes a batch
 * of requests, all of sessions of this driver, and has crypto_done() called
 * for each exactly once.
 */
struct crypto_driver {
	const char	*cd_name;
	const struct crypto_alg *cd_algs;
	u_int		 cd_nalgs;
	int		(*cd_newsession)(void **, const struct cryptoini *);
	void		(*cd_freesession)(void *);
	void		(*cd_process)(struct cryptop **, u_int);
	/* The framework's: */
	u_int		 cd_sessions;	/* open now */
	u_int64_t	 cd_ops;	/* requests so far */
	u_int64_t	 cd_batches;
	struct crypto_driver *cd_next;
};

/* A session, as drivers see it. */
struct crypto_session {
	struct crypto_driver *cs_driver;
	void		*cs_softc;	/* the driver's state */
	int		 cs_cipher;	/* CRYPTO_*, or 0 */
	int		 cs_mac;	/* CRYPTO_*, or 0 */
	u_int		 cs_klen;	/* bits of the cipher's key */
	u_int64_t	 cs_ops;
};

struct crypto_stats {
	u_int64_t	 cst_ops;
	u_int64_t	 cst_batches;
	u_int64_t	 cst_errs;	/* ended with an error */
	u_int64_t	 cst_badmac;	/* of which: EBADMSG */
	u_int64_t	 cst_nosession;	/* named no session */
	u_int64_t	 cst_sessions;	/* open now */
};

extern struct crypto_stats crypto_stats;
extern struct crypto_driver *crypto_drivers;	/* all, in order */

int	 crypto_register(struct crypto_driver *);
void	 crypto_unregister(struct crypto_driver *);
int	 crypto_force(const char *);
const char *crypto_forced(void);

int	 crypto_newsession(u_int64_t *, struct cryptoini *, int);
int	 crypto_freesession(u_int64_t);
const char *crypto_session_driver(u_int64_t);
int	 crypto_session_next(u_int64_t *, const struct crypto_session **);

struct cryptop *crypto_getreq(u_int);
void	 crypto_freereq(struct cryptop *);
void	 crypto_dispatch(struct cryptop *);
void	 crypto_dispatch_batch(struct cryptop **, u_int);
int	 crypto_invoke(struct cryptop *);
void	 crypto_done(struct cryptop *);
void	 crypto_init(void);

const char *crypto_algname(int);
u_int	 crypto_maclen(int);
u_int	 crypto_saltlen(int);

/* crypto_sysctl.c */
int	 crypto_sysctl(int *, u_int, void *, size_t *, void *, size_t);

/* cryptosoft.c */
void	 swcr_init(void);

#endif /* _CRYPTO_CRYPTODEV_H_ */
