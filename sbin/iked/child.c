/*
 * Child SAs: pairs of SAs in the kernel.
 *
 * Make before break (RFC 7296, 2.8): the initiator of a rekey loads both
 * directions of the new pair and then deletes the old; the responder loads
 * the inbound one before it answers, and the outbound one when the DELETE
 * shows that the peer can receive (or after T_OUTBOUND).  The old pair stays
 * in the kernel for T_DRAIN after its DELETE, which may overtake packets.
 */
#include <sys/types.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ike.h"
#include "ikev2.h"

/*
 * A child with an SPI of the kernel's, in the SA's list; NULL: no memory,
 * or no SPI.
 */
struct child *
child_new(struct ike_sa *sa, uint8_t proto)
{
	struct engine	*e = sa->sa_eng;
	struct child	*ch;

	ch = calloc(1, sizeof(*ch));
	if (ch == NULL)
		return (NULL);
	ch->ch_sa = sa;
	ch->ch_proto = proto;
	ch->ch_born = e->e_now;
	ch->ch_spi_in = e->e_ops->op_getspi(e->e_arg, sa, proto);
	if (ch->ch_spi_in == 0) {
		free(ch);
		return (NULL);
	}
	TAILQ_INSERT_TAIL(&sa->sa_children, ch, ch_entry);
	return (ch);
}

/*
 * The child of an SPI: of the inbound SA, or of the outbound one.
 */
struct child *
child_by_in(struct ike_sa *sa, uint8_t proto, uint32_t spi)
{
	struct child	*ch;

	TAILQ_FOREACH(ch, &sa->sa_children, ch_entry)
		if (ch->ch_proto == proto && ch->ch_spi_in == spi &&
		    !(ch->ch_flags & CH_DRAINING))
			return (ch);
	return (NULL);
}

struct child *
child_by_out(struct ike_sa *sa, uint8_t proto, uint32_t spi)
{
	struct child	*ch;

	TAILQ_FOREACH(ch, &sa->sa_children, ch_entry)
		if (ch->ch_proto == proto && ch->ch_spi_out == spi &&
		    !(ch->ch_flags & CH_DRAINING))
			return (ch);
	return (NULL);
}

static void
out_due(struct engine *e, void *arg)
{
	child_out(arg);
}

static void
log_flows(const struct child *ch)
{
	const struct policy	*p = ch->ch_sa->sa_policy;
	const struct flow	*f = ch->ch_flows;
	char			 text[900], a[ADDR_STRLEN], b[ADDR_STRLEN];
	char			 nat[ADDR_STRLEN + 2], rd[8];
	unsigned int		 i;
	size_t			 n = 0;

	text[0] = nat[0] = rd[0] = '\0';
	if (p->p_flags & POL_RDOMAIN)
		snprintf(rd, sizeof(rd), "-%u", p->p_rdomain);
	for (i = 0; i < ch->ch_nflows && n + 200 < sizeof(text); i++, f++) {
		if (f->f_prenat.pf_addr.a_ver != 0)
			snprintf(nat, sizeof(nat), "[%s]",
			    prefix_str(&f->f_prenat, a));
		n += snprintf(text + n, sizeof(text) - n, "%s%s-%s%s=%s(%u)%s",
		    i == 0 ? "" : ", ", name_proto(ch->ch_proto),
		    prefix_str(&f->f_src, a), nat, prefix_str(&f->f_dst, b),
		    f->f_proto, rd);
		nat[0] = '\0';
	}
	sa_log(ch->ch_sa, "ikev2_childsa_enable: loaded flows: %s%s", text,
	    i < ch->ch_nflows ? ", ..." : "");
}

static void
log_spis(const struct child *ch)
{
	const struct suite	*s = &ch->ch_suite;
	struct xform		 enc = { XF_ENCR, s->su_encr, s->su_keylen };
	struct xform		 integ = { XF_INTEG, s->su_integ, 0 };
	struct xform		 dh = { XF_DH, s->su_dh, 0 };
	char			 auth[40], group[40];

	snprintf(auth, sizeof(auth), " auth %s",
	    xform_name(PROTO_ESP, &integ));
	snprintf(group, sizeof(group), " group %s",
	    xform_name(PROTO_ESP, &dh));
	sa_log(ch->ch_sa, "ikev2_childsa_enable: loaded SPIs: 0x%08x, 0x%08x "
	    "(enc %s%s%s%s)", ch->ch_spi_in, ch->ch_spi_out,
	    ch->ch_proto == PROTO_AH ? "none" : xform_name(PROTO_ESP, &enc),
	    s->su_integ != 0 ? auth : "", s->su_dh != 0 ? group : "",
	    s->su_esn ? " esn" : "");
}

/*
 * Put a loaded child into the kernel, or take it out; if the kernel does not
 * want it, CH_KERNEL stays off.
 */
void
child_couple(struct child *ch, int on)
{
	struct engine	*e = ch->ch_sa->sa_eng;

	if (!(ch->ch_flags & CH_LOADED) || !(ch->ch_flags & CH_KERNEL) == !on)
		return;
	if (!on) {
		e->e_ops->op_child_del(e->e_arg, ch);
		ch->ch_flags &= ~CH_KERNEL;
	} else if (e->e_ops->op_child_add(e->e_arg, ch) == 0)
		ch->ch_flags |= CH_KERNEL;
}

/*
 * Give a complete child to the kernel.  -1: it does not take it.
 */
int
child_load(struct child *ch, const char *why)
{
	struct ike_sa	*sa = ch->ch_sa;
	struct engine	*e = sa->sa_eng;

	ch->ch_flags |= CH_LOADED;
	child_couple(ch, !e->e_conf.c_decouple);
	if (!e->e_conf.c_decouple && !(ch->ch_flags & CH_KERNEL)) {
		sa_log(sa, "the kernel does not take the child SA of %s", why);
		ch->ch_flags &= ~CH_LOADED;
		return (-1);
	}
	e->e_stats.st_child_created++;
	if (ch->ch_flags & CH_OUT_PENDING)
		timer_set(e, &ch->ch_timer, T_OUTBOUND, out_due, ch);
	log_spis(ch);
	log_flows(ch);
	return (0);
}

/*
 * The peer can receive: load the outbound SA, if that is still to be done.
 */
void
child_out(struct child *ch)
{
	struct engine	*e = ch->ch_sa->sa_eng;

	if (!(ch->ch_flags & CH_OUT_PENDING) || (ch->ch_flags & CH_LOST))
		return;
	ch->ch_flags &= ~CH_OUT_PENDING;
	timer_del(e, &ch->ch_timer);
	if (ch->ch_flags & CH_KERNEL)
		e->e_ops->op_child_out(e->e_arg, ch);
}

static void
drained(struct engine *e, void *arg)
{
	child_free(arg);
}

/*
 * A child is deleted: at once, or when another has replaced it, in a while.
 */
void
child_retire(struct child *ch)
{
	struct engine	*e = ch->ch_sa->sa_eng;
	struct child	*new;

	TAILQ_FOREACH(new, &ch->ch_sa->sa_children, ch_entry)
		if (new->ch_old == ch->ch_spi_in &&
		    (new->ch_flags & CH_LOADED))
			break;
	if (new == NULL || (new->ch_flags & CH_OUT_PENDING) || e->e_down) {
		child_free(ch);
		return;
	}
	ch->ch_flags |= CH_DRAINING;
	timer_set(e, &ch->ch_timer, T_DRAIN, drained, ch);
}

/*
 * Take a child out of the kernel and of its SA, and free it.
 */
void
child_free(struct child *ch)
{
	struct engine	*e = ch->ch_sa->sa_eng;
	int		 i;

	timer_del(e, &ch->ch_timer);
	if ((ch->ch_flags & CH_KERNEL) || !(ch->ch_flags & CH_LOADED))
		e->e_ops->op_child_del(e->e_arg, ch);
	if (ch->ch_flags & CH_LOADED)
		e->e_stats.st_child_removed++;
	if (ch->ch_maker != NULL)
		ch->ch_maker->x_child = NULL;
	TAILQ_REMOVE(&ch->ch_sa->sa_children, ch, ch_entry);
	for (i = 0; i < 2; i++) {
		blob_free(&ch->ch_encr[i]);
		blob_free(&ch->ch_integ[i]);
	}
	blob_free(&ch->ch_nonce);
	free(ch->ch_flows);
	free(ch);
}
