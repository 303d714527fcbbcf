#!/usr/bin/env atf-sh
#
# A machine of a user who is not root: all of it in a user namespace.

. "$(atf_get_srcdir)/wayin.subr"

# The lent ids stand in files of a mount namespace of the test's own, and all
# that the user runs is copied to where he may read it.
w_test nobody 200 "the way in holds for an unprivileged user"
nobody_body()
{
	dir=$(mktemp -d /tmp/wayin.XXXXXX)
	echo "$dir" >dir
	cp -a "$OBJ/image" "$OBJ/tools/warren/warren" \
	    "$OBJ/sys/usermode/warren-kernel" "$(atf_get_srcdir)"/h_* "$dir"
	mkdir "$dir/run" "$dir/m"
	: >"$dir/m/machine.conf"
	echo nobody:300000:65536 >"$dir/subid"
	cat >"$dir/checks" <<-'EOF'
	w() { timeout 60 ./warren "$@" || { echo "failed: $*"; exit 1; }; }
	w boot -n nobody m
	w exec nobody ifconfig lo1 create
	w exec nobody ifconfig lo1 rdomain 1
	w exec -H nobody ./h_poll libevent
	w exec -H nobody ./h_block rain
	w exec -H nobody ./h_block restart
	w exec -H nobody ./h_inherit exec
	w exec -H nobody ./h_rights drop
	w exec -H nobody ./h_cred drop
	w exec -H nobody ./h_cred setuid
	w exec -H nobody ./h_state orphan
	w exec -H nobody ./h_state pledge
	w exec -H nobody ./h_threads exec
	w halt nobody
	EOF
	chown -R nobody "$dir/run" "$dir/m"
	chmod 755 "$dir"
	unshare -m sh -e <<-EOF || atf_fail "not all holds"
	mount --make-rprivate /
	mount --bind $dir/subid /etc/subuid
	mount --bind $dir/subid /etc/subgid
	cd $dir
	setpriv --reuid=nobody --regid=nogroup --clear-groups env HOME=$dir \
	    WARREN_RUN=$dir/run WARREN_IMAGE=$dir/image \
	    WARREN_KERNEL=$dir/warren-kernel sh checks
	EOF
}
nobody_cleanup()
{
	dir=$(cat dir)
	pkill -f "^$dir/warren-kernel"
	rm -rf "$dir"
}

atf_init_test_cases()
{
	w_add_tests
}
