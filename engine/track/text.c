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

struct texts *texts_keep(struct track *track, const struct slice *slices, uint16_t count,
        const struct texts_later *later)
{
	struct texts *texts = texts_new(&track->pool, slices, count, later);
	if (!texts)
		track->counters.text_exhausted++;
	return texts;
}

void text_begin(
        struct track *track, struct call *call, const struct slice texts[CALL_TEXTS])
{
	/* A tag, an agent and payload types come to almost every call. */
	static const struct texts_later LATER = {.places = CALL_TEXTS_LATE, .bytes = 40};
	call->texts = texts_keep(track, texts, CALL_TEXTS, &LATER);
}

struct text text_add(struct track *track, struct call *call, struct slice text)
{
	const struct text kept = texts_add(&track->pool, &call->texts, text);
	if (slice_present(text) && !kept.at)
		track->counters.text_exhausted++;
	return kept;
}

void text_set(
        struct track *track, struct call *call, enum call_text number, struct slice text)
{
	if (!texts_set(&track->pool, &call->texts, (uint16_t)number, text))
		track->counters.text_exhausted++;
}

bool text_put(
        struct track *track, struct call *call, struct text *place, struct slice bytes)
{
	const bool kept = texts_put(&track->pool, &call->texts, place, bytes);
	if (!kept)
		track->counters.text_exhausted++;
	return kept;
}

void text_make_room(struct track *track)
{
	const struct pool *pool = &track->pool;
	for (int i = 0; i < TRACK_EVICT_TRIES; i++) {
		if (pool->used < pool->bytes - pool->bytes / 16)
			return;
		if (!call_forget_ended(track) && !transaction_evict_open(track))
			return;
	}
}
