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

enum iked_imsg {
	IMSG_NONE,
	/* parent to ikev2 */
	IMSG_FD,		/* a socket; peerid: enum iked_fd */
	IMSG_START,		/* struct start */
	IMSG_CFG_BEGIN, IMSG_CFG_POLICY, IMSG_CFG_END,
	IMSG_SHUTDOWN,
	IMSG_GONE,		/* ikev2 to parent: shut down */
	/* parent to ca; peerid counts the loads */
	IMSG_CA_KEY,		/* our private key, an open file, or none */
	IMSG_CA_LOAD,		/* certificates; cert_partial_chain */
	/* ca to ikev2, with the same peerid: hashes of our authorities */
	IMSG_CA_READY,
	/* ikev2 to ca, and back: cert_pack.c, behind an SPI */
	IMSG_CA_SIGN, IMSG_CA_VERIFY, IMSG_CA_SIGNED, IMSG_CA_VERIFIED,
	/* ikectl to parent */
	IMSG_CTL_RELOAD, IMSG_CTL_LOAD, IMSG_CTL_RESET_CA,
	IMSG_CTL_SHOW_CERTS,	/* on to ca */
	/* ikectl to ikev2 */
	IMSG_CTL_ACTIVE, IMSG_CTL_PASSIVE, IMSG_CTL_COUPLE,
	IMSG_CTL_DECOUPLE, IMSG_CTL_VERBOSE, IMSG_CTL_BRIEF,
	IMSG_CTL_RESET_ALL, IMSG_CTL_RESET_POLICY, IMSG_CTL_RESET_SA,
	IMSG_CTL_RESET_ID, IMSG_CTL_SHOW_SA, IMSG_CTL_SHOW_STATS,
	/* and back */
	IMSG_CTL_OK, IMSG_CTL_FAIL, IMSG_CTL_SA, IMSG_CTL_CHILD,
	IMSG_CTL_FLOW, IMSG_CTL_STATS, IMSG_CTL_CERT
};

enum iked_fd { FD_UDP4, FD_UDP6, FD_NATT4, FD_NATT6, FD_PFKEY, FD_MAX };

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
	uint8_t		 cc_proto;
	uint32_t	 cc_spi_in;
	uint32_t	 cc_spi_out;
	uint32_t	 cc_flags;	/* CH_* */
	struct endpoint	 cc_local;
	struct endpoint	 cc_peer;
	char		 cc_algs[96];
	uint64_t	 cc_age;
	uint32_t	 cc_lifetime;
};

struct ctl_flow {
	uint8_t		 cf_proto;
	struct flow	 cf_flow;
	uint16_t	 cf_rdomain;
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
int	 pipe_open(struct pipe *, struct event_base *, int,
	    void (*)(struct pipe *, struct imsg *), void (*)(struct pipe *),
	    void *);
void	 pipe_close(struct pipe *);
void	 pipe_send(struct pipe *, uint32_t, uint32_t, int, const void *,
	    size_t);

/* privdrop.c */
void	 privdrop(const char *);

/* control.c, ikev2.c, ca.c */
void	 control_main(const char *);
void	 ikev2_main(void);
void	 ca_main(void);

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
int	 udp_send(struct udp *, const struct endpoint *,
	    const struct endpoint *, const void *, size_t);
int	 udp_local(const struct endpoint *, struct endpoint *);

/* pfkey.c */
struct pfkey_ops {
	void	(*pk_acquire)(void *, const struct addr *,
		    const struct addr *);
	void	(*pk_expire)(void *, uint8_t, uint32_t, int);
};
struct pfkey;
struct pfkey *pfkey_new(struct event_base *, int, uint16_t,
	    const struct pfkey_ops *, void *);
void	 pfkey_flush(struct pfkey *, int);
void	 pfkey_orphans(struct pfkey *, int (*)(const struct addr *,
	    const struct addr *));
uint32_t pfkey_getspi(struct pfkey *, const struct ike_sa *, uint8_t);
int	 pfkey_sa(struct pfkey *, const struct child *, int, int);
void	 pfkey_move(struct pfkey *, const struct child *,
	    const struct endpoint *);
void	 pfkey_sa_del(struct pfkey *, const struct child *, int);
int	 pfkey_flow(struct pfkey *, const struct child *,
	    const struct flow *, int);
uint64_t pfkey_idle(struct pfkey *, const struct child *);

#endif /* _IKED_H_ */
