#include "dashboard-api/rules.h"

#include <stdio.h>
#include <string.h>

#include "dashboard-api/problem.h"
#include "dashboard-api/program.h"

enum { RULE_ID_BYTES = 128 };

/* The program's verb with the rules' directory behind it, when one is set. */
static void rules_run(
        struct visit *visit, const char *const *words, const char *content_type)
{
	const char *arguments[PROGRAM_ARGUMENTS_MAX] = {
	        visit->api->settings->program, "rules"};
	size_t count = 2;
	while (*words && count < PROGRAM_ARGUMENTS_MAX - 3)
		arguments[count++] = *words++;
	if (visit->api->settings->rules[0]) {
		arguments[count++] = "--rules";
		arguments[count++] = visit->api->settings->rules;
	}
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
	if (!rule_id_read(visit, slice_of(id, strlen(id)), checked))
		return;
	const char *const words[] = {"explain", checked, NULL};
	rules_run(visit, words, "text/plain; charset=utf-8");
}
