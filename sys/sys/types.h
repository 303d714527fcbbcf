/*
 * The kernel's basic types.  Sizes and signedness are those of the C library
 * on x86-64, so that structures shared with user land agree.
 */
#ifndef _SYS_TYPES_H_
#define _SYS_TYPES_H_

#include <sys/cdefs.h>
#include <stddef.h>
#include <stdint.h>

typedef unsigned char	u_char;
typedef unsigned short	u_short;
typedef unsigned int	u_int;
typedef unsigned long	u_long;
typedef unsigned short	ushort;
typedef unsigned int	uint;

typedef uint8_t		u_int8_t;
typedef uint16_t	u_int16_t;
typedef uint32_t	u_int32_t;
typedef uint64_t	u_int64_t;

typedef long		ssize_t;
typedef long		off_t;
typedef int		pid_t;
typedef unsigned int	uid_t;
typedef unsigned int	gid_t;
typedef unsigned int	id_t;
typedef unsigned int	mode_t;
typedef unsigned long	dev_t;
typedef unsigned long	ino_t;
typedef long		time_t;
typedef long		suseconds_t;
typedef int		clockid_t;
typedef int64_t		quad_t;
typedef uint64_t	u_quad_t;

typedef char		*caddr_t;
typedef unsigned long	vaddr_t;
typedef unsigned long	vsize_t;
typedef unsigned long	paddr_t;
typedef long		register_t;

typedef unsigned int	socklen_t;
typedef uint8_t		sa_family_t;
typedef uint32_t	in_addr_t;
typedef uint16_t	in_port_t;

#include <sys/endian.h>

#endif /* _SYS_TYPES_H_ */
