#include "dashboard-api/suppressions.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dashboard-api/audit.h"
#include "dashboard-api/body.h"
#include "dashboard-api/documents.h"
#include "dashboard-api/problem.h"
#include "dashboard-api/search.h"
#include "engine/report/json.h"
#include "platform/document.h"
#include "platform/instant.h"
#include "platform/json.h"

enum { SUPPRESSIONS_MAX = 500, REASON_BYTES = 500, DOCUMENT_BYTES = 16384 };

static const char SPACE[] = "suppressions";

struct suppression {
	char id[DOCUMENT_KEY_BYTES];
	uint64_t until_us;
	struct search search;
	struct suppression *next;
};

struct suppressions {
	pthread_mutex_t lock;
	struct suppression *first;
	size_t count;
};

static void add(struct suppressions *all, struct suppression *one)
{
	(void)pthread_mutex_lock(&all->lock);
	one->next = all->first;
	all->first = one;
	all->count++;
	(void)pthread_mutex_unlock(&all->lock);
}

static void drop(struct suppressions *all, struct slice id)
{
	(void)pthread_mutex_lock(&all->lock);
	for (struct suppression **at = &all->first; *at; at = &(*at)->next) {
		struct suppression *old = *at;
		if (!slice_equal(slice_text(old->id), id))
			continue;
		*at = old->next;
		all->count--;
		free(old);
		break;
	}
	(void)pthread_mutex_unlock(&all->lock);
}

static bool kept_row(void *context, struct slice key, struct slice body)
{
	struct document_error error;
	struct search_problem problem;
	struct document *document = json_parse("", body, &error);
	struct suppression *one = calloc(1, sizeof(*one));
	const struct node *q = document ? node_find(document->root, SLICE("q")) : NULL;
	const struct node *until =
	        document ? node_find(document->root, SLICE("until")) : NULL;
	if (one && q && until && instant_parse(until->text, 0, &one->until_us) &&
	        search_keep(&one->search, ARCHIVE_ALERTS, q->text, &problem)) {
		(void)snprintf(one->id, sizeof(one->id), "%.*s", (int)key.len, key.data);
		add(context, one);
	} else {
		free(one);
	}
	document_free(&document);
	return true;
}

struct suppressions *suppressions_open(struct ledger *ledger)
{
	struct suppressions *all = calloc(1, sizeof(*all));
	if (!all)
		return NULL;
	(void)pthread_mutex_init(&all->lock, NULL);
	const struct ledger_reader reader = {all, kept_row};
	(void)ledger_list(ledger, SPACE, (struct slice){0}, false, &reader);
	return all;
}

void suppressions_close(struct suppressions **suppressions)
{
	struct suppressions *old = *suppressions;
	if (!old)
		return;
	while (old->first)
		drop(old, slice_text(old->first->id));
	(void)pthread_mutex_destroy(&old->lock);
	free(old);
	*suppressions = NULL;
}

bool suppressions_match(
        struct suppressions *suppressions, struct slice alert, uint64_t now_us)
{
	bool found = false;
	(void)pthread_mutex_lock(&suppressions->lock);
	for (const struct suppression *one = suppressions->first; one && !found;
	        one = one->next)
		found = one->until_us > now_us &&
		        archive_match(&one->search.query, alert);
	(void)pthread_mutex_unlock(&suppressions->lock);
	return found;
}

void suppressions_get(struct visit *visit)
{
	documents_answer(visit, SPACE);
}

/* What a body asks for. */
struct wish {
	struct slice q;
	struct slice reason;
	struct slice until;
};

static bool wish_read(struct visit *visit, const struct document *body,
        struct suppression *one, struct wish *wish)
{
	struct search_problem trouble;
	if (!body_text(visit, body, "q", SEARCH_TEXT_MAX, &wish->q) ||
	        !body_text(visit, body, "reason", REASON_BYTES, &wish->reason) ||
	        !body_text(visit, body, "until", 40, &wish->until))
		return false;
	if (!instant_parse(wish->until, visit->now_us, &one->until_us) ||
	        one->until_us <= visit->now_us)
		return problem_at(visit, 400, "/until", "a time to come, RFC 3339");
	if (!search_keep(&one->search, ARCHIVE_ALERTS, wish->q, &trouble))
		return problem_at(visit, 400, "/q", "%s", trouble.text);
	if (!one->search.query.term_count)
		return problem_at(
		        visit, 400, "/q", "this would suppress every alert there is");
	return visit->api->suppressions->count < SUPPRESSIONS_MAX ||
	       problem(visit, 409, "there are %d suppressions: remove some",
	               SUPPRESSIONS_MAX);
}

static bool keep(
        struct visit *visit, const struct suppression *one, const struct wish *wish)
{
	struct writer out = buffer_room(&visit->reply->body, DOCUMENT_BYTES);
	json_object(&out, NULL);
	json_literal(&out, "id", one->id);
	json_string(&out, "q", wish->q);
	json_string(&out, "reason", wish->reason);
	json_time(&out, "until", one->until_us);
	json_string(&out, "by", slice_text(visit->who.name));
	json_time(&out, "created", visit->now_us);
	json_object_end(&out);
	buffer_take(&visit->reply->body, &out);
	return document_keep_new(visit, SPACE, one->id);
}

void suppressions_post(struct visit *visit)
{
	static const char *const KNOWN[] = {"q", "reason", "until", NULL};
	struct suppression *one = calloc(1, sizeof(*one));
	struct document *body = one ? body_read(visit, KNOWN) : NULL;
	struct wish wish;
	if (body && wish_read(visit, body, one, &wish) &&
	        audit_change(visit, "suppression.add", wish.q)) {
		document_key(visit->now_us, one->id);
		if (keep(visit, one, &wish)) {
			add(visit->api->suppressions, one);
			one = NULL;
		}
	}
	free(one);
	document_free(&body);
}

void suppression_delete(struct visit *visit)
{
	if (document_remove(visit, SPACE, "suppression"))
		drop(visit->api->suppressions, visit->values[0]);
}
