/*
 * Between the buses of the amd64 port and its drivers.
 */
#ifndef _AMD64_ATTACH_H_
#define _AMD64_ATTACH_H_

struct virtio_device;

int	 amd64_virtio_attach(struct virtio_device *);

#endif /* _AMD64_ATTACH_H_ */
