/*
 * Cookies and the limit of handshakes: vectors, their life in time, and who
 * may begin how often.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <netinet/in.h>
#include <netinet6/in6.h>

#include <netwg/wg_cookie.h>
#include <netwg/wg_ratelimit.h>

#include <ktest.h>

#include <vectors_wg.h>

#define MSGLEN	(sizeof(v_initiation) - sizeof(struct cookie_macs))

static void
sin_set(struct sockaddr_in *sin, uint32_t addr, uint16_t port)
{
	memset(sin, 0, sizeof(*sin));
	sin->sin_len = sizeof(*sin);
	sin->sin_family = AF_INET;
	sin->sin_addr.s_addr = htonl(addr);
	sin->sin_port = htons(port);
}

KTEST(vectors, "mac1, a cookie and mac2 are what the paper says")
{
	struct cookie_maker	 cm;
	struct cookie_macs	 macs;
	const uint8_t		*reply = v_cookie_reply + 8;
	uint8_t			 bad[sizeof(v_cookie_reply)];

	cookie_maker_init(&cm, v_r_public);
	KT_ERR(ETIMEDOUT, cookie_maker_consume(&cm, reply, reply + 24));
	cookie_maker_mac(&cm, &macs, v_initiation, MSGLEN);
	KT_MEMEQ(&macs, v_initiation + MSGLEN, sizeof(macs));

	memcpy(bad, v_cookie_reply, sizeof(bad));
	bad[40] ^= 1;
	KT_ERR(EBADMSG, cookie_maker_consume(&cm, bad + 8, bad + 32));
	KT_ERR(0, cookie_maker_consume(&cm, reply, reply + 24));
	KT_MEMEQ(cm.cm_cookie, v_cookie, sizeof(v_cookie));
	/* One answer a message. */
	KT_ERR(ETIMEDOUT, cookie_maker_consume(&cm, reply, reply + 24));
	cookie_maker_mac(&cm, &macs, v_initiation, MSGLEN);
	KT_MEMEQ(macs.mac2, v_initiation_mac2, sizeof(macs.mac2));

	/* It is good for 115 s. */
	ktest_sleep_ms(114900);
	cookie_maker_mac(&cm, &macs, v_initiation, MSGLEN);
	KT_MEMEQ(macs.mac2, v_initiation_mac2, sizeof(macs.mac2));
	ktest_sleep_ms(200);
	cookie_maker_mac(&cm, &macs, v_initiation, MSGLEN);
	KT_MEMEQ(macs.mac2, v_initiation + MSGLEN + 16, sizeof(macs.mac2));
}

KTEST(load, "under load a message without a cookie is not let in")
{
	struct cookie_checker	 cc;
	struct cookie_maker	 cm;
	struct cookie_macs	 macs;
	struct sockaddr_in	 sin, other;
	struct sockaddr		*sa = (struct sockaddr *)&sin;
	uint8_t			 msg[] = "some message";
	uint8_t			 nonce[24], sealed[32];

	sin_set(&sin, 0x0a000001, 1000);
	cookie_checker_init(&cc);
	cookie_maker_init(&cm, v_r_public);
	cookie_maker_mac(&cm, &macs, msg, sizeof(msg));
	KT_ERR(EINVAL, cookie_checker_validate(&cc, &macs, msg, sizeof(msg),
	    0, sa));
	cookie_checker_update(&cc, v_r_public);
	KT_ERR(0, cookie_checker_validate(&cc, &macs, msg, sizeof(msg), 0,
	    sa));
	macs.mac1[3] ^= 1;
	KT_ERR(EINVAL, cookie_checker_validate(&cc, &macs, msg, sizeof(msg),
	    0, sa));
	macs.mac1[3] ^= 1;
	KT_ERR(EAGAIN, cookie_checker_validate(&cc, &macs, msg, sizeof(msg),
	    1, sa));
	cookie_checker_reply(&cc, &macs, nonce, sealed, sa);
	KT_ERR(0, cookie_maker_consume(&cm, nonce, sealed));
	cookie_maker_mac(&cm, &macs, msg, sizeof(msg));
	KT_ERR(0, cookie_checker_validate(&cc, &macs, msg, sizeof(msg), 1,
	    sa));

	/* Not from another address, nor another port. */
	sin_set(&other, 0x0a000002, 1000);
	KT_ERR(EAGAIN, cookie_checker_validate(&cc, &macs, msg, sizeof(msg),
	    1, (struct sockaddr *)&other));
	sin_set(&other, 0x0a000001, 1001);
	KT_ERR(EAGAIN, cookie_checker_validate(&cc, &macs, msg, sizeof(msg),
	    1, (struct sockaddr *)&other));
	/* The secret changes after 120 s. */
	ktest_sleep_ms(120100);
	KT_ERR(EAGAIN, cookie_checker_validate(&cc, &macs, msg, sizeof(msg),
	    1, sa));
	cookie_checker_fini(&cc);
}

static u_int
admitted(struct ratelimit *rl, const struct sockaddr *sa, u_int n)
{
	u_int	 i, in = 0;

	for (i = 0; i < n; i++)
		in += ratelimit_allow(rl, sa) == 0;
	return (in);
}

KTEST(rate, "five at once, then twenty a second, of each source")
{
	struct ratelimit	 rl;
	struct sockaddr_in	 a, b;
	u_int			 i, in;

	ratelimit_init(&rl);
	sin_set(&a, 0x0a000001, 1);
	sin_set(&b, 0x0a000002, 1);
	KT_EQ(admitted(&rl, (struct sockaddr *)&a, 20), 5);
	KT_EQ(admitted(&rl, (struct sockaddr *)&b, 20), 5);
	/* The port does not count. */
	sin_set(&a, 0x0a000001, 2);
	KT_EQ(admitted(&rl, (struct sockaddr *)&a, 1), 0);
	for (i = in = 0; i < 100; i++) {
		ktest_sleep_ms(10);
		in += admitted(&rl, (struct sockaddr *)&a, 1);
	}
	KT_RANGE(in, 19, 21);
	ktest_sleep_ms(1001);
	KT_EQ(admitted(&rl, (struct sockaddr *)&a, 20), 5);
	KT_EQ(rl.rl_count, 1);		/* b is forgotten */
	ratelimit_fini(&rl);
}

KTEST(rate6, "an IPv6 source is its /64")
{
	struct ratelimit	 rl;
	struct sockaddr_in6	 sin6;

	ratelimit_init(&rl);
	memset(&sin6, 0, sizeof(sin6));
	sin6.sin6_len = sizeof(sin6);
	sin6.sin6_family = AF_INET6;
	sin6.sin6_addr.s6_addr[0] = 0x20;
	KT_EQ(admitted(&rl, (struct sockaddr *)&sin6, 20), 5);
	sin6.sin6_addr.s6_addr[15] = 1;
	KT_EQ(admitted(&rl, (struct sockaddr *)&sin6, 20), 0);
	sin6.sin6_addr.s6_addr[7] = 1;
	KT_EQ(admitted(&rl, (struct sockaddr *)&sin6, 20), 5);
	ratelimit_fini(&rl);
}

KTEST(flood, "a flood of sources fills a table that is bounded")
{
	struct ratelimit	 rl;
	struct sockaddr_in	 sin;
	u_int			 i, in = 0;

	ratelimit_init(&rl);
	for (i = 0; i < RATELIMIT_SIZE_MAX + 1000; i++) {
		sin_set(&sin, 0x0b000000 + i, 1);
		in += ratelimit_allow(&rl, (struct sockaddr *)&sin) == 0;
	}
	KT_RANGE(rl.rl_count, 1, RATELIMIT_SIZE_MAX);
	KT_RANGE(in, RATELIMIT_SIZE_MAX / 2, RATELIMIT_SIZE_MAX + 1000);
	ktest_sleep_ms(1100);
	KT_ERR(0, ratelimit_allow(&rl, (struct sockaddr *)&sin));
	KT_EQ(rl.rl_count, 1);
	ratelimit_fini(&rl);
}
