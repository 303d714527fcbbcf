/*
 * h_ike: many initiators of IKEv2 in one process.
 */
#ifndef _H_IKE_H_
#define _H_IKE_H_

#include <sys/types.h>

#include <openssl/evp.h>

#include "crypt.h"
#include "wire.h"

enum state { S_NEW, S_INIT, S_AUTH, S_UP, S_DELETE, S_GONE, S_FAILED };

/* An IKE SA; its SPI says which. */
struct sa {
	enum state	 s_state;
	uint32_t	 s_num;
	uint64_t	 s_spii;
	uint64_t	 s_spir;
	int		 s_natt;	/* by the other port from now on */
	struct suite	 s_suite;
	struct ike_keys	 s_keys;
	struct blob	 s_cookie;
	struct blob	 s_nr;
	struct blob	 s_init_i;	/* the first messages, for AUTH */
	struct blob	 s_init_r;
	struct blob	 s_msg;		/* the request under way */
	uint64_t	 s_sent;	/* ms */
	unsigned int	 s_tries;
	int		 s_ended;	/* its child */
};

/* What is the same for all. */
struct load {
	struct endpoint	 l_local;
	struct endpoint	 l_peer;
	uint16_t	 l_group;
	struct blob	 l_pub;		/* one key for all, see l_dh_* */
	struct blob	 l_psk;		/* or none: */
	EVP_PKEY	*l_key;
	struct blob	 l_cert;	/* DER */
	struct blob	 l_ca;		/* hash of its key */
	const char	*l_id;		/* with a certificate */
};
extern struct load	 load;

/* h_ike_msg.c */
void	 load_group(const char *);
void	 load_cert(const char *, const char *, const char *);
int	 init_build(struct sa *);
int	 init_take(struct sa *, const struct msg *, const uint8_t *, size_t);
int	 auth_request(struct sa *);
const char *auth_take(struct sa *, const struct msg *);
int	 delete_request(struct sa *);
int	 response_build(struct sa *, const struct ike_hdr *, struct blob *);
int	 message_open(struct sa *, const uint8_t *, size_t, struct blob *);

#endif /* _H_IKE_H_ */
