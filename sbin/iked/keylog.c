/*
 * iked -l: the keys of SAs in Wireshark's words, a line each, behind the name
 * of the table that it belongs to: ikev2_decryption_table or esp_sa.  What
 * Wireshark has no name for is left out.
 */
#include <sys/types.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "iked.h"
#include "ikev2.h"
#include "log.h"

struct name {
	uint16_t	 n_id;
	uint16_t	 n_bits;
	const char	*n_ike;
	const char	*n_esp;
};

static const struct name	 encr[] = {
	{ ENCR_3DES, 0, "3DES [RFC2451]", "TripleDES-CBC [RFC2451]" },
	{ ENCR_NULL, 0, NULL, "NULL" },
	{ ENCR_AES_CBC, 128, "AES-CBC-128 [RFC3602]", "AES-CBC [RFC3602]" },
	{ ENCR_AES_CBC, 192, "AES-CBC-192 [RFC3602]", "AES-CBC [RFC3602]" },
	{ ENCR_AES_CBC, 256, "AES-CBC-256 [RFC3602]", "AES-CBC [RFC3602]" },
	{ ENCR_AES_CTR, 128, NULL, "AES-CTR [RFC3686]" },
	{ ENCR_AES_CTR, 192, NULL, "AES-CTR [RFC3686]" },
	{ ENCR_AES_CTR, 256, NULL, "AES-CTR [RFC3686]" },
	{ ENCR_AES_GCM_12, 128, "AES-GCM-128 with 12 octet ICV [RFC5282]",
	    "AES-GCM with 12 octet ICV [RFC4106]" },
	{ ENCR_AES_GCM_12, 256, "AES-GCM-256 with 12 octet ICV [RFC5282]",
	    "AES-GCM with 12 octet ICV [RFC4106]" },
	{ ENCR_AES_GCM_16, 128, "AES-GCM-128 with 16 octet ICV [RFC5282]",
	    "AES-GCM with 16 octet ICV [RFC4106]" },
	{ ENCR_AES_GCM_16, 192, "AES-GCM-192 with 16 octet ICV [RFC5282]",
	    "AES-GCM with 16 octet ICV [RFC4106]" },
	{ ENCR_AES_GCM_16, 256, "AES-GCM-256 with 16 octet ICV [RFC5282]",
	    "AES-GCM with 16 octet ICV [RFC4106]" },
	{ 0, 0, NULL, NULL }
};

static const struct name	 integ[] = {
	{ INTEG_NONE, 0, "NONE [RFC4306]", "NULL" },
	{ INTEG_HMAC_SHA1_96, 0, "HMAC_SHA1_96 [RFC2404]",
	    "HMAC-SHA-1-96 [RFC2404]" },
	{ INTEG_HMAC_SHA2_256, 0, "HMAC_SHA2_256_128 [RFC4868]",
	    "HMAC-SHA-256-128 [RFC4868]" },
	{ INTEG_HMAC_SHA2_384, 0, "HMAC_SHA2_384_192 [RFC4868]",
	    "HMAC-SHA-384-192 [RFC4868]" },
	{ INTEG_HMAC_SHA2_512, 0, "HMAC_SHA2_512_256 [RFC4868]",
	    "HMAC-SHA-512-256 [RFC4868]" },
	{ 0, 0, NULL, NULL }
};

struct line {
	char	 l_text[2048];
	size_t	 l_len;
};

static int	 log_fd = -1;

static const struct name *
find(const struct name *n, uint16_t id, uint16_t bits)
{
	for (; n->n_ike != NULL || n->n_esp != NULL; n++)
		if (n->n_id == id && n->n_bits == bits)
			return (n);
	return (NULL);
}

static void	 add(struct line *, const char *, ...)
		    __attribute__((__format__(printf, 2, 3)));

static void
add(struct line *l, const char *fmt, ...)
{
	va_list	 ap;
	int	 n;

	va_start(ap, fmt);
	n = vsnprintf(l->l_text + l->l_len, sizeof(l->l_text) - l->l_len, fmt,
	    ap);
	va_end(ap);
	if (n > 0 && (size_t)n < sizeof(l->l_text) - l->l_len)
		l->l_len += n;
}

static void
add_key(struct line *l, const struct blob *key)
{
	size_t	 i;

	for (i = 0; i < key->b_len; i++)
		add(l, "%02x", key->b_data[i]);
}

/* One write a line, so that several writers would not mix theirs. */
static void
put(struct line *l)
{
	add(l, "\n");
	if (write(log_fd, l->l_text, l->l_len) != (ssize_t)l->l_len)
		log_warn("key log");
	explicit_bzero(l, sizeof(*l));
}

/*
 * Write keys to an open file from now on.
 */
void
keylog_open(int fd)
{
	log_fd = fd;
	log_warnx("keys are written to a file");
}

/*
 * The keys of an IKE SA.
 */
void
keylog_ike(const struct ike_sa *sa)
{
	const struct suite	*su = &sa->sa_suite;
	const struct name	*e, *a;
	struct line		 l = { .l_len = 0 };

	e = find(encr, su->su_encr, su->su_keylen);
	a = find(integ, su->su_integ, 0);
	if (log_fd == -1 || e == NULL || e->n_ike == NULL || a == NULL)
		return;
	add(&l, "ikev2_decryption_table:%016llx,%016llx,",
	    (unsigned long long)sa->sa_spii, (unsigned long long)sa->sa_spir);
	add_key(&l, &sa->sa_keys.k_ei);
	add(&l, ",");
	add_key(&l, &sa->sa_keys.k_er);
	add(&l, ",\"%s\",", e->n_ike);
	add_key(&l, &sa->sa_keys.k_ai);
	add(&l, ",");
	add_key(&l, &sa->sa_keys.k_ar);
	add(&l, ",\"%s\"", a->n_ike);
	put(&l);
}

/*
 * The keys of one direction of a child: in, or out.
 */
void
keylog_child(const struct child *ch, int out)
{
	const struct suite	*su = &ch->ch_suite;
	const struct ike_sa	*sa = ch->ch_sa;
	const struct name	*e, *a;
	char			 from[ADDR_STRLEN], to[ADDR_STRLEN];
	struct line		 l = { .l_len = 0 };

	e = find(encr, su->su_encr, su->su_keylen);
	a = find(integ, su->su_integ, 0);
	if (log_fd == -1 || ch->ch_proto != PROTO_ESP || e == NULL ||
	    e->n_esp == NULL || a == NULL)
		return;
	addr_str(&sa->sa_local.e_addr, out ? from : to);
	addr_str(&sa->sa_peer.e_addr, out ? to : from);
	add(&l, "esp_sa:\"IPv%u\",\"%s\",\"%s\",\"0x%08x\",\"%s\",\"",
	    sa->sa_peer.e_addr.a_ver, from, to,
	    out ? ch->ch_spi_out : ch->ch_spi_in, e->n_esp);
	if (ch->ch_encr[out].b_len != 0)
		add(&l, "0x");
	add_key(&l, &ch->ch_encr[out]);
	add(&l, "\",\"%s\",\"", a->n_esp);
	if (ch->ch_integ[out].b_len != 0)
		add(&l, "0x");
	add_key(&l, &ch->ch_integ[out]);
	add(&l, "\"");
	put(&l);
}
