/*
 * Membership of interfaces in IPv6 multicast groups (RFC 4291 2.7 and 2.8).
 *
 * The link is told to listen (SIOCADDMULTI), and routers by MLD, when the
 * first reference to a group comes; both are undone with the last.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/malloc.h>
#include <sys/socket.h>
#include <sys/sockio.h>

#include <net/if.h>
#include <net/if_var.h>

#include <netinet6/in6.h>
#include <netinet6/in6_var.h>
#include <netinet6/mld6_var.h>

/* The solicited-node group of an address (RFC 4291 2.7.1), without scope. */
void
in6_solicited(struct in6_addr *group, const struct in6_addr *addr)
{
	memset(group, 0, sizeof(*group));
	group->s6_addr16[0] = htons(0xff02);
	group->s6_addr[11] = 0x01;
	group->s6_addr[12] = 0xff;
	memcpy(&group->s6_addr[13], &addr->s6_addr[13], 3);
}

/*
 * The membership of an interface in a group, or NULL.  A scope that the
 * group's address carries does not count: the interface says it all.
 */
struct in6_multi *
in6_lookupmulti(const struct in6_addr *addr, struct ifnet *ifp)
{
	struct in6_addr	 scoped = *addr;
	struct ifmaddr	*ifma;
	struct in6_multi *in6m;

	in6_scope_set(&scoped, ifp->if_index);
	TAILQ_FOREACH(ifma, &ifp->if_maddrlist, ifma_list) {
		in6m = ifmatoin6m(ifma);
		if (in6m != NULL &&
		    IN6_ARE_ADDR_EQUAL(&in6m->in6m_addr, &scoped))
			return (in6m);
	}
	return (NULL);
}

/* Does an interface belong to the group? */
int
in6_hasmulti(const struct in6_addr *addr, struct ifnet *ifp)
{
	return (in6_lookupmulti(addr, ifp) != NULL);
}

/* An interface request with room for an IPv6 address. */
struct in6_multireq {
	char			imr_name[IFNAMSIZ];
	struct sockaddr_in6	imr_sin6;
};

/* Tell the link; its errno, 0 when it has no filter to be told of. */
static int
in6_multi_ioctl(struct ifnet *ifp, u_long cmd, struct in6_multi *in6m)
{
	struct in6_multireq	 req;
	int			 error;

	CTASSERT(offsetof(struct in6_multireq, imr_sin6) ==
	    offsetof(struct ifreq, ifr_addr));
	CTASSERT(sizeof(req) >= sizeof(struct ifreq));
	memset(&req, 0, sizeof(req));
	strlcpy(req.imr_name, ifp->if_xname, sizeof(req.imr_name));
	req.imr_sin6 = in6m->in6m_sin;
	error = ifp->if_ioctl(ifp, cmd, (caddr_t)&req);
	if (error == ENOTTY || error == EOPNOTSUPP || error == ENETRESET)
		error = 0;
	return (error);
}

/*
 * Take a reference to an interface's membership in a group, joining it with
 * the first.  NULL without memory, or when the link refuses.
 */
struct in6_multi *
in6_addmulti(const struct in6_addr *addr, struct ifnet *ifp)
{
	struct in6_multi	*in6m;

	if ((in6m = in6_lookupmulti(addr, ifp)) != NULL) {
		refcnt_take(&in6m->in6m_refcnt);
		return (in6m);
	}
	in6m = malloc(sizeof(*in6m), M_IPMADDR, M_NOWAIT | M_ZERO);
	if (in6m == NULL)
		return (NULL);
	in6_sin6(&in6m->in6m_sin, addr);
	in6_scope_set(&in6m->in6m_addr, ifp->if_index);
	refcnt_init(&in6m->in6m_refcnt);
	in6m->in6m_ifidx = ifp->if_index;
	in6m->in6m_ifma.ifma_addr = sin6tosa(&in6m->in6m_sin);
	if (in6_multi_ioctl(ifp, SIOCADDMULTI, in6m) != 0) {
		free(in6m, M_IPMADDR, sizeof(*in6m));
		return (NULL);
	}
	TAILQ_INSERT_HEAD(&ifp->if_maddrlist, &in6m->in6m_ifma, ifma_list);
	mld6_start_listening(in6m, ifp);
	return (in6m);
}

/* Give a reference to a membership back, leaving the group with the last. */
void
in6_delmulti(struct in6_multi *in6m)
{
	struct ifnet	*ifp;

	if (refcnt_rele(&in6m->in6m_refcnt) == 0)
		return;
	if ((ifp = if_get(in6m->in6m_ifidx)) != NULL) {
		mld6_stop_listening(in6m, ifp);
		in6_multi_ioctl(ifp, SIOCDELMULTI, in6m);
		TAILQ_REMOVE(&ifp->if_maddrlist, &in6m->in6m_ifma, ifma_list);
	}
	if_put(ifp);
	free(in6m, M_IPMADDR, sizeof(*in6m));
}

/*
 * An interface goes away or changes its routing domain: its memberships are
 * left, and what their holders have is an empty shell.
 */
void
in6_multi_detach(struct ifnet *ifp)
{
	struct ifmaddr		*ifma, *next;
	struct in6_multi	*in6m;

	for (ifma = TAILQ_FIRST(&ifp->if_maddrlist); ifma != NULL;
	    ifma = next) {
		next = TAILQ_NEXT(ifma, ifma_list);
		if ((in6m = ifmatoin6m(ifma)) == NULL)
			continue;
		in6_multi_ioctl(ifp, SIOCDELMULTI, in6m);
		TAILQ_REMOVE(&ifp->if_maddrlist, ifma, ifma_list);
		in6m->in6m_ifidx = 0;
		in6m->in6m_timer = 0;
	}
}
