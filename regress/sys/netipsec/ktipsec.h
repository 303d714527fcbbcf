/*
 * For the tests of sys/netipsec: PF_KEY messages, made and sent field by
 * field, and what the kernel answers.
 *
 *	kk_open();
 *	kk_begin(SADB_ADD, SADB_SATYPE_ESP);
 *	kk_sa(0x1001, ...); kk_addr(SADB_EXT_ADDRESS_DST, peer, 0); ...
 *	KT_ERR(0, kk_send());
 *	kk_close();		which flushes everything
 */
#ifndef _REGRESS_KTIPSEC_H_
#define _REGRESS_KTIPSEC_H_

#include "../netinet/ktinet.h"

#include <netipsec/ipsec_var.h>
#include <netipsec/ipsec_xform.h>
#include <netipsec/pfkeyv2_var.h>

union kk_message {
	struct sadb_msg	 hdr;
	uint8_t		 buf[8192];
};

extern union kk_message	 kk_msg, kk_reply;
extern u_int		 kk_len;
extern struct socket	*kk_so;

void	 kk_open(void);
void	 kk_close(void);
void	 kk_begin(int, int);
void	*kk_ext(u_int, u_int);
void	 kk_sa(uint32_t, u_int, u_int, uint32_t, u_int);
void	 kk_addr(u_int, struct in_addr, u_int);
void	 kk_key(u_int, const void *, u_int);
void	 kk_life(u_int, u_int, uint64_t, uint64_t, uint64_t);
void	 kk_selectors(struct in_addr, int, struct in_addr, int, u_int, u_int,
	    u_int);
void	 kk_flowtype(u_int, u_int);
int	 kk_write(void);
int	 kk_send(void);
int	 kk_read(struct socket *);
const void *kk_find(u_int);

/* Ready-made: AES-128-GCM with a key of all fill; errno. */
int	 kk_gcm(struct in_addr, struct in_addr, uint32_t, uint8_t, uint32_t);
int	 kk_flow(struct in_addr, int, struct in_addr, int, struct in_addr,
	    u_int, u_int);

/* All algorithms of ESP and AH, and IPcomp; the last has no name. */
struct kk_alg {
	const char	*ka_name;
	uint8_t		 ka_satype, ka_auth, ka_enc;
	uint8_t		 ka_authlen, ka_enclen;	/* bytes of the keys */
};
extern const struct kk_alg	 kk_algs[];

struct tdb *kk_add(const struct kk_alg *, struct in_addr, struct in_addr,
	    uint32_t, uint32_t, u_int);

/* What packets change of an SA. */
struct kk_state {
	uint64_t	 ks_bytes, ks_packets, ks_next, ks_first, ks_last;
	uint64_t	 ks_seen;
};
struct kk_state kk_state(const struct tdb *);
void	 kk_unchanged(const struct tdb *, const struct kk_state *);

/* What a peer would send that has the keys of an SA; ktseal.c. */
#define KK_RAW	0x100		/* the text has its trailer already */

u_int	 kk_esp(struct tdb *, uint64_t, uint8_t *, const void *, u_int,
	    u_int);
void	 kk_ah(struct tdb *, uint64_t, uint8_t *, u_int, u_int);

#endif /* _REGRESS_KTIPSEC_H_ */
