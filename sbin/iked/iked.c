/*
 * iked(8): the parent.  It reads the configuration, opens the sockets that
 * need privileges, and starts the others, each of which is this program
 * executed anew:
 *
 *	control		ikectl(8)'s socket
 *	ikev2		the protocol
 *	ca		certificates, and our private key
 *
 * Socketpairs join each with the parent, and ikev2 with the others.  When one
 * ends, all do.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include <sys/bsdnum.h>
#include <net/pfkeyv2.h>

#include "iked.h"
#include "ikev2.h"
#include "log.h"

enum { CONTROL, IKEV2, CA, NPROCS };

#define PFKEY_ROOM	(4 << 20)	/* bytes */

struct parent {
	struct event_base *p_base;
	struct pipe	 p_pipe[NPROCS];
	pid_t		 p_pid[NPROCS];
	const char	*p_file;
	const char	*p_sock;
	const char	*p_keylog;	/* -l */
	int		 p_keyfd;
	int		 p_debug;
	int		 p_verbose;
	struct start	 p_start;
	int		 p_partial;	/* cert_partial_chain */
	uint32_t	 p_loads;	/* of ca's */
	int		 p_down;
	int		 p_pfkey;	/* ikev2's, for when it is dead */
};

static struct parent	 P;

static const char	*names[NPROCS] = { "control", "ikev2", "ca" };

static void
usage(void)
{
	fprintf(stderr, "usage: iked [-dnSTtVv] [-D macro=value] [-f file] "
	    "[-l file]\n            [-p port] [-s socket]\n");
	exit(1);
}

static int
check_config(const char *file)
{
	struct conf	 c;
	int		 error;

	conf_init(&c);
	error = parse_config(file, &c);
	if (error == 0) {
		if (P.p_verbose)
			print_conf(&c);
		fflush(stdout);
		fprintf(stderr, "configuration OK\n");
	}
	conf_free(&c);
	return (error == 0 ? 0 : 1);
}

/* Our private key, which only root may read and ca gets; -1: none. */
static int
open_key(void)
{
	struct stat	 sb;
	int		 fd;

	fd = open(IKED_KEY, O_RDONLY | O_CLOEXEC);
	if (fd == -1) {
		if (errno != ENOENT)
			log_warn("%s", IKED_KEY);
		return (-1);
	}
	if (fstat(fd, &sb) == -1 || !S_ISREG(sb.st_mode)) {
		log_warnx("%s: not a file", IKED_KEY);
	} else if (sb.st_uid != 0 && sb.st_uid != getuid()) {
		log_warnx("%s: owner not root or current user", IKED_KEY);
	} else if (sb.st_mode & (S_IRWXG | S_IRWXO)) {
		log_warnx("%s: group or world may use it", IKED_KEY);
	} else
		return (fd);
	close(fd);
	return (-1);
}

/* Have ca load keys and certificates anew. */
static void
load_ca(int partial)
{
	struct pipe	*ca = &P.p_pipe[CA];
	uint8_t		 flag = partial;

	P.p_partial = partial;
	pipe_send(ca, IMSG_CA_KEY, 0, open_key(), NULL, 0);
	pipe_send(ca, IMSG_CA_LOAD, ++P.p_loads, -1, &flag, sizeof(flag));
}

/* Give a configuration to ikev2, which waits for ca to have loaded. */
static void
send_config(const struct conf *c, uint32_t client)
{
	struct pipe	*to = &P.p_pipe[IKEV2];
	struct policy	*p;
	struct wbuf	 w;

	wbuf_init(&w);
	conf_pack(&w, c);
	load_ca(c->c_partialchain);
	pipe_send(to, IMSG_CFG_BEGIN, P.p_loads, -1, w.w_buf, w.w_len);
	wbuf_free(&w);
	TAILQ_FOREACH(p, &c->c_policies, p_entry) {
		policy_pack(&w, p);
		if (w.w_error)
			fatal("policy");
		pipe_send(to, IMSG_CFG_POLICY, 0, -1, w.w_buf, w.w_len);
		wbuf_free(&w);
	}
	pipe_send(to, IMSG_CFG_END, client, -1, NULL, 0);
}

/*
 * Parse, and only then swap, of which ikev2 tells the client.  -1: it stays as
 * it was.
 */
static int
reload(const char *file, uint32_t client)
{
	struct conf	 c;
	int		 error;

	conf_init(&c);
	error = parse_config(file, &c);
	if (error == 0)
		send_config(&c, client);
	else
		log_warnx("configuration not loaded");
	conf_free(&c);
	return (error);
}

static void
tell(const struct ctl_seen *se)
{
	pipe_send(&P.p_pipe[CONTROL], IMSG_SEEN, 0, -1, se, sizeof(*se));
}

static void
from_control(struct pipe *p, struct imsg *im)
{
	char		 file[1024];
	const char	*why;
	uint32_t	 type = im->i_hdr.i_type;

	if (type == IMSG_CTL_VERBOSE || type == IMSG_CTL_BRIEF) {
		log_setverbose(type == IMSG_CTL_VERBOSE);
		pipe_send(&P.p_pipe[CA], type, 0, -1, NULL, 0);
		return;
	}
	if (type == IMSG_CTL_MONITOR) {
		monitor_set("parent", im->i_hdr.i_peerid ? tell : NULL);
		pipe_send(&P.p_pipe[CA], type, im->i_hdr.i_peerid, -1, NULL,
		    0);
		return;
	}
	if (type == IMSG_CTL_SHOW_CERTS) {
		pipe_send(&P.p_pipe[CA], type, im->i_hdr.i_peerid, -1, NULL,
		    0);
		return;
	}
	if (type == IMSG_CTL_RESET_CA) {
		load_ca(P.p_partial);
		pipe_send(&P.p_pipe[CA], type, im->i_hdr.i_peerid, -1, NULL,
		    0);
		return;
	}
	snprintf(file, sizeof(file), "%.*s", (int)im->i_datalen,
	    (char *)im->i_data);
	if (reload(type == IMSG_CTL_LOAD ? file : P.p_file,
	    im->i_hdr.i_peerid) == 0)
		return;
	why = lex_message();
	pipe_send(p, IMSG_CTL_FAIL, im->i_hdr.i_peerid, -1, why, strlen(why));
}

static void
from_ikev2(struct pipe *p, struct imsg *im)
{
	if (im->i_hdr.i_type == IMSG_GONE)
		event_base_loopexit(P.p_base, NULL);
}

/* What ca answers to ikectl(8). */
static void
from_ca(struct pipe *p, struct imsg *im)
{
	pipe_send(&P.p_pipe[CONTROL], im->i_hdr.i_type, im->i_hdr.i_peerid,
	    -1, im->i_data, im->i_datalen);
}

static void
child_gone(struct pipe *p)
{
	if (!P.p_down)
		log_warnx("lost child: %s exited", names[p - P.p_pipe]);
	event_base_loopexit(P.p_base, NULL);
	event_del(p->pi_ev);
}

static void
on_signal(evutil_socket_t sig, short what, void *arg)
{
	if (sig == SIGHUP) {
		log_info("reload");
		reload(P.p_file, 0);
		return;
	}
	if (P.p_down++)
		return;
	pipe_send(&P.p_pipe[IKEV2], IMSG_SHUTDOWN, 0, -1, NULL, 0);
}

/* Put a descriptor at a number, to be inherited. */
static void
place(int fd, int at)
{
	if (dup2(fd, at) == -1)
		fatal("dup2");
}

/* Become a child with these sockets; -1 ends the list. */
static void
run_child(int which, const int *socks, char *self)
{
	char	*argv[10];
	int	 n = 0, i, fds[3], nfds;

	/* All above the numbers that they get. */
	for (nfds = 0; nfds < 3 && socks[nfds] != -1; nfds++) {
		fds[nfds] = fcntl(socks[nfds], F_DUPFD, 10);
		if (fds[nfds] == -1)
			fatal("fcntl");
	}
	for (i = 0; i < nfds; i++)
		place(fds[i], 3 + i);
	for (i = 3 + nfds; i < 64; i++)
		close(i);
	argv[n++] = self;
	argv[n++] = "-P";
	argv[n++] = (char *)names[which];
	argv[n++] = "-s";
	argv[n++] = (char *)P.p_sock;
	if (P.p_debug)
		argv[n++] = "-d";
	if (P.p_verbose)
		argv[n++] = "-v";
	argv[n] = NULL;
	execvp(self, argv);
	fatal("%s", self);
}

static void
pair(int sv[2])
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv) == -1)
		fatal("socketpair");
}

static void
start_children(char *self)
{
	static void	(*const from[NPROCS])(struct pipe *, struct imsg *) = {
		from_control, from_ikev2, from_ca
	};
	int		 up[NPROCS][2], side[2], keys[2], i;

	pair(side);
	pair(keys);
	for (i = 0; i < NPROCS; i++)
		pair(up[i]);
	for (i = 0; i < NPROCS; i++) {
		P.p_pid[i] = fork();
		if (P.p_pid[i] == -1)
			fatal("fork");
		if (P.p_pid[i] == 0) {
			int	 socks[][3] = {
				{ up[i][1], side[0], -1 },
				{ up[i][1], side[1], keys[0] },
				{ up[i][1], keys[1], -1 },
			};

			run_child(i, socks[i], self);
		}
	}
	for (i = 0; i < 2; i++) {
		close(side[i]);
		close(keys[i]);
	}
	for (i = 0; i < NPROCS; i++) {
		close(up[i][1]);
		if (pipe_open(&P.p_pipe[i], P.p_base, up[i][0], from[i],
		    child_gone, NULL) == -1)
			fatal("pipe");
	}
}

/* The sockets that need privileges. */
static void
open_sockets(void)
{
	static const struct {
		int	 ver;
		int	 natt;
	} kinds[] = { { 4, 0 }, { 6, 0 }, { 4, 1 }, { 6, 1 } };
	int	 i, fd, size;

	for (i = 0; i < FD_PFKEY; i++) {
		if (kinds[i].natt && P.p_start.st_nonatt)
			continue;
		fd = udp_socket(kinds[i].ver, kinds[i].natt ?
		    P.p_start.st_port : IKE_PORT);
		if (fd == -1)
			fatal("UDP socket");
		pipe_send(&P.p_pipe[IKEV2], IMSG_FD, i, fd, NULL, 0);
	}
	fd = socket(BSD_PF_KEY, SOCK_RAW | SOCK_CLOEXEC, PF_KEY_V2);
	if (fd == -1)
		fatal("PF_KEY");
	/* The ends of thousands of SAs may come at once. */
	size = PFKEY_ROOM;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	P.p_pfkey = dup(fd);
	if (P.p_pfkey == -1)
		fatal("PF_KEY");
	pipe_send(&P.p_pipe[IKEV2], IMSG_FD, FD_PFKEY, fd, NULL, 0);
	if (P.p_keyfd != -1)
		pipe_send(&P.p_pipe[IKEV2], IMSG_FD, FD_KEYLOG, P.p_keyfd,
		    NULL, 0);
	pipe_send(&P.p_pipe[IKEV2], IMSG_START, 0, -1, &P.p_start,
	    sizeof(P.p_start));
}

static void
signals(void)
{
	static const int	 sigs[] = { SIGHUP, SIGINT, SIGTERM };
	struct event		*ev;
	size_t			 i;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	for (i = 0; i < sizeof(sigs) / sizeof(sigs[0]); i++) {
		ev = evsignal_new(P.p_base, sigs[i], on_signal, NULL);
		if (ev == NULL)
			fatal("evsignal");
		event_add(ev, NULL);
	}
}

/* Where the processes live, and what they look for there. */
static void
make_dirs(void)
{
	static const struct {
		const char	*name;
		mode_t		 mode;
	} dirs[] = {
		{ IKED_CHROOT, 0755 },
		{ IKED_CHROOT "/ca", 0755 },
		{ IKED_CHROOT "/certs", 0755 },
		{ IKED_CHROOT "/crls", 0755 },
		{ IKED_CHROOT "/private", 0700 },
		{ IKED_CHROOT "/pubkeys", 0755 },
		{ IKED_CHROOT "/pubkeys/ipv4", 0755 },
		{ IKED_CHROOT "/pubkeys/ipv6", 0755 },
		{ IKED_CHROOT "/pubkeys/fqdn", 0755 },
		{ IKED_CHROOT "/pubkeys/ufqdn", 0755 },
	};
	mode_t	 old = umask(0);
	size_t	 i;

	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (mkdir(dirs[i].name, dirs[i].mode) == -1 &&
		    errno != EEXIST)
			fatal("%s", dirs[i].name);
	umask(old);
}

/* The file of -l, before the directory changes; -1: not asked for. */
static int
open_keylog(void)
{
	int	 fd;

	if (P.p_keylog == NULL)
		return (-1);
	fd = open(P.p_keylog, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW |
	    O_CLOEXEC, 0600);
	if (fd == -1)
		fatal("%s", P.p_keylog);
	return (fd);
}

static int
parent_main(char *self)
{
	struct conf	 c;
	int		 i;

	if (geteuid() != 0)
		fatalx("need root privileges");
	make_dirs();
	conf_init(&c);
	if (parse_config(P.p_file, &c) == -1)
		return (1);
	log_init(P.p_debug, LOG_DAEMON);
	log_setverbose(P.p_verbose);
	P.p_keyfd = open_keylog();
	if (!P.p_debug && daemon(0, 0) == -1)
		fatal("daemon");
	P.p_base = event_base_new();
	if (P.p_base == NULL)
		fatalx("event_base_new");
	start_children(self);
	signals();
	open_sockets();
	send_config(&c, 0);
	conf_free(&c);
	/*
	 * stdio: children and log; rpath: files of the configuration and
	 * keys; dns, inet, route: names of hosts and interfaces in it;
	 * sendfd: ikev2's; cpath: the control socket goes; unix: syslog.
	 */
	if (pledge("stdio rpath cpath dns inet route sendfd unix", NULL) == -1)
		fatal("pledge");
	log_info("startup");
	event_base_dispatch(P.p_base);
	for (i = 0; i < NPROCS; i++)
		close(P.p_pipe[i].pi_ibuf.ib_fd);
	for (i = 0; i < NPROCS; i++)
		waitpid(P.p_pid[i], NULL, 0);
	/* ikev2 may have had no time to. */
	if (!P.p_down)
		pfkey_flush_fd(P.p_pfkey);
	unlink(P.p_sock);
	log_info("parent terminating");
	return (P.p_down ? 0 : 1);
}

static int
child_main(const char *name)
{
	log_init(P.p_debug, LOG_DAEMON);
	log_setverbose(P.p_verbose);
	log_procinit(name);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	if (strcmp(name, names[CONTROL]) == 0)
		control_main(P.p_sock);
	else if (strcmp(name, names[IKEV2]) == 0)
		ikev2_main();
	else if (strcmp(name, names[CA]) == 0)
		ca_main();
	else
		usage();
	return (0);
}

static void
option(int c, const char *arg)
{
	const char	*why = NULL;

	switch (c) {
	case 'd':
		P.p_debug = 1;
		break;
	case 'l':
		P.p_keylog = arg;
		break;
	case 'p':
		P.p_start.st_port = strtonum(arg, 1, 65535, &why);
		if (why != NULL)
			fatalx("port %s is %s", arg, why);
		P.p_start.st_forcenatt = 1;
		break;
	case 'S':
		P.p_start.st_passive = 1;
		break;
	case 'T':
		P.p_start.st_nonatt = 1;
		break;
	case 't':
		P.p_start.st_forcenatt = 1;
		break;
	case 'v':
		P.p_verbose++;
		break;
	case '6':
		break;
	default:
		usage();
	}
}

int
main(int argc, char *argv[])
{
	const char	*child = NULL;
	int		 c, nflag = 0;

	log_init(1, LOG_DAEMON);
	P.p_file = IKED_CONF;
	P.p_sock = IKED_SOCK;
	P.p_start.st_port = IKE_NATT_PORT;
	while ((c = getopt(argc, argv, "6D:df:l:nP:p:Ss:TtVv")) != -1)
		if (c == 'D') {
			if (cmdline_symset(optarg) == -1)
				log_warnx("could not parse macro definition "
				    "%s", optarg);
		} else if (c == 'f') {
			P.p_file = optarg;
		} else if (c == 's') {
			P.p_sock = optarg;
		} else if (c == 'P') {
			child = optarg;
		} else if (c == 'n') {
			nflag = 1;
		} else if (c == 'V') {
			fprintf(stderr, "Warren iked\n");
			return (0);
		} else
			option(c, optarg);
	if (argc != optind || (P.p_start.st_nonatt &&
	    P.p_start.st_forcenatt))
		usage();
	log_setverbose(P.p_verbose);
	if (child != NULL)
		return (child_main(child));
	if (nflag)
		return (check_config(P.p_file));
	return (parent_main(argv[0]));
}
