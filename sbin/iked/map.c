/*
 * Names: of transforms as iked.conf(5) spells them, and of the protocol's
 * numbers as logs show them.
 */
#include <sys/types.h>

#include <stdio.h>
#include <string.h>

#include "conf.h"
#include "ikev2.h"

/* Where a number has several names, the first is the one that is shown. */
const struct keyword kw_auth[] = {
	{ "hmac-md5", INTEG_HMAC_MD5_96, 0, "hmac-sha2-256" },
	{ "md5", INTEG_HMAC_MD5_96, 0, "hmac-sha2-256" },
	{ "hmac-sha1", INTEG_HMAC_SHA1_96, 0, NULL },
	{ "hmac-sha2-256", INTEG_HMAC_SHA2_256, 0, NULL },
	{ "hmac-sha2-384", INTEG_HMAC_SHA2_384, 0, NULL },
	{ "hmac-sha2-512", INTEG_HMAC_SHA2_512, 0, NULL },
	{ "sha1", INTEG_HMAC_SHA1_96, 0, NULL },
	{ "sha256", INTEG_HMAC_SHA2_256, 0, NULL },
	{ "sha384", INTEG_HMAC_SHA2_384, 0, NULL },
	{ "sha512", INTEG_HMAC_SHA2_512, 0, NULL },
	{ "hmac-sha256", INTEG_HMAC_SHA2_256, 0, NULL },
	{ "hmac-sha384", INTEG_HMAC_SHA2_384, 0, NULL },
	{ "hmac-sha512", INTEG_HMAC_SHA2_512, 0, NULL },
	{ NULL }
};

const struct keyword kw_prf[] = {
	{ "hmac-md5", PRF_HMAC_MD5, 0, "hmac-sha2-256" },
	{ "md5", PRF_HMAC_MD5, 0, "hmac-sha2-256" },
	{ "hmac-sha1", PRF_HMAC_SHA1, 0, NULL },
	{ "hmac-sha2-256", PRF_HMAC_SHA2_256, 0, NULL },
	{ "hmac-sha2-384", PRF_HMAC_SHA2_384, 0, NULL },
	{ "hmac-sha2-512", PRF_HMAC_SHA2_512, 0, NULL },
	{ "sha1", PRF_HMAC_SHA1, 0, NULL },
	{ "sha256", PRF_HMAC_SHA2_256, 0, NULL },
	{ "sha384", PRF_HMAC_SHA2_384, 0, NULL },
	{ "sha512", PRF_HMAC_SHA2_512, 0, NULL },
	{ "hmac-sha256", PRF_HMAC_SHA2_256, 0, NULL },
	{ "hmac-sha384", PRF_HMAC_SHA2_384, 0, NULL },
	{ "hmac-sha512", PRF_HMAC_SHA2_512, 0, NULL },
	{ NULL }
};

const struct keyword kw_ikeenc[] = {
	{ "des", ENCR_DES, 0, "aes-128" },
	{ "blowfish", ENCR_BLOWFISH, 0, "aes-128" },
	{ "cast", ENCR_CAST, 0, "aes-128" },
	{ "3des", ENCR_3DES, 0, NULL },
	{ "3des-cbc", ENCR_3DES, 0, NULL },
	{ "aes-128", ENCR_AES_CBC, 128, NULL },
	{ "aes-192", ENCR_AES_CBC, 192, NULL },
	{ "aes-256", ENCR_AES_CBC, 256, NULL },
	{ "aes-128-gcm", ENCR_AES_GCM_16, 128, NULL },
	{ "aes-192-gcm", ENCR_AES_GCM_16, 192, NULL },
	{ "aes-256-gcm", ENCR_AES_GCM_16, 256, NULL },
	{ "aes-128-gcm-12", ENCR_AES_GCM_12, 128, NULL },
	{ "aes-256-gcm-12", ENCR_AES_GCM_12, 256, NULL },
	{ "chacha20-poly1305", ENCR_CHACHA20_POLY1305, 0, NULL },
	{ NULL }
};

const struct keyword kw_childenc[] = {
	{ "des", ENCR_DES, 0, "aes-128" },
	{ "3des", ENCR_3DES, 0, NULL },
	{ "3des-cbc", ENCR_3DES, 0, NULL },
	{ "aes-128", ENCR_AES_CBC, 128, NULL },
	{ "aes-192", ENCR_AES_CBC, 192, NULL },
	{ "aes-256", ENCR_AES_CBC, 256, NULL },
	{ "aes-128-ctr", ENCR_AES_CTR, 128, NULL },
	{ "aes-192-ctr", ENCR_AES_CTR, 192, NULL },
	{ "aes-256-ctr", ENCR_AES_CTR, 256, NULL },
	{ "aes-128-gcm", ENCR_AES_GCM_16, 128, NULL },
	{ "aes-192-gcm", ENCR_AES_GCM_16, 192, NULL },
	{ "aes-256-gcm", ENCR_AES_GCM_16, 256, NULL },
	{ "aes-128-gmac", ENCR_AES_GMAC, 128, NULL },
	{ "aes-192-gmac", ENCR_AES_GMAC, 192, NULL },
	{ "aes-256-gmac", ENCR_AES_GMAC, 256, NULL },
	{ "blowfish", ENCR_BLOWFISH, 0, "aes-128" },
	{ "cast", ENCR_CAST, 0, "aes-128" },
	{ "chacha20-poly1305", ENCR_CHACHA20_POLY1305, 0, NULL },
	{ "null", ENCR_NULL, 0, NULL },
	{ NULL }
};

const struct keyword kw_group[] = {
	{ "none", DH_NONE, 0, NULL },
	{ "modp768", DH_MODP768, 0, "modp2048" },
	{ "grp1", DH_MODP768, 0, "modp2048" },
	{ "modp1024", DH_MODP1024, 0, NULL },
	{ "grp2", DH_MODP1024, 0, NULL },
	{ "modp1536", DH_MODP1536, 0, NULL },
	{ "grp5", DH_MODP1536, 0, NULL },
	{ "modp2048", DH_MODP2048, 0, NULL },
	{ "grp14", DH_MODP2048, 0, NULL },
	{ "modp3072", DH_MODP3072, 0, NULL },
	{ "grp15", DH_MODP3072, 0, NULL },
	{ "modp4096", DH_MODP4096, 0, NULL },
	{ "grp16", DH_MODP4096, 0, NULL },
	{ "modp6144", DH_MODP6144, 0, NULL },
	{ "grp17", DH_MODP6144, 0, NULL },
	{ "modp8192", DH_MODP8192, 0, NULL },
	{ "grp18", DH_MODP8192, 0, NULL },
	{ "ecp256", DH_ECP256, 0, NULL },
	{ "grp19", DH_ECP256, 0, NULL },
	{ "ecp384", DH_ECP384, 0, NULL },
	{ "grp20", DH_ECP384, 0, NULL },
	{ "ecp521", DH_ECP521, 0, NULL },
	{ "grp21", DH_ECP521, 0, NULL },
	{ "grp22", DH_MODP1024_160, 0, "modp2048" },
	{ "grp23", DH_MODP2048_224, 0, "modp2048" },
	{ "grp24", DH_MODP2048_256, 0, "modp2048" },
	{ "ecp192", DH_ECP192, 0, "ecp256" },
	{ "grp25", DH_ECP192, 0, "ecp256" },
	{ "ecp224", DH_ECP224, 0, "ecp256" },
	{ "grp26", DH_ECP224, 0, "ecp256" },
	{ "brainpool224", DH_BRAINPOOL224, 0, "brainpool256" },
	{ "grp27", DH_BRAINPOOL224, 0, "brainpool256" },
	{ "brainpool256", DH_BRAINPOOL256, 0, NULL },
	{ "grp28", DH_BRAINPOOL256, 0, NULL },
	{ "brainpool384", DH_BRAINPOOL384, 0, NULL },
	{ "grp29", DH_BRAINPOOL384, 0, NULL },
	{ "brainpool512", DH_BRAINPOOL512, 0, NULL },
	{ "grp30", DH_BRAINPOOL512, 0, NULL },
	{ "curve25519", DH_CURVE25519, 0, NULL },
	{ "grp31", DH_CURVE25519, 0, NULL },
	{ "sntrup761x25519", DH_SNTRUP761X25519, 0, "curve25519" },
	{ NULL }
};

const struct keyword kw_esn[] = {
	{ "noesn", ESN_NO, 0, NULL },
	{ "esn", ESN_YES, 0, NULL },
	{ NULL }
};

/*
 * Find a keyword by its whole name, or a group by its number.
 */
const struct keyword *
kw_find(const struct keyword *k, const char *name)
{
	char	 grp[16];

	if (k == kw_group && name[0] >= '0' && name[0] <= '9') {
		snprintf(grp, sizeof(grp), "grp%.8s", name);
		name = grp;
	}
	for (; k->k_name != NULL; k++)
		if (strcmp(k->k_name, name) == 0)
			return (k);
	return (NULL);
}

/*
 * The name of a transform in proposals of a protocol.
 */
const char *
xform_name(uint8_t proto, const struct xform *x)
{
	const struct keyword	*k = NULL;

	switch (x->x_type) {
	case XF_ENCR:
		k = proto == PROTO_IKE ? kw_ikeenc : kw_childenc;
		break;
	case XF_PRF:
		k = kw_prf;
		break;
	case XF_INTEG:
		k = kw_auth;
		break;
	case XF_DH:
		k = kw_group;
		break;
	case XF_ESN:
		k = kw_esn;
		break;
	}
	for (; k != NULL && k->k_name != NULL; k++)
		if (k->k_id == x->x_id && k->k_len == x->x_keylen)
			return (k->k_name);
	return ("unknown");
}

struct name {
	unsigned int	 n_id;
	const char	*n_name;
};

static const char *
find(const struct name *n, unsigned int id)
{
	static char	 number[16];

	for (; n->n_name != NULL; n++)
		if (n->n_id == id)
			return (n->n_name);
	snprintf(number, sizeof(number), "%u", id);
	return (number);
}

/*
 * Names of the protocol's numbers; an unknown one is the number, in a
 * buffer that the next call reuses.
 */
const char *
name_exchange(unsigned int id)
{
	static const struct name	 names[] = {
		{ EXCH_IKE_SA_INIT, "IKE_SA_INIT" },
		{ EXCH_IKE_AUTH, "IKE_AUTH" },
		{ EXCH_CREATE_CHILD_SA, "CREATE_CHILD_SA" },
		{ EXCH_INFORMATIONAL, "INFORMATIONAL" },
		{ 0, NULL }
	};

	return (find(names, id));
}

const char *
name_payload(unsigned int id)
{
	static const struct name	 names[] = {
		{ PLD_SA, "SA" }, { PLD_KE, "KE" }, { PLD_IDi, "IDi" },
		{ PLD_IDr, "IDr" }, { PLD_CERT, "CERT" },
		{ PLD_CERTREQ, "CERTREQ" }, { PLD_AUTH, "AUTH" },
		{ PLD_NONCE, "NONCE" }, { PLD_NOTIFY, "NOTIFY" },
		{ PLD_DELETE, "DELETE" }, { PLD_VENDOR, "VENDOR" },
		{ PLD_TSi, "TSi" }, { PLD_TSr, "TSr" }, { PLD_SK, "SK" },
		{ PLD_CP, "CP" }, { PLD_EAP, "EAP" }, { PLD_SKF, "SKF" },
		{ 0, NULL }
	};

	return (find(names, id));
}

const char *
name_notify(unsigned int id)
{
	static const struct name	 names[] = {
		{ N_UNSUPPORTED_CRITICAL_PAYLOAD,
		    "UNSUPPORTED_CRITICAL_PAYLOAD" },
		{ N_INVALID_IKE_SPI, "INVALID_IKE_SPI" },
		{ N_INVALID_MAJOR_VERSION, "INVALID_MAJOR_VERSION" },
		{ N_INVALID_SYNTAX, "INVALID_SYNTAX" },
		{ N_INVALID_MESSAGE_ID, "INVALID_MESSAGE_ID" },
		{ N_INVALID_SPI, "INVALID_SPI" },
		{ N_NO_PROPOSAL_CHOSEN, "NO_PROPOSAL_CHOSEN" },
		{ N_INVALID_KE_PAYLOAD, "INVALID_KE_PAYLOAD" },
		{ N_AUTHENTICATION_FAILED, "AUTHENTICATION_FAILED" },
		{ N_SINGLE_PAIR_REQUIRED, "SINGLE_PAIR_REQUIRED" },
		{ N_NO_ADDITIONAL_SAS, "NO_ADDITIONAL_SAS" },
		{ N_INTERNAL_ADDRESS_FAILURE, "INTERNAL_ADDRESS_FAILURE" },
		{ N_FAILED_CP_REQUIRED, "FAILED_CP_REQUIRED" },
		{ N_TS_UNACCEPTABLE, "TS_UNACCEPTABLE" },
		{ N_INVALID_SELECTORS, "INVALID_SELECTORS" },
		{ N_TEMPORARY_FAILURE, "TEMPORARY_FAILURE" },
		{ N_CHILD_SA_NOT_FOUND, "CHILD_SA_NOT_FOUND" },
		{ N_INITIAL_CONTACT, "INITIAL_CONTACT" },
		{ N_ADDITIONAL_TS_POSSIBLE, "ADDITIONAL_TS_POSSIBLE" },
		{ N_COOKIE, "COOKIE" },
		{ N_USE_TRANSPORT_MODE, "USE_TRANSPORT_MODE" },
		{ N_REKEY_SA, "REKEY_SA" },
		{ 0, NULL }
	};

	return (find(names, id));
}

const char *
name_proto(unsigned int id)
{
	static const struct name	 names[] = {
		{ PROTO_IKE, "IKE" }, { PROTO_AH, "AH" },
		{ PROTO_ESP, "ESP" }, { 0, NULL }
	};

	return (find(names, id));
}

const char *
name_xftype(unsigned int id)
{
	static const struct name	 names[] = {
		{ XF_ENCR, "ENCR" }, { XF_PRF, "PRF" },
		{ XF_INTEG, "INTEGR" }, { XF_DH, "DH" }, { XF_ESN, "ESN" },
		{ 0, NULL }
	};

	return (find(names, id));
}

const char *
name_auth(unsigned int id)
{
	static const struct name	 names[] = {
		{ AUTH_RSA, "rsa" }, { AUTH_PSK, "psk" },
		{ AUTH_ECDSA_256, "ecdsa256" }, { AUTH_ECDSA_384, "ecdsa384" },
		{ AUTH_ECDSA_521, "ecdsa521" }, { AUTH_SIG, "rfc7427" },
		{ AUTH_SIG_ANY, "signature" }, { 0, NULL }
	};

	return (find(names, id));
}
