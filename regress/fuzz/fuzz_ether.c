/*
 * Ethernet and ARP.
 *
 *	ether	whole frames; FZ_OTHER: to us, whatever they say; FZ_TRAIN:
 *		together with those that follow
 *	arp	what is behind the Ethernet header; FZ_OTHER: from ourselves;
 *		FZ_RAW: then there are packets for three stations
 *	vnet	a paravirtual card's header, then the frame: what comes out is
 *		received, and is cut as for a card that can do nothing;
 *		FZ_TRAIN, FZ_OTHER: it says more of it than a card could
 */
#include <net/ethertypes.h>
#include <net/if_tso.h>
#include <net/if_vnet.h>

#include "fuzz_packet.h"

/* What a card has received since it was last looked at. */
static void
receive(struct mbuf_list *ml)
{
	if (ml_empty(ml))
		return;
	if_input(kt_ifp(fza), ml);
	kt_settle();
}

FUZZ(ether, fuzz_net_init, "Ethernet frames")
{
	static struct fuzz_pkt	 fp;
	struct fuzz_in		 fi = { data, size };
	struct mbuf_list	 ml = MBUF_LIST_INITIALIZER();

	while (fuzz_record(&fi, &fp)) {
		if ((fp.fp_op & FZ_OTHER) && fp.fp_len >= 6)
			memcpy(fp.fp_buf, fza->ki_ac.ac_enaddr, 6);
		if (!(fp.fp_op & FZ_RAW))
			fuzz_fix_frame(fp.fp_buf, fp.fp_len);
		ml_enqueue(&ml, fuzz_mbuf(&fp));
		if (!(fp.fp_op & FZ_TRAIN))
			receive(&ml);
	}
	receive(&ml);
	fuzz_end();
}

/* Packets to the stations that ARP messages are about. */
static void
ask(void)
{
	u_int	 host;

	for (host = 2; host < 5; host++)
		kt_rx(fzb, kt_icmp(IP(10, 2, 0, 2), IP(10, 1, 0, host),
		    ICMP_ECHO, 0, "\0\0\0\0", 4));
}

FUZZ(arp, fuzz_net_init, "ARP messages")
{
	static struct fuzz_pkt	 fp;
	struct fuzz_in		 fi = { data, size };

	ask();
	while (fuzz_record(&fi, &fp)) {
		fuzz_ether(&fp, ETHERTYPE_ARP);
		if (fp.fp_op & FZ_OTHER)
			memcpy(fp.fp_buf + 6, fza->ki_ac.ac_enaddr, 6);
		kt_rx(fza, fuzz_mbuf(&fp));
		if (fp.fp_op & FZ_RAW)
			ask();
	}
	ask();
	fuzz_end();
}

/* Say more of a frame than a card could. */
static void
pretend(struct mbuf *m, u_int op)
{
	if (op & FZ_TRAIN)
		m->m_pkthdr.csum_flags |= M_IPV4_CSUM_OUT | M_ICMP_CSUM_OUT |
		    M_ICMP6_CSUM_OUT;
	if ((op & FZ_OTHER) && !(m->m_pkthdr.csum_flags & M_UDP_SEG)) {
		m->m_pkthdr.csum_flags |= M_TCP_TSO | M_TCP_CSUM_OUT;
		m->m_pkthdr.ph_mss = FZ_ARG(op) * 64;
	}
}

/* Give a copy of a frame to a card that has some of the capabilities. */
static void
cut(struct mbuf *m, u_int op, u_int capabilities)
{
	struct mbuf_list	 ml = MBUF_LIST_INITIALIZER();
	struct ifnet		*ifp = kt_ifp(fza);
	struct vnet_hdr		 vh;
	u_int			 saved = ifp->if_capabilities;

	(void)m_nsegs(m, 14);
	(void)m_wirelen(m, 14);
	if ((m = m_dup_pkt(m, 0, M_DONTWAIT)) == NULL)
		return;
	pretend(m, op);
	ifp->if_capabilities = capabilities;
	if_tso_prepare(ifp, m, &ml);
	ifp->if_capabilities = saved;
	MBUF_LIST_FOREACH(&ml, m)
		vnet_output(m, &vh);
	ml_purge(&ml);
}

FUZZ(vnet, fuzz_net_init, "frames behind a paravirtual card's header")
{
	static struct fuzz_pkt	 fp;
	struct fuzz_in		 fi = { data, size };
	struct vnet_hdr		 vh;
	struct mbuf		*m;
	u_int			 i;

	while (fuzz_record(&fi, &fp)) {
		if (fp.fp_len < sizeof(vh))
			continue;
		memcpy(&vh, fp.fp_buf, sizeof(vh));
		fp.fp_len -= sizeof(vh);
		memmove(fp.fp_buf, fp.fp_buf + sizeof(vh), fp.fp_len);
		if (fp.fp_len >= 6)
			memcpy(fp.fp_buf, fza->ki_ac.ac_enaddr, 6);
		if (!(fp.fp_op & FZ_RAW))
			fuzz_fix_frame(fp.fp_buf, fp.fp_len);
		if ((m = vnet_input(kt_ifp(fza), fuzz_mbuf(&fp), &vh)) == NULL)
			continue;
		for (i = 0; i < 3; i++)
			cut(m, i == 0 ? fp.fp_op : 0, i == 0 ? 0 :
			    i == 1 ? ~0U : fp.fp_op * 2657U);
		kt_rx(fza, m);
	}
	fuzz_end();
}
