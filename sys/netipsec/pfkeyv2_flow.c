/*
 * PF_KEY: requests about flows, OpenBSD's extension of RFC 2367.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/socket.h>

#include <netinet/in.h>

#include <netipsec/pfkeyv2_var.h>

static void
announce_flow(const struct pfkey_msg *pm, const struct ipsec_policy *ipo)
{
	struct pfkey_out	*po = pfkey_begin(pm->pm_hdr);

	pfkey_put_policy(po, ipo);
	pfkey_end(po);
	pfkey_deliver(po, PFKEY_ALL, pm->pm_kp);
}

/* The protocol of a flow's SA; flows that need none may leave it out. */
static int
flow_sproto(const struct pfkey_msg *pm, u_int8_t type, u_int8_t *proto)
{
	switch (pm->pm_hdr->sadb_msg_satype) {
	case SADB_SATYPE_ESP:
		*proto = IPPROTO_ESP;
		return (0);
	case SADB_SATYPE_AH:
		*proto = IPPROTO_AH;
		return (0);
	case SADB_X_SATYPE_IPCOMP:
		*proto = IPPROTO_IPCOMP;
		return (0);
	case SADB_SATYPE_UNSPEC:
		*proto = IPPROTO_ESP;
		return (type == SADB_X_FLOW_TYPE_BYPASS ||
		    type == SADB_X_FLOW_TYPE_DENY ? 0 : EINVAL);
	default:
		return (EINVAL);
	}
}

/* Fill a flow, whose selectors are there, from a message. */
static int
fill_flow(const struct pfkey_msg *pm, struct ipsec_policy *ipo)
{
	const struct sadb_protocol	*sp;
	int				 error;

	sp = PM_EXT(pm, sadb_protocol, SADB_X_EXT_FLOW_TYPE);
	ipo->ipo_type = sp->sadb_protocol_proto;
	ipo->ipo_dir = sp->sadb_protocol_direction;
	ipo->ipo_rdomain = pm->pm_rdomain;
	if ((error = flow_sproto(pm, ipo->ipo_type, &ipo->ipo_sproto)) != 0 ||
	    (error = pfkey_get_address(pm, SADB_EXT_ADDRESS_SRC,
	    &ipo->ipo_src)) != 0 ||
	    (error = pfkey_get_address(pm, SADB_EXT_ADDRESS_DST,
	    &ipo->ipo_dst)) != 0)
		return (error);
	return (pfkey_get_ids(pm, &ipo->ipo_ids));
}

/*
 * X_ADDFLOW: a new flow, or other properties of one with the same selectors.
 */
int
pfkey_addflow(const struct pfkey_msg *pm)
{
	struct ipsec_policy	*ipo, *old;
	int			 error;

	if ((ipo = spd_alloc()) == NULL)
		return (ENOMEM);
	if ((error = pfkey_get_sel(pm, &ipo->ipo_sel)) != 0 ||
	    (error = fill_flow(pm, ipo)) != 0) {
		spd_free(ipo);
		return (error);
	}
	old = spd_find(ipo->ipo_rdomain, ipo->ipo_dir, &ipo->ipo_sel);
	if (old != NULL) {
		/* In its place, so that there is no moment without. */
		spd_change(old, ipo);
		announce_flow(pm, old);
		return (0);
	}
	if ((error = spd_insert(ipo)) != 0) {
		spd_free(ipo);
		return (error);
	}
	announce_flow(pm, ipo);
	return (0);
}

/*
 * X_DELFLOW
 */
int
pfkey_delflow(const struct pfkey_msg *pm)
{
	struct ipsec_policy	*ipo;
	struct ipsec_sel	 sl;
	int			 error;

	if ((error = pfkey_get_sel(pm, &sl)) != 0)
		return (error);
	ipo = spd_find(pm->pm_rdomain, PM_EXT(pm, sadb_protocol,
	    SADB_X_EXT_FLOW_TYPE)->sadb_protocol_direction, &sl);
	if (ipo == NULL)
		return (ESRCH);
	announce_flow(pm, ipo);
	acquire_forget(ipo);
	spd_remove(ipo);
	return (0);
}

/*
 * X_ASKPOLICY: the flow that an ACQUIRE was sent for.
 */
int
pfkey_askpolicy(const struct pfkey_msg *pm)
{
	const struct ipsec_acquire	*iqa;
	struct ipsec_policy		*ipo;
	struct pfkey_out		*po;

	iqa = acquire_find(PM_EXT(pm, sadb_x_policy, SADB_X_EXT_POLICY)->
	    sadb_x_policy_seq);
	if (iqa == NULL || (pm->pm_kp->kp_rdomain != 0 &&
	    pm->pm_kp->kp_rdomain != iqa->iqa_rdomain))
		return (ESRCH);
	ipo = spd_find(iqa->iqa_rdomain, iqa->iqa_dir, &iqa->iqa_sel);
	if (ipo == NULL)
		return (ESRCH);
	po = pfkey_begin(pm->pm_hdr);
	pfkey_put_policy(po, ipo);
	pfkey_end(po);
	pfkey_deliver(po, PFKEY_SENDER, pm->pm_kp);
	return (0);
}

/*
 * X_SPDDUMP: a message for each flow; the last has number 0.
 */
int
pfkey_spddump(const struct pfkey_msg *pm)
{
	struct sadb_msg		 hdr = *pm->pm_hdr;
	struct ipsec_policy	*ipo;
	struct pfkey_out	*po;
	u_int			 n = 0, rdomain = pm->pm_kp->kp_rdomain;

	TAILQ_FOREACH(ipo, &ipo_all, ipo_list)
		n += rdomain == 0 || rdomain == ipo->ipo_rdomain;
	if (n == 0)
		return (ESRCH);
	TAILQ_FOREACH(ipo, &ipo_all, ipo_list) {
		if (rdomain != 0 && rdomain != ipo->ipo_rdomain)
			continue;
		hdr.sadb_msg_satype = pfkey_satype(ipo->ipo_sproto);
		hdr.sadb_msg_seq = --n;
		po = pfkey_begin(&hdr);
		pfkey_put_policy(po, ipo);
		pfkey_end(po);
		pfkey_deliver(po, PFKEY_SENDER, pm->pm_kp);
	}
	return (0);
}
