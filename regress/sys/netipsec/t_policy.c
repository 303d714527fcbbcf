/*
 * What flows and sockets say, where a packet could slip through: sockets that
 * require, messages for neighbours that are forwarded, fragments that hide
 * their protocol; and what a stranger could do to an SA.
 */
#include "ktipsec.h"

#include <sys/endian.h>
#include <sys/protosw.h>
#include <sys/socketvar.h>

#include <netinet/in_pcb.h>
#include <netinet/icmp6.h>
#include <netinet/ip6.h>

#define FAR	IP(10, 2, 0, 2)
#define US	IP(192, 0, 2, 1)
#define PEER	IP(192, 0, 2, 2)

static struct ktif	*wan;

static void
up(void)
{
	wan = kt_if("kta0", KTIF_IP);
	KT_ERR(0, kt_addr(wan, US, 24));
	KT_ERR(0, kt_route(IP(10, 2, 0, 0), 24, PEER, 0, 0));
	kk_open();
}

static void
down(void)
{
	kk_close();
	KT_ERR(0, kt_unroute(IP(10, 2, 0, 0), 24, 0));
	kt_txdrop(wan);
	kt_if_free(wan);
}

static int
sent(struct socket *so)
{
	struct mbuf		*nam;
	struct sockaddr_in	*sin;
	int			 error;

	nam = m_get(M_WAIT, MT_SONAME);
	sin = mtod(nam, struct sockaddr_in *);
	memset(sin, 0, sizeof(*sin));
	nam->m_len = sin->sin_len = sizeof(*sin);
	sin->sin_family = AF_INET;
	sin->sin_addr = FAR;
	sin->sin_port = htons(9);
	error = sosend(so, nam, NULL, kt_mbuf("secret", 6), NULL, 0);
	m_free(nam);
	kt_settle();
	return (error);
}

KTEST(requires, "a socket that requires sends nothing by a flow that does not")
{
	static const u_int	 types[] = { SADB_X_FLOW_TYPE_USE,
				    SADB_X_FLOW_TYPE_ACQUIRE,
				    SADB_X_FLOW_TYPE_BYPASS };
	struct socket		*so;
	struct mbuf		*m;
	u_int			 i, level = IPSEC_LEVEL_REQUIRE;

	up();
	KT_REQUIRE(socreate(AF_INET, &so, SOCK_DGRAM, 0) == 0);
	for (i = 0; i < nitems(types); i++) {
		KT_CASE("type %u", types[i]);
		KT_ERR(0, kk_flow(IP(192, 0, 2, 0), 24, IP(10, 2, 0, 0), 24,
		    PEER, types[i], IPSP_DIRECTION_OUT));
		level = IPSEC_LEVEL_DEFAULT;
		m = kt_mbuf(&level, sizeof(level));
		KT_ERR(0, sosetopt(so, IPPROTO_IP, IP_ESP_TRANS_LEVEL, m));
		m_free(m);
		KT_ERR(0, sent(so));
		KT_EQ(kt_txlen(wan), 1);
		kt_txdrop(wan);
		level = IPSEC_LEVEL_REQUIRE;
		m = kt_mbuf(&level, sizeof(level));
		KT_ERR(0, sosetopt(so, IPPROTO_IP, IP_ESP_TRANS_LEVEL, m));
		m_free(m);
		KT_ERR(EACCES, sent(so));
		KT_EQ(kt_txlen(wan), 0);
	}
	soclose(so);
	down();
}

/* A flow of IPv6 that covers everything of a protocol (0 any). */
static void
flow6(u_int8_t proto, u_int8_t dir)
{
	struct ipsec_policy	*ipo;

	KT_REQUIRE((ipo = spd_alloc()) != NULL);
	ipo->ipo_sel.sl_src.ia_af = ipo->ipo_sel.sl_dst.ia_af = AF_INET6;
	ipo->ipo_sel.sl_proto = proto;
	ipo->ipo_type = SADB_X_FLOW_TYPE_DONTACQ;
	ipo->ipo_sproto = IPPROTO_ESP;
	ipo->ipo_dir = dir;
	NET_LOCK();
	KT_ERR(0, spd_insert(ipo));
	NET_UNLOCK();
}

static struct mbuf *
packet6(u_int8_t nxt, const void *p, u_int len)
{
	uint8_t		 buf[128];
	struct ip6_hdr	*ip6 = (struct ip6_hdr *)buf;

	memset(buf, 0, sizeof(buf));
	ip6->ip6_flow = htonl(6u << 28);
	ip6->ip6_plen = htons(len);
	ip6->ip6_nxt = nxt;
	ip6->ip6_hlim = 255;
	ip6->ip6_src.s6_addr[0] = ip6->ip6_dst.s6_addr[0] = 0xfd;
	ip6->ip6_src.s6_addr[15] = 1;
	ip6->ip6_dst.s6_addr[15] = 2;
	memcpy(ip6 + 1, p, len);
	return (kt_mbuf(buf, sizeof(*ip6) + len));
}

/* What the hooks say of a packet of our own and of one that is forwarded. */
static void
judged(u_int8_t nxt, const void *p, u_int len, int own, int forwarded)
{
	struct mbuf	*m = packet6(nxt, p, len);

	NET_LOCK();
	KT_ERR(own, ipsec_output_hook(m, 40, NULL, 0));
	KT_ERR(forwarded, ipsec_output_hook(m, 40, NULL, IP_FORWARDING));
	/* For us, fragments have been put together before. */
	if (nxt != IPPROTO_FRAGMENT)
		KT_ERR(own ? EACCES : 0, ipsec_input_hook(m, 40, nxt, NULL,
		    0));
	KT_ERR(forwarded ? EACCES : 0, ipsec_input_hook(m, 40, nxt, NULL, 1));
	NET_UNLOCK();
	m_freem(m);
}

KTEST(neighbours, "only our own messages for neighbours need no SA")
{
	static const uint8_t	 solicit[24] = { ND_NEIGHBOR_SOLICIT };
	static const uint8_t	 echo[8] = { ICMP6_ECHO_REQUEST };

	up();
	flow6(0, IPSP_DIRECTION_OUT);
	flow6(0, IPSP_DIRECTION_IN);
	judged(IPPROTO_ICMPV6, solicit, sizeof(solicit), 0, EHOSTUNREACH);
	judged(IPPROTO_ICMPV6, echo, sizeof(echo), EHOSTUNREACH,
	    EHOSTUNREACH);
	down();
}

KTEST(hidden, "a fragment whose protocol is elsewhere belongs to flows that "
    "name one")
{
	/* Offset 8, more to come; what follows is said to be options. */
	static const uint8_t	 frag[16] = { IPPROTO_DSTOPTS, 0, 0, 9 };
	static const uint8_t	 udp[16] = { IPPROTO_UDP, 0, 0, 9 };

	up();
	flow6(IPPROTO_TCP, IPSP_DIRECTION_OUT);
	flow6(IPPROTO_TCP, IPSP_DIRECTION_IN);
	judged(IPPROTO_FRAGMENT, udp, sizeof(udp), 0, 0);
	judged(IPPROTO_FRAGMENT, frag, sizeof(frag), EHOSTUNREACH,
	    EHOSTUNREACH);
	down();
}

/* An SA from PEER to US that lives for so many bytes. */
static void
sa_in(uint32_t flags, u_int bytes)
{
	kk_begin(SADB_ADD, SADB_SATYPE_ESP);
	kk_sa(0x1001, 0, SADB_X_EALG_AESGCM16, SADB_X_SAFLAGS_TUNNEL | flags,
	    64);
	kk_addr(SADB_EXT_ADDRESS_SRC, PEER, 0);
	kk_addr(SADB_EXT_ADDRESS_DST, US, 0);
	kk_key(SADB_EXT_KEY_ENCRYPT, "0123456789abcdefghij", 20);
	kk_life(SADB_EXT_LIFETIME_HARD, 0, bytes, 0, 0);
	KT_ERR(0, kk_send());
}

KTEST(strangers, "packets with a bad ICV shorten no SA's life")
{
	uint64_t	 bad = espstat.esps_badauth;
	uint8_t		 esp[200];
	struct tdb	*tdb;
	u_int		 i;

	up();
	sa_in(0, 100);
	KT_REQUIRE((tdb = TAILQ_FIRST(&tdb_all)) != NULL);
	memset(esp, 0x5a, sizeof(esp));
	be32enc(esp, 0x1001);
	for (i = 1; i <= 5; i++) {
		be32enc(esp + 4, i);
		kt_rx(wan, kt_ip(PEER, US, IPPROTO_ESP, esp, sizeof(esp)));
		kt_settle();
	}
	KT_EQ(espstat.esps_badauth, bad + 5);
	KT_EQ(tdb_count, 1);
	KT_EQ(tdb->tdb_bytes, 0);
	KT_EQ(tdb->tdb_first_use, 0);
	KT_EQ(tdb->tdb_last_used, 0);
	KT_EQ(tdb->tdb_counters.sadb_x_counter_ipackets, 0);
	KT_EQ(tdb->tdb_counters.sadb_x_counter_idrops, 5);
	down();
}

/* A router says that a datagram to PEER's port was too long for 1,300. */
static void
too_long(u_int port)
{
	uint8_t		 icmp[8 + 20 + 16];
	struct mbuf	*m, *q;

	q = kt_udp(US, PEER, 4500, port, "12345678", 8);
	memset(icmp, 0, sizeof(icmp));
	m_copydata(q, 0, 36, icmp + 4);
	m_freem(q);
	be16enc(icmp + 2, 1300);
	m = kt_icmp(IP(192, 0, 2, 9), US, ICMP_UNREACH,
	    ICMP_UNREACH_NEEDFRAG, icmp, 4 + 36);
	kt_rx(wan, m);
	kt_settle();
}

KTEST(pmtu, "the path MTU of ESP in UDP is learned, of an SA that there is")
{
	struct ipsec_addr	 a;
	struct tdb		*tdb;
	struct sadb_x_udpencap	*u;

	up();
	kk_begin(SADB_ADD, SADB_SATYPE_ESP);
	kk_sa(0x1001, 0, SADB_X_EALG_AESGCM16, SADB_X_SAFLAGS_TUNNEL |
	    SADB_X_SAFLAGS_UDPENCAP, 64);
	kk_addr(SADB_EXT_ADDRESS_SRC, US, 0);
	kk_addr(SADB_EXT_ADDRESS_DST, PEER, 0);
	kk_key(SADB_EXT_KEY_ENCRYPT, "0123456789abcdefghij", 20);
	u = kk_ext(SADB_X_EXT_UDPENCAP, sizeof(*u));
	u->sadb_x_udpencap_port = htons(4711);
	KT_ERR(0, kk_send());
	memset(&a, 0, sizeof(a));
	a.ia_af = AF_INET;
	a.ia_v4 = PEER;
	tdb = tdb_find(0, htonl(0x1001), &a, IPPROTO_ESP);
	KT_REQUIRE(tdb != NULL);
	NET_LOCK();
	KT_EQ(tdb_path_mtu(tdb), 1500);
	NET_UNLOCK();
	too_long(4712);
	NET_LOCK();
	KT_EQ(tdb_path_mtu(tdb), 1500);
	NET_UNLOCK();
	too_long(4711);
	NET_LOCK();
	KT_EQ(tdb_path_mtu(tdb), 1300);
	NET_UNLOCK();
	down();
}
