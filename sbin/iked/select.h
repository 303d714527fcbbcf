/*
 * Choosing: proposals, traffic selectors.
 */
#ifndef _SELECT_H_
#define _SELECT_H_

#include "conf.h"
#include "wire.h"

int	 proposal_select(const struct proposal *, unsigned int,
	    const struct proposal *, unsigned int, int, struct proposal *);
void	 ts_of_policy(const struct policy *, struct tslist *,
	    struct tslist *);
int	 ts_narrow(const struct policy *, const struct tslist *,
	    const struct tslist *, struct tslist *, struct tslist *,
	    struct flow **, unsigned int *);

#endif /* _SELECT_H_ */
