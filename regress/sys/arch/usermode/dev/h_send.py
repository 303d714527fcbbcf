"""h_send.py ADDRESS SECONDS: datagrams of 1,400 bytes, a few at a time."""
import socket
import sys
import time

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect((sys.argv[1], 9))
end = time.monotonic() + float(sys.argv[2])
while time.monotonic() < end:
    for _ in range(128):
        s.send(bytes(1400))
    time.sleep(0.001)
