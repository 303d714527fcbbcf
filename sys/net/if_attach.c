/*
 * Interfaces: coming and going, and the array of indices.
 *
 * Going takes an interface out of everything that could find it, and then
 * waits for those who have: routes first (they hold addresses), then the
 * protocols' addresses, groups, the list, the index, what is queued in either
 * direction, and at last the references.
 */
#include <sys/param.h>
#include <sys/malloc.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/systm.h>
#include <sys/time.h>

#include <net/if_var.h>
#include <net/if_dl.h>
#include <net/netisr.h>
#include <net/route.h>
#include <net/rtable.h>

#define IF_INDEXMAX	65535		/* what a sockaddr_dl can say */
#define IF_INDEXMIN	64		/* entries to start with */

u_int		 if_indexlim;		/* entries of if_index2ifp */
static struct ifnet **if_index2ifp;
static u_int	 if_lastindex;

/*
 * The interface of that index, with a reference; or NULL.
 */
struct ifnet *
if_get(u_int index)
{
	struct ifnet *ifp;

	if (index >= if_indexlim || (ifp = if_index2ifp[index]) == NULL)
		return (NULL);
	refcnt_take(&ifp->if_refcnt);
	return (ifp);
}

static void
if_index_grow(void)
{
	u_int n = if_indexlim == 0 ? IF_INDEXMIN : if_indexlim * 2;
	struct ifnet **map;

	map = mallocarray(n, sizeof(*map), M_IFADDR, M_WAITOK | M_ZERO);
	if (if_indexlim > 0)
		memcpy(map, if_index2ifp, if_indexlim * sizeof(*map));
	free(if_index2ifp, M_IFADDR, if_indexlim * sizeof(*map));
	if_index2ifp = map;
	if_indexlim = n;
}

/*
 * An index for a new interface: the one after the last, so that an index is
 * not used again soon.
 */
static u_int
if_index_alloc(struct ifnet *ifp)
{
	u_int i, index = if_lastindex;

	for (i = 0; i < IF_INDEXMAX; i++) {
		index = index % IF_INDEXMAX + 1;
		while (index >= if_indexlim)
			if_index_grow();
		if (if_index2ifp[index] == NULL) {
			if_index2ifp[index] = ifp;
			if_lastindex = index;
			return (index);
		}
	}
	panic("%s: too many interfaces", __func__);
}

/* Whoever comes from the network's own code has the net lock already. */
static int
if_net_lock(void)
{
	if (rw_write_held(&netlock))
		return (0);
	NET_LOCK();
	return (1);
}

/*
 * A driver's interface appears: if_xname, if_softc, if_type, if_flags,
 * if_mtu and the functions are set; the rest is zero.  Called with or without
 * the net lock; may sleep for memory.
 */
void
if_attach(struct ifnet *ifp)
{
	int locked = if_net_lock();

	KASSERT(if_unit_noref(ifp->if_xname) == NULL);
	TAILQ_INIT(&ifp->if_addrlist);
	TAILQ_INIT(&ifp->if_maddrlist);
	TAILQ_INIT(&ifp->if_groups);
	TAILQ_INIT(&ifp->if_addrhooks);
	TAILQ_INIT(&ifp->if_linkstatehooks);
	TAILQ_INIT(&ifp->if_detachhooks);
	ml_init(&ifp->if_sndlist);
	refcnt_init(&ifp->if_refcnt);
	ifp->if_rdomain = 0;
	ifp->if_llprio = IFQ_DEFPRIO;
	if (ifp->if_enqueue == NULL)
		ifp->if_enqueue = if_enqueue_default;
	if (ifp->if_ll_output == NULL)
		ifp->if_ll_output = ifp->if_output;
	getmicrouptime(&ifp->if_lastchange);

	ifp->if_index = if_index_alloc(ifp);
	if (ifp->if_sadl == NULL)
		if_alloc_sadl(ifp);
	ifp->if_sadl->sdl_index = ifp->if_index;
	TAILQ_INSERT_TAIL(&ifnetlist, ifp, if_list);
	(void)if_addgroup(ifp, IFG_ALL);
	if (if_bpf_attach != NULL)
		(*if_bpf_attach)(ifp);
	rtm_ifannounce(ifp, IFAN_ARRIVAL);
	if (locked)
		NET_UNLOCK();
}

static void
if_hooks_detach(struct ifnet *ifp)
{
	struct task *t;

	/* A hook takes itself off, or is taken off. */
	while ((t = TAILQ_FIRST(&ifp->if_detachhooks)) != NULL) {
		(*t->t_func)(t->t_arg);
		if (TAILQ_FIRST(&ifp->if_detachhooks) == t)
			TAILQ_REMOVE(&ifp->if_detachhooks, t, t_entry);
	}
}

/*
 * An interface goes away.  Called without the net lock; sleeps until nobody
 * holds a reference.  Then the struct ifnet is the driver's to free.
 */
void
if_detach(struct ifnet *ifp)
{
	struct ifg_list *ifgl;

	NET_ASSERT_UNLOCKED();
	NET_LOCK();
	CLR(ifp->if_flags, IFF_UP);
	if_hooks_detach(ifp);
	if (if_bpf_detach != NULL)
		(*if_bpf_detach)(ifp);
	rt_if_remove(ifp);
	if_af_detach(ifp);
	while ((ifgl = TAILQ_FIRST(&ifp->if_groups)) != NULL)
		(void)if_delgroup(ifp, ifgl->ifgl_group->ifg_group);
	TAILQ_REMOVE(&ifnetlist, ifp, if_list);
	rtm_ifannounce(ifp, IFAN_DEPARTURE);
	if_index2ifp[ifp->if_index] = NULL;
	netisr_purge(ifp->if_index);
	if_output_purge(ifp);
	rtlabel_unref(ifp->if_rtlabelid);
	ifp->if_rtlabelid = 0;
	NET_UNLOCK();

	refcnt_finalize(&ifp->if_refcnt, "ifdetach");
	if_free_sadl(ifp);
}
