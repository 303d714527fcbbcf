/*
 * What the network protocols have told the link layers.
 *
 * A protocol registers at boot; nothing is ever taken back, so a lookup is a
 * walk of a short array.
 */
#include <sys/param.h>
#include <sys/mbuf.h>
#include <sys/socket.h>
#include <sys/systm.h>

#include <net/if_var.h>
#include <net/netisr.h>

/* By family; an index beyond is nobody's. */
static struct if_af {
	if_af_input	*ia_input;
	void		(*ia_attach)(struct ifnet *);
	void		(*ia_detach)(struct ifnet *);
	void		(*ia_up)(struct ifnet *);
	void		(*ia_xflags)(struct ifnet *);
} if_afs[AF_MAX];

/*
 * Packets of family af are passed up with fn(ifp, m), under the net lock; it
 * consumes them.
 */
void
if_register_af(sa_family_t af, if_af_input *fn)
{
	KASSERT(af < AF_MAX);
	if_afs[af].ia_input = fn;
}

/*
 * fn(ifp) prepares an interface for the family: when that is asked for
 * (SIOCIFAFATTACH) and when it has come into another routing domain.
 */
void
if_register_attach(sa_family_t af, void (*fn)(struct ifnet *))
{
	KASSERT(af < AF_MAX);
	if_afs[af].ia_attach = fn;
}

/*
 * fn(ifp) removes all addresses of the family from an interface.
 */
void
if_register_detach(sa_family_t af, void (*fn)(struct ifnet *))
{
	KASSERT(af < AF_MAX);
	if_afs[af].ia_detach = fn;
}

/*
 * up(ifp) is called when an interface, or its link, has come up; xflags(ifp)
 * when IFXF_AUTOCONF6 or IFXF_AUTOCONF6TEMP has changed.
 */
void
if_register_up(sa_family_t af, void (*up)(struct ifnet *),
    void (*xflags)(struct ifnet *))
{
	KASSERT(af < AF_MAX);
	if_afs[af].ia_up = up;
	if_afs[af].ia_xflags = xflags;
}

/*
 * Pass a packet without a link header up; consumes it.
 */
void
if_af_deliver(struct ifnet *ifp, struct mbuf *m, sa_family_t af)
{
	if (af >= AF_MAX || if_afs[af].ia_input == NULL) {
		ifp->if_noproto++;
		if_drop(ifp, m, IFD_NOPROTO);
		return;
	}
	(*if_afs[af].ia_input)(ifp, m);
}

/*
 * An interface has come into another routing domain.
 */
void
if_af_attach(struct ifnet *ifp)
{
	u_int af;

	for (af = 0; af < AF_MAX; af++) {
		if (if_afs[af].ia_attach != NULL)
			(*if_afs[af].ia_attach)(ifp);
	}
}

/*
 * An interface goes away, or leaves its routing domain.
 */
void
if_af_detach(struct ifnet *ifp)
{
	u_int af;

	for (af = 0; af < AF_MAX; af++) {
		if (if_afs[af].ia_detach != NULL)
			(*if_afs[af].ia_detach)(ifp);
	}
}

/*
 * An interface that is up, or its link, has come up.
 */
void
if_af_up(struct ifnet *ifp)
{
	u_int af;

	for (af = 0; af < AF_MAX; af++) {
		if (if_afs[af].ia_up != NULL)
			(*if_afs[af].ia_up)(ifp);
	}
}

/*
 * Its flags of autoconfiguration have changed.
 */
void
if_af_xflags(struct ifnet *ifp)
{
	u_int af;

	for (af = 0; af < AF_MAX; af++) {
		if (if_afs[af].ia_xflags != NULL)
			(*if_afs[af].ia_xflags)(ifp);
	}
}

/*
 * An interface begins or ceases to speak one family, by hand.  Returns 0 or
 * EAFNOSUPPORT.
 */
int
if_af_attach_one(struct ifnet *ifp, sa_family_t af)
{
	if (af >= AF_MAX || if_afs[af].ia_input == NULL)
		return (EAFNOSUPPORT);
	if (if_afs[af].ia_attach != NULL)
		(*if_afs[af].ia_attach)(ifp);
	return (0);
}

int
if_af_detach_one(struct ifnet *ifp, sa_family_t af)
{
	if (af >= AF_MAX || if_afs[af].ia_detach == NULL)
		return (EAFNOSUPPORT);
	(*if_afs[af].ia_detach)(ifp);
	return (0);
}
