/*
 * What the files of sysctl(8) share.
 */
#ifndef _SYSCTL_H_
#define _SYSCTL_H_

#include <sys/types.h>
#include <sys/sysctl.h>

/* The names below one node: names[n] is that of number n. */
struct level {
	const char		*l_path;	/* dotted, "" for the root */
	int			 l_mib[CTL_MAXNAME];
	unsigned int		 l_miblen;
	const struct ctlname	*l_names;
	int			 l_nnames;
};

/* A name and what it stands for. */
struct variable {
	char			 v_name[128];
	int			 v_mib[CTL_MAXNAME];
	unsigned int		 v_miblen;
	int			 v_type;	/* CTLTYPE_* */
};

#define NAME_OK		0
#define NAME_INVALID	1	/* a word of it does not exist */
#define NAME_EXTRA	2	/* words beyond a variable's name */

extern const struct level	levels[];
extern const unsigned int	nlevels;

/* names.c */
const struct level	*level_find(const char *);
int	 name_parse(const char *, struct variable *, char *, size_t);

/* format.c */
int	 format_special(const struct variable *, const void *, size_t, char *,
	    size_t);
const char *format_elsewhere(const struct variable *);
int	 format_iskey(const struct variable *);
size_t	 key_parse(const char *, uint8_t *);
int	 ports_parse(char *, void *, size_t, const char **);
void	 ports_format(const void *, size_t, char *, size_t);

#endif /* _SYSCTL_H_ */
