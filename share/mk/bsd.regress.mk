# A folder of tests, laid out in OBJROOT as Kyua wants it: the Kyuafile with
# the test programs beside it.
#
#	TESTS_SH	atf-sh tests: t_foo for t_foo.sh
#	TESTS_C		atf-c tests on the host: t_foo for t_foo.c
#	PROGS_C		host programs that the tests run: foo for foo.c
#	PROGS_M		static programs that they run inside a machine
#	FILES		other files, copied
#	SUBDIR		folders below
.include <bsd.own.mk>

.for s in ${TESTS_SH}
_ALL+=		${O}/${s}
${O}/${s}: ${s}.sh
	@mkdir -p ${.TARGET:H}
	${Q}install -m 755 ${.CURDIR}/${s}.sh ${.TARGET}
.endfor

.for f in ${FILES} Kyuafile Kyuafile.full
.if exists(${.CURDIR}/${f})
_ALL+=		${O}/${f}
${O}/${f}: ${f}
	@mkdir -p ${.TARGET:H}
	${Q}install -m 644 ${.CURDIR}/${f} ${.TARGET}
.endif
.endfor

_HFLAGS=	${UFLAGS} ${SANFLAGS} ${CFLAGS}
_MFLAGS=	${UFLAGS} -I${TOP}/include -I${TOP}/lib/libutil \
		-I${TOP}/lib/libsys ${CFLAGS}
_MLIBS=		${OBJROOT}/lib/libutil/libutil.a ${OBJROOT}/lib/libsys/libsys.a

.for s in ${TESTS_C} ${PROGS_C}
_ALL+=		${O}/${s}
${O}/${s}: ${s}.c ${DPSRCS}
	@mkdir -p ${.TARGET:H}
	${SAY} cc ${.TARGET:S,^${OBJROOT}/,,}
	${Q}${CC} ${_HFLAGS} -MD -MP -MF ${.TARGET}.d -MT ${.TARGET} \
	    -o ${.TARGET} ${.CURDIR}/${s}.c ${SRCS.${s}} ${LDADD.${s}} \
	    ${LDADD} ${TESTS_C:M${s}:S,^${s}$,-latf-c,}
.-include "${O}/${s}.d"
.endfor

.for s in ${PROGS_M}
_ALL+=		${O}/${s}
${O}/${s}: ${s}.c ${DPSRCS} ${_MLIBS}
	@mkdir -p ${.TARGET:H}
	${SAY} cc ${.TARGET:S,^${OBJROOT}/,,}
	${Q}${CC} ${_MFLAGS} -static -MD -MP -MF ${.TARGET}.d -MT ${.TARGET} \
	    -o ${.TARGET} ${.CURDIR}/${s}.c ${SRCS.${s}} ${LDADD.${s}} \
	    ${LDADD} ${_MLIBS} -lbsd -lmd
.-include "${O}/${s}.d"
.endfor

all: ${_ALL} ${SUBDIR:S,^,_all_,}

.for d in ${SUBDIR}
_all_${d}: .PHONY .MAKE
	@cd ${.CURDIR}/${d} && ${MAKE} all
.endfor
