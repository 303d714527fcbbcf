/*
 * The tag of pf(4) that packets of a policy's SAs carry; its variables are
 * known when the peer is.
 */
#include <sys/types.h>

#include <string.h>

#include "conf.h"
#include "ikev2.h"

/* The peer's identity without its type; of a DN, the common name. */
static void
plain_id(char *buf, size_t size, const struct ident *id)
{
	char	*p, text[IDENT_MAX + 16];

	ident_str(id, text, sizeof(text));
	p = strchr(text, '/');
	p = p == NULL ? text : p + 1;
	if (id->id_type == ID_ASN1_DN && strstr(p, "/CN=") != NULL) {
		p = strstr(p, "/CN=") + 4;
		p[strcspn(p, "/")] = '\0';
	}
	strlcpy(buf, p, size);
}

/*
 * Write the tag that a text asks for: $id, $domain and $name stand for the
 * peer's identity, what is behind its first dot or its @, and the policy's
 * name.  What is too long is cut.
 */
void
tag_expand(char out[TAG_MAX], const char *text, const char *name,
    const struct ident *peer)
{
	char		 id[TAG_MAX];
	const char	*domain, *with;
	size_t		 n = 0, skip;

	plain_id(id, sizeof(id), peer);
	domain = strchr(id, peer->id_type == ID_UFQDN ? '@' : '.');
	domain = domain == NULL ? "" : domain + 1;
	out[0] = '\0';
	while (*text != '\0' && n < TAG_MAX - 1) {
		with = NULL;
		skip = 1;
		if (strncmp(text, "$id", 3) == 0) {
			with = id;
			skip = 3;
		} else if (strncmp(text, "$domain", 7) == 0) {
			with = domain;
			skip = 7;
		} else if (strncmp(text, "$name", 5) == 0) {
			with = name;
			skip = 5;
		}
		if (with != NULL)
			strlcpy(out + n, with, TAG_MAX - n);
		else {
			out[n] = *text;
			out[n + 1] = '\0';
		}
		n = strlen(out);
		text += skip;
	}
}
