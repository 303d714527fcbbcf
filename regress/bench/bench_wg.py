"""wg(4) beside Debian's wireguard-go, and what it costs in the kernel."""
import base64
import contextlib
import functools
import hashlib
import ipaddress
import random
import re
import struct
import subprocess
import tempfile
import threading
import time

import rig
import tunnel

TCP_SECONDS, ROUNDS = 3, 3
FLOOD, FLOOD_SECONDS = 100000, 4


def spread(values):
    return '%.4g-%.4g' % (min(values), max(values))


def beside(measure, unit_aim, **more):
    """Medians of rounds of ours and of wireguard-go's, in turn."""
    found = {tunnel.Warren: [], tunnel.WireguardGo: []}
    for _ in range(ROUNDS):
        for make, values in found.items():
            with make() as r:
                r.up()
                values.append(measure(r))
    ours, theirs = found.values()
    value, other = rig.median(ours), rig.median(theirs)
    return dict(value=value, against='wireguard-go', other=other,
                ratio=value / other, aim=unit_aim,
                note='two gateways, veth WAN, MTU 1500, cards packet: runs %s '
                'against %s' % (spread(ours), spread(theirs)), **more)


def tcp():
    """iperf3, one stream, through the tunnel"""
    return beside(lambda r: r.tcp(TCP_SECONDS), 6)


def pps_1300():
    """datagrams of 1,300 bytes without loss, by iperf3"""
    return beside(lambda r: tunnel.lossless(r, 1300), 3)


def rtt():
    """round trip that the pair adds to routing"""
    found = {}
    for make in (tunnel.Warren, tunnel.WireguardGo, rig.Linux):
        runs = []
        for _ in range(ROUNDS):
            with make() as r:
                r.up()
                runs.append(r.rtt()[0])
        found[make] = min(runs)
    bare = found[rig.Linux]
    return dict(value=found[tunnel.Warren] - bare, aim=100, aim_of='value',
                against='wireguard-go', other=found[tunnel.WireguardGo] - bare,
                note='median of 300, one in 10 ms, quietest of %d runs, less '
                'the %.0f us of Linux routing' % (ROUNDS, bare))


def largest(r):
    """The most that one of the gateways had while TCP passed, in MiB."""
    most, done = 0, threading.Event()

    def look():
        nonlocal most
        while not done.wait(0.1):
            most = max([most] + [rig.pss_kb(p) / 1024 for p in r.pids()])
    t = threading.Thread(target=look)
    t.start()
    try:
        r.tcp(TCP_SECONDS)
    finally:
        done.set()
        t.join()
    return most


def mem_load():
    """PSS of one gateway under load"""
    result = beside(largest, 32, aim_of='value')
    result['note'] += ', the larger of the two'
    return result


def initiation(public, n):
    """A handshake message that passes the first check and no other."""
    rnd = random.Random(n)
    msg = struct.pack('<II', 1, n) + rnd.randbytes(108)
    key = hashlib.blake2s(b'mac1----' + public).digest()
    return msg + hashlib.blake2s(msg, digest_size=16, key=key).digest() + \
        bytes(16)


def frame(mac, dst, public, n):
    """The same in a datagram from an address that is nobody's."""
    data = initiation(public, n)
    src = ipaddress.ip_address('11.0.0.0') + n * 7919
    udp = struct.pack('>HHHH', 1024 + n % 60000, 51820, 8 + len(data), 0)
    ip = struct.pack('>BBHHHBBH4s4s', 0x45, 0, 28 + len(data), n & 0xffff, 0,
                     64, 17, 0, src.packed, ipaddress.ip_address(dst).packed)
    total = sum(struct.unpack('>10H', ip))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    ip = ip[:10] + struct.pack('>H', ~total & 0xffff) + ip[12:]
    return mac + b'\x02\0\0\0\0\x01' + b'\x08\0' + ip + udp + data


def wan_mac(r, i):
    out = r.exec('ifconfig', 'em1', machine=i)
    return bytes.fromhex(re.search(r'lladdr (\S+)', out).group(1)
                         .replace(':', ''))


@contextlib.contextmanager
def flooded(r):
    """A flood of initiations at gateway n meanwhile, from its WAN.  Cookies
    for them go to a router there that is none."""
    if '10.0.0.9' not in r.exec('arp', '-an', machine=1):
        r.exec('arp', '-s', '10.0.0.9', '02:00:00:00:00:09', machine=1)
        r.exec('route', '-qn', 'add', 'default', '10.0.0.9', machine=1)
    mac = wan_mac(r, 1)
    public = base64.b64decode(r.public[1])
    with tempfile.NamedTemporaryFile() as f:
        for n in range(4096):
            data = frame(mac, tunnel.WAN[1], public, n)
            f.write(struct.pack('>H', len(data)) + data)
        f.flush()
        sender = subprocess.Popen(
            ['ip', 'netns', 'exec', rig.R, rig.LOAD, 'frames', 'wa', f.name,
             str(FLOOD // FLOOD_SECONDS), str(FLOOD_SECONDS)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        try:
            yield sender
        finally:
            sender.kill()
            sender.wait()


def flood():
    """TCP while initiations from addresses that are nobody's come in"""
    with_it, without, sent = [], [], 0
    with tunnel.Warren() as r:
        r.up()
        for _ in range(ROUNDS):
            without.append(r.tcp(TCP_SECONDS))
            with flooded(r) as sender:
                time.sleep(0.2)
                with_it.append(r.tcp(TCP_SECONDS))
                sent += int(sender.communicate(timeout=20)[0])
        counters = r.exec('netstat', '-s', '-p', 'wg', machine=1)
    cookies = re.search(r'(\d+) cookies? (?:reply|replies|sent)', counters)
    value, other = rig.median(with_it), rig.median(without)
    return dict(value=value, against='without it', other=other,
                ratio=value / other, aim=0.9,
                note='%d initiations with a good mac1 in each of %d runs%s' % (
                    sent // ROUNDS, ROUNDS, ', %s cookies sent' %
                    cookies.group(1) if cookies else ''))


@functools.lru_cache(None)
def kernel_runs():
    kernel = rig.OBJ + '/sys/usermode/warren-ktest'
    return [dict(re.findall(r'^bench (\S+) ([\d.]+)', rig.run(
        kernel, 'bench=1', 'ktest=b_wg:*', timeout=180), re.M))
            for _ in range(ROUNDS)]


def in_kernel(name, base, against, aim, best=min, **more):
    """Inside the kernel, the best of some runs."""
    runs = [float(r[name]) for r in kernel_runs()]
    value = best(runs)
    result = dict(value=value, note='runs ' + spread(runs), **more)
    if base:
        other = best(float(r[base]) for r in kernel_runs())
        result.update(against=against, other=other, ratio=value / other,
                      aim=aim)
    return result


def nanoseconds(name):
    result = in_kernel(name, 'wg.ns.cipher', 'the bare cipher', 1.6)
    result['note'] += ', 12,288 packets of 1,420 bytes'
    return result


def handshakes():
    """both ends of a handshake, beside one X25519"""
    result = in_kernel('wg.handshakes', 'wg.x25519', 'X25519 alone', None,
                       max)
    result['note'] += ', one handshake is ten of those'
    return result


def lookup(name):
    return in_kernel(name, 'wg.lookup.10', '10 peers',
                     None if name.endswith('.10') else 3)


def mem_peer():
    """a peer with one allowed IP"""
    return in_kernel('wg.mem.peer', None, None, None)


BENCHES = [
    ('wg.tcp', 'Gbit/s', 'higher', tcp),
    ('wg.pps.1300', 'kpps', 'higher', pps_1300),
    ('wg.ns.out', 'ns', 'lower', lambda: nanoseconds('wg.ns.out')),
    ('wg.ns.in', 'ns', 'lower', lambda: nanoseconds('wg.ns.in')),
    ('wg.handshakes', '1/s', 'higher', handshakes),
    ('wg.mem.peer', 'bytes', 'lower', mem_peer),
    ('wg.lookup.10', 'ns', 'lower', lambda: lookup('wg.lookup.10')),
    ('wg.lookup.1k', 'ns', 'lower', lambda: lookup('wg.lookup.1k')),
    ('wg.lookup.100k', 'ns', 'lower', lambda: lookup('wg.lookup.100k')),
    ('wg.rtt', 'us', 'lower', rtt),
    ('wg.mem.load', 'MiB', 'lower', mem_load),
    ('wg.flood', 'Gbit/s', 'higher', flood),
]
