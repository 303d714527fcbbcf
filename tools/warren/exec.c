/*
 * warren exec: run a program in a machine, or with -H a program of the host
 * on the machine's network.
 *
 *	warren exec --fork--> (in the machine's pid namespace) --exec--> program
 *
 * The first stays outside, passes signals on and ends as the program did.
 */
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "warren.h"

#define GROUPS_MAX	64

/* Who the program will be. */
struct who {
	uid_t	w_uid;
	gid_t	w_gid;
	gid_t	w_groups[GROUPS_MAX];
	int	w_ngroups;
	char	*w_home;
	char	*w_name;
};

/* Look the user up in the root that the program will have. */
static void
who_is(struct who *w, const char *user)
{
	struct passwd *pw;

	memset(w, 0, sizeof(*w));
	w->w_ngroups = GROUPS_MAX;
	pw = user == NULL ? getpwuid(0) : getpwnam(user);
	if (pw == NULL && user != NULL)
		errx(1, "%s: no such user", user);
	if (pw == NULL) {
		w->w_name = xstrdup("root");
		w->w_home = xstrdup("/");
		w->w_ngroups = 1;
		return;
	}
	w->w_uid = pw->pw_uid;
	w->w_gid = pw->pw_gid;
	w->w_name = xstrdup(pw->pw_name);
	w->w_home = xstrdup(pw->pw_dir);
	if (getgrouplist(pw->pw_name, pw->pw_gid, w->w_groups,
	    &w->w_ngroups) == -1)
		errx(1, "%s: more than %d groups", pw->pw_name, GROUPS_MAX);
}

/* A machine's environment is its own; -H keeps the host's. */
static void
set_environment(const struct who *w, int host)
{
	char *term, *lang;

	if (host)
		return;
	term = xstrdup(getenv("TERM"));
	lang = xstrdup(getenv("LANG"));
	clearenv();
	if (term != NULL)
		setenv("TERM", term, 1);
	if (lang != NULL)
		setenv("LANG", lang, 1);
	setenv("PATH", "/sbin:/usr/sbin:/bin:/usr/bin", 1);
	setenv("SHELL", "/bin/sh", 1);
	setenv("HOME", w->w_home, 1);
	setenv("USER", w->w_name, 1);
	setenv("LOGNAME", w->w_name, 1);
	free(term);
	free(lang);
}

static void
reset_signals(void)
{
	sigset_t none;
	int sig;

	for (sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/*
 * Die with the parent, which may have died already: its end of the pipe tells,
 * as its number means nothing in the machine's namespace.
 */
static void
die_along(int alive)
{
	struct pollfd pfd = { .fd = alive, .events = 0 };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (poll(&pfd, 1, 0) == 1)
		_exit(125);
}

/* The child: become the program; alive hangs up when the parent ends. */
static void __attribute__((__noreturn__))
become(struct join *j, const struct execargs *xa, int ptysock, int alive)
{
	struct who w;

	die_along(alive);
	who_is(&w, xa->x_user);
	if (ptysock != -1)
		pty_child(ptysock);
	if (xa->x_outfd != -1 && (dup2(xa->x_outfd, STDOUT_FILENO) == -1 ||
	    dup2(xa->x_outfd, STDERR_FILENO) == -1))
		err(125, "dup2");
	set_environment(&w, xa->x_host);
	reset_signals();
	join_filter(j);
	/* As root until here: the filter asks for that. */
	if (xa->x_user != NULL && (setgroups(w.w_ngroups, w.w_groups) == -1 ||
	    setresgid(w.w_gid, w.w_gid, w.w_gid) == -1 ||
	    setresuid(w.w_uid, w.w_uid, w.w_uid) == -1))
		err(125, "%s", w.w_name);
	/* A change of ids forgets it. */
	die_along(alive);
	execvp(xa->x_argv[0], xa->x_argv);
	warn("%s", xa->x_argv[0]);
	_exit(errno == ENOENT ? 127 : 126);
}

/* End as the program did. */
static int
end_as(int status)
{
	struct rlimit rl = { 0, 0 };

	if (WIFEXITED(status))
		return (WEXITSTATUS(status));
	setrlimit(RLIMIT_CORE, &rl);
	reset_signals();
	raise(WTERMSIG(status));
	return (128 + WTERMSIG(status));
}

/*
 * Wait for the program.  Signals sent to us go on to it, but those of the
 * terminal reach it anyway; when it stops, so do we.
 */
static int
attend(pid_t pid)
{
	siginfo_t si;
	sigset_t set;
	int status;

	sigfillset(&set);
	for (;;) {
		if (sigwaitinfo(&set, &si) == -1)
			continue;
		if (si.si_signo != SIGCHLD) {
			if (si.si_code != SI_KERNEL)
				kill(pid, si.si_signo);
			continue;
		}
		while (waitpid(pid, &status, WNOHANG | WUNTRACED) == pid) {
			if (!WIFSTOPPED(status))
				return (end_as(status));
			kill(getpid(), SIGSTOP);
			kill(pid, SIGCONT);
		}
	}
}

/*
 * Run a program in machine `name' and wait for it; its exit status.  Does not
 * return when the program died of a signal (so do we then), nor on a fault of
 * its own.  The calling process is left inside the machine's namespaces.
 */
int
exec_run(const char *name, const struct execargs *xa)
{
	struct join j;
	sigset_t set;
	pid_t pid;
	int alive[2], sp[2] = { -1, -1 };

	join_open(&j, name);
	if (xa->x_outfd == -1 && pty_wanted() &&
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sp) == -1)
		err(1, "socketpair");
	if (xa->x_host)
		join_enter_host(&j);
	else
		join_enter(&j);
	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (pipe2(alive, O_CLOEXEC) == -1)
		err(1, "pipe");
	pid = fork();
	if (pid == -1)
		err(1, "fork");
	if (pid == 0) {
		close(alive[1]);
		become(&j, xa, sp[1], alive[0]);
	}
	close(alive[0]);
	close(j.j_kernel);
	if (sp[0] == -1)
		return (attend(pid));
	close(sp[1]);
	return (end_as(pty_parent(sp[0], pid)));
}

/* warren exec [-H] [-u user] machine [program [argument ...]] */
int
cmd_exec(int argc, char **argv)
{
	static char *shell[] = { "/bin/sh", NULL };
	struct execargs xa;
	char *name;
	int ch;

	memset(&xa, 0, sizeof(xa));
	xa.x_outfd = -1;
	while ((ch = getopt(argc, argv, "+Hu:")) != -1) {
		switch (ch) {
		case 'H':
			xa.x_host = 1;
			break;
		case 'u':
			xa.x_user = optarg;
			break;
		default:
			usage();
		}
	}
	argc -= optind;
	argv += optind;
	if (argc == 0)
		usage();
	name = run_name(argv[0]);
	xa.x_argv = argc > 1 ? argv + 1 : shell;
	return (exec_run(name, &xa));
}
