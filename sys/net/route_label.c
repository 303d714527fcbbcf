/*
 * Route labels: names that routes carry and filters match, kept as numbers.
 *
 * All functions need the net lock.
 */
#include <sys/param.h>
#include <sys/malloc.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/systm.h>

#include <net/route.h>

#define RTLABEL_MAX	50000		/* different labels */

struct rt_label {
	TAILQ_ENTRY(rt_label)	 rtl_entry;	/* by id */
	char			 rtl_name[RTLABEL_LEN];
	u_int			 rtl_ref;
	u_int16_t		 rtl_id;	/* from 1 */
};

static TAILQ_HEAD(, rt_label) rt_labels = TAILQ_HEAD_INITIALIZER(rt_labels);

static struct rt_label *
rtlabel_byid(u_int16_t id)
{
	struct rt_label *rtl;

	TAILQ_FOREACH(rtl, &rt_labels, rtl_entry) {
		if (rtl->rtl_id == id)
			return (rtl);
	}
	return (NULL);
}

/*
 * The number of a label, which is made when new, with a reference; 0 for an
 * empty name, without memory or when there are too many.
 */
u_int16_t
rtlabel_name2id(const char *name)
{
	struct rt_label *p, *rtl;
	u_int16_t id = 1;

	if (name[0] == '\0')
		return (0);
	TAILQ_FOREACH(rtl, &rt_labels, rtl_entry) {
		if (strncmp(name, rtl->rtl_name, RTLABEL_LEN) == 0) {
			rtl->rtl_ref++;
			return (rtl->rtl_id);
		}
	}
	/* The lowest free number, before p. */
	TAILQ_FOREACH(p, &rt_labels, rtl_entry) {
		if (p->rtl_id != id)
			break;
		id++;
	}
	if (id > RTLABEL_MAX)
		return (0);
	rtl = malloc(sizeof(*rtl), M_RTABLE, M_NOWAIT | M_ZERO);
	if (rtl == NULL)
		return (0);
	strlcpy(rtl->rtl_name, name, sizeof(rtl->rtl_name));
	rtl->rtl_id = id;
	rtl->rtl_ref = 1;
	if (p != NULL)
		TAILQ_INSERT_BEFORE(p, rtl, rtl_entry);
	else
		TAILQ_INSERT_TAIL(&rt_labels, rtl, rtl_entry);
	return (id);
}

/*
 * The name of a label; NULL for 0 or one that is gone.
 */
const char *
rtlabel_id2name(u_int16_t id)
{
	struct rt_label *rtl;

	rtl = id == 0 ? NULL : rtlabel_byid(id);
	return (rtl == NULL ? NULL : rtl->rtl_name);
}

/*
 * The same as an address, built in *sr; NULL when there is no label.
 */
struct sockaddr *
rtlabel_id2sa(u_int16_t id, struct sockaddr_rtlabel *sr)
{
	const char *name;

	if ((name = rtlabel_id2name(id)) == NULL)
		return (NULL);
	memset(sr, 0, sizeof(*sr));
	sr->sr_len = sizeof(*sr);
	sr->sr_family = AF_UNSPEC;
	strlcpy(sr->sr_label, name, sizeof(sr->sr_label));
	return ((struct sockaddr *)sr);
}

/*
 * Take another reference to a label (0 is none).
 */
void
rtlabel_ref(u_int16_t id)
{
	struct rt_label *rtl;

	if (id != 0 && (rtl = rtlabel_byid(id)) != NULL)
		rtl->rtl_ref++;
}

/*
 * Give a reference back; the last one forgets the label.
 */
void
rtlabel_unref(u_int16_t id)
{
	struct rt_label *rtl;

	if (id == 0 || (rtl = rtlabel_byid(id)) == NULL ||
	    --rtl->rtl_ref > 0)
		return;
	TAILQ_REMOVE(&rt_labels, rtl, rtl_entry);
	free(rtl, M_RTABLE, sizeof(*rtl));
}
