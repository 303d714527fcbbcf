/* <vis.h> with OpenBSD's order of arguments. */
#ifndef LIBBSD_OPENBSD_VIS
#define LIBBSD_OPENBSD_VIS
#endif
#include_next <vis.h>
