/*
 * The IPv6 family: its protocols, and sysctl net.inet6.
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

#include <netinet/if_ether.h>
#include <netinet/in.h>
#include <netinet/in_pcb.h>
#include <netinet/ip6.h>
#include <netinet/ip_var.h>
#include <netinet/udp_var.h>
#include <netinet6/icmp6_var.h>
#include <netinet6/in6.h>
#include <netinet6/in6_ifattach.h>
#include <netinet6/in6_var.h>
#include <netinet6/ip6_var.h>
#include <netinet6/nd6.h>

extern struct domain	inet6domain;

static void	 inet6_init(void);
static int	 inet6_sysctl(int *, u_int, void *, size_t *, void *, size_t);

/* The first of a type is what a socket without a protocol number gets. */
static const struct protosw inet6sw[] = {
	{
		.pr_domain = &inet6domain,
		.pr_protocol = IPPROTO_IPV6,
		.pr_init = ip6_init,
		.pr_sysctl = ip6_sysctl,
	}, {
		.pr_type = SOCK_DGRAM,
		.pr_domain = &inet6domain,
		.pr_protocol = IPPROTO_UDP,
		.pr_flags = PR_ATOMIC | PR_ADDR,
		.pr_input = udp6_input,
		.pr_ctlinput = udp6_ctlinput,
		.pr_ctloutput = udp6_ctloutput,
		.pr_usrreqs = &udp6_usrreqs,
	}, {
		.pr_type = SOCK_STREAM,
		.pr_domain = &inet6domain,
		.pr_protocol = IPPROTO_TCP,
		.pr_flags = PR_CONNREQUIRED,
		.pr_input = tcp6_input,
		.pr_ctloutput = ip6_ctloutput,
		.pr_usrreqs = &tcp6stub_usrreqs,
	}, {
		.pr_type = SOCK_RAW,
		.pr_domain = &inet6domain,
		.pr_protocol = IPPROTO_ICMPV6,
		.pr_flags = PR_ATOMIC | PR_ADDR,
		.pr_input = icmp6_input,
		.pr_ctlinput = rip6_ctlinput,
		.pr_ctloutput = rip6_ctloutput,
		.pr_usrreqs = &rip6_usrreqs,
		.pr_init = icmp6_init,
		.pr_sysctl = icmp6_sysctl,
	}, {
		.pr_type = SOCK_DGRAM,		/* ping without privilege */
		.pr_domain = &inet6domain,
		.pr_protocol = IPPROTO_ICMPV6,
		.pr_flags = PR_ATOMIC | PR_ADDR,
		.pr_ctloutput = rip6_ctloutput,
		.pr_usrreqs = &rip6_usrreqs,
	}, {
		.pr_domain = &inet6domain,
		.pr_protocol = IPPROTO_DSTOPTS,
		.pr_input = dest6_input,
	}, {
		.pr_domain = &inet6domain,
		.pr_protocol = IPPROTO_ROUTING,
		.pr_input = route6_input,
	}, {
		.pr_domain = &inet6domain,
		.pr_protocol = IPPROTO_FRAGMENT,
		.pr_input = frag6_input,
	}, {
		.pr_type = SOCK_RAW,		/* whatever nobody claims */
		.pr_domain = &inet6domain,
		.pr_protocol = 0,
		.pr_flags = PR_ATOMIC | PR_ADDR,
		.pr_input = rip6_input,
		.pr_ctlinput = rip6_ctlinput,
		.pr_ctloutput = rip6_ctloutput,
		.pr_usrreqs = &rip6_usrreqs,
		.pr_init = rip6_init,
	}
};

struct domain inet6domain = {
	.dom_family = AF_INET6,
	.dom_name = "inet6",
	.dom_init = inet6_init,
	.dom_protosw = inet6sw,
	.dom_protoswNPROTOSW = &inet6sw[nitems(inet6sw)],
	.dom_rtoffset = offsetof(struct sockaddr_in6, sin6_addr) * 8,
	.dom_maxplen = 128,
	.dom_sasize = sizeof(struct sockaddr_in6),
	.dom_sysctl = inet6_sysctl,
};

/* Before the protocols start; netinet's are ready, whose tables we share. */
static void
inet6_init(void)
{
	in6_init();
	nd6_init();
	if_register_af(AF_INET6, ipv6_input);
	ether_register(ETHERTYPE_IPV6, ipv6_input);
}

/* Fill the table of what follows an IPv6 header. */
void
ip6_init(void)
{
	const struct protosw	*pr, *raw;
	int			 i;

	raw = &inet6sw[nitems(inet6sw) - 1];
	for (i = 0; i < IPPROTO_MAX; i++)
		if (ip6_protox[i] == NULL)
			ip6_protox[i] = raw;
	for (pr = inet6sw; pr < raw; pr++)
		if (pr->pr_protocol != 0 && pr->pr_input != NULL)
			ip6_protox[pr->pr_protocol] = pr;
	frag6_init();
}

static const struct sysctl_bounded_args ipv6ctl_vars[] = {
	{ IPV6CTL_FORWARDING, &ip6_forwarding, 0, 2 },
	{ IPV6CTL_SENDREDIRECTS, &ip6_sendredirects, 0, 1 },
	{ IPV6CTL_DEFHLIM, &ip6_defhlim, 1, IPV6_MAXHLIM },
	{ IPV6CTL_MAXFRAGPACKETS, &ip6_maxfragpackets, 0, 10000 },
	{ IPV6CTL_HDRNESTLIMIT, &ip6_hdrnestlimit, 1, 64 },
	{ IPV6CTL_DAD_COUNT, &ip6_dad_count, 0, 10 },
	{ IPV6CTL_AUTO_FLOWLABEL, &ip6_auto_flowlabel, 0, 1 },
	{ IPV6CTL_DEFMCASTHLIM, &ip6_defmcasthlim, 0, IPV6_MAXHLIM },
	{ IPV6CTL_USE_DEPRECATED, &ip6_use_deprecated, 0, 1 },
	{ IPV6CTL_MAXFRAGS, &ip6_maxfrags, 0, 100000 },
	{ IPV6CTL_MULTIPATH, &ip6_multipath, 0, 1 },
	{ IPV6CTL_MCAST_PMTU, &ip6_mcast_pmtu, 0, 1 },
	{ IPV6CTL_NEIGHBORGCTHRESH, &ip6_neighborgcthresh, 0,
	    ND6_MAXENTRIES },
	{ IPV6CTL_MAXDYNROUTES, &ip6_maxdynroutes, 0, 1000000 },
	{ IPV6CTL_DAD_PENDING, &ip6_dad_pending, SYSCTL_INT_READONLY },
};

/* net.inet6.ip6.ifq: the network thread's input queue, IPv4's too. */
static int
ip6_sysctl_ifq(int *name, u_int namelen, void *oldp, size_t *oldlenp,
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

/* The key of interface identifiers is set, but not told. */
static int
ip6_sysctl_soiikey(void *oldp, size_t *oldlenp, void *newp, size_t newlen)
{
	uint8_t	 key[IP6_SOIIKEY_LEN];
	int	 error;

	memset(key, 0, sizeof(key));
	error = sysctl_struct(oldp, oldlenp, newp, newlen, key, sizeof(key));
	if (error == 0 && newp != NULL)
		memcpy(ip6_soiikey, key, sizeof(key));
	return (error);
}

/* net.inet6.ip6 */
int
ip6_sysctl(int *name, u_int namelen, void *oldp, size_t *oldlenp, void *newp,
    size_t newlen)
{
	int	 error;

	if (name[0] == IPV6CTL_IFQUEUE)
		return (ip6_sysctl_ifq(name + 1, namelen - 1, oldp, oldlenp,
		    newp, newlen));
	if (namelen != 1)
		return (ENOTDIR);
	switch (name[0]) {
	case IPV6CTL_MTUDISCTIMEOUT:
		error = sysctl_int_bounded(oldp, oldlenp, newp, newlen,
		    &ip6_mtudisc_timeout, 0, INT_MAX);
		icmp6_pmtu_settimeout(ip6_mtudisc_timeout);
		return (error);
	case IPV6CTL_STATS:
		return (sysctl_rdstruct(oldp, oldlenp, newp, &ip6stat,
		    sizeof(ip6stat)));
	case IPV6CTL_SOIIKEY:
		return (ip6_sysctl_soiikey(oldp, oldlenp, newp, newlen));
	default:
		return (sysctl_bounded_arr(ipv6ctl_vars,
		    nitems(ipv6ctl_vars), name, namelen, oldp, oldlenp, newp,
		    newlen));
	}
}

/* net.inet6: the protocol that the first number names. */
static int
inet6_sysctl(int *name, u_int namelen, void *oldp, size_t *oldlenp,
    void *newp, size_t newlen)
{
	const struct protosw	*pr;

	if (namelen < 2)
		return (EISDIR);
	if (name[0] < 0 || name[0] >= IPPROTO_MAX)
		return (ENOPROTOOPT);
	pr = name[0] == IPPROTO_IPV6 ? &inet6sw[0] : ip6_protox[name[0]];
	if (pr->pr_sysctl == NULL)
		return (ENOPROTOOPT);
	return (pr->pr_sysctl(name + 1, namelen - 1, oldp, oldlenp, newp,
	    newlen));
}
