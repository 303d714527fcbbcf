"""Seeds of the targets about what programs ask of the kernel: see seeds.py."""
import os
import re
import struct

from scapy.layers.inet import IP, UDP

from seeds_packet import OTHER, PEER, RAW, US, each, eth, ip_options, rec


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
    cmsg = struct.pack("<QII", 28, 0, 6) + bytes(12)
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
        call(nr["listen"], fd(5), num(5)) + call(nr["accept"], fd(5)),
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
                           (41, (0x100e, 0x1035, 0x1036, 0x1037, 0x1038)),
                           (0x11, range(1, 5)), (1, (0x1021, 0x107d,
                                                     0x107e, 0x107f)),
                           (58, (1,)), (270, range(1, 13))):
        for opt in options:
            calls.append(b"".join(
                call(nr["setsockopt"], fd(f), num(level), num(opt),
                     blob(struct.pack("<II", 1, 0)[:n]), LEN)
                + call(nr["getsockopt"], fd(f), num(level), num(opt),
                       room(64), blob(b"\x40\0\0\0"))
                for f, n in ((0, 4), (1, 8), (2, 4), (4, 4), (7, 8))))
    for com in (0x5421, 0x541b, 0x8912, 0x8913, 0x8915, 0x8933, 0xc0206911):
        calls.append(call(nr["ioctl"], fd(0), num(com),
                          blob(b"lo0".ljust(40, b"\0"))))
    calls += more_calls(nr) + shaped(nr)
    return [bytes([w]) + c for c in calls for w in (0, 1)]


def shaped(nr):
    """Options whose values have a shape, and what is sent with messages."""
    us, group = bytes([10, 1, 0, 1]), bytes([239, 1, 1, 1])
    us6 = bytes([0xfd, 0, 0, 1] + [0] * 11 + [1])
    group6 = bytes([0xff, 2] + [0] * 13 + [0x77])
    zero, one, index = bytes(4), b"\1\0\0\0", b"\2\0\0\0"
    head = bytes([0, 0, 1, 4, 0, 0, 0, 0])
    rthdr = bytes([0, 2, 0, 1, 0, 0, 0, 0]) + us6
    out = []
    opts = []
    for opt in (32, 33, 34, 35, 36, 40, 41, 42, 50):
        for iface in (us, zero, index, group):
            for where in (group, us, zero):
                opts.append((0, 0, opt, where + iface))
                opts.append((0, 0, opt, where + zero + index))
        opts += [(0, 0, opt, v) for v in (b"", b"\1", one, us, bytes(12))]
    for opt in (16, 17, 18, 19, 20, 21):
        for where in (group6, us6, bytes(16), b"\xff\5" + group6[2:]):
            for iface in (zero, one, index, b"\x63\0\0\0"):
                opts.append((4, 41, opt, where + iface))
        opts += [(4, 41, opt, v) for v in (b"", zero, one, index,
                                           b"\xff" * 4, b"\0\1\0\0")]
    for opt in (54, 55, 57, 59):
        for v in (b"", head, head * 2, head[:7], rthdr, rthdr[:10],
                  rthdr[:3] + b"\0" + rthdr[4:], bytes([0, 9]) + bytes(6),
                  b"\0\3" + bytes([0xc2, 4, 0, 1, 0, 0]) + bytes(24)):
            opts.append((4, 41, opt, v))
            opts.append((7, 41, opt, v))
    for f in (4, 7):
        for opt in range(1, 80):
            for v in (zero, one, b"\xff" * 4, b"\x40\0\0\0",
                      b"\0\5\0\0"):
                opts.append((f, 41, opt, v))
    for opt in range(1, 64):
        for v in (b"\xff" * 4, b"\x40\0\0\0", b"\0\5\0\0"):
            opts.append((0, 0, opt, v))
    for f, level, opt, v in opts:
        out.append(call(nr["setsockopt"], fd(f), num(level), num(opt),
                        blob(v), LEN)
                   + call(nr["setsockopt"], fd(f), num(level), num(opt),
                          blob(v), LEN)
                   + call(nr["getsockopt"], fd(f), num(level), num(opt),
                          room(64), blob(b"\x40\0\0\0")))
    out = [b"".join(out[i:i + 6]) for i in range(0, len(out), 6)]
    return out + controls(nr, us, us6, head, rthdr)


def controls(nr, us, us6, head, rthdr):
    """Control messages to and from sockets of both families."""
    out = []
    to = lxsin("127.0.0.1", 4000)
    to6 = struct.pack("<H", 10) + struct.pack("!HI", 4000, 0) \
        + bytes(15) + b"\1" + bytes(4)
    lo6 = struct.pack("<H", 10) + struct.pack("!HI", 4000, 0) \
        + bytes(10) + b"\xff\xff" + us + bytes(4)

    def cmsg(level, kind, data):
        size = 16 + len(data)
        return struct.pack("<QII", size, level, kind) + data \
            + bytes(-size % 8)
    four = [cmsg(0, k, v) for k in (1, 2, 7, 8, 4, 99, 0x1007) for v in (
        b"\2\0\0\0" + us + us, bytes(12), b"\x63\0\0\0" + bytes(8), us,
        bytes(4), b"\xff" * 4, b"")]
    six = [cmsg(41, k, v) for k in (50, 52, 54, 55, 57, 59, 60, 67, 62, 99)
           for v in (us6 + b"\2\0\0\0", bytes(20), bytes(15) + b"\1"
                     + bytes(4), us6 + b"\x63\0\0\0", bytes(4),
                     b"\x40\0\0\0", b"\xff" * 4, b"", head, rthdr,
                     head[:5])]
    two = [four[0] + four[7], six[0] + six[9]]

    def send(f, name, control):
        return call(nr["sendmsg"], fd(f), bytes([8, 1 | 16, len(name)])
                    + name + bytes([9]) + b"\x80\0abcdefg"
                    + bytes([len(control)]) + control)
    asked = b"".join(call(nr["setsockopt"], fd(4), num(41), num(opt),
                          blob(b"\1\0\0\0"), LEN)
                     for opt in (25, 49, 51, 53, 56, 58, 66, 0x1023))
    asked4 = b"".join(call(nr["setsockopt"], fd(0), num(0), num(opt),
                           blob(b"\1\0\0\0"), LEN)
                      for opt in (6, 7, 8, 11, 12, 13, 0x1007, 0x1021,
                                   0x101e, 0x1023))
    wait = call(nr["poll"], blob(struct.pack("<ihhihh", 4, 1, 0, 0, 1, 0)),
                num(2), num(20))
    got = wait + b"".join(call(nr["recvmsg"], fd(f), bytes([8, 33, 32])
                               + bytes(32) + bytes([8, 200])) + call(
                                   nr["recvmsg"], fd(f), bytes([
                                       8, 32 | 64, 8, 200, 0, 0x20, 0, 0]))
                          for f in (0, 4))
    bind = call(nr["bind"], fd(0), blob(to), LEN) \
        + call(nr["bind"], fd(4), blob(to6[:8] + bytes(20)), LEN)
    for c in four + two[:1]:
        out.append(asked4 + bind + send(0, to, c) + got + send(1, to, c))
    for c in six + two[1:]:
        out.append(asked + bind + send(4, to6, c) + got + send(7, to6, c))
        out.append(bind + send(4, lo6, c) + send(7, lo6, c))
    # Paths that are too narrow, interfaces of one's own choice.
    near = lxsin("10.1.0.2", 9)
    for f, level, name, opts in (
            (0, 0, near, (10, 50)), (4, 41, lo6[:8] + bytes(10)
                                     + b"\xff\xff" + bytes([10, 1, 0, 2])
                                     + bytes(4), (23, 62, 76)),
            (4, 41, to6, (23, 76)), (4, 41, to6[:8] + us6[:15] + b"\x09"
                                     + bytes(4), (23, 76))):
        recverr = 11 if level == 0 else 25
        for opt in opts:
            for val in (0, 1, 2, 3, 0x01000000, 0x02000000, 0x63000000):
                out.append(b"".join(
                    call(nr["setsockopt"], fd(f), num(level), num(o),
                         blob(struct.pack("<I", v)), LEN)
                    for o, v in ((recverr, 1), (opt, val)))
                    + call(nr["sendto"], fd(f), room(3900), LEN, NULL,
                           blob(name), LEN)
                    + call(nr["connect"], fd(f), blob(name), LEN)
                    + call(nr["sendto"], fd(f), room(3900), LEN)
                    + call(nr["getsockopt"], fd(f), num(level),
                           num(14 if level == 0 else 24), room(64),
                           blob(b"\x40\0\0\0")) + got)
    for f, name in ((0, to), (4, to6)):
        for data in (struct.pack("<H", 100), struct.pack("<I", 5), b"\1"):
            out.append(send(f, name, cmsg(17, 103, data)))
            out.append(send(f, name, cmsg(1, 103, data)))
            out.append(send(f, name, cmsg(99, 103, data)))
    closed = lxsin("127.0.0.1", 4999)
    for f, name in ((0, closed), (4, to6[:2] + b"\x13\x87" + to6[4:])):
        out.append((asked4 if f == 0 else asked)
                   + call(nr["connect"], fd(f), blob(name), LEN)
                   + call(nr["write"], fd(f), blob(b"x"), LEN) + got)
    return out


def netlink(kind, flags=0x301, length=None, data=bytes(4)):
    """A request for a table, to read() and recvmsg()."""
    size = 16 + len(data) if length is None else length
    return blob(struct.pack("<IHHII", size, kind, flags, 1, 0) + data)


def more_calls(nr):
    """What is refused, what is many, what comes from netlink."""
    out = []
    got = call(nr["recvmsg"], fd(3), bytes([8, 32, 8, 200])) \
        + call(nr["read"], fd(3), room(4000), LEN)
    for kind in (18, 22, 26, 30, 16, 3):
        for flags in (0x301, 1, 0):
            for af in (0, 2, 10, 99):
                out.append(call(nr["write"], fd(3), netlink(
                    kind, flags, data=bytes([af, 0, 0, 0])), LEN) + got)
        out.append(call(nr["write"], fd(3), netlink(kind, length=9), LEN))
        out.append(call(nr["write"], fd(3), netlink(kind, data=b""), LEN)
                   * 8 + got * 3)
    names = [struct.pack("<HHII", 16, 0, pid, groups)
             for pid in (0, 7, 0x80000001) for groups in (0, 1)]
    for n in names + [b"\x10\0", struct.pack("<HHII", 2, 0, 0, 0)]:
        out.append(call(nr["bind"], fd(3), blob(n), LEN)
                   + call(nr["bind"], fd(3), blob(names[2]), LEN)
                   + call(nr["getsockname"], fd(3), room(128),
                          blob(b"\x80\0\0\0")))
        out.append(call(nr["connect"], fd(3), blob(n), LEN)
                   + call(nr["getpeername"], fd(3), room(128),
                          blob(b"\x80\0\0\0")))
        out.append(call(nr["sendto"], fd(3), netlink(18), LEN, NULL, blob(n),
                        LEN) + got)
    out.append(call(nr["socket"], num(16), num(3), NULL)
               + call(nr["bind"], fd(3), blob(names[2]), LEN)
               + call(nr["bind"], fd(8), blob(names[2]), LEN)
               + call(nr["bind"], fd(8), blob(names[0]), LEN))
    out.append(call(nr["sendto"], fd(3), room(4000), LEN)
               + call(nr["sendto"], fd(3), room(0), LEN))
    for op in ("readv", "writev"):
        for n in (0, 1, 9, 20, 1024, 1025, 0x10000):
            out.append(call(nr[op], fd(0), room(n * 16 & 4095), num(n)))
        out.append(call(nr[op], fd(0), blob(struct.pack(
            "<QQ", 0, 1 << 63)), num(1)))
        out.append(call(nr[op], num(99), blob(bytes(16)), num(1)))
        out.append(call(nr[op], fd(0), BAD, num(2)))
    for op in ("read", "write"):
        out.append(call(nr[op], fd(0), room(9), bytes([6])
                        + struct.pack("<Q", 1 << 63)))
        out.append(call(nr[op], bytes([0, 99]), room(9), LEN))
    fds = struct.pack("<ihhihhihh", -1, 1, 0, 50, 1, 0, 0, 4, 0)
    for n, wait in ((3, 0), (3, -1), (20, 5), (0, 5), (4000000, 0)):
        out.append(call(nr["poll"], blob(fds * 7), num(n),
                        bytes([6]) + struct.pack("<q", wait)))
    out.append(call(nr["poll"], blob(struct.pack("<ihh", -1, 1, 0)), num(1),
                    bytes([6]) + struct.pack("<q", -1)))
    out.append(call(nr["poll"], BAD, num(2), num(0)))
    for com in (0x5421, 0x8004667e, 0x4004667f, 0x541b, 0x20006600,
                0x81006901, 0xc3ff6901, 0x80006901, 0x40006901, 0x8905,
                0x5411, 0x8927, 0x8910, 0x8912, 0x8919, 0x891d, 0x8942):
        for data in (blob(bytes(4)), blob(b"\1\0\0\0"), BAD,
                     blob(b"lo0".ljust(40, b"\0")), room(1200),
                     blob(struct.pack("<iiQ", 100, 0, 0)),
                     blob(struct.pack("<iiQ", -1, 0, 0)),
                     blob(bytes(16) + struct.pack("<i", 1) + bytes(20))):
            for f in (0, 2, 4, 6):
                out.append(call(nr["ioctl"], fd(f), num(com), data))
    return out


def numbers():
    """Where the table of fuzz_syscall.c has each ioctl."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                        "fuzz_syscall.c")
    with open(path, encoding="ascii") as f:
        table = re.search(r"ioctls\[\] = {(.*?)};", f.read(), re.S)[1]
    return {n.strip(): i for i, n in enumerate(table.split(","))}


def more_ioctls():
    """Lists and their lengths, listeners of bpf(4)."""
    at = numbers()

    def one(name, data=b"", how=8, f=0):
        return bytes([f, at[name], how, len(data)]) + data
    out = []
    for name in ("SIOCIFGCLONERS", "SIOCGIFCONF"):
        for n in (0, 1, 40, 400, -1):
            out.append(one(name, struct.pack("<ii", n, n)))
            out.append(one(name, struct.pack("<ii", n, n), 0))
    for name in ("SIOCGIFGMEMB", "SIOCGIFGATTR", "SIOCSIFGATTR",
                 "SIOCGIFGLIST", "SIOCGIFGROUP", "SIOCAIFGROUP",
                 "SIOCDIFGROUP"):
        for group in (b"all", b"egress", b"lo", b"fza0", b"none", b"", b"g7"):
            for n in (0, 8, 64, 400, 0xffffffff):
                data = group.ljust(16, b"\0") + struct.pack("<II", n, n)
                for how in (0, 4):
                    out.append(one(name, data, how))
    for who in (0, 1):
        for n in (0, 1, -1):
            for how in (2, 10):
                out.append(one("SIOCGIFMEDIA", struct.pack("<16sQQQQi", b"",
                               0, 0, 0, 0, n), how | who << 5))
        for word in (0x100, 0x20, 0):
            out.append(one("SIOCSIFMEDIA", bytes(16) + struct.pack(
                "<Q", word), 2 | who << 5))
    listen = one("BIOCSETIF", b"fza0".ljust(32, b"\0"), 0, 6)
    for name in at:
        if not name.startswith("BIOC"):
            continue
        for data in (bytes(16), struct.pack("<QQ", 1, 1), b"fza0".ljust(32),
                     struct.pack("<QQ", 5, 2000000), struct.pack("<I", 32),
                     struct.pack("<QQ", 1 << 40, 1), b"\x0c" + bytes(15),
                     struct.pack("<Q", 1 << 63) + bytes(8),
                     struct.pack("<I", 0xffffffff) + bytes(12)):
            for how in (0, 6):
                out.append(one(name, data, how, 6))
                out.append(listen + one(name, data, how, 6)
                           + one(name, data, how, 6))
                out.append(listen + one("BIOCLOCK", b"", 0, 6)
                           + one(name, data, how, 6))
    out.append(listen + one("BIOCSWTIMEOUT", struct.pack("<QQ", 1, 0), 0, 6)
               + one("BIOCGWTIMEOUT", bytes(16), 0, 6))
    return out


def ioctl():
    out = more_ioctls()
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
    # Words, with little room and with more
    for i in range(20, 34):
        for how in (0, 4, 0x24, 0x44, 1, 5, 0x25, 0x45):
            out.append(one(4, 2, 0, i, how=how, new=b"aes"))
        out.append(one(4, 2, 0, i, 1) + one(4, 2) + one(4, 2, 0))
    # net.bpf, names that are too short or too long
    for last in range(3):
        for how in (0, 1, 3, 4, 8):
            out.append(one(4, 31, last, how=how, new=b"\0\x10"))
    for n in range(0, 14):
        out.append(one(*([4, 2, 17, 1] * 4)[:n]))
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
    for proto in (0, 17, 41, 58, 255):
        for i in range(60):
            out.append(one(4, 24, proto, i) + one(4, 24, proto, i, how=8))
            out.append(one(4, 24, proto, i, how=1, new=b"\1"))
            out.append(one(4, 24, proto, i, 1))
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


TARGETS = (route, syscall, ioctl, sysctl, bpf)
