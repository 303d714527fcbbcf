/*
 * ipsecctl(8): what its files share.
 */
#ifndef _IPSECCTL_H_
#define _IPSECCTL_H_

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/bsd_sockaddr.h>
#include <net/pfkeyv2.h>

#include <stdint.h>
#include <stdio.h>

#define KEY_MAX		64		/* bytes */

/* An address, or a network. */
struct host {
	TAILQ_ENTRY(host)	 h_entry;
	int			 h_af;		/* BSD_AF_*; 0 any */
	uint8_t			 h_bytes[16];
	unsigned int		 h_plen;
	unsigned int		 h_scope;
};

TAILQ_HEAD(hosts, host);

struct key {
	uint8_t		 k_data[KEY_MAX];
	unsigned int	 k_len;		/* bytes; 0 none */
};

struct ident {
	int		 i_type;	/* SADB_IDENTTYPE_*; 0 none */
	char		 i_data[256];
};

enum rule_kind {
	RULE_FLOW,
	RULE_SA,
	RULE_GROUP
};

/* One flow or SA. */
struct rule {
	TAILQ_ENTRY(rule) r_entry;
	enum rule_kind	 r_kind;
	char		*r_file;	/* where it is from */
	unsigned int	 r_line;
	uint8_t		 r_satype;	/* SADB_SATYPE_* */
	uint8_t		 r_direction;	/* flow: IPSP_DIRECTION_* */
	uint8_t		 r_flowtype;	/* SADB_X_FLOW_TYPE_* */
	uint8_t		 r_proto;
	unsigned int	 r_rdomain;	/* flow */
	struct host	 r_src, r_dst;
	uint16_t	 r_sport, r_dport;	/* network order, 0 any */
	struct host	 r_local, r_peer;
	struct ident	 r_srcid, r_dstid;
	int		 r_tunnel;
	uint32_t	 r_spi;		/* host order */
	uint8_t		 r_aalg, r_ealg;
	struct key	 r_akey, r_ekey;
	int		 r_udpencap;
	uint16_t	 r_udpport;	/* network order */
	int		 r_esn;
	char		 r_tag[64];
	unsigned int	 r_tap;
	uint8_t		 r_iface;	/* IPSP_DIRECTION_*: of sec(4) */
	unsigned int	 r_unit;	/* its unit */
	char		 r_bundle[64];
	/* RULE_GROUP: chain r_satype, r_spi to this one */
	uint8_t		 r_satype2;
	uint32_t	 r_spi2;
	struct host	 r_dst2;
};

TAILQ_HEAD(rules, rule);

/* Options. */
struct options {
	int	 o_delete;	/* -d */
	int	 o_test;	/* -n */
	int	 o_keys;	/* -k */
	int	 o_verbose;	/* -v */
};

extern struct options opt;

/* A number and its name. */
struct name {
	int		 n_number;
	const char	*n_name;
};

extern const struct name	 satype_names[], flowtype_names[];
extern const struct name	 idtype_names[], state_names[];
extern const struct name	 message_names[];

/* An algorithm as it is written, with a key of so many bytes. */
struct alg_name {
	const char	*a_name;
	int		 a_id;		/* SADB_AALG_*, SADB_EALG_* */
	unsigned int	 a_keylen;	/* bytes, salt included */
	const char	*a_refused;	/* why it cannot be had, or NULL */
};

extern const struct alg_name	 auth_names[], enc_names[];

/* names.c */
const char *name_of(const struct name *, int);
int	 name_number(const struct name *, const char *);
const char *alg_text(const struct alg_name *, int, unsigned int);
const struct alg_name *alg_byname(const struct alg_name *, const char *);
const struct alg_name *alg_byid(const struct alg_name *, int, unsigned int);

/* host.c */
int	 hosts_parse(const char *, struct hosts *);
void	 hosts_free(struct hosts *);
int	 host_single(const struct host *);
void	 host_print(FILE *, const struct host *);
void	 host_from_sockaddr(struct host *, const struct bsd_sockaddr *);

/* lex.c */
typedef void lex_rule_t(void *);
int	 fault(const char *, ...) __attribute__((__format__(__printf__, 1, 2)));
int	 lex_define(const char *);
int	 lex_file(const char *, lex_rule_t *, void *);
unsigned int lex_line(const char **);
const char *lex_peek(void);
const char *lex_next(void);
int	 lex_take(const char *);
const char *lex_argument(const char *);

/* parse.c */
int	 parse_file(const char *, struct rules *);

/* load.c */
int	 load_rules(struct rules *, int);
int	 unload_rules(struct rules *);
void	 rules_free(struct rules *);

/* pfkey.c */
int	 pfkey_open(void);
int	 pfkey_rule(int, const struct rule *, int);
int	 pfkey_flush(int, uint8_t);
uint8_t	*pfkey_dump(int, size_t *);
void	 pfkey_monitor(int);

/* show.c */
void	 flows_get(struct rules *);
void	 show_flows(void);
void	 show_sas(void);
void	 rule_print(const struct rule *);

/* monitor.c */
const void *message_ext(const struct sadb_msg *, unsigned int);
void	 message_details(const struct sadb_msg *, const char *);
void	 message_print(const struct sadb_msg *);

#endif /* _IPSECCTL_H_ */
