/*
 * wg(4) as programs see it: SIOCSWG and SIOCGWG.
 *
 *	struct wg_data_io --> struct wg_interface_io
 *				i_peers[0] (struct wg_peer_io)
 *					p_aips[0] ... p_aips[p_aips_count - 1]
 *				i_peers[1], right after the last of them
 *				...
 *
 * wgd_size is the size of all that wgd_interface points to, in bytes.
 */
#ifndef _NETWG_IF_WG_H_
#define _NETWG_IF_WG_H_

#include <sys/types.h>
#include <sys/time.h>
#ifdef _KERNEL
#include <sys/socket.h>
#include <netinet/in.h>
#include <netinet6/in6.h>
#endif
#include <net/if.h>

#define WG_KEY_LEN	32

#define SIOCSWG		_IOWR('i', 210, struct wg_data_io)
#define SIOCGWG		_IOWR('i', 211, struct wg_data_io)

#define a_ipv4	a_addr.addr_ipv4
#define a_ipv6	a_addr.addr_ipv6

struct wg_aip_io {
	sa_family_t	 a_af;		/* AF_INET, AF_INET6; BSD's numbers */
	int		 a_cidr;	/* bits */
	union wg_aip_addr {
		struct in_addr	 addr_ipv4;
		struct in6_addr	 addr_ipv6;
	}		 a_addr;
};

#define WG_PEER_HAS_PUBLIC	0x01
#define WG_PEER_HAS_PSK		0x02
#define WG_PEER_HAS_PKA		0x04
#define WG_PEER_HAS_ENDPOINT	0x08
#define WG_PEER_REPLACE_AIPS	0x10
#define WG_PEER_REMOVE		0x20
#define WG_PEER_UPDATE		0x40	/* only if it is there */
#define WG_PEER_SET_DESCRIPTION	0x80

#define p_sa		p_endpoint.sa_sa
#define p_sin		p_endpoint.sa_sin
#define p_sin6		p_endpoint.sa_sin6

struct wg_peer_io {
	int			 p_flags;	/* WG_PEER_* */
	int			 p_protocol_version; /* 0 or 1 */
	uint8_t			 p_public[WG_KEY_LEN];
	uint8_t			 p_psk[WG_KEY_LEN];
	uint16_t		 p_pka;		/* seconds, 0 none */
	union wg_peer_endpoint {
		struct sockaddr		sa_sa;
		struct sockaddr_in	sa_sin;
		struct sockaddr_in6	sa_sin6;
	}			 p_endpoint;
	uint64_t		 p_txbytes;
	uint64_t		 p_rxbytes;
	struct timespec		 p_last_handshake;	/* since 1970 */
	char			 p_description[IFDESCRSIZE];
	size_t			 p_aips_count;
	struct wg_aip_io	 p_aips[];
};

#define WG_INTERFACE_HAS_PUBLIC		0x01
#define WG_INTERFACE_HAS_PRIVATE	0x02
#define WG_INTERFACE_HAS_PORT		0x04
#define WG_INTERFACE_HAS_RTABLE		0x08
#define WG_INTERFACE_REPLACE_PEERS	0x10

struct wg_interface_io {
	uint8_t			 i_flags;	/* WG_INTERFACE_* */
	in_port_t		 i_port;	/* host order */
	int			 i_rtable;
	uint8_t			 i_public[WG_KEY_LEN];
	uint8_t			 i_private[WG_KEY_LEN];
	size_t			 i_peers_count;
	struct wg_peer_io	 i_peers[];
};

struct wg_data_io {
	char			 wgd_name[IFNAMSIZ];
	size_t			 wgd_size;	/* bytes at wgd_interface */
	struct wg_interface_io	*wgd_interface;
};

/* sysctl net.link.0.<this>: an array of struct kinfo_drop. */
#define NET_LINK_WG	910

#ifdef _KERNEL
void	 wg_init(void);
#endif

#endif /* _NETWG_IF_WG_H_ */
