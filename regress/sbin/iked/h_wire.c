/*
 * h_wire spis IF: print every SPI of ESP that is seen on an interface, once:
 * from, to, SPI.  The first line is "ready".
 * h_wire delay IF IF MS: move frames from each interface to the other, MS
 * later after SIGUSR1, at once again after SIGUSR2; "ready" when it begins.
 */
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <arpa/inet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SPIS_MAX	8192		/* a power of two */
#define FRAME_MAX	66000

struct frame {
	STAILQ_ENTRY(frame) f_entry;
	uint64_t	 f_due;		/* us */
	int		 f_out;		/* socket */
	size_t		 f_len;
	uint8_t		 f_data[];	/* behind a header of virtio_net's */
};
STAILQ_HEAD(frames, frame);

static volatile sig_atomic_t	 slow;

static uint64_t
now_us(void)
{
	struct timespec	 ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (ts.tv_sec * 1000000ULL + ts.tv_nsec / 1000);
}

static int
packet_socket(const char *ifname)
{
	struct sockaddr_ll	 sll = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
	};
	int			 s;

	s = socket(AF_PACKET, SOCK_RAW, 0);
	if (s == -1)
		err(1, "packet socket");
	sll.sll_ifindex = if_nametoindex(ifname);
	if (sll.sll_ifindex == 0 ||
	    bind(s, (struct sockaddr *)&sll, sizeof(sll)) == -1)
		err(1, "%s", ifname);
	return (s);
}

static void
ready(void)
{
	puts("ready");
	fflush(stdout);
}

/* Source, destination and SPI of a packet of ESP; 0: it is another. */
static int
spi_of(const uint8_t *p, ssize_t len, uint32_t id[3])
{
	if (len < ETH_HLEN + 24 || p[12] != 0x08 || p[13] != 0x00 ||
	    p[ETH_HLEN + 9] != IPPROTO_ESP)
		return (0);
	memcpy(&id[0], p + ETH_HLEN + 12, 8);
	memcpy(&id[2], p + ETH_HLEN + (p[ETH_HLEN] & 0xf) * 4, 4);
	return (1);
}

static void
spis(const char *ifname)
{
	static uint32_t	 seen[SPIS_MAX][3];
	uint8_t		 buf[256];
	uint32_t	 id[3];
	char		 from[INET_ADDRSTRLEN], to[INET_ADDRSTRLEN];
	ssize_t		 n;
	unsigned int	 i;
	int		 s = packet_socket(ifname);

	ready();
	for (;;) {
		n = recv(s, buf, sizeof(buf), 0);
		if (n == -1)
			err(1, "%s", ifname);
		if (!spi_of(buf, n, id))
			continue;
		i = (id[2] ^ id[0]) * 2654435761U / (UINT32_MAX / SPIS_MAX + 1);
		while (seen[i][0] != 0 && memcmp(seen[i], id, 12) != 0)
			i = (i + 1) % SPIS_MAX;
		if (seen[i][0] != 0)
			continue;
		memcpy(seen[i], id, sizeof(id));
		printf("%s %s 0x%08x\n",
		    inet_ntop(AF_INET, &id[0], from, sizeof(from)),
		    inet_ntop(AF_INET, &id[1], to, sizeof(to)), ntohl(id[2]));
		fflush(stdout);
	}
}

/* A frame that came in goes behind the others. */
static void
take(int in, int out, uint64_t delay, struct frames *list)
{
	static uint8_t		 buf[FRAME_MAX];
	struct sockaddr_ll	 sll;
	socklen_t		 len = sizeof(sll);
	struct frame		*f;
	ssize_t			 n;

	n = recvfrom(in, buf, sizeof(buf), MSG_DONTWAIT,
	    (struct sockaddr *)&sll, &len);
	if (n <= 0 || sll.sll_pkttype == PACKET_OUTGOING)
		return;
	f = malloc(sizeof(*f) + n);
	if (f == NULL)
		err(1, NULL);
	f->f_due = now_us() + delay;
	f->f_out = out;
	f->f_len = n;
	memcpy(f->f_data, buf, n);
	STAILQ_INSERT_TAIL(list, f, f_entry);
}

/* Let go what is due; how many ms until the next is. */
static int
give(struct frames *list)
{
	struct frame	*f;
	uint64_t	 now = now_us();

	while ((f = STAILQ_FIRST(list)) != NULL && f->f_due <= now) {
		if (send(f->f_out, f->f_data, f->f_len, 0) == -1)
			warn("send");
		STAILQ_REMOVE_HEAD(list, f_entry);
		free(f);
	}
	return (f == NULL ? -1 : (int)((f->f_due - now) / 1000 + 1));
}

static void
change(int sig)
{
	slow = sig == SIGUSR1;
}

static void
delay(char *ifs[2], uint64_t us)
{
	struct frames	 list = STAILQ_HEAD_INITIALIZER(list);
	struct pollfd	 pfd[2];
	int		 i, on = 1;

	for (i = 0; i < 2; i++) {
		pfd[i].fd = packet_socket(ifs[i]);
		pfd[i].events = POLLIN;
		if (setsockopt(pfd[i].fd, SOL_PACKET, PACKET_VNET_HDR, &on,
		    sizeof(on)) == -1)
			err(1, "PACKET_VNET_HDR");
	}
	signal(SIGUSR1, change);
	signal(SIGUSR2, change);
	ready();
	for (;;) {
		if (poll(pfd, 2, give(&list)) == -1) {
			if (errno != EINTR)
				err(1, "poll");
			continue;
		}
		for (i = 0; i < 2; i++)
			if (pfd[i].revents)
				take(pfd[i].fd, pfd[!i].fd, slow ? us : 0,
				    &list);
	}
}

int
main(int argc, char *argv[])
{
	if (argc == 3 && strcmp(argv[1], "spis") == 0)
		spis(argv[2]);
	if (argc == 5 && strcmp(argv[1], "delay") == 0)
		delay(argv + 2, strtoull(argv[4], NULL, 10) * 1000);
	errx(2, "usage: h_wire spis if | delay if if ms");
}
