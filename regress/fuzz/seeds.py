#!/usr/bin/python3
"""Make the first inputs of the fuzz targets: seeds.py DIRECTORY [TARGET ...].

Each function below makes the seeds of the target of its name, as a list of
octet strings in the format that the target's source describes; they become
files in DIRECTORY/TARGET.
"""
import logging
import os
import struct
import subprocess
import sys
import tempfile

from cryptography.hazmat.primitives.asymmetric.x25519 import (
    X25519PrivateKey)
from cryptography.hazmat.primitives.serialization import (
    Encoding, PublicFormat)

logging.getLogger("scapy").setLevel(logging.ERROR)
# The addresses are those of the target, not of this host.
from scapy.config import conf  # noqa: E402
conf.route_autoload = False
conf.route6_autoload = False
from scapy.layers.inet import IP  # noqa: E402
from scapy.layers.inet6 import IPv6  # noqa: E402
import seeds_call  # noqa: E402
import seeds_ike  # noqa: E402
import seeds_ipsec  # noqa: E402
import seeds_packet  # noqa: E402
from seeds_packet import CUT, OTHER, RAW, TRAIN  # noqa: E402
from seeds_packet import rec, time  # noqa: E402


def wg():
    """Handshakes in both directions, data, cookies; patches; raw messages."""
    PATCH = OTHER

    def kind(n, data=b"", op=0):
        return rec(data, PATCH | n << 4 | op)
    begin, answer, cookie, data, patch, out, _, again = (
        kind(n) for n in range(8))

    def matter(what=0, tos=0, counter=0):
        return kind(6, bytes([what, tos, counter]))
    load = matter(1)
    alive = kind(3, b"")
    inner = bytes(IP(src="10.9.0.2", dst="10.9.0.1", proto=253) / bytes(40))
    inner6 = bytes(IPv6(src="fd00::2", dst="fd00::1", nh=59) / bytes(40))
    ours = out + answer
    theirs = begin + alive
    t_inner = kind(3, inner)
    result = [theirs + t_inner, ours + t_inner + out, out + cookie + time(7) +
              out, load + begin + again, begin + ours, theirs + time(1) +
              theirs + time(1) + theirs + t_inner, theirs + time(12),
              load + again + time(5) + again, theirs + t_inner + time(8) +
              out, ours + time(11) + out + t_inner, out + time(11) + out]
    for text in (inner6, inner[:19], inner[:1], b"\x60" * 39, inner + bytes(
            9), inner[:2] + b"\xff" + inner[3:], inner6[:4] + b"\xff\xff" +
            inner6[6:], inner[:12] + b"\x0b" + inner[13:], b"\x00" * 64):
        result.append(theirs + kind(3, text))
    for tos in (1, 2, 3):
        for inner_tos in (0, 1, 2, 3):
            result.append(theirs + matter(tos=tos) + kind(3, bytes(IP(
                src="10.9.0.2", dst="10.9.0.1", proto=253,
                tos=inner_tos) / bytes(40))) + kind(3, bytes(IPv6(
                    src="fd00::2", dst="fd00::1", nh=59, tc=inner_tos))))
    for shift in (8, 12, 13, 32, 56):
        result.append(theirs + matter(shift << 2, counter=255) + t_inner +
                      matter(2) + matter(counter=1) + t_inner)
    result += [theirs + kind(4, op=TRAIN), theirs + kind(4, op=TRAIN | CUT),
               theirs + kind(4, b"\x80\1", TRAIN),
               theirs + t_inner + matter(2),
               ours + t_inner + (time(12) + t_inner) * 2]
    for n in (0, 1, 2, 4, 7):
        before = out if n in (1, 2) else theirs if n == 4 else load + begin
        for at in (0, 4, 8, 12, 20, 45, 70, 100, 118, 135):
            for op in (0, RAW):
                result.append(before + kind(n, bytes([at, 1]), op))
                result.append(before + kind(n, bytes([at, 128]), op))
    for n, size in ((1, 148), (2, 92), (3, 64), (4, 112), (4, 32), (5, 20)):
        whole = struct.pack("<I", n) + bytes(size - 4)
        result += [rec(whole), rec(whole[:-1]), rec(whole + b"x"),
                   rec(whole, CUT | 0x20), rec(whole, TRAIN)]
    result += [rec(b""), rec(b"\4"), rec(b"\4\0\0\0"),
               rec((struct.pack("<I", 4) + bytes(108)) * 40, TRAIN),
               rec((struct.pack("<I", 4) + bytes(108)) * 3 + b"\4\0\0\0",
                   TRAIN | CUT | 0x50)]
    return result


def wgioctl():
    """Interfaces, peers and allowed IPs as struct wg_interface_io has them."""
    def interface(*peers, flags=0, port=0, rtable=0, private=bytes(32),
                  count=None):
        return struct.pack("<BxHi32s32sQ", flags, port, rtable, bytes(32),
                           private, len(peers) if count is None else
                           count) + b"".join(peers)

    def peer(key, *aips, flags=1, version=0, pka=0, sa=bytes(28),
             descr=b"", count=None):
        return struct.pack("<ii32s32sHxx28sQQQQ64sQ", flags, version, key,
                           bytes(31) + b"k", pka, sa, 0, 0, 0, 0, descr,
                           len(aips) if count is None else
                           count) + b"".join(aips)

    def aip(af, bits, addr):
        return struct.pack("<Bxxxi16s", af, bits, addr)
    one, two = b"\1" * 32, b"\2" * 32
    v4 = struct.pack("<BBH4s", 16, 2, 0x6cca, bytes([192, 0, 2, 1])) + bytes(20)
    v6 = struct.pack("<BBHI16sI", 28, 24, 0x6cca, 0, b"\x20" + bytes(15), 0)
    local = struct.pack("<BBHI16sI", 28, 24, 1, 0, b"\xfe\x80" + bytes(14), 1)
    net, net6 = aip(2, 24, bytes([10, 1, 0, 0])), aip(24, 64, b"\xfd")
    key = {"flags": 2, "private": b"\7" * 32}
    full = interface(peer(one, net, net6, flags=0xcf, version=1, pka=25,
                          sa=v4, descr=b"a"),
                     peer(two, net, flags=9, sa=v6), flags=6, port=51820,
                     private=b"\7" * 32)
    get = [rec(bytes(n), OTHER) for n in (0, 79, 80, 800, 2000)]
    sets = [full, interface(), interface(flags=0x1f), interface(**key),
            interface(flags=4, port=7), interface(flags=8, rtable=1),
            interface(flags=8, rtable=-1), interface(flags=2),
            interface(peer(one), peer(one, flags=0x21)),
            interface(peer(one, flags=0x41)), interface(peer(one, flags=0)),
            interface(peer(one, version=2)), interface(peer(one, count=9)),
            interface(peer(one), count=1 << 60),
            interface(peer(one, net, flags=0x11)),
            interface(peer(one, aip(2, 33, b"")), peer(two)),
            interface(peer(one, aip(2, -1, b""))),
            interface(peer(one, aip(24, 129, b""))),
            interface(peer(one, aip(9, 1, b""))),
            interface(peer(one, aip(2, 0, b""), aip(24, 0, b""),
                           aip(2, 32, b"\1"), aip(24, 128, b"\1"))),
            interface(peer(one, flags=9)), interface(peer(one, flags=9,
                                                          sa=local)),
            interface(peer(one, net, flags=0x21))]
    own = X25519PrivateKey.from_private_bytes(b"\7" * 32).public_key()
    own = own.public_bytes(Encoding.Raw, PublicFormat.Raw)
    sets += [interface(peer(own, net), **key)]
    result = [rec(s, op) + b"".join(get) for s in sets for op in (0, RAW)]
    result += [rec(full) + rec(s) + b"".join(get) for s in sets]
    result += [rec(full[:n]) for n in range(0, len(full), 40)]
    result.append(rec(full, RAW) + rec(full, 0x10) + rec(b"") + b"".join(get))
    return result


def wgsockd():
    """Requests of wg(8), and ones that no program makes."""
    key, other = "01" * 32, "fe" * 32
    whole = ("set=1\nprivate_key=%s\nlisten_port=51820\nfwmark=0\n"
             "replace_peers=true\npublic_key=%s\npreshared_key=%s\n"
             "replace_allowed_ips=true\nprotocol_version=1\n"
             "endpoint=192.0.2.1:51820\npersistent_keepalive_interval=25\n"
             "allowed_ip=10.0.0.0/8\nallowed_ip=fd00::/64\n"
             "public_key=%s\nendpoint=[2001:db8::1]:1\nupdate_only=true\n"
             "\nget=1\n\n" % (key, key, other, other))
    out = [whole, "get=1\n\n", "get=2\n\n", "set=2\n\n", "\n\n", "\n",
           "get=1\n\nget=1\n\n", "x\0y\n\n", "set=1\n\nget=1\n\n"]
    for lines in ("remove=true", "listen_port=65536", "listen_port=1",
                  "fwmark=1", "replace_peers=false", "nonsense=1", "line",
                  "private_key=" + key[:-1], "private_key=" + "0g" * 32,
                  "private_key=" + "AB" * 32, "allowed_ip=10.0.0.0/8"):
        out.append("set=1\n%s\n\nget=1\n\n" % lines)
    for line in ("remove=true", "remove=1", "endpoint=1.2.3.4",
                 "endpoint=[::1]:x", "endpoint=::1:7", "endpoint=host:7",
                 "endpoint=[fe80::1%1]:7", "endpoint=" + "1" * 70 + ":7",
                 "allowed_ip=10.0.0.0", "allowed_ip=10.0.0.0/33",
                 "allowed_ip=x/1", "allowed_ip=::/129", "allowed_ip=::/0",
                 "allowed_ip=" + "1" * 60 + "/1", "protocol_version=x",
                 "persistent_keepalive_interval=70000", "fwmark=",
                 "preshared_key=" + "00" * 32, "public_key=" + key,
                 "public_key=1"):
        out.append("set=1\npublic_key=%s\n%s\n\nget=1\n\n" % (key, line))
    many = "set=1\n" + "".join("public_key=%064x\nallowed_ip=10.0.0.%d/32\n"
                               % (i, i) for i in range(40)) + "\nget=1\n\n"
    return [bytes([n]) + s.encode() for s in out for n in (0, 255)] + [
        b"\xff" + many.encode()]


def ikecert():
    """What a peer shows to iked's ca process."""
    with tempfile.TemporaryDirectory() as d:
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:P-256", "-nodes", "-keyout", d + "/key",
             "-out", d + "/crt", "-outform", "DER", "-days", "3650",
             "-subj", "/C=DE/CN=a", "-addext",
             "subjectAltName=DNS:a.example,IP:192.0.2.1,email:a@example,"
             "IP:2001:db8::1"],
            check=True, stderr=subprocess.DEVNULL)
        with open(d + "/crt", "rb") as f:
            crt = f.read()
    h = bytes.fromhex
    pss = h("43304106092a864886f70d01010a3034a00f300d0609608648016503040201"
            "0500a11c301a06092a864886f70d010108300d060960864801650304020105"
            "00a203020120")
    auths = [h("0f300d06092a864886f70d01010b0500") + bytes(256),
             h("0c300a06082a8648ce3d040302") + h("3006020101020101"),
             h("07300506032b6570") + bytes(64), pss + bytes(256),
             bytes(64), bytes(132), bytes(256)]
    ids = [bytes([2]) + b"a.example", bytes([3]) + b"a@example",
           bytes([1, 192, 0, 2, 1]), bytes([5]) + bytes(16),
           bytes([2]) + b"../a", bytes([9]) + h("300c310a300806035504031301"
                                                "61")]

    def blob(b):
        return struct.pack(">I", len(b)) + b

    ident = bytes([2]) + struct.pack(">H", 9) + b"a.example"
    msgs = [ident + bytes([255, 14, 1, 4]) + blob(crt) + blob(b"text") +
            blob(auths[1]),
            ident + bytes([255, 28]) + blob(bytes(20)) + blob(b"text"),
            bytes([14]) + blob(auths[1]) + bytes([1, 4]) + blob(crt)]
    ids += [bytes([2]) + b"key.example", bytes([2]) + b"junk.example",
            bytes([9]) + h("301c310b3009060355040613024445310d300b06035504"
                           "030c046c656166")]
    msgs = [bytes([3]) + m for m in msgs]
    msgs += [bytes([4, leaf, method, i[0], len(i) - 1]) + i[1:] + a
             for leaf in range(4) for method in range(4) for i in ids
             for a in auths]
    return ([bytes([0]) + crt] + [bytes([1]) + x for x in auths] +
            [bytes([2]) + x for x in ids] + msgs)


def main(directory, *names):
    targets = {f.__name__: f for f in (
        wg, wgioctl, wgsockd, ikecert, *seeds_packet.TARGETS,
        *seeds_call.TARGETS, *seeds_ike.TARGETS, *seeds_ipsec.TARGETS)}
    for name in names or targets:
        where = os.path.join(directory, name)
        os.makedirs(where, exist_ok=True)
        if name not in targets:
            continue
        for i, seed in enumerate(targets[name]()):
            with open(os.path.join(where, "%04d" % i), "wb") as f:
                f.write(seed)


main(*sys.argv[1:])
