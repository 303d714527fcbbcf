# What every folder shares: where objects go, compilers and their flags.
#
#	OBJROOT		root of the objects (the top's obj/)
#	SANITIZE	address,undefined to build with sanitizers

.if !defined(_BSD_OWN_MK_)
_BSD_OWN_MK_=	1

TOP:=		${.PARSEDIR:tA:H:H}
OBJROOT?=	${TOP}/obj
RELDIR:=	${.CURDIR:tA:S,^${TOP},,:S,^/,,}
O:=		${OBJROOT}/${RELDIR}

CC?=		gcc
OBJCOPY?=	objcopy
NM?=		nm
LD?=		ld

WARNFLAGS=	-Wall -Wextra -Werror -Wpointer-arith -Wstrict-prototypes \
		-Wmissing-prototypes -Wold-style-definition \
		-Wno-unused-parameter -Wno-sign-compare \
		-Wno-missing-field-initializers -Wno-pointer-sign
OPTFLAGS?=	-O2 -g
CSTD=		-std=gnu11

.if !empty(SANITIZE)
SANFLAGS=	-fsanitize=${SANITIZE} -fno-sanitize-recover=undefined \
		-fno-sanitize=alignment
.endif

# User land and host programs.
UFLAGS=		${CSTD} ${OPTFLAGS} ${WARNFLAGS} -fno-strict-aliasing \
		-fstack-protector-strong -D_GNU_SOURCE

# `make V=1` shows each command; otherwise a short line for each.
.if defined(V)
Q=
SAY=		@:
.else
Q=		@
SAY=		@printf '%-8s %s\n'
.endif
.MAKE.JOB.PREFIX=

.MAIN: all
.endif
