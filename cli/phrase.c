#include "cli/phrase.h"

#include "cli/paint.h"

void phrase_text(FILE *to, struct slice text)
{
	const struct slice shown = slice_first(text, 60);
	(void)fwrite(shown.data, 1, shown.len, to);
}

void phrase_time(FILE *to, uint64_t time_us)
{
	const struct paint plain = {to, false};
	paint_time(&plain, time_us);
}

void phrase_count(FILE *to, uint64_t count, const char *one, const char *many)
{
	fprintf(to, "%llu %s", (unsigned long long)count, count == 1 ? one : many);
}

void phrase_span(FILE *to, double seconds)
{
	const unsigned long whole = (unsigned long)seconds;
	if (seconds < 10)
		fprintf(to, "%.1f s", seconds);
	else if (whole < 120)
		fprintf(to, "%lu s", whole);
	else if (whole < 7200)
		fprintf(to, "%lu min", whole / 60);
	else
		fprintf(to, "%lu h %02lu min", whole / 3600, whole / 60 % 60);
}

void phrase_address(FILE *to, const struct address *ip)
{
	char text[64];
	struct writer out = writer_of(text, sizeof(text));
	writer_address(&out, ip);
	phrase_text(to, writer_text(&out));
}
