/*
 * The system call filter.
 *
 *	foreign architecture, x32		ENOSYS
 *	io_uring_setup				ENOSYS: rings would pass us by
 *	socket, socketpair of AF_UNIX		the host's
 *	fcntl but F_SETFL			the host's
 *	the limit that holds our mark		not to be set: EPERM
 *	the numbers of um_calls.h		the kernel's to decide
 *	all others				the host's
 */
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <host_linux.h>
#include <seccomp_filter.h>
#include <um_calls.h>

#define MAXINSNS	128
#define X32_BIT		0x40000000U

#define ALLOW		SECCOMP_RET_ALLOW
#define NOTIFY		SECCOMP_RET_USER_NOTIF
#define REFUSE(e)	(SECCOMP_RET_ERRNO | (e))

#define OFF_NR		offsetof(struct seccomp_data, nr)
#define OFF_ARCH	offsetof(struct seccomp_data, arch)
#define OFF_ARG(n)	(offsetof(struct seccomp_data, args) + 8 * (n))

struct prog {
	struct sock_filter	p_insns[MAXINSNS];
	unsigned short		p_n;
};

static void
insn(struct prog *p, uint16_t code, uint32_t k, uint8_t jt, uint8_t jf)
{
	struct sock_filter	f = { code, jt, jf, k };

	p->p_insns[p->p_n++] = f;
}

static void
load(struct prog *p, uint32_t off)
{
	insn(p, BPF_LD | BPF_W | BPF_ABS, off, 0, 0);
}

static void
ret(struct prog *p, uint32_t action)
{
	insn(p, BPF_RET | BPF_K, action, 0, 0);
}

/* If what was loaded is (op) k, that is the verdict. */
static void
verdict_if(struct prog *p, uint16_t op, uint32_t k, uint32_t action)
{
	insn(p, BPF_JMP | op | BPF_K, k, 0, 1);
	ret(p, action);
}

/* The call nr whose argument n is k has one verdict, others the other. */
static void
by_argument(struct prog *p, uint32_t nr, int n, uint32_t k, uint32_t same,
    uint32_t other)
{
	insn(p, BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 4);
	load(p, OFF_ARG(n));
	insn(p, BPF_JMP | BPF_JEQ | BPF_K, k, 0, 1);
	ret(p, same);
	ret(p, other);
}

/* prlimit64(2) may read any limit: its third argument is then NULL. */
static void
prlimit_mark(struct prog *p)
{
	insn(p, BPF_JMP | BPF_JEQ | BPF_K, SYS_prlimit64, 0, 8);
	load(p, OFF_ARG(1));
	insn(p, BPF_JMP | BPF_JEQ | BPF_K, RLIMIT_MSGQUEUE, 0, 5);
	load(p, OFF_ARG(2));
	insn(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 2);
	load(p, OFF_ARG(2) + 4);
	insn(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
	ret(p, REFUSE(EPERM));
	ret(p, ALLOW);
}

static void
compose(struct prog *p)
{
	static const uint16_t	calls[] = { UM_CALLS_TABLE, UM_CALLS_PORT };
	size_t			i;

	load(p, OFF_ARCH);
	insn(p, BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0);
	ret(p, REFUSE(ENOSYS));
	load(p, OFF_NR);
	verdict_if(p, BPF_JGE, X32_BIT, REFUSE(ENOSYS));
	verdict_if(p, BPF_JGE, UM_CALL_BSDEND, ALLOW);
	verdict_if(p, BPF_JGE, UM_CALL_BSD, NOTIFY);
	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		verdict_if(p, BPF_JEQ, calls[i], NOTIFY);
	by_argument(p, UM_CALL_SOCKET, 0, AF_UNIX, ALLOW, NOTIFY);
	by_argument(p, UM_CALL_SOCKETPAIR, 0, AF_UNIX, ALLOW, NOTIFY);
	by_argument(p, UM_CALL_FCNTL, 1, F_SETFL, NOTIFY, ALLOW);
	by_argument(p, SYS_setrlimit, 0, RLIMIT_MSGQUEUE, REFUSE(EPERM),
	    ALLOW);
	prlimit_mark(p);
	verdict_if(p, BPF_JEQ, SYS_io_uring_setup, REFUSE(ENOSYS));
	ret(p, ALLOW);
}

int
seccomp_filter_install(void)
{
	struct prog		p;
	struct sock_fprog	fprog;

	p.p_n = 0;
	compose(&p);
	fprog.len = p.p_n;
	fprog.filter = p.p_insns;
	return ((int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
	    SECCOMP_FILTER_FLAG_NEW_LISTENER |
	    SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, &fprog));
}
