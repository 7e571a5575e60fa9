#include <stddef.h>

#include "engine/track/h323_state.h"
#include "engine/track/nat.h"

enum {
	SPARE_CALLS = 16, /* an evicted call keeps its place until its end was read */
};

bool call_init(struct track *track, struct memory *memory, uint32_t capacity)
{
	struct slab *slab = &track->call_slab;
	if (!slab_init(slab, memory, sizeof(struct call), capacity + SPARE_CALLS) ||
	        !slab_init(&track->quality_slab, memory, 2 * sizeof(struct call_quality),
	                capacity + SPARE_CALLS) ||
	        !slab_init(&track->dialog_slab, memory, sizeof(struct dialog),
	                capacity + capacity / 2) ||
	        !chain_init(&track->calls_by_call_id, memory, slab,
	                offsetof(struct call, by_call_id)) ||
	        !chain_init(&track->calls_by_number, memory, slab,
	                offsetof(struct call, by_number)) ||
	        !chain_init(&track->calls_by_session, memory, slab,
	                offsetof(struct call, by_session)))
		return false;
	wheel_init(&track->call_wheel, slab, offsetof(struct call, timer));
	list_init(&track->call_unanswered, slab, offsetof(struct call, idle));
	list_init(&track->call_answered, slab, offsetof(struct call, idle));
	list_init(&track->call_waiting, slab, offsetof(struct call, idle));
	list_init(&track->call_age, slab, offsetof(struct call, age));
	return true;
}

/* The user of the first name-addr of a header. */
static struct slice user_in(const struct sip_message *sip, enum sip_header_id id)
{
	struct slice rest = sip_value(sip, id);
	struct sip_address address;
	struct anomalies ignored = {0};
	if (!slice_present(rest) ||
	        !sip_address_parse(sip_list_next(&rest), &address, &ignored))
		return (struct slice){0};
	return address.uri.user;
}

static struct slice x_cid_in(const struct sip_message *sip)
{
	static const struct slice NAMES[] = {
	        {"X-Call-ID", 9}, {"X-Original-Call-ID", 18}, {"X-Orig-Call-ID", 14}};
	struct slice value = sip_value(sip, SIP_HEADER_X_CID);
	for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
		if (!slice_present(value))
			value = sip_value_named(sip, NAMES[i]);
	return value;
}

static void keep_texts(
        struct track *track, struct call *call, const struct sip_message *sip)
{
	struct slice diverted = user_in(sip, SIP_HEADER_DIVERSION);
	if (!slice_present(diverted))
		diverted = user_in(sip, SIP_HEADER_HISTORY_INFO);
	const bool credentials = sip->auth.scheme != AUTH_NONE && !sip->auth.challenge;
	const struct slice texts[CALL_TEXTS] = {
	        [CALL_TEXT_ID] = sip->call_id,
	        [CALL_TEXT_FROM_TAG] = sip->from.tag,
	        [CALL_TEXT_FROM_USER] = sip->from.uri.user,
	        [CALL_TEXT_FROM_HOST] = sip->from.uri.host,
	        [CALL_TEXT_FROM_DISPLAY] = sip->from.display,
	        [CALL_TEXT_TO_USER] = sip->to.uri.user,
	        [CALL_TEXT_TO_HOST] = sip->to.uri.host,
	        [CALL_TEXT_REQUEST_USER] = sip->request_uri.user,
	        [CALL_TEXT_REQUEST_HOST] = sip->request_uri.host,
	        [CALL_TEXT_CALLER_AGENT] = sip->user_agent,
	        [CALL_TEXT_AUTH_USER] =
	                credentials ? sip->auth.username : (struct slice){0},
	        [CALL_TEXT_ASSERTED] = user_in(sip, SIP_HEADER_P_ASSERTED_IDENTITY),
	        [CALL_TEXT_PREFERRED] = user_in(sip, SIP_HEADER_P_PREFERRED_IDENTITY),
	        [CALL_TEXT_REMOTE_PARTY] = user_in(sip, SIP_HEADER_REMOTE_PARTY_ID),
	        [CALL_TEXT_DIVERSION] = diverted,
	        [CALL_TEXT_SESSION_ID] = sip_value(sip, SIP_HEADER_SESSION_ID),
	        [CALL_TEXT_X_CID] = x_cid_in(sip),
	};
	text_begin(track, call, texts);
}

static uint32_t session_expires(const struct sip_message *sip)
{
	struct slice rest = sip_value(sip, SIP_HEADER_SESSION_EXPIRES);
	uint32_t seconds = 0;
	if (slice_present(rest))
		(void)slice_to_u32(slice_trim(slice_split(&rest, ';')), &seconds);
	return seconds;
}

/*
 * The longest idle of a list, or nearly: which calls were active is noted in them alone,
 * since moving each to the end of the list would touch its neighbours with every message.
 * Those that were go to the end now.
 */
static uint32_t idle_front(struct track *track, struct list *list)
{
	while (list->front && call_at(track, list->front)->active) {
		call_at(track, list->front)->active = false;
		list_touch(list, list->front);
	}
	return list->front;
}

static void evict(struct track *track, uint32_t index)
{
	struct call *call = call_at(track, index);
	call->end = CALL_END_EVICTED;
	call->released_by = CALL_NEITHER;
	call->end_us = track->now_us;
	track->counters.evicted_calls++;
	event_overload(track, TABLE_CALLS, track->counters.evicted_calls);
	call_end_now(track, index, event_push(track, EVENT_CALL_END, track->now_us));
}

bool call_evict(struct track *track)
{
	if (call_forget_ended(track))
		return true;
	uint32_t index = idle_front(track, &track->call_unanswered);
	if (!index)
		index = idle_front(track, &track->call_answered);
	if (index)
		evict(track, index);
	return index != 0;
}

void call_evict_h323(struct track *track)
{
	const uint32_t index = track->h323->call_idle.front;
	if (index)
		evict(track, h323_call_at(track, index)->call);
}

static bool too_many_legs(const struct track *track, const struct seen *seen)
{
	int legs = 0;
	uint32_t i = chain_first(&track->calls_by_call_id, seen->call_id_hash);
	for (; i && legs < LIMIT_CALL_LEGS; i = chain_next(&track->calls_by_call_id, i))
		legs++;
	return legs >= LIMIT_CALL_LEGS;
}

static void call_fill(const struct seen *seen, struct call *call)
{
	const struct datagram *datagram = seen->datagram;
	*call = (struct call){
	        .hash = seen->call_id_hash,
	        .start_us = seen->time_us,
	        .last_us = seen->time_us,
	        .protocol = CALL_SIP,
	        .released_by = CALL_NEITHER,
	        .transport = (uint8_t)datagram->transport,
	        .nat_bits = nat_bits(seen->message),
	        .dscp = datagram->dscp,
	        .invite_cseq = seen->sip->cseq,
	        .cseq = {seen->sip->cseq},
	        .session_expires_s = session_expires(seen->sip),
	        .caller = datagram->src,
	        .callee = datagram->dst,
	};
}

uint32_t call_take(struct track *track)
{
	if (track->call_slab.capacity - track->call_slab.count <= SPARE_CALLS)
		(void)call_evict(track);
	return slab_take(&track->call_slab);
}

void call_publish(struct track *track, struct seen *seen)
{
	const struct call *call = seen->call;
	const uint32_t index = seen->call_index;
	list_push_back(&track->call_unanswered, index);
	list_push_back(&track->call_age, index);
	wheel_arm(&track->call_wheel, index, seen->time_us + CALL_NO_ANSWER_US);
	call_leg_started(track, seen);
	chain_add(&track->calls_by_call_id, call->hash, index);
	chain_add(&track->calls_by_number,
	        call_number_hash(track, call_text(call, CALL_TEXT_REQUEST_USER)), index);
	const struct slice session_id = call_text(call, CALL_TEXT_SESSION_ID);
	if (slice_present(session_id))
		chain_add(&track->calls_by_session, call_session_hash(track, session_id),
		        index);
	track->counters.calls++;
}

uint32_t call_new(struct track *track, struct seen *seen)
{
	if (too_many_legs(track, seen)) {
		track->counters.limited_legs++;
		return 0;
	}
	const uint32_t index = call_take(track);
	if (!index)
		return 0;
	struct call *call = call_at(track, index);
	call_fill(seen, call);
	call->id = ++track->next_call_id;
	call->correlation = call->id;
	keep_texts(track, call, seen->sip);
	seen->call = call;
	seen->call_index = index;
	seen->side = CALL_CALLER;
	seen->call_new = true;
	if (seen->sip->via.branch.len)
		call->invite_branch = hash_slice(&track->key, seen->sip->via.branch);
	call_publish(track, seen);
	return index;
}
