/* The kernel's <crypto/cryptodev.h>, for its statistics. */
#include "../../sys/crypto/cryptodev.h"
