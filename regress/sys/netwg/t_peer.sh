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

atf_init_test_cases()
{
	w_add_tests
}
