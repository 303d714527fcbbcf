"""A peer of iked(8) that shares nothing with it: its own messages, its own
keys (RFC 7296, 7383, 3526, 5903, 8031; ESP of RFC 4106), on Python's
cryptography.  Tests drive it step by step, and bend what it sends.
"""
import hashlib
import hmac
import os
import socket
import struct

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
COOKIE, REKEY_SA, FRAGMENTATION = 16390, 16393, 16430
SECRET = b'change-this-shared-secret'

MODP2048 = int(
    'FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74'
    '020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437'
    '4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED'
    'EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05'
    '98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB'
    '9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B'
    'E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718'
    '3995497CEA956AE515D2261898FA051015728E5A8AACAA68FFFFFFFFFFFFFFFF',
    16)


class NoAnswer(Exception):
    pass


class Group:
    """A key of a group; bad values are made by who wants them."""

    def __init__(self, number):
        self.number = number
        if number == 14:
            self.x = int.from_bytes(os.urandom(40), 'big')
            self.public = pow(2, self.x, MODP2048).to_bytes(256, 'big')
        elif number == 19:
            self.x = ec.generate_private_key(ec.SECP256R1())
            self.public = self.x.public_key().public_bytes(
                Encoding.X962, PublicFormat.UncompressedPoint)[1:]
        else:
            self.x = x25519.X25519PrivateKey.generate()
            self.public = self.x.public_key().public_bytes(
                Encoding.Raw, PublicFormat.Raw)

    def secret(self, other):
        if self.number == 14:
            return pow(int.from_bytes(other, 'big'), self.x,
                       MODP2048).to_bytes(256, 'big')
        if self.number == 19:
            return self.x.exchange(
                ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(
                    ec.SECP256R1(), b'\4' + other))
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
    """One IKE SA, as initiator."""

    # AES-256-GCM, or AES-256-CBC with HMAC-SHA2-256
    def __init__(self, remote, local=None, group=31, aead=True, port=500):
        self.remote, self.port = remote, port
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.sock.bind((local or '0.0.0.0', port))
        self.sock.settimeout(5)
        self.spii, self.spir = os.urandom(8), bytes(8)
        self.group, self.aead = Group(group), aead
        self.ni = os.urandom(32)
        self.next = 0
        self.notified = []
        self.child_in = os.urandom(4)

    def close(self):
        self.sock.close()

    # What goes over the wire.

    def header(self, first, exchange, flags, number, length):
        return struct.pack('>8s8sBBBBII', self.spii, self.spir, first, 0x20,
                           exchange, flags, number, length + 28)

    def clear(self, exchange, payloads, number=0, flags=INITIATOR):
        first, data = chain(payloads)
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

    def init_payloads(self, public=None, cookie=None):
        body = proposal(1, b'', [(1, 20, 256), (2, 5), (4, self.group.number)]
                        if self.aead else
                        [(1, 12, 256), (2, 5), (3, 12),
                         (4, self.group.number)])
        out = [payload(SA, body), payload(
            KE, struct.pack('>HH', self.group.number, 0) +
            (self.group.public if public is None else public)),
            payload(NONCE, self.ni), notify(FRAGMENTATION)]
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
        self.derive(self.group.secret(found[KE][4:]))
        self.next = 1

    def derive(self, secret):
        """RFC 7296, 2.14"""
        seed = prf(self.ni + self.nr, secret)
        enc, integ = (36, 0) if self.aead else (32, 32)
        keys = prf_plus(seed, self.ni + self.nr + self.spii + self.spir,
                        3 * 32 + 2 * (enc + integ))
        sizes = [32, integ, integ, enc, enc, 32, 32]
        parts = []
        for n in sizes:
            parts.append(keys[:n])
            keys = keys[n:]
        self.d, self.ai, self.ar, self.ei, self.er, self.pi, self.pr = parts

    # SK payloads

    def seal(self, exchange, payloads, number=None, flags=INITIATOR):
        number = self.next if number is None else number
        return self.seal_raw(SK, b'', *chain(payloads), exchange, number,
                             flags)

    def seal_raw(self, kind, extra, first, data, exchange, number, flags):
        pad = -(len(data) + 1) % 16 if not self.aead else 0
        plain = data + bytes(pad) + bytes([pad])
        iv = os.urandom(8 if self.aead else 16)
        icv = 16
        length = 4 + len(extra) + len(iv) + len(plain) + icv
        head = self.header(kind, exchange, flags, number, length) + \
            struct.pack('>BBH', first, 0, length) + extra
        if self.aead:
            return head + iv + AESGCM(self.ei[:32]).encrypt(
                self.ei[32:] + iv, plain, head)
        enc = Cipher(algorithms.AES(self.ei), modes.CBC(iv)).encryptor()
        head += iv + enc.update(plain) + enc.finalize()
        return head + prf(self.ai, head)[:icv]

    def fragments(self, exchange, payloads, size, number=None):
        """RFC 7383: a list of messages."""
        first, data = chain(payloads)
        pieces = [data[i:i + size] for i in range(0, len(data), size)]
        return [self.fragment(first if i == 0 else 0, p, i + 1, len(pieces),
                              exchange, number)
                for i, p in enumerate(pieces)]

    def fragment(self, first, piece, n, total, exchange=IKE_AUTH,
                 number=None):
        return self.seal_raw(SKF, struct.pack('>HH', n, total), first, piece,
                             exchange, self.next if number is None else
                             number, INITIATOR)

    def open(self, message):
        """The payloads of a message of the responder's."""
        assert message[16] == SK, message[16]
        if self.aead:
            head, rest = message[:32], message[32:]
            plain = AESGCM(self.er[:32]).decrypt(self.er[32:] + rest[:8],
                                                 rest[8:], head)
        else:
            if not hmac.compare_digest(prf(self.ar, message[:-16])[:16],
                                       message[-16:]):
                raise InvalidTag()
            dec = Cipher(algorithms.AES(self.er),
                         modes.CBC(message[32:48])).decryptor()
            plain = dec.update(message[48:-16]) + dec.finalize()
        plain = plain[:len(plain) - 1 - plain[-1]]
        return unchain(message[28], plain)

    def exchange(self, exchange, payloads):
        """A request, and the payloads of its answer."""
        got = self.ask(self.seal(exchange, payloads))
        assert struct.unpack('>I', got[20:24])[0] == self.next
        self.next += 1
        return self.open(got)

    # IKE_AUTH

    def auth_octets(self, mine, body):
        message, nonce, key = (self.request, self.nr, self.pi) if mine else \
            (self.response, self.ni, self.pr)
        return message + nonce + prf(key, body)

    def psk(self, mine, body, secret=SECRET):
        return prf(prf(secret, b'Key Pad for IKEv2'),
                   self.auth_octets(mine, body))

    def child_proposal(self, spi=None):
        return payload(SA, proposal(3, spi or self.child_in,
                                    [(1, 20, 256), (5, 0)]))

    def auth_payloads(self, ident=b'peer.example', secret=SECRET, ts=None,
                      extra=()):
        body = struct.pack('>BBH', 2, 0, 0) + ident
        ts = ts or [selectors(TSI, selector('10.0.2.0', '10.0.2.255')),
                    selectors(TSR, selector('10.0.1.0', '10.0.1.255'))]
        return [payload(IDI, body),
                payload(AUTH, struct.pack('>BBH', 2, 0, 0) +
                        self.psk(True, body, secret)), *extra,
                self.child_proposal()] + ts

    def auth(self, **kw):
        return self.auth_take(self.exchange(IKE_AUTH,
                                            self.auth_payloads(**kw)))

    def auth_take(self, found):
        self.notified = [struct.unpack('>H', b[2:4])[0]
                         for k, b in found if k == NOTIFY]
        found = dict(found)
        if AUTH not in found:
            raise ValueError('notify %s' % self.notified)
        assert hmac.compare_digest(found[AUTH][4:],
                                   self.psk(False, found[IDR])), \
            'AUTH of the responder'
        if SA in found:
            self.child_take(found, self.ni, self.nr)
        return found

    def child_take(self, found, ni, nr, secret=b''):
        """RFC 7296, 2.17"""
        self.child_out = found[SA][8:12]
        keys = prf_plus(self.d, secret + ni + nr, 72)
        self.esp_out, self.esp_in = keys[:36], keys[36:]
        self.esp_seq = 0

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

    def ping(self, src, dst, timeout=3):
        """An echo through the tunnel; its answer."""
        with socket.socket(socket.AF_INET, socket.SOCK_RAW, 50) as raw:
            raw.settimeout(timeout)
            raw.sendto(self.esp_seal(echo(src, dst)), (self.remote, 0))
            while True:
                got = raw.recv(65536)
                got = got[(got[0] & 15) * 4:]
                if got[:4] == self.child_in:
                    return self.esp_open(got)


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
