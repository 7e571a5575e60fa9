#include "cli/ladder.h"

#include <stdlib.h>

#include "cli/paint.h"
#include "engine/report/json.h"

enum { TEXT_COLUMN = 34, SVG_COLUMN = 230, SVG_ROW = 34, SVG_TOP = 64, SVG_LEFT = 150 };

static bool has_column(const struct ladder *ladder, const struct endpoint *endpoint)
{
	for (uint32_t i = 0; i < ladder->column_count; i++)
		if (endpoint_equal(&ladder->columns[i], endpoint))
			return true;
	return false;
}

/* False when there is no room for a further column. */
static bool add_column(struct ladder *ladder, const struct endpoint *endpoint)
{
	if (has_column(ladder, endpoint))
		return true;
	if (ladder->column_count == LADDER_COLUMNS_MAX)
		return false;
	ladder->columns[ladder->column_count++] = *endpoint;
	return true;
}

static void add_row(struct ladder *ladder, const struct finding_message *message)
{
	if (ladder->row_count == LADDER_ROWS_MAX || !add_column(ladder, &message->src) ||
	        !add_column(ladder, &message->dst)) {
		ladder->left_out++;
		return;
	}
	ladder->rows[ladder->row_count++] = message;
}

static void add_leg(struct ladder *ladder, const struct findings *findings, uint64_t id)
{
	uint32_t number = findings_first_message(findings, id);
	while (number) {
		const struct finding_message *message = &findings->messages[number - 1];
		add_row(ladder, message);
		number = message->next;
	}
}

/* Messages lie in one array in the order of their packets, whatever their call. */
static int earlier(const void *a, const void *b)
{
	const struct finding_message *left = *(const struct finding_message *const *)a;
	const struct finding_message *right = *(const struct finding_message *const *)b;
	return left < right ? -1 : left > right;
}

void ladder_of(struct ladder *ladder, const struct findings *findings,
        const struct finding_call *call)
{
	*ladder = (struct ladder){.call = call};
	for (size_t i = 0; i < findings->call_count; i++)
		if (findings->calls[i].correlation == call->correlation)
			add_leg(ladder, findings, findings->calls[i].id);
	qsort(ladder->rows, ladder->row_count, sizeof(ladder->rows[0]), earlier);
}

static uint32_t column_of(const struct ladder *ladder, const struct endpoint *endpoint)
{
	uint32_t i = 0;
	while (i + 1 < ladder->column_count &&
	        !endpoint_equal(&ladder->columns[i], endpoint))
		i++;
	return i;
}

static void repeat(FILE *to, char byte, size_t count)
{
	while (count--)
		(void)fputc(byte, to);
}

/* The part of a line between column left and right: "--- INVITE (SDP) --->". */
static void text_arrow(
        const struct finding_message *row, size_t width, bool rightwards, FILE *to)
{
	struct paint plain = {to, false};
	const size_t mark = row->sdp ? 6 : 0;
	const size_t room = width > mark + 8 ? width - mark - 6 : 2;
	const size_t shown = row->label.len < room ? row->label.len : room;
	const size_t label = shown + mark + 2;
	size_t shafts = width > label + 2 ? width - label - 1 : 2;

	if (!rightwards)
		(void)fputc('<', to);
	repeat(to, '-', shafts / 2);
	(void)fputc(' ', to);
	paint_text(&plain, row->label, (int)room);
	if (row->sdp)
		(void)fputs(" (SDP)", to);
	(void)fputc(' ', to);
	repeat(to, row->retransmission ? '.' : '-', shafts - shafts / 2);
	if (rightwards)
		(void)fputc('>', to);
}

static void text_row(
        const struct ladder *ladder, const struct finding_message *row, FILE *to)
{
	uint32_t from = column_of(ladder, &row->src);
	uint32_t into = column_of(ladder, &row->dst);
	uint32_t low = from < into ? from : into;
	uint32_t high = from < into ? into : from;

	fprintf(to, "%11.6f  ", (double)(row->time_us - ladder->rows[0]->time_us) / 1e6);
	for (uint32_t i = 0; i < low; i++) {
		(void)fputc('|', to);
		repeat(to, ' ', TEXT_COLUMN - 1);
	}
	(void)fputc('|', to);
	if (low != high)
		text_arrow(row, (size_t)(high - low) * TEXT_COLUMN - 1, from < into, to);
	for (uint32_t i = high; low != high && i < ladder->column_count; i++) {
		(void)fputc('|', to);
		repeat(to, ' ', i + 1 < ladder->column_count ? TEXT_COLUMN - 1 : 0);
	}
	(void)fputc('\n', to);
}

void ladder_text(const struct ladder *ladder, FILE *to)
{
	struct paint plain = {to, false};
	char text[64];

	fprintf(to, "%13s", "");
	for (uint32_t i = 0; i < ladder->column_count; i++)
		paint_text(&plain, endpoint_text(&ladder->columns[i], text, sizeof(text)),
		        -TEXT_COLUMN);
	(void)fputc('\n', to);
	for (size_t i = 0; i < ladder->row_count; i++)
		text_row(ladder, ladder->rows[i], to);
	if (ladder->left_out)
		fprintf(to, "and %zu more messages\n", ladder->left_out);
}

void markup_text(FILE *to, struct slice text)
{
	char buffer[1024];
	struct writer out = writer_of(buffer, sizeof(buffer));

	/* The JSON writer makes valid UTF-8 of it, with controls as \u escapes. */
	(void)json_escape(&out, slice_first(text, 160));
	for (size_t i = 0; i < out.len; i++) {
		switch (buffer[i]) {
		case '&':
			(void)fputs("&amp;", to);
			break;
		case '<':
			(void)fputs("&lt;", to);
			break;
		case '>':
			(void)fputs("&gt;", to);
			break;
		case '\'':
			(void)fputs("&#39;", to);
			break;
		case '"':
			(void)fputs("&quot;", to);
			break;
		case '\\':
			if (i + 1 < out.len &&
			        (buffer[i + 1] == '"' || buffer[i + 1] == '\\'))
				i++;
			(void)fputs(buffer[i] == '"' ? "&quot;" : "\\", to);
			break;
		default:
			(void)fputc(buffer[i], to);
		}
	}
}

static const char *svg_class(const struct finding_message *row)
{
	if (row->retransmission)
		return "re";
	if (row->status >= 400)
		return "bad";
	return row->status >= 200 && row->status < 300 ? "good" : "msg";
}

static void svg_row(const struct ladder *ladder, size_t index, FILE *to)
{
	const struct finding_message *row = ladder->rows[index];
	unsigned y = SVG_TOP + (unsigned)index * SVG_ROW + 24;
	unsigned from = SVG_LEFT + column_of(ladder, &row->src) * SVG_COLUMN;
	unsigned into = SVG_LEFT + column_of(ladder, &row->dst) * SVG_COLUMN;
	int tip = into > from ? -8 : 8;

	fprintf(to, "<text class='when' x='8' y='%u'>%.6f s</text>", y + 4,
	        (double)(row->time_us - ladder->rows[0]->time_us) / 1e6);
	fprintf(to, "<g class='%s'><line x1='%u' y1='%u' x2='%u' y2='%u'/>",
	        svg_class(row), from, y, into, y);
	fprintf(to, "<path d='M%u %ul%d -4v8z'/><text class='label' x='%u' y='%u'>", into,
	        y, tip, (from + into) / 2, y - 6);
	markup_text(to, row->label);
	fprintf(to, "%s</text></g>\n", row->sdp ? " · SDP" : "");
}

void ladder_svg(const struct ladder *ladder, FILE *to)
{
	unsigned width =
	        SVG_LEFT +
	        (ladder->column_count ? ladder->column_count - 1 : 0) * SVG_COLUMN + 120;
	unsigned height = SVG_TOP + (unsigned)ladder->row_count * SVG_ROW + 24;
	char text[64];

	fprintf(to,
	        "<svg xmlns='http://www.w3.org/2000/svg' class='ladder' role='img' "
	        "aria-label='ladder diagram' viewBox='0 0 %u %u' width='%u' "
	        "height='%u'>\n"
	        "<style>.ladder text{font:12px system-ui,sans-serif;fill:currentColor}"
	        ".ladder .label,.ladder .head{text-anchor:middle}.ladder "
	        ".head{font-weight:600}"
	        ".ladder .when{opacity:.6;font-size:11px}.ladder "
	        "line{stroke:currentColor;"
	        "stroke-width:1.4}.ladder .pole{opacity:.25}.ladder "
	        "path{fill:currentColor}"
	        ".ladder .msg{color:#2f6fde}.ladder .good{color:#1a9c6b}"
	        ".ladder .bad{color:#d33f49}.ladder .re{opacity:.45;stroke-dasharray:4 3}"
	        "</style>\n",
	        width, height, width, height);
	for (uint32_t i = 0; i < ladder->column_count; i++) {
		unsigned x = SVG_LEFT + i * SVG_COLUMN;
		fprintf(to, "<text class='head' x='%u' y='32'>", x);
		markup_text(to, endpoint_text(&ladder->columns[i], text, sizeof(text)));
		fprintf(to,
		        "</text><line class='pole' x1='%u' y1='44' x2='%u' y2='%u'/>\n",
		        x, x, height - 8);
	}
	for (size_t i = 0; i < ladder->row_count; i++)
		svg_row(ladder, i, to);
	fprintf(to, "</svg>\n");
}

void ladder_json(const struct ladder *ladder, FILE *to)
{
	char buffer[4096];
	struct writer out = writer_of(buffer, sizeof(buffer));

	json_object(&out, NULL);
	json_u64(&out, "call", ladder->call->id);
	json_text(&out, "call_id", slice_first(ladder->call->call_id, 256));
	json_array(&out, "columns");
	for (uint32_t i = 0; i < ladder->column_count; i++)
		json_endpoint(&out, NULL, &ladder->columns[i]);
	json_array_end(&out);
	json_array(&out, "messages");
	(void)fwrite(buffer, 1, out.len, to);
	for (size_t i = 0; i < ladder->row_count; i++) {
		const struct finding_message *row = ladder->rows[i];
		out = writer_of(buffer, sizeof(buffer));
		json_object(&out, NULL);
		json_time(&out, "timestamp", row->time_us);
		json_u64(&out, "from", column_of(ladder, &row->src));
		json_u64(&out, "to", column_of(ladder, &row->dst));
		json_text(&out, "label", row->label);
		json_bool(&out, "sdp", row->sdp);
		json_bool(&out, "retransmission", row->retransmission);
		json_u64(&out, "packet", row->packet.number);
		json_object_end(&out);
		fprintf(to, "%s\n%.*s", i ? "," : "", (int)out.len, buffer);
	}
	fprintf(to, "\n]}\n");
}
