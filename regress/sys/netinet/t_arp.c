/*
 * ARP: asking, holding, answering, and not being fooled.
 */
#include <sys/time.h>

#include <net/ethertypes.h>
#include <net/if_dl.h>

#include <netinet/arp_var.h>

#include "ktinet.h"

#define US	IP(10, 1, 0, 1)
#define PEER	IP(10, 1, 0, 2)
#define OTHER	IP(10, 1, 0, 3)

static struct ktif	*a;
static const uint8_t	 peer_mac[] = { 0x02, 0xaa, 0, 0, 0, 2 };
static const uint8_t	 other_mac[] = { 0x02, 0xaa, 0, 0, 0, 3 };

static void
up(void)
{
	a = kt_if("kta0", KTIF_ETHER);
	KT_REQUIRE(kt_addr(a, US, 24) == 0);
}

static void
down(void)
{
	kt_if_free(a);
	KT_EQ(la_hold_total, 0);
}

/* An ARP packet in its frame. */
static struct mbuf *
arp(int op, const uint8_t *sha, struct in_addr spa, struct in_addr tpa)
{
	struct ether_header	*eh;
	struct ether_arp	*ea;
	struct mbuf		*m;

	m = kt_mbuf(NULL, sizeof(*eh) + sizeof(*ea));
	eh = mtod(m, struct ether_header *);
	memset(eh, 0, m->m_len);
	memset(eh->ether_dhost, 0xff, ETHER_ADDR_LEN);
	memcpy(eh->ether_shost, sha, ETHER_ADDR_LEN);
	if (ETHER_IS_MULTICAST(sha))
		eh->ether_shost[0] &= ~1;
	eh->ether_type = htons(ETHERTYPE_ARP);
	ea = (struct ether_arp *)(eh + 1);
	ea->arp_hrd = htons(ARPHRD_ETHER);
	ea->arp_pro = htons(ETHERTYPE_IP);
	ea->arp_hln = ETHER_ADDR_LEN;
	ea->arp_pln = 4;
	ea->arp_op = htons(op);
	memcpy(ea->arp_sha, sha, ETHER_ADDR_LEN);
	memcpy(ea->arp_spa, &spa, 4);
	memcpy(ea->arp_tpa, &tpa, 4);
	return (m);
}

static struct ether_arp *
arp_of(struct mbuf *m)
{
	struct ether_header	*eh = mtod(m, struct ether_header *);

	KT_EQ(eh->ether_type, htons(ETHERTYPE_ARP));
	return ((struct ether_arp *)(eh + 1));
}

/* Expect one packet, a request for an address. */
static void
expect_request(struct in_addr want)
{
	struct ether_arp	*ea;
	struct mbuf		*m;

	m = kt_tx(a);
	KT_REQUIRE(m != NULL);
	ea = arp_of(m);
	KT_EQ(ntohs(ea->arp_op), ARPOP_REQUEST);
	KT_MEMEQ(ea->arp_tpa, &want, 4);
	KT_MEMEQ(ea->arp_spa, &US, 4);
	KT_TRUE(ETHER_IS_BROADCAST(
	    mtod(m, struct ether_header *)->ether_dhost));
	m_freem(m);
}

/* Send a datagram with a number in it. */
static void
send(struct in_addr dst, uint8_t n)
{
	struct mbuf	*m;

	m = kt_udp(US, dst, 5, 6, &n, 1);
	NET_LOCK();
	ip_output(m, NULL, NULL, 0, NULL, NULL);
	if_flush();
	NET_UNLOCK();
}

/* The number in the next datagram that went out, to which station. */
static int
sent(const uint8_t *mac)
{
	struct mbuf	*m;
	int		 n;

	if ((m = kt_tx(a)) == NULL)
		return (-1);
	KT_MEMEQ(mtod(m, struct ether_header *)->ether_dhost, mac, 6);
	KT_EQ(m_length(m), 14 + 29);
	n = 0;
	m_copydata(m, 14 + 28, 1, &n);
	m_freem(m);
	return (n);
}

/* The route with the entry of an address, or NULL. */
static struct rtentry *
entry(struct in_addr addr)
{
	struct rtentry	*rt;

	NET_LOCK();
	rt = arplookup(&addr, 0, 0);
	NET_UNLOCK();
	return (rt);
}

static void
forget(struct rtentry *rt)
{
	NET_LOCK();
	rtfree(rt);
	NET_UNLOCK();
}

KTEST(announce, "a new address is announced")
{
	struct ether_arp	*ea;
	struct mbuf		*m;

	up();
	m = kt_tx(a);
	KT_REQUIRE(m != NULL);
	ea = arp_of(m);
	KT_EQ(ntohs(ea->arp_op), ARPOP_REQUEST);
	KT_MEMEQ(ea->arp_spa, &US, 4);
	KT_MEMEQ(ea->arp_tpa, &US, 4);
	KT_MEMEQ(ea->arp_sha, a->ki_ac.ac_enaddr, 6);
	m_freem(m);
	down();
}

KTEST(resolve, "packets wait for the answer, in order")
{
	struct mbuf	*m;
	u_int		 i;

	up();
	kt_txdrop(a);
	for (i = 0; i < 3; i++)
		send(PEER, i);
	KT_EQ(kt_txlen(a), 1);		/* one request for all */
	expect_request(PEER);
	KT_EQ(la_hold_total, 3);
	m = arp(ARPOP_REPLY, peer_mac, PEER, US);
	kt_rx(a, m);
	for (i = 0; i < 3; i++)
		KT_EQ(sent(peer_mac), i);
	KT_EQ(la_hold_total, 0);
	send(PEER, 9);
	KT_EQ(sent(peer_mac), 9);
	KT_EQ(kt_txlen(a), 0);
	down();
}

KTEST(hold_entry, "an entry holds so many; the oldest give way")
{
	uint64_t	 was = arpstat.as_holddrop;
	u_int		 i;

	up();
	kt_txdrop(a);
	for (i = 0; i < 25; i++)
		send(PEER, i);
	KT_EQ(la_hold_total, ARP_HOLD_QUEUE);
	KT_EQ(arpstat.as_holddrop, was + 15);
	kt_txdrop(a);
	kt_rx(a, arp(ARPOP_REPLY, peer_mac, PEER, US));
	for (i = 15; i < 25; i++)
		KT_EQ(sent(peer_mac), i);
	KT_EQ(sent(peer_mac), -1);
	down();
}

KTEST(hold_total, "all entries together hold so many")
{
	uint64_t	 was = arpstat.as_holdlimit;
	u_int		 i;

	up();
	for (i = 0; i < 15 * ARP_HOLD_QUEUE; i++)
		send(IP(10, 1, 0, 10 + i / ARP_HOLD_QUEUE), i);
	KT_EQ(la_hold_total, ARP_HOLD_TOTAL);
	KT_EQ(arpstat.as_holdlimit - was, 15 * ARP_HOLD_QUEUE -
	    ARP_HOLD_TOTAL);
	down();
}

KTEST(retry_down, "five requests, then the host is down for a while")
{
	uint64_t	 was = arpstat.as_down;
	struct rtentry	*rt;
	struct mbuf	*m;
	int		 down_was = arpt_down, error;
	u_int		 n;

	/* Longer than the test: what is down is not forgotten meanwhile. */
	arpt_down = 20;
	up();
	kt_txdrop(a);
	send(PEER, 1);
	ktest_sleep_ms(6500);
	for (n = 0; kt_txlen(a) > 0; n++)
		expect_request(PEER);
	KT_EQ(n, ARP_MAXTRIES);
	KT_EQ(la_hold_total, 0);
	rt = entry(PEER);
	KT_REQUIRE(rt != NULL);
	KT_TRUE(ISSET(rt->rt_flags, RTF_REJECT));
	rt->rt_expire = getuptime() + 100;
	NET_LOCK();
	m = kt_udp(US, PEER, 5, 6, "x", 1);
	error = ip_output(m, NULL, NULL, 0, NULL, NULL);
	NET_UNLOCK();
	KT_EQ(error, EHOSTDOWN);
	KT_EQ(arpstat.as_down, was + 1);
	KT_EQ(kt_txlen(a), 0);
	/* When that is over, it is asked for anew. */
	rt->rt_expire = getuptime() - 1;
	send(PEER, 2);
	expect_request(PEER);
	forget(rt);
	arpt_down = down_was;
	down();
}

KTEST(unreachable, "whose packet could not be delivered is told so")
{
	struct ktif	*b;
	struct mbuf	*m;
	struct icmp	*icp;

	up();
	b = kt_if("ktb0", KTIF_IP);
	KT_REQUIRE(kt_addr(b, IP(10, 2, 0, 1), 24) == 0);
	ipforwarding = 1;
	kt_rx(b, kt_udp(IP(10, 2, 0, 2), PEER, 1, 2, "x", 1));
	KT_EQ(kt_txlen(b), 0);
	ktest_sleep_ms(6500);
	ipforwarding = 0;
	m = kt_tx(b);
	KT_REQUIRE(m != NULL);
	icp = (struct icmp *)(mtod(m, struct ip *) + 1);
	KT_EQ(icp->icmp_type, ICMP_UNREACH);
	KT_EQ(icp->icmp_code, ICMP_UNREACH_HOST);
	KT_EQ(icp->icmp_ip.ip_dst.s_addr, PEER.s_addr);
	m_freem(m);
	kt_if_free(b);
	down();
}

KTEST(answer, "a request for our address is answered, and remembered")
{
	struct ether_arp	*ea;
	struct mbuf		*m;

	up();
	kt_txdrop(a);
	kt_rx(a, arp(ARPOP_REQUEST, peer_mac, PEER, US));
	m = kt_tx(a);
	KT_REQUIRE(m != NULL);
	ea = arp_of(m);
	KT_EQ(ntohs(ea->arp_op), ARPOP_REPLY);
	KT_MEMEQ(ea->arp_sha, a->ki_ac.ac_enaddr, 6);
	KT_MEMEQ(ea->arp_spa, &US, 4);
	KT_MEMEQ(ea->arp_tha, peer_mac, 6);
	KT_MEMEQ(ea->arp_tpa, &PEER, 4);
	KT_MEMEQ(mtod(m, struct ether_header *)->ether_dhost, peer_mac, 6);
	m_freem(m);
	send(PEER, 3);
	KT_EQ(sent(peer_mac), 3);
	/* What is not ours, or for others, makes no entry. */
	kt_rx(a, arp(ARPOP_REQUEST, other_mac, OTHER, IP(10, 1, 0, 99)));
	KT_EQ(kt_txlen(a), 0);
	KT_TRUE(entry(OTHER) == NULL);
	down();
}

KTEST(probe, "a probe (RFC 5227) is answered and teaches nothing")
{
	up();
	kt_txdrop(a);
	kt_rx(a, arp(ARPOP_REQUEST, peer_mac, IP(0, 0, 0, 0), US));
	KT_EQ(kt_txlen(a), 1);
	kt_txdrop(a);
	kt_rx(a, arp(ARPOP_REQUEST, peer_mac, IP(0, 0, 0, 0), PEER));
	KT_EQ(kt_txlen(a), 0);
	KT_TRUE(entry(PEER) == NULL);
	down();
}

KTEST(duplicate, "another user of our address is answered, now and then")
{
	uint64_t	 was = arpstat.as_dupaddr;
	u_int		 i;

	up();
	kt_txdrop(a);
	for (i = 0; i < 20; i++)
		kt_rx(a, arp(ARPOP_REPLY, peer_mac, US, PEER));
	KT_EQ(arpstat.as_dupaddr, was + 20);
	KT_EQ(kt_txlen(a), 1);
	expect_request(US);
	down();
}

KTEST(moved, "an entry follows its host, but not one set by hand")
{
	uint64_t	 was = arpstat.as_moved, perm = arpstat.as_permanent;
	struct rtentry	*rt;

	up();
	kt_rx(a, arp(ARPOP_REQUEST, peer_mac, PEER, US));
	kt_txdrop(a);
	kt_rx(a, arp(ARPOP_REPLY, other_mac, PEER, US));
	KT_EQ(arpstat.as_moved, was + 1);
	send(PEER, 1);
	KT_EQ(sent(other_mac), 1);
	rt = entry(PEER);
	KT_REQUIRE(rt != NULL);
	rt->rt_expire = 0;			/* permanent */
	kt_rx(a, arp(ARPOP_REPLY, peer_mac, PEER, US));
	KT_EQ(arpstat.as_permanent, perm + 1);
	send(PEER, 2);
	KT_EQ(sent(other_mac), 2);
	forget(rt);
	down();
}

KTEST(other_interface, "an entry of one link is not changed from another")
{
	uint64_t	 was = arpstat.as_otherif;
	struct ktif	*b;

	up();
	b = kt_if("ktb0", KTIF_ETHER);
	KT_REQUIRE(kt_addr(b, IP(10, 2, 0, 1), 24) == 0);
	kt_rx(a, arp(ARPOP_REQUEST, peer_mac, PEER, US));
	kt_txdrop(a);
	kt_rx(b, arp(ARPOP_REPLY, other_mac, PEER, IP(10, 2, 0, 1)));
	KT_EQ(arpstat.as_otherif, was + 1);
	send(PEER, 1);
	KT_EQ(sent(peer_mac), 1);
	kt_if_free(b);
	down();
}

KTEST(refresh, "an entry that is used is asked for before its end")
{
	struct rtentry	*rt;

	up();
	kt_rx(a, arp(ARPOP_REQUEST, peer_mac, PEER, US));
	kt_txdrop(a);
	rt = entry(PEER);
	KT_REQUIRE(rt != NULL);
	send(PEER, 1);
	KT_EQ(kt_txlen(a), 1);			/* fresh: no request */
	kt_txdrop(a);
	rt->rt_expire = getuptime() + arpt_keep / 8 - 1;
	((struct llinfo_arp *)rt->rt_llinfo)->la_refreshed = -100;
	send(PEER, 2);
	KT_EQ(kt_txlen(a), 2);
	expect_request(PEER);
	KT_EQ(sent(peer_mac), 2);
	send(PEER, 3);				/* not with every packet */
	KT_EQ(sent(peer_mac), 3);
	KT_EQ(kt_txlen(a), 0);
	/* An old one is no good any more; at boot there are none. */
	ktest_sleep_ms(2000);
	rt->rt_expire = getuptime() - 1;
	send(PEER, 4);
	KT_EQ(kt_txlen(a), 1);
	expect_request(PEER);
	forget(rt);
	down();
}

KTEST(proxy, "a published entry is answered for")
{
	struct ether_arp	*ea;
	struct rtentry		*rt;
	struct mbuf		*m;

	up();
	kt_rx(a, arp(ARPOP_REQUEST, other_mac, OTHER, US));
	kt_txdrop(a);
	kt_rx(a, arp(ARPOP_REQUEST, peer_mac, PEER, OTHER));
	KT_EQ(kt_txlen(a), 0);
	rt = entry(OTHER);
	KT_REQUIRE(rt != NULL);
	rt->rt_flags |= RTF_ANNOUNCE;
	kt_rx(a, arp(ARPOP_REQUEST, peer_mac, PEER, OTHER));
	m = kt_tx(a);
	KT_REQUIRE(m != NULL);
	ea = arp_of(m);
	KT_EQ(ntohs(ea->arp_op), ARPOP_REPLY);
	KT_MEMEQ(ea->arp_spa, &OTHER, 4);
	KT_MEMEQ(ea->arp_sha, other_mac, 6);
	m_freem(m);
	forget(rt);
	down();
}

/* Spoil one field of a request. */
static const struct {
	const char	*name;
	u_int		 off;		/* in the frame */
	uint8_t		 val[6];
	u_int		 len;
	uint64_t	*counter;
} bad[] = {
	{ "hardware", 14, { 0, 6 }, 2, &arpstat.as_rcv_badhdr },
	{ "protocol", 16, { 0x86, 0xdd }, 2, &arpstat.as_rcv_badhdr },
	{ "hardware length", 18, { 5 }, 1, &arpstat.as_rcv_badhdr },
	{ "protocol length", 19, { 16 }, 1, &arpstat.as_rcv_badhdr },
	{ "operation 3", 20, { 0, 3 }, 2, &arpstat.as_rcv_badop },
	{ "operation 0", 20, { 0, 0 }, 2, &arpstat.as_rcv_badop },
	{ "sender everybody", 22, { 255, 255, 255, 255, 255, 255 }, 6,
	    &arpstat.as_rcv_badsha },
	{ "sender a group", 22, { 1, 0, 0, 0, 0, 0 }, 6,
	    &arpstat.as_rcv_badsha },
	{ "sender nobody", 22, { 0, 0, 0, 0, 0, 0 }, 6,
	    &arpstat.as_rcv_badsha },
	{ "from a group", 28, { 224, 0, 0, 1 }, 4, &arpstat.as_rcv_badspa },
	{ "from a broadcast", 28, { 10, 1, 0, 255 }, 4,
	    &arpstat.as_rcv_badspa },
};

KTEST(malformed, "malformed packets are counted by reason")
{
	uint64_t	 was;
	struct mbuf	*m;
	u_int		 i;

	up();
	kt_txdrop(a);
	for (i = 0; i < nitems(bad); i++) {
		KT_CASE("%s", bad[i].name);
		m = arp(ARPOP_REQUEST, peer_mac, PEER, US);
		memcpy(mtod(m, uint8_t *) + bad[i].off, bad[i].val,
		    bad[i].len);
		was = *bad[i].counter;
		kt_rx(a, m);
		KT_EQ(*bad[i].counter, was + 1);
		KT_EQ(kt_txlen(a), 0);
	}
	KT_CASE("short");
	was = arpstat.as_rcv_tooshort;
	m = arp(ARPOP_REQUEST, peer_mac, PEER, US);
	m_adj(m, -1);
	kt_rx(a, m);
	KT_EQ(arpstat.as_rcv_tooshort, was + 1);
	was = arpstat.as_rcv_own;
	kt_rx(a, arp(ARPOP_REQUEST, a->ki_ac.ac_enaddr, PEER, US));
	KT_EQ(arpstat.as_rcv_own, was + 1);
	KT_TRUE(entry(PEER) == NULL);
	down();
}

KTEST(limit, "entries that are not set by hand are bounded, and recover")
{
	uint64_t	 was = arpstat.as_limit;
	u_int		 i, max = arp_maxentries;

	up();
	arp_maxentries = 20;
	for (i = 0; i < 60; i++)
		send(IP(10, 1, 0, 10 + i), i);
	KT_RANGE(arp_entries, 15, 20);
	KT_RANGE(arpstat.as_limit - was, 40, 45);
	kt_txdrop(a);
	arp_maxentries = max;
	send(IP(10, 1, 0, 69), 7);		/* one that was refused */
	expect_request(IP(10, 1, 0, 69));
	down();
	KT_EQ(arp_entries, 0);
}
