/*
 * Sockets for system calls: what does not depend on the protocol.
 *
 * Messages only: a send is one message (PR_ATOMIC), a receive takes one.  A
 * send copies from user memory first, with no lock held, and hands the
 * finished chain to the protocol under the net lock.  A receive looks at the
 * buffer without the net lock: nobody else runs until it sleeps.
 *
 *	socreate -> pru_attach -> [sobind] -> [soconnect] -> ...
 *	    ... -> soclose -> pru_disconnect, pru_detach -> freed
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/domain.h>
#include <sys/mbuf.h>
#include <sys/pool.h>
#include <sys/proc.h>
#include <sys/protosw.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/socketvar.h>
#include <sys/ucred.h>
#include <sys/uio.h>

/* Room that a message leaves in front for the headers of all layers. */
#define SO_HEADROOM	128

/* Most sockets there may be. */
#define SO_MAXSOCKETS	16384

static struct pool	socket_pool;

/*
 * Once, before the first socket.
 */
void
soinit(void)
{
	pool_init(&socket_pool, sizeof(struct socket), 0, 0, 0, "sockpl",
	    NULL);
}

static void
sofree(struct socket *so)
{
	sbflush(&so->so_snd);
	sbflush(&so->so_rcv);
	while (!ml_empty(&so->so_errq))
		m_freem(soerr_remove(so));
	sostat.kss_open--;
	pool_put(&socket_pool, so);
}

static struct socket *
soalloc(const struct protosw *prp, struct proc *p)
{
	const struct ucred	*cr = p->p_ucred;
	struct socket		*so;

	if (sostat.kss_open >= SO_MAXSOCKETS) {
		sostat.kss_limit++;
		return (NULL);
	}
	if ((so = pool_get(&socket_pool, PR_NOWAIT | PR_ZERO)) == NULL) {
		sostat.kss_nomem++;
		return (NULL);
	}
	sostat.kss_open++;
	so->so_proto = prp;
	so->so_type = prp->pr_type;
	if (suser(p) == 0)
		so->so_state = SS_PRIV;
	so->so_euid = cr->cr_uid;
	so->so_ruid = cr->cr_ruid;
	so->so_egid = cr->cr_gid;
	so->so_rgid = cr->cr_rgid;
	so->so_cpid = p->p_pid;
	ml_init(&so->so_errq);
	return (so);
}

/*
 * Make a socket of a family (AF_*), type and protocol (0: the family's
 * first of the type) for the running process.
 *
 * EAFNOSUPPORT, ESOCKTNOSUPPORT, EPROTONOSUPPORT, ENFILE when there are too
 * many, or what the protocol says.
 */
int
socreate(int dom, struct socket **aso, int type, int proto)
{
	const struct protosw	*prp;
	struct socket		*so;
	int			 error;

	if (pffinddomain(dom) == NULL)
		return (EAFNOSUPPORT);
	if (pffindtype(dom, type) == NULL)
		return (ESOCKTNOSUPPORT);
	if (proto != 0)
		prp = pffindproto(dom, proto, type);
	else
		prp = pffindtype(dom, type);
	if (prp == NULL || prp->pr_usrreqs == NULL)
		return (EPROTONOSUPPORT);
	if ((so = soalloc(prp, curproc)) == NULL)
		return (ENFILE);
	solock(so);
	error = prp->pr_usrreqs->pru_attach(so, proto, M_WAIT);
	sounlock(so);
	if (error) {
		sofree(so);
		return (error);
	}
	*aso = so;
	return (0);
}

/*
 * Bind to an address, which is only read.
 */
int
sobind(struct socket *so, struct mbuf *nam, struct proc *p)
{
	int	 error;

	if (so->so_proto->pr_usrreqs->pru_bind == NULL)
		return (EOPNOTSUPP);
	solock(so);
	error = so->so_proto->pr_usrreqs->pru_bind(so, nam, p);
	sounlock(so);
	return (error);
}

/*
 * Accept connections.  No protocol has any yet to accept: EOPNOTSUPP.
 */
int
solisten(struct socket *so, int backlog)
{
	int	 error;

	if (so->so_proto->pr_usrreqs->pru_listen == NULL)
		return (EOPNOTSUPP);
	solock(so);
	error = so->so_proto->pr_usrreqs->pru_listen(so);
	sounlock(so);
	return (error);
}

/*
 * Set the peer; an address of AF_UNSPEC takes it away.  A socket of messages
 * may change its mind.
 */
int
soconnect(struct socket *so, struct mbuf *nam)
{
	int	 error, unspec;

	unspec = mtod(nam, struct sockaddr *)->sa_family == AF_UNSPEC;
	if (so->so_state & (SS_ISCONNECTED | SS_ISCONNECTING)) {
		if (so->so_proto->pr_flags & PR_CONNREQUIRED)
			return (EISCONN);
		if ((error = sodisconnect(so)) != 0)
			return (error);
	}
	if (unspec && (so->so_proto->pr_flags & PR_CONNREQUIRED) == 0)
		return (0);
	if (so->so_proto->pr_usrreqs->pru_connect == NULL)
		return (EOPNOTSUPP);
	/* What the last peer's network complained of is history. */
	so->so_error = 0;
	solock(so);
	error = so->so_proto->pr_usrreqs->pru_connect(so, nam);
	sounlock(so);
	return (error);
}

/*
 * Take the peer away.
 */
int
sodisconnect(struct socket *so)
{
	int	 error;

	if ((so->so_state & SS_ISCONNECTED) == 0)
		return (ENOTCONN);
	if (so->so_proto->pr_usrreqs->pru_disconnect == NULL)
		return (EOPNOTSUPP);
	solock(so);
	error = so->so_proto->pr_usrreqs->pru_disconnect(so);
	sounlock(so);
	return (error);
}

/*
 * Stop receiving (what is queued is thrown away), sending, or both: SHUT_*.
 */
int
soshutdown(struct socket *so, int how)
{
	const struct pr_usrreqs	*pru = so->so_proto->pr_usrreqs;
	int			 error = 0;

	if (how != SHUT_RD && how != SHUT_WR && how != SHUT_RDWR)
		return (EINVAL);
	if ((so->so_state & SS_ISCONNECTED) == 0)
		return (ENOTCONN);
	if (how != SHUT_WR) {
		sbflush(&so->so_rcv);
		socantrcvmore(so);
	}
	if (how == SHUT_RD)
		return (0);
	if (pru->pru_shutdown == NULL) {
		socantsendmore(so);
		return (0);
	}
	solock(so);
	error = pru->pru_shutdown(so);
	sounlock(so);
	return (error);
}

/*
 * The last reference has gone.
 */
int
soclose(struct socket *so)
{
	int	 error;

	so->so_state |= SS_NOFDREF;
	if ((so->so_state & SS_ISCONNECTED) &&
	    so->so_proto->pr_usrreqs->pru_disconnect != NULL)
		(void)sodisconnect(so);
	solock(so);
	error = so->so_proto->pr_usrreqs->pru_detach(so);
	sounlock(so);
	sofree(so);
	return (error);
}

/*
 * Sending.
 */

/* May a message of resid bytes be sent, to addr or the peer? */
static int
sosend_check(struct socket *so, const struct mbuf *addr, size_t resid,
    int flags)
{
	int	 error;

	if ((flags & MSG_OOB) || (flags & MSG_MORE) ||
	    (so->so_proto->pr_flags & PR_ATOMIC) == 0) {
		if ((so->so_state & SS_ISCONNECTED) == 0 &&
		    (so->so_proto->pr_flags & PR_CONNREQUIRED))
			return (ENOTCONN);
		return (EOPNOTSUPP);
	}
	if (so->so_state & SS_CANTSENDMORE)
		return (EPIPE);
	if (so->so_error != 0) {
		error = so->so_error;
		so->so_error = 0;
		return (error);
	}
	if ((so->so_state & SS_ISCONNECTED) == 0) {
		if (so->so_proto->pr_flags & PR_CONNREQUIRED)
			return (ENOTCONN);
		if (addr == NULL)
			return (EDESTADDRREQ);
	}
	if (resid > so->so_snd.sb_hiwat)
		return (EMSGSIZE);
	return (0);
}

/*
 * One mbuf for the next part of a message, filled from the uio; the first
 * has a packet header and leaves room in front.  NULL when there is none.
 */
static struct mbuf *
somget(const struct uio *uio, int first)
{
	struct mbuf	*m;
	size_t		 room = first ? SO_HEADROOM : 0;
	size_t		 want = uio->uio_resid + room;

	m = first ? m_gethdr(M_NOWAIT, MT_DATA) : m_get(M_NOWAIT, MT_DATA);
	if (m == NULL)
		return (NULL);
	if (want > (first ? MHLEN : MLEN) &&
	    m_clget(m, M_NOWAIT, MIN(MAX(want, MCLBYTES), MAXMCLBYTES)) ==
	    NULL && m_clget(m, M_NOWAIT, MCLBYTES) == NULL) {
		m_free(m);
		return (NULL);
	}
	m->m_len = MIN(uio->uio_resid, M_SIZE(m) - room);
	m->m_data += room;
	return (m);
}

/*
 * The rest of the uio as one packet; ENOBUFS, EFAULT.
 */
static int
somgetuio(struct uio *uio, struct mbuf **mp)
{
	struct mbuf	*m, *top = NULL, **tail = &top;
	size_t		 total = uio->uio_resid;
	int		 error;

	do {
		if ((m = somget(uio, top == NULL)) == NULL) {
			sostat.kss_nomem++;
			m_freem(top);
			return (ENOBUFS);
		}
		*tail = m;
		tail = &m->m_next;
		error = uiomove(mtod(m, caddr_t), m->m_len, uio);
		if (error) {
			m_freem(top);
			return (error);
		}
	} while (uio->uio_resid > 0);
	top->m_pkthdr.len = total;
	*mp = top;
	return (0);
}

/* Hand a message to the protocol, which consumes it. */
static int
sosend_proto(struct socket *so, struct mbuf *top, struct mbuf *addr,
    struct mbuf *control, int flags)
{
	int	 dontroute, error;

	solock(so);
	/* Waiting for the lock let others run. */
	if (so->so_state & SS_CANTSENDMORE) {
		sounlock(so);
		m_freem(top);
		m_freem(control);
		return (EPIPE);
	}
	dontroute = (flags & MSG_DONTROUTE) && !so_isset(so, SO_DONTROUTE);
	if (dontroute)
		so->so_options |= so_optbit(SO_DONTROUTE);
	error = so->so_proto->pr_usrreqs->pru_send(so, top, addr, control);
	if (dontroute)
		so->so_options &= ~so_optbit(SO_DONTROUTE);
	sounlock(so);
	return (error);
}

/*
 * Send one message: the bytes of the uio, or the packet top, to addr (NULL:
 * the peer), with control messages.  Consumes top and control, reads addr.
 * Does not wait: a message that finds no room further down is lost, as
 * datagrams are, and the protocol says ENOBUFS.
 *
 * EPIPE, ENOTCONN, EDESTADDRREQ, EMSGSIZE, EOPNOTSUPP (MSG_OOB, MSG_MORE),
 * a pending error, EFAULT, ENOBUFS, or what the protocol says.
 */
int
sosend(struct socket *so, struct mbuf *addr, struct uio *uio,
    struct mbuf *top, struct mbuf *control, int flags)
{
	size_t	 resid;
	int	 error;

	resid = uio != NULL ? uio->uio_resid : top->m_pkthdr.len;
	error = sosend_check(so, addr, resid, flags);
	if (error == 0 && uio != NULL)
		error = somgetuio(uio, &top);
	if (error) {
		m_freem(top);
		m_freem(control);
		return (error);
	}
	return (sosend_proto(so, top, addr, control, flags));
}

/*
 * Receiving.
 */

/*
 * Wait for a record, with the buffer locked on return 0.  Without a record
 * the stream has ended.
 */
static int
soreceive_wait(struct socket *so, int flags)
{
	struct sockbuf	*sb = &so->so_rcv;
	int		 error;

	for (;;) {
		if ((error = sblock(sb, flags & MSG_DONTWAIT)) != 0)
			return (error);
		if (sb->sb_mb != NULL)
			return (0);
		if ((error = so->so_error) != 0) {
			if ((flags & MSG_PEEK) == 0)
				so->so_error = 0;
		} else if (so->so_state & SS_CANTRCVMORE)
			return (0);
		else if ((so->so_proto->pr_flags & PR_CONNREQUIRED) &&
		    (so->so_state & SS_ISCONNECTED) == 0)
			error = ENOTCONN;
		else if (flags & MSG_DONTWAIT)
			error = EWOULDBLOCK;
		sbunlock(sb);
		if (error == 0)
			error = sbwait(sb);
		if (error)
			return (error);
	}
}

/*
 * The parts of a record: sm_name and sm_control point into it, the data are
 * returned.  Nothing is unlinked yet.
 */
static struct mbuf *
somsg_parse(struct mbuf *m, struct somsg *sm)
{
	struct mbuf	*n;

	sm->sm_name = sm->sm_control = NULL;
	if (m != NULL && m->m_type == MT_SONAME) {
		sm->sm_name = m;
		m = m->m_next;
	}
	if (m != NULL && m->m_type == MT_CONTROL)
		sm->sm_control = m;
	while (m != NULL && m->m_type == MT_CONTROL)
		m = m->m_next;
	sm->sm_len = 0;
	for (n = m; n != NULL; n = n->m_next)
		sm->sm_len += n->m_len;
	return (m);
}

/* Copy a record's data out; MSG_TRUNC when they do not fit. */
static int
somsg_copyout(struct mbuf *m, struct uio *uio, struct somsg *sm)
{
	size_t	 n;
	int	 error;

	sm->sm_flags = sm->sm_len > uio->uio_resid ? MSG_TRUNC : 0;
	for (; m != NULL && uio->uio_resid > 0; m = m->m_next) {
		n = MIN(m->m_len, uio->uio_resid);
		if ((error = uiomove(mtod(m, caddr_t), n, uio)) != 0)
			return (error);
	}
	return (0);
}

/* Copy a chain of control messages, each into an mbuf like its own. */
static struct mbuf *
socopy_control(const struct mbuf *m)
{
	struct mbuf	*top = NULL, **tail = &top;

	for (; m != NULL && m->m_type == MT_CONTROL; m = m->m_next) {
		if ((*tail = m_get(M_NOWAIT, MT_CONTROL)) == NULL)
			break;
		if (m->m_len > MLEN &&
		    m_clget(*tail, M_NOWAIT, m->m_len) == NULL) {
			*tail = m_free(*tail);
			break;
		}
		memcpy(mtod(*tail, caddr_t), mtod(m, caddr_t), m->m_len);
		(*tail)->m_len = m->m_len;
		tail = &(*tail)->m_next;
	}
	return (top);
}

/* MSG_PEEK: name and control become copies; the record stays. */
static void
somsg_peek(struct somsg *sm)
{
	const struct mbuf	*name = sm->sm_name;

	if (name != NULL && (sm->sm_name = m_get(M_NOWAIT, MT_SONAME)) !=
	    NULL) {
		memcpy(mtod(sm->sm_name, caddr_t), mtod(name, caddr_t),
		    name->m_len);
		sm->sm_name->m_len = name->m_len;
	}
	sm->sm_control = socopy_control(sm->sm_control);
}

/* Take a record apart: name and control become the caller's. */
static void
somsg_take(struct mbuf *m, struct mbuf *data, struct somsg *sm)
{
	struct mbuf	*last;

	m->m_nextpkt = NULL;
	if (sm->sm_name != NULL)
		sm->sm_name->m_next = NULL;
	if (sm->sm_control != NULL) {
		for (last = sm->sm_control; last->m_next != data;
		    last = last->m_next)
			continue;
		last->m_next = NULL;
	}
	m_freem(data);
}

/* One message from the error queue; never waits. */
static int
soreceive_err(struct socket *so, struct uio *uio, struct somsg *sm)
{
	struct mbuf	*data, *m, *next;
	int		 error;

	if ((m = MBUF_LIST_FIRST(&so->so_errq)) == NULL)
		return (EWOULDBLOCK);
	data = somsg_parse(m, sm);
	if ((error = somsg_copyout(data, uio, sm)) != 0) {
		sm->sm_name = sm->sm_control = NULL;
		return (error);
	}
	(void)soerr_remove(so);
	somsg_take(m, data, sm);
	sm->sm_flags |= MSG_ERRQUEUE;
	/* The pending error is the next message's, until there is none. */
	so->so_error = 0;
	if ((next = MBUF_LIST_FIRST(&so->so_errq)) != NULL)
		so->so_error = ((struct sock_extended_err *)(void *)
		    CMSG_DATA(mtod(next->m_next, struct cmsghdr *)))->ee_errno;
	return (0);
}

/*
 * Receive one message into the uio.  sm->sm_flags: MSG_PEEK, MSG_DONTWAIT,
 * MSG_ERRQUEUE; on return also what became of it (MSG_TRUNC, MSG_ERRQUEUE).
 * sm_name and sm_control are the caller's to free, NULL on error.  At the
 * end of a stream all of them are empty and the uio is untouched.
 *
 * If the data cannot be copied out (EFAULT), the message stays queued.
 * EWOULDBLOCK, EINTR or ERESTART, ENOTCONN, EOPNOTSUPP (MSG_OOB), or the
 * pending error.
 */
int
soreceive(struct socket *so, struct uio *uio, struct somsg *sm)
{
	struct sockbuf	*sb = &so->so_rcv;
	struct mbuf	*data, *m;
	int		 error, flags = sm->sm_flags;

	sm->sm_name = sm->sm_control = NULL;
	sm->sm_len = 0;
	sm->sm_flags = 0;
	if (flags & MSG_ERRQUEUE)
		return (soreceive_err(so, uio, sm));
	if (flags & MSG_OOB)
		return (EOPNOTSUPP);
	if ((error = soreceive_wait(so, flags)) != 0)
		return (error);
	if ((m = sb->sb_mb) == NULL) {
		sbunlock(sb);
		return (0);
	}
	data = somsg_parse(m, sm);
	if ((error = somsg_copyout(data, uio, sm)) != 0) {
		sm->sm_name = sm->sm_control = NULL;
		sbunlock(sb);
		return (error);
	}
	if (flags & MSG_PEEK)
		somsg_peek(sm);
	else {
		sbremoverecord(sb);
		somsg_take(m, data, sm);
	}
	sbunlock(sb);
	if ((flags & MSG_PEEK) == 0 &&
	    (so->so_proto->pr_flags & PR_WANTRCVD)) {
		solock(so);
		so->so_proto->pr_usrreqs->pru_rcvd(so);
		sounlock(so);
	}
	return (0);
}
