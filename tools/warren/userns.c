/*
 * A user namespace for the machines of those who are not root: the caller is
 * its root, and the ids that /etc/subuid and /etc/subgid lend fill it up, by
 * way of newuidmap(1) and newgidmap(1).  The kernel process lives in it too:
 * it sees the machine's ids as the machine does, and holds there the
 * privileges that a supervisor needs.
 */
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "warren.h"

/* Is a namespace of its own needed to be root? */
int
userns_needed(void)
{
	return (geteuid() != 0);
}

/*
 * In the process that becomes the machine's: enter a new user namespace, ask
 * the parent by a byte on `ask_fd' to map its ids, and wait for the answer on
 * `answer_fd'.  0, or -1 with errno.
 */
int
userns_enter(int ask_fd, int answer_fd)
{
	char c = 'm';

	if (unshare(CLONE_NEWUSER) == -1)
		return (-1);
	if (write_all(ask_fd, &c, 1) == -1)
		return (-1);
	if (read(answer_fd, &c, 1) != 1 || c != 'y') {
		errno = EPERM;
		return (-1);
	}
	if (setresgid(0, 0, 0) == -1 || setresuid(0, 0, 0) == -1)
		return (-1);
	/* The change of ids cost it; /proc and the kernel ask for it. */
	if (prctl(PR_SET_DUMPABLE, 1) == -1)
		return (-1);
	return (setgroups(0, NULL));
}

/* The first range that file lends to the user, by name or number. */
static int
subids(const char *file, const char *user, unsigned int uid,
    unsigned long *start, unsigned long *count)
{
	char line[256], name[128], num[16];
	FILE *f;
	int found = 0;

	snprintf(num, sizeof(num), "%u", uid);
	f = fopen(file, "re");
	if (f == NULL)
		return (0);
	while (!found && fgets(line, sizeof(line), f) != NULL) {
		found = sscanf(line, "%127[^:]:%lu:%lu", name, start,
		    count) == 3 &&
		    (strcmp(name, user) == 0 || strcmp(name, num) == 0);
	}
	fclose(f);
	return (found);
}

/* Run newuidmap or newgidmap on the process. */
static int
map(const char *prog, const char *file, const char *user, unsigned int id,
    pid_t pid)
{
	unsigned long count, start;
	char a[6][24];
	pid_t child;

	if (!subids(file, user, getuid(), &start, &count)) {
		warnx("%s lends no ids to %s", file, user);
		return (-1);
	}
	if (count > 65535)
		count = 65535;
	snprintf(a[0], sizeof(a[0]), "%d", (int)pid);
	snprintf(a[1], sizeof(a[1]), "%u", id);
	snprintf(a[2], sizeof(a[2]), "%lu", start);
	snprintf(a[3], sizeof(a[3]), "%lu", count);
	child = fork();
	if (child == -1)
		return (-1);
	if (child == 0) {
		execlp(prog, prog, a[0], "0", a[1], "1", "1", a[2], a[3],
		    (char *)NULL);
		warn("%s", prog);
		_exit(1);
	}
	return (wait_exit(child) == 0 ? 0 : -1);
}

/* In the parent: map the ids of a process in a new user namespace. */
int
userns_map(pid_t pid)
{
	struct passwd *pw;
	char user[64];

	pw = getpwuid(getuid());
	if (pw != NULL)
		snprintf(user, sizeof(user), "%s", pw->pw_name);
	else
		snprintf(user, sizeof(user), "%u", getuid());
	if (map("newuidmap", "/etc/subuid", user, getuid(), pid) == -1)
		return (-1);
	return (map("newgidmap", "/etc/subgid", user, getgid(), pid));
}
