#include "dashboard-api/rules_text.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "dashboard-api/body.h"
#include "dashboard-api/problem.h"
#include "engine/report/json.h"
#include "platform/document.h"
#include "platform/file.h"
#include "platform/rules_load.h"

enum { NOTE_BYTES = 500, FORGET_S = 7 * 86400, REFUSED_BYTES_MAX = 256 << 10 };

static bool type_is_yaml(const struct visit *visit)
{
	struct slice type = http_header(visit->request, "Content-Type");
	type = slice_trim(slice_split(&type, ';'));
	return slice_equal_nocase(type, SLICE("text/yaml")) ||
	       slice_equal_nocase(type, SLICE("application/yaml"));
}

bool rules_text_read(struct visit *visit, struct rules_text *read)
{
	static const char *const KNOWN[] = {"text", "note", NULL};
	*read = (struct rules_text){0};
	if (type_is_yaml(visit)) {
		read->text = visit->request->body;
	} else {
		read->document = body_read(visit, KNOWN);
		if (!read->document || !body_optional_text(visit, read->document, "note",
		                               NOTE_BYTES, &read->note))
			return false;
		const struct node *text = node_find(read->document->root, SLICE("text"));
		if (!text || text->kind != NODE_SCALAR || !text->quoted)
			return problem_at(visit, 400, "/text", "rules as a text of YAML");
		read->text = text->text;
	}
	if (!slice_present(read->text) || !slice_trim(read->text).len)
		return problem_at(visit, 400, "/text", "there are no rules in it");
	return read->text.len <= STORE_BODY_MAX ||
	       problem_at(visit, 413, "/text", "at most %d bytes", STORE_BODY_MAX);
}

void rules_text_free(struct rules_text *read)
{
	document_free(&read->document);
}

static void directory_name(const struct api *api, char path[RULES_PATH_BYTES])
{
	(void)snprintf(path, RULES_PATH_BYTES, "%s/rulesets", api->settings->directory);
}

void rules_file_path(
        const struct api *api, const char *sha256, char path[RULES_PATH_BYTES])
{
	const char *set = api->settings->rules;
	const char *own = set[0] ? set : rules_default();
	if (sha256[0])
		(void)snprintf(path, RULES_PATH_BYTES, "%s/rulesets/%s.yaml",
		        api->settings->directory, sha256);
	else
		(void)snprintf(path, RULES_PATH_BYTES, "%s", own ? own : "");
}

/* Removes what nobody has asked for in a week. */
static void old_forget(const struct visit *visit, const char *directory)
{
	struct file_list list;
	struct file_error error;
	const time_t least = (time_t)(visit->now_us / 1000000) - FORGET_S;
	if (!file_list(directory, ".yaml", &list, &error))
		return;
	for (size_t i = 0; i < list.count; i++) {
		char path[RULES_PATH_BYTES + 256];
		struct stat status;
		(void)snprintf(path, sizeof(path), "%s/%s", directory, list.names[i]);
		if (stat(path, &status) == 0 && status.st_mtime < least)
			(void)unlink(path);
	}
	file_list_free(&list);
}

bool rules_file_keep(struct visit *visit, struct slice text, struct rules_file *file)
{
	char directory[RULES_PATH_BYTES];
	struct file_error error;
	directory_name(visit->api, directory);
	secret_digest(text, file->sha256);
	rules_file_path(visit->api, file->sha256, file->path);
	/* Handled again: a program has read it meanwhile. */
	if (visit->run)
		return true;
	if (!file_make_directories(directory, &error))
		return problem(visit, 507, "rules cannot be kept: %s", error.text);
	old_forget(visit, directory);
	return file_write(file->path, text, &error) ||
	       problem(visit, 507, "rules cannot be kept: %s", error.text);
}

/* "PATH:LINE:COLUMN: what", of this path; false for anything else. */
static bool place_read(
        struct slice line, const char *path, uint64_t place[2], struct slice *what)
{
	if (!slice_starts(line, slice_text(path)))
		return false;
	line = slice_from(line, strlen(path));
	if (!slice_starts(line, SLICE(":")))
		return false;
	line = slice_from(line, 1);
	for (size_t i = 0; i < 2; i++)
		if (!slice_to_u64(slice_split(&line, ':'), &place[i]))
			return false;
	*what = slice_present(line) ? slice_trim(line) : SLICE("");
	return true;
}

static void complaint_write(
        struct buffer *out, struct slice line, const char *path, const char *pointer)
{
	uint64_t place[2];
	struct slice what;
	if (out->len)
		buffer_string(out, ",");
	struct writer row = buffer_room(out, line.len * 6 + 256);
	json_object(&row, NULL);
	json_string(&row, "pointer", slice_text(pointer));
	if (place_read(line, path, place, &what)) {
		/* Line 0 is no place: the text as a whole. */
		if (place[0]) {
			json_u64(&row, "line", place[0]);
			json_u64(&row, "column", place[1]);
		}
	} else {
		what = slice_starts(line, SLICE("ringfence: ")) ? slice_from(line, 11)
		                                                : line;
	}
	json_string(&row, "detail", what);
	json_object_end(&row);
	buffer_take(out, &row);
}

void rules_refuse(struct visit *visit, const char *path, struct slice complaint)
{
	const char *pointer = type_is_yaml(visit) ? "" : "/text";
	struct buffer errors = buffer_of(REFUSED_BYTES_MAX);
	struct buffer *body = &visit->reply->body;
	struct slice rest = slice_trim(complaint);
	while (slice_present(rest) && rest.len && !errors.failed) {
		const struct slice line = slice_trim(slice_split(&rest, '\n'));
		if (line.len)
			complaint_write(&errors, line, path, pointer);
	}
	(void)problem(visit, 422, "these rules are not valid");
	if (body->len && !errors.failed) {
		body->len--; /* the object's end */
		buffer_string(body, ",\"errors\":[");
		buffer_slice(body, buffer_text(&errors));
		buffer_string(body, "]}");
	}
	buffer_free(&errors);
}
