#! /usr/bin/env atf-sh
# Every kind of card on either side of a machine, offloads on and off: every
# size of packet, many streams both ways (w_router's topology, with veth pairs
# where a card takes an interface over).

. "$(atf_get_srcdir)/../../lib/warren.subr"

# plug HOST KIND: what is to be said of host HOST's card, and its end there.
plug()
{
	case $2 in
	tap)	echo "tap t$1 $(w_ns "$1")" ;;
	packet|xdp)
		ip link add "t$1" netns "$(w_ns "$1")" type veth \
		    peer name "v$1" netns "$(w_ns m)" ||
		    atf_fail "no veth for $1"
		w_in m ip link set "v$1" up
		# Over XDP nobody finishes checksums or cuts segments.
		[ "$2" = packet ] || w_in "$1" ethtool -K "t$1" tx off \
		    >/dev/null || atf_fail "ethtool"
		[ "$2" = packet ] && echo "packet v$1 $(w_ns m)" ||
		    echo "packet v$1 $(w_ns m) mode xdp" ;;
	esac
}

# combination KIND-A KIND-B [WORD ...]
combination()
{
	w_init
	w_host a
	w_host b
	w_host m
	ka=$(plug a "$1")
	kb=$(plug b "$2")
	shift 2
	w_machine r <<-EOF
		card em0 $ka $*
		card em1 $kb $*
	EOF
	w_etc r hostname.em0 'inet 10.0.1.1/24'
	w_etc r hostname.em1 'inet 10.0.2.1/24'
	w_etc r sysctl.conf 'net.inet.ip.forwarding=1'
	w_boot r
	w_addr a ta 10.0.1.2/24 10.0.1.1
	w_addr b tb 10.0.2.2/24 10.0.2.1
	w_wait 10 w_in a ping -n -c 1 -W 1 10.0.2.2
	# Sizes around every boundary: a small mbuf, a cluster, the MTU.
	for s in 0 1 2 3 17 18 19 20 50 100 150 200 205 210 214 215 216 217 \
	    220 225 230 240 250 256 500 1000 1400 1470 1471 1472 1473 1480 \
	    1481 1500 2000 2015 2020 2047 2048 2049 2960 2961 4000 8000; do
		w_in a ping -n -q -c 2 -i 0.01 -W 3 -s $s 10.0.2.2 >ping.out ||
		    atf_fail "size $s: $(tr '\n' ' ' <ping.out)"
	done
	w_serve_iperf b
	w_iperf a b 10.0.2.2 -t 5 -P 8
	w_iperf a b 10.0.2.2 -t 5 -P 8 -R
	w_iperf a b 10.0.2.2 -t 5 --bidir
	for l in 16 100 1472 1473 4000; do
		w_iperf a b 10.0.2.2 -t 1 -u -b 5M -l $l
	done
	w_exec r true || atf_fail "the machine is gone"
}

for a in tap packet xdp; do
	for b in tap packet xdp; do
		w_test ${a}_${b} 280 "$a to $b"
		eval "${a}_${b}_body() { combination $a $b; }"
		w_test ${a}_${b}_off 280 "$a to $b, no offloads"
		eval "${a}_${b}_off_body() { combination $a $b offload off; }"
	done
done

atf_init_test_cases()
{
	w_add_tests
}
