#include "dashboard-api/audit.h"

#include <string.h>

#include "dashboard-api/documents.h"
#include "dashboard-api/problem.h"
#include "dashboard-api/route.h"
#include "engine/report/json.h"
#include "platform/secret.h"

enum { ENTRY_BYTES = 8192 };

static const char SPACE[] = "audit";

struct entry {
	const struct visit *visit;
	const char *action;
	struct slice object;
};

static void entry_write(
        void *context, struct slice before, uint64_t number, struct buffer *body)
{
	const struct entry *entry = context;
	const struct visit *visit = entry->visit;
	char digest[SECRET_DIGEST_BYTES];
	secret_digest(slice_present(before) ? before : SLICE(""), digest);
	struct writer out = buffer_room(body, ENTRY_BYTES);
	json_object(&out, NULL);
	json_u64(&out, "number", number);
	json_time(&out, "timestamp", visit->now_us);
	json_string(&out, "who", slice_text(visit->who.name));
	json_address(&out, "from", &visit->request->peer);
	json_literal(&out, "action", entry->action);
	json_string(&out, "object", slice_first(entry->object, 512));
	json_literal(&out, "before", digest);
	json_object_end(&out);
	buffer_take(body, &out);
}

bool audit_note(struct visit *visit, const char *action, struct slice object)
{
	struct entry entry = {visit, action, object};
	const struct ledger_entry writer = {&entry, entry_write};
	return ledger_append(visit->api->ledger, SPACE, &writer) ||
	       problem(visit, 503, "the audit log cannot be written: nothing was done");
}

bool audit_change(struct visit *visit, const char *action, struct slice object)
{
	if (!visit_dry(visit))
		return audit_note(visit, action, object);
	visit->reply->status = 204;
	return false;
}

void audit_get(struct visit *visit)
{
	documents_answer(visit, SPACE);
}
