"""A name server on port 5300 that answers each A query 192.0.2.77.

usage: nameserver.py [IPV6ADDRESS]; without it on 127.0.0.1
"""
import socket
import sys

family = socket.AF_INET6 if sys.argv[1:] else socket.AF_INET
s = socket.socket(family, socket.SOCK_DGRAM)
s.bind((sys.argv[1] if sys.argv[1:] else "127.0.0.1", 5300))
print("up", flush=True)
while True:
    query, peer = s.recvfrom(512)
    end = query.index(b"\0", 12) + 5
    s.sendto(query[:2] + b"\x84\x00\0\1\0\1\0\0\0\0" + query[12:end] +
             b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4" + bytes([192, 0, 2, 77]), peer)
