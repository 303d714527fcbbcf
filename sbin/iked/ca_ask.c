/*
 * ikev2's side of ca: to ask for signatures, and to have those of peers
 * verified, which is answered later.
 */
#include <sys/types.h>

#include <string.h>

#include "cert.h"
#include "iked.h"
#include "log.h"

#define ASK_MAX		(IMSG_MAXLEN - sizeof(struct imsg_hdr))

/* A blob that looks at a reader's bytes. */
static struct blob
view(const void *data, size_t len)
{
	struct blob	 b;

	b.b_data = (uint8_t *)data;
	b.b_len = len;
	return (b);
}

/*
 * Ask for the signature of octets by who we are in an SA.  -1: that is too
 * much for one message.
 */
int
ca_ask_sign(struct pipe *ca, const struct ike_sa *sa,
    const struct blob *octets)
{
	struct wish	 wi;
	struct wbuf	 w;
	int		 good;

	memset(&wi, 0, sizeof(wi));
	wi.wi_id = sa->sa_id;
	wi.wi_want = sa->sa_policy->p_auth;
	wi.wi_hashes = sa->sa_sighash;
	wi.wi_certreq = sa->sa_certreq;
	wi.wi_octets = *octets;
	wbuf_init(&w);
	wbuf_u64(&w, sa_spi(sa));
	wish_pack(&w, &wi);
	good = !w.w_error && w.w_len <= ASK_MAX;
	if (good)
		pipe_send(ca, IMSG_CA_SIGN, 0, -1, w.w_buf, w.w_len);
	wbuf_free(&w);
	return (good ? 0 : -1);
}

/*
 * Ask whether the peer of an SA, which sent m, is who it says; octets is
 * what its signature covers.  -1: that is too much for one message.
 */
int
ca_ask_verify(struct pipe *ca, const struct ike_sa *sa, const struct msg *m,
    const struct blob *octets)
{
	struct claim	 cm;
	struct wbuf	 w;
	int		 good;

	memset(&cm, 0, sizeof(cm));
	cm.cm_id = sa->sa_peerid;
	cm.cm_want = sa->sa_policy->p_auth;
	cm.cm_method = m->m_auth;
	cm.cm_ncerts = m->m_ncerts;
	memcpy(cm.cm_certs, m->m_certs, sizeof(cm.cm_certs));
	cm.cm_octets = *octets;
	cm.cm_auth = view(m->m_authdata.r_ptr, m->m_authdata.r_left);
	wbuf_init(&w);
	wbuf_u64(&w, sa_spi(sa));
	claim_pack(&w, &cm);
	good = !w.w_error && w.w_len <= ASK_MAX;
	if (good)
		pipe_send(ca, IMSG_CA_VERIFY, 0, -1, w.w_buf, w.w_len);
	wbuf_free(&w);
	return (good ? 0 : -1);
}

static void
signed_by_ca(struct engine *e, uint64_t spi, struct rbuf *r)
{
	struct signature	 sg;
	uint8_t			 good;

	if (rbuf_u8(r, &good) == -1)
		fatalx("imsg signed");
	if (!good) {
		engine_signed(e, spi, NULL);
		return;
	}
	if (signature_unpack(r, &sg) == -1)
		fatalx("imsg signed");
	engine_signed(e, spi, &sg);
	signature_free(&sg);
}

/*
 * Give an answer of ca's to the engine, whose clock is set.
 */
void
ca_answer(struct engine *e, const struct imsg *im)
{
	char		 why[512];
	struct rbuf	 r;
	uint64_t	 spi;

	rbuf_init(&r, im->i_data, im->i_datalen);
	if (rbuf_u64(&r, &spi) == -1)
		fatalx("imsg of ca");
	if (im->i_hdr.i_type == IMSG_CA_SIGNED) {
		signed_by_ca(e, spi, &r);
	} else if (im->i_hdr.i_type == IMSG_CA_VERIFIED) {
		if (rbuf_str(&r, why, sizeof(why)) == -1)
			fatalx("imsg verified");
		engine_verified(e, spi, why[0] != '\0' ? why : NULL);
	} else
		fatalx("imsg %u of ca", im->i_hdr.i_type);
	sa_reap(e);
}
