/*
 * Rings of a wire, and the meeting of its two ends: see wire_ring.h.
 */
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "wire_ring.h"

#define CTLSIZE		4096
#define MEMSIZE		(CTLSIZE + 2 * (size_t)WIRE_RINGSIZE)
#define MAPSIZE		(CTLSIZE + 4 * (size_t)WIRE_RINGSIZE)
#define SEALS		(F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)
#define NFDS		3		/* memory, our bell, the peer's */
#define RECALIGN(n)	(((uint64_t)(n) + 15) & ~15ULL)

void	(*wire_rung)(int);

/* Nobody there. */
void
wire_init(struct wire *w)
{
	memset(w, 0, sizeof(*w));
	w->w_bell = w->w_peerbell = w->w_peerclock = -1;
}

/* Map the memory, each ring twice; side 0 is the connector. */
static int
wire_map(struct wire *w, int memfd, int side)
{
	uint8_t		*p, *ring;
	off_t		 off;
	int		 i;
	struct wire_ctl	*ctl[2];

	p = mmap(NULL, MAPSIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return (-errno);
	w->w_mem = p;
	if (mmap(p, CTLSIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
	    memfd, 0) == MAP_FAILED)
		return (-errno);
	for (i = 0; i < 4; i++) {
		off = CTLSIZE + (off_t)(i / 2) * WIRE_RINGSIZE;
		ring = p + CTLSIZE + (size_t)i * WIRE_RINGSIZE;
		if (mmap(ring, WIRE_RINGSIZE, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_FIXED, memfd, off) == MAP_FAILED)
			return (-errno);
	}
	ctl[0] = (struct wire_ctl *)p;
	ctl[1] = (struct wire_ctl *)(p + CTLSIZE / 2);
	w->w_txctl = ctl[side];
	w->w_rxctl = ctl[!side];
	w->w_tx = p + CTLSIZE + (side == 0 ? 0 : 2 * WIRE_RINGSIZE);
	w->w_rx = p + CTLSIZE + (side == 0 ? 2 * WIRE_RINGSIZE : 0);
	w->w_head = w->w_tail = w->w_room = 0;
	return (0);
}

static int
send_fds(int sock, const struct wire_hello *wh, const int *fds, int nfds)
{
	union {
		struct cmsghdr	hdr;
		char		buf[CMSG_SPACE(NFDS * sizeof(int))];
	} cm;
	struct iovec	 iov = { (void *)(uintptr_t)wh, sizeof(*wh) };
	struct msghdr	 msg;

	memset(&msg, 0, sizeof(msg));
	memset(&cm, 0, sizeof(cm));
	msg.msg_iov = &iov;
	msg.msg_iovlen = 1;
	if (nfds > 0) {
		msg.msg_control = cm.buf;
		msg.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		cm.hdr.cmsg_level = SOL_SOCKET;
		cm.hdr.cmsg_type = SCM_RIGHTS;
		cm.hdr.cmsg_len = CMSG_LEN(nfds * sizeof(int));
		memcpy(CMSG_DATA(&cm.hdr), fds, nfds * sizeof(int));
	}
	if (sendmsg(sock, &msg, MSG_NOSIGNAL | MSG_DONTWAIT) != sizeof(*wh))
		return (errno == 0 ? -EIO : -errno);
	return (0);
}

/* Receive a hello and up to NFDS descriptors; 0 or a negative errno. */
static int
recv_fds(int sock, struct wire_hello *wh, int *fds, int *nfds)
{
	union {
		struct cmsghdr	hdr;
		char		buf[CMSG_SPACE(NFDS * sizeof(int))];
	} cm;
	struct iovec	 iov = { wh, sizeof(*wh) };
	struct msghdr	 msg;
	ssize_t		 n;

	memset(&msg, 0, sizeof(msg));
	msg.msg_iov = &iov;
	msg.msg_iovlen = 1;
	msg.msg_control = cm.buf;
	msg.msg_controllen = sizeof(cm.buf);
	*nfds = 0;
	n = recvmsg(sock, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n == -1)
		return (-errno);
	if (msg.msg_controllen >= sizeof(cm.hdr) &&
	    cm.hdr.cmsg_level == SOL_SOCKET &&
	    cm.hdr.cmsg_type == SCM_RIGHTS) {
		*nfds = (cm.hdr.cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(fds, CMSG_DATA(&cm.hdr), *nfds * sizeof(int));
	}
	if (n == 0)
		return (-ECONNRESET);
	if (n != sizeof(*wh) || wh->wh_magic != WIRE_MAGIC ||
	    wh->wh_version != WIRE_VERSION)
		return (-EPROTO);
	return (0);
}

static void
take_hello(struct wire *w, const struct wire_hello *wh)
{
	w->w_peerflags = wh->wh_flags;
	w->w_peercaps = wh->wh_caps;
	w->w_peerclock = wh->wh_clock;
}

/*
 * Connector: make the memory and the bells, and say hello on sock.  The wire
 * may be used after wire_answer().  0 or a negative errno; wire_close() in
 * both cases.
 */
int
wire_offer(struct wire *w, int sock, const struct wire_hello *wh)
{
	int	 error, fds[NFDS], memfd;

	memfd = memfd_create("warren-wire", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (memfd == -1)
		return (-errno);
	if (ftruncate(memfd, MEMSIZE) == -1 ||
	    fcntl(memfd, F_ADD_SEALS, SEALS) == -1 ||
	    (w->w_bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) == -1 ||
	    (w->w_peerbell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) == -1)
		error = -errno;
	else
		error = wire_map(w, memfd, 0);
	if (error == 0) {
		fds[0] = memfd;
		fds[1] = w->w_bell;
		fds[2] = w->w_peerbell;
		error = send_fds(sock, wh, fds, NFDS);
	}
	close(memfd);
	return (error);
}

/* Is it memory of the right size that nobody can take away from under us? */
static int
memory_ok(int memfd)
{
	struct stat	 st;
	int		 seals;

	if (fstat(memfd, &st) == -1 || st.st_size != (off_t)MEMSIZE ||
	    (seals = fcntl(memfd, F_GET_SEALS)) == -1)
		return (0);
	return ((seals & (F_SEAL_SHRINK | F_SEAL_GROW)) ==
	    (F_SEAL_SHRINK | F_SEAL_GROW));
}

/* A bell must be one that a read cannot block on. */
static int
bell_ok(int fd)
{
	int	 flags;

	flags = fcntl(fd, F_GETFL);
	return (flags != -1 && (flags & O_NONBLOCK) != 0);
}

/*
 * Listener: take the connector's hello off sock and answer with wh.  0 and
 * the wire is up; -EAGAIN when it has not come yet; another negative errno
 * when it is not one, and the caller hangs up.
 */
int
wire_accept(struct wire *w, int sock, const struct wire_hello *wh)
{
	struct wire_hello hello;
	int		 error, fds[NFDS], i, nfds;

	error = recv_fds(sock, &hello, fds, &nfds);
	if (error == 0 && (nfds != NFDS || !memory_ok(fds[0]) ||
	    !bell_ok(fds[1]) || !bell_ok(fds[2])))
		error = -EPROTO;
	if (error == 0)
		error = wire_map(w, fds[0], 1);
	if (error == 0)
		error = send_fds(sock, wh, NULL, 0);
	if (error != 0) {
		for (i = 0; i < nfds; i++)
			close(fds[i]);
		wire_close(w);
		return (error);
	}
	close(fds[0]);
	w->w_peerbell = fds[1];
	w->w_bell = fds[2];
	take_hello(w, &hello);
	return (0);
}

/*
 * Connector: take the listener's answer.  0 and the wire is up, -EAGAIN, or
 * another negative errno (-ECONNRESET: the listener will not have us).
 */
int
wire_answer(struct wire *w, int sock)
{
	struct wire_hello hello;
	int		 error, fds[NFDS], i, nfds;

	error = recv_fds(sock, &hello, fds, &nfds);
	for (i = 0; i < nfds; i++)
		close(fds[i]);
	if (error == 0)
		take_hello(w, &hello);
	return (error);
}

/* Let go of everything; the wire may be offered or accepted again. */
void
wire_close(struct wire *w)
{
	if (w->w_mem != NULL)
		munmap(w->w_mem, MAPSIZE);
	if (w->w_bell != -1)
		close(w->w_bell);
	if (w->w_peerbell != -1)
		close(w->w_peerbell);
	wire_init(w);
}

static void
ring_bell(struct wire *w)
{
	uint64_t	 one = 1;

	if (write(w->w_peerbell, &one, sizeof(one)) == -1)
		return;			/* full: it rings already */
	if (wire_rung != NULL && w->w_peerclock >= 0)
		wire_rung(w->w_peerclock);
}

/* Is there room for a record of so many bytes? */
static int
has_room(struct wire *w, uint64_t need)
{
	uint64_t	 used = w->w_head - w->w_room;

	if (used + need <= WIRE_RINGSIZE)
		return (1);
	w->w_room = atomic_load_explicit(&w->w_txctl->wc_tail,
	    memory_order_acquire);
	used = w->w_head - w->w_room;
	return (used <= WIRE_RINGSIZE && used + need <= WIRE_RINGSIZE);
}

/*
 * Append a frame of len bytes in nvec buffers.  1, or 0 when there is no
 * room.  The peer sees it after wire_flush().
 */
int
wire_put(struct wire *w, const struct host_vec *vec, uint32_t nvec,
    uint32_t len, const struct host_vnet *vnet)
{
	struct wire_rec	 rec;
	uint64_t	 need = RECALIGN(sizeof(rec) + len);
	uint8_t		*p;
	uint32_t	 i;

	if (!has_room(w, need))
		return (0);
	p = w->w_tx + (w->w_head & (WIRE_RINGSIZE - 1));
	memset(&rec, 0, sizeof(rec));
	rec.wr_len = len;
	rec.wr_vnet = *vnet;
	memcpy(p, &rec, sizeof(rec));
	p += sizeof(rec);
	for (i = 0; i < nvec; i++) {
		memcpy(p, vec[i].hv_base, vec[i].hv_len);
		p += vec[i].hv_len;
	}
	w->w_head += need;
	return (1);
}

/*
 * Show the peer what has been put, and wake it if it sleeps.  With wait, a
 * bell is wanted as soon as there is room.
 */
void
wire_flush(struct wire *w, int wait)
{
	struct wire_ctl	*wc = w->w_txctl;

	atomic_store_explicit(&wc->wc_head, w->w_head, memory_order_release);
	if (wait)
		atomic_store(&wc->wc_full, 1);
	atomic_thread_fence(memory_order_seq_cst);
	if (atomic_load_explicit(&wc->wc_sleeping, memory_order_relaxed) != 0 &&
	    atomic_exchange(&wc->wc_sleeping, 0) != 0)
		ring_bell(w);
}

/* Copy a frame out of the ring; bytes that do not fit are lost. */
static void
scatter(const uint8_t *p, uint32_t len, const struct host_vec *vec,
    uint32_t nvec)
{
	uint32_t	 i, n;

	for (i = 0; i < nvec && len > 0; i++) {
		n = len < vec[i].hv_len ? len : vec[i].hv_len;
		memcpy(vec[i].hv_base, p, n);
		p += n;
		len -= n;
	}
}

/*
 * Take the next frame, into nvec buffers of at least WIRE_FRAMEMAX bytes in
 * all.  Returns its length, 0 when there is none, or -EPROTO when the peer
 * has broken the ring.
 */
int
wire_get(struct wire *w, const struct host_vec *vec, uint32_t nvec,
    struct host_vnet *vnet)
{
	struct wire_rec	 rec;
	uint64_t	 avail;
	uint8_t		*p;

	avail = atomic_load_explicit(&w->w_rxctl->wc_head,
	    memory_order_acquire) - w->w_tail;
	if (avail == 0)
		return (0);
	p = w->w_rx + (w->w_tail & (WIRE_RINGSIZE - 1));
	memcpy(&rec, p, sizeof(rec));
	if (avail > WIRE_RINGSIZE || rec.wr_len == 0 ||
	    rec.wr_len > WIRE_FRAMEMAX ||
	    RECALIGN(sizeof(rec) + rec.wr_len) > avail)
		return (-EPROTO);
	scatter(p + sizeof(rec), rec.wr_len, vec, nvec);
	*vnet = rec.wr_vnet;
	w->w_tail += RECALIGN(sizeof(rec) + rec.wr_len);
	return (rec.wr_len);
}

/* Give the room of what has been taken back, and wake a peer that waits. */
void
wire_release(struct wire *w)
{
	struct wire_ctl	*wc = w->w_rxctl;

	atomic_store_explicit(&wc->wc_tail, w->w_tail, memory_order_release);
	atomic_thread_fence(memory_order_seq_cst);
	if (atomic_load_explicit(&wc->wc_full, memory_order_relaxed) != 0 &&
	    atomic_exchange(&wc->wc_full, 0) != 0)
		ring_bell(w);
}

/* Ring our own bell: whoever waits for it looks at the ring. */
void
wire_wake(struct wire *w)
{
	uint64_t	 one = 1;

	if (write(w->w_bell, &one, sizeof(one)) == -1)
		return;			/* full: it rings already */
}

/*
 * About to sleep: ask for the bell, and silence it.  1 when there is nothing
 * to be taken; 0 when something came in between, and the bell rings on.
 */
int
wire_sleep(struct wire *w)
{
	struct wire_ctl	*wc = w->w_rxctl;
	uint64_t	 n;

	if (read(w->w_bell, &n, sizeof(n)) == -1)
		n = 0;
	atomic_store(&wc->wc_sleeping, 1);
	atomic_thread_fence(memory_order_seq_cst);
	if (atomic_load_explicit(&wc->wc_head, memory_order_acquire) ==
	    w->w_tail)
		return (1);
	atomic_store(&wc->wc_sleeping, 0);
	wire_wake(w);
	return (0);
}

/* Throw away all that waits to be taken. */
void
wire_discard(struct wire *w)
{
	w->w_tail = atomic_load_explicit(&w->w_rxctl->wc_head,
	    memory_order_acquire);
	wire_release(w);
}

/*
 * Meet at path: connect to whoever listens there, or else listen.  Stores the
 * socket.  Returns 1 when connected, 0 when listening, or a negative errno.
 */
int
wire_meet(const char *path, int *sockp)
{
	struct sockaddr_un sun;
	char		 lock[sizeof(sun.sun_path) + 8];
	int		 error, lockfd, sock;

	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(sun.sun_path))
		return (-ENAMETOOLONG);
	strcpy(sun.sun_path, path);
	snprintf(lock, sizeof(lock), "%s.lock", path);
	lockfd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (lockfd == -1)
		return (-errno);
	if (flock(lockfd, LOCK_EX) == -1 ||
	    (sock = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    0)) == -1) {
		error = -errno;
		close(lockfd);
		return (error);
	}
	if (connect(sock, (struct sockaddr *)&sun, sizeof(sun)) == 0)
		error = 1;
	else if (errno != ENOENT && errno != ECONNREFUSED)
		error = -errno;
	else if ((unlink(path) == -1 && errno != ENOENT) ||
	    bind(sock, (struct sockaddr *)&sun, sizeof(sun)) == -1 ||
	    listen(sock, 8) == -1)
		error = -errno;
	else
		error = 0;
	close(lockfd);
	if (error < 0)
		close(sock);
	else
		*sockp = sock;
	return (error);
}
