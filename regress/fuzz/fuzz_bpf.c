/*
 * The packet filter: programs that somebody made up, on packets that somebody
 * made up.
 *
 * An input is an octet with the number of instructions, eight octets for each
 * as a program would hand them over, and the packet, which is read once in
 * one piece and once in mbufs of few octets.  A program that the check lets
 * pass must end, must stay inside packet and memory, and must see the same in
 * both.  The same program is then given to a listener by ioctl, and the
 * packet received.
 *
 * It is built into warren-fuzz with all others (kernel.mk): `make fuzz', or
 * tools/fuzz bpf.
 */
#include <sys/mbuf.h>
#include <sys/syscall.h>

#include <net/bpf.h>

#include "fuzz_packet.h"
#include "ktuser.h"

#define MAXPROG		200
#define MAXPKT		2000
#define O_RDWR_NONBLOCK	04002

static struct bpf_insn	 prog[MAXPROG];

static struct mbuf *
pieces(const uint8_t *p, u_int len, u_int each)
{
	struct mbuf	*m, *n, **tail;
	u_int		 c;

	m = m_gethdr(M_WAIT, MT_DATA);
	m->m_len = 0;
	m->m_pkthdr.len = len;
	for (tail = &m->m_next; len > 0; p += c, len -= c) {
		c = MIN(each, len);
		n = m_get(M_WAIT, MT_DATA);
		memcpy(mtod(n, uint8_t *), p, c);
		n->m_len = c;
		*tail = n;
		tail = &n->m_next;
	}
	return (m);
}

/* A program that has a random number in it has two answers. */
static int
is_random(u_int n)
{
	u_int	 i;

	for (i = 0; i < n; i++)
		if (prog[i].code == (BPF_LD | BPF_W | BPF_RND))
			return (1);
	return (0);
}

static void
machine(u_int n, const uint8_t *p, u_int len)
{
	struct mbuf	*m;
	u_int		 flat;

	flat = bpf_filter(prog, p, len, len);
	m = pieces(p, len, 1 + len % 7);
	if (bpf_mfilter(prog, m, len) != flat && !is_random(n))
		panic("one packet, two answers");
	m_freem(m);
}

/* By way of the device: an interface, the program, the packet. */
static void
device(u_int n, const uint8_t *p, u_int len)
{
	struct bpf_program	 bp;
	struct mbuf_list	 ml = MBUF_LIST_INITIALIZER();
	struct ifreq		*ifr;
	u_int			*one;
	int			 fd;

	ktuser_begin(0);
	fd = ktcall(SYS_open, ktuser_dup("/dev/bpf", 9), O_RDWR_NONBLOCK);
	ifr = ktuser_mem(sizeof(*ifr));
	strlcpy(ifr->ifr_name, "fza0", IFNAMSIZ);
	one = ktuser_mem(sizeof(*one));
	*one = 1;
	(void)ktcall(SYS_ioctl, fd, BIOCSETIF, ifr);
	(void)ktcall(SYS_ioctl, fd, BIOCIMMEDIATE, one);
	bp.bf_len = n;
	bp.bf_insns = ktuser_dup(prog, n * sizeof(*prog));
	(void)ktcall(SYS_ioctl, fd, n & 1 ? BIOCSETF : BIOCSETWF,
	    ktuser_dup(&bp, sizeof(bp)));
	ml_enqueue(&ml, pieces(p, len, 100));
	if_input(kt_ifp(fza), &ml);
	(void)ktcall(SYS_write, fd, ktuser_dup(p, len), len);
	(void)ktcall(SYS_read, fd, ktuser_mem(32768), 32768);
	ktuser_end();
	kt_settle();
}

static void
bpf_init(void)
{
	fza = kt_if("fza0", KTIF_ETHER);
}

FUZZ(bpf, bpf_init, "filter programs")
{
	struct fuzz_in	 fi = { data, size };
	const uint8_t	*p;
	size_t		 len = MAXPKT;
	u_int		 i, n;

	n = fuzz_u8(&fi);
	n = MIN(n, MAXPROG);
	for (i = 0; i < n; i++) {
		prog[i].code = fuzz_u16(&fi) & 0xff;
		prog[i].jt = fuzz_u8(&fi);
		prog[i].jf = fuzz_u8(&fi);
		prog[i].k = fuzz_u32(&fi);
	}
	p = fuzz_bytes(&fi, &len);
	if (bpf_validate(prog, n))
		machine(n, p, len);
	device(n, p, len);
}
