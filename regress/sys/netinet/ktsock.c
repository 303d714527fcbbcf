/*
 * Sockets for the tests of sys/netinet: see ktsock.h.
 */
#include "ktinet.h"
#include "ktsock.h"

struct socket *
kt_socket(int type, int proto)
{
	struct socket	*so;

	KT_REQUIRE(socreate(AF_INET, &so, type, proto) == 0);
	return (so);
}

/* An address in an mbuf; the port in host order. */
struct mbuf *
kt_name(struct in_addr addr, u_int port)
{
	struct sockaddr_in	*sin;
	struct mbuf		*m;

	m = m_get(M_WAIT, MT_SONAME);
	sin = mtod(m, struct sockaddr_in *);
	memset(sin, 0, sizeof(*sin));
	m->m_len = sin->sin_len = sizeof(*sin);
	sin->sin_family = AF_INET;
	sin->sin_addr = addr;
	sin->sin_port = htons(port);
	return (m);
}

int
kt_bind(struct socket *so, struct in_addr addr, u_int port)
{
	struct mbuf	*m = kt_name(addr, port);
	int		 error;

	error = sobind(so, m, curproc);
	m_freem(m);
	return (error);
}

int
kt_connect(struct socket *so, struct in_addr addr, u_int port)
{
	struct mbuf	*m = kt_name(addr, port);
	int		 error;

	error = soconnect(so, m);
	m_freem(m);
	return (error);
}

int
kt_setopt(struct socket *so, int level, int opt, const void *p, u_int len)
{
	struct mbuf	*m;
	int		 error;

	m = m_get(M_WAIT, MT_SOOPTS);
	KT_REQUIRE(len <= MLEN);
	memcpy(mtod(m, caddr_t), p, len);
	m->m_len = len;
	error = sosetopt(so, level, opt, m);
	m_freem(m);
	return (error);
}

int
kt_setint(struct socket *so, int level, int opt, int val)
{
	return (kt_setopt(so, level, opt, &val, sizeof(val)));
}

int
kt_getint(struct socket *so, int level, int opt, int *val)
{
	struct mbuf	*m;
	int		 error;

	*val = -12345;
	m = m_get(M_WAIT, MT_SOOPTS);
	error = sogetopt(so, level, opt, m);
	if (error == 0 && m->m_len == sizeof(*val))
		memcpy(val, mtod(m, caddr_t), sizeof(*val));
	m_freem(m);
	return (error);
}

/* Send; what follows from it has happened on return. */
int
kt_sendto(struct socket *so, const void *p, u_int len, struct in_addr addr,
    u_int port, struct mbuf *control)
{
	struct mbuf	*name = kt_name(addr, port);
	int		 error;

	error = sosend(so, name, NULL, kt_mbuf(p, len), control, 0);
	m_freem(name);
	kt_settle();
	return (error);
}

/* The same to the peer. */
int
kt_send(struct socket *so, const void *p, u_int len)
{
	int	 error;

	error = sosend(so, NULL, NULL, kt_mbuf(p, len), NULL, 0);
	kt_settle();
	return (error);
}

/*
 * Take the first message of a socket; NULL when there is none.  It is good
 * until the next call.
 */
struct ktmsg *
kt_recv(struct socket *so)
{
	static struct ktmsg	 km;
	struct sockbuf		*sb = &so->so_rcv;
	struct mbuf		*m, *copy = NULL, **mp = &copy;

	m_freem(km.km_control);
	memset(&km, 0, sizeof(km));
	if ((m = sb->sb_mb) == NULL)
		return (NULL);
	KT_REQUIRE(m->m_type == MT_SONAME);
	memcpy(&km.km_from, mtod(m, caddr_t), sizeof(km.km_from));
	for (m = m->m_next; m != NULL; m = m->m_next) {
		if (m->m_type == MT_CONTROL) {
			*mp = m_get(M_WAIT, MT_CONTROL);
			memcpy(mtod(*mp, caddr_t), mtod(m, caddr_t),
			    m->m_len);
			(*mp)->m_len = m->m_len;
			mp = &(*mp)->m_next;
			continue;
		}
		KT_REQUIRE(km.km_len + m->m_len <= sizeof(km.km_data));
		memcpy(km.km_data + km.km_len, mtod(m, caddr_t), m->m_len);
		km.km_len += m->m_len;
	}
	km.km_control = copy;
	m_freem(sbremoverecord(sb));
	return (&km);
}

/* The data of a control message, NULL when it is not there. */
void *
kt_cmsg(struct ktmsg *km, int level, int type, u_int *len)
{
	struct cmsghdr	*cm;
	struct mbuf	*m;

	for (m = km->km_control; m != NULL; m = m->m_next) {
		cm = mtod(m, struct cmsghdr *);
		if (cm->cmsg_level == level && cm->cmsg_type == type) {
			if (len != NULL)
				*len = cm->cmsg_len - sizeof(*cm);
			return (CMSG_DATA(cm));
		}
	}
	return (NULL);
}

/* A control message to send. */
struct mbuf *
kt_control(int level, int type, const void *p, u_int len)
{
	struct mbuf	*m;

	m = sbcreatecontrol(p, len, type, level);
	KT_REQUIRE(m != NULL);
	return (m);
}
