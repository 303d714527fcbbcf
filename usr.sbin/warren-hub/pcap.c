/*
 * The last frames that came in, for a file in the format of pcap(5) with
 * times in nanoseconds.  It is written when the hub ends or is sent SIGUSR1.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub.h"

#define PCAP_MAGIC_NS	0xa1b23c4dU
#define PCAP_SNAPLEN	65535
#define PCAP_ETHERNET	1
#define NSEC		1000000000ULL

struct pcap_file {
	uint32_t	pf_magic;
	uint16_t	pf_major, pf_minor;
	int32_t		pf_zone;
	uint32_t	pf_sigfigs;
	uint32_t	pf_snaplen;
	uint32_t	pf_linktype;
};

struct pcap_rec {
	uint32_t	pr_sec, pr_nsec;
	uint32_t	pr_caplen, pr_len;
};

struct kept {
	struct pcap_rec	 k_rec;
	uint8_t		*k_data;
};

static struct kept	*ring;
static uint64_t		 total;		/* frames ever */

void
pcap_init(void)
{
	if (hub_opts.ho_pcap == NULL)
		return;
	ring = calloc(hub_opts.ho_packets, sizeof(*ring));
	if (ring == NULL)
		err(1, NULL);
	pcap_write();			/* can we? */
}

/* Keep a frame instead of the oldest. */
void
pcap_add(const uint8_t *data, uint32_t len)
{
	struct kept	*k;
	uint64_t	 now;
	uint8_t		*p;

	if (ring == NULL)
		return;
	k = &ring[total % hub_opts.ho_packets];
	if ((p = realloc(k->k_data, len)) == NULL)
		return;
	total++;
	now = hub_walltime();
	memcpy(p, data, len);
	k->k_data = p;
	k->k_rec.pr_sec = now / NSEC;
	k->k_rec.pr_nsec = now % NSEC;
	k->k_rec.pr_len = len;
	k->k_rec.pr_caplen = len < PCAP_SNAPLEN ? len : PCAP_SNAPLEN;
}

/* Write all that is kept; the file is complete after each call. */
void
pcap_write(void)
{
	static const struct pcap_file	 pf = {
		.pf_magic = PCAP_MAGIC_NS, .pf_major = 2, .pf_minor = 4,
		.pf_snaplen = PCAP_SNAPLEN, .pf_linktype = PCAP_ETHERNET,
	};
	const struct kept		*k;
	uint64_t			 i;
	FILE				*fp;

	if (ring == NULL)
		return;
	if ((fp = fopen(hub_opts.ho_pcap, "we")) == NULL)
		err(1, "%s", hub_opts.ho_pcap);
	fwrite(&pf, sizeof(pf), 1, fp);
	i = total > hub_opts.ho_packets ? total - hub_opts.ho_packets : 0;
	for (; i < total; i++) {
		k = &ring[i % hub_opts.ho_packets];
		fwrite(&k->k_rec, sizeof(k->k_rec), 1, fp);
		fwrite(k->k_data, k->k_rec.pr_caplen, 1, fp);
	}
	if (fclose(fp) != 0)
		warn("%s", hub_opts.ho_pcap);
}
