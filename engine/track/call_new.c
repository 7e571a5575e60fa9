#include <stddef.h>

#include "engine/track/state.h"

enum {
	SPARE_CALLS = 16, /* an evicted call keeps its place until its end was read */
	NAT_CONTACT_PRIVATE = 1,
	NAT_VIA_DIFFERS = 2,
	NAT_VIA_PRIVATE = 4,
	NAT_SDP_PRIVATE = 8,
	NAT_PORT_DIFFERS = 16,
	NAT_WEBSOCKET = 64,
};

bool call_init(struct track *track, struct memory *memory, uint32_t capacity)
{
	struct slab *slab = &track->call_slab;
	if (!slab_init(slab, memory, sizeof(struct call), capacity + SPARE_CALLS) ||
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
	list_init(&track->call_age, slab, offsetof(struct call, age));
	return true;
}

static bool inside(const struct address *address)
{
	const enum address_scope scope = address_scope(address);
	return scope == ADDRESS_PRIVATE || scope == ADDRESS_SHARED;
}

/* The tests of Kamailio's nat_uac_test, by its bits. */
static uint16_t nat_bits(const struct seen *seen)
{
	const struct sip_message *sip = seen->sip;
	const struct endpoint *src = &seen->datagram->src;
	const uint16_t via_port = sip->via.port ? sip->via.port : 5060;
	unsigned bits = 0;
	if (inside(&sip->contact.uri.ip))
		bits |= NAT_CONTACT_PRIVATE;
	if (!address_none(&sip->via.ip) && !address_equal(&sip->via.ip, &src->ip))
		bits |= NAT_VIA_DIFFERS;
	if (inside(&sip->via.ip))
		bits |= NAT_VIA_PRIVATE;
	if (seen->message->sdp && inside(&seen->message->sdp->connection_ip))
		bits |= NAT_SDP_PRIVATE;
	if (via_port != src->port)
		bits |= NAT_PORT_DIFFERS;
	if (seen->datagram->transport == TRANSPORT_WS)
		bits |= NAT_WEBSOCKET;
	return (uint16_t)bits;
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
	struct slice *const kept[] = {&call->call_id, &call->from_tag, &call->from_user,
	        &call->from_host, &call->from_display, &call->to_user, &call->to_host,
	        &call->request_user, &call->request_host, &call->user_agent[CALL_CALLER],
	        &call->auth_user, &call->asserted, &call->preferred, &call->remote_party,
	        &call->diversion, &call->session_id, &call->x_cid};
	const struct slice texts[] = {sip->call_id, sip->from.tag, sip->from.uri.user,
	        sip->from.uri.host, sip->from.display, sip->to.uri.user, sip->to.uri.host,
	        sip->request_uri.user, sip->request_uri.host, sip->user_agent,
	        credentials ? sip->auth.username : (struct slice){0},
	        user_in(sip, SIP_HEADER_P_ASSERTED_IDENTITY),
	        user_in(sip, SIP_HEADER_P_PREFERRED_IDENTITY),
	        user_in(sip, SIP_HEADER_REMOTE_PARTY_ID), diverted,
	        sip_value(sip, SIP_HEADER_SESSION_ID), x_cid_in(sip)};
	enum { COUNT = sizeof(texts) / sizeof(texts[0]) };
	struct slice have[COUNT];
	for (size_t i = 0; i < COUNT; i++) {
		have[i] = text_share(track, &call->arena, texts[i], have, i);
		*kept[i] = have[i];
	}
}

static uint32_t session_expires(const struct sip_message *sip)
{
	struct slice rest = sip_value(sip, SIP_HEADER_SESSION_EXPIRES);
	uint32_t seconds = 0;
	if (slice_present(rest))
		(void)slice_to_u32(slice_trim(slice_split(&rest, ';')), &seconds);
	return seconds;
}

bool call_evict(struct track *track)
{
	uint32_t index = track->call_unanswered.front;
	if (!index)
		index = track->call_answered.front;
	if (!index)
		return false;
	struct call *call = call_at(track, index);
	call->end = CALL_END_EVICTED;
	call->released_by = CALL_NEITHER;
	call->end_us = track->now_us;
	track->counters.evicted_calls++;
	event_overload(track, TABLE_CALLS, track->counters.evicted_calls);
	call_end_now(track, index, event_push(track, EVENT_CALL_END, track->now_us));
	return true;
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
	        .first_packet = datagram->packet ? datagram->packet->number : 0,
	        .first_source = datagram->packet ? datagram->packet->source : 0,
	        .protocol = CALL_SIP,
	        .released_by = CALL_NEITHER,
	        .transport = (uint8_t)datagram->transport,
	        .nat_bits = nat_bits(seen),
	        .dscp = datagram->dscp,
	        .invite_cseq = seen->sip->cseq,
	        .session_expires_s = session_expires(seen->sip),
	        .caller = datagram->src,
	        .callee = datagram->dst,
	};
}

uint32_t call_new(struct track *track, struct seen *seen)
{
	if (too_many_legs(track, seen)) {
		track->counters.limited_legs++;
		return 0;
	}
	if (track->call_slab.capacity - track->call_slab.count <= SPARE_CALLS)
		(void)call_evict(track);
	const uint32_t index = slab_take(&track->call_slab);
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
	list_push_back(&track->call_unanswered, index);
	list_push_back(&track->call_age, index);
	wheel_arm(&track->call_wheel, index, seen->time_us + CALL_NO_ANSWER_US);
	call_leg_started(track, seen);
	chain_add(&track->calls_by_call_id, call->hash, index);
	chain_add(&track->calls_by_number, call_number_hash(track, call->request_user),
	        index);
	if (slice_present(call->session_id))
		chain_add(&track->calls_by_session,
		        call_session_hash(track, call->session_id), index);
	track->counters.calls++;
	return index;
}
