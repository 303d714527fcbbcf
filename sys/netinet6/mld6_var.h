/*
 * Multicast listener discovery, the host's side.
 */
#ifndef _NETINET6_MLD6_VAR_H_
#define _NETINET6_MLD6_VAR_H_

#ifdef _KERNEL
struct ifnet;
struct in6_multi;
struct mbuf;

void	 mld6_init(void);
void	 mld6_input(struct mbuf *, u_int, u_int, struct ifnet *);
void	 mld6_start_listening(struct in6_multi *, struct ifnet *);
void	 mld6_stop_listening(struct in6_multi *, struct ifnet *);
void	 mld6_ifup(struct ifnet *);
void	 mld6_fasttimo(void);
#endif /* _KERNEL */

#endif /* _NETINET6_MLD6_VAR_H_ */
