/*
 * A card that takes over an interface of the host by AF_XDP sockets, one for
 * each of its receive queues: cheaper a packet than AF_PACKET, but with no
 * large frames and no unfinished checksums.
 *
 * The XDP program is four instructions and is attached by a BPF link, so it
 * goes when this process does.  All queues share one area of packet memory:
 *
 *	| queue 0: RXFRAMES | queue 1: RXFRAMES | ... | to send: TXFRAMES |
 *
 * Frames are copied between it and the kernel's own buffers: at these sizes
 * that is less than what keeping them apart would cost.
 */
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <linux/bpf.h>
#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/if_xdp.h>
#include <linux/sockios.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <host.h>

#include "host_card_var.h"

#ifndef AF_XDP
#define AF_XDP		44
#endif
#ifndef SOL_XDP
#define SOL_XDP		283
#endif

#define XDP_MAXQUEUES	16
#define RXFRAMES	1024U		/* a queue; powers of two */
#define TXFRAMES	1024U
#define FRAMESIZE	2048U
#define XDP_MTU		1700		/* the host keeps room before a frame */
#define XDP_KICKS	8		/* tries to get a batch sent */

struct ring {
	uint32_t	*r_producer, *r_consumer, *r_flags;
	void		*r_desc;
	uint32_t	 r_mask;
	uint32_t	 r_prod, r_cons;	/* our copies */
	void		*r_map;
	size_t		 r_maplen;
};

struct xdp_queue {
	int		 xq_fd;
	struct ring	 xq_rx, xq_fill, xq_comp;
	uint64_t	 xq_missed;	/* frames lost for want of room */
};

struct xdp_card {
	uint8_t		*xc_mem;
	size_t		 xc_memlen;
	uint64_t	 xc_txbase;	/* first frame for sending */
	uint32_t	 xc_txfree[TXFRAMES]; /* frames that may be filled */
	uint32_t	 xc_ntxfree;
	struct ring	 xc_tx;		/* of queue 0 */
	int		 xc_nqueues;
	int		 xc_map, xc_prog, xc_link;
	struct xdp_queue xc_queue[XDP_MAXQUEUES];
};

static int
sys_bpf(int cmd, union bpf_attr *attr)
{
	return (syscall(SYS_bpf, cmd, attr, sizeof(*attr)));
}

/* Load: redirect to the socket of the frame's queue, else pass. */
static int
xdp_program(struct xdp_card *xc)
{
	struct bpf_insn	 insn[] = {
		{ .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = 2,
		  .src_reg = 1,
		  .off = offsetof(struct xdp_md, rx_queue_index) },
		{ .code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = 1,
		  .src_reg = BPF_PSEUDO_MAP_FD, .imm = xc->xc_map },
		{ .code = 0 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 3,
		  .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_redirect_map },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr	 attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_XDP;
	attr.insns = (uintptr_t)insn;
	attr.insn_cnt = sizeof(insn) / sizeof(insn[0]);
	attr.license = (uintptr_t)"ISC";
	xc->xc_prog = sys_bpf(BPF_PROG_LOAD, &attr);
	return (xc->xc_prog == -1 ? -1 : 0);
}

/* Attach the program, in the driver or else before the stack. */
static int
xdp_attach(struct xdp_card *xc, int ifindex)
{
	static const uint32_t	 mode[] = { 1U << 2, 1U << 1 };
	union bpf_attr		 attr;
	int			 i;

	for (i = 0; i < 2; i++) {
		memset(&attr, 0, sizeof(attr));
		attr.link_create.prog_fd = xc->xc_prog;
		attr.link_create.target_ifindex = ifindex;
		attr.link_create.attach_type = BPF_XDP;
		attr.link_create.flags = mode[i];
		xc->xc_link = sys_bpf(BPF_LINK_CREATE, &attr);
		if (xc->xc_link != -1)
			return (0);
	}
	return (-1);
}

static int
xdp_map(struct xdp_card *xc)
{
	union bpf_attr	 attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = BPF_MAP_TYPE_XSKMAP;
	attr.key_size = attr.value_size = sizeof(int);
	attr.max_entries = xc->xc_nqueues;
	xc->xc_map = sys_bpf(BPF_MAP_CREATE, &attr);
	return (xc->xc_map == -1 ? -1 : 0);
}

static int
xdp_map_set(struct xdp_card *xc, int queue)
{
	union bpf_attr	 attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = xc->xc_map;
	attr.key = (uintptr_t)&queue;
	attr.value = (uintptr_t)&xc->xc_queue[queue].xq_fd;
	return (sys_bpf(BPF_MAP_UPDATE_ELEM, &attr));
}

/* Size one ring of a socket. */
static int
ring_size(int fd, int opt, uint32_t n)
{
	return (setsockopt(fd, SOL_XDP, opt, &n, sizeof(n)));
}

static int
ring_map(struct ring *r, int fd, const struct xdp_ring_offset *off,
    uint32_t n, size_t descsize, off_t where)
{
	uint8_t	*p;

	r->r_maplen = off->desc + n * descsize;
	p = mmap(NULL, r->r_maplen, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_POPULATE, fd, where);
	if (p == MAP_FAILED)
		return (-1);
	r->r_map = p;
	r->r_producer = (uint32_t *)(p + off->producer);
	r->r_consumer = (uint32_t *)(p + off->consumer);
	r->r_flags = (uint32_t *)(p + off->flags);
	r->r_desc = p + off->desc;
	r->r_mask = n - 1;
	return (0);
}

/* What the host has produced and we have not taken. */
static uint32_t
ring_avail(struct ring *r)
{
	r->r_prod = __atomic_load_n(r->r_producer, __ATOMIC_ACQUIRE);
	return (r->r_prod - r->r_cons);
}

static void
ring_consumed(struct ring *r)
{
	__atomic_store_n(r->r_consumer, r->r_cons, __ATOMIC_RELEASE);
}

static void
ring_produced(struct ring *r)
{
	__atomic_store_n(r->r_producer, r->r_prod, __ATOMIC_RELEASE);
}

static int
xdp_umem(struct xdp_card *xc, int fd)
{
	struct xdp_umem_reg	 reg;

	xc->xc_txbase = (uint64_t)xc->xc_nqueues * RXFRAMES * FRAMESIZE;
	xc->xc_memlen = xc->xc_txbase + TXFRAMES * FRAMESIZE;
	xc->xc_mem = mmap(NULL, xc->xc_memlen, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (xc->xc_mem == MAP_FAILED) {
		xc->xc_mem = NULL;
		return (-1);
	}
	memset(&reg, 0, sizeof(reg));
	reg.addr = (uintptr_t)xc->xc_mem;
	reg.len = xc->xc_memlen;
	reg.chunk_size = FRAMESIZE;
	return (setsockopt(fd, SOL_XDP, XDP_UMEM_REG, &reg, sizeof(reg)));
}

static int
xdp_rings(struct xdp_card *xc, int q)
{
	struct xdp_queue	*xq = &xc->xc_queue[q];
	struct xdp_mmap_offsets	 off;
	socklen_t		 len = sizeof(off);
	int			 fd = xq->xq_fd;

	if (ring_size(fd, XDP_UMEM_FILL_RING, RXFRAMES) == -1 ||
	    ring_size(fd, XDP_UMEM_COMPLETION_RING, TXFRAMES) == -1 ||
	    ring_size(fd, XDP_RX_RING, RXFRAMES) == -1 ||
	    (q == 0 && ring_size(fd, XDP_TX_RING, TXFRAMES) == -1) ||
	    getsockopt(fd, SOL_XDP, XDP_MMAP_OFFSETS, &off, &len) == -1 ||
	    ring_map(&xq->xq_fill, fd, &off.fr, RXFRAMES, sizeof(uint64_t),
	    XDP_UMEM_PGOFF_FILL_RING) == -1 ||
	    ring_map(&xq->xq_comp, fd, &off.cr, TXFRAMES, sizeof(uint64_t),
	    XDP_UMEM_PGOFF_COMPLETION_RING) == -1 ||
	    ring_map(&xq->xq_rx, fd, &off.rx, RXFRAMES,
	    sizeof(struct xdp_desc), XDP_PGOFF_RX_RING) == -1)
		return (-1);
	if (q != 0)
		return (0);
	return (ring_map(&xc->xc_tx, fd, &off.tx, TXFRAMES,
	    sizeof(struct xdp_desc), XDP_PGOFF_TX_RING));
}

/* One queue's socket, bound and with all of its frames given to the host. */
static int
xdp_queue(struct xdp_card *xc, int q, int ifindex)
{
	struct xdp_queue	*xq = &xc->xc_queue[q];
	struct sockaddr_xdp	 sxdp;
	uint64_t		*fill;
	uint32_t		 i;

	xq->xq_fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (xq->xq_fd == -1 || (q == 0 && xdp_umem(xc, xq->xq_fd) == -1) ||
	    xdp_rings(xc, q) == -1)
		return (-1);
	fill = xq->xq_fill.r_desc;
	for (i = 0; i < RXFRAMES; i++)
		fill[i] = ((uint64_t)q * RXFRAMES + i) * FRAMESIZE;
	xq->xq_fill.r_prod = RXFRAMES;
	ring_produced(&xq->xq_fill);
	memset(&sxdp, 0, sizeof(sxdp));
	sxdp.sxdp_family = AF_XDP;
	sxdp.sxdp_ifindex = ifindex;
	sxdp.sxdp_queue_id = q;
	if (q == 0)
		sxdp.sxdp_flags = XDP_COPY | XDP_USE_NEED_WAKEUP;
	else {
		sxdp.sxdp_flags = XDP_SHARED_UMEM;
		sxdp.sxdp_shared_umem_fd = xc->xc_queue[0].xq_fd;
	}
	return (bind(xq->xq_fd, (struct sockaddr *)&sxdp, sizeof(sxdp)));
}

/* Index, MTU and number of queues of the interface. */
static int
xdp_ifinfo(struct host_card *hc, struct xdp_card *xc, int *ifindex)
{
	struct ethtool_channels	 ch;
	struct ifreq		 ifr;
	const char		*name = hc->hc_pos[0];
	int			 error = 0, s;

	memset(&ifr, 0, sizeof(ifr));
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if ((s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) == -1 ||
	    ioctl(s, SIOCGIFINDEX, &ifr) == -1)
		error = host_card_fail(hc, "packet %s: %s", name,
		    strerror(errno));
	*ifindex = ifr.ifr_ifindex;
	if (error == 0 && (ioctl(s, SIOCGIFMTU, &ifr) == -1 ||
	    ifr.ifr_mtu > XDP_MTU))
		error = host_card_fail(hc, "packet %s: mode=xdp needs an MTU "
		    "of at most %d there", name, XDP_MTU);
	hc->hc_info.ci_hardmtu = ifr.ifr_mtu;
	xc->xc_nqueues = 1;
	memset(&ch, 0, sizeof(ch));
	ch.cmd = ETHTOOL_GCHANNELS;
	ifr.ifr_data = (char *)&ch;
	if (error == 0 && ioctl(s, SIOCETHTOOL, &ifr) == 0 &&
	    ch.rx_count + ch.combined_count > 0)
		xc->xc_nqueues = ch.rx_count + ch.combined_count;
	if (s != -1)
		close(s);
	if (error == 0 && xc->xc_nqueues > XDP_MAXQUEUES)
		error = host_card_fail(hc, "packet %s: mode=xdp takes at most "
		    "%d queues, it has %d (ethtool -L)", name, XDP_MAXQUEUES,
		    xc->xc_nqueues);
	return (error);
}

static int
xdp_setup(struct host_card *hc, struct xdp_card *xc)
{
	const char	*step = NULL;
	int		 ifindex, q;

	if (xdp_ifinfo(hc, xc, &ifindex) == -1)
		return (-1);
	if (xdp_map(xc) == -1)
		step = "map";
	for (q = 0; step == NULL && q < xc->xc_nqueues; q++)
		if (xdp_queue(xc, q, ifindex) == -1)
			step = "socket";
		else if (xdp_map_set(xc, q) == -1)
			step = "map";
	if (step == NULL && xdp_program(xc) == -1)
		step = "program";
	if (step == NULL && xdp_attach(xc, ifindex) == -1)
		step = "attaching the program";
	if (step != NULL)
		return (host_card_fail(hc, "packet %s: mode=xdp: %s: %s%s",
		    hc->hc_pos[0], step, strerror(errno), errno == EPERM ?
		    " (CAP_NET_ADMIN, CAP_NET_RAW and CAP_BPF are needed)" :
		    errno == EBUSY ? " (something else uses XDP there)" : ""));
	for (xc->xc_ntxfree = 0; xc->xc_ntxfree < TXFRAMES; xc->xc_ntxfree++)
		xc->xc_txfree[xc->xc_ntxfree] = xc->xc_ntxfree;
	return (0);
}

static void
ring_unmap(struct ring *r)
{
	if (r->r_map != NULL)
		munmap(r->r_map, r->r_maplen);
}

static void
xdp_close(struct host_card *hc)
{
	struct xdp_card	*xc = hc->hc_priv;
	int		 q;

	if (xc->xc_link != -1)
		close(xc->xc_link);
	if (xc->xc_prog != -1)
		close(xc->xc_prog);
	if (xc->xc_map != -1)
		close(xc->xc_map);
	ring_unmap(&xc->xc_tx);
	for (q = 0; q < xc->xc_nqueues; q++) {
		ring_unmap(&xc->xc_queue[q].xq_rx);
		ring_unmap(&xc->xc_queue[q].xq_fill);
		ring_unmap(&xc->xc_queue[q].xq_comp);
		if (xc->xc_queue[q].xq_fd != -1)
			close(xc->xc_queue[q].xq_fd);
	}
	if (xc->xc_mem != NULL)
		munmap(xc->xc_mem, xc->xc_memlen);
	free(xc);
}

static int
xdp_open(struct host_card *hc)
{
	struct xdp_card	*xc;
	int		 error, ns, q;

	if ((xc = calloc(1, sizeof(*xc))) == NULL)
		return (host_card_fail(hc, "out of memory"));
	xc->xc_map = xc->xc_prog = xc->xc_link = -1;
	for (q = 0; q < XDP_MAXQUEUES; q++)
		xc->xc_queue[q].xq_fd = -1;
	hc->hc_priv = xc;
	if ((ns = host_ns_enter(hc, hc->hc_pos[1])) == -1) {
		xdp_close(hc);
		return (-1);
	}
	error = xdp_setup(hc, xc);
	host_ns_leave(ns);
	if (error == -1) {
		xdp_close(hc);
		return (-1);
	}
	hc->hc_info.ci_link = 1;
	snprintf(hc->hc_info.ci_what, sizeof(hc->hc_info.ci_what),
	    "packet %s%s%s, xdp", hc->hc_pos[0], hc->hc_pos[1] ? " in " : "",
	    hc->hc_pos[1] ? hc->hc_pos[1] : "");
	return (0);
}

static int
xdp_start(struct host_card *hc, int on)
{
	struct xdp_card	*xc = hc->hc_priv;
	int		 error, q;

	for (q = 0; q < xc->xc_nqueues; q++) {
		if (!on)
			host_event_del(xc->xc_queue[q].xq_fd);
		else if ((error = host_event_add(xc->xc_queue[q].xq_fd,
		    HOST_EV_IN, host_card_ready, hc)) != 0)
			return (error);
	}
	return (0);
}

/* Take up to n frames of one queue, and give their memory back. */
static int
xdp_recv_queue(struct xdp_card *xc, struct xdp_queue *xq,
    struct host_frame *f, int n)
{
	struct xdp_desc	*desc = xq->xq_rx.r_desc, d;
	uint64_t	*fill = xq->xq_fill.r_desc;
	uint32_t	 avail, i;

	if ((avail = ring_avail(&xq->xq_rx)) == 0)
		return (0);
	if (avail > (uint32_t)n)
		avail = n;
	for (i = 0; i < avail; i++) {
		d = desc[xq->xq_rx.r_cons++ & xq->xq_rx.r_mask];
		memset(&f[i].hf_vnet, 0, sizeof(f[i].hf_vnet));
		f[i].hf_len = d.len;
		memcpy(f[i].hf_vec[1].hv_base, xc->xc_mem + d.addr, d.len);
		fill[xq->xq_fill.r_prod++ & xq->xq_fill.r_mask] =
		    d.addr & ~(uint64_t)(FRAMESIZE - 1);
	}
	ring_consumed(&xq->xq_rx);
	ring_produced(&xq->xq_fill);
	return (avail);
}

static int
xdp_recv(struct host_card *hc, struct host_frame *f, int n)
{
	struct xdp_card	*xc = hc->hc_priv;
	int		 got = 0, q;

	for (q = 0; q < xc->xc_nqueues && got < n; q++)
		got += xdp_recv_queue(xc, &xc->xc_queue[q], f + got, n - got);
	return (got);
}

static uint64_t
xdp_missed(struct host_card *hc)
{
	struct xdp_card		*xc = hc->hc_priv;
	struct xdp_statistics	 xs;
	struct xdp_queue	*xq;
	socklen_t		 len;
	uint64_t		 n = 0;

	for (xq = xc->xc_queue; xq < xc->xc_queue + xc->xc_nqueues; xq++) {
		memset(&xs, 0, sizeof(xs));
		len = sizeof(xs);
		if (getsockopt(xq->xq_fd, SOL_XDP, XDP_STATISTICS, &xs,
		    &len) == -1)
			continue;
		n += xs.rx_dropped + xs.rx_ring_full - xq->xq_missed;
		xq->xq_missed = xs.rx_dropped + xs.rx_ring_full;
	}
	return (n);
}

/* Collect the frames that the host has sent. */
static void
xdp_complete(struct xdp_card *xc)
{
	struct ring	*r = &xc->xc_queue[0].xq_comp;
	uint64_t	*desc = r->r_desc;
	uint32_t	 n;

	if ((n = ring_avail(r)) == 0)
		return;
	while (n-- > 0)
		xc->xc_txfree[xc->xc_ntxfree++] =
		    (desc[r->r_cons++ & r->r_mask] - xc->xc_txbase) / FRAMESIZE;
	ring_consumed(r);
}

/* Copy a frame into packet memory and put it on the ring. */
static void
xdp_put(struct xdp_card *xc, const struct host_frame *f)
{
	struct xdp_desc	*desc = xc->xc_tx.r_desc, *d;
	uint64_t	 addr;
	uint8_t		*p;
	uint32_t	 i;

	addr = xc->xc_txbase +
	    (uint64_t)xc->xc_txfree[--xc->xc_ntxfree] * FRAMESIZE;
	p = xc->xc_mem + addr;
	for (i = 1; i < f->hf_nvec; i++) {
		memcpy(p, f->hf_vec[i].hv_base, f->hf_vec[i].hv_len);
		p += f->hf_vec[i].hv_len;
	}
	d = &desc[xc->xc_tx.r_prod++ & xc->xc_tx.r_mask];
	d->addr = addr;
	d->len = f->hf_len;
	d->options = 0;
}

/* Have the host send what is on the ring: it takes a few at a time. */
static void
xdp_kick(struct xdp_card *xc)
{
	struct ring	*r = &xc->xc_tx;
	int		 i;

	ring_produced(r);
	for (i = 0; i < XDP_KICKS; i++) {
		if (__atomic_load_n(r->r_consumer, __ATOMIC_ACQUIRE) ==
		    r->r_prod)
			break;
		if (sendto(xc->xc_queue[0].xq_fd, NULL, 0, MSG_DONTWAIT, NULL,
		    0) == -1 && errno != EAGAIN && errno != EBUSY &&
		    errno != ENOBUFS)
			break;
	}
}

static int
xdp_send(struct host_card *hc, struct host_frame *f, int n)
{
	struct xdp_card	*xc = hc->hc_priv;
	int		 i;

	xdp_complete(xc);
	for (i = 0; i < n; i++) {
		if (xc->xc_ntxfree == 0 || f[i].hf_len > FRAMESIZE)
			hc->hc_drops[DROP_OUT]++;
		else
			xdp_put(xc, &f[i]);
	}
	xdp_kick(xc);
	return (n);
}

const struct host_card_ops host_xdp_ops = {
	.co_name = "packet",
	.co_open = xdp_open,
	.co_start = xdp_start,
	.co_recv = xdp_recv,
	.co_send = xdp_send,
	.co_missed = xdp_missed,
	.co_close = xdp_close,
};
