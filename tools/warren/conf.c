/*
 * machine.conf(5): words on lines.  A fault names the file, the line and the
 * word, and ends the program.
 *
 *	card NAME tap TAP [netns] [word ...]
 *	card NAME packet IF [netns] [mode vnet|xdp] [word ...]
 *	card NAME wire PATH [word ...]
 *		words of every card: lladdr ADDRESS, mtu N, offload on|off
 *	memory SIZE[m|g]
 *	vtime PATH
 *	kernel PATH
 *	image PATH
 *	set NAME=VALUE
 */
#include <sys/stat.h>

#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "warren.h"

#define WORDS_MAX	32

/* One line, cut into words. */
struct line {
	const char	*l_file;
	int		 l_no;
	char		*l_words[WORDS_MAX];
	int		 l_n;		/* words */
	int		 l_i;		/* the next one to be read */
};

static void fault(const struct line *, const char *, const char *, ...)
    __attribute__((__noreturn__, __format__(__printf__, 3, 4)));

/* End the program: file:line: "word": text. */
static void
fault(const struct line *l, const char *word, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s:%d: ", l->l_file, l->l_no);
	if (word != NULL)
		fprintf(stderr, "\"%s\": ", word);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

/* The next word, or NULL at the end of the line. */
static char *
next(struct line *l)
{
	if (l->l_i == l->l_n)
		return (NULL);
	return (l->l_words[l->l_i++]);
}

/* The next word, which must be there: `after' wants `what'. */
static char *
need(struct line *l, const char *after, const char *what)
{
	char *w;

	w = next(l);
	if (w == NULL)
		fault(l, after, "wants %s", what);
	return (w);
}

/* Nothing may follow. */
static void
end(struct line *l)
{
	char *w;

	w = next(l);
	if (w != NULL)
		fault(l, w, "unexpected");
}

/* Cut one line into words: blanks part them, "..." keeps them, # ends. */
static void
split(struct line *l, char *s)
{
	char *out;
	int quoted;

	l->l_n = l->l_i = 0;
	for (;;) {
		while (isspace((unsigned char)*s))
			s++;
		if (*s == '\0' || *s == '#')
			return;
		if (l->l_n == WORDS_MAX)
			fault(l, s, "too many words");
		l->l_words[l->l_n++] = out = s;
		quoted = 0;
		while (*s != '\0' &&
		    (quoted || !isspace((unsigned char)*s))) {
			if (*s == '"')
				quoted = !quoted;
			else
				*out++ = *s;
			s++;
		}
		if (*s != '\0')
			s++;
		*out = '\0';
		if (quoted)
			fault(l, l->l_words[l->l_n - 1], "quote not closed");
	}
}

/* Take "." and ".." out of an absolute path. */
static void
path_clean(char *path)
{
	char *in, *out = path, *end;
	size_t len;

	for (in = path; *in != '\0'; in = end) {
		while (*in == '/')
			in++;
		end = in + strcspn(in, "/");
		len = end - in;
		if (len == 0 || (len == 1 && in[0] == '.'))
			continue;
		if (len == 2 && in[0] == '.' && in[1] == '.') {
			while (out > path && *--out != '/')
				continue;
			continue;
		}
		*out++ = '/';
		memmove(out, in, len);
		out += len;
	}
	if (out == path)
		*out++ = '/';
	*out = '\0';
}

/* A path: relative ones start at the machine's directory. */
static char *
path_of(const struct machine *m, const struct line *l, const char *w)
{
	char *p;

	if (strchr(w, ',') != NULL)
		fault(l, w, "a comma in a path");
	p = *w == '/' ? xstrdup(w) : xasprintf("%s/%s", m->m_dir, w);
	if (strlen(p) >= PATH_MAX)
		fault(l, w, "path too long");
	path_clean(p);
	return (p);
}

/* An interface's name, ours or the host's. */
static char *
ifname_of(struct line *l, char *w)
{
	if (strlen(w) >= IF_NAMESIZE || strchr(w, '/') != NULL ||
	    strchr(w, ',') != NULL || strchr(w, '=') != NULL || *w == '\0')
		fault(l, w, "not an interface name");
	return (xstrdup(w));
}

/* Our card's name: letters, then a unit number. */
static char *
cardname_of(struct machine *m, struct line *l, char *w)
{
	size_t a, d, i;

	for (a = 0; islower((unsigned char)w[a]); a++)
		continue;
	d = strspn(w + a, "0123456789");
	if (a == 0 || d == 0 || w[a + d] != '\0' || d > 4)
		fault(l, w, "not a card name, such as em0");
	for (i = 0; i < m->m_ncards; i++) {
		if (strcmp(m->m_cards[i].c_name, w) == 0)
			fault(l, w, "already a card, on line %d",
			    m->m_cards[i].c_line);
	}
	return (ifname_of(l, w));
}

/* An Ethernet address of one station. */
static char *
lladdr_of(struct line *l, char *w)
{
	unsigned int b[6];
	char over;

	if (sscanf(w, "%2x:%2x:%2x:%2x:%2x:%2x%c", &b[0], &b[1], &b[2], &b[3],
	    &b[4], &b[5], &over) != 6)
		fault(l, w, "not an Ethernet address");
	if (b[0] & 1)
		fault(l, w, "a group's address, not a station's");
	return (xasprintf("%02x:%02x:%02x:%02x:%02x:%02x",
	    b[0], b[1], b[2], b[3], b[4], b[5]));
}

/* The largest MTU of a card. */
static char *
mtu_of(struct line *l, char *w)
{
	unsigned long n;
	char *e;

	n = strtoul(w, &e, 10);
	if (!isdigit((unsigned char)*w) || *e != '\0' || n < 68 || n > 65535)
		fault(l, w, "not a number from 68 to 65535");
	return (xasprintf("%lu", n));
}

static int
onoff(struct line *l, const char *after)
{
	char *w;

	w = need(l, after, "on or off");
	if (strcmp(w, "on") == 0)
		return (1);
	if (strcmp(w, "off") == 0)
		return (0);
	fault(l, w, "not on or off");
}

/* The words after a card's attachment. */
static void
card_words(struct card *c, struct line *l)
{
	char *w;

	while ((w = next(l)) != NULL) {
		if (strcmp(w, "lladdr") == 0) {
			free(c->c_lladdr);
			c->c_lladdr = lladdr_of(l, need(l, w, "an address"));
		} else if (strcmp(w, "offload") == 0)
			c->c_offload = onoff(l, w);
		else if (strcmp(w, "mtu") == 0) {
			free(c->c_mtu);
			c->c_mtu = mtu_of(l, need(l, w, "a number"));
		} else if (strcmp(w, "mode") == 0 && c->c_kind == CARD_PACKET) {
			w = need(l, w, "vnet or xdp");
			if (strcmp(w, "vnet") != 0 && strcmp(w, "xdp") != 0)
				fault(l, w, "not vnet or xdp");
			free(c->c_mode);
			c->c_mode = xstrdup(w);
		} else if (c->c_kind != CARD_WIRE && c->c_netns == NULL &&
		    l->l_words[4] == w && strpbrk(w, ",=") == NULL)
			c->c_netns = xstrdup(w);
		else
			fault(l, w, "not a word of a %s card",
			    c->c_kind == CARD_TAP ? "tap" :
			    c->c_kind == CARD_PACKET ? "packet" : "wire");
	}
}

static void
conf_card(struct machine *m, struct line *l)
{
	struct card *c;
	char *w;

	if (m->m_ncards == CARDS_MAX)
		fault(l, "card", "more than %d cards", CARDS_MAX);
	w = need(l, "card", "a name");
	c = &m->m_cards[m->m_ncards];
	c->c_name = cardname_of(m, l, w);
	c->c_line = l->l_no;
	c->c_offload = 1;
	w = need(l, w, "tap, packet or wire");
	if (strcmp(w, "tap") == 0) {
		c->c_kind = CARD_TAP;
		c->c_where = ifname_of(l, need(l, w, "the name of a TAP"));
	} else if (strcmp(w, "packet") == 0) {
		c->c_kind = CARD_PACKET;
		c->c_where = ifname_of(l, need(l, w, "an interface"));
	} else if (strcmp(w, "wire") == 0) {
		c->c_kind = CARD_WIRE;
		c->c_where = path_of(m, l, need(l, w, "a path"));
	} else
		fault(l, w, "not an attachment: tap, packet or wire");
	card_words(c, l);
	m->m_ncards++;
}

static void
conf_memory(struct machine *m, struct line *l)
{
	unsigned long n;
	char *w, *e;

	w = need(l, "memory", "a size");
	errno = 0;
	n = strtoul(w, &e, 10);
	if (*e == 'g' || *e == 'G') {
		n *= 1024;
		e++;
	} else if (*e == 'm' || *e == 'M')
		e++;
	if (!isdigit((unsigned char)*w) || *e != '\0' || errno != 0)
		fault(l, w, "not a size, such as 64m");
	if (n < 8 || n > 65536)
		fault(l, w, "not between 8m and 64g");
	m->m_memory = (unsigned int)n;
}

static void
conf_set(struct machine *m, struct line *l)
{
	char *w, *eq;

	w = need(l, "set", "NAME=VALUE");
	eq = strchr(w, '=');
	if (eq == NULL || eq == w)
		fault(l, w, "not NAME=VALUE");
	m->m_sets = reallocarray(m->m_sets, m->m_nsets + 1,
	    sizeof(*m->m_sets));
	if (m->m_sets == NULL)
		err(1, NULL);
	m->m_sets[m->m_nsets++] = xstrdup(w);
}

/* One path that may be said once. */
static void
conf_path(struct machine *m, struct line *l, const char *what, char **where)
{
	char *w;

	w = need(l, what, "a path");
	if (*where != NULL)
		fault(l, what, "said twice");
	*where = path_of(m, l, w);
}

static void
conf_line(struct machine *m, struct line *l)
{
	char *w;

	w = next(l);
	if (w == NULL)
		return;
	if (strcmp(w, "card") == 0)
		conf_card(m, l);
	else if (strcmp(w, "memory") == 0)
		conf_memory(m, l);
	else if (strcmp(w, "vtime") == 0)
		conf_path(m, l, w, &m->m_vtime);
	else if (strcmp(w, "kernel") == 0)
		conf_path(m, l, w, &m->m_kernel);
	else if (strcmp(w, "image") == 0)
		conf_path(m, l, w, &m->m_image);
	else if (strcmp(w, "set") == 0)
		conf_set(m, l);
	else
		fault(l, w, "unknown word");
	end(l);
}

/*
 * Read the machine in directory `dir', which takes the name given or, when it
 * is NULL, that of the directory.  Ends the program on any fault.
 */
void
conf_load(struct machine *m, const char *dir, const char *name)
{
	struct line l;
	char *buf = NULL, *slash;
	size_t size = 0;
	FILE *f;

	memset(m, 0, sizeof(*m));
	m->m_dir = realpath(dir, NULL);
	if (m->m_dir == NULL)
		err(1, "%s", dir);
	slash = strrchr(m->m_dir, '/');
	m->m_name = xstrdup(name != NULL ? name : slash + 1);
	if (!name_ok(m->m_name))
		errx(1, "\"%s\": not a machine name (letters, digits, . _ -; "
		    "at most %d)", m->m_name, NAME_MAX_LEN);
	m->m_conf = xasprintf("%s%s%s", dir,
	    dir[strlen(dir) - 1] == '/' ? "" : "/", "machine.conf");
	f = fopen(m->m_conf, "re");
	if (f == NULL)
		err(1, "%s", m->m_conf);
	memset(&l, 0, sizeof(l));
	l.l_file = m->m_conf;
	while (getline(&buf, &size, f) != -1) {
		l.l_no++;
		buf[strcspn(buf, "\n")] = '\0';
		split(&l, buf);
		conf_line(m, &l);
	}
	if (ferror(f))
		err(1, "%s", m->m_conf);
	fclose(f);
	free(buf);
}

static const char *ports[] = { "usermode", "qemu", "q35" };

/* The port of that name; 0, or -1 when there is none. */
int
port_parse(const char *name, enum port *port)
{
	size_t i;

	for (i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		if (strcmp(name, ports[i]) == 0) {
			*port = (enum port)i;
			return (0);
		}
	}
	return (-1);
}

/* A port's name. */
const char *
port_name(enum port port)
{
	return (ports[port]);
}

/* Give back what conf_load() took. */
void
conf_free(struct machine *m)
{
	size_t i;

	for (i = 0; i < m->m_ncards; i++) {
		free(m->m_cards[i].c_name);
		free(m->m_cards[i].c_where);
		free(m->m_cards[i].c_netns);
		free(m->m_cards[i].c_mode);
		free(m->m_cards[i].c_lladdr);
		free(m->m_cards[i].c_mtu);
	}
	for (i = 0; i < m->m_nsets; i++)
		free(m->m_sets[i]);
	free(m->m_sets);
	free(m->m_name);
	free(m->m_dir);
	free(m->m_conf);
	free(m->m_vtime);
	free(m->m_kernel);
	free(m->m_image);
	memset(m, 0, sizeof(*m));
}
