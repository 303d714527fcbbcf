#! /usr/bin/env atf-sh
# A card that cannot be opened says which, why, and what to do; nothing boots.

. "$(atf_get_srcdir)/../../../lib/warren.subr"
. "$(atf_get_srcdir)/dev.subr"

KERNEL=$OBJ/sys/usermode/warren-kernel

# refused REGEXP CARD: the kernel ends with status 1 and says so.
refused()
{
	atf_check -s exit:1 -o match:"$1" -e ignore \
	    timeout 10 "$KERNEL" -n t_open "card=$2"
}

w_test words "words that make no sense"
words_body()
{
	w_init
	refused 'card em0: : not one of tap, packet, wire' em0
	refused 'card em0: tape: not one of tap, packet, wire' em0,tape,x
	refused 'card em0: tap needs an interface name' em0,tap
	refused 'card em0: wire needs a path' em0,wire
	refused 'card em0: c: word not expected' em0,tap,a,b,c
	refused 'card em0: mtu=9: not a number from' em0,tap,x,mtu=9
	refused 'card em0: mtu=x: not a number from' em0,tap,x,mtu=x
	refused 'card em0: lladdr=1:2: not a unicast' em0,tap,x,lladdr=1:2
	refused 'not a unicast' em0,tap,x,lladdr=01:00:00:00:00:01
	refused 'a tap card has no such option' em0,tap,x,mode=xdp
	refused 'a packet card has no such option' em0,packet,x,mode=fast
	refused 'a wire card has no such option' em0,wire,x,offload=maybe
	refused 'not a card' ,tap,x
	refused 'not a card' averyveryverylongname,tap,x
	refused 'boot argument too long' "em0,tap,$(printf %0300d 0)"
}

w_test tap "TAPs that cannot be had"
tap_body()
{
	w_init
	refused 'card em0: network namespace .*no-such.*ip netns add no-such' \
	    em0,tap,x,no-such
	refused 'name too long' em0,tap,a-name-longer-than-15
	w_host a
	w_in a ip link add d0 type veth
	refused 'card em0: tap d0: .*another kind' \
	    "em0,tap,d0,$(w_ns a)"
	w_machine m <<-END
		card em0 tap t0 $(w_ns a)
	END
	w_boot m
	refused 'card em0: tap t0: .*another process has it' \
	    "em0,tap,t0,$(w_ns a)"
}

w_test packet "interfaces that cannot be taken over"
packet_body()
{
	w_init
	w_host a
	refused 'card em0: packet nx0: No such device' em0,packet,nx0
	refused 'in network namespace' "em0,packet,nx0,$(w_ns a)"
	refused 'not an Ethernet interface' "em0,packet,lo,$(w_ns a)"
	refused 'card em0: packet nx0: ' em0,packet,nx0,mode=xdp
	w_in a ip link add d0 type veth peer name d1
	w_in a ip link set d0 mtu 9000
	refused 'mode=xdp needs an MTU of at most' \
	    "em0,packet,d0,$(w_ns a),mode=xdp"
}

w_test wire "wires that lead nowhere"
wire_body()
{
	w_init
	refused 'card em0: wire nowhere/w: .*must exist' em0,wire,nowhere/w
	refused 'card em0: wire .*: File name too long' \
	    "em0,wire,$(printf %0120d 0)"
	refused 'clock nowhere/c: No such file' "em0,wire,w vtime=nowhere/c"
	echo something else >notaclock
	refused 'clock notaclock: not a clock' "em0,wire,w vtime=notaclock"
}

w_test second "the first card that fails is enough"
second_body()
{
	w_init
	w_machine m <<-END
		card em0 wire $PWD/w
		card em1 packet nx0
	END
	atf_check -s exit:1 -o ignore -e match:'card em1: packet nx0' \
	    warren boot -n "$W_ID-m" m/m
}

atf_init_test_cases()
{
	w_add_tests
}
