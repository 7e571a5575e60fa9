/*
 * The summary as JSON, piece by piece.
 */
#include "engine/report/json.h"
#include "engine/report/summary_inside.h"

size_t summary_piece_size(const struct summary *summary)
{
	/* A stream takes at most 2 × 47 bytes of address and 8 numbers with their keys.
	 */
	return 1 << 18 |
	       (SUMMARY_STREAMS_AT_ONCE * 512 + (size_t)summary->rule_count * 6 * 256);
}

/*
 * Counters under names, written in the order of the names: the next name is the least of
 * those behind the last one written. Lists are short, this happens once.
 */
struct named_count {
	struct slice name;
	uint64_t count;
};

static void write_sorted(struct writer *out, const struct named_count *counts, size_t n)
{
	struct slice last = SLICE("");
	for (;;) {
		const struct named_count *next = NULL;
		for (size_t i = 0; i < n; i++) {
			bool behind = slice_compare(counts[i].name, last) > 0;
			if (counts[i].count && behind &&
			        (!next || slice_compare(counts[i].name, next->name) < 0))
				next = &counts[i];
		}
		if (!next)
			return;
		json_count(out, next->name, next->count);
		last = next->name;
	}
}

static void write_requests(const struct summary *summary, struct writer *out)
{
	struct named_count counts[SIP_METHOD_COUNT + LIMIT_REPORT_METHODS];
	size_t n = 0;
	for (unsigned method = 0; method < SIP_METHOD_COUNT; method++) {
		const char *name = method == SIP_METHOD_OTHER || method == SIP_METHOD_NONE
		                           ? "other"
		                           : sip_method_name((enum sip_method)method);
		counts[n++] =
		        (struct named_count){slice_text(name), summary->requests[method]};
	}
	for (uint32_t i = 0; i < summary->method_count; i++) {
		const struct method_count *method = &summary->methods[i];
		counts[n++] = (struct named_count){
		        slice_of(method->text, method->len), method->count};
	}
	json_object(out, "requests");
	write_sorted(out, counts, n);
	json_object_end(out);
}

static void write_sip(const struct summary *summary, struct writer *out)
{
	json_object(out, "sip");
	write_requests(summary, out);
	json_object(out, "responses");
	for (unsigned status = 0; status <= STATUS_MAX; status++) {
		char digits[8];
		struct writer text = writer_of(digits, sizeof(digits));
		writer_u64(&text, status);
		if (summary->responses[status])
			json_count(out, writer_text(&text), summary->responses[status]);
	}
	json_object_end(out);
	json_u64(out, "call_ids", summary->call_ids.count);
	json_u64(out, "calls", summary->calls);
	json_u64(out, "registrations", summary->registrations);
	json_object_end(out);
}

static void write_alerts(const struct summary *summary, struct writer *out)
{
	struct named_count counts[LIMIT_RULES];
	for (uint32_t i = 0; i < summary->rule_count; i++)
		counts[i] = (struct named_count){
		        slice_of(summary->rules[i].id, summary->rules[i].len),
		        summary->rules[i].count};
	json_object(out, "alerts");
	write_sorted(out, counts, summary->rule_count);
	json_object_end(out);
}

static void write_anomalies(const struct summary *summary, struct writer *out)
{
	struct named_count counts[ANOMALY_COUNT];
	for (unsigned i = 0; i < ANOMALY_COUNT; i++) {
		const char *name = anomaly_name((enum anomaly)i);
		counts[i] = (struct named_count){slice_text(name), summary->anomalies[i]};
	}
	json_object(out, "anomalies");
	write_sorted(out, counts, ANOMALY_COUNT);
	json_object_end(out);
}

static void write_frames(const struct frame_counters *frame, struct writer *out)
{
	json_object(out, "frames");
#define X(name) json_u64(out, #name, frame->name);
	FRAME_COUNTERS(X)
#undef X
	json_object_end(out);
}

static void write_limits(const struct summary *summary,
        const struct track_counters *track, struct writer *out)
{
	json_object(out, "limits");
	json_u64(out, "evicted",
	        track->evicted_transactions + track->evicted_calls +
	                track->evicted_registrations + track->evicted_streams);
#define X(name) json_u64(out, #name, track->name);
	TRACK_COUNTERS(X)
#undef X
	json_u64(out, "call_ids_uncounted", summary->call_ids.refused);
	json_u64(out, "streams_unlisted", summary->streams.refused);
	json_object_end(out);
}

static void write_head(const struct summary_text *text, struct writer *out)
{
	const struct summary *summary = text->summary;
	json_object(out, NULL);
	json_literal(out, "event_type", "summary");
	if (summary->packets)
		json_time(out, "timestamp", summary->last_us);
	json_u64(out, "packets", summary->packets);
	json_u64(out, "bytes", text->frame->bytes);
	if (summary->packets) {
		json_time(out, "first", summary->first_us);
		json_time(out, "last", summary->last_us);
	}
	json_fixed(
	        out, "seconds", (double)(summary->last_us - summary->first_us) / 1e6, 6);
	write_sip(summary, out);
	json_object(out, "rtp");
	json_array(out, "streams");
}

/* From the end of the streams on. */
static void write_tail(const struct summary_text *text, struct writer *out)
{
	const struct summary *summary = text->summary;
	json_array_end(out);
	json_u64(out, "packets", summary->streams.packets);
	json_object_end(out);
	json_object(out, "rtcp");
	json_u64(out, "packets", summary->rtcp_packets);
	json_object_end(out);
	summary_h323_write(&summary->h323, out);
	write_alerts(summary, out);
	write_anomalies(summary, out);
	write_frames(text->frame, out);
	write_limits(summary, text->track, out);
	json_object_end(out);
	writer_byte(out, '\n');
}

bool summary_piece(struct summary_text *text, struct writer *out)
{
	if (!text->begun)
		write_head(text, out);
	else if (text->streams < text->summary->streams.slab.count)
		summary_streams_write(&text->summary->streams, &text->streams, out);
	else if (!text->ended)
		write_tail(text, out);
	text->ended = text->begun && text->streams == text->summary->streams.slab.count &&
	              out->len > 0 && out->data[out->len - 1] == '\n';
	text->begun = true;
	return out->len > 0;
}
