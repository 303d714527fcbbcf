/*
 * X25519, RFC 7748.
 *
 * BearSSL computes it unless a port offers something faster
 * (x25519_provider()).  Both are constant time.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/machdep.h>

#include <bearssl/bearssl.h>

#include <crypto/x25519.h>

static int	 soft_x25519(uint8_t *, const uint8_t *, const uint8_t *);

static x25519_fn	*provider = soft_x25519;
static const char	*provider_name = "soft";

static const uint8_t	 basepoint[X25519_SIZE] = { 9 };

/*
 * RFC 7748, 5: the bits of a scalar that are always the same.
 */
void
x25519_clamp(uint8_t *scalar)
{
	scalar[0] &= 248;
	scalar[31] = (scalar[31] & 127) | 64;
}

static int
soft_x25519(uint8_t *out, const uint8_t *scalar, const uint8_t *point)
{
	uint8_t	 k[X25519_SIZE];

	memcpy(k, scalar, sizeof(k));
	x25519_clamp(k);
	memmove(out, point, X25519_SIZE);
	md_fpu_enter();
	br_ec_c25519_m31.mul(out, X25519_SIZE, k, sizeof(k),
	    BR_EC_curve25519);
	md_fpu_leave();
	explicit_bzero(k, sizeof(k));
	return (0);
}

/*
 * out = scalar * point, 32 bytes each; out may be one of the others.
 *
 * Returns 0, or EINVAL when the result is zero: the point was one of small
 * order, and the result says nothing of the scalar (RFC 7748, 6.1).  It is
 * stored all the same.
 */
int
x25519(uint8_t *out, const uint8_t *scalar, const uint8_t *point)
{
	uint8_t	 any = 0;
	int	 error, i;

	if ((error = provider(out, scalar, point)) != 0)
		return (error);
	for (i = 0; i < X25519_SIZE; i++)
		any |= out[i];
	return (any == 0 ? EINVAL : 0);
}

/*
 * The public key of a private one.  Returns as x25519() does.
 */
int
x25519_public(uint8_t *public, const uint8_t *private)
{
	return (x25519(public, private, basepoint));
}

/*
 * Let fn compute X25519 from now on.  It returns 0, or an errno.
 */
void
x25519_provider(x25519_fn *fn, const char *name)
{
	provider = fn;
	provider_name = name;
}

/* Who computes it. */
const char *
x25519_provider_name(void)
{
	return (provider_name);
}
