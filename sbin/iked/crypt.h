/*
 * The keys of IKEv2, on libcrypto.
 */
#ifndef _CRYPT_H_
#define _CRYPT_H_

#include <sys/types.h>

#include "buf.h"
#include "conf.h"
#include "wire.h"

/* What a proposal came to: numbers of IANA's. */
struct suite {
	uint16_t	 su_encr;
	uint16_t	 su_keylen;	/* bits, 0 none given */
	uint16_t	 su_integ;
	uint16_t	 su_prf;
	uint16_t	 su_dh;
	uint16_t	 su_esn;
};

/* RFC 7296, 2.14: of the initiator and of the responder. */
struct ike_keys {
	struct blob	 k_d;
	struct blob	 k_ai;
	struct blob	 k_ar;
	struct blob	 k_ei;
	struct blob	 k_er;
	struct blob	 k_pi;
	struct blob	 k_pr;
};

struct dh;

/* crypt_prf.c */
size_t	 prf_len(uint16_t);
int	 prf(uint16_t, const struct blob *, const struct blob *,
	    unsigned int, struct blob *);
int	 prf_plus(uint16_t, const struct blob *, const struct blob *, size_t,
	    struct blob *);
int	 rand_blob(struct blob *, size_t);
int	 sha1_parts(const struct blob *, unsigned int, uint8_t [20]);

/* crypt_dh.c */
int	 dh_supported(uint16_t);
struct dh *dh_new(uint16_t, struct blob *);
int	 dh_secret(struct dh *, const void *, size_t, struct blob *);
void	 dh_free(struct dh *);

/* crypt_keys.c */
size_t	 encr_keylen(uint16_t, uint16_t);
size_t	 encr_saltlen(uint16_t);
size_t	 integ_keylen(uint16_t);
void	 suite_of(struct suite *, const struct proposal *);
int	 keys_first(struct ike_keys *, const struct suite *,
	    const struct blob *, const struct blob *, const struct blob *,
	    uint64_t, uint64_t);
int	 keys_rekey(struct ike_keys *, const struct suite *, uint16_t,
	    const struct blob *, const struct blob *, const struct blob *,
	    const struct blob *, uint64_t, uint64_t);
void	 keys_free(struct ike_keys *);
int	 keys_child(const struct ike_keys *, uint16_t, const struct suite *,
	    const struct blob *, const struct blob *, const struct blob *,
	    struct blob [2], struct blob [2]);
int	 auth_octets(uint16_t, const struct blob *, const struct blob *,
	    const struct blob *, const void *, size_t, struct blob *);
int	 auth_psk(uint16_t, const struct blob *, const struct blob *,
	    struct blob *);

/* crypt_sk.c */
int	 sk_seal(const struct suite *, const struct blob *,
	    const struct blob *, struct ike_hdr *, struct chain *, size_t,
	    struct blob **, unsigned int *);
int	 sk_open(const struct suite *, const struct blob *,
	    const struct blob *, const uint8_t *, size_t, size_t,
	    struct blob *);

#endif /* _CRYPT_H_ */
