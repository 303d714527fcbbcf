/*
 * PF_KEY: requests about SAs (RFC 2367, 3.1).
 *
 * What has been done is told to all listeners, without keys; GET and DUMP are
 * answered to who asked.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/proc.h>
#include <sys/socket.h>

#include <netinet/in.h>

#include <netipsec/pfkeyv2_var.h>

#define SPI_MIN		256u		/* RFC 4303, 2.1 */
#define CPI_MIN		256u		/* RFC 3173, 3.3 */
#define CPI_MAX		65535u

/* IPPROTO_ of a kind of SA; 0 for one that there is not. */
static u_int8_t
satype_proto(u_int8_t satype)
{
	switch (satype) {
	case SADB_SATYPE_AH:
		return (IPPROTO_AH);
	case SADB_SATYPE_ESP:
		return (IPPROTO_ESP);
	case SADB_X_SATYPE_IPCOMP:
		return (IPPROTO_IPCOMP);
	default:
		return (0);
	}
}

/* May this process manage that domain?  That of domain 0 may all. */
static int
rdomain_mine(const struct pkpcb *kp, const struct tdb *tdb)
{
	return (kp->kp_rdomain == 0 || kp->kp_rdomain == tdb->tdb_rdomain ||
	    kp->kp_rdomain == tdb->tdb_rdomain_post);
}

/* The SA that a message names. */
static int
find_sa(const struct pfkey_msg *pm, u_int sa, u_int dst, u_int8_t satype,
    struct tdb **tdbp)
{
	struct ipsec_addr	 a;
	u_int8_t		 proto = satype_proto(satype);
	int			 error;

	if (proto == 0)
		return (EINVAL);
	if ((error = pfkey_get_address(pm, dst, &a)) != 0)
		return (error);
	*tdbp = tdb_find(pm->pm_rdomain,
	    PM_EXT(pm, sadb_sa, sa)->sadb_sa_spi, &a, proto);
	return (*tdbp == NULL ? ESRCH : 0);
}

/* Tell all about an SA. */
static void
announce(const struct pfkey_msg *pm, struct tdb *tdb)
{
	struct pfkey_out	*po = pfkey_begin(pm->pm_hdr);

	pfkey_put_tdb(po, tdb, 0);
	pfkey_end(po);
	pfkey_deliver(po, PFKEY_ALL, pm->pm_kp);
}

/* The bare message to all. */
static void
announce_bare(const struct pfkey_msg *pm)
{
	struct pfkey_out	*po = pfkey_begin(pm->pm_hdr);

	pfkey_about(po, pm->pm_rdomain, pm->pm_rdomain_post);
	pfkey_end(po);
	pfkey_deliver(po, PFKEY_ALL, pm->pm_kp);
}

/* Bounds of the SPI that GETSPI may find; 0 or EINVAL. */
static int
spi_bounds(const struct pfkey_msg *pm, u_int32_t *min, u_int32_t *max)
{
	const struct sadb_spirange	*r;

	r = PM_EXT(pm, sadb_spirange, SADB_EXT_SPIRANGE);
	*min = r->sadb_spirange_min;
	*max = r->sadb_spirange_max;
	if (pm->pm_hdr->sadb_msg_satype == SADB_X_SATYPE_IPCOMP) {
		*min = MAX(*min, CPI_MIN);
		*max = MIN(*max, CPI_MAX);
	} else if (*min < SPI_MIN)
		return (EINVAL);
	return (*min > *max ? EINVAL : 0);
}

/*
 * GETSPI: a larval SA with an SPI of its own.
 */
int
pfkey_getspi(const struct pfkey_msg *pm)
{
	struct ipsec_addr	 src, dst;
	struct tdb		*tdb;
	u_int32_t		 max, min, spi;
	u_int8_t		 proto;
	int			 error;

	if ((proto = satype_proto(pm->pm_hdr->sadb_msg_satype)) == 0 ||
	    spi_bounds(pm, &min, &max) != 0)
		return (EINVAL);
	if ((error = pfkey_get_address(pm, SADB_EXT_ADDRESS_SRC, &src)) != 0 ||
	    (error = pfkey_get_address(pm, SADB_EXT_ADDRESS_DST, &dst)) != 0)
		return (error);
	if (dst.ia_af == 0 || (src.ia_af != 0 && src.ia_af != dst.ia_af))
		return (EINVAL);
	error = tdb_reserve_spi(pm->pm_rdomain, min, max, &dst, proto, &spi);
	if (error != 0)
		return (error);
	if ((tdb = tdb_alloc(pm->pm_rdomain)) == NULL)
		return (ENOMEM);
	tdb->tdb_rdomain_post = pm->pm_rdomain_post;
	tdb->tdb_satype = pm->pm_hdr->sadb_msg_satype;
	tdb->tdb_sproto = proto;
	tdb->tdb_spi = spi;
	tdb->tdb_src = src;
	tdb->tdb_dst = dst;
	tdb->tdb_seq = pm->pm_hdr->sadb_msg_seq;
	tdb_insert(tdb);
	announce(pm, tdb);
	return (0);
}

/* What ADD and the completing UPDATE have in common. */
static int
make_sa(const struct pfkey_msg *pm, struct tdb **tdbp)
{
	struct tdb	*tdb;
	int		 error;

	if ((tdb = tdb_alloc(pm->pm_rdomain)) == NULL)
		return (ENOMEM);
	tdb->tdb_satype = pm->pm_hdr->sadb_msg_satype;
	tdb->tdb_sproto = satype_proto(tdb->tdb_satype);
	tdb->tdb_seq = pm->pm_hdr->sadb_msg_seq;
	if ((error = pfkey_get_tdb(pm, tdb)) != 0) {
		tdb_unref(tdb);
		return (error);
	}
	*tdbp = tdb;
	return (0);
}

/* Is the SPI one that an SA of this kind may have? */
static int
spi_valid(const struct pfkey_msg *pm)
{
	u_int32_t	 spi;

	spi = ntohl(PM_EXT(pm, sadb_sa, SADB_EXT_SA)->sadb_sa_spi);
	if (pm->pm_hdr->sadb_msg_satype == SADB_X_SATYPE_IPCOMP)
		return (spi != 0 && spi <= CPI_MAX);
	return (spi >= SPI_MIN);
}

/*
 * ADD: a whole SA.
 */
int
pfkey_add(const struct pfkey_msg *pm)
{
	struct tdb	*tdb;
	int		 error;

	error = find_sa(pm, SADB_EXT_SA, SADB_EXT_ADDRESS_DST,
	    pm->pm_hdr->sadb_msg_satype, &tdb);
	if (error == 0)
		return (EEXIST);
	if (error != ESRCH)
		return (error);
	if (!spi_valid(pm) || PM_EXT(pm, sadb_sa, SADB_EXT_SA)->
	    sadb_sa_state != SADB_SASTATE_MATURE)
		return (EINVAL);
	if ((error = make_sa(pm, &tdb)) != 0)
		return (error);
	tdb_insert(tdb);
	acquire_answered(pm->pm_hdr->sadb_msg_seq);
	announce(pm, tdb);
	return (0);
}

/*
 * Change a mature SA: where it leads (the new destination is PROXY's), its
 * limits, port, tag, units; not its keys.
 */
static int
update_mature(const struct pfkey_msg *pm, struct tdb *tdb)
{
	struct ipsec_addr	 src, proxy;
	struct ipsec_ids	*ids;
	int			 error;

	if (PM_EXT(pm, sadb_key, SADB_EXT_KEY_AUTH) != NULL ||
	    PM_EXT(pm, sadb_key, SADB_EXT_KEY_ENCRYPT) != NULL ||
	    PM_EXT(pm, sadb_x_iface, SADB_X_EXT_IFACE) != NULL)
		return (EINVAL);
	if ((error = pfkey_get_address(pm, SADB_EXT_ADDRESS_SRC, &src)) != 0 ||
	    (error = pfkey_get_address(pm, SADB_EXT_ADDRESS_PROXY,
	    &proxy)) != 0)
		return (error);
	if (src.ia_af != 0 && src.ia_af != (proxy.ia_af != 0 ? proxy.ia_af :
	    tdb->tdb_dst.ia_af))
		return (EINVAL);
	if (proxy.ia_af != 0 && !ipsec_addr_eq(&proxy, &tdb->tdb_dst) &&
	    tdb_find(tdb->tdb_rdomain, tdb->tdb_spi, &proxy,
	    tdb->tdb_sproto) != NULL)
		return (EEXIST);
	if ((error = pfkey_get_ids(pm, &ids)) != 0)
		return (error);
	/* The last that may fail, and it changes nothing then. */
	if ((error = pfkey_get_extras(pm, tdb)) != 0) {
		ipsec_ids_put(ids);
		return (error);
	}
	if (ids != NULL) {
		ipsec_ids_put(tdb->tdb_ids);
		tdb->tdb_ids = ids;
	}
	(void)pfkey_get_lifetimes(pm, tdb);
	if (src.ia_af != 0)
		tdb->tdb_src = src;
	tdb_move(tdb, proxy.ia_af != 0 ? &proxy : &tdb->tdb_dst);
	tdb_life_start(tdb);
	return (0);
}

/*
 * UPDATE: complete a larval SA, or change a mature one.
 */
int
pfkey_update(const struct pfkey_msg *pm)
{
	struct tdb	*new, *tdb;
	int		 error;

	error = find_sa(pm, SADB_EXT_SA, SADB_EXT_ADDRESS_DST,
	    pm->pm_hdr->sadb_msg_satype, &tdb);
	if (error != 0)
		return (error);
	if (PM_EXT(pm, sadb_sa, SADB_EXT_SA)->sadb_sa_state !=
	    SADB_SASTATE_MATURE)
		return (EINVAL);
	if (tdb->tdb_state != SADB_SASTATE_LARVAL) {
		if ((error = update_mature(pm, tdb)) != 0)
			return (error);
		announce(pm, tdb);
		return (0);
	}
	if ((error = make_sa(pm, &new)) != 0)
		return (error);
	tdb_delete(tdb);
	tdb_insert(new);
	acquire_answered(pm->pm_hdr->sadb_msg_seq);
	announce(pm, new);
	return (0);
}

/*
 * DELETE: one, or all of its chain.
 */
int
pfkey_delete(const struct pfkey_msg *pm)
{
	struct pfkey_out	*po;
	struct tdb		*next, *tdb;
	int			 chain, error;

	error = find_sa(pm, SADB_EXT_SA, SADB_EXT_ADDRESS_DST,
	    pm->pm_hdr->sadb_msg_satype, &tdb);
	if (error != 0)
		return (error);
	po = pfkey_begin(pm->pm_hdr);
	pfkey_put_sa(po, SADB_EXT_SA, tdb);
	pfkey_put_address(po, SADB_EXT_ADDRESS_SRC, &tdb->tdb_src, 0);
	pfkey_put_address(po, SADB_EXT_ADDRESS_DST, &tdb->tdb_dst, 0);
	pfkey_end(po);
	chain = (PM_EXT(pm, sadb_sa, SADB_EXT_SA)->sadb_sa_flags &
	    SADB_X_SAFLAGS_CHAINDEL) != 0;
	if (chain)
		tdb = tdb_chain_head(tdb);
	do {
		next = chain ? tdb->tdb_onext : NULL;
		tdb_delete(tdb);
	} while ((tdb = next) != NULL);
	pfkey_deliver(po, PFKEY_ALL, pm->pm_kp);
	return (0);
}

/*
 * GET: one, with its keys.
 */
int
pfkey_get(const struct pfkey_msg *pm)
{
	struct pfkey_out	*po;
	struct tdb		*tdb;
	int			 error;

	error = find_sa(pm, SADB_EXT_SA, SADB_EXT_ADDRESS_DST,
	    pm->pm_hdr->sadb_msg_satype, &tdb);
	if (error != 0)
		return (error);
	po = pfkey_begin(pm->pm_hdr);
	pfkey_put_tdb(po, tdb, PFKEY_TDB_KEYS | PFKEY_TDB_ALL);
	pfkey_end(po);
	pfkey_deliver(po, PFKEY_SENDER, pm->pm_kp);
	return (0);
}

/*
 * REGISTER: hear of ACQUIRE of a kind; the answer, to all who do, lists the
 * algorithms (RFC 2367, 3.1.7).
 */
int
pfkey_register(const struct pfkey_msg *pm)
{
	struct pfkey_out	*po;
	u_int8_t		 satype = pm->pm_hdr->sadb_msg_satype;

	if (satype_proto(satype) == 0)
		return (EINVAL);
	pm->pm_kp->kp_registered |= 1u << satype;
	po = pfkey_begin(pm->pm_hdr);
	pfkey_put_supported(po, satype);
	pfkey_end(po);
	pfkey_deliver(po, PFKEY_REGISTERED, pm->pm_kp);
	return (0);
}

/*
 * FLUSH: all of a kind; type 0 is all of all kinds, and flows.
 */
int
pfkey_flush(const struct pfkey_msg *pm)
{
	u_int8_t	 satype = pm->pm_hdr->sadb_msg_satype;
	struct tdb	*next, *tdb;

	if (satype != SADB_SATYPE_UNSPEC && satype_proto(satype) == 0)
		return (EINVAL);
	if (satype == SADB_SATYPE_UNSPEC) {
		spd_flush(pm->pm_kp->kp_rdomain);
		acquire_flush(pm->pm_kp->kp_rdomain);
	}
	TAILQ_FOREACH_SAFE(tdb, &tdb_all, tdb_list, next)
		if ((satype == SADB_SATYPE_UNSPEC ||
		    tdb->tdb_satype == satype) &&
		    rdomain_mine(pm->pm_kp, tdb))
			tdb_delete(tdb);
	announce_bare(pm);
	return (0);
}

/*
 * DUMP: a message for each SA of a kind (0 all); the last has number 0.
 */
int
pfkey_dump(const struct pfkey_msg *pm)
{
	u_int8_t		 satype = pm->pm_hdr->sadb_msg_satype;
	struct sadb_msg		 hdr = *pm->pm_hdr;
	struct pfkey_out	*po;
	struct tdb		*tdb;
	u_int			 n = 0;

	if (satype != SADB_SATYPE_UNSPEC && satype_proto(satype) == 0)
		return (EINVAL);
	TAILQ_FOREACH(tdb, &tdb_all, tdb_list)
		n += (satype == 0 || tdb->tdb_satype == satype) &&
		    rdomain_mine(pm->pm_kp, tdb);
	if (n == 0)
		return (ESRCH);
	TAILQ_FOREACH(tdb, &tdb_all, tdb_list) {
		if ((satype != 0 && tdb->tdb_satype != satype) ||
		    !rdomain_mine(pm->pm_kp, tdb))
			continue;
		hdr.sadb_msg_satype = tdb->tdb_satype;
		hdr.sadb_msg_seq = --n;
		po = pfkey_begin(&hdr);
		pfkey_put_tdb(po, tdb, PFKEY_TDB_KEYS | PFKEY_TDB_ALL);
		pfkey_end(po);
		pfkey_deliver(po, PFKEY_SENDER, pm->pm_kp);
	}
	return (0);
}

/*
 * X_GRPSPIS: chain two SAs.
 */
int
pfkey_grpspis(const struct pfkey_msg *pm)
{
	struct pfkey_out	*po;
	struct sadb_protocol	*sp;
	struct tdb		*a, *b;
	u_int8_t		 satype2;
	int			 error;

	satype2 = PM_EXT(pm, sadb_protocol, SADB_X_EXT_SATYPE2)->
	    sadb_protocol_proto;
	if ((error = find_sa(pm, SADB_EXT_SA, SADB_EXT_ADDRESS_DST,
	    pm->pm_hdr->sadb_msg_satype, &a)) != 0 ||
	    (error = find_sa(pm, SADB_X_EXT_SA2, SADB_X_EXT_DST2, satype2,
	    &b)) != 0)
		return (error);
	if ((error = tdb_chain(a, b)) != 0)
		return (error);
	po = pfkey_begin(pm->pm_hdr);
	pfkey_put_sa(po, SADB_EXT_SA, a);
	pfkey_put_address(po, SADB_EXT_ADDRESS_DST, &a->tdb_dst, 0);
	pfkey_put_sa(po, SADB_X_EXT_SA2, b);
	pfkey_put_address(po, SADB_X_EXT_DST2, &b->tdb_dst, 0);
	sp = pfkey_put(po, SADB_X_EXT_SATYPE2, sizeof(*sp));
	sp->sadb_protocol_proto = satype2;
	pfkey_end(po);
	pfkey_deliver(po, PFKEY_ALL, pm->pm_kp);
	return (0);
}

/*
 * X_PROMISC: hear everything, while satype is 1 (RFC 2367, 3.1.12).
 */
int
pfkey_promisc(const struct pfkey_msg *pm)
{
	u_int8_t	 on = pm->pm_hdr->sadb_msg_satype;

	if (on > 1)
		return (EINVAL);
	announce_bare(pm);
	pm->pm_kp->kp_promisc = on;
	return (0);
}

/*
 * ACQUIRE from a program: it cannot get the SA that was asked for.
 */
int
pfkey_acquire_error(const struct pfkey_msg *pm)
{
	if (pm->pm_hdr->sadb_msg_errno == 0)
		return (EINVAL);
	acquire_answered(pm->pm_hdr->sadb_msg_seq);
	announce_bare(pm);
	return (0);
}

/* One combination of a proposal: algorithms, limits. */
static void
put_comb(struct sadb_comb *c, const struct ipsec_ealg *ea,
    const struct ipsec_aalg *aa)
{
	if (ea != NULL) {
		c->sadb_comb_encrypt = ea->ea_id;
		c->sadb_comb_encrypt_minbits = ea->ea_minkey * 8;
		c->sadb_comb_encrypt_maxbits = ea->ea_maxkey * 8;
	}
	if (aa != NULL) {
		c->sadb_comb_auth = aa->aa_id;
		c->sadb_comb_auth_minbits = c->sadb_comb_auth_maxbits =
		    aa->aa_keylen * 8;
	}
	c->sadb_comb_flags = ipsec_require_pfs ? SADB_SAFLAGS_PFS : 0;
	c->sadb_comb_soft_allocations = ipsec_soft_allocations;
	c->sadb_comb_hard_allocations = ipsec_exp_allocations;
	c->sadb_comb_soft_bytes = ipsec_soft_bytes;
	c->sadb_comb_hard_bytes = ipsec_exp_bytes;
	c->sadb_comb_soft_addtime = ipsec_soft_timeout;
	c->sadb_comb_hard_addtime = ipsec_exp_timeout;
	c->sadb_comb_soft_usetime = ipsec_soft_first_use;
	c->sadb_comb_hard_usetime = ipsec_exp_first_use;
}

static const struct ipsec_ealg *
default_ealg(void)
{
	const struct ipsec_ealg	*ea;
	u_int			 i;

	for (i = 0; (ea = ipsec_ealg_byindex(i)) != NULL; i++)
		if (strcmp(ea->ea_name, ipsec_def_enc) == 0)
			return (ea);
	return (ipsec_ealg_find(SADB_X_EALG_AES));
}

static const struct ipsec_aalg *
default_aalg(void)
{
	const struct ipsec_aalg	*aa;
	u_int			 i;

	for (i = 0; (aa = ipsec_aalg_byindex(i)) != NULL; i++)
		if (strcmp(aa->aa_name, ipsec_def_auth) == 0)
			return (aa);
	return (ipsec_aalg_find(SADB_AALG_SHA1HMAC));
}

static void
put_proposal(struct pfkey_out *po, u_int8_t sproto)
{
	struct sadb_prop	*prop;
	struct sadb_comb	*comb;

	prop = pfkey_put(po, SADB_EXT_PROPOSAL, sizeof(*prop) +
	    sizeof(*comb));
	prop->sadb_prop_num = 1;
	prop->sadb_prop_replay = 64;
	comb = (struct sadb_comb *)(prop + 1);
	switch (sproto) {
	case IPPROTO_ESP:
		put_comb(comb, default_ealg(), default_ealg()->ea_icvlen != 0 ?
		    NULL : default_aalg());
		break;
	case IPPROTO_AH:
		put_comb(comb, NULL, default_aalg());
		break;
	default:
		put_comb(comb, NULL, NULL);
		comb->sadb_comb_encrypt = SADB_X_CALG_DEFLATE;
		break;
	}
}

/* The kind of SA of a protocol. */
u_int8_t
pfkey_satype(u_int8_t proto)
{
	return (proto == IPPROTO_AH ? SADB_SATYPE_AH :
	    proto == IPPROTO_IPCOMP ? SADB_X_SATYPE_IPCOMP :
	    SADB_SATYPE_ESP);
}

/*
 * Ask whoever has registered for an SA for the packet of iqa.
 */
void
pfkey_acquire(const struct ipsec_acquire *iqa, const struct ipsec_policy *ipo)
{
	struct sadb_msg		 hdr;
	struct pfkey_out	*po;

	memset(&hdr, 0, sizeof(hdr));
	hdr.sadb_msg_type = SADB_ACQUIRE;
	hdr.sadb_msg_satype = pfkey_satype(iqa->iqa_sproto);
	hdr.sadb_msg_seq = iqa->iqa_seq;
	pfkeystat.pks_acquires++;
	po = pfkey_begin(&hdr);
	pfkey_about(po, iqa->iqa_rdomain, iqa->iqa_rdomain);
	pfkey_put_address(po, SADB_EXT_ADDRESS_SRC,
	    ipsec_addr_any(&ipo->ipo_src) ? &iqa->iqa_pkt.pk_src :
	    &ipo->ipo_src, 0);
	pfkey_put_address(po, SADB_EXT_ADDRESS_DST, &iqa->iqa_peer, 0);
	pfkey_put_ids(po, ipo->ipo_ids);
	put_proposal(po, iqa->iqa_sproto);
	pfkey_end(po);
	pfkey_deliver(po, PFKEY_REGISTERED, NULL);
}

/*
 * An SA has reached a limit, SADB_EXT_LIFETIME_SOFT or _HARD: all hear of it
 * (RFC 2367, 3.1.8).
 */
void
pfkey_expire(struct tdb *tdb, u_int16_t which)
{
	static u_int32_t	 seq;
	struct sadb_msg		 hdr;
	struct pfkey_out	*po;

	memset(&hdr, 0, sizeof(hdr));
	hdr.sadb_msg_type = SADB_EXPIRE;
	hdr.sadb_msg_satype = tdb->tdb_satype;
	hdr.sadb_msg_seq = ++seq;
	pfkeystat.pks_expires++;
	po = pfkey_begin(&hdr);
	pfkey_put_sa(po, SADB_EXT_SA, tdb);
	pfkey_put_lifetime(po, tdb, SADB_EXT_LIFETIME_CURRENT);
	pfkey_put_lifetime(po, tdb, which);
	pfkey_put_address(po, SADB_EXT_ADDRESS_SRC, &tdb->tdb_src, 0);
	pfkey_put_address(po, SADB_EXT_ADDRESS_DST, &tdb->tdb_dst, 0);
	pfkey_end(po);
	pfkey_deliver(po, PFKEY_ALL, NULL);
}
