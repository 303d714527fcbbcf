#!/usr/bin/python3 -B
"""A WireGuard peer written from the paper, and a hostile one.

usage: h_wgpeer.py CASE OUR_PRIVATE THEIR_PUBLIC ADDRESS

Keys in base64; ADDRESS is where the machine's wg0 listens, on port 51820; we
listen there, too.  Inner addresses: ours 10.99.0.2, the machine's 10.99.0.1.
"""

import base64
import os
import socket
import struct
import sys
import time

from scapy.all import ICMP, IP, Raw

import wgnoise as wg

PORT = 51820
OURS, THEIRS = '10.99.0.2', '10.99.0.1'


class Peer:
    def __init__(self, private, public, addr):
        self.me, self.public = wg.Key(private), public
        self.to = (addr, PORT)
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
        self.sock.bind(('', PORT))
        self.counter = 0

    def send(self, msg):
        self.sock.sendto(msg, self.to)

    def receive(self, seconds=5):
        """The next message, or None."""
        self.sock.settimeout(seconds)
        try:
            msg, anc, _, self.came = self.sock.recvmsg(65536, 100)
        except socket.timeout:
            return None
        self.tos = anc[0][2][0] if anc else 0
        return msg

    def receive_kind(self, kind, seconds=5):
        end = time.time() + seconds
        while time.time() < end:
            msg = self.receive(end - time.time())
            if msg and struct.unpack('<I', msg[:4])[0] == kind:
                return msg
        return None

    def handshake(self):
        """A session that we began."""
        self.hs = wg.Handshake(self.me, self.public)
        self.send(self.hs.initiation(0x1000 + self.counter % 7))
        msg = self.receive_kind(wg.RESPONSE)
        assert msg, 'no response'
        assert self.tos == 0x88, 'handshake with TOS %#x' % self.tos
        self.hs.read_response(msg)
        self.counter = 0

    def answer(self, seconds=15):
        """A session that they begin."""
        msg = self.receive_kind(wg.INITIATION, seconds)
        assert msg, 'no initiation'
        self.hs = wg.Handshake(self.me, self.public)
        stamp = self.hs.read_initiation(msg)
        sec, nsec = struct.unpack('>QI', stamp)
        assert abs(sec - 0x400000000000000a - time.time()) < 3, 'TAI64N'
        assert nsec & 0xffffff == 0, 'nanoseconds are not whitened'
        self.index = 0x2222
        self.send(self.hs.response(self.index))
        self.counter = 0
        return msg

    def seal(self, packet, counter=None):
        if counter is None:
            counter, self.counter = self.counter, self.counter + 1
        return self.hs.data(counter, bytes(packet))

    def data(self, seconds=5):
        """The next data message: its counter and text."""
        msg = self.receive_kind(wg.DATA, seconds)
        if msg is None:
            return None, None
        _, counter, text = self.hs.read_data(msg)
        return counter, text

    def echo(self, seq, src=OURS, size=20, tos=0, frag=0):
        return IP(src=src, dst=THEIRS, tos=tos) / ICMP(
            id=7, seq=seq) / Raw(b'x' * size)

    def expect_echo(self, seq, seconds=5):
        end = time.time() + seconds
        while time.time() < end:
            _, text = self.data(end - time.time())
            if not text:
                continue
            p = IP(text)
            if ICMP in p and p[ICMP].type == 0 and p[ICMP].seq == seq:
                return p
        raise AssertionError('no echo %d' % seq)

    def expect_silence(self, seconds=0.4):
        _, text = self.data(seconds)
        while text == b'':
            _, text = self.data(seconds)
        assert text is None, 'an answer: %r' % text


def initiator(p):
    """We begin; what comes back is padded, numbered and whole."""
    p.handshake()
    for seq, size in enumerate((0, 1, 20, 1372)):
        p.send(p.seal(p.echo(seq, size=size)))
        counter, text = p.data()
        assert counter == seq, 'counter %d' % counter
        assert len(text) % 16 == 0 or len(text) == 1420, len(text)
        q = IP(text)
        assert len(text) - q.len < 16 and not any(text[q.len:])
        assert q[ICMP].type == 0 and q[ICMP].seq == seq
        assert bytes(q[ICMP].payload)[:size] == b'x' * size
    p.send(p.seal(b''))             # a keepalive is not answered
    p.expect_silence()


def responder(p):
    """They begin; the packet that waited comes when we have answered."""
    print('ready', flush=True)
    p.answer()
    counter, text = p.data()
    assert counter == 0
    q = IP(text)
    assert q.dst == OURS and q[ICMP].type == 8
    r = IP(src=OURS, dst=THEIRS) / ICMP(
        type=0, id=q[ICMP].id, seq=q[ICMP].seq) / q[ICMP].payload
    p.send(p.seal(r))
    p.send(p.seal(p.echo(1)))
    p.expect_echo(1)


def unanswered(p):
    """An initiation that nobody answers is made again after 5 s."""
    print('ready', flush=True)
    assert p.receive_kind(wg.INITIATION, 10)
    t = time.time()
    assert p.receive_kind(wg.INITIATION, 10)
    assert 4.9 < time.time() - t < 6, time.time() - t


def replays(p):
    """A number counts once; the window has 8128 bits."""
    p.handshake()
    one = p.seal(p.echo(1))
    p.send(one)
    p.expect_echo(1)
    p.send(one)
    p.expect_silence()
    p.send(p.seal(p.echo(2), counter=9000))
    p.expect_echo(2)
    p.send(p.seal(p.echo(3), counter=9000 - 8127))
    p.expect_echo(3)
    p.send(p.seal(p.echo(4), counter=9000 - 8128))
    p.expect_silence()
    p.send(p.seal(p.echo(5), counter=(1 << 64) - 8128 - 1))
    p.expect_silence()
    p.send(p.seal(p.echo(6), counter=9001))
    p.expect_echo(6)


def hostile(p):
    """Messages that must be dropped, and do no harm."""
    p.handshake()
    p.send(p.seal(p.echo(0)))
    p.expect_echo(0)
    good = p.seal(p.echo(1))
    init = wg.Handshake(p.me, p.public).initiation(5)
    for n in list(range(0, 40)) + [60, len(good) - 1]:
        p.send(good[:n])                        # truncated
    for kind in (0, 5, 6, 255, 0x104, 0x80000001):
        p.send(struct.pack('<I', kind) + good[4:])
        p.send(struct.pack('<I', kind) + init[4:])
    for i in range(4, len(good)):
        p.send(good[:i] + bytes([good[i] ^ 1]) + good[i + 1:])
    for i in range(4, len(init)):
        if i < 132:                             # mac2 is not looked at
            p.send(init[:i] + bytes([init[i] ^ 1]) + init[i + 1:])
    p.send(good + b'\0')
    p.send(init + b'\0')
    for n in (12, 44, 64, 92, 148):
        p.send(struct.pack('<I', 2) + os.urandom(n - 4))
        p.send(struct.pack('<I', 3) + os.urandom(n - 4))
    p.expect_silence()
    p.send(good)
    p.expect_echo(1)

    # Reflected: what they sent comes back to them.
    p.send(p.seal(p.echo(2)))
    msg = p.receive_kind(wg.DATA)
    p.send(msg)
    p.expect_silence()
    # Inner packets that are none, and one from another's address.
    for text in (b'\x45', b'\x45' + bytes(19), b'\x60' + bytes(39),
                 b'\x00' * 40, bytes(p.echo(3, src='10.99.0.77')),
                 b'\x45\0\xff\xff' + bytes(p.echo(3))[4:],
                 b'\x4f' + bytes(p.echo(3))[1:]):
        p.send(p.seal(text))
    p.expect_silence()
    p.send(p.seal(p.echo(4)))
    p.expect_echo(4)


def old_initiation(p):
    """An initiation is answered once, and none after a newer one."""
    p.handshake()
    p.send(p.seal(p.echo(0)))
    p.expect_echo(0)
    hs = wg.Handshake(p.me, p.public)
    old = hs.initiation(8, stamp=wg.tai64n(time.time() - 60))
    p.send(old)
    assert p.receive_kind(wg.RESPONSE, 0.5) is None, 'an old timestamp'
    time.sleep(0.1)
    again = wg.Handshake(p.me, p.public).initiation(9)
    p.send(again)
    assert p.receive_kind(wg.RESPONSE), 'no response'
    p.send(again)
    assert p.receive_kind(wg.RESPONSE, 0.5) is None, 'a replay'
    p.send(p.seal(p.echo(1)))       # the first session is as good as ever
    p.expect_echo(1)


def ecn(p):
    """RFC 6040: congestion outside shows inside, or the packet is dropped."""
    p.handshake()
    for seq, (inner, outer, want) in enumerate((
            (0, 0, 0), (0, 1, 0), (0, 3, None), (1, 3, 3), (2, 3, 3),
            (2, 1, 1), (1, 2, 1), (3, 0, 3), (2, 0, 2))):
        p.sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, outer)
        p.send(p.seal(p.echo(seq, tos=0xb8 | inner)))
        if want is None:
            p.expect_silence()
            continue
        q = p.expect_echo(seq)
        # The echo has the type of service of what it answers.
        assert q.tos == 0xb8 | want, '%d: tos %#x' % (seq, q.tos)
        assert p.tos == want, 'outside %#x' % p.tos


def cookie(p):
    """Under load a cookie is wanted, and lets us in."""
    p.handshake()
    other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    flood = wg.Handshake(wg.Key(), p.public)
    msgs = [flood.initiation(i) for i in range(64)]
    hs = wg.Handshake(p.me, p.public)
    end = time.time() + 20
    reply = None
    while reply is None:
        assert time.time() < end, 'no cookie'
        for i in range(2000):
            other.sendto(msgs[i % 64], p.to)
        init = hs.initiation(77)
        p.send(init)
        msg = p.receive(0.3)
        if msg and msg[0] == wg.COOKIE:
            reply = msg
    assert struct.unpack('<I', reply[4:8])[0] == 77
    value = wg.read_cookie(reply, p.public, init[116:132])
    # The load lasts a second: with the cookie we are heard all the same.
    for i in range(2000):
        other.sendto(msgs[i % 64], p.to)
    # One that comes right after another is refused, so there are some.
    for i in range(10):
        p.send(hs.initiation(78 + i, cookie=value))
        msg = p.receive_kind(wg.RESPONSE, 0.5)
        if msg:
            break
    assert msg, 'not let in with a cookie'
    hs.read_response(msg)
    p.hs, p.counter = hs, 0
    p.send(p.seal(p.echo(1)))
    p.expect_echo(1)


def keys(p):
    """Tell the session's keys, and wait until it is over."""
    p.handshake()
    p.send(p.seal(p.echo(1)))
    p.expect_echo(1)
    print(p.hs.send.hex(), p.hs.recv.hex(), flush=True)
    sys.stdin.readline()


def main():
    case, private, public, addr = sys.argv[1:]
    p = Peer(base64.b64decode(private), base64.b64decode(public), addr)
    globals()[case](p)
    print('ok', flush=True)


main()
