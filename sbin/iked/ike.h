/*
 * The engine of IKEv2: SAs, their state, exchanges.  It has no sockets, no
 * clock and no kernel: messages and time come in by calls, and what it wants
 * goes out through struct engine_ops.
 */
#ifndef _IKE_H_
#define _IKE_H_

#include <sys/types.h>
#include <sys/queue.h>
#include <bsd/sys/tree.h>

#include "conf.h"
#include "crypt.h"
#include "wire.h"

#define SA_HASH		1024

/* C7 of the protocol's timers; milliseconds. */
#define T_HANDSHAKE	60000	/* a responder's half-open SA lives */
#define T_RETRY		60000	/* an active policy without an SA tries */
#define T_AGAIN		2000	/* and so after it lost one */
#define T_RETRANS	2000	/* the first one; doubles */
#define RETRANS_MAX	6	/* transmissions in all, the last waits 64 s */
#define T_KEEPALIVE	20000
#define T_OUTBOUND	3000	/* a responder waits for a rekeyed peer */
#define T_DRAIN		2000	/* a replaced child stays in the kernel */
#define T_TEMPORARY	4000	/* after TEMPORARY_FAILURE */
#define T_LINGER	30000	/* a rekeyed IKE SA waits to be deleted */
#define T_HINT		10000	/* INVALID_IKE_SPI is looked into, or sent,
				   and INVALID_MESSAGE_ID sent */
#define T_STRAY		10	/* INVALID_SPI in the clear is looked at */
#define T_SWEEP		100	/* deletions that are not answered */
#define SWEEP_MAX	64	/* that many at once */
#define HALFOPEN_COOKIE	32	/* from here on a COOKIE is asked for */
#define FRAGS_BYTES	65535	/* of one message */
#define WINDOW		8	/* requests under way, of ours and theirs */
#define HALFOPEN_MAX	1024	/* from here on nothing is answered */

struct engine;
struct ike_sa;

struct etimer {
	RB_ENTRY(etimer) t_entry;
	uint64_t	 t_when;	/* ms of the engine's clock; 0 off */
	uint64_t	 t_seq;		/* equal times: first come */
	void		(*t_fn)(struct engine *, void *);
	void		*t_arg;
};
RB_HEAD(etimers, etimer);

enum sa_state {
	SA_NEW, SA_INIT_SENT, SA_INIT_DONE, SA_AUTH_SIGN, SA_AUTH_SENT,
	SA_AUTH_VERIFY, SA_ESTABLISHED, SA_REKEYED, SA_CLOSING, SA_CLOSED
};

#define CH_REKEYING	0x01	/* we have asked for its replacement */
#define CH_OUT_PENDING	0x02	/* the outbound SA is not in the kernel */
#define CH_LOADED	0x04	/* the kernel has it */
#define CH_INITIATOR	0x08	/* we asked for it */
#define CH_DELETED	0x10	/* a DELETE is on its way */
#define CH_TRANSPORT	0x20
#define CH_KERNEL	0x40	/* loaded, and not decoupled */
#define CH_LOST		0x100	/* a collision: never used to send */
#define CH_DRAINING	0x80	/* replaced: packets may be on their way */

/* Two SAs of the kernel, one in each direction. */
struct child {
	TAILQ_ENTRY(child) ch_entry;
	struct ike_sa	*ch_sa;
	uint32_t	 ch_flags;
	uint8_t		 ch_proto;	/* PROTO_ESP, PROTO_AH */
	uint32_t	 ch_spi_in;
	uint32_t	 ch_spi_out;
	struct suite	 ch_suite;
	struct blob	 ch_encr[2];	/* keys: in, out */
	struct blob	 ch_integ[2];
	struct flow	*ch_flows;
	unsigned int	 ch_nflows;
	struct exchange	*ch_maker;	/* whose x_child this is */
	struct blob	 ch_nonce;	/* the smaller of its exchange */
	uint32_t	 ch_old;	/* inbound SPI of what it replaces */
	uint64_t	 ch_born;	/* ms */
	uint64_t	 ch_bytes[2];	/* in, out; when it was last asked */
	struct etimer	 ch_timer;	/* CH_OUT_PENDING, CH_DRAINING */
};
TAILQ_HEAD(children, child);

enum job_type {
	JOB_NONE, JOB_INIT, JOB_AUTH, JOB_CHILD, JOB_REKEY_CHILD,
	JOB_REKEY_IKE, JOB_DELETE_CHILD, JOB_DELETE_IKE, JOB_DPD, JOB_BAD_ID
};

/* A request that is to be made. */
struct job {
	TAILQ_ENTRY(job) j_entry;
	enum job_type	 j_type;
	uint32_t	 j_spi;		/* the child's inbound one, a number */
	uint8_t		 j_proto;
};
TAILQ_HEAD(jobs, job);

/* A message sent, kept for retransmission. */
struct sent {
	TAILQ_ENTRY(sent) s_entry;
	struct blob	*s_list;
	unsigned int	 s_n;
	uint32_t	 s_id;
	uint8_t		 s_exch;
};
TAILQ_HEAD(sents, sent);

/* Fragments of one message. */
struct frags {
	TAILQ_ENTRY(frags) f_entry;
	uint32_t	 f_id;
	uint8_t		 f_flags;	/* of the header */
	uint16_t	 f_total;
	uint16_t	 f_have;
	size_t		 f_bytes;
	uint8_t		 f_first;
	struct blob	*f_list;
};
TAILQ_HEAD(fragses, frags);

/* What our side of an exchange of keys made so far. */
struct exchange {
	struct blob	 x_ni;
	struct blob	 x_nr;
	struct dh	*x_dh;
	struct blob	 x_pub;
	uint16_t	 x_group;	/* DH_NONE: no KE */
	struct child	*x_child;	/* in the making */
	struct ike_sa	*x_sa;
};

/* A request of ours that waits for its answer. */
struct request {
	TAILQ_ENTRY(request) r_entry;
	struct ike_sa	*r_sa;
	enum job_type	 r_job;
	uint32_t	 r_spi;		/* of the job */
	unsigned int	 r_tries;
	struct sent	 r_sent;
	struct exchange	 r_x;		/* of CREATE_CHILD_SA */
	struct etimer	 r_timer;
};
TAILQ_HEAD(requests, request);

struct ike_sa {
	LIST_ENTRY(ike_sa) sa_hash;	/* by our SPI */
	LIST_ENTRY(ike_sa) sa_ihash;	/* by the initiator's */
	LIST_ENTRY(ike_sa) sa_idhash;	/* by the peer's identity */
	TAILQ_ENTRY(ike_sa) sa_entry;
	TAILQ_ENTRY(ike_sa) sa_dead;	/* closed: waits for sa_reap */
	TAILQ_ENTRY(ike_sa) sa_doom;	/* waits to be deleted */
	int		 sa_doomed;	/* 1 waits, 2 not any more */
	struct engine	*sa_eng;
	enum sa_state	 sa_state;
	int		 sa_initiator;	/* of this IKE SA */
	uint64_t	 sa_spii;
	uint64_t	 sa_spir;
	struct endpoint	 sa_local;
	struct endpoint	 sa_peer;
	int		 sa_nat_here;	/* we are behind a NAT */
	int		 sa_nat_peer;
	int		 sa_frag;	/* the peer reassembles */
	uint16_t	 sa_told;	/* the last error that we sent */
	uint16_t	 sa_error;	/* and the peer */
	struct policy	*sa_policy;
	struct suite	 sa_suite;
	struct ike_keys	 sa_keys;
	struct blob	 sa_ni;
	struct blob	 sa_nr;
	struct blob	 sa_init_i;	/* the first messages, for AUTH */
	struct blob	 sa_init_r;
	struct blob	 sa_cookie;
	struct blob	 sa_certreq;	/* the peer's */
	uint8_t		 sa_sighash;	/* a bit for each that the peer has */
	struct exchange	 sa_x;		/* of IKE_SA_INIT and IKE_AUTH */
	uint16_t	 sa_group;	/* that the peer wants for a rekey */
	struct ident	 sa_id;
	struct ident	 sa_peerid;
	struct blob	 sa_auth_msg;	/* IKE_AUTH while ca is at work */
	uint8_t		 sa_auth_first;
	uint32_t	 sa_auth_id;
	uint32_t	 sa_next_out;
	uint32_t	 sa_next_in;	/* the first that we have not got */
	uint32_t	 sa_ahead;	/* a bit for each behind it that came */
	uint32_t	 sa_window;	/* the peer's */
	int		 sa_window_told; /* ours: it is one before */
	uint64_t	 sa_badid;	/* ms, INVALID_MESSAGE_ID was sent */
	struct jobs	 sa_jobs;
	struct requests	 sa_requests;	/* by their numbers */
	struct sents	 sa_responses;	/* the latest, oldest first */
	struct fragses	 sa_frags;
	struct children	 sa_children;
	struct ike_sa	*sa_theirs;	/* collision: the peer's new SA */
	struct ike_sa	*sa_rival;	/* whose sa_theirs this is */
	struct exchange	*sa_maker;	/* whose x_sa this is */
	struct blob	 sa_nonce;	/* the smaller of what made us */
	int		 sa_retries;	/* of SA_INIT: cookies, groups */
	uint64_t	 sa_born;
	uint64_t	 sa_heard;	/* ms, last authentic message */
	uint64_t	 sa_hinted;	/* ms, a hint that the peer is gone */
	struct etimer	 sa_t_life;	/* handshake, linger; then rekey */
	struct etimer	 sa_t_dpd;
	struct etimer	 sa_t_alive;
	struct etimer	 sa_t_job;	/* a job that waits to be tried again */
	struct job	*sa_later;
};
LIST_HEAD(sa_bucket, ike_sa);
TAILQ_HEAD(sa_list, ike_sa);

/* Ours of ca's certificates. */
struct signature {
	uint8_t		 sg_method;	/* AUTH_* */
	struct blob	 sg_data;
	unsigned int	 sg_ncerts;
	uint8_t		 sg_types[CERTS_MAX];
	struct blob	 sg_certs[CERTS_MAX];
};

struct engine_ops {
	/* Send a message; the port of the local end says which socket. */
	void	 (*op_send)(void *, const struct endpoint *,
		    const struct endpoint *, const void *, size_t);
	/* Our address towards a peer. */
	int	 (*op_local)(void *, const struct endpoint *,
		    struct endpoint *);
	/* An SPI for an inbound SA, or 0. */
	uint32_t (*op_getspi)(void *, const struct ike_sa *, uint8_t);
	/* Load a child: inbound, and outbound if CH_OUT_PENDING is off. */
	int	 (*op_child_add)(void *, const struct child *);
	/* Load the outbound SA that was pending. */
	int	 (*op_child_out)(void *, const struct child *);
	/* The peer has another address or port: from there, to here. */
	void	 (*op_child_move)(void *, const struct child *,
		    const struct endpoint *);
	/* Forget a child, or an SPI that was never used. */
	void	 (*op_child_del)(void *, const struct child *);
	/* When did inbound traffic come last?  ms of age; UINT64_MAX never. */
	uint64_t (*op_child_idle)(void *, const struct child *);
	/* Sign; engine_signed answers, at once or later. */
	void	 (*op_sign)(void *, const struct ike_sa *,
		    const struct blob *);
	/* Verify; engine_verified answers. */
	void	 (*op_verify)(void *, const struct ike_sa *,
		    const struct msg *, const struct blob *);
	/* An IKE SA has its keys; may be NULL. */
	void	 (*op_keys)(void *, const struct ike_sa *);
};

#define ENGINE_STATS(X)							\
	X(created, "IKE SA", "created")					\
	X(established, "IKE SA", "established")				\
	X(current, "IKE SA", "currently established")			\
	X(failed, "IKE SA", "failed to establish")			\
	X(noproposal, "failed proposal negotiation", "")		\
	X(rekeyed, "IKE SA", "rekeyed")					\
	X(removed, "IKE SA", "removed")					\
	X(child_created, "Child SA", "created")				\
	X(child_removed, "Child SA", "removed")				\
	X(sent, "message", "sent")					\
	X(send_failed, "message", "could not be sent")			\
	X(received, "message", "received")				\
	X(dropped, "message", "dropped")				\
	X(busy, "request", "dropped, response being worked on")		\
	X(resp_retrans, "response", "retransmitted")			\
	X(req_retrans, "request", "retransmitted")			\
	X(timeouts, "request", "timed out")				\
	X(frag_sent, "fragment", "sent")				\
	X(frag_send_failed, "fragment", "could not be sent")		\
	X(frag_received, "fragment", "received")			\
	X(frag_dropped, "fragment", "dropped")				\
	X(frag_done, "fragment", "reassembled")				\
	X(frag_failed, "fragment", "could not be reassembled")		\
	X(dpd, "dpd request", "sent")					\
	X(keepalives, "keepalive message", "sent")			\
	X(cookies, "cookie", "asked for")				\
	X(halfopen_drops, "request", "dropped, too many half-open SAs")	\
	X(ts_refused, "traffic selector negotiation", "refused")

#define STAT_MEMBER(name, one, what)	uint64_t st_##name;
struct engine_stats {
	ENGINE_STATS(STAT_MEMBER)
};

struct engine {
	const struct engine_ops	*e_ops;
	void			*e_arg;
	uint64_t		 e_now;		/* ms */
	uint64_t		 e_seq;
	struct conf		 e_conf;
	struct etimers		 e_timers;
	struct sa_bucket	 e_hash[SA_HASH];	/* by our SPI */
	struct sa_bucket	 e_ihash[SA_HASH];	/* of responders */
	struct sa_bucket	 e_idhash[SA_HASH];	/* established */
	struct sa_list		 e_sas;
	struct sa_list		 e_dead;	/* freed when nobody looks */
	struct sa_list		 e_doomed;
	struct etimer		 e_sweep;
	unsigned int		 e_nclosing;
	unsigned int		 e_nsas;
	unsigned int		 e_nhalf;
	uint8_t			 e_secret[2][32];	/* of cookies */
	uint64_t		 e_secret_born;
	uint64_t		 e_hint;	/* INVALID_IKE_SPI was sent */
	uint64_t		 e_stray;	/* INVALID_SPI was looked at */
	int			 e_down;	/* shutting down */
	uint16_t		 e_port;	/* of NAT traversal */
	int			 e_nonatt;	/* -T */
	int			 e_forcenatt;	/* -t */
	struct blob		 e_certreq;	/* hashes of our CAs */
	struct etimer		 e_active;
	struct engine_stats	 e_stats;
};

/* engine.c */
struct engine *engine_new(const struct engine_ops *, void *, uint64_t);
void	 engine_free(struct engine *);
void	 engine_conf(struct engine *, struct conf *);
void	 engine_input(struct engine *, uint64_t, const struct endpoint *,
	    const struct endpoint *, const void *, size_t);
void	 engine_acquire(struct engine *, struct policy *);
void	 engine_signed(struct engine *, uint64_t, const struct signature *);
void	 engine_verified(struct engine *, uint64_t, const char *);
void	 engine_overdue(struct child *, int);
void	 engine_expire(struct engine *, uint32_t, uint8_t, int);
void	 engine_expire_at(struct engine *, const struct addr *, uint32_t,
	    uint8_t, int);
void	 engine_again(struct engine *);
int	 engine_shutdown(struct engine *);
void	 engine_couple(struct engine *, int);
struct ike_sa *engine_find(struct engine *, uint64_t);

/* timer.c */
void	 timer_set(struct engine *, struct etimer *, uint64_t,
	    void (*)(struct engine *, void *), void *);
void	 timer_del(struct engine *, struct etimer *);
void	 engine_run(struct engine *, uint64_t);
uint64_t engine_next(const struct engine *);

/* sa.c */
struct ike_sa *sa_new(struct engine *, struct policy *, int);
void	 sa_set_state(struct ike_sa *, enum sa_state);
const char *sa_state_name(enum sa_state);
uint64_t sa_spi(const struct ike_sa *);
void	 sa_close(struct ike_sa *, const char *);
void	 sa_established(struct ike_sa *);
void	 sa_keyed(struct ike_sa *);
void	 sa_job_add(struct ike_sa *, enum job_type, uint8_t, uint32_t);
void	 sa_job_later(struct ike_sa *, enum job_type, uint8_t, uint32_t,
	    uint64_t);
void	 sa_jobs_run(struct ike_sa *);
int	 sa_children_busy(struct ike_sa *);
void	 sa_doom(struct ike_sa *);
void	 sa_reap(struct engine *);
void	 exchange_free(struct exchange *);
void	 sa_log(const struct ike_sa *, const char *, ...)
	    __attribute__((__format__(printf, 2, 3)));

/* child.c */
struct child *child_new(struct ike_sa *, uint8_t);
struct child *child_by_in(struct ike_sa *, uint8_t, uint32_t);
struct child *child_by_out(struct ike_sa *, uint8_t, uint32_t);
int	 child_load(struct child *, const char *);
void	 child_couple(struct child *, int);
void	 child_out(struct child *);
void	 child_retire(struct child *);
void	 child_free(struct child *);

/* message.c */
struct request *request_new(struct ike_sa *, enum job_type, uint32_t);
struct request *request_find(struct ike_sa *, enum job_type, uint32_t);
struct request *request_answered(struct ike_sa *, const struct ike_hdr *);
void	 request_done(struct request *);
void	 request_free(struct request *);
int	 msg_request(struct request *, uint8_t, struct chain *);
int	 msg_respond(struct ike_sa *, const struct msg *, struct chain *);
int	 msg_respond_error(struct ike_sa *, const struct msg *, uint16_t,
	    const void *, size_t);
void	 msg_heed(struct ike_sa *, const struct msg *);
int	 msg_keep(struct ike_sa *, const struct ike_hdr *,
	    const struct blob *);
void	 msg_resend(struct ike_sa *, const struct sent *);
struct sent *sent_find(struct ike_sa *, const struct ike_hdr *);
void	 sents_free(struct ike_sa *);
int	 msg_open(struct ike_sa *, const uint8_t *, size_t, size_t,
	    struct blob *);
int	 msg_decrypt(struct ike_sa *, const struct ike_hdr *, const uint8_t *,
	    size_t, uint8_t *, struct blob *);
void	 msg_log(const struct ike_sa *, const char *, const struct ike_hdr *,
	    size_t);

/* frag.c */
int	 frag_input(struct ike_sa *, const struct ike_hdr *, const uint8_t *,
	    size_t, uint8_t *, struct blob *);
void	 frags_free(struct ike_sa *);

/* window.c */
int	 window_out(const struct ike_sa *);
int	 window_in(const struct ike_sa *, uint32_t);
int	 window_seen(const struct ike_sa *, uint32_t);
void	 window_take(struct ike_sa *, uint32_t);
void	 window_tell(struct ike_sa *, struct chain *);
void	 window_told(struct ike_sa *, const struct notify *);

/* ex_init.c */
void	 init_start(struct engine *, struct policy *,
	    const struct endpoint *);
void	 init_send(struct ike_sa *);
void	 init_request(struct engine *, const struct endpoint *,
	    const struct endpoint *, const struct ike_hdr *, const uint8_t *,
	    size_t);
void	 init_response(struct ike_sa *, const struct ike_hdr *,
	    const uint8_t *, size_t);
void	 natd_hash(uint64_t, uint64_t, const struct endpoint *,
	    uint8_t [20]);
int	 cookie_make(struct engine *, int, const struct blob *,
	    const struct endpoint *, uint64_t, uint8_t [32]);

/* ex_auth.c */
void	 auth_start(struct ike_sa *);
void	 auth_request(struct ike_sa *, const struct msg *);
void	 auth_response(struct ike_sa *, const struct msg *);
void	 auth_signed(struct ike_sa *, const struct signature *);
void	 auth_verified(struct ike_sa *, const char *);

/* ex_child.c */
int	 child_offer(struct ike_sa *, struct chain *, struct exchange *, int);
int	 child_answer(struct ike_sa *, const struct msg *, struct child *,
	    struct chain *, int, uint16_t *);
int	 child_accept(struct ike_sa *, const struct msg *, struct exchange *,
	    int, uint16_t *);
void	 child_start(struct ike_sa *, struct child *, uint16_t);
void	 child_request(struct ike_sa *, const struct msg *);
void	 child_response(struct request *, const struct msg *);
void	 nonce_smaller(struct blob *, const struct blob *,
	    const struct blob *);
int	 nonce_cmp(const struct blob *, const struct blob *);

/* ex_rekey.c */
void	 rekey_start(struct ike_sa *);
void	 rekey_request(struct ike_sa *, const struct msg *);
void	 rekey_response(struct request *, const struct msg *);
void	 rekey_theirs(struct ike_sa *);

/* ex_info.c */
void	 info_delete_child(struct ike_sa *, uint8_t, uint32_t);
void	 info_delete_ike(struct ike_sa *);
void	 info_dpd(struct ike_sa *);
void	 info_bad_id(struct ike_sa *, uint32_t);
void	 info_auth_failed(struct ike_sa *);
void	 info_request(struct ike_sa *, const struct msg *);
void	 info_response(struct request *, const struct msg *);

/* match.c */
struct policy *policy_match(struct engine *, const struct endpoint *,
	    const struct endpoint *, const struct msg *);
struct policy *policy_authenticate(struct ike_sa *, const struct msg *);
int	 policy_method(const struct policy *, uint8_t);

RB_PROTOTYPE(etimers, etimer, t_entry, timer_cmp)
int	 timer_cmp(struct etimer *, struct etimer *);

#endif /* _IKE_H_ */
