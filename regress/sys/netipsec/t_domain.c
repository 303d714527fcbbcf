/*
 * Flows and SAs in routing domains; the levels of sockets, IPv4's and IPv6's;
 * chains; sysctl(2).
 *
 *	10.1.0.1/24 - kta0 (domain 1)	192.0.2.1/24 - kta1 (domain 0)
 */
#include "ktipsec.h"

#include <sys/endian.h>
#include <sys/proc.h>
#include <sys/protosw.h>
#include <sys/socketvar.h>
#include <sys/sockio.h>
#include <sys/syscall.h>
#include <sys/sysctl.h>

#include <net/rtable.h>
#include <netinet/in_pcb.h>
#include <netinet/ip6.h>

#include "../kern/ktuser.h"
#include "../netinet6/ktinet6.h"

#define NEAR	IP(10, 1, 0, 2)
#define FAR	IP(10, 2, 0, 2)
#define US	IP(192, 0, 2, 1)
#define PEER	IP(192, 0, 2, 2)
#define US_6	IP6(0xfd00, 0, 0, 0, 0, 0, 0, 1)
#define PEER_6	IP6(0xfd00, 0, 0, 0, 0, 0, 0, 2)

static struct ktif	*lan, *wan;

static void
set_rdomain(struct ktif *ki, int rdomain)
{
	struct ifreq	 ifr;

	memset(&ifr, 0, sizeof(ifr));
	strlcpy(ifr.ifr_name, kt_ifp(ki)->if_xname, sizeof(ifr.ifr_name));
	ifr.ifr_rdomainid = rdomain;
	KT_ERR(0, ifioctl(NULL, SIOCSIFRDOMAIN, (caddr_t)&ifr, curproc));
}

static void
rdomains(u_int before, u_int after)
{
	struct sadb_x_rdomain	*r = kk_ext(SADB_X_EXT_RDOMAIN, sizeof(*r));

	r->sadb_x_rdomain_dom1 = before;
	r->sadb_x_rdomain_dom2 = after;
}

static struct tdb *
sa(struct in_addr src, struct in_addr dst, u_int before, u_int after)
{
	kk_begin(SADB_ADD, SADB_SATYPE_ESP);
	kk_sa(0x1001, 0, SADB_X_EALG_AESGCM16, SADB_X_SAFLAGS_TUNNEL, 64);
	kk_addr(SADB_EXT_ADDRESS_SRC, src, 0);
	kk_addr(SADB_EXT_ADDRESS_DST, dst, 0);
	kk_key(SADB_EXT_KEY_ENCRYPT, "0123456789abcdefghij", 20);
	rdomains(before, after);
	KT_ERR(0, kk_send());
	return (TAILQ_LAST(&tdb_all, tdb_head));
}

static void
flow(u_int dir, u_int rdomain)
{
	kk_begin(SADB_X_ADDFLOW, SADB_SATYPE_ESP);
	if (dir == IPSP_DIRECTION_OUT)
		kk_selectors(IP(10, 1, 0, 0), 24, IP(10, 2, 0, 0), 24, 0, 0,
		    0);
	else
		kk_selectors(IP(10, 2, 0, 0), 24, IP(10, 1, 0, 0), 24, 0, 0,
		    0);
	kk_addr(SADB_EXT_ADDRESS_DST, PEER, 0);
	kk_flowtype(SADB_X_FLOW_TYPE_REQUIRE, dir);
	rdomains(rdomain, rdomain);
	KT_ERR(0, kk_send());
}

/* Packets of a protocol that have left; all are thrown away. */
static u_int
left(struct ktif *ki, u_int proto)
{
	struct mbuf	*m;
	u_int		 n = 0;

	while ((m = kt_tx(ki)) != NULL) {
		n += mtod(m, struct ip *)->ip_p == proto;
		m_freem(m);
	}
	return (n);
}

KTEST(rdomain, "flows of one domain, SAs whose packets leave by another")
{
	struct tdb	*tdb;
	struct mbuf	*m;
	uint8_t		 buf[256], text[128];
	u_int		 len, tlen;

	lan = kt_if("kta0", KTIF_IP);
	wan = kt_if("kta1", KTIF_IP);
	set_rdomain(lan, 1);
	KT_ERR(0, kt_addr(lan, IP(10, 1, 0, 1), 24));
	KT_ERR(0, kt_addr(wan, US, 24));
	KT_ERR(0, kt_route(IP(10, 2, 0, 0), 24, IP(10, 1, 0, 9), 0, 1));
	KT_ERR(0, kt_route(IP(10, 2, 0, 0), 24, PEER, 0, 0));
	ipforwarding = 1;
	kk_open();

	KT_CASE("a flow of domain 0 is none of domain 1");
	(void)sa(US, PEER, 0, 0);
	flow(IPSP_DIRECTION_OUT, 0);
	kt_rx(lan, kt_udp(NEAR, FAR, 7, 9, "x", 1));
	kt_settle();
	KT_EQ(left(wan, IPPROTO_ESP), 0);
	/* In the clear, where its route is. */
	KT_EQ(left(lan, IPPROTO_UDP), 1);
	kk_begin(SADB_FLUSH, 0);
	KT_ERR(0, kk_send());

	KT_CASE("out: domain 1 inside, domain 0 outside");
	(void)sa(US, PEER, 1, 0);
	flow(IPSP_DIRECTION_OUT, 1);
	kt_rx(lan, kt_udp(NEAR, FAR, 7, 9, "x", 1));
	kt_settle();
	KT_EQ(left(lan, IPPROTO_UDP), 0);
	KT_EQ(left(wan, IPPROTO_ESP), 1);

	KT_CASE("in: domain 0 outside, domain 1 inside");
	tdb = sa(PEER, US, 0, 1);
	flow(IPSP_DIRECTION_IN, 1);
	m = kt_udp(FAR, NEAR, 9, 7, "reply", 5);
	tlen = m->m_pkthdr.len;
	m_copydata(m, 0, tlen, text);
	m_freem(m);
	len = kk_esp(tdb, 1, buf, text, tlen, IPPROTO_IPV4);
	kt_rx(wan, kt_ip(PEER, US, IPPROTO_ESP, buf, len));
	kt_settle();
	/* The enc(4) of domain 1 is missing: the card's own stands in. */
	KT_EQ(left(lan, IPPROTO_UDP), 1);
	kk_close();
	ipforwarding = 0;
	KT_ERR(0, kt_unroute(IP(10, 2, 0, 0), 24, 0));
	KT_ERR(0, kt_unroute(IP(10, 2, 0, 0), 24, 1));
	kt_txdrop(lan);
	kt_txdrop(wan);
	kt_if_free(lan);
	kt_if_free(wan);
}

KTEST(listener, "a socket of a domain hears of no other, and manages none")
{
	struct socket	*so;
	u_int		 was = curproc->p_rtableid;

	lan = kt_if("kta0", KTIF_IP);
	set_rdomain(lan, 1);
	kk_open();
	curproc->p_rtableid = 1;
	KT_REQUIRE(socreate(AF_KEY, &so, SOCK_RAW, PF_KEY_V2) == 0);
	curproc->p_rtableid = was;
	(void)sa(US, PEER, 0, 0);
	KT_EQ(kk_read(so), 0);
	(void)sa(US, IP(192, 0, 2, 3), 1, 0);
	KT_TRUE(kk_read(so) != 0);
	KT_EQ(kk_reply.hdr.sadb_msg_type, SADB_ADD);
	flow(IPSP_DIRECTION_OUT, 0);
	KT_EQ(kk_read(so), 0);
	flow(IPSP_DIRECTION_OUT, 1);
	KT_TRUE(kk_read(so) != 0);
	/* It cannot touch what is domain 0's. */
	kk_begin(SADB_DELETE, SADB_SATYPE_ESP);
	kk_sa(0x1001, 0, 0, 0, 0);
	kk_addr(SADB_EXT_ADDRESS_DST, PEER, 0);
	kk_msg.hdr.sadb_msg_len = kk_len / 8;
	KT_ERR(0, sosend(so, NULL, NULL, kt_mbuf(kk_msg.buf, kk_len), NULL,
	    0));
	KT_TRUE(kk_read(so) != 0);
	KT_EQ(kk_reply.hdr.sadb_msg_errno, ESRCH);
	rdomains(0, 0);
	kk_msg.hdr.sadb_msg_len = kk_len / 8;
	KT_ERR(0, sosend(so, NULL, NULL, kt_mbuf(kk_msg.buf, kk_len), NULL,
	    0));
	KT_TRUE(kk_read(so) != 0);
	KT_EQ(kk_reply.hdr.sadb_msg_errno, EPERM);
	KT_EQ(tdb_count, 2);
	/* Its FLUSH is of its own. */
	kk_begin(SADB_FLUSH, 0);
	kk_msg.hdr.sadb_msg_len = 2;
	KT_ERR(0, sosend(so, NULL, NULL, kt_mbuf(kk_msg.buf, 16), NULL, 0));
	KT_EQ(tdb_count, 1);
	KT_EQ(ipo_count, 1);
	soclose(so);
	kk_close();
	kt_if_free(lan);
}

static int
setlevel(struct socket *so, int proto, int opt, int level)
{
	struct mbuf	*m = kt_mbuf(&level, sizeof(level));
	int		 error;

	error = sosetopt(so, proto, opt, m);
	m_free(m);
	return (error);
}

static int
sendto(struct socket *so, int v6)
{
	struct sockaddr_in6	*sin6;
	struct sockaddr_in	*sin;
	struct mbuf		*nam;
	int			 error;

	nam = m_get(M_WAIT, MT_SONAME);
	memset(mtod(nam, caddr_t), 0, sizeof(*sin6));
	if (v6) {
		sin6 = mtod(nam, struct sockaddr_in6 *);
		nam->m_len = sin6->sin6_len = sizeof(*sin6);
		sin6->sin6_family = AF_INET6;
		sin6->sin6_addr = PEER_6;
		sin6->sin6_port = htons(500);
	} else {
		sin = mtod(nam, struct sockaddr_in *);
		nam->m_len = sin->sin_len = sizeof(*sin);
		sin->sin_family = AF_INET;
		sin->sin_addr = PEER;
		sin->sin_port = htons(500);
	}
	error = sosend(so, nam, NULL, kt_mbuf("hello", 5), NULL, 0);
	m_free(nam);
	kt_settle();
	return (error);
}

/* A flow that denies whatever goes to, or comes from, the peer. */
static void
denied(int v6)
{
	struct ipsec_policy	*ipo;
	u_int			 dir;

	for (dir = IPSP_DIRECTION_IN; dir <= IPSP_DIRECTION_OUT; dir++) {
		KT_REQUIRE((ipo = spd_alloc()) != NULL);
		ipo->ipo_sel.sl_src.ia_af = ipo->ipo_sel.sl_dst.ia_af =
		    v6 ? AF_INET6 : AF_INET;
		ipo->ipo_type = SADB_X_FLOW_TYPE_DONTACQ;
		ipo->ipo_sproto = IPPROTO_ESP;
		ipo->ipo_dir = dir;
		NET_LOCK();
		KT_ERR(0, spd_insert(ipo));
		NET_UNLOCK();
	}
}

static u_int
received(struct socket *so, int v6)
{
	u_int	 n;

	if (v6)
		kt_rx(wan, kt_udp6(PEER_6, US_6, 500, 500, "hi", 2));
	else
		kt_rx(wan, kt_udp(PEER, US, 500, 500, "hi", 2));
	kt_settle();
	n = so->so_rcv.sb_cc;
	sbflush(&so->so_rcv);
	return (n);
}

static void
bind500(struct socket *so, int v6)
{
	struct mbuf	*nam = m_get(M_WAIT, MT_SONAME);

	memset(mtod(nam, caddr_t), 0, sizeof(struct sockaddr_in6));
	nam->m_len = v6 ? sizeof(struct sockaddr_in6) :
	    sizeof(struct sockaddr_in);
	mtod(nam, struct sockaddr *)->sa_len = nam->m_len;
	mtod(nam, struct sockaddr *)->sa_family = v6 ? AF_INET6 : AF_INET;
	mtod(nam, struct sockaddr_in *)->sin_port = htons(500);
	KT_ERR(0, sobind(so, nam, curproc));
	m_free(nam);
}

KTEST(levels, "a key daemon's own packets bypass a flow that covers them")
{
	static const struct {
		int	 proto, auth, trans, network, ipcomp;
	} options[] = {
		{ IPPROTO_IP, IP_AUTH_LEVEL, IP_ESP_TRANS_LEVEL,
		    IP_ESP_NETWORK_LEVEL, IP_IPCOMP_LEVEL },
		{ IPPROTO_IPV6, IPV6_AUTH_LEVEL, IPV6_ESP_TRANS_LEVEL,
		    IPV6_ESP_NETWORK_LEVEL, IPV6_IPCOMP_LEVEL },
	};
	struct socket	*so;
	int		 bad, v6;

	for (v6 = 0; v6 < 2; v6++) {
		KT_CASE("IPv%d", v6 ? 6 : 4);
		wan = kt_if6("kta1", KTIF_IP);
		KT_ERR(0, kt_addr(wan, US, 24));
		KT_ERR(0, kt_addr6(wan, US_6, 64));
		kt_settle();
		kk_open();
		denied(v6);
		KT_REQUIRE(socreate(v6 ? AF_INET6 : AF_INET, &so, SOCK_DGRAM,
		    0) == 0);
		bind500(so, v6);
		kt_txdrop(wan);
		KT_ERR(EHOSTUNREACH, sendto(so, v6));
		KT_EQ(kt_txlen(wan), 0);
		KT_EQ(received(so, v6), 0);
		/* Each by itself is not enough. */
		KT_ERR(0, setlevel(so, options[v6].proto, options[v6].auth,
		    IPSEC_LEVEL_BYPASS));
		KT_ERR(EHOSTUNREACH, sendto(so, v6));
		KT_ERR(0, setlevel(so, options[v6].proto, options[v6].trans,
		    IPSEC_LEVEL_BYPASS));
		KT_ERR(EHOSTUNREACH, sendto(so, v6));
		KT_EQ(received(so, v6), 0);
		KT_ERR(0, setlevel(so, options[v6].proto,
		    options[v6].network, IPSEC_LEVEL_BYPASS));
		KT_ERR(0, sendto(so, v6));
		KT_EQ(kt_txlen(wan), 1);
		kt_txdrop(wan);
		KT_TRUE(received(so, v6) > 0);
		for (bad = -1; bad <= IPSEC_LEVEL_UNIQUE + 1; bad +=
		    IPSEC_LEVEL_UNIQUE + 2)
			KT_ERR(EINVAL, setlevel(so, options[v6].proto,
			    options[v6].auth, bad));
		KT_ERR(0, setlevel(so, options[v6].proto,
		    options[v6].ipcomp, IPSEC_LEVEL_USE));
		/* And who requires gets nothing that is in the clear. */
		KT_ERR(0, setlevel(so, options[v6].proto,
		    options[v6].network, IPSEC_LEVEL_REQUIRE));
		KT_EQ(received(so, v6), 0);
		soclose(so);
		kk_close();
		kt_if6_free(wan);
	}
}

KTEST(chain, "compressed, encrypted, authenticated: out, and in again")
{
	static const uint8_t	 sort[] = { SADB_X_SATYPE_IPCOMP,
				    SADB_SATYPE_ESP, SADB_SATYPE_AH };
	static const uint32_t	 spi[] = { 0x900, 0x901, 0x902 };
	static uint8_t		 data[600];
	struct sadb_protocol	*sp;
	struct sadb_sa		*s;
	struct in_addr		 src, dst;
	struct mbuf		*m;
	struct tdb		*ah = NULL;
	struct ip		*ip;
	uint64_t		 decompressed;
	uint8_t			 buf[200];
	u_int			 i, len;
	int			 in;

	lan = kt_if("kta0", KTIF_IP);
	wan = kt_if("kta1", KTIF_IP);
	KT_ERR(0, kt_addr(lan, IP(10, 1, 0, 1), 24));
	KT_ERR(0, kt_addr(wan, US, 24));
	KT_ERR(0, kt_route(IP(10, 2, 0, 0), 24, PEER, 0, 0));
	ipforwarding = ipcomp_enable = 1;
	kk_open();
	for (in = 0; in < 2; in++) {
		src = in ? PEER : US;
		dst = in ? US : PEER;
		(void)kk_add(&kk_algs[13], src, dst, spi[0],
		    SADB_X_SAFLAGS_TUNNEL, 0);
		(void)kk_add(&kk_algs[2], src, dst, spi[1], 0, 64);
		ah = kk_add(&kk_algs[10], src, dst, spi[2], 0, 64);
		for (i = 0; i < 2; i++) {
			kk_begin(SADB_X_GRPSPIS, sort[i]);
			kk_sa(spi[i], 0, 0, 0, 0);
			kk_addr(SADB_EXT_ADDRESS_DST, dst, 0);
			s = kk_ext(SADB_X_EXT_SA2, sizeof(*s));
			s->sadb_sa_spi = htonl(spi[i + 1]);
			kk_addr(SADB_X_EXT_DST2, dst, 0);
			sp = kk_ext(SADB_X_EXT_SATYPE2, sizeof(*sp));
			sp->sadb_protocol_proto = sort[i + 1];
			KT_ERR(0, kk_send());
		}
	}
	/* The peer's packets are ours, with other addresses outside. */
	KT_ERR(0, kk_flow(IP(10, 2, 0, 0), 24, IP(10, 1, 0, 0), 24, PEER,
	    SADB_X_FLOW_TYPE_REQUIRE, IPSP_DIRECTION_IN));
	KT_ERR(0, kk_flow(FAR, 32, NEAR, 32, PEER, SADB_X_FLOW_TYPE_REQUIRE,
	    IPSP_DIRECTION_OUT));
	m = kt_udp(FAR, NEAR, 9, 7, data, sizeof(data));
	NET_LOCK();
	(void)ip_output(m, NULL, NULL, IP_RAWOUTPUT, NULL, NULL);
	NET_UNLOCK();
	kt_settle();
	kk_msg.hdr.sadb_msg_type = SADB_X_DELFLOW;
	KT_ERR(0, kk_send());
	m = kt_tx(wan);
	KT_REQUIRE(m != NULL);
	ip = mtod(m, struct ip *);
	KT_EQ(ip->ip_p, IPPROTO_AH);
	KT_EQ(mtod(m, uint8_t *)[20], IPPROTO_ESP);
	/* 628 bytes of zeroes are few. */
	len = m->m_pkthdr.len;
	KT_REQUIRE(len < sizeof(buf));
	KT_CASE("in");
	ip->ip_src = PEER;
	ip->ip_dst = US;
	kt_ipsum(m);
	m_copydata(m, 0, len, buf);
	m_freem(m);
	/* AH covers the addresses. */
	memset(buf + 20 + AH_HLEN, 0, ah->tdb_icvlen);
	kk_ah(ah, 1, buf, len, 20);
	decompressed = ipsecstat.ipsec_idecompbytes;
	kt_rx(wan, kt_mbuf(buf, len));
	kt_settle();
	m = kt_tx(lan);
	KT_REQUIRE(m != NULL);
	KT_EQ(m->m_pkthdr.len, 628);
	KT_EQ(mtod(m, struct ip *)->ip_dst.s_addr, NEAR.s_addr);
	KT_EQ(ipsecstat.ipsec_idecompbytes - decompressed, 628);
	m_freem(m);
	KT_CASE("in, without the outermost");
	kt_rx(wan, kt_ip(PEER, US, IPPROTO_ESP, buf + 20 +
	    ah_hdrlen(ah, AF_INET), len - 20 - ah_hdrlen(ah, AF_INET)));
	kt_settle();
	KT_EQ(kt_txlen(lan), 0);
	kk_close();
	ipforwarding = ipcomp_enable = 0;
	KT_ERR(0, kt_unroute(IP(10, 2, 0, 0), 24, 0));
	kt_txdrop(lan);
	kt_txdrop(wan);
	kt_if_free(lan);
	kt_if_free(wan);
}

KTEST(defaults, "sysctl: numbers that are there, and what they are at first")
{
	static const struct {
		int	 proto, name, value;
	} ints[] = {
		{ IPPROTO_ESP, ESPCTL_ENABLE, 1 },
		{ IPPROTO_ESP, ESPCTL_UDPENCAP_ENABLE, 1 },
		{ IPPROTO_ESP, ESPCTL_UDPENCAP_PORT, 4500 },
		{ IPPROTO_ESP, ESPCTL_LEGACY, 0 },
		{ IPPROTO_AH, AHCTL_ENABLE, 1 },
		{ IPPROTO_IPCOMP, IPCOMPCTL_ENABLE, 0 },
		{ IPPROTO_IP, IPCTL_IPSEC_EXPIRE_ACQUIRE, 30 },
		{ IPPROTO_IP, IPCTL_IPSEC_EMBRYONIC_SA_TIMEOUT, 60 },
		{ IPPROTO_IP, IPCTL_IPSEC_REQUIRE_PFS, 1 },
		{ IPPROTO_IP, IPCTL_IPSEC_SOFT_ALLOCATIONS, 0 },
		{ IPPROTO_IP, IPCTL_IPSEC_ALLOCATIONS, 0 },
		{ IPPROTO_IP, IPCTL_IPSEC_SOFT_BYTES, 0 },
		{ IPPROTO_IP, IPCTL_IPSEC_BYTES, 0 },
		{ IPPROTO_IP, IPCTL_IPSEC_TIMEOUT, 86400 },
		{ IPPROTO_IP, IPCTL_IPSEC_SOFT_TIMEOUT, 80000 },
		{ IPPROTO_IP, IPCTL_IPSEC_FIRSTUSE, 7200 },
		{ IPPROTO_IP, IPCTL_IPSEC_SOFT_FIRSTUSE, 3600 },
		{ IPPROTO_IP, IPCTL_ENCDEBUG, 0 },
	};
	static const struct {
		int		 name;
		const char	*value, *other;	/* NULL: there is no other */
	} strings[] = {
		{ IPCTL_IPSEC_ENC_ALGORITHM, "aes", "aes-gcm" },
		{ IPCTL_IPSEC_AUTH_ALGORITHM, "hmac-sha1", "hmac-sha2-256" },
		{ IPCTL_IPSEC_IPCOMP_ALGORITHM, "deflate", NULL },
	};
	char	*text;
	int	*mib, *value;
	size_t	*lenp;
	u_int	 i;

	ktuser_begin(0);
	mib = ktuser_mem(4 * sizeof(*mib));
	value = ktuser_mem(sizeof(*value));
	lenp = ktuser_mem(sizeof(*lenp));
	text = ktuser_mem(64);
	mib[0] = CTL_NET;
	mib[1] = PF_INET;
	for (i = 0; i < nitems(ints); i++) {
		KT_CASE("%d.%d", ints[i].proto, ints[i].name);
		mib[2] = ints[i].proto;
		mib[3] = ints[i].name;
		*lenp = sizeof(*value);
		KT_EQ(ktcall(SYS_sysctl, mib, 4, value, lenp, NULL, 0), 0);
		KT_EQ(*lenp, sizeof(*value));
		KT_EQ(*value, ints[i].value);
		*value = -1;
		KT_EQ(ktcall(SYS_sysctl, mib, 4, NULL, NULL, value,
		    sizeof(*value)), -EINVAL);
	}
	mib[2] = IPPROTO_IP;
	for (i = 0; i < nitems(strings); i++) {
		KT_CASE("%s", strings[i].value);
		mib[3] = strings[i].name;
		*lenp = 64;
		KT_EQ(ktcall(SYS_sysctl, mib, 4, text, lenp, NULL, 0), 0);
		KT_STREQ(text, strings[i].value);
		strlcpy(text, "rot13", 64);
		KT_EQ(ktcall(SYS_sysctl, mib, 4, NULL, NULL, text, 5),
		    -EINVAL);
		if (strings[i].other != NULL) {
			strlcpy(text, strings[i].other, 64);
			KT_EQ(ktcall(SYS_sysctl, mib, 4, NULL, NULL, text,
			    strlen(text)), 0);
		}
		strlcpy(text, strings[i].value, 64);
		KT_EQ(ktcall(SYS_sysctl, mib, 4, NULL, NULL, text,
		    strlen(text)), 0);
	}
	ktuser_setuid(1000);
	mib[2] = IPPROTO_ESP;
	mib[3] = ESPCTL_ENABLE;
	*value = 0;
	KT_EQ(ktcall(SYS_sysctl, mib, 4, NULL, NULL, value, sizeof(*value)),
	    -EPERM);
	KT_EQ(esp_enable, 1);
	ktuser_end();
}
