/*
 * Socket buffers: accounting, compaction, locking, waiting and what ends it,
 * readiness, and the error queue.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/mbuf.h>
#include <sys/poll.h>
#include <sys/proc.h>
#include <sys/protosw.h>
#include <sys/socket.h>
#include <sys/socketvar.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include <ktest.h>

#include "ktuser.h"

static const struct sockaddr from = {
	16, AF_INET, { 0, 9, 10, 0, 0, 1 }
};

/* A packet of len bytes in a cluster of size. */
static struct mbuf *
packet(u_int len, u_int size)
{
	struct mbuf	*m;

	m = m_gethdr(M_WAIT, MT_DATA);
	if (size != 0)
		KT_REQUIRE(m_clget(m, M_WAIT, size) != NULL);
	memset(mtod(m, caddr_t), 0x5a, len);
	m->m_len = m->m_pkthdr.len = len;
	return (m);
}

KTEST(account, "bytes and mbufs are counted in and out")
{
	struct sockbuf	 sb;
	struct mbuf	*control, *m;

	memset(&sb, 0, sizeof(sb));
	KT_ERR(0, sbreserve(&sb, 8192));
	control = sbcreatecontrol("abcd", 4, 1, 2);
	KT_EQ(control->m_len, CMSG_SPACE(4));
	KT_EQ(sbappendaddr(&sb, &from, packet(100, MCLBYTES), control), 1);
	KT_EQ(sb.sb_cc, 16 + CMSG_SPACE(4) + 100);
	KT_EQ(sb.sb_datacc, 100);
	KT_EQ(sb.sb_mbcnt, 3 * MSIZE + MCLBYTES);
	KT_EQ(sbappendaddr(&sb, &from, NULL, NULL), 1);
	KT_EQ(sb.sb_datacc, 100);
	m = sbremoverecord(&sb);
	KT_EQ(m->m_type, MT_SONAME);
	KT_EQ(m->m_next->m_type, MT_CONTROL);
	KT_EQ(m->m_next->m_next->m_type, MT_DATA);
	m_freem(m);
	KT_EQ(sb.sb_cc, 16);
	KT_EQ(sb.sb_mbcnt, MSIZE);
	sbflush(&sb);
	KT_EQ(sb.sb_cc, 0);
	KT_EQ(sb.sb_mbcnt, 0);
	KT_PTREQ(sbremoverecord(&sb), NULL);
	KT_EQ(sbappendaddr(&sb, &from, packet(1, 0), NULL), 1);
	sbflush(&sb);
}

KTEST(limit, "a record that does not fit stays the caller's")
{
	struct sockbuf	 sb;
	struct mbuf	*m;

	memset(&sb, 0, sizeof(sb));
	KT_ERR(ENOBUFS, sbreserve(&sb, 0));
	KT_ERR(ENOBUFS, sbreserve(&sb, SB_MAX + 1));
	KT_ERR(0, sbreserve(&sb, 2048));
	m = packet(2048 - 16, MCLBYTES);
	KT_EQ(sbappendaddr(&sb, &from, m, NULL), 1);
	KT_EQ(sbspace(&sb), 0);
	m = packet(1, 0);
	KT_EQ(sbappendaddr(&sb, &from, m, NULL), 0);
	m_freem(m);
	KT_EQ(sb.sb_drops, 1);
	m_freem(sbremoverecord(&sb));
	m = packet(2048 - 15, MCLBYTES);
	KT_EQ(sbappendaddr(&sb, &from, m, NULL), 0);
	m_freem(m);
	KT_EQ(sb.sb_drops, 2);
}

KTEST(compact, "a few bytes in a large cluster do not use up the limit")
{
	struct sockbuf	 sb;
	struct mbuf	*m;
	int		 i;

	memset(&sb, 0, sizeof(sb));
	KT_ERR(0, sbreserve(&sb, 8192));
	for (i = 0; i < 64; i++) {
		m = packet(64, 65536);
		if (!sbappendaddr(&sb, &from, m, NULL)) {
			m_freem(m);
			break;
		}
	}
	KT_EQ(i, 64);
	KT_EQ(sb.sb_datacc, 64 * 64);
	m = sbremoverecord(&sb);
	KT_EQ(m->m_next->m_len, 64);
	KT_EQ(*mtod(m->m_next, uint8_t *), 0x5a);
	m_freem(m);
	sbflush(&sb);
}

KTEST(refused, "a record that is refused stays the caller's as it was")
{
	struct sockbuf	 sb;
	struct mbuf	*m;
	int		 i;

	memset(&sb, 0, sizeof(sb));
	KT_ERR(0, sbreserve(&sb, 65536));
	/* In the end there is room for the sender's address alone. */
	KT_EQ(sbappendaddr(&sb, &from, NULL, NULL), 1);
	for (i = 0; i < 10000; i++) {
		m = packet(1, 65536);
		if (!sbappendaddr(&sb, &from, m, NULL))
			break;
	}
	KT_EQ(sb.sb_mbmax - sb.sb_mbcnt, MSIZE);
	KT_EQ(m->m_len, 1);
	KT_EQ(*mtod(m, uint8_t *), 0x5a);
	KT_TRUE(m->m_type == MT_DATA);
	m_freem(m);
	sbflush(&sb);
}

KTEST(control_big, "control messages up to a cluster")
{
	static uint8_t	 data[MCLBYTES];
	struct mbuf	*m;

	m = sbcreatecontrol(data, MCLBYTES - sizeof(struct cmsghdr), 1, 1);
	KT_REQUIRE(m != NULL);
	KT_EQ(m->m_len, MCLBYTES);
	m_freem(m);
	KT_PTREQ(sbcreatecontrol(data, MCLBYTES, 1, 1), NULL);
}

/*
 * Waiting.
 */

struct waiter {
	int		 w_fd;
	long		 w_ret;
	int		 w_done;
	int		 w_flags;
	void		*w_buf;
};

static void
wait_read(void *arg)
{
	struct waiter	*w = arg;

	w->w_ret = ktcall(SYS_recvfrom, w->w_fd, w->w_buf, 16, w->w_flags, 0,
	    0);
	w->w_done = 1;
	wakeup(w);
	kthread_exit(0);
}

static struct proc *
start(struct waiter *w, int fd)
{
	struct proc	*p;

	memset(w, 0, sizeof(*w));
	w->w_fd = fd;
	w->w_buf = ktuser_mem(16);
	p = ktuser_thread(wait_read, w);
	KT_REQUIRE(p != NULL);
	ktest_sleep_ms(10);
	KT_EQ(w->w_done, 0);
	return (p);
}

static void
finish(struct waiter *w)
{
	while (!w->w_done)
		if (tsleep_nsec(w, PWAIT, "ktwait", SEC_TO_NSEC(5)) != 0)
			break;
	KT_EQ(w->w_done, 1);
}

KTEST(sleep, "a receive waits for its message")
{
	struct waiter	 w;
	int		 fd;

	ktuser_begin(1000);
	fd = ktproto_socket(SOCK_DGRAM, NULL);
	start(&w, fd);
	KT_EQ(ktcall(SYS_write, fd, ktuser_dup("hi", 2), 2), 2);
	finish(&w);
	KT_EQ(w.w_ret, 2);
	KT_MEMEQ(w.w_buf, "hi", 2);
	ktuser_end();
}

KTEST(two, "of two that wait each gets one message")
{
	struct waiter	 a, b;
	int		 fd;

	ktuser_begin(1000);
	fd = ktproto_socket(SOCK_DGRAM, NULL);
	start(&a, fd);
	start(&b, fd);
	/* Somebody who will not wait is not held up by those who do. */
	KT_EQ(ktcall(SYS_recvfrom, fd, ktuser_mem(8), 8, MSG_DONTWAIT, 0, 0),
	    -EAGAIN);
	KT_EQ(ktcall(SYS_write, fd, ktuser_mem(8), 3), 3);
	KT_EQ(ktcall(SYS_write, fd, ktuser_mem(8), 4), 4);
	finish(&a);
	finish(&b);
	KT_EQ(a.w_ret + b.w_ret, 7);
	/* And may take the message that they were woken for. */
	start(&a, fd);
	KT_EQ(ktcall(SYS_write, fd, ktuser_mem(8), 5), 5);
	KT_EQ(ktcall(SYS_recvfrom, fd, ktuser_mem(8), 8, MSG_DONTWAIT, 0, 0),
	    5);
	ktest_sleep_ms(10);
	KT_EQ(a.w_done, 0);
	KT_EQ(ktcall(SYS_write, fd, ktuser_mem(8), 6), 6);
	finish(&a);
	KT_EQ(a.w_ret, 6);
	ktuser_end();
}

KTEST(wake, "what ends a wait: shutdown, an error")
{
	struct socket	*so;
	struct waiter	 w;
	int		 fd;

	ktuser_begin(1000);
	fd = ktproto_socket(SOCK_DGRAM, &so);
	start(&w, fd);
	soseterror(so, ECONNREFUSED);
	finish(&w);
	KT_EQ(w.w_ret, -ECONNREFUSED);
	start(&w, fd);
	KT_EQ(ktcall(SYS_shutdown, fd, SHUT_RD), 0);
	finish(&w);
	KT_EQ(w.w_ret, 0);
	ktuser_end();
}

KTEST(signal, "a signal ends a wait, to be restarted or not")
{
	struct timeval	 tv = { 60, 0 };
	struct waiter	 w;
	struct proc	*p;
	int		 fd;

	ktuser_begin(1000);
	fd = ktproto_socket(SOCK_DGRAM, NULL);
	p = start(&w, fd);
	proc_interrupt(p, 0);
	finish(&w);
	KT_EQ(w.w_ret, -EINTR);
	p = start(&w, fd);
	proc_interrupt(p, 1);
	finish(&w);
	KT_EQ(w.w_ret, -ERESTART);
	/* Under a time limit it is never restarted. */
	KT_EQ(ktcall(SYS_setsockopt, fd, SOL_SOCKET, SO_RCVTIMEO,
	    ktuser_dup(&tv, sizeof(tv)), sizeof(tv)), 0);
	p = start(&w, fd);
	proc_interrupt(p, 1);
	finish(&w);
	KT_EQ(w.w_ret, -EINTR);
	/* The message that came meanwhile is still there. */
	KT_EQ(ktcall(SYS_write, fd, ktuser_mem(8), 3), 3);
	KT_EQ(ktcall(SYS_read, fd, ktuser_mem(8), 8), 3);
	ktuser_end();
}

KTEST(timeo, "a time limit ends a wait")
{
	struct timeval	 tv = { 0, 50000 };
	uint64_t	 t0;
	int		 fd;

	ktuser_begin(1000);
	fd = ktproto_socket(SOCK_DGRAM, NULL);
	KT_EQ(ktcall(SYS_setsockopt, fd, SOL_SOCKET, SO_RCVTIMEO,
	    ktuser_dup(&tv, sizeof(tv)), sizeof(tv)), 0);
	t0 = nsecuptime();
	KT_EQ(ktcall(SYS_read, fd, ktuser_mem(8), 8), -EAGAIN);
	KT_TRUE(nsecuptime() - t0 >= MSEC_TO_NSEC(50));
	ktuser_end();
}

static int	 held;

static void
hold(void *arg)
{
	struct sockbuf	*sb = arg;

	KT_ERR(0, sblock(sb, 0));
	held = 1;
	ktest_sleep_ms(20);
	held = 0;
	sbunlock(sb);
	kthread_exit(0);
}

KTEST(lock, "a buffer's lock excludes, and can be declined")
{
	struct sockbuf	 sb;

	memset(&sb, 0, sizeof(sb));
	ktuser_begin(1000);
	KT_REQUIRE(ktuser_thread(hold, &sb) != NULL);
	ktest_sleep_ms(5);
	KT_EQ(held, 1);
	KT_ERR(EWOULDBLOCK, sblock(&sb, 1));
	KT_ERR(0, sblock(&sb, 0));
	KT_EQ(held, 0);
	sbunlock(&sb);
	KT_EQ(sb.sb_flags, 0);
	ktuser_end();
}

/*
 * Readiness.
 */

static u_int	 told;			/* calls of the provider's */

static void
count_ready(struct file *fp)
{
	told++;
}

KTEST(ready, "the provider hears of every arrival")
{
	struct fdops	 ops = fd_array_ops;
	struct socket	*so;
	struct file	*fp;
	int		 fd, flags, i;

	ktuser_begin(1000);
	ops.fdo_ready = count_ready;
	fd = ktproto_socket(SOCK_DGRAM, &so);
	KT_ERR(0, fd_get(curproc, fd, &fp, &flags));
	fp->f_fdops = &ops;
	told = 0;
	KT_EQ(file_poll(fp, POLLIN | POLLOUT), POLLOUT);
	for (i = 1; i <= 3; i++) {
		KT_EQ(ktcall(SYS_write, fd, ktuser_mem(1), 1), 1);
		/* Though it was readable already. */
		KT_EQ(told, i);
	}
	KT_EQ(file_poll(fp, POLLIN | POLLOUT), POLLIN | POLLOUT);
	KT_EQ(file_poll(fp, 0), 0);
	fp->f_fdops = &fd_array_ops;
	FRELE(fp);
	ktuser_end();
}

static u_int	 upcalls;

static void
upcall(struct socket *so, caddr_t arg)
{
	upcalls++;
	KT_PTREQ(arg, (caddr_t)&upcalls);
}

KTEST(upcall, "the kernel's own sockets are told by upcall")
{
	struct socket	*so;

	ktuser_begin(1000);
	KT_TRUE(ktproto_socket(SOCK_DGRAM, NULL) >= 0);
	ktuser_end();
	/* Made by a thread of the kernel. */
	KT_ERR(0, socreate(AF_KTEST, &so, SOCK_DGRAM, 0));
	KT_TRUE(so->so_state & SS_PRIV);
	so->so_upcall = upcall;
	so->so_upcallarg = (caddr_t)&upcalls;
	soisconnected(so);
	upcalls = 0;
	KT_ERR(0, sosend(so, NULL, NULL, packet(10, 0), NULL, 0));
	KT_EQ(upcalls, 1);
	so->so_upcall = NULL;
	KT_ERR(0, soclose(so));
}

/*
 * The error queue.
 */

static struct so_errmsg
errmsg(int error, const struct sockaddr *offender)
{
	struct so_errmsg	 se;

	memset(&se, 0, sizeof(se));
	se.se_errno = error;
	se.se_level = 0;		/* IPPROTO_IP */
	se.se_cmsg = 11;		/* IP_RECVERR */
	se.se_origin = SO_EE_ORIGIN_ICMP;
	se.se_type = 3;
	se.se_code = 4;
	se.se_info = 1300;
	se.se_dst = &from;
	se.se_offender = offender;
	return (se);
}

KTEST(errqueue, "ICMP errors are told with what caused them")
{
	static const struct sockaddr	 router = {
		16, AF_INET, { 0, 0, 10, 9, 8, 7 }
	};
	struct sock_extended_err	*ee;
	struct so_errmsg		 se;
	struct socket			*so;
	struct msghdr			*mh;
	struct cmsghdr			*cm;
	char				*buf;
	u_int				 pending;
	int				 fd;

	ktuser_begin(1000);
	buf = ktuser_mem(64);
	mh = ktuser_mem(sizeof(*mh));
	mh->msg_iov = ktuser_mem(sizeof(struct iovec));
	mh->msg_iov->iov_base = buf;
	mh->msg_iov->iov_len = 64;
	mh->msg_iovlen = 1;
	mh->msg_name = ktuser_mem(16);
	mh->msg_control = ktuser_mem(128);
	fd = ktproto_socket(SOCK_DGRAM, &so);
	se = errmsg(EMSGSIZE, &router);
	pending = soerr_pending;
	KT_ERR(0, soerr_append(so, &se, packet(20, 0)));
	se = errmsg(EHOSTUNREACH, NULL);
	KT_ERR(0, soerr_append(so, &se, NULL));
	KT_EQ(soerr_pending, pending + 1);
	KT_EQ(sopoll(so, 0), POLLERR);
	/* The pending error shows as usual; the queue keeps the rest. */
	KT_EQ(ktcall(SYS_read, fd, buf, 1), -EHOSTUNREACH);
	KT_EQ(ktcall(SYS_recvfrom, fd, buf, 1, MSG_DONTWAIT, 0, 0), -EAGAIN);
	KT_EQ(sopoll(so, 0), POLLERR);

	mh->msg_namelen = 16;
	mh->msg_controllen = 128;
	KT_EQ(ktcall(SYS_recvmsg, fd, mh, MSG_ERRQUEUE), 20);
	KT_EQ(buf[19], 0x5a);
	KT_EQ(mh->msg_flags, MSG_ERRQUEUE);
	KT_EQ(mh->msg_namelen, 16);
	KT_MEMEQ(mh->msg_name, "\x02\0\0\x09\x0a\0\0\x01", 8);
	cm = mh->msg_control;
	KT_EQ(mh->msg_controllen, CMSG_SPACE(32));
	KT_EQ(cm->cmsg_len, CMSG_LEN(32));
	KT_EQ(cm->cmsg_level, 0);
	KT_EQ(cm->cmsg_type, 11);
	ee = (struct sock_extended_err *)(void *)CMSG_DATA(cm);
	KT_EQ(ee->ee_errno, EMSGSIZE);
	KT_EQ(ee->ee_origin, SO_EE_ORIGIN_ICMP);
	KT_EQ(ee->ee_type, 3);
	KT_EQ(ee->ee_code, 4);
	KT_EQ(ee->ee_info, 1300);
	KT_MEMEQ(ee + 1, "\x02\0\0\0\x0a\x09\x08\x07", 8);

	/* The next one's error is pending now, and goes with it. */
	KT_EQ(so->so_error, EHOSTUNREACH);
	mh->msg_controllen = 128;
	KT_EQ(ktcall(SYS_recvmsg, fd, mh, MSG_ERRQUEUE), 0);
	KT_EQ(ee->ee_errno, EHOSTUNREACH);
	KT_MEMEQ(ee + 1, "\0\0\0\0", 4);
	KT_EQ(so->so_error, 0);
	KT_EQ(sopoll(so, 0), 0);
	KT_EQ(soerr_pending, pending);
	KT_EQ(ktcall(SYS_recvmsg, fd, mh, MSG_ERRQUEUE), -EAGAIN);
	ktuser_end();
}

KTEST(errqueue_wakes, "an ICMP error ends a wait")
{
	struct so_errmsg	 se = errmsg(EHOSTUNREACH, &from);
	struct socket		*so;
	struct waiter		 w;
	int			 fd;

	ktuser_begin(1000);
	fd = ktproto_socket(SOCK_DGRAM, &so);
	start(&w, fd);
	KT_ERR(0, soerr_append(so, &se, NULL));
	finish(&w);
	KT_EQ(w.w_ret, -EHOSTUNREACH);
	ktuser_end();
}

KTEST(errqueue_full, "the error queue has an end, and goes with its socket")
{
	struct so_errmsg	 se = errmsg(ECONNREFUSED, &from);
	struct socket		*so;
	uint64_t		 before = sostat.kss_errfull;
	u_int			 i, inuse, pending = soerr_pending;

	ktuser_begin(1000);
	KT_TRUE(ktproto_socket(SOCK_DGRAM, &so) >= 0);
	inuse = mbuf_inuse();
	for (i = 0; i < SO_ERRQMAX + 5; i++)
		KT_ERR(i < SO_ERRQMAX ? 0 : ENOBUFS,
		    soerr_append(so, &se, packet(10, 0)));
	KT_EQ(sostat.kss_errfull, before + 5);
	KT_EQ(so->so_error, ECONNREFUSED);
	KT_EQ(mbuf_inuse(), inuse + 3 * SO_ERRQMAX);
	ktuser_end();
	KT_EQ(mbuf_inuse(), inuse);
	KT_EQ(soerr_pending, pending);
}

KTEST(stamp, "time stamps of received messages")
{
	struct timespec	 ts;
	struct timeval	 tv;
	struct socket	*so;
	struct mbuf	*m;

	ktuser_begin(1000);
	KT_TRUE(ktproto_socket(SOCK_DGRAM, &so) >= 0);
	KT_PTREQ(so_timestamp(so, NULL), NULL);
	so->so_options |= so_optbit(SO_TIMESTAMP);
	m = so_timestamp(so, NULL);
	KT_REQUIRE(m != NULL);
	KT_EQ(mtod(m, struct cmsghdr *)->cmsg_len, CMSG_LEN(sizeof(tv)));
	KT_EQ(mtod(m, struct cmsghdr *)->cmsg_type, SCM_TIMESTAMP);
	memcpy(&tv, CMSG_DATA(mtod(m, struct cmsghdr *)), sizeof(tv));
	nanotime(&ts);
	KT_RANGE(tv.tv_sec, ts.tv_sec - 5, ts.tv_sec);
	m_freem(m);
	so->so_options = so_optbit(SO_TIMESTAMPNS);
	m = so_timestamp(so, NULL);
	KT_REQUIRE(m != NULL);
	KT_EQ(mtod(m, struct cmsghdr *)->cmsg_type, SCM_TIMESTAMPNS);
	m_freem(m);
	ktuser_end();
}
