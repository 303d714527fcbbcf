/*
 * IPv4 and what it carries.
 *
 *	ip	whole packets
 *	reass	fragments of a few datagrams
 *	icmp, udp, igmp	messages, behind a header that is good
 */
#include "fuzz_packet.h"

#include <netinet/icmp_var.h>

/* A good IPv4 header before what is there. */
static void
header(struct fuzz_pkt *fp, u_int proto, struct in_addr dst)
{
	struct ip	 ip;

	memset(&ip, 0, sizeof(ip));
	ip.ip_v = IPVERSION;
	ip.ip_hl = sizeof(ip) >> 2;
	ip.ip_len = htons(sizeof(ip) + fp->fp_len);
	ip.ip_ttl = proto == IPPROTO_IGMP ? 1 :
	    FZ_ARG(fp->fp_op) & 2 ? 30 : 64;
	ip.ip_p = proto;
	ip.ip_src = fp->fp_op & FZ_OTHER ? IP(10, 2, 0, 2) : IP(10, 1, 0, 2);
	ip.ip_dst = dst;
	memmove(fp->fp_buf + sizeof(ip), fp->fp_buf, fp->fp_len);
	memcpy(fp->fp_buf, &ip, sizeof(ip));
	fp->fp_len += sizeof(ip);
}

/* Records are messages of a protocol, to one of two addresses. */
static void
messages(const uint8_t *data, size_t size, u_int proto, struct in_addr dst,
    struct in_addr dst2)
{
	static struct fuzz_pkt	 fp;
	struct fuzz_in		 fi = { data, size };

	while (fuzz_record(&fi, &fp)) {
		fp.fp_len = MIN(fp.fp_len, FZ_MAXPKT - 20);
		if (proto == IPPROTO_UDP)
			fuzz_udp(&fp);
		header(&fp, proto, FZ_ARG(fp.fp_op) & 1 ? dst2 : dst);
		fuzz_rx(&fp);
	}
	fuzz_end();
}

FUZZ(ip, fuzz_net_init, "IPv4 packets: options, fragments, forwarding")
{
	static struct fuzz_pkt	 fp;
	struct fuzz_in		 fi = { data, size };

	while (fuzz_record(&fi, &fp))
		fuzz_rx(&fp);
	fuzz_end();
}

/* A host, which believes redirects. */
static void
host_init(void)
{
	fuzz_net_init();
	ipforwarding = 0;
	icmp_rediraccept = 1;
	fuzz_net_settled();
}

FUZZ(icmp, host_init, "ICMP messages")
{
	messages(data, size, IPPROTO_ICMP, IP(10, 1, 0, 1),
	    IP(10, 1, 0, 255));
}

FUZZ(udp, fuzz_net_init, "UDP datagrams")
{
	messages(data, size, IPPROTO_UDP, IP(10, 1, 0, 1),
	    IP(239, 1, 1, 1));
}

FUZZ(igmp, fuzz_net_init, "IGMP messages")
{
	messages(data, size, IPPROTO_IGMP, IP(224, 0, 0, 1),
	    IP(239, 1, 1, 1));
}

/*
 * Which knob is turned, 255 for none.  Then records: an octet with the
 * datagram's identity and source, one of flags, two of offset in units of 8,
 * one of length in units of 4.
 */
FUZZ(reass, fuzz_net_init, "IPv4 fragments")
{
	static struct fuzz_pkt	 fp;
	struct fuzz_in		 fi = { data, size };
	struct ip		*ip = (struct ip *)fp.fp_buf;
	u_int			 who, how, off, i;

	if ((i = fuzz_u8(&fi)) != 255)
		fuzz_knob(i);
	for (i = 0; i < 200 && fi.fi_left >= 5; i++) {
		who = fuzz_u8(&fi);
		how = fuzz_u8(&fi);
		off = fuzz_u16(&fi);
		fp.fp_len = fuzz_u8(&fi) * 4 + (how >> 6);
		fp.fp_op = (how & 0x30) == 0x30 ? FZ_CUT | (how & 0x40) : 0;
		kt_pattern(fp.fp_buf, off * 8, fp.fp_len);
		header(&fp, who & 4 ? IPPROTO_ICMP :
		    who & 16 ? IPPROTO_TCP : IPPROTO_UDP,
		    who & 8 ? IP(10, 2, 0, 2) : IP(10, 1, 0, 1));
		ip->ip_id = htons(who & 3);
		ip->ip_tos = how & 3;
		if (off == 0 && (who & 20) == 0)
			memcpy(fp.fp_buf + 20, "\0\011\033\130\0\020\0\0", 8);
		ip->ip_off = htons((off & IP_OFFMASK) |
		    (how & 4 ? IP_MF : 0) | (how & 8 ? IP_DF : 0));
		fuzz_rx(&fp);
		if (who & 0x80)
			fuzz_sleep_ms(who & 0x40 ? 16000 : 500);
	}
	fuzz_end();
}
