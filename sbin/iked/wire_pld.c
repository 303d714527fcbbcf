/*
 * The smaller payloads: KE, nonces, identities, CERT, CERTREQ, AUTH,
 * notifications and deletes (RFC 7296, 3.4 to 3.12).  The readers get the
 * body, and answer -1 when it is malformed.
 */
#include <sys/types.h>

#include <string.h>

#include "ikev2.h"
#include "wire.h"

/*
 * Readers.
 */
int
ke_parse(struct msg *m, struct rbuf *r)
{
	uint16_t	 zero;

	if (rbuf_u16(r, &m->m_group) == -1 || rbuf_u16(r, &zero) == -1 ||
	    r->r_left == 0)
		return (-1);
	m->m_ke = *r;
	return (0);
}

int
id_parse(struct rbuf *r, struct ident *id)
{
	uint8_t	 zero[3];

	memset(id, 0, sizeof(*id));
	if (rbuf_u8(r, &id->id_type) == -1 || rbuf_get(r, zero, 3) == -1 ||
	    r->r_left == 0 || r->r_left > IDENT_MAX ||
	    id->id_type == ID_NONE)
		return (-1);
	id->id_len = r->r_left;
	return (rbuf_get(r, id->id_data, id->id_len));
}

int
cert_parse(struct msg *m, struct rbuf *r)
{
	uint8_t	 type;

	if (rbuf_u8(r, &type) == -1 || r->r_left == 0)
		return (-1);
	if (m->m_ncerts == CERTS_MAX)
		return (0);
	m->m_certs[m->m_ncerts].ce_type = type;
	m->m_certs[m->m_ncerts++].ce_data = *r;
	return (0);
}

int
certreq_parse(struct msg *m, struct rbuf *r)
{
	uint8_t	 type;

	if (rbuf_u8(r, &type) == -1)
		return (-1);
	if (type != CERT_X509)
		return (0);
	if (r->r_left % 20 != 0)
		return (-1);
	m->m_certreq = *r;
	return (0);
}

int
auth_parse(struct msg *m, struct rbuf *r)
{
	uint8_t	 zero[3];

	if (rbuf_u8(r, &m->m_auth) == -1 || rbuf_get(r, zero, 3) == -1 ||
	    r->r_left == 0)
		return (-1);
	m->m_authdata = *r;
	return (0);
}

int
notify_parse(struct msg *m, struct rbuf *r)
{
	struct notify	 n;
	uint8_t		 spilen;

	if (rbuf_u8(r, &n.n_proto) == -1 || rbuf_u8(r, &spilen) == -1 ||
	    rbuf_u16(r, &n.n_type) == -1 ||
	    rbuf_sub(r, spilen, &n.n_spi) == -1)
		return (-1);
	n.n_data = *r;
	if (m->m_nnotify < NOTIFIES_MAX)
		m->m_notify[m->m_nnotify++] = n;
	return (0);
}

int
delete_parse(struct msg *m, struct rbuf *r)
{
	uint32_t	 spi;
	uint16_t	 n;
	uint8_t		 proto, spilen;

	if (rbuf_u8(r, &proto) == -1 || rbuf_u8(r, &spilen) == -1 ||
	    rbuf_u16(r, &n) == -1)
		return (-1);
	if (proto == PROTO_IKE) {
		m->m_delike = 1;
		return (spilen == 0 && n == 0 && r->r_left == 0 ? 0 : -1);
	}
	if (spilen != 4 || r->r_left != n * 4U)
		return (-1);
	m->m_delproto = proto;
	while (n-- > 0) {
		if (rbuf_u32(r, &spi) == -1)
			return (-1);
		if (m->m_ndel < DELETES_MAX)
			m->m_del[m->m_ndel++] = spi;
	}
	return (0);
}

/*
 * Writers.
 */
void
ke_build(struct chain *c, uint16_t group, const struct blob *pub)
{
	struct wbuf	*w = chain_begin(c, PLD_KE);

	wbuf_u16(w, group);
	wbuf_u16(w, 0);
	wbuf_add(w, pub->b_data, pub->b_len);
	chain_end(c);
}

void
nonce_build(struct chain *c, const struct blob *nonce)
{
	wbuf_add(chain_begin(c, PLD_NONCE), nonce->b_data, nonce->b_len);
	chain_end(c);
}

/*
 * The body alone is what AUTH signs.
 */
void
id_body(struct wbuf *w, const struct ident *id)
{
	wbuf_u8(w, id->id_type);
	wbuf_add(w, NULL, 3);
	wbuf_add(w, id->id_data, id->id_len);
}

void
id_build(struct chain *c, uint8_t type, const struct ident *id)
{
	id_body(chain_begin(c, type), id);
	chain_end(c);
}

void
cert_build(struct chain *c, uint8_t type, const void *data, size_t len)
{
	struct wbuf	*w = chain_begin(c, PLD_CERT);

	wbuf_u8(w, type);
	wbuf_add(w, data, len);
	chain_end(c);
}

void
certreq_build(struct chain *c, const struct blob *hashes)
{
	struct wbuf	*w = chain_begin(c, PLD_CERTREQ);

	wbuf_u8(w, CERT_X509);
	wbuf_add(w, hashes->b_data, hashes->b_len);
	chain_end(c);
}

void
auth_build(struct chain *c, uint8_t method, const struct blob *data)
{
	struct wbuf	*w = chain_begin(c, PLD_AUTH);

	wbuf_u8(w, method);
	wbuf_add(w, NULL, 3);
	wbuf_add(w, data->b_data, data->b_len);
	chain_end(c);
}

/*
 * A notification, with the SPI of an ESP or AH SA if proto is not NONE.
 */
void
notify_build(struct chain *c, uint8_t proto, uint32_t spi, uint16_t type,
    const void *data, size_t len)
{
	struct wbuf	*w = chain_begin(c, PLD_NOTIFY);

	wbuf_u8(w, proto);
	wbuf_u8(w, proto != PROTO_NONE ? 4 : 0);
	wbuf_u16(w, type);
	if (proto != PROTO_NONE)
		wbuf_u32(w, spi);
	wbuf_add(w, data, len);
	chain_end(c);
}

/*
 * Delete n SAs of a protocol, or the IKE SA itself.
 */
void
delete_build(struct chain *c, uint8_t proto, const uint32_t *spis,
    unsigned int n)
{
	struct wbuf	*w = chain_begin(c, PLD_DELETE);

	wbuf_u8(w, proto);
	wbuf_u8(w, proto == PROTO_IKE ? 0 : 4);
	wbuf_u16(w, proto == PROTO_IKE ? 0 : n);
	for (; proto != PROTO_IKE && n > 0; n--)
		wbuf_u32(w, *spis++);
	chain_end(c);
}

void
vendor_build(struct chain *c, const char *s)
{
	wbuf_add(chain_begin(c, PLD_VENDOR), s, strlen(s));
	chain_end(c);
}
