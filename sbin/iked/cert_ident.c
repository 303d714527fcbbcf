/*
 * Identities and certificates: an identity is a certificate's when it is
 * one of its subjectAltNames, or its subject for ID_DER_ASN1_DN (RFC 4945,
 * 3.1, 5.1.3.6).  Names are compared as bytes of a known length, without
 * wildcards.
 */
#include <sys/types.h>

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <openssl/x509v3.h>

#include "addr.h"
#include "cert.h"

static int
bytes_are(const ASN1_STRING *s, const struct ident *id)
{
	return (ASN1_STRING_length(s) == id->id_len &&
	    memcmp(ASN1_STRING_get0_data(s), id->id_data, id->id_len) == 0);
}

/* Names of the DNS have no case; those of mailboxes may in front. */
static int
name_is(const ASN1_STRING *s, const struct ident *id)
{
	const uint8_t	*p = ASN1_STRING_get0_data(s);
	const uint8_t	*at;
	size_t		 n = 0;

	if (ASN1_STRING_length(s) != id->id_len)
		return (0);
	if (id->id_type == ID_UFQDN) {
		at = memchr(p, '@', id->id_len);
		n = at != NULL ? (size_t)(at - p) : id->id_len;
	}
	if (memchr(p, '\0', id->id_len) != NULL)
		return (0);
	return (memcmp(p, id->id_data, n) == 0 && strncasecmp((char *)p + n,
	    (const char *)id->id_data + n, id->id_len - n) == 0);
}

static int
altname_is(const GENERAL_NAME *gn, const struct ident *id)
{
	switch (gn->type) {
	case GEN_IPADD:
		return ((id->id_type == ID_IPV4 || id->id_type == ID_IPV6) &&
		    bytes_are(gn->d.iPAddress, id));
	case GEN_DNS:
		return (id->id_type == ID_FQDN && name_is(gn->d.dNSName, id));
	case GEN_EMAIL:
		return (id->id_type == ID_UFQDN &&
		    name_is(gn->d.rfc822Name, id));
	default:
		return (0);
	}
}

static int
subject_is(X509 *x, const struct ident *id)
{
	const unsigned char	*p = id->id_data;
	X509_NAME		*name;
	int			 good;

	name = d2i_X509_NAME(NULL, &p, id->id_len);
	good = name != NULL && p == id->id_data + id->id_len &&
	    X509_NAME_entry_count(name) > 0 &&
	    X509_NAME_cmp(name, X509_get_subject_name(x)) == 0;
	X509_NAME_free(name);
	return (good);
}

/*
 * Is an identity one of a certificate's?
 */
int
cert_is(X509 *x, const struct ident *id)
{
	GENERAL_NAMES	*names;
	int		 i, found = 0;

	if (id->id_type == ID_ASN1_DN)
		return (subject_is(x, id));
	/* NULL also when there are several such extensions. */
	names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	for (i = 0; i < sk_GENERAL_NAME_num(names) && !found; i++)
		found = altname_is(sk_GENERAL_NAME_value(names, i), id);
	GENERAL_NAMES_free(names);
	return (found);
}

/*
 * The file below IKED_CHROOT that holds the public key of an identity; -1:
 * there cannot be one.  What a peer calls itself must not lead elsewhere.
 */
int
ident_path(const struct ident *id, char *path, size_t size)
{
	static const char	*dirs[] = { NULL, "ipv4", "fqdn", "ufqdn",
				    NULL, "ipv6" };
	char			 text[IDENT_MAX + 16];
	const char		*value;
	size_t			 i;

	if (id->id_type > ID_IPV6 || dirs[id->id_type] == NULL)
		return (-1);
	if (id->id_type == ID_IPV4 || id->id_type == ID_IPV6) {
		/* Of another length it is no address, but any text. */
		if (id->id_len != (id->id_type == ID_IPV4 ? 4 : 16))
			return (-1);
	} else
		for (i = 0; i < id->id_len; i++)
			if (id->id_data[i] <= ' ' || id->id_data[i] >= 0x7f ||
			    id->id_data[i] == '/')
				return (-1);
	value = strchr(ident_str(id, text, sizeof(text)), '/');
	if (value == NULL || value[1] == '\0' || value[1] == '.')
		return (-1);
	return (snprintf(path, size, "pubkeys/%s/%s", dirs[id->id_type],
	    value + 1) < (int)size ? 0 : -1);
}

/* Append "TYPE/value". */
static void
altname_add(const GENERAL_NAME *gn, char *buf, size_t size)
{
	struct ident	 id;
	ASN1_STRING	*s;
	char		 text[IDENT_MAX + 16];
	size_t		 n = strlen(buf);

	memset(&id, 0, sizeof(id));
	switch (gn->type) {
	case GEN_IPADD:
		s = gn->d.iPAddress;
		id.id_type = ASN1_STRING_length(s) == 4 ? ID_IPV4 : ID_IPV6;
		break;
	case GEN_DNS:
		s = gn->d.dNSName;
		id.id_type = ID_FQDN;
		break;
	case GEN_EMAIL:
		s = gn->d.rfc822Name;
		id.id_type = ID_UFQDN;
		break;
	default:
		return;
	}
	if (ASN1_STRING_length(s) > IDENT_MAX)
		return;
	id.id_len = ASN1_STRING_length(s);
	memcpy(id.id_data, ASN1_STRING_get0_data(s), id.id_len);
	snprintf(buf + n, size - n, "%s%s", n != 0 ? " " : "",
	    ident_str(&id, text, sizeof(text)));
}

/*
 * Write the subjectAltNames of a certificate as identities into buf, as many
 * as fit.
 */
void
cert_altnames(X509 *x, char *buf, size_t size)
{
	GENERAL_NAMES	*names;
	int		 i;

	buf[0] = '\0';
	names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	for (i = 0; i < sk_GENERAL_NAME_num(names); i++)
		altname_add(sk_GENERAL_NAME_value(names, i), buf, size);
	GENERAL_NAMES_free(names);
}

/*
 * Write a name in one line with slashes into buf, what does not print
 * masked.
 */
void
cert_subject(const X509_NAME *name, char *buf, size_t size)
{
	char	*line = X509_NAME_oneline(name, NULL, 0), *p;

	snprintf(buf, size, "%s", line != NULL ? line : "?");
	for (p = buf; *p != '\0'; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	OPENSSL_free(line);
}
