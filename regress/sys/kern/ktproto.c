/*
 * A protocol family for tests: what is sent on a socket comes back on it,
 * from the address of a peer that does not exist.  Nothing of it needs a
 * network.
 *
 * A datagram of more than KTPROTO_MAX bytes is refused.  With control
 * messages, those come back too.  bind() remembers, connect() connects.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/domain.h>
#include <sys/file.h>
#include <sys/mbuf.h>
#include <sys/proc.h>
#include <sys/protosw.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/socketvar.h>

#include <ktest.h>

#include "ktuser.h"

int	ktproto_error;
u_int	ktproto_detached;
u_int	ktproto_headroom;

/* The peer: looks like an Internet address, port 7, of 192.0.2.1. */
static const struct sockaddr peer = {
	16, AF_INET, { 0, 7, (char)192, 0, 2, 1 }
};

static int
kt_attach(struct socket *so, int proto, int wait)
{
	if (proto == 99)
		return (ENOBUFS);
	so->so_pcb = so;
	return (soreserve(so, 65536, 65536));
}

static int
kt_detach(struct socket *so)
{
	NET_ASSERT_LOCKED();
	ktproto_detached++;
	return (0);
}

static int
kt_connect(struct socket *so, struct mbuf *nam)
{
	soisconnected(so);
	return (0);
}

static int
kt_disconnect(struct socket *so)
{
	so->so_state &= ~SS_ISCONNECTED;
	return (0);
}

static int
kt_shutdown(struct socket *so)
{
	socantsendmore(so);
	return (0);
}

static int
kt_send(struct socket *so, struct mbuf *m, struct mbuf *nam,
    struct mbuf *control)
{
	int	 error = ktproto_error;

	NET_ASSERT_LOCKED();
	KT_EQ(m_length(m), m->m_pkthdr.len);
	ktproto_headroom = M_LEADINGSPACE(m);
	ktproto_error = 0;
	if (error == 0 && sbappendaddr(&so->so_rcv, &peer, m, control)) {
		sorwakeup(so);
		return (0);
	}
	m_freem(m);
	m_freem(control);
	return (error);
}

static int
kt_sockaddr(struct socket *so, struct mbuf *nam)
{
	memcpy(mtod(nam, caddr_t), &peer, sizeof(peer));
	nam->m_len = sizeof(peer);
	return (0);
}

static int
kt_ctloutput(int op, struct socket *so, int level, int optname,
    struct mbuf *m)
{
	static int	 val;

	if (level != 77 || optname != 1)
		return (ENOPROTOOPT);
	if (op == PRCO_SETOPT) {
		if (m == NULL || m->m_len < (int)sizeof(val))
			return (EINVAL);
		memcpy(&val, mtod(m, caddr_t), sizeof(val));
		return (0);
	}
	memcpy(mtod(m, caddr_t), &val, sizeof(val));
	m->m_len = sizeof(val);
	return (0);
}

static const struct pr_usrreqs kt_usrreqs = {
	.pru_attach	= kt_attach,
	.pru_detach	= kt_detach,
	.pru_connect	= kt_connect,
	.pru_disconnect	= kt_disconnect,
	.pru_shutdown	= kt_shutdown,
	.pru_send	= kt_send,
	.pru_sockaddr	= kt_sockaddr,
	.pru_peeraddr	= kt_sockaddr,
};

static struct domain kt_domain;

static const struct protosw kt_sw[] = {
	{
		.pr_type	= SOCK_DGRAM,
		.pr_domain	= &kt_domain,
		.pr_protocol	= 17,
		.pr_flags	= PR_ATOMIC | PR_ADDR,
		.pr_ctloutput	= kt_ctloutput,
		.pr_usrreqs	= &kt_usrreqs,
	}, {
		.pr_type	= SOCK_STREAM,
		.pr_domain	= &kt_domain,
		.pr_protocol	= 6,
		.pr_flags	= PR_CONNREQUIRED,
		.pr_usrreqs	= &kt_usrreqs,
	}, {
		.pr_type	= SOCK_RAW,
		.pr_domain	= &kt_domain,
		.pr_flags	= PR_ATOMIC | PR_ADDR,
		.pr_usrreqs	= &kt_usrreqs,
	}
};

static struct domain kt_domain = {
	.dom_family		= AF_KTEST,
	.dom_name		= "ktest",
	.dom_protosw		= kt_sw,
	.dom_protoswNPROTOSW	= &kt_sw[nitems(kt_sw)],
};

/*
 * A connected socket of the family as a descriptor of the running program.
 * Returns the number, or -errno; the socket goes to *sop if not NULL.
 */
int
ktproto_socket(int type, struct socket **sop)
{
	struct socket	*so;
	struct file	*fp;
	int		 error, fd;

	if (pffinddomain(AF_KTEST) == NULL)
		domain_register(&kt_domain);
	if ((error = socreate(AF_KTEST, &so, type, 0)) != 0)
		return (-error);
	fp = file_alloc(curproc, DTYPE_SOCKET, &socketops, so);
	if (fp == NULL) {
		(void)soclose(so);
		return (-ENFILE);
	}
	so->so_file = fp;
	if ((error = fd_install(curproc, fp, 0, &fd)) != 0) {
		FRELE(fp);
		return (-error);
	}
	if (type == SOCK_DGRAM)
		soisconnected(so);
	if (sop != NULL)
		*sop = so;
	return (fd);
}
