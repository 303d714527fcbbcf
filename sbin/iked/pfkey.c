/*
 * The kernel's SAs and flows, by PF_KEY (RFC 2367 and OpenBSD's messages).
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <sys/bsd_sockaddr.h>
#include <net/pfkeyv2.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "iked.h"
#include "ikev2.h"
#include "log.h"
#include "pfkey_io.h"

#define REPLAY		64

/* An extension: n bytes and padding; its first field is its length. */
static void
ext(struct wbuf *w, const void *fixed, size_t n, const void *more,
    size_t nmore)
{
	size_t		 start = w->w_len, pad;
	uint16_t	 len;

	wbuf_add(w, fixed, n);
	wbuf_add(w, more, nmore);
	pad = (8 - (n + nmore) % 8) % 8;
	wbuf_add(w, NULL, pad);
	len = (n + nmore + pad) / 8;
	if (!w->w_error)
		memcpy(w->w_buf + start, &len, sizeof(len));
}

static void
begin(struct wbuf *w, uint8_t type, uint8_t satype)
{
	struct sadb_msg	 m;

	memset(&m, 0, sizeof(m));
	m.sadb_msg_version = PF_KEY_V2;
	m.sadb_msg_type = type;
	m.sadb_msg_satype = satype;
	wbuf_init(w);
	wbuf_add(w, &m, sizeof(m));
}

/* A BSD socket address; mask: len bits of ones instead of the address. */
static void
address(struct wbuf *w, uint16_t type, const struct addr *a, uint16_t port,
    int mask)
{
	struct sadb_address	 ea;
	struct bsd_sockaddr_in	 sin;
	struct bsd_sockaddr_in6	 sin6;
	uint8_t			 bytes[16];
	int			 i;

	memset(&ea, 0, sizeof(ea));
	memset(&sin, 0, sizeof(sin));
	memset(&sin6, 0, sizeof(sin6));
	ea.sadb_address_exttype = type;
	memcpy(bytes, a->a_bytes, sizeof(bytes));
	for (i = 0; mask >= 0 && i < 16; i++)
		bytes[i] = mask >= i * 8 + 8 ? 0xff : mask <= i * 8 ? 0 :
		    0xff << (8 - (mask - i * 8));
	if (a->a_ver == 4) {
		sin.sin_len = sizeof(sin);
		sin.sin_family = BSD_AF_INET;
		sin.sin_port = htons(port);
		memcpy(&sin.sin_addr, bytes, 4);
		ext(w, &ea, sizeof(ea), &sin, sizeof(sin));
	} else {
		sin6.sin6_len = sizeof(sin6);
		sin6.sin6_family = BSD_AF_INET6;
		sin6.sin6_port = htons(port);
		memcpy(&sin6.sin6_addr, bytes, 16);
		ext(w, &ea, sizeof(ea), &sin6, sizeof(sin6));
	}
}

static void
key(struct wbuf *w, uint16_t type, const struct blob *b)
{
	struct sadb_key	 k;

	if (b->b_len == 0)
		return;
	memset(&k, 0, sizeof(k));
	k.sadb_key_exttype = type;
	k.sadb_key_bits = b->b_len * 8;
	ext(w, &k, sizeof(k), b->b_data, b->b_len);
}

static int
get_address(const uint8_t *msg, size_t len, uint16_t type, struct addr *a)
{
	const uint8_t	*p;

	memset(a, 0, sizeof(*a));
	p = pfkey_find(msg, len, type, sizeof(struct sadb_address) + 16);
	if (p == NULL)
		return (-1);
	p += sizeof(struct sadb_address);
	if (p[1] == BSD_AF_INET) {
		a->a_ver = 4;
		memcpy(a->a_bytes, p + 4, 4);
	} else if (p[1] == BSD_AF_INET6 && p[0] == 28) {
		a->a_ver = 6;
		memcpy(a->a_bytes, p + 8, 16);
	}
	return (a->a_ver == 0 ? -1 : 0);
}

/* What the kernel says by itself. */
static void
told(struct pfkey *pk, const uint8_t *msg, size_t len)
{
	const uint8_t	*p;
	struct sadb_msg	 m;
	struct sadb_sa	 sa;
	struct addr	 src, dst;
	uint8_t		 proto;

	memcpy(&m, msg, sizeof(m));
	if (m.sadb_msg_type == SADB_ACQUIRE) {
		if (get_address(msg, len, SADB_EXT_ADDRESS_DST, &dst) == 0) {
			get_address(msg, len, SADB_EXT_ADDRESS_SRC, &src);
			pk->pk_ops->pk_acquire(pk->pk_arg, &src, &dst);
		}
	} else if (m.sadb_msg_type == SADB_EXPIRE) {
		p = pfkey_find(msg, len, SADB_EXT_SA, sizeof(sa));
		if (p == NULL)
			return;
		memcpy(&sa, p, sizeof(sa));
		proto = m.sadb_msg_satype == SADB_SATYPE_AH ? PROTO_AH :
		    PROTO_ESP;
		if (get_address(msg, len, SADB_EXT_ADDRESS_DST, &dst) == 0)
			pk->pk_ops->pk_expire(pk->pk_arg, &dst, proto,
			    ntohl(sa.sadb_sa_spi), pfkey_find(msg, len,
			    SADB_EXT_LIFETIME_HARD, 8) != NULL);
	}
}

static void
readable(evutil_socket_t fd, short what, void *arg)
{
	struct pfkey	*pk = arg;
	struct blob	 b = { NULL, 0 };
	ssize_t		 n;

	while (pk->pk_nlater > 0) {
		blob_move(&b, &pk->pk_later[pk->pk_first]);
		pk->pk_first = (pk->pk_first + 1) % LATER_MAX;
		pk->pk_nlater--;
		told(pk, b.b_data, b.b_len);
		blob_free(&b);
	}
	if (what & EV_READ) {
		n = recv(fd, pk->pk_bufs[0], sizeof(pk->pk_bufs[0]),
		    MSG_DONTWAIT);
		pk->pk_lost |= n == -1 && errno == ENOBUFS;
		if (n >= (ssize_t)sizeof(struct sadb_msg) &&
		    blob_set(&b, pk->pk_bufs[0], n) == 0)
			told(pk, b.b_data, b.b_len);
		blob_free(&b);
	}
	if (pk->pk_lost) {
		pk->pk_lost = 0;
		pk->pk_ops->pk_lost(pk->pk_arg);
	}
}

/* Keep a flow as it was dumped. */
static void
orphan_keep(struct pfkey *pk, const uint8_t *msg, size_t len)
{
	struct blob	*list;

	if (pk->pk_norphans % 256 == 0) {
		list = reallocarray(pk->pk_orphans, pk->pk_norphans + 256,
		    sizeof(*list));
		if (list == NULL)
			fatal("pfkey");
		memset(list + pk->pk_norphans, 0, 256 * sizeof(*list));
		pk->pk_orphans = list;
	}
	if (blob_set(&pk->pk_orphans[pk->pk_norphans], msg, len) == 0)
		pk->pk_norphans++;
}

/* Ask for the flows of one who went without a word; keep what comes. */
static void
orphans_find(struct pfkey *pk)
{
	struct sadb_msg	 m;
	struct pollfd	 pfd = { pk->pk_fd, POLLIN, 0 };
	struct wbuf	 w;
	ssize_t		 n;

	begin(&w, SADB_X_SPDDUMP, SADB_SATYPE_UNSPEC);
	if (w.w_error)
		fatal("pfkey");
	memcpy(&m, w.w_buf, sizeof(m));
	m.sadb_msg_len = w.w_len / 8;
	m.sadb_msg_pid = pk->pk_pid;
	memcpy(w.w_buf, &m, sizeof(m));
	n = send(pk->pk_fd, w.w_buf, w.w_len, 0);
	wbuf_free(&w);
	while (n > 0 && poll(&pfd, 1, PATIENCE) > 0) {
		n = recv(pk->pk_fd, pk->pk_bufs[0], sizeof(pk->pk_bufs[0]),
		    MSG_DONTWAIT);
		if (n == -1 && errno == ENOBUFS) {
			/* There were more than the socket takes. */
			log_warn("flows of before");
			n = 1;
			continue;
		}
		if (n < (ssize_t)sizeof(m))
			break;
		memcpy(&m, pk->pk_bufs[0], sizeof(m));
		if (m.sadb_msg_type != SADB_X_SPDDUMP ||
		    m.sadb_msg_pid != pk->pk_pid)
			continue;
		if (m.sadb_msg_errno != 0)
			break;
		orphan_keep(pk, pk->pk_bufs[0], n);
		if (m.sadb_msg_seq == 0)
			break;
	}
}

static int
orphan_side(const struct blob *b, uint16_t type, struct addr *a)
{
	struct bsd_sockaddr_in	 sin;
	struct bsd_sockaddr_in6	 sin6;
	const uint8_t		*p;

	memset(a, 0, sizeof(*a));
	p = pfkey_find(b->b_data, b->b_len, type, sizeof(struct sadb_address) +
	    sizeof(sin));
	if (p == NULL)
		return (-1);
	memcpy(&sin, p + sizeof(struct sadb_address), sizeof(sin));
	if (sin.sin_family == BSD_AF_INET) {
		a->a_ver = 4;
		memcpy(a->a_bytes, &sin.sin_addr, 4);
		return (0);
	}
	p = pfkey_find(b->b_data, b->b_len, type, sizeof(struct sadb_address) +
	    sizeof(sin6));
	if (p == NULL)
		return (-1);
	memcpy(&sin6, p + sizeof(struct sadb_address), sizeof(sin6));
	a->a_ver = 6;
	memcpy(a->a_bytes, &sin6.sin6_addr, 16);
	return (0);
}

/* Remove a flow as it was dumped. */
static void
orphan_remove(struct pfkey *pk, const struct blob *b)
{
	static const uint16_t	 types[] = { SADB_X_EXT_FLOW_TYPE,
				    SADB_X_EXT_SRC_FLOW, SADB_X_EXT_SRC_MASK,
				    SADB_X_EXT_DST_FLOW, SADB_X_EXT_DST_MASK,
				    SADB_X_EXT_PROTOCOL, SADB_X_EXT_RDOMAIN };
	struct sadb_msg		 m;
	struct sadb_ext		 e;
	const uint8_t		*p;
	struct wbuf		 w;
	size_t			 i;

	memcpy(&m, b->b_data, sizeof(m));
	begin(&w, SADB_X_DELFLOW, m.sadb_msg_satype);
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		p = pfkey_find(b->b_data, b->b_len, types[i], sizeof(e));
		if (p == NULL)
			continue;
		memcpy(&e, p, sizeof(e));
		wbuf_add(&w, p, e.sadb_ext_len * 8);
	}
	pfkey_transact(pk, &w);
}

/*
 * Of the flows that were there at the start only those stay that keep says
 * are wanted: between these addresses, our side first or second.  Until
 * a child takes them over they keep packets from leaving in the clear.
 */
void
pfkey_orphans(struct pfkey *pk, int (*keep)(const struct addr *,
    const struct addr *))
{
	struct addr	 src, dst;
	struct blob	*b;

	while (pk->pk_norphans > 0) {
		b = &pk->pk_orphans[--pk->pk_norphans];
		if (orphan_side(b, SADB_X_EXT_SRC_FLOW, &src) == -1 ||
		    orphan_side(b, SADB_X_EXT_DST_FLOW, &dst) == -1 ||
		    !(keep(&src, &dst) || keep(&dst, &src)))
			orphan_remove(pk, b);
		blob_free(b);
	}
	free(pk->pk_orphans);
	pk->pk_orphans = NULL;
}

/*
 * Use a PF_KEY socket, which is ours from now on: no SA is left of others',
 * their flows wait for pfkey_orphans; acquires and expirations are told to
 * ops.  port is that of UDP encapsulation.
 */
struct pfkey *
pfkey_new(struct event_base *base, int fd, uint16_t port,
    const struct pfkey_ops *ops, void *arg)
{
	struct pfkey	*pk;
	struct wbuf	 w;
	int		 i;

	pk = calloc(1, sizeof(*pk));
	if (pk == NULL)
		fatal("pfkey");
	pk->pk_fd = fd;
	pk->pk_pid = getpid();
	pk->pk_port = port;
	pk->pk_ops = ops;
	pk->pk_arg = arg;
	pk->pk_ev = event_new(base, fd, EV_READ | EV_PERSIST, readable, pk);
	if (pk->pk_ev == NULL)
		fatal("event_new");
	event_add(pk->pk_ev, NULL);
	pfkey_flush(pk, 0);
	orphans_find(pk);
	for (i = 0; i < 2; i++) {
		begin(&w, SADB_REGISTER, i == 0 ? SADB_SATYPE_ESP :
		    SADB_SATYPE_AH);
		if (pfkey_transact(pk, &w) == -1)
			fatal("pfkey: register");
	}
	return (pk);
}

/*
 * Remove all SAs of the kernel's, and if flows is set all flows.
 */
void
pfkey_flush(struct pfkey *pk, int flows)
{
	struct wbuf	 w;
	int		 i;

	for (i = 0; i < (flows ? 1 : 2); i++) {
		begin(&w, SADB_FLUSH, flows ? SADB_SATYPE_UNSPEC : i == 0 ?
		    SADB_SATYPE_ESP : SADB_SATYPE_AH);
		if (pfkey_transact(pk, &w) == -1)
			log_warn("pfkey: flush");
	}
}

/*
 * Remove all SAs by a PF_KEY socket whose process is dead; flows stay.
 */
void
pfkey_flush_fd(int fd)
{
	struct pfkey	*pk;

	pk = calloc(1, sizeof(*pk));
	if (pk == NULL)
		return;
	pk->pk_fd = fd;
	pk->pk_seq = pk->pk_pid = getpid();
	/* What else comes is of no interest. */
	pk->pk_nlater = LATER_MAX;
	pfkey_flush(pk, 0);
	free(pk);
}

static uint8_t
satype(uint8_t proto)
{
	return (proto == PROTO_AH ? SADB_SATYPE_AH : SADB_SATYPE_ESP);
}

/*
 * Reserve an SPI for an inbound SA; 0: there is none.
 */
uint32_t
pfkey_getspi(struct pfkey *pk, const struct ike_sa *sa, uint8_t proto)
{
	struct sadb_spirange	 range;
	struct sadb_sa		 out;
	const uint8_t		*p;
	struct wbuf		 w;
	ssize_t			 n;

	begin(&w, SADB_GETSPI, satype(proto));
	address(&w, SADB_EXT_ADDRESS_SRC, &sa->sa_peer.e_addr, 0, -1);
	address(&w, SADB_EXT_ADDRESS_DST, &sa->sa_local.e_addr, 0, -1);
	memset(&range, 0, sizeof(range));
	range.sadb_spirange_exttype = SADB_EXT_SPIRANGE;
	range.sadb_spirange_min = 0x100;
	range.sadb_spirange_max = 0xffffffff;
	ext(&w, &range, sizeof(range), NULL, 0);
	n = pfkey_transact(pk, &w);
	if (n == -1) {
		log_warn("pfkey: getspi");
		return (0);
	}
	p = pfkey_find(pk->pk_bufs[0], n, SADB_EXT_SA, sizeof(out));
	if (p == NULL)
		return (0);
	memcpy(&out, p, sizeof(out));
	return (ntohl(out.sadb_sa_spi));
}

static uint8_t
ealg(const struct suite *s)
{
	/* The kernel's numbers are not all IANA's. */
	switch (s->su_encr) {
	case ENCR_3DES:
		return (SADB_EALG_3DESCBC);
	case ENCR_NULL:
		return (SADB_EALG_NULL);
	case ENCR_AES_CBC:
		return (SADB_X_EALG_AES);
	case ENCR_AES_CTR:
		return (SADB_X_EALG_AESCTR);
	case ENCR_AES_GCM_16:
		return (SADB_X_EALG_AESGCM16);
	case ENCR_AES_GMAC:
		return (SADB_X_EALG_AESGMAC);
	case ENCR_CHACHA20_POLY1305:
		return (SADB_X_EALG_CHACHA20POLY1305);
	}
	return (SADB_EALG_NONE);
}

static uint8_t
aalg(const struct suite *s)
{
	switch (s->su_integ) {
	case INTEG_HMAC_SHA1_96:
		return (SADB_AALG_SHA1HMAC);
	case INTEG_HMAC_SHA2_256:
		return (SADB_X_AALG_SHA2_256);
	case INTEG_HMAC_SHA2_384:
		return (SADB_X_AALG_SHA2_384);
	case INTEG_HMAC_SHA2_512:
		return (SADB_X_AALG_SHA2_512);
	}
	return (SADB_AALG_NONE);
}

/* The soft end comes at 85 to 95 % of the hard one, by the SPI. */
static unsigned int
soft_promille(uint32_t spi)
{
	return (850 + spi % 100);
}

/*
 * How old a child is when its soft end comes, in seconds; 0: never.
 */
uint32_t
pfkey_soft(const struct child *ch)
{
	return ((uint64_t)ch->ch_sa->sa_policy->p_lifetime *
	    soft_promille(ch->ch_spi_in) / 1000);
}

/* Hard and soft ends. */
static void
lifetimes(struct wbuf *w, const struct policy *p, uint32_t spi)
{
	struct sadb_lifetime	 l;
	unsigned int		 promille = soft_promille(spi);

	memset(&l, 0, sizeof(l));
	l.sadb_lifetime_exttype = SADB_EXT_LIFETIME_HARD;
	l.sadb_lifetime_addtime = p->p_lifetime;
	l.sadb_lifetime_bytes = p->p_lifebytes;
	ext(w, &l, sizeof(l), NULL, 0);
	l.sadb_lifetime_exttype = SADB_EXT_LIFETIME_SOFT;
	l.sadb_lifetime_addtime = (uint64_t)p->p_lifetime * promille / 1000;
	l.sadb_lifetime_bytes = p->p_lifebytes / 1000 * promille;
	ext(w, &l, sizeof(l), NULL, 0);
}

/* The clear side's domain: before the SA, and behind it. */
static void
rdomain(struct wbuf *w, const struct policy *p, int before, int behind)
{
	struct sadb_x_rdomain	 rd;

	if (!(p->p_flags & POL_RDOMAIN))
		return;
	memset(&rd, 0, sizeof(rd));
	rd.sadb_x_rdomain_exttype = SADB_X_EXT_RDOMAIN;
	rd.sadb_x_rdomain_dom1 = before ? p->p_rdomain : 0;
	rd.sadb_x_rdomain_dom2 = behind ? p->p_rdomain : 0;
	ext(w, &rd, sizeof(rd), NULL, 0);
}

static void
extras(struct pfkey *pk, struct wbuf *w, const struct ike_sa *ike, int out)
{
	const struct policy	*p = ike->sa_policy;
	struct sadb_x_udpencap	 udp;
	struct sadb_x_tag	 tag;
	struct sadb_x_tap	 tap;
	char			 text[TAG_MAX];

	memset(&udp, 0, sizeof(udp));
	memset(&tag, 0, sizeof(tag));
	memset(&tap, 0, sizeof(tap));
	if (ike->sa_nat_here || ike->sa_nat_peer) {
		udp.sadb_x_udpencap_exttype = SADB_X_EXT_UDPENCAP;
		/* What comes in may come from another port tomorrow. */
		udp.sadb_x_udpencap_port = out ?
		    htons(ike->sa_peer.e_port) : 0;
		ext(w, &udp, sizeof(udp), NULL, 0);
	}
	if (p->p_tag[0] != '\0' && !out) {
		tag.sadb_x_tag_exttype = SADB_X_EXT_TAG;
		tag_expand(text, p->p_tag, p->p_name, &ike->sa_peerid);
		tag.sadb_x_tag_taglen = strlen(text) + 1;
		ext(w, &tag, sizeof(tag), text, strlen(text) + 1);
	}
	if (p->p_flags & POL_TAP) {
		tap.sadb_x_tap_exttype = SADB_X_EXT_TAP;
		tap.sadb_x_tap_unit = p->p_tap;
		ext(w, &tap, sizeof(tap), NULL, 0);
	}
	rdomain(w, p, out, !out);
}

static void
ends(struct wbuf *w, const struct ike_sa *ike, int out)
{
	address(w, SADB_EXT_ADDRESS_SRC, out ? &ike->sa_local.e_addr :
	    &ike->sa_peer.e_addr, 0, -1);
	address(w, SADB_EXT_ADDRESS_DST, out ? &ike->sa_peer.e_addr :
	    &ike->sa_local.e_addr, 0, -1);
}

static void
sa_ext(struct wbuf *w, const struct child *ch, int out)
{
	const struct ike_sa	*ike = ch->ch_sa;
	struct sadb_sa		 sa;

	memset(&sa, 0, sizeof(sa));
	sa.sadb_sa_exttype = SADB_EXT_SA;
	sa.sadb_sa_spi = htonl(out ? ch->ch_spi_out : ch->ch_spi_in);
	sa.sadb_sa_replay = REPLAY;
	sa.sadb_sa_state = SADB_SASTATE_MATURE;
	sa.sadb_sa_auth = aalg(&ch->ch_suite);
	sa.sadb_sa_encrypt = ch->ch_proto == PROTO_AH ? 0 :
	    ealg(&ch->ch_suite);
	if (!(ch->ch_flags & CH_TRANSPORT))
		sa.sadb_sa_flags |= SADB_X_SAFLAGS_TUNNEL;
	if (ch->ch_suite.su_esn)
		sa.sadb_sa_flags |= SADB_X_SAFLAGS_ESN;
	if (ike->sa_nat_here || ike->sa_nat_peer)
		sa.sadb_sa_flags |= SADB_X_SAFLAGS_UDPENCAP;
	ext(w, &sa, sizeof(sa), NULL, 0);
}

static void
selectors(struct wbuf *w, const struct flow *f, int out)
{
	/* What goes out meets the flow before pf(4) translates. */
	const struct prefix	*here = out && f->f_prenat.pf_addr.a_ver !=
				    0 ? &f->f_prenat : &f->f_src;
	const struct prefix	*s = out ? here : &f->f_dst;
	const struct prefix	*d = out ? &f->f_dst : here;
	uint16_t		 sp = out ? f->f_sport : f->f_dport;
	uint16_t		 dp = out ? f->f_dport : f->f_sport;
	struct sadb_protocol	 proto;

	address(w, SADB_X_EXT_SRC_FLOW, &s->pf_addr, sp, -1);
	address(w, SADB_X_EXT_SRC_MASK, &s->pf_addr, sp ? 0xffff : 0,
	    s->pf_len);
	address(w, SADB_X_EXT_DST_FLOW, &d->pf_addr, dp, -1);
	address(w, SADB_X_EXT_DST_MASK, &d->pf_addr, dp ? 0xffff : 0,
	    d->pf_len);
	if (f->f_proto == 0)
		return;
	memset(&proto, 0, sizeof(proto));
	proto.sadb_protocol_exttype = SADB_X_EXT_PROTOCOL;
	proto.sadb_protocol_proto = f->f_proto;
	ext(w, &proto, sizeof(proto), NULL, 0);
}

/*
 * Load one direction of a child: the outbound SA is added, the inbound one
 * completed (update), which was reserved.  -1: the kernel does not want it.
 */
int
pfkey_sa(struct pfkey *pk, const struct child *ch, int out, int update)
{
	struct flow	 f;
	struct wbuf	 w;

	begin(&w, update ? SADB_UPDATE : SADB_ADD, satype(ch->ch_proto));
	sa_ext(&w, ch, out);
	ends(&w, ch->ch_sa, out);
	lifetimes(&w, ch->ch_sa->sa_policy, ch->ch_spi_in);
	key(&w, SADB_EXT_KEY_AUTH, &ch->ch_integ[out]);
	key(&w, SADB_EXT_KEY_ENCRYPT, &ch->ch_encr[out]);
	extras(pk, &w, ch->ch_sa, out);
	/* One flow is what it is for; of several the kernel takes any. */
	if (ch->ch_nflows == 1) {
		f = ch->ch_flows[0];
		memset(&f.f_prenat, 0, sizeof(f.f_prenat));
		selectors(&w, &f, out);
	}
	if (pfkey_transact(pk, &w) == -1) {
		log_warn("pfkey: %s 0x%08x", update ? "update" : "add",
		    out ? ch->ch_spi_out : ch->ch_spi_in);
		return (-1);
	}
	return (0);
}

/*
 * The peer of a loaded child is not at old any more, but where its IKE SA
 * says: address and port.
 */
void
pfkey_move(struct pfkey *pk, const struct child *ch,
    const struct endpoint *old)
{
	const struct ike_sa	*ike = ch->ch_sa;
	struct wbuf		 w;
	int			 out;

	for (out = 0; out < 2; out++) {
		if (out && (ch->ch_flags & CH_OUT_PENDING))
			continue;
		begin(&w, SADB_UPDATE, satype(ch->ch_proto));
		sa_ext(&w, ch, out);
		address(&w, SADB_EXT_ADDRESS_SRC, out ?
		    &ike->sa_local.e_addr : &ike->sa_peer.e_addr, 0, -1);
		address(&w, SADB_EXT_ADDRESS_DST, out ? &old->e_addr :
		    &ike->sa_local.e_addr, 0, -1);
		if (out)
			address(&w, SADB_EXT_ADDRESS_PROXY,
			    &ike->sa_peer.e_addr, 0, -1);
		extras(pk, &w, ike, out);
		if (pfkey_transact(pk, &w) == -1)
			log_warn("pfkey: update 0x%08x", out ?
			    ch->ch_spi_out : ch->ch_spi_in);
	}
}

/*
 * Remove one direction of a child; that it is not there is no matter.
 */
void
pfkey_sa_del(struct pfkey *pk, const struct child *ch, int out)
{
	struct sadb_sa	 sa;
	struct wbuf	 w;

	memset(&sa, 0, sizeof(sa));
	sa.sadb_sa_exttype = SADB_EXT_SA;
	sa.sadb_sa_spi = htonl(out ? ch->ch_spi_out : ch->ch_spi_in);
	begin(&w, SADB_DELETE, satype(ch->ch_proto));
	ext(&w, &sa, sizeof(sa), NULL, 0);
	ends(&w, ch->ch_sa, out);
	rdomain(&w, ch->ch_sa->sa_policy, out, !out);
	pfkey_transact(pk, &w);
}

static int
flow_one(struct pfkey *pk, const struct child *ch, const struct flow *f,
    int add, int out)
{
	struct sadb_protocol	 type;
	struct wbuf		 w;

	memset(&type, 0, sizeof(type));
	begin(&w, add ? SADB_X_ADDFLOW : SADB_X_DELFLOW,
	    satype(ch->ch_proto));
	ends(&w, ch->ch_sa, 1);
	type.sadb_protocol_exttype = SADB_X_EXT_FLOW_TYPE;
	type.sadb_protocol_proto = SADB_X_FLOW_TYPE_REQUIRE;
	type.sadb_protocol_direction = out ? IPSP_DIRECTION_OUT :
	    IPSP_DIRECTION_IN;
	ext(&w, &type, sizeof(type), NULL, 0);
	selectors(&w, f, out);
	rdomain(&w, ch->ch_sa->sa_policy, 1, 1);
	return (pfkey_transact(pk, &w) == -1 ? -1 : 0);
}

/*
 * Add or remove a flow of a child, outwards and, if both is set, inwards.
 */
int
pfkey_flow(struct pfkey *pk, const struct child *ch, const struct flow *f,
    int add, int both)
{
	int	 error;

	error = (both ? flow_one(pk, ch, f, add, 0) : 0) |
	    flow_one(pk, ch, f, add, 1);
	if (error != 0 && add)
		log_warn("pfkey: flow");
	return (error);
}

/* Ask for one of a child's SAs. */
static ssize_t
get(struct pfkey *pk, const struct child *ch, int out)
{
	struct sadb_sa	 sa;
	struct wbuf	 w;

	memset(&sa, 0, sizeof(sa));
	sa.sadb_sa_exttype = SADB_EXT_SA;
	sa.sadb_sa_spi = htonl(out ? ch->ch_spi_out : ch->ch_spi_in);
	begin(&w, SADB_GET, satype(ch->ch_proto));
	ext(&w, &sa, sizeof(sa), NULL, 0);
	ends(&w, ch->ch_sa, out);
	return (pfkey_transact(pk, &w));
}

/*
 * Set ch_bytes of n children, if the kernel has them.
 */
void
pfkey_usage(struct pfkey *pk, struct child *const *list, unsigned int n)
{
	unsigned int	 i;
	int		 out;

	pfkey_begin(pk);
	for (i = 0; i < n; i++)
		for (out = 0; out < 2; out++) {
			pk->pk_bytes = &list[i]->ch_bytes[out];
			get(pk, list[i], out);
		}
	pfkey_commit(pk);
}

/*
 * How long ago the inbound SA of a child was used, in ms; UINT64_MAX: never.
 */
uint64_t
pfkey_idle(struct pfkey *pk, const struct child *ch)
{
	struct sadb_lifetime	 l;
	uint64_t		 now = time(NULL);
	const uint8_t		*p = NULL;
	ssize_t			 n;

	memset(&l, 0, sizeof(l));
	n = get(pk, ch, 0);
	if (n != -1) {
		p = pfkey_find(pk->pk_bufs[0], n, SADB_X_EXT_LIFETIME_LASTUSE,
		    sizeof(l));
		if (p != NULL)
			memcpy(&l, p, sizeof(l));
		/* The keys came with it. */
		explicit_bzero(pk->pk_bufs[0], n);
	}
	if (l.sadb_lifetime_usetime == 0)
		return (UINT64_MAX);
	if (l.sadb_lifetime_usetime > now)
		return (0);
	return ((now - l.sadb_lifetime_usetime) * 1000);
}
