/*
 * Routing sockets: messages good and bad, field by field; answers; who is
 * told what; dumps.
 *
 *	192.0.2.10/24 - tst0
 */
#include <sys/param.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>
#include <sys/pool.h>
#include <sys/proc.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/socketvar.h>
#include <sys/systm.h>
#include <sys/time.h>
#include <sys/ucred.h>
#include <sys/uio.h>

#include <net/if_dl.h>
#include <net/if_types.h>
#include <net/if_var.h>
#include <net/netisr.h>
#include <net/route.h>
#include <net/rtable.h>
#include <net/rtsock.h>

#include <ktest.h>

#include "testif.h"

#define NET0	0xc0000200U		/* 192.0.2.0/24 */
#define FAR	0xcb007100U		/* 203.0.113.0/24 */

static struct testif	*ti;
static struct ifaddr	*ifa;
static struct socket	*so;
static u_int		 routes;

/* A message under construction, and one that has been read. */
union message {
	struct rt_msghdr	 rtm;
	struct if_msghdr	 ifm;
	struct ifa_msghdr	 ifam;
	struct if_announcemsghdr ifan;
	uint8_t			 b[2048];
};

static union message	 msg, reply;

static void
begin(void)
{
	ti = testif_create("tst0", 0);
	NET_LOCK();
	routes = rtentry_pool.pr_nout;
	ifa = testif_addr(ti, NET0 | 10, 24);
	NET_UNLOCK();
	KT_REQUIRE(socreate(AF_ROUTE, &so, SOCK_RAW, 0) == 0);
}

static void
end(void)
{
	soclose(so);
	NET_LOCK();
	testif_deladdr(ti, ifa);
	KT_EQ(rtentry_pool.pr_nout, routes);
	NET_UNLOCK();
	testif_destroy(ti);
}

static void
msg_start(int type, int flags)
{
	memset(&msg, 0, sizeof(msg));
	msg.rtm.rtm_msglen = sizeof(struct rt_msghdr);
	msg.rtm.rtm_version = RTM_VERSION;
	msg.rtm.rtm_type = type;
	msg.rtm.rtm_hdrlen = sizeof(struct rt_msghdr);
	msg.rtm.rtm_flags = flags;
	msg.rtm.rtm_seq = 4711;
}

static void
msg_sa(int bit, const void *sa)
{
	const struct sockaddr *s = sa;

	memcpy(&msg.b[msg.rtm.rtm_msglen], s, s->sa_len);
	msg.rtm.rtm_msglen += RT_ROUNDUP(s->sa_len);
	msg.rtm.rtm_addrs |= bit;
}

static void
msg_sin(int bit, uint32_t addr)
{
	struct sockaddr_in sin;

	msg_sa(bit, testif_sin(&sin, addr));
}

static void
msg_mask(int plen)
{
	union rtaddr mask;

	msg_sa(RTA_NETMASK, rt_plentosa(AF_INET, plen, &mask, sizeof(mask)));
}

/* RTM_ADD or RTM_DELETE of FAR/plen by way of a router. */
static void
msg_route(int type, uint32_t dst, int plen, uint32_t gate)
{
	msg_start(type, RTF_GATEWAY | RTF_STATIC);
	msg_sin(RTA_DST, dst);
	msg_sin(RTA_GATEWAY, gate);
	msg_mask(plen);
}

/* Send len bytes of the message. */
static int
send_len(size_t len)
{
	struct mbuf *m;

	m = m_devget((char *)&msg, len, 0);
	KT_REQUIRE(m != NULL);
	return (sosend(so, NULL, NULL, m, NULL, 0));
}

static int
send(void)
{
	return (send_len(msg.rtm.rtm_msglen));
}

/* Read one message of a socket; its length, or -1 when there is none. */
static int
receive(struct socket *from)
{
	struct somsg sm;
	struct iovec iov;
	struct uio uio;
	int error;

	memset(&reply, 0, sizeof(reply));
	memset(&sm, 0, sizeof(sm));
	memset(&uio, 0, sizeof(uio));
	iov.iov_base = &reply;
	iov.iov_len = sizeof(reply);
	uio.uio_iov = &iov;
	uio.uio_iovcnt = 1;
	uio.uio_resid = sizeof(reply);
	uio.uio_segflg = UIO_SYSSPACE;
	uio.uio_rw = UIO_READ;
	uio.uio_procp = curproc;
	sm.sm_flags = MSG_DONTWAIT;
	error = soreceive(from, &uio, &sm);
	m_freem(sm.sm_name);
	m_freem(sm.sm_control);
	return (error != 0 ? -1 : (int)(sizeof(reply) - uio.uio_resid));
}

static void
drain(struct socket *from)
{
	while (receive(from) != -1)
		continue;
}

/* Send, read the answer, and compare its error with what send said. */
static int
transact(void)
{
	int error, n;

	drain(so);
	error = send();
	while ((n = receive(so)) != -1 && reply.rtm.rtm_seq != 4711)
		continue;
	KT_TRUE(n >= (int)sizeof(struct rt_msghdr));
	KT_EQ(reply.rtm.rtm_msglen, n);
	KT_EQ(reply.rtm.rtm_errno, error);
	KT_EQ(reply.rtm.rtm_pid, curproc->p_pid);
	KT_EQ((reply.rtm.rtm_flags & RTF_DONE) != 0, error == 0);
	return (error);
}

/* The sockaddr of a bit in the reply, or NULL. */
static const struct sockaddr *
reply_sa(int bit)
{
	const uint8_t *p = &reply.b[reply.rtm.rtm_hdrlen];
	int i;

	if ((reply.rtm.rtm_addrs & bit) == 0)
		return (NULL);
	for (i = 1; i != bit; i <<= 1) {
		if (reply.rtm.rtm_addrs & i)
			p += RT_ROUNDUP(((const struct sockaddr *)p)->sa_len);
	}
	return ((const struct sockaddr *)p);
}

static uint32_t
reply_sin(int bit)
{
	const struct sockaddr *sa = reply_sa(bit);

	if (sa == NULL || sa->sa_family != AF_INET)
		return (0);
	return (ntohl(((const struct sockaddr_in *)sa)->sin_addr.s_addr));
}

KTEST(add_get_delete, "a route is added, shown, changed and deleted")
{
	struct sockaddr_rtlabel sr;

	begin();
	msg_route(RTM_ADD, FAR, 24, NET0 | 1);
	KT_ERR(0, transact());
	KT_EQ(reply.rtm.rtm_priority, RTP_STATIC);
	KT_EQ(reply.rtm.rtm_index, ti->ti_if.if_index);
	KT_EQ(reply.rtm.rtm_flags & (RTF_UP | RTF_GATEWAY | RTF_STATIC |
	    RTF_HOST), RTF_UP | RTF_GATEWAY | RTF_STATIC);
	KT_ERR(EEXIST, transact());

	msg_start(RTM_GET, 0);
	msg_sin(RTA_DST, FAR | 77);
	KT_ERR(0, transact());
	KT_EQ(reply_sin(RTA_DST), FAR);
	KT_EQ(reply_sin(RTA_GATEWAY), NET0 | 1);
	KT_EQ(reply_sin(RTA_NETMASK), 0xffffff00);
	KT_EQ(reply_sin(RTA_IFA), NET0 | 10);
	KT_REQUIRE(reply_sa(RTA_IFP) != NULL);
	KT_EQ(reply_sa(RTA_IFP)->sa_family, AF_LINK);

	/* Another router, a label, an MTU. */
	msg_route(RTM_CHANGE, FAR, 24, NET0 | 2);
	memset(&sr, 0, sizeof(sr));
	sr.sr_len = sizeof(sr);
	strlcpy(sr.sr_label, "office", sizeof(sr.sr_label));
	msg_sa(RTA_LABEL, &sr);
	msg.rtm.rtm_inits = RTV_MTU;
	msg.rtm.rtm_rmx.rmx_mtu = 1280;
	KT_ERR(0, transact());
	KT_EQ(reply_sin(RTA_GATEWAY), NET0 | 2);
	KT_EQ(reply.rtm.rtm_rmx.rmx_mtu, 1280);
	KT_REQUIRE(reply_sa(RTA_LABEL) != NULL);
	KT_STREQ(((const struct sockaddr_rtlabel *)reply_sa(RTA_LABEL))->
	    sr_label, "office");
	/* Flags change by their mask only. */
	msg_start(RTM_CHANGE, RTF_BLACKHOLE);
	msg.rtm.rtm_fmask = RTF_BLACKHOLE | RTF_CLONED;
	msg_sin(RTA_DST, FAR);
	msg_mask(24);
	KT_ERR(0, transact());
	KT_EQ(reply.rtm.rtm_flags & (RTF_BLACKHOLE | RTF_STATIC | RTF_CLONED),
	    RTF_BLACKHOLE | RTF_STATIC);

	msg_route(RTM_DELETE, FAR, 24, NET0 | 1);
	KT_ERR(ESRCH, transact());
	msg_route(RTM_DELETE, FAR, 24, NET0 | 2);
	KT_ERR(0, transact());
	KT_ERR(ESRCH, transact());
	msg_start(RTM_GET, 0);
	msg_sin(RTA_DST, FAR | 77);
	KT_ERR(ESRCH, transact());
	end();
}

/* An interface's link comes or goes. */
static void
link_state(struct testif *t, int state)
{
	NET_LOCK();
	t->ti_if.if_link_state = state;
	if_link_state_change(&t->ti_if);
	NET_UNLOCK();
}

/* Can the route to FAR be used? */
static int
far_is_up(void)
{
	struct rtentry *rt;
	struct sockaddr_in sin;
	union rtaddr mask;
	int up;

	NET_LOCK();
	rt = rtable_lookup(0, testif_sin(&sin, FAR),
	    rt_plentosa(AF_INET, 24, &mask, sizeof(mask)), NULL, RTP_ANY);
	KT_REQUIRE(rt != NULL);
	up = ISSET(rt->rt_flags, RTF_UP) != 0;
	KT_EQ(up, !ISSET(rt->rt_priority, RTP_DOWN));
	NET_UNLOCK();
	return (up);
}

KTEST(change_link, "a route that changes its interface is as up as that")
{
	struct testif *other;
	struct ifaddr *otherifa;

	begin();
	other = testif_create("tst1", 0);
	NET_LOCK();
	otherifa = testif_addr(other, FAR + 0x110, 24);
	NET_UNLOCK();
	link_state(ti, LINK_STATE_DOWN);
	msg_route(RTM_ADD, FAR, 24, NET0 | 1);
	KT_ERR(0, transact());
	KT_TRUE(!far_is_up());
	msg_route(RTM_CHANGE, FAR, 24, FAR + 0x101);
	KT_ERR(0, transact());
	KT_TRUE(far_is_up());
	/* To a router that cannot be reached now, it does not. */
	msg_route(RTM_CHANGE, FAR, 24, NET0 | 1);
	KT_ERR(ENETUNREACH, transact());
	KT_TRUE(far_is_up());
	/* The new interface's link counts, the old one's does not. */
	link_state(other, LINK_STATE_DOWN);
	KT_TRUE(!far_is_up());
	link_state(ti, LINK_STATE_UP);
	KT_TRUE(!far_is_up());
	link_state(other, LINK_STATE_UP);
	KT_TRUE(far_is_up());
	msg_route(RTM_DELETE, FAR, 24, FAR + 0x101);
	KT_ERR(0, transact());
	NET_LOCK();
	testif_deladdr(other, otherifa);
	NET_UNLOCK();
	testif_destroy(other);
	end();
}

KTEST(header, "every field of the header, wrong")
{
	static const struct {
		const char	*what;
		size_t		 off;
		u_int		 size;
		int		 value;
		int		 error;
	} t[] = {
#define F(f)	offsetof(struct rt_msghdr, f), sizeof(msg.rtm.f)
		{ "length, shorter", F(rtm_msglen), 96, EINVAL },
		{ "length, longer", F(rtm_msglen), 200, EINVAL },
		{ "length, none", F(rtm_msglen), 0, EINVAL },
		{ "version, old", F(rtm_version), 4, EPROTONOSUPPORT },
		{ "version, none", F(rtm_version), 0, EPROTONOSUPPORT },
		{ "type, none", F(rtm_type), 0, EOPNOTSUPP },
		{ "type, the kernel's", F(rtm_type), RTM_MISS, EOPNOTSUPP },
		{ "type, IFINFO", F(rtm_type), RTM_IFINFO, EOPNOTSUPP },
		{ "type, NEWADDR", F(rtm_type), RTM_NEWADDR, EOPNOTSUPP },
		{ "type, unknown", F(rtm_type), 255, EOPNOTSUPP },
		{ "header, short", F(rtm_hdrlen), 95, EINVAL },
		{ "header, long", F(rtm_hdrlen), 104, EINVAL },
		{ "header, huge", F(rtm_hdrlen), 65535, EINVAL },
		{ "header, unsaid", F(rtm_hdrlen), 0, 0 },
		{ "table, beyond", F(rtm_tableid), 256, EINVAL },
		{ "priority, beyond", F(rtm_priority), 64, EINVAL },
		{ "priority, down", F(rtm_priority), 0x88, EINVAL },
		{ "priority, local", F(rtm_priority), RTP_LOCAL, EINVAL },
		{ "addresses, none", F(rtm_addrs), 0, EINVAL },
		{ "addresses, unknown", F(rtm_addrs), 1 << 15, EINVAL },
		{ "addresses, all", F(rtm_addrs), -1, EINVAL },
		{ "addresses, no gateway", F(rtm_addrs), RTA_DST, EINVAL },
		{ "addresses, more than there are", F(rtm_addrs),
		    RTA_DST | RTA_GATEWAY | RTA_NETMASK | RTA_IFA, EINVAL },
		{ "addresses, genmask", F(rtm_addrs),
		    RTA_DST | RTA_GATEWAY | RTA_GENMASK, EINVAL },
		{ "flags, local", F(rtm_flags), RTF_LOCAL, EINVAL },
		{ "flags, broadcast", F(rtm_flags), RTF_BROADCAST, EINVAL },
		{ "flags, the kernel's own", F(rtm_flags),
		    RTF_GATEWAY | RTF_CLONED | RTF_CACHED, 0 },
#undef F
	};
	u_int i, j;

	begin();
	for (i = 0; i < nitems(t); i++) {
		KT_CASE("%s", t[i].what);
		msg_route(RTM_ADD, FAR, 24, NET0 | 1);
		j = msg.rtm.rtm_msglen;
		memcpy(&msg.b[t[i].off], &t[i].value, t[i].size);
		KT_ERR(t[i].error, send_len(j));
		if (t[i].error != 0)
			continue;
		drain(so);
		msg_start(RTM_GET, 0);
		msg_sin(RTA_DST, FAR | 1);
		KT_ERR(0, transact());
		KT_EQ(reply.rtm.rtm_flags & (RTF_CLONED | RTF_CACHED), 0);
		msg_route(RTM_DELETE, FAR, 24, NET0 | 1);
		KT_ERR(0, send());
	}
	/* Cut anywhere. */
	for (i = 0; i < 96 + 48; i++) {
		KT_CASE("cut at %u", i);
		msg_route(RTM_ADD, FAR, 24, NET0 | 1);
		KT_TRUE(send_len(i) == EINVAL);
		msg.rtm.rtm_msglen = i;
		KT_TRUE(send_len(i) == EINVAL);
	}
	end();
}

KTEST(sockaddrs, "every kind of sockaddr, wrong")
{
	static const struct {
		const char	*what;
		int		 bit;
		uint8_t		 b[40];
		int		 error;
	} t[] = {
		{ "destination, short", RTA_DST, { 8, AF_INET }, EINVAL },
		{ "destination, long", RTA_DST, { 17, AF_INET }, EINVAL },
		{ "destination, empty", RTA_DST, { 0, AF_INET }, EINVAL },
		{ "destination, no family", RTA_DST, { 16, 0 },
		    EAFNOSUPPORT },
		{ "destination, unknown family", RTA_DST, { 16, 200 },
		    EAFNOSUPPORT },
		{ "destination, a link", RTA_DST, { 32, AF_LINK }, EINVAL },
		{ "destination, IPv6, short", RTA_DST, { 16, AF_INET6 },
		    EINVAL },
		{ "gateway, short", RTA_GATEWAY, { 8, AF_INET }, EINVAL },
		{ "gateway, other family", RTA_GATEWAY, { 28, AF_INET6 },
		    EINVAL },
		{ "gateway, cut link", RTA_GATEWAY, { 7, AF_LINK }, EINVAL },
		{ "gateway, link too short for its name", RTA_GATEWAY,
		    { 12, AF_LINK, 0, 0, 6, 5, 0, 0 }, EINVAL },
		{ "gateway, link too short for its address", RTA_GATEWAY,
		    { 13, AF_LINK, 0, 0, 6, 0, 6, 0 }, EINVAL },
		{ "mask, holes", RTA_NETMASK,
		    { 16, AF_INET, 0, 0, 255, 0, 255, 0 }, EINVAL },
		{ "mask, other family", RTA_NETMASK, { 28, AF_INET6 },
		    EINVAL },
		{ "mask, huge", RTA_NETMASK, { 255, AF_INET }, EINVAL },
		{ "interface, cut", RTA_IFP, { 4, AF_LINK }, EINVAL },
		{ "address, short", RTA_IFA, { 4, AF_INET }, EINVAL },
		{ "label, no end", RTA_LABEL, { 4, 0, 'a', 'b' }, EINVAL },
		{ "label, empty", RTA_LABEL, { 2, 0 }, EINVAL },
		{ "label, too long", RTA_LABEL, { 40, 0 }, EINVAL },
		{ "source", RTA_SRC, { 16, AF_INET }, EINVAL },
	};
	struct sockaddr_in dst, gate;
	union rtaddr mask;
	u_int i, bit;

	begin();
	for (i = 0; i < nitems(t); i++) {
		KT_CASE("%s", t[i].what);
		msg_start(RTM_ADD, RTF_STATIC);
		for (bit = RTA_DST; bit <= RTA_SEARCH; bit <<= 1) {
			if ((int)bit == t[i].bit) {
				/* It says itself how long it is. */
				memcpy(&msg.b[msg.rtm.rtm_msglen], t[i].b,
				    sizeof(t[i].b));
				msg.rtm.rtm_msglen += RT_ROUNDUP(t[i].b[0]);
				msg.rtm.rtm_addrs |= bit;
			} else if (bit == RTA_DST)
				msg_sa(bit, testif_sin(&dst, FAR));
			else if (bit == RTA_GATEWAY)
				msg_sa(bit, testif_sin(&gate, NET0 | 1));
			else if (bit == RTA_NETMASK)
				msg_sa(bit, rt_plentosa(AF_INET, 24, &mask,
				    sizeof(mask)));
		}
		KT_ERR(t[i].error, transact());
		if (i > 0)
			continue;
		/* What could not be read is not passed on. */
		KT_EQ(reply.rtm.rtm_addrs, 0);
		KT_EQ(reply.rtm.rtm_msglen, sizeof(struct rt_msghdr));
	}
	end();
}

KTEST(expire, "a time to die is given and shown in UTC")
{
	time_t when = gettime() + 100;

	begin();
	msg_route(RTM_ADD, FAR, 24, NET0 | 1);
	msg.rtm.rtm_inits = RTV_EXPIRE;
	msg.rtm.rtm_rmx.rmx_expire = when;
	KT_ERR(0, transact());
	KT_RANGE(reply.rtm.rtm_rmx.rmx_expire, when - 1, when + 1);
	msg_route(RTM_CHANGE, FAR, 24, NET0 | 1);
	msg.rtm.rtm_inits = RTV_EXPIRE;
	KT_ERR(0, transact());
	KT_EQ(reply.rtm.rtm_rmx.rmx_expire, 0);
	/* One that lies in the past is soon. */
	msg.rtm.rtm_rmx.rmx_expire = 1;
	KT_ERR(0, transact());
	ktest_sleep_ms(2500);
	msg_start(RTM_GET, 0);
	msg_sin(RTA_DST, FAR | 1);
	KT_ERR(ESRCH, transact());
	end();
}

KTEST(build, "a message that does not fit its room is none")
{
	struct rt_addrinfo info;
	struct sockaddr_in dst;
	uint64_t buf[32];
	size_t i, len;

	memset(&info, 0, sizeof(info));
	info.rti_info[RTAX_DST] = testif_sin(&dst, FAR);
	len = sizeof(struct rt_msghdr) + RT_ROUNDUP(sizeof(dst));
	for (i = 0; i < len; i++)
		KT_EQ(rtm_build(RTM_GET, &info, buf, i), 0);
	KT_EQ(rtm_build(RTM_GET, &info, buf, len), len);
	KT_EQ(info.rti_addrs, RTA_DST);
	KT_EQ(((struct rt_msghdr *)buf)->rtm_msglen, len);
}

KTEST(protected, "routes of addresses are not a program's to touch")
{
	begin();
	msg_start(RTM_DELETE, RTF_HOST);
	msg_sin(RTA_DST, NET0 | 10);
	KT_ERR(EINVAL, transact());
	msg_start(RTM_CHANGE, RTF_HOST);
	msg_sin(RTA_DST, NET0 | 10);
	msg_sin(RTA_GATEWAY, NET0 | 1);
	KT_ERR(EINVAL, transact());
	/* Nor a neighbour's link address in place of ours. */
	msg_start(RTM_ADD, RTF_HOST | RTF_LLINFO | RTF_STATIC);
	msg_sin(RTA_DST, NET0 | 10);
	msg_sa(RTA_GATEWAY, ti->ti_if.if_sadl);
	KT_ERR(EEXIST, transact());
	/* No way to a router that is nowhere near. */
	msg_route(RTM_ADD, FAR, 24, FAR | 1);
	KT_ERR(ENETUNREACH, transact());
	end();
}

KTEST(unprivileged, "who is not root may only ask")
{
	struct ucred *root = curproc->p_ucred, *user;
	static const int types[] = { RTM_ADD, RTM_DELETE, RTM_CHANGE,
	    RTM_PROPOSAL, RTM_SOURCE };
	u_int i;

	begin();
	user = crdup(root);
	user->cr_uid = 1000;
	curproc->p_ucred = user;
	for (i = 0; i < nitems(types); i++) {
		msg_route(types[i], FAR, 24, NET0 | 1);
		KT_ERR(EACCES, transact());
	}
	msg_start(RTM_GET, 0);
	msg_sin(RTA_DST, NET0 | 10);
	KT_ERR(0, transact());
	curproc->p_ucred = root;
	crfree(user);
	end();
}

KTEST(tables, "adding a route makes its table; asking does not")
{
	begin();
	msg_start(RTM_GET, 0);
	msg.rtm.rtm_tableid = 210;
	msg_sin(RTA_DST, FAR);
	KT_ERR(EINVAL, transact());
	msg_route(RTM_ADD, FAR, 24, NET0 | 1);
	msg.rtm.rtm_tableid = 210;
	KT_ERR(0, transact());
	KT_EQ(rtable_l2(210), 0);
	msg_start(RTM_GET, 0);
	msg_sin(RTA_DST, FAR | 1);
	KT_ERR(ESRCH, transact());
	msg.rtm.rtm_tableid = 210;
	KT_ERR(0, transact());
	KT_EQ(reply.rtm.rtm_tableid, 210);
	msg_route(RTM_DELETE, FAR, 24, NET0 | 1);
	msg.rtm.rtm_tableid = 210;
	KT_ERR(0, transact());
	end();
}

static int
setfilter(struct socket *s, int opt, u_int value)
{
	struct mbuf *m;
	int error;

	m = m_get(M_WAIT, MT_SOOPTS);
	m->m_len = sizeof(value);
	memcpy(mtod(m, caddr_t), &value, sizeof(value));
	error = sosetopt(s, AF_ROUTE, opt, m);
	m_freem(m);
	return (error);
}

/* How many messages a listener gets of what happens below. */
static int
listen(int opt, u_int value, int family)
{
	struct socket *l;
	int n = 0;

	KT_REQUIRE(socreate(AF_ROUTE, &l, SOCK_RAW, family) == 0);
	if (opt != 0)
		KT_ERR(0, setfilter(l, opt, value));
	msg_route(RTM_ADD, FAR, 24, NET0 | 1);
	msg.rtm.rtm_priority = 32;
	KT_ERR(0, send());
	msg_route(RTM_DELETE, FAR, 24, NET0 | 1);
	KT_ERR(0, send());
	NET_LOCK();
	rtm_ifchg(&ti->ti_if);
	NET_UNLOCK();
	while (receive(l) != -1)
		n++;
	soclose(l);
	return (n);
}

KTEST(filters, "a listener hears what it has asked for")
{
	struct socket *l;

	begin();
	/* The router's host route is there before and after. */
	msg_start(RTM_GET, 0);
	(void)listen(0, 0, 0);
	KT_EQ(listen(0, 0, 0), 3);
	KT_EQ(listen(ROUTE_MSGFILTER, ROUTE_FILTER(RTM_ADD), 0), 1);
	KT_EQ(listen(ROUTE_MSGFILTER, ROUTE_FILTER(RTM_ADD) |
	    ROUTE_FILTER(RTM_IFINFO), 0), 2);
	KT_EQ(listen(ROUTE_PRIOFILTER, 32, 0), 3);
	KT_EQ(listen(ROUTE_PRIOFILTER, 31, 0), 1);
	KT_EQ(listen(ROUTE_FLAGFILTER, RTF_GATEWAY, 0), 1);
	KT_EQ(listen(ROUTE_TABLEFILTER, RTABLE_ANY, 0), 3);
	KT_EQ(listen(0, 0, AF_INET), 3);
	KT_EQ(listen(0, 0, AF_INET6), 1);
	KT_REQUIRE(socreate(AF_ROUTE, &l, SOCK_RAW, 0) == 0);
	KT_ERR(ENOENT, setfilter(l, ROUTE_TABLEFILTER, 240));
	KT_ERR(EINVAL, setfilter(l, ROUTE_PRIOFILTER, RTP_MAX + 1));
	KT_ERR(ENOPROTOOPT, setfilter(l, 99, 0));
	soclose(l);
	end();
}

KTEST(desync, "a listener that lost messages is told once, and goes on")
{
	struct socket *l;
	int first = 0, desyncs = 0, n = 0;
	u_int i;

	begin();
	KT_REQUIRE(socreate(AF_ROUTE, &l, SOCK_RAW, 0) == 0);
	for (i = 0; i < 2000; i++) {
		NET_LOCK();
		rtm_ifchg(&ti->ti_if);
		NET_UNLOCK();
	}
	while (receive(l) != -1) {
		if (reply.rtm.rtm_type == RTM_DESYNC) {
			desyncs++;
			KT_EQ(reply.rtm.rtm_msglen, sizeof(struct rt_msghdr));
		} else if (desyncs == 0)
			first++;
		n++;
	}
	KT_EQ(desyncs, 1);
	KT_RANGE(first, 10, 1999);
	KT_EQ(n, first + 1);
	NET_LOCK();
	rtm_ifchg(&ti->ti_if);
	NET_UNLOCK();
	KT_TRUE(receive(l) > 0);
	KT_EQ(reply.ifm.ifm_type, RTM_IFINFO);
	soclose(l);
	end();
}

KTEST(loopback, "a program need not hear itself")
{
	struct mbuf *m;

	begin();
	m = m_get(M_WAIT, MT_SOOPTS);
	m->m_len = sizeof(int);
	memset(mtod(m, caddr_t), 0, sizeof(int));
	KT_ERR(0, sosetopt(so, SOL_SOCKET, SO_USELOOPBACK, m));
	m_freem(m);
	drain(so);
	msg_start(RTM_GET, 0);
	msg_sin(RTA_DST, NET0 | 10);
	KT_ERR(0, send());
	KT_EQ(receive(so), -1);
	end();
}

KTEST(announcements, "interfaces and addresses that come and go are told")
{
	struct socket *l;
	struct testif *t1;
	struct ifaddr *a;
	int type[8], n = 0;

	begin();
	KT_REQUIRE(socreate(AF_ROUTE, &l, SOCK_RAW, 0) == 0);
	t1 = testif_create("tst1", 0);
	KT_TRUE(receive(l) > 0);
	KT_EQ(reply.ifan.ifan_type, RTM_IFANNOUNCE);
	KT_EQ(reply.ifan.ifan_what, IFAN_ARRIVAL);
	KT_STREQ(reply.ifan.ifan_name, "tst1");
	KT_EQ(receive(l), -1);
	NET_LOCK();
	a = testif_addr(t1, 0xc633640a, 24);
	testif_deladdr(t1, a);
	NET_UNLOCK();
	testif_destroy(t1);
	while (receive(l) != -1 && n < 8)
		type[n++] = reply.rtm.rtm_type;
	KT_EQ(n, 7);
	KT_EQ(type[0], RTM_NEWADDR);
	KT_EQ(type[1], RTM_ADD);
	KT_EQ(type[2], RTM_ADD);
	KT_EQ(type[3], RTM_DELETE);
	KT_EQ(type[4], RTM_DELETE);
	KT_EQ(type[5], RTM_DELADDR);
	KT_EQ(type[6], RTM_IFANNOUNCE);
	soclose(l);
	end();
}

KTEST(source, "the preferred source of a table")
{
	begin();
	msg_start(RTM_SOURCE, 0);
	msg_sin(RTA_IFA, NET0 | 11);
	KT_ERR(EADDRNOTAVAIL, transact());
	msg_start(RTM_SOURCE, 0);
	KT_ERR(EINVAL, transact());
	msg_start(RTM_SOURCE, 0);
	msg_sin(RTA_IFA, NET0 | 10);
	KT_ERR(0, transact());
	KT_REQUIRE(rtable_getsource(0, AF_INET) != NULL);
	msg_start(RTM_SOURCE, 0);
	msg_sin(RTA_IFA, 0);
	KT_ERR(0, transact());
	KT_PTREQ(rtable_getsource(0, AF_INET), NULL);
	/* An address that goes is preferred no more. */
	msg_start(RTM_SOURCE, 0);
	msg_sin(RTA_IFA, NET0 | 10);
	KT_ERR(0, transact());
	end();
	KT_PTREQ(rtable_getsource(0, AF_INET), NULL);
}

KTEST(proposal, "proposals are passed on, and refused without an interface")
{
	begin();
	drain(so);
	msg_start(RTM_PROPOSAL, 0);
	msg.rtm.rtm_priority = RTP_PROPOSAL_STATIC;
	KT_ERR(EINVAL, send());
	msg.rtm.rtm_index = ti->ti_if.if_index;
	msg_sin(RTA_IFA, NET0 | 10);
	drain(so);
	KT_ERR(0, send());
	KT_TRUE(receive(so) > 0);
	KT_EQ(reply.rtm.rtm_type, RTM_PROPOSAL);
	KT_EQ(reply_sin(RTA_IFA), NET0 | 10);
	KT_EQ(receive(so), -1);
	msg.rtm.rtm_priority = RTP_STATIC;
	KT_ERR(EINVAL, send());
	end();
}

KTEST(mutations, "twenty thousand mutated messages leave the table whole")
{
	struct ktest_rand kr;
	u_int i, j, len, ok = 0;
	int type;

	begin();
	ktest_srand(&kr, 20000);
	for (i = 0; i < 20000; i++) {
		static const int types[] = { RTM_ADD, RTM_DELETE, RTM_CHANGE,
		    RTM_GET };

		type = types[ktest_rand_below(&kr, nitems(types))];
		msg_route(type, FAR + (ktest_rand_below(&kr, 4) << 6),
		    24 + ktest_rand_below(&kr, 9),
		    NET0 | (1 + ktest_rand_below(&kr, 3)));
		len = msg.rtm.rtm_msglen;
		for (j = ktest_rand_below(&kr, 4); j > 0; j--)
			msg.b[2 + ktest_rand_below(&kr, len - 2)] =
			    ktest_rand(&kr);
		/* Only in tables that are looked after. */
		msg.rtm.rtm_tableid = 0;
		ok += send_len(len) == 0;
		if (i % 64 == 0)
			drain(so);
	}
	drain(so);
	KT_TRUE(ok > 1000);
	/* What is left can be deleted. */
	NET_LOCK();
	rt_if_remove(&ti->ti_if);
	KT_EQ(rtentry_pool.pr_nout, routes);
	KT_EQ(rt_ifa_addlocal(ifa), 0);
	KT_EQ(rt_ifa_add(ifa, RTF_CLONING | RTF_CONNECTED, ifa->ifa_addr, 0),
	    0);
	NET_UNLOCK();
	end();
}

/* A dump into memory of the test: its length, or -errno. */
static long
dump(int *mib, u_int n, void *buf, size_t len)
{
	int error;

	testif_mem_begin();
	error = route_sysctl(mib, n, buf, &len, NULL, 0);
	testif_mem_end();
	return (error != 0 ? -error : (long)len);
}

KTEST(dump, "dumps are whole, fit where they say, and stop at the end")
{
	int mib[5] = { 0, AF_INET, NET_RT_DUMP, 0, 0 };
	const struct rt_msghdr *rtm;
	long need, got;
	char *buf, *p;
	u_int i, n = 0, far = 0;

	begin();
	for (i = 0; i < 300; i++) {
		msg_route(RTM_ADD, 0x0a000000 + (i << 8), 24, NET0 | 1);
		KT_ERR(0, send());
	}
	drain(so);
	need = dump(mib, 5, NULL, 0);
	KT_TRUE(need > 300 * (long)sizeof(struct rt_msghdr));
	buf = malloc(need, M_TEMP, M_WAITOK);
	got = dump(mib, 5, buf, need);
	KT_RANGE(got, 300 * (long)sizeof(struct rt_msghdr), need);
	for (p = buf; p < buf + got; p += rtm->rtm_msglen) {
		rtm = (const struct rt_msghdr *)p;
		KT_REQUIRE(rtm->rtm_msglen >= sizeof(*rtm));
		KT_EQ(rtm->rtm_version, RTM_VERSION);
		KT_EQ(rtm->rtm_type, RTM_GET);
		far += rtm->rtm_flags & RTF_GATEWAY ? 1 : 0;
		n++;
	}
	KT_TRUE(p == buf + got);
	KT_EQ(far, 300);
	KT_TRUE(n >= 303);
	KT_EQ(dump(mib, 5, buf, got - 1), -ENOMEM);
	KT_EQ(dump(mib, 5, (void *)16, got), -EFAULT);
	/* Only what has a link address; only one priority. */
	mib[2] = NET_RT_FLAGS;
	mib[3] = RTF_GATEWAY;
	KT_TRUE(dump(mib, 5, buf, need) < got);
	mib[2] = NET_RT_DUMP;
	mib[3] = RTP_BGP;
	KT_EQ(dump(mib, 5, buf, need), 0);
	mib[3] = -RTP_STATIC;
	KT_RANGE(dump(mib, 5, buf, need), 1, got / 4);
	mib[3] = 0;
	mib[1] = AF_INET6;
	KT_RANGE(dump(mib, 5, buf, need), 1, got / 4);
	mib[1] = 0;
	KT_TRUE(dump(mib, 4, buf, need) >= got);
	free(buf, M_TEMP, need);
	NET_LOCK();
	rt_if_remove(&ti->ti_if);
	KT_EQ(rt_ifa_addlocal(ifa), 0);
	KT_EQ(rt_ifa_add(ifa, RTF_CLONING | RTF_CONNECTED, ifa->ifa_addr, 0),
	    0);
	NET_UNLOCK();
	end();
}

#define CHUNKED		600	/* routes, several holds of the net lock */

static u_int	 meddled;

/* While others dump: every second route goes, and its like come elsewhere. */
static void
meddle(void *arg)
{
	u_int i;

	for (i = 1; i < CHUNKED; i += 2) {
		msg_route(RTM_DELETE, 0x0a000000 + (i << 8), 24, NET0 | 1);
		KT_ERR(0, send());
		msg_route(RTM_ADD, 0x0b000000 + (i << 8), 24, NET0 | 1);
		KT_ERR(0, send());
		drain(so);
	}
	meddled = 1;
	kthread_exit(0);
}

KTEST(chunks, "routes that stay are in a dump once, whatever others do")
{
	static uint8_t seen[CHUNKED];
	int mib[5] = { 0, AF_INET, NET_RT_FLAGS, RTF_GATEWAY, 0 };
	const struct rt_msghdr *rtm;
	const struct sockaddr_in *sin;
	char *buf, *p;
	size_t size = 2 * CHUNKED * 512;
	uint32_t dst;
	long got;
	u_int i;

	begin();
	memset(seen, 0, sizeof(seen));
	meddled = 0;
	for (i = 0; i < CHUNKED; i++) {
		msg_route(RTM_ADD, 0x0a000000 + (i << 8), 24, NET0 | 1);
		KT_ERR(0, send());
		drain(so);
	}
	buf = malloc(size, M_TEMP, M_WAITOK);
	KT_REQUIRE(kthread_create(meddle, NULL, NULL, "meddle") == 0);
	got = dump(mib, 5, buf, size);
	KT_REQUIRE(got > 0);
	/* It has let the other have its turn. */
	KT_EQ(meddled, 1);
	for (p = buf; p < buf + got; p += rtm->rtm_msglen) {
		rtm = (const struct rt_msghdr *)p;
		sin = (const struct sockaddr_in *)(p + rtm->rtm_hdrlen);
		dst = ntohl(sin->sin_addr.s_addr);
		if (dst >> 24 == 0x0a)
			seen[(dst & 0xffffff) >> 8]++;
	}
	for (i = 0; i < CHUNKED; i++)
		KT_RANGE(seen[i], i % 2 == 0 ? 1 : 0, 1);
	free(buf, M_TEMP, size);
	NET_LOCK();
	rt_if_remove(&ti->ti_if);
	KT_EQ(rt_ifa_addlocal(ifa), 0);
	KT_EQ(rt_ifa_add(ifa, RTF_CLONING | RTF_CONNECTED, ifa->ifa_addr, 0),
	    0);
	NET_UNLOCK();
	end();
}

KTEST(sysctl, "names that are there, and those that are not")
{
	struct rt_tableinfo info;
	struct rtstat st;
	static char buf[16384];
	int mib[5] = { 0, 0, NET_RT_IFLIST, 0, 0 };
	size_t len = sizeof(buf);
	long all, one;

	begin();
	all = dump(mib, 5, buf, sizeof(buf));
	mib[3] = ti->ti_if.if_index;
	one = dump(mib, 5, buf, sizeof(buf));
	KT_RANGE(one, sizeof(struct if_msghdr), all - 1);
	KT_EQ(((struct if_msghdr *)buf)->ifm_index, ti->ti_if.if_index);
	mib[2] = NET_RT_IFNAMES;
	KT_EQ(dump(mib, 5, buf, sizeof(buf)),
	    sizeof(struct if_nameindex_msg));
	KT_STREQ(((struct if_nameindex_msg *)buf)->if_name, "tst0");
	mib[2] = NET_RT_STATS;
	KT_EQ(dump(mib, 5, &st, sizeof(st)), sizeof(st));
	mib[2] = NET_RT_TABLE;
	mib[3] = 0;
	KT_EQ(dump(mib, 5, &info, sizeof(info)), sizeof(info));
	KT_EQ(info.rti_domainid, 0);
	mib[3] = 241;
	KT_EQ(dump(mib, 5, &info, sizeof(info)), -ENOENT);
	mib[2] = NET_RT_DUMP;
	mib[4] = 241;
	KT_EQ(dump(mib, 5, buf, sizeof(buf)), -ENOENT);
	mib[4] = 0;
	mib[2] = 77;
	KT_EQ(dump(mib, 5, buf, sizeof(buf)), -EOPNOTSUPP);
	mib[1] = AF_MAX;
	KT_EQ(dump(mib, 5, buf, sizeof(buf)), -EINVAL);
	mib[1] = 0;
	KT_EQ(dump(mib, 3, buf, sizeof(buf)), -EINVAL);
	mib[2] = NET_RT_IFLIST;
	KT_ERR(EPERM, route_sysctl(mib, 5, buf, &len, buf, 4));
	end();
}
