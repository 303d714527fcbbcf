/*
 * The UDP sockets of IKE: ports 500 and 4500, of both families.  On the
 * latter a marker of four zeroes stands before each message (RFC 3948).
 *
 * Datagrams are received several at a time, and those sent meanwhile leave
 * together (udp_flush): a call costs more than the datagram.
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
#define BATCH		8
#define ROOM		(2 << 20)	/* bytes that may wait in a socket */
#define CONTROL		128		/* bytes of ancillary data */

/* A datagram that waits for udp_flush. */
struct parcel {
	int			 p_which;	/* socket */
	struct sockaddr_storage	 p_to;
	socklen_t		 p_tolen;
	struct addr		 p_from;
	struct blob		 p_data;
};

struct udp {
	struct event_base	*u_base;
	struct event		*u_ev[FD_PFKEY];
	int			 u_fd[FD_PFKEY];
	uint16_t		 u_port;	/* of NAT traversal */
	void			(*u_fn)(void *, const struct endpoint *,
				    const struct endpoint *, const void *,
				    size_t);
	void			*u_arg;
	struct parcel		 u_parcels[BATCH];
	unsigned int		 u_nparcels;
	unsigned int		 u_lost;	/* that could not be sent */
	uint8_t			 u_bufs[BATCH][DATAGRAM];
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
	int			 fd, on = 1, size = ROOM;

	memset(&any, 0, sizeof(any));
	any.e_addr.a_ver = ver;
	any.e_port = port;
	len = addr_to_sockaddr(&any, &ss);
	fd = socket(ver == 4 ? AF_INET : AF_INET6,
	    SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return (-1);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
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

/* One datagram of a socket. */
static void
datagram(struct udp *u, int natt, struct msghdr *m, const uint8_t *data,
    size_t len)
{
	static const uint8_t	 marker[4];
	struct endpoint		 local, peer;

	memset(&local, 0, sizeof(local));
	local.e_port = natt ? u->u_port : IKE_PORT;
	destination(m, &local.e_addr);
	addr_from_sockaddr(&peer, m->msg_name);
	if (!natt)
		u->u_fn(u->u_arg, &local, &peer, data, len);
	else if (len > 4 && memcmp(data, marker, 4) == 0)
		u->u_fn(u->u_arg, &local, &peer, data + 4, len - 4);
}

static void
readable(evutil_socket_t fd, short what, void *arg)
{
	struct udp		*u = arg;
	struct sockaddr_storage	 ss[BATCH];
	struct mmsghdr		 mm[BATCH];
	struct iovec		 iov[BATCH];
	char			 control[BATCH][CONTROL];
	int			 i, n, natt;

	memset(mm, 0, sizeof(mm));
	for (i = 0; i < BATCH; i++) {
		iov[i].iov_base = u->u_bufs[i];
		iov[i].iov_len = DATAGRAM;
		mm[i].msg_hdr.msg_name = &ss[i];
		mm[i].msg_hdr.msg_namelen = sizeof(ss[i]);
		mm[i].msg_hdr.msg_iov = &iov[i];
		mm[i].msg_hdr.msg_iovlen = 1;
		mm[i].msg_hdr.msg_control = control[i];
		mm[i].msg_hdr.msg_controllen = CONTROL;
	}
	n = recvmmsg(fd, mm, BATCH, MSG_DONTWAIT, NULL);
	natt = fd == u->u_fd[FD_NATT4] || fd == u->u_fd[FD_NATT6];
	for (i = 0; i < n; i++)
		datagram(u, natt, &mm[i].msg_hdr, u->u_bufs[i],
		    mm[i].msg_len);
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
 * Send what waits; how many could not be sent since the last time.
 */
unsigned int
udp_flush(struct udp *u)
{
	struct mmsghdr	 mm[BATCH];
	struct iovec	 iov[BATCH];
	union {
		struct cmsghdr	 hdr;
		char		 buf[CONTROL];
	} control[BATCH];
	struct parcel	*p;
	unsigned int	 i, n, lost;
	int		 k;

	memset(mm, 0, sizeof(mm));
	memset(control, 0, sizeof(control));
	for (i = 0; i < u->u_nparcels; i++) {
		p = &u->u_parcels[i];
		iov[i].iov_base = p->p_data.b_data;
		iov[i].iov_len = p->p_data.b_len;
		mm[i].msg_hdr.msg_name = &p->p_to;
		mm[i].msg_hdr.msg_namelen = p->p_tolen;
		mm[i].msg_hdr.msg_iov = &iov[i];
		mm[i].msg_hdr.msg_iovlen = 1;
		if (p->p_from.a_ver == 0)
			continue;
		mm[i].msg_hdr.msg_control = control[i].buf;
		mm[i].msg_hdr.msg_controllen = CONTROL;
		source(&mm[i].msg_hdr, &p->p_from);
	}
	for (i = 0; i < u->u_nparcels; i += k) {
		/* Those in a row that leave by one socket. */
		p = &u->u_parcels[i];
		for (n = i + 1; n < u->u_nparcels &&
		    u->u_parcels[n].p_which == p->p_which; n++)
			;
		k = sendmmsg(u->u_fd[p->p_which], mm + i, n - i, 0);
		if (k <= 0) {
			log_debug("send: %s", strerror(errno));
			u->u_lost++;
			k = 1;
		}
	}
	while (u->u_nparcels > 0)
		blob_free(&u->u_parcels[--u->u_nparcels].p_data);
	lost = u->u_lost;
	u->u_lost = 0;
	return (lost);
}

/*
 * Send a message from our end to a peer, with udp_flush; one byte is a
 * keepalive.
 */
void
udp_send(struct udp *u, const struct endpoint *local,
    const struct endpoint *peer, const void *data, size_t len)
{
	struct parcel	*p = &u->u_parcels[u->u_nparcels];
	struct wbuf	 w;
	int		 natt = local->e_port == u->u_port;

	p->p_which = peer->e_addr.a_ver == 4 ? (natt ? FD_NATT4 : FD_UDP4) :
	    (natt ? FD_NATT6 : FD_UDP6);
	p->p_tolen = addr_to_sockaddr(peer, &p->p_to);
	p->p_from = local->e_addr;
	wbuf_init(&w);
	if (natt && len > 1)
		wbuf_u32(&w, 0);
	wbuf_add(&w, data, len);
	if (w.w_error) {
		wbuf_free(&w);
		u->u_lost++;
		return;
	}
	wbuf_take(&w, &p->p_data);
	if (++u->u_nparcels == BATCH)
		u->u_lost = udp_flush(u);
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
