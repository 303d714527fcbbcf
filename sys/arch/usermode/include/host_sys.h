/*
 * The host's half of system calls: seccomp notifications, the memory and
 * identity of the calling process, and the socket pairs that stand for the
 * kernel's descriptors in programs.  Conventions as in host.h.
 */
#ifndef _USERMODE_HOST_SYS_H_
#define _USERMODE_HOST_SYS_H_

#include <stdint.h>

/*
 * Notifications.  One is open from recv until send, addfd_send or resume
 * answers it, or until its thread is killed, from when all of them give
 * -ENOENT.
 */
struct host_notif {
	uint64_t	hn_id;
	int32_t		hn_tid;		/* as we see it */
	int32_t		hn_nr;
	uint64_t	hn_args[6];
};

/* Check that fd is a listener, and set what this host offers on it. */
int	host_notif_setup(int);
int	host_notif_recv(int, struct host_notif *);

/* Answer with a value, or with a negative errno in place of it. */
int	host_notif_send(int, uint64_t, int64_t);

/* Let the host carry the call out. */
int	host_notif_resume(int, uint64_t);

/* Put a copy of our descriptor into the caller and answer its number. */
int	host_notif_addfd(int, uint64_t, int, int);

/* Is the caller still waiting? */
int	host_notif_valid(int, uint64_t);

/* What the caller gets: restart the call, unless a handler ran without
 * SA_RESTART, which makes it EINTR. */
#define HOST_ERESTARTSYS	512

/*
 * A process.  open gives a pidfd (of the thread where the host can) and says
 * who it is; it ends with HOST_EV_IN.  cred asks again for the changeable
 * part; -ESRCH when it is not that process any more.
 */
struct host_proc {
	int32_t		hp_pidfd;
	int32_t		hp_procfd;	/* /proc/TID, -1 when not needed */
	int32_t		hp_tid;
	int32_t		hp_pid;		/* thread group */
	int32_t		hp_nspid;	/* the same, as it sees itself */
	uint32_t	hp_uid[3];	/* real, effective, saved */
	uint32_t	hp_gid[3];
	char		hp_comm[16];
};
int	host_proc_open(int, struct host_proc *);
int	host_proc_cred(struct host_proc *);
void	host_proc_close(struct host_proc *);

/*
 * Where the host cannot watch single threads: is the cached answer for a
 * thread that is not its group's leader still true?
 */
int	host_proc_check(const struct host_proc *);

/* A signal waits that would end a sleep of the thread. */
int	host_proc_signalled(int);

void	host_proc_kill(const struct host_proc *, int);

/* Where the program's stack begins: differs after exec. */
uint64_t host_proc_image(int);

/*
 * A small number that fork and exec inherit, 0 for none: the host keeps it
 * in a resource limit that nothing else uses.
 */
#define HOST_MARK_MAX	4095
int	host_proc_mark(int);
int	host_proc_setmark(int, int);

/* Which directory is its root?  All zero when that cannot be seen. */
struct host_root {
	uint64_t	hr_dev;
	uint64_t	hr_ino;
};
void	host_proc_root(int, struct host_root *);
int	host_proc_root_is(int, const struct host_root *);

/* Its memory, in up to so many pieces at once; -EFAULT unless all moved. */
#define HOST_VM_MAX	8
struct host_vm {
	uint64_t	hv_addr;	/* theirs */
	void		*hv_buf;	/* ours */
	uint64_t	hv_len;
};
int	host_vm_read(int, const struct host_vm *, int);
int	host_vm_write(int, const struct host_vm *, int);

/* As many bytes from there as there are, up to len; -EFAULT when none. */
int64_t	host_vm_read_some(int, uint64_t, void *, uint64_t);

/*
 * Descriptors: how many we may have.  getfd duplicates the caller's; cookie
 * names a socket for good (-ENOTSOCK for other files).
 */
int	host_fd_limit(void);
int	host_proc_getfd(int, int);
int	host_fd_cookie(int, uint64_t *);
void	host_fd_close(int);
void	host_fd_close_watched(int);

/*
 * A pair: our end, which hangs up with the last holder of the other, and
 * the program's end with its cookie.  ring makes the program's end readable,
 * drain takes up to n rings back (through a duplicate of the program's end).
 * block makes it unwritable, through such a duplicate; unblock undoes that,
 * and empties our end.
 */
int	host_pair(int, int *, int *, uint64_t *);
int	host_pair_ring(int);
void	host_pair_drain(int, int);
void	host_pair_block(int);
void	host_pair_unblock(int);

/* Call fn(arg, 0) every so many ms of the host's time; 0 stops. */
int	host_tick(int, void (*)(void *, uint32_t), void *);

#endif /* _USERMODE_HOST_SYS_H_ */
