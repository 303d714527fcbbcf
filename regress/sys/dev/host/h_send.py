"""h_send.py ADDRESS SECONDS [COUNT]: datagrams of 1,400 bytes, a few at a
time, until the time is over or so many are sent."""
import socket
import sys
import time

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect((sys.argv[1], 9))
end = time.monotonic() + float(sys.argv[2])
left = int(sys.argv[3]) if len(sys.argv) > 3 else 1 << 60
while time.monotonic() < end and left > 0:
    for _ in range(min(128, left)):
        s.send(bytes(1400))
    left -= 128
    time.sleep(0.001)
sys.exit(left > 0 and len(sys.argv) > 3)
