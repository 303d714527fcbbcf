#!/usr/bin/python3 -B
"""Print a C header with the transcript of one handshake between two fixed
keys, and a packet each way: what t_wgnoise.c holds the kernel's against."""

import struct
import wgnoise as wg


def key(n):
    return wg.Key(bytes((n * 7 + i * 13 + 1) & 0xff for i in range(32)))


def show(name, data):
    rows = [data[i:i + 12] for i in range(0, len(data), 12)]
    print('static const uint8_t %s[%d] = {' % (name, len(data)))
    for r in rows:
        print('\t' + ' '.join('0x%02x,' % b for b in r))
    print('};')


i, r, ei, er = key(1), key(2), key(3), key(4)
psk = bytes(range(32))
a = wg.Handshake(i, r.public, psk)
b = wg.Handshake(r, i.public, psk)
init = a.initiation(0x01020304, ei, wg.tai64n(1700000000.5))
print('/* Made by vectors.py. */')
show('v_i_private', i.private)
show('v_i_public', i.public)
show('v_r_private', r.private)
show('v_r_public', r.public)
show('v_psk', psk)
show('v_initiation', init)
show('v_i_e', ei.private)
show('v_i_hash', a.h)
show('v_i_ck', a.c)
b.read_initiation(init)
show('v_r_hash', b.h)
show('v_r_ck', b.c)
resp = b.response(0x0a0b0c0d, er)
show('v_response', resp)
a.read_response(resp)
assert a.send == b.recv and a.recv == b.send
text = bytes(range(48))
show('v_text', text)
show('v_data_i', a.data(5, text))
show('v_data_r', b.data(1 << 40, text))
cookie = bytes(range(100, 116))
show('v_cookie', cookie)
show('v_cookie_reply', wg.make_cookie(cookie, 0x01020304, r.public,
                                      init[116:132], bytes(range(24))))
show('v_initiation_mac2', a.macs(init[:116], cookie)[132:])
for n, t in enumerate(wg.kdf(3, bytes(range(32)), b'input')):
    show('v_kdf%d' % (n + 1), t)
