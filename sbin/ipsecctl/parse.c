/*
 * ipsecctl(8): ipsec.conf(5), whose lines come from lex.c.
 *
 * A rule of the file makes one or more of ours: lists in braces multiply it,
 * and most are for both directions.  Every fault is told with its line, and a
 * file with faults loads nothing.
 */
#include <sys/types.h>
#include <sys/stat.h>
#include <netinet/in.h>
#include <arpa/inet.h>

#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "ipsecctl.h"

#define NUMBERS_MAX	64

/* Protocols or ports. */
struct numbers {
	uint16_t	 n_v[NUMBERS_MAX];	/* ports in network order */
	unsigned int	 n_n;
};

static int
parse_hosts(const char *of, struct hosts *hs)
{
	const char	*w;
	int		 list = lex_take("{");

	do {
		if ((w = lex_argument(of)) == NULL)
			return (-1);
		if (list && strcmp(w, "}") == 0)
			return (TAILQ_EMPTY(hs) ? fault("empty list") : 0);
		if (hosts_parse(w, hs) == -1)
			return (fault("no such address: %s", w));
	} while (list);
	return (0);
}

static int
parse_host(const char *of, struct host *h)
{
	struct hosts	 hs = TAILQ_HEAD_INITIALIZER(hs);
	const char	*w;

	if ((w = lex_argument(of)) == NULL)
		return (-1);
	if (hosts_parse(w, &hs) == -1 || !host_single(TAILQ_FIRST(&hs))) {
		hosts_free(&hs);
		return (fault("no such host: %s", w));
	}
	*h = *TAILQ_FIRST(&hs);
	hosts_free(&hs);
	return (0);
}

static int
port_word(const char *w, uint16_t *port)
{
	const struct servent	*se;
	const char		*errstr;

	*port = htons(strtonum(w, 1, 65535, &errstr));
	if (errstr == NULL)
		return (0);
	if ((se = getservbyname(w, NULL)) == NULL)
		return (fault("no such port: %s", w));
	*port = se->s_port;
	return (0);
}

static int
proto_word(const char *w, uint16_t *proto)
{
	const struct protoent	*pe;
	const char		*errstr;

	*proto = strtonum(w, 1, 255, &errstr);
	if (errstr == NULL)
		return (0);
	if ((pe = getprotobyname(w)) == NULL || pe->p_proto == 0)
		return (fault("no such protocol: %s", w));
	*proto = pe->p_proto;
	return (0);
}

/* One or a list. */
static int
parse_numbers(const char *of, struct numbers *ns,
    int (*word)(const char *, uint16_t *))
{
	const char	*w;
	int		 list = lex_take("{");

	do {
		if ((w = lex_argument(of)) == NULL)
			return (-1);
		if (list && strcmp(w, "}") == 0)
			return (ns->n_n == 0 ? fault("empty list") : 0);
		if (ns->n_n == NUMBERS_MAX)
			return (fault("list too long"));
		if (word(w, &ns->n_v[ns->n_n]) == -1)
			return (-1);
		ns->n_n++;
	} while (list);
	return (0);
}

/* fqdn, user@fqdn, an address, or a distinguished name. */
static int
parse_id(const char *of, struct ident *id)
{
	const char	*w;
	char		 buf[16];

	if ((w = lex_argument(of)) == NULL)
		return (-1);
	if (strlcpy(id->i_data, w, sizeof(id->i_data)) >= sizeof(id->i_data))
		return (fault("identity too long"));
	if (w[0] == '/')
		id->i_type = SADB_IDENTTYPE_ASN1_DN;
	else if (inet_pton(AF_INET, w, buf) == 1)
		id->i_type = SADB_IDENTTYPE_PREFIX;
	else if (inet_pton(AF_INET6, w, buf) == 1)
		id->i_type = SADB_IDENTTYPE_PREFIX;
	else if (strchr(w, '@') != NULL)
		id->i_type = SADB_IDENTTYPE_USERFQDN;
	else
		id->i_type = SADB_IDENTTYPE_FQDN;
	if (id->i_type == SADB_IDENTTYPE_PREFIX && strlcat(id->i_data,
	    strchr(w, ':') != NULL ? "/128" : "/32", sizeof(id->i_data)) >=
	    sizeof(id->i_data))
		return (fault("identity too long"));
	return (0);
}

/* RFC 4303, 2.1: 1 to 255 are reserved; RFC 3173, 3.3: a CPI has 16 bits. */
static int
spi_number(const char *s, uint8_t satype, uint32_t *spi)
{
	int		 ipcomp = satype == SADB_X_SATYPE_IPCOMP;
	char		*end;
	unsigned long	 v;

	errno = 0;
	v = strtoul(s, &end, 0);
	if (end == s || *end != '\0' || errno != 0 || *s == '-' ||
	    v < 256 || v > (ipcomp ? UINT16_MAX : UINT32_MAX))
		return (fault("bad SPI: %s", s));
	*spi = v;
	return (0);
}

/* One SPI, or two for both directions. */
static int
parse_spi(uint8_t satype, uint32_t *out, uint32_t *in)
{
	const char	*w;
	char		 buf[64], *colon;

	if ((w = lex_argument("spi")) == NULL)
		return (-1);
	if (strlcpy(buf, w, sizeof(buf)) >= sizeof(buf))
		return (fault("bad SPI: %s", w));
	if ((colon = strchr(buf, ':')) != NULL)
		*colon++ = '\0';
	if (spi_number(buf, satype, out) == -1)
		return (-1);
	return (colon == NULL ? 0 : spi_number(colon, satype, in));
}

static int
key_digits(const char *s, size_t len, struct key *k)
{
	unsigned int	 v;
	size_t		 i;

	if (len >= 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		s += 2;
		len -= 2;
	}
	if (len == 0 || len % 2 != 0 || len / 2 > KEY_MAX)
		return (fault("bad length of a key"));
	for (i = 0; i < len / 2; i++) {
		if (!isxdigit((unsigned char)s[2 * i]) ||
		    sscanf(s + 2 * i, "%2x", &v) != 1 ||
		    !isxdigit((unsigned char)s[2 * i + 1]))
			return (fault("a key is not hexadecimal"));
		k->k_data[i] = v;
	}
	k->k_len = len / 2;
	return (0);
}

/* A key from a file of digits, which nobody else may read. */
static int
key_file(const char *name, struct key *k)
{
	struct stat	 st;
	char		 buf[2 * KEY_MAX + 16];
	size_t		 n;
	FILE		*f;
	int		 ret;

	if ((f = fopen(name, "r")) == NULL)
		return (fault("%s: %s", name, strerror(errno)));
	if (fstat(fileno(f), &st) == -1 || (st.st_mode & 077) != 0) {
		fclose(f);
		return (fault("%s: others may read it", name));
	}
	n = fread(buf, 1, sizeof(buf), f);
	fclose(f);
	while (n > 0 && isspace((unsigned char)buf[n - 1]))
		n--;
	ret = key_digits(buf, n, k);
	explicit_bzero(buf, sizeof(buf));
	return (ret);
}

static int
parse_key(const char *of, struct key *out, struct key *in)
{
	const char	*colon, *w;
	char		 name[1024];
	int		 file = lex_take("file");

	if ((w = lex_argument(of)) == NULL)
		return (-1);
	colon = strchr(w, ':');
	if (!file) {
		if (key_digits(w, colon == NULL ? strlen(w) :
		    (size_t)(colon - w), out) == -1)
			return (-1);
		return (colon == NULL ? 0 :
		    key_digits(colon + 1, strlen(colon + 1), in));
	}
	if (strlcpy(name, w, sizeof(name)) >= sizeof(name))
		return (fault("name too long"));
	if (colon != NULL)
		name[colon - w] = '\0';
	if (key_file(name, out) == -1)
		return (-1);
	return (colon == NULL ? 0 : key_file(colon + 1, in));
}

static const struct alg_name *
parse_alg(const char *of, const struct alg_name *names)
{
	const struct alg_name	*a;
	const char		*w;

	if ((w = lex_argument(of)) == NULL)
		return (NULL);
	if ((a = alg_byname(names, w)) == NULL)
		(void)fault("no such algorithm: %s", w);
	else if (a->a_refused != NULL) {
		(void)fault("%s %s", w, a->a_refused);
		return (NULL);
	}
	return (a);
}

/* "any" is of the other side's family. */
static void
settle_any(struct host *h, const struct host *other)
{
	if (h->h_af == 0)
		h->h_af = other->h_af != 0 ? other->h_af : BSD_AF_INET;
}

static struct rule *
rule_add(struct rules *rs, const struct rule *r)
{
	const char	*file;
	struct rule	*new;

	if ((new = malloc(sizeof(*new))) == NULL)
		err(1, NULL);
	*new = *r;
	new->r_line = lex_line(&file);
	if ((new->r_file = strdup(file)) == NULL)
		err(1, NULL);
	TAILQ_INSERT_TAIL(rs, new, r_entry);
	return (new);
}

/* A flow of the file. */
struct flow {
	struct rule	 f_rule;
	int		 f_dir;		/* 0 both */
	struct hosts	 f_src, f_dst;
	struct numbers	 f_protos, f_sports, f_dports;
};

/* The flow, in the directions that it is for; how many pairs it was. */
static int
flow_add(struct rules *rs, const struct flow *f, struct rule *r)
{
	struct host	 h;
	uint16_t	 port;

	settle_any(&r->r_src, &r->r_dst);
	settle_any(&r->r_dst, &r->r_src);
	if (r->r_src.h_af != r->r_dst.h_af)
		return (0);	/* of a list: no such pair */
	if (r->r_peer.h_af == 0 && f->f_dir != IPSP_DIRECTION_IN &&
	    host_single(&r->r_dst))
		r->r_peer = r->r_dst;
	else if (r->r_peer.h_af == 0 && f->f_dir == IPSP_DIRECTION_IN &&
	    host_single(&r->r_src))
		r->r_peer = r->r_src;
	r->r_direction = f->f_dir != 0 ? f->f_dir : IPSP_DIRECTION_OUT;
	(void)rule_add(rs, r);
	if (f->f_dir != 0)
		return (1);
	h = r->r_src;
	r->r_src = r->r_dst;
	r->r_dst = h;
	port = r->r_sport;
	r->r_sport = r->r_dport;
	r->r_dport = port;
	r->r_direction = IPSP_DIRECTION_IN;
	(void)rule_add(rs, r);
	return (1);
}

/* All pairs of addresses, for one protocol and pair of ports. */
static int
flow_pairs(struct rules *rs, const struct flow *f, uint8_t proto,
    uint16_t sport, uint16_t dport)
{
	struct host	*d, *s;
	struct rule	 r;
	int		 n = 0;

	TAILQ_FOREACH(s, &f->f_src, h_entry)
		TAILQ_FOREACH(d, &f->f_dst, h_entry) {
			r = f->f_rule;
			r.r_src = *s;
			r.r_dst = *d;
			r.r_proto = proto;
			r.r_sport = sport;
			r.r_dport = dport;
			n += flow_add(rs, f, &r);
		}
	return (n == 0 ? fault("no two addresses of one family") : 0);
}

/* All that the lists make of it. */
static int
flow_expand(struct rules *rs, struct flow *f)
{
	const struct host	*l = &f->f_rule.r_local, *p = &f->f_rule.r_peer;
	unsigned int		 d, i, s;

	if (TAILQ_EMPTY(&f->f_src) || TAILQ_EMPTY(&f->f_dst))
		return (fault("a flow is from somewhere to somewhere"));
	if ((f->f_sports.n_n != 0 || f->f_dports.n_n != 0) &&
	    f->f_protos.n_n == 0)
		return (fault("a port needs a protocol"));
	if (l->h_af != 0 && p->h_af != 0 && l->h_af != p->h_af)
		return (fault("local and peer are of different families"));
	/* Nothing said is one 0. */
	f->f_protos.n_n += f->f_protos.n_n == 0;
	f->f_sports.n_n += f->f_sports.n_n == 0;
	f->f_dports.n_n += f->f_dports.n_n == 0;
	for (i = 0; i < f->f_protos.n_n; i++)
		for (s = 0; s < f->f_sports.n_n; s++)
			for (d = 0; d < f->f_dports.n_n; d++)
				if (flow_pairs(rs, f, f->f_protos.n_v[i],
				    f->f_sports.n_v[s],
				    f->f_dports.n_v[d]) == -1)
					return (-1);
	return (0);
}

static int
flow_type(struct rule *r)
{
	const char	*w;
	int		 t;

	if ((w = lex_argument("type")) == NULL)
		return (-1);
	if ((t = name_number(flowtype_names, w)) == -1)
		return (fault("no such type: %s", w));
	r->r_flowtype = t;
	return (0);
}

static int
flow_end(const char *w, struct hosts *hs, struct numbers *ports)
{
	if (parse_hosts(w, hs) == -1)
		return (-1);
	return (lex_take("port") ? parse_numbers("port", ports, port_word) :
	    0);
}

static int
flow_word(struct flow *f, const char *w)
{
	struct rule	*r = &f->f_rule;

	if (strcmp(w, "proto") == 0)
		return (parse_numbers(w, &f->f_protos, proto_word));
	if (strcmp(w, "from") == 0)
		return (flow_end(w, &f->f_src, &f->f_sports));
	if (strcmp(w, "to") == 0)
		return (flow_end(w, &f->f_dst, &f->f_dports));
	if (strcmp(w, "local") == 0)
		return (parse_host(w, &r->r_local));
	if (strcmp(w, "peer") == 0)
		return (parse_host(w, &r->r_peer));
	if (strcmp(w, "srcid") == 0)
		return (parse_id(w, &r->r_srcid));
	if (strcmp(w, "dstid") == 0)
		return (parse_id(w, &r->r_dstid));
	if (strcmp(w, "type") == 0)
		return (flow_type(r));
	return (fault("unknown word: %s", w));
}

/* Words that may stand once; which of them were there is in seen. */
static int
once(const char *const *words, const char *w, unsigned int *seen)
{
	unsigned int	 i;

	for (i = 0; words[i] != NULL; i++) {
		if (strcmp(words[i], w) != 0)
			continue;
		if ((*seen & 1U << i) != 0)
			return (fault("'%s' twice", w));
		*seen |= 1U << i;
		break;
	}
	return (0);
}

static int
flow_words(struct flow *f)
{
	static const char *const words[] = { "proto", "from", "to", "local",
	    "peer", "srcid", "dstid", "type", NULL };
	const char	*w;
	unsigned int	 seen = 0;

	while ((w = lex_next()) != NULL)
		if (once(words, w, &seen) == -1 || flow_word(f, w) == -1)
			return (-1);
	return (0);
}

/* flow [esp|ah|ipcomp] [in|out] ... */
static void
parse_flow(struct rules *rs)
{
	struct flow	 f;
	int		 satype;

	memset(&f, 0, sizeof(f));
	TAILQ_INIT(&f.f_src);
	TAILQ_INIT(&f.f_dst);
	f.f_rule.r_kind = RULE_FLOW;
	f.f_rule.r_satype = SADB_SATYPE_ESP;
	f.f_rule.r_flowtype = SADB_X_FLOW_TYPE_REQUIRE;
	if (lex_peek() != NULL &&
	    (satype = name_number(satype_names, lex_peek())) != -1) {
		f.f_rule.r_satype = satype;
		(void)lex_next();
	}
	if (lex_take("in"))
		f.f_dir = IPSP_DIRECTION_IN;
	else if (lex_take("out"))
		f.f_dir = IPSP_DIRECTION_OUT;
	if (flow_words(&f) == 0)
		(void)flow_expand(rs, &f);
	hosts_free(&f.f_src);
	hosts_free(&f.f_dst);
}

/* What an SA's two directions have of their own. */
struct sa_pair {
	struct rule	 p_out;
	uint32_t	 p_spi;		/* of the way back; 0 none */
	struct key	 p_akey, p_ekey;
	int		 p_auth, p_enc;	/* have been named */
};

static int
sa_alg(struct sa_pair *p, const char *w)
{
	const struct alg_name	*a;

	if (strcmp(w, "auth") == 0) {
		if ((a = parse_alg(w, auth_names)) == NULL)
			return (-1);
		p->p_out.r_aalg = a->a_id;
		p->p_auth = 1;
		return (0);
	}
	if ((a = parse_alg(w, enc_names)) == NULL)
		return (-1);
	p->p_out.r_ealg = a->a_id;
	p->p_enc = a->a_keylen + 1;
	return (0);
}

static int
sa_comp(struct sa_pair *p)
{
	const char	*w;

	if ((w = lex_argument("comp")) == NULL)
		return (-1);
	if (p->p_out.r_satype != SADB_X_SATYPE_IPCOMP)
		return (fault("only ipcomp compresses"));
	return (strcmp(w, "deflate") == 0 ? 0 :
	    fault("no such algorithm: %s", w));
}

static int
sa_string(const char *of, char *buf, size_t size)
{
	const char	*w;

	if ((w = lex_argument(of)) == NULL)
		return (-1);
	return (strlcpy(buf, w, size) < size ? 0 : fault("%s too long", of));
}

/* An interface's unit, its driver's name in front or not. */
static int
sa_unit(const char *of, const char *driver, unsigned int *unit)
{
	const char	*errstr, *w;

	if ((w = lex_argument(of)) == NULL)
		return (-1);
	if (strncmp(w, driver, strlen(driver)) == 0)
		w += strlen(driver);
	*unit = strtonum(w, 0, INT32_MAX, &errstr);
	return (errstr == NULL ? 0 : fault("no such unit of %s: %s", driver,
	    w));
}

static int
sa_udpencap(struct rule *r)
{
	if (r->r_satype != SADB_SATYPE_ESP)
		return (fault("only esp travels in UDP"));
	r->r_udpencap = 1;
	if (!lex_take("port"))
		return (0);
	return (lex_peek() == NULL ? fault("no port") :
	    port_word(lex_next(), &r->r_udpport));
}

static int
sa_word(struct sa_pair *p, const char *w)
{
	struct rule	*r = &p->p_out;

	if (strcmp(w, "from") == 0)
		return (parse_host(w, &r->r_src));
	if (strcmp(w, "to") == 0)
		return (parse_host(w, &r->r_dst));
	if (strcmp(w, "spi") == 0)
		return (parse_spi(r->r_satype, &r->r_spi, &p->p_spi));
	if (strcmp(w, "auth") == 0 || strcmp(w, "enc") == 0)
		return (sa_alg(p, w));
	if (strcmp(w, "comp") == 0)
		return (sa_comp(p));
	if (strcmp(w, "authkey") == 0)
		return (parse_key(w, &r->r_akey, &p->p_akey));
	if (strcmp(w, "enckey") == 0)
		return (parse_key(w, &r->r_ekey, &p->p_ekey));
	if (strcmp(w, "udpencap") == 0)
		return (sa_udpencap(r));
	if (strcmp(w, "tag") == 0)
		return (sa_string(w, r->r_tag, sizeof(r->r_tag)));
	if (strcmp(w, "bundle") == 0)
		return (sa_string(w, r->r_bundle, sizeof(r->r_bundle)));
	if (strcmp(w, "tap") == 0)
		return (sa_unit(w, "enc", &r->r_tap));
	if (strcmp(w, "iface") == 0) {
		r->r_iface = IPSP_DIRECTION_OUT;
		return (sa_unit(w, "sec", &r->r_unit));
	}
	if (strcmp(w, "esn") != 0)
		return (fault("unknown word: %s", w));
	r->r_esn = 1;
	return (r->r_satype != SADB_X_SATYPE_IPCOMP ? 0 :
	    fault("ipcomp has no sequence numbers"));
}

static int
sa_words(struct sa_pair *p)
{
	static const char *const words[] = { "from", "to", "spi", "auth",
	    "enc", "comp", "authkey", "enckey", "udpencap", "tag", "bundle",
	    "tap", "iface", "esn", NULL };
	const char	*w;
	unsigned int	 seen = 0;

	while ((w = lex_next()) != NULL)
		if (once(words, w, &seen) == -1 || sa_word(p, w) == -1)
			return (-1);
	return (0);
}

static int
key_fits(const char *what, const struct alg_name *names, int id,
    unsigned int named, const struct key *k)
{
	const struct alg_name	*a;

	if (named != 0) {
		if (k->k_len != named - 1)
			return (fault("%s has %u bits, should have %u", what,
			    k->k_len * 8, (named - 1) * 8));
		return (0);
	}
	if ((a = alg_byid(names, id, k->k_len)) != NULL)
		return (0);
	a = alg_byid(names, id, 0);
	return (fault("%s has %u bits, should have %u", what, k->k_len * 8,
	    a == NULL ? 0 : a->a_keylen * 8));
}

static int
is_aead(int ealg)
{
	return (ealg == SADB_X_EALG_AESGCM16 || ealg == SADB_X_EALG_AESGMAC ||
	    ealg == SADB_X_EALG_CHACHA20POLY1305);
}

/* Defaults of algorithms, and whether the keys are theirs. */
static int
sa_algorithms(struct sa_pair *p, const struct key *akey,
    const struct key *ekey)
{
	struct rule	*r = &p->p_out;

	if (r->r_satype == SADB_X_SATYPE_IPCOMP) {
		r->r_ealg = SADB_X_CALG_DEFLATE;
		return (akey->k_len != 0 || ekey->k_len != 0 || p->p_auth ||
		    p->p_enc ? fault("ipcomp has no keys") : 0);
	}
	if (r->r_satype == SADB_SATYPE_ESP && !p->p_enc)
		r->r_ealg = SADB_X_EALG_AES;
	if (r->r_satype == SADB_SATYPE_AH && (p->p_enc || ekey->k_len != 0))
		return (fault("ah does not encrypt"));
	if (is_aead(r->r_ealg)) {
		if (p->p_auth || akey->k_len != 0)
			return (fault("this cipher authenticates by itself"));
		r->r_aalg = 0;
	} else {
		if (!p->p_auth)
			r->r_aalg = SADB_X_AALG_SHA2_256;
		if (key_fits("authkey", auth_names, r->r_aalg, 0, akey) == -1)
			return (-1);
	}
	if (r->r_satype == SADB_SATYPE_AH)
		return (0);
	return (key_fits("enckey", enc_names, r->r_ealg, p->p_enc, ekey));
}

/* A bundle's SAs are chained, each to the one before it in its direction. */
static void
sa_bundle(struct rules *rs, const struct rule *new)
{
	struct rule	*last = NULL, *r, group;

	if (new->r_bundle[0] == '\0')
		return;
	TAILQ_FOREACH(r, rs, r_entry)
		if (r->r_kind == RULE_SA && r != new &&
		    strcmp(r->r_bundle, new->r_bundle) == 0 &&
		    r->r_dst.h_af == new->r_dst.h_af &&
		    memcmp(r->r_dst.h_bytes, new->r_dst.h_bytes, 16) == 0)
			last = r;
	if (last == NULL)
		return;
	group = *last;
	group.r_akey.k_len = group.r_ekey.k_len = 0;
	group.r_kind = RULE_GROUP;
	group.r_satype2 = new->r_satype;
	group.r_spi2 = new->r_spi;
	group.r_dst2 = new->r_dst;
	(void)rule_add(rs, &group);
}

/* The SA of the way back. */
static int
sa_back(struct rules *rs, struct sa_pair *p)
{
	struct rule	 back = p->p_out;

	back.r_src = p->p_out.r_dst;
	back.r_dst = p->p_out.r_src;
	back.r_spi = p->p_spi;
	back.r_akey = p->p_akey;
	back.r_ekey = p->p_ekey;
	if (back.r_iface != 0)
		back.r_iface = IPSP_DIRECTION_IN;
	if (sa_algorithms(p, &back.r_akey, &back.r_ekey) == -1)
		return (-1);
	sa_bundle(rs, rule_add(rs, &back));
	return (0);
}

/* What is wrong with an SA as a whole? */
static int
sa_check(const struct sa_pair *p)
{
	const struct rule	*r = &p->p_out;

	if (r->r_src.h_af == 0 || r->r_dst.h_af == 0)
		return (fault("an SA is from one host to another"));
	if (r->r_src.h_af != r->r_dst.h_af)
		return (fault("the two hosts are of different families"));
	if (r->r_spi == 0)
		return (fault("no spi"));
	if (p->p_spi != 0)
		return (0);
	if (p->p_akey.k_len != 0 || p->p_ekey.k_len != 0)
		return (fault("two keys, but one spi"));
	return (r->r_iface == 0 ? 0 : fault("'iface' is for two SAs"));
}

/* esp|ah|ipcomp [transport|tunnel] from ... to ... spi ... */
static void
parse_sa(struct rules *rs, int satype)
{
	struct sa_pair	 p;

	memset(&p, 0, sizeof(p));
	p.p_out.r_kind = RULE_SA;
	p.p_out.r_satype = satype;
	p.p_out.r_tunnel = 1;
	if (lex_take("transport"))
		p.p_out.r_tunnel = 0;
	else
		(void)lex_take("tunnel");
	if (sa_words(&p) == 0 && sa_check(&p) == 0 &&
	    sa_algorithms(&p, &p.p_out.r_akey, &p.p_out.r_ekey) == 0) {
		sa_bundle(rs, rule_add(rs, &p.p_out));
		if (p.p_spi != 0)
			(void)sa_back(rs, &p);
	}
	explicit_bzero(&p, sizeof(p));
}

/* What others know, and we do not. */
static const struct {
	const char	*e_word, *e_why;
} elsewhere[] = {
	{ "ike",	"is isakmpd's, which is not here: see iked.conf(5)" },
	{ "ikev2",	"is iked.conf(5)'s" },
	{ "tcpmd5",	"is not supported" },
	{ "ipip",	"is not supported" },
};

static void
parse_rule(void *arg)
{
	struct rules	*rs = arg;
	const char	*w = lex_next();
	unsigned int	 i;
	int		 satype;

	if (strcmp(w, "flow") == 0) {
		parse_flow(rs);
		return;
	}
	if ((satype = name_number(satype_names, w)) != -1) {
		parse_sa(rs, satype);
		return;
	}
	for (i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++)
		if (strcmp(w, elsewhere[i].e_word) == 0) {
			(void)fault("%s %s", w, elsewhere[i].e_why);
			return;
		}
	(void)fault("unknown word: %s", w);
}

/*
 * Read the rules of a file ("-": standard input).  Returns 0, or -1 when it
 * has faults, which have been told.
 */
int
parse_file(const char *name, struct rules *rs)
{
	return (lex_file(name, parse_rule, rs) == 0 ? 0 : -1);
}
