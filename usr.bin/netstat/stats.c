/*
 * netstat(1): the counters of the protocols, a table each.
 *
 * In a table's text '#' stands for the "s" of a plural, '$' for "y" or
 * "ies", '&' for "was" or "were".
 */
#include <sys/types.h>
#include <sys/sysctl.h>
#include <sys/bsd_sockaddr.h>
#include <netinet/in.h>
#include <netinet/bsd_in.h>
#include <net/if.h>
#include <net/route.h>

#include <err.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "netstat.h"

struct counter {
	size_t		 c_offset;	/* of a uint64_t */
	const char	*c_text;
};

struct protocol {
	const char		*p_name;
	int			 p_af;
	int			 p_proto;	/* third and fourth of mib */
	int			 p_variable;
	size_t			 p_size;
	const struct counter	*p_counters;
	int			 p_ncounters;
	void			(*p_more)(const void *);
};

#define NITEMS(a)	((int)(sizeof(a) / sizeof((a)[0])))

#define C(member, text)	{ offsetof(struct ipstat, member), text }
static const struct counter	 ip_counters[] = {
	C(ips_total,		"total packet# received"),
	C(ips_badsum,		"bad header checksum#"),
	C(ips_toosmall,		"packet# with size smaller than minimum"),
	C(ips_tooshort,		"packet# with data size < data length"),
	C(ips_badhlen,		"packet# with header length < data size"),
	C(ips_badlen,		"packet# with data length < header length"),
	C(ips_badoptions,	"packet# with bad options"),
	C(ips_badvers,		"packet# with incorrect version number"),
	C(ips_fragments,	"fragment# received"),
	C(ips_fragdropped,	"fragment# dropped (duplicates or out of "
				"space)"),
	C(ips_badfrags,		"malformed fragment# dropped"),
	C(ips_fragtimeout,	"fragment# dropped after timeout"),
	C(ips_reassembled,	"packet# reassembled ok"),
	C(ips_delivered,	"packet# for this host"),
	C(ips_noproto,		"packet# for unknown/unsupported protocol"),
	C(ips_forward,		"packet# forwarded"),
	C(ips_cantforward,	"packet# not forwardable"),
	C(ips_redirectsent,	"redirect# sent"),
	C(ips_localout,		"packet# sent from this host"),
	C(ips_rawout,		"packet# sent with fabricated ip header"),
	C(ips_odropped,		"output packet# dropped due to no bufs, etc."),
	C(ips_noroute,		"output packet# discarded due to no route"),
	C(ips_fragmented,	"output datagram# fragmented"),
	C(ips_ofragments,	"fragment# created"),
	C(ips_cantfrag,		"datagram# that can't be fragmented"),
	C(ips_rcvmemdrop,	"fragment flood#"),
	C(ips_toolong,		"packet# with ip length > max ip packet "
				"size"),
	C(ips_nogif,		"tunneling packet# that can't find gif"),
	C(ips_badaddr,		"datagram# with bad address in header"),
	C(ips_inswcsum,		"input datagram# software-checksummed"),
	C(ips_outswcsum,	"output datagram# software-checksummed"),
	C(ips_notmember,	"multicast packet# which we don't join"),
	C(ips_wrongif,		"packet# received on wrong interface"),
	C(ips_rtcachehit,	"valid route# found in cache"),
	C(ips_rtcachemiss,	"route cache# with new destination"),
	C(ips_idropped,		"input packet# dropped due to no bufs, etc."),
	C(ips_fragoverlap,	"datagram# dropped for overlapping "
				"fragments"),
	C(ips_fragdup,		"duplicate fragment#"),
	C(ips_fragmax,		"fragment# beyond the limit of a datagram"),
	C(ips_fragtotal,	"fragment# beyond the limit of all datagrams"),
	C(ips_fragsource,	"fragment# beyond the limit of a source"),
	C(ips_fragtiny,		"first fragment# too small for its ports"),
	C(ips_srcroute,		"source-routed packet# refused"),
	C(ips_ttl,		"packet# not forwarded, time to live "
				"exceeded"),
	C(ips_needfrag,		"packet# not forwarded, fragmentation "
				"needed but forbidden"),
	C(ips_reject,		"packet# not forwarded, reject or blackhole "
				"route"),
	C(ips_bcastfwd,		"broadcast packet# not forwarded"),
	C(ips_llmcast,		"unicast packet# received as link-layer "
				"broadcast"),
	C(ips_noaddr,		"packet# received on an interface without "
				"address"),
	C(ips_loop,		"packet# dropped in a loop"),
	C(ips_policy,		"packet# refused by IPsec policy"),
	C(ips_filtered,		"packet# taken or refused by the filter"),
};
#undef C

#define C(member, text)	{ offsetof(struct icmpstat, member), text }
static const struct counter	 icmp_counters[] = {
	C(icps_error,		"call# to icmp_error"),
	C(icps_toofreq,		"error# not generated because of rate "
				"limitation"),
	C(icps_oldshort,	"error# not generated because old ip packet "
				"was too short"),
	C(icps_oldicmp,		"error# not generated because old message was "
				"icmp"),
	C(icps_olddst,		"error# not generated because old "
				"destination was not one host"),
	C(icps_oldsrc,		"error# not generated because old source was "
				"not one host"),
	C(icps_oldfrag,		"error# not generated because old packet was "
				"a later fragment"),
	C(icps_badcode,		"message# with bad code fields"),
	C(icps_tooshort,	"message# < minimum length"),
	C(icps_checksum,	"bad checksum#"),
	C(icps_badlen,		"message# with bad length"),
	C(icps_bmcastecho,	"echo request# to broadcast/multicast "
				"rejected"),
	C(icps_reflect,		"message response# generated"),
	C(icps_nomem,		"message# not sent due to no bufs"),
	C(icps_badrefl,		"message response# without source address"),
	C(icps_redirects,	"redirect# accepted"),
	C(icps_badredirect,	"redirect# refused"),
	C(icps_pmtu,		"path MTU# learnt"),
	C(icps_badmtu,		"path MTU# not believed"),
	C(icps_ignored,		"message# ignored by configuration"),
};
#undef C

#define C(member, text)	{ offsetof(struct igmpstat, member), text }
static const struct counter	 igmp_counters[] = {
	C(igps_rcv_total,	"message# received"),
	C(igps_rcv_tooshort,	"message# received with too few bytes"),
	C(igps_rcv_badsum,	"message# received with bad checksum"),
	C(igps_rcv_badttl,	"message# received with bad time to live"),
	C(igps_rcv_queries,	"membership quer$ received"),
	C(igps_rcv_badqueries,	"membership quer$ received with invalid "
				"field(s)"),
	C(igps_rcv_reports,	"membership report# received"),
	C(igps_rcv_badreports,	"membership report# received with invalid "
				"field(s)"),
	C(igps_rcv_ourreports,	"membership report# received for groups to "
				"which we belong"),
	C(igps_snd_reports,	"membership report# sent"),
	C(igps_snd_leaves,	"leave message# sent"),
	C(igps_snd_nomem,	"message# not sent due to no bufs"),
};
#undef C

#define C(member, text)	{ offsetof(struct udpstat, member), text }
static const struct counter	 udp_counters[] = {
	C(udps_ipackets,	"datagram# received"),
	C(udps_hdrops,		"with incomplete header"),
	C(udps_badlen,		"with bad data length field"),
	C(udps_badsum,		"with bad checksum"),
	C(udps_nosum,		"with no checksum"),
	C(udps_badport,		"with bad port"),
	C(udps_inswcsum,	"input packet# software-checksummed"),
	C(udps_outswcsum,	"output packet# software-checksummed"),
	C(udps_noport,		"dropped due to no socket"),
	C(udps_noportbcast,	"broadcast/multicast datagram# dropped due to "
				"no socket"),
	C(udps_nosec,		"dropped due to missing IPsec protection"),
	C(udps_fullsock,	"dropped due to full socket buffers"),
	C(udps_minttl,		"dropped due to small time to live"),
	C(udps_nomem,		"dropped due to no bufs"),
	C(udps_pcbhashmiss,	"missed PCB cache"),
	C(udps_upcall,		"taken by a tunnel"),
	C(udps_opackets,	"datagram# output"),
	C(udps_itrains,		"train# of datagrams received"),
	C(udps_otrains,		"train# of datagrams output"),
};
#undef C

#define C(member, text)	{ offsetof(struct arpstat, member), text }
static const struct counter	 arp_counters[] = {
	C(as_rcv_total,		"packet# received"),
	C(as_rcv_requests,	"request# received"),
	C(as_rcv_replies,	"repl$ received"),
	C(as_rcv_tooshort,	"packet# too short"),
	C(as_rcv_badhdr,	"packet# for other hardware or protocol"),
	C(as_rcv_badop,		"packet# neither request nor reply"),
	C(as_rcv_badsha,	"packet# with bad sender hardware address"),
	C(as_rcv_badspa,	"packet# with bad sender protocol address"),
	C(as_rcv_noaddr,	"packet# received on an interface without "
				"address"),
	C(as_rcv_own,		"own packet# received"),
	C(as_dupaddr,		"duplicate# of our addresses"),
	C(as_moved,		"entr$ changed"),
	C(as_permanent,		"change# of permanent entries refused"),
	C(as_otherif,		"change# from another interface refused"),
	C(as_snd_requests,	"request# sent"),
	C(as_snd_replies,	"repl$ sent"),
	C(as_snd_proxy,		"repl$ sent for other hosts"),
	C(as_nomem,		"packet# or entries without memory"),
	C(as_held,		"packet# held for resolution"),
	C(as_holddrop,		"held packet# replaced by newer ones"),
	C(as_holdlimit,		"packet# not held, limit reached"),
	C(as_unresolved,	"packet# dropped unresolved"),
	C(as_down,		"packet# dropped for a host that is down"),
	C(as_expired,		"entr$ expired"),
	C(as_limit,		"entr$ refused, limit reached"),
};
#undef C

static const char *const	 icmp_names[ICMP_MAXTYPE + 1] = {
	[0] = "echo reply",
	[3] = "destination unreachable",
	[4] = "source quench",
	[5] = "routing redirect",
	[6] = "alternate host",
	[8] = "echo",
	[9] = "router advertisement",
	[10] = "router solicitation",
	[11] = "time exceeded",
	[12] = "parameter problem",
	[13] = "time stamp",
	[14] = "time stamp reply",
	[15] = "information request",
	[16] = "information request reply",
	[17] = "address mask request",
	[18] = "address mask reply",
	[30] = "traceroute",
	[31] = "data conversion problem",
	[32] = "mobile host redirect",
	[33] = "IPv6 where-are-you",
	[34] = "IPv6 i-am-here",
	[35] = "mobile registration request",
	[36] = "mobile registration reply",
	[39] = "SKIP",
	[40] = "Photuris",
};

static void
histogram(const char *title, const uint64_t *hist)
{
	int	 i, first = 1;

	for (i = 0; i <= ICMP_MAXTYPE; i++) {
		if (hist[i] == 0)
			continue;
		if (first)
			printf("\t%s packet histogram:\n", title);
		first = 0;
		if (icmp_names[i] != NULL)
			printf("\t\t%s: %llu\n", icmp_names[i],
			    (unsigned long long)hist[i]);
		else
			printf("\t\t#%d: %llu\n", i,
			    (unsigned long long)hist[i]);
	}
}

static void
icmp_more(const void *data)
{
	const struct icmpstat	*is = data;

	histogram("Output", is->icps_outhist);
	histogram("Input", is->icps_inhist);
}

#define P(name, proto, variable, type, counters, more)			\
	{ name, BSD_AF_INET, proto, variable, sizeof(struct type),	\
	    counters, NITEMS(counters), more }

static const struct protocol	 protocols[] = {
	P("ip", IPPROTO_IP, IPCTL_STATS, ipstat, ip_counters, NULL),
	P("icmp", IPPROTO_ICMP, ICMPCTL_STATS, icmpstat, icmp_counters,
	    icmp_more),
	P("igmp", IPPROTO_IGMP, IGMPCTL_STATS, igmpstat, igmp_counters, NULL),
	P("arp", IPPROTO_IP, IPCTL_ARPSTATS, arpstat, arp_counters, NULL),
	P("udp", IPPROTO_UDP, UDPCTL_STATS, udpstat, udp_counters, NULL),
};

/*
 * Write the text of a counter, whose plurals depend on its value.
 */
void
stats_text(char *buf, size_t size, uint64_t value, const char *text)
{
	char	 c[2] = "";

	*buf = '\0';
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '#':
			strlcat(buf, value == 1 ? "" : "s", size);
			break;
		case '$':
			strlcat(buf, value == 1 ? "y" : "ies", size);
			break;
		case '&':
			strlcat(buf, value == 1 ? "was" : "were", size);
			break;
		default:
			c[0] = *text;
			strlcat(buf, c, size);
			break;
		}
	}
}

/*
 * Print the line of one counter; -ss leaves out what is zero.
 */
void
stats_value(uint64_t value, const char *text)
{
	char	 buf[128];

	if (value == 0 && opt.o_stats > 1)
		return;
	stats_text(buf, sizeof(buf), value, text);
	printf("\t%llu %s\n", (unsigned long long)value, buf);
}

static void
print(const struct protocol *p)
{
	uint64_t	 value;
	size_t		 len = p->p_size;
	char		*data;
	int		 i, mib[4] = { CTL_NET, 0, 0, 0 };

	mib[1] = p->p_af;
	mib[2] = p->p_proto;
	mib[3] = p->p_variable;
	if ((data = calloc(1, len)) == NULL)
		err(1, NULL);
	if (sysctl(mib, 4, data, &len, NULL, 0) == -1) {
		if (errno != ENOPROTOOPT && errno != EOPNOTSUPP)
			warn("%s", p->p_name);
		free(data);
		return;
	}
	printf("%s:\n", p->p_name);
	for (i = 0; i < p->p_ncounters; i++) {
		memcpy(&value, data + p->p_counters[i].c_offset,
		    sizeof(value));
		stats_value(value, p->p_counters[i].c_text);
	}
	if (p->p_more != NULL)
		p->p_more(data);
	free(data);
}

/*
 * Is there a protocol of this name?
 */
int
stats_known(const char *name)
{
	int	 i;

	for (i = 0; i < NITEMS(protocols); i++)
		if (strcmp(protocols[i].p_name, name) == 0)
			return (1);
	return (0);
}

/*
 * Print the counters of a protocol, or of all in the family of -f when name
 * is NULL.  Returns -1 if there is no such protocol.
 */
int
stats_show(const char *name)
{
	int	 i;

	if (name != NULL && !stats_known(name))
		return (-1);
	for (i = 0; i < NITEMS(protocols); i++) {
		if (name != NULL && strcmp(protocols[i].p_name, name) != 0)
			continue;
		if (opt.o_af != BSD_AF_UNSPEC &&
		    opt.o_af != protocols[i].p_af)
			continue;
		print(&protocols[i]);
	}
	return (0);
}

/*
 * Print what happened to the routing tables.
 */
void
stats_routing(void)
{
	struct rtstat	 rts;
	size_t		 len = sizeof(rts);
	int		 mib[6] = { CTL_NET, BSD_AF_ROUTE, 0, 0, NET_RT_STATS,
			    0 };

	if (sysctl(mib, 6, &rts, &len, NULL, 0) == -1)
		err(1, "routing statistics");
	printf("routing:\n");
	stats_value(rts.rts_badredirect, "bad routing redirect#");
	stats_value(rts.rts_dynamic, "dynamically created route#");
	stats_value(rts.rts_newgateway, "new gateway# due to redirects");
	stats_value(rts.rts_unreach, "destination# found unreachable");
	stats_value(rts.rts_wildcard, "use# of a wildcard route");
}
