#!/usr/bin/python3 -B
"""How often each of some octet strings stands in a process's memory.

usage: h_memory.py PID HEX ...

A line for each: the count.
"""

import re
import sys


LARGE = 1 << 32         # what a sanitizer keeps its books in


def regions(pid):
    with open('/proc/%s/maps' % pid) as f:
        for line in f:
            m = re.match(r'([0-9a-f]+)-([0-9a-f]+) rw', line)
            if not m or '[vvar]' in line:
                continue
            start, end = int(m[1], 16), int(m[2], 16)
            if end - start < LARGE:
                yield start, end


def main(pid, *strings):
    strings = [bytes.fromhex(s) for s in strings]
    counts = [0] * len(strings)
    with open('/proc/%s/mem' % pid, 'rb', 0) as mem:
        for start, end in regions(pid):
            while start < end:
                # Pieces overlap, so that nothing falls between two.
                size = min(end - start, 64 << 20)
                try:
                    mem.seek(start)
                    data = mem.read(size)
                except OSError:
                    break
                for i, s in enumerate(strings):
                    counts[i] += data.count(s)
                start += size if size == end - start else size - 64
    print('\n'.join(map(str, counts)))


main(*sys.argv[1:])
