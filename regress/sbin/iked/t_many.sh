#! /usr/bin/env atf-sh
# iked(8): two thousand SAs, by h_ike of the benchmarks.

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/iked.subr"

NUMBER=2000

# KB of all processes of iked on r
pss()
{
	ns=$(w_exec r readlink /proc/self/ns/pid)
	for p in /proc/[0-9]*; do
		[ "$(readlink "$p/ns/pid")" = "$ns" ] &&
		    [ "$(cat "$p/comm")" = iked ] &&
		    sed -n 's/^Pss: *\([0-9]*\).*/\1/p' "$p/smaps_rollup"
	done 2>/dev/null | awk '{ n += $1 } END { print n }'
}

# load NUMBER: so many SAs, which stay until the program's input ends
load()
{
	rm -f in
	mkfifo in
	w_in a "$OBJ/regress/bench/h_ike" -k -n "$1" 10.0.1.2 10.0.1.1 \
	    <in >load &
	_t_load=$!
	w_made proc $_t_load
	exec 9>in
	w_wait 100 grep -q "^sas $1 failed 0 " load || atf_fail "$(cat load)"
}

# unload: the peers go
unload()
{
	exec 9>&-
	wait $_t_load
	atf_check -o match:"^deleted $1 " cat load
}

# responder [WORD ...]: r, whose peers are all on a
responder()
{
	w_init
	w_host a
	w_machine r <<-EOC
		card em0 tap ta $(w_ns a)
	EOC
	w_etc r hostname.em0 'inet 10.0.1.1/24'
	w_boot r
	w_addr a ta 10.0.1.2/24
	iked r "ikev2 load passive esp from 10.2.0.0/24 to 10.64.0.0/10 \
peer any $S srcid gw.example $* $K"
}

spis()
{
	sed -n 's/.* \(0x[0-9a-f]*\) .*/\1/p' "$1" | sort
}

w_test many 150 "shown, deleted some at a time, their memory given back"
many_body()
{
	responder
	load 50
	w_exec r ikectl reset sa
	iked_none r
	unload 50
	before=$(pss)
	load $NUMBER
	during=$(pss)
	w_exec r ikectl show sa >sa
	w_exec r ipsecctl -s all >all
	atf_check -o inline:"$NUMBER\n" grep -c ^iked_sas sa
	grep sa_childsas sa | spis /dev/stdin >shown
	grep '^esp tunnel' all | spis /dev/stdin >kernel
	atf_check -o inline:"$((NUMBER * 2))\n" grep -c . kernel
	# the peers' SPIs, which count up, are there as well
	atf_check cmp shown kernel
	atf_check -o inline:"$((NUMBER * 2))\n" grep -c '^flow' all
	w_exec r ikectl reset sa
	iked_none r
	unload $NUMBER
	w_exec r ipsecctl -s all >all
	atf_check -s exit:1 grep -e '^esp' -e '^flow' all
	after=$(pss)
	echo "$before KB, with $NUMBER SAs $during, then $after"
	[ $((after - before)) -lt $(((during - before) / 2)) ] ||
	    atf_fail "memory stays: $before, $during, $after KB"
}

w_test ends 150 "all come to their end while iked is busy, none is forgotten"
ends_body()
{
	responder lifetime 20
	load $NUMBER
	# the process that has most to do
	p=$(w_exec r sh -c 'for p in $(pidof iked); do
	    echo $(cut -d " " -f 14 /proc/$p/stat) $p; done' | sort -n |
	    tail -n 1 | cut -d ' ' -f 2)
	w_exec r kill -STOP "$p"
	w_wait 60 overdue
	w_exec r kill -CONT "$p"
	w_wait 60 ended
	exec 9>&-
	wait $_t_load
	atf_check -o match:"^deleted .* ended $NUMBER\$" cat load
}

w_test stuck 60 "syslogd does not move, and nobody waits for it"
stuck_body()
{
	responder
	iked_stop r
	w_exec r pidof syslogd || w_exec r syslogd -O /tmp/messages
	w_exec r iked
	w_wait 20 w_exec r ikectl show sa
	w_exec r sh -c 'kill -STOP $(pidof syslogd)'
	# more lines than the socket holds
	load $NUMBER
	unload 0
	w_exec r sh -c 'kill -CONT $(pidof syslogd)'
}

# All have come to their soft end: the newest was made so long ago.
overdue()
{
	w_exec r ipsecctl -v -s sa | sed -n 's/.*add \([0-9]*\).*/\1/p' |
	    awk -v then=$(($(date +%s) - 19)) '
	    $1 > then { n++ } END { exit n > 0 }'
}

ended()
{
	[ "$(iked_stat r 'messages* received')" -ge $((NUMBER * 3)) ]
}

atf_init_test_cases()
{
	w_add_tests
}
