/* Interface types (IANA's ifType numbers, and BSD's own). */
#ifndef _WARREN_KNET_IF_TYPES_H_
#define _WARREN_KNET_IF_TYPES_H_

#define IFT_OTHER	0x01
#define IFT_ETHER	0x06
#define IFT_PPP		0x17
#define IFT_LOOP	0x18
#define IFT_SLIP	0x1c
#define IFT_PROPVIRTUAL	0x35
#define IFT_IEEE80211	0x47
#define IFT_TUNNEL	0x83
#define IFT_L2VLAN	0x87
#define IFT_IEEE8023ADLAG 0xa1
#define IFT_MPLS	0xa6
#define IFT_BRIDGE	0xd1
#define IFT_GIF		0xf0
#define IFT_DUMMY	0xf1
#define IFT_ENC		0xf4
#define IFT_PFLOG	0xf5
#define IFT_PFSYNC	0xf6
#define IFT_CARP	0xf7
#define IFT_PFLOW	0xf9
#define IFT_WIREGUARD	0xfb

#endif /* _WARREN_KNET_IF_TYPES_H_ */
