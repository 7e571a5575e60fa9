/*
 * The beginning of a call of H.323: a Setup on a leg of its own, or an admission whose
 * signalling passes elsewhere.
 */
#include <string.h>

#include "engine/track/h323_state.h"

/* The texts that a call has for both protocols; all borrowed. */
struct texts_said {
	struct slice call_id;
	struct slice from_user;
	struct slice from_display;
	struct slice to_user;
	struct slice request_host;
	struct slice account;
	struct slice agent;
	struct slice diversion;
};

static void keep_texts(
        struct track *track, struct call *call, const struct texts_said *said)
{
	const struct slice texts[CALL_TEXTS] = {
	        [CALL_TEXT_ID] = said->call_id,
	        [CALL_TEXT_FROM_USER] = said->from_user,
	        [CALL_TEXT_FROM_DISPLAY] = said->from_display,
	        [CALL_TEXT_TO_USER] = said->to_user,
	        [CALL_TEXT_REQUEST_USER] = said->to_user,
	        [CALL_TEXT_REQUEST_HOST] = said->request_host,
	        [CALL_TEXT_AUTH_USER] = said->account,
	        [CALL_TEXT_CALLER_AGENT] = said->agent,
	        [CALL_TEXT_DIVERSION] = said->diversion,
	};
	text_begin(track, call, texts);
}

static struct h323_number number_keep(
        struct track *track, struct arena *arena, const struct q931_number *from)
{
	return (struct h323_number){
	        .present = from->present,
	        .type = from->type,
	        .plan = from->plan,
	        .presentation = from->presentation,
	        .screening = from->screening,
	        .reason = from->reason,
	        .digits = text_keep(track, arena, from->digits),
	};
}

/* The best name of a list, kept. */
static struct h323_name best_of(struct track *track, const struct h323_seen *seen,
        enum per_name list, struct h323_call *h323)
{
	struct h323_name names[DEVICE_NAMES];
	struct arena scratch = {0};
	struct h323_name best = {0};
	const unsigned count = h323_names_read(track, &scratch, seen->tape,
	        per_child(seen->tape, seen->pdu->node, list), names);
	const struct h323_name *found = h323_name_best(names, count);
	if (found)
		best = h323_name_keep(track, &h323->arena, found);
	arena_clear(&track->pool, &scratch);
	return best;
}

static void read_setup(struct track *track, struct h323_seen *seen)
{
	struct h323_call *h323 = seen->h323;
	const struct q931_message *q931 = seen->message->q931;
	const struct per_tape *tape = seen->tape;
	const uint32_t setup = seen->pdu ? seen->pdu->node : 0;
	h323->reference = q931->reference;
	h323->calling = number_keep(track, &h323->arena, &q931->calling);
	h323->called = number_keep(track, &h323->arena, &q931->called);
	h323->redirecting = number_keep(track, &h323->arena, &q931->redirecting);
	h323->display[CALL_CALLER] =
	        text_keep(track, &h323->arena, h323_label(q931->display));
	if (!setup)
		return;
	(void)h323_identifier_read(h323_call_identifier(tape, setup), h323->identifier);
	(void)h323_identifier_read(h323_conference_id(tape, setup), h323->conference);
	h323->source = best_of(track, seen, PER_sourceAddress, h323);
	h323->destination = best_of(track, seen, PER_destinationAddress, h323);
	h323->endpoint = h323_wide_keep(track, &h323->arena, tape,
	        per_child(tape, setup, PER_endpointIdentifier));
	(void)h323_choice(tape, per_child(tape, setup, PER_conferenceGoal), &h323->goal);
	if (h323->goal == PER_join || h323->goal == PER_invite)
		h323->flags |= H323_CONFERENCE;
}

/* A Setup that names no call: its reference is unique on its connection alone. */
static struct slice call_id_of(const struct h323_seen *seen, char bytes[80])
{
	static const uint8_t none[16];
	const struct h323_call *h323 = seen->h323;
	if (memcmp(h323->identifier, none, 16) != 0 ||
	        memcmp(h323->conference, none, 16) != 0)
		return h323_call_id(h323->identifier, h323->conference, bytes);
	struct writer writer = writer_of(bytes, 80);
	writer_u64(&writer, h323->reference);
	writer_byte(&writer, '@');
	writer_endpoint(&writer, &seen->seen->call->caller);
	return writer_text(&writer);
}

static void say_texts(struct track *track, struct h323_seen *seen, struct slice account)
{
	char id[80];
	char agent[600];
	char host[64];
	struct writer address = writer_of(host, sizeof(host));
	struct h323_call *h323 = seen->h323;
	const struct h323_vendor *vendor = &h323->vendor[CALL_CALLER];
	struct texts_said said = {
	        .call_id = call_id_of(seen, id),
	        .from_user = h323->source.text,
	        .from_display = h323->display[CALL_CALLER],
	        .to_user = h323->destination.text,
	        .account = account,
	        .agent = h323_vendor_text(vendor, agent, sizeof(agent)),
	        .diversion = h323->redirecting.digits,
	};
	/* A number says more than a name does. */
	if (h323->calling.digits.len && !h323_name_is_number(&h323->source))
		said.from_user = h323->calling.digits;
	if (h323->called.digits.len && !h323_name_is_number(&h323->destination))
		said.to_user = h323->called.digits;
	if (!said.from_display.len && h323->source.text.len &&
	        !h323_name_is_number(&h323->source))
		said.from_display = h323->source.text;
	struct endpoint at;
	if (seen->pdu &&
	        h323_endpoint(seen->tape,
	                per_child(seen->tape, seen->pdu->node, PER_destCallSignalAddress),
	                &at)) {
		writer_address(&address, &at.ip);
		said.request_host = writer_text(&address);
	}
	keep_texts(track, seen->seen->call, &said);
	seen->seen->call_id_hash = hash_slice(&track->key, said.call_id);
}

static void publish(struct track *track, struct h323_seen *seen)
{
	struct h323_track *h323 = track->h323;
	struct h323_call *of = seen->h323;
	struct call *call = seen->seen->call;
	const uint32_t index = slab_index(&h323->call_slab, of);
	call->hash = seen->seen->call_id_hash;
	of->flow_hash =
	        h323_flow_hash(track, &call->caller, &call->callee, of->reference);
	chain_add(&h323->calls_by_flow, of->flow_hash, index);
	of->conference_hash = hash_bytes(&track->key, of->conference, 16) | 1;
	call_publish(track, seen->seen);
	call_leg_conference(track, seen->seen->call_index);
	chain_add(&h323->calls_by_conference, of->conference_hash, index);
}

/* A call with its extra, neither of them known to any table yet; 0 when there is no room.
 */
static uint32_t begin(struct track *track, const struct call *with)
{
	const uint32_t index = call_take(track);
	if (!index)
		return 0;
	const struct slab *slab = &track->h323->call_slab;
	if (slab->capacity - slab->count <= H323_SPARE_CALLS)
		call_evict_h323(track);
	const uint32_t extra = slab_take(&track->h323->call_slab);
	if (!extra) {
		slab_give(&track->call_slab, index);
		return 0;
	}
	struct call *call = call_at(track, index);
	*call = *with;
	call->id = ++track->next_call_id;
	call->correlation = call->id;
	call->protocol = CALL_H323;
	call->released_by = CALL_NEITHER;
	call->h323 = extra;
	*h323_call_at(track, extra) = (struct h323_call){.call = index};
	list_push_back(&track->h323->call_idle, extra);
	return index;
}

void h323_call_new(struct track *track, struct h323_seen *seen)
{
	struct seen *plain = seen->seen;
	const struct datagram *datagram = plain->datagram;
	const struct call with = {
	        .start_us = plain->time_us,
	        .last_us = plain->time_us,
	        .transport = (uint8_t)datagram->transport,
	        .dscp = datagram->dscp,
	        .caller = datagram->src,
	        .callee = datagram->dst,
	};
	const uint32_t index = begin(track, &with);
	if (!index)
		return;
	plain->call = call_at(track, index);
	plain->call_index = index;
	plain->side = CALL_CALLER;
	plain->call_new = true;
	seen->h323 = h323_call_at(track, plain->call->h323);
	read_setup(track, seen);
	h323_call_party(track, seen);
	const struct slice account = h323_devices_compare(track, seen);
	admission_join(track, seen->h323);
	if (h323_numbers_differ(track, seen))
		seen->h323->flags |= H323_CLI_MISMATCH;
	say_texts(track, seen, account);
	publish(track, seen);
}

bool h323_call_admitted(struct track *track, const struct h323_admission *admission)
{
	char bytes[40];
	bool any = false;
	const struct slice text =
	        h323_call_id(admission->identifier, admission->conference, bytes);
	uint32_t i = chain_first(&track->calls_by_call_id, hash_slice(&track->key, text));
	for (int walked = 0; i && walked < LIMIT_CALL_LEGS; walked++) {
		const struct call *call = call_at(track, i);
		if (call->h323 && memcmp(h323_call_at(track, call->h323)->identifier,
		                          admission->identifier, 16) == 0) {
			admission_merge(admission, h323_call_at(track, call->h323));
			any = true;
		}
		i = chain_next(&track->calls_by_call_id, i);
	}
	return any;
}

static void outcome(const struct track *track, const struct h323_admission *admission,
        struct call *call)
{
	call->answer_us = admission->connected_us;
	call->ring_us = admission->alerting_us;
	call->end_us = admission->ended_us ? admission->ended_us : track->now_us;
	if (admission->reject_reason != PER_NO_NAME) {
		call->end = CALL_END_REJECTED;
		call->q850 = h323_cause_of_admission(admission->reject_reason);
		call->status = h323_status_of_cause(call->q850);
	} else if (admission->disengage_reason != PER_NO_NAME) {
		const enum call_side by = admission->ended_by_gatekeeper ? CALL_NEITHER
		                          : admission->answer_call       ? CALL_CALLEE
		                                                         : CALL_CALLER;
		h323_call_outcome(call, by, admission->cause ? admission->cause : 16);
	} else {
		call->end = track->finishing ? CALL_END_CAPTURE : CALL_END_TIMEOUT;
		call->q850 = track->finishing ? 0 : 102;
	}
}

void h323_call_of_admission(struct track *track, const struct h323_admission *admission)
{
	char id[40];
	const struct datagram nothing = {0};
	struct seen plain = {.datagram = &nothing, .time_us = track->now_us};
	struct h323_seen seen = {.seen = &plain};
	const struct call with = {
	        .start_us = admission->asked_us,
	        .last_us = admission->asked_us,
	        .transport = TRANSPORT_UDP,
	        .caller = admission->client,
	        .callee = admission->gatekeeper,
	};
	plain.call_index = begin(track, &with);
	if (!plain.call_index)
		return;
	struct call *call = call_at(track, plain.call_index);
	struct h323_call *h323 = h323_call_at(track, call->h323);
	plain.call = call;
	seen.h323 = h323;
	memcpy(h323->identifier, admission->identifier, 16);
	memcpy(h323->conference, admission->conference, 16);
	h323->reference = admission->reference;
	admission_merge(admission, h323);
	h323->source = h323_name_keep(track, &h323->arena, &admission->calling);
	h323->destination = h323_name_keep(track, &h323->arena, &admission->called);
	const struct texts_said said = {
	        .call_id = h323_call_id(admission->identifier, admission->conference, id),
	        .from_user = admission->calling.text,
	        .to_user = admission->called.text,
	};
	keep_texts(track, call, &said);
	plain.call_id_hash = hash_slice(&track->key, said.call_id);
	publish(track, &seen);
	outcome(track, admission, call);
	event_push(track, EVENT_CALL_START, track->now_us)->call = call;
	call_end_now(track, plain.call_index,
	        event_push(track, EVENT_CALL_END, track->now_us));
}
