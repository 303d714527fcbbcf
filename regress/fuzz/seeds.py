#!/usr/bin/python3
"""Make the first inputs of the fuzz targets: seeds.py DIRECTORY [TARGET ...].

Each function below makes the seeds of the target of its name, as a list of
octet strings in the format that the target's source describes; they become
files in DIRECTORY/TARGET.
"""
import logging
import os
import struct
import subprocess
import sys
import tempfile

from cryptography.hazmat.primitives.asymmetric.x25519 import (
    X25519PrivateKey)
from cryptography.hazmat.primitives.serialization import (
    Encoding, PublicFormat)

logging.getLogger("scapy").setLevel(logging.ERROR)
# The addresses are those of the target, not of this host.
from scapy.config import conf  # noqa: E402
conf.route_autoload = False
conf.route6_autoload = False
from scapy.layers.inet import ICMP, IP, TCP, UDP  # noqa: E402
from scapy.layers.inet import IPOption, IPOption_LSRR  # noqa: E402
from scapy.layers.inet import IPOption_NOP, IPOption_RR  # noqa: E402
from scapy.layers.inet import IPOption_Router_Alert  # noqa: E402
from scapy.layers.inet import IPOption_SSRR  # noqa: E402
from scapy.layers.inet6 import IPv6  # noqa: E402
from scapy.layers.l2 import ARP, Dot1Q, Ether  # noqa: E402

US, PEER, FAR, FAR_US = "10.1.0.1", "10.1.0.2", "10.2.0.2", "10.2.0.1"
OTHER_MAC, PEER_MAC = "02:00:00:00:00:01", "02:aa:00:00:00:02"
TRAIN, RAW, CUT, OTHER = 1, 2, 4, 8


def rec(packet, op=0):
    """One record of fuzz_packet.h."""
    data = bytes(packet)
    return bytes([op]) + struct.pack("<H", len(data)) + data


def time(exponent):
    return bytes([exponent << 4 | 15])


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
    out.append(rec(pieces[1]) + time(15) + rec(pieces[0]))
    out.append(rec(pieces[0]) + time(10))
    via_b = [IP(src=FAR, dst=d) / ICMP() / b"x"
             for d in (PEER, US, FAR_US, "10.2.0.3")]
    return out + each(via_b, (OTHER,))


def quoted():
    for inner in (UDP(sport=7000, dport=9), UDP(sport=7001, dport=9),
                  TCP(sport=1, dport=2), ICMP()):
        yield bytes(IP(src=US, dst=PEER) / inner / bytes(8))
    yield bytes(IP(src=US, dst="10.9.1.1") / UDP(sport=7000) / bytes(8))
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
    return each(out, (0, 0x10, CUT | 0x20, OTHER))


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
    return [
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
    ]


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
    return each(out, (0, OTHER, CUT | 0x20))


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
    out += [b"", bytes(7), bytes(8), bytes(27)]
    return each(out, (0, OTHER, CUT | 0x10)) + [
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
    out += [bytes(10), bytes(20)]
    return each(out, (0,)) + [rec(p, CUT | 0x30) for p in out[::7]]


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
    return each(ip6_packets(), (0, CUT | 0x10, OTHER))


def quoted6():
    for inner in (UDP(sport=7000, dport=9), UDP(sport=7001, dport=9),
                  TCP(sport=1, dport=2)):
        yield bytes(IPv6(src=US6, dst=PEER6) / inner / bytes(8))
    yield bytes(IPv6(src=US6, dst=PEER6, nh=58) / b"\x80\0\0\0\0\0\0\0")
    yield bytes(IPv6(src=US6, dst=PEER6, nh=44)
                / (struct.pack("!BBHI", 17, 0, 0, 7) + bytes(UDP())))
    yield bytes(IPv6(src=US6, dst=PEER6))[:30]


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
    return each(out, (0, 0x10))


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


def sin(addr):
    return struct.pack("<BB2x4s8x", 16, 2, bytes(map(int, addr.split("."))))


def sin6(addr):
    return struct.pack("<BB6x16s4x", 28, 24, addr)


def sdl(mac=b"", index=0):
    return struct.pack("<BBHBBBB", 32, 18, index, 6, 0, len(mac), 0) \
        + mac.ljust(24, b"\0")


def rtm(kind, flags=0, prio=0, table=0, inits=0, fmask=0, index=0, **addrs):
    """A routing message; addrs by name, in the order of their bits."""
    order = ["dst", "gateway", "netmask", "genmask", "ifp", "ifa", "author",
             "brd", "src", "srcmask", "label", "bfd", "dns", "static",
             "search"]
    bits = 0
    body = b""
    for i, name in enumerate(order):
        if name in addrs:
            bits |= 1 << i
            data = addrs[name]
            body += data + bytes(-len(data) % 8)
    # pid, seq, errno, inits: by their places, then the metrics.
    head = struct.pack("<HBBHHHBBiiiiiiI", 0, 5, kind, 0, index, table, prio,
                       0, bits, flags, fmask, 0, 1, 0, inits)
    metrics = struct.pack("<QqIIIIIIIIII", 10, 5, 0, 1400, 0, 0, 0, 0, 0, 0,
                          0, 0)[:56]
    return head + metrics.ljust(96 - len(head), b"\0") + body


def route():
    net = {"dst": sin("10.20.0.0"), "netmask": sin("255.255.255.0")}
    gate = {"gateway": sin("10.1.0.2")}
    label = struct.pack("<BB", 34, 0) + b"blue".ljust(32, b"\0")
    host = {"dst": sin("10.1.0.7")}
    add, delete, change, get = 1, 2, 3, 4
    up = 0x2 | 0x800                      # GATEWAY, STATIC
    msgs = [
        rtm(add, up, **net, **gate),
        rtm(add, up, prio=8, inits=3, **net, **gate),
        rtm(add, up | 0x8, **net, gateway=sin("127.0.0.1")),
        rtm(add, up | 0x1000, **net, gateway=sin("127.0.0.1")),
        rtm(add, up | 0x40000, **net, gateway=sin("10.1.0.3")),
        rtm(add, up, table=1, **net, **gate),
        rtm(add, 0x4 | 0x800, **host, gateway=sdl(bytes(range(6)))),
        rtm(add, 0x4 | up, dst=sin("10.30.0.1"), **gate),
        rtm(add, up, **net, **gate, label=label),
        rtm(add, up, **net, **gate, ifp=sdl(index=1), ifa=sin("10.1.0.1")),
        rtm(add, up, dst=sin6(bytes(16)), gateway=sin6(bytes(15) + b"\1"),
            netmask=sin6(bytes(16))),
        rtm(delete, 0, **net), rtm(delete, 0, **net, **gate),
        rtm(delete, 4, **host),
        rtm(change, up, **net, gateway=sin("10.2.0.2")),
        rtm(change, up, fmask=0x8, **net),
        rtm(change, up | 8, fmask=8, inits=0xffff, **net, label=label),
        rtm(get, 0, dst=sin("10.20.0.5")), rtm(get, 0, **net),
        rtm(get, 0, prio=8, **net), rtm(get, 0, dst=sin("10.1.0.1")),
        rtm(get, 0, dst=sin("10.1.0.1"), ifp=sdl()),
        rtm(0x13, 0, index=1, prio=60, dns=b"\x0c\x02" + bytes(10)),
        rtm(0x13, 0, index=1, prio=60, static=b"\x0c\x00" + bytes(10),
            search=b"\x22\x00" + b"a.b".ljust(32, b"\0")),
        rtm(0x16, 0, ifa=sin("10.1.0.1")), rtm(0x16, 0, ifa=sin("0.0.0.0")),
        rtm(7, 0, **net), rtm(99, 0, **net),
    ]
    out = each(msgs, (0, RAW))
    for first in msgs[:11]:
        for then in msgs[:24]:
            out.append(rec(first) + rec(then))
    for kind in range(1, 8):
        for arg in (0, 1, 2):
            for af in (0, 2, 24):
                out.append(rec(msgs[0]) + rec(bytes([af, kind, arg]), OTHER))
                out.append(rec(bytes([af, kind, arg, 50]), OTHER))
    return out


def call(nr, *args):
    out = struct.pack("<H", nr)
    for a in list(args) + [b"\0\0"] * (6 - len(args)):
        out += a
    return out


def fd(n):
    return bytes([n << 4 | 12])


def blob(data):
    return bytes([1, len(data)]) + data


def num(n):
    return bytes([7]) + struct.pack("<I", n & 0xffffffff)


def room(n):
    return bytes([3]) + struct.pack("<H", n)


LEN, BAD, NULL = b"\x02", b"\x04", b"\0\0"


def lxsin(addr, port):
    return struct.pack("<H", 2) + struct.pack("!H", port) \
        + bytes(map(int, addr.split("."))) + bytes(8)


def syscall():
    nr = {"read": 0, "write": 1, "open": 2, "close": 3, "poll": 7,
          "ioctl": 16, "readv": 19, "writev": 20, "dup": 32, "dup2": 33,
          "socket": 41, "connect": 42, "accept": 43, "sendto": 44,
          "recvfrom": 45, "sendmsg": 46, "recvmsg": 47, "shutdown": 48,
          "bind": 49, "listen": 50, "getsockname": 51, "getpeername": 52,
          "socketpair": 53, "setsockopt": 54, "getsockopt": 55, "fcntl": 72,
          "accept4": 288, "dup3": 292, "recvmmsg": 299, "sendmmsg": 307,
          "sysctl": 5000, "pledge": 5001, "getrtable": 5002,
          "setrtable": 5003}
    lo = lxsin("127.0.0.1", 4000)
    bind = call(nr["bind"], fd(0), blob(lo), LEN)
    connect = call(nr["connect"], fd(0), blob(lo), LEN)
    write = call(nr["write"], fd(0), blob(b"hello"), LEN)
    cmsg = struct.pack("<QII", 28, 0, 8) + bytes(12)
    rights = struct.pack("<QIIi", 20, 1, 1, 0)
    msg = (bytes([8, 1 | 16, len(lo)]) + lo + bytes([5]) + b"abcde"
           + bytes([len(cmsg)]) + cmsg)
    scm = bytes([8, 16, 5]) + b"abcde" + bytes([len(rights)]) + rights
    into = bytes([8, 32, 8, 200])
    calls = [
        bind + connect + write + call(nr["read"], fd(0), room(100), LEN),
        bind + connect + call(nr["sendmsg"], fd(0), msg)
        + call(nr["recvmsg"], fd(0), into),
        bind + call(nr["sendto"], fd(0), blob(b"hello"), LEN, NULL, blob(lo),
                    LEN) + call(nr["recvfrom"], fd(0), room(100), LEN, NULL,
                                room(128), blob(b"\x80\0\0\0")),
        call(nr["sendmsg"], fd(4), scm) + call(nr["recvmsg"], fd(5), into),
        call(nr["sendmmsg"], fd(0), msg, num(2)),
        bind + connect + write * 2
        + call(nr["recvmmsg"], fd(0), into, num(2), num(0x40), NULL),
        call(nr["poll"], blob(struct.pack("<ihhihh", 0, 1, 0, 2, 5, 0)),
             num(2), num(5)),
        call(nr["readv"], fd(0), bytes([9, 2, 4, 8]), num(2)),
        bind + connect + call(nr["writev"], fd(0), bytes([9, 2, 5])
                              + b"abcde" + bytes([3]) + b"xyz", num(2)),
        call(nr["dup"], fd(0)) + call(nr["dup2"], fd(0), fd(9))
        + call(nr["dup3"], fd(1), fd(8), num(0x80000))
        + call(nr["close"], fd(9)),
        call(nr["listen"], fd(7), num(5)) + call(nr["accept"], fd(7)),
        call(nr["accept4"], fd(0), NULL, NULL, num(0x800)),
        call(nr["getsockname"], fd(0), room(128), blob(b"\x80\0\0\0")),
        call(nr["getpeername"], fd(0), room(128), blob(b"\x80\0\0\0")),
        call(nr["socketpair"], num(1), num(2), NULL, room(8)),
        call(nr["shutdown"], fd(0), num(2)),
        call(nr["fcntl"], fd(0), num(4), num(0x800)),
        call(nr["fcntl"], fd(0), num(0), num(9)),
        call(nr["pledge"], blob(b"stdio inet\0"), NULL),
        call(nr["getrtable"]), call(nr["setrtable"], num(1)),
        call(nr["write"], fd(2), blob(rtm(4, 0, dst=sin("127.0.0.1"))), LEN),
        call(nr["write"], fd(3), blob(struct.pack(
            "<IHHII", 20, 18, 0x301, 1, 0) + bytes(4)), LEN)
        + call(nr["read"], fd(3), room(4000), LEN),
        call(nr["write"], fd(3), blob(struct.pack(
            "<IHHII", 20, 22, 0x301, 1, 0) + bytes(4)), LEN)
        + call(nr["recvmsg"], fd(3), into),
        call(nr["write"], fd(3), blob(struct.pack(
            "<IHHII", 29, 26, 0x301, 1, 0) + bytes(13)), LEN),
    ]
    wait = call(nr["poll"], blob(struct.pack("<ihh", 0, 1, 0)), num(1),
                num(20))
    ask = b"".join(call(nr["setsockopt"], fd(0), num(0), num(opt),
                        blob(struct.pack("<I", 1)), LEN)
                   for opt in (8, 12, 13))
    sent = bind + connect + ask + write * 2 + wait
    for n in (0, 17, 40, 200):
        calls.append(sent + call(nr["recvmsg"], fd(0),
                                 bytes([8, 32, 8, n])))
        calls.append(sent + call(nr["recvmsg"], fd(0), bytes([8, 33, 16])
                                 + bytes(16) + bytes([8, n])))
    calls.append(sent + call(nr["recvfrom"], fd(0), room(100), LEN, NULL,
                             room(128), blob(b"\x80\0\0\0")))
    calls.append(sent + call(nr["recvmsg"], fd(0), bytes([8, 0, 8])))
    for flags in (0, 0x10000):
        calls.append(sent + call(nr["recvmmsg"], fd(0), into, num(2),
                                 num(flags), blob(bytes(16))))
    for domain in (1, 2, 10, 16, 17, 0x111, 0x11e):
        for kind in (1, 2, 3, 0x80802):
            calls.append(call(nr["socket"], num(domain), num(kind), NULL))
    for opts in ip_options():
        data = bytes(IP(src=PEER, dst=US, options=opts))[20:]
        calls.append(call(nr["setsockopt"], fd(0), num(0), num(4),
                          blob(data), LEN) + bind + connect + write
                     + call(nr["getsockopt"], fd(0), num(0), num(4),
                            room(64), blob(b"\x40\0\0\0")))
    for level, options in ((1, range(1, 70)), (0, range(1, 55)),
                           (41, range(1, 80)), (17, range(1, 5)),
                           (0, range(0x1001, 0x1030)),
                           (0x11, range(1, 5)), (1, (0x1021, 0x107d,
                                                     0x107e, 0x107f)),
                           (58, (1,)), (270, range(1, 13))):
        for opt in options:
            calls.append(b"".join(
                call(nr["setsockopt"], fd(f), num(level), num(opt),
                     blob(struct.pack("<II", 1, 0)[:n]), LEN)
                + call(nr["getsockopt"], fd(f), num(level), num(opt),
                       room(64), blob(b"\x40\0\0\0"))
                for f, n in ((0, 4), (1, 8), (2, 4))))
    for com in (0x5421, 0x541b, 0x8912, 0x8913, 0x8915, 0x8933, 0xc0206911):
        calls.append(call(nr["ioctl"], fd(0), num(com),
                          blob(b"lo0".ljust(40, b"\0"))))
    return [bytes([w]) + c for c in calls for w in (0, 1)]


def ioctl():
    out = []
    addr = sin("10.7.0.1") + sin("10.7.0.255") + sin("255.255.255.0")
    words = [bytes(64), struct.pack("<i", 1500).rjust(20, b"\0"),
             struct.pack("<i", 1).rjust(20, b"\0"),
             struct.pack("<h", -32768 + 0x43).rjust(18, b"\0"),
             b"group".rjust(21, b"\0") + bytes(40),
             bytes(16) + addr, bytes(16) + sin("10.1.0.1"),
             struct.pack("<I", 64).rjust(20, b"\0") + b"group" + bytes(20),
             bytes(16) + b"\x08\x12" + bytes(range(6)),
             bytes(16) + struct.pack("<I", 16) + bytes(20),
             b"lo1" + bytes(60), bytes(16) + b"\x02" + bytes(30)]
    lladdr6 = bytes(16) + b"\x06\x12\x02" + bytes(range(6))
    media = bytes(16) + struct.pack("<Q", 0x100)
    first = []
    for name in (0, 1, 2):
        for com in range(56):
            for how in (2, 6):
                for w in (bytes(64), lladdr6, media):
                    first.append(bytes([0, com, how | name << 5, len(w)])
                                 + w)
    first = [b"".join(first[i:i + 6]) for i in range(0, len(first), 6)]
    for com in range(54):
        for i, w in enumerate(words):
            for name in (0, 1, 2):
                how = 2 | name << 5
                one = bytes([0, com, how, len(w)]) + w
                out.append(one)
                if i == 0:
                    out.append(bytes([0, com, how | 4, len(w)]) + w)
    # lo1 comes, is used, and goes.
    make = bytes([0, 21, 2 | 2 << 5, 3]) + b"lo1"
    for com in range(54):
        for w in words[:8]:
            out.append(make + bytes([0, com, 2 | 2 << 5, len(w)]) + w
                       + bytes([0, com + 1, 2 | 2 << 5, len(w)]) + w)
    return first + out[::2] + [make]


def sysctl():
    out = []

    def one(*mib, how=0, new=b""):
        return bytes([len(mib)]) + bytes(mib) + bytes([how]) \
            + (new.ljust(2 if how & 2 else 4, b"\0") if how & 1 else b"")
    for top in (1, 6):
        for i in range(90):
            out.append(one(top, i) + one(top, i, how=8)
                       + one(top, i, how=0x44))
    for i in (7, 9, 10, 11, 22, 67):
        for new in (b"\0", b"\1", b"a", b"\0\1", b"\xff\xff\xff\xff"):
            out.append(one(1, i, how=1, new=new)
                       + one(1, i, how=3, new=new) + one(1, i))
    for what in range(6):
        for i in (0, 1, 2, 20, 200):
            out.append(b"".join(
                one(1, node, what, i, how=how) + one(1, node, what)
                + one(1, node, what, i, 1) for node in (39, 49, 97)
                for how in (0, 8, 0x44)))
    # kern.file: what, type, size, count
    for what, kind, size, n in ((1, 0, 200, 100), (1, 0, 64, 1),
                                (1, 2, 200, 100), (1, 0, 0, 1),
                                (2, 0, 200, 9), (1, 9, 64, 9)):
        for how in (0, 1, 8, 0x44):
            out.append(one(1, 73, what, kind, size, n, how=how))
    out.append(one(1, 73, 1) + one(1, 73, 1, 0, 9, 9, 9) + one(1, 73)
               + one(1, 49) + one(1, 1, 1) + one(1, 59, how=1))
    # net.link.0.900; routes not of a priority
    for how in (0, 8, 0x44):
        out.append(bytes([4, 4, 18, 0, 255, 0x84, 3, 0, 0, how]))
        for af in (0, 2, 24):
            out.append(bytes([6, 4, 17, 0, af, 1, 255, 254, 255, 255, 255,
                              0, how]))
    for proto in (0, 1, 2, 17, 255):
        for i in range(45):
            out.append(one(4, 2, proto, i) + one(4, 2, proto, i, how=8))
    for kind in range(1, 7):
        for af in (0, 2, 24):
            out.append(one(4, 17, 0, af, kind, 0)
                       + one(4, 17, 0, af, kind, 0, how=8)
                       + one(4, 17, 0, af, kind, 0, how=0xf4))
    for i in range(12):
        out.append(one(4, 18, 0, i) + one(1, 66, i) + one(1, 64, i, 0))
    return out


def bpf():
    """Programs as tcpdump's compiler makes them, and small hostile ones."""
    pkt = bytes(eth(IP(src=PEER, dst=US) / UDP(dport=500) / bytes(40)))
    out = []

    def one(*insns, packet=pkt):
        out.append(bytes([len(insns)]) + b"".join(
            struct.pack("<HBBI", *i) for i in insns) + packet)
    every = [0x20, 0x28, 0x30, 0x40, 0x48, 0x50, 0xb1, 0x80, 0x81, 0x00, 0x01,
             0x60, 0x61, 0x02, 0x03, 0x07, 0x87, 0xc0] + \
        [4 | op << 4 | x << 3 for op in range(11) for x in (0, 1)] + \
        [5 | op << 4 | x << 3 for op in range(5) for x in (0, 1)]
    for c in every:
        for k in (0, 1, 12, 23, 0xffffffff):
            one((0x01, 0, 0, 14), (0x00, 0, 0, 1), (c, 0, 0, k),
                (0x16, 0, 0, 0))
            one((0x01, 0, 0, 14), (0x00, 0, 0, 7), (c, 0, 1, k),
                (0x06, 0, 0, 1), (0x06, 0, 0, 0))
    one((0x28, 0, 0, 12), (0x15, 0, 3, 0x800), (0x30, 0, 0, 23),
        (0x15, 0, 1, 17), (0x06, 0, 0, 116), (0x06, 0, 0, 0))
    one((0xb1, 0, 0, 14), (0x48, 0, 0, 16), (0x25, 0, 1, 500),
        (0x06, 0, 0, 65535), (0x06, 0, 0, 0))
    return out


def wg():
    """Handshakes in both directions, data, cookies; patches; raw messages."""
    PATCH = OTHER

    def kind(n, data=b"", op=0):
        return rec(data, PATCH | n << 4 | op)
    begin, answer, cookie, data, patch, out, _, again = (
        kind(n) for n in range(8))

    def matter(what=0, tos=0, counter=0):
        return kind(6, bytes([what, tos, counter]))
    load = matter(1)
    alive = kind(3, b"")
    inner = bytes(IP(src="10.9.0.2", dst="10.9.0.1", proto=253) / bytes(40))
    inner6 = bytes(IPv6(src="fd00::2", dst="fd00::1", nh=59) / bytes(40))
    ours = out + answer
    theirs = begin + alive
    t_inner = kind(3, inner)
    result = [theirs + t_inner, ours + t_inner + out, out + cookie + time(7) +
              out, load + begin + again, begin + ours, theirs + time(1) +
              theirs + time(1) + theirs + t_inner, theirs + time(12),
              load + again + time(5) + again, theirs + t_inner + time(8) +
              out, ours + time(11) + out + t_inner, out + time(11) + out]
    for text in (inner6, inner[:19], inner[:1], b"\x60" * 39, inner + bytes(
            9), inner[:2] + b"\xff" + inner[3:], inner6[:4] + b"\xff\xff" +
            inner6[6:], inner[:12] + b"\x0b" + inner[13:], b"\x00" * 64):
        result.append(theirs + kind(3, text))
    for tos in (1, 2, 3):
        for inner_tos in (0, 1, 2, 3):
            result.append(theirs + matter(tos=tos) + kind(3, bytes(IP(
                src="10.9.0.2", dst="10.9.0.1", proto=253,
                tos=inner_tos) / bytes(40))) + kind(3, bytes(IPv6(
                    src="fd00::2", dst="fd00::1", nh=59, tc=inner_tos))))
    for shift in (8, 12, 13, 32, 56):
        result.append(theirs + matter(shift << 2, counter=255) + t_inner +
                      matter(2) + matter(counter=1) + t_inner)
    result += [theirs + kind(4, op=TRAIN), theirs + kind(4, op=TRAIN | CUT),
               theirs + kind(4, b"\x80\1", TRAIN),
               theirs + t_inner + matter(2),
               ours + t_inner + (time(12) + t_inner) * 2]
    for n in (0, 1, 2, 4, 7):
        before = out if n in (1, 2) else theirs if n == 4 else load + begin
        for at in (0, 4, 8, 12, 20, 45, 70, 100, 118, 135):
            for op in (0, RAW):
                result.append(before + kind(n, bytes([at, 1]), op))
                result.append(before + kind(n, bytes([at, 128]), op))
    for n, size in ((1, 148), (2, 92), (3, 64), (4, 112), (4, 32), (5, 20)):
        whole = struct.pack("<I", n) + bytes(size - 4)
        result += [rec(whole), rec(whole[:-1]), rec(whole + b"x"),
                   rec(whole, CUT | 0x20), rec(whole, TRAIN)]
    result += [rec(b""), rec(b"\4"), rec(b"\4\0\0\0"),
               rec((struct.pack("<I", 4) + bytes(108)) * 40, TRAIN),
               rec((struct.pack("<I", 4) + bytes(108)) * 3 + b"\4\0\0\0",
                   TRAIN | CUT | 0x50)]
    return result


def wgioctl():
    """Interfaces, peers and allowed IPs as struct wg_interface_io has them."""
    def interface(*peers, flags=0, port=0, rtable=0, private=bytes(32),
                  count=None):
        return struct.pack("<BxHi32s32sQ", flags, port, rtable, bytes(32),
                           private, len(peers) if count is None else
                           count) + b"".join(peers)

    def peer(key, *aips, flags=1, version=0, pka=0, sa=bytes(28),
             descr=b"", count=None):
        return struct.pack("<ii32s32sHxx28sQQQQ64sQ", flags, version, key,
                           bytes(31) + b"k", pka, sa, 0, 0, 0, 0, descr,
                           len(aips) if count is None else
                           count) + b"".join(aips)

    def aip(af, bits, addr):
        return struct.pack("<Bxxxi16s", af, bits, addr)
    one, two = b"\1" * 32, b"\2" * 32
    v4 = struct.pack("<BBH4s", 16, 2, 0x6cca, bytes([192, 0, 2, 1])) + bytes(20)
    v6 = struct.pack("<BBHI16sI", 28, 24, 0x6cca, 0, b"\x20" + bytes(15), 0)
    local = struct.pack("<BBHI16sI", 28, 24, 1, 0, b"\xfe\x80" + bytes(14), 1)
    net, net6 = aip(2, 24, bytes([10, 1, 0, 0])), aip(24, 64, b"\xfd")
    key = {"flags": 2, "private": b"\7" * 32}
    full = interface(peer(one, net, net6, flags=0xcf, version=1, pka=25,
                          sa=v4, descr=b"a"),
                     peer(two, net, flags=9, sa=v6), flags=6, port=51820,
                     private=b"\7" * 32)
    get = [rec(bytes(n), OTHER) for n in (0, 79, 80, 800, 2000)]
    sets = [full, interface(), interface(flags=0x1f), interface(**key),
            interface(flags=4, port=7), interface(flags=8, rtable=1),
            interface(flags=8, rtable=-1), interface(flags=2),
            interface(peer(one), peer(one, flags=0x21)),
            interface(peer(one, flags=0x41)), interface(peer(one, flags=0)),
            interface(peer(one, version=2)), interface(peer(one, count=9)),
            interface(peer(one), count=1 << 60),
            interface(peer(one, net, flags=0x11)),
            interface(peer(one, aip(2, 33, b"")), peer(two)),
            interface(peer(one, aip(2, -1, b""))),
            interface(peer(one, aip(24, 129, b""))),
            interface(peer(one, aip(9, 1, b""))),
            interface(peer(one, aip(2, 0, b""), aip(24, 0, b""),
                           aip(2, 32, b"\1"), aip(24, 128, b"\1"))),
            interface(peer(one, flags=9)), interface(peer(one, flags=9,
                                                          sa=local)),
            interface(peer(one, net, flags=0x21))]
    own = X25519PrivateKey.from_private_bytes(b"\7" * 32).public_key()
    own = own.public_bytes(Encoding.Raw, PublicFormat.Raw)
    sets += [interface(peer(own, net), **key)]
    result = [rec(s, op) + b"".join(get) for s in sets for op in (0, RAW)]
    result += [rec(full) + rec(s) + b"".join(get) for s in sets]
    result += [rec(full[:n]) for n in range(0, len(full), 40)]
    result.append(rec(full, RAW) + rec(full, 0x10) + rec(b"") + b"".join(get))
    return result


def wgsockd():
    """Requests of wg(8), and ones that no program makes."""
    key, other = "01" * 32, "fe" * 32
    whole = ("set=1\nprivate_key=%s\nlisten_port=51820\nfwmark=0\n"
             "replace_peers=true\npublic_key=%s\npreshared_key=%s\n"
             "replace_allowed_ips=true\nprotocol_version=1\n"
             "endpoint=192.0.2.1:51820\npersistent_keepalive_interval=25\n"
             "allowed_ip=10.0.0.0/8\nallowed_ip=fd00::/64\n"
             "public_key=%s\nendpoint=[2001:db8::1]:1\nupdate_only=true\n"
             "\nget=1\n\n" % (key, key, other, other))
    out = [whole, "get=1\n\n", "get=2\n\n", "set=2\n\n", "\n\n", "\n",
           "get=1\n\nget=1\n\n", "x\0y\n\n", "set=1\n\nget=1\n\n"]
    for lines in ("remove=true", "listen_port=65536", "listen_port=1",
                  "fwmark=1", "replace_peers=false", "nonsense=1", "line",
                  "private_key=" + key[:-1], "private_key=" + "0g" * 32,
                  "private_key=" + "AB" * 32, "allowed_ip=10.0.0.0/8"):
        out.append("set=1\n%s\n\nget=1\n\n" % lines)
    for line in ("remove=true", "remove=1", "endpoint=1.2.3.4",
                 "endpoint=[::1]:x", "endpoint=::1:7", "endpoint=host:7",
                 "endpoint=[fe80::1%1]:7", "endpoint=" + "1" * 70 + ":7",
                 "allowed_ip=10.0.0.0", "allowed_ip=10.0.0.0/33",
                 "allowed_ip=x/1", "allowed_ip=::/129", "allowed_ip=::/0",
                 "allowed_ip=" + "1" * 60 + "/1", "protocol_version=x",
                 "persistent_keepalive_interval=70000", "fwmark=",
                 "preshared_key=" + "00" * 32, "public_key=" + key,
                 "public_key=1"):
        out.append("set=1\npublic_key=%s\n%s\n\nget=1\n\n" % (key, line))
    many = "set=1\n" + "".join("public_key=%064x\nallowed_ip=10.0.0.%d/32\n"
                               % (i, i) for i in range(40)) + "\nget=1\n\n"
    return [bytes([n]) + s.encode() for s in out for n in (0, 255)] + [
        b"\xff" + many.encode()]


def ikecert():
    """What a peer shows to iked's ca process."""
    with tempfile.TemporaryDirectory() as d:
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:P-256", "-nodes", "-keyout", d + "/key",
             "-out", d + "/crt", "-outform", "DER", "-days", "3650",
             "-subj", "/C=DE/CN=a", "-addext",
             "subjectAltName=DNS:a.example,IP:192.0.2.1,email:a@example,"
             "IP:2001:db8::1"],
            check=True, stderr=subprocess.DEVNULL)
        with open(d + "/crt", "rb") as f:
            crt = f.read()
    h = bytes.fromhex
    pss = h("43304106092a864886f70d01010a3034a00f300d0609608648016503040201"
            "0500a11c301a06092a864886f70d010108300d060960864801650304020105"
            "00a203020120")
    auths = [h("0f300d06092a864886f70d01010b0500") + bytes(256),
             h("0c300a06082a8648ce3d040302") + h("3006020101020101"),
             h("07300506032b6570") + bytes(64), pss + bytes(256),
             bytes(64), bytes(132), bytes(256)]
    ids = [bytes([2]) + b"a.example", bytes([3]) + b"a@example",
           bytes([1, 192, 0, 2, 1]), bytes([5]) + bytes(16),
           bytes([2]) + b"../a", bytes([9]) + h("300c310a300806035504031301"
                                                "61")]

    def blob(b):
        return struct.pack(">I", len(b)) + b

    ident = bytes([2]) + struct.pack(">H", 9) + b"a.example"
    msgs = [ident + bytes([255, 14, 1, 4]) + blob(crt) + blob(b"text") +
            blob(auths[1]),
            ident + bytes([255, 28]) + blob(bytes(20)) + blob(b"text"),
            bytes([14]) + blob(auths[1]) + bytes([1, 4]) + blob(crt)]
    return ([bytes([0]) + crt] + [bytes([1]) + x for x in auths] +
            [bytes([2]) + x for x in ids] + [bytes([3]) + x for x in msgs])


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
            (36, b"\5\0\0\0" + bytes(16)), (35, b"\x0b\0\0\0key"),
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
    return out


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


def main(directory, *names):
    targets = {f.__name__: f for f in (
        ip, icmp, udp, igmp, reass, ip6, icmp6, udp6, nd, mld, frag6, ether,
        arp, vnet, route, syscall, ioctl, sysctl, bpf, wg, wgioctl,
        wgsockd, ikecert, ike, ikemsg, ikeconf, imsg)}
    for name in names or targets:
        where = os.path.join(directory, name)
        os.makedirs(where, exist_ok=True)
        if name not in targets:
            continue
        for i, seed in enumerate(targets[name]()):
            with open(os.path.join(where, "%04d" % i), "wb") as f:
                f.write(seed)


main(*sys.argv[1:])
