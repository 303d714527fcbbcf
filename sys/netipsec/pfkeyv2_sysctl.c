/*
 * PF_KEY: all SAs or flows at once, by sysctl(2) net.key.2: messages, one
 * behind the other.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/proc.h>
#include <sys/socket.h>
#include <sys/sysctl.h>
#include <sys/ucred.h>

#include <net/rtable.h>

#include <netipsec/pfkeyv2_var.h>

/* Where messages go, and what all of them need. */
struct dump {
	char	*du_where;		/* user address; NULL: only count */
	size_t	 du_left, du_needed;
	int	 du_error;
};

static void
dump_message(struct dump *du, struct pfkey_out *po)
{
	pfkey_end(po);
	du->du_needed += po->po_len;
	if (du->du_where == NULL || du->du_error != 0)
		return;
	if (po->po_len > du->du_left) {
		du->du_error = ENOMEM;
		return;
	}
	du->du_error = copyout(po->po_buf, du->du_where, po->po_len);
	du->du_where += po->po_len;
	du->du_left -= po->po_len;
}

static void
dump_sas(struct dump *du, u_int rdomain, int satype)
{
	struct sadb_msg		 hdr;
	struct pfkey_out	*po;
	struct tdb		*tdb;

	memset(&hdr, 0, sizeof(hdr));
	hdr.sadb_msg_type = SADB_DUMP;
	TAILQ_FOREACH(tdb, &tdb_all, tdb_list) {
		if ((satype != 0 && tdb->tdb_satype != satype) ||
		    (rdomain != 0 && tdb->tdb_rdomain != rdomain &&
		    tdb->tdb_rdomain_post != rdomain))
			continue;
		hdr.sadb_msg_satype = tdb->tdb_satype;
		po = pfkey_begin(&hdr);
		pfkey_put_tdb(po, tdb, PFKEY_TDB_KEYS | PFKEY_TDB_ALL);
		dump_message(du, po);
	}
}

static void
dump_flows(struct dump *du, u_int rdomain)
{
	struct sadb_msg		 hdr;
	struct pfkey_out	*po;
	struct ipsec_policy	*ipo;

	memset(&hdr, 0, sizeof(hdr));
	hdr.sadb_msg_type = SADB_X_SPDDUMP;
	TAILQ_FOREACH(ipo, &ipo_all, ipo_list) {
		if (rdomain != 0 && ipo->ipo_rdomain != rdomain)
			continue;
		hdr.sadb_msg_satype = pfkey_satype(ipo->ipo_sproto);
		po = pfkey_begin(&hdr);
		pfkey_put_policy(po, ipo);
		dump_message(du, po);
	}
}

/*
 * net.key.2.{1,2}.satype and net.key.2.3.  Keys are for the super-user only.
 */
int
pfkey_sysctl(int *name, u_int namelen, void *where, size_t *given, void *new,
    size_t newlen)
{
	struct dump	 du;
	u_int		 rdomain = rtable_l2(curproc->p_rtableid);
	int		 error;

	(void)newlen;
	if (new != NULL)
		return (EPERM);
	if (namelen < 2 || name[0] != PF_KEY_V2)
		return (EINVAL);
	if (name[1] == NET_KEY_STATS)
		return (sysctl_rdstruct(where, given, NULL, &pfkeystat,
		    sizeof(pfkeystat)));
	if (namelen != 3)
		return (EINVAL);
	if ((error = suser(curproc)) != 0)
		return (error);
	memset(&du, 0, sizeof(du));
	du.du_where = where;
	du.du_left = where == NULL ? 0 : *given;
	NET_LOCK();
	switch (name[1]) {
	case NET_KEY_SADB_DUMP:
		dump_sas(&du, rdomain, name[2]);
		break;
	case NET_KEY_SPD_DUMP:
		dump_flows(&du, rdomain);
		break;
	default:
		du.du_error = EOPNOTSUPP;
		break;
	}
	NET_UNLOCK();
	*given = where == NULL ? du.du_needed :
	    (size_t)(du.du_where - (char *)where);
	return (du.du_error);
}
