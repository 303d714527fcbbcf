/*
 * PF_KEY: messages good and bad, field by field; answers; who hears what.
 */
#include "ktipsec.h"

#include <sys/proc.h>
#include <sys/protosw.h>
#include <sys/socketvar.h>
#include <sys/ucred.h>

#define US	IP(192, 0, 2, 1)
#define PEER	IP(192, 0, 2, 2)

static const uint8_t	 key[64];

/* An ADD that is good, to be spoilt. */
static void
good_add(void)
{
	kk_begin(SADB_ADD, SADB_SATYPE_ESP);
	kk_sa(0x1001, SADB_X_AALG_SHA2_256, SADB_X_EALG_AES,
	    SADB_X_SAFLAGS_TUNNEL, 64);
	kk_addr(SADB_EXT_ADDRESS_SRC, US, 0);
	kk_addr(SADB_EXT_ADDRESS_DST, PEER, 0);
	kk_key(SADB_EXT_KEY_AUTH, key, 32);
	kk_key(SADB_EXT_KEY_ENCRYPT, key, 16);
}

/* Where the extensions of good_add() are. */
#define OFF_SA		16
#define OFF_SRC		32
#define OFF_DST		56
#define OFF_AKEY	80
#define OFF_EKEY	120

KTEST(add_fields, "each field of ADD that is wrong is EINVAL, and adds nothing")
{
	static const struct {
		const char	*name;
		u_int		 off;
		uint8_t		 value;
	} cases[] = {
		{ "version", 0, 1 },
		{ "type 0", 1, 0 },
		{ "type EXPIRE", 1, SADB_EXPIRE },
		{ "type too large", 1, SADB_MAX + 1 },
		{ "errno", 2, 1 },
		{ "satype 0", 3, 0 },
		{ "satype RSVP", 3, SADB_SATYPE_RSVP },
		{ "satype too large", 3, SADB_SATYPE_MAX + 1 },
		{ "reserved", 6, 1 },
		{ "pid", 12, 0xff },
		{ "ext length 0", OFF_SA, 0 },
		{ "ext too long", OFF_SA, 3 },
		{ "ext beyond the end", OFF_EKEY, 200 },
		{ "ext type 0", OFF_SA + 2, 0 },
		{ "ext type unknown", OFF_SA + 2, SADB_EXT_MAX + 1 },
		{ "ext type not of ADD", OFF_SRC + 2, SADB_EXT_SPIRANGE },
		{ "ext twice", OFF_SRC + 2, SADB_EXT_ADDRESS_DST },
		{ "SPI reserved", OFF_SA + 6, 0 },
		{ "replay", OFF_SA + 8, 65 },
		{ "state larval", OFF_SA + 9, SADB_SASTATE_LARVAL },
		{ "state too large", OFF_SA + 9, SADB_SASTATE_MAX + 1 },
		{ "auth unknown", OFF_SA + 10, SADB_AALG_MAX + 1 },
		{ "auth MD5", OFF_SA + 10, SADB_AALG_MD5HMAC },
		{ "auth of another key", OFF_SA + 10, SADB_AALG_SHA1HMAC },
		{ "enc unknown", OFF_SA + 11, SADB_EALG_MAX + 1 },
		{ "enc DES", OFF_SA + 11, SADB_EALG_DESCBC },
		{ "enc 3DES", OFF_SA + 11, SADB_EALG_3DESCBC },
		{ "enc Blowfish", OFF_SA + 11, SADB_X_EALG_BLF },
		{ "enc GCM-8", OFF_SA + 11, SADB_X_EALG_AESGCM8 },
		{ "enc that authenticates", OFF_SA + 11,
		    SADB_X_EALG_AESGCM16 },
		{ "flags unknown", OFF_SA + 13, 0x80 },
		{ "address reserved", OFF_DST + 4, 1 },
		{ "sa_len", OFF_DST + 8, 15 },
		{ "family", OFF_DST + 9, AF_LINK },
		{ "port", OFF_DST + 10, 1 },
		{ "sin_zero", OFF_DST + 23, 1 },
		{ "key bits 0", OFF_EKEY + 4, 0 },
		{ "key bits not bytes", OFF_EKEY + 4, 127 },
		{ "key bits too many", OFF_EKEY + 5, 2 },
		{ "key of another length", OFF_EKEY + 4, 120 },
		{ "key reserved", OFF_EKEY + 6, 1 },
	};
	u_int	 i;

	kk_open();
	for (i = 0; i < nitems(cases); i++) {
		KT_CASE("%s", cases[i].name);
		good_add();
		if (cases[i].off == OFF_SA + 6) {
			/* 0x1001 becomes 0x0001 */
			KT_EQ(kk_msg.buf[cases[i].off], 0x10);
		}
		kk_msg.hdr.sadb_msg_len = kk_len / 8;
		kk_msg.buf[cases[i].off] = cases[i].value;
		KT_ERR(EINVAL, kk_write());
		KT_EQ(tdb_count, 0);
		KT_EQ(kk_read(kk_so), 0);
	}
	KT_CASE("good");
	good_add();
	KT_ERR(0, kk_send());
	KT_EQ(tdb_count, 1);
	KT_CASE("again");
	good_add();
	KT_ERR(EEXIST, kk_send());
	kk_close();
}

KTEST(lengths, "a message of any other length is EINVAL")
{
	u_int	 len, whole;

	kk_open();
	good_add();
	whole = kk_len;
	for (len = 0; len < whole; len += 4) {
		KT_CASE("%u bytes", len);
		good_add();
		kk_len = len;
		kk_msg.hdr.sadb_msg_len = whole / 8;
		KT_ERR(EINVAL, kk_write());
		/* Cut where it says so; some of the extensions may lack. */
		good_add();
		kk_len = len;
		kk_msg.hdr.sadb_msg_len = len / 8;
		if (len != OFF_EKEY && len != OFF_AKEY)
			KT_ERR(EINVAL, kk_write());
		KT_EQ(tdb_count, 0);
	}
	kk_close();
}

KTEST(random, "random changes of messages do no harm")
{
	struct ktest_rand	 r;
	u_int			 i, j, n, type;

	ktest_srand(&r, 2367);
	kk_open();
	for (i = 0; i < 20000; i++) {
		type = 1 + ktest_rand_below(&r, SADB_MAX);
		good_add();
		kk_msg.hdr.sadb_msg_type = type;
		if (type == SADB_X_ADDFLOW || type == SADB_X_DELFLOW) {
			kk_begin(type, SADB_SATYPE_ESP);
			kk_selectors(US, 24, PEER, 32, 0, 0, 0);
			kk_addr(SADB_EXT_ADDRESS_DST, PEER, 0);
			kk_flowtype(3, 1 + ktest_rand_below(&r, 2));
		}
		n = ktest_rand_below(&r, 4);
		for (j = 0; j < n; j++)
			kk_msg.buf[ktest_rand_below(&r, kk_len)] =
			    ktest_rand(&r);
		kk_msg.hdr.sadb_msg_version = PF_KEY_V2;
		kk_msg.hdr.sadb_msg_pid = curproc->p_pid;
		kk_msg.hdr.sadb_msg_len = kk_len / 8;
		(void)kk_write();
		while (kk_read(kk_so) != 0)
			continue;
	}
	kk_so->so_error = 0;
	kk_close();
}

KTEST(life, "GETSPI, UPDATE, GET, DELETE")
{
	struct sadb_spirange		*r;
	const struct sadb_sa		*sa;
	const struct sadb_key		*k;
	const struct sadb_x_replay	*rp;
	uint8_t				 gcm[36];
	uint32_t			 spi;

	memset(gcm, 0x5a, sizeof(gcm));
	kk_open();
	kk_begin(SADB_GETSPI, SADB_SATYPE_ESP);
	kk_addr(SADB_EXT_ADDRESS_SRC, PEER, 0);
	kk_addr(SADB_EXT_ADDRESS_DST, US, 0);
	r = kk_ext(SADB_EXT_SPIRANGE, sizeof(*r));
	r->sadb_spirange_min = 0x5000;
	r->sadb_spirange_max = 0x5001;
	KT_ERR(0, kk_send());
	sa = kk_find(SADB_EXT_SA);
	KT_REQUIRE(sa != NULL);
	spi = ntohl(sa->sadb_sa_spi);
	KT_RANGE(spi, 0x5000, 0x5001);
	KT_EQ(sa->sadb_sa_state, SADB_SASTATE_LARVAL);
	KT_ERR(0, kk_send());		/* the other one */
	KT_ERR(EEXIST, kk_send());	/* and no more */
	KT_EQ(tdb_count, 2);

	kk_begin(SADB_UPDATE, SADB_SATYPE_ESP);
	kk_sa(spi, 0, SADB_X_EALG_AESGCM16, SADB_X_SAFLAGS_TUNNEL |
	    SADB_X_SAFLAGS_ESN, 64);
	kk_addr(SADB_EXT_ADDRESS_SRC, PEER, 0);
	kk_addr(SADB_EXT_ADDRESS_DST, US, 0);
	kk_key(SADB_EXT_KEY_ENCRYPT, gcm, sizeof(gcm));
	kk_life(SADB_EXT_LIFETIME_HARD, 0, 1000, 200, 0);
	KT_ERR(0, kk_send());
	KT_TRUE(kk_find(SADB_EXT_KEY_ENCRYPT) == NULL);
	KT_EQ(tdb_count, 2);

	kk_begin(SADB_GET, SADB_SATYPE_ESP);
	kk_sa(spi, 0, 0, 0, 0);
	kk_addr(SADB_EXT_ADDRESS_DST, US, 0);
	KT_ERR(0, kk_send());
	sa = kk_find(SADB_EXT_SA);
	KT_REQUIRE(sa != NULL);
	KT_EQ(sa->sadb_sa_state, SADB_SASTATE_MATURE);
	KT_EQ(sa->sadb_sa_flags, SADB_X_SAFLAGS_TUNNEL | SADB_X_SAFLAGS_ESN);
	k = kk_find(SADB_EXT_KEY_ENCRYPT);
	KT_REQUIRE(k != NULL);
	KT_EQ(k->sadb_key_bits, 288);
	KT_MEMEQ(k + 1, gcm, sizeof(gcm));
	KT_TRUE(kk_find(SADB_EXT_LIFETIME_HARD) != NULL);
	KT_TRUE(kk_find(SADB_X_EXT_COUNTER) != NULL);
	rp = kk_find(SADB_X_EXT_REPLAY);
	KT_REQUIRE(rp != NULL);
	KT_EQ(rp->sadb_x_replay_window, 64);

	kk_msg.hdr.sadb_msg_type = SADB_DELETE;
	KT_ERR(0, kk_send());
	KT_ERR(ESRCH, kk_send());
	kk_msg.hdr.sadb_msg_type = SADB_GET;
	KT_ERR(ESRCH, kk_send());
	kk_close();
}

KTEST(larval, "what nobody completes is gone after a minute")
{
	struct sadb_spirange	*r;

	kk_open();
	kk_begin(SADB_GETSPI, SADB_SATYPE_AH);
	kk_addr(SADB_EXT_ADDRESS_SRC, PEER, 0);
	kk_addr(SADB_EXT_ADDRESS_DST, US, 0);
	r = kk_ext(SADB_EXT_SPIRANGE, sizeof(*r));
	r->sadb_spirange_min = 256;
	r->sadb_spirange_max = 0xffffffff;
	KT_ERR(0, kk_send());
	ktest_sleep_ms(59 * 1000);
	KT_EQ(tdb_count, 1);
	ktest_sleep_ms(2 * 1000);
	KT_EQ(tdb_count, 0);
	KT_EQ(kk_read(kk_so), 0);	/* without a word */
	kk_close();
}

KTEST(flows, "flows are added, changed, found and deleted")
{
	kk_open();
	KT_ERR(0, kk_flow(IP(10, 0, 1, 0), 24, IP(10, 0, 2, 0), 24, PEER,
	    SADB_X_FLOW_TYPE_REQUIRE, IPSP_DIRECTION_OUT));
	KT_ERR(0, kk_flow(IP(10, 0, 1, 0), 24, IP(10, 0, 2, 0), 24, PEER,
	    SADB_X_FLOW_TYPE_USE, IPSP_DIRECTION_OUT));
	KT_EQ(ipo_count, 1);
	KT_EQ(TAILQ_FIRST(&ipo_all)->ipo_type, SADB_X_FLOW_TYPE_USE);
	KT_ERR(0, kk_flow(IP(10, 0, 1, 0), 24, IP(10, 0, 2, 0), 24, PEER,
	    SADB_X_FLOW_TYPE_USE, IPSP_DIRECTION_IN));
	KT_EQ(ipo_count, 2);
	kk_msg.hdr.sadb_msg_type = SADB_X_DELFLOW;
	KT_ERR(0, kk_send());
	KT_ERR(ESRCH, kk_send());
	KT_EQ(ipo_count, 1);

	KT_CASE("mask with a hole");
	kk_begin(SADB_X_ADDFLOW, SADB_SATYPE_ESP);
	kk_selectors(US, 24, PEER, 32, 0, 0, 0);
	kk_flowtype(3, 1);
	kk_msg.buf[16 + 8 + 4] = 0xf5;
	kk_msg.hdr.sadb_msg_len = kk_len / 8;
	KT_ERR(EINVAL, kk_write());
	KT_CASE("port without a protocol");
	kk_begin(SADB_X_ADDFLOW, SADB_SATYPE_ESP);
	kk_selectors(US, 24, PEER, 32, 0, 7, 0);
	kk_flowtype(3, 1);
	KT_ERR(EINVAL, kk_send());
	KT_CASE("no such type");
	kk_begin(SADB_X_ADDFLOW, SADB_SATYPE_ESP);
	kk_selectors(US, 24, PEER, 32, 0, 0, 0);
	kk_flowtype(7, 1);
	KT_ERR(EINVAL, kk_send());
	KT_CASE("no such direction");
	kk_begin(SADB_X_ADDFLOW, SADB_SATYPE_ESP);
	kk_selectors(US, 24, PEER, 32, 0, 0, 0);
	kk_flowtype(3, 3);
	KT_ERR(EINVAL, kk_send());
	KT_EQ(ipo_count, 1);
	kk_close();
}

KTEST(register, "REGISTER lists what there is; others hear of EXPIRE")
{
	const struct sadb_supported	*s;
	const struct sadb_alg		*a;
	struct socket			*l;
	u_int				 i, n, gcm = 0;

	kk_open();
	kk_begin(SADB_REGISTER, SADB_SATYPE_ESP);
	KT_ERR(0, kk_send());
	s = kk_find(SADB_EXT_SUPPORTED_ENCRYPT);
	KT_REQUIRE(s != NULL);
	a = (const struct sadb_alg *)(s + 1);
	n = (s->sadb_supported_len * 8 - sizeof(*s)) / sizeof(*a);
	for (i = 0; i < n; i++) {
		KT_NE(a[i].sadb_alg_id, SADB_EALG_3DESCBC);
		if (a[i].sadb_alg_id == SADB_X_EALG_AESGCM16) {
			gcm++;
			KT_EQ(a[i].sadb_alg_minbits, 160);
			KT_EQ(a[i].sadb_alg_maxbits, 288);
		}
	}
	KT_EQ(gcm, 1);

	KT_REQUIRE(socreate(AF_KEY, &l, SOCK_RAW, PF_KEY_V2) == 0);
	good_add();
	kk_life(SADB_EXT_LIFETIME_SOFT, 0, 0, 10, 0);
	kk_life(SADB_EXT_LIFETIME_HARD, 0, 0, 20, 0);
	KT_ERR(0, kk_send());
	/* All hear of ADD, without its keys. */
	KT_TRUE(kk_read(l) != 0);
	KT_EQ(kk_reply.hdr.sadb_msg_type, SADB_ADD);
	KT_TRUE(kk_find(SADB_EXT_KEY_AUTH) == NULL);
	KT_TRUE(kk_find(SADB_EXT_KEY_ENCRYPT) == NULL);

	ktest_sleep_ms(9 * 1000);
	KT_EQ(kk_read(kk_so), 0);
	ktest_sleep_ms(2 * 1000);
	KT_TRUE(kk_read(kk_so) != 0);
	KT_EQ(kk_reply.hdr.sadb_msg_type, SADB_EXPIRE);
	KT_TRUE(kk_find(SADB_EXT_LIFETIME_SOFT) != NULL);
	KT_TRUE(kk_find(SADB_EXT_LIFETIME_HARD) == NULL);
	KT_EQ(tdb_count, 1);
	ktest_sleep_ms(10 * 1000);
	KT_TRUE(kk_read(kk_so) != 0);
	KT_TRUE(kk_find(SADB_EXT_LIFETIME_HARD) != NULL);
	KT_EQ(tdb_count, 0);
	KT_EQ(kk_read(kk_so), 0);
	/* Whether they have registered or not. */
	KT_TRUE(kk_read(l) != 0);
	KT_EQ(kk_reply.hdr.sadb_msg_type, SADB_EXPIRE);
	KT_TRUE(kk_find(SADB_EXT_LIFETIME_SOFT) != NULL);
	KT_TRUE(kk_read(l) != 0);
	KT_TRUE(kk_find(SADB_EXT_LIFETIME_HARD) != NULL);
	KT_EQ(kk_read(l), 0);
	soclose(l);
	kk_close();
}

KTEST(chain, "GRPSPIS chains in the order of the RFCs")
{
	struct sadb_protocol	*sp;
	struct sadb_sa		*sa;
	struct tdb		*tdb;

	kk_open();
	KT_ERR(0, kk_gcm(US, PEER, 0x1001, 1, 0));
	kk_begin(SADB_ADD, SADB_X_SATYPE_IPCOMP);
	kk_sa(0x201, 0, SADB_X_CALG_DEFLATE, SADB_X_SAFLAGS_TUNNEL, 0);
	kk_addr(SADB_EXT_ADDRESS_DST, PEER, 0);
	KT_ERR(0, kk_send());
	kk_begin(SADB_X_GRPSPIS, SADB_SATYPE_ESP);
	kk_sa(0x1001, 0, 0, 0, 0);
	kk_addr(SADB_EXT_ADDRESS_DST, PEER, 0);
	sa = kk_ext(SADB_X_EXT_SA2, sizeof(*sa));
	sa->sadb_sa_spi = htonl(0x201);
	kk_addr(SADB_X_EXT_DST2, PEER, 0);
	sp = kk_ext(SADB_X_EXT_SATYPE2, sizeof(*sp));
	sp->sadb_protocol_proto = SADB_X_SATYPE_IPCOMP;
	KT_ERR(0, kk_send());
	KT_ERR(EEXIST, kk_send());
	tdb = TAILQ_FIRST(&tdb_all);
	KT_EQ(tdb->tdb_sproto, IPPROTO_ESP);
	KT_TRUE(tdb_chain_head(tdb) != tdb);
	KT_EQ(tdb_chain_head(tdb)->tdb_sproto, IPPROTO_IPCOMP);

	/* CHAINDEL takes both. */
	kk_begin(SADB_DELETE, SADB_SATYPE_ESP);
	kk_sa(0x1001, 0, 0, SADB_X_SAFLAGS_CHAINDEL, 0);
	kk_addr(SADB_EXT_ADDRESS_DST, PEER, 0);
	KT_ERR(0, kk_send());
	KT_EQ(tdb_count, 0);
	kk_close();
}

KTEST(slow, "who does not read loses messages, is told, and holds up nobody")
{
	struct socket	*l;
	uint64_t	 lost = pfkeystat.pks_lost;
	u_int		 i;

	kk_open();
	KT_REQUIRE(socreate(AF_KEY, &l, SOCK_RAW, PF_KEY_V2) == 0);
	for (i = 0; i < 5000 && pfkeystat.pks_lost == lost; i++)
		KT_ERR(0, kk_gcm(US, PEER, 0x10000 + i, 1, 0));
	KT_TRUE(pfkeystat.pks_lost > lost);
	KT_EQ(l->so_error, ENOBUFS);
	KT_EQ(kk_so->so_error, 0);
	soclose(l);
	kk_close();
}

KTEST(many, "100,000 SAs, each found; memory comes back")
{
	struct ipsec_addr	 dst;
	struct tdb		*tdb;
	u_int			 i;

	memset(&dst, 0, sizeof(dst));
	dst.ia_af = AF_INET;
	kk_open();
	NET_LOCK();
	for (i = 0; i < 100000; i++) {
		tdb = tdb_alloc(0);
		KT_REQUIRE(tdb != NULL);
		tdb->tdb_satype = SADB_SATYPE_ESP;
		tdb->tdb_sproto = IPPROTO_ESP;
		tdb->tdb_spi = htonl(0x1000 + i);
		dst.ia_v4 = IP(10, i % 7, 0, 1);
		tdb->tdb_dst = dst;
		tdb_insert(tdb);
	}
	for (i = 0; i < 100000; i += 37) {
		dst.ia_v4 = IP(10, i % 7, 0, 1);
		tdb = tdb_find(0, htonl(0x1000 + i), &dst, IPPROTO_ESP);
		KT_REQUIRE(tdb != NULL);
		KT_EQ(ntohl(tdb->tdb_spi), 0x1000 + i);
	}
	dst.ia_v4 = IP(10, 8, 0, 1);
	KT_TRUE(tdb_find(0, htonl(0x1000), &dst, IPPROTO_ESP) == NULL);
	NET_UNLOCK();
	kk_close();
}
