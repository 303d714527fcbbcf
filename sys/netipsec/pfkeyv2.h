/*
 * PF_KEY version 2 (RFC 2367) with OpenBSD's extensions: the messages by
 * which key management programs and the kernel talk about security
 * associations and flows.
 *
 *	struct sadb_msg | extension | extension | ...
 *
 * All lengths count 64-bit words.  SPIs and ports are in network order,
 * everything else in the host's.  Socket addresses are BSD's.
 */
#ifndef _NETIPSEC_PFKEYV2_H_
#define _NETIPSEC_PFKEYV2_H_

#include <sys/types.h>

#define PF_KEY_V2		2	/* protocol of the socket */
#define PFKEYV2_REVISION	199806L

/* Types of messages. */
#define SADB_RESERVED		0
#define SADB_GETSPI		1	/* reserve an SPI */
#define SADB_UPDATE		2	/* complete a larval SA, change one */
#define SADB_ADD		3
#define SADB_DELETE		4
#define SADB_GET		5
#define SADB_ACQUIRE		6	/* the kernel wants an SA */
#define SADB_REGISTER		7	/* hear of ACQUIRE */
#define SADB_EXPIRE		8
#define SADB_FLUSH		9
#define SADB_DUMP		10
#define SADB_X_PROMISC		11	/* hear everything */
#define SADB_X_ADDFLOW		12
#define SADB_X_DELFLOW		13
#define SADB_X_GRPSPIS		14	/* chain two SAs */
#define SADB_X_ASKPOLICY	15	/* the flow of an ACQUIRE */
#define SADB_X_SPDDUMP		16
#define SADB_MAX		16

struct sadb_msg {
	u_int8_t	sadb_msg_version;	/* PF_KEY_V2 */
	u_int8_t	sadb_msg_type;		/* SADB_* */
	u_int8_t	sadb_msg_errno;
	u_int8_t	sadb_msg_satype;	/* SADB_SATYPE_* */
	u_int16_t	sadb_msg_len;
	u_int16_t	sadb_msg_reserved;
	u_int32_t	sadb_msg_seq;
	u_int32_t	sadb_msg_pid;
};

/* What all extensions start with. */
struct sadb_ext {
	u_int16_t	sadb_ext_len;
	u_int16_t	sadb_ext_type;		/* SADB_EXT_*, SADB_X_EXT_* */
};

struct sadb_sa {
	u_int16_t	sadb_sa_len;
	u_int16_t	sadb_sa_exttype;
	u_int32_t	sadb_sa_spi;
	u_int8_t	sadb_sa_replay;		/* 0 off, else on */
	u_int8_t	sadb_sa_state;		/* SADB_SASTATE_* */
	u_int8_t	sadb_sa_auth;		/* SADB_AALG_* */
	u_int8_t	sadb_sa_encrypt;	/* SADB_EALG_*, SADB_X_CALG_* */
	u_int32_t	sadb_sa_flags;		/* SADB_SAFLAGS_* */
};

struct sadb_lifetime {
	u_int16_t	sadb_lifetime_len;
	u_int16_t	sadb_lifetime_exttype;
	u_int32_t	sadb_lifetime_allocations;
	u_int64_t	sadb_lifetime_bytes;
	u_int64_t	sadb_lifetime_addtime;	/* seconds */
	u_int64_t	sadb_lifetime_usetime;
};

/* Followed by a socket address. */
struct sadb_address {
	u_int16_t	sadb_address_len;
	u_int16_t	sadb_address_exttype;
	u_int32_t	sadb_address_reserved;
};

/* Followed by the key. */
struct sadb_key {
	u_int16_t	sadb_key_len;
	u_int16_t	sadb_key_exttype;
	u_int16_t	sadb_key_bits;
	u_int16_t	sadb_key_reserved;
};

/* Followed by a string with its NUL. */
struct sadb_ident {
	u_int16_t	sadb_ident_len;
	u_int16_t	sadb_ident_exttype;
	u_int16_t	sadb_ident_type;	/* SADB_IDENTTYPE_* */
	u_int16_t	sadb_ident_reserved;
	u_int64_t	sadb_ident_id;
};

struct sadb_sens {
	u_int16_t	sadb_sens_len;
	u_int16_t	sadb_sens_exttype;
	u_int32_t	sadb_sens_dpd;
	u_int8_t	sadb_sens_sens_level;
	u_int8_t	sadb_sens_sens_len;
	u_int8_t	sadb_sens_integ_level;
	u_int8_t	sadb_sens_integ_len;
	u_int32_t	sadb_sens_reserved;
};

/* Followed by combinations. */
struct sadb_prop {
	u_int16_t	sadb_prop_len;
	u_int16_t	sadb_prop_exttype;
	u_int8_t	sadb_prop_num;
	u_int8_t	sadb_prop_replay;
	u_int16_t	sadb_prop_reserved;
};

struct sadb_comb {
	u_int8_t	sadb_comb_auth;
	u_int8_t	sadb_comb_encrypt;
	u_int16_t	sadb_comb_flags;
	u_int16_t	sadb_comb_auth_minbits;
	u_int16_t	sadb_comb_auth_maxbits;
	u_int16_t	sadb_comb_encrypt_minbits;
	u_int16_t	sadb_comb_encrypt_maxbits;
	u_int32_t	sadb_comb_reserved;
	u_int32_t	sadb_comb_soft_allocations;
	u_int32_t	sadb_comb_hard_allocations;
	u_int64_t	sadb_comb_soft_bytes;
	u_int64_t	sadb_comb_hard_bytes;
	u_int64_t	sadb_comb_soft_addtime;
	u_int64_t	sadb_comb_hard_addtime;
	u_int64_t	sadb_comb_soft_usetime;
	u_int64_t	sadb_comb_hard_usetime;
};

/* Followed by algorithms. */
struct sadb_supported {
	u_int16_t	sadb_supported_len;
	u_int16_t	sadb_supported_exttype;
	u_int32_t	sadb_supported_reserved;
};

struct sadb_alg {
	u_int8_t	sadb_alg_id;
	u_int8_t	sadb_alg_ivlen;
	u_int16_t	sadb_alg_minbits;
	u_int16_t	sadb_alg_maxbits;
	u_int16_t	sadb_alg_reserved;
};

/* Host order, unlike other SPIs. */
struct sadb_spirange {
	u_int16_t	sadb_spirange_len;
	u_int16_t	sadb_spirange_exttype;
	u_int32_t	sadb_spirange_min;
	u_int32_t	sadb_spirange_max;
	u_int32_t	sadb_spirange_reserved;
};

/*
 * X_PROTOCOL: a transport protocol; X_FLOW_TYPE: SADB_X_FLOW_TYPE_* and
 * IPSP_DIRECTION_*; X_SATYPE2: SADB_SATYPE_*.
 */
struct sadb_protocol {
	u_int16_t	sadb_protocol_len;
	u_int16_t	sadb_protocol_exttype;
	u_int8_t	sadb_protocol_proto;
	u_int8_t	sadb_protocol_direction;
	u_int8_t	sadb_protocol_flags;
	u_int8_t	sadb_protocol_reserved2;
};

struct sadb_x_policy {
	u_int16_t	sadb_x_policy_len;
	u_int16_t	sadb_x_policy_exttype;
	u_int32_t	sadb_x_policy_seq;
};

struct sadb_x_udpencap {
	u_int16_t	sadb_x_udpencap_len;
	u_int16_t	sadb_x_udpencap_exttype;
	u_int16_t	sadb_x_udpencap_port;	/* network order */
	u_int16_t	sadb_x_udpencap_reserved;
};

/* Followed by a string with its NUL. */
struct sadb_x_tag {
	u_int16_t	sadb_x_tag_len;
	u_int16_t	sadb_x_tag_exttype;
	u_int32_t	sadb_x_tag_taglen;	/* bytes, the NUL too */
};

struct sadb_x_tap {
	u_int16_t	sadb_x_tap_len;
	u_int16_t	sadb_x_tap_exttype;
	u_int32_t	sadb_x_tap_unit;
};

struct sadb_x_counter {
	u_int16_t	sadb_x_counter_len;
	u_int16_t	sadb_x_counter_exttype;
	u_int32_t	sadb_x_counter_pad;
	u_int64_t	sadb_x_counter_ipackets;
	u_int64_t	sadb_x_counter_opackets;
	u_int64_t	sadb_x_counter_ibytes;
	u_int64_t	sadb_x_counter_obytes;
	u_int64_t	sadb_x_counter_idrops;
	u_int64_t	sadb_x_counter_odrops;
	u_int64_t	sadb_x_counter_idecompbytes;
	u_int64_t	sadb_x_counter_ouncompbytes;
};

struct sadb_x_rdomain {
	u_int16_t	sadb_x_rdomain_len;
	u_int16_t	sadb_x_rdomain_exttype;
	u_int16_t	sadb_x_rdomain_dom1;	/* before the transform */
	u_int16_t	sadb_x_rdomain_dom2;	/* after it */
};

struct sadb_x_mtu {
	u_int16_t	sadb_x_mtu_len;
	u_int16_t	sadb_x_mtu_exttype;
	u_int32_t	sadb_x_mtu_mtu;		/* of what enters the SA */
};

struct sadb_x_replay {
	u_int16_t	sadb_x_replay_len;
	u_int16_t	sadb_x_replay_exttype;
	u_int32_t	sadb_x_replay_window;	/* packets; 0 off */
	u_int64_t	sadb_x_replay_count;	/* highest number so far */
};

struct sadb_x_iface {
	u_int16_t	sadb_x_iface_len;
	u_int16_t	sadb_x_iface_exttype;
	u_int32_t	sadb_x_iface_unit;	/* of sec(4) */
	u_int8_t	sadb_x_iface_direction;	/* IPSP_DIRECTION_* */
	u_int8_t	sadb_x_iface_reserved[7];
};

#ifdef _KERNEL
#define SADB_X_GETSPROTO(x)						\
	((x) == SADB_SATYPE_AH ? IPPROTO_AH :				\
	(x) == SADB_SATYPE_ESP ? IPPROTO_ESP :				\
	(x) == SADB_X_SATYPE_IPCOMP ? IPPROTO_IPCOMP : IPPROTO_IPIP)
#endif

/* Extensions. */
#define SADB_EXT_RESERVED		0
#define SADB_EXT_SA			1
#define SADB_EXT_LIFETIME_CURRENT	2
#define SADB_EXT_LIFETIME_HARD		3
#define SADB_EXT_LIFETIME_SOFT		4
#define SADB_EXT_ADDRESS_SRC		5
#define SADB_EXT_ADDRESS_DST		6
#define SADB_EXT_ADDRESS_PROXY		7
#define SADB_EXT_KEY_AUTH		8
#define SADB_EXT_KEY_ENCRYPT		9
#define SADB_EXT_IDENTITY_SRC		10
#define SADB_EXT_IDENTITY_DST		11
#define SADB_EXT_SENSITIVITY		12
#define SADB_EXT_PROPOSAL		13
#define SADB_EXT_SUPPORTED_AUTH		14
#define SADB_EXT_SUPPORTED_ENCRYPT	15
#define SADB_EXT_SPIRANGE		16
#define SADB_X_EXT_SRC_MASK		17
#define SADB_X_EXT_DST_MASK		18
#define SADB_X_EXT_PROTOCOL		19
#define SADB_X_EXT_FLOW_TYPE		20
#define SADB_X_EXT_SRC_FLOW		21
#define SADB_X_EXT_DST_FLOW		22
#define SADB_X_EXT_SA2			23
#define SADB_X_EXT_DST2			24
#define SADB_X_EXT_POLICY		25
#define SADB_X_EXT_LOCAL_CREDENTIALS	26
#define SADB_X_EXT_REMOTE_CREDENTIALS	27
#define SADB_X_EXT_LOCAL_AUTH		28
#define SADB_X_EXT_REMOTE_AUTH		29
#define SADB_X_EXT_SUPPORTED_COMP	30
#define SADB_X_EXT_UDPENCAP		31
#define SADB_X_EXT_LIFETIME_LASTUSE	32
#define SADB_X_EXT_TAG			33
#define SADB_X_EXT_TAP			34
#define SADB_X_EXT_SATYPE2		35
#define SADB_X_EXT_COUNTER		36
#define SADB_X_EXT_RDOMAIN		37
#define SADB_X_EXT_MTU			38
#define SADB_X_EXT_REPLAY		39
#define SADB_X_EXT_IFACE		40
#define SADB_EXT_MAX			40

/* Kinds of SAs. */
#define SADB_SATYPE_UNSPEC		0
#define SADB_SATYPE_AH			1
#define SADB_SATYPE_ESP			2
#define SADB_SATYPE_RSVP		3
#define SADB_SATYPE_OSPFV2		4
#define SADB_SATYPE_RIPV2		5
#define SADB_SATYPE_MIP			6
#define SADB_X_SATYPE_IPIP		7
#define SADB_X_SATYPE_TCPSIGNATURE	8
#define SADB_X_SATYPE_IPCOMP		9
#define SADB_SATYPE_MAX			9

#define SADB_SASTATE_LARVAL		0
#define SADB_SASTATE_MATURE		1
#define SADB_SASTATE_DYING		2
#define SADB_SASTATE_DEAD		3
#define SADB_SASTATE_MAX		3

/* Authentication. */
#define SADB_AALG_NONE			0
#define SADB_AALG_MD5HMAC		2
#define SADB_AALG_SHA1HMAC		3
#define SADB_X_AALG_DES			4
#define SADB_X_AALG_SHA2_256		5
#define SADB_X_AALG_SHA2_384		6
#define SADB_X_AALG_SHA2_512		7
#define SADB_X_AALG_RIPEMD160HMAC	8
#define SADB_X_AALG_AES128GMAC		9
#define SADB_X_AALG_AES192GMAC		10
#define SADB_X_AALG_AES256GMAC		11
#define SADB_X_AALG_CHACHA20POLY1305	12
#define SADB_AALG_MAX			12

/* Encryption. */
#define SADB_EALG_NONE			0
#define SADB_EALG_DESCBC		2
#define SADB_EALG_3DESCBC		3
#define SADB_X_EALG_CAST		6
#define SADB_X_EALG_BLF			7
#define SADB_EALG_NULL			11
#define SADB_X_EALG_AES			12
#define SADB_X_EALG_AESCTR		13
#define SADB_X_EALG_AESGCM8		18
#define SADB_X_EALG_AESGCM12		19
#define SADB_X_EALG_AESGCM16		20
#define SADB_X_EALG_AESGMAC		21
#define SADB_X_EALG_CHACHA20POLY1305	22
#define SADB_EALG_MAX			22

/* Compression. */
#define SADB_CALG_NONE			0
#define SADB_X_CALG_OUI			1
#define SADB_X_CALG_DEFLATE		2
#define SADB_X_CALG_LZS			3
#define SADB_X_CALG_MAX			4

#define SADB_SAFLAGS_PFS		0x001
#define SADB_X_SAFLAGS_TUNNEL		0x004
#define SADB_X_SAFLAGS_CHAINDEL		0x008	/* the whole chain */
#define SADB_X_SAFLAGS_UDPENCAP		0x200
#define SADB_X_SAFLAGS_ESN		0x400

#define SADB_IDENTTYPE_RESERVED		0
#define SADB_IDENTTYPE_PREFIX		1
#define SADB_IDENTTYPE_FQDN		2
#define SADB_IDENTTYPE_USERFQDN		3
#define SADB_IDENTTYPE_ASN1_DN		4
#define SADB_IDENTTYPE_MAX		4

/* What to do with the packets of a flow. */
#define SADB_X_FLOW_TYPE_USE		1	/* an SA if there is one */
#define SADB_X_FLOW_TYPE_ACQUIRE	2	/* the same, and ask for one */
#define SADB_X_FLOW_TYPE_REQUIRE	3	/* no SA: ask, and drop */
#define SADB_X_FLOW_TYPE_BYPASS		4	/* in the clear */
#define SADB_X_FLOW_TYPE_DENY		5	/* drop */
#define SADB_X_FLOW_TYPE_DONTACQ	6	/* no SA: drop, do not ask */

#ifndef IPSP_DIRECTION_IN
#define IPSP_DIRECTION_IN		1
#define IPSP_DIRECTION_OUT		2
#endif

#endif /* _NETIPSEC_PFKEYV2_H_ */
