/*
 * What the files of ping(8) share: the options, what is being measured, and
 * the operations of one address family.
 */
#ifndef _PING_H_
#define _PING_H_

#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>

#include <netdb.h>
#include <stdint.h>
#include <time.h>

#define PING_DATALEN	56		/* bytes of data unless -s */
#define PING_MAXDATA	65507		/* 65535 less headers */
#define PING_MAXPACKET	65536
#define PING_MAXWAIT	10		/* seconds for the last reply */
#define PING_SEQS	65536		/* sequence numbers */

/* Options: struct ping p_flags. */
#define F_FLOOD		0x0001
#define F_QUIET		0x0002
#define F_VERBOSE	0x0004
#define F_DF		0x0008		/* -D */
#define F_DEBUG		0x0010		/* -d */
#define F_BEEP_LOST	0x0020		/* -E */
#define F_BEEP_REPLY	0x0040		/* -e */
#define F_SHOW		0x0080		/* -g */
#define F_NAMES		0x0100		/* -H */
#define F_NOLOOP	0x0200		/* -L */
#define F_RROUTE	0x0400		/* -R */
#define F_TTL		0x0800		/* -t or -h */
#define F_TOS		0x1000		/* -T */
#define F_TIMING	0x2000		/* the data has room for a stamp */

/*
 * The head of the data of a request: when it was sent, and a tag that only
 * this process can make, so that a forged or stray reply is seen as one.
 */
struct ping_stamp {
	uint64_t	ps_sec;		/* big endian */
	uint64_t	ps_nsec;
	uint64_t	ps_tag;
};

struct ping;

/* A reply or an error message that was received. */
struct ping_msg {
	const uint8_t		*pm_data;	/* whole packet */
	size_t			 pm_len;
	struct sockaddr_storage	 pm_from;
	int			 pm_ttl;	/* -1: not known */
};

/* What a received packet turned out to be. */
enum ping_kind {
	PING_IGNORE,		/* nothing to do with us */
	PING_REPLY,		/* an echo reply to one of our requests */
	PING_ERROR		/* another message, worth a line if asked */
};

struct ping_echo {
	uint16_t	 pe_seq;
	const uint8_t	*pe_payload;
	size_t		 pe_paylen;
	size_t		 pe_len;	/* message and data, as it is printed */
};

struct ping_family {
	int		 pf_af;
	const char	*pf_ttlword;		/* "ttl" or "hlim" */
	size_t		 pf_hdrlen;		/* of an echo header */
	/* Open the socket; called while privileged.  -1 and errno. */
	int		(*pf_open)(void);
	/* Apply the options to the socket; err(3) on failure. */
	void		(*pf_setup)(struct ping *);
	/* Send the request in p_out, whose data is in place.  -1, errno. */
	ssize_t		(*pf_send)(struct ping *, uint16_t);
	/* Say what a packet is. */
	enum ping_kind	(*pf_parse)(struct ping *, const struct ping_msg *,
			    struct ping_echo *);
	/* Print an error message, and the options of a reply. */
	void		(*pf_error)(struct ping *, const struct ping_msg *);
	void		(*pf_options)(struct ping *, const struct ping_msg *);
};

extern const struct ping_family	 ping_inet, ping_inet6;

struct ping {
	const struct ping_family *p_fam;
	const char		*p_host;	/* as the user named it */
	struct sockaddr_storage	 p_dst;
	socklen_t		 p_dstlen;
	struct sockaddr_storage	 p_src;		/* -I, or family 0 */
	int			 p_sock;
	int			 p_flags;	/* F_* */
	int			 p_ttl;
	int			 p_tos;
	int			 p_wholemtu;	/* -m, how often */
	int			 p_rtable;	/* -1: this process's */
	uint16_t		 p_ident;
	uint64_t		 p_key;		/* of p_tag */
	int64_t			 p_count;	/* 0: no end */
	int64_t			 p_preload;
	size_t			 p_datalen;
	struct timespec		 p_interval;
	int			 p_maxwait;	/* seconds */
	uint8_t			 p_pattern[16];
	size_t			 p_patlen;
	/* progress */
	uint8_t			*p_out;		/* header room, then data */
	uint8_t			*p_in;
	uint8_t			 p_seen[PING_SEQS / 8];
	int64_t			 p_sent;
	int64_t			 p_received;
	int64_t			 p_dups;
	int64_t			 p_maxmissing;
	/* round trips, microseconds */
	int64_t			 p_ntimed;
	double			 p_min, p_max, p_sum, p_sumsq;
};

/* ping.c */
const char *ping_name(const struct ping *, const struct sockaddr_storage *);

/* probe.c */
void	 ping_run(struct ping *);
void	 ping_fill(struct ping *);
uint64_t ping_tag(const struct ping *, uint64_t, uint64_t, uint16_t);
void	 ping_summary(const struct ping *);
void	 ping_handlers(void);

#endif /* _PING_H_ */
