/*
 * ipsec(4): what peers, and strangers, send.
 *
 *	esp		ESP
 *	ah		AH
 *	ipcomp		IPcomp
 *	udpencap	ESP in UDP, alone and in trains
 *
 * An input is a list of records as in fuzz_packet.h.  With FZ_OTHER set the
 * octets are a whole packet (udpencap: a datagram to port 4500).  Otherwise
 * they are made into one that has the right ICV under an SA of the machine:
 *
 *	octet 0		which SA
 *	octet 1		how: HOW_*
 *	octet 2		an argument of that
 *	rest		the text; or with HOW_TRAILER what padding and next
 *			header are put behind (IPcomp: what is compressed)
 *
 * The lower bits of FZ_ARG are the outer header's congestion field.  What was
 * cut or changed after it had been sealed must not count for any SA.
 *
 *	10.9.1.0/24 ... - 10.1.0.2, fd00:1::2 ---- machine ---- 10.2.0.0/24
 */
#include <sys/endian.h>
#include <sys/socketvar.h>

#include <netinet/ip6.h>
#include <netinet6/in6_var.h>
#include <netinet6/ip6_var.h>
#include <netinet6/nd6.h>

#include "../sys/netipsec/ktipsec.h"

#include "fuzz_packet.h"

#define US		IP(10, 1, 0, 1)
#define PEER		IP(10, 1, 0, 2)
#define SPI		0x1000		/* of the first SA */
#define NATT		4500
#define PIECE		100		/* of a train: fuzz_mbuf()'s */
#define PIECES		3
#define TEXT_MAX	4096

#define HOW_SEQ		0x03		/* next, last, ahead, behind */
#define HOW_CUT		0x04		/* the end is cut off */
#define HOW_FLIP	0x08		/* a bit is changed */
#define HOW_TRAILER	0x10
#define HOW_NEXT(how)	((how) >> 5)	/* next header, of nexts[] */
#define HOW_WORDS(how)	((how) >> 5)	/* AH: of options, in the text */

static const uint8_t	 nexts[] = { IPPROTO_IPV4, IPPROTO_IPV6, IPPROTO_UDP,
    IPPROTO_NONE, IPPROTO_ESP, IPPROTO_AH, IPPROTO_IPCOMP, IPPROTO_ICMP };

#define TUNNEL	SADB_X_SAFLAGS_TUNNEL
#define ESN	SADB_X_SAFLAGS_ESN
#define UDP	SADB_X_SAFLAGS_UDPENCAP

static const struct sa_kind {
	uint8_t		 satype, auth, enc;
	uint8_t		 authlen, enclen;	/* of the keys */
	uint8_t		 v6;			/* outer header */
	uint8_t		 sec;			/* of sec0 */
	uint32_t	 flags;
} kinds[] = {
	{ SADB_SATYPE_ESP, 0, SADB_X_EALG_AESGCM16, 0, 20, 0, 0, TUNNEL },
	{ SADB_SATYPE_ESP, 0, SADB_X_EALG_CHACHA20POLY1305, 0, 36, 0, 0, 0 },
	{ SADB_SATYPE_ESP, SADB_X_AALG_SHA2_256, SADB_X_EALG_AES, 32, 16, 0,
	    0, TUNNEL | ESN },
	{ SADB_SATYPE_ESP, SADB_AALG_SHA1HMAC, SADB_X_EALG_AESCTR, 20, 36, 1,
	    0, TUNNEL },
	{ SADB_SATYPE_ESP, SADB_X_AALG_SHA2_512, SADB_EALG_NULL, 64, 0, 1, 0,
	    0 },
	{ SADB_SATYPE_ESP, 0, SADB_X_EALG_AESGMAC, 0, 28, 0, 1, TUNNEL | ESN },
	{ SADB_SATYPE_ESP, 0, SADB_X_EALG_AESGCM16, 0, 36, 0, 0, UDP |
	    TUNNEL },
	{ SADB_SATYPE_ESP, 0, SADB_X_EALG_AESGCM16, 0, 36, 0, 0, UDP },
	{ SADB_SATYPE_ESP, 0, SADB_X_EALG_AESGCM16, 0, 36, 1, 0, UDP |
	    TUNNEL },
	{ SADB_SATYPE_AH, SADB_AALG_SHA1HMAC, 0, 20, 0, 0, 0, 0 },
	{ SADB_SATYPE_AH, SADB_X_AALG_SHA2_256, 0, 32, 0, 0, 0, TUNNEL |
	    ESN },
	{ SADB_SATYPE_AH, SADB_X_AALG_SHA2_384, 0, 48, 0, 1, 0, TUNNEL },
	{ SADB_SATYPE_AH, SADB_X_AALG_SHA2_512, 0, 64, 0, 1, 0, ESN },
	{ SADB_X_SATYPE_IPCOMP, 0, SADB_X_CALG_DEFLATE, 0, 0, 0, 0, 0 },
	{ SADB_X_SATYPE_IPCOMP, 0, SADB_X_CALG_DEFLATE, 0, 0, 1, 0, TUNNEL },
	{ SADB_X_SATYPE_IPCOMP, 0, SADB_X_CALG_DEFLATE, 0, 0, 0, 0, TUNNEL },
};
#define SA_ESP		0		/* the first of each sort */
#define SA_UDP		6
#define SA_AH		9
#define SA_IPCOMP	13

static struct tdb	*in[nitems(kinds)], *out[nitems(kinds)];
static uint64_t		 last[nitems(kinds)];	/* number sent */

static const struct in6_addr	us6 = {{{ 0xfd, 0, 0, 1, [15] = 1 }}};
static const struct in6_addr	far_us6 = {{{ 0xfd, 0, 0, 2, [15] = 1 }}};
static const struct in6_addr	peer6 = {{{ 0xfd, 0, 0, 1, [15] = 2 }}};

static void
address6(struct ktif *ki, const struct in6_addr *addr)
{
	struct in6_aliasreq	 req;

	memset(&req, 0, sizeof(req));
	req.ifra_addr.sin6_len = req.ifra_prefixmask.sin6_len =
	    sizeof(req.ifra_addr);
	req.ifra_addr.sin6_family = req.ifra_prefixmask.sin6_family =
	    AF_INET6;
	req.ifra_addr.sin6_addr = *addr;
	memset(&req.ifra_prefixmask.sin6_addr, 0xff, 8);
	req.ifra_flags = IN6_IFF_NODAD;
	req.ifra_lifetime.ia6t_vltime = req.ifra_lifetime.ia6t_pltime =
	    ND6_INFINITE_LIFETIME;
	NET_LOCK();
	KT_ERR(0, in6_ioctl(SIOCAIFADDR_IN6, (caddr_t)&req, kt_ifp(ki), 1));
	if_flush();
	NET_UNLOCK();
}

static void
ext_addr6(u_int type, const struct in6_addr *addr)
{
	struct sadb_address	*a;
	struct sockaddr_in6	*sin6;

	a = kk_ext(type, sizeof(*a) + sizeof(*sin6));
	sin6 = (struct sockaddr_in6 *)(a + 1);
	sin6->sin6_len = sizeof(*sin6);
	sin6->sin6_family = AF_INET6;
	sin6->sin6_addr = *addr;
}

/* An SA in one direction. */
static struct tdb *
sa_add(u_int n, int inward)
{
	const struct sa_kind	*k = &kinds[n];
	struct sadb_x_iface	*i;
	uint8_t			 key[64];

	memset(key, 0x40 + n, sizeof(key));
	kk_begin(SADB_ADD, k->satype);
	kk_sa(SPI + n, k->auth, k->enc, k->flags, k->satype ==
	    SADB_X_SATYPE_IPCOMP ? 0 : 64);
	if (k->v6) {
		ext_addr6(SADB_EXT_ADDRESS_SRC, inward ? &peer6 : &us6);
		ext_addr6(SADB_EXT_ADDRESS_DST, inward ? &us6 : &peer6);
	} else {
		kk_addr(SADB_EXT_ADDRESS_SRC, inward ? PEER : US, 0);
		kk_addr(SADB_EXT_ADDRESS_DST, inward ? US : PEER, 0);
	}
	if (k->authlen != 0)
		kk_key(SADB_EXT_KEY_AUTH, key, k->authlen);
	if (k->enclen != 0)
		kk_key(SADB_EXT_KEY_ENCRYPT, key, k->enclen);
	if (k->sec) {
		i = kk_ext(SADB_X_EXT_IFACE, sizeof(*i));
		i->sadb_x_iface_direction = inward ? IPSP_DIRECTION_IN :
		    IPSP_DIRECTION_OUT;
	}
	KT_ERR(0, kk_send());
	return (TAILQ_LAST(&tdb_all, tdb_head));
}

/* Flows of 10.9.NET.0/24, both ways. */
static void
flows(u_int net, u_int satype, int v6)
{
	u_int	 dir;

	for (dir = IPSP_DIRECTION_IN; dir <= IPSP_DIRECTION_OUT; dir++) {
		kk_begin(SADB_X_ADDFLOW, satype);
		if (dir == IPSP_DIRECTION_IN)
			kk_selectors(IP(10, 9, net, 0), 24, IP(10, 2, 0, 0),
			    24, 0, 0, 0);
		else
			kk_selectors(IP(10, 2, 0, 0), 24, IP(10, 9, net, 0),
			    24, 0, 0, 0);
		if (v6)
			ext_addr6(SADB_EXT_ADDRESS_DST, &peer6);
		else
			kk_addr(SADB_EXT_ADDRESS_DST, PEER, 0);
		kk_flowtype(SADB_X_FLOW_TYPE_REQUIRE, dir);
		KT_ERR(0, kk_send());
	}
}

/* Compression inside of encryption. */
static void
chain(u_int esp, u_int comp)
{
	struct sadb_protocol	*sp;
	struct sadb_sa		*sa;

	kk_begin(SADB_X_GRPSPIS, SADB_SATYPE_ESP);
	kk_sa(SPI + esp, 0, 0, 0, 0);
	kk_addr(SADB_EXT_ADDRESS_DST, US, 0);
	sa = kk_ext(SADB_X_EXT_SA2, sizeof(*sa));
	sa->sadb_sa_spi = htonl(SPI + comp);
	kk_addr(SADB_X_EXT_DST2, US, 0);
	sp = kk_ext(SADB_X_EXT_SATYPE2, sizeof(*sp));
	sp->sadb_protocol_proto = SADB_X_SATYPE_IPCOMP;
	KT_ERR(0, kk_send());
}

static void
gateway_init(void)
{
	struct ifnet	*sec;
	u_int		 i;

	fuzz_net_init();
	udp_encap_hook = udpencap_input;
	udpencap_port_set();
	ipcomp_enable = 1;
	kt_ifp(fzb)->if_mtu = IPV6_MMTU;
	address6(fza, &us6);
	address6(fzb, &far_us6);
	ip6_forwarding = 1;
	KT_ERR(0, if_clone_create("sec0", 0));
	NET_LOCK();
	sec = if_unit_noref("sec0");
	SET(sec->if_flags, IFF_UP | IFF_RUNNING);
	NET_UNLOCK();
	kk_open();
	for (i = 0; i < nitems(kinds); i++) {
		in[i] = sa_add(i, 1);
		out[i] = sa_add(i, 0);
	}
	flows(1, SADB_SATYPE_ESP, 0);
	flows(2, SADB_SATYPE_AH, 0);
	flows(3, SADB_X_SATYPE_IPCOMP, 0);
	flows(4, SADB_SATYPE_ESP, 1);
	chain(1, SA_IPCOMP + 2);
	fuzz_sleep_ms(5000);
	fuzz_net_settled();
}

/* What all SAs have let pass. */
static uint64_t
passed(void)
{
	uint64_t	 n = 0;
	u_int		 i;

	for (i = 0; i < nitems(kinds); i++)
		n += in[i]->tdb_bytes +
		    in[i]->tdb_counters.sadb_x_counter_ipackets +
		    (in[i]->tdb_replay == NULL ? 0 :
		    in[i]->tdb_replay->r_next);
	return (n);
}

static void
forget(void)
{
	u_int	 i;

	fuzz_end();
	for (i = 0; i < nitems(kinds); i++) {
		KT_TRUE(tdb_usable(in[i]) && tdb_usable(out[i]));
		KT_EQ(in[i]->tdb_refs, 1);
		if (in[i]->tdb_replay != NULL)
			replay_init(in[i]->tdb_replay);
		out[i]->tdb_rpl = 0;
		last[i] = 0;
	}
}

static uint64_t
number(u_int n, u_int how, u_int arg)
{
	switch (how & HOW_SEQ) {
	case 1:
		return (last[n]);
	case 2:
		return (last[n] += (uint64_t)arg << (arg & 24));
	case 3:
		return (last[n] - arg);
	}
	return (++last[n]);
}

/* The IP header for what comes behind; its length. */
static u_int
outer(struct fuzz_pkt *fp, int v6, u_int proto, u_int len)
{
	struct ip	 ip;
	struct ip6_hdr	 ip6;
	u_int		 ecn = FZ_ARG(fp->fp_op) & 3;

	if (v6) {
		memset(&ip6, 0, sizeof(ip6));
		ip6.ip6_flow = htonl(6u << 28 | ecn << 20);
		ip6.ip6_plen = htons(len);
		ip6.ip6_nxt = proto;
		ip6.ip6_hlim = 64;
		ip6.ip6_src = peer6;
		ip6.ip6_dst = us6;
		memcpy(fp->fp_buf, &ip6, sizeof(ip6));
		return (sizeof(ip6));
	}
	memset(&ip, 0, sizeof(ip));
	ip.ip_v = IPVERSION;
	ip.ip_hl = sizeof(ip) >> 2;
	ip.ip_tos = ecn;
	ip.ip_len = htons(sizeof(ip) + len);
	ip.ip_ttl = 64;
	ip.ip_p = proto;
	ip.ip_src = PEER;
	ip.ip_dst = US;
	memcpy(fp->fp_buf, &ip, sizeof(ip));
	return (sizeof(ip));
}

/* ESP at p with that text, which has room behind; its length. */
static u_int
seal_esp(u_int n, u_int how, u_int arg, uint8_t *p, const uint8_t *text,
    u_int len)
{
	return (kk_esp(in[n], number(n, how, arg), p, text, len,
	    how & HOW_TRAILER ? nexts[HOW_NEXT(how)] : KK_RAW));
}

/* What happens to it on the way: is it another packet now? */
static int
damage(u_int how, u_int arg, uint8_t *p, u_int *lenp)
{
	if ((how & HOW_CUT) && arg != 0) {
		*lenp -= MIN(arg, *lenp);
		return (1);
	}
	if ((how & HOW_FLIP) && *lenp > 0) {
		p[arg % *lenp] ^= 1 << (arg & 7);
		return (1);
	}
	return (0);
}

static void
receive(struct fuzz_pkt *fp, int damaged)
{
	uint64_t	 before = 0;

	fp->fp_op &= ~FZ_OTHER;
	if (damaged) {
		kt_settle();
		before = passed();
	}
	fuzz_rx(fp);
	if (damaged) {
		kt_settle();
		KT_EQ(passed(), before);
	}
}

/* Is it a whole packet?  Then it comes in. */
static int
whole(struct fuzz_pkt *fp)
{
	if ((fp->fp_op & FZ_OTHER) == 0 && fp->fp_len >= 3)
		return (0);
	receive(fp, 0);
	return (1);
}

FUZZ(esp, gateway_init, "ESP")
{
	static struct fuzz_pkt	 fp, pkt;
	struct fuzz_in		 fi = { data, size };
	u_int			 arg, hlen, how, len, n;
	int			 bad;

	while (fuzz_record(&fi, &fp)) {
		if (whole(&fp))
			continue;
		n = SA_ESP + fp.fp_buf[0] % (SA_AH - SA_ESP);
		how = fp.fp_buf[1];
		arg = fp.fp_buf[2];
		pkt.fp_op = fp.fp_op;
		hlen = kinds[n].v6 ? 40 : 20;
		len = seal_esp(n, how, arg, pkt.fp_buf + hlen, fp.fp_buf + 3,
		    MIN(fp.fp_len - 3, TEXT_MAX));
		bad = damage(how, arg, pkt.fp_buf + hlen, &len);
		pkt.fp_len = outer(&pkt, kinds[n].v6, IPPROTO_ESP, len) + len;
		receive(&pkt, bad);
	}
	forget();
}

/* Options of so many words behind the header, out of the text. */
static u_int
ah_options(struct fuzz_pkt *fp, int v6, u_int words, const uint8_t *text)
{
	if (v6) {
		memcpy(fp->fp_buf + 40, text, words * 8);
		fp->fp_buf[40] = IPPROTO_AH;
		fp->fp_buf[41] = words - 1;
		fp->fp_buf[6] = IPPROTO_HOPOPTS;
		return (words * 8);
	}
	memcpy(fp->fp_buf + 20, text, words * 4);
	fp->fp_buf[0] += words;
	return (words * 4);
}

FUZZ(ah, gateway_init, "AH")
{
	static struct fuzz_pkt	 fp, pkt;
	struct fuzz_in		 fi = { data, size };
	u_int			 ahlen, arg, hlen, how, len, n, olen, words;
	uint64_t		 seq;
	int			 bad, v6;
	uint8_t			*p, *text;

	while (fuzz_record(&fi, &fp)) {
		if (whole(&fp))
			continue;
		n = SA_AH + fp.fp_buf[0] % (SA_IPCOMP - SA_AH);
		how = fp.fp_buf[1];
		arg = fp.fp_buf[2];
		v6 = kinds[n].v6;
		text = fp.fp_buf + 3;
		len = MIN(fp.fp_len - 3, TEXT_MAX);
		words = HOW_WORDS(how);
		olen = words * (v6 ? 8 : 4);
		ahlen = ah_hdrlen(in[n], v6 ? AF_INET6 : AF_INET);
		if (len < olen + 1)
			continue;
		pkt.fp_op = fp.fp_op;
		hlen = outer(&pkt, v6, IPPROTO_AH, ahlen + len - 1);
		if (words != 0)
			hlen += ah_options(&pkt, v6, words, text);
		text += olen;
		len -= olen;
		p = pkt.fp_buf + hlen;
		memset(p, 0, ahlen);
		p[0] = how & HOW_TRAILER ? nexts[text[0] % 8] : text[0];
		p[1] = ahlen / 4 - 2;
		be32enc(p + 4, SPI + n);
		seq = number(n, how, arg);
		be32enc(p + 8, (uint32_t)seq);
		memcpy(p + ahlen, text + 1, len - 1);
		kk_ah(in[n], seq, pkt.fp_buf, hlen + ahlen + len - 1, hlen);
		len = ahlen + len - 1;
		bad = damage(how, arg, p, &len);
		pkt.fp_len = hlen + len;
		be16enc(pkt.fp_buf + (v6 ? 4 : 2), pkt.fp_len - (v6 ? 40 : 0));
		receive(&pkt, bad);
	}
	forget();
}

FUZZ(ipcomp, gateway_init, "IPcomp")
{
	static struct fuzz_pkt	 fp, pkt;
	struct fuzz_in		 fi = { data, size };
	u_int			 hlen, how, len, n, clen;
	uint8_t			*p;

	while (fuzz_record(&fi, &fp)) {
		if (whole(&fp))
			continue;
		n = SA_IPCOMP + fp.fp_buf[0] % (nitems(kinds) - SA_IPCOMP);
		how = fp.fp_buf[1];
		len = MIN(fp.fp_len - 3, TEXT_MAX);
		hlen = kinds[n].v6 ? 40 : 20;
		p = pkt.fp_buf + hlen;
		p[0] = nexts[HOW_NEXT(how)];
		p[1] = fp.fp_buf[2];
		be16enc(p + 2, SPI + n);
		memcpy(p + IPCOMP_HLEN, fp.fp_buf + 3, len);
		if (how & HOW_TRAILER) {
			NET_LOCK();
			if (deflate_block(fp.fp_buf + 3, len, p +
			    IPCOMP_HLEN, FZ_MAXPKT - 60, &clen) == 0)
				len = clen;
			NET_UNLOCK();
		}
		len += IPCOMP_HLEN;
		if (how & HOW_CUT)
			len -= MIN(len, fp.fp_buf[2]);
		pkt.fp_op = fp.fp_op;
		pkt.fp_len = outer(&pkt, kinds[n].v6, IPPROTO_IPCOMP, len) +
		    len;
		receive(&pkt, 0);
	}
	forget();
}

/* UDP in front of what lies at hlen + 8. */
static void
udp_header(struct fuzz_pkt *fp, int v6, u_int sport, u_int len)
{
	u_int	 hlen;

	hlen = outer(fp, v6, IPPROTO_UDP, UDP_HLEN + len);
	be16enc(fp->fp_buf + hlen, sport);
	be16enc(fp->fp_buf + hlen + 2, NATT);
	be16enc(fp->fp_buf + hlen + 4, UDP_HLEN + len);
	be16enc(fp->fp_buf + hlen + 6, v6);	/* none, or to be made */
	fp->fp_len = hlen + UDP_HLEN + len;
	fp->fp_csum = 0;
	if (fp->fp_op & FZ_TRAIN)
		fp->fp_csum = M_UDP_SEG | M_UDP_CSUM_OUT | M_UDP_CSUM_IN_OK;
}

FUZZ(udpencap, gateway_init, "ESP in UDP")
{
	static struct fuzz_pkt	 fp, pkt;
	struct fuzz_in		 fi = { data, size };
	u_int			 arg, hlen, how, i, len, n, off, room;
	int			 bad = 0;

	while (fuzz_record(&fi, &fp)) {
		pkt.fp_op = fp.fp_op;
		if ((fp.fp_op & FZ_OTHER) || fp.fp_len < 3) {
			len = MIN(fp.fp_len, TEXT_MAX);
			hlen = FZ_ARG(fp.fp_op) & 4 ? 40 : 20;
			memcpy(pkt.fp_buf + hlen + UDP_HLEN, fp.fp_buf, len);
			udp_header(&pkt, hlen == 40, FZ_ARG(fp.fp_op) & 8 ?
			    4711 : NATT, len);
			receive(&pkt, 0);
			continue;
		}
		/* One that is not for UDP, too. */
		n = fp.fp_buf[0] % (SA_AH - SA_UDP + 1);
		n = n == 0 ? SA_ESP : SA_UDP - 1 + n;
		how = fp.fp_buf[1];
		arg = fp.fp_buf[2];
		len = MIN(fp.fp_len - 3, TEXT_MAX);
		off = hlen = (kinds[n].v6 ? 40 : 20) + UDP_HLEN;
		room = PIECE - ESP_HLEN - in[n]->tdb_ivlen -
		    in[n]->tdb_icvlen;
		for (i = 0; i < (fp.fp_op & FZ_TRAIN ? PIECES : 1); i++)
			off += seal_esp(n, how, arg, pkt.fp_buf + off,
			    fp.fp_buf + 3, fp.fp_op & FZ_TRAIN ? MIN(len,
			    room - (how & HOW_TRAILER ? 2 : 0)) : len);
		len = off - hlen;
		if ((fp.fp_op & FZ_TRAIN) == 0)
			bad = damage(how, arg, pkt.fp_buf + hlen, &len);
		udp_header(&pkt, kinds[n].v6, FZ_ARG(fp.fp_op) & 8 ? 4711 :
		    NATT, len);
		receive(&pkt, bad);
		bad = 0;
	}
	forget();
}
