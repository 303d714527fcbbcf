#! /usr/bin/env atf-sh
# warren-hub(8): joining, learning, impairing, capturing.

. "$(atf_get_srcdir)/../../../lib/warren.subr"
. "$(atf_get_srcdir)/dev.subr"

A=02:00:00:00:00:0a
B=02:00:00:00:00:0b

# qemu send|recv KIND ...
qemu()
{
	python3 "$DEV/h_qemu.py" "$@"
}

# receive KIND MAC FILE: a member that writes what it gets there.
receive()
{
	rm -f "$3.out"
	python3 "$DEV/h_qemu.py" recv "$1" "$PWD/h" "$2" "$3" >"$3.out" 2>&1 &
	RECEIVER=$!
	w_made proc $RECEIVER
	w_wait 10 grep -q ready "$3.out"
}

w_test machines "three machines on one wire"
machines_body()
{
	w_init
	d_hub "$PWD/h"
	for i in 1 2 3; do
		w_machine "m$i" <<-END
			card em0 wire $PWD/h
		END
		w_etc "m$i" hostname.em0 "inet 10.0.0.$i/24"
		w_boot "m$i"
	done
	for i in 1 2 3; do
		for j in 1 2 3; do
			w_exec "m$i" ping -n -q -c 1 -w 10 "10.0.0.$j" \
			    >/dev/null || atf_fail "m$i does not reach m$j"
		done
	done
}

w_test restart "a hub that dies is a link that is down, until it is back"
restart_body()
{
	w_init
	d_hub "$PWD/h"
	w_machine m <<-END
		card em0 wire $PWD/h
	END
	w_etc m hostname.em0 'inet 10.0.0.1/24'
	w_boot m
	d_link m em0 active
	kill -9 $D_HUB
	d_link m em0 'no carrier'
	rm -f h
	d_hub "$PWD/h"
	d_link m em0 active
}

w_test first "a hub must be there before its machines"
first_body()
{
	w_init
	w_machine m <<-END
		card em0 wire $PWD/h
	END
	w_boot m
	atf_check -s exit:1 -e match:'started.*before its machines' \
	    warren-hub "$PWD/h"
}

w_test qemu "QEMU's stream and datagrams, both ways"
qemu_body()
{
	w_init
	d_hub "$PWD/h"
	seq 0 49 >want
	for from in stream dgram; do
		for to in stream dgram; do
			receive $to $B got
			qemu send $from "$PWD/h" $A 50 || atf_fail "send"
			kill $RECEIVER
			wait $RECEIVER
			atf_check cmp want got
		done
	done
}

w_test junk "what is no frame is hung up on"
junk_body()
{
	w_init
	d_hub "$PWD/h"
	qemu junk "$PWD/h" || atf_fail "not hung up on"
	receive stream $B got
	qemu send stream "$PWD/h" $A 5
	atf_check -o inline:'0\n1\n2\n3\n4\n' cat got
}

# impaired SEED NAME OPTION ...: what arrives of 400 frames
impaired()
{
	_seed=$1
	_name=$2
	shift 2
	d_hub "$PWD/h" -s "$_seed" "$@"
	receive stream $B "$_name"
	qemu send stream "$PWD/h" $A 400 0 || atf_fail "send"
	kill $RECEIVER
	wait $RECEIVER
	kill $D_HUB
	wait $D_HUB
	mv hub.out "$_name.hub"
}

w_test seed "the same seed spoils the same frames, another others"
seed_body()
{
	w_init
	impaired 7 one -l 20 -D 10 -r 10
	impaired 7 two -l 20 -D 10 -r 10
	impaired 8 three -l 20 -D 10 -r 10
	atf_check cmp one two
	atf_check -s exit:1 cmp -s one three
}

w_test loss "loss and duplicates are about as many as were asked for"
loss_body()
{
	w_init
	impaired 1 got -l 25
	n=$(wc -l <got)
	[ "$n" -gt 250 ] && [ "$n" -lt 350 ] || atf_fail "$n of 400 arrived"
	atf_check -o match:"lost $((400 - n)), duplicated 0" cat got.hub
	impaired 1 all -l 100
	atf_check cat all
	impaired 1 got -D 25
	n=$(wc -l <got)
	[ "$n" -gt 450 ] && [ "$n" -lt 550 ] || atf_fail "$n of 400 arrived"
}

w_test reorder "reordered frames all arrive"
reorder_body()
{
	w_init
	seq 0 399 >want
	impaired 1 got -r 20
	atf_check -s exit:1 cmp -s want got
	sort -n got >sorted
	atf_check cmp want sorted
}

w_test delay "a delay is added each way"
delay_body()
{
	w_init
	d_hub "$PWD/h" -d 50
	for i in 1 2; do
		w_machine "m$i" <<-END
			card em0 wire $PWD/h
		END
		w_etc "m$i" hostname.em0 "inet 10.0.0.$i/24"
		w_boot "m$i"
	done
	w_exec m1 ping -n -c 3 -w 10 10.0.0.2 >out || atf_fail "no answer"
	awk -F 'time=' '/time=/ { n++; if ($2 + 0 < 100) bad++ }
	    END { exit n == 0 || bad > 0 }' out || atf_fail "$(cat out)"
}

w_test pcap "the capture is the last frames"
pcap_body()
{
	w_init
	d_hub "$PWD/h" -p "$PWD/h.pcap" -c 30
	receive stream $B got
	qemu send stream "$PWD/h" $A 100
	kill -USR1 $D_HUB
	w_wait 10 grep -q members hub.out
	tcpdump -nexr h.pcap 2>/dev/null >dump
	[ "$(grep -c 'ethertype Unknown (0x88b5)' dump)" = 30 ] ||
	    atf_fail "not 30 frames: $(cat dump)"
	atf_check -o match:'0x0000:  0000 0046' cat dump	# 70
	atf_check -o match:'0x0000:  0000 0063' cat dump	# 99
	atf_check -o not-match:'0x0000:  0000 0045' cat dump
}

w_test usage "options that make no sense"
usage_body()
{
	w_init
	for opt in '-l 101' '-l x' '-D -1' '-d x' '-c 0' '-s x' '-r 1e9'; do
		atf_check -s exit:1 -e match:'not a' warren-hub $opt h
	done
	atf_check -s exit:1 -e match:'usage' warren-hub
	atf_check -s exit:1 -e match:'No such file' warren-hub nowhere/h
}

atf_init_test_cases()
{
	w_add_tests
}
