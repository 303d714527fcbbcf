"""IPv6 sockets as programs use them.

h_sock6.py serve	in a machine: answer one datagram of each family
h_sock6.py ask V6 V4	from a host: send them
h_sock6.py local ADDR	in a machine: options, errors, groups, raw sockets
"""
import errno
import socket
import struct
import sys

PORT = 7777
V6 = socket.IPPROTO_IPV6


def check(good, what):
    if not good:
        print("wrong:", what)
        sys.exit(1)


def fails(code, f, *args):
    try:
        f(*args)
    except OSError as e:
        check(e.errno == code, "%s: %s" % (f, e))
        return
    check(False, "%s: no error" % f)


def serve():
    s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    check(s.getsockopt(V6, socket.IPV6_V6ONLY) == 1, "V6ONLY's default")
    s.setsockopt(V6, socket.IPV6_V6ONLY, 0)
    for opt in (socket.IPV6_RECVPKTINFO, socket.IPV6_RECVHOPLIMIT,
                socket.IPV6_RECVTCLASS):
        s.setsockopt(V6, opt, 1)
    s.bind(("::", PORT))
    s.settimeout(20)
    print("ready", flush=True)
    for _ in range(2):
        data, control, _, peer = s.recvmsg(100, 200)
        found = {kind: value for level, kind, value in control
                 if level == V6}
        check(set(found) == {socket.IPV6_PKTINFO, socket.IPV6_HOPLIMIT,
                             socket.IPV6_TCLASS}, "control messages")
        check(struct.unpack("i", found[socket.IPV6_HOPLIMIT])[0] == 64,
              "hop limit")
        dst = socket.inet_ntop(socket.AF_INET6,
                               found[socket.IPV6_PKTINFO][:16])
        s.sendto(("%s %s" % (peer[0], dst)).encode(), peer)
    print("done", flush=True)


def ask(v6, v4):
    for family, addr, form in ((socket.AF_INET6, v6, "%s"),
                               (socket.AF_INET, v4, "::ffff:%s")):
        s = socket.socket(family, socket.SOCK_DGRAM)
        s.settimeout(5)
        s.connect((addr, PORT))
        s.send(b"x")
        got = s.recv(200).decode().split()
        check(got == [form % s.getsockname()[0], form % addr], got)


def options():
    s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    for opt, value in ((socket.IPV6_UNICAST_HOPS, 7),
                       (socket.IPV6_MULTICAST_HOPS, 9),
                       (socket.IPV6_MULTICAST_LOOP, 0),
                       (socket.IPV6_TCLASS, 0x48),
                       (socket.IPV6_RECVPKTINFO, 1)):
        s.setsockopt(V6, opt, value)
        check(s.getsockopt(V6, opt) == value, "option %d" % opt)
    fails(errno.EINVAL, s.setsockopt, V6, socket.IPV6_UNICAST_HOPS, 256)
    fails(errno.ENOPROTOOPT, s.setsockopt, V6, 999, 1)
    fails(errno.ENETUNREACH, s.connect, ("::ffff:10.9.9.9", 9))
    fails(errno.EADDRNOTAVAIL, s.bind, ("2001:db8:66::1", 0))
    s.bind(("::1", 0))
    fails(errno.EINVAL, s.setsockopt, V6, socket.IPV6_V6ONLY, 0)
    fails(errno.EINVAL, s.bind, ("::1", 0))


def errors(addr):
    s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    s.settimeout(5)
    s.connect((addr, 9))
    check(s.getsockopt(V6, 24) == 1500, "IPV6_MTU")
    s.send(b"x")
    fails(errno.ECONNREFUSED, s.recv, 10)
    s.setsockopt(V6, 23, 2)                     # IPV6_MTU_DISCOVER: DO
    fails(errno.EMSGSIZE, s.send, b"x" * 1453)
    s.setsockopt(V6, 25, 1)                     # IPV6_RECVERR
    s.send(b"y")
    fails(errno.ECONNREFUSED, s.recv, 10)
    data, control, flags, dst = s.recvmsg(100, 200, socket.MSG_ERRQUEUE)
    check(data == b"y" and dst[:2] == (addr, 9), "error queue")
    check(control[0][:2] == (V6, 25), "error's control message")


def groups(addr):
    index = socket.if_nametoindex("em0")
    s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    s.settimeout(5)
    group = socket.inet_pton(socket.AF_INET6, "ff02::1234")
    s.setsockopt(V6, socket.IPV6_JOIN_GROUP, group + struct.pack("I", index))
    fails(errno.EADDRINUSE, s.setsockopt, V6, socket.IPV6_JOIN_GROUP,
          group + struct.pack("I", index))
    s.bind(("::", 7000))
    s.sendto(b"all", ("ff02::1234", 7000, 0, index))
    data, peer = s.recvfrom(10)
    check(data == b"all" and peer[0].startswith("fe80::") and
          peer[3] == index, "group: %s" % (peer,))
    s.setsockopt(V6, socket.IPV6_LEAVE_GROUP, group + struct.pack("I", index))
    fails(errno.EADDRNOTAVAIL, s.setsockopt, V6, socket.IPV6_LEAVE_GROUP,
          group + struct.pack("I", index))


def rawsock(addr):
    s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
    s.settimeout(5)
    block = bytearray(b"\xff" * 32)
    block[129 // 8] &= ~(1 << (129 % 8))        # echo replies alone
    s.setsockopt(socket.IPPROTO_ICMPV6, 1, bytes(block))
    check(s.getsockopt(socket.IPPROTO_ICMPV6, 1, 32) == bytes(block),
          "filter")
    s.sendto(struct.pack("!BBHHH", 128, 0, 0, 0x4321, 1) + b"data",
             (addr, 0))
    data, peer = s.recvfrom(100)
    check(data[0] == 129 and data[4:6] == b"\x43\x21" and peer[0] == addr,
          "raw echo")


{"serve": serve, "ask": ask,
 "local": lambda addr: (options(), errors(addr), groups(addr),
                        rawsock(addr))}[sys.argv[1]](*sys.argv[2:])
