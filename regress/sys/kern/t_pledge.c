/*
 * pledge(2): words, shrinking, fork and exec, and what each promise allows.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/file.h>
#include <sys/filio.h>
#include <sys/pledge.h>
#include <sys/proc.h>
#include <sys/signal.h>
#include <sys/socket.h>
#include <sys/sockio.h>
#include <sys/syscall.h>
#include <sys/sysctl.h>

#include <net/bpf.h>
#include <net/if.h>

#include <netwg/if_wg.h>

#include <ktest.h>

#include "ktuser.h"

static u_int	 killed;		/* times, with SIGABRT */
static void	(*savedhook)(struct proc *, int);

static void
note_kill(struct proc *p, int sig)
{
	KT_EQ(sig, SIGABRT);
	KT_PTREQ(p, curproc);
	killed++;
}

static void
begin(void)
{
	ktuser_begin(1000);
	savedhook = pledge_killhook;
	pledge_killhook = note_kill;
	killed = 0;
}

static void
end(void)
{
	pledge_killhook = savedhook;
	ktuser_end();
}

/* The system call, with promises or NULL. */
static long
pledge(const char *now, const char *exec)
{
	return (ktcall(SYS_pledge,
	    now == NULL ? NULL : ktuser_dup(now, strlen(now) + 1),
	    exec == NULL ? NULL : ktuser_dup(exec, strlen(exec) + 1)));
}

/* As if nothing had been promised. */
static void
unpledge(void)
{
	curproc->p_p->ps_flags &= ~(PS_PLEDGE | PS_EXECPLEDGE);
	curproc->p_p->ps_pledge = curproc->p_p->ps_execpledge = 0;
}

KTEST(parse, "words, blanks, and what is no promise")
{
	static const struct {
		const char	*s;
		int		 error;
		u_int64_t	 flags;
	} t[] = {
		{ "", 0, 0 },
		{ "   ", 0, 0 },
		{ "stdio", 0, PLEDGE_STDIO },
		{ "  stdio   inet ", 0, PLEDGE_STDIO | PLEDGE_INET },
		{ "stdio stdio", 0, PLEDGE_STDIO },
		{ "sendfd recvfd unix", 0,
		    PLEDGE_SENDFD | PLEDGE_RECVFD | PLEDGE_UNIX },
		{ "route wroute", 0, PLEDGE_ROUTE | PLEDGE_WROUTE },
		{ "fattr", 0, PLEDGE_FATTR | PLEDGE_CHOWN },
		{ "std", EINVAL, 0 },
		{ "stdioo", EINVAL, 0 },
		{ "stdio,inet", EINVAL, 0 },
		{ "STDIO", EINVAL, 0 },
		{ "stdio\tinet", EINVAL, 0 },
		{ "nonsense", EINVAL, 0 },
	};
	u_int64_t	 flags;
	u_int		 i;

	for (i = 0; i < nitems(t); i++) {
		KT_CASE("\"%s\"", t[i].s);
		flags = 0;
		KT_ERR(t[i].error, pledge_parse(t[i].s, &flags));
		KT_EQ(flags, t[i].flags);
	}
}

KTEST(shrink, "promises only shrink")
{
	begin();
	KT_EQ(pledge(NULL, NULL), 0);
	KT_EQ(curproc->p_p->ps_flags & PS_PLEDGE, 0);
	KT_EQ(pledge("stdio inet route", NULL), 0);
	KT_EQ(pledge("stdio inet", NULL), 0);
	KT_EQ(curproc->p_pledge, PLEDGE_STDIO | PLEDGE_INET);
	KT_EQ(pledge("stdio inet route", NULL), -EPERM);
	KT_EQ(pledge("stdio dns", NULL), -EPERM);
	KT_EQ(pledge("bogus", NULL), -EINVAL);
	KT_EQ(curproc->p_pledge, PLEDGE_STDIO | PLEDGE_INET);
	KT_EQ(pledge("", NULL), 0);
	KT_EQ(curproc->p_pledge, 0);
	/* pledge itself is always allowed. */
	KT_EQ(pledge("", NULL), 0);
	KT_EQ(killed, 0);
	end();
}

KTEST(args, "addresses and lengths of promises")
{
	char	*s;

	begin();
	KT_EQ(ktcall(SYS_pledge, KTUSER_BAD, NULL), -EFAULT);
	KT_EQ(ktcall(SYS_pledge, NULL, KTUSER_BAD), -EFAULT);
	s = ktuser_edge(4);
	memset(s, ' ', 4);
	KT_EQ(ktcall(SYS_pledge, s, NULL), -EFAULT);
	s = ktuser_mem(PLEDGE_MAXSTR + 1);
	memset(s, ' ', PLEDGE_MAXSTR);
	KT_EQ(ktcall(SYS_pledge, s, NULL), -ENAMETOOLONG);
	s[PLEDGE_MAXSTR - 1] = '\0';
	/* A bad second argument leaves the first alone. */
	KT_EQ(pledge("stdio", "bogus"), -EINVAL);
	KT_EQ(curproc->p_p->ps_flags & PS_PLEDGE, 0);
	KT_EQ(ktcall(SYS_pledge, s, NULL), 0);
	end();
}

KTEST(error, "with \"error\" too much is left out, and a call fails")
{
	begin();
	KT_EQ(pledge("stdio error", NULL), 0);
	KT_EQ(pledge("stdio inet error", NULL), 0);
	KT_EQ(curproc->p_pledge, PLEDGE_STDIO | PLEDGE_ERROR);
	KT_EQ(ktcall(SYS_socket, LX_AF_INET, SOCK_DGRAM, 0), -ENOSYS);
	KT_EQ(killed, 0);
	end();
}

KTEST(inherit, "fork keeps promises, exec changes them")
{
	struct process	 child;

	begin();
	memset(&child, 0, sizeof(child));
	pledge_fork(curproc->p_p, &child);
	KT_EQ(child.ps_flags, 0);
	KT_EQ(pledge("stdio exec", "stdio inet"), 0);
	pledge_fork(curproc->p_p, &child);
	KT_EQ(child.ps_pledge, PLEDGE_STDIO | PLEDGE_EXEC);
	KT_EQ(child.ps_execpledge, PLEDGE_STDIO | PLEDGE_INET);
	KT_EQ(child.ps_flags, PS_PLEDGE | PS_EXECPLEDGE);
	pledge_exec(&child);
	KT_EQ(child.ps_pledge, PLEDGE_STDIO | PLEDGE_INET);
	/* The parent is as it was; execpromises shrink, too. */
	KT_EQ(curproc->p_pledge, PLEDGE_STDIO | PLEDGE_EXEC);
	KT_EQ(pledge(NULL, "stdio inet dns"), -EPERM);
	KT_EQ(pledge(NULL, "stdio"), 0);
	KT_EQ(curproc->p_p->ps_execpledge, PLEDGE_STDIO);
	/* Without execpromises the next image has promised nothing. */
	unpledge();
	KT_EQ(pledge("stdio exec", NULL), 0);
	pledge_exec(curproc->p_p);
	KT_EQ(curproc->p_p->ps_flags & PS_PLEDGE, 0);
	end();
}

KTEST(killed, "a broken promise ends the process, and is logged")
{
	begin();
	KT_EQ(pledge("stdio", NULL), 0);
	KT_EQ(ktcall(SYS_socket, LX_AF_INET, SOCK_DGRAM, 0), -EPERM);
	KT_EQ(killed, 1);
	/* Nothing is allowed from there on. */
	KT_EQ(ktcall(SYS_read, 0, NULL, 0), -EPERM);
	KT_EQ(killed, 2);
	end();
}

KTEST(classes, "what each promise lets a process open")
{
	static const struct {
		const char	*promises;
		int		 domain, type, ok;
	} t[] = {
		{ "stdio inet", LX_AF_INET, SOCK_DGRAM, 1 },
		{ "stdio inet", LX_AF_INET, SOCK_RAW, 1 },
		{ "stdio inet", LX_AF_INET6, SOCK_DGRAM, 1 },
		{ "stdio inet", LX_AF_NETLINK, SOCK_RAW, 1 },
		{ "stdio inet", BSD_PF_ROUTE, SOCK_RAW, 0 },
		{ "stdio inet", BSD_PF_KEY, SOCK_RAW, 0 },
		{ "stdio dns", LX_AF_INET, SOCK_DGRAM, 1 },
		{ "stdio dns", LX_AF_INET, SOCK_RAW, 0 },
		{ "stdio dns", LX_AF_NETLINK, SOCK_RAW, 1 },
		{ "stdio route", LX_AF_NETLINK, SOCK_RAW, 1 },
		{ "stdio route", LX_AF_INET, SOCK_DGRAM, 0 },
		{ "stdio unix", LX_AF_INET, SOCK_DGRAM, 0 },
		{ "stdio rpath", LX_AF_INET, SOCK_DGRAM, 0 },
		{ "inet", LX_AF_NETLINK, SOCK_RAW, 1 },
	};
	u_int	 i;
	long	 r;

	for (i = 0; i < nitems(t); i++) {
		KT_CASE("%s: domain 0x%x type %d", t[i].promises,
		    t[i].domain, t[i].type);
		begin();
		KT_EQ(pledge(t[i].promises, NULL), 0);
		r = ktcall(SYS_socket, t[i].domain, t[i].type, 0);
		KT_EQ(killed, !t[i].ok);
		KT_EQ(r == -EPERM, !t[i].ok);
		unpledge();
		end();
	}
}

KTEST(calls, "calls that need more than stdio, and those that do not")
{
	static const struct {
		const char	*promises;
		int		 nr, ok;
	} t[] = {
		{ "stdio", SYS_read, 1 },
		{ "stdio", SYS_sendto, 1 },
		{ "stdio", SYS_recvmsg, 1 },
		{ "stdio", SYS_ioctl, 1 },
		{ "stdio", SYS_poll, 1 },
		{ "stdio", SYS_getrtable, 1 },
		{ "stdio", SYS_bind, 0 },
		{ "stdio", SYS_connect, 0 },
		{ "stdio", SYS_accept4, 0 },
		{ "stdio", SYS_setrtable, 0 },
		{ "stdio inet", SYS_bind, 1 },
		{ "stdio inet", SYS_connect, 1 },
		{ "stdio inet", SYS_listen, 1 },
		{ "stdio route", SYS_listen, 0 },
		{ "stdio id", SYS_setrtable, 1 },
		{ "inet", SYS_read, 0 },
		{ "", SYS_getsockopt, 0 },
	};
	u_int	 i;

	for (i = 0; i < nitems(t); i++) {
		KT_CASE("\"%s\": call %d", t[i].promises, t[i].nr);
		begin();
		KT_EQ(pledge(t[i].promises, NULL), 0);
		/* Arguments are nonsense: EBADF is as good as done. */
		ktcall(t[i].nr, t[i].nr == SYS_setrtable ? 0 : 777, 0, 0);
		KT_EQ(killed, !t[i].ok);
		unpledge();
		end();
	}
}

KTEST(options, "socket options")
{
	begin();
	curproc->p_p->ps_flags |= PS_PLEDGE;
	curproc->p_pledge = PLEDGE_STDIO;
	KT_ERR(0, pledge_sockopt(curproc, 0, SOL_SOCKET, SO_ERROR));
	KT_ERR(0, pledge_sockopt(curproc, 1, SOL_SOCKET, SO_RCVBUF));
	KT_ERR(EINVAL, pledge_sockopt(curproc, 1, SOL_SOCKET, SO_REUSEADDR));
	KT_EQ(killed, 1);
	curproc->p_pledge = PLEDGE_INET;
	KT_ERR(0, pledge_sockopt(curproc, 1, SOL_SOCKET, SO_REUSEADDR));
	KT_ERR(0, pledge_sockopt(curproc, 1, 0, 1));
	KT_ERR(0, pledge_sockopt(curproc, 0, SOL_SOCKET, SO_RTABLE));
	KT_EQ(killed, 1);
	KT_ERR(EINVAL, pledge_sockopt(curproc, 1, SOL_SOCKET, SO_RTABLE));
	KT_EQ(killed, 2);
	curproc->p_pledge = PLEDGE_WROUTE;
	KT_ERR(0, pledge_sockopt(curproc, 1, SOL_SOCKET, SO_RTABLE));
	KT_EQ(killed, 2);
	unpledge();
	end();
}

KTEST(ioctls, "ioctls by what they are about")
{
	static const struct {
		u_int64_t	 pledge;
		u_long		 com;
		int		 type, ok;
	} t[] = {
		{ PLEDGE_STDIO, FIONREAD, DTYPE_SOCKET, 1 },
		{ PLEDGE_STDIO, SIOCGIFFLAGS, DTYPE_SOCKET, 0 },
		{ PLEDGE_ROUTE, SIOCGIFFLAGS, DTYPE_SOCKET, 1 },
		{ PLEDGE_ROUTE, SIOCSIFFLAGS, DTYPE_SOCKET, 0 },
		{ PLEDGE_ROUTE, SIOCAIFADDR, DTYPE_SOCKET, 0 },
		{ PLEDGE_WROUTE, SIOCAIFADDR, DTYPE_SOCKET, 1 },
		{ PLEDGE_WROUTE, SIOCSIFFLAGS, DTYPE_SOCKET, 0 },
		{ PLEDGE_ROUTE, SIOCGWG, DTYPE_SOCKET, 1 },
		{ PLEDGE_WROUTE, SIOCGWG, DTYPE_SOCKET, 0 },
		{ PLEDGE_ROUTE, SIOCSWG, DTYPE_SOCKET, 0 },
		{ PLEDGE_WROUTE, SIOCSWG, DTYPE_SOCKET, 1 },
		{ PLEDGE_INET, 0x8933, DTYPE_SOCKET, 1 },
		{ PLEDGE_STDIO, 0x8933, DTYPE_SOCKET, 0 },
		{ PLEDGE_PF, _IOWR('D', 26, int), DTYPE_DEVICE, 1 },
		{ PLEDGE_BPF, _IOWR('D', 26, int), DTYPE_DEVICE, 0 },
		{ PLEDGE_BPF, BIOCGSTATS, DTYPE_DEVICE, 1 },
		{ PLEDGE_BPF, BIOCSETF, DTYPE_DEVICE, 0 },
		{ PLEDGE_BPF, BIOCGSTATS, DTYPE_SOCKET, 0 },
		{ PLEDGE_PF, BIOCGSTATS, DTYPE_DEVICE, 0 },
	};
	u_int	 i;

	for (i = 0; i < nitems(t); i++) {
		KT_CASE("case %u: 0x%lx", i, t[i].com);
		begin();
		curproc->p_p->ps_flags |= PS_PLEDGE;
		curproc->p_pledge = t[i].pledge;
		KT_ERR(t[i].ok ? 0 : ENOTTY,
		    pledge_ioctl(curproc, t[i].com, t[i].type));
		KT_EQ(killed, !t[i].ok);
		unpledge();
		end();
	}
}

KTEST(sysctls, "names that may be read, and none may be set")
{
	static const struct {
		u_int64_t	 pledge;
		int		 mib[6];
		u_int		 n;
		int		 set, error;
	} t[] = {
		{ PLEDGE_STDIO, { CTL_KERN, KERN_HOSTNAME }, 2, 0, 0 },
		{ PLEDGE_STDIO, { CTL_HW, HW_PAGESIZE }, 2, 0, 0 },
		{ PLEDGE_STDIO, { CTL_KERN, KERN_HOSTNAME }, 2, 1, EFAULT },
		{ PLEDGE_STDIO, { CTL_KERN, KERN_MSGBUF }, 2, 0, EINVAL },
		{ PLEDGE_VMINFO, { CTL_KERN, KERN_MSGBUF }, 2, 0, 0 },
		{ PLEDGE_PS, { CTL_KERN, KERN_FILE, 1, 0 }, 4, 0, 0 },
		{ PLEDGE_INET, { CTL_NET, AF_ROUTE, 0, 0, NET_RT_IFLIST, 0 },
		    6, 0, 0 },
		{ PLEDGE_INET, { CTL_NET, AF_ROUTE, 0, 0, NET_RT_DUMP, 0 },
		    6, 0, EINVAL },
		{ PLEDGE_ROUTE, { CTL_NET, AF_ROUTE, 0, 0, NET_RT_DUMP, 0 },
		    6, 0, 0 },
		{ PLEDGE_ROUTE, { CTL_NET, AF_KEY, 2, NET_KEY_SPD_DUMP, 0 },
		    5, 0, 0 },
		{ PLEDGE_ROUTE, { CTL_NET, AF_KEY, 2, NET_KEY_SADB_DUMP, 0 },
		    5, 0, EINVAL },
		{ PLEDGE_STDIO, { CTL_NET, AF_INET, 0, 1 }, 4, 0, EINVAL },
	};
	u_int	 i;

	for (i = 0; i < nitems(t); i++) {
		KT_CASE("case %u", i);
		begin();
		curproc->p_p->ps_flags |= PS_PLEDGE;
		curproc->p_pledge = t[i].pledge;
		KT_ERR(t[i].error, pledge_sysctl(curproc, t[i].mib, t[i].n,
		    t[i].set));
		KT_EQ(killed, t[i].error != 0);
		unpledge();
		end();
	}
}
