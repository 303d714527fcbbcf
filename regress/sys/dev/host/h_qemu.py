"""Members of a hub as QEMU would be: a stream, or datagrams.

h_qemu.py send stream|dgram PATH MAC COUNT [GAP]	numbered broadcast frames
h_qemu.py recv stream|dgram PATH MAC FILE		write the numbers, one a
				line, until SIGTERM and nothing more comes
h_qemu.py junk PATH		send what is no frame, see the hub hang up

A receiver prints "ready" once it is a member.
"""
import os
import select
import signal
import socket
import struct
import sys
import time

ETHERTYPE = 0x88B5


def mac(s):
    return bytes(int(x, 16) for x in s.split(":"))


def frame(src, n, dst=b"\xff" * 6):
    return dst + src + struct.pack("!HI", ETHERTYPE, n) + bytes(46)


class Stream:
    def __init__(self, path):
        self.s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.s.connect(path)
        self.buf = b""

    def send(self, f):
        self.s.sendall(struct.pack("!I", len(f)) + f)

    def recv(self, timeout):
        while True:
            if len(self.buf) >= 4:
                n = struct.unpack("!I", self.buf[:4])[0]
                if len(self.buf) >= 4 + n:
                    f, self.buf = self.buf[4:4 + n], self.buf[4 + n:]
                    return f
            if not select.select([self.s], [], [], timeout)[0]:
                return None
            data = self.s.recv(65536)
            if not data:
                raise EOFError
            self.buf += data


class Dgram:
    def __init__(self, path):
        self.mine = "%s.%d" % (path, os.getpid())
        self.s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.s.bind(self.mine)
        self.hub = path + ".dgram"

    def send(self, f):
        self.s.sendto(f, self.hub)

    def recv(self, timeout):
        if not select.select([self.s], [], [], timeout)[0]:
            return None
        return self.s.recv(65536)


def send(m, src, count, gap):
    for n in range(count):
        m.send(frame(src, n))
        time.sleep(gap)
    time.sleep(0.2)


def recv(m, src, out):
    done = []
    signal.signal(signal.SIGTERM, lambda *a: done.append(1))
    m.send(frame(src, 0, dst=src))      # now the hub knows us
    print("ready", flush=True)
    with open(out, "w") as f:
        while True:
            data = m.recv(0.2)
            if data is None and done:
                break
            if data and data[12:14] == struct.pack("!H", ETHERTYPE):
                print(struct.unpack("!I", data[14:18])[0], file=f, flush=True)


def junk(path):
    for data in (b"\xff" * 64, b"", b"\0\0", struct.pack("!I", 1 << 20)):
        s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        s.connect(path)
        s.sendall(data)
        s.shutdown(socket.SHUT_WR)
        s.settimeout(10)
        try:
            while s.recv(65536):
                pass
        except ConnectionResetError:
            pass


if sys.argv[1] == "junk":
    junk(sys.argv[2])
    sys.exit(0)
member = (Stream if sys.argv[2] == "stream" else Dgram)(sys.argv[3])
if sys.argv[1] == "send":
    send(member, mac(sys.argv[4]), int(sys.argv[5]),
         float(sys.argv[6]) if len(sys.argv) > 6 else 0.001)
else:
    recv(member, mac(sys.argv[4]), sys.argv[5])
