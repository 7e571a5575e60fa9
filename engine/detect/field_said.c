/*
 * A stream beside what both sides described of it (RFC 3264).
 */
#include "engine/detect/field_source.h"
#include "engine/track/call.h"
#include "engine/track/stream.h"

enum {
	DYNAMIC_TYPE = 96,
	BACK_RUNS_US = 2000000, /* younger packets than this: the other way is in use */
};

static void set_number(struct value *value, double number)
{
	value->type = VALUE_NUMBER;
	value->number = number;
}

static void set_bool(struct value *value, bool truth)
{
	value->type = VALUE_BOOL;
	value->number = truth ? 1 : 0;
}

static void set_text(struct value *value, const char *text)
{
	value->type = VALUE_TEXT;
	value->text = slice_text(text);
}

/* What a side means by a payload type; CODEC_NO_TYPE when it did not name it. */
static uint8_t codec_said(
        const struct call *call, const struct media *media, uint8_t type)
{
	const struct media_payload *said = media_payloads(call, media);

	for (uint8_t i = 0; said && i < media->payload_count; i++)
		if (said[i].type == type)
			return said[i].codec;
	return CODEC_NO_TYPE;
}

static bool codec_listed(
        const struct call *call, const struct media *media, uint8_t codec)
{
	const struct media_payload *said = media_payloads(call, media);

	for (uint8_t i = 0; said && i < media->payload_count; i++)
		if (said[i].codec == codec)
			return true;
	return false;
}

/* Digits and comfort noise come beside speech, agreed upon or not (RFC 3389 5). */
static bool beside_speech(uint8_t codec)
{
	return codec_is_event(codec) || codec_is_comfort_noise(codec);
}

static void made_negotiated(const struct event *event, struct value *value)
{
	const struct call *call = event->call;
	const uint8_t type = event->stream->payload_type;
	const uint8_t sender = codec_said(call, event->said, type);
	const uint8_t receiver = codec_said(call, event->wanted, type);
	const uint8_t codec = receiver != CODEC_NO_TYPE ? receiver : sender;

	if (!call->answer_us || beside_speech(codec) ||
	        beside_speech(codec_of_type(type)))
		return;
	if (codec == CODEC_NO_TYPE) {
		set_text(value, "neither");
		return;
	}
	const bool sent = codec_listed(call, event->said, codec);
	const bool wanted = codec_listed(call, event->wanted, codec);
	set_text(value, sent && wanted ? "both" : sent ? "sender" : "receiver");
}

static void made_clash(const struct event *event, struct value *value)
{
	const uint8_t type = event->stream->payload_type;
	const uint8_t sender = codec_said(event->call, event->said, type);
	const uint8_t receiver = codec_said(event->call, event->wanted, type);

	set_bool(value, type >= DYNAMIC_TYPE && sender != receiver &&
	                        sender != CODEC_NO_TYPE && receiver != CODEC_NO_TYPE &&
	                        sender != CODEC_UNKNOWN && receiver != CODEC_UNKNOWN);
}

/* Frames that are longer than asked for cannot be cut (RFC 3551 4.2). */
static void made_ptime_apart(const struct event *event, struct value *value)
{
	const struct media *wanted = event->wanted;
	const struct codec *codec = codec_at(event->stream->codec);
	const uint32_t packet_ms = stream_packet_ms(event->stream);
	const bool one_frame = packet_ms <= codec->ptime_ms;

	set_bool(value, (wanted->ptime_ms && packet_ms != wanted->ptime_ms &&
	                        !(one_frame && wanted->ptime_ms < codec->ptime_ms)) ||
	                        (wanted->maxptime_ms && !one_frame &&
	                                packet_ms > wanted->maxptime_ms));
}

static bool speaks(const struct stream *stream)
{
	return codec_at(stream->codec)->class < CODEC_VIDEO &&
	       stream->codec != CODEC_UNKNOWN;
}

static void made_of_wanted(
        const struct event *event, enum field field, struct value *value)
{
	const struct media *wanted = event->wanted;

	if (field == FIELD_RTP_PTIME && wanted->ptime_ms)
		set_number(value, wanted->ptime_ms);
	else if (field == FIELD_RTP_MAXPTIME && wanted->maxptime_ms)
		set_number(value, wanted->maxptime_ms);
	else if (field == FIELD_RTP_PTIME_APART && speaks(event->stream) &&
	         event->stream->step)
		made_ptime_apart(event, value);
	else if (field == FIELD_RTP_NEGOTIATED && event->said)
		made_negotiated(event, value);
	else if (field == FIELD_RTP_TYPE_CLASH && event->said)
		made_clash(event, value);
}

static void made_of_said(const struct media *said, enum field field, struct value *value)
{
	if (!said->at.port || address_none(&said->at.ip))
		return;
	if (field == FIELD_RTP_SIGNALLED_IP) {
		value->type = VALUE_ADDRESS;
		value->ip = said->at.ip;
	} else {
		value->type = VALUE_TEXT;
		value->text = field_scope_name(&said->at.ip);
	}
}

void field_said_made(const struct event *event, enum field field, struct value *value)
{
	const struct stream *stream = event->stream;
	const struct stream *back = event->back;

	if (!stream)
		return;
	if (field == FIELD_RTP_DSCP_CHANGED)
		set_bool(value, stream->dscp_changed);
	else if (field == FIELD_RTP_PACKET_MS && stream->step && speaks(stream))
		set_number(value, stream_packet_ms(stream));
	else if (field == FIELD_RTP_BACK_CODEC) {
		if (back && speaks(back) && speaks(stream) &&
		        back->last_us + BACK_RUNS_US > stream->last_us)
			set_text(value, codec_at(back->codec)->name);
	} else if (field == FIELD_RTP_SIGNALLED_IP ||
	           field == FIELD_RTP_SIGNALLED_SCOPE) {
		if (event->said)
			made_of_said(event->said, field, value);
	} else if (event->wanted && event->call) {
		made_of_wanted(event, field, value);
	}
}
