/*
 * BSD's own system calls: thin stubs over syscall(2), under the numbers that
 * the kernel gives them.  On failure they return -1 and set errno.
 */
#include <sys/types.h>
#include <sys/syscall.h>
#include <sys/sysctl.h>

#include <unistd.h>

/*
 * Read and write a variable of the kernel's by its name of namelen numbers.
 * oldlenp holds the bytes at oldp, and on return those that were written.
 */
int
sysctl(const int *name, unsigned int namelen, void *oldp, size_t *oldlenp,
    void *newp, size_t newlen)
{
	return (syscall(SYS_sysctl, name, namelen, oldp, oldlenp, newp,
	    newlen));
}

/*
 * The routing table of this process.
 */
int
getrtable(void)
{
	return (syscall(SYS_getrtable));
}

/*
 * Move this process to another routing table: EINVAL if there is none of
 * that number, EPERM if the caller is not root and not in table 0.
 */
int
setrtable(int rtableid)
{
	return (syscall(SYS_setrtable, rtableid));
}
