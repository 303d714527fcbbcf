/*
 * Virtual time: see vtime.h.
 *
 * The file begins with a page that all members map; the robust mutex in it
 * protects everything but reading vp_now.  Bytes from 4096 on are nobody's
 * data: member n holds a lock on byte 4096 + n.  Member n is woken by a
 * datagram to the socket FILE.n.
 *
 *	         vtime_idle()			 its deadline is reached, or
 *	  busy ---------------> idle ----------> another member pokes it: busy
 *	   ^                      |
 *	   `----------------------' vtime_busy(): woken by something else
 */
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "vtime.h"

#define VP_MAGIC	0x76746d31U
#define VP_SIZE		4096
#define REAP_NSEC	(200 * 1000000L) /* how often the dead are looked for */

struct vtime_member {
	uint32_t	vm_used;
	uint32_t	vm_busy;
	uint64_t	vm_deadline;	/* of vp_now, while idle */
};

struct vtime_page {
	uint32_t		vp_magic;
	uint32_t		vp_pad;
	pthread_mutex_t		vp_lock;
	_Atomic uint64_t	vp_now;		/* ns */
	uint64_t		vp_limit;	/* ns: the clock stops here */
	uint64_t		vp_epoch;	/* ns since 1970 when vp_now was 0 */
	struct vtime_member	vp_member[VTIME_MEMBERS];
};
_Static_assert(sizeof(struct vtime_page) <= VP_SIZE, "vtime page");

static struct vtime_page *vp;
static struct sockaddr_un vt_sun;	/* sun_path: FILE, for vt_address() */
static uint64_t		 vt_base;	/* vp_now when our own clock was 0 */
static int		 vt_slot = -1;
static int		 vt_file = -1, vt_sock = -1;
static int		 vt_timer = -1, vt_epoll = -1;

static void
vt_lock(void)
{
	if (pthread_mutex_lock(&vp->vp_lock) == EOWNERDEAD)
		pthread_mutex_consistent(&vp->vp_lock);
}

static void
vt_unlock(void)
{
	pthread_mutex_unlock(&vp->vp_lock);
}

static int
vt_address(struct sockaddr_un *sun, int slot)
{
	*sun = vt_sun;
	return (snprintf(sun->sun_path, sizeof(sun->sun_path), "%s.%d",
	    vt_sun.sun_path, slot) < (int)sizeof(sun->sun_path) ? 0 : -1);
}

/* Lock the byte of a slot, or see whether somebody has it. */
static int
vt_slotlock(int slot, int cmd)
{
	struct flock	 fl;

	memset(&fl, 0, sizeof(fl));
	fl.l_type = F_WRLCK;
	fl.l_whence = SEEK_SET;
	fl.l_start = VP_SIZE + slot;
	fl.l_len = 1;
	if (fcntl(vt_file, cmd, &fl) == -1)
		return (-1);
	return (cmd == F_OFD_GETLK && fl.l_type != F_UNLCK);
}

static void
vt_forget(int slot)
{
	struct sockaddr_un sun;

	vp->vp_member[slot].vm_used = 0;
	if (vt_address(&sun, slot) == 0)
		unlink(sun.sun_path);
}

/* Drop members that died; locked. */
static void
vt_reap(void)
{
	int	 i;

	for (i = 0; i < VTIME_MEMBERS; i++)
		if (i != vt_slot && vp->vp_member[i].vm_used &&
		    vt_slotlock(i, F_OFD_GETLK) == 0)
			vt_forget(i);
}

/* Make a member busy, and see that it looks; locked. */
static void
vt_wake(int slot)
{
	struct sockaddr_un sun;
	struct vtime_member *vm = &vp->vp_member[slot];

	vm->vm_busy = 1;
	if (slot == vt_slot || vt_address(&sun, slot) == -1)
		return;
	if (sendto(vt_sock, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL,
	    (struct sockaddr *)&sun, sizeof(sun)) == -1 &&
	    (errno == ECONNREFUSED || errno == ENOENT))
		vm->vm_used = 0;
}

/* Move the clock if nobody is busy, and wake whose time has come; locked. */
static void
vt_advance(void)
{
	struct vtime_member *vm;
	uint64_t	 next = VTIME_FOREVER, now;
	int		 i;

	for (i = 0; i < VTIME_MEMBERS; i++) {
		vm = &vp->vp_member[i];
		if (!vm->vm_used)
			continue;
		if (vm->vm_busy)
			return;
		if (vm->vm_deadline < next)
			next = vm->vm_deadline;
	}
	if (next > vp->vp_limit)
		next = vp->vp_limit;
	now = atomic_load(&vp->vp_now);
	if (next != VTIME_FOREVER && next > now)
		atomic_store(&vp->vp_now, now = next);
	for (i = 0; i < VTIME_MEMBERS; i++) {
		vm = &vp->vp_member[i];
		if (vm->vm_used && vm->vm_deadline <= now)
			vt_wake(i);
	}
}

/* Take datagrams off our socket; how many there were. */
static int
vt_drain(void)
{
	char	 c;
	int	 n = 0;

	while (recv(vt_sock, &c, 1, MSG_DONTWAIT) >= 0)
		n++;
	return (n);
}

static int
vt_init_page(void)
{
	pthread_mutexattr_t	 attr;
	struct timespec		 ts;

	if (pthread_mutexattr_init(&attr) != 0 ||
	    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED) != 0 ||
	    pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST) != 0 ||
	    pthread_mutex_init(&vp->vp_lock, &attr) != 0)
		return (-1);
	clock_gettime(CLOCK_REALTIME, &ts);
	vp->vp_epoch = ts.tv_sec * 1000000000ULL + ts.tv_nsec;
	vp->vp_magic = VP_MAGIC;
	return (0);
}

/* Open and map the file; whoever comes first fills it. */
static const char *
vt_map(const char *path)
{
	struct stat	 st;
	const char	*why = NULL;

	vt_file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (vt_file == -1 || flock(vt_file, LOCK_EX) == -1 ||
	    fstat(vt_file, &st) == -1)
		return (strerror(errno));
	if (st.st_size != 0 && st.st_size != VP_SIZE)
		return ("not a clock");
	if (st.st_size == 0 && ftruncate(vt_file, VP_SIZE) == -1)
		return (strerror(errno));
	vp = mmap(NULL, VP_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, vt_file,
	    0);
	if (vp == MAP_FAILED)
		return (strerror(errno));
	if (vp->vp_magic == 0 && vt_init_page() == -1)
		why = "cannot make a lock";
	else if (vp->vp_magic != VP_MAGIC)
		why = "not a clock";
	flock(vt_file, LOCK_UN);
	return (why);
}

/* Find a free slot, lock it, and be busy in it; locked. */
static const char *
vt_take_slot(void)
{
	struct sockaddr_un sun;
	int		 i;

	vt_reap();
	for (i = 0; i < VTIME_MEMBERS; i++)
		if (!vp->vp_member[i].vm_used)
			break;
	if (i == VTIME_MEMBERS)
		return ("too many members");
	if (vt_address(&sun, i) == -1)
		return (strerror(ENAMETOOLONG));
	unlink(sun.sun_path);
	if (vt_slotlock(i, F_OFD_SETLK) == -1 ||
	    bind(vt_sock, (struct sockaddr *)&sun, sizeof(sun)) == -1)
		return (strerror(errno));
	vt_slot = i;
	vp->vp_member[i].vm_busy = 1;
	vp->vp_member[i].vm_used = 1;
	return (NULL);
}

static const char *
vt_watch(void)
{
	struct itimerspec	 its = {
		.it_value = { 0, REAP_NSEC }, .it_interval = { 0, REAP_NSEC },
	};
	struct epoll_event	 ee = { .events = EPOLLIN };

	vt_sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	vt_timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	vt_epoll = epoll_create1(EPOLL_CLOEXEC);
	if (vt_sock == -1 || vt_timer == -1 || vt_epoll == -1 ||
	    timerfd_settime(vt_timer, 0, &its, NULL) == -1 ||
	    epoll_ctl(vt_epoll, EPOLL_CTL_ADD, vt_sock, &ee) == -1 ||
	    epoll_ctl(vt_epoll, EPOLL_CTL_ADD, vt_timer, &ee) == -1)
		return (strerror(errno));
	return (NULL);
}

/*
 * Become a member of the clock at path, making it when there is none.  Our
 * own clock goes on from start.  We are busy at first.  0, or -1 with the
 * reason in the buffer.
 */
int
vtime_join(const char *path, uint64_t start, char *err, unsigned long errlen)
{
	const char	*why = NULL;

	vt_sun.sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(vt_sun.sun_path) - 4)
		why = strerror(ENAMETOOLONG);
	else {
		strcpy(vt_sun.sun_path, path);
		why = vt_map(path);
	}
	if (why == NULL)
		why = vt_watch();
	if (why == NULL) {
		vt_lock();
		why = vt_take_slot();
		vt_unlock();
	}
	if (why == NULL) {
		vt_base = atomic_load(&vp->vp_now) - start;
		return (0);
	}
	snprintf(err, errlen, "clock %s: %s", path, why);
	return (-1);
}

/* Give up the membership. */
void
vtime_leave(void)
{
	if (vt_slot == -1)
		return;
	vt_lock();
	vt_forget(vt_slot);
	vt_advance();
	vt_unlock();
	vt_slot = -1;
}

/* Our place, for those who poke us; -1 without virtual time. */
int
vtime_slot(void)
{
	return (vt_slot);
}

/* Readable when vtime_event() should be called. */
int
vtime_fd(void)
{
	return (vt_epoll);
}

/* Somebody has woken us, or it is time to look for the dead. */
void
vtime_event(void)
{
	uint64_t	 n;

	vt_drain();
	if (read(vt_timer, &n, sizeof(n)) == sizeof(n)) {
		vt_lock();
		vt_reap();
		vt_unlock();
	}
}

/* Nanoseconds of our own clock. */
uint64_t
vtime_now(void)
{
	return (atomic_load(&vp->vp_now) - vt_base);
}

/* Nanoseconds since 1970. */
uint64_t
vtime_real(void)
{
	return (vp->vp_epoch + atomic_load(&vp->vp_now));
}

static uint64_t
vt_absolute(uint64_t t)
{
	return (t == VTIME_FOREVER ? t : t + vt_base);
}

/*
 * Nothing to do before the deadline (of vtime_now(); VTIME_FOREVER).  1 when
 * the caller should look again: the deadline has come, or it has been woken.
 * 0 when it must wait for an event, vtime_fd() among them, and then call
 * vtime_busy().
 */
int
vtime_idle(uint64_t deadline)
{
	struct vtime_member *vm = &vp->vp_member[vt_slot];
	int		 again;

	vt_lock();
	if (vt_drain() > 0) {
		vm->vm_busy = 1;
		vt_unlock();
		return (1);
	}
	vm->vm_busy = 0;
	vm->vm_deadline = vt_absolute(deadline);
	vt_advance();
	again = vm->vm_busy;
	vt_unlock();
	return (again);
}

void
vtime_busy(void)
{
	vt_lock();
	vp->vp_member[vt_slot].vm_busy = 1;
	vt_unlock();
}

/* A doorbell of that member has been rung. */
void
vtime_poke(int slot)
{
	if (vt_slot == -1 || slot < 0 || slot >= VTIME_MEMBERS)
		return;
	vt_lock();
	if (vp->vp_member[slot].vm_used)
		vt_wake(slot);
	vt_unlock();
}

/* Let the clock move up to that instant of vtime_now(). */
void
vtime_limit(uint64_t limit)
{
	vt_lock();
	vp->vp_limit = vt_absolute(limit);
	vt_unlock();
}

/* Nanoseconds since the clock was made. */
uint64_t
vtime_age(void)
{
	return (atomic_load(&vp->vp_now));
}
