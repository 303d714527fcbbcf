"""Signatures and certificates of a peer (ikepeer.py): RFC 7296, 2.15; RFC
4754; RFC 7427; RFC 8420.
"""
import struct

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature, encode_dss_signature)
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from cryptography.hazmat.primitives.serialization import (
    Encoding, load_pem_private_key)

from ikepeer import AUTH, CERT, payload

PSS = '304106092a864886f70d01010a3034a00f300d06096086480165030402010500' \
    'a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120'
RSA, ECDSA = '300d06092a864886f70d01010%x0500', '300a06082a8648ce3d04030%d'
ED25519 = '300506032b6570'
METHODS = {9: (SHA256, 32), 10: (SHA384, 48), 11: (SHA512, 66)}


def pss():
    return padding.PSS(padding.MGF1(SHA256()), 32)


# What an AlgorithmIdentifier stands for.
ALGORITHMS = {PSS: lambda k, s, o: k.verify(s, o, pss(), SHA256()),
              ED25519: lambda k, s, o: k.verify(s, o)}
for i, h in enumerate((SHA256, SHA384, SHA512)):
    ALGORITHMS[RSA % (11 + i)] = lambda k, s, o, h=h: k.verify(
        s, o, padding.PKCS1v15(), h())
    ALGORITHMS[ECDSA % (2 + i)] = lambda k, s, o, h=h: k.verify(
        s, o, ec.ECDSA(h()))


class Proof:
    """A key, its certificate, and the authority of the other's.  how: method
    14 (RFC 7427), or the older one for the key; pss: PSS."""

    def __init__(self, key, cert, root, how=14):
        with open(key, 'rb') as f:
            self.key = load_pem_private_key(f.read(), None)
        with open(cert, 'rb') as f:
            self.cert = x509.load_pem_x509_certificate(
                f.read()).public_bytes(Encoding.DER)
        with open(root, 'rb') as f:
            self.root = x509.load_pem_x509_certificate(f.read())
        self.how = how
        self.used = None

    def sign(self, octets):
        """Method and data of AUTH."""
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return 14, ED25519, self.key.sign(octets)
        if isinstance(self.key, rsa.RSAPrivateKey):
            if self.how == 'pss':
                return 14, PSS, self.key.sign(octets, pss(), SHA256())
            return self.how, RSA % 11, self.key.sign(
                octets, padding.PKCS1v15(), SHA256())
        der = self.key.sign(octets, ec.ECDSA(SHA256()))
        if self.how == 14:
            return 14, ECDSA % 2, der
        r, s = decode_dss_signature(der)
        return 9, None, r.to_bytes(32, 'big') + s.to_bytes(32, 'big')

    def payloads(self, octets):
        method, name, data = self.sign(octets)
        if method == 14:
            name = bytes.fromhex(name)
            data = bytes([len(name)]) + name + data
        return [payload(CERT, b'\4' + self.cert),
                payload(AUTH, struct.pack('>BBH', method, 0, 0) + data)]

    def check(self, found, octets):
        """The other's certificate is the authority's, and AUTH its key's."""
        cert = [b for k, b in found if k == CERT and b[0] == 4][0]
        cert = x509.load_der_x509_certificate(cert[1:])
        self.root.public_key().verify(
            cert.signature, cert.tbs_certificate_bytes,
            ec.ECDSA(cert.signature_hash_algorithm))
        auth = dict(found)[AUTH]
        key, method, data = cert.public_key(), auth[0], auth[4:]
        self.used = method
        if method == 14:
            name = data[1:1 + data[0]].hex()
            ALGORITHMS[name](key, data[1 + data[0]:], octets)
        elif method == 1:
            key.verify(data, octets, padding.PKCS1v15(), SHA256())
        else:
            digest, n = METHODS[method]
            assert len(data) == 2 * n
            der = encode_dss_signature(int.from_bytes(data[:n], 'big'),
                                       int.from_bytes(data[n:], 'big'))
            key.verify(der, octets, ec.ECDSA(digest()))
