#!/usr/bin/python3 -B
"""Initiations from sources that are made up, as fast as they can be sent.

usage: h_wgflood.py INTERFACE MAC PUBLIC ADDRESS COUNT

PUBLIC is the key of the wg(4) interface at ADDRESS, port 51820, so that each
has a good mac1; MAC is the link address of its machine on INTERFACE.
"""

import base64
import hashlib
import os
import socket
import struct
import sys


def checksum(data):
    total = sum(struct.unpack('>%dH' % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def main(interface, mac, public, address, count):
    key = hashlib.blake2s(b'mac1----' + base64.b64decode(public)).digest()
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sock.bind((interface, 0x800))
    link = bytes.fromhex(mac.replace(':', '')) + b'\x02\0\0\0\0\x01\x08\0'
    rest = os.urandom(104)
    dst = socket.inet_aton(address)
    for n in range(int(count)):
        msg = struct.pack('<II4x', 1, n)[:8] + struct.pack('<I', n) + rest
        mac1 = hashlib.blake2s(msg, key=key, digest_size=16).digest()
        # 11.0.0.1 and on, each from a port of its own.
        ip = struct.pack('>BBHHHBBH4s4s', 0x45, 0, 176, n & 0xffff, 0, 64,
                         17, 0, struct.pack('>I', 0x0b000001 + n), dst)
        ip = ip[:10] + struct.pack('>H', checksum(ip)) + ip[12:]
        udp = struct.pack('>HHHH', 1024 + n % 60000, 51820, 156, 0)
        while True:
            try:
                sock.send(link + ip + udp + msg + mac1 + bytes(16))
                break
            except OSError:         # the card's queue is full
                continue


main(*sys.argv[1:])
