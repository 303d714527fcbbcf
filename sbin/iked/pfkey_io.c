/*
 * Requests to the kernel's PF_KEY socket and their answers.
 *
 * A request waits for its answer, at most PATIENCE; what the kernel says by
 * itself meanwhile is kept and told afterwards.  Requests that belong
 * together go in one call and so do their answers (a batch), as each call
 * costs more than what it asks for.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <net/pfkeyv2.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "pfkey_io.h"

/* What was kept, or lost, shall be told soon. */
static void
wake(struct pfkey *pk)
{
	if (pk->pk_ev != NULL)
		event_active(pk->pk_ev, EV_TIMEOUT, 0);
}

static void
later(struct pfkey *pk, const void *data, size_t len)
{
	unsigned int	 i = (pk->pk_first + pk->pk_nlater) % LATER_MAX;

	if (pk->pk_nlater == LATER_MAX ||
	    blob_set(&pk->pk_later[i], data, len) == -1)
		pk->pk_lost = 1;
	else
		pk->pk_nlater++;
	wake(pk);
}

/* The bytes that an SA has carried, which is all that is wanted of it. */
static void
carried(struct ask *a, uint8_t *msg, size_t len)
{
	struct sadb_lifetime	 l;
	const uint8_t		*p;

	p = pfkey_find(msg, len, SADB_EXT_LIFETIME_CURRENT, sizeof(l));
	if (p != NULL) {
		memcpy(&l, p, sizeof(l));
		*a->a_bytes = l.sadb_lifetime_bytes;
	}
	/* The keys came with it. */
	explicit_bzero(msg, len);
}

/* A message came; 1: it is the answer to one of the requests. */
static int
take(struct pfkey *pk, uint8_t *msg, size_t len)
{
	struct sadb_msg	 m;
	struct ask	*a;

	if (len < sizeof(m))
		return (0);
	memcpy(&m, msg, sizeof(m));
	if (m.sadb_msg_pid == pk->pk_pid && m.sadb_msg_seq != 0)
		for (a = pk->pk_asks; a < pk->pk_asks + pk->pk_nasks; a++)
			if (a->a_seq == m.sadb_msg_seq) {
				a->a_seq = 0;
				a->a_error = m.sadb_msg_errno;
				if (a->a_bytes != NULL)
					carried(a, msg, len);
				return (1);
			}
	later(pk, msg, len);
	return (0);
}

/* Receive as many messages as mm has room for, or one of one. */
static int
receive(struct pfkey *pk, struct mmsghdr *mm, unsigned int n)
{
	ssize_t	 len;

	if (n > 1)
		return (recvmmsg(pk->pk_fd, mm, n, MSG_DONTWAIT, NULL));
	/* Plainly: there is less for the kernel to look at. */
	len = recv(pk->pk_fd, pk->pk_bufs[0], MSG_SIZE, MSG_DONTWAIT);
	if (len == -1)
		return (-1);
	mm[0].msg_len = len;
	return (1);
}

/*
 * Read until n answers are there, or none has come for too long.  What is
 * left in pk_bufs[0] is the answer, if there is but one to come.
 */
static ssize_t
answers(struct pfkey *pk, unsigned int n)
{
	struct pollfd	 pfd = { pk->pk_fd, POLLIN, 0 };
	struct mmsghdr	 mm[BATCH_MAX];
	struct iovec	 iov[BATCH_MAX];
	ssize_t		 len = -1;
	int		 got, i, patience = PATIENCE;

	memset(mm, 0, sizeof(mm));
	for (i = 0; i < BATCH_MAX; i++) {
		iov[i].iov_base = pk->pk_bufs[i];
		iov[i].iov_len = MSG_SIZE;
		mm[i].msg_hdr.msg_iov = &iov[i];
		mm[i].msg_hdr.msg_iovlen = 1;
	}
	while (n > 0) {
		/* Most often they are there when the requests have gone. */
		got = receive(pk, mm, n);
		if (got == -1 && errno == ENOBUFS) {
			/* An answer may be among what was lost. */
			patience = 0;
			pk->pk_lost = 1;
			wake(pk);
			continue;
		}
		if (got == -1 && poll(&pfd, 1, patience) <= 0)
			break;
		for (i = 0; i < got; i++)
			if (take(pk, pk->pk_bufs[i], mm[i].msg_len)) {
				len = mm[i].msg_len;
				n--;
			}
	}
	return (len);
}

/* Hand over all requests; how many went. */
static unsigned int
hand_over(struct pfkey *pk)
{
	struct mmsghdr	 mm[BATCH_MAX];
	struct iovec	 iov[BATCH_MAX];
	unsigned int	 i, n = 0;
	int		 k;

	memset(mm, 0, sizeof(mm));
	if (pk->pk_nasks == 1 && send(pk->pk_fd, pk->pk_asks[0].a_msg.w_buf,
	    pk->pk_asks[0].a_msg.w_len, 0) != -1)
		return (1);
	for (i = 0; i < pk->pk_nasks; i++) {
		iov[i].iov_base = pk->pk_asks[i].a_msg.w_buf;
		iov[i].iov_len = pk->pk_asks[i].a_msg.w_len;
		mm[i].msg_hdr.msg_iov = &iov[i];
		mm[i].msg_hdr.msg_iovlen = 1;
	}
	for (i = 0; i < pk->pk_nasks; i += k) {
		k = sendmmsg(pk->pk_fd, mm + i, pk->pk_nasks - i, 0);
		if (k > 0)
			n += k;
		else {
			/* Not this one: the others shall go. */
			pk->pk_asks[i].a_error = errno;
			pk->pk_asks[i].a_seq = 0;
			k = 1;
		}
	}
	return (n);
}

static void
report(const struct ask *a)
{
	struct sadb_msg	 m;

	memcpy(&m, a->a_msg.w_buf, sizeof(m));
	errno = a->a_error;
	if (m.sadb_msg_type != SADB_DELETE && m.sadb_msg_type != SADB_GET &&
	    m.sadb_msg_type != SADB_X_DELFLOW)
		log_warn("pfkey: request %u", m.sadb_msg_type);
}

/* Ask, and forget the requests; the length of the last answer, or -1. */
static ssize_t
run(struct pfkey *pk)
{
	struct ask	*a;
	ssize_t		 len;
	unsigned int	 i;

	len = answers(pk, hand_over(pk));
	errno = 0;
	for (i = 0; i < pk->pk_nasks; i++) {
		a = &pk->pk_asks[i];
		if (a->a_error != 0 && pk->pk_batch)
			report(a);
		if (a->a_error != 0 && pk->pk_done + i < 32)
			pk->pk_failed |= 1U << (pk->pk_done + i);
		errno = a->a_error;
		wbuf_free(&a->a_msg);
	}
	pk->pk_done += pk->pk_nasks;
	pk->pk_nasks = 0;
	return (errno != 0 ? -1 : len);
}

/*
 * Make a request, whose writer is freed.  The length of its answer, which is
 * in pk_bufs[0]; -1: it failed, errno says why.  In a batch it is kept for
 * pfkey_commit, and the answer is 0.
 */
ssize_t
pfkey_transact(struct pfkey *pk, struct wbuf *w)
{
	struct sadb_msg	 m;
	struct ask	*a;

	if (w->w_error) {
		wbuf_free(w);
		pk->pk_bytes = NULL;
		if (pk->pk_done < 32)
			pk->pk_failed |= 1U << pk->pk_done++;
		errno = ENOMEM;
		return (-1);
	}
	if (pk->pk_nasks == BATCH_MAX)
		run(pk);
	if (++pk->pk_seq == 0)
		pk->pk_seq = 1;
	memcpy(&m, w->w_buf, sizeof(m));
	m.sadb_msg_len = w->w_len / 8;
	m.sadb_msg_seq = pk->pk_seq;
	m.sadb_msg_pid = pk->pk_pid;
	memcpy(w->w_buf, &m, sizeof(m));
	a = &pk->pk_asks[pk->pk_nasks++];
	a->a_msg = *w;
	a->a_seq = pk->pk_seq;
	a->a_error = ETIMEDOUT;
	a->a_bytes = pk->pk_bytes;
	pk->pk_bytes = NULL;
	return (pk->pk_batch ? 0 : run(pk));
}

/*
 * From here on requests are kept, until pfkey_commit.
 */
void
pfkey_begin(struct pfkey *pk)
{
	pk->pk_batch = 1;
	pk->pk_done = pk->pk_failed = 0;
}

/*
 * Make the requests since pfkey_begin, in order.  A bit for each of the
 * first 32 that failed, the first one's is the lowest.
 */
uint32_t
pfkey_commit(struct pfkey *pk)
{
	run(pk);
	pk->pk_batch = 0;
	return (pk->pk_failed);
}

/*
 * The first extension of a type in a message, of at least so many bytes;
 * NULL: none.
 */
const uint8_t *
pfkey_find(const uint8_t *msg, size_t len, uint16_t type, size_t least)
{
	struct sadb_ext	 e;
	size_t		 off = sizeof(struct sadb_msg), n;

	while (off + sizeof(e) <= len) {
		memcpy(&e, msg + off, sizeof(e));
		n = e.sadb_ext_len * 8;
		if (n < 8 || n > len - off)
			return (NULL);
		if (e.sadb_ext_type == type)
			return (n >= least ? msg + off : NULL);
		off += n;
	}
	return (NULL);
}
