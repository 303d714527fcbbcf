/*
 * PF_KEY: what each message is answered by, who hears of it, and what is left
 * behind when something lacks: nothing.
 */
#include "ktipsec.h"

#include <sys/malloc.h>
#include <sys/proc.h>
#include <sys/protosw.h>
#include <sys/socketvar.h>
#include <sys/syscall.h>
#include <sys/sysctl.h>

#include <net/rtable.h>

#include "../kern/ktuser.h"

#define US	IP(192, 0, 2, 1)
#define PEER	IP(192, 0, 2, 2)
#define OTHER	IP(192, 0, 2, 3)

/* All that there is: SAs and flows, and all that PF_KEY says of them. */
struct everything {
	u_int		 e_tdbs, e_flows;
	uint64_t	 e_generation, e_sum;
};

static uint64_t
sum(const void *p, u_int len, uint64_t h)
{
	const uint8_t	*b = p;

	while (len-- > 0)
		h = (h ^ *b++) * 0x100000001b3ULL;
	return (h);
}

static struct everything
everything(void)
{
	struct everything	 e = { tdb_count, ipo_count, tdb_generation,
				    14695981039346656037ULL };
	struct pfkey_out	*po;
	struct ipsec_policy	*ipo;
	struct sadb_msg		 hdr;
	struct tdb		*tdb;

	memset(&hdr, 0, sizeof(hdr));
	NET_LOCK();
	TAILQ_FOREACH(tdb, &tdb_all, tdb_list) {
		po = pfkey_begin(&hdr);
		pfkey_put_tdb(po, tdb, PFKEY_TDB_KEYS | PFKEY_TDB_ALL);
		e.e_sum = sum(po->po_buf, po->po_len, e.e_sum);
	}
	TAILQ_FOREACH(ipo, &ipo_all, ipo_list) {
		po = pfkey_begin(&hdr);
		pfkey_put_policy(po, ipo);
		e.e_sum = sum(po->po_buf, po->po_len, e.e_sum);
	}
	NET_UNLOCK();
	return (e);
}

static void
unchanged(const struct everything *was)
{
	struct everything	 is = everything();

	KT_EQ(is.e_tdbs, was->e_tdbs);
	KT_EQ(is.e_flows, was->e_flows);
	KT_EQ(is.e_generation, was->e_generation);
	KT_TRUE(is.e_sum == was->e_sum);
}

static void
addr6(u_int type)
{
	struct sadb_address	*a;
	struct sockaddr_in6	*sin6;

	a = kk_ext(type, sizeof(*a) + sizeof(*sin6));
	sin6 = (struct sockaddr_in6 *)(a + 1);
	sin6->sin6_len = sizeof(*sin6);
	sin6->sin6_family = AF_INET6;
	sin6->sin6_addr.s6_addr[0] = 0xfd;
}

static void
range(uint32_t min, uint32_t max)
{
	struct sadb_spirange	*r;

	r = kk_ext(SADB_EXT_SPIRANGE, sizeof(*r));
	r->sadb_spirange_min = min;
	r->sadb_spirange_max = max;
}

static void
ends(void)
{
	kk_addr(SADB_EXT_ADDRESS_SRC, US, 0);
	kk_addr(SADB_EXT_ADDRESS_DST, PEER, 0);
}

static void
key20(void)
{
	kk_key(SADB_EXT_KEY_ENCRYPT, "0123456789abcdefghij", 20);
}

static void
named(uint32_t spi, uint32_t flags)
{
	kk_sa(spi, 0, SADB_X_EALG_AESGCM16, flags, 64);
	ends();
}

static void
second(uint32_t spi, u_int satype)
{
	struct sadb_protocol	*sp;
	struct sadb_sa		*sa;

	sa = kk_ext(SADB_X_EXT_SA2, sizeof(*sa));
	sa->sadb_sa_spi = htonl(spi);
	kk_addr(SADB_X_EXT_DST2, PEER, 0);
	sp = kk_ext(SADB_X_EXT_SATYPE2, sizeof(*sp));
	sp->sadb_protocol_proto = satype;
}

/*
 * The messages, one after another, of which the SA 0x1001 and a flow from
 * 10.1/16 to 10.2/16 are there.
 */
enum what {
	GETSPI_KIND, GETSPI_NO_RANGE, GETSPI_TURNED, GETSPI_RESERVED,
	GETSPI_FAMILIES, GETSPI_NOBODY, GETSPI_FULL, GETSPI_CPI,
	UPDATE_NONE, UPDATE_LARVAL, UPDATE_KEYS, UPDATE_TAKEN, UPDATE_FAMILY,
	UPDATE_NO_SRC, UPDATE_IFACE,
	ADD_AGAIN, ADD_FAMILIES, ADD_NO_DST, ADD_IPIP, ADD_ESN, ADD_AH_UDP,
	ADD_AH_ENC, ADD_RSVP, ADD_HALF_FILTER, ADD_COMP_KEY, ADD_COMP_SPI,
	ADD_RDOMAIN, ADD_MD5, ADD_3DES,
	DELETE_NONE, DELETE_KIND, DELETE_NO_DST, GET_NONE, GET_KIND, GET_KEY,
	ACQUIRE_NO_ERRNO, REGISTER_0, REGISTER_RSVP, REGISTER_EXT, EXPIRE,
	FLUSH_KIND, DUMP_KIND, DUMP_NONE, PROMISC_2,
	FLOW_NO_MASK, FLOW_NO_TYPE, FLOW_FAMILIES, FLOW_KIND, FLOW_UNSPEC,
	DELFLOW_NONE, DELFLOW_DIRECTION, DELFLOW_PORT,
	GROUP_NONE, GROUP_NONE2, GROUP_SELF, GROUP_NO_SA2,
	ASK_NONE, ASK_NO_POLICY, MAX_WHAT
};

static const struct {
	const char	*name;
	int		 error;
} answers[MAX_WHAT] = {
	[GETSPI_KIND] = { "GETSPI of RSVP", EINVAL },
	[GETSPI_NO_RANGE] = { "GETSPI without a range", EINVAL },
	[GETSPI_TURNED] = { "GETSPI, most below least", EINVAL },
	[GETSPI_RESERVED] = { "GETSPI of a reserved SPI", EINVAL },
	[GETSPI_FAMILIES] = { "GETSPI of two families", EINVAL },
	[GETSPI_NOBODY] = { "GETSPI of no destination", EINVAL },
	[GETSPI_FULL] = { "GETSPI, none is free", EEXIST },
	[GETSPI_CPI] = { "GETSPI of IPcomp beyond 16 bits", EINVAL },
	[UPDATE_NONE] = { "UPDATE of none", ESRCH },
	[UPDATE_LARVAL] = { "UPDATE to larval", EINVAL },
	[UPDATE_KEYS] = { "UPDATE of keys", EINVAL },
	[UPDATE_TAKEN] = { "UPDATE to where one is", EEXIST },
	[UPDATE_FAMILY] = { "UPDATE to another family", EINVAL },
	[UPDATE_NO_SRC] = { "UPDATE without a source", EINVAL },
	[UPDATE_IFACE] = { "UPDATE to sec(4)", EINVAL },
	[ADD_AGAIN] = { "ADD again", EEXIST },
	[ADD_FAMILIES] = { "ADD of two families", EINVAL },
	[ADD_NO_DST] = { "ADD to nobody", EINVAL },
	[ADD_IPIP] = { "ADD of IP in IP", EINVAL },
	[ADD_ESN] = { "ADD with ESN, but no window", EINVAL },
	[ADD_AH_UDP] = { "ADD of AH in UDP", EINVAL },
	[ADD_AH_ENC] = { "ADD of AH with a cipher", EINVAL },
	[ADD_RSVP] = { "ADD of RSVP", EINVAL },
	[ADD_HALF_FILTER] = { "ADD with half of selectors", EINVAL },
	[ADD_COMP_KEY] = { "ADD of IPcomp with a key", EINVAL },
	[ADD_COMP_SPI] = { "ADD of IPcomp beyond 16 bits", EINVAL },
	[ADD_RDOMAIN] = { "ADD of a domain that there is not", EINVAL },
	[ADD_MD5] = { "ADD with HMAC-MD5", EINVAL },
	[ADD_3DES] = { "ADD with 3DES", EINVAL },
	[DELETE_NONE] = { "DELETE of none", ESRCH },
	[DELETE_KIND] = { "DELETE of RSVP", EINVAL },
	[DELETE_NO_DST] = { "DELETE without destination", EINVAL },
	[GET_NONE] = { "GET of none", ESRCH },
	[GET_KIND] = { "GET of no kind", EINVAL },
	[GET_KEY] = { "GET with a key", EINVAL },
	[ACQUIRE_NO_ERRNO] = { "ACQUIRE without an errno", EINVAL },
	[REGISTER_0] = { "REGISTER for no kind", EINVAL },
	[REGISTER_RSVP] = { "REGISTER for RSVP", EINVAL },
	[REGISTER_EXT] = { "REGISTER with an extension", EINVAL },
	[EXPIRE] = { "EXPIRE", EINVAL },
	[FLUSH_KIND] = { "FLUSH of MIP", EINVAL },
	[DUMP_KIND] = { "DUMP of MIP", EINVAL },
	[DUMP_NONE] = { "DUMP of AH, none there", ESRCH },
	[PROMISC_2] = { "X_PROMISC 2", EINVAL },
	[FLOW_NO_MASK] = { "X_ADDFLOW without a mask", EINVAL },
	[FLOW_NO_TYPE] = { "X_ADDFLOW without a type", EINVAL },
	[FLOW_FAMILIES] = { "X_ADDFLOW of two families", EINVAL },
	[FLOW_KIND] = { "X_ADDFLOW of TCP signatures", EINVAL },
	[FLOW_UNSPEC] = { "X_ADDFLOW that requires nothing", EINVAL },
	[DELFLOW_NONE] = { "X_DELFLOW of none", ESRCH },
	[DELFLOW_DIRECTION] = { "X_DELFLOW of the other direction", ESRCH },
	[DELFLOW_PORT] = { "X_DELFLOW with a port", ESRCH },
	[GROUP_NONE] = { "X_GRPSPIS of none", ESRCH },
	[GROUP_NONE2] = { "X_GRPSPIS with none", ESRCH },
	[GROUP_SELF] = { "X_GRPSPIS with itself", EINVAL },
	[GROUP_NO_SA2] = { "X_GRPSPIS of one", EINVAL },
	[ASK_NONE] = { "X_ASKPOLICY about nothing", ESRCH },
	[ASK_NO_POLICY] = { "X_ASKPOLICY without a number", EINVAL },
};

static void
make_getspi(enum what w)
{
	kk_begin(SADB_GETSPI, w == GETSPI_KIND ? SADB_SATYPE_RSVP :
	    w == GETSPI_CPI ? SADB_X_SATYPE_IPCOMP : SADB_SATYPE_ESP);
	if (w == GETSPI_FAMILIES)
		addr6(SADB_EXT_ADDRESS_SRC);
	else
		kk_addr(SADB_EXT_ADDRESS_SRC, US, 0);
	if (w == GETSPI_NOBODY)
		(void)kk_ext(SADB_EXT_ADDRESS_DST, 24);
	else
		kk_addr(SADB_EXT_ADDRESS_DST, PEER, 0);
	switch (w) {
	case GETSPI_NO_RANGE:
		break;
	case GETSPI_TURNED:
		range(0x5001, 0x5000);
		break;
	case GETSPI_RESERVED:
		range(255, 0x5000);
		break;
	case GETSPI_CPI:
		range(65536, 70000);
		break;
	case GETSPI_FULL:
		range(0x1001, 0x1001);
		break;
	default:
		range(0x5000, 0x5001);
	}
}

static void
make_update(enum what w)
{
	struct sadb_sa		*sa;
	struct sadb_x_iface	*i;

	kk_begin(SADB_UPDATE, SADB_SATYPE_ESP);
	if (w == UPDATE_NO_SRC) {
		kk_sa(0x1001, 0, 0, 0, 64);
		kk_addr(SADB_EXT_ADDRESS_DST, PEER, 0);
		return;
	}
	sa = (struct sadb_sa *)(kk_msg.buf + kk_len);
	named(w == UPDATE_NONE ? 0x1002 : 0x1001, 0);
	switch (w) {
	case UPDATE_LARVAL:
		sa->sadb_sa_state = SADB_SASTATE_LARVAL;
		break;
	case UPDATE_KEYS:
		key20();
		break;
	case UPDATE_TAKEN:
		kk_addr(SADB_EXT_ADDRESS_PROXY, OTHER, 0);
		break;
	case UPDATE_FAMILY:
		addr6(SADB_EXT_ADDRESS_PROXY);
		break;
	case UPDATE_IFACE:
		i = kk_ext(SADB_X_EXT_IFACE, sizeof(*i));
		i->sadb_x_iface_direction = IPSP_DIRECTION_IN;
		break;
	default:
		break;
	}
}

static u_int
add_kind(enum what w)
{
	switch (w) {
	case ADD_IPIP:
		return (SADB_X_SATYPE_IPIP);
	case ADD_RSVP:
		return (SADB_SATYPE_RSVP);
	case ADD_AH_UDP:
	case ADD_AH_ENC:
		return (SADB_SATYPE_AH);
	case ADD_COMP_KEY:
	case ADD_COMP_SPI:
		return (SADB_X_SATYPE_IPCOMP);
	default:
		return (SADB_SATYPE_ESP);
	}
}

static void
make_add(enum what w)
{
	struct sadb_x_rdomain	*r;
	uint8_t			 key[24] = { 1 };
	u_int			 auth = 0, enc = SADB_X_EALG_AESGCM16;
	u_int			 kind = add_kind(w);

	if (kind == SADB_SATYPE_AH) {
		auth = SADB_AALG_SHA1HMAC;
		enc = w == ADD_AH_ENC ? SADB_X_EALG_AES : 0;
	} else if (kind == SADB_X_SATYPE_IPCOMP)
		enc = SADB_X_CALG_DEFLATE;
	if (w == ADD_MD5) {
		auth = SADB_AALG_MD5HMAC;
		enc = SADB_X_EALG_AES;
	} else if (w == ADD_3DES) {
		auth = SADB_AALG_SHA1HMAC;
		enc = SADB_EALG_3DESCBC;
	}
	kk_begin(SADB_ADD, kind);
	kk_sa(w == ADD_AGAIN ? 0x1001 : w == ADD_COMP_SPI ? 0x10000 : 0x3001,
	    auth, enc, w == ADD_ESN ? SADB_X_SAFLAGS_ESN : w == ADD_AH_UDP ?
	    SADB_X_SAFLAGS_UDPENCAP : 0, w == ADD_ESN ? 0 : 64);
	if (w == ADD_FAMILIES)
		addr6(SADB_EXT_ADDRESS_SRC);
	if (w == ADD_NO_DST)
		(void)kk_ext(SADB_EXT_ADDRESS_DST, 24);
	else
		kk_addr(SADB_EXT_ADDRESS_DST, PEER, 0);
	if (auth != 0)
		kk_key(SADB_EXT_KEY_AUTH, key, w == ADD_MD5 ? 16 : 20);
	if (enc == SADB_X_EALG_AES)
		kk_key(SADB_EXT_KEY_ENCRYPT, key, 16);
	else if (enc == SADB_EALG_3DESCBC)
		kk_key(SADB_EXT_KEY_ENCRYPT, key, 24);
	else if (kind == SADB_SATYPE_ESP || w == ADD_COMP_KEY)
		key20();
	if (w == ADD_HALF_FILTER) {
		kk_selectors(US, 32, PEER, 32, 0, 0, 0);
		kk_len -= 24 + 8;	/* the destination is cut off */
	}
	if (w == ADD_RDOMAIN) {
		r = kk_ext(SADB_X_EXT_RDOMAIN, sizeof(*r));
		r->sadb_x_rdomain_dom1 = r->sadb_x_rdomain_dom2 = 77;
	}
}

static void
make_flow(enum what w)
{
	kk_begin(w >= DELFLOW_NONE ? SADB_X_DELFLOW : SADB_X_ADDFLOW,
	    w == FLOW_KIND ? SADB_X_SATYPE_TCPSIGNATURE : w == FLOW_UNSPEC ?
	    SADB_SATYPE_UNSPEC : SADB_SATYPE_ESP);
	if (w == FLOW_FAMILIES) {
		kk_addr(SADB_X_EXT_SRC_MASK, US, 0);
		kk_addr(SADB_X_EXT_SRC_FLOW, US, 0);
		addr6(SADB_X_EXT_DST_MASK);
		addr6(SADB_X_EXT_DST_FLOW);
	} else if (w == FLOW_NO_MASK) {
		kk_addr(SADB_X_EXT_SRC_FLOW, US, 0);
		kk_addr(SADB_X_EXT_DST_FLOW, US, 0);
	} else
		kk_selectors(IP(10, 1, 0, 0), 16, w == DELFLOW_NONE ?
		    IP(10, 3, 0, 0) : IP(10, 2, 0, 0), 16,
		    w == DELFLOW_PORT ? IPPROTO_UDP : 0, 0,
		    w == DELFLOW_PORT ? 7 : 0);
	if (w != FLOW_NO_TYPE)
		kk_flowtype(SADB_X_FLOW_TYPE_REQUIRE, w ==
		    DELFLOW_DIRECTION ? IPSP_DIRECTION_IN :
		    IPSP_DIRECTION_OUT);
}

static void
make_group(enum what w)
{
	kk_begin(SADB_X_GRPSPIS, SADB_SATYPE_ESP);
	kk_sa(w == GROUP_NONE ? 0x1002 : 0x1001, 0, 0, 0, 0);
	kk_addr(SADB_EXT_ADDRESS_DST, PEER, 0);
	if (w == GROUP_NONE2)
		second(0x900, SADB_X_SATYPE_IPCOMP);
	else if (w != GROUP_NO_SA2)
		second(0x1001, SADB_SATYPE_ESP);
}

/* Those that are short. */
static void
make_rest(enum what w)
{
	static const struct {
		uint8_t	 type, satype;
	} bare[MAX_WHAT] = {
		[DELETE_KIND] = { SADB_DELETE, SADB_SATYPE_RSVP },
		[DELETE_NONE] = { SADB_DELETE, SADB_SATYPE_ESP },
		[DELETE_NO_DST] = { SADB_DELETE, SADB_SATYPE_ESP },
		[GET_NONE] = { SADB_GET, SADB_SATYPE_ESP },
		[GET_KIND] = { SADB_GET, SADB_SATYPE_UNSPEC },
		[GET_KEY] = { SADB_GET, SADB_SATYPE_ESP },
		[ACQUIRE_NO_ERRNO] = { SADB_ACQUIRE, SADB_SATYPE_ESP },
		[REGISTER_0] = { SADB_REGISTER, SADB_SATYPE_UNSPEC },
		[REGISTER_RSVP] = { SADB_REGISTER, SADB_SATYPE_RSVP },
		[REGISTER_EXT] = { SADB_REGISTER, SADB_SATYPE_ESP },
		[EXPIRE] = { SADB_EXPIRE, SADB_SATYPE_ESP },
		[FLUSH_KIND] = { SADB_FLUSH, SADB_SATYPE_MIP },
		[DUMP_KIND] = { SADB_DUMP, SADB_SATYPE_MIP },
		[DUMP_NONE] = { SADB_DUMP, SADB_SATYPE_AH },
		[PROMISC_2] = { SADB_X_PROMISC, 2 },
		[ASK_NONE] = { SADB_X_ASKPOLICY, 0 },
		[ASK_NO_POLICY] = { SADB_X_ASKPOLICY, 0 },
	};

	kk_begin(bare[w].type, bare[w].satype);
	switch (w) {
	case DELETE_NONE:
	case GET_NONE:
		named(0x1002, 0);
		break;
	case DELETE_KIND:
	case GET_KIND:
	case GET_KEY:
		named(0x1001, 0);
		if (w == GET_KEY)
			key20();
		break;
	case DELETE_NO_DST:
		kk_sa(0x1001, 0, 0, 0, 0);
		break;
	case REGISTER_EXT:
		kk_life(SADB_EXT_LIFETIME_HARD, 0, 0, 0, 0);
		break;
	case ASK_NONE:
		((struct sadb_x_policy *)kk_ext(SADB_X_EXT_POLICY,
		    sizeof(struct sadb_x_policy)))->sadb_x_policy_seq =
		    0x7fffffff;
		break;
	default:
		break;
	}
}

static void
make(enum what w)
{
	if (w <= GETSPI_CPI)
		make_getspi(w);
	else if (w <= UPDATE_IFACE)
		make_update(w);
	else if (w <= ADD_3DES)
		make_add(w);
	else if (w >= FLOW_NO_MASK && w <= DELFLOW_PORT)
		make_flow(w);
	else if (w >= GROUP_NONE && w <= GROUP_NO_SA2)
		make_group(w);
	else
		make_rest(w);
}

/* Two SAs of one SPI, and a flow. */
static void
furnish(void)
{
	KT_ERR(0, kk_gcm(US, PEER, 0x1001, 1, SADB_X_SAFLAGS_TUNNEL));
	KT_ERR(0, kk_gcm(US, OTHER, 0x1001, 2, SADB_X_SAFLAGS_TUNNEL));
	KT_ERR(0, kk_flow(IP(10, 1, 0, 0), 16, IP(10, 2, 0, 0), 16, PEER,
	    SADB_X_FLOW_TYPE_REQUIRE, IPSP_DIRECTION_OUT));
}

KTEST(errors, "each message that is refused says why, and changes nothing")
{
	struct everything	 was;
	uint64_t		 errors;
	u_int			 w;

	kk_open();
	furnish();
	for (w = 0; w < MAX_WHAT; w++) {
		KT_CASE("%s", answers[w].name);
		errors = pfkeystat.pks_errors;
		make(w);
		was = everything();
		KT_ERR(answers[w].error, kk_send());
		KT_EQ(pfkeystat.pks_errors, errors + 1);
		unchanged(&was);
	}
	kk_close();
}

/* Messages that a listener has had; their types, ORed. */
static uint32_t
heard(struct socket *so)
{
	uint32_t	 types = 0;

	while (kk_read(so) != 0) {
		types |= 1u << kk_reply.hdr.sadb_msg_type;
		if (kk_reply.hdr.sadb_msg_type != SADB_GET &&
		    kk_reply.hdr.sadb_msg_type != SADB_DUMP) {
			KT_TRUE(kk_find(SADB_EXT_KEY_AUTH) == NULL);
			KT_TRUE(kk_find(SADB_EXT_KEY_ENCRYPT) == NULL);
		}
	}
	return (types);
}

static struct socket	*registered, *other;

/* The message was good: who has heard of it? */
static void
hears(int all, int who_registered)
{
	uint32_t	 bit = 1u << kk_msg.hdr.sadb_msg_type;

	KT_ERR(0, kk_send());
	KT_EQ(heard(other), all ? bit : 0);
	KT_EQ(heard(registered), all || who_registered ? bit : 0);
}

KTEST(listeners, "who hears of what (RFC 2367, 3.1)")
{
	kk_open();
	KT_REQUIRE(socreate(AF_KEY, &registered, SOCK_RAW, PF_KEY_V2) == 0);
	KT_REQUIRE(socreate(AF_KEY, &other, SOCK_RAW, PF_KEY_V2) == 0);
	kk_begin(SADB_REGISTER, SADB_SATYPE_ESP);
	kk_msg.hdr.sadb_msg_len = 2;
	KT_ERR(0, sosend(registered, NULL, NULL, kt_mbuf(kk_msg.buf, 16),
	    NULL, 0));
	KT_EQ(heard(registered), 1u << SADB_REGISTER);
	KT_EQ(heard(other), 0);

	KT_CASE("REGISTER");
	kk_begin(SADB_REGISTER, SADB_SATYPE_ESP);
	hears(0, 1);
	kk_begin(SADB_REGISTER, SADB_SATYPE_AH);
	hears(0, 0);
	KT_CASE("GETSPI");
	make_getspi(MAX_WHAT);
	hears(1, 1);
	KT_CASE("ADD");
	kk_begin(SADB_ADD, SADB_SATYPE_ESP);
	named(0x1001, SADB_X_SAFLAGS_TUNNEL);
	key20();
	kk_life(SADB_EXT_LIFETIME_SOFT, 0, 0, 5, 0);
	kk_life(SADB_EXT_LIFETIME_HARD, 0, 0, 10, 0);
	hears(1, 1);
	KT_CASE("UPDATE");
	make_update(MAX_WHAT);
	hears(1, 1);
	KT_CASE("GET");
	kk_begin(SADB_GET, SADB_SATYPE_ESP);
	named(0x1001, 0);
	hears(0, 0);
	KT_CASE("DUMP");
	kk_begin(SADB_DUMP, 0);
	kk_msg.hdr.sadb_msg_seq = 0;	/* the last is answered with */
	hears(0, 0);
	KT_CASE("X_ADDFLOW");
	make_flow(MAX_WHAT);
	kk_msg.hdr.sadb_msg_type = SADB_X_ADDFLOW;
	hears(1, 1);
	KT_CASE("X_SPDDUMP");
	kk_begin(SADB_X_SPDDUMP, 0);
	kk_msg.hdr.sadb_msg_seq = 0;
	hears(0, 0);
	KT_CASE("an error");
	make(DELETE_NONE);
	KT_ERR(ESRCH, kk_send());
	KT_EQ(heard(other), 0);
	KT_EQ(heard(registered), 0);
	KT_CASE("EXPIRE");
	ktest_sleep_ms(6000);
	KT_EQ(heard(other), 1u << SADB_EXPIRE);
	KT_EQ(heard(registered), 1u << SADB_EXPIRE);
	KT_EQ(heard(kk_so), 1u << SADB_EXPIRE);
	KT_CASE("DELETE");
	kk_begin(SADB_DELETE, SADB_SATYPE_ESP);
	named(0x1001, 0);
	hears(1, 1);
	KT_CASE("X_DELFLOW");
	make_flow(MAX_WHAT);
	kk_msg.hdr.sadb_msg_type = SADB_X_DELFLOW;
	hears(1, 1);
	KT_CASE("ACQUIRE, an error");
	kk_begin(SADB_ACQUIRE, SADB_SATYPE_ESP);
	kk_msg.hdr.sadb_msg_errno = ETIMEDOUT;
	KT_ERR(ETIMEDOUT, kk_send());
	KT_EQ(heard(other), 1u << SADB_ACQUIRE);
	KT_CASE("FLUSH");
	KT_EQ(tdb_count, 1);		/* larval */
	(void)heard(registered);
	kk_begin(SADB_FLUSH, 0);
	hears(1, 1);
	KT_CASE("X_PROMISC");
	(void)heard(registered);
	kk_begin(SADB_X_PROMISC, 1);
	kk_msg.hdr.sadb_msg_len = 2;
	KT_ERR(0, sosend(other, NULL, NULL, kt_mbuf(kk_msg.buf, 16), NULL,
	    0));
	(void)heard(other);
	KT_EQ(heard(registered), 1u << SADB_X_PROMISC);
	make(DELETE_NONE);
	KT_ERR(ESRCH, kk_send());
	/* The answer as well as what was asked is inside. */
	KT_EQ(heard(other), 1u << SADB_X_PROMISC);
	soclose(registered);
	soclose(other);
	kk_close();
}

KTEST(acquire, "ACQUIRE goes to who has registered for its kind, pid 0")
{
	struct ktif	*lan, *wan;

	lan = kt_if("kta0", KTIF_IP);
	wan = kt_if("kta1", KTIF_IP);
	KT_ERR(0, kt_addr(lan, IP(10, 1, 0, 1), 24));
	KT_ERR(0, kt_addr(wan, US, 24));
	KT_ERR(0, kt_route(IP(10, 2, 0, 0), 24, PEER, 0, 0));
	ipforwarding = 1;
	kk_open();
	KT_REQUIRE(socreate(AF_KEY, &other, SOCK_RAW, PF_KEY_V2) == 0);
	kk_begin(SADB_REGISTER, SADB_SATYPE_AH);
	kk_msg.hdr.sadb_msg_len = 2;
	KT_ERR(0, sosend(other, NULL, NULL, kt_mbuf(kk_msg.buf, 16), NULL,
	    0));
	kk_begin(SADB_REGISTER, SADB_SATYPE_ESP);
	KT_ERR(0, kk_send());
	make_flow(MAX_WHAT);
	kk_msg.hdr.sadb_msg_type = SADB_X_ADDFLOW;
	KT_ERR(0, kk_send());
	(void)heard(other);
	kt_rx(lan, kt_udp(IP(10, 1, 0, 2), IP(10, 2, 0, 2), 7, 9, "x", 1));
	kt_settle();
	KT_EQ(heard(other), 0);
	KT_TRUE(kk_read(kk_so) != 0);
	KT_EQ(kk_reply.hdr.sadb_msg_type, SADB_ACQUIRE);
	KT_EQ(kk_reply.hdr.sadb_msg_pid, 0);
	KT_NE(kk_reply.hdr.sadb_msg_seq, 0);
	soclose(other);
	kk_close();
	ipforwarding = 0;
	KT_ERR(0, kt_unroute(IP(10, 2, 0, 0), 24, 0));
	kt_txdrop(lan);
	kt_txdrop(wan);
	kt_if_free(lan);
	kt_if_free(wan);
}

/* Everything that UPDATE may change. */
static void
big_update(uint32_t spi, int keys)
{
	struct sadb_x_udpencap	*u;
	struct sadb_ident	*id;
	struct sadb_x_tap	*tap;
	struct sadb_x_tag	*tag;
	u_int			 i;

	kk_begin(SADB_UPDATE, SADB_SATYPE_ESP);
	named(spi, SADB_X_SAFLAGS_TUNNEL);
	if (keys)
		key20();
	else
		kk_addr(SADB_EXT_ADDRESS_PROXY, IP(192, 0, 2, 9), 0);
	for (i = 0; i < 2; i++) {
		id = kk_ext(SADB_EXT_IDENTITY_SRC + i, sizeof(*id) + 10);
		id->sadb_ident_type = SADB_IDENTTYPE_FQDN;
		strlcpy((char *)(id + 1), "a.example", 10);
	}
	u = kk_ext(SADB_X_EXT_UDPENCAP, sizeof(*u));
	u->sadb_x_udpencap_port = htons(4711);
	tag = kk_ext(SADB_X_EXT_TAG, sizeof(*tag) + 8);
	tag->sadb_x_tag_taglen = 8;
	strlcpy((char *)(tag + 1), "another", 8);
	tap = kk_ext(SADB_X_EXT_TAP, sizeof(*tap));
	tap->sadb_x_tap_unit = 9;
	kk_life(SADB_EXT_LIFETIME_HARD, 0, 1000, 2000, 0);
}

/* A message that changes much: of what is in use, larval, or not there. */
static void
big_message(u_int which)
{
	if (which == 0)
		big_update(0x1001, 0);
	else if (which == 1)
		big_update(0x5000, 1);
	else {
		big_update(0x3001, 1);
		kk_msg.hdr.sadb_msg_type = SADB_ADD;
	}
	kk_msg.hdr.sadb_msg_len = kk_len / 8;
}

/* More and more of one sort of memory, until it is enough: failures. */
static u_int
starve(u_int which, int type)
{
	struct everything	 was;
	long			 limit, room;
	u_int			 failures = 0;
	int			 error = 1;

	for (room = 0; error != 0 && room < 65536; room += 8) {
		KT_CASE("%s SA, %ld bytes of %s", which == 0 ? "mature" :
		    which == 1 ? "larval" : "new", room, kmemnames[type]);
		big_message(which);
		was = everything();
		limit = kmemstats[type].ks_limit;
		kmemstats[type].ks_limit = kmemstats[type].ks_memuse + room;
		error = kk_write();
		kmemstats[type].ks_limit = limit;
		if (error == 0)
			break;
		KT_TRUE(error == ENOMEM || error == ENOBUFS);
		unchanged(&was);
		failures++;
	}
	KT_ERR(0, error);
	return (failures);
}

KTEST(nomem, "an UPDATE or ADD that runs out of memory anywhere does nothing")
{
	static const int	 types[] = { M_TEMP, M_TDB, M_CREDENTIALS,
				    M_XDATA, M_CRYPTO_DATA };
	u_int			 failures = 0, i, which;

	kk_open();
	for (i = 0; i < nitems(types); i++) {
		for (which = 0; which < 3; which++) {
			furnish();
			kk_begin(SADB_GETSPI, SADB_SATYPE_ESP);
			ends();
			range(0x5000, 0x5000);
			KT_ERR(0, kk_send());
			failures += starve(which, types[i]);
			kk_begin(SADB_FLUSH, 0);
			KT_ERR(0, kk_send());
		}
	}
	KT_TRUE(failures > 100);
	kk_close();
}

KTEST(legacy, "3DES is there for who insists, and listed then; DES never is")
{
	static const uint8_t	 key[24] = { 1, 2, 3 };
	static const uint8_t	 ciphers[] = { SADB_EALG_3DESCBC,
				    SADB_EALG_DESCBC, SADB_X_EALG_BLF,
				    SADB_X_EALG_CAST };
	const struct sadb_supported	*s;
	const struct sadb_alg		*a;
	u_int				 i, len, listed, n;

	kk_open();
	for (esp_legacy = 0; esp_legacy < 2; esp_legacy++) {
		for (i = 0; i < nitems(ciphers); i++) {
			KT_CASE("cipher %u, legacy %d", ciphers[i],
			    esp_legacy);
			len = i == 1 ? 8 : i == 0 ? 24 : 16;
			kk_begin(SADB_ADD, SADB_SATYPE_ESP);
			kk_sa(0x4000 + i, SADB_AALG_SHA1HMAC, ciphers[i], 0,
			    64);
			ends();
			kk_key(SADB_EXT_KEY_AUTH, key, 20);
			kk_key(SADB_EXT_KEY_ENCRYPT, key, len);
			KT_ERR(esp_legacy && i == 0 ? 0 : EINVAL, kk_send());
		}
		kk_begin(SADB_REGISTER, SADB_SATYPE_ESP);
		KT_ERR(0, kk_send());
		s = kk_find(SADB_EXT_SUPPORTED_ENCRYPT);
		KT_REQUIRE(s != NULL);
		a = (const struct sadb_alg *)(s + 1);
		n = (s->sadb_supported_len * 8 - sizeof(*s)) / sizeof(*a);
		for (listed = i = 0; i < n; i++)
			listed += a[i].sadb_alg_id == SADB_EALG_3DESCBC;
		KT_EQ(listed, esp_legacy);
	}
	esp_legacy = 0;
	kk_close();
}

KTEST(update, "all that UPDATE changes of an SA that is in use")
{
	const struct sadb_x_udpencap	*u;
	const struct sadb_x_tap		*tap;
	const struct sadb_x_tag		*tag;
	struct ipsec_addr		 a;
	struct tdb			*tdb;

	kk_open();
	furnish();
	big_update(0x1001, 0);
	KT_ERR(0, kk_send());
	u = kk_find(SADB_X_EXT_UDPENCAP);
	tap = kk_find(SADB_X_EXT_TAP);
	tag = kk_find(SADB_X_EXT_TAG);
	KT_REQUIRE(u != NULL && tap != NULL && tag != NULL);
	KT_EQ(ntohs(u->sadb_x_udpencap_port), 4711);
	KT_EQ(tap->sadb_x_tap_unit, 9);
	KT_STREQ((const char *)(tag + 1), "another");
	memset(&a, 0, sizeof(a));
	a.ia_af = AF_INET;
	a.ia_v4 = IP(192, 0, 2, 9);
	tdb = tdb_find(0, htonl(0x1001), &a, IPPROTO_ESP);
	KT_REQUIRE(tdb != NULL);
	KT_EQ(tdb->tdb_hard.tl_bytes, 1000);
	a.ia_v4 = PEER;
	KT_TRUE(tdb_find(0, htonl(0x1001), &a, IPPROTO_ESP) == NULL);
	kk_close();
}

KTEST(privileges, "who may open a socket, and speak as whom")
{
	struct sadb_msg	*msg;
	int		*mib, fd;
	size_t		*lenp;

	ktuser_begin(1000);
	KT_EQ(ktcall(SYS_socket, 0x100 | AF_KEY, SOCK_RAW, PF_KEY_V2),
	    -EACCES);
	mib = ktuser_mem(5 * sizeof(*mib));
	lenp = ktuser_mem(sizeof(*lenp));
	mib[0] = CTL_NET;
	mib[1] = PF_KEY;
	mib[2] = PF_KEY_V2;
	mib[3] = NET_KEY_SADB_DUMP;
	mib[4] = 0;
	*lenp = 100;
	KT_EQ(ktcall(SYS_sysctl, mib, 5, ktuser_mem(100), lenp, NULL, 0),
	    -EPERM);
	mib[3] = NET_KEY_SPD_DUMP;
	KT_EQ(ktcall(SYS_sysctl, mib, 5, ktuser_mem(100), lenp, NULL, 0),
	    -EPERM);
	ktuser_setuid(0);
	KT_EQ(ktcall(SYS_socket, 0x100 | AF_KEY, SOCK_RAW, 7),
	    -EPROTONOSUPPORT);
	fd = ktcall(SYS_socket, 0x100 | AF_KEY, SOCK_RAW, PF_KEY_V2);
	KT_REQUIRE(fd >= 0);
	msg = ktuser_mem(sizeof(*msg));
	memset(msg, 0, sizeof(*msg));
	msg->sadb_msg_version = PF_KEY_V2;
	msg->sadb_msg_type = SADB_REGISTER;
	msg->sadb_msg_satype = SADB_SATYPE_ESP;
	msg->sadb_msg_len = 2;
	msg->sadb_msg_pid = curproc->p_pid + 1;
	KT_EQ(ktcall(SYS_write, fd, msg, sizeof(*msg)), -EINVAL);
	msg->sadb_msg_pid = curproc->p_pid;
	KT_EQ(ktcall(SYS_write, fd, msg, sizeof(*msg)), sizeof(*msg));
	/* A socket that was handed on still acts for who writes. */
	ktuser_end();
}

KTEST(dump, "net.key.2: SAs that lead nowhere, too little room")
{
	struct ktif	*wan;
	int		*mib;
	size_t		*lenp, whole;
	void		*buf;

	/* The routes to the others are made when their MTU is asked for. */
	wan = kt_if("kta1", KTIF_ETHER);
	KT_ERR(0, kt_addr(wan, US, 24));
	kk_open();
	/* There is no route to this one. */
	KT_ERR(0, kk_gcm(US, IP(203, 0, 113, 1), 0x1001, 1,
	    SADB_X_SAFLAGS_TUNNEL));
	furnish();
	ktuser_begin(0);
	mib = ktuser_mem(5 * sizeof(*mib));
	lenp = ktuser_mem(sizeof(*lenp));
	buf = ktuser_mem(4096);
	mib[0] = CTL_NET;
	mib[1] = PF_KEY;
	mib[2] = PF_KEY_V2;
	mib[3] = NET_KEY_SADB_DUMP;
	mib[4] = 0;
	*lenp = 0;
	KT_EQ(ktcall(SYS_sysctl, mib, 5, NULL, lenp, NULL, 0), 0);
	whole = *lenp;
	KT_RANGE(whole, 3 * 200, 4096);
	KT_EQ(ktcall(SYS_sysctl, mib, 5, buf, lenp, NULL, 0), 0);
	KT_EQ(*lenp, whole);
	*lenp = whole - 1;
	KT_EQ(ktcall(SYS_sysctl, mib, 5, buf, lenp, NULL, 0), -ENOMEM);
	KT_RANGE(*lenp, 400, whole - 1);
	mib[4] = SADB_SATYPE_AH;
	*lenp = 4096;
	KT_EQ(ktcall(SYS_sysctl, mib, 5, buf, lenp, NULL, 0), 0);
	KT_EQ(*lenp, 0);
	KT_EQ(ktcall(SYS_sysctl, mib, 5, buf, lenp, buf, 4), -EPERM);
	mib[3] = 9;
	*lenp = 4096;
	KT_EQ(ktcall(SYS_sysctl, mib, 5, buf, lenp, NULL, 0), -EOPNOTSUPP);
	ktuser_end();
	kk_close();
	kt_if_free(wan);
}
