/*
 * The configuration: what iked.conf(5) says, complete with its defaults.
 */
#ifndef _CONF_H_
#define _CONF_H_

#include <sys/types.h>
#include <sys/queue.h>

#include "addr.h"
#include "buf.h"

#define NAME_MAXLEN	64
#define IDENT_MAX	1024
#define PSK_MAX		1024
#define TAG_MAX		64
#define FLOWS_MAX	255		/* selectors of a side */
#define PROTOS_MAX	16
#define XFORMS_MAX	48		/* of one proposal */
#define PROPS_MAX	16		/* of a policy, IKE and child each */

#define LIFETIME_DEFAULT	10800	/* seconds */
#define LIFEBYTES_DEFAULT	4294967296ULL

struct keyword {
	const char	*k_name;
	uint16_t	 k_id;
	uint16_t	 k_len;		/* bits of the key, if it says so */
	const char	*k_instead;	/* refused: what to use instead */
};

struct xform {
	uint8_t		 x_type;	/* XF_* */
	uint16_t	 x_id;
	uint16_t	 x_keylen;	/* bits, 0 none given */
};

struct proposal {
	uint8_t		 pr_num;
	uint8_t		 pr_proto;	/* PROTO_* */
	uint8_t		 pr_spilen;
	uint8_t		 pr_spi[8];
	unsigned int	 pr_n;
	struct xform	 pr_xf[XFORMS_MAX];
};

struct ident {
	uint8_t		 id_type;	/* ID_*, ID_NONE any */
	uint16_t	 id_len;
	uint8_t		 id_data[IDENT_MAX];
};

struct flow {
	struct prefix	 f_src;		/* our side */
	struct prefix	 f_dst;
	struct prefix	 f_prenat;	/* f_src before pf(4) translates */
	uint16_t	 f_sport;	/* host order, 0 any */
	uint16_t	 f_dport;
	uint8_t		 f_proto;	/* 0 any; set in agreed flows only */
};

#define POL_ACTIVE	0x0001
#define POL_QUICK	0x0002
#define POL_SKIP	0x0004
#define POL_DEFAULT	0x0008
#define POL_TRANSPORT	0x0010
#define POL_NATT	0x0020
#define POL_TAP		0x0040
#define POL_RDOMAIN	0x0080

struct policy {
	TAILQ_ENTRY(policy) p_entry;
	char		 p_name[NAME_MAXLEN];
	uint32_t	 p_flags;
	uint8_t		 p_saproto;	/* PROTO_ESP, PROTO_AH */
	uint8_t		 p_ver;		/* 4, 6, or 0: both */
	uint8_t		 p_protos[PROTOS_MAX];
	unsigned int	 p_nprotos;	/* 0: any */
	uint16_t	 p_rdomain;
	unsigned int	 p_nflows;
	struct flow	*p_flows;
	struct prefix	 p_local;
	struct prefix	 p_peer;
	unsigned int	 p_nike;
	struct proposal	*p_ike;
	unsigned int	 p_nchild;
	struct proposal	*p_child;
	struct ident	 p_srcid;
	struct ident	 p_dstid;
	uint32_t	 p_ikelifetime;	/* seconds, 0 never */
	uint32_t	 p_lifetime;
	uint64_t	 p_lifebytes;
	uint8_t		 p_auth;	/* AUTH_* */
	struct blob	 p_psk;
	char		 p_tag[TAG_MAX];
	uint32_t	 p_tap;
	unsigned int	 p_refs;
};
TAILQ_HEAD(policies, policy);

struct conf {
	struct policies	 c_policies;
	int		 c_passive;
	int		 c_decouple;
	int		 c_fragmentation;
	int		 c_novendorid;
	int		 c_enforcesingle;
	int		 c_partialchain;
	uint32_t	 c_dpd;		/* seconds, 0 never */
};

/* parse.y */
int	 parse_config(const char *, struct conf *);
int	 cmdline_symset(const char *);
const char *lex_message(void);	/* lex.c: the last complaint */

/* conf.c */
void	 conf_init(struct conf *);
void	 conf_free(struct conf *);
struct policy *policy_new(void);
struct policy *policy_ref(struct policy *);
void	 policy_put(struct policy *);
int	 policy_add_flow(struct policy *, const struct flow *);
int	 policy_same(const struct policy *, const struct policy *);
int	 xform_is_aead(const struct xform *);
int	 xform_add(struct proposal *, uint8_t, uint16_t, uint16_t);
unsigned int proposal_count(const struct proposal *, uint8_t);
int	 proposals_build(struct proposal **, unsigned int *, uint8_t,
	    const struct proposal *);

/* conf_pack.c */
void	 ident_pack(struct wbuf *, const struct ident *);
int	 ident_unpack(struct rbuf *, struct ident *);
void	 policy_pack(struct wbuf *, const struct policy *);
struct policy *policy_unpack(struct rbuf *);
void	 conf_pack(struct wbuf *, const struct conf *);
int	 conf_unpack(struct rbuf *, struct conf *);

/* ident.c */
int	 ident_parse(struct ident *, const char *);
const char *ident_str(const struct ident *, char *, size_t);
void	 ident_word(const struct ident *, char *, size_t);
int	 ident_equal(const struct ident *, const struct ident *);
uint32_t ident_hash(const struct ident *);
void	 tag_expand(char [TAG_MAX], const char *, const char *,
	    const struct ident *);

/* map.c */
extern const struct keyword kw_auth[], kw_prf[], kw_ikeenc[], kw_childenc[],
    kw_group[], kw_esn[];
const struct keyword *kw_find(const struct keyword *, const char *);
const char *xform_name(uint8_t, const struct xform *);
const char *name_exchange(unsigned int);
const char *name_payload(unsigned int);
const char *name_notify(unsigned int);
const char *name_proto(unsigned int);
const char *name_xftype(unsigned int);
const char *name_auth(unsigned int);

/* print.c */
void	 print_conf(const struct conf *);
void	 policy_format(const struct policy *, char *, size_t);

#endif /* _CONF_H_ */
