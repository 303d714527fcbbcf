#! /usr/bin/env atf-sh
# Both ports are made of the same machine-independent objects: the code of
# sys/warren.o is in each kernel, byte for byte, but for the places that the
# linker fills in.

. "$(atf_get_srcdir)/../../../lib/warren.subr"

w_test same "the code of warren.o, in both kernels"
same_body()
{
	for k in usermode/warren-kernel amd64/warren.elf; do
		atf_check -o match:'^the same: [0-9]{6,} bytes' \
		    python3 "$(atf_get_srcdir)/same.py" "$OBJ/sys/warren.o" \
		    "$OBJ/sys/$k"
	done
}

w_test different "another kernel is told apart"
different_body()
{
	cp "$OBJ/sys/amd64/warren.elf" k
	python3 "$(atf_get_srcdir)/same.py" -p "$OBJ/sys/warren.o" k >at ||
	    atf_fail "not the same to begin with"
	# One byte in the middle of the code.
	printf '\314' | dd of=k bs=1 seek="$(cat at)" conv=notrunc 2>/dev/null
	atf_check -s exit:1 -o match:'^different' \
	    python3 "$(atf_get_srcdir)/same.py" "$OBJ/sys/warren.o" k
}

atf_init_test_cases()
{
	w_add_tests
}
