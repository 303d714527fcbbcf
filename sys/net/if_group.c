/*
 * Groups of interfaces.
 *
 * Every interface is in "all", a cloned one in a group named like its cloner,
 * and those that default routes leave by are in "egress".  A group exists as
 * long as it has members or somebody (a rule of pf) refers to it.
 *
 * Everything here needs the net lock.
 */
#include <sys/param.h>
#include <sys/malloc.h>
#include <sys/socket.h>
#include <sys/sockio.h>
#include <sys/systm.h>

#include <net/if_var.h>
#include <net/route.h>
#include <net/rtable.h>

static TAILQ_HEAD(, ifg_group) ifg_head = TAILQ_HEAD_INITIALIZER(ifg_head);

/*
 * The group of that name, or NULL.
 */
struct ifg_group *
if_findgroup(const char *name)
{
	struct ifg_group *ifg;

	TAILQ_FOREACH(ifg, &ifg_head, ifg_next) {
		if (strncmp(ifg->ifg_group, name, IFNAMSIZ) == 0)
			return (ifg);
	}
	return (NULL);
}

/*
 * The group of that name, made if need be, with no reference of its own: the
 * caller counts in ifg_refcnt.  NULL without memory.
 */
struct ifg_group *
if_creategroup(const char *name)
{
	struct ifg_group *ifg;

	if ((ifg = if_findgroup(name)) != NULL)
		return (ifg);
	ifg = malloc(sizeof(*ifg), M_IFGROUP, M_NOWAIT | M_ZERO);
	if (ifg == NULL)
		return (NULL);
	strlcpy(ifg->ifg_group, name, sizeof(ifg->ifg_group));
	TAILQ_INIT(&ifg->ifg_members);
	TAILQ_INSERT_TAIL(&ifg_head, ifg, ifg_next);
	return (ifg);
}

static void
if_freegroup(struct ifg_group *ifg)
{
	if (ifg->ifg_refcnt > 0)
		return;
	TAILQ_REMOVE(&ifg_head, ifg, ifg_next);
	free(ifg, M_IFGROUP, sizeof(*ifg));
}

/* Does ifp belong to the group? */
static struct ifg_list *
if_ingroup(struct ifnet *ifp, const char *name)
{
	struct ifg_list *ifgl;

	TAILQ_FOREACH(ifgl, &ifp->if_groups, ifgl_next) {
		if (strncmp(ifgl->ifgl_group->ifg_group, name,
		    IFNAMSIZ) == 0)
			return (ifgl);
	}
	return (NULL);
}

/*
 * Put ifp into a group.  A group's name does not end in a digit, or it could
 * be an interface's.  Returns 0, EINVAL, EEXIST (it is in) or ENOMEM.
 */
int
if_addgroup(struct ifnet *ifp, const char *name)
{
	struct ifg_member *ifgm;
	struct ifg_group *ifg;
	struct ifg_list *ifgl;
	size_t namelen;

	namelen = strnlen(name, IFNAMSIZ);
	if (namelen == 0 || namelen >= IFNAMSIZ ||
	    (name[namelen - 1] >= '0' && name[namelen - 1] <= '9'))
		return (EINVAL);
	if (if_ingroup(ifp, name) != NULL)
		return (EEXIST);
	ifgl = malloc(sizeof(*ifgl), M_IFGROUP, M_NOWAIT | M_ZERO);
	ifgm = malloc(sizeof(*ifgm), M_IFGROUP, M_NOWAIT | M_ZERO);
	if (ifgl == NULL || ifgm == NULL ||
	    (ifg = if_creategroup(name)) == NULL) {
		free(ifgl, M_IFGROUP, sizeof(*ifgl));
		free(ifgm, M_IFGROUP, sizeof(*ifgm));
		return (ENOMEM);
	}
	ifg->ifg_refcnt++;
	ifgl->ifgl_group = ifg;
	ifgm->ifgm_ifp = ifp;
	TAILQ_INSERT_TAIL(&ifg->ifg_members, ifgm, ifgm_next);
	TAILQ_INSERT_TAIL(&ifp->if_groups, ifgl, ifgl_next);
	return (0);
}

/*
 * Take ifp out of a group.  Returns 0 or ENOENT.
 */
int
if_delgroup(struct ifnet *ifp, const char *name)
{
	struct ifg_member *ifgm;
	struct ifg_group *ifg;
	struct ifg_list *ifgl;

	if ((ifgl = if_ingroup(ifp, name)) == NULL)
		return (ENOENT);
	ifg = ifgl->ifgl_group;
	TAILQ_REMOVE(&ifp->if_groups, ifgl, ifgl_next);
	TAILQ_FOREACH(ifgm, &ifg->ifg_members, ifgm_next) {
		if (ifgm->ifgm_ifp == ifp)
			break;
	}
	KASSERT(ifgm != NULL);
	TAILQ_REMOVE(&ifg->ifg_members, ifgm, ifgm_next);
	ifg->ifg_refcnt--;
	if_freegroup(ifg);
	free(ifgm, M_IFGROUP, sizeof(*ifgm));
	free(ifgl, M_IFGROUP, sizeof(*ifgl));
	return (0);
}

/*
 * Copy one entry to the caller's array, if there is room; *left is in bytes.
 */
static int
if_group_copyout(const char *name, char **dst, u_int *left)
{
	struct ifg_req ifgrq;
	int error;

	if (*left < sizeof(ifgrq))
		return (EINVAL);
	memset(&ifgrq, 0, sizeof(ifgrq));
	strlcpy(ifgrq.ifgrq_group, name, sizeof(ifgrq.ifgrq_group));
	if ((error = copyout(&ifgrq, *dst, sizeof(ifgrq))) != 0)
		return (error);
	*dst += sizeof(ifgrq);
	*left -= sizeof(ifgrq);
	return (0);
}

/* SIOCGIFGROUP: the groups of an interface, or the room that they need. */
static int
if_getgroup(struct ifgroupreq *ifgr)
{
	u_int left = ifgr->ifgr_len, need = 0;
	struct ifg_list *ifgl;
	struct ifnet *ifp;
	char *dst;
	int error = 0;

	if ((ifp = if_unit_noref(ifgr->ifgr_name)) == NULL)
		return (ENXIO);
	TAILQ_FOREACH(ifgl, &ifp->if_groups, ifgl_next)
		need += sizeof(struct ifg_req);
	if (left == 0) {
		ifgr->ifgr_len = need;
		return (0);
	}
	dst = (char *)ifgr->ifgr_groups;
	TAILQ_FOREACH(ifgl, &ifp->if_groups, ifgl_next) {
		error = if_group_copyout(ifgl->ifgl_group->ifg_group, &dst,
		    &left);
		if (error != 0)
			return (error);
	}
	ifgr->ifgr_len -= left;
	return (0);
}

/* SIOCGIFGMEMB: the members of a group. */
static int
if_getgroupmembers(struct ifgroupreq *ifgr)
{
	u_int left = ifgr->ifgr_len, need = 0;
	struct ifg_member *ifgm;
	struct ifg_group *ifg;
	char *dst;
	int error = 0;

	if ((ifg = if_findgroup(ifgr->ifgr_name)) == NULL)
		return (ENOENT);
	TAILQ_FOREACH(ifgm, &ifg->ifg_members, ifgm_next)
		need += sizeof(struct ifg_req);
	if (left == 0) {
		ifgr->ifgr_len = need;
		return (0);
	}
	dst = (char *)ifgr->ifgr_groups;
	TAILQ_FOREACH(ifgm, &ifg->ifg_members, ifgm_next) {
		error = if_group_copyout(ifgm->ifgm_ifp->if_xname, &dst,
		    &left);
		if (error != 0)
			return (error);
	}
	ifgr->ifgr_len -= left;
	return (0);
}

/* SIOCGIFGLIST: all groups. */
static int
if_getgrouplist(struct ifgroupreq *ifgr)
{
	u_int left = ifgr->ifgr_len, need = 0;
	struct ifg_group *ifg;
	char *dst;
	int error = 0;

	TAILQ_FOREACH(ifg, &ifg_head, ifg_next)
		need += sizeof(struct ifg_req);
	if (left == 0) {
		ifgr->ifgr_len = need;
		return (0);
	}
	dst = (char *)ifgr->ifgr_groups;
	TAILQ_FOREACH(ifg, &ifg_head, ifg_next) {
		error = if_group_copyout(ifg->ifg_group, &dst, &left);
		if (error != 0)
			return (error);
	}
	ifgr->ifgr_len -= left;
	return (0);
}

static int
if_getgroupattribs(struct ifgroupreq *ifgr)
{
	struct ifg_group *ifg;

	if ((ifg = if_findgroup(ifgr->ifgr_name)) == NULL)
		return (ENOENT);
	ifgr->ifgr_attrib.ifg_carp_demoted = ifg->ifg_carp_demoted;
	return (0);
}

static int
if_setgroupattribs(struct ifgroupreq *ifgr)
{
	struct ifg_group *ifg;
	int demote;

	if ((ifg = if_findgroup(ifgr->ifgr_name)) == NULL)
		return (ENOENT);
	demote = ifgr->ifgr_attrib.ifg_carp_demoted;
	if (demote + ifg->ifg_carp_demoted > 0xff ||
	    demote + ifg->ifg_carp_demoted < 0)
		return (ERANGE);
	ifg->ifg_carp_demoted += demote;
	return (0);
}

/*
 * The ioctls of groups; privilege has been checked.  Returns 0, ENXIO (no
 * such interface), ENOENT (no such group), EINVAL (no room), EFAULT, or the
 * errors of if_addgroup() and if_delgroup().
 */
int
if_group_ioctl(u_long cmd, struct ifgroupreq *ifgr)
{
	struct ifnet *ifp;

	ifgr->ifgr_name[IFNAMSIZ - 1] = '\0';
	switch (cmd) {
	case SIOCGIFGROUP:
		return (if_getgroup(ifgr));
	case SIOCGIFGMEMB:
		return (if_getgroupmembers(ifgr));
	case SIOCGIFGLIST:
		return (if_getgrouplist(ifgr));
	case SIOCGIFGATTR:
		return (if_getgroupattribs(ifgr));
	case SIOCSIFGATTR:
		return (if_setgroupattribs(ifgr));
	}
	if ((ifp = if_unit_noref(ifgr->ifgr_name)) == NULL)
		return (ENXIO);
	ifgr->ifgr_group[IFNAMSIZ - 1] = '\0';
	switch (cmd) {
	case SIOCAIFGROUP:
		return (if_addgroup(ifp, ifgr->ifgr_group));
	case SIOCDIFGROUP:
		return (if_delgroup(ifp, ifgr->ifgr_group));
	}
	return (ENOTTY);
}

static void
if_group_egress_family(sa_family_t af)
{
	struct sockaddr *any;
	struct rtentry *rt;
	struct ifnet *ifp;
	union rtaddr ra;

	/* The default is the prefix that looks like its own mask. */
	any = rt_plentosa(af, 0, &ra, sizeof(ra));
	rt = rtable_lookup(0, any, any, NULL, RTP_ANY);
	for (; rt != NULL; rt = rtable_iterate(rt)) {
		if (ISSET(rt->rt_flags, RTF_REJECT | RTF_BLACKHOLE))
			continue;
		if ((ifp = if_get(rt->rt_ifidx)) != NULL)
			(void)if_addgroup(ifp, IFG_EGRESS);
		if_put(ifp);
	}
}

/*
 * Find anew who is in "egress": the interfaces of the default routes.
 */
void
if_group_egress_build(void)
{
	struct ifg_member *ifgm;
	struct ifg_group *ifg;

	while ((ifg = if_findgroup(IFG_EGRESS)) != NULL &&
	    (ifgm = TAILQ_FIRST(&ifg->ifg_members)) != NULL)
		(void)if_delgroup(ifgm->ifgm_ifp, IFG_EGRESS);
	if_group_egress_family(AF_INET);
	if_group_egress_family(AF_INET6);
}

/*
 * The routes of a prefix have changed (mask NULL: a host's); if it is the
 * default, so has "egress".
 */
void
if_group_routechange(const struct sockaddr *dst, const struct sockaddr *mask)
{
	if (mask != NULL && rtable_satoplen(dst->sa_family, mask) == 0)
		if_group_egress_build();
}
