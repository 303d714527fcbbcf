/*
 * The rings of a wire: what goes in comes out, nobody sleeps through a frame,
 * and a peer that breaks the rules is found out and harms nobody.
 */
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wire_ring.h"

static const struct wire_hello hello = {
	.wh_magic = WIRE_MAGIC, .wh_version = WIRE_VERSION,
	.wh_caps = 5, .wh_clock = -1,
};

/* Join two ends over a socket pair. */
static void
join(struct wire *a, struct wire *b)
{
	int	 s[2];

	wire_init(a);
	wire_init(b);
	ATF_REQUIRE_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	ATF_REQUIRE_EQ(0, wire_offer(a, s[0], &hello));
	ATF_REQUIRE_EQ(0, wire_accept(b, s[1], &hello));
	ATF_REQUIRE_EQ(0, wire_answer(a, s[0]));
	ATF_REQUIRE_EQ(5, (int)a->w_peercaps);
	ATF_REQUIRE_EQ(5, (int)b->w_peercaps);
	close(s[0]);
	close(s[1]);
}

/* The byte at offset i of frame n. */
static uint8_t
pattern(uint32_t n, uint32_t i)
{
	return (n * 31 + i * 7 + (i >> 8));
}

static uint32_t
length(uint32_t n)
{
	return (n % 97 == 0 ? WIRE_FRAMEMAX : 1 + n * 7919 % 3000);
}

static int
put(struct wire *w, uint32_t n)
{
	static uint8_t	 buf[WIRE_FRAMEMAX];
	struct host_vnet vnet = { .vn_gso_size = n };
	struct host_vec	 vec[2];
	uint32_t	 i, len = length(n), cut = len / 3;

	for (i = 0; i < len; i++)
		buf[i] = pattern(n, i);
	vec[0] = (struct host_vec){ buf, cut };
	vec[1] = (struct host_vec){ buf + cut, len - cut };
	return (wire_put(w, vec, 2, len, &vnet));
}

static int
get(struct wire *w, uint32_t n)
{
	static uint8_t	 small[100], large[WIRE_FRAMEMAX];
	struct host_vec	 vec[2] = {
		{ small, sizeof(small) }, { large, sizeof(large) },
	};
	struct host_vnet vnet;
	uint32_t	 i;
	int		 len;

	if ((len = wire_get(w, vec, 2, &vnet)) <= 0)
		return (len);
	ATF_REQUIRE_EQ(length(n), (uint32_t)len);
	ATF_REQUIRE_EQ((uint16_t)n, vnet.vn_gso_size);
	for (i = 0; i < (uint32_t)len; i++)
		ATF_REQUIRE_EQ_MSG(pattern(n, i), i < sizeof(small) ?
		    small[i] : large[i - sizeof(small)], "frame %u byte %u",
		    n, i);
	return (len);
}

ATF_TC_WITHOUT_HEAD(order);
ATF_TC_BODY(order, tc)
{
	struct wire	 a, b;
	uint32_t	 in = 0, out = 0;

	join(&a, &b);
	while (out < 3000) {
		while (put(&a, in))
			in++;
		wire_flush(&a, 0);
		ATF_REQUIRE_EQ(0, get(&a, 0));	/* the other way is empty */
		while (get(&b, out) > 0)
			out++;
		ATF_REQUIRE_EQ(in, out);
		wire_release(&b);
	}
	wire_close(&a);
	wire_close(&b);
}

/* Wait for a bell as a process does that has nothing else to do. */
static void
wait_bell(struct wire *w)
{
	struct pollfd	 pfd = { .fd = w->w_bell, .events = POLLIN };

	if (poll(&pfd, 1, 20000) != 1) {
		fprintf(stderr, "slept through a bell\n");
		_exit(1);
	}
}

#define MANY	60000

static void
producer(struct wire *w)
{
	uint32_t	 n = 0;
	uint64_t	 v;

	while (n < MANY) {
		if (put(w, n)) {
			if (n++ % 3 == 0)
				wire_flush(w, 0);
			continue;
		}
		wire_flush(w, 1);
		if (put(w, n)) {
			n++;
			continue;
		}
		wait_bell(w);
		if (read(w->w_bell, &v, sizeof(v)) == -1)
			_exit(2);
	}
	wire_flush(w, 0);
}

ATF_TC_WITHOUT_HEAD(bells);
ATF_TC_BODY(bells, tc)
{
	struct wire	 a, b;
	uint32_t	 n = 0;
	int		 status;
	pid_t		 pid;

	join(&a, &b);
	ATF_REQUIRE((pid = fork()) != -1);
	if (pid == 0) {
		producer(&a);
		_exit(0);
	}
	while (n < MANY) {
		if (get(&b, n) > 0)
			n++;
		else {
			wire_release(&b);
			if (wire_sleep(&b))
				wait_bell(&b);
		}
		if (n % 5 == 0)
			wire_release(&b);
	}
	ATF_REQUIRE_EQ(pid, waitpid(pid, &status, 0));
	ATF_REQUIRE_EQ(0, status);
}

/* What a hostile producer may write, and what its peer says to it. */
static const struct hostile {
	const char	*h_why;
	uint64_t	 h_head;	/* added to the head */
	uint32_t	 h_len;		/* of the first record; 0: as it is */
	int		 h_error;
} hostile[] = {
	{ "head far ahead", 1ULL << 40, 0, -EPROTO },
	{ "head behind", -16ULL, 0, -EPROTO },
	{ "head ahead by more than the ring", WIRE_RINGSIZE + 16, 0, -EPROTO },
	{ "half a record", 8, 0, -EPROTO },
	{ "record beyond the head", 16, 4000, -EPROTO },
	{ "record of a giant", 1 << 18, WIRE_FRAMEMAX + 1, -EPROTO },
	{ "record of 4 GB", 1 << 18, 0xfffffff0, -EPROTO },
	{ "record of nothing", 16, 0, -EPROTO },
};

ATF_TC_WITHOUT_HEAD(hostile_ring);
ATF_TC_BODY(hostile_ring, tc)
{
	struct wire	 a, b;
	struct wire_rec	 rec;
	size_t		 i;

	for (i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		join(&a, &b);
		memset(&rec, 0, sizeof(rec));
		rec.wr_len = hostile[i].h_len;
		memcpy(a.w_tx, &rec, sizeof(rec));
		atomic_store(&a.w_txctl->wc_head, hostile[i].h_head);
		ATF_CHECK_EQ_MSG(hostile[i].h_error, get(&b, 0), "%s",
		    hostile[i].h_why);
		wire_close(&a);
		wire_close(&b);
	}
}

/* A consumer that lies about what it has taken gets no more than the ring. */
ATF_TC_WITHOUT_HEAD(hostile_tail);
ATF_TC_BODY(hostile_tail, tc)
{
	struct wire	 a, b;
	uint32_t	 n = 0;

	join(&a, &b);
	atomic_store(&b.w_rxctl->wc_tail, 1ULL << 30);
	while (n < 100000 && put(&a, n))
		n++;
	ATF_CHECK(n < 100000);
	wire_close(&a);
	wire_close(&b);
}

/* Send a hello with these descriptors from one end of a socket pair. */
static void
say(int s, const void *msg, size_t len, const int *fds, int nfds)
{
	char		 cbuf[CMSG_SPACE(8 * sizeof(int))] = { 0 };
	struct iovec	 iov = { (void *)(uintptr_t)msg, len };
	struct msghdr	 mh = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr	*cm;

	if (nfds > 0) {
		mh.msg_control = cbuf;
		mh.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		cm = CMSG_FIRSTHDR(&mh);
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(nfds * sizeof(int));
		memcpy(CMSG_DATA(cm), fds, nfds * sizeof(int));
	}
	ATF_REQUIRE_EQ((ssize_t)len, sendmsg(s, &mh, 0));
}

/* How many descriptors does this process have? */
static int
count_fds(void)
{
	int	 fd, n = 0;

	for (fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return (n);
}

static int
memory(off_t size, int seals)
{
	int	 fd;

	fd = memfd_create("t_ring", MFD_ALLOW_SEALING);
	ATF_REQUIRE(fd != -1);
	ATF_REQUIRE_EQ(0, ftruncate(fd, size));
	ATF_REQUIRE_EQ(0, fcntl(fd, F_ADD_SEALS, seals));
	return (fd);
}

#define MEMSIZE	(4096 + 2 * (off_t)WIRE_RINGSIZE)
#define SEALS	(F_SEAL_SHRINK | F_SEAL_GROW)

ATF_TC_WITHOUT_HEAD(hostile_hello);
ATF_TC_BODY(hostile_hello, tc)
{
	struct wire_hello bad = hello;
	struct wire	 w;
	int		 bell, block, good, i, n, s[2], shrink, small;
	int		 before;

	good = memory(MEMSIZE, SEALS);
	small = memory(MEMSIZE - 4096, SEALS);
	shrink = memory(MEMSIZE, F_SEAL_GROW);
	bell = eventfd(0, EFD_NONBLOCK);
	block = eventfd(0, 0);
	bad.wh_version++;
	const struct {
		const char	*why;
		const void	*msg;
		size_t		 len;
		int		 fds[3];
		int		 nfds;
	} t[] = {
		{ "no descriptors", &hello, sizeof(hello), { 0 }, 0 },
		{ "two", &hello, sizeof(hello), { good, bell }, 2 },
		{ "short", &hello, 8, { good, bell, bell }, 3 },
		{ "version", &bad, sizeof(bad), { good, bell, bell }, 3 },
		{ "small memory", &hello, sizeof(hello),
		    { small, bell, bell }, 3 },
		{ "memory that shrinks", &hello, sizeof(hello),
		    { shrink, bell, bell }, 3 },
		{ "no memory", &hello, sizeof(hello), { bell, bell, bell }, 3 },
		{ "a bell that blocks", &hello, sizeof(hello),
		    { good, bell, block }, 3 },
	};
	before = count_fds();
	for (i = 0; i < (int)(sizeof(t) / sizeof(t[0])); i++) {
		wire_init(&w);
		ATF_REQUIRE_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, s));
		say(s[0], t[i].msg, t[i].len, t[i].fds, t[i].nfds);
		n = wire_accept(&w, s[1], &hello);
		ATF_CHECK_MSG(n < 0 && n != -EAGAIN, "%s: %d", t[i].why, n);
		close(s[0]);
		close(s[1]);
		ATF_CHECK_EQ_MSG(before, count_fds(), "%s", t[i].why);
	}
}

ATF_TC_WITHOUT_HEAD(meet);
ATF_TC_BODY(meet, tc)
{
	int	 a, b, c;

	ATF_REQUIRE_EQ(0, wire_meet("sock", &a));
	ATF_REQUIRE_EQ(1, wire_meet("sock", &b));
	close(b);
	close(a);
	ATF_REQUIRE_EQ(0, wire_meet("sock", &c));	/* nobody is left */
	close(c);
	ATF_REQUIRE(wire_meet("nowhere/sock", &a) < 0);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, order);
	ATF_TP_ADD_TC(tp, bells);
	ATF_TP_ADD_TC(tp, hostile_ring);
	ATF_TP_ADD_TC(tp, hostile_tail);
	ATF_TP_ADD_TC(tp, hostile_hello);
	ATF_TP_ADD_TC(tp, meet);
	return (atf_no_error());
}
