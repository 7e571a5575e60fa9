#include "engine/report/summary.h"

#include "engine/report/rule_view.h"
#include "engine/report/stream_view.h"
#include "engine/report/summary_inside.h"

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
