/*
 * netstat(1): the open sockets.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <sys/sysctl.h>
#include <sys/bsd_sockaddr.h>
#include <netinet/in.h>

#include <err.h>
#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bsdaddr.h"
#include "netstat.h"

#define FILE_SOCKET	2		/* kind of file, KERN_FILE_BYFILE */
#define W_ADDR		22

/* Fetch the sockets; how many there are is in *n. */
static struct kinfo_file *
fetch(size_t *n)
{
	struct kinfo_file	*kf = NULL, *p;
	size_t			 len = 0;
	int			 mib[6] = { CTL_KERN, KERN_FILE,
				    KERN_FILE_BYFILE, FILE_SOCKET,
				    sizeof(*kf), INT_MAX };

	/* Ask how many, and again while more appear. */
	for (;;) {
		if (sysctl(mib, 6, NULL, &len, NULL, 0) == -1)
			err(1, "kern.file");
		len += 16 * sizeof(*kf);
		if ((p = realloc(kf, len)) == NULL)
			err(1, NULL);
		kf = p;
		if (sysctl(mib, 6, kf, &len, NULL, 0) == 0)
			break;
		if (errno != ENOMEM)
			err(1, "kern.file");
	}
	*n = len / sizeof(*kf);
	return (kf);
}

/* The protocol of a socket as a user would name it. */
static const char *
protocol(const struct kinfo_file *kf, char *buf, size_t size)
{
	const char	*six = kf->so_family == BSD_AF_INET6 ? "6" : "";

	if (kf->so_protocol == IPPROTO_ICMP)
		strlcpy(buf, "icmp", size);
	else if (kf->so_protocol == IPPROTO_ICMPV6)
		strlcpy(buf, "icmp6", size);
	else if (kf->so_protocol == IPPROTO_IGMP)
		strlcpy(buf, "igmp", size);
	else if (kf->so_type == SOCK_STREAM)
		snprintf(buf, size, "tcp%s", six);
	else if (kf->so_type == SOCK_DGRAM)
		snprintf(buf, size, "udp%s", six);
	else
		snprintf(buf, size, "ip%s", six);
	return (buf);
}

/* address.port, with '*' for what is not set. */
static const char *
endpoint(const uint8_t *raw, int datagram, char *buf, size_t size)
{
	const struct bsd_sockaddr	*sa = (const void *)raw;
	struct sockaddr_storage		 ss;
	socklen_t			 len;
	char				 host[NI_MAXHOST], serv[NI_MAXSERV];
	int				 flags, port = 0;

	strlcpy(buf, "*.*", size);
	if (sa->sa_len == 0 || bsdaddr_to_libc(sa, &ss, &len) == -1)
		return (buf);
	flags = datagram ? NI_DGRAM : 0;
	if (opt.o_numeric)
		flags |= NI_NUMERICHOST | NI_NUMERICSERV;
	if (getnameinfo((struct sockaddr *)&ss, len, host, sizeof(host), serv,
	    sizeof(serv), flags) != 0)
		return (buf);
	if (ss.ss_family == AF_INET) {
		port = ((struct sockaddr_in *)&ss)->sin_port;
		if (((struct sockaddr_in *)&ss)->sin_addr.s_addr ==
		    INADDR_ANY)
			strlcpy(host, "*", sizeof(host));
	} else {
		port = ((struct sockaddr_in6 *)&ss)->sin6_port;
		if (IN6_IS_ADDR_UNSPECIFIED(
		    &((struct sockaddr_in6 *)&ss)->sin6_addr))
			strlcpy(host, "*", sizeof(host));
	}
	snprintf(buf, size, "%s.%s", host, port == 0 ? "*" : serv);
	return (buf);
}

/* Without -a, sockets that nobody is at the other end of are left out. */
static int
wanted(const struct kinfo_file *kf, const char *proto, const char *name)
{
	const struct bsd_sockaddr	*peer = (const void *)kf->so_faddr;

	if (kf->so_family != BSD_AF_INET && kf->so_family != BSD_AF_INET6)
		return (0);
	if (opt.o_af != BSD_AF_UNSPEC && (int)kf->so_family != opt.o_af)
		return (0);
	if (opt.o_tableid != -1 && (int)kf->so_rtableid != opt.o_tableid)
		return (0);
	if (proto != NULL && strncmp(name, proto, strlen(proto)) != 0)
		return (0);
	if (opt.o_listen)
		return (peer->sa_len == 0);
	return (opt.o_all || peer->sa_len != 0);
}

static int
compare(const void *a, const void *b)
{
	const struct kinfo_file	*x = a, *y = b;

	if (x->so_family != y->so_family)
		return (x->so_family < y->so_family ? -1 : 1);
	if (x->so_type != y->so_type)
		return (x->so_type < y->so_type ? -1 : 1);
	return (memcmp(x->so_laddr, y->so_laddr, sizeof(x->so_laddr)));
}

static void
heading(void)
{
	printf("Active Internet connections%s\n", opt.o_all ?
	    " (including servers)" : opt.o_listen ? " (only servers)" : "");
	printf("%-7s %-6s %-6s  %-*s %-*s %s\n", "Proto", "Recv-Q", "Send-Q",
	    W_ADDR, "Local Address", W_ADDR, "Foreign Address", "TCP-State");
}

/*
 * List the sockets of the Internet families; proto limits them to one
 * protocol unless NULL.
 */
void
sockets_show(const char *proto)
{
	struct kinfo_file	*kf;
	size_t			 i, n;
	char			 name[16], local[NI_MAXHOST + NI_MAXSERV];
	char			 peer[NI_MAXHOST + NI_MAXSERV];
	int			 first = 1;

	kf = fetch(&n);
	qsort(kf, n, sizeof(*kf), compare);
	for (i = 0; i < n; i++) {
		protocol(&kf[i], name, sizeof(name));
		if (!wanted(&kf[i], proto, name))
			continue;
		if (first)
			heading();
		first = 0;
		endpoint(kf[i].so_laddr, kf[i].so_type == SOCK_DGRAM, local,
		    sizeof(local));
		endpoint(kf[i].so_faddr, kf[i].so_type == SOCK_DGRAM, peer,
		    sizeof(peer));
		printf("%-7s %6llu %6llu  %-*s %-*s%s\n", name,
		    (unsigned long long)kf[i].so_rcv_cc,
		    (unsigned long long)kf[i].so_snd_cc, W_ADDR, local,
		    W_ADDR, peer, kf[i].so_type == SOCK_STREAM ? " CLOSED" :
		    "");
		if (opt.o_verbose && kf[i].so_rcv_drops != 0)
			printf("\t%llu dropped for lack of room\n",
			    (unsigned long long)kf[i].so_rcv_drops);
	}
	free(kf);
}
