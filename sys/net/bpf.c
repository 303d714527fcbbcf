/*
 * bpf(4): the device.
 *
 * Each open of /dev/bpf makes a listener.  See bpf_var.h for how packets
 * travel through its buffers.
 *
 * A read gives a whole buffer of packets.  It returns when one is full; when
 * packets have waited for bd_wtout (BIOCIMMEDIATE: at once); when bd_rtout
 * (BIOCSRTIMEOUT) has passed since it began, perhaps with nothing.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/conf.h>
#include <sys/domain.h>
#include <sys/errno.h>
#include <sys/file.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>
#include <sys/poll.h>
#include <sys/proc.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/sysctl.h>
#include <sys/time.h>
#include <sys/uio.h>

#include <net/bpf.h>
#include <net/bpf_var.h>
#include <net/if_dl.h>
#include <net/if_var.h>

#define ETH_HLEN	14
#define ETH_ALEN	6

int	bpf_bufsize = 32768;		/* net.bpf.bufsize */
int	bpf_maxbufsize = BPF_MAXBUFSIZE; /* net.bpf.maxbufsize */

/*
 * Buffers and readers.
 */

/*
 * Whoever reads or polls looks again.
 */
void
bpf_wakeup(struct bpf_d *d)
{
	wakeup(d);
	fd_ready(d->bd_fp);
}

/* What is stored from now on begins another wait. */
static void
bpf_wait_end(struct bpf_d *d)
{
	timeout_del(&d->bd_wait_to);
	d->bd_wait = BPF_W_IDLE;
}

/*
 * The store becomes the reader's, and a free buffer the store.
 */
void
bpf_rotate(struct bpf_d *d)
{
	KASSERT(d->bd_hbuf == NULL && d->bd_fbuf != NULL);
	d->bd_hbuf = d->bd_sbuf;
	d->bd_hlen = d->bd_slen;
	d->bd_sbuf = d->bd_fbuf;
	d->bd_slen = 0;
	d->bd_fbuf = NULL;
	bpf_wait_end(d);
}

/*
 * Forget all that has been caught, and the counts.
 */
void
bpf_reset(struct bpf_d *d)
{
	if (d->bd_hbuf != NULL) {
		d->bd_fbuf = d->bd_hbuf;
		d->bd_hbuf = NULL;
	}
	d->bd_slen = d->bd_hlen = 0;
	d->bd_rcount = d->bd_dcount = d->bd_lost = 0;
	bpf_wait_end(d);
}

/* The first packet stored has waited long enough. */
static void
bpf_wait_over(void *arg)
{
	struct bpf_d	*d = arg;

	d->bd_wait = BPF_W_DONE;
	bpf_wakeup(d);
}

/* May the store be read without being full? */
static int
store_ready(const struct bpf_d *d)
{
	return (d->bd_slen > 0 && (d->bd_wait == BPF_W_DONE || d->bd_gone));
}

/*
 * Wait for a buffer to read: 0 with bd_hbuf set, or NULL when the read's time
 * was up; ENXIO not attached, EIO the interface has gone, EWOULDBLOCK, EINTR
 * or ERESTART.
 */
static int
bpf_await(struct bpf_d *d, int flags)
{
	u_int64_t	 now, end = INFSLP;
	int		 error;

	if (d->bd_rtout != 0)
		end = nsecuptime() + d->bd_rtout;
	while (d->bd_hbuf == NULL) {
		if (store_ready(d)) {
			bpf_rotate(d);
			break;
		}
		if (d->bd_bif == NULL)
			return (d->bd_gone ? EIO : ENXIO);
		if (flags & FO_NONBLOCK)
			return (EWOULDBLOCK);
		now = nsecuptime();
		if (now >= end) {
			if (d->bd_slen > 0)
				bpf_rotate(d);
			return (0);
		}
		error = tsleep_nsec(d, PWAIT | PCATCH, "bpf",
		    end == INFSLP ? INFSLP : end - now);
		if (error != 0 && error != EWOULDBLOCK)
			return (error);
	}
	return (0);
}

/* EINVAL: what is read must be as long as the buffers. */
static int
bpf_read(struct file *fp, struct uio *uio, int flags)
{
	struct bpf_d	*d = fp->f_data;
	caddr_t		 buf;
	int		 error;

	if (d->bd_bif == NULL && !d->bd_gone)
		return (ENXIO);
	if (uio->uio_resid != d->bd_bufsize)
		return (EINVAL);
	if ((error = bpf_await(d, flags)) != 0 || d->bd_hbuf == NULL)
		return (error);
	/* Ours alone while it is copied, which may sleep. */
	buf = d->bd_hbuf;
	d->bd_hbuf = NULL;
	error = uiomove(buf, d->bd_hlen, uio);
	d->bd_hlen = 0;
	d->bd_fbuf = buf;
	return (error);
}

static int
bpf_poll(struct file *fp, int events)
{
	struct bpf_d	*d = fp->f_data;
	int		 revents = events & (POLLOUT | POLLWRNORM);

	if (d->bd_hbuf != NULL || store_ready(d))
		revents |= events & (POLLIN | POLLRDNORM);
	if (d->bd_gone)
		revents |= POLLHUP;
	return (revents);
}

/*
 * Writing.
 */

/* A packet of the caller's memory, its link header first. */
static int
write_copyin(struct uio *uio, struct mbuf **mp)
{
	struct mbuf	*m;
	u_int		 len = uio->uio_resid;
	int		 error;

	if ((m = m_gethdr(M_WAITOK, MT_DATA)) == NULL)
		return (ENOBUFS);
	if (len > MHLEN && m_clget(m, M_WAITOK, len) == NULL) {
		m_freem(m);
		return (ENOBUFS);
	}
	m->m_len = m->m_pkthdr.len = len;
	if ((error = uiomove(mtod(m, void *), len, uio)) != 0) {
		m_freem(m);
		return (error);
	}
	*mp = m;
	return (0);
}

/* Send a frame; its source becomes the card's unless that is complete. */
static int
write_ether(const struct bpf_d *d, struct ifnet *ifp, struct mbuf *m)
{
	static const u_int8_t	 all[ETH_ALEN] =
	    { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	u_int8_t		*p = mtod(m, u_int8_t *);

	if (p[0] & 1)
		m->m_flags |= memcmp(p, all, ETH_ALEN) == 0 ? M_BCAST :
		    M_MCAST;
	if (!d->bd_hdrcmplt)
		memcpy(p + ETH_ALEN, LLADDR(ifp->if_sadl), ETH_ALEN);
	return (if_enqueue(ifp, m));
}

/* Send an IP packet, whose family af says. */
static int
write_ip(struct ifnet *ifp, struct mbuf *m, u_int32_t af)
{
	struct sockaddr	 dst;

	if (af != AF_INET && af != AF_INET6) {
		m_freem(m);
		return (EAFNOSUPPORT);
	}
	memset(&dst, 0, sizeof(dst));
	dst.sa_len = sizeof(dst);
	dst.sa_family = af;
	return ((*ifp->if_output)(ifp, m, &dst, NULL));
}

/* Send m, which begins with the link header of the listener's type. */
static int
write_send(const struct bpf_d *d, struct ifnet *ifp, struct mbuf *m)
{
	u_int32_t	 af;

	m->m_pkthdr.ph_rtableid = ifp->if_rdomain;
	switch (d->bd_bif->bif_dlt) {
	case DLT_EN10MB:
		return (write_ether(d, ifp, m));
	case DLT_RAW:
		af = *mtod(m, u_int8_t *) >> 4 == 6 ? AF_INET6 : AF_INET;
		break;
	default:
		memcpy(&af, mtod(m, void *), sizeof(af));
		if (d->bd_bif->bif_dlt == DLT_LOOP)
			af = ntohl(af);
		m_adj(m, sizeof(af));
		break;
	}
	return (write_ip(ifp, m, af));
}

/* Bytes of link header in front of what may be written; -1: nothing may. */
static int
write_hdrlen(u_int dlt)
{
	switch (dlt) {
	case DLT_EN10MB:
		return (ETH_HLEN);
	case DLT_LOOP:
	case DLT_NULL:
		return (sizeof(u_int32_t));
	case DLT_RAW:
		return (0);
	}
	return (-1);
}

/* Under the net lock: consumes m. */
static int
write_packet(const struct bpf_d *d, struct mbuf *m)
{
	struct ifnet	*ifp;
	int		 error = 0, hlen;

	if (d->bd_bif == NULL)
		error = ENXIO;
	else if (!ISSET(d->bd_bif->bif_ifp->if_flags, IFF_UP))
		error = ENETDOWN;
	else if ((hlen = write_hdrlen(d->bd_bif->bif_dlt)) == -1)
		error = EIO;
	else if (m->m_pkthdr.len <= hlen)
		error = EINVAL;
	else if (m->m_pkthdr.len - hlen > d->bd_bif->bif_ifp->if_mtu)
		error = EMSGSIZE;
	else if (bpf_mfilter(d->bd_wfilter, m, m->m_pkthdr.len) == 0)
		error = EPERM;
	if (error != 0) {
		m_freem(m);
		return (error);
	}
	ifp = if_ref(d->bd_bif->bif_ifp);
	error = write_send(d, ifp, m);
	if_put(ifp);
	return (error);
}

/*
 * Send one packet: ENXIO not attached, ENETDOWN, EIO for a link type that
 * cannot be written to, EINVAL shorter than its link header, EMSGSIZE, EPERM
 * the write filter does not pass it, or an error of the interface's output.
 */
static int
bpf_write(struct file *fp, struct uio *uio, int flags)
{
	struct bpf_d	*d = fp->f_data;
	struct mbuf	*m;
	int		 error;

	(void)flags;
	if (d->bd_bif == NULL)
		return (ENXIO);
	if (uio->uio_resid == 0)
		return (0);
	if (uio->uio_resid > d->bd_bif->bif_ifp->if_mtu + ETH_HLEN)
		return (EMSGSIZE);
	if ((error = write_copyin(uio, &m)) != 0)
		return (error);
	NET_LOCK();
	error = write_packet(d, m);
	NET_UNLOCK();
	return (error);
}

/*
 * Coming and going.
 */

static void
free_filter(struct bpf_insn *f, u_int len)
{
	if (f != NULL)
		free(f, M_BPF, len * sizeof(*f));
}

static int
bpf_close(struct file *fp)
{
	struct bpf_d	*d = fp->f_data;
	caddr_t		 bufs[3] = { d->bd_sbuf, d->bd_hbuf, d->bd_fbuf };
	u_int		 i;

	NET_LOCK();
	if (d->bd_bif != NULL)
		bpf_detachd(d);
	NET_UNLOCK();
	timeout_del(&d->bd_wait_to);
	for (i = 0; i < nitems(bufs); i++)
		if (bufs[i] != NULL)
			free(bufs[i], M_DEVBUF, d->bd_bufsize);
	free_filter(d->bd_rfilter, d->bd_rfilterlen);
	free_filter(d->bd_wfilter, d->bd_wfilterlen);
	free(d, M_BPF, sizeof(*d));
	return (0);
}

static int
bpf_open(struct proc *p, struct file *fp)
{
	struct bpf_d	*d;

	(void)p;
	d = malloc(sizeof(*d), M_BPF, M_NOWAIT | M_ZERO);
	if (d == NULL)
		return (ENOMEM);
	d->bd_fp = fp;
	d->bd_bufsize = bpf_bufsize;
	d->bd_wtout = INFSLP;
	timeout_set(&d->bd_wait_to, bpf_wait_over, d);
	fp->f_data = d;
	return (0);
}

static const struct fileops bpf_fileops = {
	.fo_read	= bpf_read,
	.fo_write	= bpf_write,
	.fo_ioctl	= bpf_ioctl,
	.fo_poll	= bpf_poll,
	.fo_close	= bpf_close,
};

static struct cdev bpf_devs[] = {
	{ .cd_path = "/dev/bpf", .cd_mode = 0600, .cd_open = bpf_open,
	    .cd_ops = &bpf_fileops },
	{ .cd_path = "/dev/bpf0", .cd_mode = 0600, .cd_open = bpf_open,
	    .cd_ops = &bpf_fileops },
};

static int
bpf_sysctl(int *name, u_int namelen, void *oldp, size_t *oldlenp, void *newp,
    size_t newlen)
{
	if (namelen != 1)
		return (ENOTDIR);
	switch (name[0]) {
	case NET_BPF_BUFSIZE:
		return (sysctl_int_bounded(oldp, oldlenp, newp, newlen,
		    &bpf_bufsize, BPF_MINBUFSIZE, bpf_maxbufsize));
	case NET_BPF_MAXBUFSIZE:
		return (sysctl_int_bounded(oldp, oldlenp, newp, newlen,
		    &bpf_maxbufsize, BPF_MINBUFSIZE, BPF_MAXBUFSIZE));
	}
	return (EOPNOTSUPP);
}

/* There are no sockets of this family, only names. */
static struct domain bpfdomain = {
	.dom_family	= PF_BPF,
	.dom_name	= "bpf",
	.dom_sysctl	= bpf_sysctl,
};

/*
 * Start: the device, and the hooks in the network.  Once at boot, before the
 * first interface.
 */
void
bpfilterattach(void)
{
	u_int	 i;

	bpf_tap_init();
	domain_register(&bpfdomain);
	for (i = 0; i < nitems(bpf_devs); i++)
		cdev_register(&bpf_devs[i]);
}
