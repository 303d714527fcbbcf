/*
 * PF_KEY: from extensions, which have been checked, to SAs and flows.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/malloc.h>
#include <sys/socket.h>

#include <netipsec/pfkeyv2_var.h>

/*
 * The address of an extension; family 0 when it is not there.  0 or
 * EAFNOSUPPORT.
 */
int
pfkey_get_address(const struct pfkey_msg *pm, u_int n, struct ipsec_addr *a)
{
	const struct sadb_address	*ext = PM_EXT(pm, sadb_address, n);
	const struct sockaddr		*sa;

	memset(a, 0, sizeof(*a));
	if (ext == NULL)
		return (0);
	sa = (const struct sockaddr *)(ext + 1);
	return (sa->sa_family == 0 ? 0 : ipsec_addr_get(a, sa));
}

static u_int16_t
flow_port(const struct pfkey_msg *pm, u_int n)
{
	const struct sadb_address	*ext = PM_EXT(pm, sadb_address, n);

	/* In both families at the same place. */
	return (((const struct sockaddr_in *)(ext + 1))->sin_port);
}

/* The identity of an extension, allocated; *errorp is set without memory. */
static struct ipsec_id *
get_id(const struct pfkey_msg *pm, u_int n, int *errorp)
{
	const struct sadb_ident	*ext = PM_EXT(pm, sadb_ident, n);
	struct ipsec_id		*id;
	const char		*s;
	u_int			 len;

	if (ext == NULL)
		return (NULL);
	s = (const char *)(ext + 1);
	len = strlen(s) + 1;
	if ((id = malloc(sizeof(*id) + len, M_TEMP, M_NOWAIT)) == NULL) {
		*errorp = ENOMEM;
		return (NULL);
	}
	id->id_type = ext->sadb_ident_type;
	id->id_len = len;
	memcpy(id->id_data, s, len);
	return (id);
}

/* The identities, referenced, or NULL; 0 or ENOMEM. */
int
pfkey_get_ids(const struct pfkey_msg *pm, struct ipsec_ids **idsp)
{
	struct ipsec_id	*src, *dst;
	int		 error = 0;

	*idsp = NULL;
	src = get_id(pm, SADB_EXT_IDENTITY_SRC, &error);
	dst = get_id(pm, SADB_EXT_IDENTITY_DST, &error);
	if (error == 0 && (src != NULL || dst != NULL) &&
	    (*idsp = ipsec_ids_get(src, dst)) == NULL)
		error = ENOMEM;
	if (src != NULL)
		free(src, M_TEMP, sizeof(*src) + src->id_len);
	if (dst != NULL)
		free(dst, M_TEMP, sizeof(*dst) + dst->id_len);
	return (error);
}

/* Leading ones of a mask; -1 when others follow a zero. */
static int
mask_len(const struct ipsec_addr *mask)
{
	u_int	 bits = ipsec_addr_bits(mask), i, n;

	for (n = 0; n < bits; n++)
		if ((mask->ia_bytes[n / 8] & (0x80 >> n % 8)) == 0)
			break;
	for (i = n; i < bits; i++)
		if (mask->ia_bytes[i / 8] & (0x80 >> i % 8))
			return (-1);
	return (n);
}

/* One side of selectors: prefix, length, port and its mask. */
static int
get_side(const struct pfkey_msg *pm, u_int flow, u_int mask,
    struct ipsec_addr *a, u_int8_t *plen, u_int16_t *port, u_int16_t *pmask)
{
	struct ipsec_addr	 m;
	int			 error, n;

	if ((error = pfkey_get_address(pm, flow, a)) != 0 ||
	    (error = pfkey_get_address(pm, mask, &m)) != 0)
		return (error);
	if (a->ia_af == 0 || a->ia_af != m.ia_af || (n = mask_len(&m)) == -1)
		return (EINVAL);
	*pmask = flow_port(pm, mask);
	if (*pmask != 0 && *pmask != 0xffff)
		return (EINVAL);
	*port = flow_port(pm, flow) & *pmask;
	*plen = n;
	ipsec_addr_mask(a, n);
	return (0);
}

/*
 * The selectors of a message that has them: 0, EINVAL for masks that are no
 * prefixes, mixed families, or ports of a protocol without any.
 */
int
pfkey_get_sel(const struct pfkey_msg *pm, struct ipsec_sel *sl)
{
	const struct sadb_protocol	*sp;
	int				 error;

	memset(sl, 0, sizeof(*sl));
	error = get_side(pm, SADB_X_EXT_SRC_FLOW, SADB_X_EXT_SRC_MASK,
	    &sl->sl_src, &sl->sl_splen, &sl->sl_sport, &sl->sl_smask);
	if (error == 0)
		error = get_side(pm, SADB_X_EXT_DST_FLOW,
		    SADB_X_EXT_DST_MASK, &sl->sl_dst, &sl->sl_dplen,
		    &sl->sl_dport, &sl->sl_dmask);
	if (error != 0)
		return (error);
	if (sl->sl_src.ia_af != sl->sl_dst.ia_af)
		return (EINVAL);
	sp = PM_EXT(pm, sadb_protocol, SADB_X_EXT_PROTOCOL);
	sl->sl_proto = sp == NULL ? 0 : sp->sadb_protocol_proto;
	if ((sl->sl_smask != 0 || sl->sl_dmask != 0) && sl->sl_proto == 0)
		return (EINVAL);
	return (0);
}

static void
get_limits(const struct pfkey_msg *pm, u_int n, struct tdb_limits *tl)
{
	const struct sadb_lifetime	*l = PM_EXT(pm, sadb_lifetime, n);

	if (l == NULL)
		return;
	tl->tl_allocations = l->sadb_lifetime_allocations;
	tl->tl_bytes = l->sadb_lifetime_bytes;
	tl->tl_addtime = l->sadb_lifetime_addtime;
	tl->tl_usetime = l->sadb_lifetime_usetime;
}

/*
 * The limits that a message has; the others stay.  0.
 */
int
pfkey_get_lifetimes(const struct pfkey_msg *pm, struct tdb *tdb)
{
	get_limits(pm, SADB_EXT_LIFETIME_HARD, &tdb->tdb_hard);
	get_limits(pm, SADB_EXT_LIFETIME_SOFT, &tdb->tdb_soft);
	return (0);
}

/* A key of an extension: 0 or ENOMEM. */
static int
get_key(const struct pfkey_msg *pm, u_int n, u_int8_t **keyp,
    u_int16_t *lenp)
{
	const struct sadb_key	*k = PM_EXT(pm, sadb_key, n);

	if (k == NULL)
		return (0);
	*lenp = k->sadb_key_bits / 8;
	*keyp = malloc(*lenp, M_XDATA, M_NOWAIT);
	if (*keyp == NULL) {
		*lenp = 0;
		return (ENOMEM);
	}
	memcpy(*keyp, k + 1, *lenp);
	return (0);
}

/* All that needs memory comes first, so that nothing is half done. */
static int
get_tag(const struct pfkey_msg *pm, char **namep)
{
	const struct sadb_x_tag	*tag = PM_EXT(pm, sadb_x_tag, SADB_X_EXT_TAG);
	size_t			 len;

	*namep = NULL;
	if (tag == NULL)
		return (0);
	len = tag->sadb_x_tag_taglen;
	if ((*namep = malloc(len, M_TDB, M_NOWAIT)) == NULL)
		return (ENOMEM);
	memcpy(*namep, tag + 1, len);
	return (0);
}

static void
set_tag(struct tdb *tdb, char *name)
{
	if (name == NULL)
		return;
	if (tdb->tdb_tagname != NULL)
		free(tdb->tdb_tagname, M_TDB, strlen(tdb->tdb_tagname) + 1);
	tdb->tdb_tagname = name;
	if (ipsec_tag_hook != NULL)
		tdb->tdb_tag = (*ipsec_tag_hook)(name);
}

/*
 * Encapsulation port, tag, units of enc(4) and sec(4).  0; or ENOMEM, and
 * the SA is as it was.
 */
int
pfkey_get_extras(const struct pfkey_msg *pm, struct tdb *tdb)
{
	const struct sadb_x_udpencap	*u;
	const struct sadb_x_tap		*tap;
	const struct sadb_x_iface	*iface;
	char				*tag;
	int				 error;

	if ((error = get_tag(pm, &tag)) != 0)
		return (error);
	set_tag(tdb, tag);
	u = PM_EXT(pm, sadb_x_udpencap, SADB_X_EXT_UDPENCAP);
	if (u != NULL)
		tdb->tdb_udpencap_port = u->sadb_x_udpencap_port;
	tap = PM_EXT(pm, sadb_x_tap, SADB_X_EXT_TAP);
	if (tap != NULL)
		tdb->tdb_tap = tap->sadb_x_tap_unit;
	iface = PM_EXT(pm, sadb_x_iface, SADB_X_EXT_IFACE);
	if (iface != NULL) {
		tdb->tdb_flags |= TDBF_IFACE | TDBF_TUNNELING;
		tdb->tdb_iface = iface->sadb_x_iface_unit;
		tdb->tdb_iface_dir = iface->sadb_x_iface_direction;
	}
	return (0);
}

static int
get_flags(const struct pfkey_msg *pm, struct tdb *tdb)
{
	const struct sadb_sa	*sa = PM_EXT(pm, sadb_sa, SADB_EXT_SA);
	u_int32_t		 flags = sa->sadb_sa_flags;

	tdb->tdb_flags = 0;
	if (flags & SADB_X_SAFLAGS_TUNNEL)
		tdb->tdb_flags |= TDBF_TUNNELING;
	if (flags & SADB_SAFLAGS_PFS)
		tdb->tdb_flags |= TDBF_PFS;
	if (flags & SADB_X_SAFLAGS_UDPENCAP) {
		if (tdb->tdb_satype != SADB_SATYPE_ESP)
			return (EINVAL);
		tdb->tdb_flags |= TDBF_UDPENCAP;
	}
	tdb->tdb_wnd = sa->sadb_sa_replay;
	if (tdb->tdb_wnd > 0)
		tdb->tdb_flags |= TDBF_REPLAY;
	if (flags & SADB_X_SAFLAGS_ESN) {
		/* RFC 4303, 2.2.1: for a receiver it needs the window. */
		if (sa->sadb_sa_replay == 0 ||
		    tdb->tdb_satype == SADB_X_SATYPE_IPCOMP)
			return (EINVAL);
		tdb->tdb_flags |= TDBF_ESN;
	}
	return (0);
}

static int
get_algorithms(const struct pfkey_msg *pm, struct tdb *tdb)
{
	const struct sadb_sa	*sa = PM_EXT(pm, sadb_sa, SADB_EXT_SA);

	if (tdb->tdb_satype == SADB_X_SATYPE_IPCOMP) {
		if (sa->sadb_sa_encrypt != SADB_X_CALG_DEFLATE ||
		    sa->sadb_sa_auth != 0 || tdb->tdb_amxkeylen != 0 ||
		    tdb->tdb_emxkeylen != 0)
			return (EINVAL);
		tdb->tdb_calg = sa->sadb_sa_encrypt;
		return (0);
	}
	if (tdb->tdb_satype == SADB_X_SATYPE_IPIP)
		return (sa->sadb_sa_encrypt != 0 || sa->sadb_sa_auth != 0 ||
		    tdb->tdb_amxkeylen != 0 || tdb->tdb_emxkeylen != 0 ?
		    EINVAL : 0);
	return (ipsec_alg_setup(tdb, sa->sadb_sa_auth, sa->sadb_sa_encrypt));
}

static int
get_filter(const struct pfkey_msg *pm, struct tdb *tdb)
{
	struct ipsec_sel	*sl;
	int			 error;

	if (PM_EXT(pm, sadb_address, SADB_X_EXT_SRC_FLOW) == NULL &&
	    PM_EXT(pm, sadb_address, SADB_X_EXT_DST_FLOW) == NULL)
		return (0);
	if (PM_EXT(pm, sadb_address, SADB_X_EXT_SRC_FLOW) == NULL ||
	    PM_EXT(pm, sadb_address, SADB_X_EXT_DST_FLOW) == NULL ||
	    PM_EXT(pm, sadb_address, SADB_X_EXT_SRC_MASK) == NULL ||
	    PM_EXT(pm, sadb_address, SADB_X_EXT_DST_MASK) == NULL)
		return (EINVAL);
	sl = malloc(sizeof(*sl), M_TDB, M_NOWAIT);
	if (sl == NULL)
		return (ENOMEM);
	if ((error = pfkey_get_sel(pm, sl)) != 0) {
		free(sl, M_TDB, sizeof(*sl));
		return (error);
	}
	tdb->tdb_filter = sl;
	return (0);
}

/*
 * All that an ADD or UPDATE says of a new SA, whose kind is set; afterwards
 * it is mature, but in no table.  0, EINVAL, EAFNOSUPPORT, ENOMEM, or what
 * crypto(9) says.
 */
int
pfkey_get_tdb(const struct pfkey_msg *pm, struct tdb *tdb)
{
	const struct sadb_sa	*sa = PM_EXT(pm, sadb_sa, SADB_EXT_SA);
	int			 error;

	tdb->tdb_spi = sa->sadb_sa_spi;
	tdb->tdb_rdomain = pm->pm_rdomain;
	tdb->tdb_rdomain_post = pm->pm_rdomain_post;
	if ((error = pfkey_get_address(pm, SADB_EXT_ADDRESS_SRC,
	    &tdb->tdb_src)) != 0 ||
	    (error = pfkey_get_address(pm, SADB_EXT_ADDRESS_DST,
	    &tdb->tdb_dst)) != 0 ||
	    (error = pfkey_get_address(pm, SADB_EXT_ADDRESS_PROXY,
	    &tdb->tdb_proxy)) != 0)
		return (error);
	if (tdb->tdb_dst.ia_af == 0 || (tdb->tdb_src.ia_af != 0 &&
	    tdb->tdb_src.ia_af != tdb->tdb_dst.ia_af))
		return (EINVAL);
	if ((error = get_flags(pm, tdb)) != 0 ||
	    (error = get_key(pm, SADB_EXT_KEY_AUTH, &tdb->tdb_amxkey,
	    &tdb->tdb_amxkeylen)) != 0 ||
	    (error = get_key(pm, SADB_EXT_KEY_ENCRYPT, &tdb->tdb_emxkey,
	    &tdb->tdb_emxkeylen)) != 0 ||
	    (error = get_algorithms(pm, tdb)) != 0 ||
	    (error = get_filter(pm, tdb)) != 0 ||
	    (error = pfkey_get_ids(pm, &tdb->tdb_ids)) != 0 ||
	    (error = pfkey_get_lifetimes(pm, tdb)) != 0 ||
	    (error = pfkey_get_extras(pm, tdb)) != 0 ||
	    (error = ipsec_alg_open(tdb)) != 0)
		return (error);
	tdb->tdb_state = SADB_SASTATE_MATURE;
	return (0);
}
