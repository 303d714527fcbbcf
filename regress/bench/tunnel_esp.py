"""Tunnels of ESP between the gateways of tunnel.py: manual SAs of ipsec(4), and
strongSwan's charon with its own ESP (kernel-libipsec)."""
import os

import rig
import tunnel

SPI = (0x1001, 0x1002)
PLUGINS = ('random nonce openssl kdf pem pkcs1 x509 constraints pubkey '
           'kernel-libipsec kernel-netlink socket-default vici')


class Esp(tunnel.Gateways):
    """ipsec(4) on both, AES-256-GCM by hand; udp: ESP in UDP."""

    what = 'ipsec(4)'

    def __init__(self, udp=False, xdp=False):
        super().__init__()
        self.udp = udp
        if xdp:
            self.wan_mode = ' mode xdp'

    def rules(self, i, more=()):
        """The lines of ipsec.conf(5) for gateway i."""
        key = [d * 72 for d in ('1', '2')]
        return ['flow esp from %s to %s peer %s' % (
                    tunnel.LAN[i], tunnel.LAN[not i], tunnel.WAN[not i]),
                'esp from %s to %s spi 0x%x:0x%x enc aes-256-gcm enckey 0x%s:'
                '0x%s%s' % (tunnel.WAN[i], tunnel.WAN[not i], SPI[i],
                            SPI[not i], key[i], key[not i],
                            ' udpencap' if self.udp else ''), *more]

    def load(self, i, lines):
        name = os.path.join(self.dir, self.names[i], 'ipsec.conf')
        with open(os.open(name, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600),
                  'w') as f:
            f.write('\n'.join(lines) + '\n')
        with open(name) as f:
            rig.run('warren', 'exec', self.names[i], 'ipsecctl', '-f', '-',
                    stdin=f)

    def tunnel(self):
        super().tunnel()
        for i in (0, 1):
            self.load(i, self.rules(i))


class StrongSwan(tunnel.Others):
    """charon in both namespaces; its ESP is always in UDP."""

    what = 'strongSwan'
    options = ''

    def tunnel(self):
        self.dirs = [os.path.join(self.home(), ns) for ns in
                     (tunnel.GA, tunnel.GB)]
        for i, ns in enumerate((tunnel.GA, tunnel.GB)):
            self.charon(i, ns)
        for i in (1, 0):
            self.swanctl(i, '--load-all')
        self.swanctl(0, '--initiate', '--child', 'net', '--timeout', '20')

    def home(self):
        path = rig.tempfile.mkdtemp(prefix='warren-bench.')
        self.stack.callback(rig.shutil.rmtree, path, True)
        return path

    def charon(self, i, ns):
        d = self.dirs[i]
        for folder in ('run', 'swanctl/x509', 'swanctl/x509ca',
                       'swanctl/private', 'swanctl/pubkey'):
            os.makedirs(os.path.join(d, folder))
        with open(d + '/strongswan.conf', 'w') as f:
            f.write('charon {\n load = %s\n %s\n plugins {\n  vici {\n'
                    '   socket = unix://%s/vici\n  }\n  kernel-libipsec {\n'
                    '   allow_peer_ts = yes\n  }\n }\n}\n' % (
                        PLUGINS, self.options, d))
        with open(d + '/swanctl/swanctl.conf', 'w') as f:
            f.write(self.connection(i))
        self.start('ip', 'netns', 'exec', ns, 'unshare', '-m', 'sh', '-c',
                   'mount --bind %s/run /var/run && exec '
                   '/usr/lib/ipsec/charon' % d,
                   env=dict(os.environ, STRONGSWAN_CONF=d +
                            '/strongswan.conf'))
        rig.wait_for(lambda: os.path.exists(d + '/vici'))

    def swanctl(self, i, *words):
        d = self.dirs[i]
        rig.run('swanctl', words[0], '--uri', 'unix://%s/vici' % d, *words[1:],
                env=dict(os.environ, STRONGSWAN_CONF=d + '/strongswan.conf',
                         SWANCTL_DIR=d + '/swanctl'))

    def connection(self, i):
        """One setting a line, as swanctl.conf wants it."""
        return '''connections {
 gw {
  version = 2
  local_addrs = %s
  remote_addrs = %s
  proposals = aes256gcm16-prfsha256-x25519
  local {
   auth = psk
  }
  remote {
   auth = psk
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
  secret = "change-this-shared-secret"
 }
}
''' % (tunnel.WAN[i], tunnel.WAN[not i], tunnel.LAN[i],
            tunnel.LAN[not i])
