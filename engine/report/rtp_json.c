#include "engine/report/event_parts.h"
#include "engine/report/json.h"
#include "engine/report/stream_view.h"
#include "engine/track/stream.h"

static const char *reason_name(uint8_t reason)
{
	static const char *const names[QUALITY_REASONS] = {
	        [QUALITY_GIVEN] = "given",
	        [QUALITY_FEW_PACKETS] = "few-packets",
	        [QUALITY_UNKNOWN_CODEC] = "unknown-codec",
	        [QUALITY_ENCRYPTED] = "encrypted",
	        [QUALITY_VIDEO] = "video",
	        [QUALITY_NO_AUDIO] = "no-audio",
	        [QUALITY_NOT_RATED] = "codec-not-rated",
	};
	return reason < QUALITY_REASONS ? names[reason] : "given";
}

/* R and MOS behind each simulated jitter buffer, or why there are none. */
static void quality_json(const struct stream_quality *quality, struct writer *out)
{
	static const char *const buffers[JITTER_COUNT] = {
	        [JITTER_FIXED_60] = "fixed_60_ms",
	        [JITTER_FIXED_200] = "fixed_200_ms",
	        [JITTER_ADAPTIVE] = "adaptive",
	};
	if (quality->reason != QUALITY_GIVEN) {
		json_literal(out, "no_mos_because", reason_name(quality->reason));
		return;
	}
	json_fixed(out, "r", quality->r_x10[JITTER_ADAPTIVE] / 10.0, 1);
	json_fixed(out, "mos", quality->mos_x100[JITTER_ADAPTIVE] / 100.0, 2);
	json_object(out, "mos_by_buffer");
	for (unsigned i = 0; i < JITTER_COUNT; i++)
		json_fixed(out, buffers[i], quality->mos_x100[i] / 100.0, 2);
	json_object_end(out);
}

/* Ten seconds of a stream. */
static void interval_json(const struct stream_interval *interval, struct writer *out)
{
	json_object(out, "interval");
	json_time(out, "start", interval->start_us);
	json_time(out, "end", interval->end_us);
	json_u64(out, "packets", interval->packets);
	json_u64(out, "expected", interval->expected);
	json_u64(out, "lost", interval->lost);
	json_fixed(out, "jitter_ms_max", interval->jitter_max_us / 1e3, 3);
	json_fixed(out, "jitter_ms_mean", interval->jitter_mean_us / 1e3, 3);
	quality_json(&interval->quality, out);
	json_object_end(out);
}

/* What the stream's own counts do not say: its nature, and the receiver's view of it. */
static void nature_json(const struct stream *stream, struct writer *out)
{
	json_literal(out, "codec", codec_at(stream->codec)->name);
	json_u64(out, "octets", stream->octets);
	json_bool(out, "secure", stream->secure);
	json_u64(out, "dscp", stream->dscp);
	json_u64(out, "talkspurts", stream->talkspurts);
	json_u64(out, "dtmf_count", stream->digits);
	json_u64(out, "sequence_jumps", stream->jumps);
	json_bool(out, "capture_gap", stream->capture_gap);
	if (!stream->reports)
		return;
	json_object(out, "remote");
	json_u64(out, "reports", stream->reports);
	json_i64(out, "lost", stream->remote_lost);
	json_fixed(out, "jitter_ms", stream->remote_jitter_us / 1e3, 3);
	if (stream->round_trip_us)
		json_fixed(out, "rtt_ms", stream->round_trip_us / 1e3, 3);
	json_object_end(out);
}

void rtp_json(const struct event *event, struct writer *out)
{
	struct summary_stream stream;

	if (!stream_view(event->stream, &stream))
		return;
	json_object(out, "rtp");
	json_hex(out, "ssrc", stream.ssrc, 8);
	json_u64(out, "payload_type", stream.payload_type);
	if (stream.first_us)
		json_time(out, "start", stream.first_us);
	json_u64(out, "packets", stream.packets);
	json_u64(out, "duplicates", stream.duplicates);
	json_u64(out, "reordered", stream.reordered);
	json_u64(out, "lost", stream.lost);
	json_fixed(out, "jitter_ms_max", stream.jitter_ms_max, 3);
	json_fixed(out, "jitter_ms_mean", stream.jitter_ms_mean, 3);
	nature_json(event->stream, out);
	if (event->interval) {
		interval_json(event->interval, out);
	} else {
		struct stream_quality quality = {0};
		stream_quality(event->stream, &quality);
		quality_json(&quality, out);
	}
	if (event->call) {
		json_u64(out, "call", event->call->id);
		json_text(out, "call_id", call_text(event->call, CALL_TEXT_ID));
	}
	json_object_end(out);
}

static void block_json(const struct rtcp_block *block, struct writer *out)
{
	json_object(out, NULL);
	json_hex(out, "ssrc", block->ssrc, 8);
	json_fixed(out, "fraction_lost_percent", block->fraction_lost * 100 / 256.0, 2);
	json_i64(out, "lost", block->lost);
	json_u64(out, "highest_sequence", block->highest_sequence);
	json_u64(out, "jitter_units", block->jitter);
	json_object_end(out);
}

void rtcp_json(const struct rtcp_report *report, struct writer *out)
{
	json_object(out, "rtcp");
	json_hex(out, "sender", report->sender, 8);
	json_u64(out, "packets", report->packet_count);
	if (report->has_sr) {
		json_u64(out, "sent_packets", report->sent_packets);
		json_u64(out, "sent_octets", report->sent_octets);
	}
	json_text(out, "cname", report->cname);
	json_bool(out, "bye", report->bye);
	json_text(out, "bye_reason", report->bye_reason);
	json_array(out, "reports");
	for (unsigned i = 0; i < report->block_count; i++)
		block_json(&report->blocks[i], out);
	json_array_end(out);
	if (report->has_voip_metrics) {
		json_object(out, "voip_metrics");
		json_hex(out, "ssrc", report->voip.ssrc, 8);
		json_u64(out, "r_factor", report->voip.r_factor);
		json_fixed(out, "mos_lq", report->voip.mos_lq / 10.0, 1);
		json_fixed(out, "mos_cq", report->voip.mos_cq / 10.0, 1);
		json_u64(out, "round_trip_ms", report->voip.round_trip_ms);
		json_object_end(out);
	}
	json_object_end(out);
}
