/*
 * traceroute(8): between its files.
 *
 *	traceroute.c	options, names, privileges
 *	trace.c		which probe when, and what is printed of its answer
 *	inet.c		IPv4: probes of any protocol, ICMP
 *	inet6.c		IPv6: UDP and ICMPv6 probes, ICMPv6
 *	as.c		numbers of autonomous systems
 */
#ifndef _TRACEROUTE_H_
#define _TRACEROUTE_H_

#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>

#include <netdb.h>
#include <stdint.h>
#include <time.h>

#define TR_PORT		33434		/* of the first probe */
#define TR_MAXPACKET	65535
#define TR_MAXGATEWAYS	8

#define F_AS		0x0001		/* -A */
#define F_SAMEPORT	0x0002		/* -c */
#define F_DUMP		0x0004		/* -D */
#define F_DEBUG		0x0008		/* -d */
#define F_TTL		0x0010		/* -l */
#define F_NUMERIC	0x0020		/* -n */
#define F_LOSS		0x0040		/* -S */
#define F_VERBOSE	0x0080		/* -v */

struct trace;

/* What a received packet says of our probe. */
enum answer_kind {
	ANSWER_OTHER,		/* nothing of ours */
	ANSWER_HOP,		/* it got so far, and no farther */
	ANSWER_THERE,		/* it arrived */
	ANSWER_REFUSED		/* it will never arrive: an_why */
};

struct answer {
	enum answer_kind	 an_kind;
	struct sockaddr_storage	 an_from;
	struct sockaddr_storage	 an_to;		/* ours; family 0: unknown */
	const uint8_t		*an_data;
	size_t			 an_len;
	int			 an_ttl;	/* -1: not known */
	char			 an_why[16];	/* such as "!H"; or "" */
	struct timespec		 an_time;
};

struct family {
	int		 fa_af;
	size_t		 fa_minlen;	/* headers of the shortest probe */
	/* Open the sockets of t; called while privileged.  -1 and errno. */
	int		(*fa_open)(struct trace *);
	/* Apply the options; err(3) on failure. */
	void		(*fa_setup)(struct trace *);
	/* Send probe number seq with this hop limit; -1 and errno. */
	int		(*fa_send)(struct trace *, int, int);
	/* Say what a received packet is to probe number seq. */
	void		(*fa_parse)(struct trace *, int, struct answer *);
};

extern const struct family	 family_inet, family_inet6;

struct trace {
	const struct family	*t_fam;
	const char		*t_host;	/* as the user named it */
	struct sockaddr_storage	 t_dst;
	struct sockaddr_storage	 t_src;		/* family 0: the kernel's */
	socklen_t		 t_addrlen;
	struct in_addr		 t_gateways[TR_MAXGATEWAYS];
	int			 t_ngateways;
	int			 t_send;	/* sockets */
	int			 t_recv;
	int			 t_flags;	/* F_* */
	int			 t_first;	/* hop limits */
	int			 t_max;
	int			 t_proto;	/* IPPROTO_* of probes */
	int			 t_port;
	int			 t_nprobes;	/* a hop */
	int			 t_wait;	/* seconds */
	int			 t_tos;		/* -1: not told */
	int			 t_rtable;	/* -1: this process's */
	uint16_t		 t_ident;
	size_t			 t_len;		/* of a packet, all of it */
	uint8_t			*t_out;
	uint8_t			*t_in;
};

/* traceroute.c */
const char	*trace_name(const struct trace *,
		    const struct sockaddr_storage *, int);

/* trace.c */
int		 trace_run(struct trace *);
void		 trace_dump(const char *, const uint8_t *, size_t);
uint16_t	 trace_cksum(const void *, size_t, uint32_t);

/* as.c */
void		 as_print(const struct sockaddr_storage *);

#endif /* _TRACEROUTE_H_ */
