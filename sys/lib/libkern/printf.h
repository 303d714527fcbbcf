/*
 * The formatter behind printf(9), log(9) and snprintf(9).
 */
#ifndef _LIB_LIBKERN_PRINTF_H_
#define _LIB_LIBKERN_PRINTF_H_

#include <stdarg.h>

int	 kvprintf(void (*)(int, void *), void *, const char *, va_list);

#endif /* _LIB_LIBKERN_PRINTF_H_ */
