/*
 * The lexer of iked.conf(5) and what the grammar asks of it.
 */
#ifndef _LEX_H_
#define _LEX_H_

#include <sys/types.h>

#include <stdint.h>

/* What a word is worth. */
struct yyvalue {
	union {
		int64_t		 number;
		char		*string;
	} v;
};

int	 lex_open(const char *);
int	 lex_include(const char *);
void	 lex_close(void);
void	 lex_free(char *);
int	 lex_errors(void);
int	 lex_quoted(void);
int	 lex_is_word(const char *);
int	 sym_set(const char *, const char *, int);
void	 sym_free(void);
const char *lex_near(const char *);
void	 lex_error(const char *, ...)
	    __attribute__((__format__(printf, 1, 2)));
void	 lex_warn(const char *, ...)
	    __attribute__((__format__(printf, 1, 2)));

#endif /* _LEX_H_ */
