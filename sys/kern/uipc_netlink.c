/*
 * Netlink for programs of the C library's world: enough of NETLINK_ROUTE
 * that getifaddrs(3), if_nameindex(3), getaddrinfo(3) and `ip addr` see this
 * kernel's interfaces, addresses and routes.  RFC 3549; the numbers are the
 * library's.
 *
 * Only dumps are answered (RTM_GETLINK, RTM_GETADDR, RTM_GETROUTE with
 * NLM_F_DUMP); every other request is refused with EOPNOTSUPP.
 *
 *	request --pru_send--> datagrams of replies --+--> receive buffer
 *	                            |  no room       |
 *	                            +--> nl_out -----+  pru_rcvd
 *
 * All runs under the net lock.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/domain.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>
#include <sys/proc.h>
#include <sys/protosw.h>
#include <sys/queue.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/socketvar.h>

#include <net/if.h>
#include <net/if_dl.h>
#include <net/if_var.h>
#include <net/route.h>
#include <net/rtable.h>

#include <kern/uipc_compat.h>
#include <kern/uipc_netlink.h>

#define NL_SNDSPACE	8192		/* longest request, bytes */
#define NL_RCVSPACE	(64 * 1024)
#define NL_DGRAM	4096		/* longest reply: programs read pages */
#define NL_OUTMAX	2048		/* replies that may wait */

struct nlpcb {
	LIST_ENTRY(nlpcb) nl_list;
	struct socket	*nl_so;
	uint32_t	 nl_port;	/* its address; 0 none yet */
	struct mbuf_list nl_out;	/* replies that found no room */
};

/* A reply being written. */
struct nldump {
	struct nlpcb	*nd_nlp;
	struct mbuf	*nd_m;		/* current datagram, or NULL */
	uint32_t	 nd_seq;	/* the request's */
	uint32_t	 nd_rtableid;
	int		 nd_family;	/* AF_*, 0 all */
	int		 nd_error;	/* first failure; stops the dump */
};

static LIST_HEAD(, nlpcb)	nlpcbs = LIST_HEAD_INITIALIZER(nlpcbs);

/*
 * Ports.
 */

static struct nlpcb *
nl_byport(uint32_t port)
{
	struct nlpcb	*nlp;

	LIST_FOREACH(nlp, &nlpcbs, nl_list)
		if (nlp->nl_port == port)
			return (nlp);
	return (NULL);
}

/* A port of its own: the process's number, or one that nobody has. */
static void
nl_autobind(struct nlpcb *nlp)
{
	uint32_t	 port = curproc->p_pid;

	while (port == 0 || nl_byport(port) != NULL)
		port = arc4random() | 0x80000000U;
	nlp->nl_port = port;
}

/*
 * Writing replies.
 */

/* Move waiting replies to the receive buffer; always at least one. */
static void
nl_flush(struct nlpcb *nlp)
{
	static const struct sockaddr_nl	 kernel = {
		.nl_len = sizeof(kernel), .nl_family = AF_NETLINK
	};
	struct sockbuf	*sb = &nlp->nl_so->so_rcv;
	struct mbuf	*m, *name;
	int		 moved = 0;

	while ((m = MBUF_LIST_FIRST(&nlp->nl_out)) != NULL) {
		if (sb->sb_mb != NULL &&
		    sbspace(sb) < (long)(NL_DGRAM + 2 * MSIZE))
			break;
		if ((name = m_get(M_NOWAIT, MT_SONAME)) == NULL)
			break;
		memcpy(mtod(name, caddr_t), &kernel, sizeof(kernel));
		name->m_len = sizeof(kernel);
		ml_dequeue(&nlp->nl_out);
		name->m_next = m;
		sbappendrecord(sb, name);
		moved = 1;
	}
	if (moved)
		sorwakeup(nlp->nl_so);
}

static void
nd_finish(struct nldump *nd)
{
	struct mbuf	*m = nd->nd_m;

	if (m == NULL)
		return;
	nd->nd_m = NULL;
	m->m_pkthdr.len = m->m_len;
	ml_enqueue(&nd->nd_nlp->nl_out, m);
}

/* Room for len bytes of a message in the datagram, or a new one. */
static void *
nd_room(struct nldump *nd, size_t len)
{
	struct mbuf	*m;
	void		*p;

	len = NLMSG_ALIGN(len);
	if (nd->nd_m != NULL && nd->nd_m->m_len + len > NL_DGRAM)
		nd_finish(nd);
	if (nd->nd_m == NULL) {
		if (ml_len(&nd->nd_nlp->nl_out) >= NL_OUTMAX ||
		    (m = m_gethdr(M_NOWAIT, MT_DATA)) == NULL) {
			nd->nd_error = ENOBUFS;
			return (NULL);
		}
		if (m_clget(m, M_NOWAIT, NL_DGRAM) == NULL) {
			m_free(m);
			nd->nd_error = ENOBUFS;
			return (NULL);
		}
		m->m_len = 0;
		nd->nd_m = m;
	}
	p = mtod(nd->nd_m, char *) + nd->nd_m->m_len;
	memset(p, 0, len);
	nd->nd_m->m_len += len;
	return (p);
}

/*
 * One message is written in a buffer of its own and copied when it is whole,
 * so that it never straddles two datagrams.
 */
struct nlbuf {
	struct nlmsghdr	 nb_hdr;
	uint8_t		 nb_data[512];
	size_t		 nb_len;	/* header and data */
};

static void *
nb_init(struct nlbuf *nb, const struct nldump *nd, int type, size_t len)
{
	memset(nb, 0, sizeof(*nb));
	nb->nb_hdr.nlmsg_type = type;
	nb->nb_hdr.nlmsg_flags = NLM_F_MULTI;
	nb->nb_hdr.nlmsg_seq = nd->nd_seq;
	nb->nb_hdr.nlmsg_pid = nd->nd_nlp->nl_port;
	nb->nb_len = sizeof(nb->nb_hdr) + NLMSG_ALIGN(len);
	return (nb->nb_data);
}

/* Add an attribute; the buffer has room for all that are ever added. */
static void
nb_attr(struct nlbuf *nb, int type, const void *p, size_t len)
{
	struct rtattr	*ra;

	KASSERT(nb->nb_len + sizeof(*ra) + NLMSG_ALIGN(len) <=
	    sizeof(nb->nb_hdr) + sizeof(nb->nb_data));
	ra = (struct rtattr *)(void *)((uint8_t *)nb + nb->nb_len);
	ra->rta_len = sizeof(*ra) + len;
	ra->rta_type = type;
	memcpy(ra + 1, p, len);
	nb->nb_len += sizeof(*ra) + NLMSG_ALIGN(len);
}

static void
nb_u32(struct nlbuf *nb, int type, uint32_t v)
{
	nb_attr(nb, type, &v, sizeof(v));
}

static int
nb_put(struct nlbuf *nb, struct nldump *nd)
{
	void	*p;

	nb->nb_hdr.nlmsg_len = nb->nb_len;
	if ((p = nd_room(nd, nb->nb_len)) == NULL)
		return (ENOBUFS);
	memcpy(p, nb, nb->nb_len);
	return (0);
}

/*
 * The dumps.
 */

/* Where a sockaddr of the family has its address, and how long it is. */
static const uint8_t *
sa_bytes(const struct sockaddr *sa, int af, size_t *lenp)
{
	*lenp = af == AF_INET ? 4 : 16;
	return ((const uint8_t *)sa + (af == AF_INET ? 4 : 8));
}

/* An address as an attribute; what scope it embeds does not go out. */
static void
nb_addr(struct nlbuf *nb, int type, const struct sockaddr *sa)
{
	uint8_t		 buf[16];
	const uint8_t	*p;
	size_t		 len;

	p = sa_bytes(sa, sa->sa_family, &len);
	memcpy(buf, p, len);
	if (len == 16 && ((buf[0] == 0xfe && (buf[1] & 0xc0) == 0x80) ||
	    (buf[0] == 0xff && (buf[1] & 0x0f) <= 2)))
		buf[2] = buf[3] = 0;
	nb_attr(nb, type, buf, len);
}

/* Leading ones of a netmask; a mask may be cut short. */
static int
mask_plen(const struct sockaddr *mask, int af)
{
	const uint8_t	*end, *p;
	size_t		 len;
	int		 n = 0;
	uint8_t		 bit;

	if (mask == NULL)
		return (af == AF_INET ? 32 : 128);
	p = sa_bytes(mask, af, &len);
	end = MIN(p + len, (const uint8_t *)mask + mask->sa_len);
	for (; p < end; p++)
		for (bit = 0x80; bit != 0; bit >>= 1) {
			if ((*p & bit) == 0)
				return (n);
			n++;
		}
	return (n);
}

static void
nl_putlink(struct nldump *nd, struct ifnet *ifp)
{
	static const uint8_t	 noaddr[6];
	struct ifinfomsg	*ifi;
	struct nlbuf		 nb;
	uint8_t			 oper;
	int			 up;

	up = (ifp->if_flags & IFF_UP) && LINK_STATE_IS_UP(ifp->if_link_state);
	ifi = nb_init(&nb, nd, NL_RTM_NEWLINK, sizeof(*ifi));
	ifi->ifi_type = compat_ifhwtype(ifp);
	ifi->ifi_index = ifp->if_index;
	ifi->ifi_flags = compat_ifflags(ifp) | (up ? NL_IFF_LOWER_UP : 0);
	nb_attr(&nb, NL_IFLA_IFNAME, ifp->if_xname,
	    strlen(ifp->if_xname) + 1);
	nb_u32(&nb, NL_IFLA_MTU, ifp->if_mtu);
	nb_u32(&nb, NL_IFLA_TXQLEN, IF_TXBATCH);
	oper = ifp->if_flags & IFF_LOOPBACK ? NL_OPER_UNKNOWN :
	    up ? NL_OPER_UP : NL_OPER_DOWN;
	nb_attr(&nb, NL_IFLA_OPERSTATE, &oper, sizeof(oper));
	if (ifp->if_flags & IFF_LOOPBACK)
		nb_attr(&nb, NL_IFLA_ADDRESS, noaddr, sizeof(noaddr));
	else if (ifp->if_sadl != NULL && ifp->if_sadl->sdl_alen > 0)
		nb_attr(&nb, NL_IFLA_ADDRESS, LLADDR(ifp->if_sadl),
		    ifp->if_sadl->sdl_alen);
	nb_put(&nb, nd);
}

/* Is it an IPv6 address of one link? */
static int
nl_linklocal(const struct sockaddr *sa)
{
	const uint8_t	*p;
	size_t		 len;

	p = sa_bytes(sa, sa->sa_family, &len);
	return (len == 16 && p[0] == 0xfe && (p[1] & 0xc0) == 0x80);
}

static void
nl_putaddr(struct nldump *nd, struct ifnet *ifp, struct ifaddr *ifa)
{
	const struct sockaddr	*dst = ifa->ifa_dstaddr;
	struct ifaddrmsg	*iam;
	struct nlbuf		 nb;
	int			 af = ifa->ifa_addr->sa_family;
	int			 ptp = ifp->if_flags & IFF_POINTOPOINT;

	iam = nb_init(&nb, nd, NL_RTM_NEWADDR, sizeof(*iam));
	iam->ifa_family = compat_family(af);
	iam->ifa_prefixlen = mask_plen(ifa->ifa_netmask, af);
	iam->ifa_flags = NL_IFA_F_PERMANENT;
	iam->ifa_scope = ifp->if_flags & IFF_LOOPBACK ? NL_SCOPE_HOST :
	    nl_linklocal(ifa->ifa_addr) ? NL_SCOPE_LINK : NL_SCOPE_UNIVERSE;
	iam->ifa_index = ifp->if_index;
	if (dst != NULL && dst->sa_family != af)
		dst = NULL;
	nb_addr(&nb, NL_IFA_ADDRESS, ptp && dst != NULL ? dst :
	    ifa->ifa_addr);
	if (af == AF_INET || (ptp && dst != NULL))
		nb_addr(&nb, NL_IFA_LOCAL, ifa->ifa_addr);
	if (dst != NULL && (ifp->if_flags & IFF_BROADCAST))
		nb_addr(&nb, NL_IFA_BROADCAST, dst);
	if (af == AF_INET)
		nb_attr(&nb, NL_IFA_LABEL, ifp->if_xname,
		    strlen(ifp->if_xname) + 1);
	nb_put(&nb, nd);
}

/* The interfaces, or their addresses, of the caller's routing domain. */
static void
nl_dumpif(struct nldump *nd, int addrs)
{
	struct ifaddr	*ifa;
	struct ifnet	*ifp;
	u_int		 rdomain = rtable_l2(nd->nd_rtableid);
	int		 af;

	TAILQ_FOREACH(ifp, &ifnetlist, if_list) {
		if (ifp->if_rdomain != rdomain || nd->nd_error != 0)
			continue;
		if (!addrs) {
			nl_putlink(nd, ifp);
			continue;
		}
		TAILQ_FOREACH(ifa, &ifp->if_addrlist, ifa_list) {
			af = ifa->ifa_addr->sa_family;
			if ((af == AF_INET || af == AF_INET6) &&
			    (nd->nd_family == 0 || nd->nd_family == af))
				nl_putaddr(nd, ifp, ifa);
		}
	}
}

/* The kind of a route: NL_RTN_*. */
static int
nl_rtype(const struct rtentry *rt)
{
	if (rt->rt_flags & RTF_LOCAL)
		return (NL_RTN_LOCAL);
	if (rt->rt_flags & RTF_BROADCAST)
		return (NL_RTN_BROADCAST);
	if (rt->rt_flags & RTF_BLACKHOLE)
		return (NL_RTN_BLACKHOLE);
	if (rt->rt_flags & RTF_REJECT)
		return (NL_RTN_UNREACHABLE);
	if (rt->rt_flags & RTF_MULTICAST)
		return (NL_RTN_MULTICAST);
	return (NL_RTN_UNICAST);
}

static void
nl_rtmsg(struct rtmsg *rtm, const struct rtentry *rt)
{
	rtm->rtm_family = compat_family(rt_key(rt)->sa_family);
	rtm->rtm_dst_len = rt->rt_plen;
	rtm->rtm_type = nl_rtype(rt);
	rtm->rtm_table = NL_TABLE_MAIN;
	rtm->rtm_scope = NL_SCOPE_UNIVERSE;
	rtm->rtm_protocol = rt->rt_flags & RTF_STATIC ? NL_PROT_STATIC :
	    NL_PROT_KERNEL;
	if (rt->rt_flags & (RTF_LOCAL | RTF_BROADCAST)) {
		rtm->rtm_table = NL_TABLE_LOCAL;
		rtm->rtm_scope = rt->rt_flags & RTF_LOCAL ? NL_SCOPE_HOST :
		    NL_SCOPE_LINK;
	} else if ((rt->rt_flags & RTF_GATEWAY) == 0)
		rtm->rtm_scope = NL_SCOPE_LINK;
}

/* One route; those of neighbours are not routes in that world. */
static int
nl_putroute(struct rtentry *rt, void *arg, u_int id)
{
	struct nldump	*nd = arg;
	struct rtmsg	*rtm;
	struct nlbuf	 nb;
	int		 af = rt_key(rt)->sa_family;

	if ((rt->rt_flags & (RTF_CLONED | RTF_UP)) != RTF_UP)
		return (0);
	rtm = nb_init(&nb, nd, NL_RTM_NEWROUTE, sizeof(*rtm));
	nl_rtmsg(rtm, rt);
	nb_u32(&nb, NL_RTA_TABLE, rtm->rtm_table);
	if (rt->rt_plen > 0)
		nb_addr(&nb, NL_RTA_DST, rt_key(rt));
	if ((rt->rt_flags & RTF_GATEWAY) && rt->rt_gateway->sa_family == af)
		nb_addr(&nb, NL_RTA_GATEWAY, rt->rt_gateway);
	if (rt->rt_ifa != NULL && rt->rt_ifa->ifa_addr->sa_family == af)
		nb_addr(&nb, NL_RTA_PREFSRC, rt->rt_ifa->ifa_addr);
	nb_u32(&nb, NL_RTA_OIF, rt->rt_ifidx);
	nb_u32(&nb, NL_RTA_PRIORITY, rt->rt_priority);
	return (nb_put(&nb, nd));
}

static void
nl_dumproutes(struct nldump *nd)
{
	if (nd->nd_family == 0 || nd->nd_family == AF_INET)
		(void)rtable_walk(nd->nd_rtableid, AF_INET, NULL,
		    nl_putroute, nd);
	if (nd->nd_error == 0 &&
	    (nd->nd_family == 0 || nd->nd_family == AF_INET6))
		(void)rtable_walk(nd->nd_rtableid, AF_INET6, NULL,
		    nl_putroute, nd);
}

/*
 * Requests.
 */

/* The end of a dump: how it went.  Who cannot be told so gets an error. */
static void
nl_putdone(struct nldump *nd)
{
	struct nlbuf	 nb;
	int32_t		*status;

	status = nb_init(&nb, nd, NLMSG_DONE, sizeof(*status));
	*status = -nd->nd_error;
	if (nb_put(&nb, nd) != 0)
		soseterror(nd->nd_nlp->nl_so, ENOBUFS);
}

/* The answer to what is refused: the error and the request's header. */
static void
nl_puterror(struct nldump *nd, const struct nlmsghdr *req, int error)
{
	struct nlmsgerr	*e;
	struct nlbuf	 nb;

	e = nb_init(&nb, nd, NLMSG_ERROR, sizeof(*e));
	nb.nb_hdr.nlmsg_flags = 0;
	e->error = -error;
	e->msg = *req;
	if (nb_put(&nb, nd) != 0)
		soseterror(nd->nd_nlp->nl_so, ENOBUFS);
}

/* One request; data is what follows its header. */
static void
nl_request(struct nldump *nd, const struct nlmsghdr *req, const uint8_t *data,
    size_t len)
{
	int	 af = 0;

	nd->nd_seq = req->nlmsg_seq;
	nd->nd_error = 0;
	if ((req->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP) {
		nl_puterror(nd, req, EOPNOTSUPP);
		return;
	}
	/* All begin with the family; links have none that matters. */
	if (req->nlmsg_type != NL_RTM_GETLINK && len > 0 && data[0] != 0 &&
	    (af = compat_domain(data[0])) == -1) {
		nl_puterror(nd, req, EAFNOSUPPORT);
		return;
	}
	nd->nd_family = af;
	switch (req->nlmsg_type) {
	case NL_RTM_GETLINK:
		nl_dumpif(nd, 0);
		break;
	case NL_RTM_GETADDR:
		nl_dumpif(nd, 1);
		break;
	case NL_RTM_GETROUTE:
		nl_dumproutes(nd);
		break;
	default:
		nl_puterror(nd, req, EOPNOTSUPP);
		return;
	}
	nl_putdone(nd);
}

/* All requests of a datagram; what is cut off is not looked at. */
static void
nl_requests(struct nlpcb *nlp, const uint8_t *p, size_t len)
{
	struct nlmsghdr	 req;
	struct nldump	 nd;

	memset(&nd, 0, sizeof(nd));
	nd.nd_nlp = nlp;
	nd.nd_rtableid = curproc->p_rtableid;
	while (len >= sizeof(req)) {
		memcpy(&req, p, sizeof(req));
		if (req.nlmsg_len < sizeof(req) || req.nlmsg_len > len)
			break;
		if ((req.nlmsg_flags & NLM_F_REQUEST) &&
		    req.nlmsg_type >= NLMSG_MIN_TYPE)
			nl_request(&nd, &req, p + sizeof(req),
			    req.nlmsg_len - sizeof(req));
		p += MIN(NLMSG_ALIGN(req.nlmsg_len), len);
		len -= MIN(NLMSG_ALIGN(req.nlmsg_len), len);
	}
	nd_finish(&nd);
	nl_flush(nlp);
}

/*
 * The protocol switch's side.
 */

static int
nl_attach(struct socket *so, int proto, int wait)
{
	struct nlpcb	*nlp;
	int		 error;

	/* The number of NETLINK_ROUTE is 0, so nothing else gets here. */
	if (proto != 0)
		return (EPROTONOSUPPORT);
	if ((error = soreserve(so, NL_SNDSPACE, NL_RCVSPACE)) != 0)
		return (error);
	nlp = malloc(sizeof(*nlp), M_PCB, M_NOWAIT | M_ZERO);
	if (nlp == NULL)
		return (ENOBUFS);
	nlp->nl_so = so;
	ml_init(&nlp->nl_out);
	LIST_INSERT_HEAD(&nlpcbs, nlp, nl_list);
	so->so_pcb = nlp;
	/* Its peer is the kernel, until told otherwise and after. */
	so->so_state |= SS_ISCONNECTED;
	return (0);
}

static int
nl_detach(struct socket *so)
{
	struct nlpcb	*nlp = so->so_pcb;

	so->so_pcb = NULL;
	LIST_REMOVE(nlp, nl_list);
	ml_purge(&nlp->nl_out);
	free(nlp, M_PCB, sizeof(*nlp));
	return (0);
}

/* Groups are of messages that nobody sends here. */
static int
nl_bind(struct socket *so, struct mbuf *nam, struct proc *p)
{
	struct sockaddr_nl	*snl = mtod(nam, struct sockaddr_nl *);
	struct nlpcb		*nlp = so->so_pcb;

	if (snl->nl_groups != 0)
		return (EPERM);
	if (nlp->nl_port != 0 && snl->nl_pid != nlp->nl_port)
		return (EINVAL);
	if (snl->nl_pid == 0)
		nl_autobind(nlp);
	else if (nl_byport(snl->nl_pid) != NULL &&
	    nl_byport(snl->nl_pid) != nlp)
		return (EADDRINUSE);
	else
		nlp->nl_port = snl->nl_pid;
	return (0);
}

/* Only the kernel is there to be spoken to. */
static int
nl_connect(struct socket *so, struct mbuf *nam)
{
	struct sockaddr_nl	*snl = mtod(nam, struct sockaddr_nl *);
	struct nlpcb		*nlp = so->so_pcb;

	if (snl->nl_pid != 0 || snl->nl_groups != 0)
		return (EPERM);
	if (nlp->nl_port == 0)
		nl_autobind(nlp);
	return (0);
}

static int
nl_disconnect(struct socket *so)
{
	return (0);
}

static void
nl_rcvd(struct socket *so)
{
	nl_flush(so->so_pcb);
}

static int
nl_send(struct socket *so, struct mbuf *m, struct mbuf *nam,
    struct mbuf *control)
{
	struct sockaddr_nl	*snl;
	struct nlpcb		*nlp = so->so_pcb;
	uint8_t			*buf;
	int			 len = m->m_pkthdr.len;

	m_freem(control);
	if (nam != NULL) {
		snl = mtod(nam, struct sockaddr_nl *);
		if (snl->nl_pid != 0 || snl->nl_groups != 0) {
			m_freem(m);
			return (EPERM);
		}
	}
	if (nlp->nl_port == 0)
		nl_autobind(nlp);
	if (len == 0 || (buf = malloc(len, M_TEMP, M_NOWAIT)) == NULL) {
		m_freem(m);
		return (len == 0 ? 0 : ENOBUFS);
	}
	m_copydata(m, 0, len, buf);
	m_freem(m);
	nl_requests(nlp, buf, len);
	free(buf, M_TEMP, len);
	return (0);
}

static void
nl_setaddr(struct mbuf *nam, uint32_t port)
{
	struct sockaddr_nl	*snl = mtod(nam, struct sockaddr_nl *);

	memset(snl, 0, sizeof(*snl));
	snl->nl_len = nam->m_len = sizeof(*snl);
	snl->nl_family = AF_NETLINK;
	snl->nl_pid = port;
}

static int
nl_sockaddr(struct socket *so, struct mbuf *nam)
{
	nl_setaddr(nam, ((struct nlpcb *)so->so_pcb)->nl_port);
	return (0);
}

static int
nl_peeraddr(struct socket *so, struct mbuf *nam)
{
	nl_setaddr(nam, 0);
	return (0);
}

static const struct pr_usrreqs nl_usrreqs = {
	.pru_attach	= nl_attach,
	.pru_detach	= nl_detach,
	.pru_bind	= nl_bind,
	.pru_connect	= nl_connect,
	.pru_disconnect	= nl_disconnect,
	.pru_rcvd	= nl_rcvd,
	.pru_send	= nl_send,
	.pru_sockaddr	= nl_sockaddr,
	.pru_peeraddr	= nl_peeraddr,
};

static const struct protosw nl_sw[] = {
	{
		.pr_type	= SOCK_RAW,
		.pr_domain	= &netlinkdomain,
		.pr_flags	= PR_ATOMIC | PR_ADDR | PR_WANTRCVD,
		.pr_usrreqs	= &nl_usrreqs,
	}, {
		.pr_type	= SOCK_DGRAM,
		.pr_domain	= &netlinkdomain,
		.pr_flags	= PR_ATOMIC | PR_ADDR | PR_WANTRCVD,
		.pr_usrreqs	= &nl_usrreqs,
	}
};

struct domain netlinkdomain = {
	.dom_family		= AF_NETLINK,
	.dom_name		= "netlink",
	.dom_protosw		= nl_sw,
	.dom_protoswNPROTOSW	= &nl_sw[nitems(nl_sw)],
};
