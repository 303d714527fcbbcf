/*
 * bpf(4): the packet filter's device, its ioctls and the filter machine.
 * Numbers and layouts are OpenBSD's.
 *
 * User land sees the first half; the rest is for drivers, which show packets
 * with bpf_mtap() and its kin (bpf_mtap(9)).
 */
#ifndef _NET_BPF_H_
#define _NET_BPF_H_

#include <sys/types.h>
#include <sys/ioccom.h>
#ifdef _KERNEL
#include <sys/time.h>
#endif

/* Records in a buffer begin at multiples of this. */
#define BPF_ALIGNMENT	sizeof(u_int32_t)
#define BPF_WORDALIGN(x)	\
	(((x) + (BPF_ALIGNMENT - 1)) & ~(BPF_ALIGNMENT - 1))

#define BPF_MAXINSNS	512		/* longest program */
#define BPF_MAXBUFSIZE	(2 * 1024 * 1024)
#define BPF_MINBUFSIZE	32

#define BPF_MEMWORDS	16		/* scratch memory, 32-bit words */

#define BPF_MAJOR_VERSION	1
#define BPF_MINOR_VERSION	1

/* One instruction, and a program (BIOCSETF, BIOCSETWF). */
struct bpf_insn {
	u_int16_t	 code;
	u_char		 jt;
	u_char		 jf;
	u_int32_t	 k;
};

struct bpf_program {
	u_int		 bf_len;	/* instructions; 0: accept all */
	struct bpf_insn	*bf_insns;
};

/* BIOCGSTATS */
struct bpf_stat {
	u_int	bs_recv;		/* packets that the filter saw */
	u_int	bs_drop;		/* that it wanted: no room */
};

/* BIOCVERSION */
struct bpf_version {
	u_short	bv_major;
	u_short	bv_minor;
};

/* BIOCGDLTLIST */
struct bpf_dltlist {
	u_int	 bfl_len;		/* room in bfl_list, then used */
	u_int	*bfl_list;		/* NULL: just count */
};

#define BIOCGBLEN	_IOR('B', 102, u_int)
#define BIOCSBLEN	_IOWR('B', 102, u_int)
#define BIOCSETF	_IOW('B', 103, struct bpf_program)
#define BIOCFLUSH	_IO('B', 104)
#define BIOCPROMISC	_IO('B', 105)
#define BIOCGDLT	_IOR('B', 106, u_int)
#define BIOCGETIF	_IOR('B', 107, struct ifreq)
#define BIOCSETIF	_IOW('B', 108, struct ifreq)
#define BIOCSRTIMEOUT	_IOW('B', 109, struct timeval)
#define BIOCGRTIMEOUT	_IOR('B', 110, struct timeval)
#define BIOCGSTATS	_IOR('B', 111, struct bpf_stat)
#define BIOCIMMEDIATE	_IOW('B', 112, u_int)
#define BIOCVERSION	_IOR('B', 113, struct bpf_version)
#define BIOCSRSIG	_IOW('B', 114, u_int)
#define BIOCGRSIG	_IOR('B', 115, u_int)
#define BIOCGHDRCMPLT	_IOR('B', 116, u_int)
#define BIOCSHDRCMPLT	_IOW('B', 117, u_int)
#define BIOCLOCK	_IO('B', 118)
#define BIOCSETWF	_IOW('B', 119, struct bpf_program)
#define BIOCGFILDROP	_IOR('B', 120, u_int)
#define BIOCSFILDROP	_IOW('B', 121, u_int)
#define BIOCSDLT	_IOW('B', 122, u_int)
#define BIOCGDLTLIST	_IOWR('B', 123, struct bpf_dltlist)
#define BIOCGDIRFILT	_IOR('B', 124, u_int)
#define BIOCSDIRFILT	_IOW('B', 125, u_int)
#define BIOCSWTIMEOUT	_IOW('B', 126, struct timeval)
#define BIOCGWTIMEOUT	_IOR('B', 126, struct timeval)
#define BIOCDWTIMEOUT	_IO('B', 126)
#define BIOCSETFNR	_IOW('B', 127, struct bpf_program)

/* Directions; of BIOCSDIRFILT, those that are not wanted. */
#define BPF_DIRECTION_IN	(1 << 0)
#define BPF_DIRECTION_OUT	(1 << 1)

/* BIOCSFILDROP: what becomes of a received packet that matches. */
#define BPF_FILDROP_PASS	0	/* captured, and goes its way */
#define BPF_FILDROP_CAPTURE	1	/* captured, and dropped */
#define BPF_FILDROP_DROP	2	/* dropped */

struct bpf_timeval {
	u_int32_t	tv_sec;
	u_int32_t	tv_usec;
};

/* In front of each packet in a buffer; the next is found by BPF_WORDALIGN. */
struct bpf_hdr {
	struct bpf_timeval bh_tstamp;
	u_int32_t	bh_caplen;	/* bytes that follow the header */
	u_int32_t	bh_datalen;	/* of the packet on the link */
	u_int16_t	bh_hdrlen;	/* from here to the packet */
	u_int16_t	bh_ifidx;	/* where it was received */
	u_int16_t	bh_flowid;	/* if BPF_F_FLOWID */
	u_int8_t	bh_flags;	/* BPF_F_* */
	u_int8_t	bh_drops;	/* lost before this one, at most 255 */
};

#define BPF_F_PRI_MASK	0x07
#define BPF_F_FLOWID	0x08
#define BPF_F_DIR_SHIFT	4
#define BPF_F_DIR_MASK	(0x3 << BPF_F_DIR_SHIFT)
#define BPF_F_DIR_IN	(BPF_DIRECTION_IN << BPF_F_DIR_SHIFT)
#define BPF_F_DIR_OUT	(BPF_DIRECTION_OUT << BPF_F_DIR_SHIFT)

/*
 * Link types as BIOCGDLT tells them.  In capture files LOOP is 108, ENC is
 * 109 and RAW is 101.
 */
#define DLT_NULL	0		/* family in host order, packet */
#define DLT_EN10MB	1		/* Ethernet */
#define DLT_PPP		9
#define DLT_LOOP	12		/* family in network order, packet */
#define DLT_ENC		13		/* struct enchdr, packet */
#define DLT_RAW		14		/* IPv4 or IPv6 packet */
#define DLT_PFSYNC	18
#define DLT_PPP_ETHER	51
#define DLT_IEEE802_11	105
#define DLT_PFLOG	117

/* Instructions: class, */
#define BPF_CLASS(code)	((code) & 0x07)
#define BPF_LD		0x00
#define BPF_LDX		0x01
#define BPF_ST		0x02
#define BPF_STX		0x03
#define BPF_ALU		0x04
#define BPF_JMP		0x05
#define BPF_RET		0x06
#define BPF_MISC	0x07

/* of loads: size and mode, */
#define BPF_SIZE(code)	((code) & 0x18)
#define BPF_W		0x00
#define BPF_H		0x08
#define BPF_B		0x10
#define BPF_MODE(code)	((code) & 0xe0)
#define BPF_IMM		0x00
#define BPF_ABS		0x20
#define BPF_IND		0x40
#define BPF_MEM		0x60
#define BPF_LEN		0x80
#define BPF_MSH		0xa0
#define BPF_RND		0xc0		/* a random number */

/* of arithmetic and jumps: operation and source, */
#define BPF_OP(code)	((code) & 0xf0)
#define BPF_ADD		0x00
#define BPF_SUB		0x10
#define BPF_MUL		0x20
#define BPF_DIV		0x30
#define BPF_OR		0x40
#define BPF_AND		0x50
#define BPF_LSH		0x60
#define BPF_RSH		0x70
#define BPF_NEG		0x80
#define BPF_MOD		0x90
#define BPF_XOR		0xa0
#define BPF_JA		0x00
#define BPF_JEQ		0x10
#define BPF_JGT		0x20
#define BPF_JGE		0x30
#define BPF_JSET	0x40
#define BPF_SRC(code)	((code) & 0x08)
#define BPF_K		0x00
#define BPF_X		0x08

/* of a return: its value, and the rest. */
#define BPF_RVAL(code)	((code) & 0x18)
#define BPF_A		0x10
#define BPF_MISCOP(code)	((code) & 0xf8)
#define BPF_TAX		0x00
#define BPF_TXA		0x80

#define BPF_STMT(code, k)	{ (u_int16_t)(code), 0, 0, k }
#define BPF_JUMP(code, k, jt, jf)	{ (u_int16_t)(code), jt, jf, k }

/* net.bpf */
#define PF_BPF			31
#define NET_BPF_BUFSIZE		1	/* int: of a buffer, unless told */
#define NET_BPF_MAXBUFSIZE	2	/* int: the most BIOCSBLEN gives */
#define NET_BPF_MAXID		3

#define CTL_NET_BPF_NAMES { \
	[NET_BPF_BUFSIZE] = { "bufsize", CTLTYPE_INT }, \
	[NET_BPF_MAXBUFSIZE] = { "maxbufsize", CTLTYPE_INT }, \
}

#if defined(_KERNEL) || defined(BPF_MACHINE)

/*
 * How the machine reads a packet of whatever shape: words, halfwords in
 * network order and bytes at an offset; *err is set to 0, or to 1 when the
 * packet ends before.
 */
struct bpf_ops {
	u_int32_t	(*ldw)(const void *, u_int32_t, int *);
	u_int32_t	(*ldh)(const void *, u_int32_t, int *);
	u_int32_t	(*ldb)(const void *, u_int32_t, int *);
};

u_int	 _bpf_filter(const struct bpf_insn *, const struct bpf_ops *,
	    const void *, u_int);
u_int	 bpf_filter(const struct bpf_insn *, const u_char *, u_int, u_int);
int	 bpf_validate(const struct bpf_insn *, int);

#endif /* _KERNEL || BPF_MACHINE */

#ifdef _KERNEL

struct ifnet;
struct mbuf;

/* Filters of drivers over a packet in mbufs. */
u_int	 bpf_mfilter(const struct bpf_insn *, const struct mbuf *, u_int);

/*
 * The driver's side.  The first argument is what the driver gave to
 * bpfattach() to fill in, if_bpf as a rule: NULL while nobody listens, and
 * then none of these may be called.
 */
int	 bpf_mtap(caddr_t, const struct mbuf *, u_int);
int	 bpf_mtap_hdr(caddr_t, const void *, u_int, const struct mbuf *,
	    u_int);
int	 bpf_mtap_af(caddr_t, u_int32_t, const struct mbuf *, u_int);
int	 bpf_mtap_ether(caddr_t, const struct mbuf *, u_int);
int	 bpf_mtap_pflog(caddr_t, const void *, u_int, const struct mbuf *);
int	 bpf_tap_hdr(caddr_t, const void *, u_int, const void *, u_int,
	    u_int);

void	 bpfattach(caddr_t *, struct ifnet *, u_int, u_int);
void	 bpfdetach(struct ifnet *);
void	 bpfilterattach(void);

#endif /* _KERNEL */
#endif /* _NET_BPF_H_ */
