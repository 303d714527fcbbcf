/*
 * The probing itself: one loop that sends when the next request is due and
 * reads what comes in between.
 *
 *	request n ---- interval ----> request n + 1 ---- ... ---- last request
 *	                                                             |
 *	                              wait for stragglers: twice the longest
 *	                              round trip so far, or -w seconds if there
 *	                              was none
 *
 * -f sends the next one as soon as a reply arrives, at least every 10 ms.
 */
#include <sys/types.h>
#include <sys/socket.h>

#include <endian.h>
#include <err.h>
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ping.h"

#define FLOOD_NSEC	10000000
#define BURST		64		/* packets read in one go */
#define NSEC		1000000000LL

static volatile sig_atomic_t	 interrupted;
static volatile sig_atomic_t	 asked;
static sigset_t			 unblocked;

static void
on_signal(int sig)
{
	if (sig == SIGINT)
		interrupted = 1;
	else
		asked = 1;
}

/*
 * Interrupt ends the run; quit prints where it stands.  Both are heard only
 * while waiting, so none can slip in between a look and the wait.
 */
void
ping_handlers(void)
{
	struct sigaction	 sa;
	sigset_t		 set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGQUIT);
	if (sigprocmask(SIG_BLOCK, &set, &unblocked) == -1)
		err(1, "sigprocmask");
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_signal;
	sigemptyset(&sa.sa_mask);
	if (sigaction(SIGINT, &sa, NULL) == -1 ||
	    sigaction(SIGQUIT, &sa, NULL) == -1)
		err(1, "sigaction");
}

static int64_t
now(void)
{
	struct timespec	 ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (ts.tv_sec * NSEC + ts.tv_nsec);
}

/*
 * The tag of a request: a keyed mix of its stamp and number.  It keeps stray
 * replies apart, it is no signature.
 */
uint64_t
ping_tag(const struct ping *p, uint64_t sec, uint64_t nsec, uint16_t seq)
{
	uint64_t	 h = p->p_key;

	h ^= sec;
	h *= 0x9e3779b97f4a7c15ULL;
	h ^= h >> 29;
	h ^= nsec;
	h *= 0xbf58476d1ce4e5b9ULL;
	h ^= h >> 32;
	h ^= seq;
	h *= 0x94d049bb133111ebULL;
	return (h ^ (h >> 31));
}

/*
 * Choose the identity of this run and lay out the data of the requests: the
 * stamp's room if there is any, then the pattern or a count.
 */
void
ping_fill(struct ping *p)
{
	uint8_t	*data = p->p_out + p->p_fam->pf_hdrlen;
	size_t	 i;

	p->p_ident = arc4random() & 0xffff;
	arc4random_buf(&p->p_key, sizeof(p->p_key));
	if (p->p_datalen >= sizeof(struct ping_stamp))
		p->p_flags |= F_TIMING;
	for (i = 0; i < p->p_datalen; i++)
		data[i] = p->p_patlen != 0 ? p->p_pattern[i % p->p_patlen] :
		    (uint8_t)i;
	if (p->p_patlen != 0) {
		printf("PATTERN: 0x");
		for (i = 0; i < p->p_patlen; i++)
			printf("%02x", p->p_pattern[i]);
		printf("\n");
	}
}

static void
stamp(struct ping *p, uint16_t seq)
{
	struct ping_stamp	 ps;
	int64_t			 t = now();

	ps.ps_sec = htobe64(t / NSEC);
	ps.ps_nsec = htobe64(t % NSEC);
	ps.ps_tag = ping_tag(p, ps.ps_sec, ps.ps_nsec, seq);
	memcpy(p->p_out + p->p_fam->pf_hdrlen, &ps, sizeof(ps));
}

static void
send_one(struct ping *p)
{
	uint16_t	 seq = p->p_sent % PING_SEQS;
	int64_t		 missing;
	ssize_t		 n;

	p->p_seen[seq / 8] &= ~(1 << (seq % 8));
	if (p->p_flags & F_TIMING)
		stamp(p, seq);
	missing = p->p_sent - p->p_received;
	p->p_sent++;
	n = p->p_fam->pf_send(p, seq);
	if (n == -1 && (p->p_flags & F_FLOOD) && errno == ENOBUFS) {
		p->p_sent--;
		return;
	}
	if (n == -1)
		warn("sendto");

	if ((p->p_flags & (F_QUIET | F_FLOOD)) == F_FLOOD)
		putchar('.');
	if ((p->p_flags & F_FLOOD) || missing <= p->p_maxmissing)
		return;
	/* A request went unanswered until the next one was due. */
	p->p_maxmissing = missing;
	if (p->p_flags & F_SHOW)
		putchar('.');
	if (p->p_flags & F_BEEP_LOST)
		fputc('\a', stderr);
}

/* Remember a round trip of ns nanoseconds; returns it in milliseconds. */
static double
timed(struct ping *p, int64_t ns)
{
	double	 us = ns / 1000.0;

	if (p->p_ntimed++ == 0)
		p->p_min = p->p_max = us;
	if (us < p->p_min)
		p->p_min = us;
	if (us > p->p_max)
		p->p_max = us;
	p->p_sum += us;
	p->p_sumsq += us * us;
	return (us / 1000);
}

/* Does the data come back as it was sent?  -1 if so, or the first that not. */
static ssize_t
differs(const struct ping *p, const struct ping_echo *pe)
{
	const uint8_t	*sent = p->p_out + p->p_fam->pf_hdrlen;
	size_t		 i;

	i = (p->p_flags & F_TIMING) ? sizeof(struct ping_stamp) : 0;
	for (; i < pe->pe_paylen && i < p->p_datalen; i++)
		if (pe->pe_payload[i] != sent[i])
			return (i);
	return (-1);
}

static void
print_mismatch(const struct ping *p, const struct ping_echo *pe, size_t at)
{
	const uint8_t	*sent = p->p_out + p->p_fam->pf_hdrlen;
	size_t		 i;

	printf("\nwrong data byte #%zu should be 0x%x but was 0x%x", at,
	    sent[at], pe->pe_payload[at]);
	for (i = 0; i < pe->pe_paylen; i++) {
		if (i % 32 == 0)
			printf("\n\t");
		printf("%x ", pe->pe_payload[i]);
	}
}

static void
print_reply(struct ping *p, const struct ping_msg *pm,
    const struct ping_echo *pe, const char *problem, int dup, double ms)
{
	ssize_t	 at;

	if (p->p_flags & F_FLOOD) {
		putchar('\b');
		return;
	}
	if (p->p_flags & F_SHOW) {
		putchar('!');
		return;
	}
	printf("%zu bytes from %s: icmp_seq=%u", pe->pe_len,
	    ping_name(p, &pm->pm_from), pe->pe_seq);
	if (pm->pm_ttl >= 0)
		printf(" %s=%d", p->p_fam->pf_ttlword, pm->pm_ttl);
	if (ms >= 0)
		printf(" time=%.3f ms", ms);
	if (dup)
		printf(" (DUP!)");
	if (problem != NULL)
		printf(" (%s)", problem);
	if (pe->pe_paylen < p->p_datalen)
		printf(" (TRUNC!)");
	else if ((at = differs(p, pe)) != -1)
		print_mismatch(p, pe, at);
	p->p_fam->pf_options(p, pm);
	putchar('\n');
	if ((p->p_flags & F_BEEP_REPLY) && !dup)
		fputc('\a', stderr);
	fflush(stdout);
}

static void
reply(struct ping *p, const struct ping_msg *pm, const struct ping_echo *pe)
{
	struct ping_stamp	 ps;
	const char		*problem = NULL;
	double			 ms = -1;
	int64_t			 sent, t = now();
	int			 dup;

	if ((p->p_flags & F_TIMING) && pe->pe_paylen >= sizeof(ps)) {
		memcpy(&ps, pe->pe_payload, sizeof(ps));
		sent = be64toh(ps.ps_sec) * NSEC + be64toh(ps.ps_nsec);
		if (ps.ps_tag != ping_tag(p, ps.ps_sec, ps.ps_nsec,
		    pe->pe_seq)) {
			problem = "BAD STAMP!";
		} else
			ms = timed(p, t - sent);
	}
	dup = p->p_seen[pe->pe_seq / 8] & (1 << (pe->pe_seq % 8));
	p->p_seen[pe->pe_seq / 8] |= 1 << (pe->pe_seq % 8);
	if (dup)
		p->p_dups++;
	else
		p->p_received++;
	if ((p->p_flags & F_QUIET) == 0)
		print_reply(p, pm, pe, problem, dup, ms);
}

static int
cmsg_int(struct msghdr *mh, int level, int type)
{
	struct cmsghdr	*cm;
	int		 value;

	for (cm = CMSG_FIRSTHDR(mh); cm != NULL; cm = CMSG_NXTHDR(mh, cm)) {
		if (cm->cmsg_level != level || cm->cmsg_type != type ||
		    cm->cmsg_len < CMSG_LEN(sizeof(value)))
			continue;
		memcpy(&value, CMSG_DATA(cm), sizeof(value));
		return (value);
	}
	return (-1);
}

/* Read one packet; returns what it was, or -1 if there was none. */
static int
receive(struct ping *p)
{
	struct ping_msg	 pm;
	struct ping_echo pe;
	struct msghdr	 mh;
	struct iovec	 iov;
	char		 control[256];
	enum ping_kind	 kind;
	ssize_t		 n;

	memset(&mh, 0, sizeof(mh));
	memset(&pm, 0, sizeof(pm));
	iov.iov_base = p->p_in;
	iov.iov_len = PING_MAXPACKET;
	mh.msg_name = &pm.pm_from;
	mh.msg_namelen = sizeof(pm.pm_from);
	mh.msg_iov = &iov;
	mh.msg_iovlen = 1;
	mh.msg_control = control;
	mh.msg_controllen = sizeof(control);
	if ((n = recvmsg(p->p_sock, &mh, MSG_DONTWAIT)) == -1) {
		if (errno != EINTR && errno != EAGAIN)
			warn("recvmsg");
		return (-1);
	}
	pm.pm_data = p->p_in;
	pm.pm_len = n;
	pm.pm_ttl = -1;
	if (p->p_fam->pf_af == AF_INET6)
		pm.pm_ttl = cmsg_int(&mh, IPPROTO_IPV6, IPV6_HOPLIMIT);
	kind = p->p_fam->pf_parse(p, &pm, &pe);
	if (kind == PING_REPLY)
		reply(p, &pm, &pe);
	else if (kind == PING_ERROR && (p->p_flags & F_QUIET) == 0) {
		p->p_fam->pf_error(p, &pm);
		fflush(stdout);
	}
	return (kind);
}

/* Nanoseconds to wait for replies once the last request is out. */
static int64_t
linger(const struct ping *p)
{
	int64_t	 wait;

	if (p->p_ntimed == 0 && p->p_received == 0)
		return (p->p_maxwait * NSEC);
	wait = 2 * p->p_max * 1000;
	return (wait < NSEC ? NSEC : wait);
}

static int
finished(const struct ping *p)
{
	return (p->p_count != 0 && p->p_received >= p->p_count);
}

static int
wait_until(struct ping *p, int64_t due)
{
	struct pollfd	 pfd;
	struct timespec	 ts;
	int64_t		 left;
	int		 n;

	if ((left = due - now()) < 0)
		left = 0;
	ts.tv_sec = left / NSEC;
	ts.tv_nsec = left % NSEC;
	pfd.fd = p->p_sock;
	pfd.events = POLLIN;
	if ((n = ppoll(&pfd, 1, &ts, &unblocked)) == -1 && errno != EINTR)
		err(1, "poll");
	return (n);
}

/*
 * Send and receive until the count is reached, the wait for the last reply
 * is over or the user interrupts.
 */
void
ping_run(struct ping *p)
{
	int64_t	 due, interval;
	int	 i, kind, last = 0;

	interval = (p->p_flags & F_FLOOD) ? FLOOD_NSEC :
	    p->p_interval.tv_sec * NSEC + p->p_interval.tv_nsec;
	while (p->p_preload-- > 0 &&
	    (p->p_count == 0 || p->p_sent < p->p_count))
		send_one(p);
	due = now();
	while (!interrupted && !finished(p)) {
		if (asked) {
			asked = 0;
			ping_summary(p);
		}
		if (now() >= due) {
			if (last)
				break;
			if (p->p_count == 0 || p->p_sent < p->p_count)
				send_one(p);
			due += interval;
			if (due < now())
				due = now();
			if (p->p_count != 0 && p->p_sent >= p->p_count) {
				last = 1;
				due = now() + linger(p);
			}
		}
		if (wait_until(p, due) != 1)
			continue;
		/* A busy link must not keep the next request from going. */
		for (i = 0; i < BURST && !finished(p); i++) {
			if ((kind = receive(p)) == -1)
				break;
			if (kind == PING_REPLY && (p->p_flags & F_FLOOD) &&
			    !last)
				due = now();
		}
	}
}

/*
 * Print the statistics, in OpenBSD's words.
 */
void
ping_summary(const struct ping *p)
{
	double	 avg, var;

	printf("\n--- %s ping statistics ---\n", p->p_host);
	printf("%lld packets transmitted, ", (long long)p->p_sent);
	printf("%lld packets received, ", (long long)p->p_received);
	if (p->p_dups != 0)
		printf("%lld duplicates, ", (long long)p->p_dups);
	if (p->p_received > p->p_sent)
		printf("-- somebody's duplicating packets!");
	else if (p->p_sent != 0)
		printf("%.1f%% packet loss",
		    (p->p_sent - p->p_received) * 100.0 / p->p_sent);
	putchar('\n');
	if (p->p_ntimed > 0) {
		avg = p->p_sum / p->p_ntimed;
		var = p->p_sumsq / p->p_ntimed - avg * avg;
		printf("round-trip min/avg/max/std-dev = "
		    "%.3f/%.3f/%.3f/%.3f ms\n", p->p_min / 1000, avg / 1000,
		    p->p_max / 1000, sqrt(var < 0 ? 0 : var) / 1000);
	}
	fflush(stdout);
}
