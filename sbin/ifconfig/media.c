/*
 * ifconfig(8): the kind of link that an interface has, and whether it is up.
 */
#include <sys/types.h>
#include <sys/ioctl.h>
#include <net/if.h>
#include <net/if_media.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "ifconfig.h"

static const struct {
	uint64_t	 value;
	const char	*name;
} subtypes[] = {
	{ IFM_AUTO,	"autoselect" },
	{ IFM_MANUAL,	"manual" },
	{ IFM_NONE,	"none" },
	{ IFM_100_TX,	"100baseTX" },
	{ IFM_1000_T,	"1000baseT" },
	{ IFM_10G_T,	"10GbaseT" },
};

static const char *
subtype(uint64_t word)
{
	size_t	 i;

	for (i = 0; i < sizeof(subtypes) / sizeof(subtypes[0]); i++)
		if (subtypes[i].value == IFM_SUBTYPE(word))
			return (subtypes[i].name);
	return ("<unknown subtype>");
}

static void
print_word(uint64_t word)
{
	printf("%s", subtype(word));
	if (word & IFM_FDX)
		printf(" full-duplex");
	else if (word & IFM_HDX)
		printf(" half-duplex");
}

static const char *
link_state(const struct ifl_if *i)
{
	switch (i->i_data.ifi_link_state) {
	case LINK_STATE_INVALID:
		return ("invalid");
	case LINK_STATE_DOWN:
		return ("no carrier");
	case LINK_STATE_KALIVE_DOWN:
		return ("keepalive down");
	default:
		return ("active");
	}
}

/*
 * The lines of media and link status; nothing for an interface that has
 * neither.
 */
void
media_show(const struct ifctx *c, const struct ifl_if *i)
{
	struct ifmediareq	 ifmr;

	memset(&ifmr, 0, sizeof(ifmr));
	strlcpy(ifmr.ifm_name, i->i_name, sizeof(ifmr.ifm_name));
	if (ioctl(c->c_sock, SIOCGIFMEDIA, &ifmr) == 0) {
		printf("\tmedia: %s ", IFM_TYPE(ifmr.ifm_current) ==
		    IFM_ETHER ? "Ethernet" : "<unknown type>");
		print_word(ifmr.ifm_current);
		if (ifmr.ifm_active != ifmr.ifm_current) {
			printf(" (");
			print_word(ifmr.ifm_active);
			printf(")");
		}
		printf("\n\tstatus: %s\n", !(ifmr.ifm_status & IFM_AVALID) ?
		    link_state(i) : (ifmr.ifm_status & IFM_ACTIVE) ?
		    "active" : "no carrier");
	} else if (i->i_data.ifi_link_state != LINK_STATE_UNKNOWN)
		printf("\tstatus: %s\n", link_state(i));
}
