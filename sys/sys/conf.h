/*
 * Devices that programs open by a path.
 *
 * There is no file system in this kernel: a device is a path that open(2)
 * knows.  A port that lives on a host asks cdev_lookup() first, and leaves
 * all other paths to the host.
 */
#ifndef _SYS_CONF_H_
#define _SYS_CONF_H_

#ifdef _KERNEL

#include <sys/types.h>
#include <sys/queue.h>

struct file;
struct fileops;
struct proc;

/* The longest path of a device, with its NUL. */
#define CDEV_PATHMAX	32

struct cdev {
	LIST_ENTRY(cdev)	 cd_list;
	const char		*cd_path;	/* such as "/dev/bpf" */
	mode_t			 cd_mode;	/* of owner 0, group 0 */
	/* fill in f_data of a new file; errno, and then fo_close is not due */
	int			(*cd_open)(struct proc *, struct file *);
	const struct fileops	*cd_ops;
};

void		 cdev_register(struct cdev *);
struct cdev	*cdev_lookup(const char *);
int		 cdev_open(struct proc *, struct cdev *, int, struct file **);

#endif /* _KERNEL */

#endif /* _SYS_CONF_H_ */
