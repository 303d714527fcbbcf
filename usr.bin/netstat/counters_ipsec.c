/*
 * netstat(1): the counters of ipsec(4); the texts are as in counters.c.
 */
#include <sys/types.h>
#include <netinet/ip_ipsp.h>

#include <stddef.h>

#include "stats.h"

#define C(member, text)	{ offsetof(struct ipsecstat, ipsec_##member), text }
const struct counter	 ipsec_counters[] = {
	C(tunnels,	"SA# created"),
	C(prevtunnels,	"SA# of which are gone"),
	C(ipackets,	"packet# received"),
	C(opackets,	"packet# sent"),
	C(ibytes,	"byte# received"),
	C(obytes,	"byte# sent"),
	C(idrops,	"packet# dropped on input"),
	C(odrops,	"packet# dropped on output"),
	C(idecompbytes,	"input byte#, decompressed"),
	C(ouncompbytes,	"output byte#, uncompressed"),
	C(crypto,	"packet# that failed crypto processing"),
	C(noxform,	"packet# whose SA was not usable"),
	C(notdb,	"packet# for which no SA was found"),
	C(exctdb,	"SA# that exceeded a lifetime"),
	C(denied,	"packet# refused by a flow"),
	C(ipolicy,	"packet# in the clear that must not be"),
	C(selector,	"packet# that did not belong into their SA"),
	C(level,	"packet# refused by a socket's level"),
	C(loop,		"packet# encapsulated too often"),
	C(toobig,	"packet# too big for the path"),
	C(nomem,	"packet# dropped for lack of memory"),
	C(badhdr,	"packet# with bad headers"),
	C(ecn,
	    "packet# with a congestion mark that could not be kept"),
	C(acquires,	"SA# asked for"),
	C(acqlimit,	"SA# not asked for: asked lately"),
	C(acqfull,	"SA# not asked for: too many at once"),
	C(noif,		"packet# without an interface to come in by"),
	C(pmtu,		"path MTU# learnt"),
	C(badpmtu,	"path MTU# not believed"),
	C(merged,		"packet# merged into large ones"),
	{ 0, NULL }
};
#undef C

#define C(member, text)	{ offsetof(struct espstat, esps_##member), text }
const struct counter	 esp_counters[] = {
	C(input,	"input ESP packet#"),
	C(output,	"output ESP packet#"),
	C(nopf,		"packet# from unsupported protocol families"),
	C(hdrops,	"packet# shorter than header shows"),
	C(pdrops,	"packet# dropped due to policy"),
	C(notdb,	"packet# for which no SA was found"),
	C(badkcr,	"input packet# that failed to be processed"),
	C(badenc,	"packet# with bad padding"),
	C(noxform,	"packet# for which no transform could be used"),
	C(invalid,	"packet# attempting to use an invalid SA"),
	C(wrap,		"packet counter wrap#"),
	C(replay,	"possibly replayed packet# received"),
	C(old,		"packet# before the replay window"),
	C(seqzero,	"packet# with sequence number 0"),
	C(badilen,	"packet# with bad payload size or padding received"),
	C(badauth,	"packet# that failed verification processing"),
	C(toobig,	"packet# larger than maximum IP packet"),
	C(crypto,	"packet# that failed crypto processing"),
	C(qfull,	"packet# dropped due to queue full"),
	C(udpinval,	"packet# with incorrect UDP encapsulation"),
	C(udpneeded,	"packet# that should have been UDP encapsulated"),
	C(udpencin,	"input UDP encapsulated ESP packet#"),
	C(udpencout,	"output UDP encapsulated ESP packet#"),
	C(udpshort,	"UDP datagram# too short for ESP"),
	C(keepalive,	"NAT keepalive#"),
	C(dummy,	"dummy packet#"),
	C(reserved,	"packet# with a reserved SPI"),
	C(badnxt,	"packet# with a bad next header"),
	C(outfail,	"packet# that the network refused"),
	C(ibytes,	"input byte#"),
	C(obytes,	"output byte#"),
	{ 0, NULL }
};
#undef C

#define C(member, text)	{ offsetof(struct ahstat, ahs_##member), text }
const struct counter	 ah_counters[] = {
	C(input,	"input AH packet#"),
	C(output,	"output AH packet#"),
	C(nopf,		"packet# from unsupported protocol families"),
	C(hdrops,	"packet# shorter than header shows"),
	C(pdrops,	"packet# dropped due to policy"),
	C(notdb,	"packet# for which no SA was found"),
	C(badkcr,	"input packet# that failed to be processed"),
	C(badauth,	"packet# that failed verification processing"),
	C(noxform,	"packet# for which no transform could be used"),
	C(qfull,	"packet# dropped due to queue full"),
	C(wrap,		"packet counter wrap#"),
	C(replay,	"possibly replayed packet# received"),
	C(old,		"packet# before the replay window"),
	C(seqzero,	"packet# with sequence number 0"),
	C(badauthl,	"packet# with bad authenticator length received"),
	C(invalid,	"packet# attempting to use an invalid SA"),
	C(toobig,	"packet# larger than maximum IP packet"),
	C(crypto,	"packet# that failed crypto processing"),
	C(reserved,	"packet# with a reserved SPI"),
	C(badopt,	"packet# with options that cannot be authenticated"),
	C(badnxt,	"packet# with a bad next header"),
	C(outfail,	"packet# that the network refused"),
	C(ibytes,	"input byte#"),
	C(obytes,	"output byte#"),
	{ 0, NULL }
};
#undef C

#define C(member, text)	{ offsetof(struct ipcompstat, ipcomps_##member), text }
const struct counter	 ipcomp_counters[] = {
	C(input,	"input IPCOMP packet#"),
	C(output,	"output IPCOMP packet#"),
	C(nopf,		"packet# from unsupported protocol families"),
	C(hdrops,	"packet# shorter than header shows"),
	C(pdrops,	"packet# dropped due to policy"),
	C(notdb,	"packet# for which no SA was found"),
	C(badkcr,	"input packet# that failed to be processed"),
	C(noxform,	"packet# for which no transform could be used"),
	C(invalid,	"packet# attempting to use an invalid SA"),
	C(qfull,	"packet# dropped due to queue full"),
	C(wrap,		"packet counter wrap#"),
	C(toobig,	"packet# that would expand beyond an IP packet"),
	C(crypto,	"packet# that failed (de)compression processing"),
	C(minlen,	"packet# less than minimum compression length"),
	C(useless,	"packet# that would not have shrunk"),
	C(badnxt,	"packet# with a bad next header"),
	C(outfail,	"packet# that the network refused"),
	C(ibytes,	"input byte#"),
	C(obytes,	"output byte#"),
	{ 0, NULL }
};
#undef C
