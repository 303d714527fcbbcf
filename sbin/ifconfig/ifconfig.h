/*
 * What the files of ifconfig(8) share: the interface that is worked on, and
 * the tables of words that each file adds to the language.
 */
#ifndef _IFCONFIG_H_
#define _IFCONFIG_H_

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/bsd_sockaddr.h>
#include <net/if.h>

#include "iflist.h"

/* What the words of one command line ask for an address. */
struct inet_request {
	int			 r_set;		/* an address was given */
	int			 r_alias;	/* 1 add, 0 replace, -1 remove */
	struct in_addr		 r_addr;
	struct in_addr		 r_mask;
	struct in_addr		 r_dst;		/* far end or broadcast */
	int			 r_hasmask;
	int			 r_hasdst;	/* r_dst: far end */
	int			 r_hasbrd;	/* r_dst: broadcast */
};

/* The same for an IPv6 address. */
struct inet6_request {
	int			 r6_set;
	int			 r6_alias;	/* -1 remove, else add */
	struct in6_addr		 r6_addr;
	struct in6_addr		 r6_dst;	/* far end */
	int			 r6_plen;
	int			 r6_hasplen;
	int			 r6_hasdst;
	int			 r6_eui64;	/* complete the address */
	int			 r6_flags;	/* IN6_IFF_* */
	int			 r6_haslife;
	uint32_t		 r6_vltime;	/* s */
	uint32_t		 r6_pltime;
};

/* The interface that the command line is about. */
struct ifctx {
	char			 c_name[IFNAMSIZ];
	int			 c_sock;	/* for its ioctls */
	int			 c_af;		/* BSD_AF_* the words are in */
	int			 c_flags;	/* IFF_*, as last seen */
	int			 c_detail;	/* show all there is */
	struct inet_request	 c_inet;
	struct inet6_request	 c_inet6;
};

/*
 * A word of the language.  w_func gets the arguments that follow the word
 * and exits with a message if it fails.
 */
struct word {
	const char	*w_name;
	int		 w_nargs;
	int		 w_param;	/* what w_func makes of it */
	void		(*w_func)(struct ifctx *, const struct word *,
			    char **);
};

/* Each file's table, ended by an empty name. */
extern const struct word	inet_words[];
extern const struct word	inet6_words[];
extern const struct word	link_words[];
extern const struct word	group_words[];
extern const struct word	wg_words[];

/* ifconfig.c */
void	 ifreq_init(const struct ifctx *, struct ifreq *);
void	 if_ioctl(const struct ifctx *, unsigned long, const char *, void *);
long long word_number(const char *, const char *, long long, long long);

/* clone.c */
void	 clone_create(struct ifctx *);
void	 clone_destroy(struct ifctx *);
void	 clone_list(struct ifctx *);

/* group.c */
int	 group_members(const struct ifctx *, const char *, struct ifg_req **);
void	 group_show(const struct ifctx *, const char *);
void	 description_show(const struct ifctx *, const char *);

/* inet.c */
void	 inet_address(struct ifctx *, const char *);
void	 inet_commit(struct ifctx *);
int	 inet_parse(const char *, struct in_addr *, struct in_addr *, int *);
int	 inet_parsemask(const char *, struct in_addr *);
void	 inet_show(const struct ifl_if *, const struct ifl_addr *);

/* inet6.c */
void	 inet6_address(struct ifctx *, const char *);
void	 inet6_commit(struct ifctx *);
int	 inet6_parse(const char *, const char *, struct in6_addr *, int *);
int	 inet6_eui64(struct in6_addr *, const struct in6_addr *);
const char *inet6_flags(int, char *, size_t);
void	 inet6_show(const struct ifl_if *, const struct ifl_addr *);

/* media.c */
void	 media_show(const struct ifctx *, const struct ifl_if *);

/* show.c */
void	 flags_format(const struct ifl_if *, char *, size_t);
void	 show_interface(struct ifctx *, const struct ifl_if *);
int	 show_matching(struct ifctx *, const char *);
void	 show_hwfeatures(int);

/* wg.c */
void	 wg_commit(struct ifctx *);
void	 wg_show(const struct ifctx *, const char *, int);

#endif /* _IFCONFIG_H_ */
