/*
 * IPv6 set up by boot arguments, for a kernel without programs:
 *
 *	inet6=IF,ADDRESS/LENGTH		an address of an interface
 *	route6=NET/LENGTH,GATEWAY[%IF]	a static route
 *	forwarding6=1			net.inet6.ip6.forwarding
 *
 * Each may be given many times; they are carried out in order, after IPv4's.
 * What cannot be understood or done is reported on the console with its
 * reason, and the rest goes on.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/sockio.h>

#include <net/if.h>
#include <net/if_var.h>
#include <net/route.h>

#include <netinet6/in6.h>
#include <netinet6/in6_bootarg.h>
#include <netinet6/in6_var.h>
#include <netinet6/ip6_var.h>
#include <netinet6/nd6.h>

#define ARG_MAX		128

/* A decimal number of at most max; the rest of the string, or NULL. */
static const char *
parse_num(const char *s, u_int max, u_int *v)
{
	if (*s < '0' || *s > '9')
		return (NULL);
	for (*v = 0; *s >= '0' && *s <= '9'; s++) {
		*v = *v * 10 + (*s - '0');
		if (*v > max)
			return (NULL);
	}
	return (s);
}

/* Up to four hexadecimal digits; the rest of the string, or NULL. */
static const char *
parse_word(const char *s, uint16_t *v)
{
	int	 n, d;

	*v = 0;
	for (n = 0; n < 5; n++, s++) {
		if (*s >= '0' && *s <= '9')
			d = *s - '0';
		else if (*s >= 'a' && *s <= 'f')
			d = *s - 'a' + 10;
		else if (*s >= 'A' && *s <= 'F')
			d = *s - 'A' + 10;
		else
			return (n == 0 ? NULL : s);
		*v = *v << 4 | d;
	}
	return (NULL);
}

/*
 * An address (RFC 4291 2.2, forms 1 and 2); the rest of the string, or NULL.
 */
static const char *
parse_addr(const char *s, struct in6_addr *addr)
{
	const char	*t;
	uint16_t	 w[8], v;
	int		 gap = -1, i, n = 0, word = 1;

	memset(addr, 0, sizeof(*addr));
	if (s[0] == ':' && s[1] == ':') {
		gap = word = 0;
		s += 2;
	}
	while (n < 8 && (t = parse_word(s, &v)) != NULL) {
		w[n++] = v;
		s = t;
		word = 0;
		if (*s != ':' || n == 8)
			break;
		if (s[1] != ':')
			word = 1;	/* one must follow */
		else if (gap != -1)
			return (NULL);
		else {
			gap = n;
			s++;
		}
		s++;
	}
	if (word || (gap == -1 ? n != 8 : n > 7))
		return (NULL);
	for (i = 0; i < n; i++)
		addr->s6_addr16[gap == -1 || i < gap ? i : 8 - n + i] =
		    htons(w[i]);
	return (s);
}

/* "IF" up to a comma or the end: the interface, referenced, and the rest. */
static struct ifnet *
parse_if(const char *s, const char **rest)
{
	char	 name[IFNAMSIZ];
	size_t	 n;

	for (n = 0; s[n] != ',' && s[n] != '\0'; n++) {
		if (n == sizeof(name) - 1)
			return (NULL);
		name[n] = s[n];
	}
	name[n] = '\0';
	*rest = s + n + (s[n] == ',');
	return (if_unit(name));
}

/* address/length as sockaddrs; the rest of the string, or NULL. */
static const char *
parse_prefix(const char *s, struct sockaddr_in6 *sin6,
    struct sockaddr_in6 *mask)
{
	struct in6_addr	 addr;
	u_int		 len;

	if ((s = parse_addr(s, &addr)) == NULL || *s++ != '/' ||
	    (s = parse_num(s, 128, &len)) == NULL)
		return (NULL);
	in6_sin6(sin6, &addr);
	in6_sin6(mask, &in6addr_any);
	in6_prefixlen2mask(&mask->sin6_addr, len);
	return (s);
}

static int
arg_inet6(const char *s)
{
	struct in6_aliasreq	 ifra;
	struct ifnet		*ifp;
	int			 error;

	if ((ifp = parse_if(s, &s)) == NULL)
		return (ENXIO);
	memset(&ifra, 0, sizeof(ifra));
	strlcpy(ifra.ifra_name, ifp->if_xname, sizeof(ifra.ifra_name));
	ifra.ifra_lifetime.ia6t_vltime = ND6_INFINITE_LIFETIME;
	ifra.ifra_lifetime.ia6t_pltime = ND6_INFINITE_LIFETIME;
	s = parse_prefix(s, &ifra.ifra_addr, &ifra.ifra_prefixmask);
	if (s == NULL || *s != '\0')
		error = EINVAL;
	else
		error = in6_ioctl(SIOCAIFADDR_IN6, (caddr_t)&ifra, ifp, 1);
	if (error == 0)
		if_up(ifp);
	if_put(ifp);
	return (error);
}

static int
arg_route6(const char *s)
{
	struct sockaddr_in6	 dst, gate, mask;
	struct rt_addrinfo	 info;
	struct in6_addr		 addr;
	struct rtentry		*rt;
	struct ifnet		*ifp;
	int			 error;

	if ((s = parse_prefix(s, &dst, &mask)) == NULL || *s++ != ',' ||
	    (s = parse_addr(s, &addr)) == NULL)
		return (EINVAL);
	if (*s == '%') {
		if ((ifp = parse_if(s + 1, &s)) == NULL)
			return (ENXIO);
		in6_scope_set(&addr, ifp->if_index);
		if_put(ifp);
	}
	if (*s != '\0')
		return (EINVAL);
	in6_sin6(&gate, &addr);
	memset(&info, 0, sizeof(info));
	info.rti_flags = RTF_GATEWAY | RTF_STATIC;
	info.rti_addrs = RTA_DST | RTA_GATEWAY | RTA_NETMASK;
	info.rti_info[RTAX_DST] = sin6tosa(&dst);
	info.rti_info[RTAX_GATEWAY] = sin6tosa(&gate);
	info.rti_info[RTAX_NETMASK] = sin6tosa(&mask);
	error = rtrequest(RTM_ADD, &info, RTP_STATIC, &rt, 0);
	if (error == 0)
		rtfree(rt);
	return (error);
}

static int
arg_forwarding6(const char *s)
{
	u_int	 v;

	if ((s = parse_num(s, 2, &v)) == NULL || *s != '\0')
		return (EINVAL);
	ip6_forwarding = v;
	return (0);
}

static const struct bootarg6_word {
	const char	*bw_name;	/* with its '=' */
	int		(*bw_fn)(const char *);
} words[] = {
	{ "inet6=",		arg_inet6 },
	{ "route6=",		arg_route6 },
	{ "forwarding6=",	arg_forwarding6 },
};

static void
arg_do(const char *arg)
{
	size_t	 i, n;
	int	 error;

	for (i = 0; i < nitems(words); i++) {
		n = strlen(words[i].bw_name);
		if (strncmp(arg, words[i].bw_name, n) != 0)
			continue;
		if ((error = words[i].bw_fn(arg + n)) != 0)
			printf("boot: %s: error %d\n", arg, error);
		return;
	}
}

/*
 * Carry out those of the boot arguments that are of this file; the cards
 * that they name must be attached.  Takes the net lock.
 */
void
in6_bootargs(const char *args)
{
	char	 arg[ARG_MAX];
	size_t	 n;

	NET_LOCK();
	while (*args != '\0') {
		for (n = 0; args[n] != ' ' && args[n] != '\0'; n++)
			if (n < sizeof(arg) - 1)
				arg[n] = args[n];
		arg[MIN(n, sizeof(arg) - 1)] = '\0';
		arg_do(arg);
		args += n + (args[n] == ' ');
	}
	if_flush();
	NET_UNLOCK();
}
