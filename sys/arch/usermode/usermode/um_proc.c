/*
 * The programs that call: threads by the host's number, in groups that are
 * processes.  It is a cache.  A thread that has not called for long is
 * forgotten, and one that ends, as its pidfd says.
 *
 * What a process has of this kernel's own and hands down by fork and exec,
 * its routing table and its promises, must outlive the cache, and a child
 * must have it whoever its parent is by the time of its first call.  So each
 * different state gets a number, the mark, which the host keeps with the
 * process and inherits for us (see host_proc_mark()).
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/malloc.h>
#include <sys/pledge.h>
#include <sys/pool.h>
#include <sys/proc.h>
#include <sys/queue.h>
#include <sys/ucred.h>

#include <host.h>

#include "um_var.h"

#define UM_HASH		256
#define UM_THREADS	512		/* most that are remembered */

static LIST_HEAD(, um_thread)	um_threads[UM_HASH];
static LIST_HEAD(, um_group)	um_groups[UM_HASH];
static TAILQ_HEAD(, um_thread)	um_lru = TAILQ_HEAD_INITIALIZER(um_lru);
static u_int			um_nthreads;
static struct pool		um_thread_pool;
static struct pool		um_group_pool;

/* What each mark stands for; the first is never used. */
struct um_state {
	u_int		us_rtableid;
	uint64_t	us_pledge;
	uint64_t	us_execpledge;
	u_int		us_flags;
};
#define UM_STATE_FLAGS	(PS_PLEDGE | PS_EXECPLEDGE)
static struct um_state	*um_states;
static int		 um_nstates = 1;

static void
state_take(struct um_state *us, const struct process *pr)
{
	us->us_rtableid = pr->ps_rtableid;
	us->us_pledge = pr->ps_pledge;
	us->us_execpledge = pr->ps_execpledge;
	us->us_flags = pr->ps_flags & UM_STATE_FLAGS;
}

static int
state_same(const struct um_state *a, const struct um_state *b)
{
	return (a->us_rtableid == b->us_rtableid &&
	    a->us_pledge == b->us_pledge &&
	    a->us_execpledge == b->us_execpledge &&
	    a->us_flags == b->us_flags);
}

/* The mark of a state; -1 when there are too many. */
static int
state_mark(const struct um_state *us)
{
	int	 i;

	if (us->us_rtableid == 0 && us->us_flags == 0)
		return (0);
	for (i = 1; i < um_nstates; i++)
		if (state_same(us, &um_states[i]))
			return (i);
	if (um_nstates > HOST_MARK_MAX)
		return (-1);
	um_states[i] = *us;
	um_nstates++;
	return (i);
}

/*
 * Write down what the process has become by its call.  0 or an errno.
 */
int
um_group_save(struct um_thread *th)
{
	struct um_state	 us;
	int		 mark;

	state_take(&us, &th->th_group->ug_process);
	if ((mark = state_mark(&us)) == -1)
		return (ENOMEM);
	return (-host_proc_setmark(th->th_hp.hp_tid, mark));
}

static void
group_load(struct um_group *ug, int tid)
{
	struct process	*pr = &ug->ug_process;
	struct um_state	*us;
	int		 mark;

	mark = host_proc_mark(tid);
	if (mark <= 0 || mark >= um_nstates)
		return;
	us = &um_states[mark];
	pr->ps_rtableid = us->us_rtableid;
	pr->ps_pledge = us->us_pledge;
	pr->ps_execpledge = us->us_execpledge;
	pr->ps_flags |= us->us_flags;
}

/*
 * The thread is about to exec.  If that changes its promises, remember what
 * it runs now, to find out whether it came to pass.
 */
void
um_group_exec(struct um_thread *th)
{
	struct um_group	*ug = th->th_group;

	if (ug->ug_process.ps_flags & UM_STATE_FLAGS)
		ug->ug_image = host_proc_image(th->th_hp.hp_tid);
}

/*
 * A call of a group with ug_image set: the exec has failed, or succeeded.
 */
void
um_group_execed(struct um_thread *th)
{
	struct um_group	*ug = th->th_group;

	if (host_proc_image(th->th_hp.hp_tid) != ug->ug_image) {
		pledge_exec(&ug->ug_process);
		(void)um_group_save(th);
	}
	ug->ug_image = 0;
}

static struct um_group *
group_get(const struct host_proc *hp)
{
	struct um_group	*ug;

	LIST_FOREACH(ug, &um_groups[hp->hp_pid % UM_HASH], ug_hash)
		if (ug->ug_pid == hp->hp_pid) {
			ug->ug_refs++;
			return (ug);
		}
	if ((ug = pool_get(&um_group_pool, PR_NOWAIT | PR_ZERO)) == NULL)
		return (NULL);
	ug->ug_refs = 1;
	ug->ug_pid = hp->hp_pid;
	ug->ug_process.ps_pid = hp->hp_nspid;
	ug->ug_process.ps_refs = 1;
	strlcpy(ug->ug_process.ps_comm, hp->hp_comm,
	    sizeof(ug->ug_process.ps_comm));
	LIST_INSERT_HEAD(&um_groups[hp->hp_pid % UM_HASH], ug, ug_hash);
	group_load(ug, hp->hp_tid);
	return (ug);
}

static void
group_put(struct um_group *ug)
{
	if (--ug->ug_refs > 0)
		return;
	LIST_REMOVE(ug, ug_hash);
	if (ug->ug_process.ps_ucred != NULL)
		crfree(ug->ug_process.ps_ucred);
	pool_put(&um_group_pool, ug);
}

static void
thread_setcred(struct um_thread *th)
{
	const struct host_proc	*hp = &th->th_hp;
	struct ucred		 cr;

	memset(&cr, 0, sizeof(cr));
	cr.cr_ruid = hp->hp_uid[0];
	cr.cr_uid = hp->hp_uid[1];
	cr.cr_svuid = hp->hp_uid[2];
	cr.cr_rgid = hp->hp_gid[0];
	cr.cr_gid = hp->hp_gid[1];
	cr.cr_svgid = hp->hp_gid[2];
	process_setcred(&th->th_group->ug_process, &cr);
}

/*
 * Look again who the caller acts as.  0, or ESRCH: not who we thought.
 */
int
um_thread_cred(struct um_thread *th)
{
	int	 error;

	if ((error = -host_proc_cred(&th->th_hp)) == 0)
		thread_setcred(th);
	return (error);
}

static void
thread_exit(void *arg, uint32_t events)
{
	um_thread_forget(arg);
}

static void
thread_free(struct um_thread *th)
{
	group_put(th->th_group);
	host_proc_close(&th->th_hp);
	pool_put(&um_thread_pool, th);
}

/*
 * Give a reference back.
 */
void
um_thread_put(struct um_thread *th)
{
	if (--th->th_refs == 0)
		thread_free(th);
}

/*
 * The thread has ended, or is not known to be who it was: its calls are
 * abandoned, and its number is looked up anew.
 */
void
um_thread_forget(struct um_thread *th)
{
	if (th->th_dead)
		return;
	th->th_dead = 1;
	LIST_REMOVE(th, th_hash);
	TAILQ_REMOVE(&um_lru, th, th_lru);
	um_nthreads--;
	host_event_del(th->th_hp.hp_pidfd);
	um_call_abandon(th);
	um_thread_put(th);
}

/* Forget who has not called for longest, and is not calling. */
static void
thread_evict(void)
{
	struct um_thread	*th;

	TAILQ_FOREACH(th, &um_lru, th_lru)
		if (th->th_refs == 1 && th->th_group->ug_image == 0) {
			um_thread_forget(th);
			return;
		}
}

static struct um_thread *
thread_new(int tid)
{
	struct um_thread	*th;

	if (um_nthreads >= UM_THREADS)
		thread_evict();
	if ((th = pool_get(&um_thread_pool, PR_NOWAIT | PR_ZERO)) == NULL)
		return (NULL);
	if (host_proc_open(tid, &th->th_hp) != 0 ||
	    (th->th_group = group_get(&th->th_hp)) == NULL) {
		host_proc_close(&th->th_hp);
		pool_put(&um_thread_pool, th);
		return (NULL);
	}
	thread_setcred(th);
	th->th_refs = 1;
	LIST_INSERT_HEAD(&um_threads[tid % UM_HASH], th, th_hash);
	TAILQ_INSERT_TAIL(&um_lru, th, th_lru);
	um_nthreads++;
	if (host_event_add(th->th_hp.hp_pidfd, HOST_EV_IN, thread_exit,
	    th) != 0) {
		um_thread_forget(th);
		return (NULL);
	}
	return (th);
}

/*
 * The thread of that number, with a reference; NULL when there is none, or
 * no room to know it.
 */
struct um_thread *
um_thread_get(int tid)
{
	struct um_thread	*th;

	LIST_FOREACH(th, &um_threads[tid % UM_HASH], th_hash)
		if (th->th_hp.hp_tid == tid)
			break;
	if (th != NULL && host_proc_check(&th->th_hp) != 0) {
		um_thread_forget(th);
		th = NULL;
	}
	if (th == NULL && (th = thread_new(tid)) == NULL)
		return (NULL);
	if (TAILQ_NEXT(th, th_lru) != NULL) {
		TAILQ_REMOVE(&um_lru, th, th_lru);
		TAILQ_INSERT_TAIL(&um_lru, th, th_lru);
	}
	th->th_refs++;
	return (th);
}

/* The program breaks its promises: pledge(2) wants it to end. */
static void
proc_kill(struct proc *p, int sig)
{
	struct um_call	*uc = p->p_md;

	if (uc != NULL)
		host_proc_kill(&uc->uc_thread->th_hp, sig);
}

/*
 * Once, before the first program.
 */
void
um_proc_init(void)
{
	pledge_killhook = proc_kill;
	pool_init(&um_thread_pool, sizeof(struct um_thread), 0, 0, 0,
	    "umthrpl", NULL);
	pool_init(&um_group_pool, sizeof(struct um_group), 0, 0, 0,
	    "umgrppl", NULL);
	um_states = mallocarray(HOST_MARK_MAX + 1, sizeof(*um_states), M_TEMP,
	    M_WAITOK | M_ZERO);
}
