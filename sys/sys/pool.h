/*
 * pool(9): items of one size.
 *
 * Items live on pages that the pool takes from a page allocator; empty pages
 * above the high watermark go back.  A hard limit bounds the items in use.
 */
#ifndef _SYS_POOL_H_
#define _SYS_POOL_H_

#include <sys/types.h>

/* kern.pool.pool.<serial> */
struct kinfo_pool {
	unsigned int	pr_size;	/* size of an item */
	unsigned int	pr_pgsize;	/* size of a "page" */
	unsigned int	pr_itemsperpage;
	unsigned int	pr_minpages;	/* kept even when empty */
	unsigned int	pr_maxpages;	/* most empty pages kept */
	unsigned int	pr_hardlimit;	/* most items in use */
	unsigned int	pr_nout;	/* items in use */
	unsigned int	pr_nitems;	/* free items on pages */
	unsigned long	pr_nget;
	unsigned long	pr_nfail;	/* requests refused */
	unsigned long	pr_nput;
	unsigned long	pr_npagealloc;
	unsigned long	pr_npagefree;
	unsigned int	pr_hiwat;	/* most pages ever */
	unsigned long	pr_nidle;	/* empty pages */
	unsigned int	pr_npages;
};

#ifdef _KERNEL
#include <sys/queue.h>
#include <sys/softintr.h>
#include <sys/time.h>

struct pool;
struct pool_item;
struct pool_page;

/* Says how large the pool's pages are: a multiple of PAGE_SIZE. */
struct pool_allocator {
	size_t	pa_pagesz;
};

LIST_HEAD(pool_pagelist, pool_page);

struct pool {
	TAILQ_ENTRY(pool) pr_list;	/* all pools */
	const char	*pr_wchan;	/* name */
	u_int		 pr_serial;	/* the number sysctl(2) uses */
	u_int		 pr_size;	/* rounded up to the alignment */
	u_int		 pr_origsize;	/* as asked for */
	u_int		 pr_align;
	u_int		 pr_pgsize;
	u_int		 pr_itemsperpage;
	u_int		 pr_flags;

	struct pool_pagelist pr_partial;	/* some items free */
	struct pool_pagelist pr_empty;		/* all items free */
	struct pool_pagelist pr_full;		/* none free */

	u_int		 pr_nitems;	/* free items */
	u_int		 pr_nout;	/* items in use */
	u_int		 pr_npages;
	u_int		 pr_nidle;	/* pages on pr_empty */
	u_int		 pr_minitems;	/* low watermark */
	u_int		 pr_maxidle;	/* most empty pages kept */
	u_int		 pr_hardlimit;
	u_int		 pr_waiters;	/* threads that sleep for an item */
	const char	*pr_limitmsg;	/* said when the limit is hit */
	struct timeval	 pr_limitmsg_last;
	struct timeval	 pr_limitmsg_ival;

	u_long		 pr_nget;
	u_long		 pr_nput;
	u_long		 pr_nfail;
	u_long		 pr_npagealloc;
	u_long		 pr_npagefree;
	u_int		 pr_hiwat;

	struct pool_item *pr_cache;	/* freed lately, newest first */
	u_int		 pr_ncache;
	u_int		 pr_maxcache;

	/* Sanitizer builds: items freed lately, oldest first. */
	struct pool_item *pr_quarhead;
	struct pool_item *pr_quartail;
	u_int		 pr_nquar;
};

/* pool_init() */
#define PR_WAITOK	0x0001	/* sleep until there is one */
#define PR_NOWAIT	0x0002	/* or return NULL */
#define PR_LIMITFAIL	0x0004	/* NULL beyond the limit, even if PR_WAITOK */
#define PR_ZERO		0x0008
#define PR_TAGGED	0x0010	/* internal: items know their page */

/* Accepted for BSD's sake: no pool here takes a lock. */
#define PR_RWLOCK	0

extern struct pool_allocator pool_allocator_single;

void	 pool_init(struct pool *, size_t, u_int, int, int, const char *,
	    struct pool_allocator *);
void	 pool_destroy(struct pool *);
void	 pool_setlowat(struct pool *, int);
void	 pool_sethiwat(struct pool *, int);
int	 pool_sethardlimit(struct pool *, u_int, const char *, int);
void	*pool_get(struct pool *, int);
void	 pool_put(struct pool *, void *);
int	 pool_prime(struct pool *, int);
int	 pool_reclaim(struct pool *);
void	 pool_reclaim_all(void);
void	 pool_info(const struct pool *, struct kinfo_pool *);
struct pool *pool_bynumber(u_int);
struct pool *pool_next(struct pool *);
#endif

#endif /* _SYS_POOL_H_ */
