/*
 * Initiators of IKEv2 by the thousand, to see what a responder can do.
 *
 *	h_ike -n NUMBER [-w WINDOW] [-g GROUP] [-k] [-C CERT -K KEY -A CA
 *	    -i ID] [-p PSK] LOCAL PEER
 *
 * NUMBER IKE SAs, each with a child for an address of its own (10.64.0.0 and
 * up, towards 10.2.0.0/24), are made, WINDOW of them at a time, and deleted;
 * with -k they stay, requests are answered until the end of input (another
 * child is refused), and it is printed how many the responder deleted, and
 * for how many it saw the end of the child: asked for another, or deleted it.
 * It prints
 *
 *	sas NUMBER failed NUMBER resent NUMBER seconds SECONDS
 *
 * when all are done, and on stderr why the first failed.
 */
#include <sys/socket.h>
#include <arpa/inet.h>
#include <netinet/in.h>

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "h_ike.h"
#include "ikev2.h"

#define WINDOW		24		/* fewer than provoke cookies */
#define RESEND		1000		/* ms */
#define TRIES		20
#define TAG		0x1d1eULL	/* of our SPIs */

struct load		 load;
static struct sa	*sas;
static uint32_t		 total, started, finished, failed, resent, deleted;
static uint32_t		 ended;
static uint32_t		 done;		/* established, and deleted or kept */
static int		 keep, fds[2];

static uint64_t
now_us(void)
{
	struct timespec	 ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (ts.tv_sec * 1000000ULL + ts.tv_nsec / 1000);
}

/* By one of the ports, behind a marker on the second. */
static void
transmit(const struct sa *s, const struct blob *b)
{
	uint8_t		 marker[4] = { 0 };
	struct iovec	 iov[2];
	struct msghdr	 m;

	memset(&m, 0, sizeof(m));
	iov[0].iov_base = marker;
	iov[0].iov_len = s->s_natt ? sizeof(marker) : 0;
	iov[1].iov_base = b->b_data;
	iov[1].iov_len = b->b_len;
	m.msg_iov = iov;
	m.msg_iovlen = 2;
	if (sendmsg(fds[s->s_natt], &m, 0) == -1 && errno != ECONNREFUSED)
		warn("send");
}

static void
request(struct sa *s, enum state next)
{
	s->s_state = next;
	s->s_sent = now_us();
	s->s_tries = 0;
	transmit(s, &s->s_msg);
}

/* Forget all but what is needed to answer. */
static void
finish(struct sa *s, enum state state, const char *why)
{
	if (why != NULL && failed++ == 0)
		warnx("SA %u: %s", s->s_num, why);
	finished++;
	done += why == NULL;
	s->s_state = state;
	blob_free(&s->s_cookie);
	blob_free(&s->s_msg);
	blob_free(&s->s_init_i);
	blob_free(&s->s_init_r);
	blob_free(&s->s_nr);
	if (state != S_UP)
		keys_free(&s->s_keys);
}

static void
begin(void)
{
	struct sa	*s = &sas[started];

	s->s_num = started++;
	s->s_spii = TAG << 48 | (uint64_t)(getpid() & 0xffff) << 32 |
	    (s->s_num + 1);
	if (init_build(s) == -1)
		errx(1, "no message");
	request(s, S_INIT);
}

static void
init_response(struct sa *s, struct msg *m, const uint8_t *data, size_t len)
{
	struct rbuf	 r;
	int		 n;

	rbuf_init(&r, data + IKE_HDRLEN, len - IKE_HDRLEN);
	if (msg_parse(m, data[16], &r) != 0)
		return;
	n = init_take(s, m, data, len);
	if (n == 0) {
		if (init_build(s) == 0)
			request(s, S_INIT);
	} else if (n == -1 || auth_request(s) == -1)
		finish(s, S_FAILED, "IKE_SA_INIT fails");
	else
		request(s, S_AUTH);
}

/* An answer that was encrypted. */
static void
response(struct sa *s, const struct msg *m)
{
	const char	*why;

	if (s->s_state == S_AUTH && m->m_hdr.h_exch == EXCH_IKE_AUTH) {
		why = auth_take(s, m);
		if (why != NULL)
			finish(s, S_FAILED, why);
		else if (keep)
			finish(s, S_UP, NULL);
		else if (delete_request(s) == 0)
			request(s, S_DELETE);
	} else if (s->s_state == S_DELETE &&
	    m->m_hdr.h_exch == EXCH_INFORMATIONAL)
		finish(s, S_GONE, NULL);
}

/* A request of the responder's. */
static void
answer(struct sa *s, const struct msg *m)
{
	struct blob	 out = { NULL, 0 };
	int		 child = m->m_hdr.h_exch == EXCH_CREATE_CHILD_SA;

	if ((!child && m->m_hdr.h_exch != EXCH_INFORMATIONAL) ||
	    (s->s_state != S_UP && s->s_state != S_GONE) ||
	    response_build(s, &m->m_hdr, &out) == -1)
		return;
	child |= m->m_ndel != 0;
	ended += child && !s->s_ended;
	s->s_ended |= child;
	transmit(s, &out);
	blob_free(&out);
	if (m->m_delike && s->s_state == S_UP) {
		deleted++;
		s->s_state = S_GONE;
	}
}

static void
input(const uint8_t *data, size_t len)
{
	static struct msg	 m;
	struct blob		 plain = { NULL, 0 };
	struct rbuf		 r;
	struct ike_hdr		 h;
	struct sa		*s;
	uint32_t		 i;
	int			 first;

	rbuf_init(&r, data, len);
	if (hdr_parse(&r, &h) == -1)
		return;
	i = (uint32_t)h.h_spii - 1;
	if (i >= started || sas[i].s_spii != h.h_spii)
		return;
	s = &sas[i];
	m.m_hdr = h;
	if (h.h_exch == EXCH_IKE_SA_INIT) {
		if (s->s_state == S_INIT)
			init_response(s, &m, data, len);
		return;
	}
	if (s->s_keys.k_er.b_len == 0)
		return;
	first = message_open(s, data, len, &plain);
	rbuf_init(&r, plain.b_data, plain.b_len);
	if (first != -1 && msg_parse(&m, first, &r) == 0) {
		if (h.h_flags & FLAG_RESPONSE)
			response(s, &m);
		else
			answer(s, &m);
	}
	blob_free(&plain);
}

static void
receive(int which)
{
	static const uint8_t	 marker[4];
	uint8_t			 buf[4096];
	ssize_t			 n;

	while ((n = recv(fds[which], buf, sizeof(buf), MSG_DONTWAIT)) > 0) {
		if (which == 0)
			input(buf, n);
		else if (n > 4 && memcmp(buf, marker, 4) == 0)
			input(buf + 4, n - 4);
	}
}

/* What was not answered goes out again. */
static void
again(void)
{
	uint64_t	 now = now_us();
	struct sa	*s;

	for (s = sas; s < sas + started; s++) {
		if ((s->s_state != S_INIT && s->s_state != S_AUTH &&
		    s->s_state != S_DELETE) ||
		    now - s->s_sent < RESEND * 1000)
			continue;
		if (++s->s_tries > TRIES) {
			finish(s, S_FAILED, "no answer");
			continue;
		}
		resent++;
		s->s_sent = now;
		transmit(s, &s->s_msg);
	}
}

static void
run(uint32_t window)
{
	struct pollfd	 pfd[2] = { { fds[0], POLLIN, 0 },
			    { fds[1], POLLIN, 0 } };
	uint64_t	 start = now_us(), look = start;

	while (finished < total) {
		while (started < total && started - finished < window)
			begin();
		if (poll(pfd, 2, RESEND / 4) > 0) {
			if (pfd[0].revents)
				receive(0);
			if (pfd[1].revents)
				receive(1);
		}
		if (now_us() - look > RESEND * 250) {
			look = now_us();
			again();
		}
	}
	printf("sas %u failed %u resent %u seconds %.6f\n", done, failed,
	    resent, (now_us() - start) / 1e6);
	fflush(stdout);
}

/* Those that stay answer until the end of input. */
static void
serve(void)
{
	struct pollfd	 pfd[3] = { { fds[0], POLLIN, 0 },
			    { fds[1], POLLIN, 0 },
			    { STDIN_FILENO, POLLIN, 0 } };
	char		 c;

	for (;;) {
		if (poll(pfd, 3, -1) == -1)
			err(1, "poll");
		if (pfd[0].revents)
			receive(0);
		if (pfd[1].revents)
			receive(1);
		if (pfd[2].revents && read(STDIN_FILENO, &c, 1) <= 0)
			break;
	}
	printf("deleted %u ended %u\n", deleted, ended);
}

static int
open_port(uint16_t port)
{
	struct sockaddr_storage	 ss;
	socklen_t		 len;
	int			 fd, size = 4 << 20;

	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd == -1)
		err(1, "socket");
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	load.l_local.e_port = load.l_peer.e_port = port;
	len = addr_to_sockaddr(&load.l_local, &ss);
	if (bind(fd, (struct sockaddr *)&ss, len) == -1)
		err(1, "port %u", port);
	len = addr_to_sockaddr(&load.l_peer, &ss);
	if (connect(fd, (struct sockaddr *)&ss, len) == -1)
		err(1, "connect");
	return (fd);
}

static void
usage(void)
{
	fprintf(stderr, "usage: h_ike -n number [-w window] [-g group] [-k] "
	    "[-C cert -K key -A ca -i id]\n\t[-p psk] local peer\n");
	exit(2);
}

int
main(int argc, char *argv[])
{
	const char	*group = "x25519", *cert = NULL, *key = NULL;
	const char	*ca = NULL, *psk = "change-this-shared-secret";
	uint32_t	 window = WINDOW;
	int		 ch;

	while ((ch = getopt(argc, argv, "A:C:g:i:K:kn:p:w:")) != -1)
		switch (ch) {
		case 'A':
			ca = optarg;
			break;
		case 'C':
			cert = optarg;
			break;
		case 'g':
			group = optarg;
			break;
		case 'i':
			load.l_id = optarg;
			break;
		case 'K':
			key = optarg;
			break;
		case 'k':
			keep = 1;
			break;
		case 'n':
			total = strtoul(optarg, NULL, 10);
			break;
		case 'p':
			psk = optarg;
			break;
		case 'w':
			window = strtoul(optarg, NULL, 10);
			break;
		default:
			usage();
		}
	argc -= optind;
	argv += optind;
	sas = calloc(total, sizeof(*sas));
	if (argc != 2 || total == 0 || window == 0 || sas == NULL ||
	    addr_parse(&load.l_local.e_addr, argv[0]) == -1 ||
	    addr_parse(&load.l_peer.e_addr, argv[1]) == -1)
		usage();
	if (cert != NULL) {
		if (key == NULL || ca == NULL || load.l_id == NULL)
			usage();
		load_cert(cert, key, ca);
	}
	load_group(group);
	if (blob_set(&load.l_psk, psk, strlen(psk)) == -1)
		err(1, NULL);
	fds[0] = open_port(IKE_PORT);
	fds[1] = open_port(IKE_NATT_PORT);
	run(window);
	if (keep)
		serve();
	return (failed != 0);
}
