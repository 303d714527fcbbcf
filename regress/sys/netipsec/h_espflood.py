#!/usr/bin/python3
"""Send packets that pretend to be of an SA, as fast as they go.

usage: h_espflood.py INTERFACE MAC SOURCE DESTINATION SPI esp|ah|udp NUMBER

Addresses are IPv4's; the numbers are new, the lengths many, and no ICV is
right.
"""
import random
import socket
import struct
import sys

ifname, mac, src, dst, spi, kind, number = sys.argv[1:8]
spi = int(spi, 0)
rng = random.Random(4303)


def checksum(data):
    s = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    s = (s & 0xffff) + (s >> 16)
    return ~((s & 0xffff) + (s >> 16)) & 0xffff


def body(seq):
    junk = rng.randbytes(36 + 4 * rng.randrange(300))
    if kind == "ah":
        return struct.pack("!BBHII", 4, 5, 0, spi, seq) + junk
    return struct.pack("!II", spi, seq) + junk


def packet(seq):
    data = body(seq)
    proto = 51 if kind == "ah" else 50
    if kind == "udp":
        proto = 17
        data = struct.pack("!HHHH", 4500, 4500, 8 + len(data), 0) + data
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(data), seq & 0xffff,
                     0, 64, proto, 0, socket.inet_aton(src),
                     socket.inet_aton(dst))
    return ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:] + data


s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind((ifname, 0))
frame = bytes.fromhex(mac.replace(":", "")) + \
    b"\x02\x0e\0\0\0\1" + b"\x08\0"
packets = [packet(1000 + i) for i in range(2000)]
sent = 0
while sent < int(number):
    p = packets[sent % len(packets)]
    try:
        s.send(frame + p)
    except OSError:
        continue
    sent += 1
print("%d sent" % sent)
