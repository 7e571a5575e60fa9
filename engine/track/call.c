#include "engine/track/call.h"

#include "engine/track/h323_state.h"

const struct call_quality *call_quality(const struct call *call, enum call_side side)
{
	static const struct call_quality NOTHING;
	return call->quality && side < CALL_NEITHER ? &call->quality[side] : &NOTHING;
}

static struct list *idle_list(struct track *track, const struct call *call)
{
	return call->state == CALL_ANSWERED ? &track->call_answered
	                                    : &track->call_unanswered;
}

static void arm(struct track *track, const struct seen *seen, uint64_t after_us)
{
	wheel_arm(&track->call_wheel, seen->call_index, seen->time_us + after_us);
}

static uint64_t number_hash(const struct track *track, const struct call *call)
{
	return call_number_hash(track, call_text(call, CALL_TEXT_REQUEST_USER));
}

static uint64_t session_hash(const struct track *track, const struct call *call)
{
	return call_session_hash(track, call_text(call, CALL_TEXT_SESSION_ID));
}

void call_touch(const struct seen *seen)
{
	seen->call->last_us = seen->time_us;
	count_up(&seen->call->messages);
	seen->call->active = true;
}

void call_answered(struct track *track, const struct seen *seen)
{
	struct call *call = seen->call;
	list_remove(idle_list(track, call), seen->call_index);
	call->state = CALL_ANSWERED;
	list_push_back(idle_list(track, call), seen->call_index);
	call->answer_us = seen->time_us;
	call->released_by = CALL_NEITHER;
	arm(track, seen, CALL_TICK_US);
	call_watch(track, call);
	(void)event_push_seen(track, EVENT_CALL_ANSWER, seen);
}

void call_end_now(struct track *track, uint32_t index, struct event *event)
{
	struct call *call = call_at(track, index);
	list_remove(idle_list(track, call), index);
	list_remove(&track->call_age, index);
	wheel_disarm(&track->call_wheel, index);
	chain_remove(&track->calls_by_call_id, call->hash, index);
	chain_remove(&track->calls_by_number, number_hash(track, call), index);
	if (slice_present(call_text(call, CALL_TEXT_SESSION_ID)))
		chain_remove(&track->calls_by_session, session_hash(track, call), index);
	call_leg_forget(track, index);
	if (call->h323)
		h323_call_ends(track, call);
	if (!call->end_us)
		call->end_us = event->time_us;
	sound_ends(track, call);
	media_stream_call_ends(track, call);
	call->state = CALL_ENDED;
	event->call = call;
	event_release(track, RELEASE_CALL, index);
}

/* One that waits for its streams has been told and lives for their sake alone. */
void call_release(struct track *track, uint32_t index)
{
	struct call *call = call_at(track, index);
	if (!call->waits) {
		dialogs_free(track, call);
		if (call->h323)
			h323_call_free(track, call);
		/* At the end all streams have been told before the calls. */
		if (!track->finishing && media_holds(track, call)) {
			call->waits = true;
			list_push_back(&track->call_waiting, index);
			return;
		}
	} else {
		list_remove(&track->call_waiting, index);
	}
	media_stream_forget(track, call);
	media_free(track, call);
	texts_free(&track->pool, &call->texts);
	if (call->quality)
		slab_give(&track->quality_slab,
		        slab_index(&track->quality_slab, call->quality));
	slab_give(&track->call_slab, index);
}

bool call_forget_ended(struct track *track)
{
	const uint32_t index = track->call_waiting.front;
	if (index)
		call_release(track, index);
	return index != 0;
}

static void end_by(struct track *track, struct seen *seen, enum call_end end)
{
	seen->call->end = (uint8_t)end;
	call_end_now(
	        track, seen->call_index, event_push_seen(track, EVENT_CALL_END, seen));
}

static void keep_reason(struct track *track, const struct seen *seen, uint8_t otherwise)
{
	struct call *call = seen->call;
	const struct slice reason = sip_value(seen->sip, SIP_HEADER_REASON);
	const uint8_t cause = cause_of_reason(reason);
	if (slice_present(reason) && !slice_present(call_text(call, CALL_TEXT_REASON)))
		text_set(track, call, CALL_TEXT_REASON, reason);
	call->q850 = cause ? cause : otherwise;
}

static void see_hold(struct seen *seen)
{
	const struct sdp *sdp = seen->message->sdp;
	if (!sdp)
		return;
	seen->call->on_hold = sdp->hold;
	seen->call->held |= sdp->hold;
}

static void see_invite(struct track *track, struct seen *seen)
{
	struct call *call = seen->call;
	if (seen->sip->to.tag.len) {
		count_up(&call->reinvites);
		see_hold(seen);
		return;
	}
	/* The same attempt anew: with credentials, or as a 4xx asked for. */
	call->invite_cseq = seen->sip->cseq;
	call->cseq[CALL_CALLER] = seen->sip->cseq;
	call->invite_branch = hash_slice(&track->key, seen->sip->via.branch);
	const struct sip_auth *auth = &seen->sip->auth;
	if (auth->scheme != AUTH_NONE && !auth->challenge &&
	        !call_text(call, CALL_TEXT_AUTH_USER).len)
		text_set(track, call, CALL_TEXT_AUTH_USER, auth->username);
	if (call->retry_due) {
		call->retry_due = false;
		arm(track, seen, CALL_NO_ANSWER_US);
	}
}

/* True when BYE ends one answered fork and another goes on. */
static bool only_a_fork(const struct track *track, const struct seen *seen)
{
	if (!seen->dialog)
		return false;
	for (uint32_t i = seen->call->dialogs; i; i = dialog_at(track, i)->next) {
		const struct dialog *other = dialog_at(track, i);
		if (other != seen->dialog && other->state == CALL_ANSWERED)
			return true;
	}
	return false;
}

static void see_bye(struct track *track, struct seen *seen)
{
	struct call *call = seen->call;
	const bool fork = only_a_fork(track, seen);
	if (seen->dialog && seen->dialog->state != CALL_ENDED) {
		seen->dialog->state = CALL_ENDED;
		(void)event_push_seen(track, EVENT_SIP_DIALOG, seen);
	}
	if (fork)
		return;
	call->end = CALL_END_BYE;
	call->end_us = seen->time_us;
	call->released_by = (uint8_t)seen->side;
	keep_reason(track, seen, cause_of_status(0));
	arm(track, seen, CALL_CLEAR_US);
}

static void see_cancel(struct track *track, struct seen *seen)
{
	struct call *call = seen->call;
	if (call->state == CALL_ANSWERED || seen->sip->cseq != call->invite_cseq)
		return;
	call->end = CALL_END_CANCEL;
	call->end_us = seen->time_us;
	call->released_by = CALL_CALLER;
	keep_reason(track, seen, cause_of_status(487));
	arm(track, seen, CALL_CLEAR_US);
}

/* application/dtmf-relay and application/dtmf: a digit each. */
static void see_info(const struct seen *seen)
{
	const struct slice dtmf = SLICE("application/dtmf");
	const struct slice type = seen->sip->content_type;
	if (slice_starts_nocase(type, dtmf))
		count_up(&seen->call->dtmf_count);
}

static void see_request(struct track *track, struct seen *seen)
{
	switch (seen->sip->method) {
	case SIP_INVITE:
		see_invite(track, seen);
		break;
	case SIP_UPDATE:
		see_hold(seen);
		break;
	case SIP_BYE:
		see_bye(track, seen);
		break;
	case SIP_CANCEL:
		see_cancel(track, seen);
		break;
	case SIP_REFER:
		call_leg_refer(track, seen);
		break;
	case SIP_INFO:
		see_info(seen);
		break;
	case SIP_METHOD_NONE:
	case SIP_REGISTER:
	case SIP_ACK:
	case SIP_OPTIONS:
	case SIP_PRACK:
	case SIP_MESSAGE:
	case SIP_SUBSCRIBE:
	case SIP_NOTIFY:
	case SIP_PUBLISH:
	case SIP_METHOD_OTHER:
	case SIP_METHOD_COUNT:
		break;
	}
}

static void see_ringing(struct call *call, const struct seen *seen)
{
	if (seen->sip->status <= 100 || call->state >= CALL_ANSWERED)
		return;
	if (!call->ring_us && (seen->sip->status == 180 || seen->sip->status == 183))
		call->ring_us = seen->time_us;
	call->state = CALL_RINGING;
	call->early_media |= seen->message->sdp != NULL;
}

static void keep_answer(struct track *track, struct seen *seen)
{
	struct call *call = seen->call;
	const struct transaction *invite = seen->transaction;
	if (!slice_present(call_text(call, CALL_TEXT_CALLEE_AGENT)))
		text_set(track, call, CALL_TEXT_CALLEE_AGENT, seen->sip->user_agent);
	if (invite && invite->auth_sent)
		call->authenticated = true;
	struct slice rest = sip_value(seen->sip, SIP_HEADER_SESSION_EXPIRES);
	if (slice_present(rest))
		(void)slice_to_u32(
		        slice_trim(slice_split(&rest, ';')), &call->session_expires_s);
}

static void see_answer(struct track *track, struct seen *seen)
{
	struct call *call = seen->call;
	keep_answer(track, seen);
	if (call->state >= CALL_ANSWERED)
		return;
	call->retry_due = false;
	/* The answer crossed the CANCEL. */
	if (call->end == CALL_END_CANCEL) {
		call->end = CALL_END_NONE;
		call->end_us = 0;
		call->q850 = 0;
	}
	call_answered(track, seen);
}

/* Responses that the caller's agent answers with a better INVITE of the same call. */
static bool asks_again(uint16_t status)
{
	return status == 401 || status == 407 || status == 422 || status == 494;
}

static void see_failure(struct track *track, struct seen *seen)
{
	struct call *call = seen->call;
	if (call->state >= CALL_ANSWERED)
		return;
	if (asks_again(call->status) && call->end == CALL_END_NONE) {
		call->retry_due = true;
		keep_reason(track, seen, cause_of_status(call->status));
		arm(track, seen, CALL_RETRY_US);
		return;
	}
	if (call->end == CALL_END_NONE && call->status == 487) {
		call->released_by = CALL_CALLER;
		call->end = CALL_END_CANCEL;
	}
	if (call->end != CALL_END_NONE) {
		end_by(track, seen, call->end);
		return;
	}
	call->released_by = CALL_CALLEE;
	keep_reason(track, seen, cause_of_status(call->status));
	end_by(track, seen, CALL_END_REJECTED);
}

static void see_invite_response(struct track *track, struct seen *seen)
{
	struct call *call = seen->call;
	const uint16_t status = seen->sip->status;
	if (seen->side != CALL_CALLEE || seen->sip->cseq != call->invite_cseq) {
		if (status >= 200 && status < 300)
			see_hold(seen);
		return;
	}
	if (call->state < CALL_ANSWERED)
		call->status = status;
	(void)dialog_response(track, seen);
	if (status != 100 && !asks_again(status))
		call_dialled(track, seen);
	if (status < 200)
		see_ringing(call, seen);
	else if (status < 300)
		see_answer(track, seen);
	else
		see_failure(track, seen);
}

static bool on_its_hop(const struct seen *seen)
{
	const struct call *call = seen->call;
	const struct address *src = &seen->datagram->src.ip;
	const struct address *dst = &seen->datagram->dst.ip;
	const bool from_caller = seen->side == CALL_CALLER;
	return address_equal(src, from_caller ? &call->caller.ip : &call->callee.ip) &&
	       address_equal(dst, from_caller ? &call->callee.ip : &call->caller.ip);
}

static bool same_text(const struct call *a, const struct call *b, enum call_text number)
{
	return slice_equal(call_text(a, number), call_text(b, number));
}

/* A BYE that passed by the proxies ends the legs that it was not seen on. */
static void end_other_legs(struct track *track, const struct seen *seen)
{
	const struct call *ended = seen->call;
	uint32_t i = chain_first(&track->calls_by_call_id, seen->call_id_hash);
	for (int legs = 0; i && legs < LIMIT_CALL_LEGS; legs++) {
		const uint32_t index = i;
		struct call *call = call_at(track, i);
		i = chain_next(&track->calls_by_call_id, i);
		if (call->state != CALL_ANSWERED || call->end != CALL_END_NONE ||
		        !same_text(call, ended, CALL_TEXT_ID) ||
		        !same_text(call, ended, CALL_TEXT_FROM_TAG))
			continue;
		call->end = CALL_END_BYE;
		call->end_us = ended->end_us;
		call->released_by = ended->released_by;
		call->q850 = ended->q850;
		struct event *event = event_push_seen(track, EVENT_CALL_END, seen);
		event->dialog = NULL;
		call_end_now(track, index, event);
	}
}

static void see_bye_response(struct track *track, struct seen *seen)
{
	struct call *call = seen->call;
	const uint16_t status = seen->sip->status;
	if (call->end != CALL_END_BYE || status < 200)
		return;
	if (status < 300 || status == 481 || status == 408) {
		end_by(track, seen, CALL_END_BYE);
		if (!on_its_hop(seen))
			end_other_legs(track, seen);
		return;
	}
	/* Refused: the call goes on. A challenged BYE comes again. */
	call->end = CALL_END_NONE;
	call->end_us = 0;
	call->q850 = 0;
	call->released_by = CALL_NEITHER;
	if (seen->dialog)
		seen->dialog->state = CALL_ANSWERED;
	arm(track, seen, call->state == CALL_ANSWERED ? CALL_TICK_US : CALL_NO_ANSWER_US);
}

void call_message(struct track *track, struct seen *seen)
{
	struct call *call = seen->call;
	call_touch(seen);
	if (seen->sip->is_request)
		dialog_ack(seen);
	if (seen->retransmission) {
		count_up(&call->retransmissions);
		return;
	}
	if (seen->message->sdp)
		media_describe(track, seen);
	dialog_path_learn(track, seen);
	if (seen->call_new)
		(void)event_push_seen(track, EVENT_CALL_START, seen);
	else if (seen->sip->is_request)
		see_request(track, seen);
	else if (seen->sip->cseq_method == SIP_INVITE)
		see_invite_response(track, seen);
	else if (seen->sip->cseq_method == SIP_BYE)
		see_bye_response(track, seen);
}

static bool media_was_seen(const struct track *track, const struct call *call)
{
	for (uint32_t i = call->media; i; i = media_at(track, i)->next)
		if (!address_none(&media_at(track, i)->seen.ip))
			return true;
	return false;
}

/* Where no media passes the tap, nothing is heard of an acknowledged call until its end.
 */
static bool idle_for_too_long(const struct track *track, const struct call *call)
{
	const uint64_t idle_us = track->now_us - call->last_us;
	const uint64_t session_us = ((uint64_t)call->session_expires_s + 32) * 1000000;
	return idle_us > CALL_UNHEARD_US ||
	       (idle_us > CALL_IDLE_US &&
	               (!call->acked || media_was_seen(track, call))) ||
	       (call->session_expires_s && idle_us > session_us);
}

void call_expired(struct track *track, uint32_t index)
{
	struct call *call = call_at(track, index);
	const uint64_t now_us = track->now_us;
	if (call->state == CALL_ANSWERED && call->end == CALL_END_NONE &&
	        !idle_for_too_long(track, call)) {
		call_watch(track, call);
		event_push(track, EVENT_CALL_TICK, now_us)->call = call;
		wheel_arm(&track->call_wheel, index, now_us + CALL_TICK_US);
		return;
	}
	if (call->retry_due) {
		call->end = CALL_END_REJECTED;
		call->released_by = CALL_CALLEE;
	} else if (call->end == CALL_END_NONE) {
		call->end = CALL_END_TIMEOUT;
		call->q850 = 102; /* recovery on timer expiry */
		if (call->state == CALL_ANSWERED)
			call->end_us = call->last_us;
	}
	call_end_now(track, index, event_push(track, EVENT_CALL_END, now_us));
}

void call_finish(struct track *track, uint32_t index)
{
	struct call *call = call_at(track, index);
	if (call->end == CALL_END_NONE) {
		call->end = CALL_END_CAPTURE;
		call->end_us = track->now_us;
	}
	call_end_now(track, index, event_push(track, EVENT_CALL_END, track->now_us));
}
