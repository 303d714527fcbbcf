/*
 * The configuration as bytes, on its way from the parent to the others.
 */
#include <sys/types.h>

#include <stdlib.h>
#include <string.h>

#include "conf.h"

static void
pack_prefix(struct wbuf *w, const struct prefix *p)
{
	wbuf_u8(w, p->pf_addr.a_ver);
	wbuf_add(w, p->pf_addr.a_bytes, 16);
	wbuf_u8(w, p->pf_len);
}

static int
unpack_prefix(struct rbuf *r, struct prefix *p)
{
	memset(p, 0, sizeof(*p));
	return (rbuf_u8(r, &p->pf_addr.a_ver) == -1 ||
	    rbuf_get(r, p->pf_addr.a_bytes, 16) == -1 ||
	    rbuf_u8(r, &p->pf_len) == -1 || !prefix_valid(p) ? -1 : 0);
}

/*
 * Write an identity.
 */
void
ident_pack(struct wbuf *w, const struct ident *id)
{
	wbuf_u8(w, id->id_type);
	wbuf_u16(w, id->id_len);
	wbuf_add(w, id->id_data, id->id_len);
}

/*
 * Read one; -1: malformed.
 */
int
ident_unpack(struct rbuf *r, struct ident *id)
{
	memset(id, 0, sizeof(*id));
	return (rbuf_u8(r, &id->id_type) == -1 ||
	    rbuf_u16(r, &id->id_len) == -1 || id->id_len > IDENT_MAX ||
	    rbuf_get(r, id->id_data, id->id_len) == -1 ? -1 : 0);
}

static void
pack_proposals(struct wbuf *w, const struct proposal *pr, unsigned int n)
{
	unsigned int	 i;

	wbuf_u8(w, n);
	for (; n > 0; n--, pr++) {
		wbuf_u8(w, pr->pr_num);
		wbuf_u8(w, pr->pr_proto);
		wbuf_u8(w, pr->pr_n);
		for (i = 0; i < pr->pr_n; i++) {
			wbuf_u8(w, pr->pr_xf[i].x_type);
			wbuf_u16(w, pr->pr_xf[i].x_id);
			wbuf_u16(w, pr->pr_xf[i].x_keylen);
		}
	}
}

static int
unpack_proposal(struct rbuf *r, struct proposal *pr)
{
	unsigned int	 i;
	uint8_t		 n;

	if (rbuf_u8(r, &pr->pr_num) == -1 ||
	    rbuf_u8(r, &pr->pr_proto) == -1 || rbuf_u8(r, &n) == -1 ||
	    n > XFORMS_MAX)
		return (-1);
	pr->pr_n = n;
	for (i = 0; i < pr->pr_n; i++)
		if (rbuf_u8(r, &pr->pr_xf[i].x_type) == -1 ||
		    rbuf_u16(r, &pr->pr_xf[i].x_id) == -1 ||
		    rbuf_u16(r, &pr->pr_xf[i].x_keylen) == -1)
			return (-1);
	return (0);
}

static int
unpack_proposals(struct rbuf *r, struct proposal **list, unsigned int *n)
{
	unsigned int	 i;
	uint8_t		 count;

	if (rbuf_u8(r, &count) == -1 || count > PROPS_MAX)
		return (-1);
	*list = calloc(count + 1, sizeof(**list));
	if (*list == NULL)
		return (-1);
	*n = count;
	for (i = 0; i < count; i++)
		if (unpack_proposal(r, &(*list)[i]) == -1)
			return (-1);
	return (0);
}

static void
pack_flows(struct wbuf *w, const struct policy *p)
{
	unsigned int	 i;

	wbuf_u16(w, p->p_nflows);
	for (i = 0; i < p->p_nflows; i++) {
		pack_prefix(w, &p->p_flows[i].f_src);
		pack_prefix(w, &p->p_flows[i].f_dst);
		pack_prefix(w, &p->p_flows[i].f_prenat);
		wbuf_u16(w, p->p_flows[i].f_sport);
		wbuf_u16(w, p->p_flows[i].f_dport);
	}
}

static int
unpack_flows(struct rbuf *r, struct policy *p)
{
	struct flow	 f;
	uint16_t	 n;

	if (rbuf_u16(r, &n) == -1)
		return (-1);
	for (; n > 0; n--) {
		memset(&f, 0, sizeof(f));
		if (unpack_prefix(r, &f.f_src) == -1 ||
		    unpack_prefix(r, &f.f_dst) == -1 ||
		    unpack_prefix(r, &f.f_prenat) == -1 ||
		    rbuf_u16(r, &f.f_sport) == -1 ||
		    rbuf_u16(r, &f.f_dport) == -1 ||
		    policy_add_flow(p, &f) == -1)
			return (-1);
	}
	return (0);
}

/*
 * Write a policy.
 */
void
policy_pack(struct wbuf *w, const struct policy *p)
{
	wbuf_str(w, p->p_name);
	wbuf_u32(w, p->p_flags);
	wbuf_u8(w, p->p_saproto);
	wbuf_u8(w, p->p_ver);
	wbuf_u8(w, p->p_nprotos);
	wbuf_add(w, p->p_protos, p->p_nprotos);
	wbuf_u16(w, p->p_rdomain);
	pack_flows(w, p);
	pack_prefix(w, &p->p_local);
	pack_prefix(w, &p->p_peer);
	pack_proposals(w, p->p_ike, p->p_nike);
	pack_proposals(w, p->p_child, p->p_nchild);
	ident_pack(w, &p->p_srcid);
	ident_pack(w, &p->p_dstid);
	wbuf_u32(w, p->p_ikelifetime);
	wbuf_u32(w, p->p_lifetime);
	wbuf_u64(w, p->p_lifebytes);
	wbuf_u8(w, p->p_auth);
	wbuf_blob(w, &p->p_psk);
	wbuf_str(w, p->p_tag);
	wbuf_u32(w, p->p_tap);
}

static int
unpack(struct rbuf *r, struct policy *p)
{
	uint8_t	 nprotos;

	if (rbuf_str(r, p->p_name, sizeof(p->p_name)) == -1 ||
	    rbuf_u32(r, &p->p_flags) == -1 ||
	    rbuf_u8(r, &p->p_saproto) == -1 ||
	    rbuf_u8(r, &p->p_ver) == -1 || rbuf_u8(r, &nprotos) == -1 ||
	    nprotos > PROTOS_MAX || rbuf_get(r, p->p_protos, nprotos) == -1)
		return (-1);
	p->p_nprotos = nprotos;
	return (rbuf_u16(r, &p->p_rdomain) == -1 ||
	    unpack_flows(r, p) == -1 ||
	    unpack_prefix(r, &p->p_local) == -1 ||
	    unpack_prefix(r, &p->p_peer) == -1 ||
	    unpack_proposals(r, &p->p_ike, &p->p_nike) == -1 ||
	    unpack_proposals(r, &p->p_child, &p->p_nchild) == -1 ||
	    ident_unpack(r, &p->p_srcid) == -1 ||
	    ident_unpack(r, &p->p_dstid) == -1 ||
	    rbuf_u32(r, &p->p_ikelifetime) == -1 ||
	    rbuf_u32(r, &p->p_lifetime) == -1 ||
	    rbuf_u64(r, &p->p_lifebytes) == -1 ||
	    rbuf_u8(r, &p->p_auth) == -1 || rbuf_blob(r, &p->p_psk) == -1 ||
	    rbuf_str(r, p->p_tag, sizeof(p->p_tag)) == -1 ||
	    rbuf_u32(r, &p->p_tap) == -1 ? -1 : 0);
}

/*
 * Read a policy, with one reference; NULL: it is malformed, or no memory.
 */
struct policy *
policy_unpack(struct rbuf *r)
{
	struct policy	*p;

	p = policy_new();
	if (p != NULL && unpack(r, p) == -1) {
		policy_put(p);
		p = NULL;
	}
	return (p);
}

/*
 * Write the options, without the policies.
 */
void
conf_pack(struct wbuf *w, const struct conf *c)
{
	wbuf_u8(w, c->c_passive);
	wbuf_u8(w, c->c_decouple);
	wbuf_u8(w, c->c_fragmentation);
	wbuf_u8(w, c->c_novendorid);
	wbuf_u8(w, c->c_enforcesingle);
	wbuf_u8(w, c->c_partialchain);
	wbuf_u32(w, c->c_dpd);
}

/*
 * Read the options into an initialised configuration; -1: malformed.
 */
int
conf_unpack(struct rbuf *r, struct conf *c)
{
	uint8_t	 o[6];

	if (rbuf_get(r, o, sizeof(o)) == -1 || rbuf_u32(r, &c->c_dpd) == -1)
		return (-1);
	c->c_passive = o[0];
	c->c_decouple = o[1];
	c->c_fragmentation = o[2];
	c->c_novendorid = o[3];
	c->c_enforcesingle = o[4];
	c->c_partialchain = o[5];
	return (0);
}
