#!/bin/sh
# The kernel's own tests, in the amd64 port under QEMU; the verdict is the
# byte that the kernel gives to isa-debug-exit.

. "$(dirname "$0")/ktest.subr"

kernel()
{
	timeout 100 qemu-system-x86_64 -M microvm,acpi=off,isa-serial=on \
	    -accel tcg -cpu max -m 128 -nodefaults -no-user-config \
	    -no-reboot -display none -serial stdio \
	    -device isa-debug-exit,iobase=0x501,iosize=1 \
	    -kernel "$OBJ/sys/amd64/ktest.elf" -append "$*" </dev/null
	case $? in
	33)	return 0 ;;
	35)	return 1 ;;
	*)	return 2 ;;
	esac
}

ktest_main_files "$@"
