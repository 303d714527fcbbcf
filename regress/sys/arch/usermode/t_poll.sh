#!/usr/bin/env atf-sh
#
# Waiting: poll, select, epoll and libevent on sockets beside a pipe.

. "$(atf_get_srcdir)/wayin.subr"

wayin_tests poll poll empty peek select level edge libevent

atf_init_test_cases()
{
	w_add_tests
}
