#! /usr/bin/env atf-sh
# route(8) in a machine: one card, host a behind it (user.subr).

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/../user.subr"

w_test messages "what add, change and delete say"
messages_body()
{
	u_machine
	u_ok 'add net 10.20.0.0/24: gateway 10.0.1.2
' route add -net 10.20.0.0/24 10.0.1.2
	u_says 1 'add net 10.20.0.0/24: gateway 10.0.1.2: File exists' \
	    route add -net 10.20.0.0/24 10.0.1.2
	u_says 1 'add net 10/8: gateway 192.0.2.1: Network is unreachable' \
	    route add -net 10/8 192.0.2.1
	u_ok 'add net default: gateway 10.0.1.2
' route add default 10.0.1.2
	u_ok 'add host 10.40.0.1: gateway 10.0.1.2
' route add 10.40.0.1 10.0.1.2
	u_ok 'change net 10.20.0.0/24: gateway 10.0.1.3
' route change -net 10.20.0.0/24 10.0.1.3
	u_ok 'delete net 10.20.0.0/24
' route delete -net 10.20.0.0/24
	u_says 1 'delete net 10.20.0.0/24: not in table' \
	    route delete -net 10.20.0.0/24
	u_ok 'delete host 10.40.0.1: gateway 10.0.1.2
' route delete 10.40.0.1 10.0.1.2
	u_do route -q delete default
	u_fail 1 'route: 10.0.0.0.0: bad address
' route -n add 10.0.0.0.0 10.0.1.2
	atf_check -s exit:1 -e match:'botched keyword: nonsense' \
	    warren exec "$M" route nonsense
}

w_test get "the route that is taken"
get_body()
{
	u_machine
	u_do route -q add -net 10.20.0.0/16 10.0.1.2 -label wan -mtu 1400
	x route -n get 10.20.3.4 | sed 's/ *$//' >out
	atf_check -o inline:'   route to: 10.20.3.4
destination: 10.20.0.0
       mask: 255.255.0.0
    gateway: 10.0.1.2
  interface: em0
 if address: 10.0.1.1
   priority: 8 (static)
      flags: <UP,GATEWAY,DONE,STATIC>
      label: wan
     use       mtu    expire
       0      1400         0
' cat out
	u_match 'priority: 1 \(local\)' route -n get 10.0.1.1
	u_match 'flags: <UP,DONE,CLONING,CONNECTED>' route -n get 10.0.1.77
	u_says 1 'get host 192.0.2.1: not in table' route -n get 192.0.2.1
	atf_check -s exit:1 -o match:'not in table' \
	    warren exec "$M" route -n get default
}

w_test show "columns, flags and selections of the table"
show_body()
{
	u_machine
	u_do ifconfig em0 lladdr 02:00:00:00:00:11
	u_do route -q add -net 10.20.0.0/16 10.0.1.2 -label wan
	u_do route -q add -priority 20 default 10.0.1.2
	u_do route -q add -blackhole 10.21.0.0/16 127.0.0.1
	u_do route -q add -reject 10.22.0.0/16 127.0.0.1
	x route -n show >out
	atf_check -o inline:'Routing tables

Internet:
Destination        Gateway            Flags   Refs      Use   Mtu  Prio Iface
' head -4 out
	for line in \
	    'default            10.0.1.2           UGS    ....20 em0' \
	    '10.0.1/24          10.0.1.1           UCn    ....4 em0' \
	    '10.0.1.1           02:00:00:00:00:11  UHLl   ....1 em0' \
	    '10.20/16           10.0.1.2           UGS    ....8 em0' \
	    '10.21/16           127.0.0.1          UGSB   ....8 lo0' \
	    '10.22/16           127.0.0.1          UGRS   ....8 lo0'; do
		re=$(echo "$line" | sed 's/\.\.\.\./.* /')
		grep -q "^$re *$" out || atf_fail "no line: $line: $(cat out)"
	done
	atf_check -o file:out warren exec "$M" netstat -rn
	u_match '^10.20/16 .* "wan"$' route -nv show
	x route -n show -label wan >out
	atf_check -o match:'^10.20/16' -o not-match:'^10.21' cat out
	x route -n show -priority 20 >out
	atf_check -o match:'^default' -o not-match:'^10' cat out
}

w_test reject "blackhole and reject routes"
reject_body()
{
	u_machine
	u_do route -q add -blackhole 10.21.0.0/16 127.0.0.1
	u_do route -q add -reject 10.22.0.0/16 127.0.0.1
	atf_check -s exit:1 -o match:'0 packets received' \
	    warren exec "$M" ping -c 1 -w 1 10.21.0.1
	atf_check -s exit:1 -o match:'0 packets received' \
	    -e inline:'ping: sendto: Network is unreachable
' warren exec "$M" ping -c 1 -w 1 10.22.0.1
}

w_test priority "the best of several, and what follows when it goes"
priority_body()
{
	u_machine
	u_do route -q add -priority 20 10.20.0.0/16 10.0.1.4
	u_do route -q add 10.20.0.0/16 10.0.1.3
	u_match 'gateway: 10.0.1.3' route -n get 10.20.0.1
	u_match 'gateway: 10.0.1.4' route -n get -priority 20 10.20.0.0/16
	u_do route -q delete -priority 8 10.20.0.0/16
	u_match 'gateway: 10.0.1.4' route -n get 10.20.0.1
	u_do route -q add -mpath 10.30.0.0/16 10.0.1.3
	u_do route -q add -mpath 10.30.0.0/16 10.0.1.4
	x netstat -rn | grep -c '^10.30/16 .* UGSP ' >count
	atf_check -o inline:'2
' cat count
	u_do route -q delete 10.30.0.0/16 10.0.1.3
	u_match 'gateway: 10.0.1.4' route -n get 10.30.0.1
}

w_test flush "flush leaves what belongs to the interfaces"
flush_body()
{
	u_machine
	x netstat -rn | awk '{ print $1, $2, $3 }' | grep -v UHLc >before
	u_do route -q add default 10.0.1.2
	u_do route -q add -label out 10.20.0.0/16 10.0.1.2
	atf_check -o inline:'10.20/16             10.0.1.2             done
' warren exec "$M" route -n flush -label out
	u_match 'default              10.0.1.2             done' route -n flush
	x netstat -rn | awk '{ print $1, $2, $3 }' >after
	grep -v '^127/8' before >want
	atf_check -o file:want grep -v '^127/8' after
}

w_test monitor "changes are told as they happen"
monitor_body()
{
	u_machine
	warren exec "$M" route -n monitor >mon 2>&1 &
	w_made proc $!
	w_wait 10 monitored
	u_do route -q add -net 10.20.0.0/16 10.0.1.2
	u_do ifconfig em0 inet 10.0.7.1/24 alias
	u_do ifconfig lo3 create
	u_do ifconfig lo3 destroy
	w_wait 5 grep -q 'what: departure' mon
	for line in 'RTM_ADD: Add Route: len ' ', priority 8, table 0, if# ' \
	    '^flags:<UP,GATEWAY,DONE,STATIC>$' \
	    '^sockaddrs: <DST,GATEWAY,NETMASK' \
	    '^ 10.20.0.0 10.0.1.2 /16' 'RTM_NEWADDR: address being added' \
	    'RTM_IFANNOUNCE: iface arrival/departure: len' \
	    'name: lo3, what: arrival'; do
		grep -q -e "$line" mon || atf_fail "no $line in $(cat mon)"
	done
}

# monitored: route monitor has begun to tell.
monitored()
{
	x route -qn add -host 10.0.9.9 10.0.1.2
	x route -qn delete -host 10.0.9.9
	[ -s mon ]
}

w_test table "routing tables of their own, and exec"
table_body()
{
	u_machine
	u_do ifconfig lo3 create
	u_do ifconfig lo3 rdomain 3
	u_do ifconfig lo3 inet 10.3.3.3/24
	u_do route -q -T 3 add -net 10.20.0.0/16 10.3.3.3
	u_match 'interface: lo3' route -n -T 3 get 10.20.0.1
	atf_check -s exit:1 -o match:'not in table' \
	    warren exec "$M" route -n get 10.20.0.1
	u_match 'interface: lo3' route -T 3 exec route -n get 10.20.0.1
	atf_check -s exit:7 warren exec "$M" route -T 3 exec sh -c 'exit 7'
	atf_check -s exit:127 -e match:'^route: nosuch: ' \
	    warren exec "$M" route -T 3 exec nosuch
	atf_check -s exit:126 -e match:'^route: /etc: ' \
	    warren exec "$M" route -T 3 exec /etc
	u_fail 1 'route: setrtable: Invalid argument
' route -T 9 exec true
}

w_test privilege "anybody may look, only root may change"
privilege_body()
{
	u_machine
	x netstat -rn | awk '{ print $1, $2 }' >before
	for words in 'add default 10.0.1.2' 'delete 10.0.1.0/24' flush; do
		# shellcheck disable=SC2086
		u_denied 'route: must be root to alter routing table' \
		    route $words
	done
	atf_check -o match:'interface: em0' \
	    warren exec -u nobody "$M" route -n get 10.0.1.2
	x netstat -rn | awk '{ print $1, $2 }' >after
	atf_check -o file:before cat after
}

atf_init_test_cases()
{
	w_add_tests
}
