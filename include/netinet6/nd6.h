/* The kernel's <netinet6/nd6.h>, for user land. */
#include <netinet6/bsd_in6.h>
