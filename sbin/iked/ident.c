/*
 * Identities: what iked.conf(5) writes, what the wire carries, and what
 * logs show as TYPE/value (RFC 7296, 3.5).
 */
#include <sys/types.h>
#include <sys/socket.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/x509.h>

#include "conf.h"
#include "ikev2.h"

/* Copy the piece of a DN up to '/' or '='; a backslash escapes both. */
static const char *
dn_piece(const char *s, char stop, char *out, size_t size)
{
	size_t	 n = 0;

	for (; *s != '\0' && *s != stop; s++) {
		if (*s == '\\' && (s[1] == '/' || s[1] == '='))
			s++;
		if (n + 1 < size)
			out[n++] = *s;
	}
	out[n] = '\0';
	return (s);
}

/* "/C=DE/CN=host" as DER. */
static int
dn_parse(struct ident *id, const char *s)
{
	X509_NAME	*name;
	char		 key[128], value[IDENT_MAX];
	unsigned char	*p;
	int		 len = -1;

	name = X509_NAME_new();
	while (name != NULL && *s == '/') {
		s = dn_piece(s + 1, '=', key, sizeof(key));
		if (*s != '=')
			goto done;
		s = dn_piece(s + 1, '/', value, sizeof(value));
		if (!X509_NAME_add_entry_by_txt(name, key, MBSTRING_UTF8,
		    (unsigned char *)value, -1, -1, 0))
			goto done;
	}
	if (name != NULL)
		len = i2d_X509_NAME(name, NULL);
	if (len <= 0 || len > IDENT_MAX) {
		len = -1;
		goto done;
	}
	p = id->id_data;
	i2d_X509_NAME(name, &p);
	id->id_len = len;
	id->id_type = ID_ASN1_DN;
 done:
	X509_NAME_free(name);
	return (len == -1 ? -1 : 0);
}

/*
 * Read an identity; its form tells its type.  -1: too long, or no DN.
 */
int
ident_parse(struct ident *id, const char *s)
{
	struct addr	 a;
	size_t		 len = strlen(s);

	memset(id, 0, sizeof(*id));
	if (len == 0 || len > IDENT_MAX)
		return (-1);
	if (s[0] == '/')
		return (dn_parse(id, s));
	if (addr_parse(&a, s) == 0) {
		id->id_type = a.a_ver == 4 ? ID_IPV4 : ID_IPV6;
		id->id_len = addr_bytes(&a);
		memcpy(id->id_data, a.a_bytes, id->id_len);
		return (0);
	}
	id->id_type = strchr(s, '@') != NULL ? ID_UFQDN : ID_FQDN;
	id->id_len = len;
	memcpy(id->id_data, s, len);
	return (0);
}

static void
dn_str(const struct ident *id, char *buf, size_t size)
{
	const unsigned char	*p = id->id_data;
	X509_NAME		*name;
	char			*line = NULL;

	name = d2i_X509_NAME(NULL, &p, id->id_len);
	if (name != NULL)
		line = X509_NAME_oneline(name, NULL, 0);
	snprintf(buf, size, "ASN1_DN/%s", line != NULL ? line : "?");
	OPENSSL_free(line);
	X509_NAME_free(name);
}

/*
 * Write an identity as TYPE/value; bytes that do not print become '?'.
 * Returns buf.
 */
const char *
ident_str(const struct ident *id, char *buf, size_t size)
{
	static const char	*types[] = { "NONE", "IPV4", "FQDN", "UFQDN",
				    NULL, "IPV6" };
	struct addr		 a;
	char			 text[ADDR_STRLEN];
	size_t			 i, n;

	if (id->id_type == ID_ASN1_DN) {
		dn_str(id, buf, size);
		return (buf);
	}
	if (id->id_type == ID_IPV4 || id->id_type == ID_IPV6) {
		memset(&a, 0, sizeof(a));
		a.a_ver = id->id_type == ID_IPV4 ? 4 : 6;
		if (id->id_len == addr_bytes(&a)) {
			memcpy(a.a_bytes, id->id_data, id->id_len);
			snprintf(buf, size, "%s/%s", types[id->id_type],
			    addr_str(&a, text));
			return (buf);
		}
	}
	if (id->id_type == ID_KEY_ID || id->id_type == ID_ASN1_GN ||
	    id->id_type > ID_IPV6 || types[id->id_type] == NULL)
		n = snprintf(buf, size, "%s/",
		    id->id_type == ID_ASN1_GN ? "ASN1_GN" : "KEY_ID");
	else
		n = snprintf(buf, size, "%s/", types[id->id_type]);
	for (i = 0; i < id->id_len && n + 1 < size; i++)
		buf[n++] = id->id_data[i] > ' ' && id->id_data[i] < 0x7f ?
		    id->id_data[i] : '?';
	if (n < size)
		buf[n] = '\0';
	return (buf);
}

/* Append a piece of a DN with a backslash before what has a meaning there. */
static size_t
dn_append(char *buf, size_t size, size_t n, const char *s, size_t len)
{
	for (; len > 0 && n + 2 < size; len--, s++) {
		if (*s == '/' || *s == '=')
			buf[n++] = '\\';
		buf[n++] = *s;
	}
	buf[n] = '\0';
	return (n);
}

static void
dn_word(const struct ident *id, char *buf, size_t size)
{
	const unsigned char	*p = id->id_data;
	X509_NAME		*name;
	X509_NAME_ENTRY		*ne;
	unsigned char		*value;
	char			 key[80];
	size_t			 n = 0;
	int			 i, len;

	buf[0] = '\0';
	name = d2i_X509_NAME(NULL, &p, id->id_len);
	for (i = 0; name != NULL && i < X509_NAME_entry_count(name); i++) {
		ne = X509_NAME_get_entry(name, i);
		len = ASN1_STRING_to_UTF8(&value,
		    X509_NAME_ENTRY_get_data(ne));
		i2t_ASN1_OBJECT(key, sizeof(key),
		    X509_NAME_ENTRY_get_object(ne));
		if (OBJ_obj2nid(X509_NAME_ENTRY_get_object(ne)) != NID_undef)
			strlcpy(key, OBJ_nid2sn(OBJ_obj2nid(
			    X509_NAME_ENTRY_get_object(ne))), sizeof(key));
		if (len < 0 || n + strlen(key) + 3 >= size) {
			if (len >= 0)
				OPENSSL_free(value);
			break;
		}
		n += snprintf(buf + n, size - n, "/%s=", key);
		n = dn_append(buf, size, n, (char *)value, len);
		OPENSSL_free(value);
	}
	X509_NAME_free(name);
}

/*
 * Write an identity of the configuration as ident_parse reads it.
 */
void
ident_word(const struct ident *id, char *buf, size_t size)
{
	char	*value;

	if (id->id_type == ID_ASN1_DN)
		dn_word(id, buf, size);
	else if (id->id_type == ID_FQDN || id->id_type == ID_UFQDN)
		snprintf(buf, size, "%.*s", id->id_len, (char *)id->id_data);
	else {
		value = strchr(ident_str(id, buf, size), '/');
		if (value != NULL)
			memmove(buf, value + 1, strlen(value));
	}
}

/*
 * The same identity?  DNs are compared as names, not as bytes.
 */
int
ident_equal(const struct ident *a, const struct ident *b)
{
	const unsigned char	*pa = a->id_data, *pb = b->id_data;
	X509_NAME		*na, *nb;
	int			 equal;

	if (a->id_type != b->id_type)
		return (0);
	if (a->id_type != ID_ASN1_DN)
		return (a->id_len == b->id_len &&
		    memcmp(a->id_data, b->id_data, a->id_len) == 0);
	na = d2i_X509_NAME(NULL, &pa, a->id_len);
	nb = d2i_X509_NAME(NULL, &pb, b->id_len);
	equal = na != NULL && nb != NULL && X509_NAME_cmp(na, nb) == 0;
	X509_NAME_free(na);
	X509_NAME_free(nb);
	return (equal);
}

/*
 * A number that is the same for identities that are equal.
 */
uint32_t
ident_hash(const struct ident *id)
{
	const unsigned char	*p = id->id_data;
	X509_NAME		*name;
	uint32_t		 h = 2166136261U;	/* FNV-1a */
	uint16_t		 i;

	if (id->id_type == ID_ASN1_DN) {
		name = d2i_X509_NAME(NULL, &p, id->id_len);
		h = name != NULL ? X509_NAME_hash_ex(name, NULL, NULL, NULL) :
		    0;
		X509_NAME_free(name);
		return (h);
	}
	for (i = 0; i < id->id_len; i++)
		h = (h ^ id->id_data[i]) * 16777619U;
	return (h);
}
