/*
 * Membership of interfaces in multicast groups (RFC 1112 6.2).
 *
 * The link is told to listen (SIOCADDMULTI), and routers by IGMP, when the
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

#include <netinet/in.h>
#include <netinet/igmp_var.h>
#include <netinet/in_var.h>

/* The membership of an interface in the group addr, or NULL. */
struct in_multi *
in_lookupmulti(struct in_addr addr, struct ifnet *ifp)
{
	struct ifmaddr	*ifma;
	struct in_multi	*inm;

	TAILQ_FOREACH(ifma, &ifp->if_maddrlist, ifma_list) {
		inm = ifmatoinm(ifma);
		if (inm != NULL && inm->inm_addr.s_addr == addr.s_addr)
			return (inm);
	}
	return (NULL);
}

/* Does an interface belong to the group? */
int
in_hasmulti(const struct in_addr *addr, struct ifnet *ifp)
{
	return (in_lookupmulti(*addr, ifp) != NULL);
}

/* Tell the link; its errno, 0 when it has no filter to be told of. */
static int
in_multi_ioctl(struct ifnet *ifp, u_long cmd, struct in_multi *inm)
{
	struct ifreq	 ifr;
	int		 error;

	memset(&ifr, 0, sizeof(ifr));
	strlcpy(ifr.ifr_name, ifp->if_xname, sizeof(ifr.ifr_name));
	memcpy(&ifr.ifr_addr, &inm->inm_sin, sizeof(inm->inm_sin));
	error = ifp->if_ioctl(ifp, cmd, (caddr_t)&ifr);
	if (error == ENOTTY || error == EOPNOTSUPP || error == ENETRESET)
		error = 0;
	return (error);
}

/*
 * Take a reference to an interface's membership in a group, joining it with
 * the first.  NULL without memory, or when the link refuses.
 */
struct in_multi *
in_addmulti(const struct in_addr *addr, struct ifnet *ifp)
{
	struct in_multi	*inm;

	if ((inm = in_lookupmulti(*addr, ifp)) != NULL) {
		refcnt_take(&inm->inm_refcnt);
		return (inm);
	}
	inm = malloc(sizeof(*inm), M_IPMADDR, M_NOWAIT | M_ZERO);
	if (inm == NULL)
		return (NULL);
	inm->inm_sin.sin_len = sizeof(inm->inm_sin);
	inm->inm_sin.sin_family = AF_INET;
	inm->inm_sin.sin_addr = *addr;
	refcnt_init(&inm->inm_refcnt);
	inm->inm_ifidx = ifp->if_index;
	inm->inm_ifma.ifma_addr = sintosa(&inm->inm_sin);
	if (in_multi_ioctl(ifp, SIOCADDMULTI, inm) != 0) {
		free(inm, M_IPMADDR, sizeof(*inm));
		return (NULL);
	}
	TAILQ_INSERT_HEAD(&ifp->if_maddrlist, &inm->inm_ifma, ifma_list);
	igmp_joingroup(inm, ifp);
	return (inm);
}

/* Give a reference to a membership back, leaving the group with the last. */
void
in_delmulti(struct in_multi *inm)
{
	struct ifnet	*ifp;

	if (refcnt_rele(&inm->inm_refcnt) == 0)
		return;
	if ((ifp = if_get(inm->inm_ifidx)) != NULL) {
		igmp_leavegroup(inm, ifp);
		in_multi_ioctl(ifp, SIOCDELMULTI, inm);
		TAILQ_REMOVE(&ifp->if_maddrlist, &inm->inm_ifma, ifma_list);
	}
	if_put(ifp);
	free(inm, M_IPMADDR, sizeof(*inm));
}

/*
 * An interface goes away or changes its routing domain: its memberships are
 * left, and what their holders have is an empty shell.
 */
void
in_multi_detach(struct ifnet *ifp)
{
	struct ifmaddr	*ifma, *next;
	struct in_multi	*inm;

	for (ifma = TAILQ_FIRST(&ifp->if_maddrlist); ifma != NULL;
	    ifma = next) {
		next = TAILQ_NEXT(ifma, ifma_list);
		if ((inm = ifmatoinm(ifma)) == NULL)
			continue;
		in_multi_ioctl(ifp, SIOCDELMULTI, inm);
		TAILQ_REMOVE(&ifp->if_maddrlist, ifma, ifma_list);
		inm->inm_ifidx = 0;
		inm->inm_timer = 0;
	}
}
