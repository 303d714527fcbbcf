/*
 * The rooms of this kernel, in the order in which they start: the link level
 * first, then the families of protocols, then what needs them all.
 */
#include <sys/types.h>
#include <sys/domain.h>
#include <sys/room.h>
#include <sys/socket.h>

#include <crypto/cryptodev.h>

#include <net/bpf.h>
#include <net/if.h>
#include <net/if_var.h>
#include <net/route.h>
#include <netinet/in.h>
#include <netinet/in_var.h>
#include <netipsec/ipsec.h>
#include <netwg/if_wg.h>

#include <kern/uipc_netlink.h>

extern struct domain inetdomain, inet6domain;

static void
room_crypto(void)
{
	crypto_init();
	swcr_init();
}

static void
room_route(void)
{
	domain_register(&routedomain);
	domain_register(&linkdomain);
}

static void
room_inet(void)
{
	domain_register(&inetdomain);
}

static void
room_inet6(void)
{
	domain_register(&inet6domain);
}

static void
room_netlink(void)
{
	domain_register(&netlinkdomain);
}

static void
room_loop(void)
{
	loopattach(1);
}

const struct room rooms[] = {
	{ "crypto",	room_crypto },
	{ "if",		ifinit },
	{ "bpf",	bpfilterattach },
	{ "route",	room_route },
	{ "inet",	room_inet },
	{ "inet6",	room_inet6 },
	{ "netlink",	room_netlink },
	{ "domain",	domaininit },
	{ "loop",	room_loop },
	{ "ipsec",	ipsec_init },
	{ "wg",		wg_init },
	{ NULL,		NULL },
};
