#!/usr/bin/python3
"""SAs of a tunnel that come, are deleted, expire and are replaced, by PF_KEY.

usage: h_churn.py SRC DST SPI ROUNDS [SEED]

SRC and DST are this machine's address and the other's; the SA from SRC has
the SPIs SPI, SPI + 2, ..., the one to it those + 1; the other machine is
started with SRC and DST swapped and SPI + 1, and both end up with the keys
that a pair of SPIs has.  Prints what it has done.
"""
import errno
import hashlib
import os
import random
import socket
import struct
import sys
import time

PF_KEY = 0x100 | 30
ADD, DELETE = 3, 4
GONE = (errno.ESRCH,)


class Kernel:
    def __init__(self, ours, theirs):
        self.s = socket.socket(PF_KEY, socket.SOCK_RAW, 2)
        self.s.settimeout(5)
        self.ours, self.theirs = ours, theirs
        self.seq = 0

    @staticmethod
    def ext(kind, body):
        body += bytes(-(len(body) + 4) % 8)
        return struct.pack("<HH", (len(body) + 4) // 8, kind) + body

    def address(self, kind, a):
        return self.ext(kind, bytes(4) + struct.pack(
            "!BBH4s8x", 16, 2, 0, socket.inet_aton(a)))

    def ask(self, kind, *exts):
        """An errno, 0 when it was done."""
        self.seq += 1
        body = b"".join(exts)
        m = struct.pack("<BBBBHHII", 2, kind, 0, 2, (len(body) + 16) // 8, 0,
                        self.seq, os.getpid()) + body
        try:
            os.write(self.s.fileno(), m)
        except OSError as e:
            return e.errno
        while True:
            a = self.s.recv(65536)
            if struct.unpack_from("<II", a, 8) == (self.seq, os.getpid()):
                return a[2]

    def ends(self, out):
        a, b = (self.ours, self.theirs) if out else (self.theirs, self.ours)
        return self.address(5, a), self.address(6, b)

    def sa(self, spi, enc=20):
        return self.ext(1, struct.pack("!I", spi) + struct.pack(
            "<BBBBI", 64, 1, 0, enc, 4))

    def add(self, spi, out, life):
        k = hashlib.sha512(b"%d" % spi).digest()[:36]
        key = self.ext(9, struct.pack("<HH", 288, 0) + k)
        exts = [self.sa(spi), *self.ends(out), key]
        if life:
            # allocations, bytes, seconds since ADD, since first use
            exts.append(self.ext(3, struct.pack("<IQQQ", 0, *life, 0)))
        return self.ask(ADD, *exts)

    def delete(self, spi, out):
        return self.ask(DELETE, self.sa(spi, 0), *self.ends(out))


def main():
    ours, theirs = sys.argv[1:3]
    spi, rounds = int(sys.argv[3], 0), int(sys.argv[4])
    rng = random.Random(int(sys.argv[5]) if len(sys.argv) > 5 else 4301)
    k = Kernel(ours, theirs)
    done = {}
    there = []
    for i in range(rounds):
        what = rng.choice(("deleted", "expired", "used up", "replaced"))
        life = {"expired": (0, 1), "used up": (20000, 0)}.get(what)
        mine, his = spi + 2 * i, (spi + 2 * i) ^ 1
        for n, out in ((mine, True), (his, False)):
            error = k.add(n, out, life)
            if error:
                print("SA 0x%x: %s" % (n, os.strerror(error)))
                return 1
        there.append((mine, his))
        time.sleep(rng.uniform(0.05, 0.3))
        if what == "expired":
            time.sleep(1)
        # The one before goes when this one is there, or all go at once.
        gone = there[:-1] if what == "replaced" else there
        there = there[-1:] if what == "replaced" else []
        for m, h in gone:
            for n, out in ((m, True), (h, False)):
                error = k.delete(n, out)
                if error and error not in GONE:
                    print("SA 0x%x: %s" % (n, os.strerror(error)))
                    return 1
        done[what] = done.get(what, 0) + 1
        time.sleep(rng.uniform(0, 0.2))
    print(" ".join("%s %d" % d for d in sorted(done.items())))
    return 0 if len(done) == 4 else 1


sys.exit(main())
