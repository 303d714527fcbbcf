"""A peer of iked(8) that is asked: as responder from the first message on,
and in either role by what iked(8) wants later (RFC 7296, 1.2 to 1.4, 2.8).
"""
import os
import struct
import time

from ikepeer import (AUTH, CREATE_CHILD_SA, DELETE, IDI, IDR, IKE_AUTH,
                     IKE_SA_INIT, INFORMATIONAL, KE, NONCE, NOTIFY, RESPONSE,
                     REKEY_SA, SA, TSI, TSR, Group, NoAnswer, Peer, notify,
                     payload, prf, unchain)


class Answerer(Peer):
    """Waits for iked(8) to begin, unless told to be the initiator."""

    def __init__(self, remote, local=None, initiator=False, **kw):
        super().__init__(remote, local, initiator=initiator, **kw)
        self.awaited = 0
        self.heard = self.answered = None
        self.successor = None
        self.gone = False
        self.children = self.successors = 0

    # The first two exchanges

    def hear(self, exchange, timeout=30.0, passed=()):
        """The next request of an exchange that is not one of these."""
        end = time.monotonic() + timeout
        while True:
            left = end - time.monotonic()
            if left <= 0:
                raise NoAnswer()
            got = self.receive(left)
            if got[18] == exchange and not got[19] & RESPONSE and \
                    got not in passed:
                return got

    def init_hear(self, passed=()):
        """A first message, and what is in it."""
        self.request = self.hear(IKE_SA_INIT, passed=passed)
        self.spii, self.spir = self.request[:8], os.urandom(8)
        found = unchain(self.request[16], self.request[28:])
        self.ni = dict(found)[NONCE]
        return found

    def init_refuse(self, kind, data=b''):
        """An answer that nobody vouches for."""
        self.spir = bytes(8)
        self.send(self.clear(IKE_SA_INIT, [notify(kind, data)], 0,
                             self.flags(RESPONSE)))

    def init_answer(self, payloads=None):
        """The answer to it; keys are there when it is honest."""
        self.nr = os.urandom(32)
        honest = payloads is None
        self.response = self.clear(IKE_SA_INIT, payloads if not honest else
                                   self.init_payloads(), 0,
                                   self.flags(RESPONSE))
        if honest:
            ke = dict(unchain(self.request[16], self.request[28:]))[KE]
            assert ke[:2] == struct.pack('>H', self.group.number), ke[:2]
            self.derive(prf(self.ni + self.nr, self.group.secret(ke[4:])))
        self.send(self.response)

    def auth_hear(self, check=True):
        """The request to authenticate, opened; ours is next."""
        self.heard = self.hear(IKE_AUTH)
        self.awaited = 1
        found = self.open(self.heard)
        if check:
            self.check(found, dict(found)[IDI])
        return found

    def auth_answer(self, found, ident=b'peer.example', secret=None, ts=None,
                    more=None):
        """The message that answers it."""
        found = dict(found)
        body = struct.pack('>BBH', 2, 0, 0) + ident
        kw = {'secret': secret} if secret else {}
        ts = ts or [payload(TSI, found[TSI]), payload(TSR, found[TSR])]
        return self.seal(IKE_AUTH, [payload(IDR, body),
                                    *self.prove(body, **kw)] + (
            [self.child_proposal()] + ts if more is None else more),
            1, self.flags(RESPONSE))

    def auth_done(self, found, message):
        """It was taken: the child."""
        self.send(message)
        self.answered = message
        self.awaited = 2
        self.child_take(dict(found), self.ni, self.nr)

    def init(self):
        if self.initiator:
            return super().init()
        self.init_hear()
        return self.init_answer()

    def auth(self, **kw):
        if self.initiator:
            return super().auth(**kw)
        found = self.auth_hear()
        assert AUTH in dict(found)
        return self.auth_done(found, self.auth_answer(found, **kw))

    # What comes later

    def respond(self, exchange, payloads):
        self.answered = self.seal(exchange, payloads, self.awaited,
                                  self.flags(RESPONSE))
        self.awaited += 1
        self.send(self.answered)

    def serve(self, until, timeout=30.0):
        """Answer what is asked until until() is true."""
        end = time.monotonic() + timeout
        while not until():
            if time.monotonic() > end:
                raise NoAnswer()
            try:
                self.serve_message(self.receive(0.2))
            except NoAnswer:
                continue

    def serve_message(self, got):
        if got[19] & RESPONSE or got[:16] != self.spii + self.spir:
            return
        number = struct.unpack('>I', got[20:24])[0]
        if number == self.awaited - 1:
            self.send(self.answered)
        elif number == self.awaited:
            self.serve_one(got[18], self.open(got))

    def exchange(self, exchange, payloads):
        """A request, and the payloads of its answer; others may cross."""
        number = self.next
        self.send(self.seal(exchange, payloads))
        while True:
            got = self.receive()
            if got[19] & RESPONSE and got[18] == exchange and \
                    struct.unpack('>I', got[20:24])[0] == number:
                self.next = number + 1
                return self.open(got)
            self.serve_message(got)

    def serve_one(self, exchange, found):
        if exchange == INFORMATIONAL:
            self.serve_info(found)
        elif dict(found)[SA][5] == 1:
            self.serve_ike(dict(found))
        else:
            # of notifications the first
            self.serve_child(dict(reversed(found)))

    def serve_info(self, found):
        deletes = [b for k, b in found if k == DELETE]
        if not deletes:
            self.respond(INFORMATIONAL, [])
        elif deletes[0][0] == 3:
            self.respond(INFORMATIONAL, [payload(
                DELETE, struct.pack('>BBH', 3, 4, 1) + self.older)])
        else:
            self.respond(INFORMATIONAL, [])
            if self.successor:
                self.replace(*self.successor)
                self.successor = None
                self.successors += 1
            else:
                self.gone = True

    def serve_child(self, found):
        """A child; the group is iked(8)'s."""
        assert found[NOTIFY][4:8] == self.child_out and \
            found[NOTIFY][2:4] == struct.pack('>H', REKEY_SA)
        nr, group, secret = os.urandom(32), None, b''
        if KE in found:
            group = Group(struct.unpack('>H', found[KE][:2])[0])
            secret = group.secret(found[KE][4:])
        self.older, self.child_in = self.child_in, os.urandom(4)
        self.respond(CREATE_CHILD_SA, [
            self.child_proposal(group=group), payload(NONCE, nr)] +
            ([self.key_exchange(group)] if group else []) +
            [payload(TSI, found[TSI]), payload(TSR, found[TSR])])
        self.child_take(found, found[NONCE], nr, secret, False)
        self.children += 1

    def serve_ike(self, found):
        """An IKE SA that iked(8) is the initiator of."""
        ni, nr, spi = found[NONCE], os.urandom(32), os.urandom(8)
        group = self.group = Group(struct.unpack('>H', found[KE][:2])[0])
        seed = prf(self.d, group.secret(found[KE][4:]) + ni + nr)
        self.respond(CREATE_CHILD_SA, [
            self.ike_proposal(spi), payload(NONCE, nr), self.key_exchange()])
        self.successor = seed, ni, nr, found[SA][8:16], spi, False
