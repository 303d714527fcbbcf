"""First inputs of the targets that are about iked(8): see seeds.py."""
import struct

from cryptography.hazmat.primitives.asymmetric.x25519 import (
    X25519PrivateKey)
from cryptography.hazmat.primitives.serialization import (
    Encoding, PublicFormat)

from seeds_packet import rec


def ike_payloads():
    """One of each kind: type, body."""
    def xf(last, kind, number, bits=0):
        attr = struct.pack(">HH", 0x800e, bits) if bits else b""
        return struct.pack(">BBHBBH", 0 if last else 3, 0, 8 + len(attr),
                           kind, 0, number) + attr

    def sa(proto, spi, *xfs, more=0, number=1):
        body = b"".join(xf(i + 1 == len(xfs), *x) for i, x in enumerate(xfs))
        return struct.pack(">BBHBBBB", more, 0, 8 + len(spi) + len(body),
                           number, proto, len(spi), len(xfs)) + spi + body

    def ts(*each):
        return struct.pack(">BBH", len(each), 0, 0) + b"".join(each)

    def ts4(low, high, proto=0, ports=(0, 65535)):
        return struct.pack(">BBHHH", 7, proto, 16, *ports) + bytes(low) + \
            bytes(high)

    ike = sa(1, b"", (1, 20, 256), (2, 5), (4, 31))
    old = sa(1, b"", (1, 12, 256), (2, 5), (3, 12), (4, 14), more=2)
    esp = sa(3, b"\0\0\x77\x77", (1, 20, 256), (5, 0))
    pfs = sa(3, b"\0\0\x77\x78", (1, 20, 256), (4, 31), (5, 0))
    rekey = sa(1, b"SPISPISP", (1, 20, 256), (2, 5), (4, 31))
    left = ts(ts4((10, 0, 0, 0), (10, 0, 0, 255)))
    right = ts(ts4((10, 20, 0, 0), (10, 20, 0, 255)))
    wide = ts(ts4((0,) * 4, (255,) * 4), ts4((10, 0, 0, 3), (10, 0, 0, 9),
                                             6, (80, 80)))
    v6 = ts(struct.pack(">BBHHH", 8, 6, 40, 80, 80) + b"\xfd" + bytes(15) +
            b"\xfd" + bytes(14) + b"\7")

    def note(kind, data=b"", proto=0, spi=b""):
        return 41, struct.pack(">BBH", proto, len(spi), kind) + spi + data

    pub = X25519PrivateKey.from_private_bytes(b"\7" * 32).public_key()
    pub = pub.public_bytes(Encoding.Raw, PublicFormat.Raw)
    ke = 34, struct.pack(">HH", 31, 0) + pub
    nonce = 40, b"n" * 32
    notes = [note(16384), note(16390, b"c" * 32), note(16391),
             note(16393, b"", 3, b"\0\0\x20\1"), note(16388, bytes(20)),
             note(16389, bytes(20)), note(16430), note(16431, b"\0\2\0\3"),
             note(7), note(14), note(17, b"\0\x13"), note(24), note(35),
             note(38), note(43), note(44, b"", 3, b"\0\0\x20\1"),
             note(11, b"", 3, b"\0\0\x20\1"), note(40000)]
    each = [(33, ike), (33, old + ike), (33, esp), (33, pfs), (33, rekey),
            ke, (34, struct.pack(">HH", 14, 0) + bytes(256)), nonce,
            (35, b"\2\0\0\0a.example"), (36, b"\1\0\0\0\xc0\0\2\1"),
            (36, b"\5\0\0\0" + bytes(16)), (35, b"\3\0\0\0a@example"),
            (35, b"\x09\0\0\0" + bytes.fromhex(
                "301d310b3009060355040613024445310e300c06035504030c05612f623d"
                "63")), (35, b"\x0b\0\0\0key"),
            (37, b"\4certificate"), (38, b"\4" + bytes(40)),
            (39, b"\2\0\0\0" + bytes(32)), (39, b"\x0e\0\0\0signature"),
            (42, b"\1\0\0\0"), (42, b"\3\4\0\2" + b"\0\0\x20\1" +
                                  b"\0\0\x20\2"),
            (42, b"\2\4\0\1" + b"\0\0\x20\1"), (43, b"vendor"),
            (44, left), (45, right), (44, wide), (45, v6),
            (47, b"\1\0\0\0\0\1\0\4" + bytes(4)), (48, b"\1\1\0\5\1")]
    child = [[(33, esp), nonce, (44, a), (45, b)]
             for a, b in ((left, right), (right, left), (wide, wide),
                          (left, v6))]
    child += [[(33, pfs), nonce, ke] + c[2:] for c in child]
    child += [[notes[3]] + c for c in child] + [[notes[2]] + c for c in child]
    again = [[(33, rekey), nonce, ke], [(33, rekey), nonce],
             [(33, rekey), nonce, (34, struct.pack(">HH", 19, 0) + bytes(64))]]
    auth = [[(35, b"\2\0\0\0a.example"), (39, a)] + c[:1] + c[2:]
            for c in child[:4] for a in (b"\x0e\0\0\0signature",
                                         b"\2\0\0\0" + bytes(32))]
    return each + notes, child + again, auth, [(33, ike), ke, nonce], notes


def ike_chain(payloads):
    out = b""
    for i, (_, body) in enumerate(payloads):
        following = payloads[i + 1][0] if i + 1 < len(payloads) else 0
        out += struct.pack(">BBH", following, 0, 4 + len(body)) + body
    return bytes([payloads[0][0] if payloads else 0]) + out


def ikemsg():
    each, child, auth, init, _ = ike_payloads()
    head = bytes(range(16)) + bytes([33, 0x20, 34, 8]) + bytes(4) + \
        struct.pack(">I", 28)
    chains = [[p] for p in each] + child + auth + [init, each[:25]]
    crit = [bytes([200, 0, 0x80, 0, 4]), bytes([200, 0, 0, 0, 4])]
    return [b"\0" + head, b"\0" + head[:-1] + b"\1"] + crit + \
        [ike_chain(c) for c in chains]


def ike():
    each, child, auth, init, notes = ike_payloads()

    def r(what, data=b""):
        return rec(data, what)

    def head(chain, exchange, flags, number=0):
        return b"I" * 8 + bytes(8) + bytes([chain[0], 0x20, exchange, flags]) \
            + struct.pack(">II", number, 27 + len(chain)) + chain[1:]
    raw, sealed, after, deliver, drop, expire, turn, job = range(8)
    to_a, spis, pieces, response = 8, 16, 32, 64
    go = r(after, struct.pack("<H", 100))
    long = r(after, struct.pack("<H", 60000))
    hows = [how | up for how in (0, 4, 8, 16, 32, 64, 128, 0x2c)
            for up in (0, 1, 2, 3)]
    out = [bytes([how]) + tail for how in hows
           for tail in (b"", go, r(deliver), long * 12)]
    inits = [init, init[:2], init + notes[:1], init + [notes[1]],
             [notes[1]] + init, init[::-1], init + notes[4:8], [notes[9]],
             [notes[10]], [notes[1]], [notes[12]]]
    for c in inits:
        c = ike_chain(c)
        for how in (0, 1, 4):
            out.append(bytes([how]) + r(raw, head(c, 34, 8)) * 2 + go)
            out.append(bytes([how]) + r(raw | spis | to_a,
                                        head(c, 34, 0x20)) + go)
    for version in (0x10, 0x30):
        bad = bytearray(head(ike_chain(init), 34, 8))
        bad[17] = version
        out.append(b"\0" + r(raw, bytes(bad)))
    out += [b"\3" + r(raw | spis, head(ike_chain(init), e, f, n))
            for e in (35, 36, 37) for f in (0, 8, 0x20, 0x28)
            for n in (0, 1, 2)]
    # behind the authentication
    for c in auth + [[p] for p in each]:
        c = bytes([35]) + ike_chain(c)
        out += [bytes([how]) + r(deliver) * 0 + r(w, c) + go
                for how in (2, 3, 0x22)
                for w in (sealed, sealed | to_a | response)]
    for c in child + [[p] for p in each] + [[]]:
        for e in (36, 37):
            m = bytes([e]) + ike_chain(c)
            for how in (3, 7, 11):
                out.append(bytes([how]) + r(sealed, m) + r(deliver) +
                           r(sealed | to_a | pieces, m) + go)
    # what is asked for by us, and what others answer
    wishes = [r(job | a, bytes([n])) for n in (0, 1, 2, 3, 253, 254, 255)
              for a in (0, to_a)] + [r(expire | a, bytes([n]))
                                     for n in (0, 1) for a in (0, to_a)]
    for w in wishes:
        for how in (3, 11, 16 + 3, 0x43):
            out.append(bytes([how]) + w + go)
            out.append(bytes([how]) + w + r(drop) + long)
        for x in wishes:
            out.append(b"\x0b" + w + x + go + long)
    for w in wishes[:4] + wishes[-4:]:
        for e in (36, 37):
            for c in child[::5] + [[n] for n in notes[8:]]:
                m = bytes([e]) + ike_chain(c)
                out.append(b"\x0b" + w + r(sealed | to_a | response, m) +
                           r(sealed | response, m) + go)
    out += [b"\2" + r(turn, bytes([0, n, 0, 1])) + go for n in (0, 17, 20, 60)]
    out.append(b"\0" + r(raw, head(ike_chain(init), 34, 8)) + r(drop) +
               long * 2)
    # numbers within the window, and beyond; of no SA
    ahead = [bytes([37]) + ike_chain(c) + bytes(n)
             for c in ([], [notes[0]]) for n in (0, 1, 5, 9, 13)]
    out += [b"\x0b" + r(sealed | to_a | 128, a) + r(sealed | to_a | 128, a) +
            r(sealed | to_a, a) + go for a in ahead]
    out += [b"\x0b" + r(raw, head(ike_chain([n]), 37, 8)) + go for n in notes]
    # forgotten by one side, which begins again
    out += [bytes([how]) + r(job | a, b"\xfc") + long * 2
            for how in (3, 0x23) for a in (0, to_a)]
    more = [bytes([how, m]) + tail for m in [*range(8), 8, 16, 24, 32, 40, 64,
                                             128, 144]
            for how in (3, 7, 0x23, 0x83) for tail in (b"", go, long)]
    more += [o[:1] + b"\x40" + o[1:] for o in out[-4:]]
    more += [b"\0\x20" + r(raw, head(ike_chain(c), 34, 8)) for c in inits]
    return [o[:1] + b"\0" + o[1:] for o in out] + more


def ikeconf():
    flow = b"from 10.0.0.0/24 to 10.20.0.0/24 "
    lines = [
        b'ikev2 "s2s" active esp ' + flow + b"peer 203.0.113.10 \\\n"
        b"    ikesa enc aes-256-gcm prf sha256 group 14 \\\n"
        b'    childsa enc aes-256-gcm \\\n    psk "change-this"\n',
        b'me = "a.example" # it\nikev2 all quick transport natt esp inet '
        b"proto { tcp udp } from 10.0.0.1 port 80 to 10.0.0.2 port https "
        b"rdomain 3 ikesa enc aes-128 prf sha1 auth sha1 group 31 "
        b"childsa enc aes-128-ctr auth sha512 group grp20 noesn "
        b"srcid $me dstid b@example ikelifetime 2h lifetime 30m bytes 1M "
        b'psk 0x6162 tag "a $id $name $domain" tap enc1\n',
        b"set active\nset passive\nset couple\nset decouple\n"
        b"set dpd_check_interval 10\nset enforcesingleikesa\n"
        b"set noenforcesingleikesa\nset fragmentation\nset nofragmentation\n"
        b"set nomobike\nset vendorid\nset novendorid\n",
        b"set mobike\n", b"set stickyaddress\n", b"set cert_partial_chain\n",
        b'set ocsp "http://x" tolerate 3 maxage 4\n', b'user "a" "b"\n',
        b"radius server 10.0.0.1 secret x\n", b'include "nothing"\n',
        b"ikev2 skip default ah inet6 from 2001:db8::/32 to any local any "
        b"peer any childsa auth sha256 esn srcid 2001:db8::1 "
        b'dstid "/C=DE/CN=x" rfc7427\n',
        b"ikev2 " + flow + b", from 10.1.0.0/24 to 10.2.0.0/24 rsa\n",
        b"ikev2 from host.example to 192.0.2.1 ecdsa256\n",
        b"ikev2 from dynamic to any signature config address 10.1.0.0/24\n",
        b'ikev2 ipcomp ' + flow + b'eap "mschap-v2"\n',
        b"ikev2 " + flow + b"(10.9.0.0/24) psk file /nothing\n",
        b"ikev2 " + flow + b"iface em0 psk 0xzz\n",
        b"ikev2 " + flow + b"ikesa group none ikesa esn childsa enc null\n",
        b"flow esp from any to any\nsa esp\nike esp\ntcpmd5 x\n",
        b'a = b\nc = "$a"\nikev2 $c from $d to $a psk "\\"\'"\n',
        b"ikev2 aktive esp " + flow + b'psk "x"\n', b'"', b"a = {", b"$"]
    for word in (b"group modp768", b"group sntrup761x25519", b"enc blowfish",
                 b"enc 3des", b"auth hmac-md5", b"prf hmac-md5",
                 b"group brainpool512 group ecp521 group 5",
                 b"enc chacha20-poly1305 enc aes-128-gcm-12",
                 b"enc aes-192 auth hmac-sha2-384 prf hmac-sha2-512"):
        lines.append(b"ikev2 " + flow + b"ikesa " + word + b' psk "x"\n')
        lines.append(b"ikev2 " + flow + b"childsa " + word + b' psk "x"\n')
    for words in (
            b"quick active", b"skip", b"default", b"passive natt",
            b"transport ah", b"inet", b"inet6", b"proto tcp",
            b"proto { udp 99 icmp }", b"proto nothing", b"rdomain 3"):
        lines.append(b"ikev2 " + words + b" from 10.0.0.1 to 10.0.0.2 "
                     b'peer 192.0.2.1 psk "x"\n')
    for words in (
            b"srcid 192.0.2.1", b"srcid 2001:db8::1 dstid a@example",
            b'srcid "/C=DE/O=a\\/b/CN=x"', b'srcid "/C"', b'dstid "/XX=1"',
            b'dstid ""', b"ikelifetime 2h", b"ikelifetime 1", b"lifetime 30m "
            b"bytes 1M", b"lifetime 9x", b"lifetime 3 bytes 5Q", b"bytes 9",
            b'tag "a $id"', b'tag "$eapid"', b'tag "' + b"t" * 90 + b'"',
            b"tap enc1", b"tap em1", b"tap encx", b"psk 0x616263",
            b"psk 0x61626", b'psk ""', b"psk 0x" + b"61" * 400,
            b'psk "' + b"p" * 400 + b'"', b"psk file /etc/hostname",
            b"psk file /dev/null", b"psk file /dev/zero",
            b"ikesa enc aes-128 enc aes-128-gcm", b"ikesa enc nothing",
            b"ikesa enc aes-128-gcm auth hmac-sha2-256",
            b"ikesa " + b"group 31 " * 40, b"ikesa group 31 " * 40,
            b'tag "a\\"b"', b'psk "a\\"b"', b"childsa esn", b"rsa",
            b"ecdsa384", b"ecdsa521", b"rfc7427", b"eap mschap"):
        for end in (b"", b' psk "x"'):
            lines.append(b"ikev2 " + flow + b"peer 192.0.2.1 " + words + end +
                         b"\n")
    for ends in (
            b"from lo to lo", b"from em77 to any", b"from lo to 10.0.0.1",
            b"from 10.0.0.1 port 80 to 10.0.0.2",
            b"from 10.0.0.1 port 80 to 10.0.0.2 port domain",
            b"from 10.0.0.0/24 (10.9.0.0/24) to 10.1.0.0/24",
            b"from 10.0.0.0/24 (2001:db8::/64) to 10.1.0.0/24",
            b"from 10.0.0.1 to 2001:db8::1", b"from any to ::/0",
            b"from { 10.0.0.1 10.0.0.2 } to { 10.1.0.1, 10.2.0.0/16 }",
            b"from { " + b"10.0.0.1 " * 90 + b"} to { " + b"10.0.0.2 " * 90 +
            b"}", b"from 10.0.0.1/33 to 10.0.0.2",
            b"from 10.0.0.1 to 10.0.0.2 local 10.0.0.1 peer 2001:db8::1",
            b"from 10.0.0.1 to 10.0.0.2 local lo peer any"):
        for proto in (b"", b"proto tcp "):
            lines.append(b'ikev2 "n" ' + proto + ends + b' psk "x"\n')
            lines.append(b"ikev2 default " + proto + ends + b' psk "x"\n' +
                         b"ikev2 default " + ends + b' psk "y"\n')
    lines.append(b"".join(lines[:3]))
    return lines + [bytes([n]) * n for n in range(1, 9)] + [
        b"\0" + bytes(n) for n in (1, 20, 400, 2000)]


def imsg():
    def m(kind, data=b"", length=None):
        return struct.pack("<IIII", kind, 16 + len(data) if length is None
                           else length, 7, kind & 1) + data
    whole = m(1, b"one") + m(2) + m(3, bytes(300)) + m(5, b"x" * 3000)
    bad = [m(1, b"", n) for n in (0, 15, 65537, 0xffffffff, 4000)]
    return [bytes([n]) + whole for n in (0, 1, 2, 20, 127, 255)] + \
        [b"\x7f" + whole + b for b in bad] + [b"\1" + b for b in bad]


TARGETS = ike, ikemsg, ikeconf, imsg
