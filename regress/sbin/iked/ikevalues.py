"""Public values that belong to no key of a group (RFC 6989; RFC 7748, 6.1):
what neither side of an exchange may take.
"""
import os

from ikepeer import CURVES, MODP, Group

P25519 = 2 ** 255 - 19
# All whose order is small, and what is the same when it is reduced.
LOW_ORDER = [
    0, 1, P25519 - 1, P25519, P25519 + 1,
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
]


def of_modp(number):
    g = Group(number)
    for n in (0, 1, g.p - 1, g.p, g.p + 1, (1 << 8 * g.size) - 1):
        yield n.to_bytes(g.size, 'big')


def of_curve(number):
    g, size = Group(number), Group(number).size
    half = size // 2
    yield bytes(size)
    yield b'\xff' * size
    yield g.public[:-1] + bytes([g.public[-1] ^ 1])
    yield bytes([g.public[0] ^ 1]) + g.public[1:]
    # x and y changed round, and a point of y only
    yield g.public[half:] + g.public[:half]
    yield bytes(half) + g.public[half:]
    # a point of a curve of the same size
    twin = [n for n in CURVES if n != number and Group(n).size == size]
    for n in twin:
        yield Group(n).public


def of_25519(_):
    for n in LOW_ORDER:
        yield n.to_bytes(32, 'little')
        if n < 1 << 255:
            yield (n | 1 << 255).to_bytes(32, 'little')


def bad_values(number):
    """All for a group, those of a wrong length among them."""
    of = of_modp if number in MODP else of_curve if number in CURVES else \
        of_25519
    yield from of(number)
    g = Group(number)
    for n in (0, 1, g.size - 1, g.size + 1):
        yield os.urandom(n)
