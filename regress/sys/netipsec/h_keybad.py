#!/usr/bin/python3
"""PF_KEY messages that make no sense, from a program: each is refused.

usage: h_keybad.py [refused]	refused: not even the socket is to be had
"""
import errno
import os
import random
import socket
import struct
import sys

PF_KEY = 0x100 | 30
PID = os.getpid()


def sin(addr):
    return struct.pack("!BBH4s8x", 16, 2, 0, socket.inet_aton(addr))


def ext(kind, body):
    body += bytes(-(len(body) + 4) % 8)
    return struct.pack("<HH", (len(body) + 4) // 8, kind) + body


def sa(spi, enc=20, flags=4):
    return ext(1, struct.pack("!I", spi) + struct.pack(
        "<BBBBI", 64, 1, 0, enc, flags))


def address(kind, a):
    return ext(kind, bytes(4) + sin(a))


def key(n):
    return ext(9, struct.pack("<HH", n * 8, 0) + b"k" * n)


def msg(kind, *exts, satype=2, pid=PID, length=None, version=2):
    body = b"".join(exts)
    n = (len(body) + 16) // 8 if length is None else length
    return struct.pack("<BBBBHHII", version, kind, 0, satype, n, 0, 7,
                       pid) + body


def bad():
    ends = address(5, "10.0.0.1"), address(6, "10.0.0.9")
    yield "nothing", b"\0"
    yield "another's pid", msg(3, sa(0x5001), *ends, key(20), pid=1)
    yield "another version", msg(3, sa(0x5001), *ends, key(20), version=1)
    yield "too short", msg(3, sa(0x5001), *ends, key(20))[:-8]
    yield "longer than it says", msg(3, sa(0x5001), *ends, key(20)) + bytes(8)
    yield "another length", msg(3, sa(0x5001), *ends, key(20), length=99)
    yield "no destination", msg(3, sa(0x5001), ends[0], key(20))
    yield "an extension twice", msg(3, sa(0x5001), sa(0x5001), *ends, key(20))
    yield "an extension of no bytes", msg(3, sa(0x5001), *ends, bytes(8))
    yield "a key of another length", msg(3, sa(0x5001), *ends, key(21))
    yield "DES", msg(3, sa(0x5001, enc=2), *ends, key(8))
    yield "a reserved SPI", msg(3, sa(9), *ends, key(20))
    yield "EXPIRE", msg(8, sa(0x1001), *ends)
    yield "type 99", msg(99)
    yield "RSVP", msg(3, sa(0x5001), *ends, key(20), satype=3)


def main():
    if sys.argv[1:] == ["refused"]:
        try:
            socket.socket(PF_KEY, socket.SOCK_RAW, 2)
        except PermissionError:
            return 0
        print("a socket for everybody")
        return 1
    s = socket.socket(PF_KEY, socket.SOCK_RAW, 2)
    failed = 0
    for name, data in bad():
        try:
            os.write(s.fileno(), data)
            print("taken: %s" % name)
            failed = 1
        except OSError as e:
            if e.errno != errno.EINVAL:
                print("%s: %s" % (name, e))
                failed = 1
    # And by the thousand, whatever becomes of them: nothing named as the
    # SAs that there are is hit.
    rng = random.Random(2367)
    whole = msg(3, sa(0x5001), address(5, "10.9.0.1"),
                address(6, "10.9.0.2"), key(20))
    for i in range(5000):
        b = bytearray(whole)
        for _ in range(rng.randrange(1, 4)):
            b[rng.randrange(2, len(b))] = rng.randrange(256)
        b[1] = rng.choice((1, 2, 3, 4, 5, 10, 12, 13, 14, 15, 16))
        try:
            os.write(s.fileno(), bytes(b))
        except OSError:
            pass
        try:
            while s.recv(65536, socket.MSG_DONTWAIT):
                pass
        except OSError:
            pass
    return failed


sys.exit(main())
