# A static library of the machine's user land, or of programs of the host's.
#
#	LIB	its name, for libLIB.a
#	SRCS	its sources
#	MAN	its manual pages, none unless told
#	HOSTED	defined: for programs of the host's and the usermode kernel
.include <bsd.own.mk>

MAN?=
.if defined(HOSTED)
LIBFLAGS=	${UFLAGS} -fPIE ${SANFLAGS} ${CFLAGS}
.else
LIBFLAGS=	${UFLAGS} -DLIBBSD_OVERLAY -I${TOP}/include \
		-isystem /usr/include/bsd -I${TOP}/lib/libutil \
		-I${TOP}/lib/libsys ${CFLAGS}
.endif

all: ${O}/lib${LIB}.a

_OBJS=		${SRCS:R:S,$,.o,:S,^,${O}/,}

.for s in ${SRCS}
${O}/${s:R}.o: ${s}
	@mkdir -p ${.TARGET:H}
	${SAY} cc ${.TARGET:S,^${OBJROOT}/,,}
	${Q}${CC} ${LIBFLAGS} -MD -MP -c -o ${.TARGET} ${.CURDIR}/${s}
.-include "${O}/${s:R}.d"
.endfor

${O}/lib${LIB}.a: ${_OBJS}
	@rm -f ${.TARGET}
	${SAY} ar ${.TARGET:S,^${OBJROOT}/,,}
	${Q}ar rcs ${.TARGET} ${_OBJS}

manifest: .PHONY
.for m in ${MAN}
	@echo "man ${m:E} ${.CURDIR}/${m}"
.endfor
	@true
