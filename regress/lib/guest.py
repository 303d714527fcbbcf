"""Run a command in a guest (guest.subr): guest.py SOCKET SECONDS COMMAND."""
import base64
import os
import re
import socket
import sys

path, seconds, command = sys.argv[1:]
token = '%d' % os.getpid()
s = socket.socket(socket.AF_UNIX)
s.settimeout(float(seconds))
s.connect(path)
# A line's end first: what somebody who gave up has left half sent.
s.sendall(b'\n%s %s\n' % (token.encode(),
                         base64.b64encode(command.encode())))
out = ''
while True:
    try:
        data = s.recv(4096)
    except TimeoutError:
        sys.exit('the guest does not answer')
    if not data:
        sys.exit('the guest is gone')
    out += data.decode(errors='replace').replace('\r', '')
    end = re.search(r'^@@@ %s (\d+)\n' % token, out, re.M)
    if end:
        break
# Answers to others, who have gone, came before.
answer = out[:end.start()]
others = [m.end() for m in re.finditer(r'^@@@ \d+ \d+\n', answer, re.M)]
sys.stdout.write(answer[others[-1]:] if others else answer)
sys.exit(int(end.group(1)))
