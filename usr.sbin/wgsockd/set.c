/*
 * wgsockd(8): changes that a client asks for, gathered in what SIOCSWG takes.
 *
 * Lines before the first public_key are about the interface; each public_key
 * begins a peer.  All of it is handed to the kernel at once.
 */
#include <sys/types.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/bsd_sockaddr.h>
#include <netinet/in.h>
#include <net/if.h>
#include <net/if_wg.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "wgsockd.h"

#define PKA_MAX		65535

/* What has been gathered; offsets, as it moves when it grows. */
struct change {
	struct wg_interface_io	*g_io;
	size_t			 g_size;
	size_t			 g_room;
	size_t			 g_peer;	/* 0: none yet */
};

/* One key of the protocol. */
struct setting {
	const char	*s_key;
	int		 s_peer;	/* belongs to a peer */
	int		(*s_func)(struct change *, const char *);
};

static struct wg_peer_io *
peer_of(struct change *g)
{
	return ((struct wg_peer_io *)((char *)g->g_io + g->g_peer));
}

/*
 * Room for len more bytes, cleared; its offset, or 0 without memory.  There
 * are keys in it: what it moves away from is wiped.
 */
static size_t
grow(struct change *g, size_t len)
{
	size_t	 offset = g->g_size, room;
	void	*p;

	if (len > g->g_room - offset) {
		room = 2 * g->g_room + len;
		if ((p = calloc(1, room)) == NULL)
			return (0);
		if (g->g_io != NULL) {
			memcpy(p, g->g_io, offset);
			explicit_bzero(g->g_io, offset);
			free(g->g_io);
		}
		g->g_io = p;
		g->g_room = room;
	}
	g->g_size += len;
	return (offset);
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return (c - '0');
	if (c >= 'a' && c <= 'f')
		return (c - 'a' + 10);
	if (c >= 'A' && c <= 'F')
		return (c - 'A' + 10);
	return (-1);
}

static int
parse_key(const char *s, uint8_t key[WG_KEY_LEN])
{
	int	 hi, i, lo;

	if (strlen(s) != 2 * WG_KEY_LEN)
		return (EINVAL);
	for (i = 0; i < WG_KEY_LEN; i++) {
		hi = hex_digit(s[2 * i]);
		lo = hex_digit(s[2 * i + 1]);
		if (hi == -1 || lo == -1)
			return (EINVAL);
		key[i] = hi << 4 | lo;
	}
	return (0);
}

static int
parse_number(const char *s, long long max, long long *value)
{
	const char	*errstr;

	*value = strtonum(s, 0, max, &errstr);
	return (errstr != NULL ? EINVAL : 0);
}

static int
set_private_key(struct change *g, const char *s)
{
	g->g_io->i_flags |= WG_INTERFACE_HAS_PRIVATE;
	return (parse_key(s, g->g_io->i_private));
}

static int
set_listen_port(struct change *g, const char *s)
{
	long long	 n;

	if (parse_number(s, 65535, &n) != 0)
		return (EINVAL);
	g->g_io->i_port = n;
	g->g_io->i_flags |= WG_INTERFACE_HAS_PORT;
	return (0);
}

/* There are no marks here: a routing table does what they are for. */
static int
set_fwmark(struct change *g, const char *s)
{
	(void)g;
	return (strcmp(s, "0") == 0 || s[0] == '\0' ? 0 : EOPNOTSUPP);
}

static int
set_replace_peers(struct change *g, const char *s)
{
	if (strcmp(s, "true") != 0)
		return (EINVAL);
	g->g_io->i_flags |= WG_INTERFACE_REPLACE_PEERS;
	return (0);
}

static int
set_public_key(struct change *g, const char *s)
{
	if ((g->g_peer = grow(g, sizeof(struct wg_peer_io))) == 0)
		return (ENOMEM);
	g->g_io->i_peers_count++;
	peer_of(g)->p_flags = WG_PEER_HAS_PUBLIC;
	return (parse_key(s, peer_of(g)->p_public));
}

static int
set_flag(struct change *g, const char *s, int flag)
{
	if (strcmp(s, "true") != 0)
		return (EINVAL);
	peer_of(g)->p_flags |= flag;
	return (0);
}

static int
set_remove(struct change *g, const char *s)
{
	return (set_flag(g, s, WG_PEER_REMOVE));
}

static int
set_update_only(struct change *g, const char *s)
{
	return (set_flag(g, s, WG_PEER_UPDATE));
}

static int
set_replace_allowed_ips(struct change *g, const char *s)
{
	return (set_flag(g, s, WG_PEER_REPLACE_AIPS));
}

static int
set_preshared_key(struct change *g, const char *s)
{
	peer_of(g)->p_flags |= WG_PEER_HAS_PSK;
	return (parse_key(s, peer_of(g)->p_psk));
}

/* ADDR:PORT or [ADDR]:PORT, in numbers. */
static int
set_endpoint(struct change *g, const char *s)
{
	struct wg_peer_io	*p = peer_of(g);
	struct addrinfo		 hints, *res;
	const char		*port;
	char			 host[64];
	size_t			 len;

	if ((port = strrchr(s, ':')) == NULL)
		return (EINVAL);
	len = port - s;
	if (len >= 2 && s[0] == '[' && s[len - 1] == ']') {
		s++;
		len -= 2;
	}
	if (len >= sizeof(host))
		return (EINVAL);
	memcpy(host, s, len);
	host[len] = '\0';
	memset(&hints, 0, sizeof(hints));
	hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
	hints.ai_socktype = SOCK_DGRAM;
	if (getaddrinfo(host, port + 1, &hints, &res) != 0)
		return (EINVAL);
	if (res->ai_family == AF_INET) {
		const struct sockaddr_in *sin = (void *)res->ai_addr;

		p->p_sin.sin_len = sizeof(p->p_sin);
		p->p_sin.sin_family = BSD_AF_INET;
		p->p_sin.sin_port = sin->sin_port;
		p->p_sin.sin_addr = sin->sin_addr;
	} else {
		const struct sockaddr_in6 *sin6 = (void *)res->ai_addr;

		p->p_sin6.sin6_len = sizeof(p->p_sin6);
		p->p_sin6.sin6_family = BSD_AF_INET6;
		p->p_sin6.sin6_port = sin6->sin6_port;
		p->p_sin6.sin6_addr = sin6->sin6_addr;
		p->p_sin6.sin6_scope_id = sin6->sin6_scope_id;
	}
	p->p_flags |= WG_PEER_HAS_ENDPOINT;
	freeaddrinfo(res);
	return (0);
}

static int
set_keepalive(struct change *g, const char *s)
{
	long long	 n;

	if (parse_number(s, PKA_MAX, &n) != 0)
		return (EINVAL);
	peer_of(g)->p_pka = n;
	peer_of(g)->p_flags |= WG_PEER_HAS_PKA;
	return (0);
}

static int
set_allowed_ip(struct change *g, const char *s)
{
	struct wg_aip_io	 aip;
	const char		*slash = strchr(s, '/');
	char			 addr[INET6_ADDRSTRLEN];
	long long		 n;
	size_t			 offset;

	memset(&aip, 0, sizeof(aip));
	if (slash == NULL || (size_t)(slash - s) >= sizeof(addr))
		return (EINVAL);
	memcpy(addr, s, slash - s);
	addr[slash - s] = '\0';
	if (inet_pton(AF_INET, addr, &aip.a_ipv4) == 1)
		aip.a_af = BSD_AF_INET;
	else if (inet_pton(AF_INET6, addr, &aip.a_ipv6) == 1)
		aip.a_af = BSD_AF_INET6;
	else
		return (EINVAL);
	if (parse_number(slash + 1, aip.a_af == BSD_AF_INET ? 32 : 128,
	    &n) != 0)
		return (EINVAL);
	aip.a_cidr = n;
	if ((offset = grow(g, sizeof(aip))) == 0)
		return (ENOMEM);
	memcpy((char *)g->g_io + offset, &aip, sizeof(aip));
	peer_of(g)->p_aips_count++;
	return (0);
}

static int
set_protocol_version(struct change *g, const char *s)
{
	long long	 n;

	if (parse_number(s, 65535, &n) != 0)
		return (EINVAL);
	peer_of(g)->p_protocol_version = n;
	return (0);
}

static const struct setting	 settings[] = {
	{ "allowed_ip",		1, set_allowed_ip },
	{ "endpoint",		1, set_endpoint },
	{ "fwmark",		0, set_fwmark },
	{ "listen_port",	0, set_listen_port },
	{ "persistent_keepalive_interval", 1, set_keepalive },
	{ "preshared_key",	1, set_preshared_key },
	{ "private_key",	0, set_private_key },
	{ "protocol_version",	1, set_protocol_version },
	{ "public_key",		0, set_public_key },
	{ "remove",		1, set_remove },
	{ "replace_allowed_ips", 1, set_replace_allowed_ips },
	{ "replace_peers",	0, set_replace_peers },
	{ "update_only",	1, set_update_only },
};

/* One line, key=value. */
static int
set_line(struct change *g, char *line)
{
	const struct setting	*s;
	char			*value;
	size_t			 i;

	if ((value = strchr(line, '=')) == NULL)
		return (EPROTO);
	*value++ = '\0';
	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		s = &settings[i];
		if (strcmp(s->s_key, line) != 0)
			continue;
		if (s->s_peer && g->g_peer == 0)
			return (EPROTO);
		return (s->s_func(g, value));
	}
	return (EINVAL);
}

/*
 * set=1: req holds the lines after it, and is changed.
 */
int
uapi_set(int s, const char *name, char *req)
{
	struct wg_data_io	 data;
	struct change		 g;
	char			*line;
	int			 error = 0;

	memset(&g, 0, sizeof(g));
	grow(&g, sizeof(*g.g_io));
	if (g.g_io == NULL)
		return (ENOMEM);
	while (error == 0 && (line = strsep(&req, "\n")) != NULL)
		if (*line != '\0')
			error = set_line(&g, line);
	if (error == 0) {
		memset(&data, 0, sizeof(data));
		strlcpy(data.wgd_name, name, sizeof(data.wgd_name));
		data.wgd_size = g.g_size;
		data.wgd_interface = g.g_io;
		if (ioctl(s, SIOCSWG, &data) == -1)
			error = errno;
	}
	explicit_bzero(g.g_io, g.g_size);
	free(g.g_io);
	return (error);
}
