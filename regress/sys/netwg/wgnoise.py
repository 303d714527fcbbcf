#!/usr/bin/python3
"""The WireGuard handshake and transport, written from the paper alone: what
tests hold the kernel's against.  Either role; nothing of time or sockets."""

import hashlib
import hmac
import os
import struct
import time

from cryptography.hazmat.primitives.asymmetric.x25519 import (
    X25519PrivateKey, X25519PublicKey)
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import (
    Encoding, NoEncryption, PrivateFormat, PublicFormat)

CONSTRUCTION = b'Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s'
IDENTIFIER = b'WireGuard v1 zx2c4 Jason@zx2c4.com'
INITIATION, RESPONSE, COOKIE, DATA = 1, 2, 3, 4


def blake(data):
    return hashlib.blake2s(data).digest()


def mac(key, data):
    return hashlib.blake2s(data, key=key, digest_size=16).digest()


def hm(key, data):
    return hmac.new(key, data, hashlib.blake2s).digest()


def kdf(n, key, data):
    prk = hm(key, data)
    out, t = [], b''
    for i in range(n):
        t = hm(prk, t + bytes([i + 1]))
        out.append(t)
    return out


def seal(key, counter, text, ad):
    nonce = bytes(4) + struct.pack('<Q', counter)
    return ChaCha20Poly1305(key).encrypt(nonce, text, ad)


def unseal(key, counter, text, ad):
    nonce = bytes(4) + struct.pack('<Q', counter)
    return ChaCha20Poly1305(key).decrypt(nonce, text, ad)


class Key:
    """A key pair of Curve25519."""

    def __init__(self, private=None):
        self.private = private or os.urandom(32)
        self.key = X25519PrivateKey.from_private_bytes(self.private)
        self.public = self.key.public_key().public_bytes(
            Encoding.Raw, PublicFormat.Raw)

    def dh(self, public):
        return self.key.exchange(X25519PublicKey.from_public_bytes(public))


def tai64n(t=None):
    t = time.time() if t is None else t
    return struct.pack('>QI', 0x400000000000000a + int(t),
                       int((t % 1) * 1e9) & 0xff000000)


class Handshake:
    """One handshake; me is a Key, peer a public key."""

    def __init__(self, me, peer, psk=bytes(32)):
        self.me, self.peer, self.psk = me, peer, psk

    def begin(self, responder):
        self.c = blake(CONSTRUCTION)
        self.h = blake(blake(self.c + IDENTIFIER) + responder)

    def mix_hash(self, data):
        self.h = blake(self.h + data)

    def initiation(self, index, ephemeral=None, stamp=None, cookie=None):
        e = self.e = ephemeral or Key()
        self.index = index
        self.begin(self.peer)
        self.c, = kdf(1, self.c, e.public)
        self.mix_hash(e.public)
        self.c, k = kdf(2, self.c, e.dh(self.peer))
        static = seal(k, 0, self.me.public, self.h)
        self.mix_hash(static)
        self.c, k = kdf(2, self.c, self.me.dh(self.peer))
        stamp = seal(k, 0, stamp or tai64n(), self.h)
        self.mix_hash(stamp)
        return self.macs(struct.pack('<II', INITIATION, index) + e.public +
                         static + stamp, cookie)

    def macs(self, msg, cookie=None):
        self.mac1 = mac(blake(b'mac1----' + self.peer), msg)
        msg += self.mac1
        return msg + (mac(cookie, msg) if cookie else bytes(16))

    def read_response(self, msg):
        """Check a response; makes the session's keys."""
        kind, self.remote, receiver = struct.unpack('<III', msg[:12])
        assert len(msg) == 92 and kind == RESPONSE
        assert receiver == self.index
        assert msg[60:76] == mac(blake(b'mac1----' + self.me.public),
                                 msg[:60])
        e = msg[12:44]
        self.c, = kdf(1, self.c, e)
        self.mix_hash(e)
        self.c, = kdf(1, self.c, self.e.dh(e))
        self.c, = kdf(1, self.c, self.me.dh(e))
        self.c, t, k = kdf(3, self.c, self.psk)
        self.mix_hash(t)
        unseal(k, 0, msg[44:60], self.h)
        self.mix_hash(msg[44:60])
        self.send, self.recv = kdf(2, self.c, b'')

    def read_initiation(self, msg):
        """Check an initiation; returns its timestamp."""
        kind, self.remote = struct.unpack('<II', msg[:8])
        assert len(msg) == 148 and kind == INITIATION
        assert msg[116:132] == mac(blake(b'mac1----' + self.me.public),
                                   msg[:116])
        self.begin(self.me.public)
        e = self.their_e = msg[8:40]
        self.c, = kdf(1, self.c, e)
        self.mix_hash(e)
        self.c, k = kdf(2, self.c, self.me.dh(e))
        static = unseal(k, 0, msg[40:88], self.h)
        self.mix_hash(msg[40:88])
        assert static == self.peer
        self.c, k = kdf(2, self.c, self.me.dh(static))
        stamp = unseal(k, 0, msg[88:116], self.h)
        self.mix_hash(msg[88:116])
        return stamp

    def response(self, index, ephemeral=None, cookie=None):
        e = ephemeral or Key()
        self.c, = kdf(1, self.c, e.public)
        self.mix_hash(e.public)
        self.c, = kdf(1, self.c, e.dh(self.their_e))
        self.c, = kdf(1, self.c, e.dh(self.peer))
        self.c, t, k = kdf(3, self.c, self.psk)
        self.mix_hash(t)
        nothing = seal(k, 0, b'', self.h)
        self.mix_hash(nothing)
        self.recv, self.send = kdf(2, self.c, b'')
        return self.macs(struct.pack('<III', RESPONSE, index, self.remote) +
                         e.public + nothing, cookie)

    def data(self, counter, text):
        text += bytes(-len(text) % 16)
        return struct.pack('<IIQ', DATA, self.remote, counter) + seal(
            self.send, counter, text, b'')

    def read_data(self, msg):
        kind, receiver, counter = struct.unpack('<IIQ', msg[:16])
        assert kind == DATA
        return receiver, counter, unseal(self.recv, counter, msg[16:], b'')


def hchacha20(key, nonce):
    """The first and last row of ChaCha20's state (XChaCha draft, 2.2)."""
    def rol(v, n):
        return (v << n | v >> (32 - n)) & 0xffffffff

    x = list(struct.unpack('<16I', b'expand 32-byte k' + key + nonce))

    def quarter(a, b, c, d):
        for p, q, r, n in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8),
                           (c, d, b, 7)):
            x[p] = (x[p] + x[q]) & 0xffffffff
            x[r] = rol(x[r] ^ x[p], n)

    for _ in range(10):
        for i in range(4):
            quarter(i, 4 + i, 8 + i, 12 + i)
        for i in range(4):
            quarter(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)
    return struct.pack('<8I', *x[:4], *x[12:])


def read_cookie(msg, responder, mac1):
    """The cookie in a cookie reply to a message with this mac1."""
    assert len(msg) == 64 and struct.unpack('<I', msg[:4]) == (COOKIE,)
    nonce, sealed = msg[8:32], msg[32:]
    key = hchacha20(blake(b'cookie--' + responder), nonce[:16])
    return ChaCha20Poly1305(key).decrypt(bytes(4) + nonce[16:], sealed, mac1)


def make_cookie(cookie, receiver, me, mac1, nonce=None):
    """A cookie reply, for me (public), to a message with this mac1."""
    nonce = nonce or os.urandom(24)
    key = hchacha20(blake(b'cookie--' + me), nonce[:16])
    return struct.pack('<II', COOKIE, receiver) + nonce + ChaCha20Poly1305(
        key).encrypt(bytes(4) + nonce[16:], cookie, mac1)
