/*
 * The ca process: it alone has our private key.  ikev2 asks it to sign and
 * to verify, and may ask again before there is an answer; each carries the
 * SPI of the SA that it is for.
 */
#include <sys/types.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/pem.h>

#include "cert.h"
#include "crypt_sign.h"
#include "iked.h"
#include "log.h"

#define FD_PARENT	3
#define FD_IKEV2	4

static struct store		 store;
static struct event_base	*base;
static struct pipe		 parent, ikev2;

/* Load all files; ikev2 learns which authorities we have. */
static void
load(const struct imsg *im)
{
	struct rbuf	 r;
	uint8_t		 partial;

	rbuf_init(&r, im->i_data, im->i_datalen);
	if (rbuf_u8(&r, &partial) == -1)
		fatalx("imsg load");
	if (store_load(&store, partial) == -1)
		fatal("certificates");
	pipe_send(&ikev2, IMSG_CA_READY, im->i_hdr.i_peerid, -1,
	    store.st_hashes.b_data, store.st_hashes.b_len);
}

/* Our private key: an open file, or none. */
static void
take_key(struct imsg *im)
{
	if (im->i_descr != -1) {
		store_key(&store, im->i_descr);
		im->i_descr = -1;
	} else {
		EVP_PKEY_free(store.st_key);
		store.st_key = NULL;
	}
}

static void
cert_fill(struct ctl_cert *cc, X509 *x)
{
	EVP_PKEY	*key = X509_get0_pubkey(x);
	BIGNUM		*bn;
	char		*hex;

	cert_subject(X509_get_subject_name(x), cc->ct_subject,
	    sizeof(cc->ct_subject));
	cert_subject(X509_get_issuer_name(x), cc->ct_issuer,
	    sizeof(cc->ct_issuer));
	cert_altnames(x, cc->ct_names, sizeof(cc->ct_names));
	if (key != NULL)
		key_describe(key, cc->ct_key, sizeof(cc->ct_key));
	bn = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x), NULL);
	hex = bn != NULL ? BN_bn2hex(bn) : NULL;
	snprintf(cc->ct_serial, sizeof(cc->ct_serial), "%s",
	    hex != NULL ? hex : "?");
	OPENSSL_free(hex);
	BN_free(bn);
	ASN1_TIME_to_tm(X509_get0_notBefore(x), &cc->ct_from);
	ASN1_TIME_to_tm(X509_get0_notAfter(x), &cc->ct_to);
	cc->ct_ours = key != NULL && store.st_key != NULL &&
	    EVP_PKEY_eq(key, store.st_key) == 1;
}

static void
show_list(uint32_t id, STACK_OF(X509) *list, int ca)
{
	struct ctl_cert	 cc;
	int		 i;

	for (i = 0; i < sk_X509_num(list); i++) {
		memset(&cc, 0, sizeof(cc));
		cc.ct_ca = ca;
		cert_fill(&cc, sk_X509_value(list, i));
		pipe_send(&parent, IMSG_CTL_CERT, id, -1, &cc, sizeof(cc));
	}
}

static void
tell(const struct ctl_seen *se)
{
	pipe_send(&parent, IMSG_SEEN, 0, -1, se, sizeof(*se));
}

static void
from_parent(struct pipe *p, struct imsg *im)
{
	uint32_t	 id = im->i_hdr.i_peerid;

	switch (im->i_hdr.i_type) {
	case IMSG_CA_KEY:
		take_key(im);
		break;
	case IMSG_CA_LOAD:
		load(im);
		break;
	case IMSG_CTL_RESET_CA:
		/* What was loaded came before. */
		pipe_send(&parent, IMSG_CTL_OK, id, -1, NULL, 0);
		break;
	case IMSG_CTL_SHOW_CERTS:
		show_list(id, store.st_cas, 1);
		show_list(id, store.st_certs, 0);
		pipe_send(&parent, IMSG_CTL_OK, id, -1, NULL, 0);
		break;
	case IMSG_CTL_MONITOR:
		monitor_set("ca", im->i_hdr.i_peerid ? tell : NULL);
		break;
	case IMSG_CTL_VERBOSE:
	case IMSG_CTL_BRIEF:
		log_setverbose(im->i_hdr.i_type == IMSG_CTL_VERBOSE);
		break;
	default:
		fatalx("imsg %u of parent", im->i_hdr.i_type);
	}
	if (im->i_descr != -1)
		close(im->i_descr);
}

static void
sign(uint64_t spi, struct rbuf *r)
{
	struct signature	 sg;
	struct wish		 wi;
	struct wbuf		 w;
	const char		*why;
	char			 id[300];

	memset(&sg, 0, sizeof(sg));
	if (wish_unpack(r, &wi) == -1)
		fatalx("imsg sign");
	wbuf_init(&w);
	wbuf_u64(&w, spi);
	if (wish_grant(&store, &wi, &sg, &why) == 0) {
		wbuf_u8(&w, 1);
		signature_pack(&w, &sg);
	} else {
		wbuf_u8(&w, 0);
		log_warnx("cannot sign as %s: %s", ident_str(&wi.wi_id, id,
		    sizeof(id)), why);
	}
	if (w.w_error || w.w_len > IMSG_MAXLEN - sizeof(struct imsg_hdr))
		fatalx("signature");
	pipe_send(&ikev2, IMSG_CA_SIGNED, 0, -1, w.w_buf, w.w_len);
	wbuf_free(&w);
	signature_free(&sg);
	wish_free(&wi);
}

static void
verify(uint64_t spi, struct rbuf *r)
{
	struct claim	 cm;
	struct wbuf	 w;
	const char	*why;

	if (claim_unpack(r, &cm) == -1)
		fatalx("imsg verify");
	why = claim_check(&store, &cm);
	wbuf_init(&w);
	wbuf_u64(&w, spi);
	wbuf_str(&w, why == NULL ? "" : why);
	if (w.w_error)
		fatal("verify");
	pipe_send(&ikev2, IMSG_CA_VERIFIED, 0, -1, w.w_buf, w.w_len);
	wbuf_free(&w);
	claim_free(&cm);
}

static void
from_ikev2(struct pipe *p, struct imsg *im)
{
	struct rbuf	 r;
	uint64_t	 spi;

	if (im->i_descr != -1)
		close(im->i_descr);
	rbuf_init(&r, im->i_data, im->i_datalen);
	if (rbuf_u64(&r, &spi) == -1)
		fatalx("imsg of ikev2");
	if (im->i_hdr.i_type == IMSG_CA_SIGN)
		sign(spi, &r);
	else if (im->i_hdr.i_type == IMSG_CA_VERIFY)
		verify(spi, &r);
	else
		fatalx("imsg %u of ikev2", im->i_hdr.i_type);
}

static void
process_gone(struct pipe *p)
{
	store_clear(&store);
	exit(0);
}

/*
 * Does not return before the end.
 */
void
ca_main(void)
{
	base = event_base_new();
	if (base == NULL || store_init(&store, "") == -1)
		fatalx("ca");
	/* stdio: at hand; rpath: certificates; recvfd: the private key. */
	privdrop("stdio rpath recvfd");
	if (pipe_open(&parent, base, FD_PARENT, from_parent, process_gone,
	    NULL) == -1 || pipe_open(&ikev2, base, FD_IKEV2, from_ikev2,
	    process_gone, NULL) == -1)
		fatal("pipe");
	event_base_dispatch(base);
}
