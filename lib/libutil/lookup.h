/* Names of users and hosts in a static program. */
#ifndef _LOOKUP_H_
#define _LOOKUP_H_

void	lookup_init(void);

#endif /* _LOOKUP_H_ */
