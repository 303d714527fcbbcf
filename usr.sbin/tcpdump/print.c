/*
 * The printer: Debian's tcpdump, which reads a capture file from a pipe.
 *
 *	tcpdump --- pcap file ---> printer ---> standard output
 *	   ^                          |
 *	   +---- what it complains ---+---> standard error
 *
 * It is no part of the machine's own programs: it lies with the libraries
 * that it needs in a directory of its own, and is started by the dynamic
 * linker there.  It runs as _tcpdump, in a process group of its own, so that
 * an interrupt from the terminal ends the capture and not the printing of
 * what has been captured.
 */
#include <sys/types.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tcpdump.h"

#define DIR		"/usr/libexec/tcpdump"
#define LINKER		DIR "/ld.so"
#define USER		"_tcpdump"

/* What it says of itself when it starts. */
#define GREETING	"reading from file"

static pid_t	 printer = -1;
static int	 errfd = -1;
static char	 line[1024];		/* of its complaints */
static size_t	 linelen;

/* Give up what root may do. */
static void
drop(void)
{
	struct passwd	*pw;

	if (geteuid() != 0)
		return;
	if ((pw = getpwnam(USER)) == NULL)
		errx(1, "no user %s", USER);
	if (setgroups(1, &pw->pw_gid) == -1 ||
	    setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) == -1 ||
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) == -1)
		err(1, "%s", USER);
}

static void __attribute__((__noreturn__))
become_printer(const struct options *o, int in, int complain)
{
	char	*argv[PRINTER_ARGS + 10];
	int	 i, n = 0;

	if (setpgid(0, 0) == -1 || dup2(in, STDIN_FILENO) == -1 ||
	    dup2(complain, STDERR_FILENO) == -1)
		err(1, "printer");
	drop();
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		err(1, "printer");
	argv[n++] = LINKER;
	argv[n++] = "--argv0";
	argv[n++] = "tcpdump";
	argv[n++] = "--library-path";
	argv[n++] = DIR;
	argv[n++] = DIR "/tcpdump";
	argv[n++] = "-r";
	argv[n++] = "-";
	for (i = 0; i < o->o_nargs; i++)
		argv[n++] = o->o_args[i];
	argv[n] = NULL;
	execv(LINKER, argv);
	err(1, LINKER);
}

/*
 * Start it with the options o_args.  Returns the stream that it prints; ends
 * the program on failure.
 */
FILE *
printer_start(const struct options *o)
{
	FILE	*f;
	int	 to[2], from[2];

	if (pipe2(to, O_CLOEXEC) == -1 || pipe2(from, O_CLOEXEC) == -1)
		err(1, "pipe");
	if ((printer = fork()) == -1)
		err(1, "fork");
	if (printer == 0)
		become_printer(o, to[0], from[1]);
	close(to[0]);
	close(from[1]);
	errfd = from[0];
	if ((f = fdopen(to[1], "w")) == NULL)
		err(1, NULL);
	return (f);
}

/*
 * The descriptor on which it complains; -1 when there is no printer.
 */
int
printer_errfd(void)
{
	return (errfd);
}

static void
put_line(void)
{
	if (strncmp(line, GREETING, strlen(GREETING)) != 0)
		fprintf(stderr, "%s\n", line);
	linelen = 0;
}

/*
 * Pass on what it has complained of.
 */
void
printer_relay(void)
{
	char	 buf[256];
	ssize_t	 i, n;

	n = read(errfd, buf, sizeof(buf));
	if (n == -1 && (errno == EINTR || errno == EAGAIN))
		return;
	for (i = 0; i < n; i++) {
		if (buf[i] != '\n' && linelen < sizeof(line) - 1) {
			line[linelen++] = buf[i];
			continue;
		}
		line[linelen] = '\0';
		put_line();
	}
	if (n > 0)
		return;
	if (linelen > 0) {
		line[linelen] = '\0';
		put_line();
	}
	close(errfd);
	errfd = -1;
}

/*
 * Nothing more is to be printed: wait until everything has been.  Returns 0,
 * or -1 when it has failed.
 */
int
printer_end(FILE *f)
{
	int	 status;

	(void)fclose(f);
	while (errfd != -1)
		printer_relay();
	while (waitpid(printer, &status, 0) == -1)
		if (errno != EINTR)
			return (-1);
	return (WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1);
}
