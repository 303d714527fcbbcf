/*
 * ioctl(2) with BSD's interface requests.  The C library gives some of their
 * names Linux's numbers, which the kernel knows only for programs of the
 * host's; here they are BSD's.  TIOC* keep the numbers of the C library.
 */
#ifndef _WARREN_SYS_IOCTL_H_
#define _WARREN_SYS_IOCTL_H_

#include_next <sys/ioctl.h>

#undef SIOCADDDLCI
#undef SIOCADDMULTI
#undef SIOCADDRT
#undef SIOCDARP
#undef SIOCDELDLCI
#undef SIOCDELMULTI
#undef SIOCDELRT
#undef SIOCDEVPRIVATE
#undef SIOCDIFADDR
#undef SIOCDRARP
#undef SIOCGARP
#undef SIOCGIFADDR
#undef SIOCGIFBR
#undef SIOCGIFBRDADDR
#undef SIOCGIFCONF
#undef SIOCGIFCOUNT
#undef SIOCGIFDSTADDR
#undef SIOCGIFENCAP
#undef SIOCGIFFLAGS
#undef SIOCGIFHWADDR
#undef SIOCGIFINDEX
#undef SIOCGIFMAP
#undef SIOCGIFMEM
#undef SIOCGIFMETRIC
#undef SIOCGIFMTU
#undef SIOCGIFNAME
#undef SIOCGIFNETMASK
#undef SIOCGIFPFLAGS
#undef SIOCGIFSLAVE
#undef SIOCGIFTXQLEN
#undef SIOCGRARP
#undef SIOCPROTOPRIVATE
#undef SIOCRTMSG
#undef SIOCSARP
#undef SIOCSIFADDR
#undef SIOCSIFBR
#undef SIOCSIFBRDADDR
#undef SIOCSIFDSTADDR
#undef SIOCSIFENCAP
#undef SIOCSIFFLAGS
#undef SIOCSIFHWADDR
#undef SIOCSIFHWBROADCAST
#undef SIOCSIFLINK
#undef SIOCSIFMAP
#undef SIOCSIFMEM
#undef SIOCSIFMETRIC
#undef SIOCSIFMTU
#undef SIOCSIFNAME
#undef SIOCSIFNETMASK
#undef SIOCSIFPFLAGS
#undef SIOCSIFSLAVE
#undef SIOCSIFTXQLEN
#undef SIOCSRARP
#undef SIOCBONDCHANGEACTIVE
#undef SIOCBONDENSLAVE
#undef SIOCBONDINFOQUERY
#undef SIOCBONDRELEASE
#undef SIOCBONDSETHWADDR
#undef SIOCBONDSLAVEINFOQUERY
#undef SIOCBRADDBR
#undef SIOCBRADDIF
#undef SIOCBRDELBR
#undef SIOCBRDELIF
#undef SIOCETHTOOL
#undef SIOCGHWTSTAMP
#undef SIOCGIFVLAN
#undef SIOCGMIIPHY
#undef SIOCGMIIREG
#undef SIOCGSKNS
#undef SIOCGSTAMP
#undef SIOCGSTAMPNS
#undef SIOCINQ
#undef SIOCOUTQ
#undef SIOCOUTQNSD
#undef SIOCSHWTSTAMP
#undef SIOCSIFVLAN
#undef SIOCSMIIREG
#undef SIOCWANDEV

#include "../../sys/sys/ioccom.h"
#include "../../sys/sys/sockio.h"

#endif
