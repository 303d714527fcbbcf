/*
 * System calls on sockets, but those that send and receive (uipc_msg.c).
 *
 * Each copies its arguments in, judges them, and only then asks the socket.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/domain.h>
#include <sys/file.h>
#include <sys/mbuf.h>
#include <sys/pledge.h>
#include <sys/proc.h>
#include <sys/protosw.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/socketvar.h>
#include <sys/syscallargs.h>

#include <kern/uipc_compat.h>

static int
so_family(const struct socket *so)
{
	return (so->so_proto->pr_domain->dom_family);
}

/*
 * The type must name one that there is, before anybody asks whether the
 * family has it.
 */
int
sys_socket(struct proc *p, void *v, register_t *retval)
{
	struct sys_socket_args	*uap = v;
	struct socket		*so;
	struct file		*fp;
	int			 domain, error, fd, flags, type;

	type = SCARG(uap, type) & SOCK_TYPE_MASK;
	flags = SCARG(uap, type) & ~SOCK_TYPE_MASK;
	if ((flags & ~(SOCK_CLOEXEC | SOCK_NONBLOCK)) || type == 0 ||
	    type > SOCK_SEQPACKET)
		return (EINVAL);
	if ((domain = compat_domain(SCARG(uap, domain))) == -1)
		return (EAFNOSUPPORT);
	if ((error = pledge_socket(p, domain, type)) != 0)
		return (error);
	error = socreate(domain, &so, type, SCARG(uap, protocol));
	if (error)
		return (error);
	if ((fp = file_alloc(p, DTYPE_SOCKET, &socketops, so)) == NULL) {
		(void)soclose(so);
		return (ENFILE);
	}
	so->so_file = fp;
	error = fd_install(p, fp, (flags & SOCK_CLOEXEC ? FDI_CLOEXEC : 0) |
	    (flags & SOCK_NONBLOCK ? FDI_NONBLOCK : 0), &fd);
	if (error) {
		FRELE(fp);
		return (error);
	}
	*retval = fd;
	return (0);
}

/*
 * Pairs are local sockets, which are the host's.
 */
int
sys_socketpair(struct proc *p, void *v, register_t *retval)
{
	struct sys_socket_args	*uap = v;

	return (compat_domain(SCARG(uap, domain)) == -1 ? EAFNOSUPPORT :
	    EOPNOTSUPP);
}

/* The socket and, in the kernel, the address of bind(2) and connect(2). */
static int
getname_args(struct proc *p, struct sys_name_args *uap, struct file **fpp,
    int *flags, struct mbuf **nam)
{
	struct socket	*so;
	int		 error;

	if ((error = fd_getsock(p, SCARG(uap, s), fpp, flags)) != 0)
		return (error);
	so = (*fpp)->f_data;
	if (SCARG(uap, namelen) < 0)
		error = EINVAL;
	else
		error = compat_sockaddr_in(SCARG(uap, name),
		    SCARG(uap, namelen), so_family(so), nam);
	if (error)
		FRELE(*fpp);
	return (error);
}

int
sys_bind(struct proc *p, void *v, register_t *retval)
{
	struct sys_name_args	*uap = v;
	struct sockaddr		*sa;
	struct socket		*so;
	struct mbuf		*nam;
	struct file		*fp;
	int			 error, flags;

	if ((error = getname_args(p, uap, &fp, &flags, &nam)) != 0)
		return (error);
	so = fp->f_data;
	/* Old programs leave the family out. */
	sa = mtod(nam, struct sockaddr *);
	if (sa->sa_family == AF_UNSPEC)
		sa->sa_family = so_family(so);
	error = sobind(so, nam, p);
	m_freem(nam);
	FRELE(fp);
	return (error);
}

int
sys_connect(struct proc *p, void *v, register_t *retval)
{
	struct sys_name_args	*uap = v;
	struct mbuf		*nam;
	struct file		*fp;
	int			 error, flags;

	if ((error = getname_args(p, uap, &fp, &flags, &nam)) != 0)
		return (error);
	error = soconnect(fp->f_data, nam);
	m_freem(nam);
	FRELE(fp);
	return (error);
}

int
sys_listen(struct proc *p, void *v, register_t *retval)
{
	struct sys_int_args	*uap = v;
	struct file		*fp;
	int			 error, flags;

	if ((error = fd_getsock(p, SCARG(uap, s), &fp, &flags)) != 0)
		return (error);
	error = solisten(fp->f_data, SCARG(uap, arg));
	FRELE(fp);
	return (error);
}

/*
 * No socket listens (solisten()), so none has a connection to give.
 */
static int
doaccept(struct proc *p, int s, int accflags)
{
	struct socket	*so;
	struct file	*fp;
	int		 error, flags;

	if (accflags & ~(SOCK_CLOEXEC | SOCK_NONBLOCK))
		return (EINVAL);
	if ((error = fd_getsock(p, s, &fp, &flags)) != 0)
		return (error);
	so = fp->f_data;
	error = so->so_type == SOCK_STREAM ? EINVAL : EOPNOTSUPP;
	FRELE(fp);
	return (error);
}

int
sys_accept(struct proc *p, void *v, register_t *retval)
{
	struct sys_getname_args	*uap = v;

	return (doaccept(p, SCARG(uap, s), 0));
}

int
sys_accept4(struct proc *p, void *v, register_t *retval)
{
	struct sys_getname_args	*uap = v;

	return (doaccept(p, SCARG(uap, s), SCARG(uap, flags)));
}

/* Copy an address out, cut to the program's room; its whole length too. */
static int
copyout_name(const struct mbuf *m, void *name, socklen_t *anamelen,
    socklen_t room)
{
	uint8_t		 buf[COMPAT_SALEN];
	socklen_t	 len;
	int		 error;

	len = compat_sockaddr_out(mtod(m, struct sockaddr *), m->m_len, buf);
	error = copyout(buf, name, MIN(len, room));
	if (error == 0)
		error = copyout(&len, anamelen, sizeof(len));
	return (error);
}

/* getsockname(2), getpeername(2) */
static int
getname(struct proc *p, struct sys_getname_args *uap, int peer)
{
	const struct pr_usrreqs	*pru;
	struct socket		*so;
	struct mbuf		*m = NULL;
	struct file		*fp;
	socklen_t		 room;
	int			 error, flags;

	if ((error = fd_getsock(p, SCARG(uap, s), &fp, &flags)) != 0)
		return (error);
	so = fp->f_data;
	pru = so->so_proto->pr_usrreqs;
	if (peer && (so->so_state & SS_ISCONNECTED) == 0)
		error = ENOTCONN;
	else if ((peer ? pru->pru_peeraddr : pru->pru_sockaddr) == NULL)
		error = EOPNOTSUPP;
	else
		error = copyin(SCARG(uap, anamelen), &room, sizeof(room));
	if (error == 0 && (int)room < 0)
		error = EINVAL;
	if (error == 0 && (m = m_get(M_NOWAIT, MT_SONAME)) == NULL)
		error = ENOBUFS;
	if (error == 0) {
		m->m_len = 0;
		solock(so);
		error = peer ? pru->pru_peeraddr(so, m) :
		    pru->pru_sockaddr(so, m);
		sounlock(so);
	}
	if (error == 0)
		error = copyout_name(m, SCARG(uap, name),
		    SCARG(uap, anamelen), room);
	m_freem(m);
	FRELE(fp);
	return (error);
}

int
sys_getsockname(struct proc *p, void *v, register_t *retval)
{
	return (getname(p, v, 0));
}

int
sys_getpeername(struct proc *p, void *v, register_t *retval)
{
	return (getname(p, v, 1));
}

int
sys_shutdown(struct proc *p, void *v, register_t *retval)
{
	struct sys_int_args	*uap = v;
	struct file		*fp;
	int			 error, flags;

	if ((error = fd_getsock(p, SCARG(uap, s), &fp, &flags)) != 0)
		return (error);
	error = soshutdown(fp->f_data, SCARG(uap, arg));
	FRELE(fp);
	return (error);
}

/* An option's value, len bytes, in one mbuf; EFAULT, ENOBUFS. */
static int
sockopt_copyin(const void *val, size_t len, struct mbuf **mp)
{
	struct mbuf	*m;
	int		 error;

	if ((m = m_get(M_NOWAIT, MT_SOOPTS)) == NULL)
		return (ENOBUFS);
	if (len > MLEN && m_clget(m, M_NOWAIT, MCLBYTES) == NULL) {
		m_free(m);
		return (ENOBUFS);
	}
	if ((error = copyin(val, mtod(m, caddr_t), len)) != 0) {
		m_free(m);
		return (error);
	}
	m->m_len = len;
	*mp = m;
	return (0);
}

int
sys_setsockopt(struct proc *p, void *v, register_t *retval)
{
	struct sys_sockopt_args	*uap = v;
	struct mbuf		*m = NULL;
	struct file		*fp;
	int			 error, flags, len;

	len = (int)SCARG(uap, valsize);
	if ((error = fd_getsock(p, SCARG(uap, s), &fp, &flags)) != 0)
		return (error);
	if (len < 0 || len > MCLBYTES)
		error = EINVAL;
	else
		error = pledge_sockopt(p, 1, SCARG(uap, level),
		    SCARG(uap, name));
	if (error == 0 && len > 0)
		error = sockopt_copyin(SCARG(uap, val), len, &m);
	if (error == 0)
		error = sosetopt(fp->f_data, SCARG(uap, level),
		    SCARG(uap, name), m);
	m_freem(m);
	FRELE(fp);
	return (error);
}

/* Copy an option's value out, cut to the program's room, and its length. */
static int
sockopt_copyout(const struct mbuf *m, char *val, void *avalsize, int room)
{
	int	 error, len, n;

	for (len = 0; m != NULL && len < room; m = m->m_next) {
		n = MIN((int)m->m_len, room - len);
		if ((error = copyout(mtod(m, caddr_t), val + len, n)) != 0)
			return (error);
		len += n;
	}
	return (copyout(&len, avalsize, sizeof(len)));
}

int
sys_getsockopt(struct proc *p, void *v, register_t *retval)
{
	struct sys_sockopt_args	*uap = v;
	struct mbuf		*m = NULL;
	struct file		*fp;
	void			*avalsize = (void *)SCARG(uap, valsize);
	int			 error, flags, room;

	if ((error = fd_getsock(p, SCARG(uap, s), &fp, &flags)) != 0)
		return (error);
	error = copyin(avalsize, &room, sizeof(room));
	if (error == 0 && room < 0)
		error = EINVAL;
	if (error == 0)
		error = pledge_sockopt(p, 0, SCARG(uap, level),
		    SCARG(uap, name));
	if (error == 0 && (m = m_get(M_NOWAIT, MT_SOOPTS)) == NULL)
		error = ENOBUFS;
	if (error == 0)
		error = sogetopt(fp->f_data, SCARG(uap, level),
		    SCARG(uap, name), m);
	if (error == 0)
		error = sockopt_copyout(m, SCARG(uap, val), avalsize, room);
	m_freem(m);
	FRELE(fp);
	return (error);
}
