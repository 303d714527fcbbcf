#! /usr/bin/env atf-sh
# tcpdump(8) in a machine: one card, host a behind it (user.subr); or a router
# between two hosts (w_router).

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/../../sbin/user.subr"

# dump NAME [OPTION ...]: capture in the machine, in the background, for ten
# seconds at most; its output goes to NAME.out and NAME.err.
dump()
{
	_d=$1
	shift
	warren exec "$M" timeout 20 tcpdump "$@" >"$_d.out" 2>"$_d.err" &
	dumper=$!
	w_made proc $dumper
	w_wait 10 grep -q 'listening on' "$_d.err"
}

# dumped NAME: wait for its end, which is a success.
dumped()
{
	wait $dumper || atf_fail "tcpdump: $(cat "$1.err")"
}

w_test reference "what is printed is what is printed at the host's end"
reference_body()
{
	u_machine
	w_capture a ta a.pcap
	dump m -nt -s 0 -i em0 -c 8 icmp
	w_in a ping -q -c 2 -i 0.1 -s 200 10.0.1.1 >/dev/null
	x ping -q -c 2 -i 0.1 10.0.1.2 >/dev/null
	dumped m
	w_wait 5 sh -c 'test $(tcpdump -r a.pcap icmp 2>/dev/null |
	    wc -l) -eq 8'
	tcpdump -nt -r a.pcap icmp >want 2>/dev/null
	atf_check -o file:want cat m.out
	atf_check -o match:'^tcpdump: listening on em0, link-type EN10MB$' \
	    -o match:'^[0-9]+ packets received by filter$' \
	    -o match:'^0 packets dropped by kernel$' cat m.err
	for o in -e -v -vvv -x -X -A -q; do
		tcpdump -nt $o -r a.pcap icmp >want 2>/dev/null
		x tcpdump -nt $o -r - icmp <a.pcap >got ||
		    atf_fail "option $o"
		atf_check -o file:want cat got
	done
}

w_test handbook "the handbook's filters as they stand"
handbook_body()
{
	u_machine
	dump esp -ni em0 -c 4 port 500 or port 4500 or proto esp
	w_in a python3 "$(atf_get_srcdir)/frames.py" send 10.0.1.1
	w_in a python3 "$(atf_get_srcdir)/frames.py" send 10.0.1.1
	dumped esp
	atf_check -o match:'10.0.1.2.[0-9]+ > 10.0.1.1.500: ' \
	    -o match:'10.0.1.2.[0-9]+ > 10.0.1.1.4500: ' \
	    -o match:'10.0.1.2 > 10.0.1.1: ESP\(spi=0x00001234,seq=0x1\)' \
	    -o not-match:'AH\(' -o not-match:'51820' cat esp.out
	dump wg -ni em0 -c 1 udp port 51820
	w_in a python3 "$(atf_get_srcdir)/frames.py" send 10.0.1.1
	dumped wg
	atf_check -o match:'10.0.1.2.[0-9]+ > 10.0.1.1.51820: ' cat wg.out
	dump both -ni em0 -c 2 'proto (esp or ah)'
	w_in a python3 "$(atf_get_srcdir)/frames.py" send 10.0.1.1
	dumped both
	atf_check -o match:'ESP\(' -o match:'AH\(' cat both.out
}

w_test enc "packets of enc(4), and BSD's number of IPv6"
enc_body()
{
	u_machine
	python3 "$(atf_get_srcdir)/frames.py" enc enc.pcap
	x tcpdump -nt -r - host 10.20.0.50 <enc.pcap >out
	atf_check -o inline:'(authentic,confidential): SPI 0xdeadbeef: '\
'IP 10.10.0.1 > 10.20.0.50: ICMP echo request, id 1, seq 0, length 8
' cat out
	x tcpdump -nt -r - ip6 <enc.pcap >out
	atf_check -o match:'IP6 fd00::1 > fd00::2: ' cat out
	atf_check -o inline:'1
' grep -c '' out
	# Written again it is the same file.
	x tcpdump -w - -r - <enc.pcap >again
	atf_check cmp enc.pcap again
}

w_test write "a file that Debian's tcpdump and tshark read"
write_body()
{
	u_machine
	dump m -ni em0 -s 0 -c 4 -w /var/tmp/m.pcap icmp
	w_in a ping -q -c 2 -i 0.1 10.0.1.1 >/dev/null
	dumped m
	atf_check -o empty cat m.out
	tcpdump -nt -r m/m/var/tmp/m.pcap >want 2>host.err
	atf_check -o match:'link-type EN10MB .*snapshot length 65535' \
	    cat host.err
	x tcpdump -ntr /var/tmp/m.pcap >got
	atf_check -o file:want cat got
	atf_check -o inline:'4
' grep -c '10.0.1.2' got
	tshark -r m/m/var/tmp/m.pcap -Y icmp 2>/dev/null >shark
	atf_check -o inline:'4
' grep -c 'Echo (ping)' shark
	# Cut, and with a filter.
	x tcpdump -nt -r /var/tmp/m.pcap 'icmp[icmptype] = icmp-echo' >got
	atf_check -o inline:'2
' grep -c '' got
	x tcpdump -nt -c 1 -r /var/tmp/m.pcap >got
	atf_check -o inline:'1
' grep -c '' got
}

w_test direction "in, out and both"
direction_body()
{
	u_machine
	dump in -nti em0 -D in -c 2 icmp
	w_in a ping -q -c 2 -i 0.1 10.0.1.1 >/dev/null
	dumped in
	atf_check -o match:'10.0.1.2 > 10.0.1.1: ICMP echo request' \
	    -o not-match:'echo reply' cat in.out
	dump out -nti em0 -D out -c 2 icmp
	w_in a ping -q -c 2 -i 0.1 10.0.1.1 >/dev/null
	dumped out
	atf_check -o match:'10.0.1.1 > 10.0.1.2: ICMP echo reply' \
	    -o not-match:'echo request' cat out.out
}

w_test loopback "lo0, IPv4 and IPv6, and the words for link types"
loopback_body()
{
	u_machine
	dump four -nti lo0 -c 2 icmp
	x ping -q -c 1 127.0.0.1 >/dev/null
	dumped four
	atf_check -o match:'IP 127.0.0.1 > 127.0.0.1: ICMP echo reply' \
	    cat four.out
	dump six -nti lo0 -c 2 ip6
	x ping -q -c 1 127.0.0.1 >/dev/null
	x ping6 -q -c 1 ::1 >/dev/null
	dumped six
	atf_check -o match:'IP6 ::1 > ::1: ICMP6, echo reply' cat six.out
	atf_check -e inline:'1 link type supported:
	LOOP
' warren exec "$M" tcpdump -L -i lo0
	u_fail 1 'tcpdump: lo0: link type EN10MB is not to be had
' tcpdump -i lo0 -y EN10MB
	u_match 'jeq +#0x18' tcpdump -d -i lo0 ip6
}

w_test fildrop "-B drop: what matches does not pass"
fildrop_body()
{
	u_machine
	dump m -nti em0 -B drop -c 1 icmp
	w_in a ping -q -c 1 -W 1 10.0.1.1 >/dev/null &&
	    atf_fail "a dropped packet was answered"
	kill $dumper
	wait $dumper
	w_ping a 10.0.1.1 >/dev/null
	x netstat -s -p link >counters
	atf_check -o match:"[1-9][0-9]* .*listener's filter drops it" \
	    cat counters
}

w_test refused "mistakes, and who may not"
refused_body()
{
	u_machine
	u_fail 1 'tcpdump: em9: No such device or address
' tcpdump -ni em9
	atf_check -s exit:1 -e match:'syntax error' \
	    warren exec "$M" tcpdump -ni em0 host host
	u_fail 1 'tcpdump: invalid direction up
' tcpdump -D up
	u_fail 1 'tcpdump: invalid packet count 1x
' tcpdump -c 1x
	atf_check -s exit:1 -e match:'^usage: tcpdump ' \
	    warren exec "$M" tcpdump -Z
	u_denied 'tcpdump: /dev/bpf: Permission denied' tcpdump -i em0
	atf_check -s exit:1 -e match:'No such file' \
	    warren exec "$M" tcpdump -r /nowhere
}

w_test gone "the interface goes while it is listened to"
gone_body()
{
	u_machine
	u_do ifconfig lo7 create
	u_do ifconfig lo7 up
	dump m -nti lo7
	u_do ifconfig lo7 destroy
	wait $dumper && atf_fail "no failure"
	atf_check -o match:'^tcpdump: lo7: Input/output error$' cat m.err
}

w_test interrupt "an interrupt: what was captured is printed"
interrupt_body()
{
	u_machine
	dump m -nti em0 icmp
	w_in a ping -q -c 3 -i 0.1 10.0.1.1 >/dev/null
	x sh -c 'kill -INT $(pidof tcpdump)'
	wait $dumper
	atf_check -o inline:'6
' grep -c ICMP m.out
	atf_check -o match:'packets received by filter' cat m.err
}

w_test privileges "both processes are _tcpdump, and one is in an empty root"
privileges_body()
{
	u_machine
	dump m -nti em0
	x sh -c 'for p in $(pidof tcpdump); do
	    grep ^Uid: /proc/$p/status; done' >uids
	atf_check -o match:'^Uid:.76.76.76.76$' -o not-match:'Uid:.0' cat uids
	kill $dumper
	wait $dumper
}

# bad FILE: frames of the file with a wrong checksum, or longer than the link.
bad()
{
	tshark -n -r "$1" -o ip.check_checksum:TRUE \
	    -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE \
	    -Y 'ip.checksum.status == 0 || tcp.checksum.status == 0 ||
	    udp.checksum.status == 0 || icmp.checksum.status == 0 ||
	    icmpv6.checksum.status == 0 || frame.len > 1514' 2>/dev/null
}

# checksums [WORD ...]: TCP, UDP and ICMP through a router.
checksums()
{
	w_init
	w_router "$@"
	M=$W_ID-r
	w_serve_iperf b
	dump m -ni em0 -s 0 -c 3000 -w /var/tmp/m.pcap \
	    host 10.0.2.2 or icmp
	w_ping a 10.0.2.2 -s 3000 >/dev/null
	w_ping a 10.0.1.1 >/dev/null
	w_iperf a b 10.0.2.2 -u -b 20M -l 1000 -t 1 >/dev/null
	w_iperf a b 10.0.2.2 -n 4M >/dev/null
	w_iperf a b 10.0.2.2 -R -n 4M >/dev/null
	dumped m
	f=m/r/var/tmp/m.pcap
	bad $f >wrong
	atf_check -o empty head -5 wrong
	# It was not nothing that was right.
	for p in tcp udp icmp; do
		n=$(tshark -n -r $f -Y "$p && ip.addr == 10.0.2.2" \
		    2>/dev/null | wc -l)
		[ "$n" -gt 3 ] || atf_fail "only $n packets of $p"
	done
}

w_test checksums "offloads off: every packet passes tshark's checks"
checksums_body()
{
	checksums offload off
}

w_test checksums_offload "offloads on: packets are shown as on the wire"
checksums_offload_body()
{
	checksums
}

atf_init_test_cases()
{
	w_add_tests
}
