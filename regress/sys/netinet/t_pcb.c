/*
 * Control blocks: which socket a packet finds, what may be bound, and that
 * looking does not get slower.
 */
#include <sys/malloc.h>
#include <sys/proc.h>
#include <sys/protosw.h>
#include <sys/socketvar.h>

#include <netinet/in_pcb.h>

#include "ktinet.h"

#define US	IP(10, 1, 0, 1)
#define US2	IP(10, 1, 0, 11)
#define PEER	IP(10, 1, 0, 2)
#define ANY	IP(0, 0, 0, 0)

static struct ktif	*a;

static void
up(void)
{
	a = kt_if("kta0", KTIF_IP);
	KT_REQUIRE(kt_addr(a, US, 24) == 0);
	KT_REQUIRE(kt_addr(a, US2, 32) == 0);
}

static void
down(void)
{
	kt_if_free(a);
}

static struct socket *
sock(void)
{
	struct socket	*so;

	KT_REQUIRE(socreate(AF_INET, &so, SOCK_DGRAM, 0) == 0);
	return (so);
}

static struct mbuf *
name(struct in_addr addr, u_int port)
{
	struct sockaddr_in	*sin;
	struct mbuf		*m;

	m = m_get(M_WAIT, MT_SONAME);
	sin = mtod(m, struct sockaddr_in *);
	memset(sin, 0, sizeof(*sin));
	m->m_len = sin->sin_len = sizeof(*sin);
	sin->sin_family = AF_INET;
	sin->sin_addr = addr;
	sin->sin_port = htons(port);
	return (m);
}

static int
bind(struct socket *so, struct in_addr addr, u_int port)
{
	struct mbuf	*m = name(addr, port);
	int		 error;

	error = sobind(so, m, curproc);
	m_freem(m);
	return (error);
}

static int
connect(struct socket *so, struct in_addr addr, u_int port)
{
	struct mbuf	*m = name(addr, port);
	int		 error;

	error = soconnect(so, m);
	m_freem(m);
	return (error);
}

/* The socket that a datagram would find. */
static struct socket *
find(struct in_addr src, u_int sport, struct in_addr dst, u_int dport)
{
	struct in_pcbkey	 key;
	struct inpcb		*inp;

	memset(&key, 0, sizeof(key));
	key.pk_faddr = src;
	key.pk_fport = htons(sport);
	key.pk_laddr = dst;
	key.pk_lport = htons(dport);
	NET_LOCK();
	inp = in_pcblookup_packet(&udbtable, &key);
	NET_UNLOCK();
	return (inp == NULL ? NULL : inp->inp_socket);
}

KTEST(nearest, "connected before bound to the address before bound to any")
{
	struct socket	*any, *us, *peer;

	up();
	any = sock();
	us = sock();
	peer = sock();
	any->so_options |= so_optbit(SO_REUSEADDR);
	us->so_options |= so_optbit(SO_REUSEADDR);
	peer->so_options |= so_optbit(SO_REUSEADDR) |
	    so_optbit(SO_REUSEPORT);
	us->so_options |= so_optbit(SO_REUSEPORT);
	KT_ERR(0, bind(any, ANY, 7000));
	KT_PTREQ(find(PEER, 1, US, 7000), any);
	KT_ERR(0, bind(us, US, 7000));
	KT_PTREQ(find(PEER, 1, US, 7000), us);
	KT_PTREQ(find(PEER, 1, US2, 7000), any);
	KT_ERR(0, bind(peer, US, 7000));
	KT_ERR(0, connect(peer, PEER, 1));
	KT_PTREQ(find(PEER, 1, US, 7000), peer);
	KT_PTREQ(find(PEER, 2, US, 7000), us);
	KT_PTREQ(find(US2, 1, US, 7000), us);
	KT_TRUE(find(PEER, 1, US, 7001) == NULL);
	soclose(peer);
	KT_PTREQ(find(PEER, 1, US, 7000), us);
	soclose(us);
	KT_PTREQ(find(PEER, 1, US, 7000), any);
	soclose(any);
	KT_TRUE(find(PEER, 1, US, 7000) == NULL);
	down();
}

/* One socket has a place; may another have this one? */
static const struct {
	uint8_t	 one[4], two[4];
	int	 reuse1, reuse2;	/* SO_REUSEADDR, SO_REUSEPORT, 0 */
	int	 error;
} binds[] = {
	{ { 0 }, { 0 }, 0, 0, EADDRINUSE },
	{ { 10, 1, 0, 1 }, { 10, 1, 0, 1 }, 0, 0, EADDRINUSE },
	{ { 10, 1, 0, 1 }, { 10, 1, 0, 11 }, 0, 0, 0 },
	{ { 0 }, { 10, 1, 0, 1 }, 0, 0, EADDRINUSE },
	{ { 10, 1, 0, 1 }, { 0 }, 0, 0, EADDRINUSE },
	{ { 0 }, { 10, 1, 0, 1 }, SO_REUSEADDR, SO_REUSEADDR, 0 },
	{ { 10, 1, 0, 1 }, { 10, 1, 0, 1 }, SO_REUSEADDR, SO_REUSEADDR,
	    EADDRINUSE },
	{ { 10, 1, 0, 1 }, { 10, 1, 0, 1 }, SO_REUSEPORT, SO_REUSEPORT, 0 },
	{ { 10, 1, 0, 1 }, { 10, 1, 0, 1 }, 0, SO_REUSEPORT, EADDRINUSE },
	{ { 10, 1, 0, 1 }, { 10, 1, 0, 1 }, SO_REUSEPORT, 0, EADDRINUSE },
	{ { 224, 1, 1, 1 }, { 224, 1, 1, 1 }, SO_REUSEADDR, SO_REUSEADDR,
	    0 },
	{ { 224, 1, 1, 1 }, { 224, 1, 1, 1 }, 0, 0, EADDRINUSE },
};

KTEST(conflicts, "who may share a port with whom")
{
	struct in_addr	 one, two;
	struct socket	*s1, *s2;
	u_int		 i;

	up();
	for (i = 0; i < nitems(binds); i++) {
		KT_CASE("case %u", i);
		memcpy(&one, binds[i].one, 4);
		memcpy(&two, binds[i].two, 4);
		s1 = sock();
		s2 = sock();
		if (binds[i].reuse1)
			s1->so_options |= so_optbit(binds[i].reuse1);
		if (binds[i].reuse2)
			s2->so_options |= so_optbit(binds[i].reuse2);
		KT_ERR(0, bind(s1, one, 7000));
		KT_ERR(binds[i].error, bind(s2, two, 7000));
		soclose(s1);
		soclose(s2);
	}
	down();
}

KTEST(bind_errors, "what cannot be bound")
{
	struct socket	*so;
	struct mbuf	*m;

	up();
	so = sock();
	KT_ERR(EADDRNOTAVAIL, bind(so, PEER, 7000));
	m = name(US, 7000);
	mtod(m, struct sockaddr_in *)->sin_family = AF_INET6;
	KT_ERR(EAFNOSUPPORT, sobind(so, m, curproc));
	mtod(m, struct sockaddr_in *)->sin_family = AF_INET;
	mtod(m, struct sockaddr_in *)->sin_len = 8;
	m->m_len = 8;
	KT_ERR(EINVAL, sobind(so, m, curproc));
	m_freem(m);
	KT_ERR(0, bind(so, US, 7000));
	KT_ERR(EINVAL, bind(so, US, 7001));
	soclose(so);
	so = sock();
	so->so_options |= so_optbit(SO_BINDANY);
	KT_ERR(0, bind(so, PEER, 7000));
	soclose(so);
	down();
}

KTEST(connect, "connecting chooses an address, disconnecting forgets it")
{
	struct socket	*so, *other;
	struct inpcb	*inp;

	up();
	so = sock();
	inp = sotoinpcb(so);
	KT_ERR(EADDRNOTAVAIL, connect(so, PEER, 0));
	KT_ERR(EHOSTUNREACH, connect(so, IP(192, 0, 2, 1), 9));
	KT_ERR(0, connect(so, PEER, 9));
	KT_EQ(inp->inp_laddr.s_addr, US.s_addr);
	KT_RANGE(ntohs(inp->inp_lport), 1024, 49151);
	KT_PTREQ(find(PEER, 9, US, ntohs(inp->inp_lport)), so);
	KT_TRUE(find(PEER, 8, US, ntohs(inp->inp_lport)) == NULL);
	KT_ERR(0, sodisconnect(so));
	KT_EQ(inp->inp_laddr.s_addr, INADDR_ANY);
	KT_PTREQ(find(PEER, 8, US, ntohs(inp->inp_lport)), so);
	soclose(so);
	/* A bound address stays. */
	so = sock();
	inp = sotoinpcb(so);
	KT_ERR(0, bind(so, US2, 7000));
	KT_ERR(0, connect(so, PEER, 9));
	KT_EQ(inp->inp_laddr.s_addr, US2.s_addr);
	KT_ERR(0, sodisconnect(so));
	KT_EQ(inp->inp_laddr.s_addr, US2.s_addr);
	/* Nobody else may have the same four numbers. */
	KT_ERR(0, connect(so, PEER, 9));
	other = sock();
	other->so_options |= so_optbit(SO_REUSEPORT);
	so->so_options |= so_optbit(SO_REUSEPORT);
	KT_ERR(0, bind(other, US2, 7000));
	KT_ERR(EADDRINUSE, connect(other, PEER, 9));
	soclose(other);
	soclose(so);
	down();
}

KTEST(ports, "chosen ports are free, allowed and not in a row")
{
	static struct socket	*so[200];
	u_int			 i, port, last = 0, row = 0;

	up();
	DP_SET(baddynamicports.udp, 2000);
	for (i = 0; i < nitems(so); i++) {
		so[i] = sock();
		KT_ERR(0, bind(so[i], ANY, 0));
		port = ntohs(sotoinpcb(so[i])->inp_lport);
		KT_RANGE(port, 1024, 49151);
		KT_TRUE(!in_baddynamic(port, IPPROTO_UDP));
		row += port == last + 1;
		last = port;
	}
	KT_RANGE(row, 0, 5);
	for (i = 0; i < nitems(so); i++)
		soclose(so[i]);
	DP_CLR(baddynamicports.udp, 2000);
	down();
}

KTEST(exhausted, "when a range has no port left, binding says so")
{
	struct socket	*so[4];
	u_int		 i;
	int		 first = ipport_firstauto, last = ipport_lastauto;

	up();
	ipport_firstauto = 30000;
	ipport_lastauto = 30002;
	for (i = 0; i < 4; i++)
		so[i] = sock();
	for (i = 0; i < 3; i++)
		KT_ERR(0, bind(so[i], ANY, 0));
	KT_ERR(EADDRNOTAVAIL, bind(so[3], ANY, 0));
	soclose(so[1]);
	KT_ERR(0, bind(so[3], ANY, 0));
	soclose(so[0]);
	soclose(so[2]);
	soclose(so[3]);
	ipport_firstauto = first;
	ipport_lastauto = last;
	down();
}

/* How many sockets share the chain of a port, at most. */
static u_int
longest(void)
{
	struct inpcb	*inp;
	u_int		 i, n, max = 0;

	for (i = 0; i <= udbtable.inpt_mask; i++) {
		n = 0;
		LIST_FOREACH(inp, &udbtable.inpt_hashtbl[i], inp_hash)
			n++;
		max = MAX(max, n);
	}
	return (max);
}

KTEST(flat, "chains stay short with many sockets, on one port or many")
{
	struct socket	**so;
	u_int		  i, n = 3000;

	up();
	so = mallocarray(n, sizeof(*so), M_TEST, M_WAITOK);
	for (i = 0; i < n; i++) {
		so[i] = sock();
		so[i]->so_options |= so_optbit(SO_REUSEPORT);
		KT_REQUIRE(bind(so[i], US, i < n / 2 ? 7000 : 7000 + i) == 0);
		KT_REQUIRE(connect(so[i], IP(10, 1, 0, 2 + i % 200),
		    1000 + i) == 0);
	}
	KT_RANGE(longest(), 1, 12);
	for (i = 0; i < n; i += 7)
		KT_PTREQ(find(IP(10, 1, 0, 2 + i % 200), 1000 + i, US,
		    i < n / 2 ? 7000 : 7000 + i), so[i]);
	for (i = 0; i < n; i++)
		soclose(so[i]);
	free(so, M_TEST, n * sizeof(*so));
	KT_EQ(udbtable.inpt_count, 0);
	down();
}

KTEST(limit, "a full table refuses and recovers")
{
	struct socket	*one, *two;
	uint64_t	 was = udbtable.inpt_refused;
	u_int		 limit = udbtable.inpt_limit;

	udbtable.inpt_limit = udbtable.inpt_count + 1;
	one = sock();
	KT_ERR(ENOBUFS, socreate(AF_INET, &two, SOCK_DGRAM, 0));
	KT_EQ(udbtable.inpt_refused, was + 1);
	soclose(one);
	one = sock();
	soclose(one);
	udbtable.inpt_limit = limit;
}
