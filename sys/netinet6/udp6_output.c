/*
 * UDP over IPv6: sending (RFC 768, RFC 8200 8.1).
 *
 * The checksum is left to the interface: the field holds the sum of the
 * pseudo header.  With UDP_SEGMENT the payload goes down as a train, which
 * is cut as late as can be.
 *
 * Everything here runs under the net lock.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/mbuf.h>
#include <sys/proc.h>
#include <sys/socket.h>
#include <sys/socketvar.h>

#include <net/if.h>
#include <net/if_var.h>
#include <net/route.h>

#include <netinet/in.h>
#include <netinet/in_pcb.h>
#include <netinet/ip6.h>
#include <netinet/ip_var.h>
#include <netinet/udp.h>
#include <netinet/udp_var.h>
#include <netinet6/in6.h>
#include <netinet6/in6_pcb.h>
#include <netinet6/in6_var.h>
#include <netinet6/ip6_var.h>

/* Where one datagram goes, and how. */
struct udp6_send {
	struct sockaddr_in6	 us_dst;	/* with its scope */
	struct in6_addr		 us_src;
	struct ip6_outcontrol	 us_ctl;
};

/* The destination: of the call, else the peer. */
static int
udp6_send_dst(struct inpcb *inp, struct mbuf *addr, struct sockaddr_in6 *dst)
{
	struct sockaddr_in6	*sin6;
	int			 error;

	if (addr == NULL) {
		if (IN6_IS_ADDR_UNSPECIFIED(&inp->inp_faddr6))
			return (EDESTADDRREQ);
		in6_sin6(dst, &inp->inp_faddr6);
		dst->sin6_port = inp->inp_fport;
		return (0);
	}
	if ((error = in6_nam2sin6(addr, &sin6)) != 0)
		return (error);
	in6_sin6(dst, &in6addr_any);
	if ((error = in6_embedscope(&dst->sin6_addr, sin6, 0)) != 0)
		return (error);
	dst->sin6_flowinfo = sin6->sin6_flowinfo;
	dst->sin6_port = sin6->sin6_port;
	if (dst->sin6_port == 0)
		return (EINVAL);
	if (IN6_IS_ADDR_UNSPECIFIED(&dst->sin6_addr))
		dst->sin6_addr = in6addr_loopback;
	return (0);
}

/* A link-local destination is of the interface that the call names. */
static void
udp6_send_scope(struct inpcb *inp, struct udp6_send *us)
{
	struct in6_addr	*dst = &us->us_dst.sin6_addr;

	if (!IN6_IS_SCOPE_EMBED(dst) || in6_scope_get(dst) != 0 ||
	    IN6_IS_ADDR_MULTICAST(dst))
		return;
	in6_scope_set(dst, us->us_ctl.oc6_ifidx != 0 ?
	    us->us_ctl.oc6_ifidx : inptoin6pcb(inp)->in6p_ifidx != 0 ?
	    inptoin6pcb(inp)->in6p_ifidx : inp->inp_socket->so_ifidx);
}

/* Is the payload to be cut, and may it?  Sets the packet up for it. */
static int
udp6_send_segment(struct mbuf *m, u_int len, u_int seg)
{
	if (seg == 0 || len <= seg)
		return (0);
	if (len > seg * UDP_MAX_SEGMENTS)
		return (EINVAL);
	m->m_pkthdr.csum_flags |= M_UDP_SEG;
	m->m_pkthdr.ph_mss = seg;
	udpstat.udps_otrains++;
	return (0);
}

/* Headers in front of the payload; NULL, and the packet is gone. */
static struct mbuf *
udp6_send_headers(struct inpcb *inp, struct mbuf *m, u_int len,
    const struct udp6_send *us)
{
	struct udphdr	*uh;
	struct ip6_hdr	*ip6;
	uint32_t	 label;

	m = m_prepend(m, sizeof(*ip6) + sizeof(*uh), M_DONTWAIT);
	if (m == NULL || (m = ip6_own(m, sizeof(*ip6) + sizeof(*uh))) == NULL)
		return (NULL);
	label = us->us_dst.sin6_flowinfo & IPV6_FLOWLABEL_MASK;
	if (label == 0)
		label = inptoin6pcb(inp)->in6p_flowlabel;
	ip6 = mtod(m, struct ip6_hdr *);
	ip6->ip6_flow = label | htonl((uint32_t)us->us_ctl.oc6_tclass << 20);
	ip6->ip6_vfc |= IPV6_VERSION;
	ip6->ip6_plen = htons(sizeof(*uh) + len);
	ip6->ip6_nxt = IPPROTO_UDP;
	ip6->ip6_hlim = us->us_ctl.oc6_hlim >= 0 ? us->us_ctl.oc6_hlim :
	    in6_selecthlim(inp);
	ip6->ip6_src = us->us_src;
	ip6->ip6_dst = us->us_dst.sin6_addr;
	uh = (struct udphdr *)(ip6 + 1);
	uh->uh_sport = inp->inp_lport;
	uh->uh_dport = us->us_dst.sin6_port;
	uh->uh_ulen = htons(sizeof(*uh) + len);
	uh->uh_sum = in6_cksum_phdr(&ip6->ip6_src, &ip6->ip6_dst,
	    sizeof(*uh) + len, IPPROTO_UDP);
	m->m_pkthdr.csum_flags |= M_UDP_CSUM_OUT;
	return (m);
}

/* The control messages that IPv4 has, too, as IPv4's. */
static struct mbuf *
udp6_mapped_control(const struct udp6_send *us)
{
	const struct ip6_outcontrol	*oc = &us->us_ctl;
	struct in_pktinfo		 pi;
	struct mbuf			*head = NULL, **mp = &head;
	int				 ttl = oc->oc6_hlim;
	int				 tos = oc->oc6_tclass;

	if (oc->oc6_ifidx != 0 || !IN6_IS_ADDR_UNSPECIFIED(&oc->oc6_src)) {
		memset(&pi, 0, sizeof(pi));
		pi.ipi_ifindex = oc->oc6_ifidx;
		pi.ipi_spec_dst.s_addr = oc->oc6_src.s6_addr32[3];
		*mp = sbcreatecontrol(&pi, sizeof(pi), IP_PKTINFO,
		    IPPROTO_IP);
		if (*mp != NULL)
			mp = &(*mp)->m_next;
	}
	if (ttl > 0) {
		*mp = sbcreatecontrol(&ttl, sizeof(ttl), IP_TTL, IPPROTO_IP);
		if (*mp != NULL)
			mp = &(*mp)->m_next;
	}
	*mp = sbcreatecontrol(&tos, sizeof(tos), IP_TOS, IPPROTO_IP);
	if (*mp != NULL)
		mp = &(*mp)->m_next;
	if (oc->oc6_udpseg != 0)
		*mp = sbcreatecontrol(&oc->oc6_udpseg,
		    sizeof(oc->oc6_udpseg), UDP_SEGMENT, IPPROTO_UDP);
	return (head);
}

/* To an IPv4 host, by a socket that may. */
static int
udp6_output_mapped(struct inpcb *inp, struct mbuf *m,
    const struct udp6_send *us)
{
	struct sockaddr_in	*sin;
	struct mbuf		*nam;
	int			 error;

	if ((inp->inp_flags & INP_IPV6_V6ONLY) ||
	    (!IN6_IS_ADDR_UNSPECIFIED(&inp->inp_laddr6) &&
	    !IN6_IS_ADDR_V4MAPPED(&inp->inp_laddr6)) ||
	    (!IN6_IS_ADDR_UNSPECIFIED(&us->us_ctl.oc6_src) &&
	    !IN6_IS_ADDR_V4MAPPED(&us->us_ctl.oc6_src))) {
		m_freem(m);
		return (ENETUNREACH);
	}
	if ((nam = m_get(M_DONTWAIT, MT_SONAME)) == NULL) {
		m_freem(m);
		return (ENOBUFS);
	}
	sin = mtod(nam, struct sockaddr_in *);
	nam->m_len = sizeof(*sin);
	memset(sin, 0, sizeof(*sin));
	sin->sin_len = sizeof(*sin);
	sin->sin_family = AF_INET;
	sin->sin_port = us->us_dst.sin6_port;
	sin->sin_addr.s_addr = us->us_dst.sin6_addr.s6_addr32[3];
	error = udp_output(inp, m, nam, udp6_mapped_control(us));
	m_freem(nam);
	return (error);
}

/* One datagram whose control messages have been read; m is consumed. */
static int
udp6_send_one(struct inpcb *inp, struct mbuf *m, struct udp6_send *us)
{
	u_int	 len = m->m_pkthdr.len;
	int	 error;

	if (inp->inp_lport == 0 &&
	    (error = in6_pcbbind(inp, NULL, curproc)) != 0)
		goto bad;
	if (IN6_IS_ADDR_V4MAPPED(&us->us_dst.sin6_addr))
		return (udp6_output_mapped(inp, m, us));
	error = ENETUNREACH;
	if (IN6_IS_ADDR_V4MAPPED(&inp->inp_laddr6))
		goto bad;
	udp6_send_scope(inp, us);
	error = ip6_outsource(inp, &us->us_dst, &us->us_ctl, &us->us_src);
	if (error != 0)
		goto bad;
	error = EMSGSIZE;
	if (len + sizeof(struct udphdr) > IPV6_MAXPACKET)
		goto bad;
	if ((error = udp6_send_segment(m, len, us->us_ctl.oc6_udpseg)) != 0)
		goto bad;
	if ((m = udp6_send_headers(inp, m, len, us)) == NULL) {
		udpstat.udps_nomem++;
		return (ENOBUFS);
	}
	udpstat.udps_opackets++;
	m->m_pkthdr.ph_rtableid = inp->inp_rtableid;
	error = ip6_output(m, &us->us_ctl.oc6_ext, &inp->inp_route,
	    ip6_outflags(inp, &us->us_ctl), us->us_ctl.oc6_imo, inp);
	if (error == EMSGSIZE && (inp->inp_flags & INP_RECVERR))
		ip6_localerr(inp, &us->us_dst, error);
	return (error);
bad:
	m_freem(m);
	return (error);
}

/*
 * Send m as one datagram, to the address in addr (NULL: the peer), as the
 * control messages say.  Consumes m and control.  EDESTADDRREQ, EINVAL for
 * bad control messages or port 0, EMSGSIZE, and what ip6_output() says.
 */
int
udp6_output(struct inpcb *inp, struct mbuf *m, struct mbuf *addr,
    struct mbuf *control)
{
	struct udp6_send	 us;
	int			 error;

	error = ip6_outcontrol(inp, control, &us.us_ctl);
	m_freem(control);
	if (error == 0)
		error = udp6_send_dst(inp, addr, &us.us_dst);
	if (error == 0)
		error = udp6_send_one(inp, m, &us);
	else
		m_freem(m);
	ip6_outcontrol_done(&us.us_ctl);
	return (error);
}
