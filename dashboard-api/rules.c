#include "dashboard-api/rules.h"

#include <stdio.h>
#include <string.h>

#include "dashboard-api/problem.h"
#include "dashboard-api/program.h"
#include "dashboard-api/rulesets.h"
#include "platform/file.h"
#include "platform/rules_load.h"

enum { RULE_ID_BYTES = 128 };

/* The program's verb on the rules in force: those that were published, else this
 * server's own. */
static void rules_run(
        struct visit *visit, const char *const *words, const char *content_type)
{
	const char *arguments[PROGRAM_ARGUMENTS_MAX] = {
	        visit->api->settings->program, "rules"};
	struct rules_file file = {.path = ""};
	uint64_t version = 0;
	size_t count = 2;
	/* While Redis is away its last set is not to be had. */
	const bool published = visit->api->redis && !atomic_load(&visit->api->redis_away);
	if (published && !ruleset_current(visit, &version, &file))
		return;
	if (!published)
		rules_file_path(visit->api, "", file.path);
	while (*words && count < PROGRAM_ARGUMENTS_MAX - 3)
		arguments[count++] = *words++;
	if (file.path[0]) {
		arguments[count++] = "--rules";
		arguments[count++] = file.path;
	}
	if (published)
		http_reply_header(
		        visit->reply, "ETag", "\"%llu\"", (unsigned long long)version);
	program_answer(visit, arguments, content_type, NULL);
}

void rules_get(struct visit *visit)
{
	static const char *const WORDS[] = {"list", "-o", "ndjson", NULL};
	rules_run(visit, WORDS, NULL);
}

/* Ids are as rules are named: nothing that a program could take for an option. */
static bool rule_id_read(struct visit *visit, struct slice text, char id[RULE_ID_BYTES])
{
	bool fine = text.len > 0 && text.len < RULE_ID_BYTES && text.data[0] != '-';
	for (size_t i = 0; fine && i < text.len; i++) {
		const char byte = text.data[i];
		fine = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') ||
		       byte == '-' || byte == '.' || byte == '_';
	}
	(void)snprintf(id, RULE_ID_BYTES, "%.*s", fine ? (int)text.len : 0, text.data);
	return fine || problem(visit, 404, "there is no such rule");
}

void rule_get(struct visit *visit)
{
	char id[RULE_ID_BYTES];
	if (!rule_id_read(visit, visit->values[0], id))
		return;
	const char *const words[] = {"show", id, NULL};
	rules_run(visit, words, "application/yaml");
}

void rule_explain_answer(struct visit *visit, const char *id)
{
	char checked[RULE_ID_BYTES];
	if (!rule_id_read(visit, slice_text(id), checked))
		return;
	const char *const words[] = {"explain", checked, NULL};
	rules_run(visit, words, "text/plain; charset=utf-8");
}

/* The lists that come with the rules, for packs that name them; false when there are
 * none. */
static bool lists_find(const struct visit *visit, char path[RULES_PATH_BYTES])
{
	const char *set = visit->api->settings->rules;
	const char *directory = set[0] ? set : rules_default();
	(void)snprintf(path, RULES_PATH_BYTES, "%s/lists", directory ? directory : "");
	return directory && file_is_directory(path);
}

static void check_answer(struct visit *visit, const struct rules_file *file)
{
	char lists[RULES_PATH_BYTES];
	const bool listed = lists_find(visit, lists);
	const char *const arguments[] = {visit->api->settings->program, "rules",
	        "validate", "--rules", file->path, listed ? "--site" : NULL, lists, NULL};
	struct program_output output;
	uint64_t count = 0;
	if (!program_ran(visit, arguments, &output))
		return;
	if (output.code != 0) {
		rules_refuse(visit, file->path, output.complaint);
		return;
	}
	/* "12 rules in … are valid" */
	(void)slice_to_u64(slice_split(&output.printed, ' '), &count);
	buffer_format(&visit->reply->body, "{\"valid\":true,\"rules\":%llu}",
	        (unsigned long long)count);
	visit->reply->content_type = "application/json";
}

void rules_validate(struct visit *visit)
{
	struct rules_text read;
	struct rules_file file;
	if (rules_text_read(visit, &read)) {
		if (rules_file_keep(visit, read.text, &file))
			check_answer(visit, &file);
	}
	rules_text_free(&read);
}
