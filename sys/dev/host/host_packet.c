/*
 * A card that takes over an interface of the host by an AF_PACKET socket.
 *
 * Each frame goes with a vnet header (PACKET_VNET_HDR), so that large frames
 * and unfinished checksums pass whole; batches go by recvmmsg(2) and
 * sendmmsg(2).  The interface is promiscuous, as the card has an address of
 * its own: the host's stack then takes no frame for the card as its own.
 *
 * The host moves a VLAN tag out of the frame into a place that is not read
 * here; such frames are filtered out, so that none passes as untagged.
 */
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

#include <linux/filter.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <host.h>
#include <host_linux.h>

#include "host_card_var.h"

#define PACKET_BUF	(8 << 20)	/* bytes queued by the host, each way */
#define WATCH_NSEC	(250 * 1000000L) /* while the interface is down */

/* Is the interface up?  1, 0, or -1 when it is gone for good. */
static int
packet_isup(int fd)
{
	struct sockaddr_ll	 sll;
	struct ifreq		 ifr;
	socklen_t		 len = sizeof(sll);

	if (getsockname(fd, (struct sockaddr *)&sll, &len) == -1 ||
	    sll.sll_ifindex <= 0)
		return (-1);
	memset(&ifr, 0, sizeof(ifr));
	ifr.ifr_ifindex = sll.sll_ifindex;
	if (ioctl(fd, SIOCGIFNAME, &ifr) == -1 ||
	    ioctl(fd, SIOCGIFFLAGS, &ifr) == -1)
		return (-1);
	return ((ifr.ifr_flags & IFF_UP) != 0);
}

static void
packet_link(struct host_card *hc, int up)
{
	if (hc->hc_info.ci_link == up)
		return;
	hc->hc_info.ci_link = up;
	hc->hc_up->cu_link(hc->hc_arg, &hc->hc_info);
}

/* The socket says when the interface goes down, but not when it comes up. */
static void
packet_watch(struct host_card *hc)
{
	struct itimerspec	 its = { .it_value = { 0, WATCH_NSEC } };

	timerfd_settime(hc->hc_timer, 0, &its, NULL);
}

/* Event: time to look whether the interface is up again. */
static void
packet_timer(void *arg, uint32_t events)
{
	struct host_card	*hc = arg;
	uint64_t		 n;
	int			 up;

	if (read(hc->hc_timer, &n, sizeof(n)) != sizeof(n))
		return;
	up = packet_isup(hc->hc_fd);
	packet_link(hc, up == 1);
	if (up == 0)
		packet_watch(hc);
}

/* The interface's index and largest frame; told and -1 when it will not do. */
static int
packet_ifinfo(struct host_card *hc, int fd, int *index)
{
	struct ifreq	 ifr;
	const char	*name = hc->hc_pos[0];

	memset(&ifr, 0, sizeof(ifr));
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if (ioctl(fd, SIOCGIFINDEX, &ifr) == -1)
		return (host_card_fail(hc, "packet %s: %s%s%s", name,
		    strerror(errno), hc->hc_pos[1] ? " in network namespace " :
		    "", hc->hc_pos[1] ? hc->hc_pos[1] : ""));
	*index = ifr.ifr_ifindex;
	if (ioctl(fd, SIOCGIFHWADDR, &ifr) == -1 ||
	    ifr.ifr_hwaddr.sa_family != ARPHRD_ETHER)
		return (host_card_fail(hc, "packet %s: not an Ethernet "
		    "interface", name));
	if (ioctl(fd, SIOCGIFMTU, &ifr) == -1)
		return (host_card_fail(hc, "packet %s: MTU: %s", name,
		    strerror(errno)));
	hc->hc_info.ci_hardmtu = ifr.ifr_mtu;
	return (0);
}

/* Drop what carries a VLAN tag beside the frame. */
static int
packet_filter(int fd)
{
	static struct sock_filter insn[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS,
		    SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
	};
	struct sock_fprog prog = { sizeof(insn) / sizeof(insn[0]), insn };

	return (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog,
	    sizeof(prog)));
}

static void
packet_buffers(int fd)
{
	int	 size = PACKET_BUF;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

static int
packet_setup(struct host_card *hc, int fd)
{
	struct sockaddr_ll	 sll;
	struct packet_mreq	 mreq;
	int			 index = 0, on = 1;

	if (packet_ifinfo(hc, fd, &index) == -1)
		return (-1);
	packet_buffers(fd);
	memset(&mreq, 0, sizeof(mreq));
	mreq.mr_ifindex = index;
	mreq.mr_type = PACKET_MR_PROMISC;
	memset(&sll, 0, sizeof(sll));
	sll.sll_family = AF_PACKET;
	sll.sll_protocol = htons(ETH_P_ALL);
	sll.sll_ifindex = index;
	if (packet_filter(fd) == -1 ||
	    setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on,
	    sizeof(on)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on,
	    sizeof(on)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &mreq,
	    sizeof(mreq)) ||
	    bind(fd, (struct sockaddr *)&sll, sizeof(sll)) == -1)
		return (host_card_fail(hc, "packet %s: %s", hc->hc_pos[0],
		    strerror(errno)));
	return (0);
}

static void
packet_close(struct host_card *hc)
{
	if (hc->hc_timer != -1) {
		host_event_del(hc->hc_timer);
		close(hc->hc_timer);
	}
	close(hc->hc_fd);
}

static int
packet_open(struct host_card *hc)
{
	int	 error = -1, fd, ns;

	if (strlen(hc->hc_pos[0]) >= IFNAMSIZ)
		return (host_card_fail(hc, "%s: name too long for an "
		    "interface", hc->hc_pos[0]));
	if ((ns = host_ns_enter(hc, hc->hc_pos[1])) == -1)
		return (-1);
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		host_card_fail(hc, "packet socket: %s%s", strerror(errno),
		    errno == EPERM ? " (CAP_NET_RAW is needed: start as root)" :
		    "");
	else if ((error = packet_setup(hc, fd)) == -1)
		close(fd);
	host_ns_leave(ns);
	if (error == -1)
		return (-1);
	hc->hc_fd = fd;
	hc->hc_timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK |
	    TFD_CLOEXEC);
	if (hc->hc_timer == -1 || host_event_add(hc->hc_timer, HOST_EV_IN,
	    packet_timer, hc) != 0) {
		packet_close(hc);
		return (host_card_fail(hc, "packet: no descriptor left"));
	}
	hc->hc_info.ci_link = packet_isup(fd) == 1;
	if (!hc->hc_info.ci_link)
		packet_watch(hc);
	if (hc->hc_info.ci_offload)
		hc->hc_info.ci_caps = HOST_CARD_CSUM | HOST_CARD_TSO |
		    HOST_CARD_USO;
	snprintf(hc->hc_info.ci_what, sizeof(hc->hc_info.ci_what),
	    "packet %s%s%s", hc->hc_pos[0], hc->hc_pos[1] ? " in " : "",
	    hc->hc_pos[1] ? hc->hc_pos[1] : "");
	return (0);
}

static int
packet_start(struct host_card *hc, int on)
{
	if (on)
		return (host_event_add(hc->hc_fd, HOST_EV_IN, host_card_ready,
		    hc));
	host_event_del(hc->hc_fd);
	return (0);
}

/* Lay n frames out for the host's batch calls. */
static void
packet_msgs(struct mmsghdr *msg, struct host_frame *f, int n)
{
	int	 i;

	memset(msg, 0, n * sizeof(*msg));
	for (i = 0; i < n; i++) {
		f[i].hf_vec[0].hv_base = &f[i].hf_vnet;
		f[i].hf_vec[0].hv_len = sizeof(f[i].hf_vnet);
		msg[i].msg_hdr.msg_iov = (struct iovec *)f[i].hf_vec;
		msg[i].msg_hdr.msg_iovlen = f[i].hf_nvec;
	}
}

static int
packet_recv(struct host_card *hc, struct host_frame *f, int n)
{
	struct mmsghdr	 msg[HOST_CARD_BATCH];
	int		 got, i, len;

	packet_msgs(msg, f, n);
	while ((got = recvmmsg(hc->hc_fd, msg, n, MSG_DONTWAIT, NULL)) == -1) {
		if (errno == EAGAIN || errno == EINTR)
			return (0);
		/* EINVAL is a frame that no vnet header can describe. */
		if (errno == EINVAL)
			hc->hc_drops[DROP_IN]++;
		else if (errno == ENETDOWN) {
			packet_link(hc, 0);
			packet_watch(hc);
		} else
			return (-errno);
	}
	for (i = 0; i < got; i++) {
		len = (int)msg[i].msg_len - (int)sizeof(f[i].hf_vnet);
		f[i].hf_len = len < 0 ? 0 : len;
	}
	return (got);
}

static uint64_t
packet_missed(struct host_card *hc)
{
	struct tpacket_stats	 ts;
	socklen_t		 len = sizeof(ts);

	if (getsockopt(hc->hc_fd, SOL_PACKET, PACKET_STATISTICS, &ts,
	    &len) == -1)
		return (0);
	return (ts.tp_drops);
}

/* What the interface's queue has no room for is lost, as on a real card. */
static int
packet_send(struct host_card *hc, struct host_frame *f, int n)
{
	struct mmsghdr	 msg[HOST_CARD_BATCH];
	int		 done = 0, r;

	packet_msgs(msg, f, n);
	while (done < n) {
		r = sendmmsg(hc->hc_fd, msg + done, n - done, MSG_DONTWAIT);
		if (r <= 0) {
			hc->hc_drops[DROP_OUT]++;
			r = 1;
		}
		done += r;
	}
	return (n);
}

const struct host_card_ops host_packet_ops = {
	.co_name = "packet",
	.co_npos = 2,
	.co_nmust = 1,
	.co_open = packet_open,
	.co_start = packet_start,
	.co_recv = packet_recv,
	.co_send = packet_send,
	.co_missed = packet_missed,
	.co_close = packet_close,
};
