#! /usr/bin/env atf-sh
# Two usermode machines under Debian 12's own kernel, in a QEMU guest (TCG),
# ping each other over a wire.
#
#	QEMU: Linux 6.1 + initramfs
#	  machine a 10.0.0.1 ==== wire ==== 10.0.0.2 machine b
#
# The guest says how it went by a word on a serial port of its own (Debian's
# cloud kernel has no /dev/port for isa-debug-exit).

. "$(atf_get_srcdir)/../lib/warren.subr"

# The newest cloud kernel of Debian 12, unpacked: ./linux/boot/vmlinuz-*.
fetch_linux()
{
	package=$(apt-cache depends linux-image-cloud-amd64 |
	    sed -n 's/.*Depends: \(linux-image-6.1.*\)/\1/p' | head -n 1)
	[ -n "$package" ] || atf_fail "no Debian 12 kernel: apt-get update"
	apt-get -o APT::Sandbox::User=root download "$package" >apt 2>&1 ||
	    atf_fail "no $package: $(tail -n 1 apt)"
	dpkg-deb -x ./linux-image-*.deb linux
}

# copy_with_libs ROOT PROGRAM DIRECTORY
copy_with_libs()
{
	mkdir -p "$1$3"
	cp "$2" "$1$3/"
	ldd "$2" | grep -o '/[^ ]*' | while read -r lib; do
		mkdir -p "$1$(dirname "$lib")"
		cp -L "$lib" "$1$lib"
	done
}

# The guest's root: BusyBox, warren, the kernel of the machines, their image.
make_initramfs()
{
	root=$PWD/root
	mkdir -p "$root/bin" "$root/proc" "$root/sys" "$root/dev" \
	    "$root/run" "$root/tmp" "$root/etc" "$root/var"
	cp /bin/busybox "$root/bin/busybox"
	copy_with_libs "$root" "$OBJ/tools/warren/warren" /bin
	copy_with_libs "$root" "$OBJ/sys/usermode/warren-kernel" /lib/warren
	cp -a "$OBJ/image" "$root/lib/warren/image"
	for m in a b; do
		mkdir -p "$root/m/$m/etc"
		echo 'card em0 wire /tmp/wan' >"$root/m/$m/machine.conf"
	done
	echo 'inet 10.0.0.1/24' >"$root/m/a/etc/hostname.em0"
	echo 'inet 10.0.0.2/24' >"$root/m/b/etc/hostname.em0"
	cp "$(atf_get_srcdir)/guest_init" "$root/init"
	chmod 755 "$root/init"
	(cd "$root" && find . | cpio -o -H newc --quiet | gzip -1) >initrd
}

w_test ping 280 "two machines under Debian 12's kernel ping each other"
ping_body()
{
	fetch_linux
	make_initramfs
	timeout 240 qemu-system-x86_64 -M q35,accel=tcg -cpu max -m 1024 \
	    -nodefaults -no-reboot -display none \
	    -serial file:console -serial file:verdict \
	    -kernel linux/boot/vmlinuz-* -initrd initrd \
	    -append 'console=ttyS0 panic=-1 quiet' ||
	    atf_fail "QEMU ended with $?"
	cat console
	[ "$(tr -d '\r\n' <verdict)" = ok ] || atf_fail "the guest failed"
}

atf_init_test_cases()
{
	w_add_tests
}
