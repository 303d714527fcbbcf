/*
 * Interfaces and routing domains.
 *
 * A routing domain is made when the first interface is put into it; with it
 * comes a loopback interface lo<rdomain>.
 */
#include <sys/param.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/systm.h>

#include <net/if_var.h>
#include <net/netisr.h>
#include <net/route.h>
#include <net/rtable.h>

/* The domain's own loopback interface, made if need be. */
static int
if_rdomain_loop(int rdomain)
{
	char name[IFNAMSIZ];
	struct ifnet *loifp;
	int error;

	snprintf(name, sizeof(name), "lo%d", rdomain);
	error = if_clone_create(name, rdomain);
	if (error != 0 && error != EEXIST)
		return (error);
	NET_LOCK();
	if ((loifp = if_unit_noref(name)) == NULL)
		error = ENXIO;
	else if (rtable_exists(rdomain))
		error = EEXIST;		/* somebody was faster */
	else if ((error = rtable_add(rdomain)) == 0) {
		rtable_l2set(rdomain, rdomain, loifp->if_index);
		/* It may have been there, with addresses. */
		if (loifp->if_rdomain != (u_int)rdomain) {
			rt_if_remove(loifp);
			if_af_detach(loifp);
			loifp->if_rdomain = rdomain;
			if_af_attach(loifp);
		}
		/* What is for the domain's own addresses passes through it. */
		if_up(loifp);
	}
	NET_UNLOCK();
	return (error == EEXIST ? 0 : error);
}

/*
 * Make a routing domain, unless there is a table of that number.  Called
 * without the net lock; may sleep.  Returns 0, EINVAL (out of bounds) or the
 * errors of if_clone_create().
 */
int
if_createrdomain(int rdomain)
{
	if (rdomain < 0 || rdomain > RT_TABLEID_MAX)
		return (EINVAL);
	return (rtable_exists(rdomain) ? 0 : if_rdomain_loop(rdomain));
}

/*
 * Move ifp into a routing domain, which exists: its routes and addresses are
 * lost, and so is what it has queued.  Returns 0, EINVAL (no such domain) or
 * EPERM (a domain's own loopback interface stays).
 */
int
if_setrdomain(struct ifnet *ifp, int rdomain)
{
	NET_ASSERT_LOCKED();
	if (rdomain < 0 || rdomain > RT_TABLEID_MAX ||
	    !rtable_exists(rdomain) || rtable_l2(rdomain) != (u_int)rdomain)
		return (EINVAL);
	if (ifp->if_rdomain == (u_int)rdomain)
		return (0);
	if (ifp->if_index == rtable_loindex(ifp->if_rdomain))
		return (EPERM);
	rt_if_remove(ifp);
	if_af_detach(ifp);
	netisr_purge(ifp->if_index);
	ifp->if_rdomain = rdomain;
	if_af_attach(ifp);
	rtm_ifchg(ifp);
	return (0);
}
