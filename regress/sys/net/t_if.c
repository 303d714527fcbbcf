/*
 * Interfaces: finding them, groups, cloning, routing domains, ioctls and who
 * may use them, hooks.
 */
#include <sys/param.h>
#include <sys/malloc.h>
#include <sys/proc.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/socketvar.h>
#include <sys/sockio.h>
#include <sys/systm.h>
#include <sys/task.h>
#include <sys/ucred.h>

#include <net/if_dl.h>
#include <net/if_media.h>
#include <net/if_types.h>
#include <net/if_var.h>
#include <net/netisr.h>
#include <net/route.h>
#include <net/rtable.h>

#include <ktest.h>

#include "testif.h"

static struct socket *so;

/* An ioctl on some socket; a routing socket has none of its own. */
static int
ioctl(u_long cmd, void *data)
{
	int error;

	if (so == NULL)
		KT_REQUIRE(socreate(AF_ROUTE, &so, SOCK_RAW, 0) == 0);
	testif_mem_begin();
	error = ifioctl(so, cmd, data, curproc);
	testif_mem_end();
	soclose(so);
	so = NULL;
	return (error);
}

static struct ifreq *
req(struct ifreq *ifr, const char *name)
{
	memset(ifr, 0, sizeof(*ifr));
	strlcpy(ifr->ifr_name, name, sizeof(ifr->ifr_name));
	return (ifr);
}

KTEST(find, "by index and by name, with references")
{
	struct testif *ti = testif_create("tst0", 1);
	struct ifnet *ifp = &ti->ti_if;
	u_int index = ifp->if_index;

	KT_PTREQ(if_unit("tst0"), ifp);
	KT_EQ(refcnt_read(&ifp->if_refcnt), 2);
	if_put(ifp);
	KT_PTREQ(if_get(index), ifp);
	if_put(ifp);
	KT_EQ(refcnt_read(&ifp->if_refcnt), 1);
	KT_PTREQ(if_unit("tst"), NULL);
	KT_PTREQ(if_unit("tst00"), NULL);
	KT_PTREQ(if_get(0), NULL);
	KT_PTREQ(if_get(UINT_MAX), NULL);
	if_put(NULL);
	testif_destroy(ti);
	KT_PTREQ(if_get(index), NULL);
	KT_PTREQ(if_unit("tst0"), NULL);
	/* An index is not used again at once. */
	ti = testif_create("tst0", 1);
	KT_NE(ti->ti_if.if_index, index);
	testif_destroy(ti);
}

static int	 detached;

static void
detach_thread(void *arg)
{
	testif_destroy(arg);
	detached = 1;
	wakeup(&detached);
	kthread_exit(0);
}

KTEST(detach_waits, "an interface stays while somebody holds it")
{
	struct testif *ti = testif_create("tst0", 1);
	struct ifnet *ifp = if_unit("tst0");

	detached = 0;
	KT_EQ(kthread_create(detach_thread, ti, NULL, "detach"), 0);
	ktest_sleep_ms(20);
	KT_EQ(detached, 0);
	KT_PTREQ(if_unit("tst0"), NULL);
	if_put(ifp);
	while (!detached)
		tsleep_nsec(&detached, PWAIT, "detach", INFSLP);
	KT_EQ(detached, 1);
}

static char	 order[8];

static void
hook(void *arg)
{
	strlcat(order, arg, sizeof(order));
}

KTEST(hooks, "hooks run on what they are for, the last detach hook first")
{
	struct testif *ti = testif_create("tst0", 1);
	struct ifnet *ifp = &ti->ti_if;
	struct task a, d, e, l;

	task_set(&a, hook, "a");
	task_set(&l, hook, "l");
	task_set(&d, hook, "d");
	task_set(&e, hook, "e");
	order[0] = '\0';
	if_addrhook_add(ifp, &a);
	if_linkstatehook_add(ifp, &l);
	if_detachhook_add(ifp, &d);
	if_detachhook_add(ifp, &e);
	NET_LOCK();
	if_link_state_change(ifp);
	if_addrhooks_run(ifp);
	NET_UNLOCK();
	KT_STREQ(order, "la");
	if_addrhook_del(ifp, &a);
	if_linkstatehook_del(ifp, &l);
	NET_LOCK();
	if_down(ifp);
	if_addrhooks_run(ifp);
	NET_UNLOCK();
	KT_STREQ(order, "la");
	testif_destroy(ti);
	KT_STREQ(order, "laed");
}

KTEST(groups, "interfaces in groups, and groups that are empty")
{
	static const struct {
		const char	*name;
		int		 add;
	} t[] = {
		{ "", EINVAL }, { "vpn0", EINVAL }, { "0", EINVAL },
		{ "0123456789abcdef", EINVAL }, { "0123456789abcde", 0 },
		{ "vpn", 0 }, { "vpn", EEXIST }, { "all", EEXIST },
	};
	struct testif *ti = testif_create("tst0", 1);
	struct ifg_group *ifg;
	u_int i;

	NET_LOCK();
	for (i = 0; i < nitems(t); i++) {
		KT_CASE("\"%s\"", t[i].name);
		KT_EQ(if_addgroup(&ti->ti_if, t[i].name), t[i].add);
	}
	ifg = if_findgroup("vpn");
	KT_REQUIRE(ifg != NULL);
	KT_EQ(ifg->ifg_refcnt, 1);
	KT_PTREQ(TAILQ_FIRST(&ifg->ifg_members)->ifgm_ifp, &ti->ti_if);
	KT_EQ(if_delgroup(&ti->ti_if, "vpn"), 0);
	KT_EQ(if_delgroup(&ti->ti_if, "vpn"), ENOENT);
	KT_PTREQ(if_findgroup("vpn"), NULL);
	NET_UNLOCK();
	testif_destroy(ti);
	KT_PTREQ(if_findgroup("0123456789abcde"), NULL);
}

KTEST(group_ioctls, "groups by ioctl: how much room, and no more than that")
{
	struct testif *ti = testif_create("tst0", 1);
	struct ifg_req list[4];
	struct ifgroupreq ifgr;

	memset(&ifgr, 0, sizeof(ifgr));
	strlcpy(ifgr.ifgr_name, "tst0", IFNAMSIZ);
	strlcpy(ifgr.ifgr_group, "vpn", IFNAMSIZ);
	KT_ERR(0, ioctl(SIOCAIFGROUP, &ifgr));
	KT_ERR(EEXIST, ioctl(SIOCAIFGROUP, &ifgr));
	ifgr.ifgr_len = 0;
	KT_ERR(0, ioctl(SIOCGIFGROUP, &ifgr));
	KT_EQ(ifgr.ifgr_len, 2 * sizeof(struct ifg_req));
	ifgr.ifgr_groups = list;
	KT_ERR(0, ioctl(SIOCGIFGROUP, &ifgr));
	KT_EQ(ifgr.ifgr_len, 2 * sizeof(struct ifg_req));
	KT_STREQ(list[0].ifgrq_group, "all");
	KT_STREQ(list[1].ifgrq_group, "vpn");
	ifgr.ifgr_len = sizeof(struct ifg_req);
	KT_ERR(EINVAL, ioctl(SIOCGIFGROUP, &ifgr));
	strlcpy(ifgr.ifgr_name, "vpn", IFNAMSIZ);
	ifgr.ifgr_len = sizeof(list);
	KT_ERR(0, ioctl(SIOCGIFGMEMB, &ifgr));
	KT_EQ(ifgr.ifgr_len, sizeof(struct ifg_req));
	KT_STREQ(list[0].ifgrq_member, "tst0");
	strlcpy(ifgr.ifgr_name, "nobody", IFNAMSIZ);
	KT_ERR(ENOENT, ioctl(SIOCGIFGMEMB, &ifgr));
	KT_ERR(ENXIO, ioctl(SIOCGIFGROUP, &ifgr));
	ifgr.ifgr_len = 0;
	KT_ERR(0, ioctl(SIOCGIFGLIST, &ifgr));
	KT_TRUE(ifgr.ifgr_len >= 2 * sizeof(struct ifg_req));
	strlcpy(ifgr.ifgr_name, "vpn", IFNAMSIZ);
	ifgr.ifgr_attrib.ifg_carp_demoted = 5;
	KT_ERR(0, ioctl(SIOCSIFGATTR, &ifgr));
	ifgr.ifgr_attrib.ifg_carp_demoted = -6;
	KT_ERR(ERANGE, ioctl(SIOCSIFGATTR, &ifgr));
	KT_ERR(0, ioctl(SIOCGIFGATTR, &ifgr));
	KT_EQ(ifgr.ifgr_attrib.ifg_carp_demoted, 5);
	strlcpy(ifgr.ifgr_name, "tst0", IFNAMSIZ);
	strlcpy(ifgr.ifgr_group, "vpn", IFNAMSIZ);
	KT_ERR(0, ioctl(SIOCDIFGROUP, &ifgr));
	KT_ERR(ENOENT, ioctl(SIOCDIFGROUP, &ifgr));
	testif_destroy(ti);
}

KTEST(egress, "the interfaces of default routes are in egress")
{
	struct testif *ti = testif_create("tst0", 0);
	struct sockaddr_in gate;
	struct rt_addrinfo info;
	struct rtentry *rt;
	struct ifaddr *ifa;
	union rtaddr any;

	NET_LOCK();
	ifa = testif_addr(ti, 0xc000020a, 24);
	memset(&info, 0, sizeof(info));
	info.rti_flags = RTF_GATEWAY;
	info.rti_info[RTAX_DST] = info.rti_info[RTAX_NETMASK] =
	    rt_plentosa(AF_INET, 0, &any, sizeof(any));
	info.rti_info[RTAX_GATEWAY] = testif_sin(&gate, 0xc0000201);
	KT_EQ(rtrequest(RTM_ADD, &info, 0, &rt, 0), 0);
	KT_EQ(if_addgroup(&ti->ti_if, IFG_EGRESS), EEXIST);
	KT_EQ(rtdeletemsg(rt, NULL, 0), 0);
	rtfree(rt);
	KT_EQ(if_delgroup(&ti->ti_if, IFG_EGRESS), ENOENT);
	testif_deladdr(ti, ifa);
	NET_UNLOCK();
	testif_destroy(ti);
}

KTEST(clone_names, "names that a cloner takes, and those it does not")
{
	static const struct {
		const char	*name;
		int		 unit;		/* -1: none */
	} t[] = {
		{ "lo0", 0 }, { "lo7", 7 }, { "lo10", 10 },
		{ "lo999999", 999999 }, { "lo1000000", -1 }, { "lo00", -1 },
		{ "lo01", -1 }, { "lo", -1 }, { "lox", -1 }, { "lo1x", -1 },
		{ "", -1 }, { "1", -1 }, { "nosuch0", -1 },
		{ "lo99999999999999999999", -1 },
	};
	struct if_clone *ifc;
	int unit;
	u_int i;

	for (i = 0; i < nitems(t); i++) {
		KT_CASE("\"%s\"", t[i].name);
		unit = -1;
		ifc = if_clone_lookup(t[i].name, &unit);
		KT_EQ(ifc != NULL, t[i].unit != -1);
		KT_EQ(unit, t[i].unit);
	}
}

KTEST(clone, "interfaces on demand, and not twice")
{
	struct if_clonereq ifcr;
	char names[8][IFNAMSIZ];
	struct ifnet *ifp;
	struct ifreq ifr;

	KT_ERR(0, ioctl(SIOCIFCREATE, req(&ifr, "lo9")));
	KT_ERR(EEXIST, ioctl(SIOCIFCREATE, req(&ifr, "lo9")));
	KT_ERR(EINVAL, ioctl(SIOCIFCREATE, req(&ifr, "nosuch0")));
	ifp = if_unit("lo9");
	KT_REQUIRE(ifp != NULL);
	KT_NE(ifp->if_xflags & IFXF_CLONED, 0);
	KT_EQ(ifp->if_type, IFT_LOOP);
	KT_EQ(if_addgroup(ifp, "lo"), EEXIST);
	if_put(ifp);
	KT_ERR(0, ioctl(SIOCIFDESTROY, req(&ifr, "lo9")));
	KT_ERR(ENXIO, ioctl(SIOCIFDESTROY, req(&ifr, "lo9")));
	KT_ERR(EINVAL, ioctl(SIOCIFDESTROY, req(&ifr, "nosuch0")));
	/* lo0 is the domain's. */
	KT_ERR(EPERM, ioctl(SIOCIFDESTROY, req(&ifr, "lo0")));
	memset(&ifcr, 0, sizeof(ifcr));
	KT_ERR(0, ioctl(SIOCIFGCLONERS, &ifcr));
	KT_TRUE(ifcr.ifcr_total >= 1);
	ifcr.ifcr_count = 1;
	ifcr.ifcr_buffer = (char *)names;
	memset(names, 'x', sizeof(names));
	KT_ERR(0, ioctl(SIOCIFGCLONERS, &ifcr));
	KT_EQ(names[1][0], 'x');
	ifcr.ifcr_count = -1;
	KT_ERR(EINVAL, ioctl(SIOCIFGCLONERS, &ifcr));
}

static u_int	 af_attached, af_detached;

static void
af_attach(struct ifnet *ifp)
{
	af_attached += ifp->if_rdomain;
}

static void
af_detach(struct ifnet *ifp)
{
	if (strcmp(ifp->if_xname, "tst0") == 0)
		af_detached++;
}

KTEST(families, "families hear of interfaces that move, and that go")
{
	struct testif *ti = testif_create("tst0", 0);
	struct if_afreq ifar;
	struct ifreq ifr;

	if_register_attach(AF_KEY, af_attach);
	if_register_detach(AF_KEY, af_detach);
	af_attached = af_detached = 0;
	req(&ifr, "tst0");
	ifr.ifr_rdomainid = 42;
	KT_ERR(0, ioctl(SIOCSIFRDOMAIN, &ifr));
	KT_EQ(af_detached, 1);
	KT_TRUE(af_attached >= 42);
	KT_ERR(0, ioctl(SIOCSIFRDOMAIN, &ifr));
	KT_EQ(af_detached, 1);
	memset(&ifar, 0, sizeof(ifar));
	strlcpy(ifar.ifar_name, "tst0", IFNAMSIZ);
	ifar.ifar_af = AF_KEY;
	KT_ERR(0, ioctl(SIOCIFAFDETACH, &ifar));
	KT_EQ(af_detached, 2);
	ifar.ifar_af = AF_LINK;
	KT_ERR(EAFNOSUPPORT, ioctl(SIOCIFAFATTACH, &ifar));
	KT_ERR(EAFNOSUPPORT, ioctl(SIOCIFAFDETACH, &ifar));
	ifar.ifar_af = 255;
	KT_ERR(EAFNOSUPPORT, ioctl(SIOCIFAFDETACH, &ifar));
	testif_destroy(ti);
	KT_EQ(af_detached, 3);
}

KTEST(rdomain, "a routing domain comes with a loopback of its own")
{
	struct testif *ti = testif_create("tst0", 0);
	struct ifnet *lo;
	struct ifreq ifr;

	req(&ifr, "tst0");
	ifr.ifr_rdomainid = 42;
	KT_ERR(0, ioctl(SIOCSIFRDOMAIN, &ifr));
	KT_EQ(ti->ti_if.if_rdomain, 42);
	KT_EQ(rtable_l2(42), 42);
	lo = if_unit("lo42");
	KT_REQUIRE(lo != NULL);
	KT_EQ(rtable_loindex(42), lo->if_index);
	KT_EQ(lo->if_rdomain, 42);
	if_put(lo);
	ifr.ifr_rdomainid = 0;
	KT_ERR(0, ioctl(SIOCGIFRDOMAIN, &ifr));
	KT_EQ(ifr.ifr_rdomainid, 42);
	/* It stays as long as the domain. */
	KT_ERR(EPERM, ioctl(SIOCIFDESTROY, req(&ifr, "lo42")));
	ifr.ifr_rdomainid = 0;
	KT_ERR(EPERM, ioctl(SIOCSIFRDOMAIN, &ifr));
	req(&ifr, "tst0");
	ifr.ifr_rdomainid = RT_TABLEID_MAX + 1;
	KT_ERR(EINVAL, ioctl(SIOCSIFRDOMAIN, &ifr));
	ifr.ifr_rdomainid = -1;
	KT_ERR(EINVAL, ioctl(SIOCSIFRDOMAIN, &ifr));
	/* A mere table is no domain. */
	NET_LOCK();
	KT_EQ(rtable_add(43), 0);
	NET_UNLOCK();
	ifr.ifr_rdomainid = 43;
	KT_ERR(EINVAL, ioctl(SIOCSIFRDOMAIN, &ifr));
	ifr.ifr_rdomainid = 0;
	KT_ERR(0, ioctl(SIOCSIFRDOMAIN, &ifr));
	KT_EQ(ti->ti_if.if_rdomain, 0);
	testif_destroy(ti);
}

KTEST(rdomain_apart, "the same address in two domains, each with its routes")
{
	struct testif *t0 = testif_create("tst0", 0);
	struct testif *t1 = testif_create("tst1", 0);
	struct ifaddr *ifa0, *ifa1;
	struct sockaddr_in sin;
	struct ifreq ifr;

	req(&ifr, "tst1");
	ifr.ifr_rdomainid = 42;
	KT_ERR(0, ioctl(SIOCSIFRDOMAIN, &ifr));
	NET_LOCK();
	ifa0 = testif_addr(t0, 0xc000020a, 24);
	ifa1 = testif_addr(t1, 0xc000020a, 24);
	(void)testif_sin(&sin, 0xc000020a);
	KT_PTREQ(ifa_ifwithaddr((struct sockaddr *)&sin, 0), ifa0);
	KT_PTREQ(ifa_ifwithaddr((struct sockaddr *)&sin, 42), ifa1);
	(void)testif_sin(&sin, 0xc0000207);
	KT_EQ(rtalloc_noref((struct sockaddr *)&sin, NULL, RT_RESOLVE,
	    0)->rt_ifidx, t0->ti_if.if_index);
	KT_EQ(rtalloc_noref((struct sockaddr *)&sin, NULL, RT_RESOLVE,
	    42)->rt_ifidx, t1->ti_if.if_index);
	testif_deladdr(t0, ifa0);
	KT_PTREQ(rtalloc_noref((struct sockaddr *)&sin, NULL, 0, 0), NULL);
	testif_deladdr(t1, ifa1);
	NET_UNLOCK();
	testif_destroy(t0);
	testif_destroy(t1);
}

KTEST(ioctls, "what can be asked of an interface, and set")
{
	struct testif *ti = testif_create("tst0", 1);
	struct ifnet *ifp = &ti->ti_if;
	char text[IFDESCRSIZE], buf[IFDESCRSIZE];
	struct ifmediareq ifmr;
	struct if_data ifd;
	struct ifreq ifr;

	KT_ERR(ENXIO, ioctl(SIOCGIFFLAGS, req(&ifr, "nosuch0")));
	KT_ERR(0, ioctl(SIOCGIFFLAGS, req(&ifr, "tst0")));
	KT_EQ((u_short)ifr.ifr_flags, ifp->if_flags);
	/* What is the kernel's stays as it is. */
	ifr.ifr_flags = IFF_DEBUG | IFF_POINTOPOINT;
	KT_ERR(0, ioctl(SIOCSIFFLAGS, &ifr));
	KT_EQ(ifp->if_flags, IFF_DEBUG | IFF_BROADCAST | IFF_MULTICAST |
	    IFF_RUNNING | IFF_SIMPLEX);
	ti->ti_error = EIO;
	ifr.ifr_flags = IFF_UP;
	KT_ERR(EIO, ioctl(SIOCSIFFLAGS, &ifr));
	KT_EQ(ifp->if_flags & (IFF_UP | IFF_DEBUG), IFF_DEBUG);
	ti->ti_error = 0;
	KT_ERR(0, ioctl(SIOCSIFFLAGS, &ifr));
	KT_NE(ifp->if_flags & IFF_UP, 0);

	ifr.ifr_mtu = 1400;
	KT_ERR(0, ioctl(SIOCSIFMTU, &ifr));
	ifr.ifr_mtu = 0;
	KT_ERR(0, ioctl(SIOCGIFMTU, &ifr));
	KT_EQ(ifr.ifr_mtu, 1400);
	KT_ERR(0, ioctl(SIOCGIFHARDMTU, &ifr));
	KT_EQ(ifr.ifr_hardmtu, 1500);
	ifr.ifr_metric = 3;
	KT_ERR(0, ioctl(SIOCSIFMETRIC, &ifr));
	KT_EQ(ifp->if_metric, 3);
	KT_ERR(0, ioctl(SIOCSIFPRIORITY, &ifr));
	KT_EQ(ifp->if_priority, 3);
	ifr.ifr_metric = 16;
	KT_ERR(EINVAL, ioctl(SIOCSIFPRIORITY, &ifr));
	ifr.ifr_llprio = 8;
	KT_ERR(EINVAL, ioctl(SIOCSIFLLPRIO, &ifr));

	strlcpy(text, "to the office", sizeof(text));
	ifr.ifr_data = text;
	KT_ERR(0, ioctl(SIOCSIFDESCR, &ifr));
	ifr.ifr_data = buf;
	KT_ERR(0, ioctl(SIOCGIFDESCR, &ifr));
	KT_STREQ(buf, text);
	memset(text, 'x', sizeof(text));
	ifr.ifr_data = text;
	KT_NE(ioctl(SIOCSIFDESCR, &ifr), 0);
	KT_STREQ(ifp->if_description, "to the office");

	ifr.ifr_data = (caddr_t)&ifd;
	KT_ERR(0, ioctl(SIOCGIFDATA, &ifr));
	KT_EQ(ifd.ifi_mtu, 1400);
	KT_EQ(ifd.ifi_type, IFT_ETHER);
	memset(&ifmr, 0, sizeof(ifmr));
	strlcpy(ifmr.ifm_name, "tst0", IFNAMSIZ);
	KT_ERR(0, ioctl(SIOCGIFMEDIA, &ifmr));
	KT_EQ(ifmr.ifm_count, 1);
	KT_EQ(ifmr.ifm_status, IFM_AVALID | IFM_ACTIVE);
	ifmr.ifm_count = -1;
	KT_ERR(EINVAL, ioctl(SIOCGIFMEDIA, &ifmr));
	KT_ERR(ENOTTY, ioctl(SIOCSIFPARENT, req(&ifr, "tst0")));
	testif_destroy(ti);
}

KTEST(lladdr, "another station address")
{
	struct testif *ti = testif_create("tst0", 1);
	static const uint8_t good[] = { 0xfe, 0xe1, 0xba, 1, 2, 3 };
	static const uint8_t bad[] = { 0x01, 0, 0x5e, 1, 2, 3 };
	struct ifreq ifr;

	req(&ifr, "tst0");
	ifr.ifr_addr.sa_len = ETHER_ADDR_LEN;
	ifr.ifr_addr.sa_family = AF_LINK;
	memcpy(ifr.ifr_addr.sa_data, bad, sizeof(bad));
	KT_ERR(EINVAL, ioctl(SIOCSIFLLADDR, &ifr));
	memcpy(ifr.ifr_addr.sa_data, good, sizeof(good));
	KT_ERR(0, ioctl(SIOCSIFLLADDR, &ifr));
	KT_MEMEQ(ti->ti_enaddr, good, sizeof(good));
	KT_MEMEQ(LLADDR(ti->ti_if.if_sadl), good, sizeof(good));
	ifr.ifr_addr.sa_len = 4;
	KT_ERR(EINVAL, ioctl(SIOCSIFLLADDR, &ifr));
	req(&ifr, "lo0");
	ifr.ifr_addr.sa_len = ETHER_ADDR_LEN;
	memcpy(ifr.ifr_addr.sa_data, good, sizeof(good));
	KT_ERR(ENODEV, ioctl(SIOCSIFLLADDR, &ifr));
	testif_destroy(ti);
}

KTEST(unprivileged, "who is not root may ask, and set nothing")
{
	static const struct {
		u_long	cmd;
		int	error;
	} t[] = {
		{ SIOCSIFFLAGS, EPERM }, { SIOCSIFXFLAGS, EPERM },
		{ SIOCSIFMETRIC, EPERM }, { SIOCSIFMTU, EPERM },
		{ SIOCSIFDESCR, EPERM }, { SIOCSIFRTLABEL, EPERM },
		{ SIOCSIFPRIORITY, EPERM }, { SIOCSIFLLPRIO, EPERM },
		{ SIOCSIFRDOMAIN, EPERM }, { SIOCSIFLLADDR, EPERM },
		{ SIOCSIFMEDIA, EPERM }, { SIOCADDMULTI, EPERM },
		{ SIOCDELMULTI, EPERM }, { SIOCIFCREATE, EPERM },
		{ SIOCIFDESTROY, EPERM }, { SIOCAIFGROUP, EPERM },
		{ SIOCDIFGROUP, EPERM }, { SIOCSIFGATTR, EPERM },
		{ SIOCIFAFATTACH, EPERM }, { SIOCIFAFDETACH, EPERM },
		{ SIOCGIFFLAGS, 0 }, { SIOCGIFMTU, 0 }, { SIOCGIFRDOMAIN, 0 },
	};
	struct testif *ti = testif_create("tst0", 1);
	struct ucred *root = curproc->p_ucred, *user;
	char arg[128];
	u_int i;

	user = crdup(root);
	user->cr_uid = 1000;
	for (i = 0; i < nitems(t); i++) {
		KT_CASE("request %lu", t[i].cmd & 0xff);
		KT_REQUIRE(socreate(AF_ROUTE, &so, SOCK_RAW, 0) == 0);
		memset(arg, 0, sizeof(arg));
		strlcpy(arg, "tst0", IFNAMSIZ);
		curproc->p_ucred = user;
		KT_ERR(t[i].error, ioctl(t[i].cmd, arg));
		curproc->p_ucred = root;
	}
	crfree(user);
	testif_destroy(ti);
}

KTEST(promisc, "promiscuous while anybody wants it")
{
	struct testif *ti = testif_create("tst0", 1);
	struct ifnet *ifp = &ti->ti_if;
	struct ifreq ifr;

	NET_LOCK();
	KT_EQ(ifpromisc(ifp, 1), 0);
	KT_EQ(ti->ti_ioctls, 1);
	KT_EQ(ifpromisc(ifp, 1), 0);
	KT_EQ(ti->ti_ioctls, 1);
	KT_NE(ifp->if_flags & IFF_PROMISC, 0);
	KT_EQ(ifpromisc(ifp, 0), 0);
	KT_NE(ifp->if_flags & IFF_PROMISC, 0);
	NET_UNLOCK();
	/* ifconfig -promisc does not deafen a listener. */
	req(&ifr, "tst0");
	ifr.ifr_flags = IFF_UP;
	KT_ERR(0, ioctl(SIOCSIFFLAGS, &ifr));
	KT_NE(ifp->if_flags & IFF_PROMISC, 0);
	NET_LOCK();
	KT_EQ(ifpromisc(ifp, 0), 0);
	KT_EQ(ifp->if_flags & IFF_PROMISC, 0);
	ti->ti_error = EIO;
	KT_EQ(ifpromisc(ifp, 1), EIO);
	KT_EQ(ifp->if_pcount, 0);
	KT_EQ(ifp->if_flags & IFF_PROMISC, 0);
	NET_UNLOCK();
	testif_destroy(ti);
}

KTEST(ifconf, "names and addresses, as many as fit")
{
	struct testif *ti = testif_create("tst0", 0);
	struct ifaddr *ifa;
	struct ifconf ifc;
	struct ifreq *buf;
	int full;

	NET_LOCK();
	ifa = testif_addr(ti, 0xc000020a, 24);
	NET_UNLOCK();
	memset(&ifc, 0, sizeof(ifc));
	KT_ERR(0, ioctl(SIOCGIFCONF, &ifc));
	full = ifc.ifc_len;
	KT_TRUE(full >= (int)(2 * sizeof(struct ifreq)));
	buf = malloc(full, M_TEMP, M_WAITOK | M_ZERO);
	ifc.ifc_req = buf;
	KT_ERR(0, ioctl(SIOCGIFCONF, &ifc));
	KT_EQ(ifc.ifc_len, full);
	/* Room for all but the last byte: whole entries, and not all. */
	ifc.ifc_len = full - 1;
	KT_ERR(0, ioctl(SIOCGIFCONF, &ifc));
	KT_RANGE(ifc.ifc_len, sizeof(struct ifreq),
	    full - sizeof(struct ifreq));
	ifc.ifc_len = 1;
	KT_ERR(0, ioctl(SIOCGIFCONF, &ifc));
	KT_EQ(ifc.ifc_len, 0);
	free(buf, M_TEMP, full);
	NET_LOCK();
	testif_deladdr(ti, ifa);
	NET_UNLOCK();
	testif_destroy(ti);
}
