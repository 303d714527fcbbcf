/*
 * Media words: what kind of link a card has.  Our cards have one kind, so
 * the words are reported and never chosen.
 *
 *	63..48 instance  47..40 unused  39..16 options and mode
 *	15..8 network type  7..0 media subtype
 */
#ifndef _WARREN_KNET_IF_MEDIA_H_
#define _WARREN_KNET_IF_MEDIA_H_

#define IFM_AUTO	0ULL		/* best */
#define IFM_MANUAL	1ULL
#define IFM_NONE	2ULL
#define IFM_ETHER	0x0000000000000100ULL
#define IFM_100_TX	6ULL
#define IFM_1000_T	16ULL
#define IFM_10G_T	22ULL

#define IFM_FDX		0x0000010000000000ULL	/* full duplex */
#define IFM_HDX		0x0000020000000000ULL	/* half duplex */

#define IFM_NMASK	0x000000000000ff00ULL	/* network type */
#define IFM_TMASK	0x00000000000000ffULL	/* subtype */
#define IFM_GMASK	0x00ffff0000000000ULL	/* options of all types */

/* ifm_status */
#define IFM_AVALID	0x0000000000000001ULL	/* IFM_ACTIVE is valid */
#define IFM_ACTIVE	0x0000000000000002ULL	/* there is a link */

#define IFM_TYPE(x)	((x) & IFM_NMASK)
#define IFM_SUBTYPE(x)	((x) & IFM_TMASK)
#define IFM_OPTIONS(x)	((x) & IFM_GMASK)

#endif /* _WARREN_KNET_IF_MEDIA_H_ */
