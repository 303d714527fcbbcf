#! /usr/bin/env atf-sh
# Debian's wg(8), unmodified, as the controller of our interface, by way of
# wgsockd(8) and warren exec -H; its peer is wireguard-go.

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/wg.subr"

# One machine alone, with an interface; the daemon runs from the start.
alone()
{
	w_machine r </dev/null
	w_boot r
	w_exec r ifconfig wg0 create
	wg_keys a b
	# As wg(8) shows it again: with the bits that do not count set.
	wg genkey >r.key
	wg pubkey <r.key >r.pub
	w_wait 10 w_hexec r wg show wg0
}

w_test set "wg set and wg show agree, and with ifconfig"
set_body()
{
	w_init
	alone
	openssl rand -base64 32 >psk
	w_hexec r wg set wg0 listen-port 51999 private-key "$PWD/r.key" \
	    peer "$(cat a.pub)" preshared-key "$PWD/psk" \
	    endpoint 192.0.2.1:1234 persistent-keepalive 25 \
	    allowed-ips 10.1.0.0/16,fd00::/64 \
	    peer "$(cat b.pub)" endpoint '[2001:db8::1]:99' ||
	    atf_fail "wg set"
	w_hexec r wg show wg0 dump >dump || atf_fail "wg show"
	cat dump
	printf '%s\t%s\t51999\toff\n' "$(cat r.key)" "$(cat r.pub)" >want
	printf '%s\t%s\t%s\t%s\t0\t0\t0\t%s\n' "$(cat a.pub)" "$(cat psk)" \
	    192.0.2.1:1234 10.1.0.0/16,fd00::/64 25 >>want
	printf '%s\t(none)\t%s\t(none)\t0\t0\t0\toff\n' "$(cat b.pub)" \
	    '[2001:db8::1]:99' >>want
	cmp dump want || atf_fail "wg show differs"
	w_exec r ifconfig wg0 >out
	for l in 'wgport 51999' "wgpubkey $(cat r.pub)" 'wgpka 25 (sec)' \
	    'wgpsk (present)' 'wgendpoint 192.0.2.1 1234' \
	    'wgaip fd00::/64' 'wgendpoint 2001:db8::1 99'; do
		grep -q "$l" out || atf_fail "ifconfig does not say $l"
	done
	w_hexec r wg set wg0 peer "$(cat b.pub)" remove
	w_hexec r wg show wg0 peers >out
	[ "$(cat out)" = "$(cat a.pub)" ] || atf_fail "b is still there"
}

w_test conf "showconf, syncconf and setconf"
conf_body()
{
	w_init
	alone
	cat >one.conf <<-EOF
		[Interface]
		ListenPort = 51820
		PrivateKey = $(cat r.key)

		[Peer]
		PublicKey = $(cat a.pub)
		AllowedIPs = 10.2.0.0/16
	EOF
	sed 's/10.2/10.3/' one.conf >two.conf
	printf '\n[Peer]\nPublicKey = %s\n' "$(cat b.pub)" >>two.conf
	w_hexec r wg setconf wg0 "$PWD/one.conf" || atf_fail "wg setconf"
	w_hexec r wg showconf wg0 >out || atf_fail "wg showconf"
	diff -B one.conf out || atf_fail "showconf differs"
	w_hexec r wg syncconf wg0 "$PWD/two.conf" || atf_fail "wg syncconf"
	w_hexec r wg show wg0 allowed-ips >out
	grep -q "$(cat a.pub).10.3.0.0/16" out || atf_fail "not changed"
	grep -q "$(cat b.pub)" out || atf_fail "not added"
	w_hexec r wg syncconf wg0 "$PWD/one.conf" || atf_fail "wg syncconf"
	w_hexec r wg show wg0 peers >out
	[ "$(cat out)" = "$(cat a.pub)" ] || atf_fail "b is still there"
}

w_test errno "bad requests are answered by an errno and change nothing"
errno_body()
{
	w_init
	alone
	cat >ask.py <<-'EOF'
	import socket, sys
	for req in sys.argv[1:]:
	    s = socket.socket(socket.AF_UNIX)
	    s.connect('/var/run/wireguard/wg0.sock')
	    s.sendall(req.encode().decode('unicode_escape').encode())
	    a = s.makefile().read(4000) if 0 else s.recv(4000).decode()
	    print(a.split('errno=')[1].strip())
	EOF
	k=$(printf %064d 7)
	w_hexec r python3 "$PWD/ask.py" 'get=1\n\n' 'get=2\n\n' \
	    'set=1\nlisten_port=65536\n\n' 'set=1\nallowed_ip=10.0.0.0/8\n\n' \
	    "set=1\\npublic_key=$k\\nallowed_ip=10.0.0.0/33\\n\\n" \
	    "set=1\\npublic_key=$k\\nprotocol_version=2\\n\\n" \
	    "set=1\\npublic_key=${k}0\\n\\n" 'set=1\nnonsense=1\n\n' \
	    'set=1\nfwmark=1\n\n' 'set=1\nfwmark=0\n\n' |
	    tr '\n' ' ' >out
	cat out
	[ "$(cat out)" = '0 71 22 71 22 96 22 22 95 0 ' ] ||
	    atf_fail "errnos: $(cat out)"
	w_hexec r wg show wg0 peers | grep . && atf_fail "a peer is there"
	return 0
}

w_test boot "rc starts the daemon, pledged, once, and not when told so"
boot_body()
{
	w_init
	alone
	w_exec r wgsockd >out 2>&1 && atf_fail "twice"
	atf_check -o match:'wgsockd: already running' cat out
	w_hexec r wg show wg0 >/dev/null || atf_fail "the first has gone"
	cat >who.py <<-'EOF'
	import socket, struct
	s = socket.socket(socket.AF_UNIX)
	s.connect('/var/run/wireguard/wg0.sock')
	print(struct.unpack('3i', s.getsockopt(1, socket.SO_PEERCRED, 12))[0])
	EOF
	pid=$(w_hexec r python3 "$PWD/who.py")
	atf_check -o match:'^Seccomp:.2' -o match:'^Name:.wgsockd' \
	    cat "/proc/$pid/status"
	w_hexec r stat -c %a /var/run/wireguard/wg0.sock >out
	[ "$(cat out)" = 700 ] || atf_fail "mode $(cat out)"
	kill "$pid"
	w_wait 10 no_socket r wg0
	w_exec r wgsockd || atf_fail "not again"
	w_machine q </dev/null
	w_etc q rc.conf.local 'wgsockd_flags=NO'
	w_boot q
	w_exec q ifconfig wg0 create
	w_exec q ifconfig wg0 wgport 1
	no_socket q wg0 || atf_fail "started all the same"
}

w_test pieces "requests in pieces, several at once, and what is no request"
pieces_body()
{
	w_init
	alone
	cat >pieces.py <<-'EOF'
	import socket
	def client():
	    s = socket.socket(socket.AF_UNIX)
	    s.connect('/var/run/wireguard/wg0.sock')
	    s.settimeout(10)
	    return s
	def answers(s, n):
	    text = ''
	    while text.count('\n\n') < n:
	        more = s.recv(4000).decode()
	        assert more, text
	        text += more
	    return [a.split('errno=')[1] for a in text.split('\n\n')[:-1]]
	s = client()
	for c in 'get=1\n\n':
	    s.sendall(c.encode())
	assert answers(s, 1) == ['0']
	s.sendall(b'get=1\n\nset=1\nlisten_port=7\n\nget=3\n\nget')
	assert answers(s, 3) == ['0', '0', '71']
	s.sendall(b'=1\n\n')
	assert answers(s, 1) == ['0']
	key = '%064x'
	peers = ''.join('public_key=%064x\nallowed_ip=10.%d.%d.0/24\n' % (
	    i + 1, i >> 8, i & 255) for i in range(2000))
	s.sendall(('set=1\n' + peers + '\n').encode())
	assert answers(s, 1) == ['0']
	s.sendall(b'get=1\n\n')
	text = ''
	while not text.endswith('\n\n'):
	    text += s.recv(65536).decode()
	assert text.count('public_key=') == 2000, text.count('public_key=')
	s.sendall(b'set=1\nreplace_peers=true\n\n')
	assert answers(s, 1) == ['0']
	s.sendall(b'get\0=1\n\n')		# no text: good bye
	assert s.recv(100) == b''
	quiet = [client() for _ in range(300)]	# more than there is room for
	for q in quiet:
	    q.close()
	s = client()
	s.sendall(b'get=1\n\n')
	assert answers(s, 1) == ['0']
	EOF
	w_hexec r python3 "$PWD/pieces.py" || atf_fail "pieces"
}

w_test scope "an endpoint with a scope"
scope_body()
{
	w_init
	alone
	w_hexec r wg set wg0 peer "$(cat a.pub)" \
	    endpoint '[2001:db8::1]:5' || atf_fail "wg set"
	w_hexec r wg set wg0 peer "$(cat b.pub)" endpoint '[fe80::1%lo0]:5' ||
	    atf_fail "wg set with a scope"
	w_hexec r wg show wg0 endpoints | grep -q 'fe80::1%' ||
	    atf_fail "$(w_hexec r wg show wg0 endpoints)"
}

w_test follow "sockets come and go with their interfaces"
follow_body()
{
	w_init
	alone
	w_exec r ifconfig wg7 create
	w_wait 10 w_hexec r wg show wg7
	w_exec r ifconfig wg7 destroy
	w_wait 10 no_socket r wg7
}

no_socket()
{
	! w_hexec "$1" test -e "/var/run/wireguard/$2.sock"
}

atf_init_test_cases()
{
	w_add_tests
}
