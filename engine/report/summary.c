#include "engine/report/summary.h"

#include "engine/limits.h"
#include "engine/report/json.h"
#include "engine/report/rule_view.h"
#include "engine/report/seen.h"
#include "engine/report/stream_view.h"
#include "engine/report/summary_h323.h"
#include "engine/report/summary_stream.h"

enum { STATUS_MAX = 999, METHOD_TEXT_MAX = 64, RULE_ID_MAX = 128 };

struct method_count {
	uint64_t count;
	uint8_t len;
	char text[METHOD_TEXT_MAX];
};

struct rule_count {
	uint64_t count;
	uint8_t len;
	char id[RULE_ID_MAX]; /* a copy: rules may be exchanged during the run */
};

struct summary {
	struct hash_key key;
	uint64_t packets;
	uint64_t first_us;
	uint64_t last_us;
	uint64_t requests[SIP_METHOD_COUNT];
	uint64_t responses[STATUS_MAX + 1];
	uint64_t calls;
	uint64_t registrations;
	uint64_t rtcp_packets;
	uint64_t anomalies[ANOMALY_COUNT];
	uint32_t method_count;
	uint32_t rule_count;
	struct method_count methods[LIMIT_REPORT_METHODS];
	struct rule_count rules[LIMIT_RULES];
	struct seen call_ids;
	struct seen accounts;
	struct summary_streams streams;
	struct summary_h323 h323;
};

struct summary *summary_new(
        struct memory *memory, size_t share, const struct hash_key *key)
{
	struct summary *summary = memory_take(memory, sizeof(*summary));
	if (!summary)
		return NULL;
	summary->key = *key;
	const size_t part = share / 7;
	if (!seen_init(&summary->call_ids, memory, part * 2) ||
	        !seen_init(&summary->accounts, memory, part) ||
	        !summary_streams_init(&summary->streams, memory, part * 4, key))
		return NULL;
	return summary;
}

void summary_packet(struct summary *summary, const struct packet *packet)
{
	if (summary->packets == 0 || packet->time_us < summary->first_us)
		summary->first_us = packet->time_us;
	if (packet->time_us > summary->last_us)
		summary->last_us = packet->time_us;
	summary->packets++;
}

static void count_anomalies(struct summary *summary, const struct anomalies *anomalies)
{
	for (unsigned word = 0; word < sizeof(anomalies->bits) / sizeof(uint64_t);
	        word++) {
		uint64_t bits = anomalies->bits[word];
		while (bits) {
			unsigned bit = word * 64 + (unsigned)__builtin_ctzll(bits);
			if (bit < ANOMALY_COUNT)
				summary->anomalies[bit]++;
			bits &= bits - 1;
		}
	}
}

static void count_extension_method(struct summary *summary, struct slice method)
{
	struct slice text = slice_first(method, METHOD_TEXT_MAX);
	for (uint32_t i = 0; i < summary->method_count; i++) {
		struct method_count *known = &summary->methods[i];
		if (slice_equal(slice_of(known->text, known->len), text)) {
			known->count++;
			return;
		}
	}
	if (summary->method_count == LIMIT_REPORT_METHODS) {
		summary->requests[SIP_METHOD_OTHER]++;
		return;
	}
	struct method_count *fresh = &summary->methods[summary->method_count++];
	fresh->count = 1;
	fresh->len = (uint8_t)text.len;
	if (text.len)
		memcpy(fresh->text, text.data, text.len);
}

static void count_sip(struct summary *summary, const struct sip_message *sip)
{
	if (!sip->is_request)
		summary->responses[sip->status <= STATUS_MAX ? sip->status : 0]++;
	else if (sip->method == SIP_METHOD_OTHER)
		count_extension_method(summary, sip->method_text);
	else
		summary->requests[sip->method]++;
	if (sip->call_id.len)
		(void)seen_add(
		        &summary->call_ids, hash_slice(&summary->key, sip->call_id));
}

void summary_message(struct summary *summary, const struct message *message)
{
	switch (message->kind) {
	case MESSAGE_SIP:
		count_sip(summary, message->sip);
		count_anomalies(summary, message->anomalies);
		break;
	case MESSAGE_H323:
		summary_h323_add(&summary->h323, message->h323);
		count_anomalies(summary, message->anomalies);
		break;
	case MESSAGE_STUN:
	case MESSAGE_DTLS:
	case MESSAGE_ERROR:
		count_anomalies(summary, message->anomalies);
		break;
	case MESSAGE_RTP: /* the tracker knows whether they are: see summary_event */
	case MESSAGE_RTCP:
	case MESSAGE_KEEPALIVE:
	case MESSAGE_OTHER:
		break;
	}
}

static void count_registration(struct summary *summary, const struct event *event)
{
	const struct registration *registration = event->registration;
	if (!registration || event->change != BINDING_ADDED)
		return;
	uint64_t host = hash_slice(&summary->key, registration->host);
	uint64_t user = hash_slice(&summary->key, registration->user);
	if (seen_add(&summary->accounts, hash_words(&summary->key, host, user)))
		summary->registrations++;
}

static bool is_media(const struct message *message)
{
	return message && (message->kind == MESSAGE_RTP || message->kind == MESSAGE_RTCP);
}

void summary_event(struct summary *summary, const struct event *event)
{
	struct summary_stream stream;

	if (event->kind == EVENT_CALL_START) {
		summary->calls++;
	} else if (event->kind == EVENT_REGISTRATION) {
		count_registration(summary, event);
	} else if (event->kind == EVENT_RTP_STREAM) {
		if (stream_view(event->stream, &stream))
			summary_streams_add(&summary->streams, &stream);
	} else if (event->kind == EVENT_RTCP_REPORT) {
		if (event->message && event->message->rtcp)
			summary->rtcp_packets += event->message->rtcp->packet_count;
	} else if (event->kind == EVENT_PARSE_ERROR && is_media(event->message)) {
		count_anomalies(summary, event->message->anomalies);
	}
}

void summary_alert(struct summary *summary, const struct alert *alert)
{
	struct slice id = slice_first(rule_view_id(alert->rule), RULE_ID_MAX);
	for (uint32_t i = 0; i < summary->rule_count; i++) {
		struct rule_count *known = &summary->rules[i];
		if (slice_equal(slice_of(known->id, known->len), id)) {
			known->count++;
			return;
		}
	}
	if (summary->rule_count == LIMIT_RULES)
		return;
	struct rule_count *fresh = &summary->rules[summary->rule_count++];
	fresh->count = 1;
	fresh->len = (uint8_t)id.len;
	if (id.len)
		memcpy(fresh->id, id.data, id.len);
}

uint64_t summary_first_us(const struct summary *summary)
{
	return summary->first_us;
}

uint64_t summary_last_us(const struct summary *summary)
{
	return summary->last_us;
}

uint64_t summary_packets(const struct summary *summary)
{
	return summary->packets;
}

uint64_t summary_calls(const struct summary *summary)
{
	return summary->calls;
}

uint64_t summary_anomaly(const struct summary *summary, enum anomaly anomaly)
{
	return summary->anomalies[anomaly];
}

uint64_t summary_requests(const struct summary *summary, enum sip_method method)
{
	return summary->requests[method];
}

uint64_t summary_responses(const struct summary *summary, unsigned status)
{
	return status <= STATUS_MAX ? summary->responses[status] : 0;
}

size_t summary_stream_count(const struct summary *summary)
{
	return summary->streams.slab.count;
}

const struct summary_stream *summary_stream(const struct summary *summary, size_t index)
{
	return slab_at(&summary->streams.slab, (uint32_t)index + 1);
}

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
