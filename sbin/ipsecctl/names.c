/*
 * ipsecctl(8): numbers of PF_KEY, and how they are written.
 */
#include <string.h>

#include "ipsecctl.h"

const struct name satype_names[] = {
	{ SADB_SATYPE_ESP,		"esp" },
	{ SADB_SATYPE_AH,		"ah" },
	{ SADB_X_SATYPE_IPCOMP,		"ipcomp" },
	{ 0,				NULL }
};

const struct name flowtype_names[] = {
	{ SADB_X_FLOW_TYPE_USE,		"use" },
	{ SADB_X_FLOW_TYPE_ACQUIRE,	"acquire" },
	{ SADB_X_FLOW_TYPE_REQUIRE,	"require" },
	{ SADB_X_FLOW_TYPE_BYPASS,	"bypass" },
	{ SADB_X_FLOW_TYPE_DENY,	"deny" },
	{ SADB_X_FLOW_TYPE_DONTACQ,	"dontacq" },
	{ 0,				NULL }
};

const struct name idtype_names[] = {
	{ SADB_IDENTTYPE_PREFIX,	"PREFIX" },
	{ SADB_IDENTTYPE_FQDN,		"FQDN" },
	{ SADB_IDENTTYPE_USERFQDN,	"UFQDN" },
	{ SADB_IDENTTYPE_ASN1_DN,	"ASN1_DN" },
	{ 0,				NULL }
};

const struct name state_names[] = {
	{ SADB_SASTATE_LARVAL,		"larval" },
	{ SADB_SASTATE_MATURE,		"mature" },
	{ SADB_SASTATE_DYING,		"dying" },
	{ SADB_SASTATE_DEAD,		"dead" },
	{ 0,				NULL }
};

const struct name message_names[] = {
	{ SADB_GETSPI,			"sadb_getspi" },
	{ SADB_UPDATE,			"sadb_update" },
	{ SADB_ADD,			"sadb_add" },
	{ SADB_DELETE,			"sadb_delete" },
	{ SADB_GET,			"sadb_get" },
	{ SADB_ACQUIRE,			"sadb_acquire" },
	{ SADB_REGISTER,		"sadb_register" },
	{ SADB_EXPIRE,			"sadb_expire" },
	{ SADB_FLUSH,			"sadb_flush" },
	{ SADB_DUMP,			"sadb_dump" },
	{ SADB_X_PROMISC,		"sadb_x_promisc" },
	{ SADB_X_ADDFLOW,		"sadb_x_addflow" },
	{ SADB_X_DELFLOW,		"sadb_x_delflow" },
	{ SADB_X_GRPSPIS,		"sadb_x_grpspis" },
	{ SADB_X_ASKPOLICY,		"sadb_x_askpolicy" },
	{ SADB_X_SPDDUMP,		"sadb_x_spddump" },
	{ 0,				NULL }
};

static const char	 old_cipher[] = "is too weak to be used";

const struct alg_name auth_names[] = {
	{ "hmac-sha1",		SADB_AALG_SHA1HMAC,	20, NULL },
	{ "hmac-sha2-256",	SADB_X_AALG_SHA2_256,	32, NULL },
	{ "hmac-sha2-384",	SADB_X_AALG_SHA2_384,	48, NULL },
	{ "hmac-sha2-512",	SADB_X_AALG_SHA2_512,	64, NULL },
	{ "hmac-md5",		SADB_AALG_MD5HMAC,	16, old_cipher },
	{ "hmac-ripemd160",	SADB_X_AALG_RIPEMD160HMAC, 20, old_cipher },
	{ NULL, 0, 0, NULL }
};

/* The first name of a number is the one that is shown. */
const struct alg_name enc_names[] = {
	{ "aes-128",		SADB_X_EALG_AES,	16, NULL },
	{ "aes-192",		SADB_X_EALG_AES,	24, NULL },
	{ "aes-256",		SADB_X_EALG_AES,	32, NULL },
	{ "aes",		SADB_X_EALG_AES,	16, NULL },
	{ "aes-128-ctr",	SADB_X_EALG_AESCTR,	20, NULL },
	{ "aes-192-ctr",	SADB_X_EALG_AESCTR,	28, NULL },
	{ "aes-256-ctr",	SADB_X_EALG_AESCTR,	36, NULL },
	{ "aesctr",		SADB_X_EALG_AESCTR,	20, NULL },
	{ "aes-128-gcm",	SADB_X_EALG_AESGCM16,	20, NULL },
	{ "aes-192-gcm",	SADB_X_EALG_AESGCM16,	28, NULL },
	{ "aes-256-gcm",	SADB_X_EALG_AESGCM16,	36, NULL },
	{ "aes-128-gmac",	SADB_X_EALG_AESGMAC,	20, NULL },
	{ "aes-192-gmac",	SADB_X_EALG_AESGMAC,	28, NULL },
	{ "aes-256-gmac",	SADB_X_EALG_AESGMAC,	36, NULL },
	{ "chacha20-poly1305",	SADB_X_EALG_CHACHA20POLY1305, 36, NULL },
	{ "null",		SADB_EALG_NULL,		0, NULL },
	{ "3des-cbc",		SADB_EALG_3DESCBC,	24, NULL },
	{ "des-cbc",		SADB_EALG_DESCBC,	8, old_cipher },
	{ "blowfish",		SADB_X_EALG_BLF,	20, old_cipher },
	{ "cast128",		SADB_X_EALG_CAST,	16, old_cipher },
	{ NULL, 0, 0, NULL }
};

/* For keys of a length that is not told. */
static const struct name families[] = {
	{ SADB_X_EALG_AES,	"aes" },
	{ SADB_X_EALG_AESCTR,	"aes-ctr" },
	{ SADB_X_EALG_AESGCM16,	"aes-gcm" },
	{ SADB_X_EALG_AESGMAC,	"aes-gmac" },
	{ 0,			NULL }
};

/*
 * The name of a number, or "?".
 */
const char *
name_of(const struct name *n, int number)
{
	for (; n->n_name != NULL; n++)
		if (n->n_number == number)
			return (n->n_name);
	return ("?");
}

/*
 * The number of a name, or -1.
 */
int
name_number(const struct name *n, const char *name)
{
	for (; n->n_name != NULL; n++)
		if (strcmp(n->n_name, name) == 0)
			return (n->n_number);
	return (-1);
}

/*
 * The algorithm that is written so, or NULL.
 */
const struct alg_name *
alg_byname(const struct alg_name *a, const char *name)
{
	for (; a->a_name != NULL; a++)
		if (strcmp(a->a_name, name) == 0)
			return (a);
	return (NULL);
}

/*
 * How an algorithm with a key of keylen bytes (0 not known) is written, or
 * NULL.
 */
const struct alg_name *
alg_byid(const struct alg_name *a, int id, unsigned int keylen)
{
	for (; a->a_name != NULL; a++)
		if (a->a_id == id && (keylen == 0 || a->a_keylen == keylen))
			return (a);
	return (NULL);
}

/*
 * How an algorithm with a key of keylen bytes (0 not known) is shown.
 */
const char *
alg_text(const struct alg_name *names, int id, unsigned int keylen)
{
	const struct alg_name	*a;

	if (names == enc_names && keylen == 0 &&
	    strcmp(name_of(families, id), "?") != 0)
		return (name_of(families, id));
	a = alg_byid(names, id, keylen);
	if (a == NULL)
		a = alg_byid(names, id, 0);
	return (a == NULL ? "?" : a->a_name);
}
