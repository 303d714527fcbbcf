/* <unistd.h> with BSD's own system calls. */
#ifndef _WARREN_UNISTD_H_
#define _WARREN_UNISTD_H_

#include_next <unistd.h>

__BEGIN_DECLS
int	pledge(const char *, const char *);
int	getrtable(void);
int	setrtable(int);
__END_DECLS

#endif
