/*
 * Variables that are neither a number nor a string: how they are shown, or
 * which program shows them.
 */
#include <sys/types.h>
#include <sys/time.h>
#include <sys/sysctl.h>
#include <netinet/in.h>
#include <netinet/bsd_in.h>
#include <netinet6/in6.h>

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sysctl.h"

#define PORTS		65536
#define PORT_BITS	32
#define KEY_LEN		16		/* bytes, as hexadecimal digits */

static int
format_clockrate(const void *data, size_t len, char *buf, size_t size)
{
	struct clockinfo	 ci;

	if (len < sizeof(ci))
		return (-1);
	memcpy(&ci, data, sizeof(ci));
	snprintf(buf, size, "tick = %d, hz = %d, profhz = %d, stathz = %d",
	    ci.tick, ci.hz, ci.profhz, ci.stathz);
	return (0);
}

static int
format_boottime(const void *data, size_t len, char *buf, size_t size)
{
	struct timeval	 tv;
	char		 text[32];
	time_t		 t;

	if (len < sizeof(tv))
		return (-1);
	memcpy(&tv, data, sizeof(tv));
	t = tv.tv_sec;
	if (ctime_r(&t, text) == NULL)
		return (-1);
	text[strcspn(text, "\n")] = '\0';
	strlcpy(buf, text, size);
	return (0);
}

static int
is(const struct variable *v, unsigned int n, const int *mib)
{
	return (v->v_miblen == n && memcmp(v->v_mib, mib, n * sizeof(*mib)) ==
	    0);
}

#define IS(v, ...)							\
	is(v, sizeof((int []){ __VA_ARGS__ }) / sizeof(int),		\
	    (const int []){ __VA_ARGS__ })

/*
 * Is this a bitmap of ports?
 */
static int
is_ports(const struct variable *v)
{
	return (IS(v, CTL_NET, BSD_AF_INET, IPPROTO_UDP, UDPCTL_BADDYNAMIC) ||
	    IS(v, CTL_NET, BSD_AF_INET, IPPROTO_UDP, UDPCTL_ROOTONLY));
}

/*
 * Write a structure of len bytes as text.  Returns -1 if this program does
 * not know its shape.
 */
int
format_special(const struct variable *v, const void *data, size_t len,
    char *buf, size_t size)
{
	if (IS(v, CTL_KERN, KERN_CLOCKRATE))
		return (format_clockrate(data, len, buf, size));
	if (IS(v, CTL_KERN, KERN_BOOTTIME))
		return (format_boottime(data, len, buf, size));
	if (is_ports(v)) {
		ports_format(data, len, buf, size);
		return (0);
	}
	return (-1);
}

/*
 * The program that shows this structure, or NULL if sysctl(8) does.
 */
const char *
format_elsewhere(const struct variable *v)
{
	if (IS(v, CTL_KERN, KERN_CLOCKRATE) || IS(v, CTL_KERN, KERN_BOOTTIME) ||
	    is_ports(v))
		return (NULL);
	if (IS(v, CTL_KERN, KERN_MSGBUF) || IS(v, CTL_KERN, KERN_CONSBUF))
		return ("dmesg");
	return ("netstat");
}

/*
 * Is this a key, which can be set but not read?
 */
int
format_iskey(const struct variable *v)
{
	return (IS(v, CTL_NET, BSD_AF_INET6, IPPROTO_IPV6, IPV6CTL_SOIIKEY));
}

/*
 * Read a key, hexadecimal digits, into data.  Returns its length, or 0 if it
 * is anything else.
 */
size_t
key_parse(const char *s, uint8_t *data)
{
	unsigned int	 byte;
	size_t		 i;

	if (strlen(s) != 2 * KEY_LEN)
		return (0);
	for (i = 0; i < KEY_LEN; i++, s += 2) {
		if (!isxdigit((unsigned char)s[0]) ||
		    !isxdigit((unsigned char)s[1]) ||
		    sscanf(s, "%2x", &byte) != 1)
			return (0);
		data[i] = byte;
	}
	return (KEY_LEN);
}

static int
port_isset(const uint32_t *map, unsigned int port)
{
	return ((map[port / PORT_BITS] >> (port % PORT_BITS)) & 1);
}

static void
port_set(uint32_t *map, unsigned int port, int on)
{
	if (on)
		map[port / PORT_BITS] |= 1U << (port % PORT_BITS);
	else
		map[port / PORT_BITS] &= ~(1U << (port % PORT_BITS));
}

/*
 * List the ports of a bitmap of len bytes, separated by commas.
 */
void
ports_format(const void *data, size_t len, char *buf, size_t size)
{
	const uint32_t	*map = data;
	unsigned int	 port;
	size_t		 used = 0;

	*buf = '\0';
	for (port = 0; port < PORTS && port / 8 < len; port++) {
		if (!port_isset(map, port))
			continue;
		used += snprintf(buf + used, size - used, "%s%u",
		    used == 0 ? "" : ",", port);
		if (used >= size)
			return;
	}
}

/*
 * Change a bitmap of len bytes as list says: "+80,-443" adds and removes,
 * plain numbers replace what was there.  list is taken apart.
 *
 * Returns 0, or -1 with the faulty word in bad.
 */
int
ports_parse(char *list, void *data, size_t len, const char **bad)
{
	uint32_t	*map = data;
	const char	*errstr;
	char		*word;
	unsigned int	 port;
	int		 replace;

	replace = *list != '+' && *list != '-';
	if (replace)
		memset(map, 0, len);
	while ((word = strsep(&list, ", \t")) != NULL) {
		int	 on = *word != '-';

		if (*word == '\0')
			continue;
		*bad = word;
		if (*word == '+' || *word == '-') {
			if (replace)
				return (-1);
			word++;
		} else if (!replace)
			return (-1);
		port = strtonum(word, 0, PORTS - 1, &errstr);
		if (errstr != NULL || port / 8 >= len)
			return (-1);
		port_set(map, port, on);
	}
	return (0);
}
