/*
 * The configuration as iked -nv shows it: one line a policy, complete, in
 * the words of iked.conf(5), secrets masked.
 */
#include <sys/types.h>
#include <netinet/in.h>

#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "conf.h"
#include "ikev2.h"
#include "lex.h"

struct text {
	char	*t_buf;
	size_t	 t_size;
	size_t	 t_len;
};

static void	 add(struct text *, const char *, ...)
		    __attribute__((__format__(printf, 2, 3)));

static void
add(struct text *t, const char *fmt, ...)
{
	va_list	 ap;
	int	 n;

	va_start(ap, fmt);
	n = vsnprintf(t->t_buf + t->t_len, t->t_size - t->t_len, fmt, ap);
	va_end(ap);
	if (n > 0)
		t->t_len += (size_t)n < t->t_size - t->t_len ? (size_t)n :
		    t->t_size - t->t_len - 1;
}

/* A string in quotes, as the lexer undoes them. */
static void
add_quoted(struct text *t, const char *s)
{
	char	 prev = '\0';

	add(t, "\"");
	for (; *s != '\0'; prev = *s++)
		if (*s == '"' || (prev == '\\' && (*s == ' ' || *s == '\t')))
			add(t, "\\%c", *s);
		else
			add(t, "%c", *s);
	add(t, "\"");
}

static void
add_protos(struct text *t, const struct policy *p)
{
	struct protoent	*pe;
	unsigned int	 i;

	if (p->p_nprotos == 0)
		return;
	add(t, " proto {");
	for (i = 0; i < p->p_nprotos; i++) {
		pe = getprotobynumber(p->p_protos[i]);
		if (pe != NULL)
			add(t, "%s %s", i == 0 ? "" : ",", pe->p_name);
		else
			add(t, "%s %u", i == 0 ? "" : ",", p->p_protos[i]);
	}
	add(t, " }");
}

static void
add_flow(struct text *t, const struct flow *f)
{
	char	 addr[ADDR_STRLEN];

	add(t, " from %s", prefix_str(f->f_prenat.pf_addr.a_ver != 0 ?
	    &f->f_prenat : &f->f_src, addr));
	if (f->f_sport != 0)
		add(t, " port %u", f->f_sport);
	if (f->f_prenat.pf_addr.a_ver != 0)
		add(t, " (%s)", prefix_str(&f->f_src, addr));
	add(t, " to %s", prefix_str(&f->f_dst, addr));
	if (f->f_dport != 0)
		add(t, " port %u", f->f_dport);
}

static void
add_proposal(struct text *t, const struct proposal *pr)
{
	static const struct {
		uint8_t		 type;
		const char	*word;
	} order[] = {
		{ XF_ENCR, "enc " }, { XF_PRF, "prf " },
		{ XF_INTEG, "auth " }, { XF_DH, "group " }, { XF_ESN, "" },
	};
	unsigned int	 i, j;

	add(t, " %s", pr->pr_proto == PROTO_IKE ? "ikesa" : "childsa");
	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		for (j = 0; j < pr->pr_n; j++)
			if (pr->pr_xf[j].x_type == order[i].type)
				add(t, " %s%s", order[i].word, xform_name(
				    pr->pr_proto, &pr->pr_xf[j]));
}

/* Without its type, as it was written. */
static void
add_ident(struct text *t, const char *word, const struct ident *id)
{
	char	 text[2 * IDENT_MAX + 16];

	if (id->id_type == ID_NONE)
		return;
	ident_word(id, text, sizeof(text));
	add(t, " %s ", word);
	if (lex_is_word(text))
		add(t, "%s", text);
	else
		add_quoted(t, text);
}

static void
add_tail(struct text *t, const struct policy *p)
{
	if (p->p_ikelifetime != 0)
		add(t, " ikelifetime %u", p->p_ikelifetime);
	add(t, " lifetime %u bytes %llu", p->p_lifetime,
	    (unsigned long long)p->p_lifebytes);
	if (p->p_auth == AUTH_PSK)
		add(t, " psk \"********\"");
	else
		add(t, " %s", name_auth(p->p_auth));
	if (p->p_tag[0] != '\0') {
		add(t, " tag ");
		add_quoted(t, p->p_tag);
	}
	if (p->p_flags & POL_TAP)
		add(t, " tap \"enc%u\"", p->p_tap);
}

/*
 * Write a policy as one line without its end.
 */
void
policy_format(const struct policy *p, char *buf, size_t size)
{
	struct text	 t = { buf, size, 0 };
	char		 addr[ADDR_STRLEN];
	unsigned int	 i;

	buf[0] = '\0';
	add(&t, "ikev2 ");
	add_quoted(&t, p->p_name);
	if (p->p_flags & POL_DEFAULT)
		add(&t, " default");
	if (p->p_flags & POL_QUICK)
		add(&t, " quick");
	if (p->p_flags & POL_SKIP)
		add(&t, " skip");
	add(&t, " %s", p->p_flags & POL_ACTIVE ? "active" : "passive");
	add(&t, " %s", p->p_flags & POL_TRANSPORT ? "transport" : "tunnel");
	if (p->p_flags & POL_NATT)
		add(&t, " natt");
	add(&t, " %s", p->p_saproto == PROTO_AH ? "ah" : "esp");
	if (p->p_ver != 0)
		add(&t, " %s", p->p_ver == 4 ? "inet" : "inet6");
	add_protos(&t, p);
	if (p->p_flags & POL_RDOMAIN)
		add(&t, " rdomain %u", p->p_rdomain);
	for (i = 0; i < p->p_nflows; i++)
		add_flow(&t, &p->p_flows[i]);
	add(&t, " local %s", prefix_str(&p->p_local, addr));
	add(&t, " peer %s", prefix_str(&p->p_peer, addr));
	for (i = 0; i < p->p_nike; i++)
		add_proposal(&t, &p->p_ike[i]);
	for (i = 0; i < p->p_nchild; i++)
		add_proposal(&t, &p->p_child[i]);
	add_ident(&t, "srcid", &p->p_srcid);
	add_ident(&t, "dstid", &p->p_dstid);
	add_tail(&t, p);
}

/*
 * Print all policies on the standard output.
 */
void
print_conf(const struct conf *c)
{
	static char		 line[65536];
	const struct policy	*p;

	TAILQ_FOREACH(p, &c->c_policies, p_entry) {
		policy_format(p, line, sizeof(line));
		printf("%s\n", line);
	}
}
