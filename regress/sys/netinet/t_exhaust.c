/*
 * What there is so much of, and no more: at the limit it is refused and
 * counted, and once there is room again all goes on.  ARP's entries and
 * fragments have tests beside their own.
 *
 *	10.1.0.1/24 - kta0
 */
#include <sys/pool.h>

#include <net/rtable.h>

#include "ktinet.h"
#include "ktsock.h"

#include <netinet/icmp_var.h>

#define US	IP(10, 1, 0, 1)
#define PEER	IP(10, 1, 0, 2)
#define MANY	100000

static struct ktif	*a;

static void
up(void)
{
	a = kt_if("kta0", KTIF_IP);
	KT_REQUIRE(kt_addr(a, US, 24) == 0);
	kt_txdrop(a);
}

/* Is an echo request answered? */
static int
answers(void)
{
	struct mbuf	*m;
	int		 good;

	kt_rx(a, kt_icmp(PEER, US, ICMP_ECHO, 0, "\0\0\0\0", 4));
	m = kt_tx(a);
	good = m != NULL && mtod(m, uint8_t *)[20] == ICMP_ECHOREPLY;
	m_freem(m);
	return (good);
}

KTEST(sockets, "no more sockets than there may be, and then again")
{
	static struct socket	*so[MANY];
	struct kinfo_sockstat	 was = sostat;
	u_int			 n;
	int			 error;

	for (n = 0, error = 0; n < MANY && error == 0; n++)
		error = socreate(AF_INET, &so[n], SOCK_DGRAM, 0);
	n--;
	KT_ERR(ENFILE, error);
	KT_EQ(sostat.kss_limit, was.kss_limit + 1);
	KT_EQ(sostat.kss_open, was.kss_open + n);
	soclose(so[--n]);
	KT_ERR(0, socreate(AF_INET, &so[n], SOCK_DGRAM, 0));
	KT_ERR(ENFILE, socreate(AF_INET, &so[n + 1], SOCK_DGRAM, 0));
	KT_EQ(sostat.kss_limit, was.kss_limit + 2);
	for (n++; n > 0; n--)
		soclose(so[n - 1]);
	KT_EQ(sostat.kss_open, was.kss_open);
	KT_ERR(0, socreate(AF_INET, &so[0], SOCK_DGRAM, 0));
	soclose(so[0]);
}

KTEST(routes, "no more routes than there may be, and then again")
{
	u_int	 i, n, limit = rtentry_pool.pr_hardlimit;
	u_long	 failed = rtentry_pool.pr_nfail;
	int	 error;

	up();
	n = rtentry_pool.pr_nout;
	KT_REQUIRE(pool_sethardlimit(&rtentry_pool, n + 50, NULL, 0) == 0);
	for (i = 0, error = 0; i < 100 && error == 0; i++)
		error = kt_route(IP(172, 16, i, 0), 24, PEER, 0, 0);
	KT_ERR(ENOBUFS, error);
	KT_RANGE(i, 40, 51);
	KT_TRUE(rtentry_pool.pr_nfail > failed);
	KT_TRUE(answers());
	/* One goes, one comes. */
	KT_ERR(0, kt_unroute(IP(172, 16, 0, 0), 24, 0));
	KT_ERR(0, kt_route(IP(172, 16, 200, 0), 24, PEER, 0, 0));
	KT_ERR(ENOBUFS, kt_route(IP(172, 16, 201, 0), 24, PEER, 0, 0));
	KT_ERR(0, pool_sethardlimit(&rtentry_pool, limit, NULL, 0));
	KT_ERR(0, kt_route(IP(172, 16, 201, 0), 24, PEER, 0, 0));
	kt_if_free(a);
	KT_RANGE(rtentry_pool.pr_nout, 0, n);
}

KTEST(mbufs, "without mbufs packets are lost and counted, and then answered")
{
	struct mbuf	*list = NULL, *m, *request;
	u_int		 limit = nmbclust, n;
	u_long		 drops = mbstat.m_drops;
	uint64_t	 nomem = icmpstat.icps_nomem;

	up();
	KT_TRUE(answers());
	/* The answer to this is a packet of its own. */
	request = kt_udp(PEER, US, 9, 9, "x", 1);
	KT_ERR(0, nmbclust_update(1024));
	for (n = 0; n < MANY; n++) {
		if ((m = m_get(M_DONTWAIT, MT_DATA)) == NULL)
			break;
		m->m_nextpkt = list;
		list = m;
	}
	KT_TRUE(mbstat.m_drops > drops);
	drops = mbstat.m_drops;
	kt_rx(a, request);
	KT_TRUE(mbstat.m_drops > drops);
	KT_EQ(icmpstat.icps_nomem, nomem + 1);
	KT_PTREQ(kt_tx(a), NULL);
	KT_ERR(0, nmbclust_update(limit));
	while ((m = list) != NULL) {
		list = m->m_nextpkt;
		m->m_nextpkt = NULL;
		m_freem(m);
	}
	KT_TRUE(answers());
	kt_if_free(a);
}
