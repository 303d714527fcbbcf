"""same.py: is the code of a relocatable object in a linked program?

usage: same.py [-p] object program

Compares the object's .text with what the program holds where the object's
first function is.  What a relocation writes is left out, and so are the three
bytes before it where the linker may choose another instruction.  -p prints
the place in the program's file of a byte in the middle that is compared.
"""
import struct
import sys

# x86-64 relocation types, and the bytes that each writes.
SIZES = {1: 8, 24: 8}			# 64, PC64; all others 4
RELAXED = {9, 41, 42}			# GOTPCREL, GOTPCRELX, REX_GOTPCRELX


class Elf:
    def __init__(self, path):
        self.data = open(path, "rb").read()
        (self.shoff,) = struct.unpack_from("<Q", self.data, 40)
        entsize, num, strndx = struct.unpack_from("<HHH", self.data, 58)
        self.sections = [struct.unpack_from("<IIQQQQIIQQ", self.data,
            self.shoff + i * entsize) for i in range(num)]
        names = self.sections[strndx]
        self.names = [self.string(names[4] + s[0]) for s in self.sections]

    def string(self, at):
        return self.data[at:self.data.index(b"\0", at)].decode()

    def section(self, name):
        return self.names.index(name)

    def symbols(self):
        tab = self.sections[self.section(".symtab")]
        strings = self.sections[tab[6]]
        for at in range(tab[4], tab[4] + tab[5], 24):
            name, info, _, shndx, value, size = struct.unpack_from(
                "<IBBHQQ", self.data, at)
            yield (self.string(strings[4] + name), info & 15, shndx, value,
                size)

    def relocations(self, name):
        rela = self.sections[self.section(".rela" + name)]
        for at in range(rela[4], rela[4] + rela[5], 24):
            offset, info, _ = struct.unpack_from("<QQq", self.data, at)
            yield offset, info & 0xffffffff


def main(argv):
    place = argv[1] == "-p"
    obj, prog = Elf(argv[-2]), Elf(argv[-1])
    text = obj.section(".text")
    offset, size = obj.sections[text][4:6]
    code = obj.data[offset:offset + size]
    funcs = {n: v for n, t, s, v, _ in obj.symbols() if t == 2 and s == text}
    masked = bytearray(size)
    for at, kind in obj.relocations(".text"):
        first = at - 3 if kind in RELAXED else at
        last = at + SIZES.get(kind, 4)
        masked[first:last] = b"\1" * (last - first)

    # Names that stand once in both: where one is, the whole must begin.
    seen = {}
    for n, t, s, v, _ in prog.symbols():
        if t == 2 and n in funcs:
            seen.setdefault(n, []).append((s, v - funcs[n]))
    starts = {}
    for where in seen.values():
        if len(where) == 1:
            starts[where[0]] = starts.get(where[0], 0) + 1
    if not starts:
        print("different: no function of the object is there")
        return 1
    shndx, start = max(starts, key=starts.get)
    sec = prog.sections[shndx]
    base = sec[4] + start - sec[3]
    got = prog.data[base:base + size]
    if place:
        mid = next(i for i in range(size // 2, size) if not masked[i])
        print(base + mid)
        return 0
    for i in range(size):
        if not masked[i] and (i >= len(got) or code[i] != got[i]):
            near = max((v, n) for n, v in funcs.items() if v <= i)
            print("different: at %#x, in %s" % (i, near[1]))
            return 1
    print("the same: %d bytes, %d of them compared" % (size,
        size - sum(masked)))
    return 0


sys.exit(main(sys.argv))
