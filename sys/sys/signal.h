/*
 * The signals that the kernel itself raises, by the C library's numbers.
 * Delivery is the port's business.
 */
#ifndef _SYS_SIGNAL_H_
#define _SYS_SIGNAL_H_

#define SIGABRT		6
#define SIGKILL		9
#define SIGPIPE		13
#define SIGURG		23
#define SIGIO		29

#endif /* _SYS_SIGNAL_H_ */
