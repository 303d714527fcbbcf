/*
 * The timers of one WireGuard peer.
 */
#ifndef _NETWG_WG_TIMERS_H_
#define _NETWG_WG_TIMERS_H_

#include <sys/types.h>
#include <sys/task.h>
#include <sys/time.h>
#include <sys/timeout.h>

enum wg_timer {
	WGT_RETRY,		/* no response: initiate again */
	WGT_KEEPALIVE,		/* received, but sent nothing */
	WGT_NEW,		/* sent, but received nothing */
	WGT_ZERO,		/* forget all keys */
	WGT_PERSISTENT,		/* silent for too long */
	WGT_MAX
};

/* What the timers have their owner do; each under the net lock. */
struct wg_timer_ops {
	void	(*to_initiate)(void *, int);	/* 1: a retry */
	void	(*to_keepalive)(void *);
	void	(*to_give_up)(void *);		/* nobody answers */
	void	(*to_new_path)(void *);		/* the old one may be dead */
	void	(*to_zero)(void *);		/* forget all keys */
};

struct wg_timers {
	const struct wg_timer_ops *t_ops;
	void			*t_arg;
	uint64_t		 t_due[WGT_MAX]; /* getnsecuptime(), 0 off */
	struct timeout		 t_timeout;
	struct task		 t_task;
	uint64_t		 t_initiated;	/* last initiation, or 0 */
	struct timespec		 t_handshake;	/* last complete one, since
						   1970; or 0 */
	u_int			 t_attempts;	/* initiations unanswered */
	uint16_t		 t_persistent;	/* seconds, 0 none */
	uint8_t			 t_enabled;
	uint8_t			 t_again;	/* received since the keepalive
						   was planned */
	uint8_t			 t_lastminute;	/* asked for new keys as the
						   old ones end */
};

void	 wg_timers_init(struct wg_timers *, const struct wg_timer_ops *,
	    void *);
void	 wg_timers_enable(struct wg_timers *);
void	 wg_timers_disable(struct wg_timers *);
void	 wg_timers_set_persistent(struct wg_timers *, uint16_t);
int	 wg_timers_may_initiate(struct wg_timers *, int);
int	 wg_timers_lastminute(struct wg_timers *);

void	 wg_timers_data_sent(struct wg_timers *);
void	 wg_timers_data_received(struct wg_timers *);
void	 wg_timers_authentic_sent(struct wg_timers *);
void	 wg_timers_authentic_received(struct wg_timers *);
void	 wg_timers_traversal(struct wg_timers *);
void	 wg_timers_initiated(struct wg_timers *);
void	 wg_timers_session(struct wg_timers *);
void	 wg_timers_complete(struct wg_timers *);

#endif /* _NETWG_WG_TIMERS_H_ */
