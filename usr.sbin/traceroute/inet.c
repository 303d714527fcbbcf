/*
 * traceroute(8) over IPv4.
 *
 * A probe is written with its IP header (RFC 791), so that its time to live,
 * and a source route if one is asked for, are ours: UDP to an unlikely port,
 * an ICMP echo request, or any other protocol's number on some bytes.  Its
 * identification is the probe's number, by which an answer is known whatever
 * the protocol.
 *
 * Answers are ICMP messages (RFC 792) as strangers send them: no length in
 * them is trusted.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <sys/bsdnum.h>
#include <netinet/in.h>

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "traceroute.h"

#define IP_HLEN		20
#define UDP_HLEN	8
#define ICMP_HLEN	8
#define OPT_LSRR	131
#define OPT_NOP		1

#define ICMP_REPLY	0
#define ICMP_DEST	3		/* destination unreachable */
#define ICMP_ECHO_REQ	8
#define ICMP_EXCEEDED	11

#define CODE_PROTO	2
#define CODE_PORT	3
#define CODE_FRAG	4

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
inet_open(struct trace *t)
{
	int	 on = 1;

	t->t_recv = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	if (t->t_recv == -1)
		return (-1);
	t->t_send = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	if (t->t_send == -1)
		return (-1);
	return (setsockopt(t->t_send, IPPROTO_IP, IP_HDRINCL, &on,
	    sizeof(on)));
}

/* Bytes of IP header: a source route is a list of all stops but the first. */
static size_t
header_len(const struct trace *t)
{
	return (IP_HLEN + (t->t_ngateways > 0 ? 4 + 4 * t->t_ngateways : 0));
}

/* Our address towards the first stop, as a connected socket learns it. */
static void
find_source(struct trace *t, const struct sockaddr_in *stop)
{
	struct sockaddr_in	 sin = *stop;
	socklen_t		 len = sizeof(t->t_src);
	int			 s;

	sin.sin_port = htons(TR_PORT);
	if ((s = socket(AF_INET, SOCK_DGRAM, 0)) == -1)
		err(1, "socket");
	if (t->t_rtable >= 0 && setsockopt(s, SOL_SOCKET, SO_RTABLE,
	    &t->t_rtable, sizeof(t->t_rtable)) == -1)
		err(1, "setsockopt SO_RTABLE");
	if (connect(s, (struct sockaddr *)&sin, sizeof(sin)) == -1 ||
	    getsockname(s, (struct sockaddr *)&t->t_src, &len) == -1)
		err(1, "connect");
	close(s);
}

static void
put_route(struct trace *t, uint8_t *opt)
{
	const struct sockaddr_in	*dst = (const void *)&t->t_dst;
	int				 i, n = t->t_ngateways;

	opt[0] = OPT_NOP;
	opt[1] = OPT_LSRR;
	opt[2] = 3 + 4 * n;
	opt[3] = 4;
	for (i = 1; i < n; i++)
		memcpy(opt + 4 * i, &t->t_gateways[i], 4);
	memcpy(opt + 4 * n, &dst->sin_addr, 4);
}

static void
inet_setup(struct trace *t)
{
	struct sockaddr_in	 stop;
	uint8_t			*ip = t->t_out;
	size_t			 hlen = header_len(t);

	memcpy(&stop, &t->t_dst, sizeof(stop));
	if (t->t_ngateways > 0)
		stop.sin_addr = t->t_gateways[0];
	if (t->t_src.ss_family == 0)
		find_source(t, &stop);
	else if (bind(t->t_send, (struct sockaddr *)&t->t_src,
	    sizeof(struct sockaddr_in)) == -1)
		err(1, "bind");
	if (t->t_len < hlen + ICMP_HLEN)
		t->t_len = hlen + ICMP_HLEN;
	ip[0] = 4 << 4 | hlen / 4;
	ip[1] = t->t_tos > 0 ? t->t_tos : 0;
	put16(ip + 2, t->t_len);
	ip[9] = t->t_proto;
	memcpy(ip + 12, &((struct sockaddr_in *)&t->t_src)->sin_addr, 4);
	memcpy(ip + 16, &stop.sin_addr, 4);
	if (t->t_ngateways > 0)
		put_route(t, ip + IP_HLEN);
}

static int
probe_port(const struct trace *t, int seq)
{
	return ((t->t_port + (t->t_flags & F_SAMEPORT ? 0 : seq)) & 0xffff);
}

/* The pseudo header's sum, with the last stop as destination. */
static uint32_t
pseudo(const struct trace *t, size_t len)
{
	const uint8_t	*p;
	uint32_t	 sum = t->t_proto + len;

	p = (const uint8_t *)&((const struct sockaddr_in *)
	    (const void *)&t->t_src)->sin_addr;
	sum += get16(p) + get16(p + 2);
	p = (const uint8_t *)&((const struct sockaddr_in *)
	    (const void *)&t->t_dst)->sin_addr;
	return (sum + get16(p) + get16(p + 2));
}

static int
inet_send(struct trace *t, int seq, int ttl)
{
	struct sockaddr_in	 to;
	uint8_t			*ip = t->t_out, *th;
	size_t			 hlen = header_len(t), len;
	uint16_t		 sum;

	th = ip + hlen;
	len = t->t_len - hlen;
	put16(ip + 4, t->t_ident + seq);
	ip[8] = ttl;
	if (t->t_proto == IPPROTO_UDP) {
		put16(th, t->t_ident);
		put16(th + 2, probe_port(t, seq));
		put16(th + 4, len);
		put16(th + 6, 0);
		sum = trace_cksum(th, len, pseudo(t, len));
		if (sum == 0)
			sum = 0xffff;
		memcpy(th + 6, &sum, 2);
	} else if (t->t_proto == IPPROTO_ICMP) {
		th[0] = ICMP_ECHO_REQ;
		th[1] = 0;
		put16(th + 2, 0);
		put16(th + 4, t->t_ident);
		put16(th + 6, seq);
		sum = trace_cksum(th, len, 0);
		memcpy(th + 2, &sum, 2);
	}
	if (t->t_flags & F_DUMP)
		trace_dump("sent", ip, t->t_len);
	memset(&to, 0, sizeof(to));
	to.sin_family = AF_INET;
	memcpy(&to.sin_addr, ip + 16, 4);
	return (sendto(t->t_send, ip, t->t_len, 0, (struct sockaddr *)&to,
	    sizeof(to)) == -1 ? -1 : 0);
}

/* Length of the IP header in front of at least min bytes; 0: no such. */
static size_t
ip_header(const uint8_t *ip, size_t len, size_t min)
{
	size_t	 hlen;

	if (len < IP_HLEN || ip[0] >> 4 != 4)
		return (0);
	hlen = (ip[0] & 0xf) * 4;
	return (hlen < IP_HLEN || len < hlen + min ? 0 : hlen);
}

/* Is this, in an error message, probe number seq? */
static int
is_probe(const struct trace *t, int seq, const uint8_t *ip, size_t len)
{
	const uint8_t	*th;
	size_t		 hlen;

	if ((hlen = ip_header(ip, len, 8)) == 0 || ip[9] != t->t_proto ||
	    get16(ip + 4) != (uint16_t)(t->t_ident + seq))
		return (0);
	th = ip + hlen;
	if (t->t_proto == IPPROTO_UDP)
		return (get16(th) == t->t_ident &&
		    get16(th + 2) == probe_port(t, seq));
	if (t->t_proto == IPPROTO_ICMP)
		return (get16(th + 4) == t->t_ident &&
		    get16(th + 6) == (uint16_t)seq);
	return (1);
}

/* Why a destination cannot be reached, in a sign. */
static void
unreachable(const struct trace *t, const uint8_t *icp, const uint8_t *inner,
    struct answer *an)
{
	static const char	*const why[] = {
		[0] = "!N", [1] = "!H", [2] = "!P", [5] = "!S", [6] = "!U",
		[7] = "!W", [8] = "!I", [9] = "!A", [10] = "!Z", [11] = "!Q",
		[12] = "!T", [13] = "!X", [14] = "!V", [15] = "!C"
	};
	u_int			 code = icp[1];

	an->an_kind = ANSWER_REFUSED;
	if (code == CODE_PORT || (code == CODE_PROTO &&
	    memcmp(&an->an_from, &t->t_dst, sizeof(an->an_from)) == 0)) {
		an->an_kind = ANSWER_THERE;
		if (code == CODE_PROTO)
			strlcpy(an->an_why, "!P", sizeof(an->an_why));
		else if (inner[8] == 0)
			strlcpy(an->an_why, "!", sizeof(an->an_why));
	} else if (code == CODE_FRAG)
		snprintf(an->an_why, sizeof(an->an_why), "!F-%u",
		    get16(icp + 6));
	else if (code < sizeof(why) / sizeof(why[0]))
		strlcpy(an->an_why, why[code], sizeof(an->an_why));
	else
		snprintf(an->an_why, sizeof(an->an_why), "!<%u>", code);
}

static void
say_other(const struct trace *t, const struct answer *an, size_t len,
    const uint8_t *icp)
{
	if (t->t_flags & F_VERBOSE)
		printf("\n%zu bytes from %s: icmp type %u code %u\n", len,
		    trace_name(t, &an->an_from, 0), icp[0], icp[1]);
}

static void
inet_parse(struct trace *t, int seq, struct answer *an)
{
	const uint8_t		*ip = an->an_data, *icp, *inner;
	struct sockaddr_in	*to = (struct sockaddr_in *)&an->an_to;
	struct sockaddr_in	*from = (struct sockaddr_in *)&an->an_from;
	size_t			 hlen, len;

	an->an_kind = ANSWER_OTHER;
	if ((hlen = ip_header(ip, an->an_len, ICMP_HLEN)) == 0)
		return;
	from->sin_port = 0;
	to->sin_family = AF_INET;
	memcpy(&to->sin_addr, ip + 16, 4);
	an->an_ttl = ip[8];
	icp = ip + hlen;
	inner = icp + ICMP_HLEN;
	len = an->an_len - hlen;
	if (icp[0] == ICMP_REPLY && t->t_proto == IPPROTO_ICMP &&
	    get16(icp + 4) == t->t_ident && get16(icp + 6) == (uint16_t)seq)
		an->an_kind = ANSWER_THERE;
	else if ((icp[0] != ICMP_DEST && icp[0] != ICMP_EXCEEDED) ||
	    !is_probe(t, seq, inner, len - ICMP_HLEN))
		say_other(t, an, len, icp);
	else if (icp[0] == ICMP_DEST)
		unreachable(t, icp, inner, an);
	else if (icp[1] == 0)
		an->an_kind = ANSWER_HOP;
}

const struct family family_inet = {
	.fa_af = AF_INET,
	.fa_minlen = 40,
	.fa_open = inet_open,
	.fa_setup = inet_setup,
	.fa_send = inet_send,
	.fa_parse = inet_parse,
};
