#include "engine/track/track.h"

#include <string.h>

#include "engine/base/ensure.h"
#include "engine/track/h323_track.h"
#include "engine/track/h323_state.h"

/*
 * How the share is divided, in parts of 280; the rest pays for tables and links. So that
 * calls, their dialogs, media, text and two streams run out at about the same time, and
 * that 512 MB hold 100,000 registrations and as many calls.
 */
enum {
	PARTS = 280,
	PART_TRANSACTIONS = 32,
	PART_CALLS = 51,
	PART_MEDIA = 28,
	PART_REGISTRATIONS = 31,
	PART_PROOF = 4,
	PART_STREAMS = 63,
	PART_H323 = 20,
	PART_TEXT = 50,
	TABLE_BYTES = 24, /* slots of a table an item, at the worst load */
	CAPACITY_MIN = 32,
};

static uint32_t capacity_of(size_t share, size_t parts, size_t item_bytes)
{
	const size_t count = share / PARTS * parts / item_bytes;
	if (count < CAPACITY_MIN)
		return CAPACITY_MIN;
	return count > UINT32_MAX / 4 ? UINT32_MAX / 4 : (uint32_t)count;
}

static bool rooms_init(struct track *track, struct memory *memory, size_t share)
{
	const uint32_t transactions = capacity_of(
	        share, PART_TRANSACTIONS, sizeof(struct transaction) + TABLE_BYTES);
	const uint32_t calls = capacity_of(share, PART_CALLS,
	        sizeof(struct call) + 2 * sizeof(struct dialog) +
	                2 * sizeof(struct call_quality) + 3 * TABLE_BYTES);
	const uint32_t media =
	        capacity_of(share, PART_MEDIA, sizeof(struct media) + TABLE_BYTES);
	const uint32_t registrations = capacity_of(share, PART_REGISTRATIONS,
	        sizeof(struct registration) + nat_reach_bytes() + 2 * TABLE_BYTES);
	const uint32_t sources = capacity_of(share, PART_PROOF,
	        sizeof(struct proof_source) + sizeof(struct proof_nonce) +
	                2 * TABLE_BYTES);
	return transaction_init(track, memory, transactions) &&
	       call_init(track, memory, calls) &&
	       media_endpoint_init(track, memory, media) &&
	       registration_init(track, memory, registrations) &&
	       nat_reach_init(track, memory, registrations) &&
	       proof_init(track, memory, sources) &&
	       h323_track_init(track, memory, share / PARTS * PART_H323) &&
	       pool_init(&track->pool, memory, share / PARTS * PART_TEXT);
}

struct track *track_new(struct memory *memory, size_t share, const struct hash_key *key)
{
	if (share > memory_left(memory))
		return NULL;
	struct track *track = memory_take(memory, sizeof(*track));
	if (!track)
		return NULL;
	memset(track, 0, sizeof(*track));
	track->key = *key;
	track->streams = streams_new(memory, share / PARTS * PART_STREAMS, key);
	return track->streams && rooms_init(track, memory, share) ? track : NULL;
}

void track_advance(struct track *track, uint64_t now_us)
{
	if (now_us > track->now_us)
		track->now_us = now_us;
	wheel_advance(&track->transaction_wheel, track->now_us);
	wheel_advance(&track->call_wheel, track->now_us);
	wheel_advance(&track->registration_wheel, track->now_us);
	h323_track_advance(track, track->now_us);
}

uint64_t track_next_us(const struct track *track, uint64_t limit_us)
{
	limit_us = wheel_next_us(&track->transaction_wheel, limit_us);
	limit_us = wheel_next_us(&track->call_wheel, limit_us);
	limit_us = wheel_next_us(&track->registration_wheel, limit_us);
	return h323_track_next_us(track, limit_us);
}

static void see_sip_request(struct track *track, struct seen *seen)
{
	const struct sip_message *sip = seen->sip;
	seen->proven = proof_request(track, seen);
	transaction_request(track, seen);
	call_find(track, seen);
	dialog_judge_request(track, seen);
	if (!seen->call && sip->method == SIP_INVITE && !sip->to.tag.len &&
	        !seen->retransmission)
		(void)call_new(track, seen);
	if (seen->transaction) {
		seen->transaction->call = seen->call_index;
		if (seen->proven)
			transaction_prove(track, seen->transaction);
	}
	if (seen->retransmission)
		track->counters.retransmissions++;
	struct event *event = event_push_seen(track, EVENT_SIP_REQUEST, seen);
	event->mangled = nat_taps_request(track, seen);
	if (seen->call) {
		call_message(track, seen);
		/* Whether an ACK of a 2xx is a copy is known by its dialog alone. */
		event->retransmission = seen->retransmission;
	}
}

static void see_sip_response(struct track *track, struct seen *seen)
{
	const enum sip_method method = seen->sip->cseq_method;
	transaction_response(track, seen);
	if (method != SIP_REGISTER)
		call_find(track, seen);
	if (seen->call)
		dialog_judge_response(track, seen);
	if (seen->sip->auth.challenge)
		proof_challenge_sent(track, seen);
	if (seen->transaction)
		seen->transaction->call = seen->call_index;
	if (seen->retransmission)
		track->counters.retransmissions++;
	(void)event_push_seen(track, EVENT_SIP_RESPONSE, seen);
	if (seen->final) {
		struct event *event = event_push_seen(track, EVENT_SIP_TRANSACTION, seen);
		if (seen->sip->auth.challenge)
			event->answers =
			        proof_answers(track, &seen->transaction->client.ip);
		else if (seen->transaction)
			event->lost_after_s =
			        nat_reach_answered(track, seen->transaction);
	}
	if (seen->call)
		call_message(track, seen);
	if (method == SIP_REGISTER && seen->final)
		registration_response(track, seen);
	if (method == SIP_REGISTER && seen->sip->status / 100 == 2)
		proof_registers_with(
		        track, &seen->datagram->dst.ip, &seen->datagram->src.ip);
}

static void see_sip(struct track *track, struct seen *seen)
{
	seen->sip = seen->message->sip;
	seen->call_id_hash = hash_slice(&track->key, seen->sip->call_id);
	table_prefetch(&track->calls_by_call_id.table, seen->call_id_hash);
	transaction_prepare(track, seen);
	self_signalling(track, seen);
	if (seen->sip->is_request)
		see_sip_request(track, seen);
	else
		see_sip_response(track, seen);
}

/* A datagram without a byte: a keep-alive, or the question whether anybody listens. */
static bool is_empty(const struct message *message)
{
	return message->kind == MESSAGE_KEEPALIVE && !message->bytes.len &&
	       message->datagram->transport == TRANSPORT_UDP;
}

void track_message(struct track *track, const struct message *message)
{
	struct seen seen = {
	        .message = message,
	        .datagram = message->datagram,
	        .time_us = message->datagram->time_us,
	        .side = CALL_NEITHER,
	};
	if (message->kind == MESSAGE_KEEPALIVE)
		nat_reach_heard(track, &seen.datagram->src);
	event_release_read(track);
	transaction_forget_texts(track, track->told);
	track->told = 0;
	track_advance(track, seen.time_us);
	if (!track->began_us)
		track->began_us = seen.time_us;
	self_message(track, seen.time_us, message->kind == MESSAGE_RTP);
	/* Until a clock that stepped back has caught up, timers start from where it was. */
	if (seen.time_us + SELF_BACK_US < track->now_us)
		seen.time_us = track->now_us;
	if (is_empty(message))
		seen.proven = track_source_proven(track, &seen.datagram->src.ip);
	if (message->kind == MESSAGE_ERROR || anomalies_any(message->anomalies) ||
	        is_empty(message))
		(void)event_push_seen(track, EVENT_PARSE_ERROR, &seen);
	if (message->kind == MESSAGE_SIP)
		see_sip(track, &seen);
	else if (message->kind == MESSAGE_RTP)
		media_stream_rtp(track, &seen);
	else if (message->kind == MESSAGE_RTCP)
		media_stream_rtcp(track, &seen);
	else if (message->kind == MESSAGE_H323)
		h323_track_message(track, &seen);
	else if (message->kind == MESSAGE_STUN)
		media_watch_stun(track, &seen);
	else if (message->kind == MESSAGE_DTLS)
		media_watch_dtls(track, &seen);
	else if (message->kind == MESSAGE_OTHER)
		media_watch_runt(track, &seen);
}

/* Lets the next thing that is due happen; false when nothing is. */
static bool step(struct track *track)
{
	uint32_t index = wheel_expired(&track->transaction_wheel);
	if (index) {
		transaction_expired(track, index);
		return true;
	}
	index = wheel_expired(&track->call_wheel);
	if (index) {
		call_expired(track, index);
		return true;
	}
	index = wheel_expired(&track->registration_wheel);
	if (index) {
		registration_expired(track, index);
		return true;
	}
	if (h323_track_expire(track))
		return true;
	if (media_stream_expired(track))
		return true;
	if (track->finishing && media_stream_finish(track))
		return true;
	if (track->finishing && track->call_age.front) {
		call_finish(track, track->call_age.front);
		return true;
	}
	if (track->finishing && h323_track_finish(track))
		return true;
	return false;
}

const struct event *track_next(struct track *track)
{
	event_release_read(track);
	while (track->event_read == track->event_count)
		if (!step(track))
			return NULL;
	track->delivered = track->events[track->event_read++];
	struct event *event = &track->delivered.event;
	if (event->call)
		event->h323 = track_h323(track, event->call->h323);
	return event;
}

void track_finish(struct track *track)
{
	track->finishing = true;
}

const struct track_counters *track_counters(const struct track *track)
{
	return &track->counters;
}

const struct dialog *track_dialog(const struct track *track, uint32_t index)
{
	return index ? dialog_at(track, index) : NULL;
}

const struct media *track_media(const struct track *track, uint32_t index)
{
	return index ? media_at(track, index) : NULL;
}

const struct h323_call *track_h323(const struct track *track, uint32_t index)
{
	return index ? h323_call_at(track, index) : NULL;
}

const struct h323_device *track_device(const struct track *track, uint32_t index)
{
	return index ? device_at(track, index) : NULL;
}

const struct call *track_call(const struct track *track, uint32_t index)
{
	return index ? call_at(track, index) : NULL;
}
