"""Seeds of the targets about packets: see seeds.py."""
import struct

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet import IPOption, IPOption_LSRR
from scapy.layers.inet import IPOption_NOP, IPOption_RR
from scapy.layers.inet import IPOption_Router_Alert
from scapy.layers.inet import IPOption_SSRR
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import ARP, Dot1Q, Ether

US, PEER, FAR, FAR_US = "10.1.0.1", "10.1.0.2", "10.2.0.2", "10.2.0.1"
OTHER_MAC, PEER_MAC = "02:00:00:00:00:01", "02:aa:00:00:00:02"
TRAIN, RAW, CUT, OTHER = 1, 2, 4, 8


def rec(packet, op=0):
    """One record of fuzz_packet.h."""
    data = bytes(packet)
    return bytes([op]) + struct.pack("<H", len(data)) + data


def time(exponent):
    return bytes([exponent << 4 | 15])


def knob(which):
    """What fuzz_knob.c has at that place."""
    return bytes([255, which])


def turned(packets, *knobs, op=0):
    """An input for each packet, with the knobs turned."""
    return [b"".join(knob(k) for k in knobs) + rec(p, op) for p in packets]


def each(packets, ops=(0, CUT | 0x10)):
    """An input for each packet and each of the ops, and one of all."""
    packets = [bytes(p) for p in packets]
    out = [rec(p, op) for p in packets for op in ops]
    out.append(b"".join(rec(p) for p in packets[:8]))
    return out


def ip_options():
    yield [IPOption_NOP(), IPOption(b"\0")]
    for n in (0, 1, 3):
        hops = ([FAR, "10.2.0.3", "10.1.0.9"] + [US])[:n]
        yield [IPOption_RR(routers=["0.0.0.0"] * n)]
        yield [IPOption_LSRR(routers=hops)]
        yield [IPOption_SSRR(routers=hops)]
        yield [IPOption_LSRR(routers=[FAR_US] + hops, pointer=8)]
    yield [IPOption_Router_Alert()]
    for flag in (0, 1, 3, 15):
        body = struct.pack("!BB", 5, flag) + bytes(8)
        yield [IPOption(b"\x44" + bytes([2 + len(body)]) + body)]
        body = struct.pack("!BB4sI", 5, flag, bytes([10, 1, 0, 1]), 0)
        yield [IPOption(b"\x44" + bytes([2 + len(body)]) + body)]
        yield [IPOption(b"\x44\x04\x05" + bytes([0xf0 | flag]))]
    yield [IPOption(b"\x07\x27\x28" + bytes(36))]
    yield [IPOption(b"\x82\x0b" + bytes(9))]


def ip_packets():
    for dst in (US, FAR, "10.1.0.255", "255.255.255.255", "239.1.1.1",
                "224.0.0.1", "10.3.0.1", "127.0.0.1", "10.2.0.255"):
        yield IP(src=PEER, dst=dst) / UDP(sport=9, dport=7000) / b"hello"
        yield IP(src=PEER, dst=dst) / UDP(sport=9, dport=99) / b"hello"
    for src in ("255.255.255.255", "224.0.0.1", "127.0.0.1", "0.0.0.0", US,
                "10.1.0.255"):
        yield IP(src=src, dst=US) / UDP(sport=9, dport=7000) / b"hello"
    for opts in ip_options():
        yield IP(src=PEER, dst=US, options=opts) / UDP(dport=7000) / b"o"
        yield IP(src=PEER, dst=FAR, options=opts) / ICMP() / b"ping"
        yield IP(src=PEER, dst=US, options=opts) / ICMP() / b"ping"
        yield IP(src=PEER, dst=FAR, options=opts) / UDP() / bytes(900)
    yield IP(src=PEER, dst=FAR, ttl=1) / ICMP()
    yield IP(src=PEER, dst=FAR, flags="DF") / UDP() / bytes(800)
    yield IP(src=PEER, dst=FAR) / UDP() / bytes(1200)
    yield IP(src=PEER, dst=US) / TCP(dport=80)
    yield IP(src=PEER, dst=US, proto=99) / b"who?"
    yield IP(src=PEER, dst=US, len=10) / b"short"
    yield IP(src=PEER, dst=US, len=200) / b"short"
    yield IP(src=PEER, dst=US, ihl=3) / b"short"
    yield IP(src=PEER, dst=US, ihl=15) / b"short"
    yield IP(src=PEER, dst=US, version=5) / b"five"
    yield IP(src=PEER, dst=US) / UDP(dport=7000) / bytes(1400)
    yield IP(src=PEER, dst=US, proto=17, flags="MF") / bytes(24)
    yield IP(src=PEER, dst=US, proto=17, frag=3) / bytes(5)


def ip():
    out = each(ip_packets(), (0, CUT | 0x10, TRAIN))
    big = IP(src=PEER, dst=US, id=7) / UDP(dport=7000) / bytes(100)
    raw = bytes(big)[20:]
    pieces = [IP(src=PEER, dst=US, id=7, proto=17, flags="MF", frag=0)
              / raw[:48],
              IP(src=PEER, dst=US, id=7, proto=17, frag=6) / raw[48:]]
    out.append(rec(pieces[0]) + rec(pieces[1]))
    out.append(rec(pieces[1]) + time(3) + rec(pieces[0]))
    out.append(rec(pieces[1]) + time(14) + rec(pieces[0]))
    out.append(rec(pieces[0]) + time(10))
    via_b = [IP(src=FAR, dst=d) / ICMP() / b"x"
             for d in (PEER, US, FAR_US, "10.2.0.3")]
    plain = [IP(src=PEER, dst=d) / UDP(dport=7000) / bytes(n)
             for d in (US, FAR, "10.2.0.255", "10.3.0.1", "10.4.0.1",
                       "10.9.1.1", "10.1.0.77", "10.5.0.3")
             for n in range(15, 20)]
    for k in (0, 1, 6, 7, 15, 18, 19, 25):
        out += turned(plain, k) + turned(plain[:5], k, op=OTHER)
    return out + each(plain) + each(via_b, (OTHER,))


def quoted():
    for inner in (UDP(sport=7000, dport=9), UDP(sport=7001, dport=9),
                  TCP(sport=1, dport=2), ICMP()):
        yield bytes(IP(src=US, dst=PEER) / inner / bytes(8))
    yield bytes(IP(src=US, dst="10.9.1.1") / UDP(sport=7000) / bytes(8))
    yield bytes(IP(src=US, dst="10.9.1.1", len=1500)
                / UDP(sport=7005, dport=9) / bytes(8))
    yield bytes(IP(src="10.9.0.1", dst=PEER, options=[IPOption_NOP()])
                / UDP())
    yield bytes(IP(src=US, dst="224.0.0.1", frag=4) / UDP())
    yield bytes(IP(src=US, dst=PEER) / UDP())[:20]


def icmp():
    out = []
    bodies = [struct.pack("!HH", 7, 1) + b"data", bytes(12), bytes(4)]
    for kind in list(range(0, 19)) + [30, 40, 42, 200]:
        for body in bodies:
            out.append(struct.pack("!BBH", kind, 0, 0) + body)
    for inner in quoted():
        for code in (0, 1, 2, 3, 4, 5, 9, 13, 15, 16):
            out.append(struct.pack("!BBHHH", 3, code, 0, 0, 576) + inner)
        for kind, word in ((4, 0), (5, 0x0a010005), (5, 0x0a010001),
                           (11, 0), (12, 0x05000000)):
            for code in (0, 1):
                out.append(struct.pack("!BBHI", kind, code, 0, word) + inner)
    for mtu in (0, 60, 68, 1400, 1500, 9000):
        for inner in quoted():
            out.append(struct.pack("!BBHHH", 3, 4, 0, 0, mtu) + inner)
    out += [b"", b"\x08", bytes(7), struct.pack("!BBHHH", 8, 0, 0, 1, 1)
            + bytes(1400)]
    far = list(quoted())[5]
    learn = [rec(struct.pack("!BBHHH", 3, 4, 0, 0, mtu) + far)
             for mtu in (1400, 1300, 1200, 0, 1450, 60)]
    redirect = [rec(struct.pack("!BBHI", 5, code, 0, gate) + far)
                for code in (0, 1, 9) for gate in (0x0a010005, 0x0a020005)]
    requests = [struct.pack("!BBHHH", kind, code, 0, 1, 1) + bytes(n)
                for kind in (3, 8, 13, 15, 17) for code in (0, 4)
                for n in (0, 3, 12, 16)]
    more = [b"".join(learn) + time(9) + learn[1], learn[3] + time(9),
            b"".join(redirect) + time(9) + redirect[0],
            knob(2) + b"".join(learn)]
    for k in (2, 3, 4, 5, 13, 18, 19):
        more += turned(requests, k) + turned(requests, k, op=0x10)
    return each(out, (0, 0x10, CUT | 0x20, OTHER)) + more


def udp():
    out = []
    for sport, dport in ((9, 7000), (9, 7001), (9, 7), (0, 7000), (9, 0),
                         (9, 7002), (9, 7003), (9, 7004), (9, 4500)):
        for body in (b"", b"hello", bytes(1000)):
            out.append(bytes(UDP(sport=sport, dport=dport, chksum=1) / body))
            out.append(bytes(UDP(sport=sport, dport=dport, chksum=0) / body))
    out.append(struct.pack("!HHHH", 9, 7000, 0, 1) + b"none")
    out.append(struct.pack("!HHHH", 9, 7000, 7, 1) + b"short")
    out.append(struct.pack("!HHHH", 9, 7000, 9, 1) + b"padding")
    out.append(struct.pack("!HHHH", 9, 7000, 99, 1) + b"missing")
    out += [b"", b"\0\1\2", bytes(7), bytes(8)]
    return each(out, (0, 0x10, 0x30, CUT | 0x20, RAW, TRAIN, 0x40, 0x80, 0xc0,
                      TRAIN | 0x10)) + [
        rec(out[4], 0x10) * 20]


def igmp():
    out = []
    for group in (bytes(4), bytes([239, 1, 1, 1]), bytes([224, 0, 0, 1]),
                  bytes([10, 1, 1, 1])):
        for kind in (0x11, 0x12, 0x16, 0x17, 0x22, 0x13, 0x99):
            for code in (0, 1, 100, 255):
                out.append(bytes([kind, code, 0, 0]) + group)
                out.append(bytes([kind, code, 0, 0]) + group
                           + bytes([2, 125, 0, 1, 10, 1, 0, 2]))
    out += [b"", b"\x11", bytes(7)]
    return each(out, (0, 0x10, CUT)) + [
        rec(out[0]) + time(4) + rec(out[16]) + time(8),
        rec(b"\x11\x64\0\0" + bytes(4)) + rec(b"\x16\0\0\0\xef\1\1\1", 0x10)
        + time(8)]


def reass():
    def piece(who, how, off, words):
        return struct.pack("<BBHB", who, how, off, words)
    more = 4
    none = b"\xff"
    out = [
        piece(0, more, 0, 8) + piece(0, 0, 4, 2),
        piece(0, 0, 4, 2) + piece(0, more, 0, 8),
        piece(0, more, 0, 8) + piece(0, more, 2, 8) + piece(0, 0, 6, 8),
        piece(0, more, 0, 64) + piece(0, more, 8, 4) + piece(0, 0, 32, 4),
        piece(0, 0, 8, 2) + piece(0, 0, 9, 2) + piece(0, more, 0, 16),
        piece(0, more, 0, 7) + piece(0, more, 8191, 8),
        piece(4, more, 0, 2) + piece(4, 0, 1, 2),
        piece(0, more | 1, 0, 8) + piece(0, 3, 4, 2),
        piece(0, more | 2, 0, 8) + piece(0, 0, 4, 2),
        piece(8, more, 0, 8) + piece(8, 0, 4, 2),
        piece(0x80, more, 0, 8) * 4 + piece(1, more, 0, 8),
        b"".join(piece(0, more, 2 * i, 4) for i in range(80)),
        b"".join(piece(i & 3, more, 4 * i, 4) for i in range(40)),
        piece(0, more, 0, 0) + piece(0, 0x70, 4, 2),
        piece(0, more, 0, 8) + piece(0xc1, more, 0, 8) * 6,
        piece(0, more, 4, 8) + piece(0xc1, more, 0, 8) * 6,
        piece(0, more, 0, 8) + piece(0, more, 6, 8) + piece(0, 0, 5, 2),
        piece(0, 0, 4, 2) + piece(0, 0, 6, 2),
        piece(0, 0, 4, 2) + piece(0, more, 4, 4),
        piece(0, more | 3, 0, 8) + piece(0, 0, 4, 2),
        b"".join(piece(0, more, 2 * i, 1) for i in range(20)),
    ]
    for first in (2, 4, 5, 8):
        for who in (0, 4, 8, 16, 32, 48):
            out.append(piece(who, more, 0, first)
                       + piece(who, 0, first // 2, 2))
            out.append(piece(who, more, 1, first))
    many = [b"".join(piece(i & 3, more, 4 * i + 1, 4) for i in range(40)),
            b"".join(piece(i & 7, more, 4 * i + 1, 4) for i in range(40)),
            b"".join(piece(0, more, 4 * i + 1, 4) for i in range(40))]
    return [none + p for p in out] + [
        bytes([k]) + p for k in (7, 10, 11) for p in many + out[:4]]


def eth(payload=b"", **kw):
    kw.setdefault("src", PEER_MAC)
    kw.setdefault("dst", OTHER_MAC)
    return Ether(**kw) / payload


def ether():
    packet = IP(src=PEER, dst=US) / UDP(dport=7000) / b"hi"
    out = [eth(packet), eth(packet, dst="ff:ff:ff:ff:ff:ff"),
           eth(packet, dst="01:00:5e:00:00:01"),
           eth(packet, dst="33:33:00:00:00:01"),
           eth(packet, src="01:00:00:00:00:01"),
           eth(packet, dst="02:12:34:56:78:9a"),
           eth(Dot1Q(vlan=5) / packet), eth(Dot1Q(vlan=0) / packet),
           eth(bytes(40), type=0x86dd), eth(b"\x60" + bytes(39),
                                            type=0x86dd),
           eth(bytes(50), type=50), eth(bytes(50), type=0x88cc),
           eth(b"\x45", type=0x800), eth(b"\x65" + bytes(30), type=0x800),
           eth(ARP(psrc=PEER, pdst=US, hwsrc=PEER_MAC)),
           eth(packet, src=OTHER_MAC)]
    out = [bytes(p) for p in out] + [b"", bytes(6), bytes(13), bytes(14)]
    batch = b"".join(rec(p, TRAIN | OTHER | CUT * (i % 3 == 2))
                     for i, p in enumerate(out[:16]))
    return each(out, (0, OTHER, CUT | 0x20)) + [batch, batch * 2,
                                                rec(out[0], TRAIN) * 9]


def arp():
    out = []
    for op in (1, 2, 3, 9):
        for psrc in (PEER, "10.1.0.3", US, "0.0.0.0", "10.9.0.1",
                     "224.0.0.1", "255.255.255.255", "10.1.0.255"):
            for pdst in (US, PEER):
                out.append(bytes(ARP(op=op, psrc=psrc, pdst=pdst,
                                     hwsrc=PEER_MAC, hwdst=OTHER_MAC)))
    for mac in ("ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01",
                "00:00:00:00:00:00", "02:aa:00:00:00:09"):
        out.append(bytes(ARP(op=2, psrc=PEER, pdst=US, hwsrc=mac)))
    out.append(bytes(ARP(op=1, hwtype=6, psrc=PEER, pdst=US)))
    out.append(bytes(ARP(op=1, ptype=0x86dd, psrc=PEER, pdst=US)))
    out.append(struct.pack("!HHBBH", 1, 0x800, 255, 255, 1) + bytes(100))
    out.append(struct.pack("!HHBBH", 1, 0x800, 6, 16, 1) + bytes(44))
    for psrc, pdst, mac in (
            ("10.1.0.77", US, PEER_MAC), ("10.5.0.9", US, PEER_MAC),
            ("10.5.0.9", PEER, PEER_MAC), (PEER, "10.1.0.88", PEER_MAC),
            ("10.1.0.88", US, PEER_MAC), ("10.1.0.77", US, "02:aa:0:0:0:77"),
            (PEER, US, "02:00:00:00:00:02"), (PEER, US, OTHER_MAC),
            ("10.5.0.3", US, PEER_MAC), (PEER, "10.1.0.77", PEER_MAC)):
        for op in (1, 2):
            out.append(bytes(ARP(op=op, psrc=psrc, pdst=pdst, hwsrc=mac)))
    out += [b"", bytes(7), bytes(8), bytes(27)]
    few = [bytes(ARP(op=1, psrc="10.1.0.%d" % n, pdst=US, hwsrc=PEER_MAC))
           for n in range(10, 20)]
    more = [knob(k) + b"".join(rec(p) for p in few) + time(14) + rec(few[0])
            for k in (14, 20, 21, 24)]
    more.append(knob(14) + b"".join(rec(p) + time(11) for p in few * 2))
    told = bytes(ARP(op=2, psrc=PEER, pdst=US, hwsrc=PEER_MAC))
    for k in (5, 14, 26):
        more += [knob(k) + rec(told, RAW) + time(n) + rec(b"", RAW)
                 + time(9) + rec(b"", RAW) for n in (5, 8, 9, 10)]
    return more + each(out, (0, OTHER, CUT | 0x10)) + [
        rec(out[0]) + time(5) + rec(out[40]),
        rec(bytes(ARP(op=2, psrc=PEER, pdst=US, hwsrc=PEER_MAC)))
        + time(14)
        + rec(bytes(ARP(op=2, psrc=PEER, pdst=US,
                        hwsrc="02:aa:00:00:00:09")))]


def vnet():
    out = []
    heads = []
    for net in (IP(src=PEER, dst=FAR), IP(src=PEER, dst=US),
                IP(src=PEER, dst=FAR, options=[IPOption_NOP()] * 4),
                IPv6(src="fd00::2", dst="fd00:1::2")):
        heads.append((net / TCP(dport=80, flags="PA"), 6, 16))
        heads.append((net / UDP(dport=7000), 17, 6))
    for net, proto, offset in heads:
        for size in (0, 100, 1300, 4000):
            frame = bytes(eth(net / bytes(size)))
            l4 = len(bytes(eth(net))) - (20 if proto == 6 else 8)
            gso = 5 if proto == 17 else 4 if frame[12] == 0x86 else 1
            for flags, kind, mss, start, off in (
                    (0, 0, 0, 0, 0), (2, 0, 0, 0, 0),
                    (1, 0, 0, l4, offset), (1, gso, 536, l4, offset),
                    (1, gso, 1, l4, offset), (1, gso | 0x80, 100, l4, offset),
                    (0, gso, 100, l4, offset), (1, gso, 0, l4, offset),
                    (1, 1, 100, l4, offset), (1, 9, 100, l4, offset),
                    (1, 0, 0, 14, 10), (1, 0, 0, 2000, 0),
                    (1, gso, 100, 14, 2)):
                out.append(struct.pack("<BBHHHH", flags, kind, l4, mss,
                                       start, off) + frame)
    # Other headers: tags, extension headers, protocols, cut short.
    frames = []
    for tags in ((), (Dot1Q(vlan=0),), (Dot1Q(vlan=5), Dot1Q(vlan=6)),
                 (Dot1Q(vlan=5), Dot1Q(vlan=6), Dot1Q(vlan=7))):
        pack = IP(src=PEER, dst=FAR) / TCP(dport=80) / bytes(900)
        for t in reversed(tags):
            pack = t / pack
        frames.append((eth(pack), 14 + 4 * len(tags) + 20, 16, 1))
    for kinds in ((0,), (60,), (43,), (44,), (0, 60), (60,) * 9):
        for last, l4 in ((6, TCP(dport=80)), (17, UDP(dport=7000)),
                         (58, b"\x80\0\0\0"), (99, b"data")):
            chain = b"".join(bytes([n, 0]) + bytes(6)
                             for n in kinds[1:] + (last,))
            pack = IPv6(src="fd00::2", dst="fd00:1::2", nh=kinds[0]) / (
                chain + bytes(l4) + bytes(900))
            frames.append((eth(pack), 54 + 8 * len(kinds),
                           16 if last == 6 else 6 if last == 17 else 2,
                           4 if last == 6 else 5))
    for proto in (1, 58, 99):
        frames.append((eth(IP(src=PEER, dst=FAR, proto=proto)
                           / bytes(400)), 34, 2, 1))
    frames.append((eth(IPv6(src="fd00::2", dst="fd00:1::2", plen=4000)
                       / TCP() / bytes(200)), 54, 16, 4))
    frames.append((eth(IP(src=PEER, dst=FAR, frag=5) / TCP() / bytes(200)),
                   34, 16, 1))
    for frame, start, offset, gso in frames:
        data = bytes(frame)
        for flags, kind in ((1, 0), (1, gso), (2, 0)):
            for cut in (len(data), start + 4, start - 4, 30, 15, 13):
                out.append(struct.pack("<BBHHHH", flags, kind, start, 100,
                                       start, offset) + data[:cut])
    out += [bytes(10), bytes(20)]
    return each(out, (0, TRAIN)) + [rec(p, CUT | 0x30) for p in out[::7]] + [
        rec(p, OTHER | n) for p in out[::5] for n in (0, 0x20)]


US6, PEER6, FAR6 = "fd00:1::1", "fd00:1::2", "fd00:2::2"


def ip6_packets():
    udp = UDP(sport=9, dport=7000) / b"hello"
    for dst in (US6, FAR6, "fd00:1::9", "ff02::1", "ff02::77", "ff01::1",
                "::1", "fe80::1", "2001:db8::1", "::", "ff02::2",
                "fd00:3::1", "fd00:4::1", "fd00:5::1",
                "::ffff:10.1.0.1"):
        yield IPv6(src=PEER6, dst=dst) / udp
    for src in ("::", "ff02::1", "::1", "fe80::2", US6, "::ffff:10.1.0.2"):
        yield IPv6(src=src, dst=US6) / udp
    for hlim in (0, 1, 2):
        yield IPv6(src=PEER6, dst=FAR6, hlim=hlim) / udp
    yield IPv6(src=PEER6, dst=FAR6) / UDP() / bytes(1300)
    yield IPv6(src=PEER6, dst=US6) / TCP(dport=80)
    yield IPv6(src=PEER6, dst=US6, nh=59) / b"none"
    yield IPv6(src=PEER6, dst=US6, nh=99) / b"who?"
    yield IPv6(src=PEER6, dst=US6, plen=0, nh=17) / bytes(udp)
    yield IPv6(src=PEER6, dst=US6, plen=200) / udp
    ends = [bytes(IPv6(src=PEER6, dst=US6) / udp)[40:]]
    options = [bytes([1, 4, 0, 0, 0, 0]), bytes([0] * 6),
               bytes([5, 2, 0, 0, 1, 0]), bytes([0xc2, 4, 0, 1, 0, 0]),
               bytes([0x1e, 4, 1, 2, 3, 4]), bytes([0x5e, 4, 1, 2, 3, 4]),
               bytes([0x9e, 4, 1, 2, 3, 4]), bytes([0xde, 4, 1, 2, 3, 4]),
               bytes([1, 9, 0, 0, 0, 0]), bytes([1, 3, 0, 0, 0, 9])]
    for dst in (US6, FAR6, "ff02::77"):
        for head in (0, 60):
            for o in options:
                yield IPv6(src=PEER6, dst=dst, nh=head) / (
                    bytes([17, 0]) + o + ends[0])
        for kind, left in ((0, 0), (0, 1), (2, 0), (2, 1), (4, 1), (9, 3)):
            yield IPv6(src=PEER6, dst=dst, nh=43) / (
                bytes([17, 2, kind, left] + [0] * 4)
                + bytes([0xfd, 0, 0, 1] + [0] * 11 + [9]) + ends[0])
        for frag in ((0, 0), (1, 0), (0, 1), (8, 1), (8, 0)):
            yield IPv6(src=PEER6, dst=dst, nh=44) / (
                struct.pack("!BBHI", 17, 0, frag[0] << 3 | frag[1], 7)
                + ends[0] + bytes(3))
        yield IPv6(src=PEER6, dst=dst, nh=0) / (
            bytes([43, 0, 1, 4, 0, 0, 0, 0, 60, 2, 4, 0] + [0] * 20
                  + [44, 0, 1, 4, 0, 0, 0, 0, 17] + [0] * 7) + ends[0])
        yield IPv6(src=PEER6, dst=dst, nh=60) / (
            bytes([60, 0, 1, 4, 0, 0, 0, 0] * 12) + bytes([17, 0, 1, 4])
            + bytes(4) + ends[0])
        yield IPv6(src=PEER6, dst=dst, nh=51) / (
            bytes([17, 4]) + bytes(22) + ends[0])


def ip6():
    plain = [IPv6(src=src, dst=d) / UDP(dport=7000) / bytes(n)
             for src in (PEER6, "fe80::2")
             for d in (US6, FAR6, "fd00:3::1", "fd00:4::1", "fd00:5::1",
                       "fd00:2::1", "ff02::1")
             for n in range(15, 20)]
    out = [bytes(20), b"\x60" + bytes(39), b"\x60" + bytes(20)]
    out.append(bytes(IPv6(src=PEER6, dst=US6, nh=60) / (
        bytes([0, 0, 1, 4, 0, 0, 0, 0, 17, 0, 1, 4] + [0] * 4))))
    for n in (59, 99, 60):
        out.append(bytes(IPv6(src=PEER6, dst="ff05::1", nh=n) / bytes(16)))
    more = []
    for k in (8, 9, 18, 19, 22, 23, 24, 25):
        more += turned(plain, k) + turned(plain[:10], k, op=OTHER)
    return each(ip6_packets(), (0, CUT | 0x10, OTHER)) + each(
        out + plain, (0, OTHER)) + more


def quoted6():
    for inner in (UDP(sport=7000, dport=9), UDP(sport=7001, dport=9),
                  TCP(sport=1, dport=2)):
        yield bytes(IPv6(src=US6, dst=PEER6) / inner / bytes(8))
    yield bytes(IPv6(src=US6, dst=PEER6, nh=58) / b"\x80\0\0\0\0\0\0\0")
    yield bytes(IPv6(src=US6, dst=PEER6, nh=44)
                / (struct.pack("!BBHI", 17, 0, 0, 7) + bytes(UDP())))
    yield bytes(IPv6(src=US6, dst=PEER6))[:30]
    for plen in (1400, 8):
        yield bytes(IPv6(src=US6, dst="fd00:5::9", plen=plen)
                    / UDP(sport=7005, dport=9) / bytes(8))
    yield bytes(IPv6(src=US6, dst=PEER6, nh=44)
                / (struct.pack("!BBHI", 17, 0, 8, 7) + bytes(16)))
    yield bytes(IPv6(src=US6, dst="ff02::77") / UDP(sport=7000, dport=9))
    yield bytes(IPv6(src=US6, dst=PEER6, nh=60)
                / (bytes([17, 0, 1, 4, 0, 0, 0, 0]) + bytes(UDP(sport=7001,
                                                                dport=9))))


def icmp6():
    out = []
    for inner in quoted6():
        for kind, codes in ((1, range(7)), (2, (0,)), (3, (0, 1)),
                            (4, range(4)), (100, (0,)), (200, (0,))):
            for code in codes:
                for word in (0, 1280, 1400, 68, 9000):
                    out.append(struct.pack("!BBHI", kind, code, 0, word)
                               + inner)
    for kind in list(range(128, 160)) + [255]:
        out.append(struct.pack("!BBHHH", kind, 0, 0, 1, 1) + bytes(24))
    out += [b"", b"\x80", bytes(7), b"\x80" + bytes(1300)]
    for code in (1, 7, 200):
        for kind in (1, 3, 4, 128, 133, 134, 135, 136, 137):
            out.append(struct.pack("!BBHI", kind, code, 0, 0)
                       + list(quoted6())[0] + bytes(40))
    far = list(quoted6())[6]
    learn = [rec(struct.pack("!BBHI", 2, 0, 0, mtu) + far)
             for mtu in (1400, 1300, 1290, 1450, 60, 1280)]
    more = [b"".join(learn) + time(9) + learn[1], learn[0] + time(9)]
    for k in (8, 12, 18, 19, 22):
        more += turned(out[-40:], k)
    return each(out, (0, 0x10)) + more


def udp6():
    return udp()


def lladdr(kind, mac=bytes([2, 0xaa, 0, 0, 0, 2])):
    return bytes([kind, 1]) + mac


def nd():
    us, peer = bytes([0xfd, 0, 0, 1] + [0] * 11 + [1]), \
        bytes([0xfd, 0, 0, 1] + [0] * 11 + [2])
    out = []
    for target in (us, peer, bytes([0xff, 2] + [0] * 13 + [1]), bytes(16)):
        out.append(bytes([135, 0, 0, 0] + [0] * 4) + target + lladdr(1))
        out.append(bytes([135, 0, 0, 0] + [0] * 4) + target)
        out.append(bytes([135, 0, 0, 0] + [0] * 4) + target
                   + bytes([14, 1, 1, 2, 3, 4, 5, 6]))
        for flags in (0, 0x20, 0x40, 0x60, 0x80, 0xe0):
            out.append(bytes([136, 0, 0, 0, flags, 0, 0, 0]) + target
                       + lladdr(2))
            out.append(bytes([136, 0, 0, 0, flags, 0, 0, 0]) + target)
    prefixes = [struct.pack("!BBBBIII", 3, 4, plen, flags, v, p, 0)
                + bytes([0xfd, 0, 0, n]) + bytes(12)
                for n, (plen, flags, v, p) in enumerate((
                    (64, 0xc0, 0xffffffff, 0xffffffff), (64, 0xc0, 60, 30),
                    (64, 0xc0, 0x90000000, 0x90000000),
                    (64, 0xc0, 0, 0), (64, 0x40, 30, 60), (64, 0x80, 90, 90),
                    (48, 0xc0, 100, 100), (129, 0xc0, 100, 100)))]
    route_info = [struct.pack("!BBBBI", 24, 2, 64, pref, life)
                  + bytes([0xfd, 0, 0, 5, 0, 0, 0, 0])
                  for pref in (0, 8, 0x10, 0x18) for life in (0, 1800)]
    others = [lladdr(1), struct.pack("!BBHI", 5, 1, 0, 1400),
              struct.pack("!BBHI", 5, 1, 0, 100), bytes([1, 0]),
              bytes([25, 3, 0, 0, 0, 0, 1, 0]) + peer, bytes([99, 1] + [0] * 6)]
    for life in (0, 1800):
        head = struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, life, 30000, 1000)
        out.append(head)
        for o in prefixes + route_info + others:
            out.append(head + o)
        out.append(head + b"".join(prefixes + route_info[:2] + others[:2]))
    for target in (peer, us, bytes([0xfe, 0x80] + [0] * 13 + [9])):
        for dst in (bytes([0xfd, 0, 0, 9] + [0] * 11 + [9]), target):
            out.append(bytes([137, 0, 0, 0] + [0] * 4) + target + dst
                       + lladdr(2) + bytes([4, 2]) + bytes(14))
    out.append(bytes([133, 0, 0, 0] + [0] * 4) + lladdr(1))
    # More options than anybody means, and none of them with a length.
    out.append(bytes([135, 0, 0, 0] + [0] * 4) + us
               + bytes([14, 1] + [0] * 6) * 17)
    out += [b"\x87", b"\x86" + bytes(10), b"\x88" + bytes(22)]
    router = struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0)
    near, far = bytes([0xfe, 0x80] + [0] * 13 + [9]), \
        bytes([0xfd, 0, 0, 9] + [0] * 11 + [9])
    redirected = [
        rec(router + lladdr(1)) + b"".join(
            rec(bytes([137, 0, 0, 0] + [0] * 4) + target + dst + lladdr(2))
            for target, dst in pairs) + time(10)
        for pairs in (((far, far),), ((near, far),),
                      ((near, far), (far, far)), ((near, bytes(16)),),
                      ((near, b"\xff\2" + bytes(14)),),
                      ((peer, far),))]
    mac2 = bytes([2, 0xaa, 0, 0, 0, 9])
    near = [rec(bytes([135, 0, 0, 0] + [0] * 4) + us + lladdr(1), 0x50)]
    told = [rec(bytes([136, 0, 0, 0, flags, 0, 0, 0]) + peer + opt, 0x50)
            for flags in (0, 0x20, 0x40, 0x60, 0x80, 0xe0)
            for opt in (b"", lladdr(2), lladdr(2, mac2), bytes([2, 2, 0, 0]
                                                               + [0] * 12))]
    known = [near[0] + a + b for a in told for b in told] + [
        near[0] + time(n) + a + time(8) + b + time(n)
        for n in (5, 9) for a in told[:8] for b in told[4:12:3]]
    ours = [bytes([kind, 0, 0, 0, flags, 0, 0, 0]) + target + opt
            for kind in (135, 136) for flags in (0, 0x20, 0x60)
            for target in (us, bytes([0xfe, 0x80] + [0] * 6 + [0, 0, 0, 0xff,
                                                              0xfe, 0, 0, 1]))
            for opt in (b"", lladdr(1), lladdr(2), bytes([14, 1] + [1] * 6))]
    alone = [rec(router + lladdr(1)) + rec(bytes(
        [137, 0, 0, 0] + [0] * 4) + bytes([0xfd, 0, 0, n] + [0] * 11 + [n]) * 2
        + opt) + time(10) for n in (32, 33) for opt in (lladdr(2), b"")]
    probed = alone + [knob(16) + p for p in alone]
    for k in (8, 12, 22, 23, 20, 17):
        for arg in (0x10, 0x20, 0x30, 0x50, 0xa0, 0x80):
            probed += turned(ours, k, op=arg)
        probed.append(knob(k) + time(6) + rec(ours[0], 0x20) + time(6)
                      + rec(ours[12], 0x10) + time(8))
    prefs = [rec(struct.pack("!BBHBBHII", 134, 0, 0, 64, flags, life, 0, 0)
                 + lladdr(1) + prefixes[0], arg)
             for flags in (0, 8, 0x18, 0xc0) for life in (1800, 0)
             for arg in (0, 0x10)]
    prefs += [p + time(9) for p in prefs] + [b"".join(prefs)]
    told = [bytes([135, 0, 0, 0] + [0] * 4) + bytes([0xfd, 0, 0, 1] + [0] * 11
                                                     + [n]) + lladdr(1)
            for n in (0x77, 0x88)] + [
        bytes([136, 0, 0, 0, 0x60, 0, 0, 0]) + bytes(
            [0xfd, 0, 0, 1] + [0] * 11 + [0x77]) + lladdr(2)]
    redirected += known[::3] + probed + prefs + [rec(p, 0x50) for p in told]
    ra, na = out[40], out[4]
    return each(out, (0, 0x10, 0x20, 0x40, CUT | 0x10)) + redirected + [
        rec(p) + time(8) + rec(q, 0x10) + time(10)
        for p in (ra, na, out[0], out[55]) for q in out[::3]]


def mld():
    out = []
    for group in (bytes(16), bytes([0xff, 2] + [0] * 13 + [0x77]),
                  bytes([0xff, 2] + [0] * 13 + [1]), bytes(15) + b"\1"):
        for kind in (130, 131, 132, 143):
            for delay in (0, 1, 1000, 65535):
                out.append(struct.pack("!BBHHH", kind, 0, 0, delay, 0)
                           + group)
                out.append(struct.pack("!BBHHH", kind, 0, 0, delay, 0)
                           + group + bytes([2, 125, 0, 1]) + bytes(16))
    out += [b"\x82", bytes(23)]
    return each(out, (0, 0x10, 0x20, CUT)) + [
        rec(out[0]) + time(4) + rec(out[10], 0x10) + time(8)]


def frag6():
    return reass()


TARGETS = (ip, icmp, udp, igmp, reass, ip6, icmp6, udp6, nd, mld, frag6, ether,
           arp, vnet)
