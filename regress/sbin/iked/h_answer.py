"""What t_answer does to iked(8) as an initiator: h_answer.py CASE [WORD ...].

iked(8) is told again and again to begin; each function is a case.  It ends
with honest messages: what was sent before must not have hurt.
"""
import os
import random
import struct
import sys
import time

from ikeanswer import Answerer
from ikepeer import (AUTH, COOKIE, DELETE, IDR, IKE_AUTH, IKE_SA_INIT,
                     INFORMATIONAL, INITIATOR, KE, NONCE, NOTIFY, RESPONSE,
                     SA, TSI, TSR, Group, NoAnswer, chain, notify, payload,
                     proposal, selector, selectors, unchain)
from ikesign import Proof
from ikevalues import bad_values

US, THEM = '10.0.0.2', '10.0.0.1'
HERE, THERE = '10.0.2.1', '10.0.1.2'
NO_PROPOSAL, INVALID_KE, AUTH_FAILED, TS_UNACCEPTABLE = 14, 17, 24, 38


SOCKET = []


def peer(group=31, **kw):
    """Another SA; all are of one socket, so that nothing is missed."""
    p = Answerer(THEM, US, group=group, sock=SOCKET and SOCKET[0], **kw)
    SOCKET[:] = [p.sock]
    return p


def ping(p):
    got = p.ping(HERE, THERE)
    assert got[20] == 0 and got[28:] == b'warren' * 8, got.hex()


def bye(p):
    assert p.exchange(INFORMATIONAL, [payload(
        DELETE, struct.pack('>BBH', 1, 0, 0))]) == []


def alive():
    p = peer()
    p.init()
    p.auth()
    p.next = 0
    ping(p)
    bye(p)


def up():
    """An honest responder: children and IKE SAs replaced by each side."""
    p = peer()
    p.init()
    p.auth()
    p.next = 0
    ping(p)
    assert p.exchange(INFORMATIONAL, []) == []
    ts = [selectors(TSI, selector('10.0.2.0', '10.0.2.255')),
          selectors(TSR, selector('10.0.1.0', '10.0.1.255'))]
    p.rekey_child(ts)
    ping(p)
    p.rekey_child(ts, Group(31))
    ping(p)
    p.rekey_ike()
    assert p.initiator
    assert p.exchange(INFORMATIONAL, []) == []
    p.rekey_child(ts)
    ping(p)
    bye(p)


def served(role='answer'):
    """iked(8) replaces children (of a few seconds) and its IKE SA; in
    either role we follow."""
    p = peer(initiator=role == 'ask')
    p.init()
    p.auth()
    if role != 'ask':
        p.next = 0
    p.serve(lambda: p.children >= 2 and p.successors >= 1, 60)
    assert not p.initiator
    p.serve(lambda: p.children >= 3, 30)
    time.sleep(0.2)
    ping(p)
    assert p.exchange(INFORMATIONAL, []) == []
    bye(p)


def sign(role, how, key, cert, root, bad=''):
    """By signatures; bad says what to do wrong."""
    p = peer(initiator=role == 'ask')
    p.proof = Proof(key, cert, root, int(how) if how.isdigit() else how)
    p.init()
    if bad == 'flip':
        honest = p.proof.sign
        p.proof.sign = lambda o: honest(o[:-1] + bytes([o[-1] ^ 1]))
    if not bad:
        p.auth()
        p.next = 2 if p.initiator else 0
        ping(p)
        bye(p)
        return
    if p.initiator:
        try:
            p.auth()
        except ValueError as e:
            assert str(AUTH_FAILED) in str(e), e
        else:
            raise AssertionError('taken')
    else:
        p.send(p.auth_answer(p.auth_hear()))
        refused(p)


def refused(p):
    """iked(8) says that it does not believe us."""
    p.heard = p.hear(INFORMATIONAL, 10)
    found = p.open(p.heard)
    assert found[0][0] == NOTIFY and \
        found[0][1][2:4] == struct.pack('>H', AUTH_FAILED), found


def no_auth(p, seconds=0.4, what=''):
    """Nothing of IKE_AUTH comes."""
    try:
        p.hear(IKE_AUTH, seconds)
    except NoAnswer:
        return
    raise AssertionError('it goes on: %s' % (what,))


def first():
    """Answers to the first message that are none."""
    p = peer()
    p.init_hear()
    for kind, data in ((NO_PROPOSAL, b''), (AUTH_FAILED, b''),
                       (INVALID_KE, b''), (INVALID_KE, b'\0'),
                       (INVALID_KE, b'\0\2'), (INVALID_KE, b'\xff\xff'),
                       (INVALID_KE, b'\0\x1f'), (COOKIE, b''),
                       (COOKIE, bytes(65)), (16400, bytes(300))):
        p.init_refuse(kind, data)
    p.spir = os.urandom(8)
    good = p.clear(IKE_SA_INIT, p.init_payloads(), 0, RESPONSE)
    for n in range(len(good)):
        p.send(good[:n])
    for i in list(range(8)) + [17, 18, 19, 20, 23, 24, 27]:
        p.send(good[:i] + bytes([good[i] ^ 0x20]) + good[i + 1:])
    for missing in (SA, KE, NONCE):
        p.send(p.clear(IKE_SA_INIT, [x for x in p.init_payloads()
                                     if x[0] != missing], 0, RESPONSE))
    p.send(good[:8] + bytes(8) + good[16:])
    p.send(good + good[28:])
    no_auth(p)
    p.init_answer()
    found = p.auth_hear()
    p.auth_done(found, p.auth_answer(found))
    ping(p)
    bye(p)
    # cookies without end are not followed without end
    p = peer()
    seen = []
    p.init_hear()
    for n in range(12):
        seen.append(p.request)
        p.init_refuse(COOKIE, bytes([n + 1]) * 64)
        try:
            p.request = p.hear(IKE_SA_INIT, 0.5, seen)
        except NoAnswer:
            break
        assert p.request[28 + 8:28 + 8 + 64] == bytes([n + 1]) * 64
    assert 2 <= n <= 10, n


def choices():
    """What was not offered is not taken."""
    good = [(1, 20, 256), (2, 5), (4, 31)]
    for bad in ([(1, 20, 128), (2, 5), (4, 31)], [(1, 12, 256)] + good[1:],
                [(1, 20, 256), (2, 2), (4, 31)],
                [(1, 20, 256), (2, 5), (4, 14)], good[:2], good[1:],
                good[:1] + good[2:], good + [(3, 12)], good + good,
                good + [(2, 7)], [(1, 11, 0)] + good[1:]):
        p = peer()
        p.init_hear()
        p.init_answer([payload(SA, proposal(1, b'', bad)), p.key_exchange(),
                       payload(NONCE, bytes(32))])
        no_auth(p, 0.25, bad)
    both = proposal(1, b'', good, 1, False) + proposal(1, b'', good, 2)
    for body in (both, proposal(3, b'', good), proposal(1, b'12345678', good),
                 proposal(1, b'', good, 9), b''):
        p = peer()
        p.init_hear()
        p.init_answer([payload(SA, body), p.key_exchange(),
                       payload(NONCE, bytes(32))])
        no_auth(p, 0.25, body)
    alive()


def values(*groups):
    """Public values that are none, of each group."""
    for number in map(int, groups):
        for public in bad_values(number):
            p = peer(number)
            ke = dict(p.init_hear())[KE]
            if ke[:2] != struct.pack('>H', number):
                old = p.request
                p.init_refuse(INVALID_KE, struct.pack('>H', number))
                p.request = p.hear(IKE_SA_INIT, passed=[old])
                assert dict(unchain(p.request[16], p.request[28:]))[
                    KE][:2] == struct.pack('>H', number)
                p.spir = os.urandom(8)
            p.init_answer([p.ike_proposal(), p.key_exchange(public=public),
                           payload(NONCE, bytes(32))])
            no_auth(p, 0.15, (number, public.hex()))
        alive()


def flips():
    """Any byte of the answer to IKE_AUTH changed on its way: it is not
    taken, and the one that was meant is."""
    for i in range(2):
        p = peer()
        p.init()
        found = p.auth_hear()
        good = p.auth_answer(found)
        for n in range(len(good)):
            for bit in random.sample(range(8), 2):
                p.send(good[:n] + bytes([good[n] ^ 1 << bit]) + good[n + 1:])
            if n % 20 == 0:
                time.sleep(0.01)
        # another's answer, and ours before
        p.send(p.response)
        # still asking, by the same message
        assert p.hear(IKE_AUTH, 30) == p.heard
        p.auth_done(found, good)
        p.next = 0
        ping(p)
        bye(p)


def fragments():
    """The answer in pieces that lie, and then in good ones."""
    p = peer()
    p.init()
    found = p.auth_hear()
    flags = p.flags(RESPONSE)
    body = struct.pack('>BBH', 2, 0, 0) + b'peer.example'
    parts = [payload(IDR, body), *p.prove(body), p.child_proposal(),
             payload(TSI, dict(found)[TSI]), payload(TSR, dict(found)[TSR])]
    first_kind, data = chain(parts)
    for n, total, number in ((0, 2, 1), (3, 2, 1), (1, 0, 1), (1, 60000, 1),
                             (65535, 65535, 1), (1, 2, 0), (1, 2, 2),
                             (1, 3, 1)):
        p.send(p.fragment(first_kind, data[:40], n, total, IKE_AUTH, number,
                          flags))
    pieces = p.fragments(IKE_AUTH, parts, 30, 1, flags)
    p.send(pieces[0][:-1] + bytes([pieces[0][-1] ^ 1]))
    for piece in pieces[::-1] + pieces[1:3]:
        p.send(piece)
    p.child_take(dict(found), p.ni, p.nr)
    p.next = 0
    ping(p)
    bye(p)
    alive()


def proofs():
    """A wrong secret, another name, no proof."""
    for kw, more in (({'secret': b'another'}, 0), ({'ident': b'x.example'}, 0)):
        p = peer()
        p.init()
        p.send(p.auth_answer(p.auth_hear(), **kw))
        refused(p)
    for drop in (IDR, AUTH):
        p = peer()
        p.init()
        found = dict(p.auth_hear())
        body = struct.pack('>BBH', 2, 0, 0) + b'peer.example'
        parts = [payload(IDR, body), *p.prove(body), p.child_proposal(),
                 payload(TSI, found[TSI]), payload(TSR, found[TSR])]
        p.send(p.seal(IKE_AUTH, [x for x in parts if x[0] != drop], 1,
                      RESPONSE))
        p.child_take(found, p.ni, p.nr)
        try:
            p.ping(HERE, THERE, 0.5)
        except NoAnswer:
            pass
        else:
            raise AssertionError('taken without proof')
    # what we say back is our own proof: a reflection
    p = peer()
    p.init()
    found = p.auth_hear()
    p.send(p.heard)
    p.send(p.heard[:19] + bytes([RESPONSE]) + p.heard[20:])
    p.send(p.heard[:19] + bytes([RESPONSE | INITIATOR]) + p.heard[20:])
    assert p.hear(IKE_AUTH, 30) == p.heard
    p.auth_done(found, p.auth_answer(found))
    p.next = 0
    ping(p)
    bye(p)
    alive()


def narrow():
    """More than was asked for, or another net: no child."""
    for tsi, tsr in ((selector('10.0.1.0', '10.0.1.255'),
                      selector('10.0.9.0', '10.0.9.255')),
                     (selector('10.0.2.0', '10.0.2.255'),
                      selector('10.0.1.0', '10.0.1.255'))):
        p = peer()
        p.init()
        found = p.auth_hear()
        p.auth_done(found, p.auth_answer(found, ts=[selectors(TSI, tsi),
                                                    selectors(TSR, tsr)]))
        p.serve(lambda: p.gone, 10)
    # no child at all, by a notification
    p = peer()
    p.init()
    found = p.auth_hear()
    p.send(p.auth_answer(found, more=[notify(TS_UNACCEPTABLE)]))
    p.awaited = 2
    p.serve(lambda: p.gone, 10)
    # less: that it is
    p = peer()
    p.init()
    found = p.auth_hear()
    p.auth_done(found, p.auth_answer(found, ts=[
        selectors(TSI, selector('10.0.1.2', '10.0.1.2')),
        selectors(TSR, selector('10.0.2.1', '10.0.2.1'))]))
    p.next = 0
    ping(p)
    try:
        p.ping(HERE, '10.0.1.1', 0.3)
    except NoAnswer:
        pass
    else:
        raise AssertionError('an address that was not agreed on')
    bye(p)


CASES = {'up': up, 'served': served, 'sign': sign, 'first': first,
         'choices': choices, 'values': values, 'flips': flips,
         'fragments': fragments, 'proofs': proofs, 'narrow': narrow}

CASES[sys.argv[1]](*sys.argv[2:])
