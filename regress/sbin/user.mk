# Unit tests of programs: their own sources, linked with the test on the host.
_LIBS=		${OBJROOT}/lib/libutil/libutil.a ${OBJROOT}/lib/libsys/libsys.a
CFLAGS+=	-DLIBBSD_OVERLAY -I${TOP}/include -isystem /usr/include/bsd \
		-I${TOP}/lib/libutil
LDADD+=		${_LIBS} -lbsd
