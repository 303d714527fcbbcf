/*
 * sec(4): what a route sends to it leaves by the newest SA of its unit, and
 * what comes out of the other one has been received by it.  enc(4) beside it.
 *
 *	192.0.2.1/24 - kta1 (WAN)	10.3.0.0/24 is routed to sec7
 */
#include "ktipsec.h"

#include <sys/endian.h>
#include <sys/proc.h>
#include <sys/sockio.h>

#define US	IP(192, 0, 2, 1)
#define PEER	IP(192, 0, 2, 2)
#define INSIDE	IP(10, 9, 0, 1)
#define FAR	IP(10, 3, 0, 2)

static struct ktif	*wan;
static struct ifnet	*sec;

static void
sa(struct in_addr src, struct in_addr dst, uint32_t spi, u_int dir)
{
	struct sadb_x_iface	*i;

	kk_begin(SADB_ADD, SADB_SATYPE_ESP);
	kk_sa(spi, 0, SADB_X_EALG_AESGCM16, SADB_X_SAFLAGS_TUNNEL, 64);
	kk_addr(SADB_EXT_ADDRESS_SRC, src, 0);
	kk_addr(SADB_EXT_ADDRESS_DST, dst, 0);
	kk_key(SADB_EXT_KEY_ENCRYPT, "0123456789abcdefghij", 20);
	i = kk_ext(SADB_X_EXT_IFACE, sizeof(*i));
	i->sadb_x_iface_unit = 7;
	i->sadb_x_iface_direction = dir;
	KT_ERR(0, kk_send());
}

static int
send_by_sec(void)
{
	struct sockaddr_in	 dst;
	struct mbuf		*m;
	int			 error;

	memset(&dst, 0, sizeof(dst));
	dst.sin_len = sizeof(dst);
	dst.sin_family = AF_INET;
	dst.sin_addr = FAR;
	m = kt_udp(INSIDE, FAR, 7, 9, "by sec", 6);
	NET_LOCK();
	error = (*sec->if_output)(sec, m, (struct sockaddr *)&dst, NULL);
	NET_UNLOCK();
	kt_settle();
	return (error);
}

KTEST(way, "out by the newest SA of the unit, in by the other direction's")
{
	struct mbuf	*m;
	struct ip	*ip;
	uint64_t	 in;

	wan = kt_if("kta1", KTIF_IP);
	KT_ERR(0, kt_addr(wan, US, 24));
	kk_open();
	KT_ERR(0, if_clone_create("sec7", 0));
	NET_LOCK();
	sec = if_unit_noref("sec7");
	KT_REQUIRE(sec != NULL);
	KT_EQ(sec->if_mtu, 1280);
	NET_UNLOCK();
	KT_CASE("down");
	KT_ERR(ENETDOWN, send_by_sec());
	NET_LOCK();
	SET(sec->if_flags, IFF_UP | IFF_RUNNING);
	NET_UNLOCK();
	KT_CASE("no SA");
	KT_ERR(ENETUNREACH, send_by_sec());

	KT_CASE("an SA");
	sa(US, PEER, 0x7001, IPSP_DIRECTION_OUT);
	sa(US, PEER, 0x7002, IPSP_DIRECTION_OUT);
	sa(PEER, US, 0x7002, IPSP_DIRECTION_IN);
	KT_ERR(0, send_by_sec());
	m = kt_tx(wan);
	KT_REQUIRE(m != NULL);
	ip = mtod(m, struct ip *);
	KT_EQ(ip->ip_p, IPPROTO_ESP);
	KT_EQ(be32dec(mtod(m, uint8_t *) + 20), 0x7002);

	KT_CASE("in");
	in = sec->if_ipackets;
	ip->ip_src = PEER;
	ip->ip_dst = US;
	kt_ipsum(m);
	kt_rx(wan, m);
	kt_settle();
	KT_EQ(sec->if_ipackets, in + 1);

	KT_CASE("a flow does not use it");
	KT_ERR(0, kk_flow(IP(0, 0, 0, 0), 0, FAR, 32, PEER,
	    SADB_X_FLOW_TYPE_DONTACQ, IPSP_DIRECTION_OUT));
	KT_TRUE(spd_tdb(TAILQ_FIRST(&ipo_all), &(struct ipsec_pkt){ 0 }) ==
	    NULL);
	kk_close();
	KT_ERR(0, if_clone_destroy("sec7"));
	kt_if_free(wan);
}

KTEST(enc, "enc0 stays; others come and go, and are chosen by unit")
{
	struct ifnet	*ifp;

	KT_ERR(EPERM, if_clone_destroy("enc0"));
	KT_ERR(0, if_clone_create("enc3", 0));
	NET_LOCK();
	ifp = enc_getif(0, 3);
	KT_REQUIRE(ifp != NULL);
	KT_STREQ(ifp->if_xname, "enc3");
	KT_STREQ(enc_getif(0, 0)->if_xname, "enc0");
	KT_STREQ(enc_getif(0, 9)->if_xname, "enc0");
	KT_TRUE(enc_getif(5, 0) == NULL);
	NET_UNLOCK();
	KT_ERR(0, if_clone_destroy("enc3"));
	NET_LOCK();
	KT_STREQ(enc_getif(0, 3)->if_xname, "enc0");
	NET_UNLOCK();
}

static int
set_mtu(int mtu)
{
	struct ifreq	 ifr;

	memset(&ifr, 0, sizeof(ifr));
	strlcpy(ifr.ifr_name, "sec7", sizeof(ifr.ifr_name));
	ifr.ifr_mtu = mtu;
	return (ifioctl(NULL, SIOCSIFMTU, (caddr_t)&ifr, curproc));
}

KTEST(mtu, "1280 at first, 1280 to 32768; what goes round is stopped")
{
	struct sockaddr_in	 dst;
	struct mbuf		*m;

	wan = kt_if("kta1", KTIF_IP);
	KT_ERR(0, kt_addr(wan, US, 24));
	kk_open();
	KT_ERR(0, if_clone_create("sec7", 0));
	NET_LOCK();
	sec = if_unit_noref("sec7");
	SET(sec->if_flags, IFF_UP | IFF_RUNNING);
	NET_UNLOCK();
	KT_EQ(sec->if_mtu, 1280);
	KT_ERR(EINVAL, set_mtu(1279));
	KT_ERR(EINVAL, set_mtu(32769));
	KT_ERR(0, set_mtu(32768));
	KT_ERR(0, set_mtu(1280));
	sa(US, PEER, 0x7001, IPSP_DIRECTION_OUT);
	/* Another unit's, and the other direction's, are not for this one. */
	KT_TRUE(tdb_find_iface(8, IPSP_DIRECTION_OUT) == NULL);
	KT_TRUE(tdb_find_iface(7, IPSP_DIRECTION_IN) == NULL);
	memset(&dst, 0, sizeof(dst));
	dst.sin_len = sizeof(dst);
	dst.sin_family = AF_INET;
	dst.sin_addr = FAR;
	m = kt_udp(INSIDE, FAR, 7, 9, "round", 5);
	m->m_pkthdr.ph_loopcnt = 100;
	NET_LOCK();
	KT_ERR(ELOOP, (*sec->if_output)(sec, m, (struct sockaddr *)&dst,
	    NULL));
	NET_UNLOCK();
	KT_EQ(sec->if_oerrors, 1);
	KT_EQ(kt_txlen(wan), 0);
	KT_CASE("the SA goes, and nothing leaves in the clear");
	KT_ERR(0, send_by_sec());
	kt_txdrop(wan);
	kk_begin(SADB_DELETE, SADB_SATYPE_ESP);
	kk_sa(0x7001, 0, 0, 0, 0);
	kk_addr(SADB_EXT_ADDRESS_DST, PEER, 0);
	KT_ERR(0, kk_send());
	KT_ERR(ENETUNREACH, send_by_sec());
	KT_EQ(kt_txlen(wan), 0);
	kk_close();
	KT_ERR(0, if_clone_destroy("sec7"));
	kt_if_free(wan);
}
