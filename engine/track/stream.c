#include "engine/track/stream.h"

#include "engine/track/integrity.h"

#include <string.h>

enum {
	SEQUENCE_START = 0x10000, /* leaves room for what came before the first packet */
	SCALE_BITS = 20,
	JITTER_BITS = 6,
	GOOD_MAX = 3,     /* steps in a row that prove a stream */
	EVENT_TYPE = 101, /* telephone-event by custom, when nobody announced it */
	SILENCE_US = 200000,
	DIFFERENCE_MAX_US = 2000000, /* beyond it a source started over */
	STAMP_US = 200000, /* that a timestamp may be off what numbers and time say */
	ODD_SIZES = 3,
};

/* Nobody announced it: 101 by custom, or four bytes amid audio that read as a digit. */
static bool looks_like_event(const struct stream *stream, const struct rtp_packet *packet)
{
	if (packet->payload.len != 4)
		return false;
	if (packet->payload_type == EVENT_TYPE)
		return true;
	return packet->payload_type >= 96 && stream->codec != CODEC_UNKNOWN &&
	       packet->payload.data &&
	       rtp_event_digit((uint8_t)packet->payload.data[0]) &&
	       ((uint8_t)packet->payload.data[1] & 0x40) == 0;
}

static uint8_t codec_of(const struct stream *stream, const struct rtp_packet *packet)
{
	for (uint8_t i = 0; i < stream->announced; i++)
		if (stream->payloads[i].type == packet->payload_type)
			return stream->payloads[i].codec;
	if (looks_like_event(stream, packet))
		return codec_of_name(SLICE("telephone-event"), 0);
	return codec_of_type(packet->payload_type);
}

/* Another payload type than that of the packet before: rare, so this may cost. */
static void change_type(struct stream *stream, const struct rtp_packet *packet)
{
	const uint8_t index = codec_of(stream, packet);
	const struct codec *codec = codec_at(index);
	stream->payload_type = packet->payload_type;
	stream->event = codec_is_event(index);
	if (stream->event)
		return;
	stream->scale = 0;
	if (codec->clock_hz)
		stream->scale = (uint32_t)((1000000ull << SCALE_BITS) / codec->clock_hz);
	if (index != CODEC_UNKNOWN &&
	        (stream->codec == CODEC_UNKNOWN || codec->class != CODEC_OTHER))
		stream->codec = index;
}

static uint64_t *window_word(struct stream *stream, uint32_t extended)
{
	return &stream->window[extended % STREAM_WINDOW / 64];
}

static bool window_test_set(struct stream *stream, uint32_t extended)
{
	uint64_t *word = window_word(stream, extended);
	const uint64_t bit = (uint64_t)1 << (extended % 64);
	const bool was = *word & bit;
	*word |= bit;
	return was;
}

static void window_forward(struct stream *stream, uint32_t count)
{
	if (count >= STREAM_WINDOW) {
		memset(stream->window, 0, sizeof(stream->window));
	} else {
		for (uint32_t i = 1; i <= count; i++)
			*window_word(stream, stream->highest + i) &=
			        ~((uint64_t)1 << ((stream->highest + i) % 64));
	}
	stream->highest += count;
	(void)window_test_set(stream, stream->highest);
}

static void sequence_restart(struct stream *stream, uint16_t sequence)
{
	memset(stream->window, 0, sizeof(stream->window));
	stream->highest = SEQUENCE_START + sequence;
	stream->lowest = stream->highest;
	(void)window_test_set(stream, stream->highest);
}

/* A number behind the highest: late, or here a second time. */
static unsigned sequence_behind(struct stream *stream, uint32_t extended)
{
	const uint32_t back = stream->highest - extended;
	/* Beyond the window nobody remembers: believe it while something is missing. */
	const bool seen = back < STREAM_WINDOW && extended >= stream->lowest
	                          ? window_test_set(stream, extended)
	                          : extended >= stream->lowest &&
	                                    stream->highest - stream->lowest + 1 +
	                                                    stream->expected <=
	                                            stream->unique;
	if (seen) {
		stream->duplicates++;
		return STREAM_DUPLICATE;
	}
	const unsigned news = integrity_behind(stream, back);
	if (back < STREAM_WINDOW)
		(void)window_test_set(stream, extended);
	if (extended < stream->lowest)
		stream->lowest = extended;
	stream->reordered++;
	stream->unique++;
	return news;
}

/* RFC 3550 A.1, with each packet counted once however often it was captured. */
static unsigned sequence_packet(
        struct stream *stream, uint16_t sequence, uint64_t time_us)
{
	const int16_t delta = (int16_t)(sequence - (uint16_t)stream->highest);
	if (__builtin_expect(delta == 1, 1)) {
		window_forward(stream, 1);
		stream->unique++;
		burst_received(&stream->burst);
		return 0;
	}
	if (delta > STREAM_JUMP || delta < -STREAM_JUMP) {
		const unsigned news = integrity_jump(stream, sequence);
		stream->expected += stream->highest - stream->lowest + 1;
		sequence_restart(stream, sequence);
		stream->unique++;
		stream->jumps++;
		burst_received(&stream->burst);
		return news | STREAM_JUMPED;
	}
	if (delta <= 0)
		return sequence_behind(stream, stream->highest - (uint32_t)-delta);
	burst_lost(&stream->burst, (uint32_t)delta - 1);
	burst_received(&stream->burst);
	window_forward(stream, (uint32_t)delta);
	stream->unique++;
	stream->gap_us = (uint32_t)time_us ? (uint32_t)time_us : 1;
	return 0;
}

/*
 * Maximum and mean leave out what does not follow evenly upon the packet before:
 * talkspurt starts, comfort noise and what comes behind it, late packets. The mean then
 * stays what it is, but the packet has its weight: the rare one costs a division, the
 * others none.
 */
static void count_jitter(struct stream *stream, bool even)
{
	if (!even) {
		/* Those before this one, of which the first had no jitter. */
		const uint32_t count = stream->unique - 2;
		stream->jitter_sum += count > 0 ? stream->jitter_sum / count : 0;
		return;
	}
	stream->jitter_sum += stream->jitter;
	if (stream->jitter > stream->jitter_max)
		stream->jitter_max = stream->jitter;
	if (stream->jitter > stream->interval_jitter_max)
		stream->interval_jitter_max = stream->jitter;
}

/*
 * RFC 3550 A.8 in fixed point, and the transit time that the buffers work on. Whether the
 * timestamp is far off the time that has passed.
 */
static bool timing_packet(struct stream *stream, uint64_t time_us, uint32_t timestamp)
{
	const int32_t units = (int32_t)(timestamp - stream->timestamp);
	const int64_t media_us = (int64_t)units * stream->scale >> SCALE_BITS;
	const int64_t difference_us = (int64_t)(time_us - stream->media_us) - media_us;
	const uint64_t away_us =
	        (uint64_t)(difference_us < 0 ? -difference_us : difference_us);
	const uint64_t most = UINT32_MAX;
	uint64_t jitter = stream->jitter;
	jitter += ((away_us << JITTER_BITS) >> 4) - (jitter >> 4);
	stream->jitter = (uint32_t)(jitter < most ? jitter : most);
	const int64_t transit_us = stream->transit_us + difference_us;
	if (away_us > DIFFERENCE_MAX_US || transit_us > INT32_MAX / 2 ||
	        transit_us < INT32_MIN / 2) {
		stream->transit_us = 0;
		jitter_resync(&stream->jitters, 0);
		return true;
	}
	stream->transit_us = (int32_t)transit_us;
	jitter_packet(&stream->jitters, stream->transit_us);
	return away_us > STAMP_US;
}

/*
 * A timestamp off the time that has passed: of a packet that was held up it is what its
 * sequence number says, and at the beginning of a talkspurt a device may set it anew.
 */
static void judge_stamp(
        struct stream *stream, const struct rtp_packet *packet, uint32_t expected_units)
{
	const uint32_t units = packet->timestamp - stream->timestamp;
	if (expected_units && units != expected_units && !packet->marker &&
	        !stream->after_noise && !stream->after_event &&
	        stream->stamp_jumps < UINT16_MAX)
		stream->stamp_jumps++;
}

static unsigned event_packet(struct stream *stream, const struct rtp_packet *packet)
{
	struct rtp_event event;
	struct anomalies anomalies = {0};
	const bool first = !stream->event_seen;
	stream->event_seen = true;
	/* All packets of one event repeat the time of its beginning. */
	if (!first && packet->timestamp == stream->event_timestamp)
		return 0;
	if (!rtp_event_parse(packet->payload, &event, &anomalies))
		return 0;
	stream->event_timestamp = packet->timestamp;
	if (!rtp_event_digit(event.event))
		return 0;
	stream->digits++;
	return STREAM_DTMF;
}

/*
 * Sequence numbers that go up by one while the timestamp moves by a plausible amount:
 * three such steps in a row are a stream. An identifier in DNS or a game's counter at
 * this place does not come with an SSRC and a timestamp that behave.
 */
static void judge_candidate(
        struct stream *stream, const struct rtp_packet *packet, uint16_t step)
{
	const uint32_t units = packet->timestamp - stream->timestamp;
	const uint8_t type = packet->payload_type;
	const bool type_known = type <= 34 || type >= 96;
	const bool in_order = step == 1 && type_known && type == stream->payload_type;
	if (in_order && units > 0 && units <= 96000 && packet->payload.len > 0)
		stream->good++;
	/* The packets of one picture share its timestamp: they neither prove nor refute.
	 */
	else if (step != 0 && !(in_order && units == 0))
		stream->good = 0;
}

/* The packets of one event repeat its time and event code, which noise does not. */
static void judge_event(
        struct stream *stream, const struct rtp_packet *packet, uint16_t step)
{
	if (step == 1 && packet->timestamp == stream->event_timestamp)
		stream->good++;
	else if (step != 1)
		stream->good = 0;
}

static unsigned confirm(struct stream *stream)
{
	if (stream->confirmed || stream->good < GOOD_MAX)
		return 0;
	stream->confirmed = true;
	return STREAM_CONFIRMED;
}

static void count_oddities(struct stream *stream, const struct rtp_packet *packet)
{
	/* G.711 and G.722 send whole groups of 8 octets, SRTP a tag of 10 or 4 behind. */
	const uint8_t type = packet->payload_type;
	if ((type == 0 || type == 8 || type == 9) && packet->payload.len > 80 &&
	        (packet->payload.len % 80 == 10 || packet->payload.len % 80 == 4) &&
	        stream->odd_sizes < UINT8_MAX)
		stream->odd_sizes++;
}

void stream_start(struct stream *stream, const struct datagram *datagram,
        const struct rtp_packet *packet)
{
	*stream = (struct stream){
	        .src = datagram->src,
	        .dst = datagram->dst,
	        .ssrc = packet->ssrc,
	        .timestamp = packet->timestamp,
	        .payload_type = UINT8_MAX,
	        .first_us = datagram->time_us,
	        .last_us = datagram->time_us,
	        .media_us = datagram->time_us,
	        .touched = stream_touch(datagram->time_us),
	        .interval_us = datagram->time_us,
	        .dscp = datagram->dscp,
	        .packets = 1,
	        .unique = 1,
	        .octets = packet->payload.len,
	        .payload_len = (uint16_t)packet->payload.len,
	};
	integrity_note(stream, packet, 0);
	jitter_init(&stream->jitters);
	burst_received(&stream->burst);
	sequence_restart(stream, packet->sequence);
	change_type(stream, packet);
	if (stream->event)
		(void)event_packet(stream, packet);
	count_oddities(stream, packet);
}

/* Of a packet that is neither a duplicate nor an event. */
static unsigned media_packet(struct stream *stream, const struct rtp_packet *packet,
        uint64_t time_us, uint16_t step)
{
	unsigned news = 0;
	const bool silence = time_us - stream->media_us > SILENCE_US;
	const uint32_t units = packet->timestamp - stream->timestamp;
	const uint32_t usual = (uint32_t)stream->step * step;
	const bool noise = packet->payload_type == 13 || packet->payload_type == 19;
	if (noise && stream->comfort_noise < UINT16_MAX)
		stream->comfort_noise++;
	if (packet->marker && silence) {
		stream->talkspurts++;
		news = STREAM_TALKSPURT;
	}
	if (!stream->confirmed)
		judge_candidate(stream, packet, step);
	if (step == 1 && !packet->marker && units - 1 < UINT16_MAX)
		stream->step = (uint16_t)units;
	if (stream->scale) {
		if (__builtin_expect(
		            timing_packet(stream, time_us, packet->timestamp), 0))
			judge_stamp(stream, packet, usual);
		count_jitter(stream, !packet->marker && !noise && !stream->after_noise &&
		                             step < 0x8000);
	} else {
		count_jitter(stream, false);
	}
	stream->after_noise = noise;
	stream->after_event = false;
	stream->resized += !noise & (stream->payload_len != packet->payload.len);
	stream->payload_len = (uint16_t)packet->payload.len;
	if (news)
		jitter_resync(&stream->jitters, stream->transit_us);
	stream->timestamp = packet->timestamp;
	stream->media_us = time_us;
	return news;
}

unsigned stream_packet(struct stream *stream, const struct datagram *datagram,
        const struct rtp_packet *packet)
{
	const uint64_t time_us = datagram->time_us;
	const uint16_t step = (uint16_t)(packet->sequence - (uint16_t)stream->highest);
	const bool candidate = !stream->confirmed;
	stream->packets++;
	stream->last_us = time_us;
	unsigned news = sequence_packet(stream, packet->sequence, time_us);
	if (news & STREAM_DUPLICATE) {
		stream->dscp_changed |= datagram->dscp != stream->dscp;
		return news | integrity_duplicate(stream, packet, step);
	}
	integrity_note(stream, packet, step);
	stream->octets += packet->payload.len;
	if (candidate && packet->payload_type != stream->payload_type)
		stream->good = 0;
	if (packet->payload_type != stream->payload_type) {
		change_type(stream, packet);
		news |= STREAM_TYPED;
	}
	if (stream->event) {
		/* Its timestamp is the event's beginning: no measure of the path. */
		stream->media_us = time_us;
		stream->after_event = true;
		count_jitter(stream, false);
		if (candidate)
			judge_event(stream, packet, step);
		return news | event_packet(stream, packet) | confirm(stream);
	}
	if (news & STREAM_JUMPED)
		stream->good = 0;
	count_oddities(stream, packet);
	news |= media_packet(stream, packet, time_us, step);
	return news | confirm(stream);
}

void stream_announced(
        struct stream *stream, const struct stream_announcement *announcement)
{
	const struct rtp_packet again = {
	        .payload_type = stream->payload_type,
	        .payload = {.len = stream->event ? 4 : 0},
	};
	stream->announced = announcement->count < STREAM_PAYLOADS ? announcement->count
	                                                          : STREAM_PAYLOADS;
	memcpy(stream->payloads, announcement->payloads,
	        stream->announced * sizeof(*stream->payloads));
	stream->secure = announcement->secure;
	stream->confirmed = true;
	stream->codec = CODEC_UNKNOWN;
	change_type(stream, &again);
}

bool stream_secure_suspected(const struct stream *stream)
{
	return stream->secure || stream->odd_sizes >= ODD_SIZES;
}
