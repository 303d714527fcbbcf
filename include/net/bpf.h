/* The kernel's <net/bpf.h>, for user land. */
#ifndef _WARREN_NET_BPF_H_
#define _WARREN_NET_BPF_H_

#include <sys/time.h>
#include <sys/ioctl.h>
#include "../../sys/net/bpf.h"

#endif
