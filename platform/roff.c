#include "platform/roff.h"

#include <stdbool.h>
#include <string.h>

/* Minus signs that can be copied, no escapes, no requests; an ellipsis in plain dots. */
void roff_text(FILE *to, const char *text)
{
	static const char ELLIPSIS[] = "\xe2\x80\xa6";
	for (const char *at = text; *at; at++) {
		const bool first = at == text || at[-1] == '\n';
		if (first && (*at == '.' || *at == '\''))
			fputs("\\&", to);
		if (strncmp(at, ELLIPSIS, 3) == 0) {
			fputs("...", to);
			at += 2;
		} else if (*at == '-') {
			fputs("\\-", to);
		} else if (*at == '\\') {
			fputs("\\e", to);
		} else if (*at == '\'') {
			fputs("\\(aq", to);
		} else {
			fputc(*at, to);
		}
	}
}

static void upper(FILE *to, const char *text)
{
	for (; *text; text++)
		fputc(*text >= 'a' && *text <= 'z' ? *text - 'a' + 'A' : *text, to);
}

void roff_head(FILE *to, const struct roff_head *head)
{
	fputs(".TH ", to);
	upper(to, head->name);
	fprintf(to, " %c " RINGFENCE_DATE " \"Ringfence " RINGFENCE_VERSION "\"\n",
	        head->section);
	roff_section(to, "NAME");
	roff_text(to, head->name);
	fputs(" \\- ", to);
	roff_text(to, head->summary);
	fputc('\n', to);
}

void roff_section(FILE *to, const char *title)
{
	fprintf(to, ".SH %s\n", title);
}

void roff_paragraph(FILE *to, const char *text)
{
	roff_text(to, text);
	fputc('\n', to);
}

void roff_row(FILE *to, const char *term, const char *argument, const char *help)
{
	fputs(".TP\n\\fB", to);
	roff_text(to, term);
	fputs("\\fR", to);
	if (argument) {
		fputs(" \\fI", to);
		roff_text(to, argument);
		fputs("\\fR", to);
	}
	fputc('\n', to);
	roff_paragraph(to, help);
}

void roff_example(FILE *to, const char *lines)
{
	fputs(".nf\n", to);
	roff_paragraph(to, lines);
	fputs(".fi\n", to);
}

void roff_see(FILE *to, const char *pages)
{
	roff_section(to, "SEE ALSO");
	for (const char *at = pages; *at;) {
		const int name = (int)strcspn(at, "(");
		const int whole = (int)strcspn(at, " ");
		fputs(".BR ", to);
		for (int i = 0; i < name; i++)
			fprintf(to, at[i] == '-' ? "\\-" : "%c", at[i]);
		fprintf(to, " %.*s%s\n", whole - name, at + name, at[whole] ? " ," : "");
		at += whole + (at[whole] == ' ');
	}
}
