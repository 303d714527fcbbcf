/*
 * Threads and processes.
 *
 * struct proc is a thread of the kernel: it has a stack and can sleep.
 * struct process is what a user's program owns: identity, descriptors,
 * promises.  Threads of the kernel itself belong to process0; a thread that
 * works on a system call belongs to the caller's process for so long.
 *
 *	     kthread_create
 *	           |
 *	           v    switched to
 *	        SRUN  -------------->  SONPROC
 *	         ^ ^                    |  |  \
 *	  wakeup | |  yield             |  |   kthread_exit
 *	         | +--------------------+  |      \
 *	       SSLEEP <--------------------+      SDEAD -> stack reused
 *	                    tsleep
 */
#ifndef _SYS_PROC_H_
#define _SYS_PROC_H_

#include <sys/param.h>
#include <sys/queue.h>
#include <sys/timeout.h>

struct filedesc;
struct fdops;
struct ucred;

/*
 * Locks used to protect struct members in this file:
 *	I	immutable after creation
 *	o	only the thread itself, or who created it before it runs
 *	k	the kernel, never preempted
 */
struct process {
	pid_t		 ps_pid;	/* [I] the port's number */
	u_int		 ps_refs;	/* [k] */
	char		 ps_comm[MAXCOMLEN];	/* [k] */
	struct ucred	*ps_ucred;	/* [k] credentials, referenced */
	u_int		 ps_rtableid;	/* [k] routing table */
	uint64_t	 ps_pledge;	/* [k] promises */
	uint64_t	 ps_execpledge;	/* [k] those of the next image */
	u_int		 ps_flags;	/* [k] PS_ */
	struct filedesc	*ps_fd;		/* [k] for the MI descriptor table */
	const struct fdops *ps_fdops;	/* [I] where descriptors live */
	const struct usermem *ps_mem;	/* [I] NULL: the port knows */
	void		*ps_md;		/* the port's */
};

/*
 * The memory of a process which the port knows nothing of, such as one that
 * a test makes up.  Both copy all bytes or answer EFAULT; user addresses are
 * the first argument of the one, the second of the other.
 */
struct usermem {
	int	(*um_copyin)(const void *, void *, size_t);
	int	(*um_copyout)(const void *, void *, size_t);
};

#define PS_PLEDGE	0x0001		/* has called pledge(2) */
#define PS_SYSTEM	0x0002		/* the kernel's own */
#define PS_EXITING	0x0004
#define PS_EXECPLEDGE	0x0008		/* ps_execpledge counts */

#define SRUN		1
#define SONPROC		2
#define SSLEEP		3
#define SDEAD		4

struct proc {
	TAILQ_ENTRY(proc) p_runq;	/* [k] run queue or sleep queue */
	LIST_ENTRY(proc) p_list;	/* [k] all threads */
	struct process	*p_p;		/* [o] */
	pid_t		 p_tid;		/* [I] */
	int		 p_stat;	/* [k] SRUN ... */
	int		 p_flag;	/* [k] P_ */
	int		 p_error;	/* [k] how the sleep ended */
	const volatile void *p_wchan;	/* [k] what it sleeps on */
	const char	*p_wmesg;	/* [k] and why */
	struct timeout	 p_sleep_to;	/* [k] limit of the sleep */
	u_int		 p_nlocks;	/* [o] mutexes held */
	char		 p_name[MAXCOMLEN];	/* [I] */
	void		(*p_func)(void *);	/* [I] what it runs */
	void		*p_arg;		/* [I] */
	void		*p_context;	/* [k] saved by md_switch() */
	void		*p_stack;	/* [I] lowest byte, NULL for proc0 */
	size_t		 p_stacksize;	/* [I] bytes, never 0 */
	uint64_t	 p_nswitch;	/* [k] times switched to */
	int		 p_sysnr;	/* [o] system call it works on */
	void		*p_md;		/* the port's */
};

#define P_SINTR		0x0001		/* sleep ends when interrupted */
#define P_INTERRUPTED	0x0002		/* proc_interrupt() came */
#define P_RESTART	0x0004		/* and the call may be restarted */
#define P_SYSTEM	0x0008		/* a thread of the kernel */

/* The process's fields by the thread's names. */
#define p_pid		p_p->ps_pid
#define p_comm		p_p->ps_comm
#define p_ucred		p_p->ps_ucred
#define p_rtableid	p_p->ps_rtableid
#define p_pledge	p_p->ps_pledge
#define p_fd		p_p->ps_fd
#define p_fdops		p_p->ps_fdops

extern struct proc	*curproc;	/* the running thread */
extern struct proc	 proc0;		/* the scheduler's */
extern struct process	 process0;
LIST_HEAD(proclist, proc);
extern struct proclist	 allproc;

int	 kthread_create(void (*)(void *), void *, struct proc **,
	    const char *);
void	 kthread_exit(int) __attribute__((__noreturn__));

/*
 * A signal for the thread: a sleep with PCATCH ends with EINTR, or with
 * ERESTART if the second argument is not 0.  It stays pending until
 * proc_clear_interrupt(), so a sleep that starts later ends at once.
 */
void	 proc_interrupt(struct proc *, int);
void	 proc_clear_interrupt(struct proc *);

/* The scheduler: kern_sched.c. */
void	 sched_init(void);
void	 sched_loop(void) __attribute__((__noreturn__));
void	 sched_setrunnable(struct proc *);
void	 sched_switch(void);
void	 assertwaitok(void);

/* What the scheduler's work amounts to, for the curious. */
struct schedstat {
	uint64_t	ss_switches;	/* from thread to thread */
	uint64_t	ss_polls;	/* for interrupts while busy */
	uint64_t	ss_idles;	/* for interrupts with nothing to do */
	u_int		ss_threads;	/* alive */
	u_int		ss_cached;	/* dead, their stacks kept */
};
extern struct schedstat	 schedstat;

#endif /* _SYS_PROC_H_ */
