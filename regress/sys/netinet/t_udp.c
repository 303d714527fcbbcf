/*
 * UDP sockets: delivery, control messages, trains, errors.
 */
#include <netinet/udp_var.h>

#include "ktinet.h"
#include "ktsock.h"

#define US	IP(10, 1, 0, 1)
#define US2	IP(10, 1, 0, 11)
#define PEER	IP(10, 1, 0, 2)
#define ANY	IP(0, 0, 0, 0)

static struct ktif	*a;

static void
up(void)
{
	a = kt_if("kta0", KTIF_IP);
	KT_REQUIRE(kt_addr(a, US, 24) == 0);
	KT_REQUIRE(kt_addr(a, US2, 32) == 0);
}

static void
down(void)
{
	kt_if_free(a);
}

static struct socket *
bound(struct in_addr addr, u_int port)
{
	struct socket	*so = kt_socket(SOCK_DGRAM, 0);

	KT_REQUIRE(kt_bind(so, addr, port) == 0);
	return (so);
}

KTEST(receive, "datagrams of all sizes arrive whole, with their sender")
{
	static uint8_t	 data[8000];
	struct socket	*so;
	struct ktmsg	*km;
	struct mbuf	*m;
	u_int		 len;

	up();
	so = bound(ANY, 7000);
	kt_ifp(a)->if_mtu = 9000;
	kt_pattern(data, 0, sizeof(data));
	for (len = 0; len < sizeof(data); len += 1 + len / 3) {
		KT_CASE("%u bytes", len);
		m = kt_udp(PEER, US, 1234, 7000, data, len);
		kt_rx(a, len % 2 ? kt_shatter(m, 50) : m);
		km = kt_recv(so);
		KT_REQUIRE(km != NULL);
		KT_EQ(km->km_len, len);
		KT_MEMEQ(km->km_data, data, len);
		KT_EQ(km->km_from.sin_addr.s_addr, PEER.s_addr);
		KT_EQ(km->km_from.sin_port, htons(1234));
		KT_EQ(km->km_from.sin_len, sizeof(km->km_from));
	}
	KT_EQ(so->so_rcv.sb_cc, 0);
	soclose(so);
	down();
}

/* Spoil a datagram; which counter sees it. */
static const struct {
	const char	*name;
	u_int		 off;		/* in the UDP header, 16 bits */
	uint16_t	 val;
	u_int		 cut;		/* bytes taken off the IP packet */
	int		 fix;		/* make the checksum right again */
	uint64_t	*counter;
} bad[] = {
	{ "length 7", 4, 7, 0, 0, &udpstat.udps_badlen },
	{ "length past the packet", 4, 13, 0, 0, &udpstat.udps_badlen },
	{ "shorter than a header", 0, 1234, 5, 0, &udpstat.udps_hdrops },
	{ "port 0", 2, 0, 0, 1, &udpstat.udps_badport },
	{ "checksum", 6, 0x1234, 0, 0, &udpstat.udps_badsum },
	{ "no checksum", 6, 0, 0, 0, &udpstat.udps_nosum },
};

KTEST(malformed, "malformed datagrams are counted by reason")
{
	struct socket	*so;
	struct udphdr	*uh;
	struct mbuf	*m;
	struct ip	*ip;
	uint64_t	 was;
	uint16_t	 val;
	u_int		 i;

	up();
	so = bound(ANY, 7000);
	for (i = 0; i < nitems(bad); i++) {
		KT_CASE("%s", bad[i].name);
		m = kt_udp(PEER, US, 1234, 7000, "data", 4);
		ip = mtod(m, struct ip *);
		uh = (struct udphdr *)(ip + 1);
		val = htons(bad[i].val);
		memcpy((uint8_t *)uh + bad[i].off, &val, 2);
		if (bad[i].fix) {
			uh->uh_sum = 0;
			uh->uh_sum = in4_cksum(m, IPPROTO_UDP, 20, 12);
		}
		m_adj(m, -(int)bad[i].cut);
		ip->ip_len = htons(m->m_pkthdr.len);
		kt_ipsum(m);
		was = *bad[i].counter;
		kt_rx(a, m);
		KT_EQ(*bad[i].counter, was + 1);
		KT_EQ(kt_recv(so) != NULL,
		    bad[i].counter == &udpstat.udps_nosum);
	}
	KT_EQ(kt_txlen(a), 0);
	soclose(so);
	down();
}

KTEST(trimmed, "bytes behind the datagram are no part of it")
{
	struct socket	*so;
	struct ktmsg	*km;
	struct mbuf	*m;
	struct udphdr	*uh;

	up();
	so = bound(ANY, 7000);
	m = kt_udp(PEER, US, 1234, 7000, "datamore", 8);
	uh = (struct udphdr *)(mtod(m, struct ip *) + 1);
	uh->uh_ulen = htons(12);
	uh->uh_sum = 0;
	uh->uh_sum = in4_cksum(m, IPPROTO_UDP, 20, 12);
	kt_rx(a, m);
	km = kt_recv(so);
	KT_REQUIRE(km != NULL);
	KT_EQ(km->km_len, 4);
	soclose(so);
	down();
}

KTEST(full, "a full socket drops and counts")
{
	uint64_t	 was = udpstat.udps_fullsock;
	struct socket	*so;
	u_int		 i, got;

	up();
	so = bound(ANY, 7000);
	KT_ERR(0, kt_setint(so, SOL_SOCKET, SO_RCVBUF, 8192));
	for (i = 0; i < 50; i++)
		kt_rx(a, kt_udp(PEER, US, 1, 7000, NULL, 1000));
	for (got = 0; kt_recv(so) != NULL; got++)
		continue;
	KT_RANGE(got, 2, 10);
	KT_EQ(udpstat.udps_fullsock - was, 50 - got);
	kt_rx(a, kt_udp(PEER, US, 1, 7000, NULL, 1000));
	KT_TRUE(kt_recv(so) != NULL);
	soclose(so);
	down();
}

KTEST(control, "control messages that a program may ask for")
{
	struct in_pktinfo	*pi;
	struct socket		*so;
	struct ktmsg		*km;
	struct mbuf		*m;
	u_int			 len;
	uint8_t			*p;

	up();
	so = bound(ANY, 7000);
	kt_rx(a, kt_udp(PEER, US2, 1, 7000, "x", 1));
	km = kt_recv(so);
	KT_REQUIRE(km != NULL);
	KT_TRUE(km->km_control == NULL);
	KT_ERR(0, kt_setint(so, IPPROTO_IP, IP_PKTINFO, 1));
	KT_ERR(0, kt_setint(so, IPPROTO_IP, IP_RECVDSTADDR, 1));
	KT_ERR(0, kt_setint(so, IPPROTO_IP, IP_RECVDSTPORT, 1));
	KT_ERR(0, kt_setint(so, IPPROTO_IP, IP_RECVTTL, 1));
	KT_ERR(0, kt_setint(so, IPPROTO_IP, IP_RECVTOS, 1));
	m = kt_udp(PEER, US2, 1, 7000, "x", 1);
	mtod(m, struct ip *)->ip_tos = 0x2e;
	mtod(m, struct ip *)->ip_ttl = 99;
	kt_ipsum(m);
	kt_rx(a, m);
	km = kt_recv(so);
	KT_REQUIRE(km != NULL);
	pi = kt_cmsg(km, IPPROTO_IP, IP_PKTINFO, &len);
	KT_REQUIRE(pi != NULL);
	KT_EQ(len, 12);
	KT_EQ(pi->ipi_ifindex, kt_ifp(a)->if_index);
	KT_EQ(pi->ipi_addr.s_addr, US2.s_addr);
	KT_EQ(pi->ipi_spec_dst.s_addr, US2.s_addr);
	p = kt_cmsg(km, IPPROTO_IP, IP_RECVDSTADDR, &len);
	KT_REQUIRE(p != NULL);
	KT_MEMEQ(p, &US2, 4);
	p = kt_cmsg(km, IPPROTO_IP, IP_RECVDSTPORT, &len);
	KT_REQUIRE(p != NULL);
	KT_EQ(len, 2);
	KT_EQ(be16dec(p), 7000);
	p = kt_cmsg(km, IPPROTO_IP, IP_TTL, &len);
	KT_REQUIRE(p != NULL);
	KT_EQ(len, 4);
	KT_EQ(le32dec(p), 99);
	p = kt_cmsg(km, IPPROTO_IP, IP_TOS, &len);
	KT_REQUIRE(p != NULL);
	KT_EQ(len, 1);
	KT_EQ(*p, 0x2e);
	soclose(so);
	down();
}

KTEST(minttl, "IP_MINTTL refuses what comes from far away")
{
	uint64_t	 was = udpstat.udps_minttl;
	struct socket	*so;
	struct mbuf	*m;

	up();
	so = bound(ANY, 7000);
	KT_ERR(0, kt_setint(so, IPPROTO_IP, IP_MINTTL, 255));
	kt_rx(a, kt_udp(PEER, US, 1, 7000, "x", 1));
	KT_TRUE(kt_recv(so) == NULL);
	KT_EQ(udpstat.udps_minttl, was + 1);
	m = kt_udp(PEER, US, 1, 7000, "x", 1);
	mtod(m, struct ip *)->ip_ttl = 255;
	kt_ipsum(m);
	kt_rx(a, m);
	KT_TRUE(kt_recv(so) != NULL);
	soclose(so);
	down();
}

/* The next packet sent is a datagram; its headers. */
static struct ip *
out(struct mbuf **mp)
{
	struct mbuf	*m;
	struct ip	*ip;

	KT_REQUIRE((m = *mp = kt_tx(a)) != NULL);
	ip = mtod(m, struct ip *);
	KT_EQ(in_cksum_hdr(ip, 20), 0);
	KT_EQ(ip->ip_p, IPPROTO_UDP);
	KT_EQ(in4_cksum(m, IPPROTO_UDP, 20, m->m_pkthdr.len - 20), 0);
	return (ip);
}

KTEST(send, "headers, options and control messages of what is sent")
{
	struct in_pktinfo	 pi;
	struct socket		*so;
	struct udphdr		*uh;
	struct mbuf		*m;
	struct ip		*ip;
	int			 val;

	up();
	so = bound(ANY, 7000);
	KT_ERR(0, kt_sendto(so, "hello", 5, PEER, 9, NULL));
	ip = out(&m);
	uh = (struct udphdr *)(ip + 1);
	KT_EQ(ip->ip_src.s_addr, US.s_addr);
	KT_EQ(ip->ip_dst.s_addr, PEER.s_addr);
	KT_EQ(ip->ip_ttl, 64);
	KT_EQ(ip->ip_off, 0);
	KT_NE(ip->ip_id, 0);
	KT_EQ(uh->uh_sport, htons(7000));
	KT_EQ(uh->uh_dport, htons(9));
	KT_EQ(ntohs(uh->uh_ulen), 13);
	m_freem(m);
	KT_ERR(0, kt_setint(so, IPPROTO_IP, IP_TTL, 7));
	KT_ERR(0, kt_setint(so, IPPROTO_IP, IP_TOS, 0xb8));
	KT_ERR(0, kt_sendto(so, "hello", 5, PEER, 9, NULL));
	ip = out(&m);
	KT_EQ(ip->ip_ttl, 7);
	KT_EQ(ip->ip_tos, 0xb8);
	m_freem(m);
	/* A message may say otherwise. */
	val = 3;
	KT_ERR(0, kt_sendto(so, "hello", 5, PEER, 9,
	    kt_control(IPPROTO_IP, IP_TTL, &val, sizeof(val))));
	ip = out(&m);
	KT_EQ(ip->ip_ttl, 3);
	m_freem(m);
	KT_ERR(0, kt_sendto(so, "hello", 5, PEER, 9,
	    kt_control(IPPROTO_IP, IP_SENDSRCADDR, &US2, 4)));
	ip = out(&m);
	KT_EQ(ip->ip_src.s_addr, US2.s_addr);
	m_freem(m);
	memset(&pi, 0, sizeof(pi));
	pi.ipi_spec_dst = US2;
	KT_ERR(0, kt_sendto(so, "hello", 5, PEER, 9,
	    kt_control(IPPROTO_IP, IP_PKTINFO, &pi, sizeof(pi))));
	ip = out(&m);
	KT_EQ(ip->ip_src.s_addr, US2.s_addr);
	m_freem(m);
	soclose(so);
	down();
}

KTEST(send_errors, "what cannot be sent, and why")
{
	struct in_pktinfo	 pi;
	struct socket		*so;
	struct mbuf		*c;
	int			 val = 0;

	up();
	so = kt_socket(SOCK_DGRAM, 0);
	KT_ERR(EDESTADDRREQ, kt_send(so, "x", 1));
	KT_ERR(EINVAL, kt_sendto(so, "x", 1, PEER, 0, NULL));
	KT_ERR(EHOSTUNREACH, kt_sendto(so, "x", 1, IP(192, 0, 2, 1), 9,
	    NULL));
	KT_ERR(EADDRNOTAVAIL, kt_sendto(so, "x", 1, PEER, 9,
	    kt_control(IPPROTO_IP, IP_SENDSRCADDR, &PEER, 4)));
	KT_ERR(EINVAL, kt_sendto(so, "x", 1, PEER, 9,
	    kt_control(IPPROTO_IP, IP_SENDSRCADDR, &PEER, 3)));
	KT_ERR(EINVAL, kt_sendto(so, "x", 1, PEER, 9,
	    kt_control(IPPROTO_IP, IP_TTL, &val, sizeof(val))));
	KT_ERR(EINVAL, kt_sendto(so, "x", 1, PEER, 9,
	    kt_control(IPPROTO_IP, 999, &val, sizeof(val))));
	memset(&pi, 0, sizeof(pi));
	pi.ipi_ifindex = 9999;
	KT_ERR(ENODEV, kt_sendto(so, "x", 1, PEER, 9,
	    kt_control(IPPROTO_IP, IP_PKTINFO, &pi, sizeof(pi))));
	c = kt_control(IPPROTO_IP, IP_TTL, &val, sizeof(val));
	mtod(c, struct cmsghdr *)->cmsg_len = 4;
	KT_ERR(EINVAL, kt_sendto(so, "x", 1, PEER, 9, c));
	c = kt_control(IPPROTO_IP, IP_TTL, &val, sizeof(val));
	mtod(c, struct cmsghdr *)->cmsg_len = 400;
	KT_ERR(EINVAL, kt_sendto(so, "x", 1, PEER, 9, c));
	/* A broadcast needs leave. */
	KT_ERR(EACCES, kt_sendto(so, "x", 1, IP(10, 1, 0, 255), 9, NULL));
	KT_EQ(kt_txlen(a), 0);
	KT_ERR(0, kt_setint(so, SOL_SOCKET, SO_BROADCAST, 1));
	KT_ERR(0, kt_sendto(so, "x", 1, IP(10, 1, 0, 255), 9, NULL));
	KT_EQ(kt_txlen(a), 1);
	soclose(so);
	down();
}

KTEST(pmtudisc, "what IP_MTU_DISCOVER makes of a large datagram")
{
	static const struct {
		int	 how, error;
		u_int	 len, npkt;
		int	 df;
	} t[] = {
		{ IP_PMTUDISC_DONT, 0, 1000, 1, 0 },
		{ IP_PMTUDISC_DONT, 0, 2000, 2, 0 },
		{ IP_PMTUDISC_WANT, 0, 1000, 1, 1 },
		{ IP_PMTUDISC_WANT, 0, 2000, 2, 0 },
		{ IP_PMTUDISC_DO, 0, 1472, 1, 1 },
		{ IP_PMTUDISC_DO, EMSGSIZE, 1473, 0, 0 },
		{ IP_PMTUDISC_PROBE, 0, 1472, 1, 1 },
		{ IP_PMTUDISC_PROBE, EMSGSIZE, 1473, 0, 0 },
	};
	struct socket	*so;
	struct mbuf	*m;
	u_int		 i;

	up();
	so = kt_socket(SOCK_DGRAM, 0);
	for (i = 0; i < nitems(t); i++) {
		KT_CASE("case %u", i);
		KT_ERR(0, kt_setint(so, IPPROTO_IP, IP_MTU_DISCOVER,
		    t[i].how));
		KT_ERR(t[i].error, kt_sendto(so, NULL, t[i].len, PEER, 9,
		    NULL));
		KT_EQ(kt_txlen(a), t[i].npkt);
		if ((m = kt_tx(a)) != NULL)
			KT_EQ((mtod(m, struct ip *)->ip_off &
			    htons(IP_DF)) != 0, t[i].df);
		m_freem(m);
		kt_txdrop(a);
	}
	soclose(so);
	down();
}

KTEST(loopback, "what we send ourselves comes back, checksum unfinished")
{
	struct socket	*one, *two;
	struct ktmsg	*km;

	up();
	one = bound(US, 7000);
	two = bound(US2, 7001);
	KT_ERR(0, kt_sendto(one, "hello", 5, US2, 7001, NULL));
	km = kt_recv(two);
	KT_REQUIRE(km != NULL);
	KT_EQ(km->km_len, 5);
	KT_EQ(km->km_from.sin_addr.s_addr, US.s_addr);
	KT_EQ(km->km_from.sin_port, htons(7000));
	KT_EQ(kt_txlen(a), 0);
	soclose(one);
	soclose(two);
	down();
}

/* A train of n datagrams of 100 bytes of the pattern. */
static struct mbuf *
train(u_int n)
{
	static uint8_t	 data[8000];
	struct udphdr	*uh;
	struct mbuf	*m;

	kt_pattern(data, 0, sizeof(data));
	m = kt_udp(PEER, US, 1234, 7000, data, n * 100);
	uh = (struct udphdr *)(mtod(m, struct ip *) + 1);
	uh->uh_sum = in_cksum_phdr(PEER.s_addr, US.s_addr,
	    IPPROTO_UDP + 8 + n * 100);
	m->m_pkthdr.csum_flags = M_UDP_SEG | M_UDP_CSUM_OUT |
	    M_UDP_CSUM_IN_OK;
	m->m_pkthdr.ph_mss = 100;
	return (m);
}

KTEST(train_in, "a train is cut for a socket, unless it takes them whole")
{
	static uint8_t	 want[8000];
	struct socket	*so;
	struct ktmsg	*km;
	uint8_t		*p;
	u_int		 i;

	up();
	kt_pattern(want, 0, sizeof(want));
	so = bound(ANY, 7000);
	kt_rx(a, train(40));
	for (i = 0; i < 40; i++) {
		km = kt_recv(so);
		KT_REQUIRE(km != NULL);
		KT_EQ(km->km_len, 100);
		KT_MEMEQ(km->km_data, want + i * 100, 100);
	}
	KT_TRUE(kt_recv(so) == NULL);
	KT_ERR(0, kt_setint(so, IPPROTO_UDP, UDP_GRO, 1));
	kt_rx(a, train(40));
	km = kt_recv(so);
	KT_REQUIRE(km != NULL);
	KT_EQ(km->km_len, 4000);
	KT_MEMEQ(km->km_data, want, 4000);
	p = kt_cmsg(km, IPPROTO_UDP, UDP_GRO, NULL);
	KT_REQUIRE(p != NULL);
	KT_EQ(le32dec(p), 100);
	soclose(so);
	down();
}

KTEST(train_out, "UDP_SEGMENT sends many datagrams with one call")
{
	static uint8_t	 data[4000];
	struct socket	*so;
	struct mbuf	*m;
	uint16_t	 seg = 1000;
	uint8_t		 got[1000];
	u_int		 i;

	up();
	kt_pattern(data, 0, sizeof(data));
	so = bound(ANY, 7000);
	KT_ERR(0, kt_sendto(so, data, 3500, PEER, 9,
	    kt_control(IPPROTO_UDP, UDP_SEGMENT, &seg, sizeof(seg))));
	KT_EQ(kt_txlen(a), 4);
	for (i = 0; i < 4; i++) {
		(void)out(&m);
		KT_EQ(m->m_pkthdr.len, i < 3 ? 1028 : 528);
		m_copydata(m, 28, i < 3 ? 1000 : 500, got);
		KT_MEMEQ(got, data + i * 1000, i < 3 ? 1000 : 500);
		m_freem(m);
	}
	seg = 1;
	KT_ERR(EINVAL, kt_sendto(so, data, UDP_MAX_SEGMENTS + 1, PEER, 9,
	    kt_control(IPPROTO_UDP, UDP_SEGMENT, &seg, sizeof(seg))));
	soclose(so);
	down();
}

/* What stands for a tunnel: takes every other packet. */
static u_int	tunnel_calls, tunnel_len;

static struct mbuf *
tunnel(void *arg, struct mbuf *m, struct ip *ip, struct ip6_hdr *ip6,
    void *uh, int hlen)
{
	KT_PTREQ(ip, mtod(m, struct ip *));
	KT_TRUE(ip6 == NULL);
	KT_EQ(((struct udphdr *)uh)->uh_dport, htons(7000));
	KT_EQ(hlen, 20);
	tunnel_len = m->m_pkthdr.len;
	if (tunnel_calls++ & 1)
		return (m);
	m_freem(m);
	return (NULL);
}

KTEST(upcall, "a tunnel gets trains whole, and may leave packets alone")
{
	uint64_t	 was = udpstat.udps_upcall;
	struct socket	*so;

	up();
	so = bound(ANY, 7000);
	sotoinpcb(so)->inp_upcall = tunnel;
	tunnel_calls = 0;
	kt_rx(a, train(40));
	KT_EQ(tunnel_calls, 1);
	KT_EQ(tunnel_len, 4028);
	KT_TRUE(kt_recv(so) == NULL);
	KT_EQ(udpstat.udps_upcall, was + 1);
	kt_rx(a, kt_udp(PEER, US, 1, 7000, "x", 1));
	KT_EQ(tunnel_calls, 2);
	KT_TRUE(kt_recv(so) != NULL);
	soclose(so);
	down();
}

static struct mbuf *
encap(struct mbuf *m, int iphlen, int af)
{
	uint8_t	 c;

	tunnel_calls++;
	m_copydata(m, iphlen + 8, 1, &c);
	if (c == 'i')
		return (m);
	m_freem(m);
	return (NULL);
}

KTEST(encap, "the port of encapsulated ESP is looked at first")
{
	struct mbuf	*(*hook)(struct mbuf *, int, int) = udp_encap_hook;
	uint16_t	 port = udp_encap_port;
	struct socket	*so;

	up();
	so = bound(ANY, 4500);
	udp_encap_port = htons(4500);
	udp_encap_hook = encap;
	tunnel_calls = 0;
	kt_rx(a, kt_udp(PEER, US, 1, 4500, "esp", 3));
	KT_EQ(tunnel_calls, 1);
	KT_TRUE(kt_recv(so) == NULL);
	kt_rx(a, kt_udp(PEER, US, 1, 4500, "ike", 3));
	KT_EQ(tunnel_calls, 2);
	KT_TRUE(kt_recv(so) != NULL);
	udp_encap_port = port;
	udp_encap_hook = hook;
	soclose(so);
	down();
}

/* An ICMP error about the datagram in m, which is freed. */
static struct mbuf *
error_about(struct mbuf *m, int type, int code, uint16_t mtu)
{
	uint8_t	 buf[4 + 28 + 100];
	u_int	 len = MIN(m->m_pkthdr.len, sizeof(buf) - 4);

	memset(buf, 0, 4);
	be16enc(buf + 2, mtu);
	m_copydata(m, 0, len, buf + 4);
	m_freem(m);
	return (kt_icmp(IP(10, 1, 0, 77), US, type, code, buf, 4 + len));
}

KTEST(refused, "a connected socket hears that nobody listens")
{
	struct socket	*so, *other;

	up();
	so = bound(US, 7000);
	KT_ERR(0, kt_connect(so, PEER, 9));
	KT_ERR(0, kt_send(so, "x", 1));
	kt_rx(a, error_about(kt_tx(a), ICMP_UNREACH, ICMP_UNREACH_PORT, 0));
	KT_EQ(so->so_error, ECONNREFUSED);
	KT_ERR(ECONNREFUSED, kt_send(so, "x", 1));
	KT_ERR(0, kt_send(so, "x", 1));
	kt_txdrop(a);
	soclose(so);
	/* An unconnected one does not; nor does an uninvolved one. */
	so = bound(US, 7000);
	other = bound(US2, 7000);
	KT_ERR(0, kt_connect(other, PEER, 9));
	KT_ERR(0, kt_sendto(so, "x", 1, PEER, 9, NULL));
	kt_rx(a, error_about(kt_tx(a), ICMP_UNREACH, ICMP_UNREACH_PORT, 0));
	KT_EQ(so->so_error, 0);
	KT_EQ(other->so_error, 0);
	soclose(other);
	soclose(so);
	down();
}

KTEST(recverr, "with IP_RECVERR, errors are queued with what they quote")
{
	struct sock_extended_err	*ee;
	struct socket			*so;
	struct cmsghdr			*cm;
	struct mbuf			*m;
	int				 val;

	up();
	so = bound(US, 7000);
	KT_ERR(0, kt_setint(so, IPPROTO_IP, IP_RECVERR, 1));
	KT_ERR(0, kt_setint(so, IPPROTO_IP, IP_TTL, 1));
	KT_ERR(0, kt_sendto(so, "probe", 5, PEER, 33434, NULL));
	kt_rx(a, error_about(kt_tx(a), ICMP_TIMXCEED, 0, 0));
	m = ml_dequeue(&so->so_errq);
	KT_REQUIRE(m != NULL);
	KT_EQ(mtod(m, struct sockaddr_in *)->sin_addr.s_addr, PEER.s_addr);
	KT_EQ(mtod(m, struct sockaddr_in *)->sin_port, htons(33434));
	KT_REQUIRE(m->m_next != NULL);
	cm = mtod(m->m_next, struct cmsghdr *);
	KT_EQ(cm->cmsg_level, IPPROTO_IP);
	KT_EQ(cm->cmsg_type, IP_RECVERR);
	ee = (struct sock_extended_err *)CMSG_DATA(cm);
	KT_EQ(ee->ee_errno, EHOSTUNREACH);
	KT_EQ(ee->ee_origin, SO_EE_ORIGIN_ICMP);
	KT_EQ(ee->ee_type, ICMP_TIMXCEED);
	KT_REQUIRE(m->m_next->m_next != NULL);
	KT_EQ(m->m_next->m_next->m_len, 5);
	KT_MEMEQ(mtod(m->m_next->m_next, caddr_t), "probe", 5);
	m_freem(m);
	so->so_error = 0;
	/* The path's MTU, and the route that keeps it. */
	KT_ERR(0, kt_setint(so, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO));
	KT_ERR(0, kt_sendto(so, NULL, 1400, PEER, 33434, NULL));
	kt_rx(a, error_about(kt_tx(a), ICMP_UNREACH, ICMP_UNREACH_NEEDFRAG,
	    1200));
	m = ml_dequeue(&so->so_errq);
	KT_REQUIRE(m != NULL);
	cm = mtod(m->m_next, struct cmsghdr *);
	ee = (struct sock_extended_err *)CMSG_DATA(cm);
	KT_EQ(ee->ee_errno, EMSGSIZE);
	KT_EQ(ee->ee_info, 1200);
	m_freem(m);
	so->so_error = 0;
	KT_ERR(EMSGSIZE, kt_sendto(so, NULL, 1400, PEER, 33434, NULL));
	m = ml_dequeue(&so->so_errq);
	KT_REQUIRE(m != NULL);
	cm = mtod(m->m_next, struct cmsghdr *);
	ee = (struct sock_extended_err *)CMSG_DATA(cm);
	KT_EQ(ee->ee_origin, SO_EE_ORIGIN_LOCAL);
	KT_EQ(ee->ee_info, 1200);
	m_freem(m);
	KT_ERR(0, kt_sendto(so, NULL, 1172, PEER, 33434, NULL));
	KT_ERR(0, kt_getint(so, IPPROTO_IP, IP_MTU_DISCOVER, &val));
	KT_EQ(val, IP_PMTUDISC_DO);
	/* A probe goes by the link's MTU. */
	KT_ERR(0, kt_setint(so, IPPROTO_IP, IP_MTU_DISCOVER,
	    IP_PMTUDISC_PROBE));
	KT_ERR(0, kt_sendto(so, NULL, 1400, PEER, 33434, NULL));
	soclose(so);
	down();
}

KTEST(options, "options are kept, and bounded")
{
	static const struct {
		int	 level, opt, good, bad;
	} t[] = {
		{ IPPROTO_IP, IP_TTL, 255, 256 },
		{ IPPROTO_IP, IP_TTL, 1, 0 },
		{ IPPROTO_IP, IP_TOS, 255, 256 },
		{ IPPROTO_IP, IP_MINTTL, 0, 256 },
		{ IPPROTO_IP, IP_MINTTL, 255, -1 },
		{ IPPROTO_IP, IP_MTU_DISCOVER, 3, 4 },
		{ IPPROTO_IP, IP_MULTICAST_TTL, 255, 256 },
		{ IPPROTO_IP, IP_MULTICAST_LOOP, 0, 256 },
		{ IPPROTO_IP, IP_PORTRANGE, IP_PORTRANGE_LOW, 3 },
		{ IPPROTO_UDP, UDP_SEGMENT, 65535, 65536 },
		{ IPPROTO_UDP, UDP_SEGMENT, 0, -1 },
	};
	struct socket	*so;
	uint8_t		 byte = 9;
	u_int		 i;
	int		 val;

	so = kt_socket(SOCK_DGRAM, 0);
	for (i = 0; i < nitems(t); i++) {
		KT_CASE("option %d of %d", t[i].opt, t[i].level);
		KT_ERR(0, kt_setint(so, t[i].level, t[i].opt, t[i].good));
		KT_ERR(EINVAL, kt_setint(so, t[i].level, t[i].opt,
		    t[i].bad));
		KT_ERR(EINVAL, kt_setopt(so, t[i].level, t[i].opt, "", 0));
		KT_ERR(0, kt_getint(so, t[i].level, t[i].opt, &val));
		KT_EQ(val, t[i].good);
	}
	KT_ERR(0, kt_setopt(so, IPPROTO_IP, IP_TTL, &byte, 1));
	KT_ERR(0, kt_getint(so, IPPROTO_IP, IP_TTL, &val));
	KT_EQ(val, 9);
	KT_ERR(0, kt_setint(so, IPPROTO_IP, IP_TTL, -1));
	KT_ERR(0, kt_getint(so, IPPROTO_IP, IP_TTL, &val));
	KT_EQ(val, 64);
	KT_ERR(ENOPROTOOPT, kt_setint(so, IPPROTO_IP, 9999, 1));
	KT_ERR(ENOPROTOOPT, kt_setint(so, IPPROTO_IP, IP_HDRINCL, 1));
	KT_ERR(ENOPROTOOPT, kt_setint(so, IPPROTO_UDP, 9999, 1));
	KT_ERR(ENOPROTOOPT, kt_getint(so, 77, 1, &val));
	soclose(so);
}
