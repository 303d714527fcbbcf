/*
 * Traffic for the benchmarks, from and to ordinary Linux namespaces.
 *
 *	h_load flood IF MAC FROM TO SECONDS
 *		UDP packets of 64 bytes (with the checksum of the frame) from
 *		a packet socket, 4096 different ones, as fast as they go
 *	h_load frames IF FILE RATE SECONDS
 *		the frames of a file, each behind its length in two bytes, in
 *		turn from a packet socket, RATE a second; print how many
 *	h_load train TO PORT BYTES SECONDS
 *		UDP datagrams of BYTES, handed over in trains (UDP_SEGMENT)
 *	h_load first IF [esp]
 *		say when it is ready; print the time of the first packet that
 *		comes in by the interface, or of the first one of ESP, in UDP
 *		or not
 *	h_load start PROGRAM [ARGUMENT ...]
 *		print the time, and become the program
 *	h_load relay IF NETNS IF NETNS
 *		open two TAPs and move what one receives to the other, whole
 *		segments with their vnet headers, one call each: what the host
 *		itself takes for a process that routes
 *	h_load sink PORT
 *		receive datagrams, in trains if they come so; at end of input
 *		print how many, how many bytes, and the seconds between the
 *		first and the last
 */
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <arpa/inet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>

#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FRAME		60		/* 64 with the frame's checksum */
#define PACKETS		4096
#define FRAMES_MAX	(1 << 20)	/* bytes of a file of frames */
#define BATCH		32
#define TRAIN_MAX	65000		/* bytes */
#define TRAIN_PIECES	44

#ifndef UDP_SEGMENT
#define UDP_SEGMENT	103
#endif
#ifndef UDP_GRO
#define UDP_GRO		104
#endif
#ifndef PACKET_QDISC_BYPASS
#define PACKET_QDISC_BYPASS 20
#endif

struct frame {
	struct ether_header	f_ether;
	struct ip		f_ip;
	struct udphdr		f_udp;
	uint8_t			f_data[FRAME - 14 - 20 - 8];
} __attribute__((packed));

static struct frame	frames[PACKETS];

static double
now(void)
{
	struct timespec	ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (ts.tv_sec + ts.tv_nsec / 1e9);
}

static uint16_t
ip_sum(const void *ip)
{
	uint16_t	 p[10];
	uint32_t	 sum = 0;
	int		 i;

	memcpy(p, ip, sizeof(p));
	for (i = 0; i < 10; i++)
		sum += p[i];
	sum = (sum & 0xffff) + (sum >> 16);
	return (~(sum + (sum >> 16)));
}

static void
frame_make(struct frame *f, int n, const uint8_t *mac, const char *from,
    const char *to)
{
	memcpy(f->f_ether.ether_dhost, mac, 6);
	f->f_ether.ether_type = htons(ETHERTYPE_IP);
	f->f_ip.ip_v = 4;
	f->f_ip.ip_hl = 5;
	f->f_ip.ip_len = htons(FRAME - 14);
	f->f_ip.ip_id = htons(n);
	f->f_ip.ip_ttl = 64;
	f->f_ip.ip_p = IPPROTO_UDP;
	inet_pton(AF_INET, from, &f->f_ip.ip_src);
	inet_pton(AF_INET, to, &f->f_ip.ip_dst);
	f->f_ip.ip_sum = ip_sum(&f->f_ip);
	f->f_udp.uh_sport = htons(1024 + n);
	f->f_udp.uh_dport = htons(9);
	f->f_udp.uh_ulen = htons(FRAME - 34);
}

static int
flood_socket(const char *ifname)
{
	struct sockaddr_ll	sll = { .sll_family = AF_PACKET };
	int			on = 1, s;

	s = socket(AF_PACKET, SOCK_RAW, 0);
	if (s == -1)
		err(1, "packet socket");
	sll.sll_ifindex = if_nametoindex(ifname);
	if (bind(s, (void *)&sll, sizeof(sll)) == -1)
		err(1, "%s", ifname);
	setsockopt(s, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on));
	return (s);
}

static void
flood(char *ifname, char *mac, char *from, char *to, char *seconds)
{
	struct mmsghdr	mm[BATCH];
	struct iovec	iov[BATCH];
	uint8_t		m[6];
	double		end;
	uint64_t	sent = 0;
	unsigned int	at = 0;
	int		i, n, s;

	if (sscanf(mac, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", m, m + 1, m + 2,
	    m + 3, m + 4, m + 5) != 6)
		errx(1, "%s: not an address", mac);
	for (i = 0; i < PACKETS; i++)
		frame_make(&frames[i], i, m, from, to);
	s = flood_socket(ifname);
	memset(mm, 0, sizeof(mm));
	for (end = now() + atof(seconds); now() < end;) {
		for (i = 0; i < BATCH; i++) {
			iov[i].iov_base = &frames[at++ % PACKETS];
			iov[i].iov_len = FRAME;
			mm[i].msg_hdr.msg_iov = &iov[i];
			mm[i].msg_hdr.msg_iovlen = 1;
		}
		if ((n = sendmmsg(s, mm, BATCH, 0)) > 0)
			sent += n;
	}
	printf("%llu\n", (unsigned long long)sent);
}

/* The frames of a file; how many. */
static int
frames_read(const char *path, struct iovec iov[PACKETS])
{
	static uint8_t	 buf[FRAMES_MAX];
	ssize_t		 len, at = 0;
	int		 fd, n = 0;

	if ((fd = open(path, O_RDONLY)) == -1 ||
	    (len = read(fd, buf, sizeof(buf))) == -1)
		err(1, "%s", path);
	close(fd);
	while (n < PACKETS && at + 2 <= len) {
		iov[n].iov_len = buf[at] << 8 | buf[at + 1];
		iov[n].iov_base = buf + at + 2;
		at += 2 + iov[n].iov_len;
		if (at > len)
			errx(1, "%s: ends within a frame", path);
		n++;
	}
	if (n == 0)
		errx(1, "%s: no frame", path);
	return (n);
}

static void
send_frames(char *ifname, char *path, char *rate, char *seconds)
{
	static struct iovec	 iov[PACKETS];
	struct mmsghdr		 mm[BATCH];
	double			 per, start;
	uint64_t		 sent = 0, total;
	int			 i, n, nframes, s;

	nframes = frames_read(path, iov);
	s = flood_socket(ifname);
	memset(mm, 0, sizeof(mm));
	per = atof(rate);
	total = per * atof(seconds);
	for (start = now(); sent < total;) {
		if (sent > (now() - start) * per) {
			usleep(500);
			continue;
		}
		for (i = 0; i < BATCH; i++) {
			mm[i].msg_hdr.msg_iov = &iov[(sent + i) % nframes];
			mm[i].msg_hdr.msg_iovlen = 1;
		}
		if ((n = sendmmsg(s, mm, BATCH, 0)) > 0)
			sent += n;
		else if (now() > start + 2 * atof(seconds))
			break;
	}
	printf("%llu\n", (unsigned long long)sent);
}

static void
train(char *to, char *port, char *bytes, char *seconds)
{
	static char		buf[TRAIN_MAX];
	struct sockaddr_in	sin = { .sin_family = AF_INET };
	double			end;
	uint64_t		sent = 0;
	int			n, s, size = atoi(bytes);

	s = socket(AF_INET, SOCK_DGRAM, 0);
	sin.sin_port = htons(atoi(port));
	inet_pton(AF_INET, to, &sin.sin_addr);
	if (connect(s, (void *)&sin, sizeof(sin)) == -1)
		err(1, "%s", to);
	if (setsockopt(s, IPPROTO_UDP, UDP_SEGMENT, &size,
	    sizeof(size)) == -1)
		err(1, "UDP_SEGMENT");
	n = TRAIN_MAX / size;
	if (n > TRAIN_PIECES)
		n = TRAIN_PIECES;
	for (end = now() + atof(seconds); now() < end;)
		if (send(s, buf, n * size, 0) == n * size)
			sent += n;
	printf("%llu\n", (unsigned long long)sent);
}

/* The size of a piece of what was received, or its whole length. */
static int
piece_of(struct msghdr *mh, int len)
{
	struct cmsghdr	*c;
	int		 size = len;

	for (c = CMSG_FIRSTHDR(mh); c != NULL; c = CMSG_NXTHDR(mh, c))
		if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO)
			memcpy(&size, CMSG_DATA(c), sizeof(size));
	return (size);
}

static void
sink(char *port)
{
	static char		buf[1 << 16];
	char			control[256];
	struct sockaddr_in	sin = { .sin_family = AF_INET };
	struct pollfd		pfd[2];
	struct iovec		iov = { buf, sizeof(buf) };
	struct msghdr		mh = { .msg_iov = &iov, .msg_iovlen = 1 };
	uint64_t		bytes = 0, datagrams = 0;
	double			first = 0, last = 0;
	int			n, on = 1, room = 16 << 20, s, size;

	s = socket(AF_INET, SOCK_DGRAM, 0);
	setsockopt(s, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	setsockopt(s, IPPROTO_UDP, UDP_GRO, &on, sizeof(on));
	sin.sin_port = htons(atoi(port));
	if (bind(s, (void *)&sin, sizeof(sin)) == -1)
		err(1, "bind");
	pfd[0] = (struct pollfd){ .fd = s, .events = POLLIN };
	pfd[1] = (struct pollfd){ .fd = 0, .events = POLLIN };
	for (;;) {
		poll(pfd, 2, -1);
		if (pfd[1].revents != 0)
			break;
		mh.msg_control = control;
		mh.msg_controllen = sizeof(control);
		while ((n = recvmsg(s, &mh, MSG_DONTWAIT)) > 0) {
			last = now();
			if (first == 0)
				first = last;
			size = piece_of(&mh, n);
			datagrams += (n + size - 1) / size;
			bytes += n;
			mh.msg_control = control;
			mh.msg_controllen = sizeof(control);
		}
	}
	printf("%llu %llu %.6f\n", (unsigned long long)datagrams,
	    (unsigned long long)bytes, last - first);
}

/* The monotonic time at which the first packet comes in by an interface. */
/* A frame of ESP over IPv4: protocol 50, or in UDP from port 4500. */
static int
is_esp(const uint8_t *frame, ssize_t len)
{
	static const uint8_t	 marker[4];
	const uint8_t		*ip = frame + ETH_HLEN, *udp;

	if (len < ETH_HLEN + 40 || frame[12] != 0x08 || frame[13] != 0)
		return (0);
	if (ip[9] == IPPROTO_ESP)
		return (1);
	udp = ip + (ip[0] & 0xf) * 4;
	return (ip[9] == IPPROTO_UDP && udp + 12 <= frame + len &&
	    udp[0] == 4500 >> 8 && udp[1] == (4500 & 0xff) &&
	    memcmp(udp + 8, marker, sizeof(marker)) != 0);
}

static void
first(char *ifname, int esp)
{
	struct sockaddr_ll	sll = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
	};
	socklen_t		len;
	uint8_t			buf[2048];
	ssize_t			n;
	int			s;

	s = socket(AF_PACKET, SOCK_RAW, 0);
	if (s == -1)
		err(1, "packet socket");
	sll.sll_ifindex = if_nametoindex(ifname);
	if (bind(s, (void *)&sll, sizeof(sll)) == -1)
		err(1, "%s", ifname);
	puts("ready");
	fflush(stdout);
	do {
		len = sizeof(sll);
		n = recvfrom(s, buf, sizeof(buf), 0, (void *)&sll, &len);
		if (n < 1)
			err(1, "receive");
	} while (sll.sll_pkttype == PACKET_OUTGOING ||
	    (esp && !is_esp(buf, n)));
	printf("%.6f\n", now());
}

static int
tap(const char *ifname, const char *netns)
{
	struct ifreq	ifr = {
		.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR
	};
	char		path[256];
	int		fd, ns;

	snprintf(path, sizeof(path), "/var/run/netns/%s", netns);
	if ((ns = open(path, O_RDONLY)) == -1 || setns(ns, CLONE_NEWNET) == -1)
		err(1, "%s", path);
	close(ns);
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", ifname);
	if ((fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK)) == -1 ||
	    ioctl(fd, TUNSETIFF, &ifr) == -1 || ioctl(fd, TUNSETOFFLOAD,
	    TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN) == -1)
		err(1, "%s", ifname);
	return (fd);
}

static void
relay(char **names)
{
	static char	buf[1 << 17];
	struct pollfd	pfd[2];
	ssize_t		n;
	int		i;

	for (i = 0; i < 2; i++)
		pfd[i] = (struct pollfd){ .fd = tap(names[2 * i],
		    names[2 * i + 1]), .events = POLLIN };
	puts("ready");
	fflush(stdout);
	for (;;) {
		poll(pfd, 2, -1);
		for (i = 0; i < 2; i++) {
			if ((pfd[i].revents & POLLIN) == 0 ||
			    (n = read(pfd[i].fd, buf, sizeof(buf))) <= 0)
				continue;
			if (write(pfd[!i].fd, buf, n) == -1)
				continue;	/* lost, as a TAP does */
		}
	}
}

/* Print the monotonic time and become another program. */
static void
start(char **argv)
{
	printf("%.6f\n", now());
	fflush(stdout);
	execv(argv[0], argv);
	err(1, "%s", argv[0]);
}

int
main(int argc, char **argv)
{
	if (argc == 7 && strcmp(argv[1], "flood") == 0)
		flood(argv[2], argv[3], argv[4], argv[5], argv[6]);
	else if (argc == 6 && strcmp(argv[1], "frames") == 0)
		send_frames(argv[2], argv[3], argv[4], argv[5]);
	else if (argc == 6 && strcmp(argv[1], "train") == 0)
		train(argv[2], argv[3], argv[4], argv[5]);
	else if (argc == 3 && strcmp(argv[1], "first") == 0)
		first(argv[2], 0);
	else if (argc == 4 && strcmp(argv[1], "first") == 0 &&
	    strcmp(argv[3], "esp") == 0)
		first(argv[2], 1);
	else if (argc >= 3 && strcmp(argv[1], "start") == 0)
		start(argv + 2);
	else if (argc == 6 && strcmp(argv[1], "relay") == 0)
		relay(argv + 2);
	else if (argc == 3 && strcmp(argv[1], "sink") == 0)
		sink(argv[2]);
	else
		errx(2, "usage: h_load "
		    "flood|frames|train|first|start|relay|sink ...");
	return (0);
}
