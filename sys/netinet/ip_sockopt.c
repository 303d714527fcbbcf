/*
 * Socket options of level IPPROTO_IP.
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
#include <netinet/in_var.h>
#include <netinet/ip.h>
#include <netinet/ip_var.h>

/* Options that are one flag of the control block. */
static const struct {
	int	 io_opt;
	int	 io_flag;
} ip_flagopts[] = {
	{ IP_RECVOPTS,		INP_RECVOPTS },
	{ IP_RETOPTS,		INP_RECVRETOPTS },
	{ IP_RECVDSTADDR,	INP_RECVDSTADDR },
	{ IP_RECVDSTPORT,	INP_RECVDSTPORT },
	{ IP_RECVIF,		INP_RECVIF },
	{ IP_RECVTTL,		INP_RECVTTL },
	{ IP_RECVTOS,		INP_RECVTOS },
	{ IP_RECVRTABLE,	INP_RECVRTABLE },
	{ IP_PKTINFO,		INP_PKTINFO },
	{ IP_RECVERR,		INP_RECVERR },
	{ IP_FREEBIND,		INP_BINDANY },
	{ IP_TRANSPARENT,	INP_BINDANY },
};

static int
ip_flagopt(int optname)
{
	size_t	 i;

	for (i = 0; i < nitems(ip_flagopts); i++)
		if (ip_flagopts[i].io_opt == optname)
			return (ip_flagopts[i].io_flag);
	return (0);
}

/*
 * An option's value, of an int or of one byte, between min and max; EINVAL.
 */
int
ip_optint(const struct mbuf *m, int *val, int min, int max)
{
	if (m == NULL)
		return (EINVAL);
	if (m->m_len >= sizeof(*val))
		memcpy(val, mtod(m, caddr_t), sizeof(*val));
	else if (m->m_len >= 1)
		*val = *mtod(m, uint8_t *);
	else
		return (EINVAL);
	return (*val < min || *val > max ? EINVAL : 0);
}

static int
ip_setflag(struct inpcb *inp, int optname, int flag, const struct mbuf *m)
{
	int	 error, on;

	if ((error = ip_optint(m, &on, INT_MIN, INT_MAX)) != 0)
		return (error);
	if (flag == INP_BINDANY && on && (error = suser(curproc)) != 0)
		return (error);
	(void)optname;
	if (on)
		inp->inp_flags |= flag;
	else
		inp->inp_flags &= ~flag;
	if (flag == INP_RECVERR && !on)
		ml_purge(&inp->inp_socket->so_errq);
	return (0);
}

static int
ip_setportrange(struct inpcb *inp, const struct mbuf *m)
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

static int
ip_setint(struct inpcb *inp, int optname, const struct mbuf *m)
{
	int	 error, val;

	switch (optname) {
	case IP_TOS:
		if ((error = ip_optint(m, &val, 0, 255)) == 0)
			inp->inp_ip.ip_tos = val;
		return (error);
	case IP_TTL:
		if ((error = ip_optint(m, &val, -1, MAXTTL)) != 0)
			return (error);
		if (val == 0)
			return (EINVAL);
		inp->inp_ip.ip_ttl = val == -1 ? ip_defttl : val;
		return (0);
	case IP_MINTTL:
		if ((error = ip_optint(m, &val, 0, MAXTTL)) == 0)
			inp->inp_ip_minttl = val;
		return (error);
	case IP_MTU_DISCOVER:
		if ((error = ip_optint(m, &val, IP_PMTUDISC_DONT,
		    IP_PMTUDISC_PROBE)) == 0)
			inp->inp_pmtudisc = val;
		return (error);
	default:	/* IP_MULTICAST_ALL */
		if ((error = ip_optint(m, &val, 0, 1)) != 0)
			return (error);
		if (val)
			inp->inp_flags &= ~INP_MULTICAST_NOALL;
		else
			inp->inp_flags |= INP_MULTICAST_NOALL;
		return (0);
	}
}

static int
ip_setopt(struct inpcb *inp, int optname, struct mbuf *m)
{
	int	 flag;

	if ((flag = ip_flagopt(optname)) != 0)
		return (ip_setflag(inp, optname, flag, m));
	switch (optname) {
	case IP_OPTIONS:
		return (ip_pcbopts(&inp->inp_options,
		    m == NULL ? NULL : mtod(m, caddr_t),
		    m == NULL ? 0 : m->m_len));
	case IP_TOS:
	case IP_TTL:
	case IP_MINTTL:
	case IP_MTU_DISCOVER:
	case IP_MULTICAST_ALL:
		return (ip_setint(inp, optname, m));
	case IP_MULTICAST_IF:
	case IP_MULTICAST_TTL:
	case IP_MULTICAST_LOOP:
	case IP_ADD_MEMBERSHIP:
	case IP_DROP_MEMBERSHIP:
		return (ip_setmoptions(optname, inp, m));
	case IP_PORTRANGE:
		return (ip_setportrange(inp, m));
	default:
		return (ENOPROTOOPT);
	}
}

static int
ip_putint(struct mbuf *m, int val)
{
	memcpy(mtod(m, caddr_t), &val, sizeof(val));
	m->m_len = sizeof(val);
	return (0);
}

/* IP_MTU: what is known of the path to the peer. */
static int
ip_getmtu(struct inpcb *inp, struct mbuf *m)
{
	struct rtentry	*rt;
	struct ifnet	*ifp;
	int		 mtu;

	if ((rt = in_pcbrtentry(inp)) == NULL ||
	    (ifp = if_get(rt->rt_ifidx)) == NULL)
		return (ENOTCONN);
	mtu = rt->rt_mtu != 0 ? MIN(rt->rt_mtu, ifp->if_mtu) : ifp->if_mtu;
	if_put(ifp);
	return (ip_putint(m, mtu));
}

static int
ip_getopt(struct inpcb *inp, int optname, struct mbuf *m)
{
	const struct ipoption	*p;
	int			 flag;

	if ((flag = ip_flagopt(optname)) != 0)
		return (ip_putint(m, (inp->inp_flags & flag) != 0));
	switch (optname) {
	case IP_OPTIONS:
		m->m_len = 0;
		if (inp->inp_options != NULL) {
			p = mtod(inp->inp_options, const struct ipoption *);
			m->m_len = inp->inp_options->m_len -
			    sizeof(p->ipopt_dst);
			memcpy(mtod(m, caddr_t), p->ipopt_list, m->m_len);
		}
		return (0);
	case IP_TOS:
		return (ip_putint(m, inp->inp_ip.ip_tos));
	case IP_TTL:
		return (ip_putint(m, inp->inp_ip.ip_ttl));
	case IP_MINTTL:
		return (ip_putint(m, inp->inp_ip_minttl));
	case IP_IPDEFTTL:
		return (ip_putint(m, ip_defttl));
	case IP_MTU_DISCOVER:
		return (ip_putint(m, inp->inp_pmtudisc));
	case IP_MTU:
		return (ip_getmtu(inp, m));
	case IP_MULTICAST_ALL:
		return (ip_putint(m,
		    (inp->inp_flags & INP_MULTICAST_NOALL) == 0));
	case IP_MULTICAST_IF:
	case IP_MULTICAST_TTL:
	case IP_MULTICAST_LOOP:
		return (ip_getmoptions(optname, inp, m));
	case IP_PORTRANGE:
		return (ip_putint(m, inp->inp_flags & INP_HIGHPORT ?
		    IP_PORTRANGE_HIGH : inp->inp_flags & INP_LOWPORT ?
		    IP_PORTRANGE_LOW : IP_PORTRANGE_DEFAULT));
	default:
		return (ENOPROTOOPT);
	}
}

/* The one option of the socket level that is kept here. */
static int
ip_rtableopt(int op, struct inpcb *inp, struct mbuf *m)
{
	int	 val, error;

	if (op == PRCO_GETOPT)
		return (ip_putint(m, inp->inp_rtableid));
	if ((error = ip_optint(m, &val, 0, RT_TABLEID_MAX)) != 0)
		return (error);
	return (in_pcbset_rtableid(inp, val));
}

/*
 * The pr_ctloutput of IPv4 protocols: PRCO_SETOPT reads m (or NULL),
 * PRCO_GETOPT fills it.  ENOPROTOOPT for what is not known here.
 */
int
ip_ctloutput(int op, struct socket *so, int level, int optname,
    struct mbuf *m)
{
	struct inpcb	*inp = sotoinpcb(so);

	if (level == SOL_SOCKET && optname == SO_RTABLE)
		return (ip_rtableopt(op, inp, m));
	if (level != IPPROTO_IP)
		return (ENOPROTOOPT);
	switch (optname) {
	case IP_AUTH_LEVEL:
	case IP_ESP_TRANS_LEVEL:
	case IP_ESP_NETWORK_LEVEL:
	case IP_IPCOMP_LEVEL:
	case IP_IPSECFLOWINFO:
		if (ip_ipsec == NULL)
			return (EOPNOTSUPP);
		return (ip_ipsec->ii_ctloutput(op, inp, optname, m));
	}
	return (op == PRCO_SETOPT ? ip_setopt(inp, optname, m) :
	    ip_getopt(inp, optname, m));
}
