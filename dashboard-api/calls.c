#include "dashboard-api/calls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dashboard-api/audit.h"
#include "dashboard-api/captures.h"
#include "dashboard-api/list.h"
#include "dashboard-api/paging.h"
#include "dashboard-api/problem.h"
#include "dashboard-api/program.h"
#include "dashboard-api/query.h"
#include "dashboard-api/route.h"
#include "platform/document.h"
#include "platform/json.h"

enum { CALL_ID_BYTES = 512 };

void call_get(struct visit *visit)
{
	list_one_answer(visit, ARCHIVE_CALLS);
}

/* What of a call's record leads to its packets and to its other legs. */
struct call_place {
	bool found;
	char call_id[CALL_ID_BYTES];
	char number[24]; /* of the call in its replay: unique even where Call-IDs are not
	                  */
	char capture[CAPTURE_ID_BYTES];
	char correlation[24];
	char node[64];
};

static void text_copy(char *to, size_t bytes, struct slice from)
{
	(void)snprintf(to, bytes, "%.*s", (int)from.len, from.data ? from.data : "");
}

static void member_copy(
        char *to, size_t bytes, const struct document *document, const char *name)
{
	const struct node *call = node_find(document->root, SLICE("call"));
	const struct node *node = node_find(call, slice_text(name));
	text_copy(to, bytes, node ? node->text : (struct slice){0});
}

static bool place_row(void *context, const struct archive_row *row)
{
	struct call_place *place = context;
	struct document_error error;
	struct document *document = json_parse("", row->body, &error);
	if (!document)
		return false;
	place->found = true;
	member_copy(place->call_id, sizeof(place->call_id), document, "call_id");
	member_copy(place->number, sizeof(place->number), document, "id");
	member_copy(place->correlation, sizeof(place->correlation), document,
	        "correlation_id");
	text_copy(place->capture, sizeof(place->capture), row->capture);
	text_copy(place->node, sizeof(place->node), row->node);
	document_free(&document);
	return false;
}

static bool call_find(struct visit *visit, struct call_place *place)
{
	const struct archive_reader reader = {place, place_row};
	int64_t id;
	*place = (struct call_place){0};
	if (!visit_id(visit, 0, &id))
		return false;
	if (archive_get(visit->api->archive, ARCHIVE_CALLS, id, &reader) && place->found)
		return true;
	return problem(visit, 404, "there is no such call");
}

static bool packets_find(struct visit *visit, const struct call_place *place,
        char packets[CAPTURE_PATH_BYTES])
{
	if (place->capture[0] &&
	        capture_path(visit->api, place->capture, CAPTURE_PACKETS, packets) &&
	        access(packets, R_OK) == 0)
		return true;
	return problem(visit, 404, "the packets of this call were not kept");
}

void call_ladder(struct visit *visit)
{
	static const struct {
		struct slice name;
		const char *content_type;
	} FORMATS[] = {
	        {{"json", 4}, "application/json"},
	        {{"svg", 3}, "image/svg+xml"},
	        {{"text", 4}, "text/plain; charset=utf-8"},
	};
	struct call_place place;
	char packets[CAPTURE_PATH_BYTES];
	struct slice format = visit_parameter(visit, "format");
	size_t i = 0;
	if (!slice_present(format))
		format = FORMATS[0].name;
	while (i < 3 && !slice_equal(format, FORMATS[i].name))
		i++;
	if (i == 3) {
		(void)problem_at(visit, 400, "?format", "json, svg or text");
		return;
	}
	if (!call_find(visit, &place) || !packets_find(visit, &place, packets))
		return;
	const char *const arguments[] = {visit->api->settings->program, "calls", "ladder",
	        packets, "--call", place.number, "--format", FORMATS[i].name.data, NULL};
	program_answer(visit, arguments, FORMATS[i].content_type, NULL);
}

/* The messages of the ladder's JSON, as a list. */
static void messages_write(struct visit *visit, struct slice ladder)
{
	const struct slice mark = SLICE("\"messages\":[");
	const size_t at = slice_find(ladder, mark) + mark.len;
	struct slice rows = slice_trim(slice_from(ladder, at));
	/* They are the last member. */
	while (rows.len && rows.data[rows.len - 1] != ']')
		rows.len--;
	if (rows.len)
		rows.len--;
	paging_begin(&visit->reply->body);
	buffer_slice(&visit->reply->body, rows);
	paging_end(visit, NULL);
}

void call_messages(struct visit *visit)
{
	struct call_place place;
	struct program_output output;
	char packets[CAPTURE_PATH_BYTES];
	if (!call_find(visit, &place) || !packets_find(visit, &place, packets))
		return;
	const char *const arguments[] = {visit->api->settings->program, "calls", "ladder",
	        packets, "--call", place.number, "--format", "json", NULL};
	if (!program_ran(visit, arguments, &output))
		return;
	if (output.code == 0)
		messages_write(visit, output.printed);
	else
		(void)problem(visit, 422, "the capture cannot answer that");
}

void call_pcap(struct visit *visit)
{
	struct call_place place;
	char packets[CAPTURE_PATH_BYTES];
	char written[CAPTURE_PATH_BYTES];
	if (!call_find(visit, &place) || !packets_find(visit, &place, packets))
		return;
	if (!visit->run && !audit_note(visit, "call.pcap", visit->values[0]))
		return;
	if (snprintf(written, sizeof(written), "%s/call-%p.pcapng",
	            visit->api->settings->directory,
	            (const void *)visit->request) >= (int)sizeof(written))
		return;
	const char *const arguments[] = {visit->api->settings->program, "calls", "pcap",
	        packets, "--call", place.number, "-w", written, NULL};
	http_reply_header(visit->reply, "Content-Disposition",
	        "attachment; filename=\"call-%.*s.pcapng\"", (int)visit->values[0].len,
	        visit->values[0].data);
	program_answer(visit, arguments, "application/x-pcapng", written);
}

/* A stream is named by its SSRC: "0x1a2b3c4d". */
static bool stream_name(struct visit *visit, char name[16])
{
	struct slice digits = visit->values[1];
	uint64_t ssrc;
	if (slice_starts(digits, SLICE("0x")))
		digits = slice_from(digits, 2);
	if (digits.len > 8 || !slice_hex_to_u64(digits, &ssrc))
		return problem(visit, 404, "a stream is named by its SSRC: 0x1a2b3c4d");
	(void)snprintf(name, 16, "0x%08x", (unsigned)ssrc);
	return true;
}

void call_audio(struct visit *visit)
{
	struct call_place place;
	char packets[CAPTURE_PATH_BYTES];
	char written[CAPTURE_PATH_BYTES];
	char stream[16];
	if (!stream_name(visit, stream) || !call_find(visit, &place) ||
	        !packets_find(visit, &place, packets))
		return;
	if (!visit->run && !audit_note(visit, "call.audio", visit->values[0]))
		return;
	(void)snprintf(written, sizeof(written), "%.4000s/audio-%p.wav",
	        visit->api->settings->directory, (const void *)visit->request);
	const char *const arguments[] = {visit->api->settings->program, "calls", "audio",
	        packets, "--call", place.number, "--stream", stream, "-w", written, NULL};
	program_answer(visit, arguments, "audio/wav", written);
}

/* The calls or streams of the same place that share a value with this call. */
static void related_answer(struct visit *visit, enum archive_kind kind, const char *field,
        const char *value, const struct call_place *place)
{
	struct archive_query query = {.kind = kind, .limit = LIST_LIMIT_MAX};
	query.terms[query.term_count++] =
	        (struct archive_term){.field = archive_field(kind, slice_text(field)),
	                .value = slice_text(value)};
	query.capture = slice_text(place->capture);
	query.node = slice_text(place->node);
	list_query_answer(visit, &query);
}

void call_legs(struct visit *visit)
{
	struct call_place place;
	if (call_find(visit, &place))
		related_answer(visit, ARCHIVE_CALLS, "correlation_id", place.correlation,
		        &place);
}

void call_quality_get(struct visit *visit)
{
	struct call_place place;
	if (call_find(visit, &place))
		related_answer(visit, ARCHIVE_STREAMS, "call_id", place.call_id, &place);
}
