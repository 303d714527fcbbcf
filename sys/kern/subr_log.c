/*
 * The message buffer: a ring that keeps the last of what was printed.
 */
#include <sys/msgbuf.h>
#include <sys/systm.h>

static struct msgbuf	 msgbuf_storage = {
	.msg_magic = MSG_MAGIC,
	.msg_bufs = MSGBUFSIZE,
};

struct msgbuf *const	 msgbufp = &msgbuf_storage;

/*
 * Append a byte; the oldest makes room for it.  NULs are left out.
 */
void
msgbuf_putchar(struct msgbuf *mb, char c)
{
	if (c == '\0')
		return;
	mb->msg_bufc[mb->msg_bufx] = c;
	mb->msg_bufx = (mb->msg_bufx + 1) % mb->msg_bufs;
	if (mb->msg_bufl < mb->msg_bufs)
		mb->msg_bufl++;
	else {
		mb->msg_bufr = mb->msg_bufx;
		mb->msg_bufd++;
	}
}

/*
 * Copy out what the buffer holds, in order, from the off'th byte on, at most
 * len bytes.  Returns how many.
 */
size_t
msgbuf_read(const struct msgbuf *mb, size_t off, char *buf, size_t len)
{
	size_t	 i, n, start;

	if (off >= (size_t)mb->msg_bufl)
		return (0);
	n = MIN(len, mb->msg_bufl - off);
	start = mb->msg_bufx + mb->msg_bufs - mb->msg_bufl + off;
	for (i = 0; i < n; i++)
		buf[i] = mb->msg_bufc[(start + i) % mb->msg_bufs];
	return (n);
}

/*
 * Forget all.
 */
void
msgbuf_clear(struct msgbuf *mb)
{
	mb->msg_bufx = mb->msg_bufr = mb->msg_bufl = mb->msg_bufd = 0;
}
