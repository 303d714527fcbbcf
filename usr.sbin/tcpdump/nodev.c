/*
 * libpcap compiles filters and reads files here; it captures nothing.  So its
 * way to the message bus of a desktop, which would bring that bus's libraries
 * along, is replaced by none.
 */
#include <stddef.h>

int	 dbus_findalldevs(void *, char *);
void	*dbus_create(const char *, char *, int *);

int
dbus_findalldevs(void *list, char *errbuf)
{
	(void)list;
	(void)errbuf;
	return (0);
}

void *
dbus_create(const char *device, char *errbuf, int *is_ours)
{
	(void)device;
	(void)errbuf;
	*is_ours = 0;
	return (NULL);
}
