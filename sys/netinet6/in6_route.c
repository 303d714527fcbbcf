/*
 * The route cache (struct route) for IPv6 destinations.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/socket.h>

#include <net/route.h>

#include <netinet6/in6.h>
#include <netinet6/ip6_var.h>

/* Is what ro remembers still the way to dst for src in that table? */
static int
route6_cached(const struct route *ro, const struct in6_addr *dst,
    const struct in6_addr *src, u_int tableid)
{
	const struct sockaddr_in6	*sin6;

	sin6 = satosin6_const(&ro->ro_dstsa);
	return (ro->ro_rt != NULL && ro->ro_generation == rtgeneration &&
	    ro->ro_tableid == tableid &&
	    ro->ro_dstsa.sa_family == AF_INET6 &&
	    IN6_ARE_ADDR_EQUAL(&sin6->sin6_addr, dst) &&
	    (src == NULL || !ISSET(ro->ro_rt->rt_flags, RTF_MPATH) ||
	    memcmp(ro->ro_srcin6, src, sizeof(*src)) == 0) &&
	    rtisvalid(ro->ro_rt));
}

/*
 * The route from src (NULL: any) to dst, both with their scope, remembered in
 * ro, which holds the reference; NULL when there is none.
 */
struct rtentry *
route6_mpath(struct route *ro, const struct in6_addr *dst,
    const struct in6_addr *src, u_int tableid)
{
	CTASSERT(sizeof(struct sockaddr_in6) <= sizeof(ro->ro_dstroom));
	if (route6_cached(ro, dst, src, tableid))
		return (ro->ro_rt);
	route_flush(ro);
	ro->ro_tableid = tableid;
	in6_sin6(satosin6(&ro->ro_dstsa), dst);
	memset(ro->ro_srcin6, 0, sizeof(ro->ro_srcin6));
	if (src != NULL)
		memcpy(ro->ro_srcin6, src, sizeof(ro->ro_srcin6));
	ro->ro_rt = rtalloc_mpath(&ro->ro_dstsa,
	    src == NULL ? NULL : ro->ro_srcin6, tableid);
	/* Cloning has changed it. */
	ro->ro_generation = rtgeneration;
	return (ro->ro_rt);
}
