/*
 * ikectl(8): ask iked(8) by its control socket.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ikectl.h"

/* Words, what they ask, whether one more is to come, and what is said. */
static const struct command {
	const char	*c_words[3];
	enum iked_imsg	 c_type;
	const char	*c_arg;
	const char	*c_said;
	enum view	 c_view;
} commands[] = {
	{ { "active" }, IMSG_CTL_ACTIVE },
	{ { "couple" }, IMSG_CTL_COUPLE },
	{ { "decouple" }, IMSG_CTL_DECOUPLE },
	{ { "load" }, IMSG_CTL_LOAD, "<path>" },
	{ { "log", "brief" }, IMSG_CTL_BRIEF, NULL,
	    "logging request sent." },
	{ { "log", "verbose" }, IMSG_CTL_VERBOSE, NULL,
	    "logging request sent." },
	{ { "monitor" }, IMSG_CTL_MONITOR },
	{ { "passive" }, IMSG_CTL_PASSIVE },
	{ { "reload" }, IMSG_CTL_RELOAD },
	{ { "reset", "all" }, IMSG_CTL_RESET_ALL, NULL,
	    "reset request sent." },
	{ { "reset", "ca" }, IMSG_CTL_RESET_CA, NULL,
	    "reset request sent." },
	{ { "reset", "id" }, IMSG_CTL_RESET_ID, "<ikeid>",
	    "reset request sent." },
	{ { "reset", "policy" }, IMSG_CTL_RESET_POLICY, NULL,
	    "reset request sent." },
	{ { "reset", "sa" }, IMSG_CTL_RESET_SA, NULL,
	    "reset request sent." },
	{ { "reset", "user" }, IMSG_NONE, NULL,
	    "users are for EAP, which is not supported yet" },
	{ { "show", "certinfo" }, IMSG_CTL_SHOW_CERTS, NULL, NULL,
	    VIEW_INFO },
	{ { "show", "certstore" }, IMSG_CTL_SHOW_CERTS, NULL, NULL,
	    VIEW_STORE },
	{ { "show", "flows" }, IMSG_CTL_SHOW_SA, NULL, NULL, VIEW_FLOWS },
	{ { "show", "sa" }, IMSG_CTL_SHOW_SA },
	{ { "show", "stats" }, IMSG_CTL_SHOW_STATS },
};
#define NCOMMANDS	(sizeof(commands) / sizeof(commands[0]))

static void
usage(void)
{
	fprintf(stderr, "usage: ikectl [-jq] [-s socket] command [arg ...]\n");
	exit(1);
}

/* Does a command begin as the first n words do, the last abbreviated? */
static int
fits(const struct command *c, char **argv, int n)
{
	int	 i;

	for (i = 0; i < n; i++)
		if (c->c_words[i] == NULL || strncmp(c->c_words[i], argv[i],
		    strlen(argv[i])) != 0)
			return (0);
	return (1);
}

static void
complain(const char *what, const char *word, char **argv, int n)
{
	const char	*last = NULL, *w;
	size_t		 i;

	fprintf(stderr, "%s argument: %s\nvalid commands/args:\n", what,
	    word);
	for (i = 0; i < NCOMMANDS; i++) {
		if (!fits(&commands[i], argv, n))
			continue;
		w = commands[i].c_words[n] != NULL ? commands[i].c_words[n] :
		    commands[i].c_arg != NULL ? commands[i].c_arg : "<cr>";
		if (last == NULL || strcmp(last, w) != 0)
			fprintf(stderr, "  %s\n", w);
		last = w;
	}
	exit(1);
}

/* The command that the words are, how many they are into n. */
static const struct command *
find(int argc, char **argv, int *n)
{
	const struct command	*found;
	size_t			 i;
	int			 k, several;

	for (k = 1;; k++) {
		if (k > argc)
			complain("missing", "", argv, k - 1);
		found = NULL;
		several = 0;
		for (i = 0; i < NCOMMANDS; i++) {
			if (!fits(&commands[i], argv, k))
				continue;
			if (found != NULL && strcmp(found->c_words[k - 1],
			    commands[i].c_words[k - 1]) != 0)
				several = 1;
			found = &commands[i];
		}
		if (found == NULL)
			complain("unknown", argv[k - 1], argv, k - 1);
		if (several)
			complain("ambiguous", argv[k - 1], argv, k - 1);
		if (found->c_words[k] == NULL)
			break;
	}
	*n = k;
	return (found);
}

static int
connect_to(const char *path)
{
	struct sockaddr_un	 un;
	int			 fd;

	memset(&un, 0, sizeof(un));
	un.sun_family = AF_UNIX;
	if (strlcpy(un.sun_path, path, sizeof(un.sun_path)) >=
	    sizeof(un.sun_path))
		errx(1, "%s: name too long", path);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (fd == -1 || connect(fd, (struct sockaddr *)&un, sizeof(un)) == -1)
		err(1, "connect: %s", path);
	return (fd);
}

/* A file's name as the daemon, which is elsewhere, needs it. */
static const char *
absolute(const char *path)
{
	static char	 buf[1024];
	char		 dir[1024];

	if (path[0] == '/')
		return (path);
	if (getcwd(dir, sizeof(dir)) == NULL)
		err(1, "getcwd");
	if ((size_t)snprintf(buf, sizeof(buf), "%s/%s", dir, path) >=
	    sizeof(buf))
		errx(1, "%s: name too long", path);
	return (buf);
}

/* Read answers to the last one.  The exit status. */
static int
answers(struct imsgbuf *ib, const struct options *o)
{
	struct imsg	 im;
	int		 n;

	for (;;) {
		while ((n = imsg_get(ib, &im)) == 1) {
			if (im.i_hdr.i_type == IMSG_CTL_OK)
				return (0);
			if (im.i_hdr.i_type == IMSG_CTL_FAIL) {
				fprintf(stderr, "ikectl: %.*s\n",
				    (int)im.i_datalen, (char *)im.i_data);
				return (1);
			}
			show(&im, o);
		}
		if (n == -1 || imsg_read(ib) != 1) {
			if (o->o_forever)
				return (0);
			errx(1, "iked is gone");
		}
	}
}

int
main(int argc, char *argv[])
{
	const struct command	*c;
	const char		*sock = IKED_SOCK, *arg = "";
	struct imsgbuf		 ib;
	struct options		 o = { VIEW_ALL, 0, 0, 0 };
	int			 ch, n, status;

	while ((ch = getopt(argc, argv, "jqs:")) != -1)
		if (ch == 'j')
			o.o_json = 1;
		else if (ch == 'q')
			o.o_quiet = 1;
		else if (ch == 's')
			sock = optarg;
		else
			usage();
	argc -= optind;
	argv += optind;
	if (argc == 0)
		usage();
	c = find(argc, argv, &n);
	if (c->c_arg != NULL) {
		if (argc == n)
			complain("missing", "", argv, n);
		arg = argv[n++];
		if (c->c_type == IMSG_CTL_LOAD)
			arg = absolute(arg);
	}
	if (argc > n) {
		fprintf(stderr, "superfluous argument: %s\n", argv[n]);
		return (1);
	}
	if (c->c_type == IMSG_NONE)
		errx(1, "%s", c->c_said);
	o.o_view = c->c_view;
	o.o_forever = c->c_type == IMSG_CTL_MONITOR;
	if (imsg_init(&ib, connect_to(sock)) == -1 || imsg_compose(&ib,
	    c->c_type, 0, -1, arg, strlen(arg)) == -1 || imsg_flush(&ib) != 1)
		err(1, "imsg");
	status = answers(&ib, &o);
	if (status == 0 && c->c_said != NULL)
		printf("%s\n", c->c_said);
	return (status);
}
