#include "cli/ladder.h"
#include "cli/page_parts.h"
#include "cli/paint.h"

enum {
	PLOT_WIDTH = 1100,
	PLOT_TOP = 34, /* above it lie the marks of alerts */
	PLOT_BASE = 176,
	PLOT_HEIGHT = 206,
	TICKS = 5,
	MARKS_MAX = 600,
	STREAMS_MAX = 80,
	SPARK_WIDTH = 260,
	SPARK_HEIGHT = 40,
};

static const char *const kind_classes[TIMELINE_KINDS] = {[TIMELINE_REQUEST] = "bar",
        [TIMELINE_ACCEPTED] = "good",
        [TIMELINE_REFUSED] = "loss"};

static void column_draw(
        FILE *to, const struct timeline *timeline, uint32_t column, double scale)
{
	const double width = (double)PLOT_WIDTH / timeline->columns;
	double base = PLOT_BASE;

	for (size_t kind = 0; kind < TIMELINE_KINDS; kind++) {
		const double height = timeline->counts[column][kind] * scale;
		if (height <= 0)
			continue;
		base -= height;
		fprintf(to,
		        "<rect class='%s' x='%.1f' y='%.1f' width='%.1f' "
		        "height='%.1f'/>\n",
		        kind_classes[kind], column * width, base,
		        width > 3 ? width - 1 : width, height);
	}
}

/* A span in its natural unit. */
static void span_print(FILE *to, double seconds)
{
	static const struct {
		const char *name;
		double seconds;
	} units[] = {
	        {"days", 172800}, {"hours", 7200}, {"minutes", 120}, {"s", 1}, {"ms", 0}};
	static const double sizes[] = {86400, 3600, 60, 1, 0.001};
	size_t i = 0;

	while (seconds < units[i].seconds)
		i++;
	fprintf(to, "%.3g %s", seconds / sizes[i], units[i].name);
}

static void ticks_draw(FILE *to, const struct timeline *timeline)
{
	const struct paint plain = {to, false};
	const double span_us = (double)timeline->width_us * timeline->columns;

	fprintf(to, "<line class='axis' x1='0' y1='%d' x2='%d' y2='%d'/>", PLOT_BASE,
	        PLOT_WIDTH, PLOT_BASE);
	fprintf(to, "<line class='axis' x1='0' y1='%d' x2='%d' y2='%d'/>", PLOT_TOP,
	        PLOT_WIDTH, PLOT_TOP);
	for (unsigned i = 0; i < TICKS; i++) {
		const double share = (double)i / (TICKS - 1);
		const uint64_t time_us = timeline->first_us + (uint64_t)(span_us * share);
		fprintf(to, "<text x='%.0f' y='%d' text-anchor='%s'>", share * PLOT_WIDTH,
		        PLOT_BASE + 20,
		        i == 0           ? "start"
		        : i == TICKS - 1 ? "end"
		                         : "middle");
		paint_time(&plain, time_us);
		fprintf(to, "</text>\n");
	}
}

static void marks_draw(
        FILE *to, const struct findings *findings, const struct timeline *timeline)
{
	const size_t count =
	        findings->alert_count < MARKS_MAX ? findings->alert_count : MARKS_MAX;
	/* The worst ones last: what is drawn later lies on top. */
	for (unsigned level = SEVERITY_INFO; level >= SEVERITY_CRITICAL; level--) {
		for (size_t i = 0; i < count; i++) {
			const struct finding_alert *alert = &findings->alerts[i];
			if (alert->rule.severity != level)
				continue;
			const double x =
			        timeline_at(timeline, alert->time_us) * PLOT_WIDTH;
			fprintf(to,
			        "<g class='mark %s'><line x1='%.1f' y1='18' x2='%.1f' "
			        "y2='%d'/><circle cx='%.1f' cy='12' r='6'/><title>",
			        report_severity(alert->rule.severity), x, x, PLOT_BASE,
			        x);
			markup_text(to, alert->rule.title);
			fprintf(to, "</title></g>\n");
		}
	}
}

void page_timeline(FILE *to, const struct findings *findings)
{
	const struct timeline *timeline = &findings->timeline;
	const uint64_t most = timeline_most(timeline);

	if (!most) {
		fprintf(to, "<div class='panel dim'>There was no SIP.</div>\n");
		return;
	}
	fprintf(to,
	        "<div class='panel'><svg class='plot' viewBox='-8 0 %d %d' width='%d' "
	        "height='%d' role='img' aria-label='SIP messages and alerts over "
	        "time'>\n",
	        PLOT_WIDTH + 16, PLOT_HEIGHT, PLOT_WIDTH + 16, PLOT_HEIGHT);
	for (uint32_t i = 0; i < timeline->columns; i++)
		column_draw(
		        to, timeline, i, (double)(PLOT_BASE - PLOT_TOP) / (double)most);
	ticks_draw(to, timeline);
	marks_draw(to, findings, timeline);
	fprintf(to,
	        "</svg><p class='dim key'><i class='bar'></i>requests "
	        "<i class='good'></i>answers <i class='loss'></i>refusals "
	        "<i class='dot'></i>alerts; the highest column is %llu messages in ",
	        (unsigned long long)most);
	span_print(to, (double)timeline->width_us / 1e6);
	fprintf(to, "</p></div>\n");
}

static bool of_stream(
        const struct finding_interval *interval, const struct summary_stream *stream)
{
	return interval->ssrc == stream->ssrc &&
	       endpoint_equal(&interval->src, &stream->src) &&
	       endpoint_equal(&interval->dst, &stream->dst);
}

struct extent {
	uint64_t first_us;
	uint64_t last_us;
	bool rated; /* an interval has a MOS */
};

static struct extent extent_of(
        const struct findings *findings, const struct summary_stream *stream)
{
	struct extent extent = {.first_us = UINT64_MAX};
	for (size_t i = 0; i < findings->interval_count; i++) {
		const struct finding_interval *interval = &findings->intervals[i];
		if (!of_stream(interval, stream))
			continue;
		extent.rated |= interval->mos_x100 != 0;
		if (interval->start_us < extent.first_us)
			extent.first_us = interval->start_us;
		if (interval->end_us > extent.last_us)
			extent.last_us = interval->end_us;
	}
	return extent;
}

/* MOS 1 lies at the bottom, 4.5 at the top. */
static double spark_y(unsigned mos_x100)
{
	return SPARK_HEIGHT - 2 - (mos_x100 - 100.0) / 350.0 * (SPARK_HEIGHT - 6);
}

/* A step of MOS for each ten seconds, in the colour of its worth, and loss as a bar. */
static void spark_interval(
        FILE *to, const struct finding_interval *interval, const struct extent *extent)
{
	const double span = (double)(extent->last_us - extent->first_us);
	const double scale = span > 0 ? SPARK_WIDTH / span : 0;
	const double x = (double)(interval->start_us - extent->first_us) * scale;
	const double end = (double)(interval->end_us - extent->first_us) * scale;
	const double width = end - x > 3 ? end - x - 1 : 2;
	const double loss =
	        interval->expected ? (double)interval->lost / interval->expected : 0;

	if (interval->mos_x100)
		fprintf(to,
		        "<rect class='%s' x='%.1f' y='%.1f' width='%.1f' height='%.1f'/>",
		        interval->mos_x100 >= 360   ? "good"
		        : interval->mos_x100 >= 310 ? "fair"
		                                    : "loss",
		        x, spark_y(interval->mos_x100), width,
		        SPARK_HEIGHT - spark_y(interval->mos_x100));
	if (loss > 0)
		fprintf(to,
		        "<rect class='hole' x='%.1f' y='%.1f' width='%.1f' "
		        "height='%.1f'/>",
		        x, SPARK_HEIGHT * (1 - loss), width, SPARK_HEIGHT * loss);
	fprintf(to, "\n");
}

static void spark_draw(
        FILE *to, const struct findings *findings, const struct summary_stream *stream)
{
	struct extent extent = extent_of(findings, stream);
	/* A stream shorter than an interval is drawn as one. */
	const struct finding_interval whole = {.end_us = 1,
	        .mos_x100 = stream->mos_x100,
	        .lost = (uint32_t)stream->lost,
	        .expected = (uint32_t)(stream->packets + stream->lost)};

	if (!extent.rated && !stream->mos_x100) {
		fprintf(to, "<span class='dim'>not rated</span>");
		return;
	}
	fprintf(to,
	        "<svg class='spark' viewBox='0 0 %d %d' width='%d' height='%d' "
	        "role='img' "
	        "aria-label='MOS and loss over time'>",
	        SPARK_WIDTH, SPARK_HEIGHT, SPARK_WIDTH, SPARK_HEIGHT);
	if (!extent.last_us) {
		extent = (struct extent){.last_us = 1};
		spark_interval(to, &whole, &extent);
	}
	for (size_t i = 0; i < findings->interval_count; i++)
		if (of_stream(&findings->intervals[i], stream))
			spark_interval(to, &findings->intervals[i], &extent);
	fprintf(to, "</svg>");
}

static double loss_percent(const struct summary_stream *stream)
{
	const double all = (double)stream->packets - (double)stream->duplicates +
	                   (double)stream->lost;
	return all > 0 ? 100.0 * (double)stream->lost / all : 0;
}

static void quality_row(
        FILE *to, const struct findings *findings, const struct summary_stream *stream)
{
	const double loss = loss_percent(stream);
	char text[64];

	fprintf(to, "<tr><td>");
	markup_text(to, endpoint_text(&stream->src, text, sizeof(text)));
	fprintf(to, " → ");
	markup_text(to, endpoint_text(&stream->dst, text, sizeof(text)));
	fprintf(to, "<br><span class='dim'>SSRC 0x%08x, payload type %u</span></td>",
	        stream->ssrc, stream->payload_type);
	fprintf(to,
	        "<td class='n'>%llu</td><td class='n %s'>%.2f %%</td>"
	        "<td class='n'>%.1f / %.1f ms</td>",
	        (unsigned long long)stream->packets,
	        loss >= 3   ? "bad"
	        : loss >= 1 ? "warn"
	                    : "",
	        loss, stream->jitter_ms_mean, stream->jitter_ms_max);
	if (stream->mos_x100)
		fprintf(to, "<td class='n %s'>%.2f</td>",
		        stream->mos_x100 >= 360   ? "ok"
		        : stream->mos_x100 >= 310 ? "warn"
		                                  : "bad",
		        stream->mos_x100 / 100.0);
	else
		fprintf(to, "<td class='n dim'>–</td>");
	fprintf(to, "<td>");
	spark_draw(to, findings, stream);
	fprintf(to, "</td></tr>\n");
}

void page_quality(
        FILE *to, const struct findings *findings, const struct summary *summary)
{
	const size_t count = summary_stream_count(summary);
	const size_t rows = count < STREAMS_MAX ? count : STREAMS_MAX;

	fprintf(to, "<div class='panel wide'><table><thead><tr><th>Stream</th>"
	            "<th class='n'>Packets</th><th class='n'>Loss</th>"
	            "<th class='n'>Jitter mean / max</th><th class='n'>MOS</th>"
	            "<th>MOS over time</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < rows; i++)
		quality_row(to, findings, summary_stream(summary, i));
	fprintf(to, "</tbody></table><p class='dim key'><i class='good'></i>MOS 3.6 and "
	            "better <i class='fair'></i>3.1 and better <i class='loss'></i>worse "
	            "<i class='hole'></i>lost packets; a column is ten seconds</p>");
	if (count > rows)
		fprintf(to, "<p class='dim'>and %zu more streams</p>", count - rows);
	fprintf(to, "</div>\n");
}
