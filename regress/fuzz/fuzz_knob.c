/*
 * What an administrator may have set otherwise, for the length of an input:
 * see fuzz_packet.h.
 *
 * A knob is a variable of the kernel's and a value; or a state of fza, of its
 * addresses or of fzb; or what a filter and IPsec would say: they have hooks,
 * which are ours for so long, and decide by the packet's length.
 */
#include <sys/errno.h>

#include <net/if_types.h>

#include <netinet/arp_var.h>
#include <netinet/icmp_var.h>
#include <netinet6/in6_var.h>
#include <netinet6/icmp6_var.h>
#include <netinet6/ip6_var.h>
#include <netinet6/nd6.h>

#include "fuzz_packet.h"

static struct knob {
	int	*kn_var;
	int	 kn_value;
	int	 kn_saved;
} knobs[] = {
	{ &ipforwarding, 0, 0 },		/* 0 */
	{ &ipforwarding, 2, 0 },
	{ &ip_mtudisc, 0, 0 },
	{ &icmptstamprepl, 0, 0 },
	{ &icmpbmcastecho, 0, 0 },
	{ &icmpmaskrepl, 0, 0 },		/* 5 */
	{ &ip_directedbcast, 1, 0 },
	{ &ip_maxqueue, 6, 0 },
	{ &ip6_forwarding, 0, 0 },
	{ &ip6_forwarding, 2, 0 },
	{ &ip6_maxfragpackets, 2, 0 },		/* 10 */
	{ &ip6_maxfrags, 6, 0 },
	{ &nd6_debug, 1, 0 },
	{ &icmptstamprepl, 1, 0 },
	{ (int *)&arp_maxentries, 4, 0 },
	{ &ip_dosourceroute, 0, 0 },		/* 15 */
	{ &icmp6_rediraccept, 0, 0 },
	{ &ip6_neighborgcthresh, 2, 0 },
};

enum {
	KNOB_FILTER = nitems(knobs),		/* 18 */
	KNOB_IPSEC,
	KNOB_NOARP,				/* 20 */
	KNOB_STATICARP,
	KNOB_TENTATIVE,
	KNOB_DUPLICATED,
	KNOB_DOWN,
	KNOB_TUNNEL,				/* 25 */
	KNOB_ARPKEEP,
	KNOBS
};

static const struct ip_ipsec_hooks	*real_ipsec;
static int				(*real_filter)(int, int,
					    struct ifnet *, struct mbuf **);
static int				(*real_output)(struct ifnet *,
					    struct mbuf *,
					    struct sockaddr *,
					    struct rtentry *);
static u_char				 real_type;	/* both of fzb */
static int				 real_keep, ready, turned;

static int
filter(int af, int dir, struct ifnet *ifp, struct mbuf **mp)
{
	u_int	 len = (*mp)->m_pkthdr.len;

	(void)af;
	(void)dir;
	(void)ifp;
	if (len % 3 == 0)
		return (EACCES);
	if (len % 3 == 1) {
		m_freem(*mp);
		*mp = NULL;
	}
	return (0);
}

static int
ipsec_input(struct mbuf *m, int off, int proto, struct inpcb *inp, int fwd)
{
	(void)off;
	(void)proto;
	(void)inp;
	(void)fwd;
	return (m->m_pkthdr.len % 5 == 0 ? EACCES : 0);
}

static int
ipsec_output(struct mbuf *m, int hlen, struct inpcb *inp, int flags)
{
	(void)hlen;
	(void)inp;
	(void)flags;
	switch (m->m_pkthdr.len % 5) {
	case 1:
		m_freem(m);
		return (EJUSTRETURN);
	case 2:
		m->m_pkthdr.ph_mss = 1300;
		return (EMSGSIZE);
	case 3:
		return (EACCES);
	}
	return (0);
}

static const struct ip_ipsec_hooks	hooks = {
	.ii_input = ipsec_input,
	.ii_output = ipsec_output,
};

/* A tunnel that refuses what it is given. */
static int
tunnel_output(struct ifnet *ifp, struct mbuf *m, struct sockaddr *dst,
    struct rtentry *rt)
{
	static const int	 errors[] = { EMSGSIZE, ENETUNREACH,
	    EHOSTUNREACH, EACCES, 0 };
	u_int			 len = m->m_pkthdr.len;

	(void)ifp;
	(void)dst;
	(void)rt;
	m_freem(m);
	return (errors[len % nitems(errors)]);
}

/* The addresses of IPv6 on fza get a flag; TENTATIVE ones are probed. */
static void
addresses(int flag)
{
	struct ifaddr		*ifa;
	struct in6_ifaddr	*ia;

	NET_LOCK();
	TAILQ_FOREACH(ifa, &kt_ifp(fza)->if_addrlist, ifa_list) {
		if (ifa->ifa_addr->sa_family != AF_INET6)
			continue;
		ia = ifatoia6(ifa);
		nd6_dad_stop(ia);
		ia->ia6_flags &= ~(IN6_IFF_TENTATIVE | IN6_IFF_DUPLICATED);
		ia->ia6_flags |= flag;
		nd6_dad_start(ia);
	}
	NET_UNLOCK();
	kt_settle();
}

/* The interface's flags are the caller's business, as a driver's. */
static void
flags(int set, int clear)
{
	struct ifnet	*ifp = kt_ifp(fza);

	NET_LOCK();
	SET(ifp->if_flags, set);
	CLR(ifp->if_flags, clear);
	NET_UNLOCK();
}

/*
 * All is as targets want it: remember that.
 */
void
fuzz_knob_init(void)
{
	u_int	 i;

	for (i = 0; i < nitems(knobs); i++)
		knobs[i].kn_saved = *knobs[i].kn_var;
	real_ipsec = ip_ipsec;
	real_filter = pf_test_hook;
	real_output = kt_ifp(fzb)->if_output;
	real_type = kt_ifp(fzb)->if_type;
	real_keep = arpt_keep;
	ready = 1;
}

/*
 * Turn a knob, for the rest of this input.  Targets that have none of this
 * machine's interfaces have no knobs.
 */
void
fuzz_knob(u_int which)
{
	if (!ready)
		return;
	which %= KNOBS;
	turned = 1;
	if (which < nitems(knobs)) {
		*knobs[which].kn_var = knobs[which].kn_value;
		return;
	}
	switch (which) {
	case KNOB_FILTER:
		pf_test_hook = filter;
		break;
	case KNOB_IPSEC:
		ip_ipsec = &hooks;
		break;
	case KNOB_NOARP:
		flags(IFF_NOARP, 0);
		break;
	case KNOB_STATICARP:
		flags(IFF_STATICARP, 0);
		break;
	case KNOB_TENTATIVE:
		addresses(IN6_IFF_TENTATIVE);
		break;
	case KNOB_DUPLICATED:
		addresses(IN6_IFF_DUPLICATED);
		break;
	case KNOB_DOWN:
		flags(0, IFF_UP);
		break;
	case KNOB_TUNNEL:
		kt_ifp(fzb)->if_type = IFT_TUNNEL;
		kt_ifp(fzb)->if_output = tunnel_output;
		break;
	case KNOB_ARPKEEP:
		arpt_keep = 20;
		break;
	}
}

/*
 * The input has ended: turn all back.
 */
void
fuzz_knob_back(void)
{
	u_int	 i;

	if (!turned)
		return;
	turned = 0;
	for (i = 0; i < nitems(knobs); i++)
		*knobs[i].kn_var = knobs[i].kn_saved;
	ip_ipsec = real_ipsec;
	pf_test_hook = real_filter;
	kt_ifp(fzb)->if_type = real_type;
	kt_ifp(fzb)->if_output = real_output;
	arpt_keep = real_keep;
	flags(IFF_UP, IFF_NOARP | IFF_STATICARP);
	addresses(0);
}
