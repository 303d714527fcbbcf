/*
 * iked.conf(5): a file is read; what was loaded is printed, packed for the
 * other process, and is there the same.  An input that begins with a zero
 * is what a process has sent: it is unpacked.
 */
#include <sys/types.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <netdb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"

#define REQUIRE(e)	do {						\
	if (!(e)) {							\
		fprintf(stderr, "%s:%d: not so: %s\n", __FILE__,	\
		    __LINE__, #e);					\
		abort();						\
	}								\
} while (0)

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);
int	 fuzz_getaddrinfo(const char *, const char *, const struct addrinfo *,
	    struct addrinfo **);

/* Nobody is asked. */
#undef getaddrinfo
int	 getaddrinfo(const char *, const char *, const struct addrinfo *,
	    struct addrinfo **);

int
fuzz_getaddrinfo(const char *name, const char *service,
    const struct addrinfo *hints, struct addrinfo **list)
{
	struct addrinfo	 h = *hints;

	if (strcmp(name, "host.example") != 0)
		return (EAI_NONAME);
	h.ai_flags = AI_NUMERICHOST;
	return (getaddrinfo("192.0.2.7", NULL, &h, list));
}

static void
pack(const struct conf *c)
{
	struct policy	*p, *q;
	struct conf	 d;
	struct wbuf	 w;
	struct rbuf	 r;

	wbuf_init(&w);
	conf_pack(&w, c);
	rbuf_init(&r, w.w_buf, w.w_len);
	conf_init(&d);
	REQUIRE(conf_unpack(&r, &d) == 0 && r.r_left == 0);
	conf_free(&d);
	wbuf_free(&w);
	TAILQ_FOREACH(p, &c->c_policies, p_entry) {
		wbuf_init(&w);
		policy_pack(&w, p);
		REQUIRE(!w.w_error);
		rbuf_init(&r, w.w_buf, w.w_len);
		q = policy_unpack(&r);
		REQUIRE(q != NULL && policy_same(p, q) && r.r_left == 0);
		policy_put(q);
		wbuf_free(&w);
	}
}

static void
unpack(const uint8_t *data, size_t size)
{
	struct policy	*p;
	struct conf	 c;
	struct rbuf	 r;

	conf_init(&c);
	rbuf_init(&r, data, size);
	conf_unpack(&r, &c);
	conf_free(&c);
	rbuf_init(&r, data, size);
	p = policy_unpack(&r);
	if (p != NULL)
		policy_put(p);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE	*nowhere;
	FILE		*out;
	struct conf	 c;
	char		 name[40];
	int		 fd;

	if (nowhere == NULL)
		nowhere = fopen("/dev/null", "w");
	if (size > 0 && data[0] == 0) {
		unpack(data + 1, size - 1);
		return (0);
	}
	fd = memfd_create("conf", MFD_CLOEXEC);
	REQUIRE(fd != -1 && fchmod(fd, 0600) == 0);
	REQUIRE(write(fd, data, size) == (ssize_t)size);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	conf_init(&c);
	if (parse_config(name, &c) == 0) {
		out = stdout;
		stdout = nowhere;
		print_conf(&c);
		stdout = out;
		pack(&c);
	}
	conf_free(&c);
	close(fd);
	return (0);
}
