"""ipsec(4) beside Debian's strongSwan, and what it costs in the kernel."""
import functools
import re

import rig
import tunnel
import tunnel_esp

TCP_SECONDS, ROUNDS = 3, 3
ALGS = ('gcm256', 'gcm128', 'chacha', 'cbcsha256')
SAS = 10000


def spread(values):
    return '%.4g-%.4g' % (min(values), max(values))


@functools.lru_cache(None)
def tcp_runs():
    """Gbit/s of all tunnels and of routing, in turn."""
    makes = {'strongswan': tunnel_esp.StrongSwan, 'routing': tunnel.Gateways,
             'udp': lambda: tunnel_esp.Esp(udp=True),
             'plain': tunnel_esp.Esp,
             'xdp': lambda: tunnel_esp.Esp(xdp=True)}
    found = {what: [] for what in makes}
    for _ in range(ROUNDS):
        for what, make in makes.items():
            with make() as r:
                r.up()
                found[what].append(r.tcp(TCP_SECONDS))
    return found


def tcp(what, aim):
    """iperf3, one stream, through the tunnel"""
    runs = tcp_runs()
    value, other = rig.median(runs[what]), rig.median(runs['strongswan'])
    return dict(value=value, against='strongSwan', other=other,
                ratio=value / other, aim=aim,
                note='two gateways, veth WAN, MTU 1500, AES-256-GCM: runs %s '
                'against %s' % (spread(runs[what]),
                                spread(runs['strongswan'])))


def routed(what):
    """the same against routing by the same machines"""
    runs = tcp_runs()
    value, other = rig.median(runs[what]), rig.median(runs['routing'])
    return dict(value=value, against='plain routing', other=other,
                ratio=value / other, aim=0.5,
                note='the same machines without IPsec: runs ' +
                spread(runs['routing']))


@functools.lru_cache(None)
def kernel_runs():
    kernel = rig.OBJ + '/sys/usermode/warren-ktest'
    return [dict(re.findall(r'^bench (\S+) ([\d.]+)', rig.run(
        kernel, 'bench=1', 'ktest=b_esp:*', timeout=180), re.M))
            for _ in range(ROUNDS)]


def in_kernel(name, base, against, aim):
    """Inside the kernel, the best of some runs."""
    runs = [float(r[name]) for r in kernel_runs()]
    value = min(runs)
    result = dict(value=value, note='runs ' + spread(runs))
    if base:
        other = min(float(r[base]) for r in kernel_runs())
        result.update(against=against, other=other, ratio=value / other,
                      aim=aim)
    return result


def nanoseconds(size, alg, way):
    tail = '%s.%s.%s' % (size, alg, way)
    result = in_kernel('esp.ns.' + tail, 'esp.bare.' + tail,
                       'the bare driver',
                       2.5 if size == 1420 and alg == 'gcm256' else None)
    result['note'] += ', 12,288 packets of %s bytes' % size
    return result


def lookup(what, n):
    return in_kernel('esp.lookup.%s.%s' % (what, n),
                     'esp.lookup.%s.10' % what, '10', None)


def mem_sa():
    """PSS of a machine with many SAs, beside it without"""
    with tunnel_esp.Esp() as r:
        pid = r.pids()[0]
        before = rig.pss_kb(pid)
        lines = ['esp from 10.0.0.1 to 10.0.0.2 spi 0x%x enc aes-256-gcm '
                 'enckey 0x%s' % (0x10000 + i, '1' * 72) for i in range(SAS)]
        r.load(0, lines)
        after = rig.pss_kb(pid)
    return dict(value=(after - before) * 1024 / SAS,
                note='%d outgoing SAs of AES-256-GCM, by PSS of the kernel '
                'process' % SAS)


BENCHES = [
    ('esp.tcp.udp', 'Gbit/s', 'higher', lambda: tcp('udp', 6)),
    ('esp.tcp.plain', 'Gbit/s', 'higher', lambda: tcp('plain', 4.5)),
    ('esp.tcp.plain.xdp', 'Gbit/s', 'higher', lambda: tcp('xdp', 4.5)),
    ('esp.routed.udp', 'Gbit/s', 'higher', lambda: routed('udp')),
    ('esp.routed.plain', 'Gbit/s', 'higher', lambda: routed('plain')),
] + [
    ('esp.ns.%d.%s.%s' % (size, alg, way), 'ns', 'lower',
     functools.partial(nanoseconds, size, alg, way))
    for size in (1420, 64) for alg in ALGS for way in ('out', 'in')
] + [
    ('esp.lookup.%s.%s' % (what, n), 'ns', 'lower',
     functools.partial(lookup, what, n))
    for what in ('sa', 'flow') for n in ('10', '10k', '100k')
] + [
    ('esp.mem.sa', 'bytes', 'lower', mem_sa),
]
