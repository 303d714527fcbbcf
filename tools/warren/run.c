/*
 * The run directory: one folder a machine, below
 *
 *	$WARREN_RUN, else /run/warren for root, else $XDG_RUNTIME_DIR/warren,
 *	else /tmp/warren-UID
 *
 * It holds
 *
 *	lock		locked by the monitor for as long as the machine lives
 *	control		the monitor's socket
 *	kernel		the kernel's socket
 *	console		what the kernel and the boot script said
 *	root		where init mounts the machine's root, in its namespace
 */
#include <sys/file.h>
#include <sys/stat.h>

#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "warren.h"

/* May a machine have this name? */
int
name_ok(const char *s)
{
	size_t i;

	for (i = 0; s[i] != '\0'; i++) {
		if (!isalnum((unsigned char)s[i]) &&
		    strchr("._-", s[i]) == NULL)
			return (0);
	}
	return (i > 0 && i <= NAME_MAX_LEN && s[0] != '.' && s[0] != '-');
}

/* The directory that holds the run directories; made when missing. */
const char *
run_base(void)
{
	static char *base;
	struct stat st;
	const char *e;

	if (base != NULL)
		return (base);
	if ((e = getenv("WARREN_RUN")) != NULL && *e != '\0')
		base = xstrdup(e);
	else if (geteuid() == 0)
		base = xstrdup("/run/warren");
	else if ((e = getenv("XDG_RUNTIME_DIR")) != NULL && *e != '\0')
		base = xasprintf("%s/warren", e);
	else
		base = xasprintf("/tmp/warren-%u", geteuid());
	if (base[0] != '/')
		errx(1, "%s: not an absolute path", base);
	if (strlen(base) > 60)
		errx(1, "%s: too long for the sockets in it", base);
	if (mkdir_p(base, 0700) == -1)
		err(1, "%s", base);
	if (lstat(base, &st) == -1)
		err(1, "%s", base);
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() ||
	    (st.st_mode & 022) != 0)
		errx(1, "%s: not a directory that only you may write", base);
	return (base);
}

/* The path of a file in a machine's run directory, the caller's to free. */
char *
run_path(const char *name, const char *file)
{
	return (xasprintf("%s/%s%s%s", run_base(), name,
	    file == NULL ? "" : "/", file == NULL ? "" : file));
}

/*
 * The name meant by an argument, which may also be the machine's directory.
 * Ends the program when it cannot be one.
 */
char *
run_name(const char *arg)
{
	char *p, *dir, *slash;

	if (name_ok(arg))
		return (xstrdup(arg));
	dir = realpath(arg, NULL);
	if (dir == NULL)
		errx(1, "\"%s\": neither a machine's name nor its directory",
		    arg);
	slash = strrchr(dir, '/');
	p = xstrdup(slash + 1);
	free(dir);
	if (!name_ok(p))
		errx(1, "\"%s\": not a machine name", p);
	return (p);
}

/*
 * Make the run directory and take its lock.  Returns the descriptor that
 * holds it, or -1 with errno: EWOULDBLOCK when the machine runs.  An ended
 * machine removes the directory under its lock, so what was locked is looked
 * at again by name.
 */
int
run_lock(const char *name)
{
	struct stat a, b;
	char *dir, *path;
	int fd;

	dir = run_path(name, NULL);
	path = run_path(name, "lock");
	for (;;) {
		fd = -1;
		if (mkdir(dir, 0700) == -1 && errno != EEXIST)
			break;
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (fd == -1 && errno == ENOENT)
			continue;
		if (fd == -1)
			break;
		if (flock(fd, LOCK_EX | LOCK_NB) == -1) {
			close(fd);
			fd = -1;
			errno = EWOULDBLOCK;
			break;
		}
		if (fstat(fd, &a) == 0 && stat(path, &b) == 0 &&
		    a.st_ino == b.st_ino && a.st_dev == b.st_dev)
			break;
		close(fd);
	}
	free(dir);
	free(path);
	return (fd);
}

/* Does a machine of that name live? */
int
run_alive(const char *name)
{
	char *path;
	int alive, fd;

	path = run_path(name, "lock");
	fd = open(path, O_RDWR | O_CLOEXEC);
	free(path);
	if (fd == -1)
		return (0);
	alive = flock(fd, LOCK_SH | LOCK_NB) == -1 && errno == EWOULDBLOCK;
	close(fd);
	return (alive);
}

/* Remove the run directory; the caller holds its lock. */
void
run_clear(const char *name)
{
	char *dir;

	dir = run_path(name, NULL);
	remove_tree(AT_FDCWD, dir, 0);
	free(dir);
}
