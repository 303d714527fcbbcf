/*
 * The supervisor: how programs of the host make system calls of this kernel.
 *
 *	listener readable
 *	      |  um_syscall.c: receive the notification, find the caller
 *	      v
 *	um_filter.c: the host's file, or path? -- yes --> the host does it
 *	      |  no
 *	      v
 *	a thread of the pool: syscall_dispatch(), with descriptors out of
 *	um_file.c and user memory out of um_copy.c
 *	      |
 *	      v
 *	copy out what waits, take rings back, answer
 *
 * The receiving half runs out of md_idle() and does not sleep.
 */
#ifndef _USERMODE_UM_VAR_H_
#define _USERMODE_UM_VAR_H_

#include <sys/param.h>
#include <sys/proc.h>
#include <sys/queue.h>

#include <host_sys.h>

struct file;

/* A filter tree: all that one `warren exec` started. */
struct um_tree {
	int			 ut_fd;		/* the listener */
	u_int			 ut_refs;	/* itself, and its calls */
	int			 ut_dead;
	int			 ut_known;	/* ut_root is set */
	struct host_root	 ut_root;	/* where it began */
};

/* A program: a thread group of the host. */
struct um_group {
	LIST_ENTRY(um_group)	 ug_hash;
	struct process		 ug_process;
	int			 ug_pid;	/* the host's number */
	u_int			 ug_refs;	/* threads known */
	uint64_t		 ug_image;	/* not 0: may have exec'ed */
};

/* A thread that has called; forgotten at will when no call refers to it. */
struct um_thread {
	LIST_ENTRY(um_thread)	 th_hash;
	TAILQ_ENTRY(um_thread)	 th_lru;
	struct host_proc	 th_hp;
	struct um_group		*th_group;
	u_int			 th_refs;	/* the table, and its calls */
	int			 th_dead;	/* not in the table */
};

#define UM_INMAX	3072	/* most bytes read ahead */
#define UM_INSEGS	4
#define UM_OUTMAX	2304	/* most bytes that wait to be written */

/* User memory read ahead of its use, and results not yet written. */
struct um_seg {
	uint64_t	sg_addr;
	uint32_t	sg_len;
	uint32_t	sg_off;
};
struct um_copy {
	struct um_seg	cp_in[UM_INSEGS];
	u_int		cp_nin;
	u_int		cp_inlen;
	struct host_vm	cp_out[HOST_VM_MAX];
	u_int		cp_nout;
	u_int		cp_outlen;
	u_int		cp_inused;	/* bytes that need wiping */
	u_int		cp_outused;
	uint64_t	cp_nswitch;	/* the caller was there then */
	char		cp_inbuf[UM_INMAX];
	char		cp_outbuf[UM_OUTMAX];
};

/* One system call, and the thread that works on it. */
struct um_call {
	TAILQ_ENTRY(um_call)	 uc_list;	/* active or idle */
	struct proc		*uc_p;
	struct um_tree		*uc_tree;	/* NULL: idle */
	struct um_thread	*uc_thread;
	struct host_notif	 uc_hn;
	u_int			 uc_ticks;	/* that it has lasted */
	int			 uc_dead;	/* nobody waits for the answer */
	int			 uc_resume;	/* the host shall do it */
	int			 uc_fd;		/* their number */
	int			 uc_dup;	/* our duplicate of it */
	struct file		*uc_fp;		/* what it names; or NULL */
	struct file		*uc_new;	/* to be given a number */
	int			 uc_newflags;	/* FDI_* */
	struct um_copy		 uc_copy;
};

/* um_syscall.c */
void		 um_syscall_init(void);
void		 um_syscall_idle(void);
int		 um_call_valid(struct um_call *);
void		 um_call_abandon(const struct um_thread *);

/* um_proc.c */
void		 um_proc_init(void);
struct um_thread *um_thread_get(int);
void		 um_thread_put(struct um_thread *);
void		 um_thread_forget(struct um_thread *);
int		 um_thread_cred(struct um_thread *);
void		 um_group_exec(struct um_thread *);
void		 um_group_execed(struct um_thread *);
int		 um_group_save(struct um_thread *);

/* um_file.c */
void		 um_file_init(void);
int		 um_file_identify(struct um_thread *, int, int *,
		    struct file **);
void		 um_file_settle(struct file *, int);
int		 um_file_answer(struct um_call *);
void		 um_ready_flush(void);

/* um_copy.c */
void		 um_copy_reset(struct um_call *);
void		 um_copy_ahead(struct um_call *);
int		 um_copy_flush(struct um_call *);
void		 um_copy_wipe(struct um_call *);

/* um_filter.c */
struct um_verdict {
	enum { UV_DISPATCH, UV_RESUME, UV_REFUSE, UV_STALE } uv_what;
	int		 uv_error;	/* UV_REFUSE */
	int		 uv_fd;		/* UV_DISPATCH: as in struct um_call */
	int		 uv_dup;
	struct file	*uv_fp;
};
void		 um_filter_init(void);
void		 um_filter(struct um_tree *, struct um_thread *,
		    const struct host_notif *, struct um_verdict *);
int		 um_filter_own(struct um_call *, int *, register_t *);
int		 um_filter_quick(int);

#endif /* _USERMODE_UM_VAR_H_ */
