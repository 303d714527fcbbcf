/*
 * The grammar of iked.conf(5).  It fills a policy clause by clause
 * (parse_policy.c), complains with file and line, and goes on to the next
 * line, so that one run tells all errors.
 */
%{
#include <sys/types.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "ikev2.h"
#include "lex.h"
#include "log.h"
#include "parse_policy.h"

int	 yylex(void);
static void yyerror(const char *);

static struct conf	*conf;
static struct clauses	 cl;

static void	 unsupported(const char *);
static int	 number_range(int64_t, int64_t, int64_t, const char *);

%}

%union {
	struct yyvalue	 y;
}

%token ACTIVE AH ANY AUTHXF BYTES PARTIALCHAIN CHILDSA CONFIG COUPLE DECOUPLE
%token DEFAULT DPD DSTID DYNAMIC EAP ENC SINGLE ESN ESP FILENAME FRAG FROM
%token GROUP IFACE IKELIFETIME IKESA IKEV2 INCLUDE INET INET6 INVALID IPCOMP
%token LIFETIME LOCAL MOBIKE NATT NOESN NOFRAG NOMOBIKE NOSINGLE NOSTICKY
%token NOVENDORID OCSP PASSIVE PEER PORT PRF PROTO PSK QUICK QUOTED RADIUS
%token RDOMAIN REQUEST SET SHARED SKIP SRCID STICKY TAG TAP TO TRANSPORT
%token TUNNEL USER VENDORID
%token <y> STRING NUMBER
%type <y> idword macrovalue macroword time

%%

grammar		: /* empty */
		| grammar '\n'
		| grammar include '\n'
		| grammar set '\n'
		| grammar macro '\n'
		| grammar policy '\n'
		| grammar user '\n'
		| grammar RADIUS skipped '\n' { unsupported("radius"); }
		| grammar SHARED skipped '\n'
		| grammar error '\n' { clauses_free(&cl); }
		;

/* A line that is ipsecctl(8)'s, or that is refused as a whole. */
skipped		: /* empty */
		| skipped skipword
		;

skipword	: STRING { free($1.v.string); }
		| NUMBER
		| ACTIVE | AH | ANY | AUTHXF | BYTES | CHILDSA | CONFIG
		| DEFAULT | DSTID | DYNAMIC | ENC | ESN | ESP | FILENAME
		| FROM | GROUP | IKESA | INET | INET6 | IPCOMP | LIFETIME
		| LOCAL | PASSIVE | PEER | PORT | PRF | PROTO | PSK | QUICK
		| REQUEST | SHARED | SRCID | TAG | TAP | TO | TRANSPORT
		| TUNNEL | USER
		| '{' | '}' | '(' | ')' | '/' | ',' | '=' | '!' | '<' | '>'
		;

include		: INCLUDE STRING {
			if (lex_include($2.v.string) == -1)
				lex_error("failed to include file %s",
				    $2.v.string);
			free($2.v.string);
		}
		;

macro		: STRING '=' macrovalue {
			if (strpbrk($1.v.string, " \t") != NULL)
				lex_error("macro name cannot contain "
				    "whitespace");
			else if (sym_set($1.v.string, $3.v.string, 0) == -1)
				fatal("macro");
			free($1.v.string);
			lex_free($3.v.string);
		}
		;

macrovalue	: macroword
		| macrovalue macroword {
			if (asprintf(&$$.v.string, "%s %s", $1.v.string,
			    $2.v.string) == -1)
				fatal("macro");
			lex_free($1.v.string);
			lex_free($2.v.string);
		}
		;

macroword	: STRING
		| NUMBER {
			if (asprintf(&$$.v.string, "%lld",
			    (long long)$1.v.number) == -1)
				fatal("macro");
		}
		| STRING '/' NUMBER {
			if (asprintf(&$$.v.string, "%s/%lld", $1.v.string,
			    (long long)$3.v.number) == -1)
				fatal("macro");
			free($1.v.string);
		}
		;

set		: SET ACTIVE	{ conf->c_passive = 0; }
		| SET PASSIVE	{ conf->c_passive = 1; }
		| SET COUPLE	{ conf->c_decouple = 0; }
		| SET DECOUPLE	{ conf->c_decouple = 1; }
		| SET FRAG	{ conf->c_fragmentation = 1; }
		| SET NOFRAG	{ conf->c_fragmentation = 0; }
		| SET SINGLE	{ conf->c_enforcesingle = 1; }
		| SET NOSINGLE	{ conf->c_enforcesingle = 0; }
		| SET VENDORID	{ conf->c_novendorid = 0; }
		| SET NOVENDORID { conf->c_novendorid = 1; }
		| SET PARTIALCHAIN { conf->c_partialchain = 1; }
		| SET NOMOBIKE
		| SET NOSTICKY
		| SET MOBIKE	{ unsupported("mobike"); }
		| SET STICKY	{ unsupported("stickyaddress"); }
		| SET OCSP skipped { unsupported("ocsp"); }
		| SET DPD NUMBER {
			if ($3.v.number < 0 || $3.v.number > UINT32_MAX)
				lex_error("timeout outside range");
			else
				conf->c_dpd = $3.v.number;
		}
		;

user		: USER STRING STRING {
			unsupported("user");
			free($2.v.string);
			explicit_bzero($3.v.string, strlen($3.v.string));
			free($3.v.string);
		}
		;

policy		: IKEV2 begin name matching mode ipcomp encap natt saproto
		  family protos rdomain flows ends proposals ids ikelifetime
		  lifetime auth extras {
			policy_finish(&cl, conf);
		}
		;

begin		: /* empty */ { clauses_init(&cl); }
		;

name		: /* empty */
		| STRING {
			policy_name(&cl, $1.v.string, lex_quoted());
			free($1.v.string);
		}
		;

matching	: /* empty */
		| QUICK		{ cl.cl_policy->p_flags |= POL_QUICK; }
		| SKIP		{ cl.cl_policy->p_flags |= POL_SKIP; }
		| DEFAULT	{ cl.cl_policy->p_flags |= POL_DEFAULT; }
		;

mode		: /* empty */
		| PASSIVE
		| ACTIVE	{ cl.cl_policy->p_flags |= POL_ACTIVE; }
		;

ipcomp		: /* empty */
		| IPCOMP	{ unsupported("ipcomp"); }
		;

encap		: /* empty */
		| TUNNEL
		| TRANSPORT	{ cl.cl_policy->p_flags |= POL_TRANSPORT; }
		;

natt		: /* empty */
		| NATT		{ cl.cl_policy->p_flags |= POL_NATT; }
		;

saproto		: /* empty */
		| ESP
		| AH		{ cl.cl_policy->p_saproto = PROTO_AH; }
		;

family		: /* empty */
		| INET		{ cl.cl_policy->p_ver = 4; }
		| INET6		{ cl.cl_policy->p_ver = 6; }
		;

protos		: /* empty */
		| PROTO proto
		| PROTO '{' optnl protolist '}'
		;

protolist	: proto optsep
		| protolist proto optsep
		;

proto		: STRING {
			policy_proto(&cl, $1.v.string);
			free($1.v.string);
		}
		| NUMBER {
			policy_protonum(&cl, $1.v.number);
		}
		| ESP	{ policy_protonum(&cl, 50); }
		| AH	{ policy_protonum(&cl, 51); }
		;

optnl		: /* empty */
		| optnl '\n'
		;

optsep		: optnl
		| ',' optnl
		;

rdomain		: /* empty */
		| RDOMAIN NUMBER {
			if (number_range($2.v.number, 0, 255,
			    "rdomain outside range")) {
				cl.cl_policy->p_rdomain = $2.v.number;
				cl.cl_policy->p_flags |= POL_RDOMAIN;
			}
		}
		;

flows		: flow
		| flows flowsep flow
		;

flowsep		: /* empty */
		| ',' optnl
		;

flow		: FROM src TO dst { policy_flow(&cl); }
		| TO dst FROM src { policy_flow(&cl); }
		;

src		: srchost port srcnat { cl.cl_sport = cl.cl_port; }
		;

srchost		: host { hosts_move(&cl.cl_src, &cl.cl_hosts); }
		;

srcnat		: /* empty */
		| '(' host ')' { hosts_move(&cl.cl_nat, &cl.cl_hosts); }
		;

dst		: dsthost port dstnat { cl.cl_dport = cl.cl_port; }
		;

dsthost		: host { hosts_move(&cl.cl_dst, &cl.cl_hosts); }
		;

dstnat		: /* empty */
		| '(' hostskip ')' {
			lex_error("no flow NAT support for destination "
			    "network");
		}
		;

hostskip	: STRING { free($1.v.string); }
		| STRING '/' NUMBER { free($1.v.string); }
		| ANY
		;

host		: ANY { hosts_any(&cl.cl_hosts); }
		| DYNAMIC {
			hosts_any(&cl.cl_hosts);
			unsupported("dynamic");
		}
		| STRING {
			hosts_parse(&cl.cl_hosts, $1.v.string, -1);
			free($1.v.string);
		}
		| STRING '/' NUMBER {
			hosts_parse(&cl.cl_hosts, $1.v.string, $3.v.number);
			free($1.v.string);
		}
		;

port		: /* empty */ { cl.cl_port = 0; }
		| PORT STRING {
			cl.cl_port = port_parse($2.v.string);
			free($2.v.string);
		}
		| PORT NUMBER {
			cl.cl_port = number_range($2.v.number, 1, 65535,
			    "port outside range") ? $2.v.number : 0;
		}
		;

ends		: /* empty */
		| local
		| peer
		| local peer
		| peer local
		;

local		: LOCAL host { hosts_move(&cl.cl_local, &cl.cl_hosts); }
		;

peer		: PEER host { hosts_move(&cl.cl_peer, &cl.cl_hosts); }
		;

proposals	: /* empty */
		| proposals IKESA ikexf transforms {
			policy_proposal(&cl, PROTO_IKE);
		}
		| proposals CHILDSA childxf transforms {
			policy_proposal(&cl, cl.cl_policy->p_saproto);
		}
		;

ikexf		: /* empty */ { clauses_proposal(&cl, PROTO_IKE); }
		;

childxf		: /* empty */ {
			clauses_proposal(&cl, cl.cl_policy->p_saproto);
		}
		;

transforms	: transform
		| transforms transform
		;

transform	: AUTHXF STRING {
			policy_xform(&cl, XF_INTEG, $2.v.string);
			free($2.v.string);
		}
		| ENC STRING {
			policy_xform(&cl, XF_ENCR, $2.v.string);
			free($2.v.string);
		}
		| PRF STRING {
			policy_xform(&cl, XF_PRF, $2.v.string);
			free($2.v.string);
		}
		| GROUP STRING {
			policy_xform(&cl, XF_DH, $2.v.string);
			free($2.v.string);
		}
		| GROUP NUMBER {
			policy_groupnum(&cl, $2.v.number);
		}
		| ESN	{ policy_xform(&cl, XF_ESN, "esn"); }
		| NOESN	{ policy_xform(&cl, XF_ESN, "noesn"); }
		;

ids		: /* empty */
		| srcid
		| dstid
		| srcid dstid
		| dstid srcid
		;

srcid		: SRCID idword {
			policy_ident(&cl.cl_policy->p_srcid, $2.v.string,
			    "srcid");
			free($2.v.string);
		}
		;

dstid		: DSTID idword {
			policy_ident(&cl.cl_policy->p_dstid, $2.v.string,
			    "dstid");
			free($2.v.string);
		}
		;

idword		: STRING
		;

ikelifetime	: /* empty */
		| IKELIFETIME time {
			cl.cl_policy->p_ikelifetime = $2.v.number;
		}
		;

lifetime	: /* empty */
		| LIFETIME time bytes {
			cl.cl_policy->p_lifetime = $2.v.number;
		}
		;

bytes		: /* empty */
		| BYTES NUMBER {
			if (number_range($2.v.number, 0, INT64_MAX,
			    "bytes outside range"))
				cl.cl_policy->p_lifebytes = $2.v.number;
		}
		| BYTES STRING {
			cl.cl_policy->p_lifebytes =
			    bytes_parse($2.v.string);
			free($2.v.string);
		}
		;

time		: NUMBER {
			$$ = $1;
			if (!number_range($1.v.number, 0, UINT32_MAX,
			    "timeout outside range"))
				$$.v.number = 0;
		}
		| STRING {
			$$.v.number = time_parse($1.v.string);
			free($1.v.string);
		}
		;

auth		: /* empty */
		| STRING {
			policy_auth(&cl, $1.v.string);
			free($1.v.string);
		}
		| PSK STRING {
			policy_psk(&cl, $2.v.string, lex_quoted());
			explicit_bzero($2.v.string, strlen($2.v.string));
			free($2.v.string);
		}
		| PSK FILENAME STRING {
			policy_pskfile(&cl, $3.v.string);
			free($3.v.string);
		}
		| EAP STRING {
			if (strcmp($2.v.string, "mschap-v2") != 0 &&
			    strcasecmp($2.v.string, "radius") != 0)
				lex_error("unsupported EAP method: %s",
				    $2.v.string);
			else
				unsupported("eap");
			free($2.v.string);
		}
		| EAP RADIUS { unsupported("eap"); }
		;

extras		: /* empty */
		| extras extra
		;

extra		: CONFIG STRING cfgvalue {
			unsupported("config");
			free($2.v.string);
		}
		| REQUEST STRING cfgvalue {
			unsupported("request");
			free($2.v.string);
		}
		| IFACE STRING {
			unsupported("iface");
			free($2.v.string);
		}
		| TAG STRING {
			policy_tag(&cl, $2.v.string);
			free($2.v.string);
		}
		| TAP STRING {
			policy_tap(&cl, $2.v.string);
			free($2.v.string);
		}
		;

cfgvalue	: hostskip
		;

%%

static void
yyerror(const char *s)
{
	lex_error("%s", s);
}

/* A clause that is understood, and not there yet. */
static void
unsupported(const char *what)
{
	lex_error("'%s' is not supported yet", what);
}

/* Is it within lo and hi?  If not, say so. */
static int
number_range(int64_t n, int64_t lo, int64_t hi, const char *why)
{
	if (n >= lo && n <= hi)
		return (1);
	lex_error("%s", why);
	return (0);
}

/*
 * Read a configuration file ("-": the standard input) into an initialised
 * configuration.  -1: there were errors, and all were logged; c is then to
 * be freed, not used.
 */
int
parse_config(const char *name, struct conf *c)
{
	int	 errors;

	conf = c;
	memset(&cl, 0, sizeof(cl));
	if (lex_open(name) == -1)
		return (-1);
	yyparse();
	errors = lex_errors();
	clauses_free(&cl);
	lex_close();
	sym_free();
	if (errors != 0)
		return (-1);
	if (TAILQ_EMPTY(&c->c_policies))
		log_warnx("%s: no valid configuration rules found", name);
	return (0);
}

/*
 * Define a macro as -D has it: name=value.  -1: it is not one.
 */
int
cmdline_symset(const char *s)
{
	const char	*eq = strchr(s, '=');
	char		*name;
	int		 error;

	if (eq == NULL || eq == s)
		return (-1);
	name = strndup(s, eq - s);
	if (name == NULL)
		return (-1);
	error = sym_set(name, eq + 1, 1);
	free(name);
	return (error);
}
