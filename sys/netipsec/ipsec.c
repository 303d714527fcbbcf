/*
 * ipsec(4): the room: its start, its protocols, its sysctl(2) names.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/protosw.h>
#include <sys/socket.h>
#include <sys/sysctl.h>

#include <net/if.h>
#include <net/if_var.h>

#include <netinet/in.h>
#include <netinet/ip_var.h>

#include <netipsec/ipsec.h>
#include <netipsec/ipsec_xform.h>

struct ipsecstat	 ipsecstat;
struct espstat		 espstat;
struct ahstat		 ahstat;
struct ipcompstat	 ipcompstat;
struct pfkeystat	 pfkeystat;

int	esp_enable = 1;
int	ah_enable = 1;
int	ipcomp_enable;
int	esp_legacy;
int	encdebug;
int	ipsec_expire_acquire = 30;
int	ipsec_keep_invalid = 60;
int	ipsec_require_pfs = 1;
int	ipsec_soft_allocations;
int	ipsec_exp_allocations;
int	ipsec_soft_bytes;
int	ipsec_exp_bytes;
int	ipsec_soft_timeout = 80000;
int	ipsec_exp_timeout = 86400;
int	ipsec_soft_first_use = 3600;
int	ipsec_exp_first_use = 7200;
char	ipsec_def_enc[20] = "aes";
char	ipsec_def_auth[20] = "hmac-sha1";
char	ipsec_def_comp[20] = "deflate";
u_int	ipsec_in_use;

u_int16_t			(*ipsec_tag_hook)(const char *);
const struct ipsec_family	*ipsec_families[2];

static const struct sysctl_bounded_args ipsecctl_vars[] = {
	{ IPCTL_ENCDEBUG, &encdebug, 0, 1 },
	{ IPCTL_IPSEC_EXPIRE_ACQUIRE, &ipsec_expire_acquire, 0, INT_MAX },
	{ IPCTL_IPSEC_EMBRYONIC_SA_TIMEOUT, &ipsec_keep_invalid, 1, INT_MAX },
	{ IPCTL_IPSEC_REQUIRE_PFS, &ipsec_require_pfs, 0, 1 },
	{ IPCTL_IPSEC_SOFT_ALLOCATIONS, &ipsec_soft_allocations, 0, INT_MAX },
	{ IPCTL_IPSEC_ALLOCATIONS, &ipsec_exp_allocations, 0, INT_MAX },
	{ IPCTL_IPSEC_SOFT_BYTES, &ipsec_soft_bytes, 0, INT_MAX },
	{ IPCTL_IPSEC_BYTES, &ipsec_exp_bytes, 0, INT_MAX },
	{ IPCTL_IPSEC_TIMEOUT, &ipsec_exp_timeout, 0, INT_MAX },
	{ IPCTL_IPSEC_SOFT_TIMEOUT, &ipsec_soft_timeout, 0, INT_MAX },
	{ IPCTL_IPSEC_SOFT_FIRSTUSE, &ipsec_soft_first_use, 0, INT_MAX },
	{ IPCTL_IPSEC_FIRSTUSE, &ipsec_exp_first_use, 0, INT_MAX },
};

static const struct sysctl_bounded_args espctl_vars[] = {
	{ ESPCTL_ENABLE, &esp_enable, 0, 1 },
	{ ESPCTL_LEGACY, &esp_legacy, 0, 1 },
};

/* A variable that names an algorithm of a list. */
static int
sysctl_algorithm(void *oldp, size_t *oldlenp, void *newp, size_t newlen,
    char *var, size_t size, int (*known)(const char *))
{
	char	 name[sizeof(ipsec_def_enc)];
	int	 error;

	strlcpy(name, var, sizeof(name));
	error = sysctl_tstring(oldp, oldlenp, newp, newlen, name,
	    sizeof(name));
	if (error == 0 && newp != NULL) {
		if (!known(name))
			return (EINVAL);
		strlcpy(var, name, size);
	}
	return (error);
}

static int
known_enc(const char *name)
{
	const struct ipsec_ealg	*ea;
	u_int			 i;

	for (i = 0; (ea = ipsec_ealg_byindex(i)) != NULL; i++)
		if (strcmp(ea->ea_name, name) == 0)
			return (1);
	return (0);
}

static int
known_auth(const char *name)
{
	const struct ipsec_aalg	*aa;
	u_int			 i;

	for (i = 0; (aa = ipsec_aalg_byindex(i)) != NULL; i++)
		if (strcmp(aa->aa_name, name) == 0)
			return (1);
	return (0);
}

static int
known_comp(const char *name)
{
	return (strcmp(name, "deflate") == 0);
}

/* net.inet.ip.{encdebug,ipsec*}: hook of the network layer. */
static int
ipsec_sysctl(int *name, u_int namelen, void *oldp, size_t *oldlenp,
    void *newp, size_t newlen)
{
	switch (name[0]) {
	case IPCTL_IPSEC_STATS:
		return (sysctl_rdstruct(oldp, oldlenp, newp, &ipsecstat,
		    sizeof(ipsecstat)));
	case IPCTL_IPSEC_ENC_ALGORITHM:
		return (sysctl_algorithm(oldp, oldlenp, newp, newlen,
		    ipsec_def_enc, sizeof(ipsec_def_enc), known_enc));
	case IPCTL_IPSEC_AUTH_ALGORITHM:
		return (sysctl_algorithm(oldp, oldlenp, newp, newlen,
		    ipsec_def_auth, sizeof(ipsec_def_auth), known_auth));
	case IPCTL_IPSEC_IPCOMP_ALGORITHM:
		return (sysctl_algorithm(oldp, oldlenp, newp, newlen,
		    ipsec_def_comp, sizeof(ipsec_def_comp), known_comp));
	default:
		return (sysctl_bounded_arr(ipsecctl_vars,
		    nitems(ipsecctl_vars), name, namelen, oldp, oldlenp,
		    newp, newlen));
	}
}

/* net.inet.esp */
static int
esp_sysctl(int *name, u_int namelen, void *oldp, size_t *oldlenp, void *newp,
    size_t newlen)
{
	int	 error;

	if (namelen != 1)
		return (ENOTDIR);
	switch (name[0]) {
	case ESPCTL_UDPENCAP_ENABLE:
		error = sysctl_int_bounded(oldp, oldlenp, newp, newlen,
		    &udpencap_enable, 0, 1);
		udpencap_port_set();
		return (error);
	case ESPCTL_UDPENCAP_PORT:
		error = sysctl_int_bounded(oldp, oldlenp, newp, newlen,
		    &udpencap_port, 1, 65535);
		udpencap_port_set();
		return (error);
	case ESPCTL_STATS:
		return (sysctl_rdstruct(oldp, oldlenp, newp, &espstat,
		    sizeof(espstat)));
	default:
		return (sysctl_bounded_arr(espctl_vars, nitems(espctl_vars),
		    name, namelen, oldp, oldlenp, newp, newlen));
	}
}

/* net.inet.ah */
static int
ah_sysctl(int *name, u_int namelen, void *oldp, size_t *oldlenp, void *newp,
    size_t newlen)
{
	if (namelen != 1)
		return (ENOTDIR);
	switch (name[0]) {
	case AHCTL_ENABLE:
		return (sysctl_int_bounded(oldp, oldlenp, newp, newlen,
		    &ah_enable, 0, 1));
	case AHCTL_STATS:
		return (sysctl_rdstruct(oldp, oldlenp, newp, &ahstat,
		    sizeof(ahstat)));
	default:
		return (EOPNOTSUPP);
	}
}

/* net.inet.ipcomp */
static int
ipcomp_sysctl(int *name, u_int namelen, void *oldp, size_t *oldlenp,
    void *newp, size_t newlen)
{
	if (namelen != 1)
		return (ENOTDIR);
	switch (name[0]) {
	case IPCOMPCTL_ENABLE:
		return (sysctl_int_bounded(oldp, oldlenp, newp, newlen,
		    &ipcomp_enable, 0, 1));
	case IPCOMPCTL_STATS:
		return (sysctl_rdstruct(oldp, oldlenp, newp, &ipcompstat,
		    sizeof(ipcompstat)));
	default:
		return (EOPNOTSUPP);
	}
}

const struct protosw ipsec_protosw[IPSEC_NPROTOSW] = {
	{
		.pr_protocol	= IPPROTO_ESP,
		.pr_input	= esp_proto_input,
		.pr_ctlinput	= ipsec_ctlinput,
		.pr_sysctl	= esp_sysctl,
	},
	{
		.pr_protocol	= IPPROTO_AH,
		.pr_input	= ah_proto_input,
		.pr_ctlinput	= ipsec_ctlinput,
		.pr_sysctl	= ah_sysctl,
	},
	{
		.pr_protocol	= IPPROTO_IPCOMP,
		.pr_input	= ipcomp_proto_input,
		.pr_ctlinput	= ipsec_ctlinput,
		.pr_sysctl	= ipcomp_sysctl,
	},
	{
		.pr_protocol	= IPPROTO_IPV4,
		.pr_input	= ipip_proto_input,
	},
	{
		.pr_protocol	= IPPROTO_IPV6,
		.pr_input	= ipip_proto_input,
	},
};

static const struct ip_ipsec_hooks hooks = {
	.ii_output	= ipsec_output_hook,
	.ii_input	= ipsec_input_hook,
	.ii_ctloutput	= ipsec_ctloutput,
	.ii_sysctl	= ipsec_sysctl,
};

/*
 * Start the room; once, when IPv4 and interfaces are there.
 */
void
ipsec_init(void)
{
	u_int	 i;

	tdb_init();
	spd_init();
	acquire_init();
	ipsec_ip4_init();
	for (i = 0; i < IPSEC_NPROTOSW; i++)
		ip_proto_register(&ipsec_protosw[i]);
	ipsec_ip6_init();
	ip_ipsec = &hooks;
	udp_encap_hook = udpencap_input;
	udp_encap_sent = udpencap_sent;
	udpencap_port_set();
	pfkey_init();
	enc_init();
	sec_init();
}
