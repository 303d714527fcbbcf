/*
 * Messages between processes: many at once, some with a descriptor.
 */
#include <sys/types.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "imsg.h"

#define MANY	500

/* A file that says which message it is for by its length. */
static int
file_of(unsigned int i)
{
	char	 name[] = "file.XXXXXX";
	int	 fd = mkstemp(name);

	ATF_REQUIRE(fd != -1 && ftruncate(fd, i) == 0);
	unlink(name);
	return (fd);
}

static size_t
size_of(unsigned int i)
{
	return (i % 50 == 7 ? 20000 : i % 5 * 100);
}

static void
check(const struct imsg *im, unsigned int i, const uint8_t *data)
{
	struct stat	 st;

	ATF_REQUIRE_EQ(i, im->i_hdr.i_type);
	ATF_REQUIRE_EQ(i * 3, im->i_hdr.i_peerid);
	ATF_REQUIRE_EQ(size_of(i), im->i_datalen);
	ATF_REQUIRE_EQ(0, memcmp(im->i_data, data + i, im->i_datalen));
	ATF_REQUIRE_EQ(i % 7 == 3, im->i_descr != -1);
	if (im->i_descr == -1)
		return;
	ATF_REQUIRE_EQ(0, fstat(im->i_descr, &st));
	ATF_REQUIRE_EQ(i, st.st_size);
	close(im->i_descr);
}

ATF_TC(many);
ATF_TC_HEAD(many, tc)
{
	atf_tc_set_md_var(tc, "descr", "more than the socket takes, in order, "
	    "and each descriptor with its own");
}
ATF_TC_BODY(many, tc)
{
	static uint8_t	 data[20000 + MANY];
	struct imsgbuf	 a, b;
	struct imsg	 im;
	unsigned int	 i, n = 0;
	int		 s[2], more = 0;

	for (i = 0; i < sizeof(data); i++)
		data[i] = i * 131 >> 3;
	ATF_REQUIRE_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0,
	    s));
	ATF_REQUIRE(imsg_init(&a, s[0]) == 0 && imsg_init(&b, s[1]) == 0);
	for (i = 0; i < MANY; i++)
		ATF_REQUIRE_EQ(0, imsg_compose(&a, i, i * 3,
		    i % 7 == 3 ? file_of(i) : -1, data + i, size_of(i)));
	while (n < MANY) {
		more = imsg_flush(&a);
		ATF_REQUIRE(more != -1);
		ATF_REQUIRE(imsg_read(&b) == 1 || errno == EAGAIN);
		while (imsg_get(&b, &im) == 1)
			check(&im, n++, data);
	}
	ATF_CHECK_EQ(1, more);
	ATF_CHECK(!imsg_pending(&a));
	close(s[0]);
	ATF_CHECK_EQ(0, imsg_read(&b));
	imsg_clear(&a);
	imsg_clear(&b);
	close(s[1]);
}

ATF_TC(gone);
ATF_TC_HEAD(gone, tc)
{
	atf_tc_set_md_var(tc, "descr", "nobody is there to read");
}
ATF_TC_BODY(gone, tc)
{
	struct imsgbuf	 a;
	int		 s[2];

	ATF_REQUIRE_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	ATF_REQUIRE_EQ(0, imsg_init(&a, s[0]));
	close(s[1]);
	ATF_REQUIRE_EQ(0, imsg_compose(&a, 1, 0, file_of(1), "x", 1));
	ATF_REQUIRE_EQ(0, imsg_compose(&a, 2, 0, -1, NULL, 0));
	ATF_CHECK_EQ(-1, imsg_flush(&a));
	imsg_clear(&a);
	close(s[0]);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, many);
	ATF_TP_ADD_TC(tp, gone);
	return (atf_no_error());
}
