/*
 * PF_KEY: making messages.
 *
 * One message is made at a time, in one buffer, under the net lock.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/socket.h>

#include <net/if_var.h>
#include <net/rtable.h>

#include <netipsec/pfkeyv2_var.h>

static u_int64_t	 pfkey_buf[PFKEY_MAXMSG / sizeof(u_int64_t)];
static struct pfkey_out	 pfkey_out = {
	(u_int8_t *)pfkey_buf, 0, sizeof(pfkey_buf), -1, -1
};

/*
 * Begin a message with a header like hdr.
 */
struct pfkey_out *
pfkey_begin(const struct sadb_msg *hdr)
{
	struct sadb_msg	*msg = (struct sadb_msg *)pfkey_buf;

	*msg = *hdr;
	msg->sadb_msg_version = PF_KEY_V2;
	msg->sadb_msg_reserved = 0;
	pfkey_out.po_len = sizeof(*msg);
	pfkey_out.po_rdomain = pfkey_out.po_rdomain_post = -1;
	return (&pfkey_out);
}

/*
 * The message is about something of these routing domains: nobody of another
 * hears it.
 */
void
pfkey_about(struct pfkey_out *po, u_int rdomain, u_int rdomain_post)
{
	po->po_rdomain = rdomain;
	po->po_rdomain_post = rdomain_post;
}

/* The message is complete. */
void
pfkey_end(struct pfkey_out *po)
{
	((struct sadb_msg *)po->po_buf)->sadb_msg_len = po->po_len / 8;
}

/*
 * Append an extension of size bytes, cleared but for its length and type, and
 * rounded up.
 */
void *
pfkey_put(struct pfkey_out *po, u_int type, size_t size)
{
	struct sadb_ext	*ext = (struct sadb_ext *)(po->po_buf + po->po_len);

	size = roundup(size, 8);
	KASSERT(po->po_len + size <= po->po_max);
	memset(ext, 0, size);
	ext->sadb_ext_len = size / 8;
	ext->sadb_ext_type = type;
	po->po_len += size;
	return (ext);
}

/* An address; one of family 0 is left out. */
void
pfkey_put_address(struct pfkey_out *po, u_int type,
    const struct ipsec_addr *a, u_int16_t port)
{
	union sockaddr_union	 su;
	struct sadb_address	*sadb;
	u_int			 len;

	if (a->ia_af == 0)
		return;
	len = ipsec_addr_put(a, port, &su);
	sadb = pfkey_put(po, type, sizeof(*sadb) + len);
	memcpy(sadb + 1, &su, len);
}

static u_int32_t
tdb_saflags(const struct tdb *tdb)
{
	u_int32_t	 flags = 0;

	if (tdb->tdb_flags & TDBF_TUNNELING)
		flags |= SADB_X_SAFLAGS_TUNNEL;
	if (tdb->tdb_flags & TDBF_UDPENCAP)
		flags |= SADB_X_SAFLAGS_UDPENCAP;
	if (tdb->tdb_flags & TDBF_ESN)
		flags |= SADB_X_SAFLAGS_ESN;
	if (tdb->tdb_flags & TDBF_PFS)
		flags |= SADB_SAFLAGS_PFS;
	return (flags);
}

void
pfkey_put_sa(struct pfkey_out *po, u_int type, const struct tdb *tdb)
{
	struct sadb_sa	*sa = pfkey_put(po, type, sizeof(*sa));

	pfkey_about(po, tdb->tdb_rdomain, tdb->tdb_rdomain_post);
	sa->sadb_sa_spi = tdb->tdb_spi;
	sa->sadb_sa_replay = tdb->tdb_wnd;
	sa->sadb_sa_state = tdb->tdb_state;
	if (tdb->tdb_aalg != NULL)
		sa->sadb_sa_auth = tdb->tdb_aalg->aa_id;
	if (tdb->tdb_ealg != NULL)
		sa->sadb_sa_encrypt = tdb->tdb_ealg->ea_id;
	else
		sa->sadb_sa_encrypt = tdb->tdb_calg;
	sa->sadb_sa_flags = tdb_saflags(tdb);
}

static void
put_limits(struct pfkey_out *po, u_int type, const struct tdb_limits *tl)
{
	struct sadb_lifetime	*l;

	if (tl->tl_allocations == 0 && tl->tl_bytes == 0 &&
	    tl->tl_addtime == 0 && tl->tl_usetime == 0)
		return;
	l = pfkey_put(po, type, sizeof(*l));
	l->sadb_lifetime_allocations = tl->tl_allocations;
	l->sadb_lifetime_bytes = tl->tl_bytes;
	l->sadb_lifetime_addtime = tl->tl_addtime;
	l->sadb_lifetime_usetime = tl->tl_usetime;
}

/*
 * One of an SA's lifetimes, LASTUSE included; limits of nothing are left
 * out.
 */
void
pfkey_put_lifetime(struct pfkey_out *po, struct tdb *tdb, u_int type)
{
	struct sadb_lifetime	*l;

	switch (type) {
	case SADB_EXT_LIFETIME_HARD:
		put_limits(po, type, &tdb->tdb_hard);
		return;
	case SADB_EXT_LIFETIME_SOFT:
		put_limits(po, type, &tdb->tdb_soft);
		return;
	case SADB_X_EXT_LIFETIME_LASTUSE:
		if (tdb->tdb_last_used == 0)
			return;
		l = pfkey_put(po, type, sizeof(*l));
		l->sadb_lifetime_usetime = tdb->tdb_last_used;
		return;
	}
	l = pfkey_put(po, type, sizeof(*l));
	l->sadb_lifetime_allocations = tdb->tdb_allocations;
	l->sadb_lifetime_bytes = tdb->tdb_bytes;
	l->sadb_lifetime_addtime = tdb->tdb_established;
	l->sadb_lifetime_usetime = tdb->tdb_first_use;
}

static void
put_id(struct pfkey_out *po, u_int type, const struct ipsec_id *id)
{
	struct sadb_ident	*ident;

	if (id == NULL)
		return;
	ident = pfkey_put(po, type, sizeof(*ident) + id->id_len);
	ident->sadb_ident_type = id->id_type;
	memcpy(ident + 1, id->id_data, id->id_len);
}

void
pfkey_put_ids(struct pfkey_out *po, const struct ipsec_ids *ids)
{
	if (ids == NULL)
		return;
	put_id(po, SADB_EXT_IDENTITY_SRC, ids->ids_src);
	put_id(po, SADB_EXT_IDENTITY_DST, ids->ids_dst);
}

static void
plen_mask(struct ipsec_addr *a, sa_family_t af, u_int plen)
{
	memset(a, 0xff, sizeof(*a));
	a->ia_af = af;
	if (af == AF_INET)
		memset(a->ia_bytes + 4, 0, 12);
	ipsec_addr_mask(a, plen);
}

/* Selectors: masks, prefixes, protocol. */
void
pfkey_put_sel(struct pfkey_out *po, const struct ipsec_sel *sl)
{
	struct sadb_protocol	*sp;
	struct ipsec_addr	 mask;

	plen_mask(&mask, sl->sl_src.ia_af, sl->sl_splen);
	pfkey_put_address(po, SADB_X_EXT_SRC_MASK, &mask, sl->sl_smask);
	plen_mask(&mask, sl->sl_dst.ia_af, sl->sl_dplen);
	pfkey_put_address(po, SADB_X_EXT_DST_MASK, &mask, sl->sl_dmask);
	sp = pfkey_put(po, SADB_X_EXT_PROTOCOL, sizeof(*sp));
	sp->sadb_protocol_proto = sl->sl_proto;
	pfkey_put_address(po, SADB_X_EXT_SRC_FLOW, &sl->sl_src,
	    sl->sl_sport);
	pfkey_put_address(po, SADB_X_EXT_DST_FLOW, &sl->sl_dst,
	    sl->sl_dport);
}

static void
put_key(struct pfkey_out *po, u_int type, const u_int8_t *key, u_int len)
{
	struct sadb_key	*k;

	if (len == 0)
		return;
	k = pfkey_put(po, type, sizeof(*k) + len);
	k->sadb_key_bits = len * 8;
	memcpy(k + 1, key, len);
}

static void
put_extras(struct pfkey_out *po, const struct tdb *tdb)
{
	struct sadb_x_udpencap	*u;
	struct sadb_x_tag	*tag;
	struct sadb_x_tap	*tap;
	struct sadb_x_iface	*iface;
	struct sadb_x_rdomain	*r;

	if (tdb->tdb_udpencap_port != 0) {
		u = pfkey_put(po, SADB_X_EXT_UDPENCAP, sizeof(*u));
		u->sadb_x_udpencap_port = tdb->tdb_udpencap_port;
	}
	if (tdb->tdb_tagname != NULL) {
		size_t	 len = strlen(tdb->tdb_tagname) + 1;

		tag = pfkey_put(po, SADB_X_EXT_TAG, sizeof(*tag) + len);
		tag->sadb_x_tag_taglen = len;
		memcpy(tag + 1, tdb->tdb_tagname, len);
	}
	if (tdb->tdb_tap != 0) {
		tap = pfkey_put(po, SADB_X_EXT_TAP, sizeof(*tap));
		tap->sadb_x_tap_unit = tdb->tdb_tap;
	}
	if (tdb->tdb_flags & TDBF_IFACE) {
		iface = pfkey_put(po, SADB_X_EXT_IFACE, sizeof(*iface));
		iface->sadb_x_iface_unit = tdb->tdb_iface;
		iface->sadb_x_iface_direction = tdb->tdb_iface_dir;
	}
	if (tdb->tdb_rdomain != tdb->tdb_rdomain_post) {
		r = pfkey_put(po, SADB_X_EXT_RDOMAIN, sizeof(*r));
		r->sadb_x_rdomain_dom1 = tdb->tdb_rdomain;
		r->sadb_x_rdomain_dom2 = tdb->tdb_rdomain_post;
	}
}

/* What has come of it so far. */
static void
put_state(struct pfkey_out *po, struct tdb *tdb)
{
	struct sadb_x_counter	*c;
	struct sadb_x_mtu	*mtu;
	struct sadb_x_replay	*r;
	u_int16_t		 len, type;

	pfkey_put_lifetime(po, tdb, SADB_X_EXT_LIFETIME_LASTUSE);
	if (tdb_usable(tdb) && tdb->tdb_dst.ia_af != 0) {
		mtu = pfkey_put(po, SADB_X_EXT_MTU, sizeof(*mtu));
		mtu->sadb_x_mtu_mtu = tdb_mtu(tdb, tdb->tdb_dst.ia_af);
	}
	r = pfkey_put(po, SADB_X_EXT_REPLAY, sizeof(*r));
	r->sadb_x_replay_window = tdb->tdb_wnd;
	r->sadb_x_replay_count = tdb->tdb_rpl;
	if (tdb->tdb_replay != NULL && tdb->tdb_replay->r_next != 0)
		r->sadb_x_replay_count = tdb->tdb_replay->r_next - 1;
	c = pfkey_put(po, SADB_X_EXT_COUNTER, sizeof(*c));
	len = c->sadb_x_counter_len;
	type = c->sadb_x_counter_exttype;
	*c = tdb->tdb_counters;
	c->sadb_x_counter_len = len;
	c->sadb_x_counter_exttype = type;
}

/*
 * An SA; flags say whether its keys and all that is known of it are told.
 */
void
pfkey_put_tdb(struct pfkey_out *po, struct tdb *tdb, int flags)
{
	pfkey_put_sa(po, SADB_EXT_SA, tdb);
	pfkey_put_lifetime(po, tdb, SADB_EXT_LIFETIME_CURRENT);
	pfkey_put_lifetime(po, tdb, SADB_EXT_LIFETIME_HARD);
	pfkey_put_lifetime(po, tdb, SADB_EXT_LIFETIME_SOFT);
	pfkey_put_address(po, SADB_EXT_ADDRESS_SRC, &tdb->tdb_src, 0);
	pfkey_put_address(po, SADB_EXT_ADDRESS_DST, &tdb->tdb_dst, 0);
	pfkey_put_address(po, SADB_EXT_ADDRESS_PROXY, &tdb->tdb_proxy, 0);
	if (flags & PFKEY_TDB_KEYS) {
		put_key(po, SADB_EXT_KEY_AUTH, tdb->tdb_amxkey,
		    tdb->tdb_amxkeylen);
		put_key(po, SADB_EXT_KEY_ENCRYPT, tdb->tdb_emxkey,
		    tdb->tdb_emxkeylen);
	}
	pfkey_put_ids(po, tdb->tdb_ids);
	if (tdb->tdb_filter != NULL)
		pfkey_put_sel(po, tdb->tdb_filter);
	put_extras(po, tdb);
	if (flags & PFKEY_TDB_ALL)
		put_state(po, tdb);
}

/* A flow. */
void
pfkey_put_policy(struct pfkey_out *po, const struct ipsec_policy *ipo)
{
	struct sadb_protocol	*sp;
	struct sadb_x_rdomain	*r;

	pfkey_about(po, ipo->ipo_rdomain, ipo->ipo_rdomain);
	pfkey_put_address(po, SADB_EXT_ADDRESS_SRC, &ipo->ipo_src, 0);
	pfkey_put_address(po, SADB_EXT_ADDRESS_DST, &ipo->ipo_dst, 0);
	pfkey_put_ids(po, ipo->ipo_ids);
	pfkey_put_sel(po, &ipo->ipo_sel);
	sp = pfkey_put(po, SADB_X_EXT_FLOW_TYPE, sizeof(*sp));
	sp->sadb_protocol_proto = ipo->ipo_type;
	sp->sadb_protocol_direction = ipo->ipo_dir;
	if (ipo->ipo_rdomain != 0) {
		r = pfkey_put(po, SADB_X_EXT_RDOMAIN, sizeof(*r));
		r->sadb_x_rdomain_dom1 = r->sadb_x_rdomain_dom2 =
		    ipo->ipo_rdomain;
	}
}

static void
put_ealgs(struct pfkey_out *po)
{
	const struct ipsec_ealg	*ea;
	struct sadb_supported	*s;
	struct sadb_alg		*a;
	u_int			 i, n;

	for (n = 0; ipsec_ealg_byindex(n) != NULL; n++)
		continue;
	s = pfkey_put(po, SADB_EXT_SUPPORTED_ENCRYPT,
	    sizeof(*s) + n * sizeof(*a));
	a = (struct sadb_alg *)(s + 1);
	for (i = 0; i < n; i++, a++) {
		ea = ipsec_ealg_byindex(i);
		a->sadb_alg_id = ea->ea_id;
		a->sadb_alg_ivlen = ea->ea_ivlen;
		a->sadb_alg_minbits = ea->ea_minkey * 8;
		a->sadb_alg_maxbits = ea->ea_maxkey * 8;
	}
}

static void
put_aalgs(struct pfkey_out *po)
{
	const struct ipsec_aalg	*aa;
	struct sadb_supported	*s;
	struct sadb_alg		*a;
	u_int			 i, n;

	for (n = 0; ipsec_aalg_byindex(n) != NULL; n++)
		continue;
	s = pfkey_put(po, SADB_EXT_SUPPORTED_AUTH,
	    sizeof(*s) + n * sizeof(*a));
	a = (struct sadb_alg *)(s + 1);
	for (i = 0; i < n; i++, a++) {
		aa = ipsec_aalg_byindex(i);
		a->sadb_alg_id = aa->aa_id;
		a->sadb_alg_minbits = a->sadb_alg_maxbits =
		    aa->aa_keylen * 8;
	}
}

/* The algorithms of a kind of SA. */
void
pfkey_put_supported(struct pfkey_out *po, u_int8_t satype)
{
	struct sadb_supported	*s;
	struct sadb_alg		*a;

	if (satype == SADB_X_SATYPE_IPCOMP) {
		s = pfkey_put(po, SADB_X_EXT_SUPPORTED_COMP,
		    sizeof(*s) + sizeof(*a));
		a = (struct sadb_alg *)(s + 1);
		a->sadb_alg_id = SADB_X_CALG_DEFLATE;
		return;
	}
	put_aalgs(po);
	if (satype == SADB_SATYPE_ESP)
		put_ealgs(po);
}
