/*
 * PF_KEY: what its files share.
 */
#ifndef _NETIPSEC_PFKEYV2_VAR_H_
#define _NETIPSEC_PFKEYV2_VAR_H_

#ifdef _KERNEL

#include <netipsec/ipsec_var.h>

struct socket;

/* A PF_KEY socket. */
struct pkpcb {
	LIST_ENTRY(pkpcb) kp_list;
	struct socket	*kp_socket;
	u_int		 kp_rdomain;
	u_int		 kp_registered;	/* bits by SADB_SATYPE_ */
	u_int8_t	 kp_promisc;
	u_int8_t	 kp_lost;	/* messages, and has been told */
};

/* A message from a program, taken apart: extensions, each checked. */
struct pfkey_msg {
	struct sadb_msg	*pm_hdr;
	const void	*pm_ext[SADB_EXT_MAX + 1];
	struct pkpcb	*pm_kp;
	u_int		 pm_rdomain, pm_rdomain_post;
};

#define PM_EXT(pm, type, n)	((const struct type *)(pm)->pm_ext[n])

/* A message being made. */
struct pfkey_out {
	u_int8_t	*po_buf;
	size_t		 po_len, po_max;
	int		 po_rdomain, po_rdomain_post;	/* -1: not of any */
};

#define PFKEY_MAXMSG	8192		/* longest message, both ways */

/* Who hears a message. */
enum pfkey_to {
	PFKEY_SENDER,
	PFKEY_REGISTERED,		/* for the message's satype */
	PFKEY_ALL
};

/* pfkeyv2.c */
void	 pfkey_deliver(const struct pfkey_out *, enum pfkey_to,
	    struct pkpcb *);

/* pfkeyv2_parse.c */
int	 pfkey_parse(u_int8_t *, size_t, struct pfkey_msg *);

/* pfkeyv2_export.c */
struct pfkey_out *pfkey_begin(const struct sadb_msg *);
void	 pfkey_end(struct pfkey_out *);
void	*pfkey_put(struct pfkey_out *, u_int, size_t);
void	 pfkey_put_address(struct pfkey_out *, u_int,
	    const struct ipsec_addr *, u_int16_t);
void	 pfkey_about(struct pfkey_out *, u_int, u_int);
void	 pfkey_put_sa(struct pfkey_out *, u_int, const struct tdb *);
void	 pfkey_put_ids(struct pfkey_out *, const struct ipsec_ids *);
void	 pfkey_put_sel(struct pfkey_out *, const struct ipsec_sel *);
#define PFKEY_TDB_KEYS	0x01
#define PFKEY_TDB_ALL	0x02
void	 pfkey_put_tdb(struct pfkey_out *, struct tdb *, int);
void	 pfkey_put_policy(struct pfkey_out *, const struct ipsec_policy *);
void	 pfkey_put_lifetime(struct pfkey_out *, struct tdb *, u_int);
void	 pfkey_put_supported(struct pfkey_out *, u_int8_t);

/* pfkeyv2_import.c */
int	 pfkey_get_address(const struct pfkey_msg *, u_int,
	    struct ipsec_addr *);
int	 pfkey_get_ids(const struct pfkey_msg *, struct ipsec_ids **);
int	 pfkey_get_sel(const struct pfkey_msg *, struct ipsec_sel *);
int	 pfkey_get_tdb(const struct pfkey_msg *, struct tdb *);
int	 pfkey_get_lifetimes(const struct pfkey_msg *, struct tdb *);
int	 pfkey_get_extras(const struct pfkey_msg *, struct tdb *);

/* pfkeyv2_sa.c */
u_int8_t pfkey_satype(u_int8_t);

/* pfkeyv2_sa.c, pfkeyv2_flow.c: requests; 0 or an errno */
int	 pfkey_getspi(const struct pfkey_msg *);
int	 pfkey_add(const struct pfkey_msg *);
int	 pfkey_update(const struct pfkey_msg *);
int	 pfkey_delete(const struct pfkey_msg *);
int	 pfkey_get(const struct pfkey_msg *);
int	 pfkey_register(const struct pfkey_msg *);
int	 pfkey_flush(const struct pfkey_msg *);
int	 pfkey_dump(const struct pfkey_msg *);
int	 pfkey_grpspis(const struct pfkey_msg *);
int	 pfkey_promisc(const struct pfkey_msg *);
int	 pfkey_acquire_error(const struct pfkey_msg *);
int	 pfkey_addflow(const struct pfkey_msg *);
int	 pfkey_delflow(const struct pfkey_msg *);
int	 pfkey_askpolicy(const struct pfkey_msg *);
int	 pfkey_spddump(const struct pfkey_msg *);

/* pfkeyv2_sysctl.c */
int	 pfkey_sysctl(int *, u_int, void *, size_t *, void *, size_t);

#endif /* _KERNEL */
#endif /* _NETIPSEC_PFKEYV2_VAR_H_ */
