/*
 * wgsockd(8): what an interface and its peers are, as the protocol wants it.
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
#include <stdlib.h>
#include <string.h>

#include "wgsockd.h"

static void
add_key(struct text *t, const char *name, const uint8_t key[WG_KEY_LEN])
{
	int	 i;

	text_add(t, "%s=", name);
	for (i = 0; i < WG_KEY_LEN; i++)
		text_add(t, "%02x", key[i]);
	text_add(t, "\n");
}

static void
add_endpoint(struct text *t, const struct wg_peer_io *p)
{
	char	 addr[INET6_ADDRSTRLEN] = "";

	if (p->p_sa.sa_family == BSD_AF_INET) {
		inet_ntop(AF_INET, &p->p_sin.sin_addr, addr, sizeof(addr));
		text_add(t, "endpoint=%s:%u\n", addr,
		    ntohs(p->p_sin.sin_port));
		return;
	}
	inet_ntop(AF_INET6, &p->p_sin6.sin6_addr, addr, sizeof(addr));
	if (p->p_sin6.sin6_scope_id != 0)
		text_add(t, "endpoint=[%s%%%u]:%u\n", addr,
		    p->p_sin6.sin6_scope_id, ntohs(p->p_sin6.sin6_port));
	else
		text_add(t, "endpoint=[%s]:%u\n", addr,
		    ntohs(p->p_sin6.sin6_port));
}

static void
add_aip(struct text *t, const struct wg_aip_io *aip)
{
	char	 addr[INET6_ADDRSTRLEN] = "";

	inet_ntop(aip->a_af == BSD_AF_INET ? AF_INET : AF_INET6,
	    &aip->a_addr, addr, sizeof(addr));
	text_add(t, "allowed_ip=%s/%d\n", addr, aip->a_cidr);
}

static void
add_peer(struct text *t, const struct wg_peer_io *p)
{
	size_t	 n;

	add_key(t, "public_key", p->p_public);
	add_key(t, "preshared_key", p->p_psk);
	text_add(t, "protocol_version=1\n");
	if (p->p_flags & WG_PEER_HAS_ENDPOINT)
		add_endpoint(t, p);
	text_add(t, "last_handshake_time_sec=%lld\n"
	    "last_handshake_time_nsec=%ld\n",
	    (long long)p->p_last_handshake.tv_sec,
	    p->p_last_handshake.tv_nsec);
	text_add(t, "tx_bytes=%llu\nrx_bytes=%llu\n",
	    (unsigned long long)p->p_txbytes,
	    (unsigned long long)p->p_rxbytes);
	text_add(t, "persistent_keepalive_interval=%u\n", p->p_pka);
	for (n = 0; n < p->p_aips_count; n++)
		add_aip(t, &p->p_aips[n]);
}

/* Ask the kernel; the caller frees *ip. */
static int
fetch(int s, const char *name, struct wg_data_io *data)
{
	size_t	 room;
	void	*p;

	memset(data, 0, sizeof(*data));
	strlcpy(data->wgd_name, name, sizeof(data->wgd_name));
	do {
		room = data->wgd_size;
		if (room != 0) {
			if ((p = realloc(data->wgd_interface, room)) == NULL)
				return (ENOMEM);
			data->wgd_interface = p;
		}
		if (ioctl(s, SIOCGWG, data) == -1)
			return (errno);
	} while (room < data->wgd_size);
	return (0);
}

/*
 * get=1: add all lines but errno.
 */
int
uapi_get(int s, const char *name, struct text *t)
{
	struct wg_interface_io	*i;
	struct wg_peer_io	*p;
	struct wg_data_io	 data;
	size_t			 n;
	int			 error;

	if ((error = fetch(s, name, &data)) != 0) {
		free(data.wgd_interface);
		return (error);
	}
	i = data.wgd_interface;
	if (i->i_flags & WG_INTERFACE_HAS_PRIVATE)
		add_key(t, "private_key", i->i_private);
	if (i->i_flags & WG_INTERFACE_HAS_PORT)
		text_add(t, "listen_port=%u\n", i->i_port);
	p = &i->i_peers[0];
	for (n = 0; n < i->i_peers_count; n++) {
		add_peer(t, p);
		p = (struct wg_peer_io *)&p->p_aips[p->p_aips_count];
	}
	explicit_bzero(i, data.wgd_size);
	free(i);
	return (0);
}
