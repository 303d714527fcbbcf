/*
 * Sockets for their protocols: buffers, state, readiness, the error queue.
 * Nothing here sleeps but sblock() and sbwait().
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/file.h>
#include <sys/mbuf.h>
#include <sys/poll.h>
#include <sys/proc.h>
#include <sys/protosw.h>
#include <sys/socket.h>
#include <sys/socketvar.h>
#include <sys/time.h>

#include <kern/uipc_compat.h>

struct kinfo_sockstat	 sostat;
u_int			 soerr_pending;

/*
 * Accounting.
 */

static u_int
sb_mbsize(const struct mbuf *m)
{
	return (MSIZE + (m->m_flags & M_EXT ? m->m_ext.ext_size : 0));
}

static void
sballoc(struct sockbuf *sb, const struct mbuf *m)
{
	sb->sb_cc += m->m_len;
	if (m->m_type != MT_CONTROL && m->m_type != MT_SONAME)
		sb->sb_datacc += m->m_len;
	sb->sb_mbcnt += sb_mbsize(m);
}

static void
sbfree(struct sockbuf *sb, const struct mbuf *m)
{
	sb->sb_cc -= m->m_len;
	if (m->m_type != MT_CONTROL && m->m_type != MT_SONAME)
		sb->sb_datacc -= m->m_len;
	sb->sb_mbcnt -= sb_mbsize(m);
}

/* Bytes that a chain takes of a buffer's two limits. */
static void
sb_charge(const struct mbuf *m, long *bytes, long *mbufs)
{
	for (; m != NULL; m = m->m_next) {
		*bytes += m->m_len;
		*mbufs += sb_mbsize(m);
	}
}

/*
 * A small datagram that sits in a large cluster would use up the buffer's
 * limit with air: a copy of it, or, without memory, itself.
 */
static struct mbuf *
sb_compact(struct mbuf *m0)
{
	struct mbuf	*m;
	long		 bytes = 0, mbufs = 0;

	sb_charge(m0, &bytes, &mbufs);
	if (mbufs <= MSIZE + MCLBYTES || mbufs / 4 <= bytes)
		return (m0);
	if ((m = m_gethdr(M_NOWAIT, MT_DATA)) == NULL)
		return (m0);
	if (bytes > MHLEN && m_clget(m, M_NOWAIT, bytes) == NULL) {
		m_free(m);
		return (m0);
	}
	m_copydata(m0, 0, bytes, mtod(m, caddr_t));
	m->m_len = m->m_pkthdr.len = bytes;
	m->m_flags |= m0->m_flags & (M_BCAST | M_MCAST | M_ZEROIZE);
	return (m);
}

/*
 * Append one record; always has room (who must not exceed the limits looks
 * at sbspace() first).  Consumes the chain.
 */
void
sbappendrecord(struct sockbuf *sb, struct mbuf *m0)
{
	struct mbuf	*m;

	m0->m_nextpkt = NULL;
	if (sb->sb_mb == NULL)
		sb->sb_mb = m0;
	else
		sb->sb_lastrecord->m_nextpkt = m0;
	sb->sb_lastrecord = m0;
	for (m = m0; m != NULL; m = m->m_next)
		sballoc(sb, m);
}

/* Would the chain still fit, with extra bytes and mbufs beside it? */
static int
sb_fits(const struct sockbuf *sb, const struct mbuf *m0,
    const struct mbuf *control, long bytes, long mbufs)
{
	sb_charge(m0, &bytes, &mbufs);
	sb_charge(control, &bytes, &mbufs);
	return (bytes <= (long)sb->sb_hiwat - (long)sb->sb_cc &&
	    mbufs <= (long)sb->sb_mbmax - (long)sb->sb_mbcnt);
}

/*
 * Append a datagram from sa, its data m0 (or NULL) and control messages
 * (or NULL).  Returns 1 and has consumed both; or 0, when there is no room or
 * no mbuf, which is counted, and the caller still has both.
 */
int
sbappendaddr(struct sockbuf *sb, const struct sockaddr *sa, struct mbuf *m0,
    struct mbuf *control)
{
	struct mbuf	*data = m0, *m, *name;

	KASSERT(sa->sa_len <= MLEN);
	if (!sb_fits(sb, NULL, control, sa->sa_len, MSIZE) ||
	    (m0 != NULL && m_length(m0) > sbspace(sb))) {
		sb->sb_drops++;
		sostat.kss_rcvfull++;
		return (0);
	}
	if ((name = m_get(M_NOWAIT, MT_SONAME)) == NULL) {
		sb->sb_drops++;
		sostat.kss_nomem++;
		return (0);
	}
	memcpy(mtod(name, caddr_t), sa, sa->sa_len);
	name->m_len = sa->sa_len;
	if (m0 != NULL && (m0->m_flags & M_PKTHDR))
		data = sb_compact(m0);
	if (!sb_fits(sb, data, control, name->m_len, MSIZE)) {
		m_free(name);
		if (data != m0)
			m_freem(data);
		sb->sb_drops++;
		sostat.kss_rcvfull++;
		return (0);
	}
	if (data != m0)
		m_freem(m0);
	name->m_next = control != NULL ? control : data;
	if (control != NULL) {
		for (m = control; m->m_next != NULL; m = m->m_next)
			continue;
		m->m_next = data;
	}
	sbappendrecord(sb, name);
	return (1);
}

/*
 * A control message of len bytes in an mbuf of its own, padded; NULL when
 * there is no mbuf or it does not fit in one.
 */
struct mbuf *
sbcreatecontrol(const void *p, size_t len, int type, int level)
{
	struct cmsghdr	*cm;
	struct mbuf	*m;

	if (CMSG_SPACE(len) > MCLBYTES)
		return (NULL);
	if ((m = m_get(M_NOWAIT, MT_CONTROL)) == NULL)
		return (NULL);
	if (CMSG_SPACE(len) > MLEN &&
	    m_clget(m, M_NOWAIT, MCLBYTES) == NULL) {
		m_free(m);
		return (NULL);
	}
	cm = mtod(m, struct cmsghdr *);
	memset(cm, 0, CMSG_SPACE(len));
	memcpy(CMSG_DATA(cm), p, len);
	cm->cmsg_len = CMSG_LEN(len);
	cm->cmsg_level = level;
	cm->cmsg_type = type;
	m->m_len = CMSG_SPACE(len);
	return (m);
}

/*
 * The control messages that SO_TIMESTAMP and SO_TIMESTAMPNS ask for: when
 * the packet was received, or now.  NULL when the socket asks for none.
 */
struct mbuf *
so_timestamp(const struct socket *so, const struct mbuf *m)
{
	struct timespec	 ts;
	struct timeval	 tv;

	if (!so_isset(so, SO_TIMESTAMP) && !so_isset(so, SO_TIMESTAMPNS))
		return (NULL);
	if (m != NULL && (m->m_flags & M_PKTHDR) &&
	    (m->m_pkthdr.csum_flags & M_TIMESTAMP)) {
		m_microtime(m, &tv);
		TIMEVAL_TO_TIMESPEC(&tv, &ts);
	} else
		nanotime(&ts);
	if (so_isset(so, SO_TIMESTAMPNS))
		return (sbcreatecontrol(&ts, sizeof(ts), SCM_TIMESTAMPNS,
		    SOL_SOCKET));
	TIMESPEC_TO_TIMEVAL(&tv, &ts);
	return (sbcreatecontrol(&tv, sizeof(tv), SCM_TIMESTAMP, SOL_SOCKET));
}

/*
 * Unlink the first record, which is the caller's now; NULL when there is
 * none.
 */
struct mbuf *
sbremoverecord(struct sockbuf *sb)
{
	struct mbuf	*m, *m0;

	if ((m0 = sb->sb_mb) == NULL)
		return (NULL);
	sb->sb_mb = m0->m_nextpkt;
	if (sb->sb_mb == NULL)
		sb->sb_lastrecord = NULL;
	m0->m_nextpkt = NULL;
	for (m = m0; m != NULL; m = m->m_next)
		sbfree(sb, m);
	return (m0);
}

/*
 * Free every record.
 */
void
sbflush(struct sockbuf *sb)
{
	while (sb->sb_mb != NULL)
		m_freem(sbremoverecord(sb));
	KASSERT(sb->sb_cc == 0 && sb->sb_datacc == 0 && sb->sb_mbcnt == 0);
}

/*
 * Set a buffer's limit to cc bytes; ENOBUFS for 0 or more than SB_MAX.
 */
int
sbreserve(struct sockbuf *sb, u_long cc)
{
	if (cc == 0 || cc > SB_MAX)
		return (ENOBUFS);
	sb->sb_hiwat = cc;
	/* A datagram of a few bytes holds a cluster and its mbufs. */
	sb->sb_mbmax = MAX(cc * 4, 2 * (MSIZE + MAXMCLBYTES));
	if (sb->sb_lowat == 0)
		sb->sb_lowat = 1;
	if (sb->sb_lowat > (long)sb->sb_hiwat)
		sb->sb_lowat = sb->sb_hiwat;
	return (0);
}

/*
 * Limits for both buffers, which a protocol sets when it attaches; ENOBUFS.
 */
int
soreserve(struct socket *so, u_long sndcc, u_long rcvcc)
{
	int	 error;

	if ((error = sbreserve(&so->so_snd, sndcc)) != 0 ||
	    (error = sbreserve(&so->so_rcv, rcvcc)) != 0)
		return (error);
	return (0);
}

/*
 * Be the only one to take from or put into the buffer; wait unless told not
 * to.  EWOULDBLOCK, EINTR or ERESTART.
 */
int
sblock(struct sockbuf *sb, int nowait)
{
	int	 error;

	while (sb->sb_flags & SB_LOCK) {
		if (nowait)
			return (EWOULDBLOCK);
		sb->sb_flags |= SB_WANT;
		error = tsleep_nsec(&sb->sb_flags, PSOCK | PCATCH, "sblock",
		    INFSLP);
		if (error)
			return (error);
	}
	sb->sb_flags |= SB_LOCK;
	return (0);
}

/*
 * Let others in again.
 */
void
sbunlock(struct sockbuf *sb)
{
	KASSERT(sb->sb_flags & SB_LOCK);
	sb->sb_flags &= ~SB_LOCK;
	if (sb->sb_flags & SB_WANT) {
		sb->sb_flags &= ~SB_WANT;
		wakeup(&sb->sb_flags);
	}
}

/*
 * Wait for the buffer to change, at most its time limit (EWOULDBLOCK).  A
 * signal gives ERESTART or EINTR; always EINTR where there is a limit, for a
 * restart would begin it anew.
 */
int
sbwait(struct sockbuf *sb)
{
	int	 error;

	sb->sb_waiters++;
	error = tsleep_nsec(&sb->sb_cc, PSOCK | PCATCH, "netio",
	    sb->sb_timeo != 0 ? sb->sb_timeo : INFSLP);
	sb->sb_waiters--;
	if (error == ERESTART && sb->sb_timeo != 0)
		error = EINTR;
	return (error);
}

/*
 * Readiness.
 */

static void
sowakeup(struct socket *so, struct sockbuf *sb)
{
	if (sb->sb_waiters > 0)
		wakeup(&sb->sb_cc);
	if (so->so_file != NULL)
		fd_ready(so->so_file);
	if (so->so_upcall != NULL)
		so->so_upcall(so, so->so_upcallarg);
}

/*
 * Something has arrived, or receiving would no longer wait.
 */
void
sorwakeup(struct socket *so)
{
	sowakeup(so, &so->so_rcv);
}

/*
 * There is room to send, or sending would no longer wait.
 */
void
sowwakeup(struct socket *so)
{
	sowakeup(so, &so->so_snd);
}

/*
 * Would receiving return at once?
 */
int
soreadable(const struct socket *so)
{
	return (so->so_rcv.sb_mb != NULL || so->so_error != 0 ||
	    (so->so_state & SS_CANTRCVMORE) != 0);
}

/*
 * Would sending return at once?
 */
int
sowritable(const struct socket *so)
{
	if (so->so_error != 0 || (so->so_state & SS_CANTSENDMORE))
		return (1);
	if ((so->so_proto->pr_flags & PR_CONNREQUIRED) &&
	    (so->so_state & SS_ISCONNECTED) == 0)
		return (0);
	return (sbspace(&so->so_snd) >= so->so_snd.sb_lowat);
}

/*
 * Which of the poll events hold.  POLLERR also says that the error queue has
 * something.
 */
int
sopoll(struct socket *so, int events)
{
	int	 revents = 0;

	if (soreadable(so))
		revents |= POLLIN | POLLRDNORM;
	if (sowritable(so))
		revents |= POLLOUT | POLLWRNORM;
	if (so->so_state & SS_CANTRCVMORE)
		revents |= POLLRDHUP;
	revents &= events;
	if (so->so_error != 0 || !ml_empty(&so->so_errq))
		revents |= POLLERR;
	if ((so->so_state & SS_ISDISCONNECTED) ||
	    ((so->so_proto->pr_flags & PR_CONNREQUIRED) &&
	    (so->so_state & (SS_ISCONNECTED | SS_ISCONNECTING)) == 0) ||
	    (~so->so_state & (SS_CANTRCVMORE | SS_CANTSENDMORE)) == 0)
		revents |= POLLHUP;
	return (revents);
}

/*
 * State, told by the protocol.
 */

/*
 * The next call on the socket fails with error; wakes all who wait.
 */
void
soseterror(struct socket *so, int error)
{
	so->so_error = error;
	sorwakeup(so);
	sowwakeup(so);
}

/*
 * Nothing more will be received; what is queued still is.
 */
void
socantrcvmore(struct socket *so)
{
	so->so_state |= SS_CANTRCVMORE;
	sorwakeup(so);
}

/*
 * Nothing more can be sent.
 */
void
socantsendmore(struct socket *so)
{
	so->so_state |= SS_CANTSENDMORE;
	sowwakeup(so);
}

/*
 * A connection is being made.
 */
void
soisconnecting(struct socket *so)
{
	so->so_state &= ~SS_ISCONNECTED;
	so->so_state |= SS_ISCONNECTING;
}

/*
 * The socket has a peer.
 */
void
soisconnected(struct socket *so)
{
	so->so_state &= ~(SS_ISCONNECTING | SS_ISDISCONNECTED);
	so->so_state |= SS_ISCONNECTED;
	sorwakeup(so);
	sowwakeup(so);
}

/*
 * The connection has ended, both ways.
 */
void
soisdisconnected(struct socket *so)
{
	so->so_state &= ~(SS_ISCONNECTED | SS_ISCONNECTING);
	so->so_state |= SS_CANTRCVMORE | SS_CANTSENDMORE | SS_ISDISCONNECTED;
	sorwakeup(so);
	sowwakeup(so);
}

/*
 * The error queue (IP_RECVERR, IPV6_RECVERR): each entry is an mbuf with the
 * data of the datagram at fault, led by its destination and one control
 * message, as a received datagram is.
 */

/*
 * Queue a message, and make its error the pending one.  data is the payload
 * of the datagram at fault, which is consumed, or NULL.  0, or ENOBUFS when
 * the queue is full or there is no mbuf: the pending error is set even so.
 */
int
soerr_append(struct socket *so, const struct so_errmsg *se, struct mbuf *data)
{
	struct {
		struct sock_extended_err	 ee;
		uint8_t				 sa[COMPAT_SALEN];
	} msg;
	struct mbuf	*control, *name;
	size_t		 len;

	so->so_error = se->se_errno;
	memset(&msg, 0, sizeof(msg));
	msg.ee.ee_errno = se->se_errno;
	msg.ee.ee_origin = se->se_origin;
	msg.ee.ee_type = se->se_type;
	msg.ee.ee_code = se->se_code;
	msg.ee.ee_info = se->se_info;
	/* The offender's address follows; family 0 when there is none. */
	len = MIN(se->se_dst->sa_len, sizeof(msg.sa));
	if (se->se_offender != NULL)
		compat_sockaddr_out(se->se_offender,
		    MIN(se->se_offender->sa_len, len), msg.sa);
	name = m_get(M_NOWAIT, MT_SONAME);
	control = sbcreatecontrol(&msg, sizeof(msg.ee) + len, se->se_cmsg,
	    se->se_level);
	if (name == NULL || control == NULL ||
	    ml_len(&so->so_errq) >= SO_ERRQMAX) {
		sostat.kss_errfull++;
		m_freem(name);
		m_freem(control);
		m_freem(data);
		sorwakeup(so);
		return (ENOBUFS);
	}
	memcpy(mtod(name, caddr_t), se->se_dst, se->se_dst->sa_len);
	name->m_len = se->se_dst->sa_len;
	name->m_next = control;
	control->m_next = data;
	if (ml_empty(&so->so_errq))
		soerr_pending++;
	ml_enqueue(&so->so_errq, name);
	sorwakeup(so);
	return (0);
}

/*
 * Unlink the first message, which is the caller's now; NULL when there is
 * none.
 */
struct mbuf *
soerr_remove(struct socket *so)
{
	struct mbuf	*m;

	if ((m = ml_dequeue(&so->so_errq)) != NULL && ml_empty(&so->so_errq))
		soerr_pending--;
	return (m);
}
