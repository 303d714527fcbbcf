/*
 * copyin and copyout: the memory of the program that makes the call.
 *
 * Each visit to another process costs a call of the host, so visits are
 * made to count:
 *
 *	- what a send is known to want, its address and its data, is read
 *	  together, ahead of it
 *	- a small piece is read with all of its block of memory, in which what
 *	  it points to often lies as well; the block serves until the call
 *	  sleeps
 *	- small results gather until the call ends, a large one comes or
 *	  memory is read again; one that cannot be written then makes the call
 *	  fail with EFAULT
 *
 * After a sleep the caller may be gone and its number another's: nothing is
 * read or written before the host has confirmed that it still waits.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/machdep.h>
#include <sys/proc.h>
#include <sys/syscall.h>

#include "um_var.h"

#define UM_BLOCK	1024	/* divides a page: there or not as a whole */
#define UM_SMALL	256	/* longest piece read by its block */

/*
 * Nothing read ahead, nothing to write: a new call.
 */
void
um_copy_reset(struct um_call *uc)
{
	struct um_copy	*cp = &uc->uc_copy;

	cp->cp_nin = cp->cp_inlen = 0;
	cp->cp_nout = cp->cp_outlen = 0;
	cp->cp_nswitch = uc->uc_p->p_nswitch;
}

/*
 * The call is over: what it has read and written may have been keys.
 */
void
um_copy_wipe(struct um_call *uc)
{
	struct um_copy	*cp = &uc->uc_copy;

	explicit_bzero(cp->cp_inbuf, cp->cp_inused);
	explicit_bzero(cp->cp_outbuf, cp->cp_outused);
	cp->cp_inused = cp->cp_outused = 0;
}

/* 0, or EFAULT when the caller has gone while the thread slept. */
static int
copy_check(struct um_call *uc)
{
	struct um_copy	*cp = &uc->uc_copy;

	if (cp->cp_nswitch == uc->uc_p->p_nswitch)
		return (0);
	if (!um_call_valid(uc))
		return (EFAULT);
	cp->cp_nswitch = uc->uc_p->p_nswitch;
	cp->cp_nin = cp->cp_inlen = 0;
	return (0);
}

/* Room for a piece of user memory; 0, or it is not to be kept. */
static int
ahead_add(struct um_copy *cp, uint64_t addr, uint64_t len)
{
	struct um_seg	*sg;

	if (len == 0 || len > UM_INMAX - cp->cp_inlen ||
	    cp->cp_nin == UM_INSEGS)
		return (0);
	sg = &cp->cp_in[cp->cp_nin++];
	sg->sg_addr = addr;
	sg->sg_len = len;
	sg->sg_off = cp->cp_inlen;
	cp->cp_inlen += len;
	cp->cp_inused = MAX(cp->cp_inused, cp->cp_inlen);
	return (1);
}

/* Read the pieces from the first on; when one is not there, none is kept. */
static void
ahead_read(struct um_call *uc, u_int first)
{
	struct um_copy	*cp = &uc->uc_copy;
	struct host_vm	 hv[UM_INSEGS];
	u_int		 i;

	for (i = first; i < cp->cp_nin; i++) {
		hv[i].hv_addr = cp->cp_in[i].sg_addr;
		hv[i].hv_buf = cp->cp_inbuf + cp->cp_in[i].sg_off;
		hv[i].hv_len = cp->cp_in[i].sg_len;
	}
	if (host_vm_read(uc->uc_hn.hn_tid, hv + first,
	    cp->cp_nin - first) != 0) {
		cp->cp_inlen = cp->cp_in[first].sg_off;
		cp->cp_nin = first;
	}
}

/*
 * Read what the call will want, if that is in more than one place.  When a
 * part is not there the call finds that out by itself.
 */
void
um_copy_ahead(struct um_call *uc)
{
	struct um_copy	*cp = &uc->uc_copy;
	const uint64_t	*args = uc->uc_hn.hn_args;

	if (uc->uc_hn.hn_nr == SYS_sendto && args[4] != 0 &&
	    ahead_add(cp, args[1], args[2]) &&
	    ahead_add(cp, args[4], args[5] & 0xff))
		ahead_read(uc, 0);
	else
		cp->cp_nin = cp->cp_inlen = 0;
}

/* Read the block around a small piece. */
static void
ahead_block(struct um_call *uc, uint64_t addr, size_t len)
{
	struct um_copy	*cp = &uc->uc_copy;
	uint64_t	 start = addr & ~(uint64_t)(UM_BLOCK - 1);

	if (len > UM_SMALL || addr - start > UM_BLOCK - len)
		return;
	if (!ahead_add(cp, start, UM_BLOCK)) {
		cp->cp_nin = cp->cp_inlen = 0;
		(void)ahead_add(cp, start, UM_BLOCK);
	}
	ahead_read(uc, cp->cp_nin - 1);
}

/*
 * Write the results that wait.  0 or EFAULT.
 */
int
um_copy_flush(struct um_call *uc)
{
	struct um_copy	*cp = &uc->uc_copy;
	int		 error;

	if (cp->cp_nout == 0)
		return (0);
	if ((error = copy_check(uc)) == 0)
		error = -host_vm_write(uc->uc_hn.hn_tid, cp->cp_out,
		    cp->cp_nout);
	cp->cp_nout = cp->cp_outlen = 0;
	return (error);
}

static const void *
ahead_find(const struct um_copy *cp, uint64_t addr, size_t len)
{
	const struct um_seg	*sg;

	for (sg = cp->cp_in; sg < cp->cp_in + cp->cp_nin; sg++)
		if (addr >= sg->sg_addr && addr - sg->sg_addr <= sg->sg_len &&
		    len <= sg->sg_len - (addr - sg->sg_addr))
			return (cp->cp_inbuf + sg->sg_off +
			    (addr - sg->sg_addr));
	return (NULL);
}

/* What is written must be seen by who reads it again from here. */
static void
ahead_update(struct um_copy *cp, uint64_t addr, const void *buf, size_t len)
{
	const struct um_seg	*sg;
	uint64_t		 from, to;

	for (sg = cp->cp_in; sg < cp->cp_in + cp->cp_nin; sg++) {
		from = MAX(addr, sg->sg_addr);
		to = MIN(addr + len, sg->sg_addr + sg->sg_len);
		if (from < to)
			memcpy(cp->cp_inbuf + sg->sg_off +
			    (from - sg->sg_addr),
			    (const char *)buf + (from - addr), to - from);
	}
}

int
md_copyin(struct proc *p, uint64_t uaddr, void *buf, size_t len)
{
	struct um_call	*uc = p->p_md;
	struct host_vm	 hv;
	const void	*ahead;
	int		 error;

	if (uc == NULL)
		return (EFAULT);
	if ((error = copy_check(uc)) != 0)
		return (error);
	ahead = ahead_find(&uc->uc_copy, uaddr, len);
	if (ahead == NULL) {
		if ((error = um_copy_flush(uc)) != 0)
			return (error);
		ahead_block(uc, uaddr, len);
		ahead = ahead_find(&uc->uc_copy, uaddr, len);
	}
	if (ahead != NULL) {
		memcpy(buf, ahead, len);
		return (0);
	}
	hv.hv_addr = uaddr;
	hv.hv_buf = buf;
	hv.hv_len = len;
	return (-host_vm_read(uc->uc_hn.hn_tid, &hv, 1));
}

int
md_copyout(struct proc *p, const void *buf, uint64_t uaddr, size_t len)
{
	struct um_call	*uc = p->p_md;
	struct um_copy	*cp;
	struct host_vm	*hv;
	int		 error;

	if (uc == NULL)
		return (EFAULT);
	cp = &uc->uc_copy;
	ahead_update(cp, uaddr, buf, len);
	if ((cp->cp_nout == HOST_VM_MAX || (len <= UM_OUTMAX &&
	    len > UM_OUTMAX - cp->cp_outlen)) &&
	    (error = um_copy_flush(uc)) != 0)
		return (error);
	hv = &cp->cp_out[cp->cp_nout++];
	hv->hv_addr = uaddr;
	hv->hv_len = len;
	if (len > UM_OUTMAX) {
		hv->hv_buf = (void *)(uintptr_t)buf;
		return (um_copy_flush(uc));
	}
	hv->hv_buf = cp->cp_outbuf + cp->cp_outlen;
	memcpy(hv->hv_buf, buf, len);
	cp->cp_outlen += len;
	cp->cp_outused = MAX(cp->cp_outused, cp->cp_outlen);
	return (0);
}

int
md_copyinstr(struct proc *p, uint64_t uaddr, char *buf, size_t len,
    size_t *done)
{
	struct um_call	*uc = p->p_md;
	size_t		 i, off;
	int64_t		 n;
	int		 error;

	if (uc == NULL)
		return (EFAULT);
	if ((error = um_copy_flush(uc)) != 0 ||
	    (error = copy_check(uc)) != 0)
		return (error);
	for (off = 0; off < len; off += n) {
		n = host_vm_read_some(uc->uc_hn.hn_tid, uaddr + off,
		    buf + off, MIN(len - off, 256));
		if (n < 0)
			return (EFAULT);
		for (i = off; i < off + n; i++) {
			if (buf[i] != '\0')
				continue;
			if (done != NULL)
				*done = i + 1;
			return (0);
		}
	}
	return (ENAMETOOLONG);
}
