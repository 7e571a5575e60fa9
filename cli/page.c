#include "cli/page.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/groups.h"
#include "cli/ladder.h"
#include "cli/page_parts.h"
#include "cli/paint.h"

enum {
	GROUPS_MAX = 200,
	FURTHER_MAX = 100,
	CALLS_MAX = 500,
	LADDERS_MAX = 60,
	ROWS_MAX = 200
};

struct page {
	FILE *to;
	const struct findings *findings;
	const struct summary *summary;
	struct groups groups;
	struct ladder *ladder; /* scratch */
	unsigned ladders;
};

static void time_print(FILE *to, uint64_t time_us)
{
	struct paint plain = {to, false};
	paint_time(&plain, time_us);
}

static void card(FILE *to, uint64_t value, const char *text)
{
	fprintf(to, "<div class='card'><b>%llu</b><span class='dim'>%s</span></div>\n",
	        (unsigned long long)value, text);
}

/* What a reader wants to know first: how bad it is. */
static void chips(const struct page *page)
{
	FILE *to = page->to;

	fprintf(to, "<p class='chips'>");
	if (!page->groups.count)
		fprintf(to, "<span class='tag ok'>nothing found</span>");
	for (unsigned level = SEVERITY_CRITICAL; level <= SEVERITY_INFO; level++) {
		const char *name = report_severity((enum severity)level);
		if (page->groups.levels[level])
			fprintf(to, "<span class='tag %s'>%zu %s</span>", name,
			        page->groups.levels[level], name);
	}
	fprintf(to, "</p>\n");
}

static void head(const struct page *page)
{
	FILE *to = page->to;
	fprintf(to,
	        "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>"
	        "<meta name='viewport' content='width=device-width,initial-scale=1'>"
	        "<meta http-equiv='Content-Security-Policy' content=\"default-src "
	        "'none'; "
	        "style-src 'unsafe-inline'\"><title>Ringfence "
	        "audit</title>\n<style>%s</style></head>"
	        "<body><main>\n<h1>VoIP audit</h1>\n<p class='dim'>",
	        PAGE_STYLE);
	if (summary_packets(page->summary)) {
		time_print(to, summary_first_us(page->summary));
		fprintf(to, " to ");
		time_print(to, summary_last_us(page->summary));
		fprintf(to, " UTC, from the capture's own stamps");
	}
	fprintf(to, "</p>\n");
	chips(page);
	fprintf(to, "<div class='cards'>\n");
	card(to, page->findings->alert_count, "alerts");
	card(to, summary_calls(page->summary), "calls");
	card(to, summary_stream_count(page->summary), "media streams");
	card(to, page->findings->registration_count, "accounts registered");
	card(to, summary_packets(page->summary), "packets");
	fprintf(to, "</div>\n<h2>Timeline</h2>\n");
	page_timeline(to, page->findings);
}

static void ladder_print(struct page *page, uint64_t id, bool open)
{
	const struct finding_call *call = findings_call(page->findings, id);
	if (!call || page->ladders == LADDERS_MAX)
		return;
	ladder_of(page->ladder, page->findings, call);
	if (!page->ladder->row_count)
		return;
	page->ladders++;
	fprintf(page->to,
	        "<details%s id='call-%llu'><summary>Call %llu, message by "
	        "message</summary><div class='wide'>",
	        open ? " open" : "", (unsigned long long)id, (unsigned long long)id);
	ladder_svg(page->ladder, page->to);
	fprintf(page->to, "</div>");
	if (page->ladder->left_out)
		fprintf(page->to, "<p class='dim'>and %zu more messages</p>",
		        page->ladder->left_out);
	fprintf(page->to, "</details>\n");
}

static void term(FILE *to, const char *name, struct slice text)
{
	if (!text.len)
		return;
	fprintf(to, "<dt>%s</dt><dd>", name);
	markup_text(to, slice_first(text, 160));
	fprintf(to, "</dd>\n");
}

static void evidence_print(FILE *to, const struct finding_alert *alert)
{
	if (!alert->evidence_count)
		return;
	fprintf(to, "<dt>Evidence</dt><dd>packets");
	for (uint32_t i = 0; i < alert->evidence_count; i++)
		fprintf(to, "%s %llu", i ? "," : "",
		        (unsigned long long)alert->evidence[i].number);
	fprintf(to, "</dd>\n");
}

static void whom_print(FILE *to, const struct finding_alert *alert)
{
	time_print(to, alert->time_us);
	fprintf(to, " · %s <code>", report_entity(alert->entity_type));
	markup_text(to, alert->entity);
	fprintf(to, "</code>");
}

static void further_print(FILE *to, const struct group *group)
{
	if (group->count < 2)
		return;
	fprintf(to, "<details><summary>%zu more of this rule</summary><ul>\n",
	        group->count - 1);
	for (size_t i = 1; i < group->count && i <= FURTHER_MAX; i++) {
		fprintf(to, "<li>");
		whom_print(to, group->alerts[i]);
		fprintf(to, "<br><span class='dim'>");
		markup_text(to, group->alerts[i]->explain);
		fprintf(to, "</span></li>\n");
	}
	if (group->count - 1 > FURTHER_MAX)
		fprintf(to, "<li class='dim'>and %zu more</li>",
		        group->count - 1 - FURTHER_MAX);
	fprintf(to, "</ul></details>\n");
}

static void group_print(struct page *page, const struct group *group, bool first)
{
	const struct finding_alert *alert = group->alerts[0];
	FILE *to = page->to;
	const char *level = report_severity(alert->rule.severity);
	char text[64];

	fprintf(to, "<article class='%s' id='rule-%u'><h3><span class='tag'>%s</span>",
	        level, alert->rule.number, level);
	markup_text(to, alert->rule.title);
	fprintf(to, "</h3><div class='dim'>");
	whom_print(to, alert);
	fprintf(to, "</div>\n<p class='why'>");
	markup_text(to, alert->explain);
	fprintf(to, "</p><dl>");
	term(to, "Advice", alert->rule.advice);
	if (alert->would != VERDICT_PASS)
		fprintf(to, "<dt>Response</dt><dd>the filter would %s</dd>\n",
		        report_verdict(alert->would));
	term(to, "Rule", alert->rule.id);
	term(to, "Key", alert->key);
	if (alert->has_flow) {
		fprintf(to, "<dt>Decided by</dt><dd>a packet from ");
		markup_text(to, endpoint_text(&alert->src, text, sizeof(text)));
		fprintf(to, " to ");
		markup_text(to, endpoint_text(&alert->dst, text, sizeof(text)));
		fprintf(to, "</dd>\n");
	}
	evidence_print(to, alert);
	fprintf(to, "</dl>");
	ladder_print(page, alert->call, first);
	further_print(to, group);
	fprintf(to, "</article>\n");
}

static void alerts(struct page *page)
{
	const struct groups *groups = &page->groups;

	fprintf(page->to, "<h2>Alerts</h2>\n");
	if (!groups->count)
		fprintf(page->to,
		        "<div class='panel ok'>No rule found anything to tell.</div>\n");
	for (size_t i = 0; i < groups->count && i < GROUPS_MAX; i++)
		group_print(page, &groups->items[i], i == 0);
	if (groups->count > GROUPS_MAX)
		fprintf(page->to, "<p class='dim'>and %zu more rules</p>\n",
		        groups->count - GROUPS_MAX);
}

static void call_row(FILE *to, const struct finding_call *call)
{
	fprintf(to, "<tr><td class='n'>%llu</td><td>", (unsigned long long)call->id);
	time_print(to, call->start_us);
	fprintf(to, "</td><td>");
	markup_text(to, slice_first(call->from_user, 40));
	fprintf(to, "</td><td>");
	markup_text(to, slice_first(call->to_user, 40));
	fprintf(to, "</td><td class='%s'>%s</td><td class='n'>",
	        call->answer_us ? "ok" : "warn", call->state);
	if (call->status)
		fprintf(to, "%u", call->status);
	fprintf(to, "</td><td class='n'>%.1f s</td><td>%s</td>", call->duration_s,
	        call->end);
	for (unsigned side = 0; side < 2; side++) {
		if (call->mos_x100[side])
			fprintf(to, "<td class='n'>%.2f</td>",
			        call->mos_x100[side] / 100.0);
		else
			fprintf(to, "<td class='n dim'>–</td>");
	}
	fprintf(to, "</tr>\n");
}

static void calls(struct page *page)
{
	const struct findings *findings = page->findings;
	if (!findings->call_count)
		return;
	fprintf(page->to,
	        "<h2>Calls</h2>\n<div class='panel wide'><table><thead><tr><th "
	        "class='n'>#</th>"
	        "<th>Start (UTC)</th><th>From</th><th>To</th><th>State</th><th "
	        "class='n'>SIP</th>"
	        "<th class='n'>Talk time</th><th>End</th><th class='n'>MOS out</th>"
	        "<th class='n'>MOS in</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < findings->call_count && i < CALLS_MAX; i++)
		call_row(page->to, &findings->calls[i]);
	fprintf(page->to, "</tbody></table></div>\n");
	if (findings->call_count > CALLS_MAX)
		fprintf(page->to, "<p class='dim'>and %zu more</p>\n",
		        findings->call_count - CALLS_MAX);
	for (size_t i = 0; i < findings->call_count && i < CALLS_MAX; i++)
		ladder_print(page, findings->calls[i].id, false);
}

static void registrations(const struct page *page)
{
	const struct findings *findings = page->findings;
	char text[64];
	if (!findings->registration_count)
		return;
	fprintf(page->to, "<h2>Registrations</h2>\n<div class='panel "
	                  "wide'><table><thead><tr><th>First (UTC)</th>"
	                  "<th>Account</th><th>Source</th><th>User "
	                  "agent</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < findings->registration_count && i < ROWS_MAX; i++) {
		const struct finding_registration *row = &findings->registrations[i];
		fprintf(page->to, "<tr><td>");
		time_print(page->to, row->time_us);
		fprintf(page->to, "</td><td>");
		markup_text(page->to, row->user);
		fprintf(page->to, "@");
		markup_text(page->to, row->host);
		fprintf(page->to, "</td><td>");
		markup_text(page->to, endpoint_text(&row->source, text, sizeof(text)));
		fprintf(page->to, "</td><td>");
		markup_text(page->to, slice_first(row->user_agent, 80));
		fprintf(page->to, "</td></tr>\n");
	}
	fprintf(page->to, "</tbody></table></div>\n");
}

static void anomalies(const struct page *page)
{
	bool any = false;

	for (unsigned i = 0; i < ANOMALY_COUNT; i++) {
		const uint64_t count = summary_anomaly(page->summary, (enum anomaly)i);
		const char *help = anomaly_help((enum anomaly)i);
		if (!count)
			continue;
		if (!any)
			fprintf(page->to,
			        "<h2>Anomalies</h2>\n<div class='panel wide'><table>"
			        "<thead><tr><th class='n'>Count</th><th>Name</th>"
			        "<th>Meaning</th></tr></thead><tbody>\n");
		any = true;
		fprintf(page->to,
		        "<tr><td class='n'>%llu</td><td><code>%s</code></td><td>",
		        (unsigned long long)count, anomaly_name((enum anomaly)i));
		markup_text(page->to, slice_text(help));
		fprintf(page->to, "</td></tr>\n");
	}
	if (any)
		fprintf(page->to, "</tbody></table></div>\n");
}

/* False without memory. */
static bool body(struct page *page)
{
	head(page);
	const bool fine = page_incidents(page->to, page->findings);
	alerts(page);
	calls(page);
	if (summary_stream_count(page->summary)) {
		fprintf(page->to, "<h2>Media quality</h2>\n");
		page_quality(page->to, page->findings, page->summary);
	}
	registrations(page);
	anomalies(page);
	fprintf(page->to, "<footer>Written by ringfence " RINGFENCE_VERSION
	                  ". The same captures and rules give the same page.</footer>"
	                  "</main></body></html>\n");
	return fine;
}

bool page_write(
        const char *path, const struct findings *findings, const struct engine *engine)
{
	struct page page = {
	        .to = fopen(path, "w"),
	        .findings = findings,
	        .summary = engine_summary(engine),
	        .ladder = malloc(sizeof(struct ladder)),
	};
	bool fine = page.to && page.ladder && groups_of(&page.groups, findings);

	fine = fine && body(&page) && !ferror(page.to);
	if (page.to && fclose(page.to) != 0)
		fine = false;
	if (!fine)
		fprintf(stderr, "ringfence: %s: %s\n", path, strerror(errno));
	groups_clear(&page.groups);
	free(page.ladder);
	return fine;
}
