# A folder of folders: SUBDIR names them, in order.
.include <bsd.own.mk>

all: ${SUBDIR:S,^,_all_,}
manifest: ${SUBDIR:S,^,_manifest_,}
.PHONY: all manifest

.for d in ${SUBDIR}
_all_${d}: .PHONY .MAKE
	@cd ${.CURDIR}/${d} && ${MAKE} all
_manifest_${d}: .PHONY .MAKE
	@cd ${.CURDIR}/${d} && ${MAKE} manifest
.endfor
