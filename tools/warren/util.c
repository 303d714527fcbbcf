/*
 * Small things that several commands use.
 */
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "warren.h"

/* Zeroed memory, or the end of the program. */
void *
xmalloc(size_t n)
{
	void *p;

	p = calloc(1, n);
	if (p == NULL)
		err(1, NULL);
	return (p);
}

/* A copy of the string; NULL stays NULL. */
char *
xstrdup(const char *s)
{
	char *p;

	if (s == NULL)
		return (NULL);
	p = strdup(s);
	if (p == NULL)
		err(1, NULL);
	return (p);
}

/* A formatted string of the caller's. */
char *
xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&p, fmt, ap);
	va_end(ap);
	if (n == -1)
		err(1, NULL);
	return (p);
}

/* Write all n bytes; 0, or -1 with errno. */
int
write_all(int fd, const void *buf, size_t n)
{
	const char *p = buf;
	ssize_t w;

	while (n > 0) {
		w = write(fd, p, n);
		if (w == -1 && errno == EINTR)
			continue;
		if (w == -1)
			return (-1);
		p += w;
		n -= w;
	}
	return (0);
}

/* Read a small file as a string; its length, or -1 with errno. */
int
read_file(const char *path, char *buf, size_t size)
{
	size_t n = 0;
	ssize_t r;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return (-1);
	while (n < size - 1) {
		r = read(fd, buf + n, size - 1 - n);
		if (r == -1 && errno == EINTR)
			continue;
		if (r <= 0)
			break;
		n += r;
	}
	close(fd);
	buf[n] = '\0';
	return ((int)n);
}

/* Make a directory and those above it; 0, or -1 with errno. */
int
mkdir_p(const char *path, mode_t mode)
{
	char buf[PATH_MAX], *p;

	if (strlen(path) >= sizeof(buf)) {
		errno = ENAMETOOLONG;
		return (-1);
	}
	strcpy(buf, path);
	for (p = buf + 1; (p = strchr(p, '/')) != NULL; p++) {
		*p = '\0';
		if (mkdir(buf, 0755) == -1 && errno != EEXIST)
			return (-1);
		*p = '/';
	}
	if (mkdir(buf, mode) == -1 && errno != EEXIST)
		return (-1);
	return (0);
}

/*
 * Remove what is in directory `name' below dirfd, and the directory itself
 * unless keep is set.  Symbolic links are not followed.  0, or -1 with errno
 * of the first failure.
 */
int
remove_tree(int dirfd, const char *name, int keep)
{
	struct dirent *de;
	struct stat st;
	DIR *d;
	int fd, rv = 0;

	fd = openat(dirfd, name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return (-1);
	d = fdopendir(fd);
	if (d == NULL) {
		close(fd);
		return (-1);
	}
	while ((de = readdir(d)) != NULL) {
		if (strcmp(de->d_name, ".") == 0 ||
		    strcmp(de->d_name, "..") == 0)
			continue;
		if (fstatat(fd, de->d_name, &st, AT_SYMLINK_NOFOLLOW) == -1)
			continue;
		if (S_ISDIR(st.st_mode))
			rv |= remove_tree(fd, de->d_name, 0);
		else
			rv |= unlinkat(fd, de->d_name, 0);
	}
	closedir(d);
	if (!keep)
		rv |= unlinkat(dirfd, name, AT_REMOVEDIR);
	return (rv ? -1 : 0);
}

/* A descriptor for the process, or -1 with errno. */
int
pidfd_open(pid_t pid)
{
	return ((int)syscall(SYS_pidfd_open, pid, 0));
}

/* Wait for a child's end; its wait status, or -1. */
int
wait_exit(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) == -1) {
		if (errno != EINTR)
			return (-1);
	}
	return (status);
}

/* Milliseconds of the monotonic clock. */
long
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (ts.tv_sec * 1000L + ts.tv_nsec / 1000000);
}

/*
 * Leave the caller's terminal or pipe: standard descriptors are the null
 * device from now on.  Ends the process when there is none.
 */
void
detach(void)
{
	int fd;

	fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (fd == -1)
		err(1, "/dev/null");
	dup2(fd, STDIN_FILENO);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	close(fd);
}
