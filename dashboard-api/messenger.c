#include "dashboard-api/messenger.h"
#include "dashboard-api/letter.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "platform/document.h"
#include "platform/instant.h"
#include "platform/json.h"

enum {
	ALERTS_MAX = 1024,  /* that wait to be looked at */
	LETTERS_MAX = 1024, /* that wait to be sent */
	ALERT_BYTES_MAX = 256 << 10,
	TRIES = 6,
	HOUR_S = 3600,
	IDLE_MS = 1000,
};

/* Seconds before each further try. */
static const unsigned PAUSES_S[TRIES] = {0, 1, 5, 30, 120, 600};

struct messenger {
	struct api *api;
	pthread_t thread;
	pthread_mutex_t lock; /* of all that follows but the letters, the thread's own */
	pthread_cond_t bell;
	bool stopping;
	bool started;
	struct notifier *first;
	char *alerts[ALERTS_MAX]; /* owned */
	size_t alert_count;
	uint64_t alerts_lost;
	char trials[8][DOCUMENT_KEY_BYTES];
	size_t trial_count;
	struct letter letters[LETTERS_MAX];
};

static struct notifier *notifier_find(struct messenger *messenger, struct slice id)
{
	struct notifier *one = messenger->first;
	while (one && !slice_equal(slice_text(one->id), id))
		one = one->next;
	return one;
}

static struct letter *letter_place(struct messenger *messenger)
{
	for (size_t i = 0; i < LETTERS_MAX; i++)
		if (!messenger->letters[i].to)
			return &messenger->letters[i];
	return NULL;
}

static void letter_put(struct messenger *messenger, struct notifier *to, const char *json)
{
	struct letter *letter = letter_place(messenger);
	if (!letter || !letter_write(letter, to, slice_text(json)))
		to->failed++;
}

/* What was held back in the hour that is over is told by one notice. */
static void held_tell(struct messenger *messenger, struct notifier *notifier)
{
	char json[256];
	(void)snprintf(json, sizeof(json),
	        "{\"event_type\":\"notice\",\"held_back\":%llu,\"alert\":{\"level\":"
	        "\"info\",\"signature\":\"%llu more alerts in the last hour\"}}",
	        (unsigned long long)notifier->hour_held,
	        (unsigned long long)notifier->hour_held);
	letter_put(messenger, notifier, json);
}

static bool rate_allows(
        struct messenger *messenger, struct notifier *notifier, uint64_t now_us)
{
	if (now_us - notifier->hour_us >= HOUR_S * 1000000ull) {
		if (notifier->hour_held)
			held_tell(messenger, notifier);
		notifier->hour_us = now_us;
		notifier->hour_sent = notifier->hour_held = 0;
	}
	if (notifier->hour_sent >= notifier->per_hour) {
		notifier->hour_held++;
		notifier->held++;
		return false;
	}
	notifier->hour_sent++;
	return true;
}

static void alerts_sort_out(struct messenger *messenger)
{
	const uint64_t now_us = instant_now_us();
	for (size_t i = 0; i < messenger->alert_count; i++) {
		char *alert = messenger->alerts[i];
		for (struct notifier *one = messenger->first; one; one = one->next)
			if (!one->removed &&
			        archive_match(&one->search.query, slice_text(alert)) &&
			        rate_allows(messenger, one, now_us))
				letter_put(messenger, one, alert);
		free(alert);
	}
	messenger->alert_count = 0;
	for (size_t i = 0; i < messenger->trial_count; i++) {
		struct notifier *one =
		        notifier_find(messenger, slice_text(messenger->trials[i]));
		if (one)
			letter_put(messenger, one,
			        "{\"event_type\":\"notice\",\"trial\":true,\"alert\":{"
			        "\"level\":\"info\",\"signature\":\"A trial of this "
			        "notifier\"},\"entity\":{\"type\":\"none\",\"value\":"
			        "\"nothing is wrong\"}}");
	}
	messenger->trial_count = 0;
}

static void letter_done(struct messenger *messenger, struct letter *letter, bool fine,
        const char *problem)
{
	struct notifier *to = letter->to;
	(void)pthread_mutex_lock(&messenger->lock);
	if (fine) {
		to->sent++;
		to->last_sent_us = instant_now_us();
		to->last_problem_us = 0;
		letter_drop(letter);
	} else {
		to->last_problem_us = instant_now_us();
		(void)snprintf(to->last_problem, sizeof(to->last_problem), "%s", problem);
		/* Who does not answer holds up the letters behind this one only. */
		if (++letter->tries == TRIES) {
			to->failed++;
			letter_drop(letter);
		} else {
			letter->due_ms =
			        instant_steady_ms() + PAUSES_S[letter->tries] * 1000ull;
		}
	}
	(void)pthread_mutex_unlock(&messenger->lock);
}

/* Whether an older letter to the same notifier is waiting for its next try. */
static bool behind_another(
        const struct messenger *messenger, const struct letter *letter, uint64_t now_ms)
{
	for (size_t i = 0; i < LETTERS_MAX; i++) {
		const struct letter *other = &messenger->letters[i];
		if (other != letter && other->to == letter->to && other->tries > 0 &&
		        other->due_ms > now_ms)
			return true;
	}
	return false;
}

static void letters_send(struct messenger *messenger)
{
	char problem[NOTICE_PROBLEM_BYTES];
	const bool anywhere = messenger->api->settings->notify_private;
	for (size_t i = 0; i < LETTERS_MAX; i++) {
		struct letter *letter = &messenger->letters[i];
		const uint64_t now_ms = instant_steady_ms();
		if (!letter->to || letter->due_ms > now_ms ||
		        (!letter->tries && behind_another(messenger, letter, now_ms)))
			continue;
		if (letter->to->removed) {
			letter_drop(letter);
			continue;
		}
		const struct notice notice = {slice_text(letter->subject),
		        slice_text(letter->json), letter->severity};
		const bool fine =
		        notice_send(&letter->to->target, &notice, anywhere, problem);
		letter_done(messenger, letter, fine, problem);
	}
}

/* Frees those that were removed and wait for nothing. */
static void removed_free(struct messenger *messenger)
{
	for (struct notifier **at = &messenger->first; *at;) {
		struct notifier *one = *at;
		bool used = !one->removed;
		for (size_t i = 0; i < LETTERS_MAX && !used; i++)
			used = messenger->letters[i].to == one;
		if (used) {
			at = &one->next;
			continue;
		}
		*at = one->next;
		free(one);
	}
}

static void *messenger_run(void *context)
{
	struct messenger *messenger = context;
	(void)pthread_mutex_lock(&messenger->lock);
	while (!messenger->stopping) {
		alerts_sort_out(messenger);
		removed_free(messenger);
		(void)pthread_mutex_unlock(&messenger->lock);
		letters_send(messenger);
		(void)pthread_mutex_lock(&messenger->lock);
		if (messenger->stopping || messenger->alert_count ||
		        messenger->trial_count)
			continue;
		struct timespec until;
		(void)clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec += IDLE_MS / 1000;
		(void)pthread_cond_timedwait(&messenger->bell, &messenger->lock, &until);
	}
	(void)pthread_mutex_unlock(&messenger->lock);
	return NULL;
}

static bool kept_row(void *context, struct slice key, struct slice body)
{
	struct messenger *messenger = context;
	struct document_error error;
	struct notifier_problem problem = {.text = ""};
	struct document *document = json_parse("", body, &error);
	struct notifier *one = calloc(1, sizeof(*one));
	if (one && document && notifier_read(document->root, one, &problem)) {
		(void)snprintf(one->id, sizeof(one->id), "%.*s", (int)key.len, key.data);
		one->next = messenger->first;
		messenger->first = one;
	} else {
		log_write(messenger->api->log, LOG_LEVEL_WARNING,
		        "notifier %.*s is left out: %s", (int)key.len, key.data,
		        problem.text);
		free(one);
	}
	document_free(&document);
	return true;
}

struct messenger *messenger_start(struct api *api)
{
	struct messenger *messenger = calloc(1, sizeof(*messenger));
	if (!messenger)
		return NULL;
	messenger->api = api;
	(void)pthread_mutex_init(&messenger->lock, NULL);
	(void)pthread_cond_init(&messenger->bell, NULL);
	const struct ledger_reader reader = {messenger, kept_row};
	(void)ledger_list(api->ledger, NOTIFIER_SPACE, (struct slice){0}, false, &reader);
	messenger->started =
	        pthread_create(&messenger->thread, NULL, messenger_run, messenger) == 0;
	if (!messenger->started)
		messenger_stop(&messenger);
	return messenger;
}

void messenger_stop(struct messenger **messenger)
{
	struct messenger *old = *messenger;
	if (!old)
		return;
	if (old->started) {
		(void)pthread_mutex_lock(&old->lock);
		old->stopping = true;
		(void)pthread_cond_signal(&old->bell);
		(void)pthread_mutex_unlock(&old->lock);
		(void)pthread_join(old->thread, NULL);
	}
	for (size_t i = 0; i < old->alert_count; i++)
		free(old->alerts[i]);
	for (size_t i = 0; i < LETTERS_MAX; i++)
		letter_drop(&old->letters[i]);
	while (old->first) {
		struct notifier *next = old->first->next;
		free(old->first);
		old->first = next;
	}
	(void)pthread_cond_destroy(&old->bell);
	(void)pthread_mutex_destroy(&old->lock);
	free(old);
	*messenger = NULL;
}

void messenger_take(struct messenger *messenger, struct slice alert)
{
	char *copy = NULL;
	(void)pthread_mutex_lock(&messenger->lock);
	if (messenger->first && messenger->alert_count < ALERTS_MAX &&
	        alert.len <= ALERT_BYTES_MAX)
		copy = strndup(alert.data, alert.len);
	if (copy) {
		messenger->alerts[messenger->alert_count++] = copy;
		(void)pthread_cond_signal(&messenger->bell);
	} else if (messenger->first) {
		messenger->alerts_lost++;
	}
	(void)pthread_mutex_unlock(&messenger->lock);
}

void messenger_add(struct messenger *messenger, struct notifier *notifier)
{
	(void)pthread_mutex_lock(&messenger->lock);
	notifier->next = messenger->first;
	messenger->first = notifier;
	(void)pthread_mutex_unlock(&messenger->lock);
}

void messenger_remove(struct messenger *messenger, struct slice id)
{
	(void)pthread_mutex_lock(&messenger->lock);
	struct notifier *one = notifier_find(messenger, id);
	if (one)
		one->removed = true;
	(void)pthread_mutex_unlock(&messenger->lock);
}

bool messenger_try(struct messenger *messenger, struct slice id)
{
	(void)pthread_mutex_lock(&messenger->lock);
	const struct notifier *one = notifier_find(messenger, id);
	const bool room = one && !one->removed &&
	                  messenger->trial_count < sizeof(messenger->trials) /
	                                                   sizeof(messenger->trials[0]);
	if (room) {
		memcpy(messenger->trials[messenger->trial_count++], one->id,
		        sizeof(one->id));
		(void)pthread_cond_signal(&messenger->bell);
	}
	(void)pthread_mutex_unlock(&messenger->lock);
	return room;
}

size_t messenger_show(struct messenger *messenger, struct slice id, struct buffer *out)
{
	size_t count = 0;
	(void)pthread_mutex_lock(&messenger->lock);
	for (const struct notifier *one = messenger->first; one; one = one->next) {
		if (one->removed ||
		        (slice_present(id) && !slice_equal(slice_text(one->id), id)))
			continue;
		if (count++)
			buffer_string(out, ",");
		struct writer line = buffer_room(out, NOTIFIER_BYTES_MAX);
		notifier_show(one, &line);
		buffer_take(out, &line);
	}
	(void)pthread_mutex_unlock(&messenger->lock);
	return count;
}
