/*
 * ipsecctl(8): messages of PF_KEY as text (-m, and the details of -v).
 */
#include <sys/types.h>
#include <netinet/in.h>
#include <arpa/inet.h>

#include <inttypes.h>
#include <string.h>

#include "ipsecctl.h"

/*
 * An extension of a message of the kernel's, or NULL.
 */
const void *
message_ext(const struct sadb_msg *msg, unsigned int type)
{
	const uint8_t		*p = (const uint8_t *)(msg + 1);
	const uint8_t		*end;
	const struct sadb_ext	*ext;

	end = (const uint8_t *)msg + msg->sadb_msg_len * 8;
	for (; p < end; p += ext->sadb_ext_len * 8) {
		ext = (const struct sadb_ext *)p;
		if (ext->sadb_ext_len == 0)
			return (NULL);
		if (ext->sadb_ext_type == type)
			return (ext);
	}
	return (NULL);
}

static void
print_flags(uint32_t flags)
{
	static const struct name	 names[] = {
		{ SADB_SAFLAGS_PFS, "pfs" },
		{ SADB_X_SAFLAGS_TUNNEL, "tunnel" },
		{ SADB_X_SAFLAGS_CHAINDEL, "chaindel" },
		{ SADB_X_SAFLAGS_UDPENCAP, "udpencap" },
		{ SADB_X_SAFLAGS_ESN, "esn" },
	};
	const char	*sep = "";
	unsigned int	 i;

	printf("flags 0x%x<", flags);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if ((flags & names[i].n_number) == 0)
			continue;
		printf("%s%s", sep, names[i].n_name);
		sep = ",";
	}
	printf(">");
}

static void
detail_sa(const struct sadb_msg *msg, const void *p)
{
	const struct sadb_sa	*sa = p;
	const struct sadb_key	*k;

	printf("spi 0x%08x", ntohl(sa->sadb_sa_spi));
	if (sa->sadb_sa_auth != 0)
		printf(" auth %s", alg_text(auth_names, sa->sadb_sa_auth, 0));
	k = message_ext(msg, SADB_EXT_KEY_ENCRYPT);
	if (msg->sadb_msg_satype == SADB_X_SATYPE_IPCOMP)
		printf(" comp deflate");
	else if (sa->sadb_sa_encrypt != 0)
		printf(" enc %s", alg_text(enc_names, sa->sadb_sa_encrypt,
		    k == NULL ? 0 : k->sadb_key_bits / 8));
	printf("\n\t\tstate %s replay %u ",
	    name_of(state_names, sa->sadb_sa_state), sa->sadb_sa_replay);
	print_flags(sa->sadb_sa_flags);
}

static void
detail_lifetime(const struct sadb_msg *msg, const void *p)
{
	const struct sadb_lifetime	*l = p;

	(void)msg;
	printf("alloc %u bytes %" PRIu64 " add %" PRIu64 " first %" PRIu64,
	    l->sadb_lifetime_allocations, l->sadb_lifetime_bytes,
	    l->sadb_lifetime_addtime, l->sadb_lifetime_usetime);
}

static void
detail_address(const struct sadb_msg *msg, const void *p)
{
	const struct sadb_address	*a = p;
	const struct bsd_sockaddr_in	*sin;
	struct host			 h;

	(void)msg;
	host_from_sockaddr(&h, (const struct bsd_sockaddr *)(a + 1));
	host_print(stdout, &h);
	sin = (const struct bsd_sockaddr_in *)(a + 1);
	if (sin->sin_port != 0)
		printf(" port %u", ntohs(sin->sin_port));
}

static void
detail_key(const struct sadb_msg *msg, const void *p)
{
	const struct sadb_key	*k = p;
	const uint8_t		*b = (const uint8_t *)(k + 1);
	int			 i;

	(void)msg;
	printf("bits %u: ", k->sadb_key_bits);
	for (i = 0; opt.o_keys && i < k->sadb_key_bits / 8; i++)
		printf("%02x", b[i]);
	if (!opt.o_keys)
		printf("<not shown>");
}

static void
detail_ident(const struct sadb_msg *msg, const void *p)
{
	const struct sadb_ident	*id = p;

	(void)msg;
	printf("type %s id %llu: %s",
	    name_of(idtype_names, id->sadb_ident_type),
	    (unsigned long long)id->sadb_ident_id, (const char *)(id + 1));
}

static void
detail_protocol(const struct sadb_msg *msg, const void *p)
{
	const struct sadb_protocol	*sp = p;

	(void)msg;
	printf("proto %u flags %u", sp->sadb_protocol_proto,
	    sp->sadb_protocol_flags);
}

static void
detail_flowtype(const struct sadb_msg *msg, const void *p)
{
	const struct sadb_protocol	*sp = p;

	(void)msg;
	printf("type %s direction %s",
	    name_of(flowtype_names, sp->sadb_protocol_proto),
	    sp->sadb_protocol_direction == IPSP_DIRECTION_IN ? "in" : "out");
}

static void
detail_udpencap(const struct sadb_msg *msg, const void *p)
{
	const struct sadb_x_udpencap	*u = p;

	(void)msg;
	printf("udpencap port %u", ntohs(u->sadb_x_udpencap_port));
}

static void
detail_lastuse(const struct sadb_msg *msg, const void *p)
{
	const struct sadb_lifetime	*l = p;

	(void)msg;
	printf("%" PRIu64, l->sadb_lifetime_usetime);
}

static void
detail_tag(const struct sadb_msg *msg, const void *p)
{
	(void)msg;
	printf("%s", (const char *)((const struct sadb_x_tag *)p + 1));
}

static void
detail_tap(const struct sadb_msg *msg, const void *p)
{
	(void)msg;
	printf("enc%u", ((const struct sadb_x_tap *)p)->sadb_x_tap_unit);
}

static void
detail_counter(const struct sadb_msg *msg, const void *p)
{
	const struct sadb_x_counter	*c = p;

	(void)msg;
	printf("\n\t\t%" PRIu64 " input packets, %" PRIu64 " output packets"
	    "\n\t\t%" PRIu64 " input bytes, %" PRIu64 " output bytes"
	    "\n\t\t%" PRIu64 " input bytes, decompressed, %" PRIu64
	    " output bytes, uncompressed"
	    "\n\t\t%" PRIu64 " packets dropped on input, %" PRIu64
	    " packets dropped on output", c->sadb_x_counter_ipackets,
	    c->sadb_x_counter_opackets, c->sadb_x_counter_ibytes,
	    c->sadb_x_counter_obytes, c->sadb_x_counter_idecompbytes,
	    c->sadb_x_counter_ouncompbytes, c->sadb_x_counter_idrops,
	    c->sadb_x_counter_odrops);
}

static void
detail_rdomain(const struct sadb_msg *msg, const void *p)
{
	const struct sadb_x_rdomain	*r = p;

	(void)msg;
	printf("%u/%u", r->sadb_x_rdomain_dom1, r->sadb_x_rdomain_dom2);
}

static void
detail_mtu(const struct sadb_msg *msg, const void *p)
{
	(void)msg;
	printf("%u", ((const struct sadb_x_mtu *)p)->sadb_x_mtu_mtu);
}

static void
detail_replay(const struct sadb_msg *msg, const void *p)
{
	const struct sadb_x_replay	*r = p;

	(void)msg;
	printf("window %u rpl %" PRIu64, r->sadb_x_replay_window,
	    r->sadb_x_replay_count);
}

static void
detail_iface(const struct sadb_msg *msg, const void *p)
{
	const struct sadb_x_iface	*i = p;

	(void)msg;
	printf("sec%u direction %s", i->sadb_x_iface_unit,
	    i->sadb_x_iface_direction == IPSP_DIRECTION_IN ? "in" : "out");
}

static void
detail_spirange(const struct sadb_msg *msg, const void *p)
{
	const struct sadb_spirange	*r = p;

	(void)msg;
	printf("min 0x%08x max 0x%08x", r->sadb_spirange_min,
	    r->sadb_spirange_max);
}

static void
detail_none(const struct sadb_msg *msg, const void *p)
{
	(void)msg;
	printf("%u bytes", ((const struct sadb_ext *)p)->sadb_ext_len * 8);
}

/* In the order in which they are printed. */
static const struct {
	unsigned int	 d_type;
	const char	*d_name;
	void		(*d_print)(const struct sadb_msg *, const void *);
} details[] = {
	{ SADB_EXT_SA, "sa", detail_sa },
	{ SADB_EXT_LIFETIME_CURRENT, "lifetime_cur", detail_lifetime },
	{ SADB_EXT_LIFETIME_HARD, "lifetime_hard", detail_lifetime },
	{ SADB_EXT_LIFETIME_SOFT, "lifetime_soft", detail_lifetime },
	{ SADB_EXT_ADDRESS_SRC, "address_src", detail_address },
	{ SADB_EXT_ADDRESS_DST, "address_dst", detail_address },
	{ SADB_EXT_ADDRESS_PROXY, "address_proxy", detail_address },
	{ SADB_EXT_KEY_AUTH, "key_auth", detail_key },
	{ SADB_EXT_KEY_ENCRYPT, "key_encrypt", detail_key },
	{ SADB_EXT_IDENTITY_SRC, "identity_src", detail_ident },
	{ SADB_EXT_IDENTITY_DST, "identity_dst", detail_ident },
	{ SADB_EXT_PROPOSAL, "proposal", detail_none },
	{ SADB_EXT_SUPPORTED_AUTH, "supported_auth", detail_none },
	{ SADB_EXT_SUPPORTED_ENCRYPT, "supported_encrypt", detail_none },
	{ SADB_X_EXT_SUPPORTED_COMP, "supported_comp", detail_none },
	{ SADB_EXT_SPIRANGE, "spirange", detail_spirange },
	{ SADB_X_EXT_SRC_MASK, "src_mask", detail_address },
	{ SADB_X_EXT_DST_MASK, "dst_mask", detail_address },
	{ SADB_X_EXT_PROTOCOL, "protocol", detail_protocol },
	{ SADB_X_EXT_FLOW_TYPE, "flow_type", detail_flowtype },
	{ SADB_X_EXT_SRC_FLOW, "src_flow", detail_address },
	{ SADB_X_EXT_DST_FLOW, "dst_flow", detail_address },
	{ SADB_X_EXT_SA2, "sa2", detail_sa },
	{ SADB_X_EXT_DST2, "dst2", detail_address },
	{ SADB_X_EXT_UDPENCAP, "udpencap", detail_udpencap },
	{ SADB_X_EXT_LIFETIME_LASTUSE, "lifetime_lastuse", detail_lastuse },
	{ SADB_X_EXT_TAG, "tag", detail_tag },
	{ SADB_X_EXT_TAP, "tap", detail_tap },
	{ SADB_X_EXT_COUNTER, "counter", detail_counter },
	{ SADB_X_EXT_RDOMAIN, "rdomain", detail_rdomain },
	{ SADB_X_EXT_MTU, "mtu", detail_mtu },
	{ SADB_X_EXT_REPLAY, "replay", detail_replay },
	{ SADB_X_EXT_IFACE, "interface", detail_iface },
};

/*
 * Print all that a message of the kernel's says, a line an extension, each
 * after indent.
 */
void
message_details(const struct sadb_msg *msg, const char *indent)
{
	const void	*p;
	unsigned int	 i;

	for (i = 0; i < sizeof(details) / sizeof(details[0]); i++) {
		if ((p = message_ext(msg, details[i].d_type)) == NULL)
			continue;
		printf("%s%s: ", indent, details[i].d_name);
		details[i].d_print(msg, p);
		printf("\n");
	}
}

/*
 * Print a message and, with -v, what is in it.
 */
void
message_print(const struct sadb_msg *msg)
{
	printf("%s: satype %s vers %u len %u seq %u",
	    name_of(message_names, msg->sadb_msg_type),
	    msg->sadb_msg_satype == 0 ? "unspec" :
	    name_of(satype_names, msg->sadb_msg_satype),
	    msg->sadb_msg_version, msg->sadb_msg_len, msg->sadb_msg_seq);
	if (msg->sadb_msg_pid != 0)
		printf(" pid %u", msg->sadb_msg_pid);
	if (msg->sadb_msg_errno != 0)
		printf(" errno %u: %s", msg->sadb_msg_errno,
		    strerror(msg->sadb_msg_errno));
	printf("\n");
	if (opt.o_verbose)
		message_details(msg, "\t");
}
