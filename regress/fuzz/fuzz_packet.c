/*
 * Packets out of inputs: see fuzz_packet.h.
 */
#include <sys/kernel.h>

#include <net/cksum.h>
#include <net/ethertypes.h>
#include <net/if_dl.h>
#include <net/if_types.h>
#include <net/netisr.h>

#include <netinet/icmp6.h>
#include <netinet/icmp_var.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netinet/udp_var.h>

#include "fuzz_packet.h"

#define AGE_INPUTS	4096		/* between two long sleeps */
#define AGE_MS		(25 * 60 * 1000)	/* outlives all caches */
#define SOCKETS		9
#define TRAIN_MSS	100
#define PATIENCE_MS	64000		/* that pass in one input */

struct ktif	*fza, *fzb, *fzc;

static struct socket	*socks[SOCKETS];
static u_int		 inputs;
static u_int		 passed_ms;	/* in this input */
static u_int		 inuse;

/* Everything that a packet may be asked for by a socket. */
static void
options(struct socket *so)
{
	KT_ERR(0, kt_setint(so, IPPROTO_IP, IP_RECVERR, 1));
	KT_ERR(0, kt_setint(so, IPPROTO_IP, IP_PKTINFO, 1));
	KT_ERR(0, kt_setint(so, IPPROTO_IP, IP_RECVOPTS, 1));
	KT_ERR(0, kt_setint(so, IPPROTO_IP, IP_RETOPTS, 1));
	KT_ERR(0, kt_setint(so, IPPROTO_IP, IP_RECVTTL, 1));
	KT_ERR(0, kt_setint(so, IPPROTO_IP, IP_RECVTOS, 1));
	KT_ERR(0, kt_setint(so, IPPROTO_IP, IP_RECVDSTPORT, 1));
}

/* A tunnel takes every other datagram. */
static struct mbuf *
upcall(void *arg, struct mbuf *m, struct ip *ip, struct ip6_hdr *ip6,
    void *uh, int off)
{
	(void)arg;
	(void)ip;
	(void)ip6;
	(void)uh;
	if ((m->m_pkthdr.len - off) % 2 == 0)
		return (m);
	m_freem(m);
	return (NULL);
}

void
fuzz_upcall(struct socket *so)
{
	sotoinpcb(so)->inp_upcall = upcall;
}

static struct mbuf *
encap(struct mbuf *m, int off, int af)
{
	(void)af;
	return (upcall(NULL, m, NULL, NULL, NULL, off));
}

/* A socket of IPv6 that hears IPv4, too. */
static struct socket *
both(u_int port)
{
	struct sockaddr_in6	*sin6;
	struct socket		*so;
	struct mbuf		*m;

	KT_ERR(0, socreate(AF_INET6, &so, SOCK_DGRAM, 0));
	KT_ERR(0, kt_setint(so, IPPROTO_IPV6, IPV6_V6ONLY, 0));
	KT_ERR(0, kt_setint(so, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1));
	m = m_get(M_WAIT, MT_SONAME);
	sin6 = mtod(m, struct sockaddr_in6 *);
	memset(sin6, 0, sizeof(*sin6));
	m->m_len = sin6->sin6_len = sizeof(*sin6);
	sin6->sin6_family = AF_INET6;
	sin6->sin6_port = htons(port);
	KT_ERR(0, sobind(so, m, curproc));
	m_freem(m);
	return (so);
}

/*
 * An entry for addr of ki's, as `arp -s addr 02:aa:00:00:00:77' makes it;
 * with RTF_ANNOUNCE, a published one.
 */
void
fuzz_entry(struct ktif *ki, struct in_addr addr, int how)
{
	struct sockaddr_in	 sin = { .sin_len = sizeof(sin),
	    .sin_family = AF_INET, .sin_addr = addr };
	struct sockaddr_dl	 sdl = { .sdl_len = sizeof(sdl),
	    .sdl_family = AF_LINK, .sdl_index = kt_ifp(ki)->if_index,
	    .sdl_type = IFT_ETHER, .sdl_alen = ETHER_ADDR_LEN };
	struct rt_addrinfo	 info;

	memcpy(LLADDR(&sdl), "\x02\xaa\0\0\0\x77", ETHER_ADDR_LEN);
	memset(&info, 0, sizeof(info));
	info.rti_info[RTAX_DST] = sintosa(&sin);
	info.rti_info[RTAX_GATEWAY] = (struct sockaddr *)&sdl;
	info.rti_flags = RTF_HOST | RTF_STATIC | how;
	NET_LOCK();
	KT_ERR(0, rtrequest(RTM_ADD, &info, 0, NULL, 0));
	NET_UNLOCK();
}

/* Where packets can go, and what is known of neighbours. */
static void
ways(void)
{
	KT_ERR(0, kt_route(IP(10, 9, 0, 0), 16, IP(10, 1, 0, 2), 0, 0));
	KT_ERR(0, kt_route(IP(10, 3, 0, 0), 16, IP(10, 1, 0, 2),
	    RTF_REJECT, 0));
	KT_ERR(0, kt_route(IP(10, 4, 0, 0), 16, IP(10, 1, 0, 2),
	    RTF_BLACKHOLE, 0));
	fuzz_entry(fza, IP(10, 1, 0, 77), 0);
	fuzz_entry(fza, IP(10, 1, 0, 88), RTF_ANNOUNCE);
	fuzz_entry(fzc, IP(10, 5, 0, 9), 0);
	icmp_pmtu_settimeout(20);
	icmp_redirect_settimeout(20);
}

/*
 * The machine that the packets come to; the fz_init of such targets.
 */
void
fuzz_net_init(void)
{
	struct ip_mreq	 mr;

	fza = kt_if("fza0", KTIF_ETHER);
	fzb = kt_if("fzb0", KTIF_IP);
	KT_ERR(0, kt_addr(fza, IP(10, 1, 0, 1), 24));
	fzc = kt_if("fzc0", KTIF_ETHER);
	KT_ERR(0, kt_addr(fzb, IP(10, 2, 0, 1), 24));
	KT_ERR(0, kt_addr(fzc, IP(10, 5, 0, 1), 24));
	kt_ifp(fzb)->if_mtu = 600;
	ways();
	ipforwarding = 1;
	ip_dosourceroute = 1;
	icmpmaskrepl = icmpbmcastecho = 1;
	socks[0] = kt_socket(SOCK_DGRAM, 0);
	socks[1] = kt_socket(SOCK_RAW, IPPROTO_ICMP);
	socks[2] = kt_socket(SOCK_DGRAM, IPPROTO_ICMP);
	socks[3] = kt_socket(SOCK_DGRAM, 0);
	KT_ERR(0, kt_setint(socks[0], SOL_SOCKET, SO_REUSEADDR, 1));
	KT_ERR(0, kt_bind(socks[0], IP(0, 0, 0, 0), 7000));
	KT_ERR(0, kt_bind(socks[3], IP(10, 1, 0, 1), 7001));
	KT_ERR(0, kt_connect(socks[3], IP(10, 1, 0, 2), 9));
	socks[4] = kt_socket(SOCK_DGRAM, 0);
	KT_ERR(0, kt_setint(socks[4], SOL_SOCKET, SO_REUSEADDR, 1));
	KT_ERR(0, kt_bind(socks[4], IP(239, 1, 1, 1), 7000));
	KT_ERR(0, kt_setint(socks[4], IPPROTO_IP, IP_MINTTL, 60));
	KT_ERR(0, kt_setint(socks[4], SOL_SOCKET, SO_RCVBUF, 1));
	socks[5] = kt_socket(SOCK_DGRAM, 0);
	KT_ERR(0, kt_bind(socks[5], IP(0, 0, 0, 0), 7002));
	KT_ERR(0, kt_setint(socks[5], IPPROTO_UDP, UDP_GRO, 1));
	socks[6] = both(7003);
	socks[7] = kt_socket(SOCK_DGRAM, 0);
	KT_ERR(0, kt_bind(socks[7], IP(0, 0, 0, 0), 7004));
	fuzz_upcall(socks[7]);
	socks[8] = kt_socket(SOCK_DGRAM, 0);
	KT_ERR(0, kt_bind(socks[8], IP(10, 1, 0, 1), 7005));
	KT_ERR(0, kt_connect(socks[8], IP(10, 9, 1, 1), 9));
	udp_encap_port = htons(4500);
	udp_encap_hook = encap;
	options(socks[0]);
	options(socks[1]);
	options(socks[5]);
	mr.imr_multiaddr = IP(239, 1, 1, 1);
	mr.imr_interface = IP(10, 1, 0, 1);
	KT_ERR(0, kt_setopt(socks[0], IPPROTO_IP, IP_ADD_MEMBERSHIP, &mr,
	    sizeof(mr)));
	KT_ERR(0, kt_setopt(socks[4], IPPROTO_IP, IP_ADD_MEMBERSHIP, &mr,
	    sizeof(mr)));
	fuzz_sleep_ms(1000);
	fuzz_net_settled();
}

/*
 * All that holds mbufs for good is there now; called last by those who add
 * to fuzz_net_init().
 */
void
fuzz_net_settled(void)
{
	fuzz_knob_init();
	fuzz_end();
	inuse = mbuf_inuse();
}

static void
pass(u_int ms)
{
	ms = MIN(ms, PATIENCE_MS - passed_ms);
	passed_ms += ms;
	fuzz_sleep_ms(ms);
}

/*
 * The next record that is a packet: 1, or 0 at the end of the input.
 */
int
fuzz_record(struct fuzz_in *fi, struct fuzz_pkt *fp)
{
	const uint8_t	*p;
	size_t		 len;

	while (fi->fi_left > 0) {
		fp->fp_op = fuzz_u8(fi);
		if (fp->fp_op == FZ_KNOB) {
			fuzz_knob(fuzz_u8(fi));
			continue;
		}
		if ((fp->fp_op & FZ_TIME) == FZ_TIME) {
			pass(50 << FZ_ARG(fp->fp_op));
			continue;
		}
		len = fuzz_u16(fi);
		len = MIN(len, FZ_MAXPKT);
		p = fuzz_bytes(fi, &len);
		memcpy(fp->fp_buf, p, len);
		fp->fp_len = len;
		fp->fp_csum = 0;
		return (1);
	}
	return (0);
}

/* Where a transport keeps its checksum, or -1. */
static int
sum_offset(u_int proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return (16);
	case IPPROTO_UDP:
		return (6);
	case IPPROTO_ICMP:
	case IPPROTO_IGMP:
	case IPPROTO_ICMPV6:
		return (2);
	}
	return (-1);
}

/* The transport of len octets at p, behind addresses of alen octets. */
static void
fix_transport(uint8_t *p, u_int len, u_int proto, const uint8_t *addrs,
    u_int alen)
{
	uint64_t	 sum = 0;
	uint16_t	 folded;
	int		 off = sum_offset(proto);

	if (off == -1 || off + 2 > len)
		return;
	if (proto == IPPROTO_UDP && be16dec(p + off) == 0)
		return;			/* it has none */
	memset(p + off, 0, 2);
	if (proto != IPPROTO_ICMP && proto != IPPROTO_IGMP)
		sum = cksum_add(htons(proto) + (uint64_t)htons(len), addrs,
		    alen);
	folded = ~cksum_fold(cksum_add(sum, p, len));
	if (folded == 0 && proto == IPPROTO_UDP)
		folded = 0xffff;
	memcpy(p + off, &folded, 2);
}

static void
fix4(uint8_t *p, u_int size)
{
	u_int	 hlen = (p[0] & 15) << 2, len = be16dec(p + 2);
	uint16_t sum;

	if (hlen < 20 || hlen > size)
		return;
	len = MIN(len, size);
	if (len >= hlen && (be16dec(p + 6) & (IP_MF | IP_OFFMASK)) == 0)
		fix_transport(p + hlen, len - hlen, p[9], p + 12, 8);
	memset(p + 10, 0, 2);
	sum = ~cksum_fold(cksum_add(0, p, hlen));
	memcpy(p + 10, &sum, 2);
}

/* Behind extension headers; the type 0 of routing headers is not followed. */
static void
fix6(uint8_t *p, u_int size)
{
	u_int	 off = 40, len, next;

	if (size < 40)
		return;
	len = MIN(40U + be16dec(p + 4), size);
	for (next = p[6]; off + 8 <= len; ) {
		switch (next) {
		case 0:			/* hop by hop, routing, destination */
		case 43:
		case 60:
			next = p[off];
			off += (p[off + 1] + 1) << 3;
			continue;
		case 44:		/* the only fragment */
			if ((be16dec(p + off + 2) & ~6) != 0)
				return;
			next = p[off];
			off += 8;
			continue;
		}
		break;
	}
	if (off < len)
		fix_transport(p + off, len - off, next, p + 8, 32);
}

/*
 * Make the checksums of an IP packet right, as far as it has any.
 */
void
fuzz_fix(uint8_t *p, u_int len)
{
	if (len < 20)
		return;
	if (p[0] >> 4 == 4)
		fix4(p, len);
	else if (p[0] >> 4 == 6)
		fix6(p, len);
}

/*
 * The same for an Ethernet frame.
 */
void
fuzz_fix_frame(uint8_t *p, u_int len)
{
	u_int	 type;

	if (len < 14)
		return;
	type = be16dec(p + 12);
	if (type == ETHERTYPE_IP || type == ETHERTYPE_IPV6)
		fuzz_fix(p + 14, len - 14);
}

/*
 * Put an Ethernet header before the packet, to fza.
 */
void
fuzz_ether(struct fuzz_pkt *fp, u_int type)
{
	static const uint8_t	 peer[] = { 0x02, 0xaa, 0, 0, 0, 2 };

	memmove(fp->fp_buf + 14, fp->fp_buf, fp->fp_len);
	memcpy(fp->fp_buf, fza->ki_ac.ac_enaddr, 6);
	memcpy(fp->fp_buf + 6, peer, 6);
	be16enc(fp->fp_buf + 12, type);
	fp->fp_len += 14;
}

/*
 * The packet as an mbuf chain, in pieces if it says so.
 */
struct mbuf *
fuzz_mbuf(const struct fuzz_pkt *fp)
{
	struct mbuf	*m;

	m = kt_mbuf(fp->fp_buf, fp->fp_len);
	m->m_pkthdr.csum_flags |= fp->fp_csum;
	if (fp->fp_csum & M_UDP_SEG)
		m->m_pkthdr.ph_mss = TRAIN_MSS;
	if (fp->fp_op & FZ_CUT)
		m = kt_shatter(m, 1 + 3 * FZ_ARG(fp->fp_op));
	return (m);
}

/*
 * What a card may say of a UDP datagram, of which only the UDP header and
 * its data are there.
 */
void
fuzz_udp(struct fuzz_pkt *fp)
{
	if (fp->fp_op & FZ_TRAIN && fp->fp_len > 8) {
		be16enc(fp->fp_buf + 4, fp->fp_len);
		fp->fp_csum = M_UDP_SEG | M_UDP_CSUM_OUT;
	} else if ((FZ_ARG(fp->fp_op) & 12) == 12)
		fp->fp_csum = M_IPV4_CSUM_IN_BAD;
	else if (FZ_ARG(fp->fp_op) & 4)
		fp->fp_csum = M_UDP_CSUM_IN_OK | M_IPV4_CSUM_IN_OK;
	else if (FZ_ARG(fp->fp_op) & 8)
		fp->fp_csum = M_UDP_CSUM_IN_BAD;
}

/*
 * An IP packet arrives, by the interface that it names.
 */
void
fuzz_rx(const struct fuzz_pkt *fp)
{
	static struct fuzz_pkt	 pkt;
	struct mbuf		*m, *shared = NULL;

	pkt = *fp;
	if (!(pkt.fp_op & FZ_RAW))
		fuzz_fix(pkt.fp_buf, pkt.fp_len);
	if (pkt.fp_op & FZ_OTHER) {
		kt_rx(fzb, fuzz_mbuf(&pkt));
		return;
	}
	fuzz_ether(&pkt, pkt.fp_len > 0 && pkt.fp_buf[0] >> 4 == 6 ?
	    ETHERTYPE_IPV6 : ETHERTYPE_IP);
	m = fuzz_mbuf(&pkt);
	/* Others read it, too. */
	if ((pkt.fp_op & FZ_TRAIN) && pkt.fp_csum == 0)
		shared = m_copym(m, 0, M_COPYALL, M_DONTWAIT);
	kt_rx(fza, m);
	m_freem(shared);
}

/* What sockets and cards have is not wanted. */
static void
drain(void)
{
	u_int	 i;

	kt_settle();
	for (i = 0; i < SOCKETS; i++) {
		sbflush(&socks[i]->so_rcv);
		ml_purge(&socks[i]->so_errq);
		socks[i]->so_error = 0;
	}
	kt_txdrop(fza);
	kt_txdrop(fzb);
	kt_txdrop(fzc);
}

/* Whoever holds mbufs now never lets go. */
static void
leaks(void)
{
	fuzz_sleep_ms(AGE_MS);
	drain();
	if (inuse != 0 && mbuf_inuse() > inuse + 8)
		panic("mbufs leak: %u, were %u", mbuf_inuse(), inuse);
}

/*
 * The end of an input: throw away what has come of it.
 */
void
fuzz_end(void)
{
	fuzz_knob_back();
	kt_settle();
	NET_LOCK();
	ip_drain();
	NET_UNLOCK();
	drain();
	passed_ms = 0;
	if (++inputs % AGE_INPUTS == 0)
		leaks();
}
