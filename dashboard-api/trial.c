#include "dashboard-api/trial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dashboard-api/audit.h"
#include "dashboard-api/documents.h"
#include "dashboard-api/jobs.h"
#include "dashboard-api/problem.h"
#include "dashboard-api/program.h"
#include "dashboard-api/rulesets.h"
#include "engine/report/json.h"
#include "platform/file.h"
#include "platform/instant.h"
#include "platform/rules_load.h"

enum { RESULT_BYTES_MAX = 16 << 20, CAPTURES_MAX = 10000, WORDS = 8 };

static const char SPACE[] = "backtests";

void ruleset_backtest(struct visit *visit)
{
	struct buffer text = buffer_of(STORE_BODY_MAX);
	struct rules_file before;
	struct rules_file after;
	struct trial trial = {.base = 0};
	if (ruleset_text(visit, &text) && ruleset_current(visit, &trial.base, &before) &&
	        rules_file_keep(visit, buffer_text(&text), &after) &&
	        audit_change(visit, "ruleset.backtest", visit->values[0])) {
		(void)snprintf(trial.ruleset, sizeof(trial.ruleset), "%.*s",
		        (int)visit->values[0].len, visit->values[0].data);
		memcpy(trial.before, before.sha256, sizeof(trial.before));
		memcpy(trial.after, after.sha256, sizeof(trial.after));
		job_begin(visit, "", &trial);
	}
	buffer_free(&text);
}

void ruleset_backtest_get(struct visit *visit)
{
	document_answer(visit, SPACE, "backtest: it has not been run to its end");
}

/* The words of the program, and behind them the paths of all captures. */
static const char **arguments_new(const char *directory, const struct file_list *list)
{
	const char **arguments = calloc(WORDS + list->count + 1, sizeof(*arguments));
	for (size_t i = 0; arguments && i < list->count; i++) {
		char *path = malloc(CAPTURE_PATH_BYTES);
		if (path)
			(void)snprintf(path, CAPTURE_PATH_BYTES, "%s/%s", directory,
			        list->names[i]);
		arguments[WORDS + i] = path;
		if (!path)
			break;
	}
	return arguments;
}

static void arguments_free(const char **arguments)
{
	for (size_t i = WORDS; arguments && arguments[i]; i++)
		free((void *)(uintptr_t)arguments[i]);
	free((void *)(uintptr_t)arguments);
}

bool trial_start(struct worker *worker, struct job *job)
{
	const struct settings *settings = worker->api->settings;
	char directory[CAPTURE_PATH_BYTES / 2];
	char before[RULES_PATH_BYTES];
	char after[RULES_PATH_BYTES];
	struct file_list list = {0};
	struct file_error error;
	rules_file_path(worker->api, job->trial.before, before);
	rules_file_path(worker->api, job->trial.after, after);
	(void)snprintf(directory, sizeof(directory), "%s/captures", settings->directory);
	if (!file_list(directory, ".capture", &list, &error))
		return false;
	const char **arguments =
	        list.count <= CAPTURES_MAX ? arguments_new(directory, &list) : NULL;
	file_list_free(&list);
	if (!arguments)
		return false;
	const char *const words[WORDS] = {settings->program, "rules", "backtest",
	        "--rules", before, "--against", after, "--"};
	memcpy((void *)arguments, (const void *)words, sizeof(words));
	job->result = buffer_of(RESULT_BYTES_MAX);
	job->process = program_start(arguments, &job->output, NULL);
	arguments_free(arguments);
	return job->process > 0;
}

void trial_take(struct job *job, struct slice line)
{
	if (job->events++)
		buffer_string(&job->result, ",");
	buffer_slice(&job->result, line);
}

void trial_keep(struct worker *worker, struct job *job)
{
	struct buffer out = buffer_of(RESULT_BYTES_MAX + JOB_DOCUMENT_BYTES);
	struct writer head = buffer_room(&out, JOB_DOCUMENT_BYTES);
	json_object(&head, NULL);
	json_string(&head, "ruleset", slice_text(job->trial.ruleset));
	json_literal(&head, "job", job->id);
	json_u64(&head, "base", job->trial.base);
	json_time(&head, "finished", instant_now_us());
	json_u64(&head, "captures", job->events);
	buffer_take(&out, &head);
	buffer_string(&out, ",\"data\":[");
	buffer_slice(&out, buffer_text(&job->result));
	buffer_string(&out, "]}");
	if (out.failed || job->result.failed ||
	        !ledger_put(worker->ledger, SPACE, slice_text(job->trial.ruleset),
	                buffer_text(&out)))
		(void)snprintf(
		        job->problem, sizeof(job->problem), "the result cannot be kept");
	buffer_free(&out);
}
