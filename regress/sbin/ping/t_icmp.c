/*
 * ping(8): what a packet from a stranger turns out to be.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>

#include <arpa/inet.h>
#include <atf-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ping.h"

#define IDENT	0x1234

const char *
ping_name(const struct ping *p, const struct sockaddr_storage *ss)
{
	return ("192.0.2.1");
}

static struct ping	 ping;
static uint8_t		 packet[256];
static struct ping_echo	 echo;

static void
setup(void)
{
	struct sockaddr_in	*sin = (struct sockaddr_in *)&ping.p_dst;

	memset(&ping, 0, sizeof(ping));
	memset(packet, 0, sizeof(packet));
	ping.p_fam = &ping_inet;
	ping.p_ident = IDENT;
	ping.p_datalen = 56;
	sin->sin_family = AF_INET;
	sin->sin_addr.s_addr = htonl(0x0a000002);
}

/* An IP header of hlen bytes at p, for the protocol proto. */
static void
ip(uint8_t *p, size_t hlen, int proto)
{
	p[0] = 0x40 | hlen / 4;
	p[8] = 61;
	p[9] = proto;
	memcpy(p + 16, "\x0a\0\0\2", 4);
}

static void
icmp(uint8_t *p, int type, int code, int ident, int seq)
{
	p[0] = type;
	p[1] = code;
	p[4] = ident >> 8;
	p[5] = ident;
	p[6] = seq >> 8;
	p[7] = seq;
}

static enum ping_kind
parse(size_t len)
{
	struct ping_msg	 pm;

	memset(&pm, 0, sizeof(pm));
	pm.pm_data = packet;
	pm.pm_len = len;
	return (ping_inet.pf_parse(&ping, &pm, &echo));
}

ATF_TC(reply);
ATF_TC_HEAD(reply, tc)
{
	atf_tc_set_md_var(tc, "descr", "our reply, and another's");
}
ATF_TC_BODY(reply, tc)
{
	setup();
	ip(packet, 24, IPPROTO_ICMP);
	icmp(packet + 24, 0, 0, IDENT, 300);
	ATF_REQUIRE_EQ(PING_REPLY, parse(24 + 8 + 56));
	ATF_CHECK_EQ(300, echo.pe_seq);
	ATF_CHECK_EQ(64, echo.pe_len);
	ATF_CHECK_EQ(56, echo.pe_paylen);
	ATF_CHECK(echo.pe_payload == packet + 32);
	ATF_CHECK_EQ(PING_REPLY, parse(24 + 8));
	ATF_CHECK_EQ(0, echo.pe_paylen);
	icmp(packet + 24, 0, 0, IDENT + 1, 300);
	ATF_CHECK_EQ(PING_IGNORE, parse(24 + 8 + 56));
}

ATF_TC(cut);
ATF_TC_HEAD(cut, tc)
{
	atf_tc_set_md_var(tc, "descr", "packets that end too early");
}
ATF_TC_BODY(cut, tc)
{
	size_t	 len;

	setup();
	ip(packet, 24, IPPROTO_ICMP);
	icmp(packet + 24, 0, 0, IDENT, 1);
	for (len = 0; len < 32; len++)
		ATF_CHECK_EQ_MSG(PING_IGNORE, parse(len), "%zu bytes", len);
	packet[0] = 0x44;		/* a header shorter than any */
	ATF_CHECK_EQ(PING_IGNORE, parse(sizeof(packet)));
	packet[0] = 0x65;
	ATF_CHECK_EQ(PING_IGNORE, parse(sizeof(packet)));
}

ATF_TC(errors);
ATF_TC_HEAD(errors, tc)
{
	atf_tc_set_md_var(tc, "descr", "errors about our requests only");
}
ATF_TC_BODY(errors, tc)
{
	uint8_t	*inner = packet + 28;

	setup();
	ip(packet, 20, IPPROTO_ICMP);
	icmp(packet + 20, 3, 1, 0, 0);
	ip(inner, 20, IPPROTO_ICMP);
	icmp(inner + 20, 8, 0, IDENT, 7);
	ATF_CHECK_EQ(PING_ERROR, parse(56));
	ATF_CHECK_EQ(PING_IGNORE, parse(55));
	inner[16] = 11;				/* to somebody else */
	ATF_CHECK_EQ(PING_IGNORE, parse(56));
	inner[16] = 10;
	inner[9] = IPPROTO_UDP;
	ATF_CHECK_EQ(PING_IGNORE, parse(56));
	ping.p_flags |= F_VERBOSE;
	ATF_CHECK_EQ(PING_ERROR, parse(56));
}

/* What is printed about the packet goes to a file, which is read back. */
static const char *
printed(void (*func)(struct ping *, const struct ping_msg *), size_t len)
{
	static char	 buf[4096];
	struct ping_msg	 pm;
	FILE		*fp;
	size_t		 n;
	int		 saved;

	memset(&pm, 0, sizeof(pm));
	pm.pm_data = packet;
	pm.pm_len = len;
	fflush(stdout);
	saved = dup(STDOUT_FILENO);
	ATF_REQUIRE(freopen("out", "w", stdout) != NULL);
	func(&ping, &pm);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	ATF_REQUIRE((fp = fopen("out", "r")) != NULL);
	n = fread(buf, 1, sizeof(buf) - 1, fp);
	buf[n] = '\0';
	fclose(fp);
	return (buf);
}

ATF_TC(texts);
ATF_TC_HEAD(texts, tc)
{
	atf_tc_set_md_var(tc, "descr", "errors in words");
}
ATF_TC_BODY(texts, tc)
{
	setup();
	ip(packet, 20, IPPROTO_ICMP);
	icmp(packet + 20, 3, 1, 0, 0);
	ATF_CHECK_STREQ("36 bytes from 192.0.2.1: Destination Host "
	    "Unreachable\n", printed(ping_inet.pf_error, 56));
	icmp(packet + 20, 11, 0, 0, 0);
	ATF_CHECK_STREQ("36 bytes from 192.0.2.1: Time to live exceeded\n",
	    printed(ping_inet.pf_error, 56));
	icmp(packet + 20, 3, 4, 0, 1400);
	ATF_CHECK_STREQ("36 bytes from 192.0.2.1: frag needed and DF set "
	    "(MTU 1400)\n", printed(ping_inet.pf_error, 56));
	icmp(packet + 20, 3, 200, 0, 0);
	ATF_CHECK_STREQ("36 bytes from 192.0.2.1: Dest Unreachable, Unknown "
	    "Code: 200\n", printed(ping_inet.pf_error, 56));
}

ATF_TC(options);
ATF_TC_HEAD(options, tc)
{
	atf_tc_set_md_var(tc, "descr", "recorded routes, lying lengths");
}
ATF_TC_BODY(options, tc)
{
	size_t	 i;
	int	 length, pointer;

	setup();
	ip(packet, 60, IPPROTO_ICMP);
	for (i = 0; i < 36; i++)
		packet[23 + i] = i;
	packet[20] = 7;
	packet[21] = 39;
	packet[22] = 12;
	ATF_CHECK_STREQ("\nRR: \t192.0.2.1\n\t192.0.2.1",
	    printed(ping_inet.pf_options, 68));
	packet[21] = 41;
	ATF_CHECK_STREQ("\n(bad option)", printed(ping_inet.pf_options, 68));
	packet[21] = 0;
	ATF_CHECK_STREQ("\n(bad option)", printed(ping_inet.pf_options, 68));
	for (length = 0; length < 256; length += 3) {
		for (pointer = 0; pointer < 256; pointer += 5) {
			packet[21] = length;
			packet[22] = pointer;
			printed(ping_inet.pf_options, 68);
		}
	}
}

ATF_TC(tags);
ATF_TC_HEAD(tags, tc)
{
	atf_tc_set_md_var(tc, "descr", "a tag depends on all that it covers");
}
ATF_TC_BODY(tags, tc)
{
	uint64_t	 tag;

	setup();
	ping.p_key = 1;
	tag = ping_tag(&ping, 1, 2, 3);
	ATF_CHECK_EQ(tag, ping_tag(&ping, 1, 2, 3));
	ATF_CHECK(tag != ping_tag(&ping, 2, 2, 3));
	ATF_CHECK(tag != ping_tag(&ping, 1, 3, 3));
	ATF_CHECK(tag != ping_tag(&ping, 1, 2, 4));
	ping.p_key = 2;
	ATF_CHECK(tag != ping_tag(&ping, 1, 2, 3));
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, reply);
	ATF_TP_ADD_TC(tp, cut);
	ATF_TP_ADD_TC(tp, errors);
	ATF_TP_ADD_TC(tp, texts);
	ATF_TP_ADD_TC(tp, options);
	ATF_TP_ADD_TC(tp, tags);
	return (atf_no_error());
}
