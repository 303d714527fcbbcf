/*
 * ikectl(8): what iked(8) answers, as lines of JSON, each an object with a
 * "type".  SPIs are strings in hexadecimal, times seconds.
 */
#include <sys/types.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ikectl.h"

static void
begin(const char *type)
{
	printf("{\"type\":\"%s\"", type);
}

static void
string(const char *name, const char *s)
{
	printf(",\"%s\":\"", name);
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == '"' || *s == '\\' ||
		    (unsigned char)*s >= 0x7f)
			printf("\\u%04x", (unsigned char)*s);
		else
			putchar(*s);
	putchar('"');
}

static void
number(const char *name, uint64_t n)
{
	printf(",\"%s\":%llu", name, (unsigned long long)n);
}

static void
boolean(const char *name, int b)
{
	printf(",\"%s\":%s", name, b ? "true" : "false");
}

static void
spi(const char *name, uint64_t n, int digits)
{
	printf(",\"%s\":\"0x%0*llx\"", name, digits,
	    (unsigned long long)n);
}

static void
endpoint(const char *name, const struct endpoint *ep)
{
	char	 buf[ADDR_STRLEN];

	string(name, endpoint_str(ep, buf));
}

static void
end(void)
{
	printf("}\n");
	fflush(stdout);
}

static void
json_sa(const struct ctl_sa *s)
{
	begin("sa");
	spi("ispi", s->cs_spii, 16);
	spi("rspi", s->cs_spir, 16);
	endpoint("local", &s->cs_local);
	endpoint("peer", &s->cs_peer);
	string("srcid", s->cs_id);
	string("dstid", s->cs_peerid);
	string("state", s->cs_state);
	string("role", s->cs_initiator ? "initiator" : "responder");
	boolean("natt", s->cs_natt);
	string("policy", s->cs_policy);
	string("algorithms", s->cs_algs);
	number("age", s->cs_age);
	if (s->cs_left != 0)
		number("rekey_in", s->cs_left);
	end();
}

static void
json_half(const struct ctl_child *c, int out)
{
	int	 loaded = c->cc_flags & CH_LOADED &&
		    !(out && c->cc_flags & CH_OUT_PENDING);

	begin("child");
	spi("ispi", c->cc_spii, 16);
	string("protocol", proto_name(c->cc_proto));
	spi("spi", out ? c->cc_spi_out : c->cc_spi_in, 8);
	string("direction", out ? "out" : "in");
	endpoint("src", out ? &c->cc_local : &c->cc_peer);
	endpoint("dst", out ? &c->cc_peer : &c->cc_local);
	string("mode", c->cc_flags & CH_TRANSPORT ? "transport" : "tunnel");
	boolean("loaded", loaded);
	boolean("rekeying", c->cc_flags & CH_REKEYING);
	boolean("udpencap", c->cc_natt);
	string("algorithms", c->cc_algs);
	number("age", c->cc_age);
	number("lifetime", c->cc_lifetime);
	if (c->cc_lifetime != 0)
		number("left", c->cc_age < c->cc_lifetime ?
		    c->cc_lifetime - c->cc_age : 0);
	number("bytes", c->cc_bytes[out]);
	number("lifebytes", c->cc_lifebytes);
	end();
}

static void
json_flow(const struct ctl_flow *f, int out)
{
	const struct flow	*fl = &f->cf_flow;
	char			 buf[ADDR_STRLEN];

	begin("flow");
	spi("ispi", f->cf_spii, 16);
	string("protocol", proto_name(f->cf_proto));
	string("direction", out ? "out" : "in");
	string("src", prefix_str(out ? &fl->f_src : &fl->f_dst, buf));
	string("dst", prefix_str(out ? &fl->f_dst : &fl->f_src, buf));
	if (fl->f_prenat.pf_addr.a_ver != 0)
		string("prenat", prefix_str(&fl->f_prenat, buf));
	number("sport", out ? fl->f_sport : fl->f_dport);
	number("dport", out ? fl->f_dport : fl->f_sport);
	number("proto", fl->f_proto);
	number("rdomain", f->cf_rdomain);
	string("peer", addr_str(&f->cf_peer.e_addr, buf));
	string("policy", f->cf_policy);
	end();
}

static void
json_stats(const struct engine_stats *st, int quiet)
{
	begin("stats");
#define STAT_JSON(name, one, what)					\
	if (!quiet || st->st_##name != 0)				\
		number(#name, st->st_##name);
	ENGINE_STATS(STAT_JSON)
	end();
}

static void
json_time(const char *name, const struct tm *tm)
{
	char	 buf[40];

	strftime(buf, sizeof(buf), "%Y-%m-%dT%H:%M:%SZ", tm);
	string(name, buf);
}

static void
json_cert(const struct ctl_cert *c)
{
	begin(c->ct_ca ? "ca" : "cert");
	string("subject", c->ct_subject);
	string("issuer", c->ct_issuer);
	string("serial", c->ct_serial);
	string("altname", c->ct_names);
	string("key", c->ct_key);
	boolean("ours", c->ct_ours);
	json_time("from", &c->ct_from);
	json_time("to", &c->ct_to);
	end();
}

static void
json_seen(const struct ctl_seen *s)
{
	begin("imsg");
	string("process", s->se_name);
	string("imsg", imsg_name(s->se_type));
	number("len", s->se_len);
	number("peerid", s->se_peerid);
	number("pid", s->se_pid);
	number("time", s->se_time);
	end();
}

/*
 * Print one answer.
 */
void
json(uint32_t type, const union answer *a, const struct options *o)
{
	int	 flows = o->o_view == VIEW_FLOWS;

	if (type == IMSG_CTL_SA && !flows) {
		json_sa(&a->a_sa);
	} else if (type == IMSG_CTL_CHILD && !flows) {
		json_half(&a->a_child, 0);
		json_half(&a->a_child, 1);
	} else if (type == IMSG_CTL_FLOW) {
		json_flow(&a->a_flow, 0);
		json_flow(&a->a_flow, 1);
	} else if (type == IMSG_CTL_STATS) {
		json_stats(&a->a_stats, o->o_quiet);
	} else if (type == IMSG_CTL_CERT) {
		json_cert(&a->a_cert);
	} else if (type == IMSG_CTL_SEEN)
		json_seen(&a->a_seen);
}
