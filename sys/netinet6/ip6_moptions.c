/*
 * Multicast options of IPv6 sockets (RFC 3493 5.2).
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
#include <netinet/ip6.h>
#include <netinet/ip_var.h>
#include <netinet6/in6.h>
#include <netinet6/in6_pcb.h>
#include <netinet6/in6_var.h>
#include <netinet6/ip6_var.h>

#define IM6O_GROW	4	/* memberships that room is made for at first */
#define IM6O_MAX	4095

/* The socket's options, made when it has none; NULL without memory. */
static struct ip6_moptions *
ip6_moptions(struct inpcb *inp)
{
	struct in6pcb		*in6p = inptoin6pcb(inp);
	struct ip6_moptions	*im6o = in6p->in6p_moptions;

	if (im6o != NULL)
		return (im6o);
	im6o = malloc(sizeof(*im6o), M_IPMOPTS, M_NOWAIT | M_ZERO);
	if (im6o == NULL)
		return (NULL);
	im6o->im6o_hlim = -1;
	im6o->im6o_loop = IPV6_DEFAULT_MULTICAST_LOOP;
	im6o->im6o_all = 1;
	in6p->in6p_moptions = im6o;
	return (im6o);
}

/* Free a socket's options (or NULL), leaving its groups. */
void
ip6_freemoptions(struct ip6_moptions *im6o)
{
	u_int	 i;

	if (im6o == NULL)
		return;
	for (i = 0; i < im6o->im6o_num_memberships; i++)
		in6_delmulti(im6o->im6o_membership[i]);
	free(im6o->im6o_membership, M_IPMOPTS,
	    im6o->im6o_max_memberships * sizeof(*im6o->im6o_membership));
	free(im6o, M_IPMOPTS, sizeof(*im6o));
}

/* Is it the membership of addr, with or without its scope, on ifidx? */
static int
ip6_mis(const struct in6_multi *in6m, const struct in6_addr *addr,
    u_int ifidx)
{
	struct in6_addr	 a = *addr, b = in6m->in6m_addr;

	in6_scope_clear(&a);
	in6_scope_clear(&b);
	return (IN6_ARE_ADDR_EQUAL(&a, &b) &&
	    (ifidx == 0 || in6m->in6m_ifidx == ifidx));
}

/*
 * Shall the socket hear what was sent to addr, which came by an interface?
 * Always when it is no group; and any group that this host belongs to,
 * unless the program has turned IPV6_MULTICAST_ALL off.
 */
int
ip6_mcast_wanted(const struct inpcb *inp, const struct in6_addr *addr,
    u_int ifidx)
{
	const struct ip6_moptions	*im6o;
	u_int				 i;

	im6o = inptoin6pcb(inp)->in6p_moptions;
	if (!IN6_IS_ADDR_MULTICAST(addr) || im6o == NULL || im6o->im6o_all)
		return (1);
	for (i = 0; i < im6o->im6o_num_memberships; i++)
		if (ip6_mis(im6o->im6o_membership[i], addr, ifidx))
			return (1);
	return (0);
}

/* The interface that a request names, else that of the group's route. */
static struct ifnet *
ip6_multicast_if(struct inpcb *inp, u_int ifidx,
    const struct in6_addr *group)
{
	if (ifidx == 0)
		ifidx = in6_scope_get(group);
	if (ifidx == 0)
		ifidx = inp->inp_socket->so_ifidx;
	if (ifidx == 0)
		ifidx = ip6_mcastif(group, inp->inp_rtableid);
	return (if_get(ifidx));
}

/* Argument of the membership options. */
static int
ip6_mreq(const struct mbuf *m, struct ipv6_mreq *mr)
{
	if (m == NULL || m->m_len < sizeof(*mr))
		return (EINVAL);
	memcpy(mr, mtod(m, caddr_t), sizeof(*mr));
	return (IN6_IS_ADDR_MULTICAST(&mr->ipv6mr_multiaddr) ? 0 : EINVAL);
}

/* The place of a membership in the socket's list, or its length. */
static u_int
ip6_mfind(const struct ip6_moptions *im6o, const struct in6_addr *group,
    u_int ifidx)
{
	u_int	 i;

	for (i = 0; i < im6o->im6o_num_memberships; i++)
		if (ip6_mis(im6o->im6o_membership[i], group, ifidx))
			break;
	return (i);
}

/* Room for one more membership. */
static int
ip6_mgrow(struct ip6_moptions *im6o)
{
	struct in6_multi	**mships;
	u_int			 n = im6o->im6o_max_memberships;

	if (im6o->im6o_num_memberships < n)
		return (0);
	if (n >= IM6O_MAX)
		return (ETOOMANYREFS);
	n = n == 0 ? IM6O_GROW : MIN(n * 2, IM6O_MAX);
	mships = mallocarray(n, sizeof(*mships), M_IPMOPTS,
	    M_NOWAIT | M_ZERO);
	if (mships == NULL)
		return (ENOBUFS);
	if (im6o->im6o_num_memberships != 0)
		memcpy(mships, im6o->im6o_membership,
		    im6o->im6o_num_memberships * sizeof(*mships));
	free(im6o->im6o_membership, M_IPMOPTS,
	    im6o->im6o_max_memberships * sizeof(*mships));
	im6o->im6o_membership = mships;
	im6o->im6o_max_memberships = n;
	return (0);
}

static int
ip6_mjoin(struct inpcb *inp, const struct mbuf *m)
{
	struct ip6_moptions	*im6o;
	struct in6_multi	*in6m;
	struct ipv6_mreq	 mr;
	struct ifnet		*ifp;
	int			 error;

	if ((error = ip6_mreq(m, &mr)) != 0)
		return (error);
	if ((im6o = ip6_moptions(inp)) == NULL)
		return (ENOBUFS);
	ifp = ip6_multicast_if(inp, mr.ipv6mr_interface,
	    &mr.ipv6mr_multiaddr);
	if (ifp == NULL)
		return (ENODEV);
	error = EADDRNOTAVAIL;
	if (!(ifp->if_flags & (IFF_MULTICAST | IFF_LOOPBACK)))
		goto done;
	error = EADDRINUSE;
	if (ip6_mfind(im6o, &mr.ipv6mr_multiaddr, ifp->if_index) <
	    im6o->im6o_num_memberships)
		goto done;
	if ((error = ip6_mgrow(im6o)) != 0)
		goto done;
	in6_scope_clear(&mr.ipv6mr_multiaddr);
	if ((in6m = in6_addmulti(&mr.ipv6mr_multiaddr, ifp)) == NULL)
		error = ENOBUFS;
	else
		im6o->im6o_membership[im6o->im6o_num_memberships++] = in6m;
done:
	if_put(ifp);
	return (error);
}

static int
ip6_mleave(struct inpcb *inp, const struct mbuf *m)
{
	struct ip6_moptions	*im6o = inptoin6pcb(inp)->in6p_moptions;
	struct ipv6_mreq	 mr;
	u_int			 i;
	int			 error;

	if ((error = ip6_mreq(m, &mr)) != 0)
		return (error);
	if (im6o == NULL || (i = ip6_mfind(im6o, &mr.ipv6mr_multiaddr,
	    mr.ipv6mr_interface)) == im6o->im6o_num_memberships)
		return (EADDRNOTAVAIL);
	in6_delmulti(im6o->im6o_membership[i]);
	im6o->im6o_num_memberships--;
	memmove(&im6o->im6o_membership[i], &im6o->im6o_membership[i + 1],
	    (im6o->im6o_num_memberships - i) *
	    sizeof(*im6o->im6o_membership));
	return (0);
}

/* IPV6_MULTICAST_IF: an interface's index, 0 any. */
static int
ip6_msetif(struct inpcb *inp, int ifidx)
{
	struct ip6_moptions	*im6o;
	struct ifnet		*ifp;

	if ((im6o = ip6_moptions(inp)) == NULL)
		return (ENOBUFS);
	if (ifidx != 0) {
		ifp = if_get(ifidx);
		if_put(ifp);
		if (ifp == NULL)
			return (ENODEV);
	}
	im6o->im6o_ifidx = ifidx;
	return (0);
}

/*
 * Set a multicast option of a socket.  EINVAL, ENOBUFS, ENODEV, EADDRINUSE
 * for a group joined already, EADDRNOTAVAIL for one that is not,
 * ETOOMANYREFS.
 */
int
ip6_setmoptions(int optname, struct inpcb *inp, const struct mbuf *m)
{
	struct ip6_moptions	*im6o;
	int			 error, val;

	if (optname == IPV6_JOIN_GROUP)
		return (ip6_mjoin(inp, m));
	if (optname == IPV6_LEAVE_GROUP)
		return (ip6_mleave(inp, m));
	if ((error = ip_optint(m, &val, optname == IPV6_MULTICAST_HOPS ?
	    -1 : 0, optname == IPV6_MULTICAST_HOPS ? IPV6_MAXHLIM :
	    INT_MAX)) != 0)
		return (error);
	if (optname == IPV6_MULTICAST_IF)
		return (ip6_msetif(inp, val));
	if ((im6o = ip6_moptions(inp)) == NULL)
		return (ENOBUFS);
	if (optname == IPV6_MULTICAST_HOPS)
		im6o->im6o_hlim = val;
	else if (val > 1)
		return (EINVAL);
	else if (optname == IPV6_MULTICAST_LOOP)
		im6o->im6o_loop = val;
	else
		im6o->im6o_all = val;
	return (0);
}

/* Get a multicast option into m, an int. */
int
ip6_getmoptions(int optname, struct inpcb *inp, struct mbuf *m)
{
	const struct ip6_moptions	*im6o;
	int				 val;

	im6o = inptoin6pcb(inp)->in6p_moptions;
	switch (optname) {
	case IPV6_MULTICAST_IF:
		val = im6o == NULL ? 0 : im6o->im6o_ifidx;
		break;
	case IPV6_MULTICAST_HOPS:
		val = im6o == NULL || im6o->im6o_hlim < 0 ?
		    ip6_defmcasthlim : im6o->im6o_hlim;
		break;
	case IPV6_MULTICAST_LOOP:
		val = im6o == NULL ? IPV6_DEFAULT_MULTICAST_LOOP :
		    im6o->im6o_loop;
		break;
	default:	/* IPV6_MULTICAST_ALL */
		val = im6o == NULL || im6o->im6o_all;
		break;
	}
	memcpy(mtod(m, caddr_t), &val, sizeof(val));
	m->m_len = sizeof(val);
	return (0);
}
