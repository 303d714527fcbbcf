/*
 * vio(4): the virtio network card (Virtual I/O Device 1.2, section 5.1), with
 * one pair of queues.
 *
 * Large packets stay large in both directions where the host can (TSO, with
 * checksums left unfinished); a received one lies in several buffers, which
 * are merged into a chain (5.1.6.4, VIRTIO_NET_F_MRG_RXBUF).
 *
 *	receive:  buffers posted --> device fills --> vio_rxeof() --> if_input()
 *	                  ^------------ vio_rxfill() <------'
 *	transmit: vio_start() --> device sends --> vio_txeof() frees
 *	              '--> sc_backlog when the queue is full --'
 *
 * Everything runs in the idle loop's interrupt or under the net lock, never
 * at the same time.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/sockio.h>
#include <sys/task.h>

#include <net/if.h>
#include <net/if_var.h>
#include <net/if_vnet.h>

#include <netinet/in.h>
#include <netinet/if_ether.h>

#include <dev/virtio.h>

#define VIO_F_CSUM		(1ULL << 0)
#define VIO_F_GUEST_CSUM	(1ULL << 1)
#define VIO_F_MTU		(1ULL << 3)
#define VIO_F_MAC		(1ULL << 5)
#define VIO_F_GUEST_TSO4	(1ULL << 7)
#define VIO_F_GUEST_TSO6	(1ULL << 8)
#define VIO_F_GUEST_ECN		(1ULL << 9)
#define VIO_F_HOST_TSO4		(1ULL << 11)
#define VIO_F_HOST_TSO6		(1ULL << 12)
#define VIO_F_HOST_ECN		(1ULL << 13)
#define VIO_F_MRG_RXBUF		(1ULL << 15)
#define VIO_F_STATUS		(1ULL << 16)

#define VIO_WANTED	(VIO_F_CSUM | VIO_F_GUEST_CSUM | VIO_F_MAC |	\
	VIO_F_GUEST_TSO4 | VIO_F_GUEST_TSO6 | VIO_F_HOST_TSO4 |		\
	VIO_F_HOST_TSO6 | VIO_F_GUEST_ECN | VIO_F_HOST_ECN |		\
	VIO_F_MRG_RXBUF | VIO_F_STATUS)

#define VIO_CFG_MAC	0
#define VIO_CFG_STATUS	6
#define  STATUS_LINK_UP	0x1

#define VIO_RXQ		0
#define VIO_TXQ		1

#define VIO_HDRLEN	12		/* struct vio_hdr */
#define VIO_TXSEGS	18		/* most pieces of a packet */
#define VIO_BACKLOG	512		/* packets */
#define VIO_HARDMTU	9000

/* Section 5.1.6: the shared header, then the number of merged buffers. */
struct vio_hdr {
	struct vnet_hdr	 h_vnet;
	uint16_t	 h_num_buffers;
};
CTASSERT(sizeof(struct vio_hdr) == VIO_HDRLEN);

/* A packet that the device is sending. */
struct vio_tx {
	struct vio_hdr	 t_hdr;
	struct mbuf	*t_m;
	struct vio_tx	*t_next;	/* of the free ones */
};

struct vio_softc {
	struct arpcom		 sc_ac;		/* the interface; first */
	struct virtio_device	*sc_vd;
	struct virtqueue	 sc_rxq;
	struct virtqueue	 sc_txq;
	struct mbuf_list	 sc_backlog;
	struct task		 sc_linktask;
	struct vio_tx		*sc_tx;		/* all, one a descriptor */
	struct vio_tx		*sc_txfree;
};

static u_int	 vio_units;

/*
 * Post buffers until the receive queue is full or memory is short; then the
 * next packet that comes tries again.
 */
static void
vio_rxfill(struct vio_softc *sc)
{
	struct mbuf	*m;
	struct vseg	 seg;

	while (sc->sc_rxq.vq_nfree > 0) {
		MGETHDR(m, M_DONTWAIT, MT_DATA);
		if (m == NULL)
			break;
		if (m_clget(m, M_DONTWAIT, MCLBYTES) == NULL) {
			m_freem(m);
			break;
		}
		m->m_len = m->m_pkthdr.len = MCLBYTES;
		seg.vs_addr = mtod(m, void *);
		seg.vs_len = MCLBYTES;
		if (virtq_add(&sc->sc_rxq, &seg, 1, 1, m) != 0) {
			m_freem(m);
			break;
		}
	}
	virtq_kick(&sc->sc_rxq);
}

/*
 * Append the further buffers of a packet.  NULL, all freed, when the device
 * announced more than it delivered.
 */
static struct mbuf *
vio_rxmerge(struct vio_softc *sc, struct mbuf *m, u_int more)
{
	struct mbuf	*n, *tail = m;
	uint32_t	 len;

	while (more-- > 0) {
		if ((n = virtq_take(&sc->sc_rxq, &len)) == NULL) {
			sc->sc_ac.ac_if.if_ierrors++;
			m_freem(m);
			return (NULL);
		}
		m_removehdr(n);
		n->m_len = len;
		m->m_pkthdr.len += len;
		tail->m_next = n;
		tail = n;
	}
	return (m);
}

static void
vio_rxeof(struct vio_softc *sc)
{
	struct ifnet		*ifp = &sc->sc_ac.ac_if;
	struct mbuf_list	 ml = MBUF_LIST_INITIALIZER();
	struct vio_hdr		 h;
	struct mbuf		*m;
	uint32_t		 len;

	while ((m = virtq_take(&sc->sc_rxq, &len)) != NULL) {
		if (len < VIO_HDRLEN) {
			ifp->if_ierrors++;
			m_freem(m);
			continue;
		}
		m->m_len = m->m_pkthdr.len = len;
		memcpy(&h, mtod(m, void *), VIO_HDRLEN);
		if (h.h_num_buffers > 1 && (m = vio_rxmerge(sc, m,
		    h.h_num_buffers - 1)) == NULL)
			continue;
		m_adj(m, VIO_HDRLEN);
		if ((ifp->if_flags & IFF_RUNNING) == 0) {
			m_freem(m);
			continue;
		}
		if ((m = vnet_input(ifp, m, &h.h_vnet)) != NULL)
			ml_enqueue(&ml, m);
	}
	if (!ml_empty(&ml))
		if_input(ifp, &ml);
	vio_rxfill(sc);
}

static void
vio_txeof(struct vio_softc *sc)
{
	struct vio_tx	*t;
	uint32_t	 len;

	while ((t = virtq_take(&sc->sc_txq, &len)) != NULL) {
		m_freem(t->t_m);
		t->t_m = NULL;
		t->t_next = sc->sc_txfree;
		sc->sc_txfree = t;
	}
}

/* The pieces of a packet; 0 when there are more than VIO_TXSEGS. */
static u_int
vio_segments(struct vio_tx *t, struct mbuf *m, struct vseg *seg)
{
	u_int	 n = 1;

	seg[0].vs_addr = &t->t_hdr;
	seg[0].vs_len = VIO_HDRLEN;
	for (; m != NULL; m = m->m_next) {
		if (m->m_len == 0)
			continue;
		if (n == VIO_TXSEGS)
			return (0);
		seg[n].vs_addr = mtod(m, void *);
		seg[n].vs_len = m->m_len;
		n++;
	}
	return (n);
}

/*
 * Give one packet to the device.  Returns ENOBUFS, and the packet is still
 * the caller's, when the queue is full; 0 when it was sent or had to go.
 */
static int
vio_encap(struct vio_softc *sc, struct mbuf *m)
{
	struct vseg	 seg[VIO_TXSEGS];
	struct vio_tx	*t = sc->sc_txfree;
	u_int		 n;

	if (t == NULL || sc->sc_txq.vq_nfree < VIO_TXSEGS)
		return (ENOBUFS);
	memset(&t->t_hdr, 0, sizeof(t->t_hdr));
	vnet_output(m, &t->t_hdr.h_vnet);
	if ((n = vio_segments(t, m, seg)) == 0 &&
	    (m_defrag(m, M_DONTWAIT) != 0 ||
	    (n = vio_segments(t, m, seg)) == 0)) {
		sc->sc_ac.ac_if.if_oerrors++;
		m_freem(m);
		return (0);
	}
	if (virtq_add(&sc->sc_txq, seg, n, 0, t) != 0)
		return (ENOBUFS);
	sc->sc_txfree = t->t_next;
	t->t_m = m;
	return (0);
}

/* Send what waits, as far as the queue has room. */
static void
vio_txdrain(struct vio_softc *sc)
{
	struct mbuf	*m;

	while ((m = MBUF_LIST_FIRST(&sc->sc_backlog)) != NULL) {
		ml_dequeue(&sc->sc_backlog);
		if (vio_encap(sc, m) != 0) {
			/* Back to the head of the line. */
			struct mbuf_list ml = MBUF_LIST_INITIALIZER();

			ml_enqueue(&ml, m);
			ml_enlist(&ml, &sc->sc_backlog);
			sc->sc_backlog = ml;
			break;
		}
	}
	virtq_kick(&sc->sc_txq);
	virtq_intr(&sc->sc_txq, !ml_empty(&sc->sc_backlog));
	/* Room that came between the last look and the request. */
	if (!ml_empty(&sc->sc_backlog))
		vio_txeof(sc);
}

/* Consumes the batch. */
static void
vio_start(struct ifnet *ifp, struct mbuf_list *ml)
{
	struct vio_softc *sc = ifp->if_softc;
	struct mbuf	*m;

	vio_txeof(sc);
	ml_enlist(&sc->sc_backlog, ml);
	vio_txdrain(sc);
	while (ml_len(&sc->sc_backlog) > VIO_BACKLOG) {
		m = ml_dequeue(&sc->sc_backlog);
		ifp->if_oqdrops++;
		m_freem(m);
	}
}

/* The task of a change of the link; needs the net lock, which may sleep. */
static void
vio_link(void *arg)
{
	struct vio_softc *sc = arg;
	struct virtio_device *vd = sc->sc_vd;
	struct ifnet	*ifp = &sc->sc_ac.ac_if;
	int		 state = LINK_STATE_FULL_DUPLEX;

	if ((vd->vd_features & VIO_F_STATUS) &&
	    !(vd->vd_ops->vo_config(vd->vd_cookie, VIO_CFG_STATUS) &
	    STATUS_LINK_UP))
		state = LINK_STATE_DOWN;
	NET_LOCK();
	if (ifp->if_link_state != state) {
		ifp->if_link_state = state;
		if_link_state_change(ifp);
	}
	NET_UNLOCK();
}

static void
vio_intr(void *arg, u_int why)
{
	struct vio_softc *sc = arg;

	if (why & VIRTIO_ISR_CONFIG)
		task_add(systq, &sc->sc_linktask);
	if (why & VIRTIO_ISR_QUEUE) {
		vio_rxeof(sc);
		vio_txeof(sc);
		if (!ml_empty(&sc->sc_backlog))
			vio_txdrain(sc);
	}
}

static int
vio_ioctl(struct ifnet *ifp, u_long cmd, caddr_t data)
{
	int	 error = 0;

	switch (cmd) {
	case SIOCSIFADDR:
		ifp->if_flags |= IFF_UP;
		/* FALLTHROUGH */
	case SIOCSIFFLAGS:
		if (ifp->if_flags & IFF_UP)
			ifp->if_flags |= IFF_RUNNING;
		else
			ifp->if_flags &= ~IFF_RUNNING;
		break;
	default:
		error = ether_ioctl(ifp, cmd, data);
		break;
	}
	return (error);
}

static int
vio_queues(struct vio_softc *sc)
{
	struct virtio_device *vd = sc->sc_vd;
	size_t		 len;
	u_int		 i;
	int		 error;

	if ((error = virtq_init(vd, &sc->sc_rxq, VIO_RXQ)) != 0 ||
	    (error = virtq_init(vd, &sc->sc_txq, VIO_TXQ)) != 0)
		return (error);
	len = sc->sc_txq.vq_size * sizeof(*sc->sc_tx);
	sc->sc_tx = malloc(len, M_DEVBUF, M_WAITOK | M_ZERO);
	for (i = 0; i < sc->sc_txq.vq_size; i++) {
		sc->sc_tx[i].t_next = sc->sc_txfree;
		sc->sc_txfree = &sc->sc_tx[i];
	}
	return (0);
}

static void
vio_capabilities(struct ifnet *ifp, uint64_t features)
{
	if (features & VIO_F_CSUM)
		ifp->if_capabilities |= IFCAP_CSUM_TCPv4 | IFCAP_CSUM_UDPv4 |
		    IFCAP_CSUM_TCPv6 | IFCAP_CSUM_UDPv6;
	if (features & VIO_F_HOST_TSO4)
		ifp->if_capabilities |= IFCAP_TSOv4;
	if (features & VIO_F_HOST_TSO6)
		ifp->if_capabilities |= IFCAP_TSOv6;
	if (features & (VIO_F_GUEST_TSO4 | VIO_F_GUEST_TSO6))
		ifp->if_capabilities |= IFCAP_LRO;
}

static void
vio_ifattach(struct vio_softc *sc)
{
	struct ifnet		*ifp = &sc->sc_ac.ac_if;
	struct virtio_device	*vd = sc->sc_vd;
	u_int			 i;

	snprintf(ifp->if_xname, sizeof(ifp->if_xname), "vio%u", vio_units++);
	ifp->if_softc = sc;
	ifp->if_flags = IFF_BROADCAST | IFF_SIMPLEX | IFF_MULTICAST;
	ifp->if_hardmtu = VIO_HARDMTU;
	ifp->if_ioctl = vio_ioctl;
	ifp->if_start_list = vio_start;
	vio_capabilities(ifp, vd->vd_features);
	if (vd->vd_features & VIO_F_MAC) {
		for (i = 0; i < ETHER_ADDR_LEN; i++)
			sc->sc_ac.ac_enaddr[i] = vd->vd_ops->vo_config(
			    vd->vd_cookie, VIO_CFG_MAC + i);
	} else
		ether_fakeaddr(ifp);
	if_attach(ifp);
	ether_ifattach(ifp);
	printf("%s: address %s\n", ifp->if_xname,
	    ether_sprintf(sc->sc_ac.ac_enaddr));
}

/*
 * Attach a card that a transport found; it becomes the next vioN.
 * Returns 0, or the error that ended it, with the device given up.
 */
int
vio_attach(struct virtio_device *vd)
{
	struct vio_softc *sc;
	int		 error;

	if ((error = virtio_begin(vd, VIO_WANTED)) != 0)
		return (error);
	sc = malloc(sizeof(*sc), M_DEVBUF, M_WAITOK | M_ZERO);
	sc->sc_vd = vd;
	ml_init(&sc->sc_backlog);
	task_set(&sc->sc_linktask, vio_link, sc);
	if ((error = vio_queues(sc)) != 0) {
		virtio_fail(vd);
		free(sc, M_DEVBUF, sizeof(*sc));
		return (error);
	}
	vd->vd_softc = sc;
	vd->vd_intr = vio_intr;
	vio_ifattach(sc);
	virtio_finish(vd);
	virtq_intr(&sc->sc_txq, 0);
	vio_rxfill(sc);
	vio_link(sc);
	return (0);
}
