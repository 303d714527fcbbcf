/*
 * dmesg(8): print what the kernel said since boot, or with -s what went to
 * its console.  The kernel hands out a ring; once it has wrapped, the line
 * that lost its beginning is left out.
 */
#include <sys/types.h>
#include <sys/sysctl.h>
#include <sys/msgbuf.h>

#include <err.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <vis.h>

static void __dead
usage(void)
{
	fprintf(stderr, "usage: dmesg [-s]\n");
	exit(1);
}

/* Fetch the message buffer of kern.<what>, of *len bytes. */
static void *
fetch(int what, size_t *len)
{
	int	 mib[2] = { CTL_KERN, 0 };
	void	*buf;

	mib[1] = what;
	*len = 0;
	if (sysctl(mib, 2, NULL, len, NULL, 0) == -1)
		err(1, "sysctl");
	if ((buf = calloc(1, *len + 1)) == NULL)
		err(1, NULL);
	if (sysctl(mib, 2, buf, len, NULL, 0) == -1)
		err(1, "sysctl");
	return (buf);
}

/*
 * One character of the log.  Escapes of a console and what else is not text
 * are shown, not obeyed.
 */
static void
put(int ch)
{
	char	 buf[5];

	if (ch == '\0')
		return;
	if (ch == '\n' || ch == '\t') {
		putchar(ch);
		return;
	}
	vis(buf, ch, VIS_NOSLASH, 0);
	fputs(buf, stdout);
}

static void
print(const struct msgbuf *mb, size_t room)
{
	size_t	 at, i, size;
	int	 ch, skip, last = '\n';

	size = mb->msg_bufs;
	if (mb->msg_magic != MSG_MAGIC || mb->msg_bufs <= 0 || size > room)
		errx(1, "magic number incorrect");
	at = (size_t)mb->msg_bufx % size;
	skip = mb->msg_bufd > 0;
	for (i = 0; i < size; i++) {
		ch = (unsigned char)mb->msg_bufc[(at + i) % size];
		if (ch == '\0')
			continue;
		if (skip) {
			skip = ch != '\n';
			continue;
		}
		put(ch);
		last = ch;
	}
	if (last != '\n')
		putchar('\n');
}

int
main(int argc, char *argv[])
{
	const struct msgbuf	*mb;
	size_t			 len;
	int			 ch, what = KERN_MSGBUF;

	while ((ch = getopt(argc, argv, "s")) != -1) {
		switch (ch) {
		case 's':
			what = KERN_CONSBUF;
			break;
		default:
			usage();
		}
	}
	if (argc != optind)
		usage();
	mb = fetch(what, &len);
	if (pledge("stdio", NULL) == -1)
		err(1, "pledge");
	if (len < offsetof(struct msgbuf, msg_bufc))
		errx(1, "short message buffer");
	print(mb, len - offsetof(struct msgbuf, msg_bufc));
	exit(0);
}
