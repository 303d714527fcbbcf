/*
 * The interfaces of the machine: NET_RT_IFLIST taken apart.  The kernel sends
 * RTM_IFINFO for an interface and after it RTM_NEWADDR for each address.
 */
#include <sys/types.h>
#include <sys/sysctl.h>
#include <net/if.h>
#include <net/if_dl.h>
#include <net/route.h>

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "iflist.h"
#include "rtmsg.h"

static void
copy_addr(struct bsd_sockaddr_storage *ss, const struct bsd_sockaddr *sa)
{
	memset(ss, 0, sizeof(*ss));
	if (sa != NULL)
		memcpy(ss, sa, sa->sa_len);
}

/* Add an interface; NULL with errno if there is no memory, or no name. */
static struct ifl_if *
add_if(struct iflist *list, const struct if_msghdr *ifm)
{
	const struct bsd_sockaddr	*sa[RTAX_MAX];
	struct bsd_sockaddr_dl		 sdl;
	struct ifl_if			*i;

	if (ifm->ifm_hdrlen < sizeof(*ifm) || rtmsg_addrs((const char *)ifm +
	    ifm->ifm_hdrlen, ifm->ifm_msglen - ifm->ifm_hdrlen,
	    ifm->ifm_addrs, sa) == -1 || sa[RTAX_IFP] == NULL ||
	    sa[RTAX_IFP]->sa_family != BSD_AF_LINK) {
		errno = EINVAL;
		return (NULL);
	}
	memset(&sdl, 0, sizeof(sdl));
	memcpy(&sdl, sa[RTAX_IFP], sa[RTAX_IFP]->sa_len < sizeof(sdl) ?
	    sa[RTAX_IFP]->sa_len : sizeof(sdl));
	if (sdl.sdl_nlen >= IFNAMSIZ ||
	    sdl.sdl_nlen + sdl.sdl_alen > sizeof(sdl.sdl_data)) {
		errno = EINVAL;
		return (NULL);
	}
	if ((i = calloc(1, sizeof(*i))) == NULL)
		return (NULL);
	memcpy(i->i_name, sdl.sdl_data, sdl.sdl_nlen);
	i->i_index = ifm->ifm_index;
	i->i_flags = ifm->ifm_flags;
	i->i_xflags = ifm->ifm_xflags;
	i->i_data = ifm->ifm_data;
	i->i_sdl = sdl;
	TAILQ_INIT(&i->i_addrs);
	TAILQ_INSERT_TAIL(list, i, i_link);
	return (i);
}

static int
add_addr(struct ifl_if *i, const struct ifa_msghdr *ifam)
{
	const struct bsd_sockaddr	*sa[RTAX_MAX];
	struct ifl_addr			*a;

	if (ifam->ifam_hdrlen < sizeof(*ifam) || rtmsg_addrs(
	    (const char *)ifam + ifam->ifam_hdrlen,
	    ifam->ifam_msglen - ifam->ifam_hdrlen, ifam->ifam_addrs, sa) ==
	    -1) {
		errno = EINVAL;
		return (-1);
	}
	if (sa[RTAX_IFA] == NULL || sa[RTAX_IFA]->sa_family == BSD_AF_LINK)
		return (0);
	if ((a = calloc(1, sizeof(*a))) == NULL)
		return (-1);
	copy_addr(&a->a_addr, sa[RTAX_IFA]);
	copy_addr(&a->a_mask, sa[RTAX_NETMASK]);
	copy_addr(&a->a_brd, sa[RTAX_BRD]);
	a->a_metric = ifam->ifam_metric;
	TAILQ_INSERT_TAIL(&i->i_addrs, a, a_link);
	return (0);
}

/*
 * List all interfaces, or the one whose index is given, in the kernel's
 * order.  Returns -1 with errno set and nothing to free.
 */
int
iflist_get(struct iflist *list, unsigned int index)
{
	const struct rt_msghdr	*rtm;
	struct ifl_if		*i = NULL;
	struct rtdump		 rd;
	int			 error = 0;

	TAILQ_INIT(list);
	if (rtdump_open(&rd, 0, NET_RT_IFLIST, index, -1) == -1)
		return (-1);
	while (error == 0 && (rtm = rtdump_next(&rd)) != NULL) {
		if (rtm->rtm_type == RTM_IFINFO) {
			i = add_if(list, (const struct if_msghdr *)rtm);
			if (i == NULL)
				error = errno;
		} else if (rtm->rtm_type == RTM_NEWADDR && i != NULL) {
			if (add_addr(i, (const struct ifa_msghdr *)rtm) == -1)
				error = errno;
		}
	}
	rtdump_close(&rd);
	if (error != 0) {
		iflist_free(list);
		errno = error;
		return (-1);
	}
	return (0);
}

/*
 * Free what iflist_get() listed.
 */
void
iflist_free(struct iflist *list)
{
	struct ifl_addr	*a;
	struct ifl_if	*i;

	while ((i = TAILQ_FIRST(list)) != NULL) {
		TAILQ_REMOVE(list, i, i_link);
		while ((a = TAILQ_FIRST(&i->i_addrs)) != NULL) {
			TAILQ_REMOVE(&i->i_addrs, a, a_link);
			free(a);
		}
		free(i);
	}
}

/*
 * The interface of a name, or NULL.
 */
struct ifl_if *
iflist_find(const struct iflist *list, const char *name)
{
	struct ifl_if	*i;

	TAILQ_FOREACH(i, list, i_link)
		if (strcmp(i->i_name, name) == 0)
			return (i);
	return (NULL);
}

/*
 * The interface of an index, or NULL.
 */
struct ifl_if *
iflist_byindex(const struct iflist *list, unsigned int index)
{
	struct ifl_if	*i;

	TAILQ_FOREACH(i, list, i_link)
		if (i->i_index == index)
			return (i);
	return (NULL);
}
