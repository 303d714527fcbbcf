#!/usr/bin/env atf-sh
# Each fuzz target for a moment, from its seeds.  Those that are about the
# network stack reach nearly all that `make fuzz' asks for by their seeds alone;
# of the others only a target that reaches next to nothing fails.

: "${OBJ:?OBJ is the object directory}"

least=80

# targets NAME DESCR TARGET ...
targets()
{
	atf_test_case "$1"
	eval "$1_head()
	{
		atf_set descr \"$2\"
		atf_set timeout 250
	}
	$1_body()
	{
		top=\$(cat \"\$(atf_get_srcdir)/top\")
		atf_check -o save:out \"\$top/tools/fuzz\" -n -t 2 \\
		    -m $least $3
		cat out
		tail -n 1 out | grep -q ', 0 failed\$' || atf_fail out
	}"
	names="$names $1"
}

targets link "frames and the link level" "ether arp vnet"
targets inet "IPv4" "ip reass icmp udp igmp syscall sysctl"
targets inet6 "IPv6" "ip6 frag6 icmp6 udp6 nd mld"
targets calls "system calls and what goes through them" \
    "route syscall ioctl sysctl bpf"
least=40
targets wg "WireGuard" "wg wgioctl wgsockd"
targets ikecert "what peers of iked show its ca process" "ikecert"
targets iked "iked, before and after authentication, its file, its processes" \
    "ike ikemsg ikeconf imsg"
targets ipsec "ESP, AH, IPcomp, ESP in UDP" "esp ah ipcomp udpencap"
targets pfkey "PF_KEY, and the file of ipsecctl" "pfkey ipsecconf"

atf_init_test_cases()
{
	for n in $names; do
		atf_add_test_case "$n"
	done
}
