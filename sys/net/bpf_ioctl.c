/*
 * bpf(4): ioctls of a listener.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/file.h>
#include <sys/filio.h>
#include <sys/malloc.h>
#include <sys/pledge.h>
#include <sys/proc.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/ucred.h>

#include <net/bpf.h>
#include <net/bpf_var.h>
#include <net/if_var.h>

#define BPF_MAXDLTS	16		/* link types of one interface */

static int
set_buflen(struct bpf_d *d, u_int *len)
{
	if (d->bd_bif != NULL || d->bd_sbuf != NULL)
		return (EINVAL);
	*len = MIN(*len, (u_int)bpf_maxbufsize);
	*len = MAX(*len, BPF_MINBUFSIZE);
	d->bd_bufsize = *len;
	return (0);
}

/* Copy in a program and check it; NULL for an empty one.  EINVAL, EFAULT. */
static int
filter_copyin(const struct bpf_program *bp, struct bpf_insn **fp)
{
	struct bpf_insn	*f;
	size_t		 size = bp->bf_len * sizeof(*f);
	int		 error;

	*fp = NULL;
	if (bp->bf_len == 0)
		return (bp->bf_insns == NULL ? 0 : EINVAL);
	if (bp->bf_len > BPF_MAXINSNS)
		return (EINVAL);
	f = malloc(size, M_BPF, M_WAITOK);
	error = copyin(bp->bf_insns, f, size);
	if (error == 0 && !bpf_validate(f, bp->bf_len))
		error = EINVAL;
	if (error != 0) {
		free(f, M_BPF, size);
		return (error);
	}
	*fp = f;
	return (0);
}

static int
set_filter(struct bpf_d *d, const struct bpf_program *bp, u_long cmd)
{
	struct bpf_insn	**slot = &d->bd_rfilter, *f, *old;
	u_int		 *lenp = &d->bd_rfilterlen, oldlen;
	int		  error;

	if ((error = filter_copyin(bp, &f)) != 0)
		return (error);
	if (cmd == BIOCSETWF) {
		slot = &d->bd_wfilter;
		lenp = &d->bd_wfilterlen;
	}
	old = *slot;
	oldlen = *lenp;
	*slot = f;
	*lenp = bp->bf_len;
	if (cmd == BIOCSETF)
		bpf_reset(d);
	if (old != NULL)
		free(old, M_BPF, oldlen * sizeof(*old));
	return (0);
}

/* Two buffers, when there are none yet. */
static int
alloc_buffers(struct bpf_d *d)
{
	if (d->bd_sbuf != NULL)
		return (0);
	d->bd_sbuf = malloc(d->bd_bufsize, M_DEVBUF, M_NOWAIT);
	d->bd_fbuf = malloc(d->bd_bufsize, M_DEVBUF, M_NOWAIT);
	if (d->bd_sbuf != NULL && d->bd_fbuf != NULL)
		return (0);
	if (d->bd_sbuf != NULL)
		free(d->bd_sbuf, M_DEVBUF, d->bd_bufsize);
	if (d->bd_fbuf != NULL)
		free(d->bd_fbuf, M_DEVBUF, d->bd_bufsize);
	d->bd_sbuf = d->bd_fbuf = NULL;
	return (ENOBUFS);
}

/* Listen to this interface in place of another; ENXIO, ENOBUFS. */
static int
set_if(struct bpf_d *d, const struct ifreq *ifr)
{
	struct bpf_if	*bif;
	int		 error;

	if ((bif = bpf_if_find(ifr->ifr_name)) == NULL)
		return (ENXIO);
	if ((error = alloc_buffers(d)) != 0)
		return (error);
	if (d->bd_bif != bif) {
		if (d->bd_bif != NULL)
			bpf_detachd(d);
		bpf_attachd(d, bif);
	}
	bpf_reset(d);
	return (0);
}

static int
get_if(const struct bpf_d *d, struct ifreq *ifr)
{
	if (d->bd_bif == NULL)
		return (EINVAL);
	strlcpy(ifr->ifr_name, d->bd_bif->bif_ifp->if_xname, IFNAMSIZ);
	return (0);
}

/* See the interface as another link type. */
static int
set_dlt(struct bpf_d *d, u_int dlt)
{
	struct bpf_if	*bif;
	int		 promisc;

	if (d->bd_bif == NULL ||
	    (bif = bpf_if_dlt(d->bd_bif->bif_ifp, dlt)) == NULL)
		return (EINVAL);
	if (bif == d->bd_bif)
		return (0);
	promisc = d->bd_promisc;
	d->bd_promisc = 0;
	bpf_detachd(d);
	bpf_attachd(d, bif);
	d->bd_promisc = promisc;
	bpf_reset(d);
	return (0);
}

static int
get_dltlist(const struct bpf_d *d, struct bpf_dltlist *bl)
{
	u_int	 dlts[BPF_MAXDLTS], have;

	if (d->bd_bif == NULL)
		return (EINVAL);
	have = bpf_if_dlts(d->bd_bif->bif_ifp, dlts, nitems(dlts));
	have = MIN(have, nitems(dlts));
	if (bl->bfl_list == NULL) {
		bl->bfl_len = have;
		return (0);
	}
	if (bl->bfl_len < have)
		return (ENOMEM);
	bl->bfl_len = have;
	return (copyout(dlts, bl->bfl_list, have * sizeof(dlts[0])));
}

static int
set_promisc(struct bpf_d *d)
{
	int	 error;

	if (d->bd_bif == NULL)
		return (EINVAL);
	if (d->bd_promisc)
		return (0);
	if ((error = ifpromisc(d->bd_bif->bif_ifp, 1)) == 0)
		d->bd_promisc = 1;
	return (error);
}

/* From when on is what waits readable? */
static void
set_wait(struct bpf_d *d, u_int64_t ns)
{
	d->bd_wtout = ns;
	timeout_del(&d->bd_wait_to);
	d->bd_wait = BPF_W_IDLE;
	if (d->bd_slen == 0 || ns == INFSLP)
		return;
	if (ns == 0) {
		d->bd_wait = BPF_W_DONE;
		bpf_wakeup(d);
	} else {
		d->bd_wait = BPF_W_WAIT;
		timeout_add_nsec(&d->bd_wait_to, ns);
	}
}

static int
timeval_ns(const struct timeval *tv, u_int64_t *ns)
{
	if (tv->tv_sec < 0 || tv->tv_usec < 0 || tv->tv_usec >= 1000000)
		return (EINVAL);
	if (tv->tv_sec > INT32_MAX)
		return (EOVERFLOW);
	*ns = (u_int64_t)tv->tv_sec * 1000000000 +
	    (u_int64_t)tv->tv_usec * 1000;
	return (0);
}

static void
ns_timeval(u_int64_t ns, struct timeval *tv)
{
	tv->tv_sec = ns / 1000000000;
	tv->tv_usec = ns % 1000000000 / 1000;
}

/* The times: EINVAL, EOVERFLOW; ENXIO when no wait is set. */
static int
ioctl_time(struct bpf_d *d, u_long cmd, struct timeval *tv)
{
	u_int64_t	 ns;
	int		 error;

	switch (cmd) {
	case BIOCSRTIMEOUT:
		return (timeval_ns(tv, &d->bd_rtout));
	case BIOCGRTIMEOUT:
		ns_timeval(d->bd_rtout, tv);
		return (0);
	case BIOCSWTIMEOUT:
		if ((error = timeval_ns(tv, &ns)) == 0)
			set_wait(d, ns);
		return (error);
	default:
		if (d->bd_wtout == INFSLP)
			return (ENXIO);
		ns_timeval(d->bd_wtout, tv);
		return (0);
	}
}

/* Those that are one number to read; ENOTTY for others. */
static int
ioctl_get(const struct bpf_d *d, u_long cmd, u_int *v)
{
	switch (cmd) {
	case FIONREAD:
		*v = d->bd_slen + (d->bd_hbuf != NULL ? d->bd_hlen : 0);
		break;
	case BIOCGBLEN:
		*v = d->bd_bufsize;
		break;
	case BIOCGDLT:
		if (d->bd_bif == NULL)
			return (EINVAL);
		*v = d->bd_bif->bif_dlt;
		break;
	case BIOCGHDRCMPLT:
		*v = d->bd_hdrcmplt;
		break;
	case BIOCGFILDROP:
		*v = d->bd_fildrop;
		break;
	case BIOCGDIRFILT:
		*v = d->bd_dirfilt;
		break;
	default:
		return (ENOTTY);
	}
	return (0);
}

/* And to set. */
static int
ioctl_set(struct bpf_d *d, u_long cmd, u_int *v)
{
	switch (cmd) {
	case BIOCSBLEN:
		return (set_buflen(d, v));
	case BIOCSDLT:
		return (set_dlt(d, *v));
	case BIOCSHDRCMPLT:
		d->bd_hdrcmplt = *v != 0;
		break;
	case BIOCIMMEDIATE:
		set_wait(d, *v ? 0 : INFSLP);
		break;
	case BIOCSFILDROP:
		if (*v > BPF_FILDROP_DROP)
			return (EINVAL);
		d->bd_fildrop = *v;
		break;
	case BIOCSDIRFILT:
		if (*v & ~(BPF_DIRECTION_IN | BPF_DIRECTION_OUT))
			return (EINVAL);
		d->bd_dirfilt = *v;
		break;
	default:
		return (ENOTTY);
	}
	return (0);
}

/* May this be done to a locked listener by other than root? */
static int
is_harmless(u_long cmd)
{
	switch (cmd) {
	case FIONREAD:
	case BIOCGBLEN:
	case BIOCFLUSH:
	case BIOCGDLT:
	case BIOCGDLTLIST:
	case BIOCGETIF:
	case BIOCGRTIMEOUT:
	case BIOCGSTATS:
	case BIOCVERSION:
	case BIOCGHDRCMPLT:
	case BIOCGFILDROP:
	case BIOCGDIRFILT:
	case BIOCGWTIMEOUT:
	case BIOCLOCK:
	case BIOCSRTIMEOUT:
	case BIOCIMMEDIATE:
	case BIOCSWTIMEOUT:
	case BIOCDWTIMEOUT:
		return (1);
	}
	return (0);
}

static int
ioctl_locked(struct bpf_d *d, u_long cmd, caddr_t data)
{
	struct bpf_version	*bv = (void *)data;
	struct bpf_stat		*bs = (void *)data;

	switch (cmd) {
	case BIOCSETF:
	case BIOCSETFNR:
	case BIOCSETWF:
		return (set_filter(d, (void *)data, cmd));
	case BIOCFLUSH:
		bpf_reset(d);
		return (0);
	case BIOCPROMISC:
		return (set_promisc(d));
	case BIOCGETIF:
		return (get_if(d, (void *)data));
	case BIOCSETIF:
		return (set_if(d, (void *)data));
	case BIOCGDLTLIST:
		return (get_dltlist(d, (void *)data));
	case BIOCSRTIMEOUT:
	case BIOCGRTIMEOUT:
	case BIOCSWTIMEOUT:
	case BIOCGWTIMEOUT:
		return (ioctl_time(d, cmd, (void *)data));
	case BIOCDWTIMEOUT:
		set_wait(d, INFSLP);
		return (0);
	case BIOCGSTATS:
		bs->bs_recv = d->bd_rcount;
		bs->bs_drop = d->bd_dcount;
		return (0);
	case BIOCVERSION:
		bv->bv_major = BPF_MAJOR_VERSION;
		bv->bv_minor = BPF_MINOR_VERSION;
		return (0);
	case BIOCLOCK:
		d->bd_locked = 1;
		return (0);
	case BIOCSRSIG:
	case BIOCGRSIG:
		return (EOPNOTSUPP);	/* it is fcntl(2) that says which */
	}
	return (ENOTTY);
}

/*
 * fo_ioctl: EPERM for what a locked listener may not be told; ENOTTY for what
 * it does not know; otherwise as bpf(4) says.
 */
int
bpf_ioctl(struct file *fp, u_long cmd, caddr_t data, struct proc *p)
{
	struct bpf_d	*d = fp->f_data;
	int		 error;

	if ((error = pledge_ioctl(p, cmd, fp->f_type)) != 0)
		return (error);
	if (d->bd_locked && !is_harmless(cmd) && suser(p) != 0)
		return (EPERM);
	if ((error = ioctl_get(d, cmd, (void *)data)) != ENOTTY)
		return (error);
	NET_LOCK();
	error = ioctl_set(d, cmd, (void *)data);
	if (error == ENOTTY)
		error = ioctl_locked(d, cmd, data);
	NET_UNLOCK();
	return (error);
}
