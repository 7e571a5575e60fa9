/*
 * A look at the media of a running call each 10 s, so that trouble is told while people
 * still talk, and at what the place of the capture lets see at all.
 */
#include "engine/track/nat.h"
#include "engine/track/state.h"

enum {
	WATCHED_MIN = 5,     /* calls before a place is called deaf or one-sided */
	HEARD_PACKETS = 100, /* in 10 s: a side that talks */
};

static bool is_audio(const struct media *media)
{
	return media->kind == SDP_AUDIO && media->at.port;
}

static const struct media *audio_of(
        const struct track *track, const struct call *call, enum call_side side)
{
	for (uint32_t i = call->media; i; i = media_at(track, i)->next) {
		const struct media *media = media_at(track, i);
		if (media->side == (uint8_t)side && is_audio(media))
			return media;
	}
	return NULL;
}

static bool outside(const struct address *ip)
{
	const enum address_scope scope = address_scope(ip);
	return scope == ADDRESS_PUBLIC || scope == ADDRESS_RESERVED;
}

static bool has_events(const struct call *call, const struct media *media)
{
	const struct media_payload *said = media_payloads(call, media);
	for (uint8_t i = 0; said && i < media->payload_count; i++)
		if (codec_is_event(said[i].codec))
			return true;
	return false;
}

static void watch_descriptions(
        const struct track *track, const struct call *call, struct call_watch *watch)
{
	const struct media *caller = audio_of(track, call, CALL_CALLER);
	const struct media *callee = audio_of(track, call, CALL_CALLEE);
	for (uint32_t i = call->media; i; i = media_at(track, i)->next)
		watch->fax |= media_at(track, i)->t38;
	watch->one_sided = call->on_hold || !caller || !callee ||
	                   caller->direction != SDP_SENDRECV ||
	                   callee->direction != SDP_SENDRECV;
	if (!caller || !callee)
		return;
	watch->events = has_events(call, caller) && has_events(call, callee);
	watch->ice = (uint8_t)(caller->candidates + callee->candidates);
	const struct address *a = &caller->at.ip;
	const struct address *b = &callee->at.ip;
	watch->media_ip = *a;
	watch->hairpin = address_equal(a, b) && outside(a) &&
	                 (address_equal(a, &call->caller.ip) !=
	                         address_equal(a, &call->callee.ip));
	watch->dual_nat = nat_inside(a) && nat_inside(b) &&
	                  !(nat_inside(&call->caller.ip) && nat_inside(&call->callee.ip));
}

/* The first ten seconds of a call teach what passes here. */
static void learn(struct track *track, const struct call_watch *watch)
{
	const bool caller = watch->recent[CALL_CALLER] >= HEARD_PACKETS;
	const bool callee = watch->recent[CALL_CALLEE] >= HEARD_PACKETS;
	if (watch->one_sided || watch->fax)
		return;
	if (caller && callee)
		track->watched.both_ways++;
	else if (watch->recent[CALL_CALLER] || watch->recent[CALL_CALLEE])
		track->watched.one_way++;
	else
		track->watched.silent++;
}

void call_watch(struct track *track, struct call *call)
{
	const struct call_watch before = call->watch;
	struct call_watch watch = {0};
	const struct call_quality *ended[] = {
	        call_quality(call, CALL_CALLER), call_quality(call, CALL_CALLEE)};
	const uint64_t age_us = track->now_us - call->answer_us;
	media_watch_streams(track, call, &watch);
	for (int side = 0; side < 2; side++) {
		watch.sent[side] += ended[side]->packets;
		/* A stream may go to another leg: what it had sent goes with it. */
		if (watch.sent[side] > before.sent[side])
			watch.recent[side] = watch.sent[side] - before.sent[side];
	}
	watch_descriptions(track, call, &watch);
	if (age_us >= CALL_TICK_US && age_us < 2 * (uint64_t)CALL_TICK_US)
		learn(track, &watch);
	watch.tap_deaf = !track->watched.both_ways && !track->watched.one_way &&
	                 track->watched.silent > WATCHED_MIN;
	watch.tap_one_sided =
	        !track->watched.both_ways && track->watched.one_way > WATCHED_MIN;
	call->watch = watch;
}
