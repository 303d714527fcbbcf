/*
 * The table of families, and the way from a socket's family, type and
 * protocol to its protocol switch.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/domain.h>
#include <sys/proc.h>
#include <sys/protosw.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/socketvar.h>

#include <netinet/in.h>

static struct domain	*domains;
static int		 domains_ready;

static void
domain_start(struct domain *dp)
{
	const struct protosw	*pr;

	if (dp->dom_ready)
		return;
	dp->dom_ready = 1;
	if (dp->dom_init != NULL)
		dp->dom_init();
	for (pr = dp->dom_protosw; pr < dp->dom_protoswNPROTOSW; pr++)
		if (pr->pr_init != NULL)
			pr->pr_init();
}

/*
 * Add a family.  The structure stays the caller's and must live for ever.
 * It is initialised now if the others have been, else with them.
 */
void
domain_register(struct domain *dp)
{
	KASSERT(pffinddomain(dp->dom_family) == NULL);
	dp->dom_next = domains;
	domains = dp;
	if (domains_ready)
		domain_start(dp);
}

/*
 * Initialise every family that has been registered, and sockets.
 */
void
domaininit(void)
{
	struct domain	*dp;

	soinit();
	domains_ready = 1;
	for (dp = domains; dp != NULL; dp = dp->dom_next)
		domain_start(dp);
}

/*
 * The domain of a family (AF_*), or NULL.
 */
struct domain *
pffinddomain(int family)
{
	struct domain	*dp;

	for (dp = domains; dp != NULL; dp = dp->dom_next)
		if (dp->dom_family == family)
			return (dp);
	return (NULL);
}

/*
 * The family's first protocol of a type, or NULL.
 */
const struct protosw *
pffindtype(int family, int type)
{
	const struct protosw	*pr;
	struct domain		*dp;

	if ((dp = pffinddomain(family)) == NULL)
		return (NULL);
	for (pr = dp->dom_protosw; pr < dp->dom_protoswNPROTOSW; pr++)
		if (pr->pr_type != 0 && pr->pr_type == type)
			return (pr);
	return (NULL);
}

/*
 * The protocol of a family, number and type; for a raw socket of a number
 * that nobody claims, the family's wildcard.  NULL when there is none.
 */
const struct protosw *
pffindproto(int family, int protocol, int type)
{
	const struct protosw	*pr, *wild = NULL;
	struct domain		*dp;

	if (family == 0 || (dp = pffinddomain(family)) == NULL)
		return (NULL);
	for (pr = dp->dom_protosw; pr < dp->dom_protoswNPROTOSW; pr++) {
		if (pr->pr_type == 0 || pr->pr_type != type)
			continue;
		if (pr->pr_protocol == protocol)
			return (pr);
		if (type == SOCK_RAW && pr->pr_protocol == 0 && wild == NULL)
			wild = pr;
	}
	return (wild);
}

/*
 * Tell every protocol of an event (PRC_*) of all routing domains' address.
 */
void
pfctlinput(int cmd, struct sockaddr *sa)
{
	const struct protosw	*pr;
	struct domain		*dp;

	for (dp = domains; dp != NULL; dp = dp->dom_next)
		for (pr = dp->dom_protosw; pr < dp->dom_protoswNPROTOSW; pr++)
			if (pr->pr_ctlinput != NULL)
				pr->pr_ctlinput(cmd, sa, 0, NULL);
}

/*
 * net.<family>.<protocol>...: the family's own handler, or the protocol's.
 * Handlers run without the net lock.
 */
int
net_sysctl(int *name, u_int namelen, void *oldp, size_t *oldlenp, void *newp,
    size_t newlen, struct proc *p)
{
	const struct protosw	*pr;
	struct domain		*dp;

	(void)p;
	if (namelen < 2)
		return (EISDIR);
	if ((dp = pffinddomain(name[0])) == NULL)
		return (ENOPROTOOPT);
	if (dp->dom_sysctl != NULL)
		return (dp->dom_sysctl(name + 1, namelen - 1, oldp, oldlenp,
		    newp, newlen));
	if (namelen < 3)
		return (EISDIR);
	for (pr = dp->dom_protosw; pr < dp->dom_protoswNPROTOSW; pr++)
		if (pr->pr_protocol == name[1] && pr->pr_sysctl != NULL)
			return (pr->pr_sysctl(name + 2, namelen - 2, oldp,
			    oldlenp, newp, newlen));
	return (ENOPROTOOPT);
}
