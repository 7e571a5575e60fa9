/*
 * Calls of H.323: what each message of H.225.0 call signalling does to its call.
 */
#include <stddef.h>

#include "engine/track/h323_state.h"

bool h323_call_init(struct track *track, struct memory *memory, uint32_t capacity)
{
	struct h323_track *h323 = track->h323;
	struct slab *slab = &h323->call_slab;
	list_init(&h323->call_idle, slab, offsetof(struct h323_call, idle));
	return slab_init(slab, memory, sizeof(struct h323_call),
	               capacity + H323_SPARE_CALLS) &&
	       slab_init(&h323->channel_slab, memory, sizeof(struct h245_channel),
	               4 * capacity) &&
	       chain_init(&h323->calls_by_flow, memory, slab,
	               offsetof(struct h323_call, by_flow)) &&
	       chain_init(&h323->calls_by_control[CALL_CALLER], memory, slab,
	               offsetof(struct h323_call, by_control[CALL_CALLER])) &&
	       chain_init(&h323->calls_by_control[CALL_CALLEE], memory, slab,
	               offsetof(struct h323_call, by_control[CALL_CALLEE])) &&
	       chain_init(&h323->calls_by_conference, memory, slab,
	               offsetof(struct h323_call, by_conference));
}

void h323_call_free(struct track *track, struct call *call)
{
	struct h323_track *h323 = track->h323;
	const uint32_t index = call->h323;
	struct h323_call *of = h323_call_at(track, index);
	chain_remove(&h323->calls_by_flow, of->flow_hash, index);
	chain_remove(&h323->calls_by_conference, of->conference_hash, index);
	for (int side = 0; side < 2; side++)
		if (of->control_hash[side])
			chain_remove(&h323->calls_by_control[side],
			        of->control_hash[side], index);
	channels_free(track, of);
	arena_clear(&track->pool, &of->arena);
	slab_give(&h323->call_slab, index);
	call->h323 = 0;
}

static void see_ringing(struct h323_seen *seen)
{
	struct call *call = seen->seen->call;
	if (call->state >= CALL_ANSWERED)
		return;
	if (!call->ring_us)
		call->ring_us = seen->seen->time_us;
	call->state = CALL_RINGING;
	call->status = 180;
}

static void see_connect(struct track *track, struct h323_seen *seen)
{
	struct call *call = seen->seen->call;
	struct h323_call *h323 = seen->h323;
	const struct q931_number *number = &seen->message->q931->connected;
	if (call->state >= CALL_ANSWERED || call->end != CALL_END_NONE)
		return;
	call_answered(track, seen->seen);
	call->status = 200;
	/* There is no ACK: the connection itself proves the caller. */
	call->acked = true;
	call->authenticated = (h323->flags & H323_ADMITTED) != 0;
	if (number->present)
		h323->connected = (struct h323_name){
		        .text = text_keep(track, &h323->arena, number->digits),
		        .kind = PER_dialledDigits};
	if (h323->flags & H323_FAST_OFFERED && !(h323->flags & H323_FAST_ACCEPTED))
		h323->flags |= H323_FAST_REFUSED;
}

void h323_diverted(struct track *track, struct call *call, struct slice by)
{
	if (by.len && !call_text(call, CALL_TEXT_DIVERSION).len)
		text_set(track, call, CALL_TEXT_DIVERSION, by);
}

static void see_facility(
        struct track *track, struct h323_seen *seen, struct h323_step *step)
{
	const struct per_tape *tape = seen->tape;
	const uint32_t body = seen->pdu->node;
	struct call *call = seen->seen->call;
	(void)h323_choice(tape, per_child(tape, body, PER_reason), &step->reason);
	if (step->reason != PER_callForwarded && step->reason != PER_routeCallToMC)
		return;
	(void)h323_endpoint(
	        tape, per_child(tape, body, PER_alternativeAddress), &step->at);
	if (step->reason == PER_routeCallToMC) {
		seen->h323->flags |= H323_CONFERENCE;
		return;
	}
	struct h323_name names[DEVICE_NAMES];
	struct arena scratch = {0};
	const unsigned count = h323_names_read(track, &scratch, tape,
	        per_child(tape, body, PER_alternativeAliasAddress), names);
	const struct h323_name *to = h323_name_best(names, count);
	seen->h323->flags |= H323_FORWARDED;
	h323_diverted(track, call, call_text(call, CALL_TEXT_REQUEST_USER));
	if (to)
		call_leg_referred(
		        track, seen->seen, to->text, &seen->seen->datagram->dst.ip);
	arena_clear(&track->pool, &scratch);
}

/* A digit that was dialled after the Setup belongs to the number, later ones are DTMF. */
static void see_keypad(struct h323_seen *seen)
{
	struct call *call = seen->seen->call;
	const struct slice keypad = seen->message->q931->keypad;
	if (call->state != CALL_ANSWERED)
		return;
	for (size_t i = 0; i < keypad.len; i++)
		count_up(&call->dtmf_count);
}

/* Where H.245 is awaited, and what was agreed on about it. */
static void see_control(
        struct track *track, struct h323_seen *seen, struct h323_step *step)
{
	const struct per_tape *tape = seen->tape;
	struct endpoint at;
	const enum call_side side = seen->seen->side;
	if (!seen->pdu || side == CALL_NEITHER)
		return;
	const uint32_t node = per_child(tape, seen->pdu->node, PER_h245Address);
	if (!node || !h323_endpoint(tape, node, &at) || !at.port)
		return;
	step->at = at;
	h323_control_expect(track, seen->h323, side, &at);
	h323_step_judge(track, seen, step);
}

static void see_features(struct h323_seen *seen)
{
	struct h323_call *h323 = seen->h323;
	const struct per_tape *tape = seen->tape;
	const bool caller = seen->seen->side == CALL_CALLER;
	if (!tape->count)
		return;
	const uint32_t unit = per_child(tape, 0, PER_h323_uu_pdu);
	if (unit && h323_number(tape, per_child(tape, unit, PER_h245Tunnelling), 0))
		h323->flags |= caller ? H323_TUNNEL_OFFERED : H323_TUNNEL_ACCEPTED;
	if (seen->pdu && per_child(tape, seen->pdu->node, PER_fastConnectRefused))
		h323->flags |= H323_FAST_REFUSED;
}

/* What the type of a message does; Q.931 counts where the body says otherwise. */
static void see_type(struct track *track, struct h323_seen *seen, struct h323_step *step)
{
	struct h323_call *h323 = seen->h323;
	const struct q931_message *q931 = seen->message->q931;
	const uint64_t now_us = seen->seen->time_us;
	const bool callee = seen->seen->side == CALL_CALLEE;
	switch (q931->type) {
	case Q931_CALL_PROCEEDING:
		if (callee && !h323->proceeding_us)
			h323->proceeding_us = now_us;
		break;
	case Q931_ALERTING:
		if (callee) {
			h323->alerting_us = now_us;
			call_dialled(track, seen->seen);
			see_ringing(seen);
		}
		break;
	case Q931_PROGRESS:
		/* Q.931 4.5.23: tones in the speech path are what SIP's 183 brings. */
		if (callee && q931->has_progress &&
		        (q931->progress == 1 || q931->progress == 8))
			see_ringing(seen);
		break;
	case Q931_CONNECT:
		if (callee) {
			call_dialled(track, seen->seen);
			see_connect(track, seen);
		}
		break;
	case Q931_RELEASE_COMPLETE:
		if (callee)
			call_dialled(track, seen->seen);
		h323_call_released(track, seen);
		break;
	case Q931_FACILITY:
		if (seen->pdu)
			see_facility(track, seen, step);
		break;
	case Q931_INFORMATION:
		see_keypad(seen);
		break;
	default:
		break;
	}
}

static void see_release_reason(const struct h323_seen *seen, struct h323_step *step)
{
	const struct q931_message *q931 = seen->message->q931;
	if (q931->type != Q931_RELEASE_COMPLETE)
		return;
	step->cause = q931->has_cause ? q931->cause : 0;
	if (seen->pdu)
		(void)h323_choice(seen->tape,
		        per_child(seen->tape, seen->pdu->node, PER_reason),
		        &step->reason);
	if (seen->h323 && !seen->h323->release_reason)
		seen->h323->release_reason = step->reason;
}

/* What is nested: H.450, fastStart and H.245 in the order of the wire. */
static void see_nested(struct track *track, struct h323_seen *seen)
{
	const struct h323_message *message = seen->message;
	bool fast = false;
	for (uint32_t i = 0; i < message->pdu_count; i++) {
		seen->pdu = &message->pdus[i];
		seen->way = seen->pdu->way;
		if (seen->pdu->way == H323_REPORT)
			continue;
		if (seen->pdu->kind == H323_PDU_H450)
			h450_pdu(track, seen);
		else if (seen->pdu->kind == H323_PDU_H245)
			h245_pdu(track, seen);
		else if (seen->pdu->kind == H323_PDU_FAST_START)
			fast = true;
	}
	if (fast)
		channel_fast_start(track, seen);
}

void h323_call_message(struct track *track, struct h323_seen *seen)
{
	const struct q931_message *q931 = seen->message->q931;
	if (!q931)
		return;
	h323_call_find(track, seen);
	if (!seen->seen->call && q931->type == Q931_SETUP)
		h323_call_new(track, seen);
	struct h323_step *step = h323_step_new(track, seen);
	step->message = seen->message->id;
	step->foreign_source =
	        seen->seen->call != NULL && seen->seen->side == CALL_NEITHER;
	see_release_reason(seen, step);
	(void)h323_push(track, seen, EVENT_H323_MESSAGE, NULL);
	(void)h323_push(track, seen, EVENT_H225_CALL, step);
	if (!seen->seen->call)
		return;
	if (step->foreign_source) {
		if (q931->type == Q931_RELEASE_COMPLETE)
			seen->h323->flags |= H323_FOREIGN_RELEASE;
		return;
	}
	call_touch(seen->seen);
	if (seen->seen->call_new)
		(void)event_push_seen(track, EVENT_CALL_START, seen->seen);
	else
		h323_call_party(track, seen);
	see_features(seen);
	see_control(track, seen, step);
	see_nested(track, seen);
	seen->pdu = h323_body(seen->message);
	see_type(track, seen, step);
}
