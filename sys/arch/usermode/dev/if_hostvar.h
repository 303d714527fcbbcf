/*
 * The driver of cards on the host, as the port knows it.
 */
#ifndef _USERMODE_IF_HOSTVAR_H_
#define _USERMODE_IF_HOSTVAR_H_

int	 em_attach_all(const char *);

#endif /* _USERMODE_IF_HOSTVAR_H_ */
