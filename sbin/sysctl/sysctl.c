/*
 * sysctl(8): show and change variables of the kernel.
 *
 *	names.c		the tree of names
 *	format.c	variables that are structures
 */
#include <sys/types.h>
#include <sys/sysctl.h>

#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sysctl.h"

#define FORMAT_MAX	(512 * 1024)	/* every port as text */

static int	 aflag, nflag, qflag;
static int	 status;

static void __dead
usage(void)
{
	fprintf(stderr, "usage: sysctl [-Aaq] [-n] [-f file] [name[=value]"
	    " ...]\n");
	exit(1);
}

static void
complain(const struct variable *v)
{
	status = 1;
	switch (errno) {
	case EOPNOTSUPP:
		warnx("%s: value is not available", v->v_name);
		break;
	case ENOTDIR:
		warnx("%s: specification is incomplete", v->v_name);
		break;
	case ENOMEM:
		warnx("%s: type is unknown to this program", v->v_name);
		break;
	default:
		warn("%s", v->v_name);
		break;
	}
}

/*
 * Read a variable into a fresh buffer, which has a NUL after its len bytes.
 * Returns NULL with errno set.
 */
static void *
fetch(const struct variable *v, size_t *len)
{
	char	*buf, *p;
	int	 tries;

	*len = 0;
	if (sysctl(v->v_mib, v->v_miblen, NULL, len, NULL, 0) == -1)
		return (NULL);
	/* It may grow between the two calls. */
	for (tries = 0, buf = NULL; tries < 8; tries++) {
		*len += *len / 8 + 16;
		if ((p = realloc(buf, *len + 1)) == NULL)
			err(1, NULL);
		buf = p;
		if (sysctl(v->v_mib, v->v_miblen, buf, len, NULL, 0) != -1) {
			buf[*len] = '\0';
			return (buf);
		}
		if (errno != ENOMEM)
			break;
	}
	free(buf);
	return (NULL);
}

/* Write the value of a variable as text; -1 if its shape is not known. */
static int
render(const struct variable *v, const void *data, size_t len, char *buf,
    size_t size)
{
	int64_t	 quad;
	int	 value;

	switch (v->v_type) {
	case CTLTYPE_INT:
		if (len != sizeof(value))
			return (-1);
		memcpy(&value, data, sizeof(value));
		snprintf(buf, size, "%d", value);
		return (0);
	case CTLTYPE_QUAD:
		if (len != sizeof(quad))
			return (-1);
		memcpy(&quad, data, sizeof(quad));
		snprintf(buf, size, "%lld", (long long)quad);
		return (0);
	case CTLTYPE_STRING:
		strlcpy(buf, format_iskey(v) ? "(secret)" :
		    (const char *)data, size);
		return (0);
	default:
		return (format_special(v, data, len, buf, size));
	}
}

static char *
text_room(void)
{
	static char	*buf;

	if (buf == NULL && (buf = malloc(FORMAT_MAX)) == NULL)
		err(1, NULL);
	return (buf);
}

/* Show one variable.  With quiet, one that cannot be shown is passed over. */
static void
show(const struct variable *v, int quiet)
{
	const char	*other;
	char		*text = text_room();
	void		*data;
	size_t		 len;

	if (v->v_type == CTLTYPE_STRUCT &&
	    (other = format_elsewhere(v)) != NULL) {
		if (!quiet && !qflag)
			warnx("use %s to view %s", other, v->v_name);
		return;
	}
	if ((data = fetch(v, &len)) == NULL) {
		if (!quiet && !qflag)
			complain(v);
		else if (!quiet)
			status = 1;
		return;
	}
	if (render(v, data, len, text, FORMAT_MAX) == -1) {
		if (!quiet)
			warnx("%s: type is unknown to this program",
			    v->v_name);
	} else if (nflag)
		printf("%s\n", text);
	else
		printf("%s=%s\n", v->v_name, text);
	free(data);
}

/* Show all that lies below a node. */
static void
show_below(const char *path)
{
	const struct level	*l;
	struct variable		 v;
	int			 i;

	if ((l = level_find(path)) == NULL)
		return;
	for (i = 0; i < l->l_nnames; i++) {
		if (l->l_names[i].ctl_name == NULL)
			continue;
		memset(&v, 0, sizeof(v));
		snprintf(v.v_name, sizeof(v.v_name), "%s%s%s", l->l_path,
		    *l->l_path != '\0' ? "." : "", l->l_names[i].ctl_name);
		memcpy(v.v_mib, l->l_mib, sizeof(v.v_mib));
		v.v_mib[l->l_miblen] = i;
		v.v_miblen = l->l_miblen + 1;
		v.v_type = l->l_names[i].ctl_type;
		if (v.v_type == CTLTYPE_NODE)
			show_below(v.v_name);
		else
			show(&v, 1);
	}
}

/*
 * Turn a value into what the kernel wants, in newp, which holds the old
 * value and room for *newlen bytes.  Returns -1 after a complaint.
 */
static int
encode(const struct variable *v, char *value, void *newp, size_t *newlen)
{
	const char	*errstr = NULL, *bad;
	int64_t		 quad;
	int		 num;

	switch (v->v_type) {
	case CTLTYPE_INT:
		num = (int)strtonum(value, INT_MIN, UINT_MAX, &errstr);
		memcpy(newp, &num, *newlen = sizeof(num));
		break;
	case CTLTYPE_QUAD:
		quad = strtonum(value, INT64_MIN, INT64_MAX, &errstr);
		memcpy(newp, &quad, *newlen = sizeof(quad));
		break;
	case CTLTYPE_STRING:
		if (!format_iskey(v))
			*newlen = strlcpy(newp, value, *newlen);
		else if ((*newlen = key_parse(value, newp)) == 0) {
			warnx("%s: invalid key", v->v_name);
			return (-1);
		}
		break;
	default:
		if (format_elsewhere(v) != NULL) {
			warnx("%s: type is unknown to this program",
			    v->v_name);
			return (-1);
		}
		if (ports_parse(value, newp, *newlen, &bad) == -1) {
			warnx("%s: invalid port: %s", v->v_name, bad);
			return (-1);
		}
		break;
	}
	if (errstr != NULL) {
		warnx("%s: %s is %s", v->v_name, value, errstr);
		return (-1);
	}
	return (0);
}

static void
assign(const struct variable *v, char *value)
{
	static const size_t	 room = 65536;
	char			*text = text_room();
	void			*newp, *old;
	size_t			 len, newlen = room;

	if (v->v_type == CTLTYPE_NODE) {
		warnx("%s: specification is incomplete", v->v_name);
		status = 1;
		return;
	}
	if ((old = fetch(v, &len)) == NULL) {
		complain(v);
		return;
	}
	if ((newp = calloc(1, room)) == NULL)
		err(1, NULL);
	if (v->v_type == CTLTYPE_STRUCT) {
		newlen = len < room ? len : room;
		memcpy(newp, old, newlen);
	}
	if (encode(v, value, newp, &newlen) == -1)
		status = 1;
	else if (sysctl(v->v_mib, v->v_miblen, NULL, NULL, newp, newlen) ==
	    -1)
		complain(v);
	else if (!qflag) {
		if (!nflag && render(v, old, len, text, FORMAT_MAX) == 0)
			printf("%s: %s -> ", v->v_name, text);
		if (render(v, newp, newlen, text, FORMAT_MAX) == 0)
			printf("%s\n", text);
	}
	free(newp);
	free(old);
}

/* One argument, or one line of a file: name or name=value. */
static void
process(char *arg)
{
	struct variable	 v;
	char		 why[256];
	char		*value;

	if ((value = strchr(arg, '=')) != NULL)
		*value++ = '\0';
	if (name_parse(arg, &v, why, sizeof(why)) != NAME_OK) {
		if (!qflag)
			warnx("%s", why);
		status = 1;
	} else if (value != NULL)
		assign(&v, value);
	else if (v.v_type == CTLTYPE_NODE)
		show_below(v.v_name);
	else
		show(&v, 0);
}

/* Drop a comment and the blanks around a line and around its first "=". */
static char *
tidy(char *line)
{
	char	*end, *eq, *s;

	line[strcspn(line, "#\n")] = '\0';
	line += strspn(line, " \t");
	for (end = line + strlen(line); end > line &&
	    isspace((unsigned char)end[-1]); end--)
		end[-1] = '\0';
	if ((eq = strchr(line, '=')) == NULL)
		return (line);
	for (end = eq; end > line && isspace((unsigned char)end[-1]); end--)
		continue;
	s = eq + 1 + strspn(eq + 1, " \t");
	*end = '=';
	memmove(end + 1, s, strlen(s) + 1);
	return (line);
}

static void
process_file(const char *path)
{
	FILE	*fp;
	char	*line = NULL, *s;
	size_t	 size = 0;

	if (strcmp(path, "-") == 0)
		fp = stdin;
	else if ((fp = fopen(path, "r")) == NULL)
		err(1, "%s", path);
	while (getline(&line, &size, fp) != -1) {
		s = tidy(line);
		if (*s != '\0')
			process(s);
	}
	if (ferror(fp))
		err(1, "%s", path);
	free(line);
	if (fp != stdin)
		fclose(fp);
}

int
main(int argc, char *argv[])
{
	const char	*file = NULL;
	int		 ch;

	while ((ch = getopt(argc, argv, "Aaf:nqw")) != -1) {
		switch (ch) {
		case 'A':
		case 'a':
			aflag = 1;
			break;
		case 'f':
			file = optarg;
			break;
		case 'n':
			nflag = 1;
			break;
		case 'q':
			qflag = 1;
			break;
		case 'w':		/* once needed to set */
			break;
		default:
			usage();
		}
	}
	argc -= optind;
	argv += optind;
	if (aflag && (argc > 0 || file != NULL))
		usage();
	if (aflag || (argc == 0 && file == NULL)) {
		show_below("");
		exit(status);
	}
	if (file != NULL)
		process_file(file);
	for (; argc > 0; argc--, argv++)
		process(*argv);
	exit(status);
}
