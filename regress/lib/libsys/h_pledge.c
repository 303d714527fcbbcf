/*
 * h_pledge PROMISES ACT ...: promise, then act; runs inside a machine.
 * Prints what each act came to, one a line.  An act that breaks a promise
 * ends the process.
 *
 *	read FILE, write FILE, create FILE	open it so
 *	fork, kill, setuid, chown FILE
 *	inet, route		open a socket
 *	recv			a datagram through a kernel socket to itself
 *	exec FILE
 *	pledge PROMISES		again
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sys/bsdnum.h>
#include <netinet/in.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
act_fork(void)
{
	pid_t	 pid;

	if ((pid = fork()) == 0)
		_exit(0);
	return (pid == -1 ? -1 : waitpid(pid, NULL, 0) == pid ? 0 : -1);
}

static int
act_recv(void)
{
	struct sockaddr_in	 sin;
	socklen_t		 len = sizeof(sin);
	char			 c = 0;
	int			 s;

	memset(&sin, 0, sizeof(sin));
	sin.sin_family = AF_INET;
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if ((s = socket(AF_INET, SOCK_DGRAM, 0)) == -1 ||
	    bind(s, (struct sockaddr *)&sin, sizeof(sin)) == -1 ||
	    getsockname(s, (struct sockaddr *)&sin, &len) == -1 ||
	    sendto(s, "x", 1, 0, (struct sockaddr *)&sin, len) != 1 ||
	    recv(s, &c, 1, 0) != 1 || c != 'x')
		return (-1);
	return (close(s));
}

static int
act_open(const char *path, int flags)
{
	int	 fd;

	if ((fd = open(path, flags, 0644)) == -1)
		return (-1);
	return (close(fd));
}

static int
act(const char *what, char ***argv)
{
	if (strcmp(what, "fork") == 0)
		return (act_fork());
	if (strcmp(what, "recv") == 0)
		return (act_recv());
	if (strcmp(what, "inet") == 0)
		return (socket(AF_INET, SOCK_DGRAM, 0) == -1 ? -1 : 0);
	if (strcmp(what, "route") == 0)
		return (socket(BSD_PF_ROUTE, SOCK_RAW, 0) == -1 ? -1 : 0);
	if (strcmp(what, "kill") == 0)
		return (kill(getppid(), 0));
	if (strcmp(what, "setuid") == 0)
		return (setresuid(65534, 65534, 65534));
	if (**argv == NULL)
		exit(2);
	if (strcmp(what, "read") == 0)
		return (act_open(*(*argv)++, O_RDONLY));
	if (strcmp(what, "write") == 0)
		return (act_open(*(*argv)++, O_WRONLY));
	if (strcmp(what, "create") == 0)
		return (act_open(*(*argv)++, O_WRONLY | O_CREAT));
	if (strcmp(what, "chown") == 0)
		return (chown(*(*argv)++, 0, 0));
	if (strcmp(what, "pledge") == 0)
		return (pledge(*(*argv)++, NULL));
	if (strcmp(what, "exec") == 0)
		return (execl(**argv, **argv, "done", NULL));
	exit(2);
}

int
main(int argc, char *argv[])
{
	const char	*what;

	if (argc < 3)
		return (2);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (pledge(argv[1], NULL) == -1) {
		printf("pledge: %s\n", strerror(errno));
		return (1);
	}
	for (argv += 2; *argv != NULL;) {
		what = *argv++;
		if (act(what, &argv) == -1)
			printf("%s: %s\n", what, strerror(errno));
		else
			printf("%s: ok\n", what);
	}
	return (0);
}
