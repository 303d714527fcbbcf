/*
 * What the files of route(8) share.
 */
#ifndef _ROUTE_H_
#define _ROUTE_H_

#include <sys/types.h>
#include <sys/bsd_sockaddr.h>
#include <net/if.h>
#include <net/if_dl.h>
#include <net/route.h>

struct rtshow;

/* Options of the command line. */
struct options {
	int	o_numeric;		/* -n */
	int	o_quiet;		/* -q */
	int	o_verbose;		/* -v */
	int	o_debug;		/* -d: do nothing */
	int	o_test;			/* -t: to /dev/null */
	int	o_tableid;
};

extern struct options	opt;

/* An address of a request. */
union route_addr {
	struct bsd_sockaddr		ra_sa;
	struct bsd_sockaddr_in		ra_sin;
	struct bsd_sockaddr_in6		ra_sin6;
	struct bsd_sockaddr_dl		ra_sdl;
	struct bsd_sockaddr_rtlabel	ra_label;
};

/* What the words of a command ask for. */
struct request {
	int			 r_type;	/* RTM_* */
	int			 r_flags;	/* RTF_* */
	int			 r_fmask;
	int			 r_addrs;	/* RTA_* of r_addr that are set */
	union route_addr	 r_addr[RTAX_MAX];
	struct rt_metrics	 r_rmx;
	unsigned int		 r_inits;	/* RTV_* of r_rmx */
	int			 r_priority;
	/* as the command line has it */
	int			 r_af;		/* BSD_AF_*, 0 not said */
	int			 r_forcenet, r_forcehost;
	int			 r_iface;	/* gateway is an interface's */
	int			 r_locknext, r_lockrest;
	const char		*r_dest;
	const char		*r_gateway;
};

/* route.c */
void __dead usage(const char *);
int	 number(const char *, const char *, int, int);
int	 route_socket(int);

/* addr.c */
int	 addr_host(const char *, int, union route_addr *);
int	 addr_numeric(const char *, int, union route_addr *);
int	 addr_net(const char *, int, union route_addr *, union route_addr *);
int	 addr_plenmask(int, int, union route_addr *);
int	 addr_interface(const char *, union route_addr *);
int	 addr_destination(struct request *, const char *);

/* request.c */
void	 request_parse(struct request *, char **);
size_t	 request_message(const struct request *, int, char *, size_t);
const char *request_error(int);
int	 command_modify(int, char **);
int	 family_word(const char *);

/* table.c */
int	 command_flush(char **);
int	 command_show(char **);
int	 command_monitor(char **);
int	 command_exec(char **);

/* print.c */
void	 print_message(const struct rt_msghdr *, size_t);
void	 print_route(const struct request *, const struct rt_msghdr *,
	    size_t);

#endif /* _ROUTE_H_ */
