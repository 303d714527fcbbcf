/*
 * warren-hub(8), among its own files.
 *
 *	port.c, stream.c   members: wires, QEMU's stream and datagram sockets
 *	     |  hub_input()
 *	     v
 *	pcap.c		   the last frames, for a file
 *	     |
 *	impair.c	   lost, twice, late, out of order
 *	     |  bridge_forward()
 *	     v
 *	bridge.c	   who has which address
 *	     |  port_output()
 *	     v
 *	port.c, stream.c
 */
#ifndef _HUB_H_
#define _HUB_H_

#include <sys/queue.h>
#include <sys/un.h>

#include <stdint.h>

#include "wire_ring.h"

#define HUB_MAXPORTS	64
#define HUB_FRAMEMAX	WIRE_FRAMEMAX
#define HUB_NEVER	UINT64_MAX

/* What the command line asked for. */
struct hub_opts {
	uint32_t	ho_loss;	/* of a million frames */
	uint32_t	ho_dup;
	uint32_t	ho_reorder;
	uint64_t	ho_delay;	/* ns */
	uint64_t	ho_seed;
	const char	*ho_pcap;	/* file, or NULL */
	uint32_t	ho_packets;	/* kept for it */
};
extern struct hub_opts	 hub_opts;

struct hub_stats {
	uint64_t	hs_in, hs_out;	/* frames */
	uint64_t	hs_lost, hs_dup, hs_reordered;	/* on purpose */
	uint64_t	hs_bad;		/* drop: too short, or unfinished */
	uint64_t	hs_full;	/* drop: the member has no room */
};
extern struct hub_stats	 hub_stats;

enum port_kind { PORT_NEW, PORT_WIRE, PORT_STREAM, PORT_DGRAM };

/* A member. */
struct port {
	TAILQ_ENTRY(port) p_list;
	enum port_kind	 p_kind;
	int		 p_id;		/* in order of coming, from 1 */
	int		 p_sock;	/* or -1: datagrams */
	int		 p_dead;	/* to be freed after this round */
	struct wire	 p_wire;
	struct sockaddr_un p_addr;	/* datagrams */
	uint8_t		*p_in, *p_out;	/* stream: partly read, written */
	uint32_t	 p_inlen, p_outlen;
	uint64_t	 p_rng;		/* of the frames that it sends */
	struct frame	*p_held;	/* waits for the next one */
};
TAILQ_HEAD(port_list, port);
extern struct port_list	 ports;

/* A frame that waits. */
struct frame {
	uint64_t	 f_when;	/* hub_now() */
	uint64_t	 f_seq;
	struct port	*f_from;	/* NULL: gone meanwhile */
	uint32_t	 f_len;
	uint8_t		 f_data[];
};

/* hub.c */
uint64_t	 hub_now(void);
uint64_t	 hub_walltime(void);
int		 hub_watch(int, uint32_t, void (*)(void *, uint32_t), void *);
void		 hub_unwatch(int);
void		 hub_input(struct port *, const uint8_t *, uint32_t);

/* port.c */
int		 port_listen(const char *);
void		 port_cleanup(void);
struct port	*port_add(enum port_kind, int);
void		 port_remove(struct port *);
void		 port_reap(void);
void		 port_output(struct port *, const uint8_t *, uint32_t);
void		 port_flush(void);

/* stream.c */
void		 stream_event(void *, uint32_t);
void		 stream_output(struct port *, const uint8_t *, uint32_t);
void		 dgram_event(void *, uint32_t);
void		 dgram_output(struct port *, const uint8_t *, uint32_t);
extern int	 dgram_sock;

/* bridge.c */
void		 bridge_forward(struct port *, const uint8_t *, uint32_t);
void		 bridge_forget(const struct port *);

/* impair.c */
void		 impair_init(struct port *);
void		 impair(struct port *, const uint8_t *, uint32_t);
uint64_t	 impair_next(void);
void		 impair_run(uint64_t);
void		 impair_forget(struct port *);

/* pcap.c */
void		 pcap_init(void);
void		 pcap_add(const uint8_t *, uint32_t);
void		 pcap_write(void);

#endif /* _HUB_H_ */
