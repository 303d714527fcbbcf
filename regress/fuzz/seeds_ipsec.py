"""Seeds of the targets about ipsec(4): see seeds.py."""
import struct
import zlib

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import (ICMPv6EchoRequest, IPv6, IPv6ExtHdrDestOpt,
                                IPv6ExtHdrFragment)

from seeds_packet import CUT, OTHER, PEER, RAW, TRAIN, US, rec

# How a record is sealed; see fuzz_ipsec.c.
AGAIN, AHEAD, BEHIND, SHORT, FLIP, TRAILER = 1, 2, 3, 4, 8, 16
V4, V6, UDP_, NONE, ESP, AH, COMP, ICMP_ = (n << 5 for n in range(8))


def sealed(sa, how, arg, text=b"", op=0):
    return rec(bytes([sa, how, arg]) + bytes(text), op)


def inner(net=1, payload=b"hello", **kw):
    """Packets that come out of a tunnel, of a flow and of none."""
    src, dst = "10.9.%d.2" % net, "10.2.0.2"
    yield IP(src=src, dst=dst, **kw) / UDP(sport=9, dport=7) / payload
    yield IP(src=src, dst=dst, **kw) / TCP(sport=9, dport=7) / payload
    yield IP(src=src, dst="10.2.0.1", **kw) / ICMP() / payload
    yield IP(src="10.8.0.1", dst=dst, **kw) / UDP() / payload
    yield IP(src=src, dst=dst, flags="MF", proto=17) / bytes(8)
    yield IPv6(src="fd00:9::2", dst="fd00:2::2") / UDP() / payload
    yield IPv6(src="fe80::2", dst="ff02::1", hlim=255) / ICMPv6EchoRequest()


def esp():
    out = []
    for net in (1, 4):
        for p in inner(net):
            nxt = V6 if isinstance(p, IPv6) else V4
            for sa in range(9):
                out.append(sealed(sa, TRAILER | nxt, 0, p))
    one = bytes(next(inner()))
    for ecn in range(4):
        for tos in range(4):
            out.append(sealed(0, TRAILER, 0, next(inner(tos=tos)),
                              ecn << 4))
            out.append(sealed(3, TRAILER, 0, next(inner(4, tos=tos)),
                              ecn << 4 | CUT))
            for sa in (0, 3):
                out.append(sealed(sa, TRAILER | V6, 0, IPv6(
                    src="fd00:9::2", dst="fd00:2::2", tc=tos) / UDP(),
                    ecn << 4))
    for sa in range(9):
        two = sealed(sa, TRAILER, 0, one)
        for nxt in (V4, V6, UDP_, NONE, ESP, AH, COMP, ICMP_):
            out.append(sealed(sa, TRAILER | nxt, 0, bytes(UDP() / b"x")))
        out += [two + sealed(sa, TRAILER | AGAIN, 0, one),
                two + sealed(sa, TRAILER | AHEAD, 200, one) + two,
                two + sealed(sa, TRAILER | AHEAD, 255, one)
                + sealed(sa, TRAILER | BEHIND, 255, one),
                sealed(sa, TRAILER | AHEAD, 31, one) + two
                + sealed(sa, TRAILER | AHEAD, 31, one) * 3 + two,
                sealed(sa, BEHIND, 1, one), sealed(sa, BEHIND, 0, one),
                two * 70, sealed(sa, TRAILER, 0, one, CUT | 0x30)]
        for n in (1, 4, 8, 12, 16, 17, 24, 32, 64, 100, 255):
            out.append(sealed(sa, TRAILER | SHORT, n, one))
        for at in (0, 4, 7, 8, 15, 16, 40, 70, 90, 100):
            out.append(sealed(sa, TRAILER | FLIP, at, one))
        for tail in (b"", b"\0\4", b"\1\2\2\4", b"\1\1\2\4", b"\xff\4",
                     b"\0\0", b"\1\2\2\x3b", bytes(5) + b"\xff\xff\4"):
            out.append(sealed(sa, 0, 0, bytes(24) + tail))
            out.append(sealed(sa, 0, 0, one[:30] + tail))
    comp = b"\4\0" + struct.pack("!H", 0x100f) + raw_deflate(one)
    out += [sealed(1, TRAILER | COMP, 0, comp),
            sealed(1, TRAILER | COMP, 0, comp[:3]),
            sealed(1, TRAILER | ESP, 0, struct.pack("!II", 0x1001, 9)),
            sealed(1, TRAILER | V4, 0, one)]
    for nxt, spi in ((AH, 0x1009), (AH, 255), (AH, 0x7777), (ESP, 0x1006),
                     (COMP, 0x7777), (ESP, 255)):
        body = struct.pack("!BBHII", 4, 4, 0, spi, 1) + bytes(60)
        if nxt == ESP:
            body = body[4:]
        elif nxt == COMP:
            body = b"\4\0" + struct.pack("!H", spi) + bytes(9)
        for n in (3, 11, 12, 60):
            out.append(sealed(1, TRAILER | nxt, 0, body[:n]))
    for cls, us, peer in ((IP, US, PEER), (IPv6, "fd00:1::1", "fd00:1::2")):
        for spi in (0, 1, 255, 0x1000, 0x1003, 0x1006, 0x7777):
            kw = {"proto": 50} if cls is IP else {"nh": 50}
            for n in (0, 4, 7, 8, 20, 44, 100):
                esp_ = struct.pack("!II", spi, 1)[:n] + bytes(max(n - 8, 0))
                out.append(rec(cls(src=peer, dst=us, **kw) / esp_, OTHER))
    out.append(rec(IPv6(src="fd00:1::2", dst="fd00:1::1")
                   / IPv6ExtHdrDestOpt(nh=50) / (struct.pack(
                       "!II", 0x1003, 1) + bytes(60)), OTHER))
    out.append(rec(IPv6(src="fd00:1::2", dst="fd00:1::1")
                   / IPv6ExtHdrFragment(nh=50, m=0) / (struct.pack(
                       "!II", 0x1003, 1) + bytes(60)), OTHER))
    return out


def ah():
    out = []
    one = bytes(next(inner(2)))
    options = (b"\x83\7\x08\x0a\1\0\2\0", b"\x94\4\0\0", b"\7\7\4\0\0\0\0\0", b"\1\1\1\0",
               b"\x83\7\4\0\0\0\0\0", b"\x86\4\1\1", b"\x44\4\5\0",
               b"\x94\5\0\0", b"\x94\1\0\0", b"\x94\0\0\0")
    for sa in range(4):
        for p in inner(2):
            out.append(sealed(sa, TRAILER, 0, b"\0" + bytes(p)))
        two = sealed(sa, TRAILER, 0, b"\0" + one)
        for nxt in (17, 58, 1, 4, 41, 50, 51, 108, 59, 0, 255):
            out.append(sealed(sa, 0, 0, bytes([nxt]) + bytes(UDP() / b"x")))
        for opt in options:
            opt += bytes(-len(opt) % 4)
            out.append(sealed(sa, TRAILER | (len(opt) // 4) << 5, 0,
                              opt + b"\0" + one))
        for opt in (b"\0\0\1\4\0\0\0\0", b"\0\0\5\2\0\0\1\0",
                    b"\0\0\x3e\4abcd", b"\0\0\x3e\5abcd", b"\0\0\0\0\0\0\0\1",
                    b"\0\0\5\2\0\0\1"b"\x05"):
            out.append(sealed(sa, TRAILER | 1 << 5, 0, opt + b"\0" + one))
        out += [two + sealed(sa, TRAILER | AGAIN, 0, b"\0" + one),
                two + sealed(sa, TRAILER | AHEAD, 255, b"\0" + one)
                + sealed(sa, TRAILER | BEHIND, 255, b"\0" + one),
                sealed(sa, TRAILER | AHEAD, 31, b"\0" + one) * 9 + two,
                sealed(sa, TRAILER | BEHIND, 1, b"\0" + one),
                sealed(sa, TRAILER | BEHIND, 0, b"\0" + one), two * 70,
                sealed(sa, TRAILER, 0, b"\0" + one, CUT | 0x30)]
        for n in (1, 4, 8, 12, 24, 40, 60, 100):
            out.append(sealed(sa, TRAILER | SHORT, n, b"\0" + one))
        for at in (0, 1, 2, 4, 8, 11, 12, 20, 40, 60, 90):
            out.append(sealed(sa, TRAILER | FLIP, at, b"\0" + one))
    for cls, us, peer in ((IP, US, PEER), (IPv6, "fd00:1::1", "fd00:1::2")):
        kw = {"proto": 51} if cls is IP else {"nh": 51}
        for spi in (0, 255, 0x1009, 0x100a, 0x100b, 0x100c, 0x7777):
            for n in (0, 4, 11, 12, 24, 28, 80):
                body = struct.pack("!BBHII", 4, 4, 0, spi, 1)[:n] + bytes(
                    max(n - 12, 0))
                out.append(rec(cls(src=peer, dst=us, **kw) / body, OTHER))
    return out


def raw_deflate(data, level=6, strategy=0):
    c = zlib.compressobj(level, zlib.DEFLATED, -15, 8, strategy)
    return c.compress(data) + c.flush()


def ipcomp():
    out = []
    for p in inner(3, b"hello " * 60):
        nxt = V6 if isinstance(p, IPv6) else V4
        for sa in range(3):
            out.append(sealed(sa, TRAILER | nxt, 0, p))
            out.append(sealed(sa, nxt, 7, raw_deflate(bytes(p))))
    for sa in range(3):
        for nxt in (V4, V6, UDP_, NONE, ESP, AH, COMP, ICMP_):
            out.append(sealed(sa, TRAILER | nxt, 0, bytes(UDP() / b"x")))
        text = bytes(range(256)) * 4 + b"abcabcabc" * 50
        for level in (0, 1, 6, 9):
            for strategy in (0, 2, 3, 4):
                stream = raw_deflate(text, level, strategy)
                out += [sealed(sa, UDP_, 0, stream),
                        sealed(sa, UDP_ | SHORT, 9, stream),
                        sealed(sa, UDP_, 0, stream + b"behind")]
        bomb = raw_deflate(bytes(200000), 9)
        out += [sealed(sa, UDP_, 0, bomb), sealed(sa, V4, 0, bomb * 3)]
        for stream in (b"", b"\0", b"\1", b"\7", b"\1\0\0\0\0", b"\x03\0",
                       b"\1\0\0\xff\xff", b"\1\5\0\xfa\xffhello",
                       b"\1\xff\xff\0\0", b"\x05" + b"\xff" * 80,
                       b"\x4b\4\1\0", b"\4\0\1\2\3\4\5\6" * 20):
            out.append(sealed(sa, V4, 0, stream))
    for n in range(5):
        out.append(rec(IP(src=PEER, dst=US, proto=108)
                       / b"\4\0\x10\x0d"[:n], OTHER))
        out.append(rec(IPv6(src="fd00:1::2", dst="fd00:1::1", nh=108)
                       / b"\4\0\x10\x0e"[:n], OTHER))
    return out


def udpencap():
    out = []
    one = bytes(next(inner()))
    for sa in range(4):
        for op in (0, TRAIN, CUT | 0x30, TRAIN | CUT, 0x80):
            out.append(sealed(sa, TRAILER, 0, one, op))
            out.append(sealed(sa, TRAILER | UDP_, 0, one[20:], op))
            out.append(sealed(sa, TRAILER | AGAIN, 0, one, op) * 2)
        for n in (1, 8, 16, 30, 255):
            out.append(sealed(sa, TRAILER | SHORT, n, one))
            out.append(sealed(sa, TRAILER | FLIP, n, one))
    esp_ = struct.pack("!II", 0x1006, 1) + bytes(60)
    for body in (b"", b"\xff", b"\xfe", b"\0", b"\0\0", bytes(3), bytes(4),
                 bytes(28), b"\0\0\x10\6", b"\0\0\x10\6\0\0\0", esp_[:8],
                 esp_, esp_ + bytes(32) + b"\xff",
                 esp_ + bytes(32) + bytes(50), bytes(300), b"\xff" * 250,
                 esp_ + bytes(32) + b"\0\0\1"):
        for op in (OTHER, OTHER | TRAIN, OTHER | CUT | 0x20, OTHER | 0x40,
                   OTHER | 0x40 | TRAIN, OTHER | 0x80):
            out.append(rec(body, op))
    return out


# PF_KEY: messages and extensions.
def sin(addr, port=0):
    return struct.pack("!BBH4s8x", 16, 2, port,
                       bytes(int(x) for x in addr.split(".")))


def sin6(addr):
    import socket
    return struct.pack("<BBHI16sI4x", 28, 24, 0, 0,
                       socket.inet_pton(socket.AF_INET6, addr), 0)


def ext(kind, body):
    body += bytes(-(len(body) + 4) % 8)
    return struct.pack("<HH", (len(body) + 4) // 8, kind) + body


def address(kind, sa):
    return ext(kind, bytes(4) + sa)


def e_sa(spi, auth=0, enc=0, flags=0, replay=64, state=1, kind=1):
    return ext(kind, struct.pack("!I", spi) + struct.pack(
        "<BBBBI", replay, state, auth, enc, flags))


def e_key(kind, n):
    return ext(kind, struct.pack("<HH", n * 8, 0) + b"k" * n)


def e_life(kind, alloc=0, nbytes=0, add=0, use=0):
    return ext(kind, struct.pack("<IQQQ", alloc, nbytes, add, use))


def e_id(kind, sort, name):
    return ext(kind, struct.pack("<HHQ", sort, 0, 0) + name + b"\0")


def e_proto(kind, proto, direction=0):
    return ext(kind, struct.pack("<BBBB", proto, direction, 0, 0))


def msg(kind, satype=2, *exts, errno=0, seq=1):
    body = b"".join(exts)
    return struct.pack("<BBBBHHII", 2, kind, errno, satype,
                       (len(body) + 16) // 8, 0, seq, 0) + body


def selectors(proto=0, sport=0, dport=0, v6=False):
    if v6:
        full = "ffff:ffff:ffff:ffff::"
        return (address(17, sin6(full)) + address(18, sin6(full)) +
                address(21, sin6("fd00:2::")) + address(22, sin6(
                    "fd00:9::")) + e_proto(19, proto))
    return (address(17, sin("255.255.255.0", 0xffff if sport else 0)) +
            address(18, sin("255.255.255.0", 0xffff if dport else 0)) +
            address(21, sin("10.2.0.0", sport)) +
            address(22, sin("10.9.0.0", dport)) + e_proto(19, proto))


def pfkey_extras():
    yield ext(31, struct.pack("!HH", 4711, 0))
    yield ext(33, struct.pack("<I", 4) + b"tag\0")
    yield ext(33, struct.pack("<I", 9) + b"tag\0")
    yield ext(34, struct.pack("<I", 3))
    yield ext(40, struct.pack("<IB7x", 1, 2))
    yield ext(40, struct.pack("<IB7x", 1, 9))
    yield ext(37, struct.pack("<HH", 0, 0))
    yield ext(37, struct.pack("<HH", 300, 1))
    yield e_id(10, 2, b"a.example") + e_id(11, 3, b"b@example")
    yield e_id(10, 1, b"x" * 1100)
    yield e_life(3, 1, 1000, 60, 30) + e_life(4, 1, 500, 30, 10)
    yield e_life(2)
    yield address(7, sin("10.1.0.9"))
    yield address(7, sin6("fd00:1::9"))
    yield selectors(17, 9, 7) + e_proto(20, 3, 1)
    yield selectors()[:72]


def pfkey_adds(kind=3):
    ends = address(5, sin(US)) + address(6, sin(PEER))
    ends6 = address(5, sin6("fd00:1::1")) + address(6, sin6("fd00:1::2"))
    for flags in (0, 4, 0x204, 0x400, 0x405, 0x606):
        yield msg(kind, 2, e_sa(0x1001, 0, 20, flags), ends, e_key(9, 20))
    for enc, n in ((20, 36), (22, 36), (21, 20)):
        yield msg(kind, 2, e_sa(0x2000 + enc, 0, enc, 4), ends6, e_key(9, n))
    for auth, n in ((3, 20), (5, 32), (6, 48), (7, 64), (2, 16)):
        yield msg(kind, 2, e_sa(0x3000 + auth, auth, 12), ends, e_key(8, n),
                  e_key(9, 16))
        yield msg(kind, 1, e_sa(0x4000 + auth, auth), ends, e_key(8, n))
    yield msg(kind, 9, e_sa(0x500, 0, 2, 4, 0), ends)
    yield msg(kind, 7, e_sa(0x600, 0, 0, 4, 0), ends)
    yield msg(kind, 2, e_sa(0x700, 0, 20), ends[:24], e_key(9, 20))
    yield msg(kind, 2, e_sa(0x700, 0, 20), address(6, bytes(16)),
              e_key(9, 20))
    for e in pfkey_extras():
        yield msg(kind, 2, e_sa(0x1001, 0, 20, 4), ends, e_key(9, 20), e)


def pfkey():
    ends = address(5, sin(PEER)) + address(6, sin(US))
    adds = [rec(m) for m in pfkey_adds()]
    out = adds + [a + a for a in adds[:4]]
    names = e_sa(0x1001) + address(6, sin(PEER))
    spi = ext(16, struct.pack("<III", 0x5000, 0x5003, 0))
    getspi = msg(1, 2, ends, spi)
    larval = rec(getspi) * 5
    out += [larval, rec(getspi, RAW), rec(msg(1, 9, ends, spi)),
            rec(msg(1, 2, ends, ext(16, struct.pack("<III", 1, 99, 0))))]
    for s in range(0x5000, 0x5004):
        out.append(larval + rec(msg(2, 2, e_sa(s, 0, 20), ends,
                                    e_key(9, 20))))
    for kind in (4, 5):
        out += [adds[0] + rec(msg(kind, 2, names)), rec(msg(kind, 2, names)),
                adds[0] + rec(msg(kind, 9, names))]
    for e in pfkey_extras():
        out.append(adds[0] + rec(b"\0" + e, OTHER | 0x60))
        out.append(larval + rec(b"\1" + e, OTHER | 0x60))
        out.append(adds[0] + rec(msg(2, 2, names, address(5, sin(US)), e)))
    for satype in (0, 1, 2, 7, 9):
        for kind in (7, 9, 10, 11, 16):
            out.append(adds[0] + rec(msg(kind, satype)) + adds[0])
    for kind in (12, 13):
        for sort in range(8):
            flow = [rec(msg(kind, 2, selectors(), e_proto(20, sort, d),
                            address(6, sin(PEER)))) for d in (1, 2, 3)]
            out.append(flow[0] + flow[1] + flow[2])
            out.append(rec(msg(7, 2)) + flow[1] + rec(b"x", OTHER) +
                       rec(b"", OTHER | 0x10) + rec(b"", OTHER | 0x50) +
                       adds[0] + rec(b"x", OTHER))
        out += [rec(msg(kind, 1, selectors(17, 9, 7), e_proto(20, 3, 2),
                        ends)),
                rec(msg(kind, 2, selectors(0, 9, 7), e_proto(20, 3, 2))),
                rec(msg(kind, 2, selectors(v6=True), e_proto(20, 3, 2))),
                rec(msg(kind, 2, selectors(), e_proto(20, 3, 2), e_id(
                    10, 2, b"a"), e_id(11, 2, b"b"))) * 2,
                rec(msg(kind, 2, selectors(), e_proto(20, 3, 2), ext(
                    37, struct.pack("<HH", 0, 0))))]
    group = msg(14, 2, names, e_sa(0x500, kind=23), address(24, sin(PEER)),
                e_proto(35, 9))
    comp = rec(msg(3, 9, e_sa(0x500, 0, 2, 4, 0), ends[:0] + address(
        6, sin(PEER))))
    out += [adds[0] + comp + rec(group) + rec(group) + rec(msg(
        4, 2, e_sa(0x1001, flags=8), address(6, sin(PEER)))), rec(group)]
    for which in range(5):
        for room in (b"", b"\1", b"\xff", b"\0x"):
            out.append(adds[0] + out[-40] + rec(bytes([which, 0]) + room,
                                                OTHER | 0x20))
    whole = [adds[0], out[-45], rec(msg(3, 1, e_sa(0x900, 3), ends,
                                        e_key(8, 20)))]
    out.append(b"".join(whole) + rec(msg(10, 0)) + rec(msg(10, 2)) +
               rec(msg(16, 0)) + rec(msg(11, 1)) + b"".join(adds))
    for satype in (1, 2, 9):
        flow = msg(12, satype, selectors(), e_proto(20, 3, 2),
                   address(6, sin(PEER)))
        out.append(rec(msg(7, satype)) + rec(flow) + rec(b"x", OTHER)
                   + rec(b"", OTHER | 0x10))
    soon = msg(3, 2, e_sa(0x1001, 0, 20, 4), address(6, sin(PEER)), e_key(
        9, 20), e_life(3, 2, 100, 3, 2), e_life(4, 1, 30, 1, 1))
    out.append(rec(msg(7, 2)) + rec(msg(12, 2, selectors(), e_proto(
        20, 3, 2), address(6, sin(PEER)))) + rec(soon) + rec(
            b"x", OTHER) * 3 + b"\x4f" * 3 + rec(soon) + b"\xbf" * 3)
    out += [rec(b"", OTHER | 0x40) + adds[4] * 60,
            rec(b"", OTHER | 0x40) + b"".join(adds) + rec(
                msg(10, 0)) * 60,
            adds[0] + rec(b"", OTHER | 0x30),
            rec(msg(6, 2, errno=3)), rec(msg(6, 2)), rec(msg(8, 2)),
            rec(msg(15, 0, ext(25, struct.pack("<I", 7)))),
            rec(b"", RAW), rec(bytes(16), RAW), rec(bytes(15)),
            rec(getspi[:-8]), rec(getspi + bytes(8))]
    return out


def ipsecconf():
    hexa = b"0123456789abcdef"
    key = {16: hexa * 2, 20: hexa * 2 + b"89abcdef", 32: hexa * 4,
           36: hexa * 4 + b"89abcdef", 64: hexa * 8}
    lines = [
        b"flow esp from 10.0.0.0/24 to 10.20.0.0/24 peer 203.0.113.10\n",
        b"flow ah in proto tcp from 10.0.0.1 port 80 to any port https "
        b"local 10.0.0.1 peer 10.0.0.2 type dontacq srcid a@b dstid "
        b"/C=DE/CN=x\n",
        b"flow esp out from { 10.0.0.0/8, 192.168.0.0/16 } to "
        b"{ fd00::/64, 10.9.0.0/16 10.8.0.0/16 } peer host.example\n",
        b"flow from any to 2001:db8::/32 type bypass\n",
        b"flow esp from em0:network to em1 peer em0\nflow from em0 to any",
        b"flow ipcomp from 10.0.0.1 to 10.0.0.2 type deny srcid "
        b"10.0.0.1 dstid fd00::1\n",
        b"esp tunnel from 10.0.0.1 to 10.0.0.2 spi 0x1001:0x1002 "
        b"enc aes-256-gcm enckey 0x%b:%b udpencap port 4711 tag \"x\" tap "
        b"enc2 esn\n" % (key[36], key[36]),
        b"esp transport from fd00::1 to fd00::2 spi 4097 auth hmac-sha2-256 "
        b"enc aes authkey 0x%b \\\n\tenckey %b bundle b1\n" % (
            key[32], key[16]),
        b"ipcomp from fd00::1 to fd00::2 spi 0x100:0x200 bundle b1\n",
        b"ah from 10.0.0.1 to 10.0.0.2 spi 300 auth hmac-sha1 authkey file "
        b"key\n\0\0%b\n" % key[20],
        b"ah from 10.0.0.1 to 10.0.0.2 spi 300:301 auth hmac-sha1 authkey "
        b"file key:key\n\0\0%b\n" % key[20],
        b"me = \"10.0.0.1\" # it\nyou = 10.0.0.2\nflow esp from $me to "
        b"$you\n",
        b"include other\nflow esp from $a to $a\n\0a = 10.0.0.1\ninclude "
        b"conf\n",
        b"include conf\n", b"include nothing\n", b"ike esp from a to b\n",
        b"tcpmd5 from 10.0.0.1 to 10.0.0.2\n", b'"', b"a = {", b"$", b"$x",
        b"flow esp from { } to any\n", b"flow esp from 10.0.0.1/33 to any\n",
        b"flow esp from \"unterminated\n", b"a =b\n", b"esp from a\\",
        b"esp from 10.0.0.1 to fd00::1 spi 1\n", b"x" * 9000,
        b"esp from 10.0.0.1 to 10.0.0.2 spi 0x100000000 enc null\n",
        b"esp from 10.0.0.1 to 10.0.0.2 spi 0x1000 authkey file key\n\0\0"
        + b"ab" * 200]
    for enc, n in ((b"aes-128-gcm", 20), (b"aes-128-ctr", 20),
                   (b"aes-256-gmac", 36), (b"chacha20-poly1305", 36),
                   (b"aes-128", 16), (b"null", 16), (b"3des-cbc", 20),
                   (b"blowfish", 16), (b"des-cbc", 16)):
        lines.append(b"esp from 10.0.0.1 to 10.0.0.2 spi 0x2000 enc %b "
                     b"enckey 0x%b\n" % (enc, key[n]))
        lines.append(b"esp from 10.0.0.1 to 10.0.0.2 spi 0x2000 enc %b auth "
                     b"hmac-sha2-512 authkey %b enckey %b\n" % (
                         enc, key[64], key[n]))
    lines.append(b"".join(lines[:8]))
    return lines + [bytes([n]) * n for n in range(1, 9)]


TARGETS = (esp, ah, ipcomp, udpencap, pfkey, ipsecconf)
