/*
 * Socket options of the socket level; those of other levels are the
 * protocol's.
 *
 * Options that are only remembered by number are bits of so_options; what a
 * protocol has to do about one it does when it looks at the bit.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/domain.h>
#include <sys/mbuf.h>
#include <sys/proc.h>
#include <sys/protosw.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/socketvar.h>
#include <sys/time.h>
#include <sys/ucred.h>

#include <net/if.h>
#include <net/if_var.h>
#include <net/rtable.h>

#include <kern/uipc_compat.h>

/* Is the option one of the bits of so_options? */
static int
sobit(int optname)
{
	switch (optname) {
	case SO_DEBUG:
	case SO_REUSEADDR:
	case SO_DONTROUTE:
	case SO_BROADCAST:
	case SO_KEEPALIVE:
	case SO_OOBINLINE:
	case SO_REUSEPORT:
	case SO_TIMESTAMP:
	case SO_TIMESTAMPNS:
	case SO_USELOOPBACK:
	case SO_BINDANY:
	case SO_ZEROIZE:
		return (1);
	}
	return (0);
}

/* The option's value as an int; EINVAL when it is too short. */
static int
soopt_int(const struct mbuf *m, int *val)
{
	if (m == NULL || m->m_len < (int)sizeof(*val))
		return (EINVAL);
	memcpy(val, mtod(m, caddr_t), sizeof(*val));
	return (0);
}

static int
soset_bit(struct socket *so, int optname, const struct mbuf *m)
{
	int	 error, on;

	if ((error = soopt_int(m, &on)) != 0)
		return (error);
	if ((optname == SO_BINDANY || optname == SO_DEBUG) &&
	    (error = suser(curproc)) != 0)
		return (error);
	if (on)
		so->so_options |= so_optbit(optname);
	else
		so->so_options &= ~so_optbit(optname);
	/* There is one time stamp a message. */
	if (on && optname == SO_TIMESTAMP)
		so->so_options &= ~so_optbit(SO_TIMESTAMPNS);
	else if (on && optname == SO_TIMESTAMPNS)
		so->so_options &= ~so_optbit(SO_TIMESTAMP);
	return (0);
}

/*
 * Sizes are cut to what is allowed, as the C library's other kernel does:
 * programs ask for more than they expect.
 */
static int
soset_size(struct socket *so, int optname, const struct mbuf *m)
{
	struct sockbuf	*sb;
	u_long		 cc;
	int		 error, val;

	if ((error = soopt_int(m, &val)) != 0)
		return (error);
	sb = optname == SO_SNDBUF || optname == SO_SNDBUFFORCE ||
	    optname == SO_SNDLOWAT ? &so->so_snd : &so->so_rcv;
	switch (optname) {
	case SO_SNDBUFFORCE:
	case SO_RCVBUFFORCE:
		if ((error = suser(curproc)) != 0)
			return (error);
		/* FALLTHROUGH */
	case SO_SNDBUF:
	case SO_RCVBUF:
		cc = val < 0 ? SB_MAX : (u_long)val;
		cc = MAX(cc, SB_MIN);
		return (sbreserve(sb, MIN(cc, SB_MAX)));
	default:
		if (val <= 0)
			val = 1;
		sb->sb_lowat = MIN((u_long)val, sb->sb_hiwat);
		return (0);
	}
}

static int
soset_timeo(struct sockbuf *sb, const struct mbuf *m)
{
	struct timeval	 tv;

	if (m == NULL || m->m_len < (int)sizeof(tv))
		return (EINVAL);
	memcpy(&tv, mtod(m, caddr_t), sizeof(tv));
	if (tv.tv_usec < 0 || tv.tv_usec >= 1000000)
		return (EDOM);
	/* A time before now has passed: do not wait. */
	if (tv.tv_sec < 0)
		sb->sb_timeo = 1;
	else
		sb->sb_timeo = TIMEVAL_TO_NSEC(&tv);
	return (0);
}

static int
soset_linger(struct socket *so, const struct mbuf *m)
{
	struct linger	 l;

	if (m == NULL || m->m_len < (int)sizeof(l))
		return (EINVAL);
	memcpy(&l, mtod(m, caddr_t), sizeof(l));
	if (l.l_onoff && (l.l_linger < 0 || l.l_linger > SHRT_MAX))
		return (EINVAL);
	so->so_linger = l.l_linger;
	if (l.l_onoff)
		so->so_options |= so_optbit(SO_LINGER);
	else
		so->so_options &= ~so_optbit(SO_LINGER);
	return (0);
}

/* The protocol's copy of an option of the socket level; level SOL_SOCKET. */
static int
soopt_proto(int op, struct socket *so, int level, int optname,
    struct mbuf *m)
{
	int	 error;

	if (so->so_proto->pr_ctloutput == NULL)
		return (ENOPROTOOPT);
	solock(so);
	error = so->so_proto->pr_ctloutput(op, so, level, optname, m);
	sounlock(so);
	return (error);
}

/*
 * The routing table is in the protocol's hands.  As for the process: only
 * the super-user leaves a table other than the first.
 */
static int
soset_rtable(struct socket *so, struct mbuf *m)
{
	u_int	 mine = curproc->p_rtableid;
	int	 error, id;

	if ((error = soopt_int(m, &id)) != 0)
		return (error);
	if (mine != 0 && (u_int)id != mine && (error = suser(curproc)) != 0)
		return (error);
	if (id < 0 || id > RT_TABLEID_MAX || !rtable_exists(id))
		return (EINVAL);
	return (soopt_proto(PRCO_SETOPT, so, SOL_SOCKET, SO_RTABLE, m));
}

/*
 * The routing table of a socket; the running process's when the protocol
 * cannot tell.  The caller holds the net lock.
 */
u_int
so_rtableid(struct socket *so)
{
	struct mbuf	*m;
	u_int		 id = curproc->p_rtableid;

	if (so->so_proto->pr_ctloutput == NULL ||
	    (m = m_get(M_NOWAIT, MT_SOOPTS)) == NULL)
		return (id);
	m->m_len = 0;
	if (so->so_proto->pr_ctloutput(PRCO_GETOPT, so, SOL_SOCKET,
	    SO_RTABLE, m) == 0 && m->m_len == sizeof(id))
		memcpy(&id, mtod(m, caddr_t), sizeof(id));
	m_freem(m);
	return (id);
}

/*
 * Be held to an interface of the socket's routing domain.  Index 0 frees;
 * only the super-user may change what is set.
 */
static int
soset_ifidx(struct socket *so, u_int ifidx)
{
	struct ifnet	*ifp;
	int		 error = 0;

	if (so->so_ifidx != 0 && (error = suser(curproc)) != 0)
		return (error);
	if (ifidx != 0) {
		solock(so);
		ifp = if_get(ifidx);
		if (ifp == NULL ||
		    ifp->if_rdomain != rtable_l2(so_rtableid(so)))
			error = ENODEV;
		if_put(ifp);
		sounlock(so);
		if (error)
			return (error);
	}
	so->so_ifidx = ifidx;
	return (0);
}

/* SO_BINDTODEVICE: the interface by name, cut at its NUL or its length. */
static int
soset_device(struct socket *so, const struct mbuf *m)
{
	struct ifnet	*ifp;
	char		 name[IFNAMSIZ];
	size_t		 len;
	u_int		 ifidx;

	memset(name, 0, sizeof(name));
	len = m == NULL ? 0 : MIN(m->m_len, sizeof(name) - 1);
	if (len > 0)
		memcpy(name, mtod(m, caddr_t), len);
	if (name[0] == '\0')
		return (soset_ifidx(so, 0));
	if ((ifp = if_unit(name)) == NULL)
		return (ENODEV);
	ifidx = ifp->if_index;
	if_put(ifp);
	return (soset_ifidx(so, ifidx));
}

static int
soset_ifindex(struct socket *so, const struct mbuf *m)
{
	int	 error, idx;

	if ((error = soopt_int(m, &idx)) != 0)
		return (error);
	if (idx < 0)
		return (EINVAL);
	return (soset_ifidx(so, idx));
}

/*
 * setsockopt(2).  The value m (NULL: none) is only read.  ENOPROTOOPT for
 * what nobody knows; on error nothing has changed.
 */
int
sosetopt(struct socket *so, int level, int optname, struct mbuf *m)
{
	if (level != SOL_SOCKET)
		return (soopt_proto(PRCO_SETOPT, so, level, optname, m));
	if (sobit(optname))
		return (soset_bit(so, optname, m));
	switch (optname) {
	case SO_SNDBUF:
	case SO_RCVBUF:
	case SO_SNDBUFFORCE:
	case SO_RCVBUFFORCE:
	case SO_SNDLOWAT:
	case SO_RCVLOWAT:
		return (soset_size(so, optname, m));
	case SO_RCVTIMEO:
		return (soset_timeo(&so->so_rcv, m));
	case SO_SNDTIMEO:
		return (soset_timeo(&so->so_snd, m));
	case SO_LINGER:
		return (soset_linger(so, m));
	case SO_RTABLE:
		return (soset_rtable(so, m));
	case SO_BINDTODEVICE:
		return (soset_device(so, m));
	case SO_BINDTOIFINDEX:
		return (soset_ifindex(so, m));
	default:
		return (ENOPROTOOPT);
	}
}

static void
soopt_put(struct mbuf *m, const void *p, size_t len)
{
	memcpy(mtod(m, caddr_t), p, len);
	m->m_len = len;
}

/* Options that are an int; ENOPROTOOPT when it is not one of them. */
static int
soget_int(struct socket *so, int optname, int *val)
{
	switch (optname) {
	case SO_TYPE:
		*val = so->so_type;
		return (0);
	case SO_ERROR:
		*val = so->so_error;
		so->so_error = 0;
		return (0);
	case SO_DOMAIN:
		*val = compat_family(so->so_proto->pr_domain->dom_family);
		return (0);
	case SO_PROTOCOL:
		*val = so->so_proto->pr_protocol;
		return (0);
	case SO_ACCEPTCONN:
		*val = 0;
		return (0);
	case SO_SNDBUF:
		*val = so->so_snd.sb_hiwat;
		return (0);
	case SO_RCVBUF:
		*val = so->so_rcv.sb_hiwat;
		return (0);
	case SO_SNDLOWAT:
		*val = so->so_snd.sb_lowat;
		return (0);
	case SO_RCVLOWAT:
		*val = so->so_rcv.sb_lowat;
		return (0);
	case SO_BINDTOIFINDEX:
		*val = so->so_ifidx;
		return (0);
	case SO_RTABLE:
		solock(so);
		*val = so_rtableid(so);
		sounlock(so);
		return (0);
	default:
		return (ENOPROTOOPT);
	}
}

static int
soget_device(const struct socket *so, struct mbuf *m)
{
	struct ifnet	*ifp;
	char		 name[IFNAMSIZ];

	m->m_len = 0;
	if (so->so_ifidx == 0)
		return (0);
	if ((ifp = if_get(so->so_ifidx)) == NULL)
		return (ENODEV);
	strlcpy(name, ifp->if_xname, sizeof(name));
	if_put(ifp);
	soopt_put(m, name, strlen(name) + 1);
	return (0);
}

/*
 * getsockopt(2): fill the empty mbuf m.  ENOPROTOOPT for what nobody knows.
 */
int
sogetopt(struct socket *so, int level, int optname, struct mbuf *m)
{
	struct timeval	 tv;
	struct linger	 l;
	int		 error, val;

	m->m_len = 0;
	if (level != SOL_SOCKET)
		return (soopt_proto(PRCO_GETOPT, so, level, optname, m));
	if (sobit(optname)) {
		val = so_isset(so, optname);
		soopt_put(m, &val, sizeof(val));
		return (0);
	}
	switch (optname) {
	case SO_RCVTIMEO:
	case SO_SNDTIMEO:
		NSEC_TO_TIMEVAL(optname == SO_RCVTIMEO ?
		    so->so_rcv.sb_timeo : so->so_snd.sb_timeo, &tv);
		soopt_put(m, &tv, sizeof(tv));
		return (0);
	case SO_LINGER:
		l.l_onoff = so_isset(so, SO_LINGER);
		l.l_linger = so->so_linger;
		soopt_put(m, &l, sizeof(l));
		return (0);
	case SO_BINDTODEVICE:
		return (soget_device(so, m));
	default:
		if ((error = soget_int(so, optname, &val)) != 0)
			return (error);
		soopt_put(m, &val, sizeof(val));
		return (0);
	}
}
