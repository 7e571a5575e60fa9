/*
 * Values of RTP streams that are made, not merely read.
 */
#include "engine/detect/field_source.h"

#include <math.h>

#include "engine/track/call.h"
#include "engine/track/stream.h"

static void set_number(struct value *value, double number)
{
	value->type = VALUE_NUMBER;
	value->number = number;
}

static void set_percent(struct value *value, double part, double whole)
{
	if (whole > 0)
		set_number(value, part * 100 / whole);
}

static void set_name(struct value *value, const char *name)
{
	if (!name)
		return;
	value->type = VALUE_TEXT;
	value->text = slice_text(name);
}

static void set_bool(struct value *value, bool truth)
{
	value->type = VALUE_BOOL;
	value->number = truth ? 1 : 0;
}

static double seconds(uint64_t from_us, uint64_t to_us)
{
	return to_us > from_us ? (double)(to_us - from_us) / 1e6 : 0;
}

static void made_quality(
        const struct stream *stream, enum field field, struct value *value)
{
	struct stream_quality quality;

	stream_quality(stream, &quality);
	if (quality.reason != QUALITY_GIVEN)
		return;
	if (field == FIELD_RTP_MOS)
		set_number(value, quality.mos_x100[JITTER_ADAPTIVE] / 100.0);
	else
		set_number(value, quality.r_x10[JITTER_ADAPTIVE] / 10.0);
}

/* Absent until the receiver has reported. */
static void made_loss_apart(const struct event *event, struct value *value)
{
	const struct stream *stream = event->stream;
	const struct stream_interval *interval = event->interval;
	const double lost = interval ? interval->lost : stream_lost(stream);
	const double expected = interval ? interval->expected : stream_expected(stream);

	if (!stream->reports || expected <= 0)
		return;
	set_number(value, fabs(stream->remote_fraction / 2.56 - lost * 100 / expected));
}

/* What came after the end of the call, of length seconds of the stream. */
static void made_after_call(
        const struct event *event, enum field field, double length, struct value *value)
{
	const struct call *call = event->call;
	const struct stream *stream = event->stream;

	if (!call || !call->end_us)
		return;
	const double after = seconds(call->end_us, stream->last_us);
	const uint32_t packets =
	        event->interval ? event->interval->packets : stream->packets;
	if (field == FIELD_RTP_AFTER_CALL)
		set_number(value, after);
	else if (length > 0)
		set_number(value, packets * fmin(after / length, 1));
}

/* Of fewer packets a rate says nothing. */
enum { RATE_LEAST = 50 };

static void made_rate(
        const struct event *event, enum field field, double length, struct value *value)
{
	const struct stream *stream = event->stream;
	const struct stream_interval *interval = event->interval;
	const double kbps = codec_kbps(stream->codec);
	const double octets = interval ? interval->octets : (double)stream->octets;
	const uint32_t packets = interval ? interval->packets : stream->packets;
	const uint32_t resized = interval ? interval->resized : stream->resized;
	const uint32_t needed = stream_needed_per_s(stream);

	if (field == FIELD_RTP_PEAK_TIMES && needed)
		set_number(value, (double)stream->peak / needed);
	else if (field == FIELD_RTP_HIDDEN)
		set_percent(value, stream->hidden, (double)stream->octets);
	else if (packets < RATE_LEAST)
		return;
	else if (field == FIELD_RTP_RATE_TIMES && kbps > 0 && length > 0)
		set_number(value, octets * 8 / 1000 / length / kbps);
	else if (field == FIELD_RTP_RESIZED && codec_is_steady(stream->codec))
		set_percent(value, resized, packets);
}

/* What no device sends as media. Who probes makes up none of it, or all of it at once. */
static bool is_probe(const struct message *message)
{
	enum { FIRST_NUMBERS = 16 };
	const struct rtp_packet *rtp = message->rtp;

	return !rtp || !rtp->ssrc || !rtp->payload.len ||
	       (!rtp->timestamp && rtp->sequence < FIRST_NUMBERS);
}

void field_stream_made(const struct event *event, enum field field, struct value *value)
{
	const struct stream *stream = event->stream;
	const struct stream_interval *interval = event->interval;

	if (field == FIELD_RTP_PROBE && event->message)
		set_bool(value, is_probe(event->message));
	if (!stream)
		return;
	const double length = interval ? seconds(interval->start_us, interval->end_us)
	                               : seconds(stream->first_us, stream->last_us);
	if (field == FIELD_RTP_CODEC)
		set_name(value, codec_at(stream->codec)->name);
	else if (field == FIELD_RTP_DURATION)
		set_number(value, length);
	else if (field == FIELD_RTP_RATE && length > 0)
		set_number(
		        value, (interval ? interval->packets : stream->packets) / length);
	else if (field == FIELD_RTP_LOSS && interval)
		set_percent(value, interval->lost, interval->expected);
	else if (field == FIELD_RTP_LOSS)
		set_percent(value, stream_lost(stream), stream_expected(stream));
	else if (field == FIELD_RTP_AFTER_CALL || field == FIELD_RTP_AFTER_CALL_PACKETS)
		made_after_call(event, field, length, value);
	else if (field == FIELD_RTP_LOSS_APART)
		made_loss_apart(event, value);
	else if (field == FIELD_RTP_SECOND)
		set_bool(value, stream->second);
	else if (field == FIELD_RTP_EXPECTED)
		set_number(value, stream_expected(stream));
	else if (field == FIELD_RTP_LOST)
		set_number(value, stream_lost(stream));
	else if (field == FIELD_RTP_JITTER)
		set_number(value, stream_jitter_mean_ms(stream));
	else if (field == FIELD_RTP_JITTER_MAX)
		set_number(value, stream_jitter_max_ms(stream));
	else if (field == FIELD_RTP_UNDECLARED)
		set_number(value, stream_undeclared(stream));
	else if (field == FIELD_RTP_BEGUN)
		set_number(value, seconds(event->began_us, stream->first_us));
	else if (field == FIELD_RTP_PEAK_TIMES || field == FIELD_RTP_HIDDEN ||
	         field == FIELD_RTP_RATE_TIMES || field == FIELD_RTP_RESIZED)
		made_rate(event, field, length, value);
	else if (field == FIELD_RTP_MOS || field == FIELD_RTP_R)
		made_quality(stream, field, value);
}
