/*
 * A chain of payloads into the pieces of a message.  A payload that nobody
 * knows is skipped, unless its critical bit says that it must not be (RFC
 * 7296, 2.5).  CP and EAP payloads are noted and not looked into.
 */
#include <sys/types.h>

#include <string.h>

#include "ikev2.h"
#include "wire.h"

/* Payloads of which a message has at most one. */
#define SINGLE	((1ULL << PLD_SA) | (1ULL << PLD_KE) | (1ULL << PLD_IDi) | \
		(1ULL << PLD_IDr) | (1ULL << PLD_AUTH) | \
		(1ULL << PLD_NONCE) | (1ULL << PLD_TSi) | (1ULL << PLD_TSr))

static int
nonce_parse(struct msg *m, struct rbuf *r)
{
	m->m_nonce = *r;
	return (r->r_left >= NONCE_MIN && r->r_left <= NONCE_MAX ? 0 : -1);
}

static int
pld_parse(struct msg *m, uint8_t type, struct rbuf *r)
{
	switch (type) {
	case PLD_SA:
		return (sa_parse(r, m->m_props, &m->m_nprops));
	case PLD_KE:
		return (ke_parse(m, r));
	case PLD_IDi:
		m->m_idi_raw = *r;
		return (id_parse(r, &m->m_idi));
	case PLD_IDr:
		m->m_idr_raw = *r;
		return (id_parse(r, &m->m_idr));
	case PLD_CERT:
		return (cert_parse(m, r));
	case PLD_CERTREQ:
		return (certreq_parse(m, r));
	case PLD_AUTH:
		return (auth_parse(m, r));
	case PLD_NONCE:
		return (nonce_parse(m, r));
	case PLD_NOTIFY:
		return (notify_parse(m, r));
	case PLD_DELETE:
		return (delete_parse(m, r));
	case PLD_TSi:
		return (ts_parse(r, &m->m_tsi));
	case PLD_TSr:
		return (ts_parse(r, &m->m_tsr));
	case PLD_VENDOR:
		m->m_vendor = *r;
		return (0);
	}
	return (0);
}

static int
known(uint8_t type)
{
	return ((type >= PLD_SA && type <= PLD_EAP && type != PLD_SK));
}

/*
 * Take a chain apart, whose first payload is of the given type; the header
 * in m is kept.  Returns 0, N_INVALID_SYNTAX, or
 * N_UNSUPPORTED_CRITICAL_PAYLOAD with m_critical.
 */
int
msg_parse(struct msg *m, uint8_t type, struct rbuf *r)
{
	struct ike_hdr	 hdr = m->m_hdr;
	struct rbuf	 body;
	uint8_t		 next, flags;

	memset(m, 0, sizeof(*m));
	m->m_hdr = hdr;
	for (; type != PLD_NONE; type = next) {
		if (pld_next(r, &next, &flags, &body) == -1)
			return (N_INVALID_SYNTAX);
		if (!known(type)) {
			if ((flags & PLD_CRITICAL) == 0)
				continue;
			m->m_critical = type;
			return (N_UNSUPPORTED_CRITICAL_PAYLOAD);
		}
		if (MSG_HAS(m, type) && (SINGLE & (1ULL << type)) != 0)
			return (N_INVALID_SYNTAX);
		m->m_has |= 1ULL << type;
		if (pld_parse(m, type, &body) == -1)
			return (N_INVALID_SYNTAX);
	}
	return (r->r_left == 0 ? 0 : N_INVALID_SYNTAX);
}

/*
 * The first notification of a type, or NULL.
 */
const struct notify *
msg_notify(const struct msg *m, uint16_t type)
{
	unsigned int	 i;

	for (i = 0; i < m->m_nnotify; i++)
		if (m->m_notify[i].n_type == type)
			return (&m->m_notify[i]);
	return (NULL);
}

/*
 * The first notification of an error, or NULL.
 */
const struct notify *
msg_error(const struct msg *m)
{
	unsigned int	 i;

	for (i = 0; i < m->m_nnotify; i++)
		if (m->m_notify[i].n_type <= N_ERROR_MAX)
			return (&m->m_notify[i]);
	return (NULL);
}
