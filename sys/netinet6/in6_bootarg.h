/*
 * IPv6 set up by boot arguments.
 */
#ifndef _NETINET6_IN6_BOOTARG_H_
#define _NETINET6_IN6_BOOTARG_H_

#ifdef _KERNEL
void	 in6_bootargs(const char *);
#endif

#endif /* _NETINET6_IN6_BOOTARG_H_ */
