/*
 * netstat(1): -r, the flows of ipsec(4), which route packets into SAs.
 */
#include <sys/types.h>
#include <sys/sysctl.h>
#include <sys/bsd_sockaddr.h>
#include <net/pfkeyv2.h>
#include <netinet/in.h>
#include <arpa/inet.h>

#include <err.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "netstat.h"
#include "rtname.h"

#define WIDTH	18		/* of a network, as in the table of routes */
#define SPARE	8192		/* bytes that may come between two calls */

/* All flows as messages, to be freed; NULL with errno. */
static uint8_t *
flows_get(size_t *len)
{
	int	 mib[] = {
		CTL_NET, BSD_AF_KEY, PF_KEY_V2, NET_KEY_SPD_DUMP, 0
	};
	uint8_t	*buf = NULL, *p;
	int	 tries;

	for (tries = 0; tries < 10; tries++) {
		if (sysctl(mib, 5, NULL, len, NULL, 0) == -1)
			break;
		*len += *len / 8 + SPARE;
		if ((p = realloc(buf, *len)) == NULL)
			break;
		buf = p;
		if (sysctl(mib, 5, buf, len, NULL, 0) == 0)
			return (buf);
		if (errno != ENOMEM)
			break;
	}
	free(buf);
	return (NULL);
}

/* An extension of at least size bytes, or NULL. */
static const void *
ext(const struct sadb_msg *msg, unsigned int type, size_t size)
{
	const uint8_t		*p = (const uint8_t *)(msg + 1);
	const uint8_t		*end;
	const struct sadb_ext	*e;

	end = (const uint8_t *)msg + msg->sadb_msg_len * 8;
	for (; (size_t)(end - p) >= sizeof(*e); p += e->sadb_ext_len * 8) {
		e = (const struct sadb_ext *)p;
		if (e->sadb_ext_len == 0 ||
		    e->sadb_ext_len * 8 > end - p)
			return (NULL);
		if (e->sadb_ext_type == type)
			return (e->sadb_ext_len * 8U >= size ? e : NULL);
	}
	return (NULL);
}

static const struct bsd_sockaddr *
address(const struct sadb_msg *msg, unsigned int type)
{
	const struct sadb_address	*a;

	a = ext(msg, type, sizeof(*a) + sizeof(struct bsd_sockaddr_in));
	return (a == NULL ? NULL : (const struct bsd_sockaddr *)(a + 1));
}

static void
print_side(const struct sadb_msg *msg, unsigned int flow, unsigned int mask)
{
	const struct bsd_sockaddr	*sa = address(msg, flow);
	const struct bsd_sockaddr	*sm = address(msg, mask);
	char				 text[RTNAME_LEN];

	if (sa == NULL || sm == NULL)
		return;
	rtname_net(sa, sm, opt.o_numeric, text, sizeof(text));
	/* In IPv4's socket address and in IPv6's it is in one place. */
	printf("%-*s %-5u ", WIDTH, text,
	    ntohs(((const struct bsd_sockaddr_in *)sa)->sin_port));
}

static void
print_proto(const struct sadb_msg *msg)
{
	const struct sadb_protocol	*sp;
	const struct protoent		*pe = NULL;
	unsigned int			 proto;

	sp = ext(msg, SADB_X_EXT_PROTOCOL, sizeof(*sp));
	proto = sp == NULL ? 0 : sp->sadb_protocol_proto;
	if (!opt.o_numeric && proto != 0)
		pe = getprotobynumber(proto);
	if (pe != NULL)
		printf("%-5s ", pe->p_name);
	else
		printf("%-5u ", proto);
}

static void
print_sa(const struct sadb_msg *msg)
{
	static const char *const	 types[] = {
		[SADB_X_FLOW_TYPE_USE] = "use",
		[SADB_X_FLOW_TYPE_ACQUIRE] = "acquire",
		[SADB_X_FLOW_TYPE_REQUIRE] = "require",
		[SADB_X_FLOW_TYPE_BYPASS] = "bypass",
		[SADB_X_FLOW_TYPE_DENY] = "deny",
		[SADB_X_FLOW_TYPE_DONTACQ] = "dontacq",
	};
	const struct bsd_sockaddr	*sa;
	const struct sadb_protocol	*sp;
	const char			*type = "unknown";
	char				 peer[RTNAME_LEN] = "none";

	if ((sa = address(msg, SADB_EXT_ADDRESS_DST)) != NULL)
		rtname_host(sa, opt.o_numeric, peer, sizeof(peer));
	sp = ext(msg, SADB_X_EXT_FLOW_TYPE, sizeof(*sp));
	if (sp != NULL && sp->sadb_protocol_proto <
	    sizeof(types) / sizeof(types[0]) &&
	    types[sp->sadb_protocol_proto] != NULL)
		type = types[sp->sadb_protocol_proto];
	printf("%s/%s/%s/%s\n", peer,
	    msg->sadb_msg_satype == SADB_SATYPE_ESP ? "esp" :
	    msg->sadb_msg_satype == SADB_SATYPE_AH ? "ah" :
	    msg->sadb_msg_satype == SADB_X_SATYPE_IPCOMP ? "ipcomp" : "none",
	    type, sp != NULL && sp->sadb_protocol_direction ==
	    IPSP_DIRECTION_IN ? "in" : "out");
}

/*
 * Show the flows after the routes, if there are any.  They are the
 * super-user's to see: others see nothing, and an error if they ask for
 * nothing else (only).
 */
void
encap_show(int only)
{
	const struct sadb_msg	*msg;
	uint8_t			*buf;
	size_t			 len, off;

	if ((buf = flows_get(&len)) == NULL) {
		if (only || errno != EPERM)
			err(1, "flows");
		return;
	}
	if (len > 0)
		printf("\nEncap:\n%-*s %-5s %-*s %-5s %-5s %s\n", WIDTH,
		    "Source", "Port", WIDTH, "Destination", "Port", "Proto",
		    "SA(Address/Proto/Type/Direction)");
	for (off = 0; off + sizeof(*msg) <= len;
	    off += msg->sadb_msg_len * 8) {
		msg = (const struct sadb_msg *)(buf + off);
		if (msg->sadb_msg_len * 8U < sizeof(*msg) ||
		    msg->sadb_msg_len * 8U > len - off)
			break;
		print_side(msg, SADB_X_EXT_SRC_FLOW, SADB_X_EXT_SRC_MASK);
		print_side(msg, SADB_X_EXT_DST_FLOW, SADB_X_EXT_DST_MASK);
		print_proto(msg);
		print_sa(msg);
	}
	free(buf);
}
