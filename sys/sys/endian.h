/*
 * Byte order.  Both ports are little-endian.
 */
#ifndef _SYS_ENDIAN_H_
#define _SYS_ENDIAN_H_

#include <sys/cdefs.h>
#include <stdint.h>

#define _LITTLE_ENDIAN	1234
#define _BIG_ENDIAN	4321
#define _PDP_ENDIAN	3412
#define _BYTE_ORDER	_LITTLE_ENDIAN
#define LITTLE_ENDIAN	_LITTLE_ENDIAN
#define BIG_ENDIAN	_BIG_ENDIAN
#define PDP_ENDIAN	_PDP_ENDIAN
#define BYTE_ORDER	_BYTE_ORDER

#define swap16(x)	__builtin_bswap16(x)
#define swap32(x)	__builtin_bswap32(x)
#define swap64(x)	__builtin_bswap64(x)

#define htobe16(x)	swap16(x)
#define htobe32(x)	swap32(x)
#define htobe64(x)	swap64(x)
#define betoh16(x)	swap16(x)
#define betoh32(x)	swap32(x)
#define betoh64(x)	swap64(x)
#define be16toh(x)	swap16(x)
#define be32toh(x)	swap32(x)
#define be64toh(x)	swap64(x)
#define htole16(x)	((uint16_t)(x))
#define htole32(x)	((uint32_t)(x))
#define htole64(x)	((uint64_t)(x))
#define letoh16(x)	((uint16_t)(x))
#define letoh32(x)	((uint32_t)(x))
#define letoh64(x)	((uint64_t)(x))
#define le16toh(x)	((uint16_t)(x))
#define le32toh(x)	((uint32_t)(x))
#define le64toh(x)	((uint64_t)(x))

#define htons(x)	htobe16(x)
#define htonl(x)	htobe32(x)
#define ntohs(x)	be16toh(x)
#define ntohl(x)	be32toh(x)

#define NTOHL(x)	(x) = ntohl((uint32_t)(x))
#define NTOHS(x)	(x) = ntohs((uint16_t)(x))
#define HTONL(x)	(x) = htonl((uint32_t)(x))
#define HTONS(x)	(x) = htons((uint16_t)(x))

/* Loads and stores of any alignment. */
static inline uint16_t
be16dec(const void *p)
{
	uint16_t v;

	__builtin_memcpy(&v, p, sizeof(v));
	return (be16toh(v));
}

static inline uint32_t
be32dec(const void *p)
{
	uint32_t v;

	__builtin_memcpy(&v, p, sizeof(v));
	return (be32toh(v));
}

static inline uint64_t
be64dec(const void *p)
{
	uint64_t v;

	__builtin_memcpy(&v, p, sizeof(v));
	return (be64toh(v));
}

static inline void
be16enc(void *p, uint16_t v)
{
	v = htobe16(v);
	__builtin_memcpy(p, &v, sizeof(v));
}

static inline void
be32enc(void *p, uint32_t v)
{
	v = htobe32(v);
	__builtin_memcpy(p, &v, sizeof(v));
}

static inline void
be64enc(void *p, uint64_t v)
{
	v = htobe64(v);
	__builtin_memcpy(p, &v, sizeof(v));
}

static inline uint32_t
le32dec(const void *p)
{
	uint32_t v;

	__builtin_memcpy(&v, p, sizeof(v));
	return (v);
}

static inline uint64_t
le64dec(const void *p)
{
	uint64_t v;

	__builtin_memcpy(&v, p, sizeof(v));
	return (v);
}

static inline void
le32enc(void *p, uint32_t v)
{
	__builtin_memcpy(p, &v, sizeof(v));
}

static inline void
le64enc(void *p, uint64_t v)
{
	__builtin_memcpy(p, &v, sizeof(v));
}

#endif /* _SYS_ENDIAN_H_ */
