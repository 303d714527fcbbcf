/*
 * lo(4): the loopback interface.  What is sent comes back in, by way of the
 * network's thread.
 *
 * lo0 is there from the start; each routing domain has one of its own
 * (if_rdomain.c), which cannot be destroyed while the domain stands.
 */
#include <sys/param.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/sockio.h>
#include <sys/systm.h>

#include <net/if_var.h>
#include <net/if_types.h>
#include <net/netisr.h>
#include <net/route.h>
#include <net/rtable.h>

#define LOMTU	32768
#define LOMTU_MIN	68		/* what IPv4 needs */
#define LOMTU_MAX	65535

#define BPF_DIRECTION_OUT	2

static int	loop_clone_create(struct if_clone *, int);
static int	loop_clone_destroy(struct ifnet *);

static struct if_clone loop_cloner =
    IF_CLONE_INITIALIZER("lo", loop_clone_create, loop_clone_destroy);

u_int lo0ifidx;

/*
 * Make n loopback interfaces, lo0 being routing domain 0's; called once at
 * boot, without the net lock.
 */
void
loopattach(int n)
{
	char name[IFNAMSIZ];
	struct ifnet *ifp;
	int unit;

	if_clone_attach(&loop_cloner);
	for (unit = 0; unit < n; unit++) {
		snprintf(name, sizeof(name), "lo%d", unit);
		if (if_clone_create(name, 0) != 0)
			panic("%s: %s", __func__, name);
	}
	NET_LOCK();
	ifp = if_unit_noref("lo0");
	KASSERT(ifp != NULL);
	lo0ifidx = ifp->if_index;
	rtable_l2set(0, 0, lo0ifidx);
	if_up(ifp);
	NET_UNLOCK();
}

/*
 * Send a packet to ourselves: dst says of which family it is.  Consumes it.
 * Returns 0, ENETDOWN, EAFNOSUPPORT, ELOOP, ENOBUFS, or EHOSTUNREACH and
 * ENETUNREACH for a reject route.
 */
int
looutput(struct ifnet *ifp, struct mbuf *m, struct sockaddr *dst,
    struct rtentry *rt)
{
	KASSERT(ISSET(m->m_flags, M_PKTHDR));
	if (!ISSET(ifp->if_flags, IFF_UP)) {
		if_drop(ifp, m, IFD_OQDOWN);
		return (ENETDOWN);
	}
	if (rt != NULL && ISSET(rt->rt_flags, RTF_REJECT | RTF_BLACKHOLE)) {
		if_drop(ifp, m, IFD_REJECT);
		return (ISSET(rt->rt_flags, RTF_BLACKHOLE) ? 0 :
		    ISSET(rt->rt_flags, RTF_HOST) ? EHOSTUNREACH :
		    ENETUNREACH);
	}
	if (dst->sa_family != AF_INET && dst->sa_family != AF_INET6) {
		if_drop(ifp, m, IFD_NOAF);
		return (EAFNOSUPPORT);
	}
	m->m_pkthdr.ph_family = dst->sa_family;
	if (ifp->if_bpf != NULL && if_bpf_mtap != NULL)
		(*if_bpf_mtap)(ifp->if_bpf, m, BPF_DIRECTION_OUT);
	ifp->if_opackets++;
	ifp->if_obytes += m->m_pkthdr.len;
	return (if_input_local(ifp, m, dst->sa_family));
}

/* if_start_list: nothing gets there by the way of looutput(). */
static void
lostart(struct ifnet *ifp, struct mbuf_list *ml)
{
	struct mbuf *m;

	while ((m = ml_dequeue(ml)) != NULL)
		if_drop(ifp, m, IFD_NOAF);
}

static int
loioctl(struct ifnet *ifp, u_long cmd, caddr_t data)
{
	struct ifreq *ifr = (struct ifreq *)data;

	switch (cmd) {
	case SIOCSIFFLAGS:
	case SIOCADDMULTI:
	case SIOCDELMULTI:
		return (0);
	case SIOCSIFADDR:
		SET(ifp->if_flags, IFF_UP | IFF_RUNNING);
		return (0);
	case SIOCSIFMTU:
		if (ifr->ifr_mtu < LOMTU_MIN || ifr->ifr_mtu > LOMTU_MAX)
			return (EINVAL);
		ifp->if_mtu = ifr->ifr_mtu;
		return (0);
	}
	return (ENOTTY);
}

static int
loop_clone_create(struct if_clone *ifc, int unit)
{
	struct ifnet *ifp;

	ifp = malloc(sizeof(*ifp), M_DEVBUF, M_WAITOK | M_ZERO);
	snprintf(ifp->if_xname, sizeof(ifp->if_xname), "%s%d", ifc->ifc_name,
	    unit);
	ifp->if_dunit = unit;
	ifp->if_mtu = LOMTU;
	ifp->if_hardmtu = LOMTU_MAX;
	ifp->if_flags = IFF_LOOPBACK | IFF_MULTICAST | IFF_RUNNING;
	ifp->if_type = IFT_LOOP;
	ifp->if_hdrlen = sizeof(u_int32_t);	/* what bpf(4) shows */
	ifp->if_link_state = LINK_STATE_UNKNOWN;
	ifp->if_output = looutput;
	ifp->if_start_list = lostart;
	ifp->if_input_handler = p2p_input;
	ifp->if_ioctl = loioctl;
	if_attach(ifp);
	return (0);
}

static int
loop_clone_destroy(struct ifnet *ifp)
{
	if (ifp->if_index == rtable_loindex(ifp->if_rdomain))
		return (EPERM);
	if_detach(ifp);
	free(ifp, M_DEVBUF, sizeof(*ifp));
	return (0);
}
