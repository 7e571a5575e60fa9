#include "dashboard-api/job.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dashboard-api/feed.h"
#include "dashboard-api/intake.h"
#include "dashboard-api/program.h"
#include "dashboard-api/trial.h"
#include "engine/report/json.h"
#include "platform/instant.h"

enum {
	LINE_BYTES_MAX = 2 << 20,
	BATCH_EVENTS = 2000, /* stored in one transaction */
	TOLD_INTERVAL_MS = 500,
};

void job_json(
        const struct job *job, const char *state, uint64_t now_us, struct writer *out)
{
	json_object(out, NULL);
	json_literal(out, "id", job->id);
	if (job->trial.ruleset[0])
		json_string(out, "ruleset", slice_text(job->trial.ruleset));
	else
		json_literal(out, "capture", job->capture);
	json_literal(out, "state", state);
	json_u64(out, "events", job->events);
	json_u64(out, "stored", job->stored);
	json_u64(out, "packets", job->packets);
	if (job->begun_us)
		json_time(out, "begun", job->begun_us);
	json_time(out, "updated", now_us);
	if (job->problem[0])
		json_string(out, "problem", slice_text(job->problem));
	json_object_end(out);
}

void job_tell(struct worker *worker, struct job *job, const char *state)
{
	char body[JOB_DOCUMENT_BYTES];
	struct writer out = writer_of(body, sizeof(body));
	job_json(job, state, instant_now_us(), &out);
	if (!ledger_put(
	            worker->ledger, JOB_SPACE, slice_text(job->id), writer_text(&out)))
		log_write(worker->api->log, LOG_LEVEL_ERROR, "job %s cannot be kept",
		        job->id);
	feed_publish(worker->api->feed, TOPIC_JOBS, writer_text(&out));
	job->told_ms = instant_steady_ms();
	if (worker->api->server)
		http_wake(worker->api->server);
}

static void line_store(struct worker *worker, struct job *job, struct slice line)
{
	char id[64];
	(void)snprintf(id, sizeof(id), "%s-%llu", job->capture,
	        (unsigned long long)job->events++);
	struct archive_origin origin = {.id = slice_text(id),
	        .node = SLICE("replay"),
	        .capture = slice_text(job->capture)};
	switch (intake_take(worker->api, worker->archive, &origin, line)) {
	case ARCHIVE_STORED:
		job->stored++;
		break;
	case ARCHIVE_FAILED:
		(void)snprintf(job->problem, sizeof(job->problem), "%s",
		        archive_error_text(worker->archive));
		break;
	case ARCHIVE_KNOWN:
	case ARCHIVE_IGNORED:
	case ARCHIVE_BAD:
		break;
	}
}

/* Stores the whole lines that have come. */
static void lines_store(struct worker *worker, struct job *job)
{
	struct slice rest = buffer_text(&job->lines);
	const uint64_t before = job->events;
	bool open = false;
	for (;;) {
		const size_t len = slice_index(rest, '\n');
		if (len == rest.len)
			break;
		if (!open)
			open = archive_begin(worker->archive);
		if (job->trial.ruleset[0])
			trial_take(job, slice_first(rest, len));
		else
			line_store(worker, job, slice_first(rest, len));
		rest = slice_from(rest, len + 1);
		if ((job->events - before) % BATCH_EVENTS == 0) {
			(void)archive_commit(worker->archive);
			open = false;
		}
	}
	if (open)
		(void)archive_commit(worker->archive);
	memmove(job->lines.data, rest.data, rest.len);
	job->lines.len = rest.len;
}

void job_end(struct worker *worker, struct job *job)
{
	int status = 0;
	(void)close(job->output);
	while (waitpid(job->process, &status, 0) < 0 && errno == EINTR)
		;
	const bool fine = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	if (!fine && !job->problem[0])
		(void)snprintf(job->problem, sizeof(job->problem),
		        WIFEXITED(status) ? "the replay ended with code %d"
		                          : "the replay was ended by signal %d",
		        WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	if (fine && !job->cancelled && job->trial.ruleset[0])
		trial_keep(worker, job);
	job_tell(worker, job,
	        job->cancelled             ? "cancelled"
	        : fine && !job->problem[0] ? "done"
	                                   : "failed");
	buffer_free(&job->lines);
	buffer_free(&job->result);
	*job = (struct job){0};
}

void job_read(struct worker *worker, struct job *job)
{
	char block[65536];
	const ssize_t bytes = read(job->output, block, sizeof(block));
	if (bytes < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (bytes <= 0) {
		job_end(worker, job);
		return;
	}
	buffer_slice(&job->lines, slice_of(block, (size_t)bytes));
	if (job->lines.failed) {
		(void)snprintf(
		        job->problem, sizeof(job->problem), "an event is too long");
		(void)kill(job->process, SIGKILL);
		return;
	}
	lines_store(worker, job);
	if (worker->api->server)
		http_wake(worker->api->server);
	if (instant_steady_ms() - job->told_ms > TOLD_INTERVAL_MS)
		job_tell(worker, job, "running");
}

bool job_start(struct worker *worker, struct job *job)
{
	char packets[CAPTURE_PATH_BYTES];
	char report[CAPTURE_PATH_BYTES];
	char evidence[CAPTURE_PATH_BYTES];
	const struct settings *settings = worker->api->settings;
	job->lines = buffer_of(LINE_BYTES_MAX);
	if (job->trial.ruleset[0])
		return trial_start(worker, job);
	if (!capture_path(worker->api, job->capture, CAPTURE_PACKETS, packets) ||
	        !capture_path(worker->api, job->capture, CAPTURE_REPORT, report) ||
	        !capture_path(worker->api, job->capture, CAPTURE_EVIDENCE, evidence))
		return false;
	const char *arguments[PROGRAM_ARGUMENTS_MAX] = {settings->program, "replay",
	        packets, "--json", "--report", report, "--evidence", evidence};
	if (settings->rules[0]) {
		arguments[8] = "--rules";
		arguments[9] = settings->rules;
	}
	job->process = program_start(arguments, &job->output, NULL);
	return job->process > 0;
}
