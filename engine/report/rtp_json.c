#include "engine/report/event_parts.h"
#include "engine/report/json.h"
#include "engine/report/stream_view.h"

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
	if (stream.mos_x100)
		json_fixed(out, "mos", stream.mos_x100 / 100.0, 2);
	if (event->call) {
		json_u64(out, "call", event->call->id);
		json_text(out, "call_id", event->call->call_id);
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
