/*
 * Fuzz targets that run inside the kernel.
 *
 *	FUZZ(igmp, igmp_init, "IGMP messages")
 *	{
 *		...	data, size
 *	}
 *
 * One file a target, or a few that belong together; the file joins the list
 * in kernel.mk, its seeds go to seeds.py, and the sources whose coverage it
 * is about to ../../tools/fuzz.  A target is called in a kernel thread, may
 * sleep, and idle time is skipped.  What a target leaves behind is there for
 * the next input: it undoes what would pile up.
 *
 * struct fuzz_in reads an input from its start; past its end it reads zeroes.
 */
#ifndef _REGRESS_FUZZ_H_
#define _REGRESS_FUZZ_H_

#include <sys/param.h>
#include <sys/systm.h>

struct fuzz {
	const char	*fz_name;
	const char	*fz_descr;
	void		(*fz_init)(void);
	void		(*fz_one)(const uint8_t *, size_t);
};

#define FUZZ(name, init, descr)						\
	static void fuzz_t_##name(const uint8_t *, size_t);		\
	static const struct fuzz fuzz_##name##_struct = {		\
		#name, (descr), (init), fuzz_t_##name			\
	};								\
	static const struct fuzz *const fuzz_##name##_entry		\
	    __attribute__((__used__, __section__("fuzzers"))) =		\
	    &fuzz_##name##_struct;					\
	static void fuzz_t_##name(const uint8_t *data, size_t size)

struct fuzz_in {
	const uint8_t	*fi_p;
	size_t		 fi_left;
};

uint8_t		 fuzz_u8(struct fuzz_in *);
uint16_t	 fuzz_u16(struct fuzz_in *);
uint32_t	 fuzz_u32(struct fuzz_in *);
uint64_t	 fuzz_u64(struct fuzz_in *);
const uint8_t	*fuzz_bytes(struct fuzz_in *, size_t *);
void		 fuzz_sleep_ms(uint64_t);

#endif /* _REGRESS_FUZZ_H_ */
