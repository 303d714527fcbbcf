"""An ordinary python program that uses sockets in many ways."""
import array
import asyncio
import os
import select
import selectors
import socket
import subprocess
import sys
import threading


def udp():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("127.0.0.1", 0))
    return s


def blocking_and_timeouts():
    s = udp()
    s.settimeout(0.1)
    try:
        s.recv(1)
        raise SystemExit("received out of nothing")
    except socket.timeout:
        pass
    s.sendto(b"to myself", s.getsockname())
    data, peer = s.recvfrom(100)
    assert data == b"to myself" and peer == s.getsockname()


def by_selectors():
    sel = selectors.DefaultSelector()
    socks = [udp() for _ in range(10)]
    for s in socks:
        s.setblocking(False)
        sel.register(s, selectors.EVENT_READ)
    assert sel.select(0) == []
    socks[3].sendto(b"3", socks[7].getsockname())
    (key, _), = sel.select(5)
    assert key.fileobj is socks[7] and socks[7].recv(9) == b"3"
    assert sel.select(0) == []
    r, _, _ = select.select(socks, [], [], 0)
    assert r == []


def in_a_subprocess():
    s = udp()
    code = ("import socket,sys\n"
            "s=socket.socket(fileno=int(sys.argv[1]))\n"
            "s.sendto(b'from the child', s.getsockname())\n")
    subprocess.run([sys.executable, "-c", code, str(s.fileno())],
                   pass_fds=[s.fileno()], check=True)
    assert s.recv(100) == b"from the child"


def passed():
    a, b = socket.socketpair()
    s = udp()
    name = s.getsockname()
    socket.send_fds(a, [b"x"], [s.fileno()])
    s.close()
    _, fds, _, _ = socket.recv_fds(b, 1, 1)
    t = socket.socket(fileno=fds[0])
    assert t.getsockname() == name


def in_threads():
    def work(n):
        s = udp()
        for i in range(200):
            want = array.array("I", [n, i]).tobytes()
            s.sendto(want, s.getsockname())
            assert s.recv(100) == want
    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


class Echo(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        self.transport.sendto(data.upper(), addr)


class Ask(asyncio.DatagramProtocol):
    def __init__(self, answer):
        self.answer = answer

    def datagram_received(self, data, addr):
        self.answer.set_result(data)


async def asynchronous():
    loop = asyncio.get_running_loop()
    server, _ = await loop.create_datagram_endpoint(
        Echo, local_addr=("127.0.0.1", 0))
    for _ in range(50):
        answer = loop.create_future()
        client, _ = await loop.create_datagram_endpoint(
            lambda: Ask(answer),
            remote_addr=server.get_extra_info("sockname"))
        client.sendto(b"question")
        assert await asyncio.wait_for(answer, 10) == b"QUESTION"
        client.close()
    server.close()


blocking_and_timeouts()
by_selectors()
in_a_subprocess()
passed()
in_threads()
asyncio.run(asynchronous())
os.write(1, b"all well\n")
