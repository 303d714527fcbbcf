/*
 * The lexer of iked.conf(5): files within files, macros, quotes, comments,
 * continued lines.
 *
 * Characters come from a stack of sources: files, and the values of macros,
 * which are read as if they stood in the file.
 */
#include <sys/types.h>
#include <sys/queue.h>
#include <sys/stat.h>

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "lex.h"
#include "log.h"
#include "parse.h"

#define TOKEN_MAX	8096
#define SOURCES_MAX	32

struct source {
	char		*s_name;	/* file; NULL: text of a macro */
	FILE		*s_file;
	char		*s_buf;		/* its buffer, wiped at the end */
	char		*s_text;
	size_t		 s_pos;
	int		 s_line;
	int		 s_newline;	/* s_line is one more next time */
	int		 s_back;	/* a character given back, or EOF */
	int		 s_begun;	/* its first end of line was given */
	int		 s_ended;	/* and its last */
};

struct sym {
	TAILQ_ENTRY(sym) sym_entry;
	char		*sym_name;
	char		*sym_value;
	int		 sym_persist;	/* -D: the file cannot change it */
	int		 sym_used;
};

static TAILQ_HEAD(, sym)	 syms = TAILQ_HEAD_INITIALIZER(syms);
static struct source		 sources[SOURCES_MAX];
static int			 nsources;
static int			 nerrors;
static int			 stdin_read;	/* there is nothing more */
static int			 quoted;
static char			 first[1200];

int	 yylex(void);

static const struct {
	const char	*name;
	int		 token;
} keywords[] = {	/* sorted */
	{ "active", ACTIVE }, { "ah", AH }, { "any", ANY },
	{ "auth", AUTHXF }, { "bytes", BYTES },
	{ "cert_partial_chain", PARTIALCHAIN }, { "childsa", CHILDSA },
	{ "config", CONFIG }, { "couple", COUPLE }, { "decouple", DECOUPLE },
	{ "default", DEFAULT }, { "dpd_check_interval", DPD },
	{ "dstid", DSTID }, { "dynamic", DYNAMIC }, { "eap", EAP },
	{ "enc", ENC }, { "enforcesingleikesa", SINGLE }, { "esn", ESN },
	{ "esp", ESP }, { "file", FILENAME }, { "flow", SHARED },
	{ "fragmentation", FRAG }, { "from", FROM }, { "group", GROUP },
	{ "iface", IFACE }, { "ike", SHARED }, { "ikelifetime", IKELIFETIME },
	{ "ikesa", IKESA }, { "ikev2", IKEV2 }, { "include", INCLUDE },
	{ "inet", INET }, { "inet6", INET6 }, { "ipcomp", IPCOMP },
	{ "lifetime", LIFETIME }, { "local", LOCAL }, { "mobike", MOBIKE },
	{ "natt", NATT }, { "noenforcesingleikesa", NOSINGLE },
	{ "noesn", NOESN }, { "nofragmentation", NOFRAG },
	{ "nomobike", NOMOBIKE }, { "nostickyaddress", NOSTICKY },
	{ "novendorid", NOVENDORID }, { "ocsp", OCSP },
	{ "passive", PASSIVE }, { "peer", PEER }, { "port", PORT },
	{ "prf", PRF }, { "proto", PROTO }, { "psk", PSK },
	{ "quick", QUICK }, { "radius", RADIUS }, { "rdomain", RDOMAIN },
	{ "request", REQUEST }, { "sa", SHARED }, { "set", SET },
	{ "skip", SKIP }, { "srcid", SRCID }, { "stickyaddress", STICKY },
	{ "tag", TAG }, { "tap", TAP }, { "tcpmd5", SHARED }, { "to", TO },
	{ "transport", TRANSPORT }, { "tunnel", TUNNEL }, { "user", USER },
	{ "vendorid", VENDORID },
};

static int
keyword(const char *s)
{
	size_t	 i;

	for (i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (strcmp(keywords[i].name, s) == 0)
			return (keywords[i].token);
	return (STRING);
}

/* Are these words one typing mistake apart (two, if they are long)? */
static int
near(const char *a, const char *b)
{
	size_t	 row[32], i, j, la = strlen(a), lb = strlen(b), diag, old, c;

	if (lb >= 31 || la >= 31)
		return (0);
	for (j = 0; j <= lb; j++)
		row[j] = j;
	for (i = 1; i <= la; i++) {
		diag = row[0];
		row[0] = i;
		for (j = 1; j <= lb; j++) {
			old = row[j];
			c = diag + (a[i - 1] != b[j - 1]);
			if (row[j] + 1 < c)
				c = row[j] + 1;
			if (row[j - 1] + 1 < c)
				c = row[j - 1] + 1;
			row[j] = c;
			diag = old;
		}
	}
	return (row[lb] <= (la > 4 ? 2 : 1));
}

/*
 * The keyword that a word looks like, or NULL.
 */
const char *
lex_near(const char *s)
{
	size_t	 i;

	for (i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (strlen(keywords[i].name) > 2 && near(s, keywords[i].name))
			return (keywords[i].name);
	return (NULL);
}

/* The innermost file, for messages. */
static struct source *
where(void)
{
	static struct source	 none = { .s_name = "" };
	int			 i;

	for (i = nsources - 1; i >= 0; i--)
		if (sources[i].s_name != NULL)
			return (&sources[i]);
	return (&none);
}

static void
message(const char *fmt, va_list ap, int error)
{
	struct source	*s = where();
	char		 text[1024], line[1200];

	vsnprintf(text, sizeof(text), fmt, ap);
	snprintf(line, sizeof(line), "%.100s: %d: %s", s->s_name, s->s_line,
	    text);
	log_warnx("%s", line);
	if (error && first[0] == '\0')
		strlcpy(first, line, sizeof(first));
}

/* Why a file cannot be read. */
static void
refuse(const char *fmt, ...)
{
	char	 line[1200];
	va_list	 ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	log_warnx("%s", line);
	if (nsources == 0)
		strlcpy(first, line, sizeof(first));
}

/*
 * The first error of what was read last, for who cannot see the log.
 */
const char *
lex_message(void)
{
	return (first);
}

/*
 * Say what is wrong, with file and line; the file is not used.
 */
void
lex_error(const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	message(fmt, ap, 1);
	va_end(ap);
	nerrors++;
}

/*
 * Say what is strange, with file and line.
 */
void
lex_warn(const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	message(fmt, ap, 0);
	va_end(ap);
}

/*
 * How many errors there were.
 */
int
lex_errors(void)
{
	return (nerrors);
}

/*
 * Was the last string in quotes?
 */
int
lex_quoted(void)
{
	return (quoted);
}

/*
 * Define a macro; persist: on the command line, which wins.  -1: no memory.
 */
int
sym_set(const char *name, const char *value, int persist)
{
	struct sym	*s;
	char		*copy;

	TAILQ_FOREACH(s, &syms, sym_entry)
		if (strcmp(s->sym_name, name) == 0)
			break;
	if (s != NULL && s->sym_persist && !persist)
		return (0);
	copy = strdup(value);
	if (copy == NULL)
		return (-1);
	if (s == NULL) {
		s = calloc(1, sizeof(*s));
		if (s == NULL || (s->sym_name = strdup(name)) == NULL) {
			free(s);
			free(copy);
			return (-1);
		}
		TAILQ_INSERT_TAIL(&syms, s, sym_entry);
	}
	lex_free(s->sym_value);
	s->sym_value = copy;
	s->sym_persist |= persist;
	return (0);
}

/*
 * Free a string that may be a secret.
 */
void
lex_free(char *s)
{
	if (s != NULL)
		explicit_bzero(s, strlen(s));
	free(s);
}

/*
 * Forget the macros of the file.
 */
void
sym_free(void)
{
	struct sym	*s, *next;

	for (s = TAILQ_FIRST(&syms); s != NULL; s = next) {
		next = TAILQ_NEXT(s, sym_entry);
		if (!s->sym_used)
			log_debug("warning: macro \"%s\" not used",
			    s->sym_name);
		s->sym_used = 0;
		if (s->sym_persist)
			continue;
		TAILQ_REMOVE(&syms, s, sym_entry);
		free(s->sym_name);
		lex_free(s->sym_value);
		free(s);
	}
}

static struct source *
push(void)
{
	struct source	*s;

	if (nsources == SOURCES_MAX)
		return (NULL);
	s = &sources[nsources++];
	memset(s, 0, sizeof(*s));
	s->s_line = 1;
	s->s_back = EOF;
	return (s);
}

static void
pop(void)
{
	struct source	*s = &sources[--nsources];

	if (s->s_file != NULL && s->s_file != stdin)
		fclose(s->s_file);
	if (s->s_file == stdin)
		setvbuf(stdin, NULL, _IONBF, 0);
	if (s->s_buf != NULL)
		explicit_bzero(s->s_buf, BUFSIZ);
	free(s->s_buf);
	free(s->s_name);
	lex_free(s->s_text);
}

/* Secrets are inside: nobody else may write it, nor others read it. */
static int
secure(int fd, const char *name)
{
	struct stat	 st;

	if (fstat(fd, &st) == -1) {
		refuse("%.200s: %s", name, strerror(errno));
		return (0);
	}
	if (st.st_uid != 0 && st.st_uid != getuid()) {
		refuse("%.200s: owner not root or current user", name);
		return (0);
	}
	if ((st.st_mode & (S_IWGRP | S_IXGRP | S_IRWXO)) != 0) {
		refuse("%.200s: group writable or world read/writable",
		    name);
		return (0);
	}
	return (1);
}

/*
 * Read a file next; "-" is the standard input.  -1: it cannot be, which
 * was said.
 */
int
lex_include(const char *name)
{
	struct source	*s;
	FILE		*f = stdin;

	if (strcmp(name, "-") == 0) {
		if (stdin_read++) {
			refuse("stdin: it has been read already");
			return (-1);
		}
	} else {
		f = fopen(name, "r");
		if (f == NULL) {
			refuse("%.200s: %s", name, strerror(errno));
			return (-1);
		}
		if (!secure(fileno(f), name)) {
			fclose(f);
			return (-1);
		}
	}
	s = push();
	if (s == NULL || (s->s_name = strdup(strcmp(name, "-") == 0 ?
	    "stdin" : name)) == NULL) {
		log_warnx("%s: included too deeply", name);
		if (f != stdin)
			fclose(f);
		if (s != NULL)
			nsources--;
		return (-1);
	}
	s->s_file = f;
	s->s_buf = malloc(BUFSIZ);
	if (s->s_buf == NULL || setvbuf(f, s->s_buf, _IOFBF, BUFSIZ) != 0)
		fatal("%s", name);
	return (0);
}

/*
 * Start with a file.
 */
int
lex_open(const char *name)
{
	nerrors = 0;
	first[0] = '\0';
	while (nsources > 0)
		pop();
	return (lex_include(name));
}

/*
 * Done, or given up.
 */
void
lex_close(void)
{
	while (nsources > 0)
		pop();
}

/* One character of the innermost source; EOF at its end. */
static int
raw(void)
{
	struct source	*s;
	int		 c;

	if (nsources == 0)
		return (EOF);
	s = &sources[nsources - 1];
	c = s->s_back;
	s->s_back = EOF;
	if (c != EOF)
		return (c);
	if (s->s_file == NULL) {
		c = (unsigned char)s->s_text[s->s_pos];
		if (c == '\0')
			return (EOF);
		s->s_pos++;
		return (c);
	}
	return (getc(s->s_file));
}

static void
back(int c)
{
	if (c != EOF && nsources > 0)
		sources[nsources - 1].s_back = c;
}

/* The next character, with continued lines joined. */
static int
next(void)
{
	int	 c, d;

	while ((c = raw()) == '\\') {
		d = raw();
		if (d != '\n') {
			if (d == ' ' || d == '\t')
				lex_warn("backslash is not at the end of the "
				    "line");
			back(d);
			return (c);
		}
		where()->s_line++;
	}
	return (c);
}

static int
in_word(int c)
{
	return (c != EOF && isgraph(c) && strchr("(){}<>!=/#,", c) == NULL);
}

static int
put(char *buf, size_t *n, int c)
{
	if (*n + 1 >= TOKEN_MAX) {
		lex_error("string too long");
		return (-1);
	}
	buf[(*n)++] = c;
	buf[*n] = '\0';
	return (0);
}

static int
value(const char *s, int token)
{
	quoted = token == QUOTED;
	yylval.y.v.string = strdup(s);
	if (yylval.y.v.string == NULL)
		fatal("strdup");
	return (STRING);
}

static int
quote(int q)
{
	static char	 buf[TOKEN_MAX];
	size_t		 n = 0;
	int		 c;

	buf[0] = '\0';
	for (;;) {
		c = raw();
		if (c == EOF) {
			lex_error("reached end of file while parsing quoted "
			    "string");
			return (INVALID);
		}
		if (c == q) {
			c = value(buf, QUOTED);
			explicit_bzero(buf, n);
			return (c);
		}
		if (c == '\n') {
			where()->s_line++;
			continue;
		}
		if (c == '\\') {
			c = raw();
			if (c == '\n') {
				where()->s_line++;
				continue;
			}
			if (c != q && c != ' ' && c != '\t') {
				back(c);
				c = '\\';
			}
		}
		if (put(buf, &n, c) == -1)
			return (INVALID);
	}
}

/* $name: go on with its value.  0, or INVALID. */
static int
macro(void)
{
	char		 name[128];
	struct source	*src;
	struct sym	*s;
	size_t		 n = 0;
	int		 c;

	while ((c = raw()) != EOF && (isalnum(c) || c == '_') &&
	    n < sizeof(name) - 1)
		name[n++] = c;
	name[n] = '\0';
	back(c);
	TAILQ_FOREACH(s, &syms, sym_entry)
		if (strcmp(s->sym_name, name) == 0)
			break;
	if (s == NULL) {
		lex_error("macro '%s' not defined", name);
		return (INVALID);
	}
	s->sym_used = 1;
	src = push();
	if (src == NULL || (src->s_text = strdup(s->sym_value)) == NULL) {
		lex_error("macro '%s' nested too deeply", name);
		return (INVALID);
	}
	return (0);
}

static int
is_number(const char *s)
{
	if (*s == '-')
		s++;
	if (*s == '\0')
		return (0);
	while (isdigit((unsigned char)*s))
		s++;
	return (*s == '\0');
}

static int
word(int c)
{
	char		 buf[TOKEN_MAX];
	const char	*why;
	size_t		 n = 0;
	int		 token;

	do {
		if (put(buf, &n, c) == -1)
			return (INVALID);
	} while (in_word(c = next()));
	back(c);
	if (is_number(buf)) {
		yylval.y.v.number = strtonum(buf, LLONG_MIN, LLONG_MAX, &why);
		if (why != NULL) {
			lex_error("\"%s\" invalid number: %s", buf, why);
			return (INVALID);
		}
		return (NUMBER);
	}
	token = keyword(buf);
	if (token == STRING)
		token = value(buf, STRING);
	explicit_bzero(buf, n);
	return (token);
}

/*
 * Would a text that stands in a file without quotes be read as this string?
 */
int
lex_is_word(const char *s)
{
	const char	*p;

	if (*s == '\0' || strchr("\"'$", *s) != NULL || is_number(s) ||
	    keyword(s) != STRING)
		return (0);
	for (p = s; *p != '\0'; p++)
		if (!in_word((unsigned char)*p) || *p == '\\')
			return (0);
	return (1);
}

/*
 * A file stands on lines of its own: before and after what is in it comes
 * the end of one, whether the parser has seen the includer's yet or not.
 */
static int
edge(int *given)
{
	if (nsources == 0 || sources[nsources - 1].s_file == NULL || *given)
		return (0);
	*given = 1;
	return (1);
}

/*
 * The next token.
 */
int
yylex(void)
{
	struct source	*s;
	int		 c;

 again:
	/* The end of a line is still on it, and so is what is said then. */
	s = where();
	s->s_line += s->s_newline;
	s->s_newline = 0;
	if (nsources > 0 && edge(&sources[nsources - 1].s_begun))
		return ('\n');
	while ((c = next()) == ' ' || c == '\t' || c == '\r')
		;
	if (c == '#') {
		while ((c = raw()) != '\n' && c != EOF)
			;
	}
	switch (c) {
	case EOF:
		if (nsources > 0 && edge(&sources[nsources - 1].s_ended))
			return ('\n');
		if (nsources <= 1)
			return (0);
		pop();
		goto again;
	case '\n':
		s->s_newline = 1;
		return ('\n');
	case '"':
	case '\'':
		return (quote(c));
	case '$':
		/* A macro's value is taken as it stands. */
		if (nsources > 0 && sources[nsources - 1].s_text != NULL)
			return (c);
		if (macro() != 0)
			return (INVALID);
		goto again;
	}
	return (in_word(c) ? word(c) : c);
}
