/*
 * Interfaces: finding one, its state, and who wants to know.
 *
 * A struct ifnet is found by its index, which is small and so indexes an
 * array, or by its name.  if_get() and if_unit() take a reference, which
 * holds up if_detach() until if_put(); who holds none may use an interface
 * until it lets go of the net lock.
 *
 * Everything here needs the net lock.
 */
#include <sys/param.h>
#include <sys/malloc.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/sockio.h>
#include <sys/systm.h>
#include <sys/time.h>

#include <net/if_var.h>
#include <net/if_dl.h>
#include <net/netisr.h>
#include <net/route.h>
#include <net/rtable.h>

struct rwlock netlock = RWLOCK_INITIALIZER("netlock");

struct ifnet_head ifnetlist = TAILQ_HEAD_INITIALIZER(ifnetlist);

int	(*if_bpf_mtap)(caddr_t, const struct mbuf *, u_int);
void	(*if_bpf_attach)(struct ifnet *);
void	(*if_bpf_detach)(struct ifnet *);

/*
 * Set up interfaces and routing; called once at boot, before any interface
 * attaches.
 */
void
ifinit(void)
{
	route_init();
	netisr_init();
}

/*
 * Let go of the net lock; what its holder has caused to be sent goes out.
 * NET_UNLOCK() is this.
 */
void
net_unlock(void)
{
	if (!TAILQ_EMPTY(&if_pendinglist) || !TAILQ_EMPTY(&if_deferred))
		if_flush();
	rw_exit_write(&netlock);
}

/*
 * The interface of that name, without a reference; or NULL.
 */
struct ifnet *
if_unit_noref(const char *name)
{
	struct ifnet *ifp;

	TAILQ_FOREACH(ifp, &ifnetlist, if_list) {
		if (strncmp(ifp->if_xname, name, IFNAMSIZ) == 0)
			return (ifp);
	}
	return (NULL);
}

/*
 * The same with a reference, to be given back with if_put().
 */
struct ifnet *
if_unit(const char *name)
{
	struct ifnet *ifp;

	ifp = if_unit_noref(name);
	return (ifp == NULL ? NULL : if_ref(ifp));
}

/*
 * Take a reference; returns the interface.
 */
struct ifnet *
if_ref(struct ifnet *ifp)
{
	refcnt_take(&ifp->if_refcnt);
	return (ifp);
}

/*
 * Give a reference back; NULL is nothing.
 */
void
if_put(struct ifnet *ifp)
{
	if (ifp != NULL)
		refcnt_rele_wake(&ifp->if_refcnt);
}

static void
if_hooks_run(struct task_list *hooks)
{
	struct task *t, *next;

	for (t = TAILQ_FIRST(hooks); t != NULL; t = next) {
		next = TAILQ_NEXT(t, t_entry);
		(*t->t_func)(t->t_arg);
	}
}

/*
 * Call t whenever an address of ifp comes or goes, until the _del.
 */
void
if_addrhook_add(struct ifnet *ifp, struct task *t)
{
	TAILQ_INSERT_TAIL(&ifp->if_addrhooks, t, t_entry);
}

void
if_addrhook_del(struct ifnet *ifp, struct task *t)
{
	TAILQ_REMOVE(&ifp->if_addrhooks, t, t_entry);
}

/*
 * An address of ifp has come or gone.
 */
void
if_addrhooks_run(struct ifnet *ifp)
{
	if_hooks_run(&ifp->if_addrhooks);
}

/*
 * Call t whenever the link of ifp changes, until the _del.
 */
void
if_linkstatehook_add(struct ifnet *ifp, struct task *t)
{
	TAILQ_INSERT_TAIL(&ifp->if_linkstatehooks, t, t_entry);
}

void
if_linkstatehook_del(struct ifnet *ifp, struct task *t)
{
	TAILQ_REMOVE(&ifp->if_linkstatehooks, t, t_entry);
}

/*
 * Call t when ifp is about to go, the last added first, unless the _del
 * comes before.
 */
void
if_detachhook_add(struct ifnet *ifp, struct task *t)
{
	TAILQ_INSERT_HEAD(&ifp->if_detachhooks, t, t_entry);
}

void
if_detachhook_del(struct ifnet *ifp, struct task *t)
{
	TAILQ_REMOVE(&ifp->if_detachhooks, t, t_entry);
}

/* Routes, listeners and hooks learn of the state of a link. */
static void
if_linkstate(struct ifnet *ifp)
{
	NET_ASSERT_LOCKED();
	rt_if_track(ifp);
	rtm_ifchg(ifp);
	if_hooks_run(&ifp->if_linkstatehooks);
}

/*
 * A driver has changed if_link_state.
 */
void
if_link_state_change(struct ifnet *ifp)
{
	getmicrouptime(&ifp->if_lastchange);
	if_linkstate(ifp);
	if (ISSET(ifp->if_flags, IFF_UP) &&
	    LINK_STATE_IS_UP(ifp->if_link_state))
		if_af_up(ifp);
}

/*
 * IFF_UP is to be cleared, and everybody told.
 */
void
if_down(struct ifnet *ifp)
{
	NET_ASSERT_LOCKED();
	CLR(ifp->if_flags, IFF_UP);
	getmicrouptime(&ifp->if_lastchange);
	if_output_purge(ifp);
	if_linkstate(ifp);
}

/*
 * IFF_UP is to be set, and everybody told.
 */
void
if_up(struct ifnet *ifp)
{
	NET_ASSERT_LOCKED();
	SET(ifp->if_flags, IFF_UP);
	getmicrouptime(&ifp->if_lastchange);
	if_linkstate(ifp);
	if_af_up(ifp);
}

/*
 * One more (pswitch 1) or less (0) wants to hear all packets of ifp's link.
 * Returns 0 or the driver's error.
 */
int
ifpromisc(struct ifnet *ifp, int pswitch)
{
	int error, oflags = ifp->if_flags, ocount = ifp->if_pcount;
	struct ifreq ifr;

	NET_ASSERT_LOCKED();
	if (pswitch) {
		if (ifp->if_pcount++ > 0)
			return (0);
		SET(ifp->if_flags, IFF_PROMISC);
	} else {
		if (--ifp->if_pcount > 0)
			return (0);
		CLR(ifp->if_flags, IFF_PROMISC);
	}
	if (!ISSET(ifp->if_flags, IFF_UP) || ifp->if_ioctl == NULL)
		return (0);
	memset(&ifr, 0, sizeof(ifr));
	ifr.ifr_flags = ifp->if_flags;
	error = (*ifp->if_ioctl)(ifp, SIOCSIFFLAGS, (caddr_t)&ifr);
	if (error == ENOTTY)
		error = 0;
	if (error != 0) {
		ifp->if_flags = oflags;
		ifp->if_pcount = ocount;
	}
	return (error);
}

/*
 * Properties and statistics of ifp.
 */
void
if_getdata(struct ifnet *ifp, struct if_data *data)
{
	*data = ifp->if_data;
}

/*
 * Make room for, or free, the link address, if_sadl, once if_type and
 * if_addrlen are known.
 */
void
if_alloc_sadl(struct ifnet *ifp)
{
	struct sockaddr_dl *sdl;
	size_t len;

	if_free_sadl(ifp);
	sdl = malloc(sizeof(*sdl), M_IFADDR, M_WAITOK | M_ZERO);
	len = strlen(ifp->if_xname);
	sdl->sdl_len = sizeof(*sdl);
	sdl->sdl_family = AF_LINK;
	sdl->sdl_nlen = MIN(len, IFNAMSIZ);
	memcpy(sdl->sdl_data, ifp->if_xname, sdl->sdl_nlen);
	sdl->sdl_alen = MIN(ifp->if_addrlen, sizeof(sdl->sdl_data) - IFNAMSIZ);
	sdl->sdl_index = ifp->if_index;
	sdl->sdl_type = ifp->if_type;
	ifp->if_sadl = sdl;
}

void
if_free_sadl(struct ifnet *ifp)
{
	free(ifp->if_sadl, M_IFADDR, sizeof(*ifp->if_sadl));
	ifp->if_sadl = NULL;
}
