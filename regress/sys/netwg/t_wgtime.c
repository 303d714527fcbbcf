/*
 * What a peer sees of the timers: the packets that come by themselves, each
 * at its time (WireGuard paper, section 6).
 */
#include <sys/time.h>

#include "ktwg.h"

#define DATA(len)	(roundup((len), 16) + WG_DATA_OVERHEAD)
#define KEEPALIVE	WG_DATA_OVERHEAD
#define JITTER		(334 + 30)	/* and how exact ktwg_wait() is */

static uint8_t	 buf[KTWG_MAX];

/* The peer sends a packet, and the machine gets it. */
static void
peer_sends(void)
{
	uint8_t		 text[64];
	uint64_t	 got = wg_counters[WGC_DATA_IN];
	u_int		 len;

	len = ktwg_seal(buf, text, ktwg_inner(text, sizeof(text)));
	ktwg_rx(buf, len);
	KT_EQ(wg_counters[WGC_DATA_IN] - got, 1);
}

/* The machine sends one, which is all that it sends. */
static void
we_send(void)
{
	KT_ERR(0, ktwg_output(100));
	KT_EQ(ktwg_tx(buf), DATA(100));
	KT_ERR(0, ktwg_open(buf, DATA(100)));
	KT_EQ(ktwg_tx(buf), 0);
}

/* Nothing at all is sent for so long. */
static void
silence(uint64_t ms)
{
	ktest_sleep_ms(ms);
	ktwg_settle();
	KT_EQ(ktwg_tx(buf), 0);
}

KTEST(keepalive, "data in and none out: a keepalive after 10 s")
{
	uint64_t	 ms;

	ktwg_begin(0);
	ktwg_handshake();
	silence(30000);
	peer_sends();
	KT_EQ(ktwg_wait(WG_MSG_DATA, buf, 20000, &ms), KEEPALIVE);
	KT_RANGE(ms, 9950, 10050);
	KT_ERR(0, ktwg_open(buf, KEEPALIVE));
	silence(30000);
	/* Having answered, none. */
	peer_sends();
	ktest_sleep_ms(5000);
	we_send();
	ktwg_rx(buf, ktwg_seal(buf, NULL, 0));
	silence(30000);
	ktwg_end();
}

KTEST(new_handshake, "data out and none in: an initiation after 15 s")
{
	uint64_t	 ms;

	ktwg_begin(0);
	ktwg_handshake();
	we_send();
	KT_EQ(ktwg_wait(WG_MSG_INITIATION, buf, 30000, &ms),
	    sizeof(struct wg_msg_initiation));
	KT_RANGE(ms, 14950, 15000 + JITTER);
	ktwg_end();
}

KTEST(retry, "initiations every 5 s for 90 s, then what waits is dropped")
{
	uint64_t	 ms, total = 0;
	u_int		 n;

	ktwg_begin(0);
	KT_ERR(0, ktwg_output(100));
	KT_EQ(ktwg_tx(buf), sizeof(struct wg_msg_initiation));
	for (n = 0; ktwg_wait(WG_MSG_INITIATION, buf, 8000, &ms) != 0; n++) {
		KT_RANGE(ms, 4950, 5000 + JITTER);
		total += ms;
	}
	KT_EQ(n, 18);
	KT_RANGE(total, 89000, 90000 + 18 * JITTER);
	KT_EQ(wg_counters[WGC_OUT_UNANSWERED], 1);
	KT_EQ(wg_counters[WGC_GAVEUP], 1);
	silence(60000);
	/* Another packet begins anew. */
	KT_ERR(0, ktwg_output(100));
	KT_EQ(ktwg_tx(buf), sizeof(struct wg_msg_initiation));
	ktwg_end();
}

KTEST(rekey_send, "the initiator asks for new keys when they are 120 s old")
{
	ktwg_begin(0);
	ktwg_answer();
	peer_sends();
	ktest_sleep_ms(60000);
	while (ktwg_tx(buf) != 0)
		continue;
	we_send();
	peer_sends();
	ktest_sleep_ms(59900);
	ktwg_settle();
	while (ktwg_tx(buf) != 0)
		continue;		/* a keepalive */
	we_send();
	peer_sends();
	ktest_sleep_ms(200);
	KT_ERR(0, ktwg_output(100));
	KT_EQ(ktwg_tx(buf), DATA(100));
	KT_EQ(ktwg_tx(buf), sizeof(struct wg_msg_initiation));
	KT_EQ(ktwg_tx(buf), 0);
	ktwg_end();
}

KTEST(rekey_responder, "the responder does not ask at all")
{
	u_int	 i;

	ktwg_begin(0);
	ktwg_handshake();
	for (i = 0; i < 17; i++) {
		ktest_sleep_ms(10000);
		ktwg_settle();
		while (ktwg_tx(buf) != 0)
			KT_NE(buf[0], WG_MSG_INITIATION);
		we_send();
		peer_sends();
	}
	ktwg_end();
}

KTEST(rekey_receive, "nor who only receives, but at 165 s, once")
{
	ktwg_begin(0);
	ktwg_answer();
	peer_sends();
	ktest_sleep_ms(164900);
	ktwg_settle();
	while (ktwg_tx(buf) != 0)
		KT_NE(buf[0], WG_MSG_INITIATION);
	peer_sends();
	KT_EQ(ktwg_tx(buf), 0);
	ktest_sleep_ms(200);
	peer_sends();
	KT_EQ(ktwg_tx(buf), sizeof(struct wg_msg_initiation));
	peer_sends();
	KT_EQ(ktwg_tx(buf), 0);
	ktwg_end();
}

KTEST(reject, "after 180 s a session carries nothing, either way")
{
	uint8_t		 text[64];
	uint64_t	 drops;
	u_int		 len;

	ktwg_begin(0);
	ktwg_handshake();
	(void)ktwg_inner(text, sizeof(text));
	ktest_sleep_ms(179500);
	peer_sends();
	we_send();
	ktest_sleep_ms(600);
	len = ktwg_seal(buf, text, sizeof(text));
	drops = ktwg_drops();
	ktwg_rx(buf, len);
	KT_EQ(wg_counters[WGC_IN_OLDSESSION], 1);
	KT_EQ(ktwg_drops() - drops, 1);
	KT_EQ(ktwg_tx(buf), 0);
	KT_ERR(0, ktwg_output(100));
	KT_EQ(ktwg_tx(buf), sizeof(struct wg_msg_initiation));
	KT_EQ(ktwg_tx(buf), 0);
	ktwg_end();
}

KTEST(zero, "540 s after the last session its keys are gone")
{
	uint64_t	 sessions;
	u_int		 len;

	ktwg_begin(0);
	ktwg_handshake();
	sessions = crypto_stats.cst_sessions;
	len = ktwg_seal(buf, NULL, 0);
	ktest_sleep_ms(539900);
	KT_EQ(crypto_stats.cst_sessions, sessions);
	ktwg_rx(buf, len);
	KT_EQ(wg_counters[WGC_IN_OLDSESSION], 1);
	ktest_sleep_ms(200);
	ktwg_settle();
	KT_EQ(crypto_stats.cst_sessions, sessions - 2);
	ktwg_rx(buf, len);
	KT_EQ(wg_counters[WGC_IN_NOSESSION], 1);
	ktwg_end();
}

KTEST(persistent, "a persistent keepalive every 25 s of silence")
{
	uint64_t	 ms;
	u_int		 i;

	ktwg_begin(KTWG_PKA);
	ktwg_handshake();
	while (ktwg_tx(buf) != 0)
		continue;
	ktest_sleep_ms(7000);
	we_send();
	ktwg_rx(buf, ktwg_seal(buf, NULL, 0));
	for (i = 0; i < 4; i++) {
		KT_EQ(ktwg_wait(WG_MSG_DATA, buf, 30000, &ms), KEEPALIVE);
		KT_RANGE(ms, 24950, 25050);
	}
	ktwg_end();
}

KTEST(begin, "up with a persistent keepalive, it begins by itself")
{
	struct wg_msg_initiation mi;
	struct wg_msg_response	 mr;

	ktwg_begin(KTWG_PKA);
	KT_REQUIRE(ktwg_tx(buf) == sizeof(mi));
	memcpy(&mi, buf, sizeof(mi));
	KT_REQUIRE(ktwg_response(&mi, &mr) == 0);
	ktwg_rx(&mr, sizeof(mr));
	KT_EQ(ktwg_tx(buf), KEEPALIVE);
	KT_ERR(0, ktwg_open(buf, KEEPALIVE));
	ktwg_end();
}

KTEST(both, "both begin at once, and go on by one session")
{
	struct wg_msg_initiation mine, yours;
	struct wg_msg_response	 mr;
	u_int			 len;

	ktwg_begin(0);
	KT_ERR(0, ktwg_output(100));
	KT_REQUIRE(ktwg_tx(buf) == sizeof(yours));
	memcpy(&yours, buf, sizeof(yours));
	ktwg_initiation(&mine);
	/* The messages cross. */
	ktwg_rx(&mine, sizeof(mine));
	KT_REQUIRE(ktwg_tx_type(WG_MSG_RESPONSE, buf) == sizeof(mr));
	KT_REQUIRE(ktwg_response(&yours, &mr) == 0);
	ktwg_rx(&mr, sizeof(mr));
	memcpy(&mr, buf, sizeof(mr));
	/* What waited came by the machine's own session. */
	KT_REQUIRE((len = ktwg_tx_type(WG_MSG_DATA, buf)) == DATA(100));
	KT_ERR(0, ktwg_open(buf, len));
	KT_REQUIRE(noise_consume_response(ktwg.k_local, mr.mr_sender,
	    mr.mr_receiver, mr.mr_ue, mr.mr_en) == ktwg.k_remote);
	peer_sends();
	we_send();
	silence(5000);
	peer_sends();
	we_send();
	KT_EQ(wg_counters[WGC_INIT_OUT], 1);
	ktwg_end();
}
