/*
 * Packets from an interface, by bpf(4).
 */
#include <sys/types.h>
#include <sys/ioctl.h>
#include <net/if.h>
#include <net/bpf.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tcpdump.h"

#define BUFFER		(512 * 1024)	/* of each of the kernel's buffers */
#define MAXDLTS		16

static u_char	*buffer;
static u_int	 buflen;

/*
 * Open the device on o_if, in the link type o_dlt; *dlt becomes its number.
 * Returns the descriptor; ends the program on failure.
 */
int
capture_open(const struct options *o, int *dlt)
{
	struct ifreq	 ifr;
	u_int		 len = BUFFER, v;
	int		 fd, want;

	if ((fd = open("/dev/bpf", O_RDONLY | O_NONBLOCK | O_CLOEXEC)) == -1)
		err(1, "/dev/bpf");
	(void)ioctl(fd, BIOCSBLEN, &len);
	memset(&ifr, 0, sizeof(ifr));
	if (strlcpy(ifr.ifr_name, o->o_if, sizeof(ifr.ifr_name)) >=
	    sizeof(ifr.ifr_name)) {
		errno = ENXIO;
		err(1, "%s", o->o_if);
	}
	if (ioctl(fd, BIOCSETIF, &ifr) == -1)
		err(1, "%s", o->o_if);
	if (o->o_dlt != NULL) {
		if ((want = filter_dlt(o->o_dlt)) == -1)
			errx(1, "%s: no such link type", o->o_dlt);
		v = want;
		if (ioctl(fd, BIOCSDLT, &v) == -1)
			errx(1, "%s: link type %s is not to be had", o->o_if,
			    o->o_dlt);
	}
	if (ioctl(fd, BIOCGDLT, &v) == -1 ||
	    ioctl(fd, BIOCGBLEN, &buflen) == -1)
		err(1, "%s", o->o_if);
	if ((buffer = malloc(buflen)) == NULL)
		err(1, NULL);
	*dlt = v;
	return (fd);
}

/*
 * Start to capture what the program matches.  Nothing that the device is told
 * later can change it: it is locked.
 */
void
capture_start(int fd, const struct options *o, const struct program *prog)
{
	struct timeval		 tv = { 0, CAPTURE_WAIT * 1000 };
	struct bpf_program	 bp;
	u_int			 dirfilt = o->o_dirfilt;
	u_int			 fildrop = o->o_fildrop;

	bp.bf_len = prog->p_len;
	bp.bf_insns = prog->p_insns;
	if (!o->o_nopromisc && ioctl(fd, BIOCPROMISC, NULL) == -1)
		warn("%s: promiscuous", o->o_if);
	if (ioctl(fd, BIOCSDIRFILT, &dirfilt) == -1 ||
	    ioctl(fd, BIOCSFILDROP, &fildrop) == -1 ||
	    ioctl(fd, BIOCSWTIMEOUT, &tv) == -1)
		err(1, "%s", o->o_if);
	/* This one also forgets what was caught without a filter. */
	if (ioctl(fd, BIOCSETF, &bp) == -1)
		err(1, "filter");
	if (ioctl(fd, BIOCLOCK, NULL) == -1)
		err(1, "%s", o->o_if);
}

/*
 * Take what is there, and call fn for each packet until it returns non-zero.
 * Returns that, or 0; -1 with errno when the interface has failed.
 */
int
capture_read(int fd, int (*fn)(void *, const struct packet *), void *arg)
{
	struct packet	 pk;
	struct bpf_hdr	 bh;
	ssize_t		 n;
	size_t		 off, next;
	int		 stop;

	if ((n = read(fd, buffer, buflen)) == -1)
		return (errno == EAGAIN || errno == EINTR ? 0 : -1);
	for (off = 0; off + sizeof(bh) <= (size_t)n; off = next) {
		memcpy(&bh, buffer + off, sizeof(bh));
		pk.pk_time.tv_sec = bh.bh_tstamp.tv_sec;
		pk.pk_time.tv_usec = bh.bh_tstamp.tv_usec;
		pk.pk_data = buffer + off + bh.bh_hdrlen;
		pk.pk_caplen = bh.bh_caplen;
		pk.pk_len = bh.bh_datalen;
		next = off + BPF_WORDALIGN(bh.bh_hdrlen + bh.bh_caplen);
		if ((stop = fn(arg, &pk)) != 0)
			return (stop);
	}
	return (0);
}

/*
 * Print how many packets there were.
 */
void
capture_stats(int fd)
{
	struct bpf_stat	 bs;

	if (ioctl(fd, BIOCGSTATS, &bs) == -1) {
		warn("statistics");
		return;
	}
	fprintf(stderr, "\n%u packets received by filter\n"
	    "%u packets dropped by kernel\n", bs.bs_recv, bs.bs_drop);
}

/*
 * Print the link types of the interface.
 */
void
capture_list_dlts(int fd, const char *ifname)
{
	struct bpf_dltlist	 bl;
	u_int			 dlts[MAXDLTS], i;
	const char		*name;

	bl.bfl_len = MAXDLTS;
	bl.bfl_list = dlts;
	if (ioctl(fd, BIOCGDLTLIST, &bl) == -1)
		err(1, "%s", ifname);
	fprintf(stderr, "%u link type%s supported:\n", bl.bfl_len,
	    bl.bfl_len == 1 ? "" : "s");
	for (i = 0; i < bl.bfl_len; i++) {
		if ((name = filter_dltname(dlts[i])) != NULL)
			fprintf(stderr, "\t%s\n", name);
		else
			fprintf(stderr, "\t%u\n", dlts[i]);
	}
}
