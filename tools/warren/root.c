/*
 * The machine's root directory, built by init in its own mount namespace:
 *
 *	/	the image, read-only, from a bind mount
 *	/etc	the machine's etc/	/var	the machine's var/
 *	/tmp	/dev			memory
 *	/proc	of the machine's pid namespace
 */
#include <linux/mount.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "warren.h"

/* The glibc and the kernel header both define what the other lacks. */
#ifndef MOUNT_ATTR_RDONLY
#define MOUNT_ATTR_RDONLY	0x00000001
#endif

/* Bind a directory or file over another; 0, or -1 after a message. */
static int
bind_over(const char *from, const char *to)
{
	if (mount(from, to, NULL, MS_BIND, NULL) == -1) {
		warn("bind %s on %s", from, to);
		return (-1);
	}
	return (0);
}

/*
 * Make a mount read-only.  Only this attribute changes: inside a user
 * namespace the others are locked, and remounting would have to repeat them.
 */
static int
make_readonly(const char *path)
{
	struct mount_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.attr_set = MOUNT_ATTR_RDONLY;
	if (syscall(SYS_mount_setattr, AT_FDCWD, path, 0, &attr,
	    sizeof(attr)) == -1) {
		warn("read-only %s", path);
		return (-1);
	}
	return (0);
}

static int
mount_tmpfs(const char *path, const char *opts)
{
	if (mount("tmpfs", path, "tmpfs", MS_NOSUID, opts) == -1) {
		warn("tmpfs on %s", path);
		return (-1);
	}
	return (0);
}

/* One device of the host's; a bind mount, since a user may make none. */
static int
dev_node(const char *name)
{
	char from[64];
	int fd;

	fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd == -1) {
		warn("dev/%s", name);
		return (-1);
	}
	close(fd);
	snprintf(from, sizeof(from), "/dev/%s", name);
	return (bind_over(from, name));
}

static int
dev_link(const char *name, const char *target)
{
	if (symlink(target, name) == -1) {
		warn("dev/%s", name);
		return (-1);
	}
	return (0);
}

/* Fill dev, the working directory. */
static int
build_dev(void)
{
	static const char *nodes[] = {
		"null", "zero", "full", "random", "urandom", "tty"
	};
	size_t i;

	for (i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
		if (dev_node(nodes[i]) == -1)
			return (-1);
	}
	if (mkdir("pts", 0755) == -1 ||
	    mount("devpts", "pts", "devpts", MS_NOSUID | MS_NOEXEC,
	    "newinstance,ptmxmode=0666,mode=620") == -1) {
		warn("devpts on dev/pts");
		return (-1);
	}
	if (dev_link("ptmx", "pts/ptmx") == -1 ||
	    dev_link("fd", "/proc/self/fd") == -1 ||
	    dev_link("stdin", "/proc/self/fd/0") == -1 ||
	    dev_link("stdout", "/proc/self/fd/1") == -1 ||
	    dev_link("stderr", "/proc/self/fd/2") == -1)
		return (-1);
	return (0);
}

/* Bind what the descriptor is over a place below the working directory. */
static int
bind_fd(int fd, const char *to)
{
	char from[64];

	snprintf(from, sizeof(from), "/proc/self/fd/%d", fd);
	return (bind_over(from, to));
}

/* What is mounted below the new root, the working directory. */
static int
build_below(int etc, int var)
{
	if (bind_fd(etc, "etc") == -1 || bind_fd(var, "var") == -1 ||
	    mount_tmpfs("tmp", "mode=1777") == -1 ||
	    mount_tmpfs("dev", "mode=755,size=1m") == -1)
		return (-1);
	if (mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
	    NULL) == -1) {
		warn("proc");
		return (-1);
	}
	/* Entered anew, now that something is mounted there. */
	if (chdir("dev") == -1 || build_dev() == -1 || chdir("..") == -1)
		return (-1);
	return (0);
}

/* A directory, held by a descriptor. */
static int
hold(const char *dir, const char *name)
{
	char *path;
	int fd;

	path = xasprintf("%s%s%s", dir, name == NULL ? "" : "/",
	    name == NULL ? "" : name);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		warn("%s", path);
	free(path);
	return (fd);
}

/*
 * Make the mounts of this process its own, from the root of its mount
 * namespace on; a root that is a mere directory (chroot(2)) is left.
 * 0, or -1 after a message.
 */
int
root_private(unsigned long propagation)
{
	int fd;

	fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	if (fd == -1 || setns(fd, CLONE_NEWNS) == -1 ||
	    mount(NULL, "/", NULL, MS_REC | propagation, NULL) == -1) {
		warn("mounts of its own");
		return (-1);
	}
	close(fd);
	return (0);
}

/*
 * Build the machine's root at the directory `root' out of the image and enter
 * it; the caller is alone in a new mount and pid namespace.  0, or -1 after a
 * message.
 */
int
root_build(const struct machine *m, const char *image, const char *root)
{
	char self[64];
	int etc, ifd, rfd, var;

	ifd = hold(image, NULL);
	rfd = hold(root, NULL);
	etc = hold(m->m_dir, "etc");
	var = hold(m->m_dir, "var");
	if (ifd == -1 || rfd == -1 || etc == -1 || var == -1 ||
	    root_private(MS_PRIVATE) == -1)
		return (-1);
	snprintf(self, sizeof(self), "/proc/self/fd/%d", rfd);
	if (bind_fd(ifd, self) == -1)
		return (-1);
	/* The place is what is mounted there only when looked up anew. */
	if (fchdir(rfd) == -1 || chdir("../root") == -1) {
		warn("%s", root);
		return (-1);
	}
	if (make_readonly(".") == -1 || build_below(etc, var) == -1)
		return (-1);
	/* The old root ends up on top of the new one, and comes off. */
	if (syscall(SYS_pivot_root, ".", ".") == -1 ||
	    umount2(".", MNT_DETACH) == -1 || chdir("/") == -1) {
		warn("pivot_root to %s", root);
		return (-1);
	}
	close(ifd);
	close(rfd);
	close(etc);
	close(var);
	return (0);
}
