"""What the benchmarks share: hosts, machines between them, measuring.

A rig is two Linux namespaces with something between them that routes:

    host a 10.1.0.2 ---- 10.1.0.1 [ router ] 10.2.0.1 ---- 10.2.0.2 host b

the host's own Linux in a third namespace, or machines of ours.  Everything a
rig makes is named after this process, and gone when it is closed.
"""
import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import time

OBJ = os.environ['OBJ']
LOAD = os.path.join(OBJ, 'regress/bench/h_load')
ID = 'bench%d' % os.getpid()
A, B, R = ID + '-a', ID + '-b', ID + '-r'
ADDR_A, ADDR_B = '10.1.0.2', '10.2.0.2'


def run(*words, check=True, timeout=60, **kw):
    """A command's output."""
    p = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                       text=True, timeout=timeout, **kw)
    if check and p.returncode != 0:
        raise RuntimeError('%s: %s' % (' '.join(words), p.stdout.strip()))
    return p.stdout


def on(ns, *words, **kw):
    return run('ip', 'netns', 'exec', ns, *words, **kw)


def wait_for(what, seconds=10):
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            raise RuntimeError('did not come about in time')
        time.sleep(0.02)


def median(values):
    values = sorted(values)
    return values[len(values) // 2]


def pss_kb(pid):
    """What a process has of memory, shared pages by their share."""
    with open('/proc/%d/smaps_rollup' % pid) as f:
        return int(re.search(r'^Pss:\s+(\d+)', f.read(), re.M).group(1))


def cpu_seconds(pid):
    """CPU time of a process of one thread."""
    with open('/proc/%d/schedstat' % pid) as f:
        return int(f.read().split()[0]) / 1e9


class Rig:
    """Two hosts; a subclass says what is between them."""

    boot_ms = None

    def __enter__(self):
        self.stack = contextlib.ExitStack()
        try:
            for ns in (A, B):
                self.namespace(ns)
            self.between()
        except BaseException:
            self.stack.close()
            raise
        return self

    def __exit__(self, *why):
        self.stack.close()

    def namespace(self, ns):
        run('ip', 'netns', 'add', ns)
        self.stack.callback(run, 'ip', 'netns', 'del', ns, check=False)
        run('ip', '-n', ns, 'link', 'set', 'lo', 'up')

    def veth(self, a, ifa, b, ifb):
        run('ip', 'link', 'add', ifa, 'netns', a, 'type', 'veth', 'peer',
            'name', ifb, 'netns', b)
        for ns, ifname in ((a, ifa), (b, ifb)):
            run('ip', '-n', ns, 'link', 'set', ifname, 'up')

    def address(self, ns, ifname, addr, gateway=None):
        run('ip', '-n', ns, 'link', 'set', ifname, 'up')
        run('ip', '-n', ns, 'addr', 'add', addr, 'dev', ifname)
        if gateway:
            run('ip', '-n', ns, 'route', 'add', 'default', 'via', gateway)

    def hosts(self, ifa, ifb):
        self.ifa, self.ifb = ifa, ifb
        self.address(A, ifa, ADDR_A + '/24', '10.1.0.1')
        self.address(B, ifb, ADDR_B + '/24', '10.2.0.1')

    def pids(self):
        """The processes that do the work in between."""
        return []

    def up(self):
        on(A, 'ping', '-n', '-c', '1', '-W', '5', ADDR_B)

    @contextlib.contextmanager
    def watched(self):
        """The share of a core that each process of pids() takes meanwhile."""
        pids, used = self.pids(), []
        before, start = [cpu_seconds(p) for p in pids], time.monotonic()
        yield used
        span = time.monotonic() - start
        used += [(cpu_seconds(p) - b) / span for p, b in zip(pids, before)]

    def tcp(self, seconds=3, streams=1):
        """Gbit/s of iperf3 from a to b."""
        server = subprocess.Popen(
            ['ip', 'netns', 'exec', B, 'iperf3', '-s', '-1'],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(lambda: ':5201' in on(B, 'ss', '-Hltn'))
            out = json.loads(on(A, 'iperf3', '-J', '-c', ADDR_B, '-t',
                                str(seconds), '-P', str(streams)))
            server.wait(10)
        finally:
            server.kill()
            server.wait()
        return out['end']['sum_received']['bits_per_second'] / 1e9

    def gateway_mac(self):
        out = on(A, 'ip', 'neigh', 'show', '10.1.0.1')
        return re.search(r'lladdr (\S+)', out).group(1)

    def received(self):
        return int(on(B, 'cat',
                      '/sys/class/net/%s/statistics/rx_packets' % self.ifb))

    def flood(self, seconds=2):
        """64-byte packets a second that come out at b."""
        on(B, 'nft', 'add table ip raw; add chain ip raw pre '
           '{ type filter hook prerouting priority -300; }; '
           'add rule ip raw pre udp dport 9 drop', check=False)
        self.up()
        mac = self.gateway_mac()
        before, start = self.received(), time.monotonic()
        on(A, LOAD, 'flood', self.ifa, mac, ADDR_A, ADDR_B, str(seconds))
        return (self.received() - before) / (time.monotonic() - start)

    def trains(self, seconds=2, size=1400):
        """Datagrams a second, sent and received in trains."""
        sink = subprocess.Popen(
            ['ip', 'netns', 'exec', B, LOAD, 'sink', '5000'],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        wait_for(lambda: ':5000' in on(B, 'ss', '-Hlun'))
        on(A, LOAD, 'train', ADDR_B, '5000', str(size), str(seconds))
        out, _ = sink.communicate('', timeout=10)
        datagrams, _, span = out.split()
        return int(datagrams) / max(float(span), 0.001)

    def rtt(self, count=300):
        """Round trip times in microseconds: median, 95th percentile."""
        out = on(A, 'ping', '-n', '-i', '0.01', '-c', str(count), ADDR_B)
        times = sorted(float(t) * 1000
                       for t in re.findall(r'time=([\d.]+) ms', out))
        return times[len(times) // 2], times[len(times) * 95 // 100]


class Linux(Rig):
    """The host's own kernel routes, in a namespace of its own."""

    what = 'Linux routing'

    def between(self):
        self.namespace(R)
        self.veth(A, 'va', R, 'ra')
        self.veth(B, 'vb', R, 'rb')
        self.address(R, 'ra', '10.1.0.1/24')
        self.address(R, 'rb', '10.2.0.1/24')
        on(R, 'sysctl', '-qw', 'net.ipv4.ip_forward=1')
        self.hosts('va', 'vb')


class Relay(Rig):
    """A bare process that moves all from one TAP to another."""

    what = 'a bare process'

    def between(self):
        self.relay = self.stack.enter_context(subprocess.Popen(
            [LOAD, 'relay', 'va', A, 'vb', B], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, text=True))
        self.stack.callback(self.relay.terminate)
        self.relay.stdout.readline()
        for ns, ifname, addr in ((A, 'va', ADDR_A), (B, 'vb', ADDR_B)):
            self.address(ns, ifname, addr + '/8')

    def pids(self):
        return [self.relay.pid]


class Machines(Rig):
    """One machine, or two joined by a wire; cards tap, packet or xdp."""

    def __init__(self, n=1, card='tap'):
        self.n, self.card = n, card
        self.what = '%d machine%s, %s' % (n, 's' if n > 1 else '', card)
        self.dir = tempfile.mkdtemp(prefix='warren-bench.')
        self.names = []

    def __exit__(self, *why):
        super().__exit__(*why)
        shutil.rmtree(self.dir, ignore_errors=True)

    def outer(self, name, ns, host_if, router_if):
        """The line of machine.conf for a card towards a host."""
        if self.card == 'tap':
            return 'card %s tap %s %s' % (name, host_if, ns)
        self.veth(ns, host_if, R, router_if)
        mode = ' mode xdp' if self.card == 'xdp' else ''
        if mode:
            on(ns, 'ethtool', '-K', host_if, 'tx', 'off', check=False)
        return 'card %s packet %s %s%s' % (name, router_if, R, mode)

    def machine(self, name, conf, hostnames, gateway=None):
        path = os.path.join(self.dir, ID + '-' + name)
        os.makedirs(path + '/etc')
        files = {'machine.conf': conf,
                 'etc/sysctl.conf': ['net.inet.ip.forwarding=1'],
                 # nobody listens to what others log, either
                 'etc/rc.conf.local': ['syslogd_flags=NO']}
        for ifname, line in hostnames.items():
            files['etc/hostname.' + ifname] = [line]
        if gateway:
            files['etc/mygate'] = [gateway]
        for f, lines in files.items():
            with open(os.path.join(path, f), 'w') as out:
                out.write('\n'.join(lines) + '\n')
        self.names.append(os.path.basename(path))
        self.stack.callback(run, 'warren', 'halt', self.names[-1],
                            check=False)
        start = time.monotonic()
        run('warren', 'boot', path)
        self.boot_ms = (time.monotonic() - start) * 1000

    def between(self):
        self.stack.callback(shutil.rmtree, self.dir, True)
        if self.card != 'tap':
            self.namespace(R)
        a = self.outer('em0', A, 'va', 'ra')
        if self.n == 1:
            b = self.outer('em1', B, 'vb', 'rb')
            self.machine('m', [a, b], {'em0': 'inet 10.1.0.1/24',
                                       'em1': 'inet 10.2.0.1/24'})
        else:
            wire = os.path.join(self.dir, 'wan')
            b = self.outer('em1', B, 'vb', 'rb')
            self.machine('m', [a, 'card em1 wire ' + wire],
                         {'em0': 'inet 10.1.0.1/24',
                          'em1': 'inet 10.0.0.1/24'}, '10.0.0.2')
            self.machine('n', ['card em0 wire ' + wire, b],
                         {'em0': 'inet 10.0.0.2/24',
                          'em1': 'inet 10.2.0.1/24'}, '10.0.0.1')
        self.hosts('va', 'vb')

    def exec(self, *words, machine=0, host=False):
        return run('warren', 'exec', *(['-H'] if host else []),
                   self.names[machine], *words)

    def pids(self):
        out = run('warren', 'list')
        found = []
        for line in out.splitlines()[1:]:
            fields = line.split()
            if fields[0] in self.names:
                found.append(int(fields[2]))
        return found


class Bare(Rig):
    """One host and a kernel without a machine around it: how fast it boots."""

    what = 'bare kernel'

    def between(self):
        on(A, 'ip', 'tuntap', 'add', 'va', 'mode', 'tap')
        run('ip', '-n', A, 'link', 'set', 'va', 'up')

    def first_packet_ms(self):
        """From exec to the first packet of the kernel, which announces its
        address, on the host's end of its card."""
        kernel = os.path.join(OBJ, 'sys/usermode/warren-kernel')
        with subprocess.Popen(
                ['ip', 'netns', 'exec', A, LOAD, 'first', 'va'],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                text=True) as listener:
            try:
                listener.stdout.readline()
                with subprocess.Popen(
                        [LOAD, 'start', kernel, 'card=em0,tap,va,' + A,
                         'inet=em0,10.1.0.1/24'], stdin=subprocess.DEVNULL,
                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                        text=True) as p:
                    try:
                        start = float(p.stdout.readline())
                        stamp, _ = listener.communicate(timeout=10)
                    finally:
                        p.terminate()
            finally:
                listener.kill()
        return (float(stamp) - start) * 1000
