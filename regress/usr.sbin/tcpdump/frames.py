"""Packets of a VPN gateway's neighbours.

usage: frames.py send ADDRESS	IKE, NAT-T, ESP, AH and wg packets, from here
       frames.py enc FILE	a capture file of enc(4)
"""
import socket
import struct
import sys


def send(addr):
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for port in 500, 4500, 51820, 53:
        udp.sendto(bytes(40), (addr, port))
    for proto in 50, 51:
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, proto)
        raw.sendto(struct.pack("!II", 0x1234, 1) + bytes(32), (addr, 0))


def ip4(src, dst):
    return struct.pack("!BBHHHBBH4s4s", 0x45, 0, 28, 1, 0, 64, 1, 0,
                       socket.inet_aton(src), socket.inet_aton(dst)) + \
        struct.pack("!BBHHH", 8, 0, 0xf7fe, 1, 0)


def ip6(src, dst):
    return struct.pack("!IHBB16s16s", 0x60000000, 8, 59, 64,
                       socket.inet_pton(socket.AF_INET6, src),
                       socket.inet_pton(socket.AF_INET6, dst)) + bytes(8)


def enc(path):
    packets = [
        (2, ip4("10.10.0.1", "10.20.0.50")),
        (2, ip4("10.10.0.1", "10.20.0.51")),
        (24, ip6("fd00::1", "fd00::2")),
    ]
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHIIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 109))
        for af, data in packets:
            data = struct.pack("<I", af) + struct.pack("!I", 0xdeadbeef) + \
                struct.pack("<I", 0xc00) + data
            f.write(struct.pack("<IIII", 1, 0, len(data), len(data)) + data)


globals()[sys.argv[1]](sys.argv[2])
