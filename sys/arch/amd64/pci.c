/*
 * Virtio over PCI (Virtual I/O Device 1.2, section 4.1), modern devices on
 * bus 0, with MSI-X (PCI Local Bus 3.0, 6.8.2): one vector a device.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/malloc.h>

#include <dev/virtio.h>

#include <amd64.h>
#include <attach.h>

#define PCI_ADDR	0xcf8
#define PCI_DATA	0xcfc

#define PCI_ID		0x00
#define PCI_COMMAND	0x04
#define  COMMAND_MEM	0x0002
#define  COMMAND_MASTER	0x0004
#define  COMMAND_NOINTX	0x0400
#define  STATUS_CAPS	0x00100000
#define PCI_BAR0	0x10
#define  BAR_IO		0x1
#define  BAR_64		0x4
#define PCI_CAPS	0x34
#define CAP_VENDOR	0x09
#define CAP_MSIX	0x11
#define  MSIX_ENABLE	0x80000000
#define  MSIX_MASK	0x40000000

#define VENDOR_VIRTIO	0x1af4
#define DEVICE_MODERN	0x1040		/* plus the virtio device id */
#define DEVICE_LAST	0x107f
#define DEVICE_OLD_NET	0x1000		/* also speaks the modern way */

#define CFG_COMMON	1
#define CFG_NOTIFY	2
#define CFG_ISR		3
#define CFG_DEVICE	4

/* The common configuration structure. */
#define C_DEV_FEATURES_SEL	0x00
#define C_DEV_FEATURES		0x04
#define C_DRV_FEATURES_SEL	0x08
#define C_DRV_FEATURES		0x0c
#define C_MSIX_CONFIG		0x10
#define C_STATUS		0x14
#define C_QUEUE_SEL		0x16
#define C_QUEUE_SIZE		0x18
#define C_QUEUE_MSIX		0x1a
#define C_QUEUE_ENABLE		0x1c
#define C_QUEUE_NOTIFY_OFF	0x1e
#define C_QUEUE_DESC		0x20
#define C_QUEUE_DRIVER		0x28
#define C_QUEUE_DEVICE		0x30

#define QUEUES_MAX	8

struct vpci {
	volatile uint8_t	*vp_cfg[CFG_DEVICE + 1];
	volatile uint8_t	*vp_msix;	/* the vector table */
	uint32_t		 vp_notify_mult;
	volatile uint16_t	*vp_notify[QUEUES_MAX];
	u_int			 vp_slot;
	struct virtio_device	 vp_dev;
};

static uint32_t
pci_read(u_int slot, u_int reg)
{
	outl(PCI_ADDR, 0x80000000 | slot << 8 | (reg & 0xfc));
	return (inl(PCI_DATA));
}

static void
pci_write(u_int slot, u_int reg, uint32_t v)
{
	outl(PCI_ADDR, 0x80000000 | slot << 8 | (reg & 0xfc));
	outl(PCI_DATA, v);
}

static volatile uint8_t *
common(void *cookie, u_int reg)
{
	struct vpci	*vp = cookie;

	return (vp->vp_cfg[CFG_COMMON] + reg);
}

static void
common_write16(void *cookie, u_int reg, uint16_t v)
{
	*(volatile uint16_t *)common(cookie, reg) = v;
}

static uint16_t
common_read16(void *cookie, u_int reg)
{
	return (*(volatile uint16_t *)common(cookie, reg));
}

static void
common_write32(void *cookie, u_int reg, uint32_t v)
{
	*(volatile uint32_t *)common(cookie, reg) = v;
}

static void
common_write64(void *cookie, u_int reg, uint64_t v)
{
	common_write32(cookie, reg, v);
	common_write32(cookie, reg + 4, v >> 32);
}

static uint8_t
vpci_get_status(void *cookie)
{
	return (*common(cookie, C_STATUS));
}

static void
vpci_set_status(void *cookie, uint8_t status)
{
	*common(cookie, C_STATUS) = status;
	/* A reset takes effect when the register reads 0. */
	while (status == 0 && *common(cookie, C_STATUS) != 0)
		;
}

static uint64_t
vpci_get_features(void *cookie)
{
	uint64_t	 v;

	common_write32(cookie, C_DEV_FEATURES_SEL, 1);
	v = *(volatile uint32_t *)common(cookie, C_DEV_FEATURES);
	common_write32(cookie, C_DEV_FEATURES_SEL, 0);
	return (v << 32 | *(volatile uint32_t *)common(cookie,
	    C_DEV_FEATURES));
}

static void
vpci_set_features(void *cookie, uint64_t v)
{
	common_write32(cookie, C_DRV_FEATURES_SEL, 1);
	common_write32(cookie, C_DRV_FEATURES, v >> 32);
	common_write32(cookie, C_DRV_FEATURES_SEL, 0);
	common_write32(cookie, C_DRV_FEATURES, v);
}

static uint16_t
vpci_queue_max(void *cookie, u_int n)
{
	if (n >= QUEUES_MAX)
		return (0);
	common_write16(cookie, C_QUEUE_SEL, n);
	return (common_read16(cookie, C_QUEUE_SIZE));
}

static void
vpci_queue_start(void *cookie, u_int n, uint16_t size, uint64_t desc,
    uint64_t avail, uint64_t used)
{
	struct vpci	*vp = cookie;

	common_write16(vp, C_QUEUE_SEL, n);
	common_write16(vp, C_QUEUE_SIZE, size);
	common_write16(vp, C_QUEUE_MSIX, 0);
	common_write64(vp, C_QUEUE_DESC, desc);
	common_write64(vp, C_QUEUE_DRIVER, avail);
	common_write64(vp, C_QUEUE_DEVICE, used);
	vp->vp_notify[n] = (volatile uint16_t *)(vp->vp_cfg[CFG_NOTIFY] +
	    vp->vp_notify_mult * common_read16(vp, C_QUEUE_NOTIFY_OFF));
	common_write16(vp, C_QUEUE_ENABLE, 1);
}

static void
vpci_queue_notify(void *cookie, u_int n)
{
	struct vpci	*vp = cookie;

	*vp->vp_notify[n] = n;
}

static uint8_t
vpci_config(void *cookie, u_int off)
{
	struct vpci	*vp = cookie;

	return (vp->vp_cfg[CFG_DEVICE][off]);
}

static const struct virtio_ops vpci_ops = {
	.vo_get_status = vpci_get_status,
	.vo_set_status = vpci_set_status,
	.vo_get_features = vpci_get_features,
	.vo_set_features = vpci_set_features,
	.vo_queue_max = vpci_queue_max,
	.vo_queue_start = vpci_queue_start,
	.vo_queue_notify = vpci_queue_notify,
	.vo_config = vpci_config,
	.vo_vtophys = vtophys,
};

/* With MSI-X the vector says that a queue moved; there is no status. */
static void
vpci_intr(void *arg)
{
	struct vpci	*vp = arg;

	vp->vp_dev.vd_intr(vp->vp_dev.vd_softc, VIRTIO_ISR_QUEUE);
}

/* Where a memory BAR lies, or NULL if not in the direct map. */
static volatile uint8_t *
bar_map(u_int slot, u_int n)
{
	uint64_t	 pa;
	uint32_t	 v;

	if (n > 5)
		return (NULL);
	v = pci_read(slot, PCI_BAR0 + 4 * n);
	if (v & BAR_IO)
		return (NULL);
	pa = v & ~0xfU;
	if (v & BAR_64)
		pa |= (uint64_t)pci_read(slot, PCI_BAR0 + 4 * n + 4) << 32;
	if (pa == 0 || pa >= DMAP_SIZE)
		return (NULL);
	return (PHYS_TO_DMAP(pa));
}

static void
cap_vendor(struct vpci *vp, u_int cap, uint32_t head)
{
	volatile uint8_t *base;
	uint32_t	 type = head >> 24;

	if (type < CFG_COMMON || type > CFG_DEVICE ||
	    vp->vp_cfg[type] != NULL)
		return;
	base = bar_map(vp->vp_slot, pci_read(vp->vp_slot, cap + 4) & 0xff);
	if (base == NULL)
		return;
	vp->vp_cfg[type] = base + pci_read(vp->vp_slot, cap + 8);
	if (type == CFG_NOTIFY)
		vp->vp_notify_mult = pci_read(vp->vp_slot, cap + 16);
}

/* Find the structures that the capabilities point to; the MSI-X one. */
static u_int
caps_read(struct vpci *vp)
{
	volatile uint8_t *base;
	uint32_t	 head, table;
	u_int		 cap, msix = 0, n;

	if (!(pci_read(vp->vp_slot, PCI_COMMAND) & STATUS_CAPS))
		return (0);
	cap = pci_read(vp->vp_slot, PCI_CAPS) & 0xfc;
	for (n = 0; cap != 0 && n < 48; n++) {
		head = pci_read(vp->vp_slot, cap);
		if ((head & 0xff) == CAP_VENDOR)
			cap_vendor(vp, cap, head);
		if ((head & 0xff) == CAP_MSIX) {
			table = pci_read(vp->vp_slot, cap + 4);
			base = bar_map(vp->vp_slot, table & 7);
			if (base != NULL) {
				vp->vp_msix = base + (table & ~7U);
				msix = cap;
			}
		}
		cap = head >> 8 & 0xfc;
	}
	return (msix);
}

static void
msix_enable(struct vpci *vp, u_int cap, u_int vec)
{
	volatile uint32_t *entry = (volatile uint32_t *)vp->vp_msix;
	uint64_t	 addr = apic_msi_address();

	entry[0] = addr;
	entry[1] = addr >> 32;
	entry[2] = vec;
	entry[3] = 0;
	pci_write(vp->vp_slot, cap, (pci_read(vp->vp_slot, cap) |
	    MSIX_ENABLE) & ~MSIX_MASK);
}

static void
vpci_attach(u_int slot, uint32_t id)
{
	struct vpci	*vp;
	u_int		 msix;
	int		 error, vec;

	vp = malloc(sizeof(*vp), M_DEVBUF, M_WAITOK | M_ZERO);
	vp->vp_slot = slot;
	vp->vp_dev.vd_ops = &vpci_ops;
	vp->vp_dev.vd_cookie = vp;
	vp->vp_dev.vd_id = (id >> 16) == DEVICE_OLD_NET ? VIRTIO_ID_NET :
	    (id >> 16) - DEVICE_MODERN;
	pci_write(slot, PCI_COMMAND,
	    COMMAND_MEM | COMMAND_MASTER | COMMAND_NOINTX);
	msix = caps_read(vp);
	if (msix == 0 || vp->vp_cfg[CFG_COMMON] == NULL ||
	    vp->vp_cfg[CFG_NOTIFY] == NULL || vp->vp_cfg[CFG_DEVICE] == NULL) {
		printf("pci slot %u: a virtio device without the modern "
		    "interface and MSI-X\n", slot >> 3);
		goto none;
	}
	if ((vec = intr_establish(vpci_intr, vp)) == -1)
		panic("pci slot %u: no interrupt left", slot >> 3);
	msix_enable(vp, msix, vec);
	if ((error = amd64_virtio_attach(&vp->vp_dev)) == 0)
		return;
	printf("pci slot %u: virtio device %u: error %d\n", slot >> 3,
	    vp->vp_dev.vd_id, error);
	/* The vector stays with it: interrupts are masked at the device. */
	pci_write(slot, msix, pci_read(slot, msix) | MSIX_MASK);
	return;
none:
	free(vp, M_DEVBUF, sizeof(*vp));
}

/*
 * Attach what stands on bus 0.  Where there is no PCI, every read gives all
 * ones.
 */
void
pci_autoconf(void)
{
	uint32_t	 id;
	u_int		 dev;

	for (dev = 0; dev < 32; dev++) {
		id = pci_read(dev << 3, PCI_ID);
		if ((id & 0xffff) != VENDOR_VIRTIO)
			continue;
		if ((id >> 16) == DEVICE_OLD_NET ||
		    ((id >> 16) >= DEVICE_MODERN && (id >> 16) <= DEVICE_LAST))
			vpci_attach(dev << 3, id);
	}
}
