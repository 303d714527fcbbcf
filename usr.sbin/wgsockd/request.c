/*
 * wgsockd(8): requests of clients, and answers to them.
 *
 * A client's bytes are gathered until an empty line ends a request; several
 * may come at once, and each in pieces.
 */
#include <sys/types.h>
#include <sys/socket.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "wgsockd.h"

#define REQUEST_MAX	(16 * 1024 * 1024)

/* Room for n more; keys may be in it, so what was there is wiped. */
static void
text_grow(struct text *t, size_t n)
{
	size_t	 size = t->t_size * 2 + n;
	char	*p;

	if ((p = malloc(size)) == NULL)
		fatal("malloc");
	if (t->t_data != NULL) {
		memcpy(p, t->t_data, t->t_size);
		explicit_bzero(t->t_data, t->t_size);
		free(t->t_data);
	}
	t->t_data = p;
	t->t_size = size;
}

/*
 * Append to a text.
 */
void
text_add(struct text *t, const char *fmt, ...)
{
	va_list	 ap;
	int	 n;

	for (;;) {
		va_start(ap, fmt);
		n = vsnprintf(t->t_data == NULL ? NULL : t->t_data + t->t_len,
		    t->t_size - t->t_len, fmt, ap);
		va_end(ap);
		if (n < 0)
			fatal("vsnprintf");
		if ((size_t)n < t->t_size - t->t_len)
			break;
		text_grow(t, n + 1);
	}
	t->t_len += n;
}

/*
 * Wipe and free a text, which is empty then.
 */
void
text_free(struct text *t)
{
	if (t->t_data != NULL)
		explicit_bzero(t->t_data, t->t_size);
	free(t->t_data);
	memset(t, 0, sizeof(*t));
}

/* Write it all; a client that does not read is given up. */
static int
answer(int fd, const struct text *t)
{
	size_t	 done = 0;
	ssize_t	 n;

	while (done < t->t_len) {
		n = send(fd, t->t_data + done, t->t_len - done, MSG_NOSIGNAL);
		if (n == -1)
			return (-1);
		done += n;
	}
	return (0);
}

/* A whole request, NUL-terminated, without its empty line. */
static int
request(const struct client *c, char *req)
{
	struct text	 t = { NULL, 0, 0 };
	int		 error;

	if (strcmp(req, "get=1\n") == 0)
		error = uapi_get(c->cl_ioctl, c->cl_name, &t);
	else if (strncmp(req, "set=1\n", 6) == 0)
		error = uapi_set(c->cl_ioctl, c->cl_name, req + 6);
	else
		error = EPROTO;
	if (error != 0 && t.t_len > 0)
		text_free(&t);
	text_add(&t, "errno=%d\n\n", error);
	error = answer(c->cl_fd, &t);
	text_free(&t);
	return (error);
}

/*
 * Read some bytes of a client and answer the requests that they end; t is
 * what has come of one that they do not.  Returns -1 when the client is to
 * go: it has gone, does not listen, or sends what is no text, or too much.
 */
int
client_read(const struct client *c, struct text *t)
{
	char	 buf[8192], *end;
	size_t	 from = t->t_len > 0 ? t->t_len - 1 : 0;
	ssize_t	 n;

	n = recv(c->cl_fd, buf, sizeof(buf) - 1, 0);
	if (n <= 0 || t->t_len + n > REQUEST_MAX ||
	    memchr(buf, '\0', n) != NULL)
		return (-1);
	buf[n] = '\0';
	text_add(t, "%s", buf);
	explicit_bzero(buf, sizeof(buf));
	while ((end = strstr(t->t_data + from, "\n\n")) != NULL) {
		end[1] = '\0';
		if (request(c, t->t_data) == -1)
			return (-1);
		t->t_len -= end + 2 - t->t_data;
		memmove(t->t_data, end + 2, t->t_len + 1);
		from = 0;
	}
	return (0);
}
