/*
 * h_espinudp PORT: a UDP socket by which Linux takes ESP, in a
 * guest: over IPv6 by itself, over IPv4 as mapped addresses.
 */
#include <sys/socket.h>

#include <netinet/in.h>

#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define UDP_ENCAP		100
#define UDP_ENCAP_ESPINUDP	2

int
main(int argc, char *argv[])
{
	struct sockaddr_in6	 sin6;
	int			 kind = UDP_ENCAP_ESPINUDP, s;

	if (argc != 2)
		errx(2, "usage: h_espinudp port");
	memset(&sin6, 0, sizeof(sin6));
	sin6.sin6_family = AF_INET6;
	sin6.sin6_port = htons(atoi(argv[1]));
	s = socket(AF_INET6, SOCK_DGRAM, 0);
	if (s == -1 || bind(s, (struct sockaddr *)&sin6, sizeof(sin6)) == -1 ||
	    setsockopt(s, IPPROTO_UDP, UDP_ENCAP, &kind, sizeof(kind)) == -1)
		err(1, "port %s", argv[1]);
	for (;;)
		pause();
}
