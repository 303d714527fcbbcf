/*
 * ipsec(4): the database of security associations (RFC 4301, 4.4.2).
 *
 * Each SA is in three places: a hash table by what a packet carries (routing
 * domain, SPI, destination, protocol), one by where it leads, newest first,
 * and a list of all.  Both tables grow with the number of SAs, and their
 * keys are secret.
 *
 * tdb_generation changes whenever another SA might be the right one for a
 * flow: flows remember their SA only as long as it stays the same.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/malloc.h>
#include <sys/pool.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <net/if.h>
#include <net/if_var.h>
#include <net/route.h>

#include <netinet/in.h>
#include <netinet/in_var.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>

#include <netipsec/ipsec_var.h>
#include <netipsec/ipsec_xform.h>

#define TDB_HASHMIN	64
#define CACHELINE	64		/* bytes */
#define SPI_TRIES	128		/* guesses at a free SPI */

LIST_HEAD(tdb_bucket, tdb);

struct tdb_head		 tdb_all = TAILQ_HEAD_INITIALIZER(tdb_all);
u_int			 tdb_count;
u_int64_t		 tdb_generation = 1;

static struct tdb_head	 tdb_ifaces = TAILQ_HEAD_INITIALIZER(tdb_ifaces);

static struct tdb_bucket *spi_table, *dst_table;
static u_int		 tdb_mask;	/* size of both, less 1 */
static u_int64_t	 tdb_key[2];
static struct pool	 tdb_pool;

static struct tdb_bucket *
table_alloc(u_int n)
{
	return (mallocarray(n, sizeof(struct tdb_bucket), M_TDB,
	    M_NOWAIT | M_ZERO));
}

/*
 * Set up; once.
 */
void
tdb_init(void)
{
	CTASSERT(offsetof(struct tdb, tdb_dhash) <= CACHELINE);
	pool_init(&tdb_pool, sizeof(struct tdb), CACHELINE, IPL_SOFTNET, 0,
	    "tdb", NULL);
	arc4random_buf(tdb_key, sizeof(tdb_key));
	spi_table = table_alloc(TDB_HASHMIN);
	dst_table = table_alloc(TDB_HASHMIN);
	KASSERT(spi_table != NULL && dst_table != NULL);
	tdb_mask = TDB_HASHMIN - 1;
}

static struct tdb_bucket *
spi_bucket(u_int rdomain, u_int32_t spi, const struct ipsec_addr *dst,
    u_int8_t sproto)
{
	u_int32_t	 h;

	h = in_hash(tdb_key, dst->ia_words[0], dst->ia_words[1]);
	return (&spi_table[in_hash(tdb_key, (u_int64_t)h << 32 | spi,
	    rdomain << 8 | sproto) & tdb_mask]);
}

static struct tdb_bucket *
dst_bucket(u_int rdomain, const struct ipsec_addr *dst, u_int8_t sproto)
{
	u_int32_t	 h;

	h = in_hash(tdb_key, dst->ia_words[0], dst->ia_words[1]);
	return (&dst_table[in_hash(tdb_key, h, rdomain << 8 | sproto) &
	    tdb_mask]);
}

static void
tdb_hang(struct tdb *tdb)
{
	LIST_INSERT_HEAD(spi_bucket(tdb->tdb_rdomain, tdb->tdb_spi,
	    &tdb->tdb_dst, tdb->tdb_sproto), tdb, tdb_hash);
	LIST_INSERT_HEAD(dst_bucket(tdb->tdb_rdomain, &tdb->tdb_dst,
	    tdb->tdb_sproto), tdb, tdb_dhash);
}

/* Twice the room; without memory, chains grow instead. */
static void
tables_grow(void)
{
	struct tdb_bucket	*spi, *dst;
	struct tdb		*tdb;
	u_int			 n = tdb_mask + 1;

	spi = table_alloc(n * 2);
	dst = table_alloc(n * 2);
	if (spi == NULL || dst == NULL) {
		free(spi, M_TDB, n * 2 * sizeof(*spi));
		free(dst, M_TDB, n * 2 * sizeof(*dst));
		return;
	}
	free(spi_table, M_TDB, n * sizeof(*spi));
	free(dst_table, M_TDB, n * sizeof(*dst));
	spi_table = spi;
	dst_table = dst;
	tdb_mask = n * 2 - 1;
	/* Oldest first, so that the newest ends up in front. */
	TAILQ_FOREACH(tdb, &tdb_all, tdb_list)
		tdb_hang(tdb);
}

/*
 * A new SA of a routing domain, larval, in no table, with one reference; NULL
 * without memory.
 */
struct tdb *
tdb_alloc(u_int rdomain)
{
	struct tdb	*tdb;

	if ((tdb = pool_get(&tdb_pool, PR_NOWAIT | PR_ZERO)) == NULL)
		return (NULL);
	tdb->tdb_refs = 1;
	tdb->tdb_rdomain = tdb->tdb_rdomain_post = rdomain;
	tdb->tdb_established = gettime();
	tdb->tdb_added_ns = getnsecuptime();
	TAILQ_INIT(&tdb->tdb_policies);
	return (tdb);
}

static void
key_free(u_int8_t *key, u_int len)
{
	if (key == NULL)
		return;
	explicit_bzero(key, len);
	free(key, M_XDATA, len);
}

static void
tdb_free(struct tdb *tdb)
{
	KASSERT(TAILQ_EMPTY(&tdb->tdb_policies));
	ipsec_alg_close(tdb);
	key_free(tdb->tdb_amxkey, tdb->tdb_amxkeylen);
	key_free(tdb->tdb_emxkey, tdb->tdb_emxkeylen);
	free(tdb->tdb_replay, M_TDB, sizeof(*tdb->tdb_replay));
	free(tdb->tdb_filter, M_TDB, sizeof(*tdb->tdb_filter));
	if (tdb->tdb_tagname != NULL)
		free(tdb->tdb_tagname, M_TDB, strlen(tdb->tdb_tagname) + 1);
	ipsec_ids_put(tdb->tdb_ids);
	route_flush(&tdb->tdb_route);
	pool_put(&tdb_pool, tdb);
}

struct tdb *
tdb_ref(struct tdb *tdb)
{
	tdb->tdb_refs++;
	return (tdb);
}

/* Give a reference back; the last one wipes the keys.  NULL is nothing. */
void
tdb_unref(struct tdb *tdb)
{
	if (tdb != NULL && --tdb->tdb_refs == 0)
		tdb_free(tdb);
}

/* May packets go through it? */
int
tdb_usable(const struct tdb *tdb)
{
	return (tdb->tdb_state == SADB_SASTATE_MATURE ||
	    tdb->tdb_state == SADB_SASTATE_DYING);
}

/*
 * The SA of that name (SPI in network order), in whatever state; NULL if
 * there is none.  No reference is taken.
 */
struct tdb *
tdb_find(u_int rdomain, u_int32_t spi, const struct ipsec_addr *dst,
    u_int8_t sproto)
{
	struct tdb	*tdb;

	LIST_FOREACH(tdb, spi_bucket(rdomain, spi, dst, sproto), tdb_hash)
		if (tdb->tdb_spi == spi && tdb->tdb_sproto == sproto &&
		    tdb->tdb_rdomain == rdomain &&
		    ipsec_addr_eq(&tdb->tdb_dst, dst))
			return (tdb);
	return (NULL);
}

/*
 * The newest usable SA that leads to dst and suits a flow: its identities
 * (or NULL), its own end src (or family 0), its selectors.
 */
struct tdb *
tdb_find_for(u_int rdomain, const struct ipsec_addr *dst, u_int8_t sproto,
    const struct ipsec_ids *ids, const struct ipsec_addr *src,
    const struct ipsec_sel *sel)
{
	struct tdb	*tdb;

	LIST_FOREACH(tdb, dst_bucket(rdomain, dst, sproto), tdb_dhash) {
		if (!tdb_usable(tdb) || tdb->tdb_sproto != sproto ||
		    tdb->tdb_rdomain != rdomain ||
		    (tdb->tdb_flags & TDBF_IFACE) ||
		    !ipsec_addr_eq(&tdb->tdb_dst, dst))
			continue;
		if (!ipsec_addr_any(src) && !ipsec_addr_any(&tdb->tdb_src) &&
		    !ipsec_addr_eq(src, &tdb->tdb_src))
			continue;
		if (!ipsec_ids_match(ids, tdb->tdb_ids))
			continue;
		if (tdb->tdb_filter != NULL &&
		    !ipsec_sel_covers(tdb->tdb_filter, sel))
			continue;
		return (tdb);
	}
	return (NULL);
}

/*
 * The newest usable tunnel of IPcomp from src to dst that is no other SA's
 * inside; or NULL.
 */
struct tdb *
tdb_find_ipcomp(u_int rdomain, const struct ipsec_addr *src,
    const struct ipsec_addr *dst)
{
	struct tdb	*tdb;

	LIST_FOREACH(tdb, dst_bucket(rdomain, dst, IPPROTO_IPCOMP), tdb_dhash)
		if (tdb_usable(tdb) && tdb->tdb_sproto == IPPROTO_IPCOMP &&
		    tdb->tdb_rdomain == rdomain &&
		    (tdb->tdb_flags & (TDBF_TUNNELING | TDBF_IFACE)) ==
		    TDBF_TUNNELING &&
		    tdb->tdb_inext == NULL && tdb->tdb_onext == NULL &&
		    ipsec_addr_eq(&tdb->tdb_dst, dst) &&
		    ipsec_addr_eq(&tdb->tdb_src, src))
			return (tdb);
	return (NULL);
}

/*
 * The newest usable SA of a unit of sec(4), in that direction; or NULL.
 */
struct tdb *
tdb_find_iface(u_int unit, u_int8_t dir)
{
	struct tdb	*tdb;

	TAILQ_FOREACH_REVERSE(tdb, &tdb_ifaces, tdb_head, tdb_iflist)
		if (tdb->tdb_iface == unit && tdb->tdb_iface_dir == dir &&
		    tdb_usable(tdb))
			return (tdb);
	return (NULL);
}

/*
 * Does an SA send ESP in UDP to that port (network order) of dst?
 */
int
tdb_leads_to(u_int rdomain, const struct ipsec_addr *dst, u_int16_t port)
{
	struct tdb	*tdb;
	u_int16_t	 p;

	LIST_FOREACH(tdb, dst_bucket(rdomain, dst, IPPROTO_ESP), tdb_dhash) {
		p = tdb->tdb_udpencap_port != 0 ? tdb->tdb_udpencap_port :
		    htons(udpencap_port);
		if ((tdb->tdb_flags & TDBF_UDPENCAP) && p == port &&
		    tdb->tdb_rdomain == rdomain &&
		    ipsec_addr_eq(&tdb->tdb_dst, dst))
			return (1);
	}
	return (0);
}

/*
 * An SPI between two bounds (host order) that no SA to dst has, stored in
 * network order.  0, or EEXIST.
 */
int
tdb_reserve_spi(u_int rdomain, u_int32_t min, u_int32_t max,
    const struct ipsec_addr *dst, u_int8_t sproto, u_int32_t *spip)
{
	u_int32_t	 span = max - min, spi;
	u_int		 i;

	for (i = 0; i < SPI_TRIES; i++) {
		/* Small ranges are gone through, large ones guessed at. */
		if (span < SPI_TRIES) {
			if (i > span)
				break;
			spi = min + i;
		} else if (span == UINT32_MAX)
			spi = arc4random();
		else
			spi = min + arc4random_uniform(span + 1);
		spi = htonl(spi);
		if (tdb_find(rdomain, spi, dst, sproto) == NULL) {
			*spip = spi;
			return (0);
		}
	}
	return (EEXIST);
}

/*
 * Put an SA into the database, which takes over the caller's reference; no
 * other of its name is there.
 */
void
tdb_insert(struct tdb *tdb)
{
	if (tdb_count > tdb_mask)
		tables_grow();
	tdb_hang(tdb);
	TAILQ_INSERT_TAIL(&tdb_all, tdb, tdb_list);
	tdb_count++;
	tdb_generation++;
	ipsecstat.ipsec_tunnels++;
	if (tdb->tdb_flags & TDBF_IFACE) {
		TAILQ_INSERT_TAIL(&tdb_ifaces, tdb, tdb_iflist);
		ipsec_in_use++;
	}
	tdb_life_start(tdb);
}

static void
tdb_unchain(struct tdb *tdb)
{
	if (tdb->tdb_onext != NULL)
		tdb->tdb_onext->tdb_inext = NULL;
	if (tdb->tdb_inext != NULL)
		tdb->tdb_inext->tdb_onext = NULL;
	tdb->tdb_onext = tdb->tdb_inext = NULL;
}

/*
 * Take an SA out of the database: nothing finds it any more, packets under
 * way in it are dropped, and its flows look for another.
 */
void
tdb_delete(struct tdb *tdb)
{
	KASSERT(tdb->tdb_state != SADB_SASTATE_DEAD);
	tdb->tdb_state = SADB_SASTATE_DEAD;
	LIST_REMOVE(tdb, tdb_hash);
	LIST_REMOVE(tdb, tdb_dhash);
	TAILQ_REMOVE(&tdb_all, tdb, tdb_list);
	tdb_count--;
	tdb_generation++;
	ipsecstat.ipsec_prevtunnels++;
	if (tdb->tdb_flags & TDBF_IFACE) {
		TAILQ_REMOVE(&tdb_ifaces, tdb, tdb_iflist);
		ipsec_in_use--;
	}
	tdb_unchain(tdb);
	spd_tdb_gone(tdb);
	tdb_life_stop(tdb);
	tdb_unref(tdb);
}

/*
 * An SA leads to another address from now on (which may be the old one), or
 * something else that flows look at has changed.
 */
void
tdb_move(struct tdb *tdb, const struct ipsec_addr *dst)
{
	struct ipsec_addr	 a = *dst;

	spd_tdb_gone(tdb);
	LIST_REMOVE(tdb, tdb_hash);
	LIST_REMOVE(tdb, tdb_dhash);
	tdb->tdb_dst = a;
	tdb->tdb_noflow = 0;
	tdb_hang(tdb);
	tdb_generation++;
}

/* The SA of the chain that is applied first. */
struct tdb *
tdb_chain_head(struct tdb *tdb)
{
	u_int	 n = 0;

	while (tdb->tdb_inext != NULL && n++ < IPSEC_MAXCHAIN)
		tdb = tdb->tdb_inext;
	return (tdb);
}

/* Compression comes first, then encryption, then authentication. */
static int
chain_rank(const struct tdb *tdb)
{
	switch (tdb->tdb_sproto) {
	case IPPROTO_IPCOMP:
		return (0);
	case IPPROTO_AH:
		return (2);
	default:
		return (1);
	}
}

/*
 * Chain two SAs: packets go through both.  The order is that of RFC 4301 and
 * 3173 whatever the arguments' is, but for two of one rank.  0; EINVAL when
 * they are the same or it would be a circle; EEXIST when one has that
 * neighbour already; E2BIG when the chain would be too long.
 */
int
tdb_chain(struct tdb *a, struct tdb *b)
{
	struct tdb	*t;
	u_int		 n = 1;

	if (a == b)
		return (EINVAL);
	if (chain_rank(a) > chain_rank(b)) {
		t = a;
		a = b;
		b = t;
	}
	if (a->tdb_onext != NULL || b->tdb_inext != NULL)
		return (EEXIST);
	for (t = tdb_chain_head(a); t != a; t = t->tdb_onext)
		n++;
	for (t = b; t != NULL; t = t->tdb_onext) {
		n++;
		if (t == tdb_chain_head(a))
			return (EINVAL);
	}
	if (n > IPSEC_MAXCHAIN)
		return (E2BIG);
	a->tdb_onext = b;
	b->tdb_inext = a;
	tdb_generation++;
	return (0);
}

/*
 * Length of a packet of len bytes, hlen of them IP header, when it has been
 * through the chain that begins with tdb; tunnel says that the first of them
 * puts a header in front.
 */
u_int
tdb_outlen(const struct tdb *tdb, u_int len, u_int hlen, int tunnel)
{
	u_int	 n = 0;

	if (tunnel) {
		hlen = tdb->tdb_dst.ia_af == AF_INET ? sizeof(struct ip) :
		    sizeof(struct ip6_hdr);
		len += hlen;
	}
	for (; tdb != NULL && n++ < IPSEC_MAXCHAIN; tdb = tdb->tdb_onext) {
		switch (tdb->tdb_sproto) {
		case IPPROTO_ESP:
			len = hlen + ESP_HLEN + tdb->tdb_ivlen +
			    roundup(len - hlen + ESP_TRAILER,
			    tdb->tdb_block) + tdb->tdb_icvlen;
			if (tdb->tdb_flags & TDBF_UDPENCAP)
				len += UDP_HLEN;
			break;
		case IPPROTO_AH:
			len += ah_hdrlen(tdb, tdb->tdb_dst.ia_af);
			break;
		}
		/* IPcomp never makes a packet longer. */
	}
	return (len);
}

/*
 * The largest packet of a family (hlen bytes of header) that fits through
 * the chain without being cut.
 */
u_int
tdb_inmtu(struct tdb *tdb, u_int hlen, int tunnel)
{
	u_int	 mtu = tdb_path_mtu(tdb), len = mtu;

	while (len > hlen && tdb_outlen(tdb, len, hlen, tunnel) > mtu) {
		u_int	 over = tdb_outlen(tdb, len, hlen, tunnel) - mtu;

		/* Padding may make a small step do nothing. */
		len -= MIN(over, len - hlen);
	}
	while (len < mtu && tdb_outlen(tdb, len + 1, hlen, tunnel) <= mtu)
		len++;
	return (len);
}

/* The same, for the curious: of the SA's own mode and family. */
u_int
tdb_mtu(struct tdb *tdb, int af)
{
	return (tdb_inmtu(tdb, af == AF_INET ? sizeof(struct ip) :
	    sizeof(struct ip6_hdr), (tdb->tdb_flags & TDBF_TUNNELING) != 0));
}

/*
 * What the path to the end of the chain carries, bytes; without a route,
 * what any path does.
 */
u_int
tdb_path_mtu(struct tdb *tdb)
{
	struct rtentry	*rt;
	struct ifnet	*ifp;
	u_int		 least, mtu;

	least = tdb->tdb_dst.ia_af == AF_INET ? IP_MSS : IPV6_MMTU;
	rt = ipsec_route(tdb);
	if (!rtisvalid(rt) || (ifp = if_get(rt->rt_ifidx)) == NULL)
		return (least);
	mtu = rt->rt_mtu != 0 ? MIN(rt->rt_mtu, ifp->if_mtu) : ifp->if_mtu;
	if_put(ifp);
	return (mtu);
}
