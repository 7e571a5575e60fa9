/*
 * What tests of the tracker share: SIP text goes through the real decoder into a tracker,
 * and the events that come out are written down as short words.
 */
#ifndef RINGFENCE_TESTS_TRACK_KIT_H
#define RINGFENCE_TESTS_TRACK_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/track/track.h"

/* Rows of messages leave off what they do not need. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

struct kit {
	struct memory memory;
	struct track *track;
	struct sip_message sip;
	struct sdp sdp;
	struct datagram datagram;
	struct packet packet;
	struct anomalies sdp_anomalies;
	char text[8192];   /* the message */
	char words[16384]; /* what happened */
	size_t words_len;
	uint64_t start_us;
	struct call_quality last_quality[2]; /* of the call that ended last */
	bool last_capture_gap;
	unsigned last_stream_call; /* of the stream that ended last, 0 = none */
};

static inline struct kit *kit_new(size_t share)
{
	const struct hash_key key = {1, 2};
	struct kit *kit = calloc(1, sizeof(*kit));
	kit->memory.bytes = share * 2 + (1 << 20);
	kit->memory.base = aligned_alloc(4096, (kit->memory.bytes + 4095) / 4096 * 4096);
	memset(kit->memory.base, 0, kit->memory.bytes);
	kit->track = track_new(&kit->memory, share, &key);
	assert_non_null(kit->track);
	kit->start_us = UINT64_C(1700000000000000);
	return kit;
}

static inline void kit_free(struct kit *kit)
{
	free(kit->memory.base);
	free(kit);
}

__attribute__((format(printf, 2, 3))) static inline void kit_word(
        struct kit *kit, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	const size_t room = sizeof(kit->words) - kit->words_len;
	const int len = vsnprintf(kit->words + kit->words_len, room, format, args);
	va_end(args);
	if (len > 0 && (size_t)len < room)
		kit->words_len += (size_t)len;
}

static inline struct endpoint kit_endpoint(const char *text)
{
	struct endpoint endpoint = {0};
	const char *colon = strrchr(text, ':');
	assert_non_null(colon);
	assert_true(address_parse(slice_of(text, (size_t)(colon - text)), &endpoint.ip));
	endpoint.port = (uint16_t)atoi(colon + 1);
	return endpoint;
}

/* Events worth a word: all but the plain messages. */
static inline void kit_event(struct kit *kit, const struct event *event)
{
	static const char *const CHANGES[] = {"added", "refreshed", "removed", "expired"};
	static const char *const ENDS[] = {
	        "none", "bye", "cancel", "rejected", "timeout", "capture", "evicted"};
	switch (event->kind) {
	case EVENT_SIP_REQUEST:
	case EVENT_SIP_RESPONSE:
		if (event->retransmission)
			kit_word(kit, "copy ");
		break;
	case EVENT_SIP_TRANSACTION:
		kit_word(kit, "%s:%d ", sip_method_name(event->transaction->method),
		        event->transaction->status);
		break;
	case EVENT_SIP_DIALOG:
		kit_word(kit, "dialog:%d ", event->dialog->state);
		break;
	case EVENT_REGISTRATION:
		kit_word(kit, "%s:%.*s/%d%s ", CHANGES[event->change],
		        (int)event->binding->contact.len, event->binding->contact.data,
		        event->registration->binding_count,
		        event->registration->wiped ? "/wiped" : "");
		break;
	case EVENT_CALL_START:
		kit_word(kit, "start:%u ", (unsigned)event->call->id);
		break;
	case EVENT_CALL_DIAL:
	case EVENT_ENTITY_SCORE:
		break;
	case EVENT_CALL_ANSWER:
		kit_word(kit, "answer:%u ", (unsigned)event->call->id);
		break;
	case EVENT_CALL_TICK:
		kit_word(kit, "tick ");
		break;
	case EVENT_CALL_END:
		for (unsigned side = 0; side < 2; side++)
			kit->last_quality[side] =
			        *call_quality(event->call, (enum call_side)side);
		kit->last_capture_gap = event->call->capture_gap;
		kit_word(kit, "end:%u:%s:%d:%d:%d ", (unsigned)event->call->id,
		        ENDS[event->call->end], event->call->status, event->call->q850,
		        event->call->released_by);
		break;
	case EVENT_PARSE_ERROR:
		kit_word(kit, "parse-error ");
		break;
	case EVENT_KPI:
		break;
	case EVENT_SENSOR:
		kit_word(kit, "%s:%s ", event->sensor_what, event->sensor_where);
		break;
	case EVENT_RTP_STREAM:
		kit->last_stream_call = event->call ? (unsigned)event->call->id : 0;
		break;
	case EVENT_RTP_INTERVAL:
	case EVENT_RTP_CHANGE:
	case EVENT_RTP_STRAY:
	case EVENT_DTLS_HELLO:
	case EVENT_RTCP_REPORT:
	case EVENT_H323_MESSAGE:
	case EVENT_RAS_TRANSACTION:
	case EVENT_H225_CALL:
	case EVENT_H245_CHANNEL:
	case EVENT_DEVICE:
	case EVENT_COUNT:
		break;
	}
}

static inline void kit_drain(struct kit *kit)
{
	const struct event *event;
	while ((event = track_next(kit->track)))
		kit_event(kit, event);
}

static inline void kit_advance(struct kit *kit, uint64_t ms)
{
	track_advance(kit->track, kit->start_us + ms * 1000);
	kit_drain(kit);
}

/* Hands the message in kit->text to the tracker; events are left to be read. */
static inline void kit_send(
        struct kit *kit, uint64_t ms, const char *from, const char *to)
{
	const uint64_t time_us = kit->start_us + ms * 1000;
	track_advance(kit->track, time_us);
	kit_drain(kit);
	kit->packet.number++;
	kit->packet.time_us = time_us;
	kit->datagram.packet = &kit->packet;
	kit->datagram.time_us = time_us;
	kit->datagram.src = kit_endpoint(from);
	kit->datagram.dst = kit_endpoint(to);
	const struct sip_input input = {.bytes = slice_text(kit->text)};
	size_t consumed = 0;
	assert_int_equal(sip_parse(&input, &kit->sip, &consumed), SIP_COMPLETE);
	struct message message = {
	        .kind = MESSAGE_SIP,
	        .datagram = &kit->datagram,
	        .anomalies = &kit->sip.anomalies,
	        .sip = &kit->sip,
	        .bytes = kit->sip.raw,
	};
	if (slice_equal_nocase(kit->sip.content_type, SLICE("application/sdp")) &&
	        sdp_parse(kit->sip.body, &kit->sdp, &kit->sdp_anomalies))
		message.sdp = &kit->sdp;
	track_message(kit->track, &message);
}

/* One message of a dialog, in few words. */
struct kit_message {
	uint64_t ms;
	const char *from; /* host:port of the sender */
	const char *to;
	const char *line;   /* "INVITE sip:200@b" or "180" */
	const char *cseq;   /* "1 INVITE" */
	const char *branch; /* of the request */
	const char *call;   /* Call-ID */
	const char *from_tag;
	const char *to_tag; /* NULL = none */
	const char *more;   /* further header lines, each with \r\n; NULL = none */
	const char *media;  /* host:port of an audio offer, NULL = no body */
	const char *aor;    /* To and From URI, NULL = the callee's */
};

static inline void kit_message(struct kit *kit, const struct kit_message *m)
{
	char body[512] = "";
	if (m->media) {
		const char *colon = strrchr(m->media, ':');
		const int len = (int)(colon - m->media);
		snprintf(body, sizeof(body),
		        "v=0\r\no=- 1 1 IN IP4 %.*s\r\ns=-\r\nc=IN IP4 %.*s\r\nt=0 0\r\n"
		        "m=audio %s RTP/AVP 8\r\na=%s\r\n",
		        len, m->media, len, m->media, colon + 1,
		        m->more && strstr(m->more, "X-Hold") ? "sendonly" : "sendrecv");
	}
	const bool response = m->line[0] >= '1' && m->line[0] <= '9';
	snprintf(kit->text, sizeof(kit->text),
	        "%s%s%s\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%s\r\n"
	        "From: <sip:100@a.example>;tag=%s\r\nTo: <%s>%s%s\r\nCall-ID: %s\r\n"
	        "CSeq: %s\r\n%s%s%s%sContent-Length: %zu\r\n\r\n%s",
	        response ? "SIP/2.0 " : "", m->line, response ? " Word" : " SIP/2.0",
	        response ? m->to : m->from, m->branch, m->from_tag,
	        m->aor ? m->aor : "sip:2005550@b.example", m->to_tag ? ";tag=" : "",
	        m->to_tag ? m->to_tag : "", m->call, m->cseq,
	        response ? "" : "Max-Forwards: 70\r\n",
	        strstr(m->cseq, "REGISTER") ? "" : "Contact: <sip:p@192.0.2.7>\r\n",
	        m->more ? m->more : "",
	        m->media ? "Content-Type: application/sdp\r\n" : "", strlen(body), body);
	kit_send(kit, m->ms, m->from, m->to);
	kit_drain(kit);
}

static inline void kit_play(
        struct kit *kit, const struct kit_message *messages, size_t count)
{
	for (size_t i = 0; i < count; i++)
		kit_message(kit, &messages[i]);
}

#define KIT_PLAY(kit, rows) kit_play((kit), (rows), sizeof(rows) / sizeof((rows)[0]))

/* What happened since the last look. */
static inline void kit_expect(struct kit *kit, const char *words)
{
	assert_string_equal(kit->words, words);
	kit->words_len = 0;
	kit->words[0] = '\0';
}

#endif
