#include "dashboard-api/rulesets.h"

#include <stdio.h>
#include <string.h>

#include "dashboard-api/audit.h"
#include "dashboard-api/canary.h"
#include "dashboard-api/documents.h"
#include "dashboard-api/problem.h"
#include "dashboard-api/redis_visit.h"
#include "dashboard-api/route.h"
#include "engine/report/json.h"

enum { LOG_ROWS = 200, ROW_BYTES = 8192, DOCUMENT_BYTES = 8192, STAGED_KEY_BYTES = 21 };

/* One line of the log: "<ms>-<n>", then names and values in turn. */
static void log_row(struct buffer *out, const struct redis_reply *entry)
{
	struct slice id = redis_text(redis_item(entry, 0));
	const struct redis_reply *fields = redis_item(entry, 1);
	struct writer row = buffer_room(out, ROW_BYTES);
	uint64_t ms = 0;
	json_object(&row, NULL);
	for (size_t i = 0; i + 1 < redis_count(fields); i += 2) {
		char name[32];
		uint64_t number;
		const struct slice key = redis_text(redis_item(fields, i));
		const struct slice value = redis_text(redis_item(fields, i + 1));
		(void)snprintf(name, sizeof(name), "%.*s", (int)key.len, key.data);
		if (slice_equal(key, SLICE("version")) && slice_to_u64(value, &number))
			json_u64(&row, name, number);
		else
			json_string(&row, name, slice_first(value, 600));
	}
	if (slice_to_u64(slice_split(&id, '-'), &ms))
		json_time(&row, "published", ms * 1000);
	json_object_end(&row);
	buffer_take(out, &row);
}

void rulesets_get(struct visit *visit)
{
	struct redis *redis = visit->api->redis;
	struct buffer *out = &visit->reply->body;
	uint64_t version = 0;
	if (!redis_there(visit))
		return;
	if (!store_rules_version(redis, &version)) {
		(void)redis_failed(visit, redis_problem(redis));
		return;
	}
	const struct redis_reply *log = store_rules_log(redis, LOG_ROWS);
	if (redis_kind(log) != REDIS_LIST) {
		(void)redis_failed(visit, redis_problem(redis));
		return;
	}
	buffer_format(out, "{\"current\":%llu,\"data\":[", (unsigned long long)version);
	for (size_t i = 0; i < redis_count(log); i++) {
		if (i)
			buffer_string(out, ",");
		log_row(out, redis_item(log, i));
	}
	buffer_string(out, "]");
	if (!canary_write(visit))
		return;
	buffer_string(out, ",\"page\":{\"next\":null,\"has_more\":false}}");
	visit->reply->content_type = "application/json";
	http_reply_header(visit->reply, "ETag", "\"%llu\"", (unsigned long long)version);
}

bool ruleset_version_text(struct visit *visit, uint64_t version, struct buffer *text)
{
	struct store_rules rules;
	struct store_problem trouble = {""};
	if (!redis_there(visit))
		return false;
	if (store_rules_fetch(visit->api->redis, version, &rules, &trouble)) {
		buffer_slice(text, rules.body);
		return true;
	}
	if (slice_starts(slice_text(trouble.text), SLICE("version ")))
		return problem(visit, 404, "%s", trouble.text);
	return redis_failed(visit, trouble.text);
}

bool ruleset_text(struct visit *visit, struct buffer *text)
{
	const struct slice id = visit->values[0];
	uint64_t version = 0;
	if (id.len < STAGED_KEY_BYTES && slice_to_u64(id, &version))
		return ruleset_version_text(visit, version, text);
	return ledger_get(visit->api->ledger, STAGED_TEXTS, id, text) ||
	       problem(visit, 404, "there is no such rule set");
}

void ruleset_get(struct visit *visit)
{
	struct buffer text = buffer_of(STORE_BODY_MAX);
	if (ruleset_text(visit, &text)) {
		visit->reply->body = text;
		visit->reply->content_type = "application/yaml";
		return;
	}
	buffer_free(&text);
}

void staged_get(struct visit *visit)
{
	documents_answer(visit, STAGED_SPACE);
}

bool ruleset_current(struct visit *visit, uint64_t *version, struct rules_file *file)
{
	struct buffer text = buffer_of(STORE_BODY_MAX);
	*file = (struct rules_file){.path = ""};
	*version = 0;
	if (!redis_there(visit))
		return false;
	if (!store_rules_version(visit->api->redis, version))
		return redis_failed(visit, redis_problem(visit->api->redis));
	rules_file_path(visit->api, "", file->path);
	const bool fine =
	        !*version || (ruleset_version_text(visit, *version, &text) &&
	                             rules_file_keep(visit, buffer_text(&text), file));
	buffer_free(&text);
	return fine;
}

/* What differs between the rules in force and those of this text; false until that is
 * known, and when they do not compile (told). */
static bool compare(struct visit *visit, struct slice text, uint64_t *version,
        struct program_output *output)
{
	struct rules_file before;
	struct rules_file after;
	if (!ruleset_current(visit, version, &before) ||
	        !rules_file_keep(visit, text, &after))
		return false;
	const char *const arguments[] = {visit->api->settings->program, "rules", "diff",
	        "--rules", before.path, "--against", after.path, "-o", "ndjson", NULL};
	if (!program_ran(visit, arguments, output))
		return false;
	if (output->code != 0)
		rules_refuse(visit, after.path, output->complaint);
	return output->code == 0;
}

/* {…, "base": the version in force, "changes": […]} behind what stands there. */
static void changes_write(
        struct visit *visit, uint64_t version, const struct program_output *output)
{
	struct buffer *out = &visit->reply->body;
	buffer_format(out, "\"base\":%llu,\"changes\":[", (unsigned long long)version);
	lines_items(out, output->printed);
	buffer_string(out, "]}");
	http_reply_header(visit->reply, "ETag", "\"%llu\"", (unsigned long long)version);
	visit->reply->content_type = "application/json";
}

void ruleset_diff(struct visit *visit)
{
	struct buffer text = buffer_of(STORE_BODY_MAX);
	struct program_output output;
	uint64_t version;
	if (ruleset_text(visit, &text) &&
	        compare(visit, buffer_text(&text), &version, &output)) {
		buffer_string(&visit->reply->body, "{");
		changes_write(visit, version, &output);
	}
	buffer_free(&text);
}

/* Keeps the set and what is known of it; the document is in *body without its end. */
static bool stage(struct visit *visit, const struct rules_text *read, struct buffer *body)
{
	char key[24];
	char digest[SECRET_DIGEST_BYTES];
	document_key(visit->now_us, key);
	secret_digest(read->text, digest);
	struct writer out = buffer_room(body, DOCUMENT_BYTES);
	json_object(&out, NULL);
	json_literal(&out, "id", key);
	json_literal(&out, "sha256", digest);
	json_u64(&out, "bytes", read->text.len);
	json_string(&out, "by", slice_text(visit->who.name));
	json_time(&out, "staged", visit->now_us);
	json_text(&out, "note", read->note);
	json_object_end(&out);
	buffer_take(body, &out);
	if (!ledger_put(visit->api->ledger, STAGED_TEXTS, slice_text(key), read->text) ||
	        !ledger_put(visit->api->ledger, STAGED_SPACE, slice_text(key),
	                buffer_text(body)))
		return problem(visit, 507, "the rule set cannot be kept");
	http_reply_header(visit->reply, "Location", "/api/v1/rulesets/%s", key);
	visit->reply->status = 201;
	body->data[body->len - 1] = ',';
	return true;
}

void ruleset_stage(struct visit *visit)
{
	const bool dry = visit_dry(visit);
	struct buffer *body = &visit->reply->body;
	struct program_output output;
	struct rules_text read;
	uint64_t version;
	if (rules_text_read(visit, &read) &&
	        compare(visit, read.text, &version, &output)) {
		if (dry)
			buffer_string(body, "{");
		if (dry || (audit_note(visit, "ruleset.stage", read.note) &&
		                   stage(visit, &read, body)))
			changes_write(visit, version, &output);
	}
	rules_text_free(&read);
}
