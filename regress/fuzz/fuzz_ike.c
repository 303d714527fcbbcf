/*
 * iked(8)'s engine: two of them talk to each other (regress/sbin/iked/pair.h)
 * and the input is what else happens.
 *
 * The first two octets say how far they have come and how they are configured,
 * then each record is: what (u8), length of the body (u16, little-endian),
 * body.  A message that is sealed carries keys that both have: what is behind
 * the authentication is reached.
 */
#include <sys/types.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "atf-c.h"
#include "ikev2.h"
#include "pair.h"

#define RECORDS		24
#define QUEUE		64

enum what {
	W_RAW, W_SEALED, W_TIME, W_DELIVER, W_DROP, W_EXPIRE, W_TURN, W_JOB
};
#define TO_A		0x08	/* or about it; else B */
#define WITH_SPIS	0x10	/* raw: of the SA there is */
#define IN_PIECES	0x20	/* sealed: in fragments */
#define RESPONSE	0x40	/* sealed: to the request under way */
#define AHEAD		0x80	/* sealed: not the number that comes next */

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const char	*const suites[] = {
	"", "enc aes-128 auth hmac-sha1 prf hmac-sha1 ",
	"enc aes-256 auth hmac-sha2-256 ", "enc aes-192 auth hmac-sha2-384 ",
	"enc aes-128 auth hmac-sha2-512 ", "enc chacha20-poly1305 ",
	"enc aes-256-gcm-12 ", "enc aes-192-gcm "
};
static int		 halfopen, nokey;

/* Signatures that are good if they are these. */
static void
sign(struct side *s, const struct ike_sa *sa, const struct blob *octets)
{
	struct signature sg;

	if (nokey && s == &P.b) {
		engine_signed(s->s_e, sa_spi(sa), NULL);
		return;
	}
	memset(&sg, 0, sizeof(sg));
	sg.sg_method = AUTH_SIG;
	blob_set(&sg.sg_data, "signature", 9);
	sg.sg_ncerts = 1;
	sg.sg_types[0] = CERT_X509;
	blob_set(&sg.sg_certs[0], "certificate", 11);
	engine_signed(s->s_e, sa_spi(sa), &sg);
	blob_free(&sg.sg_data);
	blob_free(&sg.sg_certs[0]);
}

static void
verify(struct side *s, const struct ike_sa *sa, const struct msg *m,
    const struct blob *octets)
{
	engine_verified(s->s_e, sa_spi(sa), m->m_authdata.r_left == 9 ? NULL :
	    "no");
}

/* What both have: a secret, or signatures. */
static void
words(char *buf, size_t size, uint8_t how, uint8_t more, const char *group,
    const char *secret)
{
	char	 psk[40];

	snprintf(psk, sizeof(psk), "psk \"%s\"", secret);
	snprintf(buf, size, "ikesa %s%s %schildsa enc aes-256-gcm %s %s "
	    "ikelifetime 600 lifetime 60 %s", suites[more & 7], group,
	    how & 0x80 ? "group 19 " : "", how & 0x08 ? "group 31" : "",
	    more & 0x10 ? "srcid me dstid me" : "", how & 0x20 ? "signature" :
	    psk);
}

/* Configure both, the octets say how. */
static void
configure(uint8_t how, uint8_t more)
{
	const char	*frag = how & 0x04 ? "set fragmentation\n" : "";
	const char	*mode = how & 0x10 ? "transport" : "tunnel";
	const char	*natt = how & 0x40 ? "natt" : "";
	char		 a[800], b[1200], w[300];

	words(w, sizeof(w), how, more, more & 0x08 ? "group 19 group 31" :
	    "group 31", "secret");
	snprintf(a, sizeof(a), "%sset enforcesingleikesa\n"
	    "ikev2 \"a\" active %s %s esp from 10.0.0.0/24 to 10.20.0.0/24 "
	    "peer 192.0.2.2 %s\n", frag, mode, natt, w);
	words(w, sizeof(w), how, more, "group 31", more & 0x80 ? "other" :
	    "secret");
	snprintf(b, sizeof(b), "%s%s"
	    "ikev2 \"d\" default esp from 10.40.0.0/24 to 10.0.0.0/24 %s\n"
	    "ikev2 \"s\" skip from any to any psk \"x\"\n"
	    "ikev2 \"c\" passive esp from 10.30.0.0/24 to 10.0.0.0/24 %s\n"
	    "ikev2 \"b\" %s passive %s %s esp from 10.20.0.0/24 to "
	    "10.0.0.0/24 %s\n", frag, more & 0x40 ?
	    "set enforcesingleikesa\n" : "", w, w, more & 0x40 ? "quick" :
	    "", mode, natt, w);
	pair_open(a, b);
}

/* Let them come as far as the octet says. */
static void
start(uint8_t how, uint8_t more)
{
	static const uint8_t	 hash[20];

	pair_sign = sign;
	pair_verify = verify;
	nokey = more & 0x80;
	configure(how, more);
	halfopen = more & 0x20 ? HALFOPEN_COOKIE : 0;
	P.b.s_e->e_nhalf += halfopen;
	if (how & 0x20) {
		blob_set(&P.a.s_e->e_certreq, hash, sizeof(hash));
		blob_set(&P.b.s_e->e_certreq, hash, sizeof(hash));
	}
	if ((how & 3) != 0)
		engine_run(P.a.s_e, P.now);
	if ((how & 3) == 3)
		pair_run(10);
	else if ((how & 3) == 2)
		P.sent = 0;
}

/* Any SA of a side's, the one that is up if there is. */
static struct ike_sa *
some_sa(struct side *s)
{
	struct ike_sa	*sa = pair_sa(s);

	return (sa != NULL ? sa : TAILQ_FIRST(&s->s_e->e_sas));
}

static void
input(struct side *to, const uint8_t *data, size_t len)
{
	struct endpoint	 local = to->s_ep, peer = to->s_peer->s_ep;

	engine_input(to->s_e, P.now, &local, &peer, data, len);
}

static void
raw(struct side *to, uint8_t what, const uint8_t *data, size_t len)
{
	struct ike_sa	*sa = some_sa(to);
	uint8_t		*copy = malloc(len + 1);
	struct wbuf	 w;

	memcpy(copy, data, len);
	if ((what & WITH_SPIS) && sa != NULL && len >= 16) {
		wbuf_init(&w);
		wbuf_u64(&w, sa->sa_spii);
		wbuf_u64(&w, sa->sa_spir);
		memcpy(copy, w.w_buf, 16);
		wbuf_free(&w);
	}
	input(to, copy, len);
	free(copy);
}

/* A chain (its type first) of an exchange, by the other side's keys. */
static void
sealed(struct side *to, uint8_t what, const uint8_t *data, size_t len)
{
	struct ike_sa	*sa = some_sa(to);
	struct request	*rq;
	struct ike_hdr	 h;
	struct chain	 c;
	struct blob	*list;
	unsigned int	 n, i;
	int		 initiator;

	if (len < 2 || sa == NULL || sa->sa_keys.k_d.b_len == 0)
		return;
	initiator = !sa->sa_initiator;
	memset(&h, 0, sizeof(h));
	h.h_spii = sa->sa_spii;
	h.h_spir = sa->sa_spir;
	h.h_version = IKE_VERSION;
	h.h_exch = data[0];
	h.h_flags = (initiator ? FLAG_INITIATOR : 0) |
	    (what & RESPONSE ? FLAG_RESPONSE : 0);
	h.h_id = sa->sa_next_in + (what & AHEAD ? len & 15 : 0);
	if (what & RESPONSE) {
		rq = TAILQ_FIRST(&sa->sa_requests);
		h.h_id = rq != NULL ? rq->r_sent.s_id : 0;
	}
	chain_init(&c);
	c.c_first = data[1];
	wbuf_add(&c.c_w, data + 2, len - 2);
	if (sk_seal(&sa->sa_suite, initiator ? &sa->sa_keys.k_ei :
	    &sa->sa_keys.k_er, initiator ? &sa->sa_keys.k_ai :
	    &sa->sa_keys.k_ar, &h, &c, what & IN_PIECES ? 120 : 0, &list,
	    &n) == 0) {
		for (i = 0; i < n; i++) {
			input(to, list[i].b_data, list[i].b_len);
			blob_free(&list[i]);
		}
		free(list);
	}
	chain_free(&c);
}

static void
drop(void)
{
	while (P.n > 0)
		blob_free(&P.q[--P.n].p_data);
}

static void
turn(const uint8_t *data, size_t len)
{
	struct blob	*b;

	if (len < 4 || P.n == 0)
		return;
	b = &P.q[data[0] % P.n].p_data;
	b->b_data[(data[1] | data[2] << 8) % b->b_len] ^= data[3];
}

static void
job(struct side *s, const uint8_t *data, size_t len)
{
	static const enum job_type	 jobs[] = { JOB_REKEY_IKE, JOB_DPD,
					    JOB_DELETE_IKE, JOB_CHILD };
	struct ike_sa			*sa = pair_sa(s);
	struct conf			 none;

	if (len == 0)
		return;
	if (data[0] == 0xfc) {
		/* It has forgotten them, and begins again. */
		while ((sa = TAILQ_FIRST(&s->s_e->e_sas)) != NULL) {
			sa_close(sa, "forgotten");
			sa_reap(s->s_e);
		}
		engine_again(s->s_e);
	} else if (data[0] == 0xff) {
		conf_init(&none);
		engine_conf(s->s_e, &none);
	} else if (data[0] == 0xfe)
		engine_shutdown(s->s_e);
	else if (data[0] == 0xfd && !TAILQ_EMPTY(&s->s_e->e_conf.c_policies))
		engine_acquire(s->s_e,
		    TAILQ_FIRST(&s->s_e->e_conf.c_policies));
	else if (sa != NULL)
		sa_job_add(sa, jobs[data[0] % 4], data[0] % 4 == 3 ?
		    PROTO_ESP : PROTO_IKE, 0);
}

static void
record(uint8_t what, const uint8_t *data, size_t len)
{
	struct side	*s = what & TO_A ? &P.a : &P.b;

	switch (what & 7) {
	case W_RAW:
		raw(s, what, data, len);
		break;
	case W_SEALED:
		sealed(s, what, data, len);
		break;
	case W_TIME:
		if (len >= 2)
			pair_run((data[0] | data[1] << 8) * 10);
		break;
	case W_DELIVER:
		pair_deliver();
		break;
	case W_DROP:
		drop();
		break;
	case W_EXPIRE:
		if (len >= 1 && s->s_nkids > 0)
			engine_expire(s->s_e, s->s_kids[(data[0] >> 1) %
			    s->s_nkids].k_in, PROTO_ESP, data[0] & 1);
		break;
	case W_TURN:
		turn(data, len);
		break;
	case W_JOB:
		job(s, data, len);
		break;
	}
	if (P.n > QUEUE)
		drop();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t	 what;
	size_t	 len;
	int	 i;

	if (size < 2)
		return (0);
	start(data[0], data[1]);
	data += 2;
	size -= 2;
	for (i = 0; i < RECORDS && size >= 3; i++) {
		what = data[0];
		len = data[1] | data[2] << 8;
		data += 3;
		size -= 3;
		if (len > size)
			len = size;
		record(what, data, len);
		data += len;
		size -= len;
	}
	pair_run(10);
	P.b.s_e->e_nhalf -= halfopen;
	pair_close();
	return (0);
}
