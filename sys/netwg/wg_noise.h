/*
 * The WireGuard handshake and its sessions: Noise_IKpsk2 as the WireGuard
 * paper (section 5) has it.  No sockets, no timers, no packets here: messages
 * in their parts go in and out.
 *
 *	noise_local	an interface's own key pair, its peers, its indices
 *	noise_remote	a peer: its public key, handshakes under way, sessions
 *	noise_keypair	a session: the two transport keys, counters, window
 *
 * All of it belongs to one thread at a time (the net lock).
 */
#ifndef _NETWG_WG_NOISE_H_
#define _NETWG_WG_NOISE_H_

#include <sys/types.h>

#define NOISE_KEY_SIZE		32	/* public, private and preshared */
#define NOISE_TAG_SIZE		16
#define NOISE_TIMESTAMP_SIZE	12
#define NOISE_HASH_SIZE		32

/* Constants of the paper, section 6.1; times in seconds. */
#define REKEY_AFTER_MESSAGES	(1ULL << 60)
#define REJECT_AFTER_MESSAGES	(UINT64_MAX - 8128)
#define REKEY_AFTER_TIME	120
#define REKEY_AFTER_TIME_RECV	165	/* REJECT_AFTER - KEEPALIVE - REKEY */
#define REJECT_AFTER_TIME	180
#define REKEY_ATTEMPT_TIME	90
#define REKEY_TIMEOUT		5
#define KEEPALIVE_TIMEOUT	10
/* A peer is listened to again after this long. */
#define INITIATION_INTERVAL_NS	(1000000000ULL / 20)

struct noise_local;
struct noise_remote;
struct noise_keypair;

struct noise_local *noise_local_alloc(void *);
void	 noise_local_free(struct noise_local *);
void	*noise_local_arg(struct noise_local *);
int	 noise_local_set_private(struct noise_local *, const uint8_t *);
int	 noise_local_keys(struct noise_local *, uint8_t *, uint8_t *);

struct noise_remote *noise_remote_alloc(struct noise_local *, void *,
	    const uint8_t *);
void	 noise_remote_free(struct noise_remote *);
struct noise_remote *noise_remote_lookup(struct noise_local *,
	    const uint8_t *);
void	*noise_remote_arg(struct noise_remote *);
void	 noise_remote_public(struct noise_remote *, uint8_t *);
void	 noise_remote_set_psk(struct noise_remote *, const uint8_t *);
int	 noise_remote_psk(struct noise_remote *, uint8_t *);
void	 noise_remote_clear(struct noise_remote *);
void	 noise_remote_expire(struct noise_remote *);
int	 noise_remote_ready(struct noise_remote *);

int	 noise_create_initiation(struct noise_remote *, uint32_t *,
	    uint8_t *, uint8_t *, uint8_t *);
struct noise_remote *noise_consume_initiation(struct noise_local *,
	    uint32_t, const uint8_t *, const uint8_t *, const uint8_t *,
	    int *);
int	 noise_create_response(struct noise_remote *, uint32_t *, uint32_t *,
	    uint8_t *, uint8_t *);
struct noise_remote *noise_consume_response(struct noise_local *, uint32_t,
	    uint32_t, const uint8_t *, const uint8_t *);
struct noise_remote *noise_index_remote(struct noise_local *, uint32_t);

struct noise_keypair *noise_keypair_lookup(struct noise_local *, uint32_t);
struct noise_keypair *noise_keypair_current(struct noise_remote *);
struct noise_keypair *noise_keypair_ref(struct noise_keypair *);
void	 noise_keypair_put(struct noise_keypair *);
struct noise_remote *noise_keypair_remote(struct noise_keypair *);
uint32_t noise_keypair_remote_index(struct noise_keypair *);
uint64_t noise_keypair_send_sid(struct noise_keypair *);
uint64_t noise_keypair_recv_sid(struct noise_keypair *);
int	 noise_keypair_counter(struct noise_keypair *, u_int, uint64_t *);
int	 noise_keypair_may_receive(struct noise_keypair *, uint64_t);
int	 noise_keypair_accept(struct noise_keypair *, uint64_t);
int	 noise_keypair_received(struct noise_keypair *);
int	 noise_keypair_stale_send(struct noise_keypair *);
int	 noise_keypair_stale_recv(struct noise_keypair *);

#endif /* _NETWG_WG_NOISE_H_ */
