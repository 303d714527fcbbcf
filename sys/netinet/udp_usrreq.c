/*
 * UDP: sockets, options and sysctl.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/mbuf.h>
#include <sys/proc.h>
#include <sys/protosw.h>
#include <sys/socket.h>
#include <sys/socketvar.h>
#include <sys/sysctl.h>

#include <net/if.h>
#include <net/if_var.h>
#include <net/route.h>

#include <netinet/in.h>
#include <netinet/in_pcb.h>
#include <netinet/in_var.h>
#include <netinet/ip_var.h>
#include <netinet/udp.h>
#include <netinet/udp_var.h>

#define UDP_MAXSOCKETS	65536

u_int			udp_sendspace = 64 * 1024;	/* one datagram */
u_int			udp_recvspace = 128 * 1024;
struct inpcbtable	udbtable;

static const struct sysctl_bounded_args udpctl_vars[] = {
	{ UDPCTL_CHECKSUM, &udpcksum, 0, 1 },
	{ UDPCTL_RECVSPACE, (int *)&udp_recvspace, 0, SB_MAX },
	{ UDPCTL_SENDSPACE, (int *)&udp_sendspace, 0, SB_MAX },
};

void
udp_init(void)
{
	static const uint16_t	 bad[] = {
		/* Where other services are looked for. */
		500, 514, 623, 664, 1812, 1813, 2049, 3799, 3784, 3785,
		4500, 4784, 5060, 6081, 7784, 4789
	};
	size_t			 i;

	for (i = 0; i < nitems(bad); i++)
		DP_SET(baddynamicports.udp, bad[i]);
	DP_SET(rootonlyports.udp, 2049);
	in_pcbinit(&udbtable, UDP_MAXSOCKETS);
}

static int
udp_attach(struct socket *so, int proto, int wait)
{
	int	 error;

	if ((error = soreserve(so, udp_sendspace, udp_recvspace)) != 0)
		return (error);
	return (in_pcballoc(so, &udbtable, wait));
}

static int
udp_detach(struct socket *so)
{
	in_pcbdetach(sotoinpcb(so));
	return (0);
}

static int
udp_bind(struct socket *so, struct mbuf *nam, struct proc *p)
{
	return (in_pcbbind(sotoinpcb(so), nam, p));
}

static int
udp_connect(struct socket *so, struct mbuf *nam)
{
	int	 error;

	if ((error = in_pcbconnect(sotoinpcb(so), nam)) == 0)
		soisconnected(so);
	return (error);
}

static int
udp_disconnect(struct socket *so)
{
	in_pcbdisconnect(sotoinpcb(so));
	so->so_state &= ~SS_ISCONNECTED;
	return (0);
}

static int
udp_shutdown(struct socket *so)
{
	socantsendmore(so);
	return (0);
}

static int
udp_send(struct socket *so, struct mbuf *m, struct mbuf *addr,
    struct mbuf *control)
{
	return (udp_output(sotoinpcb(so), m, addr, control));
}

const struct pr_usrreqs udp_usrreqs = {
	.pru_attach = udp_attach,
	.pru_detach = udp_detach,
	.pru_bind = udp_bind,
	.pru_connect = udp_connect,
	.pru_disconnect = udp_disconnect,
	.pru_shutdown = udp_shutdown,
	.pru_send = udp_send,
	.pru_control = in_control,
	.pru_sockaddr = in_sockaddr,
	.pru_peeraddr = in_peeraddr,
};

static int
udp_setopt(struct inpcb *inp, int optname, struct mbuf *m)
{
	int	 error, val;

	switch (optname) {
	case UDP_SEGMENT:
		if ((error = ip_optint(m, &val, 0, UINT16_MAX)) == 0)
			inp->inp_udpseg = val;
		return (error);
	case UDP_GRO:
		if ((error = ip_optint(m, &val, INT_MIN, INT_MAX)) != 0)
			return (error);
		if (val)
			inp->inp_flags |= INP_UDPGRO;
		else
			inp->inp_flags &= ~INP_UDPGRO;
		return (0);
	default:
		return (ENOPROTOOPT);
	}
}

static int
udp_getopt(struct inpcb *inp, int optname, struct mbuf *m)
{
	int	 val;

	switch (optname) {
	case UDP_SEGMENT:
		val = inp->inp_udpseg;
		break;
	case UDP_GRO:
		val = (inp->inp_flags & INP_UDPGRO) != 0;
		break;
	default:
		return (ENOPROTOOPT);
	}
	memcpy(mtod(m, caddr_t), &val, sizeof(val));
	m->m_len = sizeof(val);
	return (0);
}

/* Options of level IPPROTO_UDP, and through ip_ctloutput() of IPPROTO_IP. */
int
udp_ctloutput(int op, struct socket *so, int level, int optname,
    struct mbuf *m)
{
	if (level != IPPROTO_UDP)
		return (ip_ctloutput(op, so, level, optname, m));
	return (op == PRCO_SETOPT ? udp_setopt(sotoinpcb(so), optname, m) :
	    udp_getopt(sotoinpcb(so), optname, m));
}

/* net.inet.udp */
int
udp_sysctl(int *name, u_int namelen, void *oldp, size_t *oldlenp,
    void *newp, size_t newlen)
{
	if (namelen != 1)
		return (ENOTDIR);
	switch (name[0]) {
	case UDPCTL_BADDYNAMIC:
		return (sysctl_struct(oldp, oldlenp, newp, newlen,
		    baddynamicports.udp, sizeof(baddynamicports.udp)));
	case UDPCTL_ROOTONLY:
		if (newp != NULL && securelevel > 0)
			return (EPERM);
		return (sysctl_struct(oldp, oldlenp, newp, newlen,
		    rootonlyports.udp, sizeof(rootonlyports.udp)));
	case UDPCTL_STATS:
		return (sysctl_rdstruct(oldp, oldlenp, newp, &udpstat,
		    sizeof(udpstat)));
	default:
		return (sysctl_bounded_arr(udpctl_vars, nitems(udpctl_vars),
		    name, namelen, oldp, oldlenp, newp, newlen));
	}
}
