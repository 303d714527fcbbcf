/*
 * From the host's main() into the kernel, and out of it.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/machdep.h>

#include <netinet/in_bootarg.h>
#include <netinet6/in6_bootarg.h>

#include <dev/host/crypto_hostvar.h>
#include <dev/host/if_hostvar.h>

#include <host.h>

#include "um_var.h"

/* The port's devices, and programs' way in; by the first kernel thread. */
static void
um_autoconf(const char *line)
{
	um_syscall_init();
	crypto_host_init();
	if (em_attach_all(line) != 0) {
		printf("boot failed\n");
		md_halt(MD_HALT_FAIL);
	}
	in_bootargs(line);
	in6_bootargs(line);
	host_ready();
}

/*
 * The host's upcall: boot.
 */
void
um_start(const char *line)
{
	kernel_main(line, um_autoconf);
}

/*
 * The host's upcall: somebody wants the machine to stop.
 */
void
um_halt_request(void)
{
	printf("halting\n");
	md_halt(MD_HALT_OK);
}
