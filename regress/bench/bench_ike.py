"""iked(8) as responder beside strongSwan's charon, and what it takes."""
import functools

import rig
import tunnel_ike

ROUNDS, WARM = 3, 100
MANY, FEW = 10000, 2000   # strongSwan takes a minute for as many
NUMBER = {'x25519': 1000, 'modp2048': 300}
KINDS = {'psk': ('psk', 'x25519'), 'cert': ('cert', 'x25519'),
         'psk.modp2048': ('psk', 'modp2048'),
         'cert.modp2048': ('cert', 'modp2048')}


def spread(values):
    return '%.4g-%.4g' % (min(values), max(values))


@functools.lru_cache(None)
def loads(kind):
    """(rate, CPU) of rounds of ours and of strongSwan's, in turn."""
    auth, group = KINDS[kind]
    found = {tunnel_ike.Iked: [], tunnel_ike.Charon: []}
    for _ in range(ROUNDS):
        for make, runs in found.items():
            with make(auth, group) as r:
                r.up()
                r.load(WARM)
                runs.append(r.load(NUMBER[group]))
    return found.values()


def compare(kind, which, aim):
    ours, theirs = [[run[which] for run in runs] for runs in loads(kind)]
    value, other = rig.median(ours), rig.median(theirs)
    return dict(value=value, against='strongSwan', other=other,
                ratio=value / other, aim=aim,
                note='%d IKE SAs with a child, made and deleted: runs %s '
                'against %s' % (NUMBER[KINDS[kind][1]], spread(ours),
                                spread(theirs)))


def sas(kind):
    """IKE SAs a second, as responder"""
    return compare(kind, 0, 1)


def cpu(kind):
    """CPU time of all processes of the responder, for each"""
    return compare(kind, 1, 1)


def first():
    """from the start of the initiator to its first packet of ESP"""
    found = {tunnel_ike.Gateways: [], tunnel_ike.Charons: []}
    for _ in range(ROUNDS):
        for make, runs in found.items():
            with make() as r:
                runs.append(tunnel_ike.first_ms(r))
    ours, theirs = found.values()
    value, other = rig.median(ours), rig.median(theirs)
    return dict(value=value, against='strongSwan', other=other,
                ratio=value / other, aim=1,
                note='two gateways, packets wait: runs %s against %s' % (
                    spread(ours), spread(theirs)))


def mem_sa():
    """PSS of a responder with many SAs, less that without, for each"""
    found = []
    for make, number in ((tunnel_ike.Iked, MANY), (tunnel_ike.Charon, FEW)):
        with make() as r:
            r.up()
            r.load(WARM)
            before = r.pss()
            with r.kept(number):
                found.append((r.pss() - before) / number)
    value, other = found
    return dict(value=value, against='strongSwan', other=other,
                ratio=value / other, aim=1,
                note='%d IKE SAs with a child each against %d, all processes '
                'and the kernel, or charon with its own ESP' % (MANY, FEW))


BENCHES = [
    ('ike.sas.' + kind, '1/s', 'higher', functools.partial(sas, kind))
    for kind in KINDS
] + [
    ('ike.cpu.' + kind, 'us', 'lower', functools.partial(cpu, kind))
    for kind in KINDS
] + [
    ('ike.first.ms', 'ms', 'lower', first),
    ('ike.mem.sa', 'bytes', 'lower', mem_sa),
]
