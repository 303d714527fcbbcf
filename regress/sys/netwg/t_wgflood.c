/*
 * A flood of initiations from sources that are made up, and a cipher that is
 * late: what is established goes on, memory is bounded, and nothing is lost
 * that should not be.
 */
#include <sys/endian.h>
#include <sys/malloc.h>
#include <sys/sockio.h>
#include <sys/task.h>

#include "ktwg.h"

#define FLOOD		100000		/* initiations */
#define BATCH		1000		/* between two looks */
#define MEMORY_MAX	(16 * 1024 * 1024)

static uint8_t	 buf[KTWG_MAX];

/* Initiations with a good mac1, each from a source of its own, in one go. */
static void
flood_batch(struct wg_msg_initiation *mi, uint32_t n)
{
	struct mbuf_list	 ml = MBUF_LIST_INITIALIZER();
	u_int			 i;

	for (i = 0; i < BATCH; i++, n++) {
		memcpy(mi->mi_ue, &n, sizeof(n));
		ktwg_mac(mi, sizeof(*mi));
		ml_enqueue(&ml, kt_udp((struct in_addr){ htonl(0xcb000001 +
		    n) }, KTWG_US, 1024 + n % 60000, KTWG_PORT, mi,
		    sizeof(*mi)));
	}
	if_input(kt_ifp(ktwg.k_card), &ml);
}

/* A packet each way by the session; what else was sent is thrown away. */
static void
lives(void)
{
	uint8_t		 text[64];
	uint64_t	 got = wg_counters[WGC_DATA_IN];
	u_int		 len;

	len = ktwg_seal(buf, text, ktwg_inner(text, sizeof(text)));
	kt_rx(ktwg.k_card, kt_udp(KTWG_PEER, KTWG_US, KTWG_PEERPORT,
	    KTWG_PORT, buf, len));
	KT_EQ(wg_counters[WGC_DATA_IN] - got, 1);
	kt_txdrop(ktwg.k_card);
	KT_ERR(0, ktwg_output(100));
	KT_REQUIRE((len = ktwg_tx_type(WG_MSG_DATA, buf)) != 0);
	KT_ERR(0, ktwg_open(buf, len));
	kt_txdrop(ktwg.k_card);
}

KTEST(flood, "spoofed initiations: the session lives, cookies, bounds")
{
	struct wg_msg_initiation mi;
	long			 memory;
	u_int			 i, mbufs, most = 0;

	ktwg_begin(0);
	KT_ERR(0, kt_route(IP(203, 0, 0, 0), 15, KTWG_PEER, 0, 0));
	ktwg_handshake();
	memory = kmemstats[M_WG].ks_memuse;
	mbufs = mbuf_inuse();
	ktwg_initiation(&mi);
	for (i = 0; i < FLOOD; i += BATCH) {
		flood_batch(&mi, i);
		kt_settle();
		most = MAX(most, ktwg.k_sc->sc_nhsq);
		lives();
	}
	KT_RANGE(kmemstats[M_WG].ks_memuse - memory, 0, MEMORY_MAX);
	KT_RANGE(most, 1, WG_HSQ_MAX);
	ktwg_settle();
	kt_txdrop(ktwg.k_card);
	KT_RANGE(wg_counters[WGC_COOKIE_OUT], 1, FLOOD);
	KT_EQ(wg_counters[WGC_COOKIE_OUT], wg_counters[WGC_IN_MAC2]);
	/* Each of them was dropped for a reason. */
	KT_EQ(ktwg_drops(), FLOOD);
	KT_RANGE(mbuf_inuse(), 0, mbufs + 64);
	/* When it is over, the peer is let in again. */
	ktest_sleep_ms(2000);
	ktwg_handshake();
	lives();
	KT_ERR(0, kt_unroute(IP(203, 0, 0, 0), 15, 0));
	ktwg_end();
}

/* What comes in one batch waits in the queue, up to its bound. */
KTEST(queue, "more than the queue holds, and a peer with a cookie among them")
{
	struct wg_msg_initiation mi;
	struct wg_msg_cookie	 mc;
	uint32_t		 i;

	ktwg_begin(0);
	ktwg_initiation(&mi);
	NET_LOCK();
	for (i = 0; i < WG_HSQ_MAX + 100; i++) {
		struct wg_endpoint	 e;

		memset(&e, 0, sizeof(e));
		e.e_sin.sin_len = sizeof(e.e_sin);
		e.e_sin.sin_family = AF_INET;
		e.e_sin.sin_addr.s_addr = htonl(0xc6336002 + i % 2000);
		e.e_sin.sin_port = htons(i);
		memcpy(mi.mi_ue, &i, sizeof(i));
		ktwg_mac(&mi, sizeof(mi));
		wg_hs_enqueue(ktwg.k_sc, &e, (const uint8_t *)&mi,
		    sizeof(mi));
	}
	KT_EQ(ktwg.k_sc->sc_nhsq, WG_HSQ_MAX);
	NET_UNLOCK();
	KT_EQ(wg_counters[WGC_IN_HSFULL], 100);
	ktwg_settle();
	KT_RANGE(wg_counters[WGC_COOKIE_OUT] + wg_counters[WGC_OUT_SEND], 1,
	    WG_HSQ_MAX);
	kt_txdrop(ktwg.k_card);
	/* Load lasts: the peer is asked for a cookie, and comes with it. */
	ktwg.k_sc->sc_loaded = getnsecuptime();
	ktwg_initiation(&mi);
	ktwg_rx(&mi, sizeof(mi));
	KT_REQUIRE(ktwg_tx_type(WG_MSG_COOKIE, buf) == sizeof(mc));
	memcpy(&mc, buf, sizeof(mc));
	KT_ERR(0, cookie_maker_consume(&ktwg.k_cookie, mc.mc_nonce,
	    mc.mc_ec));
	ktwg_handshake();
	ktwg_end();
}

/*
 * A driver of crypto(9) for wg's cipher that keeps all requests, and does
 * them when it is told, from the last to the first, by the software driver.
 */
#define LATE_MAX	64

static struct crypto_driver	*soft;
static struct cryptop		*held[LATE_MAX];
static u_int			 nheld;
static int			 late_keep, late_error;

static void
late_process(struct cryptop **crps, u_int n)
{
	u_int	 i;

	if (!late_keep) {
		soft->cd_process(crps, n);
		return;
	}
	for (i = 0; i < n; i++) {
		KT_REQUIRE(nheld < LATE_MAX);
		held[nheld++] = crps[i];
	}
}

static const struct crypto_alg	 late_algs[] = {
	{ CRYPTO_CHACHA20_POLY1305, 0 }, { CRYPTO_CHACHA20_POLY1305_MAC, 0 }
};
static struct crypto_driver	 late = {
	.cd_name = "late",
	.cd_algs = late_algs,
	.cd_nalgs = nitems(late_algs),
	.cd_process = late_process,
};

static void
late_begin(void)
{
	for (soft = crypto_drivers; soft != NULL; soft = soft->cd_next)
		if (strcmp(soft->cd_name, "soft") == 0)
			break;
	KT_REQUIRE(soft != NULL);
	late.cd_newsession = soft->cd_newsession;
	late.cd_freesession = soft->cd_freesession;
	KT_ERR(0, crypto_register(&late));
	KT_ERR(0, crypto_force("late"));
	nheld = 0;
	late_keep = late_error = 0;
	ktwg_begin(0);
	ktwg_handshake();
	KT_EQ(late.cd_sessions, 4);
}

static void
late_end(void)
{
	ktwg_end();
	KT_EQ(late.cd_sessions, 0);
	KT_ERR(0, crypto_force(NULL));
	crypto_unregister(&late);
}

/* Now do them. */
static void
late_go(void)
{
	struct cryptop	*crp;

	late_keep = 0;
	NET_LOCK();
	while (nheld > 0) {
		crp = held[--nheld];
		if (late_error != 0) {
			crp->crp_etype = late_error;
			crypto_done(crp);
		} else
			soft->cd_process(&crp, 1);
	}
	NET_UNLOCK();
	ktwg_settle();
}

/* n packets of the peer's, that wait for the cipher. */
static void
late_in(u_int n)
{
	uint8_t	 text[64];
	u_int	 i, len;

	for (i = 0; i < n; i++) {
		late_keep = 0;
		len = ktwg_seal(buf, text, ktwg_inner(text, sizeof(text)));
		late_keep = 1;
		ktwg_rx(buf, len);
	}
	KT_EQ(nheld, n);
	KT_EQ(wg_counters[WGC_DATA_IN], 0);
}

KTEST(late_in, "packets in, of a cipher that is late and disorderly")
{
	late_begin();
	late_in(10);
	late_go();
	KT_EQ(wg_counters[WGC_DATA_IN], 10);
	KT_EQ(ktwg.k_ifp->if_ipackets, 10);
	late_end();
}

KTEST(late_twice, "two copies of a packet in the cipher: one counts")
{
	uint8_t	 text[64];
	u_int	 len;

	late_begin();
	len = ktwg_seal(buf, text, ktwg_inner(text, sizeof(text)));
	late_keep = 1;
	ktwg_rx(buf, len);
	ktwg_rx(buf, len);
	KT_EQ(nheld, 2);
	late_go();
	KT_EQ(wg_counters[WGC_DATA_IN], 1);
	KT_EQ(wg_counters[WGC_IN_REPLAY], 1);
	KT_EQ(ktwg.k_ifp->if_ipackets, 1);
	late_end();
}

KTEST(late_fails, "a cipher that fails, in and out")
{
	late_begin();
	late_in(3);
	late_error = EIO;
	late_go();
	KT_EQ(wg_counters[WGC_IN_BADMAC], 3);
	late_keep = 1;
	late_error = EIO;
	KT_ERR(0, ktwg_output(100));
	KT_EQ(nheld, 1);
	late_go();
	KT_EQ(wg_counters[WGC_OUT_CRYPTO], 1);
	KT_EQ(ktwg_tx_type(WG_MSG_DATA, buf), 0);
	late_error = 0;
	KT_ERR(0, ktwg_output(100));
	KT_NE(ktwg_tx_type(WG_MSG_DATA, buf), 0);
	late_end();
}

KTEST(late_out, "packets out come in the order that they are done")
{
	struct wg_msg_data	 md;
	u_int			 i, len;

	late_begin();
	late_keep = 1;
	for (i = 0; i < 4; i++)
		KT_ERR(0, ktwg_output(100));
	KT_EQ(nheld, 4);
	KT_EQ(ktwg_tx(buf), 0);
	late_go();
	for (i = 4; i-- > 0;) {
		KT_REQUIRE((len = ktwg_tx(buf)) != 0);
		memcpy(&md, buf, sizeof(md));
		KT_EQ(le64toh(md.md_counter), i);
		KT_ERR(0, ktwg_open(buf, len));
	}
	late_end();
}

KTEST(late_peer, "the peer goes while its packets are in the cipher")
{
	late_begin();
	late_in(3);
	KT_ERR(0, ktwg_output(100));
	KT_EQ(nheld, 4);
	(void)ktwg_set_peer(ktwg.k_peerpublic, WG_PEER_REMOVE);
	KT_ERR(0, ktwg_set_now());
	late_go();
	KT_EQ(wg_counters[WGC_DATA_IN], 0);
	KT_EQ(wg_counters[WGC_IN_GONE], 3);
	KT_EQ(wg_counters[WGC_OUT_GONE], 1);
	KT_EQ(ktwg.k_ifp->if_ipackets, 0);
	KT_EQ(ktwg_tx_type(WG_MSG_DATA, buf), 0);
	late_end();
}

KTEST(late_down, "the interface goes down meanwhile, and up again")
{
	struct ifreq	 ifr;
	u_int		 i;

	late_begin();
	late_in(3);
	memset(&ifr, 0, sizeof(ifr));
	for (i = 0; i < 2; i++) {
		NET_LOCK();
		ktwg.k_ifp->if_flags ^= IFF_UP;
		KT_ERR(0, wg_ioctl(ktwg.k_ifp, SIOCSIFFLAGS, (caddr_t)&ifr));
		NET_UNLOCK();
	}
	late_go();
	KT_EQ(wg_counters[WGC_DATA_IN], 0);
	KT_EQ(wg_counters[WGC_IN_GONE], 3);
	ktwg_handshake();
	late_end();
}

KTEST(late_destroy, "the interface is destroyed meanwhile")
{
	late_begin();
	late_in(3);
	KT_ERR(0, ktwg_output(100));
	KT_ERR(0, if_clone_destroy("wg0"));
	late_keep = 0;
	NET_LOCK();
	while (nheld > 0)
		soft->cd_process(&held[--nheld], 1);
	NET_UNLOCK();
	kt_settle();
	KT_EQ(wg_counters[WGC_IN_GONE], 3);
	KT_EQ(wg_counters[WGC_OUT_GONE], 1);
	KT_EQ(wg_counters[WGC_DATA_IN], 0);
	/* For ktwg_end(). */
	KT_REQUIRE(if_clone_create("wg0", 0) == 0);
	ktwg.k_ifp = if_unit_noref("wg0");
	ktwg.k_sc = ktwg.k_ifp->if_softc;
	late_end();
}
