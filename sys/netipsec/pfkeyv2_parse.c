/*
 * PF_KEY: taking messages apart (RFC 2367, 2.3).
 *
 * Two tables say what an extension must look like and which extensions a
 * message may and must have.  Whatever is not as they say is EINVAL, and
 * nothing of the message is acted on.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/proc.h>
#include <sys/socket.h>

#include <netipsec/pfkeyv2_var.h>

#define BIT(n)		(1ULL << (n))

#define B_SA		BIT(SADB_EXT_SA)
#define B_LIFETIMES	(BIT(SADB_EXT_LIFETIME_CURRENT) |		\
	BIT(SADB_EXT_LIFETIME_HARD) | BIT(SADB_EXT_LIFETIME_SOFT))
#define B_SRC		BIT(SADB_EXT_ADDRESS_SRC)
#define B_DST		BIT(SADB_EXT_ADDRESS_DST)
#define B_PROXY		BIT(SADB_EXT_ADDRESS_PROXY)
#define B_KEYS		(BIT(SADB_EXT_KEY_AUTH) | BIT(SADB_EXT_KEY_ENCRYPT))
#define B_IDS		(BIT(SADB_EXT_IDENTITY_SRC) |			\
	BIT(SADB_EXT_IDENTITY_DST))
#define B_FLOW		(BIT(SADB_X_EXT_SRC_MASK) | BIT(SADB_X_EXT_DST_MASK) | \
	BIT(SADB_X_EXT_SRC_FLOW) | BIT(SADB_X_EXT_DST_FLOW))
#define B_PROTOCOL	BIT(SADB_X_EXT_PROTOCOL)
#define B_FLOWTYPE	BIT(SADB_X_EXT_FLOW_TYPE)
#define B_RDOMAIN	BIT(SADB_X_EXT_RDOMAIN)
#define B_EXTRAS	(BIT(SADB_X_EXT_UDPENCAP) | BIT(SADB_X_EXT_TAG) | \
	BIT(SADB_X_EXT_TAP) | BIT(SADB_X_EXT_IFACE))
#define B_GROUP		(BIT(SADB_X_EXT_SA2) | BIT(SADB_X_EXT_DST2) |	\
	BIT(SADB_X_EXT_SATYPE2))

#define B_ADD		(B_SA | B_LIFETIMES | B_SRC | B_DST | B_PROXY |	\
	B_KEYS | B_IDS | B_FLOW | B_PROTOCOL | B_FLOWTYPE | B_RDOMAIN |	\
	B_EXTRAS)

static const struct {
	u_int64_t	 allowed;
	u_int64_t	 required;
} messages[SADB_MAX + 1] = {
	[SADB_GETSPI] = { B_SRC | B_DST | BIT(SADB_EXT_SPIRANGE) | B_RDOMAIN,
	    B_SRC | B_DST | BIT(SADB_EXT_SPIRANGE) },
	[SADB_UPDATE] = { B_ADD, B_SA | B_SRC | B_DST },
	[SADB_ADD] = { B_ADD, B_SA | B_DST },
	[SADB_DELETE] = { B_SA | B_SRC | B_DST | B_RDOMAIN, B_SA | B_DST },
	[SADB_GET] = { B_SA | B_SRC | B_DST | B_RDOMAIN, B_SA | B_DST },
	[SADB_ACQUIRE] = { B_SRC | B_DST | B_IDS | BIT(SADB_EXT_PROPOSAL),
	    0 },
	[SADB_REGISTER] = { 0, 0 },
	[SADB_FLUSH] = { 0, 0 },
	[SADB_DUMP] = { 0, 0 },
	[SADB_X_PROMISC] = { 0, 0 },
	[SADB_X_ADDFLOW] = { B_SRC | B_DST | B_IDS | B_FLOW | B_PROTOCOL |
	    B_FLOWTYPE | B_RDOMAIN, B_FLOW | B_FLOWTYPE },
	[SADB_X_DELFLOW] = { B_SRC | B_DST | B_IDS | B_FLOW | B_PROTOCOL |
	    B_FLOWTYPE | B_RDOMAIN, B_FLOW | B_FLOWTYPE },
	[SADB_X_GRPSPIS] = { B_SA | B_DST | B_GROUP | B_RDOMAIN,
	    B_SA | B_DST | B_GROUP },
	[SADB_X_ASKPOLICY] = { BIT(SADB_X_EXT_POLICY),
	    BIT(SADB_X_EXT_POLICY) },
	[SADB_X_SPDDUMP] = { 0, 0 },
};

static int
check_sa(const void *p, size_t len)
{
	const struct sadb_sa	*sa = p;

	(void)len;
	if (sa->sadb_sa_state > SADB_SASTATE_MAX ||
	    sa->sadb_sa_replay > 64 ||
	    sa->sadb_sa_auth > SADB_AALG_MAX ||
	    sa->sadb_sa_encrypt > SADB_EALG_MAX)
		return (EINVAL);
	if (sa->sadb_sa_flags & ~(SADB_SAFLAGS_PFS | SADB_X_SAFLAGS_TUNNEL |
	    SADB_X_SAFLAGS_CHAINDEL | SADB_X_SAFLAGS_UDPENCAP |
	    SADB_X_SAFLAGS_ESN))
		return (EINVAL);
	return (0);
}

/* A socket address of len bytes, padding included. */
static int
check_sockaddr(const struct sockaddr *sa, size_t len, int port)
{
	const struct sockaddr_in	*sin;
	const struct sockaddr_in6	*sin6;
	size_t				 i;

	if (len < sizeof(struct sockaddr_in))
		return (EINVAL);
	switch (sa->sa_family) {
	case AF_INET:
		sin = (const struct sockaddr_in *)sa;
		if (sa->sa_len != sizeof(*sin) || len != sizeof(*sin) ||
		    (!port && sin->sin_port != 0))
			return (EINVAL);
		for (i = 0; i < sizeof(sin->sin_zero); i++)
			if (sin->sin_zero[i] != 0)
				return (EINVAL);
		return (0);
	case AF_INET6:
		sin6 = (const struct sockaddr_in6 *)sa;
		if (sa->sa_len != sizeof(*sin6) ||
		    len != roundup(sizeof(*sin6), 8) ||
		    sin6->sin6_flowinfo != 0 ||
		    (!port && sin6->sin6_port != 0))
			return (EINVAL);
		return (0);
	case 0:
		/* Nobody's: all of it is 0. */
		for (i = 0; i < len; i++)
			if (((const u_int8_t *)sa)[i] != 0 && i != 0)
				return (EINVAL);
		return (sa->sa_len <= len ? 0 : EINVAL);
	default:
		return (EINVAL);
	}
}

static int
check_address(const void *p, size_t len)
{
	const struct sadb_address	*a = p;

	if (a->sadb_address_reserved != 0 || len <= sizeof(*a))
		return (EINVAL);
	return (check_sockaddr((const struct sockaddr *)(a + 1),
	    len - sizeof(*a), 0));
}

static int
check_flow(const void *p, size_t len)
{
	const struct sadb_address	*a = p;

	if (a->sadb_address_reserved != 0 || len <= sizeof(*a))
		return (EINVAL);
	return (check_sockaddr((const struct sockaddr *)(a + 1),
	    len - sizeof(*a), 1));
}

static int
check_key(const void *p, size_t len)
{
	const struct sadb_key	*k = p;
	size_t			 bytes = k->sadb_key_bits / 8;

	if (k->sadb_key_bits == 0 || k->sadb_key_bits % 8 != 0 ||
	    k->sadb_key_reserved != 0 || bytes > CRYPTO_MAXKEY ||
	    len != sizeof(*k) + roundup(bytes, 8))
		return (EINVAL);
	return (0);
}

static int
check_ident(const void *p, size_t len)
{
	const struct sadb_ident	*id = p;
	const char		*s = (const char *)(id + 1);

	if (id->sadb_ident_type == SADB_IDENTTYPE_RESERVED ||
	    id->sadb_ident_type > SADB_IDENTTYPE_MAX ||
	    id->sadb_ident_reserved != 0 || len <= sizeof(*id) ||
	    len - sizeof(*id) > IPSEC_ID_MAX)
		return (EINVAL);
	/* A string with its NUL, and no more padding than it needs. */
	len -= sizeof(*id);
	if (memchr(s, '\0', len) == NULL ||
	    roundup(strlen(s) + 1, 8) != len)
		return (EINVAL);
	return (0);
}

static int
check_spirange(const void *p, size_t len)
{
	const struct sadb_spirange	*r = p;

	(void)len;
	return (r->sadb_spirange_min > r->sadb_spirange_max ||
	    r->sadb_spirange_reserved != 0 ? EINVAL : 0);
}

static int
check_protocol(const void *p, size_t len)
{
	const struct sadb_protocol	*sp = p;

	(void)len;
	return (sp->sadb_protocol_reserved2 != 0 ? EINVAL : 0);
}

static int
check_flowtype(const void *p, size_t len)
{
	const struct sadb_protocol	*sp = p;

	(void)len;
	if (sp->sadb_protocol_reserved2 != 0 ||
	    sp->sadb_protocol_proto < SADB_X_FLOW_TYPE_USE ||
	    sp->sadb_protocol_proto > SADB_X_FLOW_TYPE_DONTACQ ||
	    (sp->sadb_protocol_direction != IPSP_DIRECTION_IN &&
	    sp->sadb_protocol_direction != IPSP_DIRECTION_OUT))
		return (EINVAL);
	return (0);
}

static int
check_udpencap(const void *p, size_t len)
{
	const struct sadb_x_udpencap	*u = p;

	(void)len;
	return (u->sadb_x_udpencap_reserved != 0 ? EINVAL : 0);
}

static int
check_tag(const void *p, size_t len)
{
	const struct sadb_x_tag	*t = p;
	const char		*s = (const char *)(t + 1);
	size_t			 n = t->sadb_x_tag_taglen;

	if (n < 2 || n > 64 || len != sizeof(*t) + roundup(n, 8) ||
	    s[n - 1] != '\0' || strlen(s) != n - 1)
		return (EINVAL);
	return (0);
}

static int
check_iface(const void *p, size_t len)
{
	const struct sadb_x_iface	*i = p;

	(void)len;
	return (i->sadb_x_iface_direction != IPSP_DIRECTION_IN &&
	    i->sadb_x_iface_direction != IPSP_DIRECTION_OUT ? EINVAL : 0);
}

static int
check_rdomain(const void *p, size_t len)
{
	const struct sadb_x_rdomain	*r = p;

	(void)len;
	return (r->sadb_x_rdomain_dom1 > RT_TABLEID_MAX ||
	    r->sadb_x_rdomain_dom2 > RT_TABLEID_MAX ? EINVAL : 0);
}

static int
check_any(const void *p, size_t len)
{
	(void)p;
	(void)len;
	return (0);
}

/* Least length, whether it is the only one, and what else to look at. */
static const struct {
	u_int16_t	 least;
	u_int8_t	 exact;
	int		 (*check)(const void *, size_t);
} extensions[SADB_EXT_MAX + 1] = {
	[SADB_EXT_SA] = { sizeof(struct sadb_sa), 1, check_sa },
	[SADB_EXT_LIFETIME_CURRENT] = { sizeof(struct sadb_lifetime), 1,
	    check_any },
	[SADB_EXT_LIFETIME_HARD] = { sizeof(struct sadb_lifetime), 1,
	    check_any },
	[SADB_EXT_LIFETIME_SOFT] = { sizeof(struct sadb_lifetime), 1,
	    check_any },
	[SADB_EXT_ADDRESS_SRC] = { sizeof(struct sadb_address), 0,
	    check_address },
	[SADB_EXT_ADDRESS_DST] = { sizeof(struct sadb_address), 0,
	    check_address },
	[SADB_EXT_ADDRESS_PROXY] = { sizeof(struct sadb_address), 0,
	    check_address },
	[SADB_EXT_KEY_AUTH] = { sizeof(struct sadb_key), 0, check_key },
	[SADB_EXT_KEY_ENCRYPT] = { sizeof(struct sadb_key), 0, check_key },
	[SADB_EXT_IDENTITY_SRC] = { sizeof(struct sadb_ident), 0,
	    check_ident },
	[SADB_EXT_IDENTITY_DST] = { sizeof(struct sadb_ident), 0,
	    check_ident },
	[SADB_EXT_PROPOSAL] = { sizeof(struct sadb_prop), 0, check_any },
	[SADB_EXT_SPIRANGE] = { sizeof(struct sadb_spirange), 1,
	    check_spirange },
	[SADB_X_EXT_SRC_MASK] = { sizeof(struct sadb_address), 0,
	    check_flow },
	[SADB_X_EXT_DST_MASK] = { sizeof(struct sadb_address), 0,
	    check_flow },
	[SADB_X_EXT_PROTOCOL] = { sizeof(struct sadb_protocol), 1,
	    check_protocol },
	[SADB_X_EXT_FLOW_TYPE] = { sizeof(struct sadb_protocol), 1,
	    check_flowtype },
	[SADB_X_EXT_SRC_FLOW] = { sizeof(struct sadb_address), 0,
	    check_flow },
	[SADB_X_EXT_DST_FLOW] = { sizeof(struct sadb_address), 0,
	    check_flow },
	[SADB_X_EXT_SA2] = { sizeof(struct sadb_sa), 1, check_sa },
	[SADB_X_EXT_DST2] = { sizeof(struct sadb_address), 0,
	    check_address },
	[SADB_X_EXT_POLICY] = { sizeof(struct sadb_x_policy), 1, check_any },
	[SADB_X_EXT_UDPENCAP] = { sizeof(struct sadb_x_udpencap), 1,
	    check_udpencap },
	[SADB_X_EXT_TAG] = { sizeof(struct sadb_x_tag), 0, check_tag },
	[SADB_X_EXT_TAP] = { sizeof(struct sadb_x_tap), 1, check_any },
	[SADB_X_EXT_SATYPE2] = { sizeof(struct sadb_protocol), 1,
	    check_protocol },
	[SADB_X_EXT_RDOMAIN] = { sizeof(struct sadb_x_rdomain), 1,
	    check_rdomain },
	[SADB_X_EXT_IFACE] = { sizeof(struct sadb_x_iface), 1, check_iface },
};

static int
parse_header(const struct sadb_msg *msg, size_t len)
{
	if (msg->sadb_msg_version != PF_KEY_V2 ||
	    msg->sadb_msg_len * 8u != len ||
	    msg->sadb_msg_reserved != 0 ||
	    msg->sadb_msg_type == SADB_RESERVED ||
	    msg->sadb_msg_type > SADB_MAX ||
	    msg->sadb_msg_type == SADB_EXPIRE ||
	    msg->sadb_msg_satype > SADB_SATYPE_MAX)
		return (EINVAL);
	/* Only an answer to ACQUIRE says that something went wrong. */
	if (msg->sadb_msg_errno != 0 && msg->sadb_msg_type != SADB_ACQUIRE)
		return (EINVAL);
	return (msg->sadb_msg_pid != (u_int32_t)curproc->p_pid ? EINVAL : 0);
}

/* One extension at p, with left bytes of message from there on. */
static int
parse_ext(const u_int8_t *p, size_t left, u_int64_t allowed,
    struct pfkey_msg *pm, size_t *lenp)
{
	const struct sadb_ext	*ext = (const struct sadb_ext *)p;
	size_t			 len;
	u_int			 type;

	if (left < 8)
		return (EINVAL);
	len = ext->sadb_ext_len * 8u;
	type = ext->sadb_ext_type;
	if (len == 0 || len > left || type == SADB_EXT_RESERVED ||
	    type > SADB_EXT_MAX || (allowed & BIT(type)) == 0 ||
	    pm->pm_ext[type] != NULL || extensions[type].check == NULL)
		return (EINVAL);
	if (len < extensions[type].least ||
	    (extensions[type].exact && len != extensions[type].least))
		return (EINVAL);
	if ((*extensions[type].check)(p, len) != 0)
		return (EINVAL);
	pm->pm_ext[type] = p;
	*lenp = len;
	return (0);
}

/*
 * Take a message of len bytes apart; buf is aligned, and stays while pm is
 * used.  0 or EINVAL.
 */
int
pfkey_parse(u_int8_t *buf, size_t len, struct pfkey_msg *pm)
{
	u_int64_t	 allowed, have = 0;
	size_t		 n = 0, off;
	u_int		 i, type;

	memset(pm->pm_ext, 0, sizeof(pm->pm_ext));
	pm->pm_hdr = (struct sadb_msg *)buf;
	if (len < sizeof(struct sadb_msg) || len % 8 != 0 ||
	    parse_header(pm->pm_hdr, len) != 0)
		return (EINVAL);
	type = pm->pm_hdr->sadb_msg_type;
	allowed = messages[type].allowed;
	for (off = sizeof(struct sadb_msg); off < len; off += n)
		if (parse_ext(buf + off, len - off, allowed, pm, &n) != 0)
			return (EINVAL);
	for (i = 1; i <= SADB_EXT_MAX; i++)
		if (pm->pm_ext[i] != NULL)
			have |= BIT(i);
	return ((messages[type].required & ~have) != 0 ? EINVAL : 0);
}
