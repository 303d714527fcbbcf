/*
 * IPv6 and what it carries.
 *
 *	peer fe80::2, fd00:1::2 ---- fza0 fd00:1::1
 *				     fzb0 fd00:2::1 ---- fd00:2::2
 *
 *	ip6	whole packets: extension headers, forwarding
 *	frag6	fragments of a few packets
 *	icmp6, udp6	messages, behind a header that is good
 *	nd	neighbour discovery, hop limit 255, from the link; this machine
 *		is a host that configures itself
 *	mld	the same with hop limit 1 and a router alert
 */
#include <net/if_dl.h>
#include <net/if_types.h>
#include <net/route.h>

#include <netinet/icmp6.h>
#include <netinet/ip6.h>
#include <netinet6/icmp6_var.h>
#include <netinet6/in6_var.h>
#include <netinet6/nd6.h>
#include <netinet6/ip6_var.h>

#include "fuzz_packet.h"

#define SOCKETS		7

static struct socket	*socks6[SOCKETS];

static const struct in6_addr	us = {{{ 0xfd, 0, 0, 1, [15] = 1 }}};
static const struct in6_addr	peer = {{{ 0xfd, 0, 0, 1, [15] = 2 }}};
static const struct in6_addr	far_us = {{{ 0xfd, 0, 0, 2, [15] = 1 }}};
static const struct in6_addr	peer_ll = {{{ 0xfe, 0x80, [15] = 2 }}};
static const struct in6_addr	us_sol = {{{ 0xff, 2, [11] = 1, 0xff, 0,
    0, 1 }}};
static const struct in6_addr	allnodes = {{{ 0xff, 2, [15] = 1 }}};
static const struct in6_addr	group = {{{ 0xff, 2, [15] = 0x77 }}};

static struct mbuf *
name6(const struct in6_addr *addr, u_int port)
{
	struct sockaddr_in6	*sin6;
	struct mbuf		*m;

	m = m_get(M_WAIT, MT_SONAME);
	sin6 = mtod(m, struct sockaddr_in6 *);
	memset(sin6, 0, sizeof(*sin6));
	m->m_len = sin6->sin6_len = sizeof(*sin6);
	sin6->sin6_family = AF_INET6;
	sin6->sin6_addr = *addr;
	sin6->sin6_port = htons(port);
	return (m);
}

/*
 * A /64 of ki's, that nobody probes for.
 */
void
fuzz_address6(struct ktif *ki, const struct in6_addr *addr)
{
	struct in6_aliasreq	 req;

	memset(&req, 0, sizeof(req));
	req.ifra_addr.sin6_len = req.ifra_prefixmask.sin6_len =
	    sizeof(req.ifra_addr);
	req.ifra_addr.sin6_family = req.ifra_prefixmask.sin6_family =
	    AF_INET6;
	req.ifra_addr.sin6_addr = *addr;
	memset(&req.ifra_prefixmask.sin6_addr, 0xff, 8);
	req.ifra_flags = IN6_IFF_NODAD;
	req.ifra_lifetime.ia6t_vltime = req.ifra_lifetime.ia6t_pltime =
	    ND6_INFINITE_LIFETIME;
	NET_LOCK();
	KT_ERR(0, in6_ioctl(SIOCAIFADDR_IN6, (caddr_t)&req, kt_ifp(ki), 1));
	if_flush();
	NET_UNLOCK();
}

static void
sockets(void)
{
	static const int	 opts[] = { IPV6_RECVERR, IPV6_RECVPKTINFO,
	    IPV6_RECVDSTPORT, IPV6_RECVHOPLIMIT, IPV6_RECVTCLASS,
	    IPV6_RECVHOPOPTS, IPV6_RECVRTHDR, IPV6_RECVDSTOPTS };
	struct ipv6_mreq	 mr;
	struct mbuf		*m;
	u_int			 i;

	KT_ERR(0, socreate(AF_INET6, &socks6[0], SOCK_DGRAM, 0));
	KT_ERR(0, socreate(AF_INET6, &socks6[1], SOCK_RAW, IPPROTO_ICMPV6));
	KT_ERR(0, socreate(AF_INET6, &socks6[2], SOCK_DGRAM, 0));
	for (i = 0; i < nitems(opts); i++) {
		KT_ERR(0, kt_setint(socks6[0], IPPROTO_IPV6, opts[i], 1));
		KT_ERR(0, kt_setint(socks6[1], IPPROTO_IPV6, opts[i], 1));
	}
	KT_ERR(0, kt_setint(socks6[0], SOL_SOCKET, SO_REUSEADDR, 1));
	m = name6(&in6addr_any, 7000);
	KT_ERR(0, sobind(socks6[0], m, curproc));
	m_freem(m);
	KT_ERR(0, kt_setint(socks6[2], IPPROTO_IPV6, IPV6_V6ONLY, 1));
	m = name6(&us, 7001);
	KT_ERR(0, sobind(socks6[2], m, curproc));
	m_freem(m);
	m = name6(&peer, 9);
	KT_ERR(0, soconnect(socks6[2], m));
	m_freem(m);
	for (i = 4; i < 6; i++) {
		KT_ERR(0, socreate(AF_INET6, &socks6[i], SOCK_DGRAM, 0));
		KT_ERR(0, kt_setint(socks6[i], IPPROTO_IPV6, IPV6_V6ONLY, 1));
		m = name6(&in6addr_any, i == 4 ? 7002 : 7004);
		KT_ERR(0, sobind(socks6[i], m, curproc));
		m_freem(m);
	}
	KT_ERR(0, kt_setint(socks6[4], IPPROTO_UDP, UDP_GRO, 1));
	KT_ERR(0, kt_setint(socks6[4], IPPROTO_IPV6, IPV6_RECVDSTPORT, 1));
	fuzz_upcall(socks6[5]);
	KT_ERR(0, socreate(AF_INET6, &socks6[6], SOCK_DGRAM, 0));
	m = name6(&us, 7005);
	KT_ERR(0, sobind(socks6[6], m, curproc));
	m_freem(m);
	mr.ipv6mr_multiaddr = group;
	mr.ipv6mr_interface = kt_ifp(fza)->if_index;
	KT_ERR(0, kt_setopt(socks6[0], IPPROTO_IPV6, IPV6_JOIN_GROUP, &mr,
	    sizeof(mr)));
	KT_ERR(0, socreate(AF_INET6, &socks6[3], SOCK_DGRAM, 0));
	KT_ERR(0, kt_setint(socks6[3], SOL_SOCKET, SO_REUSEADDR, 1));
	KT_ERR(0, kt_setint(socks6[3], SOL_SOCKET, SO_RCVBUF, 1));
	KT_ERR(0, kt_setint(socks6[3], IPPROTO_IPV6, IPV6_MINHOPCOUNT, 60));
	KT_ERR(0, kt_setopt(socks6[3], IPPROTO_IPV6, IPV6_JOIN_GROUP, &mr,
	    sizeof(mr)));
	m = name6(&group, 7000);
	mtod(m, struct sockaddr_in6 *)->sin6_scope_id =
	    kt_ifp(fza)->if_index;
	KT_ERR(0, sobind(socks6[3], m, curproc));
	m_freem(m);
}

/* A /64 by a gateway. */
static void
route6(uint8_t net, struct in6_addr gate, int flags)
{
	struct in6_addr		 dst = {{{ 0xfd, [3] = net }}}, mask;
	struct sockaddr_in6	 sin6[3];
	struct rt_addrinfo	 info;

	memset(&mask, 0, sizeof(mask));
	memset(&mask, 0xff, 8);
	in6_scope_set(&gate, kt_ifp(fza)->if_index);
	in6_sin6(&sin6[0], &dst);
	in6_sin6(&sin6[1], &mask);
	in6_sin6(&sin6[2], &gate);
	memset(&info, 0, sizeof(info));
	info.rti_info[RTAX_DST] = sin6tosa(&sin6[0]);
	info.rti_info[RTAX_NETMASK] = sin6tosa(&sin6[1]);
	info.rti_info[RTAX_GATEWAY] = sin6tosa(&sin6[2]);
	info.rti_flags = RTF_GATEWAY | RTF_STATIC | flags;
	NET_LOCK();
	KT_ERR(0, rtrequest(RTM_ADD, &info, 0, NULL, 0));
	NET_UNLOCK();
}

/* Somebody far away, whose path is another's. */
static void
far_socket(void)
{
	static const struct in6_addr	 far = {{{ 0xfd, 0, 0, 5, [15] = 9 }}};
	struct mbuf			*m;

	m = name6(&far, 9);
	KT_ERR(0, soconnect(socks6[6], m));
	m_freem(m);
	icmp6_pmtu_settimeout(20);
}

static void
router_init(void)
{
	fuzz_net_init();
	fuzz_address6(fza, &us);
	kt_ifp(fzb)->if_mtu = IPV6_MMTU;
	fuzz_address6(fzb, &far_us);
	ip6_forwarding = 1;
	route6(3, in6addr_loopback, RTF_REJECT);
	route6(4, in6addr_loopback, RTF_BLACKHOLE);
	route6(5, peer_ll, 0);
	sockets();
	far_socket();
	fuzz_sleep_ms(5000);
	fuzz_net_settled();
}

/* A neighbour that the administrator has told. */
static void
neighbour(uint8_t host, int how)
{
	struct in6_addr		 addr = {{{ 0xfd, 0, 0, 1, [15] = host }}};
	struct sockaddr_in6	 sin6;
	struct sockaddr_dl	 sdl = { .sdl_len = sizeof(sdl),
	    .sdl_family = AF_LINK, .sdl_index = kt_ifp(fza)->if_index,
	    .sdl_type = IFT_ETHER, .sdl_alen = ETHER_ADDR_LEN };
	struct rt_addrinfo	 info;

	in6_sin6(&sin6, &addr);
	memcpy(LLADDR(&sdl), "\x02\xaa\0\0\0\x77", ETHER_ADDR_LEN);
	memset(&info, 0, sizeof(info));
	info.rti_info[RTAX_DST] = sin6tosa(&sin6);
	info.rti_info[RTAX_GATEWAY] = (struct sockaddr *)&sdl;
	info.rti_flags = RTF_HOST | RTF_STATIC | how;
	NET_LOCK();
	KT_ERR(0, rtrequest(RTM_ADD, &info, 0, NULL, 0));
	NET_UNLOCK();
}

static void
host_init(void)
{
	fuzz_net_init();
	fuzz_address6(fza, &us);
	SET(kt_ifp(fza)->if_xflags, IFXF_AUTOCONF6 | IFXF_AUTOCONF6TEMP);
	NET_LOCK();
	nd6_rtr_xflags(kt_ifp(fza));
	NET_UNLOCK();
	nd6_redirect_settimeout(20);
	nd6_debug = 1;
	neighbour(0x77, 0);
	neighbour(0x88, RTF_ANNOUNCE);
	sockets();
	fuzz_sleep_ms(5000);
	fuzz_net_settled();
}

static void
end(void)
{
	u_int	 i;

	NET_LOCK();
	frag6_drain();
	NET_UNLOCK();
	for (i = 0; i < SOCKETS; i++) {
		sbflush(&socks6[i]->so_rcv);
		ml_purge(&socks6[i]->so_errq);
		socks6[i]->so_error = 0;
	}
	fuzz_end();
}

/* A good IPv6 header before what is there. */
static void
header(struct fuzz_pkt *fp, u_int next, u_int hlim, const struct in6_addr *src,
    const struct in6_addr *dst)
{
	struct ip6_hdr	 ip6;

	memset(&ip6, 0, sizeof(ip6));
	ip6.ip6_vfc = IPV6_VERSION;
	ip6.ip6_plen = htons(fp->fp_len);
	ip6.ip6_nxt = next;
	ip6.ip6_hlim = hlim;
	ip6.ip6_src = *src;
	ip6.ip6_dst = *dst;
	memmove(fp->fp_buf + sizeof(ip6), fp->fp_buf, fp->fp_len);
	memcpy(fp->fp_buf, &ip6, sizeof(ip6));
	fp->fp_len += sizeof(ip6);
}

FUZZ(ip6, router_init, "IPv6 packets: extension headers, forwarding")
{
	static struct fuzz_pkt	 fp;
	struct fuzz_in		 fi = { data, size };

	while (fuzz_record(&fi, &fp))
		fuzz_rx(&fp);
	end();
}

static void
messages(const uint8_t *data, size_t size, u_int next)
{
	static struct fuzz_pkt	 fp;
	struct fuzz_in		 fi = { data, size };

	while (fuzz_record(&fi, &fp)) {
		fp.fp_len = MIN(fp.fp_len, FZ_MAXPKT - 40);
		if (next == IPPROTO_UDP)
			fuzz_udp(&fp);
		header(&fp, next, FZ_ARG(fp.fp_op) & 2 ? 30 : 64, &peer,
		    FZ_ARG(fp.fp_op) & 1 ? &group : &us);
		fuzz_rx(&fp);
	}
	end();
}

FUZZ(icmp6, router_init, "ICMPv6 messages")
{
	messages(data, size, IPPROTO_ICMPV6);
}

FUZZ(udp6, router_init, "UDP datagrams in IPv6")
{
	messages(data, size, IPPROTO_UDP);
}

FUZZ(nd, host_init, "neighbour and router discovery")
{
	static struct fuzz_pkt	 fp;
	struct fuzz_in		 fi = { data, size };

	while (fuzz_record(&fi, &fp)) {
		fp.fp_len = MIN(fp.fp_len, FZ_MAXPKT - 40);
		header(&fp, IPPROTO_ICMPV6, 255,
		    FZ_ARG(fp.fp_op) & 2 ? &in6addr_any :
		    FZ_ARG(fp.fp_op) & 4 ? &peer : &peer_ll,
		    FZ_ARG(fp.fp_op) & 8 ? &us_sol :
		    FZ_ARG(fp.fp_op) & 1 ? &us : &allnodes);
		fp.fp_op &= ~FZ_OTHER;
		fuzz_rx(&fp);
	}
	end();
}

FUZZ(mld, router_init, "MLD messages")
{
	static const uint8_t	 alert[] = { IPPROTO_ICMPV6, 0, 5, 2, 0, 0,
	    1, 0 };
	static struct fuzz_pkt	 fp;
	struct fuzz_in		 fi = { data, size };

	while (fuzz_record(&fi, &fp)) {
		fp.fp_len = MIN(fp.fp_len, FZ_MAXPKT - 48);
		memmove(fp.fp_buf + sizeof(alert), fp.fp_buf, fp.fp_len);
		memcpy(fp.fp_buf, alert, sizeof(alert));
		fp.fp_len += sizeof(alert);
		header(&fp, IPPROTO_HOPOPTS, 1,
		    FZ_ARG(fp.fp_op) & 2 ? &peer : &peer_ll,
		    FZ_ARG(fp.fp_op) & 1 ? &group : &allnodes);
		fuzz_rx(&fp);
	}
	end();
}

/*
 * Which knob is turned, 255 for none.  Then records: an octet with the
 * packet's identity, one of flags, two of offset in units of 8, one of length
 * in units of 4.
 */
FUZZ(frag6, router_init, "IPv6 fragments")
{
	static struct fuzz_pkt	 fp;
	struct fuzz_in		 fi = { data, size };
	u_int			 who, how, off, i;

	if ((i = fuzz_u8(&fi)) != 255)
		fuzz_knob(i);
	for (i = 0; i < 200 && fi.fi_left >= 5; i++) {
		who = fuzz_u8(&fi);
		how = fuzz_u8(&fi);
		off = fuzz_u16(&fi);
		fp.fp_len = 8 + fuzz_u8(&fi) * 4 + (how >> 6);
		fp.fp_op = (how & 0x30) == 0x30 ? FZ_CUT | (how & 0x40) : 0;
		kt_pattern(fp.fp_buf + 8, off * 8, fp.fp_len - 8);
		memset(fp.fp_buf, 0, 8);
		fp.fp_buf[0] = who & 4 ? IPPROTO_ICMPV6 :
		    who & 8 ? IPPROTO_DSTOPTS :
		    who & 32 ? IPPROTO_TCP : IPPROTO_UDP;
		be16enc(fp.fp_buf + 2, off << 3 | (how & 4 ? 1 : 0));
		fp.fp_buf[7] = who & 3;
		if (off == 0 && (who & 12) == 8)
			memcpy(fp.fp_buf + 8, "\021\0\1\4\0\0\0\0", 8);
		header(&fp, IPPROTO_FRAGMENT, 64, &peer,
		    who & 16 ? &group : &us);
		be32enc(fp.fp_buf, 6U << 28 | (how & 3) << 20);
		fuzz_rx(&fp);
		if (who & 0x80)
			fuzz_sleep_ms(who & 0x40 ? 16000 : 500);
	}
	end();
}
