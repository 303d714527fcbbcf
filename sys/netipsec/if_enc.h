/*
 * enc(4): the header in front of its packets.
 */
#ifndef _NETIPSEC_IF_ENC_H_
#define _NETIPSEC_IF_ENC_H_

#include <sys/types.h>

#define ENC_HDRLEN	12

struct enchdr {
	u_int32_t	af;		/* BSD's number, host order */
	u_int32_t	spi;		/* network order */
	u_int32_t	flags;		/* 0x400 confidential, 0x800 authentic */
};

#endif /* _NETIPSEC_IF_ENC_H_ */
