#include "cli/ladder.h"
#include "cli/page_parts.h"
#include "cli/paint.h"

enum {
	BUCKETS = 120,
	PLOT_WIDTH = 1100,
	PLOT_HEIGHT = 150,
	PLOT_BASE = 122,
	QUALITY_ROWS_MAX = 60,
	QUALITY_ROW = 26,
};

static unsigned bucket_of(const struct summary *summary, uint64_t time_us)
{
	uint64_t first = summary_first_us(summary);
	uint64_t span = summary_last_us(summary) - first;
	if (span == 0 || time_us <= first)
		return 0;
	uint64_t at =
	        (uint64_t)((double)(time_us - first) / (double)span * (BUCKETS - 1));
	return at < BUCKETS ? (unsigned)at : BUCKETS - 1;
}

static void time_label(FILE *to, uint64_t time_us, unsigned x, const char *anchor)
{
	struct paint plain = {to, false};
	fprintf(to, "<text x='%u' y='%u' text-anchor='%s'>", x, PLOT_BASE + 20, anchor);
	paint_time(&plain, time_us);
	fprintf(to, "</text>");
}

void page_timeline(
        FILE *to, const struct findings *findings, const struct summary *summary)
{
	unsigned counts[BUCKETS] = {0};
	unsigned most = 1;

	for (size_t i = 0; i < findings->message_count; i++) {
		unsigned *count =
		        &counts[bucket_of(summary, findings->messages[i].time_us)];
		if (++*count > most)
			most = *count;
	}
	fprintf(to,
	        "<div class='panel'><svg class='plot' viewBox='0 0 %d %d' width='%d' "
	        "height='%d' "
	        "role='img' aria-label='messages and alerts over time'>\n",
	        PLOT_WIDTH, PLOT_HEIGHT, PLOT_WIDTH, PLOT_HEIGHT);
	fprintf(to, "<line class='axis' x1='0' y1='%d' x2='%d' y2='%d'/>\n", PLOT_BASE,
	        PLOT_WIDTH, PLOT_BASE);
	for (unsigned i = 0; i < BUCKETS; i++) {
		double height = 100.0 * counts[i] / most;
		if (counts[i])
			fprintf(to,
			        "<rect class='bar' x='%.1f' y='%.1f' width='%.1f' "
			        "height='%.1f' "
			        "rx='1.5'><title>%u messages</title></rect>\n",
			        i * (double)PLOT_WIDTH / BUCKETS, PLOT_BASE - height,
			        (double)PLOT_WIDTH / BUCKETS - 1.5, height, counts[i]);
	}
	for (size_t i = 0; i < findings->alert_count; i++) {
		unsigned at = bucket_of(summary, findings->alerts[i].time_us);
		double x = (at + 0.5) * PLOT_WIDTH / BUCKETS;
		fprintf(to,
		        "<line class='mark' x1='%.1f' y1='8' x2='%.1f' y2='%d'><title>",
		        x, x, PLOT_BASE);
		markup_text(to, findings->alerts[i].rule.title);
		fprintf(to, "</title></line>\n");
	}
	time_label(to, summary_first_us(summary), 0, "start");
	time_label(to, summary_last_us(summary), PLOT_WIDTH, "end");
	fprintf(to, "</svg><p class='dim'>Bars: SIP messages of calls. Lines: "
	            "alerts.</p></div>\n");
}

static double loss_percent(const struct summary_stream *stream)
{
	double all = (double)stream->packets + (double)stream->lost;
	return all > 0 ? 100.0 * (double)stream->lost / all : 0;
}

static void quality_row(
        FILE *to, const struct summary_stream *stream, size_t row, double jitter_most)
{
	double y = 34.0 + (double)row * QUALITY_ROW;
	double loss = loss_percent(stream);
	double jitter = stream->jitter_ms_max / jitter_most * 240;
	char text[64];

	fprintf(to, "<text x='0' y='%.1f'>", y + 13);
	markup_text(to, endpoint_text(&stream->src, text, sizeof(text)));
	fprintf(to, " → ");
	markup_text(to, endpoint_text(&stream->dst, text, sizeof(text)));
	fprintf(to,
	        "</text><rect class='bar' x='470' y='%.1f' width='%.1f' height='14' "
	        "rx='3'/>",
	        y + 2, jitter > 1 ? jitter : 1);
	fprintf(to, "<text x='%.1f' y='%.1f'>%.2f ms</text>", 478 + jitter, y + 13,
	        stream->jitter_ms_max);
	fprintf(to,
	        "<rect class='loss' x='800' y='%.1f' width='%.1f' height='14' rx='3'/>",
	        y + 2, loss > 0 ? 1 + loss * 1.6 : 0);
	fprintf(to, "<text x='%.1f' y='%.1f'>%.2f %%</text>", 808 + loss * 1.6, y + 13,
	        loss);
	if (stream->mos_x100)
		fprintf(to, "<text x='1040' y='%.1f'>%.2f</text>", y + 13,
		        stream->mos_x100 / 100.0);
	fprintf(to, "\n");
}

void page_quality(FILE *to, const struct summary *summary)
{
	size_t count = summary_stream_count(summary);
	size_t rows = count < QUALITY_ROWS_MAX ? count : QUALITY_ROWS_MAX;
	size_t height = 44 + rows * QUALITY_ROW;
	double most = 1;

	for (size_t i = 0; i < rows; i++)
		if (summary_stream(summary, i)->jitter_ms_max > most)
			most = summary_stream(summary, i)->jitter_ms_max;
	fprintf(to,
	        "<div class='panel wide'><svg class='plot' viewBox='0 0 %d %zu' "
	        "width='%d' "
	        "height='%zu' role='img' aria-label='quality of media streams'>\n"
	        "<text x='0' y='18'>stream</text><text x='470' y='18'>jitter, "
	        "highest</text>"
	        "<text x='800' y='18'>loss</text><text x='1040' y='18'>MOS</text>\n",
	        PLOT_WIDTH, height, PLOT_WIDTH, height);
	for (size_t i = 0; i < rows; i++)
		quality_row(to, summary_stream(summary, i), i, most);
	fprintf(to, "</svg>");
	if (count > rows)
		fprintf(to, "<p class='dim'>and %zu more streams</p>", count - rows);
	fprintf(to, "</div>\n");
}
