/*
 * A card on a wire: see wire_ring.h for what a wire is.
 *
 *	            connected			  hello answered
 *	  MEETING ------------> OFFERED ----------------------+
 *	   |   ^  \                | hung up                  v
 *	   |   |   \ nobody there  v           peer is gone   UP
 *	   |   |    `-> LISTENING  RETRY <------ (it was a hub) |
 *	   |   |          ^  | hello                            |
 *	   |   |          |  `---------------------------> UP   |
 *	   |   |          `----------- peer is gone ------'     |
 *	   |   `--------- timer, RETRY; or peer is gone --------'
 *	   `-> RETRY (an error)
 *
 * The link is up in UP only.  A machine never takes the place of a hub that
 * died, or two machines would be joined past it.
 */
#include <sys/socket.h>
#include <sys/timerfd.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <host.h>

#include "host_card_var.h"
#include "vtime.h"
#include "wire_ring.h"

#define WIRE_MTU	65435
#define RETRY_NSEC	(250 * 1000000L)

enum wire_state { MEETING, LISTENING, OFFERED, UP, RETRY };

struct wire_card {
	struct host_card	*wc_hc;
	struct wire		 wc_wire;
	enum wire_state		 wc_state;
	int			 wc_listen;	/* or -1 */
	int			 wc_sock;	/* to the peer, or -1 */
	int			 wc_timer;
	int			 wc_started;
	int			 wc_told;	/* said that we were refused */
};

static void	wire_event(void *, uint32_t);
static void	wire_start_meeting(struct wire_card *);

static void
wire_say(struct wire_card *wc, const char *what, const char *why)
{
	char	 buf[256];
	int	 n;

	n = snprintf(buf, sizeof(buf), "card %s: wire %s: %s%s%s\n",
	    wc->wc_hc->hc_info.ci_name, wc->wc_hc->hc_pos[0], what,
	    why[0] != '\0' ? ": " : "", why);
	host_cons_write(buf, n);
}

/* Say once, until the link is up, why it does not come up. */
static void
wire_refused(struct wire_card *wc, int error)
{
	if (wc->wc_told)
		return;
	wc->wc_told = 1;
	wire_say(wc, "refused", error == -ECONNRESET || error == -EPIPE ?
	    "two machines have it already (for more, start warren-hub(8) "
	    "first)" : strerror(-error));
}

static void
wire_hello(struct wire_card *wc, struct wire_hello *wh)
{
	memset(wh, 0, sizeof(*wh));
	wh->wh_magic = WIRE_MAGIC;
	wh->wh_version = WIRE_VERSION;
	if (wc->wc_hc->hc_info.ci_offload)
		wh->wh_caps = HOST_CARD_CSUM | HOST_CARD_TSO | HOST_CARD_USO;
	wh->wh_clock = vtime_slot();
}

static void
wire_retry(struct wire_card *wc)
{
	struct itimerspec	 its = { .it_value = { 0, RETRY_NSEC } };

	wc->wc_state = RETRY;
	timerfd_settime(wc->wc_timer, 0, &its, NULL);
}

static void
wire_hangup(struct wire_card *wc)
{
	if (wc->wc_started && wc->wc_state == UP)
		host_event_del(wc->wc_wire.w_bell);
	wire_close(&wc->wc_wire);
	if (wc->wc_sock != -1) {
		host_event_del(wc->wc_sock);
		close(wc->wc_sock);
		wc->wc_sock = -1;
	}
}

/* The peer is gone, or breaks the rules. */
static void
wire_down(struct wire_card *wc)
{
	struct host_card_info	*ci = &wc->wc_hc->hc_info;
	int			 hub, up;

	up = wc->wc_state == UP;
	hub = up && (wc->wc_wire.w_peerflags & WIRE_HUB) != 0;
	wire_hangup(wc);
	if (up) {
		ci->ci_link = 0;
		ci->ci_caps = 0;
		wc->wc_hc->hc_up->cu_link(wc->wc_hc->hc_arg, ci);
	}
	if (wc->wc_listen != -1)
		wc->wc_state = LISTENING;
	else if (up && !hub)
		wire_start_meeting(wc);
	else
		wire_retry(wc);
}

static void
wire_listen_to_bell(struct wire_card *wc)
{
	if (host_event_add(wc->wc_wire.w_bell, HOST_EV_IN, host_card_ready,
	    wc->wc_hc) == 0)
		wire_wake(&wc->wc_wire);
}

static void
wire_up(struct wire_card *wc)
{
	struct host_card_info	*ci = &wc->wc_hc->hc_info;

	wc->wc_state = UP;
	wc->wc_told = 0;
	ci->ci_link = 1;
	ci->ci_caps = ci->ci_offload ? wc->wc_wire.w_peercaps : 0;
	if (wc->wc_started)
		wire_listen_to_bell(wc);
	wc->wc_hc->hc_up->cu_link(wc->wc_hc->hc_arg, ci);
}

/* Event: the peer says hello, answers, or hangs up. */
static void
wire_event(void *arg, uint32_t events)
{
	struct wire_card	*wc = arg;
	struct wire_hello	 wh;
	int			 error;

	(void)events;
	wire_hello(wc, &wh);
	if (wc->wc_state == LISTENING)
		error = wire_accept(&wc->wc_wire, wc->wc_sock, &wh);
	else if (wc->wc_state == OFFERED)
		error = wire_answer(&wc->wc_wire, wc->wc_sock);
	else
		error = -ECONNRESET;	/* nothing more is ever said */
	if (error == 0) {
		wire_up(wc);
		return;
	}
	if (error == -EAGAIN)
		return;
	if (wc->wc_state == OFFERED)
		wire_refused(wc, error);
	wire_down(wc);
}

/* Has the peer hung up, though its event has not come yet? */
static int
wire_peer_gone(struct wire_card *wc)
{
	char	 c;

	return (recv(wc->wc_sock, &c, 1, MSG_PEEK | MSG_DONTWAIT) == 0);
}

/* Event: somebody connects. */
static void
wire_connected(void *arg, uint32_t events)
{
	struct wire_card	*wc = arg;
	int			 sock;

	(void)events;
	sock = accept4(wc->wc_listen, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (sock == -1)
		return;
	if (wc->wc_sock != -1 && wire_peer_gone(wc))
		wire_down(wc);
	if (wc->wc_sock != -1 ||
	    host_event_add(sock, HOST_EV_IN, wire_event, wc) != 0) {
		close(sock);
		return;
	}
	wc->wc_sock = sock;
}

static int
wire_meet_now(struct wire_card *wc)
{
	struct wire_hello	 wh;
	int			 error, sock;

	wc->wc_state = MEETING;
	if ((error = wire_meet(wc->wc_hc->hc_pos[0], &sock)) < 0)
		return (error);
	if (error == 0) {
		wc->wc_listen = sock;
		wc->wc_state = LISTENING;
		return (host_event_add(sock, HOST_EV_IN, wire_connected, wc));
	}
	wc->wc_sock = sock;
	wire_hello(wc, &wh);
	if ((error = host_event_add(sock, HOST_EV_IN, wire_event, wc)) == 0)
		error = wire_offer(&wc->wc_wire, sock, &wh);
	wc->wc_state = OFFERED;
	return (error);
}

static void
wire_start_meeting(struct wire_card *wc)
{
	int	 error;

	if ((error = wire_meet_now(wc)) == 0)
		return;
	wire_refused(wc, error);
	wire_hangup(wc);
	wire_retry(wc);
}

/* Event: try again. */
static void
wire_timer(void *arg, uint32_t events)
{
	struct wire_card	*wc = arg;
	uint64_t		 n;

	(void)events;
	if (read(wc->wc_timer, &n, sizeof(n)) == sizeof(n) &&
	    wc->wc_state == RETRY)
		wire_start_meeting(wc);
}

static int
wire_open(struct host_card *hc)
{
	struct wire_card	*wc;
	int			 error;

	if ((wc = calloc(1, sizeof(*wc))) == NULL)
		return (host_card_fail(hc, "out of memory"));
	wc->wc_hc = hc;
	wc->wc_listen = wc->wc_sock = -1;
	wire_init(&wc->wc_wire);
	wc->wc_timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK |
	    TFD_CLOEXEC);
	hc->hc_priv = wc;
	hc->hc_info.ci_hardmtu = WIRE_MTU;
	snprintf(hc->hc_info.ci_what, sizeof(hc->hc_info.ci_what), "wire %s",
	    hc->hc_pos[0]);
	if (wc->wc_timer == -1 || host_event_add(wc->wc_timer, HOST_EV_IN,
	    wire_timer, wc) != 0)
		error = -EMFILE;
	else
		error = wire_meet_now(wc);
	if (error == 0 || error == -EAGAIN || error == -EPIPE) {
		if (error != 0) {
			wire_refused(wc, error);
			wire_hangup(wc);
			wire_retry(wc);
		}
		return (0);
	}
	hc->hc_ops->co_close(hc);
	return (host_card_fail(hc, "wire %s: %s%s", hc->hc_pos[0],
	    strerror(-error), error == -EACCES || error == -ENOENT ?
	    " (its directory must exist and be writable)" : ""));
}

static int
wire_start(struct host_card *hc, int on)
{
	struct wire_card	*wc = hc->hc_priv;

	if (wc->wc_state == UP && on != wc->wc_started) {
		if (on) {
			wire_discard(&wc->wc_wire);
			wire_listen_to_bell(wc);
		} else
			host_event_del(wc->wc_wire.w_bell);
	}
	wc->wc_started = on;
	return (0);
}

static int
wire_recv(struct host_card *hc, struct host_frame *f, int n)
{
	struct wire_card	*wc = hc->hc_priv;
	int			 i = 0, len = 0;

	if (wc->wc_state != UP)
		return (0);
	while (i < n) {
		len = wire_get(&wc->wc_wire, f[i].hf_vec + 1,
		    f[i].hf_nvec - 1, &f[i].hf_vnet);
		if (len < 0)
			break;
		if (len > 0)
			f[i++].hf_len = len;
		else if (wire_sleep(&wc->wc_wire))
			break;
	}
	if (len < 0) {
		wire_say(wc, "the peer breaks the ring", "");
		wire_down(wc);
	} else
		wire_release(&wc->wc_wire);
	return (i);
}

static int
wire_send(struct host_card *hc, struct host_frame *f, int n)
{
	struct wire_card	*wc = hc->hc_priv;
	struct wire		*w = &wc->wc_wire;
	int			 i = 0, waiting = 0;

	if (wc->wc_state != UP) {
		hc->hc_drops[DROP_OUT] += n;
		return (n);
	}
	while (i < n) {
		if (f[i].hf_len > WIRE_FRAMEMAX) {
			hc->hc_drops[DROP_OUT]++;
			i++;
		} else if (wire_put(w, f[i].hf_vec + 1, f[i].hf_nvec - 1,
		    f[i].hf_len, &f[i].hf_vnet)) {
			i++;
		} else if (!waiting) {
			/* Look once more after the bell has been asked for. */
			waiting = 1;
			wire_flush(w, 1);
		} else
			break;
	}
	wire_flush(w, 0);
	return (i);
}

static void
wire_card_close(struct host_card *hc)
{
	struct wire_card	*wc = hc->hc_priv;

	wire_hangup(wc);
	if (wc->wc_listen != -1) {
		host_event_del(wc->wc_listen);
		close(wc->wc_listen);
		unlink(hc->hc_pos[0]);
	}
	if (wc->wc_timer != -1) {
		host_event_del(wc->wc_timer);
		close(wc->wc_timer);
	}
	free(wc);
}

const struct host_card_ops host_wire_ops = {
	.co_name = "wire",
	.co_npos = 1,
	.co_nmust = 1,
	.co_open = wire_open,
	.co_start = wire_start,
	.co_recv = wire_recv,
	.co_send = wire_send,
	.co_close = wire_card_close,
};
