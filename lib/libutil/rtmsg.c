/*
 * Routing messages.  A message is a header, which says how long both are,
 * and the socket addresses that rtm_addrs names, in the order of their bits,
 * each padded to a long:
 *
 *	+--------+----------+---------+----------+--
 *	| header | DST      | GATEWAY | NETMASK  | ...
 *	+--------+----------+---------+----------+--
 *	0        rtm_hdrlen                           rtm_msglen
 */
#include <sys/types.h>
#include <sys/sysctl.h>
#include <net/if.h>
#include <net/route.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rtmsg.h"

/* The head that all messages share. */
struct rt_head {
	u_short	rh_msglen;
	u_char	rh_version;
	u_char	rh_type;
	u_short	rh_hdrlen;
};

/*
 * Find the addresses in len bytes behind a header, as the bits of addrs say;
 * those that are absent are NULL.  Returns -1 if one does not fit.
 */
int
rtmsg_addrs(const void *data, size_t len, int addrs,
    const struct bsd_sockaddr *sa[RTAX_MAX])
{
	const char	*p = data;
	size_t		 step;
	int		 i;

	memset(sa, 0, RTAX_MAX * sizeof(*sa));
	for (i = 0; i < RTAX_MAX; i++) {
		if ((addrs & (1 << i)) == 0)
			continue;
		if (len < 2)
			return (-1);
		sa[i] = (const struct bsd_sockaddr *)(const void *)p;
		step = RT_ROUNDUP(sa[i]->sa_len);
		if (sa[i]->sa_len > len)
			return (-1);
		if (step > len)
			step = len;
		p += step;
		len -= step;
	}
	return (0);
}

/*
 * Append an address to a message of used bytes that has room for size, and
 * pad it.  Returns the new length, or 0 if there is no room.
 */
size_t
rtmsg_put(char *msg, size_t used, size_t size, const void *addr)
{
	const struct bsd_sockaddr	*sa = addr;
	size_t				 step;

	step = RT_ROUNDUP(sa->sa_len);
	if (used == 0 || step > size || used > size - step)
		return (0);
	memset(msg + used, 0, step);
	memcpy(msg + used, sa, sa->sa_len);
	return (used + step);
}

/*
 * Fetch the table that net.route.0.<af>.<op>.<arg>.<tableid> stands for; a
 * negative tableid leaves that level out.  Returns -1 with errno set.
 */
int
rtdump_open(struct rtdump *rd, int af, int op, int arg, int tableid)
{
	int	 mib[7] = { CTL_NET, BSD_AF_ROUTE, 0, 0, 0, 0, 0 };
	int	 tries;
	char	*p;

	mib[3] = af;
	mib[4] = op;
	mib[5] = arg;
	mib[6] = tableid;
	memset(rd, 0, sizeof(*rd));
	/* The table may grow between asking how large it is and the copy. */
	for (tries = 0; tries < 16; tries++) {
		if (sysctl(mib, tableid < 0 ? 6 : 7, NULL, &rd->rd_len, NULL,
		    0) == -1)
			break;
		if (rd->rd_len == 0)
			return (0);
		rd->rd_len += rd->rd_len / 8;
		if ((p = realloc(rd->rd_buf, rd->rd_len)) == NULL)
			break;
		rd->rd_buf = p;
		if (sysctl(mib, tableid < 0 ? 6 : 7, rd->rd_buf, &rd->rd_len,
		    NULL, 0) == 0)
			return (0);
		if (errno != ENOMEM)
			break;
	}
	rtdump_close(rd);
	return (-1);
}

/*
 * The next message of a table, of any type, or NULL at its end.  A message
 * that lies about its length ends the table.  Those of another version are
 * passed over.
 */
const struct rt_msghdr *
rtdump_next(struct rtdump *rd)
{
	const struct rt_head	*rh;
	size_t			 left;

	while ((left = rd->rd_len - rd->rd_next) >= sizeof(*rh)) {
		rh = (const struct rt_head *)(rd->rd_buf + rd->rd_next);
		if (rh->rh_msglen < sizeof(*rh) || rh->rh_msglen > left ||
		    rh->rh_hdrlen > rh->rh_msglen)
			return (NULL);
		rd->rd_next += rh->rh_msglen;
		if (rh->rh_version == RTM_VERSION)
			return ((const struct rt_msghdr *)rh);
	}
	return (NULL);
}

/*
 * Free a table; its messages are gone.
 */
void
rtdump_close(struct rtdump *rd)
{
	free(rd->rd_buf);
	memset(rd, 0, sizeof(*rd));
}
