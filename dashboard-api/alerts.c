#include "dashboard-api/alerts.h"

#include <stdio.h>
#include <string.h>

#include "dashboard-api/audit.h"
#include "dashboard-api/body.h"
#include "dashboard-api/captures.h"
#include "dashboard-api/list.h"
#include "dashboard-api/mask.h"
#include "dashboard-api/problem.h"
#include "dashboard-api/query.h"
#include "dashboard-api/route.h"
#include "dashboard-api/rules.h"
#include "engine/report/json.h"
#include "platform/document.h"
#include "platform/json.h"

enum { COUNT_BYTES = 4096, NOTE_BYTES = 4000, BY_DEFAULT_LIMIT = 50 };

void alert_get(struct visit *visit)
{
	list_one_answer(visit, ARCHIVE_ALERTS);
}

struct counts {
	struct buffer *out;
	bool any;
};

static bool count_row(void *context, const struct archive_count *count)
{
	struct counts *counts = context;
	char id[24];
	struct writer digits = writer_of(id, sizeof(id));
	writer_i64(&digits, count->last_id);
	if (counts->any)
		buffer_string(counts->out, ",");
	counts->any = true;
	struct writer out = buffer_room(counts->out, COUNT_BYTES);
	json_object(&out, NULL);
	if (slice_present(count->value))
		json_string(&out, "value", count->value);
	else
		writer_string(&out, "\"value\":null");
	json_u64(&out, "count", count->rows);
	json_time(&out, "first", count->first_us);
	json_time(&out, "last", count->last_us);
	json_string(&out, "last_id", writer_text(&digits));
	json_object_end(&out);
	buffer_take(counts->out, &out);
	return !counts->out->failed;
}

/* By which field the visit wants its rows counted. */
static const struct archive_field *by_field(
        struct visit *visit, enum archive_kind kind, const char *usual)
{
	struct slice name = visit_parameter(visit, "by");
	if (!slice_present(name))
		name = slice_text(usual);
	const struct archive_field *field = archive_field(kind, name);
	if (!field)
		(void)problem_at(visit, 400, "?by", "%s have no field '%.*s'",
		        archive_table(kind)->name, (int)slice_first(name, 60).len,
		        name.data);
	return field;
}

static void counts_answer(struct visit *visit, const char *usual)
{
	static const char *const ALSO[] = {"by", NULL};
	struct archive_query query;
	struct counts counts = {.out = &visit->reply->body};
	const struct archive_counter counter = {&counts, count_row};
	const struct archive_field *field = by_field(visit, visit->route->table, usual);

	if (!field || !query_read(visit, visit->route->table, ALSO, &query))
		return;
	buffer_format(counts.out, "{\"by\":\"%s\",\"data\":[", field->name);
	if (!listed_check(visit,
	            archive_aggregate(visit->api->archive, &query, field, &counter)))
		return;
	buffer_string(counts.out, "]}");
	visit->reply->content_type = "application/json";
}

void alerts_aggregate(struct visit *visit)
{
	counts_answer(visit, "level");
}

/* The inbox: one line for each rule, or for each entity. */
void alerts_groups(struct visit *visit)
{
	counts_answer(visit, "rule_id");
}

/* What an action sets. */
static const char *action_state(struct slice action)
{
	static const char *const ACTIONS[][2] = {
	        {"acknowledge", "acknowledged"}, {"close", "closed"}, {"reopen", "open"}};
	for (size_t i = 0; i < sizeof(ACTIONS) / sizeof(ACTIONS[0]); i++)
		if (slice_equal(action, slice_text(ACTIONS[i][0])))
			return ACTIONS[i][1];
	return NULL;
}

struct alert_action {
	const char *state;
	struct slice assignee;
	struct slice note;
	const struct node *ids;
};

static bool action_read(
        struct visit *visit, const struct document *body, struct alert_action *action)
{
	struct slice name;
	uint64_t id;
	if (!body_text(visit, body, "action", 16, &name) ||
	        !body_texts(visit, body, "ids", true, &action->ids) ||
	        !body_optional_text(visit, body, "assignee", 64, &action->assignee) ||
	        !body_optional_text(visit, body, "note", NOTE_BYTES, &action->note))
		return false;
	action->state = action_state(name);
	if (!action->state)
		return problem_at(visit, 400, "/action", "acknowledge, close or reopen");
	for (const struct node *item = action->ids->first_child; item; item = item->next)
		if (!slice_to_u64(item->text, &id) || id > INT64_MAX)
			return problem_at(visit, 400, "/ids", "'%.*s' is no id",
			        (int)slice_first(item->text, 40).len, item->text.data);
	return true;
}

static bool field_set(
        struct visit *visit, int64_t id, const char *name, struct slice value)
{
	return !slice_present(value) ||
	       archive_update(visit->api->archive, ARCHIVE_ALERTS, id,
	               archive_field(ARCHIVE_ALERTS, slice_text(name)), value);
}

static uint64_t action_do(struct visit *visit, const struct alert_action *action)
{
	uint64_t changed = 0;
	for (const struct node *item = action->ids->first_child; item;
	        item = item->next) {
		uint64_t id = 0;
		(void)slice_to_u64(item->text, &id);
		changed += field_set(visit, (int64_t)id, "state",
		                   slice_text(action->state)) &&
		           field_set(visit, (int64_t)id, "assignee", action->assignee) &&
		           field_set(visit, (int64_t)id, "note", action->note);
	}
	return changed;
}

void alerts_act(struct visit *visit)
{
	static const char *const KNOWN[] = {"action", "ids", "assignee", "note", NULL};
	struct alert_action action = {0};
	struct document *body = body_read(visit, KNOWN);
	if (!body)
		return;
	const bool dry = visit_dry(visit);
	if (action_read(visit, body, &action) &&
	        (dry || audit_note(visit, "alerts.act", visit->request->body))) {
		const uint64_t changed =
		        dry ? action.ids->count : action_do(visit, &action);
		struct writer out = buffer_room(&visit->reply->body, COUNT_BYTES);
		json_object(&out, NULL);
		json_u64(&out, dry ? "would_change" : "changed", changed);
		json_object_end(&out);
		buffer_take(&visit->reply->body, &out);
		visit->reply->content_type = "application/json";
	}
	document_free(&body);
}

/* One alert's event as a document, and the capture it came from. */
struct found {
	struct document *event;
	char capture[64];
};

static bool found_row(void *context, const struct archive_row *row)
{
	struct found *found = context;
	struct document_error error;
	found->event = json_parse("", row->body, &error);
	(void)snprintf(found->capture, sizeof(found->capture), "%.*s",
	        (int)row->capture.len, row->capture.data ? row->capture.data : "");
	return false;
}

static bool alert_find(struct visit *visit, struct found *found)
{
	const struct archive_reader reader = {found, found_row};
	int64_t id;
	if (!visit_id(visit, 0, &id))
		return false;
	if (archive_get(visit->api->archive, ARCHIVE_ALERTS, id, &reader) && found->event)
		return true;
	return problem(visit, 404, "there is no such alert");
}

void alert_evidence(struct visit *visit)
{
	struct found found = {0};
	if (!alert_find(visit, &found))
		return;
	const struct node *alert = node_find(found.event->root, SLICE("alert"));
	const struct node *file =
	        node_find(node_find(alert, SLICE("evidence")), SLICE("file"));
	if (!file || !found.capture[0])
		(void)problem(visit, 404, "no packets were kept of this alert");
	else if (audit_note(visit, "alert.evidence", visit->values[0]))
		capture_evidence_answer(visit, found.capture, file->text);
	document_free(&found.event);
}

void alert_explain(struct visit *visit)
{
	struct found found = {0};
	if (!alert_find(visit, &found))
		return;
	const struct node *alert = node_find(found.event->root, SLICE("alert"));
	const struct node *rule = node_find(alert, SLICE("rule_id"));
	char id[128];
	(void)snprintf(id, sizeof(id), "%.*s", rule ? (int)rule->text.len : 0,
	        rule ? rule->text.data : "");
	document_free(&found.event);
	rule_explain_answer(visit, id);
}
