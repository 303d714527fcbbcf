/*
 * netstat(1): what each counter of each protocol means.
 *
 * In a text '#' stands for the "s" of a plural, '@' for "es", '$' for "y" or
 * "ies", '&' for "was" or "were".
 */
#include <sys/types.h>
#include <sys/sysctl.h>
#include <sys/bsd_sockaddr.h>
#include <netinet/in.h>
#include <netinet/bsd_in.h>
#include <netinet/ip_ipsp.h>
#include <crypto/cryptodev.h>
#include <net/if.h>
#include <net/if_wg.h>
#include <net/netisr.h>
#include <netinet6/icmp6_var.h>
#include <netinet6/in6.h>

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "netstat.h"
#include "stats.h"

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
	{ 0, NULL }
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
	{ 0, NULL }
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
	{ 0, NULL }
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
	{ 0, NULL }
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
	{ 0, NULL }
};
#undef C

#define C(member, text)	{ offsetof(struct tcpstat, member), text }
static const struct counter	 tcp_counters[] = {
	C(tcps_rcvtotal,	"packet# received"),
	C(tcps_rcvbadsum,	"discarded for bad checksums"),
	C(tcps_rcvbadoff,	"discarded for bad header offset fields"),
	C(tcps_rcvshort,	"discarded because packet too short"),
	C(tcps_noport,		"dropped due to no socket"),
	C(tcps_sndrst,		"reset# sent"),
	{ 0, NULL }
};
#undef C

#define C(member, text)	{ offsetof(struct kinfo_sockstat, member), text }
static const struct counter	 socket_counters[] = {
	C(kss_open,		"socket# open"),
	C(kss_nomem,		"call# failed for lack of memory"),
	C(kss_limit,		"socket# refused, limit reached"),
	C(kss_rcvfull,		"message# dropped due to full socket "
				"buffers"),
	C(kss_errfull,		"error message# dropped due to full socket "
				"buffers"),
	{ 0, NULL }
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
icmp_more(const void *data, size_t len)
{
	const struct icmpstat	*is = data;

	if (len < sizeof(*is))
		return;

	histogram("Output", is->icps_outhist);
	histogram("Input", is->icps_inhist);
}

#define C(member, text)	{ offsetof(struct crypto_stats, member), text }
static const struct counter	 crypto_counters[] = {
	C(cst_sessions,		"session# open"),
	C(cst_ops,		"request#"),
	C(cst_batches,		"batches"),
	C(cst_errs,		"failed request#"),
	C(cst_badmac,		"wrong message authentication code#"),
	C(cst_nosession,	"request# of unknown sessions"),
	{ 0, NULL }
};
#undef C

/* Counters of which each has its text. */
static void
named_more(const void *data, size_t len)
{
	const struct kinfo_drop	*kd = data;
	size_t			 i;

	for (i = 0; i < len / sizeof(*kd); i++) {
		if (kd[i].kd_count == 0 && opt.o_stats > 1)
			continue;
		printf("\t%llu %.*s\n", (unsigned long long)kd[i].kd_count,
		    (int)sizeof(kd[i].kd_reason), kd[i].kd_reason);
	}
}

/* Below the protocols there is a counter for each reason, with its text. */
static void
link_more(const void *data, size_t len)
{
	const struct kinfo_drop	*kd = data;
	size_t			 i;

	for (i = 0; i < len / sizeof(*kd); i++) {
		if (kd[i].kd_count == 0 && opt.o_stats > 1)
			continue;
		printf("\t%llu dropped: %.*s\n",
		    (unsigned long long)kd[i].kd_count,
		    (int)sizeof(kd[i].kd_reason), kd[i].kd_reason);
	}
}

#define INET(name, proto, variable, counters, more)			\
	{ name, BSD_AF_INET, { CTL_NET, BSD_AF_INET, proto, variable },	\
	    4, counters, more }

#define INET6(name, proto, variable, counters, more)			\
	{ name, BSD_AF_INET6, { CTL_NET, BSD_AF_INET6, proto, variable }, \
	    4, counters, more }

const struct protocol protocols[] = {
	INET("ip", IPPROTO_IP, IPCTL_STATS, ip_counters, NULL),
	INET("icmp", IPPROTO_ICMP, ICMPCTL_STATS, icmp_counters, icmp_more),
	INET("igmp", IPPROTO_IGMP, IGMPCTL_STATS, igmp_counters, NULL),
	INET("arp", IPPROTO_IP, IPCTL_ARPSTATS, arp_counters, NULL),
	INET("tcp", IPPROTO_TCP, TCPCTL_STATS, tcp_counters, NULL),
	INET("udp", IPPROTO_UDP, UDPCTL_STATS, udp_counters, NULL),
	INET("ipsec", IPPROTO_IP, IPCTL_IPSEC_STATS, ipsec_counters, NULL),
	INET("esp", IPPROTO_ESP, ESPCTL_STATS, esp_counters, NULL),
	INET("ah", IPPROTO_AH, AHCTL_STATS, ah_counters, NULL),
	INET("ipcomp", IPPROTO_COMP, IPCOMPCTL_STATS, ipcomp_counters, NULL),
	INET6("ip6", IPPROTO_IPV6, IPV6CTL_STATS, ip6_counters, ip6_more),
	INET6("icmp6", IPPROTO_ICMPV6, ICMPV6CTL_STATS, icmp6_counters,
	    icmp6_more),
	INET6("nd6", IPPROTO_ICMPV6, ICMPV6CTL_ND6_STATS, nd6_counters, NULL),
	{ "link", BSD_AF_LINK, { CTL_NET, BSD_AF_LINK, 0, NET_LINK_DROPS },
	    4, NULL, link_more },
	{ "wg", BSD_AF_LINK, { CTL_NET, BSD_AF_LINK, 0, NET_LINK_WG },
	    4, NULL, named_more },
	{ "crypto", BSD_AF_UNSPEC, { CTL_KERN, KERN_CRYPTO,
	    KERN_CRYPTO_STATS }, 3, crypto_counters, NULL },
	{ "socket", BSD_AF_UNSPEC, { CTL_KERN, KERN_SOCKSTAT }, 2,
	    socket_counters, NULL },
};

const int nprotocols = NITEMS(protocols);
