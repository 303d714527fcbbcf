"""h_arp.py IF OURS WHOSE [VLAN]: ask by ARP, in a tagged frame or a plain one.

Prints "answered" or, after a second, "silence".
"""
import select
import socket
import struct
import sys
import time

ifname, ours, whose = sys.argv[1:4]
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806))
s.bind((ifname, 0x0806))
mac = s.getsockname()[4]
tag = struct.pack("!HH", 0x8100, int(sys.argv[4])) if len(sys.argv) > 4 else b""
arp = struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1)
s.send(b"\xff" * 6 + mac + tag + struct.pack("!H", 0x0806) + arp + mac +
       socket.inet_aton(ours) + bytes(6) + socket.inet_aton(whose))
end = time.time() + 1
while time.time() < end:
    if select.select([s], [], [], 0.1)[0]:
        f = s.recv(2048)
        if f[20:22] == b"\0\2" and f[28:32] == socket.inet_aton(whose):
            print("answered")
            sys.exit(0)
print("silence")
