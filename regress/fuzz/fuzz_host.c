/*
 * warren-fuzz: the kernel of the usermode port in one process with libFuzzer.
 *
 *	warren-fuzz list
 *	warren-fuzz TARGET [libFuzzer's arguments]
 *
 * The kernel boots with no card and the target's name; its first thread then
 * calls libFuzzer, so that every input is tried in a kernel thread.  A halt
 * that nobody asked for is a crash: libFuzzer keeps the input.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <host.h>
#include <host_local.h>

#include "fuzz_host.h"

int	LLVMFuzzerRunDriver(int *, char ***,
	    int (*)(const uint8_t *, size_t));

static int	 fuzz_argc;
static char	**fuzz_argv;
static int	 fuzzing;

void
host_cons_write(const char *buf, size_t len)
{
	/* What an input makes the kernel say says nothing about the bug. */
	if (!fuzzing || len > 6)
		if (write(STDOUT_FILENO, buf, len) == -1)
			_exit(1);
}

const char *
host_name(void)
{
	return ("fuzz");
}

void
host_ready(void)
{
}

void
host_exit(int status)
{
	if (fuzzing)
		abort();
	exit(status);
}

/* warren(8) is not there. */
void
host_ctl_bye(void)
{
}

static int
one(const uint8_t *data, size_t size)
{
	um_fuzz_one(data, size);
	return (0);
}

void
host_fuzz(void)
{
	fuzzing = 1;
	LLVMFuzzerRunDriver(&fuzz_argc, &fuzz_argv, one);
	fuzzing = 0;
}

int
main(int argc, char *argv[])
{
	static char	line[64];

	if (argc < 2) {
		fprintf(stderr, "usage: warren-fuzz target [argument ...]\n");
		return (1);
	}
	snprintf(line, sizeof(line), "ktest=%s", argv[1]);
	argv[1] = argv[0];
	fuzz_argc = argc - 1;
	fuzz_argv = argv + 1;
	host_event_init();
	um_start(line);
	return (1);
}
