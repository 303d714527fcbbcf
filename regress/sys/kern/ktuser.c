/*
 * A program made up by a test; see ktuser.h.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/proc.h>
#include <sys/socket.h>
#include <sys/sockio.h>
#include <sys/syscall.h>
#include <sys/ucred.h>

#include <net/if.h>
#include <netinet/in.h>
#include <netinet/in_var.h>

#include <ktest.h>

#include "ktuser.h"

#define ARENA	(512 * 1024)

static uint8_t		 arena[ARENA] __attribute__((__aligned__(16)));
static size_t		 arena_used;
static struct process	 user;
static struct process	*saved;

/* Is the range within the program's memory? */
static int
mapped(const void *uaddr, size_t len)
{
	uintptr_t	 a = (uintptr_t)uaddr, base = (uintptr_t)arena;

	return (a >= base && a <= base + ARENA && len <= base + ARENA - a);
}

static int
user_copyin(const void *uaddr, void *kaddr, size_t len)
{
	if (!mapped(uaddr, len))
		return (EFAULT);
	memcpy(kaddr, uaddr, len);
	return (0);
}

static int
user_copyout(const void *kaddr, void *uaddr, size_t len)
{
	if (!mapped(uaddr, len))
		return (EFAULT);
	memcpy(uaddr, kaddr, len);
	return (0);
}

static const struct usermem user_mem = { user_copyin, user_copyout };

/*
 * The running thread becomes the program, with nothing open.
 */
void
ktuser_begin(uid_t uid)
{
	memset(&user, 0, sizeof(user));
	user.ps_pid = 4711;
	user.ps_refs = 1;
	strlcpy(user.ps_comm, "ktuser", sizeof(user.ps_comm));
	user.ps_ucred = crget();
	user.ps_fd = fdinit();
	user.ps_fdops = &fd_array_ops;
	user.ps_mem = &user_mem;
	arena_used = 0;
	saved = curproc->p_p;
	curproc->p_p = &user;
	ktuser_setuid(uid);
}

/*
 * The program becomes another user.
 */
void
ktuser_setuid(uid_t uid)
{
	struct ucred	 cr;

	memset(&cr, 0, sizeof(cr));
	cr.cr_uid = cr.cr_ruid = cr.cr_svuid = uid;
	cr.cr_gid = cr.cr_rgid = cr.cr_svgid = uid;
	process_setcred(&user, &cr);
}

/*
 * The program exits: its descriptors are closed.
 */
void
ktuser_end(void)
{
	fdfree(user.ps_fd);
	user.ps_fd = NULL;
	curproc->p_p = saved;
	KT_EQ(user.ps_ucred->cr_refcnt, 1);
	crfree(user.ps_ucred);
}

/*
 * Zeroed memory of the program.
 */
void *
ktuser_mem(size_t len)
{
	uint8_t	*p = arena + arena_used;

	len = (len + 15) & ~15UL;
	if (len > ARENA - arena_used)
		panic("test program is out of memory");
	arena_used += len;
	memset(p, 0, len);
	return (p);
}

/*
 * The last bytes of the program's memory: one more is not there.
 */
void *
ktuser_edge(size_t len)
{
	memset(arena + ARENA - len, 0, len);
	return (arena + ARENA - len);
}

/*
 * A copy of something in the program's memory.
 */
void *
ktuser_dup(const void *p, size_t len)
{
	return (memcpy(ktuser_mem(len), p, len));
}

/*
 * Take back all memory that was handed out.
 */
void
ktuser_rewind(void)
{
	arena_used = 0;
}

/*
 * Make a system call: the result, or -errno.
 */
long
ktuser_call(int nr, long a, long b, long c, long d, long e, long f)
{
	register_t	 args[6] = { a, b, c, d, e, f }, ret = 0;
	int		 error;

	error = syscall_dispatch(curproc, nr, args, &ret);
	return (error != 0 ? -error : ret);
}

/*
 * Another thread of the program.
 */
struct proc *
ktuser_thread(void (*fn)(void *), void *arg)
{
	struct proc	*p;

	if (kthread_create(fn, arg, &p, "ktuser") != 0)
		return (NULL);
	p->p_p = &user;
	return (p);
}

/*
 * See to it that lo0 has 127.0.0.1/8, whoever ran before.
 */
void
ktuser_loopback(void)
{
	struct in_aliasreq	*ifra;
	struct sockaddr_in	 sin;
	uid_t			 uid = curproc->p_ucred->cr_uid;
	long			 fd, r;

	ktuser_setuid(0);
	fd = ktcall(SYS_socket, LX_AF_INET, SOCK_DGRAM, 0);
	KT_REQUIRE(fd >= 0);
	ifra = ktuser_mem(sizeof(*ifra));
	memset(&sin, 0, sizeof(sin));
	sin.sin_len = sizeof(sin);
	sin.sin_family = AF_INET;
	strlcpy(ifra->ifra_name, "lo0", sizeof(ifra->ifra_name));
	sin.sin_addr.s_addr = htonl(0x7f000001);
	ifra->ifra_addr = sin;
	sin.sin_addr.s_addr = htonl(0xff000000);
	ifra->ifra_mask = sin;
	r = ktcall(SYS_ioctl, fd, SIOCAIFADDR, ifra);
	KT_TRUE(r == 0 || r == -EEXIST);
	ktcall(SYS_close, fd);
	ktuser_setuid(uid);
}
