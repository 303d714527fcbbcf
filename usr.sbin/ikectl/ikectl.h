/* ikectl(8): what its files share. */
#ifndef _IKECTL_H_
#define _IKECTL_H_

#include "iked.h"

void	 show(const struct imsg *, int, int);

#endif /* _IKECTL_H_ */
