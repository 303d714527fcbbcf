/*
 * ifconfig(8): wg(4).
 *
 * The words of a line are gathered in one struct wg_interface_io, with the
 * peers and their allowed IPs behind one another, which wg_commit() hands to
 * the kernel when the line ends:
 *
 *	wgport 51820  wgpeer KEY wgendpoint host 51820 wgaip 10.0.0.2/32
 *	------------  --------------------------------------------------
 *	interface     a peer, until the next wgpeer
 *
 * A word that fails ends the program before anything has changed, but for
 * an endpoint's name that cannot be resolved: that word alone is left out,
 * and the exit status tells.
 */
#include <sys/types.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/bsd_sockaddr.h>
#include <netinet/in.h>
#include <net/if.h>
#include <net/if_wg.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netdb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ifconfig.h"

#define KEY_B64LEN	44		/* with one '=' */
#define PKA_MAX		43200

static const char	 b64[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* What has been gathered; offsets, as it moves when it grows. */
static struct wg_interface_io	*request;
static size_t			 request_size;
static size_t			 peer_offset;	/* 0: no peer yet */
static int			 failed;	/* a word was left out */

/* Make room for len more bytes, cleared; returns their offset. */
static size_t
request_grow(size_t len)
{
	size_t	 offset = request_size;

	if ((request = realloc(request, offset + len)) == NULL)
		err(1, NULL);
	memset((char *)request + offset, 0, len);
	request_size = offset + len;
	return (offset);
}

static struct wg_interface_io *
interface_request(void)
{
	if (request == NULL)
		request_grow(sizeof(*request));
	return (request);
}

/* The peer that the words are about. */
static struct wg_peer_io *
peer_request(const char *word)
{
	if (peer_offset == 0)
		errx(1, "%s: wgpeer not set", word);
	return ((struct wg_peer_io *)((char *)request + peer_offset));
}

static struct wg_peer_io *
peer_new(void)
{
	interface_request();
	peer_offset = request_grow(sizeof(struct wg_peer_io));
	request->i_peers_count++;
	return (peer_request(""));
}

/* Read a key; what is the word in messages. */
static void
key_decode(const char *what, const char *s, uint8_t key[WG_KEY_LEN])
{
	const char	*p;
	uint32_t	 bits = 0;
	int		 i, n = 0;

	if (strlen(s) != KEY_B64LEN)
		errx(1, "%s (key): invalid length", what);
	for (i = 0; i < KEY_B64LEN - 1; i++) {
		if ((p = strchr(b64, s[i])) == NULL)
			errx(1, "%s (key): invalid base64", what);
		bits = bits << 6 | (p - b64);
		if (i % 4 == 3) {
			key[n++] = bits >> 16;
			key[n++] = bits >> 8;
			key[n++] = bits;
			bits = 0;
		}
	}
	/* Three digits are left: 16 bits of key, and two that are 0. */
	if (s[i] != '=' || (bits & 3) != 0)
		errx(1, "%s (key): invalid base64", what);
	key[n++] = bits >> 10;
	key[n] = bits >> 2;
}

static const char *
key_encode(const uint8_t key[WG_KEY_LEN], char text[KEY_B64LEN + 1])
{
	uint32_t	 bits;
	int		 i, n = 0;

	for (i = 0; i < 30; i += 3) {
		bits = key[i] << 16 | key[i + 1] << 8 | key[i + 2];
		text[n++] = b64[bits >> 18 & 63];
		text[n++] = b64[bits >> 12 & 63];
		text[n++] = b64[bits >> 6 & 63];
		text[n++] = b64[bits & 63];
	}
	bits = key[30] << 8 | key[31];
	text[n++] = b64[bits >> 10 & 63];
	text[n++] = b64[bits >> 4 & 63];
	text[n++] = b64[bits << 2 & 63];
	text[n++] = '=';
	text[n] = '\0';
	return (text);
}

static void
word_key(struct ifctx *c, const struct word *w, char **argv)
{
	struct wg_interface_io	*i = interface_request();

	(void)c;
	key_decode(w->w_name, argv[0], i->i_private);
	i->i_flags |= WG_INTERFACE_HAS_PRIVATE;
}

static void
word_port(struct ifctx *c, const struct word *w, char **argv)
{
	struct wg_interface_io	*i = interface_request();

	(void)c;
	i->i_port = word_number(w->w_name, argv[0], 0, UINT16_MAX);
	i->i_flags |= WG_INTERFACE_HAS_PORT;
}

static void
word_rtable(struct ifctx *c, const struct word *w, char **argv)
{
	struct wg_interface_io	*i = interface_request();

	(void)c;
	i->i_rtable = word_number(w->w_name, argv[0], 0, RT_TABLEID_MAX);
	i->i_flags |= WG_INTERFACE_HAS_RTABLE;
}

static void
word_peer(struct ifctx *c, const struct word *w, char **argv)
{
	struct wg_peer_io	*p = peer_new();

	(void)c;
	key_decode("wgpeer", argv[0], p->p_public);
	p->p_flags |= WG_PEER_HAS_PUBLIC | w->w_param;
	/* What has been removed takes no words. */
	if (w->w_param & WG_PEER_REMOVE)
		peer_offset = 0;
}

static void
word_nopeers(struct ifctx *c, const struct word *w, char **argv)
{
	(void)c;
	(void)w;
	(void)argv;
	interface_request()->i_flags |= WG_INTERFACE_REPLACE_PEERS;
}

static void
word_descr(struct ifctx *c, const struct word *w, char **argv)
{
	struct wg_peer_io	*p = peer_request(w->w_name);

	(void)c;
	memset(p->p_description, 0, sizeof(p->p_description));
	if (w->w_nargs > 0 && strlcpy(p->p_description, argv[0],
	    sizeof(p->p_description)) >= sizeof(p->p_description))
		errx(1, "%s: longer than %zu bytes", w->w_name,
		    sizeof(p->p_description) - 1);
	p->p_flags |= WG_PEER_SET_DESCRIPTION;
}

static void
word_psk(struct ifctx *c, const struct word *w, char **argv)
{
	struct wg_peer_io	*p = peer_request(w->w_name);

	(void)c;
	memset(p->p_psk, 0, sizeof(p->p_psk));
	if (w->w_nargs > 0)
		key_decode("wgpsk", argv[0], p->p_psk);
	p->p_flags |= WG_PEER_HAS_PSK;
}

static void
word_pka(struct ifctx *c, const struct word *w, char **argv)
{
	struct wg_peer_io	*p = peer_request(w->w_name);

	(void)c;
	p->p_pka = word_number(w->w_name, argv[0], 0, PKA_MAX);
	p->p_flags |= WG_PEER_HAS_PKA;
}

/* An address of either family, and its bits. */
static int
aip_parse(const char *s, struct wg_aip_io *aip)
{
	const char	*errstr, *slash;
	char		 addr[INET6_ADDRSTRLEN];
	int		 max;

	memset(aip, 0, sizeof(*aip));
	slash = strchr(s, '/');
	if (strlcpy(addr, s, sizeof(addr)) >= sizeof(addr) && slash == NULL)
		return (-1);
	if (slash != NULL) {
		if ((size_t)(slash - s) >= sizeof(addr))
			return (-1);
		addr[slash - s] = '\0';
	}
	if (inet_pton(AF_INET, addr, &aip->a_ipv4) == 1) {
		aip->a_af = BSD_AF_INET;
		max = 32;
	} else if (inet_pton(AF_INET6, addr, &aip->a_ipv6) == 1) {
		aip->a_af = BSD_AF_INET6;
		max = 128;
	} else
		return (-1);
	aip->a_cidr = max;
	if (slash == NULL)
		return (0);
	aip->a_cidr = strtonum(slash + 1, 0, max, &errstr);
	return (errstr != NULL ? -1 : 0);
}

static void
word_aip(struct ifctx *c, const struct word *w, char **argv)
{
	struct wg_aip_io	 aip;
	struct wg_peer_io	*p;
	size_t			 offset;

	(void)c;
	peer_request(w->w_name);
	if (aip_parse(argv[0], &aip) == -1)
		errx(1, "%s: %s: bad address", w->w_name, argv[0]);
	offset = request_grow(sizeof(aip));
	memcpy((char *)request + offset, &aip, sizeof(aip));
	p = peer_request(w->w_name);
	p->p_aips_count++;
	p->p_flags |= WG_PEER_REPLACE_AIPS;
}

static void
endpoint_set(struct wg_peer_io *p, const struct sockaddr *sa)
{
	memset(&p->p_endpoint, 0, sizeof(p->p_endpoint));
	if (sa->sa_family == AF_INET) {
		const struct sockaddr_in *sin = (const void *)sa;

		p->p_sin.sin_len = sizeof(p->p_sin);
		p->p_sin.sin_family = BSD_AF_INET;
		p->p_sin.sin_port = sin->sin_port;
		p->p_sin.sin_addr = sin->sin_addr;
	} else {
		const struct sockaddr_in6 *sin6 = (const void *)sa;

		p->p_sin6.sin6_len = sizeof(p->p_sin6);
		p->p_sin6.sin6_family = BSD_AF_INET6;
		p->p_sin6.sin6_port = sin6->sin6_port;
		p->p_sin6.sin6_addr = sin6->sin6_addr;
		p->p_sin6.sin6_scope_id = sin6->sin6_scope_id;
	}
	p->p_flags |= WG_PEER_HAS_ENDPOINT;
}

static void
word_endpoint(struct ifctx *c, const struct word *w, char **argv)
{
	struct wg_peer_io	*p = peer_request(w->w_name);
	struct addrinfo		 hints, *res;
	int			 error;

	(void)c;
	word_number(w->w_name, argv[1], 0, UINT16_MAX);
	memset(&hints, 0, sizeof(hints));
	hints.ai_family = AF_UNSPEC;
	hints.ai_socktype = SOCK_DGRAM;
	hints.ai_protocol = IPPROTO_UDP;
	if ((error = getaddrinfo(argv[0], argv[1], &hints, &res)) != 0) {
		warnx("%s: %s: %s", w->w_name, argv[0], gai_strerror(error));
		failed = 1;
		return;
	}
	endpoint_set(p, res->ai_addr);
	freeaddrinfo(res);
}

/* Ask the kernel; the caller frees it.  NULL: this is no wg(4). */
static struct wg_interface_io *
fetch(const struct ifctx *c, const char *name)
{
	struct wg_data_io	 data;
	size_t			 room = 0;

	memset(&data, 0, sizeof(data));
	strlcpy(data.wgd_name, name, sizeof(data.wgd_name));
	do {
		room = data.wgd_size;
		if (room != 0 && (data.wgd_interface =
		    realloc(data.wgd_interface, room)) == NULL)
			err(1, NULL);
		if (ioctl(c->c_sock, SIOCGWG, &data) == -1) {
			free(data.wgd_interface);
			return (NULL);
		}
	} while (room < data.wgd_size);
	return (data.wgd_interface);
}

static struct wg_peer_io *
peer_next(struct wg_peer_io *p)
{
	return ((struct wg_peer_io *)&p->p_aips[p->p_aips_count]);
}

static const char *
aip_text(const struct wg_aip_io *aip, char *text, size_t size)
{
	char	 addr[INET6_ADDRSTRLEN];

	if (inet_ntop(aip->a_af == BSD_AF_INET ? AF_INET : AF_INET6,
	    &aip->a_addr, addr, sizeof(addr)) == NULL)
		strlcpy(addr, "?", sizeof(addr));
	snprintf(text, size, "%s/%d", addr, aip->a_cidr);
	return (text);
}

/* Do two allowed IPs name one prefix? */
static int
aip_same(const struct wg_aip_io *a, const struct wg_aip_io *b)
{
	const uint8_t	*p = (const uint8_t *)&a->a_addr;
	const uint8_t	*q = (const uint8_t *)&b->a_addr;
	int		 i;

	if (a->a_af != b->a_af || a->a_cidr != b->a_cidr)
		return (0);
	for (i = 0; i < a->a_cidr; i++)
		if (((p[i / 8] ^ q[i / 8]) >> (7 - i % 8) & 1) != 0)
			return (0);
	return (1);
}

/* Tell of allowed IPs of p that other peers of i lose by it. */
static void
report_stolen(const struct wg_peer_io *p, struct wg_interface_io *i,
    const struct wg_peer_io *end)
{
	struct wg_peer_io	*other = &i->i_peers[0];
	char			 key[KEY_B64LEN + 1], text[64];
	size_t			 a, b, n;

	for (n = 0; n < i->i_peers_count && other != end; n++) {
		for (a = 0; a < p->p_aips_count; a++)
			for (b = 0; b < other->p_aips_count; b++) {
				if (!aip_same(&p->p_aips[a],
				    &other->p_aips[b]) ||
				    memcmp(p->p_public, other->p_public,
				    WG_KEY_LEN) == 0)
					continue;
				warnx("wgaip: %s is taken from peer %s",
				    aip_text(&p->p_aips[a], text,
				    sizeof(text)), key_encode(
				    other->p_public, key));
			}
		other = peer_next(other);
	}
}

static void
report_overlaps(const struct ifctx *c)
{
	struct wg_interface_io	*now;
	struct wg_peer_io	*p = &request->i_peers[0];
	size_t			 n;

	now = request->i_flags & WG_INTERFACE_REPLACE_PEERS ? NULL :
	    fetch(c, c->c_name);
	for (n = 0; n < request->i_peers_count; n++) {
		if (now != NULL)
			report_stolen(p, now, NULL);
		report_stolen(p, request, p);
		p = peer_next(p);
	}
	free(now);
}

/*
 * Apply what the words have asked for.
 */
void
wg_commit(struct ifctx *c)
{
	struct wg_data_io	 data;

	if (request == NULL)
		return;
	report_overlaps(c);
	memset(&data, 0, sizeof(data));
	strlcpy(data.wgd_name, c->c_name, sizeof(data.wgd_name));
	data.wgd_size = request_size;
	data.wgd_interface = request;
	if_ioctl(c, SIOCSWG, "SIOCSWG", &data);
	explicit_bzero(request, request_size);
	free(request);
	request = NULL;
	request_size = peer_offset = 0;
	if (failed)
		exit(1);
}

static void
show_endpoint(const struct wg_peer_io *p)
{
	char	 addr[INET6_ADDRSTRLEN] = "?", zone[IFNAMSIZ + 1] = "";
	int	 v4 = p->p_sa.sa_family == BSD_AF_INET;

	if (v4)
		inet_ntop(AF_INET, &p->p_sin.sin_addr, addr, sizeof(addr));
	else {
		inet_ntop(AF_INET6, &p->p_sin6.sin6_addr, addr,
		    sizeof(addr));
		if (p->p_sin6.sin6_scope_id != 0) {
			zone[0] = '%';
			if (if_indextoname(p->p_sin6.sin6_scope_id,
			    zone + 1) == NULL)
				zone[0] = '\0';
		}
	}
	printf("\t\twgendpoint %s%s %u\n", addr, zone, ntohs(v4 ?
	    p->p_sin.sin_port : p->p_sin6.sin6_port));
}

static void
show_peer(const struct wg_peer_io *p)
{
	struct timespec	 now;
	char		 key[KEY_B64LEN + 1], text[64];
	size_t		 n;

	printf("\twgpeer %s\n", key_encode(p->p_public, key));
	if (p->p_description[0] != '\0')
		printf("\t\twgdescr: %s\n", p->p_description);
	if (p->p_flags & WG_PEER_HAS_PSK)
		printf("\t\twgpsk (present)\n");
	if (p->p_flags & WG_PEER_HAS_PKA)
		printf("\t\twgpka %u (sec)\n", p->p_pka);
	if (p->p_flags & WG_PEER_HAS_ENDPOINT)
		show_endpoint(p);
	printf("\t\ttx: %llu, rx: %llu\n",
	    (unsigned long long)p->p_txbytes,
	    (unsigned long long)p->p_rxbytes);
	if (p->p_last_handshake.tv_sec != 0) {
		clock_gettime(CLOCK_REALTIME, &now);
		printf("\t\tlast handshake: %lld seconds ago\n",
		    (long long)(now.tv_sec - p->p_last_handshake.tv_sec));
	}
	for (n = 0; n < p->p_aips_count; n++)
		printf("\t\twgaip %s\n", aip_text(&p->p_aips[n], text,
		    sizeof(text)));
}

/*
 * The lines of a wg(4) interface; peers with detail only.  Nothing for
 * another kind.
 */
void
wg_show(const struct ifctx *c, const char *name, int detail)
{
	struct wg_interface_io	*i;
	struct wg_peer_io	*p;
	char			 key[KEY_B64LEN + 1];
	size_t			 n;

	if (strncmp(name, "wg", 2) != 0 || (i = fetch(c, name)) == NULL)
		return;
	if (i->i_flags & WG_INTERFACE_HAS_PORT)
		printf("\twgport %u\n", i->i_port);
	if (i->i_flags & WG_INTERFACE_HAS_RTABLE)
		printf("\twgrtable %d\n", i->i_rtable);
	if (i->i_flags & WG_INTERFACE_HAS_PUBLIC)
		printf("\twgpubkey %s\n", key_encode(i->i_public, key));
	p = &i->i_peers[0];
	for (n = 0; detail && n < i->i_peers_count; n++) {
		show_peer(p);
		p = peer_next(p);
	}
	free(i);
}

const struct word wg_words[] = {
	{ "-wgdescr",		0, 0,			word_descr },
	{ "-wgdescription",	0, 0,			word_descr },
	{ "-wgpeer",		1, WG_PEER_REMOVE,	word_peer },
	{ "-wgpeerall",		0, 0,			word_nopeers },
	{ "-wgpsk",		0, 0,			word_psk },
	{ "wgaip",		1, 0,			word_aip },
	{ "wgdescr",		1, 0,			word_descr },
	{ "wgdescription",	1, 0,			word_descr },
	{ "wgendpoint",		2, 0,			word_endpoint },
	{ "wgkey",		1, 0,			word_key },
	{ "wgpeer",		1, 0,			word_peer },
	{ "wgpka",		1, 0,			word_pka },
	{ "wgport",		1, 0,			word_port },
	{ "wgpsk",		1, 0,			word_psk },
	{ "wgrtable",		1, 0,			word_rtable },
	{ NULL, 0, 0, NULL }
};
