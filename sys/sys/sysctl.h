/*
 * sysctl(2), by OpenBSD's numbers.
 *
 * A name is an array of integers (a mib).  The first chooses the room: kern
 * and hw are kern_sysctl.c's, net goes to the families' protocols
 * (net.<family>.<protocol>...).
 */
#ifndef _SYS_SYSCTL_H_
#define _SYS_SYSCTL_H_

#include <sys/types.h>

#define CTL_MAXNAME	12		/* most integers of a name */

/* Types of a node, for programs that print. */
#define CTLTYPE_NODE	1
#define CTLTYPE_INT	2
#define CTLTYPE_STRING	3
#define CTLTYPE_QUAD	4
#define CTLTYPE_STRUCT	5

struct ctlname {
	const char	*ctl_name;
	int		 ctl_type;	/* CTLTYPE_*; 0 no such number */
};

/* First level. */
#undef CTL_KERN
#undef CTL_VM
#undef CTL_FS
#undef CTL_NET
#undef CTL_DEBUG
#define CTL_UNSPEC	0
#define CTL_KERN	1
#define CTL_VM		2
#define CTL_FS		3
#define CTL_NET		4
#define CTL_DEBUG	5
#define CTL_HW		6
#define CTL_MACHDEP	7
#define CTL_DDB		9
#define CTL_VFS		10
#define CTL_MAXID	11

#define CTL_NAMES { \
	[CTL_KERN] = { "kern", CTLTYPE_NODE }, \
	[CTL_NET] = { "net", CTLTYPE_NODE }, \
	[CTL_HW] = { "hw", CTLTYPE_NODE }, \
	[CTL_MAXID - 1] = { 0, 0 }, \
}

/* kern */
#define KERN_OSTYPE		1	/* string */
#define KERN_OSRELEASE		2	/* string */
#define KERN_OSREV		3	/* int */
#define KERN_VERSION		4	/* string */
#define KERN_MAXFILES		7	/* int */
#define KERN_SECURELVL		9	/* int */
#define KERN_HOSTNAME		10	/* string */
#define KERN_HOSTID		11	/* int */
#define KERN_CLOCKRATE		12	/* struct clockinfo */
#define KERN_NGROUPS		18	/* int */
#define KERN_BOOTTIME		21	/* struct timeval */
#define KERN_DOMAINNAME		22	/* string */
#define KERN_NTHREADS		26	/* int */
#define KERN_OSVERSION		27	/* string */
#define KERN_MSGBUFSIZE		38	/* int */
#define KERN_MALLOCSTATS	39	/* node */
#define KERN_MSGBUF		48	/* message buffer */
#define KERN_POOL		49	/* node */
#define KERN_NFILES		56	/* int */
#define KERN_MBSTAT		59	/* struct mbstat */
#define KERN_MAXCLUSTERS	67	/* int */
#define KERN_FILE		73	/* node */
#define KERN_CONSBUFSIZE	82	/* int */
#define KERN_CONSBUF		83	/* console message buffer */
#define KERN_SOCKSTAT		96	/* struct kinfo_sockstat; our own */
#define KERN_CRYPTO		97	/* node; our own */
#define KERN_MAXID		98

/* kern.pool */
#define KERN_POOL_NPOOLS	1	/* int: the highest number */
#define KERN_POOL_NAME		2	/* string, by number */
#define KERN_POOL_POOL		3	/* struct kinfo_pool, by number */

/* kern.malloc */
#define KERN_MALLOC_KMEMNAMES	3	/* string, separated by commas */
#define KERN_MALLOC_KMEMSTATS	4	/* struct kmemstats, by type */

/* kern.crypto */
#define KERN_CRYPTO_DRIVERS	1	/* string, a line a driver */
#define KERN_CRYPTO_SESSIONS	2	/* string, a line a session */
#define KERN_CRYPTO_FORCE	3	/* string: the only driver */
#define KERN_CRYPTO_X25519	4	/* string: who computes it */
#define KERN_CRYPTO_STATS	5	/* struct crypto_stats */

#define CTL_KERN_CRYPTO_NAMES { \
	[KERN_CRYPTO_DRIVERS] = { "drivers", CTLTYPE_STRING }, \
	[KERN_CRYPTO_SESSIONS] = { "sessions", CTLTYPE_STRING }, \
	[KERN_CRYPTO_FORCE] = { "force", CTLTYPE_STRING }, \
	[KERN_CRYPTO_X25519] = { "x25519", CTLTYPE_STRING }, \
	[KERN_CRYPTO_STATS] = { "stats", CTLTYPE_STRUCT }, \
}

#define CTL_KERN_NAMES { \
	[KERN_OSTYPE] = { "ostype", CTLTYPE_STRING }, \
	[KERN_OSRELEASE] = { "osrelease", CTLTYPE_STRING }, \
	[KERN_OSREV] = { "osrevision", CTLTYPE_INT }, \
	[KERN_VERSION] = { "version", CTLTYPE_STRING }, \
	[KERN_MAXFILES] = { "maxfiles", CTLTYPE_INT }, \
	[KERN_SECURELVL] = { "securelevel", CTLTYPE_INT }, \
	[KERN_HOSTNAME] = { "hostname", CTLTYPE_STRING }, \
	[KERN_HOSTID] = { "hostid", CTLTYPE_INT }, \
	[KERN_CLOCKRATE] = { "clockrate", CTLTYPE_STRUCT }, \
	[KERN_NGROUPS] = { "ngroups", CTLTYPE_INT }, \
	[KERN_BOOTTIME] = { "boottime", CTLTYPE_STRUCT }, \
	[KERN_DOMAINNAME] = { "domainname", CTLTYPE_STRING }, \
	[KERN_NTHREADS] = { "nthreads", CTLTYPE_INT }, \
	[KERN_OSVERSION] = { "osversion", CTLTYPE_STRING }, \
	[KERN_MSGBUFSIZE] = { "msgbufsize", CTLTYPE_INT }, \
	[KERN_MALLOCSTATS] = { "malloc", CTLTYPE_NODE }, \
	[KERN_MSGBUF] = { "msgbuf", CTLTYPE_STRUCT }, \
	[KERN_POOL] = { "pool", CTLTYPE_NODE }, \
	[KERN_NFILES] = { "nfiles", CTLTYPE_INT }, \
	[KERN_MBSTAT] = { "mbstat", CTLTYPE_STRUCT }, \
	[KERN_MAXCLUSTERS] = { "maxclusters", CTLTYPE_INT }, \
	[KERN_FILE] = { "file", CTLTYPE_STRUCT }, \
	[KERN_CONSBUFSIZE] = { "consbufsize", CTLTYPE_INT }, \
	[KERN_CONSBUF] = { "consbuf", CTLTYPE_STRUCT }, \
	[KERN_SOCKSTAT] = { "sockstat", CTLTYPE_STRUCT }, \
	[KERN_CRYPTO] = { "crypto", CTLTYPE_NODE }, \
}

/* kern.clockrate */
struct clockinfo {
	int	hz;		/* clock ticks a second */
	int	tick;		/* microseconds a tick */
	int	stathz;		/* statistics clock, ticks a second */
	int	profhz;		/* profiling clock, ticks a second */
};

/* kern.file.<op>.<arg>.<size>.<count>: array of struct kinfo_file. */
#define KERN_FILE_BYFILE	1	/* arg: DTYPE_*, 0 all */
#define KERN_FILE_DTSOCKET	2

/*
 * One open socket, for netstat -a and fstat.  Addresses are as sockets give
 * them, BSD layout, at most 28 bytes (sockaddr_in6).
 */
struct kinfo_file {
	u_int64_t	f_fileaddr;	/* tells files apart */
	u_int32_t	f_count;	/* references */
	u_int32_t	f_type;		/* DTYPE_* */
	u_int32_t	f_uid;		/* who opened it */
	u_int32_t	f_pid;
	u_int32_t	so_type;	/* SOCK_* */
	u_int32_t	so_state;	/* SS_* */
	u_int32_t	so_protocol;
	u_int32_t	so_family;	/* BSD_AF_* */
	u_int32_t	so_error;
	u_int32_t	so_rtableid;
	u_int64_t	so_pcb;
	u_int64_t	so_rcv_cc;	/* bytes waiting */
	u_int64_t	so_snd_cc;
	u_int64_t	so_rcv_drops;	/* records that found no room */
	u_int8_t	so_laddr[28];	/* sockaddr; length 0: none */
	u_int8_t	so_faddr[28];
};

/* kern.sockstat */
struct kinfo_sockstat {
	u_int64_t	kss_open;	/* sockets there are */
	u_int64_t	kss_nomem;	/* calls that found no memory */
	u_int64_t	kss_limit;	/* refused: too many sockets */
	u_int64_t	kss_rcvfull;	/* messages dropped: buffer full */
	u_int64_t	kss_errfull;	/* error messages dropped: full */
};

/* hw */
#define HW_MACHINE	1		/* string */
#define HW_NCPU		3		/* int */
#define HW_BYTEORDER	4		/* int */
#define HW_PAGESIZE	7		/* int */
#define HW_NCPUFOUND	21		/* int */
#define HW_NCPUONLINE	25		/* int */
#define HW_MAXID	26

#define CTL_HW_NAMES { \
	[HW_MACHINE] = { "machine", CTLTYPE_STRING }, \
	[HW_NCPU] = { "ncpu", CTLTYPE_INT }, \
	[HW_BYTEORDER] = { "byteorder", CTLTYPE_INT }, \
	[HW_PAGESIZE] = { "pagesize", CTLTYPE_INT }, \
	[HW_NCPUFOUND] = { "ncpufound", CTLTYPE_INT }, \
	[HW_NCPUONLINE] = { "ncpuonline", CTLTYPE_INT }, \
}

#ifdef _KERNEL

struct proc;

/*
 * A leaf that is an int between two bounds; the array form of
 * sysctl_bounded_arr().
 */
struct sysctl_bounded_args {
	int	 mib;			/* number at this level */
	int	*var;
	int	 minimum;		/* above maximum: read only */
	int	 maximum;
};

#define SYSCTL_INT_READONLY	1, 0	/* bounds of a leaf not written */

typedef int (sysctlfn)(int *, u_int, void *, size_t *, void *, size_t,
    struct proc *);

int	sysctl_call(int *, u_int, void *, size_t *, void *, size_t,
	    struct proc *);

/*
 * For handlers: old and its length, new and its length, the variable.  They
 * copy to and from the process that calls (curproc).  The length tells the
 * room on entry and the size on return; too little room is ENOMEM.
 */
int	sysctl_int(void *, size_t *, void *, size_t, int *);
int	sysctl_int_bounded(void *, size_t *, void *, size_t, int *, int, int);
int	sysctl_bounded_arr(const struct sysctl_bounded_args *, u_int, int *,
	    u_int, void *, size_t *, void *, size_t);
int	sysctl_rdint(void *, size_t *, void *, int);
int	sysctl_string(void *, size_t *, void *, size_t, char *, size_t);
int	sysctl_tstring(void *, size_t *, void *, size_t, char *, size_t);
int	sysctl_rdstring(void *, size_t *, void *, const char *);
int	sysctl_struct(void *, size_t *, void *, size_t, void *, size_t);
int	sysctl_rdstruct(void *, size_t *, void *, const void *, size_t);

#endif /* _KERNEL */

/* sysctl(2): net.key.2.<which>.<satype>, 0 all: messages, one after another */
#define NET_KEY_SADB_DUMP	1
#define NET_KEY_SPD_DUMP	2
#define NET_KEY_STATS		3	/* struct pfkeystat; our own */
#define NET_KEY_MAXID		4

#endif /* _SYS_SYSCTL_H_ */
