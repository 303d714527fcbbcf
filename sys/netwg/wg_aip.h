/*
 * Allowed IPs: which peer an inner address belongs to (WireGuard paper,
 * section 2, the cryptokey routing table).
 */
#ifndef _NETWG_WG_AIP_H_
#define _NETWG_WG_AIP_H_

#include <sys/types.h>
#include <sys/queue.h>

#define AIP_ADDR_MAX	16		/* bytes */

struct aip_list;

/*
 * A node: a prefix.  One without an owner only joins two others.
 */
struct aip {
	TAILQ_ENTRY(aip) a_entry;	/* of its owner, as they came */
	struct aip_list	*a_list;	/* the owner's */
	struct aip	*a_child[2];	/* by the bit after the prefix */
	struct aip	*a_parent;
	LIST_ENTRY(aip)	 a_host;	/* of its bucket */
	int		 a_hashed;
	void		*a_owner;	/* the peer, or NULL */
	uint8_t		 a_addr[AIP_ADDR_MAX];	/* bits after a_cidr are 0 */
	uint8_t		 a_cidr;	/* bits */
	int		 a_af;
};
TAILQ_HEAD(aip_list, aip);
LIST_HEAD(aip_bucket, aip);

/*
 * One family's table.  Prefixes of one address, which are what most peers
 * have, are in a hash table as well, where they are found at once.
 */
struct aip_table {
	struct aip	*at_root;
	struct aip_bucket *at_hosts;	/* NULL: none yet, or no memory */
	u_int		 at_mask;	/* buckets less one */
	u_int		 at_nhosts;
	uint64_t	 at_secret;
	u_int		 at_count;	/* prefixes with an owner */
	int		 at_af;		/* AF_INET or AF_INET6 */
};

void		 aip_init(struct aip_table *, int);
int		 aip_add(struct aip_table *, struct aip_list *, void *,
		    const void *, u_int, void **);
void		 aip_remove(struct aip_table *, struct aip *);
void		 aip_remove_all(struct aip_table *, struct aip_list *);
void		*aip_lookup(const struct aip_table *, const void *);
void		*aip_exact(const struct aip_table *, const void *, u_int);

#endif /* _NETWG_WG_AIP_H_ */
