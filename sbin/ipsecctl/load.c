/*
 * ipsecctl(8): rules into the kernel, all of them or none.
 *
 * The kernel takes one rule a message.  When it refuses one, those that went
 * before are taken back: new flows and SAs are deleted, and a flow that stood
 * in the place of one of the file's is put there again.
 *
 * With -F flows are never missing meanwhile, or what they protect would leave
 * in the clear: new ones are added, in the place of their like; then SAs go,
 * and new ones come; and only then the flows that are not in the file go.
 */
#include <sys/types.h>
#include <sys/sysctl.h>
#include <sys/bsd_sockaddr.h>
#include <net/route.h>

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ipsecctl.h"

/*
 * Free all rules; their keys are wiped.
 */
void
rules_free(struct rules *rs)
{
	struct rule	*r;

	while ((r = TAILQ_FIRST(rs)) != NULL) {
		TAILQ_REMOVE(rs, r, r_entry);
		free(r->r_file);
		explicit_bzero(r, sizeof(*r));
		free(r);
	}
}

static int
host_same(const struct host *a, const struct host *b)
{
	return (a->h_af == b->h_af && a->h_plen == b->h_plen &&
	    memcmp(a->h_bytes, b->h_bytes, sizeof(a->h_bytes)) == 0);
}

/* The flow of rs that has the selectors of r, or NULL. */
static struct rule *
flow_like(struct rules *rs, const struct rule *r)
{
	struct rule	*f;

	TAILQ_FOREACH(f, rs, r_entry)
		if (f->r_kind == RULE_FLOW &&
		    f->r_direction == r->r_direction &&
		    f->r_proto == r->r_proto && f->r_sport == r->r_sport &&
		    f->r_dport == r->r_dport &&
		    f->r_rdomain == r->r_rdomain &&
		    host_same(&f->r_src, &r->r_src) &&
		    host_same(&f->r_dst, &r->r_dst))
			return (f);
	return (NULL);
}

/* A rule of the file is for the routing domain that we are in. */
static void
set_rdomain(struct rules *rs)
{
	int			 mib[6] = { CTL_NET, BSD_AF_ROUTE, 0, 0,
				    NET_RT_TABLE, getrtable() };
	struct rt_tableinfo	 rti;
	struct rule		*r;
	size_t			 len = sizeof(rti);

	if (sysctl(mib, 6, &rti, &len, NULL, 0) == -1)
		err(1, "routing table");
	TAILQ_FOREACH(r, rs, r_entry)
		r->r_rdomain = rti.rti_domainid;
}

/* The kernel's word on a rule, with the line of the rule. */
static void
refused(const struct rule *r, const char *what)
{
	static const char *const kinds[] = {
		[RULE_FLOW] = "flow", [RULE_SA] = "SA", [RULE_GROUP] = "bundle"
	};

	fprintf(stderr, "%s: %u: failed to %s %s: %s\n", r->r_file, r->r_line,
	    what, kinds[r->r_kind], strerror(errno));
}

/* Take back a rule that was added. */
static void
undo(int fd, struct rules *old, const struct rule *r)
{
	const struct rule	*f;
	int			 ret;

	if (r->r_kind == RULE_FLOW && (f = flow_like(old, r)) != NULL)
		ret = pfkey_rule(fd, f, 0);
	else
		ret = pfkey_rule(fd, r, 1);
	if (ret == -1)
		refused(r, "take back");
}

/* Add the rules that are flows, or those that are not; all or none. */
static int
add(int fd, struct rules *rs, struct rules *old, int flows)
{
	struct rule	*r;

	TAILQ_FOREACH(r, rs, r_entry) {
		if ((r->r_kind == RULE_FLOW) != flows ||
		    pfkey_rule(fd, r, 0) == 0)
			continue;
		refused(r, "add");
		while ((r = TAILQ_PREV(r, rules, r_entry)) != NULL)
			if ((r->r_kind == RULE_FLOW) == flows)
				undo(fd, old, r);
		return (-1);
	}
	return (0);
}

static void
undo_flows(int fd, struct rules *rs, struct rules *old)
{
	struct rule	*r;

	TAILQ_FOREACH_REVERSE(r, rs, rules, r_entry)
		if (r->r_kind == RULE_FLOW)
			undo(fd, old, r);
}

static int
flush_sas(int fd)
{
	return (pfkey_flush(fd, SADB_SATYPE_ESP) == -1 ||
	    pfkey_flush(fd, SADB_SATYPE_AH) == -1 ||
	    pfkey_flush(fd, SADB_X_SATYPE_IPCOMP) == -1 ? -1 : 0);
}

static int
transaction(int fd, struct rules *rs, struct rules *old, int flush)
{
	struct rule	*r;

	if (add(fd, rs, old, 1) == -1)
		return (-1);
	if (flush && flush_sas(fd) == -1)
		err(1, "flush");
	if (add(fd, rs, old, 0) == -1) {
		undo_flows(fd, rs, old);
		if (flush)
			warnx("the SAs that were there are gone");
		return (-1);
	}
	if (!flush)
		return (0);
	TAILQ_FOREACH(r, old, r_entry)
		if (flow_like(rs, r) == NULL && pfkey_rule(fd, r, 1) == -1)
			err(1, "flush");
	return (0);
}

/*
 * Load the rules; with flush in place of all that the kernel has.  Returns
 * 0, or -1 when the kernel refused one, which has been told, and nothing of
 * them is loaded.
 */
int
load_rules(struct rules *rs, int flush)
{
	struct rules	 old = TAILQ_HEAD_INITIALIZER(old);
	sigset_t	 all, before;
	int		 fd = pfkey_open(), ret;

	set_rdomain(rs);
	/* Half of it must not stay when somebody is in a hurry. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	flows_get(&old);
	ret = transaction(fd, rs, &old, flush);
	rules_free(&old);
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(fd);
	return (ret);
}

/*
 * Take the rules away, as far as the kernel has them, the last first.
 * Returns 0, or -1 when some could not be, which has
 * been told.
 */
int
unload_rules(struct rules *rs)
{
	struct rule	*r;
	int		 failed = 0, fd = pfkey_open();

	set_rdomain(rs);
	TAILQ_FOREACH_REVERSE(r, rs, rules, r_entry) {
		if (pfkey_rule(fd, r, 1) == 0)
			continue;
		refused(r, "delete");
		failed = 1;
	}
	close(fd);
	return (failed ? -1 : 0);
}
