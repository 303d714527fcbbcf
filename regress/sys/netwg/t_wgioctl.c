/*
 * SIOCSWG and SIOCGWG by the rules of wg(4), as programs call them.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/sockio.h>
#include <sys/syscall.h>

#include <crypto/x25519.h>

#include <netwg/wg_var.h>

#include <ktest.h>

#include "../kern/ktuser.h"

#define PEERS	4
#define AIPS	4
#define SIZE(p, a)	(sizeof(struct wg_interface_io) +		\
			    (p) * sizeof(struct wg_peer_io) +		\
			    (a) * sizeof(struct wg_aip_io))

static int			 fd;
static struct wg_data_io	*data;
static struct wg_interface_io	*io;
static size_t			 used;		/* bytes of io */
static struct wg_peer_io	*peer;		/* the last begun */

static const uint8_t	 one[32] = { 1, 1 }, two[32] = { 2, 2 };

/* An interface, and a program that talks to it. */
static void
begin(void)
{
	KT_REQUIRE(if_clone_create("wg0", 0) == 0);
	ktuser_begin(0);
	fd = ktcall(SYS_socket, 2, 2, 0);
	KT_REQUIRE(fd >= 0);
	data = ktuser_mem(sizeof(*data));
	io = ktuser_mem(SIZE(PEERS, AIPS));
}

static void
end(void)
{
	ktuser_end();
	KT_ERR(0, if_clone_destroy("wg0"));
}

/* Begin a request, its peers, and their allowed IPs (10.x.0.0). */
static void
want(int flags)
{
	memset(io, 0, SIZE(PEERS, AIPS));
	io->i_flags = flags;
	used = sizeof(*io);
	peer = NULL;
}

static struct wg_peer_io *
want_peer(const uint8_t *key, int flags)
{
	KT_REQUIRE(used + sizeof(*peer) <= SIZE(PEERS, AIPS));
	peer = (struct wg_peer_io *)((char *)io + used);
	used += sizeof(*peer);
	peer->p_flags = WG_PEER_HAS_PUBLIC | flags;
	memcpy(peer->p_public, key, 32);
	io->i_peers_count++;
	return (peer);
}

static struct wg_aip_io *
want_aip(u_int x, int cidr)
{
	struct wg_aip_io	*a = &peer->p_aips[peer->p_aips_count++];

	KT_REQUIRE(used + sizeof(*a) <= SIZE(PEERS, AIPS));
	used += sizeof(*a);
	a->a_af = AF_INET;
	a->a_cidr = cidr;
	a->a_ipv4.s_addr = htonl(10 << 24 | x << 16);
	return (a);
}

static long
call(u_long com, size_t size, void *buf)
{
	memset(data, 0, sizeof(*data));
	strlcpy(data->wgd_name, "wg0", sizeof(data->wgd_name));
	data->wgd_size = size;
	data->wgd_interface = buf;
	return (ktcall(SYS_ioctl, fd, com, data));
}

static long
set(void)
{
	return (call(SIOCSWG, used, io));
}

/* Read it all back; io is the answer. */
static void
get(void)
{
	memset(io, 0xee, SIZE(PEERS, AIPS));
	KT_EQ(call(SIOCGWG, SIZE(PEERS, AIPS), io), 0);
}

/* The nth peer of the answer. */
static struct wg_peer_io *
got(u_int n)
{
	struct wg_peer_io	*p = &io->i_peers[0];

	KT_REQUIRE(n < io->i_peers_count);
	while (n-- > 0)
		p = (struct wg_peer_io *)&p->p_aips[p->p_aips_count];
	return (p);
}

static void
two_peers(void)
{
	want(WG_INTERFACE_HAS_PORT | WG_INTERFACE_HAS_PRIVATE);
	io->i_port = 777;
	io->i_private[0] = 0x48;
	want_peer(one, WG_PEER_HAS_PKA)->p_pka = 25;
	want_aip(1, 16);
	want_aip(2, 16);
	want_peer(two, 0);
	want_aip(3, 16);
	KT_EQ(set(), 0);
}

KTEST(roundtrip, "what is set is told again, in its order")
{
	uint8_t	 public[32], private[32] = { 0x48 };

	begin();
	x25519_clamp(private);
	KT_ERR(0, x25519_public(public, private));
	two_peers();
	get();
	KT_EQ(data->wgd_size, SIZE(2, 3));
	KT_EQ(io->i_flags, WG_INTERFACE_HAS_PORT | WG_INTERFACE_HAS_PRIVATE |
	    WG_INTERFACE_HAS_PUBLIC);
	KT_EQ(io->i_port, 777);
	KT_MEMEQ(io->i_public, public, 32);
	KT_MEMEQ(io->i_private, private, 32);
	KT_EQ(io->i_peers_count, 2);
	KT_MEMEQ(got(0)->p_public, one, 32);
	KT_EQ(got(0)->p_flags, WG_PEER_HAS_PUBLIC | WG_PEER_HAS_PKA);
	KT_EQ(got(0)->p_pka, 25);
	KT_EQ(got(0)->p_aips_count, 2);
	KT_EQ(got(0)->p_aips[1].a_ipv4.s_addr, htonl(0x0a020000));
	KT_EQ(got(0)->p_aips[1].a_cidr, 16);
	KT_MEMEQ(got(1)->p_public, two, 32);
	KT_EQ(got(1)->p_aips_count, 1);
	end();
}

KTEST(privilege, "who is not the super-user sees port and table, no more")
{
	begin();
	two_peers();
	ktuser_setuid(1000);
	want(0);
	want_peer(one, WG_PEER_REMOVE);
	KT_EQ(set(), -EPERM);
	get();
	KT_EQ(data->wgd_size, sizeof(*io));
	KT_EQ(io->i_flags, WG_INTERFACE_HAS_PORT);
	KT_EQ(io->i_port, 777);
	KT_EQ(io->i_peers_count, 0);
	KT_EQ(io->i_private[0] | io->i_public[0], 0);
	ktuser_setuid(0);
	get();
	KT_EQ(io->i_peers_count, 2);
	end();
}

KTEST(room, "too little room: the size that is needed, and nothing stored")
{
	size_t	 size;

	begin();
	two_peers();
	for (size = 0; size < SIZE(2, 3); size += 8) {
		KT_CASE("%zu bytes", size);
		memset(io, 0xee, SIZE(PEERS, AIPS));
		KT_EQ(call(SIOCGWG, size, io), 0);
		KT_EQ(data->wgd_size, SIZE(2, 3));
		KT_EQ(*(uint8_t *)io, 0xee);
	}
	KT_EQ(call(SIOCGWG, 0, NULL), 0);
	KT_EQ(data->wgd_size, SIZE(2, 3));
	KT_EQ(call(SIOCGWG, SIZE(2, 3), KTUSER_BAD), -EFAULT);
	KT_EQ(call(SIOCGWG, SIZE(2, 3), ktuser_edge(100)), -EFAULT);
	end();
}

KTEST(flags, "REPLACE, REMOVE and UPDATE")
{
	begin();
	two_peers();
	want(0);
	want_peer(one, 0);		/* adds to what it has */
	want_aip(9, 16);
	KT_EQ(set(), 0);
	get();
	KT_EQ(got(0)->p_aips_count, 3);
	want(0);
	want_peer(one, WG_PEER_REPLACE_AIPS);
	want_aip(9, 16);
	KT_EQ(set(), 0);
	get();
	KT_EQ(got(0)->p_aips_count, 1);
	KT_EQ(got(0)->p_pka, 25);
	want(0);
	want_peer(one, WG_PEER_REMOVE);
	KT_EQ(set(), 0);
	KT_EQ(set(), 0);		/* it is gone already */
	get();
	KT_EQ(io->i_peers_count, 1);
	KT_MEMEQ(got(0)->p_public, two, 32);
	want(0);
	want_peer(one, WG_PEER_UPDATE | WG_PEER_HAS_PKA);
	want_aip(1, 16);
	want_peer(two, WG_PEER_UPDATE | WG_PEER_HAS_PKA)->p_pka = 7;
	KT_EQ(set(), 0);
	get();
	KT_EQ(io->i_peers_count, 1);
	KT_EQ(got(0)->p_pka, 7);
	want(WG_INTERFACE_REPLACE_PEERS);
	want_peer(one, 0);
	KT_EQ(set(), 0);
	get();
	KT_EQ(io->i_peers_count, 1);
	KT_MEMEQ(got(0)->p_public, one, 32);
	want(WG_INTERFACE_REPLACE_PEERS);
	KT_EQ(set(), 0);
	get();
	KT_EQ(io->i_peers_count, 0);
	KT_EQ(io->i_port, 777);
	end();
}

KTEST(psk, "a preshared key, none, and a description")
{
	begin();
	want(0);
	want_peer(one, WG_PEER_HAS_PSK | WG_PEER_SET_DESCRIPTION)->p_psk[5] =
	    5;
	strlcpy(peer->p_description, "a site", sizeof(peer->p_description));
	KT_EQ(set(), 0);
	get();
	KT_EQ(got(0)->p_flags, WG_PEER_HAS_PUBLIC | WG_PEER_HAS_PSK);
	KT_EQ(got(0)->p_psk[5], 5);
	KT_STREQ(got(0)->p_description, "a site");
	want(0);
	/* All zeroes are none; a text without an end has one all the same. */
	want_peer(one, WG_PEER_HAS_PSK | WG_PEER_SET_DESCRIPTION);
	memset(peer->p_description, 'x', sizeof(peer->p_description));
	KT_EQ(set(), 0);
	get();
	KT_EQ(got(0)->p_flags, WG_PEER_HAS_PUBLIC);
	KT_EQ(got(0)->p_description[62], 'x');
	KT_EQ(got(0)->p_description[63], '\0');
	end();
}

KTEST(stolen, "a prefix belongs to the last who was given it")
{
	begin();
	two_peers();
	want(0);
	want_peer(two, 0);
	want_aip(1, 16);
	KT_EQ(set(), 0);
	get();
	KT_EQ(got(0)->p_aips_count, 1);
	KT_EQ(got(1)->p_aips_count, 2);
	end();
}

KTEST(own, "our own key is no peer's")
{
	uint8_t	 public[32], private[32] = { 0x48 };

	begin();
	KT_ERR(0, x25519_public(public, private));
	two_peers();
	want(0);
	want_peer(public, 0);
	want_aip(8, 16);
	KT_EQ(set(), 0);
	get();
	KT_EQ(io->i_peers_count, 2);
	/* A peer whose key becomes ours goes. */
	want(0);
	want_peer(public, 0);
	KT_EQ(set(), 0);
	private[0] = 0x50;
	KT_ERR(0, x25519_public(public, private));
	want(0);
	want_peer(public, 0);
	KT_EQ(set(), 0);
	want(WG_INTERFACE_HAS_PRIVATE);
	memcpy(io->i_private, private, 32);
	KT_EQ(set(), 0);
	get();
	KT_EQ(io->i_peers_count, 2);
	KT_MEMEQ(io->i_public, public, 32);
	end();
}

KTEST(refused, "requests that make no sense, and what came before them")
{
	begin();
	want(0);
	want_peer(one, 0);
	peer->p_flags = 0;
	KT_EQ(set(), -EINVAL);
	want(0);
	want_peer(one, 0)->p_protocol_version = 2;
	KT_EQ(set(), -EPFNOSUPPORT);
	want(0);
	want_peer(one, 0)->p_protocol_version = -1;
	KT_EQ(set(), -EPFNOSUPPORT);
	want(0);
	want_peer(one, WG_PEER_HAS_ENDPOINT)->p_sa.sa_family = 99;
	KT_EQ(set(), -EAFNOSUPPORT);
	want(0);
	io->i_peers_count = 1;
	KT_EQ(set(), -EINVAL);
	io->i_peers_count = SIZE_MAX;
	KT_EQ(set(), -EINVAL);
	want(0);
	want_peer(one, 0)->p_aips_count = 1;
	KT_EQ(set(), -EINVAL);
	peer->p_aips_count = SIZE_MAX / sizeof(struct wg_aip_io) + 1;
	KT_EQ(set(), -EINVAL);
	want(WG_INTERFACE_HAS_RTABLE);
	io->i_rtable = 99;
	KT_EQ(set(), -EINVAL);
	io->i_rtable = -1;
	KT_EQ(set(), -EINVAL);
	used = sizeof(*io) - 1;
	KT_EQ(set(), -EINVAL);
	KT_EQ(call(SIOCSWG, sizeof(*io), KTUSER_BAD), -EFAULT);
	/* A peer at fault: those before it are there, it is not whole. */
	want(WG_INTERFACE_REPLACE_PEERS);
	want_peer(two, 0);
	want_aip(1, 16);
	want_peer(one, 0);
	want_aip(2, 33);
	want_peer(one, WG_PEER_REMOVE);
	KT_EQ(set(), -EINVAL);
	get();
	KT_EQ(io->i_peers_count, 2);
	KT_EQ(got(0)->p_aips_count, 1);
	KT_EQ(got(1)->p_aips_count, 0);
	want(0);
	want_peer(one, 0);
	want_aip(2, -1);
	KT_EQ(set(), -EINVAL);
	want(0);
	want_peer(one, 0);
	want_aip(2, 8)->a_af = 77;
	KT_EQ(set(), -EAFNOSUPPORT);
	end();
}
