/*
 * The driver of cards on the host, as the port knows it.
 */
#ifndef _DEV_HOST_IF_HOSTVAR_H_
#define _DEV_HOST_IF_HOSTVAR_H_

int	 em_attach_all(const char *);

#endif /* _DEV_HOST_IF_HOSTVAR_H_ */
