/*
 * Addresses in BSD's layout: masks, text, both ways between the layouts.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <net/if.h>
#include <net/if_dl.h>

#include <arpa/inet.h>
#include <atf-c.h>
#include <stdint.h>
#include <string.h>

#include "bsdaddr.h"
#include "uptime.h"

ATF_TC(masks);
ATF_TC_HEAD(masks, tc)
{
	atf_tc_set_md_var(tc, "descr", "lengths and masks agree");
}
ATF_TC_BODY(masks, tc)
{
	static const struct {
		const char	*mask;
		int		 len;
	} table[] = {
		{ "0.0.0.0",		0 },
		{ "128.0.0.0",		1 },
		{ "255.0.0.0",		8 },
		{ "255.255.254.0",	23 },
		{ "255.255.255.255",	32 },
		{ "255.0.255.0",	-1 },
		{ "0.0.0.1",		-1 },
		{ "254.255.0.0",	-1 },
	};
	struct in_addr	 mask;
	size_t		 i;
	int		 len;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		ATF_REQUIRE(inet_pton(AF_INET, table[i].mask, &mask) == 1);
		ATF_CHECK_EQ_MSG(table[i].len, in_masklen(mask), "%s",
		    table[i].mask);
	}
	for (len = 0; len <= 32; len++)
		ATF_CHECK_EQ(len, in_masklen(in_lenmask(len)));
}

ATF_TC(short_masks);
ATF_TC_HEAD(short_masks, tc)
{
	atf_tc_set_md_var(tc, "descr", "masks cut after their last byte");
}
ATF_TC_BODY(short_masks, tc)
{
	uint8_t	 raw[28];

	memset(raw, 0xff, sizeof(raw));
	raw[0] = 0;
	ATF_CHECK_EQ(0, bsdaddr_masklen((void *)raw, BSD_AF_INET));
	ATF_CHECK_EQ(0, bsdaddr_masklen((void *)raw, BSD_AF_INET6));
	raw[0] = 5;
	ATF_CHECK_EQ(8, bsdaddr_masklen((void *)raw, BSD_AF_INET));
	raw[0] = 7;
	ATF_CHECK_EQ(24, bsdaddr_masklen((void *)raw, BSD_AF_INET));
	raw[0] = 16;
	ATF_CHECK_EQ(32, bsdaddr_masklen((void *)raw, BSD_AF_INET));
	ATF_CHECK_EQ(64, bsdaddr_masklen((void *)raw, BSD_AF_INET6));
	raw[0] = 28;
	ATF_CHECK_EQ(128, bsdaddr_masklen((void *)raw, BSD_AF_INET6));
}

ATF_TC(both_ways);
ATF_TC_HEAD(both_ways, tc)
{
	atf_tc_set_md_var(tc, "descr", "to the C library's layout and back");
}
ATF_TC_BODY(both_ways, tc)
{
	struct bsd_sockaddr_storage	 back;
	struct bsd_sockaddr_in6		 sin6;
	struct bsd_sockaddr_in		 sin;
	struct sockaddr_storage		 ss;
	struct bsd_sockaddr		 sa;
	struct in_addr			 addr;
	socklen_t			 len;

	addr.s_addr = htonl(0x0a000001);
	bsdaddr_set_in(&sin, addr);
	sin.sin_port = htons(500);
	ATF_REQUIRE_EQ(0, bsdaddr_to_libc((void *)&sin, &ss, &len));
	ATF_CHECK_EQ(sizeof(struct sockaddr_in), len);
	ATF_CHECK_EQ(AF_INET, ss.ss_family);
	ATF_REQUIRE_EQ(0, bsdaddr_from_libc((void *)&ss, &back));
	ATF_CHECK_EQ(0, memcmp(&back, &sin, sizeof(sin)));

	memset(&sin6, 0, sizeof(sin6));
	sin6.sin6_len = sizeof(sin6);
	sin6.sin6_family = BSD_AF_INET6;
	sin6.sin6_scope_id = 7;
	sin6.sin6_addr.s6_addr[0] = 0xfe;
	ATF_REQUIRE_EQ(0, bsdaddr_to_libc((void *)&sin6, &ss, &len));
	ATF_CHECK_EQ(AF_INET6, ss.ss_family);
	ATF_REQUIRE_EQ(0, bsdaddr_from_libc((void *)&ss, &back));
	ATF_CHECK_EQ(0, memcmp(&back, &sin6, sizeof(sin6)));

	memset(&sa, 0, sizeof(sa));
	sa.sa_len = sizeof(sa);
	sa.sa_family = BSD_AF_KEY;
	ATF_CHECK_EQ(-1, bsdaddr_to_libc(&sa, &ss, &len));
	ss.ss_family = AF_UNIX;
	ATF_CHECK_EQ(-1, bsdaddr_from_libc((void *)&ss, &back));
}

ATF_TC(scopes);
ATF_TC_HEAD(scopes, tc)
{
	atf_tc_set_md_var(tc, "descr", "where the kernel has the interface");
}
ATF_TC_BODY(scopes, tc)
{
	static const struct {
		const char	*kernel, *program;
		unsigned int	 scope;
	} table[] = {
		{ "fe80:3::1",	"fe80::1",	3 },
		{ "ff02:103::1", "ff02::1",	0x103 },
		{ "ff01:1::1",	"ff01::1",	1 },
		{ "fe80::1",	"fe80::1",	0 },
		{ "2001:db8::1", "2001:db8::1",	0 },
		{ "ff05:1::1",	"ff05:1::1",	0 },
	};
	struct bsd_sockaddr_storage	 back;
	struct bsd_sockaddr_in6		 in, *out;
	struct sockaddr_storage		 ss;
	struct sockaddr_in6		*sin6 = (struct sockaddr_in6 *)&ss;
	struct in6_addr			 addr;
	socklen_t			 len;
	size_t				 i;

	out = (struct bsd_sockaddr_in6 *)&back;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		inet_pton(AF_INET6, table[i].kernel, &addr);
		bsdaddr_set_in6(&in, &addr);
		ATF_REQUIRE_EQ(0, bsdaddr_to_libc((void *)&in, &ss, &len));
		inet_pton(AF_INET6, table[i].program, &addr);
		ATF_CHECK_EQ(0, memcmp(&addr, &sin6->sin6_addr, 16));
		ATF_CHECK_EQ(table[i].scope, sin6->sin6_scope_id);
		ATF_REQUIRE_EQ(0, bsdaddr_from_libc((void *)&ss, &back));
		ATF_CHECK_EQ(0, memcmp(&in, out, sizeof(in)));
	}
	/* Too large for its place: it stays where it was. */
	inet_pton(AF_INET6, "fe80::1", &sin6->sin6_addr);
	sin6->sin6_scope_id = 0x10000;
	ATF_REQUIRE_EQ(0, bsdaddr_from_libc((void *)&ss, &back));
	ATF_CHECK_EQ(0x10000, out->sin6_scope_id);
	ATF_CHECK_EQ(0, out->sin6_addr.s6_addr[3]);
}

ATF_TC(spans);
ATF_TC_HEAD(spans, tc)
{
	atf_tc_set_md_var(tc, "descr", "spans of time");
}
ATF_TC_BODY(spans, tc)
{
	char	 buf[UPTIME_STRLEN];

	ATF_CHECK_STREQ("0s", uptime_text(-5, buf));
	ATF_CHECK_STREQ("0s", uptime_text(0, buf));
	ATF_CHECK_STREQ("59s", uptime_text(59, buf));
	ATF_CHECK_STREQ("1m0s", uptime_text(60, buf));
	ATF_CHECK_STREQ("23h59m58s", uptime_text(86398, buf));
	ATF_CHECK_STREQ("1d0h0m0s", uptime_text(86400, buf));
	ATF_CHECK(strlen(uptime_text(INT64_MAX, buf)) < UPTIME_STRLEN);
}

ATF_TC(link_text);
ATF_TC_HEAD(link_text, tc)
{
	atf_tc_set_md_var(tc, "descr", "link addresses, hostile ones too");
}
ATF_TC_BODY(link_text, tc)
{
	struct bsd_sockaddr_dl	 sdl;
	char			 buf[BSDADDR_STRLEN];

	memset(&sdl, 0, sizeof(sdl));
	sdl.sdl_len = sizeof(sdl);
	sdl.sdl_family = BSD_AF_LINK;
	sdl.sdl_index = 3;
	ATF_CHECK_STREQ("link#3", bsdaddr_ntop((void *)&sdl, buf,
	    sizeof(buf)));
	memcpy(sdl.sdl_data, "em0", 3);
	sdl.sdl_nlen = 3;
	ATF_CHECK_STREQ("em0", bsdaddr_ntop((void *)&sdl, buf, sizeof(buf)));
	sdl.sdl_alen = 6;
	memcpy(LLADDR(&sdl), "\x02\0\0\xaa\xbb\x0c", 6);
	ATF_CHECK_STREQ("02:00:00:aa:bb:0c", bsdaddr_ntop((void *)&sdl, buf,
	    sizeof(buf)));
	sdl.sdl_nlen = 200;
	ATF_CHECK(bsdaddr_ntop((void *)&sdl, buf, sizeof(buf)) == NULL);
}

ATF_TC(ether);
ATF_TC_HEAD(ether, tc)
{
	atf_tc_set_md_var(tc, "descr", "Ethernet addresses from text");
}
ATF_TC_BODY(ether, tc)
{
	static const char *const	 bad[] = {
		"", ":", "0:1:2:3:4", "0:1:2:3:4:", "0:1:2:3:4:5:6",
		"0:1:2:3:4:g", "00:11:22:33:44:555", "0-1-2-3-4-5",
		" 0:1:2:3:4:5", "0:1:2:3:4:5 "
	};
	static const uint8_t		 want[6] = { 0, 0x1, 0xab, 0xCD, 9,
					    0xff };
	uint8_t				 ea[6];
	char				 buf[ETHER_STRLEN];
	size_t				 i;

	ATF_REQUIRE_EQ(0, ether_parse("0:01:aB:Cd:9:ff", ea));
	ATF_CHECK_EQ(0, memcmp(ea, want, sizeof(ea)));
	ATF_CHECK_STREQ("00:01:ab:cd:09:ff", ether_str(ea, buf));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ATF_CHECK_EQ_MSG(-1, ether_parse(bad[i], ea), "%s", bad[i]);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, masks);
	ATF_TP_ADD_TC(tp, short_masks);
	ATF_TP_ADD_TC(tp, both_ways);
	ATF_TP_ADD_TC(tp, link_text);
	ATF_TP_ADD_TC(tp, ether);
	ATF_TP_ADD_TC(tp, scopes);
	ATF_TP_ADD_TC(tp, spans);
	return (atf_no_error());
}
