/*
 * ipsecctl(8): talking to the kernel (PF_KEY, RFC 2367).
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <sys/sysctl.h>
#include <netinet/in.h>

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ipsecctl.h"

#define MESSAGE_MAX	8192
#define ANSWER_MS	10000

/* A message being made. */
struct message {
	union {
		struct sadb_msg	 m_hdr;
		uint8_t		 m_buf[MESSAGE_MAX];
	};
	size_t	 m_len;
};

static uint32_t	 sequence;

/*
 * A PF_KEY socket; exits without one.
 */
int
pfkey_open(void)
{
	int	 fd;

	if ((fd = socket(BSD_PF_KEY, SOCK_RAW, PF_KEY_V2)) == -1)
		err(1, "PF_KEY socket");
	return (fd);
}

static void
message_begin(struct message *m, int type, int satype)
{
	memset(m, 0, sizeof(*m));
	m->m_hdr.sadb_msg_version = PF_KEY_V2;
	m->m_hdr.sadb_msg_type = type;
	m->m_hdr.sadb_msg_satype = satype;
	m->m_hdr.sadb_msg_seq = ++sequence;
	m->m_hdr.sadb_msg_pid = getpid();
	m->m_len = sizeof(m->m_hdr);
}

/* Append an extension of size bytes, rounded up. */
static void *
put(struct message *m, unsigned int type, size_t size)
{
	struct sadb_ext	*ext = (struct sadb_ext *)(m->m_buf + m->m_len);

	size = (size + 7) & ~(size_t)7;
	if (m->m_len + size > sizeof(m->m_buf))
		errx(1, "message too long");
	ext->sadb_ext_len = size / 8;
	ext->sadb_ext_type = type;
	m->m_len += size;
	return (ext);
}

static void
put_sockaddr(struct message *m, unsigned int type, int af,
    const uint8_t *addr, uint16_t port)
{
	struct bsd_sockaddr_in6	*sin6;
	struct bsd_sockaddr_in	*sin;
	struct sadb_address	*a;

	if (af == BSD_AF_INET) {
		a = put(m, type, sizeof(*a) + sizeof(*sin));
		sin = (struct bsd_sockaddr_in *)(a + 1);
		sin->sin_len = sizeof(*sin);
		sin->sin_family = af;
		sin->sin_port = port;
		memcpy(&sin->sin_addr, addr, 4);
	} else {
		a = put(m, type, sizeof(*a) + sizeof(*sin6));
		sin6 = (struct bsd_sockaddr_in6 *)(a + 1);
		sin6->sin6_len = sizeof(*sin6);
		sin6->sin6_family = af;
		sin6->sin6_port = port;
		memcpy(&sin6->sin6_addr, addr, 16);
	}
}

static void
put_host(struct message *m, unsigned int type, const struct host *h)
{
	if (h->h_af != 0)
		put_sockaddr(m, type, h->h_af, h->h_bytes, 0);
}

/* A prefix and its mask, with ports. */
static void
put_net(struct message *m, unsigned int flow, unsigned int mask,
    const struct host *h, uint16_t port)
{
	uint8_t		 bits[16];
	unsigned int	 i;

	memset(bits, 0, sizeof(bits));
	for (i = 0; i < h->h_plen; i++)
		bits[i / 8] |= 0x80 >> i % 8;
	put_sockaddr(m, mask, h->h_af, bits, port != 0 ? 0xffff : 0);
	put_sockaddr(m, flow, h->h_af, h->h_bytes, port);
}

static void
put_ident(struct message *m, unsigned int type, const struct ident *id)
{
	struct sadb_ident	*i;

	if (id->i_type == 0)
		return;
	i = put(m, type, sizeof(*i) + strlen(id->i_data) + 1);
	i->sadb_ident_type = id->i_type;
	memcpy(i + 1, id->i_data, strlen(id->i_data) + 1);
}

static void
put_key(struct message *m, unsigned int type, const struct key *k)
{
	struct sadb_key	*key;

	if (k->k_len == 0)
		return;
	key = put(m, type, sizeof(*key) + k->k_len);
	key->sadb_key_bits = k->k_len * 8;
	memcpy(key + 1, k->k_data, k->k_len);
}

static void
make_flow(struct message *m, const struct rule *r, int delete)
{
	struct sadb_x_rdomain	*dom;
	struct sadb_protocol	*sp;

	message_begin(m, delete ? SADB_X_DELFLOW : SADB_X_ADDFLOW,
	    r->r_satype);
	put_host(m, SADB_EXT_ADDRESS_SRC, &r->r_local);
	put_host(m, SADB_EXT_ADDRESS_DST, &r->r_peer);
	put_ident(m, SADB_EXT_IDENTITY_SRC, &r->r_srcid);
	put_ident(m, SADB_EXT_IDENTITY_DST, &r->r_dstid);
	sp = put(m, SADB_X_EXT_FLOW_TYPE, sizeof(*sp));
	sp->sadb_protocol_proto = r->r_flowtype;
	sp->sadb_protocol_direction = r->r_direction;
	sp = put(m, SADB_X_EXT_PROTOCOL, sizeof(*sp));
	sp->sadb_protocol_proto = r->r_proto;
	put_net(m, SADB_X_EXT_SRC_FLOW, SADB_X_EXT_SRC_MASK, &r->r_src,
	    r->r_sport);
	put_net(m, SADB_X_EXT_DST_FLOW, SADB_X_EXT_DST_MASK, &r->r_dst,
	    r->r_dport);
	if (r->r_rdomain != 0) {
		dom = put(m, SADB_X_EXT_RDOMAIN, sizeof(*dom));
		dom->sadb_x_rdomain_dom1 = r->r_rdomain;
		dom->sadb_x_rdomain_dom2 = r->r_rdomain;
	}
}

static void
put_sa(struct message *m, unsigned int type, const struct rule *r,
    uint32_t spi)
{
	struct sadb_sa	*sa = put(m, type, sizeof(*sa));

	sa->sadb_sa_spi = htonl(spi);
	sa->sadb_sa_state = SADB_SASTATE_MATURE;
	if (type != SADB_EXT_SA || r->r_kind != RULE_SA)
		return;
	sa->sadb_sa_auth = r->r_aalg;
	sa->sadb_sa_encrypt = r->r_ealg;
	if (r->r_satype != SADB_X_SATYPE_IPCOMP)
		sa->sadb_sa_replay = 64;
	if (r->r_tunnel)
		sa->sadb_sa_flags |= SADB_X_SAFLAGS_TUNNEL;
	if (r->r_udpencap)
		sa->sadb_sa_flags |= SADB_X_SAFLAGS_UDPENCAP;
	if (r->r_esn)
		sa->sadb_sa_flags |= SADB_X_SAFLAGS_ESN;
}

static void
make_sa(struct message *m, const struct rule *r, int delete)
{
	struct sadb_x_udpencap	*u;
	struct sadb_x_iface	*iface;
	struct sadb_x_tag	*tag;
	struct sadb_x_tap	*tap;
	size_t			 len;

	message_begin(m, delete ? SADB_DELETE : SADB_ADD, r->r_satype);
	put_sa(m, SADB_EXT_SA, r, r->r_spi);
	put_host(m, SADB_EXT_ADDRESS_SRC, &r->r_src);
	put_host(m, SADB_EXT_ADDRESS_DST, &r->r_dst);
	if (delete)
		return;
	put_key(m, SADB_EXT_KEY_AUTH, &r->r_akey);
	put_key(m, SADB_EXT_KEY_ENCRYPT, &r->r_ekey);
	if (r->r_udpport != 0) {
		u = put(m, SADB_X_EXT_UDPENCAP, sizeof(*u));
		u->sadb_x_udpencap_port = r->r_udpport;
	}
	if (r->r_tag[0] != '\0') {
		len = strlen(r->r_tag) + 1;
		tag = put(m, SADB_X_EXT_TAG, sizeof(*tag) + len);
		tag->sadb_x_tag_taglen = len;
		memcpy(tag + 1, r->r_tag, len);
	}
	if (r->r_iface != 0) {
		iface = put(m, SADB_X_EXT_IFACE, sizeof(*iface));
		iface->sadb_x_iface_unit = r->r_unit;
		iface->sadb_x_iface_direction = r->r_iface;
	}
	if (r->r_tap != 0) {
		tap = put(m, SADB_X_EXT_TAP, sizeof(*tap));
		tap->sadb_x_tap_unit = r->r_tap;
	}
}

static void
make_group(struct message *m, const struct rule *r)
{
	struct sadb_protocol	*sp;

	message_begin(m, SADB_X_GRPSPIS, r->r_satype);
	put_sa(m, SADB_EXT_SA, r, r->r_spi);
	put_host(m, SADB_EXT_ADDRESS_DST, &r->r_dst);
	put_sa(m, SADB_X_EXT_SA2, r, r->r_spi2);
	put_host(m, SADB_X_EXT_DST2, &r->r_dst2);
	sp = put(m, SADB_X_EXT_SATYPE2, sizeof(*sp));
	sp->sadb_protocol_proto = r->r_satype2;
}

/* Wait for the kernel's answer to m; 0, or -1 with errno. */
static int
answer(int fd, const struct message *m)
{
	union {
		struct sadb_msg	 hdr;
		uint8_t		 buf[MESSAGE_MAX];
	} u;
	struct pollfd	 pfd = { .fd = fd, .events = POLLIN };
	ssize_t		 n;

	for (;;) {
		if (poll(&pfd, 1, ANSWER_MS) != 1) {
			errno = ETIMEDOUT;
			return (-1);
		}
		if ((n = recv(fd, &u, sizeof(u), 0)) == -1) {
			if (errno == EINTR || errno == ENOBUFS)
				continue;
			return (-1);
		}
		if ((size_t)n < sizeof(u.hdr) ||
		    u.hdr.sadb_msg_pid != m->m_hdr.sadb_msg_pid ||
		    u.hdr.sadb_msg_seq != m->m_hdr.sadb_msg_seq)
			continue;
		errno = u.hdr.sadb_msg_errno;
		explicit_bzero(&u, sizeof(u));
		return (errno == 0 ? 0 : -1);
	}
}

static int
message_send(int fd, struct message *m)
{
	int	 error, ret;

	m->m_hdr.sadb_msg_len = m->m_len / 8;
	ret = write(fd, m, m->m_len) == (ssize_t)m->m_len ? 0 : -1;
	if (ret == 0)
		ret = answer(fd, m);
	error = errno;
	explicit_bzero(m, sizeof(*m));
	errno = error;
	return (ret);
}

/*
 * Add a rule to the kernel, or with delete take it away.  0, or -1 with
 * errno.
 */
int
pfkey_rule(int fd, const struct rule *r, int delete)
{
	struct message	 m;

	switch (r->r_kind) {
	case RULE_FLOW:
		make_flow(&m, r, delete);
		break;
	case RULE_SA:
		make_sa(&m, r, delete);
		break;
	case RULE_GROUP:
		if (delete)
			return (0);
		make_group(&m, r);
		break;
	}
	return (message_send(fd, &m));
}

/*
 * All SAs of a type away; for SADB_SATYPE_UNSPEC all SAs and flows.
 */
int
pfkey_flush(int fd, uint8_t satype)
{
	struct message	 m;

	message_begin(&m, SADB_FLUSH, satype);
	return (message_send(fd, &m));
}

/*
 * All SAs (NET_KEY_SADB_DUMP) or flows (NET_KEY_SPD_DUMP) as messages, len
 * bytes, to be freed; NULL when there is none.  Exits on errors.
 */
uint8_t *
pfkey_dump(int what, size_t *len)
{
	int	 mib[] = { CTL_NET, BSD_AF_KEY, PF_KEY_V2, what, 0 };
	uint8_t	*buf = NULL;
	int	 tries;

	for (tries = 0; tries < 10; tries++) {
		if (sysctl(mib, 5, NULL, len, NULL, 0) == -1)
			err(1, "sysctl");
		if (*len == 0)
			return (NULL);
		*len += *len / 8 + MESSAGE_MAX;	/* some may come meanwhile */
		if ((buf = realloc(buf, *len)) == NULL)
			err(1, NULL);
		if (sysctl(mib, 5, buf, len, NULL, 0) == 0)
			return (buf);
		if (errno != ENOMEM)
			err(1, "sysctl");
	}
	errx(1, "too much is changing");
}

/*
 * Print every message that passes, until interrupted.
 */
void
pfkey_monitor(int fd)
{
	union {
		struct sadb_msg	 hdr;
		uint8_t		 buf[2 * MESSAGE_MAX];
	} u;
	struct message	 m;
	ssize_t		 n;

	message_begin(&m, SADB_X_PROMISC, 1);
	if (message_send(fd, &m) == -1)
		err(1, "promisc");
	for (;;) {
		if ((n = recv(fd, &u, sizeof(u), 0)) == -1) {
			if (errno == ENOBUFS) {
				printf("messages lost\n");
				continue;
			}
			if (errno == EINTR)
				continue;
			err(1, "recv");
		}
		if ((size_t)n < sizeof(u.hdr) ||
		    u.hdr.sadb_msg_len * 8 != n)
			continue;
		if (u.hdr.sadb_msg_type == SADB_X_PROMISC &&
		    (size_t)n >= 2 * sizeof(u.hdr))
			message_print(&u.hdr + 1);
		else
			message_print(&u.hdr);
		fflush(stdout);
	}
}
