/*
 * Multicast: membership of sockets and interfaces, who hears what, and IGMP.
 */
#include <netinet/igmp.h>
#include <netinet/igmp_var.h>

#include "ktinet.h"
#include "ktsock.h"

#define US	IP(10, 1, 0, 1)
#define PEER	IP(10, 1, 0, 2)
#define GROUP	IP(239, 1, 2, 3)
#define GROUP2	IP(239, 1, 2, 4)
#define ANY	IP(0, 0, 0, 0)

static struct ktif	*a;

static void
up(void)
{
	a = kt_if("kta0", KTIF_IP);
	KT_REQUIRE(kt_addr(a, US, 24) == 0);
	kt_txdrop(a);
}

static void
down(void)
{
	kt_if_free(a);
}

static int
member(struct socket *so, int opt, struct in_addr group, struct in_addr ifa)
{
	struct ip_mreq	 mr;

	mr.imr_multiaddr = group;
	mr.imr_interface = ifa;
	return (kt_setopt(so, IPPROTO_IP, opt, &mr, sizeof(mr)));
}

static int
is_member(struct in_addr group)
{
	int	 is;

	NET_LOCK();
	is = in_hasmulti(&group, kt_ifp(a));
	NET_UNLOCK();
	return (is);
}

KTEST(membership, "the first socket joins for the interface, the last leaves")
{
	struct socket	*s1, *s2;
	struct ip_mreqn	 mn;

	up();
	KT_TRUE(is_member(IP(224, 0, 0, 1)));
	s1 = kt_socket(SOCK_DGRAM, 0);
	s2 = kt_socket(SOCK_DGRAM, 0);
	KT_TRUE(!is_member(GROUP));
	KT_ERR(0, member(s1, IP_ADD_MEMBERSHIP, GROUP, US));
	KT_TRUE(is_member(GROUP));
	KT_ERR(EADDRINUSE, member(s1, IP_ADD_MEMBERSHIP, GROUP, US));
	memset(&mn, 0, sizeof(mn));
	mn.imr_multiaddr = GROUP;
	mn.imr_ifindex = kt_ifp(a)->if_index;
	KT_ERR(0, kt_setopt(s2, IPPROTO_IP, IP_ADD_MEMBERSHIP, &mn,
	    sizeof(mn)));
	KT_ERR(0, member(s1, IP_DROP_MEMBERSHIP, GROUP, ANY));
	KT_TRUE(is_member(GROUP));
	KT_ERR(EADDRNOTAVAIL, member(s1, IP_DROP_MEMBERSHIP, GROUP, ANY));
	soclose(s2);				/* leaves by closing */
	KT_TRUE(!is_member(GROUP));
	KT_ERR(EINVAL, member(s1, IP_ADD_MEMBERSHIP, PEER, US));
	KT_ERR(ENODEV, member(s1, IP_ADD_MEMBERSHIP, GROUP, PEER));
	KT_ERR(EINVAL, kt_setopt(s1, IPPROTO_IP, IP_ADD_MEMBERSHIP, &mn, 7));
	soclose(s1);
	down();
}

KTEST(many, "a socket may join many groups, though not too many")
{
	struct socket	*so;
	u_int		 i;
	int		 error = 0;

	up();
	so = kt_socket(SOCK_DGRAM, 0);
	for (i = 0; i < 5000 && error == 0; i++)
		error = member(so, IP_ADD_MEMBERSHIP,
		    IP(239, 2, i >> 8, i & 255), US);
	KT_EQ(error, ETOOMANYREFS);
	KT_EQ(i - 1, IP_MAX_MEMBERSHIPS);
	KT_TRUE(is_member(IP(239, 2, 0, 200)));
	soclose(so);
	KT_TRUE(!is_member(IP(239, 2, 0, 200)));
	down();
}

KTEST(detach, "an interface that goes leaves its members behind")
{
	struct socket	*so;

	up();
	so = kt_socket(SOCK_DGRAM, 0);
	KT_ERR(0, member(so, IP_ADD_MEMBERSHIP, GROUP, US));
	down();
	up();
	KT_TRUE(!is_member(GROUP));
	KT_ERR(0, member(so, IP_DROP_MEMBERSHIP, GROUP, ANY));
	soclose(so);
	down();
}

KTEST(deliver, "every socket on the port hears a group, each its own copy")
{
	struct socket	*s1, *s2, *s3, *no;
	struct ktmsg	*km;

	up();
	s1 = kt_socket(SOCK_DGRAM, 0);
	s2 = kt_socket(SOCK_DGRAM, 0);
	s3 = kt_socket(SOCK_DGRAM, 0);
	no = kt_socket(SOCK_DGRAM, 0);
	KT_ERR(0, kt_setint(s1, SOL_SOCKET, SO_REUSEPORT, 1));
	KT_ERR(0, kt_setint(s2, SOL_SOCKET, SO_REUSEPORT, 1));
	KT_ERR(0, kt_setint(s3, SOL_SOCKET, SO_REUSEPORT, 1));
	KT_ERR(0, kt_bind(s1, ANY, 7000));
	KT_ERR(0, kt_bind(s2, GROUP, 7000));
	KT_ERR(0, kt_bind(s3, GROUP2, 7000));
	KT_ERR(0, kt_bind(no, ANY, 7001));
	KT_ERR(0, member(s1, IP_ADD_MEMBERSHIP, GROUP, US));
	kt_rx(a, kt_udp(PEER, GROUP, 1, 7000, "hello", 5));
	km = kt_recv(s1);
	KT_REQUIRE(km != NULL);
	KT_MEMEQ(km->km_data, "hello", 5);
	km = kt_recv(s2);
	KT_REQUIRE(km != NULL);
	KT_MEMEQ(km->km_data, "hello", 5);
	KT_TRUE(kt_recv(s3) == NULL);
	KT_TRUE(kt_recv(no) == NULL);
	/* One that wants only groups that it has joined itself. */
	KT_ERR(0, kt_setint(s2, IPPROTO_IP, IP_MULTICAST_ALL, 0));
	kt_rx(a, kt_udp(PEER, GROUP, 1, 7000, "hello", 5));
	KT_TRUE(kt_recv(s1) != NULL);
	KT_TRUE(kt_recv(s2) == NULL);
	/* A broadcast is heard alike. */
	kt_rx(a, kt_udp(PEER, IP(10, 1, 0, 255), 1, 7000, "hello", 5));
	KT_TRUE(kt_recv(s1) != NULL);
	KT_EQ(kt_txlen(a), 1);			/* the report */
	soclose(s1);
	soclose(s2);
	soclose(s3);
	soclose(no);
	down();
}

KTEST(send, "TTL, interface and loop-back of what is sent")
{
	struct socket	*so, *peer;
	struct mbuf	*m;
	struct ip	*ip;

	up();
	so = kt_socket(SOCK_DGRAM, 0);
	peer = kt_socket(SOCK_DGRAM, 0);
	KT_ERR(0, kt_bind(peer, ANY, 7000));
	KT_ERR(0, member(peer, IP_ADD_MEMBERSHIP, GROUP, US));
	kt_txdrop(a);
	KT_ERR(EHOSTUNREACH, kt_sendto(so, "x", 1, GROUP, 7000, NULL));
	KT_ERR(0, kt_setopt(so, IPPROTO_IP, IP_MULTICAST_IF, &US, 4));
	KT_ERR(0, kt_sendto(so, "x", 1, GROUP, 7000, NULL));
	m = kt_tx(a);
	KT_REQUIRE(m != NULL);
	ip = mtod(m, struct ip *);
	KT_EQ(ip->ip_ttl, 1);
	KT_EQ(ip->ip_src.s_addr, US.s_addr);
	KT_TRUE(m->m_flags & M_MCAST);
	m_freem(m);
	KT_TRUE(kt_recv(peer) != NULL);		/* our own copy */
	KT_ERR(0, kt_setint(so, IPPROTO_IP, IP_MULTICAST_LOOP, 0));
	KT_ERR(0, kt_setint(so, IPPROTO_IP, IP_MULTICAST_TTL, 9));
	KT_ERR(0, kt_sendto(so, "x", 1, GROUP, 7000, NULL));
	m = kt_tx(a);
	KT_REQUIRE(m != NULL);
	KT_EQ(mtod(m, struct ip *)->ip_ttl, 9);
	m_freem(m);
	KT_TRUE(kt_recv(peer) == NULL);
	/* TTL 0 stays inside. */
	KT_ERR(0, kt_setint(so, IPPROTO_IP, IP_MULTICAST_LOOP, 1));
	KT_ERR(0, kt_setint(so, IPPROTO_IP, IP_MULTICAST_TTL, 0));
	KT_ERR(0, kt_sendto(so, "x", 1, GROUP, 7000, NULL));
	KT_EQ(kt_txlen(a), 0);
	KT_TRUE(kt_recv(peer) != NULL);
	KT_ERR(EADDRNOTAVAIL, kt_setopt(so, IPPROTO_IP, IP_MULTICAST_IF,
	    &PEER, 4));
	soclose(so);
	soclose(peer);
	down();
}

/* The next message sent is IGMP; its type, with group and destination. */
static int
igmp_out(struct in_addr *group, struct in_addr *dst)
{
	struct mbuf	*m;
	struct igmp	*igmp;
	struct ip	*ip;
	int		 type;

	if ((m = kt_tx(a)) == NULL)
		return (-1);
	ip = mtod(m, struct ip *);
	KT_EQ(ip->ip_p, IPPROTO_IGMP);
	KT_EQ(ip->ip_ttl, 1);
	KT_EQ(ip->ip_hl, 6);			/* router alert */
	KT_EQ(mtod(m, uint8_t *)[20], IPOPT_RA);
	KT_EQ(in_cksum_hdr(ip, 24), 0);
	igmp = (struct igmp *)(mtod(m, caddr_t) + 24);
	KT_EQ(in_cksum_off(m, 24, 8), 0);
	type = igmp->igmp_type;
	*group = igmp->igmp_group;
	*dst = ip->ip_dst;
	m_freem(m);
	return (type);
}

/* A message from a router or another host. */
static struct mbuf *
igmp_in(struct in_addr dst, int type, int code, struct in_addr group,
    u_int len)
{
	struct igmp	*igmp;
	struct mbuf	*m;

	m = kt_ip(PEER, dst, IPPROTO_IGMP, NULL, len);
	mtod(m, struct ip *)->ip_ttl = 1;
	kt_ipsum(m);
	igmp = (struct igmp *)(mtod(m, struct ip *) + 1);
	igmp->igmp_type = type;
	igmp->igmp_code = code;
	igmp->igmp_group = group;
	igmp->igmp_cksum = in_cksum_off(m, 20, len);
	return (m);
}

/* Let n ticks of 200 ms pass for IGMP. */
static void
ticks(u_int n)
{
	NET_LOCK();
	while (n-- > 0)
		igmp_fasttimo();
	if_flush();
	NET_UNLOCK();
}

KTEST(igmp, "joining is reported, queries are answered, leaving is told")
{
	struct socket	*so;
	struct in_addr	 group, dst;

	up();
	so = kt_socket(SOCK_DGRAM, 0);
	KT_ERR(0, member(so, IP_ADD_MEMBERSHIP, GROUP, US));
	KT_EQ(igmp_out(&group, &dst), IGMP_v2_HOST_MEMBERSHIP_REPORT);
	KT_EQ(group.s_addr, GROUP.s_addr);
	KT_EQ(dst.s_addr, GROUP.s_addr);
	KT_EQ(kt_txlen(a), 0);
	ticks(51);				/* and once more */
	KT_EQ(igmp_out(&group, &dst), IGMP_v2_HOST_MEMBERSHIP_REPORT);
	ticks(100);
	KT_EQ(kt_txlen(a), 0);
	/* A general query, and one about the group. */
	kt_rx(a, igmp_in(IP(224, 0, 0, 1), IGMP_HOST_MEMBERSHIP_QUERY, 10,
	    ANY, 8));
	ticks(6);
	KT_EQ(igmp_out(&group, &dst), IGMP_v2_HOST_MEMBERSHIP_REPORT);
	kt_rx(a, igmp_in(GROUP, IGMP_HOST_MEMBERSHIP_QUERY, 10, GROUP, 8));
	ticks(6);
	KT_EQ(igmp_out(&group, &dst), IGMP_v2_HOST_MEMBERSHIP_REPORT);
	kt_rx(a, igmp_in(IP(224, 0, 0, 1), IGMP_HOST_MEMBERSHIP_QUERY, 10,
	    ANY, 12));				/* of version 3 */
	ticks(6);
	KT_EQ(igmp_out(&group, &dst), IGMP_v2_HOST_MEMBERSHIP_REPORT);
	/* Another host was quicker. */
	kt_rx(a, igmp_in(IP(224, 0, 0, 1), IGMP_HOST_MEMBERSHIP_QUERY, 100,
	    ANY, 8));
	kt_rx(a, igmp_in(GROUP, IGMP_v2_HOST_MEMBERSHIP_REPORT, 0, GROUP,
	    8));
	ticks(60);
	KT_EQ(kt_txlen(a), 0);
	/* So it is not we who tell that we leave. */
	KT_ERR(0, member(so, IP_DROP_MEMBERSHIP, GROUP, US));
	KT_EQ(kt_txlen(a), 0);
	KT_ERR(0, member(so, IP_ADD_MEMBERSHIP, GROUP, US));
	KT_EQ(igmp_out(&group, &dst), IGMP_v2_HOST_MEMBERSHIP_REPORT);
	KT_ERR(0, member(so, IP_DROP_MEMBERSHIP, GROUP, US));
	KT_EQ(igmp_out(&group, &dst), IGMP_HOST_LEAVE_MESSAGE);
	KT_EQ(group.s_addr, GROUP.s_addr);
	KT_EQ(dst.s_addr, IP(224, 0, 0, 2).s_addr);
	soclose(so);
	down();
}

KTEST(igmp_v1, "a version 1 router gets version 1 reports and no leave")
{
	struct socket	*so;
	struct in_addr	 group, dst;

	up();
	kt_rx(a, igmp_in(IP(224, 0, 0, 1), IGMP_HOST_MEMBERSHIP_QUERY, 0, ANY,
	    8));
	so = kt_socket(SOCK_DGRAM, 0);
	KT_ERR(0, member(so, IP_ADD_MEMBERSHIP, GROUP, US));
	KT_EQ(igmp_out(&group, &dst), IGMP_v1_HOST_MEMBERSHIP_REPORT);
	KT_ERR(0, member(so, IP_DROP_MEMBERSHIP, GROUP, US));
	KT_EQ(kt_txlen(a), 0);
	soclose(so);
	down();
}

KTEST(igmp_malformed, "malformed messages are counted by reason")
{
	uint64_t	 was;
	struct mbuf	*m;

	up();
	was = igmpstat.igps_rcv_tooshort;
	kt_rx(a, igmp_in(US, IGMP_HOST_MEMBERSHIP_QUERY, 1, ANY, 7));
	KT_EQ(igmpstat.igps_rcv_tooshort, was + 1);
	was = igmpstat.igps_rcv_badsum;
	m = igmp_in(US, IGMP_HOST_MEMBERSHIP_QUERY, 1, ANY, 8);
	mtod(m, uint8_t *)[27] ^= 1;
	kt_rx(a, m);
	KT_EQ(igmpstat.igps_rcv_badsum, was + 1);
	was = igmpstat.igps_rcv_badttl;
	m = igmp_in(US, IGMP_HOST_MEMBERSHIP_QUERY, 1, ANY, 8);
	mtod(m, struct ip *)->ip_ttl = 2;
	kt_ipsum(m);
	kt_rx(a, m);
	KT_EQ(igmpstat.igps_rcv_badttl, was + 1);
	was = igmpstat.igps_rcv_badqueries;
	kt_rx(a, igmp_in(US, IGMP_HOST_MEMBERSHIP_QUERY, 1, ANY, 8));
	kt_rx(a, igmp_in(US, IGMP_HOST_MEMBERSHIP_QUERY, 1, GROUP, 8));
	kt_rx(a, igmp_in(IP(224, 0, 0, 1), IGMP_HOST_MEMBERSHIP_QUERY, 1,
	    PEER, 8));
	KT_EQ(igmpstat.igps_rcv_badqueries, was + 3);
	was = igmpstat.igps_rcv_badreports;
	kt_rx(a, igmp_in(IP(224, 0, 0, 1), IGMP_v2_HOST_MEMBERSHIP_REPORT, 0,
	    GROUP, 8));
	KT_EQ(igmpstat.igps_rcv_badreports, was + 1);
	KT_EQ(kt_txlen(a), 0);
	down();
}
