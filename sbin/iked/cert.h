/*
 * Certificates and keys, as the ca process holds them.
 */
#ifndef _CERT_H_
#define _CERT_H_

#include <sys/types.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "conf.h"
#include "ike.h"
#include "ikev2.h"

#define CERT_EXTRA	3		/* more than our own that are sent */

struct store {
	char		 st_root[128];	/* "" is IKED_CHROOT in a chroot */
	EVP_PKEY	*st_key;	/* ours, or NULL */
	X509_STORE	*st_x509;	/* authorities and CRLs */
	STACK_OF(X509)	*st_cas;
	STACK_OF(X509)	*st_certs;	/* for us */
	unsigned int	 st_ncrls;
	int		 st_partial;	/* cert_partial_chain */
	struct blob	 st_hashes;	/* SHA-1 of the authorities' keys */
};

/* What a peer says of itself. */
struct claim {
	struct ident	 cm_id;
	uint8_t		 cm_want;	/* the policy's AUTH_* */
	uint8_t		 cm_method;	/* the peer's */
	unsigned int	 cm_ncerts;
	struct cert	 cm_certs[CERTS_MAX];
	struct blob	 cm_octets;	/* what is signed */
	struct blob	 cm_auth;
};

/* What of ours is asked for. */
struct wish {
	struct ident	 wi_id;
	uint8_t		 wi_want;
	uint8_t		 wi_hashes;	/* a bit for each of the peer's */
	struct blob	 wi_certreq;	/* authorities of the peer's */
	struct blob	 wi_octets;
};

/* cert_ident.c */
int	 cert_is(X509 *, const struct ident *);
int	 ident_path(const struct ident *, char *, size_t);
void	 cert_altnames(X509 *, char *, size_t);
void	 cert_subject(const X509_NAME *, char *, size_t);

/* cert_store.c */
int	 store_init(struct store *, const char *);
void	 store_clear(struct store *);
int	 store_load(struct store *, int);
int	 store_key(struct store *, int);
X509	*store_issuer(const struct store *, X509 *);
int	 cert_keyhash(X509 *, uint8_t [20]);

/* cert_verify.c */
const char *claim_check(struct store *, const struct claim *);

/* cert_choose.c */
int	 wish_grant(struct store *, const struct wish *,
	    struct signature *, const char **);

/* cert_pack.c */
void	 wish_pack(struct wbuf *, const struct wish *);
int	 wish_unpack(struct rbuf *, struct wish *);
void	 wish_free(struct wish *);
void	 claim_pack(struct wbuf *, const struct claim *);
int	 claim_unpack(struct rbuf *, struct claim *);
void	 claim_free(struct claim *);
void	 signature_pack(struct wbuf *, const struct signature *);
int	 signature_unpack(struct rbuf *, struct signature *);
void	 signature_free(struct signature *);

#endif /* _CERT_H_ */
