"""Responders of IKEv2 for h_ike, and gateways that iked(8) keys.

    host a 10.1.0.2 ---- 10.1.0.1 [ responder ]

The responder is a machine of ours with iked(8), or the host's own network in
a namespace with strongSwan's charon (kernel-libipsec: its ESP is its own).
"""
import contextlib
import glob
import os
import re
import subprocess
import threading
import time

import rig
import tunnel
import tunnel_esp

LOAD = os.path.join(rig.OBJ, 'regress/bench/h_ike')
SECRET = 'change-this-shared-secret'
HERE, OURS, THEIRS = '10.1.0.1', '10.2.0.0/24', '10.64.0.0/10'
GROUPS = {'x25519': 'curve25519', 'modp2048': 'modp2048'}


def cpu(pid):
    """CPU time of all threads of a process, in seconds."""
    total = 0
    for path in glob.glob('/proc/%d/task/*/schedstat' % pid):
        with open(path) as f:
            total += int(f.read().split()[0])
    return total / 1e9


def openssl(folder, *words):
    rig.run('openssl', *words, cwd=folder)


def certificates(folder):
    """An authority, ca.crt, and gw.* and client.* by it, all of P-256."""
    openssl(folder, 'req', '-x509', '-newkey', 'ec', '-pkeyopt',
            'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'ca.key', '-out',
            'ca.crt', '-days', '30', '-subj', '/CN=ca', '-addext',
            'keyUsage=keyCertSign,cRLSign')
    for name in ('gw', 'client'):
        with open(os.path.join(folder, name + '.ext'), 'w') as f:
            f.write('subjectAltName=DNS:%s.example\n' % name)
        openssl(folder, 'req', '-newkey', 'ec', '-pkeyopt',
                'ec_paramgen_curve:P-256', '-nodes', '-keyout', name + '.key',
                '-out', name + '.csr', '-subj', '/CN=' + name)
        openssl(folder, 'x509', '-req', '-in', name + '.csr', '-CA', 'ca.crt',
                '-CAkey', 'ca.key', '-CAcreateserial', '-days', '30',
                '-extfile', name + '.ext', '-out', name + '.crt')


class Responder:
    """What is common: a load from host a, and what it costs."""

    def __init__(self, auth='psk', group='x25519', **more):
        super().__init__(**more)
        self.auth, self.group = auth, group

    def folder(self):
        """Keys, for the length of this rig."""
        path = rig.tempfile.mkdtemp(prefix='warren-bench.')
        self.stack.callback(rig.shutil.rmtree, path, True)
        if self.auth == 'cert':
            certificates(path)
        return path

    def words(self, number, *more):
        words = ['ip', 'netns', 'exec', rig.A, LOAD, '-n', str(number), '-g',
                 self.group, *more]
        if self.auth == 'cert':
            words += ['-C', self.keys + '/client.crt', '-K',
                      self.keys + '/client.key', '-A', self.keys + '/ca.crt',
                      '-i', 'client.example']
        return words + [rig.ADDR_A, HERE]

    def cpu(self):
        return sum(cpu(p) for p in self.processes())

    def pss(self):
        """Bytes of all its processes."""
        return sum(rig.pss_kb(p) for p in self.processes()) * 1024

    def load(self, number):
        """IKE_SAs a second and CPU microseconds of each."""
        before = self.cpu()
        out = rig.run(*self.words(number), timeout=300)
        used = self.cpu() - before
        n, seconds = re.search(r'sas (\d+) failed 0 .*seconds ([\d.]+)',
                               out).groups()
        return int(n) / float(seconds), used / int(n) * 1e6

    @contextlib.contextmanager
    def kept(self, number):
        """So many SAs that stay meanwhile; their program, which answers."""
        p = subprocess.Popen(self.words(number, '-k'), text=True,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        timer = threading.Timer(300, p.kill)
        timer.start()
        try:
            out = p.stdout.readline()
            if ' failed 0 ' not in out:
                raise RuntimeError('not all SAs: ' + out.strip())
            yield p
        finally:
            timer.cancel()
            p.kill()
            p.wait()


class Iked(Responder, rig.Machines):
    """iked(8) in a machine."""

    what = 'iked(8)'

    def __init__(self, auth='psk', group='x25519'):
        super().__init__(auth, group, n=1, card='packet')

    def conf(self):
        auth = 'psk "%s"' % SECRET if self.auth == 'psk' else 'ecdsa256'
        return ('ikev2 "load" passive esp from %s to %s peer any ikesa enc '
                'aes-256-gcm prf hmac-sha2-256 group %s childsa enc '
                'aes-256-gcm srcid gw.example %s\n' % (
                    OURS, THEIRS, GROUPS[self.group], auth))

    def put(self, path, data, mode):
        name = os.path.join(self.dir, self.names[0], 'etc', path)
        os.makedirs(os.path.dirname(name), exist_ok=True)
        with open(os.open(name, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, mode),
                  'w') as f:
            f.write(data)

    def between(self):
        super().between()
        self.keys = self.folder()
        self.put('iked.conf', self.conf(), 0o600)
        if self.auth == 'cert':
            for path, name, mode in (
                    ('private/local.key', 'gw.key', 0o600),
                    ('certs/gw.crt', 'gw.crt', 0o644),
                    ('ca/ca.crt', 'ca.crt', 0o644)):
                with open(os.path.join(self.keys, name)) as f:
                    self.put('iked/' + path, f.read(), mode)
        self.exec('iked')
        rig.wait_for(lambda: 'IKE' in rig.run(
            'warren', 'exec', self.names[0], 'ikectl', 'show', 'stats',
            check=False))

    def processes(self):
        """The kernel, and the processes of iked(8)."""
        found = self.pids()
        ns = self.exec('readlink', '/proc/self/ns/pid').strip()
        for path in glob.glob('/proc/[0-9]*'):
            with contextlib.suppress(OSError):
                with open(path + '/comm') as f:
                    if f.read().strip() == 'iked' and \
                            os.readlink(path + '/ns/pid') == ns:
                        found.append(int(os.path.basename(path)))
        return found


class Charon(Responder, rig.Linux):
    """strongSwan's charon in the namespace of the router."""

    what = 'strongSwan'

    def between(self):
        super().between()
        self.keys = self.folder()
        self.dirs = [os.path.join(self.keys, 'charon')]
        self.daemons = []
        self.charon(0, rig.R)
        if self.auth == 'cert':
            for path, name in (('x509/gw.crt', 'gw.crt'),
                               ('x509ca/ca.crt', 'ca.crt'),
                               ('private/gw.key', 'gw.key')):
                rig.shutil.copy(os.path.join(self.keys, name),
                                os.path.join(self.dirs[0], 'swanctl', path))
        self.swanctl(0, '--load-all')

    charon = tunnel_esp.StrongSwan.charon
    swanctl = tunnel_esp.StrongSwan.swanctl
    start = tunnel.Others.start

    options = 'dos_protection = no\n install_routes = no'

    def connection(self, _):
        auth = {'psk': 'auth = psk', 'cert': 'auth = pubkey'}[self.auth]
        return '''connections {
 gw {
  version = 2
  local_addrs = %s
  unique = never
  proposals = aes256gcm16-prfsha256-%s
  local {
   %s
   id = gw.example%s
  }
  remote {
   %s
  }
  children {
   net {
    local_ts = %s
    remote_ts = %s
    esp_proposals = aes256gcm16
   }
  }
 }
}
secrets {
 ike-1 {
  secret = "%s"
 }
}
''' % (HERE, self.group, auth, '\n   certs = gw.crt' if self.auth == 'cert'
            else '', auth, OURS, THEIRS, SECRET)

    def processes(self):
        """charon: unshare(1) and sh(1) have become it."""
        return self.daemons


class Gateways(tunnel.Gateways):
    """Two machines, of which m is to bring up a tunnel to n by iked(8)."""

    what = 'iked(8)'
    seen = rig.R            # where the WAN ends

    def tunnel(self):
        for i in (0, 1):
            name = os.path.join(self.dir, self.names[i], 'etc/iked.conf')
            with open(os.open(name, os.O_CREAT | os.O_WRONLY, 0o600),
                      'w') as f:
                f.write('ikev2 "gw" %s esp from %s to %s peer %s psk "%s"\n' %
                        (('active', 'passive')[i], tunnel.LAN[i],
                         tunnel.LAN[not i], tunnel.WAN[not i], SECRET))
            self.exec('route', '-n', 'add', '-net', tunnel.LAN[not i],
                      tunnel.WAN[not i], machine=i)
        self.exec('iked', machine=1)
        rig.wait_for(lambda: 'IKE' in rig.run(
            'warren', 'exec', self.names[1], 'ikectl', 'show', 'stats',
            check=False))

    def begin(self):
        """Start the initiator."""
        self.exec('iked')


class Charons(tunnel_esp.StrongSwan):
    """The same with charon in two namespaces."""

    seen = tunnel.GB

    def connection(self, i):
        text = super().connection(i)
        return text if i else text.replace(
            '    esp_proposals', '    start_action = start\n'
            '    esp_proposals')

    def tunnel(self):
        self.dirs = [os.path.join(self.home(), ns) for ns in
                     (tunnel.GA, tunnel.GB)]
        self.charon(1, tunnel.GB)
        self.swanctl(1, '--load-all')

    def begin(self):
        self.charon(0, tunnel.GA)
        self.swanctl(0, '--load-all')


def first_ms(r):
    """From the start of the initiator to the first packet of ESP on the WAN,
    while host a asks for host b every 2 ms."""
    watch = subprocess.Popen(
        ['ip', 'netns', 'exec', r.seen, rig.LOAD, 'first', 'wb', 'esp'],
        text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    ping = subprocess.Popen(
        ['ip', 'netns', 'exec', rig.A, 'ping', '-q', '-n', '-i', '0.002',
         rig.ADDR_B], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    timer = threading.Timer(30, watch.kill)
    timer.start()
    try:
        watch.stdout.readline()
        start = time.clock_gettime(time.CLOCK_MONOTONIC)
        r.begin()
        stamp, _ = watch.communicate()
        return (float(stamp) - start) * 1000
    finally:
        timer.cancel()
        for p in (watch, ping):
            p.kill()
            p.wait()
