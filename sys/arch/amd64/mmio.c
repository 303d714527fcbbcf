/*
 * Virtio over MMIO (Virtual I/O Device 1.2, section 4.2), version 2.
 *
 * QEMU's microvm announces each on the command line:
 *
 *	virtio_mmio.device=SIZE@ADDRESS:IRQ
 *
 * in the order of its -device options (with acpi=off; otherwise it does not).
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/malloc.h>

#include <dev/virtio.h>

#include <amd64.h>
#include <attach.h>

#define MMIO_MAGIC		0x000
#define  MAGIC			0x74726976	/* "virt" */
#define MMIO_VERSION		0x004
#define MMIO_DEVICE_ID		0x008
#define MMIO_DEV_FEATURES	0x010
#define MMIO_DEV_FEATURES_SEL	0x014
#define MMIO_DRV_FEATURES	0x020
#define MMIO_DRV_FEATURES_SEL	0x024
#define MMIO_QUEUE_SEL		0x030
#define MMIO_QUEUE_NUM_MAX	0x034
#define MMIO_QUEUE_NUM		0x038
#define MMIO_QUEUE_READY	0x044
#define MMIO_QUEUE_NOTIFY	0x050
#define MMIO_INTR_STATUS	0x060
#define MMIO_INTR_ACK		0x064
#define MMIO_STATUS		0x070
#define MMIO_QUEUE_DESC		0x080
#define MMIO_QUEUE_AVAIL	0x090
#define MMIO_QUEUE_USED		0x0a0
#define MMIO_CONFIG		0x100

#define MMIO_MAX		32
#define MMIO_ARG		"virtio_mmio.device="

struct mmio {
	volatile uint8_t	*mm_base;
	struct virtio_device	 mm_dev;
};

static uint32_t
mmio_read(struct mmio *mm, u_int reg)
{
	return (*(volatile uint32_t *)(mm->mm_base + reg));
}

static void
mmio_write(struct mmio *mm, u_int reg, uint32_t v)
{
	*(volatile uint32_t *)(mm->mm_base + reg) = v;
}

static void
mmio_write64(struct mmio *mm, u_int reg, uint64_t v)
{
	mmio_write(mm, reg, v);
	mmio_write(mm, reg + 4, v >> 32);
}

static uint8_t
mmio_get_status(void *cookie)
{
	return (mmio_read(cookie, MMIO_STATUS));
}

static void
mmio_set_status(void *cookie, uint8_t status)
{
	mmio_write(cookie, MMIO_STATUS, status);
}

static uint64_t
mmio_get_features(void *cookie)
{
	uint64_t	 v;

	mmio_write(cookie, MMIO_DEV_FEATURES_SEL, 1);
	v = (uint64_t)mmio_read(cookie, MMIO_DEV_FEATURES) << 32;
	mmio_write(cookie, MMIO_DEV_FEATURES_SEL, 0);
	return (v | mmio_read(cookie, MMIO_DEV_FEATURES));
}

static void
mmio_set_features(void *cookie, uint64_t v)
{
	mmio_write(cookie, MMIO_DRV_FEATURES_SEL, 1);
	mmio_write(cookie, MMIO_DRV_FEATURES, v >> 32);
	mmio_write(cookie, MMIO_DRV_FEATURES_SEL, 0);
	mmio_write(cookie, MMIO_DRV_FEATURES, v);
}

static uint16_t
mmio_queue_max(void *cookie, u_int n)
{
	mmio_write(cookie, MMIO_QUEUE_SEL, n);
	return (MIN(mmio_read(cookie, MMIO_QUEUE_NUM_MAX), UINT16_MAX));
}

static void
mmio_queue_start(void *cookie, u_int n, uint16_t size, uint64_t desc,
    uint64_t avail, uint64_t used)
{
	mmio_write(cookie, MMIO_QUEUE_SEL, n);
	mmio_write(cookie, MMIO_QUEUE_NUM, size);
	mmio_write64(cookie, MMIO_QUEUE_DESC, desc);
	mmio_write64(cookie, MMIO_QUEUE_AVAIL, avail);
	mmio_write64(cookie, MMIO_QUEUE_USED, used);
	mmio_write(cookie, MMIO_QUEUE_READY, 1);
}

static void
mmio_queue_notify(void *cookie, u_int n)
{
	mmio_write(cookie, MMIO_QUEUE_NOTIFY, n);
}

static uint8_t
mmio_config(void *cookie, u_int off)
{
	struct mmio	*mm = cookie;

	return (mm->mm_base[MMIO_CONFIG + off]);
}

static const struct virtio_ops mmio_ops = {
	.vo_get_status = mmio_get_status,
	.vo_set_status = mmio_set_status,
	.vo_get_features = mmio_get_features,
	.vo_set_features = mmio_set_features,
	.vo_queue_max = mmio_queue_max,
	.vo_queue_start = mmio_queue_start,
	.vo_queue_notify = mmio_queue_notify,
	.vo_config = mmio_config,
	.vo_vtophys = vtophys,
};

/* Acknowledge first: what comes while the driver looks is a new edge. */
static void
mmio_intr(void *arg)
{
	struct mmio	*mm = arg;
	uint32_t	 why;

	while ((why = mmio_read(mm, MMIO_INTR_STATUS)) != 0) {
		mmio_write(mm, MMIO_INTR_ACK, why);
		mm->mm_dev.vd_intr(mm->mm_dev.vd_softc, why);
	}
}

static void
mmio_attach(uint64_t pa, u_int irq)
{
	struct mmio	*mm;
	int		 error, vec;

	mm = malloc(sizeof(*mm), M_DEVBUF, M_WAITOK | M_ZERO);
	mm->mm_base = PHYS_TO_DMAP(pa);
	mm->mm_dev.vd_ops = &mmio_ops;
	mm->mm_dev.vd_cookie = mm;
	mm->mm_dev.vd_id = mmio_read(mm, MMIO_DEVICE_ID);
	if (mmio_read(mm, MMIO_MAGIC) != MAGIC || mm->mm_dev.vd_id == 0)
		goto none;		/* an empty slot */
	if (mmio_read(mm, MMIO_VERSION) != 2) {
		printf("virtio at %p: version %u: start QEMU with "
		    "-global virtio-mmio.force-legacy=false\n",
		    (void *)pa, mmio_read(mm, MMIO_VERSION));
		goto none;
	}
	if ((error = amd64_virtio_attach(&mm->mm_dev)) != 0) {
		printf("virtio at %p: device %u: error %d\n", (void *)pa,
		    mm->mm_dev.vd_id, error);
		goto none;
	}
	if ((vec = intr_establish(mmio_intr, mm)) == -1 ||
	    ioapic_route(irq, vec) != 0)
		panic("virtio at %p: no interrupt %u", (void *)pa, irq);
	return;
none:
	free(mm, M_DEVBUF, sizeof(*mm));
}

static const char *
number(const char *s, u_int base, uint64_t *v)
{
	u_int	 digit;

	for (*v = 0;; s++) {
		if (*s >= '0' && *s <= '9')
			digit = *s - '0';
		else if (base == 16 && *s >= 'a' && *s <= 'f')
			digit = *s - 'a' + 10;
		else
			return (s);
		*v = *v * base + digit;
	}
}

/*
 * Attach the devices that the boot arguments name.
 */
void
mmio_autoconf(const char *args)
{
	uint64_t	 irq[MMIO_MAX], pa[MMIO_MAX], size;
	const char	*s = args;
	u_int		 i, n = 0;

	while (n < MMIO_MAX && (s = strstr(s, MMIO_ARG)) != NULL) {
		s = number(s + sizeof(MMIO_ARG) - 1, 10, &size);
		if (strncmp(s, "@0x", 3) != 0)
			continue;
		s = number(s + 3, 16, &pa[n]);
		if (*s != ':')
			continue;
		s = number(s + 1, 10, &irq[n]);
		if (pa[n] < DMAP_SIZE)
			n++;
	}
	for (i = 0; i < n; i++)
		mmio_attach(pa[i], irq[i]);
}
