#include "platform/baseline.h"

#include <stdio.h>
#include <unistd.h>

#include "platform/buffer.h"
#include "platform/file.h"

enum { BASELINE_BYTES_MAX = 1 << 30, LINE_BYTES_MAX = 1024 };

/* The first line of a file: it says what the rest is. */
static const struct slice HEAD = {"ringfence-baseline 1", 20};

static bool take(const char *path, struct slice text, struct accounts *accounts)
{
	if (!slice_equal(slice_split(&text, '\n'), HEAD)) {
		fprintf(stderr, "%s:1: no baseline of this program\n", path);
		return false;
	}
	const unsigned wrong = accounts_load(accounts, text);
	if (wrong)
		fprintf(stderr, "%s:%u: no account's habits\n", path, wrong + 1);
	return wrong == 0;
}

bool baseline_read(const char *path, struct accounts *accounts)
{
	struct file_text text;
	struct file_error error;

	if (access(path, F_OK) != 0)
		return true;
	if (!file_read(path, BASELINE_BYTES_MAX, &text, &error)) {
		fprintf(stderr, "ringfence: %s: %s\n", path, error.text);
		return false;
	}
	const bool fine = take(path, slice_of(text.data, text.len), accounts);
	file_text_free(&text);
	return fine;
}

bool baseline_write(const char *path, const struct accounts *accounts)
{
	struct buffer text = buffer_of(BASELINE_BYTES_MAX);
	struct file_error error = {"no memory for it"};
	uint32_t at = 0;

	buffer_slice(&text, HEAD);
	buffer_string(&text, "\n");
	for (bool more = true; more && !text.failed;) {
		struct writer room = buffer_room(&text, LINE_BYTES_MAX);
		more = accounts_save(accounts, &at, &room);
		buffer_take(&text, &room);
	}
	const bool fine = !text.failed && file_write(path, buffer_text(&text), &error);
	if (!fine)
		fprintf(stderr, "ringfence: %s: %s\n", path, error.text);
	buffer_free(&text);
	return fine;
}
