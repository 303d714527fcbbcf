/*
 * Routing tables: prefixes of one family each, up to RT_TABLEID_MAX + 1
 * tables, and which routing domain a table belongs to.
 *
 * A routing domain is a table that interfaces are in; other tables belong to
 * the domain of the process or rule that made them.
 */
#ifndef _NET_RTABLE_H_
#define _NET_RTABLE_H_

#ifdef _KERNEL

#include <sys/types.h>

struct rtentry;
struct sockaddr;

void		 rtable_init(void);
int		 rtable_exists(u_int);
int		 rtable_empty(u_int);
int		 rtable_add(u_int);
u_int		 rtable_l2(u_int);
u_int		 rtable_loindex(u_int);
void		 rtable_l2set(u_int, u_int, u_int);
u_long		 rtable_count(u_int, sa_family_t);

int		 rtable_setsource(u_int, int, struct sockaddr *);
struct sockaddr	*rtable_getsource(u_int, int);
void		 rtable_clearsource(u_int, struct sockaddr *);

struct rtentry	*rtable_lookup(u_int, const struct sockaddr *,
		    const struct sockaddr *, const struct sockaddr *, uint8_t);
struct rtentry	*rtable_match(u_int, const struct sockaddr *,
		    const uint32_t *);
void		 rtable_ahead(u_int, uint32_t, int);
struct rtentry	*rtable_iterate(struct rtentry *);
int		 rtable_insert(u_int, struct sockaddr *,
		    const struct sockaddr *, const struct sockaddr *, uint8_t,
		    struct rtentry *);
int		 rtable_delete(u_int, const struct sockaddr *,
		    struct rtentry *);
int		 rtable_walk(u_int, sa_family_t, struct rtentry **,
		    int (*)(struct rtentry *, void *, u_int), void *);
void		 rtable_walk_under(struct rtentry *,
		    int (*)(struct rtentry *, void *, u_int), void *);
void		 rtable_mpath_reprio(struct rtentry *, uint8_t);

int		 rtable_satoplen(sa_family_t, const struct sockaddr *);
int		 rtable_sockaddr_ok(const struct sockaddr *);
int		 rtable_sockaddr_isany(const struct sockaddr *);
struct sockaddr	*rt_plentosa(sa_family_t, int, void *, size_t);
struct sockaddr	*rt_plen2mask(const struct rtentry *, void *, size_t);

#endif /* _KERNEL */
#endif /* _NET_RTABLE_H_ */
