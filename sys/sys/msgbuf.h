/*
 * The message buffer: a ring of what the kernel printed, for dmesg(8).
 */
#ifndef _SYS_MSGBUF_H_
#define _SYS_MSGBUF_H_

#include <sys/types.h>

#define MSG_MAGIC	0x063061
#define MSGBUFSIZE	(64 * 1024)

/* kern.msgbuf: this header, then msg_bufs bytes. */
struct msgbuf {
	long	msg_magic;
	long	msg_bufx;		/* next byte to write */
	long	msg_bufr;		/* next byte to read */
	long	msg_bufs;		/* size of the buffer */
	long	msg_bufl;		/* bytes in it */
	long	msg_bufd;		/* bytes dropped by wrapping */
	char	msg_bufc[MSGBUFSIZE];
};

#ifdef _KERNEL
extern struct msgbuf *const msgbufp;

void	 msgbuf_putchar(struct msgbuf *, char);
size_t	 msgbuf_read(const struct msgbuf *, size_t, char *, size_t);
void	 msgbuf_clear(struct msgbuf *);
#endif

#endif /* _SYS_MSGBUF_H_ */
