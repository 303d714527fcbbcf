/*
 * Messages of IKEv2 on the wire (RFC 7296, section 3; RFC 7383).
 */
#ifndef _WIRE_H_
#define _WIRE_H_

#include <sys/types.h>

#include "addr.h"
#include "buf.h"
#include "conf.h"

#define NOTIFIES_MAX	32
#define CERTS_MAX	8
#define DELETES_MAX	64
#define TS_MAX		255

struct ike_hdr {
	uint64_t	 h_spii;
	uint64_t	 h_spir;
	uint8_t		 h_next;
	uint8_t		 h_version;
	uint8_t		 h_exch;
	uint8_t		 h_flags;
	uint32_t	 h_id;
	uint32_t	 h_len;
};

struct notify {
	uint8_t		 n_proto;
	uint16_t	 n_type;
	struct rbuf	 n_spi;
	struct rbuf	 n_data;
};

struct cert {
	uint8_t		 ce_type;	/* CERT_* */
	struct rbuf	 ce_data;
};

/* Ports and protocol: 0 to 65535 and 0 are any. */
struct ts {
	uint8_t		 ts_proto;
	uint16_t	 ts_port_lo;
	uint16_t	 ts_port_hi;
	struct range	 ts_addr;
};

struct tslist {
	unsigned int	 tl_n;
	struct ts	 tl_ts[TS_MAX];
};

#define MSG_HAS(m, t)	(((m)->m_has & (1ULL << (t))) != 0)

/*
 * A message in pieces.  Readers point into the bytes that were parsed.
 */
struct msg {
	struct ike_hdr	 m_hdr;
	uint64_t	 m_has;		/* a bit for each type of payload */
	uint8_t		 m_critical;	/* the type that nobody knows */
	unsigned int	 m_nprops;
	struct proposal	 m_props[PROPS_MAX];
	uint16_t	 m_group;
	struct rbuf	 m_ke;
	struct rbuf	 m_nonce;
	struct ident	 m_idi;
	struct ident	 m_idr;
	struct rbuf	 m_idi_raw;	/* the bodies, for AUTH */
	struct rbuf	 m_idr_raw;
	unsigned int	 m_ncerts;
	struct cert	 m_certs[CERTS_MAX];
	struct rbuf	 m_certreq;	/* hashes of keys of authorities */
	uint8_t		 m_auth;	/* AUTH_* */
	struct rbuf	 m_authdata;
	unsigned int	 m_nnotify;
	struct notify	 m_notify[NOTIFIES_MAX];
	int		 m_delike;
	uint8_t		 m_delproto;
	unsigned int	 m_ndel;
	uint32_t	 m_del[DELETES_MAX];
	struct tslist	 m_tsi;
	struct tslist	 m_tsr;
	struct rbuf	 m_vendor;
};

/* A chain of payloads in the making. */
struct chain {
	struct wbuf	 c_w;
	uint8_t		 c_first;
	size_t		 c_last;	/* where the type of the next goes */
	size_t		 c_open;	/* start of the open payload */
};

/* wire_hdr.c */
int	 hdr_parse(struct rbuf *, struct ike_hdr *);
void	 hdr_build(struct wbuf *, const struct ike_hdr *);
int	 pld_next(struct rbuf *, uint8_t *, uint8_t *, struct rbuf *);
void	 chain_init(struct chain *);
void	 chain_free(struct chain *);
struct wbuf *chain_begin(struct chain *, uint8_t);
void	 chain_end(struct chain *);
int	 chain_message(struct chain *, struct ike_hdr *, struct blob *);

/* wire_msg.c */
int	 msg_parse(struct msg *, uint8_t, struct rbuf *);
const struct notify *msg_notify(const struct msg *, uint16_t);
const struct notify *msg_error(const struct msg *);

/* wire_sa.c */
int	 sa_parse(struct rbuf *, struct proposal *, unsigned int *);
void	 sa_build(struct chain *, const struct proposal *, unsigned int);

/* wire_ts.c */
int	 ts_parse(struct rbuf *, struct tslist *);
void	 ts_build(struct chain *, uint8_t, const struct tslist *);

/* wire_pld.c */
int	 ke_parse(struct msg *, struct rbuf *);
int	 id_parse(struct rbuf *, struct ident *);
int	 cert_parse(struct msg *, struct rbuf *);
int	 certreq_parse(struct msg *, struct rbuf *);
int	 auth_parse(struct msg *, struct rbuf *);
int	 notify_parse(struct msg *, struct rbuf *);
int	 delete_parse(struct msg *, struct rbuf *);
void	 ke_build(struct chain *, uint16_t, const struct blob *);
void	 nonce_build(struct chain *, const struct blob *);
void	 id_body(struct wbuf *, const struct ident *);
void	 id_build(struct chain *, uint8_t, const struct ident *);
void	 cert_build(struct chain *, uint8_t, const void *, size_t);
void	 certreq_build(struct chain *, const struct blob *);
void	 auth_build(struct chain *, uint8_t, const struct blob *);
void	 notify_build(struct chain *, uint8_t, uint32_t, uint16_t,
	    const void *, size_t);
void	 delete_build(struct chain *, uint8_t, const uint32_t *,
	    unsigned int);
void	 vendor_build(struct chain *, const char *);

#endif /* _WIRE_H_ */
