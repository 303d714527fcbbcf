/*
 * UDP over IPv6: receiving (RFC 768, RFC 8200 8.1).  Sockets, statistics and
 * options are netinet's; what differs is here.
 *
 * A train (M_UDP_SEG) is one frame of many datagrams with one header, whose
 * length says how long all of it is.  Tunnels (inp_upcall) and sockets with
 * UDP_GRO get it whole; for others it is cut.
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

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/in_pcb.h>
#include <netinet/ip6.h>
#include <netinet/ip_var.h>
#include <netinet/udp.h>
#include <netinet/udp_var.h>
#include <netinet6/icmp6_var.h>
#include <netinet6/in6.h>
#include <netinet6/in6_pcb.h>
#include <netinet6/in6_var.h>
#include <netinet6/ip6_var.h>

/* A received datagram: its packet, and what its headers say. */
struct udp6_in {
	struct mbuf		*ui_m;
	int			 ui_off;	/* of the UDP header */
	struct in6_addr		 ui_src;	/* with their scope */
	struct in6_addr		 ui_dst;
	struct udphdr		 ui_uh;
};

/* Is the checksum right?  There must be one. */
static int
udp6_cksum_ok(struct mbuf *m, int off, u_int len)
{
	uint32_t	 flags = m->m_pkthdr.csum_flags;

	if (flags & (M_UDP_CSUM_IN_OK | M_UDP_CSUM_OUT))
		return (1);
	if (flags & M_UDP_CSUM_IN_BAD)
		return (0);
	udpstat.udps_inswcsum++;
	return (in6_cksum(m, IPPROTO_UDP, off, len) == 0);
}

/*
 * The checks of every datagram.  0, and *ui is filled in: its headers are
 * contiguous, and nothing is behind its end; or the packet has gone, counted.
 */
static int
udp6_check(struct udp6_in *ui)
{
	struct mbuf	*m = ui->ui_m;
	u_int		 len, room = m->m_pkthdr.len - ui->ui_off;
	uint64_t	*why;

	why = &udpstat.udps_hdrops;
	if (m->m_pkthdr.len < ui->ui_off + sizeof(ui->ui_uh))
		goto bad;
	if (m->m_len < ui->ui_off + sizeof(ui->ui_uh) &&
	    (m = m_pullup(m, ui->ui_off + sizeof(ui->ui_uh))) == NULL) {
		udpstat.udps_nomem++;
		return (ENOBUFS);
	}
	ui->ui_m = m;
	memcpy(&ui->ui_uh, mtod(m, caddr_t) + ui->ui_off, sizeof(ui->ui_uh));
	len = ntohs(ui->ui_uh.uh_ulen);
	why = &udpstat.udps_badlen;
	if (len < sizeof(ui->ui_uh) || len > room)
		goto bad;
	if (len < room)
		m_adj(m, (int)len - (int)room);
	why = &udpstat.udps_badport;
	if (ui->ui_uh.uh_dport == 0)
		goto bad;
	/* RFC 8200 8.1: no sum is no good. */
	why = &udpstat.udps_nosum;
	if (ui->ui_uh.uh_sum == 0 &&
	    !(m->m_pkthdr.csum_flags & M_UDP_CSUM_OUT))
		goto bad;
	why = &udpstat.udps_badsum;
	if (!udp6_cksum_ok(m, ui->ui_off, len))
		goto bad;
	ip6_srcaddr(m, &ui->ui_src);
	ip6_dstaddr(m, &ui->ui_dst);
	return (0);
bad:
	(*why)++;
	m_freem(m);
	return (EINVAL);
}

/* Control messages that the socket asks for with a datagram. */
static struct mbuf *
udp6_control(struct inpcb *inp, struct mbuf *m, const struct udp6_in *ui)
{
	struct mbuf	*opts = NULL, **mp = &opts;
	int		 mss;

	ip6_savecontrol(inp, &opts, mtod(m, struct ip6_hdr *), m);
	while (*mp != NULL)
		mp = &(*mp)->m_next;
	if (inp->inp_flags & INP_RECVDSTPORT) {
		*mp = sbcreatecontrol(&ui->ui_uh.uh_dport,
		    sizeof(ui->ui_uh.uh_dport), IPV6_RECVDSTPORT,
		    IPPROTO_IPV6);
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

/* Put one datagram, or a train when the socket takes them, into a socket. */
static void
udp6_sbappend(struct inpcb *inp, struct mbuf *m, const struct udp6_in *ui)
{
	struct socket		*so = inp->inp_socket;
	struct sockaddr_in6	 src;
	struct mbuf		*opts;

	if (ip_ipsec != NULL && ip_ipsec->ii_input(m, ui->ui_off,
	    IPPROTO_UDP, inp, 0) != 0) {
		udpstat.udps_nosec++;
		m_freem(m);
		return;
	}
	in6_sin6(&src, &in6addr_any);
	in6_recoverscope(&src, &ui->ui_src);
	src.sin6_port = ui->ui_uh.uh_sport;
	opts = udp6_control(inp, m, ui);
	m_adj(m, ui->ui_off + sizeof(ui->ui_uh));
	if (sbappendaddr(&so->so_rcv, sin6tosa(&src), m, opts) == 0) {
		udpstat.udps_fullsock++;
		m_freem(m);
		m_freem(opts);
		return;
	}
	sorwakeup(so);
}

/* Deliver m to one socket, cut into datagrams if need be. */
static void
udp6_deliver(struct inpcb *inp, struct mbuf *m, const struct udp6_in *ui)
{
	struct mbuf_list	 ml = MBUF_LIST_INITIALIZER();

	if (mtod(m, struct ip6_hdr *)->ip6_hlim <
	    inptoin6pcb(inp)->in6p_minhops) {
		udpstat.udps_minttl++;
		m_freem(m);
		return;
	}
	if (!(m->m_pkthdr.csum_flags & M_UDP_SEG) ||
	    (inp->inp_flags & INP_UDPGRO)) {
		udp6_sbappend(inp, m, ui);
		return;
	}
	if (m_segment(m, 0, &ml) != 0) {
		udpstat.udps_nomem++;
		return;
	}
	while ((m = ml_dequeue(&ml)) != NULL)
		udp6_sbappend(inp, m, ui);
}

/* Does a socket hear what was sent to this group? */
static int
udp6_mcast_match(struct inpcb *inp, const struct udp6_in *ui)
{
	const struct mbuf	*m = ui->ui_m;
	u_int			 ifidx = inp->inp_socket->so_ifidx;

	if (inp->inp_lport != ui->ui_uh.uh_dport ||
	    !(inp->inp_flags & INP_IPV6) ||
	    rtable_l2(inp->inp_rtableid) !=
	    rtable_l2(m->m_pkthdr.ph_rtableid) ||
	    (ifidx != 0 && ifidx != m->m_pkthdr.ph_ifidx))
		return (0);
	if (!IN6_IS_ADDR_UNSPECIFIED(&inp->inp_laddr6) &&
	    !IN6_ARE_ADDR_EQUAL(&inp->inp_laddr6, &ui->ui_dst))
		return (0);
	if (!IN6_IS_ADDR_UNSPECIFIED(&inp->inp_faddr6) &&
	    (!IN6_ARE_ADDR_EQUAL(&inp->inp_faddr6, &ui->ui_src) ||
	    inp->inp_fport != ui->ui_uh.uh_sport))
		return (0);
	return (ip6_mcast_wanted(inp, &ui->ui_dst, m->m_pkthdr.ph_ifidx));
}

/*
 * Every socket that wants it gets a copy; one that shares its port with
 * nobody ends the search.
 */
static void
udp6_mcast(const struct udp6_in *ui)
{
	struct inpcb	*inp, *last = NULL;
	struct mbuf	*m = ui->ui_m, *n;

	LIST_FOREACH(inp, in_pcbporthead(&udbtable, ui->ui_uh.uh_dport,
	    rtable_l2(m->m_pkthdr.ph_rtableid)), inp_lhash) {
		if (!udp6_mcast_match(inp, ui))
			continue;
		if (last != NULL) {
			n = m_dup_pkt(m, IP6_LINKHDR, M_DONTWAIT);
			if (n == NULL)
				udpstat.udps_nomem++;
			else
				udp6_deliver(last, n, ui);
		}
		last = inp;
		if (!so_isset(inp->inp_socket, SO_REUSEPORT) &&
		    !so_isset(inp->inp_socket, SO_REUSEADDR))
			break;
	}
	if (last == NULL) {
		udpstat.udps_noport++;
		udpstat.udps_noportbcast++;
		m_freem(m);
		return;
	}
	udp6_deliver(last, m, ui);
}

/* The socket that a datagram is for, or NULL. */
static struct inpcb *
udp6_lookup(const struct udp6_in *ui)
{
	struct in6_pcbkey	 key;
	struct inpcb		*inp;

	key.pk6_faddr = ui->ui_src;
	key.pk6_laddr = ui->ui_dst;
	key.pk6_fport = ui->ui_uh.uh_sport;
	key.pk6_lport = ui->ui_uh.uh_dport;
	key.pk6_rtableid = ui->ui_m->m_pkthdr.ph_rtableid;
	key.pk6_ifidx = ui->ui_m->m_pkthdr.ph_ifidx;
	if ((inp = in6_pcblookup_key(&udbtable, &key)) != NULL)
		return (inp);
	udpstat.udps_pcbhashmiss++;
	return (in6_pcblookup_packet(&udbtable, &key));
}

/* A tunnel's socket takes the packet; NULL when it did. */
static struct mbuf *
udp6_upcall(struct inpcb *inp, struct udp6_in *ui)
{
	struct mbuf	*m = ui->ui_m;

	if (inp->inp_upcall == NULL)
		return (m);
	m = inp->inp_upcall(inp->inp_upcall_arg, m, NULL,
	    mtod(m, struct ip6_hdr *), mtod(m, caddr_t) + ui->ui_off,
	    ui->ui_off);
	if (m == NULL)
		udpstat.udps_upcall++;
	return (m);
}

/*
 * A datagram or a train: the whole packet *mp, the UDP header at *offp.
 * Always IPPROTO_DONE.
 */
int
udp6_input(struct mbuf **mp, int *offp, int proto, int af)
{
	struct udp6_in	 ui;
	struct inpcb	*inp;

	(void)proto;
	(void)af;
	udpstat.udps_ipackets++;
	ui.ui_m = *mp;
	ui.ui_off = *offp;
	*mp = NULL;
	if (udp6_check(&ui) != 0)
		return (IPPROTO_DONE);
	if (ui.ui_m->m_pkthdr.csum_flags & M_UDP_SEG)
		udpstat.udps_itrains++;
	if (IN6_IS_ADDR_MULTICAST(&ui.ui_dst)) {
		udp6_mcast(&ui);
		return (IPPROTO_DONE);
	}
	if (udp_encap_port != 0 && ui.ui_uh.uh_dport == udp_encap_port &&
	    udp_encap_hook != NULL) {
		ui.ui_m = udp_encap_hook(ui.ui_m, ui.ui_off, AF_INET6);
		if (ui.ui_m == NULL) {
			udpstat.udps_upcall++;
			return (IPPROTO_DONE);
		}
	}
	if ((inp = udp6_lookup(&ui)) == NULL) {
		udpstat.udps_noport++;
		if (ui.ui_m->m_flags & (M_BCAST | M_MCAST)) {
			udpstat.udps_noportbcast++;
			m_freem(ui.ui_m);
		} else
			icmp6_error(ui.ui_m, ICMP6_DST_UNREACH,
			    ICMP6_DST_UNREACH_NOPORT, 0);
		return (IPPROTO_DONE);
	}
	if ((ui.ui_m = udp6_upcall(inp, &ui)) != NULL)
		udp6_deliver(inp, ui.ui_m, &ui);
	return (IPPROTO_DONE);
}

/* A socket hears of an error about what it sent. */
static void
udp6_notify(struct inpcb *inp, int error)
{
	soseterror(inp->inp_socket, error);
}

/*
 * Something is wrong with the way to sa: cmd is PRC_*; v is the
 * icmp6_errctx, or NULL.
 */
void
udp6_ctlinput(int cmd, struct sockaddr *sa, u_int rtableid, void *v)
{
	const struct icmp6_errctx	*ctx = v;
	struct in6_pcbkey		 key;
	struct inpcb			*inp;
	int				 error;

	if (sa->sa_family != AF_INET6 || cmd < 0 || cmd >= PRC_NCMDS)
		return;
	error = inetctlerrmap[cmd];
	if (PRC_IS_REDIRECT(cmd) || ctx == NULL || cmd == PRC_HOSTDEAD) {
		if (PRC_IS_REDIRECT(cmd) || error != 0)
			in6_pcbnotifyall(&udbtable,
			    &satosin6(sa)->sin6_addr, rtableid, error,
			    PRC_IS_REDIRECT(cmd) ? in_rtchange : udp6_notify);
		return;
	}
	key.pk6_faddr = ctx->ie6_qdst;
	key.pk6_laddr = ctx->ie6_qsrc;
	key.pk6_fport = ctx->ie6_ports[1];
	key.pk6_lport = ctx->ie6_ports[0];
	key.pk6_rtableid = rtableid;
	key.pk6_ifidx = 0;
	if (cmd == PRC_MSGSIZE && ctx->ie6_ports[0] == udp_encap_port &&
	    udp_encap_sent != NULL &&
	    (*udp_encap_sent)(sa, ctx->ie6_ports[1], rtableid))
		icmp6_mtudisc(&ctx->ie6_qdst, ctx->ie6_mtu, rtableid);
	if ((inp = in6_pcblookup_packet(&udbtable, &key)) == NULL)
		return;
	if (cmd == PRC_MSGSIZE && (icmp6_pmtu_count() <
	    (u_long)icmp6_mtudisc_lowat ||
	    !IN6_IS_ADDR_UNSPECIFIED(&inp->inp_faddr6)))
		icmp6_mtudisc(&ctx->ie6_qdst, ctx->ie6_mtu, rtableid);
	if (inp->inp_flags & INP_RECVERR)
		ip6_recverr(inp, ctx->ie6_ports[1], sizeof(struct udphdr));
	else if (error != 0 && !IN6_IS_ADDR_UNSPECIFIED(&inp->inp_faddr6) &&
	    (cmd != PRC_MSGSIZE || inp->inp_pmtudisc != IPV6_PMTUDISC_DONT))
		udp6_notify(inp, error);
}
