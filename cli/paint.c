#include "cli/paint.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct paint paint_of(FILE *to)
{
	const char *never = getenv("NO_COLOR");
	const char *term = getenv("TERM");
	bool dumb = !term || strcmp(term, "dumb") == 0;
	return (struct paint){to, isatty(fileno(to)) && !dumb && !(never && *never)};
}

void paint_begin(const struct paint *paint, enum paint_colour colour)
{
	static const char *const codes[] = {
	        [PAINT_PLAIN] = "",
	        [PAINT_BOLD] = "\033[1m",
	        [PAINT_DIM] = "\033[2m",
	        [PAINT_RED] = "\033[1;31m",
	        [PAINT_YELLOW] = "\033[33m",
	        [PAINT_GREEN] = "\033[32m",
	        [PAINT_CYAN] = "\033[36m",
	};
	if (paint->colour)
		(void)fputs(codes[colour], paint->to);
}

void paint_end(const struct paint *paint)
{
	if (paint->colour)
		(void)fputs("\033[0m", paint->to);
}

void paint_heading(const struct paint *paint, const char *text)
{
	(void)fputc('\n', paint->to);
	paint_begin(paint, PAINT_BOLD);
	(void)fputs(text, paint->to);
	paint_end(paint);
	(void)fputc('\n', paint->to);
}

enum paint_colour paint_severity(enum severity severity)
{
	if (severity <= SEVERITY_HIGH)
		return PAINT_RED;
	return severity == SEVERITY_MEDIUM ? PAINT_YELLOW : PAINT_CYAN;
}

void paint_text(const struct paint *paint, struct slice text, int width)
{
	int limit = width < 0 ? -width : width;
	int shown = 0;

	for (size_t i = 0; i < text.len; i++) {
		uint8_t byte = (uint8_t)text.data[i];
		bool tail = (byte & 0xc0) == 0x80;
		if (!tail && shown == limit - 1 && i + 1 < text.len) {
			(void)fputc('~', paint->to);
			shown++;
			break;
		}
		/* C1 controls are two bytes in UTF-8, 0xc2 0x80 to 0x9f. */
		bool c1 = byte == 0xc2 && i + 1 < text.len &&
		          (uint8_t)text.data[i + 1] < 0xa0;
		(void)fputc(byte < 0x20 || byte == 0x7f || c1 ? '.' : byte, paint->to);
		i += c1;
		shown += !tail;
	}
	for (; width < 0 && shown < limit; shown++)
		(void)fputc(' ', paint->to);
}

void paint_time(const struct paint *paint, uint64_t time_us)
{
	char text[32];
	struct writer out = writer_of(text, sizeof(text));
	writer_time(&out, time_us);
	fprintf(paint->to, "%.10s %.8s", text, text + 11);
}

struct slice endpoint_text(const struct endpoint *endpoint, char *into, size_t size)
{
	struct writer out = writer_of(into, size);
	writer_endpoint(&out, endpoint);
	return writer_text(&out);
}
