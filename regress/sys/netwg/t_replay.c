/*
 * The replay window: chosen cases, and agreement with a model that remembers
 * every number it ever accepted.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/malloc.h>

#include <net/replay.h>

#include <ktest.h>

#define W	REPLAY_WINDOW
#define SPAN	(20 * W)

static const struct step {
	uint64_t	 seq;
	int		 error;
	const char	*why;
} steps[] = {
	{ 0,		0,	"the first number there is" },
	{ 0,		EEXIST,	"again" },
	{ 5,		0,	"newer, leaving a gap" },
	{ 3,		0,	"late, inside the gap" },
	{ 3,		EEXIST,	"late, twice" },
	{ W + 4,	0,	"the window slides" },
	{ 5,		EEXIST,	"its oldest member is still remembered" },
	{ 4,		ERANGE,	"one older is not" },
	{ 100 * W,	0,	"a jump over many windows" },
	{ 99 * W,	ERANGE,	"nothing before the new window" },
	{ 99 * W + 1,	0,	"its oldest member was never seen" },
	{ UINT64_MAX - 1, 0,	"near the end of the counter" },
};

KTEST(table, "chosen numbers, in order")
{
	struct replay	 r;
	size_t		 i;

	replay_init(&r);
	for (i = 0; i < nitems(steps); i++) {
		KT_CASE("step %zu: %s", i, steps[i].why);
		KT_ERR(steps[i].error, replay_check(&r, steps[i].seq));
		KT_ERR(steps[i].error, replay_accept(&r, steps[i].seq));
	}
}

KTEST(model, "twenty windows of numbers against a model")
{
	struct ktest_rand	 kr;
	struct replay		 r;
	uint64_t		 back, next = 0, seq;
	uint8_t			*seen;
	int			 want;

	seen = malloc(SPAN, M_TEMP, M_WAITOK | M_ZERO);
	ktest_srand(&kr, 4303);
	replay_init(&r);
	while (next < SPAN - 64) {
		back = MIN(next, W + 64);
		if (ktest_rand_below(&kr, 8) == 0)
			seq = next + ktest_rand_below(&kr, 64);
		else
			seq = next - ktest_rand_below(&kr, back + 1);
		if (next > seq && next - seq > W)
			want = ERANGE;
		else
			want = seen[seq] ? EEXIST : 0;
		KT_CASE("seq %llu next %llu", (unsigned long long)seq,
		    (unsigned long long)next);
		if (!KT_ERR(want, replay_accept(&r, seq)))
			break;
		if (want == 0) {
			seen[seq] = 1;
			next = MAX(next, seq + 1);
		}
	}
	free(seen, M_TEMP, SPAN);
}

KTEST(jump, "a long jump forgets the whole ring")
{
	struct replay	 r;
	uint64_t	 far = 10 * REPLAY_WORDS * REPLAY_WORDBITS + 17, seq;
	u_int		 bad = 0;

	replay_init(&r);
	for (seq = 0; seq < 2 * W; seq++)
		bad += replay_accept(&r, seq) != 0;
	KT_ERR(0, replay_accept(&r, far));
	for (seq = far + 1 - W; seq < far; seq++)
		bad += replay_accept(&r, seq) != 0;
	KT_EQ(bad, 0);
	KT_ERR(ERANGE, replay_accept(&r, far - W));
}
