/*
 * Routing sockets: attach, filters, delivery (route(4)).
 *
 * A socket that reads too slowly loses messages.  It is told once, with
 * RTM_DESYNC, as soon as there is room again; until then it gets nothing, so
 * that what it reads has no holes but the one it knows of:
 *
 *	in step --(no room: message lost)--> ROUTECB_DESYNC
 *	   ^                                       |
 *	   +---(room: RTM_DESYNC appended)---------+
 *
 * Everything here needs the net lock, which the socket layer holds.
 */
#include <sys/param.h>
#include <sys/domain.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>
#include <sys/proc.h>
#include <sys/protosw.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/socketvar.h>
#include <sys/systm.h>

#include <net/if_var.h>
#include <net/route.h>
#include <net/rtable.h>
#include <net/rtsock.h>

#define ROUTE_SNDQ	8192		/* bytes */
#define ROUTE_RCVQ	(64 * 1024)	/* bytes */
#define ROUTE_RESYNC	100		/* ms between attempts */

static LIST_HEAD(, rtpcb) rtpcbs = LIST_HEAD_INITIALIZER(rtpcbs);
static u_int rtpcb_count;

/* Where all messages come from. */
static const struct sockaddr route_src = { 2, AF_ROUTE, { 0 } };

/*
 * How many routing sockets there are.
 */
u_int
route_listeners(void)
{
	return (rtpcb_count);
}

/* Tell a socket that it has lost messages. */
static void
route_desync(struct rtpcb *rop)
{
	struct rt_msghdr rtm;
	struct socket *so = rop->rop_socket;
	struct mbuf *m;

	(void)rtm_build(RTM_DESYNC, NULL, &rtm, sizeof(rtm));
	m = m_devget((char *)&rtm, sizeof(rtm), 0);
	if (m != NULL && sbappendaddr(&so->so_rcv, &route_src, m, NULL)) {
		CLR(rop->rop_flags, ROUTECB_DESYNC);
		sorwakeup(so);
		return;
	}
	m_freem(m);
	timeout_add_msec(&rop->rop_timeout, ROUTE_RESYNC);
}

static void
route_desync_timer(void *arg)
{
	struct rtpcb *rop = arg;

	NET_LOCK();
	if (ISSET(rop->rop_flags, ROUTECB_DESYNC))
		route_desync(rop);
	NET_UNLOCK();
}

/* Does a socket want this message; own says that it answers its own? */
static int
route_wanted(const struct rtpcb *rop, int type, const struct rtm_about *ra,
    int own)
{
	/* A family of its own choice; what has none is for all. */
	if (rop->rop_family != AF_UNSPEC && ra->ra_family != AF_UNSPEC &&
	    rop->rop_family != ra->ra_family)
		return (0);
	if (rop->rop_msgfilter != 0 &&
	    !ISSET(rop->rop_msgfilter, ROUTE_FILTER(type)))
		return (0);
	/* Whoever asks about another table is answered. */
	if (!own && rop->rop_rtableid != RTABLE_ANY &&
	    ra->ra_tableid != RTABLE_ANY &&
	    rop->rop_rtableid != ra->ra_tableid)
		return (0);
	if (ISSET(ra->ra_flags, rop->rop_flagfilter))
		return (0);
	if (rop->rop_priority != 0 && ra->ra_priority > rop->rop_priority)
		return (0);
	return (1);
}

static void
route_append(struct rtpcb *rop, struct mbuf *m0)
{
	struct socket *so = rop->rop_socket;
	struct mbuf *m;

	if (ISSET(rop->rop_flags, ROUTECB_DESYNC))
		return;
	m = m_copym(m0, 0, M_COPYALL, M_NOWAIT);
	if (m != NULL && sbappendaddr(&so->so_rcv, &route_src, m, NULL)) {
		sorwakeup(so);
		return;
	}
	m_freem(m);
	SET(rop->rop_flags, ROUTECB_DESYNC);
	timeout_add_msec(&rop->rop_timeout, ROUTE_RESYNC);
}

/*
 * Hand a message to all sockets that want it but so, if that is not NULL and
 * does not want to hear itself.  Consumes m.
 */
void
route_input(struct mbuf *m, struct socket *so, const struct rtm_about *ra)
{
	struct rtpcb *rop;
	int type;

	type = mtod(m, const struct rtm_head *)->rh_type;
	LIST_FOREACH(rop, &rtpcbs, rop_list) {
		if (ISSET(rop->rop_socket->so_state, SS_CANTRCVMORE))
			continue;
		if (rop->rop_socket == so && !so_isset(so, SO_USELOOPBACK))
			continue;
		if (route_wanted(rop, type, ra, rop->rop_socket == so))
			route_append(rop, m);
	}
	m_freem(m);
}

static int
route_attach(struct socket *so, int proto, int wait)
{
	struct rtpcb *rop;
	int error;

	if (proto < 0 || proto >= AF_MAX)
		return (EPROTONOSUPPORT);
	if ((error = soreserve(so, ROUTE_SNDQ, ROUTE_RCVQ)) != 0)
		return (error);
	rop = malloc(sizeof(*rop), M_PCB,
	    (wait == M_WAIT ? M_WAITOK : M_NOWAIT) | M_ZERO);
	if (rop == NULL)
		return (ENOBUFS);
	rop->rop_socket = so;
	rop->rop_family = proto;
	rop->rop_rtableid = curproc->p_rtableid;
	timeout_set_proc(&rop->rop_timeout, route_desync_timer, rop);
	so->so_pcb = rop;
	so->so_options |= so_optbit(SO_USELOOPBACK);
	soisconnected(so);
	LIST_INSERT_HEAD(&rtpcbs, rop, rop_list);
	rtpcb_count++;
	return (0);
}

static int
route_detach(struct socket *so)
{
	struct rtpcb *rop = so->so_pcb;

	if (rop == NULL)
		return (EINVAL);
	LIST_REMOVE(rop, rop_list);
	rtpcb_count--;
	so->so_pcb = NULL;
	timeout_del(&rop->rop_timeout);
	CLR(rop->rop_flags, ROUTECB_DESYNC);
	free(rop, M_PCB, sizeof(*rop));
	return (0);
}

static int
route_bind(struct socket *so, struct mbuf *nam, struct proc *p)
{
	(void)so;
	(void)nam;
	(void)p;
	return (EOPNOTSUPP);
}

static int
route_disconnect(struct socket *so)
{
	soisdisconnected(so);
	return (0);
}

static int
route_shutdown(struct socket *so)
{
	socantsendmore(so);
	return (0);
}

/* There is room: somebody who has lost messages may be told. */
static void
route_rcvd(struct socket *so)
{
	struct rtpcb *rop = so->so_pcb;

	if (rop != NULL && ISSET(rop->rop_flags, ROUTECB_DESYNC) &&
	    sbspace(&so->so_rcv) > (long)so->so_rcv.sb_hiwat / 2)
		route_desync(rop);
}

static int
route_send(struct socket *so, struct mbuf *m, struct mbuf *nam,
    struct mbuf *control)
{
	if (control != NULL && control->m_len != 0) {
		m_freem(control);
		m_freem(m);
		return (EINVAL);
	}
	m_freem(control);
	if (nam != NULL) {
		m_freem(m);
		return (EISCONN);
	}
	return (route_output(m, so));
}

static int
route_control(struct socket *so, u_long cmd, caddr_t data, struct ifnet *ifp)
{
	(void)so;
	(void)cmd;
	(void)data;
	(void)ifp;
	return (EOPNOTSUPP);
}

static int
route_sockaddr(struct socket *so, struct mbuf *nam)
{
	(void)so;
	memcpy(mtod(nam, caddr_t), &route_src, route_src.sa_len);
	nam->m_len = route_src.sa_len;
	return (0);
}

static int
route_setopt(struct rtpcb *rop, int optname, struct mbuf *m)
{
	u_int value;

	if (m == NULL || m->m_len != sizeof(value))
		return (EINVAL);
	memcpy(&value, mtod(m, caddr_t), sizeof(value));
	switch (optname) {
	case ROUTE_MSGFILTER:
		rop->rop_msgfilter = value;
		return (0);
	case ROUTE_TABLEFILTER:
		if (value != RTABLE_ANY && !rtable_exists(value))
			return (ENOENT);
		rop->rop_rtableid = value;
		return (0);
	case ROUTE_PRIOFILTER:
		if (value > RTP_MAX)
			return (EINVAL);
		rop->rop_priority = value;
		return (0);
	case ROUTE_FLAGFILTER:
		rop->rop_flagfilter = value;
		return (0);
	}
	return (ENOPROTOOPT);
}

static int
route_getopt(const struct rtpcb *rop, int optname, struct mbuf *m)
{
	u_int value;

	switch (optname) {
	case ROUTE_MSGFILTER:
		value = rop->rop_msgfilter;
		break;
	case ROUTE_TABLEFILTER:
		value = rop->rop_rtableid;
		break;
	case ROUTE_PRIOFILTER:
		value = rop->rop_priority;
		break;
	case ROUTE_FLAGFILTER:
		value = rop->rop_flagfilter;
		break;
	default:
		return (ENOPROTOOPT);
	}
	memcpy(mtod(m, caddr_t), &value, sizeof(value));
	m->m_len = sizeof(value);
	return (0);
}

static int
route_ctloutput(int op, struct socket *so, int level, int optname,
    struct mbuf *m)
{
	struct rtpcb *rop = so->so_pcb;

	if (level != AF_ROUTE)
		return (EINVAL);
	if (op == PRCO_SETOPT)
		return (route_setopt(rop, optname, m));
	return (route_getopt(rop, optname, m));
}

static const struct pr_usrreqs route_usrreqs = {
	.pru_attach	= route_attach,
	.pru_detach	= route_detach,
	.pru_bind	= route_bind,
	.pru_disconnect	= route_disconnect,
	.pru_shutdown	= route_shutdown,
	.pru_rcvd	= route_rcvd,
	.pru_send	= route_send,
	.pru_control	= route_control,
	.pru_sockaddr	= route_sockaddr,
	.pru_peeraddr	= route_sockaddr,
};

static const struct protosw routesw[] = {
	{
		.pr_type	= SOCK_RAW,
		.pr_domain	= &routedomain,
		.pr_flags	= PR_ATOMIC | PR_ADDR | PR_WANTRCVD,
		.pr_ctloutput	= route_ctloutput,
		.pr_usrreqs	= &route_usrreqs,
	},
};

struct domain routedomain = {
	.dom_family		= AF_ROUTE,
	.dom_name		= "route",
	.dom_protosw		= routesw,
	.dom_protoswNPROTOSW	= &routesw[nitems(routesw)],
	.dom_sysctl		= route_sysctl,
};
