#include "dashboard-api/notifiers.h"

#include <stdlib.h>
#include <string.h>

#include "dashboard-api/audit.h"
#include "dashboard-api/body.h"
#include "dashboard-api/messenger.h"
#include "dashboard-api/paging.h"
#include "dashboard-api/problem.h"
#include "platform/document.h"

enum { NOTIFIERS_MAX = 100 };

void notifiers_get(struct visit *visit)
{
	paging_begin(&visit->reply->body);
	(void)messenger_show(
	        visit->api->messenger, (struct slice){0}, &visit->reply->body);
	paging_end(visit, NULL);
}

void notifier_get(struct visit *visit)
{
	if (messenger_show(visit->api->messenger, visit->values[0], &visit->reply->body))
		visit->reply->content_type = "application/json";
	else
		(void)problem(visit, 404, "there is no such notifier");
}

static bool notifier_new(struct visit *visit, struct notifier *notifier)
{
	struct buffer kept = buffer_of(NOTIFIER_BYTES_MAX);
	document_key(visit->now_us, notifier->id);
	struct writer out = buffer_room(&kept, NOTIFIER_BYTES_MAX);
	notifier_keep(notifier, &out);
	buffer_take(&kept, &out);
	const bool fine =
	        !kept.failed && ledger_put(visit->api->ledger, NOTIFIER_SPACE,
	                                slice_text(notifier->id), buffer_text(&kept));
	buffer_free(&kept);
	return fine || problem(visit, 503, "the notifier cannot be kept");
}

void notifiers_post(struct visit *visit)
{
	static const char *const KNOWN[] = {"name", "kind", "url", "secret", "user",
	        "from", "to", "q", "per_hour", NULL};
	struct notifier *notifier = calloc(1, sizeof(*notifier));
	struct document *body = notifier ? body_read(visit, KNOWN) : NULL;
	struct notifier_problem wrong;
	bool fine = body != NULL;
	if (fine && !notifier_read(body->root, notifier, &wrong))
		fine = problem_at(visit, 400, wrong.pointer, "%s", wrong.text);
	if (fine && ledger_count(visit->api->ledger, NOTIFIER_SPACE) >= NOTIFIERS_MAX)
		fine = problem(
		        visit, 409, "there are %d notifiers: remove some", NOTIFIERS_MAX);
	if (fine && audit_change(visit, "notifier.add", slice_text(notifier->name)) &&
	        notifier_new(visit, notifier)) {
		struct writer out = buffer_room(&visit->reply->body, NOTIFIER_BYTES_MAX);
		notifier_show(notifier, &out);
		buffer_take(&visit->reply->body, &out);
		visit->reply->status = 201;
		visit->reply->content_type = "application/json";
		http_reply_header(
		        visit->reply, "Location", "/api/v1/notifiers/%s", notifier->id);
		messenger_add(visit->api->messenger, notifier);
		notifier = NULL;
	}
	free(notifier);
	document_free(&body);
}

void notifier_delete(struct visit *visit)
{
	if (document_remove(visit, NOTIFIER_SPACE, "notifier"))
		messenger_remove(visit->api->messenger, visit->values[0]);
}

void notifier_test(struct visit *visit)
{
	struct buffer shown = buffer_of(NOTIFIER_BYTES_MAX);
	if (!messenger_show(visit->api->messenger, visit->values[0], &shown)) {
		(void)problem(visit, 404, "there is no such notifier");
	} else if (audit_change(visit, "notifier.test", visit->values[0])) {
		if (messenger_try(visit->api->messenger, visit->values[0]))
			visit->reply->status = 202;
		else
			(void)problem(visit, 503, "other trials are under way");
	}
	buffer_free(&shown);
}
