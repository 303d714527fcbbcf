"""Forwarding between two Linux hosts, beside Linux's own."""
import functools
import re

import rig

TCP_SECONDS, ROUNDS = 3, 3
MODES = {
    'tap': 'tap, vnet headers',
    'packet': 'packet (AF_PACKET), vnet headers',
    'xdp': 'packet mode xdp (AF_XDP), no vnet headers',
}


def spread(values):
    return '%.4g-%.4g' % (min(values), max(values))


def conditions(card, offloads, cpu):
    """What every forwarding figure is told with."""
    return 'MTU 1500, offloads %s, card %s, CPU of the machines %s' % (
        offloads, MODES[card],
        ' and '.join('%.0f %%' % (100 * c) for c in cpu))


def beside(measure, ours, aim):
    """Medians of rounds of ours and of Linux's, in turn."""
    mine, theirs, cpu = [], [], []
    for _ in range(ROUNDS):
        with ours() as r:
            r.up()
            with r.watched() as used:
                mine.append(measure(r))
            cpu.append(used)
        with rig.Linux() as r:
            r.up()
            theirs.append(measure(r))
    value, other = rig.median(mine), rig.median(theirs)
    return dict(value=value, against='Linux routing', other=other,
                ratio=value / other, aim=aim,
                note='runs %s against %s' % (spread(mine), spread(theirs)),
                cpu=rig.median(cpu))


def told(result, *how):
    result['note'] = conditions(*how, result.pop('cpu')) + ', ' + \
        result['note']
    return result


def tcp(n, aim):
    return told(beside(lambda r: r.tcp(TCP_SECONDS),
                       lambda: rig.Machines(n, 'tap'), aim), 'tap', 'on')


def tcp_one():
    """iperf3, one stream, through one machine"""
    return tcp(1, 0.5)


def tcp_two():
    """iperf3, one stream, through two machines on a wire"""
    return tcp(2, 0.35)


def flood_once(card):
    with rig.Machines(1, card) as r:
        return r.flood(1)


def pps_64():
    """64-byte packets forwarded, by the kind of card that is best at it"""
    best = max(('xdp', 'packet'), key=flood_once)
    return told(beside(lambda r: r.flood() / 1000,
                       lambda: rig.Machines(1, best), 0.4),
                best, 'off' if best == 'xdp' else 'on')


def uso():
    """datagrams of 1,400 bytes in trains of 44"""
    return told(beside(lambda r: r.trains() / 1000,
                       lambda: rig.Machines(1, 'packet'), None),
                'packet', 'on, trains whole')


def rtt():
    """round trip that one idle machine adds"""
    found = {}
    for name, make in (('ours', lambda: rig.Machines(1, 'tap')),
                       ('linux', rig.Linux), ('bare', rig.Relay)):
        runs = []
        for _ in range(ROUNDS):
            with make() as r:
                r.up()
                runs.append(r.rtt())
        found[name] = min(runs)
    (mine, late), (theirs, _), (bare, _) = (
        found['ours'], found['linux'], found['bare'])
    return dict(value=mine - theirs, aim=50, against='Linux routing, in all',
                other=theirs,
                note='median of 300, one in 10 ms, quietest of %d runs: %.0f '
                'us in all, 95th percentile %.0f; a bare process between two '
                'TAPs adds %.0f' % (ROUNDS, mine, late, bare - theirs))


@functools.lru_cache(None)
def forward_runs():
    kernel = rig.OBJ + '/sys/usermode/warren-ktest'
    return [dict(re.findall(r'^bench (\S+) ([\d.]+)', rig.run(
        kernel, 'bench=1', 'ktest=b_forward:*', timeout=120), re.M))
            for _ in range(ROUNDS)]


def forward_ns(name, aim):
    """in the kernel, from a card's input to a card's output"""
    runs = [float(r[name]) for r in forward_runs()]
    value = min(runs)
    base = min(float(r['fwd.ns.10']) for r in forward_runs())
    return dict(value=value, against='10 routes', other=base,
                ratio=value / base if aim else None, aim=aim,
                note='12,288 packets of 1,514 bytes, best of 12 passes and %d '
                'runs, %s' % (ROUNDS, spread(runs)))


BENCHES = [
    ('fwd.tcp.one', 'Gbit/s', 'higher', tcp_one),
    ('fwd.tcp.two', 'Gbit/s', 'higher', tcp_two),
    ('fwd.pps.64', 'kpps', 'higher', pps_64),
    ('fwd.uso', 'kdgrams/s', 'higher', uso),
    ('fwd.ns.10', 'ns', 'lower', lambda: forward_ns('fwd.ns.10', None)),
    ('fwd.ns.10k', 'ns', 'lower', lambda: forward_ns('fwd.ns.10k', 2)),
    ('fwd.ns.1m', 'ns', 'lower', lambda: forward_ns('fwd.ns.1m', 2)),
    ('fwd.rtt', 'us', 'lower', rtt),
]
