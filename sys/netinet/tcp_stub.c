/*
 * TCP sockets, without TCP.
 *
 * Programs open stream sockets whether or not they come to use them (a
 * resolver does): they can be opened and bound, but neither listen nor
 * connect.  A segment that arrives is answered as by a host where nobody
 * listens: with a reset (RFC 9293 3.10.7.1), no more of them in a second than
 * of ICMP errors.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/mbuf.h>
#include <sys/proc.h>
#include <sys/protosw.h>
#include <sys/socket.h>
#include <sys/socketvar.h>
#include <sys/sysctl.h>

#include <net/if.h>
#include <net/if_var.h>
#include <net/route.h>

#include <netinet/in.h>
#include <netinet/in_pcb.h>
#include <netinet/in_var.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/ip_var.h>
#include <netinet/tcp.h>
#include <netinet/tcp_var.h>

#define TCP_MAXSOCKETS	65536
#define TCP_SPACE	(16 * 1024)

struct inpcbtable	tcbtable;
struct tcpstat		tcpstat;

void
tcp_init(void)
{
	in_pcbinit(&tcbtable, TCP_MAXSOCKETS);
}

static int
tcp_attach(struct socket *so, int proto, int wait)
{
	int	 error;

	if ((error = soreserve(so, TCP_SPACE, TCP_SPACE)) != 0)
		return (error);
	return (in_pcballoc(so, &tcbtable, wait));
}

static int
tcp_detach(struct socket *so)
{
	in_pcbdetach(sotoinpcb(so));
	return (0);
}

static int
tcp_bind(struct socket *so, struct mbuf *nam, struct proc *p)
{
	return (in_pcbbind(sotoinpcb(so), nam, p));
}

/* There is no connection to send on. */
static int
tcp_send(struct socket *so, struct mbuf *m, struct mbuf *nam,
    struct mbuf *control)
{
	m_freem(m);
	m_freem(control);
	return (ENOTCONN);
}

const struct pr_usrreqs tcpstub_usrreqs = {
	.pru_attach = tcp_attach,
	.pru_detach = tcp_detach,
	.pru_bind = tcp_bind,
	.pru_send = tcp_send,
	.pru_control = in_control,
	.pru_sockaddr = in_sockaddr,
	.pru_peeraddr = in_peeraddr,
};

/* The checks of every segment; NULL, counted, when it fails them. */
static struct mbuf *
tcp_check(struct mbuf *m, int iphlen, u_int len)
{
	const uint32_t	 ok = M_TCP_CSUM_IN_OK | M_TCP_CSUM_OUT;
	struct tcphdr	*th;

	if (len < sizeof(*th)) {
		tcpstat.tcps_rcvshort++;
		m_freem(m);
		return (NULL);
	}
	if (!(m->m_pkthdr.csum_flags & ok) &&
	    ((m->m_pkthdr.csum_flags & M_TCP_CSUM_IN_BAD) ||
	    in4_cksum(m, IPPROTO_TCP, iphlen, len) != 0)) {
		tcpstat.tcps_rcvbadsum++;
		m_freem(m);
		return (NULL);
	}
	if (m->m_len < iphlen + sizeof(*th) &&
	    (m = m_pullup(m, iphlen + sizeof(*th))) == NULL) {
		tcpstat.tcps_rcvshort++;
		return (NULL);
	}
	th = (struct tcphdr *)(mtod(m, caddr_t) + iphlen);
	if (th->th_off << 2 < (int)sizeof(*th) ||
	    th->th_off << 2 > (int)len) {
		tcpstat.tcps_rcvbadoff++;
		m_freem(m);
		return (NULL);
	}
	return (m);
}

/* The reset for a segment of which dlen sequence numbers are taken. */
static struct mbuf *
tcp_reset(const struct ip *ip, const struct tcphdr *th, u_int dlen)
{
	struct tcphdr	*nth;
	struct ip	*nip;
	struct mbuf	*m;

	if ((m = m_gethdr(M_DONTWAIT, MT_HEADER)) == NULL)
		return (NULL);
	m->m_len = m->m_pkthdr.len = sizeof(*nip) + sizeof(*nth);
	m_align(m, m->m_len);
	nip = mtod(m, struct ip *);
	memset(nip, 0, m->m_len);
	nip->ip_len = htons(m->m_len);
	nip->ip_ttl = ip_defttl;
	nip->ip_p = IPPROTO_TCP;
	nip->ip_src = ip->ip_dst;
	nip->ip_dst = ip->ip_src;
	nth = (struct tcphdr *)(nip + 1);
	nth->th_sport = th->th_dport;
	nth->th_dport = th->th_sport;
	nth->th_off = sizeof(*nth) >> 2;
	nth->th_flags = TH_RST;
	if (th->th_flags & TH_ACK)
		nth->th_seq = th->th_ack;
	else {
		nth->th_ack = htonl(ntohl(th->th_seq) + dlen);
		nth->th_flags |= TH_ACK;
	}
	nth->th_sum = in_cksum_phdr(nip->ip_src.s_addr, nip->ip_dst.s_addr,
	    IPPROTO_TCP + sizeof(*nth));
	m->m_pkthdr.csum_flags = M_TCP_CSUM_OUT;
	return (m);
}

/*
 * A segment for us: the whole packet *mp, the TCP header at *offp.  Always
 * IPPROTO_DONE.
 */
int
tcp_input(struct mbuf **mp, int *offp, int proto, int af)
{
	struct mbuf	*m, *rst;
	struct tcphdr	*th;
	struct ip	*ip = mtod(*mp, struct ip *);
	int		 iphlen = *offp;
	u_int		 dlen, len = ntohs(ip->ip_len) - iphlen;

	tcpstat.tcps_rcvtotal++;
	if ((m = tcp_check(*mp, iphlen, len)) == NULL)
		return (IPPROTO_DONE);
	ip = mtod(m, struct ip *);
	th = (struct tcphdr *)(mtod(m, caddr_t) + iphlen);
	tcpstat.tcps_noport++;
	if ((th->th_flags & TH_RST) || (m->m_flags & (M_BCAST | M_MCAST)) ||
	    in_ismulticast(ip->ip_dst.s_addr) || !in_canforward(ip->ip_src) ||
	    in_broadcast(ip->ip_dst, m->m_pkthdr.ph_rtableid) ||
	    icmp_ratelimit())
		goto done;
	dlen = len - (th->th_off << 2) + ((th->th_flags & TH_SYN) != 0) +
	    ((th->th_flags & TH_FIN) != 0);
	if ((rst = tcp_reset(ip, th, dlen)) != NULL) {
		tcpstat.tcps_sndrst++;
		rst->m_pkthdr.ph_rtableid = m->m_pkthdr.ph_rtableid;
		(void)ip_output(rst, NULL, NULL, 0, NULL, NULL);
	}
done:
	m_freem(m);
	return (IPPROTO_DONE);
}

/* net.inet.tcp: the counters above. */
int
tcp_sysctl(int *name, u_int namelen, void *oldp, size_t *oldlenp,
    void *newp, size_t newlen)
{
	if (namelen != 1)
		return (ENOTDIR);
	if (name[0] != TCPCTL_STATS)
		return (EOPNOTSUPP);
	return (sysctl_rdstruct(oldp, oldlenp, newp, &tcpstat,
	    sizeof(tcpstat)));
}
