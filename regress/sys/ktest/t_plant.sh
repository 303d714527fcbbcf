#! /usr/bin/env atf-sh
# Bugs planted in the kernel on purpose are caught: by the address sanitizer
# in the build that has it ("make asan"), by the pools' own checks in all.

: "${OBJ:?OBJ is the object directory}"

# planted NAME REPORT: the sanitized kernel must die of the bug, reporting it.
planted()
{
	atf_check -s not-exit:0 -o save:out -e save:err \
	    "$OBJ-asan/sys/usermode/warren-ktest" "ktest=plant:$1"
	grep -q "AddressSanitizer: $2" out err ||
	    atf_fail "$1: no $2 in the report"
}

bug()
{
	atf_test_case "$1"
	eval "$1_head()
	{
		atf_set descr \"the sanitizer reports: $3\"
		atf_set timeout 60
	}
	$1_body()
	{
		planted $1 $2
	}"
}

bug read_mbuf use-after-poison "an mbuf read after it was freed"
bug read_cluster use-after-poison "a cluster read after it was freed"
bug read_malloc use-after-poison "malloc(9) memory read after free(9)"
bug beyond_malloc use-after-poison "a byte past what malloc(9) gave"
bug beyond_cluster use-after-poison "a byte past the end of a cluster"
bug beyond_stack stack-buffer-overflow "an array of a thread overrun"
bug write_pool use-after-poison "an item written to after it was freed"

atf_test_case plain
plain_head()
{
	atf_set descr "without a sanitizer a write after free is a panic"
	atf_set timeout 60
}
plain_body()
{
	atf_check -s exit:2 -o match:"panic: pool planted: .*after free" \
	    "$OBJ/sys/usermode/warren-ktest" ktest=plant:write_pool
}

atf_init_test_cases()
{
	for bug in read_mbuf read_cluster read_malloc beyond_malloc \
	    beyond_cluster beyond_stack write_pool plain; do
		atf_add_test_case $bug
	done
}
