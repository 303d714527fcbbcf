/*
 * UDP: sending (RFC 768).
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
#include <netinet/in_var.h>
#include <netinet/ip.h>
#include <netinet/ip_var.h>
#include <netinet/udp.h>
#include <netinet/udp_var.h>

int	udpcksum = 1;

/* Where one datagram goes, and how. */
struct udp_send {
	struct sockaddr_in	 us_dst;
	struct in_addr		 us_src;
	struct ip_outcontrol	 us_ctl;
};

/* Find out both ends. */
static int
udp_send_ends(struct inpcb *inp, struct mbuf *addr, struct udp_send *us)
{
	struct sockaddr_in	*sin;
	int			 error;

	if (addr != NULL) {
		if ((error = in_nam2sin(addr, &sin)) != 0)
			return (error);
		us->us_dst = *sin;
		if (sin->sin_port == 0)
			return (EINVAL);
		if (sin->sin_addr.s_addr == INADDR_ANY)
			us->us_dst.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	} else if (inp->inp_faddr.s_addr != INADDR_ANY) {
		us->us_dst.sin_len = sizeof(us->us_dst);
		us->us_dst.sin_family = AF_INET;
		us->us_dst.sin_addr = inp->inp_faddr;
		us->us_dst.sin_port = inp->inp_fport;
	} else
		return (EDESTADDRREQ);
	if (inp->inp_lport == 0 &&
	    (error = in_pcbbind(inp, NULL, curproc)) != 0)
		return (error);
	return (ip_outsource(inp, &us->us_dst, &us->us_ctl, &us->us_src));
}

/* Is the payload to be cut, and may it?  Sets the packet up for it. */
static int
udp_send_segment(struct mbuf *m, u_int len, const struct udp_send *us)
{
	u_int	 seg = us->us_ctl.oc_udpseg;

	if (seg == 0 || len <= seg)
		return (0);
	if (len > seg * UDP_MAX_SEGMENTS || !udpcksum)
		return (EINVAL);
	m->m_pkthdr.csum_flags |= M_UDP_SEG;
	m->m_pkthdr.ph_mss = seg;
	udpstat.udps_otrains++;
	return (0);
}

/* Headers in front of the payload; NULL, and the packet is gone. */
static struct mbuf *
udp_send_headers(struct inpcb *inp, struct mbuf *m, u_int len,
    const struct udp_send *us)
{
	struct udphdr	*uh;
	struct ip	*ip;

	m = m_prepend(m, sizeof(*ip) + sizeof(*uh), M_DONTWAIT);
	if (m == NULL || (m = ip_own(m, sizeof(*ip) + sizeof(*uh))) == NULL)
		return (NULL);
	ip = mtod(m, struct ip *);
	memset(ip, 0, sizeof(*ip));
	ip->ip_p = IPPROTO_UDP;
	ip->ip_tos = us->us_ctl.oc_tos;
	ip->ip_ttl = us->us_ctl.oc_ttl;
	ip->ip_len = htons(sizeof(*ip) + sizeof(*uh) + len);
	ip->ip_src = us->us_src;
	ip->ip_dst = us->us_dst.sin_addr;
	uh = (struct udphdr *)(ip + 1);
	uh->uh_sport = inp->inp_lport;
	uh->uh_dport = us->us_dst.sin_port;
	uh->uh_ulen = htons(sizeof(*uh) + len);
	uh->uh_sum = 0;
	if (udpcksum) {
		uh->uh_sum = in_cksum_phdr(ip->ip_src.s_addr,
		    ip->ip_dst.s_addr, IPPROTO_UDP + sizeof(*uh) + len);
		m->m_pkthdr.csum_flags |= M_UDP_CSUM_OUT;
	}
	return (m);
}

/*
 * Send m as one datagram, to the address in addr (NULL: the peer), as the
 * control messages say.  Consumes m and control.  EDESTADDRREQ, EINVAL for
 * bad control messages or port 0, EMSGSIZE, and what ip_output() says.
 */
int
udp_output(struct inpcb *inp, struct mbuf *m, struct mbuf *addr,
    struct mbuf *control)
{
	struct udp_send	 us;
	u_int		 len = m->m_pkthdr.len;
	int		 error;

	memset(&us, 0, sizeof(us));
	error = ip_outcontrol(inp, control, &us.us_ctl);
	m_freem(control);
	if (error == 0)
		error = udp_send_ends(inp, addr, &us);
	if (error == 0 && len + sizeof(struct ip) + sizeof(struct udphdr) >
	    IP_MAXPACKET)
		error = EMSGSIZE;
	if (error == 0)
		error = udp_send_segment(m, len, &us);
	if (error != 0) {
		m_freem(m);
		return (error);
	}
	if ((m = udp_send_headers(inp, m, len, &us)) == NULL) {
		udpstat.udps_nomem++;
		return (ENOBUFS);
	}
	udpstat.udps_opackets++;
	m->m_pkthdr.ph_rtableid = inp->inp_rtableid;
	error = ip_output(m, inp->inp_options, &inp->inp_route,
	    ip_outflags(inp), us.us_ctl.oc_imo, inp);
	if (error == EMSGSIZE && (inp->inp_flags & INP_RECVERR))
		ip_localerr(inp, &us.us_dst, error, len);
	return (error);
}
