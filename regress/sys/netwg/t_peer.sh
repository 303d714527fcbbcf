#! /usr/bin/env atf-sh
# wg(4) with a peer that was written from the paper alone (h_wgpeer.py), on
# host a; some of it is hostile.
#
#	host a (h_wgpeer.py) ---- em0 r
#	  10.0.1.2       10.0.1.1, wg0 10.99.0.1

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/wg.subr"

peer_begin()
{
	w_init
	w_host a
	w_machine r <<-EOF
		card em0 tap ta $(w_ns a)
	EOF
	w_etc r hostname.em0 'inet 10.0.1.1/24'
	w_boot r
	w_addr a ta 10.0.1.2/24
	wg_keys r a
	w_exec r ifconfig wg0 create
	w_exec r ifconfig wg0 inet 10.99.0.1/24 wgport 51820 \
	    wgkey "$(cat r.key)" wgpeer "$(cat a.pub)" \
	    wgaip 10.99.0.2/32 "$@" || atf_fail "wg0"
}

# peer CASE
peer()
{
	w_in a /usr/bin/python3 "$(atf_get_srcdir)/h_wgpeer.py" "$1" \
	    "$(cat a.key)" "$(cat r.pub)" 10.0.1.1
}

# simple CASE DESCR: nothing to be done on the machine meanwhile.
simple()
{
	w_test "$1" "$2"
	eval "$1_body()
	{
		peer_begin
		peer $1 || atf_fail $1
		w_exec r netstat -ss -p wg
	}"
}

simple initiator "it begins: bytes, numbers, padding"
simple replays "numbers count once, within a window of 8128"
simple hostile "everything that is wrong is dropped and does no harm"
simple old_initiation "initiations are not replayed"
simple ecn "congestion bits by RFC 6040"
simple cookie "under load, cookies"

w_test responder "we begin: bytes, timestamp, the packet that waited"
responder_body()
{
	peer_begin wgendpoint 10.0.1.2 51820
	peer responder >peer.out 2>&1 &
	pid=$!
	w_wait 10 grep -q ready peer.out
	w_exec r ping -c 1 -w 5 10.99.0.2 || atf_fail "no echo"
	wait $pid || atf_fail "$(cat peer.out)"
}

w_test unanswered "an unanswered initiation is made again after 5 s"
unanswered_body()
{
	peer_begin wgendpoint 10.0.1.2 51820
	peer unanswered >peer.out 2>&1 &
	pid=$!
	w_wait 10 grep -q ready peer.out
	w_exec r ping -c 1 -w 1 10.99.0.2
	wait $pid || atf_fail "$(cat peer.out)"
}

# in_memory HEX ...: how often these stand in the kernel's memory, in one line.
in_memory()
{
	pid=$(warren list | awk -v m="$W_ID-r" '$1 == m { print $3 }')
	/usr/bin/python3 "$(atf_get_srcdir)/h_memory.py" "$pid" \
	    "$@" | tr '\n' ' '
}

hex_of()
{
	base64 -d "$1" | od -An -v -tx1 | tr -d ' \n'
}

w_test wiped "keys are in memory while they are used, and not after"
wiped_body()
{
	peer_begin
	mkfifo end
	peer keys <end >peer.out 2>&1 &
	pid=$!
	exec 9>end
	w_wait 10 grep -q . peer.out
	read -r send recv <peer.out
	openssl rand -base64 32 >psk
	psk=$(hex_of psk)
	w_exec r ifconfig wg0 wgpeer "$(cat a.pub)" wgpsk "$(cat psk)"
	# Shortly before its end, as it is kept: with its fixed bits.
	private=$(hex_of r.key | cut -c 5-60)
	was=$(in_memory "$send" "$recv" "$psk" "$private")
	for n in $was; do
		[ "$n" -gt 0 ] || atf_fail "what is sought is not there: $was"
	done
	w_exec r ifconfig wg0 down
	now=$(in_memory "$send" "$recv")
	[ "$now" = '0 0 ' ] || atf_fail "session keys are left: $now"
	w_exec r ifconfig wg0 destroy
	now=$(in_memory "$send" "$recv" "$psk" "$private")
	[ "$now" = '0 0 0 0 ' ] || atf_fail "keys are left: $now"
	echo >&9
	exec 9>&-
	wait $pid
}

atf_init_test_cases()
{
	w_add_tests
}
