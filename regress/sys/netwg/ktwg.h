/*
 * For tests of wg(4) inside the kernel: an interface with one peer, and that
 * peer, which is made of the same handshake code but speaks by packets alone.
 *
 *	ktwg.k_local, the peer             the machine
 *	198.51.100.2:5000 ----------- ktw0 198.51.100.1, wg0 port 51820
 *	10.9.0.2 ------------------------- wg0 10.9.0.1
 *
 *	ktwg_begin(0);
 *	ktwg_handshake();
 *	n = ktwg_seal(buf, text, ktwg_inner(text, 100));
 *	ktwg_rx(buf, n);
 *	KT_EQ(wg_counters[WGC_DATA_IN], 1);
 *	ktwg_end();
 *
 * Counters begin at zero.  What wg0 receives goes no further: it monitors.
 */
#ifndef _REGRESS_KTWG_H_
#define _REGRESS_KTWG_H_

#include <sys/param.h>
#include <sys/systm.h>

#include <netwg/wg_noise_var.h>
#include <netwg/wg_var.h>

#include "../netinet/ktinet.h"

#define KTWG_MAX	2048		/* a datagram */
#define KTWG_PORT	51820
#define KTWG_PEERPORT	5000
#define KTWG_US		IP(198, 51, 100, 1)
#define KTWG_PEER	IP(198, 51, 100, 2)
#define KTWG_INNER	IP(10, 9, 0, 1)
#define KTWG_INNERPEER	IP(10, 9, 0, 2)

/* What ktwg_begin() is told. */
#define KTWG_NOENDPOINT	0x01		/* the machine knows no endpoint */
#define KTWG_PSK	0x02
#define KTWG_PKA	0x04		/* persistent keepalive, 25 s */

struct ktwg {
	struct ktif		*k_card;
	struct ifnet		*k_ifp;		/* wg0 */
	struct wg_softc		*k_sc;
	struct wg_peer		*k_peer;	/* the machine's idea of it */
	struct noise_local	*k_local;	/* the peer itself */
	struct noise_remote	*k_remote;
	struct cookie_maker	 k_cookie;
	uint8_t			 k_public[32];	/* of the machine */
	uint8_t			 k_private[32];
	uint8_t			 k_peerpublic[32];
	/* SIOCSWG's buffer: one peer, with at most one allowed IP. */
	uint64_t		 k_io[(sizeof(struct wg_interface_io) +
				    sizeof(struct wg_peer_io) +
				    sizeof(struct wg_aip_io)) / 8];
};
#define k_if(k)		((struct wg_interface_io *)(k).k_io)
extern struct ktwg	 ktwg;

void	 ktwg_begin(int);
void	 ktwg_end(void);
struct wg_peer_io *ktwg_set_peer(const uint8_t *, int);
void	 ktwg_set_place(struct wg_peer_io *, struct in_addr, u_int);
int	 ktwg_set_now(void);
void	 ktwg_settle(void);

void	 ktwg_rx(const void *, u_int);
void	 ktwg_rx_from(struct in_addr, u_int, const void *, u_int);
u_int	 ktwg_tx(uint8_t *);
u_int	 ktwg_tx_type(uint32_t, uint8_t *);
u_int	 ktwg_wait(uint32_t, uint8_t *, uint64_t, uint64_t *);

void	 ktwg_initiation(struct wg_msg_initiation *);
int	 ktwg_response(const struct wg_msg_initiation *,
	    struct wg_msg_response *);
void	 ktwg_mac(void *, size_t);
void	 ktwg_handshake(void);
void	 ktwg_answer(void);

u_int	 ktwg_inner(uint8_t *, u_int);
u_int	 ktwg_seal(uint8_t *, const uint8_t *, u_int);
u_int	 ktwg_seal_as(uint8_t *, const uint8_t *, u_int, uint64_t);
int	 ktwg_open(uint8_t *, u_int);
int	 ktwg_output(u_int);
uint64_t ktwg_drops(void);

#endif /* _REGRESS_KTWG_H_ */
