#! /usr/bin/env atf-sh
# The amd64 port under QEMU forwards IPv4 between its two virtio cards, as its
# boot arguments tell it (w_router's topology).

. "$(atf_get_srcdir)/../../../lib/warren.subr"

# through PORT [WORD ...]: everything that a kernel without programs does.
through()
{
	w_init
	W_PORT=$1
	shift
	w_router "$@"
	w_wait 60 w_in a ping -n -c 1 -W 1 10.0.2.2
	w_in a ping -n -c 3 -i 0.2 -W 3 10.0.2.2 >out || atf_fail "a to b"
	atf_check -o match:'ttl=63' cat out
	w_ping b 10.0.1.2
	w_ping a 10.0.2.2 -M do -s 1472
	w_ping a 10.0.1.1 -s 8000
	w_serve_iperf b
	w_iperf a b 10.0.2.2 -t 2
	w_iperf a b 10.0.2.2 -t 2 -R
	w_iperf a b 10.0.2.2 -u -b 10M -l 1400 -t 1
	w_in a ping -n -c 1 -W 3 -t 1 10.0.2.2 >out
	atf_check -o match:'From 10\.0\.1\.1.*Time to live exceeded' cat out
}

w_test microvm 240 "microvm, virtio over MMIO"
microvm_body()
{
	through qemu
}

w_test microvm_no_offload 240 "the same without the cards' offloads"
microvm_no_offload_body()
{
	through qemu offload off
}

w_test q35 240 "q35, virtio over PCI"
q35_body()
{
	through q35
}

w_test packet 120 "a card that takes over an interface of the host's"
packet_body()
{
	w_init
	w_host a
	w_host b
	w_host m
	w_link a ta m va
	w_link b tb m vb
	w_machine r <<-EOF
		card em0 packet va $(w_ns m)
		card em1 packet vb $(w_ns m)
	EOF
	w_etc r hostname.em0 'inet 10.0.1.1/24'
	w_etc r hostname.em1 'inet 10.0.2.1/24'
	w_etc r sysctl.conf 'net.inet.ip.forwarding=1'
	W_PORT=qemu w_boot r
	w_addr a ta 10.0.1.2/24 10.0.1.1
	w_addr b tb 10.0.2.2/24 10.0.2.1
	w_wait 60 w_in a ping -n -c 1 -W 1 10.0.2.2
	w_ping b 10.0.1.2
	w_serve_iperf b
	w_iperf a b 10.0.2.2 -t 1
	w_halt r
	atf_check -o not-match:macvtap ip -n "$(w_ns m)" -d link
}

w_test wire 120 "a wire into the hub, a usermode machine at its other end"
wire_body()
{
	w_init
	w_host a
	w_host b
	warren-hub "$PWD/hub" >hub.out 2>&1 &
	w_made proc $!
	w_wait 10 test -S hub
	w_machine q <<-EOF
		card em0 tap ta $(w_ns a)
		card em1 wire $PWD/hub
	EOF
	w_etc q hostname.em0 'inet 10.0.1.1/24'
	w_etc q hostname.em1 'inet 10.0.0.1/24'
	w_etc q mygate 10.0.0.2
	w_etc q sysctl.conf 'net.inet.ip.forwarding=1'
	w_machine u <<-EOF
		card em0 wire $PWD/hub
		card em1 tap tb $(w_ns b)
	EOF
	w_etc u hostname.em0 'inet 10.0.0.2/24'
	w_etc u hostname.em1 'inet 10.0.2.1/24'
	w_etc u mygate 10.0.0.1
	w_etc u sysctl.conf 'net.inet.ip.forwarding=1'
	W_PORT=qemu w_boot q
	w_boot u
	w_addr a ta 10.0.1.2/24 10.0.1.1
	w_addr b tb 10.0.2.2/24 10.0.2.1
	w_wait 60 w_in a ping -n -c 1 -W 1 10.0.2.2
	w_ping b 10.0.1.2
	w_ping b 10.0.1.2 -s 1472 -M do
	w_serve_iperf b
	w_iperf a b 10.0.2.2 -t 1
}

w_test refused 60 "what needs programs is refused, by file and line"
refused_body()
{
	w_init
	w_host a
	w_machine r <<-EOF
		card em0 tap ta $(w_ns a)
	EOF
	w_etc r hostname.em0 'inet 10.0.1.1/24' '' 'description "x"'
	atf_check -s exit:1 -e match:'etc/hostname.em0:3: "description' \
	    warren boot -n "$W_ID-r" -p qemu m/r
	rm m/r/etc/hostname.em0
	w_etc r sysctl.conf net.inet.ip.ttl=3
	atf_check -s exit:1 -e match:'etc/sysctl.conf:1: "net.inet.ip.ttl' \
	    warren boot -n "$W_ID-r" -p qemu m/r
	atf_check -s exit:1 test -e "$W_RUN/$W_ID-r"
}

w_test exec 60 "warren exec says that there are no programs; list and log work"
exec_body()
{
	w_init
	w_machine r </dev/null
	W_PORT=qemu w_boot r
	atf_check -s exit:1 -e match:'runs no programs' \
	    warren exec "$W_ID-r" true
	atf_check -o match:"^$W_ID-r +qemu .* up " warren list
	atf_check -o match:'^Warren' warren log "$W_ID-r"
	w_halt r
}

atf_init_test_cases()
{
	w_add_tests
}
