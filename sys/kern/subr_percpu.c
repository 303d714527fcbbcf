/*
 * counters_alloc(9).
 */
#include <sys/malloc.h>
#include <sys/percpu.h>
#include <sys/systm.h>

/*
 * Make n counters, all 0.  Sleeps for memory.
 */
struct cpumem *
counters_alloc(unsigned int n)
{
	struct cpumem	*cm;

	cm = malloc(sizeof(*cm), M_COUNTERS, M_WAITOK);
	cm->cm_counters = mallocarray(n, sizeof(uint64_t), M_COUNTERS,
	    M_WAITOK | M_ZERO);
	return (cm);
}

/*
 * Give counters that existed before memory did their room on every CPU; what
 * they counted is kept.
 */
struct cpumem *
counters_alloc_ncpus(struct cpumem *cm, unsigned int n)
{
	(void)n;
	return (cm);
}

/*
 * Undo counters_alloc() of n.
 */
void
counters_free(struct cpumem *cm, unsigned int n)
{
	free(cm->cm_counters, M_COUNTERS, n * sizeof(uint64_t));
	free(cm, M_COUNTERS, sizeof(*cm));
}

/*
 * Read n counters into out.  scratch, room for n more or NULL, is not
 * needed.
 */
void
counters_read(struct cpumem *cm, uint64_t *out, unsigned int n,
    uint64_t *scratch)
{
	(void)scratch;
	memcpy(out, cm->cm_counters, n * sizeof(*out));
}

/*
 * Set n counters to 0.
 */
void
counters_zero(struct cpumem *cm, unsigned int n)
{
	memset(cm->cm_counters, 0, n * sizeof(uint64_t));
}
