/*
 * Manual pages in the man macros (man(7)): heads, sections and rows of a table.
 */
#ifndef RINGFENCE_PLATFORM_ROFF_H
#define RINGFENCE_PLATFORM_ROFF_H

#include <stdio.h>

struct roff_head {
	const char *name; /* "ringfence-calls": the page's */
	char section;     /* '1', '5' or '8' */
	const char *summary;
};

/* The title and the section NAME. */
void roff_head(FILE *to, const struct roff_head *head);
void roff_section(FILE *to, const char *title);
/* A text that may hold anything, no line of it taken for a request. */
void roff_text(FILE *to, const char *text);
/* A text of lines, filled into paragraphs. */
void roff_paragraph(FILE *to, const char *text);
/* A term in bold, what varies behind it in italics (or NULL), and what it means. */
void roff_row(FILE *to, const char *term, const char *argument, const char *help);
/* Lines as they are. */
void roff_example(FILE *to, const char *lines);
/* Names of pages, "ringfence(1) ringfence.yaml(5)", between blanks. */
void roff_see(FILE *to, const char *pages);

#endif
