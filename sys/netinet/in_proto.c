/*
 * The Internet family: its protocols, and sysctl net.inet.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/domain.h>
#include <sys/errno.h>
#include <sys/mbuf.h>
#include <sys/protosw.h>
#include <sys/socket.h>
#include <sys/sysctl.h>

#include <net/if.h>
#include <net/if_var.h>
#include <net/netisr.h>
#include <net/route.h>

#include <netinet/icmp_var.h>
#include <netinet/if_ether.h>
#include <netinet/igmp_var.h>
#include <netinet/in.h>
#include <netinet/in_pcb.h>
#include <netinet/in_systm.h>
#include <netinet/in_var.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/ip_var.h>
#include <netinet/tcp_var.h>
#include <netinet/udp_var.h>

extern struct domain	inetdomain;

static void	 inet_init(void);
static int	 inet_sysctl(int *, u_int, void *, size_t *, void *, size_t);

/* The first of a type is what a socket without a protocol number gets. */
static const struct protosw inetsw[] = {
	{
		.pr_domain = &inetdomain,
		.pr_protocol = IPPROTO_IP,
		.pr_init = ip_init,
		.pr_sysctl = ip_sysctl,
	}, {
		.pr_type = SOCK_DGRAM,
		.pr_domain = &inetdomain,
		.pr_protocol = IPPROTO_UDP,
		.pr_flags = PR_ATOMIC | PR_ADDR,
		.pr_input = udp_input,
		.pr_ctlinput = udp_ctlinput,
		.pr_ctloutput = udp_ctloutput,
		.pr_usrreqs = &udp_usrreqs,
		.pr_init = udp_init,
		.pr_sysctl = udp_sysctl,
	}, {
		.pr_type = SOCK_STREAM,
		.pr_domain = &inetdomain,
		.pr_protocol = IPPROTO_TCP,
		.pr_flags = PR_CONNREQUIRED,
		.pr_input = tcp_input,
		.pr_ctloutput = ip_ctloutput,
		.pr_usrreqs = &tcpstub_usrreqs,
		.pr_init = tcp_init,
		.pr_sysctl = tcp_sysctl,
	}, {
		.pr_type = SOCK_RAW,
		.pr_domain = &inetdomain,
		.pr_protocol = IPPROTO_ICMP,
		.pr_flags = PR_ATOMIC | PR_ADDR,
		.pr_input = icmp_input,
		.pr_ctlinput = rip_ctlinput,
		.pr_ctloutput = rip_ctloutput,
		.pr_usrreqs = &rip_usrreqs,
		.pr_init = icmp_init,
		.pr_sysctl = icmp_sysctl,
	}, {
		.pr_type = SOCK_DGRAM,		/* ping without privilege */
		.pr_domain = &inetdomain,
		.pr_protocol = IPPROTO_ICMP,
		.pr_flags = PR_ATOMIC | PR_ADDR,
		.pr_ctloutput = rip_ctloutput,
		.pr_usrreqs = &rip_usrreqs,
	}, {
		.pr_type = SOCK_RAW,
		.pr_domain = &inetdomain,
		.pr_protocol = IPPROTO_IGMP,
		.pr_flags = PR_ATOMIC | PR_ADDR,
		.pr_input = igmp_input,
		.pr_ctlinput = rip_ctlinput,
		.pr_ctloutput = rip_ctloutput,
		.pr_usrreqs = &rip_usrreqs,
		.pr_init = igmp_init,
		.pr_sysctl = igmp_sysctl,
	}, {
		.pr_type = SOCK_RAW,		/* whatever nobody claims */
		.pr_domain = &inetdomain,
		.pr_protocol = 0,
		.pr_flags = PR_ATOMIC | PR_ADDR,
		.pr_input = rip_input,
		.pr_ctlinput = rip_ctlinput,
		.pr_ctloutput = rip_ctloutput,
		.pr_usrreqs = &rip_usrreqs,
		.pr_init = rip_init,
	}
};

struct domain inetdomain = {
	.dom_family = AF_INET,
	.dom_name = "inet",
	.dom_init = inet_init,
	.dom_protosw = inetsw,
	.dom_protoswNPROTOSW = &inetsw[nitems(inetsw)],
	.dom_rtoffset = offsetof(struct sockaddr_in, sin_addr) * 8,
	.dom_maxplen = 32,
	.dom_sasize = sizeof(struct sockaddr_in),
	.dom_sysctl = inet_sysctl,
};

/* Before the protocols start. */
static void
inet_init(void)
{
	in_init();
	arpinit();
	if_register_af(AF_INET, ipv4_input);
	ether_register(ETHERTYPE_IP, ipv4_input);
	ether_register_ahead(ETHERTYPE_IP, ipv4_ahead);
}

/* Fill the table of what follows an IPv4 header. */
void
ip_init(void)
{
	const struct protosw	*pr, *raw;
	int			 i;

	raw = &inetsw[nitems(inetsw) - 1];
	for (i = 0; i < IPPROTO_MAX; i++)
		if (ip_protox[i] == NULL)
			ip_protox[i] = raw;
	for (pr = inetsw; pr < raw; pr++)
		if (pr->pr_protocol != 0 && pr->pr_input != NULL)
			ip_protox[pr->pr_protocol] = pr;
	ip_reass_init();
}

static const struct sysctl_bounded_args ipctl_vars[] = {
	{ IPCTL_FORWARDING, &ipforwarding, 0, 2 },
	{ IPCTL_SENDREDIRECTS, &ipsendredirects, 0, 1 },
	{ IPCTL_DEFTTL, &ip_defttl, 1, MAXTTL },
	{ IPCTL_DIRECTEDBCAST, &ip_directedbcast, 0, 1 },
	{ IPCTL_IPPORT_FIRSTAUTO, &ipport_firstauto, 1, 65535 },
	{ IPCTL_IPPORT_LASTAUTO, &ipport_lastauto, 1, 65535 },
	{ IPCTL_IPPORT_HIFIRSTAUTO, &ipport_hifirstauto, 1, 65535 },
	{ IPCTL_IPPORT_HILASTAUTO, &ipport_hilastauto, 1, 65535 },
	{ IPCTL_IPPORT_MAXQUEUE, &ip_maxqueue, 0, 10000 },
	{ IPCTL_MTUDISC, &ip_mtudisc, 0, 1 },
	{ IPCTL_MULTIPATH, &ipmultipath, 0, 1 },
	{ IPCTL_ARPTIMEOUT, &arpt_keep, 1, INT_MAX / 2 },
	{ IPCTL_ARPDOWN, &arpt_down, 0, INT_MAX / 2 },
	{ IPCTL_ARPQUEUED, (int *)&la_hold_total, SYSCTL_INT_READONLY },
};

/* net.inet.ip.ifq: the network thread's input queue. */
static int
ip_sysctl_ifq(int *name, u_int namelen, void *oldp, size_t *oldlenp,
    void *newp, size_t newlen)
{
	if (namelen != 1)
		return (ENOTDIR);
	switch (name[0]) {
	case IFQCTL_LEN:
		return (sysctl_rdint(oldp, oldlenp, newp, netisr_len()));
	case IFQCTL_MAXLEN:
		return (sysctl_int_bounded(oldp, oldlenp, newp, newlen,
		    (int *)&netisr_maxlen, 1, 1 << 20));
	case IFQCTL_DROPS:
		return (sysctl_rdint(oldp, oldlenp, newp,
		    (int)if_drops[IFD_IQFULL]));
	default:
		return (EOPNOTSUPP);
	}
}

/* Source routes are not turned on in a kernel that is to be secure. */
static int
ip_sysctl_sourceroute(void *oldp, size_t *oldlenp, void *newp, size_t newlen)
{
	if (newp != NULL && securelevel > 0)
		return (EPERM);
	return (sysctl_int_bounded(oldp, oldlenp, newp, newlen,
	    &ip_dosourceroute, 0, 1));
}

/* Those of IPsec are its own, and unknown without it. */
static int
ip_sysctl_ipsec(int *name, u_int namelen, void *oldp, size_t *oldlenp,
    void *newp, size_t newlen)
{
	if (ip_ipsec == NULL || ip_ipsec->ii_sysctl == NULL)
		return (EOPNOTSUPP);
	return (ip_ipsec->ii_sysctl(name, namelen, oldp, oldlenp, newp,
	    newlen));
}

/* net.inet.ip */
int
ip_sysctl(int *name, u_int namelen, void *oldp, size_t *oldlenp, void *newp,
    size_t newlen)
{
	int	 error;

	if (name[0] == IPCTL_IFQUEUE)
		return (ip_sysctl_ifq(name + 1, namelen - 1, oldp, oldlenp,
		    newp, newlen));
	if (namelen != 1)
		return (ENOTDIR);
	if ((name[0] >= IPCTL_ENCDEBUG &&
	    name[0] <= IPCTL_IPSEC_AUTH_ALGORITHM) ||
	    name[0] == IPCTL_IPSEC_IPCOMP_ALGORITHM)
		return (ip_sysctl_ipsec(name, namelen, oldp, oldlenp, newp,
		    newlen));
	switch (name[0]) {
	case IPCTL_SOURCEROUTE:
		return (ip_sysctl_sourceroute(oldp, oldlenp, newp, newlen));
	case IPCTL_MTUDISCTIMEOUT:
		error = sysctl_int_bounded(oldp, oldlenp, newp, newlen,
		    &ip_mtudisc_timeout, 0, INT_MAX);
		icmp_pmtu_settimeout(ip_mtudisc_timeout);
		return (error);
	case IPCTL_STATS:
		return (sysctl_rdstruct(oldp, oldlenp, newp, &ipstat,
		    sizeof(ipstat)));
	case IPCTL_ARPSTATS:
		return (sysctl_rdstruct(oldp, oldlenp, newp, &arpstat,
		    sizeof(arpstat)));
	default:
		return (sysctl_bounded_arr(ipctl_vars, nitems(ipctl_vars),
		    name, namelen, oldp, oldlenp, newp, newlen));
	}
}

/* net.inet: the protocol that the first number names. */
static int
inet_sysctl(int *name, u_int namelen, void *oldp, size_t *oldlenp,
    void *newp, size_t newlen)
{
	const struct protosw	*pr;

	if (namelen < 2)
		return (EISDIR);
	if (name[0] < 0 || name[0] >= IPPROTO_MAX)
		return (ENOPROTOOPT);
	pr = name[0] == IPPROTO_IP ? &inetsw[0] : ip_protox[name[0]];
	if (pr->pr_sysctl == NULL)
		return (ENOPROTOOPT);
	return (pr->pr_sysctl(name + 1, namelen - 1, oldp, oldlenp, newp,
	    newlen));
}
