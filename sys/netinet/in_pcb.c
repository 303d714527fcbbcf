/*
 * Protocol control blocks: addresses of sockets, and finding a socket for a
 * packet.
 *
 * A table has two hash tables.  By both ends: a connected socket under its
 * four numbers, another with 0 for the far end; so a packet is looked up
 * three times at most (all four; local address and port; port), each time in
 * a short chain.  By local port: for binding, and for multicasts, which go
 * to every socket that wants them.  Both grow with the number of sockets.
 *
 * Everything here is protected by the net lock.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/domain.h>
#include <sys/errno.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>
#include <sys/pool.h>
#include <sys/proc.h>
#include <sys/protosw.h>
#include <sys/socket.h>
#include <sys/socketvar.h>
#include <sys/ucred.h>

#include <net/if.h>
#include <net/if_var.h>
#include <net/route.h>
#include <net/rtable.h>

#include <netinet/in.h>
#include <netinet/in_pcb.h>
#include <netinet/in_var.h>
#include <netinet/ip_var.h>

#define INPCB_HASHMIN	64

/* What sockets are told for an ICMP error (PRC_*); 0 nothing. */
const int inetctlerrmap[PRC_NCMDS] = {
	[PRC_MSGSIZE] = EMSGSIZE,
	[PRC_HOSTDEAD] = EHOSTDOWN,
	[PRC_UNREACH_NET] = EHOSTUNREACH,
	[PRC_UNREACH_HOST] = EHOSTUNREACH,
	[PRC_UNREACH_PROTOCOL] = ECONNREFUSED,
	[PRC_UNREACH_PORT] = ECONNREFUSED,
	[PRC_UNREACH_SRCFAIL] = EHOSTUNREACH,
	[PRC_PARAMPROB] = ENOPROTOOPT,
};

static struct pool	inpcb_pool;
static int		inpcb_pool_ready;

/* Prepare a table for at most limit sockets. */
void
in_pcbinit(struct inpcbtable *table, u_int limit)
{
	if (!inpcb_pool_ready) {
		inpcb_pool_ready = 1;
		pool_init(&inpcb_pool, sizeof(struct inpcb), 0, 0, 0,
		    "inpcb", NULL);
	}
	TAILQ_INIT(&table->inpt_queue);
	table->inpt_mask = INPCB_HASHMIN - 1;
	table->inpt_hashtbl = mallocarray(INPCB_HASHMIN,
	    sizeof(struct inpcbhead), M_PCB, M_WAITOK | M_ZERO);
	table->inpt_lhashtbl = mallocarray(INPCB_HASHMIN,
	    sizeof(struct inpcbhead), M_PCB, M_WAITOK | M_ZERO);
	table->inpt_limit = limit;
	arc4random_buf(table->inpt_key, sizeof(table->inpt_key));
}

/* The sockets with both ends in a routing domain, and others. */
struct inpcbhead *
in_pcbhash(struct inpcbtable *table, u_int rdomain,
    const union inpaddru *faddr, u_int fport, const union inpaddru *laddr,
    u_int lport)
{
	uint64_t	 f, l;

	f = (uint64_t)(faddr->iau_addr32[0] ^ faddr->iau_addr32[1] * 3) << 32 |
	    (faddr->iau_addr32[3] ^ faddr->iau_addr32[2] * 3);
	l = (uint64_t)(laddr->iau_addr32[0] ^ laddr->iau_addr32[1] * 5) << 32 |
	    (laddr->iau_addr32[3] ^ laddr->iau_addr32[2] * 5);
	f = in_hash(table->inpt_key, f, (uint64_t)fport << 16 | lport);
	return (&table->inpt_hashtbl[in_hash(table->inpt_key, l,
	    f << 32 | rdomain) & table->inpt_mask]);
}

/* The sockets with this local port (network order), and others. */
struct inpcbhead *
in_pcbporthead(struct inpcbtable *table, u_int lport, u_int rdomain)
{
	return (&table->inpt_lhashtbl[in_hash(table->inpt_key, lport,
	    rdomain) & table->inpt_mask]);
}

static void
in_pcbunhash(struct inpcb *inp)
{
	if (!(inp->inp_flags & INP_HASHED))
		return;
	LIST_REMOVE(inp, inp_hash);
	LIST_REMOVE(inp, inp_lhash);
	inp->inp_flags &= ~INP_HASHED;
}

/* Put a socket where its addresses say. */
void
in_pcbrehash(struct inpcb *inp)
{
	struct inpcbtable	*table = inp->inp_table;
	u_int			 rdomain = rtable_l2(inp->inp_rtableid);

	in_pcbunhash(inp);
	LIST_INSERT_HEAD(in_pcbhash(table, rdomain, &inp->inp_faddru,
	    inp->inp_fport, &inp->inp_laddru, inp->inp_lport), inp, inp_hash);
	LIST_INSERT_HEAD(in_pcbporthead(table, inp->inp_lport, rdomain), inp,
	    inp_lhash);
	inp->inp_flags |= INP_HASHED;
}

/* Twice as many chains; without memory they just grow longer. */
static void
in_pcbgrow(struct inpcbtable *table)
{
	struct inpcbhead	*h, *lh;
	struct inpcb		*inp;
	u_int			 n = (table->inpt_mask + 1) * 2;

	h = mallocarray(n, sizeof(*h), M_PCB, M_NOWAIT | M_ZERO);
	lh = mallocarray(n, sizeof(*lh), M_PCB, M_NOWAIT | M_ZERO);
	if (h == NULL || lh == NULL) {
		free(h, M_PCB, n * sizeof(*h));
		free(lh, M_PCB, n * sizeof(*lh));
		return;
	}
	TAILQ_FOREACH(inp, &table->inpt_queue, inp_queue)
		in_pcbunhash(inp);
	free(table->inpt_hashtbl, M_PCB, n / 2 * sizeof(*h));
	free(table->inpt_lhashtbl, M_PCB, n / 2 * sizeof(*lh));
	table->inpt_hashtbl = h;
	table->inpt_lhashtbl = lh;
	table->inpt_mask = n - 1;
	TAILQ_FOREACH_REVERSE(inp, &table->inpt_queue, inpcbqueue, inp_queue)
		in_pcbrehash(inp);
}

/*
 * Give a socket a control block in the routing table of the running process.
 * ENOBUFS without memory or when the table is full (counted).
 */
int
in_pcballoc(struct socket *so, struct inpcbtable *table, int wait)
{
	struct inpcb	*inp;

	(void)wait;
	if (table->inpt_count >= table->inpt_limit) {
		table->inpt_refused++;
		return (ENOBUFS);
	}
	inp = pool_get(&inpcb_pool, PR_NOWAIT | PR_ZERO);
	if (inp == NULL) {
		table->inpt_refused++;
		return (ENOBUFS);
	}
	inp->inp_table = table;
	inp->inp_socket = so;
	inp->inp_refcnt = 1;
	inp->inp_rtableid = curproc->p_rtableid;
	inp->inp_ip.ip_ttl = ip_defttl;
	if (so->so_proto->pr_domain->dom_family == AF_INET6)
		inp->inp_flags |= INP_IPV6;
	so->so_pcb = inp;
	table->inpt_count++;
	TAILQ_INSERT_HEAD(&table->inpt_queue, inp, inp_queue);
	if (table->inpt_count > table->inpt_mask + 1)
		in_pcbgrow(table);
	in_pcbrehash(inp);
	return (0);
}

void
in_pcbref(struct inpcb *inp)
{
	inp->inp_refcnt++;
}

void
in_pcbunref(struct inpcb *inp)
{
	if (--inp->inp_refcnt == 0)
		pool_put(&inpcb_pool, inp);
}

/* The socket closes: its control block goes with the last reference. */
void
in_pcbdetach(struct inpcb *inp)
{
	in_pcbunhash(inp);
	TAILQ_REMOVE(&inp->inp_table->inpt_queue, inp, inp_queue);
	inp->inp_table->inpt_count--;
	inp->inp_socket->so_pcb = NULL;
	inp->inp_socket = NULL;
	m_freem(inp->inp_options);
	inp->inp_options = NULL;
	ip_freemoptions(inp->inp_moptions);
	inp->inp_moptions = NULL;
	route_flush(&inp->inp_route);
	in_pcbunref(inp);
}

static int
in_pcbmatch(const struct inpcb *inp, const struct in_pcbkey *key,
    u_int rdomain)
{
	u_int	 ifidx = inp->inp_socket->so_ifidx;

	return (inp->inp_lport == key->pk_lport &&
	    inp->inp_fport == key->pk_fport &&
	    inp->inp_faddr.s_addr == key->pk_faddr.s_addr &&
	    inp->inp_laddr.s_addr == key->pk_laddr.s_addr &&
	    !(inp->inp_flags & INP_IPV6) &&
	    rtable_l2(inp->inp_rtableid) == rdomain &&
	    (ifidx == 0 || key->pk_ifidx == 0 || ifidx == key->pk_ifidx));
}

/* The socket with exactly these ends, or NULL. */
struct inpcb *
in_pcblookup_key(struct inpcbtable *table, const struct in_pcbkey *key)
{
	union inpaddru	 f, l;
	struct inpcb	*inp;
	u_int		 rdomain = rtable_l2(key->pk_rtableid);

	memset(&f, 0, sizeof(f));
	memset(&l, 0, sizeof(l));
	f.iau_a4u.inaddr = key->pk_faddr;
	l.iau_a4u.inaddr = key->pk_laddr;
	LIST_FOREACH(inp, in_pcbhash(table, rdomain, &f, key->pk_fport, &l,
	    key->pk_lport), inp_hash)
		if (in_pcbmatch(inp, key, rdomain))
			return (inp);
	return (NULL);
}

/*
 * The socket that a packet is for: one connected to its sender, else one
 * that waits for anybody at its destination, else at its port.
 */
struct inpcb *
in_pcblookup_packet(struct inpcbtable *table, const struct in_pcbkey *key)
{
	struct in_pcbkey	 wild = *key;
	struct inpcb		*inp;

	if ((inp = in_pcblookup_key(table, key)) != NULL)
		return (inp);
	wild.pk_faddr.s_addr = INADDR_ANY;
	wild.pk_fport = 0;
	if ((inp = in_pcblookup_key(table, &wild)) != NULL)
		return (inp);
	wild.pk_laddr.s_addr = INADDR_ANY;
	return (in_pcblookup_key(table, &wild));
}

/*
 * The socket with exactly these ends (ports in network order) in the routing
 * domain of a table, or NULL.
 */
struct inpcb *
in_pcblookup(struct inpcbtable *table, struct in_addr faddr, u_int fport,
    struct in_addr laddr, u_int lport, u_int rtableid)
{
	struct in_pcbkey	 key = {
		.pk_faddr = faddr, .pk_fport = fport,
		.pk_laddr = laddr, .pk_lport = lport,
		.pk_rtableid = rtableid
	};

	return (in_pcblookup_key(table, &key));
}

/* The socket that waits for anybody at laddr and lport, or at lport. */
struct inpcb *
in_pcblookup_listen(struct inpcbtable *table, struct in_addr laddr,
    u_int lport, u_int rtableid)
{
	struct in_addr	 any = { INADDR_ANY };
	struct inpcb	*inp;

	inp = in_pcblookup(table, any, 0, laddr, lport, rtableid);
	if (inp == NULL)
		inp = in_pcblookup(table, any, 0, any, lport, rtableid);
	return (inp);
}

/*
 * The socket that comes nearest to having this local end; with
 * INPLOOKUP_WILDCARD, one whose addresses include it or are included.
 */
struct inpcb *
in_pcblookup_local(struct inpcbtable *table, struct in_addr laddr,
    u_int lport, int flags, u_int rtableid)
{
	struct inpcb	*inp, *match = NULL;
	u_int		 rdomain = rtable_l2(rtableid);
	int		 wild, best = 3;

	LIST_FOREACH(inp, in_pcbporthead(table, lport, rdomain), inp_lhash) {
		if (inp->inp_lport != lport || (inp->inp_flags & INP_IPV6) ||
		    rtable_l2(inp->inp_rtableid) != rdomain)
			continue;
		wild = 0;
		if (inp->inp_faddr.s_addr != INADDR_ANY)
			wild++;
		if (inp->inp_laddr.s_addr != laddr.s_addr) {
			if (inp->inp_laddr.s_addr != INADDR_ANY &&
			    laddr.s_addr != INADDR_ANY)
				continue;
			wild++;
		}
		if ((wild != 0 && !(flags & INPLOOKUP_WILDCARD)) ||
		    wild >= best)
			continue;
		match = inp;
		if ((best = wild) == 0)
			break;
	}
	return (match);
}

/*
 * Tell every socket of a table whose peer is sa: notify(inp, error).  For
 * what concerns a host and not one conversation.
 */
void
in_pcbnotifyall(struct inpcbtable *table, struct sockaddr *sa,
    u_int rtableid, int error, void (*notify)(struct inpcb *, int))
{
	struct in_addr	 faddr = satosin(sa)->sin_addr;
	struct inpcb	*inp, *next;
	u_int		 rdomain = rtable_l2(rtableid);

	if (faddr.s_addr == INADDR_ANY || notify == NULL)
		return;
	for (inp = TAILQ_FIRST(&table->inpt_queue); inp != NULL; inp = next) {
		next = TAILQ_NEXT(inp, inp_queue);
		if (inp->inp_faddr.s_addr != faddr.s_addr ||
		    (inp->inp_flags & INP_IPV6) ||
		    rtable_l2(inp->inp_rtableid) != rdomain)
			continue;
		notify(inp, error);
	}
}

/*
 * Move an unbound socket to another routing table; EINVAL for a bound one or
 * when there is no such table.
 */
int
in_pcbset_rtableid(struct inpcb *inp, u_int rtableid)
{
	if (inp->inp_lport != 0 || !rtable_exists(rtableid))
		return (EINVAL);
	if (inp->inp_rtableid == rtableid)
		return (0);
	inp->inp_rtableid = rtableid;
	route_flush(&inp->inp_route);
	in_pcbrehash(inp);
	return (0);
}

/* A route has failed: look for another with the next packet. */
void
in_rtchange(struct inpcb *inp, int error)
{
	(void)error;
	route_flush(&inp->inp_route);
}

/* The route to the peer, kept by inp; NULL when there is none. */
struct rtentry *
in_pcbrtentry(struct inpcb *inp)
{
	struct rtentry	*rt;

	if (inp->inp_faddr.s_addr == INADDR_ANY)
		return (NULL);
	rt = route_mpath(&inp->inp_route, &inp->inp_faddr,
	    inp->inp_laddr.s_addr != INADDR_ANY ? &inp->inp_laddr : NULL,
	    inp->inp_rtableid);
	return (rtisvalid(rt) ? rt : NULL);
}

static void
in_pcbsin(struct sockaddr_in *sin, struct in_addr addr, u_int port)
{
	memset(sin, 0, sizeof(*sin));
	sin->sin_len = sizeof(*sin);
	sin->sin_family = AF_INET;
	sin->sin_port = port;
	sin->sin_addr = addr;
}

/* Store the socket's own address (peer's) in nam. */
void
in_setsockaddr(struct inpcb *inp, struct mbuf *nam)
{
	nam->m_len = sizeof(struct sockaddr_in);
	in_pcbsin(mtod(nam, struct sockaddr_in *), inp->inp_laddr,
	    inp->inp_lport);
}

void
in_setpeeraddr(struct inpcb *inp, struct mbuf *nam)
{
	nam->m_len = sizeof(struct sockaddr_in);
	in_pcbsin(mtod(nam, struct sockaddr_in *), inp->inp_faddr,
	    inp->inp_fport);
}

/* pru_sockaddr and pru_peeraddr of IPv4 sockets. */
int
in_sockaddr(struct socket *so, struct mbuf *nam)
{
	in_setsockaddr(sotoinpcb(so), nam);
	return (0);
}

int
in_peeraddr(struct socket *so, struct mbuf *nam)
{
	in_setpeeraddr(sotoinpcb(so), nam);
	return (0);
}
