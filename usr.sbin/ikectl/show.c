/*
 * ikectl(8): what iked(8) answers, in lines of text.
 */
#include <sys/types.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ikectl.h"
#include "ikev2.h"

/*
 * The protocol of a child.
 */
const char *
proto_name(uint8_t proto)
{
	return (proto == PROTO_AH ? "AH" : "ESP");
}

/*
 * The name of a message's type.
 */
const char *
imsg_name(uint32_t type)
{
#define IMSG_NAME(name)		#name,
	static const char	*names[] = { IKED_IMSGS(IMSG_NAME) };

	return (type < IMSG_MAX ? names[type] : "?");
}

static void
show_sa(const struct ctl_sa *s)
{
	char	 local[ADDR_STRLEN], peer[ADDR_STRLEN], left[32];

	snprintf(left, sizeof(left), "rekey in %us", s->cs_left);
	printf("iked_sas: rspi 0x%016llx ispi 0x%016llx %s->%s<%s>[] %s %s%s "
	    "pol \"%s\" srcid %s %s age %llus %s\n",
	    (unsigned long long)s->cs_spir, (unsigned long long)s->cs_spii,
	    endpoint_str(&s->cs_local, local),
	    endpoint_str(&s->cs_peer, peer), s->cs_peerid, s->cs_state,
	    s->cs_initiator ? "i" : "r", s->cs_natt ? " natt udpencap" : "",
	    s->cs_policy, s->cs_id, s->cs_algs,
	    (unsigned long long)s->cs_age, s->cs_left != 0 ? left :
	    "no rekey");
}

/* What is left of a lifetime. */
static void
show_left(const struct ctl_child *c, int out)
{
	if (c->cc_lifetime != 0)
		printf(" left %llds", (long long)c->cc_lifetime -
		    (long long)c->cc_age);
	printf(" bytes %llu", (unsigned long long)c->cc_bytes[out]);
	if (c->cc_lifebytes != 0)
		printf("/%llu", (unsigned long long)c->cc_lifebytes);
}

static void
show_half(const struct ctl_child *c, int out)
{
	char	 a[ADDR_STRLEN], b[ADDR_STRLEN];

	printf("  sa_childsas: %s 0x%08x %s %s -> %s (%s%s%s) %s %s%s age "
	    "%llus lifetime %us", proto_name(c->cc_proto),
	    out ? c->cc_spi_out : c->cc_spi_in, out ? "out" : "in",
	    endpoint_str(out ? &c->cc_local : &c->cc_peer, a),
	    endpoint_str(out ? &c->cc_peer : &c->cc_local, b),
	    c->cc_flags & CH_LOADED && !(out && c->cc_flags & CH_OUT_PENDING) ?
	    "L" : "", c->cc_flags & CH_REKEYING ? "R" : "", out ? "" : "A",
	    c->cc_flags & CH_TRANSPORT ? "transport" : "tunnel", c->cc_algs,
	    c->cc_natt ? " udpencap" : "", (unsigned long long)c->cc_age,
	    c->cc_lifetime);
	show_left(c, out);
	printf("\n");
}

static void
show_flow(const struct ctl_flow *f, int out, int alone)
{
	const struct flow	*fl = &f->cf_flow;
	char			 a[ADDR_STRLEN], b[ADDR_STRLEN];
	int			 nat = fl->f_prenat.pf_addr.a_ver != 0;
	uint16_t		 ap = out ? fl->f_sport : fl->f_dport;
	uint16_t		 bp = out ? fl->f_dport : fl->f_sport;

	printf("%s: %s %s %s", alone ? "iked_flows" : "  sa_flows",
	    proto_name(f->cf_proto), out ? "out" : "in",
	    prefix_str(out ? &fl->f_src : &fl->f_dst, a));
	if (ap != 0)
		printf(" port %u", ap);
	printf(" -> %s", prefix_str(out ? &fl->f_dst : &fl->f_src, b));
	if (bp != 0)
		printf(" port %u", bp);
	printf(" [%s] [%u]@%u (L)", nat ? prefix_str(&fl->f_prenat, a) : "",
	    fl->f_proto, f->cf_rdomain);
	if (alone)
		printf(" peer %s pol \"%s\"", addr_str(&f->cf_peer.e_addr, a),
		    f->cf_policy);
	printf("\n");
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

static void
show_cert(const struct ctl_cert *c, int info)
{
	char	 from[40], to[40];

	printf("%s: %s\n", c->ct_ca ? "CA" : "CERT", c->ct_subject);
	if (!info)
		return;
	strftime(from, sizeof(from), "%Y-%m-%d %H:%M:%S UTC", &c->ct_from);
	strftime(to, sizeof(to), "%Y-%m-%d %H:%M:%S UTC", &c->ct_to);
	printf("\tissuer: %s\n\tserial: %s\n", c->ct_issuer, c->ct_serial);
	if (c->ct_names[0] != '\0')
		printf("\taltname: %s\n", c->ct_names);
	printf("\tkey: %s%s\n\tvalid: %s to %s\n", c->ct_key,
	    c->ct_ours ? ", ours" : "", from, to);
}

static void
show_seen(const struct ctl_seen *s)
{
	time_t	 when = s->se_time;
	char	 text[32];

	printf("%s: imsg type %u %s len %u peerid %u pid %d\n", s->se_name,
	    s->se_type, imsg_name(s->se_type), s->se_len, s->se_peerid,
	    s->se_pid);
	printf("\ttimestamp: %llu, %s", (unsigned long long)s->se_time,
	    ctime_r(&when, text) != NULL ? text : "?\n");
	fflush(stdout);
}

static void
text(uint32_t type, const union answer *a, const struct options *o)
{
	int	 flows = o->o_view == VIEW_FLOWS;

	switch (type) {
	case IMSG_CTL_SA:
		if (!flows)
			show_sa(&a->a_sa);
		break;
	case IMSG_CTL_CHILD:
		if (flows)
			break;
		show_half(&a->a_child, 0);
		show_half(&a->a_child, 1);
		break;
	case IMSG_CTL_FLOW:
		show_flow(&a->a_flow, 0, flows);
		show_flow(&a->a_flow, 1, flows);
		break;
	case IMSG_CTL_STATS:
		show_stats(&a->a_stats, o->o_quiet);
		break;
	case IMSG_CTL_CERT:
		show_cert(&a->a_cert, o->o_view == VIEW_INFO);
		break;
	case IMSG_CTL_SEEN:
		show_seen(&a->a_seen);
		break;
	}
}

/*
 * Print one answer as it is asked for; one of another size than it should
 * have is left out.
 */
void
show(const struct imsg *im, const struct options *o)
{
	static const struct {
		uint32_t	 type;
		size_t		 size;
	} sizes[] = {
		{ IMSG_CTL_SA, sizeof(struct ctl_sa) },
		{ IMSG_CTL_CHILD, sizeof(struct ctl_child) },
		{ IMSG_CTL_FLOW, sizeof(struct ctl_flow) },
		{ IMSG_CTL_STATS, sizeof(struct engine_stats) },
		{ IMSG_CTL_CERT, sizeof(struct ctl_cert) },
		{ IMSG_CTL_SEEN, sizeof(struct ctl_seen) },
	};
	union answer	 a;
	size_t		 i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		if (sizes[i].type != im->i_hdr.i_type ||
		    sizes[i].size != im->i_datalen)
			continue;
		memcpy(&a, im->i_data, im->i_datalen);
		if (o->o_json)
			json(im->i_hdr.i_type, &a, o);
		else
			text(im->i_hdr.i_type, &a, o);
	}
}
