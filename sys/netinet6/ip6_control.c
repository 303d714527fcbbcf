/*
 * Control messages of IPv6 datagrams, in and out (RFC 3542), and the error
 * queue.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/mbuf.h>
#include <sys/proc.h>
#include <sys/socket.h>
#include <sys/socketvar.h>
#include <sys/ucred.h>

#include <net/if.h>
#include <net/if_var.h>
#include <net/route.h>

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/in_pcb.h>
#include <netinet/ip6.h>
#include <netinet/ip_var.h>
#include <netinet6/icmp6_var.h>
#include <netinet6/in6.h>
#include <netinet6/in6_pcb.h>
#include <netinet6/in6_var.h>
#include <netinet6/ip6_var.h>
#include <netinet6/nd6.h>

/* Append a control message; without memory it is left out. */
static struct mbuf **
ip6_addcontrol(struct mbuf **mp, const void *p, size_t len, int type)
{
	*mp = sbcreatecontrol(p, len, type, IPPROTO_IPV6);
	return (*mp == NULL ? mp : &(*mp)->m_next);
}

/* The extension headers that the socket asks for, each as it came. */
static void
ip6_addexthdrs(struct mbuf **mp, const struct in6pcb *in6p, struct mbuf *m)
{
	uint8_t	 buf[256];
	int	 off = 0, next, len, nxt = IPPROTO_IPV6, proto, type;

	while ((next = ip6_nexthdr(m, off, nxt, &proto)) != -1) {
		len = next - off;
		type = 0;
		if (nxt == IPPROTO_HOPOPTS &&
		    (in6p->in6p_flags & IN6P_RECVHOPOPTS))
			type = IPV6_HOPOPTS;
		else if (nxt == IPPROTO_DSTOPTS &&
		    (in6p->in6p_flags & IN6P_RECVDSTOPTS))
			type = IPV6_DSTOPTS;
		else if (nxt == IPPROTO_ROUTING &&
		    (in6p->in6p_flags & IN6P_RECVRTHDR))
			type = IPV6_RTHDR;
		if (type != 0 && len <= (int)sizeof(buf)) {
			m_copydata(m, off, len, buf);
			mp = ip6_addcontrol(mp, buf, len, type);
		}
		off = next;
		nxt = proto;
	}
}

/*
 * Make the control messages that a socket asks for with the packet m, whose
 * header is ip6, at *mp, which is NULL.
 */
void
ip6_savecontrol(struct inpcb *inp, struct mbuf **mp, struct ip6_hdr *ip6,
    struct mbuf *m)
{
	const struct in6pcb	*in6p = inptoin6pcb(inp);
	struct in6_pktinfo	 pi;
	u_int			 rtableid = m->m_pkthdr.ph_rtableid;
	int			 hlim = ip6->ip6_hlim, flags = inp->inp_flags;
	int			 tclass = ntohl(ip6->ip6_flow) >> 20 & 0xff;

	if ((*mp = so_timestamp(inp->inp_socket, m)) != NULL)
		mp = &(*mp)->m_next;
	if (flags & INP_PKTINFO) {
		memset(&pi, 0, sizeof(pi));
		pi.ipi6_addr = ip6->ip6_dst;
		ip6_dstaddr(m, &pi.ipi6_addr);
		pi.ipi6_ifindex = in6_scope_get(&pi.ipi6_addr);
		if (pi.ipi6_ifindex == 0)
			pi.ipi6_ifindex = m->m_pkthdr.ph_ifidx;
		in6_scope_clear(&pi.ipi6_addr);
		mp = ip6_addcontrol(mp, &pi, sizeof(pi), IPV6_PKTINFO);
	}
	if (flags & INP_RECVHOPLIMIT)
		mp = ip6_addcontrol(mp, &hlim, sizeof(hlim), IPV6_HOPLIMIT);
	if (flags & INP_RECVTCLASS)
		mp = ip6_addcontrol(mp, &tclass, sizeof(tclass),
		    IPV6_TCLASS);
	if (flags & INP_RECVRTABLE) {
		*mp = sbcreatecontrol(&rtableid, sizeof(rtableid),
		    IP_RECVRTABLE, IPPROTO_IP);
		if (*mp != NULL)
			mp = &(*mp)->m_next;
	}
	if (in6p->in6p_flags & (IN6P_RECVHOPOPTS | IN6P_RECVDSTOPTS |
	    IN6P_RECVRTHDR))
		ip6_addexthdrs(mp, in6p, m);
}

/*
 * The same of an IPv4 packet for a socket that hears IPv4, too: addresses are
 * mapped.
 */
void
ip6_savecontrol4(struct inpcb *inp, struct mbuf **mp, const struct ip *ip,
    struct mbuf *m)
{
	struct in6_pktinfo	 pi;
	int			 hlim = ip->ip_ttl, tclass = ip->ip_tos;

	if ((*mp = so_timestamp(inp->inp_socket, m)) != NULL)
		mp = &(*mp)->m_next;
	if (inp->inp_flags & INP_PKTINFO) {
		in6_mapped(&pi.ipi6_addr, ip->ip_dst);
		pi.ipi6_ifindex = m->m_pkthdr.ph_ifidx;
		mp = ip6_addcontrol(mp, &pi, sizeof(pi), IPV6_PKTINFO);
	}
	if (inp->inp_flags & INP_RECVHOPLIMIT)
		mp = ip6_addcontrol(mp, &hlim, sizeof(hlim), IPV6_HOPLIMIT);
	if (inp->inp_flags & INP_RECVTCLASS)
		ip6_addcontrol(mp, &tclass, sizeof(tclass), IPV6_TCLASS);
}

/* A number between -1 and 255; -1 stands for what is set. */
static int
ip6_cmsgint(const struct cmsghdr *cm, int *val)
{
	if (cm->cmsg_len < CMSG_LEN(sizeof(*val)))
		return (EINVAL);
	memcpy(val, CMSG_DATA(cm), sizeof(*val));
	return (*val < -1 || *val > 255 ? EINVAL : 0);
}

static int
ip6_cmsgpktinfo(struct inpcb *inp, const struct cmsghdr *cm,
    struct ip6_outcontrol *oc)
{
	struct in6_pktinfo	 pi;
	struct ifnet		*ifp;

	if (cm->cmsg_len < CMSG_LEN(sizeof(pi)))
		return (EINVAL);
	memcpy(&pi, CMSG_DATA(cm), sizeof(pi));
	if (pi.ipi6_ifindex != 0) {
		ifp = if_get(pi.ipi6_ifindex);
		if_put(ifp);
		if (ifp == NULL)
			return (ENODEV);
		in6_scope_set(&pi.ipi6_addr, pi.ipi6_ifindex);
	}
	if (!IN6_IS_ADDR_UNSPECIFIED(&pi.ipi6_addr)) {
		if (IN6_IS_ADDR_MULTICAST(&pi.ipi6_addr))
			return (EINVAL);
		if (in6_pcbaddrisavail(inp, &pi.ipi6_addr) != 0)
			return (EADDRNOTAVAIL);
	}
	oc->oc6_ifidx = pi.ipi6_ifindex;
	oc->oc6_src = pi.ipi6_addr;
	return (0);
}

/* An extension header for this datagram alone. */
static int
ip6_cmsgexthdr(const struct cmsghdr *cm, struct ip6_outcontrol *oc)
{
	int	 error, hbh = cm->cmsg_type == IPV6_HOPOPTS;

	if (hbh && (error = suser(curproc)) != 0)
		return (error);
	error = ip6_setexthdr(&oc->oc6_own[!hbh], CMSG_DATA(cm),
	    cm->cmsg_len - sizeof(*cm));
	if (hbh)
		oc->oc6_ext.ip6e_hbh = oc->oc6_own[0];
	else
		oc->oc6_ext.ip6e_dest2 = oc->oc6_own[1];
	return (error);
}

static int
ip6_cmsg(struct inpcb *inp, const struct cmsghdr *cm,
    struct ip6_outcontrol *oc)
{
	int	 error, val;

	if (cm->cmsg_level == IPPROTO_UDP && cm->cmsg_type == UDP_SEGMENT) {
		if (cm->cmsg_len < CMSG_LEN(sizeof(oc->oc6_udpseg)))
			return (EINVAL);
		memcpy(&oc->oc6_udpseg, CMSG_DATA(cm),
		    sizeof(oc->oc6_udpseg));
		return (0);
	}
	if (cm->cmsg_level != IPPROTO_IPV6)
		return (cm->cmsg_level == SOL_SOCKET ? 0 : EINVAL);
	switch (cm->cmsg_type) {
	case IPV6_PKTINFO:
		return (ip6_cmsgpktinfo(inp, cm, oc));
	case IPV6_HOPLIMIT:
		if ((error = ip6_cmsgint(cm, &val)) == 0 && val != -1)
			oc->oc6_hlim = val;
		return (error);
	case IPV6_TCLASS:
		if ((error = ip6_cmsgint(cm, &val)) == 0 && val != -1)
			oc->oc6_tclass = val;
		return (error);
	case IPV6_DONTFRAG:
		if ((error = ip6_cmsgint(cm, &val)) == 0 && val != -1)
			oc->oc6_dontfrag = val != 0;
		return (error);
	case IPV6_HOPOPTS:
	case IPV6_DSTOPTS:
		return (ip6_cmsgexthdr(cm, oc));
	default:
		return (EINVAL);
	}
}

/* A group is sent to by the interface that the control message names. */
static void
ip6_outcontrol_imo(struct inpcb *inp, struct ip6_outcontrol *oc)
{
	oc->oc6_imo = inptoin6pcb(inp)->in6p_moptions;
	if (oc->oc6_ifidx == 0 && oc->oc6_hlim < 0)
		return;
	if (oc->oc6_imo != NULL)
		oc->oc6_imobuf = *oc->oc6_imo;
	else {
		memset(&oc->oc6_imobuf, 0, sizeof(oc->oc6_imobuf));
		oc->oc6_imobuf.im6o_hlim = -1;
		oc->oc6_imobuf.im6o_loop = IPV6_DEFAULT_MULTICAST_LOOP;
	}
	if (oc->oc6_ifidx != 0)
		oc->oc6_imobuf.im6o_ifidx = oc->oc6_ifidx;
	if (oc->oc6_hlim >= 0)
		oc->oc6_imobuf.im6o_hlim = oc->oc6_hlim;
	oc->oc6_imo = &oc->oc6_imobuf;
}

/*
 * How a datagram is to be sent: the socket's settings, and what the control
 * messages (or NULL, not consumed) say.  ip6_outcontrol_done() frees what is
 * in *oc, after errors, too.  EINVAL, ENODEV, EADDRNOTAVAIL, EPERM, ENOBUFS.
 */
int
ip6_outcontrol(struct inpcb *inp, struct mbuf *control,
    struct ip6_outcontrol *oc)
{
	const struct in6pcb	*in6p = inptoin6pcb(inp);
	const struct cmsghdr	*cm;
	u_int			 off;
	int			 error;

	memset(oc, 0, sizeof(*oc));
	oc->oc6_hlim = -1;
	oc->oc6_tclass = in6p->in6p_tclass;
	oc->oc6_dontfrag = (in6p->in6p_flags & IN6P_DONTFRAG) != 0;
	oc->oc6_udpseg = inp->inp_udpseg;
	oc->oc6_ext = in6p->in6p_ext;
	for (; control != NULL; control = control->m_next) {
		for (off = 0; off + sizeof(*cm) <= control->m_len;
		    off += CMSG_ALIGN(cm->cmsg_len)) {
			cm = (const struct cmsghdr *)(mtod(control,
			    const char *) + off);
			if (cm->cmsg_len < sizeof(*cm) ||
			    cm->cmsg_len > control->m_len - off)
				return (EINVAL);
			if ((error = ip6_cmsg(inp, cm, oc)) != 0)
				return (error);
		}
	}
	ip6_outcontrol_imo(inp, oc);
	return (0);
}

/* The datagram has been sent, or not. */
void
ip6_outcontrol_done(struct ip6_outcontrol *oc)
{
	size_t	 i;

	for (i = 0; i < nitems(oc->oc6_own); i++)
		m_freem(oc->oc6_own[i]);
}

/* The source address of a datagram to dst; see in6_pcbselsrc(). */
int
ip6_outsource(struct inpcb *inp, const struct sockaddr_in6 *dst,
    const struct ip6_outcontrol *oc, struct in6_addr *src)
{
	struct in6_ifaddr	*ia;
	struct ifnet		*ifp;

	if (!IN6_IS_ADDR_UNSPECIFIED(&oc->oc6_src)) {
		*src = oc->oc6_src;
		return (0);
	}
	if (oc->oc6_ifidx == 0 || !IN6_IS_ADDR_UNSPECIFIED(&inp->inp_laddr6))
		return (in6_pcbselsrc(src, dst, inp));
	if ((ifp = if_get(oc->oc6_ifidx)) == NULL)
		return (ENXIO);
	ia = in6_ifawithscope(ifp, &dst->sin6_addr, inp->inp_rtableid, NULL);
	if (ia != NULL)
		*src = *IA6_IN6(ia);
	if_put(ifp);
	return (ia == NULL ? EADDRNOTAVAIL : 0);
}

/* The flags that a socket's options are to ip6_output(). */
int
ip6_outflags(const struct inpcb *inp, const struct ip6_outcontrol *oc)
{
	int	 flags = 0;

	if (so_isset(inp->inp_socket, SO_DONTROUTE))
		flags |= IPV6_ROUTETOIF;
	if (oc->oc6_dontfrag)
		flags |= IPV6_NOFRAG;
	switch (inp->inp_pmtudisc) {
	case IPV6_PMTUDISC_DONT:
		flags |= IPV6_MINMTU;
		break;
	case IPV6_PMTUDISC_DO:
		flags |= IPV6_NOFRAG;
		break;
	case IPV6_PMTUDISC_PROBE:
		flags |= IPV6_NOFRAG | IPV6_MTUPROBE;
		break;
	}
	return (flags);
}

/* What a program is told of an ICMPv6 error in the error queue. */
static int
ip6_icmp6_errno(int type, int code)
{
	static const int	 unreach[] = {
		[ICMP6_DST_UNREACH_NOROUTE] = ENETUNREACH,
		[ICMP6_DST_UNREACH_ADMIN] = EACCES,
		[ICMP6_DST_UNREACH_BEYONDSCOPE] = EHOSTUNREACH,
		[ICMP6_DST_UNREACH_ADDR] = EHOSTUNREACH,
		[ICMP6_DST_UNREACH_NOPORT] = ECONNREFUSED,
		EACCES, EACCES,
	};

	switch (type) {
	case ICMP6_DST_UNREACH:
		return ((u_int)code < nitems(unreach) ? unreach[code] :
		    EPROTO);
	case ICMP6_PACKET_TOO_BIG:
		return (EMSGSIZE);
	case ICMP6_TIME_EXCEEDED:
		return (EHOSTUNREACH);
	default:
		return (EPROTO);
	}
}

/*
 * Put the ICMPv6 error that is being worked on (icmp6_errctx) into a socket's
 * error queue.  The datagram went to port dport, and has a transport header
 * of hlen bytes, which the program does not get back.
 */
void
ip6_recverr(struct inpcb *inp, in_port_t dport, u_int hlen)
{
	const struct icmp6_errctx	*ctx = icmp6_errctx;
	struct sockaddr_in6		 dst, from;
	struct so_errmsg		 se;
	struct mbuf			*data = NULL;
	u_int				 off;

	if (ctx == NULL)
		return;
	in6_sin6(&dst, &in6addr_any);
	from = dst;
	in6_recoverscope(&dst, &ctx->ie6_qdst);
	dst.sin6_port = dport;
	in6_recoverscope(&from, &ctx->ie6_src);
	memset(&se, 0, sizeof(se));
	se.se_errno = ip6_icmp6_errno(ctx->ie6_type, ctx->ie6_code);
	se.se_level = IPPROTO_IPV6;
	se.se_cmsg = IPV6_RECVERR;
	se.se_origin = SO_EE_ORIGIN_ICMP6;
	se.se_type = ctx->ie6_type;
	se.se_code = ctx->ie6_code;
	se.se_info = ctx->ie6_mtu;
	se.se_dst = sin6tosa(&dst);
	se.se_offender = sin6tosa(&from);
	off = ctx->ie6_upper + hlen;
	if (off < ctx->ie6_m->m_pkthdr.len)
		data = m_copym(ctx->ie6_m, off,
		    ctx->ie6_m->m_pkthdr.len - off, M_DONTWAIT);
	(void)soerr_append(inp->inp_socket, &se, data);
}

/*
 * The same for an error of our own: a datagram to dst was too large.  The
 * program learns the path's MTU.
 */
void
ip6_localerr(struct inpcb *inp, const struct sockaddr_in6 *dst, int error)
{
	struct sockaddr_in6	 sin6 = *dst;
	struct so_errmsg	 se;
	struct rtentry		*rt;
	struct ifnet		*ifp;

	in6_recoverscope(&sin6, &dst->sin6_addr);
	memset(&se, 0, sizeof(se));
	se.se_errno = error;
	se.se_level = IPPROTO_IPV6;
	se.se_cmsg = IPV6_RECVERR;
	se.se_origin = SO_EE_ORIGIN_LOCAL;
	se.se_dst = sin6tosa(&sin6);
	rt = inp->inp_route.ro_rt;
	if (rtisvalid(rt) && (ifp = if_get(rt->rt_ifidx)) != NULL) {
		se.se_info = rt->rt_mtu != 0 &&
		    inp->inp_pmtudisc != IPV6_PMTUDISC_PROBE ? rt->rt_mtu :
		    nd6_linkmtu(ifp);
		if_put(ifp);
	}
	(void)soerr_append(inp->inp_socket, &se, NULL);
	/* The call itself fails, too: no pending error beside that. */
	inp->inp_socket->so_error = 0;
}
