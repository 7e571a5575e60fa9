/*
 * The incidents of an audit page: a story each, its steps, and where the packets are.
 */
#include "cli/page_parts.h"

#include "cli/ladder.h"
#include "cli/lines.h"
#include "cli/paint.h"
#include "cli/story.h"

enum { INCIDENTS_SHOWN = 30, CALLS_SHOWN = 12, PACKETS_SHOWN = 6 };

static void paragraph(FILE *to, const char *name, const char *text)
{
	if (!text[0])
		return;
	fprintf(to, "<dt>%s</dt><dd>", name);
	markup_text(to, slice_text(text));
	fprintf(to, "</dd>\n");
}

static void time_print(FILE *to, uint64_t time_us)
{
	const struct paint plain = {to, false};
	paint_time(&plain, time_us);
}

/* Where the proof is: in the capture's packets, and further down on this page. */
static void packets_print(
        FILE *to, const struct finding_alert *alert, const char *evidence)
{
	for (uint32_t i = 0; i < alert->evidence_count && i < PACKETS_SHOWN; i++)
		fprintf(to, "%s%llu", i ? ", " : " · packets ",
		        (unsigned long long)alert->evidence[i].number);
	if (alert->evidence_count > PACKETS_SHOWN)
		fprintf(to, " …");
	if (!evidence)
		return;
	char name[256];
	evidence_name(alert->id, alert->rule.id, name, sizeof(name));
	fprintf(to, " · <a href='");
	markup_text(to, slice_text(evidence));
	fprintf(to, "/%s'>capture</a>", name);
}

static void step_print(FILE *to, const struct story_step *step, const char *evidence)
{
	const char *level = report_severity(step->alert->rule.severity);
	fprintf(to, "<li class='%s'><span class='dim'>", level);
	time_print(to, step->alert->time_us);
	fprintf(to, "</span> <a href='#rule-%u'>", step->alert->rule.number);
	markup_text(to, step->alert->rule.title);
	fprintf(to, "</a><br>");
	markup_text(to, step->alert->explain);
	fprintf(to, "<span class='dim'>");
	if (step->count > 1) {
		fprintf(to, " · told %zu times until ", step->count);
		time_print(to, step->last_us);
	}
	packets_print(to, step->alert, evidence);
	fprintf(to, "</span></li>\n");
}

static void call_print(FILE *to, const struct finding_call *call)
{
	fprintf(to, "<li><a href='#call-%llu'>", (unsigned long long)call->id);
	time_print(to, call->start_us);
	fprintf(to, "</a> ");
	markup_text(to, slice_first(call->from_user, 40));
	fprintf(to, " → ");
	markup_text(to, slice_first(call->to_user, 40));
	fprintf(to, " <span class='dim'>%s, %.0f s</span></li>\n", call->state,
	        call->duration_s);
}

static void calls_print(FILE *to, const struct incident_calls *calls)
{
	if (!calls->count)
		return;
	fprintf(to, "<details><summary>%zu calls</summary><ul>\n", calls->count);
	for (size_t i = 0; i < calls->count && i < CALLS_SHOWN; i++)
		call_print(to, calls->items[i]);
	if (calls->count > CALLS_SHOWN)
		fprintf(to, "<li class='dim'>and %zu more</li>",
		        calls->count - CALLS_SHOWN);
	fprintf(to, "</ul></details>\n");
}

static void incident_print(FILE *to, const struct incident *incident,
        const struct story *story, const char *evidence)
{
	const char *level = report_severity(incident->worst);
	fprintf(to, "<article class='%s'><h3><span class='tag'>%s</span>", level, level);
	markup_text(to, slice_text(story->title));
	fprintf(to, "</h3>\n<dl>");
	paragraph(to, "Who", story->who);
	paragraph(to, "Tried", story->tried);
	paragraph(to, "Worked", story->worked);
	paragraph(to, "Stop", story->stop);
	fprintf(to, "</dl>\n<ol class='steps'>");
	for (size_t i = 0; i < story->step_count; i++)
		step_print(to, &story->steps[i], evidence);
	if (story->steps_left_out)
		fprintf(to, "<li class='dim'>and %zu more</li>", story->steps_left_out);
	fprintf(to, "</ol>\n");
	calls_print(to, &story->calls);
	fprintf(to, "</article>\n");
}

bool page_incidents(FILE *to, const struct findings *findings)
{
	struct incidents incidents;
	bool fine = incidents_of(&incidents, findings);

	if (fine && incidents.count)
		fprintf(to, "<h2>Incidents</h2>\n");
	for (size_t i = 0; fine && i < incidents.count && i < INCIDENTS_SHOWN; i++) {
		struct story story;
		fine = story_of(&story, &incidents.items[i], findings);
		if (fine)
			incident_print(
			        to, &incidents.items[i], &story, findings->evidence);
		story_clear(&story);
	}
	if (fine && incidents.count > INCIDENTS_SHOWN)
		fprintf(to, "<p class='dim'>and %zu smaller ones</p>\n",
		        incidents.count - INCIDENTS_SHOWN);
	incidents_clear(&incidents);
	return fine;
}
