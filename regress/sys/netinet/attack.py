#!/usr/bin/python3
"""Send bad packets to a machine, and see that each is counted for its reason.

usage: attack.py INTERFACE MACHINE FAMILY

Run on a host whose INTERFACE (address 10.0.1.2, fd00:1::2) is on a link with
em0 of the machine (10.0.1.1, fd00:1::1); TIMES of each packet are sent.  The
counters of netstat -s must have grown by as much, and the total of what came
in by all that was sent.
"""
import logging
import re
import struct
import subprocess
import sys
import time

logging.getLogger("scapy").setLevel(logging.ERROR)
from scapy.config import conf  # noqa: E402
from scapy.layers.inet import ICMP, IP, UDP, IPOption  # noqa: E402
from scapy.layers.inet import IPOption_LSRR  # noqa: E402
from scapy.layers.inet6 import IPv6  # noqa: E402
from scapy.layers.l2 import ARP, Dot1Q, Ether  # noqa: E402

TIMES = 7
US, PEER, FAR = "10.0.1.1", "10.0.1.2", "10.0.2.2"
US6, PEER6, FAR6 = "fd00:1::1", "fd00:1::2", "fd00:2::2"
MAC = SRC = None


def frame(payload, **kw):
    return Ether(src=kw.pop("src", SRC), dst=kw.pop("dst", MAC),
                 **kw) / payload


def ip(payload=b"", **kw):
    kw.setdefault("src", PEER)
    kw.setdefault("dst", US)
    return frame(IP(**kw) / payload, type=0x800)


def ip6(payload=b"", **kw):
    kw.setdefault("src", PEER6)
    kw.setdefault("dst", US6)
    return frame(IPv6(**kw) / payload, type=0x86dd)


def frag(n, offset, data, more=True, **kw):
    kw.setdefault("proto", 17)
    return ip(data, id=1000 + n, frag=offset, flags="MF" if more else 0,
              **kw)


def inet():
    """(protocol, text of its counter, frames that are sent TIMES times)"""
    udp = UDP(sport=9, dport=9)
    ping = ICMP() / b"ping"
    yield "ip", "incorrect version number", [
        ip(udp, version=5), frame(IPv6() / udp, type=0x800)]
    yield "ip", "header length < data size", [ip(udp, ihl=3)]
    yield "ip", "size smaller than minimum", [frame(b"\x45\0\0", type=0x800)]
    yield "ip", "data length < header length", [ip(udp, len=10)]
    yield "ip", "data size < data length", [ip(udp, len=200)]
    yield "ip", "bad header checksum", [ip(udp, chksum=1)]
    yield "ip", "bad address in header", [
        ip(udp, src="127.0.0.1"), ip(udp, src="224.0.0.1"),
        ip(udp, src="255.255.255.255"), ip(udp, dst="127.0.0.1")]
    yield "ip", "bad options", [
        ip(udp, options=[IPOption(b"\x07\x01\x04\x00")]),
        ip(udp, options=[IPOption(b"\x44\x28\x05\x00")])]
    yield "ip", "source-routed packet", [
        ip(udp, options=[IPOption_LSRR(routers=[FAR])])]
    yield "ip", "multicast packets which we don't join", [
        ip(udp, dst="239.9.9.9")]
    yield "ip", "link-layer broadcast", [
        frame(IP(src=PEER, dst=US) / udp, dst="ff:ff:ff:ff:ff:ff")]
    yield "ip", "unknown/unsupported protocol", [ip(b"who?", proto=99)]
    yield "ip", "time to live exceeded", [ip(ping, dst=FAR, ttl=1)]
    yield "ip", "packets not forwardable", [ip(ping, dst="10.9.9.9")]
    yield "ip", "fragmentation needed but", [
        ip(UDP() / bytes(1400), dst=FAR, flags="DF")]
    yield "ip", "overlapping fragments", [
        frag(1, 0, bytes(64)), frag(1, 4, bytes(64))], 1
    yield "ip", "malformed fragment", [frag(2, 0, bytes(13))]
    yield "ip", "ip length > max ip packet", [frag(3, 8190, bytes(64))]
    yield "ip", "too small for its ports", [
        frag(4, 0, bytes(8), proto=6), frag(5, 1, bytes(8), proto=6)]
    yield "udp", "incomplete header", [ip(b"\0\1\0\2", proto=17)]
    yield "udp", "bad data length field", [
        ip(struct.pack("!HHHH", 9, 9, 4, 1), proto=17),
        ip(struct.pack("!HHHH", 9, 9, 400, 1), proto=17)]
    yield "udp", "bad checksum", [ip(UDP(dport=9, chksum=1) / b"x")]
    yield "udp", "bad port", [ip(UDP(sport=9, dport=0))]
    yield "udp", "dropped due to no socket", [ip(UDP(sport=9, dport=99))]
    yield "icmp", "< minimum length", [ip(b"\x08\0", proto=1)]
    yield "icmp", "bad checksum", [ip(ICMP(chksum=1) / b"ping")]
    yield "icmp", "bad code fields", [
        ip(ICMP(type=3, code=77) / bytes(IP(src=US, dst=FAR) / UDP()))]
    yield "icmp", "with bad length", [
        ip(ICMP(type=3, code=1) / b"not a packet")]
    yield "igmp", "too few bytes", [
        ip(b"\x11\0\0\0", dst="224.0.0.1", proto=2, ttl=1)]
    yield "igmp", "with bad checksum", [
        ip(b"\x11\0\x12\x34\0\0\0\0", dst="224.0.0.1", proto=2, ttl=1)]
    yield "igmp", "with bad time to live", [
        ip(b"\x11\0\xee\xff\0\0\0\0", dst="224.0.0.1", proto=2, ttl=9)]


def arp():
    def one(**kw):
        kw.setdefault("psrc", PEER)
        kw.setdefault("pdst", US)
        kw.setdefault("hwsrc", SRC)
        return frame(ARP(**kw), type=0x806)
    yield "arp", "packets too short", [frame(bytes(12), type=0x806)]
    yield "arp", "other hardware or protocol", [
        one(hwtype=6), one(ptype=0x86dd), one(hwlen=8), one(plen=16)]
    yield "arp", "neither request nor reply", [one(op=9)]
    yield "arp", "bad sender hardware address", [
        one(hwsrc="ff:ff:ff:ff:ff:ff"), one(hwsrc="01:00:5e:00:00:01")]
    yield "arp", "bad sender protocol address", [
        one(psrc="224.0.0.1"), one(psrc="255.255.255.255")]
    yield "arp", "own packets received", [one(hwsrc=MAC)]
    yield "arp", "duplicates of our addresses", [one(psrc=US)]


def link():
    packet = IP(src=PEER, dst=US) / UDP()
    yield "link", "unicast to another station", [
        frame(packet, dst="02:12:34:56:78:9a")]
    yield "link", "group without a member", [
        frame(packet, dst="01:00:5e:77:77:77")]
    yield "link", "sent by a group address", [
        frame(packet, src="01:00:00:00:00:01")]
    yield "link", "IEEE 802.2 frame", [frame(bytes(50), type=50)]
    yield "link", "unknown VLAN", [frame(Dot1Q(vlan=5) / packet)]
    yield "link", "unknown protocol", [frame(bytes(50), type=0x88cc)]


def counters(machine):
    """{(protocol, text): number} of netstat -s"""
    out = subprocess.run(["warren", "exec", machine, "netstat", "-s"],
                         check=True, capture_output=True, text=True).stdout
    found = {}
    proto = None
    for line in out.splitlines():
        if re.match(r"\S+:$", line):
            proto = line[:-1]
        elif m := re.match(r"\s+(\d+) (.*)", line):
            found[proto, m[2]] = int(m[1])
    return found


def grown(before, after, proto, text):
    """How much the counters have grown whose text has this in it (^: begins
    with it)."""
    keys = [k for k in after if k[0] == proto and
            (k[1].startswith(text[1:]) if text[0] == "^" else text in k[1])]
    if not keys:
        sys.exit("%s: no counter: %s" % (proto, text))
    return sum(after[k] - before.get(k, 0) for k in keys)


def main(interface, machine, family):
    global MAC, SRC
    neigh = subprocess.run(["ip", "neigh", "show", US], check=True,
                           capture_output=True, text=True).stdout
    MAC = re.search(r"lladdr (\S+)", neigh)[1]
    link_ = subprocess.run(["ip", "link", "show", interface], check=True,
                           capture_output=True, text=True).stdout
    SRC = re.search(r"link/ether (\S+)", link_)[1]
    sock = conf.L2socket(iface=interface)
    bad = sent = 0
    start = counters(machine)
    for proto, text, frames, *times in globals()[family]():
        frames = [bytes(f) for f in frames] * (times or [TIMES])[0]
        want = len(frames) if not times else 1
        before = counters(machine)
        for f in frames:
            sock.send(f)
        sent += len(frames)
        until = time.monotonic() + 5
        while (n := grown(before, counters(machine), proto, text)) < want \
                and time.monotonic() < until:
            time.sleep(0.02)
        ok = n == want
        bad += not ok
        print("%s: %s: %d of %d%s" % (proto, text, n, want,
                                      "" if ok else ": WRONG"))
        if not ok:
            after = counters(machine)
            for k in after:
                if after[k] != before.get(k, 0):
                    print("\t", k, after[k] - before.get(k, 0))
    total = {"inet": ("ip", "^total packet"),
             "arp": ("arp", "^packets received"),
             "link": ("link", "^dropped: ")}[family]
    n = grown(start, counters(machine), *total)
    print("%s: %d of %d" % (total[1][1:], n, sent))
    sys.exit(1 if bad or n != sent else 0)


main(*sys.argv[1:])
