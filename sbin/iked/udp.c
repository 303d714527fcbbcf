/*
 * The UDP sockets of IKE: ports 500 and 4500, of both families.  On the
 * latter a marker of four zeroes stands before each message (RFC 3948).
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <netinet/bsd_in.h>
#include <netinet/ip_ipsp.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "iked.h"
#include "ikev2.h"
#include "log.h"

#define DATAGRAM	65536

struct udp {
	struct event_base	*u_base;
	struct event		*u_ev[FD_PFKEY];
	int			 u_fd[FD_PFKEY];
	uint16_t		 u_port;	/* of NAT traversal */
	void			(*u_fn)(void *, const struct endpoint *,
				    const struct endpoint *, const void *,
				    size_t);
	void			*u_arg;
	uint8_t			 u_buf[DATAGRAM];
};

/*
 * Sockets for datagrams, which fn is called with: our end, the peer, the
 * message.  natt is the port where markers are.  NULL: no memory.
 */
struct udp *
udp_new(struct event_base *base, uint16_t natt,
    void (*fn)(void *, const struct endpoint *, const struct endpoint *,
    const void *, size_t), void *arg)
{
	struct udp	*u;
	int		 i;

	u = calloc(1, sizeof(*u));
	if (u == NULL)
		return (NULL);
	u->u_base = base;
	u->u_port = natt;
	u->u_fn = fn;
	u->u_arg = arg;
	for (i = 0; i < FD_PFKEY; i++)
		u->u_fd[i] = -1;
	return (u);
}

/* No flow may swallow what makes the flows. */
static int
bypass(int fd, int ver)
{
	static const int	 opt4[] = { IP_AUTH_LEVEL, IP_ESP_TRANS_LEVEL,
				    IP_ESP_NETWORK_LEVEL };
	static const int	 opt6[] = { IPV6_AUTH_LEVEL,
				    IPV6_ESP_TRANS_LEVEL,
				    IPV6_ESP_NETWORK_LEVEL };
	int			 level = IPSEC_LEVEL_BYPASS, i;

	for (i = 0; i < 3; i++)
		if (setsockopt(fd, ver == 4 ? IPPROTO_IP : IPPROTO_IPV6,
		    ver == 4 ? opt4[i] : opt6[i], &level, sizeof(level)) == -1)
			return (-1);
	return (0);
}

/*
 * A socket of a version of IP bound to a port, for udp_add.  -1: it cannot
 * be, and errno says why.
 */
int
udp_socket(int ver, uint16_t port)
{
	struct sockaddr_storage	 ss;
	struct endpoint		 any;
	socklen_t		 len;
	int			 fd, on = 1;

	memset(&any, 0, sizeof(any));
	any.e_addr.a_ver = ver;
	any.e_port = port;
	len = addr_to_sockaddr(&any, &ss);
	fd = socket(ver == 4 ? AF_INET : AF_INET6,
	    SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return (-1);
	if ((ver == 6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on,
	    sizeof(on)) == -1) || bypass(fd, ver) == -1 ||
	    setsockopt(fd, ver == 4 ? IPPROTO_IP : IPPROTO_IPV6,
	    ver == 4 ? IP_PKTINFO : IPV6_RECVPKTINFO, &on, sizeof(on)) == -1 ||
	    bind(fd, (struct sockaddr *)&ss, len) == -1) {
		close(fd);
		return (-1);
	}
	return (fd);
}

/* Where a datagram was sent to. */
static void
destination(struct msghdr *m, struct addr *a)
{
	struct in6_pktinfo	 pi6;
	struct in_pktinfo	 pi4;
	struct cmsghdr		*cm;

	for (cm = CMSG_FIRSTHDR(m); cm != NULL; cm = CMSG_NXTHDR(m, cm))
		if (cm->cmsg_level == IPPROTO_IP &&
		    cm->cmsg_type == IP_PKTINFO) {
			memcpy(&pi4, CMSG_DATA(cm), sizeof(pi4));
			a->a_ver = 4;
			memcpy(a->a_bytes, &pi4.ipi_addr, 4);
		} else if (cm->cmsg_level == IPPROTO_IPV6 &&
		    cm->cmsg_type == IPV6_PKTINFO) {
			memcpy(&pi6, CMSG_DATA(cm), sizeof(pi6));
			a->a_ver = 6;
			memcpy(a->a_bytes, &pi6.ipi6_addr, 16);
		}
}

static void
readable(evutil_socket_t fd, short what, void *arg)
{
	static const uint8_t	 marker[4];
	struct udp		*u = arg;
	struct sockaddr_storage	 ss;
	struct endpoint		 local, peer;
	struct msghdr		 m;
	struct iovec		 iov = { u->u_buf, sizeof(u->u_buf) };
	char			 control[128];
	ssize_t			 n;
	int			 natt;

	memset(&m, 0, sizeof(m));
	memset(&local, 0, sizeof(local));
	m.msg_name = &ss;
	m.msg_namelen = sizeof(ss);
	m.msg_iov = &iov;
	m.msg_iovlen = 1;
	m.msg_control = control;
	m.msg_controllen = sizeof(control);
	n = recvmsg(fd, &m, 0);
	if (n == -1)
		return;
	natt = fd == u->u_fd[FD_NATT4] || fd == u->u_fd[FD_NATT6];
	local.e_port = natt ? u->u_port : IKE_PORT;
	destination(&m, &local.e_addr);
	addr_from_sockaddr(&peer, (struct sockaddr *)&ss);
	if (!natt)
		u->u_fn(u->u_arg, &local, &peer, u->u_buf, n);
	else if (n > 4 && memcmp(u->u_buf, marker, 4) == 0)
		u->u_fn(u->u_arg, &local, &peer, u->u_buf + 4, n - 4);
}

/*
 * Serve a socket, which is ours from now on.
 */
void
udp_add(struct udp *u, enum iked_fd which, int fd)
{
	u->u_fd[which] = fd;
	u->u_ev[which] = event_new(u->u_base, fd, EV_READ | EV_PERSIST,
	    readable, u);
	if (u->u_ev[which] == NULL)
		fatal("event_new");
	event_add(u->u_ev[which], NULL);
}

/* Our address, as ancillary data. */
static void
source(struct msghdr *m, const struct addr *a)
{
	struct in6_pktinfo	 pi6;
	struct in_pktinfo	 pi4;
	struct cmsghdr		*cm = CMSG_FIRSTHDR(m);

	memset(&pi4, 0, sizeof(pi4));
	memset(&pi6, 0, sizeof(pi6));
	if (a->a_ver == 4) {
		memcpy(&pi4.ipi_spec_dst, a->a_bytes, 4);
		cm->cmsg_level = IPPROTO_IP;
		cm->cmsg_type = IP_PKTINFO;
		cm->cmsg_len = CMSG_LEN(sizeof(pi4));
		memcpy(CMSG_DATA(cm), &pi4, sizeof(pi4));
		m->msg_controllen = CMSG_SPACE(sizeof(pi4));
	} else {
		memcpy(&pi6.ipi6_addr, a->a_bytes, 16);
		cm->cmsg_level = IPPROTO_IPV6;
		cm->cmsg_type = IPV6_PKTINFO;
		cm->cmsg_len = CMSG_LEN(sizeof(pi6));
		memcpy(CMSG_DATA(cm), &pi6, sizeof(pi6));
		m->msg_controllen = CMSG_SPACE(sizeof(pi6));
	}
}

/*
 * Send a message from our end to a peer; one byte is a keepalive.  -1: it
 * did not go.
 */
int
udp_send(struct udp *u, const struct endpoint *local,
    const struct endpoint *peer, const void *data, size_t len)
{
	static uint8_t		 marker[4];
	struct sockaddr_storage	 ss;
	struct msghdr		 m;
	struct iovec		 iov[2];
	union {
		struct cmsghdr	 hdr;
		char		 buf[128];
	} control;
	int			 natt = local->e_port == u->u_port, which;

	which = peer->e_addr.a_ver == 4 ? (natt ? FD_NATT4 : FD_UDP4) :
	    (natt ? FD_NATT6 : FD_UDP6);
	memset(&m, 0, sizeof(m));
	memset(&control, 0, sizeof(control));
	m.msg_namelen = addr_to_sockaddr(peer, &ss);
	m.msg_name = &ss;
	iov[0].iov_base = marker;
	iov[0].iov_len = natt && len > 1 ? sizeof(marker) : 0;
	iov[1].iov_base = (void *)data;
	iov[1].iov_len = len;
	m.msg_iov = iov;
	m.msg_iovlen = 2;
	if (local->e_addr.a_ver != 0) {
		m.msg_control = control.buf;
		m.msg_controllen = sizeof(control.buf);
		source(&m, &local->e_addr);
	}
	return (sendmsg(u->u_fd[which], &m, 0) == -1 ? -1 : 0);
}

/*
 * The address that we have towards a peer; -1: no way there.
 */
int
udp_local(const struct endpoint *peer, struct endpoint *local)
{
	struct sockaddr_storage	 ss;
	struct endpoint		 e;
	socklen_t		 len;
	int			 fd, error;

	len = addr_to_sockaddr(peer, &ss);
	fd = socket(ss.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return (-1);
	error = connect(fd, (struct sockaddr *)&ss, len);
	len = sizeof(ss);
	if (error == 0)
		error = getsockname(fd, (struct sockaddr *)&ss, &len);
	close(fd);
	if (error == -1)
		return (-1);
	addr_from_sockaddr(&e, (struct sockaddr *)&ss);
	local->e_addr = e.e_addr;
	return (0);
}
