/*
 * traceroute(8) over IPv6: UDP datagrams to unlikely ports or ICMPv6 echo
 * requests (RFC 4443), whose hop limit the socket is told.  The kernel keeps
 * the IPv6 headers and does the checksums (RFC 3542).
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <netinet/icmp6.h>

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "traceroute.h"

#define IP6_HLEN	40
#define UDP_HLEN	8
#define ICMP6_HLEN	8

static uint16_t
get16(const uint8_t *p)
{
	return (p[0] << 8 | p[1]);
}

static void
put16(uint8_t *p, uint16_t v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static int
inet6_open(struct trace *t)
{
	t->t_recv = socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
	if (t->t_recv == -1)
		return (-1);
	t->t_send = socket(AF_INET6, SOCK_DGRAM, 0);
	return (t->t_send == -1 ? -1 : 0);
}

static void
set(int s, int level, int name, int value, const char *what)
{
	if (setsockopt(s, level, name, &value, sizeof(value)) == -1)
		err(1, "setsockopt %s", what);
}

static void
set_filter(const struct trace *t)
{
	struct icmp6_filter	 filter;

	ICMP6_FILTER_SETBLOCKALL(&filter);
	if (t->t_flags & F_VERBOSE)
		ICMP6_FILTER_SETPASSALL(&filter);
	ICMP6_FILTER_SETPASS(ICMP6_DST_UNREACH, &filter);
	ICMP6_FILTER_SETPASS(ICMP6_TIME_EXCEEDED, &filter);
	ICMP6_FILTER_SETPASS(ICMP6_PACKET_TOO_BIG, &filter);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter);
	if (setsockopt(t->t_recv, IPPROTO_ICMPV6, ICMP6_FILTER, &filter,
	    sizeof(filter)) == -1)
		err(1, "setsockopt ICMP6_FILTER");
}

/* The source port of UDP probes is what the kernel has chosen. */
static void
find_port(struct trace *t)
{
	struct sockaddr_in6	 sin6;
	socklen_t		 len = sizeof(sin6);

	if (t->t_src.ss_family != 0)
		memcpy(&sin6, &t->t_src, sizeof(sin6));
	else {
		memset(&sin6, 0, sizeof(sin6));
		sin6.sin6_family = AF_INET6;
	}
	if (bind(t->t_send, (struct sockaddr *)&sin6, sizeof(sin6)) == -1)
		err(1, "bind");
	if (getsockname(t->t_send, (struct sockaddr *)&sin6, &len) == -1)
		err(1, "getsockname");
	t->t_ident = ntohs(sin6.sin6_port);
}

static void
inet6_setup(struct trace *t)
{
	set(t->t_recv, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1,
	    "IPV6_RECVHOPLIMIT");
	set(t->t_recv, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1,
	    "IPV6_RECVPKTINFO");
	set_filter(t);
	if (t->t_proto == IPPROTO_UDP)
		find_port(t);
	else if (t->t_proto == IPPROTO_ICMPV6) {
		/* Echo requests leave by the socket that hears replies. */
		close(t->t_send);
		t->t_send = t->t_recv;
		if (t->t_src.ss_family != 0 && bind(t->t_send,
		    (struct sockaddr *)&t->t_src, t->t_addrlen) == -1)
			err(1, "bind");
	} else
		errx(1, "over IPv6 probes are UDP or ICMP");
	if (t->t_ngateways > 0)
		errx(1, "no source routes over IPv6");
	if (t->t_tos >= 0)
		set(t->t_send, IPPROTO_IPV6, IPV6_TCLASS, t->t_tos,
		    "IPV6_TCLASS");
	if (t->t_len < IP6_HLEN + ICMP6_HLEN)
		t->t_len = IP6_HLEN + ICMP6_HLEN;
}

static int
probe_port(const struct trace *t, int seq)
{
	return ((t->t_port + (t->t_flags & F_SAMEPORT ? 0 : seq)) & 0xffff);
}

static int
inet6_send(struct trace *t, int seq, int ttl)
{
	struct sockaddr_in6	 to;
	uint8_t			*p = t->t_out;
	size_t			 len = t->t_len - IP6_HLEN;

	memcpy(&to, &t->t_dst, sizeof(to));
	set(t->t_send, IPPROTO_IPV6, IPV6_UNICAST_HOPS, ttl,
	    "IPV6_UNICAST_HOPS");
	if (t->t_proto == IPPROTO_UDP) {
		to.sin6_port = htons(probe_port(t, seq));
		len -= UDP_HLEN;
	} else {
		p[0] = ICMP6_ECHO_REQUEST;
		p[1] = 0;
		put16(p + 2, 0);
		put16(p + 4, t->t_ident);
		put16(p + 6, seq);
	}
	if (t->t_flags & F_DUMP)
		trace_dump("sent", p, len);
	return (sendto(t->t_send, p, len, 0, (struct sockaddr *)&to,
	    sizeof(to)) == -1 ? -1 : 0);
}

/* Is this, in an error message, probe number seq? */
static int
is_probe(const struct trace *t, int seq, const uint8_t *ip6, size_t len)
{
	const struct sockaddr_in6	*dst = (const void *)&t->t_dst;
	const uint8_t			*th = ip6 + IP6_HLEN;

	if (len < IP6_HLEN + 8 || ip6[0] >> 4 != 6 ||
	    ip6[6] != t->t_proto ||
	    memcmp(ip6 + 24, &dst->sin6_addr, 16) != 0)
		return (0);
	if (t->t_proto == IPPROTO_UDP)
		return (get16(th) == t->t_ident &&
		    get16(th + 2) == probe_port(t, seq));
	return (th[0] == ICMP6_ECHO_REQUEST && get16(th + 4) == t->t_ident &&
	    get16(th + 6) == (uint16_t)seq);
}

static void
unreachable(const uint8_t *icp, const uint8_t *inner, struct answer *an)
{
	static const char	*const why[] = {
		"!N", "!X", "!S", "!A", NULL, "!P", "!R"
	};
	u_int			 code = icp[1];

	an->an_kind = ANSWER_REFUSED;
	if (code == ICMP6_DST_UNREACH_NOPORT) {
		an->an_kind = ANSWER_THERE;
		if (inner[7] == 0)
			strlcpy(an->an_why, "!", sizeof(an->an_why));
	} else if (code < sizeof(why) / sizeof(why[0]))
		strlcpy(an->an_why, why[code], sizeof(an->an_why));
	else
		snprintf(an->an_why, sizeof(an->an_why), "!<%u>", code);
}

static void
say_other(const struct trace *t, const struct answer *an)
{
	if (t->t_flags & F_VERBOSE)
		printf("\n%zu bytes from %s: icmp6 type %u code %u\n",
		    an->an_len, trace_name(t, &an->an_from, 0),
		    an->an_data[0], an->an_data[1]);
}

static void
inet6_parse(struct trace *t, int seq, struct answer *an)
{
	const uint8_t	*icp = an->an_data, *inner = icp + ICMP6_HLEN;

	an->an_kind = ANSWER_OTHER;
	((struct sockaddr_in6 *)&an->an_from)->sin6_port = 0;
	if (an->an_len < ICMP6_HLEN)
		return;
	if (icp[0] == ICMP6_ECHO_REPLY && t->t_proto == IPPROTO_ICMPV6 &&
	    get16(icp + 4) == t->t_ident && get16(icp + 6) == (uint16_t)seq) {
		an->an_kind = ANSWER_THERE;
		return;
	}
	if ((icp[0] != ICMP6_DST_UNREACH && icp[0] != ICMP6_TIME_EXCEEDED &&
	    icp[0] != ICMP6_PACKET_TOO_BIG) ||
	    !is_probe(t, seq, inner, an->an_len - ICMP6_HLEN)) {
		say_other(t, an);
		return;
	}
	if (icp[0] == ICMP6_DST_UNREACH)
		unreachable(icp, inner, an);
	else if (icp[0] == ICMP6_PACKET_TOO_BIG) {
		an->an_kind = ANSWER_REFUSED;
		snprintf(an->an_why, sizeof(an->an_why), "!F-%u",
		    (u_int)get16(icp + 4) << 16 | get16(icp + 6));
	} else if (icp[1] == ICMP6_TIME_EXCEED_TRANSIT)
		an->an_kind = ANSWER_HOP;
}

const struct family family_inet6 = {
	.fa_af = AF_INET6,
	.fa_minlen = 60,
	.fa_open = inet6_open,
	.fa_setup = inet6_setup,
	.fa_send = inet6_send,
	.fa_parse = inet6_parse,
};
