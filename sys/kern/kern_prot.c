/*
 * Credentials, and a process's routing table.
 *
 * A struct ucred never changes once somebody shares it: who becomes another
 * user gets another one.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/malloc.h>
#include <sys/proc.h>
#include <sys/socket.h>
#include <sys/syscallargs.h>
#include <sys/ucred.h>

#include <net/rtable.h>

struct ucred	ucred0 = { .cr_refcnt = 1 };

/*
 * New credentials, all zero: the super-user's.  One reference.
 */
struct ucred *
crget(void)
{
	struct ucred	*cr;

	cr = malloc(sizeof(*cr), M_CRED, M_WAITOK | M_ZERO);
	cr->cr_refcnt = 1;
	return (cr);
}

/*
 * Take a reference.
 */
struct ucred *
crhold(struct ucred *cr)
{
	cr->cr_refcnt++;
	return (cr);
}

/*
 * Give a reference back.
 */
void
crfree(struct ucred *cr)
{
	KASSERT(cr->cr_refcnt > 0);
	if (--cr->cr_refcnt == 0)
		free(cr, M_CRED, sizeof(*cr));
}

/*
 * A copy that the caller may change.
 */
struct ucred *
crdup(const struct ucred *cr)
{
	struct ucred	*new;

	new = crget();
	*new = *cr;
	new->cr_refcnt = 1;
	return (new);
}

/*
 * Do the two say the same?
 */
int
cr_same(const struct ucred *a, const struct ucred *b)
{
	return (a->cr_uid == b->cr_uid && a->cr_ruid == b->cr_ruid &&
	    a->cr_svuid == b->cr_svuid && a->cr_gid == b->cr_gid &&
	    a->cr_rgid == b->cr_rgid && a->cr_svgid == b->cr_svgid &&
	    a->cr_ngroups == b->cr_ngroups &&
	    memcmp(a->cr_groups, b->cr_groups,
	    a->cr_ngroups * sizeof(a->cr_groups[0])) == 0);
}

/*
 * The process acts as cr from now on, which is copied unless it is who the
 * process was already.  The ids are those that the port read; a group list
 * longer than NGROUPS is the port's to cut.
 */
void
process_setcred(struct process *pr, const struct ucred *cr)
{
	struct ucred	*old = pr->ps_ucred;

	if (old != NULL && cr_same(old, cr))
		return;
	pr->ps_ucred = crdup(cr);
	if (old != NULL)
		crfree(old);
}

/*
 * Is gid the effective group or one of the others?
 */
int
groupmember(gid_t gid, const struct ucred *cr)
{
	int	 i;

	if (cr->cr_gid == gid)
		return (1);
	for (i = 0; i < cr->cr_ngroups; i++)
		if (cr->cr_groups[i] == gid)
			return (1);
	return (0);
}

/*
 * 0 for the super-user, else EPERM.
 */
int
suser_ucred(const struct ucred *cr)
{
	return (cr->cr_uid == 0 ? 0 : EPERM);
}

/*
 * 0 if the thread's process acts as the super-user, else EPERM.
 */
int
suser(struct proc *p)
{
	return (suser_ucred(p->p_ucred));
}

int
sys_getrtable(struct proc *p, void *v, register_t *retval)
{
	(void)v;
	*retval = p->p_rtableid;
	return (0);
}

/*
 * Only the super-user leaves a table other than the first.
 */
int
sys_setrtable(struct proc *p, void *v, register_t *retval)
{
	struct sys_setrtable_args	*uap = v;
	int				 id = SCARG(uap, rtableid);
	int				 error;

	(void)retval;
	if (p->p_rtableid == (u_int)id)
		return (0);
	if (p->p_rtableid != 0 && (error = suser(p)) != 0)
		return (error);
	if (id < 0 || id > RT_TABLEID_MAX || !rtable_exists((u_int)id))
		return (EINVAL);
	p->p_rtableid = (u_int)id;
	return (0);
}
