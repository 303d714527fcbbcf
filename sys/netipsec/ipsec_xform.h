/*
 * ipsec(4): packets on their way through transforms.
 *
 * A packet under way is an ipsec_op: contiguous and writable in one mbuf,
 * with room in front and behind.  Operations collect in batches, which
 * crypto(9) works off in one call; a chain of SAs is one batch after another.
 */
#ifndef _NETIPSEC_IPSEC_XFORM_H_
#define _NETIPSEC_IPSEC_XFORM_H_

#ifdef _KERNEL

#include <sys/protosw.h>

#include <net/bpf.h>
#include <netinet/ip.h>

#include <netipsec/ipsec_var.h>

#define ESP_HLEN	8		/* SPI and sequence number */
#define ESP_TRAILER	2		/* pad length and next header */
#define AH_HLEN		12		/* without the ICV */
#define AH_ESNLEN	4		/* half a number, not sent */
#define IPCOMP_HLEN	4
#define UDP_HLEN	8

#define SPI_RESERVED_MAX 255		/* RFC 4303, 2.1 */

/* The longest headers in front of AH: IPv4 with options, IPv6 with more. */
#define IPSEC_AHSAVE	256

/* What became of a stage. */
enum ipsec_verdict {
	IPV_CRYPTO,		/* op_crp is ready to be dispatched */
	IPV_DONE,		/* nothing to wait for */
	IPV_DROP		/* dropped, and counted */
};

struct ipsec_op {
	struct cryptop	 op_crp;
	struct mbuf	*op_m;		/* NULL once it has gone */
	struct tdb	*op_tdb;	/* referenced */
	struct tdb	*op_chain[IPSEC_MAXCHAIN]; /* output: to come, ref'd */
	u_int		 op_nchain;
	u_int		 op_hlen;	/* headers before the transform's */
	u_int		 op_protoff;	/* where the next header is named */
	u_int		 op_xhlen;	/* input: the transform's header */
	u_int		 op_len;	/* input: bytes behind the headers */
	u_int64_t	 op_seq;	/* input: number, extended */
	sa_family_t	 op_af;		/* of the header in front */
	u_int8_t	 op_proto;	/* input: IPPROTO_* of the transform */
	u_int8_t	 op_ndone;
	u_int8_t	 op_saved[IPSEC_AHSAVE];	/* AH: headers */
	u_int8_t	 op_icv[CRYPTO_MAXMAC];		/* AH: as received */
	struct tdb	*op_done[IPSEC_MAXDONE]; /* been through, referenced */
};

struct ipsec_batch {
	SLIST_ENTRY(ipsec_batch) ib_next;	/* idle */
	void		(*ib_finish)(struct ipsec_batch *);
	u_int		 ib_n;		/* operations */
	u_int		 ib_left;	/* crypto requests under way */
	struct cryptop	*ib_crps[IPSEC_BATCH];
	struct ipsec_op	 ib_ops[IPSEC_BATCH];
};

/* What packets have been through while they are handed on. */
extern const struct ipsec_done	*ipsec_out_done;

/* ipsec_batch.c */
struct ipsec_op *batch_op(struct ipsec_batch **,
	    void (*)(struct ipsec_batch *));
void	 batch_dispatch(struct ipsec_batch **);
void	 op_drop(struct ipsec_op *);
void	 op_release(struct ipsec_op *);
int	 op_been(struct ipsec_op *, struct tdb *);
struct mbuf *ipsec_contig(struct mbuf *, u_int, u_int);
void	 op_push(struct ipsec_op *, u_int);
void	 op_pull(struct ipsec_op *, u_int);

/* ipsec.c: what the families register. */
#define IPSEC_NPROTOSW	5
extern const struct protosw ipsec_protosw[IPSEC_NPROTOSW];

/* ipsec_input.c */
int	 esp_proto_input(struct mbuf **, int *, int, int);
int	 ah_proto_input(struct mbuf **, int *, int, int);
int	 ipcomp_proto_input(struct mbuf **, int *, int, int);
int	 ipip_proto_input(struct mbuf **, int *, int, int);
void	 ipsec_input(struct mbuf *, u_int, u_int8_t, sa_family_t, int,
	    u_int16_t);
void	 ipsec_input_flush(void);
void	 ipsec_ctlinput(int, struct sockaddr *, u_int, void *);

/* ipsec_output.c */
int	 ipsec_output_start(struct mbuf *, struct tdb *, int,
	    const struct ipsec_done *);
void	 ipsec_output_flush(void);
struct rtentry *ipsec_route(struct tdb *);

/* Transforms. */
enum ipsec_verdict esp_output(struct ipsec_op *);
enum ipsec_verdict esp_output_done(struct ipsec_op *);
enum ipsec_verdict esp_input(struct ipsec_op *);
enum ipsec_verdict esp_input_done(struct ipsec_op *);
enum ipsec_verdict ah_output(struct ipsec_op *);
enum ipsec_verdict ah_output_done(struct ipsec_op *);
enum ipsec_verdict ah_input(struct ipsec_op *);
enum ipsec_verdict ah_input_done(struct ipsec_op *);
enum ipsec_verdict ipcomp_output(struct ipsec_op *);
enum ipsec_verdict ipcomp_input(struct ipsec_op *);
u_int	 ah_hdrlen(const struct tdb *, sa_family_t);
void	 esp_request(struct ipsec_op *, u_int8_t *, u_int, u_int32_t, int);
int	 ipsec_replay_alloc(struct tdb *);
int	 ipsec_seq_guess(const struct tdb *, u_int32_t, u_int64_t *);

/* deflate.c, inflate.c: RFC 1951 */
int	 deflate_block(const u_int8_t *, u_int, u_int8_t *, u_int, u_int *);
int	 inflate_block(const u_int8_t *, u_int, u_int8_t *, u_int, u_int *);

/* udpencap.c */
struct mbuf *udpencap_input(struct mbuf *, int, int);
void	 udpencap_port_set(void);
int	 udpencap_sent(const struct sockaddr *, u_int16_t, u_int);

/*
 * What differs between the families of IP: ipsec_ip4.c and ipsec_ip6.c.
 *
 *	ifam_outer	length of the headers of op_m that stay outside in
 *			transport mode, and where they name the next: sets
 *			op_hlen, op_protoff; 0 or EINVAL
 *	ifam_protoff	op_hlen bytes of headers: where they name the next
 *	ifam_encap	put a header for the SA in front of op_m, which is a
 *			whole packet; op_hlen, op_protoff follow
 *	ifam_fixlen	the packet's length has changed
 *	ifam_send	hand op_m to the network, as the SA says; consumes
 *	ifam_udpsum	a UDP header at op_hlen: its checksum
 *	ifam_input	a packet that came out of a tunnel goes in by ifp
 *	ifam_deliver	the same of transport mode: protocol at an offset
 *	ifam_route	the way to the SA's far end
 *	ifam_clear	AH: clear what changes on the way, after saving
 *			op_hlen bytes in op_saved; 0 or EINVAL
 *	ifam_local	is it one of ours?
 *	ifam_dst	destination of a received packet
 *	ifam_src	and its source
 *	ifam_raw	nobody here wants it: a protocol's input
 */
struct ipsec_family {
	sa_family_t	 ifam_af;
	u_int		 ifam_hlen;
	int		(*ifam_outer)(struct ipsec_op *);
	int		(*ifam_protoff)(struct ipsec_op *);
	int		(*ifam_encap)(struct ipsec_op *);
	void		(*ifam_fixlen)(struct mbuf *);
	int		(*ifam_send)(struct mbuf *, struct tdb *);
	void		(*ifam_udpsum)(struct mbuf *, u_int);
	void		(*ifam_input)(struct mbuf *, struct ifnet *);
	void		(*ifam_deliver)(struct mbuf *, u_int, u_int8_t);
	struct rtentry	*(*ifam_route)(struct tdb *);
	int		(*ifam_clear)(struct ipsec_op *);
	int		(*ifam_local)(const struct ipsec_addr *, u_int);
	void		(*ifam_dst)(const struct mbuf *, struct ipsec_addr *);
	void		(*ifam_src)(const struct mbuf *, struct ipsec_addr *);
	int		(*ifam_raw)(struct mbuf **, int *, int, int);
};

extern const struct ipsec_family *ipsec_families[2];	/* IPv4, IPv6 */
#define ipsec_family(af)	ipsec_families[(af) == AF_INET6]

void	 ipsec_ip4_init(void);
void	 ipsec_ip6_init(void);

#endif /* _KERNEL */
#endif /* _NETIPSEC_IPSEC_XFORM_H_ */
