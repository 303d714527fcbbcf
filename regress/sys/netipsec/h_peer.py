#!/usr/bin/python3
"""A peer of IPsec that nobody here wrote: scapy's.

usage: h_peer.py MACHINE_ID cases|hostile

Runs on host w of ipsec.subr's topology, whose br0 has 10.0.0.3 and fd00::3,
and loads the rules of machine r itself.  Behind the peer are the networks
10.0.3.0/24 and fd03::/64, which nobody has: it answers for them.
"""
import os
import socket
import struct
import subprocess
import sys
import time
import zlib

import logging
logging.getLogger("scapy").setLevel(logging.ERROR)
from scapy.layers.inet import ICMP, IP, UDP, fragment
from scapy.layers.inet6 import (ICMPv6EchoReply, ICMPv6EchoRequest, IPv6)
from scapy.layers.ipsec import AH, ESP, SecurityAssociation
from scapy.layers.l2 import Ether
from scapy.packet import Raw

R4, P4, A4, N4 = "10.0.0.1", "10.0.0.3", "10.0.1.2", "10.0.3.2"
R6, P6, A6, N6 = "fd00::1", "fd00::3", "fd01::2", "fd03::2"

machine = sys.argv[1]
failures = 0


def key(n, fill):
    """Different in each part: 3DES does not like the same key thrice."""
    return bytes((fill + i // 8) % 256 for i in range(n))


# name, scapy's cipher and MAC, ours, bytes of the keys
AEAD = [
    ("AES-GCM", "aes-128-gcm", 20), ("AES-GCM", "aes-192-gcm", 28),
    ("AES-GCM", "aes-256-gcm", 36),
    ("CHACHA20-POLY1305", "chacha20-poly1305", 36),
]
CIPHER = [
    ("NULL", "null", 0), ("AES-CBC", "aes-128", 16),
    ("AES-CBC", "aes-192", 24), ("AES-CBC", "aes-256", 32),
    ("AES-CTR", "aes-128-ctr", 20), ("AES-CTR", "aes-192-ctr", 28),
    ("AES-CTR", "aes-256-ctr", 36), ("3DES", "3des-cbc", 24),
]
MAC = [
    ("HMAC-SHA1-96", "hmac-sha1", 20),
    ("SHA2-256-128", "hmac-sha2-256", 32),
    ("SHA2-384-192", "hmac-sha2-384", 48),
    ("SHA2-512-256", "hmac-sha2-512", 64),
]


def exec_r(*args, stdin=None):
    return subprocess.run(["warren", "exec", machine, *args], input=stdin,
                          text=True, capture_output=True, timeout=20)


def rules(text):
    p = exec_r("ipsecctl", "-F", "-f", "-", stdin=text)
    if p.returncode != 0:
        raise SystemExit("ipsecctl: %s%s\n%s" % (p.stdout, p.stderr, text))


def counters(proto):
    out = exec_r("netstat", "-s", "-p", proto).stdout
    res = {}
    for line in out.splitlines():
        w = line.split(None, 1)
        if len(w) == 2 and w[0].isdigit():
            res[w[1]] = int(w[0])
    return res


def counter(proto, text):
    for name, value in counters(proto).items():
        if text in name:
            return value
    raise SystemExit("no counter %s of %s" % (text, proto))


class Link:
    """Frames of br0, to and from r."""

    def __init__(self):
        self.s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                               socket.htons(3))
        self.s.bind(("br0", 0))
        self.mac = open("/sys/class/net/br0/address").read().strip()
        self.peer = None

    def resolve(self):
        subprocess.run(["ping", "-n", "-c", "1", "-W", "2", R4],
                       stdout=subprocess.DEVNULL)
        out = subprocess.run(["ip", "neigh", "show", R4, "dev", "br0"],
                             capture_output=True, text=True).stdout.split()
        self.peer = out[out.index("lladdr") + 1]

    def send(self, pkt):
        self.s.send(bytes(Ether(src=self.mac, dst=self.peer) / pkt))

    def drain(self):
        self.s.settimeout(0.001)
        try:
            while True:
                self.s.recv(65535)
        except socket.timeout:
            pass

    def receive(self, want, seconds=3.0):
        """The next packet of r's for which want() is true; or None."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.s.settimeout(max(0.001, end - time.monotonic()))
            try:
                data = self.s.recv(65535)
            except socket.timeout:
                break
            f = Ether(data)
            if f.src != self.peer:
                continue
            if want(f.payload):
                return f.payload
        return None


link = Link()


class Case:
    """One set of rules, and the peer's half of it."""
    seq = 0

    def __init__(self, proto, outer, inner, crypt=None, auth=None,
                 tunnel=True, udp=False, esn=False):
        self.proto, self.outer, self.inner = proto, outer, inner
        self.tunnel, self.udp, self.esn = tunnel, udp, esn
        self.name = "%s %s v%d in v%d %s %s%s%s" % (
            "esp" if proto is ESP else "ah",
            "tunnel" if tunnel else "transport", inner, outer,
            crypt[1] if crypt else "", auth[1] if auth else "",
            " udp" if udp else "", " esn" if esn else "")
        self.us = R4 if outer == 4 else R6
        self.peer = P4 if outer == 4 else P6
        if tunnel:
            self.near = A4 if inner == 4 else A6
            self.far = N4 if inner == 4 else N6
        else:
            self.near, self.far = self.us, self.peer
        self.load(crypt, auth)
        self.out_sa = self.sa(0x2001, 1, crypt, auth, self.peer, self.us)
        self.in_sa = self.sa(0x2002, 2, crypt, auth, self.us, self.peer)

    def load(self, crypt, auth):
        net = {A4: "10.0.1.0/24", N4: "10.0.3.0/24", A6: "fd01::/64",
               N6: "fd03::/64"}
        proto = "esp" if self.proto is ESP else "ah"
        flow = "flow %s from %s to %s peer %s\n" % (
            proto, net.get(self.near, self.near),
            net.get(self.far, self.far), self.peer)
        sa = "%s %s from %s to %s spi 0x2002:0x2001" % (
            proto, "tunnel" if self.tunnel else "transport", self.us,
            self.peer)
        if crypt:
            sa += " enc " + crypt[1]
            if crypt[2]:
                sa += " enckey %s:%s" % (key(crypt[2], 2).hex(),
                                         key(crypt[2], 1).hex())
        if auth:
            sa += " auth %s authkey %s:%s" % (
                auth[1], key(auth[2], 12).hex(), key(auth[2], 11).hex())
        if self.udp:
            sa += " udpencap"
        if self.esn:
            sa += " esn"
        rules(flow + sa + "\n")

    def sa(self, spi, fill, crypt, auth, src, dst):
        kw = {"spi": spi}
        if crypt:
            kw["crypt_algo"] = crypt[0]
            if crypt[2]:
                kw["crypt_key"] = key(crypt[2], fill)
        if auth:
            kw["auth_algo"] = auth[0]
            kw["auth_key"] = key(auth[2], 10 + fill)
        if self.tunnel:
            kw["tunnel_header"] = (IP(src=src, dst=dst) if self.outer == 4
                                   else IPv6(src=src, dst=dst))
        if self.esn:
            kw["esn_en"] = True
        return SecurityAssociation(self.proto, **kw)

    def echo(self, data, src=None, dst=None):
        src, dst = src or self.far, dst or self.near
        if self.inner == 4:
            return IP(src=src, dst=dst) / ICMP(id=7, seq=9) / Raw(data)
        return IPv6(src=src, dst=dst) / ICMPv6EchoRequest(
            id=7, seq=9, data=data)

    def seal(self, pkt, seq=None):
        if seq is None:
            self.seq += 1
            seq = self.seq
        ipcls = IP if isinstance(pkt, IP) else IPv6
        p = self.out_sa.encrypt(ipcls(bytes(pkt)), seq_num=seq)
        if self.udp:
            ip = (IP if self.outer == 4 else IPv6)(
                src=self.peer, dst=self.us)
            p = ip / UDP(sport=4500, dport=4500) / Raw(bytes(p[ESP]))
        return p

    def is_ours(self, p):
        if not p.haslayer(IP if self.outer == 4 else IPv6) or (
                p.src != self.us):
            return False
        if self.udp:
            return p.haslayer(UDP) and p[UDP].dport == 4500
        return p.haslayer(self.proto)

    def answered(self, data, seconds=3.0):
        p = link.receive(self.is_ours, seconds)
        if p is None:
            return "no answer"
        cls = IP if self.outer == 4 else IPv6
        if self.udp:
            # RFC 3948: none over IPv4; RFC 8200: one over IPv6.
            sum_ = p[UDP].chksum
            if self.outer == 6:
                del p[UDP].chksum
                if sum_ != IPv6(bytes(p))[UDP].chksum:
                    return "UDP has a wrong checksum"
            elif sum_ != 0:
                return "UDP has a checksum"
            esp = Raw(bytes(p[UDP].payload))
            p = (IP(src=p.src, dst=p.dst, proto=50) / esp
                 if self.outer == 4 else
                 IPv6(src=p.src, dst=p.dst, nh=50) / esp)
        inner = self.in_sa.decrypt(cls(bytes(p)))
        # What AH covered has not been looked into.
        inner = (IP if self.inner == 4 else IPv6)(bytes(inner))
        want = ICMP if self.inner == 4 else ICMPv6EchoReply
        if not inner.haslayer(want):
            return "answer is %s" % inner.summary()
        if data not in bytes(inner):
            return "answer has other data"
        if self.inner == 4 and inner[ICMP].type != 0:
            return "answer of type %d" % inner[ICMP].type
        return None


def run(case):
    global failures
    link.drain()
    for size in (0, 1, 13, 64, 1000):
        data = os.urandom(size) if size else b""
        link.send(case.seal(case.echo(data)))
        try:
            why = case.answered(data)
        except Exception as e:
            why = "%s: %s" % (type(e).__name__, e)
        if why:
            failures += 1
            print("FAILED %s, %d bytes: %s" % (case.name, size, why))
            print({k: v for p in ("ipsec", "esp", "udp") for k, v in
                   counters(p).items() if v})
            return
    print("ok %s" % case.name)


def everywhere(proto, crypt=None, auth=None):
    """A transform in each mode and pair of families, plain and in UDP."""
    for udp in (False, True) if proto is ESP else (False,):
        for outer in (4, 6):
            for inner in (4, 6):
                run(Case(proto, outer, inner, crypt, auth, udp=udp))
            run(Case(proto, outer, outer, crypt, auth, tunnel=False,
                     udp=udp))


def run_cases():
    exec_r("sysctl", "net.inet.esp.legacy=1")
    for a in AEAD:
        everywhere(ESP, a)
    for c in CIPHER:
        everywhere(ESP, c, MAC[1])
    for m in MAC:
        everywhere(ESP, CIPHER[1], m)
        everywhere(AH, auth=m)
    run(Case(ESP, 4, 4, AEAD[0], esn=True))
    esn_mac()
    gmac()
    ipcomp()


def told(name, why):
    global failures
    if why:
        failures += 1
    print("%s %s%s" % ("FAILED" if why else "ok", name,
                       ": " + why if why else ""))


def gmac():
    """RFC 4543, which scapy does not have."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    for bits in (128, 192, 256):
        n = bits // 8 + 4
        # Rules of scapy's NULL, with the words of ours.
        c = Case.__new__(Case)
        c.proto, c.outer, c.inner = ESP, 4, 4
        c.tunnel, c.udp, c.esn = True, False, False
        c.us, c.peer, c.near, c.far = R4, P4, A4, N4
        c.load(("", "aes-%d-gmac" % bits, n), None)
        for size in (0, 1, 2, 3, 500):
            data = os.urandom(size)
            ip = bytes(c.echo(data))
            pad = -(len(ip) + 2) % 4
            head = (0x2001).to_bytes(4, "big") + (size + 1).to_bytes(
                4, "big")
            iv = os.urandom(8)
            body = iv + ip + bytes(range(1, pad + 1)) + bytes([pad, 4])
            k = key(n, 1)
            icv = AESGCM(k[:-4]).encrypt(k[-4:] + iv, b"", head + body)
            link.drain()
            link.send(IP(src=P4, dst=R4, proto=50) / Raw(head + body + icv))
            p = link.receive(c.is_ours)
            why = "no answer" if p is None else None
            if p is not None:
                b = bytes(p[IP].payload)[:p[IP].len - 20]
                k = key(n, 2)
                try:
                    AESGCM(k[:-4]).decrypt(k[-4:] + b[8:16], b[-16:],
                                           b[:-16])
                except InvalidTag:
                    why = "wrong ICV"
                if data not in b:
                    why = "other data"
            told("aes-%d-gmac, %d bytes" % (bits, size), why)


def ipcomp():
    """RFC 3173, both ways, in both modes."""
    for tunnel in (True, False):
        c = Case.__new__(Case)
        c.outer, c.inner, c.udp, c.us, c.peer = 4, 4, False, R4, P4
        c.near, c.far = (A4, N4) if tunnel else (R4, P4)
        rules("flow ipcomp from %s to %s peer %s\n"
              "ipcomp %s from %s to %s spi 0x1002:0x1001\n" % (
                  "10.0.1.0/24" if tunnel else R4,
                  "10.0.3.0/24" if tunnel else P4, P4,
                  "tunnel" if tunnel else "transport", R4, P4))
        for size in (200, 1000, 1400 if tunnel else 9000):
            data = bytes([size % 251]) * size
            ip = bytes(c.echo(data))
            d = zlib.compressobj(9, zlib.DEFLATED, -15)
            z = d.compress(ip if tunnel else ip[20:]) + d.flush()
            link.drain()
            link.send(IP(src=P4, dst=R4, proto=108) / Raw(
                struct.pack("!BBH", 4 if tunnel else 1, 0, 0x1001) + z))
            p = link.receive(lambda p: p.haslayer(IP) and p.src == R4 and
                             p[IP].proto == 108)
            why = "no answer" if p is None else None
            if p is not None:
                b = bytes(p[IP].payload)[:p[IP].len - 20]
                nxt, _, cpi = struct.unpack("!BBH", b[:4])
                out = zlib.decompress(b[4:], -15)
                if cpi != 0x1002 or nxt != (4 if tunnel else 1):
                    why = "header is %s" % b[:4].hex()
                elif out[20 if tunnel else 0] != 0 or data not in out:
                    why = "no echo reply of the same data"
            told("ipcomp %s, %d bytes" % (
                "tunnel" if tunnel else "transport", size), why)


def esn_mac():
    """Scapy does not authenticate the high half with a MAC: by hand."""
    global failures
    import hmac
    c = Case(ESP, 4, 4, CIPHER[0], MAC[1], esn=True)
    ip = bytes(c.echo(b"e" * 30))
    esp = (0x2001).to_bytes(4, "big") + (1).to_bytes(4, "big") + ip + (
        b"\1\2" if len(ip) % 4 == 0 else b"") + bytes(
        [2 if len(ip) % 4 == 0 else 0, 4])

    def icv(fill, data):
        return hmac.digest(key(32, fill), data + bytes(4), "sha256")[:16]

    link.drain()
    link.send(IP(src=P4, dst=R4, proto=50) / Raw(esp + icv(11, esp)))
    p = link.receive(c.is_ours)
    why = "no answer" if p is None else None
    if p is not None:
        b = bytes(p[IP].payload)[:p[IP].len - 20]
        if b[-16:] != icv(12, b[:-16]):
            why = "wrong ICV"
    if why:
        failures += 1
    print("%s extended numbers with a MAC%s" % (
        "FAILED" if why else "ok", ": " + why if why else ""))


def refused(name, case, pkt, proto, text):
    """One packet is dropped for a reason, and answered by nothing."""
    global failures
    before = counter(proto, text)
    link.drain()
    link.send(pkt)
    why = None
    end = time.monotonic() + 5
    while counter(proto, text) == before and time.monotonic() < end:
        time.sleep(0.02)
    if counter(proto, text) != before + 1:
        why = "not counted: %s" % text
    elif link.receive(case.is_ours, 0.05) is not None:
        why = "was answered"
    if why:
        failures += 1
        print("FAILED %s: %s" % (name, why))
    else:
        print("ok %s" % name)


def cut(pkt, n):
    """The packet without its last n bytes, its lengths right."""
    raw = IP(bytes(pkt)[:-n])
    del raw.len, raw.chksum
    return raw


def mangle(pkt, off):
    b = bytearray(bytes(pkt))
    b[off] ^= 0x40
    ip = IP(bytes(b))
    if 0 <= off < 20:
        del ip.chksum
    return ip


def esp_by_hand(case, text, spi=0x2001, seq=None):
    """ESP of a text that has its trailer already, under AES-GCM."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    if seq is None:
        case.seq += 1
        seq = case.seq
    k = key(20, 1)
    iv = os.urandom(8)
    hdr = spi.to_bytes(4, "big") + seq.to_bytes(4, "big")
    ct = AESGCM(k[:16]).encrypt(k[16:] + iv, text, hdr)
    return IP(src=P4, dst=R4, proto=50) / Raw(hdr + iv + ct)


def ah_number_0(pkt):
    """The number is looked at before the ICV."""
    b = bytearray(bytes(pkt))
    b[28:32] = bytes(4)
    return IP(bytes(b))


def run_fragments():
    """ESP in fragments is opened whole; not without one of them."""
    global failures
    c = Case(ESP, 4, 4, AEAD[0])
    for name, order in (("in order", lambda f: f),
                        ("the wrong way round", lambda f: f[::-1]),
                        ("each twice", lambda f: f + f),
                        ("one missing", lambda f: f[:1] + f[2:])):
        data = os.urandom(900)
        pieces = order(fragment(c.seal(c.echo(data)), 256))
        link.drain()
        for p in pieces:
            link.send(p)
        missing = name == "one missing"
        why = c.answered(data, 0.5 if missing else 3.0)
        if (why == "no answer") != missing:
            failures += 1
            print("FAILED fragments %s: %s" % (name, why))
        else:
            print("ok fragments %s" % name)


def run_bombs():
    """IPcomp that is no stream, or one of too much."""
    rules("flow ipcomp from 10.0.1.0/24 to 10.0.3.0/24 peer %s\n"
          "ipcomp tunnel from %s to %s spi 0x1002:0x1001\n" % (P4, R4, P4))
    c = Case.__new__(Case)
    c.outer, c.udp, c.us, c.proto = 4, False, R4, ICMP

    def comp(body, cpi=0x1001):
        return IP(src=P4, dst=R4, proto=108) / Raw(
            struct.pack("!BBH", 4, 0, cpi) + body)

    def deflated(data):
        d = zlib.compressobj(9, zlib.DEFLATED, -15)
        return d.compress(data) + d.flush()
    refused("bomb", c, comp(deflated(bytes(300000))), "ipcomp",
            "expand beyond")
    refused("no stream", c, comp(b"\x07" * 40), "ipcomp",
            "compression processing")
    refused("half a stream", c, comp(deflated(os.urandom(300))[:100]),
            "ipcomp",
            "compression processing")
    refused("unknown CPI", c, comp(deflated(b"x" * 99), 0x1003), "ipcomp",
            "no SA was found")
    refused("nothing behind the header", c, comp(b""), "ipcomp",
            "shorter than")
    refused("no packet inside", c, comp(deflated(b"x" * 99)), "ipsec",
            "bad headers")


def run_hostile():
    c = Case(ESP, 4, 4, AEAD[0])
    echo = c.echo(b"x" * 32)
    good = c.seal(echo)
    link.drain()
    link.send(good)
    if c.answered(b"x" * 32):
        raise SystemExit("the good packet is not answered")
    refused("replay", c, good, "esp", "replayed")
    refused("sequence number 0", c, esp_by_hand(c, b"\0" * 16, seq=0), "esp",
            "sequence number 0")
    refused("unknown SPI", c, esp_by_hand(c, b"\0" * 16, spi=0x2003), "esp",
            "no SA was found")
    refused("reserved SPI", c, esp_by_hand(c, b"\0" * 16, spi=200), "esp",
            "reserved SPI")
    for off in (20, 24, 28, 36, -1, -16):
        # SPI and number are found wrong before the ICV is looked at.
        text = "no SA was found" if off == 20 else "failed verification"
        refused("bit at %d" % off, c, mangle(c.seal(echo), off), "esp", text)
    whole = c.seal(echo)
    n = len(bytes(whole)) - 20
    for keep in (0, 4, 7, 8, 16, 32, 33):
        refused("%d bytes of ESP" % keep, c, cut(whole, n - keep), "esp",
                "shorter than header")
    refused("text not of a block", c, cut(whole, 1), "esp",
            "bad payload size")
    ip = bytes(IP(bytes(echo)))
    pad = (-(len(ip) + 2)) % 4
    tail = bytes(range(1, pad + 1)) + bytes([pad, 4])
    refused("padding beyond the packet", c,
            esp_by_hand(c, b"\0" * 6 + bytes([255, 4])), "esp",
            "bad padding")
    refused("padding of other bytes", c,
            esp_by_hand(c, ip + b"\x09" * 4 + tail[:-2] + bytes(
                [pad + 4, 4])), "esp", "bad padding")
    refused("dummy", c, esp_by_hand(c, ip + tail[:-1] + b"\x3b"), "esp",
            "dummy")
    refused("transport inside a tunnel", c,
            esp_by_hand(c, ip + tail[:-1] + b"\x01"), "esp",
            "bad next header")
    refused("IPv6 said to be inside", c,
            esp_by_hand(c, ip + tail[:-1] + b"\x29"), "ipsec",
            "bad headers")
    refused("inner header cut", c,
            esp_by_hand(c, ip[:14] + b"\x00\x04"), "ipsec", "bad headers")
    for name, src, dst in (("another source", "10.0.4.2", A4),
                           ("another destination", N4, "10.0.2.2"),
                           ("the gateway itself", P4, R4)):
        refused("inside: " + name, c,
                c.seal(c.echo(b"y", src=src, dst=dst)), "ipsec",
                "did not belong")
    refused("in the clear", c, echo, "ipsec", "in the clear that must not")
    ce = c.seal(echo)
    ce.tos = 3
    del ce.chksum
    refused("congestion on what cannot bear it", c, ce, "ipsec",
            "congestion mark")
    refused("in UDP, but the SA has none", c,
            IP(src=P4, dst=R4) / UDP(sport=4500, dport=4500) /
            Raw(bytes(c.seal(echo)[ESP])), "esp", "incorrect UDP")
    link.send(IP(src=P4, dst=R4) / UDP(sport=4500, dport=4500) /
              Raw(b"\xff"))
    refused("short UDP", c, IP(src=P4, dst=R4) /
            UDP(sport=4500, dport=4500) / Raw(b"abcdef"), "esp", "too short")
    u = Case(ESP, 4, 4, AEAD[0], udp=True)
    refused("not in UDP, but the SA wants it", u,
            esp_by_hand(u, ip + tail), "esp", "should have been UDP")
    a = Case(AH, 4, 4, auth=MAC[1])
    good = a.seal(echo)
    link.drain()
    link.send(good)
    if a.answered(b"x" * 32):
        raise SystemExit("the good packet of AH is not answered")
    refused("AH: replay", a, good, "ah", "replayed")
    refused("AH: sequence number 0", a, ah_number_0(a.seal(echo)), "ah",
            "sequence number 0")
    for off in (12, 20, 33, 48, 60):
        refused("AH: bit at %d" % off, a, mangle(a.seal(echo), off), "ah",
                "no SA was found" if off == 25 else "failed verification")
    refused("AH: another length", a, mangle(a.seal(echo), 21), "ah",
            "bad authenticator length")
    refused("AH: cut", a, cut(a.seal(echo), 70), "ah", "shorter than")
    run_fragments()
    run_bombs()
    a = Case(AH, 4, 4, auth=MAC[1])
    # After all that, what is good still passes.
    link.drain()
    link.send(a.seal(echo))
    if a.answered(b"x" * 32):
        raise SystemExit("what is good does not pass any more")


link.resolve()
if sys.argv[2] == "cases":
    run_cases()
else:
    run_hostile()
print("%d failures" % failures)
sys.exit(failures != 0)
