/*
 * mutex(9).  Nothing is preempted and nobody sleeps with a mutex, so one
 * that is found taken is a bug, and taking one is a note of who has it.
 */
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/systm.h>

/*
 * Make a mutex; name is for panics.
 */
void
mtx_init_name(struct mutex *mtx, const char *name)
{
	mtx->mtx_owner = NULL;
	mtx->mtx_name = name;
}

/*
 * Take the mutex.  The caller may not sleep until it has left it.
 */
void
mtx_enter(struct mutex *mtx)
{
	if (__predict_false(mtx->mtx_owner != NULL))
		panic("mutex %s: taken by %s, wanted by %s", mtx->mtx_name,
		    mtx->mtx_owner->p_name, curproc->p_name);
	mtx->mtx_owner = curproc;
	curproc->p_nlocks++;
}

/*
 * Take the mutex if it is free: 1 if so.
 */
int
mtx_enter_try(struct mutex *mtx)
{
	if (mtx->mtx_owner != NULL)
		return (0);
	mtx_enter(mtx);
	return (1);
}

void
mtx_leave(struct mutex *mtx)
{
	if (__predict_false(mtx->mtx_owner != curproc))
		panic("mutex %s: %s leaves it and does not hold it",
		    mtx->mtx_name, curproc->p_name);
	mtx->mtx_owner = NULL;
	curproc->p_nlocks--;
}

/*
 * Does the running thread hold it?
 */
int
mtx_owned(const struct mutex *mtx)
{
	return (mtx->mtx_owner == curproc);
}
