#!/usr/bin/env python3
"""Which processes of a machine's iked hold these bytes in writable memory?

usage: h_holds.py PIDNS HEX
	PIDNS	the machine's, as readlink /proc/self/ns/pid says it

Prints a line for each: its name, and yes or no.
"""

import glob
import os
import sys


def processes(ns):
    for path in glob.glob("/proc/[0-9]*"):
        try:
            if os.readlink(path + "/ns/pid") != ns:
                continue
            with open(path + "/cmdline", "rb") as f:
                args = f.read().decode().split("\0")
        except OSError:
            continue
        if os.path.basename(args[0]) == "iked":
            name = args[args.index("-P") + 1] if "-P" in args else "parent"
            yield name, path


def holds(path, needle):
    found = False
    with open(path + "/maps") as f:
        maps = [line.split() for line in f]
    with open(path + "/mem", "rb", 0) as mem:
        for m in maps:
            if "w" not in m[1]:
                continue
            start, end = (int(x, 16) for x in m[0].split("-"))
            try:
                mem.seek(start)
                found |= needle in mem.read(end - start)
            except (OSError, ValueError):
                continue
    return found


def main():
    needle = bytes.fromhex(sys.argv[2])
    for name, path in sorted(processes(sys.argv[1])):
        print(name, "yes" if holds(path, needle) else "no")


main()
