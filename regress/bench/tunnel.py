"""Two gateways on a WAN, a host behind each, and a tunnel between them.

    host a 10.1.0.2 -- 10.1.0.1 [m] 10.0.0.1 ==== 10.0.0.2 [n] 10.2.0.1 -- b

The gateways are machines of ours, or the host's own namespaces in which a
program of others makes the tunnel; the WAN is a veth pair in either case, and
so are the LANs.
"""
import json
import os
import subprocess

import rig

GA, GB = rig.ID + '-ga', rig.ID + '-gb'
WAN = ('10.0.0.1', '10.0.0.2')
LAN = ('10.1.0.0/24', '10.2.0.0/24')


class Gateways(rig.Machines):
    """Two machines of ours that route; a subclass makes a tunnel."""

    wan_mode = ''           # more words for the card

    def __init__(self):
        super().__init__(2, 'packet')

    def between(self):
        self.stack.callback(rig.shutil.rmtree, self.dir, True)
        self.namespace(rig.R)
        self.veth(rig.R, 'wa', rig.R, 'wb')
        for i, (name, ns, far, near, wan) in enumerate((
                ('m', rig.A, 'va', 'ra', 'wa'),
                ('n', rig.B, 'vb', 'rb', 'wb'))):
            self.machine(name, [
                self.outer('em0', ns, far, near),
                'card em1 packet %s %s%s' % (wan, rig.R, self.wan_mode),
            ], {'em0': 'inet 10.%d.0.1/24' % (i + 1),
                'em1': 'inet %s/24' % WAN[i]})
        self.hosts('va', 'vb')
        self.tunnel()

    def tunnel(self):
        """Plain routing."""
        for i in (0, 1):
            self.exec('route', '-n', 'add', '-net', LAN[not i], WAN[not i],
                      machine=i)

    def pss_mib(self):
        return sum(rig.pss_kb(p) for p in self.pids()) / 1024


class Others(rig.Rig):
    """Two namespaces of the host, and programs in them."""

    def between(self):
        self.daemons = []
        for ns in (GA, GB):
            self.namespace(ns)
            rig.on(ns, 'sysctl', '-qw', 'net.ipv4.ip_forward=1')
        self.veth(GA, 'wa', GB, 'wb')
        self.address(GA, 'wa', WAN[0] + '/24')
        self.address(GB, 'wb', WAN[1] + '/24')
        self.veth(rig.A, 'va', GA, 'ra')
        self.veth(rig.B, 'vb', GB, 'rb')
        self.address(GA, 'ra', '10.1.0.1/24')
        self.address(GB, 'rb', '10.2.0.1/24')
        self.hosts('va', 'vb')
        self.tunnel()

    def start(self, *words, **kw):
        """A daemon that ends with the rig."""
        p = subprocess.Popen(words, stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL, **kw)
        self.stack.callback(p.wait)
        self.stack.callback(p.terminate)
        self.daemons.append(p.pid)
        return p

    def pids(self):
        return self.daemons

    def cpu_seconds(self):
        return sum(threads_seconds(p) for p in self.daemons)

    def pss_mib(self):
        return sum(rig.pss_kb(p) for p in self.daemons) / 1024


def threads_seconds(pid):
    """CPU time of a process of many threads."""
    with open('/proc/%d/stat' % pid) as f:
        fields = f.read().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def keys():
    """Private and public keys of two peers, as wg(8) makes them."""
    private = [rig.run('wg', 'genkey').strip() for _ in range(2)]
    return private, [rig.run('wg', 'pubkey', input=k).strip()
                     for k in private]


class Warren(Gateways):
    """wg(4) on both."""

    what = 'wg(4)'

    def tunnel(self):
        private, public = keys()
        self.public = public
        for i in (0, 1):
            def ifconfig(*words):
                self.exec('ifconfig', 'wg0', *words, machine=i)
            ifconfig('create')
            ifconfig('inet', '10.99.0.%d/30' % (i + 1))
            ifconfig('wgport', '51820', 'wgkey', private[i])
            ifconfig('wgpeer', public[not i], 'wgendpoint', WAN[not i],
                     '51820', 'wgaip', LAN[not i], 'wgaip',
                     '10.99.0.%d/32' % (2 - i))
            self.exec('route', '-n', 'add', '-net', LAN[not i],
                      '10.99.0.%d' % (2 - i), machine=i)


class WireguardGo(Others):
    """wireguard-go in both namespaces."""

    what = 'wireguard-go'

    def tunnel(self):
        private, public = keys()
        for i, ns in enumerate((GA, GB)):
            name = 'bw%d%s' % (i, rig.ID[5:])
            self.start('ip', 'netns', 'exec', ns, 'wireguard-go', '-f', name)
            rig.wait_for(lambda: os.path.exists(
                '/var/run/wireguard/%s.sock' % name))
            path = os.path.join('/run', name + '.key')
            with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600),
                      'w') as f:
                f.write(private[i])
            try:
                rig.on(ns, 'wg', 'set', name, 'listen-port', '51820',
                       'private-key', path, 'peer', public[not i], 'endpoint',
                       WAN[not i] + ':51820', 'allowed-ips',
                       '%s,10.99.0.%d/32' % (LAN[not i], 2 - i))
            finally:
                os.unlink(path)
            rig.run('ip', '-n', ns, 'addr', 'add', '10.99.0.%d/30' % (i + 1),
                    'dev', name)
            rig.run('ip', '-n', ns, 'link', 'set', name, 'mtu', '1420', 'up')
            rig.run('ip', '-n', ns, 'route', 'add', LAN[not i], 'dev', name)

    def pss_mib(self):
        # ip-netns(8) has become the program itself.
        return super().pss_mib()


def udp_run(r, size, rate, seconds=1.5):
    """iperf3's datagrams at a rate (a second): how many came in a second, and
    the share that was lost."""
    server = subprocess.Popen(
        ['ip', 'netns', 'exec', rig.B, 'iperf3', '-s', '-1'],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        rig.wait_for(lambda: ':5201' in rig.on(rig.B, 'ss', '-Hltn'))
        out = json.loads(rig.on(
            rig.A, 'iperf3', '-J', '-u', '-c', rig.ADDR_B, '-l', str(size),
            '-b', str(int(rate * size * 8)), '-t', str(seconds), '-w', '1M'))
        server.wait(10)
    finally:
        server.kill()
        server.wait()
    s = out['end']['sum']
    came = s['packets'] - s['lost_packets']
    return came / s['seconds'], s['lost_packets'] / max(s['packets'], 1)


def lossless(r, size, least=10000, most=320000):
    """Thousands of datagrams a second of which no more than one in 200 is
    lost: the best of a search by halves.  A rate fails when it does so
    twice, as the host has other things to do."""
    best = 0
    for _ in range(6):
        rate, passed = (least * most) ** 0.5, False
        for _ in range(2):
            came, lost = udp_run(r, size, rate)
            if lost <= 0.005:
                best = max(best, came)
                passed = came >= 0.9 * rate
            if passed:
                break
        if passed:
            least = rate
        else:
            most = rate
    return best / 1000
