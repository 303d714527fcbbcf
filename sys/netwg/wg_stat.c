/*
 * wg(4): counters, of all interfaces together (sysctl net.link.0.NET_LINK_WG,
 * netstat -s -p wg).
 */
#include <sys/param.h>

#include <net/netisr.h>

#include <netwg/wg_var.h>

uint64_t		 wg_counters[WGC_MAX];

/* At most 39 bytes each. */
const char *const	 wg_counter_names[WGC_MAX] = {
	[WGC_INIT_OUT] = "handshake initiations sent",
	[WGC_INIT_IN] = "handshake initiations accepted",
	[WGC_RESP_OUT] = "handshake responses sent",
	[WGC_RESP_IN] = "handshake responses accepted",
	[WGC_COOKIE_OUT] = "cookie replies sent",
	[WGC_COOKIE_IN] = "cookie replies accepted",
	[WGC_DATA_OUT] = "data packets sent",
	[WGC_DATA_IN] = "data packets received",
	[WGC_KEEPALIVE_OUT] = "keepalives sent",
	[WGC_KEEPALIVE_IN] = "keepalives received",
	[WGC_TRAIN_OUT] = "trains sent",
	[WGC_TRAIN_IN] = "trains received",
	[WGC_CUT] = "large packets cut",
	[WGC_MERGED] = "packets merged into large ones",
	[WGC_ROAMED] = "endpoints that moved",
	[WGC_GAVEUP] = "handshakes given up",
	[WGC_OUT_DOWN] = "out: interface down or peer removed",
	[WGC_OUT_BADAF] = "out: neither IPv4 nor IPv6",
	[WGC_OUT_NOPEER] = "out: no peer allows the destination",
	[WGC_OUT_NOENDPOINT] = "out: peer without endpoint",
	[WGC_OUT_LOOP] = "out: routing loop",
	[WGC_OUT_STAGEFULL] = "out: too many wait for a session",
	[WGC_OUT_UNANSWERED] = "out: handshake never answered",
	[WGC_OUT_BADHDR] = "out: bad offload request",
	[WGC_OUT_NOMEM] = "out: no memory",
	[WGC_OUT_CRYPTO] = "out: cipher failed",
	[WGC_OUT_GONE] = "out: peer gone meanwhile",
	[WGC_OUT_SEND] = "out: UDP could not send",
	[WGC_IN_SHORT] = "in: length does not fit the type",
	[WGC_IN_TYPE] = "in: unknown type",
	[WGC_IN_QFULL] = "in: queue full",
	[WGC_IN_HSFULL] = "in: handshake queue full",
	[WGC_IN_NOMEM] = "in: no memory",
	[WGC_IN_MAC1] = "in: wrong mac1",
	[WGC_IN_MAC2] = "in: under load, answered by a cookie",
	[WGC_IN_RATELIMIT] = "in: too many handshakes of a source",
	[WGC_IN_BADINIT] = "in: bad initiation",
	[WGC_IN_NOPEER] = "in: initiation of an unknown peer",
	[WGC_IN_REPLAYEDINIT] = "in: initiation replayed",
	[WGC_IN_EARLYINIT] = "in: initiation too soon",
	[WGC_IN_BADRESP] = "in: bad response",
	[WGC_IN_BADCOOKIE] = "in: bad cookie reply",
	[WGC_IN_NOSESSION] = "in: unknown session",
	[WGC_IN_OLDSESSION] = "in: session too old",
	[WGC_IN_REPLAY] = "in: replayed",
	[WGC_IN_WINDOW] = "in: before the replay window",
	[WGC_IN_BADMAC] = "in: not authentic",
	[WGC_IN_GONE] = "in: peer gone meanwhile",
	[WGC_IN_BADIP] = "in: no IP packet inside",
	[WGC_IN_SOURCE] = "in: source not allowed",
	[WGC_IN_ECN] = "in: congestion without ECN inside",
};

/*
 * Offer them to sysctl(2).
 */
void
wg_stat_init(void)
{
	link_counters_register(NET_LINK_WG, wg_counters, wg_counter_names,
	    WGC_MAX);
}
