/*
 * X25519 against the Wycheproof vectors; BLAKE2s, HMAC upon it and
 * XChaCha20-Poly1305 against the documents that define them.
 */
#include <sys/param.h>
#include <sys/systm.h>

#include <crypto/blake2s.h>
#include <crypto/chachapoly.h>
#include <crypto/x25519.h>

#include <ktest.h>
#include <vectors_x25519.h>

KTEST(x25519, "X25519: the Wycheproof vectors")
{
	const struct x25519_vector *v;
	uint8_t		 out[X25519_SIZE], zero[X25519_SIZE] = { 0 };
	size_t		 i;

	for (i = 0; i < nitems(x25519_vectors); i++) {
		v = &x25519_vectors[i];
		KT_CASE("tcId %d", v->v_id);
		if (v->v_private.b_len != 32 || v->v_public.b_len != 32)
			continue;
		KT_ERR(memcmp(v->v_shared.b_data, zero, 32) == 0 ? EINVAL : 0,
		    x25519(out, (const uint8_t *)v->v_private.b_data,
		    (const uint8_t *)v->v_public.b_data));
		KT_MEMEQ(out, v->v_shared.b_data, 32);
	}
}

KTEST(blake2s, "BLAKE2s: RFC 7693 appendix B and E")
{
	static const uint8_t abc[] = {
		0x50, 0x8c, 0x5e, 0x8c, 0x32, 0x7c, 0x14, 0xe2,
		0xe1, 0xa7, 0x2b, 0xa3, 0x4e, 0xeb, 0x45, 0x2f,
		0x37, 0x45, 0x8b, 0x20, 0x9e, 0xd6, 0x3a, 0x29,
		0x4d, 0x99, 0x9b, 0x4c, 0x86, 0x67, 0x59, 0x82
	};
	/* The sum over many lengths, with and without keys (appendix E). */
	static const uint8_t grand[] = {
		0x6a, 0x41, 0x1f, 0x08, 0xce, 0x25, 0xad, 0xcd,
		0xfb, 0x02, 0xab, 0xa6, 0x41, 0x45, 0x1c, 0xec,
		0x53, 0xc5, 0x98, 0xb2, 0x4f, 0x4f, 0xc7, 0x87,
		0xfb, 0xdc, 0x88, 0x79, 0x7f, 0x4c, 0x1d, 0xfe
	};
	static const size_t outlens[] = { 16, 20, 28, 32 };
	static const size_t inlens[] = { 0, 3, 64, 65, 255, 1024 };
	static uint8_t	 in[1024];
	struct blake2s_state b;
	uint8_t		 key[32], md[32];
	uint32_t	 a, f, t;
	size_t		 i, j, k, n;

	blake2s(md, 32, "abc", 3, NULL, 0);
	KT_MEMEQ(md, abc, 32);
	blake2s_init(&b, 32);
	for (i = 0; i < nitems(outlens); i++) {
		for (j = 0; j < nitems(inlens); j++) {
			for (k = 0; k < 2; k++) {
				n = k ? outlens[i] : inlens[j];
				/* The appendix's generator of inputs. */
				a = 0xdead4bad * (uint32_t)n;
				f = 1;
				for (uint32_t l = 0; l < n; l++) {
					t = a + f;
					a = f;
					f = t;
					(k ? key : in)[l] = t >> 24;
				}
			}
			blake2s(md, outlens[i], in, inlens[j], NULL, 0);
			blake2s_update(&b, md, outlens[i]);
			blake2s(md, outlens[i], in, inlens[j], key,
			    outlens[i]);
			blake2s_update(&b, md, outlens[i]);
		}
	}
	blake2s_final(&b, md);
	KT_MEMEQ(md, grand, 32);
}

KTEST(blake2s_pieces, "BLAKE2s in pieces is BLAKE2s at once")
{
	struct blake2s_state b;
	struct ktest_rand r;
	uint8_t		 in[300], once[32], md[32];
	size_t		 done, i, n;

	ktest_srand(&r, 7693);
	for (i = 0; i < sizeof(in); i++)
		in[i] = ktest_rand(&r);
	blake2s(once, 32, in, sizeof(in), in, 32);
	for (i = 0; i < 50; i++) {
		blake2s_init_key(&b, 32, in, 32);
		for (done = 0; done < sizeof(in); done += n) {
			n = ktest_rand_below(&r, 130);
			n = MIN(sizeof(in) - done, n);
			blake2s_update(&b, in + done, n);
		}
		blake2s_final(&b, md);
		KT_MEMEQ(md, once, 32);
	}
}

KTEST(hmac, "HMAC-BLAKE2s: a key shorter and one longer than a block")
{
	static const uint8_t want[] = {
		0xc4, 0xc9, 0x52, 0x71, 0x90, 0x5c, 0x6f, 0x69,
		0xc1, 0xdd, 0x7c, 0x6f, 0xbc, 0x0c, 0xb3, 0x73,
		0x54, 0x57, 0xa6, 0x60, 0xcc, 0xc2, 0xc4, 0x37,
		0x0f, 0x28, 0x82, 0x5e, 0x7a, 0xbe, 0xf5, 0xaf
	};
	uint8_t	 data[200], md[32], hashed[32], md2[32];
	size_t	 i;

	for (i = 0; i < sizeof(data); i++)
		data[i] = i;
	blake2s_hmac(md, data, 100, data, 200);
	KT_MEMEQ(md, want, 32);
	/* RFC 2104: a long key is its hash. */
	blake2s(hashed, 32, data, 100, NULL, 0);
	blake2s_hmac(md2, hashed, 32, data, 200);
	KT_MEMEQ(md2, md, 32);
}

KTEST(hchacha20, "HChaCha20: draft-irtf-cfrg-xchacha-03, 2.2.1")
{
	static const uint8_t nonce[] = {
		0x00, 0x00, 0x00, 0x09, 0x00, 0x00, 0x00, 0x4a,
		0x00, 0x00, 0x00, 0x00, 0x31, 0x41, 0x59, 0x27
	};
	static const uint8_t want[] = {
		0x82, 0x41, 0x3b, 0x42, 0x27, 0xb2, 0x7b, 0xfe,
		0xd3, 0x0e, 0x42, 0x50, 0x8a, 0x87, 0x7d, 0x73,
		0xa0, 0xf9, 0xe4, 0xd5, 0x8a, 0x74, 0xa8, 0x53,
		0xc1, 0x2e, 0xc4, 0x13, 0x26, 0xd3, 0xec, 0xdc
	};
	uint8_t	 key[32], out[32];
	size_t	 i;

	for (i = 0; i < sizeof(key); i++)
		key[i] = i;
	hchacha20(out, nonce, key);
	KT_MEMEQ(out, want, 32);
}

KTEST(xchachapoly, "XChaCha20-Poly1305: the draft's A.3.1, and tampering")
{
	static const char text[] = "Ladies and Gentlemen of the class of '99: "
	    "If I could offer you only one tip for the future, sunscreen "
	    "would be it.";
	static const uint8_t ad[] = {
		0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1, 0xc2, 0xc3,
		0xc4, 0xc5, 0xc6, 0xc7
	};
	static const uint8_t tag[] = {
		0xc0, 0x87, 0x59, 0x24, 0xc1, 0xc7, 0x98, 0x79,
		0x47, 0xde, 0xaf, 0xd8, 0x78, 0x0a, 0xcf, 0x49
	};
	uint8_t	 buf[sizeof(text) + 16], key[32], nonce[24], out[sizeof(text)];
	size_t	 i, len = sizeof(text) - 1;

	for (i = 0; i < sizeof(key); i++)
		key[i] = 0x80 + i;
	for (i = 0; i < sizeof(nonce); i++)
		nonce[i] = 0x40 + i;
	xchachapoly_seal(buf, (const uint8_t *)text, len, ad, sizeof(ad),
	    nonce, key);
	KT_MEMEQ(buf + len, tag, sizeof(tag));
	KT_ERR(0, xchachapoly_open(out, buf, len + 16, ad, sizeof(ad), nonce,
	    key));
	KT_MEMEQ(out, text, len);
	for (i = 0; i < len + 16; i++) {
		buf[i] ^= 0x20;
		KT_ERR(EBADMSG, xchachapoly_open(out, buf, len + 16, ad,
		    sizeof(ad), nonce, key));
		buf[i] ^= 0x20;
	}
	KT_ERR(EBADMSG, xchachapoly_open(out, buf, 15, ad, sizeof(ad), nonce,
	    key));
}
