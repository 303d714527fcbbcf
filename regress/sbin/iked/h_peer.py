"""What t_peer does to iked(8): h_peer.py CASE [WORD ...].

Each function is a case.  It ends with an exchange of honest messages: what
was sent before must not have hurt.
"""
import os
import random
import socket
import struct
import sys
import time

from ikepeer import (AUTH, CERT, CERTREQ, CP, CREATE_CHILD_SA, DELETE, EAP,
                     IDI, IDR, IKE_AUTH, IKE_SA_INIT, INFORMATIONAL,
                     INITIATOR, KE, NONCE, NOTIFY, REKEY_SA,
                     RESPONSE, SA, SK, SKF, TSI, TSR, VENDOR, Group, NoAnswer,
                     Peer, chain, checksum, notify, payload, prf, selector,
                     selectors, transform)
from ikevalues import bad_values

US, THEM = '10.0.0.2', '10.0.0.1'
HERE, THERE = '10.0.2.1', '10.0.1.2'
TS_UNACCEPTABLE, INVALID_SYNTAX, INVALID_MESSAGE_ID = 38, 7, 9


def peer(group=31, aead=True):
    return Peer(THEM, US, group, aead)


def nets():
    return [selectors(TSI, selector('10.0.2.0', '10.0.2.255')),
            selectors(TSR, selector('10.0.1.0', '10.0.1.255'))]


def bye(p):
    found = p.exchange(INFORMATIONAL, [payload(DELETE,
                                               struct.pack('>BBH', 1, 0, 0))])
    assert not found, found
    p.close()


def up(group='31', cipher='gcm'):
    """All that an honest peer does."""
    p = peer(int(group), cipher == 'gcm')
    p.init()
    p.auth()
    pings(p)
    assert p.exchange(INFORMATIONAL, []) == []
    p.rekey_child(nets())
    pings(p)
    p.rekey_child(nets(), Group(int(group)))
    pings(p)
    p.rekey_ike()
    assert p.exchange(INFORMATIONAL, []) == []
    p.rekey_child(nets())
    pings(p)
    bye(p)


def pings(p):
    got = p.ping(HERE, THERE)
    assert got[12:20] == socket.inet_aton(THERE) + socket.inet_aton(HERE)
    assert got[20] == 0 and got[28:] == b'warren' * 8, got.hex()


def beside(p):
    """Another SA from the same socket."""
    return Peer(THEM, US, sock=p.sock)


def alive():
    up()


def drain(p, seconds=0.3):
    """What else has come."""
    got = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            got.append(p.receive(0.1))
        except NoAnswer:
            pass
    return got


def spoofed(raw, src, data):
    udp = struct.pack('>HHHH', 500, 500, 8 + len(data), 0) + data
    ip = struct.pack('>BBHHHBBH4s4s', 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0,
                     socket.inet_aton(src), socket.inet_aton(THEM))
    ip = ip[:10] + struct.pack('>H', checksum(ip)) + ip[12:]
    raw.sendto(ip + udp, (THEM, 0))


def flood():
    """First messages from everywhere; one who is there is not hurt."""
    p = peer()
    p.init()
    p.auth()
    other = beside(p)
    template = other.init_message()
    with socket.socket(socket.AF_INET, socket.SOCK_RAW,
                       socket.IPPROTO_RAW) as raw:
        for i in range(4000):
            spoofed(raw, '10.0.%d.%d' % (4 + i % 200, 1 + i // 200),
                    os.urandom(8) + template[8:])
            if i % 50 == 0:
                time.sleep(0.005)
    # A cookie is asked for now; only the true one helps.
    got = p.ask(other.init_message())
    got = [got] + drain(p)
    got = [g for g in got if g[:8] == other.spii]
    assert got and got[0][16] == NOTIFY and \
        got[0][34:36] == struct.pack('>H', 16390), got
    cookie = got[0][36:]
    zero = prf(bytes(32), other.ni + socket.inet_aton(US) + bytes(12) +
               other.spii[::-1])
    for bad in (bytes(32), cookie[:-1], cookie + b'x', os.urandom(32),
                cookie[:31] + bytes([cookie[31] ^ 1]), zero,
                prf(bytes(32), other.ni + socket.inet_aton(US) + bytes(12) +
                    other.spii)):
        p.send(other.init_message(cookie=bad))
        for g in drain(p):
            assert g[16] == NOTIFY, 'a wrong cookie was taken'
    # of another SPI
    third = beside(p)
    p.send(third.init_message(cookie=cookie))
    assert all(g[16] == NOTIFY for g in drain(p))
    # who is there lives on
    assert p.exchange(INFORMATIONAL, []) == []
    pings(p)
    bye(p)
    alive()


def crowd():
    """Half-open SAs of one who has an address and sends the cookies: there
    is a limit, and who was there before is not hurt."""
    p = peer()
    p.init()
    p.auth()
    for n in range(1200):
        q = beside(p)
        q.group = p.group
        try:
            got = p.ask(q.init_message(), 1)
            if got[16] == NOTIFY:
                got = p.ask(q.init_message(cookie=got[36:]), 1)
        except NoAnswer:
            break
        assert got[:8] == q.spii and got[16] == SA, got.hex()
    assert 900 < n <= 1024, n
    for _ in range(20):
        p.send(beside(p).init_message())
    assert drain(p) == []
    assert p.exchange(INFORMATIONAL, []) == []
    pings(p)
    p.rekey_child(nets())
    p.rekey_ike()
    pings(p)
    bye(p)


def replays():
    p = peer()
    p.init()
    assert p.ask(p.request) == p.response, 'SA_INIT again, another answer'
    # too early, each of them
    for exchange in (CREATE_CHILD_SA, INFORMATIONAL, 43, 99):
        assert p.silent(p.seal(exchange, []))
    message = p.seal(IKE_AUTH, p.auth_payloads())
    for number in (0, 2, 3, 0xffffffff):
        assert p.silent(p.seal(IKE_AUTH, p.auth_payloads(), number), 0.1)
    first = p.ask(message)
    p.auth_take(p.open(first))
    p.next = 2
    assert p.ask(message) == first, 'IKE_AUTH again, another answer'
    assert p.ask(message) == first
    info = p.seal(INFORMATIONAL, [])
    answer = p.ask(info)
    assert p.ask(info) == answer
    p.next = 3
    assert p.exchange(INFORMATIONAL, []) == []
    # older than the last, but its window is eight: the same answers
    assert p.ask(message) == first and p.ask(info) == answer
    # beyond that it asks what this is to be, once
    p.send(p.seal(INFORMATIONAL, [], 4 + 8))
    got = p.receive()
    assert got[19] & RESPONSE == 0
    assert p.open(got) == [(NOTIFY, struct.pack('>BBHI', 0, 0,
                                                INVALID_MESSAGE_ID, 12))]
    p.send(p.seal(INFORMATIONAL, [], struct.unpack('>I', got[20:24])[0],
                  INITIATOR | RESPONSE))
    assert p.silent(p.seal(INFORMATIONAL, [], 4 + 8))
    # within it one may come before its turn
    assert p.ask(p.seal(INFORMATIONAL, [], 5))
    assert p.exchange(INFORMATIONAL, []) == []
    p.next = 6
    assert p.ask(info) == answer
    # answers that nobody asked for
    assert p.silent(p.seal(INFORMATIONAL, [], 0, INITIATOR | RESPONSE))
    p.send(p.seal(INFORMATIONAL, [], 4, 0))
    assert all(g[16] == NOTIFY for g in drain(p))
    # a second IKE_AUTH is none
    p.send(p.seal(IKE_AUTH, p.auth_payloads()))
    for g in drain(p):
        assert AUTH not in dict(p.open(g))
        p.next += 1
    assert p.exchange(INFORMATIONAL, []) == []
    pings(p)
    bye(p)


def flips():
    """Any byte of IKE_AUTH changed on its way: it is not taken, and the one
    that was meant is; in its answer, we would not take it."""
    for aead in (True, False):
        p = peer(aead=aead)
        p.init()
        message = p.seal(IKE_AUTH, p.auth_payloads())
        for i in range(len(message)):
            bad = bytearray(message)
            bad[i] ^= random.choice((1, 0x40, 0x80, 0xff))
            p.send(bytes(bad))
            if i % 20 == 0:
                time.sleep(0.01)
        for g in drain(p):
            assert g[16] != SK and g[16] != SKF, 'taken'
        p.auth_take(p.open(p.ask(message)))
        p.next = 2
        pings(p)
        bye(p)


def cut(message, n):
    """The first octets, with lengths that say so."""
    short = message[:24] + struct.pack('>I', n) + message[28:n]
    return short[:30] + struct.pack('>H', n - 28) + short[32:] if n >= 32 \
        else short[:n]


def fragments():
    # a whole message as the only fragment: cut anywhere, then as it is
    p = peer()
    p.init()
    first, data = chain(p.auth_payloads())
    whole = p.fragment(first, data, 1, 1)
    for n in range(len(whole)):
        p.send(whole[:n])
        p.send(cut(whole, n))
        if n % 20 == 0:
            time.sleep(0.01)
    assert all(g[16] == NOTIFY for g in drain(p))
    p.auth_take(p.open(p.ask(whole)))
    p.next = 2
    pings(p)
    bye(p)

    p = peer()
    p.init()
    first, data = chain(p.auth_payloads())
    half = len(data) // 2
    lies = [p.fragment(first, data, 0, 1), p.fragment(first, data, 1, 0),
            p.fragment(first, data, 2, 1), p.fragment(first, data, 9, 3),
            p.fragment(first, data, 65535, 65535),
            p.fragment(first, data, 1, 60000),
            p.fragment(first, b'', 1, 2, number=7),
            p.fragment(first, data[:half], 1, 2, INFORMATIONAL),
            p.fragment(first, data[:half], 1, 2)[:-1] + b'?',
            p.fragment(first, data[:half], 1, 2)[:40],
            p.fragment(first, data[:half], 1, 2)[:33]]
    for lie in lies:
        assert p.silent(lie, 0.1)
    # larger and larger ones: what is kept has a bound
    for i in range(1, 100):
        p.send(p.fragment(first, bytes(50000), i, 100, number=1))
    assert p.silent(p.fragment(first, data[:half], 1, 2), 0.2)
    bye_quietly(p)

    # the same twice, out of order, another total, then the right ones
    p = peer()
    p.init()
    pieces = p.fragments(IKE_AUTH, p.auth_payloads(), 40)
    assert len(pieces) > 3
    assert p.silent(p.fragment(first, b'z', 1, 2), 0.1)
    for piece in pieces[:0:-1] + pieces[1:]:
        p.send(piece)
    p.auth_take(p.open(p.ask(pieces[0])))
    p.next = 2
    # the first one again: the answer again
    again = p.ask(pieces[0])
    assert dict(p.open(again))[AUTH]
    assert p.silent(pieces[1])
    pings(p)
    bye(p)
    alive()


def bye_quietly(p):
    p.close()


def values(*groups):
    for group in map(int, groups):
        for public in bad_values(group):
            p = peer(group)
            p.send(p.init_message(public=public))
            for g in drain(p, 0.12):
                assert g[16] == NOTIFY, (group, public.hex())
            p.close()
    # of a group that was not offered, and one that is none
    for number in (0, 1, 2, 19, 999):
        p = peer(31)
        p.send(p.clear(IKE_SA_INIT, [
            (k, c, struct.pack('>HH', number, 0) + b[4:] if k == KE else b)
            for k, c, b in p.init_payloads()]))
        got = drain(p, 0.12)
        assert got and got[0][16] == NOTIFY, number
        p.close()
    for group in groups:
        up(group)


def selectors_bad():
    ours = selector('10.0.1.0', '10.0.1.255')
    theirs = selector('10.0.2.0', '10.0.2.255')
    v6 = struct.pack('>BBHHH', 8, 0, 40, 0, 65535) + bytes(16) + b'\xff' * 16
    refused = [
        ([selector('10.0.3.0', '10.0.3.255')], [ours]),
        ([theirs], [selector('10.0.9.0', '10.0.9.255')]),
        ([ours], [theirs]), ([ours], [ours]), ([v6], [v6]), ([v6], [ours]),
        ([selector('10.0.2.0', '10.0.2.255', 0, (65535, 0))], [ours]),
    ]
    for tsi, tsr in refused:
        p = peer()
        p.init()
        p.auth(ts=[selectors(TSI, *tsi), selectors(TSR, *tsr)])
        assert p.notified and p.notified[-1] in (
            TS_UNACCEPTABLE, INVALID_SYNTAX), (tsi, tsr, p.notified)
        bye(p)
    nonsense = [
        ([selector('10.0.2.255', '10.0.2.0')], [ours]),
        ([], [ours]), ([theirs[:7]], [ours]), ([b'\x63' + theirs[1:]], [ours]),
        ([theirs[:2] + b'\xff\xff' + theirs[4:]], [ours]),
        ([theirs[:2] + b'\0\0' + theirs[4:]], [ours])]
    for tsi, tsr in nonsense:
        p = peer()
        p.init()
        try:
            p.auth(ts=[selectors(TSI, *tsi), selectors(TSR, *tsr)])
        except (ValueError, NoAnswer):
            pass
        else:
            assert SA not in p.notified and not hasattr(p, 'child_out'), tsi
        p.close()
    # the whole world, and more: ours is what comes out
    p = peer()
    p.init()
    world = selector('0.0.0.0', '255.255.255.255')
    found = p.auth(ts=[selectors(TSI, world, v6, theirs),
                       selectors(TSR, *[world] * 200)])
    assert found[TSI][0] == 1 and found[TSR][0] == 1
    assert found[TSI][4 + 8:] == theirs[8:], found[TSI].hex()
    assert found[TSR][4 + 8:] == ours[8:], found[TSR].hex()
    pings(p)
    # from outside of what was agreed
    try:
        p.ping('10.0.3.1', THERE, 0.3)
    except NoAnswer:
        pass
    else:
        raise AssertionError('an address that was not agreed on')
    bye(p)


def bent(body):
    """A payload's body, cut, turned and grown."""
    for n in sorted({0, 1, 2, 3, 4, 7, 8, len(body) // 2, len(body) - 1}):
        if n < len(body):
            yield body[:n]
    for i in range(min(len(body), 12)):
        for v in (0, 0x7f, 0xff):
            yield body[:i] + bytes([v]) + body[i + 1:]
    yield body + bytes(40)
    yield body * 20


def families(p):
    """One of each kind of payload."""
    spi = os.urandom(4)
    return [
        payload(SA, b''), p.child_proposal(),
        payload(SA, struct.pack('>BBHBBBB', 0, 0, 16, 1, 1, 0, 1) +
                transform(1, 12, 256, True)),
        payload(KE, struct.pack('>HH', 31, 0) + os.urandom(32)),
        payload(IDI, b'\2\0\0\0x'), payload(IDR, b'\2\0\0\0x'),
        payload(CERT, b'\4' + b'0' * 30), payload(CERTREQ, b'\4' + bytes(40)),
        payload(AUTH, b'\2\0\0\0' + bytes(32)), payload(NONCE, bytes(32)),
        notify(16384, b'', 1, b''), notify(REKEY_SA, b'', 3, spi),
        payload(DELETE, struct.pack('>BBH', 3, 4, 2) + spi * 2),
        payload(VENDOR, b'vendor'),
        selectors(TSI, selector('10.0.2.0', '10.0.2.255')),
        selectors(TSR, selector('10.0.1.0', '10.0.1.255')),
        payload(CP, b'\1\0\0\0' + struct.pack('>HH', 1, 4) + bytes(4)),
        payload(EAP, struct.pack('>BBHB', 2, 1, 9, 1) + b'name'),
        payload(SK, bytes(40)), payload(SKF, bytes(40)),
        payload(199, b'unknown'), (199, True, b'critical')]


def syntax():
    # before keys
    p = peer()
    whole = p.init_message()
    for n in range(0, len(whole), 3):
        p.send(whole[:n])
    for i in range(28):
        for v in (0, 0xff, whole[i] ^ 0x10):
            p.send(whole[:i] + bytes([v]) + whole[i + 1:])
    for family in families(p):
        for body in bent(family[2]):
            q = p.init_payloads()
            q.insert(random.randrange(4), (family[0], family[1], body))
            p.spii = os.urandom(8)
            p.send(p.clear(IKE_SA_INIT, q))
        drain(p, 0.11)
    p.close()
    alive()
    # with keys that nobody vouches for, then with an SA that is up
    for family in families(p):
        for body in list(bent(family[2]))[::6]:
            p = peer()
            p.init()
            q = p.auth_payloads()
            q.insert(random.randrange(4), (family[0], family[1], body))
            p.send(p.seal(IKE_AUTH, q))
            try:
                p.receive(0.5)
            except NoAnswer:
                pass
            p.close()
    alive()
    for exchange in (CREATE_CHILD_SA, INFORMATIONAL):
        for family in families(p):
            p = peer()
            p.init()
            p.auth()
            for body in list(bent(family[2]))[::7]:
                p.send(p.seal(exchange, [(family[0], family[1], body)]))
                try:
                    p.receive(0.5)
                    p.next += 1
                except NoAnswer:
                    break
            p.close()
    alive()


CASES = {'up': up, 'flood': flood, 'crowd': crowd,
         'replays': replays, 'flips': flips, 'fragments': fragments,
         'values': values,
         'selectors': selectors_bad, 'syntax': syntax}

CASES[sys.argv[1]](*sys.argv[2:])
