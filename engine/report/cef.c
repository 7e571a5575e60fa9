#include "engine/report/cef.h"

#include "engine/report/event_parts.h"
#include "engine/report/rule_view.h"

enum { TEXT_MAX = 512 };

struct level {
	const char *syslog; /* RFC 5424 6.2.1 */
	const char *cef;    /* 0 to 10 */
};

static const struct level LEVELS[] = {
        [SEVERITY_CRITICAL] = {"2", "10"},
        [SEVERITY_HIGH] = {"3", "8"},
        [SEVERITY_MEDIUM] = {"4", "5"},
        [SEVERITY_LOW] = {"5", "3"},
        [SEVERITY_INFO] = {"6", "1"},
};

/* '|' needs a backslash in the head, '=' in the extension, '\' everywhere. */
static void put_text(struct writer *out, struct slice text, char special)
{
	text = slice_first(text, TEXT_MAX);
	for (size_t i = 0; i < text.len; i++) {
		const char byte = text.data[i];
		if (byte == '\\' || byte == special)
			writer_byte(out, '\\');
		/* A collector must not see a second line, nor a broken character. */
		writer_byte(out, byte >= ' ' && byte <= '~' ? byte : '?');
	}
}

static void put_field(struct writer *out, const char *name, struct slice value)
{
	if (!value.len)
		return;
	writer_byte(out, ' ');
	writer_string(out, name);
	writer_byte(out, '=');
	put_text(out, value, '=');
}

static void put_number(struct writer *out, const char *name, uint64_t value)
{
	char digits[24];
	struct writer text = writer_of(digits, sizeof(digits));
	writer_u64(&text, value);
	put_field(out, name, writer_text(&text));
}

static void put_endpoint(struct writer *out, const char *ip, const char *port,
        const struct endpoint *endpoint)
{
	char text[64];
	struct writer address = writer_of(text, sizeof(text));
	writer_address(&address, &endpoint->ip);
	put_field(out, ip, writer_text(&address));
	put_number(out, port, endpoint->port);
}

static void put_head(const struct rule_view *rule, struct writer *out)
{
	writer_string(out, "CEF:0|Ringfence|ringfence-sensor|1|");
	put_text(out, rule->id, '|');
	writer_byte(out, '|');
	put_text(out, rule->title, '|');
	writer_byte(out, '|');
	writer_string(out, LEVELS[rule->severity].cef);
	writer_byte(out, '|');
}

void alert_cef(const struct report_context *context, const struct alert *alert,
        struct writer *out)
{
	const struct rule_view rule = rule_view(alert->rule);
	const char *sensor = context->sensor ? context->sensor : "";
	const char *would = report_verdict(alert->would);
	const char *entity = report_entity(alert->entity_type);
	struct flow flow;

	writer_string(out, LEVELS[rule.severity].syslog);
	writer_byte(out, ' ');
	writer_time(out, alert->time_us);
	writer_byte(out, ' ');
	put_head(&rule, out);
	writer_string(out, "rt=");
	writer_u64(out, alert->time_us / 1000);
	put_number(out, "externalId", alert->id);
	put_field(out, "cat", rule.category);
	put_field(out, "act", slice_text(would));
	put_number(out, "cnt", alert->count);
	if (alert->event && event_flow(alert->event, &flow)) {
		put_endpoint(out, "src", "spt", &flow.src);
		put_endpoint(out, "dst", "dpt", &flow.dst);
		const char *proto = transport_name(flow.transport);
		put_field(out, "proto", slice_text(proto));
	}
	put_field(out, "dvchost", slice_text(sensor));
	put_field(out, "cs1Label", slice_text(entity));
	put_field(out, "cs1", alert->entity);
	put_field(out, "cs2Label", SLICE("key"));
	put_field(out, "cs2", alert->key);
	put_field(out, "msg", alert->explain);
}
