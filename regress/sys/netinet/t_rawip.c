/*
 * Raw sockets, sockets of ping without privilege, and TCP's absence.
 */
#include <sys/ucred.h>

#include <netinet/tcp.h>
#include <netinet/tcp_var.h>

#include "ktinet.h"
#include "ktsock.h"

#define US	IP(10, 1, 0, 1)
#define PEER	IP(10, 1, 0, 2)
#define ANY	IP(0, 0, 0, 0)

static struct ktif	*a;

static void
up(void)
{
	a = kt_if("kta0", KTIF_IP);
	KT_REQUIRE(kt_addr(a, US, 24) == 0);
}

static void
down(void)
{
	kt_if_free(a);
}

KTEST(receive, "every raw socket of a protocol gets the whole packet")
{
	struct socket	*s1, *s2, *other;
	struct ktmsg	*km;

	up();
	s1 = kt_socket(SOCK_RAW, 99);
	s2 = kt_socket(SOCK_RAW, 99);
	other = kt_socket(SOCK_RAW, 98);
	kt_rx(a, kt_ip(PEER, US, 99, "payload", 7));
	km = kt_recv(s1);
	KT_REQUIRE(km != NULL);
	KT_EQ(km->km_len, 27);
	KT_MEMEQ(km->km_data + 20, "payload", 7);
	KT_EQ(km->km_from.sin_addr.s_addr, PEER.s_addr);
	km = kt_recv(s2);
	KT_REQUIRE(km != NULL);
	KT_EQ(km->km_len, 27);
	KT_TRUE(kt_recv(other) == NULL);
	KT_EQ(kt_txlen(a), 0);
	/* Bound and connected ones are choosy. */
	KT_ERR(0, kt_connect(s1, IP(10, 1, 0, 3), 0));
	kt_rx(a, kt_ip(PEER, US, 99, "payload", 7));
	KT_TRUE(kt_recv(s1) == NULL);
	KT_TRUE(kt_recv(s2) != NULL);
	soclose(s1);
	soclose(s2);
	soclose(other);
	down();
}

KTEST(send, "with a header made here, and with its own")
{
	struct socket	*so;
	struct mbuf	*m, *pkt;
	struct ip	*ip;

	up();
	so = kt_socket(SOCK_RAW, 99);
	KT_ERR(0, kt_sendto(so, "payload", 7, PEER, 0, NULL));
	m = kt_tx(a);
	KT_REQUIRE(m != NULL);
	ip = mtod(m, struct ip *);
	KT_EQ(ip->ip_p, 99);
	KT_EQ(ip->ip_src.s_addr, US.s_addr);
	KT_EQ(in_cksum_hdr(ip, 20), 0);
	KT_EQ(m->m_pkthdr.len, 27);
	m_freem(m);
	soclose(so);

	so = kt_socket(SOCK_RAW, IPPROTO_RAW);
	pkt = kt_ip(IP(1, 2, 3, 4), PEER, 42, "payload", 7);
	ip = mtod(pkt, struct ip *);
	ip->ip_sum = 0;
	ip->ip_id = 0;
	ip->ip_ttl = 3;
	KT_ERR(0, kt_sendto(so, ip, 27, PEER, 0, NULL));
	m = kt_tx(a);
	KT_REQUIRE(m != NULL);
	ip = mtod(m, struct ip *);
	KT_EQ(ip->ip_src.s_addr, IP(1, 2, 3, 4).s_addr);
	KT_EQ(ip->ip_p, 42);
	KT_EQ(ip->ip_ttl, 3);
	KT_NE(ip->ip_id, 0);
	KT_EQ(in_cksum_hdr(ip, 20), 0);
	m_freem(m);
	ip = mtod(pkt, struct ip *);
	ip->ip_hl = 4;
	KT_ERR(EINVAL, kt_sendto(so, ip, 27, PEER, 0, NULL));
	ip->ip_hl = 15;
	KT_ERR(EINVAL, kt_sendto(so, ip, 27, PEER, 0, NULL));
	ip->ip_hl = 5;
	ip->ip_v = 6;
	KT_ERR(EINVAL, kt_sendto(so, ip, 27, PEER, 0, NULL));
	KT_ERR(EINVAL, kt_sendto(so, ip, 19, PEER, 0, NULL));
	m_freem(pkt);
	soclose(so);
	down();
}

KTEST(privilege, "raw sockets are the super-user's, ping's are everybody's")
{
	struct ucred	*root = curproc->p_ucred, *user;
	struct socket	*so;

	user = crdup(root);
	user->cr_uid = user->cr_ruid = user->cr_svuid = 1000;
	curproc->p_ucred = user;
	KT_ERR(EACCES, socreate(AF_INET, &so, SOCK_RAW, IPPROTO_ICMP));
	KT_ERR(EACCES, socreate(AF_INET, &so, SOCK_RAW, IPPROTO_RAW));
	KT_ERR(0, socreate(AF_INET, &so, SOCK_DGRAM, IPPROTO_ICMP));
	soclose(so);
	KT_ERR(0, socreate(AF_INET, &so, SOCK_DGRAM, 0));
	KT_ERR(EACCES, kt_bind(so, ANY, 1023));
	KT_ERR(0, kt_bind(so, ANY, 1024));
	soclose(so);
	curproc->p_ucred = root;
	crfree(user);
}

KTEST(ping, "a ping socket sends requests and gets its own answers")
{
	static const uint8_t	 req[] = { ICMP_ECHO, 0, 0, 0, 0, 0, 0, 7,
	    'd', 'a', 't', 'a' };
	struct socket		*s1, *s2;
	struct ktmsg		*km;
	struct mbuf		*m;
	struct icmp		*icp;
	uint8_t			 body[8];
	uint16_t		 id;

	up();
	s1 = kt_socket(SOCK_DGRAM, IPPROTO_ICMP);
	s2 = kt_socket(SOCK_DGRAM, IPPROTO_ICMP);
	KT_ERR(0, kt_sendto(s1, req, sizeof(req), PEER, 0, NULL));
	KT_ERR(0, kt_sendto(s2, req, sizeof(req), PEER, 0, NULL));
	m = kt_tx(a);
	KT_REQUIRE(m != NULL);
	icp = (struct icmp *)(mtod(m, struct ip *) + 1);
	KT_EQ(icp->icmp_type, ICMP_ECHO);
	KT_EQ(in_cksum_off(m, 20, 12), 0);
	id = icp->icmp_id;
	KT_NE(id, 0);
	KT_EQ(id, sotoinpcb(s1)->inp_lport);
	m_freem(m);
	memcpy(body, &id, 2);
	memcpy(body + 2, "\0\7data", 6);
	kt_rx(a, kt_icmp(PEER, US, ICMP_ECHOREPLY, 0, body, 8));
	km = kt_recv(s1);
	KT_REQUIRE(km != NULL);
	KT_EQ(km->km_len, 12);			/* no IP header */
	KT_EQ(km->km_data[0], ICMP_ECHOREPLY);
	KT_MEMEQ(km->km_data + 8, "data", 4);
	KT_TRUE(kt_recv(s2) == NULL);
	/* Nothing but requests may be sent. */
	KT_ERR(EINVAL, kt_sendto(s1, "\5\0\0\0\0\0\0\0", 8, PEER, 0, NULL));
	KT_ERR(EINVAL, kt_sendto(s1, "\10\1\0\0\0\0\0\0", 8, PEER, 0, NULL));
	KT_ERR(EINVAL, kt_sendto(s1, "\10\0\0\0\0\0\0", 7, PEER, 0, NULL));
	KT_ERR(ENOPROTOOPT, kt_setint(s1, IPPROTO_IP, IP_HDRINCL, 1));
	soclose(s1);
	soclose(s2);
	down();
}

KTEST(filter, "an ICMP filter keeps types out")
{
	uint32_t	 filter = 1U << ICMP_ECHOREPLY;
	struct socket	*so;

	up();
	so = kt_socket(SOCK_RAW, IPPROTO_ICMP);
	kt_rx(a, kt_icmp(PEER, US, ICMP_ECHOREPLY, 0, "\0\0\0\0", 4));
	KT_TRUE(kt_recv(so) != NULL);
	KT_ERR(0, kt_setopt(so, IPPROTO_RAW, ICMP_FILTER, &filter, 4));
	kt_rx(a, kt_icmp(PEER, US, ICMP_ECHOREPLY, 0, "\0\0\0\0", 4));
	KT_TRUE(kt_recv(so) == NULL);
	kt_rx(a, kt_icmp(PEER, US, ICMP_ROUTERADVERT, 0, "\0\0\0\0", 4));
	KT_TRUE(kt_recv(so) != NULL);
	KT_ERR(EINVAL, kt_setopt(so, IPPROTO_RAW, ICMP_FILTER, &filter, 3));
	soclose(so);
	down();
}

/* A TCP segment. */
static struct mbuf *
segment(int flags, uint32_t seq, uint32_t ack, u_int len)
{
	struct tcphdr	*th;
	struct mbuf	*m;

	m = kt_ip(PEER, US, IPPROTO_TCP, NULL, sizeof(*th) + len);
	th = (struct tcphdr *)(mtod(m, struct ip *) + 1);
	th->th_sport = htons(1234);
	th->th_dport = htons(80);
	th->th_seq = htonl(seq);
	th->th_ack = htonl(ack);
	th->th_off = 5;
	th->th_flags = flags;
	th->th_sum = in4_cksum(m, IPPROTO_TCP, 20, sizeof(*th) + len);
	return (m);
}

KTEST(tcp_reset, "segments are answered as where nobody listens")
{
	struct tcphdr	*th;
	struct mbuf	*m;

	up();
	ktest_sleep_ms(1100);
	kt_rx(a, segment(TH_SYN, 1000, 0, 0));
	m = kt_tx(a);
	KT_REQUIRE(m != NULL);
	th = (struct tcphdr *)(mtod(m, struct ip *) + 1);
	KT_EQ(th->th_flags, TH_RST | TH_ACK);
	KT_EQ(ntohl(th->th_ack), 1001);
	KT_EQ(th->th_seq, 0);
	KT_EQ(th->th_sport, htons(80));
	KT_EQ(th->th_dport, htons(1234));
	KT_EQ(in4_cksum(m, IPPROTO_TCP, 20, 20), 0);
	m_freem(m);
	kt_rx(a, segment(TH_ACK, 1000, 5000, 10));
	m = kt_tx(a);
	KT_REQUIRE(m != NULL);
	th = (struct tcphdr *)(mtod(m, struct ip *) + 1);
	KT_EQ(th->th_flags, TH_RST);
	KT_EQ(ntohl(th->th_seq), 5000);
	m_freem(m);
	kt_rx(a, segment(TH_FIN, 1000, 0, 10));
	m = kt_tx(a);
	KT_REQUIRE(m != NULL);
	th = (struct tcphdr *)(mtod(m, struct ip *) + 1);
	KT_EQ(ntohl(th->th_ack), 1011);
	m_freem(m);
	kt_rx(a, segment(TH_RST, 1000, 0, 0));	/* never a reset for one */
	KT_EQ(kt_txlen(a), 0);
	down();
}

KTEST(tcp_malformed, "malformed segments are counted")
{
	uint64_t	 was;
	struct mbuf	*m;

	up();
	was = tcpstat.tcps_rcvbadsum;
	m = segment(TH_SYN, 1, 0, 0);
	mtod(m, uint8_t *)[24] ^= 1;
	kt_rx(a, m);
	KT_EQ(tcpstat.tcps_rcvbadsum, was + 1);
	was = tcpstat.tcps_rcvshort;
	kt_rx(a, kt_ip(PEER, US, IPPROTO_TCP, "short", 5));
	KT_EQ(tcpstat.tcps_rcvshort, was + 1);
	was = tcpstat.tcps_rcvbadoff;
	m = segment(TH_SYN, 1, 0, 0);
	mtod(m, uint8_t *)[32] = 0xf0;
	m->m_pkthdr.csum_flags |= M_TCP_CSUM_IN_OK;
	kt_rx(a, m);
	KT_EQ(tcpstat.tcps_rcvbadoff, was + 1);
	KT_EQ(kt_txlen(a), 0);
	down();
}

KTEST(tcp_socket, "a stream socket opens and binds, and no more")
{
	struct socket	*so;

	up();
	so = kt_socket(SOCK_STREAM, 0);
	KT_ERR(0, kt_bind(so, US, 8080));
	KT_ERR(EOPNOTSUPP, kt_connect(so, PEER, 80));
	KT_ERR(EOPNOTSUPP, solisten(so, 5));
	KT_ERR(0, soclose(so));
	KT_EQ(tcbtable.inpt_count, 0);
	down();
}
