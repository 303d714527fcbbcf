/*
 * warren(8): machines as processes of this host.
 *
 * A booted machine is three processes and what runs in it:
 *
 *	warren boot ---fork---> monitor ---exec---> kernel (or QEMU)
 *	                           |
 *	                           +----clone---> init, pid 1 of the machine
 *
 *	monitor	holds the machine's lock, watches the other two, answers on the
 *		run directory's control socket and clears away at the end
 *	init	holds the namespaces (mount, pid, net, uts, ipc) with the
 *		machine's root, reaps orphans, ends everybody at halt
 *
 * warren exec joins init's namespaces through the pidfd that the monitor hands
 * out, puts the system call filter on and executes the program.
 */
#ifndef _WARREN_H_
#define _WARREN_H_

#include <sys/types.h>
#include <stdint.h>
#include <stdio.h>

#define NAME_MAX_LEN	32		/* of a machine's name */
#define CARDS_MAX	32
#define MSG_MAX		4096		/* one control message */

enum card_kind {
	CARD_TAP,
	CARD_PACKET,
	CARD_WIRE
};

enum port {
	PORT_USERMODE,
	PORT_QEMU,	/* amd64 on QEMU's microvm */
	PORT_Q35	/* amd64 on QEMU's q35: PCI */
};

struct card {
	char		*c_name;	/* em0 */
	enum card_kind	 c_kind;
	char		*c_where;	/* TAP, interface, or path of the wire */
	char		*c_netns;	/* name or path, NULL: the caller's */
	char		*c_mode;	/* packet: "vnet" or "xdp" */
	char		*c_lladdr;	/* NULL: the kernel makes one */
	char		*c_mtu;		/* the largest, NULL: as plugged */
	int		 c_offload;
	int		 c_line;	/* of machine.conf */
};

struct machine {
	char		*m_name;
	char		*m_dir;		/* absolute */
	char		*m_conf;	/* path of machine.conf as to be shown */
	struct card	 m_cards[CARDS_MAX];
	size_t		 m_ncards;
	unsigned int	 m_memory;	/* MiB, 0: no limit told */
	char		*m_vtime;	/* file of the shared clock, or NULL */
	char		*m_kernel;	/* file, or NULL for the built one */
	char		*m_image;	/* root directory, or NULL */
	char		**m_sets;	/* "name=value" for the kernel */
	size_t		 m_nsets;
	enum port	 m_port;
	int		 m_locks[2];	/* descriptors: name, directory */
};

/* util.c */
void	*xmalloc(size_t);
char	*xstrdup(const char *);
char	*xasprintf(const char *, ...)
	    __attribute__((__format__(__printf__, 1, 2)));
int	 write_all(int, const void *, size_t);
int	 read_file(const char *, char *, size_t);
int	 mkdir_p(const char *, mode_t);
int	 remove_tree(int, const char *, int);
int	 pidfd_open(pid_t);
int	 wait_exit(pid_t);
long	 now_ms(void);
void	 detach(void);

/* conf.c */
int	 port_parse(const char *, enum port *);
const char *port_name(enum port);
void	 conf_load(struct machine *, const char *, const char *);
void	 conf_free(struct machine *);

/* run.c */
int	 name_ok(const char *);
const char *run_base(void);
char	*run_path(const char *, const char *);
char	*run_name(const char *);
int	 run_lock(const char *);
int	 run_alive(const char *);
void	 run_clear(const char *);

/* proto.c */
int	 sock_listen(const char *);
int	 sock_connect(const char *);
int	 msg_send(int, const char *, size_t, const int *, size_t);
ssize_t	 msg_recv(int, char *, size_t, int *, size_t, size_t *);
int	 ask(const char *, const char *, char *, size_t, int *);

/* userns.c */
int	 userns_needed(void);
int	 userns_enter(int, int);
int	 userns_map(pid_t);

/* etc.c */
void	 etc_fill(const char *, const char *);
void	 etc_drain(const char *);
void	 var_fill(const char *);

/* root.c */
int	 root_private(unsigned long);
int	 root_build(const struct machine *, const char *, const char *);

/* init.c */
pid_t	 init_start(const struct machine *, const char *, int *);

/* kernel.c */
char	*kernel_file(const struct machine *);
char	*image_dir(const struct machine *);
pid_t	 kernel_start(const struct machine *, const char *, int *);
int	 kernel_adopt(int, int);

/* qemu.c */
pid_t	 qemu_start(const struct machine *, const char *, int *);

/* qemu_card.c */
int	 card_tap(const struct card *);
int	 card_macvtap(const struct machine *, const struct card *);
void	 card_cleanup(const struct machine *);

/* monitor.c */
void	 monitor(const struct machine *, int, int)
	    __attribute__((__noreturn__));

/* join.c */
struct join {
	int	 j_kernel;	/* connection to the kernel's control socket */
	int	 j_init;	/* pidfd of the machine's init */
	char	*j_dir;		/* the machine's directory on the host */
};
void	 join_open(struct join *, const char *);
void	 join_enter(struct join *);
void	 join_enter_host(struct join *);
void	 join_filter(struct join *);

/* exec.c */
struct execargs {
	const char	*x_user;	/* NULL: root */
	int		 x_host;	/* the host's root */
	int		 x_outfd;	/* standard output and error, or -1 */
	char		**x_argv;
};
int	 exec_run(const char *, const struct execargs *);

/* pty.c */
int	 pty_wanted(void);
void	 pty_child(int);
int	 pty_parent(int, pid_t);

/* probe.c */
void	 probe_print(FILE *);

/* The commands: each takes its own argv and returns the exit status. */
int	 cmd_boot(int, char **);
int	 cmd_exec(int, char **);
int	 cmd_console(int, char **);
int	 cmd_log(int, char **);
int	 cmd_halt(int, char **);
int	 cmd_list(int, char **);
void	 usage(void) __attribute__((__noreturn__));

#endif /* _WARREN_H_ */
