/*
 * ipsecctl(8): ipsec.conf(5).
 *
 * A logical line is a rule, a macro or an include.  Lines go on after a
 * backslash; macros are put in before a line is cut into words; lists in
 * braces multiply the rule.  Every fault is told with its line, and a file
 * with faults loads nothing.
 */
#include <sys/types.h>
#include <sys/stat.h>
#include <netinet/in.h>
#include <arpa/inet.h>

#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "ipsecctl.h"

#define WORDS_MAX	256
#define LINE_MAX_	8192
#define INCLUDE_MAX	8		/* files within files */

struct macro {
	TAILQ_ENTRY(macro) m_entry;
	char		*m_name, *m_value;
	int		 m_fixed;	/* by -D */
};

static TAILQ_HEAD(, macro) macros = TAILQ_HEAD_INITIALIZER(macros);

/* The line at work. */
static struct line {
	const char	*l_file;
	unsigned int	 l_number;
	int		 l_faults;
	char		*l_words[WORDS_MAX];
	unsigned int	 l_n, l_at;
} ln;

static int	 parse_nested(const char *, struct rules *, int);

static int __attribute__((__format__(__printf__, 1, 2)))
fault(const char *fmt, ...)
{
	va_list	 ap;

	fprintf(stderr, "%s: %u: ", ln.l_file, ln.l_number);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n");
	ln.l_faults++;
	return (-1);
}

static struct macro *
macro_find(const char *name, size_t len)
{
	struct macro	*m;

	TAILQ_FOREACH(m, &macros, m_entry)
		if (strlen(m->m_name) == len &&
		    strncmp(m->m_name, name, len) == 0)
			return (m);
	return (NULL);
}

static void
macro_set(const char *name, const char *value, int fixed)
{
	struct macro	*m;

	if ((m = macro_find(name, strlen(name))) == NULL) {
		if ((m = calloc(1, sizeof(*m))) == NULL ||
		    (m->m_name = strdup(name)) == NULL)
			err(1, NULL);
		TAILQ_INSERT_TAIL(&macros, m, m_entry);
	} else if (m->m_fixed && !fixed)
		return;
	free(m->m_value);
	if ((m->m_value = strdup(value)) == NULL)
		err(1, NULL);
	m->m_fixed = fixed;
}

/*
 * -D name=value, which no file changes.  Returns -1 when it is none.
 */
int
parse_define(const char *s)
{
	char	 name[64];
	size_t	 n = strcspn(s, "=");

	if (s[n] != '=' || n == 0 || n >= sizeof(name))
		return (-1);
	memcpy(name, s, n);
	name[n] = '\0';
	macro_set(name, s + n + 1, 1);
	return (0);
}

/* Put macros in: src to dst of size bytes. */
static int
expand_macros(const char *src, char *dst, size_t size)
{
	const struct macro	*m;
	size_t			 len, n = 0;

	while (*src != '\0') {
		if (*src == '#')
			break;
		if (*src != '$') {
			if (n + 1 >= size)
				return (fault("line too long"));
			dst[n++] = *src++;
			continue;
		}
		for (len = 0; isalnum((unsigned char)src[1 + len]) ||
		    src[1 + len] == '_'; len++)
			continue;
		if ((m = macro_find(src + 1, len)) == NULL)
			return (fault("macro '%.*s' not defined", (int)len,
			    src + 1));
		if (n + strlen(m->m_value) >= size)
			return (fault("line too long"));
		memcpy(dst + n, m->m_value, strlen(m->m_value));
		n += strlen(m->m_value);
		src += 1 + len;
	}
	dst[n] = '\0';
	return (0);
}

static int
word_add(char *w)
{
	if (ln.l_n == WORDS_MAX)
		return (fault("too many words"));
	ln.l_words[ln.l_n++] = w;
	return (0);
}

/* Cut a line into words, in place; quotes hold words together. */
static int
cut(char *s)
{
	static char	 ops[4][2] = { "{", "}", "=", "," };
	char		*start;
	unsigned int	 i;

	ln.l_n = ln.l_at = 0;
	while (*s != '\0') {
		if (isspace((unsigned char)*s) || *s == ',') {
			*s++ = '\0';
			continue;
		}
		for (i = 0; i < 3; i++) {
			if (*s != ops[i][0])
				continue;
			*s++ = '\0';
			if (word_add(ops[i]) == -1)
				return (-1);
			break;
		}
		if (i < 3)
			continue;
		if (*s == '"') {
			start = ++s;
			if ((s = strchr(s, '"')) == NULL)
				return (fault("unterminated quote"));
			*s++ = '\0';
			if (word_add(start) == -1)
				return (-1);
			continue;
		}
		if (word_add(s) == -1)
			return (-1);
		while (*s != '\0' && !isspace((unsigned char)*s) &&
		    strchr("{},=", *s) == NULL)
			s++;
		if (*s == '{' || *s == '}' || *s == '=') {
			/* The word ends where an operator begins. */
			return (fault("space wanted before '%c'", *s));
		}
	}
	return (0);
}

static const char *
peek(void)
{
	return (ln.l_at < ln.l_n ? ln.l_words[ln.l_at] : NULL);
}

static const char *
next(void)
{
	return (ln.l_at < ln.l_n ? ln.l_words[ln.l_at++] : NULL);
}

/* Take the next word if it is this one. */
static int
take(const char *w)
{
	const char	*p = peek();

	if (p == NULL || strcmp(p, w) != 0)
		return (0);
	ln.l_at++;
	return (1);
}

/* What a keyword needs after it; NULL, and told, when it is not there. */
static const char *
argument(const char *of)
{
	const char	*w = next();

	if (w == NULL)
		(void)fault("'%s' wants something after it", of);
	return (w);
}

static int
parse_hosts(const char *of, struct hosts *hs)
{
	const char	*w;
	int		 list = take("{");

	do {
		if ((w = argument(of)) == NULL)
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

	if ((w = argument(of)) == NULL)
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
parse_port(uint16_t *port)
{
	const struct servent	*se;
	const char		*errstr, *w;

	if ((w = argument("port")) == NULL)
		return (-1);
	*port = htons(strtonum(w, 1, 65535, &errstr));
	if (errstr == NULL)
		return (0);
	if ((se = getservbyname(w, NULL)) == NULL)
		return (fault("no such port: %s", w));
	*port = se->s_port;
	return (0);
}

static int
parse_proto(uint8_t *proto)
{
	const struct protoent	*pe;
	const char		*errstr, *w;

	if ((w = argument("proto")) == NULL)
		return (-1);
	*proto = strtonum(w, 0, 255, &errstr);
	if (errstr == NULL)
		return (0);
	if ((pe = getprotobyname(w)) == NULL)
		return (fault("no such protocol: %s", w));
	*proto = pe->p_proto;
	return (0);
}

/* fqdn, user@fqdn, an address, or a distinguished name. */
static int
parse_id(const char *of, struct ident *id)
{
	const char	*w;
	char		 buf[16];

	if ((w = argument(of)) == NULL)
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

static int
spi_number(const char *s, uint32_t *spi)
{
	char		*end;
	unsigned long	 v;

	errno = 0;
	v = strtoul(s, &end, 0);
	if (end == s || *end != '\0' || errno != 0 || v == 0 ||
	    v > UINT32_MAX)
		return (fault("bad SPI: %s", s));
	*spi = v;
	return (0);
}

/* One SPI, or two for both directions. */
static int
parse_spi(uint32_t *out, uint32_t *in)
{
	const char	*w;
	char		 buf[64], *colon;

	if ((w = argument("spi")) == NULL)
		return (-1);
	if (strlcpy(buf, w, sizeof(buf)) >= sizeof(buf))
		return (fault("bad SPI: %s", w));
	if ((colon = strchr(buf, ':')) != NULL)
		*colon++ = '\0';
	if (spi_number(buf, out) == -1)
		return (-1);
	return (colon == NULL ? 0 : spi_number(colon, in));
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
	int		 file = take("file");

	if ((w = argument(of)) == NULL)
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

	if ((w = argument(of)) == NULL)
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
	struct rule	*new;

	if ((new = malloc(sizeof(*new))) == NULL)
		err(1, NULL);
	*new = *r;
	TAILQ_INSERT_TAIL(rs, new, r_entry);
	return (new);
}

/* The flow, in the directions that it is for. */
static int
flow_add(struct rules *rs, const struct rule *proto, const struct host *src,
    const struct host *dst, int dir)
{
	struct rule	 r = *proto, *in;
	struct host	 h;
	uint16_t	 port;

	r.r_src = *src;
	r.r_dst = *dst;
	settle_any(&r.r_src, &r.r_dst);
	settle_any(&r.r_dst, &r.r_src);
	if (r.r_src.h_af != r.r_dst.h_af)
		return (0);	/* of a list: no such pair */
	if (r.r_peer.h_af == 0 && dir != IPSP_DIRECTION_IN &&
	    host_single(&r.r_dst))
		r.r_peer = r.r_dst;
	else if (r.r_peer.h_af == 0 && dir == IPSP_DIRECTION_IN &&
	    host_single(&r.r_src))
		r.r_peer = r.r_src;
	if (dir != 0) {
		r.r_direction = dir;
		(void)rule_add(rs, &r);
		return (1);
	}
	r.r_direction = IPSP_DIRECTION_OUT;
	(void)rule_add(rs, &r);
	h = r.r_src;
	r.r_src = r.r_dst;
	r.r_dst = h;
	port = r.r_sport;
	r.r_sport = r.r_dport;
	r.r_dport = port;
	r.r_direction = IPSP_DIRECTION_IN;
	in = rule_add(rs, &r);
	(void)in;
	return (1);
}

static int
flow_pairs(struct rules *rs, const struct rule *r, struct hosts *src,
    struct hosts *dst, int dir)
{
	struct host	*d, *s;
	int		 n = 0;

	TAILQ_FOREACH(s, src, h_entry)
		TAILQ_FOREACH(d, dst, h_entry)
			n += flow_add(rs, r, s, d, dir);
	return (n == 0 ? fault("no two addresses of one family") : 0);
}

static int
flow_words(struct rule *r, struct hosts *src, struct hosts *dst)
{
	const char	*w;

	while ((w = next()) != NULL) {
		if (strcmp(w, "proto") == 0) {
			if (parse_proto(&r->r_proto) == -1)
				return (-1);
		} else if (strcmp(w, "from") == 0) {
			if (parse_hosts(w, src) == -1 || (take("port") &&
			    parse_port(&r->r_sport) == -1))
				return (-1);
		} else if (strcmp(w, "to") == 0) {
			if (parse_hosts(w, dst) == -1 || (take("port") &&
			    parse_port(&r->r_dport) == -1))
				return (-1);
		} else if (strcmp(w, "local") == 0) {
			if (parse_host(w, &r->r_local) == -1)
				return (-1);
		} else if (strcmp(w, "peer") == 0) {
			if (parse_host(w, &r->r_peer) == -1)
				return (-1);
		} else if (strcmp(w, "srcid") == 0) {
			if (parse_id(w, &r->r_srcid) == -1)
				return (-1);
		} else if (strcmp(w, "dstid") == 0) {
			if (parse_id(w, &r->r_dstid) == -1)
				return (-1);
		} else if (strcmp(w, "type") == 0) {
			int	 t;

			if ((w = argument(w)) == NULL)
				return (-1);
			if ((t = name_number(flowtype_names, w)) == -1)
				return (fault("no such type: %s", w));
			r->r_flowtype = t;
		} else
			return (fault("unknown word: %s", w));
	}
	return (0);
}

/* flow [esp|ah|ipcomp] [in|out] ... */
static int
parse_flow(struct rules *rs)
{
	struct hosts	 src = TAILQ_HEAD_INITIALIZER(src);
	struct hosts	 dst = TAILQ_HEAD_INITIALIZER(dst);
	struct rule	 r;
	int		 dir = 0, ret = -1, satype;

	memset(&r, 0, sizeof(r));
	r.r_kind = RULE_FLOW;
	r.r_line = ln.l_number;
	r.r_satype = SADB_SATYPE_ESP;
	r.r_flowtype = SADB_X_FLOW_TYPE_REQUIRE;
	if (peek() != NULL &&
	    (satype = name_number(satype_names, peek())) != -1) {
		r.r_satype = satype;
		(void)next();
	}
	if (take("in"))
		dir = IPSP_DIRECTION_IN;
	else if (take("out"))
		dir = IPSP_DIRECTION_OUT;
	if (flow_words(&r, &src, &dst) == 0) {
		if (TAILQ_EMPTY(&src) || TAILQ_EMPTY(&dst))
			(void)fault("a flow is from somewhere to somewhere");
		else if ((r.r_sport != 0 || r.r_dport != 0) &&
		    r.r_proto == 0)
			(void)fault("a port needs a protocol");
		else
			ret = flow_pairs(rs, &r, &src, &dst, dir);
	}
	hosts_free(&src);
	hosts_free(&dst);
	return (ret);
}

/* What an SA's two directions have of their own. */
struct sa_pair {
	struct rule	 p_out;
	uint32_t	 p_spi;		/* of the way back; 0 none */
	struct key	 p_akey, p_ekey;
	int		 p_auth, p_enc;	/* have been named */
};

static int
sa_word(struct sa_pair *p, const char *w)
{
	const struct alg_name	*a;
	const char		*errstr;
	struct rule		*r = &p->p_out;

	if (strcmp(w, "from") == 0)
		return (parse_host(w, &r->r_src));
	if (strcmp(w, "to") == 0)
		return (parse_host(w, &r->r_dst));
	if (strcmp(w, "spi") == 0)
		return (parse_spi(&r->r_spi, &p->p_spi));
	if (strcmp(w, "auth") == 0) {
		if ((a = parse_alg(w, auth_names)) == NULL)
			return (-1);
		r->r_aalg = a->a_id;
		p->p_auth = 1;
		return (0);
	}
	if (strcmp(w, "enc") == 0) {
		if ((a = parse_alg(w, enc_names)) == NULL)
			return (-1);
		r->r_ealg = a->a_id;
		p->p_enc = a->a_keylen + 1;
		return (0);
	}
	if (strcmp(w, "comp") == 0) {
		if ((w = argument(w)) == NULL)
			return (-1);
		return (strcmp(w, "deflate") == 0 ? 0 :
		    fault("no such algorithm: %s", w));
	}
	if (strcmp(w, "authkey") == 0)
		return (parse_key(w, &r->r_akey, &p->p_akey));
	if (strcmp(w, "enckey") == 0)
		return (parse_key(w, &r->r_ekey, &p->p_ekey));
	if (strcmp(w, "udpencap") == 0) {
		r->r_udpencap = 1;
		return (take("port") ? parse_port(&r->r_udpport) : 0);
	}
	if (strcmp(w, "esn") == 0) {
		r->r_esn = 1;
		return (0);
	}
	if ((w = strcmp(w, "tag") == 0 || strcmp(w, "tap") == 0 ||
	    strcmp(w, "bundle") == 0 ? w : NULL) == NULL)
		return (fault("unknown word: %s", ln.l_words[ln.l_at - 1]));
	if (strcmp(w, "tag") == 0) {
		if ((w = argument(w)) == NULL)
			return (-1);
		return (strlcpy(r->r_tag, w, sizeof(r->r_tag)) >=
		    sizeof(r->r_tag) ? fault("tag too long") : 0);
	}
	if (strcmp(w, "bundle") == 0) {
		if ((w = argument(w)) == NULL)
			return (-1);
		return (strlcpy(r->r_bundle, w, sizeof(r->r_bundle)) >=
		    sizeof(r->r_bundle) ? fault("name too long") : 0);
	}
	if ((w = argument(w)) == NULL)
		return (-1);
	if (strncmp(w, "enc", 3) == 0)
		w += 3;
	r->r_tap = strtonum(w, 0, UINT32_MAX, &errstr);
	return (errstr == NULL ? 0 : fault("no such unit of enc: %s", w));
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
		return (akey->k_len != 0 || ekey->k_len != 0 ?
		    fault("ipcomp has no keys") : 0);
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
	group.r_kind = RULE_GROUP;
	group.r_satype2 = new->r_satype;
	group.r_spi2 = new->r_spi;
	group.r_dst2 = new->r_dst;
	(void)rule_add(rs, &group);
}

/* esp|ah|ipcomp [transport|tunnel] from ... to ... spi ... */
static int
parse_sa(struct rules *rs, int satype)
{
	struct sa_pair	 p;
	struct rule	 back;
	const char	*w;

	memset(&p, 0, sizeof(p));
	p.p_out.r_kind = RULE_SA;
	p.p_out.r_line = ln.l_number;
	p.p_out.r_satype = satype;
	p.p_out.r_tunnel = 1;
	if (take("transport"))
		p.p_out.r_tunnel = 0;
	else
		(void)take("tunnel");
	while ((w = next()) != NULL)
		if (sa_word(&p, w) == -1)
			return (-1);
	if (p.p_out.r_src.h_af == 0 || p.p_out.r_dst.h_af == 0)
		return (fault("an SA is from one host to another"));
	if (p.p_out.r_src.h_af != p.p_out.r_dst.h_af)
		return (fault("the two hosts are of different families"));
	if (p.p_out.r_spi == 0)
		return (fault("no spi"));
	if (sa_algorithms(&p, &p.p_out.r_akey, &p.p_out.r_ekey) == -1)
		return (-1);
	sa_bundle(rs, rule_add(rs, &p.p_out));
	if (p.p_spi == 0)
		return (p.p_akey.k_len != 0 || p.p_ekey.k_len != 0 ?
		    fault("two keys, but one spi") : 0);
	back = p.p_out;
	back.r_src = p.p_out.r_dst;
	back.r_dst = p.p_out.r_src;
	back.r_spi = p.p_spi;
	back.r_akey = p.p_akey;
	back.r_ekey = p.p_ekey;
	if (sa_algorithms(&p, &back.r_akey, &back.r_ekey) == -1)
		return (-1);
	sa_bundle(rs, rule_add(rs, &back));
	return (0);
}

static int
parse_line(char *line, struct rules *rs, int depth)
{
	const char	*w;
	char		*buf;
	int		 ret, satype;

	if ((buf = malloc(LINE_MAX_)) == NULL)
		err(1, NULL);
	ret = expand_macros(line, buf, LINE_MAX_);
	if (ret == 0)
		ret = cut(buf);
	if (ret == 0 && ln.l_n == 3 && strcmp(ln.l_words[1], "=") == 0)
		macro_set(ln.l_words[0], ln.l_words[2], 0);
	else if (ret == 0 && (w = next()) != NULL) {
		if (strcmp(w, "flow") == 0)
			ret = parse_flow(rs);
		else if (strcmp(w, "include") == 0) {
			if ((w = argument("include")) == NULL)
				ret = -1;
			else
				ret = parse_nested(w, rs, depth + 1);
		} else if ((satype = name_number(satype_names, w)) != -1)
			ret = parse_sa(rs, satype);
		else if (strcmp(w, "ike") == 0)
			ret = fault("ike rules are iked.conf(5)'s");
		else
			ret = fault("unknown word: %s", w);
	}
	explicit_bzero(buf, LINE_MAX_);
	free(buf);
	return (ret);
}

/* A logical line into buf; 0 at the end of the file. */
static int
read_line(FILE *f, char *buf, size_t size, unsigned int *number)
{
	size_t	 len = 0;
	int	 c, any = 0;

	while ((c = getc(f)) != EOF) {
		any = 1;
		if (c == '\n') {
			(*number)++;
			if (len > 0 && buf[len - 1] == '\\') {
				buf[len - 1] = ' ';
				continue;
			}
			break;
		}
		if (len + 1 >= size)
			return (fault("line too long"));
		buf[len++] = c;
	}
	buf[len] = '\0';
	return (any);
}

static int
parse_nested(const char *name, struct rules *rs, int depth)
{
	struct line	 outer = ln;
	unsigned int	 number = 0;
	char		*buf;
	FILE		*f;
	int		 faults, n;

	if (depth > INCLUDE_MAX)
		return (fault("files include one another"));
	f = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");
	if (f == NULL) {
		warn("%s", name);
		ln.l_faults++;
		return (-1);
	}
	if ((buf = malloc(LINE_MAX_)) == NULL)
		err(1, NULL);
	ln.l_file = f == stdin ? "stdin" : name;
	ln.l_faults = 0;
	while ((n = read_line(f, buf, LINE_MAX_, &number)) > 0) {
		ln.l_number = number;
		(void)parse_line(buf, rs, depth);
	}
	explicit_bzero(buf, LINE_MAX_);
	free(buf);
	if (f != stdin)
		fclose(f);
	faults = ln.l_faults;
	ln = outer;
	ln.l_faults += faults;
	return (faults == 0 ? 0 : -1);
}

/*
 * Read the rules of a file ("-": standard input).  Returns 0, or -1 when it
 * has faults, which have been told.
 */
int
parse_file(const char *name, struct rules *rs)
{
	return (parse_nested(name, rs, 0));
}
