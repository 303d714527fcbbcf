/*
 * Virtio: bringing a device up (Virtual I/O Device 1.2, section 3.1.1) and
 * the split virtqueue (section 2.7).
 *
 * The device is not trusted with more than the contents of the buffers that
 * it was given: a length beyond a chain's is cut, and an entry of the used
 * ring that names no chain of ours is a broken machine: panic.
 *
 * Lock order: none; a queue belongs to its driver, which runs in one place
 * at a time.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/machdep.h>

#include <dev/virtio.h>

#define VQ_END		0xffff		/* end of the free list */
#define VQ_ALIGN	16

/* On one processor, only the compiler and the device must be kept in order;
 * x86 keeps stores in order, but a load may pass an earlier store. */
static inline void
barrier(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/*
 * Reset the device and agree on features: those wanted that it offers, with
 * VIRTIO_F_VERSION_1 always.  Returns 0, or ENODEV after telling the device
 * that we gave up.
 */
int
virtio_begin(struct virtio_device *vd, uint64_t wanted)
{
	const struct virtio_ops *op = vd->vd_ops;
	uint64_t	 offered;
	uint8_t		 status;

	op->vo_set_status(vd->vd_cookie, 0);
	status = VIRTIO_S_ACKNOWLEDGE | VIRTIO_S_DRIVER;
	op->vo_set_status(vd->vd_cookie, status);
	offered = op->vo_get_features(vd->vd_cookie);
	vd->vd_features = offered & (wanted | VIRTIO_F_VERSION_1);
	if (!(vd->vd_features & VIRTIO_F_VERSION_1)) {
		virtio_fail(vd);
		return (ENODEV);
	}
	op->vo_set_features(vd->vd_cookie, vd->vd_features);
	op->vo_set_status(vd->vd_cookie, status | VIRTIO_S_FEATURES_OK);
	if (!(op->vo_get_status(vd->vd_cookie) & VIRTIO_S_FEATURES_OK)) {
		virtio_fail(vd);
		return (ENODEV);
	}
	return (0);
}

/*
 * The queues are ready: the device may use them.
 */
void
virtio_finish(struct virtio_device *vd)
{
	vd->vd_ops->vo_set_status(vd->vd_cookie, VIRTIO_S_ACKNOWLEDGE |
	    VIRTIO_S_DRIVER | VIRTIO_S_FEATURES_OK | VIRTIO_S_DRIVER_OK);
}

/*
 * Tell the device that its driver gave up.
 */
void
virtio_fail(struct virtio_device *vd)
{
	vd->vd_ops->vo_set_status(vd->vd_cookie, VIRTIO_S_FAILED);
}

/*
 * Set up queue n of a device between virtio_begin() and virtio_finish(),
 * with as many entries as both sides can have.
 *
 * Returns 0, ENXIO when the device has no such queue, or ENOMEM.
 */
int
virtq_init(struct virtio_device *vd, struct virtqueue *vq, u_int n)
{
	const struct virtio_ops *op = vd->vd_ops;
	size_t		 availoff, usedoff, len;
	uint16_t	 i, size;
	char		*mem;

	size = MIN(op->vo_queue_max(vd->vd_cookie, n), VIRTQ_MAXSIZE);
	if (size == 0)
		return (ENXIO);
	memset(vq, 0, sizeof(*vq));
	availoff = size * sizeof(struct vring_desc);
	usedoff = roundup(availoff + sizeof(struct vring_avail) +
	    (size + 1) * sizeof(uint16_t), VQ_ALIGN);
	len = usedoff + sizeof(struct vring_used) +
	    size * sizeof(struct vring_used_elem) + sizeof(uint16_t);
	mem = md_pages_alloc(howmany(len, PAGE_SIZE));
	if (mem == NULL)
		return (ENOMEM);
	vq->vq_dev = vd;
	vq->vq_index = n;
	vq->vq_size = vq->vq_nfree = size;
	vq->vq_desc = (struct vring_desc *)mem;
	vq->vq_avail = (struct vring_avail *)(mem + availoff);
	vq->vq_used = (struct vring_used *)(mem + usedoff);
	for (i = 0; i < size; i++)
		vq->vq_desc[i].vd_next = i + 1 < size ? i + 1 : VQ_END;
	op->vo_queue_start(vd->vd_cookie, n, size,
	    op->vo_vtophys(vq->vq_desc), op->vo_vtophys(vq->vq_avail),
	    op->vo_vtophys(vq->vq_used));
	return (0);
}

/*
 * Hand a chain of n pieces to the device, to write into (write != 0) or to
 * read; the cookie, which may not be NULL, comes back from virtq_take().
 * The device learns of it at the next virtq_kick().
 *
 * Returns 0, or ENOBUFS when the queue has too few descriptors.
 */
int
virtq_add(struct virtqueue *vq, const struct vseg *seg, u_int n, int write,
    void *cookie)
{
	struct vring_desc *d;
	uint16_t	 head = vq->vq_free, slot;
	u_int		 i;

	KASSERT(n > 0 && cookie != NULL);
	if (n > vq->vq_nfree)
		return (ENOBUFS);
	for (i = 0, d = NULL; i < n; i++) {
		d = &vq->vq_desc[d == NULL ? head : d->vd_next];
		d->vd_addr = vq->vq_dev->vd_ops->vo_vtophys(seg[i].vs_addr);
		d->vd_len = seg[i].vs_len;
		d->vd_flags = (write ? VRING_WRITE : 0) |
		    (i + 1 < n ? VRING_NEXT : 0);
	}
	vq->vq_free = d->vd_next;
	vq->vq_nfree -= n;
	vq->vq_cookie[head] = cookie;
	slot = (uint16_t)(vq->vq_avail->va_idx + vq->vq_kick) % vq->vq_size;
	vq->vq_avail->va_ring[slot] = head;
	vq->vq_kick++;
	return (0);
}

/*
 * Show the device what was added since the last time.
 */
void
virtq_kick(struct virtqueue *vq)
{
	if (vq->vq_kick == 0)
		return;
	barrier();
	vq->vq_avail->va_idx += vq->vq_kick;
	vq->vq_kick = 0;
	barrier();
	if (!(vq->vq_used->vu_flags & VRING_NO_NOTIFY))
		vq->vq_dev->vd_ops->vo_queue_notify(vq->vq_dev->vd_cookie,
		    vq->vq_index);
}

/* Put a chain back on the free list; the bytes it held. */
static uint32_t
chain_free(struct virtqueue *vq, uint16_t head)
{
	struct vring_desc *d = &vq->vq_desc[head];
	uint32_t	 len = d->vd_len;

	vq->vq_nfree++;
	while (d->vd_flags & VRING_NEXT) {
		d = &vq->vq_desc[d->vd_next];
		len += d->vd_len;
		vq->vq_nfree++;
	}
	d->vd_next = vq->vq_free;
	vq->vq_free = head;
	return (len);
}

/*
 * Take back a chain that the device is done with: its cookie, and how many
 * bytes the device wrote.  NULL when there is none.
 */
void *
virtq_take(struct virtqueue *vq, uint32_t *len)
{
	struct vring_used_elem *e;
	void		*cookie;
	uint32_t	 head, most;

	if (vq->vq_used_seen == vq->vq_used->vu_idx)
		return (NULL);
	barrier();
	e = &vq->vq_used->vu_ring[vq->vq_used_seen % vq->vq_size];
	head = e->ve_id;
	*len = e->ve_len;
	if (head >= vq->vq_size || vq->vq_cookie[head] == NULL)
		panic("virtio: queue %u: device returned chain %u, "
		    "which it does not hold", vq->vq_index, head);
	vq->vq_used_seen++;
	cookie = vq->vq_cookie[head];
	vq->vq_cookie[head] = NULL;
	most = chain_free(vq, head);
	*len = MIN(*len, most);
	return (cookie);
}

/*
 * Ask for interrupts from this queue, or for none; only a hint.
 */
void
virtq_intr(struct virtqueue *vq, int on)
{
	vq->vq_avail->va_flags = on ? 0 : VRING_NO_INTERRUPT;
	barrier();
}
