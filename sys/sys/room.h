/*
 * The rooms of the kernel: subsystems that start by themselves.  The one
 * table of them is conf/rooms.c.
 */
#ifndef _SYS_ROOM_H_
#define _SYS_ROOM_H_

struct room {
	const char	*rm_name;
	void		(*rm_init)(void);
};

/* In the order in which they start; ends with a NULL name. */
extern const struct room rooms[];

#endif /* _SYS_ROOM_H_ */
