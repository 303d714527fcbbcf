/*
 * ifconfig(8): what an interface looks like, and which ones a name means.
 */
#include <sys/types.h>
#include <sys/ioctl.h>
#include <net/if.h>
#include <net/if_types.h>

#include <ctype.h>
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bits.h"
#include "bsdaddr.h"
#include "ifconfig.h"

static int	 features;		/* show what the hardware can do */

static const struct bitname xflag_names[] = {
	{ IFXF_AUTOCONF6TEMP,	"AUTOCONF6TEMP" },
	{ IFXF_MPLS,		"MPLS" },
	{ IFXF_WOL,		"WOL" },
	{ IFXF_AUTOCONF6,	"AUTOCONF6" },
	{ IFXF_INET6_NOSOII,	"INET6_NOSOII" },
	{ IFXF_AUTOCONF4,	"AUTOCONF4" },
	{ IFXF_MONITOR,		"MONITOR" },
	{ IFXF_LRO,		"LRO" },
	{ 0, NULL }
};

static const struct bitname feature_names[] = {
	{ IFCAP_CSUM_IPv4,	"CSUM_IPv4" },
	{ IFCAP_CSUM_TCPv4,	"CSUM_TCPv4" },
	{ IFCAP_CSUM_UDPv4,	"CSUM_UDPv4" },
	{ IFCAP_VLAN_MTU,	"VLAN_MTU" },
	{ IFCAP_VLAN_HWTAGGING,	"VLAN_HWTAGGING" },
	{ IFCAP_VLAN_HWOFFLOAD,	"VLAN_HWOFFLOAD" },
	{ IFCAP_CSUM_TCPv6,	"CSUM_TCPv6" },
	{ IFCAP_CSUM_UDPv6,	"CSUM_UDPv6" },
	{ IFCAP_TSOv4,		"TSOv4" },
	{ IFCAP_TSOv6,		"TSOv6" },
	{ IFCAP_LRO,		"LRO" },
	{ IFCAP_WOL,		"WOL" },
	{ IFCAP_USO,		"USO" },
	{ 0, NULL }
};

/*
 * The flags of an interface: a number and the names in it.
 */
void
flags_format(const struct ifl_if *i, char *buf, size_t size)
{
	unsigned int	 xflags = i->i_xflags & ~IFXF_CANTCHANGE;
	unsigned int	 flags = i->i_flags & 0xffff;
	int		 n;

	snprintf(buf, size, "flags=%x<", xflags << 16 | flags);
	n = bits_names(buf, size, iff_names, flags, 0);
	bits_names(buf, size, xflag_names, xflags, n);
	strlcat(buf, ">", size);
}

/*
 * Choose whether the hardware's features are shown.
 */
void
show_hwfeatures(int on)
{
	features = on;
}

static int
get_int(const struct ifctx *c, unsigned long request, const char *name,
    int *value)
{
	struct ifreq	 ifr;

	memset(&ifr, 0, sizeof(ifr));
	strlcpy(ifr.ifr_name, name, sizeof(ifr.ifr_name));
	if (ioctl(c->c_sock, request, &ifr) == -1)
		return (-1);
	*value = ifr.ifr_metric;
	return (0);
}

static void
show_features(const struct ifctx *c, const struct ifl_if *i)
{
	char	 buf[256];
	int	 hardmtu;

	snprintf(buf, sizeof(buf), "hwfeatures=%x<",
	    i->i_data.ifi_capabilities);
	bits_names(buf, sizeof(buf), feature_names,
	    i->i_data.ifi_capabilities, 0);
	printf("\t%s>", buf);
	if (get_int(c, SIOCGIFHARDMTU, i->i_name, &hardmtu) == 0)
		printf(" hardmtu %u", (unsigned int)hardmtu);
	putchar('\n');
}

static void
show_head(const struct ifl_if *i)
{
	char	 flags[256];

	flags_format(i, flags, sizeof(flags));
	printf("%s: %s", i->i_name, flags);
	if (i->i_data.ifi_rdomain != 0)
		printf(" rdomain %u", i->i_data.ifi_rdomain);
	if (i->i_data.ifi_metric != 0)
		printf(" metric %u", i->i_data.ifi_metric);
	printf(" mtu %u\n", i->i_data.ifi_mtu);
}

static void
show_rtlabel(const struct ifctx *c, const char *name)
{
	struct ifreq	 ifr;
	char		 label[64];

	memset(&ifr, 0, sizeof(ifr));
	memset(label, 0, sizeof(label));
	strlcpy(ifr.ifr_name, name, sizeof(ifr.ifr_name));
	ifr.ifr_data = label;
	if (ioctl(c->c_sock, SIOCGIFRTLABEL, &ifr) == 0 && label[0] != '\0')
		printf("\trtlabel: %s\n", label);
}

/*
 * Show one interface; with a family, only that family's addresses.
 */
void
show_interface(struct ifctx *c, const struct ifl_if *i)
{
	const struct ifl_addr	*a;
	char			 ea[ETHER_STRLEN];
	int			 llprio, priority;

	show_head(i);
	if (features)
		show_features(c, i);
	if (i->i_sdl.sdl_alen == 6)
		printf("\tlladdr %s\n", ether_str((uint8_t *)LLADDR(&i->i_sdl),
		    ea));
	description_show(c, i->i_name);
	printf("\tindex %u", i->i_index);
	if (get_int(c, SIOCGIFPRIORITY, i->i_name, &priority) == 0)
		printf(" priority %d", priority);
	if (get_int(c, SIOCGIFLLPRIO, i->i_name, &llprio) == 0)
		printf(" llprio %d", llprio);
	putchar('\n');
	show_rtlabel(c, i->i_name);
	wg_show(c, i->i_name, c->c_detail);
	group_show(c, i->i_name);
	media_show(c, i);
	TAILQ_FOREACH(a, &i->i_addrs, a_link) {
		if (c->c_af != BSD_AF_UNSPEC && a->a_addr.ss_family != c->c_af)
			continue;
		if (a->a_addr.ss_family == BSD_AF_INET)
			inet_show(i, a);
		else if (a->a_addr.ss_family == BSD_AF_INET6)
			inet6_show(i, a);
	}
}

/* Is this interface of the class (em, wg, lo)? */
static int
of_class(const char *name, const char *class)
{
	size_t	 len = strlen(class);

	if (strncmp(name, class, len) != 0)
		return (0);
	return (name[len] != '\0' && name[len + strspn(name + len,
	    "0123456789")] == '\0');
}

static int
show_group(struct ifctx *c, const struct iflist *list, const char *name)
{
	struct ifg_req	*members;
	struct ifl_if	*i;
	char		 member[IFNAMSIZ + 1];
	int		 j, n, shown = 0;

	n = group_members(c, name, &members);
	for (j = 0; j < n; j++) {
		memset(member, 0, sizeof(member));
		memcpy(member, members[j].ifgrq_member, IFNAMSIZ);
		if ((i = iflist_find(list, member)) == NULL)
			continue;
		show_interface(c, i);
		shown++;
	}
	free(members);
	return (shown);
}

/*
 * Show the interfaces that a name means: that one, the members of a group,
 * or a class; NULL means all.  Returns how many there were.
 */
int
show_matching(struct ifctx *c, const char *name)
{
	struct ifl_if	*i;
	struct iflist	 list;
	size_t		 len;
	int		 shown = 0;

	if (iflist_get(&list, 0) == -1)
		err(1, "sysctl");
	if (name != NULL && (i = iflist_find(&list, name)) != NULL) {
		show_interface(c, i);
		shown = 1;
	} else if (name != NULL) {
		len = strlen(name);
		if (len > 0 && !isdigit((unsigned char)name[len - 1]))
			shown = show_group(c, &list, name);
	}
	if (shown == 0) {
		TAILQ_FOREACH(i, &list, i_link) {
			if (name != NULL && !of_class(i->i_name, name))
				continue;
			show_interface(c, i);
			shown++;
		}
	}
	iflist_free(&list);
	return (shown);
}
