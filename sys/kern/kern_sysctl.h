/*
 * Between the files of sysctl(2).
 */
#ifndef _KERN_KERN_SYSCTL_H_
#define _KERN_KERN_SYSCTL_H_

#include <sys/sysctl.h>

sysctlfn	kern_sysctl;

#endif /* _KERN_KERN_SYSCTL_H_ */
