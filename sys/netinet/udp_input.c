/*
 * UDP: receiving (RFC 768, RFC 1122 4.1).
 *
 * A train (M_UDP_SEG) is one frame of many datagrams with one header, whose
 * length says how long all of it is.  Encapsulated ESP, tunnels (inp_upcall)
 * and sockets with UDP_GRO get it whole; for others it is cut.
 *
 * Everything here runs under the net lock.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/mbuf.h>
#include <sys/protosw.h>
#include <sys/socket.h>
#include <sys/socketvar.h>

#include <net/if.h>
#include <net/if_tso.h>
#include <net/if_var.h>
#include <net/route.h>
#include <net/rtable.h>

#include <netinet/in.h>
#include <netinet/in_pcb.h>
#include <netinet/in_systm.h>
#include <netinet/in_var.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/ip_var.h>
#include <netinet/udp.h>
#include <netinet/udp_var.h>
#include <netinet6/in6.h>
#include <netinet6/in6_pcb.h>
#include <netinet6/ip6_var.h>

struct udpstat		 udpstat;
uint16_t		 udp_encap_port;
struct mbuf		*(*udp_encap_hook)(struct mbuf *, int, int);
int			 (*udp_encap_sent)(const struct sockaddr *, u_int16_t,
			    u_int);

/* Is the checksum right?  The sender may have made none. */
static int
udp_cksum_ok(struct mbuf *m, const struct udphdr *uh, int iphlen, int len)
{
	uint32_t	 flags = m->m_pkthdr.csum_flags;

	if (flags & (M_UDP_CSUM_IN_OK | M_UDP_CSUM_OUT))
		return (1);
	if (flags & M_UDP_CSUM_IN_BAD)
		return (0);
	if (uh->uh_sum == 0) {
		udpstat.udps_nosum++;
		return (1);
	}
	udpstat.udps_inswcsum++;
	return (in4_cksum(m, IPPROTO_UDP, iphlen, len) == 0);
}

/*
 * The checks of every datagram.  Returns the packet with its headers
 * contiguous and nothing behind its end, or NULL; the reason is counted.
 */
static struct mbuf *
udp_check(struct mbuf *m, int iphlen)
{
	struct udphdr	*uh;
	struct ip	*ip = mtod(m, struct ip *);
	u_int		 len, room;
	uint64_t	*why;

	room = ntohs(ip->ip_len) - iphlen;
	why = &udpstat.udps_hdrops;
	if (room < sizeof(*uh) || m->m_pkthdr.len < iphlen + sizeof(*uh))
		goto bad;
	if (m->m_len < iphlen + sizeof(*uh) &&
	    (m = m_pullup(m, iphlen + sizeof(*uh))) == NULL) {
		udpstat.udps_nomem++;
		return (NULL);
	}
	uh = (struct udphdr *)(mtod(m, caddr_t) + iphlen);
	len = ntohs(uh->uh_ulen);
	why = &udpstat.udps_badlen;
	if (len < sizeof(*uh) || len > room)
		goto bad;
	if (len < room)
		m_adj(m, (int)len - (int)room);
	why = &udpstat.udps_badport;
	if (uh->uh_dport == 0)
		goto bad;
	why = &udpstat.udps_badsum;
	if (!udp_cksum_ok(m, uh, iphlen, len))
		goto bad;
	return (m);
bad:
	(*why)++;
	m_freem(m);
	return (NULL);
}

/* Control messages that the socket asks for with a datagram. */
static struct mbuf *
udp_control(struct inpcb *inp, struct mbuf *m, struct ip *ip,
    const struct udphdr *uh)
{
	struct mbuf	*opts = NULL, **mp = &opts;
	int		 mss;

	if (inp->inp_flags & INP_IPV6)
		ip6_savecontrol4(inp, &opts, ip, m);
	else
		ip_savecontrol(inp, &opts, ip, m);
	while (*mp != NULL)
		mp = &(*mp)->m_next;
	if (inp->inp_flags & INP_RECVDSTPORT) {
		*mp = sbcreatecontrol(&uh->uh_dport, sizeof(uh->uh_dport),
		    IP_RECVDSTPORT, IPPROTO_IP);
		if (*mp != NULL)
			mp = &(*mp)->m_next;
	}
	if ((inp->inp_flags & INP_UDPGRO) &&
	    (m->m_pkthdr.csum_flags & M_UDP_SEG)) {
		mss = m->m_pkthdr.ph_mss;
		*mp = sbcreatecontrol(&mss, sizeof(mss), UDP_GRO,
		    IPPROTO_UDP);
	}
	return (opts);
}

/* The sender's address as the socket's family has it. */
static void
udp_sender(const struct inpcb *inp, const struct ip *ip,
    const struct udphdr *uh, union rtaddr *src)
{
	struct sockaddr_in6	*sin6;

	memset(src, 0, sizeof(*src));
	if (inp->inp_flags & INP_IPV6) {
		sin6 = satosin6(&src->ra_sa);
		in6_sin6(sin6, &in6addr_any);
		in6_mapped(&sin6->sin6_addr, ip->ip_src);
		sin6->sin6_port = uh->uh_sport;
		return;
	}
	src->ra_sin.sin_len = sizeof(src->ra_sin);
	src->ra_sin.sin_family = AF_INET;
	src->ra_sin.sin_port = uh->uh_sport;
	src->ra_sin.sin_addr = ip->ip_src;
}

/* Put one datagram, or a train when the socket takes them, into a socket. */
static void
udp_sbappend(struct inpcb *inp, struct mbuf *m, int iphlen)
{
	struct socket		*so = inp->inp_socket;
	union rtaddr		 src;
	struct udphdr		*uh;
	struct mbuf		*opts;
	struct ip		*ip = mtod(m, struct ip *);

	if (ip_ipsec != NULL && ip_ipsec->ii_input(m, iphlen, IPPROTO_UDP,
	    inp, 0) != 0) {
		udpstat.udps_nosec++;
		m_freem(m);
		return;
	}
	uh = (struct udphdr *)(mtod(m, caddr_t) + iphlen);
	udp_sender(inp, ip, uh, &src);
	opts = udp_control(inp, m, ip, uh);
	m_adj(m, iphlen + sizeof(*uh));
	if (sbappendaddr(&so->so_rcv, &src.ra_sa, m, opts) == 0) {
		udpstat.udps_fullsock++;
		m_freem(m);
		m_freem(opts);
		return;
	}
	sorwakeup(so);
}

/* Deliver to one socket, cut into datagrams if need be. */
static void
udp_deliver(struct inpcb *inp, struct mbuf *m, int iphlen)
{
	struct mbuf_list	 ml = MBUF_LIST_INITIALIZER();

	if (inp->inp_ip_minttl != 0 &&
	    mtod(m, struct ip *)->ip_ttl < inp->inp_ip_minttl) {
		udpstat.udps_minttl++;
		m_freem(m);
		return;
	}
	if (!(m->m_pkthdr.csum_flags & M_UDP_SEG) ||
	    (inp->inp_flags & INP_UDPGRO)) {
		udp_sbappend(inp, m, iphlen);
		return;
	}
	if (m_segment(m, 0, &ml) != 0) {
		udpstat.udps_nomem++;
		return;
	}
	while ((m = ml_dequeue(&ml)) != NULL)
		udp_sbappend(inp, m, iphlen);
}

/* Does a socket hear what was sent to this group or broadcast address? */
static int
udp_mcast_match(struct inpcb *inp, const struct ip *ip,
    const struct udphdr *uh, const struct mbuf *m)
{
	u_int	 ifidx = inp->inp_socket->so_ifidx;

	if (inp->inp_lport != uh->uh_dport || (inp->inp_flags & INP_IPV6) ||
	    rtable_l2(inp->inp_rtableid) !=
	    rtable_l2(m->m_pkthdr.ph_rtableid) ||
	    (ifidx != 0 && ifidx != m->m_pkthdr.ph_ifidx))
		return (0);
	if (inp->inp_laddr.s_addr != INADDR_ANY &&
	    inp->inp_laddr.s_addr != ip->ip_dst.s_addr)
		return (0);
	if (inp->inp_faddr.s_addr != INADDR_ANY &&
	    (inp->inp_faddr.s_addr != ip->ip_src.s_addr ||
	    inp->inp_fport != uh->uh_sport))
		return (0);
	return (ip_mcast_wanted(inp, ip->ip_dst, m->m_pkthdr.ph_ifidx));
}

/*
 * Every socket that wants it gets a copy; one that shares its port with
 * nobody ends the search.
 */
static void
udp_mcast(struct mbuf *m, int iphlen)
{
	const struct ip		*ip = mtod(m, const struct ip *);
	const struct udphdr	*uh;
	struct inpcb		*inp, *last = NULL;
	struct mbuf		*n;

	uh = (const struct udphdr *)(mtod(m, caddr_t) + iphlen);
	LIST_FOREACH(inp, in_pcbporthead(&udbtable, uh->uh_dport,
	    rtable_l2(m->m_pkthdr.ph_rtableid)), inp_lhash) {
		if (!udp_mcast_match(inp, ip, uh, m))
			continue;
		if (last != NULL) {
			n = m_dup_pkt(m, IP_LINKHDR, M_DONTWAIT);
			if (n == NULL)
				udpstat.udps_nomem++;
			else
				udp_deliver(last, n, iphlen);
		}
		last = inp;
		if (!so_isset(inp->inp_socket, SO_REUSEPORT) &&
		    !so_isset(inp->inp_socket, SO_REUSEADDR))
			break;
	}
	if (last == NULL) {
		/* RFC 1122 4.1.3.1: no error about a broadcast. */
		udpstat.udps_noport++;
		udpstat.udps_noportbcast++;
		m_freem(m);
		return;
	}
	udp_deliver(last, m, iphlen);
}

/* The socket that a datagram is for, or NULL. */
static struct inpcb *
udp_lookup(struct mbuf *m, const struct ip *ip, const struct udphdr *uh)
{
	struct in_pcbkey	 key;
	struct inpcb		*inp;

	key.pk_faddr = ip->ip_src;
	key.pk_laddr = ip->ip_dst;
	key.pk_fport = uh->uh_sport;
	key.pk_lport = uh->uh_dport;
	key.pk_rtableid = m->m_pkthdr.ph_rtableid;
	key.pk_ifidx = m->m_pkthdr.ph_ifidx;
	if ((inp = in_pcblookup_key(&udbtable, &key)) != NULL)
		return (inp);
	udpstat.udps_pcbhashmiss++;
	if ((inp = in_pcblookup_packet(&udbtable, &key)) != NULL)
		return (inp);
	/* One of IPv6 that hears IPv4, too. */
	return (in6_pcblookup_mapped(&udbtable, &key));
}

/* Nobody there: say so, but not to many (RFC 1122 4.1.3.1). */
static void
udp_noport(struct mbuf *m)
{
	udpstat.udps_noport++;
	if (m->m_flags & (M_BCAST | M_MCAST)) {
		udpstat.udps_noportbcast++;
		m_freem(m);
		return;
	}
	icmp_error(m, ICMP_UNREACH, ICMP_UNREACH_PORT, 0, 0);
}

/*
 * A datagram or a train: the whole packet *mp, the UDP header at *offp.
 * Always IPPROTO_DONE.
 */
int
udp_input(struct mbuf **mp, int *offp, int proto, int af)
{
	struct mbuf	*m;
	struct inpcb	*inp;
	struct udphdr	*uh;
	struct ip	*ip;
	int		 iphlen = *offp;

	udpstat.udps_ipackets++;
	if ((m = udp_check(*mp, iphlen)) == NULL)
		return (IPPROTO_DONE);
	if (m->m_pkthdr.csum_flags & M_UDP_SEG)
		udpstat.udps_itrains++;
	ip = mtod(m, struct ip *);
	uh = (struct udphdr *)(mtod(m, caddr_t) + iphlen);
	if (in_ismulticast(ip->ip_dst.s_addr) ||
	    in_broadcast(ip->ip_dst, m->m_pkthdr.ph_rtableid)) {
		udp_mcast(m, iphlen);
		return (IPPROTO_DONE);
	}
	if (udp_encap_port != 0 && uh->uh_dport == udp_encap_port &&
	    udp_encap_hook != NULL) {
		if ((m = udp_encap_hook(m, iphlen, AF_INET)) == NULL) {
			udpstat.udps_upcall++;
			return (IPPROTO_DONE);
		}
		ip = mtod(m, struct ip *);
		uh = (struct udphdr *)(mtod(m, caddr_t) + iphlen);
	}
	if ((inp = udp_lookup(m, ip, uh)) == NULL) {
		udp_noport(m);
		return (IPPROTO_DONE);
	}
	if (inp->inp_upcall != NULL) {
		m = inp->inp_upcall(inp->inp_upcall_arg, m, ip, NULL, uh,
		    iphlen);
		if (m == NULL) {
			udpstat.udps_upcall++;
			return (IPPROTO_DONE);
		}
	}
	udp_deliver(inp, m, iphlen);
	return (IPPROTO_DONE);
}

/* A socket hears of an error about what it sent. */
static void
udp_notify(struct inpcb *inp, int error)
{
	soseterror(inp->inp_socket, error);
}

/* The socket that sent the datagram whose headers an error quotes. */
static struct inpcb *
udp_ctlinput_lookup(const struct ip *ip, const struct udphdr *uh,
    u_int rtableid)
{
	struct in_pcbkey	 key;
	struct inpcb		*inp;

	key.pk_faddr = ip->ip_dst;
	key.pk_laddr = ip->ip_src;
	key.pk_fport = uh->uh_dport;
	key.pk_lport = uh->uh_sport;
	key.pk_rtableid = rtableid;
	key.pk_ifidx = 0;
	inp = in_pcblookup_packet(&udbtable, &key);
	return (inp != NULL ? inp : in6_pcblookup_mapped(&udbtable, &key));
}

/*
 * Something is wrong with the way to sa: cmd is PRC_*; v is the header of
 * the packet at fault with 8 bytes behind it, or NULL.
 */
void
udp_ctlinput(int cmd, struct sockaddr *sa, u_int rtableid, void *v)
{
	const struct ip		*ip = v;
	const struct udphdr	*uh;
	struct inpcb		*inp;
	int			 error;

	if (sa->sa_family != AF_INET || cmd < 0 || cmd >= PRC_NCMDS)
		return;
	error = inetctlerrmap[cmd];
	if (PRC_IS_REDIRECT(cmd)) {
		in_pcbnotifyall(&udbtable, sa, rtableid, error, in_rtchange);
		return;
	}
	if (ip == NULL || cmd == PRC_HOSTDEAD) {
		if (error != 0)
			in_pcbnotifyall(&udbtable, sa, rtableid, error,
			    udp_notify);
		return;
	}
	uh = (const struct udphdr *)((const char *)ip + (ip->ip_hl << 2));
	inp = udp_ctlinput_lookup(ip, uh, rtableid);
	if (cmd == PRC_MSGSIZE && icmp_errctx != NULL && (inp != NULL ||
	    (uh->uh_sport == udp_encap_port && udp_encap_sent != NULL &&
	    (*udp_encap_sent)(sa, uh->uh_dport, rtableid))))
		icmp_mtudisc(icmp_errctx->ie_icmp, rtableid);
	if (inp == NULL)
		return;
	if ((inp->inp_flags & (INP_RECVERR | INP_IPV6)) == INP_RECVERR)
		ip_recverr(inp, uh->uh_dport, sizeof(*uh));
	else if (error != 0 && inp->inp_faddr.s_addr != INADDR_ANY &&
	    (cmd != PRC_MSGSIZE || inp->inp_pmtudisc != IP_PMTUDISC_DONT))
		udp_notify(inp, error);
}
