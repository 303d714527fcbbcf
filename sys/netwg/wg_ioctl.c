/*
 * wg(4): SIOCSWG and SIOCGWG.
 *
 * What the caller points to is read piece by piece and applied as it is read:
 * a peer at fault ends the call with its errno, and what came before it
 * stands.  Nothing that is kept is ever taken from the caller's memory twice.
 *
 * Both run under the net lock; setting holds sc_lock as well, and lets go of
 * the net lock when the port changes.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/proc.h>
#include <sys/ucred.h>

#include <crypto/x25519.h>

#include <net/rtable.h>

#include <netinet6/in6_var.h>

#include <netwg/wg_var.h>

/* Where the call is in the caller's memory. */
struct wg_cursor {
	char	*cu_next;
	size_t	 cu_left;	/* bytes */
};

static int
cursor_read(struct wg_cursor *cu, void *to, size_t len)
{
	int	 error;

	if (cu->cu_left < len)
		return (EINVAL);
	if ((error = copyin(cu->cu_next, to, len)) != 0)
		return (error);
	cu->cu_next += len;
	cu->cu_left -= len;
	return (0);
}

/* What does not fit is left out; the size that is needed grows all the same. */
static int
cursor_write(struct wg_cursor *cu, const void *from, size_t len)
{
	int	 error;

	if ((error = copyout(from, cu->cu_next, len)) != 0)
		return (error);
	cu->cu_next += len;
	cu->cu_left -= len;
	return (0);
}

/* Our own key is no peer's. */
static int
is_own_key(struct wg_softc *sc, const uint8_t *public)
{
	uint8_t	 own[NOISE_KEY_SIZE];

	return (noise_local_keys(sc->sc_local, own, NULL) == 0 &&
	    memcmp(own, public, sizeof(own)) == 0);
}

static struct aip_table *
aip_table_of(struct wg_softc *sc, int af)
{
	switch (af) {
	case AF_INET:
		return (&sc->sc_aip4);
	case AF_INET6:
		return (&sc->sc_aip6);
	default:
		return (NULL);
	}
}

/* Read a peer's allowed IPs; p is NULL when they are not wanted. */
static int
set_aips(struct wg_softc *sc, struct wg_peer *p, struct wg_cursor *cu,
    size_t n)
{
	struct wg_aip_io	 aip;
	struct aip_table	*t;
	struct wg_peer		*loser;
	void			*robbed;
	int			 error;

	for (; n > 0; n--) {
		if ((error = cursor_read(cu, &aip, sizeof(aip))) != 0)
			return (error);
		if ((t = aip_table_of(sc, aip.a_af)) == NULL)
			return (EAFNOSUPPORT);
		if (aip.a_cidr < 0)
			return (EINVAL);
		if (p == NULL)
			continue;
		error = aip_add(t, &p->p_aips, p, &aip.a_addr, aip.a_cidr,
		    &robbed);
		if (error != 0)
			return (error);
		if ((loser = robbed) != NULL)
			WGDEBUG(sc, "Allowed IP of length %d moved from peer "
			    "%llu to peer %llu", aip.a_cidr,
			    (unsigned long long)loser->p_id,
			    (unsigned long long)p->p_id);
	}
	return (0);
}

static int
set_endpoint(struct wg_peer *p, const struct wg_peer_io *pio)
{
	union wg_peer_endpoint	 e = pio->p_endpoint;
	struct in6_addr		 scoped;
	int			 error;

	switch (e.sa_sa.sa_family) {
	case AF_INET:
		e.sa_sin.sin_len = sizeof(e.sa_sin);
		memset(e.sa_sin.sin_zero, 0, sizeof(e.sa_sin.sin_zero));
		break;
	case AF_INET6:
		error = in6_embedscope(&scoped, &e.sa_sin6, 0);
		if (error != 0)
			return (error);
		in6_sin6(&e.sa_sin6, &scoped);
		e.sa_sin6.sin6_port = pio->p_sin6.sin6_port;
		break;
	default:
		return (EAFNOSUPPORT);
	}
	wg_peer_set_endpoint(p, &e.sa_sa);
	return (0);
}

/* What one struct wg_peer_io says, but for its allowed IPs. */
static int
set_peer_fields(struct wg_softc *sc, struct wg_peer *p,
    const struct wg_peer_io *pio)
{
	int	 error;

	if (ISSET(pio->p_flags, WG_PEER_HAS_ENDPOINT) &&
	    (error = set_endpoint(p, pio)) != 0)
		return (error);
	if (ISSET(pio->p_flags, WG_PEER_HAS_PSK))
		noise_remote_set_psk(p->p_remote, pio->p_psk);
	if (ISSET(pio->p_flags, WG_PEER_HAS_PKA)) {
		int	 was = p->p_timers.t_persistent;

		wg_timers_set_persistent(&p->p_timers, pio->p_pka);
		if (was == 0 && pio->p_pka != 0 &&
		    ISSET(sc->sc_if.if_flags, IFF_RUNNING))
			wg_send_keepalive(p);
	}
	if (ISSET(pio->p_flags, WG_PEER_SET_DESCRIPTION))
		strlcpy(p->p_description, pio->p_description,
		    sizeof(p->p_description));
	if (ISSET(pio->p_flags, WG_PEER_REPLACE_AIPS)) {
		aip_remove_all(&sc->sc_aip4, &p->p_aips);
		aip_remove_all(&sc->sc_aip6, &p->p_aips);
	}
	return (0);
}

/* The peer that is meant: found, made, or NULL for none. */
static int
set_peer_find(struct wg_softc *sc, const struct wg_peer_io *pio,
    struct wg_peer **pp)
{
	*pp = NULL;
	if (!ISSET(pio->p_flags, WG_PEER_HAS_PUBLIC))
		return (EINVAL);
	/* 0 means the latest, 1 is the only one. */
	if (pio->p_protocol_version != 0 && pio->p_protocol_version != 1)
		return (EPFNOSUPPORT);
	if (is_own_key(sc, pio->p_public))
		return (0);
	*pp = wg_peer_lookup(sc, pio->p_public);
	if (ISSET(pio->p_flags, WG_PEER_REMOVE)) {
		if (*pp != NULL)
			wg_peer_destroy(*pp);
		*pp = NULL;
		return (0);
	}
	if (*pp == NULL && !ISSET(pio->p_flags, WG_PEER_UPDATE)) {
		*pp = wg_peer_create(sc, pio->p_public);
		if (*pp == NULL)
			return (ENOMEM);
	}
	return (0);
}

static int
set_peer(struct wg_softc *sc, struct wg_cursor *cu)
{
	struct wg_peer_io	 pio;
	struct wg_peer		*p;
	int			 error;

	if ((error = cursor_read(cu, &pio, sizeof(pio))) != 0)
		goto out;
	if ((error = set_peer_find(sc, &pio, &p)) != 0)
		goto out;
	if (p != NULL && (error = set_peer_fields(sc, p, &pio)) != 0)
		goto out;
	error = set_aips(sc, p, cu, pio.p_aips_count);
	if (error == 0 && p != NULL && ISSET(sc->sc_if.if_flags,
	    IFF_RUNNING) && !ml_empty(&p->p_staged))
		wg_send_staged(p);
out:
	explicit_bzero(&pio, sizeof(pio));
	return (error);
}

/* Is this our key already?  Bits that do not count may differ. */
static int
is_private(struct wg_softc *sc, const uint8_t *private)
{
	uint8_t	 new[NOISE_KEY_SIZE], old[NOISE_KEY_SIZE];
	int	 same;

	memcpy(new, private, sizeof(new));
	x25519_clamp(new);
	same = noise_local_keys(sc->sc_local, NULL, old) == 0 &&
	    timingsafe_bcmp(old, new, sizeof(old)) == 0;
	explicit_bzero(new, sizeof(new));
	explicit_bzero(old, sizeof(old));
	return (same);
}

/* Become another (all zero: nobody): all sessions end. */
static int
set_private(struct wg_softc *sc, const uint8_t *private)
{
	uint8_t			 public[NOISE_KEY_SIZE];
	struct wg_peer		*p;
	int			 error;

	if (is_private(sc, private))
		return (0);
	memset(public, 0, sizeof(public));
	error = noise_local_set_private(sc->sc_local,
	    timingsafe_bcmp(private, public, sizeof(public)) == 0 ? NULL :
	    private);
	if (noise_local_keys(sc->sc_local, public, NULL) == 0) {
		cookie_checker_update(&sc->sc_cookie, public);
		if ((p = wg_peer_lookup(sc, public)) != NULL)
			wg_peer_destroy(p);
	} else
		cookie_checker_update(&sc->sc_cookie, NULL);
	wg_link_update(sc);
	return (error);
}

/* Another port or table, or both; at once if the interface is up. */
static int
set_port(struct wg_softc *sc, const struct wg_interface_io *iio)
{
	in_port_t	 port = sc->sc_port;
	u_int		 rtableid = sc->sc_rtableid;
	struct wg_peer	*p;
	int		 error;

	if (ISSET(iio->i_flags, WG_INTERFACE_HAS_PORT))
		sc->sc_port = iio->i_port;
	if (ISSET(iio->i_flags, WG_INTERFACE_HAS_RTABLE)) {
		if (iio->i_rtable < 0 || iio->i_rtable > RT_TABLEID_MAX ||
		    !rtable_exists(iio->i_rtable))
			return (EINVAL);
		sc->sc_rtableid = iio->i_rtable;
	}
	if (sc->sc_rtableid != rtableid)
		TAILQ_FOREACH(p, &sc->sc_peers, p_entry)
			wg_peer_clear_source(p);
	if (!ISSET(sc->sc_if.if_flags, IFF_RUNNING) ||
	    (sc->sc_rtableid == rtableid && sc->sc_port == port &&
	    sc->sc_bound != 0))
		return (0);
	if ((error = wg_sockets_open(sc)) != 0) {
		/* Go on as before, if that is still possible. */
		sc->sc_port = port;
		sc->sc_rtableid = rtableid;
		(void)wg_sockets_open(sc);
	}
	wg_link_update(sc);
	return (error);
}

static int
set_interface(struct wg_softc *sc, const struct wg_interface_io *iio)
{
	struct wg_peer	*p;
	int		 error;

	if (ISSET(iio->i_flags, WG_INTERFACE_REPLACE_PEERS))
		while ((p = TAILQ_FIRST(&sc->sc_peers)) != NULL)
			wg_peer_destroy(p);
	if (ISSET(iio->i_flags, WG_INTERFACE_HAS_PRIVATE) &&
	    (error = set_private(sc, iio->i_private)) != 0)
		return (error);
	if (ISSET(iio->i_flags, WG_INTERFACE_HAS_PORT |
	    WG_INTERFACE_HAS_RTABLE))
		return (set_port(sc, iio));
	return (0);
}

/*
 * SIOCSWG, by the super-user.  Returns 0; EINVAL a peer without a public key,
 * a bad prefix length or table, or less memory than the counts say;
 * EAFNOSUPPORT; EPFNOSUPPORT another protocol version; ENOMEM; EFAULT; or
 * what bind(2) says of the port.
 */
int
wg_ioctl_set(struct wg_softc *sc, struct wg_data_io *data)
{
	struct wg_interface_io	 iio;
	struct wg_cursor	 cu;
	size_t			 n;
	int			 error;

	cu.cu_next = (char *)data->wgd_interface;
	cu.cu_left = data->wgd_size;
	if ((error = cursor_read(&cu, &iio, sizeof(iio))) != 0)
		return (error);
	error = set_interface(sc, &iio);
	for (n = iio.i_peers_count; n > 0 && error == 0; n--)
		error = set_peer(sc, &cu);
	explicit_bzero(&iio, sizeof(iio));
	return (error);
}

static u_int
aips_count(const struct wg_peer *p)
{
	const struct aip	*a;
	u_int			 n = 0;

	TAILQ_FOREACH(a, &p->p_aips, a_entry)
		n++;
	return (n);
}

static int
get_aips(const struct wg_peer *p, struct wg_cursor *cu)
{
	struct wg_aip_io	 aip;
	const struct aip	*a;
	int			 error;

	TAILQ_FOREACH(a, &p->p_aips, a_entry) {
		memset(&aip, 0, sizeof(aip));
		aip.a_af = a->a_af;
		aip.a_cidr = a->a_cidr;
		memcpy(&aip.a_addr, a->a_addr, a->a_af == AF_INET ?
		    sizeof(aip.a_ipv4) : sizeof(aip.a_ipv6));
		if ((error = cursor_write(cu, &aip, sizeof(aip))) != 0)
			return (error);
	}
	return (0);
}

static int
get_peer(const struct wg_peer *p, u_int naips, struct wg_cursor *cu)
{
	struct wg_peer_io	 pio;
	int			 error;

	memset(&pio, 0, sizeof(pio));
	pio.p_flags = WG_PEER_HAS_PUBLIC;
	pio.p_protocol_version = 1;
	noise_remote_public(p->p_remote, pio.p_public);
	if (noise_remote_psk(p->p_remote, pio.p_psk) == 0)
		SET(pio.p_flags, WG_PEER_HAS_PSK);
	if ((pio.p_pka = p->p_timers.t_persistent) != 0)
		SET(pio.p_flags, WG_PEER_HAS_PKA);
	if (p->p_endpoint.e_sa.sa_family == AF_INET) {
		pio.p_sin = p->p_endpoint.e_sin;
		SET(pio.p_flags, WG_PEER_HAS_ENDPOINT);
	} else if (p->p_endpoint.e_sa.sa_family == AF_INET6) {
		pio.p_sin6 = p->p_endpoint.e_sin6;
		in6_recoverscope(&pio.p_sin6, &p->p_endpoint.e_sin6.sin6_addr);
		SET(pio.p_flags, WG_PEER_HAS_ENDPOINT);
	}
	pio.p_txbytes = p->p_txbytes;
	pio.p_rxbytes = p->p_rxbytes;
	pio.p_last_handshake = p->p_timers.t_handshake;
	strlcpy(pio.p_description, p->p_description,
	    sizeof(pio.p_description));
	pio.p_aips_count = naips;
	error = cursor_write(cu, &pio, sizeof(pio));
	explicit_bzero(&pio, sizeof(pio));
	return (error == 0 ? get_aips(p, cu) : error);
}

/* What there is to be told of the interface itself. */
static void
get_interface(struct wg_softc *sc, struct wg_interface_io *iio, int priv)
{
	memset(iio, 0, sizeof(*iio));
	if (sc->sc_bound != 0 || sc->sc_port != 0) {
		iio->i_port = sc->sc_bound != 0 ? sc->sc_bound : sc->sc_port;
		SET(iio->i_flags, WG_INTERFACE_HAS_PORT);
	}
	if (sc->sc_rtableid != 0) {
		iio->i_rtable = sc->sc_rtableid;
		SET(iio->i_flags, WG_INTERFACE_HAS_RTABLE);
	}
	if (priv && noise_local_keys(sc->sc_local, iio->i_public,
	    iio->i_private) == 0)
		SET(iio->i_flags, WG_INTERFACE_HAS_PUBLIC |
		    WG_INTERFACE_HAS_PRIVATE);
}

/*
 * SIOCGWG: who is not the super-user sees port and table only.  wgd_size
 * becomes what all of it needs; when the caller has less, nothing is stored.
 * Returns 0 or EFAULT.
 */
int
wg_ioctl_get(struct wg_softc *sc, struct wg_data_io *data)
{
	struct wg_interface_io	 iio;
	struct wg_cursor	 cu;
	struct wg_peer		*p;
	size_t			 need = sizeof(iio), room = data->wgd_size;
	int			 error, priv = suser(curproc) == 0;

	get_interface(sc, &iio, priv);
	if (priv) {
		TAILQ_FOREACH(p, &sc->sc_peers, p_entry)
			need += sizeof(struct wg_peer_io) +
			    aips_count(p) * sizeof(struct wg_aip_io);
		iio.i_peers_count = sc->sc_npeers;
	}
	data->wgd_size = need;
	if (room < need) {
		explicit_bzero(&iio, sizeof(iio));
		return (0);
	}
	cu.cu_next = (char *)data->wgd_interface;
	cu.cu_left = room;
	error = cursor_write(&cu, &iio, sizeof(iio));
	explicit_bzero(&iio, sizeof(iio));
	if (priv)
		TAILQ_FOREACH(p, &sc->sc_peers, p_entry) {
			if (error != 0)
				break;
			error = get_peer(p, aips_count(p), &cu);
		}
	return (error);
}
