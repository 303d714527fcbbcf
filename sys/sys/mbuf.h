/*
 * mbuf(9): chains of buffers that carry packets.
 *
 *	  struct mbuf (MSIZE bytes)		 cluster (m_clget, m_extadd)
 *	+---------------------------+		+-----------------------+
 *	| m_next, m_nextpkt, m_data |----+	|                       |
 *	| m_len, m_type, m_flags    |	 +----->| m_len bytes of data   |
 *	+---------------------------+		|                       |
 *	| M_PKTHDR: m_pkthdr        |		+-----------------------+
 *	+---------------------------+			^  ext_buf
 *	| M_EXT: m_ext, else data   |-------------------+
 *	+---------------------------+
 *
 * Mbufs that share a cluster form a ring through ext_nextref; the last one
 * to go frees it.  A shared cluster is read only (M_READONLY).  Whoever is
 * given an mbuf consumes it, whatever it answers.
 */
#ifndef _SYS_MBUF_H_
#define _SYS_MBUF_H_

#include <sys/param.h>
#include <sys/queue.h>

/* kern.mbstat */
#define MBSTAT_TYPES	16

struct mbstat {
	u_int64_t	m_drops;	/* no mbuf or cluster to be had */
	u_int64_t	m_wait;		/* times somebody waited for one */
	u_int64_t	m_mtypes[MBSTAT_TYPES];	/* in use, by type */
	u_int64_t	m_clusters;	/* clusters in use */
	u_int64_t	m_external;	/* foreign buffers in use */
	u_int64_t	m_defrag_alloc;
	u_int64_t	m_prepend_alloc;
	u_int64_t	m_pullup_alloc;
	u_int64_t	m_pullup_copy;
	u_int64_t	m_pulldown_alloc;
	u_int64_t	m_pulldown_copy;
};

/* Types. */
#define MT_FREE		0
#define MT_DATA		1
#define MT_HEADER	2
#define MT_SONAME	3
#define MT_SOOPTS	4
#define MT_FTABLE	5
#define MT_CONTROL	6
#define MT_OOBDATA	7
#define MT_NTYPES	8

#ifdef _KERNEL

#include <sys/malloc.h>
#include <sys/mutex.h>
#include <sys/pool.h>
#include <sys/systm.h>

struct m_tag;

/* pf(4)'s room in the packet header. */
struct pkthdr_pf {
	void		*statekey;	/* of the state that let it in */
	void		*inp;		/* the socket it is from or for */
	u_int32_t	 qid;
	u_int16_t	 tag;
	u_int8_t	 flags;
	u_int8_t	 routed;
	u_int8_t	 prio;
	u_int8_t	 delay;
};

SLIST_HEAD(packet_tags, m_tag);

struct pkthdr {
	void			*ph_cookie;	/* the current owner's own */
	struct packet_tags	 ph_tags;
	int64_t			 ph_timestamp;	/* ns, if M_TIMESTAMP */
	u_int			 len;		/* of the whole packet */
	u_int			 csum_flags;	/* M_..._CSUM, TSO and kin */
	u_int16_t		 ph_tagsset;	/* ids of ph_tags, ORed */
	u_int16_t		 ph_flowid;	/* if M_FLOWID */
	u_int16_t		 ether_vtag;	/* if M_VLANTAG */
	u_int16_t		 ph_mss;	/* payload bytes a segment */
	u_int			 ph_rtableid;
	u_int			 ph_ifidx;	/* received on, or 0 */
	u_int8_t		 ph_loopcnt;	/* times it met a tunnel */
	u_int8_t		 ph_family;
	u_int16_t		 ph_hdrlen;	/* headers repeated a segment,
						   0 when unknown */
	struct pkthdr_pf	 pf;
};

struct mbuf_ext {
	caddr_t		 ext_buf;	/* start of the buffer */
	void		(*ext_free)(caddr_t, u_int, void *);
	void		*ext_arg;
	u_int		 ext_size;	/* bytes of the buffer */
	int		 ext_pool;	/* index of a cluster pool, or -1 */
	struct mbuf	*ext_nextref;	/* ring of all that refer to it */
	struct mbuf	*ext_prevref;
};

struct m_hdr {
	struct mbuf	*mh_next;	/* next of this packet */
	struct mbuf	*mh_nextpkt;	/* next packet of a list */
	caddr_t		 mh_data;
	u_int		 mh_len;	/* bytes at mh_data */
	u_int16_t	 mh_type;
	u_int16_t	 mh_flags;
};

#define MLEN	(MSIZE - sizeof(struct m_hdr))
#define MHLEN	(MLEN - sizeof(struct pkthdr))
#define MINCLSIZE	(MHLEN + MLEN + 1)	/* from here on, a cluster */
#define M_MAXCOMPRESS	(MHLEN / 2)

struct mbuf {
	struct m_hdr m_hdr;
	union {
		struct {
			struct pkthdr MH_pkthdr;
			union {
				struct mbuf_ext MH_ext;
				char	MH_databuf[MHLEN];
			} MH_dat;
		} MH;
		char	M_databuf[MLEN];
	} M_dat;
};

#define m_next		m_hdr.mh_next
#define m_nextpkt	m_hdr.mh_nextpkt
#define m_data		m_hdr.mh_data
#define m_len		m_hdr.mh_len
#define m_type		m_hdr.mh_type
#define m_flags		m_hdr.mh_flags
#define m_pkthdr	M_dat.MH.MH_pkthdr
#define m_ext		M_dat.MH.MH_dat.MH_ext
#define m_pktdat	M_dat.MH.MH_dat.MH_databuf
#define m_dat		M_dat.M_databuf

/* m_flags */
#define M_EXT		0x0001	/* data lie in m_ext */
#define M_PKTHDR	0x0002	/* first of a packet */
#define M_EOR		0x0004	/* end of a record */
#define M_EXTWR		0x0008	/* m_ext may be written when not shared */
#define M_PROTO1	0x0010	/* the protocol's own */
#define M_VLANTAG	0x0020	/* ether_vtag is set */
#define M_LOOP		0x0040	/* came from ourselves */
#define M_BCAST		0x0100	/* link-level broadcast */
#define M_MCAST		0x0200	/* link-level multicast */
#define M_CONF		0x0400	/* was encrypted (ESP) */
#define M_AUTH		0x0800	/* was authenticated (AH or ESP) */
#define M_TUNNEL	0x1000	/* the header was added by a tunnel */
#define M_ZEROIZE	0x2000	/* clear the data when freed */
#define M_COMP		0x4000	/* was compressed (IPcomp) */
#define M_LINK0		0x8000	/* the link's own */

/* Flags that m_dup_pkthdr() copies. */
#define M_COPYFLAGS	(M_PKTHDR | M_EOR | M_PROTO1 | M_BCAST | M_MCAST | \
	M_CONF | M_COMP | M_AUTH | M_LOOP | M_TUNNEL | M_LINK0 | M_VLANTAG | \
	M_ZEROIZE)

/*
 * csum_flags.  OUT: the pseudo header's sum is in the checksum field and
 * somebody (card or software) must finish it.  A packet from a trusted peer
 * may come in with OUT and IN_OK both set: the sum is unfinished, the data
 * are good.
 */
#define M_IPV4_CSUM_OUT		0x00000001
#define M_TCP_CSUM_OUT		0x00000002
#define M_UDP_CSUM_OUT		0x00000004
#define M_IPV4_CSUM_IN_OK	0x00000008
#define M_IPV4_CSUM_IN_BAD	0x00000010
#define M_TCP_CSUM_IN_OK	0x00000020
#define M_TCP_CSUM_IN_BAD	0x00000040
#define M_UDP_CSUM_IN_OK	0x00000080
#define M_UDP_CSUM_IN_BAD	0x00000100
#define M_ICMP_CSUM_OUT		0x00000200
#define M_ICMP_CSUM_IN_OK	0x00000400
#define M_ICMP_CSUM_IN_BAD	0x00000800
#define M_IPV6_DF_OUT		0x00001000	/* do not fragment */
#define M_TIMESTAMP		0x00002000	/* ph_timestamp is set */
#define M_FLOWID		0x00004000	/* ph_flowid is set */
#define M_TCP_TSO		0x00008000	/* cut at ph_mss: TCP */
#define M_UDP_SEG		0x00010000	/* cut at ph_mss: UDP train */
#define M_ICMP6_CSUM_OUT	0x00020000
#define M_ICMP6_CSUM_IN_OK	0x00040000
#define M_ICMP6_CSUM_IN_BAD	0x00080000

#define MCS_SEG		(M_TCP_TSO | M_UDP_SEG)
#define MCS_OUT		(M_IPV4_CSUM_OUT | M_TCP_CSUM_OUT |		\
	M_UDP_CSUM_OUT | M_ICMP_CSUM_OUT | M_ICMP6_CSUM_OUT)

/* pf.flags */
#define PF_TAG_GENERATED	0x01	/* made by pf, passes it */
#define PF_TAG_SYNCOOKIE_RECREATED	0x02
#define PF_TAG_TRANSLATE_LOCALHOST	0x04
#define PF_TAG_DIVERTED		0x08
#define PF_TAG_DIVERTED_PACKET	0x10
#define PF_TAG_REROUTE		0x20
#define PF_TAG_REFRAGMENTED	0x40
#define PF_TAG_PROCESSED	0x80

/* how */
#define M_DONTWAIT	M_NOWAIT
#define M_WAIT		M_WAITOK

#define M_COPYALL	1000000000	/* m_copym(): to the end */

#define mtod(m, t)	((t)((m)->m_data))

/* The data area, whoever owns it. */
#define M_DATABUF(m)							\
	((m)->m_flags & M_EXT ? (m)->m_ext.ext_buf :			\
	    (m)->m_flags & M_PKTHDR ? (m)->m_pktdat : (m)->m_dat)
#define M_SIZE(m)							\
	((m)->m_flags & M_EXT ? (m)->m_ext.ext_size :			\
	    (m)->m_flags & M_PKTHDR ? (u_int)MHLEN : (u_int)MLEN)

#define MCLISREFERENCED(m)	((m)->m_ext.ext_nextref != (m))
#define M_READONLY(m)							\
	(((m)->m_flags & M_EXT) != 0 &&					\
	    (((m)->m_flags & M_EXTWR) == 0 || MCLISREFERENCED(m)))

#define M_LEADINGSPACE(m)	m_leadingspace(m)
#define M_TRAILINGSPACE(m)	m_trailingspace(m)
#define M_ALIGN(m, len)		m_align((m), (len))
#define MH_ALIGN(m, len)	m_align((m), (len))

/* Make room for plen bytes in front; (m) becomes NULL on failure. */
#define M_PREPEND(m, plen, how)	((m) = m_prepend((m), (plen), (how)))

#define MGET(m, how, type)	((m) = m_get((how), (type)))
#define MGETHDR(m, how, type)	((m) = m_gethdr((how), (type)))
#define MCLGET(m, how)		((void)m_clget((m), (how), MCLBYTES))
#define MCLGETL(m, how, l)	m_clget((m), (how), (l))
#define M_MOVE_PKTHDR(to, from)	m_move_pkthdr((to), (from))
#define MEXTADD(m, buf, size, mflags, fn, arg)				\
	m_extadd((m), (buf), (size), (mflags), (fn), (arg))

/* Lists of packets, linked by m_nextpkt. */
struct mbuf_list {
	struct mbuf	*ml_head;
	struct mbuf	*ml_tail;
	u_int		 ml_len;
};

/* The same with a limit, for those who do not run at the same time. */
struct mbuf_queue {
	struct mutex	 mq_mtx;
	struct mbuf_list mq_list;
	u_int		 mq_maxlen;
	u_int		 mq_drops;
};

#define MBUF_LIST_INITIALIZER()		{ NULL, NULL, 0 }
#define MBUF_LIST_FIRST(ml)		((ml)->ml_head)
#define MBUF_LIST_NEXT(m)		((m)->m_nextpkt)
#define MBUF_LIST_FOREACH(ml, m)					\
	for ((m) = MBUF_LIST_FIRST(ml); (m) != NULL;			\
	    (m) = MBUF_LIST_NEXT(m))
#define MBUF_QUEUE_INITIALIZER(maxlen, ipl)				\
	{ MUTEX_INITIALIZER(ipl), MBUF_LIST_INITIALIZER(), (maxlen), 0 }

#define ml_len(ml)		((ml)->ml_len)
#define ml_empty(ml)		((ml)->ml_len == 0)
#define mq_len(mq)		ml_len(&(mq)->mq_list)
#define mq_empty(mq)		ml_empty(&(mq)->mq_list)
#define mq_full(mq)		(mq_len(mq) >= (mq)->mq_maxlen)
#define mq_drops(mq)		((mq)->mq_drops)
#define mq_set_maxlen(mq, l)	((mq)->mq_maxlen = (l))
#define mq_hdatalen(mq)		ml_hdatalen(&(mq)->mq_list)

/* Packet tags: what a packet carries besides its bytes. */
struct m_tag {
	SLIST_ENTRY(m_tag)	m_tag_link;
	u_int16_t		m_tag_id;	/* PACKET_TAG_ */
	u_int16_t		m_tag_len;	/* bytes after this header */
};

#define PACKET_TAG_IPSEC_IN_DONE	0x0001	/* tdb_ident */
#define PACKET_TAG_IPSEC_OUT_DONE	0x0002	/* tdb_ident */
#define PACKET_TAG_IPSEC_FLOWINFO	0x0004
#define PACKET_TAG_WIREGUARD		0x0040
#define PACKET_TAG_GRE			0x0080	/* interface it went through */
#define PACKET_TAG_DLT			0x0100	/* bpf link type */
#define PACKET_TAG_PF_DIVERT		0x0200
#define PACKET_TAG_PF_REASSEMBLED	0x0800	/* pf reassembled it */
#define PACKET_TAG_SRCROUTE		0x1000	/* IPv4 source route */
#define PACKET_TAG_TUNNEL		0x2000	/* tunnel identification */
#define PACKET_TAG_IP6_OFFNXT		0x4000	/* where IPv6 next is */

#define PACKET_TAG_MAXSIZE		128	/* most bytes in a tag */

extern struct mbstat	mbstat;
extern u_int		nmbclust;	/* limit of clusters, in 2 KB units */

void	 mbinit(void);
int	 nmbclust_update(u_int);
u_int	 mbuf_inuse(void);

struct mbuf *m_get(int, int);
struct mbuf *m_gethdr(int, int);
struct mbuf *m_getclr(int, int);
struct mbuf *m_inithdr(struct mbuf *);
void	 m_addhdr(struct mbuf *);
void	 m_removehdr(struct mbuf *);
void	 m_resethdr(struct mbuf *);
void	 m_calchdrlen(struct mbuf *);
struct mbuf *m_clget(struct mbuf *, int, u_int);
void	 m_extadd(struct mbuf *, caddr_t, u_int, int,
	    void (*)(caddr_t, u_int, void *), void *);
void	 m_extref(struct mbuf *, struct mbuf *);
void	 m_extfree(struct mbuf *);
struct mbuf *m_free(struct mbuf *);
struct mbuf *m_freem(struct mbuf *);
void	 m_purge(struct mbuf *);

u_int	 m_leadingspace(const struct mbuf *);
u_int	 m_trailingspace(const struct mbuf *);
void	 m_align(struct mbuf *, u_int);
u_int	 m_length(const struct mbuf *);
void	 m_adj(struct mbuf *, int);
int	 m_apply(struct mbuf *, u_int, u_int,
	    int (*)(caddr_t, caddr_t, u_int), caddr_t);
void	 m_cat(struct mbuf *, struct mbuf *);
int	 m_copyback(struct mbuf *, u_int, u_int, const void *, int);
void	 m_copydata(const struct mbuf *, u_int, u_int, void *);
struct mbuf *m_copym(const struct mbuf *, u_int, u_int, int);
struct mbuf *m_devget(const char *, u_int, u_int);
int	 m_defrag(struct mbuf *, int);
struct mbuf *m_dup_pkt(const struct mbuf *, u_int, int);
int	 m_dup_pkthdr(struct mbuf *, const struct mbuf *, int);
void	 m_move_pkthdr(struct mbuf *, struct mbuf *);
struct mbuf *m_getptr(struct mbuf *, u_int, u_int *);
struct mbuf *m_inject(struct mbuf *, u_int, u_int, int);
struct mbuf *m_makespace(struct mbuf *, u_int, u_int, u_int *);
struct mbuf *m_prepend(struct mbuf *, u_int, int);
struct mbuf *m_pulldown(struct mbuf *, u_int, u_int, u_int *);
struct mbuf *m_pullup(struct mbuf *, u_int);
struct mbuf *m_split(struct mbuf *, u_int, int);
void	 m_zero(struct mbuf *);

struct timeval;
void	 m_microtime(const struct mbuf *, struct timeval *);

struct m_tag *m_tag_get(int, int, int);
void	 m_tag_prepend(struct mbuf *, struct m_tag *);
void	 m_tag_delete(struct mbuf *, struct m_tag *);
void	 m_tag_delete_chain(struct mbuf *);
struct m_tag *m_tag_find(const struct mbuf *, int, const struct m_tag *);
struct m_tag *m_tag_copy(const struct m_tag *, int);
int	 m_tag_copy_chain(struct mbuf *, const struct mbuf *, int);
struct m_tag *m_tag_first(const struct mbuf *);
struct m_tag *m_tag_next(const struct mbuf *, const struct m_tag *);

void	 ml_init(struct mbuf_list *);
void	 ml_enqueue(struct mbuf_list *, struct mbuf *);
void	 ml_enlist(struct mbuf_list *, struct mbuf_list *);
struct mbuf *ml_dequeue(struct mbuf_list *);
struct mbuf *ml_dechain(struct mbuf_list *);
struct mbuf *ml_filter(struct mbuf_list *,
	    int (*)(void *, const struct mbuf *), void *);
u_int	 ml_purge(struct mbuf_list *);
u_int	 ml_hdatalen(const struct mbuf_list *);

void	 mq_init(struct mbuf_queue *, u_int, int);
int	 mq_push(struct mbuf_queue *, struct mbuf *);
int	 mq_enqueue(struct mbuf_queue *, struct mbuf *);
struct mbuf *mq_dequeue(struct mbuf_queue *);
u_int	 mq_enlist(struct mbuf_queue *, struct mbuf_list *);
void	 mq_delist(struct mbuf_queue *, struct mbuf_list *);
struct mbuf *mq_dechain(struct mbuf_queue *);
struct mbuf *mq_filter(struct mbuf_queue *,
	    int (*)(void *, const struct mbuf *), void *);
u_int	 mq_purge(struct mbuf_queue *);

#endif /* _KERNEL */
#endif /* _SYS_MBUF_H_ */
