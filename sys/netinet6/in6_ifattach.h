/*
 * The key of opaque interface identifiers (RFC 7217), sysctl
 * net.inet6.ip6.soiikey.
 */
#ifndef _NETINET6_IN6_IFATTACH_H_
#define _NETINET6_IN6_IFATTACH_H_

#define IP6_SOIIKEY_LEN	16

#ifdef _KERNEL
extern uint8_t	ip6_soiikey[IP6_SOIIKEY_LEN];
#endif

#endif /* _NETINET6_IN6_IFATTACH_H_ */
