/*
 * Small things: uiomove, counters, the message buffer, clocks and rates.
 */
#include <sys/param.h>
#include <sys/kernel.h>
#include <sys/msgbuf.h>
#include <sys/percpu.h>
#include <sys/proc.h>
#include <sys/syslog.h>
#include <sys/systm.h>
#include <sys/time.h>
#include <sys/uio.h>

#include <ktest.h>

#define MS(n)	((n) * 1000000ULL)

KTEST(uiomove, "moving both ways over vectors, empty ones among them")
{
	char		 a[8], b[8], k[32];
	struct iovec	 iov[4];
	struct uio	 uio;
	size_t		 step, total;

	for (step = 1; step <= 20; step++) {
		KT_CASE("by %zu", step);
		memset(a, '.', sizeof(a));
		memset(b, '.', sizeof(b));
		iov[0] = (struct iovec){ a, 5 };
		iov[1] = (struct iovec){ NULL, 0 };
		iov[2] = (struct iovec){ b, 8 };
		iov[3] = (struct iovec){ NULL, 0 };
		uio = (struct uio){ iov, 4, 100, 13, UIO_SYSSPACE, UIO_READ,
		    NULL };
		strlcpy(k, "abcdefghijklmnop", sizeof(k));
		for (total = 0; total < 13; total += step)
			KT_ERR(0, uiomove(k + total, step, &uio));
		KT_MEMEQ(a, "abcde...", 8);
		KT_MEMEQ(b, "fghijklm", 8);
		KT_EQ(uio.uio_resid, 0);
		KT_EQ(uio.uio_offset, 113);
		KT_ERR(0, uiomove(k, 1, &uio));
	}
	iov[0] = (struct iovec){ a, 5 };
	iov[1] = (struct iovec){ b, 8 };
	uio = (struct uio){ iov, 2, 0, 13, UIO_SYSSPACE, UIO_WRITE, NULL };
	memset(k, 0, sizeof(k));
	KT_ERR(0, uiomove(k, 7, &uio));
	KT_STREQ(k, "abcdefg");
	KT_EQ(uio.uio_resid, 6);
	KT_ERR(0, uiomove(k, sizeof(k), &uio));
	KT_STREQ(k, "hijklmg");
	KT_EQ(uio.uio_resid, 0);
}

KTEST(copystr, "strings inside the kernel, and too long ones")
{
	char	 buf[8];
	size_t	 n = 99;

	KT_ERR(0, copystr("abc", buf, sizeof(buf), &n));
	KT_STREQ(buf, "abc");
	KT_EQ(n, 4);
	KT_ERR(0, copystr("abcdefg", buf, sizeof(buf), NULL));
	KT_ERR(ENAMETOOLONG, copystr("abcdefgh", buf, sizeof(buf), &n));
	KT_STREQ(buf, "abcdefg");
	KT_EQ(n, 4);
	KT_ERR(ENAMETOOLONG, copystr("", buf, 0, NULL));
}

COUNTERS_BOOT_MEMORY(test_boot, 3);

KTEST(counters, "counters count, are read, cleared, and exist at boot")
{
	struct cpumem		*cm, *boot;
	struct counters_ref	 ref;
	uint64_t		 v[4], *c;

	cm = counters_alloc(4);
	counters_inc(cm, 0);
	counters_inc(cm, 0);
	counters_dec(cm, 0);
	counters_add(cm, 1, 1ULL << 40);
	counters_pkt(cm, 2, 3, 1500);
	counters_pkt(cm, 2, 3, 60);
	counters_read(cm, v, 4, NULL);
	KT_EQ(v[0], 1);
	KT_EQ(v[1], 1LL << 40);
	KT_EQ(v[2], 2);
	KT_EQ(v[3], 1560);
	c = counters_enter(&ref, cm);
	c[0] += 5;
	counters_leave(&ref, cm);
	counters_read(cm, v, 1, NULL);
	KT_EQ(v[0], 6);
	counters_zero(cm, 4);
	counters_read(cm, v, 4, NULL);
	KT_EQ(v[0] | v[1] | v[2] | v[3], 0);
	counters_free(cm, 4);

	boot = COUNTERS_BOOT_INITIALIZER(test_boot);
	counters_zero(boot, 3);
	counters_inc(boot, 2);
	KT_PTREQ(counters_alloc_ncpus(boot, 3), boot);
	counters_read(boot, v, 3, NULL);
	KT_EQ(v[2], 1);
}

static struct msgbuf	 mb;

static void
say(const char *s)
{
	while (*s != '\0')
		msgbuf_putchar(&mb, *s++);
}

KTEST(msgbuf, "the message buffer keeps the last bytes, in order")
{
	char	 buf[16];
	int	 i;

	memset(&mb, 0, sizeof(mb));
	mb.msg_magic = MSG_MAGIC;
	mb.msg_bufs = 8;
	KT_EQ(msgbuf_read(&mb, 0, buf, sizeof(buf)), 0);
	say("abc");
	msgbuf_putchar(&mb, '\0');
	KT_EQ(msgbuf_read(&mb, 0, buf, sizeof(buf)), 3);
	KT_MEMEQ(buf, "abc", 3);
	say("defgh");
	KT_EQ(mb.msg_bufd, 0);
	say("ij");
	KT_EQ(mb.msg_bufd, 2);
	KT_EQ(mb.msg_bufl, 8);
	KT_EQ(msgbuf_read(&mb, 0, buf, sizeof(buf)), 8);
	KT_MEMEQ(buf, "cdefghij", 8);
	KT_EQ(msgbuf_read(&mb, 6, buf, sizeof(buf)), 2);
	KT_MEMEQ(buf, "ij", 2);
	KT_EQ(msgbuf_read(&mb, 2, buf, 3), 3);
	KT_MEMEQ(buf, "efg", 3);
	KT_EQ(msgbuf_read(&mb, 8, buf, sizeof(buf)), 0);
	KT_EQ(msgbuf_read(&mb, SIZE_MAX, buf, sizeof(buf)), 0);
	for (i = 0; i < 100; i++)
		say("0123456789");
	KT_EQ(msgbuf_read(&mb, 0, buf, sizeof(buf)), 8);
	KT_MEMEQ(buf, "23456789", 8);
	msgbuf_clear(&mb);
	KT_EQ(msgbuf_read(&mb, 0, buf, sizeof(buf)), 0);
	say("x");
	KT_EQ(msgbuf_read(&mb, 0, buf, sizeof(buf)), 1);
}

KTEST(printf, "what is printed is in the message buffer")
{
	static char	 buf[256];
	size_t		 n;

	log(LOG_DEBUG, "ktest %d says hello\n", 42);
	n = msgbufp->msg_bufl > 200 ? msgbufp->msg_bufl - 200 : 0;
	n = msgbuf_read(msgbufp, n, buf, sizeof(buf) - 1);
	buf[n] = '\0';
	KT_TRUE(strstr(buf, "ktest 42 says hello\n") != NULL);
}

KTEST(clocks, "uptime never steps back and the clocks agree")
{
	struct timespec	 ts, up, boot;
	struct timeval	 tv;
	uint64_t	 a, b, last = 0;
	int		 i;

	for (i = 0; i < 1000; i++) {
		a = nsecuptime();
		b = getnsecuptime();
		KT_TRUE(a >= last && b >= a);
		last = a;
	}
	a = nsecuptime();
	nanouptime(&up);
	KT_TRUE(TIMESPEC_TO_NSEC(&up) >= a);
	getmicrouptime(&tv);
	KT_TRUE(TIMEVAL_TO_NSEC(&tv) + 1000 >= a);
	KT_EQ(getuptime(), (time_t)(getnsecuptime() / 1000000000ULL) + 1);
	nanotime(&ts);
	nanoboottime(&boot);
	nanouptime(&up);
	/* Real time = boot time + uptime, to a second of slack. */
	KT_RANGE(ts.tv_sec - boot.tv_sec - up.tv_sec, -1, 1);
	KT_TRUE(timespecisvalid(&ts));
	KT_RANGE(gettime() - ts.tv_sec, 0, 1);
	a = nsecuptime();
	ktest_sleep_ms(25);
	KT_TRUE((uint64_t)ticks >= (a + MS(25)) / tick_nsec - 1);
}

KTEST(convert, "conversions of time saturate at never")
{
	struct timespec	 ts;
	struct timeval	 tv;

	KT_EQ(SEC_TO_NSEC(3), 3000000000LL);
	KT_EQ(MSEC_TO_NSEC(3), 3000000LL);
	KT_EQ(SEC_TO_NSEC(UINT64_MAX), UINT64_MAX);
	KT_EQ(USEC_TO_NSEC(UINT64_MAX / 999), UINT64_MAX);
	NSEC_TO_TIMESPEC(1234567890123ULL, &ts);
	KT_EQ(ts.tv_sec, 1234);
	KT_EQ(ts.tv_nsec, 567890123);
	KT_EQ(TIMESPEC_TO_NSEC(&ts), 1234567890123LL);
	NSEC_TO_TIMEVAL(1234567890123ULL, &tv);
	KT_EQ(tv.tv_usec, 567890);
	KT_EQ(TIMEVAL_TO_NSEC(&tv), 1234567890000LL);
	tv.tv_sec = LONG_MAX;
	KT_EQ(TIMEVAL_TO_NSEC(&tv), UINT64_MAX);
}

KTEST(ratecheck, "once an interval, and so many a second")
{
	struct timeval	 last = { 0, 0 }, pps = { 0, 0 };
	struct timeval	 interval = { 0, 20000 };
	int		 count = 0, i, n = 0;

	KT_EQ(ratecheck(&last, &interval), 1);
	KT_EQ(ratecheck(&last, &interval), 0);
	ktest_sleep_ms(25);
	KT_EQ(ratecheck(&last, &interval), 1);
	KT_EQ(ratecheck(&last, &interval), 0);

	for (i = 0; i < 100; i++)
		n += ppsratecheck(&pps, &count, 10);
	KT_RANGE(n, 10, 20);		/* a second may have ended meanwhile */
	KT_EQ(ppsratecheck(&pps, &count, 0), 0);
	KT_EQ(ppsratecheck(&pps, &count, -1), 1);
	ktest_sleep_ms(1001);
	KT_EQ(ppsratecheck(&pps, &count, 10), 1);
	KT_EQ(count, 1);
}

static void
fail_assert(void *arg)
{
	KASSERT(arg != NULL);
}

static void
fail_assertmsg(void *arg)
{
	KASSERTMSG(arg != NULL, "value %d", 42);
}

static void
call_panic(void *arg)
{
	panic("told to: %s", (const char *)arg);
}

KTEST(panic, "panic and the assertions say what and where")
{
	static char	 why[] = "test";

	KT_PANICS("told to: test", call_panic, why);
	KT_PANICS("arg != ", fail_assert, NULL);
	KT_PANICS("t_subr.c", fail_assert, NULL);
	KT_PANICS("value 42", fail_assertmsg, NULL);
}

KTEST(bootarg, "boot arguments are found by their whole name")
{
	/* The runner itself was told by one. */
	KT_TRUE(bootarg("ktest") != NULL);
	KT_PTREQ(bootarg("ktes"), NULL);
	KT_PTREQ(bootarg("ktestx"), NULL);
	KT_PTREQ(bootarg("nosuchargument"), NULL);
}
