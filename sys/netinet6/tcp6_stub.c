/*
 * TCP over IPv6 is not there: sockets open, but connect and listen give
 * EOPNOTSUPP, and segments for us are answered by a reset (RFC 9293 3.10.7.1).
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/mbuf.h>
#include <sys/proc.h>
#include <sys/protosw.h>
#include <sys/socket.h>
#include <sys/socketvar.h>

#include <net/if.h>
#include <net/if_var.h>

#include <netinet/in.h>
#include <netinet/in_pcb.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netinet/tcp_var.h>
#include <netinet6/icmp6_var.h>
#include <netinet6/in6.h>
#include <netinet6/in6_pcb.h>
#include <netinet6/in6_var.h>
#include <netinet6/ip6_var.h>

#define TCP6_SPACE	(16 * 1024)

static int
tcp6_attach(struct socket *so, int proto, int wait)
{
	int	 error;

	(void)proto;
	if ((error = soreserve(so, TCP6_SPACE, TCP6_SPACE)) != 0)
		return (error);
	return (in6_pcballoc(so, &tcbtable, wait));
}

static int
tcp6_detach(struct socket *so)
{
	in6_pcbdetach(sotoinpcb(so));
	return (0);
}

static int
tcp6_bind(struct socket *so, struct mbuf *nam, struct proc *p)
{
	return (in6_pcbbind(sotoinpcb(so), nam, p));
}

/* There is no connection to send on. */
static int
tcp6_send(struct socket *so, struct mbuf *m, struct mbuf *nam,
    struct mbuf *control)
{
	(void)so;
	(void)nam;
	m_freem(m);
	m_freem(control);
	return (ENOTCONN);
}

const struct pr_usrreqs tcp6stub_usrreqs = {
	.pru_attach = tcp6_attach,
	.pru_detach = tcp6_detach,
	.pru_bind = tcp6_bind,
	.pru_send = tcp6_send,
	.pru_control = in6_control,
	.pru_sockaddr = in6_sockaddr,
	.pru_peeraddr = in6_peeraddr,
};

/* The checks of every segment, whose header goes to *th; 0 when it is good. */
static int
tcp6_check(struct mbuf *m, u_int off, struct tcphdr *th)
{
	const uint32_t	 ok = M_TCP_CSUM_IN_OK | M_TCP_CSUM_OUT;
	u_int		 len = m->m_pkthdr.len - off;

	if (m->m_pkthdr.len < off + sizeof(*th)) {
		tcpstat.tcps_rcvshort++;
		return (EINVAL);
	}
	if (!(m->m_pkthdr.csum_flags & ok) &&
	    ((m->m_pkthdr.csum_flags & M_TCP_CSUM_IN_BAD) ||
	    in6_cksum(m, IPPROTO_TCP, off, len) != 0)) {
		tcpstat.tcps_rcvbadsum++;
		return (EINVAL);
	}
	m_copydata(m, off, sizeof(*th), th);
	if (th->th_off << 2 < (int)sizeof(*th) ||
	    th->th_off << 2 > (int)len) {
		tcpstat.tcps_rcvbadoff++;
		return (EINVAL);
	}
	return (0);
}

/* The reset for a segment of which dlen sequence numbers are taken. */
static struct mbuf *
tcp6_reset(struct mbuf *m, const struct tcphdr *th, u_int dlen)
{
	struct tcphdr	*nth;
	struct ip6_hdr	*ip6;
	struct mbuf	*n;

	if ((n = m_gethdr(M_DONTWAIT, MT_HEADER)) == NULL)
		return (NULL);
	n->m_len = n->m_pkthdr.len = sizeof(*ip6) + sizeof(*nth);
	m_align(n, n->m_len);
	ip6 = mtod(n, struct ip6_hdr *);
	memset(ip6, 0, n->m_len);
	ip6->ip6_nxt = IPPROTO_TCP;
	ip6->ip6_hlim = ip6_defhlim;
	ip6_dstaddr(m, &ip6->ip6_src);
	ip6_srcaddr(m, &ip6->ip6_dst);
	nth = (struct tcphdr *)(ip6 + 1);
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
	nth->th_sum = in6_cksum_phdr(&ip6->ip6_src, &ip6->ip6_dst,
	    sizeof(*nth), IPPROTO_TCP);
	n->m_pkthdr.csum_flags = M_TCP_CSUM_OUT;
	n->m_pkthdr.ph_rtableid = m->m_pkthdr.ph_rtableid;
	return (n);
}

/*
 * A segment for us: the whole packet *mp, the TCP header at *offp.  Always
 * IPPROTO_DONE.
 */
int
tcp6_input(struct mbuf **mp, int *offp, int proto, int af)
{
	const struct ip6_hdr	*ip6;
	struct mbuf		*m = *mp, *rst;
	struct tcphdr		 th;
	u_int			 dlen;

	(void)proto;
	(void)af;
	*mp = NULL;
	tcpstat.tcps_rcvtotal++;
	if (tcp6_check(m, *offp, &th) != 0)
		goto done;
	tcpstat.tcps_noport++;
	ip6 = mtod(m, const struct ip6_hdr *);
	if ((th.th_flags & TH_RST) || (m->m_flags & (M_BCAST | M_MCAST)) ||
	    IN6_IS_ADDR_MULTICAST(&ip6->ip6_dst) ||
	    IN6_IS_ADDR_UNSPECIFIED(&ip6->ip6_src) || icmp6_ratelimit())
		goto done;
	dlen = m->m_pkthdr.len - *offp - (th.th_off << 2) +
	    ((th.th_flags & TH_SYN) != 0) + ((th.th_flags & TH_FIN) != 0);
	if ((rst = tcp6_reset(m, &th, dlen)) != NULL) {
		tcpstat.tcps_sndrst++;
		(void)ip6_output(rst, NULL, NULL, 0, NULL, NULL);
	}
done:
	m_freem(m);
	return (IPPROTO_DONE);
}
