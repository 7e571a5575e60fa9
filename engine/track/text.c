#include "engine/track/state.h"

struct slice text_keep(struct track *track, struct arena *arena, struct slice text)
{
	const struct slice kept = arena_keep(&track->pool, arena, text);
	if (slice_present(text) && !slice_present(kept))
		track->counters.text_exhausted++;
	return kept;
}

struct slice text_share(struct track *track, struct arena *arena, struct slice text,
        const struct slice *have, size_t count)
{
	if (!text.len)
		return slice_present(text) ? SLICE("") : text;
	for (size_t i = 0; i < count; i++)
		if (slice_equal(text, have[i]))
			return have[i];
	return text_keep(track, arena, text);
}

void text_make_room(struct track *track)
{
	const struct pool *pool = &track->pool;
	for (int i = 0; i < TRACK_EVICT_TRIES; i++) {
		if (pool->used < pool->bytes - pool->bytes / 16)
			return;
		if (!transaction_evict(track))
			return;
	}
}
