#include "cli/rules_bundle.h"

#include <stdio.h>
#include <string.h>

#include "engine/report/json.h"
#include "platform/document.h"
#include "platform/file.h"
#include "platform/rules_load.h"

enum { PATH_BYTES = 4096, KEY_BYTES = 4096 };

static bool text_read(const char *path, struct file_text *text)
{
	struct file_error error;
	if (file_read(path, DOCUMENT_BYTES_MAX, text, &error))
		return true;
	fprintf(stderr, "ringfence: %s: %s\n", path, error.text);
	return false;
}

/* Lines that end a document of YAML or speak to its parser cannot stand inside one. */
static bool line_fits(struct slice line)
{
	return !slice_starts(line, SLICE("---")) && !slice_starts(line, SLICE("...")) &&
	       !slice_starts(line, SLICE("%"));
}

/* YAML may be moved to the right as a whole: it keeps its meaning. */
static bool pack_add(const char *path, struct slice text, struct buffer *set)
{
	unsigned number = 0;
	while (slice_present(text) && text.len) {
		const struct slice line = slice_split(&text, '\n');
		number++;
		if (!line_fits(line)) {
			fprintf(stderr,
			        "%s:%u:1: a pack that is published is one document, "
			        "without "
			        "markers\n",
			        path, number);
			return false;
		}
		if (line.len)
			buffer_string(set, "    ");
		buffer_slice(set, line);
		buffer_string(set, "\n");
	}
	return true;
}

static bool file_add(
        const char *directory, const char *below, const char *name, struct buffer *set)
{
	char key[PATH_BYTES];
	char path[2 * PATH_BYTES];
	struct file_text text;
	(void)snprintf(key, sizeof(key), "%s%s%s", below, below[0] ? "/" : "", name);
	(void)snprintf(path, sizeof(path), "%s/%s", directory, key);
	if (!text_read(path, &text))
		return false;
	buffer_string(set, "  \"");
	struct writer out = buffer_room(set, KEY_BYTES * 6);
	(void)json_escape(&out, slice_text(key));
	buffer_take(set, &out);
	buffer_string(set, "\":\n");
	const bool fine = pack_add(path, slice_of(text.data, text.len), set);
	file_text_free(&text);
	return fine;
}

static bool directory_add(const char *directory, const char *below, struct buffer *set)
{
	char path[PATH_BYTES];
	struct file_list list;
	struct file_error error;
	bool fine = true;
	(void)snprintf(path, sizeof(path), "%s/%s", directory, below);
	if (!file_list(path, ".yaml", &list, &error)) {
		fprintf(stderr, "ringfence: %s: %s\n", path, error.text);
		return false;
	}
	for (size_t i = 0; fine && i < list.count; i++)
		fine = file_add(directory, below, list.names[i], set);
	file_list_free(&list);
	return fine;
}

static bool below_add(const char *directory, struct buffer *set)
{
	char path[PATH_BYTES];
	struct file_list list;
	struct file_error error;
	bool fine = true;
	if (!file_list(directory, "", &list, &error))
		return false;
	for (size_t i = 0; fine && i < list.count; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", directory, list.names[i]);
		if (strcmp(list.names[i], RULES_PROFILES) != 0 && file_is_directory(path))
			fine = directory_add(directory, list.names[i], set);
	}
	file_list_free(&list);
	return fine;
}

bool rules_bundle(const char *place, struct buffer *set)
{
	struct file_text text;
	if (file_is_directory(place)) {
		buffer_string(set, "packs:\n");
		return directory_add(place, "", set) && below_add(place, set) &&
		       !set->failed;
	}
	if (!text_read(place, &text))
		return false;
	buffer_slice(set, slice_of(text.data, text.len));
	file_text_free(&text);
	return !set->failed;
}
