/*
 * Sockets as files.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mbuf.h>
#include <sys/pledge.h>
#include <sys/proc.h>
#include <sys/protosw.h>
#include <sys/rwlock.h>
#include <sys/socketvar.h>
#include <sys/uio.h>

#include <net/if.h>
#include <net/if_var.h>

static int
soo_read(struct file *fp, struct uio *uio, int flags)
{
	struct socket	*so = fp->f_data;
	struct somsg	 sm;
	int		 error;

	sm.sm_flags = flags & FO_NONBLOCK ? MSG_DONTWAIT : 0;
	error = soreceive(so, uio, &sm);
	m_freem(sm.sm_name);
	m_freem(sm.sm_control);
	return (error);
}

static int
soo_write(struct file *fp, struct uio *uio, int flags)
{
	struct socket	*so = fp->f_data;

	return (sosend(so, NULL, uio, NULL, NULL,
	    flags & FO_NONBLOCK ? MSG_DONTWAIT : 0));
}

/* Bytes that the next receive would get. */
static int
soo_nread(const struct socket *so)
{
	const struct mbuf	*m;
	u_int			 n = 0;

	if ((so->so_proto->pr_flags & PR_ATOMIC) == 0)
		return ((int)so->so_rcv.sb_datacc);
	for (m = so->so_rcv.sb_mb; m != NULL; m = m->m_next)
		if (m->m_type != MT_SONAME && m->m_type != MT_CONTROL)
			n += m->m_len;
	return ((int)n);
}

/*
 * Interface commands go to if_ioctl.c by way of the protocol; whatever else
 * to the protocol.
 */
static int
soo_ioctl(struct file *fp, u_long cmd, caddr_t data, struct proc *p)
{
	struct socket	*so = fp->f_data;
	int		 error;

	switch (cmd) {
	case FIONREAD:
		*(int *)(void *)data = soo_nread(so);
		return (0);
	case TIOCOUTQ:
		*(int *)(void *)data = (int)so->so_snd.sb_cc;
		return (0);
	case SIOCATMARK:
		*(int *)(void *)data = (so->so_state & SS_RCVATMARK) != 0;
		return (0);
	}
	if ((error = pledge_ioctl(p, cmd, fp->f_type)) != 0)
		return (error);
	if (IOCGROUP(cmd) == 'i')
		return (ifioctl(so, cmd, data, p));
	if (so->so_proto->pr_usrreqs->pru_control == NULL)
		return (ENOTTY);
	NET_LOCK();
	error = so->so_proto->pr_usrreqs->pru_control(so, cmd, data, NULL);
	NET_UNLOCK();
	return (error == EOPNOTSUPP ? ENOTTY : error);
}

static int
soo_poll(struct file *fp, int events)
{
	return (sopoll(fp->f_data, events));
}

static int
soo_close(struct file *fp)
{
	struct socket	*so = fp->f_data;

	fp->f_data = NULL;
	if (so == NULL)
		return (0);
	so->so_file = NULL;
	return (soclose(so));
}

const struct fileops socketops = {
	.fo_read	= soo_read,
	.fo_write	= soo_write,
	.fo_ioctl	= soo_ioctl,
	.fo_poll	= soo_poll,
	.fo_close	= soo_close,
};
