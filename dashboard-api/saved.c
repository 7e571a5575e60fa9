#include "dashboard-api/saved.h"

#include "dashboard-api/audit.h"
#include "dashboard-api/body.h"
#include "dashboard-api/documents.h"
#include "dashboard-api/problem.h"
#include "dashboard-api/search.h"
#include "engine/report/json.h"
#include "platform/document.h"

enum { NAME_BYTES = 100, DOCUMENT_BYTES = 16384, SAVED_MAX = 1000 };

static const char SPACE[] = "saved-searches";

void saved_get(struct visit *visit)
{
	documents_answer(visit, SPACE);
}

/* The list that a search is for, by its name. */
static bool list_find(struct slice name, enum archive_kind *kind)
{
	for (unsigned i = 0; i < ARCHIVE_KINDS; i++) {
		*kind = (enum archive_kind)i;
		if (slice_equal(name, slice_text(archive_table(*kind)->name)))
			return true;
	}
	return false;
}

/* What a body asks for. */
struct wish {
	struct slice name;
	struct slice list;
	struct slice q;
};

static bool wish_read(struct visit *visit, const struct document *body, struct wish *wish)
{
	struct search search;
	struct search_problem trouble;
	enum archive_kind kind;
	if (!body_text(visit, body, "name", NAME_BYTES, &wish->name) ||
	        !body_text(visit, body, "list", 20, &wish->list) ||
	        !body_text(visit, body, "q", SEARCH_TEXT_MAX, &wish->q))
		return false;
	if (!list_find(wish->list, &kind))
		return problem_at(visit, 400, "/list",
		        "alerts, calls, registrations, streams, anomalies or devices");
	if (!search_keep(&search, kind, wish->q, &trouble))
		return problem_at(visit, 400, "/q", "%s", trouble.text);
	return ledger_count(visit->api->ledger, SPACE) < SAVED_MAX ||
	       problem(visit, 409, "there are %d searches: remove some", SAVED_MAX);
}

void saved_post(struct visit *visit)
{
	static const char *const KNOWN[] = {"name", "list", "q", NULL};
	struct document *body = body_read(visit, KNOWN);
	struct wish wish;
	char id[DOCUMENT_KEY_BYTES];
	if (body && wish_read(visit, body, &wish) &&
	        audit_change(visit, "search.save", wish.name)) {
		document_key(visit->now_us, id);
		struct writer out = buffer_room(&visit->reply->body, DOCUMENT_BYTES);
		json_object(&out, NULL);
		json_literal(&out, "id", id);
		json_string(&out, "name", wish.name);
		json_string(&out, "list", wish.list);
		json_string(&out, "q", wish.q);
		json_string(&out, "by", slice_text(visit->who.name));
		json_time(&out, "created", visit->now_us);
		json_object_end(&out);
		buffer_take(&visit->reply->body, &out);
		(void)document_keep_new(visit, SPACE, id);
	}
	document_free(&body);
}

void saved_delete(struct visit *visit)
{
	(void)document_remove(visit, SPACE, "search");
}
