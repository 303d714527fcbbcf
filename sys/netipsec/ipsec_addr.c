/*
 * ipsec(4): addresses, selectors of packets, and identities.
 *
 * A packet matches a selector if both its addresses lie in the prefixes and
 * protocol and ports agree, where the selector names any.  Everything here
 * runs under the net lock.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/malloc.h>
#include <sys/socket.h>

#include <netipsec/ipsec_var.h>

static LIST_HEAD(, ipsec_ids) ids_all = LIST_HEAD_INITIALIZER(ids_all);

/* Bits of an address of the family. */
u_int
ipsec_addr_bits(const struct ipsec_addr *a)
{
	return (a->ia_af == AF_INET ? 32 : 128);
}

/*
 * The address of a BSD sockaddr, whose sa_len has been checked; 0 or
 * EAFNOSUPPORT.  A link-local IPv6 address keeps its scope in its second
 * word, as everywhere in the kernel.
 */
int
ipsec_addr_get(struct ipsec_addr *a, const struct sockaddr *sa)
{
	const struct sockaddr_in6	*sin6;

	memset(a, 0, sizeof(*a));
	switch (sa->sa_family) {
	case AF_INET:
		a->ia_v4 = ((const struct sockaddr_in *)sa)->sin_addr;
		break;
	case AF_INET6:
		sin6 = (const struct sockaddr_in6 *)sa;
		a->ia_v6 = sin6->sin6_addr;
		if (sin6->sin6_scope_id != 0 && a->ia_bytes[0] == 0xfe &&
		    (a->ia_bytes[1] & 0xc0) == 0x80) {
			a->ia_bytes[2] = sin6->sin6_scope_id >> 8;
			a->ia_bytes[3] = sin6->sin6_scope_id;
		}
		break;
	default:
		return (EAFNOSUPPORT);
	}
	a->ia_af = sa->sa_family;
	return (0);
}

/*
 * As a BSD sockaddr with that port (network order); returns its length.
 */
u_int
ipsec_addr_put(const struct ipsec_addr *a, u_int16_t port,
    union sockaddr_union *su)
{
	memset(su, 0, sizeof(*su));
	if (a->ia_af == AF_INET6) {
		su->sin6.sin6_len = sizeof(su->sin6);
		su->sin6.sin6_family = AF_INET6;
		su->sin6.sin6_port = port;
		su->sin6.sin6_addr = a->ia_v6;
		if (a->ia_bytes[0] == 0xfe && (a->ia_bytes[1] & 0xc0) ==
		    0x80) {
			su->sin6.sin6_scope_id = a->ia_bytes[2] << 8 |
			    a->ia_bytes[3];
			su->sin6.sin6_addr.s6_addr[2] = 0;
			su->sin6.sin6_addr.s6_addr[3] = 0;
		}
	} else {
		su->sin.sin_len = sizeof(su->sin);
		su->sin.sin_family = AF_INET;
		su->sin.sin_port = port;
		su->sin.sin_addr = a->ia_v4;
	}
	return (su->sa.sa_len);
}

/* Clear the bits beyond a prefix of plen bits. */
void
ipsec_addr_mask(struct ipsec_addr *a, u_int plen)
{
	u_int	 i;

	for (i = 0; i < sizeof(a->ia_bytes); i++, plen -= MIN(plen, 8))
		if (plen < 8)
			a->ia_bytes[i] &= 0xff00 >> plen;
}

/* Does the address lie in the prefix? */
int
ipsec_addr_in(const struct ipsec_addr *a, const struct ipsec_addr *prefix,
    u_int plen)
{
	u_int	 bytes = plen / 8;

	if (a->ia_af != prefix->ia_af)
		return (0);
	if (memcmp(a->ia_bytes, prefix->ia_bytes, bytes) != 0)
		return (0);
	return (plen % 8 == 0 || ((a->ia_bytes[bytes] ^
	    prefix->ia_bytes[bytes]) & (0xff00 >> plen % 8) & 0xff) == 0);
}

/* As text in buf, which is returned. */
const char *
ipsec_addr_ntop(const struct ipsec_addr *a, char *buf, size_t size)
{
	const u_int8_t	*p = a->ia_bytes;
	size_t		 n = 0;
	u_int		 i;

	if (a->ia_af == AF_INET)
		snprintf(buf, size, "%u.%u.%u.%u", p[0], p[1], p[2], p[3]);
	else if (a->ia_af == 0)
		snprintf(buf, size, "any");
	else
		for (i = 0; i < 16 && n < size; i += 2)
			n += snprintf(buf + n, size - n, "%s%x",
			    i == 0 ? "" : ":", p[i] << 8 | p[i + 1]);
	return (buf);
}

/* Does the packet match? */
int
ipsec_sel_matches(const struct ipsec_sel *sl, const struct ipsec_pkt *pk)
{
	return (ipsec_addr_in(&pk->pk_src, &sl->sl_src, sl->sl_splen) &&
	    ipsec_addr_in(&pk->pk_dst, &sl->sl_dst, sl->sl_dplen) &&
	    ipsec_sel_matches_l4(sl, pk));
}

/* The same of protocol and ports only. */
int
ipsec_sel_matches_l4(const struct ipsec_sel *sl, const struct ipsec_pkt *pk)
{
	if (sl->sl_proto != 0 && sl->sl_proto != pk->pk_proto &&
	    pk->pk_opaque != PK_OPAQUE_PROTO)
		return (0);
	if (pk->pk_opaque)
		return (1);
	return (((sl->sl_sport ^ pk->pk_sport) & sl->sl_smask) == 0 &&
	    ((sl->sl_dport ^ pk->pk_dport) & sl->sl_dmask) == 0);
}

/* Does every packet that matches b match a? */
int
ipsec_sel_covers(const struct ipsec_sel *a, const struct ipsec_sel *b)
{
	return (a->sl_splen <= b->sl_splen && a->sl_dplen <= b->sl_dplen &&
	    ipsec_addr_in(&b->sl_src, &a->sl_src, a->sl_splen) &&
	    ipsec_addr_in(&b->sl_dst, &a->sl_dst, a->sl_dplen) &&
	    (a->sl_proto == 0 || a->sl_proto == b->sl_proto) &&
	    (a->sl_smask == 0 || (b->sl_smask != 0 &&
	    a->sl_sport == b->sl_sport)) &&
	    (a->sl_dmask == 0 || (b->sl_dmask != 0 &&
	    a->sl_dport == b->sl_dport)));
}

static int
id_eq(const struct ipsec_id *a, const struct ipsec_id *b)
{
	if (a == NULL || b == NULL)
		return (a == b);
	return (a->id_type == b->id_type && a->id_len == b->id_len &&
	    memcmp(a->id_data, b->id_data, a->id_len) == 0);
}

static struct ipsec_id *
id_dup(const struct ipsec_id *id)
{
	struct ipsec_id	*new;

	new = malloc(sizeof(*new) + id->id_len, M_CREDENTIALS, M_NOWAIT);
	if (new != NULL)
		memcpy(new, id, sizeof(*new) + id->id_len);
	return (new);
}

static void
id_free(struct ipsec_id *id)
{
	if (id != NULL)
		free(id, M_CREDENTIALS, sizeof(*id) + id->id_len);
}

/*
 * The pair of identities, either of which may be NULL, referenced; they are
 * copied.  NULL without memory, and for a pair of none.
 */
struct ipsec_ids *
ipsec_ids_get(const struct ipsec_id *src, const struct ipsec_id *dst)
{
	struct ipsec_ids	*ids;

	if (src == NULL && dst == NULL)
		return (NULL);
	LIST_FOREACH(ids, &ids_all, ids_list) {
		if (id_eq(ids->ids_src, src) && id_eq(ids->ids_dst, dst)) {
			ids->ids_refs++;
			return (ids);
		}
	}
	ids = malloc(sizeof(*ids), M_CREDENTIALS, M_NOWAIT | M_ZERO);
	if (ids == NULL)
		return (NULL);
	if ((src != NULL && (ids->ids_src = id_dup(src)) == NULL) ||
	    (dst != NULL && (ids->ids_dst = id_dup(dst)) == NULL)) {
		id_free(ids->ids_src);
		free(ids, M_CREDENTIALS, sizeof(*ids));
		return (NULL);
	}
	ids->ids_refs = 1;
	LIST_INSERT_HEAD(&ids_all, ids, ids_list);
	return (ids);
}

void
ipsec_ids_ref(struct ipsec_ids *ids)
{
	if (ids != NULL)
		ids->ids_refs++;
}

void
ipsec_ids_put(struct ipsec_ids *ids)
{
	if (ids == NULL || --ids->ids_refs > 0)
		return;
	LIST_REMOVE(ids, ids_list);
	id_free(ids->ids_src);
	id_free(ids->ids_dst);
	free(ids, M_CREDENTIALS, sizeof(*ids));
}

/*
 * Are they the same two, whichever is called the source?  (An incoming SA
 * names them the other way round than the flow.)  None match all.
 */
int
ipsec_ids_match(const struct ipsec_ids *a, const struct ipsec_ids *b)
{
	if (a == b || a == NULL || b == NULL)
		return (1);
	return (id_eq(a->ids_src, b->ids_dst) &&
	    id_eq(a->ids_dst, b->ids_src));
}
