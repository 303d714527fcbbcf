/*
 * A card that is the far end of a TAP interface of the host.
 *
 * Each frame goes with a vnet header, so that large TCP segments, trains of
 * datagrams and unfinished checksums pass whole.  A TAP has no call that
 * moves several frames, so a batch is a loop.
 *
 * Unless it was made persistent, the interface exists as long as the card.
 */
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <linux/if.h>
#include <linux/if_tun.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <host.h>
#include <host_linux.h>

#include "host_card_var.h"

#define TAP_MTU		65521		/* what the host allows a TAP */
#define TAP_FULL	4		/* batches that ask for larger ones */
#define TAP_DEVICE	"/dev/net/tun"

/* Tell the host what it may hand over unfinished, and what we will. */
static int
tap_offload(struct host_card *hc, int fd)
{
	unsigned int	 csum = TUN_F_CSUM;
	unsigned int	 tso = csum | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
	unsigned int	 uso = tso | TUN_F_USO4 | TUN_F_USO6;

	if (!hc->hc_info.ci_offload) {
		hc->hc_info.ci_caps = 0;
		return (ioctl(fd, TUNSETOFFLOAD, 0));
	}
	hc->hc_info.ci_caps = HOST_CARD_CSUM | HOST_CARD_TSO | HOST_CARD_USO;
	if (ioctl(fd, TUNSETOFFLOAD, uso) == 0)
		return (0);
	hc->hc_info.ci_caps &= ~HOST_CARD_USO;
	return (ioctl(fd, TUNSETOFFLOAD, tso));
}

static int
tap_setup(struct host_card *hc, int fd)
{
	struct ifreq	 ifr;
	int		 hdrlen = sizeof(struct host_vnet);

	memset(&ifr, 0, sizeof(ifr));
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", hc->hc_pos[0]);
	ifr.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
	if (ioctl(fd, TUNSETIFF, &ifr) == -1)
		return (host_card_fail(hc, "tap %s: %s%s", hc->hc_pos[0],
		    strerror(errno), errno == EBUSY ?
		    " (another process has it: halt that, or use another "
		    "name)" : errno == EPERM ?
		    " (CAP_NET_ADMIN is needed: start as root)" :
		    errno == EINVAL ?
		    " (an interface of another kind has that name)" : ""));
	if (ioctl(fd, TUNSETVNETHDRSZ, &hdrlen) == -1 ||
	    tap_offload(hc, fd) == -1)
		return (host_card_fail(hc, "tap %s: offloads: %s",
		    hc->hc_pos[0], strerror(errno)));
	return (0);
}

static int
tap_open(struct host_card *hc)
{
	int	 error = -1, fd, ns;

	if (strlen(hc->hc_pos[0]) >= IFNAMSIZ)
		return (host_card_fail(hc, "%s: name too long for an "
		    "interface", hc->hc_pos[0]));
	if ((ns = host_ns_enter(hc, hc->hc_pos[1])) == -1)
		return (-1);
	if ((fd = open(TAP_DEVICE, O_RDWR | O_NONBLOCK | O_CLOEXEC)) == -1)
		host_card_fail(hc, "%s: %s (the host needs its tun module "
		    "and that device)", TAP_DEVICE, strerror(errno));
	else if ((error = tap_setup(hc, fd)) == -1)
		close(fd);
	host_ns_leave(ns);
	if (error == -1)
		return (-1);
	hc->hc_fd = fd;
	hc->hc_ask = 1;
	hc->hc_info.ci_link = 1;
	hc->hc_info.ci_hardmtu = TAP_MTU;
	snprintf(hc->hc_info.ci_what, sizeof(hc->hc_info.ci_what),
	    "tap %s%s%s", hc->hc_pos[0], hc->hc_pos[1] ? " in " : "",
	    hc->hc_pos[1] ? hc->hc_pos[1] : "");
	return (0);
}

static int
tap_start(struct host_card *hc, int on)
{
	if (on)
		return (host_event_add(hc->hc_fd, HOST_EV_IN, host_card_ready,
		    hc));
	host_event_del(hc->hc_fd);
	return (0);
}

/*
 * How many frames to ask for next time.  A read that finds nothing costs as
 * much as another, and delays what the ones before have brought: so as many
 * as came when there were no more, and twice as many once all of those came
 * some times in a row.  The event is level-triggered.
 */
static void
tap_adapt(struct host_card *hc, int asked, int n)
{
	if (n < asked) {
		hc->hc_ask = n > 0 ? n : 1;
		hc->hc_full = 0;
	} else if (++hc->hc_full == TAP_FULL) {
		hc->hc_ask = 2 * n;
		hc->hc_full = 0;
	}
}

static int
tap_recv(struct host_card *hc, struct host_frame *f, int n)
{
	ssize_t	 len;
	int	 i = 0;

	if (n > hc->hc_ask)
		n = hc->hc_ask;
	while (i < n) {
		f[i].hf_vec[0].hv_base = &f[i].hf_vnet;
		f[i].hf_vec[0].hv_len = sizeof(f[i].hf_vnet);
		len = readv(hc->hc_fd, (struct iovec *)f[i].hf_vec,
		    f[i].hf_nvec);
		if (len == -1) {
			if (errno == EAGAIN || errno == EINTR)
				break;
			if (errno != EINVAL)
				return (i > 0 ? i : -errno);
			hc->hc_drops[DROP_IN]++;
			continue;
		}
		if ((size_t)len <= sizeof(f[i].hf_vnet)) {
			hc->hc_drops[DROP_IN]++;
			continue;
		}
		f[i++].hf_len = len - sizeof(f[i].hf_vnet);
	}
	tap_adapt(hc, n, i);
	return (i);
}

/* A TAP takes a frame or loses it: there is nothing to wait for. */
static int
tap_send(struct host_card *hc, struct host_frame *f, int n)
{
	int	 i;

	for (i = 0; i < n; i++) {
		f[i].hf_vec[0].hv_base = &f[i].hf_vnet;
		f[i].hf_vec[0].hv_len = sizeof(f[i].hf_vnet);
		if (writev(hc->hc_fd, (struct iovec *)f[i].hf_vec,
		    f[i].hf_nvec) == -1)
			hc->hc_drops[DROP_OUT]++;
	}
	return (n);
}

static void
tap_close(struct host_card *hc)
{
	close(hc->hc_fd);
}

const struct host_card_ops host_tap_ops = {
	.co_name = "tap",
	.co_npos = 2,
	.co_nmust = 1,
	.co_open = tap_open,
	.co_start = tap_start,
	.co_recv = tap_recv,
	.co_send = tap_send,
	.co_close = tap_close,
};
