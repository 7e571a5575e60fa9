/*
 * Supplementary services of H.450 that change what a call is: transfer (H.450.2),
 * diversion (H.450.3) and hold (H.450.4).
 */
#include "engine/track/h323_state.h"

enum h450_operation {
	CALL_TRANSFER_INITIATE = 9,
	CALL_TRANSFER_SETUP = 10,
	CALL_TRANSFER_ACTIVE = 11,
	CALL_TRANSFER_COMPLETE = 12,
	CALL_REROUTING = 19,
	DIVERTING_LEG_INFORMATION_1 = 20,
	DIVERTING_LEG_INFORMATION_2 = 21,
	DIVERTING_LEG_INFORMATION_3 = 22,
	DIVERTING_LEG_INFORMATION_4 = 100,
	HOLD_NOTIFIC = 101,
	RETRIEVE_NOTIFIC = 102,
	REMOTE_HOLD = 103,
	REMOTE_RETRIEVE = 104,
};

/* The best alias of an EndpointAddress under this name; its text goes into the arena. */
static struct slice address_of(struct track *track, const struct h323_seen *seen,
        enum per_name field, struct arena *arena)
{
	struct h323_name names[DEVICE_NAMES];
	const struct per_tape *tape = seen->tape;
	const uint32_t list = h323_path(tape, seen->pdu->content,
	        (const uint16_t[]){(uint16_t)field, PER_destinationAddress, PER_NO_NAME});
	const unsigned count = h323_names_read(track, arena, tape, list, names);
	const struct h323_name *best = h323_name_best(names, count);
	return best ? best->text : (struct slice){0};
}

/* The other party is sent on: its next call is this one's leg. */
static void see_transfer(struct track *track, struct h323_seen *seen)
{
	struct arena scratch = {0};
	const struct slice to = address_of(track, seen, PER_reroutingNumber, &scratch);
	seen->seen->call->transferred = true;
	if (to.len)
		call_leg_referred(track, seen->seen, to, &seen->seen->datagram->dst.ip);
	arena_clear(&track->pool, &scratch);
}

/* The Setup comes from one who was called first: by whom says the argument. */
static void see_diversion(
        struct track *track, struct h323_seen *seen, enum per_name field)
{
	struct arena scratch = {0};
	const struct slice by = address_of(track, seen, field, &scratch);
	seen->h323->flags |= H323_FORWARDED;
	h323_diverted(track, seen->seen->call, by);
	arena_clear(&track->pool, &scratch);
}

static void see_hold(struct h323_seen *seen, bool holds)
{
	seen->seen->call->on_hold = holds;
	seen->seen->call->held |= holds;
}

void h450_pdu(struct track *track, struct h323_seen *seen)
{
	if (seen->pdu->id != PER_invoke)
		return;
	switch (seen->pdu->value) {
	case CALL_TRANSFER_INITIATE:
		see_transfer(track, seen);
		break;
	case CALL_TRANSFER_SETUP:
	case CALL_TRANSFER_ACTIVE:
	case CALL_TRANSFER_COMPLETE:
		seen->seen->call->transferred = true;
		break;
	case CALL_REROUTING:
		see_diversion(track, seen, PER_lastReroutingNr);
		break;
	case DIVERTING_LEG_INFORMATION_2:
		see_diversion(track, seen, PER_divertingNr);
		break;
	case DIVERTING_LEG_INFORMATION_1:
	case DIVERTING_LEG_INFORMATION_3:
	case DIVERTING_LEG_INFORMATION_4:
		seen->h323->flags |= H323_FORWARDED;
		break;
	case HOLD_NOTIFIC:
	case REMOTE_HOLD:
		see_hold(seen, true);
		break;
	case RETRIEVE_NOTIFIC:
	case REMOTE_RETRIEVE:
		see_hold(seen, false);
		break;
	default:
		break;
	}
}
