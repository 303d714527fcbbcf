/*
 * bpf(4), the drivers' side: which interfaces there are to listen to, and how
 * packets get to listeners.
 *
 * A packet is never put together for a filter: it is shown as a view, which
 * is a link header or rebuilt headers, followed by the mbuf chain.  What is
 * caught is copied once, into the listener's buffer.
 *
 * Listeners see packets as they are on the wire, whatever the card does for
 * us.  A large packet (if_tso.h) is shown as the pieces that it will be cut
 * into, or has been merged from, each with headers of its own; a checksum
 * that a card has still to finish is finished in what is shown, once a filter
 * looks at it or takes the packet.  Both happen on the stack and leave the
 * packet alone.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <net/bpf.h>
#include <net/bpf_var.h>
#include <net/cksum.h>
#include <net/if_tso.h>
#include <net/if_types.h>
#include <net/if_var.h>

#define ETH_ADDRS	12		/* bytes in front of the type */
#define ETH_HLEN	14
#define ETH_TAGLEN	4
#define ETYPE_VLAN	0x8100

#define NO_L3		((u_int)-1)	/* no IP packet in there */
#define HDR_ROOM	512		/* longest headers rebuilt */
#define LINK_ROOM	64		/* longest link header before them */

/* Where the transport checksums are (RFC 9293, 768, 792, 4443). */
#define PROTO_ICMP	1
#define PROTO_TCP	6
#define PROTO_UDP	17
#define PROTO_ICMPV6	58
#define IP4_SUM		10

static struct bpf_iflist bpf_iflist = TAILQ_HEAD_INITIALIZER(bpf_iflist);

/*
 * Views.
 */

static void
store_sum(u_int8_t *p, u_int64_t sum)
{
	u_int16_t	 v = ~cksum_fold(sum);

	memcpy(p, &v, sizeof(v));
}

/* Finish the checksum, which costs a look at all of the payload. */
static void
view_finish(const struct bpf_view *bv)
{
	struct bpf_late	*bl = bv->bv_late;
	u_int8_t	*p;
	u_int64_t	 sum;

	if (bl == NULL || !bl->bl_due)
		return;
	bl->bl_due = 0;
	p = (u_int8_t *)(uintptr_t)bv->bv_hdr + bl->bl_at;
	sum = cksum_add(m_cksum_add(0, bv->bv_m, bl->bl_off, bl->bl_len),
	    bl->bl_th, bl->bl_thlen);
	store_sum(p, sum);
	if (bl->bl_udp && p[0] == 0 && p[1] == 0)
		p[0] = p[1] = 0xff;
}

/* Copy n bytes from offset k on; all of them are there. */
static void
view_copy(const struct bpf_view *bv, u_int k, u_int n, caddr_t to)
{
	u_int	 c;

	if (k < bv->bv_hdrlen) {
		c = MIN(n, bv->bv_hdrlen - k);
		memcpy(to, bv->bv_hdr + k, c);
		k += c;
		to += c;
		n -= c;
	}
	if (n > 0)
		m_copydata(bv->bv_m, k - bv->bv_hdrlen + bv->bv_off, n, to);
}

/* The n bytes at offset k, where they are or in tmp; NULL beyond the end. */
static const u_int8_t *
view_at(const struct bpf_view *bv, u_int32_t k, u_int n, u_int8_t *tmp)
{
	const struct mbuf	*m;
	u_int			 off;

	if (k > bv->bv_len || n > bv->bv_len - k)
		return (NULL);
	if (bv->bv_late != NULL && k < bv->bv_late->bl_at + 2 &&
	    k + n > bv->bv_late->bl_at)
		view_finish(bv);
	if (k + n <= bv->bv_hdrlen)
		return (bv->bv_hdr + k);
	if (k >= bv->bv_hdrlen) {
		off = k - bv->bv_hdrlen + bv->bv_off;
		for (m = bv->bv_m; off >= m->m_len; m = m->m_next)
			off -= m->m_len;
		if (n <= m->m_len - off)
			return (mtod(m, const u_int8_t *) + off);
	}
	view_copy(bv, k, n, (caddr_t)tmp);
	return (tmp);
}

static u_int32_t
view_ldw(const void *pkt, u_int32_t k, int *err)
{
	u_int8_t	 tmp[4];
	const u_int8_t	*p = view_at(pkt, k, 4, tmp);

	*err = p == NULL;
	return (p == NULL ? 0 : be32dec(p));
}

static u_int32_t
view_ldh(const void *pkt, u_int32_t k, int *err)
{
	u_int8_t	 tmp[2];
	const u_int8_t	*p = view_at(pkt, k, 2, tmp);

	*err = p == NULL;
	return (p == NULL ? 0 : be16dec(p));
}

static u_int32_t
view_ldb(const void *pkt, u_int32_t k, int *err)
{
	u_int8_t	 tmp[1];
	const u_int8_t	*p = view_at(pkt, k, 1, tmp);

	*err = p == NULL;
	return (p == NULL ? 0 : *p);
}

/* How the filter machine reads a struct bpf_view. */
const struct bpf_ops bpf_view_ops = { view_ldw, view_ldh, view_ldb };

/*
 * Run a validated program on the packet m, which was wirelen bytes long.
 */
u_int
bpf_mfilter(const struct bpf_insn *pc, const struct mbuf *m, u_int wirelen)
{
	struct bpf_view	 bv = { NULL, 0, 0, m, m_length(m), NULL };

	return (_bpf_filter(pc, &bpf_view_ops, &bv, wirelen));
}

/*
 * Catching.
 */

/* Make room for total bytes in the store; 0 when there is none. */
static int
catch_room(struct bpf_d *d, u_int total)
{
	if (total <= d->bd_bufsize &&
	    BPF_WORDALIGN(d->bd_slen) <= d->bd_bufsize - total)
		return (1);
	if (d->bd_fbuf == NULL) {
		d->bd_dcount++;
		d->bd_lost++;
		return (0);
	}
	bpf_rotate(d);
	bpf_wakeup(d);
	return (1);
}

/* Something is in the store: whom does that concern? */
static void
catch_tell(struct bpf_d *d)
{
	if (d->bd_wtout == INFSLP || d->bd_wait != BPF_W_IDLE) {
		if (d->bd_wait == BPF_W_DONE)
			bpf_wakeup(d);
		return;
	}
	if (d->bd_wtout == 0) {
		d->bd_wait = BPF_W_DONE;
		bpf_wakeup(d);
		return;
	}
	d->bd_wait = BPF_W_WAIT;
	timeout_add_nsec(&d->bd_wait_to, d->bd_wtout);
}

/* Store up to snaplen bytes of the packet, which m's header describes. */
static void
bpf_catch(struct bpf_d *d, const struct bpf_view *bv, u_int snaplen,
    const struct mbuf *m, u_int dir)
{
	struct bpf_hdr	 bh;
	struct timeval	 tv;
	u_int		 hlen = d->bd_bif->bif_hdrlen, off;

	snaplen = MIN(snaplen, bv->bv_len);
	snaplen = MIN(snaplen, d->bd_bufsize - MIN(hlen, d->bd_bufsize));
	if (hlen > d->bd_bufsize || !catch_room(d, hlen + snaplen)) {
		if (hlen > d->bd_bufsize)
			d->bd_dcount++;
		return;
	}
	memset(&bh, 0, sizeof(bh));
	if (m != NULL) {
		m_microtime(m, &tv);
		bh.bh_ifidx = m->m_pkthdr.ph_ifidx;
		bh.bh_flags = m->m_pkthdr.pf.prio & BPF_F_PRI_MASK;
		if (m->m_pkthdr.csum_flags & M_FLOWID) {
			bh.bh_flowid = m->m_pkthdr.ph_flowid;
			bh.bh_flags |= BPF_F_FLOWID;
		}
	} else
		microtime(&tv);
	bh.bh_tstamp.tv_sec = tv.tv_sec;
	bh.bh_tstamp.tv_usec = tv.tv_usec;
	bh.bh_caplen = snaplen;
	bh.bh_datalen = bv->bv_len;
	bh.bh_hdrlen = hlen;
	bh.bh_flags |= dir << BPF_F_DIR_SHIFT;
	bh.bh_drops = MIN(d->bd_lost, 255);
	d->bd_lost = 0;
	off = BPF_WORDALIGN(d->bd_slen);
	memset(d->bd_sbuf + d->bd_slen, 0, off - d->bd_slen);
	memcpy(d->bd_sbuf + off, &bh, sizeof(bh));
	memset(d->bd_sbuf + off + sizeof(bh), 0, hlen - sizeof(bh));
	view_finish(bv);
	view_copy(bv, 0, snaplen, d->bd_sbuf + off + hlen);
	d->bd_slen = off + hlen + snaplen;
	catch_tell(d);
}

/* Show one packet to all who listen; 1 when somebody wants it dropped. */
static int
bpf_show(struct bpf_if *bif, const struct bpf_view *bv, const struct mbuf *m,
    u_int dir)
{
	struct bpf_d	*d;
	u_int		 slen;
	int		 drop = 0;

	LIST_FOREACH(d, &bif->bif_dlist, bd_next) {
		d->bd_rcount++;
		if (d->bd_dirfilt & dir)
			continue;
		slen = _bpf_filter(d->bd_rfilter, &bpf_view_ops, bv,
		    bv->bv_len);
		if (slen == 0)
			continue;
		if (d->bd_fildrop != BPF_FILDROP_PASS)
			drop = 1;
		if (d->bd_fildrop != BPF_FILDROP_DROP)
			bpf_catch(d, bv, slen, m, dir);
	}
	return (drop);
}

/*
 * Packets that are not yet what they will be on the wire.
 */

/* A packet's headers, copied to be changed. */
struct rebuilt {
	struct tso_info	 rb_ti;
	u_int		 rb_link;	/* bytes of link header before them */
	u_int8_t	 rb_buf[LINK_ROOM + ETH_TAGLEN + HDR_ROOM];
};

/* The transport checksum: offset in its header and flag; 0 for none. */
static u_int
sum_place(const struct tso_info *ti, u_int *flag)
{
	switch (ti->ti_frag ? 0 : ti->ti_proto) {
	case PROTO_TCP:
		*flag = M_TCP_CSUM_OUT;
		return (16);
	case PROTO_UDP:
		*flag = M_UDP_CSUM_OUT;
		return (6);
	case PROTO_ICMP:
		*flag = M_ICMP_CSUM_OUT;
		return (2);
	case PROTO_ICMPV6:
		*flag = M_ICMP6_CSUM_OUT;
		return (2);
	}
	return (0);
}

/* Finish the IPv4 header at ip. */
static void
finish_ip4(u_int8_t *ip, const struct tso_info *ti, u_int flags)
{
	if ((flags & M_IPV4_CSUM_OUT) == 0 || ti->ti_version != 4)
		return;
	memset(ip + IP4_SUM, 0, 2);
	store_sum(ip + IP4_SUM, cksum_add(0, ip, ti->ti_l4 - ti->ti_l3));
}

/*
 * If flags name it, the transport checksum of the headers at p is to be
 * finished: the payload is len bytes of m from off on.
 */
static void
finish_late(struct bpf_view *bv, struct bpf_late *bl, u_int8_t *p,
    const struct tso_info *ti, u_int flags, u_int off, u_int len)
{
	u_int	 flag = 0, place = sum_place(ti, &flag);

	bv->bv_late = NULL;
	if (place == 0 || (flags & flag) == 0)
		return;
	bl->bl_th = p + ti->ti_l4;
	bl->bl_at = bl->bl_th + place - bv->bv_hdr;
	bl->bl_thlen = ti->ti_payload - ti->ti_l4;
	bl->bl_off = off;
	bl->bl_len = len;
	bl->bl_udp = ti->ti_proto == PROTO_UDP;
	bl->bl_due = 1;
	bv->bv_late = bl;
}

/* The tag that the card puts in or has taken out: bytes that are more. */
static u_int
put_tag(u_int8_t *p, const struct mbuf *m, u_int len)
{
	if ((m->m_flags & M_VLANTAG) == 0 || len < ETH_ADDRS)
		return (0);
	memmove(p + ETH_ADDRS + ETH_TAGLEN, p + ETH_ADDRS, len - ETH_ADDRS);
	be16enc(p + ETH_ADDRS, ETYPE_VLAN);
	be16enc(p + ETH_ADDRS + 2, m->m_pkthdr.ether_vtag);
	return (ETH_TAGLEN);
}

/* Show the pieces of a large packet. */
static int
show_pieces(struct bpf_if *bif, struct rebuilt *rb, const struct mbuf *m,
    u_int dir)
{
	const struct tso_info	*ti = &rb->rb_ti;
	struct bpf_view		 bv = { rb->rb_buf, 0, 0, m, 0, NULL };
	struct bpf_late		 late;
	u_int8_t		*p = rb->rb_buf + rb->rb_link;
	u_int			 i, len, off, tag, total;
	int			 drop = 0;

	total = ti->ti_end - ti->ti_payload;
	for (i = off = 0; off < total; i++, off += len) {
		len = MIN(m->m_pkthdr.ph_mss, total - off);
		m_copydata(m, 0, ti->ti_payload, p);
		tso_piece_headers(p, ti, i, off, len, off + len == total);
		tag = put_tag(p, m, ti->ti_payload);
		bv.bv_hdrlen = rb->rb_link + ti->ti_payload + tag;
		bv.bv_off = ti->ti_payload + off;
		finish_late(&bv, &late, p + tag, ti, MCS_OUT, bv.bv_off, len);
		bv.bv_len = bv.bv_hdrlen + len;
		drop |= bpf_show(bif, &bv, m, dir);
	}
	return (drop);
}

/* May it be cut as if_tso.c would? */
static int
is_large(const struct mbuf *m, const struct tso_info *ti)
{
	u_int	 proto, mss = m->m_pkthdr.ph_mss;

	if ((m->m_pkthdr.csum_flags & MCS_SEG) == 0 || mss == 0)
		return (0);
	proto = m->m_pkthdr.csum_flags & M_TCP_TSO ? PROTO_TCP : PROTO_UDP;
	return (ti->ti_proto == proto && !ti->ti_frag && !ti->ti_routing &&
	    ti->ti_end > ti->ti_payload &&
	    (ti->ti_end - ti->ti_payload) / mss < TSO_MAXPIECES);
}

/* Find the headers of the packet at offset l3, if they can be rebuilt. */
static int
find_headers(const struct mbuf *m, u_int l3, struct tso_info *ti)
{
	/* The parser only looks, but is not written for const packets. */
	return (l3 != NO_L3 &&
	    tso_parse((struct mbuf *)(uintptr_t)m, l3, ti) == 0 &&
	    ti->ti_payload <= HDR_ROOM);
}

/*
 * Show a packet with unfinished checksums, large or with its tag aside; link
 * is what goes in front of m, and its IP header is at offset l3.
 */
static int __attribute__((__noinline__))
show_rebuilt(struct bpf_if *bif, const void *link, u_int linklen,
    const struct mbuf *m, u_int l3, u_int dir)
{
	struct rebuilt	 rb;
	struct bpf_view	 bv = { rb.rb_buf, 0, 0, m, 0, NULL };
	struct bpf_late	 late;
	u_int8_t	*p = rb.rb_buf + linklen;
	u_int		 flags = m->m_pkthdr.csum_flags, n, tag;
	int		 found;

	rb.rb_link = linklen;
	if (linklen > 0)
		memcpy(rb.rb_buf, link, linklen);
	found = find_headers(m, l3, &rb.rb_ti);
	if (found && is_large(m, &rb.rb_ti))
		return (show_pieces(bif, &rb, m, dir));
	if (found)
		n = rb.rb_ti.ti_payload;
	else
		n = MIN(m->m_flags & M_VLANTAG ? ETH_ADDRS : 0,
		    m->m_pkthdr.len);
	m_copydata(m, 0, n, p);
	if (found)
		finish_ip4(p + l3, &rb.rb_ti, flags);
	tag = put_tag(p, m, n);
	if (found)
		finish_late(&bv, &late, p + tag, &rb.rb_ti, flags, n,
		    rb.rb_ti.ti_end - n);
	bv.bv_off = n;
	bv.bv_hdrlen = linklen + n + tag;
	bv.bv_len = linklen + tag + m->m_pkthdr.len;
	return (bpf_show(bif, &bv, m, dir));
}

/* Show the packet m behind a link header. */
static int
bpf_tap(struct bpf_if *bif, const void *link, u_int linklen,
    const struct mbuf *m, u_int l3, u_int dir)
{
	struct bpf_view	 bv = { link, linklen, 0, m, 0, NULL };

	if (LIST_EMPTY(&bif->bif_dlist))
		return (0);
	if (((m->m_pkthdr.csum_flags & (MCS_SEG | MCS_OUT)) ||
	    (m->m_flags & M_VLANTAG)) && linklen <= LINK_ROOM)
		return (show_rebuilt(bif, link, linklen, m, l3, dir));
	bv.bv_len = linklen + m->m_pkthdr.len;
	return (bpf_show(bif, &bv, m, dir));
}

/*
 * The drivers' calls: see bpf_mtap(9).  All return 1 when a listener asks for
 * the packet to be dropped (BIOCSFILDROP), which is the caller's to do; the
 * packet stays the caller's.
 */

/*
 * A packet as it is, its link header included; for an IP packet without one
 * what is unfinished is finished.
 */
int
bpf_mtap(caddr_t arg, const struct mbuf *m, u_int dir)
{
	struct bpf_if	*bif = (struct bpf_if *)(void *)arg;

	return (bpf_tap(bif, NULL, 0, m,
	    bif->bif_dlt == DLT_RAW ? 0 : NO_L3, dir));
}

/*
 * An IP packet behind hlen bytes of link header at hdr.
 */
int
bpf_mtap_hdr(caddr_t arg, const void *hdr, u_int hlen, const struct mbuf *m,
    u_int dir)
{
	return (bpf_tap((struct bpf_if *)(void *)arg, hdr, hlen, m, 0, dir));
}

/*
 * A packet of family af behind the header of DLT_LOOP or DLT_NULL.
 */
int
bpf_mtap_af(caddr_t arg, u_int32_t af, const struct mbuf *m, u_int dir)
{
	struct bpf_if	*bif = (struct bpf_if *)(void *)arg;
	u_int32_t	 hdr;

	hdr = bif->bif_dlt == DLT_LOOP ? htonl(af) : af;
	return (bpf_tap(bif, &hdr, sizeof(hdr), m, 0, dir));
}

/*
 * An Ethernet frame; a VLAN tag kept beside it is shown in its place.
 */
int
bpf_mtap_ether(caddr_t arg, const struct mbuf *m, u_int dir)
{
	u_int	 l3;

	if (tso_ether_l3((struct mbuf *)(uintptr_t)m, &l3) != 0)
		l3 = NO_L3;
	return (bpf_tap((struct bpf_if *)(void *)arg, NULL, 0, m, l3, dir));
}

/*
 * A packet that pf(4) has logged, behind its hlen bytes of header at hdr.
 */
int
bpf_mtap_pflog(caddr_t arg, const void *hdr, u_int hlen,
    const struct mbuf *m)
{
	return (bpf_mtap_hdr(arg, hdr, hlen, m, BPF_DIRECTION_OUT));
}

/*
 * A header of hlen bytes and a packet of buflen bytes, neither in an mbuf.
 */
int
bpf_tap_hdr(caddr_t arg, const void *hdr, u_int hlen, const void *buf,
    u_int buflen, u_int dir)
{
	struct bpf_view	 bv = { hdr, hlen, 0, NULL, hlen + buflen, NULL };
	struct mbuf	 m;

	/* An mbuf of this moment, around the buffer. */
	m.m_next = NULL;
	m.m_data = (caddr_t)(uintptr_t)buf;
	m.m_len = buflen;
	bv.bv_m = &m;
	return (bpf_show((struct bpf_if *)(void *)arg, &bv, NULL, dir));
}

/* The family of an IP packet whose layer did not say. */
static u_int32_t
packet_af(const struct mbuf *m)
{
	if (m->m_pkthdr.ph_family != 0)
		return (m->m_pkthdr.ph_family);
	if (m->m_len > 0 && *mtod(m, const u_int8_t *) >> 4 == 6)
		return (AF_INET6);
	return (AF_INET);
}

/*
 * What the network's input and output show of every packet, by the link type
 * that listeners of the interface see.  Drivers of other types show theirs.
 */
static int
bpf_mtap_if(caddr_t arg, const struct mbuf *m, u_int dir)
{
	const struct bpf_if	*bif = (const struct bpf_if *)(void *)arg;

	switch (bif->bif_dlt) {
	case DLT_EN10MB:
		return (bpf_mtap_ether(arg, m, dir));
	case DLT_LOOP:
	case DLT_NULL:
		return (bpf_mtap_af(arg, packet_af(m), m, dir));
	case DLT_RAW:
		return (bpf_mtap(arg, m, dir));
	}
	return (0);
}

/*
 * Interfaces.
 */

/*
 * Packets of link type dlt, with link headers of hdrlen bytes, can be had
 * from ifp: *driverp, the argument of bpf_mtap(), is set while somebody
 * listens.  To name a type twice is harmless.
 */
void
bpfattach(caddr_t *driverp, struct ifnet *ifp, u_int dlt, u_int hdrlen)
{
	struct bpf_if	*bif;

	if (bpf_if_dlt(ifp, dlt) != NULL)
		return;
	bif = malloc(sizeof(*bif), M_DEVBUF, M_WAITOK | M_ZERO);
	LIST_INIT(&bif->bif_dlist);
	bif->bif_driverp = driverp;
	bif->bif_ifp = ifp;
	bif->bif_dlt = dlt;
	bif->bif_hdrlen = BPF_WORDALIGN(hdrlen + sizeof(struct bpf_hdr)) -
	    hdrlen;
	*driverp = NULL;
	TAILQ_INSERT_TAIL(&bpf_iflist, bif, bif_next);
}

/*
 * The interface goes: who listens is told, and reads what is left.  Under the
 * net lock.
 */
void
bpfdetach(struct ifnet *ifp)
{
	struct bpf_if	*bif, *next;
	struct bpf_d	*d;

	for (bif = TAILQ_FIRST(&bpf_iflist); bif != NULL; bif = next) {
		next = TAILQ_NEXT(bif, bif_next);
		if (bif->bif_ifp != ifp)
			continue;
		while ((d = LIST_FIRST(&bif->bif_dlist)) != NULL) {
			bpf_detachd(d);
			d->bd_gone = 1;
			bpf_wakeup(d);
		}
		TAILQ_REMOVE(&bpf_iflist, bif, bif_next);
		free(bif, M_DEVBUF, sizeof(*bif));
	}
}

/* What listeners of a new interface will see, by its kind. */
static void
bpf_if_attached(struct ifnet *ifp)
{
	caddr_t	*driverp = &ifp->if_bpf;

	switch (ifp->if_type) {
	case IFT_ETHER:
		bpfattach(driverp, ifp, DLT_EN10MB, ETH_HLEN);
		break;
	case IFT_LOOP:
	case IFT_TUNNEL:
	case IFT_WIREGUARD:
	case IFT_GIF:
		bpfattach(driverp, ifp, DLT_LOOP, sizeof(u_int32_t));
		break;
	}
}

/*
 * The interface of that name, in its first link type; or NULL.
 */
struct bpf_if *
bpf_if_find(const char *name)
{
	struct bpf_if	*bif;

	TAILQ_FOREACH(bif, &bpf_iflist, bif_next)
		if (strncmp(bif->bif_ifp->if_xname, name, IFNAMSIZ) == 0)
			return (bif);
	return (NULL);
}

/*
 * An interface in one of its link types; or NULL.
 */
struct bpf_if *
bpf_if_dlt(const struct ifnet *ifp, u_int dlt)
{
	struct bpf_if	*bif;

	TAILQ_FOREACH(bif, &bpf_iflist, bif_next)
		if (bif->bif_ifp == ifp && bif->bif_dlt == dlt)
			return (bif);
	return (NULL);
}

/*
 * How many link types has it?  The first n are stored.
 */
u_int
bpf_if_dlts(const struct ifnet *ifp, u_int *dlts, u_int n)
{
	struct bpf_if	*bif;
	u_int		 have = 0;

	TAILQ_FOREACH(bif, &bpf_iflist, bif_next) {
		if (bif->bif_ifp != ifp)
			continue;
		if (have < n)
			dlts[have] = bif->bif_dlt;
		have++;
	}
	return (have);
}

/*
 * Listen.  Under the net lock.
 */
void
bpf_attachd(struct bpf_d *d, struct bpf_if *bif)
{
	KASSERT(d->bd_bif == NULL);
	d->bd_bif = bif;
	d->bd_gone = 0;
	LIST_INSERT_HEAD(&bif->bif_dlist, d, bd_next);
	*bif->bif_driverp = (caddr_t)bif;
}

/*
 * Listen no more; what has been caught stays.  Under the net lock.
 */
void
bpf_detachd(struct bpf_d *d)
{
	struct bpf_if	*bif = d->bd_bif;

	if (d->bd_promisc) {
		d->bd_promisc = 0;
		/* A card that has just gone need not obey. */
		(void)ifpromisc(bif->bif_ifp, 0);
	}
	LIST_REMOVE(d, bd_next);
	d->bd_bif = NULL;
	if (LIST_EMPTY(&bif->bif_dlist))
		*bif->bif_driverp = NULL;
}

/*
 * Hook into the network; once at boot, before the first interface.
 */
void
bpf_tap_init(void)
{
	if_bpf_mtap = bpf_mtap_if;
	if_bpf_attach = bpf_if_attached;
	if_bpf_detach = bpfdetach;
}
