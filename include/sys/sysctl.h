/* sysctl(2): the kernel's names, and the call. */
#ifndef _WARREN_SYS_SYSCTL_H_
#define _WARREN_SYS_SYSCTL_H_

#include <sys/bsd_begin.h>
#include "../../sys/sys/sysctl.h"
#include <sys/bsd_end.h>

__BEGIN_DECLS
int	sysctl(const int *, unsigned int, void *, size_t *, void *, size_t);
__END_DECLS

#endif
