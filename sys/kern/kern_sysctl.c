/*
 * sysctl(2): the way in, the helpers of all who answer, and hw.  kern is in
 * kern_sysctl_kern.c, net goes to the protocols.
 *
 * A handler is given the caller's addresses and copies with the helpers.  In
 * each of them: no room to copy to means that only the size is asked for;
 * too little is ENOMEM; a new value of another size is EINVAL.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/domain.h>
#include <sys/malloc.h>
#include <sys/pledge.h>
#include <sys/proc.h>
#include <sys/syscallargs.h>
#include <sys/sysctl.h>
#include <sys/ucred.h>

#include <kern/kern_sysctl.h>

static int	hw_sysctl(int *, u_int, void *, size_t *, void *, size_t,
		    struct proc *);

/*
 * Answer a name; the arguments are those of a handler, and old and new are
 * addresses of the calling process.  Changing anything takes the super-user.
 *
 * EOPNOTSUPP and ENOPROTOOPT for a name that nobody has, EISDIR and ENOTDIR
 * for one that is too short or too long.
 */
int
sysctl_call(int *name, u_int namelen, void *old, size_t *oldlenp, void *new,
    size_t newlen, struct proc *p)
{
	sysctlfn	*fn;
	int		 error;

	if (namelen < 2)
		return (EISDIR);
	if (new != NULL && (error = suser(p)) != 0)
		return (error);
	switch (name[0]) {
	case CTL_KERN:
		fn = kern_sysctl;
		break;
	case CTL_HW:
		fn = hw_sysctl;
		break;
	case CTL_NET:
		fn = net_sysctl;
		break;
	default:
		return (EOPNOTSUPP);
	}
	return (fn(name + 1, namelen - 1, old, oldlenp, new, newlen, p));
}

int
sys_sysctl(struct proc *p, void *v, register_t *retval)
{
	struct sys_sysctl_args	*uap = v;
	size_t			 oldlen = 0;
	int			 name[CTL_MAXNAME];
	u_int			 n = SCARG(uap, namelen);
	int			 error;

	if (n < 2 || n > CTL_MAXNAME)
		return (EINVAL);
	error = copyin(SCARG(uap, name), name, n * sizeof(name[0]));
	if (error)
		return (error);
	error = pledge_sysctl(p, name, n, SCARG(uap, new) != NULL);
	if (error)
		return (error);
	if (SCARG(uap, oldlenp) != NULL) {
		error = copyin(SCARG(uap, oldlenp), &oldlen, sizeof(oldlen));
		if (error)
			return (error);
	} else if (SCARG(uap, old) != NULL)
		return (EFAULT);
	error = sysctl_call(name, n, SCARG(uap, old), &oldlen,
	    SCARG(uap, new), SCARG(uap, newlen), p);
	if (error == 0 && SCARG(uap, oldlenp) != NULL)
		error = copyout(&oldlen, SCARG(uap, oldlenp),
		    sizeof(oldlen));
	return (error);
}

static int
hw_sysctl(int *name, u_int namelen, void *old, size_t *oldlenp, void *new,
    size_t newlen, struct proc *p)
{
	if (namelen != 1)
		return (ENOTDIR);
	switch (name[0]) {
	case HW_MACHINE:
		return (sysctl_rdstring(old, oldlenp, new, "amd64"));
	case HW_NCPU:
	case HW_NCPUFOUND:
	case HW_NCPUONLINE:
		return (sysctl_rdint(old, oldlenp, new, 1));
	case HW_BYTEORDER:
		return (sysctl_rdint(old, oldlenp, new, 1234));
	case HW_PAGESIZE:
		return (sysctl_rdint(old, oldlenp, new, PAGE_SIZE));
	default:
		return (EOPNOTSUPP);
	}
}

/* Copy len bytes out; the size is told in any case. */
static int
sysctl_out(void *old, size_t *oldlenp, const void *p, size_t len)
{
	if (old != NULL && *oldlenp < len)
		return (ENOMEM);
	*oldlenp = len;
	return (old == NULL ? 0 : copyout(p, old, len));
}

/*
 * A value of len bytes that may be set.  If the old value cannot be copied
 * out, the new one is not taken.
 */
int
sysctl_struct(void *old, size_t *oldlenp, void *new, size_t newlen, void *p,
    size_t len)
{
	int	 error;

	if (new != NULL && newlen != len)
		return (EINVAL);
	if ((error = sysctl_out(old, oldlenp, p, len)) != 0)
		return (error);
	return (new == NULL ? 0 : copyin(new, p, len));
}

/*
 * A value of len bytes that may not be set (EPERM).
 */
int
sysctl_rdstruct(void *old, size_t *oldlenp, void *new, const void *p,
    size_t len)
{
	if (new != NULL)
		return (EPERM);
	return (sysctl_out(old, oldlenp, p, len));
}

/*
 * An int that may be set.
 */
int
sysctl_int(void *old, size_t *oldlenp, void *new, size_t newlen, int *valp)
{
	return (sysctl_int_bounded(old, oldlenp, new, newlen, valp, INT_MIN,
	    INT_MAX));
}

/*
 * An int that may be set between two bounds (EINVAL), both allowed; with the
 * bounds SYSCTL_INT_READONLY it may not be set at all (EPERM).
 */
int
sysctl_int_bounded(void *old, size_t *oldlenp, void *new, size_t newlen,
    int *valp, int minimum, int maximum)
{
	int	 error, val = *valp;

	if (minimum > maximum)
		return (sysctl_rdint(old, oldlenp, new, val));
	error = sysctl_struct(old, oldlenp, new, newlen, &val, sizeof(val));
	if (error == 0 && new != NULL) {
		if (val < minimum || val > maximum)
			return (EINVAL);
		*valp = val;
	}
	return (error);
}

/*
 * The leaf of a table of n bounded ints that the name (of one integer)
 * chooses; EOPNOTSUPP, ENOTDIR.
 */
int
sysctl_bounded_arr(const struct sysctl_bounded_args *args, u_int n,
    int *name, u_int namelen, void *old, size_t *oldlenp, void *new,
    size_t newlen)
{
	u_int	 i;

	if (namelen != 1)
		return (ENOTDIR);
	for (i = 0; i < n; i++)
		if (args[i].mib == name[0])
			return (sysctl_int_bounded(old, oldlenp, new, newlen,
			    args[i].var, args[i].minimum, args[i].maximum));
	return (EOPNOTSUPP);
}

/*
 * An int that may not be set.
 */
int
sysctl_rdint(void *old, size_t *oldlenp, void *new, int val)
{
	return (sysctl_rdstruct(old, oldlenp, new, &val, sizeof(val)));
}

/*
 * A string in a buffer of maxlen bytes, that may be set to one of at most
 * maxlen - 1 (EINVAL for more).
 */
int
sysctl_string(void *old, size_t *oldlenp, void *new, size_t newlen, char *str,
    size_t maxlen)
{
	char	*buf;
	int	 error;

	if (new != NULL && newlen >= maxlen)
		return (EINVAL);
	if ((error = sysctl_out(old, oldlenp, str, strlen(str) + 1)) != 0)
		return (error);
	if (new == NULL)
		return (0);
	buf = malloc(maxlen, M_SYSCTL, M_WAITOK | M_ZERO);
	if ((error = copyin(new, buf, newlen)) == 0)
		strlcpy(str, buf, maxlen);
	free(buf, M_SYSCTL, maxlen);
	return (error);
}

/*
 * The same, but too little room gets as much as fits, and its NUL.
 */
int
sysctl_tstring(void *old, size_t *oldlenp, void *new, size_t newlen,
    char *str, size_t maxlen)
{
	size_t	 len = strlen(str) + 1;
	int	 error;

	if (old == NULL || *oldlenp >= len)
		return (sysctl_string(old, oldlenp, new, newlen, str,
		    maxlen));
	if (new != NULL && newlen >= maxlen)
		return (EINVAL);
	if (*oldlenp > 0) {
		error = copyout(str, old, *oldlenp - 1);
		if (error == 0)
			error = copyout("", (char *)old + *oldlenp - 1, 1);
		if (error)
			return (error);
	}
	if (new == NULL)
		return (0);
	len = 0;
	return (sysctl_string(NULL, &len, new, newlen, str, maxlen));
}

/*
 * A string that may not be set.
 */
int
sysctl_rdstring(void *old, size_t *oldlenp, void *new, const char *str)
{
	return (sysctl_rdstruct(old, oldlenp, new, str, strlen(str) + 1));
}
