/*
 * tcpdump(8): between its files.
 *
 *	source				sink
 *	capture.c  /dev/bpf  ---+--->	print.c     a printer of Debian's
 *	savefile.c a file    ---+--->	savefile.c  a file
 *
 *	filter.c    expressions, compiled by libpcap
 *	nodev.c     what of libpcap is left out
 */
#ifndef _TCPDUMP_H_
#define _TCPDUMP_H_

#include <sys/types.h>
#include <sys/time.h>

#include <stdint.h>
#include <stdio.h>

#define CAPTURE_WAIT	20	/* ms that packets wait for more */
#define CAPTURE_REST	50	/* ms, until all of them are there */
#define PRINTER_ARGS	32		/* options handed to the printer */

/* The command line. */
struct options {
	const char	*o_if;
	const char	*o_read;	/* file to read, or NULL */
	const char	*o_write;	/* file to write, or NULL */
	const char	*o_dlt;		/* link type asked for, or NULL */
	char		*o_expr;	/* filter, "" for none */
	u_int		 o_snaplen;
	u_long		 o_count;	/* packets to stop after; 0 never */
	u_int		 o_dirfilt;	/* directions unwanted */
	u_int		 o_fildrop;	/* BPF_FILDROP_* */
	int		 o_dump;	/* print the program: 1, 2, 3 */
	int		 o_line;	/* -l */
	int		 o_listdlts;	/* -L */
	int		 o_nooptimize;	/* -O */
	int		 o_nopromisc;	/* -p */
	u_int32_t	 o_netmask;
	char		*o_args[PRINTER_ARGS];
	int		 o_nargs;
};

/* A filter program: instructions of struct bpf_insn. */
struct program {
	void		*p_insns;
	u_int		 p_len;
};

/* One packet, on its way from source to sink. */
struct packet {
	struct timeval	 pk_time;
	const u_char	*pk_data;
	u_int		 pk_caplen;
	u_int		 pk_len;
};

/* filter.c */
char	*filter_escape(const char *);
void	 filter_compile(struct program *, const struct options *, int);
void	 filter_dump(const struct program *, int);
int	 filter_matches(const struct program *, const struct packet *);
int	 filter_dlt(const char *);
const char *filter_dltname(int);

/* capture.c */
int	 capture_open(const struct options *, int *);
void	 capture_start(int, const struct options *, const struct program *);
int	 capture_read(int, int (*)(void *, const struct packet *), void *);
void	 capture_stats(int);
void	 capture_list_dlts(int, const char *);

/* savefile.c */
int	 savefile_open(const struct options *, int *, u_int *);
int	 savefile_read(const struct program *,
	    int (*)(void *, const struct packet *), void *);
void	 savefile_header(FILE *, int, u_int);
void	 savefile_packet(FILE *, const struct packet *);

/* print.c */
FILE	*printer_start(const struct options *);
int	 printer_errfd(void);
void	 printer_relay(void);
int	 printer_end(FILE *);

#endif /* _TCPDUMP_H_ */
