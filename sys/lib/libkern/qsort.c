/*
 * Sorting and searching arrays.  Heap sort: in place, never quadratic, no
 * recursion on a small kernel stack.  Not stable.
 */
#include <lib/libkern/libkern.h>

static void
swap(char *a, char *b, size_t size)
{
	char	 t;

	while (size-- > 0) {
		t = *a;
		*a++ = *b;
		*b++ = t;
	}
}

/* Let element i sink in the heap of the first n. */
static void
sift(char *base, size_t i, size_t n, size_t size,
    int (*cmp)(const void *, const void *))
{
	size_t	 child;

	while ((child = 2 * i + 1) < n) {
		if (child + 1 < n && cmp(base + child * size,
		    base + (child + 1) * size) < 0)
			child++;
		if (cmp(base + i * size, base + child * size) >= 0)
			return;
		swap(base + i * size, base + child * size, size);
		i = child;
	}
}

/*
 * Sort n elements of size bytes by cmp.
 */
void
qsort(void *array, size_t n, size_t size,
    int (*cmp)(const void *, const void *))
{
	char	*base = array;
	size_t	 i;

	for (i = n / 2; i > 0; i--)
		sift(base, i - 1, n, size, cmp);
	while (n > 1) {
		n--;
		swap(base, base + n * size, size);
		sift(base, 0, n, size, cmp);
	}
}

/*
 * Find key among n sorted elements, or NULL.
 */
void *
bsearch(const void *key, const void *array, size_t n, size_t size,
    int (*cmp)(const void *, const void *))
{
	const char	*base = array, *mid;
	int		 d;

	while (n > 0) {
		mid = base + (n / 2) * size;
		d = cmp(key, mid);
		if (d == 0)
			return ((void *)(uintptr_t)mid);
		if (d > 0) {
			base = mid + size;
			n -= n / 2 + 1;
		} else
			n /= 2;
	}
	return (NULL);
}
