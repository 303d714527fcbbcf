/*
 * Allowed IPs: chosen prefixes, and agreement with a list that is searched
 * from end to end.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/endian.h>
#include <sys/malloc.h>
#include <sys/socket.h>

#include <netwg/wg_aip.h>

#include <ktest.h>

#define OWNERS	5
#define PREFIXES 200
#define ROUNDS	4000

struct owner {
	struct aip_list	 o_list;
};

static struct owner	 owners[OWNERS];

static void
owners_init(void)
{
	int	 i;

	for (i = 0; i < OWNERS; i++)
		TAILQ_INIT(&owners[i].o_list);
}

static uint32_t
v4(u_int a, u_int b, u_int c, u_int d)
{
	return (htobe32(a << 24 | b << 16 | c << 8 | d));
}

static int
add4(struct aip_table *t, int o, uint32_t addr, u_int cidr)
{
	void	*robbed;

	return (aip_add(t, &owners[o].o_list, &owners[o], &addr, cidr,
	    &robbed));
}

static int
owner4(struct aip_table *t, uint32_t addr)
{
	struct owner	*o = aip_lookup(t, &addr);

	return (o == NULL ? -1 : (int)(o - owners));
}

KTEST(chosen, "the longest prefix decides; one prefix has one owner")
{
	struct aip_table	 t;
	uint32_t		 addr = v4(10, 1, 2, 0);
	void			*robbed;

	owners_init();
	aip_init(&t, AF_INET);
	KT_EQ(owner4(&t, v4(10, 0, 0, 1)), -1);
	KT_ERR(0, add4(&t, 0, v4(0, 0, 0, 0), 0));
	KT_ERR(0, add4(&t, 1, v4(10, 0, 0, 0), 8));
	KT_ERR(0, add4(&t, 2, v4(10, 1, 2, 3), 24));
	KT_ERR(0, add4(&t, 3, v4(10, 1, 2, 4), 32));
	KT_ERR(EINVAL, add4(&t, 3, v4(10, 1, 2, 4), 33));
	KT_EQ(t.at_count, 4);
	KT_EQ(owner4(&t, v4(192, 0, 2, 1)), 0);
	KT_EQ(owner4(&t, v4(10, 9, 9, 9)), 1);
	KT_EQ(owner4(&t, v4(10, 1, 2, 3)), 2);
	KT_EQ(owner4(&t, v4(10, 1, 2, 4)), 3);
	KT_EQ(owner4(&t, v4(10, 1, 2, 5)), 2);
	KT_PTREQ(aip_exact(&t, &addr, 24), &owners[2]);
	KT_PTREQ(aip_exact(&t, &addr, 23), NULL);

	KT_ERR(0, aip_add(&t, &owners[4].o_list, &owners[4], &addr, 24,
	    &robbed));
	KT_PTREQ(robbed, &owners[2]);
	KT_TRUE(TAILQ_EMPTY(&owners[2].o_list));
	KT_EQ(owner4(&t, v4(10, 1, 2, 3)), 4);
	KT_ERR(0, aip_add(&t, &owners[4].o_list, &owners[4], &addr, 24,
	    &robbed));
	KT_PTREQ(robbed, NULL);

	aip_remove_all(&t, &owners[4].o_list);
	KT_EQ(owner4(&t, v4(10, 1, 2, 3)), 1);
	KT_EQ(owner4(&t, v4(10, 1, 2, 4)), 3);
	aip_remove_all(&t, &owners[0].o_list);
	aip_remove_all(&t, &owners[1].o_list);
	aip_remove_all(&t, &owners[3].o_list);
	KT_PTREQ(t.at_root, NULL);
	KT_EQ(t.at_count, 0);
}

/* The model: a list of prefixes. */
struct prefix {
	uint8_t		 p_addr[AIP_ADDR_MAX];
	u_int		 p_cidr;
	int		 p_owner;	/* -1: free */
};

static int
model_covers(const struct prefix *p, const uint8_t *addr)
{
	u_int	 i;

	for (i = 0; i < p->p_cidr; i++)
		if (((p->p_addr[i / 8] ^ addr[i / 8]) >> (7 - i % 8)) & 1)
			return (0);
	return (1);
}

static int
model_lookup(const struct prefix *p, const uint8_t *addr)
{
	int	 best = -1, i, owner = -1;

	for (i = 0; i < PREFIXES; i++)
		if (p[i].p_owner != -1 && (int)p[i].p_cidr > best &&
		    model_covers(&p[i], addr)) {
			best = p[i].p_cidr;
			owner = p[i].p_owner;
		}
	return (owner);
}

static void
model_add(struct prefix *p, const uint8_t *addr, u_int cidr, int owner)
{
	int	 i, empty = -1;

	for (i = 0; i < PREFIXES; i++) {
		if (p[i].p_owner == -1)
			empty = i;
		else if (p[i].p_cidr == cidr && model_covers(&p[i], addr)) {
			p[i].p_owner = owner;
			return;
		}
	}
	KT_REQUIRE(empty != -1);
	memcpy(p[empty].p_addr, addr, AIP_ADDR_MAX);
	p[empty].p_cidr = cidr;
	p[empty].p_owner = owner;
}

/* Addresses that share much, so that prefixes lie in one another. */
static void
random_addr(struct ktest_rand *kr, uint8_t *addr, u_int len)
{
	u_int	 i;

	for (i = 0; i < len; i++)
		addr[i] = ktest_rand_below(kr, 3) == 0 ?
		    ktest_rand(kr) & 0x81 : 0;
}

static void
against_model(int af, uint64_t seed)
{
	struct aip_table	 t;
	struct ktest_rand	 kr;
	struct prefix		*model;
	struct owner		*o;
	uint8_t			 addr[AIP_ADDR_MAX] = { 0 };
	u_int			 cidr, i, len = af == AF_INET ? 4 : 16;
	u_int			 j, n;
	void			*robbed;

	owners_init();
	aip_init(&t, af);
	ktest_srand(&kr, seed);
	model = mallocarray(PREFIXES, sizeof(*model), M_TEMP, M_WAITOK);
	for (i = 0; i < PREFIXES; i++)
		model[i].p_owner = -1;
	for (i = 0; i < ROUNDS; i++) {
		random_addr(&kr, addr, len);
		n = ktest_rand_below(&kr, OWNERS);
		if (ktest_rand_below(&kr, 40) == 0 || t.at_count >=
		    PREFIXES - 1) {
			aip_remove_all(&t, &owners[n].o_list);
			for (j = 0; j < PREFIXES; j++)
				if (model[j].p_owner == (int)n)
					model[j].p_owner = -1;
		} else if (ktest_rand_below(&kr, 3) == 0) {
			cidr = ktest_rand_below(&kr, len * 8 + 1);
			KT_ERR(0, aip_add(&t, &owners[n].o_list, &owners[n],
			    addr, cidr, &robbed));
			model_add(model, addr, cidr, n);
		}
		random_addr(&kr, addr, len);
		o = aip_lookup(&t, addr);
		KT_CASE("round %u", i);
		if (!KT_EQ(o == NULL ? -1 : o - owners,
		    model_lookup(model, addr)))
			break;
	}
	for (n = 0; n < OWNERS; n++)
		aip_remove_all(&t, &owners[n].o_list);
	KT_PTREQ(t.at_root, NULL);
	free(model, M_TEMP, PREFIXES * sizeof(*model));
}

KTEST(model4, "IPv4 prefixes come and go as in a list")
{
	against_model(AF_INET, 791);
}

KTEST(model6, "IPv6 prefixes come and go as in a list")
{
	against_model(AF_INET6, 8200);
}

#define HOSTS	3000

/* The node of a single address that an owner has. */
static struct aip *
aip_of(int o, uint32_t addr)
{
	struct aip	*a;

	TAILQ_FOREACH(a, &owners[o].o_list, a_entry)
		if (a->a_cidr == 32 && memcmp(a->a_addr, &addr, 4) == 0)
			break;
	KT_REQUIRE(a != NULL);
	return (a);
}

/* Is the owner of each the one that was remembered? */
static void
hosts_check(struct aip_table *t, const int *owner)
{
	u_int	 i, wrong = 0;

	for (i = 0; i < HOSTS; i++)
		wrong += owner4(t, v4(10, 0, i >> 8, i)) != owner[i];
	KT_EQ(wrong, 0);
}

KTEST(hosts, "many single addresses come, change hands and go")
{
	struct aip_table	 t;
	struct ktest_rand	 kr;
	static int		 owner[HOSTS];
	u_int			 i, n, round;
	uint32_t		 addr;

	owners_init();
	aip_init(&t, AF_INET);
	ktest_srand(&kr, 7);
	KT_ERR(0, add4(&t, 0, v4(10, 0, 0, 0), 16));
	for (i = 0; i < HOSTS; i++)
		owner[i] = 0;
	for (round = 0; round < 20; round++) {
		for (n = 0; n < HOSTS / 2; n++) {
			i = ktest_rand_below(&kr, HOSTS);
			addr = v4(10, 0, i >> 8, i);
			if (aip_exact(&t, &addr, 32) == NULL ||
			    ktest_rand_below(&kr, 2) == 0) {
				owner[i] = ktest_rand_below(&kr, OWNERS);
				KT_ERR(0, add4(&t, owner[i], addr, 32));
			} else {
				aip_remove(&t, aip_of(owner[i], addr));
				owner[i] = 0;
			}
		}
		hosts_check(&t, owner);
	}
	for (i = 0; i < OWNERS; i++)
		aip_remove_all(&t, &owners[i].o_list);
	KT_EQ(t.at_count, 0);
	KT_PTREQ(t.at_hosts.h_slots, NULL);
}
