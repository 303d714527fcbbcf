/*
 * copyin and copyout: the memory of the program that makes the call.
 *
 * Each visit to another process costs a call of the host, so what a call is
 * known to want (the address and the data of a send) is read in one visit
 * ahead of it, and small results gather until the call ends, a large one
 * comes or memory is read again.  A result that cannot be written then makes
 * the call fail with EFAULT.
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
	return (0);
}

static void
ahead_add(struct um_copy *cp, uint64_t addr, uint64_t len)
{
	struct um_seg	*sg;

	if (len == 0 || len > UM_INMAX - cp->cp_inlen ||
	    cp->cp_nin == UM_INSEGS)
		return;
	sg = &cp->cp_in[cp->cp_nin++];
	sg->sg_addr = addr;
	sg->sg_len = len;
	sg->sg_off = cp->cp_inlen;
	cp->cp_inlen += len;
}

/*
 * Read what the call will want.  When a part is not there, nothing is kept,
 * and the call finds that out by itself.
 */
void
um_copy_ahead(struct um_call *uc)
{
	struct um_copy		*cp = &uc->uc_copy;
	const uint64_t		*args = uc->uc_hn.hn_args;
	struct host_vm		 hv[UM_INSEGS];
	u_int			 i;

	if (uc->uc_hn.hn_nr == SYS_sendto && args[4] != 0) {
		ahead_add(cp, args[1], args[2]);
		ahead_add(cp, args[4], args[5] & 0xff);
	}
	if (cp->cp_nin < 2) {
		cp->cp_nin = cp->cp_inlen = 0;
		return;
	}
	for (i = 0; i < cp->cp_nin; i++) {
		hv[i].hv_addr = cp->cp_in[i].sg_addr;
		hv[i].hv_buf = cp->cp_inbuf + cp->cp_in[i].sg_off;
		hv[i].hv_len = cp->cp_in[i].sg_len;
	}
	if (host_vm_read(uc->uc_hn.hn_tid, hv, cp->cp_nin) != 0)
		cp->cp_nin = cp->cp_inlen = 0;
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

int
md_copyin(struct proc *p, uint64_t uaddr, void *buf, size_t len)
{
	struct um_call	*uc = p->p_md;
	struct host_vm	 hv;
	const void	*ahead;
	int		 error;

	if (uc == NULL)
		return (EFAULT);
	if ((ahead = ahead_find(&uc->uc_copy, uaddr, len)) != NULL) {
		memcpy(buf, ahead, len);
		return (0);
	}
	if ((error = um_copy_flush(uc)) != 0 ||
	    (error = copy_check(uc)) != 0)
		return (error);
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
