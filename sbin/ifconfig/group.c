/*
 * ifconfig(8): groups that an interface belongs to, and its description.
 */
#include <sys/types.h>
#include <sys/ioctl.h>
#include <net/if.h>

#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ifconfig.h"

/* w_param: the ioctl's name tells joining from leaving. */
static void
change_group(struct ifctx *c, const struct word *w, char **argv)
{
	struct ifgroupreq	 ifgr;
	size_t			 len;

	memset(&ifgr, 0, sizeof(ifgr));
	strlcpy(ifgr.ifgr_name, c->c_name, sizeof(ifgr.ifgr_name));
	len = strlen(argv[0]);
	if (len > 0 && isdigit((unsigned char)argv[0][len - 1]))
		errx(1, "setifgroup: group names may not end in a digit");
	if (len == 0 || strlcpy(ifgr.ifgr_group, argv[0],
	    sizeof(ifgr.ifgr_group)) >= sizeof(ifgr.ifgr_group))
		errx(1, "setifgroup: group name too long");
	if (w->w_param > 0)
		if_ioctl(c, SIOCAIFGROUP, " SIOCAIFGROUP", &ifgr);
	else
		if_ioctl(c, SIOCDIFGROUP, " SIOCDIFGROUP", &ifgr);
}

/* The description is the argument, or none. */
static void
set_description(struct ifctx *c, const struct word *w, char **argv)
{
	struct ifreq	 ifr;
	char		 none[] = "";

	ifreq_init(c, &ifr);
	ifr.ifr_data = w->w_nargs > 0 ? argv[0] : none;
	if (strlen(ifr.ifr_data) >= IFDESCRSIZE)
		errx(1, "description longer than %d bytes", IFDESCRSIZE - 1);
	if_ioctl(c, SIOCSIFDESCR, "SIOCSIFDESCR", &ifr);
}

/* Ask twice: how many, then which.  The caller frees *list. */
static int
fetch(const struct ifctx *c, unsigned long request, const char *name,
    struct ifg_req **list)
{
	struct ifgroupreq	 ifgr;

	*list = NULL;
	memset(&ifgr, 0, sizeof(ifgr));
	strlcpy(ifgr.ifgr_name, name, sizeof(ifgr.ifgr_name));
	if (ioctl(c->c_sock, request, &ifgr) == -1)
		return (-1);
	if ((*list = calloc(1, ifgr.ifgr_len + sizeof(**list))) == NULL)
		err(1, NULL);
	ifgr.ifgr_groups = *list;
	if (ioctl(c->c_sock, request, &ifgr) == -1) {
		free(*list);
		*list = NULL;
		return (-1);
	}
	return (ifgr.ifgr_len / sizeof(**list));
}

/*
 * The members of a group; how many, or -1 if there is no such group.  The
 * caller frees *list.
 */
int
group_members(const struct ifctx *c, const char *group, struct ifg_req **list)
{
	return (fetch(c, SIOCGIFGMEMB, group, list));
}

/*
 * The line of groups of an interface.  All are in "all", so that is left
 * out.
 */
void
group_show(const struct ifctx *c, const char *name)
{
	struct ifg_req	*list;
	int		 i, n, shown = 0;

	n = fetch(c, SIOCGIFGROUP, name, &list);
	for (i = 0; i < n; i++) {
		if (strcmp(list[i].ifgrq_group, "all") == 0)
			continue;
		printf("%s %.*s", shown++ == 0 ? "\tgroups:" : "", IFNAMSIZ,
		    list[i].ifgrq_group);
	}
	if (shown > 0)
		putchar('\n');
	free(list);
}

/*
 * The line of an interface's description, if it has one.
 */
void
description_show(const struct ifctx *c, const char *name)
{
	struct ifreq	 ifr;
	char		 text[IFDESCRSIZE + 1];

	memset(&ifr, 0, sizeof(ifr));
	memset(text, 0, sizeof(text));
	strlcpy(ifr.ifr_name, name, sizeof(ifr.ifr_name));
	ifr.ifr_data = text;
	if (ioctl(c->c_sock, SIOCGIFDESCR, &ifr) == 0 && text[0] != '\0')
		printf("\tdescription: %s\n", text);
}

const struct word group_words[] = {
	{ "-descr",	  0, 0,	 set_description },
	{ "-description", 0, 0,	 set_description },
	{ "-group",	  1, -1, change_group },
	{ "descr",	  1, 0,	 set_description },
	{ "description",  1, 0,	 set_description },
	{ "group",	  1, 1,	 change_group },
	{ NULL, 0, 0, NULL }
};
