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
	void		*a_owner;	/* the peer, or NULL */
	uint8_t		 a_addr[AIP_ADDR_MAX];	/* bits after a_cidr are 0 */
	uint8_t		 a_cidr;	/* bits */
	int		 a_af;
};
TAILQ_HEAD(aip_list, aip);

/* An address, as a number of 128 bits (IPv4: the upper 32). */
struct aip_host {
	uint64_t	 s_hi, s_lo;
	void		*s_owner;	/* NULL: an empty slot */
	uint64_t	 s_unused;	/* two slots fill a line of cache */
};

/* All addresses of a table. */
struct aip_hosts {
	struct aip_host	*h_slots;	/* NULL: none, or no memory */
	u_int		 h_mask;	/* slots less one */
	u_int		 h_count;	/* addresses */
	uint64_t	 h_secret;
};

/*
 * One family's table.  Prefixes of one address, which are what most peers
 * have, are in a hash table as well, where they are found at once.
 */
struct aip_table {
	struct aip	*at_root;
	struct aip_hosts at_hosts;
	u_int		 at_count;	/* prefixes with an owner */
	int		 at_af;		/* AF_INET or AF_INET6 */
};

void		 aip_hosts_init(struct aip_hosts *);
void		 aip_hosts_add(struct aip_hosts *, uint64_t, uint64_t, void *);
void		 aip_hosts_change(struct aip_hosts *, uint64_t, uint64_t,
		    void *);
void		 aip_hosts_del(struct aip_hosts *, uint64_t, uint64_t);
void		*aip_hosts_lookup(const struct aip_hosts *, uint64_t,
		    uint64_t);

void		 aip_init(struct aip_table *, int);
int		 aip_add(struct aip_table *, struct aip_list *, void *,
		    const void *, u_int, void **);
void		 aip_remove(struct aip_table *, struct aip *);
void		 aip_remove_all(struct aip_table *, struct aip_list *);
void		*aip_lookup(const struct aip_table *, const void *);
void		*aip_exact(const struct aip_table *, const void *, u_int);

#endif /* _NETWG_WG_AIP_H_ */
