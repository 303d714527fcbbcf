/*
 * wg(4).
 *
 *	wg	datagrams that come to an interface with a peer
 *	wgioctl	SIOCSWG with any buffer, and SIOCGWG with any room
 *
 * wg: a list of records as in fuzz_packet.h.  With FZ_OTHER set the octets
 * are patches to a message that is whole, of the kind that FZ_ARG says:
 *
 *	0	an initiation of the peer's
 *	1	its response to the machine's last initiation
 *	2	its cookie reply to the same
 *	3	data: the octets are the text
 *	4	data of 80 octets; with FZ_TRAIN, four in a train
 *	5	the machine has a packet for the peer
 *	6	what is the matter: see circumstances()
 *	7	an initiation with the cookie that the machine has sent
 *
 * A patch is two octets: where, and what is added there.  Then mac1 is made
 * again, unless FZ_RAW is set.  Otherwise the record is a datagram; with
 * FZ_TRAIN a train of datagrams of TRAIN octets.
 *
 * wgioctl: a list of records: an octet (FZ_OTHER: get, not set), two of
 * length, the buffer; the room or size that is told is FZ_ARG off, but at 0.
 */
#include <sys/endian.h>
#include <sys/malloc.h>
#include <sys/proc.h>
#include <sys/sockio.h>
#include <sys/syscall.h>

#include "../sys/netwg/ktwg.h"

#include "fuzz_packet.h"
#include "ktuser.h"

#define TRAIN		112		/* octets of its datagrams */
#define TEXT		80
#define DATAGRAMS	4
#define PATCHES		32

static struct wg_msg_initiation	 last;	/* that the machine sent */
static struct wg_msg_cookie	 cookie;
static int			 have_last;
static uint8_t			 tos;	/* of what comes */
static uint8_t			 again[KTWG_MAX];	/* what came last */
static u_int			 again_len;

/* Look through what the machine has sent. */
static void
collect(void)
{
	static uint8_t	 buf[KTWG_MAX];
	u_int		 len;

	while ((len = ktwg_tx(buf)) != 0) {
		if (len == sizeof(last) && buf[0] == WG_MSG_INITIATION) {
			memcpy(&last, buf, len);
			have_last = 1;
		} else if (len == sizeof(cookie) && buf[0] == WG_MSG_COOKIE)
			memcpy(&cookie, buf, len);
		else if (buf[0] == WG_MSG_DATA)
			(void)ktwg_open(buf, len);
		else if (buf[0] == WG_MSG_RESPONSE) {
			struct wg_msg_response	 mr;

			memcpy(&mr, buf, sizeof(mr));
			(void)noise_consume_response(ktwg.k_local,
			    mr.mr_sender, mr.mr_receiver, mr.mr_ue,
			    mr.mr_en);
		}
	}
}

static void
cookie_reply(struct wg_msg_cookie *mc)
{
	static struct cookie_checker cc;
	struct sockaddr_in	 sin;

	memset(&sin, 0, sizeof(sin));
	sin.sin_len = sizeof(sin);
	sin.sin_family = AF_INET;
	sin.sin_addr = KTWG_US;
	sin.sin_port = htons(KTWG_PORT);
	if (!cc.cc_has_key) {
		cookie_checker_init(&cc);
		cookie_checker_update(&cc, ktwg.k_peerpublic);
	}
	memset(mc, 0, sizeof(*mc));
	mc->mc_type = htole32(WG_MSG_COOKIE);
	mc->mc_receiver = last.mi_sender;
	cookie_checker_reply(&cc, &last.mi_macs, mc->mc_nonce, mc->mc_ec,
	    (struct sockaddr *)&sin);
}

/* A whole message of that kind; its length, or 0 when there is none now. */
static u_int
whole(u_int kind, uint8_t *buf, const struct fuzz_pkt *fp)
{
	static uint8_t		 text[KTWG_MAX];
	struct wg_msg_response	 mr;
	struct wg_msg_initiation mi;

	switch (kind) {
	case 7:
		(void)cookie_maker_consume(&ktwg.k_cookie, cookie.mc_nonce,
		    cookie.mc_ec);
		/* FALLTHROUGH */
	case 0:
		ktwg_initiation(&mi);
		memcpy(buf, &mi, sizeof(mi));
		return (sizeof(mi));
	case 1:
		if (!have_last || ktwg_response(&last, &mr) != 0)
			return (0);
		memcpy(buf, &mr, sizeof(mr));
		return (sizeof(mr));
	case 2:
		if (!have_last)
			return (0);
		cookie_reply((struct wg_msg_cookie *)buf);
		return (sizeof(struct wg_msg_cookie));
	case 3:
		if (ktwg.k_remote->r_current == NULL)
			return (0);
		return (ktwg_seal(buf, fp->fp_buf, MIN(fp->fp_len, 1500)));
	case 4:
		if (ktwg.k_remote->r_current == NULL)
			return (0);
		return (ktwg_seal(buf, text, ktwg_inner(text, TEXT)));
	}
	return (0);
}

/* A datagram of the peer's; mss 0: no train. */
static void
receive(const uint8_t *p, u_int len, u_int mss, u_int cut)
{
	struct mbuf	*m;

	m = kt_udp(KTWG_PEER, KTWG_US, KTWG_PEERPORT, KTWG_PORT, p, len);
	mtod(m, struct ip *)->ip_tos = tos;
	kt_ipsum(m);
	if (mss != 0) {
		m->m_pkthdr.csum_flags |= M_UDP_SEG | M_UDP_CSUM_OUT |
		    M_UDP_CSUM_IN_OK;
		m->m_pkthdr.ph_mss = mss;
	}
	if (cut != 0)
		m = kt_shatter(m, cut);
	kt_rx(ktwg.k_card, m);
	ktwg_settle();
}

/* The first octets: load and more, what came last again; TOS; counter. */
static void
circumstances(const uint8_t *p, u_int len)
{
	struct noise_keypair	*kp = ktwg.k_remote->r_current;

	if (len < 3)
		return;
	if (p[0] & 1)
		ktwg.k_sc->sc_loaded = getnsecuptime();
	if (p[0] & 2)
		receive(again, again_len, 0, 0);
	tos = p[1];
	if (kp != NULL && p[2] != 0)
		kp->k_counter = (uint64_t)p[2] << (p[0] >> 2);
}

/* A whole message with patches. */
static void
patched(const struct fuzz_pkt *fp)
{
	static uint8_t	 buf[DATAGRAMS * KTWG_MAX];
	u_int		 i, kind = FZ_ARG(fp->fp_op) % 8, len, mss = 0;

	if (kind == 5) {
		(void)ktwg_output(20 + fp->fp_len % 1400);
		return;
	}
	if (kind == 6) {
		circumstances(fp->fp_buf, fp->fp_len);
		return;
	}
	if ((len = whole(kind, buf, fp)) == 0)
		return;
	if (kind == 4 && (fp->fp_op & FZ_TRAIN)) {
		mss = len;
		for (i = 1; i < DATAGRAMS; i++)
			len += whole(kind, buf + len, fp);
	}
	if (kind != 3)
		for (i = 0; i + 1 < MIN(fp->fp_len, 2 * PATCHES); i += 2)
			buf[fp->fp_buf[i] % len] += fp->fp_buf[i + 1];
	if (!(fp->fp_op & FZ_RAW) && kind < 2)
		ktwg_mac(buf, len);
	again_len = MIN(len, sizeof(again));
	memcpy(again, buf, again_len);
	receive(buf, len, mss, fp->fp_op & FZ_CUT ? 50 : 0);
}

/* Nothing is left of an input but the interface and its peer. */
static void
wg_forget(void)
{
	ktwg_settle();
	NET_LOCK();
	wg_peer_down(ktwg.k_peer);
	wg_peer_up(ktwg.k_peer);
	noise_remote_clear(ktwg.k_remote);
	memset(ktwg.k_peer->p_remote->r_timestamp, 0, NOISE_TIMESTAMP_SIZE);
	ktwg.k_peer->p_remote->r_last_initiation = 0;
	NET_UNLOCK();
	ktwg.k_sc->sc_loaded = 0;
	have_last = 0;
	tos = 0;
	kt_txdrop(ktwg.k_card);
}

static void
wg_net_init(void)
{
	ktwg_begin(0);
}

FUZZ(wg, wg_net_init, "WireGuard messages")
{
	static struct fuzz_pkt	 fp;
	struct fuzz_in		 fi = { data, size };

	while (fuzz_record(&fi, &fp)) {
		if (fp.fp_op & FZ_OTHER)
			patched(&fp);
		else
			receive(fp.fp_buf, MIN(fp.fp_len, 8000),
			    fp.fp_op & FZ_TRAIN ? TRAIN : 0,
			    fp.fp_op & FZ_CUT ? 1 + 3 * FZ_ARG(fp.fp_op) : 0);
		collect();
	}
	wg_forget();
}

#define IOCTLS	32		/* in one input */

static int	 wg_fd;

/* One call on the interface; the buffer lies at the end of what there is. */
static void
wg_call(const struct fuzz_pkt *fp)
{
	struct wg_data_io	*d = ktuser_mem(sizeof(*d));
	u_int			 len = MIN(fp->fp_len, 2048);

	memset(d, 0, sizeof(*d));
	strlcpy(d->wgd_name, "wg0", sizeof(d->wgd_name));
	d->wgd_size = len + FZ_ARG(fp->fp_op) * 8;
	if (fp->fp_op & FZ_OTHER) {
		d->wgd_interface = ktuser_mem(len + 8);
		(void)ktcall(SYS_ioctl, wg_fd, SIOCGWG, d);
		return;
	}
	d->wgd_interface = len == 0 ? KTUSER_BAD :
	    ktuser_dup(fp->fp_buf, len);
	(void)ktcall(SYS_ioctl, wg_fd, SIOCSWG, d);
}

FUZZ(wgioctl, NULL, "SIOCSWG and SIOCGWG")
{
	static struct fuzz_pkt	 fp;
	struct fuzz_in		 fi = { data, size };
	struct ifreq		*ifr;
	u_int			 n = 0;

	if (if_clone_create("wg0", 0) != 0)
		panic("wg0");
	ktuser_begin(0);
	wg_fd = ktcall(SYS_socket, 2, 2, 0);
	ifr = ktuser_mem(sizeof(*ifr));
	memset(ifr, 0, sizeof(*ifr));
	strlcpy(ifr->ifr_name, "wg0", sizeof(ifr->ifr_name));
	ifr->ifr_flags = IFF_UP;
	if (size > 0 && data[0] & FZ_RAW)
		(void)ktcall(SYS_ioctl, wg_fd, SIOCSIFFLAGS, ifr);
	while (n++ < IOCTLS && fuzz_record(&fi, &fp)) {
		wg_call(&fp);
		ktuser_rewind();
	}
	ktuser_end();
	KT_ERR(0, if_clone_destroy("wg0"));
	kt_settle();
}
