#! /usr/bin/env atf-sh
# make bench: what it writes can be read by a program, and says what was
# measured and what was not.  What the figures are is nobody's business here.

. "$(atf_get_srcdir)/../lib/warren.subr"

TOP=$(cat "$(atf_get_srcdir)/top")

w_test json "one benchmark: a table, and an array of objects"
json_body()
{
	w_init
	atf_check -o match:'^boot\.ms +[0-9.]+ ms ' \
	    "$TOP/tools/bench" -o out.json boot.ms
	atf_check -o inline:'boot.ms ms lower 50 True\n' python3 -c '
import json
(r,) = json.load(open("out.json"))
assert set(r) == set("name value unit against ratio aim better met note"
    .split()), r
assert 0 < r["value"] < 60000 and r["note"], r
print(r["name"], r["unit"], r["better"], r["aim"], r["met"] in (True, False))'
}

w_test unmeasured "what cannot be measured is told, and is a failure"
unmeasured_body()
{
	w_init
	mkdir -p obj/sys/usermode
	atf_check -s exit:1 -o match:'^fwd\.ns\.10 +- ns .*not measured: ' \
	    env OBJ="$PWD/obj" "$TOP/tools/bench" fwd.ns.10
	atf_check -o inline:'fwd.ns.10 None\n' python3 -c '
import json
(r,) = json.load(open("obj/bench.json"))
print(r["name"], r["value"])'
}

w_test names "a name that is none"
names_body()
{
	w_init
	atf_check -s exit:1 -e match:'no benchmark of that name' \
	    "$TOP/tools/bench" fwd.nothing
}

atf_init_test_cases()
{
	w_add_tests
}
