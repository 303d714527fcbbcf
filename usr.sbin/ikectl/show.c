/*
 * ikectl(8): what iked(8) answers, in lines of text.
 */
#include <sys/types.h>

#include <stdio.h>
#include <string.h>

#include "ikectl.h"
#include "ikev2.h"

static const char *
proto_name(uint8_t proto)
{
	return (proto == PROTO_AH ? "AH" : "ESP");
}

static void
show_sa(const struct ctl_sa *s)
{
	char	 local[ADDR_STRLEN], peer[ADDR_STRLEN], left[32];

	snprintf(left, sizeof(left), "rekey in %us", s->cs_left);
	printf("iked_sas: rspi 0x%016llx ispi 0x%016llx %s->%s<%s>[] %s %s%s "
	    "pol \"%s\" %s age %llus %s\n", (unsigned long long)s->cs_spir,
	    (unsigned long long)s->cs_spii, endpoint_str(&s->cs_local, local),
	    endpoint_str(&s->cs_peer, peer), s->cs_peerid, s->cs_state,
	    s->cs_initiator ? "i" : "r", s->cs_natt ? " natt udpencap" : "",
	    s->cs_policy, s->cs_algs, (unsigned long long)s->cs_age,
	    s->cs_left != 0 ? left : "no rekey");
}

static void
show_half(const struct ctl_child *c, int out)
{
	char	 a[ADDR_STRLEN], b[ADDR_STRLEN];

	printf("  sa_childsas: %s 0x%08x %s %s -> %s (%s%s%s) %s age %llus "
	    "lifetime %us\n", proto_name(c->cc_proto),
	    out ? c->cc_spi_out : c->cc_spi_in, out ? "out" : "in",
	    endpoint_str(out ? &c->cc_local : &c->cc_peer, a),
	    endpoint_str(out ? &c->cc_peer : &c->cc_local, b),
	    c->cc_flags & CH_LOADED && !(out && c->cc_flags & CH_OUT_PENDING) ?
	    "L" : "", c->cc_flags & CH_REKEYING ? "R" : "", out ? "" : "A",
	    c->cc_algs, (unsigned long long)c->cc_age, c->cc_lifetime);
}

static void
show_flow(const struct ctl_flow *f, int out, const char *label)
{
	const struct flow	*fl = &f->cf_flow;
	char			 a[ADDR_STRLEN], b[ADDR_STRLEN];

	printf("%s: %s %s %s -> %s [] [%u]@%u (L)\n", label,
	    proto_name(f->cf_proto), out ? "out" : "in",
	    prefix_str(out ? &fl->f_src : &fl->f_dst, a),
	    prefix_str(out ? &fl->f_dst : &fl->f_src, b), fl->f_proto,
	    f->cf_rdomain);
}

static void
plural(uint64_t n, const char *one, const char *what)
{
	size_t	 len = strlen(one);

	printf("\t%llu %.*s%s%s%s\n", (unsigned long long)n,
	    (int)(n != 1 && one[len - 1] == 'y' ? len - 1 : len), one,
	    n == 1 ? "" : one[len - 1] == 'y' ? "ies" : "s",
	    *what != '\0' ? " " : "", what);
}

static void
show_stats(const struct engine_stats *st, int quiet)
{
	printf("ike:\n");
#define STAT_LINE(name, one, what)					\
	if (!quiet || st->st_##name != 0)				\
		plural(st->st_##name, one, what);
	ENGINE_STATS(STAT_LINE)
}

/*
 * Print one answer; flows: only flows are asked for.
 */
void
show(const struct imsg *im, int flows, int quiet)
{
	union {
		struct ctl_sa		 sa;
		struct ctl_child	 child;
		struct ctl_flow		 flow;
		struct engine_stats	 stats;
	} u;

	if (im->i_datalen > sizeof(u))
		return;
	memcpy(&u, im->i_data, im->i_datalen);
	switch (im->i_hdr.i_type) {
	case IMSG_CTL_SA:
		if (!flows && im->i_datalen == sizeof(u.sa))
			show_sa(&u.sa);
		break;
	case IMSG_CTL_CHILD:
		if (flows || im->i_datalen != sizeof(u.child))
			break;
		show_half(&u.child, 0);
		show_half(&u.child, 1);
		break;
	case IMSG_CTL_FLOW:
		if (im->i_datalen != sizeof(u.flow))
			break;
		show_flow(&u.flow, 0, flows ? "iked_flows" : "  sa_flows");
		show_flow(&u.flow, 1, flows ? "iked_flows" : "  sa_flows");
		break;
	case IMSG_CTL_STATS:
		if (im->i_datalen == sizeof(u.stats))
			show_stats(&u.stats, quiet);
		break;
	}
}
