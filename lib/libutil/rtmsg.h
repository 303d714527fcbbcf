/*
 * Routing messages: taking them apart, and fetching the kernel's tables.
 */
#ifndef _RTMSG_H_
#define _RTMSG_H_

#include <sys/types.h>
#include <net/if.h>
#include <net/route.h>

/* A table fetched by sysctl(2): messages one after the other. */
struct rtdump {
	char	*rd_buf;
	size_t	 rd_len;
	size_t	 rd_next;		/* where the next message starts */
};

int	 rtmsg_addrs(const void *, size_t, int,
	    const struct bsd_sockaddr *[RTAX_MAX]);
size_t	 rtmsg_put(char *, size_t, size_t, const void *);
int	 rtdump_open(struct rtdump *, int, int, int, int);
const struct rt_msghdr *rtdump_next(struct rtdump *);
void	 rtdump_close(struct rtdump *);

#endif /* _RTMSG_H_ */
