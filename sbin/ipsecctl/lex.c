/*
 * ipsecctl(8): the lines of ipsec.conf(5), cut into words.
 *
 * A logical line is a rule, a macro or an include.  Lines go on after a
 * backslash; macros are put in before a line is cut into words, but not
 * between quotes.  A file holds keys: only its owner may read and change it.
 */
#include <sys/types.h>
#include <sys/stat.h>

#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ipsecctl.h"

#define WORDS_MAX	1024
#define LINE_SIZE	16384
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
	const char	*l_words[WORDS_MAX];
	unsigned int	 l_n, l_at;
} ln;

static void	 file_lines(const char *, int, lex_rule_t *, void *);

/*
 * Tell a fault with its file and line.  Returns -1.
 */
int
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

/*
 * Where the line at work is: its number, and in *file its file.
 */
unsigned int
lex_line(const char **file)
{
	*file = ln.l_file;
	return (ln.l_number);
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

/* How long the name at s is. */
static size_t
macro_name(const char *s)
{
	size_t	 n = 0;

	while (isalnum((unsigned char)s[n]) || s[n] == '_')
		n++;
	return (n);
}

static int
macro_set(const char *name, const char *value, int fixed)
{
	struct macro	*m;
	size_t		 len = macro_name(name);

	if (len == 0 || name[len] != '\0')
		return (-1);
	if ((m = macro_find(name, len)) == NULL) {
		if ((m = calloc(1, sizeof(*m))) == NULL ||
		    (m->m_name = strdup(name)) == NULL)
			err(1, NULL);
		TAILQ_INSERT_TAIL(&macros, m, m_entry);
	} else if (m->m_fixed && !fixed)
		return (0);
	free(m->m_value);
	if ((m->m_value = strdup(value)) == NULL)
		err(1, NULL);
	m->m_fixed = fixed;
	return (0);
}

/*
 * -D name=value, which no file changes.  Returns -1 when it is none.
 */
int
lex_define(const char *s)
{
	char	 name[64];
	size_t	 n = strcspn(s, "=");

	if (s[n] != '=' || n >= sizeof(name))
		return (-1);
	memcpy(name, s, n);
	name[n] = '\0';
	return (macro_set(name, s + n + 1, 1));
}

/* Append len bytes of s to dst, of size bytes, at *n. */
static int
append(char *dst, size_t size, size_t *n, const char *s, size_t len)
{
	if (*n + len >= size)
		return (fault("line too long"));
	memcpy(dst + *n, s, len);
	*n += len;
	dst[*n] = '\0';
	return (0);
}

/* Put macros in and leave the comment out: src to dst of size bytes. */
static int
expand(const char *src, char *dst, size_t size)
{
	const struct macro	*m;
	size_t			 len, n = 0;
	int			 quoted = 0;

	dst[0] = '\0';
	for (; *src != '\0' && (quoted || *src != '#'); src += len) {
		quoted ^= *src == '"';
		len = 1;
		if (*src != '$' || quoted) {
			if (append(dst, size, &n, src, 1) == -1)
				return (-1);
			continue;
		}
		len += macro_name(src + 1);
		if ((m = macro_find(src + 1, len - 1)) == NULL)
			return (fault("macro '%.*s' not defined",
			    (int)len - 1, src + 1));
		if (append(dst, size, &n, m->m_value,
		    strlen(m->m_value)) == -1)
			return (-1);
	}
	return (0);
}

static int
word_add(const char *w)
{
	if (ln.l_n == WORDS_MAX)
		return (fault("too many words"));
	ln.l_words[ln.l_n++] = w;
	return (0);
}

/* An operator is a word of its own. */
static const char *
operator(char c)
{
	switch (c) {
	case '{':
		return ("{");
	case '}':
		return ("}");
	case '=':
		return ("=");
	default:
		return (NULL);
	}
}

/* Cut a line into words, in place; quotes hold words together. */
static int
cut(char *s)
{
	const char	*op;
	char		*start;

	ln.l_n = ln.l_at = 0;
	while (*s != '\0') {
		start = s;
		if (*s == '"') {
			start = ++s;
			if ((s = strchr(s, '"')) == NULL)
				return (fault("unterminated quote"));
			*s++ = '\0';
			if (word_add(start) == -1)
				return (-1);
			continue;
		}
		while (*s != '\0' && !isspace((unsigned char)*s) &&
		    strchr("{},=\"", *s) == NULL)
			s++;
		if (s != start && word_add(start) == -1)
			return (-1);
		if (*s == '"' && s != start)
			return (fault("quote within a word"));
		if (*s == '\0' || *s == '"')
			continue;
		if ((op = operator(*s)) != NULL && word_add(op) == -1)
			return (-1);
		*s++ = '\0';
	}
	return (0);
}

/*
 * The next word, which stays; NULL at the end of the line.
 */
const char *
lex_peek(void)
{
	return (ln.l_at < ln.l_n ? ln.l_words[ln.l_at] : NULL);
}

/*
 * The next word; NULL at the end of the line.
 */
const char *
lex_next(void)
{
	return (ln.l_at < ln.l_n ? ln.l_words[ln.l_at++] : NULL);
}

/*
 * Take the next word if it is this one: 1, otherwise 0.
 */
int
lex_take(const char *w)
{
	const char	*p = lex_peek();

	if (p == NULL || strcmp(p, w) != 0)
		return (0);
	ln.l_at++;
	return (1);
}

/*
 * What a keyword needs after it; NULL, and told, when it is not there.
 */
const char *
lex_argument(const char *of)
{
	const char	*w = lex_next();

	if (w == NULL)
		(void)fault("'%s' wants something after it", of);
	return (w);
}

/* A logical line into buf: 1; 0 at the end of the file, -1 for a fault. */
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
		ln.l_number = *number + 1;
		if (c == '\0')
			return (fault("not a text"));
		if (len + 1 >= size)
			return (fault("line too long"));
		buf[len++] = c;
	}
	buf[len] = '\0';
	ln.l_number = *number + (c == EOF);
	if (c == EOF && ferror(f))
		return (fault("%s", strerror(errno)));
	return (any);
}

static void
line_words(int depth, lex_rule_t *rule, void *arg)
{
	const char	*w;

	if (ln.l_n >= 2 && strcmp(ln.l_words[1], "=") == 0) {
		if (ln.l_n != 3 ||
		    macro_set(ln.l_words[0], ln.l_words[2], 0) == -1)
			(void)fault("a macro is: name = \"value\"");
	} else if (lex_take("include")) {
		if ((w = lex_argument("include")) == NULL)
			return;
		if (lex_peek() != NULL)
			(void)fault("unknown word: %s", lex_peek());
		else
			file_lines(w, depth + 1, rule, arg);
	} else if (ln.l_n > 0)
		rule(arg);
}

/* What is wrong with the owner or mode of a file; NULL if nothing. */
static const char *
file_bad(FILE *f)
{
	struct stat	 st;

	if (fstat(fileno(f), &st) == -1)
		return (strerror(errno));
	if (st.st_uid != 0 && st.st_uid != getuid())
		return ("owner not root or current user");
	if ((st.st_mode & (S_IWGRP | S_IXGRP | S_IRWXO)) != 0)
		return ("group writable or world read/writable");
	return (NULL);
}

static void
file_lines(const char *name, int depth, lex_rule_t *rule, void *arg)
{
	struct line	 outer = ln;
	unsigned int	 number = 0;
	const char	*bad = NULL;
	char		*buf, *raw;
	FILE		*f;
	int		 faults;

	if (depth > INCLUDE_MAX) {
		(void)fault("files include one another");
		return;
	}
	f = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");
	if (f == NULL) {
		if (depth == 0)
			err(1, "%s", name);
		(void)fault("%s: %s", name, strerror(errno));
		return;
	}
	if ((buf = calloc(2, LINE_SIZE)) == NULL)
		err(1, NULL);
	raw = buf + LINE_SIZE;
	memset(&ln, 0, sizeof(ln));
	ln.l_file = f == stdin ? "stdin" : name;
	if (f != stdin && (bad = file_bad(f)) != NULL) {
		fprintf(stderr, "%s: %s\n", name, bad);
		ln.l_faults++;
	} else
		while (read_line(f, raw, LINE_SIZE, &number) > 0)
			if (expand(raw, buf, LINE_SIZE) == 0 && cut(buf) == 0)
				line_words(depth, rule, arg);
	explicit_bzero(buf, 2 * LINE_SIZE);
	free(buf);
	if (f != stdin)
		fclose(f);
	faults = ln.l_faults;
	ln = outer;
	ln.l_faults += faults;
}

/*
 * Read a file ("-": standard input), and call rule for each line that is
 * one; its words are there to be taken.  Returns how many faults were told.
 */
int
lex_file(const char *name, lex_rule_t *rule, void *arg)
{
	memset(&ln, 0, sizeof(ln));
	file_lines(name, 0, rule, arg);
	return (ln.l_faults);
}
