/*
 * ifconfig(8): words about the interface itself.
 */
#include <sys/types.h>
#include <sys/ioctl.h>
#include <net/if.h>
#include <net/route.h>

#include <err.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bsdaddr.h"
#include "ifconfig.h"

#define RDOMAIN_MAX	RT_TABLEID_MAX

/* Set a flag, or clear that of a negative number; returns what is set. */
static int
change_flag(struct ifctx *c, unsigned long get, unsigned long set,
    const char *name, int flag)
{
	struct ifreq	 ifr;
	int		 flags;

	ifreq_init(c, &ifr);
	if_ioctl(c, get, name, &ifr);
	flags = ifr.ifr_flags & 0xffff;
	if (flag < 0)
		flags &= ~-flag;
	else
		flags |= flag;
	ifreq_init(c, &ifr);
	ifr.ifr_flags = flags;
	if_ioctl(c, set, name, &ifr);
	return (flags);
}

/* w_param: the flag, IFF_*. */
static void
set_flag(struct ifctx *c, const struct word *w, char **argv)
{
	c->c_flags = change_flag(c, SIOCGIFFLAGS, SIOCSIFFLAGS,
	    "SIOCSIFFLAGS", w->w_param);
}

/* w_param: the flag, IFXF_*. */
static void
set_xflag(struct ifctx *c, const struct word *w, char **argv)
{
	change_flag(c, SIOCGIFXFLAGS, SIOCSIFXFLAGS, "SIOCSIFXFLAGS",
	    w->w_param);
}

/* Words that set one number, and the ioctls that do it. */
enum { N_LLPRIO, N_METRIC, N_MTU, N_PRIORITY, N_RDOMAIN };

static const struct {
	unsigned long	 request;
	const char	*name;
	int		 low, high;
} numbers[] = {
	[N_LLPRIO] = { SIOCSIFLLPRIO, "SIOCSIFLLPRIO", IFQ_MINPRIO,
	    IFQ_MAXPRIO },
	[N_METRIC] = { SIOCSIFMETRIC, "SIOCSIFMETRIC", 0, INT_MAX },
	[N_MTU] = { SIOCSIFMTU, "SIOCSIFMTU", 0, INT_MAX },
	[N_PRIORITY] = { SIOCSIFPRIORITY, "SIOCSIFPRIORITY", 0, 15 },
	[N_RDOMAIN] = { SIOCSIFRDOMAIN, "SIOCSIFRDOMAIN", 0, RDOMAIN_MAX },
};

/* w_param: N_*.  The number is the argument, or 0 without one. */
static void
set_number(struct ifctx *c, const struct word *w, char **argv)
{
	struct ifreq	 ifr;
	int		 n = w->w_param;

	ifreq_init(c, &ifr);
	/* All of them are in the same place. */
	if (w->w_nargs > 0)
		ifr.ifr_metric = word_number(w->w_name, argv[0],
		    numbers[n].low, numbers[n].high);
	if_ioctl(c, numbers[n].request, numbers[n].name, &ifr);
}

/* The label is the argument, or none. */
static void
set_rtlabel(struct ifctx *c, const struct word *w, char **argv)
{
	struct ifreq	 ifr;
	char		 none[] = "";

	ifreq_init(c, &ifr);
	ifr.ifr_data = w->w_nargs > 0 ? argv[0] : none;
	if (strlen(ifr.ifr_data) >= RTLABEL_LEN)
		errx(1, "label too long");
	if_ioctl(c, SIOCSIFRTLABEL, "SIOCSIFRTLABEL", &ifr);
}

/* A station address, or "random": local, to one station. */
static void
set_lladdr(struct ifctx *c, const struct word *w, char **argv)
{
	struct ifreq	 ifr;
	uint8_t		 ea[6];

	if (strcmp(argv[0], "random") == 0) {
		arc4random_buf(ea, sizeof(ea));
		ea[0] = (ea[0] & ~0x01) | 0x02;
	} else if (ether_parse(argv[0], ea) == -1)
		errx(1, "malformed link-level address");
	ifreq_init(c, &ifr);
	ifr.ifr_addr.sa_len = sizeof(ea);
	ifr.ifr_addr.sa_family = BSD_AF_LINK;
	memcpy(ifr.ifr_addr.sa_data, ea, sizeof(ea));
	if_ioctl(c, SIOCSIFLLADDR, "SIOCSIFLLADDR", &ifr);
}

static void
hwfeatures(struct ifctx *c, const struct word *w, char **argv)
{
	show_hwfeatures(1);
	if (show_matching(c, c->c_name) == 0)
		errx(1, "%s: no such interface", c->c_name);
}

const struct word link_words[] = {
	{ "-arp",	0, IFF_NOARP,		set_flag },
	{ "-debug",	0, -IFF_DEBUG,		set_flag },
	{ "-link0",	0, -IFF_LINK0,		set_flag },
	{ "-link1",	0, -IFF_LINK1,		set_flag },
	{ "-link2",	0, -IFF_LINK2,		set_flag },
	{ "-monitor",	0, -IFXF_MONITOR,	set_xflag },
	{ "-rdomain",	0, N_RDOMAIN,		set_number },
	{ "-rtlabel",	0, 0,			set_rtlabel },
	{ "-staticarp",	0, -IFF_STATICARP,	set_flag },
	{ "-tcplro",	0, -IFXF_LRO,		set_xflag },
	{ "arp",	0, -IFF_NOARP,		set_flag },
	{ "debug",	0, IFF_DEBUG,		set_flag },
	{ "down",	0, -IFF_UP,		set_flag },
	{ "hwfeatures",	0, 0,			hwfeatures },
	{ "link0",	0, IFF_LINK0,		set_flag },
	{ "link1",	0, IFF_LINK1,		set_flag },
	{ "link2",	0, IFF_LINK2,		set_flag },
	{ "lladdr",	1, 0,			set_lladdr },
	{ "llprio",	1, N_LLPRIO,		set_number },
	{ "metric",	1, N_METRIC,		set_number },
	{ "monitor",	0, IFXF_MONITOR,	set_xflag },
	{ "mtu",	1, N_MTU,		set_number },
	{ "priority",	1, N_PRIORITY,		set_number },
	{ "rdomain",	1, N_RDOMAIN,		set_number },
	{ "rtlabel",	1, 0,			set_rtlabel },
	{ "staticarp",	0, IFF_STATICARP,	set_flag },
	{ "tcplro",	0, IFXF_LRO,		set_xflag },
	{ "up",		0, IFF_UP,		set_flag },
	{ NULL, 0, 0, NULL }
};
