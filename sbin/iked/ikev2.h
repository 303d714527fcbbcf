/*
 * IKEv2 in numbers: RFC 7296 and the IANA registry "Internet Key Exchange
 * Version 2 (IKEv2) Parameters".
 */
#ifndef _IKEV2_H_
#define _IKEV2_H_

#define IKE_PORT		500
#define IKE_NATT_PORT		4500
#define IKE_HDRLEN		28
#define IKE_VERSION		0x20

/* Exchanges. */
#define EXCH_IKE_SA_INIT	34
#define EXCH_IKE_AUTH		35
#define EXCH_CREATE_CHILD_SA	36
#define EXCH_INFORMATIONAL	37

/* Flags of the header. */
#define FLAG_INITIATOR		0x08
#define FLAG_VERSION		0x10
#define FLAG_RESPONSE		0x20

/* Payloads. */
#define PLD_NONE		0
#define PLD_SA			33
#define PLD_KE			34
#define PLD_IDi			35
#define PLD_IDr			36
#define PLD_CERT		37
#define PLD_CERTREQ		38
#define PLD_AUTH		39
#define PLD_NONCE		40
#define PLD_NOTIFY		41
#define PLD_DELETE		42
#define PLD_VENDOR		43
#define PLD_TSi			44
#define PLD_TSr			45
#define PLD_SK			46
#define PLD_CP			47
#define PLD_EAP			48
#define PLD_SKF			53	/* RFC 7383 */
#define PLD_CRITICAL		0x80

/* Protocols. */
#define PROTO_NONE		0
#define PROTO_IKE		1
#define PROTO_AH		2
#define PROTO_ESP		3

/* Types of transforms. */
#define XF_ENCR			1
#define XF_PRF			2
#define XF_INTEG		3
#define XF_DH			4
#define XF_ESN			5
#define XF_MAX			5
#define XF_ATTR_KEYLEN		14

#define ENCR_DES		2
#define ENCR_3DES		3
#define ENCR_CAST		6
#define ENCR_BLOWFISH		7
#define ENCR_NULL		11
#define ENCR_AES_CBC		12
#define ENCR_AES_CTR		13
#define ENCR_AES_GCM_12		19
#define ENCR_AES_GCM_16		20
#define ENCR_AES_GMAC		21
#define ENCR_CHACHA20_POLY1305	28	/* RFC 7634 */

#define PRF_HMAC_MD5		1
#define PRF_HMAC_SHA1		2
#define PRF_HMAC_SHA2_256	5
#define PRF_HMAC_SHA2_384	6
#define PRF_HMAC_SHA2_512	7

#define INTEG_NONE		0
#define INTEG_HMAC_MD5_96	1
#define INTEG_HMAC_SHA1_96	2
#define INTEG_HMAC_SHA2_256	12
#define INTEG_HMAC_SHA2_384	13
#define INTEG_HMAC_SHA2_512	14

#define DH_NONE			0
#define DH_MODP768		1
#define DH_MODP1024		2
#define DH_MODP1536		5
#define DH_MODP2048		14
#define DH_MODP3072		15
#define DH_MODP4096		16
#define DH_MODP6144		17
#define DH_MODP8192		18
#define DH_ECP256		19
#define DH_ECP384		20
#define DH_ECP521		21
#define DH_MODP1024_160		22	/* RFC 5114 */
#define DH_MODP2048_224		23
#define DH_MODP2048_256		24
#define DH_ECP192		25
#define DH_ECP224		26
#define DH_BRAINPOOL224		27
#define DH_BRAINPOOL256		28
#define DH_BRAINPOOL384		29
#define DH_BRAINPOOL512		30
#define DH_CURVE25519		31
#define DH_SNTRUP761X25519	1035

#define ESN_NO			0
#define ESN_YES			1

/* Notify messages: errors. */
#define N_UNSUPPORTED_CRITICAL_PAYLOAD	1
#define N_INVALID_IKE_SPI		4
#define N_INVALID_MAJOR_VERSION		5
#define N_INVALID_SYNTAX		7
#define N_INVALID_MESSAGE_ID		9
#define N_INVALID_SPI			11
#define N_NO_PROPOSAL_CHOSEN		14
#define N_INVALID_KE_PAYLOAD		17
#define N_AUTHENTICATION_FAILED		24
#define N_SINGLE_PAIR_REQUIRED		34
#define N_NO_ADDITIONAL_SAS		35
#define N_INTERNAL_ADDRESS_FAILURE	36
#define N_FAILED_CP_REQUIRED		37
#define N_TS_UNACCEPTABLE		38
#define N_INVALID_SELECTORS		39
#define N_TEMPORARY_FAILURE		43
#define N_CHILD_SA_NOT_FOUND		44
#define N_ERROR_MAX			16383
/* ... and status. */
#define N_INITIAL_CONTACT		16384
#define N_SET_WINDOW_SIZE		16385
#define N_ADDITIONAL_TS_POSSIBLE	16386
#define N_NAT_DETECTION_SOURCE_IP	16388
#define N_NAT_DETECTION_DESTINATION_IP	16389
#define N_COOKIE			16390
#define N_USE_TRANSPORT_MODE		16391
#define N_REKEY_SA			16393
#define N_ESP_TFC_PADDING_NOT_SUPPORTED	16394
#define N_FRAGMENTATION_SUPPORTED	16430
#define N_SIGNATURE_HASH_ALGORITHMS	16431

/* Identities. */
#define ID_NONE			0
#define ID_IPV4			1
#define ID_FQDN			2
#define ID_UFQDN		3
#define ID_IPV6			5
#define ID_ASN1_DN		9
#define ID_ASN1_GN		10
#define ID_KEY_ID		11

/* Methods of authentication. */
#define AUTH_NONE		0
#define AUTH_RSA		1
#define AUTH_PSK		2
#define AUTH_ECDSA_256		9
#define AUTH_ECDSA_384		10
#define AUTH_ECDSA_521		11
#define AUTH_SIG		14	/* RFC 7427 */
#define AUTH_SIG_ANY		255	/* ours: any of the signatures */

/* Hashes of RFC 7427 and 8420. */
#define SIGHASH_SHA1		1
#define SIGHASH_SHA2_256	2
#define SIGHASH_SHA2_384	3
#define SIGHASH_SHA2_512	4
#define SIGHASH_IDENTITY	5

/* Encodings of certificates. */
#define CERT_X509		4
#define CERT_RAW_KEY		15	/* RFC 7670 */

/* Traffic selectors. */
#define TS_IPV4_RANGE		7
#define TS_IPV6_RANGE		8

#define NONCE_MIN		16
#define NONCE_MAX		256
#define NONCE_LEN		32
#define COOKIE_MAX		64

#endif /* _IKEV2_H_ */
