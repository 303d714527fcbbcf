/*
 * Physical memory: a buddy allocator over what the boot loader calls RAM.
 *
 * Frames are taken and given back in runs of any length: a run is cut from
 * the smallest free power of two that holds it, its tail goes back at once,
 * and a run that is freed is merged with its buddies again.  The frame table
 * says of each frame whether a free block starts there, and of what order.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/queue.h>
#include <sys/machdep.h>

#include <amd64.h>

#define MAXORDER	18		/* 1 GB */
#define FRAME_USED	0xff		/* no free block starts here */
#define LOWMEM		0x100000	/* firmware's, left alone */

struct freeblock {
	LIST_ENTRY(freeblock) fb_entry;
};
LIST_HEAD(freelist, freeblock);

extern char		 kernel_end[];

static struct freelist	 freelists[MAXORDER + 1];
static uint8_t		*frames;	/* order of a free block, or USED */
static uint64_t		 nframes;

static inline uint64_t
frame_of(const void *va)
{
	return (((uint64_t)va - DMAP) >> PAGE_SHIFT_4K);
}

static inline struct freeblock *
block_at(uint64_t frame)
{
	return (PHYS_TO_DMAP(frame << PAGE_SHIFT_4K));
}

static void
block_free(uint64_t frame, u_int order)
{
	struct freeblock *fb;
	uint64_t	 buddy;

	for (; order < MAXORDER; order++) {
		buddy = frame ^ (1UL << order);
		if (buddy + (1UL << order) > nframes ||
		    frames[buddy] != order)
			break;
		LIST_REMOVE(block_at(buddy), fb_entry);
		frames[buddy] = FRAME_USED;
		frame &= ~(1UL << order);
	}
	fb = block_at(frame);
	LIST_INSERT_HEAD(&freelists[order], fb, fb_entry);
	frames[frame] = order;
}

/* Give back n frames from the first on, in the largest aligned blocks. */
static void
run_free(uint64_t frame, uint64_t n)
{
	u_int	 order;

	while (n > 0) {
		order = frame == 0 ? MAXORDER : __builtin_ctzl(frame);
		order = MIN(order, MAXORDER);
		order = MIN(order, 63 - __builtin_clzl(n));
		block_free(frame, order);
		frame += 1UL << order;
		n -= 1UL << order;
	}
}

/* Free [start, end) less what the kernel and its frame table occupy. */
static void
range_add(uint64_t start, uint64_t end, uint64_t reserved_end)
{
	start = MAX(start, LOWMEM);
	start = MAX(start, reserved_end);
	start = roundup(start, PAGE_4K);
	end = MIN(end, nframes << PAGE_SHIFT_4K) & ~(PAGE_4K - 1);
	if (start < end)
		run_free(start >> PAGE_SHIFT_4K,
		    (end - start) >> PAGE_SHIFT_4K);
}

/*
 * Take over the RAM of the map that lies in the direct map, less all below
 * the kernel's end and the string (the command line), which the caller has
 * copied before it allocates anything.
 */
void
pmem_init(const struct pvh_memmap *map, size_t n, const char *what)
{
	uint64_t	 end = 0, reserved;
	size_t		 i;

	for (i = 0; i < n; i++)
		if (map[i].pm_type == PVH_MEM_RAM)
			end = MAX(end, MIN(map[i].pm_addr + map[i].pm_size,
			    DMAP_SIZE));
	nframes = end >> PAGE_SHIFT_4K;
	if (nframes == 0)
		panic("%s: no memory", what);
	/* The frame table follows the kernel. */
	reserved = roundup((uint64_t)kernel_end - KERNBASE, PAGE_4K);
	frames = PHYS_TO_DMAP(reserved);
	memset(frames, FRAME_USED, nframes);
	reserved += nframes;
	for (i = 0; i <= MAXORDER; i++)
		LIST_INIT(&freelists[i]);
	for (i = 0; i < n; i++)
		if (map[i].pm_type == PVH_MEM_RAM)
			range_add(map[i].pm_addr,
			    map[i].pm_addr + map[i].pm_size, reserved);
}

void *
md_pages_alloc(size_t n)
{
	struct freeblock *fb;
	uint64_t	 frame;
	u_int		 order, want;

	if (n == 0 || n > 1UL << MAXORDER)
		return (NULL);
	want = n == 1 ? 0 : 64 - __builtin_clzl(n - 1);
	for (order = want; order <= MAXORDER; order++)
		if (!LIST_EMPTY(&freelists[order]))
			break;
	if (order > MAXORDER)
		return (NULL);
	fb = LIST_FIRST(&freelists[order]);
	LIST_REMOVE(fb, fb_entry);
	frame = frame_of(fb);
	frames[frame] = FRAME_USED;
	run_free(frame + n, (1UL << order) - n);
	memset(fb, 0, n << PAGE_SHIFT_4K);
	return (fb);
}

void
md_pages_free(void *va, size_t n)
{
	uint64_t	 frame = frame_of(va);

	KASSERT(frame + n <= nframes);
	run_free(frame, n);
}

/*
 * The physical address of a byte in the direct map or the kernel's image.
 */
uint64_t
vtophys(const void *va)
{
	uint64_t	 a = (uint64_t)va;

	if (a >= KERNBASE) {
		KASSERT(a < KERNBASE + (1UL << 30));	/* no stack */
		return (a - KERNBASE);
	}
	KASSERT(a >= DMAP && a < DMAP + DMAP_SIZE);
	return (a - DMAP);
}
