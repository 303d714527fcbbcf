/*
 * Raw IPv4 sockets, and the sockets that ping(8) uses without privilege.
 *
 * A raw socket gets every packet of its protocol (0: of any that nobody
 * claims), header included, and sends with a header made here, or with its
 * own (IP_HDRINCL).  Only the super-user may open one.
 *
 * A socket of SOCK_DGRAM and IPPROTO_ICMP may be opened by anybody.  It sends
 * echo requests, with an identifier that is its port, and gets the replies
 * that carry it, from the ICMP header on.
 *
 * Everything here runs under the net lock.
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
#include <net/if_tso.h>
#include <net/if_var.h>
#include <net/route.h>
#include <net/rtable.h>

#include <netinet/icmp_var.h>
#include <netinet/in.h>
#include <netinet/in_pcb.h>
#include <netinet/in_systm.h>
#include <netinet/in_var.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/ip_var.h>

#define RIP_MAXSOCKETS	4096
#define RIP_SNDSPACE	(64 * 1024)
#define RIP_RCVSPACE	(64 * 1024)

struct inpcbtable	rawcbtable;

void
rip_init(void)
{
	in_pcbinit(&rawcbtable, RIP_MAXSOCKETS);
}

/* Does the ICMP filter of a socket let this message through? */
static int
rip_icmp_wanted(const struct inpcb *inp, const struct mbuf *m, int hlen)
{
	uint8_t	 icmp[ICMP_MINLEN];

	if (inp->inp_icmpfilter == 0 && !(inp->inp_flags & INP_PINGDGRAM))
		return (1);
	if (m->m_pkthdr.len < hlen + sizeof(icmp))
		return (0);
	m_copydata(m, hlen, sizeof(icmp), icmp);
	if (inp->inp_flags & INP_PINGDGRAM)
		return (icmp[0] == ICMP_ECHOREPLY &&
		    memcmp(icmp + 4, &inp->inp_lport,
		    sizeof(inp->inp_lport)) == 0);
	return (icmp[0] >= 32 ||
	    !(inp->inp_icmpfilter & (1U << icmp[0])));
}

static int
rip_match(const struct inpcb *inp, const struct mbuf *m, const struct ip *ip,
    int hlen)
{
	u_int	 ifidx = inp->inp_socket->so_ifidx;

	if ((inp->inp_flags & INP_IPV6) ||
	    inp->inp_socket->so_state & SS_CANTRCVMORE ||
	    rtable_l2(inp->inp_rtableid) !=
	    rtable_l2(m->m_pkthdr.ph_rtableid))
		return (0);
	if (inp->inp_ip.ip_p != 0 && inp->inp_ip.ip_p != ip->ip_p)
		return (0);
	if (inp->inp_ip.ip_p == IPPROTO_RAW && ip->ip_p != IPPROTO_RAW)
		return (0);	/* sends only */
	if (inp->inp_laddr.s_addr != INADDR_ANY &&
	    inp->inp_laddr.s_addr != ip->ip_dst.s_addr)
		return (0);
	if (inp->inp_faddr.s_addr != INADDR_ANY &&
	    inp->inp_faddr.s_addr != ip->ip_src.s_addr)
		return (0);
	if (ifidx != 0 && ifidx != m->m_pkthdr.ph_ifidx)
		return (0);
	if (ip->ip_p == IPPROTO_ICMP && !rip_icmp_wanted(inp, m, hlen))
		return (0);
	return (ip_mcast_wanted(inp, ip->ip_dst, m->m_pkthdr.ph_ifidx));
}

/* Put a packet into a socket; a socket of ping's gets no IP header. */
static void
rip_sbappend(struct inpcb *inp, struct mbuf *m, int hlen)
{
	struct sockaddr_in	 src;
	struct socket		*so = inp->inp_socket;
	struct ip		*ip = mtod(m, struct ip *);
	struct mbuf		*opts = NULL;

	if (inp->inp_ip_minttl != 0 && ip->ip_ttl < inp->inp_ip_minttl) {
		m_freem(m);
		return;
	}
	memset(&src, 0, sizeof(src));
	src.sin_len = sizeof(src);
	src.sin_family = AF_INET;
	src.sin_addr = ip->ip_src;
	ip_savecontrol(inp, &opts, ip, m);
	if (inp->inp_flags & INP_PINGDGRAM)
		m_adj(m, hlen);
	if (sbappendaddr(&so->so_rcv, (struct sockaddr *)&src, m, opts) == 0) {
		m_freem(m);
		m_freem(opts);
		return;
	}
	sorwakeup(so);
}

/* Nobody wants the packet.  What ICMP and IGMP did not know is no error. */
static void
rip_unwanted(struct mbuf *m, int proto)
{
	if (proto == IPPROTO_ICMP || proto == IPPROTO_IGMP) {
		m_freem(m);
		return;
	}
	ipstat_inc(&ipstat.ips_noproto);
	if (ipstat.ips_delivered > 0)
		ipstat.ips_delivered--;
	icmp_error(m, ICMP_UNREACH, ICMP_UNREACH_PROTOCOL, 0, 0);
}

/*
 * A packet for raw sockets: all that want it get a copy.  Its first mbuf
 * holds the IP header.  Always IPPROTO_DONE.
 */
int
rip_input(struct mbuf **mp, int *offp, int proto, int af)
{
	struct mbuf	*m = *mp, *n;
	struct inpcb	*inp, *last = NULL;
	struct ip	*ip = mtod(m, struct ip *);
	int		 hlen = ip->ip_hl << 2;

	TAILQ_FOREACH(inp, &rawcbtable.inpt_queue, inp_queue) {
		if (!rip_match(inp, m, ip, hlen))
			continue;
		if (last == NULL) {
			/* Programs see what was on the wire. */
			m = m_cksum_finish(m, 0, MCS_OUT);
			if (m == NULL)
				return (IPPROTO_DONE);
			ip = mtod(m, struct ip *);
		} else if ((n = m_dup_pkt(m, IP_LINKHDR, M_DONTWAIT)) != NULL)
			rip_sbappend(last, n, hlen);
		last = inp;
	}
	if (last != NULL)
		rip_sbappend(last, m, hlen);
	else
		rip_unwanted(m, proto);
	return (IPPROTO_DONE);
}

/* An error about a packet that raw sockets may have sent. */
void
rip_ctlinput(int cmd, struct sockaddr *sa, u_int rtableid, void *v)
{
	const struct ip	*ip = v;
	struct inpcb	*inp;
	uint16_t	 id;
	int		 mine;

	if (ip == NULL || cmd < 0 || cmd >= PRC_NCMDS || icmp_errctx == NULL)
		return;
	TAILQ_FOREACH(inp, &rawcbtable.inpt_queue, inp_queue) {
		if ((inp->inp_flags & INP_IPV6) ||
		    inp->inp_ip.ip_p != ip->ip_p ||
		    rtable_l2(inp->inp_rtableid) != rtable_l2(rtableid))
			continue;
		memcpy(&id, (const char *)ip + (ip->ip_hl << 2) + 4,
		    sizeof(id));
		if ((inp->inp_flags & INP_PINGDGRAM) && id != inp->inp_lport)
			continue;
		mine = inp->inp_faddr.s_addr == ip->ip_dst.s_addr;
		if (inp->inp_faddr.s_addr != INADDR_ANY && !mine)
			continue;
		if (cmd == PRC_MSGSIZE &&
		    inp->inp_pmtudisc != IP_PMTUDISC_DONT)
			icmp_mtudisc(icmp_errctx->ie_icmp, rtableid);
		if (inp->inp_flags & INP_RECVERR)
			ip_recverr(inp, 0, 0);
		else if (mine && inetctlerrmap[cmd] != 0 &&
		    (cmd != PRC_MSGSIZE ||
		    inp->inp_pmtudisc != IP_PMTUDISC_DONT))
			soseterror(inp->inp_socket, inetctlerrmap[cmd]);
	}
}

/* Choose an echo identifier that no other socket has. */
static int
rip_ping_bind(struct inpcb *inp)
{
	struct in_addr	 any = { INADDR_ANY };
	u_int		 try;
	uint16_t	 id;

	for (try = 0; try < 64 * 1024; try++) {
		id = arc4random();
		if (id != 0 && in_pcblookup_local(&rawcbtable, any, id,
		    INPLOOKUP_WILDCARD, inp->inp_rtableid) == NULL) {
			inp->inp_lport = id;
			in_pcbrehash(inp);
			return (0);
		}
	}
	return (EADDRNOTAVAIL);
}

/* Make an echo request of what an unprivileged program gave. */
static int
rip_ping_fix(struct inpcb *inp, struct mbuf **mp)
{
	struct icmp	*icp;
	struct mbuf	*m;
	int		 error;

	if ((*mp)->m_pkthdr.len < ICMP_MINLEN)
		return (EINVAL);
	if (inp->inp_lport == 0 && (error = rip_ping_bind(inp)) != 0)
		return (error);
	if ((m = *mp = m_pullup(*mp, ICMP_MINLEN)) == NULL ||
	    (m = *mp = ip_own(m, ICMP_MINLEN)) == NULL)
		return (ENOBUFS);
	icp = mtod(m, struct icmp *);
	if (icp->icmp_type != ICMP_ECHO || icp->icmp_code != 0)
		return (EINVAL);
	icp->icmp_id = inp->inp_lport;
	icp->icmp_cksum = 0;
	icp->icmp_cksum = in_cksum(m, m->m_pkthdr.len);
	return (0);
}

/* A header in front of the data; NULL and an errno when that fails. */
static struct mbuf *
rip_header(struct inpcb *inp, struct mbuf *m, struct in_addr dst,
    const struct ip_outcontrol *oc, int *error)
{
	struct sockaddr_in	 sin;
	struct ip		*ip;
	u_int			 len = m->m_pkthdr.len;

	*error = EMSGSIZE;
	if (len + sizeof(*ip) > IP_MAXPACKET) {
		m_freem(m);
		return (NULL);
	}
	*error = ENOBUFS;
	if ((m = m_prepend(m, sizeof(*ip), M_DONTWAIT)) == NULL ||
	    (m = ip_own(m, sizeof(*ip))) == NULL)
		return (NULL);
	ip = mtod(m, struct ip *);
	memset(ip, 0, sizeof(*ip));
	ip->ip_tos = oc->oc_tos;
	ip->ip_ttl = oc->oc_ttl;
	ip->ip_p = inp->inp_ip.ip_p;
	ip->ip_len = htons(m->m_pkthdr.len);
	ip->ip_dst = dst;
	memset(&sin, 0, sizeof(sin));
	sin.sin_len = sizeof(sin);
	sin.sin_family = AF_INET;
	sin.sin_addr = dst;
	*error = ip_outsource(inp, &sin, oc, &ip->ip_src);
	if (*error != 0) {
		m_freem(m);
		return (NULL);
	}
	return (m);
}

/* Check and complete a header that the program made (ip(4)). */
static struct mbuf *
rip_hdrincl(struct mbuf *m, int *error)
{
	struct ip	*ip;
	u_int		 hlen;

	*error = EINVAL;
	if (m->m_pkthdr.len < sizeof(*ip) ||
	    m->m_pkthdr.len > IP_MAXPACKET) {
		*error = m->m_pkthdr.len > IP_MAXPACKET ? EMSGSIZE : EINVAL;
		m_freem(m);
		return (NULL);
	}
	*error = ENOBUFS;
	if ((m = m_pullup(m, sizeof(*ip))) == NULL)
		return (NULL);
	*error = EINVAL;
	ip = mtod(m, struct ip *);
	hlen = ip->ip_hl << 2;
	if (ip->ip_v != IPVERSION || hlen < sizeof(*ip) ||
	    hlen > m->m_pkthdr.len) {
		m_freem(m);
		return (NULL);
	}
	*error = ENOBUFS;
	if ((m = m_pullup(m, hlen)) == NULL || (m = ip_own(m, hlen)) == NULL)
		return (NULL);
	ip = mtod(m, struct ip *);
	ip->ip_len = htons(m->m_pkthdr.len);
	if (ip->ip_id == 0)
		ip->ip_id = ip_randomid();
	*error = 0;
	return (m);
}

static int
rip_output(struct inpcb *inp, struct mbuf *m, struct in_addr dst,
    const struct ip_outcontrol *oc)
{
	struct sockaddr_in	 sin;
	struct ip		*ip;
	int			 error, flags = ip_outflags(inp);

	if ((inp->inp_flags & INP_PINGDGRAM) &&
	    (error = rip_ping_fix(inp, &m)) != 0) {
		m_freem(m);
		return (error);
	}
	memset(&sin, 0, sizeof(sin));
	sin.sin_len = sizeof(sin);
	sin.sin_family = AF_INET;
	sin.sin_addr = dst;
	if (inp->inp_flags & INP_HDRINCL) {
		if ((m = rip_hdrincl(m, &error)) == NULL)
			return (error);
		ip = mtod(m, struct ip *);
		if (ip->ip_src.s_addr == INADDR_ANY)
			(void)ip_outsource(inp, &sin, oc, &ip->ip_src);
		flags |= IP_RAWOUTPUT;
		ipstat_inc(&ipstat.ips_rawout);
	} else if ((m = rip_header(inp, m, dst, oc, &error)) == NULL)
		return (error);
	m->m_pkthdr.ph_rtableid = inp->inp_rtableid;
	error = ip_output(m, flags & IP_RAWOUTPUT ? NULL : inp->inp_options,
	    &inp->inp_route, flags, oc->oc_imo, inp);
	if (error == EMSGSIZE && (inp->inp_flags & INP_RECVERR))
		ip_localerr(inp, &sin, error, 0);
	return (error);
}

static int
rip_send(struct socket *so, struct mbuf *m, struct mbuf *nam,
    struct mbuf *control)
{
	struct inpcb		*inp = sotoinpcb(so);
	struct ip_outcontrol	 oc;
	struct sockaddr_in	*sin;
	struct in_addr		 dst = inp->inp_faddr;
	int			 error;

	error = ip_outcontrol(inp, control, &oc);
	m_freem(control);
	if (error == 0 && nam != NULL) {
		if ((error = in_nam2sin(nam, &sin)) == 0)
			dst = sin->sin_addr;
	}
	if (error == 0 && dst.s_addr == INADDR_ANY) {
		if (nam == NULL)
			error = EDESTADDRREQ;
		else
			dst.s_addr = htonl(INADDR_LOOPBACK);
	}
	if (error != 0) {
		m_freem(m);
		return (error);
	}
	return (rip_output(inp, m, dst, &oc));
}

static int
rip_attach(struct socket *so, int proto, int wait)
{
	struct inpcb	*inp;
	int		 error, ping;

	ping = so->so_type == SOCK_DGRAM;
	if (!ping && !(so->so_state & SS_PRIV))
		return (EACCES);
	if (proto < 0 || proto >= IPPROTO_MAX)
		return (EPROTONOSUPPORT);
	if ((error = soreserve(so, RIP_SNDSPACE, RIP_RCVSPACE)) != 0 ||
	    (error = in_pcballoc(so, &rawcbtable, wait)) != 0)
		return (error);
	inp = sotoinpcb(so);
	inp->inp_ip.ip_p = ping ? IPPROTO_ICMP : proto;
	if (ping)
		inp->inp_flags |= INP_PINGDGRAM;
	if (proto == IPPROTO_RAW)
		inp->inp_flags |= INP_HDRINCL;
	return (0);
}

static int
rip_detach(struct socket *so)
{
	in_pcbdetach(sotoinpcb(so));
	return (0);
}

static int
rip_bind(struct socket *so, struct mbuf *nam, struct proc *p)
{
	struct inpcb		*inp = sotoinpcb(so);
	struct sockaddr_in	*sin;
	struct in_addr		 any = { INADDR_ANY };
	int			 error;

	if ((error = in_nam2sin(nam, &sin)) != 0)
		return (error);
	if (sin->sin_addr.s_addr != INADDR_ANY &&
	    !so_isset(so, SO_BINDANY) && !(inp->inp_flags & INP_BINDANY) &&
	    !in_ismulticast(sin->sin_addr.s_addr) &&
	    !in_broadcast(sin->sin_addr, inp->inp_rtableid) &&
	    in_ifaddr_lookup(sin->sin_addr, inp->inp_rtableid) == NULL)
		return (EADDRNOTAVAIL);
	if ((inp->inp_flags & INP_PINGDGRAM) && sin->sin_port != 0 &&
	    sin->sin_port != inp->inp_lport) {
		/* The port is the identifier of the requests. */
		if (in_pcblookup_local(&rawcbtable, any, sin->sin_port,
		    INPLOOKUP_WILDCARD, inp->inp_rtableid) != NULL)
			return (EADDRINUSE);
		inp->inp_lport = sin->sin_port;
	}
	inp->inp_laddr = sin->sin_addr;
	in_pcbrehash(inp);
	if ((inp->inp_flags & INP_PINGDGRAM) && inp->inp_lport == 0)
		return (rip_ping_bind(inp));
	return (0);
}

static int
rip_connect(struct socket *so, struct mbuf *nam)
{
	struct inpcb		*inp = sotoinpcb(so);
	struct sockaddr_in	*nsin, sin;
	struct in_addr		 src;
	int			 error;

	if ((error = in_nam2sin(nam, &nsin)) != 0)
		return (error);
	sin = *nsin;
	if (sin.sin_addr.s_addr == INADDR_ANY)
		sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	/* ping(8) connects to learn its own address. */
	if ((error = in_pcbselsrc(&src, &sin, inp)) != 0)
		return (error);
	inp->inp_laddr = src;
	inp->inp_faddr = sin.sin_addr;
	in_pcbrehash(inp);
	if ((inp->inp_flags & INP_PINGDGRAM) && inp->inp_lport == 0 &&
	    (error = rip_ping_bind(inp)) != 0)
		return (error);
	soisconnected(so);
	return (0);
}

static int
rip_disconnect(struct socket *so)
{
	struct inpcb	*inp = sotoinpcb(so);

	inp->inp_faddr.s_addr = inp->inp_laddr.s_addr = INADDR_ANY;
	route_flush(&inp->inp_route);
	in_pcbrehash(inp);
	so->so_state &= ~SS_ISCONNECTED;
	return (0);
}

static int
rip_shutdown(struct socket *so)
{
	socantsendmore(so);
	return (0);
}

const struct pr_usrreqs rip_usrreqs = {
	.pru_attach = rip_attach,
	.pru_detach = rip_detach,
	.pru_bind = rip_bind,
	.pru_connect = rip_connect,
	.pru_disconnect = rip_disconnect,
	.pru_shutdown = rip_shutdown,
	.pru_send = rip_send,
	.pru_control = in_control,
	.pru_sockaddr = in_sockaddr,
	.pru_peeraddr = in_peeraddr,
};

/* IP_HDRINCL, and the filter of ICMP sockets: a bit refuses a type. */
int
rip_ctloutput(int op, struct socket *so, int level, int optname,
    struct mbuf *m)
{
	struct inpcb	*inp = sotoinpcb(so);
	int		 error, val;

	if (level == IPPROTO_IP && optname == IP_HDRINCL) {
		if (inp->inp_flags & INP_PINGDGRAM)
			return (ENOPROTOOPT);
		if (op == PRCO_SETOPT) {
			error = ip_optint(m, &val, INT_MIN, INT_MAX);
			if (error != 0)
				return (error);
			inp->inp_flags &= ~INP_HDRINCL;
			if (val)
				inp->inp_flags |= INP_HDRINCL;
			return (0);
		}
		val = (inp->inp_flags & INP_HDRINCL) != 0;
		memcpy(mtod(m, caddr_t), &val, sizeof(val));
		m->m_len = sizeof(val);
		return (0);
	}
	if (level == IPPROTO_RAW && optname == ICMP_FILTER &&
	    inp->inp_ip.ip_p == IPPROTO_ICMP) {
		if (op == PRCO_SETOPT) {
			if (m == NULL ||
			    m->m_len < sizeof(inp->inp_icmpfilter))
				return (EINVAL);
			memcpy(&inp->inp_icmpfilter, mtod(m, caddr_t),
			    sizeof(inp->inp_icmpfilter));
			return (0);
		}
		memcpy(mtod(m, caddr_t), &inp->inp_icmpfilter,
		    sizeof(inp->inp_icmpfilter));
		m->m_len = sizeof(inp->inp_icmpfilter);
		return (0);
	}
	return (ip_ctloutput(op, so, level, optname, m));
}
