/*
 * The processes of iked(8), and what they say to each other and to
 * ikectl(8).
 */
#ifndef _IKED_H_
#define _IKED_H_

#include <sys/types.h>

#include <time.h>

#include <event2/event.h>
#include <event2/event_struct.h>

#include <imsg.h>

#include "addr.h"
#include "ike.h"

#define IKED_USER	"_iked"
#define IKED_CHROOT	"/etc/iked"
#define IKED_CONF	"/etc/iked.conf"
#define IKED_KEY	"/etc/iked/private/local.key"
#define IKED_SOCK	"/var/run/iked.sock"

/*
 * Messages:
 *
 *	parent to ikev2		FD (a socket; peerid: enum iked_fd), START
 *				(struct start), CFG_* (conf_pack.c; BEGIN's
 *				peerid is the load of ca's that goes with it,
 *				END's the client who is to hear of it),
 *				SHUTDOWN; back: GONE
 *	parent to ca		CA_KEY (our private key, an open file, or
 *				none), CA_LOAD (cert_partial_chain; peerid
 *				counts)
 *	ca to ikev2		CA_READY (hashes of our authorities; the same
 *				peerid)
 *	ikev2 to ca, and back	CA_SIGN, CA_SIGNED, CA_VERIFY, CA_VERIFIED
 *				(cert_pack.c, behind an SPI)
 *	all to control		SEEN (struct ctl_seen)
 *	ikectl to control	CTL_MONITOR, which goes to all; peerid: on or
 *				off
 *	ikectl to parent	CTL_RELOAD to CTL_SHOW_CERTS (which is ca's)
 *	ikectl to ikev2		CTL_ACTIVE to CTL_SHOW_STATS
 *	to ikectl		CTL_OK and CTL_FAIL last, and before them others
 */
#define IKED_IMSGS(X)							\
	X(NONE)								\
	X(FD) X(START) X(CFG_BEGIN) X(CFG_POLICY) X(CFG_END)		\
	X(SHUTDOWN) X(GONE)						\
	X(CA_KEY) X(CA_LOAD) X(CA_READY)				\
	X(CA_SIGN) X(CA_VERIFY) X(CA_SIGNED) X(CA_VERIFIED)		\
	X(SEEN) X(CTL_MONITOR)						\
	X(CTL_RELOAD) X(CTL_LOAD) X(CTL_RESET_CA) X(CTL_SHOW_CERTS)	\
	X(CTL_ACTIVE) X(CTL_PASSIVE) X(CTL_COUPLE) X(CTL_DECOUPLE)	\
	X(CTL_VERBOSE) X(CTL_BRIEF) X(CTL_RESET_ALL)			\
	X(CTL_RESET_POLICY) X(CTL_RESET_SA) X(CTL_RESET_ID)		\
	X(CTL_SHOW_SA) X(CTL_SHOW_STATS)				\
	X(CTL_OK) X(CTL_FAIL) X(CTL_SA) X(CTL_CHILD) X(CTL_FLOW)	\
	X(CTL_STATS) X(CTL_CERT) X(CTL_SEEN)

#define IMSG_MEMBER(name)	IMSG_##name,
enum iked_imsg {
	IKED_IMSGS(IMSG_MEMBER)
	IMSG_MAX
};

enum iked_fd { FD_UDP4, FD_UDP6, FD_NATT4, FD_NATT6, FD_PFKEY, FD_KEYLOG,
	FD_MAX };

struct start {
	uint16_t	 st_port;	/* of NAT traversal */
	int		 st_nonatt;
	int		 st_forcenatt;
	int		 st_passive;
};

struct ctl_sa {
	uint64_t	 cs_spii;
	uint64_t	 cs_spir;
	struct endpoint	 cs_local;
	struct endpoint	 cs_peer;
	char		 cs_id[256];
	char		 cs_peerid[256];
	char		 cs_policy[NAME_MAXLEN];
	char		 cs_state[16];
	char		 cs_algs[96];
	int		 cs_initiator;
	int		 cs_natt;
	uint64_t	 cs_age;	/* seconds */
	uint32_t	 cs_left;	/* until the rekey; 0 never */
};

struct ctl_child {
	uint64_t	 cc_spii;	/* of the IKE SA */
	uint8_t		 cc_proto;
	uint32_t	 cc_spi_in;
	uint32_t	 cc_spi_out;
	uint32_t	 cc_flags;	/* CH_* */
	struct endpoint	 cc_local;
	struct endpoint	 cc_peer;
	char		 cc_algs[96];
	int		 cc_natt;	/* encapsulated in UDP */
	uint64_t	 cc_age;	/* seconds */
	uint32_t	 cc_lifetime;
	uint64_t	 cc_bytes[2];	/* in, out */
	uint64_t	 cc_lifebytes;
};

struct ctl_flow {
	uint64_t	 cf_spii;	/* of the IKE SA */
	uint8_t		 cf_proto;
	struct flow	 cf_flow;
	uint16_t	 cf_rdomain;
	struct endpoint	 cf_peer;
	char		 cf_policy[NAME_MAXLEN];
};

/* A message that a process got, for ikectl(8) to show. */
struct ctl_seen {
	char		 se_name[16];	/* of the process */
	int		 se_pid;
	uint32_t	 se_type;
	uint32_t	 se_len;
	uint32_t	 se_peerid;
	uint64_t	 se_time;	/* seconds of the epoch */
};

struct ctl_cert {
	uint8_t		 ct_ca;		/* an authority */
	uint8_t		 ct_ours;	/* we have its private key */
	char		 ct_subject[512];
	char		 ct_issuer[512];
	char		 ct_names[512];
	char		 ct_serial[64];
	char		 ct_key[32];
	struct tm	 ct_from;	/* UTC */
	struct tm	 ct_to;
};

/* A socket to another process, in the event loop. */
struct pipe {
	struct imsgbuf	 pi_ibuf;
	struct event	*pi_ev;
	struct event_base *pi_base;
	void		(*pi_fn)(struct pipe *, struct imsg *);
	void		(*pi_gone)(struct pipe *);
	void		*pi_arg;
};

/* pipe.c */
extern void (*pipe_seen)(const struct imsg_hdr *);
int	 pipe_open(struct pipe *, struct event_base *, int,
	    void (*)(struct pipe *, struct imsg *), void (*)(struct pipe *),
	    void *);
void	 pipe_close(struct pipe *);
void	 pipe_send(struct pipe *, uint32_t, uint32_t, int, const void *,
	    size_t);
void	 pipe_queue(struct pipe *, uint32_t, uint32_t, const void *, size_t);

/* monitor.c */
void	 monitor_set(const char *, void (*)(const struct ctl_seen *));

/* privdrop.c */
void	 privdrop(const char *);

/* control.c, ikev2.c, ca.c */
void	 control_main(const char *);
void	 ikev2_main(void);
void	 ca_main(void);

/* keylog.c */
void	 keylog_open(int);
void	 keylog_ike(const struct ike_sa *);
void	 keylog_child(const struct child *, int);

/* ca_ask.c */
int	 ca_ask_sign(struct pipe *, const struct ike_sa *,
	    const struct blob *);
int	 ca_ask_verify(struct pipe *, const struct ike_sa *,
	    const struct msg *, const struct blob *);
void	 ca_answer(struct engine *, const struct imsg *);

/* udp.c */
struct udp;
struct udp *udp_new(struct event_base *, uint16_t,
	    void (*)(void *, const struct endpoint *,
	    const struct endpoint *, const void *, size_t), void *);
int	 udp_socket(int, uint16_t);
void	 udp_add(struct udp *, enum iked_fd, int);
void	 udp_send(struct udp *, const struct endpoint *,
	    const struct endpoint *, const void *, size_t);
unsigned int udp_flush(struct udp *);
int	 udp_local(const struct endpoint *, struct endpoint *);

/* pfkey.c, pfkey_io.c */
struct pfkey_ops {
	void	(*pk_acquire)(void *, const struct addr *,
		    const struct addr *);
	/* The kernel has said more than there was room for. */
	void	(*pk_lost)(void *);
	void	(*pk_expire)(void *, const struct addr *, uint8_t, uint32_t,
		    int);
};
struct pfkey;
struct pfkey *pfkey_new(struct event_base *, int, uint16_t,
	    const struct pfkey_ops *, void *);
void	 pfkey_begin(struct pfkey *);
uint32_t pfkey_commit(struct pfkey *);
void	 pfkey_flush(struct pfkey *, int);
void	 pfkey_flush_fd(int);
void	 pfkey_orphans(struct pfkey *, int (*)(const struct addr *,
	    const struct addr *));
uint32_t pfkey_getspi(struct pfkey *, const struct ike_sa *, uint8_t);
int	 pfkey_sa(struct pfkey *, const struct child *, int, int);
void	 pfkey_move(struct pfkey *, const struct child *,
	    const struct endpoint *);
void	 pfkey_sa_del(struct pfkey *, const struct child *, int);
int	 pfkey_flow(struct pfkey *, const struct child *,
	    const struct flow *, int, int);
void	 pfkey_usage(struct pfkey *, struct child *const *, unsigned int);
uint32_t pfkey_soft(const struct child *);
uint64_t pfkey_idle(struct pfkey *, const struct child *);

/* flows.c */
void	 flow_use(struct pfkey *, const struct child *, const struct flow *);
void	 flow_move(struct pfkey *, const struct child *,
	    const struct flow *);
void	 flow_drop(struct pfkey *, const struct child *,
	    const struct flow *);

#endif /* _IKED_H_ */
