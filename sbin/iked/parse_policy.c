/*
 * The clauses of a policy: each is checked, with a message that names file
 * and line, and put into the policy at hand.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "ikev2.h"
#include "lex.h"
#include "log.h"
#include "parse_policy.h"

#define HOSTS_MAX	64

/*
 * Begin a policy.
 */
void
clauses_init(struct clauses *cl)
{
	clauses_free(cl);
	cl->cl_policy = policy_new();
	if (cl->cl_policy == NULL)
		fatal("policy");
}

/*
 * Drop a policy that was not finished.
 */
void
clauses_free(struct clauses *cl)
{
	policy_put(cl->cl_policy);
	free(cl->cl_hosts.h_list);
	free(cl->cl_src.h_list);
	free(cl->cl_nat.h_list);
	free(cl->cl_dst.h_list);
	free(cl->cl_local.h_list);
	free(cl->cl_peer.h_list);
	memset(cl, 0, sizeof(*cl));
}

/*
 * Begin a clause of transforms.
 */
void
clauses_proposal(struct clauses *cl, uint8_t proto)
{
	memset(&cl->cl_prop, 0, sizeof(cl->cl_prop));
	cl->cl_prop.pr_proto = proto;
}

static void
hosts_add(struct hosts *h, const struct prefix *p)
{
	unsigned int	 i;

	for (i = 0; i < h->h_n; i++)
		if (prefix_equal(&h->h_list[i], p))
			return;
	if (h->h_n == HOSTS_MAX) {
		lex_error("too many addresses");
		return;
	}
	h->h_list = reallocarray(h->h_list, h->h_n + 1, sizeof(*p));
	if (h->h_list == NULL)
		fatal("hosts");
	h->h_list[h->h_n++] = *p;
}

/*
 * "any": all of IPv4, and all of IPv6.
 */
void
hosts_any(struct hosts *h)
{
	struct prefix	 p;

	memset(&p, 0, sizeof(p));
	p.pf_addr.a_ver = 4;
	hosts_add(h, &p);
	p.pf_addr.a_ver = 6;
	hosts_add(h, &p);
}

/*
 * Give what was parsed to its clause.
 */
void
hosts_move(struct hosts *to, struct hosts *from)
{
	free(to->h_list);
	*to = *from;
	memset(from, 0, sizeof(*from));
}

/* The addresses of an interface, if it is one. */
static int
hosts_interface(struct hosts *h, const char *name)
{
	struct ifaddrs	*list, *ifa;
	struct endpoint	 e;
	struct prefix	 p;
	int		 found = 0;

	if (getifaddrs(&list) == -1)
		return (0);
	for (ifa = list; ifa != NULL; ifa = ifa->ifa_next) {
		if (strcmp(ifa->ifa_name, name) != 0)
			continue;
		found = 1;
		if (ifa->ifa_addr == NULL)
			continue;
		addr_from_sockaddr(&e, ifa->ifa_addr);
		if (e.e_addr.a_ver == 0 || (e.e_addr.a_ver == 6 &&
		    e.e_addr.a_bytes[0] == 0xfe &&
		    (e.e_addr.a_bytes[1] & 0xc0) == 0x80))
			continue;
		prefix_host(&p, &e.e_addr);
		hosts_add(h, &p);
	}
	freeifaddrs(list);
	return (found);
}

static int
hosts_name(struct hosts *h, const char *name)
{
	struct addrinfo	 hints, *list, *ai;
	struct endpoint	 e;
	struct prefix	 p;

	memset(&hints, 0, sizeof(hints));
	hints.ai_socktype = SOCK_DGRAM;
	if (getaddrinfo(name, NULL, &hints, &list) != 0)
		return (0);
	for (ai = list; ai != NULL; ai = ai->ai_next) {
		addr_from_sockaddr(&e, ai->ai_addr);
		prefix_host(&p, &e.e_addr);
		hosts_add(h, &p);
	}
	freeaddrinfo(list);
	return (1);
}

/*
 * An address, a network (len >= 0), an interface or the name of a host.
 */
void
hosts_parse(struct hosts *h, const char *s, int64_t len)
{
	struct prefix	 p;
	unsigned int	 had = h->h_n;

	if (addr_parse(&p.pf_addr, s) == 0) {
		p.pf_len = addr_bytes(&p.pf_addr) * 8;
		if (len > p.pf_len) {
			lex_error("could not parse host specification");
			return;
		}
		if (len >= 0)
			p.pf_len = len;
		prefix_trim(&p);
		hosts_add(h, &p);
		return;
	}
	if (len >= 0 || (!hosts_interface(h, s) && !hosts_name(h, s)) ||
	    h->h_n == had)
		lex_error("could not parse host specification");
}

/*
 * The port of a service; 0 after a complaint.
 */
uint16_t
port_parse(const char *s)
{
	struct servent	*se;

	se = getservbyname(s, "tcp");
	if (se == NULL)
		se = getservbyname(s, "udp");
	if (se == NULL) {
		lex_error("unknown port: %s", s);
		return (0);
	}
	return (ntohs(se->s_port));
}

/* A number and one letter out of units, which multiply it; -1: it is not. */
static int64_t
scaled(const char *s, const char *units, const int64_t *factor,
    const char *what)
{
	const char	*unit;
	int64_t		 n = 0;
	const char	*p = s;

	for (; isdigit((unsigned char)*p); p++) {
		if (n > (INT64_MAX >> 34) / 10)
			break;
		n = n * 10 + *p - '0';
	}
	if (p == s || strlen(p) != 1) {
		lex_error("invalid %s specification: %s", what, s);
		return (-1);
	}
	unit = strchr(units, *p);
	if (unit == NULL) {
		lex_error("invalid %s unit", what[0] == 'b' ? "byte" : what);
		return (-1);
	}
	return (n * factor[unit - units]);
}

/*
 * Bytes with K, M or G; the default after a complaint.
 */
uint64_t
bytes_parse(const char *s)
{
	static const int64_t	 factor[] = { 1 << 10, 1 << 20, 1 << 30 };
	int64_t			 n;

	n = scaled(s, "KMG", factor, "byte");
	return (n < 0 ? LIFEBYTES_DEFAULT : n);
}

/*
 * Seconds, of minutes or hours; 0 after a complaint.
 */
int64_t
time_parse(const char *s)
{
	static const int64_t	 factor[] = { 60, 3600 };
	int64_t			 n;

	n = scaled(s, "mh", factor, "time");
	if (n > UINT32_MAX) {
		lex_error("timeout outside range");
		return (0);
	}
	return (n < 0 ? 0 : n);
}

/*
 * Name the policy.  A bare word that looks like a keyword is one with a
 * typing mistake.
 */
void
policy_name(struct clauses *cl, const char *s, int quoted)
{
	const char	*k;

	if (!quoted) {
		k = lex_near(s);
		if (k != NULL) {
			lex_error("\"%s\" is no keyword: '%s'? "
			    "(quote it to name the policy)", s, k);
			return;
		}
	}
	if (strlcpy(cl->cl_policy->p_name, s, NAME_MAXLEN) >= NAME_MAXLEN)
		lex_error("name too long");
}

/*
 * A transport protocol by number.
 */
void
policy_protonum(struct clauses *cl, int64_t n)
{
	struct policy	*p = cl->cl_policy;

	if (n < 1 || n > 255)
		lex_error("protocol outside range");
	else if (p->p_nprotos == PROTOS_MAX)
		lex_error("too many protocols");
	else
		p->p_protos[p->p_nprotos++] = n;
}

/*
 * A transport protocol by name.
 */
void
policy_proto(struct clauses *cl, const char *s)
{
	struct protoent	*pe;

	pe = getprotobyname(s);
	if (pe == NULL)
		lex_error("unknown protocol: %s", s);
	else
		policy_protonum(cl, pe->p_proto);
}

/* The source of a flow, and what it becomes; 0: not of this family. */
static int
flow_src(const struct clauses *cl, const struct prefix *src, struct flow *f)
{
	unsigned int	 i;

	f->f_src = *src;
	if (cl->cl_nat.h_n == 0)
		return (1);
	for (i = 0; i < cl->cl_nat.h_n; i++)
		if (cl->cl_nat.h_list[i].pf_addr.a_ver == src->pf_addr.a_ver)
			break;
	if (i == cl->cl_nat.h_n)
		return (0);
	f->f_prenat = *src;
	f->f_src = cl->cl_nat.h_list[i];
	return (1);
}

/*
 * from SRC to DST: each pair of one family is a flow.
 */
void
policy_flow(struct clauses *cl)
{
	struct flow	 f;
	unsigned int	 i, j, n = 0, nsrc = 0;
	int		 error;

	for (i = 0; i < cl->cl_src.h_n; i++) {
		memset(&f, 0, sizeof(f));
		if (!flow_src(cl, &cl->cl_src.h_list[i], &f))
			continue;
		nsrc++;
		for (j = 0; j < cl->cl_dst.h_n; j++) {
			f.f_dst = cl->cl_dst.h_list[j];
			f.f_sport = cl->cl_sport;
			f.f_dport = cl->cl_dport;
			if (f.f_src.pf_addr.a_ver != f.f_dst.pf_addr.a_ver)
				continue;
			n++;
			error = policy_add_flow(cl->cl_policy, &f);
			if (error == 1)
				lex_warn("create_ike: duplicate flow");
			else if (error == -1)
				lex_error("too many traffic selectors");
		}
	}
	if (nsrc == 0 && cl->cl_src.h_n != 0)
		lex_error("Flow NAT address family mismatch");
	else if (n == 0 && cl->cl_src.h_n != 0 && cl->cl_dst.h_n != 0)
		lex_error("cannot mix different address families.");
	hosts_move(&cl->cl_src, &cl->cl_hosts);
	hosts_move(&cl->cl_nat, &cl->cl_hosts);
	hosts_move(&cl->cl_dst, &cl->cl_hosts);
}

/*
 * A transform by name.
 */
void
policy_xform(struct clauses *cl, uint8_t type, const char *s)
{
	const struct keyword	*table, *k;
	int			 ike = cl->cl_prop.pr_proto == PROTO_IKE;

	table = type == XF_INTEG ? kw_auth : type == XF_PRF ? kw_prf :
	    type == XF_DH ? kw_group : type == XF_ESN ? kw_esn :
	    ike ? kw_ikeenc : kw_childenc;
	k = kw_find(table, s);
	if (k == NULL)
		lex_error("%s not a valid transform", s);
	else if (k->k_instead != NULL)
		lex_error("%s is not supported, use %s", s, k->k_instead);
	else if (ike && type == XF_ESN)
		lex_error("cannot use ESN with ikesa.");
	else if (ike && type == XF_DH && k->k_id == DH_NONE)
		lex_error("IKE group can not be \"none\".");
	else if (!ike && type == XF_PRF)
		lex_error("%s not a valid transform", s);
	else if (cl->cl_prop.pr_proto == PROTO_AH && type == XF_ENCR)
		lex_error("%s not a valid transform", s);
	else if (xform_add(&cl->cl_prop, type, k->k_id, k->k_len) == -1)
		lex_error("too many transforms");
}

/*
 * A group by its number.
 */
void
policy_groupnum(struct clauses *cl, int64_t n)
{
	char	 s[24];

	snprintf(s, sizeof(s), "%lld", (long long)n);
	policy_xform(cl, XF_DH, s);
}

/*
 * The end of a clause of transforms.
 */
void
policy_proposal(struct clauses *cl, uint8_t proto)
{
	struct policy	*p = cl->cl_policy;
	unsigned int	 i, naead = 0, nenc = 0;
	int		 error;

	for (i = 0; i < cl->cl_prop.pr_n; i++) {
		nenc += cl->cl_prop.pr_xf[i].x_type == XF_ENCR;
		naead += xform_is_aead(&cl->cl_prop.pr_xf[i]);
	}
	if (naead != 0 && naead != nenc) {
		lex_error("cannot mix encryption transforms with implicit and "
		    "non-implicit authentication");
		return;
	}
	if (naead != 0 && proposal_count(&cl->cl_prop, XF_INTEG) != 0) {
		lex_error("authentication is implicit for given encryption "
		    "transforms");
		return;
	}
	if (proto == PROTO_IKE)
		error = proposals_build(&p->p_ike, &p->p_nike, proto,
		    &cl->cl_prop);
	else
		error = proposals_build(&p->p_child, &p->p_nchild, proto,
		    &cl->cl_prop);
	if (error == -1)
		lex_error("too many proposals");
}

/*
 * srcid and dstid.
 */
void
policy_ident(struct ident *id, const char *s, const char *what)
{
	if (ident_parse(id, s) == -1)
		lex_error(strlen(s) > IDENT_MAX ? "%s too long" :
		    "%s is not valid", what);
}

/*
 * A method of authentication by name.
 */
void
policy_auth(struct clauses *cl, const char *s)
{
	static const struct {
		const char	*name;
		uint8_t		 method;
	} methods[] = {
		{ "rsa", AUTH_RSA }, { "ecdsa256", AUTH_ECDSA_256 },
		{ "ecdsa384", AUTH_ECDSA_384 }, { "ecdsa521", AUTH_ECDSA_521 },
		{ "rfc7427", AUTH_SIG }, { "signature", AUTH_SIG_ANY },
	};
	size_t	 i;

	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strcmp(methods[i].name, s) == 0) {
			cl->cl_policy->p_auth = methods[i].method;
			return;
		}
	lex_error("not a valid authentication mode");
}

static int
hexdigit(int c)
{
	return (isdigit(c) ? c - '0' : tolower(c) - 'a' + 10);
}

static int
psk_hex(struct blob *psk, const char *s)
{
	uint8_t		 key[PSK_MAX];
	size_t		 i, n = strlen(s);
	int		 error;

	if (n % 2 != 0 || n == 0 ||
	    strspn(s, "0123456789abcdefABCDEF") != n) {
		lex_error("keys need to be specified in hex digits");
		return (0);
	}
	if (n / 2 > PSK_MAX) {
		lex_error("psk too long");
		return (0);
	}
	for (i = 0; i < n / 2; i++)
		key[i] = hexdigit((unsigned char)s[2 * i]) << 4 |
		    hexdigit((unsigned char)s[2 * i + 1]);
	error = blob_set(psk, key, n / 2);
	explicit_bzero(key, sizeof(key));
	return (error);
}

/*
 * A shared secret: text, or 0x and hexadecimal digits.
 */
void
policy_psk(struct clauses *cl, const char *s, int quoted)
{
	struct policy	*p = cl->cl_policy;
	int		 error = 0;

	p->p_auth = AUTH_PSK;
	if (!quoted && strncmp(s, "0x", 2) == 0)
		error = psk_hex(&p->p_psk, s + 2);
	else if (strlen(s) > PSK_MAX)
		lex_error("psk too long");
	else if (*s == '\0')
		lex_error("psk is empty");
	else
		error = blob_set(&p->p_psk, s, strlen(s));
	if (error == -1)
		fatal("psk");
}

/*
 * A shared secret in a file, the newline at its end left out.
 */
void
policy_pskfile(struct clauses *cl, const char *name)
{
	char	 buf[PSK_MAX + 2];
	ssize_t	 n = -1;
	int	 fd;

	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd != -1)
		n = read(fd, buf, sizeof(buf));
	if (n == -1)
		lex_error("psk file %s: %s", name, strerror(errno));
	if (fd != -1)
		close(fd);
	if (n > 0 && buf[n - 1] == '\n')
		n--;
	if (n > PSK_MAX)
		lex_error("psk too long");
	else if (n == 0)
		lex_error("psk is empty");
	else if (n > 0 && blob_set(&cl->cl_policy->p_psk, buf, n) == -1)
		fatal("psk");
	cl->cl_policy->p_auth = AUTH_PSK;
	explicit_bzero(buf, sizeof(buf));
}

/*
 * The pf(4) tag of what comes out of the tunnel.
 */
void
policy_tag(struct clauses *cl, const char *s)
{
	if (strlcpy(cl->cl_policy->p_tag, s, TAG_MAX) >= TAG_MAX)
		lex_error("tag too long");
	if (strstr(s, "$eapid") != NULL)
		lex_error("'$eapid' is not supported yet");
}

/*
 * The enc(4) interface of the tunnel.
 */
void
policy_tap(struct clauses *cl, const char *s)
{
	const char	*why;

	if (strncmp(s, "enc", 3) != 0) {
		lex_error("invalid tap interface name: %s", s);
		return;
	}
	cl->cl_policy->p_tap = strtonum(s + 3, 0, UINT16_MAX, &why);
	cl->cl_policy->p_flags |= POL_TAP;
	if (why != NULL)
		lex_error("invalid tap interface unit: %s", s);
}

/* Drop addresses of the family that inet or inet6 excludes. */
static void
ends_family(struct hosts *h, uint8_t ver)
{
	unsigned int	 i, n = 0, had = h->h_n;

	for (i = 0; i < h->h_n; i++)
		if (ver == 0 || h->h_list[i].pf_addr.a_ver == ver)
			h->h_list[n++] = h->h_list[i];
	h->h_n = n;
	if (n == 0 && had != 0)
		lex_error("could not get local/peer specification");
}

static void
end_set(struct prefix *end, const struct hosts *h, unsigned int i)
{
	memset(end, 0, sizeof(*end));
	if (i < h->h_n && h->h_list[i].pf_len != 0)
		*end = h->h_list[i];
}

/*
 * local and peer: one address or network each, or any; the first two of one
 * family.
 */
static void
ends_choose(struct clauses *cl)
{
	struct hosts	*l = &cl->cl_local, *r = &cl->cl_peer;
	unsigned int	 i, j = 0;

	ends_family(l, cl->cl_policy->p_ver);
	ends_family(r, cl->cl_policy->p_ver);
	for (i = 0; i < l->h_n && r->h_n != 0; i++) {
		for (j = 0; j < r->h_n; j++)
			if (l->h_list[i].pf_addr.a_ver ==
			    r->h_list[j].pf_addr.a_ver)
				break;
		if (j < r->h_n)
			break;
	}
	if (i != 0 && i == l->h_n)
		lex_error("cannot mix different address families.");
	end_set(&cl->cl_policy->p_local, l, i);
	end_set(&cl->cl_policy->p_peer, r, j);
}

/* Ends that were not said, where the flow is between two hosts. */
static void
ends_default(struct policy *p)
{
	struct flow	*f = p->p_flows;

	if (p->p_nflows == 0 || !prefix_is_host(&f->f_src) ||
	    !prefix_is_host(&f->f_dst) || p->p_peer.pf_addr.a_ver != 0)
		return;
	if (p->p_local.pf_addr.a_ver == 0)
		p->p_local = f->f_src;
	if (p->p_local.pf_addr.a_ver == f->f_dst.pf_addr.a_ver)
		p->p_peer = f->f_dst;
}

/* Our own name, for policies that do not say. */
static void
srcid_default(struct policy *p)
{
	char	 name[256];

	if (p->p_srcid.id_type != ID_NONE)
		return;
	if (gethostname(name, sizeof(name)) == -1)
		fatal("gethostname");
	name[sizeof(name) - 1] = '\0';
	if (ident_parse(&p->p_srcid, name) == -1)
		lex_error("the host has no name: srcid is needed");
}

static void
proposals_default(struct policy *p)
{
	struct proposal	 none;
	int		 error = 0;

	memset(&none, 0, sizeof(none));
	if (p->p_nike == 0)
		error |= proposals_build(&p->p_ike, &p->p_nike, PROTO_IKE,
		    &none);
	if (p->p_nchild == 0)
		error |= proposals_build(&p->p_child, &p->p_nchild,
		    p->p_saproto, &none);
	if (error)
		fatalx("proposals");
}

/*
 * The policy is complete: add what it leaves open, check it as a whole, and
 * give it to the configuration.
 */
void
policy_finish(struct clauses *cl, struct conf *c)
{
	struct policy	*p = cl->cl_policy, *o;
	unsigned int	 n = 0, i;

	ends_choose(cl);
	ends_default(p);
	srcid_default(p);
	proposals_default(p);
	if ((p->p_flags & POL_ACTIVE) && !prefix_is_host(&p->p_peer))
		lex_error(p->p_peer.pf_addr.a_ver == 0 ?
		    "active mode requires peer specification" :
		    "active mode requires local/peer address");
	for (i = 0; i < p->p_nflows && p->p_nprotos == 0; i++)
		if (p->p_flows[i].f_sport != 0 || p->p_flows[i].f_dport != 0) {
			lex_error("a port needs a protocol: proto tcp");
			break;
		}
	TAILQ_FOREACH(o, &c->c_policies, p_entry) {
		n++;
		if ((o->p_flags & p->p_flags & POL_DEFAULT) != 0)
			lex_error("there is a default policy already");
		if (p->p_name[0] != '\0' && strcmp(o->p_name, p->p_name) == 0)
			lex_warn("policy \"%s\" is named twice", p->p_name);
	}
	if (p->p_name[0] == '\0')
		snprintf(p->p_name, sizeof(p->p_name), "policy%u", n + 1);
	TAILQ_INSERT_TAIL(&c->c_policies, p, p_entry);
	cl->cl_policy = NULL;
	clauses_free(cl);
}
