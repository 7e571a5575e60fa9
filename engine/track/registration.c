#include "engine/track/registration.h"

#include <stddef.h>

#include "engine/track/h323_track.h"
#include "engine/track/registration_listed.h"
#include "engine/track/state.h"

enum {
	GRACE_US = 2000000, /* a refresh may cross the end */
};

bool registration_init(struct track *track, struct memory *memory, uint32_t capacity)
{
	struct slab *slab = &track->registration_slab;
	/* Two more: one that ends keeps its place until that was read. */
	if (!slab_init(slab, memory, sizeof(struct registration), capacity + 2) ||
	        !table_init(&track->registration_table, memory, capacity + 2))
		return false;
	wheel_init(
	        &track->registration_wheel, slab, offsetof(struct registration, timer));
	list_init(&track->registration_idle, slab, offsetof(struct registration, idle));
	return true;
}

void registration_release(struct track *track, uint32_t index)
{
	struct registration *registration = registration_at(track, index);
	/* A binding may have come anew meanwhile. */
	if (registration->binding_count)
		return;
	h323_registration_gone(track, index);
	wheel_disarm(&track->registration_wheel, index);
	list_remove(&track->registration_idle, index);
	table_remove(&track->registration_table, registration->hash, index);
	arena_clear(&track->pool, &registration->arena);
	slab_give(&track->registration_slab, index);
}

static void evict(struct track *track)
{
	const uint32_t index = track->registration_idle.front;
	if (!index)
		return;
	registration_at(track, index)->binding_count = 0;
	registration_release(track, index);
	track->counters.evicted_registrations++;
	event_overload(track, TABLE_REGISTRATIONS, track->counters.evicted_registrations);
}

uint32_t registration_new(struct track *track, const struct seen *seen, uint64_t hash)
{
	if (slab_full(&track->registration_slab))
		evict(track);
	const uint32_t index = slab_take(&track->registration_slab);
	if (!index)
		return 0;
	struct registration *registration = registration_at(track, index);
	*registration = (struct registration){
	        .hash = hash,
	        .since_us = seen->time_us,
	        .registrar = seen->datagram->src,
	};
	(void)table_insert(&track->registration_table, hash, index);
	list_push_back(&track->registration_idle, index);
	track->counters.registrations++;
	return index;
}

static bool foreign(const struct sip_uri *contact, const struct endpoint *source)
{
	struct address ip;
	return sip_uri_ip(contact, &ip) && address_scope(&ip) == ADDRESS_PUBLIC &&
	       !address_equal(&ip, &source->ip);
}

/* The new state of a registration while it is built beside the old one. */
struct rebuild {
	struct registration *registration;
	struct arena arena;
	const struct listed *listed;
	size_t listed_count;
	struct binding *bindings; /* the listed ones, then those that were removed */
	size_t count;
	size_t gone;
	struct slice have[4];
};

static bool is_listed(const struct rebuild *next, struct slice contact)
{
	for (size_t i = 0; i < next->listed_count; i++)
		if (registration_same(next->listed[i].contact.uri.raw, contact))
			return true;
	return false;
}

static struct binding *rebuild_add(struct track *track, const struct seen *seen,
        struct rebuild *next, const struct listed *listed)
{
	struct binding *binding = &next->bindings[next->count++];
	const struct registration *old = next->registration;
	const struct slice contact = listed->contact.uri.raw;
	const struct transaction *transaction = seen->transaction;
	*binding = (struct binding){.since_us = seen->time_us};
	for (size_t i = 0; i < old->binding_count; i++)
		if (registration_same(old->bindings[i].contact, contact))
			*binding = old->bindings[i];
	binding->granted = registration_asked_for(seen, contact);
	if (binding->granted || !binding->contact.len) {
		binding->source = transaction->client;
		binding->user_agent =
		        transaction_text(transaction, TRANSACTION_USER_AGENT);
	}
	binding->interval_s = listed->expires_s;
	binding->expires_us = seen->time_us + (uint64_t)listed->expires_s * 1000000;
	if (binding->granted)
		proof_registered(track, &binding->source.ip, binding->expires_us);
	binding->contact_foreign = foreign(&listed->contact.uri, &binding->source);
	binding->contact = text_keep(track, &next->arena, contact);
	binding->user_agent =
	        text_share(track, &next->arena, binding->user_agent, next->have, 4);
	return binding;
}

static void rebuild_texts(
        struct track *track, const struct seen *seen, struct rebuild *next)
{
	struct registration *registration = next->registration;
	const struct transaction *transaction = seen->transaction;
	const struct slice agent = transaction_text(transaction, TRANSACTION_USER_AGENT);
	const struct slice account = transaction_text(transaction, TRANSACTION_AUTH_USER);
	const bool again = registration->changes > 0;
	struct arena *arena = &next->arena;
	next->have[0] = text_keep(track, arena, seen->sip->to.uri.user);
	next->have[1] = text_keep(track, arena, seen->sip->to.uri.host);
	next->have[2] = text_keep(track, arena, agent);
	next->have[3] = text_share(track, arena, registration->user_agent, next->have, 3);
	registration->agent_changed =
	        again && !slice_equal(agent, registration->user_agent);
	registration->source_changed = again && !address_equal(&transaction->client.ip,
	                                                &registration->source.ip);
	registration->previous_source = registration->source;
	registration->source = transaction->client;
	registration->user = next->have[0];
	registration->host = next->have[1];
	registration->user_agent = next->have[2];
	registration->previous_user_agent = next->have[3];
	registration->auth_user = text_share(track, arena, account, next->have, 4);
}

/* Copies what the new list lacks behind it: these bindings were removed. */
static void rebuild_gone(
        struct track *track, const struct seen *seen, struct rebuild *next)
{
	const struct registration *old = next->registration;
	bool wiped = false;
	for (size_t i = 0; i < old->binding_count; i++) {
		struct binding gone = old->bindings[i];
		if (is_listed(next, gone.contact))
			continue;
		/* A registrar that keeps one contact drops the old one by itself. */
		wiped |= registration_told_to_go(seen, gone.contact) &&
		         !address_equal(&gone.source.ip, &seen->transaction->client.ip);
		gone.contact = text_keep(track, &next->arena, gone.contact);
		gone.user_agent =
		        text_share(track, &next->arena, gone.user_agent, next->have, 4);
		next->bindings[next->count + next->gone++] = gone;
	}
	next->registration->wiped = wiped;
}

void registration_arm(struct track *track, uint32_t index)
{
	const struct registration *registration = registration_at(track, index);
	uint64_t due_us = UINT64_MAX;
	for (size_t i = 0; i < registration->binding_count; i++)
		if (registration->bindings[i].expires_us < due_us)
			due_us = registration->bindings[i].expires_us;
	if (registration->binding_count)
		wheel_arm(&track->registration_wheel, index, due_us + GRACE_US);
	else
		wheel_disarm(&track->registration_wheel, index);
}

static void tell(struct track *track, const struct seen *seen,
        const struct registration *registration, const struct binding *binding,
        enum registration_change change)
{
	struct event *event = event_push_seen(track, EVENT_REGISTRATION, seen);
	event->registration = registration;
	event->binding = binding;
	event->change = change;
}

static void tell_all(
        struct track *track, const struct seen *seen, const struct rebuild *next)
{
	const struct registration *registration = next->registration;
	for (size_t i = 0; i < next->gone; i++)
		tell(track, seen, registration, &next->bindings[next->count + i],
		        BINDING_REMOVED);
	for (size_t i = 0; i < next->count; i++) {
		const struct binding *binding = &next->bindings[i];
		const bool fresh = binding->since_us == seen->time_us;
		/* What other devices hold is listed, but this request did not change it.
		 */
		if (binding->granted || (fresh && next->count == 1))
			tell(track, seen, registration, binding,
			        fresh ? BINDING_ADDED : BINDING_REFRESHED);
	}
}

/* Takes room for the bindings, the texts behind them: in one block, unless some go. */
static bool rebuild_begin(
        struct track *track, const struct seen *seen, struct rebuild *next)
{
	const struct registration *old = next->registration;
	const struct sip_uri *to = &seen->sip->to.uri;
	size_t room = next->listed_count;
	for (size_t i = 0; i < old->binding_count; i++)
		room += !is_listed(next, old->bindings[i].contact);
	size_t bytes = room * sizeof(*next->bindings) + to->user.len + to->host.len +
	               transaction_text(seen->transaction, TRANSACTION_USER_AGENT).len +
	               transaction_text(seen->transaction, TRANSACTION_AUTH_USER).len;
	for (size_t i = 0; i < next->listed_count; i++)
		bytes += next->listed[i].contact.uri.raw.len;
	(void)arena_reserve(&track->pool, &next->arena, bytes);
	if (!room)
		return true;
	next->bindings =
	        arena_take(&track->pool, &next->arena, room * sizeof(*next->bindings));
	return next->bindings != NULL;
}

static void rebuild(struct track *track, const struct seen *seen, uint32_t index,
        const struct listed *listed, size_t listed_count)
{
	struct registration *registration = registration_at(track, index);
	struct rebuild next = {.registration = registration,
	        .listed = listed,
	        .listed_count = listed_count};
	if (!rebuild_begin(track, seen, &next)) {
		track->counters.text_exhausted++;
		arena_clear(&track->pool, &next.arena);
		return;
	}
	rebuild_texts(track, seen, &next);
	for (size_t i = 0; i < listed_count; i++)
		(void)rebuild_add(track, seen, &next, &listed[i]);
	rebuild_gone(track, seen, &next);
	arena_clear(&track->pool, &registration->arena);
	registration->arena = next.arena;
	registration->bindings = next.bindings;
	registration->binding_count = (uint8_t)next.count;
	registration->changes++;
	registration->last_us = seen->time_us;
	nat_reach_registered(track, registration);
	list_touch(&track->registration_idle, index);
	registration_arm(track, index);
	tell_all(track, seen, &next);
}

void registration_response(struct track *track, struct seen *seen)
{
	const uint16_t status = seen->sip->status;
	struct listed listed[LIMIT_BINDINGS_PER_AOR];
	if (status < 200 || status >= 300 || !seen->transaction)
		return;
	const size_t count = registration_listed(track, seen, listed);
	const uint64_t hash =
	        registration_hash(track, &seen->sip->to.uri, &seen->datagram->src);
	uint32_t index =
	        registration_find(track, &seen->sip->to.uri, &seen->datagram->src, hash);
	if (!index && !count)
		return;
	if (!index)
		index = registration_new(track, seen, hash);
	if (!index)
		return;
	rebuild(track, seen, index, listed, count);
	if (!registration_at(track, index)->binding_count)
		event_release(track, RELEASE_REGISTRATION, index);
}

void registration_expired(struct track *track, uint32_t index)
{
	struct registration *registration = registration_at(track, index);
	for (size_t i = 0; i < registration->binding_count; i++) {
		const struct binding gone = registration->bindings[i];
		if (gone.expires_us + GRACE_US > track->now_us)
			continue;
		/* The last takes its place and it goes behind: the event points there. */
		const size_t last = --registration->binding_count;
		registration->bindings[i] = registration->bindings[last];
		registration->bindings[last] = gone;
		struct event *event =
		        event_push(track, EVENT_REGISTRATION, track->now_us);
		event->registration = registration;
		event->binding = &registration->bindings[last];
		event->change = BINDING_EXPIRED;
		break;
	}
	if (registration->binding_count)
		registration_arm(track, index);
	else
		event_release(track, RELEASE_REGISTRATION, index);
}
