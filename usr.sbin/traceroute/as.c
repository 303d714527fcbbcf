/*
 * The autonomous system of an address, as the name server of Team Cymru tells
 * it: a TXT record at the reversed address, whose first word is the number.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <arpa/nameser.h>

#include <ctype.h>
#include <resolv.h>
#include <stdio.h>
#include <string.h>

#include "traceroute.h"

#define ORIGIN4	"origin.asn.cymru.com"
#define ORIGIN6	"origin6.asn.cymru.com"
#define ANSWER	1024

/* The name to ask for. */
static void
as_query(const struct sockaddr_storage *ss, char *buf, size_t size)
{
	const struct sockaddr_in6	*sin6 = (const void *)ss;
	const struct sockaddr_in	*sin = (const void *)ss;
	const uint8_t			*p;
	size_t				 at = 0;
	int				 i;

	if (ss->ss_family == AF_INET) {
		p = (const uint8_t *)&sin->sin_addr;
		snprintf(buf, size, "%u.%u.%u.%u." ORIGIN4, p[3], p[2], p[1],
		    p[0]);
		return;
	}
	p = sin6->sin6_addr.s6_addr;
	for (i = 15; i >= 0 && at < size; i--)
		at += snprintf(buf + at, size - at, "%x.%x.", p[i] & 0xf,
		    p[i] >> 4);
	if (at < size)
		snprintf(buf + at, size - at, ORIGIN6);
}

/* The first string of the first TXT record; its length, -1 for none. */
static int
as_txt(const uint8_t *answer, int len, char *buf, size_t size)
{
	ns_msg	 msg;
	ns_rr	 rr;
	size_t	 n;
	int	 i;

	if (ns_initparse(answer, len, &msg) == -1)
		return (-1);
	for (i = 0; i < ns_msg_count(msg, ns_s_an); i++) {
		if (ns_parserr(&msg, ns_s_an, i, &rr) == -1 ||
		    ns_rr_type(rr) != ns_t_txt || ns_rr_rdlen(rr) < 1)
			continue;
		n = ns_rr_rdata(rr)[0];
		if (n + 1 > ns_rr_rdlen(rr) || n >= size)
			return (-1);
		memcpy(buf, ns_rr_rdata(rr) + 1, n);
		buf[n] = '\0';
		return (n);
	}
	return (-1);
}

/*
 * Print " [AS12345]" for the address; "[AS?]" when nobody tells.
 */
void
as_print(const struct sockaddr_storage *ss)
{
	uint8_t	 answer[ANSWER];
	char	 name[128], txt[256];
	int	 i, n;

	as_query(ss, name, sizeof(name));
	n = res_query(name, ns_c_in, ns_t_txt, answer, sizeof(answer));
	if (n <= 0 || n > (int)sizeof(answer) ||
	    as_txt(answer, n, txt, sizeof(txt)) == -1) {
		printf(" [AS?]");
		return;
	}
	for (i = 0; isdigit((unsigned char)txt[i]); i++)
		continue;
	txt[i] = '\0';
	printf(" [AS%s]", i > 0 ? txt : "?");
}
