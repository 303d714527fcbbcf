/*
 * em: Ethernet cards whose far end is the host (see host_card.h for what
 * that may be).  One driver for all kinds: they differ on the host side.
 *
 * Receiving.  Each of the card's slots has two buffers, and the host scatters
 * a frame over them:
 *
 *	mbuf, cluster of 2 KB			cluster of 64 KB
 *	+------+--------------------------+	+-------------------------+
 *	| room | headers, small packets   |---->| rest of a large packet  |
 *	+------+--------------------------+	+-------------------------+
 *
 * so that nothing is copied and no small packet pins a large cluster.  A very
 * small packet is copied into an mbuf of its own instead, and the slot stays
 * as it is.  A wake-up takes one batch, smaller when packets are large, and
 * returns to the scheduler: the event is level-triggered and comes again.
 *
 * Sending.  The host gathers a frame from its mbufs.  What it has no room for
 * waits in sc_txq until the host says that there is.
 *
 * All upcalls come out of md_idle(), so they only queue; a change of the link
 * is passed on by a task that may take the net lock.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/ioctl.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/sockio.h>
#include <sys/task.h>

#include <net/if.h>
#include <net/if_media.h>
#include <net/if_tso.h>
#include <net/if_types.h>
#include <net/if_var.h>
#include <net/if_vnet.h>
#include <netinet/if_ether.h>

#include "host_card.h"
#include "if_hostvar.h"

#define EM_ROOM		(64 + ETHER_ALIGN)	/* before a received frame */
#define EM_COPYBREAK	72		/* bytes that are cheaper to copy */
#define EM_COPYROOM	(16 + ETHER_ALIGN)
#define EM_MAXCARDS	32
#define EM_MAXVEC	64		/* buffers of a frame to be sent */
#define EM_TXQMAX	256		/* frames that wait for room */
#define EM_BATCHBYTES	(256 * 1024)	/* received in one batch */
#define EM_LARGE	MAXMCLBYTES
#define EM_MINBATCH	4		/* frames */
#define EM_DISCARD	64		/* frames lost at once without memory */

CTASSERT(sizeof(struct host_vnet) == sizeof(struct vnet_hdr));
CTASSERT(EM_COPYROOM + EM_COPYBREAK <= MHLEN);

struct em_slot {
	struct mbuf	*es_small;
	struct mbuf	*es_large;
	struct host_vec	 es_vec[3];	/* [0] is the host's */
};

struct em_softc {
	struct arpcom		 sc_ac;		/* must be first */
	struct host_card	*sc_hc;
	struct host_card_info	 sc_info;
	struct task		 sc_linktask;
	struct em_slot		 sc_slots[HOST_CARD_BATCH];
	struct host_frame	 sc_rxf[HOST_CARD_BATCH];
	int			 sc_batch;	/* frames asked for */
	int			 sc_want;	/* the same, if not large */
	struct host_frame	 sc_txf[HOST_CARD_BATCH];
	struct host_vec		 sc_txv[HOST_CARD_BATCH][1 + EM_MAXVEC];
	struct mbuf_list	 sc_txq;	/* waiting for room */
};

static void	em_ready(void *);
static void	em_link(void *, const struct host_card_info *);

static const struct host_card_upcalls em_upcalls = {
	.cu_ready = em_ready,
	.cu_link = em_link,
};

/* Fold what the host side lost into the interface's counters. */
static void
em_count_drops(struct em_softc *sc)
{
	uint64_t	 drops[2];

	host_card_drops(sc->sc_hc, drops);
	sc->sc_ac.ac_if.if_iqdrops += drops[0];
	sc->sc_ac.ac_if.if_oqdrops += drops[1];
}

/* Give a slot the buffers that it lacks.  0 or ENOBUFS. */
static int
em_fill(struct em_slot *es, struct host_frame *hf)
{
	struct mbuf	*m;

	if (es->es_small == NULL) {
		if ((m = m_gethdr(M_DONTWAIT, MT_DATA)) == NULL)
			return (ENOBUFS);
		if (m_clget(m, M_DONTWAIT, MCLBYTES) == NULL) {
			m_freem(m);
			return (ENOBUFS);
		}
		m->m_data += EM_ROOM;
		es->es_small = m;
		es->es_vec[1].hv_base = mtod(m, void *);
		es->es_vec[1].hv_len = MCLBYTES - EM_ROOM;
	}
	if (es->es_large == NULL) {
		if ((m = m_get(M_DONTWAIT, MT_DATA)) == NULL)
			return (ENOBUFS);
		if (m_clget(m, M_DONTWAIT, EM_LARGE) == NULL) {
			m_free(m);
			return (ENOBUFS);
		}
		es->es_large = m;
		es->es_vec[2].hv_base = mtod(m, void *);
		es->es_vec[2].hv_len = EM_LARGE;
	}
	hf->hf_vec = es->es_vec;
	hf->hf_nvec = 3;
	return (0);
}

static void
em_drain(struct em_softc *sc)
{
	int	 i;

	for (i = 0; i < HOST_CARD_BATCH; i++) {
		m_freem(sc->sc_slots[i].es_small);
		m_freem(sc->sc_slots[i].es_large);
		sc->sc_slots[i].es_small = sc->sc_slots[i].es_large = NULL;
	}
}

/* A small frame: an mbuf of its own, and the slot keeps its buffers. */
static struct mbuf *
em_copy(struct em_slot *es, u_int len)
{
	struct mbuf	*m;

	if ((m = m_gethdr(M_DONTWAIT, MT_DATA)) == NULL)
		return (NULL);
	m->m_data += EM_COPYROOM;
	m->m_len = m->m_pkthdr.len = len;
	memcpy(mtod(m, void *), mtod(es->es_small, void *), len);
	return (m);
}

/* Take the frame of len bytes out of its slot; NULL without memory. */
static struct mbuf *
em_take(struct em_slot *es, u_int len)
{
	struct mbuf	*m;
	u_int		 small = es->es_vec[1].hv_len;

	if (len <= EM_COPYBREAK)
		return (em_copy(es, len));
	m = es->es_small;
	es->es_small = NULL;
	m->m_pkthdr.len = len;
	m->m_len = MIN(len, small);
	if (len > small) {
		m->m_next = es->es_large;
		m->m_next->m_len = len - small;
		es->es_large = NULL;
	}
	return (m);
}

/* The owner wants no large packets: cut and finish what the host passed. */
static void
em_unload(struct mbuf *m, struct mbuf_list *ml)
{
	struct mbuf_list pieces = MBUF_LIST_INITIALIZER();
	u_int		 l3;

	if ((m->m_pkthdr.csum_flags & (MCS_OUT | MCS_SEG)) == 0 ||
	    tso_ether_l3(m, &l3) != 0) {
		ml_enqueue(ml, m);
		return;
	}
	if ((m->m_pkthdr.csum_flags & MCS_SEG) == 0)
		ml_enqueue(&pieces, m);
	else if (m_segment(m, l3, &pieces) != 0)
		return;
	while ((m = ml_dequeue(&pieces)) != NULL)
		if ((m = m_cksum_finish(m, l3, MCS_OUT)) != NULL)
			ml_enqueue(ml, m);
}

/*
 * How many frames to ask for next time: more when the host had as many as
 * were asked for, fewer when they are large, so that a batch stays in the
 * cache.  A quiet card has few buffers.
 */
static void
em_adapt(struct em_softc *sc, u_int bytes, int n)
{
	u_int	 avg = bytes / n;

	if (n == sc->sc_batch)
		sc->sc_want = MIN(2 * sc->sc_want, HOST_CARD_BATCH);
	sc->sc_batch = MIN(sc->sc_want, MAX(EM_MINBATCH,
	    EM_BATCHBYTES / MAX(avg, 1)));
}

/* The host has taken the far end away: the link is down, for good. */
static void
em_gone(struct em_softc *sc)
{
	host_card_start(sc->sc_hc, 0);
	sc->sc_info.ci_link = 0;
	task_add(systq, &sc->sc_linktask);
}

/*
 * There are no buffers: take a few frames off the host and lose them, or it
 * would wake us for them again and again.
 */
static void
em_discard(struct em_softc *sc)
{
	static char		 scratch[EM_LARGE];
	struct host_vec		 vec[2];
	struct host_frame	 hf;
	int			 i, n = 1;

	for (i = 0; i < EM_DISCARD && n == 1; i++) {
		vec[1].hv_base = scratch;
		vec[1].hv_len = sizeof(scratch);
		hf.hf_vec = vec;
		hf.hf_nvec = nitems(vec);
		if ((n = host_card_recv(sc->sc_hc, &hf, 1)) == 1)
			sc->sc_ac.ac_if.if_iqdrops++;
	}
	if (n < 0)
		em_gone(sc);
}

static void
em_receive(struct em_softc *sc)
{
	struct ifnet	*ifp = &sc->sc_ac.ac_if;
	struct mbuf_list ml = MBUF_LIST_INITIALIZER();
	struct mbuf	*m;
	u_int		 bytes = 0;
	int		 i, n;

	for (n = 0; n < sc->sc_batch; n++)
		if (em_fill(&sc->sc_slots[n], &sc->sc_rxf[n]) != 0)
			break;
	if (n == 0) {
		em_discard(sc);
		return;
	}
	if ((n = host_card_recv(sc->sc_hc, sc->sc_rxf, n)) < 0)
		em_gone(sc);
	if (n <= 0)
		return;
	for (i = 0; i < n; i++) {
		bytes += sc->sc_rxf[i].hf_len;
		m = em_take(&sc->sc_slots[i], sc->sc_rxf[i].hf_len);
		if (m == NULL) {
			ifp->if_iqdrops++;
			continue;
		}
		m = vnet_input(ifp, m,
		    (const struct vnet_hdr *)&sc->sc_rxf[i].hf_vnet);
		if (m == NULL)
			continue;
		if (sc->sc_info.ci_offload)
			ml_enqueue(&ml, m);
		else
			em_unload(m, &ml);
	}
	em_adapt(sc, bytes, n);
	if_input(ifp, &ml);
}

/* Lay m out for the host; 0 when it has too many pieces and no memory. */
static int
em_gather(struct mbuf *m, struct host_frame *hf, struct host_vec *vec)
{
	struct mbuf	*n;
	u_int		 nvec = 1;

again:
	for (n = m; n != NULL; n = n->m_next) {
		if (n->m_len == 0)
			continue;
		if (nvec > EM_MAXVEC) {
			if (m_defrag(m, M_DONTWAIT) != 0)
				return (0);
			nvec = 1;
			goto again;
		}
		vec[nvec].hv_base = mtod(n, void *);
		vec[nvec++].hv_len = n->m_len;
	}
	hf->hf_vec = vec;
	hf->hf_nvec = nvec;
	hf->hf_len = m->m_pkthdr.len;
	vnet_output(m, (struct vnet_hdr *)&hf->hf_vnet);
	return (1);
}

/*
 * Send up to a batch of ml; what the host has no room for stays in it.
 * Returns whether it took all it was given.
 */
static int
em_send(struct em_softc *sc, struct mbuf_list *ml)
{
	struct mbuf	*batch[HOST_CARD_BATCH], *m;
	struct mbuf_list rest = MBUF_LIST_INITIALIZER();
	int		 i, n = 0, sent;

	while (n < HOST_CARD_BATCH && (m = ml_dequeue(ml)) != NULL) {
		if (em_gather(m, &sc->sc_txf[n], sc->sc_txv[n]))
			batch[n++] = m;
		else {
			sc->sc_ac.ac_if.if_oqdrops++;
			m_freem(m);
		}
	}
	sent = n == 0 ? 0 : host_card_send(sc->sc_hc, sc->sc_txf, n);
	for (i = 0; i < n; i++) {
		if (sent < 0 || i < sent)
			m_freem(batch[i]);
		else
			ml_enqueue(&rest, batch[i]);
	}
	if (sent < 0)
		sc->sc_ac.ac_if.if_oerrors += n;
	if (ml_empty(&rest))
		return (1);
	ml_enlist(&rest, ml);
	*ml = rest;
	return (0);
}

/* if_start_list: send a list of frames, all of which are consumed. */
static void
em_start_list(struct ifnet *ifp, struct mbuf_list *ml)
{
	struct em_softc	*sc = ifp->if_softc;
	struct mbuf	*m;

	if (ml_empty(&sc->sc_txq)) {
		while (!ml_empty(ml))
			if (!em_send(sc, ml))
				break;
	}
	while ((m = ml_dequeue(ml)) != NULL) {
		if (ml_len(&sc->sc_txq) < EM_TXQMAX)
			ml_enqueue(&sc->sc_txq, m);
		else {
			ifp->if_oqdrops++;
			m_freem(m);
		}
	}
	em_count_drops(sc);
}

/*
 * Upcall: frames may have come, or there is room again.  Receiving goes
 * first: it silences the bell of a wire, which may have rung for room that a
 * look before would not have seen.
 */
static void
em_ready(void *arg)
{
	struct em_softc	*sc = arg;

	em_receive(sc);
	while (!ml_empty(&sc->sc_txq))
		if (!em_send(sc, &sc->sc_txq))
			break;
	em_count_drops(sc);
}

static void
em_set_caps(struct em_softc *sc)
{
	struct ifnet	*ifp = &sc->sc_ac.ac_if;

	ifp->if_capabilities = 0;
	if (sc->sc_info.ci_caps & HOST_CARD_CSUM)
		ifp->if_capabilities |= IFCAP_CSUM_TCPv4 | IFCAP_CSUM_UDPv4 |
		    IFCAP_CSUM_TCPv6 | IFCAP_CSUM_UDPv6;
	if (sc->sc_info.ci_caps & HOST_CARD_TSO)
		ifp->if_capabilities |= IFCAP_TSOv4 | IFCAP_TSOv6;
	if (sc->sc_info.ci_caps & HOST_CARD_USO)
		ifp->if_capabilities |= IFCAP_USO;
	ifp->if_link_state = sc->sc_info.ci_link ? LINK_STATE_FULL_DUPLEX :
	    LINK_STATE_DOWN;
}

/* Task: the link or the capabilities have changed. */
static void
em_link_task(void *arg)
{
	struct em_softc	*sc = arg;
	struct ifnet	*ifp = &sc->sc_ac.ac_if;

	NET_LOCK();
	em_set_caps(sc);
	if (!sc->sc_info.ci_link)
		ifp->if_oqdrops += ml_purge(&sc->sc_txq);
	if_link_state_change(ifp);
	NET_UNLOCK();
}

/* Upcall: the far end came or went. */
static void
em_link(void *arg, const struct host_card_info *ci)
{
	struct em_softc	*sc = arg;

	sc->sc_info.ci_link = ci->ci_link;
	sc->sc_info.ci_caps = ci->ci_caps;
	task_add(systq, &sc->sc_linktask);
}

static void
em_stop(struct em_softc *sc)
{
	sc->sc_ac.ac_if.if_flags &= ~IFF_RUNNING;
	host_card_start(sc->sc_hc, 0);
	sc->sc_ac.ac_if.if_oqdrops += ml_purge(&sc->sc_txq);
	em_drain(sc);
}

static int
em_setflags(struct em_softc *sc)
{
	struct ifnet	*ifp = &sc->sc_ac.ac_if;
	int		 error;

	if ((ifp->if_flags & IFF_UP) == 0) {
		if (ifp->if_flags & IFF_RUNNING)
			em_stop(sc);
		return (0);
	}
	if (ifp->if_flags & IFF_RUNNING)
		return (0);
	if ((error = -host_card_start(sc->sc_hc, 1)) == 0)
		ifp->if_flags |= IFF_RUNNING;
	return (error);
}

/* if_ioctl; under the net lock. */
static int
em_ioctl(struct ifnet *ifp, u_long cmd, caddr_t data)
{
	struct em_softc	*sc = ifp->if_softc;
	struct ifreq	*ifr = (struct ifreq *)data;
	int		 error;

	switch (cmd) {
	case SIOCSIFADDR:
		ifp->if_flags |= IFF_UP;
		return (em_setflags(sc));
	case SIOCSIFFLAGS:
		return (em_setflags(sc));
	case SIOCADDMULTI:
	case SIOCDELMULTI:
		/* The host passes every group: nothing to be told. */
		error = cmd == SIOCADDMULTI ?
		    ether_addmulti(ifr, &sc->sc_ac) :
		    ether_delmulti(ifr, &sc->sc_ac);
		return (error == ENETRESET ? 0 : error);
	default:
		return (ether_ioctl(ifp, cmd, data));
	}
}

/* Open and attach the card of one boot argument.  0 or an errno, told. */
static int
em_attach(const char *spec)
{
	struct em_softc	*sc;
	struct ifnet	*ifp;
	char		 err[256];

	sc = malloc(sizeof(*sc), M_DEVBUF, M_WAITOK | M_ZERO);
	ifp = &sc->sc_ac.ac_if;
	sc->sc_hc = host_card_open(spec, &sc->sc_info, &em_upcalls, sc, err,
	    sizeof(err));
	if (sc->sc_hc == NULL) {
		printf("%s\n", err);
		free(sc, M_DEVBUF, sizeof(*sc));
		return (ENXIO);
	}
	task_set(&sc->sc_linktask, em_link_task, sc);
	ml_init(&sc->sc_txq);
	sc->sc_want = sc->sc_batch = EM_MINBATCH;
	memcpy(sc->sc_ac.ac_enaddr, sc->sc_info.ci_lladdr, ETHER_ADDR_LEN);
	strlcpy(ifp->if_xname, sc->sc_info.ci_name, sizeof(ifp->if_xname));
	ifp->if_softc = sc;
	ifp->if_flags = IFF_BROADCAST | IFF_SIMPLEX | IFF_MULTICAST;
	ifp->if_hardmtu = MIN(sc->sc_info.ci_hardmtu, ETHER_MAX_HARDMTU_LEN);
	ifp->if_start_list = em_start_list;
	ifp->if_ioctl = em_ioctl;
	em_set_caps(sc);

	NET_LOCK();
	if_attach(ifp);
	ether_ifattach(ifp);
	if (sc->sc_info.ci_mtu != 0)
		ifp->if_mtu = MIN(sc->sc_info.ci_mtu, ifp->if_hardmtu);
	NET_UNLOCK();
	printf("%s at host: %s, address %s\n", ifp->if_xname,
	    sc->sc_info.ci_what, ether_sprintf(sc->sc_ac.ac_enaddr));
	return (0);
}

/* Live by a virtual clock.  0 or an errno, told. */
static int
em_clock(const char *path)
{
	char		 err[256];

	if (host_card_clock(path, err, sizeof(err)) == 0)
		return (0);
	printf("%s\n", err);
	return (ENXIO);
}

/* Copy the value of the next "key=value" of the line; NULL: no more. */
static const char *
em_nextarg(const char *line, const char *key, char *val, size_t size)
{
	size_t		 klen = strlen(key), len;

	for (;; line += len) {
		while (*line == ' ')
			line++;
		if (*line == '\0')
			return (NULL);
		for (len = 0; line[len] != '\0' && line[len] != ' '; len++)
			;
		if (len <= klen || strncmp(line, key, klen) != 0)
			continue;
		if (len - klen >= size) {
			printf("boot argument too long: %.40s...\n", line);
			val[0] = '\0';
		} else
			strlcpy(val, line + klen, len - klen + 1);
		return (line + len);
	}
}

/*
 * Attach the cards that the line of boot arguments names ("card=..."), in its
 * order, after it has joined the clock ("vtime=PATH").  Called once, by a
 * kernel thread.  Returns 0, or the errno of the first that could not be
 * opened; each is told on the console.
 */
int
em_attach_all(const char *line)
{
	const char	*p = line;
	char		 val[256];
	int		 error, first = 0;

	if (em_nextarg(line, "vtime=", val, sizeof(val)) != NULL)
		first = em_clock(val);
	while ((p = em_nextarg(p, "card=", val, sizeof(val))) != NULL)
		if ((error = em_attach(val)) != 0 && first == 0)
			first = error;
	return (first);
}
