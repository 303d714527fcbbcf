#!/usr/bin/env python3
"""Write the Wycheproof vectors as C tables, for the kernel's own tests.

usage: vectors.py directory crypto|x25519 > header

Left out, because crypto(9) does not offer it: nonces of other than 12 bytes,
tags of other than the full length or its half.
"""
import json
import sys


def bytes_of(hexstring):
    """A C string with these bytes, and how many there are."""
    pairs = [hexstring[i:i + 2] for i in range(0, len(hexstring), 2)]
    return '{ "%s", %d }' % (''.join('\\x' + p for p in pairs), len(pairs))


def groups(directory, name):
    with open('%s/%s_test.json' % (directory, name)) as f:
        for group in json.load(f)['testGroups']:
            for test in group['tests']:
                yield group, test


def emit(table, rows):
    print('static const struct %s[] = {' % table)
    for row in rows:
        print('\t{ %s },' % ', '.join(row))
    print('};\n')


def aead(directory, name):
    for group, t in groups(directory, name):
        if group['ivSize'] == 96 and group['tagSize'] == 128:
            yield (str(t['tcId']), str(int(t['result'] != 'invalid')),
                   bytes_of(t['key']), bytes_of(t['iv']),
                   bytes_of(t['aad']), bytes_of(t['msg']),
                   bytes_of(t['ct']), bytes_of(t['tag']))


def cbc(directory):
    for group, t in groups(directory, 'aes_cbc_pkcs5'):
        # The padding is the caller's; the vector shows it in its length.
        if t['result'] == 'valid':
            pad = 16 - len(t['msg']) // 2 % 16
            yield (str(t['tcId']), '1', bytes_of(t['key']),
                   bytes_of(t['iv']),
                   bytes_of(t['msg'] + '%02x' % pad * pad),
                   bytes_of(t['ct']))


def hmac(directory, bits):
    for group, t in groups(directory, 'hmac_sha%d' % bits):
        yield (str(t['tcId']), str(int(t['result'] == 'valid')),
               bytes_of(t['key']), bytes_of(t['msg']), bytes_of(t['tag']))


def x25519(directory):
    for group, t in groups(directory, 'x25519'):
        yield (str(t['tcId']), str(int(t['result'] == 'valid')),
               bytes_of(t['private']), bytes_of(t['public']),
               bytes_of(t['shared']))


STRUCTS = """
struct bytes {
	const char	*b_data;
	size_t		 b_len;
};
"""

MEMBERS = {
    'aead_vector': ('key', 'iv', 'aad', 'msg', 'ct', 'tag'),
    'cbc_vector': ('key', 'iv', 'msg', 'ct'),
    'hmac_vector': ('key', 'msg', 'tag'),
    'x25519_vector': ('private', 'public', 'shared'),
}


def declare(*structs):
    print(STRUCTS)
    for name in structs:
        print('struct %s {\n\tint\tv_id;\n\tint\tv_valid;' % name)
        for member in MEMBERS[name]:
            print('\tstruct bytes\tv_%s;' % member)
        print('};\n')


def main():
    directory, kind = sys.argv[1:]
    print('/* Made from the Wycheproof vectors by vectors.py. */')
    if kind == 'x25519':
        declare('x25519_vector')
        emit('x25519_vector x25519_vectors', x25519(directory))
        return
    declare('aead_vector', 'cbc_vector', 'hmac_vector')
    emit('aead_vector gcm_vectors', aead(directory, 'aes_gcm'))
    emit('aead_vector chacha_vectors', aead(directory, 'chacha20_poly1305'))
    emit('cbc_vector cbc_vectors', cbc(directory))
    for bits in (1, 256, 384, 512):
        emit('hmac_vector hmac_sha%d_vectors' % bits, hmac(directory, bits))


main()
