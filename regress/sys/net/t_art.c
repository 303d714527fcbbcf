/*
 * The allotment routing table against a model that looks at every prefix.
 */
#include <sys/param.h>
#include <sys/malloc.h>
#include <sys/pool.h>
#include <sys/systm.h>

#include <net/art.h>

#include <ktest.h>

#define NODES	400
#define STEPS	12000

struct model {
	struct art		*mo_art;
	struct art_node		 mo_node[NODES];
	uint8_t			 mo_in[NODES];
	u_int			 mo_alen;
	int			 mo_dense;
	struct ktest_rand	 mo_rand;
};

/* Tables of all trees, but for their roots. */
static u_int
tables(void)
{
	struct pool *pp;

	for (pp = pool_next(NULL); pp != NULL; pp = pool_next(pp)) {
		if (strcmp(pp->pr_wchan, "arttable") == 0)
			return (pp->pr_nout);
	}
	KT_FAIL("no pool of tables");
	return (0);
}

static uint64_t
rand64(struct ktest_rand *kr)
{
	return ((uint64_t)ktest_rand(kr) << 32 | ktest_rand(kr));
}

/* A key; a dense one has few different bits, so that prefixes nest. */
static void
random_key(struct model *mo, struct art_key *key)
{
	key->ak_w[0] = rand64(&mo->mo_rand);
	key->ak_w[1] = rand64(&mo->mo_rand);
	if (mo->mo_dense) {
		key->ak_w[0] &= 0x8040030100300001ULL;
		key->ak_w[1] &= 0xc000000000000003ULL;
	}
	if (mo->mo_alen == 32) {
		key->ak_w[0] &= 0xffffffff00000000ULL;
		key->ak_w[1] = 0;
	}
}

static int
covers(const struct art_node *an, const struct art_key *key)
{
	struct art_key mask;

	art_mask(&mask, an->an_plen);
	return (((an->an_key.ak_w[0] ^ key->ak_w[0]) & mask.ak_w[0]) == 0 &&
	    ((an->an_key.ak_w[1] ^ key->ak_w[1]) & mask.ak_w[1]) == 0);
}

/* Order of a walk: key, then length. */
static int
after(const struct art_node *an, const struct art_key *key, u_int plen)
{
	u_int w;

	for (w = 0; w < 2; w++) {
		if (an->an_key.ak_w[w] != key->ak_w[w])
			return (an->an_key.ak_w[w] > key->ak_w[w]);
	}
	return (an->an_plen > plen);
}

static struct art_node *
model_match(struct model *mo, const struct art_key *key)
{
	struct art_node *best = NULL;
	u_int i;

	for (i = 0; i < NODES; i++) {
		if (mo->mo_in[i] && covers(&mo->mo_node[i], key) &&
		    (best == NULL || mo->mo_node[i].an_plen > best->an_plen))
			best = &mo->mo_node[i];
	}
	return (best);
}

static struct art_node *
model_next(struct model *mo, const struct art_node *top,
    const struct art_key *key, u_int plen)
{
	struct art_node *an, *best = NULL;
	u_int i;

	for (i = 0; i < NODES; i++) {
		an = &mo->mo_node[i];
		if (!mo->mo_in[i] || !after(an, key, plen))
			continue;
		if (top != NULL && (an->an_plen < top->an_plen ||
		    !covers(top, &an->an_key)))
			continue;
		if (best == NULL || !after(an, &best->an_key, best->an_plen))
			best = an;
	}
	return (best);
}

static void
model_flip(struct model *mo, u_int i)
{
	struct art_node *an = &mo->mo_node[i], *in;
	struct art_key key;

	if (mo->mo_in[i]) {
		art_remove(mo->mo_art, an);
		mo->mo_in[i] = 0;
		return;
	}
	random_key(mo, &key);
	art_node_set(an, &key, ktest_rand_below(&mo->mo_rand,
	    mo->mo_alen + 1));
	in = art_insert(mo->mo_art, an);
	KT_REQUIRE(in != NULL);
	mo->mo_in[i] = in == an;
	if (in != an) {
		KT_EQ(in->an_plen, an->an_plen);
		KT_MEMEQ(&in->an_key, &an->an_key, sizeof(an->an_key));
	}
}

static void
model_compare(struct model *mo)
{
	struct art_node *an = &mo->mo_node[ktest_rand_below(&mo->mo_rand,
	    NODES)], top;
	struct art_key key;
	u_int plen;

	random_key(mo, &key);
	if (ktest_rand_below(&mo->mo_rand, 2))
		key = an->an_key;
	plen = ktest_rand_below(&mo->mo_rand, mo->mo_alen + 1);
	KT_PTREQ(art_match(mo->mo_art, &key), model_match(mo, &key));
	KT_PTREQ(art_next(mo->mo_art, &key, plen),
	    model_next(mo, NULL, &key, plen));
	if (mo->mo_in[an - mo->mo_node])
		KT_PTREQ(art_lookup(mo->mo_art, &an->an_key, an->an_plen), an);
	art_node_set(&top, &key, plen);
	KT_PTREQ(art_next_under(mo->mo_art, &top.an_key, top.an_plen,
	    &top.an_key, top.an_plen),
	    model_next(mo, &top, &top.an_key, top.an_plen));
}

static void
model_run(u_int alen, int dense)
{
	struct model *mo;
	u_int i, n = 0, step, was = tables();

	mo = malloc(sizeof(*mo), M_TEST, M_WAITOK | M_ZERO);
	ktest_srand(&mo->mo_rand, 4271 + alen + dense);
	mo->mo_alen = alen;
	mo->mo_dense = dense;
	mo->mo_art = art_alloc(alen);
	KT_REQUIRE(mo->mo_art != NULL);
	KT_PTREQ(art_first(mo->mo_art), NULL);
	for (step = 0; step < STEPS; step++) {
		model_flip(mo, ktest_rand_below(&mo->mo_rand, NODES));
		if (step % 8 == 0)
			model_compare(mo);
	}
	for (i = 0; i < NODES; i++)
		n += mo->mo_in[i];
	KT_EQ(art_count(mo->mo_art), n);
	for (i = 0; i < NODES; i++) {
		if (mo->mo_in[i])
			model_flip(mo, i);
	}
	KT_EQ(art_count(mo->mo_art), 0);
	KT_EQ(tables(), was);
	KT_PTREQ(art_first(mo->mo_art), NULL);
	art_free(mo->mo_art);
	free(mo, M_TEST, sizeof(*mo));
}

KTEST(model4, "IPv4 prefixes, spread, agree with the model")
{
	model_run(32, 0);
}

KTEST(model4_dense, "IPv4 prefixes, nested, agree with the model")
{
	model_run(32, 1);
}

KTEST(model6, "IPv6 prefixes, spread, agree with the model")
{
	model_run(128, 0);
}

KTEST(model6_dense, "IPv6 prefixes, nested, agree with the model")
{
	model_run(128, 1);
}

/* An IPv4 prefix of a table of tests. */
static void
prefix(struct art_node *an, uint32_t addr, u_int plen)
{
	struct art_key key = { { (uint64_t)addr << 32, 0 } };

	art_node_set(an, &key, plen);
}

KTEST(edges, "no bit, all bits, and the ends of the address space")
{
	static const struct {
		uint32_t	addr;
		u_int		plen;
	} t[] = {
		{ 0, 0 }, { 0, 1 }, { 0x80000000, 1 }, { 0, 32 },
		{ 0xffffffff, 32 }, { 0xfffffffe, 31 }, { 0xff000000, 8 },
		{ 0x0a000000, 7 }, { 0x0a000000, 8 }, { 0x0a000000, 9 },
		{ 0x0a000000, 15 }, { 0x0a000000, 16 }, { 0x0a000000, 17 },
	};
	struct art_node an[nitems(t)], again;
	struct art_key all = { { 0xffffffffULL << 32, 0 } };
	struct art_key ten = { { 0x0a000001ULL << 32, 0 } };
	struct art_key none = { { 0, 0 } };
	struct art *ar;
	u_int i, was = tables();

	ar = art_alloc(32);
	KT_REQUIRE(ar != NULL);
	for (i = 0; i < nitems(t); i++) {
		prefix(&an[i], t[i].addr, t[i].plen);
		KT_PTREQ(art_insert(ar, &an[i]), &an[i]);
	}
	for (i = 0; i < nitems(t); i++) {
		KT_CASE("%08x/%u", t[i].addr, t[i].plen);
		prefix(&again, t[i].addr, t[i].plen);
		KT_PTREQ(art_insert(ar, &again), &an[i]);
		KT_PTREQ(art_lookup(ar, &an[i].an_key, t[i].plen), &an[i]);
	}
	KT_CASE("matches");
	KT_PTREQ(art_match(ar, &none), &an[3]);
	KT_PTREQ(art_match(ar, &all), &an[4]);
	KT_PTREQ(art_match(ar, &ten), &an[12]);
	KT_PTREQ(art_lookup(ar, &ten, 32), NULL);
	KT_PTREQ(art_lookup(ar, &none, 2), NULL);
	for (i = nitems(t); i-- > 0; )
		art_remove(ar, &an[i]);
	KT_EQ(tables(), was);
	KT_PTREQ(art_match(ar, &ten), NULL);
	art_free(ar);
}

KTEST(resize, "a tree that grows large and small again loses nothing")
{
	static uint8_t twice[6000];
	const u_int n = nitems(twice);
	struct art_node *an, *next;
	struct art_key key = { { 0, 0 } };
	struct art *ar;
	u_int count = 0, i;
	int bad = 0;

	ar = art_alloc(32);
	an = mallocarray(n, sizeof(*an), M_TEST, M_WAITOK | M_ZERO);
	memset(twice, 0, sizeof(twice));
	for (i = 0; i < n; i++) {
		prefix(&an[i], 0x0a000000 + i * 0x1357, 8 + i % 25);
		if (art_insert(ar, &an[i]) == &an[i])
			count++;
		else
			twice[i] = 1;
	}
	KT_EQ(art_count(ar), count);
	for (i = 0; i < n; i++) {
		next = art_lookup(ar, &an[i].an_key, an[i].an_plen);
		bad += next == NULL || (!twice[i] &&
		    next != &an[i]);
	}
	KT_EQ(bad, 0);
	for (i = 0; i < n; i++) {
		if (twice[i])
			continue;
		key = an[i].an_key;
		art_remove(ar, &an[i]);
		bad += art_lookup(ar, &key, an[i].an_plen) != NULL;
		bad += art_count(ar) != --count;
	}
	KT_EQ(bad, 0);
	KT_EQ(count, 0);
	free(an, M_TEST, n * sizeof(*an));
	art_free(ar);
}

KTEST(replace, "another node in the place of one, and what it covers")
{
	struct art_node an[4], new[4];
	static const u_int plen[] = { 0, 6, 8, 24 };
	struct art_key key = { { 0x0a000001ULL << 32, 0 } };
	struct art *ar;
	u_int i;

	ar = art_alloc(32);
	for (i = 0; i < nitems(an); i++) {
		prefix(&an[i], i == 0 ? 0 : 0x0a000000, plen[i]);
		prefix(&new[i], i == 0 ? 0 : 0x0a000000, plen[i]);
		KT_PTREQ(art_insert(ar, &an[i]), &an[i]);
	}
	for (i = 0; i < nitems(an); i++) {
		art_replace(ar, &an[i], &new[i]);
		KT_PTREQ(art_lookup(ar, &an[i].an_key, plen[i]), &new[i]);
	}
	KT_EQ(art_count(ar), nitems(an));
	for (i = nitems(an); i-- > 0; ) {
		KT_PTREQ(art_match(ar, &key), &new[i]);
		art_remove(ar, &new[i]);
	}
	KT_PTREQ(art_match(ar, &key), NULL);
	art_free(ar);
}

KTEST(walk_changes, "a walk goes on when what it stood on is gone")
{
	struct art_node an[64], *p;
	struct art_key key;
	struct art *ar;
	u_int i, plen, seen = 0;

	ar = art_alloc(32);
	for (i = 0; i < nitems(an); i++) {
		prefix(&an[i], i << 26 | i << 8, 16 + i % 17);
		KT_PTREQ(art_insert(ar, &an[i]), &an[i]);
	}
	for (p = art_first(ar); p != NULL; p = art_next(ar, &key, plen)) {
		key = p->an_key;
		plen = p->an_plen;
		art_remove(ar, p);
		seen++;
	}
	KT_EQ(seen, nitems(an));
	KT_EQ(art_count(ar), 0);
	art_free(ar);
}

KTEST(keys, "addresses to keys and back")
{
	static const uint8_t a4[] = { 10, 1, 2, 3 };
	uint8_t a6[16], out[16];
	struct art_key key, mask;
	u_int i;

	art_key_set(&key, a4, sizeof(a4));
	KT_EQ(key.ak_w[0], 0x0a01020300000000ULL);
	KT_EQ(key.ak_w[1], 0);
	art_key_get(&key, out, sizeof(a4));
	KT_MEMEQ(out, a4, sizeof(a4));
	for (i = 0; i < sizeof(a6); i++)
		a6[i] = 0x20 + i;
	art_key_set(&key, a6, sizeof(a6));
	KT_EQ(key.ak_w[1], 0x28292a2b2c2d2e2fULL);
	art_key_get(&key, out, sizeof(a6));
	KT_MEMEQ(out, a6, sizeof(a6));
	art_mask(&mask, 0);
	KT_EQ(mask.ak_w[0] | mask.ak_w[1], 0);
	art_mask(&mask, 64);
	KT_EQ(mask.ak_w[0], UINT64_MAX);
	KT_EQ(mask.ak_w[1], 0);
	art_mask(&mask, 65);
	KT_EQ(mask.ak_w[1], 1ULL << 63);
	art_mask(&mask, 128);
	KT_EQ(mask.ak_w[1], UINT64_MAX);
}
