/*
 * ipsec(4): statistics, sysctl(2) names and socket options, for programs
 * too.  Every packet and message that goes no further is counted by reason.
 */
#ifndef _NETIPSEC_IPSEC_STAT_H_
#define _NETIPSEC_IPSEC_STAT_H_

#include <sys/types.h>

/* Values of IP_AUTH_LEVEL and kin. */
#define IPSEC_LEVEL_BYPASS	0x00	/* no IPsec, whatever flows say */
#define IPSEC_LEVEL_NONE	0x00
#define IPSEC_LEVEL_AVAIL	0x01	/* as flows say */
#define IPSEC_LEVEL_USE		0x02	/* the same */
#define IPSEC_LEVEL_REQUIRE	0x03	/* nothing without */
#define IPSEC_LEVEL_UNIQUE	0x04	/* the same */
#define IPSEC_LEVEL_DEFAULT	IPSEC_LEVEL_AVAIL

/* net.inet.ip.ipsecstat: SAs of all kinds, flows, policy. */
struct ipsecstat {
	uint64_t ipsec_tunnels;		/* SAs made so far */
	uint64_t ipsec_prevtunnels;	/* of which are gone */
	uint64_t ipsec_ipackets;	/* packets in */
	uint64_t ipsec_opackets;	/* packets out */
	uint64_t ipsec_ibytes;
	uint64_t ipsec_obytes;
	uint64_t ipsec_idrops;		/* dropped on input */
	uint64_t ipsec_odrops;		/* dropped on output */
	uint64_t ipsec_idecompbytes;	/* after decompression */
	uint64_t ipsec_ouncompbytes;	/* before compression */
	uint64_t ipsec_crypto;		/* the cipher failed */
	uint64_t ipsec_noxform;		/* SA cannot be used yet, or any more */
	uint64_t ipsec_notdb;		/* no SA for what a flow requires */
	uint64_t ipsec_exctdb;		/* an SA's lifetime was exceeded */
	uint64_t ipsec_denied;		/* refused by a flow */
	uint64_t ipsec_ipolicy;		/* in the clear, but must not be */
	uint64_t ipsec_selector;	/* not what the SA is for */
	uint64_t ipsec_level;		/* refused by a socket's level */
	uint64_t ipsec_loop;		/* encapsulated too often */
	uint64_t ipsec_toobig;		/* larger than the path takes */
	uint64_t ipsec_nomem;		/* no memory */
	uint64_t ipsec_badhdr;		/* headers that make no sense */
	uint64_t ipsec_ecn;		/* congestion mark where none may be */
	uint64_t ipsec_acquires;	/* times an SA was asked for */
	uint64_t ipsec_acqlimit;	/* not asked for: asked lately */
	uint64_t ipsec_acqfull;		/* not asked for: too many at once */
	uint64_t ipsec_noif;		/* no interface to come in by */
	uint64_t ipsec_pmtu;		/* path MTUs learnt */
	uint64_t ipsec_badpmtu;		/* and not believed */
	uint64_t ipsec_merged;		/* packets merged into large ones */
};

/* net.inet.esp.stats */
struct espstat {
	uint64_t esps_hdrops;		/* shorter than its header */
	uint64_t esps_nopf;		/* family not supported */
	uint64_t esps_notdb;		/* no SA */
	uint64_t esps_badkcr;		/* padding or next header impossible */
	uint64_t esps_qfull;		/* too many wait for the cipher */
	uint64_t esps_noxform;		/* SA not usable */
	uint64_t esps_badilen;		/* length not the cipher's */
	uint64_t esps_wrap;		/* sequence numbers are used up */
	uint64_t esps_badenc;		/* bad padding */
	uint64_t esps_badauth;		/* authentication failed */
	uint64_t esps_replay;		/* replayed */
	uint64_t esps_input;		/* packets in */
	uint64_t esps_output;		/* packets out */
	uint64_t esps_invalid;		/* SA expired or dying */
	uint64_t esps_ibytes;
	uint64_t esps_obytes;
	uint64_t esps_toobig;		/* larger than an IP packet may be */
	uint64_t esps_pdrops;		/* switched off */
	uint64_t esps_crypto;		/* the cipher failed */
	uint64_t esps_udpencin;		/* came in UDP */
	uint64_t esps_udpencout;	/* went in UDP */
	uint64_t esps_udpinval;		/* UDP of a wrong port, or not due */
	uint64_t esps_udpneeded;	/* not in UDP, but should be */
	uint64_t esps_outfail;		/* the network refused it */
	uint64_t esps_seqzero;		/* sequence number 0 */
	uint64_t esps_old;		/* before the replay window */
	uint64_t esps_reserved;		/* SPI that no SA can have */
	uint64_t esps_keepalive;	/* NAT keepalives */
	uint64_t esps_dummy;		/* dummy packets (RFC 4303, 2.6) */
	uint64_t esps_badnxt;		/* next header not the SA's mode */
	uint64_t esps_udpshort;		/* in UDP, too short */
};

/* net.inet.ah.stats */
struct ahstat {
	uint64_t ahs_hdrops;
	uint64_t ahs_nopf;
	uint64_t ahs_notdb;
	uint64_t ahs_badkcr;
	uint64_t ahs_badauth;
	uint64_t ahs_noxform;
	uint64_t ahs_qfull;
	uint64_t ahs_wrap;
	uint64_t ahs_replay;
	uint64_t ahs_badauthl;		/* length not the algorithm's */
	uint64_t ahs_input;
	uint64_t ahs_output;
	uint64_t ahs_invalid;
	uint64_t ahs_ibytes;
	uint64_t ahs_obytes;
	uint64_t ahs_toobig;
	uint64_t ahs_pdrops;
	uint64_t ahs_crypto;
	uint64_t ahs_outfail;
	uint64_t ahs_seqzero;
	uint64_t ahs_old;
	uint64_t ahs_reserved;
	uint64_t ahs_badopt;		/* options that cannot be judged */
	uint64_t ahs_badnxt;
};

/* net.inet.ipcomp.stats */
struct ipcompstat {
	uint64_t ipcomps_hdrops;
	uint64_t ipcomps_nopf;
	uint64_t ipcomps_notdb;
	uint64_t ipcomps_badkcr;
	uint64_t ipcomps_qfull;
	uint64_t ipcomps_noxform;
	uint64_t ipcomps_wrap;
	uint64_t ipcomps_input;
	uint64_t ipcomps_output;
	uint64_t ipcomps_invalid;
	uint64_t ipcomps_ibytes;
	uint64_t ipcomps_obytes;
	uint64_t ipcomps_toobig;	/* expands beyond an IP packet */
	uint64_t ipcomps_pdrops;
	uint64_t ipcomps_crypto;	/* not a deflate stream */
	uint64_t ipcomps_minlen;	/* sent as they were: too short */
	uint64_t ipcomps_useless;	/* sent as they were: no gain */
	uint64_t ipcomps_outfail;
	uint64_t ipcomps_clear;		/* came in as they were */
	uint64_t ipcomps_badnxt;
};

/* net.key.2.stats */
struct pfkeystat {
	uint64_t pks_requests;		/* messages from programs */
	uint64_t pks_errors;		/* of which were refused */
	uint64_t pks_replies;		/* messages to programs */
	uint64_t pks_lost;		/* not delivered: slow reader */
	uint64_t pks_nomem;
	uint64_t pks_acquires;
	uint64_t pks_expires;
};

#define ESPCTL_ENABLE		1	/* ESP is processed */
#define ESPCTL_UDPENCAP_ENABLE	2	/* and in UDP */
#define ESPCTL_UDPENCAP_PORT	3
#define ESPCTL_STATS		4	/* struct espstat */
#define ESPCTL_LEGACY		5	/* our own: 3DES may be used */
#define ESPCTL_MAXID		6

#define ESPCTL_NAMES { \
	{ 0, 0 }, \
	{ "enable", CTLTYPE_INT }, \
	{ "udpencap", CTLTYPE_INT }, \
	{ "udpencap_port", CTLTYPE_INT }, \
	{ "stats", CTLTYPE_STRUCT }, \
	{ "legacy", CTLTYPE_INT }, \
}

#define AHCTL_ENABLE		1
#define AHCTL_STATS		2	/* struct ahstat */
#define AHCTL_MAXID		3

#define AHCTL_NAMES { \
	{ 0, 0 }, \
	{ "enable", CTLTYPE_INT }, \
	{ "stats", CTLTYPE_STRUCT }, \
}

#define IPCOMPCTL_ENABLE	1
#define IPCOMPCTL_STATS		2	/* struct ipcompstat */
#define IPCOMPCTL_MAXID		3

#define IPCOMPCTL_NAMES { \
	{ 0, 0 }, \
	{ "enable", CTLTYPE_INT }, \
	{ "stats", CTLTYPE_STRUCT }, \
}

#endif /* _NETIPSEC_IPSEC_STAT_H_ */
