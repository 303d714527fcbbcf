/*
 * What the files of wgsockd(8) share.
 */
#ifndef _WGSOCKD_H_
#define _WGSOCKD_H_

#include <stddef.h>

/* Text that grows. */
struct text {
	char	*t_data;	/* NUL-terminated, or NULL */
	size_t	 t_len;
	size_t	 t_size;
};

/* Who asks, and about which interface. */
struct client {
	int		 cl_fd;
	int		 cl_ioctl;	/* a socket for ioctls */
	const char	*cl_name;
};

/* request.c */
int	 client_read(const struct client *, struct text *);
void	 text_free(struct text *);
void	 text_add(struct text *, const char *, ...)
	    __attribute__((__format__(__printf__, 2, 3)));

/* Each returns an errno, which ends the answer. */
int	 uapi_get(int, const char *, struct text *);
int	 uapi_set(int, const char *, char *);

#endif /* _WGSOCKD_H_ */
