# warren-fuzz: the kernel of the usermode port with libFuzzer; sys/Makefile
# includes this when FUZZ is set (tools/fuzz sets it, and CC=clang).
#
# Each target's source joins FUZZ_SRCS.

FUZZ_SRCS=	regress/fuzz/fuzz_main.c regress/fuzz/fuzz_packet.c \
		regress/fuzz/fuzz_knob.c \
		regress/fuzz/fuzz_bpf.c regress/fuzz/fuzz_ether.c regress/fuzz/fuzz_ip.c \
		regress/fuzz/fuzz_ip6.c \
		regress/fuzz/fuzz_route.c regress/fuzz/fuzz_syscall.c \
		regress/fuzz/fuzz_wg.c regress/fuzz/fuzz_ipsec.c \
		regress/fuzz/fuzz_pfkey.c

# What they share with the kernel's own tests.
FUZZ_SRCS+=	regress/sys/netinet/ktinet.c regress/sys/netinet/ktsock.c \
		regress/sys/kern/ktuser.c regress/sys/net/testif.c \
		regress/sys/netwg/ktwg.c regress/sys/netipsec/ktipsec.c \
		regress/sys/netipsec/ktseal.c

KTESTS=
KOPT+=		-fsanitize=fuzzer-no-link -fprofile-instr-generate \
		-fcoverage-mapping
FUZZ_INC=	-I${TOP}/regress/sys/ktest -I${TOP}/regress/sys/netinet \
		-I${TOP}/regress/sys/kern
# Addresses of programs are computed with as pointers, whatever they are.
SANFLAGS+=	-fno-sanitize=pointer-overflow
HCFLAGS+=	-DSTACK_SIZE=0x100000 -I${S}/arch/usermode/host

FUZZ_OBJS=	${FUZZ_SRCS:R:S,$,.o,:S,^,${OBJROOT}/,}
FUZZ_HOST=	${HOST_OBJS:N*/main.o:N*/host_ctl.o} \
		${OBJROOT}/regress/fuzz/fuzz_host.o
LIBFUZZER!=	${CC} -print-file-name=libclang_rt.fuzzer_no_main-x86_64.a
UMF=		${KO}/usermode/warren-fuzz
TARGETS=	${UMF}

.for s in ${FUZZ_SRCS}
${OBJROOT}/${s:R}.o: ${TOP}/${s} ${KINC}/.done
	@mkdir -p ${.TARGET:H}
	${SAY} cc ${.TARGET:S,^${OBJROOT}/,,}
	${Q}${CC} ${KCFLAGS} ${FUZZ_INC} -MD -MP -c -o ${.TARGET} ${TOP}/${s}
.-include "${OBJROOT}/${s:R}.d"
.endfor

${OBJROOT}/regress/fuzz/fuzz_host.o: ${TOP}/regress/fuzz/fuzz_host.c
	@mkdir -p ${.TARGET:H}
	${Q}${CC} ${HCFLAGS} -c -o ${.TARGET} ${TOP}/regress/fuzz/fuzz_host.c

${KO}/usermode/fuzz.o: ${KO}/warren.o ${UM_OBJS} ${FUZZ_OBJS} \
    ${S}/arch/usermode/exports
	@mkdir -p ${.TARGET:H}
	${SAY} ld ${.TARGET:S,^${OBJROOT}/,,}
	${Q}${LD} -r -o ${.TARGET}.tmp ${KO}/warren.o ${UM_OBJS} ${FUZZ_OBJS}
	${Q}${OBJCOPY} --keep-global-symbols=${S}/arch/usermode/exports \
	    -G um_fuzz_one ${.TARGET}.tmp ${.TARGET}
	@rm -f ${.TARGET}.tmp

${UMF}: ${KO}/usermode/fuzz.o ${FUZZ_HOST} ${LIBWIRE}
	${SAY} link ${.TARGET:S,^${OBJROOT}/,,}
	${Q}${CC} ${SANFLAGS} -fprofile-instr-generate -pie -o ${.TARGET} \
	    ${KO}/usermode/fuzz.o ${FUZZ_HOST} ${LIBFUZZER} ${UMLIBS} \
	    -lstdc++ -lm
