/*
 * ping6(8): what a message from a stranger turns out to be.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <netinet/icmp6.h>

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
	return ("2001:db8::1");
}

static struct ping	 ping;
static uint8_t		 packet[256];
static struct ping_echo	 echo;

static void
icmp6(uint8_t *p, int type, int code, int ident, int seq)
{
	p[0] = type;
	p[1] = code;
	p[4] = ident >> 8;
	p[5] = ident;
	p[6] = seq >> 8;
	p[7] = seq;
}

static void
setup(void)
{
	struct sockaddr_in6	*sin6 = (struct sockaddr_in6 *)&ping.p_dst;

	memset(&ping, 0, sizeof(ping));
	memset(packet, 0, sizeof(packet));
	ping.p_fam = &ping_inet6;
	ping.p_ident = IDENT;
	ping.p_datalen = 56;
	sin6->sin6_family = AF_INET6;
	inet_pton(AF_INET6, "2001:db8::2", &sin6->sin6_addr);
}

static enum ping_kind
parse(size_t len)
{
	struct ping_msg	 pm;

	memset(&pm, 0, sizeof(pm));
	pm.pm_data = packet;
	pm.pm_len = len;
	return (ping_inet6.pf_parse(&ping, &pm, &echo));
}

ATF_TC(reply);
ATF_TC_HEAD(reply, tc)
{
	atf_tc_set_md_var(tc, "descr", "our reply, another's, one cut short");
}
ATF_TC_BODY(reply, tc)
{
	size_t	 len;

	setup();
	icmp6(packet, ICMP6_ECHO_REPLY, 0, IDENT, 300);
	ATF_REQUIRE_EQ(PING_REPLY, parse(8 + 56));
	ATF_CHECK_EQ(300, echo.pe_seq);
	ATF_CHECK_EQ(64, echo.pe_len);
	ATF_CHECK_EQ(56, echo.pe_paylen);
	ATF_CHECK(echo.pe_payload == packet + 8);
	ATF_CHECK_EQ(PING_REPLY, parse(8));
	ATF_CHECK_EQ(0, echo.pe_paylen);
	for (len = 0; len < 8; len++)
		ATF_CHECK_EQ(PING_IGNORE, parse(len));
	icmp6(packet, ICMP6_ECHO_REPLY, 0, IDENT + 1, 300);
	ATF_CHECK_EQ(PING_IGNORE, parse(64));
	icmp6(packet, ICMP6_ECHO_REQUEST, 0, IDENT, 300);
	ATF_CHECK_EQ(PING_IGNORE, parse(64));
}

/* An error about our request, behind a fragment header if frag. */
static size_t
error_message(int type, int code, int frag)
{
	uint8_t	*inner = packet + 8;
	size_t	 at = 40;

	setup();
	icmp6(packet, type, code, 0, 0);
	inner[0] = 0x60;
	inner[6] = IPPROTO_ICMPV6;
	inet_pton(AF_INET6, "2001:db8::1", inner + 8);
	inet_pton(AF_INET6, "2001:db8::2", inner + 24);
	if (frag) {
		inner[6] = IPPROTO_FRAGMENT;
		inner[40] = IPPROTO_ICMPV6;
		inner[43] = 1;			/* more follow */
		at = 48;
	}
	icmp6(inner + at, ICMP6_ECHO_REQUEST, 0, IDENT, 7);
	return (8 + at + 8);
}

ATF_TC(errors);
ATF_TC_HEAD(errors, tc)
{
	atf_tc_set_md_var(tc, "descr", "errors about our requests only");
}
ATF_TC_BODY(errors, tc)
{
	size_t	 len;
	int	 frag;

	for (frag = 0; frag < 2; frag++) {
		len = error_message(ICMP6_DST_UNREACH, 0, frag);
		ATF_CHECK_EQ(PING_ERROR, parse(len));
		ATF_CHECK_EQ(PING_IGNORE, parse(len - 1));
		packet[8 + 39] = 3;		/* to somebody else */
		ATF_CHECK_EQ(PING_IGNORE, parse(len));
	}
	len = error_message(ICMP6_DST_UNREACH, 0, 1);
	packet[8 + 43] = 0x08;			/* not the first fragment */
	ATF_CHECK_EQ(PING_IGNORE, parse(len));
	len = error_message(ICMP6_TIME_EXCEEDED, 0, 0);
	packet[8 + 6] = IPPROTO_UDP;
	ATF_CHECK_EQ(PING_IGNORE, parse(len));
	len = error_message(ICMP6_TIME_EXCEEDED, 0, 0);
	packet[8] = 0x45;
	ATF_CHECK_EQ(PING_IGNORE, parse(len));
	len = error_message(ND_NEIGHBOR_SOLICIT, 0, 0);
	ATF_CHECK_EQ(PING_IGNORE, parse(len));
	ping.p_flags |= F_VERBOSE;
	ATF_CHECK_EQ(PING_ERROR, parse(len));
}

/* What is printed about the message goes to a file, which is read back. */
static const char *
printed(size_t len)
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
	ping_inet6.pf_error(&ping, &pm);
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
	size_t	 len;

#define FROM	"56 bytes from 2001:db8::1: "
	len = error_message(ICMP6_DST_UNREACH, 3, 0);
	ATF_CHECK_STREQ(FROM "Destination Host Unreachable\n", printed(len));
	error_message(ICMP6_DST_UNREACH, 200, 0);
	ATF_CHECK_STREQ(FROM "Destination Unreachable, Bad Code: 200\n",
	    printed(len));
	error_message(ICMP6_TIME_EXCEEDED, 0, 0);
	ATF_CHECK_STREQ(FROM "Time to live exceeded\n", printed(len));
	error_message(ICMP6_PACKET_TOO_BIG, 0, 0);
	packet[6] = 1400 >> 8;
	packet[7] = 1400 & 0xff;
	ATF_CHECK_STREQ(FROM "Packet too big mtu = 1400\n", printed(len));
	error_message(ICMP6_PARAM_PROB, 1, 0);
	packet[7] = 6;
	ATF_CHECK_STREQ(FROM "Parameter problem: Unknown Nextheader pointer "
	    "= 0x06\n", printed(len));
	error_message(77, 1, 0);
	ATF_CHECK_STREQ(FROM "Unknown ICMP type: 77\n", printed(len));
	error_message(ICMP6_DST_UNREACH, 0, 0);
	ping.p_flags |= F_VERBOSE;
	ATF_CHECK_STREQ(FROM "No Route to Destination\n"
	    "Vr TC  Flow Plen Nxt Hlim\n"
	    " 6 00 00000 0000  3a   00\n"
	    "2001:db8::1->2001:db8::2\n"
	    "ICMP6: type = 128, code = 0, id = 0x1234, seq = 0x0007\n",
	    printed(len));
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, reply);
	ATF_TP_ADD_TC(tp, errors);
	ATF_TP_ADD_TC(tp, texts);
	return (atf_no_error());
}
