/*
 * Giving up what a process does not need.
 */
#include <sys/types.h>

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include "iked.h"
#include "log.h"

/*
 * Live in IKED_CHROOT as IKED_USER, with these promises.
 */
void
privdrop(const char *promises)
{
	struct passwd	*pw;

	pw = getpwnam(IKED_USER);
	if (pw == NULL)
		fatalx("unknown user %s", IKED_USER);
	tzset();
	if (chroot(IKED_CHROOT) == -1 || chdir("/") == -1)
		fatal("chroot %s", IKED_CHROOT);
	if (setgroups(1, &pw->pw_gid) == -1 ||
	    setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) == -1 ||
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) == -1)
		fatal("cannot drop privileges");
	if (pledge(promises, NULL) == -1)
		fatal("pledge");
}
