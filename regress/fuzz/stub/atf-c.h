/*
 * What tests of ATF say, for a fuzz target that shares code with them: what
 * does not hold is a crash.
 */
#ifndef _STUB_ATF_C_H_
#define _STUB_ATF_C_H_

#include <stdio.h>
#include <stdlib.h>

#define ATF_REQUIRE(e)		do {					\
	if (!(e)) {							\
		fprintf(stderr, "%s:%d: not so: %s\n", __FILE__,	\
		    __LINE__, #e);					\
		abort();						\
	}								\
} while (0)
#define ATF_REQUIRE_EQ(a, b)	ATF_REQUIRE((a) == (b))
#define ATF_REQUIRE_MSG(e, ...)	ATF_REQUIRE(e)
#define ATF_CHECK_EQ(a, b)	ATF_REQUIRE((a) == (b))

#endif /* _STUB_ATF_C_H_ */
