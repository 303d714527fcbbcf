#!/bin/sh
# The kernel's own tests under the address and undefined behaviour sanitizers,
# in the usermode port as "make asan" builds it.

. "$(dirname "$0")/ktest.subr"

kernel()
{
	"$OBJ-asan/sys/usermode/warren-ktest" "$@" </dev/null
}

ktest_main_files "$@"
