/*
 * Send frames that are nearly good.
 *
 *	h_mutate interface lladdr count [seed]
 *
 * Each is one of a few well-formed frames to that address with some octets
 * changed, cut or repeated; half of them have their checksums made right.
 * The same seed gives the same frames.
 */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <netpacket/packet.h>

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FRAME	1514
#define BATCH	32

static uint64_t	state;

static uint8_t	ours[6];

static uint32_t
rnd(uint32_t below)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return ((uint32_t)(state >> 33) % below);
}

static void
put16(uint8_t *p, unsigned v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static uint32_t
add(uint32_t sum, const uint8_t *p, size_t len)
{
	for (; len > 1; p += 2, len -= 2)
		sum += p[0] << 8 | p[1];
	return (len ? sum + (p[0] << 8) : sum);
}

static void
put_sum(uint8_t *p, uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	put16(p, ~sum);
}

/* The transport of len octets at p; addrs: of the pseudo header. */
static void
fix_transport(uint8_t *p, size_t len, unsigned proto, const uint8_t *addrs,
    size_t alen)
{
	size_t	off;

	off = proto == 17 ? 6 : proto == 6 ? 16 : 2;
	if ((proto != 17 && proto != 6 && proto != 1 && proto != 2 &&
	    proto != 58) || len < off + 2)
		return;
	put16(p + off, 0);
	if (proto == 1 || proto == 2)
		put_sum(p + off, add(0, p, len));
	else
		put_sum(p + off, add(add(proto + len, addrs, alen), p, len));
}

static void
fix(uint8_t *p, size_t len)
{
	size_t	hlen;

	if (len >= 20 && p[0] >> 4 == 4) {
		hlen = (p[0] & 15) * 4;
		if (hlen < 20 || hlen > len)
			return;
		fix_transport(p + hlen, len - hlen, p[9], p + 12, 8);
		put16(p + 10, 0);
		put_sum(p + 10, add(0, p, hlen));
	} else if (len >= 40 && p[0] >> 4 == 6)
		fix_transport(p + 40, len - 40, p[6], p + 8, 32);
}

/* A good IPv4 packet, its payload a protocol's; returns its length. */
static size_t
ipv4(uint8_t *p)
{
	static const uint8_t	protos[] = { 17, 1, 2, 6, 50, 99 };
	static const uint8_t	dsts[][4] = { { 10, 0, 1, 1 }, { 10, 0, 2, 2 },
	    { 224, 0, 0, 1 }, { 10, 0, 1, 255 }, { 10, 0, 2, 77 } };
	size_t	hlen = 20, len;

	memset(p, 0, 60);
	if (rnd(4) == 0)
		hlen += 4 * rnd(11);
	len = hlen + 8 + (rnd(3) ? rnd(100) : rnd(1400));
	p[0] = 0x40 | hlen / 4;
	put16(p + 2, len);
	put16(p + 4, rnd(4));
	if (rnd(4) == 0)
		put16(p + 6, rnd(2) << 13 | rnd(40));
	p[8] = 1 + rnd(64);
	p[9] = protos[rnd(sizeof(protos))];
	memcpy(p + 12, "\012\0\001\002", 4);
	memcpy(p + 16, dsts[rnd(5)], 4);
	if (hlen > 20) {
		p[20] = "\007\104\203\211\224"[rnd(5)];
		p[21] = hlen - 20;
		p[22] = 4 + rnd(2);
	}
	put16(p + hlen, rnd(2) ? 9 : 0x0800);
	put16(p + hlen + 2, 9);
	put16(p + hlen + 4, len - hlen);
	return (len);
}

/* A good IPv6 packet. */
static size_t
ipv6(uint8_t *p)
{
	static const uint8_t	next[] = { 17, 58, 58, 58, 0, 43, 44, 60, 6 };
	size_t	len = 8 + (rnd(3) ? rnd(100) : rnd(1400));

	memset(p, 0, 64);
	p[0] = 0x60;
	put16(p + 4, len);
	p[6] = next[rnd(sizeof(next))];
	p[7] = rnd(2) ? 255 : 1 + rnd(64);
	memcpy(p + 8, rnd(2) ? "\376\200\0\0" : "\375\0\0\001", 4);
	p[23] = 2;
	memcpy(p + 24, rnd(3) ? "\375\0\0\001" : "\377\002\0\0", 4);
	p[39] = 1;
	if (p[6] == 58)
		p[40] = rnd(2) ? 130 + rnd(8) : rnd(256);
	else if (p[6] != 17 && p[6] != 6) {
		p[40] = next[rnd(sizeof(next))];
		p[41] = rnd(3);
	}
	return (40 + len);
}

static size_t
arp(uint8_t *p)
{
	memcpy(p, "\0\001\010\0\006\004\0", 7);
	p[7] = 1 + rnd(2);
	memcpy(p + 8, "\002\252\0\0\0\002", 6);
	memcpy(p + 14, "\012\0\001", 3);
	p[17] = rnd(256);
	memcpy(p + 18, ours, 6);
	memcpy(p + 24, "\012\0\001\001", 4);
	return (28);
}

static size_t
make(uint8_t *f)
{
	size_t	len;
	int	n;

	memset(f, 0, FRAME);
	memcpy(f, rnd(8) ? ours : (const uint8_t *)"\377\377\377\377\377\377",
	    6);
	memcpy(f + 6, "\002\252\0\0\0\002", 6);
	switch (rnd(8)) {
	case 0:
		put16(f + 12, 0x806);
		len = arp(f + 14);
		break;
	case 1:
	case 2:
	case 3:
		put16(f + 12, 0x86dd);
		len = ipv6(f + 14);
		break;
	default:
		put16(f + 12, 0x800);
		len = ipv4(f + 14);
		break;
	}
	for (n = rnd(5); n > 0; n--)
		f[rnd(2) ? 14 + rnd(60) : 14 + rnd(len)] =
		    rnd(3) ? rnd(256) : rnd(2) ? 255 : 0;
	if (rnd(32) == 0)
		f[rnd(14)] = rnd(256);
	if (rnd(8) == 0)
		len = rnd(len + 1);
	if (rnd(2) == 0)
		fix(f + 14, len);
	return (14 + len);
}

static void
send_all(int fd, struct mmsghdr *mm, unsigned n)
{
	struct pollfd	pfd = { fd, POLLOUT, 0 };
	int		k;

	while (n > 0) {
		if ((k = sendmmsg(fd, mm, n, 0)) == -1) {
			if (errno != ENOBUFS && errno != EAGAIN)
				err(1, "sendmmsg");
			poll(&pfd, 1, 1);
			continue;
		}
		mm += k;
		n -= k;
	}
}

int
main(int argc, char *argv[])
{
	static uint8_t		frames[BATCH][FRAME + 64];
	struct sockaddr_ll	sll = { .sll_family = AF_PACKET };
	struct mmsghdr		mm[BATCH];
	struct iovec		iov[BATCH];
	unsigned long		count, done;
	unsigned		i;
	int			fd;

	if (argc < 4 || ether_aton(argv[2]) == NULL)
		errx(2, "usage: h_mutate interface lladdr count [seed]");
	memcpy(ours, ether_aton(argv[2]), 6);
	count = strtoul(argv[3], NULL, 10);
	state = argc > 4 ? strtoul(argv[4], NULL, 10) : 1;
	if ((fd = socket(AF_PACKET, SOCK_RAW, 0)) == -1)
		err(1, "socket");
	sll.sll_ifindex = if_nametoindex(argv[1]);
	if (bind(fd, (struct sockaddr *)&sll, sizeof(sll)) == -1)
		err(1, "%s", argv[1]);
	memset(mm, 0, sizeof(mm));
	for (done = 0; done < count; done += i) {
		for (i = 0; i < BATCH && done + i < count; i++) {
			iov[i].iov_base = frames[i];
			iov[i].iov_len = make(frames[i]);
			mm[i].msg_hdr.msg_iov = &iov[i];
			mm[i].msg_hdr.msg_iovlen = 1;
		}
		send_all(fd, mm, i);
	}
	printf("%lu frames\n", done);
	return (0);
}
