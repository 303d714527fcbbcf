/*
 * ping(8) over IPv6: ICMPv6 echo (RFC 4443), and the text of every ICMPv6
 * message that may come back.  The kernel takes the IPv6 header off and does
 * the checksums (RFC 3542 3.1).
 *
 * Every byte that is read here was sent by a stranger: lengths are checked
 * against what was received before anything is looked at.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <netinet/icmp6.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ping.h"

#define ECHO_HDRLEN	8
#define IP6_HDRLEN	40
#define FRAG_HDRLEN	8
#define RCVBUF		(4 * 65536)	/* some of the largest replies */

#ifndef IPV6_PMTUDISC_DONT
#define IPV6_PMTUDISC_DONT	0
#define IPV6_PMTUDISC_WANT	1
#endif

static uint16_t
get16(const uint8_t *p)
{
	return (p[0] << 8 | p[1]);
}

static uint32_t
get32(const uint8_t *p)
{
	return ((uint32_t)get16(p) << 16 | get16(p + 2));
}

static void
put16(uint8_t *p, uint16_t value)
{
	p[0] = value >> 8;
	p[1] = value;
}

static int
inet6_open(void)
{
	return (socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6));
}

static void
set(struct ping *p, int level, int name, int value, const char *what)
{
	if (setsockopt(p->p_sock, level, name, &value, sizeof(value)) == -1)
		err(1, "%s", what);
}

/* Only replies and errors are passed up; with -v everything. */
static void
set_filter(struct ping *p)
{
	struct icmp6_filter	 filter;

	ICMP6_FILTER_SETPASSALL(&filter);
	if ((p->p_flags & F_VERBOSE) == 0) {
		ICMP6_FILTER_SETBLOCKALL(&filter);
		ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter);
		ICMP6_FILTER_SETPASS(ICMP6_DST_UNREACH, &filter);
		ICMP6_FILTER_SETPASS(ICMP6_PACKET_TOO_BIG, &filter);
		ICMP6_FILTER_SETPASS(ICMP6_TIME_EXCEEDED, &filter);
		ICMP6_FILTER_SETPASS(ICMP6_PARAM_PROB, &filter);
	}
	if (setsockopt(p->p_sock, IPPROTO_ICMPV6, ICMP6_FILTER, &filter,
	    sizeof(filter)) == -1)
		err(1, "setsockopt ICMP6_FILTER");
}

static void
set_multicast(struct ping *p)
{
	const struct sockaddr_in6 *src = (struct sockaddr_in6 *)&p->p_src;

	if (p->p_flags & F_TTL)
		set(p, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, p->p_ttl,
		    "setsockopt IPV6_MULTICAST_HOPS");
	if (src->sin6_family == AF_INET6 && src->sin6_scope_id != 0)
		set(p, IPPROTO_IPV6, IPV6_MULTICAST_IF, src->sin6_scope_id,
		    "setsockopt IPV6_MULTICAST_IF");
}

static void
inet6_setup(struct ping *p)
{
	const struct sockaddr_in6 *dst = (struct sockaddr_in6 *)&p->p_dst;
	int			   multi, whole;

	multi = IN6_IS_ADDR_MULTICAST(&dst->sin6_addr);
	/* Fragments of the smallest MTU, unless told: they get anywhere. */
	whole = p->p_wholemtu > (multi ? 1 : 0);
	set(p, SOL_SOCKET, SO_RCVBUF, RCVBUF, "setsockopt SO_RCVBUF");
	set(p, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1,
	    "setsockopt IPV6_RECVHOPLIMIT");
	set(p, IPPROTO_IPV6, IPV6_MTU_DISCOVER, whole ? IPV6_PMTUDISC_WANT :
	    IPV6_PMTUDISC_DONT, "setsockopt IPV6_MTU_DISCOVER");
	set_filter(p);
	if (p->p_flags & F_DEBUG)
		set(p, SOL_SOCKET, SO_DEBUG, 1, "setsockopt SO_DEBUG");
	if (p->p_flags & F_TOS)
		set(p, IPPROTO_IPV6, IPV6_TCLASS, p->p_tos,
		    "setsockopt IPV6_TCLASS");
	if (p->p_flags & F_NOLOOP)
		set(p, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0,
		    "setsockopt IPV6_MULTICAST_LOOP");
	if (p->p_flags & F_DF)
		set(p, IPPROTO_IPV6, IPV6_DONTFRAG, 1,
		    "setsockopt IPV6_DONTFRAG");
	if (p->p_flags & F_RROUTE)
		errx(1, "no route can be recorded over IPv6");
	if (multi)
		set_multicast(p);
	else if (p->p_flags & F_TTL)
		set(p, IPPROTO_IPV6, IPV6_UNICAST_HOPS, p->p_ttl,
		    "setsockopt IPV6_UNICAST_HOPS");
}

static ssize_t
inet6_send(struct ping *p, uint16_t seq)
{
	p->p_out[0] = ICMP6_ECHO_REQUEST;
	p->p_out[1] = 0;
	put16(p->p_out + 2, 0);
	put16(p->p_out + 4, p->p_ident);
	put16(p->p_out + 6, seq);
	return (sendto(p->p_sock, p->p_out, ECHO_HDRLEN + p->p_datalen, 0,
	    (const struct sockaddr *)&p->p_dst, p->p_dstlen));
}

/*
 * Where the ICMPv6 header of the packet inside an error message begins, or 0
 * if there is none: behind its IPv6 header, or a first fragment's.
 */
static size_t
inner_icmp6(const uint8_t *ip6, size_t len)
{
	size_t	 hlen = IP6_HDRLEN;
	int	 next;

	if (len < IP6_HDRLEN || ip6[0] >> 4 != 6)
		return (0);
	next = ip6[6];
	if (next == IPPROTO_FRAGMENT) {
		if (len < hlen + FRAG_HDRLEN ||
		    (get16(ip6 + hlen + 2) & 0xfff8) != 0)
			return (0);
		next = ip6[hlen];
		hlen += FRAG_HDRLEN;
	}
	if (next != IPPROTO_ICMPV6 || len < hlen + ECHO_HDRLEN)
		return (0);
	return (hlen);
}

/* Is it one of our requests? */
static int
is_ours(const struct ping *p, const uint8_t *ip6, size_t len)
{
	const struct sockaddr_in6 *dst;
	size_t			   hlen;

	dst = (const struct sockaddr_in6 *)&p->p_dst;
	if ((hlen = inner_icmp6(ip6, len)) == 0)
		return (0);
	return (ip6[hlen] == ICMP6_ECHO_REQUEST &&
	    get16(ip6 + hlen + 4) == p->p_ident &&
	    memcmp(ip6 + 24, &dst->sin6_addr, 16) == 0);
}

static int
is_error(int type)
{
	return ((type & ICMP6_INFOMSG_MASK) == 0);
}

static enum ping_kind
inet6_parse(struct ping *p, const struct ping_msg *pm, struct ping_echo *pe)
{
	const uint8_t	*icp = pm->pm_data;
	size_t		 len = pm->pm_len;

	if (len < ECHO_HDRLEN) {
		if (p->p_flags & F_VERBOSE)
			warnx("packet too short (%zu bytes) from %s", len,
			    ping_name(p, &pm->pm_from));
		return (PING_IGNORE);
	}
	if (icp[0] == ICMP6_ECHO_REPLY) {
		if (get16(icp + 4) != p->p_ident)
			return (PING_IGNORE);
		pe->pe_seq = get16(icp + 6);
		pe->pe_len = len;
		pe->pe_payload = icp + ECHO_HDRLEN;
		pe->pe_paylen = len - ECHO_HDRLEN;
		return (PING_REPLY);
	}
	if (icp[0] == ICMP6_ECHO_REQUEST)
		return (PING_IGNORE);
	if (p->p_flags & F_VERBOSE)
		return (PING_ERROR);
	if (is_error(icp[0]) && is_ours(p, icp + ECHO_HDRLEN,
	    len - ECHO_HDRLEN))
		return (PING_ERROR);
	return (PING_IGNORE);
}

static const struct {
	uint8_t		 type, code;
	const char	*text;
} code_text[] = {
	{ ICMP6_DST_UNREACH, 0, "No Route to Destination" },
	{ ICMP6_DST_UNREACH, 1, "Destination Administratively Unreachable" },
	{ ICMP6_DST_UNREACH, 2, "Destination Unreachable Beyond Scope" },
	{ ICMP6_DST_UNREACH, 3, "Destination Host Unreachable" },
	{ ICMP6_DST_UNREACH, 4, "Destination Port Unreachable" },
	{ ICMP6_TIME_EXCEEDED, 0, "Time to live exceeded" },
	{ ICMP6_TIME_EXCEEDED, 1, "Frag reassembly time exceeded" },
	{ ICMP6_PARAM_PROB, 0, "Parameter problem: Erroneous Header" },
	{ ICMP6_PARAM_PROB, 1, "Parameter problem: Unknown Nextheader" },
	{ ICMP6_PARAM_PROB, 2, "Parameter problem: Unrecognized Option" },
};

static const struct {
	int		 type;
	const char	*text;
} type_text[] = {
	{ ICMP6_DST_UNREACH,	"Destination Unreachable" },
	{ ICMP6_PACKET_TOO_BIG,	"Packet too big" },
	{ ICMP6_TIME_EXCEEDED,	"Time exceeded" },
	{ ICMP6_PARAM_PROB,	"Parameter problem" },
	{ ICMP6_ECHO_REQUEST,	"Echo Request" },
	{ ICMP6_ECHO_REPLY,	"Echo Reply" },
	{ MLD_LISTENER_QUERY,	"Listener Query" },
	{ MLD_LISTENER_REPORT,	"Listener Report" },
	{ MLD_LISTENER_REDUCTION, "Listener Done" },
	{ ND_ROUTER_SOLICIT,	"Router Solicitation" },
	{ ND_ROUTER_ADVERT,	"Router Advertisement" },
	{ ND_NEIGHBOR_SOLICIT,	"Neighbor Solicitation" },
	{ ND_NEIGHBOR_ADVERT,	"Neighbor Advertisement" },
	{ ND_REDIRECT,		"Redirect" },
	{ 143,			"Version 2 Listener Report" },
};

/* The message's own line, without its end. */
static void
print_type(const uint8_t *icp)
{
	size_t	 i;

	for (i = 0; i < sizeof(code_text) / sizeof(code_text[0]); i++)
		if (code_text[i].type == icp[0] && code_text[i].code == icp[1])
			break;
	if (i < sizeof(code_text) / sizeof(code_text[0])) {
		printf("%s", code_text[i].text);
		if (icp[0] == ICMP6_PARAM_PROB)
			printf(" pointer = 0x%02x", get32(icp + 4));
		return;
	}
	for (i = 0; i < sizeof(type_text) / sizeof(type_text[0]); i++)
		if (type_text[i].type == icp[0])
			break;
	if (i == sizeof(type_text) / sizeof(type_text[0])) {
		printf("Unknown ICMP type: %u", icp[0]);
		return;
	}
	printf("%s", type_text[i].text);
	if (icp[0] == ICMP6_PACKET_TOO_BIG)
		printf(" mtu = %u", get32(icp + 4));
	else if (is_error(icp[0]))
		printf(", Bad Code: %u", icp[1]);
}

/* -v: the header of the packet that the message is about. */
static void
print_header(const uint8_t *ip6, size_t len)
{
	char	 src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];
	size_t	 hlen;

	if (len < IP6_HDRLEN || ip6[0] >> 4 != 6)
		return;
	if (inet_ntop(AF_INET6, ip6 + 8, src, sizeof(src)) == NULL ||
	    inet_ntop(AF_INET6, ip6 + 24, dst, sizeof(dst)) == NULL)
		return;
	printf("Vr TC  Flow Plen Nxt Hlim\n");
	printf(" %1x %02x %05x %04x  %02x   %02x\n", ip6[0] >> 4,
	    (ip6[0] & 0xf) << 4 | ip6[1] >> 4, get32(ip6) & 0xfffff,
	    get16(ip6 + 4), ip6[6], ip6[7]);
	printf("%s->%s\n", src, dst);
	if ((hlen = inner_icmp6(ip6, len)) != 0)
		printf("ICMP6: type = %u, code = %u, id = 0x%04x, "
		    "seq = 0x%04x\n", ip6[hlen], ip6[hlen + 1],
		    get16(ip6 + hlen + 4), get16(ip6 + hlen + 6));
}

static void
inet6_error(struct ping *p, const struct ping_msg *pm)
{
	printf("%zu bytes from %s: ", pm->pm_len, ping_name(p, &pm->pm_from));
	print_type(pm->pm_data);
	putchar('\n');
	if ((p->p_flags & F_VERBOSE) && is_error(pm->pm_data[0]))
		print_header(pm->pm_data + ECHO_HDRLEN,
		    pm->pm_len - ECHO_HDRLEN);
}

/* A reply's header stays in the kernel: there are no options to show. */
static void
inet6_options(struct ping *p, const struct ping_msg *pm)
{
}

const struct ping_family ping_inet6 = {
	.pf_af = AF_INET6,
	.pf_ttlword = "hlim",
	.pf_hdrlen = ECHO_HDRLEN,
	.pf_open = inet6_open,
	.pf_setup = inet6_setup,
	.pf_send = inet6_send,
	.pf_parse = inet6_parse,
	.pf_error = inet6_error,
	.pf_options = inet6_options,
};
