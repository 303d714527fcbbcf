#!/bin/sh
# The kernel's own tests, in the usermode port.

. "$(dirname "$0")/ktest.subr"

kernel()
{
	"$OBJ/sys/usermode/warren-ktest" "$@" </dev/null
}

ktest_main "$@"
