/*
 * The system call filter of a machine's programs, for warren(8) and tests.
 */
#ifndef _USERMODE_SECCOMP_FILTER_H_
#define _USERMODE_SECCOMP_FILTER_H_

/*
 * Put the filter on the calling thread, and so on all that it starts.
 * Returns the listener, close-on-exec, or -1 with errno.  From then until a
 * supervisor serves the listener the thread must make no call that the filter
 * stops: another that shares its descriptors hands the listener over
 * (UM_CTL_LISTEN in host_ctl.h).  Needs CAP_SYS_ADMIN in the thread's user
 * namespace, since it does not set no_new_privs: set-uid programs work.
 */
int	seccomp_filter_install(void);

#endif /* _USERMODE_SECCOMP_FILTER_H_ */
