/*
 * ipsec(4): what the files of this room share.
 *
 *	pfkeyv2*.c	programs talk to us
 *	ipsec_sadb.c	security associations		(struct tdb)
 *	ipsec_life.c	and their lifetimes
 *	ipsec_spd.c	flows				(struct ipsec_policy)
 *	ipsec_acquire.c	SAs that flows lack
 *	ipsec_policy.c	what flows and sockets say about a packet
 *	ipsec_output.c, ipsec_input.c	packets on their way
 *	esp*.c, ah*.c, ipcomp.c		transforms
 *	udpencap.c	ESP in UDP
 *	if_enc.c, if_sec.c		enc(4), sec(4)
 *
 * Everything here is protected by the net lock.  SAs are reference counted:
 * one reference is the database's, and each packet under way through the
 * ciphers has one.
 */
#ifndef _NETIPSEC_IPSEC_VAR_H_
#define _NETIPSEC_IPSEC_VAR_H_

#include <sys/types.h>

#ifdef _KERNEL

#include <sys/mbuf.h>
#include <sys/queue.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/timeout.h>

#include <crypto/cryptodev.h>

#include <net/replay.h>
#include <net/route.h>

#include <netinet/in.h>
#include <netinet6/in6.h>

#include <netipsec/ipsec_stat.h>
#include <netipsec/pfkeyv2.h>

struct ifnet;
struct inpcb;
struct ipsec_op;
struct proc;
struct protosw;
struct tdb;

/* A socket address of either family. */
union sockaddr_union {
	struct sockaddr		sa;
	struct sockaddr_in	sin;
	struct sockaddr_in6	sin6;
};

/* An address: family 0 is none; unused bytes are 0. */
struct ipsec_addr {
	union {
		struct in_addr	ia_v4;
		struct in6_addr	ia_v6;
		u_int8_t	ia_bytes[16];
		u_int64_t	ia_words[2];
	};
	sa_family_t		ia_af;
};

/* Who the ends of an SA or flow are; shared, counted. */
struct ipsec_id {
	u_int16_t	id_type;	/* SADB_IDENTTYPE_* */
	u_int16_t	id_len;		/* bytes, the NUL too */
	char		id_data[];
};

struct ipsec_ids {
	LIST_ENTRY(ipsec_ids)	 ids_list;
	u_int			 ids_refs;
	struct ipsec_id		*ids_src;	/* or NULL */
	struct ipsec_id		*ids_dst;	/* or NULL */
};

#define IPSEC_ID_MAX	1024		/* bytes of an identity */

/*
 * Which packets: flows, and the selectors of SAs.  Ports are in network
 * order; a port counts if its mask is not 0.
 */
struct ipsec_sel {
	struct ipsec_addr	sl_src, sl_dst;
	u_int8_t		sl_splen, sl_dplen;	/* bits */
	u_int8_t		sl_proto;	/* 0 any */
	u_int16_t		sl_sport, sl_dport;
	u_int16_t		sl_smask, sl_dmask;	/* 0 or 0xffff */
};

/* A packet, as flows see it. */
struct ipsec_pkt {
	struct ipsec_addr	pk_src, pk_dst;
	u_int			pk_rdomain;
	u_int16_t		pk_sport, pk_dport;	/* network order */
	u_int8_t		pk_proto;
	u_int8_t		pk_dir;		/* IPSP_DIRECTION_* */
	u_int8_t		pk_opaque;	/* what a fragment hides: */
#define PK_OPAQUE_PORTS	1
#define PK_OPAQUE_PROTO	2		/* the ports, too */
	u_int8_t		pk_link;	/* ICMPv6 that keeps links going */
};

/* Algorithms: ipsec_alg.c. */
struct ipsec_ealg {
	u_int8_t	 ea_id;		/* SADB_EALG_* */
	int		 ea_crypto;	/* CRYPTO_* */
	u_int8_t	 ea_minkey;	/* bytes, salt included */
	u_int8_t	 ea_maxkey;
	u_int8_t	 ea_keystep;
	u_int8_t	 ea_block;	/* bytes */
	u_int8_t	 ea_ivlen;	/* bytes in the packet */
	u_int8_t	 ea_icvlen;	/* of an AEAD; 0 needs an ipsec_aalg */
	u_int8_t	 ea_counter;	/* IV is a counter, not random */
	u_int8_t	 ea_legacy;	/* only if the administrator says so */
	const char	*ea_name;
};

struct ipsec_aalg {
	u_int8_t	 aa_id;		/* SADB_AALG_* */
	int		 aa_crypto;
	u_int8_t	 aa_keylen;	/* bytes */
	u_int8_t	 aa_icvlen;
	const char	*aa_name;
};

/* Limits of an SA; 0 is none.  Times are seconds. */
struct tdb_limits {
	u_int32_t	 tl_allocations;
	u_int64_t	 tl_bytes;
	u_int64_t	 tl_addtime;	/* after it was added */
	u_int64_t	 tl_usetime;	/* after its first use */
};

/*
 * A security association.
 *
 *	larval --UPDATE--> mature --soft limit--> dying
 *	   |                  |                     |
 *	   +---- time limit --+-- DELETE, hard -----+---> dead
 *
 * A dead one is in no table; whoever still holds it drops its packets.
 */
struct tdb {
	/* The first line of memory is all that looking for one reads. */
	LIST_ENTRY(tdb)	 tdb_hash;	/* rdomain, SPI, dst, sproto */
	struct ipsec_addr tdb_dst;
	u_int32_t	 tdb_spi;	/* network order */
	u_int16_t	 tdb_rdomain;	/* before the transform */
	u_int8_t	 tdb_sproto;	/* IPPROTO_* */
	u_int8_t	 tdb_state;	/* SADB_SASTATE_* */
	u_int		 tdb_refs;
	u_int		 tdb_flags;	/* TDBF_* */
	u_int8_t	 tdb_satype;	/* SADB_* */
	u_int8_t	 tdb_softdone;	/* soft EXPIRE has been sent */
	u_int16_t	 tdb_rdomain_post;

	LIST_ENTRY(tdb)	 tdb_dhash;	/* rdomain, dst, sproto */
	TAILQ_ENTRY(tdb) tdb_list;	/* all */
	TAILQ_ENTRY(tdb) tdb_iflist;	/* of sec(4), if TDBF_IFACE */
	struct ipsec_addr tdb_src;
	struct ipsec_addr tdb_proxy;
	u_int16_t	 tdb_udpencap_port;	/* network order */
	u_int16_t	 tdb_tag;	/* of pf, 0 none */
	u_int		 tdb_tap;	/* unit of enc(4) */
	u_int		 tdb_iface;	/* unit of sec(4) */
	u_int8_t	 tdb_iface_dir;	/* IPSP_DIRECTION_*, 0 none */

	const struct ipsec_ealg *tdb_ealg;
	const struct ipsec_aalg *tdb_aalg;
	u_int8_t	 tdb_calg;	/* SADB_X_CALG_* */
	u_int8_t	 tdb_block;	/* padding of ESP */
	u_int8_t	 tdb_ivlen;
	u_int8_t	 tdb_icvlen;
	u_int8_t	 tdb_wnd;	/* window asked for, packets; 0 none */
	u_int64_t	 tdb_cryptoid;	/* 0 none */
	int		 tdb_aead_mac;	/* CRYPTO_*: an AEAD's other half */
	u_int64_t	 tdb_ivctr;	/* next IV of counter modes */

	u_int64_t	 tdb_rpl;	/* last number sent */
	u_int64_t	 tdb_noflow;	/* spd_generation, see out_outside() */
	struct replay	*tdb_replay;	/* what came in; or NULL */

	u_int32_t	 tdb_allocations;	/* flows that use it */
	u_int64_t	 tdb_bytes;	/* through it */
	u_int64_t	 tdb_established;	/* time of day, seconds */
	u_int64_t	 tdb_first_use;
	u_int64_t	 tdb_last_used;
	u_int64_t	 tdb_added_ns;	/* uptime */
	u_int64_t	 tdb_first_ns;
	struct tdb_limits tdb_soft, tdb_hard;
	struct timeout	 tdb_timer;

	struct sadb_x_counter tdb_counters;	/* only the counters */

	struct tdb	*tdb_onext;	/* chain, outgoing: applied after */
	struct tdb	*tdb_inext;	/* applied before */

	u_int8_t	*tdb_amxkey, *tdb_emxkey;
	u_int16_t	 tdb_amxkeylen, tdb_emxkeylen;	/* bytes */
	u_int32_t	 tdb_seq;	/* of the ACQUIRE it answers */
	struct ipsec_ids *tdb_ids;	/* or NULL */
	struct ipsec_sel *tdb_filter;	/* selectors, or NULL */
	char		*tdb_tagname;	/* or NULL */
	struct route	 tdb_route;	/* to the far end */
	TAILQ_HEAD(, ipsec_policy) tdb_policies;	/* that use it */
};

TAILQ_HEAD(tdb_head, tdb);

#define TDBF_TUNNELING	0x0001		/* tunnel mode */
#define TDBF_UDPENCAP	0x0002
#define TDBF_ESN	0x0004
#define TDBF_PFS	0x0008
#define TDBF_REPLAY	0x0010		/* replays are refused */
#define TDBF_IFACE	0x0020		/* of sec(4), by no flow */

/* A flow. */
struct ipsec_policy {
	/* These lines of memory are all that looking for one reads. */
	LIST_ENTRY(ipsec_policy) ipo_hash;
	struct ipsec_sel ipo_sel;
	u_int16_t	 ipo_rdomain;
	u_int8_t	 ipo_dir;	/* IPSP_DIRECTION_* */
	u_int8_t	 ipo_type;	/* SADB_X_FLOW_TYPE_* */
	struct ipsec_tuple *ipo_tuple;

	TAILQ_ENTRY(ipsec_policy) ipo_list;
	TAILQ_ENTRY(ipsec_policy) ipo_tdb_next;	/* of its SA */
	u_int8_t	 ipo_sproto;	/* IPPROTO_* of its SA */
	struct ipsec_addr ipo_src;	/* our end; family 0 any */
	struct ipsec_addr ipo_dst;	/* far end; family 0 the packet's */
	struct ipsec_ids *ipo_ids;	/* or NULL */
	struct tdb	*ipo_tdb;	/* SA in use, referenced; or NULL */
	u_int64_t	 ipo_tdbgen;	/* tdb_generation when looked up */
	u_int64_t	 ipo_acquired;	/* uptime ns of the last ACQUIRE */
	u_int64_t	 ipo_packets;
};

TAILQ_HEAD(policy_head, ipsec_policy);

/* Asked for, not answered yet. */
struct ipsec_acquire {
	TAILQ_ENTRY(ipsec_acquire) iqa_list;
	u_int32_t	 iqa_seq;
	u_int64_t	 iqa_expire;	/* uptime, ns */
	struct ipsec_pkt iqa_pkt;
	struct ipsec_addr iqa_peer;
	u_int8_t	 iqa_sproto;
	/* The flow, found again by what it is: it may have gone. */
	struct ipsec_sel iqa_sel;
	u_int16_t	 iqa_rdomain;
	u_int8_t	 iqa_dir;
};

/*
 * What SAs a packet has been through: frames of the stack, innermost first,
 * while it is being handed on (everything runs to completion).
 */
struct ipsec_done {
	struct tdb		*dn_tdb;
	const struct ipsec_done	*dn_next;
};

#define IPSEC_MAXCHAIN	4		/* SAs of one chain */
#define IPSEC_MAXDONE	8		/* SAs that a packet may see */
#define IPSEC_BATCH	64		/* packets sealed or opened at once */

extern struct ipsecstat	 ipsecstat;
extern struct espstat	 espstat;
extern struct ahstat	 ahstat;
extern struct ipcompstat ipcompstat;
extern struct pfkeystat	 pfkeystat;

extern int	 esp_enable, ah_enable, ipcomp_enable, esp_legacy;
extern int	 udpencap_enable, udpencap_port;	/* host order */
extern int	 encdebug, ipsec_expire_acquire, ipsec_keep_invalid;
extern int	 ipsec_require_pfs;
extern int	 ipsec_soft_allocations, ipsec_exp_allocations;
extern int	 ipsec_soft_bytes, ipsec_exp_bytes;
extern int	 ipsec_soft_timeout, ipsec_exp_timeout;
extern int	 ipsec_soft_first_use, ipsec_exp_first_use;
extern char	 ipsec_def_enc[20], ipsec_def_auth[20], ipsec_def_comp[20];
extern u_int	 ipsec_in_use;		/* flows, and SAs of sec(4) */

#define IPSEC_DEBUG(...) do {						\
	if (encdebug)							\
		log(7 /* LOG_DEBUG */, "ipsec: " __VA_ARGS__);		\
} while (0)

/* ipsec.c */
void	 ipsec_init(void);
extern u_int16_t (*ipsec_tag_hook)(const char *);	/* pf(4)'s, or NULL */

/* ipsec_addr.c */
/* Are they the same?  Two of family 0 are. */
static inline int
ipsec_addr_eq(const struct ipsec_addr *a, const struct ipsec_addr *b)
{
	return (a->ia_af == b->ia_af && a->ia_words[0] == b->ia_words[0] &&
	    a->ia_words[1] == b->ia_words[1]);
}

/* Is it none, or the unspecified one? */
static inline int
ipsec_addr_any(const struct ipsec_addr *a)
{
	return (a->ia_af == 0 ||
	    (a->ia_words[0] == 0 && a->ia_words[1] == 0));
}

int	 ipsec_addr_get(struct ipsec_addr *, const struct sockaddr *);
u_int	 ipsec_addr_put(const struct ipsec_addr *, u_int16_t,
	    union sockaddr_union *);
void	 ipsec_addr_mask(struct ipsec_addr *, u_int);
int	 ipsec_addr_in(const struct ipsec_addr *, const struct ipsec_addr *,
	    u_int);
u_int	 ipsec_addr_bits(const struct ipsec_addr *);
const char *ipsec_addr_ntop(const struct ipsec_addr *, char *, size_t);
int	 ipsec_sel_matches(const struct ipsec_sel *, const struct ipsec_pkt *);
int	 ipsec_sel_matches_l4(const struct ipsec_sel *,
	    const struct ipsec_pkt *);
int	 ipsec_sel_covers(const struct ipsec_sel *, const struct ipsec_sel *);
struct ipsec_ids *ipsec_ids_get(const struct ipsec_id *,
	    const struct ipsec_id *);
void	 ipsec_ids_ref(struct ipsec_ids *);
void	 ipsec_ids_put(struct ipsec_ids *);
int	 ipsec_ids_match(const struct ipsec_ids *, const struct ipsec_ids *);

/* ipsec_alg.c */
const struct ipsec_ealg *ipsec_ealg_find(u_int);
const struct ipsec_aalg *ipsec_aalg_find(u_int);
const struct ipsec_ealg *ipsec_ealg_byindex(u_int);
const struct ipsec_aalg *ipsec_aalg_byindex(u_int);
int	 ipsec_alg_setup(struct tdb *, u_int, u_int);
int	 ipsec_alg_open(struct tdb *);
void	 ipsec_alg_close(struct tdb *);

/* ipsec_sadb.c */
extern struct tdb_head	 tdb_all;
extern u_int		 tdb_count;
extern u_int64_t	 tdb_generation;
void	 tdb_init(void);
struct tdb *tdb_alloc(u_int);
struct tdb *tdb_find(u_int, u_int32_t, const struct ipsec_addr *, u_int8_t);
struct tdb *tdb_find_ipcomp(u_int, const struct ipsec_addr *,
	    const struct ipsec_addr *);
struct tdb *tdb_find_for(u_int, const struct ipsec_addr *, u_int8_t,
	    const struct ipsec_ids *, const struct ipsec_addr *,
	    const struct ipsec_sel *);
struct tdb *tdb_find_iface(u_int, u_int8_t);
int	 tdb_leads_to(u_int, const struct ipsec_addr *, u_int16_t);
int	 tdb_reserve_spi(u_int, u_int32_t, u_int32_t,
	    const struct ipsec_addr *, u_int8_t, u_int32_t *);
void	 tdb_insert(struct tdb *);
void	 tdb_delete(struct tdb *);
void	 tdb_move(struct tdb *, const struct ipsec_addr *);
struct tdb *tdb_ref(struct tdb *);
void	 tdb_unref(struct tdb *);
int	 tdb_usable(const struct tdb *);
struct tdb *tdb_chain_head(struct tdb *);
int	 tdb_chain(struct tdb *, struct tdb *);
u_int	 tdb_outlen(const struct tdb *, u_int, u_int, int);
u_int	 tdb_inmtu(struct tdb *, u_int, int);
u_int	 tdb_mtu(struct tdb *, int);
u_int	 tdb_path_mtu(struct tdb *);

/* ipsec_life.c */
extern u_int64_t ipsec_time;	/* of day, seconds, when a batch was begun */
void	 tdb_life_start(struct tdb *);
void	 tdb_life_stop(struct tdb *);
int	 tdb_life_use(struct tdb *, u_int);
void	 tdb_life_alloc(struct tdb *);

/* ipsec_spd.c */
extern struct policy_head ipo_all;
extern u_int		  ipo_count;
extern u_int64_t	  spd_generation;	/* changes with any flow */
void	 spd_init(void);
struct ipsec_policy *spd_alloc(void);
void	 spd_free(struct ipsec_policy *);
struct ipsec_policy *spd_lookup(const struct ipsec_pkt *);
struct ipsec_policy *spd_find(u_int, u_int8_t, const struct ipsec_sel *);
int	 spd_insert(struct ipsec_policy *);
void	 spd_remove(struct ipsec_policy *);
u_int	 spd_flush(u_int);
void	 spd_change(struct ipsec_policy *, struct ipsec_policy *);
struct tdb *spd_tdb(struct ipsec_policy *, const struct ipsec_pkt *);
void	 spd_tdb_gone(struct tdb *);

/* ipsec_acquire.c */
void	 acquire_init(void);
void	 ipsec_acquire_sa(struct ipsec_policy *, const struct ipsec_pkt *);
struct ipsec_acquire *acquire_find(u_int32_t);
void	 acquire_answered(u_int32_t);
void	 acquire_forget(const struct ipsec_policy *);
void	 acquire_flush(u_int);

/* ipsec_policy.c */
int	 ipsec_pkt_parse(struct mbuf *, int, int, struct ipsec_pkt *);
int	 ipsec_output_hook(struct mbuf *, int, struct inpcb *, int);
int	 ipsec_input_hook(struct mbuf *, int, int, struct inpcb *, int);
int	 ipsec_ctloutput(int, struct inpcb *, int, struct mbuf *);
int	 ipsec_input_allowed(const struct ipsec_pkt *,
	    const struct ipsec_done *, int);

/* if_enc.c */
void	 enc_init(void);
struct ifnet *enc_getif(u_int, u_int);
void	 enc_tap(struct ifnet *, const struct tdb *, struct mbuf *, int,
	    u_int);

/* if_sec.c */
void	 sec_init(void);
struct ifnet *sec_getif(u_int);

/* pfkeyv2*.c */
void	 pfkey_init(void);
void	 pfkey_acquire(const struct ipsec_acquire *,
	    const struct ipsec_policy *);
void	 pfkey_expire(struct tdb *, u_int16_t);

#endif /* _KERNEL */
#endif /* _NETIPSEC_IPSEC_VAR_H_ */
