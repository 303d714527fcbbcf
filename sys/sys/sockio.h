/*
 * ioctls on sockets, by OpenBSD's numbers.  The structures are those of
 * <net/if.h>.  The C library has macros of the same names for Linux's
 * numbers: a program that includes this header means OpenBSD's.
 */
#ifndef _SYS_SOCKIO_H_
#define _SYS_SOCKIO_H_

#include <sys/ioccom.h>

#undef SIOCSIFADDR
#undef SIOCGIFADDR
#undef SIOCSIFDSTADDR
#undef SIOCGIFDSTADDR
#undef SIOCSIFFLAGS
#undef SIOCGIFFLAGS
#undef SIOCGIFBRDADDR
#undef SIOCSIFBRDADDR
#undef SIOCGIFCONF
#undef SIOCGIFNETMASK
#undef SIOCSIFNETMASK
#undef SIOCGIFMETRIC
#undef SIOCSIFMETRIC
#undef SIOCDIFADDR
#undef SIOCADDMULTI
#undef SIOCDELMULTI
#undef SIOCGIFMTU
#undef SIOCSIFMTU

#define SIOCSIFADDR	 _IOW('i', 12, struct ifreq)	/* set address */
#define SIOCSIFDSTADDR	 _IOW('i', 14, struct ifreq)	/* set p-p address */
#define SIOCSIFFLAGS	 _IOW('i', 16, struct ifreq)	/* set flags */
#define SIOCGIFFLAGS	_IOWR('i', 17, struct ifreq)	/* get flags */
#define SIOCSIFBRDADDR	 _IOW('i', 19, struct ifreq)	/* set broadcast */
#define SIOCSIFNETMASK	 _IOW('i', 22, struct ifreq)	/* set netmask */
#define SIOCGIFMETRIC	_IOWR('i', 23, struct ifreq)	/* get metric */
#define SIOCSIFMETRIC	 _IOW('i', 24, struct ifreq)	/* set metric */
#define SIOCDIFADDR	 _IOW('i', 25, struct ifreq)	/* delete address */
#define SIOCAIFADDR	 _IOW('i', 26, struct ifaliasreq) /* add address */
#define SIOCGIFDATA	_IOWR('i', 27, struct ifreq)	/* get if_data */
#define SIOCSIFLLADDR	 _IOW('i', 31, struct ifreq)	/* set lladdr */
#define SIOCGIFADDR	_IOWR('i', 33, struct ifreq)	/* get address */
#define SIOCGIFDSTADDR	_IOWR('i', 34, struct ifreq)	/* get p-p address */
#define SIOCGIFBRDADDR	_IOWR('i', 35, struct ifreq)	/* get broadcast */
#define SIOCGIFCONF	_IOWR('i', 36, struct ifconf)	/* interface list */
#define SIOCGIFNETMASK	_IOWR('i', 37, struct ifreq)	/* get netmask */
#define SIOCADDMULTI	 _IOW('i', 49, struct ifreq)	/* join a group */
#define SIOCDELMULTI	 _IOW('i', 50, struct ifreq)	/* leave a group */
#define SIOCSIFMEDIA	_IOWR('i', 53, struct ifreq)	/* set media */
#define SIOCGIFMEDIA	_IOWR('i', 56, struct ifmediareq) /* get media */
#define SIOCDIFPHYADDR	 _IOW('i', 73, struct ifreq)	/* no tunnel */
#define SIOCSLIFPHYADDR	 _IOW('i', 74, struct if_laddrreq) /* set tunnel */
#define SIOCGLIFPHYADDR	_IOWR('i', 75, struct if_laddrreq) /* get tunnel */
#define SIOCIFGCLONERS	_IOWR('i', 120, struct if_clonereq) /* cloners */
#define SIOCIFDESTROY	 _IOW('i', 121, struct ifreq)	/* destroy clone */
#define SIOCIFCREATE	 _IOW('i', 122, struct ifreq)	/* create clone */
#define SIOCGIFMTU	_IOWR('i', 126, struct ifreq)	/* get MTU */
#define SIOCSIFMTU	 _IOW('i', 127, struct ifreq)	/* set MTU */
#define SIOCSIFDESCR	 _IOW('i', 128, struct ifreq)	/* set description */
#define SIOCGIFDESCR	_IOWR('i', 129, struct ifreq)	/* get description */
#define SIOCSIFRTLABEL	 _IOW('i', 130, struct ifreq)	/* set route label */
#define SIOCGIFRTLABEL	_IOWR('i', 131, struct ifreq)	/* get route label */
#define SIOCAIFGROUP	 _IOW('i', 135, struct ifgroupreq) /* join group */
#define SIOCGIFGROUP	_IOWR('i', 136, struct ifgroupreq) /* its groups */
#define SIOCDIFGROUP	 _IOW('i', 137, struct ifgroupreq) /* leave group */
#define SIOCGIFGMEMB	_IOWR('i', 138, struct ifgroupreq) /* members */
#define SIOCGIFGATTR	_IOWR('i', 139, struct ifgroupreq) /* attributes */
#define SIOCSIFGATTR	 _IOW('i', 140, struct ifgroupreq) /* set them */
#define SIOCGIFGLIST	_IOWR('i', 141, struct ifgroupreq) /* all groups */
#define SIOCSIFPRIORITY	 _IOW('i', 155, struct ifreq)	/* route priority */
#define SIOCGIFPRIORITY	_IOWR('i', 156, struct ifreq)
#define SIOCSIFXFLAGS	 _IOW('i', 157, struct ifreq)	/* set IFXF_* */
#define SIOCGIFXFLAGS	_IOWR('i', 158, struct ifreq)	/* get IFXF_* */
#define SIOCSIFRDOMAIN	 _IOW('i', 159, struct ifreq)	/* set rdomain */
#define SIOCGIFRDOMAIN	_IOWR('i', 160, struct ifreq)	/* get rdomain */
#define SIOCSLIFPHYRTABLE _IOW('i', 161, struct ifreq)	/* tunnel's table */
#define SIOCGLIFPHYRTABLE _IOWR('i', 162, struct ifreq)
#define SIOCSETKALIVE	 _IOW('i', 163, struct ifkalivereq)
#define SIOCGETKALIVE	_IOWR('i', 164, struct ifkalivereq)
#define SIOCGIFHARDMTU	_IOWR('i', 165, struct ifreq)	/* largest MTU */
#define SIOCSVNETID	 _IOW('i', 166, struct ifreq)	/* set vnetid */
#define SIOCGVNETID	_IOWR('i', 167, struct ifreq)	/* get vnetid */
#define SIOCSLIFPHYTTL	 _IOW('i', 168, struct ifreq)	/* tunnel's TTL */
#define SIOCGLIFPHYTTL	_IOWR('i', 169, struct ifreq)
#define SIOCDVNETID	 _IOW('i', 175, struct ifreq)	/* delete vnetid */
#define SIOCSIFPAIR	 _IOW('i', 176, struct ifreq)	/* set pair */
#define SIOCGIFPAIR	_IOWR('i', 177, struct ifreq)	/* get pair */
#define SIOCSIFPARENT	 _IOW('i', 178, struct if_parent) /* set parent */
#define SIOCGIFPARENT	_IOWR('i', 179, struct if_parent) /* get parent */
#define SIOCDIFPARENT	 _IOW('i', 180, struct ifreq)	/* no parent */
#define SIOCSIFLLPRIO	 _IOW('i', 181, struct ifreq)	/* set llprio */
#define SIOCGIFLLPRIO	_IOWR('i', 182, struct ifreq)	/* get llprio */

#define SIOCIFAFATTACH	 _IOW('i', 171, struct if_afreq) /* attach family */
#define SIOCIFAFDETACH	 _IOW('i', 172, struct if_afreq) /* detach it */

#endif /* _SYS_SOCKIO_H_ */
