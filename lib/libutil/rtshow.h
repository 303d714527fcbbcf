/* The routing table as route(8) and netstat(1) show it. */
#ifndef _RTSHOW_H_
#define _RTSHOW_H_

#include <sys/types.h>
#include <sys/bsd_sockaddr.h>

struct rt_msghdr;

struct rtshow {
	int		 rs_af;		/* BSD_AF_*, BSD_AF_UNSPEC for all */
	int		 rs_tableid;
	int		 rs_numeric;	/* no names */
	int		 rs_verbose;	/* labels too */
	int		 rs_priority;	/* only this one; 0 for all */
	int		 rs_gateway;	/* only via a router of the family */
	const char	*rs_label;	/* only those with it; NULL for all */
};

int	 rtshow(const struct rtshow *);
int	 rtshow_wanted(const struct rtshow *, const struct rt_msghdr *,
	    const struct bsd_sockaddr *const *);
void	 rtshow_line(const struct rtshow *, const struct rt_msghdr *,
	    const struct bsd_sockaddr *const *);
void	 rtshow_header(int, int);

#endif /* _RTSHOW_H_ */
