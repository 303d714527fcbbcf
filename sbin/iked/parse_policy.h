/*
 * What the grammar of iked.conf(5) does with each clause.
 */
#ifndef _PARSE_POLICY_H_
#define _PARSE_POLICY_H_

#include <sys/types.h>

#include "conf.h"

struct hosts {
	struct prefix	*h_list;
	unsigned int	 h_n;
};

/* A policy in the making. */
struct clauses {
	struct policy	*cl_policy;
	struct proposal	 cl_prop;	/* the clause of transforms at hand */
	unsigned int	 cl_nike;	/* clauses of each kind */
	unsigned int	 cl_nchild;
	struct hosts	 cl_hosts;	/* of the clause at hand */
	struct hosts	 cl_src;
	struct hosts	 cl_nat;
	struct hosts	 cl_dst;
	struct hosts	 cl_local;
	struct hosts	 cl_peer;
	uint16_t	 cl_port;
	uint16_t	 cl_sport;
	uint16_t	 cl_dport;
};

void	 clauses_init(struct clauses *);
void	 clauses_free(struct clauses *);
void	 clauses_proposal(struct clauses *, uint8_t);
void	 hosts_any(struct hosts *);
void	 hosts_move(struct hosts *, struct hosts *);
void	 hosts_parse(struct hosts *, const char *, int64_t);
uint16_t port_parse(const char *);
uint64_t bytes_parse(const char *);
int64_t	 time_parse(const char *);
void	 policy_name(struct clauses *, const char *, int);
void	 policy_proto(struct clauses *, const char *);
void	 policy_protonum(struct clauses *, int64_t);
void	 policy_flow(struct clauses *);
void	 policy_xform(struct clauses *, uint8_t, const char *);
void	 policy_groupnum(struct clauses *, int64_t);
void	 policy_proposal(struct clauses *, uint8_t);
void	 policy_ident(struct ident *, const char *, const char *);
void	 policy_auth(struct clauses *, const char *);
void	 policy_psk(struct clauses *, const char *, int);
void	 policy_pskfile(struct clauses *, const char *);
void	 policy_tag(struct clauses *, const char *);
void	 policy_tap(struct clauses *, const char *);
void	 policy_finish(struct clauses *, struct conf *);

#endif /* _PARSE_POLICY_H_ */
