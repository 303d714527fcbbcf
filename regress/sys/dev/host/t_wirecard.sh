#! /usr/bin/env atf-sh
# Wires between two machines: who comes and goes.  What they forward is
# regress/sys/netinet's business.
#
#	machine r: em0 10.0.0.1 ======== em0 10.0.0.2 :machine s

. "$(atf_get_srcdir)/../../../lib/warren.subr"
. "$(atf_get_srcdir)/dev.subr"

ends()
{
	w_machine r <<-END
		card em0 wire $PWD/w $1
	END
	w_machine s <<-END
		card em0 wire $PWD/w $2
	END
	w_etc r hostname.em0 'inet 10.0.0.1/24'
	w_etc s hostname.em0 'inet 10.0.0.2/24'
}

pass()
{
	w_exec r ping -n -q -c 2 -w 10 10.0.0.2 >/dev/null ||
	    atf_fail "r does not reach s"
	w_exec s ping -n -q -c 2 -w 10 -s 1472 -D 10.0.0.1 >/dev/null ||
	    atf_fail "s does not reach r"
}

w_test link "the link is up while both ends are there"
link_body()
{
	w_init
	ends
	w_boot r
	d_link r em0 'no carrier'
	w_boot s
	d_link r em0 active
	d_link s em0 active
	pass
	w_halt s
	d_link r em0 'no carrier'
	w_boot s
	d_link r em0 active
	pass
	w_halt r
	d_link s em0 'no carrier'
	w_boot r
	d_link s em0 active
	pass
}

w_test killed "an end that is killed is gone, and may come back"
killed_body()
{
	w_init
	ends
	w_boot r
	w_boot s
	pass
	kill -9 "$(d_pid r)"
	d_link s em0 'no carrier'
	warren halt "$W_ID-r" 2>/dev/null
	w_boot r
	d_link s em0 active
	pass
}

w_test offloads "ends that differ in offloads"
offloads_body()
{
	w_init
	ends 'offload off' ''
	w_boot r
	w_boot s
	pass
}

w_test third "a third machine is refused, says so, and waits"
third_body()
{
	w_init
	ends
	w_machine t <<-END
		card em0 wire $PWD/w
	END
	w_etc t hostname.em0 'inet 10.0.0.2/24'
	w_boot r
	w_boot s
	pass
	w_boot t
	w_wait 10 eval "warren log $W_ID-t | grep -q \
	    'wire .*: refused: two machines have it already'"
	d_link t em0 'no carrier'
	pass
	w_halt s
	d_link t em0 active
	w_exec r ping -n -q -c 2 -w 10 10.0.0.2 >/dev/null ||
	    atf_fail "the third did not take the place"
}

w_test hello "what is no wire is hung up on"
hello_body()
{
	w_init
	ends
	w_boot r
	python3 "$DEV/h_qemu.py" junk "$PWD/w" || atf_fail "not hung up on"
	w_boot s
	pass
}

w_test full "a sender that waits for room hears of it, whenever that comes"
full_body()
{
	w_init
	w_host a
	w_machine r <<-END
		card em0 tap va $(w_ns a)
		card em1 wire $PWD/w
	END
	w_etc r hostname.em0 'inet 10.0.1.1/24'
	w_etc r hostname.em1 'inet 10.0.0.1/24'
	w_etc r sysctl.conf 'net.inet.ip.forwarding=1'
	w_boot r
	w_addr a va 10.0.1.2/24 10.0.1.1
	w_exec r arp -s 10.0.0.2 02:00:00:00:00:02
	w_in a python3 "$DEV/h_send.py" 10.0.0.2 60 &
	w_made proc $!
	timeout 60 "$DEV/h_full" "$PWD/w" 200 || atf_fail "it missed the bell"
}

atf_init_test_cases()
{
	w_add_tests
}
