/*
 * Raw IPv6 sockets (RFC 3542), and the sockets that ping(8) uses without
 * privilege.
 *
 * A raw socket gets every packet of its protocol (0: of any that nobody
 * claims), from the transport header on, and sends with a header made here;
 * IPV6_CHECKSUM has a checksum made and verified, which for ICMPv6 is always
 * so.  With protocol IPPROTO_RAW, or IPV6_HDRINCL, the program's data begin
 * with an IPv6 header.  Only the super-user may open one.
 *
 * A socket of SOCK_DGRAM and IPPROTO_ICMPV6 may be opened by anybody.  It
 * sends echo requests, with an identifier that is its port, and gets the
 * replies that carry it.
 *
 * Everything here runs under the net lock.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/malloc.h>
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

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/in_pcb.h>
#include <netinet/ip6.h>
#include <netinet/ip_var.h>
#include <netinet6/icmp6_var.h>
#include <netinet6/in6.h>
#include <netinet6/in6_pcb.h>
#include <netinet6/in6_var.h>
#include <netinet6/ip6_var.h>

#define RIP6_MAXSOCKETS	4096
#define RIP6_SNDSPACE	(64 * 1024)
#define RIP6_RCVSPACE	(64 * 1024)

struct inpcbtable	rawin6pcbtable;

void
rip6_init(void)
{
	in_pcbinit(&rawin6pcbtable, RIP6_MAXSOCKETS);
}

/* Does the ICMPv6 filter of a socket let this message through? */
static int
rip6_icmp6_wanted(const struct inpcb *inp, const struct mbuf *m, int off)
{
	const struct in6pcb	*in6p = inptoin6pcb(inp);
	struct icmp6_hdr	 icmp6;

	if (m->m_pkthdr.len < off + sizeof(icmp6))
		return (0);
	m_copydata(m, off, sizeof(icmp6), &icmp6);
	if (inp->inp_flags & INP_PINGDGRAM)
		return (icmp6.icmp6_type == ICMP6_ECHO_REPLY &&
		    icmp6.icmp6_id == inp->inp_lport);
	return (in6p->in6p_icmp6filt == NULL ||
	    ICMP6_FILTER_WILLPASS(icmp6.icmp6_type, in6p->in6p_icmp6filt));
}

static int
rip6_match(const struct inpcb *inp, const struct mbuf *m, int off, int proto,
    const struct in6_addr *src, const struct in6_addr *dst)
{
	const struct in6pcb	*in6p = inptoin6pcb(inp);
	u_int			 ifidx = inp->inp_socket->so_ifidx;

	if (inp->inp_socket->so_state & SS_CANTRCVMORE ||
	    rtable_l2(inp->inp_rtableid) !=
	    rtable_l2(m->m_pkthdr.ph_rtableid))
		return (0);
	if (in6p->in6p_proto != 0 && in6p->in6p_proto != proto)
		return (0);
	if (!IN6_IS_ADDR_UNSPECIFIED(&inp->inp_laddr6) &&
	    !IN6_ARE_ADDR_EQUAL(&inp->inp_laddr6, dst))
		return (0);
	if (!IN6_IS_ADDR_UNSPECIFIED(&inp->inp_faddr6) &&
	    !IN6_ARE_ADDR_EQUAL(&inp->inp_faddr6, src))
		return (0);
	if (ifidx != 0 && ifidx != m->m_pkthdr.ph_ifidx)
		return (0);
	if (proto == IPPROTO_ICMPV6 && !rip6_icmp6_wanted(inp, m, off))
		return (0);
	return (ip6_mcast_wanted(inp, dst, m->m_pkthdr.ph_ifidx));
}

/* Put a packet into a socket, without its IPv6 headers. */
static void
rip6_sbappend(struct inpcb *inp, struct mbuf *m, int off, int proto)
{
	const struct in6pcb	*in6p = inptoin6pcb(inp);
	struct sockaddr_in6	 sin6;
	struct in6_addr		 src;
	struct socket		*so = inp->inp_socket;
	struct ip6_hdr		*ip6 = mtod(m, struct ip6_hdr *);
	struct mbuf		*opts = NULL;

	if (ip6->ip6_hlim < in6p->in6p_minhops ||
	    (in6p->in6p_cksum != -1 && proto != IPPROTO_ICMPV6 &&
	    in6_cksum(m, proto, off, m->m_pkthdr.len - off) != 0)) {
		ip6stat_inc(&ip6stat.ip6s_rawdrop);
		m_freem(m);
		return;
	}
	ip6_srcaddr(m, &src);
	in6_sin6(&sin6, &in6addr_any);
	in6_recoverscope(&sin6, &src);
	ip6_savecontrol(inp, &opts, ip6, m);
	m_adj(m, off);
	if (sbappendaddr(&so->so_rcv, sin6tosa(&sin6), m, opts) == 0) {
		ip6stat_inc(&ip6stat.ip6s_rawdrop);
		m_freem(m);
		m_freem(opts);
		return;
	}
	sorwakeup(so);
}

/* Nobody wants the packet.  What ICMPv6 did not know is no error. */
static void
rip6_unwanted(struct mbuf *m, int off, int proto)
{
	if (proto == IPPROTO_ICMPV6 || proto == IPPROTO_NONE) {
		m_freem(m);
		return;
	}
	ip6stat_inc(&ip6stat.ip6s_noproto);
	if (ip6stat.ip6s_delivered > 0)
		ip6stat.ip6s_delivered--;
	icmp6_error(m, ICMP6_PARAM_PROB, ICMP6_PARAMPROB_NEXTHEADER,
	    ip6_nxtptr(m, off));
}

/*
 * A packet for raw sockets: all that want it get a copy.  Its first mbuf
 * holds the IPv6 header.  Always IPPROTO_DONE.
 */
int
rip6_input(struct mbuf **mp, int *offp, int proto, int af)
{
	struct mbuf	*m = *mp, *n;
	struct in6_addr	 src, dst;
	struct inpcb	*inp, *last = NULL;
	int		 off = *offp;

	(void)af;
	*mp = NULL;
	ip6_srcaddr(m, &src);
	ip6_dstaddr(m, &dst);
	TAILQ_FOREACH(inp, &rawin6pcbtable.inpt_queue, inp_queue) {
		if (!rip6_match(inp, m, off, proto, &src, &dst))
			continue;
		if (last == NULL) {
			/* Programs see what was on the wire. */
			m = m_cksum_finish(m, 0, MCS_OUT);
			if (m == NULL)
				return (IPPROTO_DONE);
		} else if ((n = m_dup_pkt(m, IP6_LINKHDR, M_DONTWAIT)) !=
		    NULL)
			rip6_sbappend(last, n, off, proto);
		last = inp;
	}
	if (last != NULL)
		rip6_sbappend(last, m, off, proto);
	else
		rip6_unwanted(m, off, proto);
	return (IPPROTO_DONE);
}

/* An error about a packet that raw sockets may have sent. */
void
rip6_ctlinput(int cmd, struct sockaddr *sa, u_int rtableid, void *v)
{
	const struct icmp6_errctx	*ctx = v;
	struct inpcb			*inp;
	int				 mine;

	(void)sa;
	if (ctx == NULL || cmd < 0 || cmd >= PRC_NCMDS)
		return;
	TAILQ_FOREACH(inp, &rawin6pcbtable.inpt_queue, inp_queue) {
		if (inptoin6pcb(inp)->in6p_proto != ctx->ie6_proto ||
		    rtable_l2(inp->inp_rtableid) != rtable_l2(rtableid))
			continue;
		if ((inp->inp_flags & INP_PINGDGRAM) &&
		    memcmp(&ctx->ie6_word1, &inp->inp_lport,
		    sizeof(inp->inp_lport)) != 0)
			continue;
		mine = IN6_ARE_ADDR_EQUAL(&inp->inp_faddr6, &ctx->ie6_qdst);
		if (!IN6_IS_ADDR_UNSPECIFIED(&inp->inp_faddr6) && !mine)
			continue;
		if (cmd == PRC_MSGSIZE)
			icmp6_mtudisc(&ctx->ie6_qdst, ctx->ie6_mtu, rtableid);
		if (inp->inp_flags & INP_RECVERR)
			ip6_recverr(inp, 0, 0);
		else if (mine && inetctlerrmap[cmd] != 0 &&
		    (cmd != PRC_MSGSIZE ||
		    inp->inp_pmtudisc != IPV6_PMTUDISC_DONT))
			soseterror(inp->inp_socket, inetctlerrmap[cmd]);
	}
}

/* Choose an echo identifier that no other socket has. */
static int
rip6_ping_bind(struct inpcb *inp)
{
	u_int		 try;
	uint16_t	 id;

	for (try = 0; try < 64 * 1024; try++) {
		id = arc4random();
		if (id != 0 && in6_pcblookup_local(&rawin6pcbtable,
		    &in6addr_any, id, INPLOOKUP_WILDCARD,
		    inp->inp_rtableid) == NULL) {
			inp->inp_lport = id;
			in_pcbrehash(inp);
			return (0);
		}
	}
	return (EADDRNOTAVAIL);
}

/* Make an echo request of what an unprivileged program gave. */
static int
rip6_ping_fix(struct inpcb *inp, struct mbuf **mp)
{
	struct icmp6_hdr	*icmp6;
	int			 error;

	if ((*mp)->m_pkthdr.len < sizeof(*icmp6))
		return (EINVAL);
	if (inp->inp_lport == 0 && (error = rip6_ping_bind(inp)) != 0)
		return (error);
	if ((*mp = ip6_own(*mp, sizeof(*icmp6))) == NULL)
		return (ENOBUFS);
	icmp6 = mtod(*mp, struct icmp6_hdr *);
	if (icmp6->icmp6_type != ICMP6_ECHO_REQUEST || icmp6->icmp6_code != 0)
		return (EINVAL);
	icmp6->icmp6_id = inp->inp_lport;
	return (0);
}

/* The checksum of a packet whose header has been made, at its place. */
static int
rip6_checksum(struct mbuf **mp, u_int place, uint8_t proto)
{
	struct mbuf	*m = *mp;
	u_int		 off = sizeof(struct ip6_hdr);
	u_int		 len = m->m_pkthdr.len - off;
	uint16_t	 sum = 0;

	if (place + sizeof(sum) > len)
		return (EINVAL);
	if (m_copyback(m, off + place, sizeof(sum), &sum, M_DONTWAIT) != 0)
		return (ENOBUFS);
	sum = in6_cksum(m, proto, off, len);
	if (sum == 0 && proto == IPPROTO_UDP)
		sum = 0xffff;
	return (m_copyback(m, off + place, sizeof(sum), &sum, M_DONTWAIT));
}

/* How a raw packet is sent. */
struct rip6_send {
	struct sockaddr_in6	 rs_dst;	/* with its scope */
	struct ip6_outcontrol	 rs_ctl;
};

/* A header in front of the data, or an errno; *mp NULL when m has gone. */
static int
rip6_header(struct inpcb *inp, struct mbuf **mp, const struct rip6_send *rs)
{
	const struct in6pcb	*in6p = inptoin6pcb(inp);
	struct ip6_hdr		*ip6;
	uint32_t		 label;
	int			 error, place = in6p->in6p_cksum;

	if ((*mp)->m_pkthdr.len > IPV6_MAXPACKET)
		return (EMSGSIZE);
	if ((*mp = m_prepend(*mp, sizeof(*ip6), M_DONTWAIT)) == NULL ||
	    (*mp = ip6_own(*mp, sizeof(*ip6))) == NULL)
		return (ENOBUFS);
	label = rs->rs_dst.sin6_flowinfo & IPV6_FLOWLABEL_MASK;
	if (label == 0)
		label = in6p->in6p_flowlabel;
	ip6 = mtod(*mp, struct ip6_hdr *);
	memset(ip6, 0, sizeof(*ip6));
	ip6->ip6_flow = label | htonl((uint32_t)rs->rs_ctl.oc6_tclass << 20);
	ip6->ip6_vfc |= IPV6_VERSION;
	ip6->ip6_nxt = in6p->in6p_proto;
	ip6->ip6_dst = rs->rs_dst.sin6_addr;
	error = ip6_outsource(inp, &rs->rs_dst, &rs->rs_ctl, &ip6->ip6_src);
	if (error != 0)
		return (error);
	ip6->ip6_hlim = rs->rs_ctl.oc6_hlim >= 0 ? rs->rs_ctl.oc6_hlim :
	    in6_selecthlim(inp);
	if (in6p->in6p_proto == IPPROTO_ICMPV6)
		place = offsetof(struct icmp6_hdr, icmp6_cksum);
	return (place == -1 ? 0 : rip6_checksum(mp, place,
	    in6p->in6p_proto));
}

/* Check and complete a header that the program made. */
static int
rip6_hdrincl(struct inpcb *inp, struct mbuf **mp, const struct rip6_send *rs)
{
	struct ip6_hdr	*ip6;

	if ((*mp)->m_pkthdr.len < sizeof(*ip6))
		return (EINVAL);
	if ((*mp)->m_pkthdr.len > IPV6_MAXPACKET + sizeof(*ip6))
		return (EMSGSIZE);
	if ((*mp = ip6_own(*mp, sizeof(*ip6))) == NULL)
		return (ENOBUFS);
	ip6 = mtod(*mp, struct ip6_hdr *);
	if ((ip6->ip6_vfc & IPV6_VERSION_MASK) != IPV6_VERSION)
		return (EINVAL);
	ip6->ip6_dst = rs->rs_dst.sin6_addr;
	if (IN6_IS_ADDR_UNSPECIFIED(&ip6->ip6_src))
		return (ip6_outsource(inp, &rs->rs_dst, &rs->rs_ctl,
		    &ip6->ip6_src));
	return (0);
}

static int
rip6_output(struct inpcb *inp, struct mbuf *m, struct rip6_send *rs)
{
	int	 error = 0, incl = inp->inp_flags & INP_HDRINCL;
	int	 flags = ip6_outflags(inp, &rs->rs_ctl);

	if (inp->inp_flags & INP_PINGDGRAM)
		error = rip6_ping_fix(inp, &m);
	if (error == 0)
		error = incl ? rip6_hdrincl(inp, &m, rs) :
		    rip6_header(inp, &m, rs);
	if (error != 0) {
		m_freem(m);
		return (error);
	}
	if (incl)
		flags |= IPV6_UNSPECSRC;
	ip6stat_inc(&ip6stat.ip6s_rawout);
	m->m_pkthdr.ph_rtableid = inp->inp_rtableid;
	error = ip6_output(m, incl ? NULL : &rs->rs_ctl.oc6_ext,
	    &inp->inp_route, flags, rs->rs_ctl.oc6_imo, inp);
	if (error == EMSGSIZE && (inp->inp_flags & INP_RECVERR))
		ip6_localerr(inp, &rs->rs_dst, error);
	return (error);
}

/* The destination: of the call, else the peer. */
static int
rip6_send_dst(struct inpcb *inp, struct mbuf *nam, struct rip6_send *rs)
{
	struct sockaddr_in6	*sin6;
	u_int			 ifidx = rs->rs_ctl.oc6_ifidx;
	int			 error;

	in6_sin6(&rs->rs_dst, &inp->inp_faddr6);
	if (nam == NULL)
		return (IN6_IS_ADDR_UNSPECIFIED(&inp->inp_faddr6) ?
		    EDESTADDRREQ : 0);
	if ((error = in6_nam2sin6(nam, &sin6)) != 0)
		return (error);
	if (ifidx == 0 && !IN6_IS_ADDR_MULTICAST(&sin6->sin6_addr))
		ifidx = inp->inp_socket->so_ifidx;
	error = in6_embedscope(&rs->rs_dst.sin6_addr, sin6, ifidx);
	if (error != 0)
		return (error);
	rs->rs_dst.sin6_flowinfo = sin6->sin6_flowinfo;
	if (IN6_IS_ADDR_UNSPECIFIED(&rs->rs_dst.sin6_addr))
		rs->rs_dst.sin6_addr = in6addr_loopback;
	return (0);
}

static int
rip6_send(struct socket *so, struct mbuf *m, struct mbuf *nam,
    struct mbuf *control)
{
	struct inpcb		*inp = sotoinpcb(so);
	struct rip6_send	 rs;
	int			 error;

	error = ip6_outcontrol(inp, control, &rs.rs_ctl);
	m_freem(control);
	if (error == 0)
		error = rip6_send_dst(inp, nam, &rs);
	if (error == 0)
		error = rip6_output(inp, m, &rs);
	else
		m_freem(m);
	ip6_outcontrol_done(&rs.rs_ctl);
	return (error);
}

static int
rip6_attach(struct socket *so, int proto, int wait)
{
	struct inpcb	*inp;
	struct in6pcb	*in6p;
	int		 error, ping;

	ping = so->so_type == SOCK_DGRAM;
	if (!ping && !(so->so_state & SS_PRIV))
		return (EACCES);
	if (proto < 0 || proto >= IPPROTO_MAX)
		return (EPROTONOSUPPORT);
	if ((error = soreserve(so, RIP6_SNDSPACE, RIP6_RCVSPACE)) != 0 ||
	    (error = in6_pcballoc(so, &rawin6pcbtable, wait)) != 0)
		return (error);
	inp = sotoinpcb(so);
	in6p = inptoin6pcb(inp);
	in6p->in6p_proto = ping ? IPPROTO_ICMPV6 : proto;
	if (ping)
		inp->inp_flags |= INP_PINGDGRAM;
	if (proto == IPPROTO_RAW)
		inp->inp_flags |= INP_HDRINCL;
	return (0);
}

static int
rip6_detach(struct socket *so)
{
	in6_pcbdetach(sotoinpcb(so));
	return (0);
}

static int
rip6_bind(struct socket *so, struct mbuf *nam, struct proc *p)
{
	struct inpcb		*inp = sotoinpcb(so);
	struct sockaddr_in6	*sin6;
	struct in6_addr		 addr;
	int			 error;

	(void)p;
	if ((error = in6_nam2sin6(nam, &sin6)) != 0 ||
	    (error = in6_embedscope(&addr, sin6, so->so_ifidx)) != 0)
		return (error);
	if (IN6_IS_ADDR_V4MAPPED(&addr))
		return (EADDRNOTAVAIL);
	if ((error = in6_pcbaddrisavail(inp, &addr)) != 0)
		return (error);
	if ((inp->inp_flags & INP_PINGDGRAM) && sin6->sin6_port != 0 &&
	    sin6->sin6_port != inp->inp_lport) {
		/* The port is the identifier of the requests. */
		if (in6_pcblookup_local(&rawin6pcbtable, &in6addr_any,
		    sin6->sin6_port, INPLOOKUP_WILDCARD,
		    inp->inp_rtableid) != NULL)
			return (EADDRINUSE);
		inp->inp_lport = sin6->sin6_port;
	}
	inp->inp_laddr6 = addr;
	in_pcbrehash(inp);
	if ((inp->inp_flags & INP_PINGDGRAM) && inp->inp_lport == 0)
		return (rip6_ping_bind(inp));
	return (0);
}

static int
rip6_connect(struct socket *so, struct mbuf *nam)
{
	struct inpcb		*inp = sotoinpcb(so);
	struct sockaddr_in6	*nsin6, sin6;
	struct in6_addr		 src;
	int			 error;

	if ((error = in6_nam2sin6(nam, &nsin6)) != 0)
		return (error);
	in6_sin6(&sin6, &in6addr_any);
	error = in6_embedscope(&sin6.sin6_addr, nsin6, so->so_ifidx);
	if (error != 0)
		return (error);
	if (IN6_IS_ADDR_V4MAPPED(&sin6.sin6_addr))
		return (ENETUNREACH);
	if (IN6_IS_ADDR_UNSPECIFIED(&sin6.sin6_addr))
		sin6.sin6_addr = in6addr_loopback;
	if ((error = in6_pcbselsrc(&src, &sin6, inp)) != 0)
		return (error);
	inp->inp_laddr6 = src;
	inp->inp_faddr6 = sin6.sin6_addr;
	in_pcbrehash(inp);
	if ((inp->inp_flags & INP_PINGDGRAM) && inp->inp_lport == 0 &&
	    (error = rip6_ping_bind(inp)) != 0)
		return (error);
	soisconnected(so);
	return (0);
}

static int
rip6_disconnect(struct socket *so)
{
	struct inpcb	*inp = sotoinpcb(so);

	inp->inp_faddr6 = inp->inp_laddr6 = in6addr_any;
	route_flush(&inp->inp_route);
	in_pcbrehash(inp);
	so->so_state &= ~SS_ISCONNECTED;
	return (0);
}

static int
rip6_shutdown(struct socket *so)
{
	socantsendmore(so);
	return (0);
}

const struct pr_usrreqs rip6_usrreqs = {
	.pru_attach = rip6_attach,
	.pru_detach = rip6_detach,
	.pru_bind = rip6_bind,
	.pru_connect = rip6_connect,
	.pru_disconnect = rip6_disconnect,
	.pru_shutdown = rip6_shutdown,
	.pru_send = rip6_send,
	.pru_control = in6_control,
	.pru_sockaddr = in6_sockaddr,
	.pru_peeraddr = in6_peeraddr,
};

/* ICMP6_FILTER of sockets of ICMPv6. */
static int
rip6_filteropt(int op, struct in6pcb *in6p, struct mbuf *m)
{
	struct icmp6_filter	*f = in6p->in6p_icmp6filt;

	if (op == PRCO_GETOPT) {
		if (f != NULL)
			memcpy(mtod(m, caddr_t), f, sizeof(*f));
		else
			memset(mtod(m, caddr_t), 0, sizeof(*f));
		m->m_len = sizeof(*f);
		return (0);
	}
	if (m == NULL || m->m_len < sizeof(*f))
		return (EINVAL);
	if (f == NULL && (f = malloc(sizeof(*f), M_PCB, M_NOWAIT)) == NULL)
		return (ENOBUFS);
	memcpy(f, mtod(m, caddr_t), sizeof(*f));
	in6p->in6p_icmp6filt = f;
	return (0);
}

/* IPV6_CHECKSUM: an even offset, or -1. */
static int
rip6_cksumopt(int op, struct in6pcb *in6p, struct mbuf *m)
{
	int	 error, val = in6p->in6p_cksum;

	if (op == PRCO_GETOPT) {
		if (in6p->in6p_proto == IPPROTO_ICMPV6)
			val = offsetof(struct icmp6_hdr, icmp6_cksum);
		memcpy(mtod(m, caddr_t), &val, sizeof(val));
		m->m_len = sizeof(val);
		return (0);
	}
	if ((error = ip_optint(m, &val, INT_MIN, INT_MAX)) != 0)
		return (error);
	if (val > 0 && (val & 1) != 0)
		return (EINVAL);
	if (in6p->in6p_proto == IPPROTO_ICMPV6)
		return (val == offsetof(struct icmp6_hdr, icmp6_cksum) ?
		    0 : EINVAL);
	in6p->in6p_cksum = val < 0 ? -1 : val;
	return (0);
}

static int
rip6_hdrinclopt(int op, struct inpcb *inp, struct mbuf *m)
{
	int	 error, val;

	if (inp->inp_flags & INP_PINGDGRAM)
		return (ENOPROTOOPT);
	if (op == PRCO_SETOPT) {
		if ((error = ip_optint(m, &val, INT_MIN, INT_MAX)) != 0)
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

/*
 * Options of raw sockets.  The C library's world has IPV6_CHECKSUM at level
 * IPPROTO_RAW as well.
 */
int
rip6_ctloutput(int op, struct socket *so, int level, int optname,
    struct mbuf *m)
{
	struct inpcb	*inp = sotoinpcb(so);
	struct in6pcb	*in6p = inptoin6pcb(inp);

	if (level == IPPROTO_ICMPV6 && optname == ICMP6_FILTER &&
	    in6p->in6p_proto == IPPROTO_ICMPV6)
		return (rip6_filteropt(op, in6p, m));
	if ((level == IPPROTO_IPV6 || level == IPPROTO_RAW) &&
	    optname == IPV6_CHECKSUM)
		return (rip6_cksumopt(op, in6p, m));
	if (level == IPPROTO_IPV6 && optname == IPV6_HDRINCL)
		return (rip6_hdrinclopt(op, inp, m));
	return (ip6_ctloutput(op, so, level, optname, m));
}
