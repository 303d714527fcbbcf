/*
 * What the files of netstat(1) share: the options, and the displays.
 */
#ifndef _NETSTAT_H_
#define _NETSTAT_H_

#include <sys/types.h>
#include <stdint.h>

struct options {
	int		 o_all;			/* -a */
	int		 o_bytes;		/* -b */
	int		 o_drops;		/* -d */
	int		 o_errors;		/* -e */
	int		 o_listen;		/* -l */
	int		 o_numeric;		/* -n */
	int		 o_quiet;		/* -q */
	int		 o_stats;		/* -s, twice: no zeros */
	int		 o_verbose;		/* -v */
	int		 o_af;			/* -f, BSD_AF_* */
	int		 o_tableid;		/* -T */
	const char	*o_interface;		/* -I */
	unsigned int	 o_wait;		/* -w, seconds */
	unsigned int	 o_count;		/* -c, 0 for ever */
};

extern struct options	opt;

/* stats.c */
int	 stats_show(const char *);
int	 stats_known(const char *);
void	 stats_routing(void);
void	 stats_value(uint64_t, const char *);
void	 stats_text(char *, size_t, uint64_t, const char *);

/* encap.c */
void	 encap_show(int);

/* interfaces.c */
void	 interfaces_show(void);
void	 interfaces_watch(void);

/* sockets.c */
void	 sockets_show(const char *);

/* memory.c */
void	 memory_show(void);

/* rdomain.c */
void	 rdomains_show(void);

/* multicast.c */
void	 multicast_show(void);

#endif /* _NETSTAT_H_ */
