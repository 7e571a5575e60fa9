#include "engine/detect/document.h"
#include "engine/report/drops.h"
#include "engine/report/event_parts.h"
#include "engine/report/json.h"
#include "engine/report/rule_view.h"

enum { WINDOW_LEAST_US = 60000000 };

static void evidence_json(const struct report_context *context, const struct alert *alert,
        struct writer *out)
{
	json_object(out, "evidence");
	json_array(out, "packets");
	for (uint32_t i = 0; i < alert->evidence_count; i++)
		json_u64(out, NULL, alert->evidence[i].number);
	json_array_end(out);
	if (alert->evidence_count) {
		const char *name = source_name(context, alert->evidence[0].source);
		if (name)
			json_text(out, "capture", slice_text(name));
	}
	if (context->evidence_file)
		json_text(out, "file", slice_text(context->evidence_file));
	json_object_end(out);
}

static void explain_json(const struct alert *alert, struct writer *out)
{
	json_object(out, "explain");
	json_text(out, "text", alert->explain);
	json_text(out, "metric", alert->metric);
	json_fixed(out, "value", alert->value, 3);
	json_fixed(out, "threshold", alert->threshold, 3);
	json_fixed(out, "window_s", alert->window_s, 3);
	json_object_end(out);
}

/* A call's text outlives the message; a message's own words say what triggered. */
static void trigger_json(const struct report_context *context, const struct event *event,
        struct writer *out)
{
	if (event->message && event->message->sip)
		sip_json(event->message, out);
	if (event->call) {
		json_object(out, "call");
		json_u64(out, "id", event->call->id);
		json_text(out, "call_id", call_text(event->call, CALL_TEXT_ID));
		json_object_end(out);
	}
	if (event->stream)
		rtp_json(event, out);
	(void)context;
}

/* Packets that nobody saw within the alert's window, or in the last minute. */
static uint64_t dropped_meanwhile(
        const struct report_context *context, const struct alert *alert)
{
	uint64_t window_us = (uint64_t)(alert->window_s * 1e6);
	if (window_us < WINDOW_LEAST_US)
		window_us = WINDOW_LEAST_US;
	const uint64_t from_us =
	        alert->time_us > window_us ? alert->time_us - window_us : 0;
	return drops_between(context->drops, from_us, alert->time_us);
}

/* The numbers that catalogues have for it: attack, capec, cwe. */
static void map_json(const struct node *map, struct writer *out)
{
	char key[16];

	if (!map || map->kind != NODE_MAP)
		return;
	json_object(out, "map");
	for (const struct node *at = map->first_child; at; at = at->next) {
		struct writer name = writer_of(key, sizeof(key) - 1);
		writer_slice(&name, at->key);
		key[name.len] = 0;
		if (at->kind == NODE_SCALAR)
			json_text(out, key, at->text);
	}
	json_object_end(out);
}

void alert_json(const struct report_context *context, const struct alert *alert,
        struct writer *out)
{
	struct rule_view rule = rule_view(alert->rule);
	struct event moment = *alert->event;
	struct flow flow;
	bool has_flow = event_flow(alert->event, &flow);

	moment.time_us = alert->time_us;
	event_open(context, &moment, REPORT_ALERT, has_flow ? &flow : NULL, out);
	json_object(out, "alert");
	json_literal(out, "action", alert->would >= VERDICT_DROP ? "blocked" : "allowed");
	json_u64(out, "gid", 1);
	json_u64(out, "signature_id", rule.number);
	json_u64(out, "rev", rule.rev);
	json_text(out, "signature", rule.title);
	json_text(out, "category", rule.category);
	json_u64(out, "severity", report_severity_eve(rule.severity));
	json_u64(out, "id", alert->id);
	json_text(out, "rule_id", rule.id);
	json_literal(out, "level", report_severity(rule.severity));
	json_u64(out, "count", alert->count);
	json_u64(out, "suppressed", alert->suppressed);
	json_text(out, "key", alert->key);
	explain_json(alert, out);
	map_json(rule.map, out);
	if (rule.advice.len)
		json_text(out, "advice", rule.advice);
	evidence_json(context, alert, out);
	json_object(out, "response");
	json_literal(out, "would", report_verdict(alert->would));
	json_bool(out, "proven", alert->proven);
	json_object_end(out);
	json_bool(out, "lower_bound", alert->lower_bound);
	if (context->drops)
		json_u64(out, "sensor_drops", dropped_meanwhile(context, alert));
	json_object_end(out);
	json_object(out, "entity");
	json_literal(out, "type", report_entity(alert->entity_type));
	json_text(out, "value", alert->entity);
	json_object_end(out);
	trigger_json(context, alert->event, out);
	event_close(out);
}
