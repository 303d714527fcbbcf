"""Trains of UDP datagrams between two hosts, and what arrives of them.

h_frames.py recv ADDR PORT FILE	write "datagrams bytes bad" there at the end
h_frames.py send ADDR PORT COUNT	COUNT trains of 20 x 1400 bytes, each
				datagram numbered and filled with a pattern
"""
import socket
import struct
import sys
import time

UDP_SEGMENT = 103
SIZE, TRAIN = 1400, 20


def datagram(n):
    return struct.pack("!I", n) + bytes([n & 0xFF]) * (SIZE - 4)


def send(addr, port, count):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_UDP, UDP_SEGMENT, SIZE)
    for i in range(count):
        first = i * TRAIN
        s.sendto(b"".join(datagram(first + j) for j in range(TRAIN)),
                 (addr, port))
        time.sleep(0.002)               # no queue on the way is endless
    s.setsockopt(socket.SOL_UDP, UDP_SEGMENT, 0)
    s.sendto(b"end", (addr, port))


def recv(addr, port, out):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 23)
    s.bind((addr, port))
    s.settimeout(20)
    print("ready", flush=True)
    good = bad = total = 0
    try:
        while True:
            data = s.recv(65536)
            if data == b"end":
                break
            total += len(data)
            n = struct.unpack("!I", data[:4])[0]
            if data == datagram(n):
                good += 1
            else:
                bad += 1
    except socket.timeout:
        pass
    with open(out, "w") as f:
        print(good, total, bad, file=f)


if sys.argv[1] == "send":
    send(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
else:
    recv(sys.argv[2], int(sys.argv[3]), sys.argv[4])
