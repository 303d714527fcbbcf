/*
 * The options of neighbour discovery messages (RFC 4861 4.6).
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mbuf.h>
#include <sys/socket.h>
#include <sys/syslog.h>

#include <netinet/icmp6.h>
#include <netinet/ip6.h>
#include <netinet6/icmp6_var.h>
#include <netinet6/nd6.h>

/*
 * A message of neighbour discovery is refused: count it, and say so when
 * net.inet6.icmp6.nd6_debug is set.
 */
void
nd6_bad(const struct mbuf *m, uint64_t *counter, const char *what)
{
	char		 buf[INET6_ADDRSTRLEN];
	struct in6_addr	 src;

	(*counter)++;
	if (!nd6_debug)
		return;
	src = mtod(m, const struct ip6_hdr *)->ip6_src;
	log(LOG_INFO, "nd6: bad %s from %s\n", what,
	    inet_ntop6(&src, buf, sizeof(buf)));
}

/* Note an option that is known; 0 when it is too short for what it says. */
static int
nd6_option(const struct nd_opt_hdr *opt, struct nd_opts *ndo)
{
	const void	*p = opt;

	switch (opt->nd_opt_type) {
	case ND_OPT_SOURCE_LINKADDR:
		if (ndo->ndo_srclla == NULL)
			ndo->ndo_srclla = opt;
		return (1);
	case ND_OPT_TARGET_LINKADDR:
		if (ndo->ndo_tgtlla == NULL)
			ndo->ndo_tgtlla = opt;
		return (1);
	case ND_OPT_NONCE:
		if (ndo->ndo_nonce == NULL)
			ndo->ndo_nonce = opt;
		return (1);
	case ND_OPT_MTU:
		if (opt->nd_opt_len != 1)
			return (0);
		ndo->ndo_mtu = p;
		return (1);
	case ND_OPT_PREFIX_INFORMATION:
		if (opt->nd_opt_len != 4)
			return (0);
		ndo->ndo_pi[ndo->ndo_npi++] = p;
		return (1);
	default:
		return (1);	/* RFC 4861 4.6: ignored */
	}
}

/*
 * Find the options of a message of len bytes at off, which begin optoff bytes
 * into it; they are valid as long as the packet.  Returns the packet with the
 * message contiguous; or NULL, and it has gone, when an option is malformed
 * or there are too many, which is counted.
 */
struct mbuf *
nd6_options(struct mbuf *m, u_int off, u_int len, u_int optoff,
    struct nd_opts *ndo)
{
	const struct nd_opt_hdr	*opt;
	const uint8_t		*p, *end;
	u_int			 n = 0, optlen;

	memset(ndo, 0, sizeof(*ndo));
	if (m->m_len < off + len && (m = m_pullup(m, off + len)) == NULL) {
		icmp6stat.icp6s_nomem++;
		return (NULL);
	}
	p = mtod(m, const uint8_t *) + off + optoff;
	end = mtod(m, const uint8_t *) + off + len;
	for (; p < end; p += optlen) {
		opt = (const struct nd_opt_hdr *)p;
		if (end - p < (ptrdiff_t)sizeof(*opt))
			goto bad;
		optlen = opt->nd_opt_len * 8;
		if (optlen == 0 || optlen > end - p)
			goto bad;
		if (++n > ND6_MAXOPTIONS) {
			icmp6stat.icp6s_nd_toomanyopt++;
			m_freem(m);
			return (NULL);
		}
		if (!nd6_option(opt, ndo))
			goto bad;
	}
	return (m);
bad:
	nd6_bad(m, &icmp6stat.icp6s_nd_badopt, "option");
	m_freem(m);
	return (NULL);
}
