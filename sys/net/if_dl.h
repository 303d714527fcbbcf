/* The address of an interface on its link: struct sockaddr_dl. */
#ifndef _WARREN_KNET_IF_DL_H_
#define _WARREN_KNET_IF_DL_H_

#include <sys/types.h>
#ifdef _KERNEL
#include <sys/socket.h>
#endif

struct sockaddr_dl {
	u_char		sdl_len;	/* whole length */
	sa_family_t	sdl_family;	/* AF_LINK */
	u_int16_t	sdl_index;	/* interface, 0 if none */
	u_char		sdl_type;	/* IFT_* */
	u_char		sdl_nlen;	/* bytes of name, no NUL */
	u_char		sdl_alen;	/* bytes of link address */
	u_char		sdl_slen;	/* bytes of selector */
	char		sdl_data[24];	/* name, then address */
};

/* The link address inside s. */
#define LLADDR(s)	((caddr_t)((s)->sdl_data + (s)->sdl_nlen))

#ifdef _KERNEL
#define satosdl(sa)	((struct sockaddr_dl *)(sa))
#define satosdl_const(sa) ((const struct sockaddr_dl *)(sa))
#define sdltosa(sdl)	((struct sockaddr *)(sdl))
#endif

#endif /* _WARREN_KNET_IF_DL_H_ */
