/*
 * H.323 in the tracker: its memory, and the way of a message through it.
 */
#include "engine/track/h323_track.h"

#include <string.h>

#include "engine/track/h323_state.h"

/*
 * How its share is divided, in parts of 64. A call beyond its struct call takes about
 * half a KiB with its channels; text comes from the pool that all share.
 */
enum {
	PARTS = 64,
	PART_CALLS = 28,
	PART_TRANSACTIONS = 14,
	PART_DEVICES = 12,
	PART_ADMISSIONS = 10,
	CHAIN_BYTES = 24,
	CAPACITY_MIN = 32,
};

static uint32_t capacity_of(size_t share, size_t parts, size_t item_bytes)
{
	const size_t count = share / PARTS * parts / item_bytes;
	return count < CAPACITY_MIN ? CAPACITY_MIN : (uint32_t)count;
}

bool h323_track_init(struct track *track, struct memory *memory, size_t share)
{
	track->h323 = memory_take(memory, sizeof(*track->h323));
	if (!track->h323)
		return false;
	memset(track->h323, 0, sizeof(*track->h323));
	const uint32_t calls = capacity_of(share, PART_CALLS,
	        sizeof(struct h323_call) + 4 * sizeof(struct h245_channel) +
	                4 * CHAIN_BYTES);
	const uint32_t transactions = capacity_of(
	        share, PART_TRANSACTIONS, sizeof(struct ras_transaction) + CHAIN_BYTES);
	const uint32_t devices = capacity_of(share, PART_DEVICES,
	        sizeof(struct h323_device) + 2 * sizeof(struct h323_alias_entry) +
	                4 * CHAIN_BYTES);
	const uint32_t admissions = capacity_of(
	        share, PART_ADMISSIONS, sizeof(struct h323_admission) + CHAIN_BYTES);
	return h323_call_init(track, memory, calls) &&
	       ras_init(track, memory, transactions) &&
	       device_init(track, memory, devices) &&
	       admission_init(track, memory, admissions);
}

void h323_track_advance(struct track *track, uint64_t now_us)
{
	wheel_advance(&track->h323->transaction_wheel, now_us);
	wheel_advance(&track->h323->admission_wheel, now_us);
}

uint64_t h323_track_next_us(const struct track *track, uint64_t limit_us)
{
	limit_us = wheel_next_us(&track->h323->transaction_wheel, limit_us);
	return wheel_next_us(&track->h323->admission_wheel, limit_us);
}

bool h323_track_expire(struct track *track)
{
	uint32_t index = wheel_expired(&track->h323->transaction_wheel);
	if (index) {
		ras_expired(track, index);
		return true;
	}
	index = wheel_expired(&track->h323->admission_wheel);
	if (!index)
		return false;
	admission_expired(track, index);
	return true;
}

bool h323_track_finish(struct track *track)
{
	return admission_finish(track) || device_finish(track);
}

struct h323_step *h323_step_new(struct track *track, const struct h323_seen *seen)
{
	struct h323_track *h323 = track->h323;
	struct h323_step *step = &h323->steps[h323->step_next++ % TRACK_EVENTS];
	*step = (struct h323_step){.way = seen->way, .side = (uint8_t)seen->seen->side};
	return step;
}

struct event *h323_push(struct track *track, const struct h323_seen *seen,
        enum event_kind kind, const struct h323_step *step)
{
	/* Hundreds of channels in one message must not push out what tells of the bomb.
	 */
	if (kind == EVENT_H245_CHANNEL &&
	        track->event_count - track->event_read > TRACK_EVENTS / 2) {
		track->counters.lost_events++;
		return NULL;
	}
	struct event *event = event_push_seen(track, kind, seen->seen);
	event->step = step;
	event->h323 = seen->h323;
	return event;
}

const struct h323_pdu *h323_body(const struct h323_message *message)
{
	for (uint32_t i = 0; i < message->pdu_count; i++)
		if (message->pdus[i].kind == H323_PDU_CALL &&
		        message->pdus[i].way == H323_DIRECT)
			return &message->pdus[i];
	return NULL;
}

static bool neighbours(const struct address *a, const struct address *b)
{
	struct network near = {*a, address_is_v4(a) ? 120 : 64};
	return network_contains(&near, b);
}

/* Whether it belongs to anyone who has a part in the call. */
static bool known_party(
        const struct track *track, const struct h323_seen *seen, const struct address *ip)
{
	const struct endpoint host = {.ip = *ip};
	if (device_by_address(track, &host))
		return true;
	if (!seen->h323)
		return false;
	uint32_t i = chain_first(&track->calls_by_call_id, seen->seen->call->hash);
	for (int walked = 0; i && walked < LIMIT_CALL_LEGS; walked++) {
		const struct call *leg = call_at(track, i);
		if (address_equal(&leg->caller.ip, ip) ||
		        address_equal(&leg->callee.ip, ip))
			return true;
		i = chain_next(&track->calls_by_call_id, i);
	}
	return false;
}

/* Ranges for documentation and tests stand for public ones there. */
static bool seen_outside(const struct address *ip)
{
	const enum address_scope scope = address_scope(ip);
	return scope == ADDRESS_PUBLIC || scope == ADDRESS_RESERVED;
}

void h323_step_judge(
        struct track *track, const struct h323_seen *seen, struct h323_step *step)
{
	const struct datagram *datagram = seen->seen->datagram;
	const struct address *ip = &step->at.ip;
	const enum address_scope scope = address_scope(ip);
	const bool outside =
	        seen_outside(&datagram->src.ip) || seen_outside(&datagram->dst.ip);
	if (scope == ADDRESS_NONE)
		return;
	step->private_address = outside && h323_address_private(&step->at);
	if (step->private_address || scope == ADDRESS_MULTICAST ||
	        neighbours(ip, &datagram->src.ip) || neighbours(ip, &datagram->dst.ip))
		return;
	/* What a gatekeeper hands through are its endpoints' addresses. */
	if (seen->h323 && seen->h323->flags & (H323_ROUTED | H323_FROM_GATEKEEPER))
		return;
	step->third_party = !known_party(track, seen, ip);
}

static void see_ras(struct track *track, struct h323_seen *seen)
{
	if (seen->message->kind == H323_RAS)
		(void)h323_push(track, seen, EVENT_H323_MESSAGE, NULL);
	for (uint32_t i = 0; i < seen->message->pdu_count; i++) {
		const struct h323_pdu *pdu = &seen->message->pdus[i];
		if (pdu->kind != H323_PDU_RAS || pdu->way == H323_REPORT)
			continue;
		seen->pdu = pdu;
		seen->way = pdu->way;
		ras_pdu(track, seen);
	}
}

static void see_control(struct track *track, struct h323_seen *seen)
{
	h323_call_find_control(track, seen);
	(void)h323_push(track, seen, EVENT_H323_MESSAGE, NULL);
	if (seen->seen->call)
		call_touch(seen->seen);
	for (uint32_t i = 0; i < seen->message->pdu_count; i++) {
		const struct h323_pdu *pdu = &seen->message->pdus[i];
		if (pdu->kind != H323_PDU_H245)
			continue;
		seen->pdu = pdu;
		seen->way = pdu->way;
		h245_pdu(track, seen);
	}
}

void h323_track_message(struct track *track, struct seen *plain)
{
	struct h323_seen seen = {
	        .seen = plain,
	        .message = plain->message->h323,
	        .tape = plain->message->h323->tape,
	};
	seen.pdu = h323_body(seen.message);
	plain->proven = plain->datagram->transport == TRANSPORT_TCP;
	switch (seen.message->kind) {
	case H323_RAS:
		see_ras(track, &seen);
		break;
	case H323_CALL:
		h323_call_message(track, &seen);
		see_ras(track, &seen);
		break;
	case H323_CONTROL:
		see_control(track, &seen);
		break;
	}
}
