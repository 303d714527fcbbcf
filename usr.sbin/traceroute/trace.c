/*
 * The trace: probes with growing hop limits, each answered or given up before
 * the next, and a line for each hop.
 */
#include <sys/types.h>
#include <sys/socket.h>

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "traceroute.h"

#define DUMP_COLUMNS	16

/* What a hop has said so far. */
struct hop {
	struct sockaddr_storage	 h_last;	/* who answered last */
	int			 h_lost;
	int			 h_there;
	int			 h_refused;
};

/*
 * The Internet checksum of len bytes and what was summed before, for the
 * header in network order.
 */
uint16_t
trace_cksum(const void *data, size_t len, uint32_t sum)
{
	const uint8_t	*p = data;
	size_t		 i;

	for (i = 0; i + 1 < len; i += 2)
		sum += p[i] << 8 | p[i + 1];
	if (len & 1)
		sum += p[len - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (htons(~sum));
}

/*
 * -D: the bytes of a packet, on the standard error.
 */
void
trace_dump(const char *what, const uint8_t *p, size_t len)
{
	size_t	 i;

	fprintf(stderr, "%s: %zu bytes", what, len);
	for (i = 0; i < len; i++)
		fprintf(stderr, "%s%02x", i % DUMP_COLUMNS == 0 ? "\n\t" :
		    i % 2 == 0 ? " " : "", p[i]);
	fputc('\n', stderr);
}

static int64_t
usec_between(const struct timespec *a, const struct timespec *b)
{
	return ((int64_t)(b->tv_sec - a->tv_sec) * 1000000 +
	    (b->tv_nsec - a->tv_nsec) / 1000);
}

/* The hop limit of the answer, and our address, as far as they are told. */
static void
control(struct msghdr *mh, struct answer *an)
{
	struct sockaddr_in6	*to = (struct sockaddr_in6 *)&an->an_to;
	struct in6_pktinfo	 pi;
	struct cmsghdr		*cm;

	for (cm = CMSG_FIRSTHDR(mh); cm != NULL; cm = CMSG_NXTHDR(mh, cm)) {
		if (cm->cmsg_level != IPPROTO_IPV6)
			continue;
		if (cm->cmsg_type == IPV6_HOPLIMIT)
			memcpy(&an->an_ttl, CMSG_DATA(cm),
			    sizeof(an->an_ttl));
		else if (cm->cmsg_type == IPV6_PKTINFO) {
			memcpy(&pi, CMSG_DATA(cm), sizeof(pi));
			to->sin6_family = AF_INET6;
			to->sin6_addr = pi.ipi6_addr;
		}
	}
}

/* One packet; 0, or -1 when there was none after all. */
static int
receive(struct trace *t, struct answer *an)
{
	struct msghdr	 mh;
	struct iovec	 iov = { t->t_in, TR_MAXPACKET };
	uint8_t		 cbuf[256] __attribute__((__aligned__(8)));
	ssize_t		 n;

	memset(an, 0, sizeof(*an));
	an->an_ttl = -1;
	memset(&mh, 0, sizeof(mh));
	mh.msg_name = &an->an_from;
	mh.msg_namelen = sizeof(an->an_from);
	mh.msg_iov = &iov;
	mh.msg_iovlen = 1;
	mh.msg_control = cbuf;
	mh.msg_controllen = sizeof(cbuf);
	if ((n = recvmsg(t->t_recv, &mh, MSG_DONTWAIT)) == -1)
		return (-1);
	clock_gettime(CLOCK_MONOTONIC, &an->an_time);
	control(&mh, an);
	an->an_data = t->t_in;
	an->an_len = n;
	return (0);
}

/* Wait for the answer to probe seq; non-zero when there is one. */
static int
await(struct trace *t, int seq, const struct timespec *sent,
    struct answer *an)
{
	struct pollfd	 pfd = { t->t_recv, POLLIN, 0 };
	struct timespec	 now;
	int64_t		 left;

	for (;;) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		left = (int64_t)t->t_wait * 1000000 -
		    usec_between(sent, &now);
		if (left <= 0)
			return (0);
		if (poll(&pfd, 1, (int)((left + 999) / 1000)) == -1 &&
		    errno != EINTR)
			err(1, "poll");
		if (receive(t, an) == -1)
			continue;
		if (t->t_flags & F_DUMP)
			trace_dump("received", an->an_data, an->an_len);
		t->t_fam->fa_parse(t, seq, an);
		if (an->an_kind != ANSWER_OTHER)
			return (1);
	}
}

/* Who answered, unless that was just said. */
static void
print_from(struct trace *t, struct hop *h, const struct answer *an)
{
	if (memcmp(&h->h_last, &an->an_from, sizeof(h->h_last)) == 0)
		return;
	h->h_last = an->an_from;
	printf(" %s", trace_name(t, &an->an_from,
	    (t->t_flags & F_NUMERIC) == 0));
	if (t->t_flags & F_AS)
		as_print(&an->an_from);
	if ((t->t_flags & F_VERBOSE) == 0)
		return;
	printf(" %zu bytes", an->an_len);
	if (an->an_to.ss_family != 0)
		printf(" to %s", trace_name(t, &an->an_to, 0));
}

static void
print_answer(struct trace *t, struct hop *h, const struct answer *an,
    const struct timespec *sent)
{
	print_from(t, h, an);
	printf("  %.3f ms", usec_between(sent, &an->an_time) / 1000.0);
	if ((t->t_flags & F_TTL) && an->an_ttl >= 0)
		printf(" (%d)", an->an_ttl);
	if (an->an_why[0] != '\0')
		printf(" %s", an->an_why);
}

/* One probe. */
static void
probe(struct trace *t, struct hop *h, int seq, int ttl)
{
	struct timespec	 sent;
	struct answer	 an;

	clock_gettime(CLOCK_MONOTONIC, &sent);
	if (t->t_fam->fa_send(t, seq, ttl) == -1) {
		/* The kernel knows already what a router would say. */
		if (errno != EHOSTUNREACH && errno != ENETUNREACH &&
		    errno != ENOBUFS && errno != EMSGSIZE &&
		    errno != ECONNREFUSED)
			err(1, "sendto");
		warn("sendto");
		printf(" *");
		h->h_lost++;
		return;
	}
	if (!await(t, seq, &sent, &an)) {
		printf(" *");
		h->h_lost++;
	} else {
		print_answer(t, h, &an, &sent);
		if (an.an_kind == ANSWER_THERE)
			h->h_there++;
		else if (an.an_kind == ANSWER_REFUSED)
			h->h_refused++;
	}
	fflush(stdout);
}

/*
 * Trace; returns 0 when the destination was reached, 1 when it was not.
 */
int
trace_run(struct trace *t)
{
	struct hop	 h;
	int		 i, seq = 0, ttl;

	for (ttl = t->t_first; ttl <= t->t_max; ttl++) {
		memset(&h, 0, sizeof(h));
		printf("%2d ", ttl);
		for (i = 0; i < t->t_nprobes; i++)
			probe(t, &h, ++seq, ttl);
		if (t->t_flags & F_LOSS)
			printf(" (%d%% loss)", h.h_lost * 100 /
			    t->t_nprobes);
		putchar('\n');
		if (h.h_there > 0)
			return (0);
		if (h.h_refused > 0 && h.h_refused + h.h_lost >= t->t_nprobes)
			return (1);
	}
	return (1);
}
