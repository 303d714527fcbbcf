/*
 * kern of sysctl(2).
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/domain.h>
#include <sys/file.h>
#include <sys/kernel.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>
#include <sys/msgbuf.h>
#include <sys/pool.h>
#include <sys/proc.h>
#include <sys/protosw.h>
#include <sys/rwlock.h>
#include <sys/socketvar.h>
#include <sys/time.h>
#include <sys/ucred.h>

#include <crypto/cryptodev.h>

#include <kern/kern_sysctl.h>

/* Most files and clusters that may be set. */
#define MAXFILES_LIMIT	65536
#define MAXCLUST_LIMIT	(1024 * 1024)

static int
kern_boottime(void *old, size_t *oldlenp, void *new)
{
	struct timeval	 tv;

	microboottime(&tv);
	return (sysctl_rdstruct(old, oldlenp, new, &tv, sizeof(tv)));
}

static int
kern_clockrate(void *old, size_t *oldlenp, void *new)
{
	struct clockinfo	 ci;

	ci.hz = ci.stathz = ci.profhz = hz;
	ci.tick = tick;
	return (sysctl_rdstruct(old, oldlenp, new, &ci, sizeof(ci)));
}

/* The level only rises. */
static int
kern_securelevel(void *old, size_t *oldlenp, void *new, size_t newlen)
{
	int	 error, level = securelevel;

	error = sysctl_int(old, oldlenp, new, newlen, &level);
	if (error == 0 && level < securelevel)
		error = EPERM;
	if (error == 0)
		securelevel = level;
	return (error);
}

static int
kern_hostid(void *old, size_t *oldlenp, void *new, size_t newlen)
{
	int	 error, id = hostid;

	error = sysctl_int(old, oldlenp, new, newlen, &id);
	if (error == 0)
		hostid = id;
	return (error);
}

static int
kern_maxfiles(void *old, size_t *oldlenp, void *new, size_t newlen)
{
	int	 error, val = maxfiles;

	error = sysctl_int_bounded(old, oldlenp, new, newlen, &val, 1,
	    MAXFILES_LIMIT);
	if (error == 0)
		maxfiles = val;
	return (error);
}

static int
kern_maxclusters(void *old, size_t *oldlenp, void *new, size_t newlen)
{
	int	 error, val = nmbclust;

	error = sysctl_int_bounded(old, oldlenp, new, newlen, &val, 1,
	    MAXCLUST_LIMIT);
	if (error == 0 && new != NULL)
		error = nmbclust_update(val);
	return (error);
}

/* The buffer with its header, as dmesg(8) wants it. */
static int
kern_msgbuf(void *old, size_t *oldlenp, void *new)
{
	return (sysctl_rdstruct(old, oldlenp, new, msgbufp,
	    offsetof(struct msgbuf, msg_bufc) + msgbufp->msg_bufs));
}

/* kern.pool: how many, and each by its number. */
static int
kern_pool(int *name, u_int namelen, void *old, size_t *oldlenp, void *new)
{
	struct kinfo_pool	 kp;
	struct pool		*pp;
	int			 n = 0;

	if (name[0] == KERN_POOL_NPOOLS) {
		if (namelen != 1)
			return (ENOTDIR);
		for (pp = pool_next(NULL); pp != NULL; pp = pool_next(pp))
			n = MAX(n, (int)pp->pr_serial);
		return (sysctl_rdint(old, oldlenp, new, n));
	}
	if (namelen != 2)
		return (ENOTDIR);
	if ((pp = pool_bynumber(name[1])) == NULL)
		return (ENOENT);
	switch (name[0]) {
	case KERN_POOL_NAME:
		return (sysctl_rdstring(old, oldlenp, new, pp->pr_wchan));
	case KERN_POOL_POOL:
		memset(&kp, 0, sizeof(kp));
		pool_info(pp, &kp);
		return (sysctl_rdstruct(old, oldlenp, new, &kp, sizeof(kp)));
	default:
		return (EOPNOTSUPP);
	}
}

/* The names of all types; one without a name is an empty word. */
static int
kern_kmemnames(void *old, size_t *oldlenp, void *new)
{
	const size_t	 size = M_LAST * 32;
	char		*buf;
	int		 error, i;

	buf = malloc(size, M_TEMP, M_WAITOK | M_ZERO);
	for (i = 0; i < M_LAST; i++) {
		if (i > 0)
			strlcat(buf, ",", size);
		if (kmemnames[i] != NULL)
			strlcat(buf, kmemnames[i], size);
	}
	error = sysctl_rdstring(old, oldlenp, new, buf);
	free(buf, M_TEMP, size);
	return (error);
}

static int
kern_malloc(int *name, u_int namelen, void *old, size_t *oldlenp, void *new)
{
	switch (name[0]) {
	case KERN_MALLOC_KMEMNAMES:
		return (namelen != 1 ? ENOTDIR :
		    kern_kmemnames(old, oldlenp, new));
	case KERN_MALLOC_KMEMSTATS:
		if (namelen != 2)
			return (ENOTDIR);
		if (name[1] < 0 || name[1] >= M_LAST)
			return (EINVAL);
		return (sysctl_rdstruct(old, oldlenp, new,
		    &kmemstats[name[1]], sizeof(kmemstats[0])));
	default:
		return (EOPNOTSUPP);
	}
}

/*
 * kern.file
 */

/* An address of a socket, by pru_sockaddr or pru_peeraddr. */
static void
kinfo_addr(struct socket *so, int (*fn)(struct socket *, struct mbuf *),
    u_int8_t *buf, size_t size)
{
	struct mbuf	*m;

	if (fn == NULL || (m = m_get(M_NOWAIT, MT_SONAME)) == NULL)
		return;
	m->m_len = 0;
	if (fn(so, m) == 0 && m->m_len <= size)
		memcpy(buf, mtod(m, caddr_t), m->m_len);
	m_freem(m);
}

static void
kinfo_socket(struct kinfo_file *kf, struct socket *so, int show)
{
	const struct pr_usrreqs	*pru = so->so_proto->pr_usrreqs;

	kf->f_pid = so->so_cpid;
	kf->so_type = so->so_type;
	kf->so_state = so->so_state;
	kf->so_protocol = so->so_proto->pr_protocol;
	kf->so_family = so->so_proto->pr_domain->dom_family;
	kf->so_error = so->so_error;
	kf->so_rtableid = so_rtableid(so);
	if (show)
		kf->so_pcb = (u_int64_t)(uintptr_t)so->so_pcb;
	kf->so_rcv_cc = so->so_rcv.sb_cc;
	kf->so_snd_cc = so->so_snd.sb_cc;
	kf->so_rcv_drops = so->so_rcv.sb_drops;
	kinfo_addr(so, pru->pru_sockaddr, kf->so_laddr, sizeof(kf->so_laddr));
	if (so->so_state & SS_ISCONNECTED)
		kinfo_addr(so, pru->pru_peeraddr, kf->so_faddr,
		    sizeof(kf->so_faddr));
}

/* Addresses of the kernel are shown to the super-user only. */
static void
kinfo_fill(struct kinfo_file *kf, struct file *fp, int show)
{
	memset(kf, 0, sizeof(*kf));
	if (show)
		kf->f_fileaddr = (u_int64_t)(uintptr_t)fp;
	kf->f_count = fp->f_count;
	kf->f_type = fp->f_type;
	kf->f_uid = fp->f_cred->cr_uid;
	if (fp->f_type == DTYPE_SOCKET && fp->f_data != NULL)
		kinfo_socket(kf, fp->f_data, show);
}

/*
 * kern.file.KERN_FILE_BYFILE.<type>.<size>.<count>: at most count entries of
 * size bytes, of one type or all (0).  The net lock is held throughout, so
 * that nothing sleeps and the list stands still.
 */
static int
kern_file(int *name, u_int namelen, char *old, size_t *oldlenp, void *new,
    struct proc *p)
{
	struct kinfo_file	 kf;
	struct file		*fp;
	size_t			 done = 0, esize, n = 0, room = *oldlenp;
	int			 error = 0, show;

	if (namelen != 4)
		return (namelen < 4 ? EISDIR : ENOTDIR);
	if (new != NULL)
		return (EPERM);
	if (name[0] != KERN_FILE_BYFILE || name[1] < 0 || name[2] <= 0 ||
	    name[2] > (int)sizeof(kf) || name[3] < 0)
		return (EINVAL);
	esize = name[2];
	show = suser(p) == 0;
	NET_LOCK();
	LIST_FOREACH(fp, &filehead, f_list) {
		if (name[1] != 0 && fp->f_type != name[1])
			continue;
		if (n++ == (size_t)name[3])
			break;
		if (old != NULL) {
			if (room - done < esize) {
				error = ENOMEM;
				break;
			}
			kinfo_fill(&kf, fp, show);
			error = copyout(&kf, old + done, esize);
			if (error)
				break;
		}
		done += esize;
	}
	NET_UNLOCK();
	/* Who asks for the size wants room for some that come meanwhile. */
	*oldlenp = old == NULL ? done + 16 * esize : done;
	return (error);
}

/* The nodes below kern. */
static int
kern_node(int *name, u_int namelen, void *old, size_t *oldlenp, void *new,
    size_t newlen, struct proc *p)
{
	switch (name[0]) {
	case KERN_POOL:
		return (kern_pool(name + 1, namelen - 1, old, oldlenp, new));
	case KERN_MALLOCSTATS:
		return (kern_malloc(name + 1, namelen - 1, old, oldlenp,
		    new));
	case KERN_FILE:
		return (kern_file(name + 1, namelen - 1, old, oldlenp, new,
		    p));
	case KERN_CRYPTO:
		return (crypto_sysctl(name + 1, namelen - 1, old, oldlenp,
		    new, newlen));
	default:
		return (ENOTDIR);
	}
}

/* Leaves that are not set. */
static int
kern_rdonly(int nr, void *old, size_t *oldlenp, void *new)
{
	switch (nr) {
	case KERN_OSTYPE:
		return (sysctl_rdstring(old, oldlenp, new, ostype));
	case KERN_OSRELEASE:
		return (sysctl_rdstring(old, oldlenp, new, osrelease));
	case KERN_OSREV:
		return (sysctl_rdint(old, oldlenp, new, OpenBSD));
	case KERN_VERSION:
		return (sysctl_rdstring(old, oldlenp, new, version));
	case KERN_OSVERSION:
		return (sysctl_rdstring(old, oldlenp, new, osversion));
	case KERN_CLOCKRATE:
		return (kern_clockrate(old, oldlenp, new));
	case KERN_BOOTTIME:
		return (kern_boottime(old, oldlenp, new));
	case KERN_NGROUPS:
		return (sysctl_rdint(old, oldlenp, new, NGROUPS));
	case KERN_NTHREADS:
		return (sysctl_rdint(old, oldlenp, new,
		    schedstat.ss_threads));
	case KERN_NFILES:
		return (sysctl_rdint(old, oldlenp, new, numfiles));
	case KERN_MSGBUFSIZE:
	case KERN_CONSBUFSIZE:
		return (sysctl_rdint(old, oldlenp, new, msgbufp->msg_bufs));
	case KERN_MSGBUF:
	case KERN_CONSBUF:
		return (kern_msgbuf(old, oldlenp, new));
	case KERN_MBSTAT:
		return (sysctl_rdstruct(old, oldlenp, new, &mbstat,
		    sizeof(mbstat)));
	case KERN_SOCKSTAT:
		return (sysctl_rdstruct(old, oldlenp, new, &sostat,
		    sizeof(sostat)));
	default:
		return (EOPNOTSUPP);
	}
}

/*
 * kern, without its first number.
 */
int
kern_sysctl(int *name, u_int namelen, void *old, size_t *oldlenp, void *new,
    size_t newlen, struct proc *p)
{
	switch (name[0]) {
	case KERN_POOL:
	case KERN_MALLOCSTATS:
	case KERN_FILE:
	case KERN_CRYPTO:
		if (namelen < 2)
			return (EISDIR);
		return (kern_node(name, namelen, old, oldlenp, new, newlen,
		    p));
	}
	if (namelen != 1)
		return (ENOTDIR);
	switch (name[0]) {
	case KERN_MAXFILES:
		return (kern_maxfiles(old, oldlenp, new, newlen));
	case KERN_SECURELVL:
		return (kern_securelevel(old, oldlenp, new, newlen));
	case KERN_HOSTNAME:
		return (sysctl_string(old, oldlenp, new, newlen, hostname,
		    sizeof(hostname)));
	case KERN_DOMAINNAME:
		return (sysctl_string(old, oldlenp, new, newlen, domainname,
		    sizeof(domainname)));
	case KERN_HOSTID:
		return (kern_hostid(old, oldlenp, new, newlen));
	case KERN_MAXCLUSTERS:
		return (kern_maxclusters(old, oldlenp, new, newlen));
	default:
		return (kern_rdonly(name[0], old, oldlenp, new));
	}
}
