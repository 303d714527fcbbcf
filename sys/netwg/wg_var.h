/*
 * wg(4) inside: the interface, its peers, and how a packet goes.
 *
 *	      wg_output -> peer's p_staged
 *				|  a session?  else wg_initiate()
 *				v
 *	wg_send_staged: cut, lay into trains -> crypto(9) -> wg_udp_send
 *
 *	      wg_udp_input -> handshake? -> wg_hs_enqueue -> wg_hs_run (a
 *		|				task: costly, so limited)
 *		v
 *	sc_rxq -> wg_receive: crypto(9) -> replay, source -> merge -> if_vinput
 *
 *	if_wg.c		the interface
 *	wg_peer.c	peers, and what their timers do
 *	wg_timers.c	when
 *	wg_noise*.c	the handshake; wg_session.c its sessions
 *	wg_cookie.c	who may begin one; wg_ratelimit.c how often
 *	wg_hs.c		handshake messages in and out
 *	wg_send.c	data out; wg_cut.c cuts large packets
 *	wg_recv.c	data in
 *	wg_socket.c	UDP
 *	wg_aip.c	allowed IPs; wg_aiphost.c those of one address
 *	wg_ioctl.c	SIOCSWG, SIOCGWG
 *	wg_stat.c	counters
 *
 * Everything is protected by the net lock.  sc_lock is taken before it, by
 * whoever opens and closes sockets, which cannot be done under the net lock.
 */
#ifndef _NETWG_WG_VAR_H_
#define _NETWG_WG_VAR_H_

#include <sys/param.h>
#include <sys/mbuf.h>
#include <sys/queue.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/task.h>

#include <crypto/cryptodev.h>

#include <net/if.h>
#include <net/if_var.h>
#include <net/if_tso.h>
#include <net/route.h>

#include <netinet/in.h>
#include <netinet6/in6.h>

#include <netwg/if_wg.h>
#include <netwg/wg_aip.h>
#include <netwg/wg_cookie.h>
#include <netwg/wg_noise.h>
#include <netwg/wg_timers.h>

struct ip;
struct ip6_hdr;

#define WG_MTU		1420		/* what is left of 1500 by IPv6 */
#define WG_MTU_MAX	9000
#define WG_PEERS_MAX	(1 << 20)
#define WG_STAGED_MAX	128		/* packets of one peer */
#define WG_RXQ_MAX	1024		/* packets to be deciphered */
#define WG_HSQ_MAX	4096		/* handshake messages */
#define WG_HSQ_LOAD	(WG_HSQ_MAX / 8) /* from here on: under load */

/* Messages, section 5.4 of the paper; all numbers little-endian. */
#define WG_MSG_INITIATION	1
#define WG_MSG_RESPONSE		2
#define WG_MSG_COOKIE		3
#define WG_MSG_DATA		4

struct wg_msg_initiation {
	uint32_t	 mi_type;
	uint32_t	 mi_sender;
	uint8_t		 mi_ue[NOISE_KEY_SIZE];
	uint8_t		 mi_es[NOISE_KEY_SIZE + NOISE_TAG_SIZE];
	uint8_t		 mi_ets[NOISE_TIMESTAMP_SIZE + NOISE_TAG_SIZE];
	struct cookie_macs mi_macs;
};
CTASSERT(sizeof(struct wg_msg_initiation) == 148);

struct wg_msg_response {
	uint32_t	 mr_type;
	uint32_t	 mr_sender;
	uint32_t	 mr_receiver;
	uint8_t		 mr_ue[NOISE_KEY_SIZE];
	uint8_t		 mr_en[NOISE_TAG_SIZE];
	struct cookie_macs mr_macs;
};
CTASSERT(sizeof(struct wg_msg_response) == 92);

struct wg_msg_cookie {
	uint32_t	 mc_type;
	uint32_t	 mc_receiver;
	uint8_t		 mc_nonce[COOKIE_NONCE_SIZE];
	uint8_t		 mc_ec[COOKIE_COOKIE_SIZE + COOKIE_TAG_SIZE];
};
CTASSERT(sizeof(struct wg_msg_cookie) == 64);

struct wg_msg_data {
	uint32_t	 md_type;
	uint32_t	 md_receiver;
	uint64_t	 md_counter;
};
CTASSERT(sizeof(struct wg_msg_data) == 16);

#define WG_MSG_MAX	sizeof(struct wg_msg_initiation)
#define WG_DATA_OVERHEAD (sizeof(struct wg_msg_data) + NOISE_TAG_SIZE)

/* Type of service of handshakes: AF41, as they must not wait. */
#define WG_TOS_HANDSHAKE	0x88

/* Room in front of a datagram: IPv6 and UDP headers, and the link's. */
#define WG_HEADROOM		128

/* Where a peer is; both of one family.  An e_sa.sa_family of 0: unknown. */
struct wg_endpoint {
	union {
		struct sockaddr		e_sa;
		struct sockaddr_in	e_sin;
		struct sockaddr_in6	e_sin6;
	};
	union {				/* our own address there, or zero */
		struct in_addr		e_local4;
		struct in6_addr		e_local6;
	};
};

struct wg_softc;

struct wg_peer {
	TAILQ_ENTRY(wg_peer)	 p_entry;
	TAILQ_ENTRY(wg_peer)	 p_ready;	/* staged something */
	struct wg_softc		*p_sc;
	uint64_t		 p_id;		/* in what is logged */
	struct noise_remote	*p_remote;
	struct cookie_maker	 p_cookie;
	struct wg_endpoint	 p_endpoint;
	struct route		 p_route;	/* to p_endpoint */
	struct wg_timers	 p_timers;
	struct mbuf_list	 p_staged;	/* wait for a session */
	int			 p_isready;	/* on sc_ready */
	struct aip_list		 p_aips;
	uint64_t		 p_txbytes;
	uint64_t		 p_rxbytes;
	char			 p_description[IFDESCRSIZE];
};
TAILQ_HEAD(wg_peer_list, wg_peer);

/* A handshake message that waits. */
struct wg_hs {
	TAILQ_ENTRY(wg_hs)	 h_entry;
	struct wg_endpoint	 h_endpoint;
	size_t			 h_len;
	uint8_t			 h_msg[WG_MSG_MAX];
};
TAILQ_HEAD(wg_hs_list, wg_hs);

struct wg_softc {
	struct ifnet		 sc_if;
	struct rwlock		 sc_lock;
	struct noise_local	*sc_local;
	struct cookie_checker	 sc_cookie;
	struct socket		*sc_so4;
	struct socket		*sc_so6;
	in_port_t		 sc_port;	/* asked for, host order */
	in_port_t		 sc_bound;	/* in use, or 0 */
	u_int			 sc_rtableid;
	struct wg_peer_list	 sc_peers;
	u_int			 sc_npeers;
	uint64_t		 sc_lastid;
	struct aip_table	 sc_aip4, sc_aip6;
	struct wg_peer_list	 sc_ready;
	struct mbuf_list	 sc_rxq;	/* whole UDP packets */
	struct task		 sc_rxtask;
	struct wg_hs_list	 sc_hsq;
	u_int			 sc_nhsq;
	struct task		 sc_hstask;
	uint64_t		 sc_loaded;	/* getnsecuptime() */
};

#define WGDEBUG(sc, ...)	do {					\
	if (ISSET((sc)->sc_if.if_flags, IFF_DEBUG))			\
		wg_log((sc), __VA_ARGS__);				\
} while (0)

/* Counters: what happened, and why packets were dropped. */
enum wg_counter {
	WGC_INIT_OUT,
	WGC_INIT_IN,
	WGC_RESP_OUT,
	WGC_RESP_IN,
	WGC_COOKIE_OUT,
	WGC_COOKIE_IN,
	WGC_DATA_OUT,
	WGC_DATA_IN,
	WGC_KEEPALIVE_OUT,
	WGC_KEEPALIVE_IN,
	WGC_TRAIN_OUT,
	WGC_TRAIN_IN,
	WGC_CUT,
	WGC_MERGED,
	WGC_ROAMED,
	WGC_GAVEUP,
	WGC_DROPS,		/* from here on packets were dropped: */
	WGC_OUT_DOWN = WGC_DROPS,
	WGC_OUT_BADAF,
	WGC_OUT_NOPEER,
	WGC_OUT_NOENDPOINT,
	WGC_OUT_LOOP,
	WGC_OUT_STAGEFULL,
	WGC_OUT_UNANSWERED,
	WGC_OUT_BADHDR,
	WGC_OUT_NOMEM,
	WGC_OUT_CRYPTO,
	WGC_OUT_GONE,
	WGC_OUT_SEND,
	WGC_IN_SHORT,
	WGC_IN_TYPE,
	WGC_IN_QFULL,
	WGC_IN_HSFULL,
	WGC_IN_NOMEM,
	WGC_IN_MAC1,
	WGC_IN_MAC2,
	WGC_IN_RATELIMIT,
	WGC_IN_BADINIT,
	WGC_IN_NOPEER,
	WGC_IN_REPLAYEDINIT,
	WGC_IN_EARLYINIT,
	WGC_IN_BADRESP,
	WGC_IN_BADCOOKIE,
	WGC_IN_NOSESSION,
	WGC_IN_OLDSESSION,
	WGC_IN_REPLAY,
	WGC_IN_WINDOW,
	WGC_IN_BADMAC,
	WGC_IN_GONE,
	WGC_IN_BADIP,
	WGC_IN_SOURCE,
	WGC_IN_ECN,
	WGC_MAX
};
extern uint64_t		 wg_counters[WGC_MAX];
extern const char *const wg_counter_names[WGC_MAX];

static inline void
wgc_inc(enum wg_counter c)
{
	wg_counters[c]++;
}

/* Count a drop; consumes m. */
static inline void
wg_drop(struct mbuf *m, enum wg_counter c)
{
	wg_counters[c]++;
	m_freem(m);
}

/* A large packet that is laid out in pieces; see wg_cut.c. */
struct wg_cut {
	struct mbuf	*c_m;		/* NULL: done */
	struct tso_info	 c_ti;
	u_int		 c_i;		/* the next piece */
	u_int		 c_off;		/* its place in the payload */
	u_int		 c_total;	/* bytes of payload */
	u_int		 c_mss;		/* 0: not large */
};

/* if_wg.c */
void	 wg_log(struct wg_softc *, const char *, ...) __printflike(2, 3);
void	 wg_link_update(struct wg_softc *);
int	 wg_ioctl(struct ifnet *, u_long, caddr_t);

/* wg_ioctl.c */
int	 wg_ioctl_set(struct wg_softc *, struct wg_data_io *);
int	 wg_ioctl_get(struct wg_softc *, struct wg_data_io *);

/* wg_peer.c */
struct wg_peer *wg_peer_create(struct wg_softc *, const uint8_t *);
void	 wg_peer_destroy(struct wg_peer *);
struct wg_peer *wg_peer_lookup(struct wg_softc *, const uint8_t *);
void	 wg_peer_up(struct wg_peer *);
void	 wg_peer_down(struct wg_peer *);
void	 wg_peer_set_endpoint(struct wg_peer *, const struct sockaddr *);
void	 wg_peer_seen_at(struct wg_peer *, const struct wg_endpoint *);
void	 wg_peer_clear_source(struct wg_peer *);
void	 wg_peer_stage(struct wg_peer *, struct mbuf *);
void	 wg_peer_purge(struct wg_peer *, enum wg_counter);

/* wg_socket.c */
int	 wg_sockets_open(struct wg_softc *);
void	 wg_sockets_close(struct wg_softc *);
int	 wg_udp_send(struct wg_softc *, const struct wg_endpoint *,
	    struct route *, struct mbuf *, uint8_t);
struct rtentry *wg_endpoint_route(struct wg_softc *,
	    const struct wg_endpoint *, struct route *);
void	 wg_packet_endpoint(struct mbuf *, u_int, struct wg_endpoint *,
	    uint8_t *);

/* wg_hs.c */
void	 wg_initiate(struct wg_peer *, int);
void	 wg_hs_enqueue(struct wg_softc *, const struct wg_endpoint *,
	    const uint8_t *, size_t);
void	 wg_hs_run(void *);
void	 wg_hs_purge(struct wg_softc *);
size_t	 wg_hs_len(uint32_t);

/* wg_send.c */
void	 wg_send_staged(struct wg_peer *);
void	 wg_send_keepalive(struct wg_peer *);

/* wg_cut.c */
int	 wg_cut_begin(struct wg_cut *, struct mbuf *);
u_int	 wg_cut_len(const struct wg_cut *);
void	 wg_cut_next(struct wg_cut *, uint8_t *);
void	 wg_cut_end(struct wg_cut *);

/* wg_recv.c */
struct mbuf *wg_udp_input(void *, struct mbuf *, struct ip *,
	    struct ip6_hdr *, void *, int);
void	 wg_receive(void *);

/* wg_stat.c */
void	 wg_stat_init(void);

#endif /* _NETWG_WG_VAR_H_ */
