/*
 * How many handshakes a source may begin.
 */
#ifndef _NETWG_WG_RATELIMIT_H_
#define _NETWG_WG_RATELIMIT_H_

struct ratelimit;
struct sockaddr;

void	 ratelimit_init(struct ratelimit *);
void	 ratelimit_fini(struct ratelimit *);
int	 ratelimit_allow(struct ratelimit *, const struct sockaddr *);

#endif /* _NETWG_WG_RATELIMIT_H_ */
