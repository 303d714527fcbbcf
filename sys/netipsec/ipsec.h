/*
 * ipsec(4): what the rest of the kernel may know of it.
 */
#ifndef _NETIPSEC_IPSEC_H_
#define _NETIPSEC_IPSEC_H_

#ifdef _KERNEL
void	 ipsec_init(void);
#endif

#endif /* _NETIPSEC_IPSEC_H_ */
