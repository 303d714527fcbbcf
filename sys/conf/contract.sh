#!/bin/sh
# usage: contract.sh [-q] machdep.h object
#
# The link check: the machine-independent kernel may leave undefined only
# what sys/sys/machdep.h declares, the four memory functions, and the bounds
# of linker sets.  Prints the machine functions that it needs, one a line
# (-q: prints nothing), and fails, naming them, on any other.
set -eu

quiet=false
if [ "$1" = -q ]; then
	quiet=true
	shift
fi
header=$1
object=$2

allowed=$(sed -n 's/^.*[^a-z_]\(md_[a-z_]*\)(.*$/\1/p' "$header" |
    sort -u)
allowed="$allowed memcpy memmove memset memcmp"
# A sanitizer's run time is the compiler's, as the stack guard is.
san='^$'
[ -n "${SANITIZE:-}" ] && san='^__(asan|ubsan|sanitizer)_'
[ -n "${COVERAGE:-}" ] && san='^__gcov_'
[ -n "${FUZZ:-}" ] && san='^__(asan|ubsan|sanitizer|sancov|llvm_profile)_'

status=0
for sym in $(${NM:-nm} -u "$object" | awk '{ print $NF }' | sort -u); do
	case $sym in
	__start_*|__stop_*|_GLOBAL_OFFSET_TABLE_)
		continue ;;
	esac
	if printf '%s\n' "$sym" | grep -Eq "$san"; then
		continue
	fi
	if printf '%s\n' $allowed | grep -qx "$sym"; then
		$quiet || printf '%s\n' "$sym"
	else
		echo "$object: $sym: not in the machine contract" >&2
		status=1
	fi
done
exit $status
