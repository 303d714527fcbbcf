# Fuzz targets about programs: each is a program of the host's, made of the
# target and the sources that it is about; tools/fuzz makes them, with
# CC=clang.
#
#	USERFUZZ	their names: fuzz_NAME.c
#	SRCS.NAME	the sources, paths from the top
#	FLAGS.NAME	for all of them
#	LIBS.NAME
.include <bsd.own.mk>

USERFUZZ=	wgsockd ikecert

SRCS.wgsockd=	usr.sbin/wgsockd/request.c usr.sbin/wgsockd/get.c \
		usr.sbin/wgsockd/set.c lib/libutil/log.c
FLAGS.wgsockd=	-I${TOP}/usr.sbin/wgsockd -Dioctl=fuzz_ioctl \
		-Drecv=fuzz_recv -Dsend=fuzz_send

SRCS.ikecert=	sbin/iked/cert_ident.c sbin/iked/cert_store.c \
		sbin/iked/cert_verify.c sbin/iked/cert_choose.c \
		sbin/iked/cert_pack.c sbin/iked/crypt_sign.c \
		sbin/iked/crypt_prf.c sbin/iked/conf_pack.c sbin/iked/conf.c \
		sbin/iked/ident.c sbin/iked/addr.c sbin/iked/buf.c \
		lib/libutil/log.c
FLAGS.ikecert=	-I${TOP}/sbin/iked
LIBS.ikecert=	-lcrypto

FUZZFLAGS=	${UFLAGS} -DLIBBSD_OVERLAY -I${TOP}/include \
		-isystem /usr/include/bsd -I${TOP}/lib/libutil \
		-I${TOP}/lib/libsys -O1 -gline-tables-only \
		-fsanitize=fuzzer-no-link,address,undefined \
		-fno-sanitize-recover=undefined \
		-fprofile-instr-generate -fcoverage-mapping
F=		${OBJROOT}/fuzz

all:

.for t in ${USERFUZZ}
all: ${F}/${t}

_SRCS.${t}=	regress/fuzz/fuzz_${t}.c ${SRCS.${t}}
_OBJS.${t}=	${_SRCS.${t}:R:S,$,.o,:S,^,${F}/obj.${t}/,}
.  for s in ${_SRCS.${t}}
${F}/obj.${t}/${s:R}.o: ${TOP}/${s}
	@mkdir -p ${.TARGET:H}
	${SAY} cc ${.TARGET:S,^${OBJROOT}/,,}
	${Q}${CC} ${FUZZFLAGS} ${FLAGS.${t}} -MD -MP -c -o ${.TARGET} \
	    ${TOP}/${s}
.-include "${F}/obj.${t}/${s:R}.d"
.  endfor

${F}/${t}: ${_OBJS.${t}}
	${SAY} link ${.TARGET:S,^${OBJROOT}/,,}
	${Q}${CC} -fsanitize=fuzzer,address,undefined \
	    -fprofile-instr-generate -o ${.TARGET} ${_OBJS.${t}} \
	    ${LIBS.${t}} -lbsd
.endfor
