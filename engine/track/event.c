#include "engine/track/event.h"

#include <string.h>

#include "engine/track/h323_state.h"

static const char *const TABLE_NAMES[TABLE_COUNT] = {
        [TABLE_TRANSACTIONS] = "transactions",
        [TABLE_CALLS] = "calls",
        [TABLE_REGISTRATIONS] = "registrations",
        [TABLE_STREAMS] = "streams",
        [TABLE_DEVICES] = "devices",
};

enum { OVERLOAD_EVERY_US = 1000000 };

static void release_item(struct track *track, enum release release, uint32_t index)
{
	switch (release) {
	case RELEASE_NONE:
		break;
	case RELEASE_TRANSACTION:
		transaction_forget_texts(track, index);
		break;
	case RELEASE_CALL:
		call_release(track, index);
		break;
	case RELEASE_RAS:
		ras_release(track, index);
		break;
	case RELEASE_REGISTRATION:
		registration_release(track, index);
		break;
	}
}

void event_release_read(struct track *track)
{
	const enum release release = track->delivered.release;
	track->delivered.release = RELEASE_NONE;
	release_item(track, release, track->delivered.index);
}

struct event *event_push(struct track *track, enum event_kind kind, uint64_t time_us)
{
	if (track->event_read == track->event_count) {
		track->event_read = 0;
		track->event_count = 0;
	}
	if (track->event_count == TRACK_EVENTS) {
		/* The reader fell behind: the oldest goes, and what it ended with it. */
		struct queued *oldest = &track->events[0];
		release_item(track, oldest->release, oldest->index);
		memmove(oldest, oldest + 1, (TRACK_EVENTS - 1) * sizeof(*oldest));
		track->event_count--;
		if (track->event_read)
			track->event_read--;
		track->counters.lost_events++;
	}
	struct queued *queued = &track->events[track->event_count++];
	*queued = (struct queued){
	        .event = {.kind = kind, .time_us = time_us, .began_us = track->began_us}};
	return &queued->event;
}

struct event *event_push_seen(
        struct track *track, enum event_kind kind, const struct seen *seen)
{
	struct event *event = event_push(track, kind, seen->time_us);
	event->packet = seen->datagram->packet;
	event->message = seen->message;
	event->transaction = seen->transaction;
	event->dialog = seen->dialog;
	event->call = seen->call;
	event->retransmission = seen->retransmission;
	event->odd = seen->odd;
	event->proven = seen->proven;
	event->registered = seen->registered;
	return event;
}

void event_release(struct track *track, enum release release, uint32_t index)
{
	struct queued *queued = &track->events[track->event_count - 1];
	queued->release = release;
	queued->index = index;
}

void event_overload(struct track *track, enum track_table table, uint64_t evicted)
{
	const uint64_t last_us = track->overload_us[table];
	if (last_us && track->now_us - last_us < OVERLOAD_EVERY_US)
		return;
	track->overload_us[table] = track->now_us;
	struct event *event = event_push(track, EVENT_SENSOR, track->now_us);
	event->sensor_what = "overload";
	event->sensor_where = TABLE_NAMES[table];
	event->sensor_value = evicted;
}
