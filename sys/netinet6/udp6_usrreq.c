/*
 * UDP over IPv6: sockets and options.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/mbuf.h>
#include <sys/proc.h>
#include <sys/protosw.h>
#include <sys/socket.h>
#include <sys/socketvar.h>

#include <net/if.h>
#include <net/if_var.h>

#include <netinet/in.h>
#include <netinet/in_pcb.h>
#include <netinet/ip6.h>
#include <netinet/udp_var.h>
#include <netinet6/in6.h>
#include <netinet6/in6_pcb.h>
#include <netinet6/in6_var.h>
#include <netinet6/ip6_var.h>

static int
udp6_attach(struct socket *so, int proto, int wait)
{
	int	 error;

	(void)proto;
	if ((error = soreserve(so, udp_sendspace, udp_recvspace)) != 0)
		return (error);
	return (in6_pcballoc(so, &udbtable, wait));
}

static int
udp6_detach(struct socket *so)
{
	in6_pcbdetach(sotoinpcb(so));
	return (0);
}

static int
udp6_bind(struct socket *so, struct mbuf *nam, struct proc *p)
{
	return (in6_pcbbind(sotoinpcb(so), nam, p));
}

static int
udp6_connect(struct socket *so, struct mbuf *nam)
{
	int	 error;

	if ((error = in6_pcbconnect(sotoinpcb(so), nam)) == 0)
		soisconnected(so);
	return (error);
}

static int
udp6_disconnect(struct socket *so)
{
	in6_pcbdisconnect(sotoinpcb(so));
	so->so_state &= ~SS_ISCONNECTED;
	return (0);
}

static int
udp6_shutdown(struct socket *so)
{
	socantsendmore(so);
	return (0);
}

static int
udp6_send(struct socket *so, struct mbuf *m, struct mbuf *addr,
    struct mbuf *control)
{
	return (udp6_output(sotoinpcb(so), m, addr, control));
}

const struct pr_usrreqs udp6_usrreqs = {
	.pru_attach = udp6_attach,
	.pru_detach = udp6_detach,
	.pru_bind = udp6_bind,
	.pru_connect = udp6_connect,
	.pru_disconnect = udp6_disconnect,
	.pru_shutdown = udp6_shutdown,
	.pru_send = udp6_send,
	.pru_control = in6_control,
	.pru_sockaddr = in6_sockaddr,
	.pru_peeraddr = in6_peeraddr,
};

/* Options of level IPPROTO_UDP, and through ip6_ctloutput() of others. */
int
udp6_ctloutput(int op, struct socket *so, int level, int optname,
    struct mbuf *m)
{
	if (level == IPPROTO_UDP)
		return (udp_ctloutput(op, so, level, optname, m));
	return (ip6_ctloutput(op, so, level, optname, m));
}
