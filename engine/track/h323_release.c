/*
 * How a call of H.323 ends: ReleaseComplete says it, endSession and DRQ foretell it. What
 * comes first says when and who; the cause is ReleaseComplete's where there is one.
 */
#include "engine/track/h323_state.h"

void h323_call_outcome(struct call *call, enum call_side by, uint8_t cause)
{
	call->released_by = (uint8_t)by;
	call->q850 = cause;
	if (call->answer_us) {
		call->end = CALL_END_BYE;
		call->status = 200;
	} else if (by == CALL_CALLER) {
		call->end = CALL_END_CANCEL;
		call->status = 487;
	} else {
		call->end = CALL_END_REJECTED;
		call->status = h323_status_of_cause(cause);
	}
}

static void clear(struct track *track, struct h323_seen *seen, uint8_t cause)
{
	struct call *call = seen->seen->call;
	call->end_us = seen->seen->time_us;
	h323_call_outcome(call, seen->seen->side, cause);
	wheel_arm(&track->call_wheel, seen->seen->call_index,
	        seen->seen->time_us + CALL_GRACE_US);
}

void h323_call_fades(struct track *track, struct h323_seen *seen, uint8_t cause)
{
	const enum call_side side = seen->seen->side;
	if (side != CALL_NEITHER)
		seen->h323->faded |= (uint8_t)(1u << side);
	if (seen->seen->call->end == CALL_END_NONE)
		clear(track, seen, cause);
}

/* H.225.0 7.2.2.8: the cause element, else what the reason stands for. */
static uint8_t cause_of(const struct h323_seen *seen)
{
	const struct q931_message *q931 = seen->message->q931;
	uint16_t reason = PER_NO_NAME;
	if (q931->has_cause && q931->cause)
		return q931->cause;
	if (seen->pdu)
		(void)h323_choice(seen->tape,
		        per_child(seen->tape, seen->pdu->node, PER_reason), &reason);
	return h323_cause_of_release(reason);
}

void h323_call_released(struct track *track, struct h323_seen *seen)
{
	struct call *call = seen->seen->call;
	struct h323_call *h323 = seen->h323;
	const bool first = h323->released == 0;
	h323->released |= (uint8_t)(1u << seen->seen->side);
	if (first) {
		const uint8_t cause = cause_of(seen);
		if (call->end == CALL_END_NONE)
			clear(track, seen, cause);
		else
			h323_call_outcome(call, (enum call_side)call->released_by, cause);
		return;
	}
	if (h323->released == 3)
		call_end_now(track, seen->seen->call_index,
		        event_push_seen(track, EVENT_CALL_END, seen->seen));
}

void h323_call_ends(struct track *track, struct call *call)
{
	list_remove(&track->h323->call_idle, call->h323);
	const uint64_t late_us = call->end_us + MEDIA_LATE_US;
	if (call->end == CALL_END_BYE &&
	        media_stream_heard_us(track, call, CALL_CALLER) > late_us &&
	        media_stream_heard_us(track, call, CALL_CALLEE) > late_us)
		h323_call_at(track, call->h323)->flags |= H323_MEDIA_GOES_ON;
}

void h323_call_disengaged(struct track *track, struct h323_seen *seen,
        const struct h323_admission *admission)
{
	const uint32_t index =
	        h323_call_named(track, admission->identifier, admission->conference);
	if (!index || call_at(track, index)->end != CALL_END_NONE)
		return;
	struct seen plain = *seen->seen;
	struct h323_seen of = *seen;
	of.seen = &plain;
	plain.call = call_at(track, index);
	plain.call_index = index;
	plain.side = admission->ended_by_gatekeeper ? CALL_NEITHER
	             : admission->answer_call       ? CALL_CALLEE
	                                            : CALL_CALLER;
	of.h323 = h323_call_at(track, plain.call->h323);
	h323_call_fades(track, &of, admission->cause ? admission->cause : 16);
}
