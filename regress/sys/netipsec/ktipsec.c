/*
 * PF_KEY messages for the tests of sys/netipsec: see ktipsec.h.
 */
#include "ktipsec.h"

#include <sys/proc.h>
#include <sys/protosw.h>
#include <sys/socketvar.h>

union kk_message	 kk_msg, kk_reply;
u_int			 kk_len;
struct socket		*kk_so;

static uint32_t		 seq;

void
kk_open(void)
{
	KT_REQUIRE(socreate(AF_KEY, &kk_so, SOCK_RAW, PF_KEY_V2) == 0);
}

/* All SAs and flows away, and the socket closed. */
void
kk_close(void)
{
	kk_begin(SADB_FLUSH, SADB_SATYPE_UNSPEC);
	KT_ERR(0, kk_send());
	KT_EQ(tdb_count, 0);
	KT_EQ(ipo_count, 0);
	KT_EQ(ipsec_in_use, 0);
	soclose(kk_so);
	kk_so = NULL;
}

void
kk_begin(int type, int satype)
{
	memset(&kk_msg, 0, sizeof(kk_msg));
	kk_msg.hdr.sadb_msg_version = PF_KEY_V2;
	kk_msg.hdr.sadb_msg_type = type;
	kk_msg.hdr.sadb_msg_satype = satype;
	kk_msg.hdr.sadb_msg_seq = ++seq;
	kk_msg.hdr.sadb_msg_pid = curproc->p_pid;
	kk_len = sizeof(kk_msg.hdr);
}

/* Append an extension of size bytes, rounded up. */
void *
kk_ext(u_int type, u_int size)
{
	struct sadb_ext	*ext = (struct sadb_ext *)(kk_msg.buf + kk_len);

	size = roundup(size, 8);
	ext->sadb_ext_len = size / 8;
	ext->sadb_ext_type = type;
	kk_len += size;
	return (ext);
}

void
kk_sa(uint32_t spi, u_int auth, u_int enc, uint32_t flags, u_int replay)
{
	struct sadb_sa	*sa = kk_ext(SADB_EXT_SA, sizeof(*sa));

	sa->sadb_sa_spi = htonl(spi);
	sa->sadb_sa_state = SADB_SASTATE_MATURE;
	sa->sadb_sa_auth = auth;
	sa->sadb_sa_encrypt = enc;
	sa->sadb_sa_flags = flags;
	sa->sadb_sa_replay = replay;
}

void
kk_addr(u_int type, struct in_addr addr, u_int port)
{
	struct sadb_address	*a;
	struct sockaddr_in	*sin;

	a = kk_ext(type, sizeof(*a) + sizeof(*sin));
	sin = (struct sockaddr_in *)(a + 1);
	sin->sin_len = sizeof(*sin);
	sin->sin_family = AF_INET;
	sin->sin_addr = addr;
	sin->sin_port = htons(port);
}

void
kk_key(u_int type, const void *key, u_int len)
{
	struct sadb_key	*k = kk_ext(type, sizeof(*k) + len);

	k->sadb_key_bits = len * 8;
	memcpy(k + 1, key, len);
}

void
kk_life(u_int type, u_int alloc, uint64_t bytes, uint64_t add, uint64_t use)
{
	struct sadb_lifetime	*l = kk_ext(type, sizeof(*l));

	l->sadb_lifetime_allocations = alloc;
	l->sadb_lifetime_bytes = bytes;
	l->sadb_lifetime_addtime = add;
	l->sadb_lifetime_usetime = use;
}

void
kk_selectors(struct in_addr src, int splen, struct in_addr dst, int dplen,
    u_int proto, u_int sport, u_int dport)
{
	struct sadb_protocol	*sp;
	struct in_addr		 mask;

	in_len2mask(&mask, splen);
	kk_addr(SADB_X_EXT_SRC_MASK, mask, sport ? 0xffff : 0);
	in_len2mask(&mask, dplen);
	kk_addr(SADB_X_EXT_DST_MASK, mask, dport ? 0xffff : 0);
	kk_addr(SADB_X_EXT_SRC_FLOW, src, sport);
	kk_addr(SADB_X_EXT_DST_FLOW, dst, dport);
	sp = kk_ext(SADB_X_EXT_PROTOCOL, sizeof(*sp));
	sp->sadb_protocol_proto = proto;
}

void
kk_flowtype(u_int type, u_int dir)
{
	struct sadb_protocol	*sp;

	sp = kk_ext(SADB_X_EXT_FLOW_TYPE, sizeof(*sp));
	sp->sadb_protocol_proto = type;
	sp->sadb_protocol_direction = dir;
}

/* Take the next message of a socket; its length, 0 when there is none. */
int
kk_read(struct socket *so)
{
	struct mbuf	*m, *n;
	int		 len = 0;

	NET_LOCK();
	n = sbremoverecord(&so->so_rcv);
	NET_UNLOCK();
	if (n == NULL)
		return (0);
	for (m = n; m != NULL; m = m->m_next) {
		if (m->m_type == MT_SONAME)
			continue;
		KT_REQUIRE(len + m->m_len <= sizeof(kk_reply));
		memcpy(kk_reply.buf + len, mtod(m, caddr_t), m->m_len);
		len += m->m_len;
	}
	m_freem(n);
	KT_EQ(kk_reply.hdr.sadb_msg_len * 8, len);
	return (len);
}

/* Write the message as it is; the errno of the call. */
int
kk_write(void)
{
	return (sosend(kk_so, NULL, NULL, kt_mbuf(kk_msg.buf, kk_len), NULL,
	    0));
}

/* Send it, and find the answer; the errno of either. */
int
kk_send(void)
{
	int	 error;

	while (kk_read(kk_so) != 0)
		continue;
	kk_msg.hdr.sadb_msg_len = kk_len / 8;
	if ((error = kk_write()) != 0)
		return (error);
	while (kk_read(kk_so) != 0)
		if (kk_reply.hdr.sadb_msg_seq == kk_msg.hdr.sadb_msg_seq &&
		    kk_reply.hdr.sadb_msg_pid == kk_msg.hdr.sadb_msg_pid)
			return (kk_reply.hdr.sadb_msg_errno);
	KT_FAIL("no answer to message %u", kk_msg.hdr.sadb_msg_type);
	return (-1);
}

/* An extension of the answer, or NULL. */
const void *
kk_find(u_int type)
{
	const uint8_t		*p = kk_reply.buf + sizeof(kk_reply.hdr);
	const uint8_t		*end;
	const struct sadb_ext	*ext;

	end = kk_reply.buf + kk_reply.hdr.sadb_msg_len * 8;
	for (; p < end; p += ext->sadb_ext_len * 8) {
		ext = (const struct sadb_ext *)p;
		if (ext->sadb_ext_len == 0)
			return (NULL);
		if (ext->sadb_ext_type == type)
			return (ext);
	}
	return (NULL);
}

int
kk_gcm(struct in_addr src, struct in_addr dst, uint32_t spi, uint8_t fill,
    uint32_t flags)
{
	uint8_t	 key[20];

	memset(key, fill, sizeof(key));
	kk_begin(SADB_ADD, SADB_SATYPE_ESP);
	kk_sa(spi, 0, SADB_X_EALG_AESGCM16, flags, 64);
	kk_addr(SADB_EXT_ADDRESS_SRC, src, 0);
	kk_addr(SADB_EXT_ADDRESS_DST, dst, 0);
	kk_key(SADB_EXT_KEY_ENCRYPT, key, sizeof(key));
	return (kk_send());
}

int
kk_flow(struct in_addr src, int splen, struct in_addr dst, int dplen,
    struct in_addr peer, u_int type, u_int dir)
{
	kk_begin(SADB_X_ADDFLOW, SADB_SATYPE_ESP);
	kk_selectors(src, splen, dst, dplen, 0, 0, 0);
	kk_addr(SADB_EXT_ADDRESS_DST, peer, 0);
	kk_flowtype(type, dir);
	return (kk_send());
}

const struct kk_alg	 kk_algs[] = {
	{ "aes-128-gcm", SADB_SATYPE_ESP, 0, SADB_X_EALG_AESGCM16, 0, 20 },
	{ "aes-192-gcm", SADB_SATYPE_ESP, 0, SADB_X_EALG_AESGCM16, 0, 28 },
	{ "aes-256-gcm", SADB_SATYPE_ESP, 0, SADB_X_EALG_AESGCM16, 0, 36 },
	{ "chacha20-poly1305", SADB_SATYPE_ESP, 0,
	    SADB_X_EALG_CHACHA20POLY1305, 0, 36 },
	{ "aes-256-gmac", SADB_SATYPE_ESP, 0, SADB_X_EALG_AESGMAC, 0, 36 },
	{ "aes-128, hmac-sha1", SADB_SATYPE_ESP, SADB_AALG_SHA1HMAC,
	    SADB_X_EALG_AES, 20, 16 },
	{ "aes-256, hmac-sha2-256", SADB_SATYPE_ESP, SADB_X_AALG_SHA2_256,
	    SADB_X_EALG_AES, 32, 32 },
	{ "aes-128-ctr, hmac-sha2-384", SADB_SATYPE_ESP,
	    SADB_X_AALG_SHA2_384, SADB_X_EALG_AESCTR, 48, 20 },
	{ "null, hmac-sha2-512", SADB_SATYPE_ESP, SADB_X_AALG_SHA2_512,
	    SADB_EALG_NULL, 64, 0 },
	{ "ah, hmac-sha1", SADB_SATYPE_AH, SADB_AALG_SHA1HMAC, 0, 20, 0 },
	{ "ah, hmac-sha2-256", SADB_SATYPE_AH, SADB_X_AALG_SHA2_256, 0, 32,
	    0 },
	{ "ah, hmac-sha2-384", SADB_SATYPE_AH, SADB_X_AALG_SHA2_384, 0, 48,
	    0 },
	{ "ah, hmac-sha2-512", SADB_SATYPE_AH, SADB_X_AALG_SHA2_512, 0, 64,
	    0 },
	{ "ipcomp", SADB_X_SATYPE_IPCOMP, 0, SADB_X_CALG_DEFLATE, 0, 0 },
	{ NULL, 0, 0, 0, 0, 0 }
};

/*
 * A mature SA of that algorithm, whose keys are the octets 1, 2, 3, ...; the
 * replay window is as PF_KEY has it.
 */
struct tdb *
kk_add(const struct kk_alg *ka, struct in_addr src, struct in_addr dst,
    uint32_t spi, uint32_t flags, u_int replay)
{
	uint8_t	 key[64];
	u_int	 i;

	for (i = 0; i < sizeof(key); i++)
		key[i] = i + 1;
	kk_begin(SADB_ADD, ka->ka_satype);
	kk_sa(spi, ka->ka_auth, ka->ka_enc, flags, replay);
	kk_addr(SADB_EXT_ADDRESS_SRC, src, 0);
	kk_addr(SADB_EXT_ADDRESS_DST, dst, 0);
	if (ka->ka_authlen != 0)
		kk_key(SADB_EXT_KEY_AUTH, key, ka->ka_authlen);
	if (ka->ka_enclen != 0)
		kk_key(SADB_EXT_KEY_ENCRYPT, key, ka->ka_enclen);
	KT_ERR(0, kk_send());
	return (TAILQ_LAST(&tdb_all, tdb_head));
}

struct kk_state
kk_state(const struct tdb *tdb)
{
	struct kk_state	 ks;
	u_int		 i;

	memset(&ks, 0, sizeof(ks));
	ks.ks_bytes = tdb->tdb_bytes;
	ks.ks_packets = tdb->tdb_counters.sadb_x_counter_ipackets;
	ks.ks_first = tdb->tdb_first_use;
	ks.ks_last = tdb->tdb_last_used;
	if (tdb->tdb_replay != NULL) {
		ks.ks_next = tdb->tdb_replay->r_next;
		for (i = 0; i < REPLAY_WORDS; i++)
			ks.ks_seen = ks.ks_seen * 31 +
			    tdb->tdb_replay->r_seen[i];
	}
	return (ks);
}

/* Nothing of the SA has changed since. */
void
kk_unchanged(const struct tdb *tdb, const struct kk_state *was)
{
	struct kk_state	 is = kk_state(tdb);

	KT_EQ(is.ks_bytes, was->ks_bytes);
	KT_EQ(is.ks_packets, was->ks_packets);
	KT_EQ(is.ks_next, was->ks_next);
	KT_EQ(is.ks_seen, was->ks_seen);
	KT_EQ(is.ks_first, was->ks_first);
	KT_EQ(is.ks_last, was->ks_last);
}
