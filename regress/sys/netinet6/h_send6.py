"""Packets that a Linux host would not send, and the answers to them.

h_send6.py TEST IFACE MAC SRC DST	from SRC on IFACE to DST at station MAC

The tests are the functions below; each exits 0 when the answers are those
that the RFCs ask for, and says what was wrong otherwise.
"""
import logging
import sys

logging.getLogger("scapy").setLevel(logging.ERROR)
from scapy.config import conf  # noqa: E402
conf.route_autoload = False
conf.route6_autoload = False
from scapy.layers.inet import UDP  # noqa: E402
from scapy.layers.inet6 import ICMPv6DestUnreach  # noqa: E402
from scapy.layers.inet6 import ICMPv6EchoReply, ICMPv6EchoRequest  # noqa: E402
from scapy.layers.inet6 import ICMPv6ND_NA, ICMPv6ND_NS  # noqa: E402
from scapy.layers.inet6 import ICMPv6ND_RA, ICMPv6MLQuery  # noqa: E402
from scapy.layers.inet6 import ICMPv6NDOptDstLLAddr  # noqa: E402
from scapy.layers.inet6 import ICMPv6NDOptMTU  # noqa: E402
from scapy.layers.inet6 import ICMPv6NDOptPrefixInfo  # noqa: E402
from scapy.layers.inet6 import ICMPv6NDOptSrcLLAddr  # noqa: E402
from scapy.layers.inet6 import ICMPv6MLReport  # noqa: E402
from scapy.layers.inet6 import ICMPv6ParamProblem, IPv6  # noqa: E402
from scapy.layers.inet6 import HBHOptUnknown, Jumbo, PadN  # noqa: E402
from scapy.layers.inet6 import IPv6ExtHdrDestOpt  # noqa: E402
from scapy.layers.inet6 import IPv6ExtHdrFragment  # noqa: E402
from scapy.layers.inet6 import IPv6ExtHdrHopByHop  # noqa: E402
from scapy.layers.inet6 import IPv6ExtHdrRouting  # noqa: E402
from scapy.layers.inet6 import RouterAlert  # noqa: E402
from scapy.layers.l2 import Ether  # noqa: E402
from scapy.packet import Raw, raw  # noqa: E402
from scapy.sendrecv import AsyncSniffer, sendp  # noqa: E402

ICMPV6, HOPOPTS, FRAGMENT = 58, 0, 44


class Link:
    """Our end of the link to the machine."""

    def __init__(self, iface, mac, src, dst):
        self.iface, self.mac, self.src, self.dst = iface, mac, src, dst

    def ip(self, **more):
        return IPv6(src=self.src, dst=self.dst, **more)

    def ask(self, packets, match=None, wait=1):
        """Send packets; the first answer that matches, or None."""
        def wanted(p):
            return IPv6 in p and p[Ether].src == self.mac and (
                match is None or match(p))
        sniffer = AsyncSniffer(iface=self.iface, store=True, lfilter=wanted,
                               stop_filter=lambda p: True, timeout=wait,
                               started_callback=lambda: sendp(
                                   [Ether(dst=self.mac) / p for p in packets],
                                   iface=self.iface, verbose=False))
        sniffer.start()
        sniffer.join()
        return sniffer.results[0] if sniffer.results else None

    def echo(self, headers, ident):
        """Is the echo request behind these headers answered?"""
        p = headers / ICMPv6EchoRequest(id=ident, data=b"abcdefgh")
        return self.ask([p], lambda q: ICMPv6EchoReply in q and
                        q[ICMPv6EchoReply].id == ident)

    def problem(self, packets, code, ptr):
        """Are the packets answered by that parameter problem?"""
        q = self.ask(packets, lambda q: ICMPv6ParamProblem in q)
        if q is None:
            fail("no parameter problem")
        got = q[ICMPv6ParamProblem]
        if (got.code, got.ptr) != (code, ptr):
            fail("parameter problem %d at %d, not %d at %d" %
                 (got.code, got.ptr, code, ptr))


def fail(why):
    print(why)
    sys.exit(1)


def expect(good, why):
    if not good:
        fail(why)


def unknown(kind):
    return HBHOptUnknown(otype=kind, optlen=2, optdata=b"xy")


def exthdrs(link):
    """Headers that are known, or are to be skipped."""
    pad = PadN(optdata=b"\0" * 4)
    expect(link.echo(link.ip() / IPv6ExtHdrHopByHop(options=[pad]), 1),
           "hop-by-hop padding")
    expect(link.echo(link.ip() / IPv6ExtHdrHopByHop(options=[
        RouterAlert(value=0)]), 2), "router alert")
    expect(link.echo(link.ip() / IPv6ExtHdrDestOpt(options=[pad]) /
                     IPv6ExtHdrDestOpt(options=[unknown(0x1e)]), 3),
           "destination options")
    expect(link.echo(link.ip() / IPv6ExtHdrHopByHop(options=[
        unknown(0x1e)]) / IPv6ExtHdrDestOpt(options=[pad]), 4),
           "unknown option to be skipped")
    expect(link.echo(link.ip() / IPv6ExtHdrRouting(
        type=0, segleft=0, addresses=["2001:db8::9"]), 5),
        "routing header that is used up")
    long = [PadN(optdata=b"\0" * 200) for _ in range(8)]
    expect(link.echo(link.ip() / IPv6ExtHdrDestOpt(options=long[:6]), 6),
           "long destination options")


def options(link):
    """Options that nobody knows, by their two high bits."""
    echo = ICMPv6EchoRequest(id=7)
    expect(link.echo(link.ip() / IPv6ExtHdrDestOpt(options=[
        unknown(0x5e)]), 10) is None, "01: answered")
    link.problem([link.ip() / IPv6ExtHdrDestOpt(options=[unknown(0x9e)]) /
                  echo], 2, 42)
    link.problem([link.ip() / IPv6ExtHdrHopByHop(options=[unknown(0xde)]) /
                  echo], 2, 42)
    # To many: only 10 is answered.
    group = IPv6(src=link.src, dst="ff02::1")
    expect(link.ask([group / IPv6ExtHdrDestOpt(options=[unknown(0xde)]) /
                     echo], lambda q: ICMPv6ParamProblem in q) is None,
           "11 to a group: answered")
    # An option that is longer than its header.
    bad = Raw(b"\x3a\x00\x1e\x20\0\0\0\0")
    link.problem([link.ip(nh=60) / bad / Raw(raw(echo))], 0, 43)


def routing(link):
    """Source routes are refused (RFC 5095)."""
    link.problem([link.ip() / IPv6ExtHdrRouting(
        type=0, segleft=1, addresses=["2001:db8::9"]) /
        ICMPv6EchoRequest()], 0, 42)
    link.problem([link.ip() / IPv6ExtHdrRouting(
        type=77, segleft=1, addresses=["2001:db8::9"]) /
        ICMPv6EchoRequest()], 0, 42)


def order(link):
    """A hop-by-hop header elsewhere, and headers that nobody knows."""
    pad = PadN(optdata=b"\0" * 4)
    link.problem([link.ip() / IPv6ExtHdrDestOpt(options=[pad]) /
                  IPv6ExtHdrHopByHop(options=[pad]) / ICMPv6EchoRequest()],
                 1, 40)
    link.problem([link.ip(nh=253) / Raw(b"x" * 16)], 1, 6)
    link.problem([link.ip() / IPv6ExtHdrDestOpt(nh=253, options=[pad]) /
                  Raw(b"x" * 16)], 1, 40)
    # Nothing follows: no answer, and no error.
    expect(link.ask([link.ip(nh=59) / Raw(b"x" * 8)],
                    lambda q: ICMPv6ParamProblem in q) is None,
           "no next header: answered")


def toomany(link):
    """More extension headers than are looked at."""
    p = link.ip()
    for _ in range(20):
        p = p / IPv6ExtHdrDestOpt(options=[PadN(optdata=b"\0" * 4)])
    expect(link.echo(p, 20) is None, "20 headers: answered")


def jumbo(link):
    """Jumbo payloads are refused."""
    p = link.ip(plen=0, nh=0) / IPv6ExtHdrHopByHop(options=[
        Jumbo(jumboplen=70000)]) / ICMPv6EchoRequest()
    expect(link.ask([p], lambda q: ICMPv6EchoReply in q) is None, "answered")


def pieces(link, ident, cuts, size=64):
    """Fragments [start, end) of an echo request, each from cuts."""
    whole = raw(link.ip() / ICMPv6EchoRequest(
        id=ident, data=bytes(range(size - 8))))[40:]
    return [link.ip() / IPv6ExtHdrFragment(
        nh=ICMPV6, offset=start // 8, m=int(end < size), id=ident) /
        Raw(whole[start:end]) for start, end in cuts]


def fragments(link):
    """Fragments in order, in disorder, doubled, overlapping, atomic."""
    def answered(cuts, ident):
        return link.ask(pieces(link, ident, cuts),
                        lambda q: ICMPv6EchoReply in q and
                        q[ICMPv6EchoReply].id == ident)
    expect(answered([(0, 24), (24, 64)], 100), "in order")
    expect(answered([(40, 64), (0, 24), (24, 40)], 101), "in disorder")
    expect(answered([(0, 24), (0, 24), (24, 64)], 102), "doubled")
    expect(answered([(0, 24), (16, 40), (24, 64)], 103) is None,
           "overlap: answered")
    expect(answered([(0, 64)], 104), "atomic")
    # An atomic one does not disturb others of its number (RFC 6946).
    first = pieces(link, 105, [(0, 24)])
    link.ask(first, lambda q: False, 0.1)
    expect(answered([(0, 64)], 105), "atomic beside another")
    expect(answered([(24, 64)], 105), "the other one")


def badfrags(link):
    """Fragments that can be none (RFC 8200 4.5, RFC 7112)."""
    frag = pieces(link, 110, [(0, 24)])[0]
    frag[Raw].load = frag[Raw].load[:20]
    link.problem([frag], 0, 4)
    frag = pieces(link, 111, [(0, 24)])[0]
    frag[IPv6ExtHdrFragment].offset = 8191
    frag[Raw].load = b"x" * 64
    link.problem([frag], 0, 42)
    link.problem([link.ip() / IPv6ExtHdrFragment(nh=60, m=1, id=112) /
                  Raw(b"\x3a\x04" + b"\0" * 14)], 3, 0)


def addresses(link):
    """Addresses that cannot be."""
    echo = ICMPv6EchoRequest(id=120)
    for src, dst in [("ff02::1", link.dst), ("::1", link.dst),
                     (link.src, "::1"), ("::ffff:10.0.0.1", link.dst),
                     (link.src, "ff01::1"), (link.src, "ff00::1"),
                     ("fe80:9::1", link.dst)]:
        expect(link.ask([IPv6(src=src, dst=dst) / echo],
                        lambda q: ICMPv6EchoReply in q, 0.3) is None,
               "%s to %s: answered" % (src, dst))
    expect(link.ask([IPv6(src=link.src, dst="ff02::1") / echo],
                    lambda q: ICMPv6EchoReply in q), "all nodes")


def udp(link):
    """UDP needs a checksum; port unreachable quotes the datagram."""
    expect(link.ask([link.ip() / UDP(sport=9, dport=9, chksum=0)],
                    lambda q: ICMPv6DestUnreach in q) is None,
           "no checksum: answered")
    q = link.ask([link.ip() / UDP(sport=9, dport=9) / Raw(b"x" * 1300)],
                 lambda q: ICMPv6DestUnreach in q)
    expect(q, "no port unreachable")
    expect(q[ICMPv6DestUnreach].code == 4, "code")
    expect(q[IPv6].plen + 40 == 1280, "error of %d bytes" %
           (q[IPv6].plen + 40))


def hostile_nd(link):
    """Neighbour discovery from elsewhere, or malformed."""
    lla = ICMPv6NDOptSrcLLAddr(lladdr="02:00:00:00:00:99")
    na = ICMPv6ND_NA(tgt=link.src, R=0, S=0, O=1) / ICMPv6NDOptDstLLAddr(
        lladdr="02:00:00:00:00:99")
    ns = ICMPv6ND_NS(tgt=link.dst)
    bad = [
        link.ip(hlim=254) / na,                        # not of this link
        link.ip(hlim=255) / ICMPv6ND_NA(tgt="ff02::1"),
        link.ip(hlim=255) / ICMPv6ND_NA(tgt=link.src, code=1),
        link.ip(hlim=255) / ICMPv6ND_NA(tgt=link.src) / Raw(b"\2\0" * 4),
        link.ip(hlim=254) / ns / lla,
        link.ip(hlim=255) / ICMPv6ND_NS(tgt=link.dst) / Raw(b"\1\x20" * 4),
        IPv6(src="::", dst=link.dst, hlim=255) / ns,
        IPv6(src="2001:db8:77::1", dst=link.dst, hlim=255) / ns / lla,
    ]
    expect(link.ask(bad, lambda q: ICMPv6ND_NA in q) is None, "answered")
    q = link.ask([link.ip(hlim=255) / ns], lambda q: ICMPv6ND_NA in q)
    expect(q, "no advertisement")
    expect(q[ICMPv6ND_NA].S == 1, "not solicited")


def ra(link):
    """A router: default route, a prefix, an MTU, a hop limit."""
    p = IPv6(src=link.src, dst="ff02::1", hlim=255) / ICMPv6ND_RA(
        chlim=33, routerlifetime=1800, retranstimer=2000) / \
        ICMPv6NDOptSrcLLAddr(lladdr="02:00:00:00:00:99") / \
        ICMPv6NDOptMTU(mtu=1400) / \
        ICMPv6NDOptPrefixInfo(prefix="2001:db8:aaaa::", prefixlen=64, L=1,
                              A=1, validlifetime=7200,
                              preferredlifetime=3600) / \
        ICMPv6NDOptPrefixInfo(prefix="2001:db8:bbbb::", prefixlen=64, L=1,
                              A=0, validlifetime=7200,
                              preferredlifetime=3600)
    sendp(Ether(dst="33:33:00:00:00:01") / p, iface=link.iface,
          verbose=False)


def ra_end(link):
    """The router goes, and tries to take the address with it."""
    p = IPv6(src=link.src, dst="ff02::1", hlim=255) / ICMPv6ND_RA(
        routerlifetime=0) / \
        ICMPv6NDOptPrefixInfo(prefix="2001:db8:aaaa::", prefixlen=64, L=1,
                              A=1, validlifetime=0, preferredlifetime=0)
    sendp(Ether(dst="33:33:00:00:00:01") / p, iface=link.iface,
          verbose=False)


def mld(link):
    """A query is answered by reports of the groups that are joined."""
    q = link.ask([IPv6(src=link.src, dst="ff02::1", hlim=1) /
                  IPv6ExtHdrHopByHop(options=[RouterAlert(value=0)]) /
                  ICMPv6MLQuery(mladdr="::", mrd=500)],
                 lambda q: ICMPv6MLReport in q, 3)
    expect(q, "no report")
    expect(q[IPv6].hlim == 1 and IPv6ExtHdrHopByHop in q, "report's header")


TESTS = (exthdrs, options, routing, order, toomany, jumbo, fragments,
         badfrags, addresses, udp, hostile_nd, ra, ra_end, mld)

for test in TESTS:
    if test.__name__ == sys.argv[1]:
        test(Link(*sys.argv[2:6]))
        sys.exit(0)
fail("no such test")
