#include "dashboard-api/jobs.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "dashboard-api/audit.h"
#include "dashboard-api/documents.h"
#include "dashboard-api/job.h"
#include "dashboard-api/problem.h"
#include "dashboard-api/repeat.h"
#include "platform/document.h"
#include "platform/instant.h"
#include "platform/json.h"

enum {
	JOBS_AT_ONCE_MAX = 64,
	QUEUE_MAX = 256,
	FORGET_INTERVAL_MS = 600000,
};

/* What the server's thread tells the jobs' thread. */
struct order {
	char id[CAPTURE_ID_BYTES];
	char capture[CAPTURE_ID_BYTES];
	struct trial trial;
	bool cancel;
};

struct jobs {
	struct worker worker;
	pthread_t thread;
	int bell;
	pthread_mutex_t lock;
	struct order orders[QUEUE_MAX];
	size_t order_count;
	bool stopping;
	struct job running[JOBS_AT_ONCE_MAX];
	struct order waiting[QUEUE_MAX];
	size_t waiting_count;
	uint64_t forgot_ms;
};

static struct job *place_free(struct jobs *jobs)
{
	for (size_t i = 0;
	        i < jobs->worker.api->settings->jobs_max && i < JOBS_AT_ONCE_MAX; i++)
		if (!jobs->running[i].process)
			return &jobs->running[i];
	return NULL;
}

static void waiting_start(struct jobs *jobs)
{
	struct job *job;
	while (jobs->waiting_count > 0 && (job = place_free(jobs))) {
		*job = (struct job){
		        .begun_us = instant_now_us(), .trial = jobs->waiting[0].trial};
		memcpy(job->id, jobs->waiting[0].id, sizeof(job->id));
		memcpy(job->capture, jobs->waiting[0].capture, sizeof(job->capture));
		memmove(jobs->waiting, jobs->waiting + 1,
		        --jobs->waiting_count * sizeof(jobs->waiting[0]));
		if (job_start(&jobs->worker, job)) {
			job_tell(&jobs->worker, job, "running");
			continue;
		}
		(void)snprintf(job->problem, sizeof(job->problem), "%s cannot be started",
		        jobs->worker.api->settings->program);
		job_tell(&jobs->worker, job, "failed");
		*job = (struct job){0};
	}
}

static void order_cancel(struct jobs *jobs, const struct order *order)
{
	for (size_t i = 0; i < JOBS_AT_ONCE_MAX; i++) {
		struct job *job = &jobs->running[i];
		if (!job->process || strcmp(job->id, order->id) != 0)
			continue;
		job->cancelled = true;
		(void)kill(job->process, SIGTERM);
	}
	for (size_t i = 0; i < jobs->waiting_count; i++) {
		if (strcmp(jobs->waiting[i].id, order->id) != 0)
			continue;
		struct job job = {.trial = jobs->waiting[i].trial};
		memcpy(job.id, order->id, sizeof(job.id));
		memcpy(job.capture, jobs->waiting[i].capture, sizeof(job.capture));
		job_tell(&jobs->worker, &job, "cancelled");
		jobs->waiting_count--;
		memmove(&jobs->waiting[i], &jobs->waiting[i + 1],
		        (jobs->waiting_count - i) * sizeof(jobs->waiting[0]));
		break;
	}
}

/* Takes over what the server's thread has ordered; false at the end. */
static bool orders_take(struct jobs *jobs)
{
	uint64_t rings;
	(void)!read(jobs->bell, &rings, sizeof(rings));
	(void)pthread_mutex_lock(&jobs->lock);
	for (size_t i = 0; i < jobs->order_count; i++) {
		const struct order *order = &jobs->orders[i];
		if (order->cancel)
			order_cancel(jobs, order);
		else if (jobs->waiting_count < QUEUE_MAX)
			jobs->waiting[jobs->waiting_count++] = *order;
	}
	jobs->order_count = 0;
	const bool goes_on = !jobs->stopping;
	(void)pthread_mutex_unlock(&jobs->lock);
	return goes_on;
}

/* Removes what is older than the settings want, now and then. */
static void old_forget(struct jobs *jobs)
{
	const uint64_t keep_us = jobs->worker.api->settings->keep_ms * 1000;
	const uint64_t now_us = instant_now_us();
	const uint64_t steady_ms = instant_steady_ms();
	if (jobs->forgot_ms && steady_ms - jobs->forgot_ms < FORGET_INTERVAL_MS)
		return;
	jobs->forgot_ms = steady_ms;
	repeat_forget(jobs->worker.ledger, now_us);
	for (unsigned i = 0; keep_us < now_us && i < ARCHIVE_KINDS; i++)
		(void)archive_forget(
		        jobs->worker.archive, (enum archive_kind)i, now_us - keep_us);
}

static void *jobs_run(void *context)
{
	struct jobs *jobs = context;
	struct pollfd polled[JOBS_AT_ONCE_MAX + 1];
	struct job *owners[JOBS_AT_ONCE_MAX + 1];
	while (orders_take(jobs)) {
		nfds_t count = 1;
		waiting_start(jobs);
		polled[0] = (struct pollfd){.fd = jobs->bell, .events = POLLIN};
		for (size_t i = 0; i < JOBS_AT_ONCE_MAX; i++) {
			if (!jobs->running[i].process)
				continue;
			owners[count] = &jobs->running[i];
			polled[count++] = (struct pollfd){
			        .fd = jobs->running[i].output, .events = POLLIN};
		}
		old_forget(jobs);
		(void)poll(polled, count, FORGET_INTERVAL_MS);
		for (nfds_t i = 1; i < count; i++)
			if (polled[i].revents)
				job_read(&jobs->worker, owners[i]);
	}
	for (size_t i = 0; i < JOBS_AT_ONCE_MAX; i++) {
		if (!jobs->running[i].process)
			continue;
		jobs->running[i].cancelled = true;
		(void)kill(jobs->running[i].process, SIGKILL);
		job_end(&jobs->worker, &jobs->running[i]);
	}
	return NULL;
}

/* Jobs that were running when the program ended last. */
static bool job_fail(void *context, struct slice key, struct slice body)
{
	struct jobs *jobs = context;
	struct document_error error;
	struct document *document = json_parse("", body, &error);
	if (!document)
		return true;
	const struct node *state = node_find(document->root, SLICE("state"));
	const struct node *capture = node_find(document->root, SLICE("capture"));
	const struct node *ruleset = node_find(document->root, SLICE("ruleset"));
	if (state && (capture || ruleset) &&
	        (slice_equal(state->text, SLICE("running")) ||
	                slice_equal(state->text, SLICE("queued")))) {
		struct job job = {.problem = "the program ended meanwhile"};
		(void)snprintf(job.id, sizeof(job.id), "%.*s", (int)key.len, key.data);
		const struct node *about = capture ? capture : ruleset;
		(void)snprintf(capture ? job.capture : job.trial.ruleset,
		        CAPTURE_ID_BYTES, "%.*s", (int)about->text.len, about->text.data);
		job_tell(&jobs->worker, &job, "failed");
	}
	document_free(&document);
	return true;
}

struct jobs *jobs_start(struct api *api)
{
	char path[CAPTURE_PATH_BYTES];
	struct archive_error archive_error = {""};
	struct ledger_error ledger_error = {""};
	struct jobs *jobs = calloc(1, sizeof(*jobs));
	if (!jobs)
		return NULL;
	jobs->worker.api = api;
	jobs->bell = -1;
	(void)pthread_mutex_init(&jobs->lock, NULL);
	jobs->worker.archive = api_archive(api->settings, &archive_error);
	(void)snprintf(path, sizeof(path), "%s/state.db", api->settings->directory);
	jobs->worker.ledger = ledger_open(path, &ledger_error);
	jobs->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (!jobs->worker.archive || !jobs->worker.ledger || jobs->bell < 0) {
		log_write(api->log, LOG_LEVEL_ERROR, "%s%s", archive_error.text,
		        ledger_error.text);
		jobs_stop(&jobs);
		return NULL;
	}
	const struct ledger_reader reader = {jobs, job_fail};
	(void)ledger_list(
	        jobs->worker.ledger, JOB_SPACE, (struct slice){0}, false, &reader);
	if (pthread_create(&jobs->thread, NULL, jobs_run, jobs) != 0) {
		jobs->thread = 0;
		jobs_stop(&jobs);
	}
	return jobs;
}

static void bell_ring(struct jobs *jobs)
{
	const uint64_t once = 1;
	(void)!write(jobs->bell, &once, sizeof(once));
}

void jobs_stop(struct jobs **jobs)
{
	struct jobs *old = *jobs;
	if (!old)
		return;
	if (old->thread) {
		(void)pthread_mutex_lock(&old->lock);
		old->stopping = true;
		(void)pthread_mutex_unlock(&old->lock);
		bell_ring(old);
		(void)pthread_join(old->thread, NULL);
	}
	if (old->bell >= 0)
		(void)close(old->bell);
	archive_close(&old->worker.archive);
	ledger_close(&old->worker.ledger);
	(void)pthread_mutex_destroy(&old->lock);
	free(old);
	*jobs = NULL;
}

static bool order_put(struct jobs *jobs, const struct order *order)
{
	(void)pthread_mutex_lock(&jobs->lock);
	const bool room = jobs->order_count < QUEUE_MAX;
	if (room)
		jobs->orders[jobs->order_count++] = *order;
	(void)pthread_mutex_unlock(&jobs->lock);
	bell_ring(jobs);
	return room;
}

void job_begin(struct visit *visit, const char *capture, const struct trial *trial)
{
	struct job job = {0};
	struct order order = {0};
	if (trial)
		order.trial = job.trial = *trial;
	document_key(visit->now_us, job.id);
	(void)snprintf(job.capture, sizeof(job.capture), "%s", capture);
	memcpy(order.id, job.id, sizeof(order.id));
	memcpy(order.capture, job.capture, sizeof(order.capture));
	struct writer out = buffer_room(&visit->reply->body, JOB_DOCUMENT_BYTES);
	job_json(&job, "queued", visit->now_us, &out);
	if (!ledger_put(visit->api->ledger, JOB_SPACE, slice_text(job.id),
	            writer_text(&out)) ||
	        !order_put(visit->api->jobs, &order)) {
		http_reply_header(visit->reply, "Retry-After", "10");
		(void)problem(visit, 503, "too many replays are waiting");
		return;
	}
	buffer_take(&visit->reply->body, &out);
	visit->reply->status = 202;
	visit->reply->content_type = "application/json";
	http_reply_header(visit->reply, "Location", "/api/v1/jobs/%s", job.id);
}

void jobs_get(struct visit *visit)
{
	documents_answer(visit, JOB_SPACE);
}

void job_get(struct visit *visit)
{
	document_answer(visit, JOB_SPACE, "job");
}

void job_cancel(struct visit *visit)
{
	struct order order = {.cancel = true};
	struct buffer body = buffer_of(JOB_DOCUMENT_BYTES);
	const bool known =
	        ledger_get(visit->api->ledger, JOB_SPACE, visit->values[0], &body);
	buffer_free(&body);
	if (!known) {
		(void)problem(visit, 404, "there is no such job");
		return;
	}
	if (!audit_change(visit, "job.cancel", visit->values[0]))
		return;
	(void)snprintf(order.id, sizeof(order.id), "%.*s", (int)visit->values[0].len,
	        visit->values[0].data);
	(void)order_put(visit->api->jobs, &order);
	visit->reply->status = 202;
}
