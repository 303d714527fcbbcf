/*
 * Local addresses.  The host carries AF_UNIX; the kernel only knows the
 * layout, to tell it apart.
 */
#ifndef _SYS_UN_H_
#define _SYS_UN_H_

#ifdef _KERNEL

#include <sys/types.h>

struct sockaddr_un {
	uint8_t		sun_len;
	uint8_t		sun_family;	/* AF_UNIX */
	char		sun_path[104];
};

#endif /* _KERNEL */

#endif /* _SYS_UN_H_ */
