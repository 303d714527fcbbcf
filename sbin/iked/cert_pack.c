/*
 * What ikev2 and ca say to each other, as bytes.
 */
#include <sys/types.h>

#include <string.h>

#include "cert.h"

/*
 * Write what is asked for.
 */
void
wish_pack(struct wbuf *w, const struct wish *wi)
{
	ident_pack(w, &wi->wi_id);
	wbuf_u8(w, wi->wi_want);
	wbuf_u8(w, wi->wi_hashes);
	wbuf_blob(w, &wi->wi_certreq);
	wbuf_blob(w, &wi->wi_octets);
}

/*
 * Read it, to be freed by wish_free in any case; -1: malformed.
 */
int
wish_unpack(struct rbuf *r, struct wish *wi)
{
	memset(wi, 0, sizeof(*wi));
	return (ident_unpack(r, &wi->wi_id) == -1 ||
	    rbuf_u8(r, &wi->wi_want) == -1 ||
	    rbuf_u8(r, &wi->wi_hashes) == -1 ||
	    rbuf_blob(r, &wi->wi_certreq) == -1 ||
	    rbuf_blob(r, &wi->wi_octets) == -1 || r->r_left != 0 ? -1 : 0);
}

/*
 * Free what wish_unpack made.
 */
void
wish_free(struct wish *wi)
{
	blob_free(&wi->wi_certreq);
	blob_free(&wi->wi_octets);
}

/*
 * Write what a peer says of itself.
 */
void
claim_pack(struct wbuf *w, const struct claim *cm)
{
	unsigned int	 i;

	ident_pack(w, &cm->cm_id);
	wbuf_u8(w, cm->cm_want);
	wbuf_u8(w, cm->cm_method);
	wbuf_u8(w, cm->cm_ncerts);
	for (i = 0; i < cm->cm_ncerts; i++) {
		wbuf_u8(w, cm->cm_certs[i].ce_type);
		wbuf_u32(w, cm->cm_certs[i].ce_data.r_left);
		wbuf_add(w, cm->cm_certs[i].ce_data.r_ptr,
		    cm->cm_certs[i].ce_data.r_left);
	}
	wbuf_blob(w, &cm->cm_octets);
	wbuf_blob(w, &cm->cm_auth);
}

/*
 * Read it, to be freed by claim_free in any case; -1: malformed.  The
 * certificates point into the reader's bytes.
 */
int
claim_unpack(struct rbuf *r, struct claim *cm)
{
	struct cert	*c;
	uint32_t	 len;
	uint8_t		 n;

	memset(cm, 0, sizeof(*cm));
	if (ident_unpack(r, &cm->cm_id) == -1 ||
	    rbuf_u8(r, &cm->cm_want) == -1 ||
	    rbuf_u8(r, &cm->cm_method) == -1 || rbuf_u8(r, &n) == -1 ||
	    n > CERTS_MAX)
		return (-1);
	for (; cm->cm_ncerts < n; cm->cm_ncerts++) {
		c = &cm->cm_certs[cm->cm_ncerts];
		if (rbuf_u8(r, &c->ce_type) == -1 ||
		    rbuf_u32(r, &len) == -1 ||
		    rbuf_sub(r, len, &c->ce_data) == -1)
			return (-1);
	}
	return (rbuf_blob(r, &cm->cm_octets) == -1 ||
	    rbuf_blob(r, &cm->cm_auth) == -1 || r->r_left != 0 ? -1 : 0);
}

/*
 * Free what claim_unpack made.
 */
void
claim_free(struct claim *cm)
{
	blob_free(&cm->cm_octets);
	blob_free(&cm->cm_auth);
}

/*
 * Write a signature and the certificates with it.
 */
void
signature_pack(struct wbuf *w, const struct signature *sg)
{
	unsigned int	 i;

	wbuf_u8(w, sg->sg_method);
	wbuf_blob(w, &sg->sg_data);
	wbuf_u8(w, sg->sg_ncerts);
	for (i = 0; i < sg->sg_ncerts; i++) {
		wbuf_u8(w, sg->sg_types[i]);
		wbuf_blob(w, &sg->sg_certs[i]);
	}
}

/*
 * Read it, to be freed by signature_free in any case; -1: malformed.
 */
int
signature_unpack(struct rbuf *r, struct signature *sg)
{
	unsigned int	 i;
	uint8_t		 n;

	memset(sg, 0, sizeof(*sg));
	if (rbuf_u8(r, &sg->sg_method) == -1 ||
	    rbuf_blob(r, &sg->sg_data) == -1 || rbuf_u8(r, &n) == -1 ||
	    n > CERTS_MAX)
		return (-1);
	for (i = 0; i < n; i++) {
		if (rbuf_u8(r, &sg->sg_types[i]) == -1 ||
		    rbuf_blob(r, &sg->sg_certs[i]) == -1)
			return (-1);
		sg->sg_ncerts++;
	}
	return (r->r_left == 0 ? 0 : -1);
}

/*
 * Free what a signature holds.
 */
void
signature_free(struct signature *sg)
{
	unsigned int	 i;

	blob_free(&sg->sg_data);
	for (i = 0; i < CERTS_MAX; i++)
		blob_free(&sg->sg_certs[i]);
	memset(sg, 0, sizeof(*sg));
}
