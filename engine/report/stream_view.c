#include "engine/report/stream_view.h"

#include "engine/track/stream.h"

bool stream_view(const struct stream *stream, struct summary_stream *view)
{
	struct stream_quality quality = {0};

	if (!stream || !stream->confirmed)
		return false;
	stream_quality(stream, &quality);
	*view = (struct summary_stream){
	        .src = stream->src,
	        .dst = stream->dst,
	        .ssrc = stream->ssrc,
	        .payload_type = stream->payload_type,
	        .mos_x100 = quality.reason == QUALITY_GIVEN
	                            ? quality.mos_x100[JITTER_ADAPTIVE]
	                            : 0,
	        .first_us = stream->first_us,
	        .packets = stream->packets,
	        .duplicates = stream->duplicates,
	        .reordered = stream->reordered,
	        .lost = stream_lost(stream),
	        .jitter_ms_max = stream_jitter_max_ms(stream),
	        .jitter_ms_mean = stream_jitter_mean_ms(stream),
	};
	return true;
}
