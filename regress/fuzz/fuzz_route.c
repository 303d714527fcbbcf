/*
 * Routing messages, and dumps of the table.
 *
 * An input is a list of messages: an octet of bits, two of length, the
 * message.  Length and version are made right unless FZ_RAW is set; the
 * sockaddrs' lengths are as the input has them.  With FZ_OTHER set it is the
 * name of a dump (NET_RT_*) instead.
 */
#include <sys/malloc.h>
#include <sys/proc.h>
#include <sys/syscall.h>
#include <sys/sysctl.h>

#include <net/route.h>

#include "fuzz_packet.h"
#include "ktuser.h"

#define TABLES		4	/* tables beyond make nothing new */

static struct socket	*listener;

static void
listen_init(void)
{
	KT_ERR(0, socreate(AF_ROUTE, &listener, SOCK_RAW, 0));
}

static void
fix(uint8_t *p, u_int len)
{
	struct rt_msghdr	*rtm = (struct rt_msghdr *)p;

	if (len < sizeof(*rtm))
		return;
	rtm->rtm_msglen = len;
	rtm->rtm_version = RTM_VERSION;
	rtm->rtm_hdrlen = sizeof(*rtm);
	rtm->rtm_tableid %= TABLES;
	rtm->rtm_index = rtm->rtm_index % 2 ? kt_ifp(fza)->if_index :
	    rtm->rtm_index % 16;
}

static void
message(struct socket *so, struct fuzz_pkt *fp)
{
	struct mbuf	*m;

	if (!(fp->fp_op & FZ_RAW))
		fix(fp->fp_buf, fp->fp_len);
	m = fuzz_mbuf(fp);
	sosend(so, NULL, NULL, m, NULL, MSG_DONTWAIT);
	sbflush(&so->so_rcv);
}

static void
dump(const struct fuzz_pkt *fp)
{
	int	*mib = ktuser_mem(6 * sizeof(*mib));
	size_t	*lenp = ktuser_mem(sizeof(*lenp));
	u_int	 i;

	mib[0] = CTL_NET;
	mib[1] = PF_ROUTE;
	for (i = 3; i < 6 && i - 3 < fp->fp_len; i++)
		mib[i] = fp->fp_buf[i - 3];
	*lenp = fp->fp_len < 4 ? 64 * 1024 : fp->fp_buf[3] * 8;
	(void)ktcall(SYS_sysctl, mib, 6, fp->fp_len < 5 ?
	    ktuser_mem(64 * 1024) : NULL, lenp, NULL, 0);
	ktuser_rewind();
}

FUZZ(route, listen_init, "routing messages")
{
	static struct fuzz_pkt	 fp;
	struct fuzz_in		 fi = { data, size };
	struct socket		*so;

	fza = kt_if("fza0", KTIF_ETHER);
	fzb = kt_if("fzb0", KTIF_IP);
	KT_ERR(0, kt_addr(fza, IP(10, 1, 0, 1), 24));
	KT_ERR(0, kt_addr(fzb, IP(10, 2, 0, 1), 24));
	KT_ERR(0, socreate(AF_ROUTE, &so, SOCK_RAW, 0));
	ktuser_begin(0);
	while (fuzz_record(&fi, &fp)) {
		if (fp.fp_op & FZ_OTHER)
			dump(&fp);
		else
			message(so, &fp);
	}
	ktuser_end();
	soclose(so);
	sbflush(&listener->so_rcv);
	kt_if_free(fza);
	kt_if_free(fzb);
	kt_settle();
}
