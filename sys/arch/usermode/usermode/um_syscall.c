/*
 * Listeners, and the threads that work on system calls.
 *
 *	idle --- notification ---> active --- answered, or caller gone ---+
 *	  ^                          |  ^                                 |
 *	  |                       sleep  tick: signal? gone?              |
 *	  +---------------------------------------------------------------+
 *
 * A notification stays with us until it is answered (the filter asks for
 * that), so a signal to a caller that sleeps here must be noticed by us: each
 * tick while calls are active, the host is asked for pending signals, and the
 * sleep is interrupted.  The answer is then the host's own "restart", of
 * which it makes EINTR or another call.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/file.h>
#include <sys/malloc.h>
#include <sys/proc.h>
#include <sys/queue.h>
#include <sys/syscall.h>

#include <host.h>

#include "um_var.h"

#define UM_TICK_FAST	4		/* ms, while some call is young */
#define UM_TICK_SLOW	16		/* ms, when all have lasted */
#define UM_TICKS_YOUNG	25
#define UM_TICKS_IDLE	50		/* ticks without a call: stop */
#define UM_IDLE_MAX	16		/* threads kept for the next calls */
#define UM_CALLS_MAX	8192		/* calls at once */

static TAILQ_HEAD(um_calllist, um_call)
				um_active = TAILQ_HEAD_INITIALIZER(um_active),
				um_idle = TAILQ_HEAD_INITIALIZER(um_idle);
static int			um_ticking;	/* ticks until it stops */
static int			um_period;	/* of the tick, ms */
static int			um_fresh;	/* calls have started */
static u_int			um_nidle;
static u_int			um_nactive;

static void	call_main(void *);

static void
tree_put(struct um_tree *ut)
{
	if (--ut->ut_refs == 0)
		free(ut, M_DEVBUF, sizeof(*ut));
}

/* The last program of the tree has gone. */
static void
tree_end(struct um_tree *ut)
{
	struct um_call	*uc;

	ut->ut_dead = 1;
	TAILQ_FOREACH(uc, &um_active, uc_list)
		if (uc->uc_tree == ut) {
			uc->uc_dead = 1;
			proc_interrupt(uc->uc_p, 0);
		}
	host_fd_close_watched(ut->ut_fd);
	ut->ut_fd = -1;
	tree_put(ut);
}

/*
 * Does the caller still wait for the answer?
 */
int
um_call_valid(struct um_call *uc)
{
	if (!uc->uc_dead && (uc->uc_tree->ut_dead ||
	    !host_notif_valid(uc->uc_tree->ut_fd, uc->uc_hn.hn_id)))
		uc->uc_dead = 1;
	return (!uc->uc_dead);
}

/*
 * The thread has ended: what it still had us do is for nobody.
 */
void
um_call_abandon(const struct um_thread *th)
{
	struct um_call	*uc;

	TAILQ_FOREACH(uc, &um_active, uc_list)
		if (uc->uc_thread == th && !um_call_valid(uc))
			proc_interrupt(uc->uc_p, 0);
}

/* A thread for a new call; NULL when there is no memory. */
static struct um_call *
call_get(void)
{
	struct um_call	*uc;

	if ((uc = TAILQ_FIRST(&um_idle)) != NULL) {
		TAILQ_REMOVE(&um_idle, uc, uc_list);
		um_nidle--;
		return (uc);
	}
	uc = malloc(sizeof(*uc), M_DEVBUF, M_NOWAIT | M_ZERO);
	if (uc == NULL)
		return (NULL);
	if (kthread_create(call_main, uc, &uc->uc_p, "syscall") != 0) {
		free(uc, M_DEVBUF, sizeof(*uc));
		return (NULL);
	}
	uc->uc_p->p_md = uc;
	return (uc);
}

/* Hand the call to a thread; 0 or ENOMEM, and the references stay. */
static int
call_start(struct um_tree *ut, struct um_thread *th,
    const struct host_notif *hn, const struct um_verdict *uv)
{
	struct um_call	*uc;

	if (um_nactive == UM_CALLS_MAX || (uc = call_get()) == NULL)
		return (ENOMEM);
	uc->uc_tree = ut;
	ut->ut_refs++;
	uc->uc_thread = th;
	uc->uc_hn = *hn;
	uc->uc_ticks = 0;
	uc->uc_dead = uc->uc_resume = 0;
	uc->uc_fd = uv->uv_fd;
	uc->uc_dup = uv->uv_dup;
	uc->uc_fp = uv->uv_fp;
	uc->uc_new = NULL;
	uc->uc_p->p_p = &th->th_group->ug_process;
	proc_clear_interrupt(uc->uc_p);
	TAILQ_INSERT_TAIL(&um_active, uc, uc_list);
	um_nactive++;
	um_fresh = 1;
	wakeup(uc);
	return (0);
}

/* Decide about one notification; 0 when all references have been taken. */
static int
tree_call(struct um_tree *ut, struct um_thread *th,
    const struct host_notif *hn)
{
	struct um_verdict	uv;

	if (th->th_group->ug_image != 0)
		um_group_execed(th);
	um_filter(ut, th, hn, &uv);
	switch (uv.uv_what) {
	case UV_DISPATCH:
		if (call_start(ut, th, hn, &uv) == 0)
			return (0);
		/* Not the last reference while we hold their end. */
		if (uv.uv_fp != NULL) {
			FRELE(uv.uv_fp);
			host_fd_close(uv.uv_dup);
		}
		host_notif_send(ut->ut_fd, hn->hn_id, -ENOMEM);
		break;
	case UV_RESUME:
		host_notif_resume(ut->ut_fd, hn->hn_id);
		break;
	case UV_REFUSE:
		host_notif_send(ut->ut_fd, hn->hn_id, -uv.uv_error);
		break;
	case UV_STALE:
		return (ESRCH);
	}
	um_thread_put(th);
	return (0);
}

/* The listener has a notification, or is at its end. */
static void
tree_event(void *arg, uint32_t events)
{
	struct um_tree		*ut = arg;
	struct um_thread	*th;
	struct host_notif	 hn;
	int			 tries;

	if ((events & HOST_EV_IN) == 0) {
		if (events & (HOST_EV_HUP | HOST_EV_ERR))
			tree_end(ut);
		return;
	}
	if (host_notif_recv(ut->ut_fd, &hn) != 0)
		return;
	if (!ut->ut_known) {
		/* Whoever put the filter on, about to exec. */
		ut->ut_known = 1;
		host_proc_root(hn.hn_tid, &ut->ut_root);
	}
	for (tries = 0; tries < 2; tries++) {
		if ((th = um_thread_get(hn.hn_tid)) == NULL)
			break;
		if (tree_call(ut, th, &hn) == 0)
			return;
		um_thread_forget(th);
		um_thread_put(th);
	}
	host_notif_send(ut->ut_fd, hn.hn_id, -ENOMEM);
}

/*
 * The host's upcall: a new filter tree.
 */
int
um_listener_attach(int fd)
{
	struct um_tree	*ut;
	int		 error;

	if ((error = host_notif_setup(fd)) != 0)
		return (error);
	ut = malloc(sizeof(*ut), M_DEVBUF, M_NOWAIT | M_ZERO);
	if (ut == NULL)
		return (-ENOMEM);
	ut->ut_fd = fd;
	ut->ut_refs = 1;
	error = host_event_add(fd, HOST_EV_IN | HOST_EV_LATE, tree_event, ut);
	if (error != 0) {
		free(ut, M_DEVBUF, sizeof(*ut));
		return (error);
	}
	return (0);
}

/* Carry the call out; the result is what the program gets. */
static int64_t
call_run(struct um_call *uc)
{
	register_t	 args[6], retval;
	int		 error, i, nr;

	if (!um_filter_quick(uc->uc_hn.hn_nr) &&
	    um_thread_cred(uc->uc_thread) != 0)
		return (-ESRCH);
	um_copy_ahead(uc);
	retval = 0;
	if (!um_filter_own(uc, &error, &retval)) {
		for (i = 0; i < 6; i++)
			args[i] = uc->uc_hn.hn_args[i];
		nr = uc->uc_hn.hn_nr;
		error = syscall_dispatch(uc->uc_p, nr, args, &retval);
		if (error == 0 && (nr == SYS_pledge || nr == SYS_setrtable))
			error = um_group_save(uc->uc_thread);
	}
	i = um_copy_flush(uc);
	um_copy_wipe(uc);
	if (error == 0)
		error = i;
	if (error == ERESTART)
		error = HOST_ERESTARTSYS;
	return (error != 0 ? -error : retval);
}

/*
 * Answer.  What the program can see is made true first; what it cannot is
 * left for after, when it runs already.
 */
static void
call_answer(struct um_call *uc, int64_t result)
{
	struct um_tree	*ut = uc->uc_tree;

	if (uc->uc_fp != NULL)
		um_file_settle(uc->uc_fp, uc->uc_dup);
	if (uc->uc_new != NULL) {
		if (result < 0 || ut->ut_dead) {
			FRELE(uc->uc_new);
			uc->uc_new = NULL;
		} else if ((result = -um_file_answer(uc)) == 0)
			return;
	}
	if (ut->ut_dead)
		return;
	if (uc->uc_resume && result == 0)
		host_notif_resume(ut->ut_fd, uc->uc_hn.hn_id);
	else
		host_notif_send(ut->ut_fd, uc->uc_hn.hn_id, result);
}

/* Wait for the next call, or end: enough others wait. */
static void
call_rest(struct um_call *uc)
{
	if (um_nidle == UM_IDLE_MAX) {
		free(uc, M_DEVBUF, sizeof(*uc));
		kthread_exit(0);
	}
	TAILQ_INSERT_HEAD(&um_idle, uc, uc_list);
	um_nidle++;
	while (uc->uc_tree == NULL)
		tsleep_nsec(uc, PWAIT, "nocall", INFSLP);
}

static void
call_end(struct um_call *uc)
{
	TAILQ_REMOVE(&um_active, uc, uc_list);
	um_nactive--;
	if (uc->uc_fp != NULL) {
		host_fd_close(uc->uc_dup);
		FRELE(uc->uc_fp);
		uc->uc_fp = NULL;
	}
	uc->uc_p->p_p = &process0;
	um_thread_put(uc->uc_thread);
	uc->uc_thread = NULL;
	tree_put(uc->uc_tree);
	uc->uc_tree = NULL;
}

static void
call_main(void *arg)
{
	struct um_call	*uc = arg;

	for (;;) {
		um_copy_reset(uc);
		call_answer(uc, call_run(uc));
		call_end(uc);
		call_rest(uc);
	}
}

/* Has this call, if it has lasted for a whole tick, a reason to end? */
static void
call_tick(struct um_call *uc)
{
	if (uc->uc_ticks++ == 0)
		return;
	if (!um_call_valid(uc))
		proc_interrupt(uc->uc_p, 0);
	else if (host_proc_signalled(uc->uc_hn.hn_tid))
		proc_interrupt(uc->uc_p, 1);
}

static void	um_tick(void *, uint32_t);

static void
tick_every(int ms)
{
	if (um_period == ms)
		return;
	um_period = ms;
	host_tick(ms, um_tick, NULL);
}

static void
um_tick(void *arg, uint32_t events)
{
	struct um_call	*uc;
	int		 young = 0;

	TAILQ_FOREACH(uc, &um_active, uc_list) {
		call_tick(uc);
		young |= uc->uc_ticks < UM_TICKS_YOUNG;
	}
	if (!TAILQ_EMPTY(&um_active)) {
		um_ticking = UM_TICKS_IDLE;
		tick_every(young ? UM_TICK_FAST : UM_TICK_SLOW);
	} else if (--um_ticking == 0)
		tick_every(0);
}

/*
 * The kernel is about to wait: calls that sleep want the tick, young ones
 * the fast one.
 */
void
um_syscall_idle(void)
{
	struct um_call	*uc;

	if (!um_fresh)
		return;
	um_fresh = 0;
	uc = TAILQ_LAST(&um_active, um_calllist);
	if (uc == NULL || uc->uc_ticks >= UM_TICKS_YOUNG)
		return;
	um_ticking = UM_TICKS_IDLE;
	tick_every(UM_TICK_FAST);
}

/*
 * Once, before the first program.
 */
void
um_syscall_init(void)
{
	um_filter_init();
	um_proc_init();
	um_file_init();
}
