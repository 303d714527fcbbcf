/*
 * Finding devices: virtio over MMIO as QEMU's microvm names them on the
 * command line, and over PCI where there is such a bus (q35).
 */
#include <sys/param.h>
#include <sys/systm.h>

#include <dev/virtio.h>
#include <netinet/in_bootarg.h>
#include <netinet6/in6_bootarg.h>

#include <amd64.h>
#include <attach.h>

/*
 * Attach every device, in the order of the bus: the names of cards follow
 * from it; then set up the network as the boot arguments say.  Called by the
 * first kernel thread.
 */
void
amd64_autoconf(const char *args)
{
	mmio_autoconf(args);
	pci_autoconf();
	in_bootargs(args);
	in6_bootargs(args);
}

/*
 * A transport found a virtio device and has filled in vd_ops, vd_cookie and
 * vd_id: give it to its driver.  Returns 0, ENODEV when there is no driver,
 * or the driver's error.
 */
int
amd64_virtio_attach(struct virtio_device *vd)
{
	if (vd->vd_id != VIRTIO_ID_NET)
		return (ENODEV);
	return (vio_attach(vd));
}
