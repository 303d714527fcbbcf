/*
 * The network's thread: packets come in as batches, are passed up under the
 * net lock, and what they caused goes out as batches.
 */
#ifndef _NET_NETISR_H_
#define _NET_NETISR_H_

#include <sys/types.h>

/* sysctl net.link.0.<this>: an array of struct kinfo_drop. */
#define NET_LINK_DROPS	900

/* Packets dropped below the protocols for one reason. */
struct kinfo_drop {
	uint64_t	kd_count;
	char		kd_reason[40];
};

#ifdef _KERNEL

struct ifnet;
struct mbuf;
struct mbuf_list;
struct task;

/* Why packets were dropped below the protocols; indices of if_drops[]. */
enum if_drop {
	IFD_IQFULL,		/* input queue full */
	IFD_DETACHED,		/* input interface is gone */
	IFD_DOWN,		/* interface is not up and running */
	IFD_MONITOR,		/* interface only listens */
	IFD_RUNT,		/* shorter than a link header */
	IFD_BADVERS,		/* not the IP version that it should be */
	IFD_OVERSIZE,		/* longer than the interface allows */
	IFD_NOTFORUS,		/* unicast to another station */
	IFD_MCAST,		/* group that nobody has joined */
	IFD_BADSRC,		/* sent by a group address */
	IFD_LLC,		/* IEEE 802.2 frame */
	IFD_VLAN,		/* tagged, and nobody takes the tag */
	IFD_NOPROTO,		/* unknown protocol */
	IFD_NOMEM,		/* no mbuf */
	IFD_NOAF,		/* output: unknown address family */
	IFD_OQDOWN,		/* output: interface is not up and running */
	IFD_OQFULL,		/* output: queue full */
	IFD_LOOP,		/* passed through too many interfaces */
	IFD_REJECT,		/* route says reject or blackhole */
	IFD_RDOMAIN,		/* output: interface of another rdomain */
	IFD_BADCSUM,		/* output: refused by if_tso_prepare() */
	IFD_FILDROP,		/* matches a BIOCSFILDROP filter of bpf(4) */
	IFD_MAX
};

extern uint64_t		 if_drops[IFD_MAX];
extern const char	*const if_drop_names[IFD_MAX];

void	 if_drop(struct ifnet *, struct mbuf *, enum if_drop);

/*
 * Counters of a room above, readable as net.link.0.<id>: an array of n
 * struct kinfo_drop with these names.  Both arrays stay the caller's.
 */
void	 link_counters_register(int, const uint64_t *, const char *const *,
	    u_int);

/* The longest input queue, packets. */
extern u_int	 netisr_maxlen;

/* Packets in one batch: the net lock is let go of after so many. */
#define NETISR_BATCH	64

void	 netisr_init(void);
void	 netisr_schedule(void);
void	 netisr_barrier(void);
void	 netisr_run(void);
void	 netisr_enqueue(struct mbuf_list *);
void	 netisr_purge(u_int);
u_int	 netisr_len(void);

/*
 * Work that protocols do in the network's thread, under the net lock, before
 * or after packets: task_add() is netisr_task().
 */
void	 netisr_task(struct task *);
void	 netisr_task_del(struct task *);

#endif /* _KERNEL */
#endif /* _NET_NETISR_H_ */
