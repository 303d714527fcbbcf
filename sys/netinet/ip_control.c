/*
 * Control messages of IPv4 datagrams, in and out, and the error queue.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/mbuf.h>
#include <sys/socket.h>
#include <sys/socketvar.h>

#include <net/if.h>
#include <net/if_dl.h>
#include <net/if_var.h>
#include <net/route.h>

#include <netinet/in.h>
#include <netinet/in_pcb.h>
#include <netinet/in_systm.h>
#include <netinet/in_var.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/ip_var.h>

/* Append a control message; without memory it is left out. */
static struct mbuf **
ip_addcontrol(struct mbuf **mp, const void *p, size_t len, int type)
{
	*mp = sbcreatecontrol(p, len, type, IPPROTO_IP);
	return (*mp == NULL ? mp : &(*mp)->m_next);
}

/* The link address of the interface that m came through, without memory. */
static void
ip_rcvif(const struct mbuf *m, struct sockaddr_dl *sdl)
{
	struct ifnet	*ifp;

	memset(sdl, 0, sizeof(*sdl));
	sdl->sdl_len = offsetof(struct sockaddr_dl, sdl_data);
	sdl->sdl_family = AF_LINK;
	if ((ifp = if_get(m->m_pkthdr.ph_ifidx)) != NULL) {
		if (ifp->if_sadl != NULL &&
		    ifp->if_sadl->sdl_len <= sizeof(*sdl))
			memcpy(sdl, ifp->if_sadl, ifp->if_sadl->sdl_len);
		sdl->sdl_index = ifp->if_index;
	}
	if_put(ifp);
}

static struct mbuf **
ip_addpktinfo(struct mbuf **mp, const struct ip *ip, const struct mbuf *m)
{
	struct in_pktinfo	 pi;
	struct in_ifaddr	*ia;
	struct ifnet		*ifp;

	memset(&pi, 0, sizeof(pi));
	pi.ipi_ifindex = m->m_pkthdr.ph_ifidx;
	pi.ipi_addr = ip->ip_dst;
	if (in_ifaddr_lookup(ip->ip_dst, m->m_pkthdr.ph_rtableid) != NULL)
		pi.ipi_spec_dst = ip->ip_dst;
	else if ((ifp = if_get(m->m_pkthdr.ph_ifidx)) != NULL) {
		/* A broadcast or group: what an answer would come from. */
		if ((ia = in_ia4dst(ifp, ip->ip_src)) != NULL)
			pi.ipi_spec_dst = ia->ia_addr.sin_addr;
		if_put(ifp);
	}
	return (ip_addcontrol(mp, &pi, sizeof(pi), IP_PKTINFO));
}

/*
 * Make the control messages that a socket asks for with the packet m, whose
 * header is ip, at *mp, which is NULL.
 */
void
ip_savecontrol(struct inpcb *inp, struct mbuf **mp, struct ip *ip,
    struct mbuf *m)
{
	struct sockaddr_dl	 sdl;
	u_int			 rtableid = m->m_pkthdr.ph_rtableid;
	int			 ttl = ip->ip_ttl, flags = inp->inp_flags;

	if ((*mp = so_timestamp(inp->inp_socket, m)) != NULL)
		mp = &(*mp)->m_next;
	if (!(flags & INP_CONTROLOPTS))
		return;
	if (flags & INP_RECVDSTADDR)
		mp = ip_addcontrol(mp, &ip->ip_dst, sizeof(ip->ip_dst),
		    IP_RECVDSTADDR);
	if (flags & INP_PKTINFO)
		mp = ip_addpktinfo(mp, ip, m);
	if (flags & INP_RECVIF) {
		ip_rcvif(m, &sdl);
		mp = ip_addcontrol(mp, &sdl, sdl.sdl_len, IP_RECVIF);
	}
	if (flags & INP_RECVTTL)
		mp = ip_addcontrol(mp, &ttl, sizeof(ttl), IP_TTL);
	if (flags & INP_RECVTOS) {
		uint8_t	 tos = ip->ip_tos;

		mp = ip_addcontrol(mp, &tos, sizeof(tos), IP_TOS);
	}
	if (flags & INP_RECVRTABLE)
		mp = ip_addcontrol(mp, &rtableid, sizeof(rtableid),
		    IP_RECVRTABLE);
	if (ip->ip_hl << 2 == (int)sizeof(*ip))
		return;
	if (flags & INP_RECVOPTS)
		mp = ip_addcontrol(mp, ip + 1, (ip->ip_hl << 2) -
		    sizeof(*ip), IP_RECVOPTS);
	if (flags & INP_RECVRETOPTS)
		ip_addcontrol(mp, ip + 1, (ip->ip_hl << 2) - sizeof(*ip),
		    IP_RETOPTS);
}

/* A number of one or four bytes between min and max. */
static int
ip_cmsgint(const struct cmsghdr *cm, int min, int max, uint8_t *val)
{
	size_t	 len = cm->cmsg_len - sizeof(*cm);
	int	 i;

	if (len >= sizeof(i))
		memcpy(&i, CMSG_DATA(cm), sizeof(i));
	else if (len == 1)
		i = *CMSG_DATA(cm);
	else
		return (EINVAL);
	if (i < min || i > max)
		return (EINVAL);
	*val = i;
	return (0);
}

/* Send from here, if it is ours. */
static int
ip_cmsgsrc(struct inpcb *inp, struct in_addr src, struct ip_outcontrol *oc)
{
	if (src.s_addr != INADDR_ANY &&
	    !(inp->inp_flags & INP_BINDANY) &&
	    !so_isset(inp->inp_socket, SO_BINDANY) &&
	    in_ifaddr_lookup(src, inp->inp_rtableid) == NULL)
		return (EADDRNOTAVAIL);
	oc->oc_src = src;
	return (0);
}

static int
ip_cmsgpktinfo(struct inpcb *inp, const struct cmsghdr *cm,
    struct ip_outcontrol *oc)
{
	struct in_pktinfo	 pi;
	struct ifnet		*ifp;

	if (cm->cmsg_len < CMSG_LEN(sizeof(pi)))
		return (EINVAL);
	memcpy(&pi, CMSG_DATA(cm), sizeof(pi));
	if (pi.ipi_ifindex < 0)
		return (EINVAL);
	if (pi.ipi_ifindex != 0) {
		ifp = if_get(pi.ipi_ifindex);
		if_put(ifp);
		if (ifp == NULL)
			return (ENODEV);
	}
	oc->oc_ifidx = pi.ipi_ifindex;
	return (ip_cmsgsrc(inp, pi.ipi_spec_dst, oc));
}

static int
ip_cmsg(struct inpcb *inp, const struct cmsghdr *cm, struct ip_outcontrol *oc)
{
	struct in_addr	 src;

	if (cm->cmsg_level == IPPROTO_UDP && cm->cmsg_type == UDP_SEGMENT) {
		if (cm->cmsg_len < CMSG_LEN(sizeof(oc->oc_udpseg)))
			return (EINVAL);
		memcpy(&oc->oc_udpseg, CMSG_DATA(cm), sizeof(oc->oc_udpseg));
		return (0);
	}
	if (cm->cmsg_level != IPPROTO_IP)
		return (cm->cmsg_level == SOL_SOCKET ? 0 : EINVAL);
	switch (cm->cmsg_type) {
	case IP_SENDSRCADDR:
		if (cm->cmsg_len < CMSG_LEN(sizeof(src)))
			return (EINVAL);
		memcpy(&src, CMSG_DATA(cm), sizeof(src));
		return (ip_cmsgsrc(inp, src, oc));
	case IP_PKTINFO:
		return (ip_cmsgpktinfo(inp, cm, oc));
	case IP_TTL:
		return (ip_cmsgint(cm, 1, MAXTTL, &oc->oc_ttl));
	case IP_TOS:
		return (ip_cmsgint(cm, 0, 255, &oc->oc_tos));
	default:
		return (EINVAL);
	}
}

/* A group is sent to by the interface that the control message names. */
static void
ip_outcontrol_imo(struct inpcb *inp, struct ip_outcontrol *oc)
{
	oc->oc_imo = inp->inp_moptions;
	if (oc->oc_ifidx == 0)
		return;
	if (oc->oc_imo != NULL)
		oc->oc_imobuf = *oc->oc_imo;
	else {
		memset(&oc->oc_imobuf, 0, sizeof(oc->oc_imobuf));
		oc->oc_imobuf.imo_ttl = IP_DEFAULT_MULTICAST_TTL;
		oc->oc_imobuf.imo_loop = IP_DEFAULT_MULTICAST_LOOP;
	}
	oc->oc_imobuf.imo_ifidx = oc->oc_ifidx;
	oc->oc_imo = &oc->oc_imobuf;
}

/*
 * How a datagram is to be sent: the socket's settings, and what the control
 * messages (or NULL, not consumed) say.  EINVAL, ENODEV, EADDRNOTAVAIL.
 */
int
ip_outcontrol(struct inpcb *inp, struct mbuf *control,
    struct ip_outcontrol *oc)
{
	const struct cmsghdr	*cm;
	u_int			 off;
	int			 error;

	memset(oc, 0, sizeof(*oc));
	oc->oc_ttl = inp->inp_ip.ip_ttl;
	oc->oc_tos = inp->inp_ip.ip_tos;
	oc->oc_udpseg = inp->inp_udpseg;
	for (; control != NULL; control = control->m_next) {
		for (off = 0; off + sizeof(*cm) <= control->m_len;
		    off += CMSG_ALIGN(cm->cmsg_len)) {
			cm = (const struct cmsghdr *)(mtod(control,
			    const char *) + off);
			if (cm->cmsg_len < sizeof(*cm) ||
			    cm->cmsg_len > control->m_len - off)
				return (EINVAL);
			if ((error = ip_cmsg(inp, cm, oc)) != 0)
				return (error);
		}
	}
	ip_outcontrol_imo(inp, oc);
	return (0);
}

/* The source address of a datagram to dst; see in_pcbselsrc(). */
int
ip_outsource(struct inpcb *inp, const struct sockaddr_in *dst,
    const struct ip_outcontrol *oc, struct in_addr *src)
{
	struct in_ifaddr	*ia;
	struct ifnet		*ifp;

	if (oc->oc_src.s_addr != INADDR_ANY) {
		*src = oc->oc_src;
		return (0);
	}
	if (oc->oc_ifidx == 0 || inp->inp_laddr.s_addr != INADDR_ANY)
		return (in_pcbselsrc(src, dst, inp));
	if ((ifp = if_get(oc->oc_ifidx)) == NULL)
		return (ENXIO);
	if ((ia = in_ia4dst(ifp, dst->sin_addr)) != NULL)
		*src = ia->ia_addr.sin_addr;
	if_put(ifp);
	return (ia == NULL ? EADDRNOTAVAIL : 0);
}

/* The flags that a socket's options are to ip_output(). */
int
ip_outflags(const struct inpcb *inp)
{
	const struct socket	*so = inp->inp_socket;
	int			 flags = 0;

	if (so_isset(so, SO_DONTROUTE))
		flags |= IP_ROUTETOIF;
	if (so_isset(so, SO_BROADCAST))
		flags |= IP_ALLOWBROADCAST;
	switch (inp->inp_pmtudisc) {
	case IP_PMTUDISC_WANT:
		flags |= IP_MTUDISC;
		break;
	case IP_PMTUDISC_DO:
		flags |= IP_DONTFRAG;
		break;
	case IP_PMTUDISC_PROBE:
		flags |= IP_DONTFRAG | IP_MTUPROBE;
		break;
	}
	return (flags);
}

/* What a program is told of an ICMP error in the error queue. */
static int
ip_icmp_errno(int type, int code)
{
	static const int	 unreach[] = {
		[ICMP_UNREACH_NET] = ENETUNREACH,
		[ICMP_UNREACH_HOST] = EHOSTUNREACH,
		[ICMP_UNREACH_PROTOCOL] = ENOPROTOOPT,
		[ICMP_UNREACH_PORT] = ECONNREFUSED,
		[ICMP_UNREACH_NEEDFRAG] = EMSGSIZE,
		[ICMP_UNREACH_SRCFAIL] = EOPNOTSUPP,
		[ICMP_UNREACH_NET_UNKNOWN] = ENETUNREACH,
		[ICMP_UNREACH_HOST_UNKNOWN] = EHOSTDOWN,
		[ICMP_UNREACH_ISOLATED] = EHOSTUNREACH,
		[ICMP_UNREACH_NET_PROHIB] = ENETUNREACH,
		[ICMP_UNREACH_HOST_PROHIB] = EHOSTUNREACH,
		[ICMP_UNREACH_TOSNET] = ENETUNREACH,
	};

	if (type == ICMP_PARAMPROB)
		return (EPROTO);
	if (type != ICMP_UNREACH || (u_int)code >= nitems(unreach))
		return (EHOSTUNREACH);
	return (unreach[code]);
}

/*
 * Put the ICMP error that is being worked on (icmp_errctx) into a socket's
 * error queue.  The datagram went to port dport, and has a transport header
 * of hlen bytes, which the program does not get back.
 */
void
ip_recverr(struct inpcb *inp, in_port_t dport, u_int hlen)
{
	const struct icmp_errctx	*ctx = icmp_errctx;
	struct sockaddr_in		 dst, from;
	struct so_errmsg		 se;
	struct mbuf			*data = NULL;
	u_int				 off;

	if (ctx == NULL)
		return;
	memset(&dst, 0, sizeof(dst));
	dst.sin_len = sizeof(dst);
	dst.sin_family = AF_INET;
	from = dst;
	dst.sin_addr = ctx->ie_icmp->icmp_ip.ip_dst;
	dst.sin_port = dport;
	from.sin_addr = ctx->ie_src;
	memset(&se, 0, sizeof(se));
	se.se_errno = ip_icmp_errno(ctx->ie_type, ctx->ie_code);
	se.se_level = IPPROTO_IP;
	se.se_cmsg = IP_RECVERR;
	se.se_origin = SO_EE_ORIGIN_ICMP;
	se.se_type = ctx->ie_type;
	se.se_code = ctx->ie_code;
	se.se_info = ctx->ie_mtu;
	se.se_dst = (struct sockaddr *)&dst;
	se.se_offender = (struct sockaddr *)&from;
	off = ctx->ie_off + (ctx->ie_icmp->icmp_ip.ip_hl << 2) + hlen;
	if (off < ctx->ie_m->m_pkthdr.len)
		data = m_copym(ctx->ie_m, off,
		    ctx->ie_m->m_pkthdr.len - off, M_DONTWAIT);
	(void)soerr_append(inp->inp_socket, &se, data);
}

/*
 * The same for an error of our own: a datagram with len bytes of payload to
 * dst was too large.  The program learns the path's MTU.
 */
void
ip_localerr(struct inpcb *inp, const struct sockaddr_in *dst, int error,
    u_int len)
{
	struct so_errmsg	 se;
	struct rtentry		*rt;
	struct ifnet		*ifp;

	(void)len;
	memset(&se, 0, sizeof(se));
	se.se_errno = error;
	se.se_level = IPPROTO_IP;
	se.se_cmsg = IP_RECVERR;
	se.se_origin = SO_EE_ORIGIN_LOCAL;
	se.se_dst = (const struct sockaddr *)dst;
	rt = inp->inp_route.ro_rt;
	if (rtisvalid(rt) && (ifp = if_get(rt->rt_ifidx)) != NULL) {
		se.se_info = rt->rt_mtu != 0 &&
		    inp->inp_pmtudisc != IP_PMTUDISC_PROBE ? rt->rt_mtu :
		    ifp->if_mtu;
		if_put(ifp);
	}
	(void)soerr_append(inp->inp_socket, &se, NULL);
	/* The call itself fails, too: no pending error beside that. */
	inp->inp_socket->so_error = 0;
}
