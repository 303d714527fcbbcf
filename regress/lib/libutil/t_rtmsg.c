/*
 * Routing messages: what was put together comes apart again, and what lies
 * about its length is not believed.
 */
#include <sys/types.h>
#include <net/if.h>
#include <net/route.h>

#include <atf-c.h>
#include <stdint.h>
#include <string.h>

#include "bsdaddr.h"
#include "rtmsg.h"

#define ALL	(RTA_DST | RTA_GATEWAY | RTA_NETMASK)

static struct bsd_sockaddr_in
inet(uint32_t addr)
{
	struct bsd_sockaddr_in	 sin;
	struct in_addr		 in;

	in.s_addr = htonl(addr);
	bsdaddr_set_in(&sin, in);
	return (sin);
}

/* A message of three addresses, the last of them cut; returns its length. */
static size_t
message(char *msg, size_t size)
{
	struct bsd_sockaddr_in	 dst = inet(0x0a140000), gw = inet(0x0a630002);
	struct bsd_sockaddr_in	 mask = inet(0xffffff00);
	struct rt_msghdr	*rtm = (struct rt_msghdr *)msg;
	size_t			 len = sizeof(*rtm);

	memset(msg, 0, size);
	mask.sin_len = 7;
	len = rtmsg_put(msg, len, size, &dst);
	len = rtmsg_put(msg, len, size, &gw);
	len = rtmsg_put(msg, len, size, &mask);
	rtm->rtm_msglen = len;
	rtm->rtm_hdrlen = sizeof(*rtm);
	rtm->rtm_version = RTM_VERSION;
	rtm->rtm_addrs = ALL;
	return (len);
}

ATF_TC(round_trip);
ATF_TC_HEAD(round_trip, tc)
{
	atf_tc_set_md_var(tc, "descr", "addresses in order, padded to longs");
}
ATF_TC_BODY(round_trip, tc)
{
	const struct bsd_sockaddr	*sa[RTAX_MAX];
	char				 msg[512] __attribute__((aligned(8)));
	size_t				 hdr = sizeof(struct rt_msghdr), len;

	len = message(msg, sizeof(msg));
	ATF_CHECK_EQ(hdr + 16 + 16 + 8, len);
	ATF_REQUIRE_EQ(0, rtmsg_addrs(msg + hdr, len - hdr, ALL, sa));
	ATF_CHECK_EQ(16, sa[RTAX_DST]->sa_len);
	ATF_CHECK((const char *)sa[RTAX_GATEWAY] == msg + hdr + 16);
	ATF_CHECK_EQ(24, bsdaddr_masklen(sa[RTAX_NETMASK], BSD_AF_INET));
	ATF_CHECK(sa[RTAX_IFP] == NULL);
}

ATF_TC(hostile);
ATF_TC_HEAD(hostile, tc)
{
	atf_tc_set_md_var(tc, "descr", "every cut and every length byte");
}
ATF_TC_BODY(hostile, tc)
{
	const struct bsd_sockaddr	*sa[RTAX_MAX];
	char				 msg[512] __attribute__((aligned(8)));
	const char			*end;
	size_t				 cut, hdr, len;
	int				 bit, i, value;

	hdr = sizeof(struct rt_msghdr);
	len = message(msg, sizeof(msg));
	for (cut = 0; cut < len - hdr - 7; cut++)
		ATF_CHECK_EQ_MSG(-1, rtmsg_addrs(msg + hdr, cut, ALL, sa),
		    "%zu bytes", cut);
	ATF_CHECK_EQ(-1, rtmsg_addrs(msg + hdr, len - hdr, ALL | RTA_IFP,
	    sa));
	end = msg + len;
	for (value = 0; value < 256; value++) {
		msg[hdr + 16] = value;
		for (bit = 0; bit < 1 << RTAX_MAX; bit += 37) {
			if (rtmsg_addrs(msg + hdr, len - hdr, bit, sa) == -1)
				continue;
			for (i = 0; i < RTAX_MAX; i++)
				ATF_CHECK(sa[i] == NULL ||
				    (const char *)sa[i] + sa[i]->sa_len <=
				    end);
		}
	}
}

ATF_TC(no_room);
ATF_TC_HEAD(no_room, tc)
{
	atf_tc_set_md_var(tc, "descr", "an address that does not fit");
}
ATF_TC_BODY(no_room, tc)
{
	struct bsd_sockaddr_in	 sin = inet(0x0a000001);
	char			 msg[24];

	ATF_CHECK_EQ(24, rtmsg_put(msg, 8, sizeof(msg), &sin));
	ATF_CHECK_EQ(0, rtmsg_put(msg, 9, sizeof(msg), &sin));
	ATF_CHECK_EQ(0, rtmsg_put(msg, 24, sizeof(msg), &sin));
	ATF_CHECK_EQ(0, rtmsg_put(msg, 0, sizeof(msg), &sin));
	ATF_CHECK_EQ(0, rtmsg_put(msg, 8, 4, &sin));
}

ATF_TC(dump);
ATF_TC_HEAD(dump, tc)
{
	atf_tc_set_md_var(tc, "descr", "messages one after the other");
}
ATF_TC_BODY(dump, tc)
{
	const struct rt_msghdr	*rtm;
	struct rtdump		 rd;
	char			 buf[1024] __attribute__((aligned(8)));
	size_t			 len;

	len = message(buf, sizeof(buf));
	memcpy(buf + len, buf, len);
	memcpy(buf + 2 * len, buf, len);
	/* The second is of another version. */
	((struct rt_msghdr *)(buf + len))->rtm_version = RTM_VERSION + 1;
	memset(&rd, 0, sizeof(rd));
	rd.rd_buf = buf;
	rd.rd_len = 3 * len;
	ATF_CHECK(rtdump_next(&rd) == (void *)buf);
	ATF_CHECK(rtdump_next(&rd) == (void *)(buf + 2 * len));
	ATF_CHECK(rtdump_next(&rd) == NULL);

	/* A message that claims more than there is, and one of no length. */
	((struct rt_msghdr *)buf)->rtm_msglen = 3 * len + 1;
	rd.rd_next = 0;
	ATF_CHECK(rtdump_next(&rd) == NULL);
	((struct rt_msghdr *)buf)->rtm_msglen = 0;
	rd.rd_next = 0;
	ATF_CHECK(rtdump_next(&rd) == NULL);
	((struct rt_msghdr *)buf)->rtm_msglen = len;
	((struct rt_msghdr *)buf)->rtm_hdrlen = len + 1;
	rd.rd_next = 0;
	ATF_CHECK((rtm = rtdump_next(&rd)) == NULL);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, round_trip);
	ATF_TP_ADD_TC(tp, hostile);
	ATF_TP_ADD_TC(tp, no_room);
	ATF_TP_ADD_TC(tp, dump);
	return (atf_no_error());
}
