/*
 * PF_KEY: sockets, and who hears what (RFC 2367, 3).
 *
 * Only the super-user may open one.  A listener that reads too slowly loses
 * messages and learns it: its next receive says ENOBUFS.  Nobody waits for
 * it.
 *
 * EINVAL, ENOMEM and ENOBUFS are the answer to the write itself; other errors
 * come back in a message (sadb_msg_errno).
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/domain.h>
#include <sys/errno.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>
#include <sys/proc.h>
#include <sys/protosw.h>
#include <sys/socket.h>
#include <sys/socketvar.h>
#include <sys/ucred.h>

#include <net/rtable.h>

#include <netipsec/pfkeyv2_var.h>

#define PFKEY_SNDQ	PFKEY_MAXMSG
#define PFKEY_RCVQ	(256 * 1024)

static LIST_HEAD(, pkpcb) pkpcbs = LIST_HEAD_INITIALIZER(pkpcbs);
static const struct sockaddr key_src = { 2, AF_KEY, { 0 } };

static struct domain keydomain;

static int (*const requests[SADB_MAX + 1])(const struct pfkey_msg *) = {
	[SADB_GETSPI]		= pfkey_getspi,
	[SADB_UPDATE]		= pfkey_update,
	[SADB_ADD]		= pfkey_add,
	[SADB_DELETE]		= pfkey_delete,
	[SADB_GET]		= pfkey_get,
	[SADB_ACQUIRE]		= pfkey_acquire_error,
	[SADB_REGISTER]		= pfkey_register,
	[SADB_FLUSH]		= pfkey_flush,
	[SADB_DUMP]		= pfkey_dump,
	[SADB_X_PROMISC]	= pfkey_promisc,
	[SADB_X_ADDFLOW]	= pfkey_addflow,
	[SADB_X_DELFLOW]	= pfkey_delflow,
	[SADB_X_GRPSPIS]	= pfkey_grpspis,
	[SADB_X_ASKPOLICY]	= pfkey_askpolicy,
	[SADB_X_SPDDUMP]	= pfkey_spddump,
};

static void
key_append(struct pkpcb *kp, const void *p, size_t len, const void *q,
    size_t qlen)
{
	struct socket	*so = kp->kp_socket;
	struct mbuf	*m;

	m = m_clget(NULL, M_NOWAIT, len + qlen);
	if (m != NULL) {
		memcpy(mtod(m, caddr_t), p, len);
		if (qlen > 0)
			memcpy(mtod(m, caddr_t) + len, q, qlen);
		m->m_len = m->m_pkthdr.len = len + qlen;
		m->m_flags |= M_ZEROIZE;
		if (sbappendaddr(&so->so_rcv, &key_src, m, NULL)) {
			pfkeystat.pks_replies++;
			kp->kp_lost = 0;
			sorwakeup(so);
			return;
		}
		m_freem(m);
	} else
		pfkeystat.pks_nomem++;
	pfkeystat.pks_lost++;
	if (!kp->kp_lost) {
		kp->kp_lost = 1;
		soseterror(so, ENOBUFS);
	}
}

/* Who hears everything gets it inside of a message (RFC 2367, 3.1.12). */
static void
key_append_promisc(struct pkpcb *kp, const void *p, size_t len)
{
	struct sadb_msg	 hdr;

	memset(&hdr, 0, sizeof(hdr));
	hdr.sadb_msg_version = PF_KEY_V2;
	hdr.sadb_msg_type = SADB_X_PROMISC;
	hdr.sadb_msg_len = (sizeof(hdr) + len) / 8;
	key_append(kp, &hdr, sizeof(hdr), p, len);
}

/* Does a message concern the domain of who listens?  That of 0 hears all. */
static int
key_concerns(const struct pkpcb *kp, const struct pfkey_out *po)
{
	return (kp->kp_rdomain == 0 || po->po_rdomain == -1 ||
	    po->po_rdomain == (int)kp->kp_rdomain ||
	    po->po_rdomain_post == (int)kp->kp_rdomain);
}

/*
 * Hand a message out: to kp who caused it, to all who registered for its
 * kind, or to all.
 */
void
pfkey_deliver(const struct pfkey_out *po, enum pfkey_to to, struct pkpcb *kp)
{
	const struct sadb_msg	*msg = (const struct sadb_msg *)po->po_buf;
	struct pkpcb		*k;

	LIST_FOREACH(k, &pkpcbs, kp_list) {
		if (k != kp && !key_concerns(k, po))
			continue;
		if (k->kp_promisc && k != kp)
			key_append_promisc(k, po->po_buf, po->po_len);
		else if (to == PFKEY_ALL || k == kp ||
		    (to == PFKEY_REGISTERED && (k->kp_registered &
		    (1u << msg->sadb_msg_satype))))
			key_append(k, po->po_buf, po->po_len, NULL, 0);
	}
}

/* An error that is no fault of the message's form. */
static void
key_error(const struct pfkey_msg *pm, int error)
{
	struct pfkey_out	*po = pfkey_begin(pm->pm_hdr);

	((struct sadb_msg *)po->po_buf)->sadb_msg_errno = error;
	pfkey_end(po);
	pfkey_deliver(po, PFKEY_SENDER, pm->pm_kp);
}

/* The domains that a message is about: the socket's, if it does not say. */
static int
key_rdomain(struct pfkey_msg *pm)
{
	const struct sadb_x_rdomain	*r;
	u_int				 mine = pm->pm_kp->kp_rdomain;

	pm->pm_rdomain = pm->pm_rdomain_post = mine;
	r = PM_EXT(pm, sadb_x_rdomain, SADB_X_EXT_RDOMAIN);
	if (r == NULL)
		return (0);
	pm->pm_rdomain = r->sadb_x_rdomain_dom1;
	pm->pm_rdomain_post = r->sadb_x_rdomain_dom2;
	if (!rtable_exists(pm->pm_rdomain) ||
	    !rtable_exists(pm->pm_rdomain_post) ||
	    rtable_l2(pm->pm_rdomain) != pm->pm_rdomain ||
	    rtable_l2(pm->pm_rdomain_post) != pm->pm_rdomain_post)
		return (EINVAL);
	if (mine != 0 && (pm->pm_rdomain != mine ||
	    pm->pm_rdomain_post != mine))
		return (EPERM);
	return (0);
}

/* A message of len bytes, aligned; 0 or the errno of the write. */
static int
key_request(struct pkpcb *kp, u_int8_t *buf, size_t len)
{
	struct pfkey_msg	 pm;
	int			 error;

	pfkeystat.pks_requests++;
	pm.pm_kp = kp;
	if ((error = pfkey_parse(buf, len, &pm)) == 0)
		error = key_rdomain(&pm);
	if (error == 0)
		error = (*requests[pm.pm_hdr->sadb_msg_type])(&pm);
	if (error == 0)
		return (0);
	pfkeystat.pks_errors++;
	if (error == EINVAL || error == ENOMEM || error == ENOBUFS)
		return (error);
	key_error(&pm, error);
	return (0);
}

static int
key_send(struct socket *so, struct mbuf *m, struct mbuf *nam,
    struct mbuf *control)
{
	u_int8_t	*buf;
	size_t		 len = m->m_pkthdr.len;
	int		 error = EINVAL;

	if (nam != NULL)
		error = EISCONN;
	else if (control != NULL && control->m_len != 0)
		error = EINVAL;
	else if (len > PFKEY_MAXMSG)
		error = EMSGSIZE;
	else if (len >= sizeof(struct sadb_msg)) {
		if ((buf = malloc(len, M_TEMP, M_NOWAIT)) == NULL)
			error = ENOBUFS;
		else {
			m_copydata(m, 0, len, buf);
			error = key_request(so->so_pcb, buf, len);
			explicit_bzero(buf, len);
			free(buf, M_TEMP, len);
		}
	}
	m->m_flags |= M_ZEROIZE;
	m_freem(m);
	m_freem(control);
	return (error);
}

static int
key_attach(struct socket *so, int proto, int wait)
{
	struct pkpcb	*kp;
	int		 error;

	if (proto != PF_KEY_V2)
		return (EPROTONOSUPPORT);
	if ((so->so_state & SS_PRIV) == 0)
		return (EACCES);
	if ((error = soreserve(so, PFKEY_SNDQ, PFKEY_RCVQ)) != 0)
		return (error);
	kp = malloc(sizeof(*kp), M_PCB,
	    (wait == M_WAIT ? M_WAITOK : M_NOWAIT) | M_ZERO);
	if (kp == NULL)
		return (ENOBUFS);
	kp->kp_socket = so;
	kp->kp_rdomain = rtable_l2(curproc->p_rtableid);
	so->so_pcb = kp;
	so->so_options |= so_optbit(SO_USELOOPBACK);
	soisconnected(so);
	LIST_INSERT_HEAD(&pkpcbs, kp, kp_list);
	return (0);
}

static int
key_detach(struct socket *so)
{
	struct pkpcb	*kp = so->so_pcb;

	if (kp == NULL)
		return (EINVAL);
	LIST_REMOVE(kp, kp_list);
	so->so_pcb = NULL;
	free(kp, M_PCB, sizeof(*kp));
	return (0);
}

static int
key_bind(struct socket *so, struct mbuf *nam, struct proc *p)
{
	(void)so;
	(void)nam;
	(void)p;
	return (EOPNOTSUPP);
}

static int
key_disconnect(struct socket *so)
{
	soisdisconnected(so);
	return (0);
}

static int
key_shutdown(struct socket *so)
{
	socantsendmore(so);
	return (0);
}

static int
key_control(struct socket *so, u_long cmd, caddr_t data, struct ifnet *ifp)
{
	(void)so;
	(void)cmd;
	(void)data;
	(void)ifp;
	return (EOPNOTSUPP);
}

static int
key_sockaddr(struct socket *so, struct mbuf *nam)
{
	(void)so;
	memcpy(mtod(nam, caddr_t), &key_src, key_src.sa_len);
	nam->m_len = key_src.sa_len;
	return (0);
}

static const struct pr_usrreqs key_usrreqs = {
	.pru_attach	= key_attach,
	.pru_detach	= key_detach,
	.pru_bind	= key_bind,
	.pru_disconnect	= key_disconnect,
	.pru_shutdown	= key_shutdown,
	.pru_send	= key_send,
	.pru_control	= key_control,
	.pru_sockaddr	= key_sockaddr,
	.pru_peeraddr	= key_sockaddr,
};

static const struct protosw keysw[] = {
	{
		.pr_type	= SOCK_RAW,
		.pr_domain	= &keydomain,
		.pr_protocol	= PF_KEY_V2,
		.pr_flags	= PR_ATOMIC | PR_ADDR,
		.pr_usrreqs	= &key_usrreqs,
	},
};

static struct domain keydomain = {
	.dom_family		= AF_KEY,
	.dom_name		= "key",
	.dom_protosw		= keysw,
	.dom_protoswNPROTOSW	= &keysw[nitems(keysw)],
	.dom_sysctl		= pfkey_sysctl,
};

/*
 * Make the domain known; once.
 */
void
pfkey_init(void)
{
	domain_register(&keydomain);
}
