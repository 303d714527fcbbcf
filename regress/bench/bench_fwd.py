"""Forwarding between two Linux hosts, beside Linux's own."""
import os
import re
import subprocess
import time

import rig

TCP_SECONDS, ROUNDS = 3, 3


def beside(measure, ours, aim, unit_note=''):
    """Median of rounds of ours and of Linux's, in turn."""
    mine, theirs = [], []
    for _ in range(ROUNDS):
        for make, results in ((ours, mine), (rig.Linux, theirs)):
            with make() as r:
                r.up()
                results.append(measure(r))
                what = r.what
    value, other = rig.median(mine), rig.median(theirs)
    return dict(value=value, against='Linux routing', other=other,
                ratio=value / other, aim=aim, note=unit_note)


def tcp(n, card, aim):
    cpu = []

    def measure(r):
        rate, seconds = r.tcp(TCP_SECONDS)
        cpu.append(seconds / TCP_SECONDS)
        return rate

    result = beside(measure, lambda: rig.Machines(n, card), aim)
    result['note'] = ('MTU 1500, offloads on, card %s, %.0f %% CPU of the '
                      'machines' % (card, 100 * max(cpu)))
    return result


def tcp_one():
    """iperf3, one stream, through one machine"""
    return tcp(1, 'tap', 0.5)


def tcp_two():
    """iperf3, one stream, through two machines on a wire"""
    return tcp(2, 'tap', 0.35)


def pps_64():
    """64-byte packets forwarded"""
    best = max(('xdp', 'packet'), key=lambda card: flood_once(card))
    result = beside(lambda r: r.flood() / 1000,
                    lambda: rig.Machines(1, best), 0.4)
    result['note'] = 'kpps; card %s, 4096 different packets' % best
    return result


def flood_once(card):
    try:
        with rig.Machines(1, card) as r:
            return r.flood(1)
    except RuntimeError:
        return 0


def uso():
    """datagrams of 1,400 bytes in trains of 44"""
    result = beside(lambda r: r.trains() / 1000,
                    lambda: rig.Machines(1, 'packet'), None)
    result['note'] = 'thousand datagrams a second, card packet'
    return result


def rtt():
    """round trip that one idle machine adds"""
    with rig.Machines(1, 'tap') as m:
        m.up()
        mine, late = m.rtt()
    with rig.Linux() as l:
        l.up()
        theirs, _ = l.rtt()
    return dict(value=mine - theirs, aim=50, against='Linux routing',
                other=theirs,
                note='median %.0f us, 95th percentile %.0f' % (mine, late))


def forward_ns(name, aim):
    kernel = rig.OBJ + '/sys/usermode/warren-ktest'
    out = rig.run(kernel, 'bench=1', 'ktest=b_forward:*', check=False,
                  timeout=240)
    found = dict(re.findall(r'^bench (\S+) ([\d.]+)', out, re.M))
    value = float(found[name])
    base = float(found['fwd.ns.10'])
    return dict(value=value, against='10 routes', other=base,
                ratio=value / base, aim=aim,
                note='in the kernel, card to card')


def boot_ms():
    """kernel start to first packet"""
    times = []
    for _ in range(5):
        with rig.Bare() as r:
            times.append(r.first_packet_ms())
    return dict(value=rig.median(times), aim=50)


def idle_machine(measure):
    with rig.Machines(1, 'tap') as m:
        m.up()
        time.sleep(1)
        return measure(m.pids()[0])


def mem_idle():
    """PSS of the kernel process of an idle machine"""
    return dict(value=idle_machine(rig.pss_kb) / 1024, aim=16)


def cpu_idle():
    """CPU of the kernel process of an idle machine"""
    def share(pid):
        before, start = rig.cpu_seconds(pid), time.monotonic()
        time.sleep(5)
        return (rig.cpu_seconds(pid) - before) / (time.monotonic() - start)

    return dict(value=100 * idle_machine(share), aim=1)


BENCHES = [
    ('fwd.tcp.one', 'Gbit/s', 'higher', tcp_one),
    ('fwd.tcp.two', 'Gbit/s', 'higher', tcp_two),
    ('fwd.pps.64', 'kpps', 'higher', pps_64),
    ('fwd.uso', 'kdgrams/s', 'higher', uso),
    ('fwd.ns.10', 'ns', 'lower', lambda: forward_ns('fwd.ns.10', None)),
    ('fwd.ns.10k', 'ns', 'lower', lambda: forward_ns('fwd.ns.10k', 2)),
    ('fwd.ns.1m', 'ns', 'lower', lambda: forward_ns('fwd.ns.1m', 2)),
    ('fwd.rtt', 'us', 'lower', rtt),
    ('boot.ms', 'ms', 'lower', boot_ms),
    ('mem.idle', 'MiB', 'lower', mem_idle),
    ('cpu.idle', '%', 'lower', cpu_idle),
]
