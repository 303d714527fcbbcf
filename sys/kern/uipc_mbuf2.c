/*
 * mbuf(9): moving, copying and reshaping the data of packets.
 *
 * Nothing here writes to a buffer that others refer to (M_READONLY): space
 * around such data does not count, and m_copyback(), m_pulldown() and
 * m_makespace() copy what they must change.
 */
#include <sys/kernel.h>
#include <sys/mbuf.h>
#include <sys/systm.h>
#include <sys/time.h>

/*
 * Bytes that may be written before the data; 0 if the buffer is shared.
 */
u_int
m_leadingspace(const struct mbuf *m)
{
	if (M_READONLY(m))
		return (0);
	return (m->m_data - M_DATABUF(m));
}

/*
 * Bytes that may be written after the data; 0 if the buffer is shared.
 */
u_int
m_trailingspace(const struct mbuf *m)
{
	if (M_READONLY(m))
		return (0);
	return (M_DATABUF(m) + M_SIZE(m) - (m->m_data + m->m_len));
}

/*
 * Place an object of len bytes at the end of an empty mbuf, aligned to a
 * long, which leaves as much space before it as there is.
 */
void
m_align(struct mbuf *m, u_int len)
{
	KASSERT(len <= M_SIZE(m) && !M_READONLY(m));
	m->m_data = M_DATABUF(m) + ((M_SIZE(m) - len) & ~ALIGNBYTES);
}

/*
 * Bytes in the chain.
 */
u_int
m_length(const struct mbuf *m)
{
	u_int	 n = 0;

	for (; m != NULL; m = m->m_next)
		n += m->m_len;
	return (n);
}

/*
 * The mbuf that holds byte number loc of the chain, and *off, where in it.
 * For the end of the chain that is the last mbuf and its length; beyond it
 * NULL.
 */
struct mbuf *
m_getptr(struct mbuf *m, u_int loc, u_int *off)
{
	for (; m != NULL; m = m->m_next) {
		if (loc < m->m_len || (loc == m->m_len && m->m_next == NULL)) {
			*off = loc;
			return (m);
		}
		loc -= m->m_len;
	}
	return (NULL);
}

/* An empty mbuf, with and without a packet header, that can hold len bytes. */
static struct mbuf *
m_room(int how, int type, u_int len)
{
	struct mbuf	*m;

	m = m_get(how, type);
	if (m != NULL && len > MLEN && m_clget(m, how, len) == NULL)
		return (m_free(m));
	return (m);
}

static struct mbuf *
m_roomhdr(int how, int type, u_int len)
{
	struct mbuf	*m;

	m = m_gethdr(how, type);
	if (m != NULL && len > MHLEN && m_clget(m, how, len) == NULL)
		return (m_free(m));
	return (m);
}

/*
 * Copy the packet header of from, its tags included, to an mbuf without
 * data.  Returns 0, or ENOBUFS with no tags.  What pf(4) knows of a packet
 * is not copied but for its marks.
 */
int
m_dup_pkthdr(struct mbuf *to, const struct mbuf *from, int how)
{
	KASSERT(from->m_flags & M_PKTHDR);
	to->m_flags &= M_EXT | M_EXTWR;
	to->m_flags |= from->m_flags & M_COPYFLAGS;
	to->m_pkthdr = from->m_pkthdr;
	to->m_pkthdr.pf.statekey = NULL;
	to->m_pkthdr.pf.inp = NULL;
	SLIST_INIT(&to->m_pkthdr.ph_tags);
	if ((to->m_flags & M_EXT) == 0)
		to->m_data = to->m_pktdat;
	return (m_tag_copy_chain(to, from, how));
}

/*
 * Move the packet header, tags and all, to an mbuf without data.
 */
void
m_move_pkthdr(struct mbuf *to, struct mbuf *from)
{
	KASSERT(from->m_flags & M_PKTHDR);
	to->m_flags &= M_EXT | M_EXTWR;
	to->m_flags |= from->m_flags & M_COPYFLAGS;
	to->m_pkthdr = from->m_pkthdr;
	if ((to->m_flags & M_EXT) == 0)
		to->m_data = to->m_pktdat;
	from->m_flags &= ~M_PKTHDR;
}

/*
 * Make room for len bytes before the packet, which become part of it.
 * Returns its new head, or NULL, the packet freed.
 */
struct mbuf *
m_prepend(struct mbuf *m, u_int len, int how)
{
	struct mbuf	*mn;

	if (m_leadingspace(m) >= len) {
		m->m_data -= len;
		m->m_len += len;
	} else {
		mbstat.m_prepend_alloc++;
		mn = m_roomhdr(how, m->m_type, len);
		if (mn == NULL) {
			m_freem(m);
			return (NULL);
		}
		if (m->m_flags & M_PKTHDR)
			m_move_pkthdr(mn, m);
		else {
			mn->m_flags &= ~M_PKTHDR;
			mn->m_data = M_DATABUF(mn);
		}
		m_align(mn, len);
		mn->m_len = len;
		mn->m_next = m;
		m = mn;
	}
	if (m->m_flags & M_PKTHDR)
		m->m_pkthdr.len += len;
	return (m);
}

static void
m_adj_front(struct mbuf *m, u_int len)
{
	u_int	 n;

	for (; m != NULL && len > 0; m = m->m_next) {
		n = MIN(len, m->m_len);
		m->m_data += n;
		m->m_len -= n;
		len -= n;
	}
}

static void
m_adj_back(struct mbuf *m, u_int keep)
{
	for (; m != NULL; m = m->m_next) {
		m->m_len = MIN(m->m_len, keep);
		keep -= m->m_len;
	}
}

/*
 * Cut n bytes off the front of the packet, or -n off its end if n is
 * negative; all of it if it is shorter.
 */
void
m_adj(struct mbuf *m, int n)
{
	u_int	 cut, len;

	if (m == NULL)
		return;
	len = m_length(m);
	cut = n < 0 ? -(u_int)n : (u_int)n;
	if (cut > len)
		cut = len;
	if (n >= 0)
		m_adj_front(m, cut);
	else
		m_adj_back(m, len - cut);
	if (m->m_flags & M_PKTHDR)
		m->m_pkthdr.len = len - cut;
}

/*
 * Call f(state, data, n) for each contiguous piece of len bytes from byte
 * off on, until it returns other than 0, which is returned.
 */
int
m_apply(struct mbuf *m, u_int off, u_int len,
    int (*f)(caddr_t, caddr_t, u_int), caddr_t state)
{
	u_int	 n;
	int	 rval;

	while (off > 0 && off >= m->m_len) {
		off -= m->m_len;
		m = m->m_next;
		KASSERT(m != NULL || (off == 0 && len == 0));
		if (m == NULL)
			return (0);
	}
	for (; len > 0; m = m->m_next) {
		KASSERT(m != NULL);
		n = MIN(m->m_len - off, len);
		if (n > 0 && (rval = f(state, m->m_data + off, n)) != 0)
			return (rval);
		len -= n;
		off = 0;
	}
	return (0);
}

/*
 * Copy len bytes from byte off on out to p.  The chain must have them.
 */
void
m_copydata(const struct mbuf *m, u_int off, u_int len, void *p)
{
	char	*cp = p;
	u_int	 n;

	while (off > 0 && m != NULL && off >= m->m_len) {
		off -= m->m_len;
		m = m->m_next;
	}
	for (; len > 0; m = m->m_next) {
		if (m == NULL)
			panic("m_copydata: short chain");
		n = MIN(m->m_len - off, len);
		memcpy(cp, m->m_data + off, n);
		len -= n;
		cp += n;
		off = 0;
	}
}

/* Make m refer to n's cluster, which holds m's len bytes; n is freed. */
static void
m_adopt(struct mbuf *m, struct mbuf *n, u_int len)
{
	if (m->m_flags & M_EXT)
		m_extfree(m);
	m_extref(n, m);
	m->m_data = n->m_data;
	m->m_len = len;
	m_free(n);
}

/* Give m a buffer of its own, the data copied.  Returns 0 or ENOBUFS. */
static int
m_unshare(struct mbuf *m, int how)
{
	struct mbuf	*n;

	n = m_room(how, m->m_type, MAX(m->m_len, MLEN + 1));
	if (n == NULL)
		return (ENOBUFS);
	memcpy(n->m_data, m->m_data, m->m_len);
	m_adopt(m, n, m->m_len);
	return (0);
}

/* Append len bytes to the end of the chain m: 0 or ENOBUFS. */
static int
m_extend(struct mbuf *m, u_int len, const void *p, int how)
{
	const char	*cp = p;
	struct mbuf	*n;
	u_int		 k;

	while (m->m_next != NULL)
		m = m->m_next;
	for (;;) {
		k = MIN(len, m_trailingspace(m));
		if (cp != NULL)
			memcpy(m->m_data + m->m_len, cp, k);
		else
			memset(m->m_data + m->m_len, 0, k);
		if (cp != NULL)
			cp += k;
		m->m_len += k;
		if ((len -= k) == 0)
			return (0);
		n = m_room(how, m->m_type, MIN(len, MAXMCLBYTES));
		if (n == NULL)
			return (ENOBUFS);
		m->m_next = n;
		m = n;
	}
}

/*
 * Copy len bytes from p over the chain from byte off on; a chain that is too
 * short grows, zeroes filling a gap.  Returns 0, or ENOBUFS with part of it
 * written.
 */
int
m_copyback(struct mbuf *m0, u_int off, u_int len, const void *p, int how)
{
	const char	*cp = p;
	struct mbuf	*m;
	u_int		 have = m_length(m0), n, skip = off;
	int		 error = 0;

	for (m = m0; m != NULL && len > 0 && skip < have; m = m->m_next) {
		if (off >= m->m_len) {
			off -= m->m_len;
			continue;
		}
		if (M_READONLY(m) && (error = m_unshare(m, how)) != 0)
			return (error);
		n = MIN(m->m_len - off, len);
		memcpy(m->m_data + off, cp, n);
		cp += n;
		len -= n;
		skip += n;
		off = 0;
	}
	if (len == 0)
		return (0);
	if (skip > have)
		error = m_extend(m0, skip - have, NULL, how);
	if (error == 0)
		error = m_extend(m0, len, cp, how);
	if (m0->m_flags & M_PKTHDR)
		m_calchdrlen(m0);
	return (error);
}

/* A new mbuf with a copy of, or a reference to, part of an mbuf's data. */
static struct mbuf *
m_copypart(const struct mbuf *m, u_int off, u_int len, int how)
{
	struct mbuf	*n;

	if ((n = m_get(how, m->m_type)) == NULL)
		return (NULL);
	if (m->m_flags & M_EXT) {
		m_extref((struct mbuf *)(uintptr_t)m, n);
		n->m_data = m->m_data + off;
	} else
		memcpy(n->m_data, m->m_data + off, len);
	n->m_len = len;
	return (n);
}

/* The same for the first of a packet, its header included. */
static struct mbuf *
m_copyfirst(const struct mbuf *m, u_int len, int how)
{
	struct mbuf	*n;

	if ((n = m_get(how, m->m_type)) == NULL)
		return (NULL);
	if (m_dup_pkthdr(n, m, how) != 0)
		return (m_free(n));
	if (m->m_flags & M_EXT) {
		m_extref((struct mbuf *)(uintptr_t)m, n);
		n->m_data = m->m_data;
	} else {
		n->m_data = n->m_pktdat + (m->m_data - m->m_pktdat);
		memcpy(n->m_data, m->m_data, len);
	}
	n->m_len = len;
	return (n);
}

/*
 * A copy of len bytes (M_COPYALL: all) of the packet from byte off on, with
 * its header if off is 0.  External buffers are shared, not copied: write to
 * neither without M_READONLY in mind.  Returns NULL when there is no memory.
 */
struct mbuf *
m_copym(const struct mbuf *m, u_int off, u_int len, int how)
{
	struct mbuf	*n, *top = NULL, **np = &top;
	u_int		 want = len;
	int		 hdr = off == 0 && (m->m_flags & M_PKTHDR);

	while (m != NULL && off > 0 && off >= m->m_len) {
		off -= m->m_len;
		m = m->m_next;
	}
	for (; m != NULL && len > 0; m = m->m_next) {
		want = MIN(m->m_len - off, len);
		if (hdr && top == NULL)
			n = m_copyfirst(m, want, how);
		else
			n = m_copypart(m, off, want, how);
		if (n == NULL) {
			m_freem(top);
			return (NULL);
		}
		*np = n;
		np = &n->m_next;
		if (len != M_COPYALL)
			len -= want;
		off = 0;
	}
	if (len > 0 && len != M_COPYALL)
		panic("m_copym: short chain");
	if (hdr && top != NULL)
		m_calchdrlen(top);
	return (top);
}

/*
 * A packet with a copy of all data of m in one buffer, adj bytes of space
 * before them; NULL when there is no memory.
 */
struct mbuf *
m_dup_pkt(const struct mbuf *m, u_int adj, int how)
{
	struct mbuf	*n;
	u_int		 len = m_length(m);

	if (len + adj > MAXMCLBYTES)
		return (NULL);
	if ((n = m_roomhdr(how, m->m_type, len + adj)) == NULL)
		return (NULL);
	if (m_dup_pkthdr(n, m, how) != 0)
		return (m_free(n));
	n->m_data += adj;
	n->m_len = n->m_pkthdr.len = len;
	m_copydata(m, 0, len, n->m_data);
	return (n);
}

/*
 * Gather the packet in a single mbuf; m stays its head.  Returns 0, or
 * ENOBUFS with the packet as it was.
 */
int
m_defrag(struct mbuf *m, int how)
{
	struct mbuf	*n, *rest;
	u_int		 len = m_length(m);

	KASSERT(m->m_flags & M_PKTHDR);
	if (m->m_next == NULL)
		return (0);
	mbstat.m_defrag_alloc++;
	if (len > MAXMCLBYTES)
		return (ENOBUFS);
	n = m_room(how, m->m_type, MAX(len, MLEN + 1));
	if (n == NULL)
		return (ENOBUFS);
	m_copydata(m, 0, len, n->m_data);
	rest = m->m_next;
	m->m_next = NULL;
	m_freem(rest);
	if (m->m_flags & M_ZEROIZE)
		m_zero(m);
	m_adopt(m, n, len);
	return (0);
}

/*
 * Make the first len bytes contiguous in the first mbuf.  Returns the
 * packet, whose head may be another, or NULL, the packet freed, if it is
 * shorter or there is no memory.
 */
struct mbuf *
m_pullup(struct mbuf *m, u_int len)
{
	struct mbuf	*head, *next;
	u_int		 adj, n;

	if (len <= m->m_len)
		return (m);
	if (len > MAXMCLBYTES - sizeof(long) || len > m_length(m))
		goto bad;
	if (m_trailingspace(m) >= len - m->m_len) {
		mbstat.m_pullup_copy++;
		head = m;
		m = m->m_next;
	} else {
		mbstat.m_pullup_alloc++;
		adj = (uintptr_t)m->m_data & ALIGNBYTES;
		head = m_roomhdr(M_DONTWAIT, m->m_type, len + adj);
		if (head == NULL)
			goto bad;
		if (m->m_flags & M_PKTHDR)
			m_move_pkthdr(head, m);
		else {
			head->m_flags &= ~M_PKTHDR;
			head->m_data = M_DATABUF(head);
		}
		head->m_data += adj;
	}
	for (; head->m_len < len; m = next) {
		n = MIN(len - head->m_len, m->m_len);
		memcpy(head->m_data + head->m_len, m->m_data, n);
		head->m_len += n;
		m->m_data += n;
		m->m_len -= n;
		next = m->m_len == 0 ? m_free(m) : m;
	}
	head->m_next = m;
	return (head);
bad:
	m_freem(m);
	return (NULL);
}

/* Cut the chain after off bytes of m, one of its mbufs; the rest or NULL. */
static int
m_cut(struct mbuf *m, u_int off, int how, struct mbuf **rest)
{
	struct mbuf	*n;

	if (off == m->m_len) {
		*rest = m->m_next;
		m->m_next = NULL;
		return (0);
	}
	n = m_copypart(m, off, m->m_len - off, how);
	if (n == NULL)
		return (ENOBUFS);
	n->m_next = m->m_next;
	m->m_next = NULL;
	m->m_len = off;
	*rest = n;
	return (0);
}

/*
 * Make the len bytes from byte off on contiguous and writable.  Returns
 * their mbuf and *offp, where in it they start; with offp NULL they are to
 * start it.  NULL, the packet freed, if it is shorter or there is no memory.
 */
struct mbuf *
m_pulldown(struct mbuf *m, u_int off, u_int len, u_int *offp)
{
	struct mbuf	*n, *o, *rest;
	u_int		 start;

	if (len > MAXMCLBYTES ||
	    (n = m_getptr(m, off, &start)) == NULL ||
	    m_length(n) - start < len)
		goto bad;
	if (len <= n->m_len - start && !M_READONLY(n) &&
	    (offp != NULL || start == 0)) {
		if (offp != NULL)
			*offp = start;
		return (n);
	}
	mbstat.m_pulldown_alloc++;
	mbstat.m_pulldown_copy++;
	if ((o = m_room(M_DONTWAIT, n->m_type, len)) == NULL)
		goto bad;
	m_copydata(n, start, len, o->m_data);
	o->m_len = len;
	if (m_cut(n, start, M_DONTWAIT, &rest) != 0) {
		m_free(o);
		goto bad;
	}
	m_adj_front(rest, len);
	while (rest != NULL && rest->m_len == 0)
		rest = m_free(rest);
	n->m_next = o;
	o->m_next = rest;
	if (offp != NULL)
		*offp = 0;
	return (o);
bad:
	m_freem(m);
	return (NULL);
}

/*
 * Append the chain n to the chain m; n's packet header goes, m's length is
 * the caller's to set.  Data that fit behind m's are copied there.
 */
void
m_cat(struct mbuf *m, struct mbuf *n)
{
	if (n == NULL)
		return;
	if (n->m_flags & M_PKTHDR)
		m_removehdr(n);
	while (m->m_next != NULL)
		m = m->m_next;
	while (n != NULL && (n->m_flags & M_EXT) == 0 &&
	    m_trailingspace(m) >= n->m_len) {
		memcpy(m->m_data + m->m_len, n->m_data, n->m_len);
		m->m_len += n->m_len;
		n = m_free(n);
	}
	m->m_next = n;
}

/*
 * Cut the packet in two after len bytes.  Returns the second part, with a
 * copy of the header; buffers are shared.  NULL, the packet as it was, if it
 * is shorter or there is no memory.
 */
struct mbuf *
m_split(struct mbuf *m0, u_int len, int how)
{
	struct mbuf	*hdr = NULL, *m, *rest;
	u_int		 off, total = m_length(m0);

	if ((m = m_getptr(m0, len, &off)) == NULL)
		return (NULL);
	if (m0->m_flags & M_PKTHDR) {
		/* An empty head, which spares moving data for a header. */
		if ((hdr = m_gethdr(how, m0->m_type)) == NULL)
			return (NULL);
		if (m_dup_pkthdr(hdr, m0, how) != 0)
			return (m_free(hdr));
	} else if (len == total)
		return (NULL);
	if (m_cut(m, off, how, &rest) != 0)
		return (m_free(hdr));
	if (hdr == NULL)
		return (rest);
	m0->m_pkthdr.len = len;
	hdr->m_pkthdr.len = total - len;
	hdr->m_next = rest;
	return (hdr);
}

/*
 * Insert an mbuf of len bytes (at most MAXMCLBYTES), not set, after off
 * bytes of the packet.  Returns it, or NULL, the packet as it was, if that
 * is shorter or there is no memory.
 */
struct mbuf *
m_inject(struct mbuf *m0, u_int off, u_int len, int how)
{
	struct mbuf	*m, *n, *rest;
	u_int		 start;

	if ((m = m_getptr(m0, off, &start)) == NULL)
		return (NULL);
	if ((n = m_room(how, m->m_type, len)) == NULL)
		return (NULL);
	if (m_cut(m, start, how, &rest) != 0)
		return (m_free(n));
	n->m_len = len;
	m->m_next = n;
	n->m_next = rest;
	if (m0->m_flags & M_PKTHDR)
		m0->m_pkthdr.len += len;
	return (n);
}

/*
 * Make room for len bytes (at most MAXMCLBYTES) after skip bytes of the
 * packet, moving as little as can be.  Returns the mbuf that has it and
 * *off, where in it; NULL, the packet as it was, as m_inject().
 */
struct mbuf *
m_makespace(struct mbuf *m0, u_int skip, u_int len, u_int *off)
{
	struct mbuf	*m;
	u_int		 rest, start;

	if ((m = m_getptr(m0, skip, &start)) == NULL)
		return (NULL);
	rest = m->m_len - start;
	if (start <= rest && m_leadingspace(m) >= len) {
		m->m_data -= len;
		memmove(m->m_data, m->m_data + len, start);
	} else if (m_trailingspace(m) >= len) {
		memmove(m->m_data + start + len, m->m_data + start, rest);
	} else if (m_leadingspace(m) >= len) {
		m->m_data -= len;
		memmove(m->m_data, m->m_data + len, start);
	} else {
		*off = 0;
		return (m_inject(m0, skip, len, M_DONTWAIT));
	}
	*off = start;
	m->m_len += len;
	if (m0->m_flags & M_PKTHDR)
		m0->m_pkthdr.len += len;
	return (m);
}

/*
 * A packet with a copy of len bytes, off bytes of space before them; NULL
 * when there is no memory or it is too long.
 */
struct mbuf *
m_devget(const char *buf, u_int len, u_int off)
{
	struct mbuf	*m;

	if (len > MAXMCLBYTES || off > MAXMCLBYTES - len)
		return (NULL);
	if ((m = m_roomhdr(M_DONTWAIT, MT_DATA, len + off)) == NULL)
		return (NULL);
	m->m_data += off;
	memcpy(m->m_data, buf, len);
	m->m_len = m->m_pkthdr.len = len;
	return (m);
}

/*
 * When the packet came: its own time stamp, or now.
 */
void
m_microtime(const struct mbuf *m, struct timeval *tv)
{
	if (m->m_pkthdr.csum_flags & M_TIMESTAMP)
		NSEC_TO_TIMEVAL(m->m_pkthdr.ph_timestamp, tv);
	else
		microtime(tv);
}
