/*
 * ping(8) over IPv4: ICMP echo (RFC 792), the record route option (RFC 791
 * 3.1), and the text of every ICMP message that may come back.
 *
 * Every byte that is read here was sent by a stranger: lengths are checked
 * against what was received before anything is looked at.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <netinet/ip.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ping.h"

#define ECHO_HDRLEN	8
#define IP_HDRLEN	20
#define RCVBUF		(4 * 65536)	/* some of the largest replies */
#define RR_SLOTS	9
#define RR_LEN		(3 + RR_SLOTS * 4)

#define T_ECHOREPLY	0
#define T_UNREACH	3
#define T_QUENCH	4
#define T_REDIRECT	5
#define T_ECHO		8
#define T_TIMXCEED	11
#define T_PARAMPROB	12

struct echo_header {
	uint8_t		eh_type;
	uint8_t		eh_code;
	uint16_t	eh_sum;
	uint16_t	eh_id;
	uint16_t	eh_seq;
};

/* The Internet checksum (RFC 1071) of len bytes. */
static uint16_t
checksum(const void *data, size_t len)
{
	const uint8_t	*p = data;
	uint32_t	 sum = 0;
	size_t		 i;

	for (i = 0; i + 1 < len; i += 2)
		sum += p[i] << 8 | p[i + 1];
	if (len & 1)
		sum += p[len - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (htons(~sum & 0xffff));
}

static uint16_t
get16(const uint8_t *p)
{
	return (p[0] << 8 | p[1]);
}

static int
inet_open(void)
{
	return (socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
}

static void
set(struct ping *p, int level, int name, int value, const char *what)
{
	if (setsockopt(p->p_sock, level, name, &value, sizeof(value)) == -1)
		err(1, "%s", what);
}

static void
inet_setup(struct ping *p)
{
	const struct sockaddr_in *dst = (struct sockaddr_in *)&p->p_dst;
	uint8_t			  rr[RR_LEN + 1];
	int			  multi;

	multi = IN_MULTICAST(ntohl(dst->sin_addr.s_addr));
	set(p, SOL_SOCKET, SO_RCVBUF, RCVBUF, "setsockopt SO_RCVBUF");
	set(p, SOL_SOCKET, SO_BROADCAST, 1, "setsockopt SO_BROADCAST");
	if (p->p_flags & F_DEBUG)
		set(p, SOL_SOCKET, SO_DEBUG, 1, "setsockopt SO_DEBUG");
	if (p->p_flags & F_TOS)
		set(p, IPPROTO_IP, IP_TOS, p->p_tos, "setsockopt IP_TOS");
	if (p->p_flags & F_TTL)
		set(p, IPPROTO_IP, multi ? IP_MULTICAST_TTL : IP_TTL,
		    p->p_ttl, "setsockopt IP_TTL");
	if (p->p_flags & F_NOLOOP)
		set(p, IPPROTO_IP, IP_MULTICAST_LOOP, 0,
		    "setsockopt IP_MULTICAST_LOOP");
	if (multi && p->p_src.ss_family == AF_INET &&
	    setsockopt(p->p_sock, IPPROTO_IP, IP_MULTICAST_IF,
	    &((struct sockaddr_in *)&p->p_src)->sin_addr,
	    sizeof(struct in_addr)) == -1)
		err(1, "setsockopt IP_MULTICAST_IF");
	if (p->p_flags & F_DF) {
		/* The header is ours, so options would not be added. */
		if (p->p_flags & F_RROUTE)
			errx(1, "-D and -R options are incompatible");
		set(p, IPPROTO_IP, IP_HDRINCL, 1, "setsockopt IP_HDRINCL");
		if (p->p_datalen > PING_MAXDATA)
			errx(1, "packet size too large");
	}
	if (p->p_flags & F_RROUTE) {
		memset(rr, 0, sizeof(rr));
		rr[0] = IPOPT_RR;
		rr[1] = RR_LEN;
		rr[2] = IPOPT_MINOFF;
		rr[RR_LEN] = IPOPT_EOL;
		if (setsockopt(p->p_sock, IPPROTO_IP, IP_OPTIONS, rr,
		    sizeof(rr)) == -1)
			err(1, "record route");
	}
}

/* The header of a request that must not be fragmented. */
static void
ip_header(const struct ping *p, struct ip *ip, size_t len)
{
	memset(ip, 0, sizeof(*ip));
	ip->ip_v = IPVERSION;
	ip->ip_hl = sizeof(*ip) >> 2;
	ip->ip_tos = p->p_tos;
	ip->ip_len = htons(sizeof(*ip) + len);
	ip->ip_off = htons(IP_DF);
	ip->ip_ttl = (p->p_flags & F_TTL) ? p->p_ttl : MAXTTL;
	ip->ip_p = IPPROTO_ICMP;
	ip->ip_dst = ((const struct sockaddr_in *)&p->p_dst)->sin_addr;
	if (p->p_src.ss_family == AF_INET)
		ip->ip_src =
		    ((const struct sockaddr_in *)&p->p_src)->sin_addr;
}

static ssize_t
inet_send(struct ping *p, uint16_t seq)
{
	struct echo_header	 eh;
	struct iovec		 iov[2];
	struct msghdr		 mh;
	struct ip		 ip;
	size_t			 len;
	ssize_t			 n;

	len = ECHO_HDRLEN + p->p_datalen;
	memset(&eh, 0, sizeof(eh));
	eh.eh_type = T_ECHO;
	eh.eh_id = htons(p->p_ident);
	eh.eh_seq = htons(seq);
	memcpy(p->p_out, &eh, sizeof(eh));
	eh.eh_sum = checksum(p->p_out, len);
	memcpy(p->p_out, &eh, sizeof(eh));

	memset(&mh, 0, sizeof(mh));
	mh.msg_name = &p->p_dst;
	mh.msg_namelen = p->p_dstlen;
	mh.msg_iov = iov;
	if (p->p_flags & F_DF) {
		ip_header(p, &ip, len);
		iov[mh.msg_iovlen].iov_base = &ip;
		iov[mh.msg_iovlen++].iov_len = sizeof(ip);
	}
	iov[mh.msg_iovlen].iov_base = p->p_out;
	iov[mh.msg_iovlen++].iov_len = len;
	n = sendmsg(p->p_sock, &mh, 0);
	return (n);
}

/*
 * Where the IP header of a packet of len bytes ends, or 0 if it is cut.
 */
static size_t
ip_hlen(const uint8_t *pkt, size_t len)
{
	size_t	 hlen;

	if (len < IP_HDRLEN || (pkt[0] >> 4) != IPVERSION)
		return (0);
	hlen = (pkt[0] & 0xf) << 2;
	if (hlen < IP_HDRLEN || hlen > len)
		return (0);
	return (hlen);
}

/* Does the packet inside an error message come from us? */
static int
is_ours(const struct ping *p, const uint8_t *inner, size_t len)
{
	const struct sockaddr_in *dst = (const struct sockaddr_in *)&p->p_dst;
	size_t			  hlen;

	if ((hlen = ip_hlen(inner, len)) == 0 || len < hlen + ECHO_HDRLEN)
		return (0);
	return (inner[9] == IPPROTO_ICMP && inner[hlen] == T_ECHO &&
	    get16(inner + hlen + 4) == p->p_ident &&
	    memcmp(inner + 16, &dst->sin_addr, 4) == 0);
}

static int
is_error(int type)
{
	return (type == T_UNREACH || type == T_QUENCH || type == T_REDIRECT ||
	    type == T_TIMXCEED || type == T_PARAMPROB);
}

static enum ping_kind
inet_parse(struct ping *p, const struct ping_msg *cpm, struct ping_echo *pe)
{
	struct ping_msg	*pm = (struct ping_msg *)cpm;
	const uint8_t	*icp;
	size_t		 hlen, len;

	if ((hlen = ip_hlen(pm->pm_data, pm->pm_len)) == 0 ||
	    pm->pm_len < hlen + ECHO_HDRLEN) {
		if (p->p_flags & F_VERBOSE)
			warnx("packet too short (%zu bytes) from %s",
			    pm->pm_len, ping_name(p, &pm->pm_from));
		return (PING_IGNORE);
	}
	pm->pm_ttl = pm->pm_data[8];
	icp = pm->pm_data + hlen;
	len = pm->pm_len - hlen;
	if (icp[0] == T_ECHOREPLY) {
		if (get16(icp + 4) != p->p_ident)
			return (PING_IGNORE);
		pe->pe_seq = get16(icp + 6);
		pe->pe_len = len;
		pe->pe_payload = icp + ECHO_HDRLEN;
		pe->pe_paylen = len - ECHO_HDRLEN;
		return (PING_REPLY);
	}
	if (icp[0] == T_ECHO)
		return (PING_IGNORE);
	if (p->p_flags & F_VERBOSE)
		return (PING_ERROR);
	if (is_error(icp[0]) && is_ours(p, icp + ECHO_HDRLEN,
	    len - ECHO_HDRLEN))
		return (PING_ERROR);
	return (PING_IGNORE);
}

static const char *const unreach_text[] = {
	"Destination Net Unreachable",
	"Destination Host Unreachable",
	"Destination Protocol Unreachable",
	"Destination Port Unreachable",
	"frag needed and DF set",
	"Source Route Failed",
	"Network Unknown",
	"Host Unknown",
	"Host Isolated",
	"Dest. Net Administratively Prohibited",
	"Dest. Host Administratively Prohibited",
	"Destination Net Unreachable for TOS",
	"Destination Host Unreachable for TOS",
	"Route administratively prohibited",
	"Host Precedence Violation",
	"Precedence Cutoff in Effect",
};

static const char *const redirect_text[] = {
	"Redirect Network",
	"Redirect Host",
	"Redirect Type of Service and Network",
	"Redirect Type of Service and Host",
};

static const char *const exceeded_text[] = {
	"Time to live exceeded",
	"Frag reassembly time exceeded",
};

/* Other messages that -v shows. */
static const struct {
	int		 type;
	const char	*text;
} other_text[] = {
	{ T_ECHOREPLY,	"Echo Reply" },
	{ T_QUENCH,	"Source Quench" },
	{ T_ECHO,	"Echo Request" },
	{ 9,		"Router Discovery Advert" },
	{ 10,		"Router Discovery Solicit" },
	{ 13,		"Timestamp" },
	{ 14,		"Timestamp Reply" },
	{ 15,		"Information Request" },
	{ 16,		"Information Reply" },
	{ 17,		"Address Mask Request" },
	{ 18,		"Address Mask Reply" },
};

#define TEXT(table, code)						\
	((code) < sizeof(table) / sizeof((table)[0]) ? (table)[code] : NULL)

/* The message's own line, without its end. */
static void
print_type(const uint8_t *icp)
{
	const char	*text = NULL;
	size_t		 i;
	int		 code = icp[1], type = icp[0];

	switch (type) {
	case T_UNREACH:
		if ((text = TEXT(unreach_text, (size_t)code)) == NULL)
			printf("Dest Unreachable, Unknown Code: %d", code);
		break;
	case T_REDIRECT:
		if ((text = TEXT(redirect_text, (size_t)code)) == NULL)
			printf("Redirect, Unknown Code: %d", code);
		break;
	case T_TIMXCEED:
		if ((text = TEXT(exceeded_text, (size_t)code)) == NULL)
			printf("Time exceeded, Unknown Code: %d", code);
		break;
	case T_PARAMPROB:
		printf("Parameter problem: pointer = 0x%02x", icp[4]);
		break;
	default:
		for (i = 0; i < sizeof(other_text) / sizeof(other_text[0]);
		    i++)
			if (other_text[i].type == type)
				text = other_text[i].text;
		if (text == NULL)
			printf("Unknown ICMP type: %d", type);
		break;
	}
	if (text != NULL)
		printf("%s", text);
	if (type == T_UNREACH && code == 4 && get16(icp + 6) != 0)
		printf(" (MTU %u)", get16(icp + 6));
	if (type == T_REDIRECT)
		printf(" (New addr: %u.%u.%u.%u)", icp[4], icp[5], icp[6],
		    icp[7]);
}

/* -v: the header of the packet that the message is about. */
static void
print_header(const uint8_t *ip, size_t len)
{
	size_t	 hlen, i;

	if ((hlen = ip_hlen(ip, len)) == 0)
		return;
	printf("Vr HL TOS  Len   ID Flg  off TTL Pro  cks      Src      Dst "
	    "Data\n");
	printf(" %1x  %1x  %02x %04x %04x   %1x %04x  %02x  %02x %04x ",
	    ip[0] >> 4, ip[0] & 0xf, ip[1], get16(ip + 2), get16(ip + 4),
	    ip[6] >> 5, get16(ip + 6) & IP_OFFMASK, ip[8], ip[9],
	    get16(ip + 10));
	printf(" %u.%u.%u.%u  %u.%u.%u.%u ", ip[12], ip[13], ip[14], ip[15],
	    ip[16], ip[17], ip[18], ip[19]);
	for (i = IP_HDRLEN; i < hlen; i++)
		printf("%02x", ip[i]);
	putchar('\n');
	if (ip[9] == IPPROTO_ICMP && len >= hlen + ECHO_HDRLEN &&
	    ip[hlen] == T_ECHO)
		printf("ICMP: type %u, code %u, size %u, id 0x%04x, "
		    "seq 0x%04x\n", ip[hlen], ip[hlen + 1],
		    get16(ip + 2) - (unsigned int)hlen,
		    get16(ip + hlen + 4), get16(ip + hlen + 6));
}

static void
inet_error(struct ping *p, const struct ping_msg *pm)
{
	const uint8_t	*icp;
	size_t		 hlen, len;

	hlen = ip_hlen(pm->pm_data, pm->pm_len);
	icp = pm->pm_data + hlen;
	len = pm->pm_len - hlen;
	printf("%zu bytes from %s: ", len, ping_name(p, &pm->pm_from));
	print_type(icp);
	putchar('\n');
	if ((p->p_flags & F_VERBOSE) && is_error(icp[0]))
		print_header(icp + ECHO_HDRLEN, len - ECHO_HDRLEN);
}

/* The addresses of a recorded or source route: opt is an option of len. */
static void
print_route(const struct ping *p, const uint8_t *opt, size_t len)
{
	struct sockaddr_storage	 ss;
	struct sockaddr_in	*sin = (struct sockaddr_in *)&ss;
	size_t			 at, end;
	int			 first = 1;

	memset(&ss, 0, sizeof(ss));
	sin->sin_family = AF_INET;
	end = opt[2] - 1 < len ? opt[2] - 1 : len;
	for (at = 3; at + 4 <= end; at += 4) {
		memcpy(&sin->sin_addr, opt + at, 4);
		printf("%s\t%s", first ? "" : "\n", ping_name(p, &ss));
		first = 0;
	}
	if (end + 4 > len)
		printf("\t(truncated route)");
}

/*
 * The options of a reply's header; a list of what RFC 791 knows.
 */
static void
inet_options(struct ping *p, const struct ping_msg *pm)
{
	static uint8_t	 last[RR_LEN];
	static size_t	 lastlen;
	const uint8_t	*opt, *end;
	size_t		 len;

	opt = pm->pm_data + IP_HDRLEN;
	end = pm->pm_data + ip_hlen(pm->pm_data, pm->pm_len);
	while (opt < end && *opt != IPOPT_EOL) {
		if (*opt == IPOPT_NOP) {
			printf("\nNOP");
			opt++;
			continue;
		}
		if (end - opt < 3 || opt[1] < 3 || opt[1] > end - opt) {
			printf("\n(bad option)");
			return;
		}
		len = opt[1];
		switch (*opt) {
		case IPOPT_RR:
			if (len == lastlen && memcmp(opt, last, len) == 0) {
				printf("\t(same route)");
				break;
			}
			lastlen = 0;
			if (len <= sizeof(last)) {
				memcpy(last, opt, len);
				lastlen = len;
			}
			printf("\nRR: ");
			print_route(p, opt, len);
			break;
		case IPOPT_LSRR:
			printf("\nLSRR: ");
			print_route(p, opt, len);
			break;
		case IPOPT_SSRR:
			printf("\nSSRR: ");
			print_route(p, opt, len);
			break;
		default:
			printf("\nunknown option %x", *opt);
			break;
		}
		opt += len;
	}
}

const struct ping_family ping_inet = {
	.pf_af = AF_INET,
	.pf_ttlword = "ttl",
	.pf_hdrlen = ECHO_HDRLEN,
	.pf_open = inet_open,
	.pf_setup = inet_setup,
	.pf_send = inet_send,
	.pf_parse = inet_parse,
	.pf_error = inet_error,
	.pf_options = inet_options,
};
