/*
 * Between the kernel's side of the fuzzer and the host's: see host.h.
 */
#ifndef _REGRESS_FUZZ_HOST_H_
#define _REGRESS_FUZZ_HOST_H_

#include <stddef.h>
#include <stdint.h>

/* Upcall: try this input. */
void	um_fuzz_one(const uint8_t *, size_t);

/* Run the fuzzer, which calls that; does not return before it has ended. */
void	host_fuzz(void);

#endif /* _REGRESS_FUZZ_HOST_H_ */
