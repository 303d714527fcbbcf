/*
 * Key derivation (RFC 7296, 2.14 to 2.18; RFC 5282, 7.1 for ciphers with a
 * salt) and the octets that AUTH covers (2.15).
 */
#include <sys/types.h>

#include <string.h>

#include "crypt.h"
#include "ikev2.h"

static const char	 keypad[] = "Key Pad for IKEv2";

/*
 * Bytes of the key of a cipher whose proposal gives bits (0: fixed), the
 * salt not among them.  0: unknown.
 */
size_t
encr_keylen(uint16_t id, uint16_t bits)
{
	switch (id) {
	case ENCR_3DES:
		return (24);
	case ENCR_CHACHA20_POLY1305:
		return (32);
	case ENCR_AES_CBC:
	case ENCR_AES_CTR:
	case ENCR_AES_GCM_12:
	case ENCR_AES_GCM_16:
	case ENCR_AES_GMAC:
		return (bits == 128 || bits == 192 || bits == 256 ?
		    bits / 8 : 0);
	}
	return (0);
}

/*
 * Bytes of the salt that follows the key.
 */
size_t
encr_saltlen(uint16_t id)
{
	return (id == ENCR_AES_CTR || id == ENCR_AES_GCM_12 ||
	    id == ENCR_AES_GCM_16 || id == ENCR_AES_GMAC ||
	    id == ENCR_CHACHA20_POLY1305 ? 4 : 0);
}

/*
 * Bytes of the key of an integrity algorithm.
 */
size_t
integ_keylen(uint16_t id)
{
	switch (id) {
	case INTEG_HMAC_SHA1_96:
		return (20);
	case INTEG_HMAC_SHA2_256:
		return (32);
	case INTEG_HMAC_SHA2_384:
		return (48);
	case INTEG_HMAC_SHA2_512:
		return (64);
	}
	return (0);
}

/*
 * The algorithms of a proposal with one transform of each type.
 */
void
suite_of(struct suite *s, const struct proposal *pr)
{
	const struct xform	*x;

	memset(s, 0, sizeof(*s));
	for (x = pr->pr_xf; x < pr->pr_xf + pr->pr_n; x++)
		switch (x->x_type) {
		case XF_ENCR:
			s->su_encr = x->x_id;
			s->su_keylen = x->x_keylen;
			break;
		case XF_INTEG:
			s->su_integ = x->x_id;
			break;
		case XF_PRF:
			s->su_prf = x->x_id;
			break;
		case XF_DH:
			s->su_dh = x->x_id;
			break;
		case XF_ESN:
			s->su_esn = x->x_id;
			break;
		}
}

static int
take(struct rbuf *r, size_t n, struct blob *b)
{
	const uint8_t	*p = rbuf_bytes(r, n);

	return (p == NULL ? -1 : blob_set(b, p, n));
}

/* {SK_d | SK_ai | ... | SK_pr} = prf+(SKEYSEED, Ni | Nr | SPIi | SPIr) */
static int
keys_expand(struct ike_keys *k, const struct suite *s,
    const struct blob *skeyseed, const struct blob *ni, const struct blob *nr,
    uint64_t spii, uint64_t spir)
{
	struct blob	 seed = { NULL, 0 }, out = { NULL, 0 };
	struct wbuf	 w;
	struct rbuf	 r;
	size_t		 pl = prf_len(s->su_prf);
	size_t		 al = integ_keylen(s->su_integ);
	size_t		 el = encr_keylen(s->su_encr, s->su_keylen);
	int		 error = -1;

	if (pl == 0 || el == 0)
		return (-1);
	el += encr_saltlen(s->su_encr);
	wbuf_init(&w);
	wbuf_add(&w, ni->b_data, ni->b_len);
	wbuf_add(&w, nr->b_data, nr->b_len);
	wbuf_u64(&w, spii);
	wbuf_u64(&w, spir);
	if (!w.w_error) {
		wbuf_take(&w, &seed);
		error = prf_plus(s->su_prf, skeyseed, &seed,
		    3 * pl + 2 * al + 2 * el, &out);
	}
	if (error == 0) {
		rbuf_init(&r, out.b_data, out.b_len);
		error = take(&r, pl, &k->k_d) == -1 ||
		    take(&r, al, &k->k_ai) == -1 ||
		    take(&r, al, &k->k_ar) == -1 ||
		    take(&r, el, &k->k_ei) == -1 ||
		    take(&r, el, &k->k_er) == -1 ||
		    take(&r, pl, &k->k_pi) == -1 ||
		    take(&r, pl, &k->k_pr) == -1 ? -1 : 0;
	}
	wbuf_free(&w);
	blob_free(&seed);
	blob_free(&out);
	return (error);
}

/*
 * The keys of a first IKE SA: SKEYSEED = prf(Ni | Nr, g^ir).
 */
int
keys_first(struct ike_keys *k, const struct suite *s,
    const struct blob *secret, const struct blob *ni, const struct blob *nr,
    uint64_t spii, uint64_t spir)
{
	struct blob	 key = { NULL, 0 }, skeyseed = { NULL, 0 };
	struct wbuf	 w;
	int		 error = -1;

	wbuf_init(&w);
	wbuf_add(&w, ni->b_data, ni->b_len);
	wbuf_add(&w, nr->b_data, nr->b_len);
	if (!w.w_error) {
		wbuf_take(&w, &key);
		error = prf(s->su_prf, &key, secret, 1, &skeyseed);
	}
	if (error == 0)
		error = keys_expand(k, s, &skeyseed, ni, nr, spii, spir);
	wbuf_free(&w);
	blob_free(&key);
	blob_free(&skeyseed);
	return (error);
}

/*
 * The keys of the IKE SA that replaces one with old_d and oldprf: SKEYSEED =
 * prf(SK_d (old), g^ir (new) | Ni | Nr).
 */
int
keys_rekey(struct ike_keys *k, const struct suite *s, uint16_t oldprf,
    const struct blob *old_d, const struct blob *secret,
    const struct blob *ni, const struct blob *nr, uint64_t spii, uint64_t spir)
{
	struct blob	 skeyseed = { NULL, 0 }, parts[3];
	int		 error;

	parts[0] = *secret;
	parts[1] = *ni;
	parts[2] = *nr;
	error = prf(oldprf, old_d, parts, 3, &skeyseed);
	if (error == 0)
		error = keys_expand(k, s, &skeyseed, ni, nr, spii, spir);
	blob_free(&skeyseed);
	return (error);
}

/*
 * Wipe keys.
 */
void
keys_free(struct ike_keys *k)
{
	blob_free(&k->k_d);
	blob_free(&k->k_ai);
	blob_free(&k->k_ar);
	blob_free(&k->k_ei);
	blob_free(&k->k_er);
	blob_free(&k->k_pi);
	blob_free(&k->k_pr);
}

/*
 * The keys of a child SA (2.17): KEYMAT = prf+(SK_d, [g^ir] | Ni | Nr).
 * encr and integ get those of the direction from the initiator of the
 * exchange, then of the other; the salt follows the key.
 */
int
keys_child(const struct ike_keys *k, uint16_t prfid, const struct suite *s,
    const struct blob *secret, const struct blob *ni, const struct blob *nr,
    struct blob encr[2], struct blob integ[2])
{
	struct blob	 seed = { NULL, 0 }, out = { NULL, 0 };
	struct wbuf	 w;
	struct rbuf	 r;
	size_t		 el, al = integ_keylen(s->su_integ);
	int		 error = -1;

	el = encr_keylen(s->su_encr, s->su_keylen) + encr_saltlen(s->su_encr);
	wbuf_init(&w);
	wbuf_add(&w, secret->b_data, secret->b_len);
	wbuf_add(&w, ni->b_data, ni->b_len);
	wbuf_add(&w, nr->b_data, nr->b_len);
	if (!w.w_error) {
		wbuf_take(&w, &seed);
		error = prf_plus(prfid, &k->k_d, &seed, 2 * (el + al), &out);
	}
	if (error == 0) {
		rbuf_init(&r, out.b_data, out.b_len);
		error = take(&r, el, &encr[0]) == -1 ||
		    take(&r, al, &integ[0]) == -1 ||
		    take(&r, el, &encr[1]) == -1 ||
		    take(&r, al, &integ[1]) == -1 ? -1 : 0;
	}
	wbuf_free(&w);
	blob_free(&seed);
	blob_free(&out);
	return (error);
}

/*
 * What one side's AUTH covers: its first message, the other's nonce, and
 * prf(SK_p, the body of its ID payload).
 */
int
auth_octets(uint16_t prfid, const struct blob *sk_p,
    const struct blob *message, const struct blob *nonce, const void *id,
    size_t idlen, struct blob *out)
{
	struct blob	 mac = { NULL, 0 }, body;
	struct wbuf	 w;
	int		 error;

	body.b_data = (uint8_t *)id;
	body.b_len = idlen;
	if (prf(prfid, sk_p, &body, 1, &mac) == -1)
		return (-1);
	wbuf_init(&w);
	wbuf_add(&w, message->b_data, message->b_len);
	wbuf_add(&w, nonce->b_data, nonce->b_len);
	wbuf_add(&w, mac.b_data, mac.b_len);
	error = w.w_error ? -1 : 0;
	if (error == 0)
		wbuf_take(&w, out);
	wbuf_free(&w);
	blob_free(&mac);
	return (error);
}

/*
 * AUTH of a shared secret: prf(prf(secret, "Key Pad for IKEv2"), octets).
 */
int
auth_psk(uint16_t prfid, const struct blob *psk, const struct blob *octets,
    struct blob *out)
{
	struct blob	 key = { NULL, 0 }, pad;
	int		 error;

	pad.b_data = (uint8_t *)keypad;
	pad.b_len = sizeof(keypad) - 1;
	error = prf(prfid, psk, &pad, 1, &key);
	if (error == 0)
		error = prf(prfid, &key, octets, 1, out);
	blob_free(&key);
	return (error);
}
