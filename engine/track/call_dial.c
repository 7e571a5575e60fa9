/*
 * The moment at which it is settled who calls: what a call may cost is judged from here
 * on. What was only tried, with credentials that were refused or without an answer, never
 * comes here.
 */
#include "engine/track/h323_state.h"

void call_dialled(struct track *track, const struct seen *seen)
{
	struct call *call = seen->call;
	if (call->dialled)
		return;
	call->dialled = true;
	call->registered = call->h323 ? (h323_call_at(track, call->h323)->flags &
	                                        H323_CALLER_REGISTERED) != 0
	                              : registration_of_caller(track, call);
	(void)event_push_seen(track, EVENT_CALL_DIAL, seen);
}
