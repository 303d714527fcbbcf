/*
 * netstat(1): interfaces, their addresses and their traffic.
 */
#include <sys/types.h>
#include <sys/bsd_sockaddr.h>
#include <net/if.h>

#include <err.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bsdaddr.h"
#include "iflist.h"
#include "netstat.h"
#include "rtname.h"

#define LINES	20		/* between two headings of -w */

struct totals {
	uint64_t	t_ipackets, t_ibytes, t_ibad;
	uint64_t	t_opackets, t_obytes, t_obad;
	uint64_t	t_colls;
};

/* What is counted as bad: drops, errors, or both. */
static uint64_t
bad(uint64_t drops, uint64_t errors)
{
	if (opt.o_drops)
		return (drops);
	if (opt.o_errors)
		return (errors);
	return (drops + errors);
}

static const char *
bad_title(int in)
{
	if (opt.o_drops)
		return (in ? "Idrop" : "Odrop");
	if (opt.o_errors)
		return (in ? "Ierrs" : "Oerrs");
	return (in ? "Ifail" : "Ofail");
}

static void
heading(void)
{
	printf("%-7.7s %-5.5s %-11.11s %-17.17s ", "Name", "Mtu", "Network",
	    "Address");
	if (opt.o_bytes)
		printf("%10.10s %10.10s\n", "Ibytes", "Obytes");
	else
		printf("%8.8s %5.5s %8.8s %5.5s %5s\n", "Ipkts",
		    bad_title(1), "Opkts", bad_title(0), "Colls");
}

static void
traffic(const struct ifl_if *i)
{
	const struct if_data	*d = &i->i_data;

	if (opt.o_bytes)
		printf("%10llu %10llu\n", (unsigned long long)d->ifi_ibytes,
		    (unsigned long long)d->ifi_obytes);
	else
		printf("%8llu %5llu %8llu %5llu %5llu\n",
		    (unsigned long long)d->ifi_ipackets,
		    (unsigned long long)bad(d->ifi_iqdrops, d->ifi_ierrors),
		    (unsigned long long)d->ifi_opackets,
		    (unsigned long long)bad(d->ifi_oqdrops, d->ifi_oerrors),
		    (unsigned long long)d->ifi_collisions);
}

static void
line(const struct ifl_if *i, const char *network, const char *address)
{
	char	 name[IFNAMSIZ + 2];

	snprintf(name, sizeof(name), "%s%s", i->i_name,
	    (i->i_flags & IFF_UP) ? "" : "*");
	printf("%-7s %-5u ", name, i->i_data.ifi_mtu);
	/* As numbers they are never cut: a script may want them. */
	if (opt.o_numeric)
		printf("%-11s %-17s ", network, address);
	else
		printf("%-11.11s %-17.17s ", network, address);
	traffic(i);
}

static void
address(const struct ifl_if *i, const struct ifl_addr *a)
{
	const struct bsd_sockaddr	*addr, *mask;
	struct bsd_sockaddr_storage	 net;
	struct bsd_sockaddr_in		*sin = (struct bsd_sockaddr_in *)&net;
	struct bsd_sockaddr_in6		*sin6;
	char				 netname[RTNAME_LEN];
	char				 host[RTNAME_LEN];
	int				 j;

	addr = (const struct bsd_sockaddr *)&a->a_addr;
	mask = (const struct bsd_sockaddr *)&a->a_mask;
	if (opt.o_af != BSD_AF_UNSPEC && opt.o_af != addr->sa_family)
		return;
	net = a->a_addr;
	if (addr->sa_family == BSD_AF_INET)
		sin->sin_addr.s_addr &= ((const struct bsd_sockaddr_in *)
		    mask)->sin_addr.s_addr;
	else if (addr->sa_family == BSD_AF_INET6) {
		sin6 = (struct bsd_sockaddr_in6 *)&net;
		for (j = 0; j < 16; j++)
			sin6->sin6_addr.s6_addr[j] &=
			    ((const struct bsd_sockaddr_in6 *)
			    mask)->sin6_addr.s6_addr[j];
	} else
		return;
	line(i, rtname_net((const struct bsd_sockaddr *)&net, mask,
	    opt.o_numeric, netname, sizeof(netname)), rtname_host(addr,
	    opt.o_numeric, host, sizeof(host)));
}

static int
wanted(const struct ifl_if *i)
{
	const struct if_data	*d = &i->i_data;

	if (opt.o_interface != NULL &&
	    strcmp(opt.o_interface, i->i_name) != 0)
		return (0);
	if (!opt.o_quiet)
		return (1);
	return (opt.o_bytes ? d->ifi_ibytes != 0 || d->ifi_obytes != 0 :
	    d->ifi_ipackets != 0 || d->ifi_opackets != 0);
}

static void
get(struct iflist *list)
{
	if (iflist_get(list, 0) == -1)
		err(1, "interfaces");
	if (opt.o_interface != NULL && iflist_find(list, opt.o_interface) ==
	    NULL)
		errx(1, "%s: no such interface", opt.o_interface);
}

/*
 * -i and -I: a line for the link of each interface, and one for each of its
 * addresses.
 */
void
interfaces_show(void)
{
	const struct ifl_addr	*a;
	const struct ifl_if	*i;
	struct iflist		 list;
	char			 ea[BSDADDR_STRLEN];

	get(&list);
	heading();
	TAILQ_FOREACH(i, &list, i_link) {
		if (!wanted(i))
			continue;
		if (opt.o_af == BSD_AF_UNSPEC) {
			if (i->i_sdl.sdl_alen == 6)
				ether_str((const uint8_t *)LLADDR(&i->i_sdl),
				    ea);
			else
				strlcpy(ea, "", sizeof(ea));
			line(i, "<Link>", ea);
		}
		TAILQ_FOREACH(a, &i->i_addrs, a_link)
			address(i, a);
	}
	iflist_free(&list);
}

static void
add(struct totals *t, const struct ifl_if *i)
{
	const struct if_data	*d = &i->i_data;

	t->t_ipackets += d->ifi_ipackets;
	t->t_ibytes += d->ifi_ibytes;
	t->t_ibad += bad(d->ifi_iqdrops, d->ifi_ierrors);
	t->t_opackets += d->ifi_opackets;
	t->t_obytes += d->ifi_obytes;
	t->t_obad += bad(d->ifi_oqdrops, d->ifi_oerrors);
	t->t_colls += d->ifi_collisions;
}

/* The one interface that is watched, and all of them. */
static void
sample(struct totals *one, struct totals *all, char *name)
{
	const struct ifl_if	*i;
	struct iflist		 list;

	memset(one, 0, sizeof(*one));
	memset(all, 0, sizeof(*all));
	get(&list);
	TAILQ_FOREACH(i, &list, i_link) {
		add(all, i);
		/* Unless told, the first that is no loopback. */
		if (opt.o_interface == NULL && *name == '\0' &&
		    (i->i_flags & IFF_LOOPBACK) == 0)
			strlcpy(name, i->i_name, IFNAMSIZ);
		if (strcmp(name, i->i_name) == 0)
			add(one, i);
	}
	iflist_free(&list);
}

static void
watch_heading(const char *name)
{
	const char	*unit = opt.o_bytes ? "bytes" : "packets";
	char		 in[IFNAMSIZ + 8], out[IFNAMSIZ + 8];

	snprintf(in, sizeof(in), "%s in", name);
	snprintf(out, sizeof(out), "%s out", name);
	printf("%14s %14s %20s %14s\n", in, out, "total in", "total out");
	printf("%8s %5s %8s %5s %5s %8s %5s %8s %5s %5s\n", unit, "errs",
	    unit, "errs", "colls", unit, "errs", unit, "errs", "colls");
}

static void
watch_line(const struct totals *now, const struct totals *old)
{
	if (opt.o_bytes)
		printf("%8llu %5llu %8llu ",
		    (unsigned long long)(now->t_ibytes - old->t_ibytes),
		    (unsigned long long)(now->t_ibad - old->t_ibad),
		    (unsigned long long)(now->t_obytes - old->t_obytes));
	else
		printf("%8llu %5llu %8llu ",
		    (unsigned long long)(now->t_ipackets - old->t_ipackets),
		    (unsigned long long)(now->t_ibad - old->t_ibad),
		    (unsigned long long)(now->t_opackets - old->t_opackets));
	printf("%5llu %5llu", (unsigned long long)(now->t_obad - old->t_obad),
	    (unsigned long long)(now->t_colls - old->t_colls));
}

/*
 * -w: the traffic of each interval, the first line since boot.
 */
void
interfaces_watch(void)
{
	struct totals	 all, one, oldall, oldone;
	char		 name[IFNAMSIZ] = "";
	unsigned int	 n;

	if (opt.o_interface != NULL)
		strlcpy(name, opt.o_interface, sizeof(name));
	memset(&oldall, 0, sizeof(oldall));
	memset(&oldone, 0, sizeof(oldone));
	for (n = 0; opt.o_count == 0 || n < opt.o_count; n++) {
		if (n > 0)
			sleep(opt.o_wait);
		sample(&one, &all, name);
		if (n % LINES == 0)
			watch_heading(name);
		watch_line(&one, &oldone);
		putchar(' ');
		watch_line(&all, &oldall);
		putchar('\n');
		fflush(stdout);
		oldone = one;
		oldall = all;
	}
}
