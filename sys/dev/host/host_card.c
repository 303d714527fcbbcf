/*
 * Cards on the host: the words of a boot argument, network namespaces, and
 * the table of kinds.
 *
 *	em0,tap,NAME[,NETNS]
 *	em0,packet,IFNAME[,NETNS][,mode=vnet|xdp]
 *	em0,wire,PATH
 *
 * each with [,lladdr=xx:xx:xx:xx:xx:xx][,mtu=N][,offload=on|off].  A NETNS is
 * a name as ip-netns(8) gives them, or a path.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <host.h>

#include "host_card_var.h"
#include "vtime.h"
#include "wire_ring.h"

#define MTU_MIN		68
#define MTU_MAX		65535
#define LONG_BATCHES	256		/* between looks at what was lost */

static const struct host_card_ops *const kinds[] = {
	&host_tap_ops, &host_packet_ops, &host_wire_ops,
};

/*
 * Say why a card cannot be opened; the sentence begins with its name.
 * Returns -1.
 */
int
host_card_fail(struct host_card *hc, const char *fmt, ...)
{
	va_list	 ap;
	int	 n;

	n = snprintf(hc->hc_err, hc->hc_errlen, "card %s: ",
	    hc->hc_info.ci_name);
	va_start(ap, fmt);
	vsnprintf(hc->hc_err + n, hc->hc_errlen - n, fmt, ap);
	va_end(ap);
	return (-1);
}

/*
 * Enter the network namespace of that name (NULL: stay).  Returns a
 * descriptor for host_ns_leave(), -2 when there is nothing to leave, -1 on
 * failure, which is told.
 */
int
host_ns_enter(struct host_card *hc, const char *name)
{
	char	 path[256];
	int	 old, ns, error;

	if (name == NULL)
		return (-2);
	snprintf(path, sizeof(path), "%s%s", strchr(name, '/') == NULL ?
	    "/var/run/netns/" : "", name);
	if ((ns = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return (host_card_fail(hc, "network namespace %s: %s "
		    "(make it with: ip netns add %s)", path, strerror(errno),
		    name));
	old = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (old == -1 || setns(ns, CLONE_NEWNET) == -1) {
		error = errno;
		close(ns);
		if (old != -1)
			close(old);
		return (host_card_fail(hc, "cannot enter network namespace "
		    "%s: %s%s", path, strerror(error), error == EPERM ?
		    " (CAP_SYS_ADMIN over it is needed: start as root)" : ""));
	}
	close(ns);
	return (old);
}

/* Back to where host_ns_enter() came from. */
void
host_ns_leave(int old)
{
	if (old < 0)
		return;
	if (setns(old, CLONE_NEWNET) == -1) {
		perror("setns");
		abort();
	}
	close(old);
}

/* An address that stays the same for this machine's name and card. */
static void
default_lladdr(struct host_card_info *ci)
{
	const char	*s;
	uint64_t	 h = 14695981039346656037ULL;
	int		 i;

	for (s = host_name(); *s != '\0'; s++)
		h = (h ^ (uint8_t)*s) * 1099511628211ULL;
	h = (h ^ '/') * 1099511628211ULL;
	for (s = ci->ci_name; *s != '\0'; s++)
		h = (h ^ (uint8_t)*s) * 1099511628211ULL;
	h = (h ^ (h >> 32)) * 0x9e3779b97f4a7c15ULL;
	h ^= h >> 29;
	for (i = 0; i < 6; i++)
		ci->ci_lladdr[i] = h >> (8 * i);
	ci->ci_lladdr[0] = (ci->ci_lladdr[0] & 0xfc) | 0x02;
}

static int
parse_lladdr(struct host_card *hc, const char *s)
{
	unsigned int	 b[6];
	int		 i, n = 0;

	if (sscanf(s, "%2x:%2x:%2x:%2x:%2x:%2x%n", &b[0], &b[1], &b[2], &b[3],
	    &b[4], &b[5], &n) != 6 || s[n] != '\0' || (b[0] & 1) != 0)
		return (host_card_fail(hc, "lladdr=%s: not a unicast Ethernet "
		    "address", s));
	for (i = 0; i < 6; i++)
		hc->hc_info.ci_lladdr[i] = b[i];
	return (0);
}

static int
parse_option(struct host_card *hc, char *word, char *val)
{
	char	*end;
	long	 n;

	*val++ = '\0';
	if (strcmp(word, "lladdr") == 0)
		return (parse_lladdr(hc, val));
	if (strcmp(word, "mtu") == 0) {
		n = strtol(val, &end, 10);
		if (*val == '\0' || *end != '\0' || n < MTU_MIN || n > MTU_MAX)
			return (host_card_fail(hc, "mtu=%s: not a number from "
			    "%d to %d", val, MTU_MIN, MTU_MAX));
		hc->hc_info.ci_mtu = n;
		return (0);
	}
	if (strcmp(word, "offload") == 0 && (strcmp(val, "on") == 0 ||
	    strcmp(val, "off") == 0)) {
		hc->hc_info.ci_offload = strcmp(val, "on") == 0;
		return (0);
	}
	if (strcmp(word, "mode") == 0 && hc->hc_ops == &host_packet_ops &&
	    (strcmp(val, "vnet") == 0 || strcmp(val, "xdp") == 0)) {
		hc->hc_xdp = strcmp(val, "xdp") == 0;
		return (0);
	}
	return (host_card_fail(hc, "%s=%s: a %s card has no such option", word,
	    val, hc->hc_ops->co_name));
}

static int
parse_kind(struct host_card *hc, const char *word)
{
	size_t	 i;

	for (i = 0; word != NULL && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(word, kinds[i]->co_name) == 0) {
			hc->hc_ops = kinds[i];
			return (0);
		}
	return (host_card_fail(hc, "%s: not one of tap, packet, wire",
	    word == NULL ? "" : word));
}

static int
parse(struct host_card *hc, const char *spec)
{
	char	*p, *val, *word;
	int	 npos = 0;

	if (strlen(spec) >= sizeof(hc->hc_words))
		return (host_card_fail(hc, "boot argument too long: %.40s...",
		    spec));
	strcpy(hc->hc_words, spec);
	p = hc->hc_words;
	word = strsep(&p, ",");
	if (*word == '\0' || strlen(word) >= sizeof(hc->hc_info.ci_name))
		return (host_card_fail(hc, "not a card's name: %s", word));
	strcpy(hc->hc_info.ci_name, word);
	default_lladdr(&hc->hc_info);
	if (parse_kind(hc, strsep(&p, ",")) == -1)
		return (-1);
	while ((word = strsep(&p, ",")) != NULL) {
		if ((val = strchr(word, '=')) != NULL) {
			if (parse_option(hc, word, val) == -1)
				return (-1);
		} else if (*word != '\0') {
			if (npos == hc->hc_ops->co_npos)
				return (host_card_fail(hc, "%s: word not "
				    "expected", word));
			hc->hc_pos[npos++] = word;
		}
	}
	if (npos < hc->hc_ops->co_nmust)
		return (host_card_fail(hc, "%s needs %s", hc->hc_ops->co_name,
		    hc->hc_ops == &host_wire_ops ? "a path" :
		    "an interface name"));
	if (hc->hc_xdp)
		hc->hc_ops = &host_xdp_ops;
	return (0);
}

static void
clock_event(void *arg, uint32_t events)
{
	(void)arg;
	(void)events;
	vtime_event();
}

int
host_card_clock(const char *path, char *err, size_t errlen)
{
	static const struct host_vtime	 ops = {
		.now = vtime_now,
		.real = vtime_real,
		.idle = vtime_idle,
		.busy = vtime_busy,
	};
	int				 error;

	if (vtime_join(path, host_clock(0), err, errlen) == -1)
		return (-1);
	error = host_event_add(vtime_fd(), HOST_EV_IN, clock_event, NULL);
	if (error != 0) {
		snprintf(err, errlen, "clock %s: %s", path, strerror(-error));
		return (-1);
	}
	atexit(vtime_leave);
	wire_rung = vtime_poke;
	host_vtime_set(&ops);
	return (0);
}

struct host_card *
host_card_open(const char *spec, struct host_card_info *ci,
    const struct host_card_upcalls *up, void *arg, char *err, size_t errlen)
{
	struct host_card	*hc;

	if ((hc = calloc(1, sizeof(*hc))) == NULL) {
		snprintf(err, errlen, "card %s: out of memory", spec);
		return (NULL);
	}
	hc->hc_up = up;
	hc->hc_arg = arg;
	hc->hc_fd = -1;
	hc->hc_info.ci_offload = 1;
	hc->hc_err = err;
	hc->hc_errlen = errlen;
	if (parse(hc, spec) == -1 || hc->hc_ops->co_open(hc) == -1) {
		free(hc);
		return (NULL);
	}
	*ci = hc->hc_info;
	return (hc);
}

/* Event: frames may have come, or there is room again. */
void
host_card_ready(void *arg, uint32_t events)
{
	struct host_card	*hc = arg;

	(void)events;
	hc->hc_up->cu_ready(hc->hc_arg);
}

void
host_card_close(struct host_card *hc)
{
	hc->hc_ops->co_start(hc, 0);
	hc->hc_ops->co_close(hc);
	free(hc);
}

int
host_card_start(struct host_card *hc, int on)
{
	return (hc->hc_ops->co_start(hc, on));
}

/*
 * Only a queue that was long may have overflowed: when one has been emptied,
 * and now and then while it has not, the host is asked what it lost.
 */
int
host_card_recv(struct host_card *hc, struct host_frame *f, int n)
{
	int	 got;

	got = hc->hc_ops->co_recv(hc, f, n);
	if (hc->hc_ops->co_missed == NULL || got < 0)
		return (got);
	if (got == n && ++hc->hc_long < LONG_BATCHES)
		return (got);
	if (hc->hc_long > 0)
		hc->hc_drops[DROP_IN] += hc->hc_ops->co_missed(hc);
	hc->hc_long = 0;
	return (got);
}

int
host_card_send(struct host_card *hc, struct host_frame *f, int n)
{
	return (hc->hc_ops->co_send(hc, f, n));
}

void
host_card_drops(struct host_card *hc, uint64_t drops[2])
{
	memcpy(drops, hc->hc_drops, sizeof(hc->hc_drops));
	memset(hc->hc_drops, 0, sizeof(hc->hc_drops));
}
