/*
 * The names of sysctl(2) variables: one table of levels.  The kernel's
 * headers list the names below most of them; the protocols of a family,
 * whose numbers are far apart, are listed here.
 */
#include <sys/types.h>
#include <sys/sysctl.h>
#include <net/bpf.h>
#include <netinet/in.h>
#include <netinet/bsd_in.h>
#include <netinet/ip_ipsp.h>
#include <netinet6/icmp6_var.h>
#include <netinet6/in6.h>

#include <stdio.h>
#include <string.h>

#include "sysctl.h"

#define NITEMS(a)	((int)(sizeof(a) / sizeof((a)[0])))

static const struct ctlname top_names[] = CTL_NAMES;
static const struct ctlname kern_names[] = CTL_KERN_NAMES;
static const struct ctlname crypto_names[] = CTL_KERN_CRYPTO_NAMES;
static const struct ctlname hw_names[] = CTL_HW_NAMES;

static const struct ctlname net_names[] = {
	[BSD_AF_INET] =	{ "inet", CTLTYPE_NODE },
	[BSD_AF_INET6] = { "inet6", CTLTYPE_NODE },
	[PF_BPF] =	{ "bpf", CTLTYPE_NODE },
};

static const struct ctlname inet_names[] = {
	[IPPROTO_IP] =		{ "ip", CTLTYPE_NODE },
	[IPPROTO_ICMP] =	{ "icmp", CTLTYPE_NODE },
	[IPPROTO_IGMP] =	{ "igmp", CTLTYPE_NODE },
	[IPPROTO_TCP] =		{ "tcp", CTLTYPE_NODE },
	[IPPROTO_UDP] =		{ "udp", CTLTYPE_NODE },
	[IPPROTO_ESP] =		{ "esp", CTLTYPE_NODE },
	[IPPROTO_AH] =		{ "ah", CTLTYPE_NODE },
	[IPPROTO_COMP] =	{ "ipcomp", CTLTYPE_NODE },
};

static const struct ctlname inet6_names[] = {
	[IPPROTO_IPV6] =	{ "ip6", CTLTYPE_NODE },
	[IPPROTO_ICMPV6] =	{ "icmp6", CTLTYPE_NODE },
};

static const struct ctlname ip_names[] = IPCTL_NAMES;
static const struct ctlname icmp_names[] = ICMPCTL_NAMES;
static const struct ctlname igmp_names[] = IGMPCTL_NAMES;
static const struct ctlname tcp_names[] = TCPCTL_NAMES;
static const struct ctlname udp_names[] = UDPCTL_NAMES;
static const struct ctlname esp_names[] = ESPCTL_NAMES;
static const struct ctlname ah_names[] = AHCTL_NAMES;
static const struct ctlname ipcomp_names[] = IPCOMPCTL_NAMES;
static const struct ctlname ip6_names[] = IPV6CTL_NAMES;
static const struct ctlname bpf_names[] = CTL_NET_BPF_NAMES;
static const struct ctlname icmp6_names[] = ICMPV6CTL_NAMES;
static const struct ctlname ifq_names[] = CTL_IFQ_NAMES;

#define LEVEL(path, names, ...)						\
	{ path, { __VA_ARGS__ },					\
	    sizeof((int []){ __VA_ARGS__ }) / sizeof(int), names,	\
	    NITEMS(names) }

/* A level comes after the one it is below. */
const struct level levels[] = {
	{ "", { 0 }, 0, top_names, NITEMS(top_names) },
	LEVEL("kern", kern_names, CTL_KERN),
	LEVEL("kern.crypto", crypto_names, CTL_KERN, KERN_CRYPTO),
	LEVEL("hw", hw_names, CTL_HW),
	LEVEL("net", net_names, CTL_NET),
	LEVEL("net.inet", inet_names, CTL_NET, BSD_AF_INET),
	LEVEL("net.inet.ip", ip_names, CTL_NET, BSD_AF_INET, IPPROTO_IP),
	LEVEL("net.inet.ip.ifq", ifq_names, CTL_NET, BSD_AF_INET, IPPROTO_IP,
	    IPCTL_IFQUEUE),
	LEVEL("net.inet.icmp", icmp_names, CTL_NET, BSD_AF_INET,
	    IPPROTO_ICMP),
	LEVEL("net.inet.igmp", igmp_names, CTL_NET, BSD_AF_INET,
	    IPPROTO_IGMP),
	LEVEL("net.inet.tcp", tcp_names, CTL_NET, BSD_AF_INET, IPPROTO_TCP),
	LEVEL("net.inet.udp", udp_names, CTL_NET, BSD_AF_INET, IPPROTO_UDP),
	LEVEL("net.inet.esp", esp_names, CTL_NET, BSD_AF_INET, IPPROTO_ESP),
	LEVEL("net.inet.ah", ah_names, CTL_NET, BSD_AF_INET, IPPROTO_AH),
	LEVEL("net.inet.ipcomp", ipcomp_names, CTL_NET, BSD_AF_INET,
	    IPPROTO_COMP),
	LEVEL("net.inet6", inet6_names, CTL_NET, BSD_AF_INET6),
	LEVEL("net.inet6.ip6", ip6_names, CTL_NET, BSD_AF_INET6,
	    IPPROTO_IPV6),
	LEVEL("net.inet6.ip6.ifq", ifq_names, CTL_NET, BSD_AF_INET6,
	    IPPROTO_IPV6, IPV6CTL_IFQUEUE),
	LEVEL("net.inet6.icmp6", icmp6_names, CTL_NET, BSD_AF_INET6,
	    IPPROTO_ICMPV6),
	LEVEL("net.bpf", bpf_names, CTL_NET, PF_BPF),
};

const unsigned int nlevels = NITEMS(levels);

/*
 * The level whose dotted path is given, or NULL.
 */
const struct level *
level_find(const char *path)
{
	unsigned int	 i;

	for (i = 0; i < nlevels; i++)
		if (strcmp(levels[i].l_path, path) == 0)
			return (&levels[i]);
	return (NULL);
}

/* The number of the word s of len bytes at a level, or -1. */
static int
word_find(const struct level *l, const char *s, size_t len)
{
	int	 i;

	for (i = 0; i < l->l_nnames; i++) {
		if (l->l_names[i].ctl_name != NULL &&
		    strlen(l->l_names[i].ctl_name) == len &&
		    strncmp(l->l_names[i].ctl_name, s, len) == 0)
			return (i);
	}
	return (-1);
}

static const char *
ordinal(unsigned int n)
{
	static const char *const	 words[] = {
		"top", "second", "third", "fourth", "fifth"
	};

	return (n < NITEMS(words) ? words[n] : "lower");
}

/*
 * Look a dotted name up.  On success v is filled; it is a node when the name
 * stops above a variable.  Otherwise NAME_INVALID or NAME_EXTRA, with a
 * sentence in why (size bytes) that says which word it was.
 */
int
name_parse(const char *name, struct variable *v, char *why, size_t size)
{
	const struct level	*l = level_find("");
	const char		*s = name;
	size_t			 len;
	int			 n;

	memset(v, 0, sizeof(*v));
	v->v_type = CTLTYPE_NODE;
	do {
		len = strcspn(s, ".");
		if (l == NULL) {
			snprintf(why, size, "name %.*s in %s is invalid",
			    (int)len, s, name);
			return (NAME_EXTRA);
		}
		if ((n = word_find(l, s, len)) == -1) {
			snprintf(why, size, "%s level name %.*s in %s is "
			    "invalid", ordinal(l->l_miblen), (int)len, s,
			    name);
			return (NAME_INVALID);
		}
		memcpy(v->v_mib, l->l_mib, sizeof(v->v_mib));
		v->v_mib[l->l_miblen] = n;
		v->v_miblen = l->l_miblen + 1;
		v->v_type = l->l_names[n].ctl_type;
		s += len;
		if (strlcpy(v->v_name, name, sizeof(v->v_name)) <
		    sizeof(v->v_name))
			v->v_name[s - name] = '\0';
		l = v->v_type == CTLTYPE_NODE ? level_find(v->v_name) : NULL;
	} while (*s++ == '.');
	return (NAME_OK);
}
