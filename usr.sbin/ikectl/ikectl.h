/*
 * ikectl(8): what its files share.
 */
#ifndef _IKECTL_H_
#define _IKECTL_H_

#include "iked.h"

/* What an answer is asked for. */
enum view { VIEW_ALL, VIEW_FLOWS, VIEW_STORE, VIEW_INFO };

struct options {
	enum view	 o_view;
	int		 o_quiet;	/* no counters of zero */
	int		 o_json;
	int		 o_forever;	/* there is no last answer */
};

/* An answer, of a type and size that were checked. */
union answer {
	struct ctl_sa		 a_sa;
	struct ctl_child	 a_child;
	struct ctl_flow		 a_flow;
	struct ctl_cert		 a_cert;
	struct ctl_seen		 a_seen;
	struct engine_stats	 a_stats;
};

/* show.c */
void	 show(const struct imsg *, const struct options *);
const char *proto_name(uint8_t);
const char *imsg_name(uint32_t);

/* json.c */
void	 json(uint32_t, const union answer *, const struct options *);

#endif /* _IKECTL_H_ */
