/*
 * The streams of a summary: every ended RTP stream once per source, destination and SSRC,
 * however often the tracker let go of it in between.
 */
#ifndef RINGFENCE_REPORT_SUMMARY_STREAM_H
#define RINGFENCE_REPORT_SUMMARY_STREAM_H

#include "engine/base/slab.h"
#include "engine/base/table.h"
#include "engine/report/summary.h"

struct summary_streams {
	struct hash_key key;
	struct slab slab;
	struct table table;
	uint64_t packets; /* of all streams, also of those that found no room */
	uint64_t refused; /* streams that found no room */
};

bool summary_streams_init(struct summary_streams *streams, struct memory *memory,
        size_t share, const struct hash_key *key);
void summary_streams_add(
        struct summary_streams *streams, const struct summary_stream *stream);
/*
 * At most SUMMARY_STREAMS_AT_ONCE of them behind the first *written, which moves on: the
 * elements of a JSON array.
 */
void summary_streams_write(
        const struct summary_streams *streams, uint32_t *written, struct writer *out);

#endif
