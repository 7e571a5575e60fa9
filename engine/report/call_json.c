#include "engine/report/call_names.h"
#include "engine/report/drops.h"
#include "engine/report/event_parts.h"
#include "engine/report/json.h"
#include "engine/track/codec.h"

const char *call_state_name(const struct call *call)
{
	static const char *const names[] = {
	        [CALL_TRYING] = "trying",
	        [CALL_RINGING] = "ringing",
	        [CALL_ANSWERED] = "answered",
	        [CALL_ENDED] = "ended",
	};
	return call->state <= CALL_ENDED ? names[call->state] : "ended";
}

const char *call_end_name(const struct call *call)
{
	static const char *const names[] = {
	        [CALL_END_NONE] = "none",
	        [CALL_END_BYE] = "bye",
	        [CALL_END_CANCEL] = "cancel",
	        [CALL_END_REJECTED] = "rejected",
	        [CALL_END_TIMEOUT] = "timeout",
	        [CALL_END_CAPTURE] = "capture-end",
	        [CALL_END_EVICTED] = "evicted",
	};
	return call->end <= CALL_END_EVICTED ? names[call->end] : "none";
}

const char *call_side_name(unsigned side)
{
	static const char *const names[] = {
	        [CALL_CALLER] = "caller",
	        [CALL_CALLEE] = "callee",
	        [CALL_NEITHER] = "neither",
	};
	return names[side <= CALL_NEITHER ? side : CALL_NEITHER];
}

double call_duration_s(const struct call *call)
{
	if (!call->answer_us || call->end_us < call->answer_us)
		return 0;
	return (double)(call->end_us - call->answer_us) / 1e6;
}

static const struct endpoint NOWHERE;

static void identity_json(const struct call *call, struct writer *out)
{
	json_object(out, "from");
	json_text(out, "user", call_text(call, CALL_TEXT_FROM_USER));
	json_text(out, "host", call_text(call, CALL_TEXT_FROM_HOST));
	json_text(out, "display", call_text(call, CALL_TEXT_FROM_DISPLAY));
	json_object_end(out);
	json_object(out, "to");
	json_text(out, "user", call_text(call, CALL_TEXT_TO_USER));
	json_text(out, "host", call_text(call, CALL_TEXT_TO_HOST));
	json_object_end(out);
	json_object(out, "request");
	json_text(out, "user", call_text(call, CALL_TEXT_REQUEST_USER));
	json_text(out, "host", call_text(call, CALL_TEXT_REQUEST_HOST));
	json_object_end(out);
	json_text(out, "login", call_text(call, CALL_TEXT_AUTH_USER));
	json_bool(out, "authenticated", call->authenticated);
	json_text(out, "asserted", call_text(call, CALL_TEXT_ASSERTED));
	json_text(out, "preferred", call_text(call, CALL_TEXT_PREFERRED));
	json_text(out, "remote_party", call_text(call, CALL_TEXT_REMOTE_PARTY));
	json_text(out, "diversion", call_text(call, CALL_TEXT_DIVERSION));
	json_text(out, "session_id", call_text(call, CALL_TEXT_SESSION_ID));
	json_text(out, "caller_user_agent", call_text(call, CALL_TEXT_CALLER_AGENT));
	json_text(out, "callee_user_agent", call_text(call, CALL_TEXT_CALLEE_AGENT));
}

static void times_json(const struct call *call, struct writer *out)
{
	json_time(out, "start", call->start_us);
	if (call->ring_us)
		json_time(out, "ring", call->ring_us);
	if (call->answer_us)
		json_time(out, "answer", call->answer_us);
	if (call->end_us)
		json_time(out, "end", call->end_us);
	if (call->ring_us >= call->start_us && call->ring_us)
		json_fixed(
		        out, "pdd_ms", (double)(call->ring_us - call->start_us) / 1e3, 3);
	json_fixed(out, "duration_s", call_duration_s(call), 6);
}

static void outcome_json(const struct call *call, struct writer *out)
{
	json_literal(out, "state", call_state_name(call));
	json_u64(out, "status", call->status);
	if (call->q850)
		json_u64(out, "q850_cause", call->q850);
	json_literal(out, "end_reason", call_end_name(call));
	json_literal(out, "released_by", call_side_name(call->released_by));
	json_text(out, "reason", call_text(call, CALL_TEXT_REASON));
	json_u64(out, "messages", call->messages);
	json_u64(out, "retransmissions", call->retransmissions);
	json_u64(out, "reinvites", call->reinvites);
	json_u64(out, "dtmf_count", call->dtmf_count);
	json_u64(out, "nat_bits", call->nat_bits);
	json_u64(out, "dscp", call->dscp);
	json_bool(out, "early_media", call->early_media);
	json_bool(out, "held", call->held);
	json_bool(out, "transferred", call->transferred);
	json_bool(out, "capture_gap", call->capture_gap);
}

static void media_json(
        const struct report_context *context, const struct call *call, struct writer *out)
{
	uint32_t index = call->media;

	json_array(out, "media");
	for (unsigned i = 0; index && i < LIMIT_MEDIA_PER_CALL; i++) {
		const struct media *media = track_media(context->track, index);
		if (!media)
			break;
		const struct media_payload *payloads = media_payloads(call, media);
		json_object(out, NULL);
		json_literal(out, "side", call_side_name(media->side));
		json_u64(out, "line", media->line);
		json_endpoint(out, "signalled", &media->at);
		if (!endpoint_equal(&media->seen, &NOWHERE))
			json_endpoint(out, "seen", &media->seen);
		json_bool(out, "secure", media->secure);
		json_array(out, "codecs");
		for (unsigned p = 0; p < media->payload_count; p++)
			json_literal(out, NULL, codec_at(payloads[p].codec)->name);
		json_array_end(out);
		json_object_end(out);
		index = media->next;
	}
	json_array_end(out);
}

static void quality_json(
        const char *key, const struct call_quality *quality, struct writer *out)
{
	if (!quality->packets)
		return;
	json_object(out, key);
	json_u64(out, "packets", quality->packets);
	json_u64(out, "lost", quality->lost);
	json_u64(out, "duplicates", quality->duplicates);
	json_u64(out, "reordered", quality->reordered);
	json_literal(out, "codec", codec_at(quality->codec)->name);
	json_fixed(out, "jitter_ms_max", quality->jitter_max_ms_x100 / 100.0, 2);
	json_fixed(out, "jitter_ms_mean", quality->jitter_mean_ms_x100 / 100.0, 2);
	json_fixed(out, "burst", quality->burst_x10 / 10.0, 1);
	if (quality->r_x10)
		json_fixed(out, "r", quality->r_x10 / 10.0, 1);
	if (quality->mos_x100)
		json_fixed(out, "mos", quality->mos_x100 / 100.0, 2);
	if (quality->rtt_ms)
		json_u64(out, "rtt_ms", quality->rtt_ms);
	json_object_end(out);
}

void call_json(
        const struct report_context *context, const struct call *call, struct writer *out)
{
	json_object(out, "call");
	json_u64(out, "id", call->id);
	json_u64(out, "correlation_id", call->correlation);
	json_text(out, "call_id", call_text(call, CALL_TEXT_ID));
	json_literal(out, "protocol", call->protocol == CALL_H323 ? "h323" : "sip");
	json_endpoint(out, "caller", &call->caller);
	json_endpoint(out, "callee", &call->callee);
	json_literal(out, "transport", transport_name((enum transport)call->transport));
	identity_json(call, out);
	call_party_json(context, call, out);
	times_json(call, out);
	outcome_json(call, out);
	media_json(context, call, out);
	json_object(out, "quality");
	quality_json("caller_sent", call_quality(call, CALL_CALLER), out);
	quality_json("callee_sent", call_quality(call, CALL_CALLEE), out);
	json_object_end(out);
	if (call->h323)
		call_h323_json(track_h323(context->track, call->h323), out);
	if (context->drops)
		json_u64(out, "sensor_drops",
		        drops_between(context->drops, call->start_us, call->end_us));
	json_object_end(out);
}
