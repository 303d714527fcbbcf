/*
 * What the files of the host side share among themselves.
 */
#ifndef _USERMODE_HOST_LOCAL_H_
#define _USERMODE_HOST_LOCAL_H_

#include <stddef.h>
#include <stdint.h>

/* host_event.c */
void		 host_event_init(void);
void		 host_event_forget(int);

/* host_ctl.c: the control socket, at this path; -1 and errno set. */
int		 host_ctl_open(const char *);
void		 host_ctl_bye(void);

#endif /* _USERMODE_HOST_LOCAL_H_ */
