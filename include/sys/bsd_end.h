/* The end of what bsd_begin.h began. */
#undef sa_family_t
#undef sockaddr
#undef sockaddr_in
#undef sockaddr_in6
#undef sockaddr_storage
#undef sockaddr_dl
#undef sockaddr_rtlabel
#undef sockaddr_rtdns
