"""/dev/bpf from a program of the host's, run on a machine's network.

usage: bpf_dev.py TEST; exits 0 when it is as it should be
"""
import fcntl
import os
import select
import signal
import socket
import struct
import sys
import time


def code(direction, number, size):
    return direction | (size & 0x1fff) << 16 | ord('B') << 8 | number


VOID, OUT, IN = 0x20000000, 0x40000000, 0x80000000
BIOCGBLEN = code(OUT, 102, 4)
BIOCPROMISC = code(VOID, 105, 0)
BIOCSETIF = code(IN, 108, 32)
BIOCIMMEDIATE = code(IN, 112, 4)
BIOCGSTATS = code(OUT, 111, 8)


def listen(ifname, flags=0):
    fd = os.open("/dev/bpf", os.O_RDWR | flags)
    fcntl.ioctl(fd, BIOCSETIF, struct.pack("16s16x", ifname.encode()))
    fcntl.ioctl(fd, BIOCIMMEDIATE, struct.pack("I", 1))
    return fd


def records(buf):
    off = 0
    while off < len(buf):
        cap, hdr = struct.unpack_from("8xI4xH", buf, off)
        yield buf[off + hdr:off + hdr + cap]
        off += hdr + cap + 3 & ~3


def send():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.sendto(b"to be seen", ("127.0.0.1", 9))


def read(fd):
    return list(records(os.read(fd, 32768)))


def test_ready():
    """poll, select and epoll know when there is something."""
    fd = listen("lo0", os.O_NONBLOCK)
    ep = select.epoll()
    ep.register(fd, select.EPOLLIN)
    assert not ep.poll(0)
    try:
        read(fd)
        assert False
    except BlockingIOError:
        pass
    send()
    assert ep.poll(2)
    assert select.select([fd], [], [], 2)[0]
    assert any(b"to be seen" in r for r in read(fd))
    assert not select.select([fd], [], [], 0)[0]


def test_inherited():
    """A child reads what its parent has opened, and what it closes stays."""
    fd = listen("lo0")
    os.set_inheritable(fd, True)
    pid = os.fork()
    if pid == 0:
        other = os.dup(fd)
        os.close(fd)
        os._exit(0 if any(b"to be seen" in r for r in read(other)) else 1)
    send()
    assert os.waitpid(pid, 0)[1] == 0
    send()
    assert read(fd)


def test_paths():
    """Only the very path is a device, and only from the root."""
    for path in "/dev/bpfx", "/dev//bpf", "/nowhere/dev/bpf":
        try:
            os.open(path, os.O_RDONLY)
            assert False, path
        except FileNotFoundError:
            pass
    assert os.read(os.open("/etc/passwd", os.O_RDONLY), 4)
    root = os.open("/", os.O_RDONLY)
    os.chroot("/usr")
    try:
        os.open("/dev/bpf", os.O_RDONLY)
        assert False
    except FileNotFoundError:
        pass
    os.fchdir(root)
    os.chroot(".")
    os.close(os.open("/dev/bpf", os.O_RDONLY))


def test_rights():
    """Who is not root opens nothing, and keeps what is open."""
    fd = listen("lo0")
    os.setresuid(65534, 65534, 65534)
    try:
        os.open("/dev/bpf", os.O_RDONLY)
        assert False
    except PermissionError:
        pass
    send()
    assert read(fd)


def test_packet_socket():
    """The host's own way to capture is no way."""
    for proto in 0, 3:
        try:
            socket.socket(17, socket.SOCK_RAW, proto)
            assert False
        except OSError as e:
            assert e.errno in (1, 13, 97), e


def test_signal():
    """A signal tells of packets: fcntl(2)'s, for a process and for a group."""
    heard = []
    os.setpgid(0, 0)
    fd = listen("lo0")
    for owner, sig in (os.getpid(), signal.SIGIO), \
            (-os.getpgrp(), signal.SIGUSR1):
        signal.signal(sig, lambda s, frame: heard.append(s))
        fcntl.fcntl(fd, fcntl.F_SETOWN, owner)
        fcntl.fcntl(fd, fcntl.F_SETSIG, 0 if sig == signal.SIGIO else sig)
        fcntl.fcntl(fd, fcntl.F_SETFL, os.O_RDWR | os.O_ASYNC)
        assert not heard
        send()
        end = time.monotonic() + 20
        while sig not in heard and time.monotonic() < end:
            time.sleep(0.01)
        assert sig in heard, sig
        assert any(b"to be seen" in r for r in read(fd))
        fcntl.fcntl(fd, fcntl.F_SETFL, os.O_RDWR)
        send()
        heard.clear()
        assert read(fd)
        assert not heard


def test_many():
    """Open and closed many times: nothing is left."""
    for i in range(300):
        fds = [listen("lo0") for j in range(4)]
        fcntl.ioctl(fds[0], BIOCPROMISC)
        for fd in fds:
            os.close(fd)
    fd = listen("lo0")
    send()
    assert read(fd)
    recv, drop = struct.unpack("II", fcntl.ioctl(fd, BIOCGSTATS, bytes(8)))
    assert recv >= 1 and drop == 0


globals()["test_" + sys.argv[1]]()
