/*
 * ipsec.conf(5) as ipsecctl(8) reads it: what was understood is printed, and
 * made into messages of PF_KEY, each of which must be well-formed; and these
 * are shown again, as if the kernel had them.
 *
 * An input is a file; behind a first zero, the file "other" that it may
 * include; behind a second one, the file "key".
 */
#include <sys/types.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bsdaddr.h"
#include "iflist.h"
#include "ipsecctl.h"

#undef fopen
#undef write
#undef poll
#undef recv
#undef sysctl
#undef getaddrinfo

#define DUMP_MAX	(1024 * 1024)
#define RULES_MAX	2000		/* sent of one input */

#define REQUIRE(e)	do {						\
	if (!(e)) {							\
		fprintf(said, "%s:%d: not so: %s\n", __FILE__,		\
		    __LINE__, #e);					\
		abort();						\
	}								\
} while (0)

struct addrinfo;

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);
FILE	*fuzz_fopen(const char *, const char *);
ssize_t	 fuzz_write(int, const void *, size_t);
int	 fuzz_poll(struct pollfd *, nfds_t, int);
ssize_t	 fuzz_recv(int, void *, size_t, int);
int	 fuzz_sysctl(const int *, unsigned int, void *, size_t *, const void *,
	    size_t);
int	 fuzz_getaddrinfo(const char *, const char *, const struct addrinfo *,
	    struct addrinfo **);
ssize_t	 write(int, const void *, size_t);
FILE	*fopen(const char *, const char *);
int	 getaddrinfo(const char *, const char *, const struct addrinfo *,
	    struct addrinfo **);

struct options	 opt;

static const char *const names[] = { "conf", "other", "key" };
static struct {
	const uint8_t	*p;
	size_t		 len;
} files[3];
static FILE		*said;		/* the real standard error */
static unsigned int	 opened;
static uint8_t		 dump[DUMP_MAX];	/* what the kernel has */
static size_t		 dump_len, last_len;

/* Files are those of the input, each readable by its owner only. */
FILE *
fuzz_fopen(const char *name, const char *mode)
{
	unsigned int	 i;
	int		 fd;

	for (i = 0; i < 3; i++)
		if (strcmp(name, names[i]) == 0)
			break;
	if (i == 3 || ++opened > 20) {
		errno = ENOENT;
		return (NULL);
	}
	fd = memfd_create("file", MFD_CLOEXEC);
	REQUIRE(fd != -1 && fchmod(fd, 0600) == 0);
	REQUIRE(write(fd, files[i].p, files[i].len) ==
	    (ssize_t)files[i].len);
	REQUIRE(lseek(fd, 0, SEEK_SET) == 0);
	return (fdopen(fd, mode));
}

/* A message to the kernel. */
ssize_t
fuzz_write(int fd, const void *buf, size_t len)
{
	const struct sadb_msg	*msg = buf;
	const struct sadb_ext	*ext;
	uint64_t		 seen = 0;
	size_t			 off;

	(void)fd;
	REQUIRE(len >= sizeof(*msg) && msg->sadb_msg_len * 8u == len);
	for (off = sizeof(*msg); off < len; off += ext->sadb_ext_len * 8u) {
		ext = (const struct sadb_ext *)((const uint8_t *)buf + off);
		REQUIRE(ext->sadb_ext_len != 0 &&
		    off + ext->sadb_ext_len * 8u <= len);
		REQUIRE(ext->sadb_ext_type != 0 &&
		    ext->sadb_ext_type <= SADB_EXT_MAX);
		REQUIRE((seen & 1ULL << ext->sadb_ext_type) == 0);
		seen |= 1ULL << ext->sadb_ext_type;
	}
	last_len = 0;
	if (dump_len + len <= sizeof(dump)) {
		memcpy(dump + dump_len, buf, len);
		dump_len += len;
		last_len = len;
	}
	return (len);
}

int
fuzz_poll(struct pollfd *pfd, nfds_t n, int ms)
{
	(void)pfd;
	(void)n;
	(void)ms;
	return (last_len != 0);
}

/* It agrees. */
ssize_t
fuzz_recv(int fd, void *buf, size_t len, int flags)
{
	(void)fd;
	(void)flags;
	REQUIRE(last_len <= len);
	memcpy(buf, dump + dump_len - last_len, last_len);
	return (last_len);
}

int
fuzz_sysctl(const int *mib, unsigned int n, void *old, size_t *lenp,
    const void *new, size_t newlen)
{
	(void)mib;
	(void)n;
	(void)new;
	(void)newlen;
	if (old != NULL) {
		REQUIRE(*lenp >= dump_len);
		memcpy(old, dump, dump_len);
	}
	*lenp = dump_len;
	return (0);
}

/* Nobody is asked. */
int
fuzz_getaddrinfo(const char *name, const char *service,
    const struct addrinfo *hints, struct addrinfo **list)
{
	struct addrinfo	 h = { 0 };

	if (hints != NULL)
		h = *hints;
	h.ai_flags |= AI_NUMERICHOST;
	return (getaddrinfo(strcmp(name, "host.example") == 0 ?
	    "192.0.2.7" : name, service, &h, list));
}

/* An interface, em0, with an address of each family. */
int
iflist_get(struct iflist *list, unsigned int index)
{
	static const uint8_t	 v4[4] = { 10, 1, 0, 1 };
	static const uint8_t	 v6[16] = { 0xfd, [15] = 1 };
	struct bsd_sockaddr_in	*sin;
	struct bsd_sockaddr_in6	*sin6;
	struct ifl_addr		*a;
	struct ifl_if		*i;
	int			 n;

	(void)index;
	TAILQ_INIT(list);
	REQUIRE((i = calloc(1, sizeof(*i))) != NULL);
	strlcpy(i->i_name, "em0", sizeof(i->i_name));
	TAILQ_INIT(&i->i_addrs);
	TAILQ_INSERT_TAIL(list, i, i_link);
	for (n = 0; n < 2; n++) {
		REQUIRE((a = calloc(1, sizeof(*a))) != NULL);
		TAILQ_INSERT_TAIL(&i->i_addrs, a, a_link);
		if (n == 0) {
			sin = (struct bsd_sockaddr_in *)&a->a_addr;
			sin->sin_len = sizeof(*sin);
			sin->sin_family = BSD_AF_INET;
			memcpy(&sin->sin_addr, v4, sizeof(v4));
			memcpy(&a->a_mask, sin, sizeof(*sin));
			continue;
		}
		sin6 = (struct bsd_sockaddr_in6 *)&a->a_addr;
		sin6->sin6_len = sizeof(*sin6);
		sin6->sin6_family = BSD_AF_INET6;
		memcpy(&sin6->sin6_addr, v6, sizeof(v6));
		memcpy(&a->a_mask, sin6, sizeof(*sin6));
	}
	return (0);
}

void
iflist_free(struct iflist *list)
{
	struct ifl_addr	*a;
	struct ifl_if	*i;

	while ((i = TAILQ_FIRST(list)) != NULL) {
		TAILQ_REMOVE(list, i, i_link);
		while ((a = TAILQ_FIRST(&i->i_addrs)) != NULL) {
			TAILQ_REMOVE(&i->i_addrs, a, a_link);
			free(a);
		}
		free(i);
	}
}

int
getrtable(void)
{
	return (0);
}

static void
split(const uint8_t *data, size_t size)
{
	const uint8_t	*zero;
	unsigned int	 i;

	for (i = 0; i < 3; i++) {
		zero = i == 2 ? NULL : memchr(data, 0, size);
		files[i].p = data;
		files[i].len = zero == NULL ? size : (size_t)(zero - data);
		data += files[i].len;
		size -= files[i].len;
		if (zero != NULL) {
			data++;
			size--;
		}
	}
}

static void
use(struct rules *rs)
{
	const struct sadb_msg	*msg;
	struct rule		*r;
	unsigned int		 n = 0;
	size_t			 off;

	TAILQ_FOREACH(r, rs, r_entry) {
		rule_print(r);
		if (n++ < RULES_MAX) {
			(void)pfkey_rule(-1, r, 0);
			(void)pfkey_rule(-1, r, 1);
		}
	}
	show_flows();
	show_sas();
	for (off = 0; off < dump_len; off += msg->sadb_msg_len * 8u) {
		msg = (const struct sadb_msg *)(dump + off);
		message_print(msg);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE	*nowhere;
	struct rules	 rs = TAILQ_HEAD_INITIALIZER(rs);
	struct rule	*r;
	FILE		*out = stdout;

	if (nowhere == NULL)
		nowhere = fopen("/dev/null", "w");
	said = stderr;
	split(data, size);
	opened = 0;
	dump_len = 0;
	stdout = stderr = nowhere;
	opt.o_keys = opt.o_verbose = size & 1;
	if (parse_file("conf", &rs) == 0)
		use(&rs);
	while ((r = TAILQ_FIRST(&rs)) != NULL) {
		TAILQ_REMOVE(&rs, r, r_entry);
		free(r);
	}
	stdout = out;
	stderr = said;
	return (0);
}
