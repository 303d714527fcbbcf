# Warren.  GNU make and BSD make both accept this file; the folders below are
# BSD make's alone.  `make help` lists the targets.

OBJ	= obj
JOBS	= 2
CC	= gcc
PREFIX	= /usr/local
ONLY	=

# The environment of one make is not fit for the other.
BMAKE	= env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL bmake -j $(JOBS) \
	  -m "`pwd`/share/mk" -m /usr/share/mk OBJROOT="`realpath -m $(OBJ)`" CC=$(CC)

.OBJDIR: ./

all: deps
	@$(BMAKE) -f share/mk/top.mk all

deps:
	@tools/deps

kernel: deps
	@$(BMAKE) -C sys all

userland: deps
	@$(BMAKE) -f share/mk/top.mk userland

image: all
	@OBJ="`realpath -m $(OBJ)`" tools/mkimage

demo: image
	@OBJ="`realpath -m $(OBJ)`" tools/demo

regress: demo tests
	@OBJ="`realpath -m $(OBJ)`" regress/run

regress-full: demo tests
	@OBJ="`realpath -m $(OBJ)`" regress/run -f

tests: image asan
	@$(BMAKE) -C regress all

asan: deps
	@env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL bmake -j $(JOBS) \
	    -m "`pwd`/share/mk" -m /usr/share/mk OBJROOT="`realpath -m $(OBJ)-asan`" CC=$(CC) \
	    SANITIZE=address,undefined -f share/mk/top.mk all

fuzz: deps
	@OBJ="`realpath -m $(OBJ)`" tools/fuzz

bench: image
	@$(BMAKE) -C regress/bench all
	@OBJ="`realpath -m $(OBJ)`" tools/bench $(ONLY)

contract: deps
	@$(BMAKE) -C sys contract

check: all contract
	@OBJ="`realpath -m $(OBJ)`" tools/check

fresh:
	@tools/fresh

install: image
	@OBJ="`realpath -m $(OBJ)`" DESTDIR="$(DESTDIR)" PREFIX="$(PREFIX)" \
	    tools/install

compile_commands.json: deps
	@$(BMAKE) OBJROOT="`realpath -m $(OBJ)`/none" -B -n -f share/mk/top.mk \
	    all | tools/compile_commands > $@.tmp
	@mv $@.tmp $@

clean:
	rm -rf "$(OBJ)" "$(OBJ)-asan" compile_commands.json

help:
	@sed -n '/^#: /s///p' Makefile

#: make               build the kernel of both ports, programs and the image
#: make demo          the same, then show it at work
#: make regress       the same, then every test
#: make regress-full  the same with the long matrices
#: make bench         measure, ONLY=name for one; writes obj/bench.json
#: make check         lint code and manual pages, contract, coverage
#: make contract      list what the kernel asks of a machine
#: make asan          build with sanitizers into obj-asan
#: make fuzz          run each fuzz target briefly
#: make fresh         the README's two commands in a bare Debian chroot
#: make install       install to DESTDIR and PREFIX

.PHONY: all deps kernel userland image demo regress regress-full tests asan \
	fuzz bench contract check fresh install clean help compile_commands.json
