#include "engine/track/jitter.h"

enum {
	ADAPTIVE_START_US = 40000,
	ADAPTIVE_LEAST_US = 20000,
	ADAPTIVE_MOST_US = 400000,
	LATE_RUN_MAX = 10, /* then the path has changed, and players start over */
};

void jitter_init(struct jitter *jitter)
{
	static const int32_t delays_us[JITTER_COUNT] = {60000, 200000, ADAPTIVE_START_US};
	*jitter = (struct jitter){0};
	for (int i = 0; i < JITTER_COUNT; i++)
		jitter->buffers[i].delay_us = delays_us[i];
}

void jitter_resync(struct jitter *jitter, int32_t transit_us)
{
	for (int i = 0; i < JITTER_COUNT; i++) {
		jitter->buffers[i].base_us = transit_us;
		jitter->runs[i] = 0;
	}
}

/* How much later than the quickest packet; a quicker one sets the new base. */
static inline int32_t lateness(struct jitter_buffer *buffer, int32_t transit_us)
{
	if (transit_us < buffer->base_us)
		buffer->base_us = transit_us;
	return transit_us - buffer->base_us;
}

static inline bool take(struct jitter *jitter, enum jitter_kind kind, int32_t transit_us,
        int32_t after_us)
{
	struct jitter_buffer *buffer = &jitter->buffers[kind];
	if (after_us <= buffer->delay_us) {
		jitter->runs[kind] = 0;
		return true;
	}
	buffer->late++;
	if (++jitter->runs[kind] >= LATE_RUN_MAX) {
		buffer->base_us = transit_us;
		jitter->runs[kind] = 0;
	}
	return false;
}

void jitter_packet(struct jitter *jitter, int32_t transit_us)
{
	for (int i = JITTER_FIXED_60; i <= JITTER_FIXED_200; i++)
		(void)take(jitter, (enum jitter_kind)i, transit_us,
		        lateness(&jitter->buffers[i], transit_us));

	/* Grows at once by a quarter over what was missed, shrinks by 1/1024 of the
	 * slack. */
	struct jitter_buffer *buffer = &jitter->buffers[JITTER_ADAPTIVE];
	const int32_t after_us = lateness(buffer, transit_us);
	const int32_t wanted_us = after_us + (after_us >> 2);
	if (!take(jitter, JITTER_ADAPTIVE, transit_us, after_us))
		buffer->delay_us =
		        wanted_us < ADAPTIVE_MOST_US ? wanted_us : ADAPTIVE_MOST_US;
	else if (buffer->delay_us > ADAPTIVE_LEAST_US && buffer->delay_us > wanted_us)
		buffer->delay_us -= (buffer->delay_us - wanted_us) >> 10;
	/* Clocks drift: a base that never rises would make every packet late one day. */
	buffer->base_us += after_us >> 10;
}
