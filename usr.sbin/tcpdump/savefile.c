/*
 * Capture files: read by libpcap, in whatever format it knows, and written
 * as pcap files with microseconds, in this machine's byte order.
 */
#include <sys/types.h>

#include <err.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#include "tcpdump.h"

#define MAGIC		0xa1b2c3d4U
#define LINKTYPE_RAW	101
#define LINKTYPE_LOOP	108
#define LINKTYPE_ENC	109

static pcap_t	*savefile;

struct file_header {
	uint32_t	 fh_magic;
	uint16_t	 fh_major;
	uint16_t	 fh_minor;
	uint32_t	 fh_zone;
	uint32_t	 fh_sigfigs;
	uint32_t	 fh_snaplen;
	uint32_t	 fh_linktype;
};

struct packet_header {
	uint32_t	 ph_sec;
	uint32_t	 ph_usec;
	uint32_t	 ph_caplen;
	uint32_t	 ph_len;
};

/* Link types of files, and the numbers of bpf(4) for them. */
static const struct {
	int	 file;
	int	 bpf;
} linktypes[] = {
	{ LINKTYPE_RAW,		14 },
	{ LINKTYPE_LOOP,	12 },
	{ LINKTYPE_ENC,		13 },
};

#define NLINKTYPES	(sizeof(linktypes) / sizeof(linktypes[0]))

static int
dlt_to_file(int dlt)
{
	size_t	 i;

	for (i = 0; i < NLINKTYPES; i++)
		if (linktypes[i].bpf == dlt)
			return (linktypes[i].file);
	return (dlt);
}

/* What libpcap calls it when it has read the file. */
static int
dlt_from_pcap(int dlt)
{
	size_t	 i;

	if (dlt == DLT_RAW)
		dlt = LINKTYPE_RAW;
	for (i = 0; i < NLINKTYPES; i++)
		if (linktypes[i].file == dlt)
			return (linktypes[i].bpf);
	return (dlt);
}

/*
 * Open o_read ("-" is standard input).  *dlt becomes its link type as bpf(4)
 * counts, or what o_dlt says that it is; *snaplen its snapshot length.  Ends
 * the program on failure.
 */
int
savefile_open(const struct options *o, int *dlt, u_int *snaplen)
{
	char	 errbuf[PCAP_ERRBUF_SIZE];

	if ((savefile = pcap_open_offline(o->o_read, errbuf)) == NULL)
		errx(1, "%s", errbuf);
	*dlt = dlt_from_pcap(pcap_datalink(savefile));
	if (o->o_dlt != NULL && (*dlt = filter_dlt(o->o_dlt)) == -1)
		errx(1, "%s: no such link type", o->o_dlt);
	*snaplen = pcap_snapshot(savefile);
	return (0);
}

/*
 * Call fn for each packet that the program matches until it returns non-zero.
 * Returns that; 1 at the end of the file; -1 after a message when the file is
 * damaged.
 */
int
savefile_read(const struct program *prog,
    int (*fn)(void *, const struct packet *), void *arg)
{
	struct pcap_pkthdr	*ph;
	struct packet		 pk;
	int			 n, stop;

	while ((n = pcap_next_ex(savefile, &ph, &pk.pk_data)) == 1) {
		pk.pk_time = ph->ts;
		pk.pk_caplen = ph->caplen;
		pk.pk_len = ph->len;
		if (!filter_matches(prog, &pk))
			continue;
		if ((stop = fn(arg, &pk)) != 0)
			return (stop);
	}
	if (n == PCAP_ERROR) {
		warnx("%s", pcap_geterr(savefile));
		return (-1);
	}
	return (1);
}

/*
 * Begin a file of packets of a link type of bpf(4).
 */
void
savefile_header(FILE *f, int dlt, u_int snaplen)
{
	struct file_header	 fh;

	memset(&fh, 0, sizeof(fh));
	fh.fh_magic = MAGIC;
	fh.fh_major = 2;
	fh.fh_minor = 4;
	fh.fh_snaplen = snaplen;
	fh.fh_linktype = dlt_to_file(dlt);
	fwrite(&fh, sizeof(fh), 1, f);
}

/*
 * Append a packet.  Errors stay with the stream.
 */
void
savefile_packet(FILE *f, const struct packet *pk)
{
	struct packet_header	 ph;

	ph.ph_sec = pk->pk_time.tv_sec;
	ph.ph_usec = pk->pk_time.tv_usec;
	ph.ph_caplen = pk->pk_caplen;
	ph.ph_len = pk->pk_len;
	fwrite(&ph, sizeof(ph), 1, f);
	fwrite(pk->pk_data, pk->pk_caplen, 1, f);
}
