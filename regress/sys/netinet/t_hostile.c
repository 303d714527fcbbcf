/*
 * Mutated packets of every kind, their checksums made right so that they get
 * past the first check: nothing breaks, nothing is lost, every packet is
 * counted, and at the end an echo request is still answered.
 */
#include <net/ethertypes.h>

#include <netinet/igmp.h>
#include <netinet/tcp.h>

#include "ktinet.h"
#include "ktsock.h"

#define US	IP(10, 1, 0, 1)
#define PEER	IP(10, 1, 0, 2)
#define FAR	IP(10, 2, 0, 2)
#define ROUNDS	20000

static struct ktif	*a, *b;
static struct socket	*udp, *raw, *ping, *group;
static const uint8_t	 peer_mac[] = { 0x02, 0xaa, 0, 0, 0, 2 };

static void
up(void)
{
	struct ip_mreq	 mr;

	a = kt_if("kta0", KTIF_ETHER);
	b = kt_if("ktb0", KTIF_IP);
	KT_REQUIRE(kt_addr(a, US, 24) == 0);
	KT_REQUIRE(kt_addr(b, IP(10, 2, 0, 1), 24) == 0);
	ipforwarding = 1;
	ip_dosourceroute = 1;
	udp = kt_socket(SOCK_DGRAM, 0);
	raw = kt_socket(SOCK_RAW, IPPROTO_ICMP);
	ping = kt_socket(SOCK_DGRAM, IPPROTO_ICMP);
	group = kt_socket(SOCK_DGRAM, 0);
	KT_ERR(0, kt_bind(udp, IP(0, 0, 0, 0), 7000));
	KT_ERR(0, kt_setint(udp, IPPROTO_IP, IP_RECVERR, 1));
	KT_ERR(0, kt_setint(udp, IPPROTO_IP, IP_PKTINFO, 1));
	KT_ERR(0, kt_setint(udp, IPPROTO_IP, IP_RECVOPTS, 1));
	KT_ERR(0, kt_setint(udp, IPPROTO_IP, IP_RETOPTS, 1));
	KT_ERR(0, kt_setint(raw, IPPROTO_IP, IP_RECVERR, 1));
	mr.imr_multiaddr = IP(239, 1, 1, 1);
	mr.imr_interface = US;
	KT_ERR(0, kt_setopt(group, IPPROTO_IP, IP_ADD_MEMBERSHIP, &mr,
	    sizeof(mr)));
}

static void
down(void)
{
	soclose(udp);
	soclose(raw);
	soclose(ping);
	soclose(group);
	NET_LOCK();
	ip_drain();
	NET_UNLOCK();
	ipforwarding = 0;
	ip_dosourceroute = 0;
	kt_if_free(a);
	kt_if_free(b);
}

/* What lies in the sockets is thrown away now and then. */
static void
empty(void)
{
	sbflush(&udp->so_rcv);
	sbflush(&raw->so_rcv);
	sbflush(&ping->so_rcv);
	sbflush(&group->so_rcv);
	ml_purge(&udp->so_errq);
	ml_purge(&raw->so_errq);
	udp->so_error = raw->so_error = 0;
	kt_txdrop(a);
	kt_txdrop(b);
}

/* An ICMP error that quotes a datagram of ours. */
static struct mbuf *
quote(struct ktest_rand *kr)
{
	uint8_t		 buf[4 + 28];
	struct mbuf	*m;

	memset(buf, 0, 4);
	be16enc(buf + 2, ktest_rand(kr));
	m = kt_udp(US, PEER, 7000, 9, NULL, 0);
	m_copydata(m, 0, 28, buf + 4);
	m_freem(m);
	return (kt_icmp(PEER, US, ktest_rand_below(kr, 2) ? ICMP_UNREACH :
	    ktest_rand_below(kr, 20), ktest_rand_below(kr, 17), buf, 32));
}

/* A well-formed packet of some kind. */
static struct mbuf *
seed(struct ktest_rand *kr)
{
	static uint8_t	 data[1400];
	struct mbuf	*m;
	struct in_addr	 dst;

	switch (ktest_rand_below(kr, 4)) {
	case 0:
		dst = FAR;
		break;
	case 1:
		dst = IP(239, 1, 1, 1);
		break;
	default:
		dst = US;
		break;
	}
	switch (ktest_rand_below(kr, 6)) {
	case 0:
		m = kt_udp(PEER, dst, 9, 7000, data,
		    ktest_rand_below(kr, sizeof(data)));
		break;
	case 1:
		m = kt_icmp(PEER, dst, ktest_rand_below(kr, 20), 0, data,
		    ktest_rand_below(kr, 100));
		break;
	case 2:
		m = quote(kr);
		break;
	case 3:
		m = kt_ip(PEER, IP(224, 0, 0, 1), IPPROTO_IGMP, data, 12);
		mtod(m, struct ip *)->ip_ttl = 1;
		mtod(m, uint8_t *)[20] = 0x11 + ktest_rand_below(kr, 8);
		break;
	case 4:
		m = kt_ip(PEER, dst, IPPROTO_TCP, data,
		    ktest_rand_below(kr, 60));
		break;
	default:
		m = kt_ip(PEER, dst, ktest_rand_below(kr, 256), data,
		    ktest_rand_below(kr, 200));
		break;
	}
	return (m);
}

/* Put random options in: the right kinds, nearly the right contents. */
static struct mbuf *
add_options(struct ktest_rand *kr, struct mbuf *m)
{
	static const uint8_t	 kinds[] = { IPOPT_EOL, IPOPT_NOP, IPOPT_RR,
	    IPOPT_TS, IPOPT_LSRR, IPOPT_SSRR, IPOPT_RA };
	uint8_t			 opt[40];
	struct ip		*ip;
	u_int			 i, len = 4 * (1 + ktest_rand_below(kr, 10));

	for (i = 0; i < len; i++)
		opt[i] = ktest_rand_below(kr, 3) ? ktest_rand_below(kr, 12) :
		    ktest_rand(kr);
	for (i = 0; i + 3 < len; i += 1 + ktest_rand_below(kr, 12)) {
		opt[i] = kinds[ktest_rand_below(kr, nitems(kinds))];
		opt[i + 1] = ktest_rand_below(kr, len - i + 2);
		opt[i + 2] = ktest_rand_below(kr, 14);
	}
	m = m_prepend(m, len, M_WAIT);
	m = m_pullup(m, 20 + len);
	ip = mtod(m, struct ip *);
	memmove(ip, (uint8_t *)ip + len, 20);
	memcpy(ip + 1, opt, len);
	ip->ip_hl = (20 + len) >> 2;
	ip->ip_len = htons(m->m_pkthdr.len);
	return (m);
}

/* Make the sums right that the packet's headers, such as they are, have. */
static void
fix_sums(struct mbuf *m)
{
	struct ip	*ip = mtod(m, struct ip *);
	u_int		 hlen = ip->ip_hl << 2, len;
	int		 off;
	uint16_t	 sum;

	if (hlen >= 20 && hlen <= m->m_len)
		kt_ipsum(m);
	len = ntohs(ip->ip_len);
	if (hlen < 20 || len > m->m_pkthdr.len || len < hlen + 8)
		return;
	off = ip->ip_p == IPPROTO_UDP ? 6 : ip->ip_p == IPPROTO_TCP ? 16 :
	    ip->ip_p == IPPROTO_ICMP || ip->ip_p == IPPROTO_IGMP ? 2 : -1;
	if (off == -1 || hlen + off + 2 > m->m_len || len < hlen + off + 2)
		return;
	memset(mtod(m, uint8_t *) + hlen + off, 0, 2);
	if (ip->ip_p == IPPROTO_ICMP || ip->ip_p == IPPROTO_IGMP)
		sum = in_cksum_off(m, hlen, len - hlen);
	else
		sum = in4_cksum(m, ip->ip_p, hlen, len - hlen);
	memcpy(mtod(m, uint8_t *) + hlen + off, &sum, 2);
}

static struct mbuf *
mutate(struct ktest_rand *kr, struct mbuf *m)
{
	u_int	 n, off, len = m->m_pkthdr.len;

	if (ktest_rand_below(kr, 4) == 0)
		m = add_options(kr, m);
	for (n = ktest_rand_below(kr, 4); n > 0; n--) {
		/* The headers, most of the time. */
		off = ktest_rand_below(kr, ktest_rand_below(kr, 4) ?
		    MIN(m->m_len, 64) : m->m_len);
		mtod(m, uint8_t *)[off] = ktest_rand_below(kr, 2) ?
		    ktest_rand(kr) : (ktest_rand_below(kr, 2) ? 0xff : 0);
	}
	if (ktest_rand_below(kr, 6) == 0)
		mtod(m, struct ip *)->ip_off = htons(
		    (ktest_rand_below(kr, 2) ? IP_MF : 0) |
		    ktest_rand_below(kr, 20));
	if (ktest_rand_below(kr, 8) == 0)
		m_adj(m, -(int)ktest_rand_below(kr, len));
	if (m->m_len >= 20)
		fix_sums(m);
	if (ktest_rand_below(kr, 3) == 0)
		m = kt_shatter(m, 1 + ktest_rand_below(kr, 40));
	return (m);
}

/* In an Ethernet frame of our own. */
static struct mbuf *
frame(struct ktest_rand *kr, struct mbuf *m, u_int type)
{
	struct ether_header	 eh;

	memcpy(eh.ether_dhost, ktest_rand_below(kr, 20) == 0 ?
	    etherbroadcastaddr : a->ki_ac.ac_enaddr, 6);
	memcpy(eh.ether_shost, peer_mac, 6);
	eh.ether_type = htons(type);
	m = m_prepend(m, sizeof(eh), M_WAIT);
	m_copyback(m, 0, sizeof(eh), &eh, M_WAIT);
	return (m);
}

/* Where each packet that IPv4 saw has ended, but for those that went on. */
static uint64_t
ends(void)
{
	return (ipstat.ips_badvers + ipstat.ips_badhlen +
	    ipstat.ips_toosmall + ipstat.ips_badlen + ipstat.ips_tooshort +
	    ipstat.ips_badsum + ipstat.ips_badaddr + ipstat.ips_notmember +
	    ipstat.ips_llmcast + ipstat.ips_wrongif + ipstat.ips_badoptions +
	    ipstat.ips_fragments + ipstat.ips_delivered + ipstat.ips_noproto +
	    ipstat.ips_forward + ipstat.ips_cantforward + ipstat.ips_ttl +
	    ipstat.ips_reject - ipstat.ips_reassembled);
}

static void
still_alive(void)
{
	struct mbuf	*m;

	kt_txdrop(b);
	kt_rx(b, kt_icmp(FAR, IP(10, 2, 0, 1), ICMP_ECHO, 0, "\0\0\0\0", 4));
	m = kt_tx(b);
	KT_REQUIRE(m != NULL);
	KT_EQ(mtod(m, uint8_t *)[20], ICMP_ECHOREPLY);
	m_freem(m);
}

KTEST(packets, "mutated packets are counted, and leave the stack as it was")
{
	struct ktest_rand	 kr;
	struct mbuf		*m;
	uint64_t		 total, end;
	u_int			 i, inuse;

	up();
	ktest_srand(&kr, 4);
	empty();
	inuse = mbuf_inuse();
	total = ipstat.ips_total;
	end = ends();
	for (i = 0; i < ROUNDS; i++) {
		KT_CASE("packet %u", i);
		m = mutate(&kr, seed(&kr));
		kt_rx(a, frame(&kr, m, ETHERTYPE_IP));
		if (i % 50 == 0)
			empty();
	}
	still_alive();
	total = ipstat.ips_total - total;
	KT_RANGE(total, ROUNDS * 9 / 10, ROUNDS + 1000);
	KT_EQ(ends() - end, total);
	NET_LOCK();
	ip_drain();
	NET_UNLOCK();
	ktest_sleep_ms(6500);	/* ARP lets go of what it holds */
	empty();
	KT_RANGE(mbuf_inuse(), 0, inuse + 4);
	down();
}

KTEST(arp, "mutated ARP packets leave our address and a good entry alone")
{
	struct ktest_rand	 kr;
	struct ether_arp	 ea;
	struct mbuf		*m;
	u_int			 i, n, inuse;

	up();
	ktest_srand(&kr, 5);
	empty();
	inuse = mbuf_inuse();
	for (i = 0; i < ROUNDS; i++) {
		memset(&ea, 0, sizeof(ea));
		ea.arp_hrd = htons(ARPHRD_ETHER);
		ea.arp_pro = htons(ETHERTYPE_IP);
		ea.arp_hln = ETHER_ADDR_LEN;
		ea.arp_pln = 4;
		ea.arp_op = htons(1 + ktest_rand_below(&kr, 2));
		memcpy(ea.arp_sha, peer_mac, ETHER_ADDR_LEN);
		memcpy(ea.arp_spa, &PEER, 4);
		memcpy(ea.arp_tpa, &US, 4);
		for (n = ktest_rand_below(&kr, 4); n > 0; n--)
			((uint8_t *)&ea)[ktest_rand_below(&kr,
			    sizeof(ea))] = ktest_rand(&kr);
		m = kt_mbuf(&ea, sizeof(ea) - (ktest_rand_below(&kr, 10) ==
		    0 ? ktest_rand_below(&kr, sizeof(ea)) : 0));
		if (ktest_rand_below(&kr, 3) == 0)
			m = kt_shatter(m, 1 + ktest_rand_below(&kr, 9));
		kt_rx(a, frame(&kr, m, ETHERTYPE_ARP));
		empty();
	}
	still_alive();
	NET_LOCK();
	KT_TRUE(in_ifaddr_lookup(US, 0) != NULL);
	NET_UNLOCK();
	empty();
	KT_RANGE(mbuf_inuse(), 0, inuse + 4);
	down();
}
