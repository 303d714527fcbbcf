/*
 * pledge(2): the kernel keeps the promises for what is its own (sockets,
 * ioctls, sysctls).  Files, memory and processes are the host's under the
 * usermode port, so there this stub adds a seccomp filter for them:
 *
 *	call of the kernel's table	allowed here, the kernel judges
 *	call that a promise covers	allowed
 *	opening a file			judged by its flags (O_ACCMODE, O_CREAT)
 *	anything else			kills the process with SIGSYS
 *
 * Filters stack and the strictest wins, so a later pledge can only narrow.
 * With "exec" promised no filter is added: it would outlive the exec and
 * bind a program that promised nothing.  On a port whose kernel runs the
 * process itself there is no seccomp(2), and none is needed.
 */
#include <sys/types.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

/* BSD's own calls, with room for more; the kernel judges them. */
#define SYS_FIRSTBSD	5000
#define SYS_LASTBSD	5099

#define P_STDIO		0x0001
#define P_RPATH		0x0002
#define P_WPATH		0x0004
#define P_CPATH		0x0008
#define P_FATTR		0x0010
#define P_CHOWN		0x0020
#define P_PROC		0x0040
#define P_EXEC		0x0080
#define P_ID		0x0100
#define P_FLOCK		0x0200
#define P_PROTEXEC	0x0400
#define P_GETPW		0x0800
#define P_UNIX		0x1000
#define P_TTY		0x2000
#define P_SETTIME	0x4000
#define P_ALWAYS	0x8000	/* whatever was promised */

/* Promises that open files by name, if only to read. */
#define P_PATHS		(P_RPATH | P_WPATH | P_CPATH | P_GETPW)

static const struct promise {
	const char	*pr_name;
	uint32_t	 pr_bits;
} promises[] = {
	{ "stdio",	P_STDIO },
	{ "rpath",	P_RPATH },
	{ "wpath",	P_WPATH },
	{ "cpath",	P_CPATH },
	{ "dpath",	P_CPATH },
	{ "tmppath",	P_RPATH | P_WPATH | P_CPATH },
	{ "fattr",	P_FATTR },
	{ "chown",	P_CHOWN },
	{ "proc",	P_PROC },
	{ "exec",	P_EXEC },
	{ "id",		P_ID },
	{ "flock",	P_FLOCK },
	{ "prot_exec",	P_PROTEXEC },
	{ "getpw",	P_GETPW },
	{ "dns",	P_GETPW },
	{ "unix",	P_UNIX },
	{ "tty",	P_TTY },
	{ "settime",	P_SETTIME },
};

static const struct covered {
	int		 c_nr;		/* system call */
	uint32_t	 c_bits;	/* any of these promises allows it */
} covered[] = {
	/* The most frequent come first: the host tries them in turn. */
	{ SYS_read,		P_ALWAYS },
	{ SYS_write,		P_ALWAYS },
	{ SYS_sendto,		P_ALWAYS },
	{ SYS_recvfrom,		P_ALWAYS },
	{ SYS_sendmsg,		P_ALWAYS },
	{ SYS_recvmsg,		P_ALWAYS },
	{ SYS_epoll_wait,	P_STDIO },
	{ SYS_epoll_pwait,	P_STDIO },
	{ SYS_poll,		P_STDIO },
	{ SYS_ppoll,		P_STDIO },
	{ SYS_clock_gettime,	P_STDIO },
	/* The kernel's own table. */
	{ SYS_readv,		P_ALWAYS },
	{ SYS_writev,		P_ALWAYS },
	{ SYS_close,		P_ALWAYS },
	{ SYS_ioctl,		P_ALWAYS },
	{ SYS_socket,		P_ALWAYS },
	{ SYS_socketpair,	P_ALWAYS },
	{ SYS_bind,		P_ALWAYS },
	{ SYS_connect,		P_ALWAYS },
	{ SYS_listen,		P_ALWAYS },
	{ SYS_accept,		P_ALWAYS },
	{ SYS_accept4,		P_ALWAYS },
	{ SYS_shutdown,		P_ALWAYS },
	{ SYS_getsockname,	P_ALWAYS },
	{ SYS_getpeername,	P_ALWAYS },
	{ SYS_getsockopt,	P_ALWAYS },
	{ SYS_setsockopt,	P_ALWAYS },
	{ SYS_sendmmsg,		P_ALWAYS },
	{ SYS_recvmmsg,		P_ALWAYS },
	{ SYS_fcntl,		P_ALWAYS },
	/* Ending, and pledging again. */
	{ SYS_exit,		P_ALWAYS },
	{ SYS_exit_group,	P_ALWAYS },
	{ SYS_rt_sigreturn,	P_ALWAYS },
	{ SYS_prctl,		P_ALWAYS },
	{ SYS_seccomp,		P_ALWAYS },
	/* stdio */
	{ SYS_futex,		P_STDIO },
	{ SYS_brk,		P_STDIO },
	{ SYS_mmap,		P_STDIO },
	{ SYS_munmap,		P_STDIO },
	{ SYS_mprotect,		P_STDIO },
	{ SYS_mremap,		P_STDIO },
	{ SYS_madvise,		P_STDIO },
	{ SYS_mlock,		P_STDIO },
	{ SYS_munlock,		P_STDIO },
	{ SYS_epoll_ctl,	P_STDIO },
	{ SYS_epoll_create1,	P_STDIO },
	{ SYS_epoll_create,	P_STDIO },
	{ SYS_eventfd2,		P_STDIO },
	{ SYS_timerfd_create,	P_STDIO },
	{ SYS_timerfd_settime,	P_STDIO },
	{ SYS_signalfd4,	P_STDIO },
	{ SYS_select,		P_STDIO },
	{ SYS_pselect6,		P_STDIO },
	{ SYS_clock_getres,	P_STDIO },
	{ SYS_clock_nanosleep,	P_STDIO },
	{ SYS_nanosleep,	P_STDIO },
	{ SYS_gettimeofday,	P_STDIO },
	{ SYS_time,		P_STDIO },
	{ SYS_times,		P_STDIO },
	{ SYS_getrandom,	P_STDIO },
	{ SYS_getpid,		P_STDIO },
	{ SYS_getppid,		P_STDIO },
	{ SYS_gettid,		P_STDIO },
	{ SYS_getpgid,		P_STDIO },
	{ SYS_getpgrp,		P_STDIO },
	{ SYS_getsid,		P_STDIO },
	{ SYS_getuid,		P_STDIO },
	{ SYS_geteuid,		P_STDIO },
	{ SYS_getgid,		P_STDIO },
	{ SYS_getegid,		P_STDIO },
	{ SYS_getresuid,	P_STDIO },
	{ SYS_getresgid,	P_STDIO },
	{ SYS_getgroups,	P_STDIO },
	{ SYS_getrusage,	P_STDIO },
	{ SYS_getrlimit,	P_STDIO },
	{ SYS_prlimit64,	P_STDIO },
	{ SYS_uname,		P_STDIO },
	{ SYS_sysinfo,		P_STDIO },
	{ SYS_umask,		P_STDIO },
	{ SYS_alarm,		P_STDIO },
	{ SYS_getitimer,	P_STDIO },
	{ SYS_setitimer,	P_STDIO },
	{ SYS_rt_sigaction,	P_STDIO },
	{ SYS_rt_sigprocmask,	P_STDIO },
	{ SYS_rt_sigpending,	P_STDIO },
	{ SYS_rt_sigsuspend,	P_STDIO },
	{ SYS_sigaltstack,	P_STDIO },
	{ SYS_pause,		P_STDIO },
	{ SYS_restart_syscall,	P_STDIO },
	{ SYS_tgkill,		P_STDIO },
	{ SYS_wait4,		P_STDIO },
	{ SYS_sched_yield,	P_STDIO },
	{ SYS_sched_getaffinity, P_STDIO },
	{ SYS_set_robust_list,	P_STDIO },
	{ SYS_rseq,		P_STDIO },
	{ SYS_arch_prctl,	P_STDIO },
	{ SYS_dup,		P_STDIO },
	{ SYS_dup2,		P_STDIO },
	{ SYS_dup3,		P_STDIO },
	{ SYS_pipe,		P_STDIO },
	{ SYS_pipe2,		P_STDIO },
	{ SYS_lseek,		P_STDIO },
	{ SYS_pread64,		P_STDIO },
	{ SYS_pwrite64,		P_STDIO },
	{ SYS_preadv,		P_STDIO },
	{ SYS_pwritev,		P_STDIO },
	{ SYS_fstat,		P_STDIO },
	{ SYS_newfstatat,	P_STDIO },	/* fstat(3) is this one */
	{ SYS_fsync,		P_STDIO },
	{ SYS_fdatasync,	P_STDIO },
	{ SYS_ftruncate,	P_STDIO },
	{ SYS_getdents64,	P_STDIO },
	{ SYS_fchdir,		P_STDIO },
	{ SYS_getcwd,		P_STDIO | P_RPATH | P_WPATH },
	/* paths */
	{ SYS_stat,		P_PATHS },
	{ SYS_lstat,		P_PATHS },
	{ SYS_statx,		P_PATHS },
	{ SYS_access,		P_PATHS },
	{ SYS_faccessat,	P_PATHS },
	{ SYS_faccessat2,	P_PATHS },
	{ SYS_readlink,		P_PATHS },
	{ SYS_readlinkat,	P_PATHS },
	{ SYS_chdir,		P_RPATH | P_WPATH | P_CPATH },
	{ SYS_statfs,		P_RPATH },
	{ SYS_fstatfs,		P_RPATH },
	{ SYS_truncate,		P_WPATH },
	{ SYS_mkdir,		P_CPATH },
	{ SYS_mkdirat,		P_CPATH },
	{ SYS_rmdir,		P_CPATH },
	{ SYS_unlink,		P_CPATH },
	{ SYS_unlinkat,		P_CPATH },
	{ SYS_rename,		P_CPATH },
	{ SYS_renameat,		P_CPATH },
	{ SYS_renameat2,	P_CPATH },
	{ SYS_link,		P_CPATH },
	{ SYS_linkat,		P_CPATH },
	{ SYS_symlink,		P_CPATH },
	{ SYS_symlinkat,	P_CPATH },
	/* attributes, owners, locks */
	{ SYS_chmod,		P_FATTR },
	{ SYS_fchmod,		P_FATTR },
	{ SYS_fchmodat,		P_FATTR },
	{ SYS_utimensat,	P_FATTR },
	{ SYS_chown,		P_CHOWN },
	{ SYS_fchown,		P_CHOWN },
	{ SYS_fchownat,		P_CHOWN },
	{ SYS_lchown,		P_CHOWN },
	{ SYS_flock,		P_FLOCK },
	/* processes and identities */
	{ SYS_fork,		P_PROC },
	{ SYS_vfork,		P_PROC },
	{ SYS_clone,		P_PROC },
	{ SYS_clone3,		P_PROC },
	{ SYS_kill,		P_PROC },
	{ SYS_setpgid,		P_PROC },
	{ SYS_setsid,		P_PROC },
	{ SYS_setpriority,	P_PROC | P_ID },
	{ SYS_setrlimit,	P_PROC | P_ID },
	{ SYS_setuid,		P_ID },
	{ SYS_setgid,		P_ID },
	{ SYS_setreuid,		P_ID },
	{ SYS_setregid,		P_ID },
	{ SYS_setresuid,	P_ID },
	{ SYS_setresgid,	P_ID },
	{ SYS_setgroups,	P_ID },
	{ SYS_settimeofday,	P_SETTIME },
	{ SYS_clock_settime,	P_SETTIME },
	{ SYS_adjtimex,		P_SETTIME },
};

#define NCOVERED	(sizeof(covered) / sizeof(covered[0]))
#define MAXINSNS	(2 * NCOVERED + 64)

struct program {
	struct sock_filter	p_insns[MAXINSNS];
	unsigned short		p_len;
};

static void
emit(struct program *p, uint16_t code, uint32_t k, uint8_t jt, uint8_t jf)
{
	struct sock_filter	*f = &p->p_insns[p->p_len++];

	f->code = code;
	f->k = k;
	f->jt = jt;
	f->jf = jf;
}

static void
emit_load(struct program *p, size_t offset)
{
	emit(p, BPF_LD | BPF_W | BPF_ABS, offset, 0, 0);
}

static void
emit_ret(struct program *p, uint32_t action)
{
	emit(p, BPF_RET | BPF_K, action, 0, 0);
}

/*
 * Judge the flags of a call that opens a file; they are its argument arg.
 * Opening to read without a promise fails softly, because the C library
 * opens time zones and the like on its own; anything else is fatal.
 */
static void
emit_open(struct program *p, int nr, int arg, uint32_t have)
{
	uint32_t	 soft = SECCOMP_RET_ERRNO | EPERM;
	uint32_t	 fatal = SECCOMP_RET_KILL_PROCESS;
	uint32_t	 rd, wr;

	rd = (have & P_PATHS) ? SECCOMP_RET_ALLOW : soft;
	wr = (have & P_WPATH) ? SECCOMP_RET_ALLOW : fatal;

	/* A jump over the whole block, whose length is fixed. */
	emit(p, BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 8);
	emit_load(p, offsetof(struct seccomp_data, args) + 8 * arg);
	emit(p, BPF_JMP | BPF_JSET | BPF_K, O_CREAT, 0, 1);
	emit_ret(p, (have & P_CPATH) ? SECCOMP_RET_ALLOW : fatal);
	emit(p, BPF_JMP | BPF_JSET | BPF_K, O_ACCMODE, 0, 1);
	emit_ret(p, wr);
	emit(p, BPF_JMP | BPF_JSET | BPF_K, O_TRUNC, 0, 1);
	emit_ret(p, wr);
	emit_ret(p, rd);
}

static void
build(struct program *p, uint32_t have)
{
	size_t	 i;

	p->p_len = 0;
	emit_load(p, offsetof(struct seccomp_data, arch));
	emit(p, BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0);
	emit_ret(p, SECCOMP_RET_KILL_PROCESS);
	emit_load(p, offsetof(struct seccomp_data, nr));
	emit(p, BPF_JMP | BPF_JGE | BPF_K, SYS_FIRSTBSD, 0, 2);
	emit(p, BPF_JMP | BPF_JGT | BPF_K, SYS_LASTBSD, 1, 0);
	emit_ret(p, SECCOMP_RET_ALLOW);
	for (i = 0; i < NCOVERED; i++) {
		if ((covered[i].c_bits & (have | P_ALWAYS)) == 0)
			continue;
		emit(p, BPF_JMP | BPF_JEQ | BPF_K, covered[i].c_nr, 0, 1);
		emit_ret(p, SECCOMP_RET_ALLOW);
	}
	emit_open(p, SYS_openat, 2, have);
	emit_open(p, SYS_open, 1, have);
	emit_ret(p, SECCOMP_RET_KILL_PROCESS);
}

/*
 * The bits of a list of promises.  The kernel has refused names that do not
 * exist; those that only it keeps have no bit here.
 */
static uint32_t
promise_bits(const char *list)
{
	uint32_t	 bits = 0;
	size_t		 i, len;

	for (;;) {
		list += strspn(list, " ");
		if ((len = strcspn(list, " ")) == 0)
			return (bits);
		for (i = 0; i < sizeof(promises) / sizeof(promises[0]); i++) {
			if (strlen(promises[i].pr_name) == len &&
			    strncmp(promises[i].pr_name, list, len) == 0)
				bits |= promises[i].pr_bits;
		}
		list += len;
	}
}

static int
host_filter(uint32_t have)
{
	struct program		 p;
	struct sock_fprog	 prog;

	build(&p, have);
	prog.len = p.p_len;
	prog.filter = p.p_insns;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return (errno == ENOSYS ? 0 : -1);
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) == -1)
		return (errno == ENOSYS ? 0 : -1);
	return (0);
}

/*
 * Promise to use only the named groups of system calls from now on, and
 * execpromises (NULL to leave them) for what this process may exec.
 *
 * Fails with EINVAL for an unknown promise and EPERM for one that an earlier
 * call gave up.
 */
int
pledge(const char *list, const char *execpromises)
{
	uint32_t	 have;

	if (syscall(SYS_pledge, list, execpromises) == -1)
		return (-1);
	if (list == NULL)
		return (0);
	have = promise_bits(list);
	if (have & P_EXEC)
		return (0);
	return (host_filter(have));
}
