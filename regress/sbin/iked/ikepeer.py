"""A peer of iked(8) that shares nothing with it: its own messages, its own
keys (RFC 7296, 7383, 3526, 5903, 6954, 8031; ESP of RFC 4106), on Python's
cryptography.  Tests drive it step by step, and bend what it sends.
"""
import hashlib
import hmac
import os
import socket
import struct
import time

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec, x25519
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import (Encoding,
                                                          PublicFormat)

SA, KE, IDI, IDR, CERT, CERTREQ, AUTH, NONCE, NOTIFY, DELETE, VENDOR, TSI, \
    TSR, SK, CP, EAP = range(33, 49)
SKF = 53
IKE_SA_INIT, IKE_AUTH, CREATE_CHILD_SA, INFORMATIONAL = range(34, 38)
INITIATOR, RESPONSE = 0x08, 0x20
COOKIE, REKEY_SA, FRAGMENTATION, HASHES = 16390, 16393, 16430, 16431
SECRET = b'change-this-shared-secret'
# RFC 3526's primes are 2^n - 2^(n-64) - 1 + 2^64 * ([2^(n-130) pi] + c).
MODP = {2: (1024, 129093), 5: (1536, 741804), 14: (2048, 124476),
        15: (3072, 1690314), 16: (4096, 240904)}
CURVES = {19: ec.SECP256R1, 20: ec.SECP384R1, 21: ec.SECP521R1,
          28: ec.BrainpoolP256R1, 29: ec.BrainpoolP384R1,
          30: ec.BrainpoolP512R1}


def arctan(inverse, one):
    """Of 1 / inverse, times one."""
    total, term, n = 0, one // inverse, 1
    while term:
        total += term // n if n & 2 == 0 else -(term // n)
        term //= inverse * inverse
        n += 2
    return total


def prime(number):
    """The prime of a MODP group."""
    bits, c = MODP[number]
    one = 1 << (bits + 64)
    pi = 4 * (4 * arctan(5, one) - arctan(239, one))
    return (1 << bits) - (1 << (bits - 64)) - 1 + \
        (((pi >> (64 + 130)) + c) << 64)


class NoAnswer(Exception):
    pass


class Group:
    """A key of a group; bad values are made by who wants them."""

    def __init__(self, number):
        self.number = number
        if number in MODP:
            self.size, self.p = MODP[number][0] // 8, prime(number)
            self.x = int.from_bytes(os.urandom(40), 'big')
            self.public = pow(2, self.x, self.p).to_bytes(self.size, 'big')
        elif number in CURVES:
            self.x = ec.generate_private_key(CURVES[number]())
            self.public = self.x.public_key().public_bytes(
                Encoding.X962, PublicFormat.UncompressedPoint)[1:]
            self.size = len(self.public)
        else:
            self.x = x25519.X25519PrivateKey.generate()
            self.public = self.x.public_key().public_bytes(
                Encoding.Raw, PublicFormat.Raw)
            self.size = 32

    def secret(self, other):
        if self.number in MODP:
            return pow(int.from_bytes(other, 'big'), self.x,
                       self.p).to_bytes(self.size, 'big')
        if self.number in CURVES:
            return self.x.exchange(
                ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(
                    CURVES[self.number](), b'\4' + other))
        return self.x.exchange(x25519.X25519PublicKey.from_public_bytes(
            other))


def prf(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


def prf_plus(key, seed, length):
    out, t, n = b'', b'', 0
    while len(out) < length:
        n += 1
        t = prf(key, t + seed + bytes([n]))
        out += t
    return out[:length]


def payload(kind, body, critical=False):
    return kind, critical, body


def chain(payloads):
    """The type of the first, and all of them in a row."""
    out = b''
    for i, (kind, critical, body) in enumerate(payloads):
        following = payloads[i + 1][0] if i + 1 < len(payloads) else 0
        out += struct.pack('>BBH', following, critical and 0x80 or 0,
                           len(body) + 4) + body
    return payloads[0][0] if payloads else 0, out


def unchain(kind, data):
    found = []
    while kind:
        following, _, length = struct.unpack('>BBH', data[:4])
        if length < 4 or length > len(data):
            raise ValueError('payload of %d bytes' % length)
        found.append((kind, data[4:length]))
        kind, data = following, data[length:]
    return found


def transform(kind, number, bits=0, last=False):
    attr = struct.pack('>HH', 0x800e, bits) if bits else b''
    return struct.pack('>BBHBBH', 0 if last else 3, 0, 8 + len(attr), kind, 0,
                       number) + attr


def proposal(proto, spi, transforms, number=1, last=True):
    body = b''.join(transform(*t, last=i + 1 == len(transforms))
                    for i, t in enumerate(transforms))
    return struct.pack('>BBHBBBB', 0 if last else 2, 0, 8 + len(spi) +
                       len(body), number, proto, len(spi),
                       len(transforms)) + spi + body


def notify(kind, data=b'', proto=0, spi=b''):
    return payload(NOTIFY, struct.pack('>BBH', proto, len(spi), kind) + spi +
                   data)


def selector(low, high, proto=0, ports=(0, 65535)):
    return struct.pack('>BBHHH', 7, proto, 16, *ports) + \
        socket.inet_aton(low) + socket.inet_aton(high)


def selectors(kind, *ts):
    return payload(kind, struct.pack('>BBH', len(ts), 0, 0) + b''.join(ts))


class Peer:
    """One IKE SA, as initiator, or as responder (ikeanswer.py)."""

    # AES-256-GCM, or AES-256-CBC with HMAC-SHA2-256
    def __init__(self, remote, local=None, group=31, aead=True, port=500,
                 initiator=True, sock=None):
        self.remote, self.port = remote, port
        self.initiator = initiator
        self.proof = None
        self.sock = sock or self.bound(local or '0.0.0.0')
        self.spii, self.spir = os.urandom(8), bytes(8)
        self.group, self.aead = Group(group), aead
        self.ni = self.nr = os.urandom(32)
        self.next = 0
        self.notified = []
        self.child_in = os.urandom(4)

    def bound(self, local):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((local, self.port))
        return sock

    def close(self):
        self.sock.close()

    # What goes over the wire.

    def header(self, first, exchange, flags, number, length):
        return struct.pack('>8s8sBBBBII', self.spii, self.spir, first, 0x20,
                           exchange, flags, number, length + 28)

    def flags(self, more=0):
        return (INITIATOR if self.initiator else 0) | more

    def clear(self, exchange, payloads, number=0, flags=None):
        first, data = chain(payloads)
        flags = self.flags() if flags is None else flags
        return self.header(first, exchange, flags, number, len(data)) + data

    def send(self, message):
        self.sock.sendto(message, (self.remote, self.port))

    def receive(self, timeout=5.0):
        self.sock.settimeout(timeout)
        try:
            return self.sock.recv(65536)
        except socket.timeout:
            raise NoAnswer() from None

    def ask(self, message, timeout=5.0):
        self.send(message)
        return self.receive(timeout)

    def silent(self, message, timeout=0.3):
        """Is a message answered by nothing?"""
        self.send(message)
        try:
            self.receive(timeout)
        except NoAnswer:
            return True
        return False

    # IKE_SA_INIT

    def ike_proposal(self, spi=b''):
        return payload(SA, proposal(
            1, spi, [(1, 20, 256), (2, 5), (4, self.group.number)]
            if self.aead else
            [(1, 12, 256), (2, 5), (3, 12), (4, self.group.number)]))

    def key_exchange(self, group=None, public=None):
        group = group or self.group
        return payload(KE, struct.pack('>HH', group.number, 0) +
                       (group.public if public is None else public))

    def init_payloads(self, public=None, cookie=None):
        out = [self.ike_proposal(), self.key_exchange(public=public),
               payload(NONCE, self.ni if self.initiator else self.nr),
               notify(FRAGMENTATION),
               notify(HASHES, struct.pack('>4H', 2, 3, 4, 5))]
        return ([notify(COOKIE, cookie)] if cookie else []) + out

    def init_message(self, **kw):
        return self.clear(IKE_SA_INIT, self.init_payloads(**kw))

    def init(self):
        """IKE_SA_INIT, with a cookie when it is asked for."""
        self.request = self.init_message()
        got = self.ask(self.request)
        found = dict(unchain(got[16], got[28:]))
        if KE not in found and found[NOTIFY][2:4] == struct.pack('>H', COOKIE):
            self.cookie = found[NOTIFY][4:]
            self.request = self.init_message(cookie=self.cookie)
            got = self.ask(self.request)
        self.init_take(got)

    def init_take(self, got):
        self.response = got
        assert got[:8] == self.spii and got[19] == RESPONSE, got[:28].hex()
        found = dict(unchain(got[16], got[28:]))
        if KE not in found:
            raise ValueError('notify %d' % struct.unpack(
                '>H', found[NOTIFY][2:4]))
        self.spir, self.nr = got[8:16], found[NONCE]
        self.derive(prf(self.ni + self.nr, self.group.secret(found[KE][4:])))
        self.next = 1

    def derive(self, seed):
        """RFC 7296, 2.14; seed is SKEYSEED"""
        enc, integ = (36, 0) if self.aead else (32, 32)
        keys = prf_plus(seed, self.ni + self.nr + self.spii + self.spir,
                        3 * 32 + 2 * (enc + integ))
        sizes = [32, integ, integ, enc, enc, 32, 32]
        parts = []
        for n in sizes:
            parts.append(keys[:n])
            keys = keys[n:]
        self.d, ai, ar, ei, er, self.pi, self.pr = parts
        self.out_a, self.in_a = (ai, ar) if self.initiator else (ar, ai)
        self.out_e, self.in_e = (ei, er) if self.initiator else (er, ei)

    # SK payloads

    def seal(self, exchange, payloads, number=None, flags=None):
        number = self.next if number is None else number
        return self.seal_raw(SK, b'', *chain(payloads), exchange, number,
                             self.flags() if flags is None else flags)

    def seal_raw(self, kind, extra, first, data, exchange, number, flags):
        pad = -(len(data) + 1) % 16 if not self.aead else 0
        plain = data + bytes(pad) + bytes([pad])
        iv = os.urandom(8 if self.aead else 16)
        icv = 16
        length = 4 + len(extra) + len(iv) + len(plain) + icv
        head = self.header(kind, exchange, flags, number, length) + \
            struct.pack('>BBH', first, 0, length) + extra
        if self.aead:
            return head + iv + AESGCM(self.out_e[:32]).encrypt(
                self.out_e[32:] + iv, plain, head)
        enc = Cipher(algorithms.AES(self.out_e), modes.CBC(iv)).encryptor()
        head += iv + enc.update(plain) + enc.finalize()
        return head + prf(self.out_a, head)[:icv]

    def fragments(self, exchange, payloads, size, number=None, flags=None):
        """RFC 7383: a list of messages."""
        first, data = chain(payloads)
        pieces = [data[i:i + size] for i in range(0, len(data), size)]
        return [self.fragment(first if i == 0 else 0, p, i + 1, len(pieces),
                              exchange, number, flags)
                for i, p in enumerate(pieces)]

    def fragment(self, first, piece, n, total, exchange=IKE_AUTH,
                 number=None, flags=None):
        return self.seal_raw(SKF, struct.pack('>HH', n, total), first, piece,
                             exchange, self.next if number is None else
                             number, self.flags() if flags is None else flags)

    def plain(self, message):
        """What is in an SK payload, or in one piece of it."""
        iv = 36 if message[16] == SKF else 32
        if self.aead:
            plain = AESGCM(self.in_e[:32]).decrypt(
                self.in_e[32:] + message[iv:iv + 8], message[iv + 8:],
                message[:iv])
        else:
            if not hmac.compare_digest(prf(self.in_a, message[:-16])[:16],
                                       message[-16:]):
                raise InvalidTag()
            dec = Cipher(algorithms.AES(self.in_e),
                         modes.CBC(message[iv:iv + 16])).decryptor()
            plain = dec.update(message[iv + 16:-16]) + dec.finalize()
        return plain[:len(plain) - 1 - plain[-1]]

    def open(self, message):
        """The payloads of a message, whose other pieces may be to come."""
        if message[16] == SK:
            return unchain(message[28], self.plain(message))
        pieces, first = {}, 0
        while True:
            assert message[16] == SKF, message[16]
            number, total = struct.unpack('>HH', message[32:36])
            pieces[number] = self.plain(message)
            first = message[28] if number == 1 else first
            if len(pieces) == total:
                return unchain(first, b''.join(pieces[i + 1]
                                               for i in range(total)))
            message = self.receive()

    def exchange(self, exchange, payloads):
        """A request, and the payloads of its answer."""
        got = self.ask(self.seal(exchange, payloads))
        assert struct.unpack('>I', got[20:24])[0] == self.next
        self.next += 1
        return self.open(got)

    # IKE_AUTH

    def auth_octets(self, mine, body):
        """RFC 7296, 2.15"""
        if mine == self.initiator:
            return self.request + self.nr + prf(self.pi, body)
        return self.response + self.ni + prf(self.pr, body)

    def psk(self, mine, body, secret=SECRET):
        return prf(prf(secret, b'Key Pad for IKEv2'),
                   self.auth_octets(mine, body))

    def child_proposal(self, spi=None, group=None):
        return payload(SA, proposal(
            3, spi or self.child_in, [(1, 20, 256), (5, 0)] +
            ([(4, group.number)] if group else [])))

    def prove(self, body, secret=SECRET):
        """CERT and AUTH payloads, by a proof (ikesign.py) or the secret."""
        if self.proof:
            return self.proof.payloads(self.auth_octets(True, body))
        return [payload(AUTH, struct.pack('>BBH', 2, 0, 0) +
                        self.psk(True, body, secret))]

    def check(self, found, body):
        """AUTH of the other's."""
        if self.proof:
            self.proof.check(found, self.auth_octets(False, body))
        else:
            assert hmac.compare_digest(dict(found)[AUTH], b'\2\0\0\0' +
                                       self.psk(False, body)), 'AUTH'

    def auth_payloads(self, ident=b'peer.example', secret=SECRET, ts=None,
                      extra=()):
        body = struct.pack('>BBH', 2, 0, 0) + ident
        ts = ts or [selectors(TSI, selector('10.0.2.0', '10.0.2.255')),
                    selectors(TSR, selector('10.0.1.0', '10.0.1.255'))]
        return [payload(IDI, body), *self.prove(body, secret), *extra,
                self.child_proposal()] + ts

    def auth(self, **kw):
        return self.auth_take(self.exchange(IKE_AUTH,
                                            self.auth_payloads(**kw)))

    def auth_take(self, payloads):
        self.notified = [struct.unpack('>H', b[2:4])[0]
                         for k, b in payloads if k == NOTIFY]
        found = dict(payloads)
        if AUTH not in found:
            raise ValueError('notify %s' % self.notified)
        self.check(payloads, found[IDR])
        if SA in found:
            self.child_take(found, self.ni, self.nr)
        return found

    def child_take(self, found, ni, nr, secret=b'', asked=None):
        """RFC 7296, 2.17; asked: did we ask for it?"""
        asked = self.initiator if asked is None else asked
        self.child_out = found[SA][8:12]
        keys = prf_plus(self.d, secret + ni + nr, 72)
        self.esp_out, self.esp_in = (keys[:36], keys[36:]) if asked else \
            (keys[36:], keys[:36])
        self.esp_seq = 0

    # CREATE_CHILD_SA

    def rekey_child(self, ts, group=None):
        """A child in place of the one there is, which is deleted."""
        old, ni = self.child_in, os.urandom(32)
        self.child_in = os.urandom(4)
        found = dict(self.exchange(CREATE_CHILD_SA, [
            notify(REKEY_SA, b'', 3, old),
            self.child_proposal(group=group), payload(NONCE, ni)] +
            ([self.key_exchange(group)] if group else []) + ts))
        assert SA in found, found
        self.child_take(found, ni, found[NONCE],
                        group.secret(found[KE][4:]) if group else b'', True)
        found = self.exchange(INFORMATIONAL, [payload(
            DELETE, struct.pack('>BBH', 3, 4, 1) + old)])
        assert [k for k, _ in found] == [DELETE], found

    def replace(self, seed, ni, nr, spii, spir, initiator):
        """The keys of a successor; the old SA's deletion is up to others."""
        self.ni, self.nr, self.spii, self.spir = ni, nr, spii, spir
        self.initiator = initiator
        self.derive(seed)
        self.next = self.awaited = 0

    def rekey_ike(self, group=None):
        """An IKE SA in place of this one (2.18)."""
        group = self.group = group or Group(self.group.number)
        ni, spi = os.urandom(32), os.urandom(8)
        found = dict(self.exchange(CREATE_CHILD_SA, [
            self.ike_proposal(spi), payload(NONCE, ni),
            self.key_exchange()]))
        assert KE in found, found
        assert self.exchange(INFORMATIONAL, [payload(
            DELETE, struct.pack('>BBH', 1, 0, 0))]) == []
        self.replace(prf(self.d, group.secret(found[KE][4:]) + ni +
                         found[NONCE]), ni, found[NONCE], spi,
                     found[SA][8:16], True)

    # ESP, AES-256-GCM, tunnel

    def esp_seal(self, packet):
        self.esp_seq += 1
        pad = -(len(packet) + 2) % 4
        plain = packet + bytes(range(1, pad + 1)) + bytes([pad, 4])
        head = self.child_out + struct.pack('>I', self.esp_seq)
        iv = struct.pack('>Q', self.esp_seq)
        return head + iv + AESGCM(self.esp_out[:32]).encrypt(
            self.esp_out[32:] + iv, plain, head)

    def esp_open(self, data):
        plain = AESGCM(self.esp_in[:32]).decrypt(
            self.esp_in[32:] + data[8:16], data[16:], data[:8])
        return plain[:len(plain) - 2 - plain[-2]]

    def ping(self, src, dst, timeout=5):
        """An echo through the tunnel, again and again; its answer."""
        end = time.monotonic() + timeout
        with socket.socket(socket.AF_INET, socket.SOCK_RAW, 50) as raw:
            raw.settimeout(min(0.5, timeout))
            while time.monotonic() < end:
                raw.sendto(self.esp_seal(echo(src, dst)), (self.remote, 0))
                try:
                    while True:
                        got = raw.recv(65536)
                        got = got[(got[0] & 15) * 4:]
                        if got[:4] == self.child_in:
                            return self.esp_open(got)
                except socket.timeout:
                    pass
        raise NoAnswer()


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack('>%dH' % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def echo(src, dst):
    icmp = struct.pack('>BBHHH', 8, 0, 0, 7, 1) + b'warren' * 8
    icmp = icmp[:2] + struct.pack('>H', checksum(icmp)) + icmp[4:]
    ip = struct.pack('>BBHHHBBH4s4s', 0x45, 0, 20 + len(icmp), 1, 0, 64, 1,
                     0, socket.inet_aton(src), socket.inet_aton(dst))
    return ip[:10] + struct.pack('>H', checksum(ip)) + ip[12:] + icmp
