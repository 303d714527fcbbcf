/*
 * Interfaces that are made on demand: ifconfig wg0 create.
 *
 * A cloner is a name; a unit of it is an interface.  Creating and destroying
 * are done one at a time, without the net lock (they sleep), under a lock of
 * their own, which is taken before the net lock.
 */
#include <sys/param.h>
#include <sys/queue.h>
#include <sys/rwlock.h>
#include <sys/systm.h>

#include <net/if_var.h>
#include <net/rtable.h>

#define IF_CLONE_MAXUNIT	999999

static LIST_HEAD(, if_clone) if_cloners = LIST_HEAD_INITIALIZER(if_cloners);
static int if_cloners_count;
static struct rwlock if_cloners_lock = RWLOCK_INITIALIZER("clonelk");

/*
 * A driver offers interfaces of its name; the structure stays its own.
 */
void
if_clone_attach(struct if_clone *ifc)
{
	LIST_INSERT_HEAD(&if_cloners, ifc, ifc_list);
	if_cloners_count++;
}

/*
 * And no more.
 */
void
if_clone_detach(struct if_clone *ifc)
{
	LIST_REMOVE(ifc, ifc_list);
	if_cloners_count--;
}

/*
 * The cloner and unit of an interface's name; NULL when there is none, or
 * the unit has a leading zero or is out of bounds.
 */
struct if_clone *
if_clone_lookup(const char *name, int *unitp)
{
	struct if_clone *ifc;
	const char *cp;
	int unit = 0;

	LIST_FOREACH(ifc, &if_cloners, ifc_list) {
		if (strncmp(name, ifc->ifc_name, ifc->ifc_namelen) == 0 &&
		    name[ifc->ifc_namelen] >= '0' &&
		    name[ifc->ifc_namelen] <= '9')
			break;
	}
	if (ifc == NULL)
		return (NULL);
	cp = name + ifc->ifc_namelen;
	if (cp[0] == '0' && cp[1] != '\0')
		return (NULL);
	for (; *cp >= '0' && *cp <= '9'; cp++) {
		unit = unit * 10 + (*cp - '0');
		if (unit > IF_CLONE_MAXUNIT)
			return (NULL);
	}
	if (*cp != '\0' || cp - name >= IFNAMSIZ)
		return (NULL);
	*unitp = unit;
	return (ifc);
}

static int
if_clone_create_locked(const char *name, int rdomain)
{
	struct if_clone *ifc;
	struct ifnet *ifp;
	int error, unit;

	if ((ifc = if_clone_lookup(name, &unit)) == NULL)
		return (EINVAL);
	if (if_unit_noref(name) != NULL)
		return (EEXIST);
	if ((error = (*ifc->ifc_create)(ifc, unit)) != 0)
		return (error);
	NET_LOCK();
	if ((ifp = if_unit_noref(name)) == NULL)
		error = ENXIO;
	else {
		ifp->if_cloner = ifc;
		SET(ifp->if_xflags, IFXF_CLONED);
		(void)if_addgroup(ifp, ifc->ifc_name);
		/* A domain that is being made has no table yet. */
		if (rtable_exists(rdomain))
			error = if_setrdomain(ifp, rdomain);
	}
	NET_UNLOCK();
	return (error);
}

/*
 * Make the interface of that name, in a routing domain.  Called without the
 * net lock; may sleep.  Returns 0, EINVAL (no such cloner), EEXIST, ENXIO or
 * the driver's error.
 */
int
if_clone_create(const char *name, int rdomain)
{
	int error, held;

	NET_ASSERT_UNLOCKED();
	/* A driver may need another cloned interface for its own. */
	held = rw_write_held(&if_cloners_lock);
	if (!held)
		rw_enter_write(&if_cloners_lock);
	error = if_clone_create_locked(name, rdomain);
	if (!held)
		rw_exit_write(&if_cloners_lock);
	return (error);
}

static int
if_clone_destroy_locked(const char *name)
{
	struct if_clone *ifc;
	struct ifnet *ifp;
	int error, unit, wasup;

	if ((ifc = if_clone_lookup(name, &unit)) == NULL)
		return (EINVAL);
	if (ifc->ifc_destroy == NULL)
		return (EOPNOTSUPP);
	NET_LOCK();
	ifp = if_unit_noref(name);
	if (ifp == NULL || ifp->if_cloner != ifc) {
		NET_UNLOCK();
		return (ENXIO);
	}
	wasup = ISSET(ifp->if_flags, IFF_UP);
	if (wasup)
		if_down(ifp);
	NET_UNLOCK();
	if ((error = (*ifc->ifc_destroy)(ifp)) != 0 && wasup) {
		/* It stays, so it goes on. */
		NET_LOCK();
		if_up(ifp);
		NET_UNLOCK();
	}
	return (error);
}

/*
 * Destroy it again.  Called without the net lock; sleeps until nobody uses
 * it.  Returns 0, EINVAL (no such cloner), ENXIO (no such interface),
 * EOPNOTSUPP or the driver's error.
 */
int
if_clone_destroy(const char *name)
{
	int error;

	NET_ASSERT_UNLOCKED();
	rw_enter_write(&if_cloners_lock);
	error = if_clone_destroy_locked(name);
	rw_exit_write(&if_cloners_lock);
	return (error);
}

/*
 * SIOCIFGCLONERS: the names of all cloners, as many as fit, are copied to
 * the caller of the current system call.  Returns 0, EINVAL or EFAULT.
 */
int
if_clone_list(struct if_clonereq *ifcr)
{
	char outbuf[IFNAMSIZ], *dst = ifcr->ifcr_buffer;
	struct if_clone *ifc;
	int count, error = 0;

	ifcr->ifcr_total = if_cloners_count;
	if (dst == NULL)
		return (0);
	if (ifcr->ifcr_count < 0)
		return (EINVAL);
	count = MIN(if_cloners_count, ifcr->ifcr_count);
	LIST_FOREACH(ifc, &if_cloners, ifc_list) {
		if (count-- == 0)
			break;
		memset(outbuf, 0, sizeof(outbuf));
		strlcpy(outbuf, ifc->ifc_name, sizeof(outbuf));
		if ((error = copyout(outbuf, dst, sizeof(outbuf))) != 0)
			break;
		dst += IFNAMSIZ;
	}
	return (error);
}
