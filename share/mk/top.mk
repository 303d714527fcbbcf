# The whole tree, as the top Makefile builds it.
.include <bsd.own.mk>

USERDIRS=	lib sbin usr.sbin usr.bin tools
SUBDIR=		sys ${USERDIRS}

.include <bsd.subdir.mk>

userland: ${USERDIRS:S,^,_all_,}
# sys and lib both see to lib/libwire, so one after the other.
.ORDER: _all_sys _all_lib _all_sbin _all_usr.sbin _all_usr.bin _all_tools
