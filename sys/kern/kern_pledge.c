/*
 * pledge(2): a process promises to use no more than it names.
 *
 *	no pledge --pledge("a b c")--> a b c --pledge("a")--> a
 *	                                 |
 *	                                 +--pledge("a d")--> EPERM
 *	                                 +--a call outside--> SIGABRT
 *
 * Promises only shrink, are kept over fork(2), and by exec(2) become the
 * execpromises, or none.  With "error" a call outside fails with ENOSYS and
 * the process lives.
 *
 * The kernel judges the calls that it answers: first each by its class in
 * the table of system calls, then sockets, options, ioctls and sysctl names
 * by what they are about.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/file.h>
#include <sys/filio.h>
#include <sys/malloc.h>
#include <sys/pledge.h>
#include <sys/proc.h>
#include <sys/signal.h>
#include <sys/socket.h>
#include <sys/sockio.h>
#include <sys/syscallargs.h>
#include <sys/sysctl.h>
#include <sys/syslog.h>

#include <net/bpf.h>
#include <net/if.h>

void	(*pledge_killhook)(struct proc *, int);

/* Sorted by name. */
static const struct {
	const char	*name;
	u_int64_t	 flags;
} promises[] = {
	{ "audio",	PLEDGE_AUDIO },
	{ "bpf",	PLEDGE_BPF },
	{ "chown",	PLEDGE_CHOWN },
	{ "cpath",	PLEDGE_CPATH },
	{ "disklabel",	PLEDGE_DISKLABEL },
	{ "dns",	PLEDGE_DNS },
	{ "dpath",	PLEDGE_DPATH },
	{ "drm",	PLEDGE_DRM },
	{ "error",	PLEDGE_ERROR },
	{ "exec",	PLEDGE_EXEC },
	{ "fattr",	PLEDGE_FATTR | PLEDGE_CHOWN },
	{ "flock",	PLEDGE_FLOCK },
	{ "getpw",	PLEDGE_GETPW },
	{ "id",		PLEDGE_ID },
	{ "inet",	PLEDGE_INET },
	{ "mcast",	PLEDGE_MCAST },
	{ "pf",		PLEDGE_PF },
	{ "proc",	PLEDGE_PROC },
	{ "prot_exec",	PLEDGE_PROTEXEC },
	{ "ps",		PLEDGE_PS },
	{ "recvfd",	PLEDGE_RECVFD },
	{ "route",	PLEDGE_ROUTE },
	{ "rpath",	PLEDGE_RPATH },
	{ "sendfd",	PLEDGE_SENDFD },
	{ "settime",	PLEDGE_SETTIME },
	{ "stdio",	PLEDGE_STDIO },
	{ "tape",	PLEDGE_TAPE },
	{ "tmppath",	PLEDGE_TMPPATH },
	{ "tty",	PLEDGE_TTY },
	{ "unix",	PLEDGE_UNIX },
	{ "unveil",	PLEDGE_UNVEIL },
	{ "video",	PLEDGE_VIDEO },
	{ "vminfo",	PLEDGE_VMINFO },
	{ "vmm",	PLEDGE_VMM },
	{ "wpath",	PLEDGE_WPATH },
	{ "wroute",	PLEDGE_WROUTE },
};

/* Promises that a socket of the Internet is for. */
#define PLEDGE_NETS	(PLEDGE_INET | PLEDGE_DNS)
/* Promises that let a process see what interfaces there are. */
#define PLEDGE_IFS	(PLEDGE_INET | PLEDGE_DNS | PLEDGE_ROUTE | \
	PLEDGE_WROUTE)

/* The flags of one word; 0 when it is no promise. */
static u_int64_t
pledge_word(const char *word, size_t len)
{
	u_int	 i;

	for (i = 0; i < nitems(promises); i++)
		if (strlen(promises[i].name) == len &&
		    strncmp(promises[i].name, word, len) == 0)
			return (promises[i].flags);
	return (0);
}

/*
 * The flags of words separated by spaces; EINVAL for a word unknown.
 */
int
pledge_parse(const char *s, u_int64_t *flagsp)
{
	u_int64_t	 flags = 0, f;
	size_t		 len;

	while (*s != '\0') {
		if (*s == ' ') {
			s++;
			continue;
		}
		for (len = 0; s[len] != '\0' && s[len] != ' ';)
			len++;
		if ((f = pledge_word(s, len)) == 0)
			return (EINVAL);
		flags |= f;
		s += len;
	}
	*flagsp = flags;
	return (0);
}

/* May promises change from old, if set, to new?  With "error" what is too
 * much is left out. */
static int
pledge_reduce(int set, u_int64_t old, u_int64_t *new)
{
	if (!set)
		return (0);
	if ((*new & ~old) == 0)
		return (0);
	if ((old & PLEDGE_ERROR) == 0)
		return (EPERM);
	*new &= old;
	return (0);
}

/*
 * The process promises; NULL leaves a set as it is.  EPERM for more than
 * was promised before, and then nothing has changed.
 */
int
pledge_set(struct process *pr, const u_int64_t *promised,
    const u_int64_t *execpromised)
{
	u_int64_t	 now = promised != NULL ? *promised : 0;
	u_int64_t	 exec = execpromised != NULL ? *execpromised : 0;
	int		 error = 0;

	if (promised != NULL)
		error = pledge_reduce(pr->ps_flags & PS_PLEDGE,
		    pr->ps_pledge, &now);
	if (error == 0 && execpromised != NULL)
		error = pledge_reduce(pr->ps_flags & PS_EXECPLEDGE,
		    pr->ps_execpledge, &exec);
	if (error)
		return (error);
	if (promised != NULL) {
		pr->ps_pledge = now;
		pr->ps_flags |= PS_PLEDGE;
	}
	if (execpromised != NULL) {
		pr->ps_execpledge = exec;
		pr->ps_flags |= PS_EXECPLEDGE;
	}
	return (0);
}

/*
 * The child has its parent's promises.
 */
void
pledge_fork(const struct process *parent, struct process *child)
{
	child->ps_pledge = parent->ps_pledge;
	child->ps_execpledge = parent->ps_execpledge;
	child->ps_flags &= ~(PS_PLEDGE | PS_EXECPLEDGE);
	child->ps_flags |= parent->ps_flags & (PS_PLEDGE | PS_EXECPLEDGE);
}

/*
 * The process runs another image.
 */
void
pledge_exec(struct process *pr)
{
	if (pr->ps_flags & PS_EXECPLEDGE) {
		pr->ps_pledge = pr->ps_execpledge;
		pr->ps_flags |= PS_PLEDGE;
	} else {
		pr->ps_pledge = 0;
		pr->ps_flags &= ~PS_PLEDGE;
	}
}

/* A promise's words in user memory; EFAULT, ENAMETOOLONG, EINVAL. */
static int
pledge_copyin(const char *ustr, u_int64_t *flags)
{
	char	*buf;
	int	 error;

	buf = malloc(PLEDGE_MAXSTR, M_TEMP, M_WAITOK);
	error = copyinstr(ustr, buf, PLEDGE_MAXSTR, NULL);
	if (error == 0)
		error = pledge_parse(buf, flags);
	free(buf, M_TEMP, PLEDGE_MAXSTR);
	return (error);
}

int
sys_pledge(struct proc *p, void *v, register_t *retval)
{
	struct sys_pledge_args	*uap = v;
	const char		*now = SCARG(uap, promises);
	const char		*exec = SCARG(uap, execpromises);
	u_int64_t		 nowflags, execflags;
	int			 error = 0;

	if (now != NULL)
		error = pledge_copyin(now, &nowflags);
	if (error == 0 && exec != NULL)
		error = pledge_copyin(exec, &execflags);
	if (error)
		return (error);
	return (pledge_set(p->p_p, now != NULL ? &nowflags : NULL,
	    exec != NULL ? &execflags : NULL));
}

/*
 * A promise was broken, for want of any of those in code: the process is
 * ended, unless it promised "error".  Returns what the call is to return.
 */
int
pledge_fail(struct proc *p, int error, u_int64_t code)
{
	const char	*name = "";
	u_int		 i;

	if (p->p_pledge & PLEDGE_ERROR)
		return (ENOSYS);
	for (i = 0; i < nitems(promises); i++)
		if (code & promises[i].flags) {
			name = promises[i].name;
			break;
		}
	log(LOG_ERR, "%s[%d]: pledge \"%s\", syscall %d\n", p->p_comm,
	    p->p_pid, name, p->p_sysnr);
	p->p_pledge = 0;
	if (pledge_killhook != NULL)
		pledge_killhook(p, SIGABRT);
	return (error);
}

static int
pledged(const struct proc *p)
{
	return (p->p_p->ps_flags & PS_PLEDGE);
}

/*
 * May the process make a call of this class?  0, or see pledge_fail().
 */
int
pledge_syscall(struct proc *p, u_int64_t class)
{
	if (!pledged(p) || class == PLEDGE_ALWAYS ||
	    (p->p_pledge & class) != 0)
		return (0);
	return (pledge_fail(p, EPERM, class));
}

/*
 * May it open a socket of this family (AF_*) and type?  The C library's
 * resolver opens sockets of its own, so "dns" allows the Internet's.
 */
int
pledge_socket(struct proc *p, int domain, int type)
{
	u_int64_t	 need;

	if (!pledged(p))
		return (0);
	switch (domain) {
	case AF_INET:
	case AF_INET6:
		need = type == SOCK_RAW ? PLEDGE_INET : PLEDGE_NETS;
		break;
	case AF_NETLINK:
		need = PLEDGE_IFS;
		break;
	default:
		need = 0;
		break;
	}
	if (p->p_pledge & need)
		return (0);
	return (pledge_fail(p, EPERM, need != 0 ? need : PLEDGE_INET));
}

/*
 * May it set (or get) the option?
 */
int
pledge_sockopt(struct proc *p, int set, int level, int optname)
{
	if (!pledged(p))
		return (0);
	if (level == SOL_SOCKET && (optname == SO_RCVBUF ||
	    optname == SO_ERROR || optname == SO_TYPE))
		return (0);
	if (set && level == SOL_SOCKET && optname == SO_RTABLE) {
		if (p->p_pledge & PLEDGE_WROUTE)
			return (0);
		return (pledge_fail(p, EINVAL, PLEDGE_WROUTE));
	}
	if (p->p_pledge & (PLEDGE_IFS | PLEDGE_UNIX))
		return (0);
	return (pledge_fail(p, EINVAL, PLEDGE_INET));
}

/*
 * May it name a destination?
 */
int
pledge_sendto(struct proc *p, const struct socket *so, int hasname)
{
	if (!pledged(p) || !hasname ||
	    (p->p_pledge & (PLEDGE_IFS | PLEDGE_UNIX)))
		return (0);
	return (pledge_fail(p, EPERM, PLEDGE_INET));
}

/* SIOCSWG and SIOCGWG of wg(4), whose structures only it knows. */
#define IOC_IFNUMBER(com)	(IOCGROUP(com) == 'i' ? (com) & 0xff : 0)
#define IOC_SWG			210
#define IOC_GWG			211

/* Interface commands that only look. */
static int
ioctl_isget(u_long com)
{
	if (IOC_IFNUMBER(com) == IOC_GWG)
		return (1);
	switch (com) {
	case SIOCGIFADDR:
	case SIOCGIFBRDADDR:
	case SIOCGIFDSTADDR:
	case SIOCGIFNETMASK:
	case SIOCGIFFLAGS:
	case SIOCGIFXFLAGS:
	case SIOCGIFMETRIC:
	case SIOCGIFMTU:
	case SIOCGIFDATA:
	case SIOCGIFRDOMAIN:
	case SIOCGIFDESCR:
	case SIOCGIFGROUP:
	case SIOCGIFGMEMB:
	case SIOCGIFMEDIA:
		return (1);
	}
	return (0);
}

/*
 * May it do the ioctl on a file of type DTYPE_*?
 */
int
pledge_ioctl(struct proc *p, u_long com, int type)
{
	u_int64_t	 need = 0;

	if (!pledged(p))
		return (0);
	switch (com) {
	case FIONREAD:
	case FIONBIO:
	case TIOCOUTQ:
	case SIOCATMARK:
		return (0);
	}
	if (type == DTYPE_SOCKET) {
		if ((com & IOC_DIRMASK) == 0)
			need = PLEDGE_IFS;
		else if (ioctl_isget(com))
			need = PLEDGE_ROUTE;
		else if (com == SIOCAIFADDR || com == SIOCDIFADDR ||
		    IOC_IFNUMBER(com) == IOC_SWG)
			need = PLEDGE_WROUTE;
	} else if (type == DTYPE_DEVICE) {
		if (IOCGROUP(com) == 'D')
			need = PLEDGE_PF;
		else if (com == BIOCGSTATS)
			need = PLEDGE_BPF;
	}
	if (p->p_pledge & need)
		return (0);
	return (pledge_fail(p, ENOTTY, need));
}

/* Names that anybody may read. */
static int
sysctl_isplain(const int *mib, u_int n)
{
	if (n < 2)
		return (0);
	if (mib[0] == CTL_KERN)
		switch (mib[1]) {
		case KERN_OSTYPE:
		case KERN_OSRELEASE:
		case KERN_OSREV:
		case KERN_OSVERSION:
		case KERN_VERSION:
		case KERN_HOSTNAME:
		case KERN_DOMAINNAME:
		case KERN_CLOCKRATE:
		case KERN_NGROUPS:
			return (1);
		}
	if (mib[0] == CTL_HW)
		switch (mib[1]) {
		case HW_MACHINE:
		case HW_BYTEORDER:
		case HW_PAGESIZE:
		case HW_NCPUONLINE:
			return (1);
		}
	return (0);
}

/* What reading a name takes; 0: nothing allows it. */
static u_int64_t
sysctl_need(const int *mib, u_int n)
{
	if (mib[0] == CTL_NET && n >= 5 && mib[1] == AF_ROUTE) {
		if (mib[4] == NET_RT_IFLIST || mib[4] == NET_RT_IFNAMES)
			return (PLEDGE_IFS);
		return (PLEDGE_ROUTE | PLEDGE_WROUTE);
	}
	/* Flows are routes into SAs; netstat(1). */
	if (mib[0] == CTL_NET && n >= 5 && mib[1] == AF_KEY &&
	    mib[3] == NET_KEY_SPD_DUMP)
		return (PLEDGE_ROUTE);
	if (mib[0] == CTL_KERN || mib[0] == CTL_HW)
		return (PLEDGE_VMINFO | PLEDGE_PS);
	return (0);
}

/*
 * May it read (or set) the sysctl name of n integers?
 */
int
pledge_sysctl(struct proc *p, const int *mib, u_int n, int set)
{
	u_int64_t	 need;

	if (!pledged(p))
		return (0);
	if (set)
		return (pledge_fail(p, EFAULT, 0));
	if (sysctl_isplain(mib, n))
		return (0);
	need = sysctl_need(mib, n);
	if (p->p_pledge & need)
		return (0);
	return (pledge_fail(p, EINVAL, need));
}
