/*
 * What the sensor notices of itself, packet by packet, so that a replay tells the same:
 * time that steps, a place that sees one direction alone, tables that fill up, and more
 * loss than a judgement should bear.
 */
#include "engine/track/state.h"

enum {
	SIGNALLING_MIN = 100, /* messages before a window is called one-sided */
	CLIENTS_MIN = 3,      /* who probes and gets no answer is one; a tap has many */
	FULL_PERCENT = 90,
	DROPS_PER_MILLION = 1000,
	BOTH_SIDES_MIN = 3, /* messages of the rarer direction: it passes here */
};
/* A flood that nobody answers must not pass for a tap of one direction. */
static const uint64_t BOTH_SIDES_US = (uint64_t)300 * 1000000;

static void tell(struct track *track, const char *what, const char *where, uint64_t value)
{
	struct event *event = event_push(track, EVENT_SENSOR, track->now_us);
	event->sensor_what = what;
	event->sensor_where = where;
	event->sensor_value = value;
}

void self_stepped(struct track *track, uint64_t time_us)
{
	struct self *self = &track->self;
	const bool back = time_us < self->last_us;
	const uint64_t step_us = back ? self->last_us - time_us : time_us - self->last_us;
	/* Silence is no step: but in the midst of media there is none. */
	if (back || (self->media && track->call_answered.count))
		tell(track, "clock-step", back ? "back" : "forward", step_us / 1000);
	self->window_us = time_us;
}

static void judge_sides(struct track *track)
{
	struct self *self = &track->self;
	const uint32_t all = self->requests + self->responses;
	const uint32_t less =
	        self->requests < self->responses ? self->requests : self->responses;
	if (less >= BOTH_SIDES_MIN)
		self->both_us = track->now_us;
	const bool both = self->both_us && track->now_us - self->both_us < BOTH_SIDES_US;
	if (all >= SIGNALLING_MIN && less < all / 100 && !both &&
	        __builtin_popcountll(self->clients) >= CLIENTS_MIN)
		tell(track, "one-sided", self->requests ? "requests" : "responses", all);
}

static void judge_table(
        struct track *track, const char *name, uint64_t count, uint64_t capacity)
{
	if (count * 100 > capacity * FULL_PERCENT)
		tell(track, "table-full", name, count * 100 / capacity);
}

void self_window(struct track *track, uint64_t time_us)
{
	struct self *self = &track->self;
	judge_sides(track);
	judge_table(track, "calls", track->call_slab.count, track->call_slab.capacity);
	judge_table(track, "registrations", track->registration_slab.count,
	        track->registration_slab.capacity);
	/* Those that are done linger as long as there is room. */
	judge_table(track, "transactions",
	        track->transaction_unproven.count + track->transaction_proven.count,
	        track->transaction_slab.capacity);
	judge_table(track, "streams", streams_count(track->streams),
	        streams_capacity(track->streams));
	self->window_us = time_us;
	self->messages = 0;
	self->requests = 0;
	self->responses = 0;
	self->clients = 0;
	self->dropped = 0;
	self->losing = false;
}

void self_signalling(struct track *track, const struct seen *seen)
{
	struct self *self = &track->self;
	const bool request = seen->sip->is_request;
	const struct datagram *datagram = seen->datagram;
	const struct endpoint *client = request ? &datagram->src : &datagram->dst;
	if (request)
		self->requests++;
	else
		self->responses++;
	self->clients |= (uint64_t)1 << (hash_address(&track->key, &client->ip) & 63);
}

void track_dropped(struct track *track, uint64_t packets)
{
	struct self *self = &track->self;
	self->dropped += packets;
	const uint64_t all = self->messages + self->dropped;
	if (self->losing || self->dropped * 1000000 <= all * DROPS_PER_MILLION)
		return;
	self->losing = true;
	tell(track, "losing", "packets", self->dropped * 1000000 / all);
}
