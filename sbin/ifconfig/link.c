/*
 * ifconfig(8): words about the interface itself.
 */
#include <sys/types.h>
#include <sys/ioctl.h>
#include <net/if.h>

#include <err.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bsdaddr.h"
#include "ifconfig.h"

/* w_param: the flag to set, or minus the flag to clear. */
static void
set_flag(struct ifctx *c, const struct word *w, char **argv)
{
	struct ifreq	 ifr;
	int		 flags;

	ifreq_init(c, &ifr);
	if_ioctl(c, SIOCGIFFLAGS, "SIOCGIFFLAGS", &ifr);
	flags = ifr.ifr_flags & 0xffff;
	if (w->w_param < 0)
		flags &= ~-w->w_param;
	else
		flags |= w->w_param;
	ifreq_init(c, &ifr);
	ifr.ifr_flags = flags;
	if_ioctl(c, SIOCSIFFLAGS, "SIOCSIFFLAGS", &ifr);
	c->c_flags = flags;
}

/* The same for the flags that came later. */
static void
set_xflag(struct ifctx *c, const struct word *w, char **argv)
{
	struct ifreq	 ifr;
	int		 flags;

	ifreq_init(c, &ifr);
	if_ioctl(c, SIOCGIFXFLAGS, "SIOCGIFXFLAGS", &ifr);
	flags = ifr.ifr_flags & 0xffff;
	if (w->w_param < 0)
		flags &= ~-w->w_param;
	else
		flags |= w->w_param;
	ifreq_init(c, &ifr);
	ifr.ifr_flags = flags;
	if_ioctl(c, SIOCSIFXFLAGS, "SIOCSIFXFLAGS", &ifr);
}

static void
set_mtu(struct ifctx *c, const struct word *w, char **argv)
{
	struct ifreq	 ifr;

	ifreq_init(c, &ifr);
	ifr.ifr_mtu = word_number("mtu", argv[0], 0, INT_MAX);
	if_ioctl(c, SIOCSIFMTU, "SIOCSIFMTU", &ifr);
}

static void
set_metric(struct ifctx *c, const struct word *w, char **argv)
{
	struct ifreq	 ifr;

	ifreq_init(c, &ifr);
	ifr.ifr_metric = word_number("metric", argv[0], 0, INT_MAX);
	if_ioctl(c, SIOCSIFMETRIC, "SIOCSIFMETRIC", &ifr);
}

static void
set_priority(struct ifctx *c, const struct word *w, char **argv)
{
	struct ifreq	 ifr;

	ifreq_init(c, &ifr);
	ifr.ifr_metric = word_number("priority", argv[0], 0, 15);
	if_ioctl(c, SIOCSIFPRIORITY, "SIOCSIFPRIORITY", &ifr);
}

static void
set_llprio(struct ifctx *c, const struct word *w, char **argv)
{
	struct ifreq	 ifr;

	ifreq_init(c, &ifr);
	ifr.ifr_llprio = word_number("llprio", argv[0], IFQ_MINPRIO,
	    IFQ_MAXPRIO);
	if_ioctl(c, SIOCSIFLLPRIO, "SIOCSIFLLPRIO", &ifr);
}

static void
set_rdomain(struct ifctx *c, const struct word *w, char **argv)
{
	struct ifreq	 ifr;

	ifreq_init(c, &ifr);
	ifr.ifr_rdomainid = word_number("rdomain", argv[0], 0, 255);
	if_ioctl(c, SIOCSIFRDOMAIN, "SIOCSIFRDOMAIN", &ifr);
}

static void
unset_rdomain(struct ifctx *c, const struct word *w, char **argv)
{
	struct ifreq	 ifr;

	ifreq_init(c, &ifr);
	if_ioctl(c, SIOCSIFRDOMAIN, "SIOCSIFRDOMAIN", &ifr);
}

static void
set_rtlabel(struct ifctx *c, const struct word *w, char **argv)
{
	struct ifreq	 ifr;

	ifreq_init(c, &ifr);
	if (strlen(argv[0]) >= 32)
		errx(1, "label too long");
	ifr.ifr_data = argv[0];
	if_ioctl(c, SIOCSIFRTLABEL, "SIOCSIFRTLABEL", &ifr);
}

static void
unset_rtlabel(struct ifctx *c, const struct word *w, char **argv)
{
	struct ifreq	 ifr;
	char		 none[] = "";

	ifreq_init(c, &ifr);
	ifr.ifr_data = none;
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
	{ "-rdomain",	0, 0,			unset_rdomain },
	{ "-rtlabel",	0, 0,			unset_rtlabel },
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
	{ "llprio",	1, 0,			set_llprio },
	{ "metric",	1, 0,			set_metric },
	{ "monitor",	0, IFXF_MONITOR,	set_xflag },
	{ "mtu",	1, 0,			set_mtu },
	{ "priority",	1, 0,			set_priority },
	{ "rdomain",	1, 0,			set_rdomain },
	{ "rtlabel",	1, 0,			set_rtlabel },
	{ "staticarp",	0, IFF_STATICARP,	set_flag },
	{ "tcplro",	0, IFXF_LRO,		set_xflag },
	{ "up",		0, IFF_UP,		set_flag },
	{ NULL, 0, 0, NULL }
};
