/*
 * H.245 in a call: capabilities, user input and the end of the session. Channels are
 * h323_channel.c's.
 */
#include "engine/track/h323_state.h"

/* H.245 8.?: what a user dials, one letter at a time or as text. */
static unsigned digits_in(struct slice text)
{
	unsigned count = 0;
	for (size_t i = 0; i < text.len && count < UINT8_MAX; i++) {
		const char byte = text.data[i];
		count += (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'D') ||
		         (byte >= 'a' && byte <= 'd') || byte == '*' || byte == '#';
	}
	return count;
}

static void see_user_input(struct h323_seen *seen, struct h323_step *step)
{
	const struct per_tape *tape = seen->tape;
	uint16_t kind;
	uint32_t node = h323_choice(tape, seen->pdu->node, &kind);
	unsigned count = 0;
	if (kind == PER_alphanumeric) {
		count = digits_in(h323_bytes(tape, node));
	} else if (kind == PER_signal) {
		node = per_child(tape, node, PER_signalType);
		count = digits_in(h323_bytes(tape, node));
	} else if (kind == PER_extendedAlphanumeric) {
		node = per_child(tape, node, PER_alphanumeric);
		count = digits_in(h323_bytes(tape, node));
	}
	step->digits = (uint8_t)count;
	struct call *call = seen->seen->call;
	if (call)
		for (unsigned i = 0; i < count; i++)
			count_up(&call->dtmf_count);
}

/* H.323 8.4.6: who may send nothing is on hold; with capabilities it goes on. */
static void see_capabilities(struct h323_seen *seen)
{
	struct call *call = seen->seen->call;
	if (!call || call->state != CALL_ANSWERED)
		return;
	const bool empty = !per_child(seen->tape, seen->pdu->node, PER_capabilityTable);
	call->on_hold = empty;
	call->held |= empty;
}

void h245_pdu(struct track *track, struct h323_seen *seen)
{
	struct h323_step *step = h323_step_new(track, seen);
	step->message = seen->pdu->id;
	const bool ours = seen->h323 && seen->seen->side != CALL_NEITHER;
	switch (seen->pdu->id) {
	case PER_openLogicalChannel:
		channel_open(track, seen, step);
		break;
	case PER_openLogicalChannelAck:
	case PER_openLogicalChannelReject:
		channel_answer(track, seen, step);
		break;
	case PER_closeLogicalChannel:
	case PER_closeLogicalChannelAck:
		channel_close(track, seen, step);
		break;
	case PER_userInput:
		see_user_input(seen, step);
		break;
	case PER_terminalCapabilitySet:
		see_capabilities(seen);
		break;
	case PER_endSessionCommand:
		if (ours)
			h323_call_fades(track, seen, 16);
		break;
	default:
		break;
	}
	(void)h323_push(track, seen, EVENT_H245_CHANNEL, step);
}
