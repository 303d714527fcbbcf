/*
 * counters_alloc(9): sets of 64-bit counters, kept for each CPU.  One CPU is
 * all there is, so a set is one array; the accessors hide that.
 */
#ifndef _SYS_PERCPU_H_
#define _SYS_PERCPU_H_

#include <sys/types.h>

struct cpumem {
	uint64_t	*cm_counters;
};

struct counters_ref {
	uint64_t	*c;
};

/* Counters that exist before memory can be allocated. */
#define COUNTERS_BOOT_MEMORY(_name, _n)					\
	static uint64_t _name##_boot_counters[(_n)];			\
	struct cpumem _name##_boot_memory = { _name##_boot_counters }
#define COUNTERS_BOOT_INITIALIZER(_name)	(&_name##_boot_memory)

struct cpumem	*counters_alloc(unsigned int);
struct cpumem	*counters_alloc_ncpus(struct cpumem *, unsigned int);
void		 counters_free(struct cpumem *, unsigned int);
void		 counters_read(struct cpumem *, uint64_t *, unsigned int,
		    uint64_t *);
void		 counters_zero(struct cpumem *, unsigned int);

static inline uint64_t *
counters_enter(struct counters_ref *ref, struct cpumem *cm)
{
	ref->c = cm->cm_counters;
	return (ref->c);
}

static inline void
counters_leave(struct counters_ref *ref, struct cpumem *cm)
{
	(void)ref;
	(void)cm;
}

static inline void
counters_add(struct cpumem *cm, unsigned int c, uint64_t v)
{
	cm->cm_counters[c] += v;
}

static inline void
counters_inc(struct cpumem *cm, unsigned int c)
{
	cm->cm_counters[c]++;
}

static inline void
counters_dec(struct cpumem *cm, unsigned int c)
{
	cm->cm_counters[c]--;
}

/* Count a packet and its bytes. */
static inline void
counters_pkt(struct cpumem *cm, unsigned int c, unsigned int b, uint64_t v)
{
	cm->cm_counters[c]++;
	cm->cm_counters[b] += v;
}

#endif /* _SYS_PERCPU_H_ */
