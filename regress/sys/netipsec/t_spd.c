/*
 * Flows: which one a packet belongs to, against a model that looks at all.
 */
#include "ktipsec.h"

#include <sys/malloc.h>

/* A selector out of few addresses, so that many overlap. */
static void
random_sel(struct ktest_rand *r, struct ipsec_sel *sl)
{
	static const u_int8_t	 lens[] = { 0, 8, 16, 24, 30, 32 };

	memset(sl, 0, sizeof(*sl));
	sl->sl_src.ia_af = sl->sl_dst.ia_af = AF_INET;
	sl->sl_src.ia_v4 = IP(10, ktest_rand_below(r, 2), 0,
	    ktest_rand_below(r, 8));
	sl->sl_dst.ia_v4 = IP(10, ktest_rand_below(r, 2), 1,
	    ktest_rand_below(r, 8));
	sl->sl_splen = lens[ktest_rand_below(r, nitems(lens))];
	sl->sl_dplen = lens[ktest_rand_below(r, nitems(lens))];
	ipsec_addr_mask(&sl->sl_src, sl->sl_splen);
	ipsec_addr_mask(&sl->sl_dst, sl->sl_dplen);
	if (ktest_rand_below(r, 2)) {
		sl->sl_proto = ktest_rand_below(r, 2) ? IPPROTO_UDP :
		    IPPROTO_TCP;
		if (ktest_rand_below(r, 2)) {
			sl->sl_smask = 0xffff;
			sl->sl_sport = htons(ktest_rand_below(r, 3));
		}
		if (ktest_rand_below(r, 2)) {
			sl->sl_dmask = 0xffff;
			sl->sl_dport = htons(ktest_rand_below(r, 3));
		}
	}
}

static void
random_pkt(struct ktest_rand *r, struct ipsec_pkt *pk)
{
	memset(pk, 0, sizeof(*pk));
	pk->pk_src.ia_af = pk->pk_dst.ia_af = AF_INET;
	pk->pk_src.ia_v4 = IP(10, ktest_rand_below(r, 2), 0,
	    ktest_rand_below(r, 8));
	pk->pk_dst.ia_v4 = IP(10, ktest_rand_below(r, 2), 1,
	    ktest_rand_below(r, 8));
	pk->pk_proto = ktest_rand_below(r, 2) ? IPPROTO_UDP : IPPROTO_TCP;
	pk->pk_sport = htons(ktest_rand_below(r, 3));
	pk->pk_dport = htons(ktest_rand_below(r, 3));
	pk->pk_dir = 1 + ktest_rand_below(r, 2);
	pk->pk_opaque = ktest_rand_below(r, 8) == 0;
}

static u_int
bits(const struct ipsec_sel *sl)
{
	return (sl->sl_splen + sl->sl_dplen + (sl->sl_proto ? 8 : 0) +
	    (sl->sl_smask ? 16 : 0) + (sl->sl_dmask ? 16 : 0));
}

/* The most bits of any flow that the packet matches; 0 and NULL: none. */
static struct ipsec_policy *
model(const struct ipsec_pkt *pk)
{
	struct ipsec_policy	*best = NULL, *ipo;

	TAILQ_FOREACH(ipo, &ipo_all, ipo_list) {
		if (ipo->ipo_dir != pk->pk_dir ||
		    !ipsec_sel_matches(&ipo->ipo_sel, pk))
			continue;
		if (pk->pk_opaque && ipo->ipo_type ==
		    SADB_X_FLOW_TYPE_BYPASS && (ipo->ipo_sel.sl_smask ||
		    ipo->ipo_sel.sl_dmask))
			continue;
		if (best == NULL || bits(&ipo->ipo_sel) >
		    bits(&best->ipo_sel) || (bits(&ipo->ipo_sel) ==
		    bits(&best->ipo_sel) && ipo->ipo_sel.sl_splen >
		    best->ipo_sel.sl_splen))
			best = ipo;
	}
	return (best);
}

static void
check(struct ktest_rand *r)
{
	struct ipsec_policy	*got, *want;
	struct ipsec_pkt	 pk;

	random_pkt(r, &pk);
	got = spd_lookup(&pk);
	want = model(&pk);
	KT_EQ(got == NULL, want == NULL);
	if (got == NULL || want == NULL)
		return;
	KT_EQ(bits(&got->ipo_sel), bits(&want->ipo_sel));
	KT_EQ(got->ipo_sel.sl_splen, want->ipo_sel.sl_splen);
	KT_TRUE(ipsec_sel_matches(&got->ipo_sel, &pk));
}

KTEST(model, "the longest match, while flows come and go")
{
	struct ipsec_policy	*ipo;
	struct ktest_rand	 r;
	u_int			 i, j;

	ktest_srand(&r, 4301);
	NET_LOCK();
	for (i = 0; i < 4000; i++) {
		if (ktest_rand_below(&r, 3) != 0 || ipo_count == 0) {
			KT_REQUIRE((ipo = spd_alloc()) != NULL);
			random_sel(&r, &ipo->ipo_sel);
			ipo->ipo_dir = 1 + ktest_rand_below(&r, 2);
			ipo->ipo_type = 1 + ktest_rand_below(&r, 6);
			if (spd_insert(ipo) != 0)
				spd_free(ipo);
		} else {
			j = ktest_rand_below(&r, ipo_count);
			TAILQ_FOREACH(ipo, &ipo_all, ipo_list)
				if (j-- == 0)
					break;
			spd_remove(ipo);
		}
		for (j = 0; j < 8; j++)
			check(&r);
	}
	spd_flush(0);
	KT_EQ(ipo_count, 0);
	KT_EQ(ipsec_in_use, 0);
	NET_UNLOCK();
}

KTEST(many, "10,000 flows of one shape")
{
	struct ipsec_policy	*ipo;
	struct ipsec_pkt	 pk;
	u_int			 i;

	NET_LOCK();
	for (i = 0; i < 10000; i++) {
		KT_REQUIRE((ipo = spd_alloc()) != NULL);
		ipo->ipo_sel.sl_src.ia_af = AF_INET;
		ipo->ipo_sel.sl_dst.ia_af = AF_INET;
		ipo->ipo_sel.sl_dst.ia_v4 = IP(172, 16 + i / 65536,
		    i / 256 % 256, i % 256);
		ipo->ipo_sel.sl_dplen = 32;
		ipo->ipo_dir = IPSP_DIRECTION_OUT;
		ipo->ipo_type = SADB_X_FLOW_TYPE_REQUIRE;
		KT_ERR(0, spd_insert(ipo));
	}
	memset(&pk, 0, sizeof(pk));
	pk.pk_src.ia_af = pk.pk_dst.ia_af = AF_INET;
	pk.pk_src.ia_v4 = IP(10, 0, 0, 1);
	pk.pk_dir = IPSP_DIRECTION_OUT;
	for (i = 0; i < 10000; i++) {
		pk.pk_dst.ia_v4 = IP(172, 16 + i / 65536, i / 256 % 256,
		    i % 256);
		ipo = spd_lookup(&pk);
		KT_REQUIRE(ipo != NULL);
		KT_EQ(ipo->ipo_sel.sl_dst.ia_v4.s_addr,
		    pk.pk_dst.ia_v4.s_addr);
	}
	pk.pk_dst.ia_v4 = IP(172, 17, 0, 1);
	KT_TRUE(spd_lookup(&pk) == NULL);
	spd_flush(0);
	NET_UNLOCK();
}
