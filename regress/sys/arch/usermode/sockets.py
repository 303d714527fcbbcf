"""List the sockets of a process by family; exit 1 if one is not AF_UNIX."""
import ctypes
import os
import socket
import sys

SYS_pidfd_getfd = 438
libc = ctypes.CDLL(None, use_errno=True)
pid = int(sys.argv[1])
pidfd = os.pidfd_open(pid)
status = 0
for name in sorted(os.listdir(f"/proc/{pid}/fd"), key=int):
    if not os.readlink(f"/proc/{pid}/fd/{name}").startswith("socket:"):
        continue
    fd = libc.syscall(SYS_pidfd_getfd, pidfd, int(name), 0)
    if fd == -1:
        sys.exit(f"pidfd_getfd: {os.strerror(ctypes.get_errno())}")
    domain = socket.socket(fileno=fd).family
    print(name, domain)
    if domain != socket.AF_UNIX:
        status = 1
sys.exit(status)
