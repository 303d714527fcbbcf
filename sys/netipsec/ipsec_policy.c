/*
 * ipsec(4): what flows and sockets say about a packet (RFC 4301, 5).
 *
 *	out:	bypass socket? -> flow? -> SA? -> through it
 *		                   |       +-> missing: ask, pass or refuse
 *		                   +-> none: pass, unless the socket requires
 *	in:	in the clear: may it be?	(hook of the network layer)
 *		out of an SA: was it the right one?	(ipsec_input.c)
 *
 * Flows of type require and dontacq stay when their SAs go, so nothing that
 * they cover ever leaves in the clear.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/endian.h>
#include <sys/mbuf.h>
#include <sys/proc.h>
#include <sys/protosw.h>
#include <sys/socket.h>
#include <sys/socketvar.h>
#include <sys/ucred.h>

#include <net/if.h>
#include <net/if_tso.h>
#include <net/if_var.h>
#include <net/rtable.h>

#include <netinet/in.h>
#include <netinet/icmp6.h>
#include <netinet/in_pcb.h>
#include <netinet/in_var.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/ip_var.h>

#include <netipsec/ipsec_xform.h>

/*
 * Ports, where there are any; and whether this is one of the messages that
 * find neighbours, routers and groups, which no flow is for: SAs could not be
 * had without them.
 */
static void
pkt_ports(struct mbuf *m, u_int off, struct ipsec_pkt *pk)
{
	u_int16_t	 ports[2];
	u_int8_t	 type;

	switch (pk->pk_proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_SCTP:
	case IPPROTO_UDPLITE:
		if (m->m_pkthdr.len < off + sizeof(ports))
			return;
		m_copydata(m, off, sizeof(ports), ports);
		pk->pk_sport = ports[0];
		pk->pk_dport = ports[1];
		break;
	case IPPROTO_ICMPV6:
		if (m->m_pkthdr.len > off) {
			m_copydata(m, off, 1, &type);
			pk->pk_link = (type >= MLD_LISTENER_QUERY &&
			    type <= ND_REDIRECT) ||
			    type == MLDV2_LISTENER_REPORT;
		}
		break;
	}
}

/* Is that a header in front of the one that counts, which may be elsewhere? */
static int
pkt_extension(u_int8_t proto)
{
	return (proto == IPPROTO_HOPOPTS || proto == IPPROTO_ROUTING ||
	    proto == IPPROTO_FRAGMENT || proto == IPPROTO_DSTOPTS);
}

static void
pkt_addresses(struct mbuf *m, struct ipsec_pkt *pk, u_int version)
{
	if (version == 4) {
		pk->pk_src.ia_af = pk->pk_dst.ia_af = AF_INET;
		m_copydata(m, offsetof(struct ip, ip_src), 4,
		    &pk->pk_src.ia_v4);
		m_copydata(m, offsetof(struct ip, ip_dst), 4,
		    &pk->pk_dst.ia_v4);
	} else {
		pk->pk_src.ia_af = pk->pk_dst.ia_af = AF_INET6;
		m_copydata(m, offsetof(struct ip6_hdr, ip6_src), 16,
		    &pk->pk_src.ia_v6);
		m_copydata(m, offsetof(struct ip6_hdr, ip6_dst), 16,
		    &pk->pk_dst.ia_v6);
	}
}

/*
 * What flows look at.  m starts with an IP header; when off is not 0, the
 * header of protocol proto is there, else it is looked for.  The direction
 * is left to the caller.  0, or EINVAL for headers that make no sense.
 */
int
ipsec_pkt_parse(struct mbuf *m, int off, int proto, struct ipsec_pkt *pk)
{
	struct tso_info	 ti;

	memset(pk, 0, sizeof(*pk));
	pk->pk_rdomain = rtable_l2(m->m_pkthdr.ph_rtableid);
	if (off != 0) {
		pkt_addresses(m, pk, *mtod(m, const u_int8_t *) >> 4);
		pk->pk_proto = proto;
		pkt_ports(m, off, pk);
		return (0);
	}
	if (tso_parse(m, 0, &ti) != 0)
		return (EINVAL);
	pkt_addresses(m, pk, ti.ti_version);
	pk->pk_proto = ti.ti_proto;
	if (!ti.ti_frag)
		pkt_ports(m, ti.ti_l4, pk);
	else if (pkt_extension(pk->pk_proto))
		pk->pk_opaque = PK_OPAQUE_PROTO;
	else
		pk->pk_opaque = PK_OPAQUE_PORTS;
	return (0);
}

/* A socket keeps its levels so that those of a new one, 0, are the default. */
static u_int8_t
level(u_int8_t kept)
{
	return (kept ^ IPSEC_LEVEL_DEFAULT);
}

/* Does the socket want its packets left alone? */
static int
level_bypass(const struct inpcb *inp)
{
	const struct ipsec_level	*sl;

	if (inp == NULL)
		return (0);
	sl = &inp->inp_seclevel;
	return (level(sl->sl_auth) == IPSEC_LEVEL_BYPASS &&
	    level(sl->sl_esp_trans) == IPSEC_LEVEL_BYPASS &&
	    level(sl->sl_esp_network) == IPSEC_LEVEL_BYPASS);
}

/* Does the socket want nothing but protected packets? */
static int
level_requires(const struct inpcb *inp)
{
	const struct ipsec_level	*sl;

	if (inp == NULL)
		return (0);
	sl = &inp->inp_seclevel;
	return (level(sl->sl_auth) >= IPSEC_LEVEL_REQUIRE ||
	    level(sl->sl_esp_trans) >= IPSEC_LEVEL_REQUIRE ||
	    level(sl->sl_esp_network) >= IPSEC_LEVEL_REQUIRE);
}

/* Do a socket's levels agree with what a packet in has been through? */
static int
level_satisfied(const struct inpcb *inp, const struct mbuf *m)
{
	const struct ipsec_level	*sl = &inp->inp_seclevel;

	if (level(sl->sl_auth) >= IPSEC_LEVEL_REQUIRE &&
	    !ISSET(m->m_flags, M_AUTH))
		return (0);
	return ((level(sl->sl_esp_trans) < IPSEC_LEVEL_REQUIRE &&
	    level(sl->sl_esp_network) < IPSEC_LEVEL_REQUIRE) ||
	    ISSET(m->m_flags, M_CONF));
}

/* Has the packet been through this SA, and how many has it? */
static int
out_been_through(const struct tdb *tdb, u_int *np)
{
	const struct ipsec_done	*dn;
	int			 been = 0;

	*np = 0;
	for (dn = ipsec_out_done; dn != NULL; dn = dn->dn_next) {
		if (dn->dn_tdb == tdb)
			been = 1;
		(*np)++;
	}
	return (been);
}

/*
 * May the packet be cut, when it has become too long?  IPv4 says so in its
 * header, but for what we send ourselves that is not final yet; IPv6 packets
 * are cut only by who sends them.
 */
static int
out_may_cut(struct mbuf *m, int flags)
{
	const u_int8_t	*p = mtod(m, const u_int8_t *);

	if (*p >> 4 == 6)
		return ((flags & IP_FORWARDING) == 0);
	return ((p[6] & (IP_DF >> 8)) == 0 && (flags & IP_DONTFRAG) == 0);
}

/*
 * Complete the header of an IPv4 packet of our own, as the network layer
 * would have done later.
 */
static void
out_complete(struct mbuf *m, int hlen, int flags)
{
	struct ip	*ip = mtod(m, struct ip *);

	if (ip->ip_v != IPVERSION || (flags & IP_FORWARDING))
		return;
	if (flags & (IP_DONTFRAG | IP_MTUDISC))
		ip->ip_off |= htons(IP_DF);
	ip->ip_sum = 0;
	ip->ip_sum = in_cksum_hdr(ip, hlen);
}

/*
 * Would the packet be too long for the path?  0, and IP_MTUDISC is cleared if
 * it will have to be cut; or EMSGSIZE with what would not be in ph_mss.
 */
static int
out_size(struct mbuf *m, struct tdb *tdb, u_int hlen, int tunnel, int *flags)
{
	u_int	 len, mtu;

	len = m_wirelen(m, 0);
	if (tdb_outlen(tdb, len, hlen, tunnel) <= tdb_path_mtu(tdb))
		return (0);
	if (out_may_cut(m, *flags)) {
		*flags &= ~IP_MTUDISC;
		return (0);
	}
	mtu = tdb_inmtu(tdb, hlen, tunnel);
	/* Every IPv6 packet of this size must pass (RFC 2473, 7.1). */
	if (*mtod(m, const u_int8_t *) >> 4 == 6 && mtu < IPV6_MMTU) {
		mtu = IPV6_MMTU;
		if (len <= mtu)
			return (0);
	}
	ipsecstat.ipsec_toobig++;
	m->m_pkthdr.ph_mss = mtu;
	CLR(m->m_pkthdr.csum_flags, MCS_SEG);
	return (EMSGSIZE);
}

/* Through an SA, or the chain that begins with it. */
static int
out_through(struct mbuf *m, int hlen, struct tdb *tdb,
    const struct ipsec_pkt *pk, int flags)
{
	u_int	 n;
	int	 error, tunnel;

	if (out_been_through(tdb, &n))
		return (0);
	if (n >= IPSEC_MAXDONE) {
		ipsecstat.ipsec_loop++;
		return (ELOOP);
	}
	tunnel = (tdb->tdb_flags & TDBF_TUNNELING) ||
	    !ipsec_addr_eq(&tdb->tdb_dst, &pk->pk_dst);
	if ((error = out_size(m, tdb, hlen, tunnel, &flags)) != 0)
		return (error);
	out_complete(m, hlen, flags);
	(void)ipsec_output_start(m, tdb, tunnel, ipsec_out_done);
	return (EJUSTRETURN);
}

/* A flow that wants an SA has none. */
static int
out_missing(struct ipsec_policy *ipo, const struct ipsec_pkt *pk)
{
	switch (ipo->ipo_type) {
	case SADB_X_FLOW_TYPE_USE:
		return (0);
	case SADB_X_FLOW_TYPE_ACQUIRE:
		ipsec_acquire_sa(ipo, pk);
		return (0);
	case SADB_X_FLOW_TYPE_REQUIRE:
		ipsec_acquire_sa(ipo, pk);
		break;
	}
	ipsecstat.ipsec_notdb++;
	return (EHOSTUNREACH);
}

static int
out_flow(struct mbuf *m, int hlen, struct ipsec_policy *ipo,
    const struct ipsec_pkt *pk, int flags)
{
	const struct ipsec_family	*fam = ipsec_family(pk->pk_dst.ia_af);
	struct tdb			*tdb;

	ipo->ipo_packets++;
	if (ipo->ipo_type == SADB_X_FLOW_TYPE_BYPASS)
		return (0);
	/* What is for ourselves never leaves. */
	if (fam != NULL && (*fam->ifam_local)(&pk->pk_dst,
	    m->m_pkthdr.ph_rtableid))
		return (0);
	if (ipo->ipo_type == SADB_X_FLOW_TYPE_DENY) {
		ipsecstat.ipsec_denied++;
		return (EHOSTUNREACH);
	}
	if ((tdb = spd_tdb(ipo, pk)) == NULL)
		return (out_missing(ipo, pk));
	return (out_through(m, hlen, tdb, pk, flags));
}

/*
 * The SA whose outer packet this is: all of these look the same to flows, so
 * that it is enough to look once.  NULL: one of another kind.
 */
static struct tdb *
out_outside(const struct mbuf *m)
{
	struct tdb	*tdb;
	const struct ip	*ip = mtod(m, const struct ip *);

	if (ipsec_out_done == NULL)
		return (NULL);
	tdb = ipsec_out_done->dn_tdb;
	if (tdb->tdb_sproto != IPPROTO_ESP || ip->ip_v != IPVERSION ||
	    tdb->tdb_dst.ia_af != AF_INET || ip->ip_p != (tdb->tdb_flags &
	    TDBF_UDPENCAP ? IPPROTO_UDP : IPPROTO_ESP) ||
	    ip->ip_dst.s_addr != tdb->tdb_dst.ia_v4.s_addr ||
	    ip->ip_src.s_addr != tdb->tdb_src.ia_v4.s_addr)
		return (NULL);
	return (tdb);
}

/*
 * Hook of the network layers: a packet is about to leave.  0 lets it go on;
 * EJUSTRETURN when it was taken; EMSGSIZE with the MTU in ph_mss, or another
 * errno, refuses it.
 */
int
ipsec_output_hook(struct mbuf *m, int hlen, struct inpcb *inp, int flags)
{
	struct ipsec_pkt	 pk;
	struct ipsec_policy	*ipo;
	struct tdb		*outside;
	int			 error;

	if ((ipsec_in_use == 0 && !level_requires(inp)) || level_bypass(inp))
		return (0);
	outside = out_outside(m);
	if (outside != NULL && outside->tdb_noflow == spd_generation)
		return (0);
	/* Its end will be written to. */
	__builtin_prefetch(mtod(m, caddr_t) + m->m_len, 1);
	if (ipsec_pkt_parse(m, 0, 0, &pk) != 0) {
		ipsecstat.ipsec_badhdr++;
		return (EINVAL);
	}
	/* Only ours; what others want forwarded is like any packet. */
	if (pk.pk_link && (flags & IP_FORWARDING) == 0)
		return (0);
	pk.pk_dir = IPSP_DIRECTION_OUT;
	ipo = spd_lookup(&pk);
	if (ipo == NULL && outside != NULL)
		outside->tdb_noflow = spd_generation;
	if (ipo != NULL &&
	    (error = out_flow(m, hlen, ipo, &pk, flags)) != 0)
		return (error);
	if (level_requires(inp)) {
		ipsecstat.ipsec_level++;
		return (EACCES);
	}
	return (0);
}

/* A packet in the clear: may it be? */
static int
in_clear_allowed(const struct mbuf *m, const struct ipsec_pkt *pk)
{
	struct ipsec_policy	*ipo;

	if ((ipo = spd_lookup(pk)) == NULL)
		return (1);
	switch (ipo->ipo_type) {
	case SADB_X_FLOW_TYPE_DENY:
		ipsecstat.ipsec_denied++;
		return (0);
	case SADB_X_FLOW_TYPE_REQUIRE:
	case SADB_X_FLOW_TYPE_DONTACQ:
		/* What we sent to ourselves has never been outside. */
		if (ISSET(m->m_flags, M_LOOP))
			return (1);
		ipsecstat.ipsec_ipolicy++;
		return (0);
	default:
		return (1);
	}
}

/*
 * Hook of the network layers: a packet for us, or to be forwarded.  What
 * came through an SA has been judged when it came out of it.
 *
 * UDP is judged when its socket is known, which may bypass all flows, as key
 * management does.
 */
int
ipsec_input_hook(struct mbuf *m, int off, int proto, struct inpcb *inp,
    int forward)
{
	struct ipsec_pkt	 pk;

	if (inp != NULL && !level_satisfied(inp, m)) {
		ipsecstat.ipsec_level++;
		return (EACCES);
	}
	if (ipsec_in_use == 0 || level_bypass(inp) ||
	    ISSET(m->m_flags, M_AUTH | M_CONF | M_COMP))
		return (0);
	if (!forward && (proto == IPPROTO_ESP || proto == IPPROTO_AH ||
	    proto == IPPROTO_IPCOMP || (proto == IPPROTO_UDP && inp == NULL)))
		return (0);
	if (ipsec_pkt_parse(m, forward ? 0 : off, proto, &pk) != 0) {
		ipsecstat.ipsec_badhdr++;
		return (EINVAL);
	}
	if (pk.pk_link && !forward)
		return (0);
	pk.pk_dir = IPSP_DIRECTION_IN;
	return (in_clear_allowed(m, &pk) ? 0 : EACCES);
}

/*
 * Is the SA, or one that it is chained to, of this protocol?  (IPcomp leaves
 * packets alone that would not shrink.)
 */
static int
chain_has(const struct tdb *tdb, u_int8_t sproto)
{
	return (tdb->tdb_sproto == sproto ||
	    (tdb->tdb_inext != NULL && tdb->tdb_inext->tdb_sproto ==
	    sproto) || (tdb->tdb_onext != NULL &&
	    tdb->tdb_onext->tdb_sproto == sproto));
}

/* Does the flow lead to this SA? */
static int
flow_agrees(const struct ipsec_policy *ipo, const struct ipsec_pkt *pk,
    const struct tdb *tdb)
{
	const struct ipsec_addr	*peer;

	if (!chain_has(tdb, ipo->ipo_sproto))
		return (0);
	peer = ipsec_addr_any(&ipo->ipo_dst) ? &pk->pk_src : &ipo->ipo_dst;
	if (!ipsec_addr_any(&tdb->tdb_src) &&
	    !ipsec_addr_eq(peer, &tdb->tdb_src))
		return (0);
	if (!ipsec_addr_any(&ipo->ipo_src) &&
	    !ipsec_addr_eq(&ipo->ipo_src, &tdb->tdb_dst))
		return (0);
	return (ipsec_ids_match(ipo->ipo_ids, tdb->tdb_ids));
}

/*
 * A packet came out of SAs: is it one that belongs into them (RFC 4301, 5.2,
 * step 4)?  Selectors of an SA's own count first.  Out of a tunnel it must
 * belong to a flow that leads to one of the SAs.  In transport mode the
 * addresses are the SA's anyway, and without a flow all protocols may pass.
 */
int
ipsec_input_allowed(const struct ipsec_pkt *pk, const struct ipsec_done *dn,
    int tunnel)
{
	const struct ipsec_done	*d;
	struct ipsec_policy	*ipo;

	for (d = dn; d != NULL; d = d->dn_next)
		if (d->dn_tdb->tdb_filter != NULL &&
		    !ipsec_sel_matches(d->dn_tdb->tdb_filter, pk))
			return (0);
	if ((ipo = spd_lookup(pk)) == NULL) {
		if (dn->dn_tdb->tdb_filter != NULL)
			return (1);
		return (!tunnel);
	}
	ipo->ipo_packets++;
	switch (ipo->ipo_type) {
	case SADB_X_FLOW_TYPE_BYPASS:
		return (1);
	case SADB_X_FLOW_TYPE_DENY:
		return (0);
	}
	for (d = dn; d != NULL; d = d->dn_next)
		if (flow_agrees(ipo, pk, d->dn_tdb))
			return (1);
	return (0);
}

static u_int8_t *
level_of(struct inpcb *inp, int opt)
{
	switch (opt) {
	case IP_AUTH_LEVEL:
	case IPV6_AUTH_LEVEL:
		return (&inp->inp_seclevel.sl_auth);
	case IP_ESP_TRANS_LEVEL:
	case IPV6_ESP_TRANS_LEVEL:
		return (&inp->inp_seclevel.sl_esp_trans);
	case IP_ESP_NETWORK_LEVEL:
	case IPV6_ESP_NETWORK_LEVEL:
		return (&inp->inp_seclevel.sl_esp_network);
	case IP_IPCOMP_LEVEL:
	case IPV6_IPCOMP_LEVEL:
		return (&inp->inp_seclevel.sl_ipcomp);
	default:
		return (NULL);
	}
}

/*
 * The levels of a socket: op is PRCO_SETOPT, with the value in m, or
 * PRCO_GETOPT.  Bypassing takes the super-user (EACCES).
 */
int
ipsec_ctloutput(int op, struct inpcb *inp, int opt, struct mbuf *m)
{
	u_int8_t	*kept = level_of(inp, opt);
	int		 value;

	if (kept == NULL)
		return (ENOPROTOOPT);
	if (op == PRCO_GETOPT) {
		value = level(*kept);
		memcpy(mtod(m, caddr_t), &value, sizeof(value));
		m->m_len = sizeof(value);
		return (0);
	}
	if (m == NULL || m->m_len != sizeof(value))
		return (EINVAL);
	memcpy(&value, mtod(m, caddr_t), sizeof(value));
	if (value < IPSEC_LEVEL_BYPASS || value > IPSEC_LEVEL_UNIQUE)
		return (EINVAL);
	if (value < IPSEC_LEVEL_DEFAULT && suser(curproc) != 0)
		return (EACCES);
	*kept = level(value);
	return (0);
}
