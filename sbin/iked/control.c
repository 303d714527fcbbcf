/*
 * The control process: what ikectl(8) asks goes to the process that knows,
 * under a number, and the answers go back by it.
 */
#include <sys/types.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "iked.h"
#include "log.h"

#define FD_PARENT	3
#define FD_IKEV2	4
#define CLIENTS_MAX	32

struct client {
	LIST_ENTRY(client) cl_entry;
	struct pipe	 cl_pipe;
	uint32_t	 cl_id;
	int		 cl_monitor;
};

static LIST_HEAD(, client)	 clients = LIST_HEAD_INITIALIZER(clients);
static struct event_base	*base;
static struct pipe		 parent, ikev2;
static unsigned int		 nclients, nmonitors;
static uint32_t			 last_id;

/* A message that a process got, for who looks and keeps up. */
static void
tell(const struct ctl_seen *se)
{
	struct client	*c;

	LIST_FOREACH(c, &clients, cl_entry)
		if (c->cl_monitor && !imsg_pending(&c->cl_pipe.pi_ibuf))
			pipe_send(&c->cl_pipe, IMSG_CTL_SEEN, 0, -1, se,
			    sizeof(*se));
}

/* Somebody begins to look at messages, or the last ends. */
static void
monitor(int on)
{
	pipe_send(&parent, IMSG_CTL_MONITOR, on, -1, NULL, 0);
	pipe_send(&ikev2, IMSG_CTL_MONITOR, on, -1, NULL, 0);
	monitor_set("control", on ? tell : NULL);
}

static void
client_gone(struct pipe *p)
{
	struct client	*c = p->pi_arg;

	pipe_close(p);
	LIST_REMOVE(c, cl_entry);
	nclients--;
	if (c->cl_monitor && --nmonitors == 0)
		monitor(0);
	free(c);
}

static void
from_client(struct pipe *p, struct imsg *im)
{
	struct client	*c = p->pi_arg;
	uint32_t	 type = im->i_hdr.i_type;

	if (im->i_descr != -1)
		close(im->i_descr);
	if (type == IMSG_CTL_MONITOR) {
		if (!c->cl_monitor && nmonitors++ == 0)
			monitor(1);
		c->cl_monitor = 1;
	} else if (type >= IMSG_CTL_RELOAD && type <= IMSG_CTL_SHOW_CERTS) {
		pipe_send(&parent, type, c->cl_id, -1, im->i_data,
		    im->i_datalen);
	} else if (type == IMSG_CTL_VERBOSE || type == IMSG_CTL_BRIEF) {
		/* For all; ikev2 answers. */
		log_setverbose(type == IMSG_CTL_VERBOSE);
		pipe_send(&parent, type, 0, -1, NULL, 0);
		pipe_send(&ikev2, type, c->cl_id, -1, NULL, 0);
	} else if (type >= IMSG_CTL_ACTIVE && type <= IMSG_CTL_SHOW_STATS)
		pipe_send(&ikev2, type, c->cl_id, -1, im->i_data,
		    im->i_datalen);
	else
		client_gone(p);
}

/* An answer, of either process; or what it has seen. */
static void
answer(struct pipe *p, struct imsg *im)
{
	struct client	*c;
	struct ctl_seen	 se;

	if (im->i_hdr.i_type == IMSG_SEEN) {
		if (im->i_datalen != sizeof(se))
			fatalx("imsg seen");
		memcpy(&se, im->i_data, sizeof(se));
		tell(&se);
		return;
	}
	LIST_FOREACH(c, &clients, cl_entry)
		if (c->cl_id == im->i_hdr.i_peerid)
			break;
	if (c == NULL)
		return;
	/* OK or FAIL comes last, and takes the others along. */
	if (im->i_hdr.i_type > IMSG_CTL_FAIL)
		pipe_queue(&c->cl_pipe, im->i_hdr.i_type, 0, im->i_data,
		    im->i_datalen);
	else
		pipe_send(&c->cl_pipe, im->i_hdr.i_type, 0, -1, im->i_data,
		    im->i_datalen);
}

static void
process_gone(struct pipe *p)
{
	exit(0);
}

static void
accept_client(evutil_socket_t fd, short what, void *arg)
{
	struct client	*c;
	int		 s;

	s = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
	if (s == -1)
		return;
	c = nclients < CLIENTS_MAX ? calloc(1, sizeof(*c)) : NULL;
	if (c == NULL || pipe_open(&c->cl_pipe, base, s, from_client,
	    client_gone, c) == -1) {
		close(s);
		free(c);
		return;
	}
	c->cl_id = ++last_id;
	LIST_INSERT_HEAD(&clients, c, cl_entry);
	nclients++;
}

/* Only root may ask. */
static int
listener(const char *path)
{
	struct sockaddr_un	 un;
	mode_t			 old;
	int			 fd, error;

	memset(&un, 0, sizeof(un));
	un.sun_family = AF_UNIX;
	if (strlcpy(un.sun_path, path, sizeof(un.sun_path)) >=
	    sizeof(un.sun_path))
		fatalx("%s: name too long", path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		fatal("control socket");
	unlink(path);
	old = umask(0177);
	error = bind(fd, (struct sockaddr *)&un, sizeof(un));
	umask(old);
	if (error == -1 || listen(fd, 5) == -1)
		fatal("%s", path);
	return (fd);
}

/*
 * Does not return before the end.
 */
void
control_main(const char *path)
{
	struct event	*ev;
	int		 fd;

	fd = listener(path);
	base = event_base_new();
	if (base == NULL)
		fatalx("event_base_new");
	/* stdio: sockets at hand; unix: clients of the control socket. */
	privdrop("stdio unix");
	ev = event_new(base, fd, EV_READ | EV_PERSIST, accept_client, NULL);
	if (ev == NULL || pipe_open(&parent, base, FD_PARENT, answer,
	    process_gone, NULL) == -1 || pipe_open(&ikev2, base, FD_IKEV2,
	    answer, process_gone, NULL) == -1)
		fatal("pipe");
	event_add(ev, NULL);
	event_base_dispatch(base);
}
