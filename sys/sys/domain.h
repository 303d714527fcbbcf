/*
 * A communication domain: a family and its protocols.  A room registers its
 * own with domain_register(), before domaininit() or after.
 */
#ifndef _SYS_DOMAIN_H_
#define _SYS_DOMAIN_H_

#ifdef _KERNEL

#include <sys/types.h>

struct proc;
struct protosw;

struct domain {
	int			 dom_family;	/* AF_* */
	const char		*dom_name;
	void			(*dom_init)(void);
	const struct protosw	*dom_protosw;
	const struct protosw	*dom_protoswNPROTOSW;	/* end of the array */
	int			 dom_rtoffset;	/* address in sockaddr, bytes */
	int			 dom_maxplen;	/* address, bytes */
	int			 dom_sasize;	/* sockaddr, bytes */
	/* net.<family>, when it is not one of the protocols' */
	int			(*dom_sysctl)(int *, u_int, void *, size_t *,
				    void *, size_t);
	struct domain		*dom_next;	/* uipc_domain.c's */
	int			 dom_ready;	/* initialised */
};

void		 domain_register(struct domain *);
void		 domaininit(void);
struct domain	*pffinddomain(int);
int		 net_sysctl(int *, u_int, void *, size_t *, void *, size_t,
		    struct proc *);

#endif /* _KERNEL */

#endif /* _SYS_DOMAIN_H_ */
