/*
 * IPv4 set up by boot arguments, for a kernel without programs:
 *
 *	inet=IF,ADDRESS/LENGTH		an address of an interface
 *	route=NET/LENGTH,GATEWAY	a static route
 *	rdomain=IF,N			before the interface's addresses
 *	forwarding=1			net.inet.ip.forwarding
 *
 * Each may be given many times; they are carried out in order.  What cannot
 * be understood or done is reported on the console with its reason, and the
 * rest goes on, as a typing error at boot must not leave a machine dead.
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

#include <netinet/in.h>
#include <netinet/in_var.h>
#include <netinet/ip_var.h>
#include <netinet/in_bootarg.h>

#define ARG_MAX		96

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

/* a.b.c.d into a whole sockaddr; the rest of the string, or NULL. */
static const char *
parse_addr(const char *s, struct sockaddr_in *sin)
{
	uint32_t	 a = 0;
	u_int		 i, v;

	for (i = 0; i < 4; i++) {
		if (i > 0 && *s++ != '.')
			return (NULL);
		if ((s = parse_num(s, 255, &v)) == NULL)
			return (NULL);
		a = a << 8 | v;
	}
	memset(sin, 0, sizeof(*sin));
	sin->sin_len = sizeof(*sin);
	sin->sin_family = AF_INET;
	sin->sin_addr.s_addr = htonl(a);
	return (s);
}

/* a.b.c.d/len; the rest of the string, or NULL. */
static const char *
parse_prefix(const char *s, struct sockaddr_in *sin, struct sockaddr_in *mask)
{
	u_int	 len;

	if ((s = parse_addr(s, sin)) == NULL || *s++ != '/' ||
	    (s = parse_num(s, 32, &len)) == NULL)
		return (NULL);
	memset(mask, 0, sizeof(*mask));
	mask->sin_len = sizeof(*mask);
	mask->sin_family = AF_INET;
	mask->sin_addr.s_addr = len == 0 ? 0 :
	    htonl(0xffffffffU << (32 - len));
	return (s);
}

/* "IF,rest": the interface, referenced, and the rest. */
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

static int
arg_inet(const char *s)
{
	struct in_aliasreq	 ifra;
	struct ifnet		*ifp;
	int			 error;

	if ((ifp = parse_if(s, &s)) == NULL)
		return (ENXIO);
	memset(&ifra, 0, sizeof(ifra));
	strlcpy(ifra.ifra_name, ifp->if_xname, sizeof(ifra.ifra_name));
	s = parse_prefix(s, &ifra.ifra_addr, &ifra.ifra_mask);
	if (s == NULL || *s != '\0')
		error = EINVAL;
	else
		error = in_ioctl(SIOCAIFADDR, (caddr_t)&ifra, ifp, 1);
	if (error == 0)
		if_up(ifp);
	if_put(ifp);
	return (error);
}

static int
arg_rdomain(const char *s)
{
	struct ifnet	*ifp;
	u_int		 id;
	int		 error = EINVAL;

	if ((ifp = parse_if(s, &s)) == NULL)
		return (ENXIO);
	if ((s = parse_num(s, RT_TABLEID_MAX, &id)) != NULL && *s == '\0')
		error = if_setrdomain(ifp, id);
	if_put(ifp);
	return (error);
}

static int
arg_route(const char *s)
{
	struct sockaddr_in	 dst, gate, mask;
	struct rt_addrinfo	 info;
	struct rtentry		*rt;
	int			 error;

	if ((s = parse_prefix(s, &dst, &mask)) == NULL || *s++ != ',' ||
	    (s = parse_addr(s, &gate)) == NULL || *s != '\0')
		return (EINVAL);
	memset(&info, 0, sizeof(info));
	info.rti_flags = RTF_GATEWAY | RTF_STATIC;
	info.rti_addrs = RTA_DST | RTA_GATEWAY | RTA_NETMASK;
	info.rti_info[RTAX_DST] = (struct sockaddr *)&dst;
	info.rti_info[RTAX_GATEWAY] = (struct sockaddr *)&gate;
	info.rti_info[RTAX_NETMASK] = (struct sockaddr *)&mask;
	error = rtrequest(RTM_ADD, &info, RTP_STATIC, &rt, 0);
	if (error == 0)
		rtfree(rt);
	return (error);
}

static int
arg_forwarding(const char *s)
{
	u_int	 v;

	if ((s = parse_num(s, 2, &v)) == NULL || *s != '\0')
		return (EINVAL);
	ipforwarding = v;
	return (0);
}

static const struct bootarg_word {
	const char	*bw_name;	/* with its '=' */
	int		(*bw_fn)(const char *);
} words[] = {
	{ "inet=",		arg_inet },
	{ "rdomain=",		arg_rdomain },
	{ "route=",		arg_route },
	{ "forwarding=",	arg_forwarding },
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
in_bootargs(const char *args)
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
	NET_UNLOCK();
}
