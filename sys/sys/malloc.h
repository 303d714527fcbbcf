/*
 * malloc(9): memory by type, with statistics and a limit a type.
 */
#ifndef _SYS_MALLOC_H_
#define _SYS_MALLOC_H_

#include <sys/types.h>

/* Flags. */
#define M_WAITOK	0x0001	/* sleep until there is some */
#define M_NOWAIT	0x0002	/* or return NULL */
#define M_CANFAIL	0x0004	/* NULL beyond the limit, even if M_WAITOK */
#define M_ZERO		0x0008

/* Types; the names are in kern_malloc.c. */
#define M_FREE		0
#define M_MBUF		1
#define M_DEVBUF	2
#define M_PCB		5
#define M_RTABLE	6
#define M_PF		7
#define M_IFADDR	9
#define M_IFGROUP	10
#define M_SYSCTL	11
#define M_COUNTERS	12
#define M_IOCTLOPS	14
#define M_IOV		15
#define M_PROC		20
#define M_FILE		30
#define M_FILEDESC	31
#define M_SOOPTS	33
#define M_SONAME	34
#define M_SUBPROC	35
#define M_CRED		36
#define M_IPMOPTS	53
#define M_IPMADDR	54
#define M_MRTABLE	56
#define M_ETHERMULTI	57
#define M_IPFRAG	58
#define M_ACPI		60
#define M_ARP		61
#define M_TTYS		62
#define M_EXEC		63
#define M_TDB		70	/* ipsec(4) security associations */
#define M_XDATA		71	/* ipsec(4) transforms */
#define M_CREDENTIALS	73
#define M_PACKET_TAGS	74
#define M_TEMP		127
#define M_CRYPTO_DATA	108
#define M_IPSEC_POLICY	109
#define M_BPF		110
#define M_WG		111
#define M_TEST		112
#define M_LAST		145

/* kern.malloc.kmemstat.<type> */
struct kmemstats {
	long		ks_inuse;	/* allocations now */
	long		ks_calls;	/* allocations ever */
	long		ks_memuse;	/* bytes now */
	u_short		ks_limblocks;	/* times it had to wait for the limit */
	u_short		ks_mapblocks;	/* times it had to wait for pages */
	long		ks_maxused;	/* most bytes ever */
	long		ks_limit;	/* most bytes allowed */
	long		ks_size;	/* sizes seen, ORed */
	long		ks_fail;	/* requests refused */
};

#ifdef _KERNEL
extern struct kmemstats	 kmemstats[M_LAST];
extern const char *const kmemnames[M_LAST];

void	*malloc(size_t, int, int);
void	*mallocarray(size_t, size_t, int, int);
void	 free(void *, int, size_t);
void	 malloc_setlimit(int, size_t);
void	 malloc_init(void);
#endif

#endif /* _SYS_MALLOC_H_ */
