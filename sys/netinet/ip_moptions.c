/*
 * Multicast options of IPv4 sockets (RFC 1112 section 7).
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>
#include <sys/protosw.h>
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

#define IMO_GROW	4	/* memberships that room is made for at first */

/* The socket's options, made when it has none; NULL without memory. */
static struct ip_moptions *
ip_moptions(struct inpcb *inp)
{
	struct ip_moptions	*imo = inp->inp_moptions;

	if (imo != NULL)
		return (imo);
	imo = malloc(sizeof(*imo), M_IPMOPTS, M_NOWAIT | M_ZERO);
	if (imo == NULL)
		return (NULL);
	imo->imo_ttl = IP_DEFAULT_MULTICAST_TTL;
	imo->imo_loop = IP_DEFAULT_MULTICAST_LOOP;
	inp->inp_moptions = imo;
	return (imo);
}

/* Free a socket's options (or NULL), leaving its groups. */
void
ip_freemoptions(struct ip_moptions *imo)
{
	u_int	 i;

	if (imo == NULL)
		return;
	for (i = 0; i < imo->imo_num_memberships; i++)
		in_delmulti(imo->imo_membership[i]);
	free(imo->imo_membership, M_IPMOPTS,
	    imo->imo_max_memberships * sizeof(*imo->imo_membership));
	free(imo, M_IPMOPTS, sizeof(*imo));
}

/*
 * Shall the socket hear what was sent to addr, which came by an interface?
 * Always when it is no group; and any group that this host belongs to,
 * unless the program has turned IP_MULTICAST_ALL off.
 */
int
ip_mcast_wanted(const struct inpcb *inp, struct in_addr addr, u_int ifidx)
{
	const struct ip_moptions	*imo = inp->inp_moptions;
	u_int				 i;

	if (!in_ismulticast(addr.s_addr) ||
	    !(inp->inp_flags & INP_MULTICAST_NOALL))
		return (1);
	for (i = 0; imo != NULL && i < imo->imo_num_memberships; i++)
		if (imo->imo_membership[i]->inm_addr.s_addr == addr.s_addr &&
		    imo->imo_membership[i]->inm_ifidx == ifidx)
			return (1);
	return (0);
}

/*
 * An interface by its index or an address of it; when both are 0, the one by
 * which group is reached, or else the first that can do multicast.  A
 * reference, or NULL.
 */
static struct ifnet *
ip_multicast_if(struct inpcb *inp, struct in_addr addr, u_int ifidx,
    struct in_addr group)
{
	struct sockaddr_in	 sin;
	struct in_ifaddr	*ia;
	struct rtentry		*rt;
	struct ifnet		*ifp = NULL;

	if (ifidx != 0)
		return (if_get(ifidx));
	if (addr.s_addr != INADDR_ANY) {
		ia = in_ifaddr_lookup(addr, inp->inp_rtableid);
		return (ia == NULL ? NULL : if_ref(ia->ia_ifp));
	}
	memset(&sin, 0, sizeof(sin));
	sin.sin_len = sizeof(sin);
	sin.sin_family = AF_INET;
	sin.sin_addr = group;
	rt = rtalloc((struct sockaddr *)&sin, 0, inp->inp_rtableid);
	if (rtisvalid(rt))
		ifp = if_get(rt->rt_ifidx);
	rtfree(rt);
	if (ifp != NULL)
		return (ifp);
	TAILQ_FOREACH(ia, &in_ifaddrlist, ia_list)
		if (in_ifaddr_lookup(ia->ia_addr.sin_addr,
		    inp->inp_rtableid) == ia &&
		    (ia->ia_ifp->if_flags & (IFF_MULTICAST | IFF_LOOPBACK)) ==
		    IFF_MULTICAST)
			return (if_ref(ia->ia_ifp));
	return (NULL);
}

/* Argument of the membership options: an ip_mreqn, or an ip_mreq. */
static int
ip_mreq(const struct mbuf *m, struct ip_mreqn *mr)
{
	memset(mr, 0, sizeof(*mr));
	if (m == NULL || m->m_len < sizeof(struct ip_mreq))
		return (EINVAL);
	memcpy(mr, mtod(m, caddr_t), m->m_len >= sizeof(*mr) ? sizeof(*mr) :
	    sizeof(struct ip_mreq));
	if (!in_ismulticast(mr->imr_multiaddr.s_addr) || mr->imr_ifindex < 0)
		return (EINVAL);
	return (0);
}

/* The place of a membership in the socket's list, or its length. */
static u_int
ip_mfind(const struct ip_moptions *imo, struct in_addr group, u_int ifidx)
{
	u_int	 i;

	for (i = 0; i < imo->imo_num_memberships; i++)
		if (imo->imo_membership[i]->inm_addr.s_addr == group.s_addr &&
		    (ifidx == 0 || imo->imo_membership[i]->inm_ifidx ==
		    ifidx))
			break;
	return (i);
}

/* Room for one more membership. */
static int
ip_mgrow(struct ip_moptions *imo)
{
	struct in_multi	**mships;
	u_int		 n = imo->imo_max_memberships;

	if (imo->imo_num_memberships < n)
		return (0);
	if (n >= IP_MAX_MEMBERSHIPS)
		return (ETOOMANYREFS);
	n = n == 0 ? IMO_GROW : MIN(n * 2, IP_MAX_MEMBERSHIPS);
	mships = mallocarray(n, sizeof(*mships), M_IPMOPTS,
	    M_NOWAIT | M_ZERO);
	if (mships == NULL)
		return (ENOBUFS);
	if (imo->imo_num_memberships != 0)
		memcpy(mships, imo->imo_membership,
		    imo->imo_num_memberships * sizeof(*mships));
	free(imo->imo_membership, M_IPMOPTS,
	    imo->imo_max_memberships * sizeof(*mships));
	imo->imo_membership = mships;
	imo->imo_max_memberships = n;
	return (0);
}

static int
ip_mjoin(struct inpcb *inp, const struct mbuf *m)
{
	struct ip_moptions	*imo;
	struct ip_mreqn		 mr;
	struct in_multi		*inm;
	struct ifnet		*ifp;
	int			 error;

	if ((error = ip_mreq(m, &mr)) != 0)
		return (error);
	if ((imo = ip_moptions(inp)) == NULL)
		return (ENOBUFS);
	ifp = ip_multicast_if(inp, mr.imr_address, mr.imr_ifindex,
	    mr.imr_multiaddr);
	if (ifp == NULL)
		return (ENODEV);
	error = EADDRNOTAVAIL;
	if (!(ifp->if_flags & (IFF_MULTICAST | IFF_LOOPBACK)))
		goto done;
	error = EADDRINUSE;
	if (ip_mfind(imo, mr.imr_multiaddr, ifp->if_index) <
	    imo->imo_num_memberships)
		goto done;
	if ((error = ip_mgrow(imo)) != 0)
		goto done;
	if ((inm = in_addmulti(&mr.imr_multiaddr, ifp)) == NULL)
		error = ENOBUFS;
	else
		imo->imo_membership[imo->imo_num_memberships++] = inm;
done:
	if_put(ifp);
	return (error);
}

static int
ip_mleave(struct inpcb *inp, const struct mbuf *m)
{
	struct ip_moptions	*imo = inp->inp_moptions;
	struct ip_mreqn		 mr;
	struct ifnet		*ifp = NULL;
	u_int			 i, ifidx = 0;
	int			 error;

	if ((error = ip_mreq(m, &mr)) != 0)
		return (error);
	if (mr.imr_ifindex != 0 || mr.imr_address.s_addr != INADDR_ANY) {
		ifp = ip_multicast_if(inp, mr.imr_address, mr.imr_ifindex,
		    mr.imr_multiaddr);
		if (ifp == NULL)
			return (EADDRNOTAVAIL);
		ifidx = ifp->if_index;
		if_put(ifp);
	}
	if (imo == NULL || (i = ip_mfind(imo, mr.imr_multiaddr, ifidx)) ==
	    imo->imo_num_memberships)
		return (EADDRNOTAVAIL);
	in_delmulti(imo->imo_membership[i]);
	imo->imo_num_memberships--;
	memmove(&imo->imo_membership[i], &imo->imo_membership[i + 1],
	    (imo->imo_num_memberships - i) * sizeof(*imo->imo_membership));
	return (0);
}

/* IP_MULTICAST_IF: an address, an ip_mreq or an ip_mreqn. */
static int
ip_msetif(struct inpcb *inp, const struct mbuf *m)
{
	struct ip_moptions	*imo;
	struct ip_mreqn		 mr;
	struct ifnet		*ifp;
	u_int			 len = m == NULL ? 0 : m->m_len;

	memset(&mr, 0, sizeof(mr));
	if (len >= sizeof(mr))
		memcpy(&mr, mtod(m, caddr_t), sizeof(mr));
	else if (len >= sizeof(struct ip_mreq))
		memcpy(&mr, mtod(m, caddr_t), sizeof(struct ip_mreq));
	else if (len >= sizeof(struct in_addr))
		memcpy(&mr.imr_address, mtod(m, caddr_t),
		    sizeof(mr.imr_address));
	else
		return (EINVAL);
	if (mr.imr_ifindex < 0)
		return (EINVAL);
	if ((imo = ip_moptions(inp)) == NULL)
		return (ENOBUFS);
	if (mr.imr_ifindex == 0 && mr.imr_address.s_addr == INADDR_ANY) {
		imo->imo_ifidx = 0;
		return (0);
	}
	ifp = ip_multicast_if(inp, mr.imr_address, mr.imr_ifindex,
	    mr.imr_multiaddr);
	if (ifp == NULL)
		return (EADDRNOTAVAIL);
	imo->imo_ifidx = ifp->if_index;
	if_put(ifp);
	return (0);
}

/*
 * Set a multicast option of a socket.  EINVAL, ENOBUFS, ENODEV, EADDRINUSE
 * for a group joined already, EADDRNOTAVAIL for one that is not or an
 * unknown interface, ETOOMANYREFS.
 */
int
ip_setmoptions(int optname, struct inpcb *inp, const struct mbuf *m)
{
	struct ip_moptions	*imo;
	int			 error, val;

	switch (optname) {
	case IP_MULTICAST_IF:
		return (ip_msetif(inp, m));
	case IP_ADD_MEMBERSHIP:
		return (ip_mjoin(inp, m));
	case IP_DROP_MEMBERSHIP:
		return (ip_mleave(inp, m));
	}
	if ((error = ip_optint(m, &val, -1, MAXTTL)) != 0)
		return (error);
	if ((imo = ip_moptions(inp)) == NULL)
		return (ENOBUFS);
	if (optname == IP_MULTICAST_TTL)
		imo->imo_ttl = val == -1 ? IP_DEFAULT_MULTICAST_TTL : val;
	else
		imo->imo_loop = val != 0;
	return (0);
}

/* Get a multicast option into m: an address or an int. */
int
ip_getmoptions(int optname, struct inpcb *inp, struct mbuf *m)
{
	const struct ip_moptions	*imo = inp->inp_moptions;
	struct in_ifaddr		*ia;
	struct in_addr			 addr = { INADDR_ANY };
	struct ifnet			*ifp;
	int				 val;

	if (optname == IP_MULTICAST_IF) {
		if (imo != NULL && (ifp = if_get(imo->imo_ifidx)) != NULL) {
			if ((ia = in_ifp2ia(ifp)) != NULL)
				addr = ia->ia_addr.sin_addr;
			if_put(ifp);
		}
		memcpy(mtod(m, caddr_t), &addr, sizeof(addr));
		m->m_len = sizeof(addr);
		return (0);
	}
	if (optname == IP_MULTICAST_TTL)
		val = imo == NULL ? IP_DEFAULT_MULTICAST_TTL : imo->imo_ttl;
	else
		val = imo == NULL ? IP_DEFAULT_MULTICAST_LOOP : imo->imo_loop;
	memcpy(mtod(m, caddr_t), &val, sizeof(val));
	m->m_len = sizeof(val);
	return (0);
}
