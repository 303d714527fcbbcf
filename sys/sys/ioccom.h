/*
 * How BSD's ioctl numbers are made: direction, length of the argument, group
 * and number.  The C library's macros of the same names make other numbers;
 * a program that includes this header after <sys/ioctl.h> means BSD's.
 */
#ifndef _SYS_IOCCOM_H_
#define _SYS_IOCCOM_H_

#undef _IO
#undef _IOR
#undef _IOW
#undef _IOWR
#undef _IOC

#define IOCPARM_MASK	0x1fff		/* longest argument, bytes */
#define IOCPARM_LEN(x)	(((x) >> 16) & IOCPARM_MASK)
#define IOCBASECMD(x)	((x) & ~(IOCPARM_MASK << 16))
#define IOCGROUP(x)	(((x) >> 8) & 0xff)

#define IOC_VOID	0x20000000UL	/* no argument */
#undef IOC_OUT
#undef IOC_IN
#undef IOC_INOUT
#define IOC_OUT		0x40000000UL	/* to the caller */
#define IOC_IN		0x80000000UL	/* from the caller */
#define IOC_INOUT	(IOC_IN | IOC_OUT)
#define IOC_DIRMASK	0xe0000000UL

#define _IOC(inout, group, num, len)	\
	((inout) | (((unsigned long)(len) & IOCPARM_MASK) << 16) |	\
	((group) << 8) | (num))
#define _IO(g, n)	_IOC(IOC_VOID, (g), (n), 0)
#define _IOR(g, n, t)	_IOC(IOC_OUT, (g), (n), sizeof(t))
#define _IOW(g, n, t)	_IOC(IOC_IN, (g), (n), sizeof(t))
#define _IOWR(g, n, t)	_IOC(IOC_INOUT, (g), (n), sizeof(t))

#endif /* _SYS_IOCCOM_H_ */
