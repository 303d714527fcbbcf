/*
 * The ioctls of interfaces.
 *
 * Those that ask need no privilege; those that change something are for the
 * super-user (EPERM).  What concerns addresses goes to the protocol of the
 * socket, and what is left to the driver.
 */
#include <sys/param.h>
#include <sys/proc.h>
#include <sys/protosw.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/socketvar.h>
#include <sys/sockio.h>
#include <sys/systm.h>
#include <sys/time.h>
#include <sys/ucred.h>

#include <net/if_var.h>
#include <net/if_dl.h>
#include <net/if_media.h>
#include <net/if_types.h>
#include <net/route.h>
#include <net/rtable.h>

#include <netinet/if_ether.h>

#define IF_MAXPRIORITY	15

/* Ask the driver; one without ioctls knows none. */
static int
if_driver_ioctl(struct ifnet *ifp, u_long cmd, caddr_t data)
{
	if (ifp->if_ioctl == NULL)
		return (ENOTTY);
	return ((*ifp->if_ioctl)(ifp, cmd, data));
}

static int
if_ioctl_flags(struct ifnet *ifp, struct ifreq *ifr)
{
	int error, oflags = ifp->if_flags;

	ifp->if_flags = (ifp->if_flags & IFF_CANTCHANGE) |
	    ((u_short)ifr->ifr_flags & ~IFF_CANTCHANGE);
	/* Listeners of bpf(4) count on it. */
	if (ifp->if_pcount > 0)
		SET(ifp->if_flags, IFF_PROMISC);
	error = if_driver_ioctl(ifp, SIOCSIFFLAGS, (caddr_t)ifr);
	if (error == ENOTTY)
		error = 0;
	if (error != 0)
		ifp->if_flags = oflags;
	else if (ISSET(oflags ^ ifp->if_flags, IFF_UP)) {
		if (ISSET(ifp->if_flags, IFF_UP))
			if_up(ifp);
		else
			if_down(ifp);
	} else if (oflags != ifp->if_flags)
		rtm_ifchg(ifp);
	return (error);
}

static int
if_ioctl_xflags(struct ifnet *ifp, struct ifreq *ifr)
{
	int error, oxflags = ifp->if_xflags;

	ifp->if_xflags = (ifp->if_xflags & IFXF_CANTCHANGE) |
	    ((u_short)ifr->ifr_flags & ~IFXF_CANTCHANGE);
	if (ISSET(oxflags ^ ifp->if_xflags, IFXF_AUTOCONF6 |
	    IFXF_AUTOCONF6TEMP))
		if_af_xflags(ifp);
	if (!ISSET(oxflags ^ ifp->if_xflags, IFXF_LRO | IFXF_WOL))
		return (0);
	error = if_driver_ioctl(ifp, SIOCSIFXFLAGS, (caddr_t)ifr);
	if (error != 0)
		ifp->if_xflags = oxflags;
	return (error == ENOTTY ? EOPNOTSUPP : error);
}

static int
if_ioctl_mtu(struct ifnet *ifp, struct ifreq *ifr)
{
	u_int omtu = ifp->if_mtu;
	int error;

	if (ifp->if_ioctl == NULL)
		return (EOPNOTSUPP);
	error = if_driver_ioctl(ifp, SIOCSIFMTU, (caddr_t)ifr);
	if (error == ENOTTY)
		return (EOPNOTSUPP);
	if (error == 0 && omtu != ifp->if_mtu) {
		rtgeneration++;
		rtm_ifchg(ifp);
	}
	return (error);
}

static int
if_ioctl_descr(struct ifnet *ifp, struct ifreq *ifr)
{
	char buf[IFDESCRSIZE];
	size_t len;
	int error;

	error = copyinstr(ifr->ifr_data, buf, sizeof(buf), &len);
	if (error != 0)
		return (error);
	memset(ifp->if_description, 0, sizeof(ifp->if_description));
	strlcpy(ifp->if_description, buf, sizeof(ifp->if_description));
	return (0);
}

static int
if_ioctl_rtlabel(struct ifnet *ifp, struct ifreq *ifr)
{
	char buf[RTLABEL_LEN];
	size_t len;
	int error;

	error = copyinstr(ifr->ifr_data, buf, sizeof(buf), &len);
	if (error != 0)
		return (error);
	rtlabel_unref(ifp->if_rtlabelid);
	ifp->if_rtlabelid = rtlabel_name2id(buf);
	return (0);
}

/* The routes to our addresses on the link carry the link address. */
static void
if_newlladdr_routes(struct ifnet *ifp)
{
	struct ifaddr *ifa;
	struct rtentry *rt;

	TAILQ_FOREACH(ifa, &ifp->if_addrlist, ifa_list) {
		rt = rtable_lookup(ifp->if_rdomain, ifa->ifa_addr, NULL, NULL,
		    RTP_LOCAL);
		if (rt != NULL && rt->rt_ifa == ifa &&
		    ISSET(rt->rt_flags, RTF_LLINFO))
			(void)rt_setaddr(rt, sdltosa(ifp->if_sadl));
	}
	rtgeneration++;
}

static int
if_ioctl_lladdr(struct ifnet *ifp, struct ifreq *ifr)
{
	const struct sockaddr *sa = &ifr->ifr_addr;
	const uint8_t *lladdr = (const uint8_t *)sa->sa_data;
	struct ifreq flags;
	int error;

	if (ifp->if_sadl == NULL || sa->sa_len != ETHER_ADDR_LEN ||
	    ETHER_IS_MULTICAST(lladdr))
		return (EINVAL);
	if (ifp->if_type != IFT_ETHER)
		return (ENODEV);
	if ((error = if_setlladdr(ifp, lladdr)) != 0)
		return (error);
	error = if_driver_ioctl(ifp, SIOCSIFLLADDR, (caddr_t)ifr);
	if (error == ENOTTY) {
		/* The card reads its address when it is brought up. */
		memset(&flags, 0, sizeof(flags));
		flags.ifr_flags = ifp->if_flags;
		error = if_driver_ioctl(ifp, SIOCSIFFLAGS, (caddr_t)&flags);
	}
	if_newlladdr_routes(ifp);
	if_addrhooks_run(ifp);
	rtm_ifchg(ifp);
	return (error == ENOTTY ? 0 : error);
}

/* Media are reported, never chosen: the host's end decides. */
static int
if_ioctl_getmedia(struct ifnet *ifp, struct ifmediareq *ifmr)
{
	uint64_t word = IFM_ETHER | IFM_AUTO;
	int count = ifmr->ifm_count;

	if (ifp->if_type != IFT_ETHER)
		return (ENOTTY);
	ifmr->ifm_current = word;
	ifmr->ifm_active = word;
	ifmr->ifm_mask = 0;
	ifmr->ifm_status = IFM_AVALID;
	if (LINK_STATE_IS_UP(ifp->if_link_state)) {
		ifmr->ifm_status |= IFM_ACTIVE;
		ifmr->ifm_active |= IFM_FDX;
	}
	ifmr->ifm_count = 1;
	if (count < 0)
		return (EINVAL);
	if (count == 0 || ifmr->ifm_ulist == NULL)
		return (0);
	return (copyout(&word, ifmr->ifm_ulist, sizeof(word)));
}

static int
if_ioctl_setmedia(struct ifnet *ifp, struct ifreq *ifr)
{
	if (ifp->if_type != IFT_ETHER)
		return (ENOTTY);
	return (ifr->ifr_media == (IFM_ETHER | IFM_AUTO) ? 0 : EINVAL);
}

/* Requests that only ask, of one interface. */
static int
if_ioctl_get(struct ifnet *ifp, u_long cmd, struct ifreq *ifr)
{
	struct if_data ifd;
	const char *label;
	size_t len;

	switch (cmd) {
	case SIOCGIFFLAGS:
		ifr->ifr_flags = ifp->if_flags;
		return (0);
	case SIOCGIFXFLAGS:
		ifr->ifr_flags = ifp->if_xflags & ~IFXF_MPSAFE;
		return (0);
	case SIOCGIFMETRIC:
		ifr->ifr_metric = ifp->if_metric;
		return (0);
	case SIOCGIFMTU:
		ifr->ifr_mtu = ifp->if_mtu;
		return (0);
	case SIOCGIFHARDMTU:
		ifr->ifr_hardmtu = ifp->if_hardmtu;
		return (0);
	case SIOCGIFPRIORITY:
		ifr->ifr_metric = ifp->if_priority;
		return (0);
	case SIOCGIFLLPRIO:
		ifr->ifr_llprio = ifp->if_llprio;
		return (0);
	case SIOCGIFRDOMAIN:
		ifr->ifr_rdomainid = ifp->if_rdomain;
		return (0);
	case SIOCGIFDATA:
		if_getdata(ifp, &ifd);
		return (copyout(&ifd, ifr->ifr_data, sizeof(ifd)));
	case SIOCGIFDESCR:
		return (copyoutstr(ifp->if_description, ifr->ifr_data,
		    IFDESCRSIZE, &len));
	case SIOCGIFRTLABEL:
		if ((label = rtlabel_id2name(ifp->if_rtlabelid)) == NULL)
			return (ENOENT);
		return (copyoutstr(label, ifr->ifr_data, RTLABEL_LEN, &len));
	case SIOCGIFMEDIA:
		return (if_ioctl_getmedia(ifp, (struct ifmediareq *)ifr));
	}
	return (ENOTTY);
}

/* Requests that change something, of one interface; the caller is root. */
static int
if_ioctl_set(struct ifnet *ifp, u_long cmd, struct ifreq *ifr)
{
	switch (cmd) {
	case SIOCSIFFLAGS:
		return (if_ioctl_flags(ifp, ifr));
	case SIOCSIFXFLAGS:
		return (if_ioctl_xflags(ifp, ifr));
	case SIOCSIFMETRIC:
		ifp->if_metric = ifr->ifr_metric;
		return (0);
	case SIOCSIFMTU:
		return (if_ioctl_mtu(ifp, ifr));
	case SIOCSIFDESCR:
		return (if_ioctl_descr(ifp, ifr));
	case SIOCSIFRTLABEL:
		return (if_ioctl_rtlabel(ifp, ifr));
	case SIOCSIFPRIORITY:
		if (ifr->ifr_metric < 0 || ifr->ifr_metric > IF_MAXPRIORITY)
			return (EINVAL);
		ifp->if_priority = ifr->ifr_metric;
		return (0);
	case SIOCSIFLLPRIO:
		if (ifr->ifr_llprio < IFQ_MINPRIO ||
		    ifr->ifr_llprio > IFQ_MAXPRIO)
			return (EINVAL);
		ifp->if_llprio = ifr->ifr_llprio;
		return (0);
	case SIOCSIFRDOMAIN:
		return (if_setrdomain(ifp, ifr->ifr_rdomainid));
	case SIOCSIFLLADDR:
		return (if_ioctl_lladdr(ifp, ifr));
	case SIOCSIFMEDIA:
		return (if_ioctl_setmedia(ifp, ifr));
	case SIOCADDMULTI:
	case SIOCDELMULTI:
		if (!ISSET(ifp->if_flags, IFF_MULTICAST))
			return (EOPNOTSUPP);
		return (if_driver_ioctl(ifp, cmd, (caddr_t)ifr));
	}
	return (ENOTTY);
}

/* SIOCIFAFATTACH, SIOCIFAFDETACH. */
static int
if_ioctl_af(struct ifnet *ifp, u_long cmd, sa_family_t af)
{
	if (cmd == SIOCIFAFATTACH)
		return (if_af_attach_one(ifp, af));
	return (if_af_detach_one(ifp, af));
}

/* Is it one that only asks? */
static int
if_ioctl_isget(u_long cmd)
{
	switch (cmd) {
	case SIOCGIFFLAGS:
	case SIOCGIFXFLAGS:
	case SIOCGIFMETRIC:
	case SIOCGIFMTU:
	case SIOCGIFHARDMTU:
	case SIOCGIFPRIORITY:
	case SIOCGIFLLPRIO:
	case SIOCGIFRDOMAIN:
	case SIOCGIFDATA:
	case SIOCGIFDESCR:
	case SIOCGIFRTLABEL:
	case SIOCGIFMEDIA:
		return (1);
	}
	return (0);
}

/* Or one of those above that change? */
static int
if_ioctl_isset(u_long cmd)
{
	switch (cmd) {
	case SIOCSIFFLAGS:
	case SIOCSIFXFLAGS:
	case SIOCSIFMETRIC:
	case SIOCSIFMTU:
	case SIOCSIFDESCR:
	case SIOCSIFRTLABEL:
	case SIOCSIFPRIORITY:
	case SIOCSIFLLPRIO:
	case SIOCSIFRDOMAIN:
	case SIOCSIFLLADDR:
	case SIOCSIFMEDIA:
	case SIOCADDMULTI:
	case SIOCDELMULTI:
		return (1);
	}
	return (0);
}

/*
 * What is left: addresses are the protocol's, the rest (tunnels, wg(4)) the
 * driver's, who looks after privilege itself.
 */
static int
if_ioctl_other(struct socket *so, struct ifnet *ifp, u_long cmd, caddr_t data)
{
	int error = EOPNOTSUPP, oflags = ifp->if_flags;

	if (so->so_proto->pr_usrreqs->pru_control != NULL)
		error = so->so_proto->pr_usrreqs->pru_control(so, cmd, data,
		    ifp);
	if (error == EOPNOTSUPP || error == ENOTTY)
		error = if_driver_ioctl(ifp, cmd, data);
	/* A new address brings an interface up. */
	if (ISSET(oflags ^ ifp->if_flags, IFF_UP)) {
		if (ISSET(ifp->if_flags, IFF_UP))
			if_up(ifp);
		else
			if_down(ifp);
	}
	return (error);
}

static int
ifioctl_one(struct socket *so, u_long cmd, caddr_t data, struct proc *p)
{
	struct ifreq *ifr = (struct ifreq *)data;
	struct ifnet *ifp;
	int error;

	/* Every argument that gets here starts with a name. */
	if (IOCPARM_LEN(cmd) < sizeof(ifr->ifr_name))
		return (ENOTTY);
	ifr->ifr_name[IFNAMSIZ - 1] = '\0';
	if ((ifp = if_unit(ifr->ifr_name)) == NULL)
		return (ENXIO);
	if (if_ioctl_isget(cmd))
		error = if_ioctl_get(ifp, cmd, ifr);
	else if (if_ioctl_isset(cmd)) {
		if ((error = suser(p)) == 0)
			error = if_ioctl_set(ifp, cmd, ifr);
	} else if (cmd == SIOCIFAFATTACH || cmd == SIOCIFAFDETACH) {
		if ((error = suser(p)) == 0)
			error = if_ioctl_af(ifp, cmd,
			    ((struct if_afreq *)data)->ifar_af);
	} else
		error = if_ioctl_other(so, ifp, cmd, data);
	if_put(ifp);
	return (error);
}

/* Groups, and interfaces that come and go. */
static int
ifioctl_global(u_long cmd, caddr_t data, struct proc *p)
{
	struct ifreq *ifr = (struct ifreq *)data;
	int error;

	switch (cmd) {
	case SIOCIFCREATE:
	case SIOCIFDESTROY:
		if ((error = suser(p)) != 0)
			return (error);
		ifr->ifr_name[IFNAMSIZ - 1] = '\0';
		if (cmd == SIOCIFDESTROY)
			return (if_clone_destroy(ifr->ifr_name));
		return (if_clone_create(ifr->ifr_name,
		    rtable_l2(p->p_rtableid)));
	case SIOCIFGCLONERS:
		return (if_clone_list((struct if_clonereq *)data));
	case SIOCSIFRDOMAIN:
		/* Makes the domain; ifioctl_one() does the rest. */
		if ((error = suser(p)) != 0)
			return (error);
		return (if_createrdomain(ifr->ifr_rdomainid));
	case SIOCAIFGROUP:
	case SIOCDIFGROUP:
	case SIOCSIFGATTR:
		if ((error = suser(p)) != 0)
			return (error);
		break;
	}
	NET_LOCK();
	if (cmd == SIOCGIFCONF)
		error = ifconf((struct ifconf *)data);
	else
		error = if_group_ioctl(cmd, (struct ifgroupreq *)data);
	NET_UNLOCK();
	return (error);
}

/*
 * An ioctl of group 'i' on a socket: data is the argument, in the kernel.
 * Called without the net lock; may sleep.  Returns 0, EPERM, ENXIO (no such
 * interface), ENOTTY (no such request), EINVAL, EFAULT, or what the protocol
 * or driver says.
 */
int
ifioctl(struct socket *so, u_long cmd, caddr_t data, struct proc *p)
{
	struct ifreq *ifr = (struct ifreq *)data;
	int error;

	switch (cmd) {
	case SIOCIFCREATE:
	case SIOCIFDESTROY:
	case SIOCIFGCLONERS:
	case SIOCGIFCONF:
	case SIOCAIFGROUP:
	case SIOCDIFGROUP:
	case SIOCGIFGROUP:
	case SIOCGIFGMEMB:
	case SIOCGIFGATTR:
	case SIOCSIFGATTR:
	case SIOCGIFGLIST:
		return (ifioctl_global(cmd, data, p));
	case SIOCSIFRDOMAIN:
		ifr->ifr_name[IFNAMSIZ - 1] = '\0';
		if ((error = suser(p)) != 0)
			return (error);
		if (if_unit_noref(ifr->ifr_name) == NULL)
			return (ENXIO);
		if ((error = ifioctl_global(cmd, data, p)) != 0)
			return (error);
		break;
	}
	NET_LOCK();
	error = ifioctl_one(so, cmd, data, p);
	NET_UNLOCK();
	return (error);
}

/* One struct ifreq of SIOCGIFCONF; its address may be longer than usual. */
static int
ifconf_put(struct ifnet *ifp, const struct sockaddr *sa, char **dst,
    size_t *left)
{
	struct ifreq ifr;
	size_t len = sizeof(ifr), salen = 0;
	int error;

	memset(&ifr, 0, sizeof(ifr));
	strlcpy(ifr.ifr_name, ifp->if_xname, sizeof(ifr.ifr_name));
	if (sa != NULL) {
		salen = sa->sa_len;
		if (salen > sizeof(ifr.ifr_addr))
			len = offsetof(struct ifreq, ifr_addr) + salen;
		else
			memcpy(&ifr.ifr_addr, sa, salen);
	}
	if (*dst != NULL) {
		if (*left < len)
			return (ENOSPC);
		error = copyout(&ifr, *dst, MIN(len, sizeof(ifr)));
		if (error == 0 && salen > sizeof(ifr.ifr_addr))
			error = copyout(sa, *dst +
			    offsetof(struct ifreq, ifr_addr), salen);
		if (error != 0)
			return (error);
		*dst += len;
		*left -= len;
	} else
		*left += len;
	return (0);
}

/*
 * SIOCGIFCONF: names and addresses, as many as fit into the caller's buffer;
 * without a buffer, the room that they need.  Returns 0 or EFAULT.
 */
int
ifconf(struct ifconf *ifc)
{
	char *dst = ifc->ifc_len == 0 ? NULL : ifc->ifc_buf;
	size_t left = dst == NULL || ifc->ifc_len < 0 ? 0 : ifc->ifc_len;
	struct ifaddr *ifa;
	struct ifnet *ifp;
	int error = 0;

	TAILQ_FOREACH(ifp, &ifnetlist, if_list) {
		if (TAILQ_EMPTY(&ifp->if_addrlist))
			error = ifconf_put(ifp, NULL, &dst, &left);
		TAILQ_FOREACH(ifa, &ifp->if_addrlist, ifa_list) {
			error = ifconf_put(ifp, ifa->ifa_addr, &dst, &left);
			if (error != 0)
				break;
		}
		if (error != 0)
			break;
	}
	if (dst == NULL)
		ifc->ifc_len = left;
	else
		ifc->ifc_len -= left;
	return (error == ENOSPC ? 0 : error);
}
