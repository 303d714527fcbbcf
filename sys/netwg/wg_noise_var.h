/*
 * What wg_noise.c and wg_session.c share and nobody else sees.
 */
#ifndef _NETWG_WG_NOISE_VAR_H_
#define _NETWG_WG_NOISE_VAR_H_

#include <sys/param.h>
#include <sys/queue.h>
#include <sys/refcnt.h>
#include <net/replay.h>
#include <netwg/wg_noise.h>

#define NOISE_HASH_MIN	64		/* buckets, a power of two */

/* An index that we chose: what the receiver field of a packet names. */
struct noise_index {
	LIST_ENTRY(noise_index)	 i_entry;
	uint32_t		 i_index;	/* 0: not in the table */
	enum { INDEX_HANDSHAKE, INDEX_KEYPAIR } i_kind;
	void			*i_owner;	/* noise_remote or keypair */
};
LIST_HEAD(noise_index_head, noise_index);

struct noise_local {
	void			*l_arg;
	int			 l_has_key;
	uint8_t			 l_public[NOISE_KEY_SIZE];
	uint8_t			 l_private[NOISE_KEY_SIZE];
	uint64_t		 l_secret[2];	/* of the hash of public keys */
	LIST_HEAD(noise_remote_head, noise_remote) *l_remotes;
	u_long			 l_remotemask;
	u_int			 l_nremotes;
	struct noise_index_head	*l_indices;
	u_long			 l_indexmask;
	u_int			 l_nindices;
};

/*
 * A handshake under way.  The two roles have one each: when both peers begin
 * at once, both handshakes are finished.
 */
struct noise_handshake {
	enum { HS_NONE, HS_CREATED, HS_CONSUMED } hs_state;
	struct noise_index hs_index;		/* ours */
	uint32_t	 hs_remote_index;
	uint8_t		 hs_e[NOISE_KEY_SIZE];	/* ephemeral: our private one
						   or the peer's public one */
	uint8_t		 hs_hash[NOISE_HASH_SIZE];
	uint8_t		 hs_ck[NOISE_HASH_SIZE];
};

/*
 * Sessions:
 *
 *	      responder's new         initiator's new
 *	            |                       |
 *	            v   first packet        v
 *	         r_next ------------> r_current ------> r_previous ----> gone
 *
 * Data are sent with the current one only, and accepted with all three.
 */
struct noise_remote {
	LIST_ENTRY(noise_remote) r_entry;
	struct noise_local	*r_local;
	void			*r_arg;
	uint8_t			 r_public[NOISE_KEY_SIZE];
	uint8_t			 r_psk[NOISE_KEY_SIZE];
	uint8_t			 r_ss[NOISE_KEY_SIZE];	/* static-static */
	int			 r_ss_valid;
	struct noise_handshake	 r_init;		/* as initiator */
	struct noise_handshake	 r_resp;		/* as responder */
	uint8_t			 r_timestamp[NOISE_TIMESTAMP_SIZE]; /* newest */
	uint64_t		 r_last_initiation;	/* getnsecuptime() */
	struct noise_keypair	*r_next;
	struct noise_keypair	*r_current;
	struct noise_keypair	*r_previous;
};

struct noise_keypair {
	struct refcnt		 k_refcnt;	/* slots, packets in flight */
	struct noise_remote	*k_remote;	/* NULL: the peer is gone */
	struct noise_index	 k_index;
	uint32_t		 k_remote_index;
	int			 k_initiator;
	int			 k_expired;	/* not to be sent with */
	uint64_t		 k_born;	/* getnsecuptime() */
	uint64_t		 k_send_sid;	/* crypto(9) sessions */
	uint64_t		 k_recv_sid;
	uint64_t		 k_counter;	/* next to send with */
	struct replay		 k_replay;
};

/* wg_session.c */
int	 noise_session_begin(struct noise_remote *, struct noise_handshake *,
	    int);
void	 noise_sessions_drop(struct noise_remote *);

/* wg_noise_id.c */
void	 noise_index_add(struct noise_local *, struct noise_index *);
void	 noise_index_del(struct noise_local *, struct noise_index *);
void	 noise_index_move(struct noise_local *, struct noise_index *,
	    struct noise_index *);
struct noise_index *noise_index_find(struct noise_local *, uint32_t);

/* wg_noise.c */
void	 noise_handshake_clear(struct noise_remote *,
	    struct noise_handshake *);
void	 noise_kdf(uint8_t *, uint8_t *, uint8_t *, const uint8_t *, size_t,
	    const uint8_t *);

#endif /* _NETWG_WG_NOISE_VAR_H_ */
