/*
 * Where a card of a machine under QEMU ends on the host: a TAP, or a macvtap
 * on an interface.  Both are descriptors that QEMU inherits; a macvtap is an
 * interface besides, made at boot and deleted at halt.
 */
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include <err.h>
#include <fcntl.h>
#include <glob.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "warren.h"

/* Enter the card's network namespace, if it names one. */
static void
enter_netns(const struct card *c)
{
	char *path;
	int fd;

	if (c->c_netns == NULL)
		return;
	path = strchr(c->c_netns, '/') != NULL ? xstrdup(c->c_netns) :
	    xasprintf("/var/run/netns/%s", c->c_netns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1 || setns(fd, CLONE_NEWNET) == -1)
		err(1, "card %s: network namespace %s", c->c_name, path);
	close(fd);
	free(path);
}

/* Back to where `home' is. */
static void
leave_netns(int home)
{
	if (setns(home, CLONE_NEWNET) == -1)
		err(1, "network namespace");
	close(home);
}

/* Make the descriptor that of interface `name', with vnet headers. */
static int
set_interface(int fd, const char *name)
{
	struct ifreq ifr;

	memset(&ifr, 0, sizeof(ifr));
	ifr.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
	memcpy(ifr.ifr_name, name, strlen(name));
	return (ioctl(fd, TUNSETIFF, &ifr));
}

/*
 * Open the card's TAP, in its own network namespace; QEMU is to inherit the
 * descriptor.  Ends the process after a message when it cannot.
 */
int
card_tap(const struct card *c)
{
	int fd, home;

	home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (home == -1)
		err(1, "/proc/self/ns/net");
	enter_netns(c);
	fd = open("/dev/net/tun", O_RDWR);
	if (fd == -1 || set_interface(fd, c->c_where) == -1)
		err(1, "card %s: tap %s", c->c_name, c->c_where);
	leave_netns(home);
	return (fd);
}

/* The macvtap's name: one for each card of each machine. */
static char *
macvtap_name(const struct machine *m, const struct card *c)
{
	uint32_t h = 2166136261U;
	const char *s;

	for (s = m->m_name; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 16777619U;
	return (xasprintf("mv%08x%.5s", h, c->c_name));
}

/* Run ip(8); its faults are shown unless quiet. */
static int
ip(int quiet, char *const argv[])
{
	int fd, status;
	pid_t pid;

	pid = fork();
	if (pid == -1)
		return (-1);
	if (pid == 0) {
		fd = open("/dev/null", O_WRONLY);
		if (quiet && fd != -1)
			dup2(fd, STDERR_FILENO);
		execvp("ip", argv);
		err(1, "ip");
	}
	status = wait_exit(pid);
	return (status == 0 ? 0 : -1);
}

static void
macvtap_delete(char *name)
{
	char *argv[] = { "ip", "link", "delete", "dev", name, NULL };

	ip(1, argv);
}

static int
macvtap_create(const struct card *c, char *name)
{
	char *add[] = { "ip", "link", "add", "link", c->c_where, "name",
	    name, "type", "macvtap", "mode", "passthru", NULL };
	char *up[] = { "ip", "link", "set", "dev", name, "up", NULL };
	char *under[] = { "ip", "link", "set", "dev", c->c_where, "up", NULL };

	macvtap_delete(name);
	if (ip(0, under) == -1 || ip(0, add) == -1)
		return (-1);
	return (ip(0, up));
}

/*
 * The device number of a macvtap, as the sysfs of its network namespace shows
 * it; 0 when it does not.  The caller's mounts are its own.
 */
static dev_t
macvtap_device(const char *name)
{
	unsigned int major, minor;
	char buf[32], *pattern;
	dev_t dev = 0;
	glob_t g;

	if (mount("sysfs", "/sys", "sysfs", 0, NULL) == -1)
		return (0);
	pattern = xasprintf("/sys/class/net/%s/tap*/dev", name);
	if (glob(pattern, 0, NULL, &g) == 0) {
		if (read_file(g.gl_pathv[0], buf, sizeof(buf)) > 0 &&
		    sscanf(buf, "%u:%u", &major, &minor) == 2)
			dev = makedev(major, minor);
		globfree(&g);
	}
	free(pattern);
	umount2("/sys", MNT_DETACH);
	return (dev);
}

/*
 * Make a macvtap on the card's interface and open it; QEMU is to inherit the
 * descriptor.  The process keeps mounts of its own, and ends after a message
 * when it cannot.
 */
int
card_macvtap(const struct machine *m, const struct card *c)
{
	char *name, *node;
	int fd = -1, home;
	dev_t dev;

	home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (home == -1)
		err(1, "/proc/self/ns/net");
	if (unshare(CLONE_NEWNS) == -1 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
		err(1, "mount namespace");
	name = macvtap_name(m, c);
	node = run_path(m->m_name, name);
	enter_netns(c);
	if (macvtap_create(c, name) == -1)
		errx(1, "card %s: packet %s: no macvtap", c->c_name,
		    c->c_where);
	dev = macvtap_device(name);
	if (dev != 0 && mknod(node, S_IFCHR | 0600, dev) == 0) {
		fd = open(node, O_RDWR);
		unlink(node);
	}
	if (fd == -1 || set_interface(fd, name) == -1)
		err(1, "card %s: packet %s", c->c_name, c->c_where);
	leave_netns(home);
	free(node);
	free(name);
	return (fd);
}

/* Delete the macvtaps of a machine that has ended. */
void
card_cleanup(const struct machine *m)
{
	const struct card *c;
	char *name;
	size_t i;
	pid_t pid;

	for (i = 0; i < m->m_ncards; i++) {
		c = &m->m_cards[i];
		if (c->c_kind != CARD_PACKET)
			continue;
		pid = fork();
		if (pid == 0) {
			enter_netns(c);
			name = macvtap_name(m, c);
			macvtap_delete(name);
			_exit(0);
		}
		if (pid != -1)
			wait_exit(pid);
	}
}
