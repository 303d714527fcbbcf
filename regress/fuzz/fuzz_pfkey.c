/*
 * PF_KEY messages.
 *
 * An input is a list of records as in fuzz_packet.h: messages.  Version,
 * length and process are made right unless FZ_RAW is set.  With FZ_OTHER set
 * the record is something else, as FZ_ARG says:
 *
 *	0	a packet from one network to the other, which a flow may want
 *	1	X_ASKPOLICY about the last ACQUIRE
 *	2	a dump by sysctl(2): which, of what kind, into how much room
 *	3	GET of an SA that there is
 *	4	nobody reads any more
 *	5	an error of user land's about the last ACQUIRE
 *	6	UPDATE and the rest of the record, about an SA that there is
 *
 * Nobody but who asked, and who hears everything, ever hears of a key, and at
 * the end a FLUSH leaves nothing.
 */
#include <sys/malloc.h>
#include <sys/proc.h>
#include <sys/protosw.h>
#include <sys/socketvar.h>
#include <sys/syscall.h>
#include <sys/sysctl.h>

#include "../sys/netipsec/ktipsec.h"

#include "fuzz_packet.h"
#include "ktuser.h"

#define MESSAGES	64		/* in one input */
#define MSG_MAX		8192

static struct socket	*listener, *spy;
static uint32_t		 asked;		/* number of the last ACQUIRE */
static int		 deaf;

static void
key_init(void)
{
	fuzz_net_init();
	KT_ERR(0, socreate(AF_KEY, &listener, SOCK_RAW, PF_KEY_V2));
	KT_ERR(0, socreate(AF_KEY, &spy, SOCK_RAW, PF_KEY_V2));
	kk_begin(SADB_X_PROMISC, 1);
	kk_msg.hdr.sadb_msg_len = kk_len / 8;
	KT_ERR(0, sosend(spy, NULL, NULL, kt_mbuf(kk_msg.buf, kk_len), NULL,
	    0));
	fuzz_sleep_ms(1000);
	fuzz_net_settled();
}

/* What the listener, and who asks, have heard. */
static void
hear(void)
{
	if (deaf)
		return;
	kt_settle();
	while (kk_read(listener) != 0) {
		KT_TRUE(kk_find(SADB_EXT_KEY_AUTH) == NULL);
		KT_TRUE(kk_find(SADB_EXT_KEY_ENCRYPT) == NULL);
	}
	while (kk_read(kk_so) != 0)
		if (kk_reply.hdr.sadb_msg_type == SADB_ACQUIRE &&
		    kk_reply.hdr.sadb_msg_pid == 0)
			asked = kk_reply.hdr.sadb_msg_seq;
	while (kk_read(spy) != 0)
		KT_TRUE(kk_reply.hdr.sadb_msg_type == SADB_X_PROMISC);
	listener->so_error = spy->so_error = kk_so->so_error = 0;
}

static void
say(void)
{
	(void)kk_write();
	hear();
}

static void
message(const struct fuzz_pkt *fp)
{
	kk_len = MIN(fp->fp_len, MSG_MAX);
	memcpy(kk_msg.buf, fp->fp_buf, kk_len);
	if (!(fp->fp_op & FZ_RAW) && kk_len >= sizeof(kk_msg.hdr)) {
		kk_msg.hdr.sadb_msg_version = PF_KEY_V2;
		kk_msg.hdr.sadb_msg_len = kk_len / 8;
		kk_msg.hdr.sadb_msg_pid = curproc->p_pid;
		kk_msg.hdr.sadb_msg_reserved = 0;
	}
	say();
}

/* A message that names an SA that there is. */
static void
about_sa(u_int type, u_int which, const uint8_t *more, u_int len)
{
	union sockaddr_union	 su;
	struct sadb_address	*a;
	struct tdb		*tdb;
	u_int			 salen;

	TAILQ_FOREACH(tdb, &tdb_all, tdb_list)
		if (which-- == 0)
			break;
	if (tdb == NULL)
		return;
	salen = ipsec_addr_put(&tdb->tdb_dst, 0, &su);
	kk_begin(type, tdb->tdb_satype);
	kk_sa(ntohl(tdb->tdb_spi), 0, 0, 0, 0);
	a = kk_ext(SADB_EXT_ADDRESS_DST, sizeof(*a) + salen);
	memcpy(a + 1, &su, salen);
	if (type == SADB_UPDATE) {
		a = kk_ext(SADB_EXT_ADDRESS_SRC, sizeof(*a) + salen);
		memcpy(a + 1, &su, salen);
	}
	len = MIN(len, MSG_MAX - 512) & ~7u;
	memcpy(kk_msg.buf + kk_len, more, len);
	kk_len += len;
	kk_msg.hdr.sadb_msg_len = kk_len / 8;
	say();
}

static void
dump(const struct fuzz_pkt *fp)
{
	int	*mib = ktuser_mem(5 * sizeof(*mib));
	size_t	*lenp = ktuser_mem(sizeof(*lenp));

	mib[0] = CTL_NET;
	mib[1] = PF_KEY;
	mib[2] = PF_KEY_V2;
	mib[3] = fp->fp_len > 0 ? fp->fp_buf[0] % (NET_KEY_MAXID + 1) : 1;
	mib[4] = fp->fp_len > 1 ? fp->fp_buf[1] : 0;
	*lenp = fp->fp_len < 3 ? 64 * 1024 : fp->fp_buf[2] * 8;
	(void)ktcall(SYS_sysctl, mib, 5, fp->fp_len < 4 ?
	    ktuser_mem(64 * 1024) : NULL, lenp, NULL, 0);
	ktuser_rewind();
}

static void
something_else(const struct fuzz_pkt *fp)
{
	struct sadb_x_policy	*pol;

	switch (FZ_ARG(fp->fp_op)) {
	case 0:
		kt_rx(fzb, kt_udp(IP(10, 2, 0, 2), IP(10, 9, 0, fp->fp_len),
		    7, 9, "hello", 5));
		hear();
		break;
	case 1:
		kk_begin(SADB_X_ASKPOLICY, SADB_SATYPE_UNSPEC);
		pol = kk_ext(SADB_X_EXT_POLICY, sizeof(*pol));
		pol->sadb_x_policy_seq = asked + fp->fp_len;
		kk_msg.hdr.sadb_msg_len = kk_len / 8;
		say();
		break;
	case 2:
		dump(fp);
		break;
	case 3:
		about_sa(SADB_GET, fp->fp_len, fp->fp_buf, 0);
		break;
	case 4:
		deaf = 1;
		break;
	case 5:
		kk_begin(SADB_ACQUIRE, SADB_SATYPE_ESP);
		kk_msg.hdr.sadb_msg_errno = 3;
		kk_msg.hdr.sadb_msg_seq = asked;
		kk_msg.hdr.sadb_msg_len = kk_len / 8;
		say();
		break;
	case 6:
		about_sa(SADB_UPDATE, fp->fp_len > 0 ? fp->fp_buf[0] % 4 : 0,
		    fp->fp_buf + 1, fp->fp_len > 0 ? fp->fp_len - 1 : 0);
		break;
	}
}

FUZZ(pfkey, key_init, "PF_KEY messages")
{
	static struct fuzz_pkt	 fp;
	struct fuzz_in		 fi = { data, size };
	u_int			 n = 0;

	kk_open();
	ktuser_begin(0);
	deaf = 0;
	while (n++ < MESSAGES && fuzz_record(&fi, &fp)) {
		if (fp.fp_op & FZ_OTHER)
			something_else(&fp);
		else
			message(&fp);
	}
	ktuser_end();
	deaf = 0;
	hear();
	kk_close();
	sbflush(&listener->so_rcv);
	sbflush(&spy->so_rcv);
	listener->so_error = spy->so_error = 0;
	fuzz_end();
}
