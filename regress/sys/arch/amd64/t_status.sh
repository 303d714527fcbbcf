#! /usr/bin/env atf-sh
# How a machine ended is a byte that the kernel gives to QEMU's
# isa-debug-exit: the status 33 is success, 35 a failed test.

. "$(atf_get_srcdir)/../../../lib/warren.subr"

# ends MACHINE STATUS ARG: the test kernel with one argument.
ends()
{
	timeout 50 qemu-system-x86_64 -M "$1" -accel tcg -cpu max -m 128 \
	    -nodefaults -no-user-config -no-reboot -display none \
	    -serial stdio -device isa-debug-exit,iobase=0x501,iosize=1 \
	    -kernel "$OBJ/sys/amd64/ktest.elf" -append "$3" </dev/null >out
	rc=$?
	cat out
	atf_check_equal "$2" $rc
}

w_test passed "tests that pass"
passed_body()
{
	ends microvm,acpi=off 33 'ktest=t_libkern:*'
	ends q35 33 'ktest=t_libkern:*'
}

w_test nothing "no test ran: a failure"
nothing_body()
{
	ends microvm,acpi=off 35 'ktest=t_nosuch:*'
}

atf_init_test_cases()
{
	w_add_tests
}
