/*
 * ipsecctl(8): flows and SAs, as rules that could be loaded again.
 */
#include <sys/types.h>
#include <sys/sysctl.h>
#include <netinet/in.h>
#include <arpa/inet.h>

#include <err.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "bsdaddr.h"
#include "ipsecctl.h"

/* Walk the messages of a dump. */
#define FOREACH_MESSAGE(msg, buf, len)					\
	for ((msg) = (const struct sadb_msg *)(buf);			\
	    (const uint8_t *)((msg) + 1) <= (buf) + (len) &&		\
	    (msg)->sadb_msg_len != 0;					\
	    (msg) = (const struct sadb_msg *)((const uint8_t *)(msg) +	\
	    (msg)->sadb_msg_len * 8))

static void
get_host(const struct sadb_msg *msg, unsigned int ext, struct host *h)
{
	const struct sadb_address	*a = message_ext(msg, ext);

	memset(h, 0, sizeof(*h));
	if (a != NULL)
		host_from_sockaddr(h, (const struct bsd_sockaddr *)(a + 1));
}

/* A prefix; its port in network order. */
static uint16_t
get_net(const struct sadb_msg *msg, unsigned int flow, unsigned int mask,
    struct host *h)
{
	const struct sadb_address	*a;
	struct host			 m;
	unsigned int			 n;

	get_host(msg, flow, h);
	get_host(msg, mask, &m);
	for (n = 0; n < h->h_plen; n++)
		if ((m.h_bytes[n / 8] & (0x80 >> n % 8)) == 0)
			break;
	h->h_plen = n;
	a = message_ext(msg, flow);
	return (a == NULL ? 0 :
	    ((const struct bsd_sockaddr_in *)(a + 1))->sin_port);
}

static void
get_ident(const struct sadb_msg *msg, unsigned int ext, struct ident *id)
{
	const struct sadb_ident	*i = message_ext(msg, ext);

	if (i == NULL)
		return;
	id->i_type = i->sadb_ident_type;
	strlcpy(id->i_data, (const char *)(i + 1), sizeof(id->i_data));
}

static void
flow_from_message(struct rule *r, const struct sadb_msg *msg)
{
	const struct sadb_x_rdomain	*dom;
	const struct sadb_protocol	*sp;

	memset(r, 0, sizeof(*r));
	r->r_kind = RULE_FLOW;
	if ((dom = message_ext(msg, SADB_X_EXT_RDOMAIN)) != NULL)
		r->r_rdomain = dom->sadb_x_rdomain_dom1;
	r->r_satype = msg->sadb_msg_satype;
	get_host(msg, SADB_EXT_ADDRESS_SRC, &r->r_local);
	get_host(msg, SADB_EXT_ADDRESS_DST, &r->r_peer);
	r->r_sport = get_net(msg, SADB_X_EXT_SRC_FLOW, SADB_X_EXT_SRC_MASK,
	    &r->r_src);
	r->r_dport = get_net(msg, SADB_X_EXT_DST_FLOW, SADB_X_EXT_DST_MASK,
	    &r->r_dst);
	if ((sp = message_ext(msg, SADB_X_EXT_PROTOCOL)) != NULL)
		r->r_proto = sp->sadb_protocol_proto;
	if ((sp = message_ext(msg, SADB_X_EXT_FLOW_TYPE)) != NULL) {
		r->r_flowtype = sp->sadb_protocol_proto;
		r->r_direction = sp->sadb_protocol_direction;
	}
	get_ident(msg, SADB_EXT_IDENTITY_SRC, &r->r_srcid);
	get_ident(msg, SADB_EXT_IDENTITY_DST, &r->r_dstid);
}

static unsigned int
key_len(const struct sadb_msg *msg, unsigned int ext)
{
	const struct sadb_key	*k = message_ext(msg, ext);

	return (k == NULL ? 0 : k->sadb_key_bits / 8);
}

static void
sa_from_message(struct rule *r, const struct sadb_msg *msg)
{
	const struct sadb_x_udpencap	*u;
	const struct sadb_sa		*sa;

	memset(r, 0, sizeof(*r));
	r->r_kind = RULE_SA;
	r->r_satype = msg->sadb_msg_satype;
	get_host(msg, SADB_EXT_ADDRESS_SRC, &r->r_src);
	get_host(msg, SADB_EXT_ADDRESS_DST, &r->r_dst);
	if ((sa = message_ext(msg, SADB_EXT_SA)) != NULL) {
		r->r_spi = ntohl(sa->sadb_sa_spi);
		r->r_aalg = sa->sadb_sa_auth;
		r->r_ealg = sa->sadb_sa_encrypt;
		r->r_tunnel = (sa->sadb_sa_flags &
		    SADB_X_SAFLAGS_TUNNEL) != 0;
		r->r_udpencap = (sa->sadb_sa_flags &
		    SADB_X_SAFLAGS_UDPENCAP) != 0;
		r->r_esn = (sa->sadb_sa_flags & SADB_X_SAFLAGS_ESN) != 0;
	}
	if ((u = message_ext(msg, SADB_X_EXT_UDPENCAP)) != NULL)
		r->r_udpport = u->sadb_x_udpencap_port;
	r->r_akey.k_len = key_len(msg, SADB_EXT_KEY_AUTH);
	r->r_ekey.k_len = key_len(msg, SADB_EXT_KEY_ENCRYPT);
}

static void
print_id(const char *what, const struct ident *id)
{
	if (id->i_type != 0)
		printf(" %s %s/%s", what, name_of(idtype_names, id->i_type),
		    id->i_data);
}

static void
print_proto(uint8_t proto)
{
	const struct protoent	*pe;

	if (proto == 0)
		return;
	if ((pe = getprotobynumber(proto)) != NULL)
		printf(" proto %s", pe->p_name);
	else
		printf(" proto %u", proto);
}

static void
flow_print(const struct rule *r)
{
	printf("flow %s %s", name_of(satype_names, r->r_satype),
	    r->r_direction == IPSP_DIRECTION_IN ? "in" : "out");
	print_proto(r->r_proto);
	printf(" from ");
	host_print(stdout, &r->r_src);
	if (r->r_sport != 0)
		printf(" port %u", ntohs(r->r_sport));
	printf(" to ");
	host_print(stdout, &r->r_dst);
	if (r->r_dport != 0)
		printf(" port %u", ntohs(r->r_dport));
	if (r->r_local.h_af != 0) {
		printf(" local ");
		host_print(stdout, &r->r_local);
	}
	if (r->r_peer.h_af != 0) {
		printf(" peer ");
		host_print(stdout, &r->r_peer);
	}
	print_id("srcid", &r->r_srcid);
	print_id("dstid", &r->r_dstid);
	printf(" type %s\n", name_of(flowtype_names, r->r_flowtype));
}

static void
sa_print(const struct rule *r)
{
	printf("%s %s from ", name_of(satype_names, r->r_satype),
	    r->r_tunnel ? "tunnel" : "transport");
	host_print(stdout, &r->r_src);
	printf(" to ");
	host_print(stdout, &r->r_dst);
	printf(" spi 0x%08x", r->r_spi);
	if (r->r_udpencap) {
		printf(" udpencap");
		if (r->r_udpport != 0)
			printf(" port %u", ntohs(r->r_udpport));
	}
	if (r->r_aalg != 0)
		printf(" auth %s", alg_text(auth_names, r->r_aalg, 0));
	if (r->r_satype == SADB_X_SATYPE_IPCOMP)
		printf(" comp deflate");
	else if (r->r_ealg != 0)
		printf(" enc %s", alg_text(enc_names, r->r_ealg,
		    r->r_ekey.k_len));
	if (r->r_esn)
		printf(" esn");
	printf("\n");
}

static void
key_print(const char *what, const struct key *k)
{
	unsigned int	 i;

	if (k->k_len == 0)
		return;
	printf("\t%s 0x", what);
	for (i = 0; i < k->k_len; i++)
		printf("%02x", k->k_data[i]);
	printf("\n");
}

/*
 * Print a rule of a file; keys only with -k.
 */
void
rule_print(const struct rule *r)
{
	switch (r->r_kind) {
	case RULE_FLOW:
		flow_print(r);
		break;
	case RULE_SA:
		sa_print(r);
		if (opt.o_keys) {
			key_print("authkey", &r->r_akey);
			key_print("enckey", &r->r_ekey);
		}
		break;
	case RULE_GROUP:
		printf("[bundle %s: %s spi 0x%08x, %s spi 0x%08x]\n",
		    r->r_bundle, name_of(satype_names, r->r_satype), r->r_spi,
		    name_of(satype_names, r->r_satype2), r->r_spi2);
		break;
	}
}

/* Incoming flows first, then by their addresses. */
static int
flow_cmp(const void *p, const void *q)
{
	const struct rule	*a = *(const struct rule *const *)p;
	const struct rule	*b = *(const struct rule *const *)q;
	int			 c;

	if (a->r_direction != b->r_direction)
		return (a->r_direction < b->r_direction ? -1 : 1);
	if (a->r_src.h_af != b->r_src.h_af)
		return (a->r_src.h_af < b->r_src.h_af ? -1 : 1);
	if ((c = memcmp(a->r_src.h_bytes, b->r_src.h_bytes, 16)) != 0)
		return (c);
	return (memcmp(a->r_dst.h_bytes, b->r_dst.h_bytes, 16));
}

/*
 * Append all flows that the kernel has.
 */
void
flows_get(struct rules *rs)
{
	const struct sadb_msg	*msg;
	struct rule		*r;
	uint8_t			*buf;
	size_t			 len;

	if ((buf = pfkey_dump(NET_KEY_SPD_DUMP, &len)) == NULL)
		return;
	FOREACH_MESSAGE(msg, buf, len) {
		if ((r = malloc(sizeof(*r))) == NULL)
			err(1, NULL);
		flow_from_message(r, msg);
		TAILQ_INSERT_TAIL(rs, r, r_entry);
	}
	free(buf);
}

/*
 * Print all flows.
 */
void
show_flows(void)
{
	struct rules	  rs = TAILQ_HEAD_INITIALIZER(rs);
	struct rule	 *r, **sorted;
	size_t		  i, n = 0;

	printf("FLOWS:\n");
	flows_get(&rs);
	TAILQ_FOREACH(r, &rs, r_entry)
		n++;
	if (n == 0) {
		printf("No flows\n");
		return;
	}
	if ((sorted = calloc(n, sizeof(*sorted))) == NULL)
		err(1, NULL);
	i = 0;
	TAILQ_FOREACH(r, &rs, r_entry)
		sorted[i++] = r;
	qsort(sorted, n, sizeof(*sorted), flow_cmp);
	for (i = 0; i < n; i++)
		flow_print(sorted[i]);
	free(sorted);
	rules_free(&rs);
}

/*
 * Print all SAs; with -v all that is known of them.
 */
void
show_sas(void)
{
	const struct sadb_msg	*msg;
	struct rule		 r;
	uint8_t			*buf;
	size_t			 len;

	printf("SAD:\n");
	if ((buf = pfkey_dump(NET_KEY_SADB_DUMP, &len)) == NULL) {
		printf("No entries\n");
		return;
	}
	FOREACH_MESSAGE(msg, buf, len) {
		sa_from_message(&r, msg);
		sa_print(&r);
		if (opt.o_verbose)
			message_details(msg, "\t");
	}
	explicit_bzero(buf, len);
	free(buf);
}
