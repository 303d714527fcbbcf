/*
 * A machine's /etc and /var.
 *
 * The directory etc/ of the machine is its /etc, bound there, so that an edit
 * from either side is seen at once by the other.  What it lacks is copied in
 * from the image's defaults at boot and noted in .defaults; at halt the
 * copies that nobody changed go again, and etc/ holds what it did before:
 * only what differs from the defaults.
 *
 *	.defaults:	one path a line, relative to etc/
 */
#include <sys/stat.h>

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "warren.h"

struct etc {
	int	 e_from;	/* the image's etc */
	int	 e_to;		/* the machine's etc */
	FILE	*e_list;	/* .defaults */
};

/* Copy one file with its mode; 0, or -1 with errno. */
static int
copy_file(int from, int to, const char *name, mode_t mode)
{
	char buf[16384];
	ssize_t n;
	int in, out, rv = -1;

	in = openat(from, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (in == -1)
		return (-1);
	out = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (out == -1) {
		close(in);
		return (-1);
	}
	while ((n = read(in, buf, sizeof(buf))) > 0) {
		if (write_all(out, buf, n) == -1)
			break;
	}
	if (n == 0)
		rv = fchmod(out, mode & 07777);
	close(in);
	close(out);
	return (rv);
}

/* Make one entry of the defaults where the machine has none. */
static void
fill_one(struct etc *e, const char *path, const struct stat *st)
{
	char link[PATH_MAX];
	ssize_t n;
	int rv;

	if (S_ISDIR(st->st_mode)) {
		rv = mkdirat(e->e_to, path, 0700);
		if (rv == 0)
			rv = fchmodat(e->e_to, path, st->st_mode & 07777, 0);
	} else if (S_ISLNK(st->st_mode)) {
		n = readlinkat(e->e_from, path, link, sizeof(link) - 1);
		if (n == -1)
			err(1, "image etc/%s", path);
		link[n] = '\0';
		rv = symlinkat(link, e->e_to, path);
	} else
		rv = copy_file(e->e_from, e->e_to, path, st->st_mode);
	if (rv == -1 && errno == EEXIST)
		return;
	if (rv == -1)
		err(1, "etc/%s", path);
	fprintf(e->e_list, "%s\n", path);
}

/* Walk one directory of the defaults. */
static void
fill_dir(struct etc *e, const char *dir)
{
	struct dirent *de;
	struct stat st;
	char *path;
	DIR *d;
	int fd;

	fd = openat(e->e_from, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1 || (d = fdopendir(fd)) == NULL)
		err(1, "image etc/%s", dir);
	while ((de = readdir(d)) != NULL) {
		if (strcmp(de->d_name, ".") == 0 ||
		    strcmp(de->d_name, "..") == 0)
			continue;
		path = strcmp(dir, ".") == 0 ? xstrdup(de->d_name) :
		    xasprintf("%s/%s", dir, de->d_name);
		if (fstatat(e->e_from, path, &st, AT_SYMLINK_NOFOLLOW) == -1)
			err(1, "image etc/%s", path);
		fill_one(e, path, &st);
		if (S_ISDIR(st.st_mode))
			fill_dir(e, path);
		free(path);
	}
	closedir(d);
}

/* Complete dir/etc from image/etc; ends the program when that fails. */
void
etc_fill(const char *dir, const char *image)
{
	struct etc e;
	char *from, *to, *list;

	etc_drain(dir);
	from = xasprintf("%s/etc", image);
	to = xasprintf("%s/etc", dir);
	list = xasprintf("%s/.defaults", dir);
	if (mkdir(to, 0755) == -1 && errno != EEXIST)
		err(1, "%s", to);
	e.e_from = open(from, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (e.e_from == -1)
		err(1, "%s", from);
	e.e_to = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (e.e_to == -1)
		err(1, "%s", to);
	e.e_list = fopen(list, "we");
	if (e.e_list == NULL)
		err(1, "%s", list);
	fill_dir(&e, ".");
	if (fprintf(e.e_list, "from %s\n", from) < 0 ||
	    fclose(e.e_list) == EOF)
		err(1, "%s", list);
	close(e.e_from);
	close(e.e_to);
	free(from);
	free(to);
	free(list);
}

/* Do the two files hold the same? */
static int
same_file(int a, int b, const char *path, const struct stat *st)
{
	char x[16384], y[16384];
	struct stat sb;
	ssize_t n;
	int fa, fb, same = 0;

	if (fstatat(b, path, &sb, AT_SYMLINK_NOFOLLOW) == -1 ||
	    sb.st_mode != st->st_mode || sb.st_size != st->st_size)
		return (0);
	fa = openat(a, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	fb = openat(b, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	while (fa != -1 && fb != -1) {
		n = read(fa, x, sizeof(x));
		if (n < 0 || read(fb, y, sizeof(y)) != n ||
		    memcmp(x, y, n) != 0)
			break;
		if (n == 0) {
			same = 1;
			break;
		}
	}
	if (fa != -1)
		close(fa);
	if (fb != -1)
		close(fb);
	return (same);
}

/* Take one default away, unless it was changed. */
static void
drain_one(int to, int from, const char *path)
{
	struct stat st;

	if (path[0] == '/' || strstr(path, "..") != NULL)
		return;
	if (fstatat(to, path, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return;
	if (S_ISDIR(st.st_mode))
		unlinkat(to, path, AT_REMOVEDIR);
	else if (S_ISLNK(st.st_mode) || same_file(to, from, path, &st))
		unlinkat(to, path, 0);
}

/* Read .defaults: its paths, and where they were copied from. */
static size_t
drain_list(const char *list, char ***lines, char **from)
{
	char *buf = NULL, **l = NULL;
	size_t n = 0, size = 0;
	ssize_t len;
	FILE *f;

	*from = NULL;
	f = fopen(list, "re");
	if (f == NULL)
		return (0);
	while ((len = getline(&buf, &size, f)) > 0) {
		if (buf[len - 1] == '\n')
			buf[len - 1] = '\0';
		if (strncmp(buf, "from ", 5) == 0) {
			*from = xstrdup(buf + 5);
			continue;
		}
		l = reallocarray(l, n + 1, sizeof(*l));
		if (l == NULL)
			err(1, NULL);
		l[n++] = xstrdup(buf);
	}
	free(buf);
	fclose(f);
	*lines = l;
	return (n);
}

/* Take away the defaults that etc_fill() left in dir/etc. */
void
etc_drain(const char *dir)
{
	char *from, **lines = NULL, *list, *to;
	int ffd = -1, tfd;
	size_t n;

	list = xasprintf("%s/.defaults", dir);
	to = xasprintf("%s/etc", dir);
	n = drain_list(list, &lines, &from);
	tfd = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (from != NULL)
		ffd = open(from, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* From the end: what is in a directory was listed after it. */
	while (n-- > 0) {
		if (tfd != -1)
			drain_one(tfd, ffd, lines[n]);
		free(lines[n]);
	}
	unlink(list);
	if (ffd != -1)
		close(ffd);
	if (tfd != -1)
		close(tfd);
	free(lines);
	free(from);
	free(list);
	free(to);
}

/* The folders that every /var has; /var/run starts empty. */
void
var_fill(const char *dir)
{
	static const struct {
		const char	*name;
		mode_t		 mode;
	} dirs[] = {
		{ "", 0755 }, { "/run", 0755 }, { "/run/wireguard", 0700 },
		{ "/log", 0755 }, { "/db", 0755 }, { "/empty", 0755 },
		{ "/tmp", 01777 }, { "/cron", 0755 }
	};
	char *path;
	size_t i;

	path = xasprintf("%s/var/run", dir);
	remove_tree(AT_FDCWD, path, 1);
	free(path);
	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		path = xasprintf("%s/var%s", dir, dirs[i].name);
		if (mkdir(path, 0700) == 0) {
			if (chmod(path, dirs[i].mode) == -1)
				err(1, "%s", path);
		} else if (errno != EEXIST)
			err(1, "%s", path);
		free(path);
	}
}
