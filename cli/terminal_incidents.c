#include "cli/terminal_incidents.h"

#include "cli/story.h"

enum { INCIDENTS_SHOWN = 8, LINE_MAX_TEXT = 400 };

static void line_print(const struct paint *paint, const char *name, const char *text)
{
	if (!text[0])
		return;
	paint_begin(paint, PAINT_DIM);
	fprintf(paint->to, "           %-7s", name);
	paint_end(paint);
	paint_text(paint, slice_text(text), LINE_MAX_TEXT);
	fprintf(paint->to, "\n");
}

static void incident_print(const struct paint *paint, const struct incident *incident,
        const struct story *story)
{
	fprintf(paint->to, "  ");
	paint_begin(paint, paint_severity(incident->worst));
	fprintf(paint->to, "%-8s", report_severity(incident->worst));
	paint_end(paint);
	fprintf(paint->to, " ");
	paint_begin(paint, PAINT_BOLD);
	paint_text(paint, slice_text(story->title), LINE_MAX_TEXT);
	paint_end(paint);
	fprintf(paint->to, "\n");
	line_print(paint, "who", story->who);
	line_print(paint, "tried", story->tried);
	line_print(paint, "worked", story->worked);
	line_print(paint, "stop", story->stop);
}

void terminal_incidents(const struct paint *paint, const struct findings *findings)
{
	struct incidents incidents;
	bool fine = incidents_of(&incidents, findings);

	if (fine && incidents.count)
		paint_heading(paint, "Incidents");
	for (size_t i = 0; fine && i < incidents.count && i < INCIDENTS_SHOWN; i++) {
		struct story story;
		fine = story_of(&story, &incidents.items[i], findings);
		if (fine)
			incident_print(paint, &incidents.items[i], &story);
		story_clear(&story);
	}
	if (fine && incidents.count > INCIDENTS_SHOWN)
		fprintf(paint->to, "  … and %zu smaller ones; --report tells more\n",
		        incidents.count - INCIDENTS_SHOWN);
	if (!fine)
		fprintf(paint->to, "\nMemory ran out: the incidents are not told.\n");
	incidents_clear(&incidents);
}
