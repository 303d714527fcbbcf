/*
 * Socket options of level IPPROTO_IPV6 (RFC 3493, RFC 3542).
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/mbuf.h>
#include <sys/proc.h>
#include <sys/protosw.h>
#include <sys/socket.h>
#include <sys/socketvar.h>
#include <sys/ucred.h>

#include <net/if.h>
#include <net/if_var.h>
#include <net/route.h>

#include <netinet/in.h>
#include <netinet/in_pcb.h>
#include <netinet/ip6.h>
#include <netinet/ip_var.h>
#include <netinet6/in6.h>
#include <netinet6/in6_pcb.h>
#include <netinet6/in6_var.h>
#include <netinet6/ip6_var.h>
#include <netinet6/nd6.h>

/* Options that are one flag: of the control block, or of IPv6's part. */
static const struct {
	int	 io_opt;
	int	 io_flag;
	int	 io_flag6;
} ip6_flagopts[] = {
	{ IPV6_RECVPKTINFO,	INP_PKTINFO,		0 },
	{ IPV6_RECVHOPLIMIT,	INP_RECVHOPLIMIT,	0 },
	{ IPV6_RECVTCLASS,	INP_RECVTCLASS,		0 },
	{ IPV6_RECVDSTPORT,	INP_RECVDSTPORT,	0 },
	{ IPV6_RECVERR,		INP_RECVERR,		0 },
	{ IPV6_V6ONLY,		INP_IPV6_V6ONLY,	0 },
	{ IPV6_FREEBIND,	INP_BINDANY,		0 },
	{ IPV6_TRANSPARENT,	INP_BINDANY,		0 },
	{ IPV6_RECVHOPOPTS,	0,			IN6P_RECVHOPOPTS },
	{ IPV6_RECVDSTOPTS,	0,			IN6P_RECVDSTOPTS },
	{ IPV6_RECVRTHDR,	0,			IN6P_RECVRTHDR },
	{ IPV6_DONTFRAG,	0,			IN6P_DONTFRAG },
	{ IPV6_AUTOFLOWLABEL,	0,			IN6P_AUTOFLOWLABEL },
};

static int
ip6_flagopt(int optname)
{
	size_t	 i;

	for (i = 0; i < nitems(ip6_flagopts); i++)
		if (ip6_flagopts[i].io_opt == optname)
			return (i);
	return (-1);
}

static int
ip6_setflag(struct inpcb *inp, int i, const struct mbuf *m)
{
	struct in6pcb	*in6p = inptoin6pcb(inp);
	int		 error, on, flag = ip6_flagopts[i].io_flag;

	if ((error = ip_optint(m, &on, INT_MIN, INT_MAX)) != 0)
		return (error);
	if (flag == INP_BINDANY && on && (error = suser(curproc)) != 0)
		return (error);
	/* RFC 3493 5.3: before it is bound. */
	if (flag == INP_IPV6_V6ONLY && inp->inp_lport != 0)
		return (EINVAL);
	if (on) {
		inp->inp_flags |= flag;
		in6p->in6p_flags |= ip6_flagopts[i].io_flag6;
	} else {
		inp->inp_flags &= ~flag;
		in6p->in6p_flags &= ~ip6_flagopts[i].io_flag6;
	}
	if (flag == INP_RECVERR && !on)
		ml_purge(&inp->inp_socket->so_errq);
	return (0);
}

static int
ip6_setportrange(struct inpcb *inp, const struct mbuf *m)
{
	int	 error, val;

	if ((error = ip_optint(m, &val, IP_PORTRANGE_DEFAULT,
	    IP_PORTRANGE_LOW)) != 0)
		return (error);
	inp->inp_flags &= ~(INP_HIGHPORT | INP_LOWPORT);
	if (val == IP_PORTRANGE_HIGH)
		inp->inp_flags |= INP_HIGHPORT;
	else if (val == IP_PORTRANGE_LOW)
		inp->inp_flags |= INP_LOWPORT;
	return (0);
}

/* IPV6_UNICAST_IF: an index in network order. */
static int
ip6_setunicastif(struct in6pcb *in6p, u_int ifidx)
{
	struct ifnet	*ifp;

	if (ifidx != 0) {
		ifp = if_get(ifidx);
		if_put(ifp);
		if (ifp == NULL)
			return (EADDRNOTAVAIL);
	}
	in6p->in6p_ifidx = ifidx;
	return (0);
}

static int
ip6_setint(struct inpcb *inp, int optname, const struct mbuf *m)
{
	struct in6pcb	*in6p = inptoin6pcb(inp);
	int		 error, val;

	if ((error = ip_optint(m, &val, INT_MIN, INT_MAX)) != 0)
		return (error);
	switch (optname) {
	case IPV6_UNICAST_HOPS:
		if (val < -1 || val > IPV6_MAXHLIM)
			return (EINVAL);
		in6p->in6p_hops = val;
		inp->inp_ip.ip_ttl = val > 0 ? val : ip_defttl;
		return (0);
	case IPV6_TCLASS:
		if (val < -1 || val > 255)
			return (EINVAL);
		in6p->in6p_tclass = val == -1 ? 0 : val;
		inp->inp_ip.ip_tos = in6p->in6p_tclass;
		return (0);
	case IPV6_MINHOPCOUNT:
		if (val < 0 || val > IPV6_MAXHLIM)
			return (EINVAL);
		in6p->in6p_minhops = val;
		return (0);
	case IPV6_MTU_DISCOVER:
		if (val < IPV6_PMTUDISC_DONT || val > IPV6_PMTUDISC_PROBE)
			return (EINVAL);
		in6p->in6p_pmtudisc = val;
		inp->inp_pmtudisc = val;
		return (0);
	default:	/* IPV6_UNICAST_IF */
		return (ip6_setunicastif(in6p, ntohl(val)));
	}
}

/*
 * A whole extension header for *mp: none when m is NULL or empty, else its
 * length must be what it says.  Only the super-user sends hop-by-hop options.
 */
int
ip6_setexthdr(struct mbuf **mp, const void *p, size_t len)
{
	const struct ip6_ext	*ext = p;
	struct mbuf		*n;

	if (len == 0) {
		m_freem(*mp);
		*mp = NULL;
		return (0);
	}
	if (len < sizeof(*ext) || len != (size_t)(ext->ip6e_len + 1) << 3)
		return (EINVAL);
	if ((n = m_get(M_DONTWAIT, MT_SOOPTS)) == NULL)
		return (ENOBUFS);
	if (len > MLEN && m_clget(n, M_DONTWAIT, len) == NULL) {
		m_free(n);
		return (ENOBUFS);
	}
	memcpy(mtod(n, caddr_t), p, len);
	n->m_len = len;
	m_freem(*mp);
	*mp = n;
	return (0);
}

static int
ip6_setheader(struct inpcb *inp, int optname, const struct mbuf *m)
{
	struct ip6_exthdrs	*eh = &inptoin6pcb(inp)->in6p_ext;
	int			 error;

	if (optname == IPV6_HOPOPTS && (error = suser(curproc)) != 0)
		return (error);
	return (ip6_setexthdr(optname == IPV6_HOPOPTS ? &eh->ip6e_hbh :
	    &eh->ip6e_dest2, m == NULL ? NULL : mtod(m, caddr_t),
	    m == NULL ? 0 : m->m_len));
}

static int
ip6_setopt(struct inpcb *inp, int optname, struct mbuf *m)
{
	int	 i;

	if ((i = ip6_flagopt(optname)) != -1)
		return (ip6_setflag(inp, i, m));
	switch (optname) {
	case IPV6_UNICAST_HOPS:
	case IPV6_TCLASS:
	case IPV6_MINHOPCOUNT:
	case IPV6_MTU_DISCOVER:
	case IPV6_UNICAST_IF:
		return (ip6_setint(inp, optname, m));
	case IPV6_HOPOPTS:
	case IPV6_DSTOPTS:
		return (ip6_setheader(inp, optname, m));
	case IPV6_MULTICAST_IF:
	case IPV6_MULTICAST_HOPS:
	case IPV6_MULTICAST_LOOP:
	case IPV6_MULTICAST_ALL:
	case IPV6_JOIN_GROUP:
	case IPV6_LEAVE_GROUP:
		return (ip6_setmoptions(optname, inp, m));
	case IPV6_PORTRANGE:
		return (ip6_setportrange(inp, m));
	default:
		return (ENOPROTOOPT);
	}
}

static int
ip6_putint(struct mbuf *m, int val)
{
	memcpy(mtod(m, caddr_t), &val, sizeof(val));
	m->m_len = sizeof(val);
	return (0);
}

/* IPV6_MTU: what is known of the path to the peer. */
static int
ip6_getmtu(struct inpcb *inp, struct mbuf *m)
{
	struct rtentry	*rt;
	struct ifnet	*ifp;
	int		 mtu;

	if ((rt = in6_pcbrtentry(inp)) == NULL ||
	    (ifp = if_get(rt->rt_ifidx)) == NULL)
		return (ENOTCONN);
	mtu = nd6_linkmtu(ifp);
	if (rt->rt_mtu != 0)
		mtu = MIN(mtu, rt->rt_mtu);
	if_put(ifp);
	return (ip6_putint(m, mtu));
}

static int
ip6_getheader(const struct mbuf *ext, struct mbuf *m)
{
	m->m_len = 0;
	if (ext == NULL)
		return (0);
	if (ext->m_len > M_SIZE(m))
		return (ENOBUFS);
	memcpy(mtod(m, caddr_t), mtod(ext, caddr_t), ext->m_len);
	m->m_len = ext->m_len;
	return (0);
}

static int
ip6_getopt(struct inpcb *inp, int optname, struct mbuf *m)
{
	const struct in6pcb	*in6p = inptoin6pcb(inp);
	int			 i;

	if ((i = ip6_flagopt(optname)) != -1)
		return (ip6_putint(m,
		    (inp->inp_flags & ip6_flagopts[i].io_flag) != 0 ||
		    (in6p->in6p_flags & ip6_flagopts[i].io_flag6) != 0));
	switch (optname) {
	case IPV6_UNICAST_HOPS:
		return (ip6_putint(m, in6_selecthlim(inp)));
	case IPV6_TCLASS:
		return (ip6_putint(m, in6p->in6p_tclass));
	case IPV6_MINHOPCOUNT:
		return (ip6_putint(m, in6p->in6p_minhops));
	case IPV6_MTU_DISCOVER:
		return (ip6_putint(m, in6p->in6p_pmtudisc));
	case IPV6_UNICAST_IF:
		return (ip6_putint(m, htonl(in6p->in6p_ifidx)));
	case IPV6_MTU:
		return (ip6_getmtu(inp, m));
	case IPV6_HOPOPTS:
		return (ip6_getheader(in6p->in6p_ext.ip6e_hbh, m));
	case IPV6_DSTOPTS:
		return (ip6_getheader(in6p->in6p_ext.ip6e_dest2, m));
	case IPV6_MULTICAST_IF:
	case IPV6_MULTICAST_HOPS:
	case IPV6_MULTICAST_LOOP:
	case IPV6_MULTICAST_ALL:
		return (ip6_getmoptions(optname, inp, m));
	case IPV6_PORTRANGE:
		return (ip6_putint(m, inp->inp_flags & INP_HIGHPORT ?
		    IP_PORTRANGE_HIGH : inp->inp_flags & INP_LOWPORT ?
		    IP_PORTRANGE_LOW : IP_PORTRANGE_DEFAULT));
	default:
		return (ENOPROTOOPT);
	}
}

/*
 * The pr_ctloutput of IPv6 protocols: PRCO_SETOPT reads m (or NULL),
 * PRCO_GETOPT fills it.  ENOPROTOOPT for what is not known here.  Options of
 * IPv4 are for a socket that hears IPv4, too.
 */
int
ip6_ctloutput(int op, struct socket *so, int level, int optname,
    struct mbuf *m)
{
	struct inpcb	*inp = sotoinpcb(so);

	if (level == SOL_SOCKET ||
	    (level == IPPROTO_IP && !(inp->inp_flags & INP_IPV6_V6ONLY)))
		return (ip_ctloutput(op, so, level, optname, m));
	if (level != IPPROTO_IPV6)
		return (ENOPROTOOPT);
	switch (optname) {
	case IPV6_AUTH_LEVEL:
	case IPV6_ESP_TRANS_LEVEL:
	case IPV6_ESP_NETWORK_LEVEL:
	case IPV6_IPCOMP_LEVEL:
		if (ip_ipsec == NULL)
			return (EOPNOTSUPP);
		return (ip_ipsec->ii_ctloutput(op, inp, optname, m));
	}
	return (op == PRCO_SETOPT ? ip6_setopt(inp, optname, m) :
	    ip6_getopt(inp, optname, m));
}
