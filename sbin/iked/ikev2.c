/*
 * The ikev2 process: the engine between sockets, kernel, clock and the
 * other processes.
 */
#include <sys/types.h>

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "iked.h"
#include "ikev2.h"
#include "log.h"

#define FD_PARENT	3
#define FD_CONTROL	4
#define DOWN_TICK	50		/* ms between looks, when going */
#define DOWN_LOOKS	60
#define USAGE		8		/* children asked for at once */
#define SLIM_MIN	1024		/* SAs */
#define FD_CA		5

struct ikev2 {
	struct event_base *i_base;
	struct event	*i_timer;
	struct event	*i_down;	/* looks whether all have answered */
	unsigned int	 i_looks;
	struct engine	*i_engine;
	struct udp	*i_udp;
	struct pfkey	*i_pfkey;
	struct pipe	 i_parent;
	struct pipe	 i_control;
	struct pipe	 i_ca;
	struct blob	 i_hashes;	/* of our authorities */
	int		 i_fds[FD_MAX];
	int		 i_override;	/* ikectl's active or passive */
	int		 i_decouple;	/* and couple or decouple; -1 none */
	struct conf	 i_conf;	/* on its way */
	int		 i_complete;	/* and complete */
	uint32_t	 i_client;	/* of control's: asked for it; 0 none */
	uint32_t	 i_load;	/* the load of ca's that it needs */
	uint32_t	 i_loaded;	/* the last that ca has done */
};

static struct ikev2	 I;

static uint64_t
now_ms(void)
{
	struct timespec	 ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (ts.tv_sec * 1000ULL + ts.tv_nsec / 1000000);
}

/* Set the one timer of the loop to the engine's next. */
static void
rearm(void)
{
	struct timeval	 tv;
	uint64_t	 next = engine_next(I.i_engine), now = now_ms();

	if (next == UINT64_MAX) {
		evtimer_del(I.i_timer);
		return;
	}
	next = next > now ? next - now : 0;
	tv.tv_sec = next / 1000;
	tv.tv_usec = next % 1000 * 1000;
	evtimer_add(I.i_timer, &tv);
}

static void
timer_due(evutil_socket_t fd, short what, void *arg)
{
	engine_run(I.i_engine, now_ms());
	rearm();
}

static void
datagram(void *arg, const struct endpoint *local,
    const struct endpoint *peer, const void *data, size_t len)
{
	engine_input(I.i_engine, now_ms(), local, peer, data, len);
	rearm();
}

static void
op_send(void *arg, const struct endpoint *local, const struct endpoint *peer,
    const void *data, size_t len)
{
	udp_send(I.i_udp, local, peer, data, len);
}

static int
op_local(void *arg, const struct endpoint *peer, struct endpoint *local)
{
	return (udp_local(peer, local));
}

static uint32_t
op_getspi(void *arg, const struct ike_sa *sa, uint8_t proto)
{
	return (pfkey_getspi(I.i_pfkey, sa, proto));
}

static void
flows_drop(const struct child *ch)
{
	unsigned int	 i;

	for (i = 0; i < ch->ch_nflows; i++)
		flow_drop(I.i_pfkey, ch, &ch->ch_flows[i]);
}

static int
op_child_add(void *arg, const struct child *ch)
{
	int		 out = !(ch->ch_flags & CH_OUT_PENDING);
	uint32_t	 failed;
	unsigned int	 i;

	pfkey_begin(I.i_pfkey);
	pfkey_sa(I.i_pfkey, ch, 0, 1);
	if (out)
		pfkey_sa(I.i_pfkey, ch, 1, 0);
	for (i = 0; i < ch->ch_nflows; i++)
		flow_use(I.i_pfkey, ch, &ch->ch_flows[i]);
	failed = pfkey_commit(I.i_pfkey);
	/* Its SPI was reserved; not so when it is coupled again. */
	if ((failed & 1) && pfkey_sa(I.i_pfkey, ch, 0, 0) == 0)
		failed &= ~1;
	if (failed & (out ? 3 : 1)) {
		pfkey_begin(I.i_pfkey);
		flows_drop(ch);
		pfkey_commit(I.i_pfkey);
		return (-1);
	}
	keylog_child(ch, 0);
	keylog_child(ch, 1);
	return (0);
}

static int
op_child_out(void *arg, const struct child *ch)
{
	return (pfkey_sa(I.i_pfkey, ch, 1, 0));
}

static void
op_child_del(void *arg, const struct child *ch)
{
	pfkey_begin(I.i_pfkey);
	if (ch->ch_flags & CH_LOADED)
		flows_drop(ch);
	pfkey_sa_del(I.i_pfkey, ch, 0);
	if (ch->ch_spi_out != 0 && !(ch->ch_flags & CH_OUT_PENDING))
		pfkey_sa_del(I.i_pfkey, ch, 1);
	pfkey_commit(I.i_pfkey);
}

static void
op_child_move(void *arg, const struct child *ch, const struct endpoint *old)
{
	const struct endpoint	*to = &ch->ch_sa->sa_peer;
	unsigned int		 i;

	pfkey_move(I.i_pfkey, ch, old);
	if (addr_cmp(&to->e_addr, &old->e_addr) == 0)
		return;
	for (i = 0; i < ch->ch_nflows; i++)
		flow_move(I.i_pfkey, ch, &ch->ch_flows[i]);
}

static uint64_t
op_child_idle(void *arg, const struct child *ch)
{
	return (pfkey_idle(I.i_pfkey, ch));
}

static void
op_keys(void *arg, const struct ike_sa *sa)
{
	keylog_ike(sa);
}

static void
op_sign(void *arg, const struct ike_sa *sa, const struct blob *octets)
{
	if (ca_ask_sign(&I.i_ca, sa, octets) == -1)
		engine_signed(I.i_engine, sa_spi(sa), NULL);
}

static void
op_verify(void *arg, const struct ike_sa *sa, const struct msg *m,
    const struct blob *octets)
{
	if (ca_ask_verify(&I.i_ca, sa, m, octets) == -1)
		engine_verified(I.i_engine, sa_spi(sa), "too much to verify");
}

static const struct engine_ops	 ops = {
	.op_send = op_send, .op_local = op_local, .op_getspi = op_getspi,
	.op_child_add = op_child_add, .op_child_out = op_child_out,
	.op_child_del = op_child_del, .op_child_idle = op_child_idle,
	.op_child_move = op_child_move,
	.op_keys = op_keys, .op_sign = op_sign, .op_verify = op_verify
};

static void
acquire(void *arg, const struct addr *src, const struct addr *dst)
{
	struct policy	*p;

	I.i_engine->e_now = now_ms();
	TAILQ_FOREACH(p, &I.i_engine->e_conf.c_policies, p_entry)
		if ((p->p_flags & POL_ACTIVE) &&
		    addr_cmp(&p->p_peer.pf_addr, dst) == 0)
			engine_acquire(I.i_engine, p);
	rearm();
}

static void
expire(void *arg, const struct addr *dst, uint8_t proto, uint32_t spi,
    int hard)
{
	I.i_engine->e_now = now_ms();
	engine_expire_at(I.i_engine, dst, spi, proto, hard);
	rearm();
}

/* Some ends may have been missed: look who has come to his. */
static void
lost(void *arg)
{
	struct engine	*e = I.i_engine;
	struct ike_sa	*sa;
	struct child	*ch;
	uint32_t	 soft, age;

	log_warnx("the kernel has said more than could be heard");
	e->e_now = now_ms();
	TAILQ_FOREACH(sa, &e->e_sas, sa_entry)
		TAILQ_FOREACH(ch, &sa->sa_children, ch_entry) {
			soft = pfkey_soft(ch);
			age = (e->e_now - ch->ch_born) / 1000;
			if (!(ch->ch_flags & CH_KERNEL) || soft == 0 ||
			    (ch->ch_flags & CH_DRAINING) || age < soft)
				continue;
			engine_overdue(ch, age >= sa->sa_policy->p_lifetime);
			if (sa->sa_state == SA_CLOSED)
				break;
		}
	sa_reap(e);
	rearm();
}

static const struct pfkey_ops	 kernel = {
	.pk_acquire = acquire, .pk_expire = expire, .pk_lost = lost
};

static void	 from_control(struct pipe *, struct imsg *);
static void	 parent_gone(struct pipe *);

/* All sockets are here: begin. */
static void
begin(const struct start *st)
{
	int	 i;

	I.i_engine = engine_new(&ops, NULL, now_ms());
	I.i_udp = udp_new(I.i_base, st->st_port, datagram, NULL);
	if (I.i_engine == NULL || I.i_udp == NULL)
		fatal("engine");
	I.i_engine->e_port = st->st_port;
	I.i_engine->e_nonatt = st->st_nonatt;
	I.i_engine->e_forcenatt = st->st_forcenatt;
	blob_copy(&I.i_engine->e_certreq, &I.i_hashes);
	if (st->st_passive)
		I.i_override = 1;
	if (I.i_fds[FD_KEYLOG] != -1)
		keylog_open(I.i_fds[FD_KEYLOG]);
	for (i = 0; i < FD_PFKEY; i++)
		if (I.i_fds[i] != -1)
			udp_add(I.i_udp, i, I.i_fds[i]);
	I.i_pfkey = pfkey_new(I.i_base, I.i_fds[FD_PFKEY], st->st_port,
	    &kernel, NULL);
	/* Who asked before waits in the socket. */
	if (pipe_open(&I.i_control, I.i_base, FD_CONTROL, from_control,
	    parent_gone, NULL) == -1)
		fatal("pipe");
}

/* The administrator's word counts more than the file's. */
static void
overrides(void)
{
	if (I.i_override != -1)
		I.i_engine->e_conf.c_passive = I.i_override;
	engine_couple(I.i_engine, !(I.i_decouple != -1 ? I.i_decouple :
	    I.i_engine->e_conf.c_decouple));
}

/* Does any policy have a flow between these addresses? */
static int
wanted(const struct addr *here, const struct addr *there)
{
	const struct policy	*p;
	unsigned int		 i;

	TAILQ_FOREACH(p, &I.i_engine->e_conf.c_policies, p_entry)
		for (i = 0; i < p->p_nflows; i++)
			if ((prefix_has(&p->p_flows[i].f_src, here) ||
			    (p->p_flows[i].f_prenat.pf_addr.a_ver != 0 &&
			    prefix_has(&p->p_flows[i].f_prenat, here))) &&
			    prefix_has(&p->p_flows[i].f_dst, there))
				return (1);
	return (0);
}

/* Who asked for the configuration hears that it is in force, or replaced. */
static void
told(void)
{
	if (I.i_client != 0)
		pipe_send(&I.i_control, IMSG_CTL_OK, I.i_client, -1, NULL, 0);
	I.i_client = 0;
}

/* A configuration is complete, and ca has loaded what goes with it. */
static void
take_conf(void)
{
	if (!I.i_complete || (int32_t)(I.i_loaded - I.i_load) < 0)
		return;
	I.i_complete = 0;
	I.i_engine->e_now = now_ms();
	engine_conf(I.i_engine, &I.i_conf);
	overrides();
	pfkey_orphans(I.i_pfkey, wanted);
	rearm();
	told();
}

/* The end: nothing of ours stays in the kernel. */
static void
finished(void)
{
	if (I.i_engine != NULL)
		pfkey_flush(I.i_pfkey, 1);
	pipe_send(&I.i_parent, IMSG_GONE, 0, -1, NULL, 0);
	event_base_loopexit(I.i_base, NULL);
}

static void
down_due(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval	 tick = { 0, DOWN_TICK * 1000 };

	if (I.i_engine->e_nsas == 0 || I.i_looks++ >= DOWN_LOOKS)
		finished();
	else
		evtimer_add(I.i_down, &tick);
}

/* Tell the peers, and give them a moment to answer. */
static void
shutdown_all(void)
{
	if (I.i_engine == NULL) {
		finished();
		return;
	}
	I.i_engine->e_now = now_ms();
	engine_shutdown(I.i_engine);
	rearm();
	down_due(-1, 0, NULL);
}

static void
from_parent(struct pipe *p, struct imsg *im)
{
	struct policy	*pol;
	struct start	 st;
	struct rbuf	 r;

	rbuf_init(&r, im->i_data, im->i_datalen);
	switch (im->i_hdr.i_type) {
	case IMSG_FD:
		if (im->i_hdr.i_peerid >= FD_MAX || im->i_descr == -1)
			fatalx("imsg fd");
		I.i_fds[im->i_hdr.i_peerid] = im->i_descr;
		break;
	case IMSG_START:
		if (im->i_datalen != sizeof(st))
			fatalx("imsg start");
		memcpy(&st, im->i_data, sizeof(st));
		begin(&st);
		break;
	case IMSG_CFG_BEGIN:
		conf_free(&I.i_conf);
		conf_init(&I.i_conf);
		I.i_complete = 0;
		told();
		I.i_load = im->i_hdr.i_peerid;
		if (conf_unpack(&r, &I.i_conf) == -1)
			fatalx("imsg conf");
		break;
	case IMSG_CFG_POLICY:
		pol = policy_unpack(&r);
		if (pol == NULL)
			fatalx("imsg policy");
		TAILQ_INSERT_TAIL(&I.i_conf.c_policies, pol, p_entry);
		break;
	case IMSG_CFG_END:
		I.i_complete = 1;
		I.i_client = im->i_hdr.i_peerid;
		take_conf();
		break;
	case IMSG_SHUTDOWN:
		shutdown_all();
		break;
	default:
		fatalx("imsg %u of parent", im->i_hdr.i_type);
	}
}

static void
from_ca(struct pipe *p, struct imsg *im)
{
	if (im->i_hdr.i_type == IMSG_CA_READY) {
		I.i_loaded = im->i_hdr.i_peerid;
		if (blob_set(&I.i_hashes, im->i_data, im->i_datalen) == -1)
			fatal("authorities");
		if (I.i_engine != NULL) {
			blob_copy(&I.i_engine->e_certreq, &I.i_hashes);
			take_conf();
		}
		return;
	}
	if (I.i_engine == NULL)
		return;
	I.i_engine->e_now = now_ms();
	ca_answer(I.i_engine, im);
	rearm();
}

static void
algs(char *buf, size_t size, uint8_t proto, const struct suite *s)
{
	struct xform	 enc = { XF_ENCR, s->su_encr, s->su_keylen };
	struct xform	 in = { XF_INTEG, s->su_integ, 0 };
	struct xform	 pr = { XF_PRF, s->su_prf, 0 };
	struct xform	 dh = { XF_DH, s->su_dh, 0 };
	size_t		 n = 0;

	buf[0] = '\0';
	if (proto != PROTO_AH)
		n += snprintf(buf + n, size - n, "enc %s",
		    xform_name(proto, &enc));
	if (s->su_integ != 0)
		n += snprintf(buf + n, size - n, "%sauth %s", n ? " " : "",
		    xform_name(proto, &in));
	if (s->su_dh != 0)
		n += snprintf(buf + n, size - n, " group %s",
		    xform_name(proto, &dh));
	if (proto == PROTO_IKE)
		n += snprintf(buf + n, size - n, " prf %s",
		    xform_name(proto, &pr));
	if (s->su_esn)
		snprintf(buf + n, size - n, " esn");
}

static void
show_children(struct pipe *p, uint32_t id, const struct ike_sa *sa)
{
	const struct child	*ch;
	struct ctl_child	 cc;
	struct ctl_flow		 cf;
	unsigned int		 i;

	TAILQ_FOREACH(ch, &sa->sa_children, ch_entry) {
		memset(&cc, 0, sizeof(cc));
		cc.cc_spii = sa->sa_spii;
		cc.cc_proto = ch->ch_proto;
		cc.cc_spi_in = ch->ch_spi_in;
		cc.cc_spi_out = ch->ch_spi_out;
		cc.cc_flags = ch->ch_flags;
		cc.cc_local = sa->sa_local;
		cc.cc_peer = sa->sa_peer;
		algs(cc.cc_algs, sizeof(cc.cc_algs), ch->ch_proto,
		    &ch->ch_suite);
		cc.cc_age = (now_ms() - ch->ch_born) / 1000;
		cc.cc_lifetime = sa->sa_policy->p_lifetime;
		cc.cc_lifebytes = sa->sa_policy->p_lifebytes;
		cc.cc_natt = sa->sa_nat_here || sa->sa_nat_peer;
		memcpy(cc.cc_bytes, ch->ch_bytes, sizeof(cc.cc_bytes));
		pipe_queue(p, IMSG_CTL_CHILD, id, &cc, sizeof(cc));
		for (i = 0; i < ch->ch_nflows; i++) {
			memset(&cf, 0, sizeof(cf));
			cf.cf_spii = sa->sa_spii;
			cf.cf_peer = sa->sa_peer;
			strlcpy(cf.cf_policy, sa->sa_policy->p_name,
			    sizeof(cf.cf_policy));
			cf.cf_proto = ch->ch_proto;
			cf.cf_flow = ch->ch_flows[i];
			cf.cf_rdomain = sa->sa_policy->p_rdomain;
			pipe_queue(p, IMSG_CTL_FLOW, id, &cf, sizeof(cf));
		}
	}
}

/*
 * Ask the kernel what the children of an SA have carried, and those of the
 * next ones, some at a time; the first SA that was not among them.
 */
static const struct ike_sa *
usage(const struct ike_sa *sa)
{
	struct child	*list[USAGE], *ch;
	unsigned int	 n = 0;

	do {
		TAILQ_FOREACH(ch, &sa->sa_children, ch_entry) {
			list[n++] = ch;
			if (n == USAGE) {
				pfkey_usage(I.i_pfkey, list, n);
				n = 0;
			}
		}
		sa = TAILQ_NEXT(sa, sa_entry);
	} while (sa != NULL && n > 0);
	pfkey_usage(I.i_pfkey, list, n);
	return (sa);
}

static void
show_sa(struct pipe *p, uint32_t id)
{
	const struct ike_sa	*sa, *next;
	struct ctl_sa		 cs;

	next = TAILQ_FIRST(&I.i_engine->e_sas);
	TAILQ_FOREACH(sa, &I.i_engine->e_sas, sa_entry) {
		if (sa == next)
			next = usage(sa);
		memset(&cs, 0, sizeof(cs));
		cs.cs_spii = sa->sa_spii;
		cs.cs_spir = sa->sa_spir;
		cs.cs_local = sa->sa_local;
		cs.cs_peer = sa->sa_peer;
		ident_str(&sa->sa_id, cs.cs_id, sizeof(cs.cs_id));
		if (sa->sa_peerid.id_type != ID_NONE)
			ident_str(&sa->sa_peerid, cs.cs_peerid,
			    sizeof(cs.cs_peerid));
		strlcpy(cs.cs_policy, sa->sa_policy->p_name,
		    sizeof(cs.cs_policy));
		strlcpy(cs.cs_state, sa_state_name(sa->sa_state),
		    sizeof(cs.cs_state));
		algs(cs.cs_algs, sizeof(cs.cs_algs), PROTO_IKE,
		    &sa->sa_suite);
		cs.cs_initiator = sa->sa_initiator;
		cs.cs_natt = sa->sa_nat_here || sa->sa_nat_peer;
		cs.cs_age = (now_ms() - sa->sa_born) / 1000;
		if (sa->sa_policy->p_ikelifetime != 0 &&
		    sa->sa_t_life.t_when > now_ms())
			cs.cs_left = (sa->sa_t_life.t_when - now_ms()) / 1000;
		pipe_queue(p, IMSG_CTL_SA, id, &cs, sizeof(cs));
		show_children(p, id, sa);
	}
}

/* Delete SAs: all, or those of an identity. */
static void
reset(const char *who)
{
	struct ike_sa	*sa, *next;
	char		 id[300];

	for (sa = TAILQ_FIRST(&I.i_engine->e_sas); sa != NULL; sa = next) {
		next = TAILQ_NEXT(sa, sa_entry);
		ident_str(&sa->sa_peerid, id, sizeof(id));
		if (who != NULL && strcmp(who, id) != 0)
			continue;
		if (sa->sa_state == SA_ESTABLISHED)
			sa_doom(sa);
		else if (sa->sa_state < SA_ESTABLISHED)
			sa_close(sa, "reset");
	}
	sa_reap(I.i_engine);
}

static void
reset_policy(void)
{
	struct conf	 none;

	conf_init(&none);
	engine_conf(I.i_engine, &none);
}

static void
tell(const struct ctl_seen *se)
{
	pipe_send(&I.i_control, IMSG_SEEN, 0, -1, se, sizeof(*se));
}

static void
from_control(struct pipe *p, struct imsg *im)
{
	uint32_t	 id = im->i_hdr.i_peerid;
	char		 who[300];

	if (im->i_hdr.i_type == IMSG_CTL_MONITOR) {
		monitor_set("ikev2", id ? tell : NULL);
		return;
	}
	I.i_engine->e_now = now_ms();
	switch (im->i_hdr.i_type) {
	case IMSG_CTL_ACTIVE:
	case IMSG_CTL_PASSIVE:
		I.i_override = im->i_hdr.i_type == IMSG_CTL_PASSIVE;
		if (!I.i_override)
			engine_again(I.i_engine);
		break;
	case IMSG_CTL_COUPLE:
	case IMSG_CTL_DECOUPLE:
		I.i_decouple = im->i_hdr.i_type == IMSG_CTL_DECOUPLE;
		break;
	case IMSG_CTL_VERBOSE:
	case IMSG_CTL_BRIEF:
		log_setverbose(im->i_hdr.i_type == IMSG_CTL_VERBOSE);
		break;
	case IMSG_CTL_RESET_ALL:
		reset(NULL);
		reset_policy();
		break;
	case IMSG_CTL_RESET_POLICY:
		reset_policy();
		break;
	case IMSG_CTL_RESET_SA:
		reset(NULL);
		break;
	case IMSG_CTL_RESET_ID:
		snprintf(who, sizeof(who), "%.*s", (int)im->i_datalen,
		    (char *)im->i_data);
		reset(who);
		break;
	case IMSG_CTL_SHOW_SA:
		show_sa(p, id);
		break;
	case IMSG_CTL_SHOW_STATS:
		pipe_send(p, IMSG_CTL_STATS, id, -1, &I.i_engine->e_stats,
		    sizeof(I.i_engine->e_stats));
		break;
	default:
		fatalx("imsg %u of control", im->i_hdr.i_type);
	}
	overrides();
	rearm();
	pipe_send(p, IMSG_CTL_OK, id, -1, NULL, 0);
}

static void
parent_gone(struct pipe *p)
{
	/* No SA stays; the flows do, so that nothing leaves in the clear. */
	if (I.i_pfkey != NULL)
		pfkey_flush(I.i_pfkey, 0);
	log_warnx("parent is gone");
	log_flush();
	exit(1);
}

/*
 * Of thousands of SAs most have gone: the host gets their memory back, of
 * which the allocator would keep all that lies below one in use.
 */
static void
slim(void)
{
	static unsigned int	 most;
	unsigned int		 n = I.i_engine->e_nsas;

	if (n > most)
		most = n;
	if (most < SLIM_MIN || n > most / 4)
		return;
	malloc_trim(0);
	most = n;
}

/* What was held back while events were served. */
static void
flush(void)
{
	if (I.i_engine != NULL) {
		I.i_engine->e_stats.st_send_failed += udp_flush(I.i_udp);
		slim();
	}
	log_flush();
}

/*
 * Does not return before the end.
 */
void
ikev2_main(void)
{
	int	 i;

	conf_init(&I.i_conf);
	I.i_override = I.i_decouple = -1;
	for (i = 0; i < FD_MAX; i++)
		I.i_fds[i] = -1;
	/*
	 * stdio: sockets at hand; inet: our address towards a peer; recvfd:
	 * the sockets that the parent opened.
	 */
	I.i_base = event_base_new();
	if (I.i_base == NULL)
		fatalx("event_base_new");
	privdrop("stdio inet recvfd");
	I.i_timer = evtimer_new(I.i_base, timer_due, NULL);
	I.i_down = evtimer_new(I.i_base, down_due, NULL);
	if (pipe_open(&I.i_parent, I.i_base, FD_PARENT, from_parent,
	    parent_gone, NULL) == -1 ||
	    pipe_open(&I.i_ca, I.i_base, FD_CA, from_ca, parent_gone, NULL) ==
	    -1)
		fatal("pipe");
	log_hold(1);
	do
		flush();
	while (event_base_loop(I.i_base, EVLOOP_ONCE) == 0 &&
	    !event_base_got_exit(I.i_base));
	flush();
	log_hold(0);
	imsg_flush(&I.i_parent.pi_ibuf);
}
