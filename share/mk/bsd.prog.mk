# A program of the machine: one static binary, its manual pages.
#
#	PROG	its name
#	SRCS	sources, PROG.c unless told
#	LDADD	libraries after libutil and libsys
#	DPADD	those of them that this tree makes
#	MAN	manual pages, PROG.8 unless told; MAN= for none
#	BINDIR	where it goes in the image: /sbin, /usr/bin ...
#	HOSTED	defined: a program of the host's, not of a machine
.include <bsd.own.mk>

SRCS?=		${PROG}.c
MAN?=		${PROG}.8
BINDIR?=	/${RELDIR:H:S/^usr./usr\//}

.if defined(HOSTED)
PROGFLAGS=	${UFLAGS} ${SANFLAGS} ${CFLAGS}
PROGLIBS=	${LDADD}
PROGLD=		${SANFLAGS}
.else
PROGFLAGS=	${UFLAGS} -DLIBBSD_OVERLAY -I${TOP}/include \
		-isystem /usr/include/bsd -I${TOP}/lib/libutil \
		-I${TOP}/lib/libsys ${CFLAGS}
_WLIBS=		${OBJROOT}/lib/libutil/libutil.a ${OBJROOT}/lib/libsys/libsys.a
PROGLIBS=	${LDADD} ${_WLIBS} -lbsd -lmd
PROGLD=		-static
.endif

# Made by their own folders.
.if !defined(HOSTED)
${_WLIBS}:
.endif

all: ${O}/${PROG}

_OBJS=		${SRCS:R:S,$,.o,:S,^,${O}/,}

.for s in ${SRCS:N*.y}
${O}/${s:R}.o: ${s}
	@mkdir -p ${.TARGET:H}
	${SAY} cc ${.TARGET:S,^${OBJROOT}/,,}
	${Q}${CC} ${PROGFLAGS} -MD -MP -c -o ${.TARGET} ${.ALLSRC:M*.c:[1]}
.-include "${O}/${s:R}.d"
.endfor

# Grammars: parse.y makes parse.h for all; bison (YACC="bison -Wno-yacc") does,
# too.
YACC=		byacc
.for s in ${SRCS:M*.y}
${O}/${s:R}.c: ${s}
	@mkdir -p ${.TARGET:H}
	${SAY} yacc ${.TARGET:S,^${OBJROOT}/,,}
	${Q}${YACC} -d -o ${.TARGET} ${.CURDIR}/${s}

${O}/${s:R}.h: ${O}/${s:R}.c
${_OBJS}: ${O}/${s:R}.h

${O}/${s:R}.o: ${O}/${s:R}.c
	${SAY} cc ${.TARGET:S,^${OBJROOT}/,,}
	${Q}${CC} ${PROGFLAGS} -I${.CURDIR} -c -o ${.TARGET} ${O}/${s:R}.c
.endfor

${O}/${PROG}: ${_OBJS} ${_WLIBS} ${DPADD}
	${SAY} link ${.TARGET:S,^${OBJROOT}/,,}
	${Q}${CC} ${PROGLD} -o ${.TARGET} ${_OBJS} ${LDFLAGS} ${PROGLIBS}

# What the image builder and make install read.
manifest: .PHONY
.if !defined(HOSTED)
	@echo "prog ${BINDIR} ${O}/${PROG}"
.else
	@echo "host ${BINDIR} ${O}/${PROG}"
.endif
.for m in ${MAN}
	@echo "man ${m:E} ${.CURDIR}/${m}"
.endfor
.for l in ${LINKS}
	@echo "link ${BINDIR}/${PROG} ${l}"
.endfor
