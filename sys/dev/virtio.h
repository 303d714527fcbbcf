/*
 * Virtio devices (Virtual I/O Device 1.2): what a driver and a transport know
 * of each other.
 *
 * A transport (virtio over MMIO, over PCI) gives the operations; the
 * driver's half, virtio.c, speaks the initialisation sequence of section 3.1
 * and keeps the split virtqueues of section 2.7.
 */
#ifndef _DEV_VIRTIO_H_
#define _DEV_VIRTIO_H_

#include <sys/types.h>

#define VIRTIO_ID_NET		1

#define VIRTIO_S_ACKNOWLEDGE	0x01
#define VIRTIO_S_DRIVER		0x02
#define VIRTIO_S_DRIVER_OK	0x04
#define VIRTIO_S_FEATURES_OK	0x08
#define VIRTIO_S_FAILED		0x80

#define VIRTIO_F_VERSION_1	(1ULL << 32)

#define VIRTIO_ISR_QUEUE	0x1
#define VIRTIO_ISR_CONFIG	0x2

#define VIRTQ_MAXSIZE		256

struct virtio_ops {
	uint8_t		(*vo_get_status)(void *);
	void		(*vo_set_status)(void *, uint8_t);
	uint64_t	(*vo_get_features)(void *);
	void		(*vo_set_features)(void *, uint64_t);
	/* The most entries that queue n may have; 0: there is none. */
	uint16_t	(*vo_queue_max)(void *, u_int);
	/* Start queue n: entries, physical addresses of its three parts. */
	void		(*vo_queue_start)(void *, u_int, uint16_t, uint64_t,
			    uint64_t, uint64_t);
	void		(*vo_queue_notify)(void *, u_int);
	/* One byte of the device's configuration space. */
	uint8_t		(*vo_config)(void *, u_int);
	uint64_t	(*vo_vtophys)(const void *);
};

struct virtio_device {
	const struct virtio_ops	*vd_ops;
	void		*vd_cookie;		/* the transport's */
	uint32_t	 vd_id;			/* VIRTIO_ID_* */
	uint64_t	 vd_features;		/* agreed on */
	/* The driver's; called by the transport after an interrupt. */
	void		(*vd_intr)(void *, u_int);
	void		*vd_softc;
};

/* Section 2.7.5 to 2.7.8; all little-endian, as every port is. */
struct vring_desc {
	uint64_t	vd_addr;
	uint32_t	vd_len;
	uint16_t	vd_flags;
#define VRING_NEXT	1
#define VRING_WRITE	2			/* the device writes it */
	uint16_t	vd_next;
};

struct vring_avail {
	volatile uint16_t va_flags;
#define VRING_NO_INTERRUPT	1
	volatile uint16_t va_idx;
	volatile uint16_t va_ring[];
};

struct vring_used_elem {
	volatile uint32_t ve_id;
	volatile uint32_t ve_len;
};

struct vring_used {
	volatile uint16_t vu_flags;
#define VRING_NO_NOTIFY		1
	volatile uint16_t vu_idx;
	struct vring_used_elem vu_ring[];
};

struct virtqueue {
	struct virtio_device	*vq_dev;
	u_int			 vq_index;
	uint16_t		 vq_size;
	uint16_t		 vq_nfree;	/* descriptors */
	uint16_t		 vq_free;	/* first of their list */
	uint16_t		 vq_used_seen;	/* entries taken so far */
	int			 vq_kick;	/* entries not told of */
	struct vring_desc	*vq_desc;
	struct vring_avail	*vq_avail;
	struct vring_used	*vq_used;
	void			*vq_cookie[VIRTQ_MAXSIZE]; /* by head */
};

/* A piece of memory that a chain of descriptors is made of. */
struct vseg {
	void		*vs_addr;
	uint32_t	 vs_len;
};

int	 virtio_begin(struct virtio_device *, uint64_t);
void	 virtio_finish(struct virtio_device *);
void	 virtio_fail(struct virtio_device *);
int	 virtq_init(struct virtio_device *, struct virtqueue *, u_int);
int	 virtq_add(struct virtqueue *, const struct vseg *, u_int, int,
	    void *);
void	 virtq_kick(struct virtqueue *);
void	*virtq_take(struct virtqueue *, uint32_t *);
void	 virtq_intr(struct virtqueue *, int);

int	 vio_attach(struct virtio_device *);

#endif /* _DEV_VIRTIO_H_ */
