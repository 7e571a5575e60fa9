#include "cli/output.h"

#include <stdio.h>

#include "engine/base/writer.h"

void csv_text(struct slice text)
{
	putchar('"');
	for (size_t i = 0; i < text.len; i++) {
		const uint8_t byte = (uint8_t)text.data[i];
		if (byte == '"')
			putchar('"');
		putchar(byte < 0x20 || byte == 0x7f ? ' ' : byte);
	}
	putchar('"');
}

void csv_time(uint64_t time_us)
{
	char text[32];
	struct writer out = writer_of(text, sizeof(text));
	writer_time(&out, time_us);
	printf("%.*s", (int)out.len, text);
}

void list_item(enum output output, size_t index)
{
	if (output == OUTPUT_JSON)
		printf("%s", index ? ",\n" : "[\n");
}

void list_end(enum output output, size_t count)
{
	if (output == OUTPUT_JSON)
		printf("%s]\n", count ? "\n" : "[");
}
