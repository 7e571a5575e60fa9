#include "dashboard-api/canary.h"

#include "dashboard-api/audit.h"
#include "dashboard-api/body.h"
#include "dashboard-api/redis_visit.h"
#include "dashboard-api/rulesets.h"
#include "engine/report/json.h"
#include "platform/document.h"

enum { LINE_BYTES = 65536 };

bool canary_write(struct visit *visit)
{
	struct buffer *out = &visit->reply->body;
	const struct redis_reply *canaries = store_rules_canaries(visit->api->redis);
	uint64_t version = 0;
	if (redis_kind(canaries) != REDIS_LIST)
		return redis_failed(visit, redis_problem(visit->api->redis));
	if (!redis_count(canaries)) {
		buffer_string(out, ",\"canary\":null");
		return true;
	}
	struct writer line = buffer_room(out, LINE_BYTES);
	(void)slice_to_u64(redis_text(redis_item(canaries, 1)), &version);
	writer_string(&line, ",\"canary\":{\"version\":");
	writer_u64(&line, version);
	json_array(&line, "nodes");
	for (size_t i = 0; i + 1 < redis_count(canaries) && !line.truncated; i += 2)
		json_string(&line, NULL, redis_text(redis_item(canaries, i)));
	json_array_end(&line);
	json_object_end(&line);
	buffer_take(out, &line);
	return true;
}

/* Every node that is named lives. */
static bool nodes_live(struct visit *visit, const struct node *nodes)
{
	for (const struct node *item = nodes->first_child; item; item = item->next) {
		const struct redis_reply *state =
		        store_node(visit->api->redis, item->text);
		if (redis_kind(state) != REDIS_LIST)
			return redis_failed(visit, redis_problem(visit->api->redis));
		if (!redis_count(state))
			return problem_at(visit, 409, "/nodes", "'%.*s' does not live",
			        (int)slice_first(item->text, 60).len, item->text.data);
	}
	return true;
}

static void canary_begin(struct visit *visit, const struct node *nodes, struct slice text)
{
	struct redis *redis = visit->api->redis;
	struct store_problem trouble = {""};
	uint64_t version = 0;
	bool fine = store_rules_canary_end(redis) &&
	            store_rules_canary(redis, text, &version, &trouble);
	for (const struct node *item = nodes->first_child; fine && item;
	        item = item->next)
		fine = store_rules_canary_add(redis, item->text, version);
	if (!fine) {
		(void)redis_failed(
		        visit, trouble.text[0] ? trouble.text : redis_problem(redis));
		return;
	}
	buffer_format(
	        &visit->reply->body, "{\"version\":%llu}", (unsigned long long)version);
	visit->reply->content_type = "application/json";
}

void ruleset_canary(struct visit *visit)
{
	static const char *const KNOWN[] = {"nodes", NULL};
	struct buffer text = buffer_of(STORE_BODY_MAX);
	const struct node *nodes;
	if (!redis_there(visit))
		return;
	struct document *body = body_read(visit, KNOWN);
	if (body && body_texts(visit, body, "nodes", true, &nodes) &&
	        ruleset_text(visit, &text) && nodes_live(visit, nodes) &&
	        audit_change(visit, "ruleset.canary", visit->values[0]))
		canary_begin(visit, nodes, buffer_text(&text));
	buffer_free(&text);
	document_free(&body);
}

void canary_delete(struct visit *visit)
{
	if (!redis_there(visit) || !audit_change(visit, "ruleset.canary_end", SLICE("")))
		return;
	if (store_rules_canary_end(visit->api->redis))
		visit->reply->status = 204;
	else
		(void)redis_failed(visit, redis_problem(visit->api->redis));
}
