/*
 * Which policy is a peer's?  Rules are tried in order, and the last that
 * matches counts, unless one is quick; "default" is for when none does.
 */
#include <sys/types.h>

#include <string.h>

#include "ike.h"
#include "ikev2.h"
#include "select.h"

static int
matches(const struct policy *p, const struct endpoint *local,
    const struct endpoint *peer, const struct msg *m, const struct ident *id,
    const struct ident *myid)
{
	struct proposal	 chosen;

	if ((p->p_flags & POL_SKIP) ||
	    (p->p_ver != 0 && p->p_ver != peer->e_addr.a_ver) ||
	    !prefix_has(&p->p_peer, &peer->e_addr) ||
	    !prefix_has(&p->p_local, &local->e_addr))
		return (0);
	if (id != NULL && p->p_dstid.id_type != ID_NONE &&
	    !ident_equal(&p->p_dstid, id))
		return (0);
	if (myid != NULL && myid->id_type != ID_NONE &&
	    !ident_equal(&p->p_srcid, myid))
		return (0);
	if (m == NULL)
		return (1);
	return (proposal_select(p->p_ike, p->p_nike, m->m_props, m->m_nprops,
	    0, &chosen) == 0);
}

/*
 * The policy for a peer at an address, as far as it is known: its
 * proposals (m), its identity, and the one that it wants of us may be NULL.
 * NULL: none.
 */
struct policy *
policy_match(struct engine *e, const struct endpoint *local,
    const struct endpoint *peer, const struct msg *m, const struct ident *id,
    const struct ident *myid)
{
	struct policy	*p, *found = NULL, *fallback = NULL;

	TAILQ_FOREACH(p, &e->e_conf.c_policies, p_entry) {
		if (!matches(p, local, peer, m, id, myid))
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
