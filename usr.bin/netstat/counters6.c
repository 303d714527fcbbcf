/*
 * netstat(1): what each counter of the IPv6 protocols means.  See counters.c
 * for the signs in the texts.
 */
#include <sys/types.h>
#include <sys/bsd_sockaddr.h>
#include <netinet/in.h>
#include <net/if.h>
#include <netinet6/icmp6_var.h>
#include <netinet6/ip6_var.h>
#include <netinet6/nd6.h>

#include <netdb.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "netstat.h"
#include "stats.h"

#define NITEMS(a)	((int)(sizeof(a) / sizeof((a)[0])))

#define C(member, text)	{ offsetof(struct ip6stat, member), text }
const struct counter	 ip6_counters[] = {
	C(ip6s_total,		"total packet# received"),
	C(ip6s_toosmall,	"packet# with size smaller than minimum"),
	C(ip6s_tooshort,	"packet# with data size < data length"),
	C(ip6s_badoptions,	"packet# with bad options"),
	C(ip6s_badvers,		"packet# with incorrect version number"),
	C(ip6s_fragments,	"fragment# received"),
	C(ip6s_fragdropped,	"fragment# dropped (duplicates or out of "
				"space)"),
	C(ip6s_fragtimeout,	"fragment# dropped after timeout"),
	C(ip6s_fragoverflow,	"fragment# that exceeded limit"),
	C(ip6s_reassembled,	"packet# reassembled ok"),
	C(ip6s_delivered,	"packet# for this host"),
	C(ip6s_forward,		"packet# forwarded"),
	C(ip6s_cantforward,	"packet# not forwardable"),
	C(ip6s_redirectsent,	"redirect# sent"),
	C(ip6s_localout,	"packet# sent from this host"),
	C(ip6s_rawout,		"packet# sent with fabricated ip header"),
	C(ip6s_odropped,	"output packet# dropped due to no bufs, etc."),
	C(ip6s_noroute,		"output packet# discarded due to no route"),
	C(ip6s_fragmented,	"output datagram# fragmented"),
	C(ip6s_ofragments,	"fragment# created"),
	C(ip6s_cantfrag,	"datagram# that can't be fragmented"),
	C(ip6s_badscope,	"packet# that violated scope rules"),
	C(ip6s_notmember,	"multicast packet# which we don't join"),
	C(ip6s_toomanyhdr,	"packet# discarded due to too many headers"),
	C(ip6s_nogif,		"tunneling packet# that can't find gif"),
	C(ip6s_sources_none,	"failure# of source address selection"),
	C(ip6s_rtcachehit,	"valid route# found in cache"),
	C(ip6s_rtcachemiss,	"route cache# with new destination"),
	C(ip6s_wrongif,		"packet# received on wrong interface"),
	C(ip6s_idropped,	"input packet# dropped due to no bufs, etc."),
	C(ip6s_badaddr,		"packet# with impossible address in header"),
	C(ip6s_exthdrtoolong,	"packet# with extension header beyond the "
				"end"),
	C(ip6s_hbhorder,	"packet# with misplaced hop-by-hop header"),
	C(ip6s_badrthdr,	"packet# with routing header refused"),
	C(ip6s_jumbo,		"jumbo payload# refused"),
	C(ip6s_unknownopt,	"packet# dropped for an unknown option"),
	C(ip6s_noproto,		"packet# for unknown/unsupported protocol"),
	C(ip6s_badfrags,	"malformed fragment# dropped"),
	C(ip6s_fragoverlap,	"datagram# dropped for overlapping "
				"fragments"),
	C(ip6s_fragdup,		"duplicate fragment#"),
	C(ip6s_fragsource,	"fragment# beyond the limit of a source"),
	C(ip6s_fragtiny,	"first fragment# without all headers"),
	C(ip6s_fragatomic,	"atomic fragment#"),
	C(ip6s_rcvmemdrop,	"fragment# dropped for lack of memory"),
	C(ip6s_hlim,		"packet# not forwarded, hop limit exceeded"),
	C(ip6s_toobig,		"packet# not forwarded, larger than the "
				"link's MTU"),
	C(ip6s_reject,		"packet# not forwarded, reject or blackhole "
				"route"),
	C(ip6s_llmcast,		"unicast packet# received as link-layer "
				"multicast"),
	C(ip6s_tentative,	"packet# for an address that is being probed"),
	C(ip6s_noaddr,		"packet# received on an interface without "
				"IPv6"),
	C(ip6s_policy,		"packet# refused by IPsec policy"),
	C(ip6s_filtered,	"packet# taken or refused by the filter"),
	C(ip6s_rawdrop,		"packet# dropped by raw sockets"),
	{ 0, NULL }
};
#undef C

/* A header by the number in a Next Header field. */
static void
next_header(int number, uint64_t value)
{
	struct protoent	*pe;
	const char	*name;

	switch (number) {
	case IPPROTO_HOPOPTS:
		name = "hop by hop";
		break;
	case IPPROTO_NONE:
		name = "no next header";
		break;
	default:
		pe = opt.o_numeric ? NULL : getprotobynumber(number);
		name = pe == NULL ? NULL : pe->p_name;
		break;
	}
	if (name != NULL)
		printf("\t\t%s: %llu\n", name, (unsigned long long)value);
	else
		printf("\t\t#%d: %llu\n", number, (unsigned long long)value);
}

static void
by_scope(const char *title, const uint64_t hist[16])
{
	static const char *const	 names[16] = {
		[1] = "interface-local",
		[2] = "link-local",
		[5] = "site-local",
		[8] = "organization-local",
		[14] = "global",
	};
	int				 i, first = 1;

	for (i = 0; i < 16; i++) {
		if (hist[i] == 0)
			continue;
		if (first)
			printf("\tsource addresses %s\n", title);
		first = 0;
		if (names[i] != NULL)
			printf("\t\t%llu %s\n", (unsigned long long)hist[i],
			    names[i]);
		else
			printf("\t\t%llu addresses scope=%x\n",
			    (unsigned long long)hist[i], i);
	}
}

/*
 * What IPv6 counts besides: headers by their number, and how source addresses
 * were chosen.
 */
void
ip6_more(const void *data, size_t len)
{
	const struct ip6stat	*is = data;
	int			 i, first = 1;

	if (len < sizeof(*is))
		return;
	for (i = 0; i < 256; i++) {
		if (is->ip6s_nxthist[i] == 0)
			continue;
		if (first)
			printf("\tInput packet histogram:\n");
		first = 0;
		next_header(i, is->ip6s_nxthist[i]);
	}
	by_scope("on an outgoing I/F", is->ip6s_sources_sameif);
	by_scope("on a non-outgoing I/F", is->ip6s_sources_otherif);
	by_scope("of same scope", is->ip6s_sources_samescope);
	by_scope("of a different scope", is->ip6s_sources_otherscope);
	by_scope("that are deprecated", is->ip6s_sources_deprecated);
}

#define C(member, text)	{ offsetof(struct icmp6stat, member), text }
#define E(member, text)							\
	{ offsetof(struct icmp6stat, icp6s_outerrhist.member), text }
const struct counter	 icmp6_counters[] = {
	C(icp6s_error,		"call# to icmp6_error"),
	C(icp6s_canterror,	"error# not generated because old message was "
				"icmp6 or so"),
	C(icp6s_toofreq,	"error# not generated because of rate "
				"limitation"),
	C(icp6s_olddst,		"error# not generated because old destination "
				"was a group"),
	C(icp6s_oldsrc,		"error# not generated because old source was "
				"not one host"),
	C(icp6s_oldshort,	"error# not generated because old packet was "
				"too short"),
	C(icp6s_badcode,	"message# with bad code fields"),
	C(icp6s_tooshort,	"message# < minimum length"),
	C(icp6s_checksum,	"bad checksum#"),
	C(icp6s_badlen,		"message# with bad length"),
	C(icp6s_reflect,	"message response# generated"),
	C(icp6s_nd_toomanyopt,	"message# with too many ND options"),
	C(icp6s_nd_badopt,	"bad ND option#"),
	C(icp6s_badns,		"bad neighbor solicitation message#"),
	C(icp6s_badna,		"bad neighbor advertisement message#"),
	C(icp6s_badrs,		"bad router solicitation message#"),
	C(icp6s_badra,		"bad router advertisement message#"),
	C(icp6s_badredirect,	"bad redirect message#"),
	C(icp6s_badmld,		"bad multicast listener message#"),
	C(icp6s_pmtuchg,	"path MTU change#"),
	C(icp6s_badmtu,		"path MTU# not believed"),
	C(icp6s_nomem,		"message# not sent due to no bufs"),
	C(icp6s_badrefl,	"message response# without source address"),
	C(icp6s_ignored,	"message# ignored by configuration"),
	C(icp6s_unknown,	"error message# of an unknown type"),
	E(icp6errs_dst_unreach_noroute,	"no route error# sent"),
	E(icp6errs_dst_unreach_admin,	"administratively prohibited error# "
					"sent"),
	E(icp6errs_dst_unreach_beyondscope, "beyond scope error# sent"),
	E(icp6errs_dst_unreach_addr,	"address unreachable error# sent"),
	E(icp6errs_dst_unreach_noport,	"port unreachable error# sent"),
	E(icp6errs_packet_too_big,	"packet too big error# sent"),
	E(icp6errs_time_exceed_transit,	"time exceed transit error# sent"),
	E(icp6errs_time_exceed_reassembly, "time exceed reassembly error# "
					"sent"),
	E(icp6errs_paramprob_header,	"erroneous header field error# sent"),
	E(icp6errs_paramprob_nextheader, "unrecognized next header error# "
					"sent"),
	E(icp6errs_paramprob_option,	"unrecognized option error# sent"),
	E(icp6errs_redirect,		"redirect error# sent"),
	E(icp6errs_unknown,		"unknown error# sent"),
	{ 0, NULL }
};
#undef C
#undef E

static const struct {
	int		 type;
	const char	*name;
} icmp6_names[] = {
	{ 1,	"unreach" },
	{ 2,	"packet too big" },
	{ 3,	"time exceed" },
	{ 4,	"parameter problem" },
	{ 128,	"echo" },
	{ 129,	"echo reply" },
	{ 130,	"multicast listener query" },
	{ 131,	"multicast listener report" },
	{ 132,	"multicast listener done" },
	{ 133,	"router solicitation" },
	{ 134,	"router advertisement" },
	{ 135,	"neighbor solicitation" },
	{ 136,	"neighbor advertisement" },
	{ 137,	"redirect" },
	{ 138,	"router renumbering" },
	{ 139,	"node information request" },
	{ 140,	"node information reply" },
	{ 143,	"multicast listener report v2" },
};

static void
histogram(const char *title, const uint64_t hist[256])
{
	int	 first = 1, i, j;

	for (i = 0; i < 256; i++) {
		if (hist[i] == 0)
			continue;
		if (first)
			printf("\t%s packet histogram:\n", title);
		first = 0;
		for (j = 0; j < NITEMS(icmp6_names); j++)
			if (icmp6_names[j].type == i)
				break;
		if (j < NITEMS(icmp6_names))
			printf("\t\t%s: %llu\n", icmp6_names[j].name,
			    (unsigned long long)hist[i]);
		else
			printf("\t\t#%d: %llu\n", i,
			    (unsigned long long)hist[i]);
	}
}

/*
 * What ICMPv6 counts besides: messages by type.
 */
void
icmp6_more(const void *data, size_t len)
{
	const struct icmp6stat	*is = data;

	if (len < sizeof(*is))
		return;
	histogram("Output", is->icp6s_outhist);
	histogram("Input", is->icp6s_inhist);
}

#define C(member, text)	{ offsetof(struct nd6stat, member), text }
const struct counter	 nd6_counters[] = {
	C(nd6s_snd_ns,		"neighbor solicitation# sent"),
	C(nd6s_snd_na,		"neighbor advertisement# sent"),
	C(nd6s_snd_rs,		"router solicitation# sent"),
	C(nd6s_snd_proxy,	"neighbor advertisement# sent for other "
				"hosts"),
	C(nd6s_nomem,		"packet# or entries without memory"),
	C(nd6s_held,		"packet# held for resolution"),
	C(nd6s_holddrop,	"held packet# replaced by newer ones"),
	C(nd6s_holdlimit,	"packet# not held, limit reached"),
	C(nd6s_unresolved,	"packet# dropped unresolved"),
	C(nd6s_expired,		"entr$ expired"),
	C(nd6s_limit,		"entr$ refused, limit reached"),
	C(nd6s_permanent,	"change# of permanent entries refused"),
	C(nd6s_moved,		"entr$ changed"),
	C(nd6s_unwanted,	"advertisement# for no entry"),
	C(nd6s_dad_started,	"address@ probed"),
	C(nd6s_dad_done,	"address@ found unique"),
	C(nd6s_dad_dup,		"address@ found in use"),
	C(nd6s_dad_loop,	"own probe# received"),
	C(nd6s_dup,		"duplicate# of our addresses"),
	C(nd6s_ignored,		"message# ignored by configuration"),
	C(nd6s_routers,		"default router# learnt"),
	C(nd6s_routerlimit,	"default router# refused, limit reached"),
	C(nd6s_prefixes,	"address@ made from prefixes"),
	C(nd6s_prefixlimit,	"prefix@ refused, limit reached"),
	C(nd6s_badprefix,	"prefix@ that cannot be used"),
	C(nd6s_shortlife,	"lifetime# not believed"),
	C(nd6s_redirects,	"redirect# accepted"),
	C(nd6s_nosource,	"message# not sent for lack of an address"),
	{ 0, NULL }
};
#undef C
