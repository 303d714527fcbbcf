/*
 * IPv4 set up by boot arguments.
 */
#ifndef _NETINET_IN_BOOTARG_H_
#define _NETINET_IN_BOOTARG_H_

#ifdef _KERNEL
void	 in_bootargs(const char *);
#endif

#endif /* _NETINET_IN_BOOTARG_H_ */
