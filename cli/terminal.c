#include "cli/terminal.h"

#include "cli/groups.h"
#include "cli/terminal_incidents.h"

enum { ROWS_MAX = 40, ENDPOINT_TEXT = 64 };

static void seen(const struct paint *paint, const struct engine *engine)
{
	const struct summary *summary = engine_summary(engine);
	const struct frame_counters *frame = engine_frame_counters(engine);
	uint64_t requests = 0;
	uint64_t responses = 0;

	for (unsigned method = 0; method < SIP_METHOD_COUNT; method++)
		requests += summary_requests(summary, (enum sip_method)method);
	for (unsigned status = 0; status < 1000; status++)
		responses += summary_responses(summary, status);
	paint_heading(paint, "What was seen");
	fprintf(paint->to, "  %llu packets, %llu bytes",
	        (unsigned long long)summary_packets(summary),
	        (unsigned long long)frame->bytes);
	if (summary_packets(summary)) {
		fprintf(paint->to, ", ");
		paint_time(paint, summary_first_us(summary));
		fprintf(paint->to, " to ");
		paint_time(paint, summary_last_us(summary));
		fprintf(paint->to, " UTC");
	}
	fprintf(paint->to,
	        "\n  SIP: %llu requests, %llu responses, %llu calls; RTP: %zu streams\n",
	        (unsigned long long)requests, (unsigned long long)responses,
	        (unsigned long long)summary_calls(summary),
	        summary_stream_count(summary));
}

/* Whom the alert is about; a key of several fields says more than that alone. */
static void whom_print(
        const struct paint *paint, const struct finding_alert *alert, bool in_full)
{
	const bool several = slice_index(alert->key, ' ') < alert->key.len;

	if (in_full) {
		fprintf(paint->to, "%s ", report_entity(alert->entity_type));
		paint_text(paint, alert->entity, 60);
	}
	if (several) {
		fprintf(paint->to, in_full ? " (" : "");
		paint_text(paint, alert->key, 100);
		fprintf(paint->to, in_full ? ")" : "");
	} else if (!in_full) {
		paint_text(paint, alert->entity, 60);
	}
}

/* The further alerts of a rule: how many, until when, and about whom the next ones are.
 */
static void further_print(const struct paint *paint, const struct group *group)
{
	enum { NAMED = 3 };
	fprintf(paint->to, "           and %zu more until ", group->count - 1);
	paint_time(paint, group->alerts[group->count - 1]->time_us);
	for (size_t i = 1; i < group->count && i <= NAMED; i++) {
		fprintf(paint->to, "%s", i == 1 ? ": " : "; ");
		whom_print(paint, group->alerts[i], false);
	}
	fprintf(paint->to, "%s\n", group->count - 1 > NAMED ? "; …" : "");
}

static void group_print(const struct paint *paint, const struct group *group)
{
	const struct finding_alert *alert = group->alerts[0];

	fprintf(paint->to, "  ");
	paint_begin(paint, paint_severity(alert->rule.severity));
	fprintf(paint->to, "%-8s", report_severity(alert->rule.severity));
	paint_end(paint);
	fprintf(paint->to, " ");
	paint_time(paint, alert->time_us);
	fprintf(paint->to, "  ");
	paint_begin(paint, PAINT_BOLD);
	paint_text(paint, alert->rule.title, 100);
	paint_end(paint);
	fprintf(paint->to, "\n           ");
	paint_text(paint, alert->rule.id, 60);
	fprintf(paint->to, "  ");
	whom_print(paint, alert, true);
	fprintf(paint->to, "\n           ");
	paint_text(paint, alert->explain, 240);
	if (alert->would != VERDICT_PASS)
		fprintf(paint->to, "; would %s", report_verdict(alert->would));
	fprintf(paint->to, "\n");
	if (group->count > 1)
		further_print(paint, group);
	if (!alert->rule.advice.len)
		return;
	paint_begin(paint, PAINT_DIM);
	fprintf(paint->to, "           ");
	paint_text(paint, alert->rule.advice, 200);
	paint_end(paint);
	fprintf(paint->to, "\n");
}

/* "1 critical, 4 high" */
static void levels_print(const struct paint *paint, const struct groups *groups)
{
	const char *between = "  ";
	for (unsigned level = SEVERITY_CRITICAL; level <= SEVERITY_INFO; level++) {
		if (!groups->levels[level])
			continue;
		fprintf(paint->to, "%s", between);
		paint_begin(paint, paint_severity((enum severity)level));
		fprintf(paint->to, "%zu %s", groups->levels[level],
		        report_severity((enum severity)level));
		paint_end(paint);
		between = ", ";
	}
	fprintf(paint->to, "\n");
}

static void alerts(const struct paint *paint, const struct findings *findings)
{
	struct groups groups;

	paint_heading(paint, "Alerts");
	if (!groups_of(&groups, findings))
		fprintf(paint->to, "  no memory to put them in order\n");
	else if (!groups.count)
		fprintf(paint->to, "  none: no rule found anything to tell\n");
	else
		levels_print(paint, &groups);
	for (size_t i = 0; i < groups.count; i++)
		group_print(paint, &groups.items[i]);
	if (findings->alert_count > groups.count)
		fprintf(paint->to, "  The first of each rule is told in full; --json and "
		                   "--report have all.\n");
	groups_clear(&groups);
}

static void call_print(const struct paint *paint, const struct finding_call *call)
{
	fprintf(paint->to, "  %5llu  ", (unsigned long long)call->id);
	paint_time(paint, call->start_us);
	fprintf(paint->to, "  ");
	paint_text(paint, call->from_user, -18);
	fprintf(paint->to, "  ");
	paint_text(paint, call->to_user, -18);
	paint_begin(paint, call->answer_us ? PAINT_GREEN : PAINT_YELLOW);
	fprintf(paint->to, "  %-8s", call->state);
	paint_end(paint);
	if (call->status)
		fprintf(paint->to, "  %3u", call->status);
	else
		fprintf(paint->to, "    -");
	fprintf(paint->to, "  %9.1f s  %-11s", call->duration_s, call->end);
	for (unsigned side = 0; side < 2; side++) {
		if (call->mos_x100[side])
			fprintf(paint->to, "  %.2f", call->mos_x100[side] / 100.0);
		else
			fprintf(paint->to, "     -");
	}
	fprintf(paint->to, "\n");
}

void terminal_calls(
        const struct paint *paint, const struct findings *findings, size_t limit)
{
	paint_heading(paint, "Calls");
	if (!findings->call_count) {
		fprintf(paint->to, "  none\n");
		return;
	}
	paint_begin(paint, PAINT_DIM);
	fprintf(paint->to,
	        "  %5s  %-19s  %-18s  %-18s  %-8s  %3s  %11s  %-11s  %4s  %4s\n", "id",
	        "start (UTC)", "from", "to", "state", "SIP", "talk time", "end", "MOS>",
	        "MOS<");
	paint_end(paint);
	for (size_t i = 0; i < findings->call_count && i < limit; i++)
		call_print(paint, &findings->calls[i]);
	if (findings->call_count > limit)
		fprintf(paint->to, "  … and %zu more\n", findings->call_count - limit);
}

static void quality(const struct paint *paint, const struct summary *summary)
{
	size_t count = summary_stream_count(summary);
	if (!count)
		return;
	paint_heading(paint, "Media streams");
	paint_begin(paint, PAINT_DIM);
	fprintf(paint->to, "  %-28s  %-28s  %-10s  %3s  %9s  %7s  %13s  %4s\n", "from",
	        "to", "SSRC", "PT", "packets", "lost", "jitter max ms", "MOS");
	paint_end(paint);
	for (size_t i = 0; i < count && i < ROWS_MAX; i++) {
		const struct summary_stream *stream = summary_stream(summary, i);
		char text[ENDPOINT_TEXT];
		fprintf(paint->to, "  ");
		paint_text(paint, endpoint_text(&stream->src, text, sizeof(text)), -28);
		fprintf(paint->to, "  ");
		paint_text(paint, endpoint_text(&stream->dst, text, sizeof(text)), -28);
		fprintf(paint->to, "  0x%08x  %3u  %9llu  ", stream->ssrc,
		        stream->payload_type, (unsigned long long)stream->packets);
		paint_begin(paint, stream->lost ? PAINT_YELLOW : PAINT_PLAIN);
		fprintf(paint->to, "%7llu", (unsigned long long)stream->lost);
		paint_end(paint);
		fprintf(paint->to, "  %13.2f", stream->jitter_ms_max);
		if (stream->mos_x100)
			fprintf(paint->to, "  %.2f\n", stream->mos_x100 / 100.0);
		else
			fprintf(paint->to, "  %4s\n", "-");
	}
	if (count > ROWS_MAX)
		fprintf(paint->to, "  … and %zu more\n", count - ROWS_MAX);
}

static void registrations(const struct paint *paint, const struct findings *findings)
{
	if (!findings->registration_count)
		return;
	paint_heading(paint, "Registrations");
	for (size_t i = 0; i < findings->registration_count && i < ROWS_MAX; i++) {
		const struct finding_registration *row = &findings->registrations[i];
		char text[ENDPOINT_TEXT];
		fprintf(paint->to, "  ");
		paint_time(paint, row->time_us);
		fprintf(paint->to, "  ");
		paint_text(paint, row->user, -20);
		fprintf(paint->to, " @ ");
		paint_text(paint, row->host, -24);
		fprintf(paint->to, "  from ");
		paint_text(paint, endpoint_text(&row->source, text, sizeof(text)), -24);
		fprintf(paint->to, "  ");
		paint_text(paint, row->user_agent, 30);
		fprintf(paint->to, "\n");
	}
	if (findings->registration_count > ROWS_MAX)
		fprintf(paint->to, "  … and more\n");
}

static void anomalies(const struct paint *paint, const struct summary *summary)
{
	bool any = false;
	for (unsigned i = 0; i < ANOMALY_COUNT; i++) {
		uint64_t count = summary_anomaly(summary, (enum anomaly)i);
		if (!count)
			continue;
		if (!any)
			paint_heading(paint, "Anomalies");
		any = true;
		fprintf(paint->to, "  %8llu  %-26s %s\n", (unsigned long long)count,
		        anomaly_name((enum anomaly)i), anomaly_help((enum anomaly)i));
	}
}

void terminal_report(const struct paint *paint, const struct findings *findings,
        const struct engine *engine, bool judged)
{
	const struct summary *summary = engine_summary(engine);

	seen(paint, engine);
	if (judged) {
		terminal_incidents(paint, findings);
		alerts(paint, findings);
	} else
		fprintf(paint->to, "\nThere are no rules: nothing was judged. --rules "
		                   "DIR names some.\n");
	terminal_calls(paint, findings, ROWS_MAX);
	quality(paint, summary);
	registrations(paint, findings);
	anomalies(paint, summary);
	if (findings->exhausted)
		fprintf(paint->to, "\nMemory ran out: this report is not complete.\n");
}
