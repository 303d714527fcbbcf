/*
 * What this host offers to machines, found by trying; warren list -v.
 */
#include <linux/filter.h>
#include <linux/if_tun.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <host_linux.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "warren.h"

/* A filter that allows everything, with a listener; -1 with errno. */
static int
listener(unsigned int flags)
{
	struct sock_filter allow[] = {
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
	};
	struct sock_fprog prog = { 1, allow };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return (-1);
	return ((int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
	    SECCOMP_FILTER_FLAG_NEW_LISTENER | flags, &prog));
}

static int
probe_notify(void)
{
	return (listener(0) != -1);
}

static int
probe_killable(void)
{
	return (listener(SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV) != -1);
}

static int
probe_sync_wake(void)
{
	int fd;

	fd = listener(0);
	return (fd != -1 && ioctl(fd, SECCOMP_IOCTL_NOTIF_SET_FLAGS,
	    SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP) == 0);
}

static int
probe_pidfd_info(void)
{
	struct linux_pidfd_info pi;
	int fd;

	memset(&pi, 0, sizeof(pi));
	pi.mask = LINUX_PIDFD_INFO_CREDS;
	fd = pidfd_open(getpid());
	return (fd != -1 && ioctl(fd, LINUX_PIDFD_GET_INFO, &pi) == 0);
}

/* A TAP of our own, in a network namespace of our own. */
static int
tap_offload(unsigned int offload)
{
	struct ifreq ifr;
	int fd;

	if (unshare(CLONE_NEWNET) == -1 &&
	    unshare(CLONE_NEWUSER | CLONE_NEWNET) == -1)
		return (0);
	fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (fd == -1)
		return (0);
	memset(&ifr, 0, sizeof(ifr));
	ifr.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
	if (ioctl(fd, TUNSETIFF, &ifr) == -1)
		return (0);
	return (ioctl(fd, TUNSETOFFLOAD, (unsigned long)offload) == 0);
}

static int
probe_tap(void)
{
	return (tap_offload(0));
}

static int
probe_tso(void)
{
	return (tap_offload(TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6));
}

static int
probe_uso(void)
{
	return (tap_offload(TUN_F_CSUM | TUN_F_USO4 | TUN_F_USO6));
}

static int
probe_packet(void)
{
	return (socket(AF_PACKET, SOCK_RAW, 0) != -1);
}

static int
probe_xdp(void)
{
	return (socket(AF_XDP, SOCK_RAW, 0) != -1);
}

static int
probe_userns(void)
{
	return (unshare(CLONE_NEWUSER) == 0);
}

static int
probe_newuidmap(void)
{
	return (access("/usr/bin/newuidmap", X_OK) == 0);
}

static int
probe_qemu(void)
{
	return (access("/usr/bin/qemu-system-x86_64", X_OK) == 0);
}

static const struct {
	const char	*name;
	int		(*probe)(void);
	const char	*what;
} probes[] = {
	{ "notify", probe_notify, "system calls of programs; must be there" },
	{ "killable", probe_killable,
	    "no signal between a call and its answer; must be there" },
	{ "sync-wake", probe_sync_wake, "faster system calls (Linux 6.6)" },
	{ "pidfd-info", probe_pidfd_info,
	    "credentials without /proc (Linux 6.13)" },
	{ "tap", probe_tap, "tap cards" },
	{ "tso", probe_tso, "large TCP segments on tap cards" },
	{ "uso", probe_uso, "trains of UDP datagrams (Linux 6.2)" },
	{ "packet", probe_packet, "packet cards" },
	{ "xdp", probe_xdp, "packet cards in mode xdp" },
	{ "userns", probe_userns, "machines of users other than root" },
	{ "newuidmap", probe_newuidmap, "the same, with more than one user" },
	{ "qemu", probe_qemu, "boot -p qemu" },
};

/* Probe each feature in a child, since the probes leave marks. */
void
probe_print(FILE *f)
{
	size_t i;
	pid_t pid;
	int status;

	fprintf(f, "%-16s %-5s %s\n", "FEATURE", "HOST", "FOR");
	for (i = 0; i < sizeof(probes) / sizeof(probes[0]); i++) {
		fflush(f);
		pid = fork();
		if (pid == 0)
			_exit(probes[i].probe() ? 0 : 1);
		status = pid == -1 ? -1 : wait_exit(pid);
		fprintf(f, "%-16s %-5s %s\n", probes[i].name,
		    status == 0 ? "yes" : "no", probes[i].what);
	}
}
