#include "engine/report/summary_stream.h"

#include "engine/report/json.h"

bool summary_streams_init(struct summary_streams *streams, struct memory *memory,
        size_t share, const struct hash_key *key)
{
	/* A table slot is 8 bytes, there are 4 for 3 items, rounded up to a power of two.
	 */
	size_t each = sizeof(struct summary_stream) + 32;
	uint32_t capacity = (uint32_t)(share / each < 1 << 24 ? share / each : 1 << 24);
	*streams = (struct summary_streams){.key = *key};
	return capacity > 0 &&
	       slab_init(
	               &streams->slab, memory, sizeof(struct summary_stream), capacity) &&
	       table_init(&streams->table, memory, capacity);
}

static bool same(const struct summary_stream *a, const struct summary_stream *b)
{
	return a->ssrc == b->ssrc && endpoint_equal(&a->src, &b->src) &&
	       endpoint_equal(&a->dst, &b->dst);
}

static struct summary_stream *find(const struct summary_streams *streams, uint64_t hash,
        const struct summary_stream *like)
{
	struct table_cursor cursor;
	for (uint32_t i = table_first(&streams->table, hash, &cursor); i;
	        i = table_next(&streams->table, &cursor)) {
		struct summary_stream *stream = slab_at(&streams->slab, i);
		if (same(stream, like))
			return stream;
	}
	return NULL;
}

static void merge(struct summary_stream *into, const struct summary_stream *more)
{
	double packets = (double)into->packets + (double)more->packets;
	if (packets > 0)
		into->jitter_ms_mean =
		        (into->jitter_ms_mean * (double)into->packets +
		                more->jitter_ms_mean * (double)more->packets) /
		        packets;
	if (more->jitter_ms_max > into->jitter_ms_max)
		into->jitter_ms_max = more->jitter_ms_max;
	into->packets += more->packets;
	into->duplicates += more->duplicates;
	into->reordered += more->reordered;
	into->lost += more->lost;
}

void summary_streams_add(
        struct summary_streams *streams, const struct summary_stream *stream)
{
	uint64_t pair = hash_endpoints(&streams->key, &stream->src, &stream->dst);
	uint64_t hash = hash_words(&streams->key, pair, stream->ssrc);
	struct summary_stream *known = find(streams, hash, stream);

	streams->packets += stream->packets;
	if (known) {
		merge(known, stream);
		return;
	}
	uint32_t index = slab_take(&streams->slab);
	if (!index) {
		streams->refused++;
		return;
	}
	*(struct summary_stream *)slab_at(&streams->slab, index) = *stream;
	if (!table_insert(&streams->table, hash, index)) {
		slab_give(&streams->slab, index);
		streams->refused++;
	}
}

static void stream_write(const struct summary_stream *stream, struct writer *out)
{
	json_object(out, NULL);
	json_endpoint(out, "src", &stream->src);
	json_endpoint(out, "dst", &stream->dst);
	json_hex(out, "ssrc", stream->ssrc, 8);
	json_u64(out, "pt", stream->payload_type);
	json_u64(out, "packets", stream->packets);
	json_u64(out, "duplicates", stream->duplicates);
	json_u64(out, "reordered", stream->reordered);
	json_u64(out, "lost", stream->lost);
	json_fixed(out, "jitter_ms_max", stream->jitter_ms_max, 3);
	json_fixed(out, "jitter_ms_mean", stream->jitter_ms_mean, 3);
	json_object_end(out);
}

void summary_streams_write(
        const struct summary_streams *streams, uint32_t *written, struct writer *out)
{
	if (*written)
		writer_byte(out, ',');
	for (unsigned i = 0;
	        i < SUMMARY_STREAMS_AT_ONCE && *written < streams->slab.count; i++)
		stream_write(slab_at(&streams->slab, ++*written), out);
}
