/*
 * A wg(4) interface and its peer for tests: see ktwg.h.
 */
#include <sys/endian.h>
#include <sys/proc.h>
#include <sys/sockio.h>
#include <sys/task.h>

#include <crypto/x25519.h>

#include <net/netisr.h>

#include "../net/testif.h"
#include "ktwg.h"

#define UDP_OFF		(sizeof(struct ip) + sizeof(struct udphdr))
#define STEP_MS		10		/* how exact ktwg_wait() is */

struct ktwg	 ktwg;

static const uint8_t	 peer_private[32] = { 0x51, 1 };

/*
 * Begin the buffer of a SIOCSWG about one peer, flags WG_PEER_*, whose
 * allowed IP is the peer's inner address, if p_aips_count is set to 1.
 */
struct wg_peer_io *
ktwg_set_peer(const uint8_t *public, int flags)
{
	struct wg_peer_io	*p = &k_if(ktwg)->i_peers[0];

	memset(ktwg.k_io, 0, sizeof(ktwg.k_io));
	k_if(ktwg)->i_peers_count = 1;
	p->p_flags = WG_PEER_HAS_PUBLIC | flags;
	memcpy(p->p_public, public, sizeof(p->p_public));
	p->p_aips[0].a_af = AF_INET;
	p->p_aips[0].a_cidr = 32;
	p->p_aips[0].a_ipv4 = KTWG_INNERPEER;
	return (p);
}

/*
 * The peer's endpoint; port in host order.
 */
void
ktwg_set_place(struct wg_peer_io *p, struct in_addr addr, u_int port)
{
	p->p_flags |= WG_PEER_HAS_ENDPOINT;
	p->p_sin.sin_len = sizeof(p->p_sin);
	p->p_sin.sin_family = AF_INET;
	p->p_sin.sin_addr = addr;
	p->p_sin.sin_port = htons(port);
}

/*
 * SIOCSWG; the errno.
 */
int
ktwg_set_now(void)
{
	struct wg_data_io	 data;
	int			 error;

	memset(&data, 0, sizeof(data));
	strlcpy(data.wgd_name, "wg0", sizeof(data.wgd_name));
	data.wgd_size = sizeof(ktwg.k_io);
	data.wgd_interface = k_if(ktwg);
	testif_mem_begin();
	NET_LOCK();
	error = wg_ioctl(ktwg.k_ifp, SIOCSWG, (caddr_t)&data);
	NET_UNLOCK();
	testif_mem_end();
	return (error);
}

static void
setup(int how)
{
	struct wg_interface_io	*i = k_if(ktwg);
	struct wg_peer_io	*p;

	p = ktwg_set_peer(ktwg.k_peerpublic, 0);
	i->i_flags = WG_INTERFACE_HAS_PRIVATE | WG_INTERFACE_HAS_PORT;
	i->i_port = KTWG_PORT;
	memcpy(i->i_private, ktwg.k_private, 32);
	if (how & KTWG_PSK) {
		p->p_flags |= WG_PEER_HAS_PSK;
		memset(p->p_psk, 0x77, 32);
	}
	if (how & KTWG_PKA) {
		p->p_flags |= WG_PEER_HAS_PKA;
		p->p_pka = 25;
	}
	if (!(how & KTWG_NOENDPOINT))
		ktwg_set_place(p, KTWG_PEER, KTWG_PEERPORT);
	p->p_aips_count = 1;
	KT_ERR(0, ktwg_set_now());
}

/* The peer itself. */
static void
peer_begin(int how)
{
	uint8_t	 psk[32];

	ktwg.k_local = noise_local_alloc(NULL);
	KT_REQUIRE(ktwg.k_local != NULL);
	KT_ERR(0, noise_local_set_private(ktwg.k_local, peer_private));
	KT_ERR(0, noise_local_keys(ktwg.k_local, ktwg.k_peerpublic, NULL));
	ktwg.k_remote = noise_remote_alloc(ktwg.k_local, NULL,
	    ktwg.k_public);
	KT_REQUIRE(ktwg.k_remote != NULL);
	memset(psk, 0x77, sizeof(psk));
	noise_remote_set_psk(ktwg.k_remote, how & KTWG_PSK ? psk : NULL);
	cookie_maker_init(&ktwg.k_cookie, ktwg.k_public);
}

/*
 * Make it all; how: KTWG_*.
 */
void
ktwg_begin(int how)
{
	static const uint8_t	 private[32] = { 0x90, 2 };
	struct ifreq		 ifr;

	memset(&ktwg, 0, sizeof(ktwg));
	memset(wg_counters, 0, sizeof(wg_counters));
	memcpy(ktwg.k_private, private, 32);
	KT_ERR(0, x25519_public(ktwg.k_public, ktwg.k_private));
	peer_begin(how);
	ktwg.k_card = kt_if("ktw0", KTIF_IP);
	KT_ERR(0, kt_addr(ktwg.k_card, KTWG_US, 24));
	KT_REQUIRE(if_clone_create("wg0", 0) == 0);
	KT_REQUIRE((ktwg.k_ifp = if_unit_noref("wg0")) != NULL);
	ktwg.k_sc = ktwg.k_ifp->if_softc;
	SET(ktwg.k_ifp->if_xflags, IFXF_MONITOR);
	setup(how);
	memset(&ifr, 0, sizeof(ifr));
	NET_LOCK();
	SET(ktwg.k_ifp->if_flags, IFF_UP);
	KT_ERR(0, wg_ioctl(ktwg.k_ifp, SIOCSIFFLAGS, (caddr_t)&ifr));
	ktwg.k_peer = wg_peer_lookup(ktwg.k_sc, ktwg.k_peerpublic);
	NET_UNLOCK();
	KT_REQUIRE(ktwg.k_peer != NULL);
	ktwg_settle();
}

void
ktwg_end(void)
{
	ktwg_settle();
	KT_ERR(0, if_clone_destroy("wg0"));
	kt_if_free(ktwg.k_card);
	noise_remote_free(ktwg.k_remote);
	noise_local_free(ktwg.k_local);
	kt_settle();
}

/*
 * Handshakes are a task's: let it do all that waits.
 */
void
ktwg_settle(void)
{
	kt_settle();
	do {
		taskq_barrier(systqmp);
	} while (ktwg.k_sc->sc_nhsq > 0);
	kt_settle();
}

/*
 * A datagram comes from an address and port.
 */
void
ktwg_rx_from(struct in_addr src, u_int port, const void *msg, u_int len)
{
	kt_rx(ktwg.k_card, kt_udp(src, KTWG_US, port, KTWG_PORT, msg, len));
	ktwg_settle();
}

/*
 * A datagram comes from the peer.
 */
void
ktwg_rx(const void *msg, u_int len)
{
	ktwg_rx_from(KTWG_PEER, KTWG_PEERPORT, msg, len);
}

/*
 * The next datagram that the machine has sent, in buf; its length, or 0.
 */
u_int
ktwg_tx(uint8_t *buf)
{
	struct mbuf	*m;
	u_int		 len;

	if ((m = kt_tx(ktwg.k_card)) == NULL)
		return (0);
	len = m->m_pkthdr.len;
	KT_REQUIRE(len > UDP_OFF && len - UDP_OFF <= KTWG_MAX);
	len -= UDP_OFF;
	m_copydata(m, UDP_OFF, len, buf);
	m_freem(m);
	return (len);
}

/*
 * The same, of one type; others are thrown away.
 */
u_int
ktwg_tx_type(uint32_t type, uint8_t *buf)
{
	u_int	 len;

	while ((len = ktwg_tx(buf)) != 0)
		if (le32dec(buf) == type)
			return (len);
	return (0);
}

/*
 * Wait for such a message, up to ms; its length or 0, and after how many
 * milliseconds it came.
 */
u_int
ktwg_wait(uint32_t type, uint8_t *buf, uint64_t ms, uint64_t *after)
{
	uint64_t	 start = getnsecuptime();
	u_int		 len;

	for (;;) {
		kt_settle();
		*after = (getnsecuptime() - start) / 1000000;
		if ((len = ktwg_tx_type(type, buf)) != 0 || *after >= ms)
			return (len);
		ktest_sleep_ms(STEP_MS);
	}
}

/*
 * Make the MACs at the end of a handshake message of len bytes right.
 */
void
ktwg_mac(void *msg, size_t len)
{
	struct cookie_macs	 macs;
	size_t			 off = len - sizeof(macs);

	cookie_maker_mac(&ktwg.k_cookie, &macs, msg, off);
	memcpy((uint8_t *)msg + off, &macs, sizeof(macs));
}

/*
 * The peer begins a handshake.
 */
void
ktwg_initiation(struct wg_msg_initiation *mi)
{
	memset(mi, 0, sizeof(*mi));
	mi->mi_type = htole32(WG_MSG_INITIATION);
	KT_ERR(0, noise_create_initiation(ktwg.k_remote, &mi->mi_sender,
	    mi->mi_ue, mi->mi_es, mi->mi_ets));
	ktwg_mac(mi, sizeof(*mi));
}

/*
 * The peer answers the machine's; errno of the handshake.
 */
int
ktwg_response(const struct wg_msg_initiation *mi, struct wg_msg_response *mr)
{
	int	 error;

	if (noise_consume_initiation(ktwg.k_local, mi->mi_sender, mi->mi_ue,
	    mi->mi_es, mi->mi_ets, &error) == NULL)
		return (error);
	memset(mr, 0, sizeof(*mr));
	mr->mr_type = htole32(WG_MSG_RESPONSE);
	error = noise_create_response(ktwg.k_remote, &mr->mr_sender,
	    &mr->mr_receiver, mr->mr_ue, mr->mr_en);
	ktwg_mac(mr, sizeof(*mr));
	return (error);
}

/*
 * A session that the peer has begun, confirmed by a keepalive.
 */
void
ktwg_handshake(void)
{
	struct wg_msg_initiation mi;
	struct wg_msg_response	 mr;
	uint8_t			 buf[KTWG_MAX];
	u_int			 len;

	/* The machine listens to a peer again after 50 ms. */
	ktest_sleep_ms(60);
	ktwg_initiation(&mi);
	ktwg_rx(&mi, sizeof(mi));
	KT_REQUIRE(ktwg_tx_type(WG_MSG_RESPONSE, buf) == sizeof(mr));
	memcpy(&mr, buf, sizeof(mr));
	KT_REQUIRE(noise_consume_response(ktwg.k_local, mr.mr_sender,
	    mr.mr_receiver, mr.mr_ue, mr.mr_en) == ktwg.k_remote);
	len = ktwg_seal(buf, NULL, 0);
	ktwg_rx(buf, len);
	KT_REQUIRE(noise_remote_ready(ktwg.k_peer->p_remote));
}

/*
 * A session that the machine begins, as it has something to send: what that
 * was is thrown away.
 */
void
ktwg_answer(void)
{
	struct wg_msg_initiation mi;
	struct wg_msg_response	 mr;
	uint8_t			 buf[KTWG_MAX];
	u_int			 len;

	ktest_sleep_ms(60);
	KT_ERR(0, ktwg_output(100));
	KT_REQUIRE(ktwg_tx_type(WG_MSG_INITIATION, buf) == sizeof(mi));
	memcpy(&mi, buf, sizeof(mi));
	KT_REQUIRE(ktwg_response(&mi, &mr) == 0);
	ktwg_rx(&mr, sizeof(mr));
	KT_REQUIRE((len = ktwg_tx_type(WG_MSG_DATA, buf)) != 0);
	KT_ERR(0, ktwg_open(buf, len));
}

/*
 * A packet of len bytes (20 at least) from the peer's inner address to ours,
 * at p; its length.
 */
u_int
ktwg_inner(uint8_t *p, u_int len)
{
	struct mbuf	*m;

	m = kt_ip(KTWG_INNERPEER, KTWG_INNER, 253, NULL,
	    len - sizeof(struct ip));
	m_copydata(m, 0, len, p);
	m_freem(m);
	return (len);
}

/* Seal or open len bytes of text in buf, 16 more being the tag. */
static int
transport(uint64_t sid, uint8_t *buf, int len, uint64_t counter, int encrypt)
{
	struct cryptop	*crp = crypto_getreq(2);
	uint64_t	 le = htole64(counter);
	int		 error;

	crp->crp_sid = sid;
	crp->crp_buf = buf;
	crp->crp_ilen = len + NOISE_TAG_SIZE;
	crp->crp_desc[0].crd_alg = CRYPTO_CHACHA20_POLY1305;
	crp->crp_desc[0].crd_len = len;
	crp->crp_desc[0].crd_flags = CRD_F_IV_EXPLICIT | CRD_F_IV_PRESENT |
	    (encrypt ? CRD_F_ENCRYPT : 0);
	memcpy(crp->crp_desc[0].crd_iv, &le, sizeof(le));
	crp->crp_desc[1].crd_alg = CRYPTO_CHACHA20_POLY1305_MAC;
	crp->crp_desc[1].crd_inject = len;
	crp->crp_desc[1].crd_flags = encrypt ? CRD_F_ENCRYPT : 0;
	error = crypto_invoke(crp);
	crypto_freereq(crp);
	return (error);
}

/*
 * A data message with that text and counter, by the peer's current session
 * however old; its length.
 */
u_int
ktwg_seal_as(uint8_t *buf, const uint8_t *text, u_int len, uint64_t counter)
{
	struct noise_keypair	*kp = ktwg.k_remote->r_current;
	struct wg_msg_data	 md;

	KT_REQUIRE(kp != NULL);
	md.md_type = htole32(WG_MSG_DATA);
	md.md_receiver = kp->k_remote_index;
	md.md_counter = htole64(counter);
	memcpy(buf, &md, sizeof(md));
	if (len > 0)
		memcpy(buf + sizeof(md), text, len);
	KT_ERR(0, transport(kp->k_send_sid, buf + sizeof(md), len, counter,
	    1));
	return (len + WG_DATA_OVERHEAD);
}

/*
 * The same with the next counter.
 */
u_int
ktwg_seal(uint8_t *buf, const uint8_t *text, u_int len)
{
	return (ktwg_seal_as(buf, text, len,
	    ktwg.k_remote->r_current->k_counter++));
}

/*
 * The peer opens a data message in place, which may confirm its session: 0,
 * ENOENT no session of its, or what else is wrong.
 */
int
ktwg_open(uint8_t *buf, u_int len)
{
	struct noise_keypair	*kp;
	struct wg_msg_data	 md;
	uint64_t		 counter;
	int			 error;

	if (len < WG_DATA_OVERHEAD)
		return (EINVAL);
	memcpy(&md, buf, sizeof(md));
	counter = le64toh(md.md_counter);
	kp = noise_keypair_lookup(ktwg.k_local, md.md_receiver);
	if (kp == NULL)
		return (ENOENT);
	error = transport(kp->k_recv_sid, buf + sizeof(md),
	    len - WG_DATA_OVERHEAD, counter, 0);
	if (error == 0)
		error = noise_keypair_accept(kp, counter);
	if (error == 0)
		(void)noise_keypair_received(kp);
	noise_keypair_put(kp);
	return (error);
}

/*
 * The machine sends a packet of len bytes to the peer's inner address; the
 * errno.
 */
int
ktwg_output(u_int len)
{
	struct sockaddr_in	 dst;
	struct mbuf		*m;
	int			 error;

	memset(&dst, 0, sizeof(dst));
	dst.sin_len = sizeof(dst);
	dst.sin_family = AF_INET;
	dst.sin_addr = KTWG_INNERPEER;
	m = kt_ip(KTWG_INNER, KTWG_INNERPEER, 253, NULL,
	    len - sizeof(struct ip));
	NET_LOCK();
	error = ktwg.k_ifp->if_output(ktwg.k_ifp, m, (struct sockaddr *)&dst,
	    NULL);
	NET_UNLOCK();
	ktwg_settle();
	return (error);
}

/*
 * All packets that were dropped, for whatever reason.
 */
uint64_t
ktwg_drops(void)
{
	uint64_t	 sum = 0;
	u_int		 i;

	for (i = WGC_DROPS; i < WGC_MAX; i++)
		sum += wg_counters[i];
	return (sum);
}
