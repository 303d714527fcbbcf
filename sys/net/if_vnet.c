/*
 * Between a paravirtual card's header and the flags of an mbuf, both ways.
 *
 * Every field of a header that comes in is distrusted.  What agrees with the
 * packet's own headers becomes flags of the mbuf; a checksum of some other
 * protocol is finished here and now; the rest is dropped, each reason with
 * its counter in tso_counters[].
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/endian.h>
#include <sys/mbuf.h>

#include <net/if.h>
#include <net/if_var.h>
#include <net/cksum.h>
#include <net/if_tso.h>
#include <net/if_vnet.h>

#define PROTO_TCP	6
#define PROTO_UDP	17
#define TCP_FLAGS	13
#define TCP_CWR		0x80
#define TCP_SUM		16
#define UDP_SUM		6

static struct mbuf *
vnet_drop(struct ifnet *ifp, struct mbuf *m, int why)
{
	tso_counters[why]++;
	ifp->if_ierrors++;
	m_freem(m);
	return (NULL);
}

/* Does the header name the checksum of the transport header at ti_l4? */
static int
vnet_transport(const struct tso_info *ti, const struct vnet_hdr *vh)
{
	if (ti->ti_frag || vh->vh_csum_start != ti->ti_l4)
		return (0);
	return ((ti->ti_proto == PROTO_TCP && vh->vh_csum_offset == TCP_SUM) ||
	    (ti->ti_proto == PROTO_UDP && vh->vh_csum_offset == UDP_SUM));
}

/* Which flag does a large frame get?  0 when its headers disagree. */
static uint32_t
vnet_kind(const struct tso_info *ti, uint8_t type)
{
	if (ti->ti_frag || ti->ti_routing)
		return (0);
	if (type == VNET_GSO_UDP_L4 && ti->ti_proto == PROTO_UDP)
		return (M_UDP_SEG);
	if (type == (ti->ti_version == 4 ? VNET_GSO_TCPV4 : VNET_GSO_TCPV6) &&
	    ti->ti_proto == PROTO_TCP)
		return (M_TCP_TSO);
	return (0);
}

/* Mark a frame whose unfinished transport checksum lies where it should. */
static void
vnet_mark_csum(struct mbuf *m, const struct tso_info *ti)
{
	if (ti->ti_proto == PROTO_TCP)
		m->m_pkthdr.csum_flags |= M_TCP_CSUM_OUT | M_TCP_CSUM_IN_OK;
	else
		m->m_pkthdr.csum_flags |= M_UDP_CSUM_OUT | M_UDP_CSUM_IN_OK;
}

static struct mbuf *
vnet_input_large(struct ifnet *ifp, struct mbuf *m, const struct vnet_hdr *vh)
{
	struct tso_info	 ti;
	uint32_t	 kind;
	u_int		 l3, len;
	uint8_t		 type = vh->vh_gso_type & ~VNET_GSO_ECN;

	if (type != VNET_GSO_TCPV4 && type != VNET_GSO_TCPV6 &&
	    type != VNET_GSO_UDP_L4)
		return (vnet_drop(ifp, m, TSOC_VNET_TYPE));
	if (tso_ether_l3(m, &l3) != 0 || tso_parse(m, l3, &ti) != 0)
		return (vnet_drop(ifp, m, TSOC_VNET_SHORT));
	if ((kind = vnet_kind(&ti, type)) == 0)
		return (vnet_drop(ifp, m, TSOC_VNET_PROTO));
	if ((vh->vh_flags & VNET_F_NEEDS_CSUM) == 0)
		return (vnet_drop(ifp, m, TSOC_VNET_NOCSUM));
	if (!vnet_transport(&ti, vh))
		return (vnet_drop(ifp, m, TSOC_VNET_START));
	len = ti.ti_end - ti.ti_payload;
	if (vh->vh_gso_size == 0 || len / vh->vh_gso_size >= TSO_MAXPIECES)
		return (vnet_drop(ifp, m, TSOC_VNET_SIZE));

	vnet_mark_csum(m, &ti);
	if (len > vh->vh_gso_size) {
		m->m_pkthdr.csum_flags |= kind;
		m->m_pkthdr.ph_mss = vh->vh_gso_size;
	}
	if (ti.ti_end < m->m_pkthdr.len)
		m_adj(m, (int)ti.ti_end - (int)m->m_pkthdr.len);
	return (m);
}

/* Finish a checksum that no flag describes, of whatever protocol. */
static struct mbuf *
vnet_input_other(struct ifnet *ifp, struct mbuf *m, const struct vnet_hdr *vh)
{
	uint16_t	 sum;
	u_int		 at;

	at = (u_int)vh->vh_csum_start + vh->vh_csum_offset;
	if (at + 2 > m->m_pkthdr.len)
		return (vnet_drop(ifp, m, TSOC_VNET_START));
	sum = ~cksum_fold(m_cksum_add(0, m, vh->vh_csum_start,
	    m->m_pkthdr.len - vh->vh_csum_start));
	if (m_copyback(m, at, sizeof(sum), &sum, M_DONTWAIT) != 0)
		return (vnet_drop(ifp, m, TSOC_NOMEM));
	tso_counters[TSOC_VNET_OTHER]++;
	return (m);
}

/*
 * Take over what the header vh, in the byte order of the host, says of the
 * Ethernet frame m, which is nobody else's.
 *
 * Returns the frame; NULL, and the frame is gone and counted as an input
 * error of ifp, when the two disagree.
 */
struct mbuf *
vnet_input(struct ifnet *ifp, struct mbuf *m, const struct vnet_hdr *vh)
{
	struct tso_info	 ti;
	u_int		 l3;

	if (vh->vh_gso_type != VNET_GSO_NONE)
		return (vnet_input_large(ifp, m, vh));
	if (vh->vh_flags & VNET_F_NEEDS_CSUM) {
		if (tso_ether_l3(m, &l3) != 0 ||
		    tso_parse(m, l3, &ti) != 0 || !vnet_transport(&ti, vh))
			return (vnet_input_other(ifp, m, vh));
		vnet_mark_csum(m, &ti);
	} else if (vh->vh_flags & VNET_F_DATA_VALID) {
		/* Only the flag of the protocol that it is will be asked. */
		m->m_pkthdr.csum_flags |= M_TCP_CSUM_IN_OK | M_UDP_CSUM_IN_OK;
	}
	return (m);
}

/*
 * Describe in vh, in the byte order of the host, what is unfinished in the
 * Ethernet frame m, which if_tso_prepare() has let pass.
 */
void
vnet_output(struct mbuf *m, struct vnet_hdr *vh)
{
	struct tso_info	 ti;
	uint32_t	 flags = m->m_pkthdr.csum_flags;
	u_int		 l3;
	uint8_t		 th[TCP_FLAGS + 1];

	memset(vh, 0, sizeof(*vh));
	if ((flags & (MCS_SEG | M_TCP_CSUM_OUT | M_UDP_CSUM_OUT)) == 0)
		return;
	if (tso_ether_l3(m, &l3) != 0 || tso_parse(m, l3, &ti) != 0)
		return;
	vh->vh_flags = VNET_F_NEEDS_CSUM;
	vh->vh_csum_start = ti.ti_l4;
	vh->vh_csum_offset = ti.ti_proto == PROTO_TCP ? TCP_SUM : UDP_SUM;
	if ((flags & MCS_SEG) == 0)
		return;
	vh->vh_hdr_len = ti.ti_payload;
	vh->vh_gso_size = m->m_pkthdr.ph_mss;
	if (flags & M_UDP_SEG) {
		vh->vh_gso_type = VNET_GSO_UDP_L4;
		return;
	}
	vh->vh_gso_type = ti.ti_version == 4 ? VNET_GSO_TCPV4 : VNET_GSO_TCPV6;
	m_copydata(m, ti.ti_l4, sizeof(th), th);
	if (th[TCP_FLAGS] & TCP_CWR)
		vh->vh_gso_type |= VNET_GSO_ECN;
}
