/*
 * Interfaces and packets for the tests of sys/netinet: see ktinet.h.
 */
#include <sys/malloc.h>
#include <sys/sockio.h>

#include <net/if_types.h>
#include <net/netisr.h>
#include <net/rtable.h>

#include "ktinet.h"

static void
ktif_start(struct ifnet *ifp, struct mbuf_list *ml)
{
	struct ktif	*ki = ifp->if_softc;

	ml_enlist(&ki->ki_sent, ml);
}

static int
ktif_ioctl(struct ifnet *ifp, u_long cmd, caddr_t data)
{
	switch (cmd) {
	case SIOCSIFADDR:
		ifp->if_flags |= IFF_UP | IFF_RUNNING;
		return (0);
	case SIOCSIFFLAGS:
		return (0);
	case SIOCADDMULTI:
		return (ifp->if_type == IFT_ETHER ?
		    ether_addmulti((struct ifreq *)data,
		    (struct arpcom *)ifp) : 0);
	case SIOCDELMULTI:
		return (ifp->if_type == IFT_ETHER ?
		    ether_delmulti((struct ifreq *)data,
		    (struct arpcom *)ifp) : 0);
	}
	return (ENOTTY);
}

/* A new interface, up, with an MTU of 1500. */
struct ktif *
kt_if(const char *name, int kind)
{
	static uint8_t	 unit;
	struct ktif	*ki;
	struct ifnet	*ifp;

	ki = malloc(sizeof(*ki), M_TEST, M_WAITOK | M_ZERO);
	ifp = kt_ifp(ki);
	ml_init(&ki->ki_sent);
	strlcpy(ifp->if_xname, name, sizeof(ifp->if_xname));
	ifp->if_softc = ki;
	ifp->if_flags = IFF_MULTICAST | IFF_RUNNING;
	ifp->if_start_list = ktif_start;
	ifp->if_ioctl = ktif_ioctl;
	ifp->if_hardmtu = 65535;
	ifp->if_link_state = LINK_STATE_UP;
	NET_LOCK();
	if (kind == KTIF_ETHER) {
		memcpy(ki->ki_ac.ac_enaddr, "\x02\x00\x00\x00\x00",
		    ETHER_ADDR_LEN);
		ki->ki_ac.ac_enaddr[5] = ++unit;
		ether_ifattach(ifp);
		if_attach(ifp);
	} else {
		ifp->if_type = IFT_TUNNEL;
		ifp->if_mtu = 1500;
		ifp->if_output = p2p_output;
		ifp->if_input_handler = p2p_input;
		ifp->if_flags |= IFF_BROADCAST;
		if_attach(ifp);
	}
	if_up(ifp);
	NET_UNLOCK();
	return (ki);
}

void
kt_if_free(struct ktif *ki)
{
	if_detach(kt_ifp(ki));
	kt_txdrop(ki);
	free(ki, M_TEST, sizeof(*ki));
}

/* Give an interface an address; errno of the ioctl. */
int
kt_addr(struct ktif *ki, struct in_addr addr, int plen)
{
	struct in_aliasreq	 req;
	int			 error;

	memset(&req, 0, sizeof(req));
	req.ifra_addr.sin_len = sizeof(req.ifra_addr);
	req.ifra_addr.sin_family = AF_INET;
	req.ifra_addr.sin_addr = addr;
	req.ifra_mask.sin_len = sizeof(req.ifra_mask);
	in_len2mask(&req.ifra_mask.sin_addr, plen);
	NET_LOCK();
	error = in_ioctl(SIOCAIFADDR, (caddr_t)&req, kt_ifp(ki), 1);
	if_flush();
	NET_UNLOCK();
	return (error);
}

int
kt_deladdr(struct ktif *ki, struct in_addr addr)
{
	struct sockaddr_in	*sin;
	struct ifreq		 ifr;
	int			 error;

	memset(&ifr, 0, sizeof(ifr));
	sin = (struct sockaddr_in *)&ifr.ifr_addr;
	sin->sin_len = sizeof(*sin);
	sin->sin_family = AF_INET;
	sin->sin_addr = addr;
	NET_LOCK();
	error = in_ioctl(SIOCDIFADDR, (caddr_t)&ifr, kt_ifp(ki), 1);
	if_flush();
	NET_UNLOCK();
	return (error);
}

static void
kt_rtinfo(struct rt_addrinfo *info, struct sockaddr_in *sin,
    struct in_addr dst, int plen)
{
	memset(info, 0, sizeof(*info));
	memset(sin, 0, 3 * sizeof(*sin));
	sin[0].sin_len = sin[1].sin_len = sin[2].sin_len = sizeof(*sin);
	sin[0].sin_family = sin[1].sin_family = AF_INET;
	sin[2].sin_family = AF_INET;
	sin[0].sin_addr = dst;
	in_len2mask(&sin[1].sin_addr, plen);
	info->rti_info[RTAX_DST] = (struct sockaddr *)&sin[0];
	info->rti_info[RTAX_NETMASK] = (struct sockaddr *)&sin[1];
	info->rti_flags = RTF_STATIC;
	if (plen == 32)
		info->rti_flags |= RTF_HOST;
}

/* Add a route by way of gw, with more RTF_* flags; errno of rtrequest(). */
int
kt_route(struct in_addr dst, int plen, struct in_addr gw, int flags,
    u_int rtableid)
{
	struct rt_addrinfo	 info;
	struct sockaddr_in	 sin[3];
	int			 error;

	kt_rtinfo(&info, sin, dst, plen);
	sin[2].sin_addr = gw;
	info.rti_info[RTAX_GATEWAY] = (struct sockaddr *)&sin[2];
	info.rti_flags |= RTF_GATEWAY | flags;
	NET_LOCK();
	error = rtrequest(RTM_ADD, &info, 0, NULL, rtableid);
	NET_UNLOCK();
	return (error);
}

int
kt_unroute(struct in_addr dst, int plen, u_int rtableid)
{
	struct rt_addrinfo	 info;
	struct sockaddr_in	 sin[3];
	int			 error;

	kt_rtinfo(&info, sin, dst, plen);
	NET_LOCK();
	error = rtrequest_delete(&info, RTP_NONE, NULL, NULL, rtableid);
	NET_UNLOCK();
	return (error);
}

/* Let everything that waits inside the stack be done. */
void
kt_settle(void)
{
	netisr_barrier();
	NET_LOCK();
	if_flush();
	NET_UNLOCK();
}

/* A packet from the link; all that follows from it has happened on return. */
void
kt_rx(struct ktif *ki, struct mbuf *m)
{
	struct mbuf_list	 ml = MBUF_LIST_INITIALIZER();

	KT_REQUIRE(m != NULL);
	ml_enqueue(&ml, m);
	if_input(kt_ifp(ki), &ml);
	kt_settle();
}

/* The next packet that was sent, or NULL. */
struct mbuf *
kt_tx(struct ktif *ki)
{
	return (ml_dequeue(&ki->ki_sent));
}

u_int
kt_txlen(struct ktif *ki)
{
	return (ml_len(&ki->ki_sent));
}

void
kt_txdrop(struct ktif *ki)
{
	ml_purge(&ki->ki_sent);
}

/* A packet of len bytes. */
struct mbuf *
kt_mbuf(const void *p, u_int len)
{
	struct mbuf	*m;

	m = m_gethdr(M_WAIT, MT_DATA);
	if (len > MHLEN - 64)
		m_clget(m, M_WAIT, MAX(len + 64, MCLBYTES));
	m->m_data += 64;
	m->m_len = m->m_pkthdr.len = len;
	if (p != NULL)
		memcpy(mtod(m, caddr_t), p, len);
	return (m);
}

/* Make the header checksum right. */
void
kt_ipsum(struct mbuf *m)
{
	struct ip	*ip = mtod(m, struct ip *);

	ip->ip_sum = 0;
	ip->ip_sum = in_cksum_hdr(ip, ip->ip_hl << 2);
}

/* An IPv4 packet with a payload. */
struct mbuf *
kt_ip(struct in_addr src, struct in_addr dst, int proto, const void *p,
    u_int len)
{
	struct mbuf	*m;
	struct ip	*ip;

	m = kt_mbuf(NULL, sizeof(*ip) + len);
	ip = mtod(m, struct ip *);
	memset(ip, 0, sizeof(*ip));
	ip->ip_v = IPVERSION;
	ip->ip_hl = sizeof(*ip) >> 2;
	ip->ip_len = htons(sizeof(*ip) + len);
	ip->ip_id = htons(0x4242);
	ip->ip_ttl = 64;
	ip->ip_p = proto;
	ip->ip_src = src;
	ip->ip_dst = dst;
	if (len != 0 && p != NULL)
		memcpy(ip + 1, p, len);
	else
		memset(ip + 1, 0, len);
	kt_ipsum(m);
	return (m);
}

/* A UDP datagram with a checksum; ports in host order. */
struct mbuf *
kt_udp(struct in_addr src, struct in_addr dst, u_int sport, u_int dport,
    const void *p, u_int len)
{
	struct udphdr	*uh;
	struct mbuf	*m;

	m = kt_ip(src, dst, IPPROTO_UDP, NULL, sizeof(*uh) + len);
	uh = (struct udphdr *)(mtod(m, struct ip *) + 1);
	uh->uh_sport = htons(sport);
	uh->uh_dport = htons(dport);
	uh->uh_ulen = htons(sizeof(*uh) + len);
	if (len != 0 && p != NULL)
		memcpy(uh + 1, p, len);
	uh->uh_sum = in4_cksum(m, IPPROTO_UDP, sizeof(struct ip),
	    sizeof(*uh) + len);
	if (uh->uh_sum == 0)
		uh->uh_sum = 0xffff;
	return (m);
}

/* An ICMP message: its first four bytes, then len bytes of p. */
struct mbuf *
kt_icmp(struct in_addr src, struct in_addr dst, int type, int code,
    const void *p, u_int len)
{
	struct icmp	*icp;
	struct mbuf	*m;

	m = kt_ip(src, dst, IPPROTO_ICMP, NULL, 4 + len);
	icp = (struct icmp *)(mtod(m, struct ip *) + 1);
	icp->icmp_type = type;
	icp->icmp_code = code;
	if (len != 0 && p != NULL)
		memcpy((caddr_t)icp + 4, p, len);
	icp->icmp_cksum = in_cksum_off(m, sizeof(struct ip), 4 + len);
	return (m);
}

/* The same packet in mbufs of at most n bytes. */
struct mbuf *
kt_shatter(struct mbuf *m, u_int n)
{
	struct mbuf	*top, *o, **tail;
	u_int		 off, len;

	top = m_gethdr(M_WAIT, MT_DATA);
	top->m_pkthdr.len = m->m_pkthdr.len;
	top->m_len = MIN(n, m->m_pkthdr.len);
	m_copydata(m, 0, top->m_len, mtod(top, caddr_t));
	tail = &top->m_next;
	for (off = top->m_len; off < m->m_pkthdr.len; off += len) {
		o = m_get(M_WAIT, MT_DATA);
		len = MIN(n, m->m_pkthdr.len - off);
		o->m_len = len;
		m_copydata(m, off, len, mtod(o, caddr_t));
		*tail = o;
		tail = &o->m_next;
	}
	m_freem(m);
	return (top);
}

/* Bytes that tell where they belong: those of a stream from off on. */
void
kt_pattern(uint8_t *p, u_int off, u_int len)
{
	u_int	 i;

	for (i = 0; i < len; i++)
		p[i] = (off + i) * 167 + ((off + i) >> 8);
}
