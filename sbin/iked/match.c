/*
 * Which policy is a peer's?  Rules are tried in order, and the last that
 * matches counts, unless one is quick; "default" is for when none does.
 *
 * At IKE_SA_INIT addresses and proposals are known.  At IKE_AUTH so are the
 * identities, the method, and the child: what asks for a network of another
 * rule's, or for its mode or transforms, is that rule's.
 */
#include <sys/types.h>

#include <stdlib.h>
#include <string.h>

#include "ike.h"
#include "ikev2.h"
#include "select.h"

/* What IKE_AUTH says, and how much of it must suit. */
struct wanted {
	const struct msg	*w_msg;
	const struct suite	*w_suite;
	int			 w_method;
	int			 w_child;
};

/*
 * Does a policy want this method of its peer?
 */
int
policy_method(const struct policy *p, uint8_t method)
{
	switch (p->p_auth) {
	case AUTH_SIG_ANY:
		return (method == AUTH_RSA || method == AUTH_SIG ||
		    (method >= AUTH_ECDSA_256 && method <= AUTH_ECDSA_521));
	default:
		return (method == p->p_auth || (method == AUTH_SIG &&
		    p->p_auth != AUTH_PSK));
	}
}

static int
matches_ends(const struct policy *p, const struct endpoint *local,
    const struct endpoint *peer)
{
	return (!(p->p_flags & POL_SKIP) &&
	    (p->p_ver == 0 || p->p_ver == peer->e_addr.a_ver) &&
	    prefix_has(&p->p_peer, &peer->e_addr) &&
	    prefix_has(&p->p_local, &local->e_addr));
}

/* Would the policy have agreed to what was chosen? */
static int
matches_suite(const struct policy *p, const struct suite *s)
{
	struct proposal	 offer, chosen;

	memset(&offer, 0, sizeof(offer));
	offer.pr_proto = PROTO_IKE;
	xform_add(&offer, XF_ENCR, s->su_encr, s->su_keylen);
	xform_add(&offer, XF_PRF, s->su_prf, 0);
	if (s->su_integ != 0)
		xform_add(&offer, XF_INTEG, s->su_integ, 0);
	xform_add(&offer, XF_DH, s->su_dh, 0);
	return (proposal_select(p->p_ike, p->p_nike, &offer, 1, 0,
	    &chosen) == 0);
}

/* Would the policy agree to the child that is asked for, and its mode? */
static int
matches_child(const struct policy *p, const struct msg *m)
{
	struct proposal	 chosen;
	struct tslist	*ts;
	struct flow	*flows = NULL;
	unsigned int	 n;
	int		 ok;

	if (!(p->p_flags & POL_TRANSPORT) !=
	    (msg_notify(m, N_USE_TRANSPORT_MODE) == NULL) ||
	    proposal_select(p->p_child, p->p_nchild, m->m_props, m->m_nprops,
	    1, &chosen) == -1)
		return (0);
	ts = calloc(2, sizeof(*ts));
	ok = ts != NULL && ts_narrow(p, &m->m_tsr, &m->m_tsi, &ts[0], &ts[1],
	    &flows, &n) == 0;
	free(ts);
	free(flows);
	return (ok);
}

static int
matches_auth(const struct policy *p, const struct wanted *w)
{
	const struct msg	*m = w->w_msg;

	if (p->p_dstid.id_type != ID_NONE &&
	    !ident_equal(&p->p_dstid, &m->m_idi))
		return (0);
	if (MSG_HAS(m, PLD_IDr) && m->m_idr.id_type != ID_NONE &&
	    !ident_equal(&p->p_srcid, &m->m_idr))
		return (0);
	return (matches_suite(p, w->w_suite) &&
	    (!w->w_method || policy_method(p, m->m_auth)) &&
	    (!w->w_child || matches_child(p, m)));
}

/*
 * The policy for a peer at an address that offers the proposals of m; NULL:
 * none.
 */
struct policy *
policy_match(struct engine *e, const struct endpoint *local,
    const struct endpoint *peer, const struct msg *m)
{
	struct policy	*p, *found = NULL, *fallback = NULL;
	struct proposal	 chosen;

	TAILQ_FOREACH(p, &e->e_conf.c_policies, p_entry) {
		if (!matches_ends(p, local, peer) || proposal_select(p->p_ike,
		    p->p_nike, m->m_props, m->m_nprops, 0, &chosen) == -1)
			continue;
		if (p->p_flags & POL_DEFAULT) {
			fallback = p;
			continue;
		}
		found = p;
		if (p->p_flags & POL_QUICK)
			break;
	}
	return (found != NULL ? found : fallback);
}

static struct policy *
authenticate(struct ike_sa *sa, const struct wanted *w)
{
	struct policy	*p, *found = NULL, *fallback = NULL;

	TAILQ_FOREACH(p, &sa->sa_eng->e_conf.c_policies, p_entry) {
		if (!matches_ends(p, &sa->sa_local, &sa->sa_peer) ||
		    !matches_auth(p, w))
			continue;
		if (p->p_flags & POL_DEFAULT) {
			fallback = p;
			continue;
		}
		found = p;
		if (p->p_flags & POL_QUICK)
			break;
	}
	return (found != NULL ? found : fallback);
}

/*
 * The policy for the initiator of an SA that sends IKE_AUTH: if there is one
 * that suits its method and child, that; the peer is told what is wrong
 * by the last that suits its identities.  NULL: none does.
 */
struct policy *
policy_authenticate(struct ike_sa *sa, const struct msg *m)
{
	struct wanted	 w = { m, &sa->sa_suite, 1, 1 };
	struct policy	*p;

	if ((p = authenticate(sa, &w)) != NULL)
		return (p);
	w.w_child = 0;
	if ((p = authenticate(sa, &w)) != NULL)
		return (p);
	w.w_method = 0;
	return (authenticate(sa, &w));
}
