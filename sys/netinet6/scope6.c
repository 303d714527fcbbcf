/*
 * Scope of IPv6 addresses (RFC 4007): see in6.h for where an address carries
 * its interface.
 *
 * Every interface is a link of its own, so a zone is an interface's index.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/mbuf.h>
#include <sys/socket.h>

#include <net/if.h>
#include <net/if_var.h>

#include <netinet/ip6.h>
#include <netinet6/in6.h>
#include <netinet6/ip6_var.h>

/* Say that an address is of the interface ifidx, if its kind has one. */
void
in6_scope_set(struct in6_addr *a, u_int ifidx)
{
	if (IN6_IS_SCOPE_EMBED(a))
		a->s6_addr16[1] = htons(ifidx);
}

/* The address as it is on the wire. */
void
in6_scope_clear(struct in6_addr *a)
{
	if (IN6_IS_SCOPE_EMBED(a))
		a->s6_addr16[1] = 0;
}

/* The index of its interface; 0 when it has none, or is not known. */
u_int
in6_scope_get(const struct in6_addr *a)
{
	return (IN6_IS_SCOPE_EMBED(a) ? ntohs(a->s6_addr16[1]) : 0);
}

/* Is the address in the form of the wire? */
int
in6_scope_zero(const struct in6_addr *a)
{
	return (!IN6_IS_SCOPE_EMBED(a) || a->s6_addr16[1] == 0);
}

/*
 * The kernel's form of a program's address: of the interface sin6_scope_id,
 * else of the one that it carries, else of ifidx (0: leave it open).  ENXIO
 * when there is no such interface.
 */
int
in6_embedscope(struct in6_addr *out, const struct sockaddr_in6 *sin6,
    u_int ifidx)
{
	struct ifnet	*ifp;
	u_int		 id;

	*out = sin6->sin6_addr;
	if (!IN6_IS_SCOPE_EMBED(out))
		return (0);
	id = sin6->sin6_scope_id;
	if (id == 0)
		id = in6_scope_get(out);
	if (id == 0)
		id = ifidx;
	if (id != 0) {
		ifp = if_get(id);
		if_put(ifp);
		if (ifp == NULL)
			return (ENXIO);
	}
	in6_scope_set(out, id);
	return (0);
}

/* A program's form of the kernel's address in: sin6_addr and scope. */
void
in6_recoverscope(struct sockaddr_in6 *sin6, const struct in6_addr *in)
{
	sin6->sin6_addr = *in;
	sin6->sin6_scope_id = in6_scope_get(in);
	in6_scope_clear(&sin6->sin6_addr);
}

/*
 * The IPv6 address in an mbuf that came through the socket layer: EINVAL
 * for another length, EAFNOSUPPORT for another family.
 */
int
in6_nam2sin6(const struct mbuf *nam, struct sockaddr_in6 **sin6)
{
	struct sockaddr	*sa = mtod(nam, struct sockaddr *);

	if (nam->m_len < offsetof(struct sockaddr, sa_data))
		return (EINVAL);
	if (sa->sa_family != AF_INET6)
		return (EAFNOSUPPORT);
	if (sa->sa_len != nam->m_len || sa->sa_len != sizeof(**sin6))
		return (EINVAL);
	*sin6 = satosin6(sa);
	return (0);
}

/* The scoped form of an address of a received packet. */
static void
ip6_scoped(const struct mbuf *m, const struct in6_addr *in,
    struct in6_addr *out)
{
	*out = *in;
	/* What came from ourselves by way of lo carries its interface. */
	if (IN6_IS_SCOPE_EMBED(out) && out->s6_addr16[1] == 0)
		out->s6_addr16[1] = htons(m->m_pkthdr.ph_ifidx);
}

/* Source and destination of a received packet, in the kernel's form. */
void
ip6_srcaddr(const struct mbuf *m, struct in6_addr *src)
{
	ip6_scoped(m, &mtod(m, const struct ip6_hdr *)->ip6_src, src);
}

void
ip6_dstaddr(const struct mbuf *m, struct in6_addr *dst)
{
	ip6_scoped(m, &mtod(m, const struct ip6_hdr *)->ip6_dst, dst);
}
