/*
 * Atomic operations.  One CPU that is never preempted needs none, so these
 * are plain; they mark what a second CPU would share.
 */
#ifndef _SYS_ATOMIC_H_
#define _SYS_ATOMIC_H_

#define atomic_inc_int(p)	((void)++*(p))
#define atomic_dec_int(p)	((void)--*(p))
#define atomic_inc_int_nv(p)	(++*(p))
#define atomic_dec_int_nv(p)	(--*(p))
#define atomic_add_int(p, v)	((void)(*(p) += (v)))
#define atomic_sub_int(p, v)	((void)(*(p) -= (v)))
#define atomic_add_int_nv(p, v)	(*(p) += (v))
#define atomic_sub_int_nv(p, v)	(*(p) -= (v))
#define atomic_inc_long(p)	((void)++*(p))
#define atomic_dec_long(p)	((void)--*(p))
#define atomic_inc_long_nv(p)	(++*(p))
#define atomic_dec_long_nv(p)	(--*(p))
#define atomic_add_long_nv(p, v)	(*(p) += (v))
#define atomic_setbits_int(p, v)	((void)(*(p) |= (v)))
#define atomic_clearbits_int(p, v)	((void)(*(p) &= ~(v)))

#define READ_ONCE(x)		(*(volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v)	(*(volatile __typeof__(x) *)&(x) = (v))

static inline unsigned int
atomic_cas_uint(volatile unsigned int *p, unsigned int o, unsigned int n)
{
	unsigned int was = *p;

	if (was == o)
		*p = n;
	return (was);
}

static inline unsigned int
atomic_swap_uint(volatile unsigned int *p, unsigned int n)
{
	unsigned int was = *p;

	*p = n;
	return (was);
}

static inline unsigned int
atomic_load_int(const volatile unsigned int *p)
{
	return (*p);
}

static inline void
atomic_store_int(volatile unsigned int *p, unsigned int v)
{
	*p = v;
}

/* Keep the compiler's order towards memory that a card shares. */
#define membar_enter()		__asm__ volatile("" ::: "memory")
#define membar_exit()		__asm__ volatile("" ::: "memory")
#define membar_producer()	__asm__ volatile("" ::: "memory")
#define membar_consumer()	__asm__ volatile("" ::: "memory")
#define membar_sync()		__sync_synchronize()

#endif /* _SYS_ATOMIC_H_ */
