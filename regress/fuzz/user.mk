# Fuzz targets about programs: each is a program of the host's, made of the
# target and the sources that it is about; tools/fuzz makes them, with
# CC=clang.
#
#	USERFUZZ	their names: fuzz_NAME.c
#	SRCS.NAME	the sources, paths from the top
#	FLAGS.NAME	for all of them
#	LIBS.NAME
#	GRAMMAR.NAME	a parse.y of theirs
.include <bsd.own.mk>

USERFUZZ=	wgsockd ikecert ike ikemsg ikeconf imsg ipsecconf

SRCS.wgsockd=	usr.sbin/wgsockd/request.c usr.sbin/wgsockd/get.c \
		usr.sbin/wgsockd/set.c lib/libutil/log.c
FLAGS.wgsockd=	-I${TOP}/usr.sbin/wgsockd -Dioctl=fuzz_ioctl \
		-Drecv=fuzz_recv -Dsend=fuzz_send

SRCS.ikecert=	sbin/iked/cert_ident.c sbin/iked/cert_store.c \
		sbin/iked/cert_verify.c sbin/iked/cert_choose.c \
		sbin/iked/cert_pack.c sbin/iked/crypt_sign.c \
		sbin/iked/crypt_prf.c sbin/iked/conf_pack.c sbin/iked/conf.c \
		sbin/iked/ident.c sbin/iked/addr.c sbin/iked/buf.c \
		lib/libutil/log.c regress/sbin/iked/pki.c
FLAGS.ikecert=	-I${TOP}/sbin/iked -I${TOP}/regress/sbin/iked \
		-I${TOP}/regress/fuzz/stub
LIBS.ikecert=	-lcrypto

_IKECONF=	sbin/iked/lex.c sbin/iked/parse_policy.c sbin/iked/conf.c \
		sbin/iked/conf_pack.c sbin/iked/print.c sbin/iked/map.c \
		sbin/iked/ident.c sbin/iked/addr.c sbin/iked/buf.c \
		regress/fuzz/stub/nolog.c
_IKEWIRE=	sbin/iked/wire_hdr.c sbin/iked/wire_sa.c sbin/iked/wire_ts.c \
		sbin/iked/wire_pld.c sbin/iked/wire_msg.c sbin/iked/select.c \
		sbin/iked/crypt_prf.c sbin/iked/crypt_dh.c \
		sbin/iked/crypt_keys.c sbin/iked/crypt_sk.c
_IKEFLAGS=	-I${TOP}/sbin/iked -I${OBJROOT}/sbin/iked \
		-I${TOP}/regress/sbin/iked -I${TOP}/regress/fuzz/stub

SRCS.ike=	regress/sbin/iked/pair.c ${_IKECONF} ${_IKEWIRE} \
		sbin/iked/timer.c sbin/iked/sa.c sbin/iked/child.c \
		sbin/iked/message.c sbin/iked/frag.c sbin/iked/window.c \
		sbin/iked/match.c sbin/iked/engine.c \
		sbin/iked/ex_init.c sbin/iked/ex_auth.c sbin/iked/ex_child.c \
		sbin/iked/ex_rekey.c sbin/iked/ex_info.c
GRAMMAR.ike=	sbin/iked/parse.y
FLAGS.ike=	${_IKEFLAGS}
LIBS.ike=	-lcrypto

SRCS.ikemsg=	${_IKECONF} ${_IKEWIRE}
GRAMMAR.ikemsg=	sbin/iked/parse.y
FLAGS.ikemsg=	${_IKEFLAGS}
LIBS.ikemsg=	-lcrypto

SRCS.ikeconf=	${_IKECONF} ${_IKEWIRE}
GRAMMAR.ikeconf= sbin/iked/parse.y
FLAGS.ikeconf=	${_IKEFLAGS} -Dgetaddrinfo=fuzz_getaddrinfo
LIBS.ikeconf=	-lcrypto

SRCS.imsg=	lib/libutil/imsg.c

SRCS.ipsecconf!= cd ${TOP} && \
		echo sbin/ipsecctl/*.c | sed 's,sbin/ipsecctl/ipsecctl.c,,'
SRCS.ipsecconf+= lib/libutil/bsdaddr.c
FLAGS.ipsecconf= -I${TOP}/sbin/ipsecctl -Dfopen=fuzz_fopen \
		-Dwrite=fuzz_write -Dpoll=fuzz_poll -Drecv=fuzz_recv \
		-Dsysctl=fuzz_sysctl -Dgetaddrinfo=fuzz_getaddrinfo

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
.  for y in ${GRAMMAR.${t}}
_OBJS.${t}+=	${F}/obj.${t}/${y:R}.o
${F}/obj.${t}/${y:R}.o: ${TOP}/${y}
	@mkdir -p ${.TARGET:H}
	${Q}byacc -d -o ${.TARGET:R}.c ${TOP}/${y}
	${Q}${CC} ${FUZZFLAGS} ${FLAGS.${t}} -I${TOP}/${y:H} -c \
	    -o ${.TARGET} ${.TARGET:R}.c
${_OBJS.${t}:N*/${y:R}.o}: ${F}/obj.${t}/${y:R}.o
FLAGS.${t}+=	-I${F}/obj.${t}/${y:H}
.  endfor
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
